//! hipaalint tells whether a CloudFormation template would hold PHI the way the HIPAA Security Rule asks.
pub mod cli;
pub mod config;
pub mod discover;
pub mod eval;
pub mod expand;
pub mod facts;
pub mod finding;
pub mod graph;
pub mod linter;
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod template;
pub mod truth;
