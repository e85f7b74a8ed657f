//! Finds the statements that a resource holds.

use super::documents::{DocumentKind, DocumentProperty, Shape, document_properties};
use super::json_text;
use super::normal::{self, normalise};
use super::principal::WILDCARDS;
use crate::eval::value::{Content, Field, Kind, Origin, Part, Value};
use crate::eval::{Descent, Evaluator, Run, text};
use crate::expand::Block;
use std::borrow::Cow;

/// A statement in its normalised form, with its place.
#[derive(Clone, Debug)]
pub struct Statement<'m, 't> {
    /// A map of those that the statement has: `Sid`, `Effect`, `Principals` and `NotPrincipals` (lists of `{Kind, Value}`),
    /// `Actions`, `NotActions`, `Resources`, `NotResources` (lists), `Conditions` (a list of `{Operator, Key, Values}`, the
    /// key in lower case). Every value keeps the span of the text it was written in.
    pub value: &'m Value<'t>,
    /// Its path from the block: `Properties/Policies/0/PolicyDocument/Statement/1`.
    pub path: &'m str,
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
///
/// Several rules ask for the same statements, so they are kept as one value: `[[statement, path]…, unknown]`.
pub fn statements<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>, kind: DocumentKind) -> Statements<'m, 't> {
    let kept = run.remembered(block.node, kind.name(), |run| {
        let mut collector = Collector { run, found: Vec::new(), unknown: false };
        for property in document_properties(block.kind, kind) {
            collector.property(block, property);
        }
        let Collector { found, unknown, .. } = collector;
        let value = |kind| Value { span: block.key_span, kind };
        let mut items: Vec<Value<'t>> = found
            .into_iter()
            .map(|(statement, path)| value(Kind::List(vec![statement, value(Kind::String(Cow::Owned(path)))])))
            .collect();
        items.push(value(Kind::Bool(unknown)));
        Some(value(Kind::List(items)))
    });
    let items = kept.map(Value::items).unwrap_or_default();
    // One less, because the last shows whether there may be more.
    let mut statements = Statements { found: Vec::with_capacity(items.len().saturating_sub(1)), unknown: false };
    for item in items {
        match &item.kind {
            Kind::Bool(unknown) => statements.unknown = *unknown,
            Kind::List(pair) => {
                if let [value, Value { kind: Kind::String(path), .. }] = pair.as_slice() {
                    statements.found.push(Statement { value, path });
                }
            }
            _ => {}
        }
    }
    statements
}

struct Collector<'r, 'm, 't> {
    run: &'r mut Run<'m, 't>,
    /// Normalised statements with their paths.
    found: Vec<(Value<'t>, String)>,
    unknown: bool,
}

