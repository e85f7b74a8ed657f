//! From the plan to edits of the text: down the tree, the deepest edits first.

use super::Refused;
use super::habits::{Habits, colon, is_dash};
use super::page::Page;
use super::plan::Target;
use super::scalar::{self, Quotes};
use super::write::Style;
use crate::change::Value;
use crate::syntax::{Entry, Kind, Node};

/// Bytes, and what stands there instead.
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
    /// Comments among the bytes go with them.
    pub(super) loses: bool,
}

/// Collects edits.
pub(super) struct Writer<'t> {
    pub(super) page: &'t Page<'t>,
    pub(super) habits: &'t Habits<'t>,
    pub(super) pieces: Vec<Piece>,
    /// The last lines of what goes with comments below it, and those of the comments.
    pub(super) longer: Vec<(usize, usize)>,
    /// The first lines of what goes without the comments above it.
    pub(super) kept: Vec<usize>,
}

/// What a node belongs to.
#[derive(Copy, Clone)]
pub(super) enum Place<'n> {
    /// Nothing.
    Root,
    /// A key or dash of a block: where its colon or dash ends, and its column.
    Block { end: usize, column: usize, item: bool },
    /// A short tag, which ends here.
    Tag { end: usize, flow: bool },
    /// A list or map in flow style: what is before the node begins here, and whether it is on several lines.
    Flow { around: &'n Node<'n>, before: usize },
}

impl Place<'_> {
    pub(super) fn is_flow(self) -> bool {
        matches!(self, Self::Flow { .. } | Self::Tag { flow: true, .. })
    }
}

/// How a list or map is written.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// With indentation.
    Block,
    /// With brackets.
    Flow,
    /// A short tag.
    Tag,
    /// Something else: the parts of `!GetAtt A.B`, a map without braces in a list with brackets, a key with `?`.
    Other,
}

impl<'t> Writer<'t> {
    pub(super) fn new(page: &'t Page<'t>, habits: &'t Habits<'t>) -> Self {
        Self { page, habits, pieces: Vec::new(), longer: Vec::new(), kept: Vec::new() }
    }

    pub(super) fn put(&mut self, start: usize, end: usize, text: String) {
        self.pieces.push(Piece { start, end, text, loses: true });
    }

    pub(super) fn form(&self, node: &Node<'_>, flow: bool) -> Form {
        let start = node.span.start as usize;
        match (&node.kind, self.page.byte(start)) {
            (Kind::Mapping(_), b'{') | (Kind::Sequence(_), b'[') => Form::Flow,
            (Kind::Mapping(entries), _) => match entries.first() {
                Some(first) if self.page.byte(first.key_span.start as usize) == b'!' => Form::Tag,
                Some(_) if !flow && self.is_clean(start) && self.page.byte(start) != b'?' => Form::Block,
                _ => Form::Other,
            },
            (Kind::Sequence(_), _) if !flow && is_dash(self.page, start) && self.is_clean(start) => Form::Block,
            _ => Form::Other,
        }
    }

    /// Whether nothing but spaces and dashes is before a byte in its line.
    fn is_clean(&self, at: usize) -> bool {
        let before = self.page.slice(self.page.line(at), at);
        before.bytes().all(|byte| matches!(byte, b' ' | b'-'))
    }

    pub(super) fn visit(&mut self, node: &Node<'_>, target: &Target, place: Place<'_>) -> Result<(), Refused> {
        let flow = place.is_flow();
        let form = self.form(node, flow);
        if let Some(draft) = &target.replaced {
            let value = draft.value();
            return match self.difference(node, &value, form) {
                Some(target) => self.visit(node, &target, place),
                None => self.replace(node, &value, place),
            };
        }
        if target.is_emptied(node) {
            let nothing =
                if matches!(node.kind, Kind::Sequence(_)) { Value::List(Vec::new()) } else { Value::Map(Vec::new()) };
            return match form {
                Form::Block | Form::Flow => self.replace(node, &nothing, place),
                Form::Tag | Form::Other => Err(Refused::Unusual),
            };
        }
        for (index, below) in target.children.iter().filter(|(_, below)| below.is_touched() && !below.removed) {
            let (child, place) = self.child(node, *index, form, flow)?;
            if let Some(name) = &below.renamed {
                self.rename(node, *index, name, form)?;
            }
            self.visit(child, below, place)?;
        }
        let is_list = matches!(node.kind, Kind::Sequence(_));
        if !is_list && !target.appended.is_empty() {
            return self.wrap(node, &target.appended, place);
        }
        let changes = target.loses() || !target.added.is_empty() || !target.appended.is_empty();
        if !changes {
            return Ok(());
        }
        match form {
            Form::Block => {
                if target.loses() {
                    self.remove_block(node, target)?;
                }
                self.add_block(node, target)
            }
            Form::Flow if self.is_bare(node) && !target.loses() => {
                let value = match node.kind {
                    Kind::Mapping(_) => target.added.value(),
                    _ => Value::List(target.appended.clone()),
                };
                self.replace(node, &value, place)
            }
            Form::Flow if target.loses() => self.exchange_flow(node, target),
            Form::Flow => self.add_flow(node, target),
            Form::Tag | Form::Other => Err(Refused::Unusual),
        }
    }

