//! The properties of resource types, from CloudFormation's resource schemas. Which: `data/schemas.txt`.
//!
//! A line has the paths that only AWS writes, the properties of the type, and the definitions that these refer to, separated by
//! `;`. A node is one of
//!
//! - a scalar: `s` string, `i` integer, `n` number, `b` boolean, or `*` for anything
//! - `{Name:NODE,…}`, an object by its properties
//! - `[NODE`, an array, and `<NODE`, a map from any key
//! - `(value|…)`, a scalar that is one of these, and `~(value|…)`, the same in any case
//! - the number of a definition, from 0.
//!
//! Every node shows where it ends, so a lookup walks the one line of its type and makes nothing of the rest.

use super::sorted_text::SortedText;
use std::fmt;

const SCHEMAS: SortedText = SortedText::lines(include_str!("../../data/schemas.txt"));

/// No definition refers to another in so many steps; a text that does is cut.
const MAX_REFERENCES: usize = 8;
/// Levels that a search for a name goes down.
const MAX_LEVELS: usize = 8;
/// Places that a search finds at most.
const MAX_PLACES: usize = 8;

/// The properties of one type.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Paths, separated by commas.
    read_only: &'static str,
    /// The properties, then the definitions.
    nodes: &'static str,
}

/// A property that a schema has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// What its value is.
    pub kind: Kind,
    /// Whether only AWS writes it: `Fn::GetAtt` returns it, and a template cannot set it.
    pub read_only: bool,
}

/// What a property's value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// An object with these properties, in order.
    Object(Vec<&'static str>),
    /// An object with any keys.
    Map,
    /// One of these values, in exactly this spelling.
    Enum(Vec<&'static str>),
    /// One of these values, in any case.
    EnumInAnyCase(Vec<&'static str>),
    /// The schema does not restrict it, as with policy documents.
    Any,
}

/// A step down into a value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Step<'p> {
    /// To the value with a name.
    Name(&'p str),
    /// To the elements of a list, or to all values of a map.
    Element,
}

/// Why a path is not a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no schema of the type.
    Type,
    /// The object at a place (empty: the properties of the type) does not have the name.
    Name {
        /// The path of the object.
        place: String,
        /// The name that it lacks.
        name: String,
        /// The names that it has, in order.
        known: Vec<&'static str>,
    },
    /// The value at a place is a list, which has no names.
    Index {
        /// The path of the list.
        place: String,
        /// The name.
        name: String,
    },
    /// The value at a place is a scalar, with nothing inside.
    Scalar {
        /// The path of the scalar.
        place: String,
        /// The name, or `[*]`.
        name: String,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type => formatter.write_str("there is no schema"),
            Self::Name { place, name, .. } if place.is_empty() => write!(formatter, "there is no property `{name}`"),
            Self::Name { place, name, .. } => write!(formatter, "`{place}` has no property `{name}`"),
            Self::Index { place, name } => {
                write!(formatter, "`{place}` is a list, so `[*]` must come before `{name}`")
            }
            Self::Scalar { place, name } => write!(formatter, "`{place}` is a single value, so it has no `{name}`"),
        }
    }
}

/// The property of a resource type at a path: names joined by dots, `[*]` or `[0]` after an array, any name below a map
/// (`BucketEncryption.ServerSideEncryptionConfiguration[*].BucketKeyEnabled`). The empty path is the object of all properties.
///
/// # Errors
/// The first step that does not exist.
pub fn property(resource_type: &str, path: &str) -> Result<Property, Missing> {
    let names = path.split('.').flat_map(|part| part.split('[')).map(|step| step.trim_end_matches(']'));
    let steps: Vec<Step<'_>> = names
        .filter(|step| !step.is_empty())
        .map(|step| if step == "*" || step.parse::<usize>().is_ok() { Step::Element } else { Step::Name(step) })
        .collect();
    Schema::of(resource_type).ok_or(Missing::Type)?.property(&steps)
}

impl Schema {
    /// The schema of a resource type, as CloudFormation publishes it.
    pub fn of(resource_type: &str) -> Option<Self> {
        let (read_only, nodes) = SCHEMAS.entry(resource_type)?.split_once(';')?;
        Some(Self { read_only, nodes })
    }

    /// A schema of something else, of nodes as `data/schemas.txt` has them.
    pub const fn of_nodes(nodes: &'static str) -> Self {
        Self { read_only: "", nodes }
    }

