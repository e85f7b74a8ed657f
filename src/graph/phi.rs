//! Which resources hold PHI, as far as their tags and types show.

use crate::eval::value::{Content, Field, Kind, Origin, Value};
use crate::eval::{Run, text};
use crate::expand::ties::{Table, plain};
use crate::expand::{Block, Model};
use crate::facts::{self, TagShape};
use crate::syntax::{self, Node};
use crate::truth::Truth;
use std::borrow::Cow;

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

/// Keys of tags that state with `true` or `yes` that data is PHI, in lower case, without separators.
///
/// `ComplianceScope` is not among them, whatever its value: teams put the regulation that an application is subject to on every
/// resource of it, also on those that never receive PHI.
const STATING_KEYS: [&str; 13] = [
    "containsephi",
    "containsphi",
    "ephi",
    "handlesphi",
    "hasphi",
    "hipaa",
    "hipaadata",
    "holdsphi",
    "phi",
    "phidata",
    "processesphi",
    "protectedhealthinformation",
    "storesphi",
];

/// Values that agree with such a key, in lower case.
const AGREEING: [&str; 6] = ["1", "on", "t", "true", "y", "yes"];

/// Tags that are not in the property that a type's schema names for them: those of what the resource creates, or of an older property.
/// The names lead through lists. Source: CloudFormation's resource schemas of 2026-11.
const MORE_TAGS: [(&str, &[&str], TagShape); 19] = [
    ("AWS::Batch::ComputeEnvironment", &["ComputeResources", "Tags"], TagShape::Map),
    ("AWS::DRS::ReplicationConfigurationTemplate", &["StagingAreaTags"], TagShape::Map),
    ("AWS::DataZone::Project", &["ResourceTags"], TagShape::List),
    ("AWS::DataZone::ProjectProfile", &["ProjectResourceTags"], TagShape::List),
    ("AWS::DynamoDB::GlobalTable", &["Replicas", "Tags"], TagShape::List),
    ("AWS::EC2::EC2Fleet", &["TagSpecifications"], TagShape::Specifications),
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateData", "TagSpecifications"], TagShape::Specifications),
    ("AWS::EC2::LaunchTemplate", &["TagSpecifications"], TagShape::Specifications),
    (
        "AWS::EC2::SpotFleet",
        &["SpotFleetRequestConfigData", "LaunchSpecifications", "TagSpecifications"],
        TagShape::Specifications,
    ),
    ("AWS::EC2::SpotFleet", &["SpotFleetRequestConfigData", "TagSpecifications"], TagShape::Specifications),
    ("AWS::EC2::SpotFleet", &["Tags"], TagShape::List),
    ("AWS::ECR::RepositoryCreationTemplate", &["ResourceTags"], TagShape::List),
    ("AWS::ECS::Service", &["VolumeConfigurations", "ManagedEBSVolume", "TagSpecifications"], TagShape::Specifications),
    ("AWS::EMRContainers::JobTemplate", &["JobTemplateData", "JobTags"], TagShape::Map),
    ("AWS::ImageBuilder::ImagePipeline", &["ImageTags"], TagShape::Map),
    ("AWS::ImageBuilder::ImageRecipe", &["AmiTags"], TagShape::Map),
    ("AWS::ImageBuilder::InfrastructureConfiguration", &["ResourceTags"], TagShape::Map),
    ("AWS::WorkspacesInstances::Volume", &["TagSpecifications"], TagShape::Specifications),
    (
        "AWS::WorkspacesInstances::WorkspaceInstance",
        &["ManagedInstance", "TagSpecifications"],
        TagShape::Specifications,
    ),
];

/// Whether a resource holds PHI in a run's scenario, and why.
pub fn holds<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> Option<Holds> {
    match tagged(run, block) {
        (Truth::True, Some((key, value))) => Some(Holds::Tagged(key, value)),
        _ => facts::is_stateful(block.kind).then_some(Holds::Stateful),
    }
}

