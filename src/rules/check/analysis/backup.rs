//! Whether a backup plan of the template includes a resource, based on [`crate::graph::backup`], and whether vaults take its backups.

use crate::eval::value::Value;
use crate::expand::exists;
use crate::finding::Related;
use crate::graph::{self, backup};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement};
use crate::rules::check::select::Followed;
use crate::truth::Truth;

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

/// The limits of a vault's lock, what a message calls them, and whether they are for the shortest retention.
const LIMITS: [(&str, &str, bool); 2] =
    [("MinRetentionDays", "at least", true), ("MaxRetentionDays", "at most", false)];

/// Whether the lock of the vault that a rule of a backup plan names accepts how long the rule keeps backups. A vault without a lock, or one
/// of which the template knows nothing, accepts any.
///
/// Source: AWS Backup API reference, `PutBackupVaultLockConfiguration`, 2026-11: a job "must have a lifecycle policy with a retention
/// period equal to or longer than the minimum", and "equal to or shorter than the maximum", or the vault fails it.
pub(super) fn fits_vault_lock<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    let Followed::Value(vault, _) = checker.follow(&["TargetBackupVault"], item) else { return Truth::True.into() };
    let retention = ["Lifecycle", "DeleteAfterDays"];
    let kept = checker.follow(&retention, item);
    let days = match kept {
        Followed::Value(days, _) => Some(days),
        Followed::Absent(..) => None,
        Followed::Unknown(..) | Followed::Unwritten(_) => return Truth::Unknown.into(),
    };
    let mut fits = Truth::True;
    let mut problem = None;
    for block in model.named_by(checker.run, "AWS::Backup::BackupVault", vault) {
        let named = graph::kept_refers_to(checker.run, vault, block);
        if named.is_false() {
            continue;
        }
        for (name, bound, is_shortest) in LIMITS {
            let limit = match checker.follow(&["Properties", "LockConfiguration", name], &Item::Block(block)) {
                Followed::Value(limit, _) => limit,
                Followed::Absent(..) => continue,
                Followed::Unknown(..) | Followed::Unwritten(_) => {
                    fits = fits.and(Truth::Unknown);
                    continue;
                }
            };
            let accepted = accepts(checker, limit, days, is_shortest).or(!named);
            // Existence is asked last, so that the condition of a vault that accepts the rule is no choice of the check.
            if accepted.is_true() || !exists(checker.run, block) {
                continue;
            }
            if accepted.is_false() && checker.explain {
                let limit = checker.run.as_chosen(limit).text().unwrap_or_default().into_owned();
                problem.get_or_insert((block, format!("{bound} {limit} days")));
            }
            fits = fits.and(accepted);
        }
    }
    let text = |days: &Value<'t>| checker.run.as_chosen(days).text().map(|days| format!("for {days} days"));
    let kept_for = days.filter(|_| checker.explain).and_then(text).unwrap_or_else(|| "indefinitely".to_owned());
    checker.at(fits, || {
        let mut location = match days {
            Some(days) => checker.explained(&checker.found(days, &retention, item)),
            None => item.location(),
        };
        location.words = vec![("kept", kept_for)];
        if let Some((block, lock)) = problem {
            location.words.push(("lock", lock));
            let message = format!("`{}` has this lock", block.written_name());
            location.related = vec![Related { span: block.key_span, message }];
        }
        location
    })
}

/// Whether a retention is within a limit. Without one, or with a negative one, backups are kept indefinitely.
fn accepts<'t>(
    checker: &mut Checker<'_, '_, 't>,
    limit: &Value<'t>,
    days: Option<&Value<'t>>,
    is_shortest: bool,
) -> Truth {
    let Some(days) = days else { return is_shortest.into() };
    checker.run.decide(&[limit, days], &|values| {
        let [limit, days] = values else { return Truth::Unknown };
        match (limit.number(), days.number()) {
            (Some(_), Some(days)) if days < 0.0 => is_shortest.into(),
            (Some(limit), Some(days)) => (if is_shortest { days >= limit } else { days <= limit }).into(),
            _ => Truth::Unknown,
        }
    })
}
