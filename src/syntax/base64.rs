//! Base64 (RFC 4648, section 4), as far as templates hold text in it.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// People leave out the padding, and other tools leave bits over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The text that a Base64 text stands for; none where it is not Base64 or not UTF-8. Line breaks and missing padding are passed
/// over.
pub fn decode(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    String::from_utf8(LENIENT.decode(digits).ok()?).ok()
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
