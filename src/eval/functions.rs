//! Intrinsic functions: what each makes of its arguments.
//!
//! Source: the intrinsic function reference of the CloudFormation user guide. An argument that CloudFormation would refuse
//! gives a value of origin [`Origin::Malformed`], which no check can decide on.

use super::Run;
use super::value::{Content, DynamicService, Field, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::{self, Entry, Node};
use std::borrow::Cow;

/// Texts past this many parts or bytes are not followed: nested substitutions can double at every level.
const MAX_TEXT_PARTS: usize = 4096;
const MAX_TEXT_BYTES: usize = 1 << 20;

/// Whether a map is a call of an intrinsic function: its only key is `Ref` or starts with `Fn::`.
pub fn is_function(node: &Node<'_>) -> bool {
    matches!(node.as_mapping(), Some([only]) if only.key == "Ref" || only.key.starts_with("Fn::"))
}

/// Whether a macro or loop may add keys to this map: `Fn::Transform` or `Fn::ForEach::…` stands among them.
pub fn has_macro(node: &Node<'_>) -> bool {
    node.as_mapping().is_some_and(|entries| entries.iter().any(|entry| entry.key.starts_with("Fn::")))
}

impl<'t> Run<'_, 't> {
    /// Evaluates a node without looking it up; none where it is `AWS::NoValue`.
    pub(super) fn compute(&mut self, node: &'t Node<'t>) -> Option<Value<'t>> {
        let span = node.span;
        let kind = match &node.kind {
            syntax::Kind::Null => Kind::Null,
            syntax::Kind::Bool(value) => Kind::Bool(*value),
            syntax::Kind::Number(number) => Kind::Number(number.clone()),
            syntax::Kind::String(text) => return Some(literal(text, span)),
            syntax::Kind::Sequence(items) => Kind::List(items.iter().filter_map(|item| self.compute(item)).collect()),
            syntax::Kind::Mapping(entries) => {
                if let [only] = entries.as_slice()
                    && is_function(node)
                {
                    return self.call(only, span);
                }
                if has_macro(node) {
                    // What the macro adds or overrides is not known, so nothing of the map is.
                    return Some(Value::unknown(Origin::Function("Fn::Transform"), span));
                }
                Kind::Map(
                    entries
                        .iter()
                        .filter_map(|entry| {
                            Some(Field {
                                key: Cow::Borrowed(entry.key.as_ref()),
                                key_span: entry.key_span,
                                value: self.compute(&entry.value)?,
                            })
                        })
                        .collect(),
                )
            }
        };
        Some(Value { span, kind })
    }

    fn call(&mut self, entry: &'t Entry<'t>, span: Span) -> Option<Value<'t>> {
        let argument = &entry.value;
        let list = argument.as_sequence();
        let value = match entry.key.as_ref() {
            "Ref" => return self.reference(argument, span),
            "Fn::If" => return self.choose(list, span),
            "Fn::GetAtt" => self.attribute(argument, span),
            "Fn::Sub" => self.substitution(argument, span),
            "Fn::Join" => self.join(list, span),
            "Fn::FindInMap" => return self.find_in_map(list, span),
            "Fn::Select" => return self.select(list, span),
            "Fn::Split" => self.split(list, span),
            "Fn::ImportValue" => Some(Value::unknown(Origin::Import, span)),
            "Fn::Base64" => Some(Value::unknown(Origin::Function("Fn::Base64"), span)),
            "Fn::Cidr" => Some(Value::unknown(Origin::Function("Fn::Cidr"), span)),
            "Fn::GetAZs" => Some(self.zones(argument, span)),
            "Fn::Length" => Some(Value::unknown(Origin::Function("Fn::Length"), span)),
            "Fn::ToJsonString" => Some(Value::unknown(Origin::Function("Fn::ToJsonString"), span)),
            "Fn::Transform" => Some(Value::unknown(Origin::Function("Fn::Transform"), span)),
            name if name.starts_with("Fn::ForEach") => Some(Value::unknown(Origin::Function("Fn::ForEach"), span)),
            _ => Some(Value::unknown(Origin::Malformed("a function that CloudFormation does not have"), span)),
        };
        Some(value.unwrap_or_else(|| Value::unknown(Origin::Malformed(static_name(&entry.key)), span)))
    }

    fn reference(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let Some(name) = argument.as_str() else {
            return Some(Value::unknown(Origin::Malformed("Ref"), span));
        };
        if name == "AWS::NoValue" {
            return None;
        }
        Some(self.referred(name, span))
    }

    /// What `Ref` of a name gives, `AWS::NoValue` aside.
    fn referred(&mut self, name: &'t str, span: Span) -> Value<'t> {
        let evaluator = self.evaluator;
        if let Some(parameter) = evaluator.template.parameter(name) {
            let origin = Origin::Parameter(parameter.name);
            if !parameter.is_list() {
                return self.variable(origin, name, span);
            }
            // Lists are told apart as wholes: their items have no existence before the choice.
            let Some((index, _)) = evaluator.choices.by_name(name) else { return Value::unknown(origin, span) };
            let chosen = self.fork_by(index, Clone::clone);
            return match chosen {
                Some(super::Candidate::Known(text)) => {
                    let items = text.split(',').map(|item| Value {
                        span,
                        kind: Kind::Text(vec![Part {
                            content: Content::Known(Cow::Owned(item.trim().to_owned())),
                            origin: Origin::Parameter(parameter.name),
                        }]),
                    });
                    Value {
                        span,
                        kind: Kind::List(
                            items.filter(|item| item.text().is_some_and(|text| !text.is_empty())).collect(),
                        ),
                    }
                }
                Some(super::Candidate::Other) | None => Value::unknown(origin, span),
            };
        }
        if name.starts_with("AWS::") {
            return self.variable(Origin::Pseudo(name), name, span);
        }
        if evaluator.logical_ids.contains(name) {
            return Value::unknown(Origin::Resource { id: name, attribute: None }, span);
        }
        Value::unknown(Origin::Malformed("Ref"), span)
    }

    /// A scalar parameter or pseudo parameter.
    fn variable(&mut self, origin: Origin<'t>, name: &str, span: Span) -> Value<'t> {
        let content = match self.evaluator.choices.by_name(name) {
            None => Content::Unknown,
            Some((_, variable)) => match variable.candidates.as_slice() {
                [super::Candidate::Known(text)] => Content::Known(text.clone()),
                _ => Content::Choice,
            },
        };
        Value { span, kind: Kind::Text(vec![Part { content, origin }]) }
    }

    fn choose(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let (Some(condition), [_, then, otherwise]) =
            (list.and_then(|list| list.first()).and_then(Node::as_str), list.unwrap_or_default())
        else {
            return Some(Value::unknown(Origin::Malformed("Fn::If"), span));
        };
        let branch = if self.condition(condition) { then } else { otherwise };
        self.compute(branch)
    }

    fn attribute(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let (id, attribute) = match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => {
                let (id, attribute) = text.split_once('.')?;
                (id, Cow::Borrowed(attribute))
            }
            (None, Some([id, attribute])) => {
                let attribute = match attribute.as_str() {
                    Some(text) => Cow::Borrowed(text),
                    None => match self.compute(attribute)?.text() {
                        Some(text) => Cow::Owned(text.into_owned()),
                        None => return Some(Value::unknown(Origin::Function("Fn::GetAtt"), span)),
                    },
                };
                (id.as_str()?, attribute)
            }
            // `[Nested, Outputs, Name]` is what people write for a nested stack's output.
            (None, Some([id, first, second])) => {
                (id.as_str()?, Cow::Owned(format!("{}.{}", first.as_str()?, second.as_str()?)))
            }
            _ => return None,
        };
        Some(self.resource_attribute(id, attribute, span))
    }

    fn resource_attribute(&self, id: &'t str, attribute: Cow<'t, str>, span: Span) -> Value<'t> {
        if self.evaluator.logical_ids.contains(id) {
            Value::unknown(Origin::Resource { id, attribute: Some(attribute) }, span)
        } else {
            Value::unknown(Origin::Malformed("Fn::GetAtt"), span)
        }
    }

    fn substitution(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let (template, variables): (&'t str, &'t [Entry<'t>]) = match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => (text, &[]),
            (None, Some([text, variables])) => (text.as_str()?, variables.as_mapping()?),
            (None, Some([text])) => (text.as_str()?, &[]),
            _ => return None,
        };
        let mut text = TextBuilder::default();
        // Computed once each: nested substitutions that name a variable twice would double the work at every level.
        let mut own: Vec<(&str, Value<'t>)> = Vec::new();
        for piece in pieces(template) {
            match piece {
                Piece::Literal(literal) => text.literal(Cow::Borrowed(literal)),
                Piece::Variable(name) => {
                    let known = own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
                    let value = match variables.iter().find(|entry| entry.key == name) {
                        Some(_) if known.is_some() => known?,
                        Some(entry) => {
                            let value = self.compute(&entry.value)?;
                            own.push((name, value.clone()));
                            value
                        }
                        None => match name.split_once('.') {
                            Some((id, attribute)) => self.resource_attribute(id, Cow::Borrowed(attribute), span),
                            None => self.referred(name, span),
                        },
                    };
                    text.value(value)?;
                }
            }
        }
        text.finish(span, "Fn::Sub")
    }

    fn join(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let [delimiter, items] = list? else { return None };
        let delimiter = delimiter.scalar_text()?;
        let items = self.compute(items)?;
        if items.is_opaque() {
            return Some(Value::unknown(Origin::Function("Fn::Join"), span));
        }
        let Kind::List(items) = items.kind else { return None };
        let mut text = TextBuilder::default();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                text.literal(Cow::Owned(delimiter.to_string()));
            }
            text.value(item)?;
        }
        text.finish(span, "Fn::Join")
    }

    fn find_in_map(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let malformed = || Some(Value::unknown(Origin::Malformed("Fn::FindInMap"), span));
        let (name, first, second, default) = match list {
            Some([name, first, second]) => (name, first, second, None),
            Some([name, first, second, options]) => (name, first, second, options.get("DefaultValue")),
            _ => return malformed(),
        };
        let Some(name) = name.as_str() else {
            return Some(Value::unknown(Origin::Function("Fn::FindInMap"), span));
        };
        let Some(mapping) = self.evaluator.template.mapping(name) else { return malformed() };
        let (Some(first), Some(second)) = (self.lookup_key(first, mapping), self.lookup_key(second, mapping)) else {
            return malformed();
        };
        let (Key::Known(first), Key::Known(second)) = (first, second) else {
            return Some(Value::unknown(Origin::Mapping(name), span));
        };
        match (mapping.get(&first).and_then(|inner| inner.get(&second)), default) {
            (Some(found), _) => {
                // The place of the call: the mapping may serve many resources.
                plain(found).map_or_else(malformed, |kind| Some(Value { span, kind }))
            }
            (None, Some(default)) => self.compute(default),
            (None, None) => malformed(),
        }
    }

    /// A key of a mapping; a choice is made value by value, since each leads to another entry.
    fn lookup_key(&mut self, node: &'t Node<'t>, _mapping: &'t Node<'t>) -> Option<Key<'t>> {
        let value = self.compute(node)?;
        if let Some(text) = value.text() {
            return Some(Key::Known(Cow::Owned(text.into_owned())));
        }
        if let [Part { content: Content::Choice, origin: Origin::Parameter(name) | Origin::Pseudo(name) }] =
            value.parts()
        {
            let (index, _) = self.evaluator.choices.by_name(name)?;
            return Some(match self.fork_by(index, Clone::clone)? {
                super::Candidate::Known(text) => Key::Known(text),
                super::Candidate::Other => Key::Unknown,
            });
        }
        value.is_scalar().then_some(Key::Unknown)
    }

    fn select(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let malformed = || Some(Value::unknown(Origin::Malformed("Fn::Select"), span));
        let Some([index, items]) = list else { return malformed() };
        let (Some(index), Some(items)) = (self.compute(index), self.compute(items)) else { return malformed() };
        if index.unsettled().is_some() {
            return Some(Value::unknown(Origin::Function("Fn::Select"), span));
        }
        let Some(index) = index.text().and_then(|text| text.trim().parse::<usize>().ok()) else { return malformed() };
        match items.as_reference() {
            Some(Origin::Zones) => return Some(Value::unknown(Origin::Zone(index), span)),
            Some(Origin::Parameter(name) | Origin::PieceOfParameter(name)) if items.is_opaque() => {
                return Some(Value::unknown(Origin::PieceOfParameter(name), span));
            }
            _ if items.is_opaque() => return Some(Value::unknown(Origin::Function("Fn::Select"), span)),
            _ => {}
        }
        match items.kind {
            Kind::List(items) => items.into_iter().nth(index).map_or_else(malformed, Some),
            _ => malformed(),
        }
    }

    /// The zones of the stack's own Region, which is what an empty argument means; other Regions' lists are not told apart.
    fn zones(&mut self, region: &'t Node<'t>, span: Span) -> Value<'t> {
        let own = match self.compute(region) {
            Some(region) => {
                matches!(region.as_reference(), Some(Origin::Pseudo("AWS::Region")))
                    || matches!(region.kind, Kind::Null)
                    || region.text().is_some_and(|text| text.is_empty())
            }
            None => false,
        };
        Value::unknown(if own { Origin::Zones } else { Origin::Function("Fn::GetAZs") }, span)
    }

    fn split(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let [delimiter, text] = list? else { return None };
        let delimiter = delimiter.scalar_text()?;
        let value = self.compute(text)?;
        let Some(text) = value.text() else {
            let origin = match value.as_reference() {
                Some(Origin::Parameter(name)) => Origin::PieceOfParameter(name),
                _ => Origin::Function("Fn::Split"),
            };
            return value.is_scalar().then(|| Value::unknown(origin, span));
        };
        if delimiter.is_empty() {
            return None;
        }
        // Each item keeps the origin of the text, where it has a single one.
        let origin = value.as_reference().cloned().unwrap_or(Origin::Literal);
        let items = text.split(delimiter.as_ref()).map(|item| {
            Value::from_parts(
                vec![Part { content: Content::Known(Cow::Owned(item.to_owned())), origin: origin.clone() }],
                span,
            )
        });
        Some(Value { span, kind: Kind::List(items.collect()) })
    }
}

