//! What an update of a property does to the resource: `data/replacement.txt` from CloudFormation's schemas, and
//! `data/replacement-notes.txt` from what documentation adds.

use super::sorted_text::{SortedText, parts, sorted_lines};

const LISTED: SortedText = sorted_lines!("replacement.txt");
const NOTES: SortedText = sorted_lines!("replacement-notes.txt");

/// What CloudFormation does when a template changes a property.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// It changes the resource: two sources agree.
    InPlace,
    /// It makes a new resource, and deletes the one that exists.
    Always,
    /// It may make a new resource.
    Maybe,
    /// The update fails.
    Refused,
    /// No source names the property, which does not mean that it is changed in place.
    Unlisted,
}

/// What a change of a property does: names joined by dots, `[*]`, `*` or a number for an item of a list
/// (`EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId`). A change inside a property that is listed is a change of it, and a
/// change of a map may be one of a listed property inside.
pub fn replacement(resource_type: &str, path: &str) -> Replacement {
    let steps: Vec<&str> = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).collect();
    if let Some(verdict) = noted(resource_type, &steps) {
        return verdict;
    }
    let Some((always, maybe)) = LISTED.entry(resource_type).and_then(|lists| lists.split_once(';')) else {
        return Replacement::Unlisted;
    };
    let [always, maybe] = [always, maybe].map(|list| {
        let overlaps = parts(list, b',').filter(|listed| !listed.is_empty()).map(|listed| overlap(listed, &steps));
        overlaps.max().unwrap_or(Overlap::None)
    });
    match (always, maybe) {
        (Overlap::Whole, _) => Replacement::Always,
        (Overlap::None, Overlap::None) => Replacement::Unlisted,
        _ => Replacement::Maybe,
    }
}

/// What the notes say of a property or of what it is in: the deepest one decides.
fn noted(resource_type: &str, steps: &[&str]) -> Option<Replacement> {
    let words = parts(NOTES.entry(resource_type)?, b' ').take_while(|word| *word != "#");
    let notes = words.filter_map(|word| word.split_once('='));
    let (_, verdict) = notes
        .filter(|(noted, _)| overlap(noted, steps) == Overlap::Whole)
        .max_by_key(|(noted, _)| noted.split('.').count())?;
    match verdict {
        "in-place" => Some(Replacement::InPlace),
        "replaces" => Some(Replacement::Always),
        "may-replace" => Some(Replacement::Maybe),
        "refused" => Some(Replacement::Refused),
        _ => None,
    }
}

/// How much of a change is one of a listed property.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Overlap {
    None,
    /// The listed property is inside the changed one.
    Part,
    /// The changed property is the listed one, or inside it.
    Whole,
}

fn overlap(listed: &'static str, steps: &[&str]) -> Overlap {
    let mut changed = steps.iter();
    for name in parts(listed, b'.') {
        match changed.next() {
            None => return Overlap::Part,
            Some(step) if *step == name || name == "*" => {}
            Some(_) => return Overlap::None,
        }
    }
    Overlap::Whole
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::facts::schema::property;

    #[test]
    fn what_an_update_does() {
        for (resource_type, path, expected) in [
            ("AWS::RDS::DBInstance", "StorageEncrypted", Replacement::Always),
            ("AWS::RDS::DBInstance", "MultiAZ", Replacement::Maybe),
            ("AWS::RDS::DBInstance", "DeletionProtection", Replacement::InPlace),
            ("AWS::ECR::Repository", "EncryptionConfiguration.KmsKey", Replacement::Always),
            ("AWS::MSK::Cluster", "EncryptionInfo", Replacement::Maybe),
            ("AWS::MSK::Cluster", "EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId", Replacement::Always),
            ("AWS::MSK::Cluster", "EncryptionInfo.EncryptionInTransit.ClientBroker", Replacement::InPlace),
            ("AWS::S3::Bucket", "BucketEncryption", Replacement::InPlace),
            (
                "AWS::S3::Bucket",
                "BucketEncryption.ServerSideEncryptionConfiguration[0].BucketKeyEnabled",
                Replacement::InPlace,
            ),
            ("AWS::S3::Bucket", "BucketName", Replacement::Always),
            ("AWS::EC2::Volume", "Encrypted", Replacement::Refused),
            ("AWS::KMS::Key", "KeySpec", Replacement::Refused),
            ("AWS::ECS::TaskDefinition", "ContainerDefinitions[0].Privileged", Replacement::Always),
            ("AWS::SQS::Queue", "DelaySeconds", Replacement::Unlisted),
            ("AWS::No::Such", "Name", Replacement::Unlisted),
            ("AWS::S3::Bucket", "", Replacement::Unlisted),
        ] {
            assert_eq!(replacement(resource_type, path), expected, "{resource_type} {path}");
        }
    }

    #[test]
    fn every_property_of_the_tables_exists() {
        let mut asked = 0;
        let mut missing = Vec::new();
        let mut ask = |resource_type: &str, path: &str| {
            asked += 1;
            if property(resource_type, &path.replace(".*", "[*]")).is_err() {
                missing.push(format!("{resource_type} {path}"));
            }
        };
        for line in LISTED.from(|_| false) {
            let (resource_type, lists) = line.split_once(' ').unwrap();
            lists.split([',', ';']).filter(|path| !path.is_empty()).for_each(|path| ask(resource_type, path));
        }
        for line in NOTES.from(|_| false) {
            let (resource_type, words) = line.split_once(' ').unwrap();
            for word in words.split(' ').take_while(|word| *word != "#") {
                let (path, verdict) = word.split_once('=').unwrap();
                assert!(["in-place", "replaces", "may-replace", "refused"].contains(&verdict), "{line}");
                ask(resource_type, path);
            }
        }
        assert!(asked > 4000, "{asked}");
        assert!(missing.is_empty(), "{} of {asked}: {missing:#?}", missing.len());
    }
}
