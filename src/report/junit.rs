//! JUnit XML, for tools that show test results: a file is a suite, a check (a rule on a subject) is a test case.
//!
//! Written to the schema of Jenkins' xUnit plugin (`junit-10.xsd`), which is the strictest in wide use: nothing is in it that
//! other readers reject. A check that failed is a failure with all its findings, so that a test keeps its name when its
//! violation goes. A check that is undecided, suppressed or in the baseline is skipped, with the reason. A file that could not be
//! linted is an error.

use super::escape::allowed;
use super::not_looked_at::{clauses, left_out};
use super::spill::Spill;
use super::text::{message, one_line};
use super::{Report, Reporter, prose, write_whole};
use crate::finding::{Diagnostic, Finding, Outcome, Severity};
use crate::source::Span;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};
use quick_xml::writer::{ElementWriter, Writer};
use std::collections::BTreeMap;
use std::io;

/// Types of resources that are named.
const MAX_TYPES: usize = 50;

/// The diagnostics and checks of one file.
#[derive(Default)]
struct Suite<'a> {
    errors: Vec<&'a Diagnostic>,
    /// What no rule judged, in the suite of the run.
    gaps: Vec<String>,
    /// Files that were left out, in the suite of the run. It is output and not a test: most projects leave out some.
    left_out: Option<String>,
    /// By rule and subject.
    cases: BTreeMap<(&'a str, String), Case<'a>>,
}

/// The findings of a rule about one subject.
#[derive(Default)]
struct Case<'a> {
    violations: Vec<&'a Finding>,
    suppressed: Vec<&'a Finding>,
    undecided: Vec<&'a Finding>,
}

/// How a test case ended.
enum End<'c, 'a> {
    Passed,
    Skipped(String),
    Failed(&'c [&'a Finding]),
}

/// Writes the document.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl io::Write, report: &Report) -> io::Result<()> {
    write_whole(&mut Junit::new(out), report, None)
}

/// Writes the document file by file. The suites wait for the end, because the numbers of all tests are before them.
pub struct Junit<W> {
    out: W,
    /// Inside of the element of all suites.
    xml: Writer<Vec<u8>>,
    waiting: Spill,
    tests: usize,
    failures: usize,
    errors: usize,
}

impl<W: io::Write> Junit<W> {
    /// Starts a document.
    pub fn new(out: W) -> Self {
        let xml = Writer::new_with_indent(Vec::new(), b' ', 2);
        Self { out, xml, waiting: Spill::default(), tests: 0, failures: 0, errors: 0 }
    }

    fn add(&mut self, name: &str, suite: &Suite<'_>, part: &Report<'_>) -> io::Result<()> {
        if self.xml.get_ref().is_empty() {
            // It is written at the end with its attributes. Here it only indents the suites.
            self.xml.write_event(Event::Start(BytesStart::new(ALL)))?;
        }
        self.xml.get_mut().clear();
        suite.write(&mut self.xml, if name.is_empty() { "hipaalint" } else { name }, part)?;
        self.waiting.write(0, self.xml.get_ref());
        self.tests += suite.tests();
        self.failures += suite.failures();
        self.errors += suite.errors.len();
        Ok(())
    }
}

/// The element of all suites.
const ALL: &str = "testsuites";

impl<W: io::Write> Reporter for Junit<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        suites(part).iter().try_for_each(|(name, suite)| self.add(name, suite, part))
    }

    fn end(&mut self, rest: &Report<'_>, _: Option<u8>) -> io::Result<()> {
        let mut suites = suites_of_diagnostics(rest);
        let gaps = clauses(rest.summary, MAX_TYPES);
        if !gaps.is_empty() {
            suites.entry("").or_default().gaps = gaps;
        }
        if let Some(left_out) = left_out(rest.summary) {
            suites.entry("").or_default().left_out = Some(left_out);
        }
        suites.iter().try_for_each(|(name, suite)| self.add(name, suite, rest))?;
        let counted = [("tests", self.tests), ("failures", self.failures), ("errors", self.errors)];
        let counted = counted.map(|(name, count)| (name, count.to_string()));
        let mut all = BytesStart::new(ALL);
        all.push_attribute(("name", "hipaalint"));
        all.extend_attributes(counted.iter().map(|(name, count)| (*name, count.as_str())));
        let mut xml = Writer::new_with_indent(&mut self.out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.write_event(Event::Start(all))?;
        self.waiting.copy(0, &mut self.out)?;
        self.out.write_all(format!("\n</{ALL}>\n").as_bytes())?;
        self.out.flush()
    }
}

