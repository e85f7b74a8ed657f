//! Aliases of KMS keys that resources name by a text, their name or ARN, in properties that take a key.

use super::key_use::names_a_key;
use super::names::may_begin_with;
use super::references::Branch;
use super::refers_to;
use crate::eval::reads::Sought;
use crate::eval::{Run, begins_as_function};
use crate::expand::ties::{Table, plain_name};
use crate::expand::{Block, Model, exists};
use crate::syntax::{Kind, Node};

/// What a property that takes a key has, and the branches of `Fn::If` that lead to it.
type Text<'t> = (&'t Node<'t>, Vec<Branch<'t>>);

/// The resources that may name one of some aliases by a text.
pub(super) fn users<'m, 't>(
    run: &mut Run<'_, 't>,
    model: &'m Model<'m, 't>,
    aliases: &[&Block<'t>],
) -> Vec<&'m Block<'t>> {
    if aliases.is_empty() {
        return Vec::new();
    }
    let table = model.table("texts that name keys", || {
        let mut table = Table::default();
        let reads = &model.evaluator.reads;
        for (place, block) in model.resources().iter().enumerate() {
            if reads.is_without(place, Sought::KeyTexts) {
                continue;
            }
            let texts = texts_of(model, block);
            if texts.is_empty() {
                reads.know_without(place, Sought::KeyTexts);
            }
            for (node, _) in texts {
                let ends = known_end(node);
                for key in [ends.unwrap_or(OPEN), if ends.is_some() { PLAIN } else { OPEN }] {
                    table.entry(key.to_owned()).or_default().push(place);
                }
            }
        }
        for places in table.values_mut() {
            places.dedup();
        }
        table
    });
    let mut places = table.get(OPEN).to_vec();
    for alias in aliases {
        places.extend_from_slice(match plain_name(alias) {
            Some(name) => table.get(end(name)),
            None => table.get(PLAIN),
        });
    }
    if !run.guess(places.len()) {
        return Vec::new();
    }
    places.into_iter().filter_map(|place| model.at(place)).collect()
}

/// Whether a resource that holds data names one of some aliases by a text, in a run's scenario.
pub(super) fn names_alias<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    user: &Block<'t>,
    aliases: &[&Block<'t>],
) -> bool {
    texts_of(model, user).into_iter().any(|(node, branches)| {
        super::phi::holds(run, user).is_some()
            && exists(run, user)
            && branches.iter().all(|(condition, taken)| run.condition(condition) == *taken)
            && run.value(node).is_some_and(|value| {
                aliases.iter().any(|alias| refers_to(run, value, alias).is_true() && exists(run, alias))
            })
    })
}

fn texts_of<'t>(model: &Model<'_, 't>, block: &Block<'t>) -> Vec<Text<'t>> {
    let mut texts = Vec::new();
    if let Some(properties) = block.node.get("Properties") {
        collect(properties, false, &mut Vec::new(), &mut texts);
    }
    // A reference to a resource is not a text.
    texts.retain(|(node, _)| match node.get("Ref").and_then(Node::as_str) {
        Some(name) => model.parameter(name).is_some(),
        None => [BEGIN, "arn:"].iter().any(|start| may_begin_with(node, start)),
    });
    texts
}

/// Stands for texts whose end is not known, and for all others.
const OPEN: &str = "?";
const PLAIN: &str = "*";

/// What follows the last `/` of a text.
fn end(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or_default()
}

/// The end of what a node makes, if it is written as a text.
fn known_end<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    let text = node.as_str().or_else(|| node.get("Fn::Sub")?.as_str())?;
    Some(end(text)).filter(|end| end.len() < text.len() && !end.contains("${"))
}

/// Collects the texts below a node: `of_key` if the property that it is the value of takes a key.
fn collect<'t>(node: &'t Node<'t>, of_key: bool, branches: &mut Vec<Branch<'t>>, texts: &mut Vec<Text<'t>>) {
    match &node.kind {
        Kind::Mapping(entries) => match entries.as_slice() {
            [only] if only.key == "Ref" || begins_as_function(&only.key) => match only.value.as_sequence() {
                Some([condition, then, otherwise]) if only.key == "Fn::If" => {
                    let Some(name) = condition.as_str() else { return };
                    for (branch, taken) in [(then, true), (otherwise, false)] {
                        branches.push((name, taken));
                        collect(branch, of_key, branches, texts);
                        branches.pop();
                    }
                }
                _ if of_key && makes_text(&only.key) => texts.push((node, branches.clone())),
                _ => {}
            },
            entries => {
                for entry in entries {
                    // A condition key of a policy, such as `kms:ViaService`, takes none.
                    let of_key = names_a_key(&entry.key) && !entry.key.contains(':');
                    collect(&entry.value, of_key, branches, texts);
                }
            }
        },
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, of_key, branches, texts)),
        Kind::String(text) if of_key && text.contains(BEGIN) => texts.push((node, branches.clone())),
        _ => {}
    }
}

/// What the name of every alias begins with.
const BEGIN: &str = "alias/";

/// Whether a function may make the text of an alias of this template: an attribute is that of a resource, and what another stack exports
/// was there before.
fn makes_text(function: &str) -> bool {
    matches!(function, "Ref" | "Fn::Sub" | "Fn::Join" | "Fn::Select" | "Fn::FindInMap")
}
