//! Tags: which property carries a resource's own tags, and how it is written.

use super::resource_types::facts_of;
use super::sorted_text::SortedText;

const IN_PLACE: SortedText = SortedText::lines(include_str!("../../data/tag-updates.txt"));

/// The types whose pages say that tags change in place, and whose schemas do not: `tagUpdatable` is false, or `Tags` is among
/// `createOnlyProperties`. Source: the schemas in cfn-lint 1.51, of 2026-11.
const KEEP_TAGS: [&str; 7] = [
    "AWS::ApiGatewayV2::DomainName",
    "AWS::AppFlow::Flow",
    "AWS::AppStream::ImageBuilder",
    "AWS::AuditManager::Assessment",
    "AWS::KendraRanking::ExecutionPlan",
    "AWS::MediaLive::InputSecurityGroup",
    "AWS::MediaPackage::PackagingConfiguration",
];

/// The types that create stacks. Source: `Tags` of UpdateStack and of CreateStackSet in the CloudFormation API Reference
/// (docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html), and "AWS::ServiceCatalog::CloudFormationProvisionedProduct
/// Tag" in the Template Reference, 2026-11.
const PASS_TAGS_ON: [&str; 3] = [
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::StackSet",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

/// The top-level property that carries a resource's tags.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct TagProperty {
    /// The property's name: `Tags` for most types, `UserPoolTags` for `AWS::Cognito::UserPool`.
    pub name: &'static str,
    /// How tags are written below it.
    pub shape: TagShape,
}

/// How tags are written in a template.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum TagShape {
    /// `[{Key: …, Value: …}]`
    List,
    /// `[{Key: …, Value: …, PropagateAtLaunch: …}]`, all three required: Auto Scaling groups.
    PropagatingList,
    /// `[{Key: …, Value: …}]` or `[{TagKey: …, TagValue: …}]`: AppStream's app blocks and applications.
    EitherList,
    /// `{key: value}`
    Map,
    /// The schema takes any JSON; AWS documents an object `{key: value}`.
    Json,
    /// `{Items: [{Key: …, Value: …}]}`: CloudFront's Anycast static IP lists.
    Items,
    /// `[{ResourceType: …, Tags: [{Key: …, Value: …}]}]`: tags of what EC2 creates, by its type.
    Specifications,
}

impl TagShape {
    /// The shape that a word in `data/resource-types.txt` stands for.
    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "list" => Self::List,
            "list-propagating" => Self::PropagatingList,
            "list-either" => Self::EitherList,
            "map" => Self::Map,
            "json" => Self::Json,
            "items" => Self::Items,
            "specifications" => Self::Specifications,
            _ => return None,
        })
    }
}

/// The property that carries the tags of a resource of this type, if the type can be tagged in a template.
///
/// From the type's schema: what its `tagging` names, or, in schemas without `tagging`, a property `Tags`. A type that its
/// schema calls not taggable has none, even if a property is called `Tags`, and neither does an unknown type.
pub fn tag_shape(resource_type: &str) -> Option<TagProperty> {
    facts_of(resource_type).tags
}

/// Where to read the tags that a template gives a resource: [`tag_shape`], and for types that the data does not know a property
/// `Tags`, a list of keys and values or a map. What such a property means is certain; whether the type has it is not.
pub fn written_tags(resource_type: &str) -> Option<TagProperty> {
    let facts = facts_of(resource_type);
    if facts.is_known { facts.tags } else { Some(TagProperty { name: "Tags", shape: TagShape::Json }) }
}

/// Whether CloudFormation changes the tags of a resource of this type in place, by the page of the type: `data/tag-updates.txt`.
/// Not by its schema, if that says that tags of a resource cannot be changed, or only when it is created.
pub fn tags_change_in_place(resource_type: &str) -> bool {
    IN_PLACE.entry(resource_type).is_some() && !KEEP_TAGS.contains(&resource_type)
}

/// Whether CloudFormation gives the tags of a resource of this type to what it creates, too.
pub fn passes_tags_on(resource_type: &str) -> bool {
    PASS_TAGS_ON.contains(&resource_type)
}

impl TagProperty {
    /// From the words that `data/resource-types.txt` has for a type: the one with `=`, such as `Tags=list`.
    pub(super) fn from_words(words: &'static str) -> Option<Self> {
        let (name, shape) = words.split(' ').find_map(|word| word.split_once('='))?;
        Some(Self { name, shape: TagShape::from_word(shape)? })
    }
}
