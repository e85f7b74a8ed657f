//! Whether the trails of a template record some events, answered by [`crate::graph::trails`].

use crate::graph::trails::{self, DataEvents, Events, Recorded};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement};
use crate::rules::language::analysis::RecordsDataEvents;
use crate::truth::Truth;

/// Why it is open whether a part of the events is enough.
const PARTLY: &str =
    "only some of these events are recorded, and the template does not show whether these are all that matter";

impl RecordsDataEvents {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let data = DataEvents {
            kind: self.r#type.clone(),
            everything: self.everything.clone(),
            reads: self.reads.clone(),
            writes: self.writes.clone(),
        };
        let recorded = trails::recorded(checker.run, checker.model, &Events::Data(&data));
        let is_told_apart = !self.reads.is_empty() && !self.writes.is_empty();
        let (reads, writes) = (recorded.reads.some, recorded.writes.some);
        let some = if is_told_apart { reads.and(writes) } else { reads.or(writes) };
        outcome(checker, item, recorded, some)
    }
}

/// Whether the trails of the template record all management events.
pub(super) fn records_management_events<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let recorded = trails::recorded(checker.run, checker.model, &Events::Management);
    outcome(checker, item, recorded, Truth::False)
}

/// The result for what is recorded, where recording some of the events may be enough. The word says what is missing.
fn outcome<'m, 't>(
    checker: &mut Checker<'_, 'm, 't>,
    item: &Item<'m, 't>,
    recorded: Recorded,
    some: Truth,
) -> Judgement {
    let all = recorded.reads.all.and(recorded.writes.all);
    if all.is_false() && some.is_true() {
        checker.run.note_reason(PARTLY);
    }
    checker.at(all.or(some.and(Truth::Unknown)), || {
        let mut location = item.location();
        let lacks = |extent: trails::Extent| extent.some.is_false() || extent.all.is_false();
        let missing = match (recorded.reads.some, recorded.writes.some) {
            (Truth::False, Truth::False) => "reads and writes",
            (Truth::False, _) => "reads",
            (_, Truth::False) => "writes",
            _ => match (lacks(recorded.reads), lacks(recorded.writes)) {
                (true, false) => "reads",
                (false, true) => "writes",
                _ => "reads and writes",
            },
        };
        location.words = vec![("missing", missing.to_owned())];
        location
    })
}
