//! Which resources really exist, and the other blocks that rules look at, each with its place and its condition.
//!
//! Nothing above this reads [`crate::template`].

pub mod bucket_domains;
mod conditions;
pub mod expansion;
pub mod includes;
mod loops;
mod macros;
mod serverless;
pub mod ties;
pub mod written;

use crate::eval::inputs::Inputs;
use crate::eval::reads::{Names, Read, Reads};
use crate::eval::{self, Evaluator, Memory, Run};
use crate::finding::Subject;
use crate::source::Span;
use crate::syntax::{Document, Entry, Node};
use crate::template::Template;
use expansion::{Expansion, Hidden, Iteration, MadeFrom, Provenance};
use foldhash::HashMap;
use includes::Included;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::cell::RefCell;
use ties::Ties;
use written::Written;

pub use crate::template::Parameter;

/// Why something does not follow from what is known: see [`Model::may_hide`].
pub const HIDDEN: &str = "a loop, macro or module creates unknown resources";

/// Why something that is missing may be there in the end: see [`Model::is_rewritten`].
pub const REWRITTEN: &str = "a macro may add what is missing when the stack is deployed";

/// Whether a template may call macros or loops: most call none, and what includes and unrolls has nothing to do.
#[derive(Copy, Clone, Debug)]
pub struct Macros {
    are_called: bool,
}

impl Macros {
    /// Those of a document as written.
    pub fn of(document: &Document<'_>) -> Self {
        Self { are_called: document.calls_macros || document.root.get("Transform").is_some() }
    }

    /// Whether there may be any.
    pub fn are_called(self) -> bool {
        self.are_called
    }
}

/// Expands a tree as written, pass by pass, in CloudFormation's order: what it includes, its loops, SAM. `macros` are the tree's,
/// `included` the files at its [`includes::locations`], `inputs` what is known of the deployment.
///
/// Source: "Considerations when creating CloudFormation macro definitions" on the order of macros, CloudFormation user guide.
pub fn expand<'t>(root: &'t Node<'t>, macros: Macros, included: &[Included<'t>], inputs: &Inputs) -> Expansion<'t> {
    let mut expansion = Expansion::new(root);
    expansion.calls_macros = macros.are_called();
    if macros.are_called() {
        includes::expand(&mut expansion, included);
        loops::expand(&mut expansion, inputs);
    }
    serverless::expand(&mut expansion);
    // Macros that are still there make what nobody but their owner knows.
    let resources = expansion.root.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
    let calls_macro = resources.iter().any(|entry| entry.key == "Fn::Transform" || stands_for_others(&entry.value));
    if inputs.is_part || calls_macro {
        expansion.hidden.of_any_type();
    }
    // One of the author's own that the whole template is given to may write anything.
    if macros.are_called() && macros::rewrite_template(root) {
        expansion.hidden.of_any_type();
        expansion.is_rewritten = true;
    }
    expansion
}

/// The tree that a person knows: the files included, loops and resources of SAM as they are written.
pub fn with_included<'t>(root: &'t Node<'t>, macros: Macros, included: &[Included<'t>]) -> Cow<'t, Node<'t>> {
    let mut expansion = Expansion::new(root);
    if macros.are_called() {
        includes::expand(&mut expansion, included);
    }
    expansion.root
}

/// Whether a resource is a module, as far as it has a type.
fn stands_for_others(resource: &Node<'_>) -> bool {
    resource.get("Type").is_some_and(|kind| is_module(kind.as_str().unwrap_or_default()))
}

/// Whether a resource's type stands for the resources of a module. One that no resource can have, or that is not a text (which
/// leaves it empty), is for a tool to replace with such.
fn is_module(kind: &str) -> bool {
    kind.ends_with("::MODULE") || !(kind.starts_with("AWS::") || kind.contains("::"))
}

/// A named block of a template: a resource, a parameter, an output, or the template as a whole.
#[derive(Clone, Debug)]
pub struct Block<'t> {
    /// `Resources`, `Parameters`, `Outputs`, `Metadata` or `Template`.
    pub section: Section,
    /// Its logical id; empty for the template as a whole.
    pub name: &'t str,
    /// Where the name is written; for the template as a whole its first key.
    pub key_span: Span,
    /// What is under the name.
    pub node: &'t Node<'t>,
    /// The resource's type; empty for everything else.
    pub kind: &'t str,
    /// The condition under which it exists.
    pub condition: Option<&'t str>,
    /// Where it comes from; none where it is written as it stands.
    pub origin: Option<&'t Provenance>,
}

/// The sections whose entries rules look at.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// `Resources`.
    Resources,
    /// `Parameters`.
    Parameters,
    /// `Outputs`.
    Outputs,
    /// The template as a whole.
    Template,
}

