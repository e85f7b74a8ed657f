//! A few words above resources: `textDocument/codeLens`, if the setting `hipaalint.codeLens` is on.

use super::handlers::Answer;
use super::snapshot::Snapshot;
use crate::discover::{Candidate, Input};
use crate::hover::lenses;
use crate::paths::folder_of;
use crate::project::load_beside;
use lsp_types::{CodeLens, CodeLensParams, Command};

/// What the resources of a document are to each other.
pub(super) fn code_lenses(snapshot: &Snapshot, params: CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
    let Some(document) = snapshot.document(&params.text_document.uri) else { return Ok(None) };
    if !snapshot.roots.of(&document.path).settings.code_lens {
        return Ok(Some(Vec::new()));
    }
    let session = snapshot.session(&document.path);
    let files = session.files();
    let settings = session.settings_of(folder_of(&document.path));
    let candidate = Candidate::new(files.name(&document.path), Input::File(document.path.clone()));
    let load = |location: &str| load_beside(&candidate, location, files);
    let found = lenses(&document.source, &load, settings.linter.inputs());
    // Nothing happens on a click, and clients show only lenses that have a command.
    let lens = |lens: crate::hover::Lens| CodeLens {
        range: snapshot.encoding().range(&document.source, lens.span),
        command: Some(Command { title: lens.text, command: String::new(), arguments: None }),
        data: None,
    };
    Ok(Some(found.into_iter().map(lens).collect()))
}
