//! The properties of resource types, from CloudFormation's resource schemas. Which: `data/schemas.txt`.
//!
//! A line has the properties of its type, the objects inside them in the order of their numbers, and the paths that only AWS writes,
//! separated by `;`. An object is `Name:NODE,…`, and a node is one of
//!
//! - a scalar: `s` string, `i` integer, `n` number, `b` boolean, or `*` for anything
//! - the number of an object; the properties are number 0
//! - `[NODE`, an array, and `<NODE`, a map from any key
//! - `(value|…)`, a scalar that is one of these, and `~(value|…)`, the same in any case.
//!
//! So a lookup walks the one line of its type and makes nothing of the rest.

use super::sorted_text::{SortedText, parts, sorted_lines};
use memchr::memchr_iter;
use std::fmt;

pub(super) const TEXT: &str = include_str!("../../data/schemas.txt");
const SCHEMAS: SortedText = sorted_lines!("schemas.txt");

/// The properties of a type.
const TOP: &str = "0";
/// Levels that a search for a name goes down.
const MAX_LEVELS: usize = 16;
/// Places that a search finds at most.
const MAX_PLACES: usize = 8;

/// The properties of one type.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The properties and the objects inside them, separated by semicolons.
    objects: &'static str,
    /// Paths, separated by commas.
    read_only: &'static str,
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
        let (objects, read_only) = SCHEMAS.entry(resource_type)?.rsplit_once(';')?;
        Some(Self { objects, read_only })
    }

    /// A schema of something else, whose objects are written as `data/schemas.txt` has them.
    pub const fn of_objects(objects: &'static str) -> Self {
        Self { objects, read_only: "" }
    }

    /// The property at the end of some steps. All of an object's values at once are anything.
    ///
    /// # Errors
    /// The first step that does not exist.
    pub fn property(&self, steps: &[Step<'_>]) -> Result<Property, Missing> {
        let node = self.node(steps)?;
        Ok(Property { kind: self.kind(node), read_only: self.is_read_only(steps) })
    }

    /// Finds the property at the end of some steps, without what it is.
    ///
    /// # Errors
    /// The first step that does not exist.
    pub fn find(&self, steps: &[Step<'_>]) -> Result<(), Missing> {
        self.node(steps).map(|_| ())
    }

    fn node(&self, steps: &[Step<'_>]) -> Result<&'static str, Missing> {
        let mut node = TOP;
        for (index, step) in steps.iter().enumerate() {
            node = self.below(node, *step, || shown(steps.get(..index).unwrap_or_default()))?;
        }
        Ok(node)
    }

    /// The paths at which an object of the schema has a property of this name, from the top down, as [`property`] takes them: where
    /// to look for one that was looked for elsewhere.
    pub fn places_of(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut level = vec![(TOP, String::new())];
        let mut seen: Vec<&str> = Vec::new();
        for _ in 0..MAX_LEVELS {
            let mut below = Vec::new();
            for (node, path) in level {
                // An object is the same wherever it is used: once is enough.
                if !seen.contains(&node) {
                    for (key, value) in self.fields(node) {
                        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                        if key == name && found.len() < MAX_PLACES {
                            found.push(path.clone());
                        }
                        below.push((value, path));
                    }
                    if is_object(node) {
                        seen.push(node);
                    }
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
        let name = match step {
            Step::Name(name) => name,
            Step::Element => "[*]",
        };
        let missing = || (place(), name.to_owned());
        match (node.bytes().next(), step) {
            (Some(b'*'), _) | (Some(b'0'..=b'9'), Step::Element) => Ok("*"),
            (Some(b'0'..=b'9'), Step::Name(name)) => match self.fields(node).find(|(key, _)| *key == name) {
                Some((_, value)) => Ok(value),
                None => {
                    let (place, name) = missing();
                    Err(Missing::Name { place, name, known: self.fields(node).map(|(key, _)| key).collect() })
                }
            },
            (Some(b'['), Step::Element) | (Some(b'<'), _) => Ok(node.get(1..).unwrap_or_default()),
            (Some(b'['), Step::Name(_)) => {
                let (place, name) = missing();
                Err(Missing::Index { place, name })
            }
            _ => {
                let (place, name) = missing();
                Err(Missing::Scalar { place, name })
            }
        }
    }

    /// The names of an object with the nodes of their values; none of anything else.
    fn fields(&self, node: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        let number = node.parse::<usize>().ok();
        let object = number.and_then(|number| self.object(number)).unwrap_or_default();
        // No value of an enumeration has a comma.
        parts(object, b',').filter_map(|field| {
            let end = field.as_bytes().iter().position(|byte| *byte == b':')?;
            Some((field.get(..end)?, field.get(end + 1..)?))
        })
    }

    fn object(&self, number: usize) -> Option<&'static str> {
        let mut ends = memchr_iter(b';', self.objects.as_bytes());
        let start = match number.checked_sub(1) {
            None => 0,
            Some(before) => ends.nth(before)? + 1,
        };
        self.objects.get(start..ends.next().unwrap_or(self.objects.len()))
    }

    fn kind(&self, node: &'static str) -> Kind {
        match node.bytes().next() {
            Some(b's') => Kind::String,
            Some(b'i') => Kind::Integer,
            Some(b'n') => Kind::Number,
            Some(b'b') => Kind::Boolean,
            Some(b'[') => Kind::Array,
            Some(b'<') => Kind::Map,
            Some(b'0'..=b'9') => Kind::Object(self.fields(node).map(|(name, _)| name).collect()),
            Some(b'(') => Kind::Enum(values(node)),
            Some(b'~') => Kind::EnumInAnyCase(values(node)),
            _ => Kind::Any,
        }
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
        let mut all = parts(self.read_only, b',');
        all.any(|each| path.strip_prefix(each).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }
}

fn is_object(node: &str) -> bool {
    node.starts_with(|first: char| first.is_ascii_digit())
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

/// The values of `(value|…)`.
fn values(node: &'static str) -> Vec<&'static str> {
    let inside = node.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    inside.split('|').collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const SHAPE: Schema = Schema {
        objects: "Arn:s,Empty:1,Inner:2,List:[3,Modes:[~(a|b c),On:b,Rest:<[4,Tree:4;;Id:i,Size:n;At:s,Of:*;Left:4,Name:(x|y-1)",
        read_only: "Arn,Inner.Id,List.*.At",
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
