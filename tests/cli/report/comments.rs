//! What people see next to a change: annotations of GitHub, GitLab's Code Quality, a comment.

use crate::report::runs::{Run, everything, injecting, many, one_long_line, whole, without_version};
use hipaalint::report::{github, gitlab, markdown};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn github(run: &Run) -> String {
    run.text(github::write)
}

fn gitlab(run: &Run) -> String {
    run.text(gitlab::write)
}

fn markdown(run: &Run) -> String {
    run.text(markdown::write)
}

#[test]
fn github_sees_annotations() {
    insta::assert_snapshot!(github(&whole()));
}

#[test]
fn gitlab_sees_code_quality() {
    insta::assert_snapshot!(gitlab(&whole()));
}

#[test]
fn pull_requests_see_a_comment() {
    insta::assert_snapshot!(without_version(&markdown(&whole())));
}

/// A command as the runner takes it apart (`ActionCommand.TryParseV2` of actions/runner).
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

fn command(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let unescape = |value: &str| {
        let value = value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        value.replace("%25", "%")
    };
    let properties = properties.split(',').filter_map(|property| property.split_once('='));
    let properties = properties.map(|(key, value)| (key.to_owned(), unescape(value))).collect();
    Some(Command { name: name.to_owned(), properties, data })
}

#[test]
fn github_takes_every_command() {
    for run in [whole(), everything(), injecting(), many(), one_long_line(), Run::default()] {
        let text = github(&run);
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for line in text.lines() {
            let Some(command) = command(line) else {
                // The runner's older way to write commands works in the middle of a line.
                assert!(!line.contains("##["), "{line}");
                continue;
            };
            let known = ["error", "warning", "notice", "group", "endgroup"];
            assert!(known.contains(&command.name.as_str()), "{line}");
            *times.entry(command.name).or_default() += 1;
            assert!(command.data.chars().count() <= 4_096);
            for property in command.properties.keys() {
                let known = ["file", "line", "endLine", "col", "endColumn", "title"];
                assert!(known.contains(&property.as_str()), "{property}: {line}");
            }
            let number = |name: &str| command.properties.get(name).map(|value| value.parse::<usize>().unwrap());
            assert!(number("line") <= number("endLine") && number("col") <= number("endColumn"));
            assert!(number("col").is_none() || number("line") == number("endLine"));
        }
        for kind in ["error", "warning", "notice"] {
            assert!(times.get(kind).is_none_or(|times| *times <= 10), "{kind}: {times:?}");
        }
        assert_eq!(times.get("group"), times.get("endgroup"));
    }
    let text = github(&injecting());
    let first = text.lines().filter_map(command).find(|command| command.data.contains("script")).unwrap();
    assert_eq!(first.properties["file"], "</pre>,:%<b>.yaml");
}

/// Findings without an annotation are in the log, and the annotations count them.
#[test]
fn github_shows_everything() {
    let text = github(&many());
    let commands: Vec<Command> = text.lines().filter_map(command).collect();
    let errors = commands.iter().filter(|command| command.name == "error");
    assert_eq!(errors.clone().count(), 10);
    let rules: BTreeSet<&str> = errors.filter_map(|error| error.properties["title"].split(':').next()).collect();
    assert!(rules.contains("s3-bucket-tls-only") && rules.contains("rds-storage-encrypted"), "{rules:?}");
    let logged = text.lines().filter(|line| line.contains(": error[")).count();
    let more = format!("hipaalint: {} more errors", "1,324");
    assert!(commands.iter().any(|command| command.properties.get("title") == Some(&more)), "{logged}");
    assert_eq!(logged, 1_324);
}

/// The fields that GitLab demands, and a fingerprint of its own for each issue.
#[test]
fn gitlab_takes_every_issue() {
    for run in [whole(), everything(), injecting(), many(), Run::default()] {
        let report: Value = serde_json::from_str(&gitlab(&run)).unwrap();
        let mut prints = BTreeSet::new();
        for issue in report.as_array().unwrap() {
            for text in ["/description", "/check_name", "/fingerprint", "/severity", "/location/path"] {
                assert!(!issue.pointer(text).unwrap().as_str().unwrap().is_empty(), "{text}");
            }
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(!issue["location"]["path"].as_str().unwrap().starts_with("./"));
            assert!(prints.insert(issue["fingerprint"].to_string()), "a fingerprint twice");
        }
    }
}

#[test]
fn a_comment_has_a_limit_and_says_so() {
    let text = markdown(&many());
    assert!(text.len() <= 65_536 && text.len() > 40_000, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| ❌") || line.starts_with("| ⚠️")).count();
    assert_eq!(rows, 280);
    assert!(text.contains("**And 1,720 more** that this comment has no room for"));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    for run in [whole(), injecting(), one_long_line(), Run::default()] {
        assert!(markdown(&run).len() <= 65_536);
    }
}

/// Outside of code nothing from a template is a tag, a link, a mark, a mention or the end of a cell.
#[test]
fn what_templates_say_is_text() {
    let text = markdown(&injecting());
    for line in text.lines().filter(|line| line.starts_with('|') && line.contains("alert")) {
        let cells = line.replace("\\|", "").matches('|').count();
        assert_eq!(cells, if line.contains("s3-bucket") || line.contains("rds-") { 4 } else { 3 }, "{line}");
    }
    let outside: String = text.split('`').step_by(2).collect();
    assert!(!outside.contains("<script") && !outside.contains("</script"), "{outside}");
    assert!(!outside.contains("@everyone") && !outside.contains("#1") && !outside.contains("[x]("), "{outside}");
}
