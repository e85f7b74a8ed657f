//! What a resource is to others, in a few words above it: what guards what, who acts as which role, which subnet leads to the internet.

use crate::eval::explore;
use crate::eval::inputs::Inputs;
use crate::eval::scenario::Scenario;
use crate::expand::exists;
use crate::graph::links::{Meaning, links_of};
use crate::linter::Loader;
use crate::linter::opened::{Opened, open};
use crate::report::text::one_line;
use crate::source::{Source, Span};

/// Lenses of one template.
const MAX_LENSES: usize = 2_000;
/// Resources that are asked: each is compared with others.
const MAX_RESOURCES: usize = 1_000;

/// A few words above a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lens {
    /// The logical id of the resource, as it is written in the text.
    pub span: Span,
    /// The words, on one line.
    pub text: String,
}

/// A relation with the choices for which it is there.
type Related<'t> = ((&'t str, Meaning, &'t str), Vec<Scenario>);

/// The lenses of a text, by their places; none if it cannot be parsed, or is not a template. Only what is certain is shown.
pub fn lenses(source: &Source, load: &Loader<'_>, inputs: &Inputs) -> Vec<Lens> {
    let found = open(source, load, inputs, found);
    found.map(|(lenses, _)| lenses).unwrap_or_default()
}

fn found(opened: &Opened<'_, '_, '_>) -> Vec<Lens> {
    let model = opened.model;
    let mut lenses = Vec::new();
    for block in model.resources().iter().take(MAX_RESOURCES) {
        let mut related: Vec<Related<'_>> = Vec::new();
        let exploration = explore(&model.evaluator, |run| match exists(run, block) {
            true => links_of(run, model, block),
            false => Vec::new(),
        });
        let all = exploration.leaves.len();
        for (scenario, links) in exploration.leaves {
            for link in links {
                let key = (link.from, link.meaning, link.to);
                match related.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, scenarios)) => scenarios.push(scenario.clone()),
                    None => related.push((key, vec![scenario.clone()])),
                }
            }
        }
        for ((from, meaning, to), scenarios) in related {
            let when = match scenarios.len() == all && exploration.complete {
                true => None,
                false => model.evaluator.describe(&scenarios, &exploration.infeasible),
            };
            let when = when.map_or_else(String::new, |mut when| {
                opened.mask.choice(&mut when);
                format!(", when {when}")
            });
            let mut add = |id: &str, words: String| {
                let Some(block) = model.resource(id).filter(|block| block.key_span.source == opened.source.id) else {
                    return;
                };
                // Editors draw icons for `$(name)`.
                let text = one_line(&(words + &when), true).replace("$(", "$ (");
                lenses.push(Lens { span: block.key_span, text });
            };
            match meaning {
                Meaning::Guards => {
                    add(from, format!("guards {to}"));
                    add(to, format!("guarded by {from}"));
                }
                Meaning::ActsAs => {
                    add(from, format!("acts as {to}"));
                    add(to, format!("{from} acts as this role"));
                }
                Meaning::RoutesTo => add(from, format!("leads to the internet, through {to}")),
                Meaning::AttachedTo | Meaning::MemberOf | Meaning::AddsTo => {}
            }
        }
        if lenses.len() > MAX_LENSES {
            break;
        }
    }
    lenses.sort();
    lenses.dedup();
    lenses.truncate(MAX_LENSES);
    lenses
}
