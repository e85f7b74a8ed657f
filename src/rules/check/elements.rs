//! What a quantifier looks at: values, statements, and resources on the other side of a reference.

use super::alike::Rest;
use super::checker::Checker;
use super::location::{Item, Location, NOT_DECLARED, Nearest};
use super::select::Selection;
use crate::eval::text;
use crate::eval::value::{Kind, Value};
use crate::expand::ties::PutTogether;
use crate::expand::{self, Block, Model, Section, written};
use crate::graph::{self, names};
use crate::policy::{self, DocumentKind};
use crate::rules::language::analysis::Analysis;
use crate::rules::language::assertion::{Assertion, Form, Quantified, Related, Selector};
use crate::rules::language::named::{self, Named};
use crate::rules::language::path::Path;
use crate::truth::Truth;
use smallvec::SmallVec;

/// Elements with the truth of their belonging.
#[derive(Default)]
pub(super) struct Elements<'m, 't> {
    pub(super) items: SmallVec<[(Item<'m, 't>, Truth); 1]>,
    pub(super) nearest: Nearest,
    pub(super) unknown: bool,
    /// Those that are not among the items.
    pub(super) rest: Option<Rest>,
}

impl<'m, 't> From<Selection<'m, 't>> for Elements<'m, 't> {
    fn from(selection: Selection<'m, 't>) -> Self {
        let Selection { mut items, nearest, unknown } = selection;
        let items = match items.len() {
            // Most paths select nothing, or one value.
            0 | 1 => items.pop().map(|item| (item, Truth::True)).into_iter().collect(),
            _ => items.into_iter().map(|item| (item, Truth::True)).collect(),
        };
        Self { items, nearest, unknown, rest: None }
    }
}

