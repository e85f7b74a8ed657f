//! The embedded rules, each with what was made of it.

use super::meta::RuleMeta;
use super::pack::{Head, heads};
use super::rule::Rule;
use super::target::Targets;
use std::sync::{Arc, OnceLock};

/// What is made of an embedded rule on demand, once for all sets of rules.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) id: OnceLock<Arc<str>>,
    pub(super) meta: OnceLock<Box<RuleMeta>>,
    pub(super) targets: OnceLock<Box<Targets>>,
    pub(super) rule: OnceLock<Result<Box<Rule>, String>>,
}

/// The heads of all embedded rules, sorted by id, with what was made of each.
pub(super) fn embedded() -> impl Iterator<Item = (&'static Head, &'static Made)> {
    static MADE: OnceLock<Vec<Made>> = OnceLock::new();
    heads().iter().zip(MADE.get_or_init(|| heads().iter().map(|_| Made::default()).collect()))
}
