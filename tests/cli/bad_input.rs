//! Invalid input: each is reported, soon, and all other files are linted.

use crate::skipped::skipped;
use crate::support::{BAD, Folder, GOOD, Ran, findings, problems};
use std::time::{Duration, Instant};

/// Lints one bad file beside a good and a bad template; the two must have been linted. Gives the diagnostic.
fn beside(bytes: &[u8]) -> (String, String, String) {
    let folder = Folder::with(&[("good.yaml", GOOD), ("bad.yaml", BAD)]);
    folder.file("odd.yaml", bytes);
    let ran = folder.versioning(&["good.yaml", "bad.yaml", "odd.yaml", "--format", "json"]);
    let report = ran.json();
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert_eq!(findings(&report), [("bad.yaml".into(), "s3-bucket-versioning".into())]);
    assert_eq!((&report["summary"]["templates"], &report["summary"]["unreadable"]), (&2.into(), &1.into()));
    let [problem] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{}", ran.all()) };
    assert_eq!((&problem["file"], &problem["severity"]), (&"odd.yaml".into(), &"error".into()));
    let text = |key: &str| problem[key].as_str().unwrap().to_owned();
    assert!(!text("help").is_empty(), "{}", ran.all());
    (text("code"), text("message"), text("help"))
}

fn code_and_message(bytes: &[u8]) -> String {
    let (code, message, _) = beside(bytes);
    format!("{code}: {message}")
}

#[test]
fn unreadable_files_have_a_reason() {
    let utf16 =
        |order: fn(u16) -> [u8; 2]| -> Vec<u8> { format!("\u{feff}{BAD}").encode_utf16().flat_map(order).collect() };
    let results = [
        code_and_message(b""),
        code_and_message(b" \n\t\n"),
        code_and_message(b"\x7fELF\x02\x01\0\0\0"),
        code_and_message(b"Resources:\n  A: \0\n"),
        code_and_message(b"Resources:\n  Caf\xe9: {}\n"),
        code_and_message(b"Resources: {}\n# truncated \xf0\x9f\x8f"),
        code_and_message(&utf16(u16::to_le_bytes)),
        code_and_message(&utf16(u16::to_be_bytes)),
        code_and_message(b"{\"Resources\": {}, \"Resources\": {}}"),
        code_and_message(b"Resources: *nowhere\n"),
        code_and_message(b"Resources: {}\n---\nResources: {}\n"),
    ];
    insta::assert_snapshot!(results.join("\n"), @"
    file-empty: the file is empty
    file-empty: the file is empty
    file-encoding: the file is binary: it contains a NUL byte
    file-encoding: the file is binary: it contains a NUL byte
    file-encoding: the file is not UTF-8: byte 6 of line 2 is 0xE9
    file-encoding: the file is not UTF-8: byte 13 of line 2 is 0xF0
    file-encoding: the file is UTF-16 (little-endian), not UTF-8
    file-encoding: the file is UTF-16 (big-endian), not UTF-8
    repeated-key: the key `Resources` is used twice in the same map
    syntax-error: the alias `*nowhere` is not defined
    syntax-error: a second document starts here
    ");
}

/// The last of the entries is judged.
#[test]
fn a_template_that_repeats_a_key_is_linted() {
    let folder = Folder::with(&[("odd.yaml", &BAD.replace("Type:", "Type: AWS::SQS::Queue\n    Type:"))]);
    let ran = folder.versioning(&["odd.yaml", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.code, findings(&report).len()), (2, 1), "{}", ran.all());
    assert_eq!(problems(&report), [("repeated-key".into(), "odd.yaml".into())]);
    assert_eq!((&report["summary"]["templates"], &report["summary"]["unreadable"]), (&1.into(), &0.into()));
}

#[test]
fn hostile_texts_end_soon() {
    let bomb: String = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |mut text, level| {
        text.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}]\n", level - 1));
        text
    }) + "Resources: {}\n";
    let start = Instant::now();
    let results = [
        code_and_message("[".repeat(50 << 20).as_bytes()),
        code_and_message("- ".repeat(1_000_000).as_bytes()),
        code_and_message("{\"a\":".repeat(100_000).as_bytes()),
        code_and_message(bomb.as_bytes()),
        code_and_message(&vec![b' '; (64 << 20) + 1]),
    ];
    // Debug builds on slow machines; what must not happen takes minutes, or never ends.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    insta::assert_snapshot!(results.join("\n"), @"
    syntax-error: lists and maps are nested more than 200 levels deep
    syntax-error: lists and maps are nested more than 200 levels deep
    syntax-error: lists and maps are nested more than 200 levels deep
    syntax-error: the aliases expand to more than 25822 values
    file-too-large: the file is larger than 64 MiB
    ");
}

