//! Functions of lists: `Fn::Select`, `Fn::Split`, `Fn::Length`.

use super::{forms, unknown_result};
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Candidate, Run};
use crate::source::Span;
use crate::syntax::{Node, Number};
use std::borrow::Cow;

/// Lists past this length are not made.
const MAX_ITEMS: usize = 4096;

/// A text cut at a delimiter.
struct Cut<'t> {
    /// The items that are certain, from the first on.
    items: Vec<Value<'t>>,
    /// Whether these are all: false where an unsettled part may hold the delimiter.
    complete: bool,
}

impl<'t> Run<'_, 't> {
    pub(super) fn select(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let [index, items] = list? else { return None };
        // Each choice selects another item.
        let index = self.compute(index)?;
        let index = self.settled(index);
        if !index.is_scalar() {
            return None;
        }
        let position = match index.text() {
            Some(text) => Some(text.trim().parse::<usize>().ok()?),
            None => None,
        };
        // The items before the first that is not certain can be selected although the list as a whole is not known.
        if let Some([only]) = items.as_mapping()
            && only.key == "Fn::Split"
        {
            let arguments = only.value.as_sequence();
            let (cut, text) = self.cut(arguments)?;
            return match position.and_then(|position| cut.items.get(position)) {
                Some(item) => Some(Value { span, kind: item.kind.clone() }),
                None if cut.complete && position.is_some() => None,
                None => {
                    // The same index of a text that is cut elsewhere is another piece.
                    let delimiter = arguments.and_then(<[_]>::first).and_then(Node::scalar_text)?;
                    let delimiter = Value { span, kind: Kind::String(delimiter) };
                    Some(taken("Fn::Select", text, vec![index, delimiter], span))
                }
            };
        }
        let items = self.compute(items)?;
        // The first item is one of the allowed values, and each of them has been the first alone.
        if let (Some(Origin::Parameter(name)), Some(0)) = (items.as_reference(), position)
            && let Some(text) = self.evaluator.allowed_items(name).and_then(|allowed| allowed.first()?.scalar_text())
        {
            let content = Content::Known(Cow::Owned(text.trim().to_owned()));
            return Some(super::resolved(vec![Part { content, origin: Origin::Parameter(name) }], span));
        }
        match (items.as_reference(), position) {
            (Some(Origin::Zones), Some(position)) => return Some(Value::unknown(Origin::Zone(position), span)),
            _ if items.is_opaque() => return Some(taken("Fn::Select", items, vec![index], span)),
            _ => {}
        }
        let Kind::List(items) = items.kind else { return None };
        let Some(position) = position else { return Some(unknown_result("Fn::Select", &[index], span)) };
        // "This list must not be null, nor can it have null entries."
        items.into_iter().nth(position).filter(|item| item.kind != Kind::Null)
    }

    pub(super) fn split(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let (cut, text) = self.cut(list)?;
        let delimiter = list.and_then(<[_]>::first).and_then(Node::scalar_text)?;
        if !cut.complete {
            let delimiter = Value { span, kind: Kind::String(delimiter) };
            return Some(taken("Fn::Split", text, vec![delimiter], span));
        }
        Some(Value { span, kind: Kind::List(cut.items) })
    }

    /// Cuts the text of `Fn::Split`; returns it as well. Nothing where the arguments are malformed.
    fn cut(&mut self, list: Option<&'t [Node<'t>]>) -> Option<(Cut<'t>, Value<'t>)> {
        let [delimiter, text] = list? else { return None };
        let delimiter = delimiter.scalar_text().filter(|delimiter| !delimiter.is_empty())?;
        let mut text = self.compute(text)?;
        if !text.is_scalar() {
            return None;
        }
        if text.parts().iter().any(|part| part.content == Content::Choice && self.may_hold(part, &delimiter)) {
            text = self.settled(text);
        }
        let whole;
        let spelled;
        let parts = match &text.kind {
            Kind::Text(parts) => {
                spelled = self.spelled_out(parts, &delimiter, text.span);
                spelled.as_ref()
            }
            _ => {
                let content = Content::Known(Cow::Owned(text.text()?.into_owned()));
                whole = [Part { content, origin: Origin::Literal }];
                &whole
            }
        };
        let settled = parts.iter().position(|part| !part.content.is_known() && self.may_hold(part, &delimiter));
        let certain = parts.get(..settled.unwrap_or(parts.len())).unwrap_or_default();
        let mut items = cut_parts(certain, &delimiter, text.span);
        if settled.is_some() {
            // The last item goes on in the part that is not certain.
            items.pop();
        }
        let cost = items.len() * (std::mem::size_of::<Value<'t>>() + std::mem::size_of::<Part<'t>>());
        let fits = items.len() <= MAX_ITEMS && self.evaluator.afford(cost);
        let cut = Cut { complete: settled.is_none() && fits, items: if fits { items } else { Vec::new() } };
        Some((cut, text))
    }

    /// Parts with the ARNs of known form spelled out that hold the delimiter: the sixth part of a bucket's is its name.
    fn spelled_out<'p>(&mut self, parts: &'p [Part<'t>], delimiter: &str, span: Span) -> Cow<'p, [Part<'t>]> {
        if !parts.iter().any(|part| matches!(part.origin, Origin::Resource { .. })) {
            return Cow::Borrowed(parts);
        }
        let mut spelled = Vec::with_capacity(parts.len());
        for part in parts {
            match self.may_hold(part, delimiter).then(|| self.spelled_arn(part, span)).flatten() {
                Some(arn) => spelled.extend(arn),
                None => spelled.push(part.clone()),
            }
        }
        Cow::Owned(spelled)
    }

    /// Whether an unsettled part may hold a character of the delimiter. Several parts together make no delimiter of
    /// which none of them holds a character.
    fn may_hold(&self, part: &Part<'t>, delimiter: &str) -> bool {
        let evaluator = self.evaluator;
        if part.content == Content::Choice
            && let Origin::Parameter(name) | Origin::Pseudo(name) = &part.origin
            && let Some((_, variable)) = evaluator.choices.by_name(name)
            && variable.candidates.iter().all(|candidate| match candidate {
                Candidate::Known(text) => !text.contains(|c| delimiter.contains(c)),
                Candidate::Other => false,
            })
        {
            return false;
        }
        let alphabet: fn(char) -> bool = match &part.origin {
            Origin::Pseudo("AWS::AccountId") => |c| c.is_ascii_digit(),
            Origin::Pseudo("AWS::Region" | "AWS::Partition" | "AWS::StackName") | Origin::Zone(_) => {
                |c| c.is_ascii_alphanumeric() || c == '-'
            }
            Origin::Pseudo("AWS::URLSuffix") => |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'),
            Origin::Parameter(name) => {
                match evaluator.template.parameter(name).map_or("", |parameter| parameter.kind) {
                    "Number" => |c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'),
                    "AWS::EC2::AvailabilityZone::Name"
                    | "AWS::EC2::Image::Id"
                    | "AWS::EC2::Instance::Id"
                    | "AWS::EC2::SecurityGroup::Id"
                    | "AWS::EC2::Subnet::Id"
                    | "AWS::EC2::VPC::Id"
                    | "AWS::EC2::Volume::Id" => |c| c.is_ascii_alphanumeric() || c == '-',
                    _ => return true,
                }
            }
            Origin::Resource { id, attribute } => {
                let kind = evaluator.named(id).map_or("", |resource| resource.kind);
                match forms::alphabet(kind, attribute.as_deref()) {
                    Some(alphabet) => alphabet,
                    None => return true,
                }
            }
            _ => return true,
        };
        delimiter.chars().any(alphabet)
    }

    /// Source: "Fn::Length", which takes `AWS::LanguageExtensions`.
    pub(super) fn length(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        if !self.is_extended() {
            return None;
        }
        let value = self.compute(argument)?;
        if value.is_opaque() {
            return Some(unknown_result("Fn::Length", &[value], span));
        }
        let Kind::List(items) = value.kind else { return None };
        let count = items.len();
        let number = Number { text: Cow::Owned(count.to_string()), value: u32::try_from(count).ok()?.into() };
        Some(Value { span, kind: Kind::Number(number) })
    }
}

