//! Secrets out of everything that a report shows. Reports are made of what is left: they never see the secret.
//!
//! Of the texts that findings and diagnostics point into, the bytes of the secrets are named, and whoever keeps a text hides them
//! ([`Source::hiding`]). In messages a secret becomes its first two characters and its length.

mod search;

use super::FileReport;
use crate::change::{Action, Value};
use crate::finding::{Applicability, Diagnostic, Finding, Fix, Suppression};
use crate::graph::secrets::{Extent, Written, secrets_of_unread, written_in_tree};
use crate::source::{Hidden, Source, Span};
use crate::syntax::Node;
use foldhash::HashMap;
use search::Search;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Takes the secrets out of a report on a text that includes others, and names the bytes to hide in that text.
pub(super) fn redact(report: &mut FileReport, source: &Source, included: Vec<Source>, secrets: &[Written]) {
    let Some(redaction) = Redaction::new(secrets) else {
        report.included = included;
        return;
    };
    report.hidden = redaction.hidden(source);
    let hide = |source: Source| {
        let hidden = redaction.hidden(&source);
        source.hiding(&hidden)
    };
    report.included = included.into_iter().map(hide).collect();
    redaction.apply(report);
}

/// Takes the secrets out of the diagnostic of a text that cannot be parsed.
pub(super) fn clean(diagnostic: &mut Diagnostic, source: &Source) {
    if let Some(redaction) = Redaction::new(&unread(source)) {
        redaction.diagnostic(diagnostic);
    }
}

/// What is or looks like a secret in a text that is not a template.
pub(super) fn unjudged<'t>(source: &Source, root: &'t Node<'t>) -> Vec<Written> {
    let mut secrets = unread(source);
    secrets.extend(written_in_tree(root));
    secrets
}

/// What looks like a secret in a text that cannot be parsed.
pub(super) fn unread(source: &Source) -> Vec<Written> {
    let ranges = secrets_of_unread(source.text()).into_iter();
    let written = ranges.map(|range| {
        let span = Span::new(source.id, range.start, range.end);
        Written { span: Some(span), text: source.slice(span).to_owned(), extent: Extent::Whole }
    });
    written.collect()
}

/// The bytes of what looks like a secret in a text that is not a template.
pub fn hidden_in_unread(source: &Source) -> Vec<Hidden> {
    Redaction::new(&unread(source)).map(|redaction| redaction.hidden(source)).unwrap_or_default()
}

/// Characters of a secret that are shown.
const SHOWN: usize = 2;
/// Characters that a secret has at least of which some are shown.
const SHORTEST_SHOWN: usize = 8;

/// Whether some text of a value is like this.
fn any_text(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) | Value::Number(text) => is(text),
        Value::List(items) => items.iter().any(|item| any_text(item, is)),
        Value::Map(fields) => fields.iter().any(|(key, value)| is(key) || any_text(value, is)),
        Value::Moved(moved) => any_text(&moved.value, is),
        Value::Null | Value::Bool(_) => false,
    }
}

/// A text that is a secret, or one line of it.
struct Needle {
    text: String,
    /// Where it is written: there it is hidden, whatever it looks like.
    spans: SmallVec<[Span; 1]>,
    /// Whether it looks like nothing else, and is hidden wherever it stands alone.
    is_distinct: bool,
    /// Whether it begins a secret.
    begins: bool,
    /// Whether it is a part of a secret, whose other parts may touch it.
    is_part: bool,
}

impl Needle {
    /// Whether a stretch of a text that is the same is it, wherever that is.
    fn is_known_at(&self, text: &str, range: &Range<usize>) -> bool {
        self.is_distinct && (self.is_part || stands_alone(text, range))
    }

    /// Characters that may be shown of it.
    fn keeps(&self) -> usize {
        if self.begins && self.text.chars().count() >= SHORTEST_SHOWN { SHOWN } else { 0 }
    }

