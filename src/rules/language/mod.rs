//! The language of rules: what a rule can say, how rules are read, and whether what one says can be meant. Decides nothing about a
//! template.
pub mod assertion;
pub(super) mod entries;
pub mod evidence;
pub mod fix;
pub mod frameworks;
pub mod load;
pub mod meta;
pub mod named;
pub mod operand;
pub mod pack;
mod packed;
pub mod path;
pub mod predicate;
mod read_error;
pub mod rule;
#[cfg(test)]
mod schema;
pub mod version;
pub mod vetting;
