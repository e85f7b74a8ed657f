//! Whether a backup plan of the template includes a resource, based on [`crate::graph::backup`].

use crate::finding::Related;
use crate::graph::backup;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement};

/// Further selections are not listed: the first ones show what kind the template has.
const MOST_SHOWN: usize = 16;

/// Whether a backup selection of the template includes the resource. The word `{plan}` states what the template has instead.
pub(super) fn in_backup_plan<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    let covered = backup::covered(checker.run, model, item.owner());
    let selections = if checker.explain { backup::selections(checker.run, model, MOST_SHOWN) } else { Vec::new() };
    checker.at(covered, || {
        let mut location = item.location();
        let plan = match selections.as_slice() {
            [] => "this template has no backup plan".to_owned(),
            [only] => format!("backup selection `{}` does not include it", only.name),
            _ => "no backup selection of this template includes it".to_owned(),
        };
        location.words = vec![("plan", plan)];
        let related = selections.iter().map(|selection| Related {
            span: selection.key_span,
            message: format!("`{}` selects other resources", selection.name),
        });
        location.related = related.collect();
        location
    })
}
