//! A resource of SAM as written, and the resources of CloudFormation that are made from it.

use super::nodes::{At, in_branches, plain_map};
use super::parts;
use crate::expand::expansion::{MadeFrom, Part};
use crate::facts::{TagShape, tag_shape};
use crate::syntax::{Entry, Node};

/// Attributes that everything made from a resource carries.
const INHERITED: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];
/// Attributes that the resource of the same logical id carries besides.
const OWN: [&str; 4] = ["DependsOn", "Metadata", "UpdatePolicy", "CreationPolicy"];

/// A resource of a type that SAM transforms, with `Globals` merged into its properties.
#[derive(Debug)]
pub(super) struct Resource<'n, 't> {
    /// Its logical id.
    pub(super) id: &'n str,
    /// `AWS::Serverless::Function`.
    pub(super) kind: &'n str,
    /// The path of the block that it is written in; see [`MadeFrom::block`].
    pub(super) block: String,
    /// Its logical id's place; of an implicit API that of `Globals` for it, or of the first event that asks for it.
    pub(super) at: At,
    /// The place of the key `Properties`, where there is one.
    pub(super) properties_at: At,
    /// What is beside `Type` and `Properties`.
    pub(super) attributes: Vec<Entry<'t>>,
    /// Its properties.
    pub(super) properties: Vec<Entry<'t>>,
}

impl<'t> Resource<'_, 't> {
    /// A property with its key.
    pub(super) fn entry(&self, name: &str) -> Option<&Entry<'t>> {
        self.properties.iter().find(|entry| entry.key == name)
    }

    /// A property.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// Whether a condition decides if it exists.
    pub(super) fn has_condition(&self) -> bool {
        self.attributes.iter().any(|entry| entry.key == "Condition")
    }

    /// What findings call something that is made from it.
    pub(super) fn made_from(&self, made: &Made<'t>) -> MadeFrom {
        MadeFrom {
            id: self.id.to_owned(),
            kind: self.kind.to_owned(),
            block: self.block.clone(),
            part: made.part.clone(),
        }
    }

    /// The resource that keeps the logical id.
    pub(super) fn main(&self, kind: &'static str) -> Made<'t> {
        let mut made = Made { part: Part::Whole, ..self.also(self.id.to_owned(), kind) };
        made.attributes.extend(self.attributes.iter().filter(|entry| OWN.contains(&entry.key.as_ref())).cloned());
        made
    }

    /// Another resource that is made from it.
    pub(super) fn also(&self, id: String, kind: &'static str) -> Made<'t> {
        let inherited = self.attributes.iter().filter(|entry| INHERITED.contains(&entry.key.as_ref()));
        // What a macro adds to the properties may end up in any resource that is made from them.
        let macros = self.properties.iter().filter(|entry| entry.key.starts_with("Fn::"));
        Made {
            id,
            kind,
            part: Part::OfResource,
            at: self.at,
            properties_at: self.properties_at,
            attributes: inherited.cloned().collect(),
            properties: macros.cloned().collect(),
        }
    }

    /// SAM's map of tags as the list that most resources take.
    pub(super) fn tag_list(&self) -> Option<Entry<'t>> {
        let entry = self.entry("Tags")?;
        Some(Entry { key: "Tags".into(), key_span: entry.key_span, value: listed_tags(&entry.value) })
    }

    /// Gives the resource's tags to everything made from it that SAM can tag and has none (`PropagateTags`).
    pub(super) fn propagate_tags(&self, made: &mut [Made<'t>]) {
        for each in made.iter_mut().filter(|each| each.get("Tags").is_none() && parts::takes_tags(each.kind)) {
            let tags = match tag_shape(each.kind) {
                Some(tags) if tags.name == "Tags" => match tags.shape {
                    TagShape::List => self.tag_list(),
                    TagShape::Map | TagShape::Json => self.entry("Tags").cloned(),
                    _ => None,
                },
                _ => None,
            };
            each.properties.extend(tags);
        }
    }
}

/// A map of tags as a list of keys and values.
pub(super) fn listed_tags<'t>(tags: &Node<'t>) -> Node<'t> {
    let list = |node: &Node<'t>| match plain_map(node) {
        Some(tags) => At(node.span).list(
            tags.iter()
                .map(|tag| {
                    let at = At(tag.key_span);
                    at.map([("Key", at.text(tag.key.clone())), ("Value", tag.value.clone())])
                })
                .collect::<Vec<_>>(),
        ),
        None => node.clone(),
    };
    in_branches(tags, &list)
}

/// A resource of CloudFormation that SAM's transform makes.
#[derive(Debug)]
pub(super) struct Made<'t> {
    /// Its logical id. Where SAM appends a hash, the part before it.
    pub(super) id: String,
    /// Its type.
    pub(super) kind: &'static str,
    /// What it is to the resource that it is made from.
    pub(super) part: Part,
    at: At,
    properties_at: At,
    attributes: Vec<Entry<'t>>,
    properties: Vec<Entry<'t>>,
}

impl<'t> Made<'t> {
    /// The same, standing at a part of the resource as written, such as an event.
    pub(super) fn standing_at(self, at: At, properties_at: At) -> Self {
        Self { at, properties_at, ..self }
    }

    /// A property.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        self.properties.iter().find(|entry| entry.key == name).map(|entry| &entry.value)
    }

    /// Writes a property that is at a place.
    pub(super) fn set(&mut self, at: At, name: &'static str, value: Node<'t>) {
        self.properties.push(at.entry(name, value));
    }

    /// Writes a property with its own place.
    pub(super) fn push(&mut self, entry: Option<Entry<'t>>) {
        self.properties.extend(entry);
    }

    /// Takes over those of the properties that are there.
    pub(super) fn copy(&mut self, from: &[Entry<'t>], names: &[&str]) {
        self.properties.extend(from.iter().filter(|entry| names.contains(&entry.key.as_ref())).cloned());
    }

    /// Takes over a property under another name.
    pub(super) fn copy_as(&mut self, from: Option<&Entry<'t>>, name: &'static str) {
        self.properties.extend(from.map(|entry| At(entry.key_span).entry(name, entry.value.clone())));
    }

    /// Writes an attribute of the resource in place of the one that it has.
    pub(super) fn attribute(&mut self, name: &'static str, value: Node<'t>) {
        self.attributes.retain(|entry| entry.key != name);
        self.attributes.push(self.at.entry(name, value));
    }

    /// Removes the attributes that everything made from a resource carries.
    pub(super) fn drop_inherited(&mut self) {
        self.attributes.retain(|entry| !INHERITED.contains(&entry.key.as_ref()));
    }

    /// Writes an attribute that it does not have yet.
    pub(super) fn default_attribute(&mut self, name: &'static str, value: &'static str) {
        if !self.attributes.iter().any(|entry| entry.key == name) {
            self.attribute(name, self.at.text(value));
        }
    }

    /// Its properties.
    pub(super) fn properties(&self) -> &[Entry<'t>] {
        &self.properties
    }

    /// As an entry of `Resources`.
    pub(super) fn into_entry(self) -> Entry<'t> {
        let mut entries = vec![self.at.entry("Type", self.at.text(self.kind))];
        entries.extend(self.attributes);
        entries.push(self.properties_at.entry("Properties", self.properties_at.entries(self.properties)));
        self.at.entry(self.id, self.at.entries(entries))
    }
}
