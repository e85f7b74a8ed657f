//! How fast reports are written: 2,000 findings in a template of 640 KB, and findings all over one line of a megabyte.
#![allow(missing_docs, clippy::unwrap_used)]

use divan::Bencher;
use divan::counter::ItemsCount;
use hipaalint::finding::{Counts, Finding, Level, Outcome, Related, RuleSeverity, Subject};
use hipaalint::report::human::{self, Style};
use hipaalint::report::{Provenance, Report, RuleReport, Summary, github, html, json, junit, markdown, sarif};
use hipaalint::rules::meta::{Control, Requirement, RuleKind, RuleMeta, RuleProse};
use hipaalint::source::{Source, SourceId, Span};
use std::collections::BTreeMap;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const RULE: &str = "s3-bucket-tls-only";
const FINDINGS: usize = 2000;
const STYLE: Style = Style { color: true, width: 100, unicode: true, hyperlinks: false };

/// The data that a report borrows.
struct Run {
    sources: [Source; 1],
    findings: Vec<Finding>,
    meta: RuleMeta,
    controls: [Control; 1],
    summary: Summary,
}

impl Run {
    /// A finding at each occurrence of `mark`, related to the one before it.
    fn new(text: String, mark: &str) -> Self {
        let source = SourceId(0);
        let spans: Vec<Span> =
            text.match_indices(mark).map(|(at, _)| Span::new(source, at, at + mark.len())).take(FINDINGS).collect();
        let related = std::iter::once(None).chain(spans.iter().copied().map(Some));
        let findings = spans.iter().zip(related).enumerate().map(|(number, (span, related))| Finding {
            rule: RULE.into(),
            level: Level::Error,
            severity: RuleSeverity::High,
            outcome: Outcome::Fail,
            span: *span,
            path: format!("Resources/Bucket{number}"),
            alike: Vec::new(),
            subject: Subject {
                section: "Resources",
                name: format!("Bucket{number}"),
                resource_type: Some("AWS::S3::Bucket".into()),
                construct: None,
                origin: None,
                inside: None,
            },
            message: "Nothing denies requests over plain HTTP: BucketPolicy has no statement with Effect Deny".into(),
            when: Some("when Env is dev or test".into()),
            advice: None,
            fix: None,
            related: related.map(|span| Related { span, message: "the one before".into() }).into_iter().collect(),
            suppression: None,
            baseline: None,
            since: None,
        });
        Self {
            findings: findings.collect(),
            meta: RuleMeta {
                id: RULE.into(),
                title: "S3 bucket accepts requests over plain HTTP".into(),
                level: Level::Error,
                severity: RuleSeverity::High,
                kind: RuleKind::Safeguard,
                profiles: vec!["core".into()],
                controls: vec!["164.312(e)(1)".into()],
                aliases: BTreeMap::new(),
            },
            controls: [Control {
                id: "164.312(e)(1)".into(),
                title: "Transmission security".into(),
                requirement: Requirement::Standard,
                parent: None,
                beyond: None,
            }],
            summary: Summary { selection: "core".into(), failed: FINDINGS, errors: FINDINGS, ..Summary::default() },
            sources: [Source::new(source, "app.yaml", text)],
        }
    }

    fn of_many_lines() -> Self {
        let body = "    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub 'patient-data-${AWS::AccountId}-${Env}'\n      \
                    VersioningConfiguration:\n        Status: Enabled\n      PublicAccessBlockConfiguration:\n        \
                    BlockPublicAcls: true\n        BlockPublicPolicy: true\n        IgnorePublicAcls: true\n";
        let resources: String = (0..FINDINGS).map(|number| format!("  Bucket{number}:\n{body}")).collect();
        let run = Self::new(format!("Resources:\n{resources}"), "Type: AWS::S3::Bucket");
        assert!(run.findings.len() == FINDINGS && run.sources[0].text().len() > 600_000);
        run
    }

    fn of_one_line() -> Self {
        let filler = "\"Tags\":[{\"Key\":\"Owner\",\"Value\":\"Zoë\"}],".repeat(12);
        let resources: String =
            (0..FINDINGS).map(|number| format!("\"B{number}\":{{{filler}\"Type\":\"AWS::S3::Bucket\"}},")).collect();
        let run = Self::new(format!("{{\"Resources\":{{{resources}}}}}"), "\"AWS::S3::Bucket\"");
        assert!(run.findings.len() == FINDINGS && run.sources[0].text().len() > 1_000_000);
        run
    }

    fn bench(&self, bencher: Bencher, write: impl Fn(&mut Vec<u8>, &Report) + Sync) {
        let prose = RuleProse { remediation: "Attach a bucket policy that denies it.".into(), ..RuleProse::default() };
        let rules = [RuleReport {
            meta: &self.meta,
            prose: prose.into(),
            counts: Counts { failed: FINDINGS, ..Counts::default() },
        }];
        let report = Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &[],
            unshown: &[],
            absent: &[],
            shows_suppressed: false,
            is_fixing: false,
            today: None,
            exceptions: &[],
            diagnostics: &[],
            rules: &rules,
            controls: &self.controls,
            summary: &self.summary,
            provenance: &Provenance::default(),
        };
        bencher.counter(ItemsCount::new(FINDINGS)).bench(|| {
            let mut out = Vec::new();
            write(&mut out, &report);
            out
        });
    }
}

#[divan::bench]
fn human_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| human::write(out, report, &STYLE).unwrap());
}

#[divan::bench]
fn human_one_line(bencher: Bencher) {
    Run::of_one_line().bench(bencher, |out, report| human::write(out, report, &STYLE).unwrap());
}

#[divan::bench]
fn sarif_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| sarif::write(out, report, &sarif::Options::default()).unwrap());
}

#[divan::bench]
fn sarif_one_line(bencher: Bencher) {
    Run::of_one_line().bench(bencher, |out, report| sarif::write(out, report, &sarif::Options::default()).unwrap());
}

#[divan::bench]
fn html_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| html::write(out, report).unwrap());
}

#[divan::bench]
fn html_one_line(bencher: Bencher) {
    Run::of_one_line().bench(bencher, |out, report| html::write(out, report).unwrap());
}

#[divan::bench]
fn junit_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| junit::write(out, report).unwrap());
}

#[divan::bench]
fn markdown_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| markdown::write(out, report).unwrap());
}

#[divan::bench]
fn github_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| github::write(out, report).unwrap());
}

#[divan::bench]
fn json_many_lines(bencher: Bencher) {
    Run::of_many_lines().bench(bencher, |out, report| json::write(out, report).unwrap());
}
