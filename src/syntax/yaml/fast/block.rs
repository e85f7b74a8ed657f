//! Maps and lists in block style.

use super::scalar::Stop;
use super::{Key, MAX_FAST_KEY, Reader, tables};
use crate::syntax::{Kind, Node};
use std::borrow::Cow;

impl<'s> Reader<'s> {
    /// The value under the reader, in a map or list of the level `parent`. The reader is at the first token of a later line afterwards.
    ///
    /// `compact`: a map or list may start here, because only indentation or dashes are before it.
    pub(super) fn node(&mut self, parent: usize, compact: bool, tagged: bool) -> Option<Node<'s>> {
        let start = self.at;
        match self.peek() {
            b'!' if !tagged => self.tagged(parent, compact),
            b'[' | b'{' => {
                let node = self.flow(parent)?;
                self.end_line()?;
                Some(node)
            }
            b'"' | b'\'' => {
                let (text, one_line) = self.quoted(parent)?;
                let end = self.at;
                self.skip_spaces();
                if compact && one_line && self.peek() == b':' {
                    let level = start - self.line + 1;
                    let key = self.key(text, start, end)?;
                    return self.mapping(level, key);
                }
                self.end_line()?;
                Some(Node { span: self.span(start, end), kind: Kind::String(text) })
            }
            b'|' | b'>' => self.text_block(parent),
            b'-' if self.is_dash() => {
                if compact {
                    self.sequence(self.level_here())
                } else {
                    None
                }
            }
            _ if self.starts_plain() => {
                let (end, stop) = self.plain_line::<false>();
                match stop {
                    Stop::Colon if compact => {
                        let level = start - self.line + 1;
                        let key = self.plain_key(start, end)?;
                        self.mapping(level, key)
                    }
                    Stop::Line | Stop::Comment => self.plain_value(parent, start, end, stop, tagged),
                    Stop::Colon | Stop::Separator | Stop::Tab => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a plain scalar starts here, outside of flow style.
    fn starts_plain(&self) -> bool {
        let first = self.peek();
        tables::is_first(first) || (matches!(first, b'-' | b':' | b'?') && !tables::is_blank(self.byte(self.at + 1)))
    }

    /// Whether the reader is at the dash of a list's item.
    fn is_dash(&self) -> bool {
        self.peek() == b'-' && tables::is_blank(self.byte(self.at + 1))
    }

    /// A value with a short tag.
    fn tagged(&mut self, parent: usize, compact: bool) -> Option<Node<'s>> {
        let tag = self.tag(false)?;
        let end = self.at;
        self.skip_spaces();
        let value = if self.is_line_end() || self.peek() == b'#' {
            self.end_line()?;
            // Below a key, a list may start in the key's column.
            self.below(parent, !compact, true)?.unwrap_or_else(|| self.empty(end))
        } else {
            self.node(parent, false, true)?
        };
        self.call(&tag, value)
    }

    /// What is in the lines below a key, dash or tag: the value of a map or list of the level `parent`, if there is one.
    /// `flat`: a list may be at that level itself.
    fn below(&mut self, parent: usize, flat: bool, tagged: bool) -> Option<Option<Node<'s>>> {
        if self.level > parent {
            return self.node(parent, true, tagged).map(Some);
        }
        if flat && self.level == parent && self.is_dash() {
            return self.sequence(parent).map(Some);
        }
        Some(None)
    }

    /// The key whose text is read, with the reader at its colon.
    fn key(&mut self, text: Cow<'s, str>, start: usize, end: usize) -> Option<Key<'s>> {
        if self.at - start > MAX_FAST_KEY || !tables::is_blank(self.byte(self.at + 1)) {
            return None;
        }
        self.at += 1;
        Some(Key { text, span: self.span(start, end) })
    }

    fn plain_key(&mut self, start: usize, end: usize) -> Option<Key<'s>> {
        let text = self.slice(start, end);
        // A merge; what may be the marker of a document.
        if text == "<<" || text.starts_with(['-', '.']) {
            return None;
        }
        self.key(Cow::Borrowed(text), start, end)
    }

    /// The next key of a map.
    fn next_key(&mut self) -> Option<Key<'s>> {
        let start = self.at;
        match self.peek() {
            b'"' | b'\'' => {
                let (text, one_line) = self.quoted(self.level)?;
                let end = self.at;
                self.skip_spaces();
                if one_line && self.peek() == b':' { self.key(text, start, end) } else { None }
            }
            first if tables::is_first(first) => match self.plain_line::<false>() {
                (end, Stop::Colon) => self.plain_key(start, end),
                _ => None,
            },
            _ => None,
        }
    }

    /// A map, with the reader behind its first key's colon.
    fn mapping(&mut self, level: usize, first: Key<'s>) -> Option<Node<'s>> {
        self.enter()?;
        let mark = self.entries.len();
        let start = first.span.start as usize;
        let mut key = first;
        loop {
            let nothing = self.at;
            self.skip_spaces();
            let value = if self.is_line_end() || self.peek() == b'#' {
                self.end_line()?;
                self.below(level, true, false)?.unwrap_or_else(|| self.null(nothing))
            } else {
                self.node(level, false, false)?
            };
            let end = value.span.end as usize;
            self.push_entry(key, value);
            if self.level != level {
                return if self.level < level { Some(self.close_mapping(mark, start, end)) } else { None };
            }
            key = self.next_key()?;
        }
    }

    /// A list, with the reader at its first dash. At the level of the map that it is a value in, it ends where another key follows.
    fn sequence(&mut self, level: usize) -> Option<Node<'s>> {
        self.enter()?;
        let mark = self.items.len();
        let start = self.at;
        loop {
            self.at += 1;
            let nothing = self.at;
            self.skip_spaces();
            let item = if self.is_line_end() || self.peek() == b'#' {
                self.end_line()?;
                self.below(level, false, false)?.unwrap_or_else(|| self.null(nothing))
            } else {
                self.node(level, true, false)?
            };
            let end = item.span.end as usize;
            self.items.push(item);
            if self.level != level || !self.is_dash() {
                return if self.level <= level { Some(self.close_sequence(mark, start, end)) } else { None };
            }
        }
    }
}
