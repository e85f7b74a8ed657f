//! Versions that AWS no longer supports, based on [`crate::facts::Lifecycle`].

use crate::eval::value::Value;
use crate::facts::{Lifecycle, day_of_oldest};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement};
use crate::rules::check::version::known_start;
use crate::rules::language::analysis::InSupport;
use crate::truth::Truth;

impl InSupport {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let versions = checker.select_some(&self.path, item);
        let Some(Item::Value { value, .. }) = versions.items.first() else {
            // The version that AWS chooses is one that it supports.
            let truth = if versions.unknown { Truth::Unknown } else { Truth::True };
            return checker.at(truth, || versions.nearest.location());
        };
        let engine = match &self.engine {
            None => Some(String::new()),
            Some(path) => match checker.select(path, item).items.first() {
                Some(Item::Value { value, .. }) => checker.run.settled_text(value).map(|engine| format!("{engine}/")),
                _ => None,
            },
        };
        let settled = checker.run.settled((*value).clone());
        let end = engine.and_then(|engine| self.end(checker, &engine, &settled));
        let truth = match end {
            None => Truth::Unknown,
            Some(End::NotAnnounced) => Truth::True,
            Some(End::On(day) | End::Before(day)) => {
                let today = checker.today.map(|today| today.to_string());
                Truth::from(day > today.as_deref().unwrap_or(self.of.as_of()))
            }
        };
        let found = versions.items.first();
        checker.at(truth, || {
            let mut location =
                found.map(|found| checker.explained(found)).unwrap_or_else(|| versions.nearest.location());
            location.words =
                vec![("ended", end.map(End::words).unwrap_or_default()), ("as-of", self.of.as_of().to_owned())];
            location
        })
    }

    /// The end of the support of a version, as far as the version is known. None, with the reason noted, if it is not.
    fn end<'t>(&self, checker: &mut Checker<'_, '_, 't>, engine: &str, version: &Value<'t>) -> Option<End> {
        let (known, complete) = known_start(version);
        // `12.` is version 12, whatever follows; `1` may be the beginning of 12.
        let known = if complete { known.as_str() } else { known.rsplit_once('.').map_or("", |(known, _)| known) };
        let id = format!("{engine}{known}");
        let found = self.of.last_day(&id).map(|day| day.map_or(End::NotAnnounced, End::On));
        let older = || (self.of == Lifecycle::DatabaseEngines).then(|| day_of_oldest(&id).map(End::Before)).flatten();
        let found = found.or_else(older);
        if found.is_none() {
            checker.run.note_reason(match version.unsettled() {
                Some(part) if !complete => part.origin.reason(),
                _ => format!("the {} of {} do not include `{known}`", self.of.name(), self.of.as_of()),
            });
        }
        found
    }
}

/// When AWS ends the support of a version.
#[derive(Copy, Clone)]
enum End {
    /// AWS has announced no day.
    NotAnnounced,
    /// On this day.
    On(&'static str),
    /// Before this day, the last one of a newer version.
    Before(&'static str),
}

impl End {
    /// As a message says it.
    fn words(self) -> String {
        match self {
            Self::NotAnnounced => String::new(),
            Self::On(day) => day.to_owned(),
            Self::Before(day) => format!("or before {day}"),
        }
    }
}