    /// It as a message shows it.
    fn shown(&self) -> String {
        let beginning: String = self.text.chars().take(self.keeps()).collect();
        match self.text.chars().count() {
            1 => "… (1 character)".to_owned(),
            count => format!("{beginning}… ({count} characters)"),
        }
    }
}

/// The secrets of one template.
struct Redaction {
    needles: Vec<Needle>,
    /// Their places in the order of their texts.
    sorted: Vec<usize>,
    search: Search,
}

/// Hides the secrets of one template in values and in sentences about them.
#[derive(Default)]
pub struct Mask {
    redaction: Option<Redaction>,
    parameters: BTreeSet<String>,
}

impl Mask {
    /// Of the secrets that are written, and the names of the parameters whose values nobody may see.
    pub(super) fn new(secrets: &[Written], parameters: BTreeSet<String>) -> Self {
        Self { redaction: Redaction::new(secrets), parameters }
    }

    /// Whether nobody may see the values of a parameter.
    pub fn hides_parameter(&self, name: &str) -> bool {
        self.parameters.contains(name)
    }

    /// A secret as it is shown.
    pub fn hidden(text: &str) -> String {
        let begins = true;
        let spans = SmallVec::new();
        Needle { text: text.to_owned(), spans, is_distinct: false, begins, is_part: false }.shown()
    }

    /// Whether a secret has characters that JSON writes in another way.
    pub fn is_escaped_in_json(&self) -> bool {
        let is_escaped = |c: char| matches!(c, '"' | '\\') || c.is_control();
        self.redaction.iter().flat_map(|redaction| &redaction.needles).any(|needle| needle.text.contains(is_escaped))
    }

    /// Whether a secret is written in a span.
    pub fn is_in(&self, span: Span) -> bool {
        let is_in = |one: &Span| one.source == span.source && span.start <= one.start && one.end <= span.end;
        self.redaction.iter().flat_map(|redaction| &redaction.needles).flat_map(|needle| &needle.spans).any(is_in)
    }

    /// A value without the secrets in it; none where it has none. In the value of something that a secret `is_in`, its characters are
    /// hidden wherever they are.
    pub fn value(&self, text: &str, is_in: bool) -> Option<String> {
        let redaction = self.redaction.as_ref()?;
        let mut clean = String::new();
        let mut from = 0;
        for (_, needle, range) in redaction.matches(text) {
            if is_in || range == (0..text.len()) || needle.is_known_at(text, &range) {
                clean.push_str(text.get(from..range.start).unwrap_or_default());
                clean.push_str(&needle.shown());
                from = range.end;
            }
        }
        (from > 0).then(|| clean + text.get(from..).unwrap_or_default())
    }

    /// The same for the choice that a value depends on: `Password is hunter2`.
    pub fn choice(&self, text: &mut String) {
        if let Some(redaction) = &self.redaction {
            redaction.replace(text, Field::Choice);
        }
    }
}

/// What a text is, and so how sure one may be that a word in it is a secret.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Field {
    /// A sentence, with values in quotes.
    Sentence,
    /// The choice that brings a violation: `when Password is hunter2`.
    Choice,
}