/// The resources of some types, in which `*` stands for any characters, that a tag may mark as ones that hold PHI, as they are written: in
/// the order of the template. No deployment has such a tag on another one.
pub fn may_be_tagged<'a, 't>(model: &'a Model<'_, 't>, types: &[String]) -> Vec<&'a Block<'t>> {
    let table = model.table("resources that may be tagged as PHI", || {
        let mut table = Table::default();
        for (place, _) in model.resources().iter().enumerate().filter(|(_, block)| may_classify(block)) {
            table.entry(String::new()).or_default().push(place);
        }
        table
    });
    let is_wanted = |place: &usize| {
        let kind = model.kind_at(*place);
        types.iter().any(|pattern| text::pattern_covers(pattern, kind))
    };
    let wanted = table.get("").iter().filter(|place| is_wanted(place));
    let mut blocks: Vec<&Block<'t>> = wanted.filter_map(|place| model.at(*place)).collect();
    // All iterations of a loop have the same key.
    blocks.sort_by_key(|block| (block.key_span, block.name));
    blocks
}

/// Whether a resource may have a tag that classifies its data, as it is written.
fn may_classify(block: &Block<'_>) -> bool {
    let Some(properties) = block.node.get("Properties") else { return crate::eval::has_macro(block.node) };
    let is_known = facts::is_known_type(block.kind);
    let written = facts::written_tags(block.kind);
    let holds_tags = |name: &str| match is_known {
        true => {
            written.as_ref().is_some_and(|property| property.name == name)
                || MORE_TAGS.iter().any(|(kind, path, _)| *kind == block.kind && path.first() == Some(&name))
        }
        false => is_tags(name),
    };
    let is_of_map = |entries: &[syntax::Entry<'_>]| {
        entries.iter().any(|entry| is_function(&entry.key) || (holds_tags(&entry.key) && may_have_key(&entry.value)))
    };
    crate::eval::has_macro(block.node) || properties.as_mapping().is_some_and(is_of_map)
}

/// Whether tags, in whatever shape, may have a key that classifies data, as they are written.
fn may_have_key(tags: &Node<'_>) -> bool {
    match &tags.kind {
        syntax::Kind::Sequence(items) => items.iter().any(may_have_key),
        syntax::Kind::Mapping(entries) => entries.iter().any(|entry| match entry.key.as_ref() {
            "Key" | "TagKey" | "key" => plain(&entry.value).is_none_or(|key| Question::of(key).is_some()),
            "Value" | "TagValue" | "value" => false,
            "Fn::If" => may_have_key(&entry.value),
            "Ref" => entry.value.as_str() != Some("AWS::NoValue"),
            key => is_function(key) || Question::of(key).is_some() || may_have_key(&entry.value),
        }),
        _ => false,
    }
}

/// Whether a key is the name of a function.
fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

/// Whether a tag marks a resource as one that holds PHI, and the key and value of that tag. Unknown if the value of a tag that can do so
/// is not known.
pub fn tagged<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> (Truth, Option<(String, String)>) {
    let mut result = Truth::False;
    // Rules ask about all resources for each of some, and few have such a tag.
    let asking = run.remembered(block.node, "tags that classify", |run| {
        let asking = tags(run, block).into_iter().filter(|(key, _)| Question::of(key).is_some());
        let fields =
            asking.map(|(key, value)| Field { key: Cow::Owned(key), key_span: value.span, value: value.clone() });
        let fields: Vec<Field<'t>> = fields.collect();
        (!fields.is_empty()).then_some(Value { span: block.key_span, kind: Kind::Map(fields) })
    });
    let Some(Kind::Map(asking)) = asking.map(|asking| &asking.kind) else { return (result, None) };
    for Field { key, value, .. } in asking {
        let Some(question) = Question::of(key) else { continue };
        let truth = run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| question.ask(value)));
        if truth.is_true() {
            let text =
                value.text().map_or_else(|| value.display().trim_matches('"').to_owned(), |text| text.into_owned());
            return (truth, Some((key.clone().into_owned(), text)));
        }
        result = result.or(truth);
    }
    (result, None)
}

/// What the key of a tag asks of its value.
#[derive(Copy, Clone)]
enum Question {
    /// Whether it names PHI: `DataClassification: PHI`.
    Names,
    /// Whether it agrees: `ContainsPHI: true`.
    Agrees,
}

impl Question {
    fn of(key: &str) -> Option<Self> {
        let bare: String = key.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        if CLASSIFYING_KEYS.contains(&bare.as_str()) {
            return Some(Self::Names);
        }
        STATING_KEYS.contains(&bare.as_str()).then_some(Self::Agrees)
    }

