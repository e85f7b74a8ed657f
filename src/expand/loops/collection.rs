//! The collection of a loop as texts, for every choice of parameters, as far as the template and the pinned parameters show.

use crate::eval::choices::{Candidate, Choices};
use crate::eval::inputs::Inputs;
use crate::syntax::{Entry, Kind, Node};
use crate::template;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

/// Combinations of parameters that a collection may depend on.
const MAX_CASES: usize = 64;

/// Why a collection is not known, in words that follow "the collection … is not known: ".
#[derive(Debug)]
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

/// The values of the parameters that a collection depends on.
pub(super) type Case<'t> = Vec<(String, Cow<'t, str>)>;

/// A result for each case.
pub(super) type Cases<'t, T> = Vec<(Case<'t>, T)>;

/// When an item is in a collection.
#[derive(Debug)]
pub(super) enum When<'t> {
    Always,
    /// In one of these cases.
    In(Vec<Case<'t>>),
    /// If this list parameter contains it.
    Contained(String),
}

/// The collection of a loop.
#[derive(Debug)]
pub(super) struct Collection<'t> {
    /// The items of all cases, each once unless one case has it several times.
    pub(super) items: Vec<(Cow<'t, str>, When<'t>)>,
    /// Why it is unknown in some other case.
    pub(super) unknown: Option<Unknown>,
}

/// What can be looked up before anything is evaluated.
pub(super) struct Lookup<'a, 't> {
    /// The tree whose `Parameters` and `Mappings` are read.
    pub(super) root: &'a Node<'t>,
    pub(super) inputs: &'a Inputs,
    /// The values that parameters may have.
    pub(super) choices: &'a Choices<'a>,
    /// Nodes that were looked at: a collection that turns out to be unknown has cost something too.
    pub(super) looked_at: Cell<usize>,
    /// The current case.
    pub(super) case: RefCell<Case<'t>>,
}

/// What a parameter or mapping holds.
enum Found<'t> {
    Text(Cow<'t, str>),
    List(Vec<Cow<'t, str>>),
    /// `AWS::NoValue`.
    Nothing,
}

/// Why a lookup stops.
enum Stop<'t> {
    Unknown(Unknown),
    /// CloudFormation refuses the keys of a mapping.
    Refused(Unknown),
    /// It depends on a parameter, which may have these values; first the default.
    Open(String, Vec<Cow<'t, str>>),
}

impl From<Unknown> for Stop<'_> {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown(unknown)
    }
}

/// What the value of a parameter is read for.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Purpose {
    /// It is an item, or the whole collection.
    Item,
    /// It is a key of a mapping. CloudFormation refuses a value without a row.
    Key,
}

