//! Tags: functions in their short form (`!Sub`) into their long form, YAML's core tags (`!!str`), and what is neither.

use super::build::Body;
use super::scalar::Plain;
use super::{Finished, Range};
use crate::code::Code;
use crate::source::Span;
use crate::syntax::functions::{calls_macro, is_of_rain, long_form, meant, rain_note};
use crate::syntax::{Entry, Kind, Node, SyntaxNote};
use std::borrow::Cow;

/// What a tag means for the node after it.
#[derive(Clone, Debug)]
pub(super) enum Tag {
    /// There is none.
    None,
    /// `!` alone: a string, whatever it looks like.
    NonSpecific,
    /// A function, one of CloudFormation's or another: `!Iff`, `!Rain::Embed`.
    Call(Call),
    /// One of YAML's own types.
    Core(Core, Range),
    /// Any other of YAML's types, with its name as it is written.
    Unknown(String, Range),
}

/// The call of a function in its short form.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The key that the call has in its long form.
    key: Cow<'static, str>,
    /// The tag as it is written, if CloudFormation does not have the function.
    unknown: Option<String>,
    range: Range,
}

/// YAML's types that JSON has too.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Core {
    Str,
    Int,
    Float,
    Bool,
    Null,
    Seq,
    Map,
}

impl Tag {
    pub(super) fn read(tag: Option<&granit_parser::Tag>, span: &granit_parser::Span) -> Self {
        let Some(tag) = tag else { return Self::None };
        let range = span.tag_span().map_or_else(|| Range::of(span), |tag| Range::of(&tag));
        // A verbatim tag (`!<!Ref>`) comes whole, as the suffix.
        let name = match (tag.handle(), tag.suffix()) {
            ("", "!") => return Self::NonSpecific,
            ("!", name) => Some(name),
            ("", whole) => whole.strip_prefix('!'),
            _ => None,
        };
        if let Some(name) = name {
            return Self::Call(Call::of(name, range));
        }
        let whole = format!("{}{}", tag.handle(), tag.suffix());
        match whole.strip_prefix("tag:yaml.org,2002:").and_then(Core::named) {
            Some(core) => Self::Core(core, range),
            None => Self::Unknown(tag.original(), range),
        }
    }

    /// A tag with `!` and a name.
    pub(super) fn short(name: &str, range: Range) -> Self {
        Self::Call(Call::of(name, range))
    }

    /// Where the tag stands, if it is a function or unknown: nothing that a key can have.
    pub(super) fn local(&self) -> Option<Range> {
        match self {
            Self::Call(Call { range, .. }) | Self::Unknown(_, range) => Some(*range),
            Self::None | Self::NonSpecific | Self::Core(..) => None,
        }
    }

    /// The note for a tag that means nothing here. It is at `span`.
    pub(super) fn note(&self, span: Span) -> Option<SyntaxNote> {
        let (written, result, help) = match self {
            Self::Call(call) => {
                let written = call.unknown.as_ref()?;
                let name = written.trim_start_matches('!');
                if is_of_rain(name) {
                    return Some(rain_note(written, span));
                }
                (written, "its value is unknown", help(name))
            }
            Self::Unknown(written, _) => (written, "the tag is ignored", EXPANDED.to_owned()),
            Self::None | Self::NonSpecific | Self::Core(..) => return None,
        };
        let message = format!("`{written}` is not a CloudFormation function, so {result}");
        Some(SyntaxNote { code: Code::UnknownFunction, span, message, help })
    }
}

/// Help for a tag that looks like a function.
fn help(name: &str) -> String {
    if name.starts_with("ForEach") {
        return "Write the loop in its long form, `Fn::ForEach::Name:`.".to_owned();
    }
    match meant(name.trim_start_matches("Fn::")) {
        Some(short) => format!("Did you mean `!{short}`?"),
        None => EXPANDED.to_owned(),
    }
}

/// Help for a tag that looks like none of CloudFormation's.
const EXPANDED: &str = "If another program expands the tag, lint the output of that program.";

