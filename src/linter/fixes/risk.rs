//! What a fix does to a deployed resource, from AWS's data: whether CloudFormation replaces it, refuses the change, or interrupts it.

use super::neighbors::Neighbors;
use super::place::{Deed, is_no_value};
use crate::change::{self, Action, Change, Value};
use crate::expand::{Block, Model, Section};
use crate::facts::{Replacement, interruption, is_stateful, name_property, replacement, reviewed_value};
use crate::rules::fix::Recipe;
use crate::rules::path::Step;
use rustc_hash::FxHashMap;
use std::cell::{OnceCell, RefCell};

/// Names that a title or note lists.
const MAX_NAMED: usize = 4;
/// What the reviewed list has for a value that is a reference.
const REFERENCE: &str = "&";
/// What is between several values on it.
const OR: char = '|';
/// The types whose properties are known, and the properties of each, at most.
pub(super) const MAX_TYPES: usize = 256;
pub(super) const MAX_PROPERTIES: usize = 64;
/// The types of which a new resource with the same name is a new revision or version of it. Source: "family" of an ECS task definition,
/// "Create a job definition" of AWS Batch and "PublishLayerVersion" of AWS Lambda, API references, 2026-11.
const REVISED: [&str; 3] = ["AWS::Batch::JobDefinition", "AWS::ECS::TaskDefinition", "AWS::Lambda::LayerVersion"];
/// Longer values are not in titles.
const MAX_VALUE: usize = 60;

/// What a fix changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Deeds {
    pub(super) all: Vec<Touched>,
    /// New resources: name and type.
    pub(super) added: Vec<(String, String)>,
    /// The keys of the tags that are added.
    pub(super) tags: Vec<String>,
    /// More that has to be known, as sentences.
    pub(super) notes: Vec<String>,
}

/// A property that is changed.
#[derive(Clone, Debug)]
pub(super) struct Touched {
    /// The logical ID and the type of the resource; `parameter` for one.
    name: String,
    kind: String,
    is_property: bool,
    /// Joined by dots, without `Properties`.
    path: String,
    /// The property with the custom name of the resource, if it has one.
    custom_name: Option<&'static str>,
    deed: Deed,
    leaves: OnceCell<Vec<Leaf>>,
    replacement: OnceCell<Option<Replacement>>,
}

/// A scalar that changes.
#[derive(Clone, Debug)]
struct Leaf {
    /// The new value; none if it goes.
    value: Option<String>,
    known: Known,
}

/// What AWS's data has about a change of a property.
#[derive(Copy, Clone, Debug)]
struct Known {
    reviewed: Option<&'static str>,
    replacement: Replacement,
    interruption: Option<&'static str>,
}

/// That of the properties of one type.
type ByPath = FxHashMap<Box<str>, Known>;

impl Known {
    /// That of a property of a type. The same fixes are made for many resources, and searching the data takes time.
    fn of(kind: &str, path: &str) -> Self {
        thread_local! {
            static KNOWN: RefCell<FxHashMap<Box<str>, ByPath>> = RefCell::default();
        }
        KNOWN.with_borrow_mut(|types| {
            if let Some(known) = types.get(kind).and_then(|properties| properties.get(path)) {
                return *known;
            }
            let known = Self {
                reviewed: reviewed_value(kind, path),
                replacement: replacement(kind, path),
                interruption: interruption(kind, path),
            };
            // What a hostile template invents does not pile up.
            if types.len() < MAX_TYPES || types.contains_key(kind) {
                let properties = types.entry(kind.into()).or_default();
                if properties.len() < MAX_PROPERTIES {
                    properties.insert(path.into(), known);
                }
            }
            known
        })
    }
}

