//! Patterns with unsettled parts, and how one relates to another.

use crate::eval::text::{CLOSE, OPEN, pattern_covers, patterns_overlap};
use crate::eval::value::{Content, Kind, Origin, Part, Value, placeholder};
use crate::truth::Truth;
use memchr::memchr_iter;
use std::borrow::Cow;

/// A text with wildcards (`*`, `?`) in which every unsettled part is written as a name between [`OPEN`] and [`CLOSE`]:
/// the same characters wherever it stands, whatever these are.
#[derive(Clone, Debug, Default)]
pub(super) struct Pattern {
    text: String,
}

/// Which side of a comparison a pattern is on. Parts of one origin that need not be equal (the exports of two other
/// stacks) get names that differ from side to side.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Outer,
    Inner,
}

/// Whether two patterns, compared without case, begin differently before the first wildcard of either, so that no text matches both:
/// `s3:Get*` and `kms:Decrypt`. Most actions of a policy do, whatever is asked of them.
pub(super) fn begin_apart(one: &str, other: &str) -> bool {
    let is_plain = |(one, other): &(u8, u8)| ![one, other].iter().any(|byte| matches!(byte, b'*' | b'?'));
    one.bytes().zip(other.bytes()).take_while(is_plain).any(|(one, other)| !one.eq_ignore_ascii_case(&other))
}

/// A pattern with wildcards beside each other in one order, each `?` before one `*`: `*?` and `?**` are `?*`.
pub(super) fn in_order(text: String) -> String {
    let is_wild = |byte: u8| matches!(byte, b'*' | b'?');
    // Hardly any text has two of them beside each other.
    if !text.as_bytes().windows(2).any(|pair| matches!(pair, [b'*', next] if is_wild(*next))) {
        return text;
    }
    let mut ordered = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['*', '?']) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|character| !matches!(character, '*' | '?')).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        ordered.push_str(before);
        ordered.extend(run.chars().filter(|character| *character == '?'));
        if run.contains('*') {
            ordered.push('*');
        }
        rest = after;
    }
    ordered.push_str(rest);
    ordered
}

/// A text that does not change.
fn as_is(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// Whether a name of an unsettled part begins in a text, by its first byte, which hardly any text has.
pub(super) fn has_open(text: &str) -> bool {
    find(text, OPEN).is_some()
}

/// The first byte of [`OPEN`] and [`CLOSE`], which hardly any other character has.
const FIRST: u8 = 0xF4;

/// Where a text has one of the two.
fn find(text: &str, mark: char) -> Option<usize> {
    memchr_iter(FIRST, text.as_bytes()).find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(mark)))
}

/// Opens the name of a name that CloudFormation makes up: it ends in characters that nobody can write down beforehand.
const GENERATED: char = '#';

impl Pattern {
    /// The pattern that a scalar is; nothing if it is not one.
    pub(super) fn of(value: &Value<'_>, side: Side) -> Option<Self> {
        value.is_scalar().then(|| {
            let mut pattern = match &value.kind {
                Kind::Text(_) => Self::roomy(),
                _ => Self::default(),
            };
            pattern.push_value(value, side);
            pattern
        })
    }

    /// An empty pattern with room for an ARN with the names of its unsettled parts.
    pub(super) fn roomy() -> Self {
        Self { text: String::with_capacity(128) }
    }

    /// A text in lower case.
    pub(super) fn lower(text: &str) -> Self {
        Self { text: text.to_ascii_lowercase() }
    }

    /// An action or action pattern as all actions that it matches: in lower case, and `s3:*` as `s3:?*`, since every action has a name.
    pub(super) fn actions(text: &str) -> Self {
        Self::lower(text).into_actions()
    }

    /// As this pattern of actions, in lower case and in one spelling.
    pub(super) fn into_actions(self) -> Self {
        let mut pattern = self.lowered();
        if pattern.text.ends_with(":*") {
            pattern.text.insert(pattern.text.len() - 1, '?');
        }
        pattern.text = in_order(pattern.text);
        pattern
    }

    pub(super) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends a scalar; anything else adds nothing.
    pub(super) fn push_value(&mut self, value: &Value<'_>, side: Side) {
        match &value.kind {
            Kind::Text(parts) => parts.iter().for_each(|part| self.push(part, side)),
            _ => self.push_text(&value.text().unwrap_or_default()),
        }
    }

