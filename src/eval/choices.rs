//! What a deployment may choose: the values that each parameter and pseudo parameter can take.

use super::constraints::Constraints;
use super::functions::variables;
use super::inputs::{Given, Inputs};
use super::partition::{self, Derived, PARTITIONS};
use super::rows;
use super::value::Content;
use crate::syntax::Node;
use crate::template::{Parameter, Template};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use memchr::memchr;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write;
use std::sync::Arc;

/// One value that a variable can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate<'t> {
    /// Exactly this text.
    Known(Cow<'t, str>),
    /// Any text other than the other candidates.
    Other,
}

/// A parameter or pseudo parameter with a finite set of classes of values.
#[derive(Clone, Debug)]
pub struct Variable<'t> {
    /// The name that `Ref` uses.
    pub name: &'t str,
    /// At least one. More than one, or any other value: reading it is a choice.
    pub candidates: Vec<Candidate<'t>>,
    /// The index in `candidates` of the parameter's default.
    pub default: Option<usize>,
    /// Whether some of the candidates is a dynamic reference.
    pub(super) has_references: bool,
    /// The texts that any other value is not: the candidates, and refused texts that the template compares it with.
    other: Arc<[Cow<'t, str>]>,
    /// Where its texts are among the candidates, once anybody asks; never where they are few.
    places: OnceCell<HashMap<Cow<'t, str>, usize>>,
}

impl<'t> Variable<'t> {
    /// So many candidates are searched one after the other.
    const FEW: usize = 8;

    /// Where a text is among the candidates.
    pub(super) fn place(&self, text: &str) -> Option<usize> {
        let known = self.candidates.iter().enumerate().filter_map(|(place, candidate)| match candidate {
            Candidate::Known(known) => Some((known, place)),
            Candidate::Other => None,
        });
        if self.candidates.len() <= Self::FEW {
            return known.into_iter().find(|(known, _)| *known == text).map(|(_, place)| place);
        }
        self.places.get_or_init(|| known.map(|(known, place)| (known.clone(), place)).collect()).get(text).copied()
    }

