//! Fingerprints of findings: the same violation keeps its own when lines move, in every version of the tool.

use crate::finding::Finding;
use foldhash::HashMap;

/// FNV-1a with 128 bits (RFC 9923): simple enough to stay the same indefinitely, which the standard library's hashes do
/// not promise. Nobody gains by a collision: it only merges two alerts of the same owner.
fn fnv1a(bytes: impl Iterator<Item = u8>, before: u128) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.fold(before, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// The hash of nothing.
const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// The hash of some texts. A zero byte ends each, so that what moves from one to the next makes a difference.
fn hash(parts: &[&str]) -> u128 {
    parts.iter().fold(OFFSET_BASIS, |hash, part| with_part(hash, part))
}

/// The hash of some texts and another one.
fn with_part(hash: u128, part: &str) -> u128 {
    fnv1a([0].into_iter(), fnv1a(part.bytes(), hash))
}

/// The fingerprint of the occurrence, from 1, of something that some texts tell from everything else.
pub(crate) fn fingerprint(parts: &[&str], occurrence: usize) -> String {
    of_occurrence(hash(parts), occurrence)
}

/// The same, of texts with this hash.
fn of_occurrence(hash: u128, occurrence: usize) -> String {
    let hash = with_part(hash, &occurrence.to_string());
    let mut print = String::with_capacity(32);
    print.extend(hash.to_be_bytes().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hexadecimal));
    print
}

fn hexadecimal(digit: u8) -> char {
    char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit })
}

/// Gives each finding its fingerprint, in the order of the report.
#[derive(Default)]
pub(crate) struct Fingerprinter {
    /// What was seen in the templates of the part at hand: no other part has findings there.
    own: HashMap<u128, usize>,
    /// What was seen in files that templates include: several may include the same.
    shared: HashMap<u128, usize>,
}

impl Fingerprinter {
    /// The fingerprint of a finding in the file with this URI: of rule, file, subject and path, and of how many findings
    /// like it came before. No line, no value, no message: those change without the violation going away.
    pub(crate) fn next(&mut self, finding: &Finding, uri: &str, is_own: bool) -> String {
        let [rule, subject, path] = &finding.identity();
        let hash = hash(&[rule, uri, subject, path]);
        let seen = if is_own { &mut self.own } else { &mut self.shared };
        let occurrence = seen.entry(hash).or_default();
        *occurrence += 1;
        of_occurrence(hash, *occurrence)
    }

    /// The hash of what tells a finding in the file with this URI from others.
    pub(crate) fn hash(finding: &Finding, uri: &str) -> u128 {
        let [rule, subject, path] = &finding.identity();
        hash(&[rule, uri, subject, path])
    }

    /// The fingerprint of a finding with this hash in a file that templates include.
    pub(crate) fn next_shared(&mut self, hash: u128) -> String {
        let occurrence = self.shared.entry(hash).or_default();
        *occurrence += 1;
        of_occurrence(hash, *occurrence)
    }

    /// Ends a part.
    pub(crate) fn end_part(&mut self) {
        self.own.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the FNV reference code.
    #[test]
    fn the_hash_is_fnv1a() {
        assert_eq!(fnv1a(b"a".iter().copied(), OFFSET_BASIS), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        assert_eq!(fnv1a(b"foobar".iter().copied(), OFFSET_BASIS), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }

    #[test]
    fn borders_between_texts_count() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
