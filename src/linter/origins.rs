//! The constructs of findings, and where the program makes them.

use super::FileReport;
use crate::constructs::Constructs;
use crate::finding::Subject;

/// Adds to each finding what a cloud assembly tells about its resource. A path that the template itself has stays.
pub(super) fn mark(report: &mut FileReport, constructs: &Constructs) {
    for finding in report.findings.iter_mut().chain(&mut report.suppressed) {
        std::iter::once(&mut finding.subject).chain(&mut finding.alike).for_each(|subject| of(subject, constructs));
    }
}

fn of(subject: &mut Subject, constructs: &Constructs) {
    if subject.section == "Template" || subject.name.is_empty() {
        return;
    }
    if let Some(construct) = constructs.of(&subject.name) {
        subject.construct.get_or_insert_with(|| construct.path.clone());
        subject.origin.clone_from(&construct.origin);
    }
}