    fn new(
        name: &'t str,
        candidates: Vec<Candidate<'t>>,
        default: Option<usize>,
        refused: impl IntoIterator<Item = Cow<'t, str>>,
    ) -> Self {
        let known = candidates.iter().filter_map(|candidate| match candidate {
            Candidate::Known(text) => Some(text),
            Candidate::Other => None,
        });
        let may_refer = |text: &Cow<'t, str>| memchr(b'{', text.as_bytes()).is_some();
        let has_references = known.clone().any(|text| may_refer(text) && text.contains("{{resolve:"));
        // Most variables have no other values.
        let has_other = candidates.last() == Some(&Candidate::Other);
        let other = if has_other { known.cloned().chain(refused).collect() } else { Arc::default() };
        Self { name, candidates, default, has_references, other, places: OnceCell::new() }
    }

    /// What is known of the variable once a candidate has been taken.
    pub(super) fn content(&self, candidate: &Candidate<'t>) -> Content<'t> {
        match candidate {
            Candidate::Known(text) => Content::Known(text.clone()),
            Candidate::Other => Content::Except(Arc::clone(&self.other)),
        }
    }
}

/// The variables of a template. Parameters that are in none are unknown.
#[derive(Clone, Debug, Default)]
pub struct Choices<'t> {
    variables: Vec<Variable<'t>>,
    by_name: HashMap<&'t str, usize>,
    /// Unknown parameters that are never empty.
    filled: HashSet<&'t str>,
    /// Only the empty text.
    empty: Arc<[Cow<'t, str>]>,
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
    /// Reads a template's parameters, the literals that its conditions compare them with, and the keys of mappings that they
    /// select.
    pub fn new(template: &Template<'t>, inputs: &'t Inputs) -> Self {
        let mut compared: HashMap<&'t str, Vec<Cow<'t, str>>> = HashMap::new();
        for condition in template.conditions {
            collect_comparisons(&condition.value, template, &mut compared);
        }
        for rule in template.rules {
            collect_rule(&rule.value, template, &mut compared);
        }
        let mut keys = rows::keys(template);
        let mut choices = Self { empty: [Cow::Borrowed("")].into(), ..Self::default() };
        choices.variables.reserve(template.parameters.len());
        choices.by_name.reserve(template.parameters.len());
        for parameter in &template.parameters {
            let literals =
                Literals { compared: take(&mut compared, parameter.name), keys: take(&mut keys, parameter.name) };
            choices.add_parameter(parameter, literals, inputs);
        }
        for name in PSEUDO {
            let keys = take(&mut keys, name).unwrap_or_default().into_iter().map(Cow::Borrowed);
            let (keys, refused): (Vec<Cow<'t, str>>, Vec<_>) = keys.partition(|key| is_possible(name, key));
            let candidates = match (inputs.fixed(name), take(&mut compared, name)) {
                (Some(value), _) => vec![Candidate::Known(Cow::Borrowed(value))],
                (None, Some(literals)) => with_other(possible(name, literals).into_iter().chain(keys)),
                (None, None) if !keys.is_empty() => with_other(keys),
                (None, None) => continue,
            };
            choices.add(Variable::new(name, candidates, None, refused));
        }
        choices
    }

    fn add(&mut self, variable: Variable<'t>) {
        self.by_name.insert(variable.name, self.variables.len());
        self.variables.push(variable);
    }

    fn add_parameter(&mut self, parameter: &Parameter<'t>, literals: Literals<'t>, inputs: &'t Inputs) {
        if parameter.reads_parameter_store() {
            // Its value is the *name* of a Parameter Store entry, read when the stack is deployed.
            return;
        }
        let constraints = Constraints::of(parameter);
        match parameter_variable(parameter, &constraints, literals, inputs) {
            Some(variable) => self.add(variable),
            None if constraints.refuses("") => {
                self.filled.insert(parameter.name);
            }
            None => {}
        }
    }

    /// All of it in words, which are the same if the choices are.
    pub fn in_words(&self) -> String {
        let mut filled: Vec<&str> = self.filled.iter().copied().collect();
        filled.sort_unstable();
        let mut words = String::new();
        for Variable { name, candidates, default, has_references, other, .. } in &self.variables {
            let _ = writeln!(words, "{name} {candidates:?} {default:?} {has_references} {other:?}");
        }
        let _ = write!(words, "{filled:?}");
        words
    }

    /// The variable with its index, if the parameter or pseudo parameter has one.
    pub fn by_name(&self, name: &str) -> Option<(usize, &Variable<'t>)> {
        let index = *self.by_name.get(name)?;
        Some((index, self.variables.get(index)?))
    }

    /// What is known of a parameter or pseudo parameter that is no variable.
    pub(super) fn unknown(&self, name: &str) -> Content<'t> {
        if self.filled.contains(name) { Content::Except(Arc::clone(&self.empty)) } else { Content::Unknown }
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

/// The values of a parameter that occur elsewhere in a template.
struct Literals<'t> {
    /// The texts that conditions and rules compare it with; none if they do not mention it.
    compared: Option<Vec<Cow<'t, str>>>,
    /// The keys of mappings that it selects.
    keys: Option<Vec<&'t str>>,
}

/// What is known of a name, of which nothing else is asked. Most templates have nothing of any.
fn take<T>(of: &mut HashMap<&str, T>, name: &str) -> Option<T> {
    if of.is_empty() { None } else { of.remove(name) }
}

fn with_other<'t>(literals: impl IntoIterator<Item = Cow<'t, str>>) -> Vec<Candidate<'t>> {
    let mut candidates = distinct(literals);
    candidates.push(Candidate::Other);
    candidates
}

fn distinct<'t>(literals: impl IntoIterator<Item = Cow<'t, str>>) -> Vec<Candidate<'t>> {
    let mut seen = HashSet::new();
    let literals = literals.into_iter().filter(|literal| seen.insert(literal.clone()));
    literals.map(Candidate::Known).collect()
}

fn parameter_variable<'t>(
    parameter: &Parameter<'t>,
    constraints: &Constraints<'_, 't>,
    literals: Literals<'t>,
    inputs: &'t Inputs,
) -> Option<Variable<'t>> {
    let name = parameter.name;
    if let Some(value) = inputs.fixed(name) {
        return Some(Variable::new(name, vec![Candidate::Known(Cow::Borrowed(value))], None, []));
    }
    // Authors use a refused default to require a value.
    let mut default = parameter.default.and_then(Node::scalar_text).filter(|default| !constraints.refuses(default));
    if let Some(given) = &inputs.given {
        match given.get(name) {
            Some(Given::Texts(texts)) => {
                let candidates = texts.iter().map(|text| Candidate::Known(Cow::Borrowed(text.as_str()))).collect();
                return Some(Variable::new(name, candidates, Some(0), []));
            }
            // Nobody else sets a parameter of a nested stack.
            None => return default.map(|default| Variable::new(name, vec![Candidate::Known(default)], Some(0), [])),
            // The parent gives something, so the default is not what it is.
            Some(Given::Unknown) => default = None,
        }
    }
    let allowed = parameter.allowed.iter().filter_map(|node| node.scalar_text());
    let allowed = allowed.filter(|text| !constraints.excludes(text));
    let mut refused: Vec<Cow<'t, str>> = Vec::new();
    let candidates: Vec<Candidate<'t>> = if parameter.is_list() && !parameter.allowed.is_empty() {
        // Each *item* of a list is one of the allowed values.
        with_other(default.iter().cloned().chain(allowed))
    } else if !parameter.allowed.is_empty() {
        distinct(allowed)
    } else if let Some(listed) = constraints.listed() {
        distinct(listed.into_iter().map(Cow::Owned))
    } else if literals.compared.is_some() || literals.keys.is_some() {
        let keys = literals.keys.into_iter().flatten().map(Cow::Borrowed);
        let literals = literals.compared.into_iter().flatten().chain(keys).chain(default.clone());
        let known: Vec<Cow<'t, str>>;
        (refused, known) = literals.partition(|literal| constraints.refuses(literal));
        if known.is_empty() && refused.is_empty() {
            return None;
        }
        if constraints.refuses("") {
            refused.push(Cow::Borrowed(""));
        }
        with_other(known)
    } else if let Some(default) = &default {
        vec![Candidate::Known(default.clone())]
    } else {
        return None;
    };
    let default = default.map(Candidate::Known).and_then(|default| candidates.iter().position(|c| *c == default));
    (!candidates.is_empty()).then(|| Variable::new(name, candidates, default, refused))
}

