//! What ties a template to others: the nested stacks that it declares, with what it gives to their parameters, the templates that
//! are somewhere else, and the exports that it makes.

use super::file_report::{Notice, NoticeKind};
use crate::code::Code;
use crate::constructs::Constructs;
use crate::eval::inputs::{Given, Inputs, Output, Shared};
use crate::eval::value::{Kind, Value};
use crate::eval::{Descent, Memory, Run, explore};
use crate::expand::expansion::Note;
use crate::expand::{self, Block, Model};
use crate::source::Span;
use crate::syntax::{Document, Entry, Node};
use crate::template::{self, Template};
use foldhash::HashSet;
use std::collections::BTreeMap;

/// The type of nested stacks; SAM's applications have become it too.
const STACK: &str = "AWS::CloudFormation::Stack";
/// The type of stacks in several accounts and Regions.
pub(super) const STACK_SET: &str = "AWS::CloudFormation::StackSet";

/// The types of resources that are deployed from a template somewhere else, with the property that says where; with none, the
/// type has no other place for it. Apart from stacks and stack sets, none can have a local file.
///
/// Source: the resource types' pages in the CloudFormation Template Reference (2026-11).
const TEMPLATES_ELSEWHERE: [(&str, Option<&str>); 8] = [
    (STACK, None),
    (STACK_SET, Some("TemplateURL")),
    ("AWS::CloudFormation::ModuleVersion", None),
    ("AWS::Config::ConformancePack", Some("TemplateS3Uri")),
    ("AWS::Config::OrganizationConformancePack", Some("TemplateS3Uri")),
    ("AWS::SageMaker::Project", None),
    ("AWS::ServiceCatalog::CloudFormationProduct", None),
    ("AWS::ServiceCatalog::CloudFormationProvisionedProduct", None),
];

/// Whether resources of a type do nothing but deploy a template.
pub(super) fn holds_template(kind: &str) -> bool {
    TEMPLATES_ELSEWHERE.iter().any(|(own, _)| *own == kind)
}

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

/// Whether an expanded template has stacks or stack sets.
pub(super) fn are_in(root: &Node<'_>) -> bool {
    let resources = root.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
    let kinds = resources.iter().filter_map(|resource| resource.value.get("Type")?.as_str());
    kinds.into_iter().any(|kind| kind == STACK || kind == STACK_SET)
}

/// The nested stacks and stack sets of a template that have a local file, in the order of the template.
pub(super) fn nested<'m>(model: &'m Model<'m, '_>, constructs: Option<&Constructs>) -> Vec<Nested> {
    let mut nested: Vec<Nested> = [STACK, STACK_SET]
        .into_iter()
        .flat_map(|kind| model.of_type(kind))
        .filter_map(|block| {
            let (location, given) = stack(block, model, constructs)?;
            Some(Nested { name: block.name.to_owned(), span: block.key_span, location, given })
        })
        .collect();
    nested.sort_by_key(|nested| nested.span);
    nested
}

/// The resources of a template whose own template is not a local file, in the order of the template, with a note about all of them.
pub(super) fn elsewhere(model: &Model<'_, '_>, nested: &[Nested]) -> (Vec<Notice>, Option<Note>) {
    let local: HashSet<&str> = nested.iter().map(|nested| nested.name.as_str()).collect();
    let mut found: Vec<(&Block<'_>, Notice)> = Vec::new();
    for (kind, property) in TEMPLATES_ELSEWHERE {
        let has_place = |block: &&Block<'_>| {
            let Some(name) = property else { return true };
            block.node.get("Properties").is_some_and(|properties| properties.get(name).is_some())
        };
        let remote = model.of_type(kind).filter(has_place).filter(|block| !local.contains(block.name));
        found.extend(remote.map(|block| {
            let kind = NoticeKind::TemplateNotFound;
            (block, Notice { kind, name: block.written_name().to_owned(), span: block.key_span })
        }));
    }
    found.sort_by_key(|(block, _)| (block.key_span, block.name));
    let note = found.first().map(|(first, _)| {
        let others = match found.len() - 1 {
            0 => String::new(),
            1 => " and of 1 other resource".to_owned(),
            more => format!(" and of {more} other resources"),
        };
        Note {
            code: Code::TemplateElsewhere,
            span: first.key_span,
            message: format!(
                "the template of `{}` ({}){others} is not a file of the project, so no rule checks what it creates",
                first.written_name(),
                first.written_kind()
            ),
            help: "Run hipaalint on that template as well.".to_owned(),
        }
    });
    (found.into_iter().map(|(_, notice)| notice).collect(), note)
}

