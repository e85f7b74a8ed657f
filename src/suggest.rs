//! The name that was probably meant by a misspelled one.

use strsim::osa_distance;

/// Nobody misspells a longer name by a few characters, and the distance takes time for each pair of characters.
const MAX_CHARS: usize = 128;

/// The candidate that takes the fewest edits to make of a misspelled name, if these are few enough. Two neighbors that changed
/// places are one edit. Different capitals are not an edit if nothing else differs.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, candidates, usize::MAX)
}

/// [`nearest`] with a limit of edits, for names of which not all are known: most of the others are not misspelled.
pub fn nearest_within<'a>(name: &str, candidates: impl Iterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    let of = name.chars().count();
    if of > MAX_CHARS {
        return None;
    }
    let counts = counted(name);
    candidates
        .filter_map(|candidate| {
            let length = candidate.chars().count();
            // Of short names, most are a few edits away from any other.
            let most = 2.max(length / 3).min(of.min(length) / 2).min(limit);
            if length == of && candidate.eq_ignore_ascii_case(name) {
                return Some((0, candidate));
            }
            // It takes an edit for each character that one has more than the other, or has less often: most candidates end here.
            let is_ascii = name.is_ascii() && candidate.is_ascii();
            if of.abs_diff(length) > most || is_ascii && differing(&counts, &counted(candidate)) > 2 * most {
                return None;
            }
            let edits = osa_distance(name, candidate);
            (edits <= most).then_some((edits, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How often the characters of a text occur, in as many classes as fit a line of the cache.
fn counted(text: &str) -> [u8; 32] {
    let mut counts = [0_u8; 32];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte & 31)) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// An edit of a character of ASCII changes at most two of the counts by one each.
fn differing(one: &[u8; 32], other: &[u8; 32]) -> usize {
    one.iter().zip(other).map(|(a, b)| usize::from(a.abs_diff(*b))).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// A candidate that is passed over without counting its edits has too many of them.
    #[test]
    fn what_is_passed_over_is_far() {
        let names =
            ["BucketName", "BuckteName", "Bucketname", "Name", "KmsKeyId", "KMSKeyId", "VersioningConfiguration"];
        for name in names {
            for candidate in names {
                let most = 2.max(candidate.len() / 3).min(name.len().min(candidate.len()) / 2);
                let is_near = osa_distance(name, candidate) <= most || name.eq_ignore_ascii_case(candidate);
                assert_eq!(nearest(name, [candidate].into_iter()).is_some(), is_near, "{name} {candidate}");
            }
        }
        assert_eq!(nearest(&"a".repeat(200), ["a".repeat(199).as_str()].into_iter()), None);
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
