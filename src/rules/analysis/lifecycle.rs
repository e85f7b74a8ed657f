//! Versions that AWS no longer supports, based on [`crate::facts::Lifecycle`].

use crate::eval::value::Value;
use crate::facts::Lifecycle;
use crate::rules::checker::{Checker, Item, Judgement};
use crate::rules::path::Path;
use crate::rules::version::known_start;
use crate::truth::Truth;
use serde::Deserialize;

/// Whether AWS supports a version on the day of the run: its last day is later. Without a day, on that of the data. Words:
/// `{ended}`, `{as-of}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InSupport {
    /// What has versions.
    of: Lifecycle,
    /// The path of the version.
    path: Path,
    /// The path of the engine. Only for `database-engines`.
    engine: Option<Path>,
}

impl InSupport {
    pub(super) fn paths(&self) -> Vec<&Path> {
        std::iter::once(&self.path).chain(&self.engine).collect()
    }

    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let versions = checker.select_some(&self.path, item);
        let Some(Item::Value { value, .. }) = versions.items.first() else {
            // The version that AWS chooses is one that it supports.
            let truth = if versions.unknown { Truth::Unknown } else { Truth::True };
            return checker.at(truth, || versions.nearest);
        };
        let engine = match &self.engine {
            None => Some(String::new()),
            Some(path) => match checker.select(path, item).items.first() {
                Some(Item::Value { value, .. }) => checker.run.settled_text(value).map(|engine| format!("{engine}/")),
                _ => None,
            },
        };
        let settled = checker.run.settled((*value).clone());
        let last_day = engine.and_then(|engine| self.last_day(checker, &engine, &settled));
        let truth = match last_day {
            None => Truth::Unknown,
            Some(None) => Truth::True,
            Some(Some(day)) => {
                let today = checker.today.map(|today| today.to_string());
                Truth::from(day > today.as_deref().unwrap_or(self.of.as_of()))
            }
        };
        let found = versions.items.first();
        checker.at(truth, || {
            let mut location = found.map(|found| checker.explained(found)).unwrap_or(versions.nearest);
            location.words = vec![
                ("ended", last_day.flatten().unwrap_or_default().to_owned()),
                ("as-of", self.of.as_of().to_owned()),
            ];
            location
        })
    }

    /// The last day of a version, as far as the version is known. None, with the reason noted, if it is not.
    fn last_day<'t>(
        &self,
        checker: &mut Checker<'_, '_, 't>,
        engine: &str,
        version: &Value<'t>,
    ) -> Option<Option<&'static str>> {
        let (known, complete) = known_start(version);
        // `12.` is version 12, whatever follows; `1` may be the beginning of 12.
        let known = if complete { known.as_str() } else { known.rsplit_once('.').map_or("", |(known, _)| known) };
        let found = self.of.last_day(&format!("{engine}{known}"));
        if found.is_none() {
            checker.run.note_reason(match version.unsettled() {
                Some(part) if !complete => part.origin.reason(),
                _ => format!("the {} of {} do not include `{known}`", self.of.name(), self.of.as_of()),
            });
        }
        found
    }
}
