//! Runs the command line, and returns its exit code.

use std::process::ExitCode;

/// `Cargo.toml` has the reason for this allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hipaalint::cli::run(std::env::args_os()).into()
}
