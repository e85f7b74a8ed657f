//! What a text may hold, by one look at each of its bytes. Asked of every text of every template: nearly all hold nothing.

use crate::graph::marks::{Marks, QUOTE as QUOTE_MARK};

/// What occurs in every text of which something else has to be asked: first what all [shapes](super::shapes) of secrets have, URLs
/// before the others.
const MARKS: [&[u8]; 22] = [
    b"://",
    b"AKI|AIz",
    b"Bea|Bas",
    b"eyJ",
    b"xox",
    b"glp|gls|hvs",
    b"-BE|-SE",
    b".sl",
    b"SG.",
    b"gh\0_|npm_",
    b"_liv",
    b"_pa|_oa",
    b"_se|_SE|_Se",
    b"sk-",
    b"hf_|_v1",
    b"shpa|shpc|shpp|shps|pypi|dapi",
    b"ATAT|NRAK",
    b"${",
    b"{{",
    b"=",
    &[QUOTE_MARK],
    b":",
];
const URL: u64 = Marks::last_of(&MARKS, 0, 1);
const SHAPE: u64 = Marks::last_of(&MARKS, 0, 17);
const OPEN: u64 = Marks::last_of(&MARKS, 17, 19);
const EQUALS: u64 = Marks::last_of(&MARKS, 19, 20);
const QUOTE: u64 = Marks::last_of(&MARKS, 20, 21);
const COLON: u64 = Marks::last_of(&MARKS, 21, 22);

/// Shorter texts give no value to a name, as `pwd=abcd` does; the shortest with the shape of a secret, `a://:ccc@`, is longer.
const SHORTEST: usize = 8;

static FINDER: Marks = Marks::new(&MARKS, false);

/// What a text may hold.
#[derive(Copy, Clone)]
pub(super) struct Glance {
    met: u64,
    length: usize,
}

impl Glance {
    /// Looks at a text.
    pub(super) fn at(text: &str) -> Self {
        let bytes = text.as_bytes();
        // Of a short one, nothing but what is not written out.
        let is_plain = bytes.len() < SHORTEST && !bytes.contains(&b'{');
        Self { met: if is_plain { 0 } else { FINDER.met(bytes) }, length: bytes.len() }
    }

    /// Whether something in it is not written out.
    pub(super) fn may_be_partial(self) -> bool {
        self.met & OPEN != 0
    }

    /// Whether it may be known by its shape that it is a secret.
    pub(super) fn may_have_shape(self) -> bool {
        self.met & SHAPE != 0 && self.length > SHORTEST
    }

    /// Whether any of the questions has to be asked.
    pub(super) fn may_hold_secret(self) -> bool {
        self.may_be_partial() || self.may_have_shape() || self.may_assign()
    }

    /// Whether it holds the mark of a URL.
    pub(super) fn has_url(self) -> bool {
        self.met & URL != 0
    }

    /// Whether no shape but that of a URL comes into question.
    pub(super) fn has_url_alone(self) -> bool {
        self.met & SHAPE == URL
    }

    /// Whether it may give a value to a name: `=`, or the quotes of JSON and maps like it.
    pub(super) fn may_assign(self) -> bool {
        let quotes = QUOTE | COLON;
        self.length >= SHORTEST && (self.met & EQUALS != 0 || self.met & quotes == quotes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_may_hold() {
        for (text, shape, partial, assigns) in [
            ("a plain text of words", false, false, false),
            ("a://:ccc@", true, false, false),
            ("x: \"y\" and more", false, false, true),
            ("{'x': 'y'}", false, false, true),
            ("a=b", false, false, false),
            ("name=value", false, false, true),
            ("{{resolve:ssm:x}}", false, true, false),
            ("hunter2-${Env}", false, true, false),
            ("npm_0123456789", true, false, false),
            ("sk-proj-0123456789", true, false, false),
            ("a shpat_0123456789", true, false, false),
            ("dckr_oat_0123456789", true, false, false),
            ("aws_Secret_access_key", true, false, false),
        ] {
            let glance = Glance::at(text);
            let found = (glance.may_have_shape(), glance.may_be_partial(), glance.may_assign());
            assert_eq!(found, (shape, partial, assigns), "{text}");
        }
    }
}
