//! hipaalint tells whether a CloudFormation template would hold PHI the way the HIPAA Security Rule asks.
pub mod facts;
pub mod finding;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
