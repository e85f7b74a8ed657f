//! Comparing texts that are known in part.
//!
//! A text is a row of parts; two unsettled parts of the same parameter, pseudo parameter or resource attribute are the
//! same characters whatever they are. Every result is a [`Truth`]: unknown if some deployment could make the
//! result true and another false.

use super::glob::{Unit, covers, glob, overlap};
pub use super::glob::{pattern_covers, patterns_overlap};
use super::partition::{Derived, PARTITIONS};
use super::value::{Content, Kind, Origin, Part, Value};
use crate::truth::Truth;
use smallvec::SmallVec;
use std::borrow::Cow;

/// One spelling for each text: unsettled parts become markers that no template text contains.
///
/// `\u{10FFFE}name\u{10FFFF}` for a parameter, pseudo parameter or resource; unique origins only (see `is_same`).
pub fn canonical(value: &Value<'_>) -> String {
    match &value.kind {
        Kind::Text(parts) => parts.iter().map(|part| part_text(part).into_owned()).collect(),
        Kind::Null => String::new(),
        Kind::List(items) => items.iter().map(canonical).collect::<Vec<_>>().join("\u{1}"),
        Kind::Map(fields) => fields
            .iter()
            .map(|field| format!("{}\u{2}{}", field.key, canonical(&field.value)))
            .collect::<Vec<_>>()
            .join("\u{1}"),
        _ => value.text().map(Cow::into_owned).unwrap_or_default(),
    }
}

/// Opens a marker in a canonical text.
pub const OPEN: char = '\u{10FFFE}';
/// Closes a marker in a canonical text.
pub const CLOSE: char = '\u{10FFFF}';

fn part_text<'a>(part: &'a Part<'_>) -> Cow<'a, str> {
    match &part.content {
        Content::Known(text) => Cow::Borrowed(text),
        // The arguments distinguish two results of a function.
        _ => Cow::Owned(match &part.origin {
            Origin::Function { name, of: Some(of) } => format!("{OPEN}{name} {of}{CLOSE}"),
            Origin::PieceOfParameter { of: Some(of), .. } => format!("{OPEN}{of}{CLOSE}"),
            Origin::Import(Some(name)) => format!("{OPEN}Fn::ImportValue {name}{CLOSE}"),
            origin => match part.content {
                Content::Entry(lookup) => format!("{OPEN}{} {lookup}{CLOSE}", super::value::placeholder(origin)),
                _ => format!("{OPEN}{}{CLOSE}", super::value::placeholder(origin)),
            },
        }),
    }
}

/// Whether two unsettled parts that are like this one are certainly the same characters.
fn is_same(part: &Part<'_>) -> bool {
    // The same lookup goes with the same choice.
    matches!(part.content, Content::Entry(_))
        || matches!(
            part.origin,
            Origin::Parameter(_)
                | Origin::Pseudo(_)
                | Origin::Resource { .. }
                | Origin::Zones
                | Origin::Zone(_)
                | Origin::Import(Some(_))
                | Origin::Function { of: Some(_), .. }
                | Origin::PieceOfParameter { of: Some(_), .. }
        )
}

/// The canonical spelling of a value, where equal spellings are certainly equal values.
pub(super) fn identity(value: &Value<'_>) -> Option<String> {
    fn is_identified(value: &Value<'_>) -> bool {
        match &value.kind {
            Kind::Text(parts) => parts.iter().all(|part| part.content.is_known() || is_same(part)),
            Kind::List(items) => items.iter().all(is_identified),
            Kind::Map(fields) => fields.iter().all(|field| is_identified(&field.value)),
            _ => true,
        }
    }
    is_identified(value).then(|| canonical(value))
}

/// Whether two values are different Availability Zones of the same list.
fn other_zone(left: &Value<'_>, right: &Value<'_>) -> bool {
    matches!((left.as_reference(), right.as_reference()), (Some(Origin::Zone(left)), Some(Origin::Zone(right))) if left != right)
}

/// The characters that a scalar begins with for certain, in its first part.
pub fn known_start<'a>(value: &'a Value<'_>) -> &'a str {
    known_text(value, <[_]>::first)
}

/// The characters that a scalar ends with for certain, in its last part.
fn known_end<'a>(value: &'a Value<'_>) -> &'a str {
    known_text(value, <[_]>::last)
}

