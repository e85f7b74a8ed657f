//! Names that a template repeats: as text, by a parameter, or by functions that put the same text together. A fix that changes a name
//! leaves them as they are, so a person has to look at them.

use super::making::Making;
use super::names::MAX_SEARCHED;
use super::place::{branches, is_no_value};
use crate::change::{Change, Step};
use crate::eval::{begins_as_function, is_function};
use crate::expand::Block;
use crate::facts;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use foldhash::{HashMap, HashSet};
use memchr::memmem::Finder;
use std::borrow::Cow;

/// Comparisons of names with texts in one template: more are only in one that is made to have them.
const MAX_COMPARED: usize = 1 << 20;
/// Parts of names that are shorter are not looked for alone.
const SHORT: usize = 4;
/// Bytes of what functions put together that are looked at: no name is nearly as long.
const MAX_SPELLED: usize = 4096;
/// Places that a note lists.
const MAX_PLACES: usize = 4;
/// What texts of these keys are for people, or name something in the template itself.
const NO_NAMES: [&str; 9] =
    ["Comment", "Condition", "DependsOn", "Export", "Fn::GetAtt", "Metadata", "Sid", "Tags", "Type"];
/// The sections in which names are repeated.
const SECTIONS: [&str; 5] = ["Parameters", "Mappings", "Globals", "Resources", "Outputs"];

/// What is looked for, by its last word.
struct Names<'t> {
    by_word: HashMap<String, Vec<String>>,
    /// The first bytes of the words: most words begin otherwise.
    firsts: [bool; 256],
    /// Where the text of the template has a part of one of the names, sorted: what is elsewhere is passed over.
    traces: Vec<usize>,
    /// The names themselves, which are no repetition.
    own: HashSet<*const Node<'t>>,
    /// What the fix changes.
    changes: HashSet<Vec<Step>>,
    /// The names that are repeated, with the block that repeats them: the first ones, in order, and all of them.
    first: Vec<(String, &'t str)>,
    all: HashSet<(String, &'t str)>,
    /// The block that is looked at.
    block: &'t str,
    /// Comparisons that are left.
    left: usize,
    /// Whether there would have been more.
    is_over: bool,
}

impl<'t> Making<'_, '_, '_, 't> {
    /// Notes which names that were changed are repeated elsewhere in the template.
    pub(super) fn note_repetitions(&mut self, renamed: &[&'t Node<'t>]) {
        if renamed.is_empty() {
            return;
        }
        let mut names = Names {
            by_word: HashMap::default(),
            firsts: [false; 256],
            traces: Vec::new(),
            own: HashSet::default(),
            changes: HashSet::default(),
            first: Vec::new(),
            all: HashSet::default(),
            block: "",
            left: MAX_COMPARED,
            is_over: false,
        };
        let mut parameters = HashSet::default();
        for name in renamed {
            self.look_for(name, &mut names, &mut parameters);
        }
        let number = names.by_word.values().map(Vec::len).sum::<usize>();
        let searched = self.shop.source.text().len().saturating_mul(number.saturating_add(1));
        self.shop.searched.set(self.shop.searched.get().saturating_add(searched));
        if self.shop.searched.get() > MAX_SEARCHED {
            names.is_over = true;
            self.deeds.notes.extend(names.note());
            return;
        }
        names.traces = self.traces(&names, renamed, &parameters);
        if names.traces.is_empty() {
            return;
        }
        let name_of = |block: &Block<'t>| {
            let steps = facts::name_property(block.kind)?.split('.');
            steps.fold(block.node.get("Properties"), |node, step| node?.get(step))
        };
        let own = self.shop.model.resources().iter().filter_map(name_of).chain(renamed.iter().copied());
        names.own = own.map(std::ptr::from_ref).collect();
        names.changes = self.changes.iter().map(|change: &Change| change.path.clone()).collect();
        let root = &self.shop.document.root;
        for section in SECTIONS {
            for entry in root.get(section).and_then(Node::as_mapping).unwrap_or_default() {
                let is_own = section == "Parameters" && parameters.contains(entry.key.as_ref());
                if !is_own {
                    names.block = &entry.key;
                    names.walk(&entry.value, &mut vec![Way::Key(section), Way::Key(&entry.key)]);
                }
            }
        }
        self.deeds.notes.extend(names.note());
    }

    /// Where the text of the template has a part of one of the names, but for the names themselves and their parameters. Most names are
    /// there once, and then nothing has to be looked at one by one.
    fn traces(&self, names: &Names<'t>, renamed: &[&'t Node<'t>], parameters: &HashSet<&'t str>) -> Vec<usize> {
        let blocks = parameters.iter().filter_map(|name| self.shop.model.parameter(name));
        let mut own: Vec<Span> =
            renamed.iter().map(|name| name.span).chain(blocks.map(|block| block.node.span)).collect();
        own.sort_unstable_by_key(|span| span.start);
        let is_own = |at: usize| {
            let begun = own.partition_point(|span| span.start as usize <= at);
            begun.checked_sub(1).and_then(|last| own.get(last)).is_some_and(|span| at < span.end as usize)
        };
        let text = self.shop.source.text().as_bytes();
        let parts: HashSet<&str> = names.by_word.values().flatten().map(|name| trace(name)).collect();
        let mut traces: Vec<usize> = Vec::new();
        for part in parts.iter().filter(|part| !part.is_empty()) {
            let finder = Finder::new(part.as_bytes());
            traces.extend(finder.find_iter(text).filter(|at| !is_own(*at)));
        }
        traces.sort_unstable();
        traces
    }

    /// Looks for the texts of a name, in each branch of its conditions.
    fn look_for(&self, name: &'t Node<'t>, names: &mut Names<'t>, parameters: &mut HashSet<&'t str>) {
        if let Some(both) = branches(name) {
            both.into_iter().for_each(|branch| self.look_for(branch, names, parameters));
            return;
        }
        if is_no_value(name) {
            return;
        }
        if let Some(parameter) = name.get("Ref").and_then(Node::as_str) {
            let default = self.shop.model.parameter(parameter).and_then(|block| block.node.get("Default"));
            if let Some(default) = default.and_then(Node::scalar_text) {
                names.add(&default);
            }
            parameters.insert(parameter);
        }
        if let Some(text) = spelled(name) {
            names.add(&text);
        }
    }
}

