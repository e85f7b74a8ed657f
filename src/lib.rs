//! hipaalint checks AWS CloudFormation templates against the HIPAA Security Rule.
//!
//! Front ends use a [`Session`]: it knows which configuration governs a file, which rules that selects, and what a baseline covers.
//!
//! ```
//! use hipaalint::{Buffers, Files, Options, Session};
//! use std::path::{Path, PathBuf};
//! use std::sync::Arc;
//!
//! let session = Session::new(Options::default(), Files::new(Arc::new(Buffers::default()), PathBuf::from("/project")));
//! let results = session.lint_open(Path::new("app.yaml"), "Resources: {Records: {Type: AWS::S3::Bucket}}");
//! assert!(results.findings().iter().any(|finding| &*finding.rule == "s3-bucket-public-access-block"));
//! ```
//!
//! The [`Linter`] below it takes rules and a text, and returns findings with their positions.
//!
//! ```
//! use hipaalint::{Keep, Linter, Pinned, RuleSet, SetupError, Source, SourceId};
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
//! # Ok::<(), SetupError>(())
//! ```
//!
//! # What is stable
//!
//! The names at the root of the crate are stable from one minor version to the next, and so are the configuration, the language of
//! rules, and the formats of reports. The modules are open to the program, its tests and its benchmarks, and change without notice.
//! So do the parts of stable types that only modules name.
//!
//! # Features
//!
//! `cli` (default) is the program and the report for people, with clap, miette, and an allocator that needs a C compiler.
//! `lsp` (default) is the language server, with lsp-server and lsp-types.
//! `parallel` (default) lints many templates on all cores. `mcp` adds a server for assistants to the program.
//!
//! # The modules
//!
//! [`source`] and [`syntax`] parse a text into a located tree, and [`template`] splits it into sections. [`expand`] and [`eval`]
//! compute what CloudFormation would create. [`graph`] and [`policy`] derive relations and permissions. [`rules`] check the result,
//! and [`report`] writes the [`finding`]s. A value that the template leaves open is [`truth::Truth::Unknown`] in every step.
//! `ARCHITECTURE.md` has an overview of the code.
pub mod baseline;
pub mod catalogue;
pub mod change;
#[cfg(feature = "cli")]
pub mod cli;
pub mod code;
pub mod config;
pub mod constructs;
pub mod date;
pub mod digest;
pub mod discover;
pub mod eval;
pub mod evaluated;
pub mod evidence;
pub mod exceptions;
pub mod expand;
pub mod expression;
pub mod facts;
pub mod files;
pub mod finding;
mod git;
pub mod graph;
pub mod hover;
pub mod linter;
#[cfg(feature = "lsp")]
pub mod lsp;
#[cfg(feature = "mcp")]
mod mcp;
pub mod navigation;
pub mod openapi;
pub mod oscal;
pub mod paths;
pub mod policy;
pub mod pool;
pub mod project;
pub mod report;
pub mod revision;
pub mod rules;
#[cfg(test)]
mod schemas;
pub mod session;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod template;
pub mod trial;
pub mod truth;

pub use code::Code;
pub use config::FailOn;
pub use date::Date;
pub use discover::{About, Candidate, Discovery, Input};
pub use eval::inputs::Pinned;
pub use files::{Buffers, Disk, FileSystem, Files};
pub use finding::{Applicability, Diagnostic, Edit, Finding, Fix, Level, Outcome, RuleSeverity, Severity, Subject};
pub use linter::{FileReport, Keep, Linter, SetupError};
pub use project::Counter;
pub use report::Report;
pub use rules::load::RuleSet;
pub use session::{Answer, Ask, FixedText, Fixing};
pub use session::{Configuration, Contents, End, Exit, Options, Results, RuleSources, Session, Since, Sink};
pub use source::{Position, Source, SourceId, Span};
