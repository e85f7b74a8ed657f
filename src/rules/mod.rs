//! Rules as data: the language they are written in, how they are loaded, and the checker that runs them.
//!
//! Nothing here names one particular rule.
pub mod analysis;
pub mod assertion;
pub mod checker;
mod entries;
pub mod evidence;
pub mod frameworks;
pub mod load;
pub mod meta;
pub mod named;
pub mod operand;
mod origin;
pub mod pack;
mod packed;
pub mod path;
pub mod predicate;
mod read_error;
pub mod rule;
pub mod schedule;
#[cfg(test)]
mod schema;
pub mod version;
pub mod vetting;
