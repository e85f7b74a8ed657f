//! A secret that a template writes out.

use crate::source::Span;
use smallvec::SmallVec;
use std::borrow::Cow;

/// How much of a secret is written out.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// All of it, unless it is the name of a stored one: of a variable whose type is not known.
    Perhaps,
    /// Nobody knows: the value can be more texts than are looked at.
    Unread,
    /// A part that gives it away.
    Exposed,
    /// A part that may not be what is secret.
    Part,
}

/// A secret that is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralSecret {
    /// The text that it is, or lies in.
    pub span: Span,
    /// The way to the value, `/` between steps: from the node that was searched, or from the template's root.
    pub path: String,
    /// The property or variable that holds it.
    pub name: String,
    /// What it is: "a hard-coded secret", "a private key".
    pub what: Cow<'static, str>,
    /// How much of it is written.
    pub extent: Extent,
    /// Its line in the text, counted from 1, and the key of that text, where it is one line of several.
    pub line: Option<(usize, String)>,
    /// The nodes that it is written in, each with the part of it that is there. The parts are as CloudFormation reads them.
    pub written: SmallVec<[(Span, String); 1]>,
    /// Where it is written, if that is elsewhere: in a mapping.
    pub elsewhere: Option<Span>,
}
