//! Reports on their way out: formats, files, pipes, threads.

use crate::support::{BAD, CHOOSES, Folder, GOOD, OWN_RULE, ran};
use serde_json::Value;
use std::io::Read;
use std::process::Stdio;

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
        eprintln!("skipped: there is no /dev/full");
        return;
    };
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let child = folder.command(&["good.yaml"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(child.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&child.stderr).contains("cannot write to standard output"));
}

#[test]
fn a_reader_that_goes_away_is_a_normal_end() {
    let folder = Folder::new();
    let many: String = (0..400).map(|index| format!("  B{index}:\n    Type: AWS::S3::Bucket\n")).collect();
    folder.file("many.yaml", format!("Resources:\n{many}"));
    for format in ["human", "json", "sarif"] {
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
    a.yaml:2 s3-bucket-versioning
    a.yaml:4 own-bucket-versions
    a.yaml:4 s3-bucket-versioning
    b.yaml:2 own-bucket-versions
    b.yaml:2 s3-bucket-versioning
    b.yaml:4 own-bucket-versions
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
    for format in ["human", "json", "sarif"] {
        let with = |threads| folder.run(&[".", "--format", format, "--threads", threads, "--show", "passed"]).stdout;
        let one = with("1");
        assert!(one.len() > 5_000);
        assert_eq!(one, with("8"));
        let by_environment =
            ran(folder.command(&[".", "--format", format, "--show", "passed"]).env("HIPAALINT_THREADS", "3"));
        assert_eq!(one, by_environment.stdout);
    }
}
