//! How a test that cannot run on a machine reports that.

use std::io::Write;

/// Writes to the terminal. Cargo keeps the output of `eprintln!` in tests that pass to itself; it does not keep this.
pub fn skipped(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}
