//! What is left out of folders: `.gitignore`, and `skip` in the configuration.

use crate::support::{BAD, Folder, OWN_RULE, Ran, ran};

/// The files with findings.
fn files(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let file = |one: &serde_json::Value| one["file"].as_str().unwrap().to_owned();
    report["findings"].as_array().unwrap().iter().map(file).collect()
}

fn repository() -> Folder {
    Folder::with(&[
        (".git/HEAD", ""),
        (".gitignore", "cdk.out\n/build/\n*.local.yaml\n!keep.local.yaml\n"),
        ("app.yaml", BAD),
        ("try.local.yaml", BAD),
        ("keep.local.yaml", BAD),
        ("build/out.yaml", BAD),
        ("infra/build/stack.yaml", BAD),
        ("infra/.gitignore", "old.yaml\n"),
        ("infra/old.yaml", BAD),
        ("infra/cdk.out/stack.template.json", "{\"Resources\": {\"Records\": {\"Type\": \"AWS::S3::Bucket\"}}}"),
    ])
}

#[test]
fn what_git_ignores_is_left_out_of_folders() {
    let folder = repository();
    let ran = folder.versioning(&[".", "--format", "json"]);
    assert_eq!(files(&ran), ["app.yaml", "infra/build/stack.yaml", "keep.local.yaml"]);
    let summary = &ran.json()["summary"];
    assert_eq!((&summary["left_out_files"], &summary["left_out_folders"]), (&2.into(), &2.into()));
    let people = folder.versioning(&["."]).stdout;
    assert!(people.contains("\n  Skipped      2 files, 2 folders excluded by .gitignore or `skip`\n"), "{people}");
    // The files above a folder apply to it.
    folder.file("infra/try.local.yaml", BAD);
    assert_eq!(files(&folder.versioning(&["infra", "--format", "json"])), ["infra/build/stack.yaml"]);
    assert_eq!(files(&folder.versioning(&[".", "--no-ignore", "--format", "json"])).len(), 8);
}

#[test]
fn what_is_named_is_looked_at_all_the_same() {
    let folder = repository();
    folder.file("hipaalint.yaml", "skip: [app.yaml]\n");
    let named = folder.versioning(&["try.local.yaml", "app.yaml", "infra/cdk.out", "--format", "json"]);
    assert_eq!(files(&named), ["app.yaml", "infra/cdk.out/stack.template.json", "try.local.yaml"]);
    // From inside, and below a folder that is left out.
    folder.file("build/deep/a.local.yaml", BAD);
    let mut command = folder.command(&["--rule", "s3-bucket-versioning", "--format", "json"]);
    assert_eq!(files(&ran(command.current_dir(folder.path("build/deep")))), ["a.local.yaml"]);
}

#[test]
fn outside_of_a_repository_only_what_lies_in_the_folder_counts() {
    let folder = Folder::with(&[
        (".gitignore", "a.yaml\n"),
        ("infra/a.yaml", BAD),
        ("infra/b.yaml", BAD),
        ("infra/.gitignore", "b.yaml\n"),
    ]);
    assert_eq!(files(&folder.versioning(&["infra", "--format", "json"])), ["infra/a.yaml"]);
}

#[test]
fn the_configuration_skips_relative_to_itself() {
    let folder = Folder::with(&[
        ("hipaalint.yaml", "skip: [legacy/, /top.yaml, infra/**/*.test.yaml]\n"),
        ("top.yaml", BAD),
        ("infra/top.yaml", BAD),
        ("infra/legacy/a.yaml", BAD),
        ("infra/b/c.test.yaml", BAD),
        ("own/hipaalint.yaml", "skip: b.yaml\n"),
        ("own/a.test.yaml", BAD),
        ("own/b.yaml", BAD),
    ]);
    assert_eq!(files(&folder.versioning(&[".", "--format", "json"])), ["infra/top.yaml", "own/a.test.yaml"]);
    assert_eq!(files(&folder.versioning(&[".", "--no-config", "--format", "json"])).len(), 6);
    // Wherever the run starts.
    let mut command = folder.command(&["--rule", "s3-bucket-versioning", "--format", "json", "../infra", "."]);
    assert_eq!(files(&ran(command.current_dir(folder.path("own")))), ["../infra/top.yaml", "a.test.yaml"]);
}

