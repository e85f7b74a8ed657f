//! Which values pseudo parameters can have, for those that a user sets.
//!
//! Sources (2026-11): "View AWS account identifiers", AWS Account Management reference guide (12 digits); "CreateStack", AWS
//! CloudFormation API reference (letters, digits and hyphens, a letter first, 128 characters at most).

use super::partition::{PARTITIONS, is_region, named};

/// Characters of the name of a stack.
const MAX_STACK_NAME: usize = 128;

/// Why a pseudo parameter cannot have a value, as a clause, and what to do. Nothing if it can, or if that cannot be decided.
pub fn impossible(name: &str, value: &str) -> Option<(&'static str, String)> {
    let is_alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    match name {
        "AWS::AccountId" => {
            let is_account = value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit());
            // YAML reads 012345670123 as a number in base 8.
            let help = "Write 12 digits. In YAML, put them in quotes: a number that begins with 0 loses digits.";
            (!is_account).then(|| ("the ID of an account has 12 digits", help.to_owned()))
        }
        "AWS::Region" => {
            let help = "Write the name of a Region, such as us-east-1.";
            (!is_region(value)).then(|| ("this is not the name of a Region", help.to_owned()))
        }
        "AWS::Partition" => named(value).is_none().then(|| {
            let known: Vec<&str> = PARTITIONS.iter().map(|partition| partition.name).collect();
            ("there is no such partition", format!("The partitions are {}.", known.join(", ")))
        }),
        "AWS::StackName" => {
            let is_name = value.starts_with(|first: char| first.is_ascii_alphabetic())
                && value.bytes().all(|byte| is_alphanumeric(byte) || byte == b'-')
                && value.len() <= MAX_STACK_NAME;
            let help = "Write up to 128 letters, digits and hyphens, a letter first.";
            (!is_name).then(|| ("CloudFormation allows no such name of a stack", help.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::impossible;

    #[test]
    fn values_that_no_deployment_has_are_impossible() {
        for (name, value, is_possible) in [
            ("AWS::AccountId", "012345670123", true),
            ("AWS::AccountId", "12345", false),
            ("AWS::AccountId", "1402433619", false),
            ("AWS::AccountId", "12345678901a", false),
            ("AWS::Partition", "aws-us-gov", true),
            ("AWS::Partition", "foo", false),
            ("AWS::StackName", "care-Prod-1", true),
            ("AWS::StackName", "a b", false),
            ("AWS::StackName", "1a", false),
            ("AWS::StackName", "", false),
            ("AWS::Region", "eu-nowhere-1", true),
            ("AWS::Region", "us-gov-west-1", true),
            ("AWS::Region", "mars", false),
            ("AWS::Region", "us-east-1a", false),
            ("AWS::Region", "", false),
        ] {
            assert_eq!(impossible(name, value).is_none(), is_possible, "{name} {value}");
        }
    }
}