/// What a function takes out of a value by an index or delimiter, where that is not known. A piece of a parameter stays one:
/// who knows the parameter knows the part, and what is secret in one is in the other.
fn taken<'t>(function: &'static str, whole: Value<'t>, by: Vec<Value<'t>>, span: Span) -> Value<'t> {
    let parameter = match whole.as_reference() {
        Some(Origin::Parameter(name) | Origin::PieceOfParameter { parameter: name, .. }) if whole.is_opaque() => {
            Some(*name)
        }
        _ => None,
    };
    let mut arguments = by;
    arguments.push(whole);
    let mut result = unknown_result(function, &arguments, span);
    if let (Some(parameter), Kind::Text(parts)) = (parameter, &mut result.kind) {
        for part in parts {
            if let Origin::Function { of, .. } = &part.origin {
                let of = of.as_ref().map(|of| format!("{function} {of}").into());
                part.origin = Origin::PieceOfParameter { parameter, of };
            }
        }
    }
    result
}

/// The items between the delimiters in a row of parts. A delimiter may stand across known parts that meet.
fn cut_parts<'t>(parts: &[Part<'t>], delimiter: &str, span: Span) -> Vec<Value<'t>> {
    let mut items: Vec<Vec<Part<'t>>> = vec![Vec::new()];
    let mut rest = parts;
    while let Some(first) = rest.first() {
        if !first.content.is_known() {
            if let Some(item) = items.last_mut() {
                item.push(first.clone());
            }
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let known = rest.iter().take_while(|part| part.content.is_known()).count();
        let (run, after) = rest.split_at(known);
        rest = after;
        cut_run(run, delimiter, &mut items);
    }
    items.into_iter().map(|parts| Value::from_parts(parts, span)).collect()
}

/// Cuts known parts that meet, and goes on with the last of the items.
fn cut_run<'t>(run: &[Part<'t>], delimiter: &str, items: &mut Vec<Vec<Part<'t>>>) {
    let texts = || {
        run.iter().filter_map(|part| match &part.content {
            Content::Known(text) => Some((text.as_ref(), &part.origin)),
            _ => None,
        })
    };
    let whole: String = texts().map(|(text, _)| text).collect();
    // Where the items begin and end in the whole.
    let mut start = 0;
    for (index, item) in whole.split(delimiter).enumerate() {
        if index > 0 {
            items.push(Vec::new());
        }
        let end = start + item.len();
        let mut offset = 0;
        for (text, origin) in texts() {
            let (from, to) = (start.clamp(offset, offset + text.len()), end.clamp(offset, offset + text.len()));
            let piece = text.get(from - offset..to - offset).unwrap_or_default();
            if !piece.is_empty()
                && let Some(item) = items.last_mut()
            {
                item.push(Part { content: Content::Known(Cow::Owned(piece.to_owned())), origin: origin.clone() });
            }
            offset += text.len();
        }
        start = end + delimiter.len();
    }
}
