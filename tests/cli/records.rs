//! `--records`: templates as lines on standard input.

use super::support::*;
use serde_json::json;

fn lines(records: &[serde_json::Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

const LINT: [&str; 5] = ["--records", "--rule", "s3-bucket-versioning", "--format", "json"];

#[test]
fn records_are_linted_as_the_files_that_they_name() {
    let folder = Folder::with(&[
        ("team/a.yaml", GOOD),
        ("team/hipaalint.yaml", "rules: {s3-bucket-versioning: {level: off}}\n"),
    ]);
    let input = lines(&[
        // Over the file of that name, under its configuration; and beside it, under that of another record.
        json!({"path": "team/a.yaml", "content": BAD}),
        json!({"path": "./other/b", "content": BAD, "stack": "of no interest"}),
        json!({"path": "third/c.yaml", "content": BAD}),
        json!({"path": "third/hipaalint.yaml", "content": "rules: {s3-bucket-versioning: {level: note}}"}),
    ]);
    let ran = folder.run_on(input.as_bytes(), &["--records", "--format", "json"]);
    let report = ran.json();
    let versioning: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "s3-bucket-versioning")
        .map(|finding| (finding["file"].as_str().unwrap(), finding["level"].as_str().unwrap()))
        .collect();
    assert_eq!(versioning, [("other/b", "error"), ("third/c.yaml", "note")]);
    assert_eq!(report["summary"]["templates"], 3);
    assert_eq!((report["summary"]["unreadable"].as_u64(), ran.code), (Some(0), 1), "a configuration is not a template");
    assert_eq!(folder.read("team/a.yaml"), GOOD, "nothing is written");
}

#[test]
fn records_that_lie_beside_each_other_are_followed() {
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./child.yaml\n      Parameters: { Env: dev }\n";
    let folder = Folder::new();
    let nested =
        [json!({"path": "1/parent.yaml", "content": parent}), json!({"path": "1/child.yaml", "content": CHOOSES})];
    let ran = folder.run_on(lines(&nested).as_bytes(), &[&LINT[..], &["--no-config"]].concat());
    assert_eq!(findings(&ran.json()), [("1/child.yaml".into(), "s3-bucket-versioning".into())], "{}", ran.all());
    // A file of the current folder is not one of the records.
    folder.file("child.yaml", BAD);
    let ran = folder.run_on(lines(&nested[..1]).as_bytes(), &LINT);
    assert_eq!(findings(&ran.json()), [], "{}", ran.all());
}

#[test]
fn accounts_and_regions_are_those_of_the_stacks() {
    let template = CHOOSES.replace("!Equals [!Ref Env, prod]", "!Equals [!Ref 'AWS::Region', us-east-1]");
    let record = |path: &str, region: &str| json!({"path": path, "content": template, "account": "111122223333", "region": region});
    let input = lines(&[record("a", "us-east-1"), record("b", "eu-central-1")]);
    let ran = Folder::new().run_on(input.as_bytes(), &LINT);
    assert_eq!(findings(&ran.json()), [("b".into(), "s3-bucket-versioning".into())]);
}

#[test]
fn bad_lines_are_problems_and_the_others_are_linted() {
    let secret = "hunter2hunter2";
    let input = [
        lines(&[json!({"path": "a", "content": BAD}), json!({"path": "../b", "content": secret}), json!([secret])]),
        format!("{{\"path\": \"c\", \"content\": {{\"{secret}\": 1}}}}\n\n{secret}\n"),
        lines(&[
            json!({"path": "a", "content": GOOD}),
            json!({"path": "-", "content": GOOD}),
            json!({"path": "d", "content": "x"}),
        ]),
    ]
    .concat();
    let ran = Folder::new().run_on(input.as_bytes(), &LINT);
    let report = ran.json();
    assert_eq!((ran.code, findings(&report)), (2, vec![("a".into(), "s3-bucket-versioning".into())]));
    let problem = |code: &str| problems(&report).into_iter().filter(|(of, _)| of == code).count();
    assert_eq!((problem("record"), problem("not-a-template")), (6, 1), "{}", ran.all());
    assert!(!ran.all().contains(secret), "{}", ran.all());
    for (arguments, input) in
        [(vec!["--records", "a.yaml"], ""), (vec!["--records", "--fix"], ""), (vec!["--records", "--watch"], "")]
    {
        assert_eq!(Folder::new().run_on(input.as_bytes(), &arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let input = format!("\u{feff}{}", lines(&[json!({"path": "a", "content": BAD})]));
    let ran = Folder::new().run_on(input.as_bytes(), &LINT);
    assert_eq!((ran.code, findings(&ran.json()).len()), (1, 1), "{}", ran.all());
}

#[test]
fn lines_are_in_the_order_of_their_numbers() {
    let folder = crate::support::Folder::new();
    let report = folder.run_on("[1]\n".repeat(12).as_bytes(), &["--records", "--format", "json"]).json();
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    let lines: Vec<&str> = diagnostics.map(|one| one["message"].as_str().unwrap()).collect();
    assert!((1..).zip(&lines).all(|(number, line)| line.starts_with(&format!("line {number} "))), "{lines:?}");
    assert_eq!(lines.len(), 12);
}

#[test]
fn accounts_and_regions_that_do_not_exist_are_refused() {
    let record = |path: &str, account: &str, region: &str| json!({"path": path, "content": BAD, "account": account, "region": region});
    let input = lines(&[
        record("a", "111122223333", "eu-central-1"),
        record("b", "12", "eu-central-1"),
        record("c", "111122223333", ""),
        record("d", "111122223333", "mars"),
    ]);
    let report = Folder::new().run_on(input.as_bytes(), &LINT).json();
    let lines: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    let refused =
        |line: usize| format!("line {line} of the records has an `account` or a `region` that no deployment has");
    assert_eq!(lines, [refused(2), refused(3), refused(4)]);
    assert_eq!(findings(&report), [("a".into(), "s3-bucket-versioning".into())]);
}

#[test]
fn no_records_are_an_error() {
    for input in ["", "\n \n"] {
        let ran = Folder::new().run_on(input.as_bytes(), &LINT);
        assert_eq!((ran.code, problems(&ran.json())), (2, vec![("record".into(), "<stdin>".into())]), "{}", ran.all());
    }
}
