//! JSONPath (RFC 9535) as rules use it: to select, never to filter.
//!
//! The leading names of a path (`$.Properties.BucketEncryption`) are walked directly, so that nothing else of a resource
//! is evaluated; the rest is jsonpath-rust's work, on evaluated values.

use crate::eval::value::{INSIDE, Kind, Origin, Value, inside};
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use jsonpath_rust::query::queryable::Queryable;
use serde::Deserialize;
use std::borrow::Cow;

/// A path that has been parsed: names first, then the rest.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Path {
    /// As written.
    pub text: String,
    /// The names that the path begins with.
    pub names: Vec<String>,
    /// What follows them; none for a path of names only.
    pub rest: Option<Rest>,
}

/// What follows the leading names of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// Selectors, each of which goes one level down.
    Flat(JpQuery),
    /// `..`: a query on everything that `before` selects, and on everything inside that. Walked here, since a value that
    /// is not known yields itself for every index, and jsonpath-rust would go down into it for ever.
    Deep {
        /// Up to the `..`; none where it comes first.
        before: Option<JpQuery>,
        /// From the `..` on.
        each: Box<Rest>,
    },
}

impl Rest {
    /// None for no segments.
    fn new(segments: Vec<Segment>) -> Option<Self> {
        let deep = segments.iter().position(|segment| matches!(segment, Segment::Descendant(_)));
        let query = |segments: Vec<Segment>| (!segments.is_empty()).then(|| JpQuery::new(segments));
        let Some(deep) = deep else { return query(segments).map(Self::Flat) };
        let mut before = segments;
        let mut after = before.split_off(deep);
        if let Some(first) = after.first_mut()
            && let Segment::Descendant(inner) = first
        {
            *first = (**inner).clone();
        }
        let each = Box::new(Self::new(after)?);
        Some(Self::Deep { before: query(before), each })
    }

    /// What it selects, with the steps from where the whole path started.
    fn select<'a, 't>(&self, value: &'a Value<'t>, steps: &Steps, found: &mut Vec<(&'a Value<'t>, String)>) {
        match self {
            Self::Flat(query) => found.extend(run(query, value, steps)),
            Self::Deep { before: None, each } => Self::descend(each, value, steps, found),
            Self::Deep { before: Some(before), each } => {
                for (value, way) in run(before, value, steps) {
                    let steps = steps.at(way);
                    Self::descend(each, value, &steps, found);
                }
            }
        }
    }

    /// Runs a query on a value and everything inside it. The parsers bound the depth of values.
    fn descend<'a, 't>(each: &Self, value: &'a Value<'t>, steps: &Steps, found: &mut Vec<(&'a Value<'t>, String)>) {
        match &value.kind {
            Kind::List(items) => {
                each.select(value, steps, found);
                for (index, item) in items.iter().enumerate() {
                    Self::descend(each, item, &steps.and(&index.to_string()), found);
                }
            }
            Kind::Map(fields) => {
                each.select(value, steps, found);
                for field in fields {
                    Self::descend(each, &field.value, &steps.and(&field.key), found);
                }
            }
            // Somewhere inside something that may be a map there may be what the query looks for.
            _ if may_be_a_map(value) => found.push((inside(), steps.text())),
            _ => {}
        }
    }
}

/// Whether a value that is not known may have members: parameters, attributes and imports are texts or lists of texts.
fn may_be_a_map(value: &Value<'_>) -> bool {
    value.is_opaque()
        && matches!(value.as_reference(), Some(Origin::Function(_) | Origin::Malformed(_) | Origin::Inside))
}

/// The way to a value; none where nobody asks for it.
struct Steps(Option<String>);

impl Steps {
    fn text(&self) -> String {
        self.0.clone().unwrap_or_default()
    }

    fn at(&self, way: String) -> Self {
        Self(self.0.is_some().then_some(way))
    }

    fn and(&self, step: &str) -> Self {
        Self(self.0.as_ref().map(|way| if way.is_empty() { step.to_owned() } else { format!("{way}/{step}") }))
    }
}

/// Runs a query that goes down a fixed number of levels.
fn run<'a, 't>(query: &JpQuery, value: &'a Value<'t>, steps: &Steps) -> Vec<(&'a Value<'t>, String)> {
    // The only error is a query that yields computed values, which needs a filter.
    js_path_process(query, value)
        .unwrap_or_default()
        .into_iter()
        .map(|found| {
            let way = match &steps.0 {
                Some(_) => {
                    step_texts(&found.path).iter().fold(Steps(steps.0.clone()), |way, step| way.and(step)).text()
                }
                None => String::new(),
            };
            (found.val, way)
        })
        .collect()
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let query = parse_json_path(&text).map_err(|error| {
            let error = error.to_string();
            let first = error.lines().rfind(|line| line.contains('=')).unwrap_or("").trim_start_matches([' ', '=']);
            format!("`{text}` is not a JSONPath (RFC 9535): {first}")
        })?;
        for segment in &query.segments {
            refuse_filters(segment, &text)?;
        }
        let leading = query
            .segments
            .iter()
            .map_while(|segment| match segment {
                Segment::Selector(Selector::Name(name)) => Some(name.clone()),
                _ => None,
            })
            .collect::<Vec<_>>();
        let rest: Vec<Segment> = query.segments.into_iter().skip(leading.len()).collect();
        Ok(Self { text, names: leading, rest: Rest::new(rest) })
    }
}

