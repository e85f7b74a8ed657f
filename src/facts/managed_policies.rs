//! AWS managed policies that grant far more than one task needs. Which: `data/managed-policies.txt`.

use super::sorted_text::{SortedText, first_word, sorted_lines};
use serde::Deserialize;

const POLICIES: SortedText = sorted_lines!("managed-policies.txt");

/// How much access an AWS managed policy grants. Only policies that grant far more than one task needs.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grant {
    /// Every action on every resource (`*:*`).
    Everything,
    /// Every action of nearly all services (`PowerUserAccess`), or enough access to get the rest (`IAMFullAccess`).
    NearlyEverything,
    /// Every action of at least one service on every resource (`AmazonS3FullAccess`).
    #[serde(rename = "service")]
    WholeService,
    /// The data or secrets of every resource of a kind (`AmazonS3ReadOnlyAccess`), or every function.
    Data,
}

/// What the AWS managed policy of this ARN grants, if it is one of the listed: `arn:aws:iam::aws:policy/AdministratorAccess`,
/// in any partition and below any path (`job-function/`).
///
/// `None` for other policies, a customer's own of the same name included. From the policies' documents; see the data file.
pub fn managed_policy_grant(arn: &str) -> Option<Grant> {
    // arn:PARTITION:iam::aws:policy/[PATH/]NAME: the account `aws` distinguishes it from a customer's policy.
    let (_, resource) = arn.strip_prefix("arn:")?.split_once(":iam::aws:")?;
    let name = resource.strip_prefix("policy/")?.rsplit('/').next()?;
    match first_word(POLICIES.entry(name)?) {
        "everything" => Some(Grant::Everything),
        "nearly-everything" => Some(Grant::NearlyEverything),
        "service" => Some(Grant::WholeService),
        "data" => Some(Grant::Data),
        _ => None,
    }
}
