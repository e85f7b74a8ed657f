//! Runs to report on: sources, findings and diagnostics as a linter would hand them over.

use hipaalint::Code;
use hipaalint::finding::{
    Applicability, BaselineState, Counts, Diagnostic, Dialect, Edit, Finding, Fix, Level, Outcome, Related,
    RuleSeverity, Severity, Subject, SuppressedRule, Suppression,
};
use hipaalint::report::human::{self, Style};
use hipaalint::report::{Pin, Provenance, Report, Revision, RuleReport, Summary, TemplateReport, json, sarif};
use hipaalint::rules::meta::{Control, Requirement, RuleKind, RuleMeta, RuleProse};
use hipaalint::source::{Source, SourceId, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that a report borrows.
#[derive(Default)]
pub struct Run {
    pub sources: Vec<Source>,
    pub findings: Vec<Finding>,
    pub suppressed: Vec<Finding>,
    pub unshown: Vec<Finding>,
    pub diagnostics: Vec<Diagnostic>,
    pub summary: Summary,
    pub provenance: Provenance,
    /// How the checks of rules ended.
    pub counts: BTreeMap<&'static str, Counts>,
}

/// What writes a report.
pub type Write = fn(&mut Vec<u8>, &Report) -> std::io::Result<()>;

impl Run {
    pub fn source(&mut self, name: &str, text: &str) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap());
        self.sources.push(Source::new(id, name, text));
        id
    }

    /// The span of the first occurrence of `text` after the first occurrence of `after`.
    pub fn span(&self, id: SourceId, after: &str, text: &str) -> Span {
        let whole = self.sources[id.0 as usize].text();
        let from = whole.find(after).unwrap_or_else(|| panic!("no {after:?}"));
        let start = from + whole[from..].find(text).unwrap_or_else(|| panic!("no {text:?} after {after:?}"));
        Span::new(id, start, start + text.len())
    }

    pub fn fail(
        &mut self,
        rule: &str,
        level: Level,
        span: Span,
        name: &str,
        kind: &str,
        message: &str,
    ) -> &mut Finding {
        self.findings.push(Finding {
            rule: rule.into(),
            level,
            severity: severity(rule),
            outcome: Outcome::Fail,
            span,
            path: format!("Resources/{name}"),
            alike: Vec::new(),
            subject: Subject {
                section: "Resources",
                name: name.into(),
                resource_type: Some(kind.into()),
                construct: None,
                origin: None,
                inside: None,
            },
            message: message.into(),
            when: None,
            advice: None,
            fix: None,
            related: Vec::new(),
            suppression: None,
            baseline: None,
            since: None,
        });
        self.findings.last_mut().unwrap()
    }

    /// Counts what the findings show; the rest is as in a run of the core profile.
    pub fn counted(mut self) -> Self {
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

    pub fn with<T>(&self, write: impl FnOnce(&Report) -> T) -> T {
        let metas = rules();
        let rules: Vec<RuleReport> = metas
            .iter()
            .map(|(meta, prose)| {
                let counts = self.counts.get(meta.id.as_str()).copied().unwrap_or_default();
                RuleReport { meta, prose: Arc::new(prose.clone()), counts }
            })
            .collect();
        write(&Report {
            sources: &self.sources,
            findings: &self.findings,
            suppressed: &self.suppressed,
            unshown: &self.unshown,
            absent: &[],
            shows_suppressed: false,
            is_fixing: true,
            today: None,
            exceptions: &[],
            diagnostics: &self.diagnostics,
            rules: &rules,
            controls: &controls(),
            summary: &self.summary,
            provenance: &self.provenance,
        })
    }

    pub fn text(&self, write: Write) -> String {
        self.with(|report| written(|out| write(out, report)))
    }

    pub fn human(&self, style: Style) -> String {
        self.with(|report| written(|out| human::write(out, report, &style)))
    }

    pub fn sarif(&self) -> String {
        self.with(|report| written(|out| sarif::write(out, report, &sarif::Options { exit_code: Some(1) })))
    }

    pub fn json(&self) -> String {
        self.text(json::write)
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub const PLAIN: Style = Style { color: false, width: 80, unicode: true, hyperlinks: false };
pub const ASCII: Style = Style { unicode: false, ..PLAIN };
pub const WIDE: Style = Style { width: 120, ..PLAIN };

/// The severity of a rule.
fn severity(id: &str) -> RuleSeverity {
    rules().into_iter().find(|(meta, _)| meta.id == id).map_or(RuleSeverity::High, |(meta, _)| meta.severity)
}

pub fn rules() -> Vec<(RuleMeta, RuleProse)> {
    let rule = |id: &str, title: &str, level, controls: &[&str], why: &str, remediation: &str| {
        let meta = RuleMeta {
            id: id.into(),
            title: title.into(),
            level,
            severity: RuleSeverity::of_level(level),
            kind: RuleKind::Safeguard,
            profiles: vec!["core".into()],
            controls: controls.iter().map(ToString::to_string).collect(),
            aliases: BTreeMap::new(),
        };
        let references = vec![format!("https://docs.aws.amazon.com/{id}")];
        (meta, RuleProse { why: why.into(), remediation: remediation.into(), references, ..RuleProse::default() })
    };
    vec![
        rule(
            "iam-policy-no-wildcards",
            "IAM policy grants every action on every resource",
            Level::Error,
            &["164.308(a)(4)(ii)(B)", "164.312(a)(1)"],
            "A caller that can do everything can read every record.",
            "Name the actions and the resources that the role needs.",
        ),
        rule(
            "rds-storage-encrypted",
            "Database stores its data unencrypted",
            Level::Error,
            &["164.312(a)(2)(iv)"],
            "Encryption keeps data unreadable when a disk leaves the building.",
            "Set `StorageEncrypted: true` and a customer managed key in `KmsKeyId`. Restore an existing database from \
             an encrypted copy of a snapshot, since the property cannot be changed in place; plan for the time that \
             this takes.",
        ),
        rule(
            "s3-bucket-tls-only",
            "S3 bucket allows unencrypted HTTP requests",
            Level::Error,
            &["164.312(a)(2)(iv)", "164.312(e)(1)", "164.312(e)(2)(i)", "164.312(e)(2)(ii)"],
            "Patient data must not cross a network in plaintext. S3 accepts plain HTTP **unless** a bucket policy \
             denies it.\n\nSee [the guide](https://docs.aws.amazon.com/s3).",
            "Attach a bucket policy that denies `s3:*` to everyone if `aws:SecureTransport` is `false`.\n\n\
             ```yaml\nEffect: Deny\n```\n",
        ),
        rule(
            "s3-bucket-versioning",
            "S3 bucket does not keep versions of its objects",
            Level::Warning,
            &["164.312(c)(1)"],
            "",
            "Set `VersioningConfiguration.Status` to `Enabled`.",
        ),
    ]
}

pub fn controls() -> Vec<Control> {
    let control = |id: &str, title: &str, requirement, parent: Option<&str>| Control {
        id: id.into(),
        title: title.into(),
        requirement,
        parent: parent.map(Into::into),
        beyond: None,
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

pub const APP: &str = "AWSTemplateFormatVersion: '2010-09-09'
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

pub const DATABASE: &str =
    "{\n\t\"Resources\": {\n\t\t\"Records\": {\n\t\t\t\"Type\": \"AWS::RDS::DBInstance\"\n\t\t}\n\t}\n}\n";

/// Two templates, one of them broken; related places near, far and in another file; every outcome.
pub fn everything() -> Run {
    let mut run = Run::default();
    let app = run.source("stacks/app.yaml", APP);
    let broken = run.source("stacks/broken.yaml", "Resources:\n  Queue:\n    Type: \"AWS::SQS::Queue\n");
    let database = run.source("stacks/db.json", DATABASE);

    let bucket = run.span(app, "Resources:", "PatientData");
    let policy = run.span(app, "Resources:", "PatientDataPolicy");
    let database_type = run.span(database, "Type", "\"AWS::RDS::DBInstance\"");
    let message = "No policy denies unencrypted HTTP requests: PatientDataPolicy has no statement with Effect Deny \
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
        "The bucket does not keep versions: its Status is \"Suspended\".",
    );
    finding.path = "Resources/PatientData/Properties/VersioningConfiguration/Status".into();
    finding.when = Some("when Env is dev or test".into());
    finding.related = vec![Related { span: condition, message: "false unless Env is prod".into() }];
    finding.fix = Some(Arc::new(Fix {
        title: "Set `VersioningConfiguration.Status` to `Enabled`".into(),
        applicability: Applicability::Safe,
        note: String::new(),
        on_deployed: String::new(),
        changes: Vec::new(),
        edits: vec![Edit { span: status, text: "Enabled".into() }],
    }));

    let encrypted = run.span(app, "StorageEncrypted", "false");
    let parent = run.span(app, "Records", "AWS::RDS::DBInstance");
    run.fail(
        "rds-storage-encrypted",
        Level::Error,
        encrypted,
        "Records",
        "AWS::RDS::DBInstance",
        "StorageEncrypted is false",
    );
    let finding = run.findings.last_mut().unwrap();
    finding.related = vec![
        Related { span: parent, message: "the database".into() },
        Related { span: database_type, message: "the source of the replica".into() },
    ];
    let after = Span::new(app, encrypted.end as usize, encrypted.end as usize);
    finding.fix = Some(Arc::new(Fix {
        title: "Encrypt the database".into(),
        applicability: Applicability::Unsafe,
        note: "CloudFormation replaces the database: the new one is empty.".into(),
        on_deployed: String::new(),
        changes: Vec::new(),
        edits: vec![
            Edit { span: encrypted, text: "true".into() },
            Edit { span: after, text: "\n      KmsKeyId: !GetAtt Key.Arn # ``` @anyone".into() },
        ],
    }));

    run.fail(
        "rds-storage-encrypted",
        Level::Note,
        database_type,
        "Records",
        "AWS::RDS::DBInstance",
        "The replica does not set StorageEncrypted",
    )
    .fix = Some(Arc::new(Fix {
        title: "Encrypt the replica".into(),
        applicability: Applicability::Display,
        note: "The value comes from the parameter `Encrypted`: change its default.".into(),
        on_deployed: String::new(),
        changes: Vec::new(),
        edits: Vec::new(),
    }));

    let answer = |outcome, rule: &str, span, message: &str| Finding {
        rule: rule.into(),
        level: Level::Error,
        severity: severity(rule),
        outcome,
        span,
        path: "Resources/PatientData".into(),
        alike: Vec::new(),
        subject: Subject {
            section: "Resources",
            name: "PatientData".into(),
            resource_type: Some("AWS::S3::Bucket".into()),
            construct: None,
            origin: None,
            inside: None,
        },
        message: message.into(),
        when: None,
        advice: None,
        fix: None,
        related: Vec::new(),
        suppression: None,
        baseline: None,
        since: None,
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
            code: Code::OctalNumber,
            file: "stacks/app.yaml".into(),
            span: Some(run.span(app, "Default", "prod")),
            message: "this would be another value in YAML 1.1".into(),
            help: String::new(),
            related: Vec::new(),
        },
        Diagnostic {
            severity: Severity::Error,
            code: Code::SyntaxError,
            file: "stacks/broken.yaml".into(),
            span: Some(run.span(broken, "Type", "\"AWS")),
            message: "the text that begins here has no closing quote".into(),
            help: "Add a double quote at its end.".into(),
            related: Vec::new(),
        },
        Diagnostic {
            severity: Severity::Error,
            code: Code::FileUnreadable,
            file: "stacks/secret.yaml".into(),
            span: None,
            message: "permission denied".into(),
            help: "Give the user who runs the linter permission to read it.".into(),
            related: Vec::new(),
        },
    ];
    run.summary.skipped = 1;
    run.counted()
}

/// Text that attacks the terminal, in every place that input reaches.
pub fn hostile() -> Run {
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
        code: Code::OddSection,
        file: "a\u{1b}]0;owned\u{7}\nb.yaml".into(),
        span: None,
        message: "\u{1b}[31mred".into(),
        help: "\u{1b}[32mgreen".into(),
        related: Vec::new(),
    });
    run.counted()
}

