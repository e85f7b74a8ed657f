//! Dependencies of resources, based on [`crate::graph::cycles`] and [`crate::graph::unresolved`].

use crate::finding::Related;
use crate::graph::cycles::{Cycle, cycles};
use crate::graph::unresolved::{Names, Unresolved, unresolved};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location, block_location};
use crate::suggest::nearest;
use crate::truth::Truth;

/// Whether resources of the template depend on each other in a cycle. One location for each cycle: the name of its first
/// resource.
pub(super) fn dependency_cycle<'m, 't>(checker: &mut Checker<'_, 'm, 't>, _: &Item<'m, 't>) -> Judgement {
    let cycles = cycles(checker.run, checker.model);
    let truth = Truth::from(!cycles.is_empty());
    let locations = if checker.explain {
        cycles.iter().filter_map(|cycle| cycle_location(checker, cycle)).collect()
    } else {
        Vec::new()
    };
    Judgement { truth, locations }
}

fn cycle_location(checker: &Checker<'_, '_, '_>, cycle: &Cycle<'_>) -> Option<Location> {
    let first = checker.model.resource(cycle.edges.first()?.from)?;
    let related = cycle.edges.iter().map(|edge| Related {
        span: edge.span,
        message: format!("`{}` depends on `{}`: {} at {}", edge.from, edge.to, edge.kind.name(), edge.path),
    });
    let others = cycle.members.len() - cycle.edges.len();
    let others = match others {
        0 => String::new(),
        1 => "; one more resource is part of this cycle through another dependency".to_owned(),
        more => format!("; {more} more resources are part of this cycle through other dependencies"),
    };
    Some(Location {
        words: vec![("cycle", cycle.display()), ("others", others)],
        related: related.collect(),
        ..block_location(first)
    })
}

/// The number of missing names that get a suggestion: comparing each with every name of the template takes time.
const MOST_HINTS: usize = 20;
/// The longest name that gets a suggestion: longer names are rarely typing errors.
const LONGEST_HINTED: usize = 255;

/// Whether the template refers to a name that does not exist. One location for each reference: the name itself.
pub(super) fn unresolved_reference<'m, 't>(checker: &mut Checker<'_, 'm, 't>, _: &Item<'m, 't>) -> Judgement {
    let Names { missing, hidden } = unresolved(checker.model);
    if missing.is_empty() {
        return Truth::False.into();
    }
    if let Some(reason) = hidden {
        checker.run.note_reason(reason);
        return Truth::Unknown.into();
    }
    let locations = if checker.explain {
        let location = |(index, found)| name_location(checker, found, index < MOST_HINTS);
        missing.iter().enumerate().map(location).collect()
    } else {
        Vec::new()
    };
    Judgement { truth: Truth::True, locations }
}

fn name_location(checker: &Checker<'_, '_, '_>, found: &Unresolved<'_>, hinted: bool) -> Location {
    let reference = &found.reference;
    let hinted = hinted && reference.name.len() <= LONGEST_HINTED;
    let candidates = if hinted { found.candidates(checker.model) } else { Vec::new() };
    let hint = nearest(reference.name, candidates.into_iter()).map(|name| format!("; did you mean `{name}`?"));
    let separator = if reference.path.is_empty() { "" } else { "/" };
    Location {
        span: reference.name_span,
        exact: reference.name_span,
        path: format!("{}{separator}{}", found.block, reference.path),
        name: reference.name.to_owned(),
        state: "does not exist".to_owned(),
        value: format!("\"{}\"", reference.name),
        words: vec![
            ("used-by", found.used_by().to_owned()),
            ("meant", found.meant().name().to_owned()),
            ("hint", hint.unwrap_or_default()),
        ],
        ..Location::default()
    }
}
