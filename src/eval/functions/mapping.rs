//! `Fn::FindInMap`: the entry of a mapping, for every row that a deployment can reach.
//!
//! CloudFormation refuses a choice that is the key of no row if there is no default value, also in a branch that is not taken. So it
//! is not a scenario, as long as another choice has a row and the resource exists.
//!
//! Sources (2026-11): "Fn::FindInMap" and "Fn::FindInMap enhancements", CloudFormation template reference
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap-enhancements.html>:
//! any template may use `DefaultValue`; functions beyond `Ref` and `Fn::FindInMap` as keys take `AWS::LanguageExtensions`);
//! <https://github.com/aws-cloudformation/aws-cloudformation-templates/issues/271> on branches that are not taken.

use super::builder::literal;
use super::entries::{Classes, Conditional, Entries, Found};
use super::row::{MAX_COMPARED, Row};
use super::{CallResult, is_function, unknown_result};
use crate::eval::choices::{self, Candidate};
use crate::eval::forks::Open;
use crate::eval::scenario::Variable;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::eval::{Lookup, Run};
use crate::source::Span;
use crate::syntax::{self, Node};
use std::borrow::Cow;
use std::rc::Rc;

/// The number of different entries up to which a parameter's choice is made at once. Otherwise the entry stays open, so that only a
/// question with different results distinguishes them.
const MAX_AT_ONCE: usize = 8;
/// Entries that are not scalars cannot stay open. This many different ones are distinguished.
const MAX_DIFFERENT: usize = 64;
/// The cost of finding the row of one candidate, as [`Evaluator::afford`] counts.
const COST_OF_CANDIDATE: usize = 16;

/// A call with its arguments.
struct Call<'t> {
    fields: [&'t Node<'t>; 3],
    default: Option<&'t Node<'t>>,
    span: Span,
}

