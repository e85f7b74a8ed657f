//! Rules as data: the language in which they are written and loaded, and the checks that run them.
//!
//! Nothing here names one particular rule.
pub mod check;
mod language;

pub use language::{analysis, assertion, fix, frameworks, load, meta, operand, parameter, path, rule, vetting};
