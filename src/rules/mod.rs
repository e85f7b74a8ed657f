//! Rules as data: the language in which they are written and loaded, and the checks that run them.
//!
//! Nothing here names one particular rule.
mod check;
mod language;

pub use check::{analysis, checker, schedule};
pub use language::{
    assertion, evidence, fix, frameworks, load, meta, named, operand, pack, path, predicate, rule, version, vetting,
};
