//! What runs rules: decides what they ask of a template, and where.
pub mod analysis;
pub mod checker;
pub(super) mod origin;
pub mod schedule;
