//! The binary as a user would try it: every option, every bad input, what people see and how the process ends.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bad_input;
mod baseline;
mod catalogue;
mod changed;
mod comfort;
mod configuration;
mod counting;
mod discovery;
mod evaluate;
mod evidence;
mod exceptions;
mod expansion;
mod fix;
mod fix_together;
mod formats;
mod gaps;
mod governing;
mod graph;
mod graph_parts;
mod hostile_files;
mod missing;
mod no_secret_shown;
mod not_templates;
mod options;
mod pages;
mod parameters;
mod records;
mod report;
mod samconfig;
mod severity;
mod since;
#[path = "../skipped/mod.rs"]
mod skipped;
mod skipping;
mod stacks;
mod streams;
mod support;
mod terminal;
mod testing;
mod watch;
