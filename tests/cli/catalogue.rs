//! `rules`, `explain` and `controls`.

use crate::support::{Folder, OWN_RULE};
use serde_json::json;

#[test]
fn rules_are_listed() {
    let folder = Folder::with(&[("own/rule.yaml", OWN_RULE)]);
    let list = folder.run(&["rules", "--rules", "own"]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    let line = |id: &str| {
        let line = list.stdout.lines().find(|line| line.trim_start().starts_with(id)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("own-bucket-versions"), "own-bucket-versions error own Bucket keeps no versions");
    assert!(line("s3-bucket-versioning").starts_with("s3-bucket-versioning error core "), "{}", list.stdout);
    // One line a rule, for grep.
    let rules = folder.run(&["rules", "--rules", "own", "--format", "json"]).json().as_array().unwrap().len();
    assert_eq!(list.stdout.lines().count(), rules + 2, "{}", list.stdout);
}

#[test]
fn programs_read_the_list() {
    let folder = Folder::with(&[("own/rule.yaml", OWN_RULE)]);
    let list = |arguments: &[&str]| {
        let ran = folder.run(&[&["rules", "--format", "json"], arguments].concat());
        assert_eq!(ran.code, 0);
        ran.json().as_array().unwrap().clone()
    };
    let (all, core) = (list(&[]), list(&["--profile", "core"]));
    assert!(core.len() <= all.len());
    assert!(core.iter().all(|rule| rule["profiles"].as_array().unwrap().contains(&"core".into())));
    let ids: Vec<&str> = all.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted() && ids.contains(&"s3-bucket-versioning"));
    let own = list(&["--rules", "own", "--profile", "core"]);
    let own = own.iter().find(|rule| rule["id"] == "own-bucket-versions").unwrap();
    assert_eq!(
        *own,
        json!({
            "id": "own-bucket-versions",
            "title": "Bucket keeps no versions",
            "level": "error",
            "profiles": [],
            "controls": ["164.312(c)(1)", "164.308(a)(7)(ii)(A)"],
            "resources": ["AWS::S3::Bucket"],
            "aliases": { "our-wiki": ["STORAGE-7"] },
            "parameters": { "status": { "description": "The status that is wanted", "default": ["Enabled"] } }
        })
    );
}

#[test]
fn a_rule_is_explained_in_full() {
    let folder = Folder::with(&[("own/rule.yaml", OWN_RULE)]);
    let ran = folder.run(&["explain", "own-bucket-versions", "--rules", "own"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout, @"
    own-bucket-versions
    Bucket keeps no versions

      Level     error
      File      own/rule.yaml
      Looks at  AWS::S3::Bucket

    HIPAA Security Rule, 45 CFR Part 164
      164.312(c)(1)         Integrity         standard
      164.308(a)(7)(ii)(A)  Data backup plan  required

    Why
      Without versions an overwrite is final. What was lost, stays lost:

      - by mistake
      - by malice

    Remediation
      Set VersioningConfiguration.

        VersioningConfiguration: { Status: Enabled }

    Parameters
      status  The status that is wanted
              default: Enabled

    Fails: not declared
        Resources:
      ×   Records:
            Type: AWS::S3::Bucket

    Passes: enabled
        Resources:
          Records:
            Type: AWS::S3::Bucket
            Properties:
              VersioningConfiguration: { Status: Enabled }

    In other tools
      our-wiki  STORAGE-7

    References
      https://example.com/wiki/storage-7
    ");
    // The name that another tool has for it will do.
    assert_eq!(folder.run(&["explain", "storage-7", "--rules", "own"]).stdout, ran.stdout);
}

#[test]
fn an_explanation_tells_what_the_configuration_changes() {
    let folder = Folder::with(&[
        ("own/rule.yaml", OWN_RULE),
        (
            "hipaalint.yaml",
            "rule-folders: own\nrules: { own-bucket-versions: { level: note, parameters: { status: Kept } } }\n",
        ),
    ]);
    let text = folder.run(&["explain", "own-bucket-versions"]).stdout;
    assert!(text.contains("error, note in the configuration"), "{text}");
    assert!(text.contains("in the configuration: Kept"), "{text}");
}

#[test]
fn a_misspelt_rule_is_guessed() {
    let folder = Folder::new();
    let ran = folder.run(&["explain", "s3-bucket-versionin"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "hipaalint: there is no rule `s3-bucket-versionin`. Did you mean `s3-bucket-versioning`?\n");
    let ran = folder.run(&["explain", "qqq"]);
    assert_eq!(ran.stderr, "hipaalint: there is no rule `qqq`. Run `hipaalint rules` to list all rules.\n");
}

/// Every rule of the pack can be explained: nothing is empty, nothing is left marked up.
#[test]
fn every_rule_can_be_explained() {
    let folder = Folder::new();
    for rule in folder.run(&["rules", "--format", "json"]).json().as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        let text = folder.run(&["explain", id]).stdout;
        for heading in
            ["Why\n", "Remediation\n", "Fails: ", "Passes: ", "References\n", "HIPAA Security Rule, 45 CFR Part 164\n"]
        {
            assert!(text.contains(heading), "{id}: {heading}");
        }
        assert!(!text.contains("# finding"), "{id}");
    }
}

#[test]
fn citations_are_listed_with_their_rules() {
    let folder = Folder::with(&[("own/rule.yaml", OWN_RULE)]);
    let ran = folder.run(&["controls", "--rules", "own"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let mut lines = ran.stdout.lines().skip_while(|line| !line.trim_start().starts_with("164.312(c)(1)"));
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(head, ["164.312(c)(1)", "Integrity", "standard"]);
    let rules: String = lines.take_while(|line| line.starts_with("      ")).collect();
    assert!(rules.contains("own-bucket-versions") && rules.contains("s3-bucket-versioning"), "{rules}");
    for heading in ["164.308 Administrative safeguards", "164.312 Technical safeguards"] {
        assert!(ran.stdout.contains(heading));
    }
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.contains(" of 68 citations served by rules; 28 checks of AWS Config"), "{last}");
    assert!(ran.stdout.contains("Only in a running account: ACCESS_KEYS_ROTATED"), "{}", ran.stdout);
}

#[test]
fn programs_read_the_citations() {
    let citations = Folder::new().run(&["controls", "--format", "json"]).json();
    let citation = |id: &str| {
        citations
            .as_array()
            .unwrap()
            .iter()
            .find(|citation| citation["id"] == id)
            .cloned()
            .unwrap_or_else(|| panic!("{id}"))
    };
    let integrity = citation("164.312(c)(1)");
    assert_eq!((&integrity["requirement"], &integrity["runtime"]), (&json!("standard"), &json!([])));
    assert!(integrity["rules"].as_array().unwrap().contains(&"s3-bucket-versioning".into()));
    let authorization = citation("164.308(a)(4)(ii)(B)");
    assert_eq!(authorization["runtime"][0]["id"], "ACCESS_KEYS_ROTATED");
    assert_eq!(authorization["requirement"], "addressable");
}

#[test]
fn rules_are_filtered_by_service_citation_and_profile() {
    let folder = Folder::new();
    let ids = |arguments: &[&str]| {
        let ran = folder.run(&[&["rules", "--format", "json"], arguments].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        let rules = ran.json();
        let ids = rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let (s3, rds) = (ids(&["--service", "s3"]), ids(&["--service", "RDS"]));
    assert!(s3.contains(&"s3-bucket-versioning".into()) && !s3.contains(&"rds-kms-key".into()), "{s3:?}");
    assert!(rds.contains(&"rds-kms-key".into()), "{rds:?}");
    let either = ids(&["--service", "s3", "--service", "rds"]);
    assert!(s3.iter().chain(&rds).all(|id| either.contains(id)));
    let audit = ids(&["--control", "164.312(b)"]);
    assert!(audit.contains(&"rds-log-exports".into()) && !audit.contains(&"s3-bucket-versioning".into()), "{audit:?}");
    let technical = ids(&["--control", "164.312"]);
    assert!(audit.iter().all(|id| technical.contains(id)) && technical.len() > audit.len());
    let both = ids(&["--service", "s3", "--control", "164.312(b)", "--profile", "conformance"]);
    assert!(both.iter().all(|id| s3.contains(id) && audit.contains(id)), "{both:?}");

    let complaint = |arguments: &[&str]| {
        let ran = folder.run(&[&["rules"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        ran.stderr
    };
    assert_eq!(complaint(&["--service", "s4"]), "hipaalint: no rule is about `s4`. Did you mean `s3`?\n");
    assert_eq!(
        complaint(&["--control", "164.312(q)"]),
        "hipaalint: the Security Rule has no `164.312(q)`. Did you mean `164.312(b)`?\n"
    );
}

#[test]
fn documents_are_markdown() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "s3-bucket-versioning", "--format", "markdown"]).stdout;
    assert!(page.contains("\n# S3 bucket does not keep versions of its objects\n"), "{page}");
    assert!(page.contains("| 164.312(c)(1) | Integrity | standard |"), "{page}");
    let list = folder.run(&["rules", "--service", "s3", "--format", "markdown"]).stdout;
    assert!(list.contains("| [`s3-bucket-versioning`](s3-bucket-versioning.md) | error |"), "{list}");
    let citations = folder.run(&["controls", "--format", "markdown"]).stdout;
    assert!(citations.contains("\n## 164.312(c)(1) Integrity\n\n*standard*\n"), "{citations}");
}

/// Who looks for a check of another tool that no template answers is told why.
#[test]
fn checks_of_a_running_account_are_explained() {
    let ran = Folder::new().run(&["explain", "root_account_mfa_enabled"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout, @"
    ROOT_ACCOUNT_MFA_ENABLED
    A check of AWS Config that only a running account can answer; hipaalint has no rule for it.

    Makes sure that
      The root user has MFA

    Why no template shows it
      The root user is not part of any template.

    HIPAA Security Rule, 45 CFR Part 164
      164.312(d)  Person or entity authentication  required
    ");
}
