//! `--since`: what is new, fixed and as before, over repositories that git makes in temporary folders.

use crate::skipped::skipped;
use crate::streams::{closed, complaints};
use crate::support::{BAD, CHOOSES, Folder, GOOD, OPEN, Ran, problems, ran};
use serde_json::Value;
use std::process::Command;

const TWO: &str = "Resources:\n  Records: { Type: AWS::S3::Bucket }\n  Scans: { Type: AWS::S3::Bucket }\n";

/// A repository whose first commit has these files; none where git is not installed.
struct Repository(Folder);

impl Repository {
    fn with(files: &[(&str, &str)]) -> Option<Self> {
        Self::of(Folder::with(files))
    }

    fn of(folder: Folder) -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            skipped("git is not installed");
            return None;
        }
        let own = Self(folder);
        own.git(&["init", "--quiet", "--initial-branch", "main"]);
        own.commit();
        Some(own)
    }

    /// git in the folder, without the configuration of the person who runs the tests.
    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.0.path("")).args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
        git.args(["-c", "core.autocrlf=false", "-c", "protocol.file.allow=always"]).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR");
        let output = git.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self) -> &Self {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "a change"]);
        self
    }

    fn since(&self, arguments: &[&str]) -> Ran {
        self.0.versioning(&[&["--since", "HEAD"], arguments].concat())
    }

    /// The numbers of new, fixed and unchanged findings since the last commit.
    fn numbers(&self, arguments: &[&str]) -> [u64; 3] {
        numbers(&self.since(&[arguments, &["--format", "json"]].concat()))
    }
}

fn numbers(ran: &Ran) -> [u64; 3] {
    let report = ran.json();
    ["new", "fixed", "unchanged"]
        .map(|key| report["summary"]["since"][key].as_u64().unwrap_or_else(|| panic!("{}", ran.all())))
}

/// The files of findings that nothing decides about now, with the reasons. Their number is that of the summary.
fn unjudged(ran: &Ran) -> Vec<(String, String)> {
    let report = ran.json();
    let notes = report["diagnostics"].as_array().unwrap().iter().filter(|one| one["code"] == "revision");
    let mut all = Vec::new();
    for note in notes {
        let message = note["message"].as_str().unwrap();
        let Some((number, rest)) = message.split_once(" is not judged any more, because ") else { panic!("{message}") };
        assert_eq!(number, "1 finding of revision `HEAD`");
        all.push((note["file"].as_str().unwrap().to_owned(), rest.split(": ").next().unwrap().to_owned()));
    }
    assert_eq!(report["summary"]["since"]["unjudged"], all.len(), "{}", ran.all());
    all
}

fn subjects(list: &Value) -> Vec<String> {
    let subject =
        |one: &Value| format!("{} {}", one["file"].as_str().unwrap(), one["subject"]["name"].as_str().unwrap());
    list.as_array().unwrap().iter().map(subject).collect()
}