impl<'m, 't> Collector<'_, 'm, 't> {
    fn property(&mut self, block: &Block<'t>, property: &DocumentProperty) {
        match property.shape {
            Shape::EventBusProperties => return self.event_bus_properties(block),
            Shape::LambdaPermission => return self.lambda_permission(block),
            Shape::EntityResolutionStatement => return self.entity_resolution_statement(block),
            Shape::DomainUpdate => return self.domain_update(block),
            Shape::Document | Shape::Statements => {}
        }
        let names: Vec<&str> = std::iter::once("Properties").chain(property.path.split('/')).collect();
        // What lies before the first list is walked as written, so that no other property is evaluated.
        let fixed = names.iter().position(|name| *name == "*").unwrap_or(names.len());
        let walked = names.get(..fixed).unwrap_or_default();
        match self.run.descend(block.node, block.key_span, walked) {
            Descent::Absent(..) => {}
            Descent::Unknown(_) => self.unread("a macro generates a part of the resource"),
            Descent::Value(value, consumed) => {
                let (before, inside) = names.split_at(consumed.min(fixed));
                self.walk(value, inside, before.join("/"), property.shape);
            }
        }
    }

    /// Follows names and `*` inside a value to the documents.
    fn walk(&mut self, value: &Value<'t>, names: &[&str], path: String, shape: Shape) {
        let Some((name, rest)) = names.split_first() else {
            match shape {
                Shape::Document => self.document(value, &path),
                Shape::Statements => self.written_statements(value, &path),
                Shape::EventBusProperties
                | Shape::LambdaPermission
                | Shape::EntityResolutionStatement
                | Shape::DomainUpdate => {}
            }
            return;
        };
        if value.is_opaque() {
            self.unread_value(value);
        } else if *name == "*" {
            for (index, item) in value.items().iter().enumerate() {
                self.walk(item, rest, below(&path, &index.to_string()), shape);
            }
        } else if let Some(inner) = value.get(name) {
            self.walk(inner, rest, below(&path, name), shape);
        }
    }

    fn document(&mut self, value: &Value<'t>, path: &str) {
        match &value.kind {
            Kind::Map(_) => {
                if let Some(written) = value.get("Statement") {
                    self.written_statements(written, &below(path, "Statement"));
                }
            }
            // An empty text is no policy: the Serverless Framework writes one for a REST API without a policy (v3, rest-api.js, 2026-11).
            Kind::String(text) if text.trim().is_empty() => {}
            Kind::String(_) | Kind::Text(_) => match json_text::parse(self.run, value) {
                Some(document) => self.document(&document, path),
                None => self.unread_value(value),
            },
            _ => self.unread("a policy document is not a map"),
        }
    }

    /// What is under `Statement`: one statement or a list of them.
    fn written_statements(&mut self, value: &Value<'t>, path: &str) {
        match &value.kind {
            Kind::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.statement(item, below(path, &index.to_string()));
                }
            }
            Kind::String(_) | Kind::Text(_) => match json_text::parse(self.run, value) {
                Some(inner) => self.written_statements(&inner, path),
                None => self.unread_value(value),
            },
            _ => self.statement(value, path.to_owned()),
        }
    }

    fn statement(&mut self, value: &Value<'t>, path: String) {
        match &value.kind {
            Kind::Map(_) => {
                let evaluator = self.run.evaluator;
                self.found.push((normalise(value, &|value| chosen_items(evaluator, value)), path));
            }
            Kind::Text(_) => self.unread_value(value),
            _ => self.unread("a statement of a policy document is not a map"),
        }
    }

    /// `Principal`, `Action` and `Condition` beside each other in the resource's properties; all of it is an `Allow`.
    ///
    /// Source: CloudFormation template reference, "AWS::Events::EventBusPolicy".
    fn event_bus_properties(&mut self, block: &Block<'t>) {
        // `Statement` replaces the other three, and the place of its own reads it.
        let Some(principal) = self.part(block, "Principal") else { return };
        let span = principal.span;
        let mut entries = vec![("Effect", span, normal::string("Allow", span)), ("Principal", span, principal.clone())];
        if let Some(action) = self.part(block, "Action") {
            entries.push(("Action", action.span, action.clone()));
        }
        if let Some(condition) = self.part(block, "Condition") {
            entries.push(("Condition", condition.span, event_bus_condition(condition)));
        }
        self.statement(&normal::map(span, entries), "Properties".to_owned());
    }

    /// The statement that a permission adds to a function's policy; all of it is an `Allow`.
    ///
    /// Source: AWS Lambda API reference, "AddPermission" (`Principal`, `PrincipalOrgID`, `SourceAccount`, `SourceArn`); AWS Lambda
    /// developer guide, "Viewing resource-based IAM policies in Lambda".
    fn lambda_permission(&mut self, block: &Block<'t>) {
        let Some(principal) = self.part(block, "Principal") else { return };
        let span = principal.span;
        let principal = match principal.text().as_deref() {
            Some("*") => principal.clone(),
            _ => wrap(kind_of_principal(principal), principal),
        };
        let mut entries = vec![("Effect", span, normal::string("Allow", span)), ("Principal", span, principal)];
        if let Some(action) = self.part(block, "Action") {
            entries.push(("Action", action.span, action.clone()));
        }
        let mut conditions = Vec::new();
        for (name, operator, key) in [
            ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
            ("SourceAccount", "StringEquals", "aws:SourceAccount"),
            ("SourceArn", "ArnLike", "aws:SourceArn"),
        ] {
            if let Some(value) = self.part(block, name) {
                let value = wrap(key, value);
                conditions.push(Field { key: Cow::Borrowed(operator), key_span: value.span, value });
            }
        }
        if !conditions.is_empty() {
            entries.push(("Condition", span, Value { span, kind: Kind::Map(conditions) }));
        }
        self.statement(&normal::map(span, entries), "Properties".to_owned());
    }

    /// A statement of the policy of a workflow, schema mapping or namespace. Its condition is a map as JSON text.
    ///
    /// Source: AWS Entity Resolution API reference, "AddPolicyStatement" (November 2026): a principal is an account or a service.
    fn entity_resolution_statement(&mut self, block: &Block<'t>) {
        let Some(principal) = self.part(block, "Principal") else { return };
        let span = principal.span;
        let kinds = ["AWS", "Service"].map(|kind| {
            let items = principal.items().iter().filter(|item| kind_of_principal(item) == kind).cloned().collect();
            (kind, span, Value { span, kind: Kind::List(items) })
        });
        let mut entries = vec![("Principal", span, normal::map(span, kinds.into()))];
        for name in ["Effect", "Action"] {
            if let Some(value) = self.part(block, name) {
                entries.push((name, value.span, value.clone()));
            }
        }
        if let Some(resource) = self.part(block, "Arn") {
            entries.push(("Resource", resource.span, resource.clone()));
        }
        if let Some(condition) = self.part(block, "Condition") {
            let read = json_text::parse(self.run, condition);
            entries.push(("Condition", condition.span, read.unwrap_or_else(|| unread_condition(condition))));
        }
        self.statement(&normal::map(span, entries), "Properties".to_owned());
    }

    /// The policy in the call that a custom resource of the AWS CDK makes when it is created: `{"parameters": {"AccessPolicies": "…"}}`.
    fn domain_update(&mut self, block: &Block<'t>) {
        let Some(call) = self.part(block, "Create") else { return };
        let read = match &call.kind {
            Kind::Map(_) => Some(call.clone()),
            _ => json_text::parse(self.run, call),
        };
        match read.as_ref().and_then(|call| call.get("parameters")).map(|parameters| parameters.get("AccessPolicies")) {
            Some(Some(policy)) => self.document(policy, "Properties/Create"),
            Some(None) => {}
            None => self.unread_value(call),
        }
    }

    /// A property that is a part of a statement.
    fn part(&mut self, block: &Block<'t>, name: &str) -> Option<&'m Value<'t>> {
        let names = ["Properties", name];
        match self.run.descend(block.node, block.key_span, &names) {
            Descent::Value(value, walked) => {
                let mut value = value;
                for name in names.iter().skip(walked).filter(|_| !value.is_opaque()) {
                    value = value.get(name)?;
                }
                (!matches!(value.kind, Kind::Null)).then_some(value)
            }
            Descent::Absent(..) => None,
            Descent::Unknown(_) => {
                self.unknown = true;
                None
            }
        }
    }

    fn unread_value(&mut self, value: &Value<'t>) {
        let reason = value
            .unsettled()
            .map_or_else(|| "a policy document is a string that is not JSON".to_owned(), |part| part.origin.reason());
        self.unread(&reason);
    }

    fn unread(&mut self, reason: &str) {
        self.run.note_reason(reason);
        self.unknown = true;
    }
}