/// The characters of one of the parts of a scalar, if they are known.
fn known_text<'a, 't>(value: &'a Value<'t>, part: fn(&'a [Part<'t>]) -> Option<&'a Part<'t>>) -> &'a str {
    match &value.kind {
        Kind::String(text) => text,
        Kind::Text(parts) => match part(parts) {
            Some(Part { content: Content::Known(text), .. }) => text,
            _ => "",
        },
        _ => "",
    }
}

/// Whether texts with these endings may be the same.
fn may_end_alike(one: &str, other: &str) -> bool {
    one.bytes().rev().zip(other.bytes().rev()).all(|(one, other)| one == other)
}

/// Whether texts with these beginnings may be the same.
pub fn may_start_alike(one: &str, other: &str) -> bool {
    one.bytes().zip(other.bytes()).all(|(one, other)| one == other)
}

/// Whether two scalars are the same text, as CloudFormation compares (`"true"` equals `true`).
pub fn equal(left: &Value<'_>, right: &Value<'_>) -> Truth {
    match equal_parts(left, right) {
        Truth::Unknown => in_every_partition(&[left, right], &|values| match values {
            [left, right] => equal_parts(left, right),
            _ => Truth::Unknown,
        }),
        result => result,
    }
}

/// The result of a question about scalars if it is the same in every partition that they may be deployed in; unknown
/// where it differs, or no partition has a part in them.
pub(crate) fn in_every_partition(values: &[&Value<'_>], question: &dyn Fn(&[Value<'_>]) -> Truth) -> Truth {
    let derived = |part: &Part<'_>| match part.origin {
        Origin::Pseudo(name) if !part.content.is_known() => Derived::of(name),
        _ => None,
    };
    if !values.iter().flat_map(|value| value.parts()).any(|part| derived(part).is_some()) {
        return Truth::Unknown;
    }
    let mut common = None;
    'partitions: for partition in &PARTITIONS {
        let mut filled = Vec::with_capacity(values.len());
        for value in values {
            let mut value = (*value).clone();
            if let Kind::Text(parts) = &mut value.kind {
                for part in parts {
                    let Some(derived) = derived(part) else { continue };
                    let text = derived.value(partition);
                    if matches!(&part.content, Content::Except(texts) if texts.iter().any(|excluded| excluded == text))
                    {
                        continue 'partitions;
                    }
                    part.content = Content::Known(Cow::Borrowed(text));
                }
            }
            filled.push(value);
        }
        match (question(&filled), common) {
            (Truth::Unknown, _) => return Truth::Unknown,
            (result, Some(other)) if result != other => return Truth::Unknown,
            (result, _) => common = Some(result),
        }
    }
    common.unwrap_or(Truth::Unknown)
}

/// Whether nothing of a scalar is unsettled but what the partition decides: `arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess`.
pub fn is_known_in_partition(value: &Value<'_>) -> bool {
    let of_partition = |part: &Part<'_>| matches!(part.origin, Origin::Pseudo(name) if Derived::of(name).is_some());
    value.is_scalar() && value.parts().iter().all(|part| part.content.is_known() || of_partition(part))
}

fn equal_parts(left: &Value<'_>, right: &Value<'_>) -> Truth {
    if !left.is_scalar() || !right.is_scalar() {
        return Truth::False;
    }
    if let (Some(left), Some(right)) = (left.text(), right.text()) {
        return (left == right).into();
    }
    let impossible = is_impossible(left, right) || is_impossible(right, left);
    if impossible || excluded(left, right) || excluded(right, left) || other_zone(left, right) {
        return Truth::False;
    }
    if !may_start_alike(known_start(left), known_start(right)) || !may_end_alike(known_end(left), known_end(right)) {
        return Truth::False;
    }
    // What is not known at all may be any text.
    let is_open = |value: &Value<'_>| matches!(value.parts(), [part] if !part.content.is_known());
    if (is_open(left) && right.text().is_some()) || (is_open(right) && left.text().is_some()) {
        return Truth::Unknown;
    }
    let (left, right) = (letters(left), letters(right));
    // What both begin with, and what both end with, makes no difference: the rest decides.
    let start = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let (left, right) = (left.get(start..).unwrap_or_default(), right.get(start..).unwrap_or_default());
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let left = left.get(..left.len().saturating_sub(end)).unwrap_or_default();
    let right = right.get(..right.len().saturating_sub(end)).unwrap_or_default();
    let differ = |one: Option<&Letter<'_>>, other: Option<&Letter<'_>>| matches!((one, other), (Some(Letter::Char(one)), Some(Letter::Char(other))) if one != other);
    let has_characters = |letters: &[Letter<'_>]| letters.iter().any(|letter| matches!(letter, Letter::Char(_)));
    if left.is_empty() && right.is_empty() {
        Truth::True
    } else if differ(left.first(), right.first())
        || differ(left.last(), right.last())
        // Unsettled parts may turn out to be empty, characters do not.
        || (left.is_empty() && has_characters(right))
        || (right.is_empty() && has_characters(left))
        || cannot_be(left, right)
        || cannot_be(right, left)
    {
        Truth::False
    } else {
        Truth::Unknown
    }
}

/// One element of a text that is known in part.
#[derive(Clone, Copy)]
enum Letter<'a> {
    Char(char),
    Unsettled(&'a Part<'a>),
}

