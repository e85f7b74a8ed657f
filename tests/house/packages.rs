//! The packages for npm are of the version of the program, for the platforms that a release is built for.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

fn json(file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// `packages/npm/build.mjs` writes the version of Cargo.toml into what is published. What is in the repository cannot be.
#[test]
fn no_package_has_a_version_of_its_own() {
    for folder in ["packages/npm/hipaalint", "packages/cdk"] {
        let manifest = json(&format!("{folder}/package.json"));
        assert_eq!(
            (&manifest["version"], &manifest["private"]),
            (&Value::from("0.0.0"), &Value::from(true)),
            "{folder}"
        );
        assert!(manifest["dependencies"].is_null() && manifest["optionalDependencies"].is_null(), "{folder}");
    }
}

#[test]
fn every_binary_of_a_release_has_a_package() {
    let workflow = fs::read_to_string(".github/workflows/release.yml").unwrap();
    let (_, rest) = workflow.split_once("\n  binaries:").unwrap();
    let (job, _) = rest.split_once("\n    env:").unwrap();
    let built: BTreeSet<_> =
        job.lines().filter_map(|line| line.split_once(" target: ")?.1.split([' ', '}']).next()).collect();
    let platforms = json("packages/npm/platforms.json");
    let packed: BTreeSet<_> = platforms.as_array().unwrap().iter().filter_map(|one| one["target"].as_str()).collect();
    assert_eq!(built, packed);
    assert!(!built.is_empty());
}

/// A package that runs a script when it is installed runs it with everything that the developer may do.
#[test]
fn no_package_runs_a_script_when_it_is_installed() {
    for folder in ["packages/npm/hipaalint", "packages/cdk"] {
        let manifest = json(&format!("{folder}/package.json"));
        for script in ["preinstall", "install", "postinstall", "prepare"] {
            assert!(manifest["scripts"][script].is_null(), "{folder}: {script}");
        }
    }
}
