//! The placeholders of a rule's messages.

use super::place::{Focus, Spot};
use super::slip::{Slip, did_you_mean, meant};
use crate::finding::Flaw;
use crate::rules::language::analysis::ANALYSES;
use crate::rules::language::assertion::{Assertion, Form};
use crate::rules::language::evidence::Evidence;
use crate::rules::language::rule::Rule;

/// Those that every message may have.
const COMMON: [&str; 5] = ["resource", "type", "name", "state", "value"];

/// Adds what is wrong with the messages of a rule.
pub(super) fn vet(rule: &Rule, slips: &mut Vec<Slip>) {
    if let Some(flaw) = rule.exception {
        return message(&rule.message, words_of(flaw).to_vec(), &Spot::key("message"), slips);
    }
    let mut all = COMMON.to_vec();
    for (index, check) in rule.checks.iter().enumerate() {
        let spot = Spot::check(index);
        let of_evidence = check.evidence.map_or(&[][..], Evidence::words);
        let mut words = [&COMMON, of_evidence].concat();
        for (key, assertion) in [("when", check.when.as_ref()), ("assert", Some(&check.assert))] {
            if let Some(assertion) = assertion {
                walk(assertion, of_evidence, &mut words, &spot.below(key), slips);
            }
        }
        all.extend(&words);
        if let Some(text) = &check.message {
            message(text, words, &spot.below("message"), slips);
        }
    }
    message(&rule.message, all, &Spot::key("message"), slips);
}

/// The words of messages about an exception.
fn words_of(flaw: Flaw) -> &'static [&'static str] {
    match flaw {
        Flaw::Unused => &["rule", "place"],
        Flaw::Expired => &["rule", "date"],
        Flaw::WithoutReason => &["rule", "effect"],
        Flaw::UnknownRule => &["rule", "effect", "hint"],
        Flaw::Malformed => &["problem"],
    }
}

/// Checks the messages in an assertion, and adds the words of its analyses. Those of evidence are in all of them.
fn walk(
    assertion: &Assertion,
    of_evidence: &'static [&'static str],
    words: &mut Vec<&'static str>,
    spot: &Spot<'_>,
    slips: &mut Vec<Slip>,
) {
    let mut own = Vec::new();
    let mut all = |items: &[Assertion], spot: &Spot<'_>| {
        for (index, item) in items.iter().enumerate() {
            walk(item, of_evidence, &mut own, &spot.item(index), slips);
        }
    };
    match &assertion.form {
        Form::All(items) => all(items, &spot.below("all")),
        Form::Any(items) => all(items, &spot.below("any")),
        Form::Not(inner) => walk(inner, of_evidence, &mut own, &spot.below("not"), slips),
        Form::Quantified(_, quantified) | Form::Count(_, quantified) => {
            let key = match &assertion.form {
                Form::Quantified(quantifier, _) => quantifier.key(),
                _ => "count",
            };
            let spot = spot.below(key);
            for (key, inner) in [("where", &quantified.filter), ("assert", &quantified.test)] {
                if let Some(inner) = inner {
                    walk(inner, of_evidence, &mut own, &spot.below(key), slips);
                }
            }
        }
        Form::Analysis(analysis) => own.extend(analysis.words()),
        Form::Value { .. } | Form::Setting { .. } | Form::Configured(_) | Form::Profile(_) | Form::Undecided(_) => {}
    }
    if let Some(text) = &assertion.message {
        let known = [&COMMON, of_evidence, own.as_slice()].concat();
        message(text, known, &spot.below("message"), slips);
    }
    words.append(&mut own);
}

/// Checks one message.
fn message(text: &str, known: Vec<&'static str>, spot: &Spot<'_>, slips: &mut Vec<Slip>) {
    for name in placeholders(text).filter(|name| !known.contains(name)) {
        let trimmed = name.trim();
        let same = known.iter().find(|each| each.eq_ignore_ascii_case(trimmed)).copied();
        let hint = match (same.or_else(|| meant(trimmed, known.iter().copied())), analysis_with(trimmed)) {
            (Some(meant), _) => did_you_mean(Some(format!("{{{meant}}}"))),
            (None, Some(analysis)) => format!("; only messages about `{analysis}` have it"),
            (None, None) => format!("; the message may contain {}", listed(&known)),
        };
        let wrong = format!("{{{name}}}");
        let place = spot.at(Focus::part(text, &wrong));
        let message = format!("`{wrong}` is not a placeholder of this message{hint}");
        slips.push(Slip { place, message, may_be_newer: false });
    }
}

/// An analysis that has a word.
fn analysis_with(word: &str) -> Option<&'static str> {
    ANALYSES.iter().find(|row| row.words.iter().any(|(own, _)| *own == word)).map(|row| row.name)
}

fn listed(known: &[&str]) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in known {
        let shown = format!("`{{{name}}}`");
        if !names.contains(&shown) {
            names.push(shown);
        }
    }
    match names.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What a message has in braces and looks like a placeholder: not `${Env}`, not `{{resolve:…}}`, not JSON.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.match_indices('{');
    pieces.filter_map(|(at, _)| {
        let is_own = !text.get(..at).is_some_and(|before| before.ends_with(['$', '{']));
        let (name, _) = text.get(at + 1..)?.split_once('}')?;
        let word = name.trim();
        let is_word = word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (is_own && is_word).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_are_words_in_braces() {
        let found = |text| placeholders(text).collect::<Vec<_>>();
        assert_eq!(found("`{resource}`: {nmae} { state } {a-b}"), ["resource", "nmae", " state ", "a-b"]);
        assert_eq!(found("${Env} {{resolve:ssm:x}} {} { \"Effect\": \"Deny\" } {proxy+} {open"), [""; 0]);
    }
}