    fn ask(self, value: &Value<'_>) -> Truth {
        let says_so = |text: &str| match self {
            Self::Names => says_phi(text),
            Self::Agrees => says_phi(text) || AGREEING.contains(&text.trim().to_lowercase().as_str()),
        };
        if let Some(text) = value.text() {
            return says_so(&text).into();
        }
        let (mut text, mut open) = (String::new(), false);
        for part in value.parts() {
            match (&part.content, &part.origin) {
                (Content::Known(known), _) => text.push_str(known),
                // The name of a stack, Region or resource says nothing of its data.
                (_, origin) => {
                    text.push(SOME_LETTER);
                    open |= !matches!(origin, Origin::Pseudo(_) | Origin::Resource { .. });
                }
            }
        }
        if says_phi(&text) {
            return Truth::True;
        }
        if open && !denies(&text) { Truth::Unknown } else { Truth::False }
    }
}

/// Stands in a text for a part that is not known: it makes no word of what is next to it.
const SOME_LETTER: char = 'x';

fn says_phi(value: &str) -> bool {
    let value = value.to_lowercase();
    let says_so = value.split(|c: char| !c.is_alphanumeric()).any(|word| PHI_WORDS.contains(&word));
    says_so && !denies(&value)
}

fn denies(value: &str) -> bool {
    value.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| NEGATIONS.contains(&word))
}

/// The tags of a resource whose key is known.
fn tags<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>) -> Vec<(String, &'m Value<'t>)> {
    if !facts::is_known_type(block.kind) {
        return super::property(run, block, &[]).map(of_unknown).unwrap_or_default();
    }
    let written = facts::written_tags(block.kind).and_then(|property| {
        super::property(run, block, &[property.name]).map(|value| of_shape(value, property.shape))
    });
    let mut tags = written.unwrap_or_default();
    for (_, path, shape) in MORE_TAGS.iter().filter(|(kind, ..)| *kind == block.kind) {
        let Some((first, rest)) = path.split_first() else { continue };
        let mut values: Vec<&Value<'_>> = super::property(run, block, &[first]).into_iter().collect();
        for name in rest {
            values = values.into_iter().flat_map(Value::items).filter_map(|value| value.get(name)).collect();
        }
        tags.extend(values.into_iter().flat_map(|value| of_shape(value, *shape)));
    }
    tags
}

/// The tags of a resource whose type the data does not know, by these properties: what is called so is tags, in whatever shape. Types
/// that the data knows have `Tags`, `FileSystemTags`, `TagList`, and `TagSpecifications`, for example.
fn of_unknown<'m, 't>(properties: &'m Value<'t>) -> Vec<(String, &'m Value<'t>)> {
    const SHAPES: [TagShape; 4] = [TagShape::Map, TagShape::Items, TagShape::List, TagShape::Specifications];
    let Kind::Map(fields) = &properties.kind else { return Vec::new() };
    let of_field = |value| SHAPES.iter().flat_map(move |shape| of_shape(value, *shape));
    fields.iter().filter(|field| is_tags(&field.key)).flat_map(|field| of_field(&field.value)).collect()
}

