//! One form for every spelling of a statement.
//!
//! A list where the language takes one value or many; principals and conditions as lists of small maps, so that rules can
//! select in them. Every value keeps the span of the text it was written in.

use crate::eval::value::{Field, Kind, Origin, Value};
use crate::source::Span;
use std::borrow::Cow;

/// The elements of a normalised statement. An element that the statement lacks is absent.
pub(super) mod element {
    pub(crate) const SID: &str = "Sid";
    pub(crate) const EFFECT: &str = "Effect";
    /// A list of maps of [`KIND`] and [`VALUE`].
    pub(crate) const PRINCIPALS: &str = "Principals";
    /// As [`PRINCIPALS`].
    pub(crate) const NOT_PRINCIPALS: &str = "NotPrincipals";
    pub(crate) const ACTIONS: &str = "Actions";
    pub(crate) const NOT_ACTIONS: &str = "NotActions";
    pub(crate) const RESOURCES: &str = "Resources";
    pub(crate) const NOT_RESOURCES: &str = "NotResources";
    /// A list of maps of [`OPERATOR`], [`KEY`] and [`VALUES`]; all of them must hold.
    pub(crate) const CONDITIONS: &str = "Conditions";
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` where `*` stands for the whole element.
    pub(crate) const KIND: &str = "Kind";
    pub(crate) const VALUE: &str = "Value";
    pub(crate) const OPERATOR: &str = "Operator";
    /// In lower case: context keys are not case-sensitive (IAM User Guide, "IAM JSON policy elements: Condition").
    pub(crate) const KEY: &str = "Key";
    pub(crate) const VALUES: &str = "Values";
}

/// The items of a list that a deployment chooses, where a value is one: all that it can have, since each is one of some. None for other
/// values.
pub(super) type Chosen<'a, 't> = &'a dyn Fn(&Value<'t>) -> Option<Vec<Value<'t>>>;

/// The normalised form of a statement. Element names are case-sensitive, as in the policy grammar; anything else is
/// left out.
pub(super) fn normalise<'t>(statement: &Value<'t>, chosen: Chosen<'_, 't>) -> Value<'t> {
    let fields = statement.fields().iter().filter_map(|field| {
        let (key, value) = match field.key.as_ref() {
            "Sid" => (element::SID, field.value.clone()),
            "Effect" => (element::EFFECT, field.value.clone()),
            "Principal" => (element::PRINCIPALS, principals(&field.value, chosen)),
            "NotPrincipal" => (element::NOT_PRINCIPALS, principals(&field.value, chosen)),
            "Action" => (element::ACTIONS, listed(&field.value, chosen)),
            "NotAction" => (element::NOT_ACTIONS, listed(&field.value, chosen)),
            "Resource" => (element::RESOURCES, listed(&field.value, chosen)),
            "NotResource" => (element::NOT_RESOURCES, listed(&field.value, chosen)),
            "Condition" => (element::CONDITIONS, conditions(&field.value, chosen)),
            _ => return None,
        };
        Some(Field { key: Cow::Borrowed(key), key_span: field.key_span, value })
    });
    Value { span: statement.span, kind: Kind::Map(fields.collect()) }
}

fn listed<'t>(value: &Value<'t>, chosen: Chosen<'_, 't>) -> Value<'t> {
    let items = value.items().iter().flat_map(|item| chosen(item).unwrap_or_else(|| vec![item.clone()]));
    Value { span: value.span, kind: Kind::List(items.collect()) }
}

pub(super) fn map<'t>(span: Span, entries: Vec<(&'static str, Span, Value<'t>)>) -> Value<'t> {
    let fields = entries.into_iter().map(|(key, key_span, value)| Field { key: Cow::Borrowed(key), key_span, value });
    Value { span, kind: Kind::Map(fields.collect()) }
}

pub(super) fn string<'t>(text: impl Into<Cow<'t, str>>, span: Span) -> Value<'t> {
    Value { span, kind: Kind::String(text.into()) }
}

fn principals<'t>(value: &Value<'t>, chosen: Chosen<'_, 't>) -> Value<'t> {
    let principal = |kind: Value<'t>, value: &Value<'t>| {
        let span = value.span;
        map(span, vec![(element::KIND, kind.span, kind), (element::VALUE, span, value.clone())])
    };
    let items = if let Kind::Map(fields) = &value.kind {
        fields
            .iter()
            .flat_map(|field| {
                let items = listed(&field.value, chosen);
                let kind = |item: &Value<'t>| principal(string(field.key.clone(), field.key_span), item);
                items.items().iter().map(kind).collect::<Vec<_>>()
            })
            .collect()
    } else {
        value.items().iter().map(|item| principal(kind_of_bare(item), item)).collect()
    };
    Value { span: value.span, kind: Kind::List(items) }
}

/// The kind of a principal that stands without one: `Principal: "*"`.
fn kind_of_bare<'t>(value: &Value<'t>) -> Value<'t> {
    match value.text() {
        Some(text) if text == "*" => string("*", value.span),
        // The result of a function may be a whole map of principals; what refers to a scalar is an account or an ARN.
        None if !is_scalar_reference(value) => value.clone(),
        _ => string("AWS", value.span),
    }
}

/// Whether an unsettled value is certainly a text: a parameter (lists of them are read as lists), a pseudo parameter, a
/// resource's name or attribute, or text around any of them.
fn is_scalar_reference(value: &Value<'_>) -> bool {
    !value.is_opaque()
        || matches!(
            value.as_reference(),
            Some(Origin::Parameter(_) | Origin::Pseudo(_) | Origin::Resource { .. } | Origin::Dynamic { .. })
        )
}

fn conditions<'t>(value: &Value<'t>, chosen: Chosen<'_, 't>) -> Value<'t> {
    let condition = |operator: Value<'t>, key: Value<'t>, values: &Value<'t>| {
        let entries = vec![
            (element::OPERATOR, operator.span, operator),
            (element::KEY, key.span, key),
            (element::VALUES, values.span, listed(values, chosen)),
        ];
        map(values.span, entries)
    };
    let mut items = Vec::new();
    let Kind::Map(operators) = &value.kind else {
        if value.is_opaque() {
            items.push(condition(value.clone(), value.clone(), value));
        }
        return Value { span: value.span, kind: Kind::List(items) };
    };
    for operator in operators {
        let name = || string(operator.key.clone(), operator.key_span);
        for key in operator.value.fields() {
            let text = string(key.key.to_ascii_lowercase(), key.key_span);
            items.push(condition(name(), text, &key.value));
        }
        if operator.value.is_opaque() {
            items.push(condition(name(), operator.value.clone(), &operator.value));
        }
    }
    Value { span: value.span, kind: Kind::List(items) }
}
