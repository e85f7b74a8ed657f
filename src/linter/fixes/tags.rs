//! What a new resource has from the resources around it: their tags, and the environment in its name.

use super::Workshop;
use super::names::Suffix;
use super::place::{branches, copied, is_no_value, is_same};
use crate::change::Value;
use crate::expand::Block;
use crate::facts::{self, TagShape};
use crate::syntax::{Kind, Node};

/// More tags than a resource can have.
const MAX_TAGS: usize = 50;
/// The parameter that tells deployments apart, by the default of the rules about names; others that templates have for it.
const ENVIRONMENTS: [&str; 5] = ["EnvironmentSuffix", "Environment", "EnvironmentName", "Env", "EnvName"];

/// A tag: its key, and its value as written.
pub(super) type Tag = (String, Value);

impl<'t> Workshop<'_, '_, 't> {
    /// The tags of a resource that another one can have as well: not its name, and nothing that refers to other resources.
    fn tags_of(&self, block: &Block<'t>) -> Vec<Tag> {
        let Ok((node, _)) = self.written(block) else { return Vec::new() };
        let kind = block.written_kind();
        let property = facts::written_tags(kind).map_or("Tags", |property| property.name);
        let tags = node.get("Properties").and_then(|properties| properties.get(property));
        let Some(tags) = tags.map(|tags| tags.get("Items").unwrap_or(tags)) else { return Vec::new() };
        let pairs: Vec<(&str, &Node<'t>)> = match &tags.kind {
            Kind::Sequence(items) => {
                items.iter().filter_map(|item| Some((item.get("Key")?.as_str()?, item.get("Value")?))).collect()
            }
            Kind::Mapping(entries) => entries.iter().map(|entry| (entry.key.as_ref(), &entry.value)).collect(),
            _ => Vec::new(),
        };
        let mut found: Vec<Tag> = Vec::new();
        for (key, value) in pairs.into_iter().take(MAX_TAGS) {
            let is_own = key == "Name" || key.starts_with("aws:") || key.starts_with("Fn::") || key == "Ref";
            if !is_own && self.is_for_all(value) && found.iter().all(|(known, _)| known != key) {
                found.push((key.to_owned(), copied(value)));
            }
        }
        found
    }

