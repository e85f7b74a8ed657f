//! What people and programs see of a run: reports built by hand, in every format.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use hipaalint::finding::{Diagnostic, Finding, Level, Outcome, Related, Severity, Subject};
use hipaalint::report::human::{self, Style};
use hipaalint::report::{Report, RuleReport, Summary, json, sarif};
use hipaalint::rules::meta::{Control, Requirement, RuleMeta, RuleProse};
use hipaalint::source::{Source, SourceId, Span};
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that a report borrows.
#[derive(Default)]
struct Run {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    diagnostics: Vec<Diagnostic>,
    summary: Summary,
}

impl Run {
    fn source(&mut self, name: &str, text: &str) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap());
        self.sources.push(Source::new(id, name, text));
        id
    }

    /// The span of the first occurrence of `text` after the first occurrence of `after`.
    fn span(&self, id: SourceId, after: &str, text: &str) -> Span {
        let whole = self.sources[id.0 as usize].text();
        let from = whole.find(after).unwrap_or_else(|| panic!("no {after:?}"));
        let start = from + whole[from..].find(text).unwrap_or_else(|| panic!("no {text:?} after {after:?}"));
        Span::new(id, start, start + text.len())
    }

    fn fail(&mut self, rule: &str, level: Level, span: Span, name: &str, kind: &str, message: &str) -> &mut Finding {
        self.findings.push(Finding {
            rule: rule.into(),
            level,
            outcome: Outcome::Fail,
            span,
            path: format!("Resources/{name}"),
            subject: Subject { section: "Resources", name: name.into(), resource_type: Some(kind.into()) },
            message: message.into(),
            when: None,
            related: Vec::new(),
        });
        self.findings.last_mut().unwrap()
    }

    /// Counts what the findings show; the rest is as a run of the core profile would say.
    fn counted(mut self) -> Self {
        let level = |level| {
            self.findings.iter().filter(|finding| finding.outcome == Outcome::Fail && finding.level == level).count()
        };
        let outcome = |outcome| self.findings.iter().filter(|finding| finding.outcome == outcome).count();
        self.summary = Summary {
            selection: "core".into(),
            templates: self.sources.len(),
            unreadable: self.diagnostics.iter().filter(|found| found.severity == Severity::Error).count(),
            resources: 7,
            rules: 3,
            passed: outcome(Outcome::Pass) + 20,
            failed: outcome(Outcome::Fail),
            undecided: outcome(Outcome::Undecided),
            errors: level(Level::Error),
            warnings: level(Level::Warning),
            notes: level(Level::Note),
            ..self.summary
        };
        self
    }

    fn with<T>(&self, write: impl FnOnce(&Report) -> T) -> T {
        let metas = rules();
        let rules: Vec<RuleReport> =
            metas.iter().map(|(meta, prose)| RuleReport { meta, prose: prose.clone() }).collect();
        write(&Report {
            sources: &self.sources,
            findings: &self.findings,
            diagnostics: &self.diagnostics,
            rules: &rules,
            controls: &controls(),
            summary: &self.summary,
        })
    }

    fn human(&self, style: Style) -> String {
        self.with(|report| {
            let mut out = Vec::new();
            human::write(&mut out, report, &style).unwrap();
            String::from_utf8(out).unwrap()
        })
    }

    fn sarif(&self) -> String {
        self.with(|report| {
            let mut out = Vec::new();
            sarif::write(&mut out, report, &sarif::Options { exit_code: Some(1) }).unwrap();
            String::from_utf8(out).unwrap()
        })
    }

    fn json(&self) -> String {
        self.with(|report| {
            let mut out = Vec::new();
            json::write(&mut out, report).unwrap();
            String::from_utf8(out).unwrap()
        })
    }
}

const PLAIN: Style = Style { color: false, width: 80, unicode: true, hyperlinks: false };
const ASCII: Style = Style { unicode: false, ..PLAIN };
const WIDE: Style = Style { width: 120, ..PLAIN };

