//! One template as written: its sections, parameters, conditions and resources, with their places. Judges nothing.

use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::{Entry, Kind, Node};
use foldhash::HashMap;
use std::sync::OnceLock;

/// A template whose sections have been distinguished. Borrows the located tree.
#[derive(Debug)]
pub struct Template<'t> {
    /// The whole document.
    pub root: &'t Node<'t>,
    /// `Parameters` that are maps.
    pub parameters: Vec<Parameter<'t>>,
    /// The entries of `Conditions`.
    pub conditions: &'t [Entry<'t>],
    /// The entries of `Mappings`.
    pub mappings: &'t [Entry<'t>],
    /// The entries of `Rules`.
    pub rules: &'t [Entry<'t>],
    /// The entries of `Resources` that are maps, as written: loops are not expanded.
    pub resources: Vec<ResourceBlock<'t>>,
    /// The entries of `Outputs`.
    pub outputs: &'t [Entry<'t>],
    /// The entries of `Metadata`.
    pub metadata: &'t [Entry<'t>],
    /// The macros that `Transform` names, in order.
    pub transforms: Vec<&'t str>,
    /// Sections and entries that are not what CloudFormation takes; the rest of the template is still there.
    pub oddities: Vec<Oddity>,
    places: Places<'t>,
}

/// Where the entries of sections are, by name; made when a longer section is first searched.
#[derive(Debug, Default)]
struct Places<'t> {
    parameters: OnceLock<HashMap<&'t str, usize>>,
    conditions: OnceLock<HashMap<&'t str, usize>>,
    mappings: OnceLock<HashMap<&'t str, usize>>,
}

/// The entry of a section with a name.
fn find<'a, 't, T>(
    entries: &'a [T],
    name_of: impl Fn(&'a T) -> &'t str,
    places: &OnceLock<HashMap<&'t str, usize>>,
    name: &str,
) -> Option<&'a T> {
    /// So many are searched one after the other.
    const FEW: usize = 8;
    if entries.len() <= FEW {
        return entries.iter().find(|entry| name_of(entry) == name);
    }
    let places =
        places.get_or_init(|| entries.iter().enumerate().map(|(place, entry)| (name_of(entry), place)).collect());
    entries.get(*places.get(name)?)
}

/// One entry of `Parameters`.
#[derive(Debug)]
pub struct Parameter<'t> {
    /// Its name.
    pub name: &'t str,
    /// Where the name is written.
    pub name_span: Span,
    /// The whole declaration.
    pub node: &'t Node<'t>,
    /// `String`, `Number`, `CommaDelimitedList`, `List<…>`, `AWS::SSM::Parameter::Value<…>`; empty where absent.
    pub kind: &'t str,
    /// `Default`.
    pub default: Option<&'t Node<'t>>,
    /// `AllowedValues`.
    pub allowed: &'t [Node<'t>],
    /// Whether `NoEcho` is true.
    pub no_echo: bool,
}

impl Parameter<'_> {
    /// Whether `Ref` gives a list.
    pub fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList"
            || self.kind.starts_with("List<")
            || self.kind.starts_with("AWS::SSM::Parameter::Value<List<")
            || self.kind == "AWS::SSM::Parameter::Value<CommaDelimitedList>"
    }

    /// Whether the value is the name of a Parameter Store entry that is read when the stack is deployed.
    pub fn reads_parameter_store(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value<")
    }
}

/// One entry of `Resources` as written.
#[derive(Debug)]
pub struct ResourceBlock<'t> {
    /// Its logical id.
    pub id: &'t str,
    /// Where the logical id is written.
    pub id_span: Span,
    /// The whole block.
    pub node: &'t Node<'t>,
    /// `Type`; empty where it is missing or not text.
    pub kind: &'t str,
    /// `Condition`, if it names one.
    pub condition: Option<&'t str>,
}

/// Something that is read around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Where.
    pub span: Span,
    /// What is odd, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Whether a resource is left out for it, of which CloudFormation would make none either.
    pub is_error: bool,
}

/// Whether a document is a template: a root map that has `Resources`.
pub fn is_template(root: &Node<'_>) -> bool {
    root.get("Resources").is_some()
}

/// What an entry of `Resources` is called.
const RESOURCE: &str = "resource";

/// The sections that CloudFormation knows.
const SECTIONS: [&str; 11] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
];

