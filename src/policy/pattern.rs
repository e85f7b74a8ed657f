//! Patterns with unsettled parts, and how one relates to another.

use crate::eval::text::{CLOSE, OPEN, pattern_covers, patterns_overlap};
use crate::eval::value::{Content, Kind, Origin, Part, Value, placeholder};
use crate::truth::Truth;

/// A text with wildcards (`*`, `?`) in which every unsettled part is written as a name between [`OPEN`] and [`CLOSE`]:
/// the same characters wherever it stands, whatever these are.
#[derive(Clone, Debug, Default)]
pub(super) struct Pattern {
    text: String,
}

/// Which side of a comparison a pattern stands on. Parts of one origin that need not be equal (the exports of two other
/// stacks) get names that differ from side to side.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Outer,
    Inner,
}

/// How an outer pattern relates to an inner one.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It matches everything that the inner one matches.
    Covers,
    /// It matches something of it, but not all.
    Partial,
    /// It matches nothing of it.
    Disjoint,
    /// Depends on unsettled parts.
    Unknown,
}

/// Opens the name of a part that is certainly none of the other side's, whatever characters it has.
const DISTINCT: char = '!';

impl Pattern {
    /// The pattern that a scalar is; nothing where it is none.
    pub(super) fn of(value: &Value<'_>, side: Side) -> Option<Self> {
        value.is_scalar().then(|| {
            let mut pattern = Self::default();
            pattern.push_value(value, side);
            pattern
        })
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

    /// Appends a part that is certainly none of the other side's, whatever characters it has: another resource.
    pub(super) fn push_distinct(&mut self, origin: &Origin<'_>) {
        self.push_name(DISTINCT.encode_utf8(&mut [0; 4]), origin);
    }

    fn push_name(&mut self, prefix: &str, origin: &Origin<'_>) {
        // Wildcards and colons have a meaning in the text around the name.
        let name = placeholder(origin).replace([':', '*', '?'], ";");
        self.text.extend([OPEN]);
        self.text.push_str(prefix);
        self.text.push_str(&name);
        self.text.push(CLOSE);
    }

    /// The text, with the names of its unsettled parts.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// As this pattern, its text changed by `change`, which must leave names alone.
    pub(super) fn map(self, change: impl FnOnce(&str) -> String) -> Self {
        Self { text: change(&self.text) }
    }

    /// Everything that the pattern may turn out to be: unsettled parts as `*`, but for those that `other` has too, which
    /// stay the same on both sides.
    fn loose(&self, other: &Self) -> String {
        let mut loose = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (name, after) = after.split_once(CLOSE).unwrap_or((after, ""));
            loose.push_str(before);
            let marked = format!("{OPEN}{name}{CLOSE}");
            if name.starts_with(DISTINCT) || other.text.contains(&marked) {
                loose.push_str(&marked);
            } else {
                loose.push('*');
            }
            rest = after;
        }
        loose.push_str(rest);
        loose
    }

    /// How this pattern relates to what another one matches.
    pub(super) fn relation(&self, inner: &Self) -> Relation {
        if pattern_covers(&self.text, &inner.text) {
            return Relation::Covers;
        }
        let (loose, loose_inner) = (self.loose(inner), inner.loose(self));
        if !patterns_overlap(&loose, &loose_inner) {
            Relation::Disjoint
        } else if (loose == self.text && loose_inner == inner.text)
            // Even with its unsettled parts at their widest it leaves something out, and at their narrowest it
            // matches something: the parts do not matter.
            || (!pattern_covers(&loose, &loose_inner) && patterns_overlap(&self.text, &inner.text))
        {
            Relation::Partial
        } else {
            Relation::Unknown
        }
    }
}

impl Relation {
    /// Whether the outer pattern matches all of the inner one.
    pub(super) fn covers(self) -> Truth {
        match self {
            Self::Covers => Truth::True,
            Self::Partial | Self::Disjoint => Truth::False,
            Self::Unknown => Truth::Unknown,
        }
    }

    /// Whether the outer pattern matches nothing of the inner one.
    pub(super) fn is_disjoint(self) -> Truth {
        match self {
            Self::Disjoint => Truth::True,
            Self::Covers | Self::Partial => Truth::False,
            Self::Unknown => Truth::Unknown,
        }
    }
}
