//! The language of rules: what a rule can say, how rules are read, and whether what one says can be meant. Decides nothing about a
//! template.
pub mod analysis;
pub mod assertion;
mod embedded;
mod entries;
pub mod evidence;
pub mod fix;
pub mod frameworks;
mod id;
mod lists;
pub mod load;
pub mod meta;
mod name_hash;
pub mod named;
pub mod operand;
pub mod pack;
mod packed;
pub mod parameter;
pub mod path;
pub mod predicate;
mod read_error;
pub mod rule;
#[cfg(test)]
mod schema;
mod target;
pub mod version;
pub mod vetting;
