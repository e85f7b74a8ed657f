//! What a comment is about: the key or list item that it is above, beside, or in.
//!
//! - Beside something, on its line: the first key or item that begins on that line.
//! - On a line of its own: the next key or item, if that is indented at least as far; what a person writes above a thing.
//! - Otherwise, at the end of a block: the innermost block that is indented less.
//!
//! What is above an attribute of a resource (its `Type`, its `Properties`) is about the resource; what is above the
//! first key of a template, or of an OpenAPI document that it includes, about the whole of it. An included file is never about
//! the template: what is above its first key is about that key.

use super::Text;
use super::cover::Cover;
use super::draft::join;
use crate::eval::is_function;
use crate::source::{SourceId, Span};
use crate::syntax::{Entry, Kind, Node};
use std::collections::{BTreeMap, HashMap};

/// The sections whose entries are blocks of their own.
const SECTIONS: [&str; 6] = ["Resources", "Parameters", "Outputs", "Conditions", "Mappings", "Globals"];

/// What a comment is about.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The template as a whole.
    Template,
    /// All that an included file brings.
    File {
        /// Its root.
        whole: Span,
    },
    /// A key with its value, or an item.
    Block {
        /// The key, or the item itself: what names it in any position.
        name: Span,
        /// All of it.
        whole: Span,
    },
}

/// A key or list item of a text.
struct Block {
    name: Span,
    whole: Span,
    /// The column of its key, or of its dash, from 0.
    column: usize,
    /// Its line's first byte.
    line: usize,
    /// The block around it.
    parent: Option<usize>,
    /// Whether what is above it is about the whole text.
    is_head: bool,
}