impl<'t> Call<'t> {
    fn found(&self, row: Row<'t>) -> Found<'t> {
        match (row, self.default) {
            (Row::Found(node), _) | (Row::Missing, Some(node)) => Found::Node(node),
            (Row::Missing, None) => Found::Refused,
            (Row::Unknown, _) => Found::Unknown,
        }
    }
}

impl<'t> Run<'_, 't> {
    pub(super) fn find_in_map(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> CallResult<'t> {
        let call = match list {
            Some([name, first, second]) => Call { fields: [name, first, second], default: None, span },
            Some([name, first, second, options]) => match options.as_mapping() {
                Some([only]) if only.key == "DefaultValue" => {
                    Call { fields: [name, first, second], default: Some(&only.value), span }
                }
                _ => return CallResult::Malformed,
            },
            _ => return CallResult::Malformed,
        };
        let extended = self.is_extended();
        let takes = |node: &&Node<'t>| match node.as_mapping() {
            Some([only]) if !extended => matches!(only.key.as_ref(), "Ref" | "Fn::FindInMap"),
            _ => true,
        };
        if !call.fields.iter().all(takes) {
            return CallResult::Malformed;
        }
        let mut keys = Vec::with_capacity(call.fields.len());
        for field in call.fields {
            match self.compute(field) {
                Some(value) if value.is_scalar() => keys.push(value),
                _ => return CallResult::Malformed,
            }
        }
        let evaluator = self.evaluator;
        let opens = keys.iter().flat_map(Value::parts).filter_map(|part| evaluator.open(part));
        let choices: Vec<Open> = opens.collect();
        let is_one = choices.iter().all(|open| choices.first() == Some(open));
        let Some(open) = self.leave_one_open(&mut keys) else { return CallResult::Malformed };
        match open {
            Some(variable) => match self.open_entry(&call, &keys, variable) {
                // If another choice was made as well, that one may have no row for any key.
                CallResult::Malformed if !is_one => self.refused(&call, &keys),
                outcome => outcome,
            },
            None => match call.found(self.row(&keys)) {
                Found::Node(node) => self.entry_value(&call, node),
                Found::Refused if !choices.is_empty() => self.refused(&call, &keys),
                Found::Refused => CallResult::Malformed,
                Found::Unknown => self.compared(&call, &keys),
            },
        }
    }

    /// Makes the choices in some keys, except the one with the most candidates, and returns its variable. None if CloudFormation
    /// refuses every remaining candidate.
    fn leave_one_open(&mut self, keys: &mut Vec<Value<'t>>) -> Option<Option<usize>> {
        let evaluator = self.evaluator;
        let is_derived = |part: &Part<'t>| matches!(evaluator.open(part), Some(Open::Derived(_)));
        for key in keys.iter_mut().filter(|key| key.parts().iter().any(is_derived)) {
            *key = self.settled(key.clone());
        }
        loop {
            let mut variables: Vec<usize> = keys
                .iter()
                .flat_map(Value::parts)
                .filter_map(|part| match evaluator.open(part) {
                    Some(Open::Named(variable)) => Some(variable),
                    _ => None,
                })
                .collect();
            variables.sort_unstable();
            variables.dedup();
            variables
                .sort_by_key(|variable| evaluator.choices.get(*variable).map_or(0, |named| named.candidates.len()));
            match variables.as_slice() {
                [] => return Some(None),
                [only] => return Some(Some(*only)),
                [fewest, ..] => {
                    let chosen = self.make_choice(&keys.iter().collect::<Vec<_>>(), *fewest)?;
                    *keys = chosen.into_vec();
                }
            }
        }
    }

    /// The row of some keys.
    fn row(&self, keys: &[Value<'t>]) -> Row<'t> {
        self.evaluator.row(keys)
    }

    /// The result of a call with one open choice in its keys.
    fn open_entry(&mut self, call: &Call<'t>, keys: &[Value<'t>], variable: usize) -> CallResult<'t> {
        let evaluator = self.evaluator;
        let Some(named) = evaluator.choices.get(variable) else { return CallResult::Malformed };
        let place = evaluator.place_of_entries(keys, variable, call.default);
        let known = place.as_ref().and_then(|place| evaluator.entries.borrow().get(place).map(Rc::clone));
        let entries = match known {
            Some(entries) => entries,
            None if !evaluator.afford(named.candidates.len().saturating_mul(COST_OF_CANDIDATE)) => {
                return CallResult::Value(self.unknown_entry(call, keys));
            }
            None => {
                let entries = Rc::new(self.entries(call, keys, variable, named));
                if let Some(place) = place {
                    evaluator.entries.borrow_mut().insert(place, Rc::clone(&entries));
                }
                entries
            }
        };
        let is_refused = !entries.has_refused || self.is_deployed(call);
        let Some(classes) = entries.classes(is_refused, |node| self.spelling(node)) else {
            return CallResult::Value(self.unknown_entry(call, keys));
        };
        if classes.nodes.is_empty() {
            // No choice has a row: this is a mistake in the template, not a choice.
            return CallResult::Malformed;
        }
        let domain = self.domain(Variable::Named(variable), named.candidates.len());
        let reachable = classes.domains.iter().filter(|class| class.meets(&domain)).take(MAX_DIFFERENT + 1).count();
        let stays_open = reachable > MAX_AT_ONCE || (reachable > 1 && named.name.starts_with("AWS::"));
        if stays_open && let Some(value) = self.left_open(call, keys, (variable, named.candidates.len()), classes) {
            return CallResult::Value(value);
        }
        if reachable > MAX_DIFFERENT {
            return CallResult::Value(self.unknown_entry(call, keys));
        }
        let class = self.fork_among(variable, &classes.domains, &classes.refused);
        match class.and_then(|class| classes.nodes.get(class).copied()) {
            Some(Some(node)) => self.entry_value(call, node),
            Some(None) => CallResult::Value(self.unknown_entry(call, keys)),
            None => CallResult::Malformed,
        }
    }

    /// The entry for each candidate of a variable in the keys.
    fn entries(
        &self,
        call: &Call<'t>,
        keys: &[Value<'t>],
        variable: usize,
        named: &choices::Variable<'t>,
    ) -> Entries<'t> {
        let evaluator = self.evaluator;
        evaluator.count_steps(named.candidates.len());
        // Of the keys, only those with the choice in them change.
        let is_open =
            |key: &Value<'t>| key.parts().iter().any(|part| evaluator.open(part) == Some(Open::Named(variable)));
        let changing: Vec<usize> = (0..keys.len()).filter(|place| keys.get(*place).is_some_and(is_open)).collect();
        let mut chosen = keys.to_vec();
        let mut choose = |(index, candidate): (usize, &Candidate<'t>)| {
            for place in &changing {
                let (key, slot) = keys.get(*place).zip(chosen.get_mut(*place))?;
                *slot = evaluator.one_chosen(key, variable, index, candidate)?;
            }
            Some(call.found(evaluator.row(&chosen)))
        };
        let candidates = named.candidates.iter().enumerate();
        Entries::new(candidates.map(|one| choose(one).unwrap_or(Found::Refused)).collect())
    }

    /// The entry as an open text; none if some entry is not plain text.
    fn left_open(
        &mut self,
        call: &Call<'t>,
        keys: &[Value<'t>],
        (variable, size): (usize, usize),
        classes: &Classes<'t>,
    ) -> Option<Value<'t>> {
        let name = keys.first().and_then(Value::text)?;
        let entry = self.evaluator.template.mapping_entry(&name)?;
        let plain =
            |node: &Option<&'t Node<'t>>| node.as_ref()?.scalar_text().filter(|text| !text.contains("{{resolve:"));
        let make = || {
            let different: Vec<Cow<'t, str>> = classes.nodes.iter().map(plain).collect::<Option<_>>()?;
            let mut texts = vec![None; size];
            for (class, text) in classes.domains.iter().zip(&different) {
                for candidate in class.iter() {
                    *texts.get_mut(candidate)? = Some(text.clone());
                }
            }
            self.evaluator.remember_lookup(Lookup { variable, texts })
        };
        let lookup = (*classes.lookup.get_or_init(make))?;
        let part = Part { content: Content::Entry(lookup), origin: Origin::Mapping(&entry.key) };
        Some(Value { span: call.span, kind: Kind::Text(vec![part]) })
    }

    /// A text that is the same for equal entries; none if the budget of the template is spent.
    fn spelling(&self, node: &'t Node<'t>) -> Option<Cow<'t, str>> {
        if let Some(text) = node.scalar_text() {
            return Some(text);
        }
        let items = node.as_sequence().filter(|_| !is_function(node));
        let texts: Option<Vec<Cow<'t, str>>> = items.and_then(|items| items.iter().map(Node::scalar_text).collect());
        let spelled = match texts {
            Some(texts) => texts.iter().map(|text| format!("\u{1}{text}")).collect::<String>(),
            // A function, or a value that mappings cannot have: equal to no other.
            None => format!("\u{2}{} {}", node.span.start, node.span.end),
        };
        self.evaluator.afford(spelled.len()).then_some(Cow::Owned(spelled))
    }

    /// The result of a call with an unknown key: the entry that all rows share; else the key is compared with the key of each row.
    fn compared(&mut self, call: &Call<'t>, keys: &[Value<'t>]) -> CallResult<'t> {
        let rows = self.evaluator.rows(keys);
        let Some((unknown, rows)) = rows.filter(|(_, rows)| rows.len() <= MAX_COMPARED) else {
            return CallResult::Value(self.unknown_entry(call, keys));
        };
        // Only the key of a Region can be the Region.
        let is_possible = |text: &str| match keys.get(unknown).and_then(Value::as_reference) {
            Some(Origin::Pseudo(name)) => choices::is_possible(name, text),
            _ => true,
        };
        let found = rows.iter().filter(|(key, _)| is_possible(key)).map(|(key, row)| (*key, call.found(*row)));
        let found: Vec<(&'t str, Found<'t>)> = found.collect();
        if found.is_empty() {
            return match call.default {
                // No row can be the one, whatever the key is.
                Some(default) if !rows.is_empty() => self.entry_value(call, default),
                _ => CallResult::Value(self.unknown_entry(call, keys)),
            };
        }
        let nodes = found.iter().filter_map(|(_, found)| match found {
            Found::Node(node) => Some(*node),
            _ => None,
        });
        let mut different: Vec<(Cow<'t, str>, &'t Node<'t>)> = Vec::new();
        for node in nodes.chain(call.default) {
            let Some(spelling) = self.spelling(node) else { return CallResult::Value(self.unknown_entry(call, keys)) };
            if !different.iter().any(|(known, _)| *known == spelling) {
                different.push((spelling, node));
            }
        }
        match different.as_slice() {
            [] => return CallResult::Malformed,
            [(_, only)] => return self.entry_value(call, only),
            _ if different.len() > MAX_AT_ONCE => return CallResult::Value(self.unknown_entry(call, keys)),
            _ => {}
        }
        let (Some(key), Some(field)) = (keys.get(unknown), call.fields.get(unknown)) else {
            return CallResult::Malformed;
        };
        for (text, found) in found {
            let text = Value { span: key.span, kind: Kind::String(Cow::Borrowed(text)) };
            if self.same(field, key, &text) {
                return match found {
                    Found::Node(node) => self.entry_value(call, node),
                    Found::Refused | Found::Unknown => self.refused(call, keys),
                };
            }
        }
        match call.default {
            Some(node) => self.entry_value(call, node),
            None => self.refused(call, keys),
        }
    }

    /// The result of a call with keys that CloudFormation refuses: this scenario does not occur. If the resource does not exist
    /// in this scenario, no source states whether CloudFormation looks up the keys at all.
    fn refused(&mut self, call: &Call<'t>, keys: &[Value<'t>]) -> CallResult<'t> {
        if self.is_deployed(call) {
            self.refuse();
            return CallResult::Malformed;
        }
        CallResult::Value(self.unknown_entry(call, keys))
    }

    /// Whether the resource that a call is in exists in this scenario.
    fn is_deployed(&mut self, call: &Call<'t>) -> bool {
        let evaluator = self.evaluator;
        let conditional = evaluator.conditional.get_or_init(|| Conditional::new(&evaluator.template.resources));
        conditional.around(call.span).into_iter().all(|condition| self.condition(condition))
    }

    /// An unknown entry.
    fn unknown_entry(&self, call: &Call<'t>, keys: &[Value<'t>]) -> Value<'t> {
        let name = keys.first().and_then(Value::text);
        match name.and_then(|name| self.evaluator.template.mapping_entry(&name)) {
            Some(entry) if call.default.is_none() => Value::unknown(Origin::Mapping(&entry.key), call.span),
            _ => unknown_result("Fn::FindInMap", keys, call.span),
        }
    }

    /// The value of an entry or of the default. An entry has the place of the call, since many resources may use the mapping.
    fn entry_value(&mut self, call: &Call<'t>, node: &'t Node<'t>) -> CallResult<'t> {
        if call.default.is_some_and(|default| std::ptr::eq(default, node)) {
            return self.compute(node).map_or(CallResult::NoValue, CallResult::Value);
        }
        self.plain(node).map(|kind| Value { span: call.span, kind }).into()
    }

    /// A value of a mapping: a scalar or a list of them. Functions do not work there, so following none cannot go in circles.
    fn plain(&self, node: &'t Node<'t>) -> Option<Kind<'t>> {
        let scalar = |node: &'t Node<'t>| match &node.kind {
            syntax::Kind::Bool(value) => Some(Kind::Bool(*value)),
            syntax::Kind::Number(number) => Some(Kind::Number(number.clone())),
            syntax::Kind::String(text) => Some(literal(text, node.span).kind),
            _ => None,
        };
        let Some(items) = node.as_sequence() else { return scalar(node) };
        if !self.evaluator.afford(std::mem::size_of_val(items)) {
            return None;
        }
        let items: Option<Vec<Value<'t>>> =
            items.iter().map(|item| Some(Value { span: item.span, kind: scalar(item)? })).collect();
        items.map(Kind::List)
    }
}
