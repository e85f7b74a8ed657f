//! Inputs in which a fuzzer found something wrong, and a few of its seeds: `fuzz/regressions/TARGET/`.

use crate::fuzzed::TARGETS;
use std::path::Path;

#[test]
fn regressions_stay_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    for (target, check) in TARGETS {
        let inputs: Vec<_> = walkdir::WalkDir::new(folder.join(target))
            .sort_by_file_name()
            .into_iter()
            .map(|entry| entry.expect("a readable folder"))
            .filter(|entry| entry.file_type().is_file())
            .collect();
        assert!(!inputs.is_empty(), "{target}");
        for input in inputs {
            // The test's output names the input if the check panics.
            println!("{}", input.path().display());
            check(&std::fs::read(input.path()).expect("a readable file"));
        }
    }
}
