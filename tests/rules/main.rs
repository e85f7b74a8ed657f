//! The rule pack holds what it says: its heads are complete, its examples come out as marked, its patches fix what fails, none of
//! its assertions is idle, and what it names exists. What a rule of anyone must hold is in the library (`trial`, `rules::vetting`),
//! and `hipaalint test` holds users' rules to it. What only the pack must hold is here.
//!
//! `RULE=part-of-an-id cargo test --test rules` tries some rules only. With `RULES_DIR=rules`, the built test reads the rules
//! from that folder, so that a rule is tried as it is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod aliases;
mod eligible;
mod files;
mod fixes;
mod inventory;
mod judgments;
mod names;
mod pack;
mod policy_types;
mod remediation;
mod trials;
