//! IAM actions: which exist, and which can be limited to resources.

use foldhash::HashMap;
use std::cell::RefCell;
use std::cmp::Ordering;

use super::sorted_text::SortedText;

/// One line for each service and first letter of the action: `s3:c createbucket createjob!`.
const ACTIONS: SortedText = SortedText::lines(include_str!("../../data/iam-actions.txt"));

/// Follows, in the data, an action that can only be granted on `*`.
const UNLIMITABLE: char = '!';

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
    /// Patterns that a hostile template invents do not pile up.
    const MOST: usize = 4096;
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, Limitable>> = RefCell::default();
    }
    if pattern.len() > MAX_PATTERN_BYTES {
        return look_up(pattern);
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(result) = known.get(pattern) {
            return *result;
        }
        let result = look_up(pattern);
        if known.len() < MOST {
            known.insert(pattern.into(), result);
        }
        result
    })
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
        let known = word.trim_end_matches(UNLIMITABLE);
        if matches_pattern(action.as_bytes(), known.as_bytes()) {
            can += u32::from(known.len() == word.len());
            cannot += u32::from(known.len() < word.len());
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
    let known = word.trim_end_matches(UNLIMITABLE);
    known.eq_ignore_ascii_case(action).then_some(known.len() == word.len())
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
                .from(move |word| compare_ignoring_case(word.trim_end_matches(UNLIMITABLE), [prefix]) == Ordering::Less)
                .take_while(move |word| starts_with_ignoring_case(word, prefix))
        })
}

/// How `left` and the parts of `right`, one after the other, compare when all letters are lower-case.
fn compare_ignoring_case<const N: usize>(left: &str, right: [&str; N]) -> Ordering {
    let right = right.into_iter().flat_map(str::bytes);
    left.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(right.map(|byte| byte.to_ascii_lowercase()))
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