/// Whether tags are called so.
fn is_tags(name: &str) -> bool {
    const ENDINGS: [&str; 3] = ["tags", "taglist", "tagspecifications"];
    ENDINGS.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

fn of_shape<'m, 't>(value: &'m Value<'t>, shape: TagShape) -> Vec<(String, &'m Value<'t>)> {
    let pair = |key: Option<&Value<'_>>, value: Option<&'m Value<'t>>| Some((key?.text()?.into_owned(), value?));
    match (&value.kind, shape) {
        (Kind::Map(fields), TagShape::Map | TagShape::Json) => {
            fields.iter().map(|field| (field.key.to_string(), &field.value)).collect()
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
            ("AWS::SNS::Topic", "Tags: [{Key: ContainsPHI, Value: 'true'}]", tagged("ContainsPHI", "true")),
            ("AWS::SNS::Topic", "Tags: [{Key: phi, Value: 'Yes'}]", tagged("phi", "Yes")),
            ("AWS::SNS::Topic", "Tags: [{Key: HIPAA, Value: true}]", tagged("HIPAA", "true")),
            ("AWS::SNS::Topic", "Tags: [{Key: PHI, Value: ePHI}]", tagged("PHI", "ePHI")),
            ("AWS::SNS::Topic", "Tags: [{Key: ContainsPHI, Value: 'false'}]", None),
            ("AWS::SNS::Topic", "Tags: [{Key: PHI, Value: none}]", None),
            ("AWS::SNS::Topic", "Tags: [{Key: PHI, Value: ''}]", None),
            ("AWS::SNS::Topic", "Tags: [{Key: ComplianceScope, Value: HIPAA}]", None),
            (
                "AWS::SNS::Topic",
                "Tags: [{Key: DataClass, Value: {'Fn::Sub': 'PHI-${AWS::Region}'}}]",
                tagged("DataClass", "PHI-${AWS::Region}"),
            ),
            (
                "AWS::EC2::LaunchTemplate",
                "LaunchTemplateData: {TagSpecifications: [{ResourceType: volume, Tags: [{Key: DataClass, Value: PHI}]}]}",
                tagged("DataClass", "PHI"),
            ),
            (
                "AWS::EC2::LaunchTemplate",
                "TagSpecifications: [{ResourceType: launch-template, Tags: [{Key: DataClass, Value: PHI}]}]",
                tagged("DataClass", "PHI"),
            ),
            (
                "AWS::EC2::EC2Fleet",
                "TagSpecifications: [{ResourceType: fleet, Tags: [{Key: DataClass, Value: PHI}]}]",
                tagged("DataClass", "PHI"),
            ),
            (
                "AWS::EC2::SpotFleet",
                "SpotFleetRequestConfigData: {LaunchSpecifications: [{TagSpecifications: [{Tags: [{Key: DataClass, Value: PHI}]}]}]}",
                tagged("DataClass", "PHI"),
            ),
            ("AWS::DataZone::Project", "ResourceTags: [{Key: DataClass, Value: PHI}]", tagged("DataClass", "PHI")),
            (
                "AWS::ECR::RepositoryCreationTemplate",
                "ResourceTags: [{Key: DataClass, Value: PHI}]",
                tagged("DataClass", "PHI"),
            ),
            (
                "AWS::WorkspacesInstances::Volume",
                "TagSpecifications: [{Tags: [{Key: DataClass, Value: PHI}]}]",
                tagged("DataClass", "PHI"),
            ),
            // These are a filter.
            ("AWS::FMS::Policy", "ResourceTags: [{Key: DataClass, Value: PHI}]", None),
            ("AWS::Tomorrow::Domain", "Stages: [{Key: DataClass, Value: PHI}]", None),
            ("Vendor::Records::Store", "Tags: {DataClassification: PHI}", tagged("DataClassification", "PHI")),
        ];
        for (kind, properties, expected) in cases {
            let text = format!("{{Resources: {{R: {{Type: {kind}, Properties: {{{properties}}}}}}}}}");
            let found = first_scenario(&text, |run, model| holds(run, model.resource("R").unwrap()));
            let may = first_scenario(&text, |_, model| !may_be_tagged(model, &["*".to_owned()]).is_empty());
            assert!(may || !matches!(found, Some(Holds::Tagged(..))), "{text}");
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn values_that_are_not_known() {
        let text = |value: &str| {
            format!(
                "{{Parameters: {{Open: {{Type: String}}, Choice: {{Type: String, AllowedValues: [PHI, public], Default: public}}}}, \
                 Resources: {{R: {{Type: AWS::SNS::Topic, Properties: {{Tags: [{{Key: DataClassification, Value: {value}}}]}}}}}}}}"
            )
        };
        for (value, expected) in [
            ("{Ref: Open}", Truth::Unknown),
            ("{'Fn::Sub': '${Open}'}", Truth::Unknown),
            ("{'Fn::ImportValue': classification}", Truth::Unknown),
            ("{'Fn::Sub': 'PHI/${Open}'}", Truth::True),
            ("{'Fn::Sub': 'not ${Open}'}", Truth::False),
            ("{Ref: Choice}", Truth::False),
            ("{Ref: 'AWS::StackName'}", Truth::False),
            ("{'Fn::Sub': '${AWS::StackName}-data'}", Truth::False),
        ] {
            let found = first_scenario(&text(value), |run, model| super::tagged(run, model.resource("R").unwrap()).0);
            assert_eq!(found, expected, "{value}");
        }
    }
}
