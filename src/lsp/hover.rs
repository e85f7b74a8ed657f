//! What there is to say about a place: `textDocument/hover`.

use super::handlers::Answer;
use super::names::Asked;
use super::snapshot::Snapshot;
use crate::discover::{Candidate, Input};
use crate::evaluated::At;
use crate::hover::{Page, add_findings, add_names, add_values, findings_at};
use crate::paths::folder_of;
use crate::project::load_beside;
use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use std::path::PathBuf;

/// What there is to say about a place: the findings, the value, what the name names, and the meaning of the policy statement.
pub(super) fn hover(snapshot: &Snapshot, params: HoverParams) -> Answer<Option<Hover>> {
    let Some(asked) = Asked::of(snapshot, &params.text_document_position_params) else { return Ok(None) };
    let Asked { path, source, offset } = &asked;
    let session = snapshot.session(path);
    let files = session.files();
    let settings = session.settings_of(folder_of(path));
    let mut page = Page::default();
    let fresh = snapshot.document(&params.text_document_position_params.text_document.uri);
    if fresh.is_some_and(|document| snapshot.is_fresh(document))
        && let Some(found) = snapshot.found(path)
    {
        let findings = findings_at(found.findings().map(|shown| shown.finding), *offset);
        add_findings(&mut page, &findings, settings.linter.rules());
    }
    // The other open templates may be parents.
    let others: Vec<PathBuf> =
        snapshot.documents.iter().map(|document| document.path.clone()).filter(|other| other != path).collect();
    let at = At::Offset(u32::try_from(*offset).unwrap_or(u32::MAX));
    if let Ok(deployed) = session.evaluate_open(path, source.text(), &others, at) {
        add_values(&mut page, deployed.iter().map(|one| (one.parents.as_slice(), &one.evaluation)));
    }
    let candidate = Candidate::new(files.name(path), Input::File(path.clone()));
    asked.project(snapshot, |project| {
        let names = project.names_at(path, *offset);
        let load = |location: &str| load_beside(&candidate, location, files);
        add_names(&mut page, source, &load, settings.linter.inputs(), *offset, names.first());
    });
    if page.is_empty() {
        return Ok(None);
    }
    let contents = match snapshot.client.markdown_hover {
        true => MarkupContent { kind: MarkupKind::Markdown, value: page.markdown() },
        false => MarkupContent { kind: MarkupKind::PlainText, value: page.plain() },
    };
    let range = page.span.map(|span| snapshot.encoding().range(source, span));
    Ok(Some(Hover { contents: HoverContents::Markup(contents), range }))
}
