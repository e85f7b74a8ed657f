//! The values that a fix writes, and the paths that they are written at. Some are known only where they are written.

use crate::rules::language::path::{Path, Step};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// Paths with the values that they get, in order.
#[derive(Clone, Debug, Default)]
pub struct Places(pub Vec<(FixPath, Pattern)>);

/// A path from a resource to a property: names, numbers of items and `[*]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub struct FixPath {
    /// As written.
    pub path: Path,
    /// Its steps, once for each combination of the names that it lists.
    pub chains: Vec<Vec<Step>>,
}

impl TryFrom<String> for FixPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let path = Path::try_from(text)?;
        let chains = path.chains();
        let begins = |steps: &Vec<Step>| matches!(steps.first(), Some(Step::Name(_)));
        if chains.is_open || !chains.steps.iter().all(begins) {
            return Err(format!(
                "`{}` must be a path of names, numbers and `[*]`, such as `$.Properties.Volumes[*].Encrypted`",
                path.text
            ));
        }
        Ok(Self { path, chains: chains.steps })
    }
}

/// The entries of a map, in order.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<(String, Pattern)>);

/// A value to write, with what is only known where it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(String),
    /// A text, with the placeholders `{resource}`, `{item}` and `{item-name}`.
    Text(String),
    /// A list.
    List(Vec<Pattern>),
    /// A map.
    Map(Vec<(String, Pattern)>),
    /// `{ parameter: NAME }`: the rule's own parameter.
    Parameter(String),
    /// `{ added: Arn }`: a reference to a resource that the fix adds, by its place among them.
    Added(usize, String),
    /// `{ found: { types: […], get: Arn } }`: a reference to the only resource of these types.
    Found(Found),
    /// `{ customer-key: Arn }`: a reference to the customer managed key, as in `customer-key`.
    CustomerKey(String),
    /// `{ written: PATH }`: a copy of what the resource has at a path.
    Written(FixPath),
}

/// The only resource of some types.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The types.
    pub types: Vec<String>,
    /// `Ref`, or the attribute.
    pub get: String,
}

/// The place of an added resource, and its attribute; of the first one, the attribute alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Added {
    First(String),
    Nth(usize, String),
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;

        impl<'de> Visitor<'de> for Of {
            type Value = Pattern;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Pattern, E> {
                Ok(Pattern::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Pattern, E> {
                Ok(Pattern::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Pattern, E> {
                Ok(Pattern::Number(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Pattern, E> {
                Ok(Pattern::Number(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Pattern, E> {
                Ok(Pattern::Number(value.to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Pattern, E> {
                Ok(Pattern::Text(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Pattern, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Pattern::List(all))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pattern, A::Error> {
                let mut fields = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    let special = match key.as_str() {
                        "parameter" => Pattern::Parameter(map.next_value()?),
                        "added" => match map.next_value()? {
                            Added::First(get) => Pattern::Added(0, get),
                            Added::Nth(place, get) => Pattern::Added(place, get),
                        },
                        "found" => Pattern::Found(map.next_value()?),
                        "customer-key" => Pattern::CustomerKey(map.next_value()?),
                        "written" => Pattern::Written(map.next_value()?),
                        _ => {
                            fields.push((key, map.next_value()?));
                            continue;
                        }
                    };
                    if !fields.is_empty() || map.next_key::<String>()?.is_some() {
                        return Err(A::Error::custom(format!("`{key}` cannot have other keys next to it")));
                    }
                    return Ok(special);
                }
                Ok(Pattern::Map(fields))
            }
        }

        deserializer.deserialize_any(Of)
    }
}

/// Reads a map in its order.
fn pairs<'de, D: Deserializer<'de>, K: Deserialize<'de>>(deserializer: D) -> Result<Vec<(K, Pattern)>, D::Error> {
    struct Of<K>(PhantomData<K>);

    impl<'de, K: Deserialize<'de>> Visitor<'de> for Of<K> {
        type Value = Vec<(K, Pattern)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(entry) = map.next_entry()? {
                all.push(entry);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_map(Of(PhantomData))
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        pairs(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        pairs(deserializer).map(Self)
    }
}

impl Pattern {
    /// Every pattern in it, and itself.
    pub fn each<'p>(&'p self, visit: &mut impl FnMut(&'p Self)) {
        visit(self);
        match self {
            Self::List(items) => items.iter().for_each(|item| item.each(visit)),
            Self::Map(fields) => fields.iter().for_each(|(_, value)| value.each(visit)),
            _ => {}
        }
    }
}

impl Pattern {
    /// Whether a customer managed key is in it.
    pub fn has_customer_key(&self) -> bool {
        let mut has = false;
        self.each(&mut |pattern| has |= matches!(pattern, Self::CustomerKey(_)));
        has
    }
}
