//! The reference templates are clean, and each of their broken twins yields what it expects and nothing else.
//!
//! `TWIN=user cargo test --test engine twins` runs those of a profile, `TWIN=s3-` those with such names.

use hipaalint::finding::{Finding, Outcome};
use hipaalint::linter::{FileReport, Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const REFERENCES: [&str; 2] = ["reference/TapStack.json", "reference/cfn-template.yaml"];

/// A broken twin; `fixtures/README.md` says what its fields mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Twin {
    name: String,
    of: String,
    breaks: String,
    profile: Profile,
    #[serde(default, rename = "note")]
    _note: String,
    edit: Vec<Edit>,
    expect: Option<Vec<Expected>>,
    unreadable: Option<Place>,
    noted: Option<Place>,
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Profile {
    Core,
    Conformance,
    User,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Conformance => "conformance",
            Self::User => "user",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    after: Option<String>,
    replace: String,
    with: String,
    #[serde(default)]
    every: bool,
}

/// A finding as the twins name it. Ordered as they list them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    line: usize,
    rule: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    line: usize,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn read(of: &str) -> String {
    fs::read_to_string(fixtures().join(of)).unwrap_or_else(|error| panic!("{of}: {error}"))
}

/// The folder of the rules that only this template has to follow.
fn folder(of: &str) -> PathBuf {
    let stem = Path::new(of).file_stem().unwrap().to_str().unwrap().to_lowercase();
    fixtures().join("reference/rules").join(stem)
}

fn twins() -> Vec<Twin> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(fixtures().join("twins")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let parse = |file: &PathBuf| -> Vec<Twin> {
        serde_yaml::from_str(&fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    let twins: Vec<Twin> = files.iter().flat_map(parse).collect();
    assert!(!twins.is_empty(), "there are no twins");
    twins
}

/// Lints with the rules of a profile; undecided checks are reported too.
fn lint(text: &str, of: &str, profile: Profile) -> (Source, FileReport) {
    let rules = match profile {
        Profile::Core | Profile::Conformance => RuleSet::embedded(),
        Profile::User => user_rules(of),
    };
    let selects = |profiles: &[String]| profile == Profile::User || profiles.iter().any(|name| name == profile.name());
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    let linter =
        Linter::new(rules, |entry| selects(&entry.meta.profiles), &BTreeMap::new(), BTreeMap::new(), keep).unwrap();
    let linter = linter.in_profile(profile.name());
    let source = Source::new(SourceId(0), of, text);
    let report = linter.lint(&source);
    (source, report)
}

fn user_rules(of: &str) -> RuleSet {
    let mut rules = RuleSet::default();
    let read = rules.add_folder(&folder(of), &hipaalint::files::Files::here());
    assert!(read.is_ok(), "{}", read.unwrap_err().iter().map(|error| format!("\n{error}")).collect::<String>());
    rules
}

/// Applies an edit; says which lines it moved: those behind the first number, by the second.
fn apply(text: &str, edit: &Edit) -> Result<(String, Vec<(usize, isize)>), String> {
    if edit.replace.is_empty() {
        return Err("replaces nothing".to_owned());
    }
    let times = |what: &str| text.matches(what).count();
    let places: Vec<usize> = match &edit.after {
        Some(after) if times(after) != 1 => return Err(format!("`after` occurs {} times: {after}", times(after))),
        Some(after) => {
            let behind = text.find(after.as_str()).unwrap() + after.len();
            text[behind..].find(&edit.replace).map(|place| behind + place).into_iter().collect()
        }
        None if edit.every => text.match_indices(&edit.replace).map(|(place, _)| place).collect(),
        None if times(&edit.replace) == 1 => vec![text.find(&edit.replace).unwrap()],
        None => return Err(format!("`replace` occurs {} times: {}", times(&edit.replace), edit.replace)),
    };
    if places.is_empty() {
        return Err(format!("`replace` does not occur: {}", edit.replace));
    }
    if edit.replace == edit.with {
        return Err("changes nothing".to_owned());
    }
    let lines = |text: &str| text.matches('\n').count();
    let moved = lines(&edit.with).cast_signed() - lines(&edit.replace).cast_signed();
    let mut edited = String::new();
    let mut moves = Vec::new();
    let mut done = 0;
    for place in places {
        edited.push_str(&text[done..place]);
        moves.push((1 + lines(&edited) + lines(&edit.replace), moved));
        edited.push_str(&edit.with);
        done = place + edit.replace.len();
    }
    edited.push_str(&text[done..]);
    Ok((edited, moves))
}

/// The violations among the findings, each as often as it occurs.
fn violations(source: &Source, findings: &[Finding], moves: &[(usize, isize)]) -> BTreeMap<Expected, usize> {
    let mut all = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
        let line = source.position(finding.span.start).line;
        let line = moves.iter().fold(
            line,
            |line, (behind, by)| {
                if line > *behind { line.checked_add_signed(*by).unwrap() } else { line }
            },
        );
        let found = Expected { line, rule: finding.rule.to_string(), path: finding.path.clone() };
        *all.entry(found).or_insert(0) += 1;
    }
    all
}

/// What the edited template has more often than the other, as a list with repetitions.
fn beyond(all: &BTreeMap<Expected, usize>, other: &BTreeMap<Expected, usize>) -> Vec<Expected> {
    all.iter()
        .flat_map(|(found, times)| {
            let surplus = times.saturating_sub(other.get(found).copied().unwrap_or(0));
            std::iter::repeat_n(found.clone(), surplus)
        })
        .collect()
}

fn show(list: &[Expected]) -> String {
    list.iter().map(|found| format!("\n      line {}: {} at {}", found.line, found.rule, found.path)).collect()
}

/// What is wrong with a twin; empty where it does what it says.
fn complaints(twin: &Twin) -> String {
    let mut complaints = String::new();
    let mut complain = |message: String| writeln!(complaints, "    {message}").unwrap();
    if twin.breaks.trim().is_empty() {
        complain("does not say what it breaks".to_owned());
    }
    let original = read(&twin.of);
    let mut text = original.clone();
    let mut moves = Vec::new();
    for (index, edit) in twin.edit.iter().enumerate() {
        match apply(&text, edit) {
            Ok((edited, moved)) => {
                text = edited;
                moves.extend(moved);
            }
            Err(why) => {
                complain(format!("edit {index}: {why}"));
                return complaints;
            }
        }
    }
    let (source, report) = lint(&text, &twin.of, twin.profile);
    let line = |span: hipaalint::source::Span| source.position(span.start).line;
    let diagnostics: Vec<String> = report
        .diagnostics
        .iter()
        .map(|found| format!("line {:?}: {} ({})", found.span.map(line), found.message, found.code))
        .collect();
    match (&twin.expect, &twin.unreadable, &twin.noted) {
        (Some(expected), None, None) => {
            if !report.is_template || !diagnostics.is_empty() {
                complain(format!("is no clean template: {diagnostics:?}"));
                return complaints;
            }
            if !expected.is_sorted() {
                complain("`expect` is not sorted by line, rule and path".to_owned());
            }
            let (before_source, before) = lint(&original, &twin.of, twin.profile);
            let before = violations(&before_source, &before.findings, &moves);
            let after = violations(&source, &report.findings, &[]);
            let mut wanted = BTreeMap::new();
            for found in expected {
                *wanted.entry(found.clone()).or_insert(0) += 1;
            }
            let added: BTreeMap<Expected, usize> = after
                .iter()
                .map(|(found, times)| (found.clone(), times.saturating_sub(before.get(found).copied().unwrap_or(0))))
                .collect();
            let (missing, surplus, lost) = (beyond(&wanted, &added), beyond(&added, &wanted), beyond(&before, &after));
            for (what, list) in [
                ("expected, but not found:", missing),
                ("found, but not expected:", surplus),
                ("found in the untouched template only:", lost),
            ] {
                if !list.is_empty() {
                    complain(format!("{what}{}", show(&list)));
                }
            }
        }
        (None, Some(place), None) => {
            let at = report.diagnostics.iter().find(|found| found.code == "syntax-error");
            if at.and_then(|found| found.span).map(line) != Some(place.line) {
                complain(format!("should be unreadable on line {}: {diagnostics:?}", place.line));
            }
        }
        (None, None, Some(place)) => {
            let says = |words| report.diagnostics.iter().find(|found| found.message.contains(words));
            if says("not valid JSON").and_then(|found| found.span).map(line) != Some(place.line) || !report.is_template
            {
                complain(format!("should be noted on line {}: {diagnostics:?}", place.line));
            }
        }
        _ => complain("needs one of `expect`, `unreadable` and `noted`".to_owned()),
    }
    complaints
}

#[test]
fn each_twin_yields_what_it_expects_and_nothing_else() {
    let only = env::var("TWIN").unwrap_or_default();
    let twins = twins();
    let chosen: Vec<&Twin> =
        twins.iter().filter(|twin| twin.profile.name() == only || twin.name.contains(&only)).collect();
    assert!(!chosen.is_empty(), "no twin has the profile `{only}` or a name with it");
    let mut wrong = 0;
    let mut all = String::new();
    for twin in &chosen {
        let complaints = complaints(twin);
        if !complaints.is_empty() {
            wrong += 1;
            writeln!(all, "  {} ({}, {}):\n{complaints}", twin.name, twin.profile.name(), twin.of).unwrap();
        }
    }
    assert!(all.is_empty(), "{wrong} of {} twins:\n{all}", chosen.len());
}

#[test]
fn the_reference_templates_are_clean() {
    let mut all = String::new();
    for of in REFERENCES {
        for profile in [Profile::Core, Profile::User] {
            let (source, report) = lint(&read(of), of, profile);
            assert!(report.is_template && report.diagnostics.is_empty(), "{of}: {:?}", report.diagnostics);
            for finding in &report.findings {
                let line = source.position(finding.span.start).line;
                let (name, message) = (profile.name(), finding.full_message());
                writeln!(all, "  {of}:{line}: {:?}, {} ({name}): {message}", finding.outcome, finding.rule).unwrap();
            }
        }
    }
    assert!(all.is_empty(), "\n{all}");
}

#[test]
fn every_twin_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for twin in twins() {
        assert!(names.insert(twin.name.clone()), "two twins are called {}", twin.name);
    }
}

#[test]
fn every_user_rule_is_broken_by_some_twin() {
    let twins = twins();
    for of in REFERENCES {
        let user = twins.iter().filter(|twin| twin.of == of && twin.profile == Profile::User);
        let broken: BTreeSet<&str> =
            user.flat_map(|twin| twin.expect.iter().flatten()).map(|expected| expected.rule.as_str()).collect();
        let rules = user_rules(of);
        let known: BTreeSet<&str> = rules.entries().iter().map(|entry| entry.meta.id.as_str()).collect();
        assert!(!known.is_empty(), "{of} has no rules of its own");
        assert_eq!(known, broken, "the rules of {of} and those that its twins break");
    }
}
