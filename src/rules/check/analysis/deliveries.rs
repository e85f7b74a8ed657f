//! Whether AWS delivers logs to a bucket for resources of the template, based on [`crate::graph::deliveries`].

use crate::graph::deliveries::DELIVERIES;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement};
use crate::rules::language::assertion::{Quantified, Related, Selector};
use crate::rules::language::path::Path;
use crate::truth::Truth;

/// Whether a resource of the template names the bucket as the destination of logs that AWS delivers.
pub(super) fn receives_vended_logs<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let mut receives = Truth::False;
    for (kind, via) in DELIVERIES {
        let Ok(via) = Path::try_from(via.to_owned()) else { continue };
        let related = Related { types: vec![kind.to_owned()], via, named: None, mentions: false, surely: false };
        let quantified = Quantified { selector: Selector::Related(related), filter: None, test: None, bounds: None };
        let found = checker.elements(&quantified, true, item);
        let named = Truth::any(found.items.iter().map(|(_, membership)| *membership));
        receives = receives.or(named).or(if found.unknown { Truth::Unknown } else { Truth::False });
    }
    checker.at(receives, || item.location())
}
