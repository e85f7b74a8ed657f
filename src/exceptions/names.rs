//! Names of rules as templates write them for other tools, and what they are looked up by.
//!
//! cdk-nag (3.0.2, `lib/nag-pack.js`, and the assemblies that it writes; read in November 2026): `HIPAA.Security-RULE`, behind the
//! name of the plugin since version 3 (`HIPAA.Security::HIPAA.Security-RULE`), and before a single finding in brackets
//! (`AwsSolutions-IAM5[Action::s3:*]`). The packs below call a rule by its function, so that one name in any of them means the
//! same check; AwsSolutions has numbers of its own.

/// Packs whose names end in the name of the check.
const PACKS: [&str; 5] = ["HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321", "Serverless"];

/// What a name in a tool is looked up by.
pub(super) fn key<'n>(tool: &str, name: &'n str) -> &'n str {
    if tool != "cdk-nag" {
        return name;
    }
    let rule = name.split_once('[').map_or(name, |(rule, _)| rule);
    let rule = rule.rsplit_once("::").map_or(rule, |(_, rule)| rule);
    let check = PACKS.iter().find_map(|pack| rule.strip_prefix(pack)?.strip_prefix('-'));
    check.unwrap_or(rule)
}

/// The single finding that a name of cdk-nag is about: `Action::s3:*` of `AwsSolutions-IAM5[Action::s3:*]`.
pub(super) fn finding_of(name: &str) -> Option<&str> {
    name.strip_suffix(']')?.split_once('[').map(|(_, finding)| finding)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn names_of_cdk_nag() {
        for (name, check, finding) in [
            ("HIPAA.Security-S3BucketVersioningEnabled", "S3BucketVersioningEnabled", None),
            ("HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled", "S3BucketVersioningEnabled", None),
            ("PCI.DSS.321-KMSBackingKeyRotationEnabled", "KMSBackingKeyRotationEnabled", None),
            ("AwsSolutions-S1", "AwsSolutions-S1", None),
            ("AwsSolutions::AwsSolutions-IAM5[Action::s3:*]", "AwsSolutions-IAM5", Some("Action::s3:*")),
            ("Annotation::AwsSolutions-S1", "AwsSolutions-S1", None),
            ("HIPAA.Security", "HIPAA.Security", None),
            ("[", "", None),
            ("", "", None),
        ] {
            assert_eq!((key("cdk-nag", name), finding_of(name)), (check, finding), "{name}");
            assert_eq!(key("checkov", name), name);
        }
    }
}
