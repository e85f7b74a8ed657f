//! Short marks that are looked for in texts, all of them by one look at each byte.
//!
//! Each letter of each mark is one bit of a number, which is moved on by one letter with every byte (Baeza-Yates and Gonnet, "A new
//! approach to text searching"). That takes no branch that a processor would have to guess, and nothing to prepare.

/// Stands for any byte in a mark.
pub(super) const ANY: u8 = 0;

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
            new.first |= 1 << bit;
            let mut at = 0;
            while at < letters.len() {
                let mut byte = 0;
                while byte < 256 {
                    let is_letter = letters[at] as usize == byte;
                    let is_capital = any_case && letters[at].to_ascii_uppercase() as usize == byte;
                    if letters[at] == ANY || is_letter || is_capital {
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
            bit += marks[mark].len();
            if mark >= from {
                last |= 1 << (bit - 1);
            }
            mark += 1;
        }
        last
    }

    /// The last letters of the marks that a text holds; none if it holds no mark.
    pub(super) fn met(&self, text: &[u8]) -> u64 {
        /// Bytes after which the next ones are looked at.
        const STRETCH: usize = 8;
        let (mut begun, mut met) = (0, 0);
        let mut look_at = |byte: &u8| {
            begun = (begun << 1 | self.first) & self.places.get(usize::from(*byte)).copied().unwrap_or_default();
            met |= begun;
        };
        let mut stretches = text.chunks_exact(STRETCH);
        for stretch in &mut stretches {
            stretch.iter().for_each(&mut look_at);
        }
        stretches.remainder().iter().for_each(look_at);
        met & self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: [&[u8]; 4] = [b"://", b"gh\0_", b"=", b"ab"];

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
        ] {
            assert_eq!(marks.met(text.as_bytes()), Marks::last_of(&MARKS, expected.start, expected.end), "{text}");
        }
        assert_ne!(Marks::new(&MARKS, true).met(b"aB GHp_"), 0);
    }
}
