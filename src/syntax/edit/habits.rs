//! How a document is written: what a new part of it should look like.

use super::page::Page;
use super::scalar::Quotes;
use crate::syntax::functions::is_function;
use crate::syntax::{Document, Entry, Kind, Language, Node};
use std::collections::BTreeMap;

/// How a document is written. Where its own parts differ, most of the first ones decide.
pub(super) struct Habits<'t> {
    /// As JSON: all texts in double quotes, functions in their long form. So is JSON that is read as YAML's flow style.
    pub(super) json: bool,
    /// Functions have their short tags.
    pub(super) short: bool,
    /// Which quotes texts have that need some.
    pub(super) quotes: Quotes,
    /// Columns that a map is indented below its key.
    pub(super) step: usize,
    /// Columns that a list is indented below its key.
    pub(super) list: usize,
    /// The indentation of one level of maps in flow style on several lines.
    pub(super) unit: &'t str,
    /// What is between a key and its value, in flow style.
    pub(super) colon: &'t str,
    /// In JSON on several lines: whether functions are on one line, and lists of scalars.
    pub(super) functions: bool,
    pub(super) scalars: bool,
}

/// So many lists and maps show how a document is written.
const ENOUGH: usize = 64;

#[derive(Default)]
struct Counts<'t> {
    /// The lists and maps that were looked at.
    looked: usize,
    /// Whether there are no quotes, tags and blocks to count.
    is_json: bool,
    short: usize,
    long: usize,
    single: usize,
    double: usize,
    steps: BTreeMap<usize, usize>,
    lists: BTreeMap<usize, usize>,
    unit: Option<&'t str>,
    colon: Option<&'t str>,
    /// Functions and lists of scalars on one line, less those on several.
    functions: isize,
    scalars: isize,
}

impl<'t> Habits<'t> {
    pub(super) fn of(page: &Page<'t>, document: &Document<'_>) -> Self {
        let mut counts = Counts { is_json: document.language == Language::Json, ..Counts::default() };
        // What is added is mostly a part of a resource, so these come first.
        let resources = document.root.get("Resources");
        resources.into_iter().chain([&document.root]).for_each(|node| counts.node(page, node));
        let root = document.root.span.start as usize;
        let keys = document.root.as_mapping().unwrap_or_default();
        let quoted = keys.first().is_some_and(|first| page.byte(first.key_span.start as usize) == b'"');
        let flow = page.byte(root) == b'{';
        let json = document.language == Language::Json || (flow && quoted && counts.short == 0);
        let most = |counts: &BTreeMap<usize, usize>| {
            counts.iter().max_by_key(|(width, count)| (**count, std::cmp::Reverse(**width))).map(|(width, _)| *width)
        };
        let step = most(&counts.steps).unwrap_or(2);
        Self {
            json,
            short: !json && (counts.short > 0 || counts.long == 0),
            quotes: if json || counts.double > counts.single { Quotes::Double } else { Quotes::Single },
            step,
            list: most(&counts.lists).unwrap_or(step),
            unit: counts.unit.unwrap_or("  "),
            colon: counts.colon.unwrap_or(": "),
            functions: counts.functions >= 0,
            scalars: counts.scalars > 0,
        }
    }
}

impl<'t> Counts<'t> {
    fn node(&mut self, page: &Page<'t>, node: &Node<'_>) {
        if self.looked >= ENOUGH {
            return;
        }
        self.looked += 1;
        match &node.kind {
            Kind::String(_) => self.text(page, node),
            Kind::Sequence(items) => {
                if page.byte(node.span.start as usize) == b'[' {
                    let is_scalar = |item: &Node<'_>| !matches!(item.kind, Kind::Sequence(_) | Kind::Mapping(_));
                    if !items.is_empty() && items.iter().all(is_scalar) {
                        self.scalars += one_line(page, node);
                    }
                }
                items.iter().for_each(|item| self.node(page, item));
            }
            Kind::Mapping(entries) => {
                let is_flow = page.byte(node.span.start as usize) == b'{';
                for entry in entries {
                    self.entry(page, node, entry, is_flow);
                    // Most values are scalars, of which only texts count.
                    match &entry.value.kind {
                        Kind::String(_) if !self.is_json => self.text(page, &entry.value),
                        Kind::Sequence(_) | Kind::Mapping(_) => self.node(page, &entry.value),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, page: &Page<'_>, node: &Node<'_>) {
        match page.byte(node.span.start as usize) {
            b'\'' => self.single += 1,
            b'"' => self.double += 1,
            _ => {}
        }
    }

    fn entry(&mut self, page: &Page<'t>, map: &Node<'_>, entry: &Entry<'_>, is_flow: bool) {
        let (key, value) = (entry.key_span.start as usize, entry.value.span.start as usize);
        let is_tagged = !self.is_json && page.byte(key) == b'!';
        // Few keys begin so.
        let is_call = matches!(entry.key.as_bytes(), [b'F' | b'R', ..]) && is_function(&entry.key);
        if is_tagged {
            self.short += 1;
        } else if is_call {
            self.long += 1;
        }
        if is_flow {
            if is_call && matches!(entry.value.kind, Kind::String(_)) {
                self.functions += one_line(page, map);
            }
            if self.colon.is_none() {
                self.colon = colon(page, entry);
            }
            if self.unit.is_none() && page.is_first(key) {
                let (outer, inner) = (page.indentation(map.span.start as usize), page.indentation(key));
                self.unit = inner.strip_prefix(outer).filter(|unit| !unit.is_empty());
            }
            return;
        }
        let is_block = !is_tagged
            && value > key
            && match &entry.value.kind {
                Kind::Mapping(entries) => {
                    entries.first().is_some_and(|first| first.key_span.start == entry.value.span.start)
                        && page.byte(value) != b'!'
                }
                Kind::Sequence(_) => is_dash(page, value),
                _ => false,
            };
        if is_block && let Some(inner) = page.indented(value) {
            let counts = if page.byte(value) == b'-' { &mut self.lists } else { &mut self.steps };
            if let Some(width) = inner.checked_sub(page.column(key)) {
                *counts.entry(width).or_default() += 1;
            }
        }
    }
}

/// Whether the dash of a block list is here.
pub(super) fn is_dash(page: &Page<'_>, at: usize) -> bool {
    page.byte(at) == b'-' && matches!(page.byte(at + 1), b' ' | b'\t' | b'\n' | b'\r' | 0)
}

/// 1 for a value on one line, otherwise -1.
fn one_line(page: &Page<'_>, node: &Node<'_>) -> isize {
    let text = page.slice(node.span.start as usize, node.span.end as usize);
    if memchr::memchr(b'\n', text.as_bytes()).is_none() { 1 } else { -1 }
}

/// What is between a key in flow style and its value, if that is usual.
pub(super) fn colon<'t>(page: &Page<'t>, entry: &Entry<'_>) -> Option<&'t str> {
    let between = page.slice(entry.key_span.end as usize, entry.value.span.start as usize);
    let quoted = page.byte(entry.key_span.start as usize) == b'"';
    (matches!(between, ": " | " : " | " :") || (between == ":" && quoted)).then_some(between)
}
