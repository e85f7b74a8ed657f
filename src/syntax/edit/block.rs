//! Edits of maps and lists in block style: by their lines.

use super::Refused;
use super::plan::Target;
use super::write::Written;
use super::writer::{Form, Piece, Place, Writer};
use crate::change::Value;
use crate::syntax::{Kind, Node};

impl Writer<'_> {
    /// Another value instead of a node.
    pub(super) fn replace(&mut self, node: &Node<'_>, value: &Value, place: Place<'_>) -> Result<(), Refused> {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        match place {
            Place::Flow { around, before } => self.replace_flow(node, value, around, before),
            Place::Tag { end: tag, flow } => {
                let text = self.style(None).line(value, true);
                let between = self.page.slice(tag, start);
                let is_block = !flow && self.form(node, flow) == Form::Block;
                if is_block || start < tag || between.is_empty() || !between.bytes().all(|byte| byte == b' ') {
                    return Err(Refused::Unusual);
                }
                self.put(start, end, text);
                Ok(())
            }
            Place::Root => {
                // Only what has become empty.
                let is_map = self.page.is_first(start);
                let text = self.style(None).line(value, false);
                if !is_map {
                    return Err(Refused::Unusual);
                }
                let end = if self.ends_in_block(node) { self.page.end_of(self.page.last(start, end)) } else { end };
                self.put(start, end, text);
                Ok(())
            }
            Place::Block { end: hook, column, item } => self.replace_block(node, value, hook, column, item),
        }
    }

    /// Another value behind the colon or dash that ends at `hook`.
    fn replace_block(
        &mut self,
        node: &Node<'_>,
        value: &Value,
        hook: usize,
        column: usize,
        item: bool,
    ) -> Result<(), Refused> {
        let start = node.span.start as usize;
        let end = self.page.last(start, node.span.end as usize);
        if start < hook {
            return Err(Refused::Unusual);
        }
        self.between(hook, start)?;
        let style = self.style(None);
        let Written { head, tail } = if item { style.behind(value, column) } else { style.below(value, column) };
        if start == end {
            // Nothing was there.
            if !self.page.is_last(hook) {
                return Err(Refused::Tag);
            }
            let line = self.page.line(hook);
            if item && !tail.is_empty() && self.page.comment(hook).is_some() {
                return Err(Refused::Unusual);
            }
            let last = if head.is_empty() { self.page.below(line, column + 1) } else { line };
            self.put(hook, hook, head);
            let below = self.page.end(last);
            self.put(below, below, tail);
            return Ok(());
        }
        let same_line = self.page.line(hook) == self.page.line(start);
        let several = self.page.line(start) != self.page.line(end);
        let block = self.ends_in_block(node);
        // The comment behind the last entry of a block goes with it.
        let swallows = block && (several || !same_line);
        let until = if swallows { self.page.end_of(end) } else { end };
        let kept = if swallows { None } else { self.page.comment(until) };
        let header = if matches!(node.kind, Kind::String(_)) { self.header(start, end) } else { None };
        if same_line && tail.is_empty() {
            // The blanks before the value stay.
            let text = format!(
                "{}{}",
                head.trim_start(),
                header.as_ref().map(|comment| format!(" {comment}")).unwrap_or_default()
            );
            self.pieces.push(Piece { start, end: until, text, loses: header.is_none() });
            return Ok(());
        }
        if same_line {
            if let Some(header) = header {
                self.pieces.push(Piece {
                    start: hook,
                    end: until,
                    text: format!("{head} {header}{tail}"),
                    loses: false,
                });
                return Ok(());
            }
            if kept.is_none() {
                self.put(hook, until, format!("{head}{tail}"));
                return Ok(());
            }
            if item && !head.starts_with(" !") {
                return Err(Refused::Unusual);
            }
            self.put(hook, until, head);
            let below = self.page.end_of(until);
            self.put(below, below, tail);
            return Ok(());
        }
        if !block && tail.is_empty() {
            self.put(start, until, head.trim_start().to_owned());
            return Ok(());
        }
        if kept.is_some() || header.is_some() {
            return Err(Refused::Unusual);
        }
        // From the line below the key to the end of the value.
        self.put(hook, hook, head);
        self.put(self.page.end_of(hook), self.page.end_of(until), tail);
        Ok(())
    }

    /// Refuses anything but blanks, line breaks and comments before a value.
    pub(super) fn between(&self, from: usize, start: usize) -> Result<(), Refused> {
        let next = self.page.skip_all(from);
        match self.page.byte(next) {
            _ if next >= start => Ok(()),
            b'&' => Err(Refused::Anchor),
            b'*' => Err(Refused::Alias),
            b'!' => Err(Refused::Tag),
            _ => Err(Refused::Unusual),
        }
    }

    /// The comment behind the `|` or `>` of a text block.
    fn header(&self, start: usize, end: usize) -> Option<String> {
        if !matches!(self.page.byte(start), b'|' | b'>') {
            return None;
        }
        let line = self.page.slice(start, self.page.end_of(start).min(end));
        line.find('#').and_then(|at| line.get(at..)).map(str::to_owned)
    }

    /// Whether the last thing in a value is in block style, so that what follows in its line belongs to that.
    fn ends_in_block(&self, node: &Node<'_>) -> bool {
        match self.form(node, false) {
            Form::Block => true,
            Form::Tag => node.as_mapping().and_then(<[_]>::last).is_some_and(|entry| self.ends_in_block(&entry.value)),
            Form::Flow | Form::Other => false,
        }
    }

    /// More entries at the end of a map, or items at the end of a list.
    pub(super) fn add_block(&mut self, node: &Node<'_>, target: &Target) -> Result<(), Refused> {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let column = self.page.column(start);
        let style = self.style(Some(node));
        let end = self.page.last(start, end);
        let keeps = end < node.span.end as usize;
        let last = self.page.below(self.page.line(end), column);
        let gap = if !keeps && self.is_spaced(node) { self.page.eol } else { "" };
        let at = self.page.end(last);
        let mut text = String::new();
        if let Kind::Mapping(_) = node.kind {
            for (key, value) in target.added.values() {
                text.push_str(gap);
                style.write_entry(key, &value, column, &mut text);
            }
        } else {
            let in_line = self.in_line(node);
            for value in &target.appended {
                text.push_str(gap);
                let line = in_line.and_then(|blank| style.item_in_line(value, column, blank));
                match line {
                    Some(line) => text.push_str(&line),
                    None => style.write_item(value, column, &mut text),
                }
            }
        }
        if !text.is_empty() {
            self.put(at, at, text);
        }
        Ok(())
    }

    /// If the last item of a list is a map on one line in flow style, the blanks inside of its braces.
    fn in_line(&self, node: &Node<'_>) -> Option<&'static str> {
        let last = node.as_sequence()?.last()?;
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let is_own = self.dash(last).is_some() && matches!(last.kind, Kind::Mapping(_));
        let is_line = is_own && self.form(last, false) == Form::Flow && self.page.line(start) == self.page.line(end);
        is_line.then(|| if self.page.byte(start + 1) == b' ' { " " } else { "" })
    }

    /// Whether there is an empty line before the last entry or item.
    fn is_spaced(&self, node: &Node<'_>) -> bool {
        let start = match &node.kind {
            Kind::Mapping(entries) if entries.len() > 1 => {
                entries.iter().rev().find(|entry| self.is_own(node, entry)).map(|entry| entry.key_span.start as usize)
            }
            Kind::Sequence(items) if items.len() > 1 => items.last().and_then(|item| self.dash(item)),
            _ => None,
        };
        let Some(start) = start.filter(|start| *start > node.span.start as usize) else { return false };
        let top = self.page.above(self.page.line(start), self.page.column(start));
        self.page.previous(top).is_some_and(|before| self.page.is_empty(before))
    }

    /// A single value becomes the first item of a list.
    pub(super) fn wrap(&mut self, node: &Node<'_>, appended: &[Value], place: Place<'_>) -> Result<(), Refused> {
        let (start, end) = (node.span.start as usize, self.page.last(node.span.start as usize, node.span.end as usize));
        let (hook, column, item) = match place {
            Place::Flow { around, before } => return self.wrap_flow(node, appended, around, before),
            Place::Root | Place::Tag { .. } => return Err(Refused::Unusual),
            Place::Block { end, column, item } => (end, column, item),
        };
        if start < hook || start == end {
            return Err(Refused::Unusual);
        }
        self.between(hook, start)?;
        let style = self.style(None);
        let same_line = self.page.line(hook) == self.page.line(start);
        let block = self.form(node, false) == Form::Block;
        // A text block with its own number of columns cannot move.
        let first_line = self.page.slice(start, self.page.end_of(start).min(end));
        if first_line.starts_with(['|', '>']) && first_line.bytes().take(4).any(|byte| byte.is_ascii_digit()) {
            return Err(Refused::Unusual);
        }
        // The column of the new dashes.
        let dashes = if same_line && !item { column + style.list } else { self.page.column(start) };
        let moved = if same_line && !item {
            // What continues below is indented more than the key, perhaps by less than the dash is.
            style.list.max(2)
        } else {
            2
        };
        let text = self.indented(start, end, moved, block);
        if same_line && !item {
            let lead = format!("{}{}- ", self.page.eol, " ".repeat(dashes));
            self.pieces.push(Piece { start: hook, end, text: format!("{lead}{text}"), loses: false });
        } else {
            self.pieces.push(Piece { start, end, text: format!("- {text}"), loses: false });
        }
        let last = self.page.line(end);
        let last = if block { self.page.below(last, dashes) } else { last };
        let at = self.page.end(last);
        let mut items = String::new();
        appended.iter().for_each(|value| style.write_item(value, dashes, &mut items));
        self.put(at, at, items);
        Ok(())
    }

    /// The text of a value whose lines, but for the first, are moved to the right.
    pub(super) fn indented(&self, start: usize, end: usize, columns: usize, _block: bool) -> String {
        let blanks = " ".repeat(columns);
        let mut text = String::with_capacity(end - start);
        for (number, line) in self.page.slice(start, end).split('\n').enumerate() {
            if number > 0 {
                text.push('\n');
                if !line.trim_end_matches('\r').is_empty() {
                    text.push_str(&blanks);
                }
            }
            text.push_str(line);
        }
        text
    }

    /// Entries or items go, with the comments that describe them.
    pub(super) fn remove_block(&mut self, node: &Node<'_>, target: &Target) -> Result<(), Refused> {
        let count = match &node.kind {
            Kind::Mapping(entries) => entries.len(),
            Kind::Sequence(items) => items.len(),
            _ => 0,
        };
        let is_removed = |index: usize| target.children.get(&index).is_some_and(|child| child.removed);
        // Neighbors go as one.
        let mut done = 0;
        for (index, child) in target.children.iter() {
            if !child.removed || *index < done {
                continue;
            }
            let mut last = *index;
            while last + 1 < count && is_removed(last + 1) {
                last += 1;
            }
            done = last + 1;
            let (start, _) = self.extent(node, *index)?;
            let (_, end) = self.extent(node, last)?;
            self.remove_lines(start, end)?;
        }
        Ok(())
    }

    /// Where an entry or item of a block starts, and where its value ends.
    pub(super) fn extent(&self, node: &Node<'_>, index: usize) -> Result<(usize, usize), Refused> {
        let (start, value) = match &node.kind {
            Kind::Mapping(entries) => {
                let entry = entries.get(index).ok_or(Refused::Unusual)?;
                (entry.key_span.start as usize, &entry.value)
            }
            Kind::Sequence(items) => {
                let item = items.get(index).ok_or(Refused::Unusual)?;
                (self.dash(item).ok_or(Refused::Unusual)?, item)
            }
            _ => return Err(Refused::Unusual),
        };
        let (from, to) = (value.span.start as usize, value.span.end as usize);
        if from < start {
            return Err(Refused::Alias);
        }
        let mut end = self.page.last(from, to);
        if from == to {
            // Comments below a key without a value are in its place.
            let below = self.page.below(self.page.line(end), self.page.column(start) + 1);
            end = self.page.end(below);
        }
        Ok((start, end))
    }

    /// The lines from `start`, the first thing in its line but for dashes, to that of `end`.
    fn remove_lines(&mut self, start: usize, end: usize) -> Result<(), Refused> {
        let page = self.page;
        let (first, last) = (page.line(start), page.line(end));
        let last = self.longer.iter().find(|(own, _)| *own == last).map_or(last, |(_, below)| *below);
        if !page.is_last(end) {
            return Err(Refused::Unusual);
        }
        if !page.is_first(start) {
            // Behind a dash, which the next entry gets.
            let next = page.behind(last).find(|line| !page.is_empty(*line)).ok_or(Refused::Unusual)?;
            self.put(start, page.first(next), String::new());
            return Ok(());
        }
        let is_kept = self.kept.contains(&first);
        let mut top = if is_kept { first } else { page.above(first, page.column(start)) };
        let next = page.next(last);
        // The empty line above goes, too, but not a text that begins with one.
        let above = page.previous(top).filter(|above| page.is_empty(*above) && page.previous(*above).is_some());
        if let Some(above) = above.filter(|_| next.is_none_or(|next| page.is_empty(next))) {
            top = above;
        }
        match page.previous(top) {
            Some(before) => self.put(page.end(before), page.end(last), String::new()),
            None => self.put(top, next.unwrap_or(page.len()), String::new()),
        }
        Ok(())
    }
}
