//! Rules as data.
pub mod meta;
