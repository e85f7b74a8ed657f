//! What runs rules: decides what they ask of a template, and where.
mod alike;
mod analysis;
pub mod checker;
mod elements;
pub mod evidence;
mod json;
mod judge;
pub mod location;
mod origin;
mod paths;
mod predicate;
mod schedule;
mod select;
mod version;
mod walk;
