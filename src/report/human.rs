//! The report that people read in a terminal: findings by file with their source, then a summary.
//!
//! Drawn by miette, which only ever sees `Excerpt`s, or as miette would draw it. Everything that comes from a template, a rule or a file
//! name is made printable first: no byte of the input reaches the terminal as a control character.

mod excerpt;
pub(crate) mod paint;
mod plain;
mod quiet;
mod section;
mod summary;

use super::spill::Spill;
use super::statistics::{Grouping, Statistics};
use super::text::{MAX_MESSAGE, count, one_line, shorten, width, wrap};
use super::{Report, Reporter, prose, write_whole};
use crate::finding::{
    Applicability, Diagnostic, Finding, Fix, Level, Outcome, Related, RuleSeverity, Severity, capitalized,
};
use crate::report::lines::Mark;
use crate::source::{SourceId, Span};
use excerpt::{Excerpt, Window};
use miette::GraphicalReportHandler;
use paint::Ink;
use section::{Numbers, Section, heading, sections};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Findings of one rule in one file that are drawn with their source; further ones only name their place.
const MAX_DRAWN: usize = 3;
/// Related places drawn for one finding; further ones are counted.
const MAX_RELATED: usize = 4;
/// Columns of the mark and the bar that miette draws before a header.
const HEADER_INDENT: usize = 4;
/// Columns before the notes below a drawing: where its corner is, for most line numbers.
const NOTE_INDENT: usize = 4;
/// Columns for the label of such a note.
const LABEL_COLUMNS: usize = 7;
/// Narrower terminals are written to as if they had this many columns.
const MIN_WIDTH: usize = 40;

/// What the terminal can show.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colors (ANSI escape sequences).
    pub color: bool,
    /// Columns to fill.
    pub width: usize,
    /// Whether to draw with characters outside ASCII.
    pub unicode: bool,
    /// Whether rule ids link to their documentation (OSC 8).
    pub hyperlinks: bool,
}

/// What of a report is written.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// Findings and problems, without a summary.
    Findings,
    /// Problems, and the numbers of findings instead of the findings.
    Statistics,
    /// The same without a summary.
    Numbers,
    /// Problems, and what was fixed.
    Fixes,
    /// Problems alone.
    Problems,
}

/// Writes the report: file by file (diagnostics, failures, then what `--show` adds), and a summary.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report, style: &Style) -> io::Result<()> {
    write_part(out, report, style, Part::Whole, None)
}

/// Writes part of the report, its findings grouped by files unless something else is given, and its numbers by rules.
///
/// # Errors
/// Those of `out`.
pub fn write_part(
    out: &mut impl io::Write,
    report: &Report,
    style: &Style,
    part: Part,
    grouping: Option<Grouping>,
) -> io::Result<()> {
    write_whole(&mut Human::new(out, style, part, grouping), report, None)
}

/// Writes the report file by file. If findings are grouped by rules, they wait for the end.
pub struct Human<W> {
    out: W,
    style: Style,
    part: Part,
    grouping: Option<Grouping>,
    statistics: Statistics,
    by_rule: RuleGroups,
}

impl<W: io::Write> Human<W> {
    /// Starts a report, or a part of one.
    pub fn new(out: W, style: &Style, part: Part, grouping: Option<Grouping>) -> Self {
        let style = Style { width: style.width.max(MIN_WIDTH), ..*style };
        let of_numbers = grouping.filter(|_| counts_only(part)).unwrap_or(Grouping::Rule);
        let statistics = Statistics::new(of_numbers);
        Self { out, style, part, grouping, statistics, by_rule: RuleGroups::default() }
    }

    /// Writes the diagnostics of a part, and its findings unless they wait.
    fn add(&mut self, part: &Report<'_>) -> io::Result<()> {
        let findings = if counts_only(self.part) { &[] } else { part.findings };
        let shown = Report { findings, ..*part };
        let Self { out, style, .. } = self;
        let grouping = self.grouping.unwrap_or(Grouping::File);
        for group in sections(&shown, grouping, style) {
            if let Some(rule) = &group.rule {
                self.by_rule.add(rule, &group, part, style)?;
                continue;
            }
            let mut text = heading(&group.heading, group.numbers(), style);
            for diagnostic in &group.diagnostics {
                text.push_str(&diagnostic_block(diagnostic, part, style)?);
            }
            let mut seen: HashMap<&str, Shown> = HashMap::new();
            for finding in &group.failures {
                text.push_str(&finding_block(finding, seen.get(&*finding.rule).copied(), part, style)?);
                seen.entry(&finding.rule).or_insert_with(|| Shown::at(finding, part)).times += 1;
                out.write_all(text.as_bytes())?;
                text.clear();
            }
            text.push_str(&quiet::lines(&group.others, false, part, style));
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    }
}

impl<W: io::Write> Reporter for Human<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        self.statistics.add(part);
        self.add(part)
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        self.add(rest)?;
        let Self { out, style, part, statistics, .. } = self;
        self.by_rule.write(out, style)?;
        let end = match part {
            Part::Findings | Part::Problems => String::new(),
            Part::Fixes => summary::fixes(rest.summary, style),
            Part::Numbers => summary::numbers(rest, statistics, style),
            Part::Whole | Part::Statistics => summary::text(rest, statistics, counts_only(*part), style),
        };
        out.write_all(end.as_bytes())?;
        out.flush()
    }
}

