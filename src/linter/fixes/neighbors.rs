//! The resources around the one that a fix is for, by what their properties refer to, as written. Made when they are first asked for, once
//! for a template.

use super::place::{branches, copied};
use crate::change::Value;
use crate::expand::ties::{plain, plain_name};
use crate::expand::{Block, Model};
use crate::facts;
use crate::graph::references::{Use, of_output, of_resource};
use crate::rules::fix::Within;
use crate::rules::path::Step;
use crate::syntax::Node;
use foldhash::{HashMap, HashSet};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// The resources of a template.
pub(super) struct Neighbors<'m, 't> {
    model: &'m Model<'m, 't>,
    uses: OnceCell<Uses<'t>>,
    values: RefCell<HashMap<(String, String), Rc<Values<'t>>>>,
    /// The resources with the physical names that functions compute, as written.
    names: OnceCell<HashMap<Value, Vec<&'t str>>>,
}

/// Which resource refers to which.
#[derive(Default)]
struct Uses<'t> {
    /// The names that each resource uses.
    of: Vec<Vec<&'t str>>,
    /// The resources that use a name, with the property that does.
    by: HashMap<&'t str, Vec<(usize, String)>>,
    /// The resources that use the version of a launch template, with the property that does.
    versions: HashMap<&'t str, Vec<(usize, String)>>,
    /// The resources that depend on a name.
    after: HashMap<&'t str, Vec<usize>>,
    /// The names that outputs use.
    shown: HashSet<&'t str>,
}

/// What the resources of a type have at a path: places among the resources.
#[derive(Default)]
struct Values<'t> {
    /// By the resource that the value refers to.
    references: HashMap<&'t str, Vec<usize>>,
    /// By the text.
    texts: HashMap<&'t str, Vec<usize>>,
    /// Those whose value is not known.
    open: Vec<usize>,
}

impl<'m, 't> Neighbors<'m, 't> {
    pub(super) fn new(model: &'m Model<'m, 't>) -> Self {
        Self { model, uses: OnceCell::new(), values: RefCell::default(), names: OnceCell::new() }
    }

    /// The related resource that a fix changes; none if there is not exactly one.
    pub(super) fn within(&self, within: &Within, block: &Block<'t>) -> Option<&'m Block<'t>> {
        if within.types.iter().any(|kind| self.model.may_hide(kind)) {
            return None;
        }
        let mut places: Vec<usize> = Vec::new();
        if let Some(via) = &within.via {
            for kind in &within.types {
                let values = self.values(kind, &via.path.text, via.chains.first()?);
                places.extend(values.references.get(block.name).into_iter().flatten());
                places.extend(plain_name(block).and_then(|name| values.texts.get(name)).into_iter().flatten());
            }
        }
        if let Some(from) = &within.from {
            let mut found = Values::default();
            self.collect(block.node, from.chains.first()?, 0, &mut found);
            if !found.open.is_empty() {
                return None;
            }
            // A text names the resource that has it as its name, or one outside the template.
            for text in found.texts.keys() {
                let before = places.len();
                let named = within.types.iter().flat_map(|kind| self.model.of_type(kind));
                let named = named.filter(|block| plain_name(block) == Some(text));
                places.extend(named.filter_map(|block| self.model.place_of(block.name)));
                if places.len() == before {
                    return None;
                }
            }
            places.extend(found.references.keys().filter_map(|name| self.model.place_of(name)));
        }
        places.sort_unstable();
        places.dedup();
        let &[only] = places.as_slice() else { return None };
        let found = self.model.at(only).filter(|block| within.types.iter().any(|kind| kind == block.kind))?;
        match &within.then {
            Some(then) => self.within(then, found),
            None => Some(found),
        }
    }

    /// Whether there may be a resource of a type whose properties of these names refer to a block.
    pub(super) fn may_have(&self, kind: &str, properties: &[&str], block: &Block<'t>) -> bool {
        if properties.is_empty() {
            return false;
        }
        self.model.may_hide(kind)
            || properties.iter().any(|property| {
                let path = [Step::Name("Properties".to_owned()), Step::Name((*property).to_owned())];
                let values = self.values(kind, property, &path);
                let named = plain_name(block).and_then(|name| values.texts.get(name));
                values.references.contains_key(block.name) || named.is_some() || !values.open.is_empty()
            })
    }

