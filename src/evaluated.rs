//! What CloudFormation would make of a template, value by value: one alternative for each choice of parameters and conditions that makes a
//! difference, what is unknown with the reason, and where it comes from. For `hipaalint evaluate` and for editors.
//!
//! The work follows what a value reads: a property behind one condition has two alternatives, whatever else the template has. No
//! combinations of values are listed. Secrets are hidden as in every report.

mod build;
#[cfg(feature = "cli")]
pub mod human;
pub mod json;
mod named;
mod origins;
mod place;
#[cfg(feature = "cli")]
mod plain;
mod shown;

use crate::eval::inputs::Inputs;
use crate::finding::Diagnostic;
use crate::linter::Loader;
use crate::linter::opened::{Opened, Opening, open};
use crate::source::{Source, Span};
use std::borrow::Cow;

/// What is asked for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum At<'a> {
    /// The whole template.
    Whole,
    /// What is at a path as findings have it: `Resources/Records/Properties/VersioningConfiguration/Status`. `Resources/` may be left
    /// out.
    Path(&'a str),
    /// What is written at a byte of the template's text, such as the cursor of an editor.
    Offset(u32),
}

/// The result for one template in one deployment.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The parts that were asked for: of the whole template, its parameters, conditions, resources and outputs, in this order. None
    /// if nothing has a value at the place.
    pub parts: Vec<Part>,
    /// Why nothing is at a path, and what may be meant; none if something is.
    pub missing: Option<Missing>,
    /// Why values may differ from those that are deployed, in sentences.
    pub notes: Vec<String>,
    /// What was found about the text: places point into its sources, and so do those of the parts.
    pub opening: Opening,
}

/// A path that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The first step that there is nothing at.
    pub step: String,
    /// The path of what lacks it; empty for the template.
    pub parent: String,
    /// A step with a similar name.
    pub nearest: Option<String>,
    /// Whether the template has it, and nothing in it has a value of its own: `Mappings`, an empty `Outputs`.
    pub is_without_values: bool,
}

/// A block of the template, or one value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The section: `Parameters`, `Conditions`, `Resources`, `Outputs`.
    pub section: &'static str,
    /// The name of the block.
    pub block: String,
    /// The type of a resource; empty otherwise.
    pub kind: String,
    /// What the block was made from, if it is not written as it stands: "made of function `Import` (AWS::Serverless::Function)", "for
    /// Name = alpha".
    pub made: Option<String>,
    /// The value.
    pub value: Value,
}

/// A value of the template as it is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its path, as findings have it.
    pub path: String,
    /// Where it is written.
    pub span: Span,
    /// What it can be: the first one where parameters keep their defaults. None if it is in a part that is never deployed.
    pub alternatives: Vec<Alternative>,
    /// Why these are not all alternatives, as a clause.
    pub note: Option<String>,
}

/// What a value is for some choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The choices: `Env is dev or test`. None if no other choice makes a difference.
    pub when: Option<String>,
    /// The content; none if the template that is deployed has no such value.
    pub content: Option<Content>,
    /// Where it comes from, if it is not written as it stands: conditions, parameters, mappings, and so on, in the order in which the
    /// template names them.
    pub from: Vec<From>,
}

/// The content of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text whose characters are all known.
    Text(String),
    /// A text with parts that are unknown or hidden. If its only part is unknown, the value may be a list or a map as well.
    Parts(Vec<Piece>),
    /// A text that `Fn::Base64` encoded.
    Base64 {
        /// What it encodes.
        decoded: Box<Content>,
        /// The result.
        encoded: Box<Content>,
    },
    /// A list.
    List(Vec<Value>),
    /// A map.
    Map(Vec<Field>),
}

/// An entry of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// Where it is written.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Known(String),
    /// Unknown characters.
    Unknown {
        /// How `Fn::Sub` would spell them: `${AWS::AccountId}`.
        name: String,
        /// Why they are unknown, as a clause.
        reason: String,
    },
    /// A secret, as reports show it: `hu… (14 characters)`.
    Secret(String),
}

/// Something that a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct From {
    /// What it is.
    pub kind: FromKind,
    /// Its name: of a parameter, a condition, a resource (`Records.Arn`), an entry of a mapping (`Sizes/prod/Instance`), an export.
    pub name: String,
    /// What is known of it, as a clause: "default", "holds". May be empty.
    pub detail: String,
    /// Where it is declared.
    pub span: Option<Span>,
}