fn refuse_filters(segment: &Segment, text: &str) -> Result<(), String> {
    let filters = match segment {
        Segment::Descendant(inner) => return refuse_filters(inner, text),
        Segment::Selector(selector) => matches!(selector, Selector::Filter(_)),
        Segment::Selectors(selectors) => selectors.iter().any(|selector| matches!(selector, Selector::Filter(_))),
    };
    if filters {
        return Err(format!(
            "`{text}` has a filter: JSONPath filters take an unknown value for a different one; use `where:` instead"
        ));
    }
    Ok(())
}

impl Path {
    /// Selects with what follows the leading names. The steps are `/`-separated, relative to `value`.
    pub fn select_rest<'a, 't>(&self, value: &'a Value<'t>, with_steps: bool) -> Vec<(&'a Value<'t>, String)> {
        let Some(rest) = &self.rest else { return vec![(value, String::new())] };
        let mut found = Vec::new();
        rest.select(value, &Steps(with_steps.then(String::new)), &mut found);
        found
    }
}

/// `$['Rules'][0]['Id']` to `Rules`, `0`, `Id`.
fn step_texts(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while let Some(after) = rest.strip_prefix('[') {
        let (step, after) = match after.strip_prefix('\'') {
            Some(quoted) => quoted.split_once("']").unwrap_or((quoted, "")),
            None => after.split_once(']').unwrap_or((after, "")),
        };
        steps.push(step);
        rest = after;
    }
    steps
}

impl Queryable for Value<'_> {
    fn get(&self, key: &str) -> Option<&Self> {
        if self.is_opaque() { Some(inside()) } else { Value::get(self, key) }
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        match &self.kind {
            Kind::List(items) => Some(items),
            // An unknown yields itself for every index and wildcard.
            _ if self.is_opaque() => Some(&INSIDE),
            _ => None,
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

    fn value(kind: Kind<'static>) -> Value<'static> {
        Value { span: Span::default(), kind }
    }

    fn map(fields: Vec<(&'static str, Value<'static>)>) -> Value<'static> {
        let fields = fields.into_iter().map(|(key, value)| Field { key: key.into(), key_span: Span::default(), value });
        value(Kind::Map(fields.collect()))
    }

    fn unknown(origin: Origin<'static>) -> Value<'static> {
        Value::unknown(origin, Span::default())
    }

    /// The steps to what a path selects; `?` behind those to something unknown.
    fn select(path: &str, value: &Value<'_>) -> Vec<String> {
        let path = Path::try_from(path.to_owned()).unwrap();
        let found = path.select_rest(value, true);
        found
            .into_iter()
            .map(|(found, steps)| if found.is_inside_unknown() { format!("{steps}?") } else { steps })
            .collect()
    }

    #[test]
    fn any_depth() {
        let arn = || Value::from("arn");
        let tree = map(vec![
            ("Arn", arn()),
            ("Ref", unknown(Origin::Parameter("Param"))),
            (
                "Behaviors",
                value(Kind::List(vec![map(vec![("Arn", arn())]), map(vec![("Sub", map(vec![("Arn", arn())]))])])),
            ),
        ]);
        assert_eq!(select("$..Arn", &tree), ["Arn", "Behaviors/0/Arn", "Behaviors/1/Sub/Arn"]);
        assert_eq!(select("$..Sub.Arn", &tree), ["Behaviors/1/Sub/Arn"]);
        assert_eq!(select("$..Behaviors[*]..Sub..Arn", &tree), ["Behaviors/1/Sub/Arn"]);
        assert_eq!(select("$..[0]", &tree), ["Behaviors/0"]);
    }

    #[test]
    fn an_unknown_value_ends_the_search() {
        let tree = map(vec![("A", unknown(Origin::Function("Fn::Transform"))), ("B", unknown(Origin::Import))]);
        assert_eq!(select("$..Arn", &tree), ["A?"]);
        assert_eq!(select("$.*.Arn", &tree), ["A/Arn?", "B/Arn?"]);
        assert_eq!(select("$..Arn", &unknown(Origin::Inside)), ["?"]);
    }
}
