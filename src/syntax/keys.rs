//! Keys of one mapping are unique: of entries with the same key, the last one stays, in linear time for large mappings.

use super::message::quoted;
use super::{Entry, Repeated, SyntaxError};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::collections::hash_map::Entry as Slot;

/// Up to this many keys, comparing each with those before it is faster than hashing.
const COMPARED: usize = 16;

/// More than this many are not reported.
const MAX_REPEATED: usize = 100;

/// Takes the entries from `mark` on, as a map has them: see [`unique`].
pub(super) fn take<'s>(
    entries: &mut Vec<Entry<'s>>,
    mark: usize,
    in_root: bool,
    repeated: &mut Vec<Repeated>,
) -> Vec<Entry<'s>> {
    // In one allocation of the right size, by one copy of all.
    let own = entries.split_off(mark);
    if own.len() < 2 { own } else { unique(own, in_root, repeated) }
}

/// The entries without those that a later one with the same key replaces, and an error for each that replaces one.
pub(super) fn unique<'s>(entries: Vec<Entry<'s>>, in_root: bool, repeated: &mut Vec<Repeated>) -> Vec<Entry<'s>> {
    if !has_duplicate(&entries) {
        return entries;
    }
    // For each key, where it is first written, and the index of its last entry.
    let mut seen = HashMap::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match seen.entry(entry.key.as_ref()) {
            Slot::Vacant(slot) => {
                slot.insert((entry.key_span, index));
            }
            Slot::Occupied(mut slot) => {
                let (first, last) = slot.get_mut();
                *last = index;
                if repeated.len() < MAX_REPEATED {
                    let error = SyntaxError {
                        span: entry.key_span,
                        message: format!("the key {} is used twice in the same map", quoted(&entry.key)),
                        help: "Rename one of the keys, or remove one of the entries. Parsers keep only one of the two values."
                            .to_owned(),
                        related: Some((*first, "first use of the key".to_owned())),
                    };
                    repeated.push(Repeated { error, in_root });
                }
            }
        }
    }
    let stays: Vec<bool> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| seen.get(entry.key.as_ref()).is_some_and(|(_, last)| *last == index))
        .collect();
    entries.into_iter().zip(stays).filter(|(_, stays)| *stays).map(|(entry, _)| entry).collect()
}

fn has_duplicate(entries: &[Entry<'_>]) -> bool {
    if entries.len() <= COMPARED { by_comparing(entries) } else { by_hashing(entries) }
}

fn by_comparing(entries: &[Entry<'_>]) -> bool {
    let mut rest = entries;
    while let [first, others @ ..] = rest {
        if others.iter().any(|other| other.key == first.key) {
            return true;
        }
        rest = others;
    }
    false
}

fn by_hashing(entries: &[Entry<'_>]) -> bool {
    let mut seen: HashSet<&str> = HashSet::with_capacity(entries.len());
    !entries.iter().all(|entry| seen.insert(&entry.key))
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
    fn the_last_entry_of_a_repeated_key_stays_in_small_and_large_maps() {
        for size in [2, COMPARED, COMPARED + 1, 1000] {
            let mut keys: Vec<String> = (0..size).map(|n| format!("k{n}")).collect();
            let mut repeated = Vec::new();
            assert_eq!(unique(entries(&keys), false, &mut repeated), entries(&keys), "{size} different keys");
            assert_eq!(repeated, [], "{size} different keys");
            keys[size - 1] = "k0".to_owned();
            keys.extend(["k1".to_owned(), "k0".to_owned()]);
            let all = entries(&keys);
            let left = unique(all.clone(), true, &mut repeated);
            // The last `k1` and the last `k0`, and what is not repeated.
            assert_eq!(left.iter().rev().take(2).rev().collect::<Vec<_>>(), all.iter().skip(size).collect::<Vec<_>>());
            assert_eq!(left.len(), keys.iter().collect::<HashSet<_>>().len());
            let places: Vec<(u32, u32)> = repeated
                .iter()
                .map(|repeated| {
                    (repeated.error.span.start, repeated.error.related.as_ref().expect("the first").0.start)
                })
                .collect();
            let at = |index: usize| u32::try_from(index).unwrap();
            let expected = [(at(size - 1), 0), (at(size), 1), (at(size + 1), 0)];
            assert_eq!(places, if size == 2 { vec![(1, 0), (3, 0)] } else { expected.to_vec() });
            assert!(repeated.iter().all(|repeated| repeated.in_root));
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
