//! Which names are worth taking apart, and where a text may hold one, by one look at each byte.

/// The first letters of what occurs in every name that promises a secret: `pass`, `pwd`, `secret`, `token`, `pswd`, or `key` and what a
/// secret key is called.
const MARKS: [&[u8; 3]; 10] = [b"pas", b"pwd", b"sec", b"tok", b"psw", b"key", b"api", b"aut", b"pri", b"sha"];
/// The bits of the third letters of [`MARKS`]: of what is enough, of `key`, and of what belongs to it.
pub(super) const ENOUGH: u32 = 0o0_000_044_444;
pub(super) const KEY: u32 = 0o0_000_400_000;
const KINDS: u32 = 0o4_444_000_000;

/// The bits of the letters of `pw`, which comes after [`MARKS`].
pub(super) const PW: [u32; 2] = [1 << 30, 1 << 31];

/// For each byte the places in [`MARKS`] where it stands, in either case: one bit for each letter of each, from the lowest.
const PLACES: [u32; 256] = places();

#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn places() -> [u32; 256] {
    let mut places = [0; 256];
    let mut bit = 0;
    while bit < 3 * MARKS.len() {
        let letter = MARKS[bit / 3][bit % 3];
        places[letter as usize] |= 1 << bit;
        places[letter.to_ascii_uppercase() as usize] |= 1 << bit;
        bit += 1;
    }
    places[b'p' as usize] |= PW[0];
    places[b'P' as usize] |= PW[0];
    places[b'w' as usize] |= PW[1];
    places[b'W' as usize] |= PW[1];
    places
}

/// The bits of the first letters of [`MARKS`].
const FIRST_LETTERS: u32 = 0o1_111_111_111;

/// The letters up to which marks have been met, after another byte.
#[inline]
fn after(begun: u32, byte: u8) -> u32 {
    (begun << 1 | FIRST_LETTERS | PW[0]) & PLACES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Where a text goes on, from a byte on, with the last letter of a mark that a name which promises something has.
pub(super) fn next_mark(text: &[u8], from: usize) -> Option<usize> {
    const END: u32 = ENOUGH | KEY | PW[1];
    /// Bytes that are looked at together.
    const STRETCH: usize = 8;
    let (mut begun, mut at) = (0, from);
    for stretch in text.get(from..)?.chunks_exact(STRETCH) {
        let (mut next, mut met) = (begun, 0);
        for byte in stretch {
            next = after(next, *byte);
            met |= next;
        }
        if met & END != 0 {
            break;
        }
        begun = next;
        at += STRETCH;
    }
    // The stretch with the letter, or what is left after the last one.
    let ends = |byte: &u8| {
        begun = after(begun, *byte);
        begun & END != 0
    };
    text.get(at..)?.iter().position(ends).map(|place| at + place)
}

/// Which of these letters a name holds. Asked of every key of every template, so it looks at each byte once, for all marks together
/// (Baeza-Yates and Gonnet, "A new approach to text searching"), and takes no branch that a processor would have to guess.
pub(super) fn marks_in(name: &str) -> u32 {
    /// Bytes after which the next ones are looked at.
    const STRETCH: usize = 4;
    let (mut begun, mut met) = (0, 0);
    let mut stretches = name.as_bytes().chunks_exact(STRETCH);
    for stretch in &mut stretches {
        for byte in stretch {
            begun = after(begun, *byte);
            met |= begun;
        }
    }
    for byte in stretches.remainder() {
        begun = after(begun, *byte);
        met |= begun;
    }
    met
}

/// Whether a name with these letters may promise a secret.
pub(super) fn may_be_secret(met: u32) -> bool {
    met & ENOUGH != 0 || (met & KEY != 0 && met & KINDS != 0)
}

/// Whether a text may hold a name that promises something: each of them holds one of these, in either case. Asked of whole scripts, so
/// it takes no branch that a processor would have to guess.
pub fn may_hold_promise(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (second, third) = (bytes.get(1..).unwrap_or_default(), bytes.get(2..).unwrap_or_default());
    let within = bytes.iter().zip(second).zip(third).fold(false, |found, ((one, two), three)| {
        let (one, two, three) = (one | 0x20, two | 0x20, three | 0x20);
        let is = |mark: &[u8; 3]| (one == mark[0]) & (two == mark[1]) & (three == mark[2]);
        found | is(b"pas") | is(b"sec") | is(b"tok") | is(b"psw") | is(b"key") | ((one == b'p') & (two == b'w'))
    });
    within || matches!(bytes, [.., b'p' | b'P', b'w' | b'W'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_holds_no_such_name_is_known_at_a_glance() {
        for text in ["DB_PASS=x", "the pwd", "x:Pw", "Pw1", "apiKEY", "a toKen", "my-Secret", "DB_PSWD"] {
            assert!(may_hold_promise(text), "{text}");
        }
        for text in ["", "p", "to", "ke", "pa s", "spare", "é"] {
            assert!(!may_hold_promise(text), "{text}");
        }
    }
}
