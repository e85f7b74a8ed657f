//! Finds the statements that a resource holds.

use super::documents::{DocumentKind, Place, Shape, places};
use super::json_text;
use super::normal::{self, is_scalar_reference, normalise};
use crate::eval::value::{Field, Kind, Value};
use crate::eval::{Descent, Run};
use crate::expand::Block;
use std::borrow::Cow;

/// A statement in its normalised form, with its place.
#[derive(Clone, Debug)]
pub struct Statement<'m, 't> {
    /// A map of those that the statement has: `Sid`, `Effect`, `Principals` and `NotPrincipals` (lists of `{Kind, Value}`),
    /// `Actions`, `NotActions`, `Resources`, `NotResources` (lists), `Conditions` (a list of `{Operator, Key, Values}`, the
    /// key in lower case). Every value keeps the span of the text it was written in.
    pub value: &'m Value<'t>,
    /// The way to it from the block: `Properties/Policies/0/PolicyDocument/Statement/1`.
    pub path: String,
}

/// The statements that a resource holds.
#[derive(Clone, Debug, Default)]
pub struct Statements<'m, 't> {
    /// Those that could be read, in the order of the template.
    pub found: Vec<Statement<'m, 't>>,
    /// Whether there may be more: a document or statement could not be read.
    pub unknown: bool,
}

/// Every statement that a resource holds in documents of a kind, normalised.
pub fn statements<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>, kind: DocumentKind) -> Statements<'m, 't> {
    let mut collector = Collector { run, statements: Statements::default() };
    for place in places(block.kind, kind) {
        collector.place(block, place);
    }
    collector.statements
}

struct Collector<'r, 'm, 't> {
    run: &'r mut Run<'m, 't>,
    statements: Statements<'m, 't>,
}

impl<'m, 't> Collector<'_, 'm, 't> {
    fn place(&mut self, block: &Block<'t>, place: &Place) {
        if place.shape == Shape::EventBusProperties {
            self.event_bus_properties(block);
            return;
        }
        let names: Vec<&str> = std::iter::once("Properties").chain(place.path.split('/')).collect();
        // What lies before the first list is walked as written, so that no other property is evaluated.
        let fixed = names.iter().position(|name| *name == "*").unwrap_or(names.len());
        let (walked, rest) = names.split_at(fixed);
        match self.run.descend(block.node, block.key_span, walked) {
            Descent::Absent(..) => {}
            Descent::Unknown(_) => self.unread("a macro writes a part of the resource"),
            Descent::Value(value, consumed) => {
                let (before, inside) = names.split_at(consumed.min(names.len() - rest.len()));
                self.walk(value, inside, before.join("/"), place.shape);
            }
        }
    }

    /// Follows names and `*` inside a value to the documents.
    fn walk(&mut self, value: &Value<'t>, names: &[&str], path: String, shape: Shape) {
        let Some((name, rest)) = names.split_first() else {
            match shape {
                Shape::Document => self.document(value, &path),
                Shape::Statements => self.written_statements(value, &path),
                Shape::ServerlessPolicies => self.serverless_policies(value, &path),
                Shape::EventBusProperties => {}
            }
            return;
        };
        if value.is_opaque() {
            self.unread_value(value);
        } else if *name == "*" {
            for (index, item) in value.items().iter().enumerate() {
                self.walk(item, rest, format!("{path}/{index}"), shape);
            }
        } else if let Some(inner) = value.get(name) {
            self.walk(inner, rest, format!("{path}/{name}"), shape);
        }
    }

    fn document(&mut self, value: &Value<'t>, path: &str) {
        match &value.kind {
            Kind::Map(_) => {
                if let Some(written) = value.get("Statement") {
                    self.written_statements(written, &format!("{path}/Statement"));
                }
            }
            Kind::String(_) | Kind::Text(_) => match json_text::parse(value) {
                Some(document) => self.document(&document, path),
                None => self.unread_value(value),
            },
            _ => self.unread("a policy document is not a map"),
        }
    }

    /// What stands under `Statement`: one statement or a list of them.
    fn written_statements(&mut self, value: &Value<'t>, path: &str) {
        match &value.kind {
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.statement(item, format!("{path}/{index}"));
                }
            }
            Kind::String(_) | Kind::Text(_) => match json_text::parse(value) {
                Some(inner) => self.written_statements(&inner, path),
                None => self.unread_value(value),
            },
            _ => self.statement(value, path.to_owned()),
        }
    }

    fn statement(&mut self, value: &Value<'t>, path: String) {
        match &value.kind {
            Kind::Map(_) => {
                let value = self.run.keep(normalise(value));
                self.statements.found.push(Statement { value, path });
            }
            Kind::Text(_) => self.unread_value(value),
            _ => self.unread("a statement of a policy document is not a map"),
        }
    }

    /// `Policies` of SAM: documents among the names, ARNs and templates of managed policies.
    ///
    /// Source: AWS SAM developer guide, "AWS::Serverless::Function", `Policies`.
    fn serverless_policies(&mut self, value: &Value<'t>, path: &str) {
        let is_list = matches!(value.kind, Kind::List(_));
        for (index, item) in value.items().iter().enumerate() {
            let path = if is_list { format!("{path}/{index}") } else { path.to_owned() };
            if item.get("Statement").is_some() {
                self.document(item, &path);
            } else if item.is_opaque() && !is_scalar_reference(item) {
                self.unread_value(item);
            }
        }
    }

    /// `Principal`, `Action` and `Condition` beside each other in the resource's properties; all of it is an `Allow`.
    ///
    /// Source: CloudFormation template reference, "AWS::Events::EventBusPolicy".
    fn event_bus_properties(&mut self, block: &Block<'t>) {
        let property =
            |run: &mut Run<'m, 't>, name: &str| match run.descend(block.node, block.key_span, &["Properties", name]) {
                Descent::Value(value, 2) => Some(value),
                _ => None,
            };
        // `Statement` replaces the other three, and the place of its own reads it.
        let Some(principal) = property(self.run, "Principal") else { return };
        let span = principal.span;
        let mut entries = vec![("Effect", span, normal::string("Allow", span)), ("Principal", span, principal.clone())];
        if let Some(action) = property(self.run, "Action") {
            entries.push(("Action", action.span, action.clone()));
        }
        if let Some(condition) = property(self.run, "Condition") {
            entries.push(("Condition", condition.span, event_bus_condition(condition)));
        }
        self.statement(&normal::map(span, entries), "Properties".to_owned());
    }

    fn unread_value(&mut self, value: &Value<'t>) {
        let reason = value
            .unsettled()
            .map_or_else(|| "a policy document is text that is not JSON".to_owned(), |part| part.origin.reason());
        self.unread(&reason);
    }

    fn unread(&mut self, reason: &str) {
        self.run.note_reason(reason);
        self.statements.unknown = true;
    }
}

/// `{Type, Key, Value}` as the policy language writes it: `{Type: {Key: Value}}`.
fn event_bus_condition<'t>(condition: &Value<'t>) -> Value<'t> {
    let text = |name: &str| condition.get(name).and_then(Value::text).map(|text| Cow::Owned(text.into_owned()));
    let (Some(operator), Some(key), Some(value)) = (text("Type"), text("Key"), condition.get("Value")) else {
        return Value::unknown(crate::eval::value::Origin::Malformed("Condition"), condition.span);
    };
    let span = condition.span;
    let wrap = |key: Cow<'t, str>, value: Value<'t>| Value {
        span,
        kind: Kind::Map(vec![Field { key, key_span: span, value }]),
    };
    wrap(operator, wrap(key, value.clone()))
}
