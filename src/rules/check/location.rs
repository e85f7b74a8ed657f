//! What an assertion is about, and its result: truth and the locations that explain it.

use crate::eval::value::Value;
use crate::expand::Block;
use crate::finding::Related as RelatedLocation;
use crate::source::Span;
use crate::truth::Truth;

/// The state of what is missing.
pub const NOT_SET: &str = "is not set";

/// The state of a resource that is missing.
pub const NOT_DECLARED: &str = "is not declared";

/// A location that explains a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The most exact span.
    pub span: Span,
    /// The same, before the place was looked for as people find it: below functions, the value and not its key.
    pub exact: Span,
    /// From the template's root, `/` between steps.
    pub path: String,
    /// The property's own name: the last step, or the first missing one.
    pub name: String,
    /// `is "Suspended"`, `is not set`.
    pub state: String,
    /// The same of several names, where more differs than `are` for `is`.
    pub state_of_several: Option<String>,
    /// Whether the name lists several, each of which is in this state.
    pub is_of_several: bool,
    /// The offending value as people write it; empty where there is none.
    pub value: String,
    /// The message of the innermost assertion that has one.
    pub message: Option<String>,
    /// Further words for the message, by placeholder.
    pub words: Vec<(&'static str, String)>,
    /// Places that explain it.
    pub related: Vec<RelatedLocation>,
}

impl Location {
    /// Whether it is where something is missing.
    pub fn is_of_absence(&self) -> bool {
        self.state == NOT_SET || self.state == NOT_DECLARED
    }
}

/// The location where a path ends, for when it finds nothing or not enough. Only kept when explaining.
#[derive(Clone, Debug, Default)]
pub struct Nearest(Option<Box<Location>>);

impl Nearest {
    /// This location, if one is wanted.
    pub fn new(is_wanted: bool, location: impl FnOnce() -> Location) -> Self {
        Self(is_wanted.then(|| Box::new(location())))
    }

    /// The location; nowhere in particular unless one was wanted.
    pub fn location(self) -> Location {
        self.0.map(|location| *location).unwrap_or_default()
    }
}

/// A result and, where explanations were asked for, the locations that make it so.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The result.
    pub truth: Truth,
    /// Empty unless the checker explains.
    pub locations: Vec<Location>,
}

impl Judgement {
    /// A result without locations.
    pub fn bare(truth: Truth) -> Self {
        Self { truth, locations: Vec::new() }
    }
}

impl From<Truth> for Judgement {
    fn from(truth: Truth) -> Self {
        Self::bare(truth)
    }
}

/// What an assertion is about.
#[derive(Clone, Debug)]
pub enum Item<'m, 't> {
    /// A block of the template.
    Block(&'m Block<'t>),
    /// A value inside one.
    Value {
        /// The value.
        value: &'m Value<'t>,
        /// The key it is under, or its index; empty where unknown. Only kept when explaining.
        name: String,
        /// From the template's root. Only kept when explaining.
        path: String,
        /// The block that it belongs to.
        owner: &'m Block<'t>,
    },
}

impl<'m, 't> Item<'m, 't> {
    /// The block that it is, or is in.
    pub fn owner(&self) -> &'m Block<'t> {
        match self {
            Self::Block(block) => block,
            Self::Value { owner, .. } => owner,
        }
    }

    /// The location of the item itself.
    pub fn location(&self) -> Location {
        match self {
            Self::Block(block) => block_location(block),
            Self::Value { value, name, path, owner: _ } => value_location(value, name, path),
        }
    }
}

/// The location of a block: its name.
pub fn block_location(block: &Block<'_>) -> Location {
    Location {
        span: block.key_span,
        exact: block.key_span,
        path: block.path(),
        name: block.written_name().to_owned(),
        ..Location::default()
    }
}

/// The location of a value.
pub fn value_location(value: &Value<'_>, name: &str, path: &str) -> Location {
    let (state, display) = value.state_and_display();
    Location {
        span: value.span,
        exact: value.span,
        path: path.to_owned(),
        name: name.to_owned(),
        state,
        value: display,
        ..Location::default()
    }
}
