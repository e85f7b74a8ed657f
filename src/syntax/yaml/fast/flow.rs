//! Lists and maps in flow style.

use super::scalar::Stop;
use super::{Key, MAX_FAST_KEY, Reader, tables};
use crate::syntax::{Kind, Node};
use std::borrow::Cow;

impl<'s> Reader<'s> {
    /// The list or map whose bracket is under the reader, in a block of the level `parent`. The reader is behind it afterwards.
    pub(super) fn flow(&mut self, parent: usize) -> Option<Node<'s>> {
        self.enter()?;
        let start = self.at;
        let is_map = self.peek() == b'{';
        self.at += 1;
        if is_map { self.flow_mapping(parent, start) } else { self.flow_sequence(parent, start) }
    }

    fn flow_sequence(&mut self, parent: usize, start: usize) -> Option<Node<'s>> {
        let mark = self.items.len();
        loop {
            self.skip_flow_blank()?;
            if self.peek() == b']' {
                break;
            }
            let item = self.flow_item(parent)?;
            self.items.push(item);
            self.skip_flow_blank()?;
            match self.peek() {
                b',' => self.at += 1,
                b']' => break,
                _ => return None,
            }
        }
        self.at += 1;
        Some(self.close_sequence(mark, start, self.at))
    }

    fn flow_mapping(&mut self, parent: usize, start: usize) -> Option<Node<'s>> {
        let mark = self.entries.len();
        loop {
            self.skip_flow_blank()?;
            if self.peek() == b'}' {
                break;
            }
            let key = self.flow_key(parent)?;
            let value = self.flow_value(parent, b'}')?;
            self.push_entry(key, value);
            self.skip_flow_blank()?;
            match self.peek() {
                b',' => self.at += 1,
                b'}' => break,
                _ => return None,
            }
        }
        self.at += 1;
        Some(self.close_mapping(mark, start, self.at))
    }

    /// An item of a list: a value, or one key with a value, which is a map (`[key: value]`).
    fn flow_item(&mut self, parent: usize) -> Option<Node<'s>> {
        let start = self.at;
        let key = if matches!(self.peek(), b'"' | b'\'') {
            let (text, one_line) = self.quoted(parent)?;
            let end = self.at;
            self.skip_spaces();
            if self.peek() != b':' {
                return Some(Node { span: self.span(start, end), kind: Kind::String(text) });
            }
            self.quoted_key(text, one_line, start, end)?
        } else if self.starts_plain_flow() {
            let (end, stop) = self.plain_line::<true>();
            if stop != Stop::Colon {
                return self.plain_flow(start, end, stop, false);
            }
            self.plain_flow_key(start, end)?
        } else {
            return self.flow_node(parent, false);
        };
        self.enter()?;
        let mark = self.entries.len();
        let value = self.flow_value(parent, b']')?;
        let end = value.span.end as usize;
        self.push_entry(key, value);
        Some(self.close_mapping(mark, start, end))
    }

    /// The value behind a key's colon, in brackets that end with `close`.
    fn flow_value(&mut self, parent: usize, close: u8) -> Option<Node<'s>> {
        let nothing = self.at;
        self.skip_flow_blank()?;
        let next = self.peek();
        if next == b',' || next == close { Some(self.null(nothing)) } else { self.flow_node(parent, false) }
    }

    /// A key of a map.
    fn flow_key(&mut self, parent: usize) -> Option<Key<'s>> {
        let start = self.at;
        if matches!(self.peek(), b'"' | b'\'') {
            let (text, one_line) = self.quoted(parent)?;
            let end = self.at;
            self.skip_spaces();
            return self.quoted_key(text, one_line, start, end);
        }
        if !self.starts_plain_flow() {
            return None;
        }
        let (end, stop) = self.plain_line::<true>();
        if stop == Stop::Colon { self.plain_flow_key(start, end) } else { None }
    }

    /// A key in quotes, with the reader at its colon, which has to be in the same line.
    fn quoted_key(&mut self, text: Cow<'s, str>, one_line: bool, start: usize, end: usize) -> Option<Key<'s>> {
        if !one_line || self.peek() != b':' || self.at - start > MAX_FAST_KEY {
            return None;
        }
        self.at += 1;
        Some(Key { text, span: self.span(start, end) })
    }

    /// A key without quotes, with the reader at its colon.
    fn plain_flow_key(&mut self, start: usize, end: usize) -> Option<Key<'s>> {
        let text = self.slice(start, end);
        // A merge; a colon directly before a bracket, which is an error.
        if text == "<<" || matches!(self.byte(self.at + 1), b'[' | b'{') || self.at - start > MAX_FAST_KEY {
            return None;
        }
        self.at += 1;
        Some(Key { text: Cow::Borrowed(text), span: self.span(start, end) })
    }

    fn flow_node(&mut self, parent: usize, tagged: bool) -> Option<Node<'s>> {
        match self.peek() {
            b'[' | b'{' => self.flow(parent),
            b'"' | b'\'' => {
                let start = self.at;
                let (text, _) = self.quoted(parent)?;
                Some(Node { span: self.span(start, self.at), kind: Kind::String(text) })
            }
            b'!' if !tagged => {
                let tag = self.tag(true)?;
                let end = self.at;
                self.skip_flow_blank()?;
                let is_empty = matches!(self.peek(), b',' | b']' | b'}');
                let value = if is_empty { self.empty(end) } else { self.flow_node(parent, true)? };
                self.call(&tag, value)
            }
            _ if self.starts_plain_flow() => {
                let start = self.at;
                let (end, stop) = self.plain_line::<true>();
                self.plain_flow(start, end, stop, tagged)
            }
            _ => None,
        }
    }

    fn starts_plain_flow(&self) -> bool {
        let (first, next) = (self.peek(), self.byte(self.at + 1));
        tables::is_first(first) || (first == b'-' && !tables::is_blank(next) && !tables::is_flow(next))
    }
}
