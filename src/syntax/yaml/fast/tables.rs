//! What single bytes and characters mean to the fast reader.

use crate::syntax::lanes;

/// The byte may be in a plain scalar, and nothing has to be looked at around it.
const ORDINARY: u8 = 0;
/// The byte ends a run of ordinary bytes everywhere.
const IN_BLOCK: u8 = 1;
/// The byte ends a run of ordinary bytes in flow style.
const IN_FLOW: u8 = 2;
/// A plain scalar may start with the byte, whatever follows.
const FIRST: u8 = 4;
/// The byte may be in the name of a tag.
const TAG: u8 = 8;
/// The byte ends a run in single quotes.
const SINGLE: u8 = 16;
/// The byte ends a run in double quotes.
const DOUBLE: u8 = 32;
/// A plain scalar that starts with the byte may be a number, a boolean, or null.
const TYPED: u8 = 64;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [ORDINARY; 256];
    let mut index = 0;
    while index < 256 {
        let byte = index as u8;
        let mut class = ORDINARY;
        if matches!(byte, b':' | b'#' | b'\n' | b'\r' | b'\t' | 0) {
            class |= IN_BLOCK | IN_FLOW;
        }
        if matches!(byte, b',' | b'[' | b']' | b'{' | b'}') {
            class |= IN_FLOW;
        }
        let indicator = matches!(
            byte,
            b',' | b'['
                | b']'
                | b'{'
                | b'}'
                | b'#'
                | b'&'
                | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'\''
                | b'"'
                | b'%'
                | b'@'
                | b'`'
                | b'?'
                | b':'
                | b'-'
        );
        if byte > b' ' && byte != 0x7f && !indicator {
            class |= FIRST;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.') {
            class |= TAG;
        }
        if matches!(byte, b'\'' | b'\n' | b'\r' | 0) {
            class |= SINGLE;
        }
        if matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | 0) {
            class |= DOUBLE;
        }
        let word = matches!(byte, b'~' | b'n' | b'N' | b't' | b'T' | b'y' | b'Y' | b'o' | b'O' | b'f' | b'F');
        if word || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.') {
            class |= TYPED;
        }
        #[allow(clippy::indexing_slicing)] // Evaluated by the compiler.
        {
            classes[index] = class;
        }
        index += 1;
    }
    classes
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(ORDINARY)
}

/// Whether a plain scalar may start with the byte, whatever follows.
pub(super) fn is_first(byte: u8) -> bool {
    class(byte) & FIRST != 0
}

pub(super) fn is_tag(byte: u8) -> bool {
    class(byte) & TAG != 0
}

/// Whether the byte separates in flow style.
pub(super) fn is_flow(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

/// Whether the byte is a blank, a line's end, or the text's.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0)
}

/// Whether a plain scalar may be a number, a boolean, or null.
pub(super) fn may_be_more_than_text(text: &str) -> bool {
    text.as_bytes().first().is_none_or(|first| class(*first) & TYPED != 0)
}

/// How many of the first bytes are ordinary in a plain scalar.
pub(super) fn plain_length<const FLOW: bool>(bytes: &[u8]) -> usize {
    if FLOW {
        return bytes.iter().position(|byte| class(*byte) & IN_FLOW != 0).unwrap_or(bytes.len());
    }
    // In block style few bytes end a run: eight are looked at at once. Of the control characters, an ordinary text has only such ones.
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let ends = lanes::below(word, b' ') | lanes::equal(word, b':') | lanes::equal(word, b'#');
        if ends != 0 {
            return length + lanes::first(ends);
        }
        length += 8;
    }
    length + rest.iter().position(|byte| class(*byte) & IN_BLOCK != 0).unwrap_or(rest.len())
}

/// How many of the first bytes stand for themselves between quotes.
pub(super) fn quoted_length(bytes: &[u8], single: bool) -> usize {
    let ends = if single { SINGLE } else { DOUBLE };
    bytes.iter().position(|byte| class(*byte) & ends != 0).unwrap_or(bytes.len())
}

/// Whether a text has only printable characters that no line-end rule treats in its own way: then no later step has to look for them.
pub(super) fn is_ordinary(text: &str) -> bool {
    // Without a branch, so that the compiler looks at many bytes at a time.
    let odd = text
        .as_bytes()
        .iter()
        .fold(false, |odd, byte| odd | (*byte < b' ' && *byte != b'\n' && *byte != b'\t') | (*byte >= 0x7f));
    !odd || has_ordinary_characters(text)
}

/// The same, one character at a time. A `\r` must belong to a `\r\n`.
fn has_ordinary_characters(text: &str) -> bool {
    let mut characters = text.strip_prefix('\u{feff}').unwrap_or(text).chars();
    while let Some(character) = characters.next() {
        let ordinary = match character {
            '\r' => characters.next() == Some('\n'),
            '\n' | '\t' | ' '..='~' => true,
            // What Unicode calls line ends, byte-order marks, and what is not a character.
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
            _ => character >= '\u{a0}',
        };
        if !ordinary {
            return false;
        }
    }
    true
}
