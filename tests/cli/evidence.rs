//! Evidence as an auditor gets it: OSCAL whose links lead somewhere, findings for Security Hub within its limits, and bundles that are
//! compared and checked.

use crate::support::{BAD, CHOOSES, Folder, GOOD, OPEN, OWN_RULE, Ran};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

const DAY: [&str; 2] = ["--today", "2026-11-28"];
/// A bucket with an exception that ends.
const EXCEPTED: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Metadata:
      hipaalint:
        exceptions:
          - rule: s3-bucket-versioning
            reason: The archive <b>keeps</b> copies
            alternative: Nightly copies
            owner: data@example.com
            ticket: SEC-1
            expires: 2026-12-31
";
const ACCOUNT: [&str; 6] = [
    "--account",
    "111122223333",
    "--region",
    "us-east-1",
    "--product-arn",
    "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default",
];

fn dated(folder: &Folder, arguments: &[&str]) -> Ran {
    folder.run(&[&DAY, arguments].concat())
}

/// The OSCAL results of one rule on some files.
fn oscal(folder: &Folder, arguments: &[&str]) -> Value {
    let ran = dated(folder, &[&["--rule", "s3-bucket-versioning", "--format", "oscal"], arguments].concat());
    assert_eq!(ran.stderr, "");
    ran.json()["assessment-results"].clone()
}

fn list<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    value[key].as_array().into_iter().flatten().collect()
}