/// A minified template: one line of a megabyte, with findings at its beginning, middle and end.
pub fn one_long_line() -> Run {
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

pub fn many() -> Run {
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

/// A document without the number of this release, so that a new one changes no snapshot.
pub fn without_version(document: &str) -> String {
    document.replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"[version]\"")
}

/// Everything that a run may have: in addition to [`everything`], findings that are suppressed or in the baseline, checks that
/// are not shown, and parameters that are pinned.
pub fn whole() -> Run {
    let mut run = everything();
    let app = run.sources[0].id;
    let suppression = Suppression {
        id: "s3-bucket-versioning".into(),
        suppresses: vec![Arc::new(SuppressedRule {
            rule: "s3-bucket-versioning".into(),
            required: vec!["164.312(c)(1)".into()],
            addressable: Vec::new(),
        })],
        reason: Some("Objects are written once".into()),
        alternative: Some("An object lock".into()),
        owner: Some("security@example.com".into()),
        ticket: Some("SEC-12".into()),
        expires: Some("2031-12-31".parse().unwrap()),
        dialect: Dialect::Metadata,
        span: run.span(app, "Resources:", "PatientData"),
        origin: None,
        covers: vec!["Resources/PatientDataPolicy".into()],
    };
    let policy = run.span(app, "Resources:", "PatientDataPolicy");
    let mut suppressed = run.findings[1].clone();
    suppressed.subject.name = "PatientDataPolicy".into();
    suppressed.span = policy;
    suppressed.suppression = Some(Arc::new(suppression));
    let mut known = run.findings[0].clone();
    known.subject.name = "PatientDataPolicy".into();
    known.span = policy;
    known.baseline = Some(BaselineState::Unchanged);
    run.suppressed = vec![known, suppressed];
    (run.unshown, run.findings) = run.findings.into_iter().partition(|finding| finding.outcome != Outcome::Fail);
    let counts = |passed, failed, undecided| Counts { passed, failed, undecided };
    run.counts = BTreeMap::from([
        ("rds-storage-encrypted", counts(7, 2, 0)),
        ("s3-bucket-tls-only", counts(0, 2, 1)),
        ("s3-bucket-versioning", counts(1_200, 2, 0)),
    ]);
    let template =
        |name: &str, resources, counts| TemplateReport { name: name.into(), resources, counts, evidence: None };
    run.provenance = Provenance {
        profile: Some("Safeguards that any deployment needs.".into()),
        templates: vec![
            template("stacks/app.yaml", 6, counts(1_201, 5, 1)),
            template("stacks/db.json", 1, counts(6, 1, 0)),
            template("stacks/empty.yaml", 0, counts(0, 0, 0)),
        ],
        date: "2031-03-31".parse().ok(),
        revision: Revision::CheckedOut("0123456789abcdef0123456789abcdef01234567".into()),
        title: None,
    };
    run.summary.pinned = vec![
        Pin { name: "Env".into(), value: Some("dev & <test>".into()) },
        Pin { name: "Password".into(), value: None },
    ];
    let mut run = run.counted();
    run.summary =
        Summary { passed: 1_207, failed: 6, undecided: 1, suppressed_by_exceptions: 1, in_baseline: 1, ..run.summary };
    run
}

/// Names and messages that would be markup, commands or links, if a format did not escape them.
pub fn injecting() -> Run {
    let name = "<script>alert('1')</script>]]>&amp;|`**b**` [x](javascript:1) @everyone #1\u{0}\u{202e}\u{ffff}";
    let command = "::error::x%0A##[error]y, z\r\n::add-mask::z";
    let mut run = Run::default();
    let id = run.source("</pre>,:%<b>.yaml", &format!("Resources:\n  {name}: {command}\n  Second: 1\n"));
    let span = run.span(id, "Resources", name);
    for rule in ["s3-bucket-tls-only", "rds-storage-encrypted"] {
        let finding = run.fail(rule, Level::Error, span, name, name, &format!("{command} {name} \\"));
        finding.when = Some(name.into());
        finding.related = vec![Related { span, message: format!("{command} {name}") }];
    }
    let mut undecided = run.findings[0].clone();
    undecided.outcome = Outcome::Undecided;
    run.findings.push(undecided);
    run.diagnostics.push(Diagnostic {
        severity: Severity::Error,
        code: Code::SyntaxError,
        file: "</pre>,:%<b>.yaml".into(),
        span: Some(span),
        message: format!("{command} {name}"),
        help: name.into(),
        related: vec![Related { span, message: name.into() }],
    });
    run.summary.pinned = vec![Pin { name: name.into(), value: Some(name.into()) }];
    run.provenance.profile = Some(name.into());
    run.provenance.title = Some(name.into());
    run.provenance.revision = Revision::Given(name.into());
    let mut run = run.counted();
    run.summary.selection = name.into();
    run
}
