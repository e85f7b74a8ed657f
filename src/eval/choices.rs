//! What a deployment may choose: the values that each parameter and pseudo parameter can take.

use super::inputs::{Given, Inputs};
use super::partition::{self, Derived, PARTITIONS};
use super::value::Content;
use crate::syntax::Node;
use crate::template::{Parameter, Template};
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;

/// One value that a variable can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate<'t> {
    /// Exactly this text.
    Known(Cow<'t, str>),
    /// Any text other than the other candidates.
    Other,
}

/// A parameter or pseudo parameter with a finite set of classes of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable<'t> {
    /// The name that `Ref` uses.
    pub name: &'t str,
    /// At least one. More than one: reading it is a choice.
    pub candidates: Vec<Candidate<'t>>,
    /// The index in `candidates` of the parameter's default.
    pub default: Option<usize>,
}

/// The variables of a template. Parameters that are in none are unknown.
#[derive(Clone, Debug, Default)]
pub struct Choices<'t> {
    variables: Vec<Variable<'t>>,
    by_name: HashMap<&'t str, usize>,
}

/// Pseudo parameters whose value depends on the deployment.
pub const PSEUDO: [&str; 7] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl<'t> Choices<'t> {
    /// Reads a template's parameters and the literals that its conditions compare them with.
    pub fn new(template: &Template<'t>, inputs: &'t Inputs) -> Self {
        let mut compared: HashMap<&'t str, Vec<Cow<'t, str>>> = HashMap::new();
        for condition in template.conditions {
            collect_comparisons(&condition.value, &mut compared);
        }
        for rule in template.rules {
            collect_rule(&rule.value, &mut compared);
        }
        let mut choices = Self::default();
        for parameter in &template.parameters {
            let literals = compared.remove(parameter.name);
            choices.add(parameter_variable(parameter, literals, inputs));
        }
        for name in PSEUDO {
            let candidates = match (inputs.fixed(name), compared.remove(name)) {
                (Some(value), _) => vec![Candidate::Known(Cow::Borrowed(value))],
                (None, Some(literals)) => with_other(possible(name, literals)),
                (None, None) => continue,
            };
            choices.add(Some(Variable { name, candidates, default: None }));
        }
        choices
    }

    fn add(&mut self, variable: Option<Variable<'t>>) {
        if let Some(variable) = variable {
            self.by_name.insert(variable.name, self.variables.len());
            self.variables.push(variable);
        }
    }

    /// The variable with its index, if the parameter or pseudo parameter has one.
    pub fn by_name(&self, name: &str) -> Option<(usize, &Variable<'t>)> {
        let index = *self.by_name.get(name)?;
        Some((index, self.variables.get(index)?))
    }

    /// What the partition decides of a pseudo parameter: known where the partition is, a choice where the Region is one.
    pub(super) fn derived(&self, derived: Derived) -> Content<'t> {
        let candidates = |name| self.by_name(name).map(|(_, variable)| variable.candidates.as_slice());
        let (region, partition) = (candidates("AWS::Region"), candidates("AWS::Partition"));
        let known = match (region, partition) {
            (_, Some([Candidate::Known(name)])) => partition::named(name),
            (Some([Candidate::Known(region)]), _) => partition::of_region(region),
            (None, None) | (Some([]), _) | (_, Some([])) => None,
            _ => return Content::Choice,
        };
        known.map_or(Content::Unknown, |partition| Content::Known(Cow::Borrowed(derived.value(partition))))
    }

    /// The variable at an index that [`by_name`](Self::by_name) gave.
    pub fn get(&self, index: usize) -> Option<&Variable<'t>> {
        self.variables.get(index)
    }
}

