//! Partitions of AWS: which Regions are whose, and the domain that their endpoints end in.
//!
//! Source: `partitions.json` of the AWS SDKs (botocore), where each partition has its Regions' pattern and its DNS suffix.

/// One partition.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// What `AWS::Partition` gives.
    pub name: &'static str,
    /// What `AWS::URLSuffix` gives.
    pub suffix: &'static str,
    /// What the names of its Regions begin with.
    regions: &'static [&'static str],
}

/// Every partition. The more exact beginning of a Region's name stands first: `us-gov-` before `us-`.
pub const PARTITIONS: [Partition; 8] = [
    Partition { name: "aws-cn", suffix: "amazonaws.com.cn", regions: &["cn-"] },
    Partition { name: "aws-us-gov", suffix: "amazonaws.com", regions: &["us-gov-"] },
    Partition { name: "aws-iso", suffix: "c2s.ic.gov", regions: &["us-iso-"] },
    Partition { name: "aws-iso-b", suffix: "sc2s.sgov.gov", regions: &["us-isob-"] },
    Partition { name: "aws-iso-e", suffix: "cloud.adc-e.uk", regions: &["eu-isoe-"] },
    Partition { name: "aws-iso-f", suffix: "csp.hci.ic.gov", regions: &["us-isof-"] },
    Partition { name: "aws-eusc", suffix: "amazonaws.eu", regions: &["eusc-"] },
    Partition {
        name: "aws",
        suffix: "amazonaws.com",
        regions: &["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"],
    },
];

/// The partition that a Region is in; none for a Region that nobody has announced.
pub fn of_region(region: &str) -> Option<&'static Partition> {
    PARTITIONS.iter().find(|partition| partition.regions.iter().any(|beginning| region.starts_with(beginning)))
}

/// Whether a text has the form of a Region's name, such as `us-east-1` or `us-gov-west-1`: the Region itself may be a new one.
///
/// Source: `regionRegex` of each partition in botocore's `partitions.json`, November 2026.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [words @ .., number] => words.len() >= 2 && words.iter().all(is_word) && is_number(number),
        [] => false,
    }
}

/// The partition of this name.
pub fn named(name: &str) -> Option<&'static Partition> {
    PARTITIONS.iter().find(|partition| partition.name == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_region_has_its_partition() {
        for (region, name, suffix) in [
            ("us-east-1", "aws", "amazonaws.com"),
            ("eu-central-2", "aws", "amazonaws.com"),
            ("cn-northwest-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
        ] {
            let partition = of_region(region).unwrap();
            assert_eq!((partition.name, partition.suffix), (name, suffix), "{region}");
        }
        assert_eq!(of_region("moon-1"), None);
    }

    #[test]
    fn a_region_has_two_words_and_a_number() {
        for region in ["us-east-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "eu-nowhere-12"] {
            assert!(is_region(region), "{region}");
        }
        for other in ["", "mars", "us-east", "moon-1", "US-EAST-1", "us-east-1a", "us-east-1 ", "us--1", "-east-1"] {
            assert!(!is_region(other), "{other}");
        }
    }
}
