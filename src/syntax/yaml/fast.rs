//! A fast reader for YAML as nearly all templates are written. It gives up as soon as it meets anything else, or an error.
//!
//! It reads maps and lists in block and flow style, plain and quoted scalars on one or more lines, text blocks (`|`, `>`), short
//! tags, and comments. It does not read anchors, aliases, merges, `? ` keys, directives, YAML's own tags, a second document, tabs
//! outside of text, and lines whose indentation would need a second look. Those texts are granit-parser's, and so is every error:
//! whatever this reader accepts, it must read exactly as the builder reads granit-parser's events ([`super::read_both`] is how that
//! is tested).
//!
//! Columns are counted as *levels*: a column from 0, plus one. So level 0 is outside of everything, which is where the text ends.

mod block;
mod flow;
mod lines;
mod quoted;
mod scalar;
mod tables;
mod text;

use super::Finished;
use super::scalar::Plain;
use super::tag::Tag;
use crate::code::Code;
use crate::source::{SourceId, Span};
use crate::syntax::functions::{self, add_note, calls_macro, is_misspelled, may_call};
use crate::syntax::keys::take;
use crate::syntax::{Comment, Document, Entry, Kind, Language, Node, Repeated, SyntaxNote};
use std::borrow::Cow;

/// Nesting past this depth is left to granit-parser: no template has it, and the reader is recursive.
const MAX_FAST_DEPTH: usize = 100;
/// Longer keys are left to granit-parser, which refuses those past 1,024 characters.
const MAX_FAST_KEY: usize = 1000;

/// The document, or nothing if the text has something that only granit-parser reads, or an error.
pub(super) fn read(text: &str, source: SourceId) -> Option<Document<'_>> {
    if !tables::is_ordinary(text) {
        return None;
    }
    let mut reader = Reader::new(text, source);
    let root = reader.root()?;
    Some(Document {
        root,
        language: Language::Yaml,
        comments: reader.comments,
        notes: reader.notes,
        repeated: reader.repeated,
        calls_macros: reader.calls_macros,
        may_share: false,
    })
}

/// Every method that returns nothing gives up.
struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    /// Where the line starts that `at` is in.
    line: usize,
    /// The level of the token at `at`, if it is the first of its line.
    level: usize,
    source: SourceId,
    /// Levels of lists and maps that are open; a tag adds one.
    depth: usize,
    /// Items of the open lists, and entries of the open maps, one behind the other: each list or map takes its own from the end when
    /// it closes, in one allocation of the right size.
    items: Vec<Node<'s>>,
    entries: Vec<Entry<'s>>,
    comments: Vec<Comment<'s>>,
    notes: Vec<SyntaxNote>,
    repeated: Vec<Repeated>,
    calls_macros: bool,
}

/// A key, with the reader behind its colon.
struct Key<'s> {
    text: Cow<'s, str>,
    span: Span,
}

impl<'s> Reader<'s> {
    fn new(text: &'s str, source: SourceId) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            line: at,
            level: 0,
            source,
            depth: 0,
            items: Vec::new(),
            entries: Vec::new(),
            comments: Vec::new(),
            notes: Vec::new(),
            repeated: Vec::new(),
            calls_macros: false,
        }
    }

    /// The one value of the text: a map or list without a tag.
    fn root(&mut self) -> Option<Node<'s>> {
        self.first_line()?;
        if self.peek() == b'!' {
            return None;
        }
        let root = self.node(0, true, false)?;
        let is_root = matches!(root.kind, Kind::Mapping(_) | Kind::Sequence(_));
        (is_root && self.level == 0).then_some(root)
    }

    /// The byte at a place; 0, which no ordinary text has, behind the end.
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    fn slice(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or("")
    }

    /// The level of the place where the reader is.
    fn level_here(&self) -> usize {
        self.at - self.line + 1
    }

    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_FAST_DEPTH).then_some(())
    }

    fn null(&self, at: usize) -> Node<'s> {
        Node { span: self.span(at, at), kind: Kind::Null }
    }

    /// What a tag without a value has: no text.
    fn empty(&self, at: usize) -> Node<'s> {
        Node { span: self.span(at, at), kind: Kind::String(Cow::Borrowed("")) }
    }

    /// A plain scalar: text behind a tag, otherwise what YAML 1.1 makes of it.
    fn plain(&mut self, text: Cow<'s, str>, span: Span, tagged: bool) -> Node<'s> {
        if tagged || !tables::may_be_more_than_text(&text) {
            return Node { span, kind: Kind::String(text) };
        }
        let plain = Plain::read(&text);
        if let Some((message, help)) = plain.note(&text) {
            add_note(&mut self.notes, SyntaxNote { code: Code::OctalNumber, span, message, help });
        }
        Node { span, kind: plain.into_kind(text) }
    }

    fn push_entry(&mut self, key: Key<'s>, value: Node<'s>) {
        let Key { text: key, span: key_span } = key;
        if may_call(&key) {
            self.calls_macros |= calls_macro(&key);
            if is_misspelled(&key) {
                add_note(&mut self.notes, functions::note(&key, key_span));
            }
        }
        self.entries.push(Entry { key, key_span, value });
    }

    /// The map of the entries from `mark` on.
    fn close_mapping(&mut self, mark: usize, start: usize, end: usize) -> Node<'s> {
        self.depth -= 1;
        let kind = Kind::Mapping(take(&mut self.entries, mark, self.depth == 0, &mut self.repeated));
        Node { span: self.span(start, end), kind }
    }

    /// The list of the items from `mark` on.
    fn close_sequence(&mut self, mark: usize, start: usize, end: usize) -> Node<'s> {
        self.depth -= 1;
        let kind = Kind::Sequence(self.items.split_off(mark));
        Node { span: self.span(start, end), kind }
    }

    /// The short tag under the reader. The reader is behind it afterwards, and one level deeper.
    fn tag(&mut self, flow: bool) -> Option<Tag> {
        let start = self.at;
        let name = self.bytes.get(start + 1..).unwrap_or(&[]);
        let length = name.iter().take_while(|byte| tables::is_tag(**byte)).count();
        let end = start + 1 + length;
        let closes = |next| matches!(next, b' ' | b'\n' | b'\r' | 0) || (flow && matches!(next, b',' | b']' | b'}'));
        if length == 0 || !closes(self.byte(end)) {
            return None;
        }
        self.enter()?;
        self.at = end;
        let range = super::Range { start, end };
        let tag = Tag::short(self.slice(start + 1, end), range);
        if let Some(note) = tag.note(self.span(start, end)) {
            add_note(&mut self.notes, note);
        }
        Some(tag)
    }

    /// The call that a tag in front of a value is.
    fn call(&mut self, tag: &Tag, value: Node<'s>) -> Option<Node<'s>> {
        let Tag::Call(call) = tag else { return None };
        self.depth -= 1;
        self.calls_macros |= call.calls_macro();
        let written = self.slice(value.span.start as usize, value.span.end as usize);
        Some(call.long_form(Finished { node: value, height: 0, cost: 0 }, written).node)
    }
}
