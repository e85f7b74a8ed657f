//! Conditions for iterations that a loop makes only for some choices of parameters.

use super::collection::{Case, Cases, When};
use super::{TooLarge, Unroller};
use crate::expand::conditions;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Nodes of one comparison in a condition.
const NODES_PER_COMPARISON: usize = 6;

impl<'t> Unroller<'_, 't> {
    /// The name of the condition under which an item is in the collection of a loop; none if it always is.
    pub(super) fn condition(
        &mut self,
        entry: &Entry<'t>,
        item: &str,
        when: When<'t>,
        span: Span,
    ) -> Result<Option<String>, TooLarge> {
        let condition = match when {
            When::Always => return Ok(None),
            When::In(cases) => {
                self.spend_on_comparisons(cases.iter().map(Vec::len).sum())?;
                let cases = cases.into_iter().map(|case| in_case(case, None, span));
                conditions::any(span, cases.collect())
            }
            When::Contained(parameter) => {
                self.spend_on_comparisons(1)?;
                conditions::contains(span, parameter, Cow::Owned(item.to_owned()))
            }
        };
        let outer = self.bindings.iter().map(|binding| binding.value.as_ref());
        let items: Vec<&str> = outer.chain([item]).collect();
        // The names of a template's own conditions have letters and digits only.
        let name = format!("{} {} {}", self.path.join("/"), entry.key, items.join("/"));
        self.conditions.insert(name.clone(), condition);
        Ok(Some(name))
    }

    /// The name of the condition that a function computes, which may be another in each case; none if there is none.
    pub(super) fn computed_condition(
        &mut self,
        cases: Cases<'t, Option<Cow<'t, str>>>,
        span: Span,
    ) -> Result<Option<Cow<'t, str>>, TooLarge> {
        let Some((_, first)) = cases.first() else { return Ok(None) };
        if cases.iter().all(|(_, name)| name == first) {
            return Ok(first.clone());
        }
        self.spend_on_comparisons(cases.iter().map(|(case, _)| case.len() + 1).sum())?;
        let cases = cases.into_iter().map(|(case, name)| in_case(case, name, span));
        let condition = conditions::any(span, cases.collect());
        let name = self.path.join("/");
        self.conditions.insert(name.clone(), condition);
        Ok(Some(Cow::Owned(name)))
    }

    /// Makes the entry of an iteration conditional, if the loop does not make it for every choice.
    pub(super) fn make_conditional(&mut self, made: &mut Entry<'t>) -> Result<(), TooLarge> {
        let needed: Vec<String> = self.bindings.iter().filter_map(|binding| binding.condition.clone()).collect();
        let [first, ..] = needed.as_slice() else { return Ok(()) };
        let is_block = match self.path.as_slice() {
            // A condition that nothing uses does no harm.
            [section, ..] if section == "Conditions" => return Ok(()),
            path => path.len() == 1,
        };
        let span = made.key_span;
        let mut name = first.clone();
        let mut all: Vec<Node<'t>> = needed.into_iter().map(|name| conditions::named(span, name)).collect();
        if is_block && let Some(own) = made.value.get("Condition").and_then(Node::as_str) {
            all.push(conditions::named(span, own.to_owned()));
        }
        if all.len() > 1 {
            self.spend_on_comparisons(all.len())?;
            name = format!("{}/{}", self.path.join("/"), made.key);
            self.conditions.insert(name.clone(), conditions::all(span, all));
        }
        self.spend_on_comparisons(1)?;
        match &mut made.value.kind {
            Kind::Mapping(block) if is_block => {
                block.retain(|entry| entry.key != "Condition");
                let value = Node { span, kind: Kind::String(name.into()) };
                block.push(Entry { key: "Condition".into(), key_span: span, value });
            }
            // Not a resource or output.
            _ if is_block => {}
            kind => {
                let value = Node { span: made.value.span, kind: std::mem::replace(kind, Kind::Null) };
                made.value = conditions::present_if(made.value.span, name, value);
            }
        }
        Ok(())
    }

    /// Takes the nodes of so many comparisons from the budget.
    fn spend_on_comparisons(&mut self, comparisons: usize) -> Result<(), TooLarge> {
        let nodes = comparisons.saturating_mul(NODES_PER_COMPARISON);
        if self.budget.spend(nodes) { Ok(()) } else { Err(TooLarge) }
    }
}

/// A condition that is true in a case, if a condition of the template is true there as well.
fn in_case<'t>(case: Case<'t>, condition: Option<Cow<'t, str>>, span: Span) -> Node<'t> {
    let values = case.into_iter().map(|(parameter, value)| conditions::equals(span, parameter, value));
    let named = condition.map(|condition| conditions::named(span, condition));
    conditions::all(span, values.chain(named).collect())
}

/// Adds conditions to the section for them, which is made if there is none.
pub(super) fn add_conditions<'t>(sections: &mut Vec<Entry<'t>>, conditions: BTreeMap<String, Node<'t>>, span: Span) {
    if conditions.is_empty() {
        return;
    }
    let made = conditions.into_iter().map(|(name, value)| Entry { key: name.into(), key_span: value.span, value });
    match sections.iter_mut().find(|section| section.key == "Conditions").map(|section| &mut section.value.kind) {
        Some(Kind::Mapping(entries)) => entries.extend(made),
        // A section that is not a map is ignored.
        Some(_) => {}
        None => {
            let value = Node { span, kind: Kind::Mapping(made.collect()) };
            sections.push(Entry { key: "Conditions".into(), key_span: span, value });
        }
    }
}
