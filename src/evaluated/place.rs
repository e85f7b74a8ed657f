//! Finds what is asked for: the whole template, a path, or a place of the text.

use super::build::{Builder, Guards, arguments_of_if, hold, step};
use super::origins::{Trace, parameter_detail};
use super::{Alternative, Content, From, FromKind, Missing, Part, Piece, Value};
use crate::eval::choices::Candidate;
use crate::eval::scenario::Scenario;
use crate::eval::value::{self, Kind};
use crate::eval::{explore, has_macro, is_function};
use crate::expand::{Block, Section};
use crate::linter::Mask;
use crate::linter::opened::Opened;
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::{self, Entry, Node};

const PARAMETERS: &str = "Parameters";
const CONDITIONS: &str = "Conditions";
const RESOURCES: &str = "Resources";
const OUTPUTS: &str = "Outputs";

/// The sections whose entries have values, in the order in which they are shown.
const SECTIONS: [&str; 4] = [PARAMETERS, CONDITIONS, RESOURCES, OUTPUTS];

/// So many blocks that a loop makes of one text are shown at a place.
const MAX_BLOCKS: usize = 20;

/// A resource or an output.
#[derive(Clone)]
struct Spot<'t> {
    section: &'static str,
    name: &'t str,
    kind: &'t str,
    key_span: Span,
    node: &'t Node<'t>,
    condition: Option<&'t str>,
    made: Option<String>,
}

/// All values of the template.
pub(super) fn whole(opened: &Opened<'_, '_, '_>) -> Vec<Part> {
    SECTIONS.into_iter().flat_map(|section| section_parts(opened, section)).collect()
}

fn section_parts(opened: &Opened<'_, '_, '_>, section: &'static str) -> Vec<Part> {
    let template = opened.model.evaluator.template;
    match section {
        PARAMETERS => template.parameters.iter().map(|parameter| self::parameter(opened, parameter.name)).collect(),
        CONDITIONS => template.conditions.iter().map(|entry| condition(opened, entry)).collect(),
        _ => {
            // One budget for all of them.
            let mut builder = Builder::new(opened);
            let spots = spots(opened, section);
            spots.iter().filter_map(|spot| part(&mut builder, spot, &[]).ok()).collect()
        }
    }
}

/// The resources or outputs of the template that is deployed.
fn spots<'t>(opened: &Opened<'_, '_, 't>, section: &'static str) -> Vec<Spot<'t>> {
    let blocks = if section == OUTPUTS { &opened.model.outputs } else { &opened.model.resources().to_vec() };
    blocks.iter().map(|block| spot(opened, block, section)).collect()
}

fn spot<'t>(opened: &Opened<'_, '_, 't>, block: &Block<'t>, section: &'static str) -> Spot<'t> {
    Spot {
        section,
        name: block.name,
        kind: block.kind,
        key_span: block.key_span,
        node: block.node,
        condition: block.condition,
        made: made(opened, block),
    }
}