impl Redaction {
    /// Of these secrets; none where there are none.
    fn new(secrets: &[Written]) -> Option<Self> {
        if secrets.is_empty() {
            return None;
        }
        let mut index: HashMap<&str, usize> = HashMap::default();
        let mut needles: Vec<Needle> = Vec::new();
        for secret in secrets {
            // A text of several lines is indented in the template.
            for (number, line) in secret.text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
                let place = *index.entry(line).or_insert_with(|| {
                    needles.push(Needle {
                        text: line.to_owned(),
                        spans: SmallVec::new(),
                        is_distinct: is_distinct(line),
                        begins: false,
                        is_part: false,
                    });
                    needles.len() - 1
                });
                if let Some(needle) = needles.get_mut(place) {
                    needle.begins |= number == 0;
                    needle.is_part |= !matches!(secret.extent, Extent::Whole | Extent::Perhaps | Extent::Unread);
                    // What gives a secret away is hidden wherever it is, also as a word.
                    needle.is_distinct |= secret.extent == Extent::Exposed && line.len() >= SHORTEST_DISTINCT;
                    needle.spans.extend(secret.span);
                }
            }
        }
        for needle in &mut needles {
            needle.spans.sort_unstable();
            needle.spans.dedup();
        }
        let search = Search::new(&needles.iter().map(|needle| needle.text.as_str()).collect::<Vec<_>>())?;
        let text_of = |place: &usize| needles.get(*place).map_or("", |needle| needle.text.as_str());
        let mut sorted: Vec<usize> = (0..needles.len()).collect();
        sorted.sort_by(|one, other| text_of(one).cmp(text_of(other)));
        Some(Self { sorted, needles, search })
    }

    /// The bytes of a source that are secrets.
    fn hidden(&self, source: &Source) -> Vec<Hidden> {
        let text = source.text();
        let mut hidden = Vec::new();
        // The places at which a secret was found as it is read; where none was, it is written with escapes.
        let mut found: Vec<(usize, Span)> = Vec::new();
        for (place, needle, range) in self.matches(text) {
            let around = needle.spans.iter().filter(|span| span.source == source.id);
            let mut here =
                around.filter(|span| span.start as usize <= range.start && range.end <= span.end as usize).peekable();
            if here.peek().is_some() || needle.is_known_at(text, &range) {
                hidden.push(Hidden { range: range.clone(), keeps: needle.keeps() });
            }
            found.extend(here.map(|span| (place, *span)));
        }
        found.sort_unstable();
        for (place, needle) in self.needles.iter().enumerate() {
            for span in needle.spans.iter().filter(|span| span.source == source.id) {
                if found.binary_search(&(place, *span)).is_err() {
                    hidden.push(Hidden { range: span.start as usize..span.end as usize, keeps: 0 });
                }
            }
        }
        hidden
    }

    fn matches<'r>(&'r self, text: &'r str) -> impl Iterator<Item = (usize, &'r Needle, Range<usize>)> {
        let text_of = |place: usize| self.needles.get(place).map_or("", |needle| needle.text.as_str());
        let found = self.search.matches(text_of, text);
        found.filter_map(|(place, range)| Some((place, self.needles.get(place)?, range)))
    }

    /// Takes the secrets out of everything that a report says.
    fn apply(&self, report: &mut FileReport) {
        report.findings.iter_mut().chain(&mut report.suppressed).for_each(|finding| self.finding(finding));
        report.diagnostics.iter_mut().for_each(|diagnostic| self.diagnostic(diagnostic));
        report.exceptions.iter_mut().for_each(|exception| self.suppression(&mut exception.suppression));
    }

    fn finding(&self, finding: &mut Finding) {
        self.sentence(&mut finding.message);
        if let Some(when) = &mut finding.when {
            self.replace(when, Field::Choice);
        }
        for related in &mut finding.related {
            self.sentence(&mut related.message);
        }
        finding.suppression.iter_mut().for_each(|suppression| self.suppression(suppression));
        if let Some(fix) = &mut finding.fix {
            self.fix(Arc::make_mut(fix));
        }
    }

    /// Takes the secrets out of a fix. One that would write a secret is only shown.
    fn fix(&self, fix: &mut Fix) {
        self.sentence(&mut fix.title);
        self.sentence(&mut fix.note);
        let is_secret = |text: &str| {
            self.matches(text).any(|(_, needle, range)| range == (0..text.len()) || needle.is_known_at(text, &range))
        };
        let writes = fix.changes.iter().any(|change| match &change.action {
            Action::Set(value) | Action::Append(value) => any_text(value, &is_secret),
            Action::Remove | Action::Rename(_) => false,
        });
        if writes || fix.edits.iter().any(|edit| is_secret(&edit.text)) {
            fix.applicability = Applicability::Display;
            fix.note = "The change would copy a secret.".to_owned();
            fix.changes.clear();
            fix.edits.clear();
        }
    }

    /// Takes the secrets out of a diagnostic.
    fn diagnostic(&self, diagnostic: &mut Diagnostic) {
        self.sentence(&mut diagnostic.message);
        self.sentence(&mut diagnostic.help);
        for related in &mut diagnostic.related {
            self.sentence(&mut related.message);
        }
    }

    /// Takes the secrets out of the words of an exception. Several findings may share it.
    fn suppression(&self, suppression: &mut Arc<Suppression>) {
        let words = |one: &Suppression| [&one.reason, &one.alternative, &one.owner, &one.ticket].map(Clone::clone);
        let mut clean = words(suppression);
        for word in clean.iter_mut().flatten() {
            self.sentence(word);
        }
        if clean != words(suppression) {
            let own = Arc::make_mut(suppression);
            [own.reason, own.alternative, own.owner, own.ticket] = clean;
        }
    }

    /// Whether something had to be taken out.
    fn sentence(&self, text: &mut String) -> bool {
        self.replace(text, Field::Sentence)
    }

    fn replace(&self, text: &mut String, field: Field) -> bool {
        let mut clean = String::new();
        let mut from = 0;
        for (_, needle, range) in self.matches(text) {
            let is_quoted = text.get(..range.start).is_some_and(|before| before.ends_with('"'))
                && text.get(range.end..).is_some_and(|after| after.starts_with('"'));
            let stands_alone = stands_alone(text, &range);
            if is_quoted || needle.is_known_at(text, &range) || (stands_alone && field == Field::Choice) {
                clean.push_str(text.get(from..range.start).unwrap_or_default());
                clean.push_str(&needle.shown());
                from = range.end;
            }
        }
        clean.push_str(text.get(from..).unwrap_or_default());
        if clean.contains('…') {
            clean = self.without_beginnings(&clean);
        }
        let changes = clean != *text;
        if changes {
            *text = clean;
        }
        changes
    }

    /// A text without what may be the beginning of a secret before a mark of omission.
    fn without_beginnings(&self, text: &str) -> String {
        /// The shortest beginning that is more than may be shown.
        const SHORTEST: usize = SHOWN + 1;
        let mut clean = String::new();
        for piece in text.split_inclusive('…') {
            let kept = piece.strip_suffix('…').unwrap_or(piece);
            let starts = kept.char_indices().rev().map(|(at, _)| at).take(MAX_BEGINNING).skip(SHORTEST - 1);
            let beginning = starts
                .filter(|at| {
                    let end = kept.get(*at..).unwrap_or_default();
                    self.begins_secret(end)
                })
                .last();
            let is_cut = piece.ends_with('…');
            match beginning.filter(|_| is_cut) {
                Some(at) => clean.push_str(kept.get(..at).unwrap_or_default()),
                None => clean.push_str(kept),
            }
            if is_cut {
                clean.push('…');
            }
        }
        clean
    }

    /// Whether a text is the beginning of a secret.
    fn begins_secret(&self, text: &str) -> bool {
        let text_of = |place: &usize| self.needles.get(*place).map_or("", |needle| needle.text.as_str());
        let first = self.sorted.partition_point(|place| text_of(place) < text);
        self.sorted.get(first).is_some_and(|place| text_of(place).starts_with(text))
    }
}

/// Characters before a mark of omission that may be the beginning of a secret: messages hold no longer values.
const MAX_BEGINNING: usize = 100;

/// Bytes that a secret has at least of which one may be sure.
const SHORTEST_DISTINCT: usize = 6;

/// Whether a secret looks like nothing else: long enough, and no word of the language.
fn is_distinct(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    text.len() >= SHORTEST_DISTINCT
        && has(u8::is_ascii_alphabetic)
        && (has(u8::is_ascii_digit)
            || has(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.' | b' ')))
}

/// Whether a stretch of a text is no part of a longer word.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|before| before.chars().next_back());
    let after = text.get(range.end..).and_then(|after| after.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
