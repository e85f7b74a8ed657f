//! The rule pack holds what it says: its heads are complete, its examples come out as marked, its mends mend, none of its
//! assertions is idle, and the properties that it asks for and the names in other tools exist.
//!
//! `RULE=part-of-an-id cargo test --test rules` tries some rules only. With `RULES_DIR=rules`, the built test reads the rules
//! from that folder, so that a rule is tried as it is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod aliases;
mod examples;
mod files;
mod inventory;
mod judgments;
mod mutations;
mod pack;
mod patches;
mod paths;
#[path = "../schemas/mod.rs"]
mod schemas;
#[path = "../tree/mod.rs"]
mod tree;
