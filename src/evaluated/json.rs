//! JSON, for programs: each value with its alternatives, its place and where it comes from.
//!
//! The shape, stable within one `schema` number (fields may be added, none changes or goes):
//!
//! ```text
//! { schema: 1, tool: { name, version }, file, path: text?, deployments: [{ parents: [text], notes: [text],
//!   parts: [PART] }] }
//! PART: { section: "Parameters" | "Conditions" | "Resources" | "Outputs", name, type: text?, made: text?, value: VALUE }
//! VALUE: { path, file, start, end, note: text?, alternatives: [ALTERNATIVE] }
//! ALTERNATIVE: { when: text?, content: CONTENT?, from: [FROM] }
//! CONTENT: { kind: "value", value: null, boolean, number or text, decoded?: CONTENT }
//!        | { kind: "text", text, parts: [{ text } | { unknown, reason } | { secret }], decoded?: CONTENT }
//!        | { kind: "list", items: [VALUE] }
//!        | { kind: "map", entries: [{ key, value: VALUE }] }
//! FROM: { kind: "condition" | "parameter" | "pseudo-parameter" | "mapping" | "resource" | "import" | "dynamic-reference",
//!         name, detail, file?, start?, end? }
//! start, end: { line, column, offset }
//! ```
//!
//! Lines and columns count from 1, columns in characters, offsets in bytes; `end` is exclusive. What is marked with `?` is null where
//! there is no value, never absent, apart from `decoded`, which only the results of `Fn::Base64` have. An alternative without `content` is a value that the deployed template does not have.

use super::{Alternative, Content, Evaluation, Field, From, Part, Piece, Value};
use crate::source::{Source, Span};
use serde_json::{Map, Value as Json, json};
use std::io::{self, Write};

/// The number of the shape.
const SCHEMA: u32 = 1;

/// The document for one template: each of its deployments with the stacks that deploy it so. `path` is what was asked for.
///
/// # Errors
/// Those of the writer.
pub fn write<'e>(
    out: &mut dyn Write,
    file: &str,
    path: Option<&str>,
    deployments: impl IntoIterator<Item = (&'e [String], &'e Evaluation)>,
) -> io::Result<()> {
    let deployments = deployments.into_iter().map(|(parents, evaluation)| {
        let places = Places { sources: &evaluation.opening.sources };
        let parts: Vec<Json> = evaluation.parts.iter().map(|part| places.part(part)).collect();
        json!({ "parents": parents, "notes": evaluation.notes, "parts": parts })
    });
    let document = json!({
        "schema": SCHEMA,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "file": file,
        "path": path,
        "deployments": deployments.collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Lines and columns.
struct Places<'e> {
    sources: &'e [Source],
}

impl Places<'_> {
    fn part(&self, part: &Part) -> Json {
        let kind = Some(part.kind.as_str()).filter(|kind| !kind.is_empty());
        json!({
            "section": part.section,
            "name": part.block,
            "type": kind,
            "made": part.made,
            "value": self.value(&part.value),
        })
    }

    fn value(&self, value: &Value) -> Json {
        let Value { path, span, alternatives, note } = value;
        let mut fields = Map::new();
        fields.insert("path".to_owned(), path.as_str().into());
        self.place(*span, &mut fields);
        fields.insert("note".to_owned(), note.as_deref().into());
        let alternatives: Vec<Json> = alternatives.iter().map(|one| self.alternative(one)).collect();
        fields.insert("alternatives".to_owned(), alternatives.into());
        Json::Object(fields)
    }

    fn alternative(&self, alternative: &Alternative) -> Json {
        let Alternative { when, content, from } = alternative;
        json!({
            "when": when,
            "content": content.as_ref().map(|content| self.content(content)),
            "from": from.iter().map(|one| self.from(one)).collect::<Vec<_>>(),
        })
    }

    fn content(&self, content: &Content) -> Json {
        let known = |value: Json| json!({ "kind": "value", "value": value });
        match content {
            Content::Null => known(Json::Null),
            Content::Bool(value) => known((*value).into()),
            Content::Number(text) => known(serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())),
            Content::Text(text) => known(text.as_str().into()),
            Content::Parts(pieces) => json!({
                "kind": "text",
                "text": content.display(),
                "parts": pieces.iter().map(piece).collect::<Vec<_>>(),
            }),
            Content::Base64 { decoded, encoded } => {
                let mut content = self.content(encoded);
                if let Some(fields) = content.as_object_mut() {
                    fields.insert("decoded".to_owned(), self.content(decoded));
                }
                content
            }
            Content::List(items) => json!({
                "kind": "list",
                "items": items.iter().map(|item| self.value(item)).collect::<Vec<_>>(),
            }),
            Content::Map(fields) => {
                let entry = |field: &Field| json!({ "key": field.key, "value": self.value(&field.value) });
                json!({ "kind": "map", "entries": fields.iter().map(entry).collect::<Vec<_>>() })
            }
        }
    }

    fn from(&self, from: &From) -> Json {
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), from.kind.name().into());
        fields.insert("name".to_owned(), from.name.as_str().into());
        fields.insert("detail".to_owned(), from.detail.as_str().into());
        match from.span {
            Some(span) => self.place(span, &mut fields),
            None => ["file", "start", "end"].into_iter().for_each(|key| {
                fields.insert(key.to_owned(), Json::Null);
            }),
        }
        Json::Object(fields)
    }

    fn place(&self, span: Span, fields: &mut Map<String, Json>) {
        let source = self.sources.iter().find(|source| source.id == span.source);
        let position = |offset: u32| {
            source.map(|source| {
                let position = source.position(offset);
                json!({ "line": position.line, "column": position.column, "offset": offset })
            })
        };
        fields.insert("file".to_owned(), source.map(|source| source.name.as_str()).into());
        fields.insert("start".to_owned(), position(span.start).into());
        fields.insert("end".to_owned(), position(span.end).into());
    }
}

fn piece(piece: &Piece) -> Json {
    match piece {
        Piece::Known(text) => json!({ "text": text }),
        Piece::Unknown { name, reason } => json!({ "unknown": name, "reason": reason }),
        Piece::Secret(shown) => json!({ "secret": shown }),
    }
}
