//! Every secret that the text of a template holds, whether a rule reports it or not: what no report may show.

use super::everywhere::{decoded, secrets_of_template, secrets_of_tree};
use super::literal::{Extent, LiteralSecret};
use super::parameters::carries_secret;
use super::places::Sections;
use super::texts::is_secret_literal;
use crate::eval::explore;
use crate::eval::inputs::Inputs;
use crate::eval::value::Value;
use crate::expand::{Model, Parameter};
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use std::collections::BTreeSet;

/// A secret, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it is written in, where it is written at all.
    pub span: Option<Span>,
    /// What CloudFormation reads there.
    pub text: String,
    /// How much of the secret it is.
    pub extent: Extent,
}

impl Written {
    /// A secret that nothing has to be put to.
    fn whole(span: Option<Span>, text: String) -> Self {
        Self { span, text, extent: Extent::Whole }
    }
}

/// The secrets of a template, whose trees as written are `roots`: those that are written out, the values that its parameters for
/// secrets, which are `carrying`, can have, and what its conditions compare those with.
pub fn written_secrets<'m, 't>(
    model: &'m Model<'m, 't>,
    roots: &[&'t Node<'t>],
    inputs: &Inputs,
    carrying: &[&'m Parameter<'t>],
) -> Vec<Written> {
    let template = model.evaluator.template;
    let mut found = Vec::new();
    explore(&model.evaluator, |run| {
        let all = secrets_of_template(run, model).map(Value::items).unwrap_or_default();
        found = all.iter().filter_map(decoded).collect();
    });
    // What was expanded has a tree of its own.
    for root in roots.iter().filter(|root| !std::ptr::eq(**root, template.root)) {
        found.extend(secrets_of_tree(root, Sections::of(template.root)));
    }
    let mut written = parts(found);
    let judged = written.len();
    for parameter in carrying {
        for node in parameter.default.into_iter().chain(parameter.allowed) {
            written.extend(node.scalar_text().map(|text| Written::whole(Some(node.span), text.into_owned())));
        }
        written.extend(inputs.fixed(parameter.name).map(|text| Written::whole(None, text.to_owned())));
    }
    if !carrying.is_empty() {
        let names: BTreeSet<&str> = carrying.iter().map(|parameter| parameter.name).collect();
        let is_carrying = |name: &str| names.contains(name);
        for condition in template.conditions {
            compared(&condition.value, &is_carrying, &mut written);
        }
    }
    let values = written.split_off(judged);
    written.extend(values.into_iter().filter(|secret| is_secret_literal(&secret.text)));
    written
}

/// The secrets that are written out in a tree of which nothing comes to be.
pub fn written_in_tree<'t>(root: &'t Node<'t>) -> Vec<Written> {
    parts(secrets_of_tree(root, Sections::of(root)))
}

/// The parts of secrets, each where it is written. A mark that joins parts is no secret.
fn parts(secrets: Vec<LiteralSecret>) -> Vec<Written> {
    let parts = secrets.into_iter().flat_map(|LiteralSecret { written, extent, .. }| {
        written.into_iter().map(move |(span, text)| Written { span: Some(span), text, extent })
    });
    parts.filter(|part| part.text.len() > 1).collect()
}

/// The parameters whose values nobody may see: with `NoEcho`, or for a secret.
pub fn secret_parameters<'m, 't>(model: &'m Model<'m, 't>) -> Vec<&'m Parameter<'t>> {
    let mut secret = Vec::new();
    explore(&model.evaluator, |run| {
        let parameters = model.evaluator.template.parameters.iter();
        let carries = |parameter: &&Parameter<'t>| parameter.no_echo || carries_secret(run, model, parameter).is_some();
        secret = parameters.filter(carries).collect();
    });
    secret
}

/// The texts that conditions compare such parameters with. The parsers bound the depth.
fn compared(node: &Node<'_>, is_carrying: &dyn Fn(&str) -> bool, written: &mut Vec<Written>) {
    match &node.kind {
        Kind::Mapping(entries) => {
            if let [Entry { key, value, .. }] = entries.as_slice()
                && key == "Fn::Equals"
                && let Some([one, other]) = value.as_sequence()
            {
                for (reference, literal) in [(one, other), (other, one)] {
                    if reference.get("Ref").and_then(Node::as_str).is_some_and(is_carrying) {
                        let text = literal.scalar_text();
                        written.extend(text.map(|text| Written::whole(Some(literal.span), text.into_owned())));
                    }
                }
            }
            entries.iter().for_each(|entry| compared(&entry.value, is_carrying, written));
        }
        Kind::Sequence(items) => items.iter().for_each(|item| compared(item, is_carrying, written)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::parse;
    use crate::template::Template;

    #[test]
    fn what_is_written_defaults_and_comparisons() {
        let text = "
Parameters:
  Hidden: {Type: String, NoEcho: true, Default: hunter1, AllowedValues: [hunter1, hunter2]}
  DbPassword: {Type: String, Default: hunter3}
  Host: {Type: String, Default: db.internal}
Conditions:
  C: !Not [!Equals [!Ref DbPassword, hunter4]]
  D: !Equals [!Ref Host, other]
Resources:
  R: {Type: X, Properties: {Password: !Join ['', [hunter5, hunter6]], Other: hunter7}}
Outputs:
  Token: {Value: hunter8}
";
        let document = parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = Default::default();
        let model = Model::new(&template, &inputs, &memory);
        let written = written_secrets(&model, &[&document.root], &inputs, &secret_parameters(&model));
        let mut texts: Vec<&str> = written.iter().map(|secret| secret.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts, ["hunter1", "hunter2", "hunter3", "hunter4", "hunter5", "hunter6", "hunter8"]);
    }
}
