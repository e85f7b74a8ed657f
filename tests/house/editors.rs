//! The extension for Visual Studio Code is of the same version as the program, and offers its profiles.

use hipaalint::rules::rule::PROFILES;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

fn manifest() -> Value {
    serde_json::from_str(&fs::read_to_string("editors/vscode/package.json").unwrap()).unwrap()
}

#[test]
fn the_extension_has_the_version_of_the_program() {
    assert_eq!(manifest()["version"], env!("CARGO_PKG_VERSION"));
    let lock: Value = serde_json::from_str(&fs::read_to_string("editors/vscode/package-lock.json").unwrap()).unwrap();
    assert_eq!(lock["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_extension_offers_every_profile_and_no_other() {
    let manifest = manifest();
    let profile = &manifest["contributes"]["configuration"]["properties"]["hipaalint.profile"];
    let offered: BTreeSet<_> = profile["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let known: BTreeSet<_> = PROFILES.into_iter().chain([""]).collect();
    assert_eq!(offered, known);
}

#[test]
fn a_workspace_cannot_choose_the_program() {
    let manifest = manifest();
    let properties = manifest["contributes"]["configuration"]["properties"].as_object().unwrap();
    assert_eq!(properties["hipaalint.path"]["scope"], "machine");
    let trust = &manifest["capabilities"]["untrustedWorkspaces"];
    assert_eq!(trust["supported"], "limited");
    assert!(properties.keys().all(|name| name.starts_with("hipaalint.")));
}