/// Whether findings are counted and not shown.
fn counts_only(part: Part) -> bool {
    matches!(part, Part::Statistics | Part::Numbers | Part::Fixes | Part::Problems)
}

/// The findings of rules, in their own sections. They wait for the end.
#[derive(Default)]
struct RuleGroups {
    groups: Vec<RuleGroup>,
    /// Two streams for each: what is drawn, and the lines of what is not.
    waiting: Spill,
}

struct RuleGroup {
    rule: Arc<str>,
    /// The gravest of its findings, in the order of reports.
    rank: (Outcome, Reverse<RuleSeverity>),
    numbers: Numbers,
    first: Option<Shown>,
    has_lines: bool,
}

impl RuleGroups {
    fn add(&mut self, rule: &Arc<str>, section: &Section<'_>, part: &Report<'_>, style: &Style) -> io::Result<()> {
        let all = section.failures.iter().chain(&section.others);
        let Some(rank) = all.map(|finding| (finding.outcome, Reverse(finding.severity))).min() else { return Ok(()) };
        let index = match self.groups.iter().position(|group| group.rule == *rule) {
            Some(index) => index,
            None => {
                let rule = Arc::clone(rule);
                let numbers = Numbers::default();
                self.groups.push(RuleGroup { rule, rank, numbers, first: None, has_lines: false });
                self.groups.len() - 1
            }
        };
        let Some(group) = self.groups.get_mut(index) else { return Ok(()) };
        group.rank = group.rank.min(rank);
        group.numbers.add(section.numbers());
        for finding in &section.failures {
            let block = finding_block(finding, group.first, part, style)?;
            self.waiting.write(2 * index, block.as_bytes());
            group.first.get_or_insert_with(|| Shown::at(finding, part)).times += 1;
        }
        let lines = quiet::lines(&section.others, true, part, style);
        group.has_lines |= !lines.is_empty();
        // An empty line ends them all.
        self.waiting.write(2 * index + 1, lines.strip_suffix('\n').unwrap_or_default().as_bytes());
        Ok(())
    }

    /// Writes the groups, the gravest first.
    fn write(&self, out: &mut impl io::Write, style: &Style) -> io::Result<()> {
        let mut groups: Vec<(usize, &RuleGroup)> = self.groups.iter().enumerate().collect();
        groups.sort_by_key(|(_, group)| group.rank);
        for (index, group) in groups {
            out.write_all(heading(&group.rule, group.numbers, style).as_bytes())?;
            self.waiting.copy(2 * index, out)?;
            self.waiting.copy(2 * index + 1, out)?;
            out.write_all(if group.has_lines { b"\n" } else { b"" })?;
        }
        Ok(())
    }
}

/// The findings of a rule so far below the heading at hand: its citations and remediation are shown once.
#[derive(Copy, Clone)]
struct Shown {
    /// The source and the line of the first finding; none where the source is not part of the report.
    line: Option<(SourceId, usize)>,
    times: usize,
}

impl Shown {
    fn at(finding: &Finding, report: &Report) -> Self {
        let source = report.source(finding.span.source);
        Self { line: source.map(|source| (source.id, source.position(finding.span.start).line)), times: 0 }
    }
}

