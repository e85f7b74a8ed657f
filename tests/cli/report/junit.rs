//! JUnit XML for tools that show test results to the schema of Jenkins' xUnit plugin (`junit-10.xsd`).

use crate::report::markup::{Element, parse};
use crate::report::runs::{Run, everything, injecting, many, one_long_line, whole, without_version};
use hipaalint::report::junit;

fn junit(run: &Run) -> String {
    run.text(junit::write)
}

#[test]
fn programs_read_junit() {
    insta::assert_snapshot!(without_version(&junit(&whole())));
}

/// An element of the schema: its attributes, the required ones first and marked, and what it may hold.
const SCHEMA: [(&str, &[&str], &[&str]); 6] = [
    ("testsuites", &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["!name", "!tests", "!failures", "!errors", "skipped", "time", "timestamp", "hostname", "id", "package"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["!name", "time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("failure", &["type", "message"], &[]),
    ("error", &["type", "message"], &[]),
    ("skipped", &["type", "message"], &[]),
];

fn assert_valid(element: &Element) {
    let (name, attributes, children) = SCHEMA.iter().find(|(name, ..)| *name == element.name).unwrap();
    let known: Vec<&str> = attributes.iter().map(|attribute| attribute.trim_start_matches('!')).collect();
    for (attribute, _) in &element.attributes {
        assert!(known.contains(&attribute.as_str()), "{name} has no {attribute}");
    }
    for required in attributes.iter().filter_map(|attribute| attribute.strip_prefix('!')) {
        assert!(element.attribute(required).is_some(), "{name} lacks {required}");
    }
    // Elements that end a test are of mixed content, the others are not.
    assert!(children.is_empty() || element.text.trim().is_empty(), "text in {name}");
    for child in &element.children {
        assert!(children.contains(&child.name.as_str()), "{} in {name}", child.name);
        assert_valid(child);
    }
}

#[test]
fn junit_is_valid_and_counts_right() {
    for run in [whole(), everything(), injecting(), many(), one_long_line(), Run::default()] {
        let root = parse(&junit(&run));
        assert_eq!(root.name, "testsuites");
        assert_valid(&root);
        let number = |element: &Element, name: &str| element.attribute(name).unwrap().parse::<usize>().unwrap();
        for suite in root.named("testsuite") {
            let counted = [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")];
            for (attribute, name) in counted {
                assert_eq!(number(suite, attribute), suite.named(name).len(), "{attribute}");
            }
            let names: Vec<_> = suite.named("testcase").iter().map(|case| case.attribute("name")).collect();
            let distinct: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(names.len(), distinct.len(), "a test twice: {names:?}");
        }
        assert_eq!(number(&root, "tests"), root.named("testcase").len());
        assert_eq!(number(&root, "failures"), root.named("failure").len());
        assert_eq!(number(&root, "errors"), root.named("error").len());
    }
}

#[test]
fn what_templates_say_is_text() {
    let root = parse(&junit(&injecting()));
    let failure = root.named("failure")[0];
    let name = "<script>alert('1')</script>]]>&amp;|`**b**` [x](javascript:1) @everyone #1␀\u{fffd}\u{fffd}";
    assert!(failure.attribute("message").unwrap().contains(name));
    assert!(failure.text.contains(name));
}