/// An element to be filled. What is in its attributes is on one line.
fn element<'a, W: io::Write>(
    xml: &'a mut Writer<W>,
    name: &'a str,
    attributes: &[(&'a str, &str)],
) -> ElementWriter<'a, W> {
    let attributes: Vec<(&str, String)> =
        attributes.iter().map(|(name, value)| (*name, allowed(&one_line(value, true)).into_owned())).collect();
    xml.create_element(name).with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The suites of diagnostics alone.
fn suites_of_diagnostics<'a>(part: &Report<'a>) -> BTreeMap<&'a str, Suite<'a>> {
    let mut suites: BTreeMap<&str, Suite> = BTreeMap::new();
    for diagnostic in part.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        suites.entry(&diagnostic.file).or_default().errors.push(diagnostic);
    }
    suites
}

fn suites<'a>(part: &Report<'a>) -> BTreeMap<&'a str, Suite<'a>> {
    let mut suites = suites_of_diagnostics(part);
    for template in &part.provenance.templates {
        suites.entry(&template.name).or_default();
    }
    for finding in part.findings.iter().chain(part.unshown).chain(part.suppressed) {
        let suite = suites.entry(part.source_name(finding.span.source)).or_default();
        let subject = match finding.subject.resource_type {
            Some(_) => finding.subject.name.clone(),
            None => finding.subject.qualified_name(),
        };
        // Blocks of several templates inside of one may share their names.
        let subject = match &finding.subject.inside {
            Some(inside) => format!("{subject} in {inside}"),
            None => subject,
        };
        let case = suite.cases.entry((&*finding.rule, subject)).or_default();
        match finding.outcome {
            Outcome::Fail if finding.is_suppressed() => case.suppressed.push(finding),
            Outcome::Fail => case.violations.push(finding),
            Outcome::Undecided => case.undecided.push(finding),
            Outcome::Pass => {}
        }
    }
    suites
}

impl<'a> Suite<'a> {
    fn tests(&self) -> usize {
        self.errors.len() + self.gaps.len().min(1) + self.cases.len()
    }

    fn failures(&self) -> usize {
        self.cases.values().filter(|case| matches!(case.end(), End::Failed(_))).count()
    }

    fn skipped(&self) -> usize {
        self.cases.values().filter(|case| matches!(case.end(), End::Skipped(_))).count() + self.gaps.len().min(1)
    }

