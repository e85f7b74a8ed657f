//! Whatever the fast reader of YAML accepts, it reads as granit-parser does: values, places, comments, notes.

use hipaalint::source::SourceId;
use hipaalint::syntax::{self, yaml};

/// Panics if the readers disagree.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (fast, slow) = yaml::read_both(text, SourceId(3));
    match (fast, slow) {
        (Some(fast), Ok(slow)) => {
            // Not-a-number is not equal to itself, but looks the same.
            if fast != slow {
                assert_eq!(format!("{fast:#?}"), format!("{slow:#?}"));
            }
            super::assert_placed(&fast.root, text);
        }
        (Some(_), Err(error)) => panic!("only the fast reader accepts it: {error:?}"),
        (None, Ok(slow)) => super::assert_placed(&slow.root, text),
        (None, Err(error)) => {
            super::assert_inside(error.span, text);
            error.related.into_iter().for_each(|(span, _)| super::assert_inside(span, text));
        }
    }
    if let Ok(document) = syntax::read(text, SourceId(3)) {
        document.notes.iter().for_each(|note| super::assert_inside(note.span, text));
        document.comments.iter().for_each(|comment| super::assert_inside(comment.span, text));
        document.repeated.iter().for_each(|repeated| super::assert_inside(repeated.error.span, text));
    }
}
