//! `rules`, `explain` and `controls`.

use crate::support::{Folder, OWN_RULE};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn rules_are_listed() {
    let folder = Folder::with(&[("own/rule.yaml", OWN_RULE)]);
    let list = folder.run(&["rules", "--rules", "own"]);
    assert_eq!((list.code, list.stderr.as_str()), (0, ""));
    let line = |id: &str| {
        let line = list.stdout.lines().find(|line| line.trim_start().starts_with(id)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("own-bucket-versions"), "own-bucket-versions error high own Bucket keeps no versions");
    assert!(line("s3-bucket-versioning").starts_with("s3-bucket-versioning error medium core "), "{}", list.stdout);
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
            "severity": "high",
            "harm": null,
            "false_alarms": null,
            "gate": null,
            "profiles": [],
            "controls": ["164.312(c)(1)", "164.308(a)(7)(ii)(A)"],
            // By NIST's references for these citations; no goal names the rule.
            "frameworks": {
                "nist-800-53": {
                    "basis": "citation",
                    "ids": ["CP-6", "CP-9", "CP-9(1)", "MP-2", "MP-5", "SC-8", "SI-1", "SI-7"]
                },
                "nist-800-66": { "basis": "citation", "ids": ["KA_164.308(a)(7).5", "KA_164.312(c).4"] }
            },
            "resources": ["AWS::S3::Bucket"],
            "aliases": { "our-wiki": ["STORAGE-7"] },
            "parameters": { "status": { "description": "The status that is wanted", "default": ["Enabled"] } },
            "fix": null
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
      Severity  high
      File      own/rule.yaml
      Checks    AWS::S3::Bucket

    HIPAA Security Rule, 45 CFR Part 164
      164.312(c)(1)         Integrity         standard
      164.308(a)(7)(ii)(A)  Data backup plan  required

    NIST SP 800-53 Rev. 5
      CP-6     Alternate Storage Site
      CP-9     System Backup
      CP-9(1)  System Backup, enhancement 1
      MP-2     Media Access
      MP-5     Media Transport
      SC-8     Transmission Confidentiality and Integrity
      SI-1     Policy and Procedures
      SI-7     Software, Firmware, and Information Integrity
      From NIST's tables for the citations above.

    NIST SP 800-66 Rev. 2
      KA_164.308(a)(7).5  Data Backup Plan and Disaster Recovery Plan
      KA_164.312(c).4     Implement Procedures to Address These Requirements
      From NIST's tables for the citations above.

    Why
      Without versions an overwrite is final. What was lost, stays lost:

      - by mistake
      - by malice

    Remediation
      Set `VersioningConfiguration`.

        VersioningConfiguration: { Status: Enabled }

    Parameters
      status  The status that is wanted
              default: Enabled

    Fails: not declared
        Resources:
      ×   Records:
            Type: AWS::S3::Bucket

    Fix
      hipaalint --fix has no fix for this rule: make the change by hand.

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
    // The id of another tool works, too.
    assert_eq!(folder.run(&["explain", "storage-7", "--rules", "own"]).stdout, ran.stdout);
}

#[test]
fn an_explanation_shows_changes_of_the_configuration() {
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
    assert_eq!(ran.stderr, "hipaalint: there is no rule and no topic `qqq`. `hipaalint rules` lists all rules.\n");
}

/// The ids of the rules that a command lists.
fn listed(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let ran = folder.run(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    let ids = ran.stdout.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    ids.filter(|id| id.contains('-')).map(str::to_owned).collect()
}

/// `explain` and `rules` find the same rules on a topic.
#[test]
fn rules_are_found_by_topic() {
    let folder = Folder::new();
    let cases: [(&[&str], &[&str], &[&str]); 9] = [
        (&["s3"], &["s3-bucket-versioning", "s3-bucket-tls-only"], &["rds-kms-key"]),
        (&["bucket"], &["s3-bucket-versioning"], &["rds-kms-key"]),
        (&["BUCKETS"], &["s3-bucket-versioning"], &["rds-kms-key"]),
        (&["encryption"], &["s3-bucket-encryption-declared"], &["s3-bucket-versioning"]),
        (&["encrypt"], &["s3-bucket-encryption-declared"], &["s3-bucket-versioning"]),
        (
            &["s3", "encryption"],
            &["s3-bucket-encryption-declared"],
            &["efs-encryption-at-rest", "s3-bucket-versioning"],
        ),
        (&["s3 encryption"], &["s3-bucket-encryption-declared"], &["efs-encryption-at-rest", "s3-bucket-versioning"]),
        (&["AWS::S3::Bucket"], &["s3-bucket-versioning"], &["s3-access-point-policy-public"]),
        (&["aws::s3"], &["s3-bucket-versioning", "s3-access-point-policy-public"], &["rds-kms-key"]),
    ];
    for (topics, found, others) in cases {
        let explained = listed(&folder, &[&["explain"], topics].concat());
        assert_eq!(explained, listed(&folder, &[&["rules"], topics].concat()), "{topics:?}");
        assert!(found.iter().all(|id| explained.iter().any(|one| one == id)), "{topics:?}: {explained:?}");
        assert!(!others.iter().any(|id| explained.iter().any(|one| one == id)), "{topics:?}: {explained:?}");
    }
    // Filters go together with topics.
    let core = listed(&folder, &["rules", "s3", "--profile", "core"]);
    assert!(core.contains(&"s3-bucket-tls-only".to_owned()) && core.len() < listed(&folder, &["rules", "s3"]).len());
    let both = listed(&folder, &["rules", "bucket", "--service", "s3", "--control", "164.312(c)(1)"]);
    assert!(both.contains(&"s3-bucket-versioning".to_owned()), "{both:?}");
}

#[test]
fn a_topic_with_one_rule_explains_it() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "s3-bucket-versioning"]).stdout;
    for name in ["CKV_AWS_21", "ckv_aws_21", "S3-Bucket-Versioning"] {
        assert_eq!(folder.run(&["explain", name]).stdout, page, "{name}");
    }
    let rules = listed(&folder, &["rules", "CKV_AWS_21"]);
    assert_eq!(rules, ["s3-bucket-versioning"]);
    let markdown = folder.run(&["explain", "s3", "--format", "markdown"]).stdout;
    let link = "| [`s3-bucket-versioning`](https://github.com/hipaalint/hipaalint/blob/main/docs/rules/s3-bucket-versioning.md) | error |";
    assert!(markdown.contains(link) && !markdown.contains("prints the same list"), "{markdown}");
}