/// What a block was made from.
fn made(opened: &Opened<'_, '_, '_>, block: &Block<'_>) -> Option<String> {
    let mut words = Vec::new();
    if block.section == Section::Resources && block.written_kind() != block.kind {
        words.push(match block.part() {
            Some(part) => format!("made from `{}` ({}): {part}", block.written_name(), block.written_kind()),
            None => format!("made from {}", block.written_kind()),
        });
    }
    let iterations = opened.model.iterations(&block.path());
    if !iterations.is_empty() {
        let texts = iterations.iter().map(|one| format!("{} = {}", one.identifier, one.value));
        words.push(format!("for {}", texts.collect::<Vec<_>>().join(", ")));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// The resources or outputs as people know them: before SAM's transform.
fn known_spots<'t>(opened: &Opened<'_, '_, 't>, section: &'static str) -> Vec<Spot<'t>> {
    let entries = opened.known.get(section).and_then(Node::as_mapping).unwrap_or_default();
    let spots = entries.iter().filter(|entry| !entry.key.starts_with("Fn::")).map(|entry| Spot {
        section,
        name: &entry.key,
        kind: entry.value.get("Type").and_then(Node::as_str).unwrap_or_default(),
        key_span: entry.key_span,
        node: &entry.value,
        condition: entry.value.get("Condition").and_then(Node::as_str),
        made: {
            let iterations = opened.model.iterations(&format!("{section}/{}", entry.key));
            let texts = iterations.iter().map(|one| format!("{} = {}", one.identifier, one.value));
            (!iterations.is_empty()).then(|| format!("for {}", texts.collect::<Vec<_>>().join(", ")))
        },
    });
    spots.collect()
}

/// The values at a path.
pub(super) fn at_path(opened: &Opened<'_, '_, '_>, path: &str) -> Result<Vec<Part>, Missing> {
    let path = path.trim_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let template = opened.model.evaluator.template;
    let parameters = || template.parameters.iter().map(|parameter| parameter.name);
    let conditions = || template.conditions.iter().map(|entry| entry.key.as_ref());
    match SECTIONS.into_iter().find(|section| *section == first) {
        Some(section) if rest.is_empty() => match section_parts(opened, section) {
            parts if parts.is_empty() => Err(without_values(opened, section)),
            parts => Ok(parts),
        },
        Some(PARAMETERS) => match parameters().find(|name| *name == rest) {
            Some(name) => Ok(vec![parameter(opened, name)]),
            None => Err(missing(rest, PARAMETERS, parameters())),
        },
        Some(CONDITIONS) => match template.conditions.iter().find(|entry| entry.key == rest) {
            Some(entry) => Ok(vec![condition(opened, entry)]),
            None => Err(missing(rest, CONDITIONS, conditions())),
        },
        Some(section) => in_section(opened, section, rest),
        None => {
            let has = |section| {
                spots(opened, section).iter().chain(&known_spots(opened, section)).any(|one| one.name == first)
            };
            match [RESOURCES, OUTPUTS].into_iter().find(|section| has(section)) {
                Some(section) => in_section(opened, section, path),
                None => {
                    // Without its section, only a resource or an output is meant.
                    let of = [
                        (PARAMETERS, parameters().any(|name| name == first)),
                        (CONDITIONS, conditions().any(|name| name == first)),
                    ];
                    if let Some((section, _)) = of.into_iter().find(|(_, has)| *has) {
                        let nearest = Some(step(section, first));
                        return Err(Missing { nearest, ..missing(first, "", std::iter::empty()) });
                    }
                    if opened.known.get(first).is_some() {
                        return Err(without_values(opened, first));
                    }
                    let names = opened.model.resources().iter().map(|block| block.name);
                    Err(missing(first, "", SECTIONS.into_iter().chain(names)))
                }
            }
        }
    }
}

fn in_section(opened: &Opened<'_, '_, '_>, section: &'static str, path: &str) -> Result<Vec<Part>, Missing> {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let steps: Vec<&str> = if rest.is_empty() { Vec::new() } else { rest.split('/').collect() };
    let mut first_missing = None;
    for spots in [spots(opened, section), known_spots(opened, section)] {
        let Some(spot) = spots.iter().find(|spot| spot.name == name) else { continue };
        match part(&mut Builder::new(opened), spot, &steps) {
            Ok(part) => return Ok(vec![part]),
            Err(missing) => {
                first_missing.get_or_insert(missing);
            }
        }
    }
    Err(first_missing.unwrap_or_else(|| {
        let names = spots(opened, section).into_iter().chain(known_spots(opened, section)).map(|spot| spot.name);
        missing(name, section, names)
    }))
}

/// What is written at a byte of the template's own text.
pub(super) fn at_offset(opened: &Opened<'_, '_, '_>, offset: u32) -> Vec<Part> {
    let is_at = |span: Span| covers(opened, span, offset);
    let template = opened.model.evaluator.template;
    for named in &template.parameters {
        if is_at(named.name_span) || is_at(named.node.span) {
            return vec![parameter(opened, named.name)];
        }
    }
    for entry in template.conditions {
        if is_at(entry.key_span) || is_at(entry.value.span) {
            return vec![condition(opened, entry)];
        }
    }
    let mut builder = Builder::new(opened);
    let mut parts = Vec::new();
    for section in [RESOURCES, OUTPUTS] {
        for spot in known_spots(opened, section) {
            if !is_at(spot.key_span) && !is_at(spot.node.span) {
                continue;
            }
            let mut steps = Vec::new();
            if !is_at(spot.key_span) {
                steps_to(opened, spot.node, offset, &mut steps);
            }
            // The value of the condition is of more use than its name.
            let named = spot.condition.filter(|_| steps == ["Condition"]);
            match named.and_then(|name| template.conditions.iter().find(|entry| entry.key == name)) {
                Some(entry) => return vec![condition(opened, entry)],
                None => {
                    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
                    parts.extend(part(&mut builder, &spot, &steps));
                }
            }
            if parts.len() >= MAX_BLOCKS {
                return parts;
            }
        }
    }
    parts
}

fn covers(opened: &Opened<'_, '_, '_>, span: Span, offset: u32) -> bool {
    span.source == opened.source.id && span.start <= offset && offset < span.end.max(span.start + 1)
}

/// The steps from a node to what is at a byte. A function is one place, and the branches of `Fn::If` are not steps.
fn steps_to(opened: &Opened<'_, '_, '_>, node: &Node<'_>, offset: u32, steps: &mut Vec<String>) {
    if let Some([_, then, otherwise]) = arguments_of_if(node) {
        if let Some(branch) = [then, otherwise].into_iter().find(|branch| covers(opened, branch.span, offset)) {
            steps_to(opened, branch, offset, steps);
        }
        return;
    }
    match &node.kind {
        syntax::Kind::Mapping(entries) if !is_function(node) => {
            let entry = entries
                .iter()
                .find(|entry| covers(opened, entry.key_span, offset) || covers(opened, entry.value.span, offset));
            if let Some(entry) = entry {
                steps.push(entry.key.to_string());
                if !covers(opened, entry.key_span, offset) {
                    steps_to(opened, &entry.value, offset, steps);
                }
            }
        }
        syntax::Kind::Sequence(items) => {
            if let Some((index, item)) = items.iter().enumerate().find(|(_, item)| covers(opened, item.span, offset)) {
                steps.push(index.to_string());
                steps_to(opened, item, offset, steps);
            }
        }
        _ => {}
    }
}

fn missing<'a>(name: &'a str, parent: &str, names: impl Iterator<Item = &'a str>) -> Missing {
    Missing {
        step: name.to_owned(),
        parent: parent.to_owned(),
        nearest: nearest(name, names).map(str::to_owned),
        is_without_values: false,
    }
}

/// A section that the template has not, or that has no values.
fn without_values(opened: &Opened<'_, '_, '_>, section: &str) -> Missing {
    Missing { is_without_values: opened.known.get(section).is_some(), ..missing(section, "", std::iter::empty()) }
}

/// The value at some steps below a block.
fn part<'t>(builder: &mut Builder<'_, '_, 't>, spot: &Spot<'t>, steps: &[&str]) -> Result<Part, Missing> {
    let path = step(spot.section, spot.name);
    let mut found = Err(missing("", "", std::iter::empty()));
    let value = existing(builder, spot, &path, &mut |builder, guards| {
        let inner = match steps {
            [] => Ok(block(builder, spot, &path, guards)),
            steps => below(builder, spot.node, spot.key_span, &path, steps, guards),
        };
        match inner {
            Ok(value) => {
                found = Ok(());
                value
            }
            Err(missing) => {
                found = Err(missing);
                Value { path: path.clone(), span: spot.key_span, alternatives: Vec::new(), note: None }
            }
        }
    });
    found?;
    Ok(Part {
        section: spot.section,
        block: spot.name.to_owned(),
        kind: spot.kind.to_owned(),
        made: spot.made.clone(),
        value,
    })
}