fn rules() -> Vec<(RuleMeta, RuleProse)> {
    let rule = |id: &str, title: &str, level, controls: &[&str], why: &str, remediation: &str| {
        let meta = RuleMeta {
            id: id.into(),
            title: title.into(),
            level,
            profiles: vec!["core".into()],
            controls: controls.iter().map(ToString::to_string).collect(),
            aliases: BTreeMap::new(),
        };
        let references = vec![format!("https://docs.aws.amazon.com/{id}")];
        (meta, RuleProse { why: why.into(), remediation: remediation.into(), references })
    };
    vec![
        rule(
            "iam-policy-no-wildcards",
            "IAM policy grants every action on every resource",
            Level::Error,
            &["164.308(a)(4)(ii)(B)", "164.312(a)(1)"],
            "Whoever can do everything can read every record.",
            "Name the actions and the resources that the role needs.",
        ),
        rule(
            "rds-storage-encrypted",
            "Database stores its data unencrypted",
            Level::Error,
            &["164.312(a)(2)(iv)"],
            "Storage that leaves the building must be unreadable.",
            "Set `StorageEncrypted: true` and name a key of your own in `KmsKeyId`. An existing database must be \
             restored from an encrypted copy of a snapshot, since the property cannot be changed in place; plan for \
             the time that takes.",
        ),
        rule(
            "s3-bucket-tls-only",
            "S3 bucket accepts requests over plain HTTP",
            Level::Error,
            &["164.312(a)(2)(iv)", "164.312(e)(1)", "164.312(e)(2)(i)", "164.312(e)(2)(ii)"],
            "Patient data must not cross a network in the clear. S3 answers plain HTTP **unless** a bucket policy \
             denies it.\n\nSee [the guide](https://docs.aws.amazon.com/s3).",
            "Attach a bucket policy that denies `s3:*` to everybody where `aws:SecureTransport` is `false`.\n\n\
             ```yaml\nEffect: Deny\n```\n",
        ),
        rule(
            "s3-bucket-versioning",
            "S3 bucket keeps no old versions of its objects",
            Level::Warning,
            &["164.312(c)(1)"],
            "",
            "Set `VersioningConfiguration.Status` to `Enabled`.",
        ),
    ]
}

fn controls() -> Vec<Control> {
    let control = |id: &str, title: &str, requirement, parent: Option<&str>| Control {
        id: id.into(),
        title: title.into(),
        requirement,
        parent: parent.map(Into::into),
        beyond_templates: None,
    };
    use Requirement::{Addressable, Required, Standard};
    vec![
        control("164.308(a)(4)(i)", "Information access management", Standard, None),
        control("164.308(a)(4)(ii)(B)", "Access authorization", Addressable, Some("164.308(a)(4)(i)")),
        control("164.312(a)(1)", "Access control", Standard, None),
        control("164.312(a)(2)(iv)", "Encryption and decryption", Addressable, Some("164.312(a)(1)")),
        control("164.312(c)(1)", "Integrity", Required, None),
        control("164.312(e)(1)", "Transmission security", Standard, None),
        control("164.312(e)(2)(i)", "Integrity controls", Addressable, Some("164.312(e)(1)")),
        control("164.312(e)(2)(ii)", "Encryption", Addressable, Some("164.312(e)(1)")),
    ]
}

const APP: &str = "AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Env:
    Type: String
    Default: prod
    AllowedValues: [dev, test, prod]
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  PatientData:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: !If [IsProd, Enabled, Suspended]
  PatientDataPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref PatientData

  Records:
    Type: AWS::RDS::DBInstance
    Properties:
      StorageEncrypted: false
";

const DATABASE: &str =
    "{\n\t\"Resources\": {\n\t\t\"Records\": {\n\t\t\t\"Type\": \"AWS::RDS::DBInstance\"\n\t\t}\n\t}\n}\n";

