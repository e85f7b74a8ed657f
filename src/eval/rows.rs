//! The rows of mappings that a deployment can reach: the keys that a parameter or pseudo parameter selects in `Fn::FindInMap`,
//! so that each of them is a choice.

use super::functions::begins_as_function;
use crate::syntax::{Entry, Kind, Node};
use crate::template::Template;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// Mappings with more rows, or rows with more entries, open no choices. CloudFormation takes 200 (user guide, "Understand
/// CloudFormation quotas").
pub(super) const MAX_ROWS: usize = 256;
/// Keys that one parameter may select.
const MAX_KEYS: usize = 512;
/// Sections whose functions look for rows.
const SECTIONS: [&str; 3] = ["Conditions", "Outputs", "Resources"];

/// The keys that parameters select in a template, by the name of the parameter, each once.
pub(super) fn keys<'t>(template: &Template<'t>) -> HashMap<&'t str, Vec<&'t str>> {
    let mut search = Search { mappings: template.mappings, keys: HashMap::new(), seen: HashSet::new() };
    if !template.mappings.is_empty() {
        SECTIONS.iter().filter_map(|section| template.root.get(section)).for_each(|node| search.node(node));
    }
    search.keys
}

struct Search<'t> {
    mappings: &'t [Entry<'t>],
    keys: HashMap<&'t str, Vec<&'t str>>,
    /// The forms whose keys in a map are recorded already, by the address of the map.
    seen: HashSet<(Form<'t>, *const Node<'t>)>,
}

/// A parameter with the known text around it: `${Env}-db`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Form<'t> {
    before: String,
    pub(super) name: &'t str,
    after: String,
}

impl Form<'_> {
    /// What the parameter is where the whole is a text.
    pub(super) fn name_in<'x>(&self, text: &'x str) -> Option<&'x str> {
        text.strip_prefix(self.before.as_str()).and_then(|text| text.strip_suffix(self.after.as_str()))
    }
}

impl<'t> Search<'t> {
    fn node(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Mapping(entries) => {
                for Entry { key, value, .. } in entries {
                    // Nothing is below most keys.
                    if !matches!(value.kind, Kind::Mapping(_) | Kind::Sequence(_)) {
                        continue;
                    }
                    if key == "Fn::FindInMap"
                        && let Some([name, first, second, ..]) = value.as_sequence()
                    {
                        self.call(name, first, second);
                    }
                    self.node(value);
                }
            }
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(item)),
            _ => {}
        }
    }

    fn call(&mut self, name: &'t Node<'t>, first: &'t Node<'t>, second: &'t Node<'t>) {
        let (names, firsts, seconds) = (forms(name), forms(first), forms(second));
        let mappings = self.mappings.get(..MAX_ROWS.min(self.mappings.len())).unwrap_or_default();
        for mapping in mappings {
            for form in &names {
                self.add(form, &mapping.key);
            }
        }
        if firsts.is_empty() && seconds.is_empty() {
            return;
        }
        for mapping in mappings.iter().filter(|mapping| name.as_str().is_none_or(|name| name == mapping.key)) {
            for form in &firsts {
                self.selects(form, &mapping.value);
            }
            let rows = mapping.value.as_mapping().filter(|rows| rows.len() <= MAX_ROWS).unwrap_or_default();
            let first = first.scalar_text();
            for row in rows.iter().filter(|row| first.as_deref().is_none_or(|first| first == row.key)) {
                for form in &seconds {
                    self.selects(form, &row.value);
                }
            }
        }
    }

    /// Records that a parameter may select each key of a map.
    fn selects(&mut self, form: &Form<'t>, map: &'t Node<'t>) {
        let Some(entries) = map.as_mapping().filter(|entries| entries.len() <= MAX_ROWS) else { return };
        if self.seen.insert((form.clone(), map)) {
            let keys = entries.iter().map(|entry| entry.key.as_ref()).filter(|key| !begins_as_function(key));
            keys.for_each(|key| self.add(form, key));
        }
    }

    fn add(&mut self, form: &Form<'t>, key: &'t str) {
        let middle = form.name_in(key);
        let keys = self.keys.entry(form.name).or_default();
        if let Some(middle) = middle
            && keys.len() < MAX_KEYS
            && !keys.contains(&middle)
        {
            keys.push(middle);
        }
    }
}

/// The parameters that select a key, one for each branch of `Fn::If`.
pub(super) fn forms<'t>(node: &'t Node<'t>) -> Vec<Form<'t>> {
    let Some([call]) = node.as_mapping() else { return Vec::new() };
    match (call.key.as_ref(), call.value.as_sequence()) {
        ("Ref", _) => {
            let form = |name| Form { before: String::new(), name, after: String::new() };
            call.value.as_str().map(form).into_iter().collect()
        }
        ("Fn::If", Some([_, then, otherwise])) => [then, otherwise].into_iter().flat_map(forms).collect(),
        ("Fn::Sub", arguments) => {
            let text = match arguments {
                Some([text, ..]) => text.as_str(),
                _ => call.value.as_str(),
            };
            text.and_then(substituted).into_iter().collect()
        }
        ("Fn::Join", Some([separator, items])) => {
            let separator = separator.scalar_text().unwrap_or_default();
            joined(&separator, items.as_sequence().unwrap_or_default()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `before-${Name}-after`, with one variable.
fn substituted(text: &str) -> Option<Form<'_>> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    (!after.contains("${") && !name.starts_with('!')).then(|| Form {
        before: before.to_owned(),
        name: name.trim(),
        after: after.to_owned(),
    })
}

/// Texts with one reference among them.
fn joined<'t>(separator: &str, items: &'t [Node<'t>]) -> Option<Form<'t>> {
    let mut form: Option<Form<'t>> = None;
    let mut text = String::new();
    for (index, item) in items.iter().take(MAX_ROWS).enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        match (item.scalar_text(), &form) {
            (Some(known), _) => text.push_str(&known),
            (None, None) => {
                let mut inner = forms(item);
                let Form { before, name, after } = inner.pop().filter(|_| inner.is_empty())?;
                form = Some(Form { before: std::mem::take(&mut text) + &before, name, after: String::new() });
                text = after;
            }
            (None, Some(_)) => return None,
        }
    }
    form.map(|form| Form { after: text, ..form })
}
