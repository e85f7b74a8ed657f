//! Writing reports: formats, files, pipes, threads.

use crate::skipped::skipped;
use crate::support::{BAD, CHOOSES, Folder, GOOD, OWN_RULE, ran};
use serde_json::Value;
use std::io::Read;
use std::process::Stdio;

/// The formats with findings.
const FORMATS: [&str; 9] = ["human", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "html"];

#[test]
fn formats_go_to_standard_output() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let human = folder.versioning(&["bad.yaml"]);
    assert!(human.stdout.contains("error[s3-bucket-versioning]"), "{}", human.all());
    assert_eq!(human.stdout, folder.versioning(&["bad.yaml", "--format", "human"]).stdout);
    assert_eq!(folder.versioning(&["bad.yaml", "--format", "json"]).json()["schema"], 1);
    let sarif = folder.versioning(&["bad.yaml", "--format", "sarif"]).json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "s3-bucket-versioning");
    assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "Resources/Records");
    assert_eq!(sarif["runs"][0]["invocations"][0]["exitCode"], 1);
    let help = &sarif["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"];
    assert!(help.as_str().is_some_and(|help| !help.is_empty()), "{help}");
}

#[test]
fn a_report_is_the_same_whatever_other_reports_there_are() {
    let key = "Resources:\n  Records:\n    Type: AWS::RDS::DBInstance\n    Properties: {StorageEncrypted: false, DBSnapshotIdentifier: !ImportValue x}\n";
    let folder = Folder::with(&[("bad.yaml", BAD), ("key.yaml", key), ("open.yaml", CHOOSES), ("good.yaml", GOOD)]);
    let others = ["a.json", "b.xml", "c.html", "d.md", "e.jsonl", "f.sarif"];
    let others: Vec<&str> = others.iter().flat_map(|other| ["--output", other]).collect();
    for format in FORMATS {
        let alone = folder.run(&[".", "--profile", "strict", "--format", format]);
        let beside = folder.run(&[&[".", "--profile", "strict", "--format", format], &others[..]].concat());
        assert_eq!(alone.stdout, beside.stdout, "{format}");
    }
}

#[test]
fn every_note_about_what_was_not_checked_is_an_issue_of_gitlab() {
    let odd = "Resources:\n  Records: {Type: {a: b}}\n  Logs: {Type: AWS::S3::Bukket}\n";
    let folder = Folder::with(&[("odd.yaml", odd)]);
    let issues = folder.run(&["odd.yaml", "--format", "gitlab"]).json();
    let of_notes = issues.as_array().unwrap().iter().filter(|issue| issue["severity"] == "info");
    let lines: Vec<_> = of_notes.map(|issue| issue["location"]["lines"]["begin"].as_u64()).collect();
    assert_eq!(lines, [Some(2), Some(3)], "{issues}");
}

