//! Which resource refers to which, through which property: as written, in every branch of every condition.

use super::components::Adjacency;
use super::references::{self, Branch, Met, Reference, Use};
use crate::eval::Run;
use crate::expand::{Block, Model, exists};
use crate::source::Span;

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

impl EdgeKind {
    pub(super) fn by(by: Use) -> Option<Self> {
        match by {
            Use::Ref => Some(Self::Ref),
            Use::GetAtt => Some(Self::GetAtt),
            Use::Sub => Some(Self::Sub),
            Use::DependsOn => Some(Self::DependsOn),
            Use::Condition | Use::Mapping => None,
        }
    }

    /// As templates name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ref => "Ref",
            Self::GetAtt => "Fn::GetAtt",
            Self::Sub => "Fn::Sub",
            Self::DependsOn => "DependsOn",
        }
    }
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
    /// The property that holds the reference, from the resource on: `Properties/Role`. Functions are not steps.
    pub path: String,
    /// The reference.
    pub span: Span,
    /// The branches of `Fn::If` that lead to it.
    pub branches: Vec<Branch<'t>>,
}

impl<'t> Edge<'t> {
    /// Whether the reference is there in every deployment.
    pub fn is_unconditional(&self, model: &Model<'_, 't>) -> bool {
        let always = |name| model.resource(name).is_some_and(|block| block.condition.is_none());
        self.branches.is_empty() && always(self.from) && always(self.to)
    }

    /// Whether the reference is there in a run's scenario: both resources exist, and its branches are taken.
    pub fn is_live(&self, run: &mut Run<'_, 't>, model: &Model<'_, 't>) -> bool {
        [self.from, self.to].into_iter().all(|name| model.resource(name).is_some_and(|block| exists(run, block)))
            && self.branches.iter().all(|(condition, taken)| run.condition(condition) == *taken)
    }
}

/// All references between the resources of a template, in the order of the text.
///
/// References to parameters, to names that do not exist and of a resource to itself do not count.
pub fn edges<'t>(model: &Model<'_, 't>) -> Vec<Edge<'t>> {
    let mut edges = dependencies(model);
    edges.retain(|edge| edge.from != edge.to);
    edges
}

/// All references between the resources of a template, of a resource to itself too, in the order of the text.
pub fn dependencies<'t>(model: &Model<'_, 't>) -> Vec<Edge<'t>> {
    model.resources().iter().flat_map(|resource| edges_of(model, resource)).collect()
}

/// The references of one resource to resources of the template, in the order of the text.
pub fn edges_of<'t>(model: &Model<'_, 't>, resource: &Block<'t>) -> Vec<Edge<'t>> {
    edges_that(model, resource, |_| true)
}

/// Those of them that count: most are looked at and not kept.
pub fn edges_that<'t>(
    model: &Model<'_, 't>,
    resource: &Block<'t>,
    counts: impl Fn(&Met<'_, 't>) -> bool,
) -> Vec<Edge<'t>> {
    let mut edges = Vec::new();
    references::of_resource(resource.node, &mut |met| {
        let Some(kind) = EdgeKind::by(met.by).filter(|_| counts(met)) else { return };
        if let Some(to) = model.resource(met.name) {
            let Reference { attribute, path, span, branches, .. } = met.reference();
            edges.push(Edge { from: resource.name, to: to.name, kind, attribute, path, span, branches });
        }
    });
    edges
}

/// Which resources each resource refers to, by their places in the model: all that [`dependencies`] has, without the places.
pub fn neighbours(model: &Model<'_, '_>) -> Adjacency {
    let reads = &model.evaluator.reads;
    let of = |(place, resource): (usize, &Block<'_>)| {
        if let Some(known) = reads.known_neighbours(place) {
            return known;
        }
        let mut found = Vec::new();
        references::of_resource(resource.node, &mut |met| {
            if EdgeKind::by(met.by).is_some() {
                found.extend(model.place_of(met.name));
            }
        });
        reads.know_neighbours(place, &found);
        found
    };
    model.resources().iter().enumerate().map(of).collect()
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
        let inputs = Default::default();
        let model = Model::new(&template, &inputs, &memory);
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
