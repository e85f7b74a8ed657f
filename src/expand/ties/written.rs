//! What a property may name, as it is written: references, texts, and what nothing is known of.

use super::indexes::Naming;
use super::names::{SEPARATORS, ends, plain};
use crate::eval::{has_macro, is_function};
use crate::expand::Model;
use crate::facts;
use crate::syntax::{Entry, Kind, Node};

/// Texts of `Fn::Sub` and `Fn::Join` are read as far as they are short: what is put together of more may be too large to evaluate.
const MAX_TEXT: usize = 1024;
const MAX_PIECES: usize = 32;

/// What the property of one resource may name.
#[derive(Default)]
pub(super) struct Found<'t> {
    pub(super) ids: Vec<&'t str>,
    pub(super) kinds: Vec<&'t str>,
    pub(super) ends: Vec<&'t str>,
    pub(super) has_attribute: bool,
    pub(super) is_unknown: bool,
    pub(super) is_open: bool,
}

impl<'t> Found<'t> {
    pub(super) fn file(mut self, place: usize, naming: &mut Naming<'t>) {
        if self.is_open {
            naming.open.push(place);
            return;
        }
        if self.has_attribute {
            naming.attributes.push(place);
        }
        if self.is_unknown {
            naming.unknown.push(place);
        }
        if !self.ends.is_empty() {
            naming.texts.push(place);
        }
        let indices = [
            (&mut self.ids, &mut naming.by_id),
            (&mut self.kinds, &mut naming.by_kind),
            (&mut self.ends, &mut naming.by_end),
        ];
        for (names, index) in indices {
            names.sort_unstable();
            names.dedup();
            for name in names {
                index.entry(name).or_default().push(place);
            }
        }
    }
}

/// Reads what a property may name.
pub(super) struct Names<'a, 'm, 't> {
    pub(super) model: &'a Model<'m, 't>,
    pub(super) naming: Found<'t>,
}

