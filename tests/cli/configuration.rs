//! `hipaalint.yaml`.

use crate::support::{BAD, CHOOSES, Folder, GOOD, OWN_RULE, findings};

#[test]
fn a_configuration_sets_the_defaults() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("chooses.yaml", CHOOSES)]);
    let selection = |arguments: &[&str]| {
        let report = folder.run(&[&["bad.yaml", "--format", "json"], arguments].concat()).json();
        report["summary"]["selection"].as_str().unwrap().to_owned()
    };
    folder.file("hipaalint.yaml", "profile: conformance\nfail-on: warning\n");
    assert_eq!(selection(&[]), "conformance");
    assert_eq!(selection(&["--profile", "strict"]), "strict");
    assert_eq!(selection(&["--no-config"]), "core");
    assert_eq!(folder.versioning(&["chooses.yaml"]).code, 1);
    assert_eq!(folder.versioning(&["chooses.yaml", "--fail-on", "error"]).code, 0);
    for text in ["", "# nothing yet\n", "rules:\n", "{}"] {
        folder.file("hipaalint.yaml", text);
        let ran = folder.versioning(&["bad.yaml"]);
        assert_eq!(ran.code, 1, "{text:?}: {}", ran.all());
    }
}

#[test]
fn a_configuration_is_found_upwards() {
    let folder = Folder::with(&[
        ("hipaalint.yaml", "profile: strict\n"),
        ("a/b/bad.yaml", BAD),
        ("other.yaml", "fail-on: never\n"),
    ]);
    let run = |arguments: &[&str]| {
        let mut command = folder.command(&[&["bad.yaml", "--format", "json"], arguments].concat());
        crate::support::ran(command.current_dir(folder.path("a/b")))
    };
    assert_eq!(run(&[]).json()["summary"]["selection"], "strict");
    assert_eq!(run(&["--no-config"]).json()["summary"]["selection"], "core");
    assert_eq!((run(&["--config", "../../other.yaml"]).code, run(&[]).code), (0, 1));
    folder.file("a/hipaalint.yaml", "profil: strict\n");
    let report = run(&[]).json();
    assert_eq!(report["diagnostics"][0]["file"], "../hipaalint.yaml", "the nearest one");
    let ran = run(&["--config", "nowhere.yaml"]);
    assert_eq!((ran.code, &ran.json()["diagnostics"][0]["file"]), (2, &"nowhere.yaml".into()));
}

#[test]
fn rules_are_changed_one_by_one() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("own/rule.yaml", OWN_RULE), ("good.yaml", GOOD)]);
    let levels = |arguments: &[&str]| {
        let ran = folder.run(&[arguments, &["--format", "json"]].concat());
        let report = ran.json();
        assert_eq!(report["diagnostics"], serde_json::json!([]));
        let level =
            |one: &serde_json::Value| format!("{} {}", one["rule"].as_str().unwrap(), one["level"].as_str().unwrap());
        report["findings"].as_array().unwrap().iter().map(level).collect::<Vec<_>>()
    };
    folder.file("hipaalint.yaml", "rules:\n  s3-bucket-versioning: { level: note }\n");
    assert!(levels(&["bad.yaml"]).contains(&"s3-bucket-versioning note".into()));
    for off in ["off", "\"off\""] {
        folder.file("hipaalint.yaml", format!("rules:\n  s3-bucket-versioning:\n    level: {off}\n"));
        assert!(!levels(&["bad.yaml"]).iter().any(|rule| rule.starts_with("s3-bucket-versioning")));
        // To name a rule is to ask for it.
        assert_eq!(levels(&["bad.yaml", "--rule", "s3-bucket-versioning"]), ["s3-bucket-versioning error"]);
    }
    let own = "rule-folders: [own]\nrules:\n  own-bucket-versions: { parameters: { status: Suspended } }\n";
    folder.file("hipaalint.yaml", own);
    assert_eq!(levels(&["good.yaml", "--rule", "own-bucket-versions"]), ["own-bucket-versions error"]);
}

