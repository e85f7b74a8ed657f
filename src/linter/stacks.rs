//! What ties a template to others: the nested stacks that it declares, with what it gives to their parameters, and the exports
//! that it makes.

use crate::eval::inputs::{Given, Inputs};
use crate::eval::value::{Kind, Value};
use crate::eval::{Descent, Memory, Run, explore};
use crate::expand::{self, Block, Model};
use crate::source::Span;
use crate::syntax::{Document, Node};
use crate::template::{self, Template};
use std::collections::BTreeMap;

/// The type of nested stacks; SAM's applications have become it too.
const STACK: &str = "AWS::CloudFormation::Stack";

/// A nested stack whose template is a file beside its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The logical id of the stack in its parent.
    pub name: String,
    /// Where that is written.
    pub span: Span,
    /// The path of its template, relative to the parent's.
    pub location: String,
    /// What the parent gives to its parameters, if that is known; others keep their defaults.
    pub given: Option<BTreeMap<String, Given>>,
}

/// The nested stacks of a template that have a local file, in the order of the template.
pub(super) fn nested<'m>(model: &'m Model<'m, '_>) -> Vec<Nested> {
    model
        .of_type(STACK)
        .filter_map(|block| {
            let (location, given) = stack(block, model)?;
            Some(Nested { name: block.name.to_owned(), span: block.key_span, location, given })
        })
        .collect()
}

/// A stack's location and what it gives, over all scenarios in which it exists. Nothing where its template is not one local
/// file.
fn stack<'m, 't>(block: &'m Block<'t>, model: &'m Model<'m, 't>) -> Option<(String, Option<BTreeMap<String, Given>>)> {
    let asset = asset_path(block.node);
    let exploration = explore(&model.evaluator, |run| {
        if !expand::exists(run, block) {
            return None;
        }
        let location = asset.map(str::to_owned).or_else(|| text_at(run, block, "TemplateURL"));
        // Most templates are in a bucket: nobody asks what they are given, which may have many choices.
        let may_be_read = location.as_deref().is_some_and(is_local);
        let given = if may_be_read { parameters(run, block) } else { None };
        Some((location, given))
    });
    if !exploration.complete {
        return None;
    }
    let keeps_defaults = |scenario: &crate::eval::scenario::Scenario| scenario.keeps_defaults(&model.evaluator.choices);
    let (usual, unusual): (Vec<_>, Vec<_>) =
        exploration.leaves.into_iter().partition(|(scenario, _)| keeps_defaults(scenario));
    let mut leaves = usual.into_iter().chain(unusual).filter_map(|(_, leaf)| leaf);
    let (location, first) = leaves.next()?;
    let location = location.filter(|location| is_local(location))?;
    let mut given = first;
    for (other, parameters) in leaves {
        if other.as_ref() != Some(&location) {
            return None;
        }
        given = given.zip(parameters).map(|(given, parameters)| united(given, &parameters));
    }
    Some((location, given))
}

/// What is given in one scenario or another. What is given in one only may as well be the default, which the child has.
fn united(given: BTreeMap<String, Given>, other: &BTreeMap<String, Given>) -> BTreeMap<String, Given> {
    let only_there = other.keys().filter(|name| !given.contains_key(*name)).map(|name| (name.clone(), Given::Unknown));
    let only_there: Vec<_> = only_there.collect();
    let here = given.into_iter().map(|(name, value)| {
        let value = other.get(&name).map_or(Given::Unknown, |other| either(value, other.clone()));
        (name, value)
    });
    here.chain(only_there).collect()
}

/// One or the other.
fn either(one: Given, other: Given) -> Given {
    match (one, other) {
        (Given::Texts(mut texts), Given::Texts(others)) => {
            for text in others {
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            Given::Texts(texts)
        }
        _ => Given::Unknown,
    }
}

/// Where the CDK put the template of a nested stack: its `TemplateURL` is an address in a bucket that exists when it is deployed.
fn asset_path<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    let metadata = node.get("Metadata")?;
    let property = metadata.get("aws:asset:property").and_then(Node::as_str)?;
    metadata.get("aws:asset:path").and_then(Node::as_str).filter(|_| property == "TemplateURL")
}

/// Whether a location is a path in the project: no address, and not the outside of the machine.
fn is_local(location: &str) -> bool {
    !location.is_empty() && !location.contains("://") && !location.starts_with(['/', '\\'])
}

fn text_at<'t>(run: &mut Run<'_, 't>, block: &Block<'t>, property: &str) -> Option<String> {
    match run.descend(block.node, block.key_span, &["Properties", property]) {
        Descent::Value(value, 2) => text(run, value),
        _ => None,
    }
}

/// A scalar's text, every choice in it made.
fn text<'t>(run: &mut Run<'_, 't>, value: &Value<'t>) -> Option<String> {
    run.settled(value.clone()).text().map(std::borrow::Cow::into_owned)
}

/// What the stack gives; nothing where not even the names are known.
fn parameters<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> Option<BTreeMap<String, Given>> {
    let value = match run.descend(block.node, block.key_span, &["Properties", "Parameters"]) {
        Descent::Value(value, 2) => value,
        Descent::Absent(..) => return Some(BTreeMap::new()),
        _ => return None,
    };
    let Kind::Map(fields) = &value.kind else { return None };
    let given = |run: &mut Run<'_, 't>, value: &Value<'t>| match &value.kind {
        // A list is given as CloudFormation joins it.
        Kind::List(items) => {
            items.iter().map(|item| text(run, item)).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        }
        _ => text(run, value),
    };
    let one = |run: &mut Run<'_, 't>, value| given(run, value).map_or(Given::Unknown, |text| Given::Texts(vec![text]));
    Some(fields.iter().map(|field| (field.key.clone().into_owned(), one(run, &field.value))).collect())
}

/// The exports of a template whose name and value are known, whatever is chosen: name to value.
pub(super) fn exports(document: &Document<'_>, inputs: &Inputs) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    let outputs = document.root.get("Outputs").and_then(Node::as_mapping).unwrap_or_default();
    let has_any = outputs.iter().any(|output| output.value.get("Export").is_some());
    if !has_any || !template::is_template(&document.root) {
        return exports;
    }
    let template = Template::new(&document.root);
    let (inputs, _) = inputs.accepted_by(&document.root, |_| true);
    let memory = Memory::default();
    let model = Model::new(&template, &inputs, &memory);
    for output in &model.outputs {
        let (Some(name), Some(value)) =
            (output.node.get("Export").and_then(|export| export.get("Name")), output.node.get("Value"))
        else {
            continue;
        };
        let exploration = explore(&model.evaluator, |run| {
            let mut known = |node| run.value(node).cloned().and_then(|value| text(run, &value));
            Some((known(name)?, known(value)?))
        });
        let mut leaves = exploration.leaves.into_iter().map(|(_, leaf)| leaf);
        if let (true, Some(Some(first))) = (exploration.complete, leaves.next())
            && leaves.all(|leaf| leaf.as_ref() == Some(&first))
        {
            exports.insert(first.0, first.1);
        }
    }
    exports
}
