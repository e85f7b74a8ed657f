//! YAML, as CloudFormation takes it, into the located tree: straight from parser events, without recursion.
//!
//! The grammar (indentation, quoting, escapes) is granit-parser's. Here is what CloudFormation makes of it: YAML 1.1
//! scalars, short tags, anchors and merges with a bound on what they may add, and spans that cover what a person sees.

mod anchor;
mod error;
mod layout;
mod merge;
mod scalar;
mod tag;

use super::keys::{duplicate, quoted};
use super::{Comment, Document, Entry, Kind, Language, MAX_DEPTH, Node, Number, SyntaxError, SyntaxNote, too_deep};
use crate::source::{SourceId, Span};
use anchor::Anchors;
use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle};
use layout::Layout;
use scalar::Plain;
use std::borrow::Cow;
use tag::Tag;

/// More notes than this are not kept: nobody reads them, and a text of octal numbers would fill the memory.
const MAX_NOTES: usize = 100;

/// Reads a YAML text with one document. Nothing at all, or comments alone, are `null`.
///
/// # Errors
/// The first thing that YAML or CloudFormation does not allow: broken grammar, a repeated key, a key that is no scalar, a
/// second document, an alias to nothing, aliases that add more than [`MAX_ALIAS_NODES`](super::MAX_ALIAS_NODES), or
/// nesting past [`MAX_DEPTH`].
pub fn parse(text: &str, source: SourceId) -> Result<Document<'_>, SyntaxError> {
    let mut parser = Parser::new_from_str_with_options(text, options(text));
    let mut builder = Builder::new(text, source);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.event(event, &span)?,
            Err(error) => return Err(builder.refused(&error)),
        }
    }
    Ok(builder.finish())
}

fn options(text: &str) -> Options {
    granit_parser::options! {
        // An alias to nothing comes as an event with the alias' span, so that the error can name it.
        emit_unresolved_aliases: true,
        // Each kind of nesting on its own; the builder counts both kinds, and tags, together.
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // Long comment headers are no error. What is buffered is bounded by the text, which is in memory anyway.
        max_buffered_comment_events: text.len(),
    }
}

/// A range of bytes in the text.
#[derive(Copy, Clone, Debug)]
struct Range {
    start: usize,
    end: usize,
}

impl Range {
    fn of(span: &granit_parser::Span) -> Self {
        let range = span.byte_range().unwrap_or_default();
        Self { start: range.start, end: range.end.max(range.start) }
    }

    fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A node whose last event has come.
#[derive(Clone, Debug)]
struct Finished<'s> {
    node: Node<'s>,
    /// Levels of lists and maps in it: 0 for a scalar.
    height: usize,
    /// What a copy costs, in nodes.
    cost: usize,
}

impl<'s> Finished<'s> {
    fn scalar(span: Span, kind: Kind<'s>) -> Self {
        let owned = match &kind {
            Kind::String(Cow::Owned(text)) | Kind::Number(Number { text: Cow::Owned(text), .. }) => text.len(),
            _ => 0,
        };
        Self { node: Node { span, kind }, height: 0, cost: 1 + anchor::text_cost(owned) }
    }
}

/// A list or map that is open.
struct Frame<'s> {
    start: usize,
    /// End of the last thing inside.
    end: usize,
    style: StructureStyle,
    anchor: usize,
    tag: Tag,
    height: usize,
    cost: usize,
    body: Body<'s>,
}