    fn write<W: io::Write>(&self, xml: &mut Writer<W>, name: &str, report: &Report<'a>) -> io::Result<()> {
        let counted = [self.tests(), self.failures(), self.errors.len(), self.skipped()].map(|count| count.to_string());
        let [tests, failures, errors, skipped] = &counted;
        let attributes =
            [("name", name), ("tests", tests), ("failures", failures), ("errors", errors), ("skipped", skipped)];
        element(xml, "testsuite", &attributes).write_inner_content(|xml| {
            for diagnostic in &self.errors {
                let message = diagnostic.full_message();
                let place = diagnostic.span.map(|span| place(span, report)).unwrap_or_default();
                let text = format!("{place}{message}");
                test(xml, diagnostic.code.name(), name)
                    .write_inner_content(|xml| write_end(xml, "error", diagnostic.code.name(), &message, &text))?;
            }
            if !self.gaps.is_empty() {
                let text = format!("Not checked: {}.", self.gaps.join("; "));
                test(xml, "not-checked", name).write_inner_content(|xml| write_skipped(xml, &text))?;
            }
            for ((rule, subject), case) in &self.cases {
                let test = test(xml, &format!("{rule}: {subject}"), name);
                match case.end() {
                    End::Passed => test.write_empty()?,
                    End::Skipped(why) => test.write_inner_content(|xml| write_skipped(xml, &why))?,
                    End::Failed(findings) => {
                        test.write_inner_content(|xml| write_failure(xml, rule, findings, report))?
                    }
                };
            }
            if let Some(left_out) = &self.left_out {
                let text = allowed(&one_line(&format!("Skipped: {left_out}."), true)).into_owned();
                element(xml, "system-out", &[]).write_text_content(BytesText::new(&text))?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// A test of a suite.
fn test<'a, W: io::Write>(xml: &'a mut Writer<W>, name: &str, suite: &str) -> ElementWriter<'a, W> {
    element(xml, "testcase", &[("name", name), ("classname", suite)])
}

fn write_skipped<W: io::Write>(xml: &mut Writer<W>, why: &str) -> io::Result<()> {
    element(xml, "skipped", &[("message", why)]).write_empty().map(|_| ())
}

impl<'a> Case<'a> {
    /// Findings that count decide, then those that do not.
    fn end(&self) -> End<'_, 'a> {
        match (self.violations.as_slice(), self.suppressed.first(), self.undecided.first()) {
            ([], None, None) => End::Passed,
            ([], None, Some(undecided)) => End::Skipped(message(undecided)),
            ([], Some(suppressed), _) => {
                End::Skipped(format!("{} {}", super::suppression(suppressed), message(suppressed)))
            }
            (violations, _, _) => End::Failed(violations),
        }
    }
}

/// One failure with all findings of a check: most readers show only the first failure of a test.
fn write_failure<W: io::Write>(
    xml: &mut Writer<W>,
    rule: &str,
    findings: &[&Finding],
    report: &Report,
) -> io::Result<()> {
    let Some(level) = findings.iter().map(|finding| finding.level).max() else { return Ok(()) };
    let more = findings.len() - 1;
    let first = findings.first().map(|finding| message(finding)).unwrap_or_default();
    let head = if more > 0 { format!("{first} And {more} more.") } else { first };
    let mut text = String::new();
    for finding in findings {
        text.push_str(&format!("{}{}: {}\n", place(finding.span, report), finding.level.name(), message(finding)));
        if let Some(made_by) = finding.subject.made_by() {
            text.push_str(&format!("CDK: {}\n", one_line(&made_by, true)));
        }
    }
    if let Some(first) = findings.first() {
        text.push_str(&format!("Severity: {}\n", first.severity.name()));
    }
    if let Some(rule) = report.rule(rule) {
        if !rule.meta.controls.is_empty() {
            let cited: Vec<String> = rule.meta.controls.iter().map(|id| report.citation(id)).collect();
            text.push_str(&format!("HIPAA: 45 CFR {}\n", cited.join("; ")));
        }
        let fix = prose::lead(&rule.prose.remediation);
        if !fix.is_empty() {
            text.push_str(&format!("Fix: {fix}\n"));
        }
    }
    write_end(xml, "failure", level.name(), &head, text.trim_end())
}

/// An element that states how a test ended.
fn write_end<W: io::Write>(xml: &mut Writer<W>, name: &str, kind: &str, message: &str, text: &str) -> io::Result<()> {
    let end = element(xml, name, &[("type", kind), ("message", message)]);
    end.write_text_content(BytesText::new(&allowed(text))).map(|_| ())
}

/// `app.yaml:3:1: `; empty where the source is not part of the report.
fn place(span: Span, report: &Report) -> String {
    let Some(source) = report.source(span.source) else { return String::new() };
    let at = source.position(span.start);
    format!("{}:{}:{}: ", one_line(&source.name, true), at.line, at.column)
}
