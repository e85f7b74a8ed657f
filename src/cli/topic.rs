//! Topics, as people type them after `explain`, `rules` and `controls`: services, citations, resource types, ids of other tools,
//! and words of ids and titles. Decides which rules and citations a topic selects.

use crate::catalogue::{cites, is_about, is_within, services};
use crate::rules::load::{RuleEntry, RuleSet, controls, nearest, runtime_checks};
use crate::rules::meta::{Control, RuntimeCheck};
use crate::rules::rule::TargetName;
use std::collections::BTreeSet;

/// Where to look if no topic is like the one that does not exist.
pub(super) const LIST_RULES: &str = "`hipaalint rules` lists all rules.";

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// A citation of the Security Rule with everything below it, such as `164.312(b)`.
    Citation(String),
    /// A resource type such as `AWS::S3::Bucket`, or a service such as `AWS::S3`.
    Type(String),
    /// A service, an id, or a word of ids and titles.
    Word(String),
}

/// The rules on some topics, and the checks on them that need a running account.
pub(super) struct Matches<'r> {
    pub(super) rules: Vec<&'r RuleEntry>,
    pub(super) runtime: Vec<&'static RuntimeCheck>,
}

impl Topic {
    /// The topics of some arguments. Each word is a topic, also where one argument has several.
    pub(super) fn all(arguments: &[String]) -> Vec<Self> {
        arguments.iter().flat_map(|argument| Self::of(argument)).collect()
    }

    fn of(argument: &str) -> Vec<Self> {
        // Counsel writes `45 CFR § 164.312(b)`, or `164.312 (b)`.
        let citation: String = argument.chars().filter(|c| !c.is_whitespace() && *c != '§').collect();
        let citation = citation.strip_prefix("45CFR").unwrap_or(&citation);
        if let Some((part, _)) = citation.split_once('.')
            && part.len() == 3
            && part.bytes().all(|byte| byte.is_ascii_digit())
        {
            return vec![Self::Citation(citation.to_owned())];
        }
        argument
            .split_whitespace()
            .map(|word| match word.contains("::") {
                true => Self::Type(word.trim_end_matches(['*', ':']).to_owned()),
                false => Self::Word(word.to_owned()),
            })
            .collect()
    }

    /// As it was typed, or nearly.
    fn text(&self) -> &str {
        match self {
            Self::Citation(text) | Self::Type(text) | Self::Word(text) => text,
        }
    }

    /// Whether a rule is on this topic.
    pub(super) fn covers(&self, entry: &RuleEntry) -> bool {
        match self {
            Self::Citation(citation) => cites(entry, citation),
            Self::Type(kind) => entry.targets.iter().any(|target| match target {
                TargetName::Type(own) => is_or_is_below(own, kind),
                TargetName::Types(pattern) => {
                    is_or_is_below(pattern.trim_end_matches(['*', ':']), kind) || target.has_type(kind)
                }
                _ => false,
            }),
            Self::Word(word) => {
                let mut aliases = entry.meta.aliases.values().flatten();
                is_about(entry, word)
                    || aliases.any(|alias| alias.eq_ignore_ascii_case(word))
                    || has_word(&[entry.id(), &entry.meta.title], word)
            }
        }
    }

    fn covers_runtime(&self, check: &RuntimeCheck) -> bool {
        match self {
            Self::Citation(citation) => check.controls.iter().any(|own| is_within(own, citation)),
            Self::Type(_) => false,
            Self::Word(word) => has_word(&[&check.id.replace('_', "-"), &check.title], word),
        }
    }

    /// Whether it names a citation, by its number or by words of its title.
    pub(super) fn names(&self, control: &Control) -> bool {
        match self {
            Self::Citation(citation) => is_within(&control.id, citation),
            Self::Type(_) => false,
            Self::Word(word) => has_word(&[&control.title], word),
        }
    }

