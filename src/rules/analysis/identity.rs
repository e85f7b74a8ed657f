//! Privilege escalation, based on [`crate::policy`] and [`crate::graph`].

use crate::finding::Related;
use crate::graph::granted::grants;
use crate::policy::{Escalation, escalations};
use crate::rules::checker::{Checker, Item, Judgement, value_location};
use crate::truth::Truth;

/// Whether the permissions of an identity together allow privilege escalation. The location is the statement that allows the
/// first action of the first path. The statements of its other actions are related locations.
pub(super) fn escalates<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let grants = grants(checker.run, checker.model, item.owner());
    let paths = escalations(checker.run, &grants.statements);
    let doubt = if grants.unknown { Truth::Unknown } else { Truth::False };
    let truth = Truth::any(paths.iter().map(|escalation| escalation.truth)).or(doubt);
    let open: Vec<&Escalation> = paths.iter().filter(|escalation| escalation.truth.is_true()).collect();
    let Some(first) = open.first() else { return checker.at(truth, || item.location()) };
    checker.at(truth, || {
        let statement = |index: usize| Some((grants.statements.get(index)?, grants.owners.get(index)?));
        let mut location = item.location();
        let mut actions = Vec::new();
        for (action, index) in &first.steps {
            let Some((granted, owner)) = statement(*index) else { continue };
            let value = granted.statement.value;
            if actions.is_empty() {
                let path = format!("{}/{}", owner.path(), granted.statement.path);
                location = value_location(value, "Statement", &path);
            } else if value.span != location.span {
                location.related.push(Related { span: value.span, message: format!("allows `{action}`") });
            }
            actions.push(format!("`{action}`"));
        }
        let more = match open.len() {
            1 => String::new(),
            2 => ", and there is one more path".to_owned(),
            more => format!(", and there are {} more paths", more - 1),
        };
        location.words = vec![("actions", actions.join(" and ")), ("more", more)];
        location
    })
}