impl Touched {
    pub(super) fn new(block: &Block<'_>, chain: &[Step], deed: &Deed) -> Self {
        let is_property = matches!(chain.first(), Some(Step::Name(name)) if name == "Properties");
        let mut path = String::new();
        for step in chain.iter().skip(usize::from(is_property)) {
            match step {
                Step::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Index(_) | Step::Every => path.push_str("[*]"),
            }
        }
        let kind = match block.section {
            Section::Parameters => "parameter",
            _ => block.kind,
        };
        let has_name = |path: &&str| {
            let properties = block.node.get("Properties");
            let name = path.split('.').try_fold(properties, |node, step| Some(node?.get(step))).flatten();
            name.is_some_and(|name| !is_no_value(name))
        };
        Self {
            name: block.written_name().to_owned(),
            kind: kind.to_owned(),
            is_property,
            path,
            custom_name: name_property(kind).filter(has_name),
            deed: deed.clone(),
            leaves: OnceCell::new(),
            replacement: OnceCell::new(),
        }
    }

    /// The scalars that change.
    fn leaves(&self) -> &[Leaf] {
        self.leaves.get_or_init(|| self.make_leaves())
    }

    fn make_leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let item = || format!("{}[*]", self.path);
        match &self.deed {
            Deed::Set(value) | Deed::Replace(value) | Deed::Fill(value) => self.walk(&self.path, value, &mut leaves),
            Deed::Append(value) => self.walk(&item(), value, &mut leaves),
            Deed::Put(fields) | Deed::Tag(fields) => {
                let item = item();
                fields.iter().skip(1).for_each(|(key, value)| self.walk(&format!("{item}.{key}"), value, &mut leaves));
            }
            Deed::Remove => leaves.push(self.leaf(&self.path, None)),
        }
        leaves
    }

    fn walk(&self, path: &str, value: &Value, leaves: &mut Vec<Leaf>) {
        let text = match value {
            Value::Map(fields) if !is_call(fields) => {
                return fields.iter().for_each(|(key, value)| self.walk(&format!("{path}.{key}"), value, leaves));
            }
            Value::List(items) => {
                return items.iter().for_each(|item| self.walk(&format!("{path}[*]"), item, leaves));
            }
            Value::Moved(moved) => return self.walk(path, &moved.value, leaves),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) | Value::String(text) => text.clone(),
            Value::Map(_) => REFERENCE.to_owned(),
            Value::Null => String::new(),
        };
        leaves.push(self.leaf(path, Some(text)));
    }

    fn leaf(&self, path: &str, value: Option<String>) -> Leaf {
        Leaf { value, known: Known::of(&self.kind, path) }
    }

    fn is_reviewed(&self) -> bool {
        self.leaves().iter().all(|Leaf { value, known }| match (known.reviewed, value) {
            (Some(reviewed), Some(value)) => !reviewed.is_empty() && reviewed.split(OR).any(|one| one == value),
            (Some(reviewed), None) => reviewed.is_empty(),
            (None, _) => false,
        })
    }

    /// What CloudFormation does to the resource: the worst of it.
    fn replacement(&self) -> Option<Replacement> {
        let rank = |replacement: &Replacement| match replacement {
            Replacement::InPlace => 0,
            Replacement::Unlisted => 1,
            Replacement::Maybe => 2,
            Replacement::Always => 3,
            Replacement::Refused => 4,
        };
        let all = || self.leaves().iter().map(|leaf| leaf.known.replacement).max_by_key(rank);
        *self.replacement.get_or_init(|| if self.is_property { all() } else { None })
    }

    /// What a new version of a launch template does to the resources that have its number.
    fn new_version(&self, neighbors: &Neighbors<'_, '_>) -> Vec<String> {
        let (mut replaced, mut perhaps, mut groups): (Vec<&str>, Vec<&str>, Vec<&str>) = Default::default();
        for (user, path) in neighbors.users_of_version(&self.name) {
            let property = path.strip_prefix("Properties/").map(|path| path.replace('/', "."));
            let into = match property.map(|path| replacement(user.kind, &path)) {
                Some(Replacement::Always) => &mut replaced,
                _ if replaces_instances(user) => &mut groups,
                Some(Replacement::Maybe) => &mut perhaps,
                _ => continue,
            };
            if !into.contains(&user.name) {
                into.push(user.name);
            }
        }
        let name = &self.name;
        let all = [
            (replaced, "so CloudFormation replaces", ": data on their disks is lost unless you keep it"),
            (perhaps, "so CloudFormation may replace", ""),
            (groups, "so CloudFormation or the service replaces the instances of", ""),
        ];
        let sentence = |(users, does, then): (Vec<&str>, &str, &str)| {
            (!users.is_empty()).then(|| format!("`{name}` gets a new version, {does} {}{then}.", listed(&users)))
        };
        all.into_iter().filter_map(sentence).collect()
    }

    fn risk(&self, neighbors: &Neighbors<'_, '_>) -> Vec<String> {
        let Self { name, kind, path, .. } = self;
        let mut risk = Vec::new();
        match self.replacement() {
            None | Some(Replacement::InPlace) => {}
            Some(Replacement::Unlisted) => {
                risk.push(format!(
                    "No source states whether CloudFormation changes `{path}` without replacing the resource."
                ));
            }
            Some(Replacement::Maybe) => {
                risk.push(format!("CloudFormation may replace `{name}`: read the change set."));
            }
            Some(Replacement::Refused) => {
                risk.push(format!(
                    "CloudFormation refuses to change `{path}` of a deployed resource: create a new one with it, and move \
                     what the old one has."
                ));
            }
            Some(Replacement::Always) => {
                risk.push(match (is_stateful(kind), has_snapshots(kind)) {
                    (false, _) => format!("CloudFormation replaces `{name}`."),
                    (true, true) => format!(
                        "CloudFormation replaces `{name}`, and the new one is empty: make a snapshot, copy it encrypted, and \
                         restore from the copy instead."
                    ),
                    (true, false) => format!(
                        "CloudFormation replaces `{name}`, and the new one is empty: create a new one next to it, and move the \
                         data first."
                    ),
                });
                // Source: AWS CloudFormation Template Reference, "CloudFormation resource custom naming"
                // (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html), 2026-11.
                // A name that CloudFormation changes in place does not identify the resource.
                let is_identity = |property: &&str| {
                    property != path
                        && replacement(kind, property) == Replacement::Always
                        && !REVISED.contains(&kind.as_str())
                };
                if let Some(property) = self.custom_name.filter(is_identity) {
                    risk.push(format!(
                        "It has a custom name, and CloudFormation cannot replace it unless `{property}` changes, too."
                    ));
                }
                let (mut others, mut perhaps): (Vec<&str>, Vec<&str>) = Default::default();
                for (other, path) in neighbors.users(name).filter(|(other, _)| other.name != name.as_str()) {
                    let property = path.strip_prefix("Properties/").map(|path| path.replace('/', "."));
                    let into = match property.map(|path| replacement(other.kind, &path)) {
                        Some(Replacement::Always) => &mut others,
                        Some(Replacement::Maybe) => &mut perhaps,
                        _ => continue,
                    };
                    if !into.contains(&other.name) {
                        into.push(other.name);
                    }
                }
                perhaps.retain(|name| !others.contains(name));
                if !others.is_empty() {
                    risk.push(format!("It also replaces {}, which cannot change the reference.", listed(&others)));
                }
                if !perhaps.is_empty() {
                    risk.push(format!("It may also replace {}, because the reference changes.", listed(&perhaps)));
                }
            }
        }
        if kind == "AWS::EC2::LaunchTemplate" && self.replacement() != Some(Replacement::Always) {
            risk.extend(self.new_version(neighbors));
        }
        let mut sentences = self.leaves().iter().filter_map(|leaf| leaf.known.interruption);
        risk.extend(sentences.next().filter(|_| self.is_property).map(str::to_owned));
        risk
    }
}

