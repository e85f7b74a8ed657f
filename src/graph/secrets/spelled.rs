//! The texts that a value can be, as far as the template writes them out: functions put together, every branch of every
//! condition, every row of a mapping. No scenario is asked, for everyone who has the template reads all of it.
//!
//! Each text remembers which nodes its pieces are written in.

use super::arguments::passed_on;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::ops::Range;

/// What stands in a text for what the template does not write out.
pub const OPEN: &str = "${}";

/// Texts past which those that differ from the first in one item are not put together.
const MAX_JOINED: usize = 64;
/// Texts of one value past which the others are not looked at: CloudFormation takes 200 rows of a mapping.
const MAX_TEXTS: usize = 4096;
/// Bytes that are put together for one value: a text that doubles at every step ends here.
const MAX_BYTES: usize = 1 << 18;

/// A text that a value can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled<'t> {
    /// The text, with [`OPEN`] or `${Name}` for what is not written out.
    pub text: Cow<'t, str>,
    pieces: SmallVec<[Piece; 1]>,
}

/// A stretch of a text and the node that it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    range: Range<usize>,
    span: Span,
}

impl<'t> Spelled<'t> {
    /// The text of a node as it stands.
    pub fn plain(text: &'t str, span: Span) -> Self {
        Self { pieces: smallvec![Piece { range: 0..text.len(), span }], text: Cow::Borrowed(text) }
    }

    /// What is not written out.
    fn open() -> Self {
        Self { text: Cow::Borrowed(OPEN), pieces: SmallVec::new() }
    }

    /// What something with a name is.
    fn reference(name: &str) -> Self {
        Self { text: Cow::Owned(["${", name, "}"].concat()), pieces: SmallVec::new() }
    }

    /// Nothing yet.
    fn empty() -> Self {
        Self { text: Cow::Borrowed(""), pieces: SmallVec::new() }
    }

    /// Some texts one after another.
    pub fn of_all(texts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::empty();
        texts.into_iter().for_each(|text| all.push(&text));
        all
    }

    /// The nodes that a stretch of the text is written in, each with its own part of it.
    pub fn written(&self, range: &Range<usize>) -> impl Iterator<Item = (Span, &str)> {
        self.pieces.iter().filter_map(move |piece| {
            let shared = piece.range.start.max(range.start)..piece.range.end.min(range.end);
            (shared.start < shared.end).then(|| self.text.get(shared)).flatten().map(|text| (piece.span, text))
        })
    }

    /// The stretch `range` as a text of its own.
    fn part(&self, range: Range<usize>) -> Self {
        let pieces = self.pieces.iter().filter_map(|piece| {
            let shared = piece.range.start.max(range.start)..piece.range.end.min(range.end);
            let moved = shared.start.checked_sub(range.start)?..shared.end.checked_sub(range.start)?;
            (moved.start < moved.end).then_some(Piece { range: moved, span: piece.span })
        });
        Self { text: Cow::Owned(self.text.get(range.clone()).unwrap_or_default().to_owned()), pieces: pieces.collect() }
    }

    fn push(&mut self, other: &Spelled<'_>) {
        let before = self.text.len();
        self.text.to_mut().push_str(&other.text);
        self.pieces.extend(
            other
                .pieces
                .iter()
                .map(|piece| Piece { range: piece.range.start + before..piece.range.end + before, span: piece.span }),
        );
    }
}

/// Puts texts together for one value at a time.
pub struct Speller<'t> {
    /// The template's mappings.
    pub mappings: &'t [Entry<'t>],
    left: usize,
    is_cut: bool,
}

/// The texts that a value can be.
type Texts<'t> = Vec<Spelled<'t>>;

