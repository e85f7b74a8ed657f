//! What fixes bring, fixed with them: a database that is encrypted now needs a key.

use super::Rounds;
use crate::finding::{Applicability, Finding, Fix};
use crate::linter::{FileReport, Locked};
use crate::project::File;
use crate::project::fixing::Note;
use crate::project::fixing::plan::{added_by, plan};
use crate::project::fixing::proof::{Done, Verdict};
use std::sync::Arc;

/// How often what fixes bring is fixed, too.
const MAX_FOLLOWED: usize = 3;

impl Rounds<'_, '_> {
    /// Fixes what fixes bring, if all of that can be fixed: a database that is encrypted now needs a key. Otherwise, the result is what
    /// it was. Returns the notes of these fixes, too.
    pub(super) fn followed(
        &mut self,
        text: String,
        file: Option<File>,
        verdict: Verdict,
        report: &FileReport,
        done: &Done<'_>,
        wanted: &[(&Finding, Arc<Fix>)],
    ) -> (Option<File>, String, Verdict, Vec<Note>) {
        let mut notes = Vec::new();
        let mut made: Vec<Arc<Fix>> =
            done.findings.iter().filter_map(|(index, _)| wanted.get(*index)).map(|(_, fix)| Arc::clone(fix)).collect();
        let mut next = file.as_ref().and_then(|file| self.follow(&text, file, &verdict, &mut made, &mut notes));
        for _ in 0..MAX_FOLLOWED {
            let Some(after) = next.take().filter(|_| !self.is_over()) else { break };
            match self.tried(&after, report, done) {
                (file, Verdict::Good) => return (file, after, Verdict::Good, notes),
                (Some(file), verdict) => next = self.follow(&after, &file, &verdict, &mut made, &mut notes),
                _ => {}
            }
        }
        (file, text, verdict, Vec::new())
    }

    /// Lets services use the keys that fixes have them use: the fix that chose a key did not know of an alarm that notifies the topic now.
    /// Without a place for that, the result is what it was.
    pub(super) fn opened(
        &mut self,
        file: Option<File>,
        text: String,
        report: &FileReport,
        done: &Done<'_>,
        wanted: &[(&Finding, Arc<Fix>)],
        notes: &mut Vec<Note>,
    ) -> (Option<File>, String) {
        let Some(File::Linted(linted)) = &file else { return (file, text) };
        let is_new = |one: &&Locked| !report.locked.iter().any(|known| known.names == one.names);
        let new: Vec<&Locked> = linted.report.locked.iter().filter(is_new).collect();
        let fixes: Vec<(usize, &Fix)> = new.iter().map(|one| &one.fix).enumerate().collect();
        let is_unsafe = done
            .findings
            .iter()
            .filter_map(|(index, _)| wanted.get(*index))
            .any(|(_, fix)| fix.applicability == Applicability::Unsafe);
        if fixes.is_empty() || !is_unsafe || self.is_over() {
            return (file, text);
        }
        let plan = plan(&text, &fixes, self.text.editor);
        if plan.made.len() != fixes.len() {
            return (file, text);
        }
        let of_fix = |one: &&Locked| {
            let is_about = |(_, finding): &&(usize, &Finding)| one.around.contains(&finding.subject.name);
            let (_, finding) = done.findings.iter().find(is_about).or_else(|| done.findings.first())?;
            Note::of(finding, &one.fix, false)
        };
        let more: Vec<Note> = new.iter().filter_map(of_fix).collect();
        match self.tried(&plan.text, report, done) {
            (opened, Verdict::Good) => {
                notes.extend(more);
                (opened, plan.text)
            }
            _ => (file, text),
        }
    }

    /// The text in which the findings that are in the way are fixed, if all of them can be, and not as before.
    pub(super) fn follow(
        &mut self,
        text: &str,
        file: &File,
        verdict: &Verdict,
        made: &mut Vec<Arc<Fix>>,
        notes: &mut Vec<Note>,
    ) -> Option<String> {
        let File::Linted(linted) = file else { return None };
        let indices = match verdict {
            // What was covered is not to be fixed.
            Verdict::New(new) if !new.uncovers && !new.findings.is_empty() => &new.findings,
            Verdict::StillThere(still) if !still.findings.is_empty() => &still.findings,
            _ => return None,
        };
        let report = &linted.report;
        let mut fixes: Vec<Arc<Fix>> = Vec::new();
        for index in indices {
            let finding = report.findings.get(*index)?;
            let fix = self.fix_of(finding, text, report)?;
            if made.iter().any(|known| known.changes == fix.changes) {
                return None;
            }
            let name = finding.subject.qualified_name();
            let is_new = self.new.contains(&name)
                || made.iter().any(|fix| fix.changes.iter().filter_map(added_by).any(|new| new == name));
            notes.extend(Note::of(finding, &fix, is_new));
            fixes.push(fix);
        }
        let numbered: Vec<(usize, &Fix)> = fixes.iter().map(|fix| &**fix).enumerate().collect();
        let plan = plan(text, &numbered, self.text.editor);
        (plan.made.len() == fixes.len()).then(|| {
            made.append(&mut fixes);
            plan.text
        })
    }
}