enum Body<'s> {
    Sequence(Vec<Node<'s>>),
    Mapping { entries: Vec<Entry<'s>>, key: Option<Key<'s>>, merge: Option<(Span, Node<'s>)> },
}

/// A key whose value has not come yet.
enum Key<'s> {
    Named(Cow<'s, str>, Span),
    Merge(Span),
}

struct Builder<'s> {
    layout: Layout<'s>,
    source: SourceId,
    stack: Vec<Frame<'s>>,
    /// Levels of lists and maps that the open frames stand for; a short tag adds one.
    depth: usize,
    anchors: Anchors<'s>,
    root: Option<Node<'s>>,
    document: Option<Span>,
    comments: Vec<Comment<'s>>,
    notes: Vec<SyntaxNote>,
}

impl<'s> Builder<'s> {
    fn new(text: &'s str, source: SourceId) -> Self {
        Self {
            layout: Layout::new(text),
            source,
            stack: Vec::new(),
            depth: 0,
            anchors: Anchors::default(),
            root: None,
            document: None,
            comments: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn span(&self, range: Range) -> Span {
        Span::new(self.source, range.start, range.end)
    }

    fn error(&self, range: Range, message: impl Into<String>, help: impl Into<String>) -> SyntaxError {
        SyntaxError { span: self.span(range), message: message.into(), help: help.into(), related: None }
    }

    fn note(&mut self, span: Span, (message, help): (String, String)) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(SyntaxNote { span, message, help });
        }
    }

    fn event(&mut self, event: Event<'s>, span: &granit_parser::Span) -> Result<(), SyntaxError> {
        let range = Range::of(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = Tag::read(tag.as_deref(), span);
                if self.expects_key() {
                    self.scalar_key(text, style, anchor, tag, range)
                } else {
                    self.scalar_value(text, style, anchor, tag, range)
                }
            }
            Event::SequenceStart(style, anchor, tag) => {
                // The parser places a list without indentation of its own behind its first dash.
                let in_mapping = matches!(self.stack.last(), Some(Frame { body: Body::Mapping { .. }, .. }));
                let start = if style == StructureStyle::Block && in_mapping {
                    self.layout.first_dash().unwrap_or(range.start)
                } else {
                    range.start
                };
                let range = Range { start, ..range };
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
                format!("the alias {} refers to nothing", quoted(&format!("*{name}"))),
                format!("define it earlier with `&{name}`, or put the text in quotes if it is no alias"),
            )),
            Event::DocumentStart(explicit, _) => self.document_start(explicit, range),
            Event::Comment(..) => {
                let text = self.layout.slice(Range { start: range.start + 1, ..range }).trim();
                self.comments.push(Comment { span: self.span(range), text: Cow::Borrowed(text) });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn document_start(&mut self, explicit: bool, range: Range) -> Result<(), SyntaxError> {
        let span = self.span(range);
        if let Some(first) = self.document {
            let mut error =
                self.error(range, "a second document starts here", "put each template into a file of its own");
            error.related = Some((first, "the first document".to_owned()));
            return Err(error);
        }
        self.document = Some(span);
        if explicit {
            self.layout.advance(range.end);
        }
        Ok(())
    }

    fn finish(mut self) -> Document<'s> {
        // The parser hands out comments beside block scalars late.
        self.comments.sort_by_key(|comment| comment.span.start);
        let nothing = Node { span: self.span(Range { start: 0, end: 0 }), kind: Kind::Null };
        Document {
            root: self.root.unwrap_or(nothing),
            language: Language::Yaml,
            comments: self.comments,
            notes: self.notes,
        }
    }

    fn expects_key(&self) -> bool {
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
        // Where nothing is written the parser says `~`, and points somewhere near.
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
                Err(text) => return Err(self.misfit(&tag, *tag_range, &quoted(&text))),
            },
            _ => Finished::scalar(span, Kind::String(text)),
        };
        if let Tag::Short(short) = &tag {
            finished = short.long_form(finished, self.layout.slice(range));
        }
        self.note_tag(&tag);
        self.layout.advance(range.end);
        self.complete(finished, anchor, range)
    }

    /// A plain scalar, by YAML 1.1's rules, with a note where it is an octal number.
    fn plain(&mut self, text: Cow<'s, str>, span: Span) -> Finished<'s> {
        let plain = Plain::read(&text);
        if let Some(note) = plain.note(&text) {
            self.note(span, note);
        }
        Finished::scalar(span, plain.into_kind(text))
    }

    fn note_tag(&mut self, tag: &Tag) {
        if let Some((range, note)) = tag.note() {
            self.note(self.span(range), note);
        }
    }

    fn misfit(&self, tag: &Tag, tag_range: Range, value: &str) -> SyntaxError {
        let message = format!("the tag `{}` does not fit {value}", self.layout.slice(tag_range));
        debug_assert!(matches!(tag, Tag::Core(..)));
        self.error(tag_range, message, "remove the tag, or write a value of its type")
    }

    fn scalar_key(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Tag,
        range: Range,
    ) -> Result<(), SyntaxError> {
        let plain = style == ScalarStyle::Plain;
        if let Some(tag_range) = tag.local() {
            let message = format!("the key {} has the tag `{}`", quoted(&text), self.layout.slice(tag_range));
            return Err(self.error(tag_range, message, "a function cannot make a key: write the key as text"));
        }
        if plain && range.is_empty() {
            let range = Range { start: range.start, end: range.start + 1 };
            return Err(self.error(range, "a key is missing", "write it before the colon, or quote the text"));
        }
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.layout.block_scalar(range),
            _ => range,
        };
        let span = self.span(range);
        if anchor != 0 {
            let kind = if plain { Plain::read(&text).into_kind(text.clone()) } else { Kind::String(text.clone()) };
            self.anchors.define(anchor, &Finished::scalar(span, kind));
        }
        let is_merge = plain && text == "<<" && matches!(tag, Tag::None);
        self.set_key(if is_merge { Key::Merge(span) } else { Key::Named(text, span) }, range)
    }

    /// Notes the key that the next value belongs to.
    fn set_key(&mut self, key: Key<'s>, range: Range) -> Result<(), SyntaxError> {
        let repeated = match (self.stack.last(), &key) {
            (Some(Frame { body: Body::Mapping { merge: Some((first, _)), .. }, .. }), Key::Merge(_)) => Some(*first),
            _ => None,
        };
        if let Some(first) = repeated {
            let mut error =
                self.error(range, "`<<` stands twice in the same map", "merge a list instead: `<<: [*one, *other]`");
            error.related = Some((first, "the first `<<`".to_owned()));
            return Err(error);
        }
        self.layout.advance(range.end);
        if let Some(frame) = self.stack.last_mut() {
            frame.end = frame.end.max(range.end);
            if let Key::Named(Cow::Owned(text), _) = &key {
                frame.cost += anchor::text_cost(text.len());
            }
            if let Body::Mapping { key: slot, .. } = &mut frame.body {
                *slot = Some(key);
            }
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, range: Range) -> Result<(), SyntaxError> {
        let finished = match self.anchors.copy(id) {
            Ok(finished) => finished,
            Err(refusal) => {
                let (message, help) = refusal.explain(self.layout.slice(range));
                return Err(self.error(range, message, help));
            }
        };
        if !self.expects_key() {
            self.layout.advance(range.end);
            return self.attach(finished, range);
        }
        match finished.node.kind {
            Kind::Sequence(_) | Kind::Mapping(_) => Err(self.no_scalar_key(range)),
            Kind::String(text) => self.set_key(Key::Named(text, self.span(range)), range),
            Kind::Number(number) => self.set_key(Key::Named(number.text, self.span(range)), range),
            Kind::Bool(value) => {
                let text = Cow::Borrowed(if value { "true" } else { "false" });
                self.set_key(Key::Named(text, self.span(range)), range)
            }
            Kind::Null => self.set_key(Key::Named(Cow::Borrowed("null"), self.span(range)), range),
        }
    }

    fn no_scalar_key(&self, range: Range) -> SyntaxError {
        let end = range.end.max(range.start + 1);
        let help = "keys are plain text; `{{ name }}` of a template engine must be put in quotes";
        self.error(Range { end, ..range }, "a list or map stands where a key must be", help)
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
            return Err(self.misfit(&tag, *tag_range, "this value"));
        }
        self.note_tag(&tag);
        let frame = Frame { start: range.start, end: range.end, style, anchor, tag, height: 0, cost: 0, body };
        self.depth += frame.levels();
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.span(Range { start: range.start, end: range.start + 1 })));
        }
        self.layout.advance(range.end.max(range.start));
        self.stack.push(frame);
        Ok(())
    }

    fn close(&mut self, range: Range) -> Result<(), SyntaxError> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        self.depth -= frame.levels();
        // A block collection has no closing token: it ends where the last thing in it does.
        let end = if frame.style == StructureStyle::Flow { frame.end.max(range.end) } else { frame.end };
        let range = Range { start: frame.start, end };
        self.layout.advance(end);
        let kind = match frame.body {
            Body::Sequence(items) => Kind::Sequence(items),
            Body::Mapping { mut entries, merge, .. } => {
                if let Some(error) = duplicate(&entries) {
                    return Err(error);
                }
                if let Some((key, maps)) = merge {
                    merge::merge(&mut entries, key, maps)?;
                }
                Kind::Mapping(entries)
            }
        };
        let node = Node { span: self.span(range), kind };
        let mut finished = Finished { node, height: frame.height + 1, cost: frame.cost + 1 };
        if let Tag::Short(short) = &frame.tag {
            finished = short.long_form(finished, "");
        }
        self.complete(finished, frame.anchor, range)
    }

    fn complete(&mut self, finished: Finished<'s>, anchor: usize, range: Range) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.anchors.define(anchor, &finished);
        }
        self.attach(finished, range)
    }

    /// Puts a finished node where it belongs. `range` is where it stands in the text, which is not where an alias' node
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
                Some(Key::Named(key, key_span)) => entries.push(Entry { key, key_span, value: finished.node }),
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
        if matches!(self.tag, Tag::Short(_)) { 2 } else { 1 }
    }
}