#[test]
fn where_programs_name_files_the_configuration_may_skip_them() {
    let folder = Folder::with(&[
        (".git/HEAD", ""),
        ("hipaalint.yaml", "skip: [legacy/, own/b.yaml, '*.test.yaml']\n"),
        ("a.yaml", BAD),
        ("a.test.yaml", BAD),
        ("legacy/deep/a.yaml", BAD),
        // A nearer configuration does not bring back the folder that it lies in.
        ("legacy/hipaalint.yaml", "profile: core\n"),
        ("own/hipaalint.yaml", "skip: c.yaml\n"),
        ("own/a.test.yaml", BAD),
        ("own/b.yaml", BAD),
        ("own/c.yaml", BAD),
    ]);
    let named = ["a.yaml", "a.test.yaml", "legacy/deep/a.yaml", "own/a.test.yaml", "own/b.yaml", "own/c.yaml"];
    let all = |more: &[&str]| folder.versioning(&[&named[..], &["--format", "json"], more].concat());
    assert_eq!(files(&all(&[])).len(), named.len());
    let forced = all(&["--force-skip"]);
    assert_eq!(files(&forced), ["a.yaml", "own/a.test.yaml", "own/b.yaml"]);
    assert_eq!(forced.json()["summary"]["left_out_files"], 3);
    assert_eq!(files(&all(&["--force-skip", "--no-config"])).len(), named.len());
    // Folders alike; and where nothing is left, nothing is wrong.
    let none = folder.versioning(&["--force-skip", "legacy/deep", "a.test.yaml"]);
    assert_eq!(
        (none.code, none.stdout.contains("1 file, 1 folder excluded by .gitignore or `skip`\n")),
        (0, true),
        "{}",
        none.stdout
    );
}

#[test]
fn a_glob_begins_in_the_folder_of_the_configuration() {
    let folder = Folder::with(&[
        ("hipaalint.yaml", "skip: [./a.yaml, ./b/]\n"),
        ("a.yaml", BAD),
        ("b/a.yaml", BAD),
        ("c/a.yaml", BAD),
        ("c/b/a.yaml", BAD),
    ]);
    assert_eq!(files(&folder.versioning(&[".", "--format", "json"])), ["c/a.yaml", "c/b/a.yaml"]);
    for (glob, reason) in [
        ("../x/a.yaml", "`..` leads out of the folder of the configuration, or back"),
        ("''", "it is empty"),
        (".", "it names the folder of the configuration itself; write `*` to leave out everything"),
    ] {
        folder.file("hipaalint.yaml", format!("skip:\n  - {glob}\n"));
        let ran = folder.versioning(&["c/a.yaml", "--format", "json"]);
        let diagnostic = &ran.json()["diagnostics"][0];
        assert_eq!((ran.code, &diagnostic["start"]["line"]), (2, &2.into()), "{}", ran.all());
        assert_eq!(diagnostic["message"], format!("`skip` has an invalid glob: {reason}"));
    }
}

/// What is linted is not skipped, whatever leads to it.
#[test]
fn a_skipped_template_of_a_nested_stack_is_not_counted_as_skipped() {
    let parent = "Resources:\n  Network:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: ./inner/child.yaml }\n";
    let folder = Folder::with(&[
        ("hipaalint.yaml", "skip: [child.yaml, other.yaml]\n"),
        ("parent.yaml", parent),
        ("inner/child.yaml", BAD),
        ("inner/other.yaml", BAD),
    ]);
    let ran = |arguments: &[&str]| folder.versioning(&[arguments, &["--format", "json"]].concat());
    let number = |arguments: &[&str]| {
        let ran = ran(arguments);
        (files(&ran).len(), ran.json()["summary"]["left_out_files"].as_u64().unwrap())
    };
    assert_eq!(number(&["."]), (1, 1));
    assert_eq!(number(&["--force-skip", "parent.yaml", "inner/child.yaml", "inner/other.yaml"]), (1, 1));
    // Nor is a file that is named besides its folder; and a file that is left out of two folders is one file.
    assert_eq!(number(&[".", "inner/other.yaml"]), (2, 0));
    assert_eq!(number(&["inner", "."]), (1, 1));
}

#[test]
fn settings_that_govern_no_template_are_not_named() {
    let folder = Folder::with(&[(".git/HEAD", ""), ("in/hipaalint.yaml", "skip: a.yaml\n"), ("in/a.yaml", BAD)]);
    let ran = folder.versioning(&["--force-skip", "in/a.yaml"]);
    assert!(ran.code == 0 && ran.stdout.contains("Skipped"), "{}", ran.all());
    assert!(!ran.stdout.contains("Configured"), "{}", ran.stdout);
    let ran = folder.versioning(&["--force-skip", "in/a.yaml", "--format", "json"]);
    assert_eq!(ran.json()["summary"].get("governed"), None);
}

