//! Located parsing, tried as the parts above it use it.

mod both;
mod corpus;
mod errors;
mod hostile;
mod json;
pub mod mutation;
mod readers;
mod support;
mod yaml;