impl Section {
    /// The section's key.
    pub fn name(self) -> &'static str {
        match self {
            Self::Resources => "Resources",
            Self::Parameters => "Parameters",
            Self::Outputs => "Outputs",
            Self::Template => "Template",
        }
    }
}

impl<'t> Block<'t> {
    /// The subject that findings name.
    pub fn subject(&self) -> Subject {
        Subject {
            section: self.section.name(),
            name: self.written_name().to_owned(),
            resource_type: (!self.kind.is_empty()).then(|| self.written_kind().to_owned()),
            construct: construct(self.node).map(str::to_owned),
            origin: None,
            inside: None,
        }
    }

    /// Whether it is a resource that stands for others: a module, or something that a tool replaces before it is deployed.
    pub fn is_module(&self) -> bool {
        self.section == Section::Resources && is_module(self.kind)
    }

    /// The name that people know it by: of what a transform made, the logical id of what it was made from.
    pub fn written_name(&self) -> &'t str {
        self.made_from().map_or(self.name, |made_from| &made_from.id)
    }

    /// The type that people gave it.
    pub fn written_kind(&self) -> &'t str {
        self.made_from().map_or(self.kind, |made_from| &made_from.kind)
    }

    /// What it is to the resource that a transform made it from, to follow the name of that one: "the rule of its schedule `Tick`".
    /// None where it is that resource.
    pub fn part(&self) -> Option<String> {
        serverless::description(self.made_from()?, self.kind)
    }

    /// How to set a property or an attribute of it where a person wrote what a transform made it from; none where it has the same
    /// name there.
    pub fn advice(&self, property: &str) -> Option<String> {
        // Tags that are there and lack a key are where a person wrote them.
        if property == "Tags"
            && self.node.get("Properties").is_some_and(|properties| properties.get(property).is_some())
        {
            return None;
        }
        serverless::advice(self.made_from()?, self.kind, property)
    }

    /// Whether a transform made it of something else.
    pub fn is_made(&self) -> bool {
        self.made_from().is_some()
    }

    fn made_from(&self) -> Option<&'t MadeFrom> {
        self.origin?.made_from.as_ref()
    }

    /// Its path from the template's root: `Resources/Bucket`; empty for the template as a whole.
    pub fn path(&self) -> String {
        self.path_before(0)
    }

    /// The same with room for so many bytes after it.
    pub fn path_before(&self, more: usize) -> String {
        if self.section == Section::Template {
            return String::with_capacity(more);
        }
        let section = self.section.name();
        let mut path = String::with_capacity(section.len() + 1 + self.name.len() + more);
        path.push_str(section);
        path.push('/');
        path.push_str(self.name);
        path
    }

    /// Whether both are the same block.
    pub fn is(&self, other: &Block<'_>) -> bool {
        self.section == other.section && self.name == other.name
    }
}

/// The path of the construct that made a block, where the CDK wrote it down.
///
/// Source: "Constructs" (paths), AWS CDK developer guide; `aws:cdk:path` in the Metadata of resources.
pub fn construct<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    node.get("Metadata")?.get("aws:cdk:path")?.as_str()
}

/// A resource type that occurs in a template.
#[derive(Copy, Clone)]
pub struct Kind<'m, 't> {
    /// `AWS::S3::Bucket`.
    pub name: &'t str,
    /// Where its resources are among all.
    places: &'m [usize],
}

/// A template with its blocks and the evaluator that computes their values.
pub struct Model<'m, 't> {
    /// Computes values.
    pub evaluator: Evaluator<'m, 't>,
    resources: Vec<Block<'t>>,
    /// The parameters.
    pub parameters: Vec<Block<'t>>,
    /// The outputs.
    pub outputs: Vec<Block<'t>>,
    whole: Block<'t>,
    /// Lists of tag keys, and whether some resource is written with all of them, as far as asked (`graph::tag_keys`).
    pub tag_keys: RefCell<Vec<(Vec<String>, bool)>>,
    ties: Ties<'t>,
    expansion: Option<&'t Expansion<'t>>,
    by_type: HashMap<&'t str, SmallVec<[usize; 2]>>,
}

impl<'m, 't> Model<'m, 't> {
    /// Of a template that is written as it stands.
    pub fn new(template: &'m Template<'t>, inputs: &'t Inputs, memory: &'m Memory<'t>) -> Self {
        Self::build(template, None, inputs, memory)
    }

    /// Of an expanded template.
    pub fn expanded(
        template: &'m Template<'t>,
        expansion: &'t Expansion<'t>,
        inputs: &'t Inputs,
        memory: &'m Memory<'t>,
    ) -> Self {
        Self::build(template, Some(expansion), inputs, memory)
    }