/// A value of a mapping: a scalar or a list of them. Functions do not work there, so following none cannot go in circles.
fn plain<'t>(node: &'t Node<'t>) -> Option<Kind<'t>> {
    Some(match &node.kind {
        syntax::Kind::Null => Kind::Null,
        syntax::Kind::Bool(value) => Kind::Bool(*value),
        syntax::Kind::Number(number) => Kind::Number(number.clone()),
        syntax::Kind::String(text) => literal(text, node.span).kind,
        syntax::Kind::Sequence(items) => {
            let items: Option<Vec<Value<'t>>> =
                items.iter().map(|item| Some(Value { span: item.span, kind: plain(item)? })).collect();
            Kind::List(items?)
        }
        syntax::Kind::Mapping(_) => return None,
    })
}

enum Key<'t> {
    Known(Cow<'t, str>),
    Unknown,
}

fn static_name(key: &str) -> &'static str {
    ["Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::Split"]
        .into_iter()
        .find(|name| *name == key)
        .unwrap_or("a function")
}

/// A string as written; dynamic references in it are parts of their own. One that is only opened here may be closed by
/// another piece of the same `Fn::Join`, which looks again.
fn literal<'t>(text: &'t str, span: Span) -> Value<'t> {
    if text.split_once("{{resolve:").is_some_and(|(_, reference)| reference.contains("}}")) {
        let mut builder = TextBuilder::default();
        builder.literal(Cow::Borrowed(text));
        if let Some(value) = builder.finish(span, "a dynamic reference") {
            return value;
        }
    }
    Value { span, kind: Kind::String(Cow::Borrowed(text)) }
}

