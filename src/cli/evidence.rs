//! `hipaalint evidence`: compares bundles, and checks them against their manifests.

use super::args::{DiffArguments, DiffFormat, EvidenceArguments, EvidenceCommand, VerifyArguments};
use super::page::Page;
use super::{output, terminal};
use crate::digest::Sha256;
use crate::evidence::{Change, Changes, EndedException, Finding, Kind, MAX_BUNDLE, Opened, Side, Snapshot, compare};
use crate::files::{Files, Reach, why};
use crate::report::human::Style;
use crate::report::human::paint::Ink;
use crate::report::text::{count, one_line};
use crate::session::Exit;
use std::path::Path;

/// Runs the command of the arguments.
pub(super) fn run(arguments: &EvidenceArguments) -> Exit {
    match &arguments.command {
        EvidenceCommand::Diff(arguments) => diff(arguments),
        EvidenceCommand::Verify(arguments) => verify(arguments),
    }
}

/// Does something with the bytes of a bundle. What is wrong with it goes to standard error.
fn with<T>(path: &Path, files: &Files, act: impl FnOnce(&[u8]) -> Result<T, String>) -> Option<T> {
    let read = Reach::Anywhere.read(path, MAX_BUNDLE, files).map_err(|error| why(&error));
    match read.and_then(|bytes| act(&bytes)) {
        Ok(result) => Some(result),
        Err(error) => {
            output::complain(&one_line(&format!("{}: {error}", path.display()), true));
            None
        }
    }
}

fn snapshot(path: &Path, files: &Files) -> Option<Snapshot> {
    with(path, files, |bytes| {
        let opened = Opened::new(bytes).map_err(|error| error.to_string())?;
        Snapshot::new(&opened).map_err(|error| error.to_string())
    })
}

fn diff(arguments: &DiffArguments) -> Exit {
    let files = Files::here();
    let (Some(old), Some(new)) = (snapshot(&arguments.old, &files), snapshot(&arguments.new, &files)) else {
        return Exit::Trouble;
    };
    let changes = compare(&old, &new);
    let exit = if changes.are_worse() { Exit::Findings } else { Exit::Clean };
    let text = match arguments.format {
        DiffFormat::Human => page(&changes, terminal::style(arguments.color.color)),
        DiffFormat::Json => output::pretty_one(&changes),
    };
    output::print(&text, exit)
}

fn verify(arguments: &VerifyArguments) -> Exit {
    let files = Files::here();
    let mut text = String::new();
    let mut exit = Exit::Clean;
    for path in &arguments.bundles {
        let verified = with(path, &files, |bytes| {
            let opened = Opened::new(bytes).map_err(|error| error.to_string())?;
            let mut lines = format!(
                "{}: {} as in the manifest, of {}\nSHA-256 {}\n",
                path.display(),
                count(opened.files().count(), "file"),
                opened.date(),
                Sha256::of(bytes)
            );
            for (name, digest) in opened.files() {
                lines.push_str(&format!("  {digest}  {name}\n"));
            }
            Ok(lines)
        });
        match verified {
            Some(lines) => {
                for line in lines.lines() {
                    text.push_str(&one_line(line, true));
                    text.push('\n');
                }
            }
            None => exit = Exit::Trouble,
        }
    }
    output::print(&text, exit)
}

fn page(changes: &Changes, style: Style) -> String {
    let mut page = Page::new(style);
    let Changes { old, new, .. } = changes;
    page.line(Ink::Bold, &format!("Evidence of {} compared with that of {}", new.date, old.date));
    for side in [old, new] {
        page.row(
            &[(Some(Ink::Dim), side.date.as_str()), (None, &format!("{}: {}.", side.selection, result(side)))],
            &[10],
        );
    }
    for note in &changes.notes {
        page.paragraph(1, None, note);
    }
    for kind in Kind::ALL {
        let of_kind: Vec<&Finding> = changes.findings.iter().filter(|finding| finding.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let number: usize = of_kind.iter().map(|finding| finding.count).sum();
        page.heading(&format!("{} ({number})", kind.heading()));
        of_kind.iter().for_each(|finding| add_finding(&mut page, finding));
    }
    if !changes.ended_exceptions.is_empty() {
        page.heading(&format!("Exceptions that expired ({})", changes.ended_exceptions.len()));
        changes.ended_exceptions.iter().for_each(|exception| add_exception(&mut page, exception));
    }
    if !changes.templates.is_empty() {
        page.heading(&format!("Templates ({})", changes.templates.len()));
        for template in &changes.templates {
            let change = match template.change {
                Change::Changed => "changed",
                Change::Added => "new",
                Change::Gone => "gone",
            };
            page.row(&[(Some(Ink::Dim), change), (None, &template.file)], &[7]);
        }
    }
    page.blank();
    page.line(Ink::Dim, &summary(changes));
    page.finish()
}

/// The result of a run, without the number of templates if that is in the words before it.
fn result(side: &Side) -> &str {
    let is_repeated = |templates: &str| templates.contains("template") && side.selection.ends_with(templates);
    match side.result.rsplit_once(" in ") {
        Some((result, templates)) if is_repeated(templates) => result,
        _ => &side.result,
    }
}

fn add_finding(page: &mut Page, finding: &Finding) {
    let Finding { file, rule, subject, severity, count: number, message, note, .. } = finding;
    let times = if *number == 1 { String::new() } else { format!(" ({number} times)") };
    page.paragraph(1, Some(Ink::Bold), &format!("{rule} (severity {severity}): {subject} in {file}{times}"));
    page.paragraph(2, None, &sentence(message));
    if !note.is_empty() {
        page.paragraph(2, Some(Ink::Dim), note);
    }
}

/// A message with a mark at its end.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{text}{end}")
}

fn add_exception(page: &mut Page, exception: &EndedException) {
    let EndedException { file, id, covers, expires, reason, owner, ticket, .. } = exception;
    let covers = if covers.is_empty() { String::new() } else { format!(" for {}", covers.join(", ")) };
    page.paragraph(1, Some(Ink::Bold), &format!("{id}{covers} in {file}"));
    let facts = [("until", expires), ("owner", owner), ("ticket", ticket)];
    let facts: Vec<String> =
        facts.iter().filter_map(|(name, text)| Some(format!("{name} {}", text.as_ref()?))).collect();
    page.paragraph(2, None, &sentence(reason.as_deref().unwrap_or("No reason is given.")));
    if !facts.is_empty() {
        page.paragraph(2, Some(Ink::Dim), &facts.join(", "));
    }
}

/// The numbers in one line.
fn summary(changes: &Changes) -> String {
    let number = |kinds: &dyn Fn(Kind) -> bool| -> usize {
        changes.findings.iter().filter(|finding| kinds(finding.kind)).map(|finding| finding.count).sum()
    };
    format!(
        "{} fixed, {} new or no longer suppressed, {} expired, {} changed, added or gone",
        count(number(&|kind| kind == Kind::Fixed), "finding"),
        number(&|kind: Kind| kind.is_worse()),
        count(changes.ended_exceptions.len(), "exception"),
        count(changes.templates.len(), "template")
    )
}
