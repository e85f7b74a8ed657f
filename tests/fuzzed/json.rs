//! The reader of JSON accepts what serde_json accepts, and reads the same values.
//!
//! Three differences are meant: ours refuses a repeated key and says so, reads to a depth of 200 instead of 128, and skips a byte-order
//! mark. serde_json refuses numbers that no `f64` holds; ours keeps their text.

use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Kind, Node};
use serde_json::Value;

/// Panics if the readers disagree.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let ours = syntax::json::parse(text, SourceId(0));
    let theirs = serde_json::from_str::<Value>(text.strip_prefix('\u{feff}').unwrap_or(text));
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            super::assert_placed(&ours.root, text);
            assert_same(&ours.root, &theirs);
        }
        (Ok(ours), Err(error)) => {
            super::assert_placed(&ours.root, text);
            let message = error.to_string();
            let is_meant = message.contains("recursion limit") || message.contains("number out of range");
            assert!(is_meant, "only we accept it: {message}");
        }
        (Err(error), Ok(_)) => {
            super::assert_inside(error.span, text);
            assert!(error.message.contains("is used twice"), "only serde_json accepts it: {error:?}");
        }
        (Err(error), Err(_)) => {
            super::assert_inside(error.span, text);
            error.related.into_iter().for_each(|(span, _)| super::assert_inside(span, text));
        }
    }
}

fn assert_same(ours: &Node<'_>, theirs: &Value) {
    match (&ours.kind, theirs) {
        (Kind::Null, Value::Null) => {}
        (Kind::Bool(one), Value::Bool(other)) => assert_eq!(one, other),
        (Kind::String(one), Value::String(other)) => assert_eq!(one, other),
        // serde_json's own `f64` may be a digit off.
        (Kind::Number(one), Value::Number(other)) => {
            assert_eq!(one.text.parse::<f64>().map(f64::to_bits), Ok(one.value.to_bits()));
            let near = other.as_f64().is_some_and(|other| (one.value - other).abs() <= one.value.abs() * 1e-15);
            assert!(near, "{one:?} {other:?}");
        }
        (Kind::Sequence(ones), Value::Array(others)) => {
            assert_eq!(ones.len(), others.len());
            ones.iter().zip(others).for_each(|(one, other)| assert_same(one, other));
        }
        (Kind::Mapping(ones), Value::Object(others)) => {
            assert_eq!(ones.len(), others.len());
            for (one, (key, other)) in ones.iter().zip(others) {
                assert_eq!(one.key, *key);
                assert_same(&one.value, other);
            }
        }
        (one, other) => panic!("{one:?} is not {other:?}"),
    }
}
