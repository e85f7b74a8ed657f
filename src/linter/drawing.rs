//! A text in, its graph out. Prints nothing.

use super::includes::unreadable;
use super::is_secret_name;
use super::meant::meant_as_template;
use super::redaction;
use crate::code::Code;
use crate::constructs::Constructs;
use crate::eval::Memory;
use crate::eval::inputs::Inputs;
use crate::expand::{self, Macros, Model};
use crate::finding::{Diagnostic, Finding, Outcome};
use crate::graph::drawing::{Drawing, Mark};
use crate::source::Source;
use crate::syntax;
use crate::template::{self, Template};
use foldhash::{HashMap, HashSet};
use std::sync::Arc;

pub use crate::graph::drawing::{Deployment, Drawing as Graph, Picture};

/// The graph of a template's resources, in a deployment of which this is known, with the constructs that a cloud assembly declares for
/// it.
///
/// # Errors
/// Where the text cannot be parsed, or is not a template.
pub fn draw(source: &Source, inputs: &Inputs, constructs: Option<&Constructs>) -> Result<Drawing, Box<Diagnostic>> {
    let document = syntax::read(source.text(), source.id).map_err(|error| {
        let mut diagnostic = unreadable(source, error);
        redaction::clean(&mut diagnostic, source);
        diagnostic
    })?;
    if !template::is_template(&document.root) {
        return Err(Box::new(meant_as_template(&document.root, source).unwrap_or_else(|| {
            Diagnostic::error(Code::NotATemplate, "the file is not a CloudFormation template")
                .in_file(source.name.as_str())
                .with_help("Name a file with a `Resources` section.")
        })));
    }
    let (inputs, _) = inputs.accepted_by(&document.root, is_secret_name);
    let memory = Memory::default();
    // The result is drawn: loops unrolled, SAM as what AWS makes of it. Included files are not read for a drawing.
    let expansion = expand::expand(&document.root, Macros::of(&document), &[], &inputs);
    let template = Template::new(&expansion.root);
    let model = Model::expanded(&template, &expansion, &inputs, &memory);
    let mut drawing = Drawing::new(&model, source, inputs.fixed("AWS::StackName"));
    for node in &mut drawing.nodes {
        let Some(construct) = constructs.and_then(|constructs| constructs.of(&node.id)) else { continue };
        node.construct.get_or_insert_with(|| construct.path.clone());
        node.origin.clone_from(&construct.origin);
    }
    Ok(drawing)
}

/// Marks the resources that violations are about. What a transform made of a resource is not marked if that resource is drawn.
pub fn mark(drawing: &mut Drawing, findings: &[Finding]) {
    let mut places: HashMap<&str, usize> = HashMap::default();
    for (index, node) in drawing.nodes.iter().enumerate() {
        places.entry(&node.written_name).or_insert(index);
    }
    let ids = drawing.nodes.iter().enumerate().map(|(index, node)| (node.id.as_str(), index));
    places.extend(ids);
    let mut marks: Vec<Vec<Mark>> = vec![Vec::new(); drawing.nodes.len()];
    let mut known: HashSet<(usize, &str, &str)> = HashSet::default();
    for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
        for name in subjects(finding) {
            let Some(place) = places.get(name) else { continue };
            if let Some(marks) = marks.get_mut(*place)
                && known.insert((*place, &*finding.rule, finding.level.name()))
            {
                marks.push(Mark { rule: Arc::clone(&finding.rule), level: finding.level });
            }
        }
    }
    for (node, mut marks) in drawing.nodes.iter_mut().zip(marks) {
        marks.sort_by(|one, other| other.level.cmp(&one.level).then_with(|| one.rule.cmp(&other.rule)));
        node.marks = marks;
    }
}

/// The logical ids of the resources that a finding is about. One about a template that is the text of a property is about the resource
/// with the property.
fn subjects(finding: &Finding) -> Vec<&str> {
    if finding.path.contains(INSIDE) {
        return finding.path.split('/').nth(1).into_iter().collect();
    }
    let subjects = std::iter::once(&finding.subject).chain(&finding.alike);
    subjects.filter(|subject| subject.section == "Resources").map(|subject| subject.name.as_str()).collect()
}

/// What the path of a finding inside of a property's text has.
const INSIDE: &str = "/Properties/TemplateBody/";
