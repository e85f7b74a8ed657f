//! Lints open documents through their sessions. The one place where the server lints.
#![allow(dead_code, reason = "the first requests are being added")]

use super::capabilities::Client;
use super::diagnostics::Places;
use super::documents::Documents;
use super::roots::{Root, Roots};
use crate::finding::Finding;
use crate::project::Counter;
use crate::report::Report;
use crate::session::{End, Sink};
use crate::source::Source;
use lsp_types::Diagnostic;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was found in all open documents and in the files that they include and nest.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// The number of the change after which it was looked for.
    pub(super) change: u64,
    /// By path.
    pub(super) files: BTreeMap<PathBuf, CheckedFile>,
}

/// What was found in one file.
#[derive(Debug, Default)]
pub(super) struct CheckedFile {
    /// The version of the document, if it is open.
    pub(super) version: Option<i32>,
    /// As the client gets it.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The findings, whose spans are bytes of the text, each with the number of its diagnostic.
    pub(super) findings: Vec<(usize, Finding)>,
}

/// What is to be linted.
pub(super) struct Check {
    pub(super) change: u64,
    pub(super) client: Arc<Client>,
    pub(super) documents: Documents,
    pub(super) roots: Roots,
}

impl Check {
    /// Lints all open documents.
    pub(super) fn run(self) -> Checked {
        let mut checked = Checked { change: self.change, files: BTreeMap::new() };
        for document in self.documents.iter() {
            let file = CheckedFile { version: Some(document.version), ..CheckedFile::default() };
            checked.files.insert(document.path.clone(), file);
        }
        for root in self.roots.all() {
            self.check(root, &mut checked);
        }
        checked
    }

    /// Lints the open documents of a folder together.
    fn check(&self, root: &Arc<Root>, checked: &mut Checked) {
        let is_own = |path: &Path| Arc::ptr_eq(self.roots.of(path), root);
        let paths: Vec<PathBuf> =
            self.documents.iter().map(|document| document.path.clone()).filter(|path| is_own(path)).collect();
        if paths.is_empty() {
            return;
        }
        let session = root.session.on(self.documents.files(root.session.files()));
        let mut found = Found { check: self, checked };
        session.lint_files(&paths, &Counter::default(), &mut found);
    }
}

/// Gets what is found.
struct Found<'c> {
    check: &'c Check,
    checked: &'c mut Checked,
}

impl Found<'_> {
    fn add(&mut self, sources: &[Source], part: &Report<'_>) {
        let documents = &self.check.documents;
        let uri = |path: &Path| documents.get(path).map(|document| document.uri.clone());
        let places = Places::new(&self.check.client, sources, &uri);
        let own = sources.first().and_then(Source::path);
        for diagnostic in part.diagnostics {
            if let Some((path, shown)) = places.diagnostic(diagnostic, own) {
                self.checked.files.entry(path).or_default().diagnostics.push(shown);
            }
        }
        for finding in part.findings {
            if let Some((path, shown)) = places.finding(finding) {
                let file = self.checked.files.entry(path).or_default();
                file.findings.push((file.diagnostics.len(), finding.clone()));
                file.diagnostics.push(shown);
            }
        }
    }
}

impl Sink for Found<'_> {
    fn file(&mut self, part: &Report<'_>) {
        self.add(part.sources, part);
    }

    fn end(&mut self, _: &End<'_>) {}
}
