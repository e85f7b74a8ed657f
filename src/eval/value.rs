//! What an evaluated template value is: plain data whose every part remembers where it came from.
//!
//! A value belongs to one scenario (one choice of parameters and conditions), so it holds no conditionals. What no
//! scenario settles stays *unsettled*, part by part: `patient-${Env}-${AWS::AccountId}` is a text of four parts.

use super::functions::{FUNCTIONS, begins_as_function};
use super::text::{CLOSE, OPEN};
use crate::source::Span;
use crate::syntax::Number;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// An evaluated value and the place it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct Value<'t> {
    /// The value's own text; of an `Fn::If`, the branch that was taken.
    pub span: Span,
    /// What it is.
    pub kind: Kind<'t>,
}

/// The kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'t> {
    /// An explicit null. (`AWS::NoValue` is not a value at all and never appears.)
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number<'t>),
    /// Literal text.
    String(Cow<'t, str>),
    /// Text that functions made: at least one part is not literal. Never empty.
    Text(Vec<Part<'t>>),
    /// A list.
    List(Vec<Value<'t>>),
    /// A map, in the order of the template.
    Map(Vec<Field<'t>>),
}

/// One entry of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'t> {
    /// The key.
    pub key: Cow<'t, str>,
    /// Where the key is written.
    pub key_span: Span,
    /// Its value.
    pub value: Value<'t>,
}

/// A stretch of a text, with its origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part<'t> {
    /// The characters, as far as they are settled.
    pub content: Content<'t>,
    /// Where they come from.
    pub origin: Origin<'t>,
}

/// How much of a part is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Content<'t> {
    /// These characters.
    Known(Cow<'t, str>),
    /// One of several values of a choice that has not been made yet; reading it forks the scenario.
    Choice,
    /// The text of a mapping for a choice that has not been made yet: the number of the evaluator's lookup. A scalar for every
    /// choice.
    Entry(usize),
    /// Not known, but none of these: "anything else" than what the template's conditions name.
    Except(Arc<[Cow<'t, str>]>),
    /// Not known from the template.
    Unknown,
}

impl Content<'_> {
    /// Whether the characters are settled.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Whether a choice that the scenario can still make decides the characters.
    pub fn is_choice(&self) -> bool {
        matches!(self, Self::Choice | Self::Entry(_))
    }
}

/// Where a part of a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin<'t> {
    /// Written out.
    Literal,
    /// `Ref` of a parameter.
    Parameter(&'t str),
    /// A pseudo parameter such as `AWS::Region`.
    Pseudo(&'t str),
    /// `Ref` (no attribute) or `Fn::GetAtt` of a resource.
    Resource {
        /// Logical id.
        id: &'t str,
        /// The attribute, such as `Arn`; none for `Ref`.
        attribute: Option<Cow<'t, str>>,
    },
    /// Read from a mapping.
    Mapping(&'t str),
    /// Another stack's export, by its name (unsettled parts spelled as [`super::text::canonical`] does) where that is
    /// settled enough to distinguish two exports.
    Import(Option<Arc<str>>),
    /// A dynamic reference: `{{resolve:secretsmanager:…}}`.
    Dynamic {
        /// Where it is read from.
        service: DynamicService,
        /// What is read, as written after the service, where all of that is known.
        name: Option<Arc<str>>,
    },
    /// The Availability Zones of the stack's Region, in the order that `Fn::GetAZs` lists them.
    Zones,
    /// The Availability Zone at this index of that list; two indices are two zones.
    Zone(usize),
    /// The result of a function whose arguments are not all known.
    Function {
        /// `Fn::Join`.
        name: &'static str,
        /// The arguments, spelled as [`super::text::canonical`] does, where equal spellings are equal arguments: the same
        /// function of the same arguments gives the same result.
        of: Option<Arc<str>>,
    },
    /// What `Fn::Split` or `Fn::Select` takes out of the value of a parameter, which is not known.
    PieceOfParameter {
        /// The parameter.
        parameter: &'t str,
        /// The call, spelled so that equal spellings give equal pieces.
        of: Option<Arc<str>>,
    },
    /// A function whose arguments are not what CloudFormation takes.
    Malformed(&'t str),
    /// A reference to something that the template does not declare.
    Missing {
        /// Its name.
        name: &'t str,
        /// The attribute of it that is wanted: then it must be a resource.
        attribute: Option<Cow<'t, str>>,
        /// The name that was probably meant.
        meant: Option<&'t str>,
    },
    /// Somewhere inside a value that is not known, which may still be a list of lists so many levels deep; 0 is a text.
    Inside(u8),
}

/// The service that a dynamic reference reads from.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DynamicService {
    /// `secretsmanager`: a secret's value.
    SecretsManager,
    /// `ssm-secure`: a SecureString parameter.
    SsmSecure,
    /// `ssm`: a plain parameter.
    Ssm,
    /// A service that CloudFormation does not have.
    Other,
}

/// Functions that have no value outside of `Conditions` and `Rules`.
///
/// Source: "Condition functions" and "Rule-specific intrinsic functions", CloudFormation template reference (2026-11).
const CONDITION_FUNCTIONS: [&str; 4] = ["Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"];
const RULE_FUNCTIONS: [&str; 6] =
    ["Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"];

impl Origin<'_> {
    /// The result of a function of which nothing is known, not even whether another call gives the same.
    pub fn function(name: &'static str) -> Self {
        Self::Function { name, of: None }
    }

    /// Why a part of this origin can be unknown, as the end of "cannot be decided: …".
    pub fn reason(&self) -> String {
        match self {
            Self::Literal => "a literal".to_owned(),
            Self::Parameter(name) | Self::PieceOfParameter { parameter: name, .. } => {
                format!("the value of parameter `{name}` is unknown")
            }
            Self::Pseudo(name) => format!("`{name}` is known only when the stack is deployed"),
            Self::Resource { id, attribute: None } => format!("`{id}` gets its name when the stack is deployed"),
            Self::Resource { id, attribute: Some(attribute) } => {
                format!("`{id}.{attribute}` is known only when the stack is deployed")
            }
            Self::Mapping(name) => format!("the entry of mapping `{name}` that applies is unknown"),
            Self::Import(_) => "the value is imported from another stack".to_owned(),
            Self::Dynamic { .. } => "a dynamic reference is resolved only when the stack is deployed".to_owned(),
            Self::Zones | Self::Zone(_) => "the Availability Zones of the Region are unknown".to_owned(),
            Self::Function { name, .. } => format!("the result of `{name}` is unknown"),
            Self::Malformed(name) if CONDITION_FUNCTIONS.contains(name) => {
                format!("`{name}` is a condition function and has no value in Resources or Outputs")
            }
            Self::Malformed(name) if RULE_FUNCTIONS.contains(name) => {
                format!("`{name}` is a rule function and has no value in Resources or Outputs")
            }
            Self::Malformed(name) if begins_as_function(name) && !FUNCTIONS.contains(name) => {
                format!("`{name}` is not a function of CloudFormation")
            }
            Self::Malformed(name) => format!("`{name}` has arguments that CloudFormation does not accept"),
            Self::Missing { name, attribute, meant } => {
                let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                let lack = match attribute {
                    Some(_) => "the template does not declare as a resource",
                    None if name.starts_with("AWS::") => "is not a pseudo parameter",
                    None => "the template does not declare",
                };
                format!("the value refers to `{name}`, which {lack}{meant}")
            }
            Self::Inside(_) => "the value is part of an unknown value".to_owned(),
        }
    }
}

/// How many lists deep an unknown value yields something to a query: more than any path has indices and wildcards, and
/// an end to `$..`.
const LISTS_INSIDE: u8 = 8;

/// What a query through a value that is not known selects, by how many lists may still be in it.
static INSIDE: LazyLock<Vec<Vec<Value<'static>>>> = LazyLock::new(|| {
    let inside = |lists| Value {
        span: Span::default(),
        kind: Kind::Text(vec![Part { content: Content::Unknown, origin: Origin::Inside(lists) }]),
    };
    (0..LISTS_INSIDE).map(|lists| vec![inside(lists)]).collect()
});

impl<'t> Value<'t> {
    /// A text of these parts; plain literal text where all of them are literal.
    pub fn from_parts(parts: Vec<Part<'t>>, span: Span) -> Self {
        let kind = match parts.as_slice() {
            [] => Kind::String(Cow::Borrowed("")),
            [Part { content: Content::Known(text), origin: Origin::Literal }] => Kind::String(text.clone()),
            _ if parts.iter().all(|part| part.origin == Origin::Literal) => Kind::String(Cow::Owned(
                parts
                    .iter()
                    .map(|part| match &part.content {
                        Content::Known(text) => text.as_ref(),
                        _ => "",
                    })
                    .collect(),
            )),
            _ => Kind::Text(parts),
        };
        Self { span, kind }
    }

    /// A value of which nothing but its origin is known.
    pub fn unknown(origin: Origin<'t>, span: Span) -> Self {
        Self { span, kind: Kind::Text(vec![Part { content: Content::Unknown, origin }]) }
    }

    /// Whether the whole value is one unsettled part: it may be anything, a list or a map too.
    pub fn is_opaque(&self) -> bool {
        let is_anything = |content: &Content<'_>| !matches!(content, Content::Known(_) | Content::Entry(_));
        matches!(&self.kind, Kind::Text(parts) if matches!(parts.as_slice(), [part] if is_anything(&part.content)))
    }

    /// What an unknown value yields for every index and wildcard; none where this value is known.
    pub fn unknown_items(&self) -> Option<&'static Vec<Value<'static>>> {
        let left = match &self.kind {
            Kind::Text(parts) => match parts.as_slice() {
                [Part { origin: Origin::Inside(lists), .. }] => lists.checked_sub(1)?,
                // `Ref` of a resource is a text in any case, and so is an entry; most others are texts or lists of texts.
                [
                    Part { origin: Origin::Resource { attribute: None, .. }, .. }
                    | Part { content: Content::Entry(_), .. },
                ] => {
                    return None;
                }
                [part] if !part.content.is_known() => match part.origin {
                    Origin::Function { .. } | Origin::Malformed(_) | Origin::Missing { .. } => LISTS_INSIDE - 1,
                    _ => 0,
                },
                _ => return None,
            },
            _ => return None,
        };
        INSIDE.get(usize::from(left))
    }

    /// What an unknown value yields for every name; none where this value is known.
    pub fn unknown_member(&self) -> Option<&Value<'t>> {
        if self.is_inside_unknown() { Some(self) } else { self.unknown_items()?.first() }
    }

    /// Whether this stands for something inside an unknown value.
    pub fn is_inside_unknown(&self) -> bool {
        matches!(&self.kind, Kind::Text(parts) if matches!(parts.as_slice(), [Part { origin: Origin::Inside(_), .. }]))
    }

    /// The only part of a value that is exactly one reference: `Ref`, `Fn::GetAtt`, `${Bucket.Arn}`.
    pub fn as_reference(&self) -> Option<&Origin<'t>> {
        match &self.kind {
            Kind::Text(parts) => match parts.as_slice() {
                [Part { origin, .. }] => Some(origin),
                _ => None,
            },
            _ => None,
        }
    }

    /// The parts of a text; a literal string has none.
    pub fn parts(&self) -> &[Part<'t>] {
        match &self.kind {
            Kind::Text(parts) => parts,
            _ => &[],
        }
    }

    /// The text that CloudFormation passes on for a scalar, if all of it is known.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match &self.kind {
            Kind::String(text) => Some(Cow::Borrowed(text)),
            Kind::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Kind::Number(number) => Some(Cow::Borrowed(&number.text)),
            Kind::Text(parts) => match parts.as_slice() {
                [Part { content: Content::Known(only), .. }] => Some(Cow::Borrowed(only)),
                parts if parts.iter().all(|part| part.content.is_known()) => {
                    let known = parts.iter().map(|part| match &part.content {
                        Content::Known(known) => known.as_ref(),
                        _ => "",
                    });
                    Some(Cow::Owned(known.collect()))
                }
                _ => None,
            },
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Whether it is a scalar, known or not.
    pub fn is_scalar(&self) -> bool {
        !matches!(self.kind, Kind::Null | Kind::List(_) | Kind::Map(_))
    }

    /// The number it is, also when written as text (`"30"`), as CloudFormation converts it.
    pub fn number(&self) -> Option<f64> {
        match &self.kind {
            Kind::Number(number) => Some(number.value),
            _ => self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }

    /// The boolean it is, also when written as text (`"true"`), as CloudFormation converts it.
    pub fn boolean(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            Kind::Number(_) => None,
            _ => {
                let text = self.text()?;
                if text.eq_ignore_ascii_case("true") {
                    Some(true)
                } else if text.eq_ignore_ascii_case("false") {
                    Some(false)
                } else {
                    None
                }
            }
        }
    }

    /// The value under `key`; nothing where this is not a map.
    pub fn get(&self, key: &str) -> Option<&Value<'t>> {
        self.field(key).map(|field| &field.value)
    }

    /// The entry under `key`; nothing where this is not a map.
    pub fn field(&self, key: &str) -> Option<&Field<'t>> {
        self.fields().iter().find(|field| field.key == key)
    }

    /// The entries of a map; none where this is not a map.
    pub fn fields(&self) -> &[Field<'t>] {
        match &self.kind {
            Kind::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The items of a list, or the value itself if it is not one: "a string or a list of strings".
    pub fn items(&self) -> &[Value<'t>] {
        match &self.kind {
            Kind::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The first unsettled part of a scalar, to explain why it is not known: preferably one that a person can provide, since
    /// the partition or Region around it seldom matters.
    pub fn unsettled(&self) -> Option<&Part<'t>> {
        let mut unsettled = self.parts().iter().filter(|part| !part.content.is_known());
        let first = unsettled.clone().next();
        unsettled.find(|part| !matches!(part.origin, Origin::Pseudo(_))).or(first)
    }

    /// What a value is, to follow its name: `is "Suspended"`. Names what the value refers to if the template does not declare that. And
    /// what it is [displayed](Self::display) as.
    pub fn state_and_display(&self) -> (String, String) {
        let display = self.display();
        let missing = self.parts().iter().find(|part| matches!(part.origin, Origin::Missing { .. }));
        let state = match missing {
            Some(part) => format!("is {display}, but {}", part.origin.reason()),
            None => ["is ", &display].concat(),
        };
        (state, display)
    }

    /// As a person would write it in a sentence: `"AES256"`, `true`, `"patient-${Env}"`, "a list of 3".
    pub fn display(&self) -> String {
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(value) => value.to_string(),
            Kind::Number(number) => number.text.to_string(),
            Kind::String(text) => ["\"", &shorten(text), "\""].concat(),
            Kind::Text(parts) => display_parts(parts),
            Kind::List(items) => match items.as_slice() {
                [] => "an empty list".to_owned(),
                [only] => format!("[{}]", only.display()),
                many => format!("a list of {}", many.len()),
            },
            Kind::Map(fields) if fields.is_empty() => "an empty map".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
        }
    }
}

fn display_parts(parts: &[Part<'_>]) -> String {
    // A text that is known as a whole reads best as that text; a reference as what it refers to.
    let mut text = String::new();
    for part in parts {
        match (&part.content, &part.origin) {
            (Content::Known(known), _) => text.push_str(known),
            (_, origin) => text.push_str(&placeholder(origin)),
        }
    }
    ["\"", &shorten(&text), "\""].concat()
}

/// A part as `Fn::Sub` would spell it: `${Env}`, `${Bucket.Arn}`.
pub fn placeholder(origin: &Origin<'_>) -> String {
    match origin {
        Origin::Parameter(name)
        | Origin::Pseudo(name)
        | Origin::Resource { id: name, attribute: None }
        | Origin::Missing { name, attribute: None, .. } => ["${", name, "}"].concat(),
        Origin::Resource { id, attribute: Some(attribute) }
        | Origin::Missing { name: id, attribute: Some(attribute), .. } => format!("${{{id}.{attribute}}}"),
        Origin::Dynamic { service, .. } => match service {
            DynamicService::SecretsManager => "{{resolve:secretsmanager:…}}",
            DynamicService::SsmSecure => "{{resolve:ssm-secure:…}}",
            DynamicService::Ssm | DynamicService::Other => "{{resolve:…}}",
        }
        .to_owned(),
        Origin::Import(None) => "Fn::ImportValue".to_owned(),
        Origin::Import(Some(name)) => format!("Fn::ImportValue {}", name.replace([OPEN, CLOSE], "")),
        Origin::Function { name, .. } | Origin::Malformed(name) => (*name).to_owned(),
        Origin::PieceOfParameter { parameter, .. } => format!("a part of {parameter}"),
        Origin::Mapping(name) => format!("Fn::FindInMap {name}"),
        Origin::Zones => "Fn::GetAZs".to_owned(),
        Origin::Zone(index) => format!("Fn::Select [{index}, Fn::GetAZs]"),
        Origin::Literal | Origin::Inside(_) => "…".to_owned(),
    }
}

/// Cuts a text that would drown a message.
pub fn shorten(text: &str) -> Cow<'_, str> {
    const MOST: usize = 80;
    if text.len() <= MOST {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or(""))),
        None => Cow::Borrowed(text),
    }
}