/// Finds what `Fn::Equals` anywhere below `node` compares parameters with: the literals that decide it, through `Fn::Sub` and
/// `Fn::Join` as well. A parameter in any other comparison may be anything, so its default is not all that it can be either.
fn collect_comparisons<'t>(
    node: &'t Node<'t>,
    template: &Template<'t>,
    found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>,
) {
    for entry in node.as_mapping().unwrap_or_default() {
        if entry.key == "Fn::Equals"
            && let Some([left, right]) = entry.value.as_sequence()
        {
            for (side, other) in [(left, right), (right, left)] {
                collect_side(side, other, template, found);
            }
        }
        collect_comparisons(&entry.value, template, found);
    }
    for item in node.as_sequence().unwrap_or_default() {
        collect_comparisons(item, template, found);
    }
}

/// Finds the parameters on one side of a comparison.
fn collect_side<'t>(
    side: &'t Node<'t>,
    other: &'t Node<'t>,
    template: &Template<'t>,
    found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>,
) {
    if side.as_mapping().is_none() {
        return;
    }
    let default = || template.parameter(other.get("Ref")?.as_str()?)?.default?.scalar_text();
    if let Some(literal) = other.scalar_text().or_else(default) {
        for form in rows::forms(side) {
            found.entry(form.name).or_default().extend(form.name_in(&literal).map(|text| Cow::Owned(text.to_owned())));
        }
    }
    mention(side, found);
}

/// Finds the parameters below `node`. Pseudo parameters have values of their own.
fn mention<'t>(node: &'t Node<'t>, found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>) {
    let mut add = |name: &'t str| {
        if !name.starts_with("AWS::") {
            found.entry(name).or_default();
        }
    };
    for entry in node.as_mapping().unwrap_or_default() {
        match (entry.key.as_ref(), entry.value.as_str()) {
            ("Ref", Some(name)) => add(name),
            ("Fn::Sub", text) => {
                let first = entry.value.as_sequence().and_then(<[_]>::first);
                let text = text.or_else(|| first?.as_str()).unwrap_or_default();
                variables(text).for_each(&mut add);
            }
            _ => {}
        }
    }
    for entry in node.as_mapping().unwrap_or_default() {
        mention(&entry.value, found);
    }
    for item in node.as_sequence().unwrap_or_default() {
        mention(item, found);
    }
}

/// The literals that a pseudo parameter can be: the partitions' names and domains are a closed list.
fn possible<'t>(name: &str, mut literals: Vec<Cow<'t, str>>) -> Vec<Cow<'t, str>> {
    if Derived::of(name).is_some() {
        literals.retain(|literal| is_possible(name, literal));
    }
    literals
}

/// Whether a pseudo parameter can be this key of a mapping: mappings by Region often have a row for other Regions.
pub(super) fn is_possible(name: &str, text: &str) -> bool {
    match (Derived::of(name), name) {
        (Some(derived), _) => PARTITIONS.iter().any(|partition| derived.value(partition) == text),
        (None, "AWS::AccountId") => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
        (None, "AWS::Region") => {
            text.bytes().filter(|byte| *byte == b'-').count() > 1
                && text.ends_with(|last: char| last.is_ascii_digit())
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        }
        (None, _) => true,
    }
}

/// Finds what a rule asks of parameters. A parameter that it mentions may be anything that the rule allows, so its default is
/// not all that it can be, whatever it is compared with.
fn collect_rule<'t>(node: &'t Node<'t>, template: &Template<'t>, found: &mut HashMap<&'t str, Vec<Cow<'t, str>>>) {
    collect_comparisons(node, template, found);
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