/// Two templates, one of them broken; related places near, far and in another file; every outcome.
fn everything() -> Run {
    let mut run = Run::default();
    let app = run.source("stacks/app.yaml", APP);
    let broken = run.source("stacks/broken.yaml", "Resources:\n  Queue:\n    Type: \"AWS::SQS::Queue\n");
    let database = run.source("stacks/db.json", DATABASE);

    let bucket = run.span(app, "Resources:", "PatientData");
    let policy = run.span(app, "Resources:", "PatientDataPolicy");
    let database_type = run.span(database, "Type", "\"AWS::RDS::DBInstance\"");
    let message = "Nothing denies requests over plain HTTP: PatientDataPolicy has no statement with Effect Deny \
                   and aws:SecureTransport false";
    let block = Span::new(app, bucket.start as usize, APP.find("  PatientDataPolicy").unwrap());
    run.fail("s3-bucket-tls-only", Level::Error, block, "PatientData", "AWS::S3::Bucket", message).related =
        vec![Related { span: policy, message: "this policy guards the bucket".into() }];

    let status = run.span(app, "Status", "Suspended");
    let condition = run.span(app, "Conditions:", "!Equals [!Ref Env, prod]");
    let finding = run.fail(
        "s3-bucket-versioning",
        Level::Warning,
        status,
        "PatientData",
        "AWS::S3::Bucket",
        "The bucket keeps no old versions: its Status is \"Suspended\".",
    );
    finding.path = "Resources/PatientData/Properties/VersioningConfiguration/Status".into();
    finding.when = Some("when Env is dev or test".into());
    finding.related = vec![Related { span: condition, message: "false unless Env is prod".into() }];

    let encrypted = run.span(app, "StorageEncrypted", "false");
    let parent = run.span(app, "Records", "AWS::RDS::DBInstance");
    run.fail(
        "rds-storage-encrypted",
        Level::Error,
        encrypted,
        "Records",
        "AWS::RDS::DBInstance",
        "StorageEncrypted is false",
    )
    .related = vec![
        Related { span: parent, message: "the database".into() },
        Related { span: database_type, message: "the replica takes it from here".into() },
    ];

    run.fail(
        "rds-storage-encrypted",
        Level::Note,
        database_type,
        "Records",
        "AWS::RDS::DBInstance",
        "A replica says nothing",
    );

    let answer = |outcome, rule: &str, span, message: &str| Finding {
        rule: rule.into(),
        level: Level::Error,
        outcome,
        span,
        path: "Resources/PatientData".into(),
        subject: Subject {
            section: "Resources",
            name: "PatientData".into(),
            resource_type: Some("AWS::S3::Bucket".into()),
        },
        message: message.into(),
        when: None,
        related: Vec::new(),
    };
    run.findings.push(answer(
        Outcome::Undecided,
        "s3-bucket-tls-only",
        bucket,
        "The policy's principal is the parameter Reader, which has no default",
    ));
    run.findings.push(answer(Outcome::Pass, "s3-bucket-versioning", policy, ""));

    run.diagnostics = vec![
        Diagnostic {
            severity: Severity::Note,
            code: "octal-number",
            file: "stacks/app.yaml".into(),
            span: Some(run.span(app, "Default", "prod")),
            message: "this would be another value in YAML 1.1".into(),
            help: String::new(),
            related: Vec::new(),
        },
        Diagnostic {
            severity: Severity::Error,
            code: "syntax-error",
            file: "stacks/broken.yaml".into(),
            span: Some(run.span(broken, "Type", "\"AWS")),
            message: "the text that begins here never ends".into(),
            help: "Close it with a double quote.".into(),
            related: Vec::new(),
        },
        Diagnostic {
            severity: Severity::Error,
            code: "file-unreadable",
            file: "stacks/secret.yaml".into(),
            span: None,
            message: "permission denied".into(),
            help: "Let the user who runs the linter read it.".into(),
            related: Vec::new(),
        },
    ];
    run.summary.skipped = 1;
    run.counted()
}

/// Text that attacks the terminal, in every place that input reaches.
fn hostile() -> Run {
    let mut run = Run::default();
    let text =
        "Resources:\r\n  \"B\u{1b}[2Jücket\":\r\n    Type: 患者データ\u{200b}\u{202e}evil\u{7}\u{9b}31m\t # 🏥\r\n";
    let id = run.source("a\u{1b}]0;owned\u{7}\nb.yaml", text);
    let span = run.span(id, "Type", "患者データ\u{200b}\u{202e}evil\u{7}");
    let finding =
        run.fail("odd\u{1b}[1mrule", Level::Error, span, "B\u{1b}[2J", "\u{9b}A", "Type is 患者\u{1b}[0m\r\nor not");
    finding.when = Some("when \u{1b}c is \u{202e}x".into());
    finding.related = vec![Related { span: Span::new(id, 0, 9), message: "root\u{1b}[5m\nblinks".into() }];
    run.diagnostics.push(Diagnostic {
        severity: Severity::Note,
        code: "odd-section",
        file: "a\u{1b}]0;owned\u{7}\nb.yaml".into(),
        span: None,
        message: "\u{1b}[31mred".into(),
        help: "\u{1b}[32mgreen".into(),
        related: Vec::new(),
    });
    run.counted()
}

