//! JSONPath (RFC 9535) as rules use it: to select, never to filter.
//!
//! The leading names of a path (`$.Properties.BucketEncryption`) are walked directly, so that nothing else of a resource
//! is evaluated. What follows selects in evaluated values. The grammar is jsonpath-rust's.

use super::pack::in_pack;
use crate::expand::ties::Route;
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::fmt;

/// A JSONPath (RFC 9535) without filters, such as `$.Properties.Tags[*].Key`.
// Its text and names are those of the pack where it is one of a built-in rule: a run reads hundreds of paths.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
pub struct Path {
    /// As written; empty for one that no rule wrote.
    pub text: Cow<'static, str>,
    /// The names that the path begins with.
    pub names: Vec<Cow<'static, str>>,
    /// What follows them; none for a path of names only.
    pub rest: Option<Rest>,
}

/// What follows the leading names of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// Steps that are taken here, as nearly all are: a query takes ten times as long, and makes a path for each step.
    Steps(Vec<Step>),
    /// Anything else.
    Query(JpQuery),
}

/// A step that selects in one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.Name`
    Name(String),
    /// `[0]`
    Index(usize),
    /// `[*]`
    Every,
}

impl Chains {
    fn take(&mut self, steps: &[Step]) {
        self.steps.iter_mut().for_each(|chain| chain.extend_from_slice(steps));
    }
}

fn step(selector: &Selector) -> Step {
    match selector {
        Selector::Name(name) => Step::Name(name.clone()),
        Selector::Index(index) => usize::try_from(*index).map_or(Step::Every, Step::Index),
        _ => Step::Every,
    }
}

impl Step {
    fn of(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Selector(Selector::Name(name)) => Some(Self::Name(name.clone())),
            Segment::Selector(Selector::Index(index)) => usize::try_from(*index).ok().map(Self::Index),
            Segment::Selector(Selector::Wildcard) => Some(Self::Every),
            _ => None,
        }
    }
}

impl Rest {
    fn of_steps(steps: Vec<Step>) -> Option<Self> {
        (!steps.is_empty()).then_some(Self::Steps(steps))
    }

