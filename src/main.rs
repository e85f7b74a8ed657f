//! Calls the command line and turns its answer into an exit code.

use std::process::ExitCode;

/// Why not the system's: see `Cargo.toml`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hipaalint::cli::run(std::env::args_os()).into()
}
