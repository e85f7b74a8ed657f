//! What the library answers about a template: reading, evaluation, expansion, the language of rules, and whole templates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod again;
mod cases;
mod choices;
mod corpus;
mod edit_properties;
mod edits;
mod eval;
mod eval_properties;
mod evaluated;
mod evidence;
mod exceptions;
mod expand;
mod fixes;
#[path = "../fuzzed/mod.rs"]
mod fuzzed;
mod growth;
mod hover;
mod language;
mod navigation;
mod replays;
mod secrets;
mod serverless;
mod serverless_apis;
mod session;
#[path = "../skipped/mod.rs"]
mod skipped;
mod spelling;
mod syntax;
mod translator;
mod twins;

/// How many inputs a property is tried on: `PROPTEST_CASES`, or what takes a second or two.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}
