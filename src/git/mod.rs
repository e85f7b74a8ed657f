//! An earlier revision of the files of a repository, read from git. The only part that runs a program, and that program is git.
//!
//! A repository is not trusted: its `.git/config` may name programs, and its files may have any name. So only commands run that read
//! objects (`run.rs`), nothing is checked out, and nothing is fetched.

mod batch;
mod listing;
mod run;
mod tree;

pub use run::Failure;
pub use tree::Tree;
