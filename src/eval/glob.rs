//! Patterns with wildcards, and how one relates to another or to a text.

/// One element of a text or pattern, for matching.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Unit {
    Char(char),
    /// Any characters, none included: `*` in a pattern, an unsettled part of a text.
    Any,
    /// Exactly one character: `?` in a pattern.
    One,
    /// Exactly one digit.
    Digit,
    /// Letters, digits and hyphens, none included.
    Word,
}

impl Unit {
    /// Whether it can stand for more than one character.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Any | Self::Word)
    }

    /// Whether it can stand for `other`, or for `other` and more.
    fn takes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (Self::Word, Self::Any | Self::One | Self::Digit | Self::Word) => true,
            (Self::Word, Self::Char(c)) => c.is_ascii_alphanumeric() || c == '-',
            (Self::Char(_) | Self::One | Self::Digit, _) => false,
        }
    }
}

/// The units of a pattern.
pub(super) fn glob(pattern: &str) -> Vec<Unit> {
    pattern
        .chars()
        .map(|c| match c {
            '*' => Unit::Any,
            '?' => Unit::One,
            c => Unit::Char(c),
        })
        .collect()
}

/// Whether `outer` matches everything that `inner`, a pattern too, can be.
pub fn pattern_covers(outer: &str, inner: &str) -> bool {
    // Most patterns are plain, or end with their only wildcard.
    match memchr::memchr2(b'*', b'?', outer.as_bytes()) {
        None => outer == inner,
        Some(at) if outer.get(at..) == Some("*") => outer.get(..at).is_some_and(|start| inner.starts_with(start)),
        // What it begins and ends with is the same in both, or nothing else matters.
        Some(at) => outer.split_at_checked(at).is_some_and(|(start, outer)| {
            let end = outer.rsplit(['*', '?']).next().unwrap_or_default();
            inner.strip_prefix(start).is_some_and(|inner| inner.ends_with(end) && covers(&glob(outer), &glob(inner)))
        }),
    }
}

/// Whether some text matches both patterns.
pub fn patterns_overlap(left: &str, right: &str) -> bool {
    // What both begin and end with needs no table. Nearly all patterns differ there: they name another service, bucket or action.
    match ends_apart(left, right) {
        Some((left, right)) => overlap(&glob(left), &glob(right)),
        None => false,
    }
}

/// Two patterns without the characters that both begin and end with, up to the first and from the last wildcard of either; nothing
/// where such characters differ, so that no text matches both.
fn ends_apart<'a>(mut left: &'a str, mut right: &'a str) -> Option<(&'a str, &'a str)> {
    let is_plain = |character: &char| !matches!(character, '*' | '?');
    loop {
        let (mut one, mut other) = (left.chars(), right.chars());
        match (one.next().filter(is_plain), other.next().filter(is_plain)) {
            (Some(a), Some(b)) if a == b => (left, right) = (one.as_str(), other.as_str()),
            (Some(_), Some(_)) => return None,
            _ => break,
        }
    }
    loop {
        let (mut one, mut other) = (left.chars(), right.chars());
        match (one.next_back().filter(is_plain), other.next_back().filter(is_plain)) {
            (Some(a), Some(b)) if a == b => (left, right) = (one.as_str(), other.as_str()),
            (Some(_), Some(_)) => return None,
            _ => return Some((left, right)),
        }
    }
}

/// Greedy wildcard matching of `text` (where `Any` and `One` are symbols of their own) by `pattern`: linear in practice,
/// at most the product of the lengths.
pub(super) fn covers(pattern: &[Unit], text: &[Unit]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(p), text.get(t)) {
            (Some(Unit::Any), _) => {
                retry = Some((p, t));
                p += 1;
                continue;
            }
            (None, None) => return true,
            (Some(Unit::Char(a)), Some(Unit::Char(b))) if a == b => {
                p += 1;
                t += 1;
                continue;
            }
            (Some(Unit::One), Some(Unit::Char(_) | Unit::One)) => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        match retry {
            Some((star, from)) if from < text.len() => {
                p = star + 1;
                t = from + 1;
                retry = Some((star, from + 1));
            }
            _ => return false,
        }
    }
}