impl<'m, 't> Checker<'_, 'm, 't> {
    /// What a selector finds. `all`: whether those that fail the test matter, too.
    pub(super) fn elements(&mut self, quantified: &Quantified, all: bool, item: &Item<'m, 't>) -> Elements<'m, 't> {
        match &quantified.selector {
            Selector::Path(path) => Elements::from(self.select_some(path, item)),
            Selector::Items(path) => {
                let selection = self.select_some(path, item);
                let mut items = SmallVec::new();
                for found in selection.items {
                    match &found {
                        Item::Value { value, name, path, owner } if matches!(value.kind, Kind::List(_)) => {
                            for (index, inner) in value.items().iter().enumerate() {
                                // Only locations have words.
                                let (name, path) = if self.explain {
                                    (name.clone(), [path.as_str(), "/", &index.to_string()].concat())
                                } else {
                                    Default::default()
                                };
                                items.push(Item::Value { value: inner, name, path, owner });
                            }
                        }
                        _ => items.push(found),
                    }
                }
                Elements::from(Selection { items, ..selection })
            }
            Selector::Json(path) => self.json(path, item),
            Selector::Statements(kind) => {
                let owner = item.owner();
                let granted = match kind {
                    // A permissions boundary grants nothing.
                    DocumentKind::Identity => !graph::boundary::is_only_boundary(self.run, self.model, owner),
                    DocumentKind::Trust | DocumentKind::Resource => Truth::True,
                };
                if granted.is_false() {
                    return Elements { nearest: self.own_location(item), ..Elements::default() };
                }
                let statements = policy::statements(self.run, owner, *kind);
                let nearest = self.around_statements(&statements, item);
                let base = if self.explain { owner.path() } else { String::new() };
                let items = statements
                    .found
                    .into_iter()
                    .map(|statement| {
                        let path = if base.is_empty() { String::new() } else { [&base, "/", statement.path].concat() };
                        (Item::Value { value: statement.value, name: String::new(), path, owner }, granted)
                    })
                    .collect();
                Elements { items, nearest, unknown: statements.unknown, rest: None }
            }
            Selector::Resources(types) => Elements {
                items: {
                    let test = quantified.test.as_ref().filter(|_| !all);
                    self.blocks(types, test).into_iter().map(|block| (Item::Block(block), Truth::True)).collect()
                },
                nearest: self.section_of_resources(types, item),
                unknown: self.may_hide(types),
                rest: None,
            },
            Selector::Related(related) => self.related(related, quantified, item),
            Selector::Referenced(related) => self.referenced(related, quantified, item),
        }
    }

    /// The values that the JSON texts at a path hold, lists taken apart; other values as they are. All of them
    /// have the location of their text. What is not JSON may hold anything.
    fn json(&mut self, path: &Path, item: &Item<'m, 't>) -> Elements<'m, 't> {
        let selection = self.select_some(path, item);
        let mut unknown = selection.unknown;
        let mut items = SmallVec::new();
        for found in selection.items {
            let Item::Value { value, name, path, owner } = found else { continue };
            let read = match &value.kind {
                Kind::String(_) | Kind::Text(_) => self.json_text(value),
                _ => Some(value),
            };
            let Some(read) = read else {
                if let Some(part) = value.unsettled() {
                    self.run.note_reason(part.origin.reason());
                }
                unknown = true;
                continue;
            };
            let element = |value: &'m Value<'t>| {
                (Item::Value { value, name: name.clone(), path: path.clone(), owner }, Truth::True)
            };
            items.extend(read.items().iter().map(element));
        }
        Elements { items, nearest: selection.nearest, unknown, rest: None }
    }

    /// Where a resource of one of these types should be: for the template as a whole, its section.
    fn section_of_resources(&self, types: &[String], item: &Item<'m, 't>) -> Nearest {
        let section = Section::Resources.name();
        let entry = match item {
            Item::Block(block) if block.section == Section::Template => block.node.entry(section),
            _ => None,
        };
        Nearest::new(self.explain, || match entry {
            Some(entry) => Location {
                state: NOT_DECLARED.to_owned(),
                ..self.absent(entry.key_span, section.to_owned(), &types.join("` or `"))
            },
            None => item.location(),
        })
    }

    /// The deepest block that holds all of a resource's statements.
    pub(super) fn around_statements(&self, statements: &policy::Statements<'m, 't>, item: &Item<'m, 't>) -> Nearest {
        if !self.explain {
            return Nearest::default();
        }
        let owner = item.owner();
        let lists = statements.found.iter().map(|statement| {
            let steps: Vec<&str> = statement.path.split('/').collect();
            match steps.as_slice() {
                [list @ .., index] if index.parse::<usize>().is_ok() => list.to_vec(),
                _ => steps,
            }
        });
        let common = lists.reduce(|one, other| {
            one.iter().zip(&other).take_while(|(one, other)| one == other).map(|(step, _)| *step).collect()
        });
        let path = common.unwrap_or_default().join("/");
        match written::key_at(owner.node, &path) {
            Some(span) => Nearest::new(true, || self.absent(span, format!("{}/{path}", owner.path()), "")),
            _ => self.own_location(item),
        }
    }

    /// The resources of these types that exist in this scenario, in the order of the template; at least those that do not fail the test.
    fn blocks(&mut self, types: &[String], test: Option<&Assertion>) -> Vec<&'m Block<'t>> {
        let mut blocks = match test.map(|test| &test.form) {
            // Whether the others exist is no choice of this check.
            Some(Form::Analysis(analysis)) if matches!(**analysis, Analysis::PhiTagged) => {
                graph::phi::may_be_tagged(self.model, types)
            }
            _ => self.candidates(types),
        };
        // For every resource that a rule looks at, all others: a rule's author knows why.
        if !self.run.guess(blocks.len()) {
            return Vec::new();
        }
        blocks.retain(|block| expand::exists(self.run, block));
        blocks
    }

    /// The resources of these types, in which `*` stands for any characters, in the order of the template.
    ///
    /// Callers that look for resources tied to another one test last whether one exists: the conditions of unrelated resources
    /// are not choices of this check.
    pub fn candidates(&self, types: &[String]) -> Vec<&'m Block<'t>> {
        let model = self.model;
        if has_patterns(types) {
            return model.of_types(types, text::pattern_covers);
        }
        each_kind(model, types, |kind| model.of_type(kind).collect())
    }

    /// Whether there may be resources of these types besides those that are declared; if so, it notes the reason.
    pub fn may_hide(&mut self, types: &[String]) -> bool {
        types.iter().any(|kind| self.may_hide_any(kind))
    }

    /// As [`may_hide`](Self::may_hide), of one type.
    pub fn may_hide_any(&mut self, kind: &str) -> bool {
        let hides = self.model.may_hide(kind);
        if hides {
            self.run.note_reason(expand::HIDDEN);
        }
        hides
    }

    fn related(&mut self, related: &Related, quantified: &Quantified, item: &Item<'m, 't>) -> Elements<'m, 't> {
        let target = item.owner();
        let mut items = SmallVec::new();
        let name = match &related.named {
            Some(named) => match self.name(named, item) {
                Ok(pieces) => Some(pieces),
                // What the name is made of is absent, or not known.
                Err(unknown) => return Elements { nearest: self.own_location(item), unknown, ..Elements::default() },
            },
            None => None,
        };
        let others = self.others_naming(related, quantified, target);
        let candidates = match (&others, related.mentions) {
            (Some((others, _)), _) => {
                let via = &related.via;
                let of_kind = |kind: &str| {
                    self.model.naming_but(self.run, (kind, &via.text), || via.routes(), target, Some(others))
                };
                each_kind(self.model, &related.types, of_kind)
            }
            // An expression ends with what has nothing to do with the name.
            (None, true) => self.mentioning(&related.types),
            (None, false) => self.naming(related, name.as_deref(), target),
        };
        for block in candidates {
            if block.is(target) {
                continue;
            }
            let selection = self.select(&related.via, &Item::Block(block));
            let mut membership = if selection.unknown { Truth::Unknown } else { Truth::False };
            for found in &selection.items {
                let Item::Value { value, .. } = found else { continue };
                membership = membership.or(match &name {
                    Some(pieces) => {
                        let items = value.items().iter();
                        Truth::any(items.map(|value| graph::names::is_named(self.run, value, pieces, target)))
                    }
                    None if related.mentions => graph::mentions(self.run, value, target),
                    None => graph::any_refers_to(self.run, self.model, value, target),
                });
            }
            let belongs = if related.surely { membership.is_true() } else { !membership.is_false() };
            if belongs && expand::exists(self.run, block) {
                items.push((Item::Block(block), membership));
            }
        }
        // Those of which it is unknown whether they belong.
        let rest = others.map(|(_, rest)| rest).filter(|_| !related.surely);
        Elements { items, nearest: self.own_location(item), unknown: self.may_hide(&related.types), rest }
    }

    /// The resources of these types, for each of which an expression is taken apart.
    fn mentioning(&mut self, types: &[String]) -> Vec<&'m Block<'t>> {
        let blocks = self.candidates(types);
        if self.run.guess(blocks.len()) { blocks } else { Vec::new() }
    }

    /// The resources that may name a resource, or have a text that is put together of these pieces, as [`candidates`](Self::candidates)
    /// has them. If there are too many, the run gives up.
    fn naming(
        &mut self,
        related: &Related,
        pieces: Option<&[names::Piece<'_, 'm, 't>]>,
        target: &Block<'t>,
    ) -> Vec<&'m Block<'t>> {
        let model = self.model;
        let run = &mut *self.run;
        let via = &related.via;
        let naming = |kind: &str| match pieces {
            Some(pieces) => {
                let expected = names::expected(pieces, target);
                let start = match pieces.first() {
                    Some(names::Piece::Text(start)) => start,
                    _ => "",
                };
                let text = PutTogether {
                    path: &format!("{} {start}", via.text),
                    expected: expected.as_deref(),
                    by_name: pieces.iter().any(|piece| matches!(piece, names::Piece::Name)),
                    may_have: &|block| may_be_named(block, via, Some(pieces)),
                };
                model.put_together(run, kind, || via.routes(), target, &text)
            }
            None => model.naming(run, kind, &via.text, || via.routes(), target),
        };
        each_kind(model, &related.types, naming)
    }

    /// The pieces of a name, with the values at its paths. Where one is missing: whether it may be there all the same.
    fn name<'n>(&mut self, named: &'n Named, item: &Item<'m, 't>) -> Result<Vec<names::Piece<'n, 'm, 't>>, bool> {
        let mut pieces = Vec::new();
        for piece in &named.pieces {
            pieces.push(match piece {
                named::Piece::Any => names::Piece::Any,
                named::Piece::Text(text) => names::Piece::Text(text),
                named::Piece::Name => names::Piece::Name,
                named::Piece::Path(path) => {
                    let selection = self.select(path, item);
                    match selection.items.as_slice() {
                        [Item::Value { value, .. }] => names::Piece::Value(value),
                        _ => return Err(selection.unknown),
                    }
                }
            });
        }
        Ok(pieces)
    }

    fn referenced(&mut self, related: &Related, quantified: &Quantified, item: &Item<'m, 't>) -> Elements<'m, 't> {
        let existence = quantified.asks_for_existence();
        let selection = self.select(&related.via, item);
        let model = self.model;
        let mut items = SmallVec::new();
        let mut unknown = selection.unknown && !related.surely;
        let mut rest = None;
        let count: usize = selection
            .items
            .iter()
            .map(|found| match found {
                Item::Value { value, .. } => value.items().len(),
                Item::Block(_) => 1,
            })
            .sum();
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            for value in value.items() {
                let mut met = Truth::False;
                // Of several values, each would have its own.
                let others = if count == 1 { self.others_named(related, quantified, value) } else { None };
                let run = &mut *self.run;
                let others = others.map(|(others, contributed)| {
                    rest = Some(contributed);
                    others
                });
                let named = |kind: &str| model.named_by_but(run, kind, value, others.as_ref());
                for block in each_kind(model, &related.types, named) {
                    let refers = graph::kept_refers_to(self.run, value, block);
                    let belongs = if related.surely { refers.is_true() } else { !refers.is_false() };
                    if belongs && expand::exists(self.run, block) {
                        met = met.or(refers);
                        items.push((Item::Block(block), refers));
                    }
                }
                // A name from outside the template: what it names cannot be looked at, but it is not here.
                let is_text = value.text().is_some() || text::is_known_in_partition(value);
                if met.is_false() && !is_text && !existence && !related.surely {
                    if let Some(part) = value.unsettled() {
                        self.run.note_reason(part.origin.reason());
                    }
                    unknown = true;
                }
            }
        }
        // A name that leads nowhere is what is wrong; where there is none, it is missing.
        let nearest = match selection.items.first() {
            Some(named) if self.explain => Nearest::new(true, || self.explained(named)),
            _ => selection.nearest,
        };
        Elements { items, nearest, unknown, rest: rest.filter(|_| !related.surely) }
    }
}

