//! Counts what the files of a run were not judged for.

use super::settings::Settings;
use crate::linter::{FileReport, NoticeKind};
use crate::report::{NotLookedAt, UnruledType};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What was not judged so far.
#[derive(Default)]
pub(super) struct Gaps {
    /// Resources by the number of their settings and by type, with the wider profile that has a rule about it.
    types: FxHashMap<usize, FxHashMap<String, (Option<&'static str>, usize)>>,
    kinds: BTreeMap<NoticeKind, usize>,
}

impl Gaps {
    /// Adds what is not judged in one file.
    pub(super) fn add(&mut self, report: &FileReport, settings: &Settings) {
        let types = self.types.entry(settings.number).or_default();
        for (kind, resources) in &report.unruled {
            match types.get_mut(kind) {
                Some((_, all)) => *all += resources,
                None => {
                    types.insert(
                        kind.clone(),
                        (settings.linter.wider_profile(kind, |id| settings.off.contains(id)), *resources),
                    );
                }
            }
        }
        for notice in &report.notices {
            *self.kinds.entry(notice.kind).or_default() += 1;
        }
    }

    /// All of it.
    pub(super) fn total(self) -> NotLookedAt {
        let of = |kinds: &[NoticeKind]| kinds.iter().filter_map(|kind| self.kinds.get(kind)).sum();
        let mut by_profile: BTreeMap<(String, Option<&'static str>), usize> = BTreeMap::new();
        for (kind, (profile, resources)) in self.types.into_values().flatten() {
            *by_profile.entry((kind, profile)).or_default() += resources;
        }
        let mut types: Vec<UnruledType> = by_profile
            .into_iter()
            .map(|((kind, profile), resources)| UnruledType { kind, resources, profile })
            .collect();
        types.sort_by_key(|unruled| std::cmp::Reverse(unruled.resources));
        NotLookedAt {
            resources: types.iter().map(|unruled| unruled.resources).sum(),
            types,
            unreadable_types: of(&[NoticeKind::UnreadableType]),
            unknown_types: of(&[NoticeKind::UnknownType]),
            not_transformed: of(&[NoticeKind::NotTransformed]),
            sam_resources: of(&[NoticeKind::NotExpanded]),
            sam_events: of(&[NoticeKind::UnknownEvent, NoticeKind::EventNotExpanded]),
            sam_connectors: of(&[NoticeKind::ConnectorNotExpanded]),
            inner_templates: of(&[NoticeKind::InnerTemplate]),
            templates_not_found: of(&[NoticeKind::TemplateNotFound]),
        }
    }
}
