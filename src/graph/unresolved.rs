//! Names that a template uses and that exist nowhere.

use super::references::{self, Met, Reference, Use};
use crate::eval::reads::Sought;
use crate::expand::{Block, Model};
use crate::syntax::{Entry, Node};
use foldhash::HashSet;

/// A name that is used and does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved<'t> {
    /// Where and how it is used.
    pub reference: Reference<'t>,
    /// The block that uses it, from the template's root: `Resources/Bucket`.
    pub block: String,
}

/// What a name would have to be.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Whatever `Ref` takes.
    Referable,
    /// A resource.
    Resource,
    /// A condition.
    Condition,
    /// A mapping.
    Mapping,
}

impl Meant {
    fn by(by: Use, attribute: Option<&str>) -> Self {
        match by {
            Use::Ref | Use::Sub if attribute.is_none() => Self::Referable,
            Use::Ref | Use::Sub | Use::GetAtt | Use::DependsOn => Self::Resource,
            Use::Condition => Self::Condition,
            Use::Mapping => Self::Mapping,
        }
    }

    /// In a sentence, without an article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Referable => "parameter, resource or pseudo parameter",
            Self::Resource => "resource",
            Self::Condition => "condition",
            Self::Mapping => "mapping",
        }
    }
}

impl Unresolved<'_> {
    /// What the name would have to be.
    pub fn meant(&self) -> Meant {
        Meant::by(self.reference.by, self.reference.attribute)
    }

    /// The function or key that uses it.
    pub fn used_by(&self) -> &'static str {
        match self.reference.by {
            Use::Ref => "Ref",
            Use::GetAtt => "Fn::GetAtt",
            Use::Sub => "Fn::Sub",
            Use::DependsOn => "DependsOn",
            Use::Condition => "Condition",
            Use::Mapping => "Fn::FindInMap",
        }
    }

    /// The names of the template that could stand instead.
    pub fn candidates<'m, 't>(&self, model: &'m Model<'m, 't>) -> Vec<&'t str> {
        let template = model.evaluator.template;
        let names = |blocks: &'m [Block<'t>]| blocks.iter().map(|block| block.name);
        match self.meant() {
            Meant::Referable => names(model.resources()).chain(names(&model.parameters)).chain(PSEUDO).collect(),
            Meant::Resource => names(model.resources()).collect(),
            Meant::Condition => keys(template.conditions).collect(),
            Meant::Mapping => keys(template.mappings).collect(),
        }
    }
}

fn keys<'t>(entries: &'t [Entry<'t>]) -> impl Iterator<Item = &'t str> {
    entries.iter().map(|entry| entry.key.as_ref())
}

/// What [`unresolved`] finds.
#[derive(Clone, Debug, Default)]
pub struct Names<'t> {
    /// The names that exist nowhere, in the order of the sections Conditions, Resources, Outputs.
    pub missing: Vec<Unresolved<'t>>,
    /// Why more names may exist than the template shows; none where it shows them all.
    pub hidden: Option<String>,
}

/// Pseudo parameters.
/// Source: "Get AWS values using pseudo parameters", CloudFormation user guide.
pub const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::NoValue",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// A transform that adds functions and no names, but through loops.
const ADDS_NO_NAMES: &str = "AWS::LanguageExtensions";