/// A minified template: one line of a megabyte, with findings at its beginning, middle and end.
fn one_long_line() -> Run {
    let mut run = Run::default();
    let filler = "\"Type\":\"AWS::S3::Bucket\",\"Ünïcode\":\"データ\",".repeat(20_000);
    let text = format!("{{\"First\":1,{filler}\"Middle\":true,{filler}\"Last\":false}}");
    assert!(text.len() > 1 << 20);
    let id = run.source("min.json", &text);
    for value in ["\"First\"", "\"Middle\"", "\"Last\""] {
        let span = run.span(id, value, value);
        run.fail("rds-storage-encrypted", Level::Error, span, "Db", "AWS::RDS::DBInstance", "Unencrypted");
    }
    run.fail(
        "rds-storage-encrypted",
        Level::Error,
        Span::new(id, 0, text.len()),
        "Db",
        "AWS::RDS::DBInstance",
        "Whole",
    );
    run.counted()
}

fn many() -> Run {
    let mut run = Run::default();
    let mut text = String::from("Resources:\n");
    for number in 0..2000 {
        text.push_str(&format!(
            "  Bucket{number}:\n    Type: AWS::S3::Bucket\n    Properties:\n      Name: b-{number}\n"
        ));
    }
    let id = run.source("many.yaml", &text);
    let places: Vec<usize> = text.match_indices("  Bucket").map(|(at, _)| at + 2).collect();
    for (number, at) in places.into_iter().enumerate() {
        let (rule, level) = match number % 3 {
            0 => ("s3-bucket-versioning", Level::Warning),
            1 => ("s3-bucket-tls-only", Level::Error),
            _ => ("rds-storage-encrypted", Level::Error),
        };
        let name = format!("Bucket{number}");
        run.fail(rule, level, Span::new(id, at, at + name.len()), &name, "AWS::S3::Bucket", "Something is wrong");
    }
    run.counted()
}

#[test]
fn people_see_everything_in_80_columns() {
    insta::assert_snapshot!(everything().human(PLAIN));
}

#[test]
fn people_see_everything_in_120_columns() {
    insta::assert_snapshot!(everything().human(WIDE));
}