impl<'t> Speller<'t> {
    /// Of a template with these mappings.
    pub fn new(mappings: &'t [Entry<'t>]) -> Self {
        Self { mappings, left: 0, is_cut: false }
    }

    /// The texts that a node can be; none where it is a list or a map.
    pub fn texts(&mut self, node: &'t Node<'t>) -> Texts<'t> {
        self.begin();
        self.spell(node)
    }

    /// The texts that the items of the list that a node is can be; none where it is a text or a map.
    pub fn items(&mut self, node: &'t Node<'t>) -> Texts<'t> {
        self.begin();
        self.lists(node).into_iter().flatten().flatten().collect()
    }

    /// Whether the value that was read last can be more than the texts that were made of it.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Each text that may be a part of what a node is, by itself: what is left to look at where not all are put together.
    pub fn pieces(&mut self, node: &'t Node<'t>) -> Texts<'t> {
        self.begin();
        let mut pieces = Vec::new();
        self.add_pieces(node, &mut pieces);
        pieces
    }

    fn add_pieces(&mut self, node: &'t Node<'t>, pieces: &mut Texts<'t>) {
        if pieces.len() >= MAX_TEXTS {
            return;
        }
        match &node.kind {
            Kind::String(text) => pieces.push(Spelled::plain(text, node.span)),
            Kind::Number(number) => pieces.push(Spelled::plain(&number.text, node.span)),
            Kind::Null | Kind::Bool(_) => {}
            Kind::Sequence(items) => items.iter().for_each(|item| self.add_pieces(item, pieces)),
            Kind::Mapping(entries) => {
                let Some(entry) = entries.first() else { return };
                let arguments = entry.value.as_sequence().unwrap_or_default();
                match (entry.key.as_ref(), arguments) {
                    ("Fn::FindInMap", [mapping, keys @ ..]) => {
                        self.rows(mapping, keys).into_iter().for_each(|row| self.add_pieces(row, pieces));
                    }
                    ("Fn::Sub", [text, variables]) => {
                        self.add_pieces(text, pieces);
                        let variables = variables.as_mapping().unwrap_or_default();
                        variables.iter().for_each(|variable| self.add_pieces(&variable.value, pieces));
                    }
                    ("Ref", _) => {}
                    _ => passed_on(entry).into_iter().for_each(|argument| self.add_pieces(argument, pieces)),
                }
            }
        }
    }

    fn begin(&mut self) {
        (self.left, self.is_cut) = (MAX_BYTES, false);
    }

    /// The first of some alternatives, as many as are looked at.
    fn first<T>(&mut self, mut all: Vec<T>) -> Vec<T> {
        self.is_cut |= all.len() > MAX_TEXTS;
        all.truncate(MAX_TEXTS);
        all
    }

    fn spell(&mut self, node: &'t Node<'t>) -> Texts<'t> {
        let entries = match &node.kind {
            Kind::String(text) => return vec![Spelled::plain(text, node.span)],
            Kind::Number(number) => return vec![Spelled::plain(&number.text, node.span)],
            Kind::Bool(value) => return vec![Spelled::plain(if *value { "true" } else { "false" }, node.span)],
            Kind::Null | Kind::Sequence(_) => return Vec::new(),
            Kind::Mapping(entries) => entries,
        };
        let [Entry { key, value, .. }] = entries.as_slice() else { return Vec::new() };
        let arguments = value.as_sequence().unwrap_or_default();
        match (key.as_ref(), arguments) {
            ("Fn::If", [_, branches @ ..]) => {
                let texts = branches.iter().flat_map(|branch| self.spell(branch)).collect();
                self.first(texts)
            }
            ("Fn::Base64", []) => self.spell(value),
            ("Fn::Sub", []) => self.substituted(value, None),
            ("Fn::Sub", [text, variables @ ..]) => self.substituted(text, variables.first()),
            ("Fn::Join", [delimiter, list]) => {
                let delimiter =
                    delimiter.as_str().map_or_else(Spelled::open, |text| Spelled::plain(text, delimiter.span));
                let lists = self.lists(list);
                let texts = lists.iter().flat_map(|list| self.joined(list, &delimiter)).collect();
                self.first(texts)
            }
            ("Fn::Select", [index, list]) => {
                let index = index.scalar_text().and_then(|index| index.parse::<usize>().ok());
                let lists = self.lists(list);
                let chosen = lists.into_iter().flat_map(|list| match index {
                    Some(index) => list.into_iter().nth(index).unwrap_or_default(),
                    None => list.into_iter().flatten().collect(),
                });
                let chosen = chosen.collect();
                self.first(chosen)
            }
            ("Fn::FindInMap", [mapping, keys @ ..]) => {
                let found = self.rows(mapping, keys);
                let texts = found.into_iter().flat_map(|node| self.spell(node)).collect();
                self.first(texts)
            }
            ("Ref", _) => vec![value.as_str().map_or_else(Spelled::open, Spelled::reference)],
            (name, _) if name.starts_with("Fn::") => vec![Spelled::open()],
            _ => Vec::new(),
        }
    }

    /// The lists that a node can be; each item has the texts that it can be.
    fn lists(&mut self, node: &'t Node<'t>) -> Vec<Vec<Texts<'t>>> {
        let entries = match &node.kind {
            Kind::Sequence(items) => return vec![items.iter().map(|item| self.spell(item)).collect()],
            Kind::Mapping(entries) => entries,
            _ => return Vec::new(),
        };
        let [Entry { key, value, .. }] = entries.as_slice() else { return Vec::new() };
        match (key.as_ref(), value.as_sequence().unwrap_or_default()) {
            ("Fn::If", [_, branches @ ..]) => {
                let lists = branches.iter().flat_map(|branch| self.lists(branch)).collect();
                self.first(lists)
            }
            ("Fn::Split", [delimiter, text]) => {
                let Some(delimiter) = delimiter.as_str().filter(|delimiter| !delimiter.is_empty()) else {
                    return Vec::new();
                };
                self.spell(text).iter().map(|text| self.split(text, delimiter)).collect()
            }
            ("Fn::FindInMap", [mapping, keys @ ..]) => {
                let found = self.rows(mapping, keys);
                let lists = found.into_iter().flat_map(|node| self.lists(node)).collect();
                self.first(lists)
            }
            _ => Vec::new(),
        }
    }

    fn split(&mut self, text: &Spelled<'t>, delimiter: &str) -> Vec<Texts<'t>> {
        if !self.afford(text.text.len()) {
            return Vec::new();
        }
        let mut parts = Vec::new();
        let mut from = 0;
        for part in text.text.split(delimiter) {
            parts.push(vec![text.part(from..from + part.len())]);
            from += part.len() + delimiter.len();
        }
        parts
    }

    /// The values that `Fn::FindInMap` finds by these keys: by one that is not written out, in every row. Where it may find none, its
    /// default value.
    pub(super) fn rows(&mut self, mapping: &'t Node<'t>, keys: &'t [Node<'t>]) -> Vec<&'t Node<'t>> {
        let name = mapping.as_str();
        let mut found: Vec<&'t Node<'t>> = self
            .mappings
            .iter()
            .filter(|entry| name.is_none_or(|name| name == entry.key))
            .map(|entry| &entry.value)
            .collect();
        for key in keys.iter().take(2) {
            let key = key.scalar_text();
            let below = |node: &'t Node<'t>| node.as_mapping().unwrap_or_default();
            let fits = |entry: &&'t Entry<'t>| key.as_ref().is_none_or(|key| *key == entry.key);
            let rows = found.into_iter().flat_map(below).filter(fits).map(|entry| &entry.value);
            found = rows.take(MAX_TEXTS + 1).collect();
            found = self.first(found);
        }
        let default = keys.get(2).and_then(|options| options.get("DefaultValue"));
        let is_open = name.is_none() || keys.iter().take(2).any(|key| key.scalar_text().is_none());
        found.extend(default.filter(|_| is_open || found.is_empty()));
        found
    }

    /// The texts of an `Fn::Sub`: its variables in their places, what else it names left as it is written.
    fn substituted(&mut self, text: &'t Node<'t>, variables: Option<&'t Node<'t>>) -> Texts<'t> {
        let Some(template) = text.as_str() else { return vec![Spelled::open()] };
        let whole = Spelled::plain(template, text.span);
        let Some(variables) = variables.and_then(Node::as_mapping) else { return vec![whole] };
        // Each variable once, however often the text names it: in functions within functions that would double at every step.
        let texts: FxHashMap<&str, Texts<'t>> =
            variables.iter().map(|entry| (entry.key.as_ref(), self.spell(&entry.value))).collect();
        let mut parts: Vec<Texts<'t>> = Vec::new();
        let mut from = 0;
        while let Some((start, name)) = placeholder(template, from) {
            let end = start + "${".len() + name.len() + "}".len();
            if !self.afford(end - from) {
                return vec![Spelled::open()];
            }
            parts.push(vec![whole.part(from..start)]);
            parts.push(match texts.get(name.trim()) {
                Some(texts) if self.afford(texts.iter().map(|text| text.text.len()).sum()) => texts.clone(),
                Some(_) => return vec![Spelled::open()],
                None => vec![whole.part(start..end)],
            });
            from = end;
        }
        parts.push(vec![whole.part(from..template.len())]);
        self.joined(&parts, &Spelled::empty())
    }

    /// The texts of a list whose items are joined: the first of each item, and then each other one of an item in its place.
    fn joined(&mut self, items: &[Texts<'t>], delimiter: &Spelled<'_>) -> Texts<'t> {
        let alternatives =
            items.iter().enumerate().flat_map(|(item, texts)| (1..texts.len()).map(move |text| (item, text)));
        let choices = std::iter::once((usize::MAX, 0)).chain(alternatives);
        let mut joined = Vec::new();
        for (changed, alternative) in choices {
            if joined.len() >= MAX_JOINED {
                self.is_cut = true;
                return joined;
            }
            let mut text = Spelled::empty();
            for (index, texts) in items.iter().enumerate() {
                let open = Spelled::open();
                let item = texts.get(if index == changed { alternative } else { 0 }).unwrap_or(&open);
                if !self.afford(item.text.len() + delimiter.text.len()) {
                    return joined;
                }
                if index > 0 && !delimiter.text.is_empty() {
                    text.push(delimiter);
                }
                text.push(item);
            }
            joined.push(text);
        }
        joined
    }

    fn afford(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(0);
        self.is_cut |= left.is_none();
        left.is_some()
    }
}