    pub(super) fn push(&mut self, part: &Part<'_>, side: Side) {
        match (&part.content, &part.origin) {
            (Content::Known(text), _) => self.push_text(text),
            (_, origin @ (Origin::Parameter(_) | Origin::Pseudo(_) | Origin::Resource { .. })) => {
                self.push_name("", origin);
            }
            (_, origin) => self.push_name(if side == Side::Outer { "o" } else { "i" }, origin),
        }
    }

    /// Appends the name that CloudFormation makes up for a resource.
    pub(super) fn push_generated(&mut self, origin: &Origin<'_>) {
        self.push_name(GENERATED.encode_utf8(&mut [0; 4]), origin);
    }

    fn push_name(&mut self, prefix: &str, origin: &Origin<'_>) {
        self.text.push(OPEN);
        self.text.push_str(prefix);
        match origin {
            // As `placeholder` has them.
            Origin::Parameter(name) | Origin::Pseudo(name) | Origin::Resource { id: name, attribute: None } => {
                self.text.push_str("${");
                self.push_plain(name);
                self.text.push('}');
            }
            _ => self.push_plain(&placeholder(origin)),
        }
        self.text.push(CLOSE);
    }

    /// Appends a name. Wildcards and colons have a meaning in the text around it.
    fn push_plain(&mut self, name: &str) {
        let mut from = 0;
        for (at, byte) in name.bytes().enumerate() {
            if matches!(byte, b':' | b'*' | b'?') {
                self.text.push_str(name.get(from..at).unwrap_or_default());
                self.text.push(';');
                from = at + 1;
            }
        }
        self.text.push_str(name.get(from..).unwrap_or_default());
    }

    /// The text, with the names of its unsettled parts.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// As this pattern, its text changed by `change`. Names that change with it are the same only as others so changed.
    pub(super) fn map(self, change: impl FnOnce(&str) -> String) -> Self {
        Self { text: change(&self.text) }
    }

    /// As this pattern, in lower case.
    pub(super) fn lowered(mut self) -> Self {
        self.text.make_ascii_lowercase();
        self
    }

    /// Everything that the pattern may turn out to be: unsettled parts as `*`, but for those that `other` has too, which
    /// stay the same on both sides. What else the text has is changed by `change`.
    fn loose(&self, other: &Self, change: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
        let mut rest = self.text.as_str();
        // Most patterns are written out.
        if !has_open(rest) {
            return change(rest);
        }
        let mut loose = String::with_capacity(self.text.len());
        while let Some((before, from)) = find(rest, OPEN).map(|start| rest.split_at(start)) {
            let (marked, after) = from.split_at(find(from, CLOSE).map_or(from.len(), |end| end + CLOSE.len_utf8()));
            loose.push_str(&change(before));
            if other.has(marked) {
                loose.push_str(marked);
            } else {
                loose.push('*');
                if marked.chars().nth(1) == Some(GENERATED) {
                    // Wildcards may match its end, other text does not.
                    loose.push_str(marked);
                }
            }
            rest = after;
        }
        loose.push_str(&change(rest));
        Cow::Owned(loose)
    }

    /// Whether a name of an unsettled part, with its marks, is in the text.
    fn has(&self, marked: &str) -> bool {
        memchr_iter(FIRST, self.text.as_bytes())
            .any(|at| self.text.get(at..).is_some_and(|rest| rest.starts_with(marked)))
    }

    /// Whether this pattern matches everything that `inner` matches, whatever the unsettled parts are.
    pub(super) fn covers(&self, inner: &Self) -> Truth {
        if pattern_covers(&self.text, &inner.text) {
            return Truth::True;
        }
        let outer = self.loose(inner, as_is);
        if outer == self.text && inner.loose(self, as_is) == inner.text {
            // Everything is settled.
            return Truth::False;
        }
        // The wildcards of `inner` must be covered by wildcards: a character that no text has stands for them.
        let covered = inner.loose(self, |text| text.replace(['*', '?'], "\u{10FFFD}").into());
        if patterns_overlap(&outer, &covered) { Truth::Unknown } else { Truth::False }
    }

    /// Whether this pattern matches nothing of what `other` matches, whatever the unsettled parts are.
    pub(super) fn is_disjoint_from(&self, other: &Self) -> Truth {
        let (own, others) = (self.loose(other, as_is), other.loose(self, as_is));
        let is_settled = own == self.text && others == other.text;
        if !patterns_overlap(&own, &others) {
            Truth::True
        } else if is_settled || patterns_overlap(&self.text, &other.text) {
            // With names for the unsettled parts something matches both, and it does whatever they stand for.
            Truth::False
        } else {
            Truth::Unknown
        }
    }
}