    /// The property at the end of some steps. All of an object's values at once are anything.
    ///
    /// # Errors
    /// The first step that does not exist.
    pub fn property(&self, steps: &[Step<'_>]) -> Result<Property, Missing> {
        let mut node = self.nodes;
        for (index, step) in steps.iter().enumerate() {
            let place = || shown(steps.get(..index).unwrap_or_default());
            node = self.below(self.resolve(node), *step, place)?;
        }
        Ok(Property { kind: kind(self.resolve(node)), read_only: self.is_read_only(steps) })
    }

    /// The paths at which an object of the schema has a property of this name, from the top down, as [`property`] takes them: where
    /// to look for one that was looked for elsewhere.
    pub fn places_of(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut level = vec![(self.nodes, String::new())];
        let mut seen: Vec<&str> = Vec::new();
        for _ in 0..MAX_LEVELS {
            let mut below = Vec::new();
            for (node, path) in level {
                let is_reference = node.starts_with(|first: char| first.is_ascii_digit());
                let node = self.resolve(node);
                // A definition is the same wherever it is used: once is enough.
                if is_reference && seen.contains(&node) {
                    continue;
                }
                if is_reference {
                    seen.push(node);
                }
                for (key, value) in fields(node) {
                    let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                    if key == name && found.len() < MAX_PLACES {
                        found.push(path.clone());
                    }
                    below.push((value, path));
                }
                if let Some(inner) = node.strip_prefix(['[', '<']) {
                    below.push((inner, format!("{path}[*]")));
                }
            }
            level = below;
        }
        found
    }

    fn below(&self, node: &'static str, step: Step<'_>, place: impl Fn() -> String) -> Result<&'static str, Missing> {
        let missing = |name: &str| (place(), name.to_owned());
        match (node.bytes().next(), step) {
            (Some(b'*'), _) | (Some(b'{'), Step::Element) => Ok("*"),
            (Some(b'{'), Step::Name(name)) => match fields(node).find(|(key, _)| *key == name) {
                Some((_, value)) => Ok(value),
                None => {
                    let (place, name) = missing(name);
                    Err(Missing::Name { place, name, known: fields(node).map(|(key, _)| key).collect() })
                }
            },
            (Some(b'['), Step::Element) | (Some(b'<'), _) => Ok(node.get(1..).unwrap_or_default()),
            (Some(b'['), Step::Name(name)) => {
                let (place, name) = missing(name);
                Err(Missing::Index { place, name })
            }
            (_, step) => {
                let (place, name) = missing(match step {
                    Step::Name(name) => name,
                    Step::Element => "[*]",
                });
                Err(Missing::Scalar { place, name })
            }
        }
    }