/// All keys and items of a text, in its order.
pub(super) struct Blocks<'a> {
    text: &'a str,
    /// The first byte of each line.
    lines: Vec<usize>,
    blocks: Vec<Block>,
    /// The whole text.
    whole: Target,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(text: &Text<'a, '_>) -> Self {
        let lines = std::iter::once(0).chain(text.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let whole = if text.is_included { Target::File { whole: text.root.span } } else { Target::Template };
        let mut blocks = Self { text: text.text, lines, blocks: Vec::new(), whole };
        blocks.walk(text.root, None);
        // The keys of another included file are those of what it is put into.
        if (!text.is_included || is_openapi(text.root))
            && let Some(first) = blocks.blocks.iter_mut().find(|block| block.parent.is_none())
        {
            first.is_head = true;
        }
        blocks
    }

    /// Lists what is written in a node. What an alias or a merge brought from elsewhere is not written there.
    fn walk(&mut self, node: &Node<'_>, parent: Option<usize>) {
        match &node.kind {
            Kind::Mapping(entries) => {
                for entry in entries.iter().filter(|entry| is_within(entry.key_span, node.span)) {
                    let has_value = is_within(entry.value.span, node.span);
                    let end = if has_value { entry.value.span.end } else { entry.key_span.end };
                    let whole = Span { end: end.max(entry.key_span.end), ..entry.key_span };
                    let index = self.add(entry.key_span, whole, parent, 0);
                    if has_value {
                        self.walk(&entry.value, Some(index));
                    }
                }
            }
            Kind::Sequence(items) => {
                for item in items.iter().filter(|item| is_within(item.span, node.span)) {
                    let dash = self.dash(item.span.start as usize);
                    let index = self.add(item.span, item.span, parent, dash);
                    self.walk(item, Some(index));
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: Span, whole: Span, parent: Option<usize>, dash: usize) -> usize {
        let start = name.start as usize;
        let line = self.line(start);
        self.blocks.push(Block {
            name,
            whole,
            column: start.saturating_sub(line + dash),
            line,
            parent,
            is_head: false,
        });
        self.blocks.len() - 1
    }

    /// The first byte of a byte's line.
    fn line(&self, at: usize) -> usize {
        let number = self.lines.partition_point(|start| *start <= at);
        number.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or_default()
    }

    /// How far before an item its dash is; 0 where it has none.
    fn dash(&self, start: usize) -> usize {
        let before = self.text.get(self.line(start)..start).unwrap_or_default();
        let trimmed = before.trim_end_matches(' ');
        if trimmed.ends_with('-') { before.len() - trimmed.len() + 1 } else { 0 }
    }

    /// What the comment at a span is about.
    pub(super) fn target(&self, comment: Span) -> Target {
        let start = comment.start as usize;
        let line = self.line(start);
        let before = self.text.get(line..start).unwrap_or_default();
        let after = self.blocks.partition_point(|block| block.name.start < comment.start);
        let next = self.blocks.get(after);
        // Beside a dash whose item begins on the next line, a comment is above it.
        let is_alone = before.trim_matches([' ', '\t', '-']).is_empty();
        let found = if is_alone {
            let column = start - line;
            let above = next.filter(|next| column <= next.column || before.contains('-'));
            above.or_else(|| self.around(after, |block| block.column < column))
        } else {
            let first = self.blocks.partition_point(|block| block.line < line);
            let beside = self.blocks.get(first).filter(|_| first < after);
            // On the line where something ends that began on another.
            beside.or_else(|| self.around(after, |block| block.whole.end as usize > line))
        };
        match found {
            Some(block) if !block.is_head || !is_alone => Target::Block { name: block.name, whole: block.whole },
            _ => self.whole,
        }
    }

    /// The last block before a place, or the innermost one around it, that is as wanted.
    fn around(&self, place: usize, is_wanted: impl Fn(&Block) -> bool) -> Option<&Block> {
        let mut index = place.checked_sub(1);
        while let Some(block) = index.and_then(|index| self.blocks.get(index)) {
            if is_wanted(block) {
                return Some(block);
            }
            index = block.parent;
        }
        None
    }
}

/// Whether a file is one document, whose first keys describe all of it.
fn is_openapi(root: &Node<'_>) -> bool {
    ["openapi", "swagger"].iter().any(|key| root.get(key).is_some_and(|version| version.scalar_text().is_some()))
}

fn is_within(inner: Span, outer: Span) -> bool {
    inner.source == outer.source && outer.start <= inner.start && inner.end <= outer.end
}

/// What each target covers in a tree: in every iteration of a loop, and wherever an include put it.
pub(super) fn covers(tree: &Node<'_>, targets: &[&Target]) -> Vec<Vec<Cover>> {
    let mut finder = Finder {
        own: tree.span.source,
        by_name: HashMap::new(),
        by_file: HashMap::new(),
        found: vec![Vec::new(); targets.len()],
        loose: BTreeMap::new(),
    };
    for (index, target) in targets.iter().enumerate() {
        match target {
            Target::Template => finder.found.get_mut(index).into_iter().for_each(|found| found.push(Cover::of(""))),
            Target::File { whole } => {
                finder.by_file.entry(whole.source).or_insert_with(|| (*whole, Vec::new())).1.push(index);
            }
            Target::Block { name, whole } => {
                finder.by_name.entry(*name).or_insert_with(|| (*whole, Vec::new())).1.push(index);
            }
        }
    }
    finder.walk(tree, &mut Vec::new(), false);
    // What is not in the tree itself, such as a loop's key, covers what was made of its content.
    for (index, target) in targets.iter().enumerate() {
        if let (Target::Block { whole, .. }, Some([])) = (target, finder.found.get(index).map(Vec::as_slice)) {
            finder.loose.entry(*whole).or_default().push(index);
        }
    }
    if !finder.loose.is_empty() {
        finder.walk_loose(tree, &mut Vec::new());
    }
    finder.found
}

struct Finder {
    /// The template's own text.
    own: SourceId,
    by_name: HashMap<Span, (Span, Vec<usize>)>,
    by_file: HashMap<SourceId, (Span, Vec<usize>)>,
    found: Vec<Vec<Cover>>,
    /// Targets that are not in the tree, by all that they hold.
    loose: BTreeMap<Span, Vec<usize>>,
}

impl Finder {
    fn walk(&mut self, node: &Node<'_>, steps: &mut Vec<String>, in_function: bool) {
        let in_function = in_function || is_function(node);
        match &node.kind {
            Kind::Mapping(entries) => {
                self.meet_files(node, entries, steps, in_function);
                for entry in entries {
                    // All below a function is one place.
                    if !in_function {
                        steps.push(entry.key.to_string());
                    }
                    self.meet(entry.key_span, steps, in_function);
                    self.walk(&entry.value, steps, in_function);
                    if !in_function {
                        steps.pop();
                    }
                }
            }
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    if !in_function {
                        steps.push(index.to_string());
                    }
                    self.meet(item.span, steps, in_function);
                    self.walk(item, steps, in_function);
                    if !in_function {
                        steps.pop();
                    }
                }
            }
            _ => {}
        }
    }

    fn meet(&mut self, name: Span, steps: &[String], in_function: bool) {
        let Some((whole, targets)) = self.by_name.get(&name) else { return };
        let path = block_path(steps, name.source == self.own);
        cover(&mut self.found, targets, Cover { path, within: in_function.then_some(*whole), only: Vec::new() });
    }

    /// Meets the files that were put into a map: as the map, if one is all that it has, or as the keys that each brought.
    fn meet_files(&mut self, map: &Node<'_>, entries: &[Entry<'_>], steps: &mut Vec<String>, in_function: bool) {
        if self.by_file.is_empty() {
            return;
        }
        let is_brought = |entry: &Entry<'_>| entry.key_span.source != map.span.source;
        let first = entries.first().map(|entry| entry.key_span.source);
        let is_all = !steps.is_empty() && entries.iter().all(|entry| Some(entry.key_span.source) == first);
        for entry in entries.iter().filter(|entry| is_brought(entry)) {
            let Some((whole, targets)) = self.by_file.get(&entry.key_span.source) else { continue };
            let is_one_place = is_all || in_function;
            if !is_one_place {
                steps.push(entry.key.to_string());
            }
            let path = block_path(steps, false);
            if !is_one_place {
                steps.pop();
            }
            cover(&mut self.found, targets, Cover { path, within: in_function.then_some(*whole), only: Vec::new() });
            if is_one_place {
                break;
            }
        }
    }

    /// Finds the outermost blocks that loose targets hold.
    fn walk_loose(&mut self, node: &Node<'_>, steps: &mut Vec<String>) {
        for entry in node.as_mapping().unwrap_or_default() {
            steps.push(entry.key.to_string());
            let holding = self.loose.iter().filter(|(whole, _)| is_within(entry.key_span, **whole));
            let targets: Vec<usize> = holding.flat_map(|(_, targets)| targets).copied().collect();
            for target in &targets {
                let path = block_path(steps, entry.key_span.source == self.own);
                if let Some(found) = self.found.get_mut(*target) {
                    found.push(Cover::of(path));
                }
            }
            if targets.is_empty() && steps.len() < 2 {
                self.walk_loose(&entry.value, steps);
            }
            steps.pop();
        }
    }
}

/// Adds a place to what some targets cover.
fn cover(found: &mut [Vec<Cover>], targets: &[usize], cover: Cover) {
    for target in targets {
        if let Some(found) = found.get_mut(*target)
            && !found.contains(&cover)
        {
            found.push(cover.clone());
        }
    }
}

/// The path of what a comment at this place is about. What is beside or above a key of the template itself that has no blocks, such
/// as its `Description`, is about the template.
fn block_path(steps: &[String], is_own: bool) -> String {
    match steps {
        [section] if is_own && !SECTIONS.contains(&section.as_str()) => String::new(),
        [section, name, _] if section == "Resources" => join(section, name),
        _ => steps.join("/"),
    }
}
