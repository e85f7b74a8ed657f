//! What fixes do, in few sentences: each once, with what it is about.

#![cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the words are for people at a terminal"))]

use serde::Serialize;
use std::collections::HashMap;

/// Names before a sentence; the rest are counted.
const MAX_NAMES: usize = 3;

/// What a fix does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The file.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// The name of the resource; empty for the template as a whole.
    pub resource: String,
    /// What the fix does.
    pub note: String,
    /// Whether the fix is safe.
    pub safe: bool,
}

/// The sentences of all effects of fixes that are safe, or are not, the gravest first, joined where they are about the same. Returns the number of those that are left out
/// beyond so many, too.
pub(crate) fn paragraphs(effects: &[Effect], safe: bool, most: usize) -> (Vec<String>, usize) {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut places = HashMap::new();
    for effect in effects.iter().filter(|effect| effect.safe == safe) {
        for sentence in split(&effect.note) {
            let place = *places.entry(sentence).or_insert_with(|| {
                all.push((sentence, Vec::new()));
                all.len() - 1
            });
            if let Some((_, names)) = all.get_mut(place)
                && !effect.resource.is_empty()
                && !names.contains(&effect.resource.as_str())
            {
                names.push(&effect.resource);
            }
        }
    }
    all.sort_by_key(|(sentence, _)| !is_grave(sentence));
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    let mut joined: Vec<(Vec<&str>, String)> = Vec::new();
    for (sentence, names) in all {
        match joined.iter_mut().find(|(own, _)| *own == names) {
            Some((_, text)) => text.extend([" ", sentence]),
            None => joined.push((names, sentence.to_owned())),
        }
    }
    (joined.into_iter().map(|(names, text)| about(&text, &names)).collect(), more)
}

/// Whether something is lost, or does not work any more.
fn is_grave(sentence: &str) -> bool {
    ["replace", "refuse", "interrupt", "delete", "deni", "deny"].iter().any(|word| sentence.contains(word))
}

/// Sentences with the names of what they are about, unless they have the only one themselves.
fn about(text: &str, names: &[&str]) -> String {
    match names {
        [] => return text.to_owned(),
        [only] if text.contains(&format!("`{only}`")) => return text.to_owned(),
        _ => {}
    }
    let mut shown: Vec<String> = names.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MAX_NAMES);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    let shown = match shown.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        shown => shown.concat(),
    };
    format!("{shown}: {text}")
}

/// The sentences of a text.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        let is_end = |at: &usize| {
            rest.get(at + 2..).is_some_and(|next| next.starts_with(|c: char| c.is_uppercase() || c == '`'))
        };
        let end = rest.match_indices(". ").map(|(at, _)| at).find(is_end);
        let (sentence, left) = match end {
            Some(end) => rest.split_at(end + 1),
            None => (rest, ""),
        };
        rest = left.trim_start();
        (!sentence.is_empty()).then_some(sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_there_once_and_names_what_it_is_about() {
        let effect = |resource: &str, note: &str| Effect {
            file: "app.yaml".to_owned(),
            rule: "r".to_owned(),
            resource: resource.to_owned(),
            note: note.to_owned(),
            safe: false,
        };
        let all = [
            effect("A", "The key costs money, e.g. 1 dollar. `A` needs v1. x."),
            effect("B", "The key costs money, e.g. 1 dollar. CloudFormation replaces `B`."),
            effect("", "It is for all."),
            effect("C", "It is slow. So it is."),
            effect("D", "It is slow. So it is."),
            effect("E", "It is slow. So it is."),
            effect("E", "It is slow. So it is."),
            effect("F", "It is slow. So it is."),
        ];
        let expected = [
            "CloudFormation replaces `B`.",
            "`A` and `B`: The key costs money, e.g. 1 dollar.",
            "`A` needs v1. x.",
            "It is for all.",
            "`C`, `D`, `E` and 1 more: It is slow. So it is.",
        ];
        let (all, more) = paragraphs(&all, false, 9);
        assert_eq!((all.iter().map(String::as_str).collect::<Vec<_>>(), more), (expected.to_vec(), 0));
        assert_eq!(paragraphs(&[effect("", "One. Two. Three.")], false, 2), (vec!["One. Two.".to_owned()], 1));
        assert_eq!(paragraphs(&[effect("", "One.")], true, 9), (Vec::new(), 0));
    }
}
