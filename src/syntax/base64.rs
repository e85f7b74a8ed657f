//! Base64 (RFC 4648, section 4), as far as templates hold text in it.

/// The text that a Base64 text stands for; none where it is not Base64 or not UTF-8. Line breaks and missing padding are passed
/// over.
pub fn decode(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = digits.get(..digits.len() - padding)?;
    if padding > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits: u32 = 0;
        for digit in group {
            bits = bits << 6 | u32::from(value(*digit)?);
        }
        // A group of two digits holds one byte, of three two, and the bits left over are nothing.
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = bits.to_be_bytes();
        bytes.extend(whole.iter().take(group.len() - 1));
    }
    String::from_utf8(bytes).ok()
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn vectors_of_the_standard() {
        let vectors = [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ];
        for (encoded, text) in vectors {
            assert_eq!(decode(encoded).as_deref(), Some(text));
            assert_eq!(decode(encoded.trim_end_matches('=')).as_deref(), Some(text));
        }
        assert_eq!(decode("4oCU").as_deref(), Some("—"));
    }

    #[test]
    fn what_is_none_is_nothing() {
        for odd in ["A", "Zm9v!", "Zm=v", "====", "gA==", "é", "Zg==="] {
            assert_eq!(decode(odd), None, "{odd}");
        }
    }
}
