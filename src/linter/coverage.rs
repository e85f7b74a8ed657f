//! What no rule judges: resources that no rule of the run is about, and parts of AWS SAM that are not expanded.
//!
//! A rule is *about* a resource if it names the resource's type, alone or by a pattern (`AWS::RDS::*`). Rules for every resource of
//! some quality (`any`, `taggable`, `named`, `stateful`) look for secrets, identifiers, tags, names and deletion policies. They pass
//! on a type that nobody has thought about, so they do not count.

use super::file_report::{FileReport, Notice, NoticeKind};
use super::{Linter, stacks};
use crate::code::Code;
use crate::eval::text::pattern_covers;
use crate::expand::Model;
use crate::expand::expansion::{Expansion, Left, LeftKind, Note};
use crate::rules::load::RuleEntry;
use crate::rules::rule::{PROFILES, PROPOSAL, TargetName};
use crate::source::Span;
use foldhash::HashSet;
use std::collections::BTreeMap;

/// This many notes are made; a notice counts each.
const MOST: usize = 20;

/// The type of the resource that the CDK adds for its own statistics. It creates nothing.
///
/// Source: "Configure AWS CDK Library usage data reporting", AWS CDK developer guide (2026-11).
const CDK_METADATA: &str = "AWS::CDK::Metadata";

impl Linter {
    /// Whether a rule of the run is about a type of resource.
    fn is_about(&self, kind: &str) -> bool {
        let covers =
            |target: &TargetName| matches!(target, TargetName::Types(pattern) if pattern_covers(pattern, kind));
        self.naming(kind).next().is_some() || self.general.iter().any(|(target, _)| covers(target))
    }

    /// The narrowest of the wider profiles that has a rule about a type of resource. None if the run has no profile, or one that is
    /// not part of wider ones. Rules that are off count for no profile.
    pub fn wider_profile(&self, kind: &str, is_off: impl Fn(&str) -> bool) -> Option<&'static str> {
        let own = self.profile.as_deref().filter(|own| *own != PROPOSAL)?;
        let own = PROFILES.iter().position(|name| *name == own)?;
        let about = self.rules.about(kind).filter_map(|index| self.rules.entries().get(index));
        let about: Vec<&RuleEntry> = about.filter(|entry| !is_off(entry.id())).collect();
        let wider = PROFILES.iter().skip(own + 1).filter(|name| **name != PROPOSAL);
        wider.copied().find(|name| about.iter().any(|entry| entry.is_in(name)))
    }

    /// Counts the resources of a template that no rule is about, apart from those that a notice is about and those that only hold a
    /// template: that is judged, or a notice is about it.
    pub(super) fn count_unruled(&self, model: &Model<'_, '_>, report: &mut FileReport) {
        let noted: HashSet<&str> = report
            .notices
            .iter()
            .filter(|notice| notice.kind.is_of_resource())
            .map(|notice| notice.name.as_str())
            .collect();
        let mut unruled: BTreeMap<String, usize> = BTreeMap::new();
        for kind in model.types().filter(|kind| !kind.is_empty() && *kind != CDK_METADATA) {
            if !stacks::holds_template(kind) && !self.is_about(kind) {
                let resources = model.of_type(kind).filter(|block| !noted.contains(block.name)).count();
                if resources > 0 {
                    unruled.insert(kind.to_owned(), resources);
                }
            }
        }
        report.unruled = unruled;
    }
}

impl NoticeKind {
    /// Whether it is about a whole resource of the template.
    fn is_of_resource(self) -> bool {
        matches!(self, Self::UnreadableType | Self::UnknownType | Self::NotTransformed | Self::NotExpanded)
    }
}

/// Adds what of SAM is not expanded to a report, unless it has a notice already, and returns the notes about it.
pub(super) fn notice_left(expansion: &Expansion<'_>, report: &mut FileReport) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    // One note is enough if nothing is expanded.
    let most = if expansion.before_transform.is_some() { MOST } else { 0 };
    let known: HashSet<Span> = report.notices.iter().map(|notice| notice.span).collect();
    for Left { kind, name, of, span } in expansion.left.iter().filter(|left| !known.contains(&left.span)) {
        let (kind, message) = match kind {
            LeftKind::Resource => (
                NoticeKind::NotExpanded,
                format!(
                    "this version of hipaalint does not expand `{of}`, so no rule checks what SAM makes of `{name}`"
                ),
            ),
            LeftKind::Event => (
                NoticeKind::EventNotExpanded,
                format!("the event `{name}` of `{of}` is not expanded, so no rule checks what SAM makes of it"),
            ),
            LeftKind::Connector => (
                NoticeKind::ConnectorNotExpanded,
                format!(
                    "the connector `{name}` of `{of}` is not expanded, so no rule checks the permissions that it grants"
                ),
            ),
        };
        report.notices.push(Notice { kind, name: name.clone(), span: *span });
        if notes.len() < most {
            let help = "Check the resulting permissions and resources in the deployed stack.".to_owned();
            notes.push(Note { code: Code::NotExpanded, span: *span, message, help });
        }
    }
    notes
}
