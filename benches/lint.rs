//! How fast templates are linted: `cargo bench --bench lint`.
//!
//! Parsing alone, linting without reports, and linting with each report, on the reference template, on a generated
//! folder, and on the corpus if it exists (`../shared/corpus`, or the folder in `HIPAALINT_CORPUS`).

#![allow(clippy::panic, clippy::indexing_slicing, reason = "a bench without its input has nothing to measure")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use hipaalint::finding::Counts;
use hipaalint::linter::{Keep, Linter};
use hipaalint::report::{Provenance, Report, RuleReport, Summary, human, json, sarif};
use hipaalint::rules::load::{RuleSet, controls};
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn linter(profile: &str) -> Linter {
    let selects = |entry: &hipaalint::rules::load::RuleEntry| entry.meta.profiles.iter().any(|name| name == profile);
    let linter = Linter::new(RuleSet::embedded(), selects, &BTreeMap::new(), BTreeMap::new(), Keep::default());
    linter.unwrap_or_else(|error| panic!("{error}"))
}

fn reference(name: &str) -> Source {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Source::new(SourceId(0), name, text)
}

fn corpus() -> Vec<Source> {
    let folder = std::env::var_os("HIPAALINT_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| {
            entry.path().extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|e| ending == *e))
        })
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
        .map(|text| Source::new(SourceId(0), "corpus", text))
        .collect()
}

/// Linting one template, rules loaded before.
#[divan::bench(args = ["TapStack.json", "cfn-template.yaml"])]
fn lint_reference(bencher: Bencher<'_, '_>, name: &str) {
    let (linter, source) = (linter("core"), reference(name));
    bencher.counter(BytesCount::of_str(source.text())).bench_local(|| black_box(linter.lint(&source)).findings.len());
}

/// The cost of the rules at every start: reading the index of the pack.
#[divan::bench]
fn load_rules() -> usize {
    RuleSet::embedded().entries().len()
}

/// Sixty templates of a folder, made of the reference templates.
fn folder() -> Vec<Source> {
    let texts = [reference("TapStack.json"), reference("cfn-template.yaml")];
    (0..60u32)
        .map(|n| {
            let text = texts[n as usize % 2].text().replace("\"Enabled\"", "\"Suspended\"").replace("AWS_IAM", "NONE");
            Source::new(SourceId(n), format!("folder/{n}"), text)
        })
        .collect()
}

const STYLE: human::Style = human::Style { color: false, width: 100, unicode: true, hyperlinks: false };

/// A folder, with findings, on one core; without a report and with each.
#[divan::bench(args = ["none", "human", "json", "sarif"])]
fn folder_lint(bencher: Bencher<'_, '_>, report: &str) {
    let (linter, sources) = (linter("core"), folder());
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let mut findings = Vec::new();
        let mut counts = Counts::default();
        for source in &sources {
            let found = linter.lint(black_box(source));
            counts += found.counts;
            findings.extend(found.findings);
        }
        let rules: Vec<RuleReport<'_>> = linter
            .selected()
            .map(|entry| RuleReport { meta: &entry.meta, prose: entry.prose().into(), counts: Counts::default() })
            .collect();
        let summary = Summary { failed: counts.failed, errors: findings.len(), ..Summary::default() };
        let report_on = Report {
            sources: &sources,
            findings: &findings,
            suppressed: &[],
            unshown: &[],
            absent: &[],
            shows_suppressed: false,
            is_fixing: false,
            today: None,
            exceptions: &[],
            diagnostics: &[],
            rules: &rules,
            controls: controls(),
            summary: &summary,
            provenance: &Provenance::default(),
        };
        let mut out = Vec::new();
        match report {
            "human" => human::write(&mut out, &report_on, &STYLE),
            "json" => json::write(&mut out, &report_on),
            "sarif" => sarif::write(&mut out, &report_on, &sarif::Options::default()),
            _ => Ok(()),
        }
        .unwrap_or_else(|error| panic!("{error}"));
        out.len()
    });
}

/// A template with this many independent conditions (parameters without defaults) and 200 resources. Every property
/// is behind `Fn::If`s three levels deep.
fn conditional(conditions: usize) -> Source {
    let mut text = String::from("Parameters:\n");
    for n in 0..conditions {
        let _ = writeln!(text, "  P{n}: {{Type: String}}");
    }
    text.push_str("Conditions:\n");
    for n in 0..conditions {
        let _ = writeln!(text, "  C{n}: !Equals [!Ref P{n}, 'yes']");
    }
    text.push_str("Resources:\n");
    for n in 0..200 {
        let three = |shift: usize, good: &str, bad: &str| {
            let [a, b, c] = [n, n * 7 + 1, n * 13 + 2].map(|place| (place + shift) % conditions);
            format!("!If [C{a}, !If [C{b}, !If [C{c}, {good}, {bad}], {good}], {good}]")
        };
        let (kind, properties) = match n % 4 {
            0 => (
                "AWS::S3::Bucket",
                vec![
                    ("BucketName", three(0, "one", "two")),
                    ("VersioningConfiguration", format!("{{Status: {}}}", three(1, "Enabled", "Suspended"))),
                ],
            ),
            1 => (
                "AWS::RDS::DBInstance",
                vec![
                    ("StorageEncrypted", three(0, "true", "false")),
                    ("PubliclyAccessible", three(2, "false", "true")),
                    ("BackupRetentionPeriod", three(3, "7", "0")),
                    ("Engine", three(4, "postgres", "mysql")),
                ],
            ),
            2 => (
                "AWS::Logs::LogGroup",
                vec![
                    ("RetentionInDays", three(0, "7", "!Ref AWS::NoValue")),
                    ("LogGroupName", three(1, "/x/a", "/x/b")),
                ],
            ),
            _ => (
                "AWS::Lambda::Function",
                vec![
                    ("Environment", format!("{{Variables: {{DB_PASSWORD: {}}}}}", three(0, "plain1234", "other567"))),
                    ("KmsKeyArn", three(1, "arn:aws:kms:x:y:key/z", "!Ref AWS::NoValue")),
                ],
            ),
        };
        let _ = writeln!(text, "  R{n}:\n    Type: {kind}\n    Properties:");
        for (name, value) in properties {
            let _ = writeln!(text, "      {name}: {value}");
        }
    }
    Source::new(SourceId(0), "conditional", text)
}

/// Growth with the number of conditions.
#[divan::bench(args = [5, 10, 20, 40, 80])]
fn conditions(bencher: Bencher<'_, '_>, conditions: usize) {
    let (linter, source) = (linter("core"), conditional(conditions));
    bencher.counter(BytesCount::of_str(source.text())).bench_local(|| black_box(linter.lint(&source)).findings.len());
}

/// The whole corpus on one core: parsing alone.
#[divan::bench]
fn corpus_parse(bencher: Bencher<'_, '_>) {
    let sources = corpus();
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        sources.iter().filter(|source| syntax::parse(black_box(source.text()), source.id).is_ok()).count()
    });
}

/// The whole corpus on one core: parsing and linting, reports aside.
#[divan::bench(args = ["core", "strict"])]
fn corpus_lint(bencher: Bencher<'_, '_>, profile: &str) {
    let (linter, sources) = (linter(profile), corpus());
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(sources.len()))
        .bench_local(|| sources.iter().map(|source| linter.lint(black_box(source)).findings.len()).sum::<usize>());
}
