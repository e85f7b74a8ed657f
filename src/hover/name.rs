//! What a name names: the type of a resource and whether it is created, the type and default of a parameter, and so on.

use super::Named;
use super::page::{Inline, Section};
use crate::eval::explore;
use crate::eval::scenario::Scenario;
use crate::expand::{Block, exists};
use crate::linter::opened::Opened;
use crate::navigation::{Missing, NestedPart, Symbol, SymbolId};
use crate::source::Span;
use crate::syntax::Node;

/// Values of a list that are shown.
const MAX_LISTED: usize = 12;

/// What there is to say about a name, and its place.
pub(super) fn section(opened: &Opened<'_, '_, '_>, named: &Named<'_>) -> Option<(Span, Section)> {
    let section = match named.symbol {
        Symbol::Resource(name) => resource(opened, name),
        Symbol::Parameter(name) => parameter(opened, name)?,
        Symbol::Pseudo(name) => head("pseudo parameter", name),
        Symbol::Condition(name) => condition(opened, name),
        Symbol::Mapping(name) => mapping(opened, name)?,
        Symbol::Event { resource, name } => {
            let mut section = head("event", name);
            section.head.extend([Inline::text(" of "), Inline::code(resource.as_str())]);
            section
        }
        Symbol::Authorizer { api, name } => {
            let mut section = head("authorizer", name);
            section.head.extend([Inline::text(" of "), Inline::code(api.replace('/', "."))]);
            section
        }
        Symbol::Substitution { machine, name } => {
            let mut section = head("substitution", name);
            section.head.extend([Inline::text(" of "), Inline::code(machine.as_str())]);
            section
        }
        Symbol::Variable(name) => head("variable of this `Fn::Sub`", name),
        Symbol::Identifier(name) => head("identifier of a loop", name),
        Symbol::Nested { stack, part, name } => {
            let what = match part {
                NestedPart::Output => "output",
                NestedPart::Parameter => "parameter",
            };
            of_stack(named, what, name, *stack)
        }
        Symbol::Template { stack } => of_stack(named, "template", "", *stack),
        Symbol::Missing(missing, name) => {
            let what = match missing {
                Missing::Referable => "parameter, resource, or pseudo parameter",
                Missing::Condition => "condition",
                Missing::Mapping => "mapping",
            };
            let mut section = head("not found:", name);
            section.paragraph(vec![Inline::text(format!("The template shows no {what} with this name."))]);
            section
        }
        Symbol::Export(_)
        | Symbol::Output(_)
        | Symbol::Rule(_)
        | Symbol::Row { .. }
        | Symbol::Column { .. }
        | Symbol::Include { .. } => return None,
    };
    Some((named.span, section))
}

fn head(what: &str, name: &str) -> Section {
    let mut head = Inline::message(what);
    if let Some(Inline::Text(first)) = head.first() {
        let strong = Inline::Strong(first.trim_end().to_owned());
        head.splice(..1, [strong, Inline::text(" ")]);
    }
    if !matches!(head.last(), Some(Inline::Text(_))) {
        head.push(Inline::text(" "));
    }
    head.push(Inline::code(name));
    Section::new(head)
}

fn of_stack(named: &Named<'_>, what: &str, name: &str, stack: SymbolId) -> Section {
    let id = named.index.symbol(stack).map(Symbol::name).unwrap_or_default();
    let mut section =
        if name.is_empty() { Section::new(vec![Inline::Strong(what.to_owned())]) } else { head(what, name) };
    section.head.extend([Inline::text(" of nested stack "), Inline::code(id)]);
    match named.index.location(stack) {
        Some(location) => section.paragraph(vec![Inline::text("Its template is "), Inline::code(location)]),
        None => section.paragraph(vec![Inline::text("Its template is not a file of the project.")]),
    }
    section
}

/// The blocks that people know by a name.
fn blocks<'m, 't>(opened: &Opened<'_, 'm, 't>, name: &str) -> Vec<&'m Block<'t>> {
    let is_own = |block: &&Block<'_>| {
        block.written_name() == name || block.origin.is_some_and(|origin| origin.written_name == name)
    };
    opened.model.resources().iter().filter(is_own).collect()
}