    /// The shortest form of segments.
    pub(in crate::rules) fn of(segments: Vec<Segment>) -> Option<Self> {
        let steps: Option<Vec<Step>> = segments.iter().map(Step::of).collect();
        match steps {
            Some(steps) => Self::of_steps(steps),
            None => Some(Self::Query(JpQuery::new(segments))),
        }
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathVisitor;

        impl<'de> Visitor<'de> for PathVisitor {
            type Value = Path;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Path, E> {
                match in_pack(text) {
                    Some(text) => Path::of_pack(text).map_err(E::custom),
                    None => self.visit_str(text),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Path, E> {
                Path::try_from(text.to_owned()).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(PathVisitor)
    }
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let owned = |name: &str| Cow::Owned(name.to_owned());
        let plain = plain_steps(&text).map(|(names, steps)| (names.into_iter().map(owned).collect(), steps));
        match plain {
            Some((names, steps)) => Ok(Self { names, text: Cow::Owned(text), rest: Rest::of_steps(steps) }),
            None => Self::by_grammar(Cow::Owned(text)),
        }
    }
}

impl Path {
    /// One of a built-in rule.
    fn of_pack(text: &'static str) -> Result<Self, String> {
        let Some((names, steps)) = plain_steps(text) else { return Self::by_grammar(Cow::Borrowed(text)) };
        let names = names.into_iter().map(Cow::Borrowed).collect();
        Ok(Self { names, text: Cow::Borrowed(text), rest: Rest::of_steps(steps) })
    }

    fn by_grammar(text: Cow<'static, str>) -> Result<Self, String> {
        if let Some(segments) = listed_segments(&text) {
            return Ok(Self::of_segments(text, segments));
        }
        let query = parse_json_path(&text).map_err(|error| {
            let error = error.to_string();
            // `--> 1:5`: line and column. The rest of the error is in terms of the grammar.
            let column =
                error.lines().find_map(|line| line.split_once("--> ")?.1.split_once(':')).map(|(_, column)| column);
            let at = column.map(|column| format!(" at character {column}")).unwrap_or_default();
            format!("`{text}` is not a valid JSONPath such as `$.Properties.BucketName`: syntax error{at}")
        })?;
        for segment in &query.segments {
            refuse_filters(segment, &text)?;
        }
        Ok(Self::of_segments(text, query.segments))
    }

    fn of_segments(text: Cow<'static, str>, segments: Vec<Segment>) -> Self {
        let leading = segments
            .iter()
            .map_while(|segment| match segment {
                Segment::Selector(Selector::Name(name)) => Some(Cow::Owned(name.clone())),
                _ => None,
            })
            .collect::<Vec<_>>();
        let rest = Rest::of(segments.into_iter().skip(leading.len()).collect());
        Self { text, names: leading, rest }
    }
}

/// The segments of a path that has, besides the steps of [`plain_steps`], lists of plain names (`['a','b']`) and segments at any depth
/// (`..Name`), as nearly all others.
fn listed_segments(text: &str) -> Option<Vec<Segment>> {
    let mut rest = text.strip_prefix('$')?;
    let mut segments = Vec::new();
    while !rest.is_empty() {
        let (is_deep, after) = match rest.strip_prefix("..") {
            Some(after) => (true, after),
            None => (false, rest),
        };
        let segment = if after.starts_with('[') {
            let (inside, after) = after.strip_prefix('[')?.split_once(']')?;
            rest = after;
            let mut selectors = inside.split(',').map(selector).collect::<Option<Vec<Selector>>>()?;
            if selectors.len() == 1 { Segment::Selector(selectors.pop()?) } else { Segment::Selectors(selectors) }
        } else {
            let (name, after) = shorthand(if is_deep { after } else { after.strip_prefix('.')? })?;
            rest = after;
            Segment::Selector(Selector::Name(name.to_owned()))
        };
        segments.push(if is_deep { Segment::Descendant(Box::new(segment)) } else { segment });
    }
    Some(segments)
}

/// A selector in brackets: `*`, a digit, or a name in single quotes without any character that the grammar treats in its own way.
fn selector(text: &str) -> Option<Selector> {
    let text = text.trim_matches(' ');
    if text == "*" {
        return Some(Selector::Wildcard);
    }
    if let [digit @ b'0'..=b'9'] = text.as_bytes() {
        return Some(Selector::Index(i64::from(digit - b'0')));
    }
    let name = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'@');
    (!name.is_empty() && name.bytes().all(is_plain)).then(|| Selector::Name(name.to_owned()))
}

/// A name in shorthand that a text begins with, and what follows it.
fn shorthand(text: &str) -> Option<(&str, &str)> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let length = text.bytes().position(|byte| !is_of_name(byte)).unwrap_or(text.len());
    let (name, after) = text.split_at_checked(length)?;
    name.starts_with(|first: char| !first.is_ascii_digit()).then_some((name, after))
}

/// The leading names, and what follows them, of a path of nothing but names in shorthand, indices and `[*]`
/// (`$.Properties.Tags[*].Key`; RFC 9535, 2.5.1.1), as nearly all are. The whole grammar takes some ten microseconds for each, in every
/// run. ASCII only; the grammar takes the rest.
fn plain_steps(text: &str) -> Option<(SmallVec<[&str; 8]>, Vec<Step>)> {
    let mut rest = text.strip_prefix('$')?;
    let (mut names, mut steps) = (SmallVec::new(), Vec::new());
    while !rest.is_empty() {
        let step = if let Some(after) = rest.strip_prefix("[*]") {
            rest = after;
            Step::Every
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']')?;
            rest = after;
            // Longer ones, and negative ones, are left to the grammar.
            let [digit @ b'0'..=b'9'] = index.as_bytes() else { return None };
            Step::Index(usize::from(digit - b'0'))
        } else {
            let (name, after) = shorthand(rest.strip_prefix('.')?)?;
            rest = after;
            if steps.is_empty() {
                names.push(name);
                continue;
            }
            Step::Name(name.to_owned())
        };
        steps.push(step);
    }
    Some((names, steps))
}

fn refuse_filters(segment: &Segment, text: &str) -> Result<(), String> {
    let filters = match segment {
        Segment::Descendant(inner) => return refuse_filters(inner, text),
        Segment::Selector(selector) => matches!(selector, Selector::Filter(_)),
        Segment::Selectors(selectors) => selectors.iter().any(|selector| matches!(selector, Selector::Filter(_))),
    };
    if filters {
        return Err(format!(
            "`{text}` has a filter; use `where:` instead, because JSONPath filters drop unknown values"
        ));
    }
    Ok(())
}

/// The steps of a path, as far as they name what they select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chains {
    /// One for each combination of the names that the path lists (`['a','b']`).
    pub steps: Vec<Vec<Step>>,
    /// Whether the path goes on, to any depth (`..`).
    pub is_open: bool,
}

/// Combinations of listed names that are told apart.
const MAX_CHAINS: usize = 64;

