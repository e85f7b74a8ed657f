//! The files that a template includes: read by who calls the linter, parsed here.

use super::redaction;
use crate::code::Code;
use crate::expand::Macros;
use crate::expand::includes::{Included, locations};
use crate::finding::{Diagnostic, Related};
use crate::graph::secrets::Written;
use crate::source::{Source, SourceId, Span};
use crate::syntax::{self, Document, Node, Repeated, SyntaxError, SyntaxNote};
use std::path::PathBuf;

/// Reads a local file that a template includes: its location in, relative to the template; out its text, or why there is
/// none, in words that follow "… is not included: ". The linter itself opens no file.
pub type Loader<'l> = dyn Fn(&str) -> Result<Loaded, String> + 'l;

/// The text of an included file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The name that reports show.
    pub name: String,
    /// The file, if it is one.
    pub path: Option<PathBuf>,
    /// The whole text.
    pub text: String,
}

/// The texts at a template's locations.
pub(super) struct Texts(Vec<(String, Result<Source, String>)>);

/// Has the files read that a template includes.
pub(super) fn texts(root: &Node<'_>, macros: Macros, own: SourceId, load: &Loader<'_>) -> Texts {
    if !macros.are_called() {
        return Texts(Vec::new());
    }
    let ids = (1..).map(|number| SourceId(own.0.saturating_add(number)));
    let texts = locations(root).into_iter().zip(ids).map(|(location, id)| {
        let source = load(&location).map(|Loaded { name, path, text }| Source::new(id, name, text).in_file(path));
        (location, source)
    });
    Texts(texts.collect())
}

impl Texts {
    /// Whether the template includes nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        self.0.iter().filter_map(|(_, source)| source.as_ref().ok())
    }

    /// The name of the included file that a span is in; none for the template itself.
    pub(super) fn name(&self, span: Span) -> Option<&str> {
        self.sources().find(|source| source.id == span.source).map(|source| source.name.as_str())
    }

    /// The text of the included file that a span is in.
    pub(super) fn text(&self, span: Span) -> Option<&str> {
        self.sources().find(|source| source.id == span.source).map(Source::text)
    }

    /// The files that could be read.
    pub(super) fn into_sources(self) -> Vec<Source> {
        self.0.into_iter().filter_map(|(_, source)| source.ok()).collect()
    }
}

/// The trees of included files.
pub(super) struct Files<'t>(Vec<(&'t str, Result<Document<'t>, String>)>);

impl<'t> Files<'t> {
    /// Parses the texts; what cannot be parsed is a diagnostic of the included file.
    pub(super) fn parse(texts: &'t Texts, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let parsed = texts.0.iter().map(|(location, source)| {
            let document = source.as_ref().map_err(Clone::clone).and_then(|source| {
                let document = syntax::read(source.text(), source.id).map_err(|error| {
                    diagnostics.push(unreadable(source, error));
                    "it cannot be parsed".to_owned()
                })?;
                let is_clear = report_repeated(source, &document, diagnostics);
                if is_clear { Ok(document) } else { Err("it repeats a key".to_owned()) }
            });
            (location.as_str(), document)
        });
        Self(parsed.collect())
    }

    /// The trees, by location.
    pub(super) fn included(&'t self) -> Vec<Included<'t>> {
        let included = self.0.iter().map(|(location, document)| Included {
            location: (*location).to_owned(),
            root: document.as_ref().map(|document| &document.root).map_err(Clone::clone),
        });
        included.collect()
    }

    /// What looks like a secret in files that cannot be parsed, or that repeat a key: its earlier entries are not in the tree.
    pub(super) fn unread(&self, texts: &Texts) -> Vec<Written> {
        let broken = self
            .0
            .iter()
            .zip(&texts.0)
            .filter(|((_, document), _)| document.as_ref().map_or(true, |document| !document.repeated.is_empty()));
        let sources = broken.filter_map(|(_, (_, source))| source.as_ref().ok());
        sources.flat_map(redaction::unread).collect()
    }

    /// The trees that could be read.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Document<'t>> {
        self.0.iter().filter_map(|(_, document)| document.as_ref().ok())
    }

    /// What is surprising about their texts.
    pub(super) fn notes(&self) -> impl Iterator<Item = &SyntaxNote> {
        self.documents().flat_map(|document| &document.notes)
    }
}

/// Adds an error for each key that occurs more than once in its map. Returns whether the document can be judged all the same: not if
/// the root repeats one. See ARCHITECTURE.md, "Repeated keys".
pub(super) fn report_repeated(source: &Source, document: &Document<'_>, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let mut is_clear = true;
    for Repeated { error, in_root } in &document.repeated {
        is_clear &= !*in_root;
        let help = if *in_root {
            "Rename one of the keys, or remove one of the sections. CloudFormation does not define which one it uses."
        } else {
            "Rename one of the keys, or remove one of the entries. CloudFormation uses the last one, and so do the checks."
        };
        let mut diagnostic = unreadable(source, SyntaxError { help: help.to_owned(), ..error.clone() });
        diagnostic.code = Code::RepeatedKey;
        diagnostics.push(diagnostic);
    }
    is_clear
}

/// The diagnostic of a text that cannot be parsed.
pub(super) fn unreadable(source: &Source, error: SyntaxError) -> Diagnostic {
    Diagnostic::error(Code::SyntaxError, error.message)
        .in_file(source.name.as_str())
        .at(error.span)
        .with_help(error.help)
        .with_related(error.related.into_iter().map(|(span, message)| Related { span, message }).collect())
}
