//! The language server as editors use it: every message of the protocol, in process and through the binary.
#![cfg(feature = "lsp")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod actions;
mod client;
mod diagnostics;
mod encodings;
mod lifecycle;
mod navigation;
mod nested;
mod pulled;
mod random;
mod settings;
mod stdio;
