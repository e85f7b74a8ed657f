//! The project itself: its layers, its words, its documents and its tables of facts are as they should be.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod editor_schemas;
mod editors;
mod facts;
mod layers;
mod packages;
mod readme;
mod rule_docs;
#[path = "../skipped/mod.rs"]
mod skipped;
mod words;
mod workflows;