    /// That nothing is on this topic, with the name that was probably meant.
    pub(super) fn complaint(&self, set: &RuleSet) -> String {
        match self {
            Self::Citation(citation) => unknown_citation(citation),
            Self::Type(kind) => {
                let kinds: BTreeSet<&str> =
                    set.entries().iter().flat_map(|entry| entry.targets.iter()).map(TargetName::name).collect();
                let known = kinds.into_iter().filter(|name| name.contains("::"));
                let near = nearest(kind, known).map(|near| format!("Did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| LIST_RULES.to_owned());
                format!("no rule is for `{kind}`. {help}")
            }
            Self::Word(word) => {
                let word = word.to_lowercase();
                if let Some(id) = set.nearest(&word) {
                    return format!("there is no rule `{word}`. Did you mean `{id}`?");
                }
                let words: BTreeSet<String> = set.entries().iter().flat_map(words_of).collect();
                match nearest(&word, words.iter().map(String::as_str)) {
                    Some(near) => format!("there is no rule and no topic `{word}`. Did you mean `{near}`?"),
                    None => format!("there is no rule and no topic `{word}`. {LIST_RULES}"),
                }
            }
        }
    }
}

impl<'r> Matches<'r> {
    /// The rules that are on each of some topics.
    ///
    /// # Errors
    /// A topic that no rule is on, with the name that was probably meant; or that no rule is on all of them.
    pub(super) fn of_all(topics: &[Topic], set: &'r RuleSet) -> Result<Self, String> {
        let on = |topics: &[Topic]| Self {
            rules: set.entries().iter().filter(|entry| topics.iter().all(|topic| topic.covers(entry))).collect(),
            runtime: runtime_checks()
                .iter()
                .filter(|check| !topics.is_empty() && topics.iter().all(|topic| topic.covers_runtime(check)))
                .collect(),
        };
        let is_citation = |topic: &Topic| matches!(topic, Topic::Citation(_)) && named(topic).next().is_some();
        let unknown = topics.iter().find(|topic| on(std::slice::from_ref(topic)).is_empty() && !is_citation(topic));
        if let Some(topic) = unknown {
            return Err(topic.complaint(set));
        }
        let matches = on(topics);
        if topics.len() > 1 && matches.is_empty() {
            let texts: Vec<String> = topics.iter().map(|topic| format!("`{}`", topic.text())).collect();
            return Err(format!("no rule matches all of {}. Use fewer words.", texts.join(", ")));
        }
        Ok(matches)
    }

    fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.runtime.is_empty()
    }
}

/// The citations that a topic names.
fn named(topic: &Topic) -> impl Iterator<Item = &'static Control> {
    controls().iter().filter(|control| topic.names(control))
}

/// That the Security Rule does not have a citation, with the one that was probably meant.
pub(super) fn unknown_citation(citation: &str) -> String {
    unknown(&format!("the Security Rule has no `{citation}`"), citation, controls().iter().map(|control| &control.id))
}

/// That no rule is for a service, with the one that was probably meant.
pub(super) fn unknown_service(service: &str, set: &RuleSet) -> String {
    let known: Vec<String> = set.entries().iter().flat_map(services).map(str::to_lowercase).collect();
    unknown(&format!("no rule is for `{service}`"), &service.to_lowercase(), known.iter())
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k String>) -> String {
    match nearest(name, known.map(String::as_str)) {
        Some(near) => format!("{what}. Did you mean `{near}`?"),
        None => format!("{what}. `hipaalint rules` and `hipaalint controls` list all."),
    }
}

/// Services and words of an id: the names of topics.
fn words_of(entry: &RuleEntry) -> Vec<String> {
    let services = services(entry).into_iter().map(str::to_lowercase);
    services.chain(entry.id().split('-').map(str::to_owned)).collect()
}