/// A piece of a text that functions put together.
enum Piece<'t> {
    Text(&'t str),
    /// A resource, and whether an attribute of it.
    Resource(&'t str, bool),
    Unknown,
    /// Something of which it is not certain that it is a text.
    Open,
}

impl<'t> Names<'_, '_, 't> {
    fn resource(&mut self, id: &'t str, is_attribute: bool) {
        self.naming.ids.push(id);
        self.naming.has_attribute |= is_attribute;
    }

    fn open(&mut self) {
        self.naming.is_open = true;
    }

    pub(super) fn follow(&mut self, node: &'t Node<'t>, steps: &[Option<String>], is_open: bool) {
        if self.naming.is_open {
            return;
        }
        let Some((step, rest)) = steps.split_first() else {
            return if is_open { self.anywhere(node) } else { self.list(node) };
        };
        match (&node.kind, step) {
            (Kind::Mapping(entries), _) if is_function(node) => match branches(entries) {
                Some(branches) => branches.iter().for_each(|branch| self.follow(branch, steps, is_open)),
                None => self.open(),
            },
            (Kind::Mapping(_), _) if has_macro(node) => self.open(),
            (Kind::Mapping(_), Some(name)) => {
                if let Some(next) = node.get(name) {
                    self.follow(next, rest, is_open);
                }
            }
            (Kind::Mapping(entries), None) => {
                entries.iter().for_each(|entry| self.follow(&entry.value, rest, is_open));
            }
            (Kind::Sequence(items), None) => items.iter().for_each(|item| self.follow(item, rest, is_open)),
            // The text of JSON.
            (Kind::String(_), _) if plain(node).is_none() => self.open(),
            _ => {}
        }
    }

    /// A value, or the items of a list.
    fn list(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.list(item)),
            Kind::Mapping(entries) if is_function(node) => match entries.first() {
                Some(call) => self.call(call),
                None => self.open(),
            },
            Kind::Mapping(_) if has_macro(node) => self.open(),
            Kind::Mapping(_) | Kind::Null => {}
            _ => match plain(node) {
                Some(text) => self.naming.ends.extend(ends(text)),
                None => self.open(),
            },
        }
    }

    /// Every value below one.
    fn anywhere(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.anywhere(item)),
            Kind::Mapping(entries) if is_function(node) => match branches(entries) {
                Some(branches) => branches.iter().for_each(|branch| self.anywhere(branch)),
                None => self.open(),
            },
            Kind::Mapping(_) if has_macro(node) => self.open(),
            Kind::Mapping(entries) => entries.iter().for_each(|entry| self.anywhere(&entry.value)),
            _ => self.list(node),
        }
    }

    fn call(&mut self, call: &'t Entry<'t>) {
        if let Some(branches) = branches(std::slice::from_ref(call)) {
            return branches.iter().for_each(|branch| self.list(branch));
        }
        match call.key.as_ref() {
            "Ref" if call.value.as_str() == Some("AWS::NoValue") => {}
            "Ref" | "Fn::GetAtt" => match self.piece(call) {
                Piece::Resource(id, attribute) => self.resource(id, attribute),
                Piece::Unknown => self.naming.is_unknown = true,
                Piece::Text(_) | Piece::Open => self.open(),
            },
            "Fn::Sub" => match call.value.as_str() {
                Some(text) => {
                    let pieces = self.substituted(text);
                    self.text(&pieces);
                }
                None => self.open(),
            },
            "Fn::Join" => {
                let pieces = self.joined(&call.value);
                self.text(&pieces);
            }
            _ => self.open(),
        }
    }

    /// A text of pieces. With a reference it names the resources of its references, and no other.
    fn text(&mut self, pieces: &[Piece<'t>]) {
        if pieces.iter().any(|piece| matches!(piece, Piece::Open)) || pieces.len() > 2 * MAX_PIECES {
            return self.open();
        }
        let before = self.naming.ids.len();
        for piece in pieces {
            if let Piece::Resource(id, attribute) = piece {
                self.resource(id, *attribute);
            }
        }
        if self.naming.ids.len() > before {
            return;
        }
        match pieces {
            [Piece::Text(text)] => self.naming.ends.extend(ends(text)),
            [.., Piece::Text(text)] if text.contains(SEPARATORS) => self.naming.ends.extend(ends(text)),
            [.., Piece::Text(before), Piece::Text(text)] if before.ends_with(SEPARATORS) => {
                self.naming.ends.push(text);
            }
            _ => self.naming.is_unknown = true,
        }
    }

    /// The pieces of a text of `Fn::Sub`.
    fn substituted(&self, text: &'t str) -> Vec<Piece<'t>> {
        if text.len() > MAX_TEXT || text.contains("${!") || text.contains("{{") {
            return vec![Piece::Open];
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { return vec![Piece::Open] };
            if !before.is_empty() {
                pieces.push(Piece::Text(before));
            }
            pieces.push(match name.trim().split_once('.') {
                Some((id, attribute)) => self.attribute(id, attribute),
                None => self.referred(name.trim()),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        pieces
    }

    /// The pieces of a text of `Fn::Join`.
    fn joined(&self, argument: &'t Node<'t>) -> Vec<Piece<'t>> {
        let (Some(delimiter), Some(items)) = (match argument.as_sequence() {
            Some([delimiter, items]) => (plain(delimiter), items.as_sequence()),
            _ => (None, None),
        }) else {
            return vec![Piece::Open];
        };
        let mut pieces = Vec::new();
        for item in items.iter().take(MAX_PIECES) {
            if !pieces.is_empty() && !delimiter.is_empty() {
                pieces.push(Piece::Text(delimiter));
            }
            pieces.push(self.item(item));
        }
        if items.len() > MAX_PIECES { vec![Piece::Open] } else { pieces }
    }

    /// An item of `Fn::Join`.
    fn item(&self, node: &'t Node<'t>) -> Piece<'t> {
        match (node.as_mapping(), plain(node)) {
            (_, Some(text)) => Piece::Text(text),
            (Some([call]), None) => self.piece(call),
            _ => Piece::Open,
        }
    }

    /// `Ref` or `Fn::GetAtt`.
    fn piece(&self, call: &'t Entry<'t>) -> Piece<'t> {
        match (call.key.as_ref(), call.value.as_str(), call.value.as_sequence()) {
            ("Ref", Some(name), _) => self.referred(name),
            ("Fn::GetAtt", Some(text), _) => {
                text.split_once('.').map_or(Piece::Open, |(id, attribute)| self.attribute(id, attribute))
            }
            ("Fn::GetAtt", None, Some([id, attribute])) => match (id.as_str(), attribute.as_str()) {
                (Some(id), Some(attribute)) => self.attribute(id, attribute),
                _ => Piece::Open,
            },
            _ => Piece::Open,
        }
    }

    fn referred(&self, name: &'t str) -> Piece<'t> {
        if let Some(parameter) = self.model.parameter(name) {
            return if parameter.is_list() { Piece::Open } else { Piece::Unknown };
        }
        match name {
            "AWS::NotificationARNs" | "AWS::NoValue" => Piece::Open,
            _ if name.starts_with("AWS::") => Piece::Unknown,
            _ if self.model.resource(name).is_some() => Piece::Resource(name, false),
            _ => Piece::Open,
        }
    }

    /// An attribute that is a property is what the property is.
    fn attribute(&self, id: &'t str, attribute: &str) -> Piece<'t> {
        match self.model.resource(id) {
            Some(block) if !facts::is_property_attribute(block.kind, attribute) => Piece::Resource(id, true),
            _ => Piece::Open,
        }
    }
}

/// The branches of an `Fn::If`; none for any other function.
fn branches<'t>(entries: &'t [Entry<'t>]) -> Option<&'t [Node<'t>]> {
    let [call] = entries else { return None };
    let branches = call.value.as_sequence().filter(|list| list.len() == 3)?.get(1..)?;
    (call.key == "Fn::If").then_some(branches)
}
