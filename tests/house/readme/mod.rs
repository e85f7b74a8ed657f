//! What the documentation shows is so: commands print what stands below them, configurations and rules can be read, and
//! links lead to files that exist.
//!
//! A block marked `console` is a session in the project's folder: `$ hipaalint …` is run through the binary, `$ echo $?`
//! asks for its exit code, other commands are passed over. A line `…` stands for any lines.
//! Numbers of checks in the lines of a summary may differ, because they change with every rule that a profile gets; how many rules ran is
//! held.
//! `README_UPDATE=1 cargo test --test house readme` writes what was printed into the documents, and the picture of a finding.

mod picture;

use hipaalint::config::Config;
use hipaalint::files::Files;
use hipaalint::rules::load::RuleSet;
use hipaalint::rules::rule::RuleFile;
use hipaalint::source::{Source, SourceId};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The documents outside of `docs/`.
const DOCUMENTS: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The documents, every page of `docs/` among them: `(name, text)`.
fn documents() -> Vec<(String, String)> {
    let mut names: Vec<String> = DOCUMENTS.map(str::to_owned).to_vec();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            names.push(format!("docs/{name}"));
        }
    }
    names.sort();
    let read = |name: String| fs::read_to_string(root().join(&name)).ok().map(|text| (name, text));
    names.into_iter().filter_map(read).collect()
}

/// The fenced blocks of a document in one language, each with the number of its first line (from 0).
fn blocks<'d>(document: &'d str, language: &str) -> Vec<(usize, Vec<&'d str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, usize, Vec<&str>)> = None;
    for (number, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(name), None) => open = Some((name == language, number + 1, Vec::new())),
            (Some(_), Some(_)) => {
                if let Some((true, first, lines)) = open.take() {
                    blocks.push((first, lines));
                }
            }
            (None, Some((_, _, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fenced block is never closed");
    blocks
}

/// A command of a session, with the output that stands below it.
struct Step<'d> {
    command: &'d str,
    /// The lines of the document that the output takes, from 0, half-open.
    lines: (usize, usize),
    shown: Vec<&'d str>,
}

fn steps<'d>(first: usize, lines: &[&'d str]) -> Vec<Step<'d>> {
    let mut steps: Vec<Step<'d>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let number = first + index;
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command, lines: (number + 1, number + 1), shown: Vec::new() }),
            (None, Some(step)) => {
                step.shown.push(line);
                step.lines.1 = number + 1;
            }
            (None, None) => panic!("line {}: a session begins with a command", number + 1),
        }
    }
    steps
}

/// The binary in an environment that is the same everywhere.
fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hipaalint"));
    for name in ["CLICOLOR_FORCE", "FORCE_HYPERLINK", "HIPAALINT_THREADS", "NO_COLOR", "SOURCE_DATE_EPOCH"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm").current_dir(root());
    command
}

/// The output of the binary, and its exit code. Arguments are separated by spaces; there are no quotes.
fn run(arguments: &str) -> (String, i32) {
    let mut command = binary();
    let output = command.env("NO_COLOR", "1").args(arguments.split_whitespace()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (text, output.status.code().unwrap())
}

/// A line without the numbers of a summary.
fn uncounted(line: &str) -> String {
    let counts = ["✓ ", "✗ ", "× ", "⚠ ", "  "].iter().any(|mark| line.starts_with(mark))
        && [" checks: ", " checks passed"].iter().any(|words| line.contains(words));
    if counts { line.replace(|character: char| character.is_ascii_digit(), "") } else { line.to_owned() }
}

/// Whether lines are as shown, where `…` stands for any.
fn is_shown(shown: &[&str], lines: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((&"…", rest)) => (0..=lines.len()).any(|skipped| is_shown(rest, &lines[skipped..])),
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, lines)| uncounted(line) == uncounted(first) && is_shown(rest, lines)),
    }
}

