//! How the resources of a template use parameters: as secrets, or as the names of things.
//!
//! Looked at as written, in every branch of every condition.

use super::arguments::{keys_of, names_in_references, of_sub, passed_on};
use super::assignments::{Dialect, assigned_references};
use super::names::{Promise, names_a_reference, promise};
use super::parameters::{holds_reference, names_stored_secret};
use super::partial::references_in_urls;
use super::places::{Sections, Variable, dialect_under, is_value, lists_secrets, variable_in};
use super::spelled::Speller;
use crate::eval::begins_as_function;
use crate::eval::reads::Sought;
use crate::eval::value::{Field, Kind, Value};
use crate::expand::Model;
use crate::graph::references::in_braces;
use crate::source::Span;
use crate::syntax::{self, Entry, Node};
use memchr::{memchr, memchr_iter};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The kinds of uses, as [`value`] has them.
pub(super) const AS_SECRET: &str = "as a secret";
/// Under a name of what is generated, which other things have too.
pub(super) const AS_GENERATED: &str = "as a generated secret";
pub(super) const AS_REFERENCE: &str = "as a reference";

/// How the resources of a model use parameters: a map of the kinds of uses to maps of names to the first use of the kind.
pub(super) fn value<'t>(model: &Model<'_, 't>) -> Value<'t> {
    let sections = Sections::of(model.evaluator.template.root);
    let uses = Uses::default();
    let mut walk = Walk { model, sections, speller: Speller::new(sections.mappings), uses };
    walk.resources();
    walk.uses.into_value()
}

/// The first uses of parameters, by name.
#[derive(Default)]
struct Uses<'t> {
    /// A property with a secret's name is set to these.
    as_secret: BTreeMap<&'t str, (Span, String)>,
    /// A property with the name of what is generated.
    as_generated: BTreeMap<&'t str, (Span, String)>,
    /// These stand where only the name of something can stand.
    as_reference: BTreeMap<&'t str, Span>,
    /// How many there are, those of the same parameter too.
    noted: usize,
}

impl<'t> Uses<'t> {
    fn into_value(self) -> Value<'t> {
        let map = |fields| Value { span: Span::default(), kind: Kind::Map(fields) };
        let field = |key: &'t str, value| Field { key: Cow::Borrowed(key), key_span: Span::default(), value };
        let text = |span, text: String| Value { span, kind: Kind::String(Cow::Owned(text)) };
        let all = |uses: BTreeMap<&'t str, (Span, String)>| {
            map(uses.into_iter().map(|(name, (span, by))| field(name, text(span, by))).collect())
        };
        let references =
            self.as_reference.into_iter().map(|(name, span)| field(name, text(span, String::new()))).collect();
        map(vec![
            field(AS_SECRET, all(self.as_secret)),
            field(AS_GENERATED, all(self.as_generated)),
            field(AS_REFERENCE, map(references)),
        ])
    }

    fn reference(&mut self, parameter: &'t str, span: Span) {
        self.as_reference.insert(parameter, span);
        self.noted += 1;
    }
}

/// Where the walk is.
#[derive(Copy, Clone)]
struct Place<'t, 'p> {
    /// The resource, as people know it.
    resource: &'t str,
    /// The key or variable, if there is one.
    key: Option<&'p str>,
    /// What a text is here.
    dialect: Dialect,
    /// Whether it is an item of a list.
    is_item: bool,
    /// Whether it is a part of a text that was looked at as a whole.
    is_part: bool,
}

struct Walk<'w, 'm, 't> {
    model: &'w Model<'m, 't>,
    sections: Sections<'t>,
    speller: Speller<'t>,
    uses: Uses<'t>,
}