/// A step to a place in the template.
#[derive(Copy, Clone)]
enum Way<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Names<'t> {
    fn add(&mut self, name: &str) {
        let Some((_, word)) = last_word(name) else { return };
        if let Some(is_first) = word.bytes().next().and_then(|first| self.firsts.get_mut(usize::from(first))) {
            *is_first = true;
        }
        let known = self.by_word.entry(word.to_owned()).or_default();
        if !known.iter().any(|known| known == name) {
            known.push(name.to_owned());
        }
    }

    fn walk(&mut self, node: &'t Node<'t>, at: &mut Vec<Way<'t>>) {
        if !self.may_be_in(node.span) || self.own.contains(&std::ptr::from_ref(node)) {
            return;
        }
        match &node.kind {
            Kind::Mapping(entries) => {
                if is_function(node)
                    && let Some(text) = spelled(node)
                {
                    return self.look(&text, at);
                }
                for entry in entries.iter().filter(|entry| may_name(entry)) {
                    at.push(Way::Key(&entry.key));
                    let skipped = match entry.key.as_ref() {
                        // The name of a condition.
                        "Fn::If" => 1,
                        _ => 0,
                    };
                    match entry.value.as_sequence() {
                        Some(items) if skipped > 0 => self.items(items, skipped, at),
                        _ => self.walk(&entry.value, at),
                    }
                    at.pop();
                }
            }
            Kind::Sequence(items) => self.items(items, 0, at),
            Kind::String(text) => self.look(text, at),
            Kind::Number(number) => self.look(&number.text, at),
            Kind::Bool(_) | Kind::Null => {}
        }
    }

    /// Whether the text of a node has a part of one of the names.
    fn may_be_in(&self, span: Span) -> bool {
        let next = self.traces.partition_point(|at| *at < span.start as usize);
        self.traces.get(next).is_some_and(|at| *at < span.end as usize)
    }

    fn items(&mut self, items: &'t [Node<'t>], skipped: usize, at: &mut Vec<Way<'t>>) {
        for (index, item) in items.iter().enumerate().skip(skipped) {
            at.push(Way::Index(index));
            self.walk(item, at);
            at.pop();
        }
    }

    /// Whether a text has one of the names: as a whole, or as a part of an ARN, a path or a program.
    fn look(&mut self, text: &str, at: &[Way<'t>]) {
        let Some(name) = self.name_in(text) else { return };
        let found = (name, self.block);
        if self.all.contains(&found) || self.is_changed(at) {
            return;
        }
        if self.first.len() < MAX_PLACES {
            self.first.push(found.clone());
        }
        self.all.insert(found);
    }

    /// Whether the fix changes what is at a path.
    fn is_changed(&self, at: &[Way<'t>]) -> bool {
        let step = |way: &Way<'_>| match way {
            Way::Key(key) => Step::Key((*key).to_owned()),
            Way::Index(index) => Step::Index(*index),
        };
        let mut path: Vec<Step> = at.iter().map(step).collect();
        if self.changes.contains(&path) {
            return true;
        }
        // The text of `Fn::Sub` is changed inside of the function.
        path.push(Step::Key("Fn::Sub".to_owned()));
        if self.changes.contains(&path) {
            return true;
        }
        path.push(Step::Index(0));
        self.changes.contains(&path)
    }

    fn name_in(&mut self, text: &str) -> Option<String> {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some(first) = bytes.get(start) {
            if !is_part(*first) {
                start += 1;
                continue;
            }
            let word = first_word(text.get(start..)?);
            if self.firsts.get(usize::from(*first)) == Some(&true) {
                let domain = [".s3.", ".s3-"].iter().find_map(|domain| word.find(domain));
                for word in [Some(word), domain.and_then(|at| word.get(..at))].into_iter().flatten() {
                    let Some(names) = self.by_word.get(word) else { continue };
                    let Some(left) = self.left.checked_sub(names.len()) else {
                        self.is_over = true;
                        return None;
                    };
                    self.left = left;
                    if let Some(name) = names.iter().find(|name| is_at(name, text, start)) {
                        return Some(name.clone());
                    }
                }
            }
            start += word.len();
        }
        None
    }

    /// Where names are repeated, as a sentence; none if they are nowhere.
    fn note(&self) -> Option<String> {
        let mut places: Vec<String> = self.first.iter().map(|(name, place)| format!("`{name}` in `{place}`")).collect();
        match self.all.len().saturating_sub(self.first.len()) {
            0 => {}
            more => places.push(format!("{more} more")),
        }
        let Some(last) = places.pop() else {
            return self.is_over.then(|| "The template is too long to see whether it repeats names.".to_owned());
        };
        let places = if places.is_empty() { last } else { format!("{} and {last}", places.join(", ")) };
        Some(format!(
            "The template repeats names, which the fix leaves as they are: {places}. Add the parameter to those that \
             mean the resource before you deploy with another value."
        ))
    }
}

