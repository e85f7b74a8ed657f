//! What functions name, and where in their arguments.

use super::Walk;
use crate::navigation::export;
use crate::navigation::symbol::{NestedPart, Role, Symbol, SymbolId};
use crate::source::Span;
use crate::syntax::{Entry, Node};
use std::ops::Range;

impl<'n, 't> Walk<'n, 't> {
    pub(super) fn function(&mut self, call: &'n Entry<'t>) {
        let argument = &call.value;
        match call.key.as_ref() {
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitution(argument),
            "Fn::If" => {
                if let Some([condition, ..]) = argument.as_sequence() {
                    self.refer_whole(condition, Self::condition);
                }
                self.node(argument);
            }
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::ImportValue" => {
                self.export(argument, Role::Reference);
                self.node(argument);
            }
            "Fn::ValueOf" => {
                if let Some([name, ..]) = argument.as_sequence() {
                    self.refer_whole(name, Self::parameter);
                }
                self.node(argument);
            }
            _ => self.node(argument),
        }
    }

    pub(super) fn reference(&mut self, argument: &'n Node<'t>) {
        self.refer_whole(argument, Self::referable);
        self.node(argument);
    }

    pub(super) fn attribute(&mut self, argument: &'n Node<'t>) {
        match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => {
                let (symbol, length) = self.referable(text.split_once('.').map_or(text, |(name, _)| name));
                self.at(argument.span, text, 0..length, symbol, Role::Reference, None);
                if let Some((_, attribute)) = text.split_once('.') {
                    self.output_of(symbol, attribute, argument.span, text, text.len() - attribute.len());
                }
            }
            (None, Some([name, rest @ ..])) => {
                let Some(text) = name.as_str() else { return self.node(argument) };
                let (symbol, length) = self.referable(text);
                self.at(name.span, text, 0..length, symbol, Role::Reference, None);
                if let Some((attribute, node)) = rest.first().and_then(|node| Some((node.as_str()?, node))) {
                    self.output_of(symbol, attribute, node.span, attribute, 0);
                }
            }
            _ => {}
        }
        self.node(argument);
    }

    /// `Outputs.Name` of a nested stack. The attribute begins so many bytes into the text.
    pub(super) fn output_of(&mut self, stack: SymbolId, attribute: &str, span: Span, text: &str, from: usize) {
        if let Some(name) = attribute.strip_prefix("Outputs.").filter(|_| self.declared.is_stack(stack)) {
            let symbol = self.declared.add(Symbol::Nested { stack, part: NestedPart::Output, name: name.to_owned() });
            let start = from + attribute.len() - name.len();
            self.at(span, text, start..start + name.len(), symbol, Role::Reference, None);
        }
    }

    pub(super) fn substitution(&mut self, argument: &'n Node<'t>) {
        let (text, own) = match argument.as_sequence() {
            Some([text, variables, ..]) => (text, variables.as_mapping().unwrap_or_default()),
            Some([text]) => (text, [].as_slice()),
            _ => (argument, [].as_slice()),
        };
        let mut variables: Vec<(&str, SymbolId)> = Vec::new();
        for entry in own {
            let symbol = self.declared.add(Symbol::Variable(entry.key.to_string()));
            variables.push((&entry.key, symbol));
            self.define_key(entry, Some(symbol));
            self.node(&entry.value);
        }
        variables.sort_unstable();
        let Some(whole) = text.as_str() else { return self.node(text) };
        let Some(written) = self.texts.written(text.span, whole) else { return };
        for place in placeholders(whole) {
            let name = whole.get(place.clone()).unwrap_or_default();
            if self.identifiers.iter().any(|(identifier, _)| *identifier == name) {
                continue;
            }
            let variable = variables.binary_search_by(|(known, _)| (*known).cmp(name)).ok();
            let (symbol, length) = match variable.and_then(|place| variables.get(place)) {
                Some((_, symbol)) => (*symbol, name.len()),
                None => self.referable(name),
            };
            if let Some(span) = written.span(place.start..place.start + length) {
                self.push(span, symbol, Role::Reference, None);
            }
            if let Some((_, attribute)) = name.split_once('.')
                && let Some(output) = attribute.strip_prefix("Outputs.").filter(|_| self.declared.is_stack(symbol))
                && let Some(span) = written.span(place.end - output.len()..place.end)
            {
                let nested = Symbol::Nested { stack: symbol, part: NestedPart::Output, name: output.to_owned() };
                let nested = self.declared.add(nested);
                self.push(span, nested, Role::Reference, None);
            }
        }
        self.identifiers_in(text.span, whole);
    }

    pub(super) fn find_in_map(&mut self, argument: &'n Node<'t>) {
        let Some([mapping, keys @ ..]) = argument.as_sequence() else { return self.node(argument) };
        self.refer_whole(mapping, Self::mapping_named);
        let name = mapping.as_str().unwrap_or_default();
        let text = |node: Option<&Node<'t>>| node.and_then(Node::scalar_text).map(|text| text.into_owned());
        let (top, second) = (text(keys.first()), text(keys.get(1)));
        if let (Some(node), Some(key)) = (keys.first(), &top) {
            let symbol = self.declared.row(name, key);
            self.whole_as(node, key, symbol, None);
        }
        if let (Some(node), Some(key)) = (keys.get(1), &second) {
            let symbol = self.declared.column(name, key);
            let exact = top.as_ref().and_then(|top| self.declared.cell(name, top, key));
            let exact = exact.and_then(|(span, key)| self.texts.written(span, key)?.span(0..key.len()));
            self.whole_as(node, key, symbol, exact);
        }
        self.node(argument);
    }

    /// The name of an export, as far as it is written.
    pub(super) fn export(&mut self, name: &'n Node<'t>, role: Role) {
        let Some(export::Shape { shape, node }) = export::shape(name) else { return };
        let symbol = self.declared.add(Symbol::Export(shape));
        match node.as_str() {
            Some(text) => self.at(node.span, text, 0..text.len(), symbol, role, None),
            None => self.push(node.span, symbol, role, None),
        }
    }
}

/// The names in the `${…}` of a `Fn::Sub` text, by their places; `${!Literal}` has none.
pub(in crate::navigation) fn placeholders(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split("${").enumerate().filter_map(move |(number, rest)| {
        let start = at;
        at += rest.len() + 2;
        let (inner, _) = rest.split_once('}')?;
        let name = inner.trim();
        if number == 0 || inner.starts_with('!') || name.is_empty() {
            return None;
        }
        let start = start + inner.len() - inner.trim_start().len();
        Some(start..start + name.len())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn placeholders_have_their_place() {
        let names = |text: &'static str| placeholders(text).map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(names("x}${A}-${ B.C }${!D}${}${E"), ["A", "B.C"]);
        assert_eq!(names("${A${B}"), ["B"]);
        assert_eq!(names(""), [""; 0]);
    }
}
