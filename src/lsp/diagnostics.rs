//! Findings and diagnostics of a session as diagnostics of the protocol.

use super::capabilities::Client;
use super::documents::Documents;
use super::uri;
use crate::finding::{self, Edit, Finding, Level, Outcome, Related, Severity};
use crate::paths::Base;
use crate::report::rule_address;
use crate::rules::rule::Mark;
use crate::source::{Source, SourceId, Span};
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range, TextEdit, Uri,
};
use rustc_hash::FxHashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The source of all diagnostics.
pub(super) const SOURCE: &str = "hipaalint";

/// Texts that findings point into, and how places in them are counted.
pub(super) struct Places<'a> {
    client: &'a Client,
    base: &'a Base,
    /// Few, so a search from the first one takes no time.
    texts: Vec<Text<'a>>,
}

/// The addresses of rules' pages, each made once.
#[derive(Debug, Default)]
pub(super) struct Pages(Mutex<FxHashMap<Arc<str>, Option<Uri>>>);

impl Pages {
    fn of(&self, rule: &Arc<str>) -> Option<Uri> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pages.get(rule) {
            return known.clone();
        }
        let page = rule_address(rule).parse().ok();
        pages.insert(Arc::clone(rule), page.clone());
        page
    }
}

/// One text.
struct Text<'a> {
    id: SourceId,
    path: PathBuf,
    /// As the client writes it, if the document is open.
    uri: Option<Uri>,
    /// That of the document, if it is open: it has the same lines, and may know already where they start.
    source: &'a Source,
}

impl<'a> Places<'a> {
    /// Of texts that were linted with these open documents.
    pub(super) fn new(client: &'a Client, sources: &'a [Source], base: &'a Base, documents: &'a Documents) -> Self {
        let text = |source: &'a Source| {
            let path = base.normal(source.path()?);
            let open = documents.get(&path);
            // What is hidden in a report has the places of what it hides.
            let same = documents.linted_at(&path);
            let same = same.filter(|document| document.source.text().len() == source.text().len());
            let uri = open.map(|document| document.uri.clone()).or_else(|| uri::of_path(&path));
            let lines = same.map_or(source, |document| &document.source);
            Some(Text { id: source.id, path, uri, source: lines })
        };
        Self { client, base, texts: sources.iter().filter_map(text).collect() }
    }

    /// The file that a span is in, and its range.
    pub(super) fn of(&self, span: Span) -> Option<(&Path, Range)> {
        let text = self.text(span)?;
        Some((&text.path, self.client.encoding.range(text.source, span)))
    }

    fn text(&self, span: Span) -> Option<&Text<'a>> {
        self.texts.iter().find(|text| text.id == span.source)
    }

    fn related(&self, related: &[Related]) -> Option<Vec<DiagnosticRelatedInformation>> {
        if !self.client.related || related.is_empty() {
            return None;
        }
        let place = |related: &Related| {
            let text = self.text(related.span)?;
            let range = self.client.encoding.range(text.source, related.span);
            let location = Location { uri: text.uri.clone()?, range };
            Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
        };
        Some(related.iter().filter_map(place).collect())
    }

    /// The page of a rule, if the client shows it.
    fn page(&self, rule: &Arc<str>) -> Option<CodeDescription> {
        if !self.client.code_description {
            return None;
        }
        self.client.pages.of(rule).map(|href| CodeDescription { href })
    }

    /// A finding, with the file that it is in.
    pub(super) fn finding(&self, finding: &Finding, mark: Option<Mark>) -> Option<(&Path, Diagnostic)> {
        let (path, range) = self.of(finding.span)?;
        let severity = match (finding.outcome, finding.level) {
            (Outcome::Fail, Level::Error) => DiagnosticSeverity::ERROR,
            (Outcome::Fail, Level::Warning) => DiagnosticSeverity::WARNING,
            (Outcome::Fail, Level::Note) => DiagnosticSeverity::INFORMATION,
            (Outcome::Undecided | Outcome::Pass, _) => DiagnosticSeverity::HINT,
        };
        let diagnostic = Diagnostic {
            range,
            severity: Some(severity),
            code: Some(NumberOrString::String(finding.rule.to_string())),
            code_description: self.page(&finding.rule),
            source: Some(SOURCE.to_owned()),
            message: finding.full_message(),
            related_information: self.related(&finding.related),
            tags: mark.filter(|_| self.client.tags && finding.outcome == Outcome::Fail).map(|mark| vec![tag(mark)]),
            data: None,
        };
        Some((path, diagnostic))
    }

    /// The edits that fix a finding, with the files that they are in. None if one of them is nowhere.
    pub(super) fn edits(&self, finding: &Finding) -> Vec<(PathBuf, TextEdit)> {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let made = |edit: &Edit| {
            let (path, range) = self.of(edit.span)?;
            Some((path.to_owned(), TextEdit { range, new_text: edit.text.clone() }))
        };
        edits.map(made).collect::<Option<Vec<_>>>().unwrap_or_default()
    }

    /// What is wrong about a file itself. `path` is the file that was linted.
    pub(super) fn diagnostic(
        &self,
        diagnostic: &finding::Diagnostic,
        path: Option<&Path>,
    ) -> Option<(PathBuf, Diagnostic)> {
        let start = Range { start: Position::new(0, 0), end: Position::new(0, 0) };
        let place = diagnostic.span.and_then(|span| self.of(span)).map(|(path, range)| (path.to_owned(), range));
        let named = || (!diagnostic.file.is_empty()).then(|| self.base.normal(Path::new(&diagnostic.file)));
        let (path, range) = match place {
            Some(place) => place,
            None => (path.map(PathBuf::from).or_else(named)?, start),
        };
        let severity = match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        };
        let shown = Diagnostic {
            range,
            severity: Some(severity),
            code: Some(NumberOrString::String(diagnostic.code.name().to_owned())),
            code_description: None,
            source: Some(SOURCE.to_owned()),
            message: diagnostic.full_message(),
            related_information: self.related(&diagnostic.related),
            tags: None,
            data: None,
        };
        Some((path, shown))
    }
}

fn tag(mark: Mark) -> DiagnosticTag {
    match mark {
        Mark::Unnecessary => DiagnosticTag::UNNECESSARY,
        Mark::Deprecated => DiagnosticTag::DEPRECATED,
    }
}

/// An id of diagnostics: the same ones have the same id.
pub(super) fn id_of<'d>(diagnostics: impl Iterator<Item = &'d Diagnostic>) -> String {
    let mut hasher = DefaultHasher::new();
    // Diagnostics are plain data, so they can be written.
    diagnostics.for_each(|diagnostic| serde_json::to_string(diagnostic).unwrap_or_default().hash(&mut hasher));
    format!("{:016x}", hasher.finish())
}