/// Whether `*` stands for any characters in a type.
fn has_patterns(types: &[String]) -> bool {
    types.iter().any(|kind| kind.contains('*'))
}

/// The resources of these types that `of_kind` has of each type, in the order of the template; `*` stands for any characters.
fn each_kind<'m, 't>(
    model: &'m Model<'m, 't>,
    types: &[String],
    mut of_kind: impl FnMut(&str) -> Vec<&'m Block<'t>>,
) -> Vec<&'m Block<'t>> {
    let mut blocks: Vec<&'m Block<'t>> = Vec::new();
    let mut has_patterns = false;
    for kind in types {
        if kind.contains('*') {
            has_patterns = true;
            // Templates have few types and many resources.
            for found in model.types().filter(|found| text::pattern_covers(kind, found)) {
                blocks.extend(of_kind(found));
            }
        } else if model.has_type(kind) {
            blocks.extend(of_kind(kind));
        }
    }
    if types.len() > 1 || has_patterns {
        // All iterations of a loop have the same key.
        blocks.sort_by_key(|block| (block.key_span, block.name));
        blocks.dedup_by(|one, other| one.is(other));
    }
    blocks
}

/// Whether a property as written may be a name that begins with text: see [`names::may_begin_with`].
fn may_be_named(block: &Block<'_>, via: &Path, name: Option<&[names::Piece<'_, '_, '_>]>) -> bool {
    let Some([names::Piece::Text(start), ..]) = name else { return true };
    let written = via.names.iter().try_fold(block.node, |node, name| node.get(name));
    via.rest.is_some() || written.is_none_or(|node| names::may_begin_with(node, start))
}