/// Whether both are certainly the same characters.
impl PartialEq for Letter<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Char(one), Self::Char(other)) => one == other,
            (Self::Unsettled(one), Self::Unsettled(other)) => {
                let is_one_entry = |part: &Part<'_>| matches!(part.content, Content::Entry(_));
                match is_one_entry(one) || is_one_entry(other) {
                    true => one == other,
                    false => is_same(one) && one.origin == other.origin,
                }
            }
            _ => false,
        }
    }
}

fn letters<'a>(value: &'a Value<'_>) -> SmallVec<[Letter<'a>; 16]> {
    match &value.kind {
        Kind::Text(parts) => {
            let mut letters = SmallVec::new();
            for part in parts {
                match &part.content {
                    Content::Known(text) => letters.extend(text.chars().map(Letter::Char)),
                    _ => letters.push(Letter::Unsettled(part)),
                }
            }
            letters
        }
        _ => value.text().unwrap_or_default().chars().map(Letter::Char).collect(),
    }
}

/// Whether no account and no Region make a row with such parts the characters of another: an account id has 12 digits, a Region
/// is like `us-gov-west-1`.
///
/// Source: AWS Account Management reference guide, "View AWS account identifiers"; `regionRegex` of each partition in botocore's
/// partitions.json, November 2026.
fn cannot_be(row: &[Letter<'_>], known: &[Letter<'_>]) -> bool {
    let (mut units, mut has_form) = (Vec::new(), false);
    for letter in row {
        match letter {
            Letter::Char(character) => units.push(Unit::Char(*character)),
            Letter::Unsettled(part) => match (&part.origin, &part.content) {
                (Origin::Pseudo("AWS::AccountId"), Content::Unknown | Content::Except(_)) => {
                    has_form = true;
                    units.extend([Unit::Digit; 12]);
                }
                (Origin::Pseudo("AWS::Region"), Content::Unknown | Content::Except(_)) => {
                    has_form = true;
                    units.extend([Unit::One, Unit::Word, Unit::Char('-'), Unit::One, Unit::Word, Unit::Char('-')]);
                    units.extend([Unit::Word, Unit::Digit]);
                }
                _ => units.push(Unit::Any),
            },
        }
    }
    if !has_form {
        return false;
    }
    let mut text = Vec::with_capacity(known.len());
    for letter in known {
        let Letter::Char(character) = letter else { return false };
        text.push(Unit::Char(*character));
    }
    !overlap(&units, &text)
}

/// Whether `reference` is "anything else than" a set of texts, between texts that are known, and `literal` has one of them there.
fn excluded(reference: &Value<'_>, literal: &Value<'_>) -> bool {
    let (texts, before, after) = match reference.parts() {
        [Part { content: Content::Except(texts), .. }] => (texts, None, None),
        [before, Part { content: Content::Except(texts), .. }] => (texts, Some(before), None),
        [Part { content: Content::Except(texts), .. }, after] => (texts, None, Some(after)),
        [before, Part { content: Content::Except(texts), .. }, after] => (texts, Some(before), Some(after)),
        _ => return false,
    };
    let (Some(before), Some(after), Some(literal)) = (known_or_none(before), known_or_none(after), literal.text())
    else {
        return false;
    };
    let middle = literal.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|middle| texts.iter().any(|text| text == middle))
}

/// The text of a part: none where it is not known, and an empty one where there is no part.
fn known_or_none<'a>(part: Option<&'a Part<'_>>) -> Option<&'a str> {
    match part.map(|part| &part.content) {
        None => Some(""),
        Some(Content::Known(text)) => Some(text),
        Some(_) => None,
    }
}

