//! What fixes bring, fixed with them: a database that is encrypted now needs a key.

use super::Rounds;
use crate::finding::{Finding, Fix};
use crate::linter::FileReport;
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
