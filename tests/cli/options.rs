//! Each option, and the exit code.

use crate::support::{BAD, CHOOSES, Folder, GOOD, OPEN, OWN_RULE, VERSIONING, findings, problems};

#[test]
fn exit_codes_say_what_happened() {
    let folder = Folder::with(&[("good.yaml", GOOD), ("bad.yaml", BAD), ("broken.yaml", "Resources: [")]);
    assert_eq!(folder.versioning(&["good.yaml"]).code, 0);
    assert_eq!(folder.versioning(&["bad.yaml"]).code, 1);
    assert_eq!(folder.versioning(&["broken.yaml"]).code, 2);
    // Trouble wins, and the rest is linted all the same.
    let all = folder.versioning(&["good.yaml", "bad.yaml", "broken.yaml", "--format", "json"]);
    assert_eq!(all.code, 2);
    assert_eq!(findings(&all.json()), [("bad.yaml".into(), "s3-bucket-versioning".into())]);
    assert_eq!(problems(&all.json()), [("syntax-error".into(), "broken.yaml".into())]);
}

#[test]
fn fail_on_draws_the_line() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("chooses.yaml", CHOOSES)]);
    let code = |file, fail_on| folder.versioning(&[file, "--fail-on", fail_on]).code;
    // An error by default, a warning where a parameter has to leave its default.
    assert_eq!(["error", "warning", "note", "never"].map(|level| code("bad.yaml", level)), [1, 1, 1, 0]);
    assert_eq!(["error", "warning", "note", "never"].map(|level| code("chooses.yaml", level)), [0, 1, 1, 0]);
    assert_eq!(folder.versioning(&["chooses.yaml"]).code, 0, "errors are the default");
}

#[test]
fn without_paths_the_current_folder_is_linted() {
    let folder = Folder::with(&[("a/bad.yaml", BAD)]);
    let ran = folder.versioning(&["--format", "json"]);
    assert_eq!(findings(&ran.json()), [("a/bad.yaml".into(), "s3-bucket-versioning".into())]);
}

#[test]
fn profiles_select_rules() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let rules = |arguments: &[&str]| {
        let report = folder.run(&[arguments, &["bad.yaml", "--format", "json"]].concat()).json();
        (report["summary"]["selection"].as_str().unwrap().to_owned(), report["summary"]["rules"].as_u64().unwrap())
    };
    let (name, core) = rules(&[]);
    assert_eq!((name.as_str(), core), ("core", rules(&["--profile", "core"]).1));
    let (conformance, strict) = (rules(&["--profile", "conformance"]).1, rules(&["--profile", "strict"]).1);
    assert!(0 < core && core <= conformance && conformance <= strict);
    let ran = folder.run(&["--profile", "stric", "bad.yaml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: invalid value 'stric' for '--profile <NAME>'
      [possible values: core, conformance, strict, proposed-2025]

      tip: a similar value exists: 'strict'

    For more information, try '--help'.
    ");
}

#[test]
fn named_rules_replace_the_profile() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("own/rule.yaml", OWN_RULE)]);
    let rules = |arguments: &[&str]| {
        let report = folder.run(&[&["bad.yaml", "--format", "json"], arguments].concat()).json();
        findings(&report).into_iter().map(|(_, rule)| rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&VERSIONING), ["s3-bucket-versioning"]);
    // One's own rules run with every profile, but not where others are named.
    assert_eq!(rules(&["--rules", "own", "--rule", "s3-bucket-versioning"]), ["s3-bucket-versioning"]);
    assert_eq!(rules(&["--rules", "own", "--rule", "own-bucket-versions"]), ["own-bucket-versions"]);
    let both = rules(&["--rules", "own"]);
    assert!(both.contains(&"own-bucket-versions".into()) && both.contains(&"s3-bucket-versioning".into()), "{both:?}");
}

