//! Whether a version is at least another one, as far as it is known.

use crate::eval::value::{Content, Kind, Value};
use crate::rules::language::version::Version;
use crate::truth::Truth;

/// Whether the first version that a scalar contains is at least this one; numbers that a version leaves out are 0. Of a text
/// that is known in part, the numbers before its first unknown part decide where they can.
pub fn at_least(value: &Value<'_>, least: &Version) -> Truth {
    if !value.is_scalar() {
        return Truth::False;
    }
    let (known, complete) = known_start(value);
    let mut numbers = numbers(&known);
    if !complete && known.ends_with(|last: char| last.is_ascii_digit()) {
        // What follows may be further digits of this number.
        numbers.pop();
    }
    if complete && numbers.is_empty() {
        // `latest`, or a name: no version that could be compared.
        return Truth::Unknown;
    }
    let mut found = numbers.into_iter();
    for wanted in &least.0 {
        match found.next() {
            Some(number) if number > *wanted => return Truth::True,
            Some(number) if number < *wanted => return Truth::False,
            Some(_) => {}
            None if complete && *wanted > 0 => return Truth::False,
            None if complete => {}
            None => return Truth::Unknown,
        }
    }
    Truth::True
}

/// The characters before the first unknown part, and whether they are all there is.
pub(super) fn known_start(value: &Value<'_>) -> (String, bool) {
    let Kind::Text(parts) = &value.kind else { return (value.text().unwrap_or_default().into_owned(), true) };
    let mut known = String::new();
    for part in parts {
        match &part.content {
            Content::Known(text) => known.push_str(text),
            _ => return (known, false),
        }
    }
    (known, true)
}

/// The first run of numbers joined by dots.
fn numbers(text: &str) -> Vec<u64> {
    let start = text.find(|first: char| first.is_ascii_digit()).unwrap_or(text.len());
    let rest = text.get(start..).unwrap_or("");
    rest.split('.')
        .map_while(|part| {
            let end = part.find(|next: char| !next.is_ascii_digit()).unwrap_or(part.len());
            // `8.0.mysql_aurora` ends at a part that is not a number, `15.4-R2` within one.
            Some((part.get(..end)?.parse().ok()?, end == part.len()))
        })
        .scan(true, |goes_on, (number, whole)| {
            let take = *goes_on;
            *goes_on = whole;
            take.then_some(number)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::eval::value::{Origin, Part};
    use crate::rules::language::operand::Operand;
    use crate::source::Span;
    use std::borrow::Cow;

    fn version(text: &str) -> Version {
        Version::try_from(Operand::Scalars(vec![text.to_owned()])).unwrap()
    }

    fn literal(text: &'static str) -> Value<'static> {
        Value { span: Span::default(), kind: Kind::String(Cow::Borrowed(text)) }
    }

    #[test]
    fn compares_number_by_number() {
        for (text, least, expected) in [
            ("15.4", "15", Truth::True),
            ("15", "15", Truth::True),
            ("14.12", "15", Truth::False),
            ("9.6.24", "15", Truth::False),
            ("10.11.6", "11.8", Truth::False),
            ("11.8.3", "11.8", Truth::True),
            ("11.10", "11.8", Truth::True),
            ("15", "15.1", Truth::False),
            ("15", "15.0", Truth::True),
            ("postgres17", "15", Truth::True),
            ("aurora-postgresql14", "17", Truth::False),
            ("8.0.mysql_aurora.3.05.2", "8.0.1", Truth::False),
            ("16.3-R2", "16.3", Truth::True),
            ("latest", "15", Truth::Unknown),
        ] {
            assert_eq!(at_least(&literal(text), &version(least)), expected, "{text} >= {least}");
        }
    }

    #[test]
    fn decides_on_what_is_known_of_a_version() {
        let known_start = |known: &'static str| {
            let literal = Part { content: Content::Known(Cow::Borrowed(known)), origin: Origin::Literal };
            let open = Part { content: Content::Unknown, origin: Origin::Parameter("Minor") };
            Value { span: Span::default(), kind: Kind::Text(vec![literal, open]) }
        };
        assert_eq!(at_least(&known_start("15."), &version("15")), Truth::True);
        assert_eq!(at_least(&known_start("15."), &version("15.4")), Truth::Unknown);
        assert_eq!(at_least(&known_start("14."), &version("15")), Truth::False);
        // `1` may go on as `17`.
        assert_eq!(at_least(&known_start("1"), &version("15")), Truth::Unknown);
    }
}
