//! The policy templates of the AWS Serverless Application Model. Which: `data/sam-policy-templates.txt`.

use super::sorted_text::{SortedText, sorted_lines};

const TEMPLATES: SortedText = sorted_lines!("sam-policy-templates.txt");

/// The policy document that a policy template of SAM stands for, as JSON: `S3ReadPolicy`. `Ref` in it names a parameter of
/// the policy template.
pub fn sam_policy_template(name: &str) -> Option<&'static str> {
    TEMPLATES.entry(name)
}