/// Whether `literal` is nothing that AWS calls anything: no name, ARN, account or Region that `reference` stands for is empty
/// or holds a wildcard.
fn is_impossible(reference: &Value<'_>, literal: &Value<'_>) -> bool {
    matches!(
        reference.parts(),
        [Part { content: Content::Unknown | Content::Choice | Content::Except(_), origin: Origin::Resource { .. } | Origin::Pseudo(_) }]
            if literal.text().is_some_and(|literal| literal.is_empty() || literal.contains('*'))
    )
}

/// Whether a scalar is this text.
pub fn equals_str(value: &Value<'_>, text: &str) -> Truth {
    // Literals are most of what is compared.
    if let Kind::String(literal) = &value.kind {
        return (literal == text).into();
    }
    let literal = Value { span: value.span, kind: Kind::String(Cow::Borrowed(text)) };
    equal(value, &literal)
}

/// Whether something holds for one of the known pieces of a scalar, of which it is told whether something unknown is before the piece and
/// after it.
pub fn known_within(value: &Value<'_>, holds: &dyn Fn(&str, [bool; 2]) -> bool) -> bool {
    let parts = value.parts();
    let mut pieces: Vec<(String, [bool; 2])> = Vec::new();
    let mut is_open = false;
    for part in parts {
        match (&part.content, pieces.last_mut()) {
            (Content::Known(known), Some((piece, [_, false]))) => piece.push_str(known),
            (Content::Known(known), _) => pieces.push((known.to_string(), [is_open, false])),
            (_, last) => {
                is_open = true;
                if let Some((_, [_, after])) = last {
                    *after = true;
                }
            }
        }
    }
    pieces.iter().any(|(piece, is_open)| holds(piece, *is_open))
}

/// Whether AWS uses letters, digits and hyphens alone for what this stands for: `us-gov-west-1`, `aws-cn`, `111122223333`.
fn is_word(origin: &Origin<'_>) -> bool {
    matches!(origin, Origin::Pseudo("AWS::AccountId" | "AWS::Partition" | "AWS::Region" | "AWS::StackName"))
}

/// Whether a scalar matches a pattern in which `*` stands for any characters, `?` for one, and `${AWS::AccountId}` for the reference to the
/// account of the stack.
///
/// Unsettled parts of the value may be anything: the result is `True` if every filling matches (decided conservatively:
/// an unsettled part must be swallowed by a `*`), `False` if none does.
pub fn like(value: &Value<'_>, pattern: &str) -> Truth {
    match like_parts(value, pattern) {
        Truth::Unknown => in_every_partition(&[value], &|values| {
            values.first().map_or(Truth::Unknown, |value| like_parts(value, pattern))
        }),
        result => result,
    }
}

/// The account of the stack in a pattern: the reference to it, and no ID that is written out.
const OWN_ACCOUNT: &str = "${AWS::AccountId}";