fn resource(opened: &Opened<'_, '_, '_>, name: &str) -> Section {
    let mut section = head("resource", name);
    let blocks = blocks(opened, name);
    let Some(first) = blocks.first() else { return section };
    if !first.written_kind().is_empty() {
        section.head.push(Inline::text(": "));
        section.head.push(Inline::code(first.written_kind()));
    }
    if blocks.len() > 1 || first.name != name {
        let names = blocks.iter().map(|block| format!("{} ({})", block.name, block.kind));
        section.labeled("Deployed as", Inline::listed(names, MAX_LISTED));
    }
    if let (Some(condition), 1) = (first.condition, blocks.len()) {
        let exploration = explore(&opened.model.evaluator, |run| exists(run, first));
        let holds: Vec<bool> = exploration.leaves.iter().map(|(_, holds)| *holds).collect();
        let (yes, infeasible): (Vec<Scenario>, &[Scenario]) = (
            exploration.leaves.iter().filter(|(_, holds)| *holds).map(|(scenario, _)| scenario.clone()).collect(),
            &exploration.infeasible,
        );
        let when = opened.model.evaluator.describe(&yes, infeasible).map(|mut when| {
            opened.mask.choice(&mut when);
            when
        });
        let words = match when {
            _ if !exploration.complete => "Created if this condition holds: ".to_owned(),
            _ if holds.iter().all(|holds| !holds) => "Never created, because of its condition ".to_owned(),
            _ if holds.iter().all(|holds| *holds) => {
                "Created in every deployment. Its condition always holds: ".to_owned()
            }
            Some(when) => format!("Created only when {when}, because of its condition "),
            None => "Created if this condition holds: ".to_owned(),
        };
        section.paragraph(vec![Inline::text(words), Inline::code(condition)]);
    }
    section
}

fn parameter(opened: &Opened<'_, '_, '_>, name: &str) -> Option<Section> {
    let parameter = opened.model.parameter(name)?;
    let mut section = head("parameter", name);
    if !parameter.kind.is_empty() {
        section.head.push(Inline::text(": "));
        section.head.push(Inline::code(parameter.kind));
    }
    let hides = parameter.no_echo || opened.mask.hides_parameter(name);
    let shown = |node: &Node<'_>| {
        let text = node.scalar_text().map(|text| text.into_owned()).unwrap_or_default();
        opened.mask.value(&text, opened.mask.is_in(node.span)).unwrap_or(text)
    };
    let has = |key: &str| parameter.node.get(key);
    if let Some(description) = has("Description").and_then(Node::as_str) {
        let text = opened.mask.value(description, false).unwrap_or_else(|| description.to_owned());
        section.paragraph(vec![Inline::text(text.chars().take(500).collect::<String>())]);
    }
    match (parameter.default, hides) {
        (None, _) => section.paragraph(vec![Inline::text("It has no default.")]),
        (Some(_), true) => section.labeled("Default", [Inline::text("not shown, because the value is secret")]),
        (Some(node), false) if node.scalar_text().is_some_and(|text| text.is_empty()) => {
            section.labeled("Default", [Inline::text("an empty text")]);
        }
        (Some(node), false) => section.labeled("Default", [Inline::code(shown(node))]),
    }
    if hides && !parameter.allowed.is_empty() {
        section.labeled("Allowed values", [Inline::text("not shown, because the value is secret")]);
    } else if !parameter.allowed.is_empty() {
        section.labeled("Allowed values", Inline::listed(parameter.allowed.iter().map(shown), MAX_LISTED));
    }
    let limits = [
        ("AllowedPattern", "Allowed pattern"),
        ("MinLength", "Minimum length"),
        ("MaxLength", "Maximum length"),
        ("MinValue", "Minimum"),
        ("MaxValue", "Maximum"),
    ];
    for (key, label) in limits {
        if let Some(node) = has(key).filter(|node| node.scalar_text().is_some()) {
            section.labeled(label, [Inline::code(shown(node))]);
        }
    }
    if parameter.no_echo {
        section.paragraph(vec![Inline::code("NoEcho"), Inline::text(": CloudFormation does not show the value.")]);
    }
    Some(section)
}

fn condition(opened: &Opened<'_, '_, '_>, name: &str) -> Section {
    let mut section = head("condition", name);
    let conditions = opened.model.evaluator.template.conditions;
    let Some(entry) = conditions.iter().find(|entry| entry.key == name) else { return section };
    let exploration = explore(&opened.model.evaluator, |run| run.condition(&entry.key));
    let yes: Vec<Scenario> =
        exploration.leaves.iter().filter(|(_, holds)| *holds).map(|(scenario, _)| scenario.clone()).collect();
    let words = match yes.len() {
        _ if !exploration.complete => "It depends on too many choices to list them.".to_owned(),
        0 => "It never holds.".to_owned(),
        all if all == exploration.leaves.len() => "It always holds.".to_owned(),
        _ => match opened.model.evaluator.describe(&yes, &exploration.infeasible) {
            Some(mut when) => {
                opened.mask.choice(&mut when);
                format!("It holds when {when}.")
            }
            None => "It may hold.".to_owned(),
        },
    };
    section.paragraph(Inline::message(&words));
    section
}

fn mapping(opened: &Opened<'_, '_, '_>, name: &str) -> Option<Section> {
    let mapping = opened.model.evaluator.template.mapping(name)?;
    let mut section = head("mapping", name);
    let keys = mapping.as_mapping().unwrap_or_default().iter().map(|entry| entry.key.to_string());
    section.labeled("Keys", Inline::listed(keys, MAX_LISTED));
    Some(section)
}
