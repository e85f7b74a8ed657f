//! The template with its values, for people: in the form of YAML, with each choice where it makes a difference, and the reason of what is
//! unknown in a comment.

use super::plain::{lines, scalar, text};
use super::{Alternative, Content, Evaluation, Field, From, FromKind, Part, Value};
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::{one_line, width, wrap};
use crate::source::{Source, Span};

/// Places that a value comes from, of which so many are listed.
const MAX_FROM: usize = 30;
/// Columns of one step of indentation.
const STEP: usize = 2;

/// The text for one template: each of its deployments with the stacks that deploy it so. Of a part of it, where it comes from, too.
pub fn write<'e>(
    file: &str,
    is_part: bool,
    deployments: impl IntoIterator<Item = (&'e [String], &'e Evaluation)>,
    style: &Style,
) -> String {
    let mut page = Page { style, out: String::new(), sources: &[] };
    for (parents, evaluation) in deployments {
        if !page.out.is_empty() {
            page.out.push('\n');
        }
        page.sources = &evaluation.opening.sources;
        if !is_part || !parents.is_empty() {
            page.heading(file, parents);
        }
        for note in &evaluation.notes {
            page.comment(0, note);
        }
        if !evaluation.notes.is_empty() {
            page.out.push('\n');
        }
        if is_part {
            for (index, part) in evaluation.parts.iter().enumerate() {
                if index > 0 {
                    page.out.push('\n');
                }
                page.one(part);
            }
        } else {
            page.template(&evaluation.parts);
        }
    }
    page.out
}

struct Page<'p> {
    style: &'p Style,
    out: String,
    sources: &'p [Source],
}