/// A whole block, without the condition under which it exists.
fn block<'t>(builder: &mut Builder<'_, '_, 't>, spot: &Spot<'t>, path: &str, guards: &Guards<'t>) -> Value {
    let entries = spot.node.as_mapping().filter(|_| !is_function(spot.node) && !has_macro(spot.node));
    let Some(entries) = entries else { return builder.value(spot.node, path, guards) };
    let fields = entries.iter().filter(|entry| entry.key != "Condition" || spot.condition.is_none());
    let fields = fields.map(|entry| builder.field(entry, path, guards)).filter(|field| !field.value.is_never());
    let content = Content::Map(fields.collect());
    let only = Alternative { when: None, content: Some(content), from: Vec::new() };
    Value { path: path.to_owned(), span: spot.key_span, alternatives: vec![only], note: None }
}

/// A value of a block that exists under a condition: absent otherwise.
fn existing<'t>(
    builder: &mut Builder<'_, '_, 't>,
    spot: &Spot<'t>,
    path: &str,
    make: &mut dyn FnMut(&mut Builder<'_, '_, 't>, &Guards<'t>) -> Value,
) -> Value {
    let Some(name) = spot.condition else { return make(builder, &Vec::new()) };
    let guards: Guards<'t> = vec![(name, true)];
    let opened = builder.opened;
    let exploration = explore(&opened.model.evaluator, |run| hold(run, &guards));
    let mut scenarios: [Vec<Scenario>; 2] = Default::default();
    for (scenario, exists) in exploration.leaves {
        let [absent, present] = &mut scenarios;
        (if exists { present } else { absent }).push(scenario);
    }
    let [absent, present] = scenarios;
    let from = |holds: bool| {
        let mut trace = Trace::default();
        trace.condition(opened, name, holds);
        trace.found
    };
    let mut value = if present.is_empty() {
        // What is never there is still looked for.
        let Value { path, span, note, .. } = make(builder, &guards);
        Value { path, span, note, alternatives: Vec::new() }
    } else {
        make(builder, &guards)
    };
    if absent.is_empty() {
        return value;
    }
    let infeasible = &exploration.infeasible;
    let when = if present.is_empty() { None } else { builder.when(&absent, infeasible) };
    let mut alone = Alternative { when, content: None, from: from(false) };
    // What is missing from the block is as absent as what is missing with it.
    if let Some(place) = value.alternatives.iter().position(|one| one.content.is_none()) {
        let known = value.alternatives.remove(place);
        alone.when = known.when.zip(alone.when).map(|(known, own)| format!("{known}, or {own}"));
        alone.from.extend(known.from);
    }
    if !present.is_empty() {
        let when = builder.when(&present, infeasible);
        for alternative in &mut value.alternatives {
            alternative.when = match (&when, alternative.when.take()) {
                (Some(when), Some(own)) if *when != own => Some(format!("{when} and {own}")),
                (when, own) => own.or_else(|| when.clone()),
            };
            let own = std::mem::replace(&mut alternative.from, from(true));
            alternative.from.extend(own);
        }
    }
    value.alternatives.push(alone);
    if !exploration.complete {
        value.note.get_or_insert_with(|| "it depends on too many choices, so only some are shown".to_owned());
    }
    Value { path: if value.path.is_empty() { path.to_owned() } else { value.path }, ..value }
}

