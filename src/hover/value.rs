//! What a value is, for which choice, and where it comes from.

use super::page::{Inline, Page, Section};
use crate::evaluated::{Alternative, Content, Evaluation, From, FromKind, Part, Value};

/// Parts of one place that are shown: what a loop makes of it.
const MAX_PARTS: usize = 5;
/// Alternatives of a value that are shown.
const MAX_ALTERNATIVES: usize = 8;
/// Places that a value comes from.
const MAX_FROM: usize = 8;

/// Adds the values at a place, in each deployment.
pub(super) fn add<'e>(page: &mut Page, deployments: impl IntoIterator<Item = (&'e [String], &'e Evaluation)>) {
    let mut shown = 0;
    for (parents, evaluation) in deployments {
        for part in evaluation.parts.iter().filter(|part| is_of_interest(part, evaluation)) {
            if shown == MAX_PARTS {
                return;
            }
            let section = section(part, parents);
            if page.sections.contains(&section) {
                continue;
            }
            shown += 1;
            page.add(section);
            page.narrow(part.value.span);
        }
    }
}

/// Whether the value says more than the text of the template. Of a whole block, only its text does.
fn is_of_interest(part: &Part, evaluation: &Evaluation) -> bool {
    let span = part.value.span;
    let source = evaluation.opening.sources.iter().find(|source| source.id == span.source);
    let written = source.map_or("", |source| source.slice(span)).trim_matches(['"', '\'']);
    // Whether the resource exists is said about its name.
    let contents = part.value.alternatives.iter().filter_map(|one| one.content.as_ref());
    let is_literal = |content: &Content| match content {
        Content::List(_) | Content::Map(_) => !is_call(written),
        _ => content.display() == written,
    };
    if part.value.note.is_none() && contents.clone().all(is_literal) {
        return false;
    }
    let steps = part.value.path.split('/').count();
    let is_block = matches!(part.section, "Resources" | "Outputs") && steps <= 2;
    let is_plain = match part.value.alternatives.as_slice() {
        [] => true,
        [Alternative { content: Some(content), from, .. }] => {
            from.is_empty() && !matches!(content, Content::Parts(_) | Content::Base64 { .. })
        }
        _ => false,
    };
    !is_block && !is_plain
}

/// Whether the text of a list or map is the call of a function, in short or long form.
fn is_call(written: &str) -> bool {
    let inside = written.trim_start_matches(|c: char| c == '{' || c.is_whitespace() || matches!(c, '"' | '\''));
    inside.starts_with(['!', '*', '&']) || inside.starts_with("Fn::") || inside.starts_with("Ref")
}

fn section(part: &Part, parents: &[String]) -> Section {
    let value = &part.value;
    let mut head = vec![Inline::Strong("Value".to_owned())];
    if let Some(made) = &part.made {
        head.push(Inline::text(" ("));
        head.extend(Inline::message(made));
        head.push(Inline::text(")"));
    }
    if !parents.is_empty() {
        head.push(Inline::text(" as deployed by "));
        head.extend(Inline::message(&parents.join(", ")));
    }
    head.push(Inline::text(": "));
    head.extend(alternatives(value));
    let mut section = Section::new(head);
    if let Some(note) = &value.note {
        section.paragraph(Inline::message(&format!("These may not be all values: {note}.")));
    }
    let mut reasons: Vec<&str> = Vec::new();
    for content in value.alternatives.iter().filter_map(|one| one.content.as_ref()) {
        reasons.extend(content.reasons().into_iter().filter(|reason| !reasons.contains(reason)).collect::<Vec<_>>());
    }
    for reason in reasons.into_iter().take(MAX_FROM) {
        section.labeled("Not known", Inline::message(reason));
    }
    let mut from: Vec<&From> = Vec::new();
    for one in value.alternatives.iter().flat_map(|one| &one.from) {
        if !from.iter().any(|known| (known.kind, &known.name) == (one.kind, &one.name)) {
            from.push(one);
        }
    }
    if !from.is_empty() {
        section.labeled("Comes from", self::from(value, &from));
    }
    section
}

/// "`Suspended` when Env is dev; `Enabled` otherwise".
fn alternatives(value: &Value) -> Vec<Inline> {
    let mut line = Vec::new();
    let many = value.alternatives.len();
    let is_whole = value.note.is_none() && many <= MAX_ALTERNATIVES;
    for (index, one) in value.alternatives.iter().take(MAX_ALTERNATIVES).enumerate() {
        if index > 0 {
            line.push(Inline::text("; "));
        }
        line.push(match &one.content {
            None => Inline::text("absent"),
            Some(content @ (Content::List(_) | Content::Map(_))) => Inline::text(content.display()),
            Some(Content::Text(text)) if text.is_empty() => Inline::text("an empty text"),
            Some(content) => Inline::code(content.display()),
        });
        match &one.when {
            Some(_) if is_whole && many > 1 && index + 1 == many => line.push(Inline::text(" otherwise")),
            Some(when) => line.push(Inline::text(format!(" when {when}"))),
            None => {}
        }
    }
    if many > MAX_ALTERNATIVES {
        line.push(Inline::text(format!("; and {} more values", many - MAX_ALTERNATIVES)));
    }
    line
}

fn from(value: &Value, from: &[&From]) -> Vec<Inline> {
    let mut line = Vec::new();
    for (index, one) in from.iter().take(MAX_FROM).enumerate() {
        if index > 0 {
            line.push(Inline::text(", "));
        }
        line.push(Inline::text(format!("{} ", kind(one.kind))));
        line.push(Inline::code(one.name.as_str()));
        // With several values, what is known of it is different for each.
        if !one.detail.is_empty() && value.alternatives.len() == 1 {
            line.push(Inline::text(" ("));
            match one.detail.strip_prefix("default ") {
                Some(default) => line.extend([Inline::text("default "), Inline::code(default)]),
                None => line.extend(Inline::message(&one.detail)),
            }
            line.push(Inline::text(")"));
        }
    }
    if let Some(more) = from.len().checked_sub(MAX_FROM).filter(|more| *more > 0) {
        line.push(Inline::text(format!(" and {more} more")));
    }
    line
}

fn kind(kind: FromKind) -> &'static str {
    match kind {
        FromKind::Condition => "condition",
        FromKind::Parameter => "parameter",
        FromKind::Pseudo => "pseudo parameter",
        FromKind::Mapping => "mapping",
        FromKind::Resource => "resource",
        FromKind::Import => "export",
        FromKind::Dynamic => "dynamic reference",
    }
}