fn with_other(literals: Vec<Cow<'_, str>>) -> Vec<Candidate<'_>> {
    let mut candidates: Vec<Candidate<'_>> = Vec::with_capacity(literals.len() + 1);
    for literal in literals {
        let candidate = Candidate::Known(literal);
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    candidates.push(Candidate::Other);
    candidates
}

fn parameter_variable<'t>(
    parameter: &Parameter<'t>,
    literals: Option<Vec<Cow<'t, str>>>,
    inputs: &'t Inputs,
) -> Option<Variable<'t>> {
    if parameter.reads_parameter_store() {
        // Its value is the *name* of a Parameter Store entry, read when the stack is deployed.
        return None;
    }
    let name = parameter.name;
    if let Some(value) = inputs.fixed(name) {
        return Some(Variable { name, candidates: vec![Candidate::Known(Cow::Borrowed(value))], default: None });
    }
    let mut default = parameter.default.and_then(Node::scalar_text);
    if let Some(given) = &inputs.given {
        match given.get(name) {
            Some(Given::Texts(texts)) => {
                let candidates = texts.iter().map(|text| Candidate::Known(Cow::Borrowed(text.as_str()))).collect();
                return Some(Variable { name, candidates, default: Some(0) });
            }
            // Nobody else sets a parameter of a nested stack.
            None => {
                return default.map(|default| Variable {
                    name,
                    candidates: vec![Candidate::Known(default)],
                    default: Some(0),
                });
            }
            // The parent gives something, so the default is not what it is.
            Some(Given::Unknown) => default = None,
        }
    }
    let allowed = parameter.allowed.iter().filter_map(|node| node.scalar_text());
    let candidates: Vec<Candidate<'t>> = if parameter.is_list() && !parameter.allowed.is_empty() {
        // Each *item* of a list is one of the allowed values.
        with_other(default.iter().cloned().chain(allowed).collect())
    } else if !parameter.allowed.is_empty() {
        let mut candidates = with_other(allowed.collect());
        candidates.pop();
        candidates
    } else if let Some(literals) = literals {
        let known: Vec<Cow<'t, str>> = literals.into_iter().chain(default.clone()).collect();
        if known.is_empty() {
            return None;
        }
        with_other(known)
    } else if let Some(default) = &default {
        vec![Candidate::Known(default.clone())]
    } else {
        return None;
    };
    let default = default.map(Candidate::Known).and_then(|default| candidates.iter().position(|c| *c == default));
    (!candidates.is_empty()).then_some(Variable { name, candidates, default })
}

/// Finds `Fn::Equals` of a `Ref` and a literal, in either order, anywhere below `node`.
fn collect_comparisons<'t>(node: &'t Node<'t>, found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>) {
    if let Some(entries) = node.as_mapping() {
        for entry in entries {
            if entry.key == "Fn::Equals"
                && let Some([left, right]) = entry.value.as_sequence()
            {
                for (reference, literal) in [(left, right), (right, left)] {
                    if let (Some(name), Some(literal)) =
                        (reference.get("Ref").and_then(Node::as_str), literal.scalar_text())
                    {
                        found.entry(name).or_default().push(literal);
                    }
                }
            }
            collect_comparisons(&entry.value, found);
        }
    }
    for item in node.as_sequence().unwrap_or_default() {
        collect_comparisons(item, found);
    }
}

/// The literals that a pseudo parameter can be: the partitions' names and domains are a closed list.
fn possible<'t>(name: &str, mut literals: Vec<Cow<'t, str>>) -> Vec<Cow<'t, str>> {
    if let Some(derived) = Derived::of(name) {
        literals.retain(|literal| PARTITIONS.iter().any(|partition| derived.value(partition) == literal));
    }
    literals
}

/// Finds what a rule asks of parameters. A parameter that it mentions may be anything that the rule allows, so its default is
/// not all that it can be, whatever it is compared with.
fn collect_rule<'t>(node: &'t Node<'t>, found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>) {
    collect_comparisons(node, found);
    collect_members(node, found);
}

/// Finds the parameters below `node`, and the literals of the rule functions that look for them in lists.
fn collect_members<'t>(node: &'t Node<'t>, found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>) {
    for entry in node.as_mapping().unwrap_or_default() {
        if entry.key == "Ref"
            && let Some(name) = entry.value.as_str()
        {
            found.entry(name).or_default();
        }
        if matches!(entry.key.as_ref(), "Fn::Contains" | "Fn::EachMemberIn" | "Fn::EachMemberEquals")
            && let Some([left, right]) = entry.value.as_sequence()
        {
            for (reference, literals) in [(left, right), (right, left)] {
                if let Some(name) = reference.get("Ref").and_then(Node::as_str) {
                    let literals = literals.as_sequence().unwrap_or(std::slice::from_ref(literals));
                    found.entry(name).or_default().extend(literals.iter().filter_map(Node::scalar_text));
                }
            }
        }
        collect_members(&entry.value, found);
    }
    for item in node.as_sequence().unwrap_or_default() {
        collect_members(item, found);
    }
}
