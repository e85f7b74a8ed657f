//! Which resource refers to which, through which property: as written, in every branch of every condition.

use crate::expand::{Block, Model};
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use std::collections::HashSet;

/// How one resource refers to another.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt`.
    GetAtt,
    /// `${Name}` or `${Name.Attribute}` in `Fn::Sub`.
    Sub,
    /// `DependsOn`.
    DependsOn,
}

/// One reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge<'t> {
    /// The resource that refers.
    pub from: &'t str,
    /// The resource that it refers to.
    pub to: &'t str,
    /// How.
    pub kind: EdgeKind,
    /// The attribute, of `Fn::GetAtt` and `${Name.Attribute}`.
    pub attribute: Option<&'t str>,
    /// The property that holds the reference, from the resource on: `Properties/Role`. Functions are no steps.
    pub path: String,
    /// The reference.
    pub span: Span,
}

/// All references between the resources of a template, in the order of the text.
///
/// References to parameters, to names that do not exist and of a resource to itself are none.
pub fn edges<'t>(model: &Model<'_, 't>) -> Vec<Edge<'t>> {
    let names: HashSet<&'t str> = model.resources.iter().map(|resource| resource.name).collect();
    let mut edges = Vec::new();
    for resource in &model.resources {
        let mut walk = Walk { resource, names: &names, path: Vec::new(), edges: &mut edges };
        for entry in resource.node.as_mapping().unwrap_or_default() {
            if entry.key == "DependsOn" {
                let items = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
                for item in items {
                    if let Some(name) = item.as_str() {
                        walk.path = vec!["DependsOn".into()];
                        walk.add(name, None, EdgeKind::DependsOn, item.span);
                    }
                }
                walk.path.clear();
            } else {
                walk.step(&entry.key, &entry.value);
            }
        }
    }
    edges
}

struct Walk<'a, 't> {
    resource: &'a Block<'t>,
    names: &'a HashSet<&'t str>,
    path: Vec<String>,
    edges: &'a mut Vec<Edge<'t>>,
}

impl<'t> Walk<'_, 't> {
    fn step(&mut self, key: &str, node: &'t Node<'t>) {
        self.path.push(key.to_owned());
        self.node(node);
        self.path.pop();
    }

    fn node(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || only.key.starts_with("Fn::") => self.function(only, node.span),
                entries => entries.iter().for_each(|entry| self.step(&entry.key, &entry.value)),
            },
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(&index.to_string(), item);
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, call: &'t Entry<'t>, span: Span) {
        let argument = &call.value;
        match call.key.as_ref() {
            "Ref" => {
                if let Some(name) = argument.as_str() {
                    self.add(name, None, EdgeKind::Ref, span);
                }
            }
            "Fn::GetAtt" => {
                let (name, attribute) = match (argument.as_str(), argument.as_sequence()) {
                    (Some(text), _) => match text.split_once('.') {
                        Some((name, attribute)) => (Some(name), Some(attribute)),
                        None => (None, None),
                    },
                    (None, Some([name, attribute, ..])) => (name.as_str(), attribute.as_str()),
                    _ => (None, None),
                };
                if let Some(name) = name {
                    self.add(name, attribute, EdgeKind::GetAtt, span);
                }
            }
            "Fn::Sub" => {
                let (text, variables) = match (argument, argument.as_sequence()) {
                    (_, Some([text, variables, ..])) => (text, Some(variables)),
                    (_, Some([text])) => (text, None),
                    (text, _) => (text, None),
                };
                let own = variables.and_then(Node::as_mapping).unwrap_or_default();
                for name in text.as_str().into_iter().flat_map(placeholders) {
                    if own.iter().any(|entry| entry.key == name) {
                        continue;
                    }
                    let (name, attribute) = match name.split_once('.') {
                        Some((name, attribute)) => (name, Some(attribute)),
                        None => (name, None),
                    };
                    self.add(name, attribute, EdgeKind::Sub, text.span);
                }
                own.iter().for_each(|entry| self.node(&entry.value));
            }
            _ => self.argument(argument),
        }
    }

    /// A function and its lists are no steps of the way: the property is what links.
    fn argument(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.argument(item)),
            _ => self.node(node),
        }
    }

    fn add(&mut self, name: &'t str, attribute: Option<&'t str>, kind: EdgeKind, span: Span) {
        if name != self.resource.name
            && let Some(to) = self.names.get(name)
        {
            let path = self.path.join("/");
            self.edges.push(Edge { from: self.resource.name, to, kind, attribute, path, span });
        }
    }
}

/// The names in the `${…}` of a `Fn::Sub` text; `${!Literal}` has none.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        (!name.starts_with('!')).then(|| name.trim())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::eval::Memory;
    use crate::source::SourceId;
    use crate::template::Template;

    #[test]
    fn every_kind_of_reference_with_its_property() {
        let text = r#"
Parameters: {Env: {Type: String}}
Resources:
  Key: {Type: AWS::KMS::Key}
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: [Key, Nowhere]
    Properties:
      BucketName: !Sub "${Env}-${Key}-${!Key}"
      Tags:
        - {Key: key, Value: !If [C, !GetAtt Key.Arn, !Join ["", [x, !Ref Key]]]}
        - {Key: own, Value: !Sub ["${Key.Arn}${Key}", {Key: !Ref Env}]}
  Loop:
    Type: AWS::SNS::Topic
    DependsOn: Bucket
    Properties: {TopicName: !Ref Loop}
"#;
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let memory = Memory::default();
        let pinned = Default::default();
        let model = Model::new(&template, &pinned, &memory);
        let found: Vec<String> = edges(&model)
            .iter()
            .map(|edge| {
                let attribute = edge.attribute.map(|name| format!(".{name}")).unwrap_or_default();
                format!("{} {:?} {}{attribute} at {}", edge.from, edge.kind, edge.to, edge.path)
            })
            .collect();
        assert_eq!(
            found,
            [
                "Bucket DependsOn Key at DependsOn",
                "Bucket Sub Key at Properties/BucketName",
                "Bucket GetAtt Key.Arn at Properties/Tags/0/Value",
                "Bucket Ref Key at Properties/Tags/0/Value",
                "Bucket Sub Key.Arn at Properties/Tags/1/Value",
                "Loop DependsOn Bucket at DependsOn",
            ]
        );
    }
}