/// A finding with its source, the citations that its rule serves, and how to fix it. A rule's later findings in a file do not
/// repeat these.
fn finding_block(finding: &Finding, shown: Option<Shown>, report: &Report, style: &Style) -> io::Result<String> {
    let rule = report.rule(&finding.rule);
    let code = one_line(&finding.rule, style.unicode);
    let title = format!("{}[{code}]", finding.level.name());
    // What a program makes is changed there.
    let fix = finding.fix.as_deref().filter(|_| finding.subject.origin.is_none());
    let fixable = fix.map_or("", fixable);
    let subject = format!("{}, severity {}{fixable}", subject_text(finding, style), finding.severity.name());
    let fits = width(&title) + 1 + width(&subject) <= style.width.saturating_sub(HEADER_INDENT);
    let mut title = style.paint(Ink::of(finding.level), &title);
    if style.hyperlinks {
        title = style.link(&super::rule_address(&code), &title);
    }
    let mut header = if fits { format!("{title} {subject}") } else { title };
    if !fits {
        push_wrapped(&mut header, &subject, style);
    }
    push_wrapped(&mut header, &finding.sentence(), style);

    // Related places explain what the message cannot: with them, a finding is always drawn.
    let drawn = !finding.related.is_empty() || shown.is_none_or(|shown| shown.times < MAX_DRAWN);
    let excerpt = if drawn { excerpt_of(finding.span, &finding.related, report, style) } else { Excerpt::default() };
    let mut block = draw(header, finding.level, &excerpt, style)?;
    if !drawn && let Some(source) = report.source(finding.span.source) {
        let at = source.position(finding.span.start);
        // Left whole, so that terminals can open it.
        let place = format!("{}:{}:{}", one_line(&source.name, style.unicode), at.line, at.column);
        block.push_str(&format!(
            "{:NOTE_INDENT$}{}{place}\n",
            "",
            style.paint(Ink::Dim, &format!("{:LABEL_COLUMNS$}", "At"))
        ));
    }
    let hidden = finding.related.len().saturating_sub(MAX_RELATED);
    if hidden > 0 {
        push_note(&mut block, "And", &format!("{} elsewhere", count(hidden, "related place")), style);
    }
    push_note(&mut block, "CDK", &finding.subject.made_by().unwrap_or_default(), style);
    if let Some(shown) = shown {
        let same_source = shown.line.filter(|(source, _)| *source == finding.span.source);
        if let Some((_, line)) = same_source.filter(|_| drawn) {
            push_note(&mut block, "Fix", &format!("See line {line}"), style);
        }
    } else if let Some(rule) = rule {
        push_citations(&mut block, &rule.meta.controls, report, style);
        push_note(&mut block, "Fix", &prose::lead(&rule.prose.remediation), style);
    }
    // What a person has to change, where no program can.
    let shown_only = finding.fix.as_deref().filter(|fix| fix.applicability == Applicability::Display);
    push_note(&mut block, "Where", shown_only.map_or("", |fix| &fix.note), style);
    // Whether the note is known at all depends on the other reports of a run that does not fix.
    let not_safe = finding.fix.as_deref().filter(|fix| report.is_fixing && fix.applicability == Applicability::Unsafe);
    push_note(&mut block, "Unsafe", not_safe.map_or("", |fix| &fix.note), style);
    push_note(&mut block, "SAM", finding.advice.as_deref().unwrap_or_default(), style);
    block.push('\n');
    Ok(block)
}

/// The mark of a finding that `--fix` fixes.
fn fixable(fix: &Fix) -> &'static str {
    match fix.applicability {
        Applicability::Safe => ", fixable",
        Applicability::Unsafe => ", fixable (unsafe)",
        Applicability::Display => "",
    }
}

/// Something about the file itself.
fn diagnostic_block(diagnostic: &Diagnostic, report: &Report, style: &Style) -> io::Result<String> {
    let level = match diagnostic.severity {
        Severity::Error => Level::Error,
        Severity::Note => Level::Note,
    };
    let mut header = style.paint(Ink::of(level), &format!("{}[{}]", level.name(), diagnostic.code));
    push_wrapped(&mut header, &as_sentence(&diagnostic.message), style);
    let excerpt = diagnostic.span.map(|span| excerpt_of(span, &diagnostic.related, report, style)).unwrap_or_default();
    let mut block = draw(header, level, &excerpt, style)?;
    push_note(&mut block, "Help", &as_sentence(&diagnostic.help), style);
    block.push('\n');
    Ok(block)
}

/// A text with a capital at its beginning and a mark at its end, as the messages of findings have them; empty if it is.
fn as_sentence(text: &str) -> String {
    let text = text.trim();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    capitalized(text) + end
}

/// `PatientData (AWS::S3::Bucket)`, or the qualified name if it is not a resource.
fn subject_text(finding: &Finding, style: &Style) -> String {
    let subject = &finding.subject;
    let plain = match &subject.resource_type {
        Some(kind) if !finding.alike.is_empty() => {
            format!("{} and {} more ({kind})", subject.name, finding.alike.len())
        }
        Some(kind) => format!("{} ({kind})", subject.name),
        None => subject.qualified_name(),
    };
    one_line(&plain, style.unicode).into_owned()
}

