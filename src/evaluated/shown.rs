//! How values are shown: what is unknown with its name and reason, and secrets hidden. A part of a secret is one, too, and so is what
//! functions make of one.

use super::build::step;
use super::{Alternative, Content, Field, Piece, Value};
use crate::eval::value::{self, DynamicService, Kind, Origin, Part, placeholder};
use crate::linter::Mask;
use crate::linter::opened::Opened;
use crate::source::Span;
use crate::syntax::{self, Node};
use std::borrow::Cow;

/// Candidates of a choice that a reason names.
const MAX_NAMED: usize = 8;

/// Whether something that a node computes with is or carries a secret.
pub(super) fn carries_secret(opened: &Opened<'_, '_, '_>, node: &Node<'_>) -> Carries {
    let mut carries = Carries { secret: opened.mask.is_in(node.span), transforms: false, named: false };
    look(opened, node, &mut carries);
    carries
}

/// What is known of a node before it is computed.
#[derive(Copy, Clone, Default)]
pub(super) struct Carries {
    /// Whether it names or contains a secret.
    pub(super) secret: bool,
    /// Whether it makes other characters of what it gets.
    pub(super) transforms: bool,
    /// Whether its name promises a secret.
    pub(super) named: bool,
}

/// Shorter parts of a text that is a secret by its name are shown: they hold its parts together.
const MIN_PART: usize = 4;

/// The functions that make other characters of their arguments.
const TRANSFORMING: [&str; 4] = ["Fn::Base64", "Fn::Cidr", "Fn::Select", "Fn::Split"];

fn look(opened: &Opened<'_, '_, '_>, node: &Node<'_>, carries: &mut Carries) {
    let names = |name: &str| opened.mask.hides_parameter(name);
    match &node.kind {
        syntax::Kind::Mapping(entries) => {
            for entry in entries {
                carries.transforms |= TRANSFORMING.contains(&entry.key.as_ref())
                    || (entry.key == "Fn::ToJsonString" && opened.mask.is_escaped_in_json());
                match (entry.key.as_ref(), entry.value.as_str(), entry.value.as_sequence()) {
                    ("Ref", Some(name), _) => carries.secret |= names(name),
                    ("Fn::FindInMap", _, Some([name, ..])) => {
                        let mapping = name.as_str().and_then(|name| opened.model.evaluator.template.mapping(name));
                        carries.secret |= mapping.is_none_or(|mapping| opened.mask.is_in(mapping.span));
                    }
                    _ => {}
                }
                look(opened, &entry.value, carries);
            }
        }
        syntax::Kind::Sequence(items) => items.iter().for_each(|item| look(opened, item, carries)),
        syntax::Kind::String(text) => {
            let names_secret = |rest: &str| rest.split_once('}').is_some_and(|(name, _)| names(name.trim()));
            carries.secret |= text.split("${").skip(1).any(names_secret);
        }
        _ => {}
    }
}

pub(super) fn literal(text: &str, mask: &Mask, is_in: bool) -> Content {
    match mask.value(text, is_in) {
        Some(hidden) => Content::Parts(vec![Piece::Secret(hidden)]),
        None => Content::Text(text.to_owned()),
    }
}

/// How computed values are shown: all of their parts have the place of the function.
#[derive(Copy, Clone)]
pub(super) struct View<'v, 'o, 'm, 't> {
    pub(super) opened: &'v Opened<'o, 'm, 't>,
    pub(super) path: &'v str,
    pub(super) span: Span,
    pub(super) carries: Carries,
}

impl View<'_, '_, '_, '_> {
    /// What a value is.
    pub(super) fn content(&self, value: &value::Value<'_>) -> Content {
        let is_in = self.carries.secret || self.opened.mask.is_in(value.span);
        match &value.kind {
            Kind::Null => Content::Null,
            Kind::Bool(value) => Content::Bool(*value),
            Kind::Number(number) => match self.masked(&number.text, is_in) {
                Some(hidden) => Content::Parts(vec![Piece::Secret(hidden)]),
                None => Content::Number(number.text.to_string()),
            },
            Kind::String(text) => match self.masked(text, is_in) {
                Some(hidden) => Content::Parts(vec![Piece::Secret(hidden)]),
                None => Content::Text(text.to_string()),
            },
            Kind::Text(parts) => self.text(parts, is_in),
            Kind::List(items) => {
                let items = items.iter().enumerate();
                Content::List(items.map(|(index, item)| self.below(&index.to_string(), item)).collect())
            }
            Kind::Map(fields) => {
                let fields = fields.iter().map(|field| Field {
                    key: self.masked(&field.key, is_in).unwrap_or_else(|| field.key.to_string()),
                    key_span: self.span,
                    value: self.below(&field.key, &field.value),
                });
                Content::Map(fields.collect())
            }
        }
    }

