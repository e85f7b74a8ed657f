//! Texts with the name of an S3 bucket in them: its domain names, and ARNs of what is in it.
//!
//! Sources, 2026-11: Amazon S3 User Guide, "Virtual hosting of general purpose buckets" (VirtualHosting.html), "Using Amazon S3 dual-stack
//! endpoints" (dual-stack-endpoints.html), "Website endpoints" (WebsiteEndpoints.html), and, for older names with a hyphen, "Legacy
//! endpoints" of the first.

use crate::eval::gaps::{self, GAP};
use crate::eval::value::{Content, Origin, Part, Value};
use std::borrow::Cow;
use std::ops::Range;

/// The length of the name that a domain name of a bucket begins with, in bytes; none for any other text.
///
/// What is not known of the text is a [`GAP`].
fn name_length(text: &str) -> Option<usize> {
    let suffixes = [".amazonaws.com", ".amazonaws.com.cn", ".\0"];
    let before = suffixes.iter().find_map(|suffix| text.strip_suffix(suffix))?;
    // A name may have a part `s3` as well.
    let (at, _) = before.rmatch_indices(".s3").find(|(at, found)| {
        let rest = before.get(at + found.len()..).unwrap_or_default();
        rest.is_empty() || rest.strip_prefix(['.', '-']).is_some_and(is_endpoint)
    })?;
    (at > 0).then_some(at)
}

/// Whether a text is what is between `s3` and the domain of AWS: a Region, behind a kind of endpoint or alone.
fn is_endpoint(text: &str) -> bool {
    let kinds = ["dualstack.", "website.", "website-", "fips.dualstack.", "fips."];
    let region = kinds.iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    !region.is_empty() && region.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | GAP))
}

/// The bytes of the name in the ARN of what is in a bucket.
fn in_arn(text: &str) -> Option<Range<usize>> {
    let start = text.find(ARN)? + ARN.len();
    let length = text.get(start..)?.find('/')?;
    (length > 0).then_some(start..start + length)
}

/// What is before the name in an ARN.
const ARN: &str = ":s3:::";

fn range(text: &str) -> Option<Range<usize>> {
    name_length(text).map(|length| 0..length).or_else(|| in_arn(text))
}

/// The name of the bucket that a text is a domain name of, or the ARN of something in it.
pub fn name_in(text: &str) -> Option<&str> {
    range(text).and_then(|range| text.get(range))
}

/// The name of the bucket that a value is a domain name of, or the ARN of something in it.
pub fn name_of<'t>(value: &Value<'t>) -> Option<Value<'t>> {
    if let Some(text) = value.text() {
        let part = Part { content: Content::Known(Cow::Owned(name_in(&text)?.to_owned())), origin: Origin::Literal };
        return Some(Value::from_parts(vec![part], value.span));
    }
    // Nearly all values are about something else.
    let may_name = |part: &Part<'_>| matches!(&part.content, Content::Known(known) if known.contains("s3"));
    if !value.parts().iter().any(may_name) {
        return None;
    }
    let mut text = String::new();
    let mut ends = Vec::new();
    for part in value.parts() {
        gaps::push(part, &mut text);
        ends.push(text.len());
    }
    let name = range(&text)?;
    let mut parts = Vec::new();
    let mut start = 0;
    for (part, end) in value.parts().iter().zip(ends) {
        let own = text.get(start.max(name.start)..end.min(name.end)).filter(|own| !own.is_empty());
        start = end;
        match (own, &part.content) {
            (None, _) => {}
            (Some(own), Content::Known(_)) => {
                parts.push(Part { content: Content::Known(Cow::Owned(own.to_owned())), origin: part.origin.clone() });
            }
            (Some(_), _) => parts.push(part.clone()),
        }
    }
    Some(Value::from_parts(parts, value.span))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn domain_names_and_arns_have_the_name() {
        for (text, expected) in [
            ("clinic.s3.amazonaws.com", Some("clinic")),
            ("clinic.s3.us-east-1.amazonaws.com", Some("clinic")),
            ("clinic.s3-us-west-2.amazonaws.com", Some("clinic")),
            ("clinic.s3.dualstack.eu-west-1.amazonaws.com", Some("clinic")),
            ("clinic.s3-website-us-east-1.amazonaws.com", Some("clinic")),
            ("clinic.s3-website.eu-central-1.amazonaws.com", Some("clinic")),
            ("clinic.s3.cn-north-1.amazonaws.com.cn", Some("clinic")),
            ("clinic.s3.\0.amazonaws.com", Some("clinic")),
            ("clinic-\0.s3.\0.\0", Some("clinic-\0")),
            ("my.s3.clinic.s3.amazonaws.com", Some("my.s3.clinic")),
            ("s3.amazonaws.com", None),
            (".s3.amazonaws.com", None),
            ("clinic.execute-api.us-east-1.amazonaws.com", None),
            ("arn:aws:s3:::clinic/flow/", Some("clinic")),
            ("arn:\0:s3:::clinic/flow", Some("clinic")),
            (":s3:::clinic/*", Some("clinic")),
            ("arn:aws:s3:::clinic", None),
            ("clinic.s3.amazonaws.com/folder", None),
            ("clinic.s3.example.com", None),
            ("clinic.s3x.amazonaws.com", None),
            ("clinic", None),
        ] {
            assert_eq!(name_in(text), expected, "{text}");
        }
    }
}