/// What the text of a template has of a name wherever it has the name, whatever puts it together: its longest part.
fn trace(name: &str) -> &str {
    let parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    match (parts.max_by_key(|part| part.len()), last_word(name)) {
        // A part as short as this is everywhere.
        (Some(part), Some((_, word))) if part.len() < SHORT && !name.contains('$') => word,
        (part, _) => part.unwrap_or_default(),
    }
}

/// Whether a text has a name that has its last word here, and goes on with something else.
fn is_at(name: &str, text: &str, word_start: usize) -> bool {
    let Some((in_name, word)) = last_word(name) else { return false };
    let Some(from) = word_start.checked_sub(in_name) else { return false };
    let Some(before) = text.get(..from) else { return false };
    let is_whole = in_name == 0 || !before.bytes().next_back().is_some_and(is_part);
    is_whole
        && text.get(from..).and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| {
            let is_domain = [".s3.", ".s3-"].iter().any(|domain| rest.starts_with(domain));
            name.len() > in_name + word.len() || is_domain || !rest.bytes().next().is_some_and(is_part)
        })
}

/// Whether the value of a key may have the name of a resource.
fn may_name(entry: &Entry<'_>) -> bool {
    let key = entry.key.as_ref();
    !NO_NAMES.contains(&key) && !key.ends_with("Description")
}

