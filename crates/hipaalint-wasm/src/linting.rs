//! Findings, with the texts of their rules.

use crate::answer::{Collector, Document, Page};
use crate::request::{FixesOf, Refused, Request};
use crate::rules::{RuleText, cited};
use crate::sessions;
use hipaalint::linter::{Fixes, Keep};
use hipaalint::project::Counter;
use hipaalint::report::json::Json;
use hipaalint::session::Contents;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was found.
#[derive(Serialize)]
pub(crate) struct Linted {
    /// The exit code of a run of the program.
    exit: u8,
    /// The report of `--format json`.
    report: Document,
    rules: BTreeMap<String, RuleText>,
    /// The titles of the citations of these rules.
    citations: BTreeMap<String, String>,
}

/// Lints.
pub(crate) fn lint(request: &Request) -> Result<Linted, Refused> {
    let fixes = match request.fixes {
        FixesOf::Edits => Fixes::WithEdits,
        FixesOf::Titles => Fixes::Changes,
        FixesOf::None => Fixes::None,
    };
    let keep = Keep { undecided: request.undecided, passed: request.passed, fixes, ..Keep::default() };
    let contents = Contents { requested: keep, needed: keep, ..Contents::default() };
    let page = Page::default();
    let mut collector = Collector::new(Box::new(Json::new(page.clone())));
    sessions::with(request, request.options(contents), |session| {
        session.lint(session.discover(&request.paths()), &Counter::default(), &mut collector);
    });
    let Collector { rules, exit, .. } = collector;
    let citations = cited(rules.values());
    Ok(Linted { exit: exit.code(), report: Document::new(page.text())?, rules, citations })
}