/// Adds a message below the first line of a header.
fn push_wrapped(header: &mut String, message: &str, style: &Style) {
    let message = one_line(message, style.unicode);
    let message = shorten(&message, MAX_MESSAGE, style.unicode);
    for line in wrap(&message, style.width.saturating_sub(HEADER_INDENT)) {
        header.push('\n');
        header.push_str(&line);
    }
}

/// Adds a labeled text below the drawing, wrapped to the right of its label; nothing where there is no text.
fn push_note(block: &mut String, label: &str, text: &str, style: &Style) {
    let text = one_line(text, style.unicode);
    if text.trim().is_empty() {
        return;
    }
    for (index, line) in wrap(&text, note_columns(style)).iter().enumerate() {
        push_note_line(block, if index == 0 { label } else { "" }, line, style);
    }
}

fn push_note_line(block: &mut String, label: &str, line: &str, style: &Style) {
    let blanks = |block: &mut String, columns: usize| (0..columns).for_each(|_| block.push(' '));
    blanks(block, NOTE_INDENT);
    if style.color {
        block.push_str(&style.paint(Ink::Dim, &format!("{label:LABEL_COLUMNS$}")));
    } else {
        block.push_str(label);
        blanks(block, LABEL_COLUMNS.saturating_sub(label.len()));
    }
    block.push_str(line);
    block.push('\n');
}

/// Adds the citations that a rule serves, one on a line, the titles in a column.
fn push_citations(block: &mut String, cited: &[String], report: &Report, style: &Style) {
    let printable = |text: &str| one_line(text, style.unicode).into_owned();
    let ids: Vec<String> = cited.iter().map(|id| printable(id)).collect();
    let columns = ids.iter().map(|id| width(id)).max().unwrap_or(0) + 2;
    for (index, id) in ids.iter().enumerate() {
        let label = if index == 0 { "HIPAA" } else { "" };
        let title = report.control(id).map(|control| printable(&control.title)).unwrap_or_default();
        let room = note_columns(style).saturating_sub(columns);
        let gap = " ".repeat(columns.saturating_sub(width(id)));
        push_note_line(block, label, format!("{id}{gap}{}", shorten(&title, room, style.unicode)).trim_end(), style);
    }
}

/// Columns for the text of a note.
fn note_columns(style: &Style) -> usize {
    style.width.saturating_sub(NOTE_INDENT + LABEL_COLUMNS)
}

/// The source around a place and what is related to it; empty where the source is not part of the report.
fn excerpt_of(span: Span, related: &[Related], report: &Report, style: &Style) -> Excerpt {
    let Some(source) = report.source(span.source) else { return Excerpt::default() };
    let related: Vec<Mark> =
        related.iter().take(MAX_RELATED).filter_map(|place| related_mark(place, report, style)).collect();
    let own = Mark { source, span, label: None };
    Excerpt::new(&own, &related, Window { width: style.width, unicode: style.unicode })
}

fn related_mark<'a>(place: &Related, report: &Report<'a>, style: &Style) -> Option<Mark<'a>> {
    let message = one_line(&place.message, style.unicode);
    let label = shorten(&message, 2 * style.width, style.unicode).into_owned();
    Some(Mark { source: report.source(place.span.source)?, span: place.span, label: Some(label) })
}

/// Draws a header and an excerpt.
fn draw(header: String, level: Level, excerpt: &Excerpt, style: &Style) -> io::Result<String> {
    match plain::draw(&header, level, excerpt, style) {
        Some(drawn) => Ok(drawn),
        None => draw_by_miette(header, level, excerpt, style),
    }
}

/// Has miette draw a header and an excerpt.
fn draw_by_miette(header: String, level: Level, excerpt: &Excerpt, style: &Style) -> io::Result<String> {
    let handler = GraphicalReportHandler::new_themed(style.theme(level, excerpt.primaries()))
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .without_syntax_highlighting()
        // The header is wrapped already, and holds escape sequences that are not to be cut.
        .with_wrap_lines(false);
    let mut drawn = String::new();
    handler.render_report(&mut drawn, &Drawing { header, level, excerpt }).map_err(io::Error::other)?;
    Ok(drawn)
}

/// A finding as miette reads it.
#[derive(Debug)]
struct Drawing<'a> {
    header: String,
    level: Level,
    excerpt: &'a Excerpt,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.header)
    }
}

impl std::error::Error for Drawing<'_> {}

impl miette::Diagnostic for Drawing<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(paint::severity(self.level))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels()))
    }
}
