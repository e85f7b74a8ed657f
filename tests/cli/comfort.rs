//! Conveniences: a first configuration, completions, a manual, shorter reports, and suggestions for misspelt names.

use crate::support::{BAD, Folder, GOOD, OWN_RULE};

#[test]
fn init_writes_a_configuration_that_can_be_used() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let ran = folder.run(&["init"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @"
    Wrote hipaalint.yaml. It sets `profile` and `fail-on`, and has the other keys as comments.
    Next: run `hipaalint` to lint this folder, or `hipaalint rules` to list the rules.
    ");
    insta::assert_snapshot!(folder.read("hipaalint.yaml"), @r#"
    # yaml-language-server: $schema=https://github.com/hipaalint/hipaalint/raw/main/schemas/hipaalint.schema.json
    # The configuration of hipaalint for templates in this folder and below. Command-line options take precedence.

    # The profile, which selects the rules to run: core, conformance, strict or proposed-2025. `hipaalint
    # rules --profile NAME` lists the rules of a profile.
    profile: core

    # The lowest level of a finding that makes the exit code 1: error, warning, note or never.
    fail-on: error

    # Files and folders to leave out when a folder is searched: globs as in .gitignore, relative to this
    # file. Everything that .gitignore matches is left out, too.
    # skip:
    #   - legacy/
    #   - "*.test.yaml"

    # Values of template parameters, for every template that declares them. For a parameter without a
    # value, hipaalint checks every value that a deployment can choose.
    # parameters:
    #   Env: prod

    # The tag keys that every resource must have. Without it, hipaalint requires tags only in templates
    # that already use its default keys.
    # tag-keys: [Environment, DataClassification, ComplianceScope]

    # Values of tags: a text, `!Ref PARAMETER` or `!Sub`. `--fix` adds a required tag that is missing with
    # its value. A tag that refers to a parameter is added only in templates that have the parameter.
    # tags:
    #   Environment: !Ref Env
    #   DataClassification: PHI

    # The template parameter that makes the names of each deployment unique. With it, every explicit name
    # must contain the parameter, also in a template that does not declare it.
    # suffix-parameter: EnvironmentSuffix

    # Folders of custom rules, relative to this file. Custom rules run with every profile.
    # rule-folders: [policies]

    # A file of known findings, which do not count, relative to this file. `hipaalint --write-baseline
    # FILE` writes it.
    # baseline: hipaalint-baseline.json

    # Changes to rules: level (error, warning, note or off) and parameters. A level other than off also
    # enables a rule that is not in the profile. A pattern such as `s3-*` changes every rule with such an
    # id that runs; a change to one rule takes precedence. `hipaalint explain ID` lists the parameters of
    # a rule.
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
    assert_eq!(
        ran.stderr,
        "hipaalint: hipaalint.yaml exists already, and was not changed. To start over, delete it first.\n"
    );
    assert_eq!(folder.read("hipaalint.yaml"), "profile: strict\n");
    // A configuration below replaces the one above, and the message states it.
    let ran = folder.run(&["init", "infra"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.starts_with("Wrote infra/hipaalint.yaml"), "{}", ran.stdout);
    assert!(ran.stdout.contains("it replaces hipaalint.yaml"), "{}", ran.stdout);
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
        for hidden in ["threads", "acknowledgements"] {
            assert!(!ran.stdout.contains(hidden), "{shell} has {hidden}");
        }
    }
    assert_eq!(folder.run(&["completions", "cmd"]).code, 2);
}

/// Words to complete, and the completions.
const COMPLETED: [(&str, &[&str]); 8] = [
    ("expl", &["explain"]),
    ("explain s3-bucket-version", &["s3-bucket-versioning"]),
    ("--rule s3-bucket-version", &["s3-bucket-versioning"]),
    ("app.yaml --rule s3-bucket-version", &["s3-bucket-versioning"]),
    ("--fix --fix-rule s3-bucket-version", &["s3-bucket-versioning"]),
    ("rules --profile co", &["conformance", "core"]),
    ("rules dynam", &["dynamodb"]),
    ("rules --service dynam", &["dynamodb"]),
];

/// Runs a script in a shell, if that is installed, and gives its output.
fn output_of(shell: &str, script: &str, folder: &Folder) -> Option<String> {
    match std::process::Command::new(shell).args(["-c", script]).current_dir(folder.path(".")).output() {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap()),
        Err(error) => {
            eprintln!("not tried with {shell}: {error}");
            None
        }
    }
}

#[test]
fn bash_completes() {
    let folder = Folder::new();
    folder.file("completions.bash", folder.run(&["completions", "bash"]).stdout);
    for (words, completions) in COMPLETED {
        let script = format!(
            "source completions.bash; COMP_WORDS=(hipaalint {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _hipaalint hipaalint \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\" | sort"
        );
        let Some(printed) = output_of("bash", &script, &folder) else { return };
        assert_eq!(printed.lines().collect::<Vec<_>>(), completions, "{words}");
    }
}

#[test]
fn fish_completes() {
    let folder = Folder::new();
    folder.file("completions.fish", folder.run(&["completions", "fish"]).stdout);
    for (words, completions) in COMPLETED {
        let script = format!("source completions.fish; complete -C 'hipaalint {words}' | cut -f 1 | sort");
        let Some(printed) = output_of("fish", &script, &folder) else { return };
        assert_eq!(printed.lines().collect::<Vec<_>>(), completions, "{words}");
    }
}

/// Completion in zsh needs a terminal, which zsh can make.
#[test]
fn zsh_completes() {
    let folder = Folder::new();
    folder.file("completions.zsh", folder.run(&["completions", "zsh"]).stdout);
    for (words, completions) in COMPLETED {
        let [completion] = completions else { continue };
        let script = format!(
            "zmodload zsh/zpty
             zpty shell 'TERM=dumb zsh -f -i'
             expect() {{ for i in {{1..300}}; do
                 while zpty -r -t shell part; do seen+=$part; done
                 [[ ${{seen//$'\\a'}} == *$1* ]] && return; sleep 0.1
             done; return 1 }}
             zpty -w shell 'autoload -Uz compinit; compinit -u -D; source ./completions.zsh; print rea\"\"dy'
             expect ready || exit
             seen=; zpty -w -n shell 'hipaalint {words}'$'\t'
             expect '{completion} ' && print -r -- {completion}"
        );
        let Some(printed) = output_of("zsh", &script, &folder) else { return };
        assert_eq!(printed.trim_end(), *completion, "{words}");
    }
}

/// The ids are for completion only: help would be unreadable.
#[test]
fn help_does_not_list_ids() {
    let folder = Folder::new();
    for arguments in [&["--help"][..], &["explain", "--help"], &["rules", "--help"], &["--rule"], &["man", "explain"]] {
        let ran = folder.run(arguments);
        assert!(!ran.all().contains("rds-kms-key"), "{arguments:?}");
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

      × 2  high      own-bucket-versions   Bucket keeps no versions
      × 2  medium    s3-bucket-versioning  S3 bucket does not have versioning enabled

      Checked      2 rules (own-bucket-versions, s3-bucket-versioning) on 3 resources in 3 templates
      Results      6 checks: 4 failed, 2 passed
      Fixable      2 of 4 findings with --fix --unsafe-fixes
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
    let rows = run(&["a.yaml", "b.yaml", "--format", "json"]).json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&rows).unwrap(), @r#"
    [
      {
        "rule": "own-bucket-versions",
        "title": "Bucket keeps no versions",
        "level": "error",
        "severity": "high",
        "findings": 2,
        "files": 2
      },
      {
        "rule": "s3-bucket-versioning",
        "title": "S3 bucket does not have versioning enabled",
        "level": "error",
        "severity": "medium",
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
    let ran = run(&["a.yaml", "--format", "sarif"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.all());
}

/// Every kind of name that can be misspelt, with the right one.
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
        let printed: String = (ran.stdout + " " + &ran.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        let printed = printed.to_lowercase();
        let leads = ["did you mean", "a similar value exists:", "a similar argument exists:"];
        assert!(
            leads.iter().any(|lead| printed.contains(&format!("{lead} {}", meant.to_lowercase()))),
            "{arguments:?}: {printed}"
        );
    }
}

#[test]
fn init_in_a_folder_that_does_not_exist_names_it() {
    let folder = Folder::new();
    let ran = folder.run(&["init", "nowhere"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let help = "the folder does not exist. Create it, or name another folder: `hipaalint init FOLDER`.";
    assert_eq!(ran.stderr, format!("hipaalint: cannot write nowhere/hipaalint.yaml: {help}\n"));
}

/// The superuser may write everywhere, so this needs another one.
#[cfg(unix)]
#[test]
fn init_without_permission_names_the_path_and_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("closed/a.yaml", GOOD)]);
    let closed = folder.path("closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
    let may_write_all = std::fs::write(closed.join("probe"), "").is_ok();
    let ran = folder.run(&["init", "closed"]);
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    if may_write_all {
        return println!("skipped: this user may write in every folder");
    }
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let file = closed.canonicalize().unwrap().join("hipaalint.yaml");
    let help = "Run hipaalint as a user with permission to write in this folder, or name another folder: `hipaalint init FOLDER`.";
    let message =
        format!("hipaalint: cannot write {}: the permissions of the folder do not allow it. {help}\n", file.display());
    assert_eq!(ran.stderr, message);
}
