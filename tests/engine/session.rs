//! Sessions, as front ends other than the command line use them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use hipaalint::project::Counter;
use hipaalint::report::Report;
use hipaalint::session::{Again, End, Known, Sink};
use hipaalint::{Buffers, Diagnostic, Disk, Exit, Files, Fixing, Options, Results, RuleSources, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BAD: &str = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n";

/// Files in memory.
fn memory(files: &[(&str, &str)]) -> Files {
    let mut buffers = Buffers::default();
    for (name, text) in files {
        buffers.open(&Path::new("/project").join(name), *text);
    }
    Files::new(Arc::new(buffers), PathBuf::from("/project"))
}

fn versioning() -> Options {
    Options { rules: vec!["s3-bucket-versioning".to_owned()], gitignore: true, ..Options::default() }
}

/// The places of findings: `app.yaml:2`.
fn places(results: &Results) -> Vec<String> {
    let place = |finding: &hipaalint::Finding| {
        let source = results.source(finding.span).unwrap();
        format!("{}:{}", source.name, source.position(finding.span.start).line)
    };
    results.findings().iter().map(place).collect()
}

fn codes(results: &Results) -> Vec<&str> {
    results.diagnostics().iter().map(|diagnostic: &Diagnostic| diagnostic.code.name()).collect()
}

#[test]
fn what_depends_on_others_is_undecided_in_a_part() {
    let template = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n  Group:\n    Type: AWS::Logs::LogGroup\n";
    let rules = ["s3-bucket-tls-only", "s3-bucket-versioning", "logs-retention"].map(str::to_owned).to_vec();
    for (is_part, expected) in [
        (false, vec!["s3-bucket-tls-only Fail", "s3-bucket-versioning Fail", "logs-retention Fail"]),
        (true, vec!["s3-bucket-versioning Fail", "logs-retention Fail", "s3-bucket-tls-only Undecided"]),
    ] {
        let keep = hipaalint::Keep { undecided: true, ..hipaalint::Keep::default() };
        let contents = hipaalint::Contents { requested: keep, needed: keep, ..hipaalint::Contents::default() };
        let options = Options { rules: rules.clone(), is_part, contents, ..Options::default() };
        let results = Session::new(options, memory(&[("README", "")])).lint_open(Path::new("app.yaml"), template);
        let mut found: Vec<String> =
            results.findings().iter().map(|finding| format!("{} {:?}", finding.rule, finding.outcome)).collect();
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{is_part}");
    }
}

#[test]
fn a_whole_project_may_be_in_memory() {
    let parent =
        "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: inner/stack.yaml}\n";
    let files = memory(&[
        (".git/HEAD", ""),
        (".gitignore", "build/\n"),
        ("hipaalint.yaml", "skip: [old.yaml]\nbaseline: known.json\n"),
        ("app.yaml", BAD),
        ("old.yaml", BAD),
        ("build/out.yaml", BAD),
        ("other/hipaalint.yaml", "fail-on: never\n"),
        ("other/parent.yaml", parent),
        ("other/inner/stack.yaml", BAD),
        (
            "known.json",
            "{\"hipaalint-baseline\": 1, \"findings\": [{\"file\": \"app.yaml\", \"rule\": \"s3-bucket-versioning\", \
             \"subject\": \"Resources/Records\", \"path\": \"Resources/Records\"}]}",
        ),
    ]);
    let session = Session::new(versioning(), files);
    let found = session.discover(&[PathBuf::from(".")]);
    let expected = found.candidates.clone();
    let names: Vec<&str> = expected.iter().map(|candidate| candidate.name()).collect();
    assert!(names.contains(&"app.yaml") && !names.contains(&"old.yaml") && !names.contains(&"build/out.yaml"));
    let mut results = Results::default();
    let outcome = session.lint(found, &Counter::default(), &mut results);
    // Of the files, three are templates.
    assert_eq!((outcome.templates(), outcome.exit()), (3, Exit::Clean));
    assert_eq!(places(&results), ["other/inner/stack.yaml:2"]);
    assert_eq!((results.suppressed().len(), results.summary().in_baseline, results.exit()), (1, 1, Exit::Clean));
    assert!(session.depends_on().contains(Path::new("/project/other/hipaalint.yaml")));
}

#[test]
fn an_open_buffer_is_judged_instead_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.yaml"), "Resources: {}").unwrap();
    std::fs::write(folder.path().join("hipaalint.yaml"), "profil: core\n").unwrap();
    let files = Files::new(Arc::new(hipaalint::Disk), folder.path().to_owned());
    let parameters = vec![("Env".to_owned(), "qa".to_owned())];
    let session = Session::new(Options { parameters, ..versioning() }, files);
    let path = folder.path().join("app.yaml");
    let declares = |allowed: &str| format!("Parameters: {{Env: {{Type: String, AllowedValues: [{allowed}]}}}}\n{BAD}");
    // What was wrong in an earlier text is not kept; what is wrong in the configuration is.
    for (text, expected) in [
        (declares("dev"), vec!["configuration", "refused-parameter"]),
        (declares("qa"), vec!["configuration"]),
        (BAD.to_owned(), vec!["configuration", "unknown-parameter"]),
        (declares("dev"), vec!["configuration", "refused-parameter"]),
    ] {
        let results = session.lint_open(&path, text);
        let mut found = codes(&results);
        found.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(places(&results).len(), 1);
        assert_eq!(results.exit(), Exit::Trouble);
    }
    std::fs::write(folder.path().join("hipaalint.yaml"), "fail-on: never\n").unwrap();
    session.reread();
    let results = session.lint_open(Path::new("app.yaml"), declares("qa"));
    assert_eq!((codes(&results).len(), results.exit()), (0, Exit::Clean));
    // A file that was never saved.
    assert_eq!(places(&session.lint_open(Path::new("fresh.yaml"), declares("qa"))), ["fresh.yaml:3"]);
}