/// What who deploys a template has to acknowledge because of its resources.
#[derive(Copy, Clone, Default)]
pub(super) struct Acknowledged {
    /// There is a resource of IAM.
    is_iam: bool,
    /// There is one with a name of its own.
    is_named: bool,
}

impl Acknowledged {
    pub(super) fn of(model: &Model<'_, '_>) -> Self {
        let mut iam = model.resources().iter().filter(|block| is_iam(block.kind)).peekable();
        let is_named = |block: &Block<'_>| {
            name_property(block.kind).and_then(|name| block.node.get("Properties")?.get(name)).is_some()
        };
        Self { is_iam: iam.peek().is_some(), is_named: iam.any(is_named) }
    }
}

fn is_iam(kind: &str) -> bool {
    kind.starts_with("AWS::IAM::")
}

impl Deeds {
    /// Whether all that changes was reviewed.
    pub(super) fn are_reviewed(&self) -> bool {
        self.added.is_empty() && self.all.iter().all(Touched::is_reviewed)
    }

    /// What the changes do to deployed resources, as sentences.
    pub(super) fn on_deployed(&self, neighbors: &Neighbors<'_, '_>) -> Vec<String> {
        let mut risk: Vec<String> = Vec::new();
        for sentence in self.all.iter().flat_map(|touched| touched.risk(neighbors)) {
            if !risk.contains(&sentence) {
                risk.push(sentence);
            }
        }
        risk
    }

