//! The register of exceptions for auditors: for each one the rules, the place, the reason, the measure taken instead, the owner and
//! the last day. In Markdown to read, in CSV to sort and filter.

mod csv;

pub use csv::{Csv, write as write_csv};

use super::escape::{Markdown, MarkdownCode};
use super::headline::undone;
use super::spill::Spill;
use super::text::count;
use super::{Report, Reporter, write_whole};
use crate::finding::{Exception, ExceptionState};
use std::io;

/// The states in the order of the register, with the heading and the meaning of each.
const STATES: [(ExceptionState, &str, &str); 7] = [
    (ExceptionState::InForce, "In force", "These exceptions suppress findings."),
    (
        ExceptionState::NotChecked,
        "Not checked",
        "These exceptions are valid. This run did not check whether they are needed.",
    ),
    (ExceptionState::Unused, "Unused", "These exceptions are valid, but there is no finding to suppress."),
    (ExceptionState::Expired, "Expired", "These exceptions no longer suppress anything."),
    (ExceptionState::WithoutReason, "Without a reason", "These exceptions suppress nothing: the reason is absent."),
    (ExceptionState::UnknownRule, "Unknown rule", "These exceptions suppress nothing: no rule has the name they use."),
    (ExceptionState::Malformed, "Malformed", "These exceptions suppress nothing: they cannot be read."),
];

/// The states of exceptions that suppress what they cover.
const VALID: [ExceptionState; 3] = [ExceptionState::InForce, ExceptionState::NotChecked, ExceptionState::Unused];

/// Writes the register in Markdown, with a line break at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Register::new(out), report, None)
}

/// Writes the register in Markdown file by file. The rows wait for the end, by state.
pub struct Register<W> {
    out: W,
    rows: Spill,
    /// The numbers of rows by state.
    numbers: [usize; STATES.len()],
    /// Those about required specifications that are valid.
    concerning: usize,
    /// The findings that they suppress; one that several cover is counted for each.
    findings: usize,
}

impl<W: io::Write> Register<W> {
    /// Starts a register.
    pub fn new(out: W) -> Self {
        Self { out, rows: Spill::default(), numbers: [0; STATES.len()], concerning: 0, findings: 0 }
    }
}

impl<W: io::Write> Reporter for Register<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        for exception in part.exceptions {
            let is_valid = VALID.contains(&exception.state);
            self.concerning += usize::from(is_valid && !exception.suppression.required().is_empty());
            self.findings += exception.findings;
            let Some(state) = STATES.iter().position(|(state, ..)| *state == exception.state) else { continue };
            self.rows.write(state, row(&Row::new(exception, part)).as_bytes());
            if let Some(number) = self.numbers.get_mut(state) {
                *number += 1;
            }
        }
        Ok(())
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        let out = &mut self.out;
        let templates = count(rest.summary.templates, "template");
        let as_of = rest.today.map(|day| format!(", as of {day}")).unwrap_or_default();
        let all: usize = self.numbers.iter().sum();
        writeln!(out, "# Register of exceptions\n")?;
        // Without this, a register that lacks the exceptions of a file would look complete.
        for undone in undone(rest.summary) {
            writeln!(out, "**{}.**\n", Markdown(&undone))?;
        }
        if all == 0 {
            writeln!(out, "No exceptions in {templates}{as_of}.")?;
            return out.flush();
        }
        writeln!(out, "{} in {templates}{as_of}.", count(all, "exception"))?;
        let suppressed = rest.summary.suppressed_by_exceptions;
        if self.findings > suppressed {
            writeln!(
                out,
                "\n{} suppressed. One that several exceptions cover is counted for each of them.",
                if suppressed == 1 { "1 finding is".to_owned() } else { format!("{suppressed} findings are") }
            )?;
        }
        if self.concerning > 0 {
            writeln!(
                out,
                "\n**{} {} a required specification.** 45 CFR 164.306(d)(3) allows an equivalent measure only for addressable \
                 specifications, with documented reasons. Required specifications must be implemented.",
                count(self.concerning, "valid exception"),
                if self.concerning == 1 { "concerns" } else { "concern" },
            )?;
        }
        for (state, ((_, heading, meaning), number)) in STATES.iter().zip(self.numbers).enumerate() {
            if number == 0 {
                continue;
            }
            writeln!(out, "\n## {heading} ({number})\n\n{meaning}\n\n{HEAD}")?;
            self.rows.copy(state, out)?;
        }
        out.flush()
    }
}