    fn below(&self, name: &str, value: &value::Value<'_>) -> Value {
        let content = self.content(value);
        Value {
            path: step(self.path, name),
            span: self.span,
            alternatives: vec![Alternative { when: None, content: Some(content), from: Vec::new() }],
            note: None,
        }
    }

    /// A known text without its secrets; none if it has none. What a function made of a secret is one.
    fn masked(&self, text: &str, is_in: bool) -> Option<String> {
        if self.carries.secret && self.carries.transforms && !text.is_empty() {
            return Some(Mask::hidden(text));
        }
        self.opened.mask.value(text, is_in)
    }

    fn text(&self, parts: &[Part<'_>], is_in: bool) -> Content {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut known = String::new();
        for part in parts {
            match &part.content {
                value::Content::Known(text) if self.is_secret(&part.origin) && !text.is_empty() => {
                    self.flush(&mut known, is_in, &mut pieces);
                    pieces.push(Piece::Secret(Mask::hidden(text)));
                }
                value::Content::Known(text) => known.push_str(text),
                _ => {
                    self.flush(&mut known, is_in, &mut pieces);
                    pieces.push(Piece::Unknown { name: self.name(&part.origin), reason: self.reason(part) });
                }
            }
        }
        self.flush(&mut known, is_in, &mut pieces);
        match pieces.as_slice() {
            [] => Content::Text(String::new()),
            [Piece::Known(text)] => Content::Text(text.clone()),
            _ => Content::Parts(pieces),
        }
    }

    fn flush(&self, known: &mut String, is_in: bool, pieces: &mut Vec<Piece>) {
        if known.is_empty() {
            return;
        }
        let text = std::mem::take(known);
        // A part of a password is not known as a secret by itself. Short ones are separators.
        let is_part = self.carries.named && text.len() >= MIN_PART && !text.starts_with("{{resolve:");
        pieces.push(match self.masked(&text, is_in) {
            Some(hidden) => Piece::Secret(hidden),
            None if is_part => Piece::Secret(Mask::hidden(&text)),
            None => Piece::Known(text),
        });
    }

    /// How a person would write an unknown part.
    fn name(&self, origin: &Origin<'_>) -> String {
        let service = |service: &DynamicService| match service {
            DynamicService::SecretsManager => Some("secretsmanager"),
            DynamicService::SsmSecure => Some("ssm-secure"),
            DynamicService::Ssm => Some("ssm"),
            DynamicService::Other => None,
        };
        match origin {
            Origin::Dynamic { service: of, name: Some(name) } => match service(of) {
                Some(of) => {
                    let name = self.masked(name, false).unwrap_or_else(|| name.to_string());
                    format!("{{{{resolve:{of}:{name}}}}}")
                }
                None => placeholder(origin),
            },
            _ => placeholder(origin),
        }
    }

    fn is_secret(&self, origin: &Origin<'_>) -> bool {
        matches!(origin, Origin::Parameter(name) | Origin::PieceOfParameter { parameter: name, .. }
            if self.opened.mask.hides_parameter(name))
    }

    /// Why a part is unknown. Of a choice that is still open, its candidates.
    fn reason(&self, part: &Part<'_>) -> String {
        if !part.content.is_choice() {
            return part.origin.reason();
        }
        match &part.origin {
            Origin::Parameter(name) if self.opened.mask.hides_parameter(name) => part.origin.reason(),
            Origin::Parameter(name) | Origin::Pseudo(name) => match candidates(self.opened, name) {
                Some(candidates) => format!("`{name}` can be {candidates}"),
                None => part.origin.reason(),
            },
            origin => origin.reason(),
        }
    }
}

/// The values that a parameter can have, in words.
pub(super) fn candidates(opened: &Opened<'_, '_, '_>, name: &str) -> Option<String> {
    use crate::eval::choices::Candidate;
    let (_, variable) = opened.model.evaluator.choices.by_name(name)?;
    let text = |candidate: &Candidate<'_>| match candidate {
        Candidate::Known(text) if text.is_empty() => "empty".to_owned(),
        Candidate::Known(text) => {
            let hidden = opened.mask.value(text, false);
            hidden.unwrap_or_else(|| value::shorten(text).into_owned())
        }
        Candidate::Other => "anything else".to_owned(),
    };
    let all = &variable.candidates;
    let mut texts: Vec<Cow<'_, str>> = all.iter().take(MAX_NAMED).map(|one| Cow::Owned(text(one))).collect();
    if all.len() > MAX_NAMED {
        texts.push(Cow::Owned(format!("one of {} more", all.len() - MAX_NAMED)));
    }
    match texts.as_slice() {
        [] => None,
        [only] => Some(only.to_string()),
        [first @ .., last] => Some(format!("{} or {last}", first.join(", "))),
    }
}
