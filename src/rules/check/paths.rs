//! What paths select in evaluated values.

use super::walk::Walk;
use crate::eval::value::{Kind, Origin, Value};
use crate::rules::language::path::{Path, Rest, Step};
use jsonpath_rust::query::queryable::Queryable;
use std::borrow::Cow;
use std::fmt::Display;

/// Selects with what follows the leading names of a path. The steps are `/`-separated, relative to `value`.
pub(super) fn select_rest<'a, 't>(path: &Path, value: &'a Value<'t>, with_steps: bool) -> Vec<(&'a Value<'t>, String)> {
    match &path.rest {
        None => vec![(value, String::new())],
        Some(Rest::Steps(steps)) => {
            let mut found = Vec::new();
            follow(value, steps, String::new(), with_steps, &mut found);
            found
        }
        Some(Rest::Query(query)) => {
            let mut walk = Walk::from(value, with_steps);
            query.segments.iter().for_each(|segment| walk.segment(segment));
            walk.found
        }
    }
}

/// Takes steps from a value that is at the end of a path.
fn follow<'a, 't>(
    value: &'a Value<'t>,
    steps: &[Step],
    path: String,
    with_steps: bool,
    found: &mut Vec<(&'a Value<'t>, String)>,
) {
    let Some((step, rest)) = steps.split_first() else { return found.push((value, path)) };
    let on = |step: &dyn Display| match (with_steps, path.as_str()) {
        (false, _) => String::new(),
        (true, "") => step.to_string(),
        (true, path) => format!("{path}/{step}"),
    };
    match (step, value.as_array()) {
        (Step::Name(name), _) => {
            if let Some(inner) = Queryable::get(value, name) {
                follow(inner, rest, on(name), with_steps, found);
            }
        }
        (Step::Index(index), items) => {
            if let Some(inner) = items.and_then(|items| items.get(*index)) {
                follow(inner, rest, on(index), with_steps, found);
            }
        }
        (Step::Every, Some(items)) => {
            for (index, inner) in items.iter().enumerate() {
                follow(inner, rest, on(&index), with_steps, found);
            }
        }
        (Step::Every, None) => {
            for field in value.fields() {
                follow(&field.value, rest, on(&field.key), with_steps, found);
            }
        }
    }
}

/// Whether a value that is not known may have members: parameters, attributes and imports are texts or lists of texts.
fn may_be_a_map(value: &Value<'_>) -> bool {
    value.is_opaque()
        && matches!(
            value.as_reference(),
            Some(Origin::Function { .. } | Origin::Malformed(_) | Origin::Missing { .. } | Origin::Inside(1..))
        )
}

impl Queryable for Value<'_> {
    fn get(&self, key: &str) -> Option<&Self> {
        if may_be_a_map(self) { self.unknown_member() } else { Value::get(self, key) }
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        match &self.kind {
            Kind::List(items) => Some(items),
            // An unknown yields itself for every index and wildcard.
            _ => self.unknown_items(),
        }
    }

    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        match &self.kind {
            Kind::Map(fields) => Some(fields.iter().map(|field| (field.key.as_ref(), &field.value)).collect()),
            _ => None,
        }
    }

    fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        // Only filters ask, and there are none.
        None
    }

    fn as_f64(&self) -> Option<f64> {
        self.number()
    }

    fn as_bool(&self) -> Option<bool> {
        self.boolean()
    }

    fn null() -> Self {
        Self::default()
    }
}

impl Default for Value<'_> {
    fn default() -> Self {
        Self { span: crate::source::Span::default(), kind: Kind::Null }
    }
}

// `Queryable` asks for these; only filters would use them.
impl From<&str> for Value<'_> {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self { kind: Kind::String(Cow::Owned(text)), ..Self::default() }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self { kind: Kind::Bool(value), ..Self::default() }
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::from(value.to_string())
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::from(value.to_string())
    }
}