/// A path with one more step.
fn below(path: &str, step: &str) -> String {
    [path, "/", step].concat()
}

fn wrap<'t>(key: &'static str, value: &Value<'t>) -> Value<'t> {
    normal::map(value.span, vec![(key, value.span, value.clone())])
}

/// The kind of a principal that stands without one: a service is a domain; others are accounts or ARNs.
fn kind_of_principal(principal: &Value<'_>) -> &'static str {
    let is_service = text::like(principal, "*.*").and(!text::like(principal, "arn:*"));
    if is_service.is_true() { "Service" } else { "AWS" }
}

/// A condition that is not JSON text: any condition.
fn unread_condition<'t>(condition: &Value<'t>) -> Value<'t> {
    match &condition.kind {
        Kind::Map(_) => condition.clone(),
        _ if condition.is_opaque() => condition.clone(),
        _ => Value::unknown(crate::eval::value::Origin::Malformed("Condition"), condition.span),
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

/// The items that a parameter of a list can have, where a value is such a parameter that is set to others than each of them alone: "each
/// value in the list must be one of the specified allowed values" (AWS CloudFormation user guide, "Parameters", 2026-11). What is true
/// of a statement with all of them, and with each of them alone, is true of every other list.
///
/// A parameter without a known value that accepts no wildcards is one item, which is [plain](without_wildcards).
fn chosen_items<'t>(evaluator: &Evaluator<'_, 't>, value: &Value<'t>) -> Option<Vec<Value<'t>>> {
    let plain = || without_wildcards(evaluator, value).map(|plain| vec![plain]);
    let [Part { content: Content::Unknown | Content::Except(_), origin: Origin::Parameter(name) }] = value.parts()
    else {
        return plain();
    };
    /// With more values, a list is not known: each statement has all of them.
    const MOST: usize = 64;
    let Some(allowed) = evaluator.allowed_items(name).filter(|allowed| allowed.len() <= MOST) else { return plain() };
    allowed.iter().map(|text| Some(normal::string(text.scalar_text()?.trim().to_owned(), value.span))).collect()
}