impl Call {
    /// Of a tag's name, without `!`.
    fn of(name: &str, range: Range) -> Self {
        if let Some(key) = long_form(name) {
            return Self { key: Cow::Borrowed(key), unknown: None, range };
        }
        let key = match name {
            // A tag has no place for a loop's name.
            _ if name.starts_with("ForEach") => Cow::Borrowed("Fn::ForEach"),
            // The long form that Rain has.
            _ if is_of_rain(name) => Cow::Owned(name.to_owned()),
            // Written with the prefix of the long form, it is still not the function.
            _ => Cow::Owned(format!("Fn::{}", name.replace("Fn::", "fn::"))),
        };
        Self { key, unknown: Some(format!("!{name}")), range }
    }

    /// Whether the function is a macro.
    pub(super) fn calls_macro(&self) -> bool {
        calls_macro(&self.key)
    }

    /// The map with one key that the tagged value stands for. `written` is the value's text, if it is a scalar.
    pub(super) fn long_form<'s>(&self, value: Finished<'s>, written: &'s str) -> Finished<'s> {
        let value = if self.key == "Fn::GetAtt" { split_attribute(value, written) } else { value };
        let source = value.node.span.source;
        let key_span = Span::new(source, self.range.start, self.range.end);
        let span = Span { end: value.node.span.end.max(key_span.end), ..key_span };
        let entry = Entry { key: self.key.clone(), key_span, value: value.node };
        Finished {
            node: Node { span, kind: Kind::Mapping(vec![entry]) },
            height: value.height + 1,
            cost: value.cost + 1,
        }
    }
}

/// `Resource.Attribute` as the list of its two parts; the attribute may have dots of its own. Anything else stays.
fn split_attribute<'s>(value: Finished<'s>, written: &'s str) -> Finished<'s> {
    let Kind::String(text) = &value.node.kind else { return value };
    let Some(dot) = text.find('.') else { return value };
    let span = value.node.span;
    // Each part has its own place, around the dot in the text. Only an escaped dot (`\x2e`) cannot be seen there.
    let quote = usize::from(written.starts_with(['"', '\'']));
    let place = |from: usize, to: usize| Span::new(span.source, span.start as usize + from, span.start as usize + to);
    let places = match written.find('.') {
        Some(seen) => [place(quote, seen), place(seen + 1, written.len() - quote)],
        None => [span, span],
    };
    let part = |range: std::ops::Range<usize>| match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or("")),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or("").to_owned()),
    };
    let [resource, attribute] = places;
    let parts = vec![
        Node { span: resource, kind: Kind::String(part(0..dot)) },
        Node { span: attribute, kind: Kind::String(part(dot + 1..text.len())) },
    ];
    Finished { node: Node { span, kind: Kind::Sequence(parts) }, height: 1, cost: value.cost + 2 }
}

impl Core {
    fn named(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "str" => Self::Str,
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "null" => Self::Null,
            "seq" => Self::Seq,
            "map" => Self::Map,
            _ => return None,
        })
    }

    /// Whether a list or map can have this type.
    pub(super) fn fits(self, body: &Body<'_>) -> bool {
        match body {
            Body::Sequence(_) => self == Self::Seq,
            Body::Mapping { .. } => self == Self::Map,
        }
    }

    /// A scalar as this type, or its text if it does not fit.
    pub(super) fn convert(self, text: Cow<'_, str>) -> Result<Kind<'_>, Cow<'_, str>> {
        let plain = Plain::read(&text);
        let fits = match self {
            Self::Str => return Ok(Kind::String(text)),
            Self::Int => match &plain {
                Plain::Written(_) => !text.contains(['.', 'e', 'E']),
                Plain::Decimal { .. } => true,
                _ => false,
            },
            Self::Float => matches!(plain, Plain::Written(_) | Plain::Decimal { .. }),
            Self::Bool => matches!(plain, Plain::Bool(_)),
            Self::Null => plain == Plain::Null,
            Self::Seq | Self::Map => false,
        };
        if fits { Ok(plain.into_kind(text)) } else { Err(text) }
    }
}
