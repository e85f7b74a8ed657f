//! What programs read in SARIF. The schema itself is checked by `scripts/validate-sarif.sh`.

use crate::report::runs::{Run, everything, hostile, many, one_long_line, without_version};
use hipaalint::finding::{Finding, Level};
use serde_json::Value;

#[test]
fn programs_read_sarif() {
    insta::assert_snapshot!(without_version(&everything().sarif()));
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
        let taxonomies = sarif_run["taxonomies"].as_array().unwrap();
        let supported = driver["supportedTaxonomies"].as_array().unwrap();
        assert_eq!(taxonomies.len(), 4);
        assert_eq!(taxonomies.len(), supported.len());
        for (number, (taxonomy, reference)) in (0_u64..).zip(taxonomies.iter().zip(supported)) {
            assert_eq!((&taxonomy["guid"], &taxonomy["name"]), (&reference["guid"], &reference["name"]));
            assert_eq!(reference["index"], number);
        }
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
                let at = |list: &Value, index: &Value| list[usize::try_from(index.as_u64().unwrap()).unwrap()].clone();
                let taxonomy = at(&sarif_run["taxonomies"], &target["toolComponent"]["index"]);
                assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
                assert_eq!(at(&taxonomy["taxa"], &target["index"])["id"], target["id"]);
            }
        }
        let results = sarif_run["results"].as_array().unwrap();
        assert_eq!(results.len(), run.findings.len());
        let mut fingerprints = std::collections::HashSet::new();
        let mut sorted: Vec<&Finding> = run.findings.iter().collect();
        sorted.sort_by(|one, other| one.reading_order(other));
        for (result, finding) in results.iter().zip(sorted) {
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
