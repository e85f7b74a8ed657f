//! What a loop goes over: its collection as texts, as far as the template and the pinned parameters show.

use crate::eval::inputs::Inputs;
use crate::syntax::{Entry, Kind, Node};
use crate::template;
use std::borrow::Cow;
use std::cell::Cell;

/// Why a collection is not known, in words that follow "the collection … is not known: ".
pub(super) struct Unknown {
    pub(super) reason: String,
    /// The parameter that would make it known, if the user pinned it.
    pub(super) parameter: Option<String>,
}

impl Unknown {
    fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), parameter: None }
    }
}

/// What can be looked up before anything is evaluated.
pub(super) struct Lookup<'a, 't> {
    /// The tree whose `Parameters` and `Mappings` are read.
    pub(super) root: &'a Node<'t>,
    pub(super) inputs: &'a Inputs,
    /// Nodes that were looked at: a collection that turns out to be unknown has cost something too.
    pub(super) looked_at: Cell<usize>,
}

/// What a parameter or mapping holds.
enum Found<'t> {
    Text(Cow<'t, str>),
    List(Vec<Cow<'t, str>>),
    /// `AWS::NoValue`.
    Nothing,
}

impl<'t> Lookup<'_, 't> {
    /// The texts that a loop goes over. Identifiers of loops around it have been put in already.
    pub(super) fn collection(&self, node: &Node<'t>) -> Result<Vec<Cow<'t, str>>, Unknown> {
        if let Kind::Sequence(items) = &node.kind {
            // The one list whose items may be functions themselves.
            return items.iter().map(|item| self.text(item)).collect();
        }
        match self.found(node)? {
            Found::List(items) => Ok(items),
            Found::Text(_) => Err(Unknown::because("it is a string, not a list")),
            Found::Nothing => Err(Unknown::because("it is `AWS::NoValue`")),
        }
    }

    /// A text that a function gives where a plain name has to stand, such as the `Condition` of a resource; `Some(None)` for
    /// `AWS::NoValue`, and none where it is not known.
    pub(super) fn name(&self, node: &Node<'t>) -> Option<Option<Cow<'t, str>>> {
        match self.found(node).ok()? {
            Found::Text(text) => Some(Some(text)),
            Found::Nothing => Some(None),
            Found::List(_) => None,
        }
    }

    fn text(&self, node: &Node<'t>) -> Result<Cow<'t, str>, Unknown> {
        match self.found(node)? {
            Found::Text(text) => Ok(text),
            Found::List(_) => Err(Unknown::because("one of its items is a list")),
            Found::Nothing => Err(Unknown::because("one of its items is `AWS::NoValue`")),
        }
    }

    fn found(&self, node: &Node<'t>) -> Result<Found<'t>, Unknown> {
        match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [call] => self.call(call),
                _ => Err(Unknown::because("it is a map, not a list")),
            },
            _ => self.plain(node),
        }
    }

    /// What stands where functions do not work: a default, a value of a mapping. Following none cannot go in circles.
    fn plain(&self, node: &Node<'t>) -> Result<Found<'t>, Unknown> {
        if let Kind::Sequence(items) = &node.kind {
            return items.iter().map(|item| self.plain_text(item)).collect::<Result<_, _>>().map(Found::List);
        }
        self.plain_text(node).map(Found::Text)
    }

    fn plain_text(&self, node: &Node<'t>) -> Result<Cow<'t, str>, Unknown> {
        self.looked_at.set(self.looked_at.get() + 1);
        match &node.kind {
            Kind::String(text) => Ok(text.clone()),
            Kind::Number(number) => Ok(number.text.clone()),
            Kind::Bool(value) => Ok(Cow::Borrowed(if *value { "true" } else { "false" })),
            Kind::Null | Kind::Sequence(_) | Kind::Mapping(_) => {
                Err(Unknown::because(format!("it contains {}, not a string", node.describe())))
            }
        }
    }

    fn call(&self, call: &Entry<'t>) -> Result<Found<'t>, Unknown> {
        match (call.key.as_ref(), call.value.as_sequence()) {
            ("Ref", _) => match call.value.as_str() {
                Some(name) => self.parameter(name),
                None => Err(Unknown::because("`Ref` does not contain a name")),
            },
            ("Fn::FindInMap", Some([name, first, second, rest @ ..])) => {
                self.mapped([name, first, second], rest.first())
            }
            ("Fn::Split", Some([delimiter, text])) => {
                let (delimiter, text) = (self.text(delimiter)?, self.text(text)?);
                if delimiter.is_empty() {
                    return Err(Unknown::because("`Fn::Split` needs a delimiter"));
                }
                Ok(Found::List(text.split(delimiter.as_ref()).map(|part| Cow::Owned(part.to_owned())).collect()))
            }
            // What is left of the texts that loops have been put into is not a name of theirs.
            (function, _) => Err(Unknown::because(format!("`{function}` is known only when the stack is deployed"))),
        }
    }

    fn parameter(&self, name: &str) -> Result<Found<'t>, Unknown> {
        if name == "AWS::NoValue" {
            return Ok(Found::Nothing);
        }
        let fixed = self.inputs.fixed(name).map(|value| Cow::Owned(value.to_owned()));
        if name.starts_with("AWS::") {
            return fixed.map(Found::Text).ok_or_else(|| Unknown {
                reason: format!("`{name}` is known only when the stack is deployed"),
                parameter: Some(name.to_owned()),
            });
        }
        let Some(entry) = self.root.get("Parameters").and_then(|section| section.entry(name)) else {
            return Err(Unknown::because(format!("there is no parameter `{name}`")));
        };
        let parameter = template::parameter(entry);
        if parameter.reads_parameter_store() {
            return Err(Unknown::because(format!("parameter `{name}` is read from Parameter Store")));
        }
        let default = entry.value.get("Default").filter(|_| self.inputs.leaves(name));
        let default = default.map(|default| self.plain(default)).transpose()?;
        let text = match (fixed, default) {
            (Some(text), _) | (None, Some(Found::Text(text))) => text,
            (None, Some(Found::List(items))) => return Ok(Found::List(items)),
            (None, Some(Found::Nothing) | None) => {
                return Err(Unknown {
                    reason: format!("parameter `{name}` has no default value"),
                    parameter: Some(name.to_owned()),
                });
            }
        };
        if !parameter.is_list() {
            return Ok(Found::Text(text));
        }
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(Found::List(items.map(|item| Cow::Owned(item.to_owned())).collect()))
    }

    fn mapped(&self, keys: [&Node<'t>; 3], options: Option<&Node<'t>>) -> Result<Found<'t>, Unknown> {
        let [name, first, second] = keys.map(|key| self.text(key));
        let (name, first, second) = (name?, first?, second?);
        let row = self.root.get("Mappings").and_then(|section| section.get(&name)).and_then(|map| map.get(&first));
        match (row.and_then(|row| row.get(&second)), options.and_then(|options| options.get("DefaultValue"))) {
            (Some(value), _) => self.plain(value),
            (None, Some(default)) => self.found(default),
            (None, None) => Err(Unknown::because(format!("mapping `{name}` has no entry `{first}`, `{second}`"))),
        }
    }
}
