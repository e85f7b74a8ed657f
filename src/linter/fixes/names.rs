//! A parameter at the end of explicit names, so that a template can be deployed once more beside itself.

use super::Workshop;
use super::making::Making;
use super::place::{Deed, Obstacle, branches, copied, is_no_value};
use super::risk::Touched;
use super::sam;
use super::values::reference;
use crate::change::{Action, Change, Step, Value};
use crate::expand::ties::plain_name;
use crate::expand::{Block, Section};
use crate::facts;
use crate::rules::path;
use crate::syntax::{Kind, Node};
use foldhash::HashSet;
use memchr::memmem::Finder;
use std::cell::LazyCell;

/// The bytes of texts that are searched for names in one template.
pub(super) const MAX_SEARCHED: usize = 64 << 20;
/// What names of queues and topics that keep an order end with.
const FIFO: &str = ".fifo";
/// What separates the parts of names.
const SEPARATORS: [char; 4] = ['-', '_', '.', '/'];

/// The parameter at the end of names, and what is between them.
#[derive(Copy, Clone)]
pub(super) struct Suffix<'p> {
    pub(super) parameter: &'p str,
    pub(super) joint: &'static str,
}

impl Suffix<'_> {
    /// What is put behind a text for `Fn::Sub`. A hyphen at its end is enough, and some names take underscores only.
    fn behind(self, own: &str) -> String {
        let joint = match self.joint {
            _ if own.ends_with(SEPARATORS) => "",
            "-" if own.contains('_') && !own.contains('-') => "_",
            joint => joint,
        };
        [joint, "${", self.parameter, "}"].concat()
    }

    /// A name as text for `Fn::Sub`, with the parameter.
    pub(super) fn text(self, own: &str) -> String {
        match own.strip_suffix(FIFO) {
            Some(own) => [own, &self.behind(own), FIFO].concat(),
            None => own.to_owned() + &self.behind(own),
        }
    }

    fn sub(self, own: &str) -> Value {
        call("Fn::Sub", Value::String(self.text(own)))
    }

    /// The parameter alone, as it follows what a function results in.
    fn alone(self) -> Value {
        match self.joint {
            "" => reference(self.parameter, "Ref"),
            joint => call("Fn::Sub", Value::String(format!("{joint}${{{}}}", self.parameter))),
        }
    }
}

fn call(function: &str, argument: Value) -> Value {
    Value::Map(vec![(function.to_owned(), argument)])
}

/// The names that a text for `Fn::Sub` refers to, without attributes.
fn referred(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|part| {
        let name = part.split_once('}')?.0.trim();
        (!name.starts_with('!')).then(|| name.split('.').next().unwrap_or(name))
    })
}

/// The texts for `Fn::Sub` in the resources and outputs of a template, with their paths.
#[derive(Default)]
pub(super) struct Texts<'t> {
    /// Each with where its path begins among the steps; it ends where the next one begins.
    texts: Vec<(&'t str, usize)>,
    steps: Vec<Way<'t>>,
}

/// A step to a text. Few of the paths are needed in full.
#[derive(Copy, Clone)]
enum Way<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Texts<'t> {
    fn push(&mut self, text: &'t str, at: &[Way<'t>]) {
        self.texts.push((text, self.steps.len()));
        self.steps.extend_from_slice(at);
    }

    fn path(&self, number: usize) -> Vec<Step> {
        let step = |way: &Way<'_>| match way {
            Way::Key(key) => Step::Key((*key).to_owned()),
            Way::Index(index) => Step::Index(*index),
        };
        let start = |number: usize| self.texts.get(number).map_or(self.steps.len(), |(_, start)| *start);
        self.steps.get(start(number)..start(number + 1)).unwrap_or_default().iter().map(step).collect()
    }

    /// Collects the texts for `Fn::Sub` below a value.
    fn collect(&mut self, node: &'t Node<'t>, at: &mut Vec<Way<'t>>) {
        match &node.kind {
            Kind::Mapping(entries) => {
                for entry in entries {
                    let is_text = matches!(entry.value.kind, Kind::String(_));
                    if !is_text && !has_parts(&entry.value) {
                        continue;
                    }
                    let is_sub = entry.key == "Fn::Sub";
                    if is_text && !is_sub {
                        continue;
                    }
                    at.push(Way::Key(&entry.key));
                    match (entry.value.as_str(), entry.value.as_sequence().and_then(<[_]>::first)) {
                        (Some(text), _) => self.push(text, at),
                        (None, Some(first)) if is_sub => {
                            if let Some(text) = first.as_str() {
                                at.push(Way::Index(0));
                                self.push(text, at);
                                at.pop();
                            }
                            self.collect(&entry.value, at);
                        }
                        _ => self.collect(&entry.value, at),
                    }
                    at.pop();
                }
            }
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| has_parts(item)) {
                    at.push(Way::Index(index));
                    self.collect(item, at);
                    at.pop();
                }
            }
            _ => {}
        }
    }
}