#[test]
fn reports_go_to_files_as_well() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let outputs = ["--output", "a.sarif", "--output", "b.json", "--output", "c.txt", "--output", "json=d=e.txt"];
    let ran = folder.versioning(&[&["bad.yaml"][..], &outputs].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let sarif: Value = serde_json::from_str(&folder.read("a.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let json: Value = serde_json::from_str(&folder.read("b.json")).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(folder.read("c.txt"), ran.stdout);
    assert_eq!(folder.read("d=e.txt"), folder.read("b.json"));
    // A format that is given holds for files that name none.
    folder.versioning(&["bad.yaml", "--format", "sarif", "--output", "b.json", "--output", "human=./c=d.txt"]);
    assert_eq!(folder.read("b.json"), folder.read("a.sarif"));
    assert_eq!(folder.read("c=d.txt"), ran.stdout);
}

/// What the beginning of a report looks like in each format.
#[test]
fn files_have_the_format_of_their_ending() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let cases = [
        ("a.html", "<!DOCTYPE html>\n"),
        ("a.HTM", "<!DOCTYPE html>\n"),
        ("a.md", "<!-- hipaalint -->\n"),
        ("a.xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "),
        ("a.sarif", "{\n  \"$schema\""),
        ("a.json", "{\n  \"schema\": 1"),
        ("a.jsonl", "{\"record\":\"run\",\"schema\":1,"),
        ("gitlab=b.json", "[\n  {\n    \"description\""),
        ("github=b.txt", "::"),
    ];
    let outputs: Vec<&str> = cases.iter().flat_map(|(output, _)| ["--output", output]).collect();
    let ran = folder.versioning(&[&["bad.yaml"][..], &outputs].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    for (output, beginning) in cases {
        let file = output.split_once('=').map_or(output, |(_, file)| file);
        assert!(folder.read(file).starts_with(beginning), "{file}: {}", folder.read(file));
    }
    let wrong = folder.versioning(&["bad.yaml", "--output", "xml=a.xml"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("is not a format; use human, json, jsonl, sarif, github, gitlab, junit"),
        "{}",
        wrong.stderr
    );
}

/// Formats that contain all results do not change formats that contain only requested results.
#[test]
fn formats_tell_what_is_theirs() {
    let rules = ["--rule", "s3-bucket-versioning", "--rule", "s3-bucket-public-acl", "--parameter", "Status=Enabled"];
    let text = "Parameters:\n  Status: { Type: String }\n  Acl: { Type: String }\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    \
                Properties:\n      AccessControl: !Ref Acl\n      VersioningConfiguration: { Status: !Ref Status }\n";
    let folder = Folder::with(&[("some.yaml", text)]);
    let alone = folder.run(&[&["some.yaml"][..], &rules].concat());
    let outputs = ["--output", "a.html", "--output", "a.xml", "--output", "a.json", "--output", "a.md"];
    let together = folder.run(&[&["some.yaml"][..], &rules, &outputs].concat());
    assert_eq!((alone.code, &alone.stdout), (together.code, &together.stdout));
    assert!(folder.read("a.json").contains("\"findings\": []"));
    let [html, junit, markdown] = ["a.html", "a.xml", "a.md"].map(|file| folder.read(file));
    assert!(!markdown.contains("Undecided") && markdown.contains("2 checks: 1 undecided, 1 passed"), "{markdown}");
    assert!(
        html.contains("<section id=\"undecided\"") && html.contains("the value of parameter <code>Acl</code>"),
        "{html}"
    );
    assert!(html.contains("<th scope=\"row\">Status</th>\n<td><code>Enabled</code>"), "{html}");
    assert!(junit.contains("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""), "{junit}");
    assert!(junit.contains("<testcase name=\"s3-bucket-versioning: Records\" classname=\"some.yaml\"/>"), "{junit}");
    // What passed is named in the page only where that was asked for.
    let names = |extra: &[&str]| {
        let page = folder.run(&[&["some.yaml", "--format", "html"], &rules[..], extra].concat()).stdout;
        page.contains("<summary>1 place</summary>")
    };
    assert_eq!((names(&[]), names(&["--show", "passed"])), (false, true));
}

/// A page for others must not give away what a template keeps to itself.
#[test]
fn values_without_echo_are_not_written_down() {
    let text =
        "Parameters:\n  Password: { Type: String, NoEcho: true }\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n";
    let folder = Folder::with(&[("some.yaml", text)]);
    for format in FORMATS {
        let arguments = ["some.yaml", "--format", format, "--parameter", "Password=xyzzy-12345", "--show", "passed"];
        let ran = folder.run(&arguments);
        assert!(!ran.stdout.contains("xyzzy") && ran.stderr.is_empty(), "{format}: {}", ran.all());
    }
    let page = folder.run(&["some.yaml", "--format", "html", "--parameter", "Password=xyzzy-12345"]).stdout;
    assert!(page.contains("not shown (secret)"));
}

#[test]
fn pages_have_no_date_unless_somebody_names_one() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let with = |epoch: &str| ran(folder.command(&["good.yaml", "--format", "html"]).env("SOURCE_DATE_EPOCH", epoch));
    assert!(!with("").stdout.contains("<time"));
    assert!(with("951782400").stdout.contains("<time datetime=\"2000-02-29\">2000-02-29</time>"));
    assert!(folder.run(&["good.yaml", "--format", "html", "--today", "2031-03-31"]).stdout.contains("2031-03-31"));
    let wrong = with("soon");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("SOURCE_DATE_EPOCH is 'soon'"), "{}", wrong.stderr);
}

#[test]
fn a_file_that_cannot_be_written_is_trouble() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let ran = folder.versioning(&["good.yaml", "--output", "no/such/folder.json", "--format", "sarif"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("hipaalint: cannot write no/such/folder.json: "), "{}", ran.stderr);
    assert_eq!(ran.json()["runs"][0]["invocations"][0]["exitCode"], 2);
}

#[test]
fn a_full_disk_is_trouble() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        skipped("/dev/full does not exist");
        return;
    };
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let child = folder.command(&["good.yaml"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(child.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&child.stderr).contains("cannot write to standard output"));
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["rules", "--help"], &["explain"], &["help"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let child = folder.command(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let words = String::from_utf8_lossy(&child.stderr).into_owned();
        assert_eq!(child.status.code(), Some(2), "{arguments:?}: {words}");
        assert!(!words.contains("os error"), "{arguments:?}: {words}");
    }
}

#[test]
fn a_reader_that_goes_away_is_a_normal_end() {
    let folder = Folder::new();
    let many: String = (0..400).map(|index| format!("  B{index}:\n    Type: AWS::S3::Bucket\n")).collect();
    folder.file("many.yaml", format!("Resources:\n{many}"));
    for format in FORMATS {
        let mut child = folder
            .command(&["many.yaml", "--rule", "s3-bucket-versioning", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut start = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(1), Vec::new()), "{format}");
    }
}

/// By file and place, and by rule only where that is the same.
#[test]
fn findings_come_in_the_order_of_the_text() {
    let two = format!("{BAD}  Others:\n    Type: AWS::S3::Bucket\n");
    let folder = Folder::with(&[("b.yaml", &two), ("a.yaml", &two), ("own/rule.yaml", OWN_RULE)]);
    let rules = ["--rules", "own", "--rule", "own-bucket-versions", "--rule", "s3-bucket-versioning"];
    let report = folder.run(&[&["b.yaml", "a.yaml", "--format", "json"], &rules[..]].concat()).json();
    let one = |finding: &Value| format!("{}:{} {}", finding["file"], finding["start"]["line"], finding["rule"]);
    let order: Vec<String> = report["findings"].as_array().unwrap().iter().map(one).collect();
    insta::assert_snapshot!(order.join("\n").replace('"', ""), @"
    a.yaml:2 own-bucket-versions
    a.yaml:4 own-bucket-versions
    a.yaml:2 s3-bucket-versioning
    a.yaml:4 s3-bucket-versioning
    b.yaml:2 own-bucket-versions
    b.yaml:4 own-bucket-versions
    b.yaml:2 s3-bucket-versioning
    b.yaml:4 s3-bucket-versioning
    ");
}

#[test]
fn one_thread_writes_what_eight_write() {
    let folder = Folder::new();
    for index in 0..40 {
        let text = [BAD, GOOD, CHOOSES, "Resources: [", "name: other\n"][index % 5];
        folder.file(&format!("{}/t{index}.yaml", index % 7), text);
    }
    for format in FORMATS {
        let with = |threads| folder.run(&[".", "--format", format, "--threads", threads, "--show", "passed"]).stdout;
        let one = with("1");
        assert!(one.len() > 5_000, "{format}: {}", one.len());
        assert_eq!(one, with("8"));
        let by_environment =
            ran(folder.command(&[".", "--format", format, "--show", "passed"]).env("HIPAALINT_THREADS", "3"));
        assert_eq!(one, by_environment.stdout);
    }
}

#[test]
fn the_ending_of_a_file_wins_where_the_format_has_another() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    for (format, file, beginning) in [
        ("github", "a.sarif", "{\n  \"$schema\""),
        ("human", "a.html", "<!DOCTYPE html>"),
        ("github", "a.json", "{\n  \"schema\": 1"),
        ("sarif", "b.json", "{\n  \"$schema\""),
        ("gitlab", "c.json", "["),
        ("exceptions", "a.md", "# Register"),
        ("markdown", "b.md", "<!-- hipaalint -->"),
        ("github", "a.txt", "::error"),
        ("exceptions", "a.csv", "\"State\""),
    ] {
        let ran = folder.versioning(&["bad.yaml", "--format", format, "--output", file]);
        assert_eq!(ran.code, 1, "{}", ran.all());
        let text = folder.read(file);
        assert!(text.starts_with(beginning), "{format} {file}: {}", &text[..40]);
    }
    for output in ["-", "json=-"] {
        let ran = folder.versioning(&["bad.yaml", "--output", output]);
        assert!(ran.code == 2 && ran.stderr.contains("would write a file with the name `-`"), "{}", ran.all());
        assert!(!folder.path("-").exists());
    }
}

#[test]
fn a_file_has_one_name_however_its_folder_is_typed() {
    let folder = Folder::with(&[("infra/app/bad.yaml", BAD)]);
    let report = |path: &str, format: &str| folder.versioning(&[path, "--format", format]).stdout;
    for format in ["json", "sarif", "gitlab", "github", "junit"] {
        let expected = report("infra/app", format);
        for path in ["infra//app", "infra/./app", "./infra/app/", "infra/app//", "infra//app/./bad.yaml"] {
            assert_eq!(report(path, format), expected, "{format} {path}");
        }
    }
}

#[test]
fn what_could_not_be_done_is_named_where_no_report_names_it() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("broken.yaml", "Resources: {")]);
    let named = "hipaalint: broken.yaml:1:";
    for format in
        [&["--format", "exceptions"][..], &["--format", "exceptions-csv"], &["--statistics", "--format", "json"]]
    {
        let ran = folder.versioning(&[&["."], format].concat());
        assert!(ran.code == 2 && ran.stderr.starts_with(named), "{}", ran.all());
        let with_another = folder.versioning(&[&["."], format, &["--output", "all.json"]].concat());
        assert_eq!(with_another.stderr, "", "{}", with_another.all());
    }
    let register = folder.versioning(&[".", "--format", "exceptions", "--today", "2026-11-28"]).stdout;
    assert!(register.starts_with("# Register of exceptions\n\n**1 file could not be linted.**\n"), "{register}");
    assert_eq!(folder.versioning(&[".", "--format", "json"]).stderr, "");
}

