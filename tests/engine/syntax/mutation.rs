//! Templates, broken at random: both readers end, without a panic, and what they say stays inside the text.

use crate::syntax::corpus;
use crate::syntax::support::{assert_inside, assert_spans, outline};
use hipaalint::source::SourceId;
use hipaalint::syntax;
use proptest::prelude::*;
use std::sync::LazyLock;

const BUCKET: &str = include_str!("templates/bucket.yaml");
const NETWORK: &str = include_str!("templates/network.json");
const ODD: &str = include_str!("templates/odd.yaml");

/// A second or two.
const CASES: u32 = 1500;

/// Own templates, and real ones where they are.
pub static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let own = [BUCKET, NETWORK, ODD].map(str::to_owned).into_iter();
    let real = corpus::files().into_iter().map(|(_, text)| text).filter(|text| text.len() < 20_000).step_by(10);
    own.chain(real).collect()
});

/// Characters that mean something to one of the readers.
const SIGNS: &str = "{}[],:-?&*!|>'\"%@`#~<= \t\n\r\\0123456789.eE+xuabn_/\u{feff}é😀\0\u{85}\u{2028}";

#[derive(Clone, Debug)]
pub enum Change {
    Insert(usize, char),
    Delete(usize, usize),
    Flip(usize, u8),
    Truncate(usize),
    Splice { from: usize, length: usize, to: usize },
    Indent(usize, usize),
}

pub fn changes() -> impl Strategy<Value = Vec<Change>> {
    let signs: Vec<char> = SIGNS.chars().collect();
    let at = any::<usize>();
    let change = prop_oneof![
        4 => (at, prop::sample::select(signs)).prop_map(|(at, sign)| Change::Insert(at, sign)),
        2 => (at, 1..40_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        2 => (at, any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        1 => at.prop_map(Change::Truncate),
        2 => (at, 1..200_usize, at).prop_map(|(from, length, to)| Change::Splice { from, length, to }),
        1 => (at, 1..9_usize).prop_map(|(at, width)| Change::Indent(at, width)),
    ];
    prop::collection::vec(change, 1..6)
}

pub fn apply(text: &str, changes: &[Change]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        let place = |at: usize| at % (bytes.len() + 1);
        match *change {
            Change::Insert(at, sign) => {
                let at = place(at);
                bytes.splice(at..at, sign.to_string().into_bytes());
            }
            Change::Delete(at, length) => {
                let start = place(at);
                bytes.drain(start..(start + length).min(bytes.len()));
            }
            Change::Flip(at, bits) => {
                let at = place(at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Change::Truncate(at) => bytes.truncate(place(at)),
            Change::Splice { from, length, to } => {
                let (from, to) = (place(from), place(to));
                let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
                bytes.splice(to..to, piece);
            }
            Change::Indent(at, width) => {
                let from = place(at);
                if let Some(line) = bytes[from..].iter().position(|byte| *byte == b'\n') {
                    let start = from + line + 1;
                    bytes.splice(start..start, std::iter::repeat_n(b' ', width));
                }
            }
        }
    }
    // Files that are no UTF-8 are refused before they are parsed.
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read(text: &str) {
    for parse in [syntax::json::parse, syntax::yaml::parse, syntax::parse] {
        match parse(text, SourceId(0)) {
            Ok(document) => assert_inside(&document, text),
            Err(error) => {
                for span in std::iter::once(error.span).chain(error.related.map(|(span, _)| span)) {
                    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} of {text:?}");
                }
                assert!(!error.message.is_empty() && !error.help.is_empty());
            }
        }
    }
}

#[test]
fn the_seeds_themselves_are_read() {
    for text in SEEDS.iter() {
        read(text);
    }
    for (name, text) in [("bucket", BUCKET), ("network", NETWORK), ("odd", ODD)] {
        let document = syntax::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(document.root.get("Resources").is_some(), "{name}: {}", outline(&document.root));
        if name != "odd" {
            assert_spans(&document, text, SourceId(0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::cases(CASES), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_templates_never_panic(seed in any::<prop::sample::Index>(), changes in changes()) {
        read(&apply(seed.get::<String>(&SEEDS), &changes));
    }

    #[test]
    fn signs_in_any_order_never_panic(
        text in prop::collection::vec(prop::sample::select(SIGNS.chars().collect::<Vec<_>>()), 0..60),
    ) {
        read(&text.into_iter().collect::<String>());
    }

    #[test]
    fn json_agrees_with_serde_json_on_what_is_json(
        text in prop::collection::vec(prop::sample::select("{}[],:\"\\ u0ae1.-+E\ntrue".chars().collect::<Vec<_>>()), 0..12),
    ) {
        let text: String = text.into_iter().collect();
        let ours = syntax::json::parse(&text, SourceId(0));
        let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
        // serde_json refuses numbers that are too large, and takes repeated keys.
        let excused = matches!(&ours, Err(error) if error.message.contains("stands twice"))
            || matches!(&theirs, Err(error) if error.to_string().contains("out of range"));
        prop_assert!(excused || ours.is_ok() == theirs.is_ok(), "{text:?}: {ours:?}, {theirs:?}");
    }
}