#[test]
fn missing_paths_do_not_stop_the_rest() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let ran = folder.versioning(&["nowhere.yaml", "bad.yaml", "no/folder", "bad.yaml/below", "--format", "json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(findings(&ran.json()).len(), 1);
    let files: Vec<_> = problems(&ran.json()).into_iter().map(|(code, file)| format!("{code} {file}")).collect();
    assert_eq!(files, ["file-unreadable bad.yaml/below", "file-unreadable no/folder", "file-unreadable nowhere.yaml"]);
}

#[test]
fn people_see_what_could_not_be_linted() {
    let folder = Folder::with(&[("broken.yaml", "Resources:\n  A: {B: 1\n"), ("empty.yaml", "")]);
    let ran = folder.versioning(&["broken.yaml", "empty.yaml", "nowhere.yaml"]);
    insta::assert_snapshot!(ran.stdout, @"
    ── broken.yaml ── 1 problem ────────────────────────────────────────────────────────────────────────

      × error[syntax-error]
      │ Unexpected end of file.
       ╭─[broken.yaml:2:11]
     1 │ Resources:
     2 │   A: {B: 1
       ·      ┬    ▲
       ·      ╰── this `{` is never closed
       ╰────
        Help   Close it with `}`, and check whether the file is complete.

    ── empty.yaml ── 1 problem ─────────────────────────────────────────────────────────────────────────

      × error[file-empty]
      │ The file is empty.
        Help   A template needs at least `Resources`. Save the file, or run the command that writes it.

    ── nowhere.yaml ── 1 problem ───────────────────────────────────────────────────────────────────────

      × error[file-unreadable]
      │ There is no such file or folder.
        Help   Check the spelling. Paths are relative to the current folder.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 3 files could not be linted
    No template was linted
      Checked      1 rule (s3-bucket-versioning) on 0 resources in 0 templates
    ");
}

/// Programs get one complete document, also without results.
#[test]
fn documents_are_complete_when_nothing_can_be_read() {
    let folder = Folder::new();
    for arguments in [&["nowhere.yaml"][..], &[], &["nowhere.yaml", "--rule", "nothing"]] {
        for format in ["json", "sarif"] {
            let ran = folder.run(&[arguments, &["--format", format]].concat());
            assert_eq!(ran.code, 2);
            let document = ran.json();
            if format == "sarif" {
                let invocation = &document["runs"][0]["invocations"][0];
                assert_eq!((&invocation["exitCode"], &invocation["executionSuccessful"]), (&2.into(), &false.into()));
                assert_ne!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 0);
                assert_eq!(document["runs"][0]["results"], serde_json::json!([]));
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn files_and_folders_without_permission_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("a/secret.yaml", GOOD), ("a/closed/t.yaml", GOOD), ("a/bad.yaml", BAD)]);
    let allow = |name: &str, mode| {
        std::fs::set_permissions(folder.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow("a/secret.yaml", 0o000);
    allow("a/closed", 0o000);
    let is_root = std::fs::read(folder.path("a/secret.yaml")).is_ok();
    let ran: Ran = folder.versioning(&["a", "--format", "json"]);
    let closed: Ran = folder.versioning(&["a/closed", "--format", "json"]);
    allow("a/closed", 0o700);
    if is_root {
        skipped("root may read every file");
        return;
    }
    assert_eq!(ran.code, 2);
    assert_eq!(findings(&ran.json()).len(), 1);
    assert_eq!(
        problems(&ran.json()),
        [("file-unreadable".into(), "a/closed".into()), ("file-unreadable".into(), "a/secret.yaml".into())]
    );
    // Whether a template is in a folder that cannot be read is not known.
    assert_eq!(problems(&closed.json()), [("file-unreadable".into(), "a/closed".into())]);
}

/// Anchors, merges and depth within bounds are fine.
#[test]
fn deep_but_bounded_templates_are_linted() {
    let deep = format!("{}x{}", "[".repeat(150), "]".repeat(150));
    let folder = Folder::new();
    folder.file("deep.yaml", format!("{BAD}    Metadata: {deep}\n"));
    assert_eq!(folder.versioning(&["deep.yaml"]).code, 1);
}

/// No rule checks a misspelt type, so the report would state only "all checks passed".
#[test]
fn misspelt_types_are_reported() {
    let folder = Folder::new();
    let text = b"Resources:\n  A: { Type: AWS::S3::Buckte }\n  B: { Type: AWS::S3::Buckte }\n  C: { Type: AWS::S3::Object }\n  \
        G: { Type: AWS::Lambada::Function }\n  D: { Type: Custom::Own }\n  E: { Type: Acme::Own::Thing }\n  F: { Type: AWS::S3::Bucket::MODULE }\n";
    let report = folder.run_on(text, &["-", "--format", "json"]).json();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let helps: Vec<_> =
        diagnostics.iter().map(|one| (one["code"].as_str().unwrap(), one["help"].as_str().unwrap())).collect();
    assert_eq!(
        helps,
        [
            ("unknown-type", "Did you mean `AWS::S3::Bucket`?"),
            ("unknown-type", "Check the spelling. Newer versions of hipaalint know newer resource types."),
            ("unknown-type", "Did you mean `AWS::Lambda::Function`?"),
        ]
    );
}