    /// What else the changes do, as sentences.
    pub(super) fn risk(&self, neighbors: &Neighbors<'_, '_>) -> Vec<String> {
        let mut risk = self.on_deployed(neighbors);
        for sentence in self.notes.iter().cloned() {
            if !risk.contains(&sentence) {
                risk.push(sentence);
            }
        }
        risk
    }

    /// What who deploys the template has to acknowledge because of the resources that are added, as a sentence; none if the template as it
    /// is needs the same.
    ///
    /// Source: AWS CloudFormation User Guide, "Acknowledging IAM resources in CloudFormation templates"
    /// (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html), 2026-11.
    pub(super) fn capability(&self, changes: &[Change], known: impl FnOnce() -> Acknowledged) -> Option<String> {
        let mut added = self.added.iter().filter(|(_, kind)| is_iam(kind)).peekable();
        added.peek()?;
        let has_name = |(name, kind): &(String, String)| {
            let properties = changes.iter().find_map(|change| match (change.path.as_slice(), &change.action) {
                ([_, change::Step::Key(own)], Action::Set(Value::Map(fields))) if own == name => {
                    fields.iter().find(|(key, _)| key == "Properties").map(|(_, value)| value)
                }
                _ => None,
            });
            let is_named = |property: &str| matches!(properties, Some(Value::Map(fields)) if fields.iter().any(|(key, _)| key == property));
            name_property(kind).is_some_and(is_named)
        };
        let capability = if added.any(has_name) { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" };
        let known = known();
        let is_needed = known.is_named || (known.is_iam && capability == "CAPABILITY_IAM");
        (!is_needed).then(|| format!("Who deploys the template then has to pass `{capability}`."))
    }

    /// The same, of a fix that is only shown: what would be added has no name.
    pub(super) fn shown(mut self) -> Self {
        let added = std::mem::take(&mut self.added);
        for touched in &mut self.all {
            if let Deed::Set(value) | Deed::Replace(value) = &mut touched.deed
                && let Some((_, kind)) = added.iter().find(|(name, _)| shown(value) == Some(format!("`{name}`")))
            {
                *value = Value::List(vec![Value::String(kind.clone())]);
                (touched.leaves, touched.replacement) = (OnceCell::new(), OnceCell::new());
            }
        }
        self
    }

    /// What the changes do, as a command.
    pub(super) fn title(&self, recipe: &Recipe) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (name, kind) in &self.added {
            parts.push(format!("add `{name}` ({kind})"));
        }
        if !self.tags.is_empty() {
            let keys: Vec<&str> = self.tags.iter().map(String::as_str).collect();
            parts.push(format!("add the {} {}", if keys.len() == 1 { "tag" } else { "tags" }, listed(&keys)));
        }
        for touched in &self.all {
            let path = &touched.path;
            let part = match &touched.deed {
                // Those are named as a whole.
                Deed::Fill(_) | Deed::Tag(_) => continue,
                Deed::Set(value) | Deed::Replace(value) => match shown(value) {
                    Some(value) => format!("set `{path}` to {value}"),
                    None => format!("set `{path}`"),
                },
                Deed::Append(_) => format!("add an item to `{path}`"),
                Deed::Put(fields) => match fields.as_slice() {
                    [(_, name), (_, value), ..] => match (shown(name), shown(value)) {
                        (Some(name), Some(value)) => format!("set {name} of `{path}` to {value}"),
                        _ => format!("set an item of `{path}`"),
                    },
                    _ => format!("set an item of `{path}`"),
                },
                Deed::Remove => format!("remove `{path}`"),
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        if parts.is_empty() {
            // Nothing was found: the paths of the rule.
            parts.extend(recipe.places().map(|(_, path, _)| format!("set `{}`", path.path.text)));
        }
        let more = parts.len().saturating_sub(MAX_NAMED);
        parts.truncate(MAX_NAMED);
        if more > 0 {
            parts.push(format!("change {more} more"));
        }
        let mut title = match parts.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            parts => parts.concat(),
        };
        if let Some(first) = title.get(..1).map(str::to_ascii_uppercase) {
            title.replace_range(..1, &first);
        }
        let replaces = self.all.iter().any(|touched| touched.replacement() == Some(Replacement::Always));
        if replaces { format!("{title}, which replaces the resource") } else { title }
    }
}

/// A value in a title; none if it is too long.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(format!("`{value}`")),
        Value::Number(text) | Value::String(text) if text.len() <= MAX_VALUE && !text.contains(['\n', '`']) => {
            Some(format!("`{text}`"))
        }
        // What a fix that is only shown does not add.
        Value::List(items) => match items.as_slice() {
            [Value::String(kind)] if kind == "AWS::KMS::Key" => Some("a customer managed key".to_owned()),
            _ => None,
        },
        Value::Map(fields) => match fields.as_slice() {
            [(function, Value::String(name))] if function == "Ref" => Some(format!("`{name}`")),
            [(function, Value::List(parts))] if function == "Fn::GetAtt" => match parts.as_slice() {
                [Value::String(name), ..] => Some(format!("`{name}`")),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether the instances of a resource are replaced when its launch template gets another version.
///
/// Sources, 2026-11: AWS CloudFormation Template Reference, "UpdatePolicy attribute" (aws-attribute-updatepolicy.html); Amazon EKS User
/// Guide, "Update a managed node group for your cluster" (docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html).
fn replaces_instances(user: &Block<'_>) -> bool {
    let policy = user.node.get("UpdatePolicy");
    let has = |name: &str| policy.is_some_and(|policy| policy.get(name).is_some());
    user.kind == "AWS::EKS::Nodegroup" || has("AutoScalingRollingUpdate") || has("AutoScalingReplacingUpdate")
}

fn is_call(fields: &[(String, Value)]) -> bool {
    matches!(fields, [(name, _)] if name == "Ref" || name.starts_with("Fn::"))
}

/// Whether snapshots of resources of a type can be copied with a key.
fn has_snapshots(kind: &str) -> bool {
    ["AWS::RDS::", "AWS::DocDB::", "AWS::Neptune::", "AWS::Redshift::"].iter().any(|service| kind.starts_with(service))
}

/// `` `A`, `B` and 3 more ``.
fn listed(names: &[&str]) -> String {
    listed_up_to(names, MAX_NAMED)
}

/// The same, with the number of names.
pub(super) fn listed_up_to(names: &[&str], most: usize) -> String {
    let mut shown: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(most);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    match shown.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => shown.concat(),
    }
}
