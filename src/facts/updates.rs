//! What the update of a property means for those who run the resource: `data/safe-fixes.txt` has what a fix may set without
//! asking, and `data/interruptions.txt` what interrupts or restarts the resource.

use super::sorted_text::{SortedText, parts, sorted_lines};

const SAFE: SortedText = sorted_lines!("safe-fixes.txt");
const INTERRUPTIONS: SortedText = sorted_lines!("interruptions.txt");

/// The attributes of a resource that is of any type, in the list of what is safe.
const ANY: &str = "any";

/// Whether a fix may set a property without asking, to its [`reviewed_value`]. A path is one of `Properties` as
/// [`replacement`](super::replacement()) takes it, or an attribute (`DeletionPolicy`). A fix that sets a map or a list is safe if each
/// scalar in it is; `parameter` is the type of a template's parameters (`NoEcho`).
pub fn is_reviewed_safe(resource_type: &str, path: &str) -> bool {
    reviewed_value(resource_type, path).is_some()
}

/// The value for which the property was reviewed, or several with `|` between them; empty if it was reviewed to be removed.
pub fn reviewed_value(resource_type: &str, path: &str) -> Option<&'static str> {
    let steps = steps(path);
    let value_in = |key| {
        let words = parts(SAFE.entry(key)?, b' ').take_while(|word| *word != "#");
        let mut listed = words.filter_map(|word| word.split_once('='));
        listed.find(|(listed, _)| matches!(place(listed, &steps), Place::Itself)).map(|(_, value)| value)
    };
    value_in(resource_type).or_else(|| if resource_type == "parameter" { None } else { value_in(ANY) })
}

/// How a change of a property interrupts the resource, in a sentence: the deepest property that is changed decides, then any that is
/// inside the changed one.
pub fn interruption(resource_type: &str, path: &str) -> Option<&'static str> {
    let steps = steps(path);
    let (properties, _) = INTERRUPTIONS.entry(resource_type)?.split_once(" # ")?;
    let listed = properties.split("; ").filter_map(|item| item.split_once('='));
    let touched = listed.filter_map(|(listed, sentence)| match place(listed, &steps) {
        Place::Itself | Place::Inside => Some((listed.split('.').count(), sentence)),
        Place::Around => Some((0, sentence)),
        Place::Elsewhere => None,
    });
    touched.max_by_key(|(depth, _)| *depth).map(|(_, sentence)| sentence)
}

/// Where a changed property is, seen from a listed one.
enum Place {
    Itself,
    Inside,
    Around,
    Elsewhere,
}

fn place(listed: &'static str, changed: &[&str]) -> Place {
    let mut rest = changed.iter();
    for name in parts(listed, b'.') {
        match rest.next() {
            None => return Place::Around,
            Some(step) if *step == name || name == "*" => {}
            Some(_) => return Place::Elsewhere,
        }
    }
    if rest.next().is_none() { Place::Itself } else { Place::Inside }
}

fn steps(path: &str) -> Vec<&str> {
    path.split(['.', '[']).map(|step| step.trim_end_matches(']')).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::facts::schema::property;
    use crate::facts::{Replacement, replacement};

    #[test]
    fn what_was_reviewed() {
        for (resource_type, path, expected) in [
            ("AWS::KMS::Key", "EnableKeyRotation", Some("true")),
            ("AWS::KMS::Key", "KeySpec", None),
            ("AWS::KMS::Key", "", None),
            ("AWS::RDS::DBInstance", "DeletionProtection", Some("true")),
            ("AWS::RDS::DBInstance", "StorageEncrypted", None),
            ("AWS::RDS::DBInstance", "DeletionPolicy", Some("Retain|Snapshot")),
            ("Custom::Anything", "UpdateReplacePolicy", Some("Retain")),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes[0].Value", Some("true")),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes", None),
            ("AWS::ECR::Repository", "ImageScanningConfiguration", None),
            ("AWS::ECR::Repository", "ImageScanningConfiguration.ScanOnPush", Some("true")),
            ("AWS::Pipes::Pipe", "LogConfiguration.IncludeExecutionData", Some("")),
            ("AWS::S3::Bucket", "PublicAccessBlockConfiguration.BlockPublicAcls", None),
            ("AWS::SQS::Queue", "SqsManagedSseEnabled", None),
            ("AWS::No::Such", "Name", None),
            ("parameter", "NoEcho", Some("true")),
            ("parameter", "DeletionPolicy", None),
        ] {
            assert_eq!(reviewed_value(resource_type, path), expected, "{resource_type} {path}");
            assert_eq!(is_reviewed_safe(resource_type, path), expected.is_some(), "{resource_type} {path}");
        }
    }

    #[test]
    fn what_interrupts() {
        let restarts = interruption("AWS::EC2::Instance", "UserData").unwrap();
        assert!(restarts.contains("restarts"), "{restarts}");
        for (resource_type, path, interrupts) in [
            ("AWS::RDS::DBInstance", "BackupRetentionPeriod", true),
            ("AWS::RDS::DBInstance", "DeletionProtection", false),
            ("AWS::OpenSearchService::Domain", "DomainEndpointOptions", true),
            ("AWS::OpenSearchService::Domain", "DomainEndpointOptions.EnforceHTTPS", true),
            ("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions.KmsKeyId", true),
            ("AWS::EC2::Instance", "BlockDeviceMappings[0].Ebs.Encrypted", true),
            ("AWS::No::Such", "Name", false),
            ("", "", false),
        ] {
            assert_eq!(interruption(resource_type, path).is_some(), interrupts, "{resource_type} {path}");
        }
    }

    #[test]
    fn safe_properties_exist_and_no_source_speaks_against_them() {
        let mut asked = 0;
        for line in SAFE.from(|_| false) {
            let (resource_type, rest) = line.split_once(' ').unwrap();
            let (words, source) = rest.split_once(" # ").unwrap();
            assert!(source.starts_with("https://docs.aws.amazon.com/"), "{line}");
            assert!(source.contains(" 2026-"), "{line} has no date");
            let paths: Vec<&str> = words.split(' ').map(|word| word.split_once('=').unwrap().0).collect();
            assert!(paths.is_sorted_by(|left, right| left < right), "{line}");
            if [ANY, "parameter"].contains(&resource_type) {
                continue;
            }
            for path in paths {
                asked += 1;
                assert!(property(resource_type, &path.replace(".*", "[*]")).is_ok(), "{resource_type} {path}");
                let update = replacement(resource_type, path);
                assert_eq!(update, Replacement::InPlace, "{resource_type} {path}");
                assert_eq!(interruption(resource_type, path), None, "{resource_type} {path}");
            }
        }
        assert!(asked > 40, "{asked}");
    }

    #[test]
    fn interruptions_are_of_properties_that_exist_in_sentences_with_a_source() {
        let mut asked = 0;
        for line in INTERRUPTIONS.from(|_| false) {
            let (resource_type, rest) = line.split_once(' ').unwrap();
            let (properties, source) = rest.split_once(" # ").unwrap();
            assert!(source.starts_with("https://") && source.contains(" 2026-"), "{line}");
            let items: Vec<(&str, &str)> = properties.split("; ").map(|item| item.split_once('=').unwrap()).collect();
            assert!(items.is_sorted_by(|left, right| left.0 < right.0), "{line}");
            for (path, sentence) in items {
                asked += 1;
                assert!(property(resource_type, &path.replace(".*", "[*]")).is_ok(), "{resource_type} {path}");
                assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
            }
        }
        assert!(asked > 40, "{asked}");
    }
}