impl<'t> Template<'t> {
    /// Splits a document into its sections. Never fails: what is odd is noted and left out.
    pub fn new(root: &'t Node<'t>) -> Self {
        let mut oddities = Vec::new();
        for entry in root.as_mapping().unwrap_or_default() {
            if entry.key != "Transform" && !SECTIONS.contains(&entry.key.as_ref()) {
                let meant = nearest(&entry.key, SECTIONS.into_iter().chain(["Transform"]));
                oddities.push(Oddity {
                    span: entry.key_span,
                    message: format!("`{}` is not a section of a CloudFormation template, so it is ignored", entry.key),
                    help: match meant {
                        Some(meant) => format!("Did you mean `{meant}`?"),
                        None if entry.key == "Rain" => {
                            "Rain expands it. Run `rain pkg` on the file, and lint the output.".to_owned()
                        }
                        None => "Remove the section, or move it to `Metadata`.".to_owned(),
                    },
                    is_error: false,
                });
            }
        }
        let parameters: Vec<Parameter<'t>> = section(root, "Parameters", &mut oddities)
            .iter()
            .filter(|entry| is_map(entry, "parameter", &mut oddities))
            .map(parameter)
            .collect();
        let resources: Vec<_> = section(root, "Resources", &mut oddities)
            .iter()
            .filter(|entry| {
                // `Fn::ForEach::Name` and `Fn::Transform` stand among the resources. Loops and includes that could not be
                // expanded have been noted by those who tried; a macro is nobody's but its owner's.
                if entry.key.starts_with("Fn::") {
                    let name = entry.value.get("Name").and_then(Node::as_str);
                    if entry.key == "Fn::Transform" && name != Some("AWS::Include") {
                        oddities.push(not_expanded(entry));
                    }
                    return false;
                }
                is_map(entry, RESOURCE, &mut oddities)
            })
            .collect();
        let resources = resources.into_iter().map(|entry| resource(entry, &mut oddities)).collect();
        Self {
            root,
            parameters,
            resources,
            conditions: section(root, "Conditions", &mut oddities),
            mappings: section(root, "Mappings", &mut oddities),
            rules: section(root, "Rules", &mut oddities),
            outputs: section(root, "Outputs", &mut oddities),
            metadata: section(root, "Metadata", &mut oddities),
            transforms: transforms(root, &mut oddities),
            oddities: {
                oddities.sort_by_key(|oddity| oddity.span);
                oddities
            },
            places: Places::default(),
        }
    }

    /// The parameter with this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter<'t>> {
        find(&self.parameters, |parameter| parameter.name, &self.places.parameters, name)
    }

    /// The condition with this name.
    pub fn condition(&self, name: &str) -> Option<&'t Node<'t>> {
        find(self.conditions, |entry| entry.key.as_ref(), &self.places.conditions, name).map(|entry| &entry.value)
    }

    /// The mapping with this name, with its key.
    pub fn mapping_entry(&self, name: &str) -> Option<&'t Entry<'t>> {
        find(self.mappings, |entry| entry.key.as_ref(), &self.places.mappings, name)
    }

    /// The mapping with this name.
    pub fn mapping(&self, name: &str) -> Option<&'t Node<'t>> {
        self.mapping_entry(name).map(|entry| &entry.value)
    }
}

/// The entries of a section; none, with a note, where it is not a map.
fn section<'t>(root: &'t Node<'t>, name: &str, oddities: &mut Vec<Oddity>) -> &'t [Entry<'t>] {
    let Some(Entry { key_span, value: node, .. }) = root.entry(name) else { return &[] };
    // CloudFormation: "At least one Resources member must be defined".
    if name == "Resources" && (node.kind == Kind::Null || matches!(node.as_mapping(), Some([]))) {
        oddities.push(Oddity {
            span: *key_span,
            message: "`Resources` is empty, so there is nothing to check".to_owned(),
            help: "Add at least one resource. CloudFormation does not accept a template without resources.".to_owned(),
            is_error: false,
        });
        return &[];
    }
    node.as_mapping().unwrap_or_else(|| {
        oddities.push(Oddity {
            span: node.span,
            message: format!("`{name}` is {}, not a map, so it is ignored", node.describe()),
            help: format!("Write `{name}` as a map of names to declarations, or remove it."),
            is_error: name == "Resources",
        });
        &[]
    })
}

/// A loop or an include among the resources, which is left alone.
fn not_expanded(entry: &Entry<'_>) -> Oddity {
    Oddity {
        span: entry.key_span,
        message: format!("`{}` is not expanded, so the resources that it creates are not checked", entry.key),
        help: "Lint the processed template too. To get it, run `aws cloudformation get-template --template-stage \
               Processed`."
            .to_owned(),
        is_error: false,
    }
}

