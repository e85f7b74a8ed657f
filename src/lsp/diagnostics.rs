//! Findings and diagnostics of a session as diagnostics of the protocol.

use super::capabilities::Client;
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
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The source of all diagnostics.
pub(super) const SOURCE: &str = "hipaalint";

/// Texts that findings point into, and how places in them are counted.
pub(super) struct Places<'a> {
    client: &'a Client,
    sources: HashMap<SourceId, &'a Source>,
    base: &'a Base,
    /// The addresses of open documents, as the client writes them.
    uri: &'a dyn Fn(&Path) -> Option<Uri>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        client: &'a Client,
        sources: &'a [Source],
        base: &'a Base,
        uri: &'a dyn Fn(&Path) -> Option<Uri>,
    ) -> Self {
        Self { client, sources: sources.iter().map(|source| (source.id, source)).collect(), base, uri }
    }

    /// The file that a span is in, and its range.
    pub(super) fn of(&self, span: Span) -> Option<(PathBuf, Range)> {
        let source = self.sources.get(&span.source)?;
        Some((self.base.normal(source.path()?), self.client.encoding.range(source, span)))
    }

    fn related(&self, related: &[Related]) -> Option<Vec<DiagnosticRelatedInformation>> {
        if !self.client.related || related.is_empty() {
            return None;
        }
        let place = |related: &Related| {
            let (path, range) = self.of(related.span)?;
            let uri = (self.uri)(&path).or_else(|| uri::of_path(&path))?;
            let location = Location { uri, range };
            Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
        };
        Some(related.iter().filter_map(place).collect())
    }

    /// A finding, with the file that it is in.
    pub(super) fn finding(&self, finding: &Finding, mark: Option<Mark>) -> Option<(PathBuf, Diagnostic)> {
        let (path, range) = self.of(finding.span)?;
        let severity = match (finding.outcome, finding.level) {
            (Outcome::Fail, Level::Error) => DiagnosticSeverity::ERROR,
            (Outcome::Fail, Level::Warning) => DiagnosticSeverity::WARNING,
            (Outcome::Fail, Level::Note) => DiagnosticSeverity::INFORMATION,
            (Outcome::Undecided | Outcome::Pass, _) => DiagnosticSeverity::HINT,
        };
        let description = rule_address(&finding.rule).parse().ok().map(|href| CodeDescription { href });
        let diagnostic = Diagnostic {
            range,
            severity: Some(severity),
            code: Some(NumberOrString::String(finding.rule.to_string())),
            code_description: description.filter(|_| self.client.code_description),
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
            Some((path, TextEdit { range, new_text: edit.text.clone() }))
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
        let place = diagnostic.span.and_then(|span| self.of(span));
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
pub(super) fn id_of(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    // Diagnostics are plain data, so they can be written.
    serde_json::to_string(diagnostics).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