enum Piece<'t> {
    Literal(&'t str),
    Variable(&'t str),
}

/// Cuts a `Fn::Sub` template: `${Name}`, `${Name.Attribute}`, `${!Literal}`.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        let Some((name, after)) = after.split_once('}') else {
            let opening = rest.get(before.len()..).unwrap_or("");
            pieces.push(Piece::Literal(opening));
            return pieces;
        };
        match name.strip_prefix('!') {
            Some(literal) => {
                pieces.push(Piece::Literal("${"));
                pieces.push(Piece::Literal(literal));
                pieces.push(Piece::Literal("}"));
            }
            None => pieces.push(Piece::Variable(name.trim())),
        }
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// Collects the parts of a text that a function makes.
#[derive(Default)]
struct TextBuilder<'t> {
    parts: Vec<Part<'t>>,
    bytes: usize,
    too_long: bool,
}

impl<'t> TextBuilder<'t> {
    fn literal(&mut self, text: Cow<'t, str>) {
        self.push(Part { content: Content::Known(text), origin: Origin::Literal });
    }

    fn push(&mut self, part: Part<'t>) {
        if let Content::Known(text) = &part.content {
            self.bytes += text.len();
        }
        if self.parts.len() >= MAX_TEXT_PARTS || self.bytes > MAX_TEXT_BYTES {
            self.too_long = true;
            return;
        }
        // Neighbouring literals are one.
        if let (
            Some(Part { content: Content::Known(before), origin: Origin::Literal }),
            Part { content: Content::Known(text), origin: Origin::Literal },
        ) = (self.parts.last_mut(), &part)
        {
            before.to_mut().push_str(text);
            return;
        }
        self.parts.push(part);
    }