impl Path {
    /// The chains of steps that it takes from the value that it starts at. Slices are every element.
    pub fn chains(&self) -> Chains {
        let names = self.names.iter().map(|name| Step::Name(name.clone().into_owned())).collect();
        let mut chains = Chains { steps: vec![names], is_open: false };
        match &self.rest {
            None => {}
            Some(Rest::Steps(steps)) => chains.take(steps),
            Some(Rest::Query(query)) => {
                for segment in &query.segments {
                    match segment {
                        Segment::Selector(selector) => chains.take(&[step(selector)]),
                        Segment::Selectors(selectors) if chains.steps.len() * selectors.len() <= MAX_CHAINS => {
                            let forked = selectors.iter().flat_map(|selector| {
                                let mut forked = chains.clone();
                                forked.take(&[step(selector)]);
                                forked.steps
                            });
                            chains.steps = forked.collect();
                        }
                        Segment::Descendant(_) | Segment::Selectors(_) => {
                            chains.is_open = true;
                            break;
                        }
                    }
                }
            }
        }
        chains
    }

    /// The same chains, as [`ties`](crate::expand::ties) follow them in a block as written.
    pub fn routes(&self) -> Vec<Route> {
        let Chains { steps, is_open } = self.chains();
        let names = |steps: Vec<Step>| {
            steps.into_iter().map(|step| match step {
                Step::Name(name) => Some(name),
                Step::Index(_) | Step::Every => None,
            })
        };
        steps.into_iter().map(|steps| Route { steps: names(steps).collect(), is_open }).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn chains_name_what_is_selected() {
        let chains = |text: &str| {
            let found = Path::try_from(text.to_owned()).unwrap().chains();
            let shown = |chain: &Vec<Step>| {
                let step = |step: &Step| match step {
                    Step::Name(name) => name.clone(),
                    Step::Index(index) => index.to_string(),
                    Step::Every => "*".to_owned(),
                };
                chain.iter().map(step).collect::<Vec<_>>().join("/")
            };
            (found.steps.iter().map(shown).collect::<Vec<_>>().join(" "), found.is_open)
        };
        for (text, expected, is_open) in [
            ("$", "", false),
            ("$.A.B", "A/B", false),
            ("$.A[*].B[0]['c d']", "A/*/B/0/c d", false),
            ("$.A[-1].B[0:2]", "A/*/B/*", false),
            ("$.A['b','c'].D['e','f']", "A/b/D/e A/c/D/e A/b/D/f A/c/D/f", false),
            ("$.A.B..C.D", "A/B", true),
        ] {
            assert_eq!(chains(text), (expected.to_owned(), is_open), "{text}");
        }
    }

    /// The short parser and the grammar give the same.
    #[test]
    fn plain_paths_are_what_the_grammar_says() {
        for text in [
            "$",
            "$.A",
            "$.Properties.BucketName",
            "$._a.b2.C_",
            "$.a1",
            "$[*]",
            "$.A[*].B[0]",
            "$.A[7]",
            "$.A[*][*].C",
        ] {
            let (names, steps) = plain_steps(text).unwrap();
            let by_grammar = parse_json_path(text).unwrap().segments;
            let expected: Vec<Step> = by_grammar.iter().map(|segment| Step::of(segment).unwrap()).collect();
            assert!(!matches!(steps.first(), Some(Step::Name(_))), "{text}");
            assert_eq!(
                names.into_iter().map(|name| Step::Name(name.to_owned())).chain(steps).collect::<Vec<_>>(),
                expected,
                "{text}"
            );
        }
        for text in [
            "$.A['a','b']",
            "$['a', 'b'][*].C",
            "$.A['a.b']",
            "$.A['AWS::x-y'].B",
            "$.A..B.C",
            "$.A..['a','b']",
            "$.A[*].B[0]['c']",
            "$.A[*,0]",
        ] {
            let by_grammar = parse_json_path(text).unwrap().segments;
            assert_eq!(listed_segments(text).unwrap(), by_grammar, "{text}");
        }
        for text in [
            "$.A['a]b']",
            "$.A['a'",
            "$.A[''b]",
            "$.A['a\\b']",
            "$.A[1:2]",
            "$.A...B",
            "$.A..",
            "$.A['a',]",
            "$.A[10]",
            "$.A[-1]",
        ] {
            assert_eq!(listed_segments(text), None, "{text}");
        }
        for text in [
            "", "A", "$A", "$.", "$..A", "$.A.", "$.1a", "$.a-b", "$.é", "$['A']", "$.*", "$ .A", "$.A[", "$.A[]",
            "$.A[10]", "$.A[-1]", "$.A[ 0]", "$.A[*", "$.A]",
        ] {
            assert_eq!(plain_steps(text), None, "{text}");
        }
    }
}
