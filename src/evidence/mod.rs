//! Evidence bundles: the reports of a run in one ZIP archive, with a manifest of their digests, and the comparison of two of them.
//!
//! The same input and date give the same bytes: files are in one order, without times, compressed in one manner. A bundle that is read
//! comes from elsewhere, so everything about it is limited and checked before it is used: sizes, names, numbers of files and records,
//! and the digests of the manifest.

mod archive;
mod bundle;
mod compare;
mod manifest;
mod opened;
mod snapshot;

pub use bundle::Bundle;
pub use compare::{Change, ChangedTemplate, Changes, EndedException, Finding, Kind, Side, compare};
pub use opened::{BundleError, Opened};
pub use snapshot::Snapshot;

/// The largest bundle, packed.
pub const MAX_BUNDLE: u64 = 256 << 20;
/// The bytes of all files of a bundle together, unpacked.
const MAX_UNPACKED: u64 = 4 << 30;
/// The files of a bundle.
const MAX_FILES: usize = 64;
/// The bytes of a manifest.
const MAX_MANIFEST: u64 = 4 << 20;
/// The bytes of a record.
const MAX_RECORD: u64 = 16 << 20;
/// The templates of a bundle that are compared, and so of its other kinds of records.
const MAX_RECORDS: usize = 1_000_000;

/// The name of the manifest in a bundle.
const MANIFEST: &str = "manifest.json";
/// The names of the files that the comparison reads.
const RESULTS: &str = "results.jsonl";
const TEMPLATES: &str = "templates.jsonl";