fn property(value: &Value, name: &str) -> Option<String> {
    list(value, "props").into_iter().find(|one| one["name"] == name).map(|one| text(&one["value"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Every value with one of these keys.
fn all(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner {
                    Value::String(text) if name == key => found.push(text.clone()),
                    inner => all(inner, key, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| all(inner, key, found)),
        _ => {}
    }
}

fn every(value: &Value, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    all(value, key, &mut found);
    found
}

fn document(name: &str) -> Value {
    Folder::new().run(&["oscal", name]).json()
}

/// The checks that trestle does not make: every reference leads somewhere, and no UUID is used twice.
fn assert_whole(results: &Value, catalog: &Value) {
    let uuids = every(results, "uuid");
    let distinct: BTreeSet<&String> = uuids.iter().collect();
    assert_eq!(distinct.len(), uuids.len());
    assert!(uuids.iter().all(|uuid| uuid.len() == 36 && uuid.as_bytes()[14] == b'5'));
    for key in ["subject-uuid", "observation-uuid", "risk-uuid", "actor-uuid"] {
        assert!(every(results, key).iter().all(|uuid| distinct.contains(uuid)), "{key}");
    }
    let observed: BTreeSet<String> =
        list(&results["results"][0], "observations").iter().map(|one| text(&one["uuid"])).collect();
    assert!(every(results, "observation-uuid").iter().all(|uuid| observed.contains(uuid)));
    let resources: BTreeSet<String> =
        list(&results["back-matter"], "resources").iter().map(|one| text(&one["uuid"])).collect();
    let hrefs = every(results, "href");
    let local: Vec<&str> = hrefs.iter().filter_map(|href| href.strip_prefix('#')).collect();
    assert!(!local.is_empty() && local.iter().all(|uuid| resources.contains(*uuid)), "{local:?}");
    let known: BTreeSet<String> =
        every(catalog, "id").into_iter().chain(every(&results["local-definitions"], "id")).collect();
    let controls = every(results, "control-id");
    assert!(!controls.is_empty() && controls.iter().all(|id| known.contains(id)), "{controls:?}");
    for id in every(results, "objective-id").into_iter().chain(every(results, "target-id")) {
        assert!(known.contains(&id) && id.ends_with("_obj") && !id.starts_with("hipaa-"), "{id}");
    }
    assert_eq!(results["metadata"]["oscal-version"], catalog["metadata"]["oscal-version"]);
    let linked = property(
        list(&results["back-matter"], "resources")
            .into_iter()
            .find(|one| property(one, "catalog-uuid").is_some())
            .unwrap(),
        "catalog-uuid",
    );
    assert_eq!(linked.as_deref(), catalog["uuid"].as_str());
}

#[test]
fn references_of_oscal_lead_somewhere() {
    let catalog = document("catalog")["catalog"].clone();
    let folder = Folder::with(&[
        ("bad.yaml", BAD),
        ("good.yaml", GOOD),
        ("open.yaml", OPEN),
        ("excepted.yaml", EXCEPTED),
        ("broken.yaml", "Resources: ["),
        ("own/rule.yaml", OWN_RULE),
    ]);
    for arguments in [&["."][..], &["--profile", "strict", "--rules", "own", "."], &["--rule", "no-such-rule", "."]] {
        let ran = dated(&folder, &[&["--format", "oscal"], arguments].concat());
        assert_whole(&ran.json()["assessment-results"], &catalog);
    }
    let ids = every(&catalog, "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let links = every(&catalog["groups"], "href");
    assert!(links.iter().filter_map(|href| href.strip_prefix('#')).all(|id| ids.iter().any(|known| known == id)));
    let definition = document("component-definition")["component-definition"].clone();
    assert!(every(&definition, "control-id").iter().all(|id| id.starts_with("hipaa-164.") && ids.contains(id)));
    let uuids = every(&definition, "uuid");
    assert_eq!(uuids.iter().collect::<BTreeSet<_>>().len(), uuids.len());
}

/// The state of the only objective, if there is a finding.
fn state(folder: &Folder, arguments: &[&str]) -> Option<(String, String)> {
    let results = oscal(folder, arguments);
    let finding = list(&results["results"][0], "findings").first().copied().cloned()?;
    assert_eq!(finding["target"]["target-id"], "s3-bucket-versioning_obj");
    let status = &finding["target"]["status"];
    Some((text(&status["state"]), text(&status["reason"])))
}

#[test]
fn objectives_are_satisfied_only_where_all_is_known() {
    let folder =
        Folder::with(&[("bad.yaml", BAD), ("good.yaml", GOOD), ("open.yaml", OPEN), ("excepted.yaml", EXCEPTED)]);
    let of = |files: &[&str]| state(&folder, files);
    let satisfied = Some(("satisfied".to_owned(), "pass".to_owned()));
    let failed = |reason: &str| Some(("not-satisfied".to_owned(), reason.to_owned()));
    assert_eq!(of(&["good.yaml"]), satisfied);
    assert_eq!(of(&["good.yaml", "open.yaml"]), None);
    assert_eq!(of(&["open.yaml"]), None);
    assert_eq!(of(&["good.yaml", "open.yaml", "bad.yaml"]), failed("fail"));
    // An exception suppresses the finding. It does not make the objective satisfied.
    assert_eq!(of(&["excepted.yaml", "good.yaml"]), failed("other"));
    assert_eq!(of(&["good.yaml", "open.yaml", "--parameter", "Versions=Enabled"]), satisfied);
    // A rule that looks at names alone shows no safeguard, so passing shows nothing.
    let supporting = ["--format", "oscal", "--rule", "phi-eligible-service", "good.yaml"];
    let ran = dated(&folder, &supporting);
    assert_eq!(list(&ran.json()["assessment-results"]["results"][0], "findings").len(), 0, "{}", ran.all());
}

#[test]
fn observations_state_what_was_checked() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("good.yaml", GOOD)]);
    let results = oscal(&folder, &["bad.yaml", "good.yaml", "--revision", "v1"]);
    let result = &results["results"][0];
    let [bad, good] = list(result, "observations")[..] else { panic!("{result}") };
    assert_eq!(bad["description"], "Rule `s3-bucket-versioning` on the template bad.yaml: 1 check: 1 failed.");
    let evidence = &bad["relevant-evidence"][0];
    assert_eq!(
        evidence["description"],
        "Failed at line 2 of bad.yaml: Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set."
    );
    assert_eq!(property(evidence, "subject").as_deref(), Some("Resources/Records"));
    assert_eq!(good["relevant-evidence"][0]["description"], "Passed: Resources/Records.");
    assert_eq!(bad["collected"], "2026-11-28T00:00:00Z");
    let sum = "b7a2ec34d9d8ac0cbc1b4aa1ba3de2a8bfba26fa0e1f0f1b1a5a1f3f8a3f0b9e";
    let resource =
        list(&results["back-matter"], "resources").into_iter().find(|one| one["title"] == "bad.yaml").unwrap();
    let hash = &resource["rlinks"][0]["hashes"][0];
    assert_eq!((hash["algorithm"].as_str(), text(&hash["value"]).len()), (Some("SHA-256"), sum.len()));
    assert_eq!(property(result, "revision").as_deref(), Some("v1"));
    assert_eq!(property(result, "rules-sha256").map(|sum| sum.len()), Some(64));
    assert_eq!(property(result, "facts-sha256").map(|sum| sum.len()), Some(64));
    // Citations are counted, and never the target of a finding.
    let counted: Vec<&Value> = list(&result["reviewed-controls"], "control-selections").into_iter().skip(1).collect();
    assert!(counted.iter().any(|one| {
        one["include-controls"][0]["control-id"] == "hipaa-164.312.c.1"
            && property(one, "checks-failed").as_deref() == Some("1")
    }));
}

#[test]
fn exceptions_are_risks() {
    let folder = Folder::with(&[("app.yaml", EXCEPTED)]);
    let results = oscal(&folder, &["app.yaml"]);
    let result = &results["results"][0];
    let [risk] = list(result, "risks")[..] else { panic!("{result}") };
    assert_eq!(risk["status"], "deviation-requested");
    assert_eq!(risk["deadline"], "2026-12-31T00:00:00Z");
    let of = |name: &str| property(risk, name);
    assert_eq!(of("reason").as_deref(), Some("The archive <b>keeps</b> copies"));
    assert_eq!((of("owner").as_deref(), of("ticket").as_deref()), (Some("data@example.com"), Some("SEC-1")));
    assert_eq!(of("expires").as_deref(), Some("2026-12-31"));
    assert_eq!(risk["mitigating-factors"][0]["description"], "Nightly copies");
    let description = text(&risk["description"]);
    assert!(description.contains("&lt;b&gt;") && !description.contains("<b>"), "{description}");
    let finding = &result["findings"][0];
    assert_eq!(finding["related-risks"][0]["risk-uuid"], risk["uuid"]);
    // After its last day, the risk is open. A deadline that OSCAL cannot write is a property.
    let later =
        folder.run(&["--today", "2027-01-01", "--rule", "s3-bucket-versioning", "--format", "oscal", "app.yaml"]);
    let later = later.json()["assessment-results"]["results"][0].clone();
    assert_eq!(
        (&later["risks"][0]["status"], &later["findings"][0]["target"]["status"]["reason"]),
        (&"open".into(), &"fail".into())
    );
    let endless = folder.file("endless.yaml", EXCEPTED.replace("2026-12-31", "9999-12-31"));
    let results = oscal(endless, &["endless.yaml"]);
    let risk = &results["results"][0]["risks"][0];
    assert_eq!((risk.get("deadline"), property(risk, "expires").as_deref()), (None, Some("9999-12-31")));
}

#[test]
fn evidence_needs_a_day_and_an_account() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    for arguments in
        [&["--format", "oscal"][..], &["--output", "evidence.zip"], &[&["--format", "asff"][..], &ACCOUNT].concat()]
    {
        let ran = folder.run(&[arguments, &["bad.yaml"]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("needs --today DATE, such as --today 2026-12-31"), "{}", ran.stderr);
    }
    let with_epoch = |arguments: &[&str]| {
        let mut command = folder.command(arguments);
        command.env("SOURCE_DATE_EPOCH", "1795824000");
        crate::support::ran(&mut command)
    };
    assert_eq!(
        with_epoch(&["bad.yaml", "--format", "oscal"]).stdout,
        dated(&folder, &["bad.yaml", "--format", "oscal"]).stdout
    );
    let odd = folder.run(&["--today", "1776-07-04", "--format", "oscal", "bad.yaml"]);
    assert!(odd.code == 2 && odd.stderr.contains("the years 1900 to 2999"), "{}", odd.all());
    let ran = dated(&folder, &["--format", "asff", "--account", "111122223333", "bad.yaml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: the format asff needs --account, --region and --product-arn; missing: --region, --product-arn. For your own findings: --account 111122223333 --region us-east-1 --product-arn arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default

    Usage: hipaalint [OPTIONS] [PATHS]...
           hipaalint <COMMAND>

    For more information, try '--help'.
    ");
    let wrong = |at: usize, value: &'static str| {
        let mut options = ACCOUNT;
        options[at] = value;
        dated(&folder, &[&["--format", "asff", "bad.yaml"][..], &options].concat())
    };
    for (at, value) in [(1, "1111"), (3, "us-east"), (3, "eu-west-1"), (5, "arn:aws:s3:::bucket")] {
        let ran = wrong(at, value);
        assert!(ran.code == 2 && ran.stdout.is_empty() && ran.stderr.contains(value), "{}", ran.all());
    }
    let unused = dated(&folder, &["--region", "us-east-1", "bad.yaml"]);
    assert!(unused.code == 2 && unused.stderr.contains("--region needs the format asff"), "{}", unused.all());
    let on_standard_output = dated(&folder, &["--format", "evidence", "bad.yaml"]);
    assert!(on_standard_output.code == 2 && on_standard_output.stderr.contains("--output evidence.zip"));
}

#[test]
fn findings_for_security_hub_keep_its_limits() {
    let long = "x".repeat(3000);
    let many: String = (0..230).map(|number| format!("  Bucket{number}: {{ Type: AWS::S3::Bucket }}\n")).collect();
    let folder = Folder::with(&[("many.yaml", &format!("Resources:\n{many}")), ("broken.yaml", "Resources: [")]);
    folder.file("excepted.yaml", EXCEPTED.replace("The archive", &long));
    let arguments =
        [&["--rule", "s3-bucket-versioning", "--format", "asff", "--show", "suppressed", "."][..], &ACCOUNT].concat();
    let ran = dated(&folder, &arguments);
    let requests: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<usize> = requests.iter().map(|request| list(request, "Findings").len()).collect();
    assert_eq!(numbers, [100, 100, 32]);
    let findings: Vec<&Value> = requests.iter().flat_map(|request| list(request, "Findings")).collect();
    let ids: BTreeSet<String> = findings.iter().map(|finding| text(&finding["Id"])).collect();
    assert_eq!(ids.len(), findings.len());
    let limits = [("Id", 512), ("Title", 256), ("Description", 1024), ("GeneratorId", 512), ("ProductArn", 2048)];
    for finding in &findings {
        for (name, limit) in limits {
            let length = text(&finding[name]).len();
            assert!((1..=limit).contains(&length), "{name}: {length}");
        }
        assert!(finding.to_string().len() < 240_000);
        for name in ["CreatedAt", "UpdatedAt"] {
            assert_eq!(finding[name], "2026-11-28T00:00:00Z");
        }
        assert!(finding["ProductFields"].as_object().unwrap().len() <= 50);
        assert_eq!(
            finding["Types"][0],
            "Software and Configuration Checks/Industry and Regulatory Standards/HIPAA Controls (USA)"
        );
    }
    let by_status = findings.iter().fold(BTreeMap::new(), |mut all, finding| {
        let key = [text(&finding["Compliance"]["Status"]), text(&finding["RecordState"])];
        *all.entry(key).or_insert(0) += 1;
        all
    });
    let key = |status: &str, state: &str| [status.to_owned(), state.to_owned()];
    let expected =
        [(key("FAILED", "ACTIVE"), 230), (key("FAILED", "ARCHIVED"), 1), (key("NOT_AVAILABLE", "ACTIVE"), 1)];
    assert_eq!(by_status, expected.into());
    // The clock has no part in it, and neither have threads.
    assert_eq!(ran.stdout, dated(&folder, &[&arguments[..], &["--threads", "1"]].concat()).stdout);
}

/// A bundle of the files of a folder.
fn bundle(folder: &Folder, name: &str, day: &str, arguments: &[&str]) -> Vec<u8> {
    let output = ["--today", day, "--rule", "s3-bucket-versioning", "--output", name, "--quiet"];
    let ran = folder.run(&[&output, arguments].concat());
    assert!(ran.code < 2 && ran.stderr.is_empty(), "{}", ran.all());
    fs::read(folder.path(name)).unwrap()
}

#[test]
fn bundles_are_the_same_bytes() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("good.yaml", GOOD), ("excepted.yaml", EXCEPTED)]);
    let one = bundle(&folder, "one.zip", "2026-11-28", &["."]);
    assert_eq!(one, bundle(&folder, "two.zip", "2026-11-28", &[".", "--threads", "1"]));
    assert_ne!(one, bundle(&folder, "three.zip", "2026-11-29", &["."]));
    // Whatever standard output shows.
    assert_eq!(one, bundle(&folder, "four.zip", "2026-11-28", &[".", "--format", "json"]));
    let ran = folder.run(&["evidence", "verify", "one.zip"]);
    let names: Vec<&str> = ran.stdout.lines().skip(2).filter_map(|line| line.split_whitespace().nth(1)).collect();
    let expected = [
        "report.html",
        "exceptions.md",
        "exceptions.csv",
        "oscal-assessment-results.json",
        "oscal-catalog.json",
        "oscal-component-definition.json",
        "report.sarif",
        "results.jsonl",
        "templates.jsonl",
    ];
    assert_eq!((ran.code, names), (0, expected.to_vec()), "{}", ran.all());
    assert!(ran.stdout.starts_with("one.zip: 9 files as in the manifest, of 2026-11-28\nSHA-256 "), "{}", ran.stdout);
}

