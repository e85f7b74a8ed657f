//! Functions on the way of the search for secrets: what they make of texts, and what is none of their value.

use super::{Search, Step, UNREAD};
use crate::graph::secrets::arguments::{names_in_references, of_sub};
use crate::graph::secrets::assignments::Dialect;
use crate::graph::secrets::glance::Glance;
use crate::graph::secrets::literal::Extent;
use crate::graph::secrets::parameters::holds_reference;
use crate::graph::secrets::places::{holds_mark, lists_secrets};
use crate::graph::secrets::spelled::Spelled;
use crate::graph::secrets::texts::is_secret_literal;
use crate::syntax::{Entry, Node};
use rustc_hash::FxHashSet;

impl<'t> Search<'t> {
    /// A function that stands under a name.
    pub(super) fn call(&mut self, name: &str, node: &'t Node<'t>, function: &'t Entry<'t>) {
        self.path.push(Step::Key(&function.key));
        match (function.key.as_ref(), function.value.as_sequence()) {
            ("Fn::If", Some([_, branches @ ..])) => {
                for branch in branches {
                    self.named(name, branch);
                }
            }
            // Names of things in the template, and what is read elsewhere.
            ("Ref" | "Fn::GetAtt" | "Fn::ImportValue" | "Fn::GetAZs" | "Fn::Cidr" | "Fn::Length", _) => {}
            ("Fn::Sub" | "Fn::Join" | "Fn::Select" | "Fn::Base64" | "Fn::FindInMap" | "Fn::Split", arguments) => {
                let holds_more = self.dialect != Dialect::Text || self.may_be_settings;
                if self.promise(name).is_some() || lists_secrets(name) || holds_more || holds_mark(node) {
                    let before = self.found.len();
                    for spelled in self.speller.texts(node) {
                        let glance = Glance::at(&spelled.text);
                        self.text(name, node, &spelled, glance);
                    }
                    let is_cut = self.speller.is_cut();
                    self.items(name, node, function);
                    if is_cut || self.speller.is_cut() {
                        self.pieces(name, node, self.found.len() == before);
                    }
                }
                if function.key == "Fn::Sub" && arguments.is_some() {
                    self.variables(&function.value);
                }
            }
            _ => self.named(name, &function.value),
        }
        self.path.pop();
    }

    /// The texts of a value that can be more than what was put together: each by itself. What else it can be, nobody knows.
    fn pieces(&mut self, name: &str, node: &'t Node<'t>, is_first: bool) {
        let before = self.found.len();
        let pieces = self.speller.pieces(node);
        for piece in &pieces {
            self.text(name, node, piece, Glance::at(&piece.text));
        }
        if is_first && self.found.len() == before && (self.promise(name).is_some() || lists_secrets(name)) {
            let whole = Spelled::of_all(pieces.into_iter().filter(|piece| is_secret_literal(&piece.text)));
            let range = 0..whole.text.len();
            self.found_as(name, node, &whole, std::slice::from_ref(&range), UNREAD, Extent::Unread);
        }
    }

    /// The items of a list that a function makes.
    fn items(&mut self, name: &str, node: &'t Node<'t>, function: &'t Entry<'t>) {
        if !matches!(function.key.as_ref(), "Fn::FindInMap" | "Fn::Split") {
            return;
        }
        let is_item = std::mem::replace(&mut self.is_item, true);
        for spelled in self.speller.items(node) {
            let glance = Glance::at(&spelled.text);
            self.text(name, node, &spelled, glance);
        }
        self.is_item = is_item;
    }

    /// The variables of an `Fn::Sub`, which have names of their own. What is a part of the name of a stored secret is none.
    fn variables(&mut self, value: &'t Node<'t>) {
        let (text, variables) = of_sub(value);
        let text = text.and_then(Node::as_str).unwrap_or_default();
        let stored: FxHashSet<&str> =
            if holds_reference(text) { names_in_references(text).collect() } else { FxHashSet::default() };
        for variable in variables.iter().filter(|variable| !stored.contains(variable.key.as_ref())) {
            self.map("", std::slice::from_ref(variable));
        }
    }
}
