//! Which resources hold PHI, as far as their tags and types show.

use crate::eval::Run;
use crate::eval::value::{Kind, Value};
use crate::expand::Block;
use crate::facts::{self, TagShape};

/// Why a resource counts as one that holds PHI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// A tag marks it: its key and value.
    Tagged(String, String),
    /// Its type holds data, of whatever kind.
    Stateful,
}

/// Keys of tags that classify data, in lower case, without separators.
const CLASSIFYING_KEYS: [&str; 7] =
    ["dataclassification", "dataclass", "datasensitivity", "datatype", "classification", "sensitivity", "compliance"];

/// Words of a value that speak of PHI, in lower case.
const PHI_WORDS: [&str; 8] =
    ["phi", "ephi", "health", "healthdata", "healthcare", "healthcaredata", "healthinformation", "hipaa"];

/// Words that turn the others into their opposite: `non-PHI`, `no PHI`.
const NEGATIONS: [&str; 6] = ["no", "non", "nonphi", "not", "without", "free"];

/// Whether a resource holds PHI in a run's scenario, and why.
pub fn holds<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> Option<Holds> {
    let classified = tags(run, block).into_iter().find(|(key, value)| classifies(key) && says_phi(value));
    match classified {
        Some((key, value)) => Some(Holds::Tagged(key, value)),
        None => facts::is_stateful(block.kind).then_some(Holds::Stateful),
    }
}

fn classifies(key: &str) -> bool {
    let bare: String = key.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    CLASSIFYING_KEYS.contains(&bare.as_str())
}

fn says_phi(value: &str) -> bool {
    let value = value.to_lowercase();
    let words = || value.split(|c: char| !c.is_alphanumeric());
    words().any(|word| PHI_WORDS.contains(&word)) && !words().any(|word| NEGATIONS.contains(&word))
}

/// The tags of a resource whose key and value are known.
fn tags<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> Vec<(String, String)> {
    if !facts::is_known_type(block.kind) {
        return super::property(run, block, &[]).map(of_unknown).unwrap_or_default();
    }
    let Some(property) = facts::written_tags(block.kind) else { return Vec::new() };
    super::property(run, block, &[property.name]).map(|value| of_shape(value, property.shape)).unwrap_or_default()
}

/// The tags of a resource whose type the data does not know, by these properties: what is called so is tags, in whatever shape. Types
/// that the data knows have `Tags`, `FileSystemTags`, `TagList`, and `TagSpecifications`, for example.
fn of_unknown(properties: &Value<'_>) -> Vec<(String, String)> {
    const SHAPES: [TagShape; 4] = [TagShape::Map, TagShape::Items, TagShape::List, TagShape::Specifications];
    const ENDINGS: [&str; 3] = ["tags", "taglist", "tagspecifications"];
    let Kind::Map(fields) = &properties.kind else { return Vec::new() };
    let is_tags = |name: &str| ENDINGS.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
    let of_field = |value| SHAPES.iter().flat_map(move |shape| of_shape(value, *shape));
    fields.iter().filter(|field| is_tags(&field.key)).flat_map(|field| of_field(&field.value)).collect()
}

fn of_shape(value: &Value<'_>, shape: TagShape) -> Vec<(String, String)> {
    let pair = |key: Option<&Value<'_>>, value: Option<&Value<'_>>| {
        Some((key?.text()?.into_owned(), value?.text()?.into_owned()))
    };
    match (&value.kind, shape) {
        (Kind::Map(fields), TagShape::Map | TagShape::Json) => {
            fields.iter().filter_map(|field| Some((field.key.to_string(), field.value.text()?.into_owned()))).collect()
        }
        (Kind::Map(_), TagShape::Items) => {
            value.get("Items").map(|items| of_shape(items, TagShape::List)).unwrap_or_default()
        }
        (Kind::List(items), TagShape::Specifications) => {
            items.iter().filter_map(|one| one.get("Tags")).flat_map(|tags| of_shape(tags, TagShape::List)).collect()
        }
        (Kind::List(items), TagShape::List | TagShape::PropagatingList | TagShape::EitherList | TagShape::Json) => {
            items
                .iter()
                .filter_map(|tag| {
                    let key = tag.get("Key").or_else(|| tag.get("TagKey")).or_else(|| tag.get("key"));
                    let value = tag.get("Value").or_else(|| tag.get("TagValue")).or_else(|| tag.get("value"));
                    pair(key, value)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    #[test]
    fn values_that_speak_of_phi() {
        for value in ["PHI", "ePHI", "phi-HealthcareData", "Health", "restricted, PHI", "HIPAA/PHI"] {
            assert!(says_phi(value), "{value}");
        }
        for value in ["", "public", "non-PHI", "no phi", "Not PHI", "philosophy", "PHI-free", "healthy"] {
            assert!(!says_phi(value), "{value}");
        }
    }

    #[test]
    fn tags_of_every_shape_and_types() {
        let tagged = |key: &str, value: &str| Some(Holds::Tagged(key.to_owned(), value.to_owned()));
        let cases = [
            ("AWS::SNS::Topic", "Tags: [{Key: data-classification, Value: PHI}]", tagged("data-classification", "PHI")),
            ("AWS::SSM::Parameter", "Tags: {DataClassification: ePHI}", tagged("DataClassification", "ePHI")),
            ("AWS::SNS::Topic", "Tags: [{Key: Owner, Value: PHI}]", None),
            ("AWS::SNS::Topic", "Tags: [{Key: DataClassification, Value: !Ref AWS::StackName}]", None),
            ("AWS::S3::Bucket", "Tags: [{Key: DataClassification, Value: public}]", Some(Holds::Stateful)),
            ("AWS::S3::Bucket", "Tags: [{Key: DataClassification, Value: PHI}]", tagged("DataClassification", "PHI")),
            ("AWS::IAM::ManagedPolicy", "Description: PHI", None),
            (
                "AWS::Tomorrow::Domain",
                "Tags: [{Key: DataClassification, Value: PHI}]",
                tagged("DataClassification", "PHI"),
            ),
            ("AWS::Tomorrow::Domain", "Tags: {DataClassification: PHI}", tagged("DataClassification", "PHI")),
            ("AWS::Tomorrow::Domain", "Tags: [PHI]", None),
            ("AWS::Tomorrow::Domain", "tags: [{key: DataClass, value: PHI}]", tagged("DataClass", "PHI")),
            ("AWS::Tomorrow::Domain", "StoreTags: [{Key: DataClass, Value: PHI}]", tagged("DataClass", "PHI")),
            ("AWS::Tomorrow::Domain", "TagList: [{TagKey: DataClass, TagValue: PHI}]", tagged("DataClass", "PHI")),
            (
                "AWS::Tomorrow::Domain",
                "TagSpecifications: [{ResourceType: x, Tags: [{Key: DataClass, Value: PHI}]}]",
                tagged("DataClass", "PHI"),
            ),
            ("AWS::Tomorrow::Domain", "Stages: [{Key: DataClass, Value: PHI}]", None),
            ("Vendor::Records::Store", "Tags: {DataClassification: PHI}", tagged("DataClassification", "PHI")),
        ];
        for (kind, properties, expected) in cases {
            let text = format!("{{Resources: {{R: {{Type: {kind}, Properties: {{{properties}}}}}}}}}");
            let found = first_scenario(&text, |run, model| holds(run, model.resource("R").unwrap()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