    /// The node itself, if it is a reference to a definition.
    fn resolve(&self, mut node: &'static str) -> &'static str {
        for _ in 0..MAX_REFERENCES {
            let digits = node.bytes().take_while(u8::is_ascii_digit).count();
            let Some(number) = node.get(..digits).and_then(|number| number.parse::<usize>().ok()) else { return node };
            node = self.nodes.split(';').nth(number + 1).unwrap_or("*");
        }
        "*"
    }

    fn is_read_only(&self, steps: &[Step<'_>]) -> bool {
        if self.read_only.is_empty() {
            return false;
        }
        let path: Vec<&str> = steps
            .iter()
            .map(|step| match step {
                Step::Name(name) => name,
                Step::Element => "*",
            })
            .collect();
        let path = path.join(".");
        let mut all = self.read_only.split(',');
        all.any(|each| path.strip_prefix(each).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }
}

/// Steps as a path.
pub fn shown(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Element => path.push_str("[*]"),
            Step::Name(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
        }
    }
    path
}

fn kind(node: &'static str) -> Kind {
    match node.bytes().next() {
        Some(b's') => Kind::String,
        Some(b'i') => Kind::Integer,
        Some(b'n') => Kind::Number,
        Some(b'b') => Kind::Boolean,
        Some(b'[') => Kind::Array,
        Some(b'<') => Kind::Map,
        Some(b'{') => Kind::Object(fields(node).map(|(name, _)| name).collect()),
        Some(b'(') => Kind::Enum(values(node)),
        Some(b'~') => Kind::EnumInAnyCase(values(node)),
        _ => Kind::Any,
    }
}

/// The values of `(value|…)`.
fn values(node: &'static str) -> Vec<&'static str> {
    let inside = node.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    inside.split('|').collect()
}

/// The names of an object with the nodes of their values; none of anything else.
fn fields(object: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut rest = object.strip_prefix('{').unwrap_or_default();
    std::iter::from_fn(move || {
        let (name, value) = rest.split_once(':').filter(|_| !rest.starts_with('}'))?;
        rest = after(value).strip_prefix(',').unwrap_or_default();
        Some((name, value))
    })
}

/// What follows the node that a text begins with.
fn after(mut text: &'static str) -> &'static str {
    loop {
        let length = match text.bytes().next() {
            Some(b'[' | b'<' | b'~') => {
                text = text.get(1..).unwrap_or_default();
                continue;
            }
            Some(b'(') => text.find(')').map(|at| at + 1),
            Some(b'{') => closing_brace(text).map(|at| at + 1),
            Some(b'0'..=b'9') => Some(text.bytes().take_while(u8::is_ascii_digit).count()),
            Some(_) => Some(1),
            None => None,
        };
        return length.and_then(|length| text.get(length..)).unwrap_or_default();
    }
}

/// Where the object that a text begins with ends. Values of enumerations have no braces.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const SHAPE: Schema = Schema {
        read_only: "Arn,Inner.Id,List.*.At",
        nodes: "{Arn:s,Empty:{},Inner:{Id:i,Size:n},List:[1,Modes:[~(a|b c),On:b,Rest:<[0,Tree:0};{Left:0,Name:(x|y-1)};{At:s,Of:*}",
    };

    fn at(path: &str) -> Result<Property, Missing> {
        let steps: Vec<Step<'_>> =
            path.split('.').map(|step| if step == "*" { Step::Element } else { Step::Name(step) }).collect();
        SHAPE.property(&steps)
    }

    #[test]
    fn every_kind_of_node_is_found() {
        for (path, kind) in [
            ("Arn", Kind::String),
            ("Empty", Kind::Object(vec![])),
            ("Inner", Kind::Object(vec!["Id", "Size"])),
            ("Inner.Size", Kind::Number),
            ("List", Kind::Array),
            ("List.*", Kind::Object(vec!["At", "Of"])),
            ("List.*.Of.anything.*.below", Kind::Any),
            ("Modes.*", Kind::EnumInAnyCase(vec!["a", "b c"])),
            ("On", Kind::Boolean),
            ("Rest", Kind::Map),
            ("Rest.any key", Kind::Array),
            ("Rest.*.*.Name", Kind::Enum(vec!["x", "y-1"])),
            ("Tree.Left.Left.Left.Name", Kind::Enum(vec!["x", "y-1"])),
            ("Inner.*", Kind::Any),
        ] {
            assert_eq!(at(path).map(|found| found.kind), Ok(kind), "{path}");
        }
        for (path, read_only) in
            [("Arn", true), ("Inner", false), ("Inner.Id", true), ("List.*.At", true), ("On", false)]
        {
            assert_eq!(at(path).unwrap().read_only, read_only, "{path}");
        }
    }

    #[test]
    fn what_does_not_exist_is_said() {
        let why = |path: &str| at(path).unwrap_err().to_string();
        assert_eq!(why("Ar"), "there is no property `Ar`");
        assert_eq!(why("Inner.Ids"), "`Inner` has no property `Ids`");
        assert_eq!(why("Empty.Name"), "`Empty` has no property `Name`");
        assert_eq!(why("List.At"), "`List` is a list, so `[*]` must come before `At`");
        assert_eq!(why("Arn.*"), "`Arn` is a single value, so it has no `[*]`");
        assert_eq!(why("Rest.x.*.Name.Length"), "`Rest.x[*].Name` is a single value, so it has no `Length`");
        let Err(Missing::Name { known, .. }) = at("Tree.Right") else { panic!("it exists") };
        assert_eq!(known, ["Left", "Name"]);
    }

    #[test]
    fn names_are_found_where_they_are() {
        assert_eq!(SHAPE.places_of("Name"), ["Tree.Name"]);
        assert_eq!(SHAPE.places_of("At"), ["List[*].At"]);
        assert_eq!(SHAPE.places_of("Nowhere"), Vec::<String>::new());
        let bucket = Schema::of("AWS::S3::Bucket").unwrap();
        let place = "BucketEncryption.ServerSideEncryptionConfiguration[*].ServerSideEncryptionByDefault.SSEAlgorithm";
        assert_eq!(bucket.places_of("SSEAlgorithm"), [place]);
    }
}
