//! Which AWS services send the account that they act for, to which resources: `data/service-sources.txt`.

use super::sorted_text::{SortedText, sorted_lines};

const PAIRS: SortedText = sorted_lines!("service-sources.txt");

/// Whether a service sends the resource or account that it acts for, in its requests to resources of another service (`sqs`).
/// `principal` is a service principal, or the beginning of one whose domain is open (`logs.`).
pub fn sends_source(principal: &str, service: &str) -> bool {
    let name = name_of(principal);
    !name.is_empty() && PAIRS.entry(&format!("{service}:{name}")).is_some()
}

/// Whether any service sends the resource or account that it acts for, in its requests to resources of a service (`sqs`).
pub fn any_sends_source(service: &str) -> bool {
    PAIRS
        .from(|pair| pair < service)
        .next()
        .is_some_and(|line| line.strip_prefix(service).is_some_and(|rest| rest.starts_with(':')))
}

/// A service principal without its domain and Region: `logs` of `logs.us-east-1.amazonaws.com`, `delivery.logs` of
/// `delivery.logs.amazonaws.com`.
fn name_of(principal: &str) -> String {
    let principal = principal.to_ascii_lowercase();
    let name =
        principal.split_once(".amazonaws.com").map_or(principal.as_str(), |(name, _)| name).trim_end_matches('.');
    match name.rsplit_once('.') {
        Some((service, region)) if region.contains('-') && region.ends_with(|last: char| last.is_ascii_digit()) => {
            service.to_owned()
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn services_with_some_source() {
        for (service, expected) in
            [("sqs", true), ("s3", true), ("sns", true), ("kms", true), ("s", false), ("zzz", false), ("", false)]
        {
            assert_eq!(any_sends_source(service), expected, "{service}");
        }
    }

    #[test]
    fn the_pairs_are_sorted_and_have_a_source() {
        let lines: Vec<&str> = PAIRS.from(|_| false).collect();
        assert!(lines.is_sorted());
        for line in lines {
            let (pair, source) = line.split_once(' ').unwrap();
            assert!(source.starts_with("https://docs.aws.amazon.com/"), "{line}");
            let (service, principal) = pair.split_once(':').unwrap();
            assert!(sends_source(&format!("{principal}.amazonaws.com"), service), "{line}");
        }
    }

    #[test]
    fn principals_in_every_spelling() {
        for (principal, service, expected) in [
            ("sns.amazonaws.com", "sqs", true),
            ("SNS.amazonaws.com", "sqs", true),
            ("sns.", "sqs", true),
            ("logs.us-east-1.amazonaws.com", "kms", true),
            ("logs.cn-north-1.amazonaws.com.cn", "kms", true),
            ("logs.", "kms", true),
            ("delivery.logs.amazonaws.com", "s3", true),
            ("events.amazonaws.com", "sqs", true),
            ("events.amazonaws.com", "sns", false),
            ("lambda.amazonaws.com", "sqs", false),
            ("", "sqs", false),
        ] {
            assert_eq!(sends_source(principal, service), expected, "{principal} {service}");
        }
    }
}