/// Whether some text matches both: dynamic programming over two rows, the product of the lengths at most. Texts past the
/// bound are taken to overlap, which leaves the result unknown.
pub(super) fn overlap(left: &[Unit], right: &[Unit]) -> bool {
    const MOST: usize = 4_000_000;
    if left.len().saturating_mul(right.len()) > MOST {
        return true;
    }
    // row[j]: left[..i] and right[..j] have a text in common.
    let mut row: Vec<bool> = Vec::with_capacity(right.len() + 1);
    row.push(true);
    for unit in right {
        let before = row.last().copied().unwrap_or(false);
        row.push(before && unit.is_open());
    }
    let mut next = Vec::with_capacity(row.len());
    for a in left {
        next.clear();
        if !row.contains(&true) {
            // Nothing that begins so is in both.
            return false;
        }
        next.push(row.first().copied().unwrap_or(false) && a.is_open());
        for (j, b) in right.iter().enumerate() {
            let diagonal = row.get(j).copied().unwrap_or(false);
            let above = row.get(j + 1).copied().unwrap_or(false);
            let before = next.last().copied().unwrap_or(false);
            let same = match (a, b) {
                (Unit::Char(a), Unit::Char(b)) => a == b,
                (Unit::Char(c), Unit::Digit) | (Unit::Digit, Unit::Char(c)) => c.is_ascii_digit(),
                (Unit::Word, other) | (other, Unit::Word) => other.is_open() || Unit::Word.takes(*other),
                _ => true,
            };
            // What is open takes nothing, or one more character and stays for the next.
            let up = above && (a.is_open() || b.takes(*a));
            let left = before && (b.is_open() || a.takes(*b));
            next.push((same && diagonal) || up || left);
        }
        std::mem::swap(&mut row, &mut next);
    }
    row.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn ends_are_no_more_than_a_shortcut() {
        let mut patterns = vec![String::new()];
        for _ in 0..4 {
            let longer: Vec<String> =
                patterns.iter().flat_map(|start| ['a', 'é', '*', '?'].map(|next| format!("{start}{next}"))).collect();
            patterns.extend(longer);
        }
        patterns.sort_unstable();
        patterns.dedup();
        for outer in &patterns {
            for inner in &patterns {
                assert_eq!(pattern_covers(outer, inner), covers(&glob(outer), &glob(inner)), "{outer} {inner}");
            }
        }
    }

    #[test]
    fn patterns() {
        assert!(!patterns_overlap("s3:Get*Object", "s3:Get*Acl"));
        assert!(!patterns_overlap("ab", "abc") && !patterns_overlap("abc", "bc") && patterns_overlap("abc", "abc"));
        assert!(
            !patterns_overlap("aXa", "a") && !patterns_overlap("ab*ba", "aba") && patterns_overlap("ab*ba", "abba")
        );
        assert!(pattern_covers("s3:*", "s3:Get*"));
        assert!(!pattern_covers("s3:Get*", "s3:*"));
        assert!(pattern_covers("s3:Get?bject", "s3:GetObject"));
        assert!(patterns_overlap("s3:*Object", "s3:Put*"));
        assert!(!patterns_overlap("s3:*Object", "s3:PutBucket"));
        assert!(patterns_overlap("*", "s3:PutObject"));
        assert!(patterns_overlap("s3:PutObject", "s3:*"));
        assert!(patterns_overlap("a*c", "abbbc"));
        assert!(patterns_overlap("*a*", "b*"));
        assert!(patterns_overlap("", "*"));
        assert!(!patterns_overlap("", "?"));
        assert!(!patterns_overlap("a?", "*bbb"));
        assert!(pattern_covers("*a*b*", "xxaxxbxx"));
        assert!(!pattern_covers("*a*b", "xxbxxa"));
    }
}
