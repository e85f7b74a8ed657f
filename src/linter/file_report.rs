//! The result of linting one file.

use super::fixes::Locked;
use super::{Blocks, Nested};
use crate::eval::inputs::Refused;
use crate::finding::{Counts, Diagnostic, Exception, Finding};
use crate::source::{Hidden, Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A parameter that a template declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// Whether its value is not to be shown: it has `NoEcho`, or is for a secret.
    pub is_secret: bool,
}

/// A part of a template that no rule can judge, for reports to count. A diagnostic describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Why.
    pub kind: NoticeKind,
    /// The logical id of the resource, or the name of the event or connector.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
}

/// Why no rule judges a part of a template.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// A resource whose `Type` is missing or not a text.
    UnreadableType,
    /// A resource whose type is not known.
    UnknownType,
    /// A resource of AWS SAM in a template that does not name SAM's transform.
    NotTransformed,
    /// An event of AWS SAM that is not known.
    UnknownEvent,
    /// A resource of AWS SAM that is not expanded.
    NotExpanded,
    /// An event of AWS SAM that is not expanded.
    EventNotExpanded,
    /// A connector of AWS SAM that is not expanded.
    ConnectorNotExpanded,
    /// A template inside of a property that cannot be read.
    InnerTemplate,
    /// A nested stack, stack set, or product whose template is not in the run.
    TemplateNotFound,
}

/// The result for one file.
#[derive(Debug, Default)]
pub struct FileReport {
    /// Findings, sorted by place and rule.
    pub findings: Vec<Finding>,
    /// Violations that an exception suppresses, sorted alike.
    pub suppressed: Vec<Finding>,
    /// The exceptions that the template makes, in the order of the text.
    pub exceptions: Vec<Exception>,
    /// What is odd about the file, or why it could not be linted.
    pub diagnostics: Vec<Diagnostic>,
    /// Parts of the template that no rule can judge.
    pub notices: Vec<Notice>,
    /// If it is not a template: the number of resources in it.
    pub bare_resources: usize,
    /// The files that it includes, without their secrets; findings and diagnostics point into them.
    pub included: Vec<Source>,
    /// The bytes of the text that are secrets: whoever shows the text hides them ([`Source::hiding`]).
    pub hidden: Vec<Hidden>,
    /// Whether it is a template at all.
    pub is_template: bool,
    /// Resources in the template.
    pub resources: usize,
    /// What the template has, if the linter keeps it.
    pub blocks: Option<Blocks>,
    /// The types of resources that no rule of the run is about, with their numbers, if no notice is about them.
    pub unruled: BTreeMap<String, usize>,
    /// The ids of the rules that are turned off, and that would have looked at something in the template.
    pub turned_off: BTreeSet<String>,
    /// Checks with a result.
    pub counts: Counts,
    /// The same by rule, for each with a result.
    pub by_rule: Vec<(Arc<str>, Counts)>,
    /// The rules and subjects of undecided checks, where fixes are wanted: what a fix makes undecided is not fixed.
    pub(crate) undecided: Vec<(Arc<str>, String)>,
    /// The resources that refer to one that is not there in each deployment, with that one, where fixes are wanted: no fix brings more.
    pub(crate) missing: Vec<[String; 2]>,
    /// The services that cannot use keys of the template, where they are asked for: no fix brings more.
    pub(crate) locked: Vec<Locked>,
    /// The template's parameters.
    pub parameters: Vec<Declared>,
    /// The pinned values that the template's parameters do not accept. The template was linted without them.
    pub refused: Vec<Refused>,
    /// The nested stacks that it declares and whose template is a local file.
    pub nested: Vec<Nested>,
    /// How many values were asked for and how many questions decided: what the file cost, the same on every machine.
    pub steps: usize,
}

impl FileReport {
    /// Whether something in it points into the text.
    pub fn shows_text(&self) -> bool {
        !self.findings.is_empty()
            || !self.suppressed.is_empty()
            || !self.exceptions.is_empty()
            || !self.diagnostics.is_empty()
            || !self.refused.is_empty()
            || !self.nested.is_empty()
    }

    /// Adds results of a rule.
    pub(crate) fn count(&mut self, rule: &Arc<str>, counts: Counts) {
        self.count_of(rule, || Arc::clone(rule), counts);
    }

    /// The same, with the id of the rule as reports have it, which is only asked for where there are results.
    pub(super) fn count_of(&mut self, rule: &str, shared: impl FnOnce() -> Arc<str>, counts: Counts) {
        self.counts += counts;
        match self.by_rule.last_mut() {
            Some((last, sum)) if **last == *rule => *sum += counts,
            _ if counts.total() > 0 => self.by_rule.push((shared(), counts)),
            _ => {}
        }
    }
}