#[test]
fn a_configuration_that_is_named_skips_outside_of_its_folder() {
    let folder = Folder::with(&[
        ("ci/hipaalint.yaml", "skip: [legacy/, '*.test.yaml', infra/old.yaml, /top.yaml]\n"),
        ("ci/infra/old.yaml", BAD),
        ("ci/top.yaml", BAD),
        ("infra/a.test.yaml", BAD),
        ("infra/app.yaml", BAD),
        ("infra/legacy/app.yaml", BAD),
        ("infra/old.yaml", BAD),
        ("top.yaml", BAD),
    ]);
    let ran = |arguments: &[&str]| {
        let rule = ["--config", "ci/hipaalint.yaml", "--rule", "s3-bucket-versioning", "--format", "json"];
        folder.run(&[&rule, arguments].concat())
    };
    // A glob with a folder is relative to the configuration.
    assert_eq!(files(&ran(&["."])), ["infra/app.yaml", "infra/old.yaml", "top.yaml"]);
    assert_eq!(files(&ran(&["infra"])), ["infra/app.yaml", "infra/old.yaml"]);
    assert_eq!(ran(&["."]).json()["summary"]["left_out_files"], 3);
    let named = ["--force-skip", "infra/a.test.yaml", "infra/legacy/app.yaml", "infra/old.yaml"];
    assert_eq!(files(&ran(&named)), ["infra/old.yaml"]);
    folder.file("ci/hipaalint.yaml", "skip: ['**/legacy/', '**/*.test.yaml', '**/infra/old.yaml']\n");
    assert_eq!(files(&ran(&["infra"])), ["infra/app.yaml", "infra/old.yaml"]);
}

#[test]
#[cfg(unix)]
fn a_link_is_skipped_where_it_stands() {
    let folder = Folder::with(&[("hipaalint.yaml", "skip: link.yaml\n"), ("a.yaml", BAD)]);
    std::os::unix::fs::symlink(folder.path("a.yaml"), folder.path("link.yaml")).unwrap();
    std::os::unix::fs::symlink(folder.path("a.yaml"), folder.path("other.yaml")).unwrap();
    let found = |file: &str| files(&folder.versioning(&["--force-skip", file, "--format", "json"])).len();
    assert_eq!(["a.yaml", "link.yaml", "other.yaml", "./link.yaml"].map(found), [1, 0, 1, 0]);
}

#[test]
fn a_folder_of_which_everything_is_left_out_has_a_reason() {
    let folder = Folder::with(&[(".gitignore", "*.yaml\n"), ("a.yaml", BAD)]);
    let ran = folder.versioning(&["."]);
    assert_eq!(ran.code, 2);
    let printed: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        printed.contains("`skip` in the configuration left out a.yaml. Name it, or use --no-ignore."),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_invalid_glob_is_shown_at_its_place() {
    let folder = Folder::with(&[("hipaalint.yaml", "skip:\n  - fine/\n  - a[b\n"), ("bad.yaml", BAD)]);
    let ran = folder.versioning(&["."]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("[hipaalint.yaml:3:5]"), "{}", ran.stdout);
    assert!(ran.stdout.contains("`skip` has an invalid glob: unclosed character class"), "{}", ran.stdout);
}

/// What a configuration names is relative to its folder, not to the name of the folder in reports.
#[cfg(target_os = "linux")]
#[test]
fn folders_may_have_names_that_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let odd = folder.path("").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir_all(odd.join("policies")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(odd.join(name), text).unwrap();
    write("old.yaml", BAD);
    write("app.yaml", BAD);
    write("policies/own.yaml", OWN_RULE);
    write("hipaalint.yaml", "skip: [old.yaml]\nrule-folders: [policies]\nbaseline: known.json\n");
    write("known.json", "{\"hipaalint-baseline\": 1, \"findings\": []}");
    let ran = folder.run(&[".", "--rule", "own-bucket-versions", "--format", "json"]);
    assert_eq!(files(&ran), ["caf%E9/app.yaml"], "{}", ran.all());
    assert_eq!(ran.json()["summary"]["problems"], 0, "{}", ran.all());
    // The findings of a run are known in the next one.
    write("known.json", "");
    let mut command = folder.command(&[".", "--rule", "own-bucket-versions", "--write-baseline"]);
    command.arg(odd.join("known.json"));
    assert!(super::support::ran(&mut command).stderr.contains("wrote 1 finding"));
    let again = folder.run(&[".", "--rule", "own-bucket-versions", "--format", "json"]);
    assert_eq!((again.code, &again.json()["summary"]["in_baseline"]), (0, &1.into()), "{}", again.all());
}

#[test]
fn reports_for_others_state_what_was_left_out() {
    let folder = repository();
    let text = "Skipped: 2 files, 2 folders excluded by .gitignore or `skip`.";
    for format in ["markdown", "junit", "oscal"] {
        let ran = folder.versioning(&["--format", format, "--today", "2031-01-01", "."]);
        assert!(ran.stdout.replace('\\', "").contains(text), "{format}: {}", ran.all());
    }
}

#[test]
fn a_configuration_is_not_among_the_templates_that_were_left_out() {
    let folder = Folder::with(&[("a.yaml", BAD), ("hipaalint.yaml", "skip: [\"**\"]\n")]);
    let ran = folder.versioning(&[".", "--format", "json"]);
    assert!(ran.code == 2 && ran.all().contains("left out a.yaml."), "{}", ran.all());
}