/// The paths of the properties that have to have the name of a resource.
///
/// IAM authenticates users whose name and ID are the same: Amazon ElastiCache User Guide, "Authenticating with IAM"
/// (docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html), 2026-11.
fn names_of(block: &Block<'_>, name: &'static str) -> Vec<&'static str> {
    let value = |name: &str| block.node.get("Properties").and_then(|properties| properties.get(name)).map(copied);
    let is_twice = block.kind == "AWS::ElastiCache::User" && value(name).is_some() && value(name) == value("UserName");
    if is_twice { vec![name, "UserName"] } else { vec![name] }
}

/// Whether AWS SAM makes the logical ID of a resource from its properties: `LambdaLayerVersion` in
/// samtranslator/model/sam_resources.py, 2026-11.
fn has_hash_in_its_id(block: &Block<'_>) -> bool {
    let made_from = block.origin.and_then(|origin| origin.made_from.as_ref());
    made_from.is_some_and(|made_from| made_from.kind == "AWS::Serverless::LayerVersion")
}

fn has_parts(node: &Node<'_>) -> bool {
    matches!(node.kind, Kind::Mapping(_) | Kind::Sequence(_))
}

/// A text with the parameter behind each name that it repeats: as a whole, or as a part of an ARN or of the domain name of a bucket. None if
/// it repeats none.
fn repeating(text: &str, names: &[Finder<'_>], suffix: Suffix<'_>) -> Option<String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'$' | b'{' | b'}');
    let mut result = String::new();
    let mut rest = text;
    loop {
        let found = names.iter().filter(|name| name.needle().len() <= rest.len()).filter_map(|name| {
            let places = name.find_iter(rest.as_bytes());
            places.map(|start| (start, start + name.needle().len())).find(|(start, end)| {
                let before = start.checked_sub(1).and_then(|at| rest.as_bytes().get(at));
                let before = before.or_else(|| result.as_bytes().last());
                let after = rest.get(*end..).unwrap_or_default();
                let is_domain = [".s3.", ".s3-"].iter().any(|domain| after.starts_with(domain));
                !before.is_some_and(|byte| is_part(*byte)) && (is_domain || !after.bytes().next().is_some_and(is_part))
            })
        });
        let Some((_, end)) = found.min() else { break };
        let (done, left) = rest.split_at_checked(end)?;
        result.push_str(done);
        result.push_str(&suffix.behind(done));
        rest = left;
    }
    if rest.len() == text.len() {
        return None;
    }
    result.push_str(rest);
    Some(result)
}