/// Whether a character is a part of a word of which names are made.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'$' | b'{' | b'}') || !byte.is_ascii()
}

/// The word that a text begins with.
fn first_word(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_part(byte)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The last word of a text, with where it begins.
fn last_word(text: &str) -> Option<(usize, &str)> {
    let text = text.trim_end_matches(|character: char| u8::try_from(character).is_ok_and(|byte| !is_part(byte)));
    let start = text.bytes().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
    text.get(start..).filter(|word| !word.is_empty()).map(|word| (start, word))
}

/// A scalar, and what functions put together, as a text for `Fn::Sub`: the same for each spelling. None for what other functions make,
/// and for what is longer than any name: texts may be put into texts, each twice.
fn spelled<'t>(node: &'t Node<'t>) -> Option<Cow<'t, str>> {
    let text = put_together(node)?;
    (matches!(text, Cow::Borrowed(_)) || text.len() <= MAX_SPELLED).then_some(text)
}

fn put_together<'t>(node: &'t Node<'t>) -> Option<Cow<'t, str>> {
    let Kind::Mapping(entries) = &node.kind else { return node.scalar_text() };
    let [only] = entries.as_slice() else { return None };
    if only.key != "Ref" && !begins_as_function(&only.key) {
        return None;
    }
    match (only.key.as_ref(), only.value.as_str(), only.value.as_sequence()) {
        ("Ref", Some(name), _) => Some(format!("${{{name}}}").into()),
        ("Fn::Sub", Some(text), _) => Some(text.into()),
        ("Fn::Sub", None, Some([text, own])) => {
            let mut text = text.as_str()?.to_owned();
            for entry in own.as_mapping()? {
                let variable = format!("${{{}}}", entry.key);
                if text.contains(&variable) {
                    text = text.replace(&variable, &spelled(&entry.value)?);
                    if text.len() > MAX_SPELLED {
                        return None;
                    }
                }
            }
            Some(text.into())
        }
        ("Fn::Join", None, Some([separator, items])) => {
            let mut left = MAX_SPELLED;
            let bounded = |item| {
                let item: Cow<'t, str> = spelled(item)?;
                left = left.checked_sub(item.len())?;
                Some(item)
            };
            let items: Option<Vec<_>> = items.as_sequence()?.iter().map(bounded).collect();
            Some(items?.join(separator.as_str()?).into())
        }
        ("Fn::FindInMap" | "Fn::Select" | "Fn::Split", None, Some(items)) => {
            let items: Option<Vec<_>> = items.iter().map(argument).collect();
            Some(format!("${{{} {}}}", only.key, items?.join(" ")).into())
        }
        _ => None,
    }
}

/// An argument of a function, also a list.
fn argument<'t>(node: &'t Node<'t>) -> Option<Cow<'t, str>> {
    let Some(items) = node.as_sequence() else { return spelled(node) };
    let items: Option<Vec<_>> = items.iter().map(spelled).collect();
    Some(format!("[{}]", items?.join(" ")).into())
}
