//! The tags that a resource lacks: their values from the configuration, else from the other resources, and what reads them.

use super::Workshop;
use super::collapse::are_alike;
use super::making::Making;
use super::place::{Deed, Obstacle, Walked, branches};
use super::risk::Touched;
use crate::change::Value;
use crate::expand::expansion::Part;
use crate::facts::{self, TagProperty, TagShape};
use crate::rules::path::Step;
use crate::syntax::{Kind, Node};
use foldhash::{HashMap, HashSet};

/// The value of each tag that resources of the template have; none if they have several, or one that is not for others.
pub(super) type Known = HashMap<String, Option<Value>>;

/// What in a template reads tags, in lower case.
#[derive(Default)]
pub(super) struct Readers {
    /// Something reads tags whose keys are not known.
    reads_any: bool,
    /// Keys that are named where tags are selected.
    names: HashSet<String>,
    /// What follows `…Tag/` in names of condition keys, and `tag:` in those of selections.
    beginnings: Vec<String>,
}

/// The bytes of a text that are searched for names of condition keys.
const MAX_TEXT: usize = 1 << 16;
/// The names of condition keys that are kept. With more, every tag counts as read.
const MAX_BEGINNINGS: usize = 200;
/// Bytes of a tag's key.
const MAX_KEY: usize = 512;

impl Making<'_, '_, '_, '_> {
    /// Adds the tags with these keys that the resource lacks. Says whether there are such.
    ///
    /// # Errors
    /// Why they are only shown.
    pub(super) fn tags(&mut self, keys: &[String]) -> Result<bool, String> {
        let (node, mut at) = self.shop.written(self.target)?;
        if self.job.mark.exact.source != self.shop.document.root.span.source {
            return Err(self.why(&Obstacle::Included));
        }
        if self.job.finding.path.starts_with("Globals/") {
            return Err("The tags are in `Globals`, where they are for all resources of the type.".to_owned());
        }
        let property = self.tag_property()?;
        let own = node.get("Properties").and_then(|properties| properties.get(property.name));
        let mut reason = None;
        let is_folded = self.has_folded_tag_keys();
        let written = if is_folded { self.shop.all_tags_of(self.target) } else { Vec::new() };
        let (changes, all) = (self.changes.len(), self.deeds.all.len());
        for key in keys {
            let value = self.shop.tag_value(key);
            let known = value.as_ref().map_or(Value::Null, Clone::clone);
            let (chain, deed) = deed(property, own, key, known)?;
            let mut walked = Walked::default();
            self.walk_with(&mut walked, |walk| walk.go(node, &mut at, &chain, &deed));
            if let Some(obstacle) = &walked.obstacle {
                reason.get_or_insert(self.why(obstacle));
            } else if walked.changes.is_empty() {
                continue;
            }
            let others = written.iter().map(|(other, _)| *other).chain(self.deeds.tags.iter().map(String::as_str));
            let folded = key.to_lowercase();
            let other = others.filter(|_| is_folded).find(|other| *other != key && other.to_lowercase() == folded);
            if let Some(other) = other {
                reason = Some(format!(
                    "`{}` has the tag `{other}`, and IAM does not distinguish upper and lower case in the tag keys of roles and users: \
                     rename that tag to `{key}`.",
                    self.target.written_name()
                ));
            }
            self.deeds.tags.push(key.clone());
            match value {
                Ok(_) => self.add(walked.changes, matches!(deed, Deed::Tag(_))),
                Err(why) => drop(reason.get_or_insert(why)),
            }
            if self.shop.readers().read(key) {
                self.deeds.notes.push(format!(
                    "A policy or a selection in the template reads the tag `{key}`: the tag may grant or deny access, or \
                     select the resource."
                ));
            }
            let is_in_place = facts::tags_change_in_place(self.target.kind)
                && matches!(
                    facts::replacement(self.target.kind, property.name),
                    facts::Replacement::InPlace | facts::Replacement::Unlisted
                );
            if !is_in_place && self.deeds.all.len() == all {
                self.deeds.all.push(Touched::new(self.target, &chain, &deed));
            }
        }
        if !self.deeds.tags.is_empty() && facts::passes_tags_on(self.target.kind) {
            self.deeds.notes.push(format!(
                "CloudFormation also tags what `{}` creates: there, policies and selections may read the tags.",
                self.target.written_name()
            ));
        }
        match reason {
            Some(reason) => {
                self.changes.truncate(changes);
                Err(reason)
            }
            None => Ok(!self.deeds.tags.is_empty()),
        }
    }