fn is_map(entry: &Entry<'_>, what: &str, oddities: &mut Vec<Oddity>) -> bool {
    if entry.value.as_mapping().is_some() {
        return true;
    }
    oddities.push(Oddity {
        span: entry.value.span,
        message: format!("{what} `{}` is {}, not a map, so it is ignored", entry.key, entry.value.describe()),
        help: format!("Declare the {what} as a map, or remove it."),
        is_error: what == RESOURCE,
    });
    false
}

/// One entry of `Parameters`.
pub fn parameter<'t>(entry: &'t Entry<'t>) -> Parameter<'t> {
    let node = &entry.value;
    Parameter {
        name: &entry.key,
        name_span: entry.key_span,
        node,
        kind: node.get("Type").and_then(Node::as_str).unwrap_or(""),
        default: node.get("Default"),
        allowed: node.get("AllowedValues").and_then(Node::as_sequence).unwrap_or_default(),
        no_echo: node.get("NoEcho").and_then(Node::scalar_text).is_some_and(|text| text.eq_ignore_ascii_case("true")),
    }
}

fn resource<'t>(entry: &'t Entry<'t>, oddities: &mut Vec<Oddity>) -> ResourceBlock<'t> {
    let node = &entry.value;
    let kind = node.get("Type").and_then(Node::as_str).filter(|kind| !kind.is_empty()).unwrap_or_else(|| {
        oddities.push(unreadable_type(entry));
        ""
    });
    let odd_properties = odd_properties(node);
    oddities.extend(odd_properties.map(|properties| Oddity {
        span: properties.span,
        message: format!(
            "the `Properties` of resource `{}` are {}, not a map, so no rule checks the resource",
            entry.key,
            properties.describe()
        ),
        help: "Write `Properties` as a map of names to values, without a `-` before the first name.".to_owned(),
        is_error: true,
    }));
    let kind = if odd_properties.is_some() { "" } else { kind };
    let condition = node.get("Condition").and_then(|condition| {
        condition.as_str().or_else(|| {
            oddities.push(Oddity {
                span: condition.span,
                message: format!("the `Condition` of resource `{}` is not the name of a condition", entry.key),
                help: "Set `Condition` to the name of a condition in the template. hipaalint assumes that the \
                       resource always exists."
                    .to_owned(),
                is_error: false,
            });
            None
        })
    });
    ResourceBlock { id: &entry.key, id_span: entry.key_span, node, kind, condition }
}

/// The properties of a resource where they are something else than a map, or nothing.
pub fn odd_properties<'n, 't>(resource: &'n Node<'t>) -> Option<&'n Node<'t>> {
    resource.get("Properties").filter(|properties| !matches!(properties.kind, Kind::Mapping(_) | Kind::Null))
}

/// A resource whose type is missing or not a text.
fn unreadable_type(entry: &Entry<'_>) -> Oddity {
    let written = entry.value.get("Type");
    let found = match written {
        None => "missing",
        Some(Node { kind: Kind::String(_), .. }) => "empty",
        Some(other) => other.describe(),
    };
    Oddity {
        span: written.map_or(entry.key_span, |written| written.span),
        message: format!("the `Type` of resource `{}` is {found}, so no rule checks the resource", entry.key),
        help: "Set the type, such as `AWS::S3::Bucket`.".to_owned(),
        is_error: false,
    }
}

fn transforms<'t>(root: &'t Node<'t>, oddities: &mut Vec<Oddity>) -> Vec<&'t str> {
    let Some(node) = root.get("Transform") else { return Vec::new() };
    let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
    items
        .iter()
        .filter_map(|item| {
            let name = item.as_str().or_else(|| item.get("Name").and_then(Node::as_str));
            if name.is_none() {
                oddities.push(Oddity {
                    span: item.span,
                    message: format!("`Transform` contains {}, not the name of a macro", item.describe()),
                    help: "Set the name of the macro, such as `AWS::Serverless-2016-10-31`.".to_owned(),
                    is_error: false,
                });
            }
            name
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn what_is_not_expanded_is_said() {
        let text = "\
Resources:
  Fn::ForEach::Ports: [Port, ['22'], {'In${Port}': {Type: AWS::EC2::SecurityGroupIngress}}]
  Fn::Transform: {Name: Macro}
  Topic: {Type: AWS::SNS::Topic}
";
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let said: Vec<_> =
            template.oddities.iter().filter_map(|oddity| oddity.message.split_once("` is not")).collect();
        assert_eq!(said.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["`Fn::Transform"]);
        assert_eq!(template.resources.iter().map(|resource| resource.id).collect::<Vec<_>>(), ["Topic"]);
    }
}
