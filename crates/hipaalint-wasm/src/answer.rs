//! Results as JSON: reports that are written to memory.

use hipaalint::report::{Report, Reporter};
use hipaalint::session::{End, Exit, FixedText, Sink};
use serde::Serialize;
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use crate::rules::RuleText;

/// Bytes that a reporter writes and its owner reads.
#[derive(Clone, Default)]
pub(crate) struct Page(Rc<RefCell<Vec<u8>>>);

impl Page {
    /// What was written.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A text that was fixed.
#[derive(Debug)]
pub(crate) struct FixedFile {
    pub(crate) name: String,
    pub(crate) texts: hipaalint::project::Texts,
}

/// Gets the results of a run.
pub(crate) struct Collector {
    reporter: Box<dyn Reporter>,
    /// The texts of the rules with results.
    pub(crate) rules: BTreeMap<String, RuleText>,
    pub(crate) fixed: Vec<FixedFile>,
    pub(crate) exit: Exit,
    problem: Option<io::Error>,
}

impl Collector {
    /// One that writes a report.
    pub(crate) fn new(reporter: Box<dyn Reporter>) -> Self {
        Self { reporter, rules: BTreeMap::new(), fixed: Vec::new(), exit: Exit::Clean, problem: None }
    }

    fn add(&mut self, part: &Report<'_>) {
        for finding in part.findings.iter().chain(part.suppressed) {
            if !self.rules.contains_key(&*finding.rule)
                && let Some(rule) = part.rule(&finding.rule)
            {
                self.rules.insert(finding.rule.to_string(), RuleText::new(rule.meta, &rule.prose));
            }
        }
    }
}

impl Sink for Collector {
    fn file(&mut self, part: &Report<'_>) {
        self.add(part);
        if let Err(error) = self.reporter.file(part) {
            self.problem.get_or_insert(error);
        }
    }

    fn fixed(&mut self, text: &FixedText<'_>) {
        self.fixed.push(FixedFile { name: text.name.to_owned(), texts: text.texts.clone() });
    }

    fn end(&mut self, end: &End<'_>) {
        self.add(end.rest);
        self.exit = end.exit;
        if let Err(error) = self.reporter.end(end.rest, Some(end.exit.code())) {
            self.problem.get_or_insert(error);
        }
    }
}

/// A document that is already JSON.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Document(Box<RawValue>);

impl Document {
    /// A document of what a reporter wrote.
    pub(crate) fn new(text: String) -> Result<Self, crate::request::Refused> {
        RawValue::from_string(text).map(Self).map_err(|error| crate::request::Refused::new(error.to_string()))
    }
}
