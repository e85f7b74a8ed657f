//! Changes of a document by their paths, before anybody knows how its text is written, and edits of a text. Knows no language and no format.

use crate::source::Span;

/// One step down a document as it is written: short tags count as the long form (`Fn::If`, then the number of its argument).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
}

/// A value to write. Functions are in their long form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as it is to be written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// A map, in the order in which it is to be written.
    Map(Vec<(String, Value)>),
}

/// What happens at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// There is this value: an absent key is added, with the maps around it that are absent too, and another value is replaced.
    Set(Value),
    /// This is the last item of the list at the path. An absent list is made; a single value becomes the first item of one.
    Append(Value),
    /// The entry or item is gone.
    Remove,
    /// The key at the end of the path has this name instead. Its value and its place stay.
    Rename(String),
}

/// One change of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the root of the document.
    pub path: Vec<Step>,
    /// What happens there.
    pub action: Action,
}

/// Bytes of a text, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes; none for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}
