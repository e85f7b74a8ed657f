//! Which files are looked at.

use crate::support::{BAD, Folder, GOOD, findings, problems};

/// The files with findings of a run with [`crate::support::VERSIONING`].
fn found(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let report = folder.versioning(&[arguments, &["--format", "json"]].concat()).json();
    findings(&report).into_iter().map(|(file, _)| file).collect()
}

#[test]
fn folders_are_walked_in_order() {
    let folder = Folder::with(&[
        ("b.yaml", BAD),
        ("a/z.YML", BAD),
        ("a/y.Json", "{\"Resources\": {\"Records\": {\"Type\": \"AWS::S3::Bucket\"}}}"),
        ("c.template", BAD),
        ("notes.txt", BAD),
        ("package.json", "{\"name\": \"Resources\"}"),
        ("values.yaml", "image: {{ .Values.image }}\n"),
        (".github/workflow.yaml", BAD),
        ("node_modules/x/t.yaml", BAD),
        ("deep/node_modules/t.yaml", BAD),
        ("deep/.aws-sam/t.yaml", BAD),
    ]);
    assert_eq!(found(&folder, &[]), ["a/y.Json", "a/z.YML", "b.yaml", "c.template"]);
    assert_eq!(found(&folder, &["."]), found(&folder, &[]));
    // What is named is looked at, whatever its name.
    assert_eq!(
        found(&folder, &["notes.txt", ".github", "node_modules"]),
        [".github/workflow.yaml", "node_modules/x/t.yaml", "notes.txt"]
    );
}

#[test]
fn other_files_of_a_folder_are_passed_over_in_silence() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("helm.yaml", "a: {{ b }}\n"),
        ("list.json", "[1, 2"),
        ("empty.yaml", ""),
        ("nested.json", "{\"a\": {\"Resources\": "),
    ]);
    folder.file("latin.yaml", b"name: caf\xe9\n").file("binary.template", b"\0\x01\x02");
    let ran = folder.versioning(&[".", "--format", "json"]);
    assert_eq!((ran.code, problems(&ran.json())), (0, vec![]), "{}", ran.all());
    assert_eq!(ran.json()["summary"]["skipped"], 0);
}

#[test]
fn broken_templates_of_a_folder_are_not() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("a.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n\t- x\n"),
        ("b.json", "{\"Resources\": {"),
    ]);
    folder.file("c.yaml", b"Resources:\n  # caf\xe9\n");
    folder.file("d.yaml", "\u{feff}Resources: {}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let ran = folder.versioning(&[".", "--format", "json"]);
    assert_eq!(ran.code, 2);
    let codes = ["syntax-error", "syntax-error", "file-encoding", "file-encoding"];
    let expected: Vec<_> =
        codes.into_iter().zip(["a.yaml", "b.json", "c.yaml", "d.yaml"]).map(|(a, b)| (a.into(), b.into())).collect();
    assert_eq!(problems(&ran.json()), expected);
}

