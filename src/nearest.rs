//! The name that was probably meant by a misspelled one.

/// The candidate that takes the fewest edits to make of a misspelled name, if these are few enough. Different capitals are not an
/// edit if nothing else differs.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, candidates, usize::MAX)
}

/// [`nearest`] with a limit of edits, for names of which not all are known: most of the others are not misspelled.
pub fn nearest_within<'a>(name: &str, candidates: impl Iterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    let name: Vec<char> = name.chars().collect();
    let mut search = Search::default();
    candidates
        .filter_map(|candidate| {
            search.candidate.clear();
            search.candidate.extend(candidate.chars());
            // Of short names, most are a few edits away from any other.
            let length = search.candidate.len();
            let most = 2.max(length / 3).min(name.len().min(length) / 2).min(limit);
            // It takes an edit for each character that one has more than the other.
            if name.len().abs_diff(length) > most {
                return None;
            }
            let is_same =
                name.len() == length && name.iter().zip(&search.candidate).all(|(a, b)| a.eq_ignore_ascii_case(b));
            let edits = if is_same { 0 } else { search.edits(&name, most)? };
            Some((edits, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment: Levenshtein's distance, in which two neighbors that changed places count once. Its buffers serve one
/// candidate after the other.
#[derive(Default)]
struct Search {
    candidate: Vec<char>,
    /// The row above the current one, the one above that, and the current one.
    above: Vec<usize>,
    before: Vec<usize>,
    row: Vec<usize>,
}

impl Search {
    /// The edits that make the candidate of a name; none if they are more than `most`.
    fn edits(&mut self, name: &[char], most: usize) -> Option<usize> {
        let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or_default();
        self.above.clear();
        self.above.extend(0..=self.candidate.len());
        let mut previous: Option<char> = None;
        for (i, a) in name.iter().enumerate() {
            self.row.clear();
            self.row.push(i + 1);
            let mut neighbor: Option<char> = None;
            for (j, b) in self.candidate.iter().enumerate() {
                let changed = at(&self.above, j) + usize::from(a != b);
                let mut least = changed.min(at(&self.row, j) + 1).min(at(&self.above, j + 1) + 1);
                if previous == Some(*b) && neighbor == Some(*a) {
                    least = least.min(at(&self.before, j - 1) + 1);
                }
                self.row.push(least);
                neighbor = Some(*b);
            }
            // No later row has less than the least of this one and the one above it.
            if self.row.iter().chain(&self.above).all(|edits| *edits > most) {
                return None;
            }
            std::mem::swap(&mut self.before, &mut self.above);
            std::mem::swap(&mut self.above, &mut self.row);
            previous = Some(*a);
        }
        self.above.last().copied().filter(|edits| *edits <= most)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (one, other, count) in [
            ("", "abc", 3),
            ("abc", "", 3),
            ("Evn", "Env", 1),
            ("bahs", "bash", 1),
            ("xml", "html", 2),
            ("kitten", "sitting", 3),
        ] {
            let mut search = Search { candidate: other.chars().collect(), ..Search::default() };
            let one: Vec<char> = one.chars().collect();
            assert_eq!(search.edits(&one, count), Some(count), "{other}");
            if count > 0 {
                assert_eq!(search.edits(&one, count - 1), None, "{other}");
            }
        }
    }

    #[test]
    fn short_names_are_taken_for_others_only_where_they_are_close() {
        let meant = |name, known: &[&'static str]| nearest(name, known.iter().copied());
        assert_eq!(meant("Evn", &["Env"]), Some("Env"));
        assert_eq!(meant("xml", &["html", "human", "json"]), None);
        assert_eq!(
            meant("s3-bucket-versionin", &["s3-bucket-versioning", "s3-bucket-lifecycle"]),
            Some("s3-bucket-versioning")
        );
    }
}