/// The next `${Name}` of a text from a byte on: where it starts, and the name. `${!Name}` is text.
fn placeholder(text: &str, from: usize) -> Option<(usize, &str)> {
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find("${")?;
        let (name, _) = text.get(start + 2..)?.split_once('}')?;
        if !name.starts_with('!') {
            return Some((start, name));
        }
        from = start + 2;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::parse;

    const MAPPINGS: &str = "Stage: {prod: {Pw: p1, Host: h1, All: [a1, b1]}, dev: {Pw: p2}}";

    fn texts(value: &str) -> Vec<String> {
        let mappings = parse(MAPPINGS, SourceId(0)).unwrap();
        let document = parse(value, SourceId(1)).unwrap();
        let mut speller = Speller::new(mappings.root.as_mapping().unwrap());
        speller.texts(&document.root).into_iter().map(|spelled| spelled.text.into_owned()).collect()
    }

    #[test]
    fn functions_are_put_together() {
        for (value, expected) in [
            ("plain", &["plain"][..]),
            ("12", &["12"]),
            ("!Ref X", &["${X}"]),
            ("!GetAtt X.Y", &["${}"]),
            ("!Sub 'a${X}'", &["a${X}"]),
            ("!Sub ['a${x}-${Y}-${!z}', {x: b}]", &["ab-${Y}-${!z}"]),
            ("!Join ['-', [a, !Ref B, c]]", &["a-${B}-c"]),
            ("!Join ['', [a, !If [C, b, c], d]]", &["abd", "acd"]),
            ("!Join ['', !Split [',', 'a,b']]", &["ab"]),
            ("!Select [1, [a, b]]", &["b"]),
            ("!Select ['1', !Split ['/', 'a/b']]", &["b"]),
            ("!Select [!Ref I, [a, b]]", &["a", "b"]),
            ("!FindInMap [Stage, prod, Pw]", &["p1"]),
            ("!FindInMap [Stage, !Ref Env, Pw]", &["p1", "p2"]),
            ("!Select [1, !FindInMap [Stage, prod, All]]", &["b1"]),
            ("!FindInMap [Stage, test, Pw]", &[]),
            ("!FindInMap [Stage, test, Pw, {DefaultValue: p3}]", &["p3"]),
            ("!FindInMap [Stage, prod, Pw, {DefaultValue: p3}]", &["p1"]),
            ("!FindInMap [Stage, !Ref Env, Pw, {DefaultValue: !Sub 'a${X}'}]", &["p1", "p2", "a${X}"]),
            ("Fn::Base64: !Sub ['${x}', {x: !If [C, a, b]}]", &["a", "b"]),
            ("!If [C, a, !If [D, b, !Ref AWS::NoValue]]", &["a", "b", "${AWS::NoValue}"]),
            ("[a]", &[]),
            ("{a: b}", &[]),
            ("!Join [',', x]", &[]),
        ] {
            assert_eq!(texts(value), expected, "{value}");
        }
    }

    #[test]
    fn pieces_know_where_they_are_written() {
        let text = "!Join ['-', [hunter, !Sub ['${x}er', {x: hunt}]]]";
        let document = parse(text, SourceId(0)).unwrap();
        let spelled = Speller::new(&[]).texts(&document.root).remove(0);
        assert_eq!(spelled.text, "hunter-hunter");
        let pieces = |range: Range<usize>| -> Vec<(&str, &str)> {
            let written = spelled.written(&range);
            written.map(|(span, part)| (&text[span.start as usize..span.end as usize], part)).collect()
        };
        assert_eq!(pieces(0..6), [("hunter", "hunter")]);
        assert_eq!(pieces(5..13), [("hunter", "r"), ("'-'", "-"), ("hunt", "hunt"), ("'${x}er'", "er")]);
    }

    #[test]
    fn no_value_is_too_large() {
        let mut value = "'${x}${x}'".to_owned();
        for _ in 0..60 {
            value = format!("{{'Fn::Sub': ['${{x}}${{x}}', {{x: {value}}}]}}");
        }
        assert!(texts(&value).iter().all(|text| text.len() <= MAX_BYTES));
        let branches = "!If [C, a, b], ".repeat(1000);
        assert_eq!(texts(&format!("!Join ['', [{branches}]]")).len(), MAX_JOINED);
    }
}