    /// Whether the resource cannot have two tags whose keys differ in upper and lower case alone.
    ///
    /// Source: IAM User Guide, "Tags for AWS Identity and Access Management resources", "Naming tags"
    /// (docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html), 2026-11: users and roles; not other resources of IAM.
    fn has_folded_tag_keys(&self) -> bool {
        matches!(self.target.kind, "AWS::IAM::Role" | "AWS::IAM::User")
    }

    /// The property for the tags of the resource as it is written.
    fn tag_property(&self) -> Result<TagProperty, String> {
        let made_from = self.target.origin.and_then(|origin| origin.made_from.as_ref());
        let Some(made_from) = made_from else {
            return facts::tag_shape(self.target.kind)
                .ok_or_else(|| "The type of the resource has no tags.".to_owned());
        };
        let has_tags = facts::sam_properties(&made_from.kind).is_some_and(|mut names| names.any(|name| name == "Tags"));
        if made_from.part == Part::Whole && has_tags {
            return Ok(TagProperty { name: "Tags", shape: TagShape::Map });
        }
        Err(format!("AWS SAM creates the resource from `{}`, which has no tags for it.", made_from.id))
    }
}

/// Where a tag is set, and how.
fn deed(property: TagProperty, own: Option<&Node<'_>>, key: &str, value: Value) -> Result<(Vec<Step>, Deed), String> {
    let mut chain: Vec<Step> = ["Properties", property.name].map(|name| Step::Name(name.to_owned())).into();
    let is_list = own.is_some_and(|own| has_kind(own, &|kind| matches!(kind, Kind::Sequence(_))));
    let is_map = match property.shape {
        TagShape::Map => true,
        TagShape::Json => !is_list,
        TagShape::List | TagShape::PropagatingList | TagShape::EitherList | TagShape::Items => false,
        TagShape::Specifications => {
            return Err(
                "The tag belongs in an item of the list, which is for one type of resource: add it there.".to_owned()
            );
        }
    };
    if is_map {
        chain.push(Step::Name(key.to_owned()));
        return Ok((chain, Deed::Fill(value)));
    }
    if property.shape == TagShape::Items {
        chain.push(Step::Name("Items".to_owned()));
    }
    let says_tag_key = |kind: &Kind<'_>| match kind {
        Kind::Sequence(items) => items.iter().any(|item| item.get("TagKey").is_some()),
        _ => false,
    };
    let is_other = property.shape == TagShape::EitherList && own.is_some_and(|own| has_kind(own, &says_tag_key));
    let [name, text] = if is_other { ["TagKey", "TagValue"] } else { ["Key", "Value"] };
    let mut fields = vec![(name.to_owned(), Value::String(key.to_owned())), (text.to_owned(), value)];
    if property.shape == TagShape::PropagatingList {
        fields.push(("PropagateAtLaunch".to_owned(), Value::Bool(true)));
    }
    Ok((chain, Deed::Tag(fields)))
}

/// Whether a value, or a branch of it, is of a kind.
fn has_kind(node: &Node<'_>, is: &dyn Fn(&Kind<'_>) -> bool) -> bool {
    match branches(node) {
        Some(branches) => branches.into_iter().any(|branch| has_kind(branch, is)),
        None => is(&node.kind),
    }
}

impl<'t> Workshop<'_, '_, 't> {
    /// The value of a tag: of the configuration, or the only one that other resources have.
    ///
    /// # Errors
    /// Why there is none.
    fn tag_value(&self, key: &str) -> Result<Value, String> {
        if let Some((_, value)) = self.given.iter().find(|(given, _)| given == key) {
            return self.is_given(key, value).map(|()| value.clone());
        }
        match self.known_values().get(key) {
            Some(Some(value)) => Ok(value.clone()),
            Some(None) => Err(format!(
                "The resources have different values of the tag `{key}`: choose one, or set it in `tags` of the configuration."
            )),
            None => Err(format!(
                "No other resource has a value of the tag `{key}` for this one: choose one, or set it in `tags` of the \
                 configuration."
            )),
        }
    }