#[test]
fn people_see_everything_in_ascii() {
    let text = everything().human(ASCII);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn people_see_colors_and_links() {
    let text = everything().human(Style { color: true, hyperlinks: true, ..PLAIN });
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"));
    // Without its escape sequences it is the plain report.
    let links = regex::Regex::new("\u{1b}]8;;[^\u{1b}]*\u{1b}\\\\").unwrap();
    let colors = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(colors.replace_all(&links.replace_all(&text, ""), ""), everything().human(PLAIN));
}

#[test]
fn people_see_one_finding() {
    let mut run = everything();
    run.findings.truncate(1);
    run.diagnostics.clear();
    run.sources.truncate(1);
    run.summary = Summary::default();
    insta::assert_snapshot!(run.counted().human(PLAIN));
}

#[test]
fn people_are_told_that_all_is_well() {
    let mut run = Run::default();
    run.source("app.yaml", APP);
    insta::assert_snapshot!(run.counted().human(PLAIN));
}

#[test]
fn people_are_told_that_nothing_was_checked() {
    let run = Run {
        summary: Summary { selection: "rules: a, b".into(), rules: 2, templates: 1, ..Summary::default() },
        ..Run::default()
    };
    insta::assert_snapshot!(run.human(PLAIN));
}

#[test]
fn people_see_what_needs_a_value() {
    let mut run = Run::default();
    run.source("app.yaml", APP);
    let mut run = run.counted();
    run.summary.undecided = 4;
    insta::assert_snapshot!(run.human(PLAIN));
}

#[test]
fn nothing_in_a_template_reaches_the_terminal_as_a_control() {
    for style in [PLAIN, ASCII] {
        let text = hostile().human(style);
        let odd: Vec<char> = text.chars().filter(|c| c.is_control() && *c != '\n').collect();
        assert!(odd.is_empty(), "{odd:?}");
        assert!(!text.contains(['\u{202e}', '\u{200b}']));
    }
    insta::assert_snapshot!(hostile().human(PLAIN));
}

#[test]
fn a_line_of_a_megabyte_is_cropped() {
    let text = one_long_line().human(PLAIN);
    assert!(text.len() < 5_000, "{}", text.len());
    insta::assert_snapshot!(text);
}

#[test]
fn two_thousand_findings_end_with_what_fires_most() {
    let text = many().human(PLAIN);
    assert_eq!(text.matches("[s3-bucket-versioning]").count(), 667);
    let summary = text.rsplit_once("────────\n").unwrap().1;
    insta::assert_snapshot!(summary);
}

/// Terminals wrap what is too wide, and the marks under it no longer fit.
#[test]
fn no_line_is_wider_than_the_terminal() {
    for run in [everything(), one_long_line(), many()] {
        for width in [50, 80, 120, 300] {
            let text = run.human(Style { width, ..PLAIN });
            // Paths above an excerpt are left whole, so that terminals can open them.
            let wide = text.lines().find(|line| !line.contains("─[") && line.chars().count() > width);
            assert_eq!(wide, None, "at {width}");
        }
    }
}

/// Spans at every border: empty ones, ends of lines and of the file, line breaks, a byte-order mark, an empty file.
#[test]
fn every_span_can_be_shown() {
    for text in ["", "\n", "\u{feff}a: é\r\nb\r\n\r\n", "a\rb", "日本: \t語"] {
        let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for start in &borders {
            for end in borders.iter().filter(|end| *end >= start) {
                let mut run = Run::default();
                let id = run.source("a.yaml", text);
                let span = Span::new(id, *start, *end);
                run.fail("s3-bucket-tls-only", Level::Error, span, "A", "B", "C").related =
                    vec![Related { span: Span::new(id, 0, text.len()), message: "all".into() }];
                for style in [PLAIN, ASCII] {
                    assert!(run.human(style).contains("a.yaml:"));
                }
                let (sarif, json) = (run.sarif(), run.json());
                assert!(serde_json::from_str::<Value>(&sarif).is_ok() && serde_json::from_str::<Value>(&json).is_ok());
            }
        }
    }
}

#[test]
fn programs_read_sarif() {
    insta::assert_snapshot!(everything().sarif());
}

#[test]
fn programs_read_json() {
    insta::assert_snapshot!(everything().json());
}

/// The standard's demands that its schema does not show, and GitHub's own.
#[test]
fn sarif_holds_what_its_readers_need() {
    for run in [everything(), hostile(), one_long_line(), many(), Run::default()] {
        let log: Value = serde_json::from_str(&run.sarif()).unwrap();
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(log["runs"].as_array().unwrap().len(), 1);
        let sarif_run = &log["runs"][0];
        assert_eq!(sarif_run["columnKind"], "utf16CodeUnits");
        let driver = &sarif_run["tool"]["driver"];
        let rules = driver["rules"].as_array().unwrap();
        let taxa = sarif_run["taxonomies"][0]["taxa"].as_array().unwrap();
        assert_eq!(sarif_run["taxonomies"][0]["guid"], driver["supportedTaxonomies"][0]["guid"]);
        assert!(rules.is_sorted_by_key(|rule| rule["id"].as_str().unwrap().to_owned()));
        for rule in rules {
            for text in
                ["/name", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/helpUri"]
            {
                assert!(!rule.pointer(text).unwrap().as_str().unwrap().is_empty(), "{text}");
            }
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
            assert!(rule["properties"]["security-severity"].as_str().unwrap().parse::<f32>().is_ok());
            for relationship in rule["relationships"].as_array().unwrap() {
                let target = &relationship["target"];
                assert_eq!(taxa[usize::try_from(target["index"].as_u64().unwrap()).unwrap()]["id"], target["id"]);
            }
        }
        let results = sarif_run["results"].as_array().unwrap();
        assert_eq!(results.len(), run.findings.len());
        let mut fingerprints = std::collections::HashSet::new();
        for (result, finding) in results.iter().zip(&run.findings) {
            assert_eq!(result["kind"] == "fail", result["level"] != "none");
            if let Some(index) = result["ruleIndex"].as_u64() {
                assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"]);
            }
            let [location] = result["locations"].as_array().unwrap().as_slice() else { panic!("not one location") };
            let [logical] = location["logicalLocations"].as_array().unwrap().as_slice() else {
                panic!("not one subject")
            };
            assert_eq!(logical["fullyQualifiedName"], finding.subject.qualified_name());
            let place = &location["physicalLocation"];
            let artifact = usize::try_from(place["artifactLocation"]["index"].as_u64().unwrap()).unwrap();
            assert_eq!(sarif_run["artifacts"][artifact]["location"]["uri"], place["artifactLocation"]["uri"]);
            let number = |name: &str| place["region"][name].as_u64().unwrap();
            assert!(number("startLine") >= 1 && number("startColumn") >= 1);
            assert!((number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")));
            assert!(fingerprints.insert(result["partialFingerprints"]["hipaalint/v1"].as_str().unwrap().to_owned()));
        }
    }
}

#[test]
fn sarif_says_what_could_not_be_done() {
    let invocation = |run: &Run| {
        let log: Value = serde_json::from_str(&run.sarif()).unwrap();
        log["runs"][0]["invocations"][0].clone()
    };
    let mut run = everything();
    assert_eq!(invocation(&run)["executionSuccessful"], false);
    assert_eq!(invocation(&run)["toolExecutionNotifications"].as_array().unwrap().len(), 3);
    // A note leaves the run a success.
    run.diagnostics.truncate(1);
    assert_eq!(invocation(&run)["executionSuccessful"], true);
}

#[test]
fn sarif_columns_count_utf16_code_units() {
    let mut run = Run::default();
    let id = run.source("a.yaml", "🏥é: 🏥x # end");
    let span = run.span(id, "", "🏥x");
    run.fail("s3-bucket-tls-only", Level::Error, span, "A", "B", "C");
    let log: Value = serde_json::from_str(&run.sarif()).unwrap();
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!([&region["startColumn"], &region["endColumn"]], [6, 9]);
    let json: Value = serde_json::from_str(&run.json()).unwrap();
    assert_eq!(json["findings"][0]["start"], serde_json::json!({ "line": 1, "column": 5, "offset": 8 }));
}

#[test]
fn fingerprints_survive_moved_lines_and_tell_violations_apart() {
    let fingerprints = |text: &str, rule: &str, message: &str| {
        let mut run = Run::default();
        let id = run.source("a.yaml", text);
        for _ in 0..2 {
            let span = run.span(id, "", "Bucket");
            run.fail(rule, Level::Error, span, "Bucket", "AWS::S3::Bucket", message);
        }
        let log: Value = serde_json::from_str(&run.sarif()).unwrap();
        let of = |index: usize| log["runs"][0]["results"][index]["partialFingerprints"]["hipaalint/v1"].clone();
        [of(0), of(1)]
    };
    let before = fingerprints("Bucket: {}", "s3-bucket-tls-only", "one");
    assert_eq!(before, fingerprints("# new\n\n  Bucket: {}", "s3-bucket-tls-only", "other words"));
    assert_ne!(before[0], before[1]);
    assert_ne!(before, fingerprints("Bucket: {}", "s3-bucket-versioning", "one"));
    // Written down once: people's alerts are known by it.
    assert_eq!(before[0], "82d8c8094e855b5af7d93f0b921a8c94");
}

#[test]
fn formats_write_the_same_bytes_each_time() {
    let (run, again) = (everything(), everything());
    assert_eq!([run.human(PLAIN), run.sarif(), run.json()], [again.human(PLAIN), again.sarif(), again.json()]);
}

/// A reader that goes away is an error for the caller to judge, not a panic.
#[test]
fn a_closed_pipe_is_an_error() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    everything().with(|report| {
        let results = [
            human::write(&mut Closed, report, &PLAIN),
            sarif::write(&mut Closed, report, &sarif::Options::default()),
            json::write(&mut Closed, report),
        ];
        for result in results {
            assert_eq!(result.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
        }
    });
}