/// The kinds of what values come from.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FromKind {
    /// A condition.
    Condition,
    /// A parameter.
    Parameter,
    /// A pseudo parameter.
    Pseudo,
    /// An entry of a mapping.
    Mapping,
    /// A resource, or an attribute of one.
    Resource,
    /// An export of another stack.
    Import,
    /// A dynamic reference.
    Dynamic,
}

impl FromKind {
    /// The name that reports have.
    pub fn name(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Parameter => "parameter",
            Self::Pseudo => "pseudo-parameter",
            Self::Mapping => "mapping",
            Self::Resource => "resource",
            Self::Import => "import",
            Self::Dynamic => "dynamic-reference",
        }
    }
}

impl Value {
    /// Whether the template that is deployed never has it.
    pub fn is_never(&self) -> bool {
        self.alternatives.iter().all(|alternative| alternative.content.is_none())
    }

    /// The only content, if it is the same whatever is chosen.
    pub fn only(&self) -> Option<&Content> {
        match self.alternatives.as_slice() {
            [Alternative { content, .. }] => content.as_ref(),
            _ => None,
        }
    }
}

impl Content {
    /// A short text of it for one line: `Enabled`, `patient-${AWS::AccountId}`, "a list of 3".
    pub fn display(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Number(text) | Self::Text(text) => text.clone(),
            Self::Parts(pieces) => as_sub(pieces),
            Self::Base64 { decoded, .. } => format!("{} in Base64", decoded.display()),
            Self::List(items) => match items.len() {
                0 => "an empty list".to_owned(),
                1 => "a list of 1 item".to_owned(),
                many => format!("a list of {many} items"),
            },
            Self::Map(fields) if fields.is_empty() => "an empty map".to_owned(),
            Self::Map(fields) => {
                let keys: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
                format!("a map of {}", keys.join(", "))
            }
        }
    }

    /// Why parts of a text are unknown, each once.
    pub fn reasons(&self) -> Vec<&str> {
        let pieces = match self {
            Self::Parts(pieces) => pieces,
            Self::Base64 { decoded, .. } => return decoded.reasons(),
            _ => return Vec::new(),
        };
        let mut reasons: Vec<&str> = Vec::new();
        for piece in pieces {
            if let Piece::Unknown { reason, .. } = piece
                && !reasons.contains(&reason.as_str())
            {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// Whether it is a list or map with entries.
    pub fn is_block(&self) -> bool {
        match self {
            Self::List(items) => !items.is_empty(),
            Self::Map(fields) => !fields.is_empty(),
            _ => false,
        }
    }
}

/// Parts as `Fn::Sub` would spell them: next to unknown parts, a `${X}` that is only text is `${!X}`.
fn as_sub(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.display(has_unknown(pieces))).collect()
}

/// Whether some part is unknown.
fn has_unknown(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| matches!(piece, Piece::Unknown { .. }))
}

impl Piece {
    /// The part, in a text with unknown parts if it `is_beside` some.
    fn display(&self, is_beside: bool) -> Cow<'_, str> {
        match self {
            Self::Known(text) if is_beside && text.contains("${") => text.replace("${", "${!").into(),
            Self::Known(text) | Self::Secret(text) => text.into(),
            Self::Unknown { name, .. } => name.into(),
        }
    }
}

/// Evaluates a text in a deployment of which this is known. `load` reads its local includes.
///
/// # Errors
/// Where the text cannot be parsed, or is not a template.
pub fn evaluate(
    source: &Source,
    load: &Loader<'_>,
    inputs: &Inputs,
    at: At<'_>,
) -> Result<Evaluation, Box<Diagnostic>> {
    let ((parts, missing, notes), opening) = open(source, load, inputs, |opened| {
        let (parts, missing) = match at {
            At::Whole => (place::whole(opened), None),
            At::Path(path) => match place::at_path(opened, path) {
                Ok(parts) => (parts, None),
                Err(missing) => (Vec::new(), Some(missing)),
            },
            At::Offset(offset) => (place::at_offset(opened, offset), None),
        };
        (parts, missing, notes(opened))
    })?;
    Ok(Evaluation { parts, missing, notes, opening })
}

/// What may change the values of the template as a whole.
fn notes(opened: &Opened<'_, '_, '_>) -> Vec<String> {
    let macros: Vec<String> = opened.model.macros_of_template().iter().map(|name| format!("`{name}`")).collect();
    let (what, it) = match macros.as_slice() {
        [] => return Vec::new(),
        [only] => (format!("macro {only}"), "it"),
        [first @ .., last] => (format!("macros {} and {last}", first.join(", ")), "they"),
    };
    vec![format!(
        "The template calls the {what}. hipaalint does not know what {it} change, so values and resources may differ from those that \
         are deployed."
    )]
}
