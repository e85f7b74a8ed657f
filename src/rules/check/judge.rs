//! The meaning of the assertion language: runs one check on one block in one scenario.

use super::analysis;
use super::checker::Checker;
use super::elements::Elements;
use super::location::{Item, Judgement, Nearest};
use super::predicate::{Surroundings, empty_text, holds};
use super::select::{Followed, Selection};
use crate::eval::text;
use crate::eval::value::{Kind, Origin, Value};
use crate::graph;
use crate::rules::language::assertion::{Assertion, Bounds, Form, Quantified, Quantifier};
use crate::rules::language::operand::Operand;
use crate::rules::language::path::Path;
use crate::rules::language::predicate::{Predicate, Test};
use crate::source::Span;
use crate::truth::Truth;
use smallvec::SmallVec;

impl<'m, 't> Checker<'_, 'm, 't> {
    /// Judges an assertion about an item.
    pub fn judge(&mut self, assertion: &Assertion, item: &Item<'m, 't>) -> Judgement {
        let mut judgement = match &assertion.form {
            Form::All(assertions) => self.all(assertions, item),
            Form::Any(assertions) => self.any(assertions, item),
            Form::Not(inner) => {
                let inner = self.judge(inner, item);
                Judgement { truth: !inner.truth, locations: inner.locations }
            }
            Form::Value { path, is, or_absent } => self.value_form(path, is, *or_absent, item),
            Form::Quantified(quantifier, quantified) => self.quantified(*quantifier, quantified, item),
            Form::Count(bounds, quantified) => self.count(*bounds, quantified, item),
            Form::Analysis(analysis) => analysis::judge(analysis, self, item),
            Form::Setting { parameter, is } => {
                let texts = parameter.texts(self.settings);
                let value = |text: &String| Value { span: Span::default(), kind: Kind::String(text.clone().into()) };
                Truth::all(texts.iter().map(|text| self.test(is, &value(text)))).into()
            }
            Form::Configured(parameter) => match parameter {
                Operand::Parameter(name) => Truth::from(self.configured.contains_key(name)).into(),
                Operand::Scalars(_) => Truth::False.into(),
            },
            Form::Profile(profiles) => {
                Truth::from(self.profile.is_none_or(|own| profiles.iter().any(|one| one == own))).into()
            }
            Form::Undecided(reason) => {
                self.run.note_reason(reason.as_str());
                Judgement::bare(Truth::Unknown)
            }
        };
        if let Some(message) = &assertion.message {
            for location in judgement.locations.iter_mut().filter(|location| location.message.is_none()) {
                location.message = Some(message.clone());
            }
        }
        judgement
    }

    fn all(&mut self, assertions: &[Assertion], item: &Item<'m, 't>) -> Judgement {
        let mut truth = Truth::True;
        let mut locations = Vec::new();
        for assertion in assertions {
            let judgement = self.judge(assertion, item);
            if self.explain {
                // All that fail are named; what holds only explains a result that holds.
                if judgement.truth.is_false() && !truth.is_false() {
                    locations.clear();
                }
                if judgement.truth.is_false() || !truth.is_false() {
                    locations.extend(judgement.locations);
                }
            }
            truth = truth.and(judgement.truth);
            if truth.is_false() && !self.explain {
                break;
            }
        }
        Judgement { truth, locations }
    }

    fn any(&mut self, assertions: &[Assertion], item: &Item<'m, 't>) -> Judgement {
        let mut truth = Truth::False;
        let mut locations = Vec::new();
        for assertion in assertions {
            let judgement = self.judge(assertion, item);
            truth = truth.or(judgement.truth);
            if truth.is_true() {
                return Judgement { truth, locations: judgement.locations };
            }
            // None holds: the first alternative is the one that rules put first, the usual fix.
            if locations.is_empty() {
                locations = judgement.locations;
            }
        }
        Judgement { truth, locations }
    }

    fn value_form(&mut self, path: &Path, is: &Predicate, or_absent: bool, item: &Item<'m, 't>) -> Judgement {
        // Most checks ask one value.
        if path.rest.is_none() {
            let followed = self.follow(&path.names, item);
            let truth = match (&followed, is.as_presence()) {
                (Followed::Value(value, _), Some(_)) if self.is_only_default(value) => Truth::Unknown,
                (Followed::Value(value, _), Some(wanted)) => (self.is_something(value) == wanted).into(),
                (Followed::Value(value, _), None) => self.test(is, value),
                (Followed::Absent(..), Some(wanted)) => (!wanted).into(),
                (Followed::Absent(..), None) => or_absent.into(),
                (Followed::Unknown(..) | Followed::Unwritten(_), _) => Truth::Unknown,
            };
            return self.at(truth, || match followed {
                Followed::Value(value, _) => self.explained(&self.found(value, &path.names, item)),
                followed => self.short_of(&followed, &path.names, item),
            });
        }
        let mut selection = self.select(path, item);
        if let Some(wanted) = is.as_presence() {
            let (something, nothing): (SmallVec<[_; 1]>, SmallVec<[_; 1]>) =
                std::mem::take(&mut selection.items).into_iter().partition(|found| match found {
                    Item::Value { value, .. } => self.is_something(value),
                    Item::Block(_) => true,
                });
            // Where there is nothing else, an empty value is what is missing.
            if let (true, Some(empty)) = (something.is_empty(), nothing.first()) {
                selection.nearest = Nearest::new(self.explain, || self.explained(empty));
            }
            selection.items = something;
            return self.presence(&selection, wanted);
        }
        if selection.items.is_empty() {
            let truth = if selection.unknown { Truth::Unknown } else { or_absent.into() };
            return self.at(truth, || selection.nearest.location());
        }
        let mut truth = if selection.unknown { Truth::Unknown } else { Truth::True };
        let mut locations = Vec::new();
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            let result = self.test(is, value);
            if self.explain && (result.is_false() || !truth.is_false()) {
                if result.is_false() && !truth.is_false() {
                    locations.clear();
                }
                locations.push(self.explained(found));
            }
            truth = truth.and(result);
        }
        Judgement { truth, locations }
    }

    /// Whether a value is more than an empty text or an empty list, which name nothing: no key, no bucket, no subnets. An empty
    /// map may mean something, such as `DefaultAction: { Allow: {} }`.
    fn is_something(&mut self, value: &Value<'t>) -> bool {
        match &value.kind {
            Kind::List(items) => items.iter().any(|item| self.is_something(item)),
            Kind::String(_) | Kind::Text(_)
                if value.parts().iter().all(|part| part.content.is_known() || part.content.is_choice()) =>
            {
                let is_empty = self
                    .run
                    .decide(&[value], &|values| values.first().map_or(Truth::Unknown, |value| empty_text(value)));
                !is_empty.is_true()
            }
            _ => true,
        }
    }

    fn presence(&mut self, selection: &Selection<'m, 't>, wanted: bool) -> Judgement {
        let present = if selection.items.is_empty() {
            if selection.unknown { Truth::Unknown } else { Truth::False }
        } else {
            Truth::True
        };
        let truth = if wanted { present } else { !present };
        let locations = match (self.explain, selection.items.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => vec![selection.nearest.clone().location()],
            (true, false) => selection.items.iter().map(|item| self.explained(item)).collect(),
        };
        Judgement { truth, locations }
    }

    /// Whether a value is the default of a parameter that accepts others, of which nothing is known.
    fn is_only_default(&self, value: &Value<'t>) -> bool {
        let evaluator = &self.model.evaluator;
        self.without_defaults
            && value.parts().iter().any(|part| match &part.origin {
                Origin::Parameter(name) => {
                    let parameter = evaluator.template.parameter(name);
                    let is_alone = |candidates: &[_]| candidates.len() == 1;
                    parameter.is_some_and(|parameter| parameter.allowed.is_empty())
                        && evaluator.may_default(name)
                        && evaluator.choices.by_name(name).is_some_and(|(_, own)| is_alone(&own.candidates))
                }
                _ => false,
            })
    }

    fn test(&mut self, is: &Predicate, value: &Value<'t>) -> Truth {
        if value.is_inside_unknown() || self.is_only_default(value) {
            return Truth::Unknown;
        }
        let model = self.model;
        let mut truth = Truth::True;
        for test in &is.tests {
            let result = match test {
                Test::RefersToThis(wanted) => {
                    let refers = graph::refers_to(self.run, value, self.this);
                    if *wanted { refers } else { !refers }
                }
                Test::Among(path) => self.is_among(value, path),
                _ => {
                    let around = Surroundings {
                        settings: self.settings,
                        is_no_echo: &|name| model.is_no_echo(name),
                        type_of: &|id| model.kind_of(id).map(str::to_owned),
                    };
                    holds(test, self.run, value, &around)
                }
            };
            truth = truth.and(result);
            if truth.is_false() {
                break;
            }
        }
        truth
    }

    /// Whether a value is one of those at a path of the resource that the rule looks at.
    fn is_among(&mut self, value: &Value<'t>, path: &Path) -> Truth {
        let selection = self.select(path, &Item::Block(self.this));
        let mut among = if selection.unknown { Truth::Unknown } else { Truth::False };
        for found in &selection.items {
            let Item::Value { value: known, .. } = found else { continue };
            let same = self.run.decide(&[value, known], &|values| match values {
                [value, known] => text::equal(value, known),
                _ => Truth::Unknown,
            });
            among = among.or(same);
        }
        among
    }

    fn quantified(&mut self, quantifier: Quantifier, quantified: &Quantified, item: &Item<'m, 't>) -> Judgement {
        let elements = self.elements(quantified, quantifier == Quantifier::Every, item);
        let mut every = Truth::True;
        let mut some = Truth::False;
        if elements.unknown {
            every = Truth::Unknown;
            some = Truth::Unknown;
        }
        let mut failing = Vec::new();
        let mut passing = Vec::new();
        for (element, membership) in elements.items {
            let counts = match &quantified.filter {
                Some(filter) if !membership.is_false() => membership.and(self.judge(filter, &element).truth),
                _ => membership,
            };
            if counts.is_false() {
                continue;
            }
            let judgement = match &quantified.test {
                Some(test) => self.judge(test, &element),
                None => Judgement::bare(Truth::True),
            };
            let passes = counts.and(judgement.truth);
            let holds = (!counts).or(judgement.truth);
            every = every.and(holds);
            some = some.or(passes);
            if self.explain {
                let locations =
                    if judgement.locations.is_empty() { vec![self.explained(&element)] } else { judgement.locations };
                if holds.is_false() {
                    failing.extend(locations);
                } else if passes.is_true() {
                    passing.extend(locations);
                }
            } else if (quantifier == Quantifier::Every && every.is_false())
                || (quantifier != Quantifier::Every && some.is_true())
            {
                break;
            }
        }
        if let Some(rest) = &elements.rest {
            every = every.and(rest.every);
            some = some.or(rest.some);
        }
        match quantifier {
            Quantifier::Every => {
                Judgement { truth: every, locations: if every.is_false() { failing } else { passing } }
            }
            Quantifier::Some if some.is_true() => Judgement { truth: some, locations: passing },
            Quantifier::Some => self.at(some, || elements.nearest.location()),
            Quantifier::None => {
                Judgement { truth: !some, locations: if some.is_true() { passing } else { Vec::new() } }
            }
        }
    }

    /// Whether the number of elements that count and pass is within bounds. Too few point at where more should be, too
    /// many at each of them.
    fn count(&mut self, bounds: Bounds, quantified: &Quantified, item: &Item<'m, 't>) -> Judgement {
        let Elements { items, nearest, unknown, rest } = self.elements(quantified, false, item);
        let mut certain = 0;
        let mut possible = rest.map_or(0, |rest| rest.count);
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
            return self.at(Truth::False, || nearest.location());
        }
        Judgement { truth: enough.and(few_enough), locations }
    }
}
