//! The JSON Schemas in `schemas/`, which editors complete and check by. They follow from the types and tables that read the files;
//! `DOCS_UPDATE=1 cargo test --lib schema` writes them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;
use std::path::Path;
use std::{env, fs};

/// Holds a schema of the project to what it should be, or writes it.
pub(crate) fn hold(name: &str, schema: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if fs::read_to_string(&file).is_ok_and(|known| known == text) {
        return;
    }
    assert!(
        env::var_os("DOCS_UPDATE").is_some(),
        "schemas/{name} is out of date; `DOCS_UPDATE=1 cargo test --lib schema` writes it."
    );
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// The address of a schema, by which it is known.
pub(crate) fn address(name: &str) -> String {
    format!("{}/raw/main/schemas/{name}", crate::report::PROJECT_ADDRESS)
}
