//! `--watch`: lints again when something changes.

use crate::support::{BAD, Folder, GOOD, OWN_RULE};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A run that goes on, ended with the test.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let arguments = [&["--watch", "--rule", "s3-bucket-versioning"], arguments].concat();
        let mut child = folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        fn forward(stream: impl Read + Send + 'static, sender: std::sync::mpsc::Sender<String>) {
            let lines = BufReader::new(stream).lines().map_while(Result::ok);
            thread::spawn(move || lines.for_each(|line| drop(sender.send(line))));
        }
        forward(child.stdout.take().unwrap(), sender.clone());
        forward(child.stderr.take().unwrap(), sender);
        Self { child, lines }
    }

    /// Waits for the end of a report with these words in it. Either of the two outputs may be read first.
    fn expect(&self, words: &str) {
        let (mut seen, mut found, mut ended) = (String::new(), false, false);
        while !found || !ended {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => {
                    found |= line.contains(words);
                    ended |= line.contains("press Ctrl-C to stop");
                    seen += &format!("{line}\n");
                }
                Err(error) => panic!("{error}: no {words:?} in\n{seen}"),
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn changes_are_linted() {
    let folder = Folder::with(&[("infra/a.yaml", BAD), ("infra/README.md", "")]);
    let watching = Watching::start(&folder, &["infra"]);
    watching.expect("1 error in 1 template");
    // As editors save: another file, renamed.
    folder.file("infra/.a.yaml.swp", GOOD);
    fs::rename(folder.path("infra/.a.yaml.swp"), folder.path("infra/a.yaml")).unwrap();
    watching.expect("No findings");
    // A new template.
    folder.file("infra/b.yaml", BAD);
    watching.expect("1 error in 2 templates");
    // A configuration that was not there, and that governs them.
    folder.file("hipaalint.yaml", "fail_on: note\n");
    watching.expect("is not a key of the configuration");
    folder.file("hipaalint.yaml", "skip: b.yaml\n");
    watching.expect("No findings");
}

#[test]
fn what_a_template_names_is_watched_too() {
    let parent =
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: child.yaml }\n";
    let folder = Folder::with(&[("parent.yaml", parent), ("child.yaml", BAD)]);
    let watching = Watching::start(&folder, &["parent.yaml"]);
    watching.expect("1 error in 2 templates");
    folder.file("child.yaml", GOOD);
    watching.expect("No findings");
}

#[test]
fn templates_are_counted_and_not_files() {
    let folder = Folder::with(&[
        ("hipaalint.yaml", "rule-folders: own\n"),
        ("own/rule.yaml", OWN_RULE),
        ("infra/a.yaml", GOOD),
        ("infra/values.yaml", "replicas: 2\n"),
    ]);
    Watching::start(&folder, &["infra"]).expect("watching 1 template; press Ctrl-C to stop");
    folder.file("infra/b.yaml", GOOD);
    Watching::start(&folder, &["infra"]).expect("watching 2 templates; press Ctrl-C to stop");
}

#[test]
fn nothing_is_cleared_where_no_terminal_is() {
    let folder = Folder::with(&[("a.yaml", GOOD)]);
    let watching = Watching::start(&folder, &["a.yaml"]);
    loop {
        let line = watching.lines.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(!line.contains('\u{1b}'), "{line:?}");
        if line.contains("Ctrl-C") {
            break;
        }
    }
}

#[test]
fn it_ends_where_nobody_listens() {
    let folder = Folder::with(&[("a.yaml", BAD)]);
    let mut child =
        folder.command(&["--watch", "a.yaml"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    // It notices when it prints the next report.
    for text in [GOOD, BAD].into_iter().cycle().take(200) {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        folder.file("a.yaml", text);
        thread::sleep(Duration::from_millis(300));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("still watching");
}

#[test]
fn standard_input_cannot_be_watched() {
    let folder = Folder::new();
    let ran = folder.run(&["--watch", "-"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--watch cannot watch standard input"), "{}", ran.stderr);
    assert_eq!(folder.run(&["--watch", "--write-baseline", "b.json"]).code, 2);
}
