//! The outline of a document: `textDocument/documentSymbol`.

use super::handlers::Answer;
use super::position::Encoding;
use super::snapshot::Snapshot;
use crate::navigation::{Entry, EntryKind, outline};
use crate::source::Source;
use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind, Uri,
};

/// The outline of a document: as a tree for clients that show one.
pub(super) fn symbols(snapshot: &Snapshot, params: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
    let Some(document) = snapshot.document(&params.text_document.uri) else { return Ok(None) };
    let entries = outline(&document.source);
    let of = Of { source: &document.source, encoding: snapshot.encoding(), uri: &document.uri };
    Ok(Some(if snapshot.client.symbol_tree {
        DocumentSymbolResponse::Nested(entries.into_iter().map(|entry| of.tree(entry)).collect())
    } else {
        let mut flat = Vec::new();
        entries.into_iter().for_each(|entry| of.add(entry, None, &mut flat));
        DocumentSymbolResponse::Flat(flat)
    }))
}

/// The document of an outline.
struct Of<'s> {
    source: &'s Source,
    encoding: Encoding,
    uri: &'s Uri,
}

impl Of<'_> {
    #[allow(deprecated, reason = "the type has a field that is deprecated")]
    fn tree(&self, entry: Entry) -> DocumentSymbol {
        let inside: Vec<DocumentSymbol> = entry.inside.into_iter().map(|entry| self.tree(entry)).collect();
        DocumentSymbol {
            name: shown(entry.name),
            detail: (!entry.detail.is_empty()).then_some(entry.detail),
            kind: kind(entry.kind),
            tags: None,
            deprecated: None,
            range: self.encoding.range(self.source, entry.span),
            selection_range: self.encoding.range(self.source, entry.key),
            children: (!inside.is_empty()).then_some(inside),
        }
    }

    #[allow(deprecated, reason = "the type has a field that is deprecated")]
    fn add(&self, entry: Entry, container: Option<&str>, flat: &mut Vec<SymbolInformation>) {
        let name = shown(entry.name);
        flat.push(SymbolInformation {
            name: name.clone(),
            kind: kind(entry.kind),
            tags: None,
            deprecated: None,
            location: Location { uri: self.uri.clone(), range: self.encoding.range(self.source, entry.span) },
            container_name: container.map(str::to_owned),
        });
        entry.inside.into_iter().for_each(|inner| self.add(inner, Some(&name), flat));
    }
}

/// The protocol allows no symbol without a name.
fn shown(name: String) -> String {
    if name.trim().is_empty() { "\"\"".to_owned() } else { name }
}

fn kind(kind: EntryKind) -> SymbolKind {
    match kind {
        EntryKind::Section => SymbolKind::NAMESPACE,
        EntryKind::Parameter => SymbolKind::VARIABLE,
        EntryKind::Condition => SymbolKind::BOOLEAN,
        EntryKind::Mapping => SymbolKind::OBJECT,
        EntryKind::Rule => SymbolKind::INTERFACE,
        EntryKind::Resource => SymbolKind::CLASS,
        EntryKind::Event => SymbolKind::EVENT,
        EntryKind::Authorizer => SymbolKind::KEY,
        EntryKind::Output => SymbolKind::PROPERTY,
        EntryKind::Loop => SymbolKind::ARRAY,
        EntryKind::Other => SymbolKind::FUNCTION,
    }
}