#[test]
fn only_new_findings_count() {
    let Some(own) = Repository::with(&[("a.yaml", TWO), ("b.yaml", BAD), ("good.yaml", GOOD)]) else { return };
    let ran = own.since(&[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let commit = own.git(&["rev-parse", "HEAD"]);
    own.0.file("a.yaml", TWO.replace("Scans", "Images")).file("c/new.yaml", BAD);
    let ran = own.since(&[]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    let name = format!("HEAD ({})", &commit[..12]);
    insta::assert_snapshot!(ran.stdout.replace(&name, "HEAD (COMMIT)"), @"
    ── a.yaml ── 1 error ───────────────────────────────────────────────────────────────────────────────

      × error[s3-bucket-versioning] Images (AWS::S3::Bucket), severity medium, fixable (unsafe)
      │ Bucket `Images` does not have versioning enabled: `VersioningConfiguration.Status` is not set.
       ╭─[a.yaml:3:3]
     2 │   Records: { Type: AWS::S3::Bucket }
     3 │   Images: { Type: AWS::S3::Bucket }
       ·   ──────
       ╰────
        HIPAA  164.308(a)(7)(i)      Contingency plan
               164.308(a)(7)(ii)(A)  Data backup plan
               164.308(a)(7)(ii)(B)  Disaster recovery plan
               164.312(c)(1)         Integrity
               164.312(c)(2)         Mechanism to authenticate electronic protected health information
        Fix    Set `VersioningConfiguration: { Status: Enabled }`. Add a lifecycle rule for noncurrent
               versions so that old versions do not accumulate.

    ── c/new.yaml ── 1 error ───────────────────────────────────────────────────────────────────────────

      × error[s3-bucket-versioning] Records (AWS::S3::Bucket), severity medium, fixable (unsafe)
      │ Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.
       ╭─[c/new.yaml:2:3]
     1 │ Resources:
     2 │   Records:
       ·   ───────
     3 │     Type: AWS::S3::Bucket
       ╰────
        HIPAA  164.308(a)(7)(i)      Contingency plan
               164.308(a)(7)(ii)(A)  Data backup plan
               164.308(a)(7)(ii)(B)  Disaster recovery plan
               164.312(c)(1)         Integrity
               164.312(c)(2)         Mechanism to authenticate electronic protected health information
        Fix    Set `VersioningConfiguration: { Status: Enabled }`. Add a lifecycle rule for noncurrent
               versions so that old versions do not accumulate.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 2 new errors in 4 templates
      Since        HEAD (COMMIT): 2 new, 1 fixed, 2 as before
      Checked      1 rule (s3-bucket-versioning) on 5 resources in 4 templates
      Results      5 checks: 4 failed, 1 passed
      Fixable      2 of 2 findings with --fix --unsafe-fixes
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
    let report = own.since(&["--format", "json"]).json();
    assert_eq!(subjects(&report["findings"]), ["a.yaml Images", "c/new.yaml Records"]);
    assert_eq!(subjects(&report["suppressed"]), ["a.yaml Records", "b.yaml Records"]);
    assert_eq!(subjects(&report["absent"]), ["a.yaml Scans"]);
    assert_eq!(report["absent"][0]["start"]["line"], 3);
    let states = |list: &str| -> Vec<Value> {
        report[list].as_array().unwrap().iter().map(|one| one["since"].clone()).collect()
    };
    assert_eq!(
        [states("findings"), states("suppressed"), states("absent")].concat(),
        ["new", "new", "unchanged", "unchanged", "absent"]
    );
    let since = &report["summary"]["since"];
    assert_eq!((&since["revision"], &since["commit"]), (&"HEAD".into(), &commit.as_str().into()));
    assert_eq!((&since["new"], &since["fixed"], &since["unchanged"]), (&2.into(), &1.into(), &2.into()));
    // Nothing was written into the repository.
    assert_eq!(own.git(&["status", "--porcelain"]), "M a.yaml\n?? c/");
}

#[test]
fn every_format_has_its_part_of_it() {
    let Some(own) = Repository::with(&[("a.yaml", TWO), ("gone.yaml", BAD)]) else { return };
    own.0.file("a.yaml", TWO.to_owned() + "  Images: { Type: AWS::S3::Bucket }\n");
    std::fs::remove_file(own.0.path("gone.yaml")).unwrap();
    let sarif = own.since(&["--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let state = |one: &Value| {
        format!(
            "{} {}",
            one["baselineState"].as_str().unwrap(),
            one["locations"][0]["logicalLocations"][0]["name"].as_str().unwrap()
        )
    };
    let mut states: Vec<String> = results.iter().map(state).collect();
    states.sort();
    assert_eq!(states, ["absent Records", "new Images", "unchanged Records", "unchanged Scans"]);
    // A finding has the same fingerprint as in a run that compares with nothing.
    let prints = |report: &Value| -> std::collections::BTreeSet<String> {
        let results = report["runs"][0]["results"].as_array().unwrap().iter();
        results
            .filter(|one| one["baselineState"] != "absent")
            .map(|one| one["partialFingerprints"].to_string())
            .collect()
    };
    assert_eq!(prints(&sarif), prints(&own.0.versioning(&["--format", "sarif"]).json()));

    let records = own.since(&["--format", "jsonl"]).stdout;
    let kinds: Vec<Value> =
        records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["record"].clone()).collect();
    assert_eq!(kinds, ["run", "file", "finding", "suppressed", "suppressed", "absent", "summary"]);
    let schema = closed("jsonl.schema.json");
    for record in records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        assert_eq!(complaints(&schema, &record), Vec::<String>::new(), "{record}");
    }
    let report = own.since(&["--format", "json"]).json();
    assert_eq!(complaints(&closed("report.schema.json"), &report), Vec::<String>::new());

    let github = own.since(&["--format", "github"]).stdout;
    assert_eq!(github.matches("::error ").count() + github.matches("::warning ").count(), 1, "{github}");
    assert!(github.contains("1 new, 1 fixed, 2 as before"), "{github}");
    let markdown = own.since(&["--format", "markdown"]).stdout;
    assert!(markdown.contains("1 new, 1 fixed, 2 as before"), "{markdown}");
    assert!(markdown.contains("Images") && !markdown.contains("`Scans`"), "{markdown}");

    // What compares reports itself, or is about the state, has all.
    let gitlab = own.since(&["--format", "gitlab"]).json();
    assert_eq!(gitlab, own.0.versioning(&["--format", "gitlab"]).json());
    let html = own.since(&["--format", "html"]).stdout;
    assert_eq!(html, own.0.versioning(&["--format", "html"]).stdout);
    let junit = own.since(&["--format", "junit"]).stdout;
    assert!(junit.contains("failures=\"1\"") && junit.contains("As before."), "{junit}");
}

#[test]
fn files_that_move_are_followed() {
    let long = TWO.to_owned() + "Description: |\n  one\n  two\n  three\n  four\n";
    let Some(own) = Repository::with(&[("a/same.yaml", BAD), ("a/changed.yaml", &long), ("stays.yaml", GOOD)]) else {
        return;
    };
    own.git(&["mv", "a", "b"]);
    own.git(&["mv", "b/same.yaml", "b/other.yaml"]);
    own.0.file("b/changed.yaml", long.replace("Scans", "Images"));
    let report = own.since(&["--format", "json"]).json();
    assert_eq!(subjects(&report["findings"]), ["b/changed.yaml Images"]);
    assert_eq!(subjects(&report["suppressed"]), ["b/changed.yaml Records", "b/other.yaml Records"]);
    assert_eq!(subjects(&report["absent"]), ["a/changed.yaml Scans"]);
}

/// The configuration of a folder moves with it.
#[test]
fn folders_move_with_their_configuration() {
    let Some(own) = Repository::with(&[("a/t.yaml", BAD), ("a/hipaalint.yaml", "profile: strict\n")]) else { return };
    own.git(&["mv", "a", "b"]);
    let [new, fixed, unchanged] = numbers(&own.0.run(&["--since", "HEAD", "--format", "json"]));
    assert!(new == 0 && fixed == 0 && unchanged > 3, "{new} {fixed} {unchanged}");
}

#[test]
fn exceptions_and_baselines_keep_their_meaning() {
    let excepted = |reason: &str| {
        format!(
            "Resources:\n  # hipaalint: except s3-bucket-versioning because {reason}\n  Records:\n    Type: AWS::S3::Bucket\n"
        )
    };
    let Some(own) = Repository::with(&[("a.yaml", BAD), ("b.yaml", &excepted("it is scratch"))]) else { return };
    // An exception for a known finding is no fix; a finding that loses its exception is new.
    own.0.file("a.yaml", excepted("it is rebuilt")).file("b.yaml", BAD);
    assert_eq!(own.numbers(&[]), [1, 0, 0]);
    // One that was suppressed, and is, is as before.
    own.0.file("a.yaml", BAD).file("b.yaml", excepted("it is scratch") + "# more\n");
    let report = own.since(&["--format", "json"]).json();
    let suppressed = report["suppressed"].as_array().unwrap();
    assert_eq!(suppressed.len(), 2, "{report}");
    assert!(suppressed.iter().all(|one| one["since"] == "unchanged"), "{report}");
    own.0.file("b.yaml", excepted("it is scratch")).file("c.yaml", BAD);
    own.0.run(&["c.yaml", "--write-baseline", "known.json", "--rule", "s3-bucket-versioning"]);
    let report = own.since(&["--baseline", "known.json", "--format", "json"]).json();
    assert_eq!((&report["summary"]["in_baseline"], &report["summary"]["since"]["unchanged"]), (&1.into(), &1.into()));
    assert_eq!(own.numbers(&["--baseline", "known.json"]), [0, 0, 1]);
}

/// What a template follows from is compared, too: its text alone does not decide.
#[test]
fn what_a_template_depends_on_counts() {
    let parent = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: inner/child.yaml\n      Parameters: { Status: Enabled }\n";
    let child = "Parameters: { Status: { Type: String } }\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties: { VersioningConfiguration: { Status: !Ref Status } }\n";
    let includes = "Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: parts/more.yaml } }\n";
    let files = [
        ("parent.yaml", parent),
        ("inner/child.yaml", child),
        ("includes.yaml", includes),
        (
            "parts/more.yaml",
            "Records: { Type: AWS::S3::Bucket, Properties: { VersioningConfiguration: { Status: Enabled } } }\n",
        ),
    ];
    let Some(own) = Repository::with(&files) else { return };
    assert_eq!(own.numbers(&[]), [0, 0, 0]);
    // The parent passes another value to the same child.
    own.0.file("parent.yaml", parent.replace("Enabled", "Suspended"));
    // The included file has another bucket.
    own.0.file("parts/more.yaml", "Records: { Type: AWS::S3::Bucket }\n");
    let report = own.since(&["--format", "json"]).json();
    assert_eq!(subjects(&report["findings"]), ["parts/more.yaml Records", "inner/child.yaml Records"], "{report}");
    own.commit();
    assert_eq!(own.numbers(&[]), [0, 0, 2]);
    // A folder moves with what it includes.
    own.git(&["mv", "parts/more.yaml", "parts/renamed.yaml"]);
    own.0.file("includes.yaml", includes.replace("more", "renamed"));
    assert_eq!(own.numbers(&[]), [0, 0, 2]);
}

/// A profile or a rule that is added finds nothing new in what nobody changed.
#[test]
fn the_configuration_of_now_applies_to_both() {
    let Some(own) = Repository::with(&[("a.yaml", BAD), ("hipaalint.yaml", "profile: core\n")]) else { return };
    own.0.file("hipaalint.yaml", "profile: strict\n");
    let ran = own.0.run(&["--since", "HEAD", "--format", "json"]);
    let [new, fixed, unchanged] = numbers(&ran);
    assert!(new == 0 && fixed == 0 && unchanged > 3, "{}", ran.all());
    assert_eq!(ran.code, 0);
}

#[test]
fn assemblies_are_compared_by_their_manifests() {
    let manifest = r#"{ "version": "48.0.0", "artifacts": { "App": { "type": "aws:cloudformation:stack", "properties": { "templateFile": "App.template.json" } } } }"#;
    let template = r#"{"Resources": {"Records": {"Type": "AWS::S3::Bucket"}}}"#;
    let files = [("cdk.out/manifest.json", manifest), ("cdk.out/App.template.json", template)];
    let Some(own) = Repository::with(&files) else { return };
    assert_eq!(own.numbers(&["cdk.out"]), [0, 0, 1]);
    own.0.file("cdk.out/App.template.json", template.replace("Records", "Scans"));
    assert_eq!(own.numbers(&["cdk.out"]), [1, 1, 0]);
    // One that is not committed has nothing to be compared with, which the report states.
    own.git(&["rm", "-r", "--cached", "--quiet", "cdk.out"]);
    own.git(&["commit", "--quiet", "--message", "leave it out"]);
    let ran = own.since(&["cdk.out", "--format", "json"]);
    assert_eq!(numbers(&ran), [1, 0, 0]);
    assert_eq!(problems(&ran.json()), [("revision".to_owned(), String::new())]);
}

#[test]
fn without_git_nothing_is_compared() {
    let Some(own) = Repository::with(&[("a.yaml", BAD)]) else { return };
    let mut command = own.0.command(&["--since", "HEAD", "--format", "json"]);
    let ran = ran(command.env("PATH", own.0.path("")));
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stdout.contains("git cannot be started: there is no such file or folder"), "{}", ran.all());
}

#[test]
fn broken_templates_fix_nothing() {
    let Some(own) = Repository::with(&[("a.yaml", BAD), ("b.yaml", "Resources: [")]) else { return };
    own.0.file("a.yaml", "Resources: [").file("b.yaml", BAD);
    let ran = own.since(&["--format", "json"]);
    assert_eq!((ran.code, numbers(&ran)), (2, [1, 0, 0]), "{}", ran.all());
    assert_eq!(unjudged(&ran), [("a.yaml".to_owned(), "the file was not linted".to_owned())]);
}

/// What concerned `dev` alone, and concerns `prod` now.
#[test]
fn what_becomes_graver_is_new() {
    let Some(own) = Repository::with(&[("a.yaml", CHOOSES), ("known.yaml", CHOOSES)]) else { return };
    assert_eq!(own.numbers(&[]), [0, 0, 2]);
    let warning = format!("# dev\n{CHOOSES}");
    let graver = CHOOSES.replace("!If [IsProd, Enabled, Suspended]", "Suspended");
    own.0.file("a.yaml", &warning);
    assert_eq!(own.numbers(&[]), [0, 0, 2]);
    own.0.file("a.yaml", &graver);
    let ran = own.since(&["--format", "json"]);
    assert_eq!((ran.code, numbers(&ran)), (1, [1, 0, 1]), "{}", ran.all());
    let report = ran.json();
    let state = |list: &str| -> Vec<(Value, Value)> {
        report[list].as_array().unwrap().iter().map(|one| (one["since"].clone(), one["level"].clone())).collect()
    };
    assert_eq!(state("findings"), [("new".into(), "error".into())]);
    assert_eq!(state("absent"), []);
    // The level of a configuration is that of both, and only what is as grave as --fail-on fails.
    own.0.file("hipaalint.yaml", "rules: { s3-bucket-versioning: { level: note } }\n");
    assert_eq!(own.numbers(&[]), [0, 0, 2]);
    own.0.file("hipaalint.yaml", "fail-on: never\n");
    let ran = own.since(&["--format", "json"]);
    assert_eq!((ran.code, numbers(&ran)), (0, [1, 0, 1]), "{}", ran.all());
    // What is less grave is as before.
    own.commit();
    own.0.file("a.yaml", warning);
    assert_eq!(own.numbers(&[]), [0, 0, 2]);
}

/// What a parent passes to a nested stack makes its finding graver.
#[test]
fn what_a_parent_passes_makes_a_finding_graver() {
    let parent = |value: &str| {
        format!(
            "Parameters:\n  Stage: {{ Type: String, Default: prod, AllowedValues: [dev, prod] }}\nResources:\n  Child:\n    \
             Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters: {{ Env: {value} }}\n"
        )
    };
    let Some(own) = Repository::with(&[("child.yaml", CHOOSES), ("parent.yaml", &parent("!Ref Stage"))]) else {
        return;
    };
    assert_eq!(own.numbers(&[]), [0, 0, 1]);
    own.0.file("parent.yaml", parent("dev"));
    let ran = own.since(&["--format", "json"]);
    assert_eq!((ran.code, numbers(&ran)), (1, [1, 0, 0]), "{}", ran.all());
}

/// Only what the rule looked at again, or what was removed, is fixed.
#[test]
fn what_is_not_judged_is_not_fixed() {
    let both = TWO.replace("Scans: { Type: AWS::S3::Bucket }", "Queue: { Type: AWS::SQS::Queue }");
    let Some(own) = Repository::with(&[("a.yaml", &both)]) else { return };
    let undecided = "the check is undecided now";
    let not_looked_at = "the rule does not look at the resource now";
    let condition =
        "Conditions:\n  Never: !Equals [a, b]\nResources:\n  Records: { Type: AWS::S3::Bucket, Condition: Never }\n";
    let list = "Parameters:\n  Names: { Type: CommaDelimitedList }\nTransform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Buckets:\n    \
                - Name\n    - !Ref Names\n    - ${Name}: { Type: AWS::S3::Bucket }\n";
    for (text, fixed, reason) in [
        (GOOD, 1, None),
        // The resource is gone, or has another name.
        ("Resources:\n  Queue: { Type: AWS::SQS::Queue }\n", 1, None),
        (OPEN, 0, Some(undecided)),
        (&both.replace("S3::Bucket", "S3::Bukket"), 0, Some(not_looked_at)),
        (&both.replace("AWS::S3::Bucket", "AWS::SNS::Topic"), 0, Some(not_looked_at)),
        (condition, 0, Some(not_looked_at)),
        // It may be one of those that are not known.
        (list, 0, Some(not_looked_at)),
        ("Description: nothing\n", 0, Some("the file was not linted")),
        ("", 0, Some("the file was not linted")),
    ] {
        own.0.file("a.yaml", text);
        let ran = own.since(&["--format", "json", "a.yaml"]);
        assert_eq!(numbers(&ran)[1], fixed, "{text}: {}", ran.all());
        let reasons: Vec<String> = unjudged(&ran).into_iter().map(|(_, reason)| reason).collect();
        assert_eq!(reasons, reason.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{text}: {}", ran.all());
        let report = ran.json();
        let states: Vec<&Value> = report["absent"].as_array().unwrap().iter().map(|one| &one["since"]).collect();
        assert_eq!(states, [if fixed == 1 { "absent" } else { "unjudged" }], "{text}");
        assert_eq!(complaints(&closed("report.schema.json"), &report), Vec::<String>::new());
        let sarif = own.since(&["--format", "sarif", "a.yaml"]).json();
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        assert_eq!(results.filter(|one| one["baselineState"] == "absent").count() as u64, fixed, "{text}");
    }
    own.0.file("a.yaml", both.replace("S3::Bucket", "S3::Bukket"));
    let ran = own.since(&[]);
    assert!(ran.stdout.contains("0 new, 0 fixed, 0 as before, 1 no longer judged\n"), "{}", ran.all());
    assert!(ran.stdout.contains("`s3-bucket-versioning` for Resources/Records"), "{}", ran.all());
}

/// A file that the run leaves out is not fixed; one that was removed is.
#[test]
fn what_is_left_out_is_not_fixed() {
    let Some(own) = Repository::with(&[("a.yaml", BAD), ("b.yaml", GOOD)]) else { return };
    own.0.file(".gitignore", "a.yaml\n");
    let ran = own.since(&["--format", "json", "."]);
    assert_eq!((ran.code, numbers(&ran)), (0, [0, 0, 0]), "{}", ran.all());
    let reason = "the file is not one of those that are linted now";
    assert_eq!(unjudged(&ran), [("a.yaml".to_owned(), reason.to_owned())]);
    std::fs::remove_file(own.0.path("a.yaml")).unwrap();
    let ran = own.since(&["--format", "json", "."]);
    assert_eq!((numbers(&ran), unjudged(&ran)), ([0, 1, 0], Vec::new()), "{}", ran.all());
}

#[test]
fn subfolders_worktrees_and_other_folders_work() {
    let Some(own) = Repository::with(&[("sub/deep/a.yaml", BAD), ("sub/b.yaml", BAD)]) else { return };
    own.0.file("sub/deep/a.yaml", TWO);
    let mut inside = own.0.command(&["--since", "HEAD", "--format", "json", "--rule", "s3-bucket-versioning"]);
    inside.current_dir(own.0.path("sub"));
    let ran = crate::support::ran(&mut inside);
    assert_eq!(numbers(&ran), [1, 0, 2]);
    assert_eq!(subjects(&ran.json()["findings"]), ["deep/a.yaml Scans"]);
    // From outside, by an absolute path.
    let elsewhere = Folder::new();
    let path = own.0.path("sub").display().to_string();
    assert_eq!(numbers(&elsewhere.versioning(&[&path, "--since", "HEAD", "--format", "json"])), [1, 0, 2]);
    let tree = elsewhere.path("tree").display().to_string();
    own.git(&["worktree", "add", "--quiet", "--detach", &tree]);
    elsewhere.file("tree/sub/b.yaml", TWO);
    assert_eq!(numbers(&elsewhere.versioning(&["tree", "--since", "HEAD", "--format", "json"])), [1, 0, 2]);
}

#[test]
fn a_revision_that_cannot_be_read_is_reported() {
    let Some(own) = Repository::with(&[("a.yaml", BAD)]) else { return };
    let complaint = |folder: &Folder, arguments: &[&str]| {
        let ran = folder.versioning(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ran.code, 2, "{}", ran.all());
        let report = ran.json();
        assert_eq!(
            (&report["findings"], report["diagnostics"].as_array().unwrap().len()),
            (&Value::Array(vec![]), 1),
            "{report}"
        );
        assert_eq!(report["diagnostics"][0]["code"], "revision");
        format!(
            "{} {}",
            report["diagnostics"][0]["message"].as_str().unwrap(),
            report["diagnostics"][0]["help"].as_str().unwrap()
        )
    };
    for revision in
        ["mian", "HEAD:a.yaml", "HEAD~5", "main..HEAD", "--help", "--upload-pack=touch pwned", "-", "a b", "\u{202e}"]
    {
        let text = complaint(&own.0, &[&format!("--since={revision}")]);
        assert!(text.contains("the repository has no such revision"), "{revision}: {text}");
    }
    let shallow = Folder::new();
    own.commit();
    let from = format!("file://{}", own.0.path("").display());
    own.git(&["clone", "--quiet", "--depth", "1", &from, &shallow.path("clone").display().to_string()]);
    let text = complaint(&shallow, &["clone", "--since", "HEAD~1"]);
    assert!(text.contains("fetch-depth: 0") && text.contains("shallow"), "{text}");
    // No repository, one without a working tree, and two of them.
    let outside = Folder::with(&[("a.yaml", BAD)]);
    assert!(complaint(&outside, &["--since", "HEAD"]).contains("not in the working tree of a git repository"));
    own.git(&["clone", "--quiet", "--bare", &from, &outside.path("bare").display().to_string()]);
    assert!(complaint(&outside, &["bare", "--since", "HEAD"]).contains("not in the working tree of a git repository"));
    let clone = shallow.path("clone").display().to_string();
    assert!(complaint(&own.0, &["a.yaml", &clone, "--since", "HEAD"]).contains("another repository"));
    for (arguments, text) in [
        (vec!["--since", "HEAD", "--fix"], "--fix"),
        (vec!["--since", "HEAD", "-"], "standard input"),
        (vec!["--since", "HEAD", "--write-baseline", "x.json"], "--write-baseline"),
        (vec!["--since", ""], "a branch, a tag or a commit"),
    ] {
        let ran = own.0.run(&arguments);
        assert!(ran.code == 2 && ran.stderr.contains(text), "{}", ran.all());
    }
}

#[test]
fn submodules_are_read_as_they_are() {
    let Some(other) = Repository::with(&[("inner.yaml", BAD)]) else { return };
    let Some(own) = Repository::with(&[("a.yaml", BAD)]) else { return };
    own.git(&["submodule", "--quiet", "add", &other.0.path("").display().to_string(), "lib"]);
    own.commit();
    own.0.file("lib/inner.yaml", TWO);
    assert_eq!(own.numbers(&[]), [0, 0, 3]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn names_may_be_any_bytes_and_links_lead_on() {
        let folder = Folder::with(&[("real/a.yaml", BAD), ("b \"c\"\n.yaml", BAD)]);
        let odd = folder.path("").join(OsStr::from_bytes(b"caf\xe9.yaml"));
        std::fs::write(&odd, BAD).unwrap();
        symlink("real", folder.path("link")).unwrap();
        symlink("loop", folder.path("loop")).unwrap();
        symlink("/etc", folder.path("out")).unwrap();
        let Some(own) = Repository::of(folder) else { return };
        assert_eq!(own.numbers(&[]), [0, 0, 3]);
        std::fs::write(&odd, TWO).unwrap();
        assert_eq!(own.numbers(&[]), [1, 0, 3]);
        assert_eq!(own.numbers(&["link"]), [0, 0, 1]);
        own.0.file("real/a.yaml", TWO);
        assert_eq!(own.numbers(&["link/a.yaml"]), [1, 0, 1]);
    }

    /// A repository may name programs in many places. None of them runs.
    #[test]
    fn nothing_that_a_repository_names_is_run() {
        let Some(own) = Repository::with(&[("a.yaml", BAD), (".gitattributes", "* filter=evil diff=evil text\n")])
        else {
            return;
        };
        own.0.file("a.yaml", TWO);
        let program = own.0.path("evil");
        let mark = own.0.path("ran");
        own.0.file("evil", format!("#!/bin/sh\ntouch '{}'\ncat\n", mark.display()));
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let evil = program.display().to_string();
        for key in [
            "core.fsmonitor",
            "core.pager",
            "core.editor",
            "core.sshCommand",
            "core.askPass",
            "core.gitProxy",
            "core.alternateRefsCommand",
            "diff.external",
            "diff.evil.textconv",
            "diff.evil.command",
            "filter.evil.clean",
            "filter.evil.smudge",
            "filter.evil.process",
            "pager.ls-tree",
            "pager.cat-file",
            "pager.rev-parse",
            "credential.helper",
            "gpg.program",
            "uploadpack.packObjectsHook",
            "sequence.editor",
            "trace2.eventTarget",
        ] {
            own.git(&["config", key, &evil]);
        }
        for alias in ["rev-parse", "ls-tree", "cat-file"] {
            own.git(&["config", &format!("alias.{alias}"), &format!("!{evil}")]);
        }
        let hooks = own.0.path(".git/hooks");
        std::fs::create_dir_all(&hooks).unwrap();
        for hook in ["post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"]
        {
            std::fs::copy(&program, hooks.join(hook)).unwrap();
        }
        // Objects that are missing would be fetched, by a program of the repository's choice.
        own.git(&["config", "extensions.partialClone", "origin"]);
        own.git(&["config", "core.repositoryFormatVersion", "1"]);
        own.git(&["config", "remote.origin.promisor", "true"]);
        own.git(&["config", "remote.origin.url", &format!("ext::{evil}")]);
        own.git(&["config", "remote.origin.uploadpack", &evil]);
        own.git(&["config", "protocol.ext.allow", "always"]);
        std::fs::remove_file(&mark).ok();
        let mut command = own.0.command(&["--since", "HEAD", "--format", "json", "--rule", "s3-bucket-versioning"]);
        for name in
            ["GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR", "GIT_PROXY_COMMAND"]
        {
            command.env(name, &evil);
        }
        command.env("GIT_DIR", "/nowhere").env("GIT_TRACE", own.0.path("trace")).env("GIT_EXEC_PATH", own.0.path(""));
        let ran = crate::support::ran(&mut command);
        assert_eq!(numbers(&ran), [1, 0, 1], "{}", ran.all());
        assert!(!mark.exists() && !own.0.path("trace").exists());

        // The same where an object is missing: an error, and nothing is fetched.
        let blob = own.git(&["rev-parse", "HEAD:a.yaml"]);
        std::fs::remove_file(own.0.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
        let ran = own.since(&["--format", "json"]);
        assert_eq!(
            (ran.code, problems(&ran.json())),
            (2, vec![("revision".to_owned(), "a.yaml".to_owned())]),
            "{}",
            ran.all()
        );
        assert!(ran.stdout.contains("hipaalint fetches nothing"), "{}", ran.stdout);
        assert!(!mark.exists());
    }
}

#[test]
fn reports_for_auditors_and_security_hub_have_the_state() {
    let Some(repository) = Repository::with(&[("a.yaml", BAD)]) else { return };
    let product = "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default";
    let account = ["--account", "111122223333", "--region", "us-east-1", "--product-arn", product];
    let dated =
        |arguments: &[&str]| repository.0.versioning(&[&["--today", "2031-01-01", "a.yaml"], arguments].concat());
    for format in [&["--format", "oscal"][..], &[&["--format", "asff"][..], &account].concat()] {
        let whole = dated(format);
        let since = dated(&[format, &["--since", "HEAD"]].concat());
        assert_eq!((whole.code, since.code), (1, 0), "{}", since.all());
        assert_eq!(since.stdout, whole.stdout, "{format:?}");
    }
    let bundle = |arguments: &[&str]| {
        dated(&[&["--output", "evidence.zip", "--quiet"], arguments].concat());
        let text = repository.0.run(&["evidence", "diff", "--format", "json", "whole.zip", "evidence.zip"]);
        text.json()["findings"].clone()
    };
    dated(&["--output", "whole.zip", "--quiet"]);
    assert_eq!(bundle(&["--since", "HEAD"]), serde_json::json!([]));
}