#[test]
fn rules_are_found_by_citation() {
    let folder = Folder::new();
    for text in ["164.312(b)", "§164.312(b)", "45 CFR 164.312(b)"] {
        let ran = folder.run(&["explain", text]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{text}");
        let head = "HIPAA Security Rule, 45 CFR Part 164\n  164.312(b)  Audit controls  required\n\n";
        assert!(ran.stdout.starts_with(head), "{}", ran.stdout);
        let ids = listed(&folder, &["explain", text]);
        assert_eq!(ids, listed(&folder, &["rules", "--control", "164.312(b)"]), "{text}");
        assert_eq!(ids, listed(&folder, &["rules", text]), "{text}");
    }
    // A citation includes everything below it.
    let above = listed(&folder, &["explain", "164.312(a)"]);
    assert!(listed(&folder, &["explain", "164.312(a)(2)(iv)"]).iter().all(|id| above.contains(id)));
    // A citation without rules is explained, too.
    let ran = folder.run(&["explain", "164.310(b)"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("Workstation use") && ran.stdout.ends_with("\nNo rules.\n"), "{}", ran.stdout);
}

#[test]
fn an_unknown_topic_is_guessed() {
    let folder = Folder::new();
    let no_rule = "there is no rule and no topic `qqq`. `hipaalint rules` lists all rules.";
    let no_citation = "there is no rule and no topic `qqq`. `hipaalint controls` lists all citations.";
    for command in ["explain", "rules", "controls"] {
        for (topics, message) in [
            (&["encrypton"][..], "there is no rule and no topic `encrypton`. Did you mean `encryption`?"),
            (&["dynamdb"], "there is no rule and no topic `dynamdb`. Did you mean `dynamodb`?"),
            (&["164.312(q)"], "the Security Rule has no `164.312(q)`. Did you mean `164.312(b)`?"),
            (&["AWS::S3::Buckt"], "no rule is for `AWS::S3::Buckt`. Did you mean `AWS::S3::Bucket`?"),
            (&["qqq"], if command == "controls" { no_citation } else { no_rule }),
        ] {
            let ran = folder.run(&[&[command], topics].concat());
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command} {topics:?}");
            assert_eq!(ran.stderr, format!("hipaalint: {message}\n"), "{command} {topics:?}");
        }
    }
    let ran = folder.run(&["explain", "dynamodb", "cloudfront"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "hipaalint: no rule matches all of `dynamodb`, `cloudfront`. Use fewer words.\n");
}

#[test]
fn citations_are_filtered_by_topic() {
    let folder = Folder::new();
    let ids = |topics: &[&str]| {
        let ran = folder.run(&[&["controls", "--format", "json"], topics].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{topics:?}");
        let list = ran.json();
        let ids = list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(&["164.312(b)"]), ["164.312(b)"]);
    assert_eq!(ids(&["164.312(b)", "164.312(d)"]), ["164.312(b)", "164.312(d)"]);
    let technical = ids(&["164.312"]);
    assert!(technical.len() > 5 && technical.iter().all(|id| id.starts_with("164.312(")), "{technical:?}");
    // Words of titles.
    assert_eq!(ids(&["encryption"]), ["164.312(a)(2)(iv)", "164.312(e)(2)(ii)"]);
    assert_eq!(ids(&["audit controls"]), ["164.312(b)"]);
    // All words, as for `rules`, in one argument or several.
    let of = |topics: &[&str]| {
        let list = folder.run(&[&["controls", "--format", "json"], topics].concat()).json();
        let rules = list.as_array().unwrap().iter().flat_map(|one| one["rules"].as_array().unwrap().clone());
        rules.map(|id| id.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let on_gateways = of(&["API Gateway"]);
    assert_eq!(on_gateways, of(&["API", "Gateway"]));
    let listed = folder.run(&["rules", "API Gateway", "--format", "json"]).json();
    let cited = listed.as_array().unwrap().iter().filter(|rule| rule["controls"] != json!([]));
    let cited: BTreeSet<String> = cited.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(on_gateways, cited);
    // Of these citations, those of the rules on the word.
    assert_eq!(ids(&["164.312(b)", "164.312(d)", "s3"]), ["164.312(b)"]);
    // The citations of rules, with these rules only.
    let list = folder.run(&["controls", "s3", "--format", "json"]).json();
    let integrity = list.as_array().unwrap().iter().find(|one| one["id"] == "164.312(c)(1)").unwrap();
    let rules = integrity["rules"].as_array().unwrap();
    assert!(rules.contains(&"s3-bucket-versioning".into()) && !rules.contains(&"rds-kms-key".into()), "{rules:?}");
    let page = folder.run(&["controls", "164.312(b)"]).stdout;
    assert!(page.contains("164.312(b)  Audit controls") && !page.contains("164.312(c)(1)"), "{page}");
    assert!(page.ends_with("1 of 1 citation with rules\n"), "{page}");
    let markdown = folder.run(&["controls", "164.312(b)", "--format", "markdown"]);
    assert_eq!((markdown.code, markdown.stdout.as_str()), (2, ""));
    assert!(markdown.stderr.contains("use --format human or json with a topic"), "{}", markdown.stderr);
}

#[test]
fn a_rule_without_citations_has_no_heading_for_them() {
    let own = OWN_RULE.replace("controls: [\"164.312(c)(1)\", \"164.308(a)(7)(ii)(A)\"]\n", "");
    assert_ne!(own, OWN_RULE);
    let folder = Folder::with(&[("own/rule.yaml", &own)]);
    let ran = folder.run(&["explain", "own-bucket-versions", "--rules", "own"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(!ran.stdout.contains("HIPAA") && ran.stdout.contains("\nWhy\n"), "{}", ran.stdout);
}

#[test]
fn explain_shows_the_fix_as_a_diff() {
    let folder = Folder::with(&[]);
    let text = folder.run(&["explain", "kms-key-rotation"]).stdout;
    assert!(text.contains("Fix: what hipaalint --fix does here\n  safe  Set `EnableKeyRotation` to `true`."), "{text}");
    assert!(text.contains("\n  +      EnableKeyRotation: true\n") && !text.contains("merge this"), "{text}");
    let text = folder.run(&["explain", "rds-storage-encrypted"]).stdout;
    assert!(text.contains("\n  unsafe  ") && text.contains("make a snapshot, copy it"), "{text}");
    let markdown = folder.run(&["explain", "kms-key-rotation", "--format", "markdown"]).stdout;
    assert!(markdown.contains("- safe: Set `EnableKeyRotation` to `true`.\n\n```diff\n"), "{markdown}");
    let text = folder.run(&["explain", "iam-trust-public"]).stdout;
    assert!(text.contains("hipaalint --fix has no fix for this rule") && text.contains("Patch: merge this"), "{text}");
}

#[test]
fn rules_with_a_fix_are_listed_with_the_best_of_it() {
    let folder = Folder::with(&[]);
    let text = folder.run(&["rules", "kms", "--fixable"]).stdout;
    let line = |id: &str| text.lines().find(|line| line.trim_start().starts_with(id)).unwrap_or_default().to_owned();
    assert!(line("kms-key-rotation ").contains(" safe "), "{text}");
    assert!(line("kms-key-enabled ").contains(" unsafe "), "{text}");
    assert!(text.contains("of them with a safe fix"), "{text}");
    let rows = folder.run(&["rules", "--format", "json"]).json();
    let fix = |id: &str| rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()["fix"].clone();
    assert_eq!([fix("kms-key-rotation"), fix("kms-key-enabled")], ["safe", "unsafe"].map(Value::from));
    assert_eq!(fix("iam-trust-public"), Value::Null);
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

/// However the service is spelled, and also by one of its types.
#[test]
fn a_service_without_a_rule_is_explained() {
    let folder = Folder::new();
    for name in ["AppFabric", "appfabric", "AWS::AppFabric", "aws::appfabric::IngestionDestination"] {
        let ran = folder.run(&["explain", name]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name}");
        for part in ["AWS AppFabric.", "Why a template can show nothing\n", "https://", "AuditLog: "] {
            assert!(ran.stdout.contains(part), "{name}: {}", ran.stdout);
        }
    }
    assert!(folder.run(&["controls"]).stdout.contains("Eligible services without a rule\n"));
    // Rules on a service come first, and a service that is not known stays unknown.
    assert!(folder.run(&["explain", "chime"]).stdout.contains("chime-voice-connector-encryption"));
    assert_eq!(folder.run(&["explain", "AWS::Nonsense"]).code, 2);
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
    assert!(last.contains(" of 68 citations with rules; 33 checks that need a running account"), "{last}");
    assert!(ran.stdout.contains("Checks that need a running account: ACCESS_KEYS_ROTATED"), "{}", ran.stdout);
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
fn rules_with_a_fix_are_listed() {
    let folder = Folder::with(&[]);
    let ran = folder.run(&["rules", "s3", "--fixable"]);
    assert!(ran.stdout.contains("s3-bucket-versioning "), "{}", ran.all());
    assert!(!ran.stdout.contains("s3-bucket-replication "), "{}", ran.all());
    assert!(folder.run(&["rules", "s3"]).stdout.contains("s3-bucket-replication "));
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
    assert_eq!(complaint(&["--service", "s4"]), "hipaalint: no rule is for `s4`. Did you mean `s3`?\n");
    assert_eq!(
        complaint(&["--control", "164.312(q)"]),
        "hipaalint: the Security Rule has no `164.312(q)`. Did you mean `164.312(b)`?\n"
    );
}

#[test]
fn documents_are_markdown() {
    let folder = Folder::new();
    let page = folder.run(&["explain", "s3-bucket-versioning", "--format", "markdown"]).stdout;
    assert!(page.starts_with("# S3 bucket does not have versioning enabled\n"), "{page}");
    assert!(page.contains("| [Gate](https://github.com/hipaalint/hipaalint/blob/main/docs/core.md) |"), "{page}");
    assert!(page.contains("| 164.312(c)(1) | Integrity | standard |"), "{page}");
    let list = folder.run(&["rules", "--service", "s3", "--format", "markdown"]).stdout;
    assert!(list.contains("/docs/rules/s3-bucket-versioning.md) | error |"), "{list}");
    let citations = folder.run(&["controls", "--format", "markdown"]).stdout;
    assert!(citations.contains("\n## 164.312(c)(1) Integrity\n\n*Standard*\n"), "{citations}");
    assert!(citations.starts_with("# ") && citations.contains("/docs/rules/s3-bucket-versioning.md)"), "{citations}");
    assert!(!citations.contains("](rules/") && !citations.contains("](rule-language.md"), "{citations}");
}

/// A check of another tool that no template can pass or fail is explained, too.
#[test]
fn checks_of_a_running_account_are_explained() {
    let ran = Folder::new().run(&["explain", "root_account_mfa_enabled"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout, @"
    ROOT_ACCOUNT_MFA_ENABLED
    A check that needs a running account. hipaalint has no rule for it.

    Requirement
      The root user has MFA

    Why a template cannot show it
      The root user is not part of any template.

    HIPAA Security Rule, 45 CFR Part 164
      164.312(d)  Person or entity authentication  required
    ");
}
