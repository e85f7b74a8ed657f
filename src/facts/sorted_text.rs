//! Binary search in text that is a sorted sequence of items between separators. Knows nothing of what the items mean.

use memchr::{memchr, memchr2, memrchr};

/// Items in ascending order, separated by one ASCII character: the lines of a file, the words of a line.
///
/// The text must be ASCII (a test holds the embedded files to that); elsewhere a search may miss, never panic.
#[derive(Copy, Clone)]
pub(super) struct SortedText {
    text: &'static str,
    separator: u8,
    /// Where the items start, if that is known: then a search looks at nothing but their keys.
    starts: &'static [u32],
}

/// The lines of a file in `data/`, whose starts `build.rs` found.
macro_rules! sorted_lines {
    ($name:literal) => {
        $crate::facts::sorted_text::SortedText::lines(include_str!(concat!("../../data/", $name)))
            .starting_at(include!(concat!(env!("OUT_DIR"), "/", $name, ".starts")))
    };
}
pub(super) use sorted_lines;

impl SortedText {
    /// The lines of an embedded file, after its header of `#` lines.
    pub(super) const fn lines(text: &'static str) -> Self {
        let mut rest = text.as_bytes();
        while let [b'#', ..] = rest {
            while let [byte, tail @ ..] = rest {
                rest = tail;
                if *byte == b'\n' {
                    break;
                }
            }
        }
        Self { text: text.split_at(text.len() - rest.len()).1, separator: b'\n', starts: &[] }
    }

    /// The same, with the places behind the header at which its lines start.
    pub(super) const fn starting_at(self, starts: &'static [u32]) -> Self {
        Self { starts, ..self }
    }

    /// The words of one line.
    pub(super) const fn words(text: &'static str) -> Self {
        Self { text, separator: b' ', starts: &[] }
    }

    /// The items from the first one whose key `before` denies, in order. An item's key is its first word; `before` must
    /// hold for the keys of a beginning of the items and for no later one.
    pub(super) fn from(self, before: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
        // Every item that starts left of `low` is `before`; none that starts at `high` or right of it is. Both are the
        // start of an item or the end.
        let (mut low, mut high) = (0, self.text.len());
        if !self.starts.is_empty() {
            let known = self.starts.partition_point(|start| before(first_word(self.slice(*start as usize, high))));
            low = self.starts.get(known).map_or(high, |start| *start as usize);
            high = low;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            let start = memrchr(self.separator, self.slice(low, middle).as_bytes()).map_or(low, |at| low + at + 1);
            if before(first_word(self.slice(start, high))) {
                low = memchr(self.separator, self.slice(middle, high).as_bytes()).map_or(high, |at| middle + at + 1);
            } else {
                high = start;
            }
        }
        let mut rest = self.slice(low, self.text.len());
        let next = move || {
            let end = memchr(self.separator, rest.as_bytes());
            let (item, after) = match end {
                Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
                None if rest.is_empty() => return None,
                None => (rest, ""),
            };
            rest = after;
            Some(item)
        };
        std::iter::from_fn(next).filter(|item| !item.is_empty())
    }

    /// The item whose key is `key`, without it.
    pub(super) fn entry(self, key: &str) -> Option<&'static str> {
        let line = self.from(|each| each < key).next()?;
        let (found, rest) = line.split_once(' ').unwrap_or((line, ""));
        (found == key).then_some(rest)
    }

    fn slice(self, start: usize, end: usize) -> &'static str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The text before the first space or line end.
pub(super) fn first_word(text: &str) -> &str {
    let end = memchr2(b' ', b'\n', text.as_bytes());
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The parts of a text between separators. Most are short, so each byte is looked at.
pub(super) fn parts(text: &'static str, separator: u8) -> impl Iterator<Item = &'static str> + Clone {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        let rest = left?;
        let end = rest.as_bytes().iter().position(|byte| *byte == separator);
        left = end.and_then(|end| rest.get(end + 1..));
        end.map_or(Some(rest), |end| rest.get(..end))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const LINES: SortedText =
        SortedText::lines("# header\n# two lines of it\nalpha one\nbeta\nbeta-two x y\ngamma z\n");

    #[test]
    fn finds_first_middle_and_last_line_and_no_other() {
        assert_eq!(LINES.entry("alpha"), Some("one"));
        assert_eq!(LINES.entry("beta"), Some(""));
        assert_eq!(LINES.entry("beta-two"), Some("x y"));
        assert_eq!(LINES.entry("gamma"), Some("z"));
        for absent in ["", "#", "a", "alph", "alpha one", "alphabet", "bet", "beta-", "zeta"] {
            assert_eq!(LINES.entry(absent), None, "{absent}");
        }
    }

    #[test]
    fn parts_are_those_of_a_split() {
        for text in ["", ",", "a", "a,", ",a", "a,b", "ab,,c"] {
            assert_eq!(parts(text, b',').collect::<Vec<_>>(), text.split(',').collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn a_text_of_header_alone_has_no_lines() {
        for text in ["", "# header", "# header\n"] {
            assert_eq!(SortedText::lines(text).from(|_| false).next(), None, "{text:?}");
        }
    }

    #[test]
    fn every_boundary_is_found_in_texts_of_every_length() {
        let all = "a\nbb\nccc\nd\nee\nfff\ng";
        for end in 0..=all.len() {
            let items: Vec<&str> = all[..end].split('\n').filter(|item| !item.is_empty()).collect();
            for key in ["", "a", "aa", "b", "bb", "c", "ccc", "d", "e", "ee", "f", "fff", "g", "h"] {
                let expected: Vec<&str> = items.iter().copied().filter(|item| *item >= key).collect();
                let found: Vec<&str> = SortedText::lines(&all[..end]).from(|item| item < key).collect();
                assert_eq!(found, expected, "{key} in {:?}", &all[..end]);
            }
        }
    }
}