    /// Another name for a key, in the quotes that it has.
    fn rename(&mut self, node: &Node<'_>, index: usize, name: &str, form: Form) -> Result<(), Refused> {
        let entry = node.as_mapping().and_then(|entries| entries.get(index)).ok_or(Refused::Unusual)?;
        if !matches!(form, Form::Block | Form::Flow) || !self.is_own(node, entry) {
            return Err(Refused::Unusual);
        }
        let (start, end) = (entry.key_span.start as usize, entry.key_span.end as usize);
        let mut text = String::new();
        match self.page.byte(start) {
            b'"' => scalar::quoted(name, Quotes::Double, &mut text),
            b'\'' => scalar::quoted(name, Quotes::Single, &mut text),
            _ => scalar::yaml(name, form == Form::Flow, self.habits.quotes, false, &mut text),
        }
        self.put(start, end, text);
        Ok(())
    }

    /// Whether nothing but blanks is between the brackets of a list or map.
    fn is_bare(&self, node: &Node<'_>) -> bool {
        let inside = self.page.slice(node.span.start as usize + 1, (node.span.end as usize).saturating_sub(1));
        inside.trim_ascii().is_empty()
    }

    /// What changes in a map to become another one, if that keeps some of its text.
    fn difference(&self, node: &Node<'_>, value: &Value, form: Form) -> Option<Target> {
        let entries = node.as_mapping().filter(|entries| entries.iter().all(|entry| self.is_own(node, entry)))?;
        let target = Target::difference(entries, value)?;
        match form {
            Form::Block => Some(target),
            Form::Flow => (!target.loses() || target.added.is_empty()).then_some(target),
            Form::Tag | Form::Other => None,
        }
    }