    /// Every tag of a resource as written, in all branches; without a value if it is only for this resource.
    pub(super) fn all_tags_of(&self, block: &Block<'t>) -> Vec<(&'t str, Option<Value>)> {
        let kind = block.written_kind();
        let property = facts::written_tags(kind).map_or("Tags", |property| property.name);
        let tags = block.node.get("Properties").and_then(|properties| properties.get(property));
        let mut found = Vec::new();
        let mut waiting: Vec<&'t Node<'t>> = tags.into_iter().collect();
        while let Some(node) = waiting.pop() {
            if let Some(branches) = branches(node) {
                waiting.extend(branches);
                continue;
            }
            let value = |value: &Node<'t>| self.is_for_all(value).then(|| copied(value));
            let key = |item: &'t Node<'t>| item.get("Key").or_else(|| item.get("TagKey"))?.as_str();
            match (&node.kind, key(node), node.get("Value").or_else(|| node.get("TagValue"))) {
                (Kind::Sequence(items), ..) => waiting.extend(items.iter().take(MAX_TAGS)),
                (Kind::Mapping(_), Some(key), Some(own)) => {
                    in_branches(own, &mut |own| found.push((key, value(own).filter(|_| key != "Name"))));
                }
                (Kind::Mapping(entries), ..) => {
                    for entry in entries.iter().take(MAX_TAGS) {
                        match entry.key.as_ref() {
                            "Items" => waiting.push(&entry.value),
                            name if name == "Ref" || name.starts_with("Fn::") || name.starts_with("aws:") => {}
                            // In some deployments, it is not there.
                            name => in_branches(&entry.value, &mut |own| {
                                found.push((name, value(own).filter(|_| name != "Name")));
                            }),
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Whether a value is the same in every resource: a text, or one with parameters.
    fn is_for_all(&self, value: &Node<'t>) -> bool {
        let Some(entries) = value.as_mapping() else {
            return value.scalar_text().is_some_and(|text| !text.contains("{{resolve:"));
        };
        let [only] = entries else { return false };
        match (only.key.as_ref(), only.value.as_str()) {
            ("Ref", Some(name)) => self.is_parameter(name),
            ("Fn::Sub", Some(text)) => self.has_only_parameters(text),
            _ => false,
        }
    }

    fn is_parameter(&self, name: &str) -> bool {
        self.model.parameter(name).is_some() || name.starts_with("AWS::") && name != "AWS::NoValue"
    }

    /// Whether a text for `Fn::Sub` takes nothing from resources.
    fn has_only_parameters(&self, text: &str) -> bool {
        text.split("${").skip(1).all(|part| {
            part.split_once('}').is_some_and(|(name, _)| name.starts_with('!') || self.is_parameter(name.trim()))
        })
    }

    /// The tags that all resources with tags have, with the same values.
    fn common_tags(&self) -> &[Tag] {
        self.tags.get_or_init(|| {
            let mut common: Option<Vec<Tag>> = None;
            for block in self.model.resources() {
                let tags = self.tags_of(block);
                if tags.is_empty() {
                    continue;
                }
                match &mut common {
                    Some(common) => common.retain(|tag| tags.contains(tag)),
                    None => common = Some(tags),
                }
            }
            common.unwrap_or_default()
        })
    }

    /// Gives a new resource the tags of the resource that it is for, or, if it is for several or that one has none, those that all have.
    pub(super) fn tag(&self, kind: &str, properties: &mut Vec<(String, Value)>, owner: Option<&Block<'t>>) {
        let Some(property) = facts::tag_shape(kind) else { return };
        if properties.iter().any(|(key, _)| key == property.name) {
            return;
        }
        let own = owner.map(|block| self.tags_of(block)).unwrap_or_default();
        let tags = if own.is_empty() { self.common_tags().to_vec() } else { own };
        if tags.is_empty() {
            return;
        }
        let is_propagating = property.shape == TagShape::PropagatingList;
        let item = |(key, value): Tag| {
            let mut fields = vec![("Key".to_owned(), Value::String(key)), ("Value".to_owned(), value)];
            if is_propagating {
                fields.push(("PropagateAtLaunch".to_owned(), Value::Bool(true)));
            }
            Value::Map(fields)
        };
        let value = match property.shape {
            TagShape::Map | TagShape::Json => Value::Map(tags),
            TagShape::List | TagShape::PropagatingList | TagShape::EitherList => {
                Value::List(tags.into_iter().map(item).collect())
            }
            TagShape::Items => {
                Value::Map(vec![("Items".to_owned(), Value::List(tags.into_iter().map(item).collect()))])
            }
            TagShape::Specifications => return,
        };
        properties.push((property.name.to_owned(), value));
    }

    /// Adds the parameter for the environment, if the template has one, to the physical name of a new resource. A name that comes from
    /// another resource (the log group of a function) has to stay. None if a resource of the template has the name.
    pub(super) fn name(&self, kind: &str, properties: &mut [(String, Value)]) -> Option<()> {
        let Some(path) = facts::name_property(kind) else { return Some(()) };
        let mut steps = path.split('.');
        let first = steps.next()?;
        let Some((_, name)) = properties.iter_mut().find(|(key, _)| key == first) else { return Some(()) };
        let mut name = name;
        for step in steps {
            let Value::Map(fields) = name else { return Some(()) };
            match fields.iter_mut().find(|(key, _)| key == step) {
                Some((_, inner)) => name = inner,
                None => return Some(()),
            }
        }
        let environment = ENVIRONMENTS.iter().find(|name| self.model.parameter(name).is_some());
        if let Some(environment) = environment
            && let Some(text) = as_sub(name)
            && self.has_only_parameters(&text)
            && !text.contains(&format!("${{{environment}}}"))
        {
            let suffix = Suffix { parameter: environment, joint: self.joint(environment).unwrap_or("-") };
            *name = Value::Map(vec![("Fn::Sub".to_owned(), Value::String(suffix.text(&text)))]);
        }
        let is_taken = self.model.of_type(kind).any(|block| {
            let properties = block.node.get("Properties");
            let own = path.split('.').try_fold(properties, |node, step| Some(node?.get(step)));
            own.flatten().is_some_and(|own| is_same(own, name))
        });
        (!is_taken).then_some(())
    }
}

/// A text as `Fn::Sub` takes it.
fn as_sub(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace("${", "${!")),
        Value::Map(fields) => match fields.as_slice() {
            [(function, Value::String(text))] if function == "Fn::Sub" => Some(text.clone()),
            [(function, Value::String(name))] if function == "Ref" => Some(format!("${{{name}}}")),
            _ => None,
        },
        _ => None,
    }
}

/// The values of all branches, apart from none.
fn in_branches<'n, 't>(node: &'n Node<'t>, visit: &mut dyn FnMut(&'n Node<'t>)) {
    match branches(node) {
        Some(both) => both.into_iter().for_each(|branch| in_branches(branch, visit)),
        None if is_no_value(node) => {}
        None => visit(node),
    }
}