#[test]
fn rule_folders_are_relative_to_the_file() {
    let folder = Folder::with(&[
        ("policies/rule.yaml", OWN_RULE),
        ("a/bad.yaml", BAD),
        ("hipaalint.yaml", "rule-folders: policies\n"),
    ]);
    let mut command = folder.command(&["bad.yaml", "--format", "json"]);
    let report = crate::support::ran(command.current_dir(folder.path("a"))).json();
    assert!(findings(&report).contains(&("bad.yaml".into(), "own-bucket-versions".into())), "{report}");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let folder = Folder::with(&[
        ("bad.yaml", BAD),
        ("own/rule.yaml", OWN_RULE),
        (
            "hipaalint.yaml",
            "profile: stric\n\
             fail_on: warning\n\
             fail-on: [error]\n\
             rule-folders: own\n\
             parameters: [Env]\n\
             rules:\n\
             \x20 s3-bucket-versionin: { level: error }\n\
             \x20 own-bucket-versions:\n\
             \x20   level: fatal\n\
             \x20   parameters: { statu: Enabled }\n\
             \x20   because: we can\n\
             \x20 s3-bucket-versioning: off\n",
        ),
    ]);
    let ran = folder.versioning(&["bad.yaml"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stdout, @"
    ── bad.yaml ── 1 error ─────────────────────────────────────────────────────────────────────────────

      × error[s3-bucket-versioning] Records (AWS::S3::Bucket), severity medium, fixable (unsafe)
      │ Bucket `Records` does not have versioning enabled: `VersioningConfiguration.Status` is not set.
       ╭─[bad.yaml:2:3]
     1 │ Resources:
     2 │   Records:
       ·   ───────
     3 │     Type: AWS::S3::Bucket
       ╰────
        HIPAA  164.308(a)(7)(i)      Contingency plan
               164.308(a)(7)(ii)(A)  Data backup plan
               164.308(a)(7)(ii)(B)  Disaster recovery plan
               164.312(c)(1)         Integrity
               164.312(c)(2)         Mechanism to authenticate electronic protected health information
        Fix    Set `VersioningConfiguration: { Status: Enabled }`. Add a lifecycle rule for noncurrent
               versions so that old versions do not accumulate.

    ── hipaalint.yaml ── 9 problems ────────────────────────────────────────────────────────────────────

      × error[configuration]
      │ `profile` cannot be `stric`.
       ╭─[hipaalint.yaml:1:10]
     1 │ profile: stric
       ·          ─────
     2 │ fail_on: warning
       ╰────
        Help   Did you mean `strict`?

      × error[configuration]
      │ `fail_on` is not a key of the configuration.
       ╭─[hipaalint.yaml:2:1]
     1 │ profile: stric
     2 │ fail_on: warning
       · ───────
     3 │ fail-on: [error]
       ╰────
        Help   Did you mean `fail-on`?

      × error[configuration]
      │ `fail-on` cannot be a list.
       ╭─[hipaalint.yaml:3:10]
     2 │ fail_on: warning
     3 │ fail-on: [error]
       ·          ───────
     4 │ rule-folders: own
       ╰────
        Help   The values are `error`, `warning`, `note`, `never`.

      × error[configuration]
      │ `parameters` is a list, not a map.
       ╭─[hipaalint.yaml:5:13]
     4 │ rule-folders: own
     5 │ parameters: [Env]
       ·             ─────
     6 │ rules:
       ╰────
        Help   Write one `Name: value` on each line.

      × error[configuration]
      │ There is no rule `s3-bucket-versionin`.
       ╭─[hipaalint.yaml:7:3]
     6 │ rules:
     7 │   s3-bucket-versionin: { level: error }
       ·   ───────────────────
     8 │   own-bucket-versions:
       ╰────
        Help   Did you mean `s3-bucket-versioning`?

      × error[configuration]
      │ `level` cannot be `fatal`.
        ╭─[hipaalint.yaml:9:12]
      8 │   own-bucket-versions:
      9 │     level: fatal
        ·            ─────
     10 │     parameters: { statu: Enabled }
        ╰────
        Help   The values are `error`, `warning`, `note`, `off`.

      × error[configuration]
      │ Rule `own-bucket-versions` has no parameter `statu`.
        ╭─[hipaalint.yaml:10:19]
      9 │     level: fatal
     10 │     parameters: { statu: Enabled }
        ·                   ─────
     11 │     because: we can
        ╰────
        Help   Did you mean `status`?

      × error[configuration]
      │ `because` is not a key of the configuration.
        ╭─[hipaalint.yaml:11:5]
     10 │     parameters: { statu: Enabled }
     11 │     because: we can
        ·     ───────
     12 │   s3-bucket-versioning: off
        ╰────
        Help   The keys are `level`, `parameters`.

      × error[configuration]
      │ `s3-bucket-versioning` is a boolean, not a map.
        ╭─[hipaalint.yaml:12:25]
     11 │     because: we can
     12 │   s3-bucket-versioning: off
        ·                         ───
        ╰────
        Help   Write `{ level: … }` with `error`, `warning`, `note` or `off`.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 9 problems with options, configuration, rules or baseline
    × 1 error in 1 template
      Checked      1 rule (s3-bucket-versioning) on 1 resource in 1 template
      Results      1 check: 1 failed
      Fixable      1 of 1 finding with --fix --unsafe-fixes
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
    // The other commands report it on standard error, and do their work.
    let ran = folder.run(&["explain", "own-bucket-versions"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.starts_with("own-bucket-versions\n"), "{}", ran.all());
    assert!(
        ran.stderr.contains("hipaalint: hipaalint.yaml:1:10: `profile` cannot be `stric`. Did you mean `strict`?\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_configuration_that_does_not_parse_is_trouble_and_the_rest_is_linted() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    for text in ["rules: [", "just text\n", "profile: core\nprofile: core\n"] {
        folder.file("hipaalint.yaml", text);
        let ran = folder.versioning(&["bad.yaml", "--format", "json"]);
        assert_eq!(ran.code, 2, "{text}");
        let report = ran.json();
        assert_eq!(
            (&report["diagnostics"][0]["code"], findings(&report).len()),
            (&"configuration".into(), 1),
            "{report}"
        );
    }
    folder.file("hipaalint.yaml", b"profile: \xff\n");
    assert_eq!(folder.versioning(&["bad.yaml"]).code, 2);
}

#[test]
fn broken_rules_of_ones_own_say_where() {
    let folder = Folder::with(&[
        ("bad.yaml", BAD),
        ("own/a.yaml", "id: own-a\ntitle: A\nlevel: fatal\nresources: [AWS::S3::Bucket]\n"),
        ("own/b.yaml", OWN_RULE),
        ("empty/readme.md", ""),
    ]);
    let ran = folder.run(&[
        "bad.yaml",
        "--rule",
        "own-bucket-versions",
        "--rules",
        "own",
        "--rules",
        "empty",
        "--rules",
        "nowhere",
    ]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stdout, @"
    ── bad.yaml ── 1 error ─────────────────────────────────────────────────────────────────────────────

      × error[own-bucket-versions] Records (AWS::S3::Bucket), severity high
      │ Bucket `Records` keeps no versions: `VersioningConfiguration.Status` is not set.
       ╭─[bad.yaml:2:3]
     1 │ Resources:
     2 │   Records:
       ·   ───────
     3 │     Type: AWS::S3::Bucket
       ╰────
        HIPAA  164.312(c)(1)         Integrity
               164.308(a)(7)(ii)(A)  Data backup plan
        Fix    Set `VersioningConfiguration`.

    ── empty ── 1 problem ──────────────────────────────────────────────────────────────────────────────

      × error[rule-folder]
      │ The folder has no rules.
        Help   A rule is a file that ends with .yaml or .yml. Name the folder of these files.

    ── nowhere ── 1 problem ────────────────────────────────────────────────────────────────────────────

      × error[rule-file]
      │ There is no such file or folder.
        Help   Check the spelling. A folder in `--rules` is relative to the current folder, a folder in
               the configuration to the configuration.

    ── own/a.yaml ── 1 problem ─────────────────────────────────────────────────────────────────────────

      × error[rule-file]
      │ `level` cannot be `fatal`; it must be `note`, `warning` or `error`.
       ╭─[own/a.yaml:3:8]
     2 │ title: A
     3 │ level: fatal
       ·        ─────
     4 │ resources: [AWS::S3::Bucket]
       ╰────
        Help   hipaalint does not use this rule until the file is fixed.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 3 problems with options, configuration, rules or baseline
    × 1 error in 1 template
      Checked      1 rule (own-bucket-versions) on 1 resource in 1 template
      Results      1 check: 1 failed
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
}

#[test]
fn a_configuration_by_another_name_is_trouble() {
    for name in ["hipaalint.yml", ".hipaalint.yaml", ".hipaalint.yml"] {
        let folder = Folder::with(&[("bad.yaml", BAD), (name, "profile: strict\n")]);
        let ran = folder.run(&["bad.yaml", "--format", "json"]);
        let report = ran.json();
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert_eq!(report["diagnostics"][0]["file"], name);
        assert_eq!(report["summary"]["problems"], 1);
        assert_eq!(folder.run(&["bad.yaml", "--no-config"]).code, 1);
        // Beside a configuration it is ignored as well.
        folder.file("hipaalint.yaml", "profile: core\n");
        let ran = folder.run(&["bad.yaml", "--format", "json"]);
        let report = ran.json();
        assert_eq!((ran.code, &report["diagnostics"][0]["file"]), (2, &name.into()), "{}", ran.all());
        assert_eq!(report["diagnostics"][0]["help"], "Move its settings to hipaalint.yaml, and remove it.");
        assert_eq!(report["summary"]["problems"], 1);
        // Without it, nothing is reported.
        std::fs::remove_file(folder.path(name)).unwrap();
        assert_eq!(folder.run(&["bad.yaml"]).code, 1);
    }
}

#[test]
fn a_folder_with_the_name_of_a_configuration_is_trouble() {
    let folder =
        Folder::with(&[("a/bad.yaml", BAD), ("a/hipaalint.yaml/x.txt", ""), ("hipaalint.yaml", "profile: core\n")]);
    let ran = folder.run(&["a/bad.yaml", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.code, &report["diagnostics"][0]["file"]), (2, &"a/hipaalint.yaml".into()), "{}", ran.all());
    assert_eq!(
        report["diagnostics"][0]["message"],
        "hipaalint does not read it, because it is a folder, and a configuration is a file"
    );
    assert_eq!(report["summary"]["problems"], 1);
    assert_eq!(folder.run(&["a/bad.yaml", "--no-config"]).code, 1);
}

#[test]
fn names_of_other_tools_lead_to_ours() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("hipaalint.yaml", "rules:\n  CKV_AWS_21: { level: off }\n")]);
    let ran = folder.run(&["bad.yaml", "--rule", "S3_BUCKET_VERSIONING_ENABLED"]);
    assert_eq!(ran.code, 2);
    for message in [
        "There is no rule `CKV_AWS_21`.\n",
        "There is no rule `S3_BUCKET_VERSIONING_ENABLED`.\n",
        "2 problems with options, configuration, rules or baseline",
    ] {
        assert!(ran.all().contains(message), "{message}: {}", ran.all());
    }
    assert_eq!(ran.all().matches("another tool's name for `s3-bucket-versioning`.").count(), 2, "{}", ran.all());
}

#[test]
fn tags_have_values_that_a_template_can_have() {
    let folder = Folder::with(&[
        ("a.yaml", "Parameters: {Env: {Type: String}}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n"),
        (
            "hipaalint.yaml",
            "tag-keys: [Owner, Env]\ntags: { Owner: care, Env: !Ref Env, Number: 1, Long: !Sub \"${Env}-x\" }\n",
        ),
    ]);
    let diff = folder.run(&["a.yaml", "--rule", "tags-required", "--fix", "--diff"]);
    assert_eq!(diff.code, 0, "{}", diff.all());
    assert!(
        diff.stdout.contains("+        - Key: Owner\n+          Value: care\n+        - Key: Env\n"),
        "{}",
        diff.all()
    );
    let long = "x".repeat(257);
    for (tags, message) in [
        ("[a]", "`tags` is a list, not a map"),
        ("{ Owner: }", "the value of the tag `Owner` is null, not a text"),
        ("{ Owner: [a] }", "the value of the tag `Owner` is a list, not a text"),
        ("{ Owner: !GetAtt A.B }", "the value of the tag `Owner` cannot be computed by `Fn::GetAtt`"),
        ("{ Owner: !Ref AWS::NoValue }", "the value of the tag `Owner` cannot be `AWS::NoValue`"),
        ("{ Owner: !Ref [a] }", "`Ref` of the tag `Owner` is a list, not a text"),
        ("{ Owner: '{{resolve:ssm:a}}' }", "the value of the tag `Owner` cannot be a dynamic reference"),
        ("{ aws:owner: a }", "the key of a tag cannot begin with `aws:`"),
        ("{ '': a }", "the key of a tag is empty"),
        (&format!("{{ Owner: {long} }}"), "the value of the tag `Owner` is longer than 256 characters"),
    ] {
        folder.file("hipaalint.yaml", format!("tags: {tags}\n"));
        let report = folder.run(&["a.yaml", "--format", "json"]).json();
        let diagnostic = &report["diagnostics"][0];
        assert_eq!((&diagnostic["message"], &diagnostic["start"]["line"]), (&message.into(), &1.into()), "{report}");
        assert!(!diagnostic["help"].as_str().unwrap().is_empty());
    }
}

#[test]
fn names_in_a_configuration_are_not_empty() {
    for (text, message) in [
        ("suffix-parameter: ''", "`suffix-parameter` has an empty name"),
        ("tag-keys: [Owner, ' ']", "`tag-keys` has an empty name"),
        (
            "tags: { Owner: !Sub '${Team.Name}' }",
            "the value of the tag `Owner` refers to `Team.Name`, which is not a parameter",
        ),
        ("tags: { Owner: !Sub 'a-${}' }", "the value of the tag `Owner` refers to ``, which is not a parameter"),
    ] {
        let folder = Folder::with(&[("good.yaml", GOOD), ("hipaalint.yaml", text)]);
        let report = folder.versioning(&["good.yaml", "--format", "json"]).json();
        assert_eq!(report["diagnostics"][0]["message"], message, "{report}");
    }
    let text = "tags: { Owner: !Sub '${Team}-${!Literal.x}-${AWS::StackName}' }";
    let folder = Folder::with(&[("good.yaml", GOOD), ("hipaalint.yaml", text)]);
    assert_eq!(folder.versioning(&["good.yaml"]).code, 0);
}

#[test]
fn mistakes_in_rules_and_folders_have_their_place() {
    let folder =
        Folder::with(&[("good.yaml", GOOD), ("hipaalint.yaml", "profile: core\nrule-folders: [own, nowhere]\n")]);
    let places = |rule: &str| {
        folder.file("own/rule.yaml", rule);
        let report = folder.versioning(&["good.yaml", "--format", "json"]).json();
        let place = |one: &serde_json::Value| {
            let at = |end: &str| format!("{}:{}", one[end]["line"], one[end]["column"]);
            format!("{} {}-{}", one["file"].as_str().unwrap(), at("start"), at("end"))
        };
        report["diagnostics"].as_array().unwrap().iter().map(place).collect::<Vec<_>>()
    };
    let folder_place = "hipaalint.yaml 2:21-2:28";
    assert_eq!(places(OWN_RULE), [folder_place]);
    assert_eq!(places(&format!("odd: 1\n{OWN_RULE}")), [folder_place, "own/rule.yaml 1:1-1:4"]);
    let nested = OWN_RULE.replace("assert: { path:", "assert: { odd: 1, path:");
    assert_eq!(places(&nested), [folder_place, "own/rule.yaml 9:11-9:14"]);
    let taken = OWN_RULE.replace("own-bucket-versions", "s3-bucket-versioning");
    assert_eq!(places(&taken), [folder_place, "own/rule.yaml 1:5-1:25"]);
}

#[test]
fn summaries_state_what_ran() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("hipaalint.yaml", "rules: { '*': { level: off } }\n")]);
    let none = folder.run(&["bad.yaml"]);
    assert!(none.stdout.contains("1 resource without a selected rule: AWS::S3::Bucket"), "{}", none.stdout);
    assert!(none.stdout.contains(" rules turned off in hipaalint.yaml: "), "{}", none.stdout);
    assert!(!none.stdout.contains("profile conformance has"), "{}", none.stdout);
    let ignored = folder.run(&["bad.yaml", "--no-config", "--ignore", "nope"]);
    assert!(ignored.code == 2 && !ignored.stdout.contains("without nope"), "{}", ignored.stdout);
    let left = folder.versioning(&["bad.yaml", "--no-config", "--min-severity", "critical"]);
    assert_eq!(left.code, 2);
    assert!(
        left.stdout.contains("No rule is left to run: --min-severity leaves out all that --rule names."),
        "{}",
        left.all()
    );
    let several = folder.run(&["bad.yaml", "--no-config", "--rule", "s3-bucket-versioning,s3-bucket-tls-only"]);
    assert!(several.code == 2 && several.stdout.contains("Name one rule with each option"), "{}", several.all());
    let controls = folder.run(&["controls", "foo"]).stderr;
    assert!(controls.contains("`hipaalint controls` lists all citations."), "{controls}");
}