fn like_parts(value: &Value<'_>, pattern: &str) -> Truth {
    if !value.is_scalar() {
        return Truth::False;
    }
    let names_account = pattern.contains(OWN_ACCOUNT);
    let is_account = |part: &Part<'_>| names_account && matches!(part.origin, Origin::Pseudo("AWS::AccountId"));
    if !names_account && let Some(text) = value.text().filter(|text| !text.contains(['*', '?'])) {
        return pattern_covers(pattern, &text).into();
    }
    let units: Vec<Unit> = match &value.kind {
        Kind::Text(parts) => parts
            .iter()
            .flat_map(|part| match &part.content {
                _ if is_account(part) => vec![Unit::Char(OPEN)],
                Content::Known(text) => text.chars().map(Unit::Char).collect::<Vec<_>>(),
                _ if is_word(&part.origin) => vec![Unit::Word],
                _ => vec![Unit::Any],
            })
            .collect(),
        _ => value.text().unwrap_or_default().chars().map(Unit::Char).collect(),
    };
    let pattern = if names_account { glob(&pattern.replace(OWN_ACCOUNT, &OPEN.to_string())) } else { glob(pattern) };
    if covers(&pattern, &units) {
        Truth::True
    } else if units.iter().any(|unit| unit.is_open()) && overlap(&pattern, &units) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn text(parts: &[(&'static str, bool)]) -> Value<'static> {
        let parts = parts
            .iter()
            .map(|(text, known)| Part {
                content: if *known { Content::Known(Cow::Borrowed(*text)) } else { Content::Unknown },
                origin: if *known { Origin::Literal } else { Origin::Parameter(text) },
            })
            .collect();
        Value { span: Span::default(), kind: Kind::Text(parts) }
    }

    #[test]
    fn equality_uses_what_is_known() {
        let a = text(&[("patient-", true), ("Env", false)]);
        let b = text(&[("patient-", true), ("Other", false)]);
        let c = text(&[("claims-", true), ("Env", false)]);
        assert_eq!(equal(&a, &a), Truth::True);
        assert_eq!(equal(&a, &b), Truth::Unknown);
        assert_eq!(equal(&a, &c), Truth::False);
        assert_eq!(equals_str(&a, "patient-x"), Truth::Unknown);
        assert_eq!(equals_str(&a, "claims-x"), Truth::False);
    }

    #[test]
    fn an_account_has_twelve_digits_and_a_region_its_form() {
        let pseudo = |rest: &[(&'static str, bool)]| {
            let mut value = text(rest);
            if let Kind::Text(parts) = &mut value.kind {
                for part in parts.iter_mut().filter(|part| !part.content.is_known()) {
                    let Origin::Parameter(name) = part.origin else { continue };
                    part.origin = Origin::Pseudo(name);
                }
            }
            value
        };
        let account = pseudo(&[("records-", true), ("AWS::AccountId", false)]);
        assert_eq!(equals_str(&account, "records-data"), Truth::False);
        assert_eq!(equals_str(&account, "records-abcdefghijkl"), Truth::False);
        assert_eq!(equals_str(&account, "records-"), Truth::False);
        assert_eq!(equals_str(&account, "records-1111222233334"), Truth::False);
        assert_eq!(equals_str(&account, "records-111122223333"), Truth::Unknown);
        let region = pseudo(&[("records-", true), ("AWS::Region", false), ("-logs", true)]);
        assert_eq!(equals_str(&region, "records-data-logs"), Truth::False);
        assert_eq!(equals_str(&region, "records-prod-main-logs"), Truth::False);
        assert_eq!(equals_str(&region, "records-us-gov-west-1-logs"), Truth::Unknown);
        let both = pseudo(&[("AWS::AccountId", false), ("-", true), ("AWS::Region", false)]);
        assert_eq!(equals_str(&both, "111122223333-data"), Truth::False);
        assert_eq!(equals_str(&both, "111122223333-eu-west-1"), Truth::Unknown);
        let with_other = pseudo(&[("AWS::AccountId", false), ("AWS::StackName", false)]);
        assert_eq!(equals_str(&with_other, "111122223333x"), Truth::Unknown);
        assert_eq!(equals_str(&with_other, "records"), Truth::False);
    }

    #[test]
    fn what_both_texts_have_in_common_does_not_hide_a_difference() {
        let group = |stage| text(&[("Execution_", true), ("Api", false), (stage, true), ("Env", false)]);
        assert_eq!(equal(&group("/v1-"), &group("/v1-")), Truth::True);
        assert_eq!(equal(&group("/v1-"), &group("/v2-")), Truth::False);
        assert_eq!(equal(&group("/v1-"), &group("/v1-x")), Truth::False);
        let shorter = text(&[("Execution_", true), ("Api", false)]);
        assert_eq!(equal(&group("/v1-"), &shorter), Truth::False);
        let longer = text(&[("Execution_", true), ("Api", false), ("Env", false)]);
        assert_eq!(equal(&longer, &shorter), Truth::Unknown);
        let swapped = text(&[("Execution_", true), ("Env", false), ("/v1-", true), ("Api", false)]);
        assert_eq!(equal(&group("/v1-"), &swapped), Truth::Unknown);
    }

    #[test]
    fn what_aws_names_is_neither_empty_nor_a_wildcard() {
        let unknown = |origin| Value::unknown(origin, Span::default());
        let account = unknown(Origin::Pseudo("AWS::AccountId"));
        let bucket = unknown(Origin::Resource { id: "Bucket", attribute: Some(Cow::Borrowed("Arn")) });
        for reference in [account, bucket] {
            assert_eq!(equals_str(&reference, "*"), Truth::False);
            assert_eq!(equals_str(&reference, ""), Truth::False);
            assert_eq!(equals_str(&reference, "111122223333"), Truth::Unknown);
        }
        assert_eq!(equals_str(&unknown(Origin::Parameter("Source")), "*"), Truth::Unknown);
    }

    #[test]
    fn unsettled_parts_match_only_a_star_for_certain() {
        let arn = text(&[("arn:", true), ("AWS::Partition", false), (":s3:::bucket/*", true)]);
        for (pattern, expected) in [
            ("*", Truth::True),
            ("arn:*:s3:::bucket/*", Truth::True),
            ("arn:aws:s3:::bucket/*", Truth::Unknown),
            ("arn:*:sqs:*", Truth::Unknown),
            ("arn:*:s3:::other", Truth::False),
            ("urn:*", Truth::False),
        ] {
            assert_eq!(like(&arn, pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn the_account_of_the_stack_is_the_reference_to_it() {
        let part = |name| Part { content: Content::Unknown, origin: Origin::Pseudo(name) };
        let known = |text: &'static str| Part { content: Content::Known(Cow::Borrowed(text)), origin: Origin::Literal };
        let pinned =
            Part { content: Content::Known(Cow::Borrowed("111122223333")), origin: Origin::Pseudo("AWS::AccountId") };
        let parameter = Part { content: Content::Unknown, origin: Origin::Parameter("Organization") };
        let value = |parts| Value { span: Span::default(), kind: Kind::Text(parts) };
        for (middle, expected) in [
            (part("AWS::AccountId"), Truth::True),
            (pinned, Truth::True),
            (known("111122223333"), Truth::False),
            (part("AWS::Region"), Truth::False),
            (parameter, Truth::Unknown),
        ] {
            let value = value(vec![known("logs/"), middle, known("/*")]);
            assert_eq!(like(&value, "logs/${AWS::AccountId}/*"), expected, "{value:?}");
        }
    }

    #[test]
    fn a_partition_is_one_of_those_that_there_are() {
        let part = |name| Part { content: Content::Unknown, origin: Origin::Pseudo(name) };
        let text = |text: &'static str| Part { content: Content::Known(Cow::Borrowed(text)), origin: Origin::Literal };
        let value = |parts| Value { span: Span::default(), kind: Kind::Text(parts) };
        let arn = value(vec![text("arn:"), part("AWS::Partition"), text(":s3:::bucket/*")]);
        for (pattern, expected) in [
            ("arn:aws*:s3:::bucket/*", Truth::True),
            ("arn:*:s3:::*", Truth::True),
            ("arn:aws:s3:::bucket/*", Truth::Unknown),
            ("arn:*:sqs:*", Truth::False),
            ("arn:aws-moon:*", Truth::False),
        ] {
            assert_eq!(like(&arn, pattern), expected, "{pattern}");
        }
        assert_eq!(equals_str(&value(vec![part("AWS::Partition")]), "aws-cn"), Truth::Unknown);
        assert_eq!(equals_str(&value(vec![part("AWS::Partition")]), "gcp"), Truth::False);
        // Partition and domain go together.
        let both = value(vec![part("AWS::Partition"), text(" "), part("AWS::URLSuffix")]);
        assert_eq!(equals_str(&both, "aws-cn amazonaws.com"), Truth::False);
        assert_eq!(equals_str(&both, "aws-cn amazonaws.com.cn"), Truth::Unknown);
    }

    #[test]
    fn accounts_and_regions_are_words() {
        let part = |text: &'static str| match text.strip_prefix('$') {
            Some(name) => Part { content: Content::Unknown, origin: Origin::Pseudo(name) },
            None => Part { content: Content::Known(Cow::Borrowed(text)), origin: Origin::Literal },
        };
        let value =
            |texts: &[&'static str]| Value::from_parts(texts.iter().map(|text| part(text)).collect(), Span::default());
        let account = value(&["$AWS::AccountId"]);
        let key = value(&["arn:", "$AWS::Partition", ":kms:", "$AWS::Region", ":", "$AWS::AccountId", ":alias/mine"]);
        for (value, pattern, expected) in [
            (&account, "*.*", Truth::False),
            (&account, "*", Truth::True),
            (&account, "1111*", Truth::Unknown),
            (&account, "", Truth::Unknown),
            (&key, "*alias/aws/*", Truth::False),
            (&key, "*alias/mine", Truth::True),
            (&key, "arn:aws:kms:us-*", Truth::Unknown),
            (&key, "arn:*:kms:?*:*", Truth::Unknown),
            (&key, "arn:aws:*:s3:*", Truth::Unknown),
            (&key, "arn:*/*/*", Truth::False),
            (&value(&["$AWS::URLSuffix"]), "*.*", Truth::True),
            (&value(&["$AWS::URLSuffix"]), "*.com", Truth::Unknown),
        ] {
            assert_eq!(like(value, pattern), expected, "{pattern}");
        }
    }
}
