//! Edits of lists and maps in flow style, JSON among them: between brackets and commas.

use super::Refused;
use super::plan::Target;
use super::write::Style;
use super::writer::{Piece, Writer};
use crate::change::Value;
use crate::syntax::{Kind, Node};

impl Writer<'_> {
    /// Where the entries or items of a list or map in flow style start, and where each ends.
    fn extents(&self, node: &Node<'_>) -> Result<Vec<(usize, usize)>, Refused> {
        let extents: Vec<(usize, usize)> = match &node.kind {
            Kind::Mapping(entries) => entries
                .iter()
                .filter(|entry| (node.span.start..node.span.end).contains(&entry.key_span.start))
                .map(|entry| (entry.key_span.start as usize, entry.value.span.end.max(entry.key_span.end) as usize))
                .collect(),
            Kind::Sequence(items) => {
                items.iter().map(|item| (item.span.start as usize, item.span.end as usize)).collect()
            }
            _ => Vec::new(),
        };
        let mut before = node.span.start as usize;
        for (start, end) in &extents {
            if *start < before || end < start || *end > node.span.end as usize {
                return Err(Refused::Alias);
            }
            before = *end;
        }
        Ok(extents)
    }

    /// The indentation of the lines of a list or map in flow style, if it is on several.
    fn base(&self, node: &Node<'_>) -> Option<&str> {
        let last = match &node.kind {
            Kind::Mapping(entries) => entries.last().map(|entry| entry.key_span.start as usize),
            Kind::Sequence(items) => items.last().map(|item| item.span.start as usize),
            _ => None,
        };
        last.filter(|last| self.page.is_first(*last)).map(|last| self.page.indentation(last))
    }

    /// Another value instead of a node in flow style.
    pub(super) fn replace_flow(
        &mut self,
        node: &Node<'_>,
        value: &Value,
        around: &Node<'_>,
        before: usize,
    ) -> Result<(), Refused> {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        self.between(before, start)?;
        let base = self.base(around).filter(|_| self.habits.json);
        let style =
            self.style(if node.as_mapping().is_some() || node.as_sequence().is_some() { Some(node) } else { None });
        let mut text = style.flow(value, base);
        let glued = start == end && !matches!(self.page.byte(start.saturating_sub(1)), b' ' | b'[' | b'{' | b'\n');
        if glued && !text.is_empty() {
            text.insert(0, ' ');
        }
        self.put(start, end, text);
        Ok(())
    }

    /// A single value becomes the first item of a list.
    pub(super) fn wrap_flow(
        &mut self,
        node: &Node<'_>,
        appended: &[Value],
        around: &Node<'_>,
        before: usize,
    ) -> Result<(), Refused> {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        self.between(before, start)?;
        if start == end {
            return Err(Refused::Unusual);
        }
        let style = self.style(None);
        let base = self.base(around).filter(|_| self.habits.json);
        let written = self.page.slice(start, end);
        let several = written.contains('\n') || appended.iter().any(|value| style.flow(value, base).contains('\n'));
        let text = match base {
            Some(base) if several => {
                let inner = format!("{base}{}", style.unit);
                let mut items = vec![written.replace('\n', &format!("\n{}", style.unit))];
                items.extend(appended.iter().map(|value| style.flow(value, Some(&inner))));
                let eol = style.eol;
                format!("[{eol}{inner}{}{eol}{base}]", items.join(&format!(",{eol}{inner}")))
            }
            _ => {
                let items: Vec<String> = appended.iter().map(|value| style.line(value, false)).collect();
                format!("[{written}{}{}]", style.comma, items.join(style.comma))
            }
        };
        self.pieces.push(Piece { start, end, text, loses: false });
        Ok(())
    }

    /// More entries at the end of a map, or items at the end of a list, that has some.
    pub(super) fn add_flow(&mut self, node: &Node<'_>, target: &Target) -> Result<(), Refused> {
        let page = self.page;
        let style = self.style(Some(node));
        let last = match &node.kind {
            Kind::Mapping(entries) => {
                entries.last().map(|entry| (entry.key_span.start, entry.value.span.end.max(entry.key_span.end)))
            }
            Kind::Sequence(items) => items.last().map(|item| (item.span.start, item.span.end)),
            _ => None,
        };
        let close = (node.span.end as usize).saturating_sub(1);
        let Some((start, end)) = last else {
            // There is a comment between the brackets.
            let items = self.items(target, &style, None);
            self.put(close, close, items.join(style.comma));
            return Ok(());
        };
        let (start, end) = (start as usize, end as usize);
        if start < node.span.start as usize || end > node.span.end as usize {
            return Err(Refused::Alias);
        }
        let base = page.is_first(start).then(|| page.indentation(start));
        let pretty = base.filter(|_| self.habits.json);
        let items = self.items(target, &style, pretty);
        let after = page.skip_all(end);
        let comma = page.byte(after) == b',';
        if !comma && after != close {
            return Err(Refused::Unusual);
        }
        let from = if comma { after + 1 } else { end };
        match base {
            Some(base) => {
                let separator = format!(",{}{base}", page.eol);
                let text = format!("{}{base}{}", page.eol, items.join(&separator));
                // Behind a comment of the last entry.
                let at = if page.is_last(from) { page.end_of(from) } else { from };
                if comma {
                    self.put(at, at, format!("{text},"));
                } else {
                    self.put(end, end, ",".to_owned());
                    self.put(at, at, text);
                }
            }
            None if comma => self.put(from, from, format!(" {},", items.join(style.comma))),
            None => self.put(from, from, format!("{}{}", style.comma, items.join(style.comma))),
        }
        Ok(())
    }

    /// What is added, in flow style.
    fn items(&self, target: &Target, style: &Style<'_>, base: Option<&str>) -> Vec<String> {
        let mut items: Vec<String> = target.appended.iter().map(|value| style.flow(value, base)).collect();
        items.extend(target.added.values().map(|(key, value)| style.flow_entry(key, &value, base)));
        items
    }

    /// Entries or items go. New entries take the places of the last of them, if there are enough; else those that go must be the last
    /// ones, or nothing takes their place.
    pub(super) fn exchange_flow(&mut self, node: &Node<'_>, target: &Target) -> Result<(), Refused> {
        let mut gone: Vec<usize> =
            target.children.iter().filter(|(_, child)| child.removed).map(|(index, _)| *index).collect();
        let style = self.style(Some(node));
        let kept = gone.len().checked_sub(target.added.len()).filter(|_| target.appended.is_empty());
        let Some(kept) = kept else { return self.exchange_end(node, target, &gone) };
        if kept < gone.len() {
            let pretty = self.base(node).filter(|_| self.habits.json);
            let new = self.items(target, &style, pretty);
            let extents = self.extents(node)?;
            for (index, text) in gone.split_off(kept).into_iter().zip(new) {
                let (start, end) = *extents.get(index).ok_or(Refused::Unusual)?;
                self.put(start, end, text);
            }
        }
        self.remove_flow(node, &gone)
    }

    /// Entries or items go, and more come than go: in the place of the last ones, if those go.
    fn exchange_end(&mut self, node: &Node<'_>, target: &Target, gone: &[usize]) -> Result<(), Refused> {
        let extents = self.extents(node)?;
        let first = (0..extents.len()).rev().take_while(|index| gone.binary_search(index).is_ok()).last();
        let Some(first) = first else {
            self.remove_flow(node, gone)?;
            return self.add_flow(node, target);
        };
        let before = first.checked_sub(1).and_then(|before| extents.get(before)).map(|(_, end)| *end);
        let (Some((start, _)), Some((_, end))) = (extents.get(first), extents.last()) else {
            return Err(Refused::Unusual);
        };
        // Comments there may be about what goes.
        let around = self.page.slice(before.unwrap_or(node.span.start as usize), node.span.end as usize);
        if around.contains('#') {
            return Err(Refused::Conflict);
        }
        let earlier: Vec<usize> = gone.iter().copied().filter(|index| *index < first).collect();
        self.remove_flow(node, &earlier)?;
        let style = self.style(Some(node));
        let base = self.page.is_first(*start).then(|| self.page.indentation(*start));
        let items = self.items(target, &style, base.filter(|_| self.habits.json));
        let separator = base.map_or_else(|| style.comma.to_owned(), |base| format!(",{}{base}", self.page.eol));
        self.put(*start, *end, items.join(&separator));
        Ok(())
    }

    /// Entries or items go, with their commas and the comments that describe them.
    fn remove_flow(&mut self, node: &Node<'_>, gone: &[usize]) -> Result<(), Refused> {
        let extents = self.extents(node)?;
        let is_removed = |index: usize| gone.binary_search(&index).is_ok();
        let mut done = 0;
        for index in gone {
            if *index < done {
                continue;
            }
            let mut last = *index;
            while last + 1 < extents.len() && is_removed(last + 1) {
                last += 1;
            }
            done = last + 1;
            let before = index.checked_sub(1).and_then(|before| extents.get(before)).map(|(_, end)| *end);
            let (Some((start, _)), Some((_, end))) = (extents.get(*index), extents.get(last)) else {
                return Err(Refused::Unusual);
            };
            self.remove_run(before, *start, *end, done == extents.len())?;
        }
        Ok(())
    }

    /// A run of neighbors goes. `before` is where the one before it ends.
    fn remove_run(&mut self, before: Option<usize>, start: usize, end: usize, is_last: bool) -> Result<(), Refused> {
        let page = self.page;
        let after = page.skip_all(end);
        let comma = page.byte(after) == b',';
        if comma {
            let behind = after + 1;
            let line = page.line(start);
            if page.is_first(start) && page.is_last(behind) {
                let top = page.above(line, page.column(start));
                let from = page.previous(top).map_or(top, |before| page.end(before));
                self.put(from, page.end_of(behind), String::new());
                return Ok(());
            }
            let next = if page.is_last(behind) && page.comment(behind).is_none() { behind } else { page.skip(behind) };
            let next = if next == behind && !is_last { page.skip_all(behind) } else { next };
            self.put(start, next, String::new());
            return Ok(());
        }
        let before = before.ok_or(Refused::Unusual)?;
        let separator = page.skip_all(before);
        if page.byte(separator) != b',' {
            return Err(Refused::Unusual);
        }
        if !page.is_first(start) {
            let blank = page.slice(separator + 1, start).bytes().all(|byte| matches!(byte, b' ' | b'\t'));
            if !blank {
                return Err(Refused::Unusual);
            }
            self.put(separator, end, String::new());
            return Ok(());
        }
        let top = page.above(page.line(start), page.column(start));
        let from = page.previous(top).map_or(top, |before| page.end(before));
        self.put(separator, separator + 1, String::new());
        let until = if page.is_last(end) { page.end_of(end) } else { end };
        self.put(from.max(separator + 1), until, String::new());
        Ok(())
    }
}
