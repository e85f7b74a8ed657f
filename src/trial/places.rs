//! Where examples and assertions are in the text of a rule file.

use super::Expected;
use crate::source::{Source, Span};
use crate::syntax::{self, Document, Node};

/// The places of a rule file.
pub struct Places<'t> {
    source: &'t Source,
    /// None if the text cannot be read by our own reader, although the rule was read.
    document: Option<Document<'t>>,
}

impl<'t> Places<'t> {
    /// Reads the text of a rule file.
    pub fn new(source: &'t Source) -> Self {
        Self { source, document: syntax::yaml::parse(source.text(), source.id).ok() }
    }

    /// The name of an example; the start of the file if it cannot be found.
    pub fn example(&self, expected: Expected, index: usize) -> Span {
        let name = self.node(expected, index).and_then(|example| example.get("name"));
        name.map_or(self.start(), |name| name.span)
    }

    /// The patch of an example.
    pub fn patch(&self, expected: Expected, index: usize) -> Span {
        let patch = self.node(expected, index).and_then(|example| example.entry("patch"));
        patch.map_or(self.example(expected, index), |patch| patch.key_span)
    }

    /// The text of an example's template from a line and column on, both from 1; none if the file writes the template in another
    /// form than line by line.
    pub fn in_template(
        &self,
        expected: Expected,
        index: usize,
        (line, column): (usize, usize),
        length: usize,
    ) -> Option<Span> {
        let template = self.node(expected, index)?.get("template")?;
        let own = template.as_str()?;
        let header = self.source.position(template.span.start).line;
        // The lines of a block scalar follow its header; a template on one line is where the scalar is.
        let first = [header + 1, header].into_iter().find(|first| self.is_written_from(*first, own))?;
        let own_line = own.lines().nth(line.checked_sub(1)?)?;
        let (start, text) = self.line(first + line - 1)?;
        let indent = own_line.len() - own_line.trim_start().len();
        let skipped = text.find(own_line.trim())?.checked_sub(indent)?;
        let byte = |characters: usize| own_line.char_indices().nth(characters).map_or(own_line.len(), |(at, _)| at);
        let from = column.saturating_sub(1);
        let at = start + skipped;
        Some(Span::new(self.source.id, at + byte(from), at + byte(from.saturating_add(length))))
    }

    /// The mark at the end of a template's line.
    pub fn mark(&self, expected: Expected, index: usize, line: usize) -> Option<Span> {
        let template = self.node(expected, index)?.get("template")?.as_str()?;
        let text = template.lines().nth(line.checked_sub(1)?)?;
        let (before, mark) = text.split_at(text.rfind("# finding")?);
        self.in_template(expected, index, (line, before.chars().count() + 1), mark.chars().count())
    }

    /// A part of the rule, by its JSON pointer: the key of a value, or an item of a list.
    pub fn pointer(&self, pointer: &str) -> Span {
        let mut place = self.start();
        let Some(mut node) = self.root() else { return place };
        for step in pointer.split('/').skip(1) {
            if let Some(entry) = node.entry(step) {
                (node, place) = (&entry.value, entry.key_span);
            } else if let Some(item) = step.parse::<usize>().ok().and_then(|index| node.as_sequence()?.get(index)) {
                (node, place) = (item, item.span);
            } else {
                break;
            }
        }
        place
    }

    fn start(&self) -> Span {
        Span::new(self.source.id, 0, 0)
    }

    fn root(&self) -> Option<&Node<'t>> {
        self.document.as_ref().map(|document| &document.root)
    }

    fn node(&self, expected: Expected, index: usize) -> Option<&Node<'t>> {
        self.root()?.get("examples")?.get(expected.key())?.as_sequence()?.get(index)
    }

    /// Whether the file has the lines of a text, at any indentation.
    fn is_written_from(&self, first: usize, text: &str) -> bool {
        let is_one = text.lines().nth(1).is_none();
        text.lines().zip(first..).all(|(own, number)| match self.line(number) {
            Some((_, line)) if is_one => line.contains(own.trim()),
            Some((_, line)) => line.trim() == own.trim(),
            None => false,
        })
    }

    /// The start of a line, and its text.
    fn line(&self, number: usize) -> Option<(usize, &'t str)> {
        let (start, end) = self.source.line_range(number)?;
        Some((start, self.source.text().get(start..end)?))
    }
}