#[test]
fn an_unknown_rule_is_trouble_and_the_others_run() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let ran = folder.versioning(&["bad.yaml", "--rule", "s3-bucket-versionin", "--format", "json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(findings(&ran.json()).len(), 1);
    let problem = &ran.json()["diagnostics"][0];
    assert_eq!(problem["message"], "there is no rule `s3-bucket-versionin`");
    assert_eq!(problem["help"], "Did you mean `s3-bucket-versioning`?");
    let ran = folder.run(&["bad.yaml", "--rule", "qqq"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stdout, @"
    ── hipaalint ── 1 problem ──────────────────────────────────────────────────────────────────────────

      × error[unknown-rule]
      │ There is no rule `qqq`.
        Help   Run `hipaalint rules` to list all rules.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 1 problem with options, configuration, rules or baseline
    Nothing to check: no selected rule applies
      Checked      0 rules (none of those named) on 1 resource in 1 template
    ");
}

#[test]
fn answers_are_shown_on_request() {
    let folder = Folder::with(&[("good.yaml", GOOD), ("open.yaml", OPEN)]);
    let outcomes = |show: &[&str]| {
        let report = folder.versioning(&[&["good.yaml", "open.yaml", "--format", "json"], show].concat()).json();
        assert_eq!((&report["summary"]["passed"], &report["summary"]["undecided"]), (&1.into(), &1.into()));
        let one = |finding: &serde_json::Value| finding["outcome"].as_str().unwrap().to_owned();
        report["findings"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&[]), Vec::<String>::new());
    assert_eq!(outcomes(&["--show", "passed"]), ["pass"]);
    assert_eq!(outcomes(&["--show", "undecided"]), ["undecided"]);
    assert_eq!(outcomes(&["--show", "passed,undecided"]), ["pass", "undecided"]);
    assert_eq!(outcomes(&["--show", "passed", "--show", "undecided"]), ["pass", "undecided"]);
    let ran = folder.versioning(&["good.yaml", "open.yaml", "--show", "passed,undecided"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stdout, @"
    ── good.yaml ───────────────────────────────────────────────────────────────────────────────────────

      ✓ 2:3  s3-bucket-versioning  Records  Passes.

    ── open.yaml ───────────────────────────────────────────────────────────────────────────────────────

      ? 4:3  s3-bucket-versioning  Records
            Cannot be decided: the value of parameter `Versions` is unknown.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    ✓ No findings, 1 check undecided
      Checked      1 rule (s3-bucket-versioning) on 2 resources in 2 templates
      Results      2 checks: 1 undecided, 1 passed
      Undecided    1 check needs a value that the template does not specify (--show undecided)
    ");
}

#[test]
fn people_see_a_finding_and_what_it_comes_to() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("own/rule.yaml", OWN_RULE)]);
    let ran = folder.run(&["bad.yaml", "--rules", "own", "--rule", "own-bucket-versions"]);
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

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 1 error in 1 template
      Checked      1 rule (own-bucket-versions) on 1 resource in 1 template
      Results      1 check: 1 failed
      Details      Reasons and remediation in full: hipaalint explain RULE
    ");
}

#[test]
fn bad_options_are_explained() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let complaint = |arguments: &[&str]| {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        ran.stderr.lines().next().unwrap_or_default().to_owned()
    };
    let complaints = [
        complaint(&["--format", "xml"]),
        complaint(&["--forma", "json"]),
        complaint(&["--fail-on", "critical"]),
        complaint(&["--show", "everything"]),
        complaint(&["--color", "sometimes"]),
        complaint(&["--parameter", "Env"]),
        complaint(&["--parameter", "=prod"]),
        complaint(&["--output", "xml=out.xml"]),
        complaint(&["--output", "json="]),
        complaint(&["--output", "a.json", "--output", "a.json"]),
        complaint(&["--config", "a.yaml", "--no-config"]),
        complaint(&["--threads", "0"]),
        complaint(&["explain"]),
    ];
    insta::assert_snapshot!(complaints.join("\n"), @"
    error: invalid value 'xml' for '--format <FORMAT>'
    error: unexpected argument '--forma' found
    error: invalid value 'critical' for '--fail-on <LEVEL>'
    error: invalid value 'everything' for '--show <WHAT>'
    error: invalid value 'sometimes' for '--color <WHEN>'
    error: invalid value 'Env' for '--parameter <KEY=VALUE>': write it as KEY=VALUE, such as Env=prod
    error: invalid value '=prod' for '--parameter <KEY=VALUE>': write it as KEY=VALUE, such as Env=prod
    error: 'xml' in '--output xml=out.xml' is not a format; use human, json, jsonl, sarif, github, gitlab, junit, markdown, html, exceptions, exceptions-csv, oscal, asff or evidence
    error: '--output json=' does not name a file
    error: two reports cannot have the same file 'a.json'
    error: the argument '--config <FILE>' cannot be used with '--no-config'
    error: invalid value '0' for '--threads <N>': number would be zero for non-zero type
    error: the following required arguments were not provided:
    ");
    let ran = crate::support::ran(folder.command(&["good.yaml"]).env("HIPAALINT_THREADS", "many"));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("HIPAALINT_THREADS is 'many'"), "{}", ran.stderr);
}

#[test]
fn a_path_that_is_named_like_a_command_follows_another() {
    let folder = Folder::with(&[("rules/bad.yaml", BAD), ("good.yaml", GOOD)]);
    for paths in [["good.yaml", "rules"], ["good.yaml", "./rules"]] {
        let report = folder.versioning(&[&paths[..], &["--format", "json"]].concat()).json();
        assert_eq!(findings(&report), [("rules/bad.yaml".into(), "s3-bucket-versioning".into())]);
    }
}

#[test]
fn help_goes_to_standard_output() {
    let folder = Folder::new();
    for arguments in [["--help"], ["-h"], ["--version"], ["-V"]] {
        let ran = folder.run(&arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    }
    assert_eq!(folder.run(&["--version"]).stdout, format!("hipaalint {}\n", env!("CARGO_PKG_VERSION")));
    insta::assert_snapshot!(folder.run(&["-h"]).stdout, @"
    Checks AWS CloudFormation templates against the HIPAA Security Rule

    Usage: hipaalint [OPTIONS] [PATHS]...
           hipaalint <COMMAND>

    Commands:
      rules        List the rules, all or those on a topic
      explain      Explain a rule, or list the rules on a topic
      controls     List the citations of the HIPAA Security Rule with the rules for each
      evaluate     Print the values of a template as CloudFormation would deploy it
      graph        Draw the resources of a template and the relations between them
      evidence     Compare or verify evidence bundles
      oscal        Print the Security Rule, or what hipaalint can show of it, in OSCAL
      test         Run the examples of custom rules
      init         Write a first configuration
      lsp          Serve an editor over the Language Server Protocol
      completions  Print a script for tab completion in a shell
      man          Print a manual page

    Arguments:
      [PATHS]...  Templates, folders with templates, or - for standard input [default: the current
                  folder]

    Options:
          --no-ignore   Include files and folders that .gitignore matches
          --force-skip  Skip named files that are not templates or that `skip` in the configuration
                        matches, for hooks such as pre-commit
          --records     Read templates from standard input: on each line, a JSON object with `path` and
                        `content`
          --watch       Lint again when a template, its configuration or a custom rule changes, until
                        Ctrl-C
      -h, --help        Print help (see more with '--help')
      -V, --version     Print version

    Report:
          --format <FORMAT>         The format of standard output [possible values: human, json, jsonl,
                                    sarif, github, gitlab, junit, markdown, html, exceptions,
                                    exceptions-csv, oscal, asff, evidence]
          --output <[FORMAT=]FILE>  Also write a report to a file (repeatable)
          --title <TEXT>            Title of the HTML and Markdown pages [default: HIPAA Security Rule
                                    report]
          --revision <TEXT>         Commit or version of the templates, named on these pages [default:
                                    the commit that is checked out]
          --fail-on <LEVEL>         The lowest level that makes the exit code 1 [default: error]
                                    [possible values: error, warning, note, never]
          --show <WHAT>             Also report these results (repeatable, or separated by commas)
                                    [possible values: undecided, passed, suppressed]
          --color <WHEN>            When to use color [default: auto] [possible values: auto, always,
                                    never]
      -q, --quiet                   Print only findings and problems, without the summary
          --statistics              Print the number of findings for each rule instead of the findings
                                    (with --format human or json)
          --group-by <WHAT>         What findings are grouped by in the human report, and what
                                    --statistics counts [default: file; for --statistics: rule]
                                    [possible values: rule, resource, file]
          --account <ID>            The AWS account that findings are imported into, with --format asff
          --region <NAME>           The Region that they are imported into, such as us-east-1
          --product-arn <ARN>       The ARN of the product in Security Hub that they belong to

    Rules:
          --profile <NAME>           The profile to run: core, conformance, strict or proposed-2025
                                     [default: core]
          --rule <ID>                Run this rule instead of a profile (repeatable); 's3-*' runs every
                                     rule with such an id
          --ignore <ID>              Do not run this rule (repeatable); 's3-*' leaves out every rule
                                     with such an id
          --min-severity <SEVERITY>  Run only rules of this severity or a higher one [possible values:
                                     critical, high, medium, low]
          --rules <DIR>              Add a folder of custom rules, which run with every profile
                                     (repeatable)
          --config <FILE>            The configuration [default: for each template, the nearest
                                     hipaalint.yaml in its folder or above]
          --no-config                Read no configuration

    Template parameters:
          --parameter <KEY=VALUE>  Set a parameter or pseudo parameter, such as Env=prod or
                                   AWS::Region=us-east-1 (repeatable)
          --parameters <FILE>      Set the parameters in a file for the AWS CLI, CodePipeline or the SAM
                                   CLI, or in a plain map (repeatable)

    Exceptions and baseline:
          --baseline <FILE>        A file of known findings, which do not count [default: `baseline` in
                                   the configuration]
          --write-baseline <FILE>  Write the findings of this run to a baseline; from then on, only new
                                   findings count
          --today <DATE>           The date that exceptions and ends of support are checked against,
                                   such as 2026-12-31 [default: SOURCE_DATE_EPOCH, or today in UTC]
          --since <REF>            Compare with a revision of git: only findings that it does not have
                                   count

    Fixes:
          --fix            Fix what can be fixed safely, and lint the result
          --unsafe-fixes   With --fix: also make fixes that are not safe. Read the diff before you
                           deploy it
          --fix-rule <ID>  With --fix: fix only what this rule finds (repeatable); 's3-*' is every rule
                           with such an id
          --diff           With --fix: write no template, and print a diff instead of a report
          --interactive    With --fix: show each fix, and ask before it is made

    Examples and exit codes: hipaalint --help
    ");
    let long = folder.run(&["--help"]).stdout;
    for section in ["Examples:", "Exit code:", "Environment:", "cdk synth | hipaalint -"] {
        assert!(long.contains(section), "{section}");
    }
}