impl Page<'_> {
    fn heading(&mut self, file: &str, parents: &[String]) {
        let by = match parents {
            [] => "as CloudFormation would deploy it".to_owned(),
            parents => format!("as deployed by {}", parents.join(", ")),
        };
        let line = format!("# {}, {by}", self.clean(file));
        self.line(0, &self.style.dim(&line));
        self.out.push('\n');
    }

    fn template(&mut self, parts: &[Part]) {
        let mut section = "";
        for part in parts {
            if part.section != section {
                if !section.is_empty() {
                    self.out.push('\n');
                }
                section = part.section;
                self.line(0, &format!("{}:", self.style.bold(section)));
            } else if matches!(section, "Resources" | "Outputs") {
                self.out.push('\n');
            }
            self.part(STEP, part);
        }
    }

    /// One block of the template.
    fn part(&mut self, indent: usize, part: &Part) {
        let label = format!("{}:", self.style.bold(&self.clean(&part.block)));
        if part.section == "Parameters" {
            return self.parameter(indent, &label, part);
        }
        if let Some(made) = &part.made {
            self.comment(indent, made);
        }
        self.labeled(indent, &label, &part.value);
    }

    fn parameter(&mut self, indent: usize, label: &str, part: &Part) {
        let values: Vec<String> = part
            .value
            .alternatives
            .iter()
            .filter_map(|one| one.content.as_ref())
            .map(|one| scalar(one, self.style))
            .collect();
        let shown = listed(&values);
        let from = part.value.alternatives.first().and_then(|one| one.from.first());
        let detail = from.map_or("", |from| from.detail.as_str());
        let note = match detail.rsplit_once("; default ") {
            Some((_, default)) => format!("default {default}"),
            None if detail.starts_with("default ") => "default".to_owned(),
            None if values.len() > 1 && !detail.starts_with("passed") => "no default".to_owned(),
            None => detail.split(':').next().unwrap_or_default().to_owned(),
        };
        let note = if detail == "no default" { "? no default".to_owned() } else { note };
        self.with_comment(indent, &format!("{label} {shown}"), &note);
    }

    /// What is asked for, and where it comes from.
    fn one(&mut self, part: &Part) {
        let value = &part.value;
        let place = self.place(value.span);
        let path = self.style.bold(&self.clean(&value.path));
        self.line(0, &format!("{path}  {}", self.style.dim(&place)));
        if let Some(made) = &part.made {
            self.comment(STEP, made);
        }
        let scalars =
            value.alternatives.iter().all(|one| one.content.as_ref().is_none_or(|content| !content.is_block()));
        let has_lines = value.alternatives.iter().any(|one| one.content.as_ref().and_then(lines).is_some());
        self.out.push('\n');
        if scalars && !has_lines {
            self.table(value, part.section == "Parameters");
        } else {
            self.choices(STEP, value);
        }
        if let Some(note) = &value.note {
            self.comment(STEP, note);
        }
        let from = all_from(value);
        if !from.is_empty() {
            self.out.push('\n');
            self.line(0, &self.style.dim("Comes from:"));
            self.sources_of(&from);
        }
    }

    /// Alternatives of a scalar below each other.
    fn table(&mut self, value: &Value, is_parameter: bool) {
        let absent = || self.style.dim("(absent)");
        let shown = |one: &Alternative| one.content.as_ref().map_or_else(absent, |content| scalar(content, self.style));
        let plain = Style { color: false, ..*self.style };
        let columns = |one: &Alternative| one.content.as_ref().map_or(8, |content| width(&scalar(content, &plain)));
        let widest = value.alternatives.iter().map(columns).max().unwrap_or(0).min(40);
        let count = value.alternatives.len();
        let mut rows = Vec::new();
        for (index, one) in value.alternatives.iter().enumerate() {
            let when = self.when_of(value, index, count).filter(|_| !is_parameter);
            let gap = " ".repeat(widest.saturating_sub(columns(one)) + 2);
            let when = when.map(|when| format!("{gap}{}", self.style.paint(Ink::Note, &when))).unwrap_or_default();
            rows.push((format!("{}{when}", shown(one)), reasons(one)));
        }
        if rows.is_empty() {
            rows.push((self.style.dim("(never deployed)"), String::new()));
        }
        for (row, reason) in rows {
            self.with_comment(STEP, &row, &reason);
        }
    }

    fn sources_of(&mut self, from: &[From]) {
        let text = |one: &From| {
            let kind = one.kind.name().replace('-', " ");
            let detail = if one.detail.is_empty() { String::new() } else { format!(" ({})", one.detail) };
            self.clean(&format!("{kind} {}{detail}", one.name))
        };
        let texts: Vec<String> = from.iter().map(text).collect();
        let widest = texts.iter().map(|text| width(text)).max().unwrap_or(0).min(60);
        for (one, text) in from.iter().zip(texts) {
            let place = one.span.map(|span| self.place(span)).unwrap_or_default();
            let gap = " ".repeat(widest.saturating_sub(width(&text)) + 2);
            let line = format!("{text}{gap}{}", self.style.dim(&place));
            self.line(STEP, line.trim_end());
        }
    }

    /// An entry of a map, with its label.
    fn labeled(&mut self, indent: usize, label: &str, value: &Value) {
        let present: Vec<&Alternative> = value.alternatives.iter().filter(|one| one.content.is_some()).collect();
        let only = match present.as_slice() {
            [only] => only.content.as_ref().map(|content| (content, only.when.as_deref())),
            _ => None,
        };
        if let Some((content, when)) = only {
            let when = when.filter(|_| value.alternatives.len() > 1).map(|when| format!("only when {when}"));
            let comment = self.joined([when, value.note.clone()]);
            return self.behind(indent, label, content, &comment);
        }
        if present.is_empty() {
            return self.with_comment(indent, label, "never deployed");
        }
        if let Some(note) = &value.note {
            self.comment(indent, note);
        }
        if let Some((values, name)) = as_choice_of(value) {
            let shown: Vec<String> = values.iter().map(|content| scalar(content, self.style)).collect();
            return self.with_comment(indent, &format!("{label} {}", listed(&shown)), &format!("parameter {name}"));
        }
        if let Some(short) = self.on_one_line(value)
            && indent + width(&strip(label)) + 1 + width(&strip(&short)) <= self.style.width
        {
            return self.line(indent, &format!("{label} {short}"));
        }
        self.line(indent, label);
        self.choices(indent + STEP, value);
    }

    /// Two scalars on one line: `Suspended when Env is dev; Enabled otherwise`.
    fn on_one_line(&self, value: &Value) -> Option<String> {
        let [_, _] = value.alternatives.as_slice() else { return None };
        let mut texts = Vec::new();
        for (index, one) in value.alternatives.iter().enumerate() {
            let content = one.content.as_ref()?;
            if content.is_block() || lines(content).is_some() || !content.reasons().is_empty() {
                return None;
            }
            let when = self.when_of(value, index, 2)?;
            texts.push(format!("{} {}", scalar(content, self.style), self.style.paint(Ink::Note, &when)));
        }
        Some(texts.join("; "))
    }

    /// Alternatives below each other.
    fn choices(&mut self, indent: usize, value: &Value) {
        let count = value.alternatives.len();
        // The same reasons are given once.
        let all: Vec<String> = value.alternatives.iter().filter(|one| one.content.is_some()).map(reasons).collect();
        let same = match all.as_slice() {
            [first, rest @ ..] if !rest.is_empty() && !first.is_empty() && rest.iter().all(|one| one == first) => {
                self.comment(indent, first);
                true
            }
            _ => false,
        };
        for (index, one) in value.alternatives.iter().enumerate() {
            let when = self.when_of(value, index, count);
            let label = when.map(|when| format!("{}:", self.style.paint(Ink::Note, &when)));
            match (&one.content, label) {
                (Some(content), Some(label)) => {
                    let why = if same { String::new() } else { reasons_of(content) };
                    self.with_reason(indent, &label, content, &why);
                }
                (None, Some(label)) => self.line(indent, &format!("{label} {}", self.style.dim("(absent)"))),
                (Some(content), None) => self.alone(indent, content),
                (None, None) => self.line(indent, &self.style.dim("(never deployed)")),
            }
        }
        if count == 0 {
            self.line(indent, &self.style.dim("(never deployed)"));
        }
    }

    /// "when Env is dev"; the last of all is "otherwise".
    fn when_of(&self, value: &Value, index: usize, count: usize) -> Option<String> {
        let when = value.alternatives.get(index)?.when.as_ref();
        if count > 1 && index + 1 == count && value.note.is_none() {
            return Some("otherwise".to_owned());
        }
        when.map(|when| self.clean(&format!("when {when}")))
    }

    /// A content behind a label, or below it, with the reasons of what is unknown.
    fn behind(&mut self, indent: usize, label: &str, content: &Content, comment: &str) {
        let why = self.joined([Some(comment.to_owned()), Some(reasons_of(content))]);
        self.with_reason(indent, label, content, &why);
    }

    fn with_reason(&mut self, indent: usize, label: &str, content: &Content, comment: &str) {
        match content {
            _ if content.is_block() => {
                self.with_comment(indent, label, comment);
                self.block(indent + STEP, content);
            }
            _ => match lines(content) {
                Some(all) => {
                    let tag = if matches!(content, Content::Base64 { .. }) { "!Base64 |" } else { "|" };
                    self.with_comment(indent, &format!("{label} {tag}"), comment);
                    for line in all {
                        let line = self.clean(&line);
                        if line.is_empty() { self.out.push('\n') } else { self.line(indent + STEP, &line) }
                    }
                }
                None => self.with_comment(indent, &format!("{label} {}", scalar(content, self.style)), comment),
            },
        }
    }

    fn alone(&mut self, indent: usize, content: &Content) {
        if content.is_block() {
            self.block(indent, content);
        } else if let Some(all) = lines(content) {
            for line in all {
                let line = self.clean(&line);
                if line.is_empty() { self.out.push('\n') } else { self.line(indent, &line) }
            }
        } else {
            self.with_comment(indent, &scalar(content, self.style), &reasons_of(content));
        }
    }

    /// The entries of a map or a list.
    fn block(&mut self, indent: usize, content: &Content) {
        match content {
            Content::Map(fields) => fields.iter().for_each(|field| self.field(indent, field)),
            Content::List(items) => items.iter().for_each(|item| self.item(indent, item)),
            _ => {}
        }
    }

    fn field(&mut self, indent: usize, field: &Field) {
        let label = format!("{}:", text(&field.key, self.style));
        self.labeled(indent, &label, &field.value);
    }

    fn item(&mut self, indent: usize, item: &Value) {
        let present: Vec<&Alternative> = item.alternatives.iter().filter(|one| one.content.is_some()).collect();
        let [Alternative { when, content: Some(content), .. }] = present.as_slice() else {
            return self.labeled(indent, "-", item);
        };
        if let Some(when) = when.as_ref().filter(|_| item.alternatives.len() > 1) {
            self.comment(indent, &format!("only when {when}"));
        }
        if let Some(note) = &item.note {
            self.comment(indent, note);
        }
        if !content.is_block() {
            return self.behind(indent, "-", content, "");
        }
        // The first entry is behind the dash.
        let from = self.out.len();
        self.block(indent + STEP, content);
        let written = self.out.split_off(from);
        let dash = format!("{}- ", " ".repeat(indent));
        let mut has_dash = false;
        for line in written.split_inclusive('\n') {
            let is_comment = strip(line).trim_start().starts_with('#');
            match line.get(indent + STEP..) {
                Some(rest) if !has_dash && !is_comment => {
                    has_dash = true;
                    self.out.push_str(&dash);
                    self.out.push_str(rest);
                }
                _ => self.out.push_str(line),
            }
        }
    }

    fn joined<const N: usize>(&self, texts: [Option<String>; N]) -> String {
        texts.into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// A line with a comment behind it, or above it where it has no room.
    fn with_comment(&mut self, indent: usize, line: &str, comment: &str) {
        if comment.is_empty() {
            return self.line(indent, line);
        }
        let comment = self.clean(comment);
        let used = indent + width(&strip(line)) + 4 + width(&comment);
        if used <= self.style.width {
            let comment = self.style.dim(&format!("# {comment}"));
            self.line(indent, &format!("{line}  {comment}"));
        } else {
            self.comment(indent, &comment);
            self.line(indent, line);
        }
    }

    fn comment(&mut self, indent: usize, comment: &str) {
        let comment = self.clean(comment);
        for line in wrap(&comment, self.style.width.saturating_sub(indent + 2).max(20)) {
            self.line(indent, &self.style.dim(&format!("# {line}")));
        }
    }

    fn line(&mut self, indent: usize, line: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn clean(&self, text: &str) -> String {
        one_line(text, self.style.unicode).into_owned()
    }

    fn place(&self, span: Span) -> String {
        let source = self.sources.iter().find(|source| source.id == span.source);
        let place = source.map(|source| {
            let position = source.position(span.start);
            format!("{}:{}:{}", source.name, position.line, position.column)
        });
        place.map(|place| self.clean(&place)).unwrap_or_default()
    }
}

/// The values of a parameter, if a value is nothing else: the same as the parameter for each of its choices.
fn as_choice_of(value: &Value) -> Option<(Vec<&Content>, &str)> {
    let first = value.alternatives.first()?;
    let [From { kind: FromKind::Parameter, name, .. }] = first.from.as_slice() else { return None };
    let mut contents = Vec::new();
    for one in &value.alternatives {
        let content = one.content.as_ref()?;
        let is_same = match content {
            Content::Text(text) => one.when.as_deref() == Some(format!("{name} is {text}").as_str()),
            // Anything else.
            Content::Parts(_) => content.display() == format!("${{{name}}}"),
            _ => false,
        };
        if !is_same {
            return None;
        }
        contents.push(content);
    }
    Some((contents, name))
}

fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn reasons(alternative: &Alternative) -> String {
    alternative.content.as_ref().map(reasons_of).unwrap_or_default()
}

/// Why parts are unknown, marked as such.
fn reasons_of(content: &Content) -> String {
    let reasons = content.reasons();
    match reasons.as_slice() {
        [] => String::new(),
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("? {first}; {second}; {third}; and {} more", rest.len())
        }
        few => format!("? {}", few.join("; ")),
    }
}

/// What a value and everything in it comes from, each once.
fn all_from(value: &Value) -> Vec<From> {
    fn collect(value: &Value, found: &mut Vec<From>) {
        for alternative in &value.alternatives {
            for from in &alternative.from {
                let same = |known: &From| known.kind == from.kind && known.name == from.name;
                match found.iter().position(same) {
                    None if found.len() < MAX_FROM => found.push(from.clone()),
                    None => {}
                    Some(place) => {
                        // A condition holds for one alternative, and not for another.
                        if let Some(known) = found.get_mut(place)
                            && known.detail != from.detail
                        {
                            known.detail.clear();
                        }
                    }
                }
            }
            match &alternative.content {
                Some(Content::List(items)) => items.iter().for_each(|item| collect(item, found)),
                Some(Content::Map(fields)) => fields.iter().for_each(|field| collect(&field.value, found)),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

/// A text without its colors, to know its width.
fn strip(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_escape = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => is_escape = true,
            'm' if is_escape => is_escape = false,
            _ if is_escape => {}
            c => plain.push(c),
        }
    }
    plain
}
