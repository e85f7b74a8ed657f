//! Tags: CloudFormation's short forms (`!Sub`) into their long form, YAML's core tags (`!!str`), and what is neither.

use super::build::Body;
use super::scalar::Plain;
use super::{Finished, Range};
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node, keys};
use std::borrow::Cow;

/// Short forms and the key of their long form.
///
/// The functions of AWS's "Intrinsic function reference" and "Rule functions", without `Fn::ForEach`: its key carries
/// the loop's name, which a tag cannot. `Ref` and `Condition` have no `Fn::`.
const SHORT_FORMS: [(&str, &str); 27] = [
    ("Ref", "Ref"),
    ("Sub", "Fn::Sub"),
    ("GetAtt", "Fn::GetAtt"),
    ("Join", "Fn::Join"),
    ("Select", "Fn::Select"),
    ("Equals", "Fn::Equals"),
    ("If", "Fn::If"),
    ("GetAZs", "Fn::GetAZs"),
    ("FindInMap", "Fn::FindInMap"),
    ("Base64", "Fn::Base64"),
    ("ImportValue", "Fn::ImportValue"),
    ("Not", "Fn::Not"),
    ("Condition", "Condition"),
    ("Split", "Fn::Split"),
    ("Or", "Fn::Or"),
    ("And", "Fn::And"),
    ("Cidr", "Fn::Cidr"),
    ("Transform", "Fn::Transform"),
    ("Length", "Fn::Length"),
    ("ToJsonString", "Fn::ToJsonString"),
    ("GetStackOutput", "Fn::GetStackOutput"),
    ("Contains", "Fn::Contains"),
    ("EachMemberEquals", "Fn::EachMemberEquals"),
    ("EachMemberIn", "Fn::EachMemberIn"),
    ("RefAll", "Fn::RefAll"),
    ("ValueOf", "Fn::ValueOf"),
    ("ValueOfAll", "Fn::ValueOfAll"),
];

/// What a tag means for the node after it.
#[derive(Clone, Debug)]
pub(super) enum Tag {
    /// There is none.
    None,
    /// `!` alone: a string, whatever it looks like.
    NonSpecific,
    /// One of CloudFormation's functions.
    Short(Short),
    /// One of YAML's own types.
    Core(Core, Range),
    /// Anything else, with its name as it is written.
    Unknown(String, Range),
}

/// A function in its short form.
#[derive(Copy, Clone, Debug)]
pub(super) struct Short {
    key: &'static str,
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
        if let Some((_, key)) = SHORT_FORMS.iter().find(|(short, _)| Some(*short) == name) {
            return Self::Short(Short { key, range });
        }
        let whole = format!("{}{}", tag.handle(), tag.suffix());
        match whole.strip_prefix("tag:yaml.org,2002:").and_then(Core::named) {
            Some(core) => Self::Core(core, range),
            None => Self::Unknown(tag.original(), range),
        }
    }

    /// Where the tag stands, if it is a function or unknown: nothing that a key can have.
    pub(super) fn local(&self) -> Option<Range> {
        match self {
            Self::Short(Short { range, .. }) | Self::Unknown(_, range) => Some(*range),
            Self::None | Self::NonSpecific | Self::Core(..) => None,
        }
    }

    /// Message and help for a tag that means nothing here.
    pub(super) fn note(&self) -> Option<(Range, (String, String))> {
        let Self::Unknown(written, range) = self else { return None };
        let name = written.trim_start_matches('!').trim_start_matches("Fn::");
        let similar = SHORT_FORMS.iter().find(|(short, _)| short.eq_ignore_ascii_case(name));
        let help = match similar {
            Some((short, _)) => format!("Did you mean `!{short}`?"),
            None if name.starts_with("ForEach") => "Write the loop in its long form, `Fn::ForEach::Name:`.".to_owned(),
            None => "If another program expands the tag, lint the output of that program.".to_owned(),
        };
        Some((*range, (format!("`{written}` is not a CloudFormation function, so the tag is ignored"), help)))
    }
}

impl Short {
    /// Whether the function is a macro.
    pub(super) fn calls_macro(self) -> bool {
        keys::calls_macro(self.key)
    }

    /// The map with one key that the tagged value stands for. `written` is the value's text, if it is a scalar.
    pub(super) fn long_form<'s>(self, value: Finished<'s>, written: &'s str) -> Finished<'s> {
        let value = if self.key == "Fn::GetAtt" { split_attribute(value, written) } else { value };
        let source = value.node.span.source;
        let key_span = Span::new(source, self.range.start, self.range.end);
        let span = Span { end: value.node.span.end.max(key_span.end), ..key_span };
        let entry = Entry { key: Cow::Borrowed(self.key), key_span, value: value.node };
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