impl<'t> Lookup<'_, 't> {
    /// The texts that a loop goes over. The identifiers of enclosing loops have been replaced already.
    pub(super) fn collection(&self, node: &Node<'t>) -> Result<Collection<'t>, Unknown> {
        if let Some(items) = self.items_of_list(node) {
            return Ok(Collection { items, unknown: None });
        }
        if let Kind::Sequence(items) = &node.kind {
            return self.listed(items);
        }
        let (cases, unknown) = self.in_each_case(&|| match self.found(node, Purpose::Item)? {
            Found::List(items) => Ok(items),
            Found::Text(_) => Err(Unknown::because("it is a string, not a list").into()),
            Found::Nothing => Err(Unknown::because("it is `AWS::NoValue`").into()),
        })?;
        let all = cases.len();
        let mut places: HashMap<(Cow<'t, str>, usize), usize> = HashMap::new();
        let mut items: Vec<(Cow<'t, str>, Vec<Case<'t>>)> = Vec::new();
        for (case, texts) in cases {
            let mut times: HashMap<Cow<'t, str>, usize> = HashMap::new();
            for text in texts {
                let time = times.entry(text.clone()).or_default();
                let place = *places.entry((text.clone(), *time)).or_insert(items.len());
                *time += 1;
                match items.get_mut(place) {
                    Some((_, cases)) => cases.push(case.clone()),
                    None => items.push((text, vec![case.clone()])),
                }
            }
        }
        let when = |cases: Vec<Case<'t>>| if cases.len() == all { When::Always } else { When::In(cases) };
        Ok(Collection { items: items.into_iter().map(|(text, cases)| (text, when(cases))).collect(), unknown })
    }

    /// The items of a list in the template, which may be functions. Each is independent of the others.
    fn listed(&self, items: &[Node<'t>]) -> Result<Collection<'t>, Unknown> {
        let mut collection = Collection { items: Vec::new(), unknown: None };
        let mut conditional: HashMap<Cow<'t, str>, usize> = HashMap::new();
        for item in items {
            let (cases, unknown) = self.in_each_case(&|| self.text(item, Purpose::Item))?;
            collection.unknown = collection.unknown.or(unknown);
            let mut texts: Vec<(Cow<'t, str>, Vec<Case<'t>>)> = Vec::new();
            let all = cases.len();
            for (case, text) in cases {
                match texts.iter_mut().find(|(known, _)| *known == text) {
                    Some((_, cases)) => cases.push(case),
                    None => texts.push((text, vec![case])),
                }
            }
            for (text, cases) in texts {
                if cases.len() == all {
                    collection.items.push((text, When::Always));
                    continue;
                }
                // Several items may have the same text.
                let place = *conditional.entry(text.clone()).or_insert(collection.items.len());
                match collection.items.get_mut(place) {
                    Some((_, When::In(known))) => known.extend(cases),
                    _ => collection.items.push((text, When::In(cases))),
                }
            }
        }
        let always: HashSet<Cow<'t, str>> = collection
            .items
            .iter()
            .filter(|(_, when)| matches!(when, When::Always))
            .map(|(text, _)| text.clone())
            .collect();
        collection.items.retain(|(text, when)| matches!(when, When::Always) || !always.contains(text));
        Ok(collection)
    }

    /// The items that a list parameter may contain, if it may contain different ones.
    fn items_of_list(&self, node: &Node<'t>) -> Option<Vec<(Cow<'t, str>, When<'t>)>> {
        let [only] = node.as_mapping()? else { return None };
        let name = only.value.as_str().filter(|_| only.key == "Ref")?;
        let entry = self.root.get("Parameters")?.entry(name)?;
        let known = self.known(name).filter(|known| known.len() > 1)?;
        if !template::parameter(entry).is_list() || self.inputs.fixed(name).is_some() {
            return None;
        }
        let mut items: Vec<Cow<'t, str>> = Vec::new();
        for item in known.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|item| !item.is_empty()) {
            self.looked_at.set(self.looked_at.get() + 1);
            if !items.iter().any(|known| known == item) {
                items.push(Cow::Owned(item.to_owned()));
            }
        }
        Some(items.into_iter().map(|item| (item, When::Contained(name.to_owned()))).collect())
    }

    /// A text that a function gives in place of a plain name, such as the `Condition` of a resource, in each case; no text for
    /// `AWS::NoValue`. None if it is not known in some case.
    pub(super) fn name(&self, node: &Node<'t>) -> Option<Cases<'t, Option<Cow<'t, str>>>> {
        let found = self.in_each_case(&|| match self.found(node, Purpose::Item)? {
            Found::Text(text) => Ok(Some(text)),
            Found::Nothing => Ok(None),
            Found::List(_) => Err(Unknown::because("it is a list").into()),
        });
        found.ok().filter(|(_, unknown)| unknown.is_none()).map(|(cases, _)| cases)
    }

    /// The result of `look` in each case that it distinguishes, and why it is unknown in another case.
    fn in_each_case<T>(
        &self,
        look: &dyn Fn() -> Result<T, Stop<'t>>,
    ) -> Result<(Cases<'t, T>, Option<Unknown>), Unknown> {
        let mut waiting: Vec<Case<'t>> = vec![Vec::new()];
        let mut found = Vec::new();
        let (mut unknown, mut refused) = (None, None);
        let mut cases = 0;
        while let Some(case) = waiting.pop() {
            cases += 1;
            if cases + waiting.len() > MAX_CASES {
                self.case.take();
                let reason = format!("it depends on more than {MAX_CASES} combinations of parameters");
                return Err(Unknown::because(reason));
            }
            self.case.replace(case.clone());
            match look() {
                Ok(result) => found.push((case, result)),
                Err(Stop::Open(name, values)) => {
                    let with = |value| case.iter().cloned().chain([(name.clone(), value)]).collect();
                    waiting.extend(values.into_iter().rev().map(with));
                    cases -= 1;
                }
                Err(Stop::Unknown(reason)) => unknown = unknown.or(Some(reason)),
                Err(Stop::Refused(reason)) => refused = refused.or(Some(reason)),
            }
        }
        self.case.take();
        if !found.is_empty() {
            return Ok((found, unknown));
        }
        Err(unknown.or(refused).unwrap_or_else(|| Unknown::because("nothing is known about it")))
    }

    fn text(&self, node: &Node<'t>, purpose: Purpose) -> Result<Cow<'t, str>, Stop<'t>> {
        match self.found(node, purpose)? {
            Found::Text(text) => Ok(text),
            Found::List(_) => Err(Unknown::because("one of its items is a list").into()),
            Found::Nothing => Err(Unknown::because("one of its items is `AWS::NoValue`").into()),
        }
    }

    fn found(&self, node: &Node<'t>, purpose: Purpose) -> Result<Found<'t>, Stop<'t>> {
        match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [call] => self.call(call, purpose),
                _ => Err(Unknown::because("it is a map, not a list").into()),
            },
            _ => Ok(self.plain(node)?),
        }
    }

    /// A default or a value of a mapping, where functions do not work. Following none cannot go in circles.
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

    fn call(&self, call: &Entry<'t>, purpose: Purpose) -> Result<Found<'t>, Stop<'t>> {
        match (call.key.as_ref(), call.value.as_sequence()) {
            ("Ref", _) => match call.value.as_str() {
                Some(name) => self.parameter(name, purpose),
                None => Err(Unknown::because("`Ref` does not contain a name").into()),
            },
            ("Fn::FindInMap", Some([name, first, second, rest @ ..])) => {
                self.mapped([name, first, second], rest.first())
            }
            ("Fn::Split", Some([delimiter, text])) => {
                let (delimiter, text) = (self.text(delimiter, purpose)?, self.text(text, purpose)?);
                if delimiter.is_empty() {
                    return Err(Unknown::because("`Fn::Split` needs a delimiter").into());
                }
                Ok(Found::List(text.split(delimiter.as_ref()).map(|part| Cow::Owned(part.to_owned())).collect()))
            }
            // The identifiers have been replaced already, so this is another function.
            (function, _) => {
                Err(Unknown::because(format!("`{function}` is known only when the stack is deployed")).into())
            }
        }
    }

    /// The known values of a parameter; first the default.
    fn known(&self, name: &str) -> Option<Vec<Cow<'t, str>>> {
        let (_, variable) = self.choices.by_name(name)?;
        let text = |candidate: &Candidate<'_>| match candidate {
            Candidate::Known(text) => Some(Cow::Owned(text.clone().into_owned())),
            Candidate::Other => None,
        };
        let default = variable.default.and_then(|index| variable.candidates.get(index));
        let others = variable.candidates.iter().filter(|candidate| Some(*candidate) != default);
        Some(default.into_iter().chain(others).filter_map(text).collect())
    }

    fn parameter(&self, name: &str, purpose: Purpose) -> Result<Found<'t>, Stop<'t>> {
        if name == "AWS::NoValue" {
            return Ok(Found::Nothing);
        }
        if let Some((_, value)) = self.case.borrow().iter().find(|(chosen, _)| chosen == name) {
            return Ok(Found::Text(value.clone()));
        }
        let fixed = self.inputs.fixed(name).map(|value| Cow::Owned(value.to_owned()));
        let known = || self.known(name).filter(|known| !known.is_empty());
        if name.starts_with("AWS::") {
            return match (fixed, known().filter(|_| purpose == Purpose::Key)) {
                (Some(text), _) => Ok(Found::Text(text)),
                (None, Some(known)) => Err(Stop::Open(name.to_owned(), known)),
                (None, None) => Err(Stop::Unknown(Unknown {
                    reason: format!("`{name}` is known only when the stack is deployed"),
                    parameter: Some(name.to_owned()),
                })),
            };
        }
        let Some(entry) = self.root.get("Parameters").and_then(|section| section.entry(name)) else {
            return Err(Unknown::because(format!("there is no parameter `{name}`")).into());
        };
        let parameter = template::parameter(entry);
        if parameter.reads_parameter_store() {
            return Err(Unknown::because(format!("parameter `{name}` is read from Parameter Store")).into());
        }
        let default = entry.value.get("Default").filter(|_| self.inputs.leaves(name));
        if fixed.is_none()
            && !parameter.is_list()
            && let Some(known) = known().filter(|known| {
                // An item may have any other value as well, unless only these are allowed.
                let is_closed = !parameter.allowed.is_empty() || purpose == Purpose::Key;
                is_closed || (default.is_some() && known.len() > 1)
            })
        {
            return Err(Stop::Open(name.to_owned(), known));
        }
        let default = default.map(|default| self.plain(default)).transpose()?;
        let text = match (fixed, default) {
            (Some(text), _) | (None, Some(Found::Text(text))) => text,
            (None, Some(Found::List(items))) => return Ok(Found::List(items)),
            (None, Some(Found::Nothing) | None) => {
                return Err(Stop::Unknown(Unknown {
                    reason: format!("parameter `{name}` has no default value"),
                    parameter: Some(name.to_owned()),
                }));
            }
        };
        if !parameter.is_list() {
            return Ok(Found::Text(text));
        }
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(Found::List(items.map(|item| Cow::Owned(item.to_owned())).collect()))
    }

    fn mapped(&self, keys: [&Node<'t>; 3], options: Option<&Node<'t>>) -> Result<Found<'t>, Stop<'t>> {
        let [name, first, second] = keys.map(|key| self.text(key, Purpose::Key));
        let (name, first, second) = (name?, first?, second?);
        let row = self.root.get("Mappings").and_then(|section| section.get(&name)).and_then(|map| map.get(&first));
        match (row.and_then(|row| row.get(&second)), options.and_then(|options| options.get("DefaultValue"))) {
            (Some(value), _) => Ok(self.plain(value)?),
            (None, Some(default)) => self.found(default, Purpose::Item),
            (None, None) => {
                let reason = format!("mapping `{name}` has no entry `{first}`, `{second}`");
                Err(Stop::Refused(Unknown::because(reason)))
            }
        }
    }
}