#[test]
fn the_built_in_rules_are_parsed_once() {
    let session = || Session::new(versioning(), memory(&[]));
    let (one, other) = (session().settings_of(Path::new(".")), session().settings_of(Path::new(".")));
    let address = |settings: &hipaalint::session::Settings| {
        std::ptr::from_ref(settings.linter.rules().get("s3-bucket-versioning").unwrap().rule().unwrap())
    };
    assert_eq!(address(&one), address(&other));
}

/// A second run of a session writes what it found, and not what only the first one did.
#[test]
fn a_baseline_is_written_after_each_run() {
    let folder = tempfile::tempdir().unwrap();
    let (template, baseline) = (folder.path().join("app.yaml"), folder.path().join("known.json"));
    let files = Files::new(Arc::new(Disk), folder.path().to_owned());
    let session = Session::new(Options { write_baseline: Some("known.json".into()), ..versioning() }, files);
    let run = |text: &str| {
        std::fs::write(&template, text).unwrap();
        session.lint(session.discover(&["app.yaml".into()]), &Counter::default(), &mut Results::default());
        std::fs::read_to_string(&baseline).unwrap().matches("s3-bucket-versioning").count()
    };
    assert_eq!(run(BAD), 1);
    assert_eq!(run("Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n"), 0);
    assert_eq!(run(BAD), 1);
}

