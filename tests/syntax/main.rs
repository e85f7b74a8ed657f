//! Located parsing, tried as the parts above it use it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod both;
mod corpus;
mod errors;
mod hostile;
mod json;
mod mutation;
mod readers;
#[path = "../skipped/mod.rs"]
mod skipped;
mod support;
mod yaml;