    fn build(
        template: &'m Template<'t>,
        expansion: Option<&'t Expansion<'t>>,
        inputs: &'t Inputs,
        memory: &'m Memory<'t>,
    ) -> Self {
        let origin = |section: Section, name: &str| expansion?.origins.of_block(section.name(), name);
        let resources: Vec<Block<'t>> = template
            .resources
            .iter()
            .map(|resource| Block {
                section: Section::Resources,
                name: resource.id,
                key_span: resource.id_span,
                node: resource.node,
                kind: resource.kind,
                condition: resource.condition,
                origin: origin(Section::Resources, resource.id),
            })
            .collect();
        let parameters = template
            .parameters
            .iter()
            .map(|parameter| Block {
                section: Section::Parameters,
                name: parameter.name,
                key_span: parameter.name_span,
                node: parameter.node,
                kind: "",
                condition: None,
                origin: None,
            })
            .collect();
        let outputs = template
            .outputs
            .iter()
            // A loop or macro that stayed as it is.
            .filter(|entry| !entry.key.starts_with("Fn::"))
            .map(|entry| Block {
                section: Section::Outputs,
                name: &entry.key,
                key_span: entry.key_span,
                node: &entry.value,
                kind: "",
                condition: entry.value.get("Condition").and_then(Node::as_str),
                origin: origin(Section::Outputs, &entry.key),
            })
            .collect();
        let first_key = template.root.as_mapping().and_then(|entries| entries.first()).map(|entry| entry.key_span);
        let whole = Block {
            section: Section::Template,
            name: "",
            key_span: first_key.unwrap_or_else(|| template.root.span.at_start()),
            node: template.root,
            kind: "",
            condition: None,
            origin: None,
        };
        let mut by_type: HashMap<&'t str, SmallVec<[usize; 2]>> = HashMap::default();
        by_type.reserve(resources.len());
        for (index, resource) in resources.iter().enumerate() {
            by_type.entry(resource.kind).or_default().push(index);
        }
        let evaluated = resources.iter().enumerate().map(|(place, block)| eval::Resource {
            place,
            id: block.name,
            kind: block.kind,
            node: block.node,
        });
        Self {
            evaluator: Evaluator::new(template, evaluated, inputs, memory),
            resources,
            parameters,
            outputs,
            whole,
            tag_keys: RefCell::default(),
            ties: Ties::default(),
            expansion,
            by_type,
        }
    }

    /// The resources, in the order of the template.
    pub fn resources(&self) -> &[Block<'t>] {
        self.evaluator.reads.add(Read::ALL);
        &self.resources
    }

