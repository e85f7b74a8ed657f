//! `--fix`: what the arguments ask for, and the questions of `--interactive`.

use super::args::LintArguments;
use crate::files::Disk;
use crate::finding::Applicability;
use crate::project::Proposal;
use crate::report::diff;
use crate::report::human::Style;
use crate::report::text::{one_line, wrap};
use crate::session::{Answer, Ask, Fixing};
use clap::error::ErrorKind;
use std::io::{self, Write};
use std::path::Path;

/// Columns of the labels of a question, with the indent before them and the gap after them.
const LABEL_COLUMNS: usize = 9;

/// What is fixed, if anything is.
///
/// # Errors
/// Options that contradict each other.
pub(super) fn fixing(arguments: &LintArguments) -> Result<Option<Fixing>, (ErrorKind, String)> {
    let LintArguments { fix, unsafe_fixes, fix_rule, diff, interactive, .. } = arguments;
    let need = [
        (*unsafe_fixes, "--unsafe-fixes"),
        (!fix_rule.is_empty(), "--fix-rule"),
        (*diff, "--diff"),
        (*interactive, "--interactive"),
    ];
    if let Some((_, option)) = need.into_iter().find(|(is_set, _)| *is_set && !fix) {
        return Err((ErrorKind::MissingRequiredArgument, format!("{option} needs --fix")));
    }
    let conflicts = [
        (*fix && arguments.watch, "--fix cannot be used with --watch"),
        (*diff && *interactive, "--diff cannot be used with --interactive, which shows each diff"),
        (*diff && arguments.statistics, "--diff cannot be used with --statistics"),
        (*diff && arguments.write_baseline.is_some(), "--diff cannot be used with --write-baseline"),
        (
            *diff && arguments.format.is_some() && arguments.output.is_empty(),
            "--diff prints a diff instead of a report; for a report in a format, add --output FILE",
        ),
        (
            *interactive && arguments.paths.iter().any(|path| path == Path::new("-")),
            "--interactive reads your choices from standard input, so it cannot fix standard input; name a file",
        ),
    ];
    if let Some((_, message)) = conflicts.into_iter().find(|(is_set, _)| *is_set) {
        return Err((ErrorKind::ArgumentConflict, message.to_owned()));
    }
    Ok(fix.then(|| Fixing { unsafe_too: *unsafe_fixes, rules: fix_rule.clone(), is_dry: *diff }))
}

/// Asks on standard error, and reads the answers from standard input.
pub(super) struct Prompt {
    pub(super) style: Style,
}

impl Ask for Prompt {
    fn ask(&self, proposal: &Proposal<'_>) -> Answer {
        let mut out = io::stderr().lock();
        // If nobody sees the question, nobody answers it.
        answer(proposal, &self.style, &mut out).unwrap_or(Answer::Missing)
    }
}

fn answer(proposal: &Proposal<'_>, style: &Style, out: &mut impl Write) -> io::Result<Answer> {
    out.write_all(question(proposal, style).as_bytes())?;
    loop {
        write!(out, "{} [y, n, a, q, ?] ", style.bold("Make this fix?"))?;
        out.flush()?;
        let Some(line) = Disk::line_of_input()? else {
            writeln!(out)?;
            return Ok(Answer::Missing);
        };
        let answer = match line.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Answer::Yes,
            "n" | "no" => Answer::No,
            "a" | "all" => Answer::AllOfRule,
            "q" | "quit" => Answer::Quit,
            _ => {
                out.write_all(HELP.as_bytes())?;
                continue;
            }
        };
        writeln!(out)?;
        return Ok(answer);
    }
}

const HELP: &str = "  y  make this fix
  n  do not make it
  a  make it, and all other fixes of this rule
  q  make no other fix
";

/// The finding, the fix with what has to be known about it, and the diff.
fn question(proposal: &Proposal<'_>, style: &Style) -> String {
    let Proposal { name, finding, fix, texts } = proposal;
    let printable = |text: &str| one_line(text, style.unicode).into_owned();
    let line = texts.before.get(..finding.span.start as usize).map_or(1, |before| before.matches('\n').count() + 1);
    let place = printable(&format!("{name}:{line}"));
    let subject = printable(&finding.subject.qualified_name());
    let mut text = format!("{}  {}  {subject}\n", style.bold(&place), style.bold(&printable(&finding.rule)));
    let kind = match fix.applicability {
        Applicability::Safe => style.green("safe"),
        Applicability::Unsafe => style.red("not safe"),
        Applicability::Display => "only shown".to_owned(),
    };
    let facts = [("Finding", finding.sentence()), ("Fix", format!("{}.", fix.title)), ("Note", fix.note.clone())];
    for (label, fact) in facts.into_iter().filter(|(_, fact)| !fact.is_empty()) {
        for (index, line) in wrap(&printable(&fact), style.width.saturating_sub(LABEL_COLUMNS + 2)).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            text.push_str(&format!("  {}{line}\n", style.dim(&format!("{label:LABEL_COLUMNS$}"))));
        }
    }
    text.push_str(&format!("  {}{kind}\n\n", style.dim(&format!("{:LABEL_COLUMNS$}", "Kind"))));
    text + &diff::hunks((*texts).into(), style) + "\n"
}
