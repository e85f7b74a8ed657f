//! IAM actions: which exist, and which can be limited to resources.

use foldhash::HashMap;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;
use std::thread::LocalKey;

use super::sorted_text::{SortedText, sorted_lines};

/// One line for each service and first letter of the action: `s3:c createbucket createjob!`.
const ACTIONS: SortedText = sorted_lines!("iam-actions.txt");

/// One line for each service: the sets of resources that its actions can be limited to.
const RESOURCES: SortedText = sorted_lines!("iam-resources.txt");

/// Follows, in the data, an action that can only be granted on `*`.
const UNLIMITABLE: char = '!';

/// Follows, in the data, an action whose resources are not those of the service's first set; the set's number comes next.
const NUMBERED: char = '=';

/// Stands in a set's place where the data does not contain the action's resources.
const NO_SET: &str = "?";

/// No action pattern that matches anything needs more characters; longer ones are not worth matching.
const MAX_PATTERN_BYTES: usize = 256;

/// Whether the actions that a pattern matches can be limited to resources, or only be granted on `Resource: "*"`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Limitable {
    /// Every known action that matches can be limited.
    Always,
    /// Some known actions that match can be limited, half of them at least.
    Sometimes,
    /// Fewer than half of the known actions that match can be limited: of the 187 that `ec2:Describe*` matches, 17.
    Seldom,
    /// No known action that matches can be limited: `*` is the only resource that grants it.
    Never,
    /// No known action matches, or the pattern is not `service:action`.
    Unknown,
}

/// Whether an action pattern of an IAM policy (`ec2:Describe*`, in any case; `*` stands for any text, `?` for any one
/// character) matches actions that can be limited to resources.
///
/// From the Service Authorization Reference, as cfn-lint carries it: an action without resource types cannot be limited.
/// `*` and `*:*` match actions of both kinds. A wildcard in the service is otherwise [`Limitable::Unknown`]: IAM takes
/// wildcards in an action's name only (IAM User Guide, "IAM JSON policy elements: Action").
pub fn limitable(pattern: &str) -> Limitable {
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, Limitable>> = RefCell::default();
    }
    remembered(&KNOWN, 4096, pattern, look_up)
}

/// What a function says of a pattern. Policies ask the same again and again, so it is remembered, up to a number of patterns: those
/// that a hostile template invents do not pile up.
fn remembered<T: Clone>(
    known: &'static LocalKey<RefCell<HashMap<Box<str>, T>>>,
    most: usize,
    pattern: &str,
    look_up: impl Fn(&str) -> T,
) -> T {
    if pattern.len() > MAX_PATTERN_BYTES {
        return look_up(pattern);
    }
    if let Some(result) = known.with_borrow(|known| known.get(pattern).cloned()) {
        return result;
    }
    let result = look_up(pattern);
    known.with_borrow_mut(|known| {
        if known.len() < most {
            known.insert(pattern.into(), result.clone());
        }
    });
    result
}

fn look_up(pattern: &str) -> Limitable {
    if matches!(pattern, "*" | "*:*") {
        return Limitable::Sometimes;
    }
    let Some((service, action)) = pattern.split_once(':') else { return Limitable::Unknown };
    if action.len() > MAX_PATTERN_BYTES {
        return Limitable::Unknown;
    }
    let (mut can, mut cannot) = (0_u32, 0_u32);
    for word in words_matching(service, action) {
        if matches_pattern(action.as_bytes(), name_of(word).as_bytes()) {
            can += u32::from(!word.ends_with(UNLIMITABLE));
            cannot += u32::from(word.ends_with(UNLIMITABLE));
        }
    }
    match (can, cannot) {
        (0, 0) => Limitable::Unknown,
        (_, 0) => Limitable::Always,
        (0, _) => Limitable::Never,
        _ if can < cannot => Limitable::Seldom,
        _ => Limitable::Sometimes,
    }
}

/// Whether one action (`s3`, `GetObject`, in any case, without wildcards) can be limited to resources; `None` if the
/// action is not known.
pub fn can_be_limited(service: &str, action: &str) -> Option<bool> {
    let word = words_matching(service, action).next()?;
    name_of(word).eq_ignore_ascii_case(action).then_some(!word.ends_with(UNLIMITABLE))
}

/// Whether every known action of a service (`sqs`, in any case) matches one of these patterns, which are without the service (`Send*`).
/// False for a service without known actions.
pub fn cover_service(service: &str, patterns: &[&str]) -> bool {
    let mut actions = words_matching(service, "").map(name_of).peekable();
    actions.peek().is_some()
        && actions.all(|action| patterns.iter().any(|pattern| matches_pattern(pattern.as_bytes(), action.as_bytes())))
}