    /// Whether there is a resource of a type that is for the same as one whose property has a value with a block in it. It may have a
    /// condition: where that holds, two would be there, and only one of them can be created.
    pub(super) fn has_twin(&self, kind: &str, property: &str, value: &Value, block: &Block<'t>) -> bool {
        let is_call = matches!(value, Value::Map(fields) if matches!(fields.as_slice(), [(name, _)] if name == "Ref" || name.starts_with("Fn::")));
        if !is_call || !mentions(value, block.name) {
            return false;
        }
        let own = facts::name_property(block.kind)
            .and_then(|name| as_text(&copied(block.node.get("Properties")?.get(name)?)));
        let reference = format!("${{{}}}", block.name);
        let text = |value: &Value| {
            let text = as_text(value)?;
            Some(own.as_ref().map_or_else(|| text.clone(), |own| text.replace(&reference, own)))
        };
        let expected = text(value);
        let all = self.model.of_type(kind).filter_map(|other| other.node.get("Properties")?.get(property));
        all.map(copied).any(|other| match text(&other) {
            Some(text) if kind == "AWS::Logs::LogGroup" => expected.as_ref() == Some(&text),
            found => mentions(&other, block.name) || found.is_some() && found == expected,
        })
    }

    /// Whether references lead from one resource to another.
    pub(super) fn leads(&self, from: &Block<'t>, to: &Block<'t>) -> bool {
        let uses = self.uses();
        let mut met: HashSet<&str> = HashSet::default();
        let mut waiting = vec![from.name];
        while let Some(name) = waiting.pop() {
            if name == to.name {
                return true;
            }
            let place = self.model.place_of(name);
            for used in place.and_then(|place| uses.of.get(place)).into_iter().flatten() {
                if met.insert(used) {
                    waiting.push(used);
                }
            }
        }
        false
    }

    /// The properties of other resources that refer to one.
    pub(super) fn users(&self, name: &str) -> impl Iterator<Item = (&'m Block<'t>, &str)> {
        let users = self.uses().by.get(name).into_iter().flatten();
        users.filter_map(|(place, path)| Some((self.model.at(*place)?, path.as_str())))
    }

    /// The properties of other resources that have the version of a launch template.
    pub(super) fn users_of_version(&self, name: &str) -> impl Iterator<Item = (&'m Block<'t>, &str)> {
        let users = self.uses().versions.get(name).into_iter().flatten();
        users.filter_map(|(place, path)| Some((self.model.at(*place)?, path.as_str())))
    }

    /// The resources that depend on one; none if something else refers to it.
    pub(super) fn followers(&self, name: &str) -> Option<Vec<&'m Block<'t>>> {
        let uses = self.uses();
        if uses.by.contains_key(name) || uses.shown.contains(name) {
            return None;
        }
        let after = uses.after.get(name).into_iter().flatten();
        Some(after.filter_map(|place| self.model.at(*place)).collect())
    }