    /// The template as a whole.
    pub fn whole(&self) -> &Block<'t> {
        self.evaluator.reads.add(Read::ALL);
        &self.whole
    }

    /// What is remembered for the template as a whole is remembered under this: the root, which nobody reads here.
    pub fn key(&self) -> (&'t Node<'t>, Span) {
        (self.whole.node, self.whole.key_span)
    }

    /// The resource with this logical id.
    pub fn resource(&self, id: &str) -> Option<&Block<'t>> {
        self.resources.get(self.evaluator.resource(id)?.place)
    }

    /// The resource at a place in [`Model::resources`].
    pub fn at(&self, place: usize) -> Option<&Block<'t>> {
        self.evaluator.reads.block(place);
        self.resources.get(place)
    }

    /// The type of the resource with this logical id.
    pub fn kind_of(&self, id: &str) -> Option<&'t str> {
        self.evaluator.named(id).map(|resource| resource.kind)
    }

    /// The place of the resource with this logical id in [`Model::resources`].
    pub fn place_of(&self, id: &str) -> Option<usize> {
        self.evaluator.named(id).map(|resource| resource.place)
    }

    /// The place of the resource that an entry of `Resources` is, and the notes of what is known of its text.
    pub fn plain(&self, entry: &Entry<'_>) -> Option<(&Reads, usize)> {
        Some((&self.evaluator.reads, self.evaluator.place(&entry.key)?))
    }

    /// The type of the resource at a place.
    pub fn kind_at(&self, place: usize) -> &'t str {
        let Some(block) = self.resources.get(place) else { return "" };
        self.evaluator.reads.name(block.name, Some(place));
        block.kind
    }

    /// Notes from now on what checks read, for somebody who keeps their answers.
    pub fn note_reads(&self, names: Names) {
        self.evaluator.reads.begin(names, self.resources.iter().map(|block| block.name));
    }

    /// The resources that exist as well, but are not known. Nothing if a macro may rewrite everything.
    pub fn hidden(&self) -> Option<&Hidden> {
        self.expansion.filter(|expansion| !expansion.is_rewritten).map(|expansion| &expansion.hidden)
    }

    /// The resources of a type, in the order of the template.
    pub fn of_type<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a Block<'t>> + use<'a, 'm, 't> {
        self.evaluator.reads.kind(kind);
        self.by_type.get(kind).into_iter().flatten().filter_map(|index| self.resources.get(*index))
    }

    /// The resources of a type that occurs, as [`of_type`](Self::of_type) finds them by its name.
    pub fn of_kind<'a>(&'a self, kind: Kind<'a, 't>) -> impl Iterator<Item = &'a Block<'t>> + use<'a, 'm, 't> {
        self.evaluator.reads.kind(kind.name);
        kind.places.iter().filter_map(|index| self.resources.get(*index))
    }

    /// Whether there is a resource of this type.
    pub fn has_type(&self, kind: &str) -> bool {
        self.evaluator.reads.members(kind);
        self.by_type.contains_key(kind)
    }

    /// The resource types that occur, with where their resources are.
    pub fn kinds(&self) -> impl Iterator<Item = Kind<'_, 't>> {
        self.evaluator.reads.add(Read::NAMES);
        self.by_type.iter().map(|(name, places)| Kind { name, places })
    }

    /// The resource types that occur.
    pub fn types(&self) -> impl Iterator<Item = &'t str> + '_ {
        self.evaluator.reads.add(Read::NAMES);
        self.by_type.keys().copied()
    }

    /// Whether there may be resources of a type that are not known. `kind` may hold `*` for any characters.
    pub fn may_hide(&self, kind: &str) -> bool {
        self.expansion.is_some_and(|expansion| {
            expansion.hidden.may_hold(|hidden| crate::eval::text::pattern_covers(kind, hidden))
        })
    }

    /// Whether a macro of the author's own gets what is at a path of the expanded tree, and may add to it. What is written there is
    /// what the author means; what is missing there may be what the macro adds.
    pub fn is_rewritten(&self, path: &str) -> bool {
        self.expansion.is_some_and(|expansion| {
            let find: written::Find<'_, 't, 't> = &|entries, key| self.entry(entries, key);
            expansion.is_rewritten
                || expansion.calls_macros && macros::rewrite(self.evaluator.template.root, path, find)
        })
    }

    /// The names of the macros of the author's own that get the whole template.
    pub fn macros_of_template(&self) -> Vec<&'t str> {
        if self.expansion.is_some_and(|expansion| expansion.is_rewritten) {
            macros::of_template(self.evaluator.template.root)
        } else {
            Vec::new()
        }
    }

    /// The place of something as people know it, given its path in the expanded tree.
    ///
    /// What a YAML alias stands for is written in another block: it keeps the given path. What a transform made is
    /// looked for in the resource that it was made from and in its global properties; what is in neither is at that
    /// resource.
    pub fn written(&self, path: &str, span: Span) -> Written {
        let origin = self.expansion.and_then(|expansion| expansion.origins.nearest(path));
        let find: written::Find<'_, 't, 't> = &|entries, key| self.entry(entries, key);
        let known = self.expansion.and_then(|expansion| expansion.before_transform.as_deref());
        match (origin.and_then(|origin| origin.made_from.as_ref()), known) {
            (Some(made_from), Some(root)) => made_from
                .blocks()
                .find_map(|block| written::written(root, &block, span, find))
                .unwrap_or_else(|| Written { path: made_from.block.clone(), span }),
            _ => {
                let found = written::written(self.whole.node, path, span, find);
                found.unwrap_or_else(|| Written { path: path.to_owned(), span })
            }
        }
    }

    /// Whether no loop or transform made any block.
    pub fn is_as_written(&self) -> bool {
        self.expansion.is_none_or(|expansion| expansion.origins.is_empty())
    }

    /// The iterations of loops that made what is at a path, outermost first.
    pub fn iterations(&self, path: &str) -> &'t [Iteration] {
        let origin = self.expansion.and_then(|expansion| expansion.origins.nearest(path));
        origin.map_or(&[], |origin| &origin.iterations)
    }

    /// The declaration of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&Parameter<'t>> {
        self.evaluator.template.parameter(name)
    }

    /// Whether a parameter is declared with `NoEcho: true`.
    pub fn is_no_echo(&self, name: &str) -> bool {
        self.parameter(name).is_some_and(|parameter| parameter.no_echo)
    }
}

/// Whether a block exists in a run's scenario.
pub fn exists<'t>(run: &mut Run<'_, 't>, block: &Block<'t>) -> bool {
    block.condition.is_none_or(|condition| run.condition(condition))
}
