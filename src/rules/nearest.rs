//! The name that was probably meant by a misspelt one.

/// The candidate that takes the fewest edits to make of a misspelt name, if that is few enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // Of short names, most are a few edits away from any other.
    let most = |candidate: &str| 2.max(candidate.len() / 3).min(length.min(candidate.len()) / 2);
    candidates
        // It takes an edit for each character that one has more than the other.
        .filter(|candidate| length.abs_diff(candidate.chars().count()) <= most(candidate))
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= most(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment: Levenshtein's distance, in which two neighbors that changed places count once.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or_default();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let (mut above, mut before): (Vec<usize>, Option<char>) = (Vec::new(), None);
    for (i, a) in one.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = at(&row, j) + usize::from(a != *b);
            let mut least = changed.min(at(&next, j) + 1).min(at(&row, j + 1) + 1);
            let neighbour = j.checked_sub(1).and_then(|j| Some((j, *other.get(j)?)));
            if let (Some(before), Some((j, neighbour))) = (before, neighbour)
                && before == *b
                && neighbour == a
            {
                least = least.min(at(&above, j) + 1);
            }
            next.push(least);
        }
        above = std::mem::replace(&mut row, next);
        before = Some(a);
    }
    row.last().copied().unwrap_or_default()
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
            assert_eq!(edits(one, other), count, "{one} {other}");
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