/// A value with parameters that accept no wildcards, each as a part that is neither `*` nor `?`, nor has one; none if it has no such
/// parameters.
fn without_wildcards<'t>(evaluator: &Evaluator<'_, 't>, value: &Value<'t>) -> Option<Value<'t>> {
    let is_plain = |part: &Part<'t>| match (&part.content, &part.origin) {
        (Content::Unknown | Content::Except(_), Origin::Parameter(name)) => evaluator.lacks(name, &['*', '?']),
        _ => false,
    };
    if !value.parts().iter().any(is_plain) {
        return None;
    }
    let parts = value.parts().iter().map(|part| {
        if !is_plain(part) {
            return part.clone();
        }
        let known: &[Cow<'t, str>] = if let Content::Except(texts) = &part.content { texts } else { &[] };
        let texts = known.iter().cloned().chain(WILDCARDS.map(Cow::Borrowed));
        Part { content: Content::Except(texts.collect()), origin: part.origin.clone() }
    });
    Some(Value { span: value.span, kind: Kind::Text(parts.collect()) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::{in_template, resource};
    use super::*;
    use crate::source::Source;

    /// A value as one line: `[a, b]`, `{K: v}`, `${Ref}`.
    fn line(value: &Value<'_>) -> String {
        match &value.kind {
            Kind::List(items) => format!("[{}]", items.iter().map(line).collect::<Vec<_>>().join(", ")),
            Kind::Map(fields) => {
                let fields = fields.iter().map(|field| format!("{}: {}", field.key, line(&field.value)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            _ => value.text().map_or_else(|| value.display().trim_matches('"').to_owned(), Cow::into_owned),
        }
    }

    /// `path: statement` of every statement of the resource `R` in its only scenario, and whether there may be more.
    fn read(kind: DocumentKind, resource_text: &str) -> (Vec<String>, bool) {
        let text = format!("{{Parameters: {{P: {{Type: String}}}}, Resources: {{R: {resource_text}}}}}");
        let mut results = in_template(&text, |run, model, _| {
            let read = statements(run, resource(model, "R"), kind);
            assert_eq!(read.unknown, !run.reasons().is_empty(), "a reason goes with what is not known");
            let found = read.found.iter().map(|found| format!("{}: {}", found.path, line(found.value)));
            (found.collect::<Vec<_>>(), read.unknown)
        });
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    #[test]
    fn every_spelling_has_one_form() {
        for (statement, expected) in [
            (
                "{Sid: A, Effect: Allow, Action: 's3:*', Resource: '*'}",
                "{Sid: A, Effect: Allow, Actions: [s3:*], Resources: [*]}",
            ),
            (
                "{Effect: Deny, NotAction: ['iam:*', 'sts:*'], NotResource: [a, b]}",
                "{Effect: Deny, NotActions: [iam:*, sts:*], NotResources: [a, b]}",
            ),
            ("{Principal: '*'}", "{Principals: [{Kind: *, Value: *}]}"),
            ("{Principal: {AWS: '*'}}", "{Principals: [{Kind: AWS, Value: *}]}"),
            (
                "{Principal: {AWS: ['1', '2'], Service: s3.amazonaws.com}}",
                "{Principals: [{Kind: AWS, Value: 1}, {Kind: AWS, Value: 2}, {Kind: Service, Value: \
                 s3.amazonaws.com}]}",
            ),
            ("{NotPrincipal: {AWS: '1'}}", "{NotPrincipals: [{Kind: AWS, Value: 1}]}"),
            ("{Principal: {Ref: P}}", "{Principals: [{Kind: AWS, Value: ${P}}]}"),
            ("{Principal: {AWS: {Ref: P}}}", "{Principals: [{Kind: AWS, Value: ${P}}]}"),
            (
                "{Condition: {Bool: {'aws:SecureTransport': false}}}",
                "{Conditions: [{Operator: Bool, Key: aws:securetransport, Values: [false]}]}",
            ),
            (
                "{Condition: {StringLike: {'aws:UserId': [a, b], K: c}, 'Null': {K: true}}}",
                "{Conditions: [{Operator: StringLike, Key: aws:userid, Values: [a, b]}, \
                 {Operator: StringLike, Key: k, Values: [c]}, {Operator: Null, Key: k, Values: [true]}]}",
            ),
            // What is not an element of the language is left out; what is missing stays missing.
            ("{effect: Allow, Version: '1'}", "{}"),
        ] {
            let text = format!(
                "{{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {{Statement: [{statement}]}}}}}}"
            );
            let path = "Properties/PolicyDocument/Statement/0";
            assert_eq!(
                read(DocumentKind::Identity, &text),
                (vec![format!("{path}: {expected}")], false),
                "{statement}"
            );
        }
    }

    #[test]
    fn statements_come_from_every_place_with_their_way() {
        use DocumentKind::{Identity, Resource, Trust};
        let role = "{Type: AWS::IAM::Role, Properties: {
            AssumeRolePolicyDocument: {Statement: {Sid: t}},
            Policies: [{PolicyDocument: {Statement: [{Sid: a}, {Sid: b}]}}, {PolicyDocument: {Statement: {Sid: c}}}]}}";
        for (kind, text, expected) in [
            (
                Identity,
                role,
                &[
                    "Properties/Policies/0/PolicyDocument/Statement/0: {Sid: a}",
                    "Properties/Policies/0/PolicyDocument/Statement/1: {Sid: b}",
                    "Properties/Policies/1/PolicyDocument/Statement: {Sid: c}",
                ][..],
            ),
            (Trust, role, &["Properties/AssumeRolePolicyDocument/Statement: {Sid: t}"]),
            (Resource, role, &[]),
            (
                Resource,
                r#"{Type: AWS::Logs::ResourcePolicy, Properties: {PolicyDocument: '{"Statement": [{"Sid": "a"}]}'}}"#,
                &["Properties/PolicyDocument/Statement/0: {Sid: a}"],
            ),
            (
                Resource,
                "{Type: AWS::Events::EventBusPolicy, Properties: {Statement: {Sid: a}}}",
                &["Properties/Statement: {Sid: a}"],
            ),
            (
                Resource,
                "{Type: AWS::Events::EventBusPolicy, Properties: {Principal: '*', Action: 'events:PutEvents',
                  Condition: {Type: StringEquals, Key: 'aws:PrincipalOrgID', Value: o-1}}}",
                &["Properties: {Effect: Allow, Principals: [{Kind: *, Value: *}], Actions: [events:PutEvents], \
                   Conditions: [{Operator: StringEquals, Key: aws:principalorgid, Values: [o-1]}]}"],
            ),
            (Identity, "{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {}}}", &[]),
            (Identity, "{Type: AWS::IAM::Policy}", &[]),
            (Identity, "{Type: AWS::S3::Bucket, Properties: {PolicyDocument: {Statement: {Sid: a}}}}", &[]),
        ] {
            let (found, unknown) = read(kind, text);
            assert_eq!(found, expected, "{text}");
            assert!(!unknown, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_the_rest_is_still_there() {
        for (text, expected) in [
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Ref: P}}}", 0),
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {'Fn::Transform': {Name: M}}}}", 0),
            ("{Type: AWS::IAM::Policy, Properties: {'Fn::Transform': {Name: M}}}", 0),
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: 'not JSON'}}", 0),
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: [a]}}", 0),
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {'Fn::ImportValue': x}}}}", 0),
            (
                "{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Sid: a}, {'Fn::ImportValue': x}]}}}",
                1,
            ),
            ("{Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Sid: a}, 7]}}}", 1),
            ("{Type: AWS::IAM::Role, Properties: {Policies: {'Fn::ImportValue': x}}}", 0),
        ] {
            let (found, unknown) = read(DocumentKind::Identity, text);
            assert_eq!((found.len(), unknown), (expected, true), "{text}");
        }
    }

    #[test]
    fn unsettled_parts_of_json_text_are_parts_of_its_strings() {
        let document = r#"{"Fn::Sub": "{\"Statement\": {\"Resource\": \"arn:${AWS::Partition}:logs:x:${P}:*\"}}"}"#;
        let text = format!("{{Type: AWS::Logs::ResourcePolicy, Properties: {{PolicyDocument: {document}}}}}");
        let expected = "Properties/PolicyDocument/Statement: {Resources: [arn:${AWS::Partition}:logs:x:${P}:*]}";
        assert_eq!(read(DocumentKind::Resource, &text), (vec![expected.to_owned()], false));
        // Outside of strings it may be anything, and is all that is not known.
        for (outside, found, unknown) in [
            (r#"{\"Statement\": {\"Sid\": \"a\", \"Action\": ${P}}}"#, 1, false),
            (r#"{\"Statement\": [{\"Sid\": \"a\"}, ${P}]}"#, 1, true),
            (r#"{\"Statement\": {\"${P}\": \"x\"}}"#, 0, true),
            (r#"{\"Statement\": ${P}}"#, 0, true),
            (r#"{${P}}"#, 0, true),
            ("${P}", 0, true),
        ] {
            let document = format!(r#"{{"Fn::Sub": "{outside}"}}"#);
            let text = format!("{{Type: AWS::Logs::ResourcePolicy, Properties: {{PolicyDocument: {document}}}}}");
            let read = read(DocumentKind::Resource, &text);
            assert_eq!((read.0.len(), read.1), (found, unknown), "{outside}");
        }
    }

    #[test]
    fn conditions_of_the_template_choose_statements_and_documents() {
        let text = "{Conditions: {C: {'Fn::Equals': [{Ref: 'AWS::Region'}, us-east-1]}}, Resources: {R: {
            Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [
              {Sid: always}, {'Fn::If': [C, {Sid: there}, {Ref: 'AWS::NoValue'}]}]}}}}}";
        let mut found = in_template(text, |run, model, _| {
            let found = statements(run, resource(model, "R"), DocumentKind::Identity).found;
            found.iter().map(|statement| line(statement.value)).collect::<Vec<_>>()
        });
        found.sort();
        assert_eq!(found, [vec!["{Sid: always}"], vec!["{Sid: always}", "{Sid: there}"]]);
    }

    #[test]
    fn every_value_keeps_the_span_of_its_text() {
        let text = "Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument:\n        \
            Statement:\n          - Effect: Allow\n            Action: 's3:Get*'\n            Principal:\n              \
            AWS: me\n            Condition:\n              Bool:\n                'aws:X': yes\n";
        in_template(text, |run, model, source| {
            let statement = statements(run, resource(model, "R"), DocumentKind::Identity).found.remove(0).value;
            let at = |source: &Source, value: &Value<'_>| source.slice(value.span).to_owned();
            assert_eq!(at(source, statement.get("Effect").unwrap()), "Allow");
            assert_eq!(at(source, statement.get("Actions").unwrap()), "'s3:Get*'");
            assert_eq!(at(source, &statement.get("Actions").unwrap().items()[0]), "'s3:Get*'");
            assert_eq!(source.slice(statement.field("Actions").unwrap().key_span), "Action");
            let principal = &statement.get("Principals").unwrap().items()[0];
            assert_eq!(at(source, principal.get("Kind").unwrap()), "AWS");
            assert_eq!(at(source, principal.get("Value").unwrap()), "me");
            let condition = &statement.get("Conditions").unwrap().items()[0];
            assert_eq!(at(source, condition.get("Operator").unwrap()), "Bool");
            assert_eq!(at(source, condition.get("Key").unwrap()), "'aws:X'");
            assert_eq!(at(source, &condition.get("Values").unwrap().items()[0]), "yes");
        });
    }
}