    /// Appends a scalar; nothing where it is no scalar.
    fn value(&mut self, value: Value<'t>) -> Option<()> {
        match value.kind {
            Kind::Text(parts) => parts.into_iter().for_each(|part| self.push(part)),
            Kind::String(text) => self.literal(text),
            Kind::Bool(value) => self.literal(Cow::Borrowed(if value { "true" } else { "false" })),
            Kind::Number(number) => self.literal(number.text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => return None,
        }
        Some(())
    }

    fn finish(self, span: Span, function: &'static str) -> Option<Value<'t>> {
        if self.too_long {
            return Some(Value::unknown(Origin::Function(function), span));
        }
        Some(Value::from_parts(fold_dynamic_references(self.parts), span))
    }
}

/// Replaces each `{{resolve:…}}`, whose inside may be made of several parts, by one part.
///
/// Source: "Get values stored in other services using dynamic references", CloudFormation user guide.
fn fold_dynamic_references(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    const START: &str = "{{resolve:";
    let starts = |part: &Part<'_>| match &part.content {
        Content::Known(text) => text.contains(START),
        _ => false,
    };
    if !parts.iter().any(starts) {
        return parts;
    }
    let mut folded: Vec<Part<'_>> = Vec::with_capacity(parts.len());
    let mut open: Option<DynamicService> = None;
    for part in parts {
        let Content::Known(text) = &part.content else {
            if open.is_none() {
                folded.push(part);
            }
            continue;
        };
        let mut rest: &str = text;
        loop {
            if let Some(service) = open {
                let Some((_, after)) = rest.split_once("}}") else { break };
                folded.push(Part { content: Content::Unknown, origin: Origin::Dynamic(service) });
                open = None;
                rest = after;
            } else if let Some((before, after)) = rest.split_once(START) {
                if !before.is_empty() {
                    folded.push(Part {
                        content: Content::Known(Cow::Owned(before.to_owned())),
                        origin: part.origin.clone(),
                    });
                }
                let service = after.split([':', '}']).next().unwrap_or("");
                open = Some(match service {
                    "secretsmanager" => DynamicService::SecretsManager,
                    "ssm-secure" => DynamicService::SsmSecure,
                    "ssm" => DynamicService::Ssm,
                    _ => DynamicService::Other,
                });
                rest = after;
            } else {
                if !rest.is_empty() {
                    folded.push(Part {
                        content: Content::Known(Cow::Owned(rest.to_owned())),
                        origin: part.origin.clone(),
                    });
                }
                break;
            }
        }
    }
    if open.is_some() {
        // Never closed: CloudFormation takes it as text; a text that starts like this is no literal secret either way.
        folded.push(Part { content: Content::Unknown, origin: Origin::Malformed("a dynamic reference") });
    }
    folded
}
