//! Which lines of a text another one keeps, adds and drops. Large texts are first tied together by the lines that both have once, since
//! Myers' algorithm takes the square of the number of changes.

use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

/// Texts with more lines than this together are tied first: the fewest changes are not looked for.
const MANY_LINES: usize = 20_000;

/// The changes from some lines to others, in order.
pub(crate) fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    if old.len() + new.len() <= MANY_LINES {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    tied(old, new)
}

/// The changes between the lines that both texts have once, in the same order.
fn tied(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut operations: Vec<DiffOp> = Vec::new();
    let (mut in_old, mut in_new) = (0, 0);
    for (at_old, at_new) in ties(old, new).into_iter().chain([(old.len(), new.len())]) {
        let gap = (old.get(in_old..at_old).unwrap_or_default(), new.get(in_new..at_new).unwrap_or_default());
        for operation in capture_diff_slices(Algorithm::Myers, gap.0, gap.1) {
            add(&mut operations, moved(operation, in_old, in_new));
        }
        if at_old < old.len() {
            add(&mut operations, DiffOp::Equal { old_index: at_old, new_index: at_new, len: 1 });
        }
        (in_old, in_new) = (at_old + 1, at_new + 1);
    }
    operations
}

/// An operation on parts of texts that begin there.
fn moved(operation: DiffOp, in_old: usize, in_new: usize) -> DiffOp {
    let (old, new) = (operation.old_range(), operation.new_range());
    let (old_index, new_index) = (in_old + old.start, in_new + new.start);
    match operation.tag() {
        DiffTag::Equal => DiffOp::Equal { old_index, new_index, len: old.len() },
        DiffTag::Delete => DiffOp::Delete { old_index, old_len: old.len(), new_index },
        DiffTag::Insert => DiffOp::Insert { old_index, new_index, new_len: new.len() },
        DiffTag::Replace => DiffOp::Replace { old_index, old_len: old.len(), new_index, new_len: new.len() },
    }
}

/// Adds an operation. Equal lines one after another are one.
fn add(operations: &mut Vec<DiffOp>, next: DiffOp) {
    match (operations.last_mut(), next) {
        (Some(DiffOp::Equal { len, .. }), DiffOp::Equal { len: more, .. }) => *len += more,
        _ => operations.push(next),
    }
}

/// The places of the lines that each text has once: as many as are in the same order in both.
fn ties(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let (known, places) = once(new);
    let in_new = |line: &str| known.get(line).and_then(|place| places.get(*place).copied().flatten());
    let (_, of_old) = once(old);
    let pairs: Vec<(usize, usize)> =
        of_old.into_iter().flatten().filter_map(|at| Some((at, in_new(old.get(at)?)?))).collect();
    rising(&pairs)
}

/// The lines of a text, each with a number, and by these numbers the place of a line that is there once.
fn once<'t>(lines: &[&'t str]) -> (FxHashMap<&'t str, usize>, Vec<Option<usize>>) {
    let mut places: Vec<Option<usize>> = Vec::new();
    let mut known: FxHashMap<&str, usize> = FxHashMap::default();
    for (at, line) in lines.iter().enumerate() {
        match known.get(line).and_then(|place| places.get_mut(*place)) {
            Some(place) => *place = None,
            None => {
                known.insert(line, places.len());
                places.push(Some(at));
            }
        }
    }
    (known, places)
}

/// The longest part of some pairs in which the second numbers rise, too.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length, the pair that ends such a part with the least number; and for each pair, the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: &usize| pairs.get(*at).map_or(0, |pair| pair.1);
    for (at, (_, number)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(end) < *number);
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let next = |at: &usize| before.get(*at).copied().flatten();
    let mut found: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), next).filter_map(|at| pairs.get(at).copied()).collect();
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second text, made of the first by the operations.
    fn made(old: &[&str], new: &[&str], operations: &[DiffOp]) -> Vec<String> {
        let line = |lines: &[&str], at: usize| lines.get(at).copied().unwrap_or("missing").to_owned();
        let kept = |operation: &DiffOp| -> Vec<String> {
            match operation.tag() {
                DiffTag::Equal => operation.old_range().map(|at| line(old, at)).collect(),
                _ => operation.new_range().map(|at| line(new, at)).collect(),
            }
        };
        operations.iter().flat_map(kept).collect()
    }

    #[test]
    fn tied_texts_become_each_other() {
        let texts = ["", "a", "a b c", "c b a", "x a y b z", "a a b b", "a x a y b", "b c a d e", "q b q c q"];
        for old in texts {
            for new in texts {
                let (old, new): (Vec<&str>, Vec<&str>) =
                    (old.split_whitespace().collect(), new.split_whitespace().collect());
                let operations = tied(&old, &new);
                assert_eq!(made(&old, &new, &operations), new, "{old:?}");
                let dropped: usize = operations.iter().map(|operation| operation.old_range().len()).sum();
                assert_eq!(dropped, old.len(), "{old:?} {new:?}");
            }
        }
        assert_eq!(rising(&[(0, 5), (1, 1), (2, 2), (3, 0), (4, 3)]), [(1, 1), (2, 2), (4, 3)]);
    }

    #[test]
    fn large_texts_with_many_changes_are_compared_soon() {
        let old: Vec<String> = (0..60_000).map(|number| format!("line {number}")).collect();
        let new: Vec<String> =
            old.iter().flat_map(|line| [line.clone(), format!("{line} more"), "same".to_owned()]).collect();
        let (old, new): (Vec<&str>, Vec<&str>) =
            (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
        // With Myers' algorithm alone, this takes hours in a debug build.
        assert_eq!(operations(&old, &new).len(), 120_000);
    }
}