/// The value at some steps below a node.
fn below<'t>(
    builder: &mut Builder<'_, '_, 't>,
    node: &'t Node<'t>,
    key_span: Span,
    path: &str,
    steps: &[&str],
    guards: &Guards<'t>,
) -> Result<Value, Missing> {
    let Some((first, _)) = steps.split_first() else {
        let mut value = builder.value(node, path, guards);
        let is_block = matches!(node.kind, syntax::Kind::Mapping(_) | syntax::Kind::Sequence(_)) && !is_function(node);
        if is_block {
            value.span = key_span;
        }
        return Ok(value);
    };
    if arguments_of_if(node).is_some() {
        let mut found = Err(missing(first, path, std::iter::empty()));
        let mut span = None;
        let mut full = None;
        let value = builder.branches(node, path, guards, &mut |builder, branch, guards| match below(
            builder, branch, key_span, path, steps, guards,
        ) {
            Ok(value) => {
                found = Ok(());
                span.get_or_insert(value.span);
                full.get_or_insert(value.path);
                value.alternatives
            }
            Err(missing) => {
                if let Err(known) = &mut found
                    && known.nearest.is_none()
                {
                    *known = missing;
                }
                vec![Alternative { when: None, content: None, from: Vec::new() }]
            }
        });
        found?;
        return Ok(Value { path: full.unwrap_or_default(), span: span.unwrap_or(node.span), ..value });
    }
    match &node.kind {
        syntax::Kind::Mapping(entries) if !is_function(node) && !has_macro(node) => match entry_at(entries, steps) {
            Some((entry, taken)) => {
                let rest = steps.get(taken..).unwrap_or_default();
                below(builder, &entry.value, entry.key_span, &step(path, &entry.key), rest, guards)
            }
            None => Err(missing(first, path, entries.iter().map(|entry| entry.key.as_ref()))),
        },
        syntax::Kind::Sequence(items) => {
            let index = first.parse::<usize>().ok().and_then(|index| Some((index, items.get(index)?)));
            let Some((index, item)) = index else { return Err(missing(first, path, std::iter::empty())) };
            let rest = steps.get(1..).unwrap_or_default();
            below(builder, item, item.span, &step(path, &index.to_string()), rest, guards)
        }
        syntax::Kind::Mapping(_) => {
            let full = steps.iter().fold(path.to_owned(), |path, one| step(&path, one));
            let value = builder.computed(node, &full, guards, &mut |value| inside(value, steps));
            if value.is_never() { Err(missing(first, path, std::iter::empty())) } else { Ok(value) }
        }
        _ => Err(missing(first, path, std::iter::empty())),
    }
}

/// The entry that the first of some steps lead to, and their number: keys may have slashes.
fn entry_at<'n, 't>(entries: &'n [Entry<'t>], steps: &[&str]) -> Option<(&'n Entry<'t>, usize)> {
    (1..=steps.len()).find_map(|taken| {
        let key = steps.get(..taken)?.join("/");
        entries.iter().find(|entry| entry.key == key).map(|entry| (entry, taken))
    })
}

