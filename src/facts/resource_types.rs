//! Resource types: which exist, which hold data, and which property names the resource.

use super::properties::Properties;
use super::sorted_text::{SortedText, first_word, sorted_lines};
use super::tags::TagProperty;
use foldhash::HashMap;
use std::cell::RefCell;

const TYPES: SortedText = sorted_lines!("resource-types.txt");
const REVIEWED_STATEFUL: SortedText = sorted_lines!("stateful.txt");
const NAMES: SortedText = sorted_lines!("names.txt");

const ATTRIBUTES: SortedText = sorted_lines!("attributes.txt");

/// The words that `data/resource-types.txt` has for a type, after its name.
fn words_of(resource_type: &str) -> Option<&'static str> {
    TYPES.entry(resource_type)
}

/// Whether CloudFormation has a resource type of this name (`AWS::S3::Bucket`) in some region. Custom resources
/// (`Custom::…`), modules and the types of transforms (`AWS::Serverless::Function`) are not in its registry's schemas.
pub fn is_known_type(resource_type: &str) -> bool {
    facts_of(resource_type).is_known
}

/// The names of all of them, in order.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    TYPES.from(|_| false).map(first_word)
}

/// What follows `prefix` (`AWS::S3::`) in the names that begin with it, in order.
pub fn resource_types_below(prefix: &str) -> impl Iterator<Item = &'static str> {
    TYPES.from(move |kind| kind < prefix).map_while(move |line| first_word(line).strip_prefix(prefix))
}

/// What is known of a resource type.
#[derive(Copy, Clone)]
pub(super) struct TypeFacts {
    pub(super) is_known: bool,
    pub(super) tags: Option<TagProperty>,
    pub(super) properties: Option<Properties>,
    stateful: bool,
    name: Option<&'static str>,
}

/// The facts of a type, looked up once for each thread: a run asks for the same few types over and over.
pub(super) fn facts_of(resource_type: &str) -> TypeFacts {
    /// Types that a hostile template invents do not pile up.
    const MOST: usize = 4096;
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, TypeFacts>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(facts) = known.get(resource_type) {
            return *facts;
        }
        let words = words_of(resource_type);
        let facts = TypeFacts {
            is_known: words.is_some(),
            tags: words.and_then(TagProperty::from_words),
            properties: words.and_then(Properties::from_words),
            stateful: words.is_some_and(|words| first_word(words) == "stateful")
                || REVIEWED_STATEFUL.entry(resource_type).is_some(),
            name: NAMES.entry(resource_type).map(first_word),
        };
        if known.len() < MOST {
            known.insert(resource_type.into(), facts);
        }
        facts
    })
}

/// Whether a resource of this type holds data that is lost with it. From cfn-lint's list of stateful resources and
/// the reviewed additions in `data/stateful.txt`.
pub fn is_stateful(resource_type: &str) -> bool {
    facts_of(resource_type).stateful
}

/// The property by which the user names a resource of this type: its physical name, at which a second deployment of the
/// same template in the same account and region would stumble (`BucketName` of `AWS::S3::Bucket`).
///
/// A path from the resource's `Properties`, its names joined by dots: one name for most types, two for a few
/// (`DatabaseInput.Name` of `AWS::Glue::Database`). `None` for types that take no such name, and for those whose name only
/// counts inside a parent resource (the stage of an API). From `data/names.txt`, whose header defines the list.
pub fn name_property(resource_type: &str) -> Option<&'static str> {
    facts_of(resource_type).name
}

/// Whether an attribute of a resource (`Fn::GetAtt`) is the property of the same name, as the template sets it. From
/// `data/attributes.txt`, whose header defines the list.
pub fn is_property_attribute(resource_type: &str, attribute: &str) -> bool {
    ATTRIBUTES.entry(resource_type).is_some_and(|words| words.split(' ').any(|word| word == attribute))
}

/// Whether an attribute of a resource (`Fn::GetAtt`) is what `Ref` gives. From `data/attributes.txt`.
pub fn is_reference(resource_type: &str, attribute: &str) -> bool {
    let is_it = |word: &str| word.strip_suffix("=Ref") == Some(attribute);
    ATTRIBUTES.entry(resource_type).is_some_and(|words| words.split(' ').any(is_it))
}

/// The property that `Ref` of a resource gives, as the template sets it, for types whose [`name_property`] that is not. From
/// `data/attributes.txt`.
pub fn property_of_reference(resource_type: &str) -> Option<&'static str> {
    ATTRIBUTES.entry(resource_type)?.split(' ').find_map(|word| word.strip_prefix("Ref="))
}
