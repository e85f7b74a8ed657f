//! What a report must not take the place of.

use crate::discover::has_resources;
use crate::files::MAX_NAMED;
use crate::source::SourceId;
use crate::syntax;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The root of JSON, of which a tree is not made: an old report is as large as a run is.
#[derive(Deserialize)]
struct Root {
    #[serde(rename = "Resources")]
    resources: Option<IgnoredAny>,
}

/// Whether bytes are a template, in whatever spelling and encoding.
pub fn is_template(bytes: &[u8]) -> bool {
    // Of other encodings than UTF-8, what is ASCII.
    let plain: Vec<u8> =
        if bytes.contains(&0) { bytes.iter().copied().filter(|byte| *byte != 0).collect() } else { Vec::new() };
    let text = String::from_utf8_lossy(if plain.is_empty() { bytes } else { &plain });
    let text = text.trim_start_matches(['\u{feff}', char::REPLACEMENT_CHARACTER]);
    if has_resources(text) {
        return true;
    }
    let may_be = text.contains("esources") || text.contains("\\u00");
    if !may_be {
        return false;
    }
    if let Ok(root) = serde_json::from_str::<Root>(text) {
        return root.resources.is_some();
    }
    text.len() as u64 <= MAX_NAMED
        && syntax::read(text, SourceId(0)).is_ok_and(|document| document.root.get("Resources").is_some())
}
