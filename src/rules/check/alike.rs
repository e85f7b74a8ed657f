//! What many resources that are alike contribute to a quantifier over those that name a resource, or are named by a value.

use super::checker::Checker;
use super::location::Item;
use crate::eval::in_every_scenario;
use crate::eval::value::Value;
use crate::expand::Block;
use crate::expand::ties::{Contribution, Others};
use crate::rules::language::assertion::{Quantified, Related};
use crate::truth::Truth;

/// Resources of which it is unknown whether they belong, and which are not among the elements.
pub(super) struct Rest {
    /// Whether all of them pass, and perhaps some of the elements.
    pub(super) every: Truth,
    /// Whether some of these passes.
    pub(super) some: Truth,
    /// How many there are.
    pub(super) count: usize,
}

/// What one contributes, whether it counts and passes: to all of them, and to some of them.
fn of_one(counts: Truth, passes: Truth) -> (Truth, Truth) {
    ((!counts).or(passes), counts.and(passes))
}

fn kept((every, some): (Truth, Truth)) -> Contribution {
    let known = |truth: Truth| (truth != Truth::Unknown).then_some(truth.is_true());
    Contribution { every: known(every), some: known(some) }
}

/// Whether resources that are alike can be left out of the elements of a quantifier, as far as its form is concerned.
fn may_be_apart(related: &Related, quantified: &Quantified) -> bool {
    // Of several types, the elements have an order of their own.
    let is_one_type = matches!(related.types.as_slice(), [only] if !only.contains('*'));
    let counts_some = quantified.bounds.is_some() && !quantified.asks_for_existence();
    is_one_type && related.named.is_none() && !related.mentions && !counts_some
}

impl<'m, 't> Checker<'_, 'm, 't> {
    /// Those that are alike among the resources that may name another one, and what they contribute; none if each has to be looked at.
    pub(super) fn others_naming(
        &self,
        related: &Related,
        quantified: &Quantified,
        target: &Block<'t>,
    ) -> Option<(Others<'t>, Rest)> {
        let kind = related.types.first().filter(|_| may_be_apart(related, quantified))?;
        let others = self.model.others_naming((kind, &related.via.text), || related.via.routes(), target)?;
        let rest = self.rest(&others, quantified)?;
        Some((others, rest))
    }

    /// The same of the resources that a value may name.
    pub(super) fn others_named(
        &self,
        related: &Related,
        quantified: &Quantified,
        value: &Value<'t>,
    ) -> Option<(Others<'t>, Rest)> {
        // The only reason why it is unknown which it names is the value: those why a test is would be kept, too.
        let has_tests = !quantified.asks_for_existence();
        let kind = related.types.first().filter(|_| !has_tests && may_be_apart(related, quantified))?;
        let others = self.model.others_named(kind, value)?;
        let rest = self.rest(&others, quantified)?;
        Some((others, rest))
    }

    /// What resources that are alike contribute, all of which may belong; none if each has to be looked at.
    fn rest(&self, others: &Others<'t>, quantified: &Quantified) -> Option<Rest> {
        let asked = (std::ptr::from_ref(quantified).cast::<()>(), self.without_defaults);
        let contribution = others.alike.contribute(asked, || self.contributed(others, quantified))?;
        let truth = |known: Option<bool>| known.map_or(Truth::Unknown, Truth::from);
        Some(Rest { every: truth(contribution.every), some: truth(contribution.some), count: others.count() })
    }

    fn contributed(&self, others: &Others<'t>, quantified: &Quantified) -> Option<Contribution> {
        if quantified.asks_for_existence() {
            return Some(kept(of_one(Truth::Unknown, Truth::True)));
        }
        if !quantified.has_tests_about_element() {
            return None;
        }
        let model = self.model;
        let Self { settings, configured, profile, today, this, without_defaults, .. } = *self;
        in_every_scenario(&model.evaluator, |run| {
            let mut checker =
                Checker { run, model, settings, configured, profile, today, this, explain: false, without_defaults };
            let (mut every, mut some) = (Truth::True, Truth::False);
            for block in model.all_alike(&others.alike) {
                let item = Item::Block(block);
                let mut ask = |assertion| checker.judge(assertion, &item).truth;
                let counts = quantified.filter.as_ref().map_or(Truth::True, &mut ask).and(Truth::Unknown);
                if !counts.is_false() {
                    let one = of_one(counts, quantified.test.as_ref().map_or(Truth::True, &mut ask));
                    (every, some) = (every.and(one.0), some.or(one.1));
                }
            }
            kept((every, some))
        })
    }
}