/// A stack's location and what it gives, over all scenarios in which it exists. Nothing where its template is not one local
/// file.
fn stack<'m, 't>(
    block: &'m Block<'t>,
    model: &'m Model<'m, 't>,
    constructs: Option<&Constructs>,
) -> Option<(String, Option<BTreeMap<String, Given>>)> {
    let asset = asset_path(block.node).or_else(|| asset_file(block.node, constructs?));
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

/// The same where the CDK writes no metadata: the address ends in the hash of an asset, which the assembly lists.
fn asset_file<'c>(node: &Node<'_>, constructs: &'c Constructs) -> Option<&'c str> {
    let address = node.get("Properties")?.get("TemplateURL")?;
    // A text, or parts of one in `Fn::Join`, `Fn::Sub` or both.
    let mut waiting = vec![address];
    while let Some(node) = waiting.pop() {
        if let Some(file) = node.as_str().and_then(|text| constructs.asset(text)) {
            return Some(file);
        }
        waiting.extend(node.as_sequence().unwrap_or_default());
        waiting.extend(node.as_mapping().unwrap_or_default().iter().map(|entry| &entry.value));
    }
    None
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
pub(super) fn parameters<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> Option<BTreeMap<String, Given>> {
    let value = match run.descend(block.node, block.key_span, &["Properties", "Parameters"]) {
        Descent::Value(value, 2) => value,
        Descent::Absent(..) if block.kind != STACK_SET => return Some(BTreeMap::new()),
        Descent::Absent(..) => return overrides(block).map(unknown),
        _ => return None,
    };
    if block.kind == STACK_SET {
        return of_stack_set(run, block, value);
    }
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

/// What a stack set gives: a list of keys and values, which its instances may override.
fn of_stack_set<'t>(run: &mut Run<'_, 't>, block: &Block<'t>, value: &Value<'t>) -> Option<BTreeMap<String, Given>> {
    let Kind::List(items) = &value.kind else { return None };
    let mut given = BTreeMap::new();
    for item in items {
        let key = item.get("ParameterKey")?.text()?.into_owned();
        let value = item.get("ParameterValue").and_then(|value| text(run, value));
        given.insert(key, value.map_or(Given::Unknown, |text| Given::Texts(vec![text])));
    }
    given.extend(unknown(overrides(block)?));
    Some(given)
}

fn unknown(names: Vec<String>) -> BTreeMap<String, Given> {
    names.into_iter().map(|name| (name, Given::Unknown)).collect()
}

/// The parameters that groups of instances override; nothing where they cannot be read.
fn overrides(block: &Block<'_>) -> Option<Vec<String>> {
    let Some(groups) = block.node.get("Properties").and_then(|properties| properties.get("StackInstancesGroup")) else {
        return Some(Vec::new());
    };
    let lists = groups.as_sequence()?.iter().filter_map(|group| group.get("ParameterOverrides"));
    let mut names = Vec::new();
    for list in lists {
        for item in list.as_sequence()? {
            names.push(item.get("ParameterKey")?.as_str()?.to_owned());
        }
    }
    Some(names)
}

/// What a template shares with other stacks, as far as it is known, whatever is chosen: its exports, and its outputs where the name of
/// its stack is known.
pub(super) fn shared(document: &Document<'_>, inputs: &Inputs) -> Shared {
    let mut shared = Shared::default();
    let outputs = document.root.get("Outputs").and_then(Node::as_mapping).unwrap_or_default();
    let is_named = inputs.fixed("AWS::StackName").is_some();
    let exported = |output: &Entry<'_>| {
        let name = output.value.get("Export").and_then(|export| export.get("Name"));
        name.is_some_and(|name| !has_name_of_stack(name))
    };
    let has_any = is_named || outputs.iter().any(exported);
    if !has_any || !template::is_template(&document.root) {
        return shared;
    }
    let template = Template::new(&document.root);
    let (inputs, _) = inputs.accepted_by(&document.root, |_| true);
    let memory = Memory::default();
    let model = Model::new(&template, &inputs, &memory);
    for output in &model.outputs {
        let Some(value) = output.node.get("Value") else { continue };
        let export = output.node.get("Export").and_then(|export| export.get("Name"));
        let export = export.filter(|name| is_named || !has_name_of_stack(name));
        if let Some((name, value)) = export.and_then(|name| Some((known(name, &model)?, known(value, &model)?))) {
            shared.exports.insert(name, value);
        }
        if let Some(stack) = inputs.fixed("AWS::StackName") {
            let fixed = |name| inputs.fixed(name).map(str::to_owned);
            let (account, region) = (fixed("AWS::AccountId"), fixed("AWS::Region"));
            let one = Output { account, region, value: known(value, &model) };
            shared.outputs.entry((stack.to_owned(), output.name.to_owned())).or_default().push(one);
        }
    }
    shared
}

/// Whether a text is put together with the name of the stack, as those of most exports are.
fn has_name_of_stack(text: &Node<'_>) -> bool {
    const NAME: &str = "AWS::StackName";
    let is_name = |node: &Node<'_>| node.get("Ref").and_then(Node::as_str) == Some(NAME);
    let pieces = text.get("Fn::Join").and_then(|join| join.as_sequence()?.get(1)?.as_sequence()).unwrap_or_default();
    let substituted = text.get("Fn::Sub").and_then(Node::as_str).unwrap_or_default();
    substituted.contains("${AWS::StackName}") || pieces.iter().any(is_name)
}

/// A text that is known and the same, whatever is chosen.
fn known<'m, 't>(node: &'t Node<'t>, model: &'m Model<'m, 't>) -> Option<String> {
    let exploration = explore(&model.evaluator, |run| run.value(node).cloned().and_then(|value| text(run, &value)));
    let mut leaves = exploration.leaves.into_iter().map(|(_, leaf)| leaf);
    let first = leaves.next()??;
    (exploration.complete && leaves.all(|leaf| leaf.as_ref() == Some(&first))).then_some(first)
}