#[test]
fn a_template_with_errors_of_its_own_is_no_good_news() {
    let twice = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: a\n      \
                 BucketName: b\n      VersioningConfiguration: { Status: Enabled }\n";
    let folder = Folder::with(&[("twice.yaml", twice)]);
    let ran = |format: &str| folder.versioning(&["twice.yaml", "--format", format]);
    let summary = &ran("json").json()["summary"];
    assert_eq!((&summary["with_errors"], &summary["unreadable"]), (&1.into(), &0.into()));
    let human = ran("human");
    let end: Vec<&str> = human.stdout.lines().rev().take(3).collect();
    assert_eq!(human.code, 2);
    assert_eq!(
        &end[1..],
        ["No findings in what was checked: the only check passed", "× 1 template has errors of its own"]
    );
    let markdown = ran("markdown").stdout;
    assert!(markdown.contains("❌ **1 template has errors of its own**\n\n➖ **No findings in what was"), "{markdown}");
    let html = ran("html").stdout;
    assert!(html.contains("1 template has errors of its own") && !html.contains("headline passed"));
    assert!(ran("github").stdout.contains("1 template has errors of its own"));
    // A file that could not be linted is in the headline, too.
    let folder = Folder::with(&[("good.yaml", GOOD), ("broken.yaml", "Resources: {")]);
    let markdown = folder.versioning(&[".", "--format", "markdown"]).stdout;
    assert!(
        markdown.contains("\n❌ **1 file could not be linted**\n\n✅ **No findings in the other files"),
        "{markdown}"
    );
}
