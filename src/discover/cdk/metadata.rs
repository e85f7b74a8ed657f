//! The metadata of a stack's constructs in a cloud assembly: `STACK.metadata.json`, which the manifest names as
//! `additionalMetadataFile`, or `metadata` in the manifest itself before version 50.
//!
//! Sources: `aws-cdk-lib` 2.276.0, assemblies that it writes (schema 55.0.0), and `cloud-assembly-schema`, read in November 2026.

use super::{broken, is_inner};
use crate::constructs::{Acknowledgement, Construct, StackConstructs};
use crate::files::{Files, MAX_NAMED, Reach, why};
use crate::finding::{Diagnostic, Origin};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What is said about each construct, by its path.
pub(super) type Metadata = BTreeMap<String, Vec<Entry>>;

/// One thing that is said about a construct.
#[derive(Deserialize)]
pub(super) struct Entry {
    r#type: String,
    #[serde(default)]
    data: Value,
    /// The calls that led to it.
    #[serde(default)]
    trace: Value,
}

#[derive(Deserialize)]
struct Assets {
    #[serde(default)]
    files: BTreeMap<String, Asset>,
}

#[derive(Deserialize)]
struct Asset {
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    path: Option<String>,
}

/// Reads a file of JSON in an assembly; none if there is none. Adds a problem if it cannot be read or is not what it should be.
fn json<T: for<'d> Deserialize<'d>>(
    folder: &Path,
    name: &str,
    (files, problems): (&Files, &mut Vec<Diagnostic>),
) -> Option<T> {
    if !is_inner(name) {
        return None;
    }
    let path = folder.join(name);
    let read = match Reach::of_project(folder, files).read(&path, MAX_NAMED, files) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => Err(why(&error)),
    };
    read.map_err(|reason| problems.push(broken(&path, &reason, files))).ok()
}

/// What the metadata of a stack and the manifests of its assets tell.
pub(super) fn read(
    folder: &Path,
    file: Option<&str>,
    inline: Metadata,
    assets: &[&str],
    (files, problems): (&Files, &mut Vec<Diagnostic>),
) -> StackConstructs {
    let mut metadata = inline;
    metadata.extend(file.and_then(|file| json::<Metadata>(folder, file, (files, &mut *problems))).unwrap_or_default());
    let mut places = Places { sources: files, known: BTreeMap::new() };
    let mut found = StackConstructs::default();
    // Where templates begin in the tree of constructs.
    let templates: BTreeMap<&str, Arc<str>> = metadata
        .iter()
        .filter_map(|(path, entries)| Some((trimmed(path), Arc::from(text(entries, "aws:cdk:templateFile")?))))
        .collect();
    found.templates = templates.iter().map(|(path, name)| (name.to_string(), (*path).to_owned())).collect();
    for (path, entries) in &metadata {
        let path = trimmed(path);
        let origin = || entries.iter().filter(|entry| entry.r#type == "aws:cdk:creationStack").map(|entry| &entry.data);
        let of_id = || entries.iter().filter(|entry| entry.r#type == "aws:cdk:logicalId").map(|entry| &entry.trace);
        if let Some(logical_id) = text(entries, "aws:cdk:logicalId") {
            let construct = Construct {
                path: path.to_owned(),
                template: template_of(path, &templates),
                origin: origin().chain(of_id()).find_map(|calls| places.of(calls)),
            };
            found.by_name.entry(logical_id.to_owned()).or_default().push(construct);
        }
    }
    found.acknowledged = acknowledged(&metadata, &mut places);
    for manifest in assets {
        let assets =
            json::<Assets>(folder, manifest, (files, &mut *problems)).map(|assets| assets.files).unwrap_or_default();
        let named = assets.into_iter().filter_map(|(hash, asset)| Some((hash, asset.source.path?)));
        found.assets.extend(named.filter(|(_, path)| is_inner(path)));
    }
    found
}

/// What is acknowledged above stacks, from a file that a person or a program names.
///
/// # Errors
/// Those of reading it, and an error of kind `InvalidData` if it is not metadata.
pub(in crate::discover) fn acknowledgements(path: &Path, files: &Files) -> io::Result<Vec<Acknowledgement>> {
    let text = Reach::Anywhere.read(path, MAX_NAMED, files)?;
    let metadata = serde_json::from_slice(&text).map_err(io::Error::other)?;
    Ok(acknowledged(&metadata, &mut Places { sources: files, known: BTreeMap::new() }))
}

/// The rules that a program acknowledges, in the order of paths and rules.
fn acknowledged(metadata: &Metadata, places: &mut Places<'_>) -> Vec<Acknowledgement> {
    let mut found = Vec::new();
    for (path, entries) in metadata {
        for entry in entries.iter().filter(|entry| entry.r#type == "aws:cdk:acknowledged-rules") {
            let origin = places.of(&entry.trace);
            let rules = entry.data.as_object().into_iter().flatten();
            found.extend(rules.map(|(rule, reason)| Acknowledgement {
                path: trimmed(path).to_owned(),
                rule: rule.clone(),
                reason: reason.as_str().unwrap_or_default().to_owned(),
                origin: origin.clone(),
            }));
        }
    }
    found.sort_by(Acknowledgement::in_order);
    found
}

/// The template that a construct is in: that of the nearest stack around it.
fn template_of(path: &str, templates: &BTreeMap<&str, Arc<str>>) -> Option<Arc<str>> {
    let mut outer = Some(path);
    while let Some(path) = outer {
        if let Some(template) = templates.get(path) {
            return Some(Arc::clone(template));
        }
        outer = path.rsplit_once('/').map(|(outer, _)| outer);
    }
    None
}

/// A path without the slash before it.
fn trimmed(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

fn text<'e>(entries: &'e [Entry], kind: &str) -> Option<&'e str> {
    entries.iter().filter(|entry| entry.r#type == kind).find_map(|entry| entry.data.as_str())
}

/// The places in a program, each file looked up once.
struct Places<'f> {
    sources: &'f Files,
    /// The names that reports show, and whether the file is in the current folder.
    known: BTreeMap<String, (String, bool)>,
}

impl Places<'_> {
    /// The first place of the program itself among calls.
    fn of(&mut self, calls: &Value) -> Option<Arc<Origin>> {
        let calls = calls.as_array()?.iter().filter_map(Value::as_str);
        let (file, line, column) = calls.filter_map(place).find(|(file, ..)| is_of_program(file))?;
        let sources = self.sources;
        let (file, is_here) = self.known.entry(file.to_owned()).or_insert_with(|| looked_up(file, sources)).clone();
        Some(Arc::new(Origin { file, line, column, is_here }))
    }
}

