//! Our own exceptions in `Metadata: hipaalint: exceptions:`, of a resource or of the template.
//!
//! ```yaml
//! Metadata:
//!   hipaalint:
//!     exceptions:
//!       - rule: s3-bucket-versioning          # or a list of rules
//!         reason: The records are copied from the archive every night.
//!         alternative: Nightly copies, kept for 90 days.
//!         owner: data-platform@example.com
//!         ticket: SEC-123
//!         expires: 2026-12-31                 # the last day on which it holds
//!         resources: [Records]                # the template's only: what it covers, instead of everything
//!         paths: [Properties/Tags]            # only this, from the resource, or each of the resources, or the template on
//! ```

use super::cover::{Cover, is_below};
use super::draft::{Draft, Site, Sites, join, text_of};
use crate::finding::Dialect;
use crate::rules::load::nearest;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};

/// Keys of an exception.
const KEYS: [&str; 8] = ["rule", "reason", "alternative", "owner", "ticket", "expires", "paths", "resources"];

/// The most parts of resources that one exception covers: each path in each resource.
const MOST_PARTS: usize = 10_000;

/// The exceptions of a tree.
pub(super) fn read(sites: &Sites<'_, '_>) -> Vec<Draft> {
    let tree = sites.tree;
    let mut drafts = Vec::new();
    for (resource, metadata) in blocks_with_metadata(tree) {
        let Some(own) = metadata.get("hipaalint") else { continue };
        let block = block_path(resource);
        let reader = MetadataReader { tree, block: &block };
        let place = sites.at(join(&join(&block, "Metadata"), "hipaalint"));
        reader.section(own, &place, &mut drafts);
    }
    drafts
}

/// The template, which has no name, and its resources, with their `Metadata`.
pub(super) fn blocks_with_metadata<'n>(tree: &'n Node<'_>) -> impl Iterator<Item = (Option<&'n str>, &'n Node<'n>)> {
    let resources = tree.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
    let of_resource = |entry: &'n Entry<'n>| Some((Some(entry.key.as_ref()), entry.value.get("Metadata")?));
    let of_template = tree.get("Metadata").map(|metadata| (None, metadata));
    of_template.into_iter().chain(resources.iter().filter_map(of_resource))
}

/// The path of a resource, or of the template.
pub(super) fn block_path(resource: Option<&str>) -> String {
    resource.map_or_else(String::new, |name| ["Resources/", name].concat())
}

/// Reads the exceptions of one block.
struct MetadataReader<'r, 't> {
    tree: &'r Node<'t>,
    /// The path of the block; empty for the template.
    block: &'r str,
}

