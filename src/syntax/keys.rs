//! Keys of one mapping are unique: finding two that are not, in linear time for large mappings.

use super::message::quoted;
use super::{Entry, SyntaxError};
use std::collections::HashMap;

/// Whether a key calls a macro or a loop.
pub(super) fn calls_macro(key: &str) -> bool {
    key.starts_with("Fn::") && (key == "Fn::Transform" || key.starts_with("Fn::ForEach"))
}

/// Up to this many keys, comparing each with those before it is faster than hashing.
const COMPARED: usize = 16;

/// The error for the first key that repeats an earlier one, if there is one.
pub(super) fn duplicate(entries: &[Entry<'_>]) -> Option<SyntaxError> {
    let (first, second) = if entries.len() <= COMPARED { by_comparing(entries) } else { by_hashing(entries) }?;
    Some(SyntaxError {
        span: second.key_span,
        message: format!("the key {} is used twice in the same map", quoted(&second.key)),
        help: "Rename one of the keys, or remove one of the entries. Parsers keep only one of the two values."
            .to_owned(),
        related: Some((first.key_span, "first use of the key".to_owned())),
    })
}

fn by_comparing<'e, 's>(entries: &'e [Entry<'s>]) -> Option<(&'e Entry<'s>, &'e Entry<'s>)> {
    entries.iter().enumerate().find_map(|(index, second)| {
        let first = entries.iter().take(index).find(|first| first.key == second.key)?;
        Some((first, second))
    })
}

fn by_hashing<'e, 's>(entries: &'e [Entry<'s>]) -> Option<(&'e Entry<'s>, &'e Entry<'s>)> {
    let mut seen: HashMap<&str, &Entry<'s>> = HashMap::with_capacity(entries.len());
    entries.iter().find_map(|second| Some((seen.insert(&second.key, second)?, second)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::{SourceId, Span};
    use crate::syntax::{Kind, Node};

    fn entries(keys: &[String]) -> Vec<Entry<'_>> {
        let span = |at: usize| Span::new(SourceId(0), at, at + 1);
        keys.iter()
            .enumerate()
            .map(|(at, key)| Entry {
                key: key.as_str().into(),
                key_span: span(at),
                value: Node { span: span(at), kind: Kind::Null },
            })
            .collect()
    }

    #[test]
    fn finds_the_first_repeated_key_in_small_and_large_maps() {
        for size in [2, COMPARED, COMPARED + 1, 1000] {
            let mut keys: Vec<String> = (0..size).map(|n| format!("k{n}")).collect();
            assert_eq!(duplicate(&entries(&keys)), None, "{size} different keys");
            keys[size - 1] = "k0".to_owned();
            keys.push("k1".to_owned());
            let error = duplicate(&entries(&keys)).expect("a duplicate");
            assert_eq!(error.span.start as usize, size - 1, "the second `k0`, before the second `k1`");
            assert_eq!(error.related.expect("the first").0.start, 0);
        }
    }

    #[test]
    fn calls_of_macros_are_noted_in_every_spelling() {
        let calls = |text: &str| crate::syntax::parse(text, SourceId(0)).unwrap().calls_macros;
        for text in [
            r#"{"A": [{"Fn::Transform": {"Name": "M"}}]}"#,
            r#"{"A": {"\u0046n::Transform": {"Name": "M"}}}"#,
            r#"{"Fn::ForEach::Buckets": []}"#,
            "A: {Fn::Transform: {Name: M}}",
            "A:\n  B: !Transform\n    Name: M\n",
            "A: !Transform {Name: M}",
            "A: !Transform M",
            "A: &a {Fn::Transform: {Name: M}}\nB: {<<: *a}",
            "Resources:\n  'Fn::ForEach::Buckets': []\n",
            "K: &k Fn::Transform\nA: {*k : {Name: M}}",
        ] {
            assert!(calls(text), "{text}");
        }
        for text in [r#"{"A": {"Fn::Sub": "Fn::Transform"}, "Transform": "T"}"#, "A: !Sub 'Fn::ForEach'", "Fn::If: []"]
        {
            assert!(!calls(text), "{text}");
        }
    }
}
