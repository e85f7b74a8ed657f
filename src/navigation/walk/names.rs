//! Which symbol a name is, where it is named, and the places where a walk finds it.

use super::Walk;
use crate::navigation::symbol::{Missing, Occurrence, Role, SymbolId};
use crate::source::Span;
use crate::syntax::{Entry, Node};
use std::ops::Range;

impl<'n, 't> Walk<'n, 't> {
    /// What `Ref`, `Fn::GetAtt` and `Fn::Sub` name, with the bytes of the name that name it.
    pub(in crate::navigation) fn referable(&mut self, name: &str) -> (SymbolId, usize) {
        let identifier = self.identifiers.iter().rev().find(|(identifier, _)| *identifier == name);
        if let Some((_, symbol)) = identifier {
            return (*symbol, name.len());
        }
        if let Some(symbol) = self.declared.referable(name) {
            return (symbol, name.len());
        }
        match name.split_once('.') {
            Some((first, _)) => {
                let symbol = self.declared.referable(first);
                (symbol.unwrap_or_else(|| self.declared.missing(Missing::Referable, first)), first.len())
            }
            None => (self.declared.missing(Missing::Referable, name), name.len()),
        }
    }

    pub(super) fn parameter(&mut self, name: &str) -> (SymbolId, usize) {
        let known = self.declared.parameter(name);
        (known.unwrap_or_else(|| self.declared.missing(Missing::Referable, name)), name.len())
    }

    pub(super) fn condition(&mut self, name: &str) -> (SymbolId, usize) {
        let known = self.declared.condition(name);
        (known.unwrap_or_else(|| self.declared.missing(Missing::Condition, name)), name.len())
    }

    pub(super) fn mapping_named(&mut self, name: &str) -> (SymbolId, usize) {
        let known = self.declared.mapping(name);
        (known.unwrap_or_else(|| self.declared.missing(Missing::Mapping, name)), name.len())
    }

    /// A node that is a name and nothing else.
    pub(in crate::navigation) fn refer_whole(
        &mut self,
        node: &'n Node<'t>,
        find: impl FnOnce(&mut Self, &str) -> (SymbolId, usize),
    ) {
        if let Some(name) = node.as_str() {
            let (symbol, length) = find(self, name);
            self.at(node.span, name, 0..length, symbol, Role::Reference, None);
        }
    }

    pub(in crate::navigation) fn whole(&mut self, node: &'n Node<'t>, symbol: Option<SymbolId>, role: Role) {
        if let (Some(text), Some(symbol)) = (node.as_str(), symbol) {
            self.at(node.span, text, 0..text.len(), symbol, role, None);
        }
    }

    /// The key of a mapping, which may be a number.
    pub(super) fn whole_as(&mut self, node: &'n Node<'t>, text: &str, symbol: Option<SymbolId>, exact: Option<Span>) {
        if let Some(symbol) = symbol {
            self.at(node.span, text, 0..text.len(), symbol, Role::Reference, exact);
        }
    }

    pub(in crate::navigation) fn define_key(&mut self, entry: &'n Entry<'t>, symbol: Option<SymbolId>) {
        if let Some(symbol) = symbol {
            self.at(entry.key_span, &entry.key, 0..entry.key.len(), symbol, Role::Definition, None);
        }
    }

    /// The identifiers of loops in a text, which is any text inside of them.
    pub(super) fn identifiers_in(&mut self, span: Span, text: &str) {
        if self.identifiers.is_empty() || !text.contains('{') {
            return;
        }
        let Some(written) = self.texts.written(span, text) else { return };
        for (at, _) in text.match_indices("{") {
            let marked = text.get(..at).is_some_and(|before| before.ends_with(['$', '&']));
            let rest = text.get(at + 1..).unwrap_or_default();
            // Not past the next brace: no identifier has one, and the rest may be long.
            let name = rest.find(['{', '}']).and_then(|end| rest.get(..end));
            let Some(name) = name.filter(|_| marked) else { continue };
            let known = self.identifiers.iter().rev().find(|(identifier, _)| *identifier == name);
            let place = written.span(at + 1..at + 1 + name.len());
            if let Some(((_, symbol), span)) = known.copied().zip(place) {
                self.push(span, symbol, Role::Reference, None);
            }
        }
    }

    /// A part of a scalar.
    pub(in crate::navigation) fn at(
        &mut self,
        scalar: Span,
        text: &str,
        part: Range<usize>,
        symbol: SymbolId,
        role: Role,
        exact: Option<Span>,
    ) {
        if let Some(span) = self.texts.written(scalar, text).and_then(|written| written.span(part)) {
            self.push(span, symbol, role, exact);
        }
    }

    pub(super) fn push(&mut self, span: Span, symbol: SymbolId, role: Role, exact: Option<Span>) {
        self.found.push(Occurrence { span, symbol, role, exact });
    }
}