#[test]
fn bundles_are_compared() {
    let folder =
        Folder::with(&[("a.yaml", BAD), ("b.yaml", GOOD), ("c.yaml", EXCEPTED), ("d.yaml", BAD), ("e.yaml", BAD)]);
    bundle(&folder, "old.zip", "2026-11-28", &["."]);
    folder.file("a.yaml", GOOD).file("b.yaml", BAD).file("d.yaml", OPEN).file("f.yaml", GOOD);
    fs::remove_file(folder.path("e.yaml")).unwrap();
    bundle(&folder, "new.zip", "2027-01-01", &["."]);
    let ran = folder.run(&["evidence", "diff", "old.zip", "new.zip"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(ran.stdout, @"
    Evidence of 2027-01-01 compared with that of 2026-11-28
      2026-11-28  1 rule (s3-bucket-versioning) on 5 resources in 5 templates: 3 errors.
      2027-01-01  1 rule (s3-bucket-versioning) on 5 resources in 5 templates: 2 errors, 1 warning.

    New findings (2)
      s3-bucket-versioning (severity medium): Resources/Records in b.yaml
        Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.
      exception-expired (severity medium): Resources/Records in c.yaml
        The exception for `s3-bucket-versioning` expired on 2026-12-31 and no longer suppresses
        findings.

    Findings whose exception expired (1)
      s3-bucket-versioning (severity medium): Resources/Records in c.yaml
        Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.

    Fixed (1)
      s3-bucket-versioning (severity medium): Resources/Records in a.yaml
        Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.

    Undecided now (1)
      s3-bucket-versioning (severity medium): Resources/Records in d.yaml
        Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.

    Not checked, because the template is not in the new bundle (1)
      s3-bucket-versioning (severity medium): Resources/Records in e.yaml
        Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.

    Exceptions that expired (1)
      s3-bucket-versioning for Resources/Records in c.yaml
        The archive <b>keeps</b> copies.
        until 2026-12-31, owner data@example.com, ticket SEC-1

    Templates (5)
      changed  a.yaml
      changed  b.yaml
      changed  d.yaml
      new      f.yaml
      gone     e.yaml

    1 finding fixed, 3 new or no longer suppressed, 1 exception expired, 5 templates changed, added or
    gone
    ");
    let json = folder.run(&["evidence", "diff", "old.zip", "new.zip", "--format", "json"]).json();
    let kinds: Vec<(String, String)> =
        list(&json, "findings").iter().map(|one| (text(&one["kind"]), text(&one["file"]))).collect();
    let expected = [
        ("new", "b.yaml"),
        ("new", "c.yaml"),
        ("exception-ran-out", "c.yaml"),
        ("fixed", "a.yaml"),
        ("now-undecided", "d.yaml"),
        ("template-gone", "e.yaml"),
    ];
    assert_eq!(kinds, expected.map(|(kind, file)| (kind.to_owned(), file.to_owned())));
    assert_eq!(list(&json, "ended_exceptions").len(), 1);
    // Nothing changed, and what is better: nothing that needs attention.
    assert_eq!(folder.run(&["evidence", "diff", "old.zip", "old.zip"]).code, 0);
    folder.file("c.yaml", GOOD);
    fs::remove_file(folder.path("b.yaml")).unwrap();
    bundle(&folder, "better.zip", "2027-01-01", &["."]);
    assert_eq!(folder.run(&["evidence", "diff", "new.zip", "better.zip"]).code, 0);
}

/// What concerned `dev` alone, and concerns `prod` now, is new. The message states when a finding occurs.
#[test]
fn what_becomes_graver_is_new() {
    let folder = Folder::with(&[("a.yaml", CHOOSES)]);
    bundle(&folder, "dev.zip", "2026-11-28", &["."]);
    folder.file("a.yaml", CHOOSES.replace("!If [IsProd, Enabled, Suspended]", "Suspended"));
    bundle(&folder, "all.zip", "2026-11-29", &["."]);
    let ran = folder.run(&["evidence", "diff", "dev.zip", "all.zip", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    let report = ran.json();
    let [finding] = list(&report, "findings")[..] else { panic!("{report}") };
    assert_eq!((text(&finding["kind"]), finding["count"].as_u64()), ("new".to_owned(), Some(1)));
    assert_eq!(text(&finding["note"]), "It was of level warning, and is of level error now.");
    assert!(text(&finding["message"]).ends_with("`Status` is \"Suspended\"."), "{report}");
    // What is less grave is as before, and what is gone names its choice.
    assert_eq!(
        list(&folder.run(&["evidence", "diff", "all.zip", "dev.zip", "--format", "json"]).json(), "findings").len(),
        0
    );
    folder.file("a.yaml", GOOD);
    bundle(&folder, "good.zip", "2026-11-29", &["."]);
    let ran = folder.run(&["evidence", "diff", "dev.zip", "good.zip"]);
    assert!(ran.stdout.contains("`Status` is \"Suspended\", when Env is dev."), "{}", ran.all());
}

/// A rule that did not run found nothing, and that is not a fix.
#[test]
fn a_rule_that_did_not_run_fixed_nothing() {
    let folder = Folder::with(&[("a.yaml", BAD)]);
    bundle(&folder, "old.zip", "2026-11-28", &["--rule", "s3-bucket-public-access-block", "a.yaml"]);
    bundle(&folder, "new.zip", "2026-11-28", &["a.yaml"]);
    let kinds = |old: &str, new: &str| {
        let json = folder.run(&["evidence", "diff", old, new, "--format", "json"]).json();
        list(&json, "findings").iter().map(|one| text(&one["kind"])).collect::<Vec<_>>()
    };
    assert_eq!(kinds("old.zip", "new.zip"), ["rule-not-run"]);
    folder.file("a.yaml", "Resources:\n  Key:\n    Type: AWS::KMS::Key\n");
    bundle(&folder, "gone.zip", "2026-11-28", &["a.yaml"]);
    assert_eq!(kinds("new.zip", "gone.zip"), ["nothing-to-check"]);
    // In core the rule does not look at buckets without a policy.
    folder.file("a.yaml", "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n");
    dated(&folder, &["--profile", "strict", "--output", "strict.zip", "a.yaml"]);
    dated(&folder, &["--profile", "core", "--output", "core.zip", "a.yaml"]);
    let json = folder.run(&["evidence", "diff", "strict.zip", "core.zip", "--format", "json"]).json();
    let uploads: Vec<_> = list(&json, "findings")
        .iter()
        .filter(|one| one["rule"] == "s3-bucket-denies-unencrypted-uploads")
        .map(|one| text(&one["kind"]))
        .collect();
    assert_eq!(uploads, ["other-profile"]);
}

/// Writes archives that hipaalint does not write, with Python's own library.
const FORGE: &str = r#"
import sys, zipfile, json, hashlib
kind, source, target = sys.argv[1:]
files = {info.filename: zipfile.ZipFile(source).read(info) for info in zipfile.ZipFile(source).infolist()}
def manifest():
    read = json.loads(files["manifest.json"])
    for file in read["files"]:
        if file["name"] in files:
            file["bytes"] = len(files[file["name"]])
            file["sha256"] = hashlib.sha256(files[file["name"]]).hexdigest()
    files["manifest.json"] = json.dumps(read).encode()
names = list(files)
extra = []
if kind == "changed":
    files["report.html"] += b" "
elif kind == "missing":
    names.remove("report.sarif")
elif kind == "added":
    extra = [("more.txt", b"x")]
elif kind == "twice":
    extra = [("report.html", files["report.html"])]
elif kind == "outside":
    extra = [("../../outside", b"x")]
elif kind == "many":
    extra = [(f"f{number}", b"") for number in range(3000)]
elif kind == "bomb":
    files["results.jsonl"] = b"0" * (200 << 20)
    manifest()
elif kind == "deep":
    files["results.jsonl"] = b'{"record":"run","x":' + b"[" * 1000000 + b"\n"
    manifest()
elif kind == "deep-manifest":
    files["manifest.json"] = b'{"x":' + b"[" * 1000000
elif kind == "records":
    files["results.jsonl"] = b"".join(
        json.dumps({"record": "exception", "state": "expired", "id": str(number), "file": "a"}).encode() + b"\n" for number in range(1000001)
    )
    manifest()
elif kind == "shape":
    files["manifest.json"] = files["manifest.json"].replace(b'"hipaalint-evidence": 1', b'"hipaalint-evidence": 2')
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
    for name in names:
        out.writestr(name, files[name])
    for name, text in extra:
        out.writestr(name, text)
"#;

#[test]
fn bundles_that_do_not_match_are_refused() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("forge.py", FORGE)]);
    let bytes = bundle(&folder, "good.zip", "2026-11-28", &["bad.yaml"]);
    let python = |kind: &str| {
        let forged = Command::new("python3")
            .current_dir(folder.path(""))
            .args(["-W", "ignore", "forge.py", kind, "good.zip", "forged.zip"])
            .output();
        forged.is_ok_and(|output| output.status.success())
    };
    let refused = |name: &str| {
        let ran = folder.run(&["evidence", "diff", "good.zip", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}");
        assert_eq!(folder.run(&["evidence", "diff", name, "good.zip"]).code, 2);
        ran.stderr
    };
    if !python("same") {
        return crate::skipped::skipped("needs Python");
    }
    // Packed once more by another program, it is still the same evidence.
    assert_eq!(folder.run(&["evidence", "diff", "good.zip", "forged.zip"]).code, 0);
    let cases = [
        ("changed", "its file `report.html` does not match the manifest: it was changed"),
        ("missing", "its file `report.sarif` is missing"),
        ("added", "its file `more.txt` is not in the manifest"),
        ("twice", "it has two files `report.html`"),
        ("outside", "it has a file `../../outside`, which is not the name of a file of a bundle"),
        ("many", "it has 3010 files; a bundle has at most 64"),
        ("bomb", "its file `results.jsonl` cannot be read, line 1: the line is too long"),
        ("deep", "its file `results.jsonl` cannot be read, line 1: "),
        ("deep-manifest", "its `manifest.json` cannot be read: "),
        ("records", "it has more than 1000000 records"),
        ("shape", "its manifest has the shape 2; this version of hipaalint reads 1"),
    ];
    for (kind, message) in cases {
        assert!(python(kind), "{kind}");
        let stderr = refused("forged.zip");
        assert!(stderr.starts_with("hipaalint: forged.zip: ") && stderr.contains(message), "{kind}: {stderr}");
    }
    folder.file("text.zip", "no archive").file("empty.zip", "").file("short.zip", &bytes[..bytes.len() / 2]);
    for name in ["text.zip", "empty.zip", "short.zip"] {
        assert!(refused(name).contains("it is not a ZIP archive, or it is damaged"));
    }
    assert!(refused("absent.zip").starts_with("hipaalint: absent.zip: "));
    assert!(refused(".").starts_with("hipaalint: .: "));
}

/// A bundle never replaces a template or an input.
#[test]
fn bundles_show_no_secret_and_replace_no_template() {
    let secret = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties: { MasterUserPassword: hunter2-is-secret }\n";
    let folder = Folder::with(&[("db.yaml", secret)]);
    let run = |output: &str| dated(&folder, &["--profile", "strict", "--output", output, "db.yaml"]);
    run("evidence.zip");
    let unpacked = Command::new("python3")
        .current_dir(folder.path(""))
        .args(["-c", "import zipfile,sys; z=zipfile.ZipFile('evidence.zip'); sys.stdout.buffer.write(b''.join(z.read(n) for n in z.namelist()))"])
        .output();
    if let Ok(output) = unpacked {
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("literal-secret") || text.contains("MasterUserPassword"), "{}", text.len());
        assert!(!text.contains("hunter2"));
    }
    let refused = run("evidence=db.yaml");
    assert_eq!((refused.code, folder.read("db.yaml").as_str()), (2, secret));
}