    fn uses(&self) -> &Uses<'t> {
        self.uses.get_or_init(|| {
            let mut uses = Uses::default();
            // The last resource that uses each name: a resource may use thousands.
            let mut last: HashMap<&'t str, usize> = HashMap::default();
            for (place, block) in self.model.resources().iter().enumerate() {
                let mut names: Vec<&'t str> = Vec::new();
                of_resource(block.node, &mut |met| {
                    let is_of_resource = matches!(met.by, Use::Ref | Use::GetAtt | Use::Sub | Use::DependsOn);
                    if !is_of_resource || self.model.place_of(met.name).is_none() {
                        return;
                    }
                    if last.insert(met.name, place) != Some(place) {
                        names.push(met.name);
                    }
                    if matches!(met.attribute, Some("LatestVersionNumber" | "DefaultVersionNumber")) {
                        uses.versions.entry(met.name).or_default().push((place, met.reference().path));
                    }
                    if met.by == Use::DependsOn {
                        uses.after.entry(met.name).or_default().push(place);
                    } else {
                        uses.by.entry(met.name).or_default().push((place, met.reference().path));
                    }
                });
                uses.of.push(names);
            }
            for block in &self.model.outputs {
                of_output(block.node, &mut |met| {
                    uses.shown.insert(met.name);
                });
            }
            uses
        })
    }

    fn values(&self, kind: &str, text: &str, path: &[Step]) -> Rc<Values<'t>> {
        let key = (kind.to_owned(), text.to_owned());
        if let Some(known) = self.values.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut values = Values::default();
        for block in self.model.of_type(kind) {
            if let Some(place) = self.model.place_of(block.name) {
                self.collect(block.node, path, place, &mut values);
            }
        }
        let values = Rc::new(values);
        self.values.borrow_mut().insert(key, Rc::clone(&values));
        values
    }

    fn collect(&self, node: &'t Node<'t>, path: &[Step], place: usize, into: &mut Values<'t>) {
        if let Some(both) = branches(node) {
            return both.into_iter().for_each(|branch| self.collect(branch, path, place, into));
        }
        match path.split_first() {
            Some((Step::Name(name), rest)) => match node.get(name) {
                Some(inner) => self.collect(inner, rest, place, into),
                None if crate::eval::has_macro(node) => into.open.push(place),
                None => {}
            },
            Some((_, rest)) => match node.as_sequence() {
                Some(items) => items.iter().for_each(|item| self.collect(item, rest, place, into)),
                None => self.collect(node, rest, place, into),
            },
            None => match (plain(node), referred(node)) {
                (Some(text), _) => into.texts.entry(text).or_default().push(place),
                (None, Some("AWS::NoValue")) => {}
                (None, Some(name)) if self.model.place_of(name).is_some() => {
                    into.references.entry(name).or_default().push(place);
                }
                _ => match self.names().get(&copied(node)) {
                    // The same functions of the same parameters: the name of a resource.
                    Some(named) => named.iter().for_each(|name| into.references.entry(name).or_default().push(place)),
                    None => into.open.push(place),
                },
            },
        }
    }

    fn names(&self) -> &HashMap<Value, Vec<&'t str>> {
        self.names.get_or_init(|| {
            let mut names: HashMap<Value, Vec<&'t str>> = HashMap::default();
            for block in self.model.resources() {
                let Some(path) = facts::name_property(block.kind) else { continue };
                let properties = block.node.get("Properties");
                let name = path.split('.').try_fold(properties, |node, step| Some(node?.get(step))).flatten();
                if let Some(name) = name.filter(|name| plain(name).is_none() && branches(name).is_none()) {
                    names.entry(copied(name)).or_default().push(block.name);
                }
            }
            names
        })
    }
}

/// Whether functions in a value refer to a resource.
fn mentions(value: &Value, name: &str) -> bool {
    let is_it = |text: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    match value {
        Value::Map(fields) => fields.iter().any(|(key, value)| match (key.as_str(), value) {
            ("Ref" | "Fn::GetAtt", Value::String(text)) => is_it(text),
            ("Fn::GetAtt", Value::List(parts)) => matches!(parts.first(), Some(Value::String(text)) if is_it(text)),
            ("Fn::Sub", Value::String(text)) => {
                text.split("${").skip(1).any(|part| part.split('}').next().is_some_and(is_it))
            }
            _ => mentions(value, name),
        }),
        Value::List(items) => items.iter().any(|item| mentions(item, name)),
        _ => false,
    }
}

/// A text as `Fn::Sub` takes it; none if another function makes it.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Map(fields) => match fields.as_slice() {
            [(function, Value::String(name))] if function == "Ref" => Some(format!("${{{name}}}")),
            [(function, Value::String(text))] if function == "Fn::Sub" => Some(text.clone()),
            [(function, Value::List(parts))] if function == "Fn::Join" => match parts.as_slice() {
                [Value::String(between), Value::List(items)] => {
                    let texts: Option<Vec<String>> = items.iter().map(as_text).collect();
                    Some(texts?.join(between))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The name that a value is a reference to, and nothing else.
fn referred<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    let [only] = node.as_mapping()? else { return None };
    let argument = &only.value;
    match only.key.as_ref() {
        "Ref" => argument.as_str(),
        "Fn::GetAtt" => match argument.as_sequence() {
            Some(list) => list.first()?.as_str(),
            None => argument.as_str()?.split('.').next(),
        },
        "Fn::Sub" => {
            let name = argument.as_str()?.strip_prefix("${")?.strip_suffix('}')?;
            (!name.contains('$')).then(|| name.split('.').next()).flatten()
        }
        _ => None,
    }
}