#[test]
fn no_folder_and_no_file_has_an_empty_name() {
    for (key, value) in
        [("rule-folders", "[\"\"]"), ("rule-folders", "''"), ("rule-folders", "[policies, ' ']"), ("baseline", "\"\"")]
    {
        let text = format!("{key}: {value}\n");
        let folder = Folder::with(&[("hipaalint.yaml", &text), ("bad.yaml", BAD), ("policies/own.yaml", OWN_RULE)]);
        let report = folder.run(&["bad.yaml", "--format", "json"]).json();
        let [problem] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{text}: {report}") };
        assert_eq!(problem["code"], "configuration", "{text}");
        assert_eq!(problem["message"], format!("`{key}` has an empty name"), "{text}");
    }
}

#[test]
fn a_folder_of_rules_may_be_named_twice() {
    let folder = Folder::with(&[("policies/own.yaml", OWN_RULE), ("bad.yaml", BAD)]);
    for folders in ["[policies]", "[policies, ./policies/]", "[policies/../policies, policies]"] {
        folder.file("hipaalint.yaml", format!("rule-folders: {folders}\n"));
        let ran = folder.run(&["bad.yaml", "--rules", "policies", "--rule", "own-bucket-versions"]);
        assert_eq!(ran.code, 1, "{folders}: {}", ran.all());
    }
    folder.file("policies/other.yaml", OWN_RULE);
    let ran = folder.run(&["bad.yaml", "--rule", "own-bucket-versions"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.all().contains("already a rule"), "{}", ran.all());
}
