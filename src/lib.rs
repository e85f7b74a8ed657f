//! hipaalint tells whether a CloudFormation template would hold PHI the way the HIPAA Security Rule asks.
pub mod eval;
pub mod expand;
pub mod facts;
pub mod finding;
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod template;
pub mod truth;
