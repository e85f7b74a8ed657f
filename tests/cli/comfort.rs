//! What makes hipaalint easy to live with: a first configuration, completions, a manual, less to read, and the right name for a
//! misspelt one.

use crate::support::{BAD, Folder, GOOD, OWN_RULE};

#[test]
fn init_writes_a_configuration_that_can_be_used() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let ran = folder.run(&["init"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @"
    Wrote hipaalint.yaml: the profile, what fails a run, and all other keys as comments.
    Next: run `hipaalint`, and `hipaalint rules` to see what it looks for.
    ");
    insta::assert_snapshot!(folder.read("hipaalint.yaml"), @r#"
    # yaml-language-server: $schema=https://github.com/hipaalint/hipaalint/raw/main/schemas/hipaalint.schema.json
    # The configuration of hipaalint for the templates beside this file and below. Options on the command line win.

    # The rules that run: core, conformance, strict or proposed-2025. hipaalint rules --profile NAME lists
    # them.
    profile: core

    # The least level of a finding that makes the exit code 1: error, warning, note, or never.
    fail-on: error

    # Files and folders to leave out of folders that are searched: globs as in .gitignore, relative to
    # this file. What .gitignore names is left out anyway.
    # skip:
    #   - legacy/
    #   - "*.test.yaml"

    # Values of template parameters, in every template that has them; without one, every value that a
    # deployment may choose is judged.
    # parameters:
    #   Env: prod

    # The tag keys that every resource must carry.
    # tag-keys: [Environment, DataClassification, ComplianceScope]

    # The template parameter that keeps the names of deployments apart.
    # suffix-parameter: EnvironmentSuffix

    # Folders of your own rules, relative to this file. They run with every profile.
    # rule-folders: [policies]

    # A file of findings that were there before and do not count, relative to this file (hipaalint
    # --write-baseline FILE writes it).
    # baseline: hipaalint-baseline.json

    # Changes to single rules: level (error, warning, note or off) and parameters. A level other than off
    # also runs a rule that the profile leaves out. hipaalint explain ID lists a rule's parameters.
    # rules:
    #   s3-bucket-versioning: { level: warning }
    #   ec2-security-group-open: { parameters: { allowed-ports: [443] } }
    "#);
    let report = folder.versioning(&["bad.yaml", "--format", "json"]).json();
    assert_eq!(report["summary"]["governed"][0]["configuration"], "hipaalint.yaml");
    assert_eq!(report["diagnostics"], serde_json::json!([]));
}

#[test]
fn init_overwrites_nothing() {
    let folder = Folder::with(&[("hipaalint.yaml", "profile: strict\n"), ("infra/bad.yaml", BAD)]);
    let ran = folder.run(&["init"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(ran.stderr, "hipaalint: hipaalint.yaml is there already. Change it, or delete it first.\n");
    assert_eq!(folder.read("hipaalint.yaml"), "profile: strict\n");
    // One below takes the place of the one above, and that is told.
    let ran = folder.run(&["init", "infra"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.starts_with("Wrote infra/hipaalint.yaml"), "{}", ran.stdout);
    assert!(ran.stdout.contains("takes the place of hipaalint.yaml"), "{}", ran.stdout);
    let ran = folder.run(&["init", "nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("hipaalint: cannot write nowhere/hipaalint.yaml: "), "{}", ran.stderr);
}

#[test]
fn completions_know_commands_and_options() {
    let folder = Folder::new();
    for (shell, mark) in [
        ("bash", "complete -F _hipaalint"),
        ("zsh", "#compdef hipaalint"),
        ("fish", "complete -c hipaalint"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion"),
    ] {
        let ran = folder.run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for word in [mark, "explain", "fail-on", "write-baseline", "conformance"] {
            assert!(ran.stdout.contains(word), "{shell} has no {word}");
        }
    }
    assert_eq!(folder.run(&["completions", "cmd"]).code, 2);
}

#[test]
fn the_completions_for_bash_can_be_sourced_and_used() {
    let folder = Folder::new();
    folder.file("completions.bash", folder.run(&["completions", "bash"]).stdout);
    let script = "source completions.bash; COMP_WORDS=(hipaalint expl); COMP_CWORD=1; _hipaalint hipaalint expl hipaalint; \
                  echo \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    match bash.args(["-c", script]).current_dir(folder.path(".")).output() {
        Ok(output) => assert_eq!(String::from_utf8(output.stdout).unwrap(), "explain\n"),
        Err(error) => eprintln!("not tried: {error}"),
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = Folder::new();
    let page = folder.run(&["man"]);
    assert_eq!(page.code, 0);
    for part in [".TH hipaalint 1", ".SH NAME", ".SH OPTIONS", "fail\\-on", "hipaalint\\-explain(1)", "Exit code:"] {
        assert!(page.stdout.contains(part), "no {part} in {}", page.stdout);
    }
    let page = folder.run(&["man", "explain"]).stdout;
    assert!(page.contains(".TH hipaalint-explain 1") && page.contains("hipaalint explain"), "{page}");
    let wrong = folder.run(&["man", "explian"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert_eq!(wrong.stderr, "hipaalint: there is no command `explian`. Did you mean `explain`?\n");
}

#[test]
fn quiet_leaves_findings_and_problems() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("good.yaml", GOOD), ("broken.yaml", "Resources: [")]);
    for option in ["--quiet", "-q"] {
        let ran = folder.versioning(&["good.yaml", option]);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    }
    let ran = folder.versioning(&["bad.yaml", "broken.yaml", "--quiet", "--output", "whole.txt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("error[s3-bucket-versioning]") && ran.stdout.contains("error[syntax-error]"));
    assert!(!ran.stdout.contains("1 error in 1 template"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    assert!(folder.read("whole.txt").contains("1 error in 1 template"));
    // Programs read the whole.
    assert!(folder.versioning(&["bad.yaml", "--quiet", "--format", "json"]).json()["summary"].is_object());
}

#[test]
fn statistics_count_instead_of_showing() {
    let folder = Folder::with(&[("a.yaml", BAD), ("b.yaml", BAD), ("good.yaml", GOOD), ("own/rule.yaml", OWN_RULE)]);
    let rules = ["--rules", "own", "--rule", "own-bucket-versions", "--rule", "s3-bucket-versioning"];
    let run = |arguments: &[&str]| folder.run(&[&["--statistics"], &rules[..], arguments].concat());
    let ran = run(&["a.yaml", "b.yaml", "good.yaml"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.stdout, @"
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 4 errors in 3 templates

      × 2  own-bucket-versions   Bucket keeps no versions
      × 2  s3-bucket-versioning  S3 bucket does not keep versions of its objects

      Checked      2 rules (own-bucket-versions, s3-bucket-versioning) on 3 resources in 3 templates
      Results      6 checks: 4 failed, 2 passed
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
    let rows = run(&["a.yaml", "b.yaml", "--format", "json"]).json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&rows).unwrap(), @r#"
    [
      {
        "rule": "own-bucket-versions",
        "title": "Bucket keeps no versions",
        "level": "error",
        "findings": 2,
        "files": 2
      },
      {
        "rule": "s3-bucket-versioning",
        "title": "S3 bucket does not keep versions of its objects",
        "level": "error",
        "findings": 2,
        "files": 2
      }
    ]
    "#);
    let nothing = run(&["good.yaml", "--format", "json"]);
    assert_eq!((nothing.code, nothing.json()), (0, serde_json::json!([])));
    // A problem is never counted away.
    folder.file("broken.yaml", "Resources: [");
    assert!(run(&["broken.yaml"]).stdout.contains("error[syntax-error]"));
    for other in [&["--format", "sarif"][..], &["--quiet"]] {
        let ran = run(&[&["a.yaml"], other].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.all());
    }
}

/// Every kind of name that can be misspelt, with the one that was meant.
#[test]
fn misspelt_names_are_met_with_the_right_ones() {
    let folder = Folder::with(&[
        (
            "bad.yaml",
            "Parameters:\n  Environment: { Type: String }\nResources:\n  Records: { Type: AWS::S3::Bucket }\n",
        ),
        ("keys.yaml", "fail_on: error\n"),
        ("levels.yaml", "rules: { s3-bucket-versioning: { level: warnin } }\n"),
        ("values.yaml", "fail-on: warnings\n"),
        ("parameters.yaml", "rules: { ec2-security-group-open: { parameters: { allowed-port: 443 } } }\n"),
        ("fields/rule.yaml", &OWN_RULE.replace("message:", "mesage:")),
        ("variants/rule.yaml", &OWN_RULE.replace("level: error", "level: eror")),
    ]);
    let cases: [(&[&str], &str); 20] = [
        (&["bad.yaml", "--rule", "s3-bucket-versionin"], "`s3-bucket-versioning`"),
        (&["bad.yaml", "--profile", "conformence"], "'conformance'"),
        (&["bad.yaml", "--parameter", "Enviroment=prod"], "`Environment`"),
        (&["bad.yaml", "--parameter", "AWS::Regoin=us-east-1"], "`AWS::Region`"),
        (&["bad.yaml", "--format", "sarf"], "'sarif'"),
        (&["bad.yaml", "--output", "markdwn=a.md"], "'markdown'"),
        (&["bad.yaml", "--fail-on", "warnin"], "'warning'"),
        (&["bad.yaml", "--show", "undecide"], "'undecided'"),
        (&["bad.yaml", "--fail-no", "error"], "'--fail-on'"),
        (&["bad.yaml", "--config", "keys.yaml"], "`fail-on`"),
        (&["bad.yaml", "--config", "levels.yaml"], "`warning`"),
        (&["bad.yaml", "--config", "values.yaml"], "`warning`"),
        (&["bad.yaml", "--config", "parameters.yaml"], "`allowed-ports`"),
        (&["bad.yaml", "--rules", "fields"], "`message`"),
        (&["bad.yaml", "--rules", "variants"], "`error`"),
        (&["explain", "s3-bucket-versionin"], "`s3-bucket-versioning`"),
        (&["rules", "--service", "lamda"], "`lambda`"),
        (&["rules", "--control", "163.312(b)"], "`164.312(b)`"),
        (&["completions", "bahs"], "'bash'"),
        (&["explian"], "the command `explain`"),
    ];
    for (arguments, meant) in cases {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.all());
        let said: String = (ran.stdout + " " + &ran.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        let said = said.to_lowercase();
        let ways = ["did you mean", "a similar value exists:", "a similar argument exists:"];
        assert!(
            ways.iter().any(|way| said.contains(&format!("{way} {}", meant.to_lowercase()))),
            "{arguments:?}: {said}"
        );
    }
}