/// Looks up every name that conditions, resources and outputs use. CloudFormation refuses a template with a name that does
/// not exist also where no deployment would use it, so conditions do not matter.
///
/// What is below a macro or in a loop is left out: other names may be meant there.
pub fn unresolved<'m, 't>(model: &'m Model<'m, 't>) -> Names<'t> {
    let template = model.evaluator.template;
    let known = Known::new(model);
    let mut names = Names { hidden: hidden(model), ..Names::default() };
    let mut look = |met: &Met<'_, 't>, block: &dyn Fn() -> String| {
        let is_missing = !met.in_macro && !known.has(met);
        if is_missing {
            names.missing.push(Unresolved { reference: met.reference(), block: block() });
        }
        !is_missing
    };
    for entry in template.conditions.iter().filter(|entry| !entry.key.starts_with("Fn::")) {
        references::of_condition(&entry.value, &mut |met| {
            look(met, &|| format!("Conditions/{}", entry.key));
        });
    }
    let reads = &model.evaluator.reads;
    for (place, resource) in model.resources().iter().enumerate() {
        if reads.is_without(place, Sought::MissingNames) {
            continue;
        }
        let mut is_without = true;
        references::of_resource(resource.node, &mut |met| is_without &= look(met, &|| resource.path()));
        if is_without {
            reads.know_without(place, Sought::MissingNames);
        }
    }
    for output in model.outputs.iter().filter(|output| !output.name.starts_with("Fn::")) {
        references::of_output(output.node, &mut |met| {
            look(met, &|| output.path());
        });
    }
    names
}

/// The names that a template shows. Collected once, since a large template uses names by the thousand.
struct Known<'m, 't> {
    model: &'m Model<'m, 't>,
    parameters: HashSet<&'t str>,
    conditions: HashSet<&'t str>,
    mappings: HashSet<&'t str>,
    modules: Vec<&'t str>,
}

impl<'m, 't> Known<'m, 't> {
    fn new(model: &'m Model<'m, 't>) -> Self {
        let template = model.evaluator.template;
        let modules = model.resources().iter().filter(|block| block.is_module());
        Self {
            model,
            parameters: model.parameters.iter().map(|block| block.name).collect(),
            conditions: keys(template.conditions).collect(),
            mappings: keys(template.mappings).collect(),
            modules: modules.map(|block| block.name).collect(),
        }
    }

    fn has(&self, met: &Met<'_, '_>) -> bool {
        let name = met.name;
        match Meant::by(met.by, met.attribute) {
            Meant::Referable => PSEUDO.contains(&name) || self.parameters.contains(name) || self.has_resource(name),
            Meant::Resource => self.has_resource(name),
            Meant::Condition => self.conditions.contains(name),
            Meant::Mapping => self.mappings.contains(name),
        }
    }

    /// What a module holds goes by the module's name and its own, with a dot between them or without.
    /// Source: "Reference module resources in CloudFormation templates", CloudFormation user guide.
    fn has_resource(&self, name: &str) -> bool {
        self.model.resource(name).is_some() || self.modules.iter().any(|module| name.starts_with(module))
    }
}

/// Why the template may have names that it does not show.
fn hidden(model: &Model<'_, '_>) -> Option<String> {
    let template = model.evaluator.template;
    if let Some(transform) = template.transforms.iter().find(|name| **name != ADDS_NO_NAMES) {
        return Some(format!("the transform `{transform}` may define the missing name"));
    }
    let section = |name: &str| template.root.get(name).and_then(Node::as_mapping).unwrap_or_default();
    let writes = |key: &str| key == "Fn::Transform" || key.starts_with("Fn::ForEach");
    let sections = ["Parameters", "Mappings", "Conditions", "Resources"];
    let entry = sections.into_iter().flat_map(section).find(|entry| writes(&entry.key))?;
    Some(format!("`{}` may define the missing name", entry.key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::eval::Memory;
    use crate::eval::inputs::Inputs;
    use crate::source::SourceId;
    use crate::template::Template;

    fn reported(text: &str) -> Vec<String> {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let names = unresolved(&model);
        let reported = |found: &Unresolved<'_>| {
            format!("{}: {} {}, no {}", found.block, found.used_by(), found.reference.name, found.meant().name())
        };
        names.missing.iter().map(reported).chain(names.hidden).collect()
    }

    #[test]
    fn every_kind_of_name_is_looked_up() {
        let text = "
Parameters: {Env: {Type: String}}
Mappings: {Sizes: {a: {b: c}}}
Conditions:
  IsProd: !And [!Equals [!Ref Envv, prod], !Condition IsDev, !Equals [!FindInMap [Sizes, !Ref Env, b], c]]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Condition: IsPrd
    DependsOn: [Env, Bucket]
    Properties:
      BucketName: !Sub '${Env}-${AWS::Region}-${AWS::Regoin}-${Bucket}-${Key.Arn}-${Own}-${!Literal}'
      Tags: !If [IsProd, !FindInMap [Size, a, b], !Ref AWS::NoValue]
      Arn: !GetAtt Env.Arn
      Url: !GetAtt Bucket.Nonsense
Outputs:
  Name: {Condition: IsProd, Value: !Ref Bukket}
";
        assert_eq!(
            reported(text),
            [
                "Conditions/IsProd: Ref Envv, no parameter, resource or pseudo parameter",
                "Conditions/IsProd: Condition IsDev, no condition",
                "Resources/Bucket: Condition IsPrd, no condition",
                "Resources/Bucket: DependsOn Env, no resource",
                "Resources/Bucket: Fn::Sub AWS::Regoin, no parameter, resource or pseudo parameter",
                "Resources/Bucket: Fn::Sub Key, no resource",
                "Resources/Bucket: Fn::Sub Own, no parameter, resource or pseudo parameter",
                "Resources/Bucket: Fn::FindInMap Size, no mapping",
                "Resources/Bucket: Fn::GetAtt Env, no resource",
                "Outputs/Name: Ref Bukket, no parameter, resource or pseudo parameter",
            ]
        );
    }

    #[test]
    fn what_modules_and_macros_write_is_not_missing() {
        let module = "
Resources:
  Store: {Type: My::S3::Store::MODULE}
  Queue: {Type: T, Properties: {A: !Ref StoreBucket, B: !GetAtt Store.Bucket.Arn, C: !Sub '${Store.Bucket}'}}
";
        assert!(reported(module).is_empty());
        for kind in ["{Tool::Module: a}", "./network.yaml"] {
            let template = format!("{{Resources: {{Net: {{Type: {kind}}}, A: {{Type: T, DependsOn: NetVpc}}}}}}");
            assert!(reported(&template).is_empty(), "{kind}");
        }
        let include =
            "{Resources: {A: {Type: T, Properties: {Fn::Transform: {Name: AWS::Include, Parameters: {X: !Ref Y}}}}}}";
        assert!(reported(include).is_empty());
        let loops = "
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Topics: [Name, [A, B], {'Topic${Name}': {Type: T, Properties: {X: !Ref Name}}}]
  Queue: {Type: T, DependsOn: TopicA}
";
        let resource = "Resources/Queue: DependsOn TopicA, no resource";
        assert_eq!(reported(loops), [resource, "`Fn::ForEach::Topics` may define the missing name"]);
        let sam = "{Transform: AWS::Serverless-2016-10-31, Resources: {}}";
        assert_eq!(reported(sam), ["the transform `AWS::Serverless-2016-10-31` may define the missing name"]);
    }
}