    /// A child, and what it belongs to.
    fn child<'n>(
        &self,
        node: &'n Node<'n>,
        index: usize,
        form: Form,
        flow: bool,
    ) -> Result<(&'n Node<'n>, Place<'n>), Refused> {
        match (&node.kind, form) {
            (Kind::Mapping(entries), form) => {
                let entry = entries.get(index).ok_or(Refused::Unusual)?;
                let key_end = entry.key_span.end as usize;
                let place = match form {
                    Form::Tag => Place::Tag { end: key_end, flow },
                    Form::Block => Place::Block {
                        end: self.colon(key_end).ok_or(Refused::Unusual)?,
                        column: self.page.column(entry.key_span.start as usize),
                        item: false,
                    },
                    Form::Flow => {
                        let before = self.flow_colon(entry).ok_or(Refused::Unusual)?;
                        Place::Flow { around: node, before }
                    }
                    Form::Other => return Err(Refused::Unusual),
                };
                Ok((&entry.value, place))
            }
            (Kind::Sequence(items), Form::Block) => {
                let item = items.get(index).ok_or(Refused::Unusual)?;
                let dash = self.dash(item).ok_or(Refused::Unusual)?;
                Ok((item, Place::Block { end: dash + 1, column: self.page.column(dash), item: true }))
            }
            (Kind::Sequence(items), Form::Flow) => {
                let item = items.get(index).ok_or(Refused::Unusual)?;
                let before = self.flow_before(item.span.start as usize).ok_or(Refused::Unusual)?;
                Ok((item, Place::Flow { around: node, before }))
            }
            _ => Err(Refused::Unusual),
        }
    }

    /// Behind the colon of the key that ends here.
    pub(super) fn colon(&self, key_end: usize) -> Option<usize> {
        let colon = self.page.skip(key_end);
        (self.page.byte(colon) == b':').then_some(colon + 1)
    }

    /// The same in flow style, where the colon may be on a later line.
    fn flow_colon(&self, entry: &Entry<'_>) -> Option<usize> {
        let colon = self.page.skip_all(entry.key_span.end as usize);
        (self.page.byte(colon) == b':').then_some(colon + 1)
    }

    /// Where the blanks before an item in flow style begin, if a bracket, a comma, or a line break is before them.
    fn flow_before(&self, start: usize) -> Option<usize> {
        let line = self.page.line(start);
        let before = self.page.slice(line, start).trim_end_matches([' ', '\t']);
        (before.is_empty() || before.ends_with(['[', ',', '{'])).then_some(line + before.len())
    }

    /// The dash before an item of a block list.
    pub(super) fn dash(&self, item: &Node<'_>) -> Option<usize> {
        let mut at = item.span.start as usize;
        loop {
            let start = self.page.line(at);
            let before = self.page.slice(start, at).trim_end_matches([' ', '\t']);
            if before.ends_with('-') {
                return Some(start + before.len() - 1);
            }
            // Below its dash, perhaps behind comments.
            if !before.is_empty() {
                return None;
            }
            at = self.page.end(self.page.previous(start)?);
            while self.page.is_comment(self.page.line(at)) || self.page.is_empty(self.page.line(at)) {
                at = self.page.end(self.page.previous(self.page.line(at))?);
            }
            let line = self.page.line(at);
            // `- # comment`
            let first = self.page.first(line);
            let dashes = self.page.slice(first, at);
            let end = dashes.find(|c: char| !matches!(c, '-' | ' ')).unwrap_or(dashes.len());
            if !self.page.is_last(first + end) {
                return None;
            }
            at = first + end;
        }
    }

    /// How a value is written beside the entries or items of `around`.
    pub(super) fn style(&self, around: Option<&Node<'_>>) -> Style<'t> {
        let habits = self.habits;
        let mut style = Style {
            json: habits.json,
            short: habits.short,
            quotes: habits.quotes,
            always: None,
            keys: None,
            step: habits.step,
            list: habits.list,
            unit: habits.unit,
            colon: habits.colon,
            comma: if habits.json && habits.colon == ":" { "," } else { ", " },
            eol: self.page.eol,
            functions: habits.functions,
            scalars: habits.scalars,
        };
        let Some(around) = around else { return style };
        match &around.kind {
            Kind::Mapping(entries) => {
                let own = || entries.iter().rev().take(8).filter(|entry| self.is_own(around, entry));
                let texts = || own().filter(|entry| matches!(entry.value.kind, Kind::String(_)));
                style.keys = self.always(own().map(|entry| entry.key_span.start));
                if texts().nth(1).is_some() {
                    style.always = self.always(texts().map(|entry| entry.value.span.start));
                }
                if let Some(colon) = own().next().and_then(|entry| colon(self.page, entry)) {
                    style.comma = if habits.json && colon == ":" { "," } else { ", " };
                    style.colon = colon;
                }
                let nested = own().find_map(|entry| self.nested(entry));
                if let Some((is_list, width)) = nested {
                    *(if is_list { &mut style.list } else { &mut style.step }) = width;
                }
            }
            Kind::Sequence(items) => {
                let texts = items.iter().rev().take(8).filter(|item| matches!(item.kind, Kind::String(_)));
                style.always = self.always(texts.map(|item| item.span.start));
                if let [first, second, ..] = items.as_slice() {
                    let between = self.page.slice(first.span.end as usize, second.span.start as usize);
                    if habits.json && between == "," {
                        style.comma = ",";
                        style.colon = ":";
                    }
                }
            }
            _ => {}
        }
        style
    }

    /// Whether an entry is written in its map: neither merged nor a tag.
    pub(super) fn is_own(&self, map: &Node<'_>, entry: &Entry<'_>) -> bool {
        (map.span.start..map.span.end).contains(&entry.key_span.start)
            && entry.value.span.start >= entry.key_span.end
            && self.page.byte(entry.key_span.start as usize) != b'!'
    }

    /// The quotes that all of the texts have that start here.
    fn always(&self, mut starts: impl Iterator<Item = u32>) -> Option<Quotes> {
        let quotes = |start: u32| match self.page.byte(start as usize) {
            b'\'' => Some(Quotes::Single),
            b'"' => Some(Quotes::Double),
            _ => None,
        };
        let first = quotes(starts.next()?)?;
        starts.all(|start| quotes(start) == Some(first)).then_some(first)
    }

    /// Columns that the block below a key is indented, and whether it is a list.
    fn nested(&self, entry: &Entry<'_>) -> Option<(bool, usize)> {
        let start = entry.value.span.start as usize;
        let form = self.form(&entry.value, false);
        if form != Form::Block || !self.page.is_first(start) {
            return None;
        }
        let is_list = matches!(entry.value.kind, Kind::Sequence(_));
        let width = self.page.column(start).checked_sub(self.page.column(entry.key_span.start as usize))?;
        Some((is_list, width))
    }

    /// Edits in order, those that touch as one; nothing if some overlap.
    pub(super) fn finish(mut self) -> Option<Vec<Piece>> {
        // The sort is stable: of insertions at one place, the first comes first.
        self.pieces.sort_by_key(|piece| (piece.start, piece.end));
        let mut pieces: Vec<Piece> = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces {
            match pieces.last_mut() {
                Some(last) if piece.start < last.end => return None,
                Some(last) if piece.start == last.end && piece.loses == last.loses => {
                    last.end = piece.end;
                    last.text.push_str(&piece.text);
                }
                _ => pieces.push(piece),
            }
        }
        Some(pieces)
    }
}
