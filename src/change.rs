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
    /// What the document has at another place, from where it goes.
    Moved(Box<Moved>),
}

/// A value that moves: as it is written, with the comments in it and those of what goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moved {
    /// The entry of a map whose value it is.
    pub from: Vec<Step>,
    /// The item or entry that goes: that entry, or something around it.
    pub with: Vec<Step>,
    /// The value.
    pub value: Value,
    /// Its text, once that is known.
    pub text: Option<MovedText>,
}

/// The text of a value that moves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MovedText {
    /// The column of the key.
    pub column: usize,
    /// What is behind the key's colon, and the lines below.
    pub lines: Vec<String>,
    /// The comments that go above the key.
    pub above: Vec<String>,
}

impl Value {
    /// The value itself, wherever it is from.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Moved(moved) => moved.value.plain(),
            value => value,
        }
    }

    /// Every value in it that moves.
    pub fn each_moved<'v>(&'v self, visit: &mut impl FnMut(&'v Moved)) {
        match self {
            Self::Moved(moved) => visit(moved),
            Self::List(items) => items.iter().for_each(|item| item.each_moved(visit)),
            Self::Map(entries) => entries.iter().for_each(|(_, value)| value.each_moved(visit)),
            _ => {}
        }
    }

    /// The same, to change them.
    pub fn each_moved_mut(&mut self, visit: &mut impl FnMut(&mut Moved)) {
        match self {
            Self::Moved(moved) => visit(moved),
            Self::List(items) => items.iter_mut().for_each(|item| item.each_moved_mut(visit)),
            Self::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.each_moved_mut(visit)),
            _ => {}
        }
    }
}

impl Action {
    /// The value that it writes.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Set(value) | Self::Append(value) => Some(value),
            Self::Remove | Self::Rename(_) => None,
        }
    }
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