#[test]
fn where_programs_name_files_those_that_are_not_templates_are_skipped_and_counted() {
    let folder = Folder::with(&[("good.yaml", GOOD), ("compose.yaml", "services: {}\n"), ("list.json", "[1]")]);
    let ran = folder.versioning(&["--force-skip", "good.yaml", "compose.yaml", "list.json"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stdout, @"
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    ✓ No findings: the only check passed
      Checked      1 rule (s3-bucket-versioning) on 1 resource in 1 template
      Skipped      2 files are not templates
    ");
    assert_eq!(folder.versioning(&["--force-skip", "compose.yaml"]).code, 0);
}

#[test]
fn a_folder_without_templates_is_a_mistake() {
    let folder = Folder::with(&[("infra/values.yaml", "a: 1\n"), ("good.yaml", GOOD), ("bad/x.yaml", "Resources: [")]);
    let ran = folder.versioning(&["infra", "good.yaml", "--format", "json"]);
    assert_eq!((ran.code, problems(&ran.json())), (2, vec![("no-templates".into(), "infra".into())]));
    assert_eq!(ran.json()["summary"]["templates"], 1);
    // A folder whose only template is broken is not empty.
    let ran = folder.versioning(&["bad", "--format", "json"]);
    assert_eq!(problems(&ran.json()), [("syntax-error".into(), "bad/x.yaml".into())]);
    let ran = folder.versioning(&["infra"]);
    insta::assert_snapshot!(ran.stdout, @"
    ── infra ── 1 problem ──────────────────────────────────────────────────────────────────────────────

      × error[no-templates]
      │ The folder has no CloudFormation template.
        Help   A template is a map with `Resources` in a file that ends with .json, .yaml, .yml or
               .template. hipaalint leaves out hidden folders, node_modules and symbolic links. To lint
               such a file or folder, name it.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    No template was linted
      Checked      1 rule (s3-bucket-versioning) on 0 resources in 0 templates
    ");
}

#[test]
fn a_file_that_is_named_twice_is_linted_once() {
    let folder = Folder::with(&[("a/bad.yaml", BAD)]);
    assert_eq!(found(&folder, &["a/bad.yaml", "./a/bad.yaml", "a/../a/bad.yaml", "a", "."]), ["a/bad.yaml"]);
    // It was named, so it must be readable, also if its folder was named first.
    folder.file("a/values.yaml", "a: {{ b }}\n");
    assert_eq!(folder.versioning(&["a"]).code, 1);
    assert_eq!(folder.versioning(&["a", "a/values.yaml"]).code, 2);
}

#[test]
fn standard_input_is_a_template_too() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let ran =
        folder.run_on(BAD.as_bytes(), &["-", "good.yaml", "-", "--rule", "s3-bucket-versioning", "--format", "json"]);
    assert_eq!((ran.code, findings(&ran.json())), (1, vec![("<stdin>".into(), "s3-bucket-versioning".into())]));
    assert_eq!(ran.json()["summary"]["templates"], 2);
    assert_eq!(folder.run_on(b"", &["-"]).code, 2, "empty input is a pipe that broke");
}

#[cfg(unix)]
#[test]
fn symbolic_links_in_folders_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = Folder::with(&[("a/bad.yaml", BAD)]);
    symlink("..", folder.path("a/loop")).unwrap();
    symlink("bad.yaml", folder.path("a/again.yaml")).unwrap();
    symlink("nowhere.yaml", folder.path("a/dangling.yaml")).unwrap();
    symlink("self", folder.path("a/self")).unwrap();
    symlink("a", folder.path("b")).unwrap();
    assert_eq!(found(&folder, &["a"]), ["a/bad.yaml"]);
    assert_eq!(found(&folder, &["b"]), ["b/bad.yaml"], "a link that is named is followed");
    assert_eq!(found(&folder, &["a/again.yaml"]), ["a/again.yaml"]);
    for broken in ["a/dangling.yaml", "a/self"] {
        let ran = folder.versioning(&[broken, "--format", "json"]);
        assert_eq!((ran.code, problems(&ran.json())), (2, vec![("file-unreadable".into(), broken.into())]));
    }
}

#[cfg(unix)]
#[test]
fn names_need_not_be_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with(&[("a b#%.yaml", BAD), ("esc\u{1b}[31m.yaml", BAD)]);
    std::fs::write(folder.path("").join(OsStr::from_bytes(b"\xff.yaml")), BAD).unwrap();
    let files = found(&folder, &["."]);
    assert_eq!(files.len(), 3, "{files:?}");
    assert!(files.contains(&"%FF.yaml".to_owned()), "{files:?}");
    for format in ["human", "github"] {
        let ran = folder.versioning(&[".", "--format", format]);
        assert!(!ran.stdout.contains('\u{1b}') && ran.stdout.contains("esc␛[31m.yaml"), "{}", ran.all());
    }
    let sarif = folder.versioning(&[".", "--format", "sarif"]);
    assert!(sarif.stdout.contains("a%20b%23%25.yaml"), "{}", sarif.all());
}

#[test]
fn absolute_paths_into_the_current_folder_are_the_relative_ones() {
    let folder = Folder::with(&[("stacks/a.yaml", BAD)]);
    let here = folder.path(".").canonicalize().unwrap();
    let absolute = here.join("stacks/a.yaml");
    for path in [absolute.to_str().unwrap(), here.join("stacks").to_str().unwrap(), here.to_str().unwrap()] {
        assert_eq!(found(&folder, &[path]), ["stacks/a.yaml"], "{path}");
    }
    // The alert of one run is the alert of the other.
    let report = |path: &str| folder.versioning(&[path, "--format", "sarif"]).stdout;
    assert_eq!(report(absolute.to_str().unwrap()), report("stacks/a.yaml"));
    // What lies elsewhere stays absolute.
    let other = Folder::with(&[("b.yaml", BAD)]);
    let elsewhere = other.path("b.yaml").canonicalize().unwrap();
    assert_eq!(found(&folder, &[elsewhere.to_str().unwrap()]), [elsewhere.to_str().unwrap()]);
}

/// Reports name files as they are reached from the current folder, and each has its own name.
#[test]
fn files_outside_of_the_current_folder_have_names_of_their_own() {
    let folder = Folder::with(&[("here/a.yaml", BAD), ("circ/a.yaml", BAD), ("circ/b.yaml", BAD)]);
    let mut command =
        folder.command(&["a.yaml", "../circ/b.yaml", "../circ/a.yaml", "../circ/../here/a.yaml", "--format", "json"]);
    let report = crate::support::ran(command.current_dir(folder.path("here"))).json();
    let mut names: Vec<String> =
        report["findings"].as_array().unwrap().iter().map(|one| one["file"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names, ["\"../circ/a.yaml\"", "\"../circ/b.yaml\"", "\"a.yaml\""]);
}