impl MetadataReader<'_, '_> {
    fn section(&self, own: &Node<'_>, place: &Site, drafts: &mut Vec<Draft>) {
        let Some(entries) = own.as_mapping() else {
            return drafts.push(self.broken(
                own,
                place,
                format!("`hipaalint` is {}, not a map with `exceptions`", own.describe()),
            ));
        };
        for entry in entries {
            if entry.key != "exceptions" {
                let mut draft = self.broken(own, place, unknown_key(&entry.key, &["exceptions"]));
                draft.span = entry.key_span;
                draft.problems.iter_mut().for_each(|(span, _)| *span = entry.key_span);
                drafts.push(draft);
                continue;
            }
            let place = place.step("exceptions");
            match &entry.value.kind {
                // A key with nothing after it, as people leave when they comment its content out.
                Kind::Null => {}
                Kind::Sequence(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.item(item, &place.step(&index.to_string()), drafts);
                    }
                }
                _ => {
                    let problem = format!("`exceptions` is {}, not a list", entry.value.describe());
                    drafts.push(self.broken(&entry.value, &place, problem));
                }
            }
        }
    }

    /// What cannot be read as an exception.
    fn broken(&self, node: &Node<'_>, place: &Site, problem: String) -> Draft {
        let mut draft = Draft::new(Dialect::Metadata, node.span, place.clone());
        draft.problems.push((node.span, problem));
        draft.covers.push(Cover::of(self.block));
        draft
    }

    /// One exception, for each rule that it names.
    fn item(&self, item: &Node<'_>, place: &Site, drafts: &mut Vec<Draft>) {
        let Some(entries) = item.as_mapping() else {
            let problem = format!("an exception is {}, not a map with `rule` and `reason`", item.describe());
            return drafts.push(self.broken(item, place, problem));
        };
        let mut draft = Draft::new(Dialect::Metadata, item.span, place.clone());
        let mut rules = Vec::new();
        let mut paths = Vec::new();
        let mut resources = Vec::new();
        for entry in entries {
            let value = &entry.value;
            match entry.key.as_ref() {
                "rule" => rules = texts(entry, &mut draft),
                "reason" => draft.reason = text(entry, &mut draft),
                "alternative" => draft.alternative = text(entry, &mut draft),
                "owner" => draft.owner = text(entry, &mut draft),
                "ticket" => draft.ticket = text(entry, &mut draft),
                "expires" => {
                    draft.expires_span = value.span;
                    draft.expires = text_of(value).and_then(|text| text.parse().ok());
                    if draft.expires.is_none() {
                        draft.problems.push((value.span, "`expires` is not a date such as 2026-12-31".to_owned()));
                    }
                }
                "paths" => paths = some_texts(entry, &mut draft),
                "resources" if self.block.is_empty() => resources = some_texts(entry, &mut draft),
                "resources" => {
                    let problem = "`resources` is allowed only in the exceptions of the template; an exception of a resource \
                         covers that resource";
                    draft.problems.push((entry.key_span, problem.to_owned()));
                }
                _ => draft.problems.push((entry.key_span, unknown_key(&entry.key, &KEYS))),
            }
        }
        self.covers(&mut draft, &resources, &paths);
        if rules.is_empty() {
            if draft.problems.is_empty() {
                draft.problems.push((item.span, "`rule` is missing".to_owned()));
            }
            drafts.push(draft);
            return;
        }
        for (id, id_span) in rules {
            drafts.push(Draft { id, id_span, ..draft.clone() });
        }
    }

    fn covers(&self, draft: &mut Draft, resources: &[(String, Span)], paths: &[(String, Span)]) {
        for (name, span) in resources {
            let known = self.tree.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
            if !known.iter().any(|entry| entry.key == *name) {
                let hint = match nearest(name, known.iter().map(|entry| entry.key.as_ref())) {
                    Some(nearest) => format!("there is no resource `{name}`; did you mean `{nearest}`?"),
                    None => format!("there is no resource `{name}`"),
                };
                draft.problems.push((*span, hint));
            }
        }
        let mut blocks: Vec<String> = resources.iter().map(|(name, _)| join("Resources", name)).collect();
        if blocks.is_empty() {
            blocks.push(self.block.to_owned());
        }
        if paths.is_empty() {
            draft.covers.extend(blocks.iter().map(Cover::of));
        }
        if blocks.len().saturating_mul(paths.len()) > MOST_PARTS {
            let problem = format!("`paths` and `resources` name more than {MOST_PARTS} parts; divide the exception");
            draft.problems.extend(paths.first().map(|(_, span)| (*span, problem)));
            draft.covers.extend(blocks.iter().map(Cover::of));
            return;
        }
        for (path, span) in paths {
            let steps = path.trim_matches('/');
            if steps.is_empty() {
                draft.problems.push((*span, format!("`{path}` in `paths` does not name a part")));
            } else if !resources.is_empty() && is_below(steps, "Resources") {
                // A path from the template on, as it would be without `resources`.
                if !blocks.iter().any(|block| is_below(steps, block)) {
                    draft.problems.push((*span, format!("the path `{path}` is not in one of the `resources`")));
                }
                draft.covers.push(Cover::of(steps));
            } else {
                draft.covers.extend(blocks.iter().map(|block| Cover::of(join(block, steps))));
            }
        }
    }
}

/// The text of a field; another type is a problem, but null is not.
fn text(entry: &Entry<'_>, draft: &mut Draft) -> Option<String> {
    if matches!(entry.value.kind, Kind::Mapping(_) | Kind::Sequence(_)) {
        let problem = format!("`{}` is {}, not a string", entry.key, entry.value.describe());
        draft.problems.push((entry.value.span, problem));
    }
    text_of(&entry.value)
}

/// The texts of a field that may have several.
fn texts(entry: &Entry<'_>, draft: &mut Draft) -> Vec<(String, Span)> {
    let items = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match text_of(item) {
            Some(text) => texts.push((text, item.span)),
            None => {
                let problem = format!("`{}` is {}, not a string or a list of strings", entry.key, item.describe());
                draft.problems.push((item.span, problem));
            }
        }
    }
    texts
}

/// The texts of a field that limits what is covered. An empty list would cover everything.
fn some_texts(entry: &Entry<'_>, draft: &mut Draft) -> Vec<(String, Span)> {
    if entry.value.as_sequence().is_some_and(<[_]>::is_empty) {
        let problem =
            format!("`{}` is an empty list, which covers nothing; remove the key to cover everything", entry.key);
        draft.problems.push((entry.value.span, problem));
    }
    texts(entry, draft)
}

fn unknown_key(key: &str, known: &[&'static str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(nearest) => format!("`{key}` is not a valid key; did you mean `{nearest}`?"),
        None => format!("`{key}` is not a valid key; the keys are {}", known.join(", ")),
    }
}