/// A rule whose fix is safe.
const ROTATION: &str = "\
id: own-rotation
title: Key does not rotate
level: error
controls: [\"164.312(a)(2)(iv)\"]
resources: [AWS::KMS::Key]
assert: { path: $.Properties.EnableKeyRotation, is: { equals: true } }
message: Key `{resource}` does not rotate
why: It keeps its material.
remediation: Set it.
references: [https://example.com]
fix: { applicability: safe, set: { $.Properties.EnableKeyRotation: true } }
examples:
  pass:
    - name: rotates
      template: |
        Resources:
          Key:
            Type: AWS::KMS::Key
            Properties: { EnableKeyRotation: true }
  fail:
    - name: does not
      template: |
        Resources:
          Key: # finding
            Type: AWS::KMS::Key
";

/// A file system whose file is not what it was when the session read it.
#[derive(Debug)]
struct Stale(Disk);

impl hipaalint::FileSystem for Stale {
    fn read(&self, path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
        let text = self.0.read(path, limit)?;
        Ok(String::from_utf8(text).unwrap().replace("# now", "# then").into_bytes())
    }

    fn metadata(&self, path: &Path) -> std::io::Result<hipaalint::files::Metadata> {
        self.0.metadata(path)
    }

    fn own_metadata(&self, path: &Path) -> std::io::Result<hipaalint::files::Metadata> {
        self.0.own_metadata(path)
    }

    fn real(&self, path: &Path) -> std::io::Result<PathBuf> {
        self.0.real(path)
    }

    fn entries(&self, folder: &Path) -> std::io::Result<Vec<hipaalint::files::Entry>> {
        self.0.entries(folder)
    }
}

#[test]
fn a_file_that_changed_since_it_was_read_is_not_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.yaml");
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    std::fs::write(folder.path().join("rules/own-rotation.yaml"), ROTATION).unwrap();
    let options = Options {
        fixing: Some(Fixing::default()),
        rules: vec!["own-rotation".to_owned()],
        sources: RuleSources { folders: vec![PathBuf::from("rules")], ..RuleSources::default() },
        ..Options::default()
    };
    let fix = |system: Arc<dyn hipaalint::FileSystem>| {
        let session = Session::new(options.clone(), Files::new(system, folder.path().to_owned()));
        let mut results = Results::default();
        let found = session.discover(&[PathBuf::from("app.yaml")]);
        session.lint(found, &Counter::default(), &mut results);
        results
    };
    let text = "Resources:\n  Key: # now\n    Type: AWS::KMS::Key\n    Properties: { EnableKeyRotation: false }\n";
    std::fs::write(&file, text).unwrap();
    let results = fix(Arc::new(Stale(Disk)));
    assert_eq!((codes(&results), results.exit()), (vec!["file-not-written"], Exit::Trouble));
    assert!(results.diagnostics()[0].message.ends_with("it changed during the run"), "{:?}", results.diagnostics());
    assert_eq!((results.findings().len(), std::fs::read_to_string(&file).unwrap().as_str()), (1, text));
    let results = fix(Arc::new(Disk));
    assert_eq!((results.findings().len(), results.exit()), (0, Exit::Clean));
    assert!(std::fs::read_to_string(&file).unwrap().contains("{ EnableKeyRotation: true }"));
    // What is open in an editor is not written.
    std::fs::write(&file, text).unwrap();
    let session = Session::new(options, Files::new(Arc::new(Disk), folder.path().to_owned()));
    session.lint_open(Path::new("app.yaml"), text);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

/// Hears which files are linted again.
#[derive(Default)]
struct Relinted {
    held: usize,
    linted: Vec<String>,
}

impl Sink for Relinted {
    fn about(&mut self, path: &Path, holds: bool) {
        match path.strip_prefix("./").unwrap_or(path).display().to_string() {
            configuration if configuration.ends_with("hipaalint.yaml") => {}
            _ if holds => self.held += 1,
            linted => self.linted.push(linted),
        }
    }

    fn file(&mut self, _: &Report<'_>) {}

    fn end(&mut self, _: &End<'_>) {}
}

/// 200 open templates: two parents that nest 99 each. What a change says nothing about is not linted again.
#[test]
fn a_change_lints_what_depends_on_it() {
    let stacks = |folder: &str, env: &str| {
        let stack = |number: usize| {
            format!(
                "  S{number}:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: s{number}.yaml, \
                 Parameters: {{Env: {}}}}}\n",
                if number == 7 { env } else { "dev" }
            )
        };
        let text = format!("Resources:\n{}", (0..99).map(stack).collect::<String>());
        (format!("{folder}/parent.yaml"), text)
    };
    let child = |state: &str| {
        format!(
            "Parameters: {{Env: {{Type: String}}}}\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties: \
             {{BucketName: !Ref Env, VersioningConfiguration: {{Status: {state}}}}}\n"
        )
    };
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for folder in ["a", "b"] {
        texts.extend([stacks(folder, "dev"), (format!("{folder}/hipaalint.yaml"), "profile: core\n".to_owned())]);
        texts.extend((0..99).map(|number| (format!("{folder}/s{number}.yaml"), child("Enabled"))));
    }
    let known = Known::new();
    let files = |texts: &BTreeMap<String, String>| {
        memory(&texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
    };
    let session = Session::new(Options::default(), files(&texts));
    let mut lint = |changes: &[(String, String)]| {
        texts.extend(changes.iter().cloned());
        let session = session.on(files(&texts));
        session.read_settings_here();
        let changed: BTreeSet<PathBuf> = changes.iter().map(|(name, _)| Path::new("/project").join(name)).collect();
        if session.depends_on().iter().any(|file| changed.contains(&session.files().base().normal(file))) {
            session.reread_changed(&changed);
        }
        known.forget(&changed, session.files());
        let mut relinted = Relinted::default();
        let again = Again { known: &known, wants: &|_| true };
        session.lint_again(session.discover(&[PathBuf::from(".")]), &again, &Counter::default(), &mut relinted);
        assert_eq!(relinted.held + relinted.linted.len(), 200);
        relinted.linted
    };
    assert_eq!(lint(&[]).len(), 200);
    assert_eq!(lint(&[]), Vec::<String>::new());
    // A child, which says nothing about others.
    assert_eq!(lint(&[("a/s3.yaml".to_owned(), child("Suspended"))]), ["a/s3.yaml"]);
    // What a parent gives to one child. The places in the parent, which are told of the others, stay.
    assert_eq!(lint(&[stacks("b", "qa5")]), ["b/parent.yaml", "b/s7.yaml"]);
    // A configuration.
    let linted = lint(&[("a/hipaalint.yaml".to_owned(), "profile: strict\n".to_owned())]);
    assert!(linted.len() == 100 && linted.iter().all(|name| name.starts_with("a/")), "{linted:?}");
    // One that was not there before.
    let linted = lint(&[("hipaalint.yaml".to_owned(), "profile: strict\n".to_owned())]);
    assert_eq!(linted, Vec::<String>::new());
}
