//! What was made becomes part of the document again: its resources, its conditions, and what buckets get whose events call functions.

use super::nodes::At;
use crate::syntax::{Entry, Kind, Node};
use std::collections::HashSet;

/// What a bucket gets whose events call functions.
pub(super) struct Notified<'t> {
    /// The place of the first event that asks for a notification.
    pub(super) at: At,
    /// The notifications.
    pub(super) configurations: Vec<Node<'t>>,
    /// Tags in place of its own.
    pub(super) tags: Option<Entry<'t>>,
}

/// A bucket with more notifications.
pub(super) fn notified<'t>(mut bucket: Entry<'t>, added: Notified<'t>) -> Entry<'t> {
    let Notified { at, configurations: notifications, mut tags } = added;
    // Where the bucket has no properties, findings about those that it lacks are about the bucket, not the event.
    let bucket_at = At(bucket.key_span);
    let mut node = &mut bucket.value;
    for name in ["Properties", "NotificationConfiguration"] {
        let Kind::Mapping(entries) = &mut node.kind else { return bucket };
        if name == "NotificationConfiguration"
            && let Some(tags) = tags.take()
        {
            entries.retain(|entry| entry.key != "Tags");
            entries.push(tags);
        }
        let index = entries.iter().position(|entry| entry.key == name).unwrap_or_else(|| {
            let at = if name == "Properties" { bucket_at } else { at };
            entries.push(at.entry(name, at.map([])));
            entries.len() - 1
        });
        let Some(entry) = entries.get_mut(index) else { return bucket };
        node = &mut entry.value;
    }
    if let Kind::Mapping(entries) = &mut node.kind {
        match entries.iter_mut().find(|entry| entry.key == "LambdaConfigurations").map(|entry| &mut entry.value.kind) {
            Some(Kind::Sequence(items)) => items.extend(notifications),
            Some(_) => {}
            None => entries.push(at.entry("LambdaConfigurations", at.list(notifications))),
        }
    }
    bucket
}

/// The document with other resources and more conditions, and without `Globals`.
pub(super) fn rebuilt<'t>(root: &Node<'t>, resources: Vec<Entry<'t>>, conditions: Vec<Entry<'t>>) -> Option<Node<'t>> {
    let mut resources = Some(resources);
    let mut conditions = Some(conditions).filter(|conditions| !conditions.is_empty());
    let mut sections: Vec<Entry<'t>> = Vec::new();
    for entry in root.as_mapping()?.iter().filter(|entry| entry.key != "Globals") {
        let added = match entry.key.as_ref() {
            "Resources" => {
                let kind = Kind::Mapping(resources.take().unwrap_or_default());
                sections.push(Entry {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    value: Node { span: entry.value.span, kind },
                });
                continue;
            }
            "Conditions" => conditions.take(),
            _ => None,
        };
        let mut section = entry.clone();
        if let (Some(added), Kind::Mapping(known)) = (added, &mut section.value.kind) {
            let names: HashSet<String> = known.iter().map(|entry| entry.key.to_string()).collect();
            known.extend(added.into_iter().filter(|entry| !names.contains(entry.key.as_ref())));
        }
        sections.push(section);
    }
    if let Some(conditions) = conditions {
        let at = At(root.span.at_start());
        sections.push(at.entry("Conditions", at.entries(conditions)));
    }
    Some(Node { span: root.span, kind: Kind::Mapping(sections) })
}

/// A resource without the attribute that CloudFormation does not know.
pub(super) fn without_connectors<'t>(entry: &Entry<'t>) -> Entry<'t> {
    let mut entry = entry.clone();
    if let Kind::Mapping(attributes) = &mut entry.value.kind {
        attributes.retain(|attribute| attribute.key != "Connectors");
    }
    entry
}