/// What is inside a computed value.
fn inside<'t>(value: value::Value<'t>, steps: &[&str]) -> Option<value::Value<'t>> {
    let mut value = value;
    for one in steps {
        if value.is_opaque() {
            return Some(value);
        }
        value = match value.kind {
            Kind::Map(fields) => fields.into_iter().find(|field| field.key == *one)?.value,
            Kind::List(items) => items.into_iter().nth(one.parse().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// The values that a parameter can have.
fn parameter(opened: &Opened<'_, '_, '_>, name: &str) -> Part {
    let model = opened.model;
    let span = model.parameter(name).map(|parameter| parameter.name_span).unwrap_or_default();
    let is_hidden = opened.mask.hides_parameter(name);
    let unknown = || {
        let reason = format!("the value of parameter `{name}` is unknown");
        Content::Parts(vec![Piece::Unknown { name: format!("${{{name}}}"), reason }])
    };
    let content = |candidate: &Candidate<'_>| match candidate {
        Candidate::Known(text) if is_hidden && !text.is_empty() => {
            let hidden = opened.mask.value(text, true).unwrap_or_else(|| Mask::hidden(text));
            Content::Parts(vec![Piece::Secret(hidden)])
        }
        Candidate::Known(text) => match opened.mask.value(text, false) {
            Some(hidden) => Content::Parts(vec![Piece::Secret(hidden)]),
            None => Content::Text(text.to_string()),
        },
        Candidate::Other => unknown(),
    };
    let detail = parameter_detail(opened, name);
    let from = From { kind: FromKind::Parameter, name: name.to_owned(), detail, span: Some(span) };
    let candidates = model.evaluator.choices.by_name(name).map_or(&[][..], |(_, variable)| &variable.candidates);
    let mut contents: Vec<Content> = Vec::new();
    for candidate in candidates {
        let content = content(candidate);
        if !contents.contains(&content) {
            contents.push(content);
        }
    }
    if contents.is_empty() {
        contents.push(match stored(opened, name) {
            Some(reason) => Content::Parts(vec![Piece::Unknown { name: format!("${{{name}}}"), reason }]),
            None => unknown(),
        });
    }
    let several = contents.len() > 1;
    let alternatives = contents.into_iter().map(|content| {
        let when = several.then(|| match &content {
            Content::Parts(pieces) if pieces.iter().any(|piece| matches!(piece, Piece::Unknown { .. })) => {
                format!("{name} is anything else")
            }
            content => format!("{name} is {}", content.display()),
        });
        Alternative { when, content: Some(content), from: vec![from.clone()] }
    });
    let path = step(PARAMETERS, name);
    let value = Value { path, span, alternatives: alternatives.collect(), note: None };
    let kind = model.parameter(name).map_or("", |parameter| parameter.kind).to_owned();
    Part { section: PARAMETERS, block: name.to_owned(), kind, made: None, value }
}

/// Why the value of a parameter is unknown that is read from Parameter Store.
fn stored(opened: &Opened<'_, '_, '_>, name: &str) -> Option<String> {
    let parameter = opened.model.parameter(name)?;
    parameter.reads_parameter_store().then(|| "it is read from Parameter Store when the stack is deployed".to_owned())
}

/// When a condition holds.
fn condition<'t>(opened: &Opened<'_, '_, 't>, entry: &'t Entry<'t>) -> Part {
    let name: &'t str = &entry.key;
    let exploration = explore(&opened.model.evaluator, |run| run.condition(name));
    let builder = Builder::new(opened);
    let mut results: Vec<(bool, Vec<Scenario>)> = Vec::new();
    for (scenario, holds) in exploration.leaves {
        match results.iter_mut().find(|(known, _)| *known == holds) {
            Some((_, scenarios)) => scenarios.push(scenario),
            None => results.push((holds, vec![scenario])),
        }
    }
    let several = results.len() > 1;
    let alternatives = results.iter().map(|(holds, scenarios)| {
        let mut trace = Trace::default();
        trace.condition(opened, name, *holds);
        let when = if several { builder.when(scenarios, &exploration.infeasible) } else { None };
        let mut from = trace.found;
        from.retain(|one| one.kind != FromKind::Condition || one.name != name);
        Alternative { when, content: Some(Content::Bool(*holds)), from }
    });
    let note = (!exploration.complete).then(|| "it depends on too many choices, so only some are shown".to_owned());
    let path = step(CONDITIONS, name);
    let value = Value { path, span: entry.key_span, alternatives: alternatives.collect(), note };
    Part { section: CONDITIONS, block: name.to_owned(), kind: String::new(), made: None, value }
}