/// Whether a file is not part of a package or of the runtime.
fn is_of_program(file: &str) -> bool {
    !file.starts_with("node:") && !file.split(['/', '\\']).any(|step| step == "node_modules" || step == "site-packages")
}

/// The name of a file that reports show, and whether it is in the current folder.
fn looked_up(file: &str, files: &Files) -> (String, bool) {
    let found = files.real(Path::new(file)).ok().filter(|path| files.has_file(path));
    match found.as_deref().and_then(|path| files.base().strip(path)) {
        Some(inside) => (files.name(inside), true),
        None => (file.to_owned(), false),
    }
}

/// The file, the line and the column of a call: `new Records (/srv/app.ts:9:15)`, or without a name and parentheses.
fn place(call: &str) -> Option<(&str, usize, usize)> {
    let place = match call.trim().strip_suffix(')') {
        Some(call) => call.rsplit_once('(')?.1,
        None => call.trim().trim_start_matches("at "),
    };
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    let file = file.strip_prefix("file://").unwrap_or(file);
    (!file.is_empty()).then_some((file, number(line)?, number(column)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn calls_have_places() {
        for (call, found) in [
            ("new Records (/srv/app/lib/app.ts:9:15)", Some(("/srv/app/lib/app.ts", 9, 15))),
            ("<anonymous> (C:\\app\\app.ts:12:3)", Some(("C:\\app\\app.ts", 12, 3))),
            ("    at new Records (/srv/my app.js:8:24)", Some(("/srv/my app.js", 8, 24))),
            ("at /srv/app.js:8:24", Some(("/srv/app.js", 8, 24))),
            ("Object.<anonymous> (file:///srv/app.mjs:8:24)", Some(("/srv/app.mjs", 8, 24))),
            ("...node internals...", None),
            ("(no user code in 10 frames, use --stack-trace-limit to capture more)", None),
            ("new App (/srv/app.js:0:1)", None),
            ("", None),
        ] {
            assert_eq!(place(call), found, "{call}");
        }
        assert!(!is_of_program("/srv/node_modules/aws-cdk-lib/index.js") && !is_of_program("node:internal/main"));
    }

    #[test]
    fn constructs_are_in_the_nearest_template() {
        let templates = BTreeMap::from([("App", Arc::from("App.json")), ("App/Nest", Arc::from("Nest.json"))]);
        let of = |path| template_of(path, &templates);
        assert_eq!(of("App/Nest/Records/Resource").as_deref(), Some("Nest.json"));
        assert_eq!(of("App/Nest.NestedStack/Resource").as_deref(), Some("App.json"));
        assert_eq!(of("Other/Records"), None);
    }
}