impl<'t> Walk<'_, '_, 't> {
    /// Looks through the resources' properties and metadata, as written.
    fn resources(&mut self) {
        let model = self.model;
        let reads = &model.evaluator.reads;
        for (number, resource) in model.resources().iter().enumerate() {
            if reads.is_without(number, Sought::ParameterUses) {
                continue;
            }
            let before = self.uses.noted;
            let resource_name = resource.written_name();
            let place =
                Place { resource: resource_name, key: None, dialect: Dialect::Text, is_item: false, is_part: false };
            for node in ["Properties", "Metadata"].into_iter().filter_map(|section| resource.node.get(section)) {
                self.find(node, place);
            }
            if self.uses.noted == before {
                reads.know_without(number, Sought::ParameterUses);
            }
        }
    }

    /// Looks below a node. The parsers bound the depth.
    fn find(&mut self, node: &'t Node<'t>, place: Place<'t, '_>) {
        match &node.kind {
            syntax::Kind::Mapping(entries) => {
                for entry in entries {
                    // A function's arguments stand where the function stands.
                    if entry.key == "Ref" || begins_as_function(&entry.key) {
                        self.call(node, entry, place);
                        continue;
                    }
                    // Nothing is below most keys.
                    if !holds_nodes(&entry.value) {
                        continue;
                    }
                    let variable = if entries.len() > 1 && is_value(&entry.key) {
                        variable_in(entries, self.sections, &mut self.speller)
                    } else {
                        None
                    };
                    let is_value = |variable: &Variable<'_>| {
                        std::ptr::eq(variable.value, entry) && !(place.is_item && variable.may_be_stored)
                    };
                    let variable = variable.filter(is_value);
                    let name = variable.and_then(|variable| variable.called(self.sections, &mut self.speller));
                    let key = Some(name.as_deref().unwrap_or(&entry.key));
                    let dialect = dialect_under(&entry.key).unwrap_or(place.dialect);
                    self.find(&entry.value, Place { key, dialect, is_item: false, is_part: false, ..place });
                }
            }
            syntax::Kind::Sequence(items) => {
                let place = Place { is_item: true, ..place };
                items.iter().filter(|item| holds_nodes(item)).for_each(|item| self.find(item, place));
            }
            _ => {}
        }
    }

    fn call(&mut self, node: &'t Node<'t>, function: &'t Entry<'t>, place: Place<'t, '_>) {
        match (function.key.as_ref(), function.value.as_sequence()) {
            ("Ref", _) => {
                // Most refer to resources.
                let (Some(name), Some(key)) = (function.value.as_str(), place.key) else { return };
                if self.model.parameter(name).is_some() {
                    self.used(name, key, node.span, place);
                }
            }
            ("Fn::ImportValue", _) => self.name(&function.value),
            ("Fn::FindInMap", Some(keys)) => {
                keys.iter().take(3).for_each(|key| self.name(key));
                passed_on(function).into_iter().for_each(|default| self.find(default, place));
            }
            ("Fn::Sub", _) => self.substitution(node, &function.value, place),
            ("Fn::Join", Some([_, list])) => {
                if !place.is_part && self.may_assign(node) {
                    self.texts(node, place);
                }
                let key = match list.as_sequence() {
                    Some(items) if items.iter().any(|item| item.as_str().is_some_and(holds_reference)) => {
                        Some("ValueFrom")
                    }
                    Some([_]) => place.key,
                    // A part of a text is not what the text is called.
                    _ => None,
                };
                self.find(list, Place { key, is_part: true, ..place });
            }
            _ => passed_on(function).into_iter().for_each(|argument| self.find(argument, place)),
        }
    }

    /// What leads to a value, and is none: the key of a mapping, the name of an export.
    fn name(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            syntax::Kind::Mapping(entries) => {
                let [function] = entries.as_slice() else { return };
                match function.key.as_ref() {
                    "Ref" => {
                        if let Some(parameter) = function.value.as_str().and_then(|name| self.model.parameter(name)) {
                            self.uses.reference(parameter.name, node.span);
                        }
                    }
                    "Fn::Sub" => {
                        let (text, variables) = of_sub(&function.value);
                        let names = in_braces(text.and_then(Node::as_str).unwrap_or_default()).map(str::trim);
                        let own = keys_of(variables);
                        for name in names.filter(|name| !own.contains(name)) {
                            if let Some(parameter) = self.model.parameter(name) {
                                self.uses.reference(parameter.name, node.span);
                            }
                        }
                        variables.iter().for_each(|variable| self.name(&variable.value));
                    }
                    _ => passed_on(function).into_iter().for_each(|argument| self.name(argument)),
                }
            }
            syntax::Kind::Sequence(items) => items.iter().for_each(|item| self.name(item)),
            _ => {}
        }
    }

    fn substitution(&mut self, node: &'t Node<'t>, value: &'t Node<'t>, place: Place<'t, '_>) {
        let (text, variables) = of_sub(value);
        let Some(text) = text.and_then(Node::as_str) else {
            return variables.iter().for_each(|variable| self.find(&variable.value, place));
        };
        if memchr(b'$', text.as_bytes()).is_none() {
            return;
        }
        let all_own = keys_of(variables);
        let is_own = |name: &str| all_own.contains(name);
        // `{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}`
        let stored: FxHashSet<&str> =
            if holds_reference(text) { names_in_references(text).collect() } else { FxHashSet::default() };
        for name in stored.iter().filter(|name| !is_own(name)) {
            self.uses.reference(name, node.span);
        }
        let only = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
        let only = only.filter(|name| !name.contains(['$', '{', '}', '!']));
        for variable in variables {
            let own = variable.key.as_ref();
            if stored.contains(own) {
                self.name(&variable.value);
            } else if holds_nodes(&variable.value) {
                let is_whole = only == Some(own) && place.key.is_some_and(|key| promise(key).is_some());
                let key = if is_whole { place.key } else { Some(own) };
                let is_part = place.is_part || only.is_none();
                self.find(&variable.value, Place { key, is_item: false, is_part, ..place });
            }
        }
        if let (Some(name), Some(key)) = (only.filter(|name| !is_own(name)), place.key)
            && self.model.parameter(name).is_some()
        {
            self.used(name, key, node.span, place);
        } else if !place.is_part && variables.is_empty() {
            self.assigned(text, node.span, place);
        } else if !place.is_part && self.may_assign(node) {
            self.texts(node, place);
        }
    }

    /// What the texts that functions put together give to names.
    fn texts(&mut self, node: &'t Node<'t>, place: Place<'t, '_>) {
        for spelled in self.speller.texts(node) {
            self.assigned(&spelled.text, node.span, place);
        }
    }

    /// The names that a text sets to parameters, and the passwords of its URLs.
    fn assigned(&mut self, text: &str, span: Span, place: Place<'t, '_>) {
        let model = self.model;
        if may_assign(text) {
            for (key, promise, name) in assigned_references(text, place.dialect) {
                if let Some(parameter) = model.parameter(name) {
                    self.secret(parameter.name, promise, key, span, place);
                }
            }
        }
        let names = ends_password(text).then(|| references_in_urls(text));
        for name in names.into_iter().flatten() {
            if let Some(parameter) = model.parameter(name) {
                self.secret(parameter.name, Promise::Secret, place.key.unwrap_or("URL"), span, place);
            }
        }
    }

    /// Whether the text that functions put together may give a name the value of a parameter. Most name parameters in ARNs.
    fn may_assign(&self, node: &'t Node<'t>) -> bool {
        let mut before = Before { byte: None, is_parameter: false };
        self.meets(node, &mut before)
    }

    fn meets(&self, node: &'t Node<'t>, before: &mut Before) -> bool {
        let entries = match &node.kind {
            syntax::Kind::String(text) => {
                let ends_password = before.is_parameter && text.starts_with('@');
                before.is_parameter &= text.is_empty();
                before.byte = text.bytes().last().or(before.byte);
                return ends_password;
            }
            syntax::Kind::Sequence(items) => return items.iter().any(|item| self.meets(item, before)),
            syntax::Kind::Mapping(entries) => entries,
            _ => {
                *before = Before { byte: None, is_parameter: false };
                return false;
            }
        };
        let [function] = entries.as_slice() else { return false };
        match (function.key.as_ref(), function.value.as_sequence()) {
            ("Ref", _) => {
                let name = function.value.as_str().unwrap_or_default();
                let is_parameter = self.model.parameter(name).is_some();
                let met = is_parameter && before.byte.is_some_and(is_before_value);
                *before = Before { byte: None, is_parameter };
                met
            }
            ("Fn::Sub", _) => {
                let (text, variables) = of_sub(&function.value);
                let text = text.and_then(Node::as_str).unwrap_or_default();
                if may_assign(text)
                    || ends_password(text)
                    || (text.starts_with("${") && before.byte.is_some_and(is_before_value))
                {
                    return true;
                }
                *before = Before { byte: text.bytes().last(), is_parameter: text.ends_with('}') };
                let mut inside = Before { byte: None, is_parameter: false };
                variables.iter().any(|variable| self.meets(&variable.value, &mut inside))
            }
            ("Fn::Join", Some([delimiter, list])) => {
                let delimiter = delimiter.as_str().unwrap_or_default();
                let Some(items) = list.as_sequence() else { return self.meets(list, before) };
                items.iter().enumerate().any(|(index, item)| {
                    if index > 0 && !delimiter.is_empty() {
                        if before.is_parameter && delimiter.starts_with('@') {
                            return true;
                        }
                        *before = Before { byte: delimiter.bytes().last(), is_parameter: false };
                    }
                    self.meets(item, before)
                })
            }
            _ => {
                let start = *before;
                passed_on(function).into_iter().any(|argument| {
                    *before = start;
                    self.meets(argument, before)
                })
            }
        }
    }

    /// A parameter that a key is set to.
    fn used(&mut self, parameter: &'t str, key: &str, span: Span, place: Place<'t, '_>) {
        if let Some(promise) = if lists_secrets(key) { Some(Promise::Secret) } else { promise(key) } {
            self.secret(parameter, promise, key, span, place);
        }
        if takes_a_reference(key) {
            self.uses.reference(parameter, span);
        }
    }

    fn secret(&mut self, parameter: &'t str, promise: Promise, key: &str, span: Span, place: Place<'t, '_>) {
        self.uses.noted += 1;
        if self.model.parameter(parameter).is_some_and(|parameter| names_stored_secret(key, parameter)) {
            return;
        }
        let uses = match promise {
            Promise::Secret => &mut self.uses.as_secret,
            Promise::Generated => &mut self.uses.as_generated,
        };
        uses.entry(parameter).or_insert_with(|| (span, format!("`{key}` of `{}`", place.resource)));
    }
}