/// The action that a word of the data is about.
fn name_of(word: &str) -> &str {
    let end = word.bytes().position(|byte| matches!(char::from(byte), UNLIMITABLE | NUMBERED));
    word.get(..end.unwrap_or(word.len())).unwrap_or_default()
}

/// The resources that the known actions which a pattern matches can be limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceSets {
    /// The sets of resources, one for actions that share it, each with the service of the actions.
    pub sets: Vec<(&'static str, &'static str)>,
    /// Whether the resources of an action are not known: the action is not, or the data does not contain them.
    pub unknown: bool,
}

impl ResourceSets {
    /// The kinds of resources in all of the sets. A kind may occur more than once.
    pub fn kinds(&self) -> impl Iterator<Item = ResourceKind> {
        self.sets.iter().flat_map(|(service, set)| kinds_of(service, set))
    }
}

/// A kind of resource: what is fixed in the ARNs of all such resources.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct ResourceKind {
    /// The service in the ARN, in lower case: `dynamodb`.
    pub service: &'static str,
    /// The resource part of the ARN, with `*` for what tells such resources apart: `table/*`.
    pub name: &'static str,
}

fn kinds_of(service: &'static str, set: &'static str) -> impl Iterator<Item = ResourceKind> {
    set.split(',').map(move |kind| match kind.strip_prefix('+').and_then(|other| other.split_once(':')) {
        Some((service, name)) => ResourceKind { service, name },
        None => ResourceKind { service, name: kind },
    })
}

/// The kinds of resources of a service whose name matches a pattern, as the service's own actions name them.
pub fn resource_kinds(service: &str) -> Rc<[ResourceKind]> {
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, Rc<[ResourceKind]>>> = RefCell::default();
    }
    remembered(&KNOWN, 64, service, |service| look_up_kinds(service).collect())
}

fn look_up_kinds(service: &str) -> impl Iterator<Item = ResourceKind> {
    let fixed = service.split(['*', '?']).next().unwrap_or_default();
    // The lines from the first one on whose service begins as the pattern does.
    RESOURCES
        .from(move |key| key < fixed)
        .map_while(|line| line.split_once(' '))
        .take_while(move |(known, _)| known.starts_with(fixed))
        .filter(move |(known, _)| matches_pattern(service.as_bytes(), known.as_bytes()))
        .flat_map(|(known, sets)| sets.split(' ').flat_map(|set| kinds_of(known, set)))
}

/// The resources that the actions which a pattern matches (`dynamodb:Get*`, `s3:*`, `*`, in any case) can be limited to.
pub fn resources_of_actions(pattern: &str) -> Rc<ResourceSets> {
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, Rc<ResourceSets>>> = RefCell::default();
    }
    remembered(&KNOWN, 512, pattern, |pattern| Rc::new(look_up_resources(pattern)))
}