    /// Whether the template has what a value of the configuration refers to.
    fn is_given(&self, key: &str, value: &Value) -> Result<(), String> {
        let Value::Map(fields) = value else { return Ok(()) };
        let names: Vec<&str> = match fields.as_slice() {
            [(function, Value::String(name))] if function == "Ref" => vec![name],
            [(function, Value::String(text))] if function == "Fn::Sub" => substituted(text).collect(),
            _ => Vec::new(),
        };
        for name in names.into_iter().filter(|name| !name.starts_with("AWS::")) {
            let Some(parameter) = self.model.parameter(name) else {
                return Err(format!(
                    "`tags` of the configuration sets the tag `{key}` to the parameter `{name}`, which the template does not \
                     have."
                ));
            };
            let text = |name| parameter.node.get(name).and_then(Node::scalar_text);
            let is_list = text("Type").is_some_and(|kind| kind.contains("List"));
            let is_secret = text("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true"));
            if is_list || is_secret {
                let what = if is_list { "a list" } else { "a secret (`NoEcho`)" };
                return Err(format!(
                    "`tags` of the configuration sets the tag `{key}` to the parameter `{name}`, which is {what} in the template."
                ));
            }
        }
        Ok(())
    }

    fn known_values(&self) -> &Known {
        self.values.get_or_init(|| {
            let mut known = Known::default();
            for block in self.model.resources() {
                for (key, value) in self.all_tags_of(block) {
                    match known.get_mut(key) {
                        None => drop(known.insert(key.to_owned(), value)),
                        Some(first) => {
                            let is_same =
                                matches!((&*first, &value), (Some(one), Some(other)) if are_alike(one, other));
                            if !is_same {
                                *first = None;
                            }
                        }
                    }
                }
            }
            known
        })
    }

    fn readers(&self) -> &Readers {
        self.readers.get_or_init(|| {
            let mut readers = Readers::default();
            for section in self.document.root.as_mapping().unwrap_or_default() {
                if section.key != "Resources" {
                    readers.search(&section.value);
                    continue;
                }
                for resource in section.value.as_mapping().unwrap_or_default() {
                    for part in resource.value.as_mapping().unwrap_or_default() {
                        if part.key == "Properties" {
                            let kind = resource.value.get("Type").and_then(Node::as_str).unwrap_or_default();
                            let own = facts::written_tags(kind).map_or("Tags", |property| property.name);
                            let properties = part.value.as_mapping().unwrap_or_default();
                            let others = properties.iter().filter(|property| property.key != own);
                            others.for_each(|property| readers.entry(&property.key, &property.value));
                        } else {
                            readers.search(&part.value);
                        }
                    }
                }
            }
            readers
        })
    }
}

/// The names that a text for `Fn::Sub` takes.
fn substituted(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${").skip(1).filter_map(|part| Some(part.split_once('}')?.0.trim()));
    parts.filter(|name| !name.starts_with('!'))
}

impl Readers {
    /// Whether something reads a tag.
    fn read(&self, key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        self.reads_any || self.names.contains(&key) || self.beginnings.iter().any(|text| text.starts_with(&key))
    }

    fn search(&mut self, node: &Node<'_>) {
        match &node.kind {
            Kind::Mapping(entries) => entries.iter().for_each(|entry| self.entry(&entry.key, &entry.value)),
            Kind::Sequence(items) => items.iter().for_each(|item| self.search(item)),
            Kind::String(text) => self.text(text),
            _ => {}
        }
    }

    fn entry(&mut self, key: &str, value: &Node<'_>) {
        self.text(key);
        let lower = key.to_ascii_lowercase();
        match lower.as_str() {
            // A list of tags is those of a resource that is made.
            "tags" => return,
            "key" | "tagkey" | "conditionkey" | "tagname" => match (value.scalar_text(), &value.kind) {
                (Some(text), _) => drop(self.names.insert(text.to_ascii_lowercase())),
                (None, Kind::Mapping(_)) if lower != "key" => self.reads_any = true,
                _ => {}
            },
            // A map from keys to values.
            name if name.contains("tag") => {
                for entry in value.as_mapping().unwrap_or_default() {
                    self.names.insert(entry.key.to_ascii_lowercase());
                }
            }
            _ => {}
        }
        self.search(value);
    }

    /// Looks for the names of condition keys: `aws:ResourceTag/KEY`, `ec2:ResourceTag/KEY`, `aws:TagKeys`, and for `tag:KEY`.
    fn text(&mut self, text: &str) {
        let lower = text.get(..MAX_TEXT).unwrap_or(text).to_ascii_lowercase();
        if lower.len() > MAX_TEXT {
            self.reads_any |= lower.contains("tag");
            return;
        }
        self.reads_any |= lower.contains("aws:tagkeys");
        for mark in ["tag/", "tag:"] {
            for (place, _) in lower.match_indices(mark) {
                let rest = lower.get(place + mark.len()..).unwrap_or_default();
                // What a function or a wildcard stands for is not known.
                if rest.is_empty() || rest.starts_with(['$', '*', '?']) || self.beginnings.len() >= MAX_BEGINNINGS {
                    self.reads_any = true;
                    return;
                }
                let end = rest.char_indices().map(|(at, _)| at).take_while(|at| *at <= MAX_KEY).last().unwrap_or(0);
                let rest = if rest.len() <= MAX_KEY { rest } else { rest.get(..end).unwrap_or_default() };
                self.beginnings.push(rest.to_owned());
            }
        }
    }
}
