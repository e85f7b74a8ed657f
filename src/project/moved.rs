//! Which texts moved: those that are gone are paired with new ones, first by all of their bytes, then by their lines.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The part of the longer text that two texts share at least, in percent, as git has it for renamed files.
const LEAST_SHARED: u64 = 50;
/// Pairs whose lines are compared. Where there are more, only equal texts are paired.
const MAX_PAIRS: usize = 10_000;

/// A text that is only there before or after a change.
pub(super) struct Text<'t> {
    /// Its number.
    pub(super) number: usize,
    pub(super) path: &'t Path,
    pub(super) text: &'t str,
}

/// The number of the text that is gone for each new one that it became. Every text is in one pair at most.
pub(super) fn pairs(gone: &[Text<'_>], new: &[Text<'_>]) -> HashMap<usize, usize> {
    let mut paired = HashMap::new();
    let mut taken = vec![false; gone.len()];
    let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, text) in gone.iter().enumerate().rev() {
        by_text.entry(text.text).or_default().push(index);
    }
    for text in new {
        let Some(same) = by_text.get_mut(text.text) else { continue };
        // A file that kept its name is the first choice.
        let named = same
            .iter()
            .position(|index| gone.get(*index).is_some_and(|known| known.path.file_name() == text.path.file_name()));
        let index = match named {
            Some(place) => Some(same.remove(place)),
            None => same.pop(),
        };
        if let Some((index, known)) = index.and_then(|index| Some((index, gone.get(index)?))) {
            paired.insert(text.number, known.number);
            if let Some(taken) = taken.get_mut(index) {
                *taken = true;
            }
        }
    }
    let gone: Vec<&Text> = gone.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(text, _)| text).collect();
    let new: Vec<&Text> = new.iter().filter(|text| !paired.contains_key(&text.number)).collect();
    if gone.len().saturating_mul(new.len()) > MAX_PAIRS {
        return paired;
    }
    let lines = |texts: &[&Text]| texts.iter().map(|text| Lines::of(text.text)).collect::<Vec<_>>();
    let (gone_lines, new_lines) = (lines(&gone), lines(&new));
    let mut likely = Vec::new();
    for (text, own) in new.iter().zip(&new_lines) {
        for (known, others) in gone.iter().zip(&gone_lines) {
            let shared = own.shared(others);
            if shared >= LEAST_SHARED {
                let is_renamed = known.path.file_name() != text.path.file_name();
                likely.push((std::cmp::Reverse(shared), is_renamed, text.number, known.number));
            }
        }
    }
    likely.sort_unstable();
    let mut taken = std::collections::HashSet::new();
    for (_, _, new, gone) in likely {
        if !paired.contains_key(&new) && taken.insert(gone) {
            paired.insert(new, gone);
        }
    }
    paired
}

/// The lines of a text: their hashes, and their bytes.
struct Lines {
    sorted: Vec<(u64, u64)>,
    bytes: u64,
}

impl Lines {
    fn of(text: &str) -> Self {
        let line = |line: &str| {
            let mut hasher = DefaultHasher::new();
            line.trim_end().hash(&mut hasher);
            (hasher.finish(), line.trim_end().len() as u64 + 1)
        };
        let mut sorted: Vec<(u64, u64)> = text.lines().map(line).collect();
        sorted.sort_unstable();
        Self { bytes: sorted.iter().map(|(_, bytes)| bytes).sum(), sorted }
    }

    /// The part that two texts share, in percent of the longer one.
    fn shared(&self, other: &Self) -> u64 {
        let (mut own, mut others) = (self.sorted.iter().peekable(), other.sorted.iter().peekable());
        let mut shared = 0;
        while let (Some(one), Some(two)) = (own.peek(), others.peek()) {
            match one.cmp(two) {
                std::cmp::Ordering::Less => drop(own.next()),
                std::cmp::Ordering::Greater => drop(others.next()),
                std::cmp::Ordering::Equal => {
                    shared += one.1;
                    own.next();
                    others.next();
                }
            }
        }
        shared * 100 / self.bytes.max(other.bytes).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(gone: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<(usize, usize)> {
        fn texts<'t>(list: &[(&'t str, &'t str)]) -> Vec<Text<'t>> {
            let text =
                |(number, (path, text)): (usize, &(&'t str, &'t str))| Text { number, path: Path::new(*path), text };
            list.iter().enumerate().map(text).collect()
        }
        let mut pairs: Vec<(usize, usize)> = pairs(&texts(gone), &texts(new)).into_iter().collect();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn equal_texts_come_first() {
        // The second is the same; the first is only alike.
        let gone = [("a.yaml", "one\ntwo\nthree\n")];
        assert_eq!(paired(&gone, &[("b.yaml", "one\ntwo\nfour\n"), ("c.yaml", "one\ntwo\nthree\n")]), [(1, 0)]);
        // Of equal ones, each keeps its name.
        let gone = [("x/a.yaml", "same"), ("x/b.yaml", "same")];
        assert_eq!(paired(&gone, &[("y/b.yaml", "same"), ("y/a.yaml", "same")]), [(0, 1), (1, 0)]);
    }

    #[test]
    fn most_lines_must_be_the_same() {
        let gone = [("a.yaml", "one\r\ntwo\r\nthree\r\nfour")];
        assert_eq!(paired(&gone, &[("b.yaml", "one\ntwo\nthree\nfive")]), [(0, 0)]);
        assert_eq!(paired(&gone, &[("b.yaml", "one\nsix\nseven\nfive")]), []);
        assert_eq!(paired(&[], &[("b.yaml", "")]), []);
    }
}