/// The head of a table of exceptions.
const HEAD: &str = "| Rule | Covers | Reason | Alternative | Owner | Ticket | Until | Addressable | Required | Findings | Written in |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

fn row(row: &Row) -> String {
    let escaped = |text: &str| Markdown(text).to_string();
    let cells = [
        &row.rules(code),
        &row.covers.iter().map(|path| code(path)).collect::<Vec<_>>().join("<br>"),
        &escaped(&row.reason),
        &escaped(&row.alternative),
        &escaped(&row.owner),
        &escaped(&row.ticket),
        &escaped(&row.expires),
        &escaped(&row.addressable.join("; ")),
        &escaped(&row.required.join("; ")),
        &row.findings,
        &escaped(&format!("{} ({})", row.place, row.dialect)),
    ];
    let cells: Vec<&str> = cells.iter().map(|cell| cell.as_str()).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A row of the register, in texts.
struct Row {
    state: &'static str,
    /// The ids of our rules; the name as written where no rule has it.
    rules: Vec<String>,
    /// Its name in the other tool.
    alias: Option<String>,
    covers: Vec<String>,
    reason: String,
    alternative: String,
    owner: String,
    ticket: String,
    expires: String,
    /// Citations that an equivalent measure can replace, and those that none can.
    addressable: Vec<String>,
    required: Vec<String>,
    findings: String,
    /// `templates/app.yaml:12`.
    place: String,
    dialect: &'static str,
}

impl Row {
    fn new(exception: &Exception, report: &Report) -> Self {
        let suppression = &exception.suppression;
        let rules: Vec<String> = suppression.suppresses.iter().map(|suppressed| suppressed.rule.to_string()).collect();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let source = report.source(suppression.span.source);
        let covers = suppression.covers.iter();
        Self {
            state: STATES.iter().find(|(state, ..)| *state == exception.state).map_or("", |(_, name, _)| *name),
            alias: (!rules.is_empty() && !suppression.dialect.is_own()).then(|| suppression.id.clone()),
            rules: if rules.is_empty() { vec![suppression.id.clone()] } else { rules },
            covers: covers.map(|path| if path.is_empty() { "the template".to_owned() } else { path.clone() }).collect(),
            reason: text(&suppression.reason),
            alternative: text(&suppression.alternative),
            owner: text(&suppression.owner),
            ticket: text(&suppression.ticket),
            expires: suppression.expires.map(|day| day.to_string()).unwrap_or_default(),
            addressable: suppression.addressable().into_iter().map(|id| report.citation(id)).collect(),
            required: suppression.required().into_iter().map(|id| report.citation(id)).collect(),
            findings: exception.findings.to_string(),
            place: match (&suppression.origin, source) {
                // One place in a program may make several stacks.
                (Some(origin), Some(source)) => format!("{}:{}, for {}", origin.file, origin.line, source.name),
                (Some(origin), None) => format!("{}:{}", origin.file, origin.line),
                (None, Some(source)) => format!("{}:{}", source.name, source.position(suppression.span.start).line),
                (None, None) => String::new(),
            },
            dialect: suppression.dialect.tool(),
        }
    }

    /// The rules, followed by the other tool's name for them.
    fn rules(&self, written: impl Fn(&str) -> String) -> String {
        let rules: Vec<String> = self.rules.iter().map(|rule| written(rule)).collect();
        match &self.alias {
            Some(alias) => format!("{} ({})", rules.join(", "), written(alias)),
            None => rules.join(", "),
        }
    }
}

/// A text as code in a cell; nothing where there is none.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { MarkdownCode(text).to_string() }
}