impl<'t> Workshop<'_, '_, 't> {
    /// The texts for `Fn::Sub` of the template.
    fn texts(&self) -> &Texts<'t> {
        let root = &self.document.root;
        self.texts.get_or_init(|| {
            let mut texts = Texts::default();
            for section in ["Resources", "Outputs"] {
                if let Some(node) = root.get(section) {
                    texts.collect(node, &mut vec![Way::Key(section)]);
                }
            }
            texts
        })
    }

    /// What separates a parameter from the text before it: nothing if its value brings a hyphen or may be empty, which would leave one
    /// at the end. None if neither its values nor the names of the template show it.
    pub(super) fn joint(&self, parameter: &str) -> Option<&'static str> {
        let block = self.model.parameter(parameter)?;
        let allowed = block.node.get("AllowedValues").and_then(Node::as_sequence).unwrap_or_default();
        let values = block.node.get("Default").into_iter().chain(allowed);
        let mut values = values.filter_map(Node::scalar_text).peekable();
        if values.peek().is_some() {
            let is_whole = |value: &str| value.is_empty() || value.starts_with(SEPARATORS);
            return Some(if values.any(|value| is_whole(&value)) { "" } else { "-" });
        }
        let used = format!("${{{parameter}}}");
        let before = |(text, _): &(&str, usize)| text.split_once(&used)?.0.chars().next_back();
        let before = self.texts().texts.iter().find_map(before)?;
        Some(if SEPARATORS.contains(&before) { "-" } else { "" })
    }
}

