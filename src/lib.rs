//! hipaalint tells whether a CloudFormation template would hold PHI the way the HIPAA Security Rule asks.
//!
//! The binary is a thin layer ([`cli`]) over this library. Its one entry is the [`linter`]: rules and a text go in, findings
//! with their places come out.
//!
//! ```
//! use hipaalint::eval::inputs::Pinned;
//! use hipaalint::linter::{Keep, Linter};
//! use hipaalint::rules::load::RuleSet;
//! use hipaalint::source::{Source, SourceId};
//! use std::collections::BTreeMap;
//!
//! let linter = Linter::new(
//!     RuleSet::embedded(),
//!     |rule| rule.meta.id == "s3-bucket-versioning",
//!     &BTreeMap::new(),
//!     Pinned::new(),
//!     Keep::default(),
//! )?;
//! let template = "
//! Resources:
//!   Records:
//!     Type: AWS::S3::Bucket
//!     Properties:
//!       VersioningConfiguration:
//!         Status: Suspended
//! ";
//! let source = Source::new(SourceId(0), "template.yaml", template);
//! let report = linter.lint(&source);
//!
//! let [finding] = report.findings.as_slice() else { panic!("one finding") };
//! assert_eq!(finding.path, "Resources/Records/Properties/VersioningConfiguration/Status");
//! assert_eq!(source.slice(finding.span), "Suspended");
//! assert_eq!(source.position(finding.span.start).line, 7);
//! # Ok::<(), hipaalint::linter::SetupError>(())
//! ```
//!
//! Inside, a text takes one road: [`source`] and [`syntax`] make a located tree of it, [`template`] tells its sections apart,
//! [`expand`] and [`eval`] say what CloudFormation would create and compute, [`graph`] and [`policy`] what follows from that,
//! [`rules`] ask their questions, and the answers are [`finding`]s, which [`report`] writes down. What a template leaves open
//! is [`truth::Truth::Unknown`] all the way. `ARCHITECTURE.md` is the map.
pub mod baseline;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod date;
pub mod discover;
pub mod eval;
pub mod exceptions;
pub mod expand;
pub mod expression;
pub mod facts;
pub mod finding;
pub mod graph;
pub mod linter;
pub mod policy;
pub mod project;
pub mod report;
pub mod revision;
pub mod rules;
#[cfg(test)]
mod schemas;
pub mod source;
pub mod syntax;
pub mod template;
pub mod truth;