impl From<Vec<Self>> for Value<'_> {
    fn from(items: Vec<Self>) -> Self {
        Self { kind: Kind::List(items), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::eval::value::Field;
    use crate::source::Span;
    use jsonpath_rust::parser::model::JpQuery;
    use jsonpath_rust::parser::parse_json_path;
    use jsonpath_rust::query::js_path_process;
    use rustc_hash::FxHashSet;

    /// Each value once.
    fn once<'a, 't>(mut found: Vec<(&'a Value<'t>, String)>) -> Vec<(&'a Value<'t>, String)> {
        let mut met = FxHashSet::default();
        found.retain(|(value, _)| met.insert(std::ptr::from_ref(*value)));
        found
    }

    /// However many descents a path has, it has no more values than there are.
    #[test]
    fn descents_do_not_multiply() {
        let mut value = Value::from("end");
        for _ in 0..150 {
            let field = Field { key: Cow::Borrowed("a"), key_span: Span::default(), value };
            value = Value { kind: Kind::Map(vec![field]), ..Value::default() };
        }
        let path = Path::try_from("$..*..*..*..*..*..*..*".to_owned()).unwrap();
        let found = select_rest(&path, &value, true);
        assert_eq!(found.len(), 150 - 6);
        assert_eq!(found[0].1, "a/a/a/a/a/a/a");
    }

    /// Steps and the query that they stand for give the same.
    #[test]
    fn steps_select_what_the_query_selects() {
        let list = |items| Value { kind: Kind::List(items), ..Value::default() };
        let map = |fields: Vec<(&'static str, Value<'static>)>| {
            let field = |(key, value)| Field { key: Cow::Borrowed(key), key_span: Span::default(), value };
            Value { kind: Kind::Map(fields.into_iter().map(field).collect()), ..Value::default() }
        };
        let unknown = || Value::unknown(Origin::function("Fn::Transform"), Span::default());
        let rule =
            |name: &str| map(vec![("Name", Value::from(name)), ("Sizes", list(vec![Value::from(1), unknown()]))]);
        let value = map(vec![
            ("Rules", list(vec![rule("a"), rule("b"), Value::from("text"), list(Vec::new())])),
            ("a.b", map(vec![("x", Value::from(true)), ("y", map(Vec::new()))])),
            ("Open", unknown()),
            ("Parameter", Value::unknown(Origin::Parameter("P"), Span::default())),
        ]);
        for text in [
            "$[*]",
            "$[*][*]",
            "$[*].Name",
            "$[*][*].Name",
            "$[*][0]",
            "$[*][0].Sizes[*]",
            "$[*][7]",
            "$[*].x",
            "$[*]['Sizes'][1].Anything[*].Below",
        ] {
            let segments = parse_json_path(text).unwrap().segments;
            let short = Path { text: text.to_owned().into(), names: Vec::new(), rest: Rest::of(segments.clone()) };
            assert!(matches!(short.rest, Some(Rest::Steps(_))), "{text}");
            let long = Path { rest: Some(Rest::Query(JpQuery::new(segments))), ..short.clone() };
            assert_eq!(once(select_rest(&short, &value, true)), select_rest(&long, &value, true), "{text}");
            assert_eq!(once(select_rest(&short, &value, false)), select_rest(&long, &value, false), "{text}");
        }
        for text in [
            "$..Name",
            "$..*",
            "$..[0]",
            "$[*][-1]",
            "$[*][-9]",
            "$[*][0:1]",
            "$[*][::-1]",
            "$[*][-3:-1]",
            "$[0,1]",
            "$..['x','Name']",
        ] {
            let query = parse_json_path(text).unwrap();
            let peer = js_path_process(&query, &value).unwrap().into_iter().map(|found| (found.val, String::new()));
            let path = Path { text: text.to_owned().into(), names: Vec::new(), rest: Rest::of(query.segments.clone()) };
            assert_eq!(select_rest(&path, &value, false), once(peer.collect()), "{text}");
        }
        for text in ["$..Name", "$[*][-1]", "$[*][0:1]", "$[0,1]"] {
            let rest = Rest::of(parse_json_path(text).unwrap().segments);
            assert!(matches!(rest, Some(Rest::Query(_))), "{text}");
        }
    }
}