#[test]
fn sessions_print_what_is_shown() {
    let update = env::var_os("README_UPDATE").is_some();
    let mut ran = 0;
    let mut complaints = String::new();
    for (name, document) in documents() {
        let mut replacements: Vec<((usize, usize), String)> = Vec::new();
        for (first, lines) in blocks(&document, "console") {
            let mut exit_code = None;
            for step in steps(first, &lines) {
                let printed = if step.command == "echo $?" {
                    exit_code.map(|code: i32| format!("{code}\n"))
                } else {
                    let result = step.command.strip_prefix("hipaalint").map(run);
                    exit_code = result.as_ref().map(|(_, code)| *code);
                    result.map(|(text, _)| text)
                };
                let Some(printed) = printed else { continue };
                ran += 1;
                // Blank lines between two commands are for the reader.
                let printed = printed.trim_end();
                let length = step.shown.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
                let shown = &step.shown[..length];
                let lines: Vec<&str> = printed.lines().collect();
                // An update also brings the numbers up to date.
                let is_same = if update && !shown.contains(&"…") { shown == lines } else { is_shown(shown, &lines) };
                if is_same {
                    continue;
                }
                if update && !shown.contains(&"…") {
                    replacements.push(((step.lines.0, step.lines.0 + shown.len()), printed.to_owned()));
                } else {
                    complaints += &format!("{name}, line {}: `{}` prints\n{printed}\n\n", step.lines.0, step.command);
                }
            }
        }
        if !replacements.is_empty() {
            let mut lines: Vec<String> = document.lines().map(str::to_owned).collect();
            for ((start, end), text) in replacements.into_iter().rev() {
                lines.splice(start..end, text.lines().map(str::to_owned));
            }
            fs::write(root().join(&name), lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}`README_UPDATE=1 cargo test --test house readme` writes it down.");
    assert!(ran >= 5, "only {ran} commands were run");
}

/// The numbers before "rules of core" in a text, apart from those of a run that selects among them.
fn rules_of_core(text: &str) -> impl Iterator<Item = &str> {
    let before = |words: &'static str| {
        let places = text.match_indices(words).filter(move |(at, _)| !text[at + words.len()..].starts_with(','));
        places.filter_map(|(at, _)| text[..at].rsplit([' ', '(']).next())
    };
    before(" rules of profile core").chain(before(" rules of core"))
}

#[test]
fn the_documents_know_how_many_rules_core_has() {
    let (printed, _) = run("examples/patient-records.yaml --no-config");
    let number = rules_of_core(&printed).next().unwrap();
    let mut found = 0;
    let mut complaints = String::new();
    for (name, document) in documents() {
        for shown in rules_of_core(&document).filter(|word| word.starts_with(|first: char| first.is_ascii_digit())) {
            found += 1;
            if shown != number {
                complaints += &format!("{name} shows {shown} rules of core; there are {number}\n");
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
    assert!(found >= 5, "only {found} numbers were found");
}

#[test]
fn the_picture_shows_what_is_printed() {
    let output = binary().args(["examples/patient-records.yaml", "--color", "always"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // Its summary changes with every rule of the profile.
    let (findings, _) = text.rsplit_once("\n\n").unwrap();
    let picture = picture::svg(findings);
    let file = root().join("docs/finding.svg");
    if env::var_os("README_UPDATE").is_some() {
        fs::write(&file, &picture).unwrap();
    }
    let shown = fs::read_to_string(&file).unwrap_or_default();
    assert!(shown == picture, "docs/finding.svg differs: `README_UPDATE=1 cargo test --test house readme` writes it");
}

#[test]
fn configurations_and_rules_can_be_read() {
    let (mut configurations, mut own_rules) = (0, 0);
    for (name, document) in documents() {
        for (first, lines) in blocks(&document, "yaml") {
            let text = lines.join("\n");
            let place = format!("{name}, line {first}");
            if lines[0].starts_with("# hipaalint.yaml") {
                let source = Source::new(SourceId(0), "hipaalint.yaml", text);
                let (config, problems) = Config::read(&source, &Files::here());
                assert_eq!(problems, [], "{place}");
                let (_, problems) = config.overrides(&source, &RuleSet::embedded());
                assert_eq!(problems, [], "{place}");
                configurations += 1;
            } else if lines[0].starts_with("# policies/") {
                let file = RuleFile::read(Path::new(&place), &text).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(file.vet(Path::new(&place), &text), []);
                own_rules += 1;
            }
        }
    }
    assert!(configurations > 0 && own_rules > 0, "{configurations} configurations, {own_rules} rules");
}

/// The targets of a document's inline links that are no addresses, without their anchors.
fn local_links(document: &str) -> Vec<&str> {
    let targets = document.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split_once('#').map_or(target, |(file, _)| file))
        .collect()
}

/// Tables, fenced blocks, and single words that are longer have to be longer.
#[test]
fn lines_wrap_at_100_columns() {
    let mut pages: Vec<(String, String)> = documents();
    for entry in fs::read_dir(root().join("docs/rules")).unwrap() {
        let path = entry.unwrap().path();
        pages.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
    }
    let mut complaints = String::new();
    for (name, document) in pages {
        let mut fenced = false;
        for (number, line) in document.lines().enumerate() {
            fenced ^= line.starts_with("```");
            let breakable = line.trim_start_matches(['-', ' ', '#', '>']).contains(' ');
            let exempt =
                fenced || !breakable || line.starts_with('|') || line.starts_with("![") || line.starts_with("<!--");
            if line.chars().count() > 100 && !exempt {
                complaints += &format!("{name}:{}: {} columns\n", number + 1, line.chars().count());
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn links_lead_somewhere() {
    let mut found = 0;
    for (name, document) in documents() {
        let folder = root().join(&name).parent().unwrap().to_owned();
        for target in local_links(&document) {
            assert!(folder.join(target).exists(), "{name} links to {target}, which does not exist");
            found += 1;
        }
    }
    assert!(found > 0, "no links");
}