/// Whether a resource type is this one, or of this service, in any case.
fn is_or_is_below(kind: &str, above: &str) -> bool {
    let head = kind.get(..above.len()).filter(|head| head.eq_ignore_ascii_case(above));
    head.is_some() && kind.get(above.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Fewer characters are not the beginning of a word: `s3` would be that of many.
const MIN_BEGINNING: usize = 4;

/// Whether texts contain each part of a word in some form: `encryption` is in "does not encrypt", and so is `encr`.
fn has_word(texts: &[&str], word: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(str::to_lowercase).collect()
    };
    let known: Vec<String> = texts.iter().flat_map(|text| parts(text)).collect();
    let wanted = parts(word);
    let is_known = |part: &String| {
        // A beginning of several parts is more likely a misspelt id.
        let is_long = wanted.len() == 1 && part.chars().count() >= MIN_BEGINNING;
        known.iter().any(|known| stem(known) == stem(part) || (is_long && known.starts_with(part)))
    };
    !wanted.is_empty() && wanted.iter().all(is_known)
}

/// What the forms of a word have in common: `encrypt` of "encryption", "encrypts" and "unencrypted".
fn stem(word: &str) -> String {
    /// Endings, in the order in which they are taken off, and the letters that must remain.
    const ENDINGS: [(&str, usize); 7] = [("ies", 3), ("s", 3), ("ing", 3), ("ed", 3), ("ion", 4), ("ly", 4), ("e", 4)];
    let mut stem = word.to_owned();
    for (ending, least) in ENDINGS {
        if let Some(rest) = stem.strip_suffix(ending).filter(|rest| rest.chars().count() >= least) {
            stem = if ending == "ies" { format!("{rest}y") } else { rest.to_owned() };
        }
    }
    // "logging" is of "log".
    let last: Vec<char> = stem.chars().rev().take(2).collect();
    if stem.len() < word.len() && last.first() == last.get(1) && stem.len() > 3 {
        stem.pop();
    }
    match stem.strip_prefix("un") {
        Some(rest) if rest.chars().count() >= 6 => rest.to_owned(),
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for forms in [
            &["encryption", "encrypt", "encrypts", "encrypted", "unencrypted", "encrypting"][..],
            &["version", "versions", "versioning", "versioned"],
            &["log", "logs", "logging", "logged"],
            &["policy", "policies"],
            &["rotate", "rotates", "rotation", "rotated"],
            &["delete", "deletes", "deletion"],
            &["public", "publicly"],
            &["bucket", "buckets"],
        ] {
            let stems: BTreeSet<String> = forms.iter().map(|form| stem(form)).collect();
            assert_eq!(stems.len(), 1, "{forms:?}: {stems:?}");
        }
        for (one, other) in [("tls", "tl"), ("kms", "km"), ("dns", "dn"), ("s3", "s"), ("access", "accept")] {
            assert_ne!(stem(one), stem(other));
        }
    }

    #[test]
    fn citations_are_known_however_they_are_written() {
        for text in ["164.312(b)", "§164.312(b)", "§ 164.312(b)", "45 CFR 164.312(b)", "45 CFR § 164.312 (b)"] {
            assert_eq!(Topic::of(text), [Topic::Citation("164.312(b)".to_owned())], "{text}");
        }
        let words = |text: &str| Topic::of(text);
        assert_eq!(words("s3 tls"), [Topic::Word("s3".to_owned()), Topic::Word("tls".to_owned())]);
        assert_eq!(words("AWS::S3::*"), [Topic::Type("AWS::S3".to_owned())]);
    }

    #[test]
    fn types_are_those_of_their_service() {
        assert!(is_or_is_below("AWS::S3::Bucket", "aws::s3") && is_or_is_below("AWS::S3::Bucket", "AWS::S3::bucket"));
        assert!(!is_or_is_below("AWS::S3Outposts::Bucket", "AWS::S3") && !is_or_is_below("AWS::S3", "AWS::S3::Bucket"));
    }

    #[test]
    fn words_are_found_in_titles() {
        let title = ["s3-bucket-tls-only", "S3 bucket allows unencrypted HTTP requests"];
        for word in ["encryption", "buckets", "s3-bucket", "requ", "HTTP"] {
            assert!(has_word(&title, word), "{word}");
        }
        for word in ["", "-", "s", "req", "rds", "s3-bucke"] {
            assert!(!has_word(&title, word), "{word}");
        }
    }
}