fn look_up_resources(pattern: &str) -> ResourceSets {
    let mut found = ResourceSets::default();
    if matches!(pattern, "*" | "*:*") {
        for (service, sets) in RESOURCES.from(|_| false).filter_map(|line| line.split_once(' ')) {
            found.sets.extend(sets.split(' ').map(|set| (service, set)));
        }
        return found;
    }
    let Some((service, action)) = pattern.split_once(':').filter(|_| pattern.len() <= MAX_PATTERN_BYTES) else {
        return ResourceSets { unknown: true, ..found };
    };
    let service = service.to_ascii_lowercase();
    let sets = RESOURCES.from(|key| key < service.as_str()).next().and_then(|line| line.split_once(' '));
    let Some((known, sets)) = sets.filter(|(known, _)| *known == service) else {
        // A service without resources of its own, or none at all.
        return ResourceSets { unknown: limitable(pattern) == Limitable::Unknown, ..found };
    };
    let mut any = false;
    let mut numbers = Vec::new();
    for word in words_matching(&service, action) {
        if !matches_pattern(action.as_bytes(), name_of(word).as_bytes()) {
            continue;
        }
        any = true;
        match word.split_once(NUMBERED) {
            Some((_, NO_SET)) => found.unknown = true,
            Some((_, number)) => numbers.extend(number.parse::<usize>()),
            None if word.ends_with(UNLIMITABLE) => {}
            None => numbers.push(0),
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    found.sets.extend(numbers.iter().filter_map(|number| Some((known, sets.split(' ').nth(*number)?))));
    found.unknown |= !any;
    found
}

/// The actions of `service` that start with the part of `action` before its first wildcard, in order, as the data has them.
fn words_matching<'a>(service: &'a str, action: &'a str) -> impl Iterator<Item = &'static str> + 'a {
    let prefix = action.split(['*', '?']).next().unwrap_or_default();
    let first_letter = prefix.get(..1).unwrap_or_default();
    ACTIONS
        .from(move |key| compare_ignoring_case(key, [service, ":", first_letter]) == Ordering::Less)
        .map_while(|line| line.split_once(' '))
        .take_while(move |(key, _)| {
            key.split_once(':').is_some_and(|(its_service, its_letter)| {
                its_service.eq_ignore_ascii_case(service) && starts_with_ignoring_case(its_letter, first_letter)
            })
        })
        .flat_map(move |(_, words)| {
            SortedText::words(words)
                .from(move |word| compare_ignoring_case(name_of(word), [prefix]) == Ordering::Less)
                .take_while(move |word| starts_with_ignoring_case(word, prefix))
        })
}

/// How `left` and the parts of `right`, one after the other, compare when all letters are lower-case.
fn compare_ignoring_case<const N: usize>(left: &str, right: [&str; N]) -> Ordering {
    let mut left = left.bytes();
    for byte in right.iter().flat_map(|part| part.as_bytes()) {
        let Some(own) = left.next() else { return Ordering::Less };
        match own.to_ascii_lowercase().cmp(&byte.to_ascii_lowercase()) {
            Ordering::Equal => {}
            other => return other,
        }
    }
    if left.next().is_some() { Ordering::Greater } else { Ordering::Equal }
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Whether `pattern` matches all of `text`, in any case. Goes back to the last `*` only, so that its work is bounded by
/// the product of both lengths.
fn matches_pattern(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    // After the last `*`: the pattern's next character, and the text that the `*` has not swallowed yet.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(character) = text.get(at_text) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                at_pattern += 1;
                retry = Some((at_pattern, at_text));
            }
            Some(expected) if *expected == b'?' || expected.eq_ignore_ascii_case(character) => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => {
                let Some((after_star, swallowed)) = retry else { return false };
                retry = Some((after_star, swallowed + 1));
                (at_pattern, at_text) = (after_star, swallowed + 1);
            }
        }
    }
    pattern.iter().skip(at_pattern).all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// The kinds of resources that a pattern's actions can be limited to, `?` after them where there may be more.
    fn kinds(pattern: &str) -> String {
        let found = resources_of_actions(pattern);
        let mut kinds: Vec<String> = found.kinds().map(|kind| format!("{}:{}", kind.service, kind.name)).collect();
        kinds.sort();
        kinds.dedup();
        format!("{}{}", kinds.join(" "), if found.unknown { "?" } else { "" })
    }

    #[test]
    fn actions_can_be_limited_to_their_resources() {
        for (pattern, expected) in [
            ("dynamodb:GetItem", "dynamodb:table/*"),
            ("DynamoDB:getitem", "dynamodb:table/*"),
            ("secretsmanager:Get*Value", "secretsmanager:secret:*"),
            ("kms:Decrypt", "kms:key/*"),
            ("kms:*", "kms:alias/* kms:key/*"),
            ("s3:GetObject", "s3:*/* s3:accesspoint/*"),
            ("s3:ListBucket", "s3:* s3:accesspoint/*"),
            ("sts:AssumeRole", "iam:role/*"),
            ("sqs:SendMessage", "sqs:*"),
            ("s3:ListAllMyBuckets", ""),
            ("xray:*Segments", ""),
            ("s3:GetTomorrowsObject", "?"),
            ("nosuchservice:Do", "?"),
            ("GetObject", "?"),
        ] {
            assert_eq!(kinds(pattern), expected, "{pattern}");
        }
        assert!(kinds("*").contains("dynamodb:table/*") && kinds("*:*").contains("kms:key/*"));
    }

    #[test]
    fn patterns_cover_a_service_together() {
        for (patterns, expected) in [
            (&["*"][..], true),
            (&["?*"], true),
            (&["Assume*", "Decode*", "Get*", "Set*", "Tag*"], true),
            (&["assume*", "decode*", "get*", "set*"], false),
            (&["AssumeRole"], false),
            (&[], false),
        ] {
            assert_eq!(cover_service("STS", patterns), expected, "{patterns:?}");
        }
        assert!(!cover_service("nosuchservice", &["*"]));
    }

    #[test]
    fn a_service_has_the_resources_of_its_actions() {
        let names = |service: &str| resource_kinds(service).iter().map(|kind| kind.name).collect::<Vec<_>>();
        assert!(names("secretsmanager").iter().all(|name| *name == "secret:*"));
        assert!(names("secretsm*").contains(&"secret:*"));
        assert!(names("*").contains(&"table/*"));
        assert!(names("nosuchservice").is_empty());
    }
}
