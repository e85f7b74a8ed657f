//! Binary search in text that is a sorted sequence of items between separators. Knows nothing of what the items mean.

/// Items in ascending order, separated by one ASCII character: the lines of a file, the words of a line.
///
/// The text must be ASCII (a test holds the embedded files to that); elsewhere a search may miss, never panic.
#[derive(Copy, Clone)]
pub(super) struct SortedText {
    text: &'static str,
    separator: char,
}

impl SortedText {
    /// The lines of an embedded file. Its `#` header sorts before every key that starts with a letter or a digit.
    pub(super) const fn lines(text: &'static str) -> Self {
        Self { text, separator: '\n' }
    }

    /// The words of one line.
    pub(super) const fn words(text: &'static str) -> Self {
        Self { text, separator: ' ' }
    }

    /// The items from the first one that `before` denies, in order. `before` must hold for a beginning of the items
    /// and for no later one.
    pub(super) fn from(self, before: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
        // Every item that starts left of `low` is `before`; none that starts at `high` or right of it is.
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = self.slice(low, middle).rfind(self.separator).map_or(low, |at| low + at + 1);
            let item = self.item_at(start);
            if before(item) {
                low = (start + item.len() + 1).min(high);
            } else {
                high = start;
            }
        }
        self.slice(low, self.text.len()).split(self.separator).filter(|item| !item.is_empty())
    }

    /// The line whose first word is `key`, without that word.
    pub(super) fn line_of(self, key: &str) -> Option<&'static str> {
        let line = self.from(|line| first_word(line) < key).next()?;
        let rest = line.strip_prefix(key)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start())
    }

    fn item_at(self, start: usize) -> &'static str {
        self.slice(start, self.text.len()).split(self.separator).next().unwrap_or_default()
    }

    fn slice(self, start: usize, end: usize) -> &'static str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The text before the first space.
pub(super) fn first_word(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const LINES: SortedText = SortedText::lines("# header\nalpha one\nbeta\nbeta-two x y\ngamma z\n");

    #[test]
    fn finds_first_middle_and_last_line_and_no_other() {
        assert_eq!(LINES.line_of("alpha"), Some("one"));
        assert_eq!(LINES.line_of("beta"), Some(""));
        assert_eq!(LINES.line_of("beta-two"), Some("x y"));
        assert_eq!(LINES.line_of("gamma"), Some("z"));
        for absent in ["", "a", "alph", "alpha one", "alphabet", "bet", "beta-", "zeta"] {
            assert_eq!(LINES.line_of(absent), None, "{absent}");
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
