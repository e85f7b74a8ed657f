//! How many of the selected pass: the one quantifier that needs more than a yes or no of each.

use super::elements::Elements;
use super::{Checker, Item, Judgement};
use crate::rules::language::assertion::{Bounds, Quantified};
use crate::truth::Truth;

impl<'m, 't> Checker<'_, 'm, 't> {
    /// Whether the number of elements that count and pass is within bounds. Too few point at where more should be, too
    /// many at each of them.
    pub(super) fn count(&mut self, bounds: Bounds, quantified: &Quantified, item: &Item<'m, 't>) -> Judgement {
        let Elements { items, nearest, unknown } = self.elements(quantified, item);
        let mut certain = 0;
        let mut possible = 0;
        let mut locations = Vec::new();
        for (element, membership) in items {
            let mut passes = membership;
            for assertion in quantified.filter.iter().chain(&quantified.test) {
                if !passes.is_false() {
                    passes = passes.and(self.judge(assertion, &element).truth);
                }
            }
            certain += usize::from(passes.is_true());
            possible += usize::from(!passes.is_false());
            if self.explain && passes.is_true() {
                locations.push(self.explained(&element));
            }
        }
        let (least, most) = (bounds.at_least.unwrap_or(0), bounds.at_most.unwrap_or(usize::MAX));
        let enough = match (certain >= least, possible >= least || unknown) {
            (true, _) => Truth::True,
            (false, false) => Truth::False,
            (false, true) => Truth::Unknown,
        };
        let few_enough = match (certain > most, possible <= most && !unknown) {
            (true, _) => Truth::False,
            (false, true) => Truth::True,
            (false, false) if bounds.at_most.is_none() => Truth::True,
            (false, false) => Truth::Unknown,
        };
        if enough.is_false() {
            return self.at(Truth::False, || nearest);
        }
        Judgement { truth: enough.and(few_enough), locations }
    }
}
