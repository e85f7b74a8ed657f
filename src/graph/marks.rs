//! Short marks that are looked for in texts, all of them by one look at each byte.
//!
//! Each letter of each mark is one bit of a number, which is moved on by one letter with every byte (Baeza-Yates and Gonnet, "A new
//! approach to text searching"). That takes no branch that a processor would have to guess, and nothing to prepare.

/// Stands for any byte in a mark.
pub(super) const ANY: u8 = 0;
/// Stands for a quote, `"` or `'`, in a mark.
pub(super) const QUOTE: u8 = 1;

/// Separates marks of the same length that are looked for together in the letters of one: `ab|cd` is met by `ad` as well.
const OR: u8 = b'|';

/// The letters of a mark.
#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn length(mark: &[u8]) -> usize {
    let mut length = 0;
    while length < mark.len() && mark[length] != OR {
        length += 1;
    }
    length
}

/// Finds which marks a text holds.
pub(super) struct Marks {
    /// For each byte the letters that it is: one bit for each letter of each mark, from the lowest.
    places: [u64; 256],
    /// The first letters of the marks.
    first: u64,
    /// The last ones.
    last: u64,
}

impl Marks {
    /// Of marks with 64 letters in all at most, letters in either case if `any_case`; the marks are in lower case then.
    #[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
    pub(super) const fn new(marks: &[&[u8]], any_case: bool) -> Self {
        let mut new = Self { places: [0; 256], first: 0, last: 0 };
        let (mut mark, mut bit) = (0, 0);
        while mark < marks.len() {
            let letters = marks[mark];
            let length = length(letters);
            assert!(bit + length <= 64, "the marks have 64 letters at most");
            new.first |= 1 << bit;
            let mut at = 0;
            while at < letters.len() {
                // After each separator, the letters are those of the same mark again.
                if letters[at] == OR {
                    assert!((at + 1) % (length + 1) == 0, "the marks that are looked for together are of one length");
                    bit -= length;
                    at += 1;
                    continue;
                }
                let mut byte = 0;
                while byte < 256 {
                    let is_letter = letters[at] as usize == byte;
                    let is_capital = any_case && letters[at].to_ascii_uppercase() as usize == byte;
                    let is_quote = letters[at] == QUOTE && (byte == b'"' as usize || byte == b'\'' as usize);
                    if letters[at] == ANY || is_letter || is_capital || is_quote {
                        new.places[byte] |= 1 << bit;
                    }
                    byte += 1;
                }
                at += 1;
                bit += 1;
            }
            new.last |= 1 << (bit - 1);
            mark += 1;
        }
        new
    }

    /// The last letters of some of the marks, by their places among all.
    #[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
    pub(super) const fn last_of(marks: &[&[u8]], from: usize, to: usize) -> u64 {
        let (mut mark, mut bit, mut last) = (0, 0, 0);
        while mark < to {
            bit += length(marks[mark]);
            if mark >= from {
                last |= 1 << (bit - 1);
            }
            mark += 1;
        }
        last
    }

    /// The letters up to which marks have been met, after another byte.
    #[inline]
    fn after(&self, begun: u64, byte: u8) -> u64 {
        (begun << 1 | self.first) & self.places.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// The last letters of the marks that a text holds; none if it holds no mark.
    pub(super) fn met(&self, text: &[u8]) -> u64 {
        /// Bytes after which the next ones are looked at.
        const STRETCH: usize = 8;
        let (mut begun, mut met) = (0, 0);
        let mut stretches = text.chunks_exact(STRETCH);
        for stretch in &mut stretches {
            for byte in stretch {
                begun = self.after(begun, *byte);
                met |= begun;
            }
        }
        for byte in stretches.remainder() {
            begun = self.after(begun, *byte);
            met |= begun;
        }
        met & self.last
    }
}

/// Finds which kinds of bytes a text holds.
pub(super) struct Bytes {
    /// The kinds of each byte: one bit for each.
    kinds: [u8; 256],
}

impl Bytes {
    /// Of up to eight kinds.
    #[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
    pub(super) const fn new(kinds: &[&[u8]]) -> Self {
        let mut new = Self { kinds: [0; 256] };
        let mut kind = 0;
        while kind < kinds.len() {
            let mut at = 0;
            while at < kinds[kind].len() {
                new.kinds[kinds[kind][at] as usize] |= 1 << kind;
                at += 1;
            }
            kind += 1;
        }
        new
    }

    #[inline]
    fn of(&self, byte: u8) -> u8 {
        self.kinds.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// The kinds that a text holds: the first is the lowest bit.
    pub(super) fn met(&self, text: &[u8]) -> u8 {
        /// Bytes after which the next ones are looked at.
        const STRETCH: usize = 8;
        let mut met = 0;
        let mut stretches = text.chunks_exact(STRETCH);
        for stretch in &mut stretches {
            for byte in stretch {
                met |= self.of(*byte);
            }
        }
        for byte in stretches.remainder() {
            met |= self.of(*byte);
        }
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_bytes() {
        let bytes = Bytes::new(&[b"0123456789", b"=", b"$"]);
        for (text, expected) in [("", 0), ("a long text", 0), ("012345678=", 3), ("é$", 4), ("a long text, and 1", 1)]
        {
            assert_eq!(bytes.met(text.as_bytes()), expected, "{text}");
        }
    }

    const MARKS: [&[u8]; 6] = [b"://", b"gh\0_", b"=", b"ab", b"\x01:", b"xyz|XYY"];

    #[test]
    fn each_mark_is_found_wherever_it_stands() {
        let marks = Marks::new(&MARKS, false);
        for (text, expected) in [
            ("", 0..0),
            ("x://y", 0..1),
            ("://", 0..1),
            (":/ /", 0..0),
            ("0123456:/", 0..0),
            ("0123456://", 0..1),
            ("ghp_", 1..2),
            ("gh_", 0..0),
            ("é=", 2..3),
            ("ghx_=ab", 1..4),
            ("AB", 0..0),
            ("a\":", 4..5),
            ("a':", 4..5),
            ("a-xyz", 5..6),
            ("XYY-", 5..6),
            ("Xyz-", 5..6),
            ("xy", 0..0),
        ] {
            assert_eq!(marks.met(text.as_bytes()), Marks::last_of(&MARKS, expected.start, expected.end), "{text}");
        }
        assert_ne!(Marks::new(&MARKS, true).met(b"aB GHp_"), 0);
    }
}
