//! From parser events to the tree: lists and maps that are open, and where a finished node belongs.

use super::anchor::Anchors;
use super::key::Key;
use super::layout::Layout;
use super::scalar::Plain;
use super::tag::Tag;
use super::{Finished, Range, merge};
use crate::code::Code;
use crate::source::{SourceId, Span};
use crate::syntax::functions::{self, add_note, calls_macro, is_misspelled};
use crate::syntax::keys::unique;
use crate::syntax::message::{quoted, too_deep};
use crate::syntax::{Comment, Document, Entry, Kind, Language, MAX_DEPTH, Node, Repeated, SyntaxError, SyntaxNote};
use granit_parser::{Event, ScalarStyle, StructureStyle};
use std::borrow::Cow;

/// A list or map that is open.
pub(super) struct Frame<'s> {
    pub(super) start: usize,
    /// End of the last thing inside.
    pub(super) end: usize,
    pub(super) style: StructureStyle,
    anchor: usize,
    tag: Tag,
    height: usize,
    pub(super) cost: usize,
    pub(super) body: Body<'s>,
}

pub(super) enum Body<'s> {
    Sequence(Vec<Node<'s>>),
    Mapping { entries: Vec<Entry<'s>>, key: Option<Key<'s>>, merge: Option<(Span, Node<'s>)> },
}

pub(super) struct Builder<'s> {
    pub(super) layout: Layout<'s>,
    source: SourceId,
    pub(super) stack: Vec<Frame<'s>>,
    /// Levels of lists and maps that the open frames stand for; a short tag adds one.
    depth: usize,
    pub(super) anchors: Anchors<'s>,
    root: Option<Node<'s>>,
    document: Option<Span>,
    comments: Vec<Comment<'s>>,
    notes: Vec<SyntaxNote>,
    repeated: Vec<Repeated>,
    calls_macros: bool,
    pub(super) may_share: bool,
}

impl<'s> Builder<'s> {
    pub(super) fn new(text: &'s str, source: SourceId) -> Self {
        Self {
            layout: Layout::new(text),
            source,
            stack: Vec::new(),
            depth: 0,
            anchors: Anchors::new(text.len()),
            root: None,
            document: None,
            comments: Vec::new(),
            notes: Vec::new(),
            repeated: Vec::new(),
            calls_macros: false,
            may_share: false,
        }
    }

    /// A range as a span, which always lies on borders of characters, whatever the parser reports.
    pub(super) fn span(&self, range: Range) -> Span {
        let start = self.layout.border(range.start);
        Span::new(self.source, start, self.layout.border(range.end).max(start))
    }

    pub(super) fn error(&self, range: Range, message: impl Into<String>, help: impl Into<String>) -> SyntaxError {
        SyntaxError { span: self.span(range), message: message.into(), help: help.into(), related: None }
    }

    pub(super) fn event(&mut self, event: Event<'s>, span: &granit_parser::Span) -> Result<(), SyntaxError> {
        let range = Range::of(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = Tag::read(tag.as_deref(), span);
                if self.expects_key() {
                    self.may_share |= style == ScalarStyle::Plain && text == "<<";
                    self.scalar_key(text, style, anchor, tag, range)
                } else {
                    self.scalar_value(text, style, anchor, tag, range)
                }
            }
            Event::SequenceStart(style, anchor, tag) => {
                // The parser places a list without indentation of its own behind its first dash.
                let in_mapping = matches!(self.stack.last(), Some(Frame { body: Body::Mapping { .. }, .. }));
                let dash = if style == StructureStyle::Block && in_mapping { self.layout.first_dash() } else { None };
                let range = dash.map_or(range, |dash| Range { start: dash, end: dash });
                self.open(range, style, anchor, Tag::read(tag.as_deref(), span), Body::Sequence(Vec::new()))
            }
            Event::MappingStart(style, anchor, tag) => {
                let body = Body::Mapping { entries: Vec::new(), key: None, merge: None };
                self.open(range, style, anchor, Tag::read(tag.as_deref(), span), body)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => Err(self.error(
                range,
                format!("the alias {} is not defined", quoted(&format!("*{name}"))),
                format!("Define `&{name}` before this line, or put the value in quotes if it is not an alias."),
            )),
            Event::DocumentStart(explicit, _) => self.document_start(explicit, range),
            Event::Comment(..) => {
                self.comment(range);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn comment(&mut self, range: Range) {
        let text = self.layout.slice(Range { start: range.start + 1, ..range }).trim();
        self.comments.push(Comment { span: self.span(range), text: Cow::Borrowed(text) });
    }

    fn document_start(&mut self, explicit: bool, range: Range) -> Result<(), SyntaxError> {
        let span = self.span(range);
        if let Some(first) = self.document {
            let mut error = self.error(range, "a second document starts here", "Put each template in a separate file.");
            error.related = Some((first, "the first document".to_owned()));
            return Err(error);
        }
        self.document = Some(span);
        if explicit {
            self.layout.advance(range.end);
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Document<'s> {
        // The parser hands out comments beside block scalars late.
        self.comments.sort_by_key(|comment| comment.span.start);
        let nothing = Node { span: self.span(Range { start: 0, end: 0 }), kind: Kind::Null };
        Document {
            root: self.root.unwrap_or(nothing),
            language: Language::Yaml,
            comments: self.comments,
            notes: self.notes,
            repeated: self.repeated,
            calls_macros: self.calls_macros,
            may_share: self.may_share,
        }
    }

    pub(super) fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { body: Body::Mapping { key: None, .. }, .. }))
    }

    fn scalar_value(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Tag,
        range: Range,
    ) -> Result<(), SyntaxError> {
        let plain = style == ScalarStyle::Plain;
        // Where nothing is written the parser reports `~`, and points somewhere near.
        let missing = plain && range.is_empty();
        let text = if missing { Cow::Borrowed("") } else { text };
        let in_sequence = matches!(self.stack.last(), Some(Frame { body: Body::Sequence(_), .. }));
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.layout.block_scalar(range),
            _ if missing && anchor == 0 && matches!(tag, Tag::None) => self.layout.nothing(in_sequence),
            _ => range,
        };
        let span = self.span(range);
        let mut finished = match &tag {
            Tag::None if plain => self.plain(text, span),
            Tag::Core(core, tag_range) => match core.convert(text) {
                Ok(kind) => Finished::scalar(span, kind),
                Err(text) => return Err(self.misfit(*tag_range, &quoted(&text))),
            },
            _ => Finished::scalar(span, Kind::String(text)),
        };
        if let Tag::Call(call) = &tag {
            finished = call.long_form(finished, self.layout.slice(range));
            self.calls_macros |= call.calls_macro();
        }
        self.note_tag(&tag);
        self.layout.advance(range.end);
        self.complete(finished, anchor, range)
    }

    /// A plain scalar, by YAML 1.1's rules, with a note where it is an octal number.
    fn plain(&mut self, text: Cow<'s, str>, span: Span) -> Finished<'s> {
        let plain = Plain::read(&text);
        if let Some((message, help)) = plain.note(&text) {
            add_note(&mut self.notes, SyntaxNote { code: Code::OctalNumber, span, message, help });
        }
        Finished::scalar(span, plain.into_kind(text))
    }

    fn note_tag(&mut self, tag: &Tag) {
        if let Some(range) = tag.local()
            && let Some(note) = tag.note(self.span(range))
        {
            add_note(&mut self.notes, note);
        }
    }

    fn misfit(&self, tag: Range, value: &str) -> SyntaxError {
        let message = format!("the tag `{}` does not fit {value}", self.layout.slice(tag));
        self.error(tag, message, "Remove the tag, or write a value of that type.")
    }

    fn alias(&mut self, id: usize, range: Range) -> Result<(), SyntaxError> {
        self.may_share = true;
        let finished = self.anchors.copy(id).map_err(|refusal| {
            let (message, help) = refusal.explain(self.layout.slice(range));
            self.error(range, message, help)
        })?;
        if self.expects_key() {
            return self.alias_key(finished.node.kind, range);
        }
        self.layout.advance(range.end);
        self.attach(finished, range)
    }

    fn open(
        &mut self,
        range: Range,
        style: StructureStyle,
        anchor: usize,
        tag: Tag,
        body: Body<'s>,
    ) -> Result<(), SyntaxError> {
        if self.expects_key() {
            return Err(self.no_scalar_key(range));
        }
        if let Tag::Core(core, tag_range) = &tag
            && !core.fits(&body)
        {
            return Err(self.misfit(*tag_range, "this value"));
        }
        self.note_tag(&tag);
        let frame = Frame { start: range.start, end: range.end, style, anchor, tag, height: 0, cost: 0, body };
        self.depth += frame.levels();
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.span(self.character(range.start))));
        }
        self.layout.advance(range.end);
        self.stack.push(frame);
        Ok(())
    }

    fn close(&mut self, range: Range) -> Result<(), SyntaxError> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        self.depth -= frame.levels();
        // Without a closing bracket (block style, `[key: value]`), it ends where the last thing in it does.
        let bracket = frame.style == StructureStyle::Flow && !range.is_empty();
        let end = if bracket { range.end } else { frame.end };
        let range = Range { start: frame.start, end };
        self.layout.advance(end);
        let kind = match frame.body {
            Body::Sequence(items) => Kind::Sequence(items),
            Body::Mapping { mut entries, merge, .. } => {
                entries = unique(entries, self.stack.is_empty(), &mut self.repeated);
                if let Some((key, maps)) = merge {
                    merge::merge(&mut entries, key, maps, &self.layout)?;
                }
                Kind::Mapping(entries)
            }
        };
        let node = Node { span: self.span(range), kind };
        let mut finished = Finished { node, height: frame.height + 1, cost: frame.cost + 1 };
        if let Tag::Call(call) = &frame.tag {
            finished = call.long_form(finished, "");
            self.calls_macros |= call.calls_macro();
        }
        self.complete(finished, frame.anchor, range)
    }

    fn complete(&mut self, finished: Finished<'s>, anchor: usize, range: Range) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.anchors.define(anchor, &finished);
        }
        self.attach(finished, range)
    }

    /// Puts a finished node where it belongs. `range` is where it is in the text, which is not where an alias' node
    /// was written.
    fn attach(&mut self, finished: Finished<'s>, range: Range) -> Result<(), SyntaxError> {
        if self.depth + finished.height > MAX_DEPTH {
            return Err(too_deep(self.span(range)));
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(finished.node);
            return Ok(());
        };
        frame.end = frame.end.max(range.end);
        frame.height = frame.height.max(finished.height);
        frame.cost += finished.cost;
        match &mut frame.body {
            Body::Sequence(items) => items.push(finished.node),
            Body::Mapping { entries, key, merge } => match key.take() {
                Some(Key::Named(key, key_span)) => {
                    self.calls_macros |= calls_macro(&key);
                    if is_misspelled(&key) {
                        add_note(&mut self.notes, functions::note(&key, key_span));
                    }
                    entries.push(Entry { key, key_span, value: finished.node });
                }
                Some(Key::Merge(span)) => *merge = Some((span, finished.node)),
                None => {}
            },
        }
        Ok(())
    }
}

impl Frame<'_> {
    /// Levels of the tree that this frame becomes.
    fn levels(&self) -> usize {
        if matches!(self.tag, Tag::Call(_)) { 2 } else { 1 }
    }
}