/// What is before a piece of a text.
#[derive(Copy, Clone)]
struct Before {
    /// The last byte, where it is known.
    byte: Option<u8>,
    /// Whether a parameter is the last piece.
    is_parameter: bool,
}

/// Whether a byte may be the last one before the value that a text gives to a name.
fn is_before_value(byte: u8) -> bool {
    matches!(byte, b'=' | b' ' | b'"' | b'\'')
}

/// Whether a node is a map or a list.
fn holds_nodes(node: &Node<'_>) -> bool {
    matches!(node.kind, syntax::Kind::Mapping(_) | syntax::Kind::Sequence(_))
}

/// Whether a text may give a name the value `${Name}`: most name parameters in ARNs.
fn may_assign(text: &str) -> bool {
    let bytes = text.as_bytes();
    let before = |at: usize| bytes.get(at.checked_sub(1)?).copied();
    memchr_iter(b'$', bytes).any(|at| before(at).is_some_and(is_before_value) && bytes.get(at + 1) == Some(&b'{'))
}

/// Whether `${Name}` may be the password of a URL in a text.
fn ends_password(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(b'@', bytes).any(|at| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'}'))
}

/// Properties whose value is the name or the ARN of something, secrets among them.
fn takes_a_reference(key: &str) -> bool {
    matches!(key, "Resource" | "ValueFrom") || names_a_reference(key)
}
