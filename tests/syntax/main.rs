//! Located parsing, tried as the parts above it use it.

mod corpus;
mod support;