impl<'t> Making<'_, '_, '_, 't> {
    /// Adds the parameter to the names. None if it is for something else; why it is only shown, if it is.
    pub(super) fn suffix(&mut self, setting: &str) -> Option<Option<String>> {
        let parameter = self.job.setting.parameters.get(setting)?.first()?.clone();
        let model = self.shop.model;
        let is_declared = model.parameter(&parameter).is_some();
        if !is_declared {
            let is_name = !parameter.is_empty() && parameter.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_name || !self.shop.is_free(&parameter) {
                return None;
            }
            let description = "End of the names of resources, which separates environments, such as -dev";
            let field = |name: &str, value: &str| (name.to_owned(), Value::String(value.to_owned()));
            let fields = vec![field("Type", "String"), field("Default", ""), field("Description", description)];
            let path = [String::from("Parameters"), parameter.clone()].map(Step::Key).to_vec();
            self.changes.push(Change { path, action: Action::Set(Value::Map(fields)) });
        }
        // The parameter that is added brings its own hyphen.
        let joint = if is_declared { self.shop.joint(&parameter).unwrap_or_default() } else { "" };
        let suffix = Suffix { parameter: &parameter, joint };
        let whole = self.target.section == Section::Template;
        let blocks = if whole { model.resources() } else { std::slice::from_ref(self.target) };
        let mut computed: Vec<&str> = Vec::new();
        let mut renamed: Vec<&'t Node<'t>> = Vec::new();
        for block in blocks {
            let Some(name) = facts::name_property(block.kind) else { continue };
            if plain_name(block).is_some_and(|name| facts::is_prescribed_name(block.kind, name)) {
                continue;
            }
            for name in names_of(block, name) {
                let names = std::iter::once("Properties").chain(name.split('.'));
                let chain: Vec<path::Step> = names.map(|name| path::Step::Name(name.to_owned())).collect();
                let mut changes = Vec::new();
                let written = match self.name(block, &chain, suffix, &mut changes) {
                    Ok(written) => written,
                    Err(why) => return Some(Some(why)),
                };
                // A parameter that is empty by default changes no name.
                if is_declared
                    && let Some(Change { action: Action::Set(value) | Action::Append(value), .. }) = changes.first()
                {
                    self.deeds.all.push(Touched::new(block, &chain, &Deed::Set(value.clone())));
                }
                if !changes.is_empty() {
                    computed.extend(self.computed(block, name));
                    renamed.extend(written);
                    if has_hash_in_its_id(block) {
                        self.deeds.notes.push(format!(
                            "AWS SAM then creates another layer for `{}`, and deletes the one that is there unless its \
                             `RetentionPolicy` is `Retain`.",
                            block.written_name()
                        ));
                    }
                }
                self.add(changes, false);
            }
        }
        self.repeat(&computed, suffix);
        self.note_repetitions(&renamed);
        Some(None)
    }

    /// The text of a name that parameters are a part of, next to others.
    fn computed(&self, block: &Block<'t>, name: &str) -> Option<&'t str> {
        let properties = block.node.get("Properties");
        let name = name.split('.').try_fold(properties, |node, step| Some(node?.get(step))).flatten()?;
        let text = name.get("Fn::Sub")?.as_str()?;
        let is_alone = text.starts_with("${") && text.find('}') == Some(text.len() - 1);
        (!is_alone && text.contains("${") && !text.contains(FIFO)).then_some(text)
    }

    /// Changes what repeats computed names: the policy of a bucket that names it in the same way.
    fn repeat(&mut self, names: &[&str], suffix: Suffix<'_>) {
        if names.is_empty() {
            return;
        }
        let texts = self.shop.texts();
        let finders: Vec<Finder<'_>> = names.iter().map(|name| Finder::new(name.as_bytes())).collect();
        let done: LazyCell<HashSet<&[Step]>, _> =
            LazyCell::new(|| self.changes.iter().map(|change| change.path.as_slice()).collect());
        let mut changes = Vec::new();
        for (number, (own, _)) in texts.texts.iter().enumerate() {
            let searched = self.shop.searched.get().saturating_add(own.len().saturating_mul(names.len()));
            self.shop.searched.set(searched);
            if searched > MAX_SEARCHED {
                break;
            }
            if let Some(text) = repeating(own, &finders, suffix) {
                let path = texts.path(number);
                if !done.contains(path.as_slice()) {
                    changes.push(Change { path, action: Action::Set(Value::String(text)) });
                }
            }
        }
        self.changes.extend(changes);
    }

    /// The changes of the name of a resource, and where it is written.
    fn name(
        &self,
        block: &Block<'t>,
        chain: &[path::Step],
        suffix: Suffix<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<Option<&'t Node<'t>>, String> {
        let own = |node: &'t Node<'t>, steps: &[path::Step]| {
            steps.iter().try_fold(node, |node, step| match step {
                path::Step::Name(name) => node.get(name),
                path::Step::Index(_) | path::Step::Every => None,
            })
        };
        let Some(name) = own(block.node, chain) else { return Ok(None) };
        if self.is_settled(name, suffix.parameter, 0) {
            return Ok(None);
        }
        let (node, mut at) = self.shop.written(block)?;
        let mut steps = chain.to_vec();
        if let Some(made_from) = block.origin.and_then(|origin| origin.made_from.as_ref()) {
            let sam = sam::steps(&made_from.kind, block.kind, chain);
            steps = sam.ok_or_else(|| format!("AWS SAM makes the name of a part of `{}`.", made_from.id))?;
        }
        let Some(name) = own(node, &steps) else { return Err(self.sam_differs()) };
        if name.span.source != self.shop.document.root.span.source {
            return Err(self.why(&Obstacle::Included));
        }
        at.extend(steps.iter().filter_map(|step| match step {
            path::Step::Name(name) => Some(Step::Key(name.clone())),
            path::Step::Index(_) | path::Step::Every => None,
        }));
        self.longer(name, &mut at, suffix, changes).map_err(|obstacle| self.why(&obstacle))?;
        Ok(Some(name))
    }

    /// Whether a name has the parameter, or the name of another resource, which has it, or nobody knows what is in it.
    fn is_settled(&self, name: &Node<'_>, parameter: &str, depth: usize) -> bool {
        let model = self.shop.model;
        let is_one = |name: &str| name == parameter || model.place_of(name).is_some();
        if let Some(entries) = name.as_mapping() {
            return entries.iter().any(|entry| match (entry.key.as_ref(), entry.value.as_str()) {
                ("Ref", Some(name)) => {
                    // Whoever deploys gives the whole name.
                    let is_open = || model.parameter(name).is_some_and(|block| block.node.get("Default").is_none());
                    is_one(name) || (depth == 0 && is_open())
                }
                ("Fn::GetAtt" | "Fn::ImportValue", _) => true,
                ("Fn::Sub", Some(text)) => referred(text).any(is_one),
                ("Fn::If", _) => branches(name)
                    .is_some_and(|both| both.iter().all(|branch| self.is_settled(branch, parameter, depth))),
                ("Fn::Sub", None) => {
                    let parts = entry.value.as_sequence().unwrap_or_default();
                    let own = parts.get(1).and_then(Node::as_mapping).unwrap_or_default();
                    let is_other = |name: &str| is_one(name) && own.iter().all(|entry| entry.key != name);
                    parts.first().and_then(Node::as_str).is_some_and(|text| referred(text).any(is_other))
                        || own.iter().any(|entry| self.is_settled(&entry.value, parameter, depth + 1))
                }
                _ => self.is_settled(&entry.value, parameter, depth + 1),
            });
        }
        name.as_sequence().is_some_and(|items| items.iter().any(|item| self.is_settled(item, parameter, depth + 1)))
    }

    /// The changes that put the parameter behind a name.
    fn longer(
        &self,
        name: &Node<'_>,
        at: &mut Vec<Step>,
        suffix: Suffix<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Obstacle> {
        let mut set = |path: Vec<Step>, value: Value| changes.push(Change { path, action: Action::Set(value) });
        let below = |at: &[Step], key: &str, index: &[usize]| {
            let steps = index.iter().map(|index| Step::Index(*index));
            at.iter().cloned().chain([Step::Key(key.to_owned())]).chain(steps).collect::<Vec<_>>()
        };
        if is_no_value(name) || self.is_settled(name, suffix.parameter, 0) {
            return Ok(());
        }
        if let Some(both) = branches(name) {
            at.push(Step::Key("Fn::If".to_owned()));
            for (index, branch) in both.into_iter().enumerate() {
                at.push(Step::Index(index + 1));
                self.longer(branch, at, suffix, changes)?;
                at.pop();
            }
            at.pop();
            return Ok(());
        }
        if let Some(own) = name.scalar_text() {
            set(at.clone(), suffix.sub(&own.replace("${", "${!")));
            return Ok(());
        }
        let Some([only]) = name.as_mapping() else { return Err(Obstacle::Macro) };
        match (only.key.as_ref(), only.value.as_str(), only.value.as_sequence()) {
            ("Ref", Some(own), _) => set(at.clone(), suffix.sub(&format!("${{{own}}}"))),
            ("Fn::Sub", Some(own), _) => set(below(at, "Fn::Sub", &[]), Value::String(suffix.text(own))),
            ("Fn::Sub", None, Some([own, _])) if own.as_str().is_some() => {
                let own = own.as_str().unwrap_or_default();
                set(below(at, "Fn::Sub", &[0]), Value::String(suffix.text(own)));
            }
            ("Fn::Join", None, Some([separator, items])) => {
                let items = items.as_sequence().unwrap_or_default();
                let last = items.len().saturating_sub(1);
                let place = below(at, "Fn::Join", &[1, last]);
                match (separator.as_str(), items.last()) {
                    (Some(""), Some(item)) if item.as_str().is_none_or(|text| !text.ends_with(FIFO)) => {
                        let path = below(at, "Fn::Join", &[1]);
                        changes.push(Change { path, action: Action::Append(suffix.alone()) });
                    }
                    (Some(_), Some(item)) if item.scalar_text().is_some() => {
                        let own = item.scalar_text().unwrap_or_default().replace("${", "${!");
                        set(place, suffix.sub(&own));
                    }
                    (Some(_), Some(item)) if item.get("Ref").is_some_and(|own| own.as_str().is_some()) => {
                        let own = item.get("Ref").and_then(Node::as_str).unwrap_or_default();
                        set(place, suffix.sub(&format!("${{{own}}}")));
                    }
                    _ => set(at.clone(), self.joined(name, suffix)?),
                }
            }
            ("Fn::Sub" | "Fn::Join" | "Fn::FindInMap" | "Fn::Select", ..) => {
                set(at.clone(), self.joined(name, suffix)?);
            }
            _ => return Err(Obstacle::Macro),
        }
        Ok(())
    }

    /// What a function results in, with the parameter behind it.
    fn joined(&self, name: &Node<'_>, suffix: Suffix<'_>) -> Result<Value, Obstacle> {
        let own = self.copied(name).ok_or_else(|| Obstacle::Computed("Fn::Join".to_owned(), String::new()))?;
        let parts = Value::List(vec![own, reference(suffix.parameter, "Ref")]);
        Ok(call("Fn::Join", Value::List(vec![Value::String(suffix.joint.to_owned()), parts])))
    }
}
