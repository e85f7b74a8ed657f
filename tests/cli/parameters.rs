//! Pinned parameters: on the command line, in files, in the configuration.

use crate::support::{BAD, CHOOSES, Folder, GOOD, OPEN, problems};

/// Whether the bucket of [`CHOOSES`] fails with these arguments.
fn fails(folder: &Folder, arguments: &[&str]) -> bool {
    let ran = folder.versioning(&[&["chooses.yaml", "--fail-on", "note"], arguments].concat());
    assert!(ran.code < 2, "{}", ran.all());
    ran.code == 1
}

#[test]
fn a_pinned_parameter_leaves_no_choice() {
    let folder = Folder::with(&[("chooses.yaml", CHOOSES), ("open.yaml", OPEN)]);
    assert!(fails(&folder, &[]));
    assert!(!fails(&folder, &["--parameter", "Env=prod"]));
    assert!(fails(&folder, &["--parameter", "Env=dev"]));
    assert!(!fails(&folder, &["--parameter", "Env=dev", "--parameter", "Env=prod"]), "the last one holds");
    // A value of the run does not deviate from a default: the finding keeps its level.
    assert_eq!(folder.versioning(&["chooses.yaml", "--parameter", "Env=dev"]).code, 1);
    assert_eq!(folder.versioning(&["open.yaml", "--parameter", "Versions=Suspended"]).code, 1);
    assert_eq!(folder.versioning(&["chooses.yaml", "--parameter", "AWS::Region=us-east-1"]).code, 0);
}

#[test]
fn every_shape_of_parameter_file_is_read() {
    let files = [
        ("cli.json", r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}]"#),
        ("deploy.json", r#"["Env=prod"]"#),
        ("pipeline.json", r#"{"Parameters": {"Env": "prod"}, "Tags": {"a": "b"}}"#),
        ("plain.json", r#"{"Env": "prod"}"#),
        ("cli.yaml", "- ParameterKey: Env\n  ParameterValue: prod\n"),
        ("plain.yaml", "Env: prod\n"),
        ("pipeline.yaml", "Parameters:\n  Env: prod\n"),
    ];
    let folder = Folder::with(&[&[("chooses.yaml", CHOOSES)], &files[..]].concat());
    for (name, _) in files {
        assert!(!fails(&folder, &["--parameters", name]), "{name}");
    }
    folder.file("dev.json", r#"["Env=dev"]"#);
    assert!(fails(&folder, &["--parameters", "plain.json", "--parameters", "dev.json"]), "the last one holds");
    assert!(!fails(&folder, &["--parameters", "dev.json", "--parameter", "Env=prod"]), "what is typed wins");
    // The value is in the deployed stack.
    folder.file("previous.json", r#"[{"ParameterKey": "Env", "UsePreviousValue": true}]"#);
    assert!(fails(&folder, &["--parameters", "previous.json"]));
}

#[test]
fn an_empty_parameter_file_is_reported() {
    let folder = Folder::with(&[("chooses.yaml", CHOOSES)]);
    for text in ["", "\n", "# nothing\n", "---\n"] {
        folder.file("empty.yaml", text);
        let ran = folder.versioning(&["chooses.yaml", "--parameters", "empty.yaml", "--format", "json"]);
        assert_eq!(ran.code, 2, "{text:?}: {}", ran.all());
        assert_eq!(problems(&ran.json()), [("parameter-file".into(), "empty.yaml".into())], "{text:?}");
    }
    // A stack without parameters.
    for text in ["[]", "{}", "{\"Parameters\": {}}"] {
        folder.file("none.json", text);
        assert!(fails(&folder, &["--parameters", "none.json"]), "{text}");
    }
}

#[test]
fn broken_parameter_files_are_reported_at_their_lines() {
    let folder = Folder::with(&[
        ("bad.yaml", BAD),
        ("a.json", "[{\"ParameterKey\": \"Env\"}, {\"Key\": 1}, 7]"),
        ("b.yaml", "Env: { a: b }\n"),
        ("c.json", "{\"Env\": "),
        ("d.yaml", "just text\n"),
    ]);
    let files = ["a.json", "b.yaml", "c.json", "d.yaml", "nowhere.json"];
    let arguments: Vec<&str> = files.iter().flat_map(|file| ["--parameters", file]).collect();
    let ran = folder.versioning(&[&["bad.yaml", "--format", "json"], &arguments[..]].concat());
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["findings"].as_array().unwrap().len(), 1, "the template is linted all the same");
    let lines: Vec<String> = ran.json()["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            assert_eq!(one["code"], "parameter-file");
            let place = |key: &str| one["start"][key].as_u64().map_or("-".into(), |number| number.to_string());
            format!("{}:{}:{} {}", one["file"].as_str().unwrap(), place("line"), place("column"), one["message"])
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    a.json:1:2 "parameter `Env` has no `ParameterValue`"
    a.json:1:27 "the item is a map without the name of a parameter"
    a.json:1:39 "the item is a number without the name of a parameter"
    b.yaml:1:6 "the value of parameter `Env` is a map, not a scalar or a list of scalars"
    c.json:1:8 "unexpected end of file"
    d.yaml:1:1 "the file is a string, not a map"
    nowhere.json:-:- "there is no such file or folder"
    "#);
}

#[test]
fn a_name_that_no_template_has_is_a_mistake() {
    let folder = Folder::with(&[("chooses.yaml", CHOOSES), ("open.yaml", OPEN)]);
    let complaint = |arguments: &[&str]| {
        let ran = folder.versioning(&[arguments, &["--format", "json"]].concat());
        let report = ran.json();
        let text = |one: &serde_json::Value| {
            format!("{} | {}", one["message"].as_str().unwrap(), one["help"].as_str().unwrap())
        };
        (ran.code, report["diagnostics"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join("\n"))
    };
    // With several templates it is enough that one has it.
    assert_eq!(
        complaint(&["chooses.yaml", "open.yaml", "--parameter", "Env=prod", "--parameter", "Versions=Enabled"]),
        (0, String::new())
    );
    assert_eq!(
        complaint(&["chooses.yaml", "--parameter", "Evn=prod"]),
        (2, "no template has a parameter `Evn` | Did you mean `Env`?".into())
    );
    assert_eq!(
        complaint(&["chooses.yaml", "open.yaml", "--parameter", "Unheard=1"]),
        (2, "no template has a parameter `Unheard` | The templates declare Env, Versions.".into())
    );
    assert_eq!(
        complaint(&["chooses.yaml", "--parameter", "AWS::Regoin=us-east-1"]),
        (2, "there is no pseudo parameter `AWS::Regoin` | Did you mean `AWS::Region`?".into())
    );
    // Where nothing could be read, that is what is wrong.
    let ran = folder.versioning(&["nowhere.yaml", "--parameter", "Env=prod", "--format", "json"]);
    assert_eq!(problems(&ran.json()), [("file-unreadable".into(), "nowhere.yaml".into())]);
}

/// Parameters with every constraint.
const CONSTRAINED: &str = "\
Parameters:
  Env: { Type: String, Default: prod, AllowedValues: [dev, prod] }
  Name: { Type: String, AllowedPattern: '^[a-z]{3,5}$' }
  Ahead: { Type: String, AllowedPattern: '(?=a).*' }
  Long: { Type: String, MinLength: 3, MaxLength: 5 }
  Days: { Type: Number, MinValue: 7, MaxValue: 35 }
  Exact: { Type: Number, AllowedValues: [1, 1.5] }
  Kinds: { Type: CommaDelimitedList, AllowedPattern: '[a-z]+' }
  Some: { Type: CommaDelimitedList, AllowedValues: [a, b] }
  Ports: { Type: List<Number> }
  Vpc: { Type: 'AWS::EC2::VPC::Id' }
  Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' }
  Stored: { Type: 'AWS::SSM::Parameter::Value<List<String>>', AllowedPattern: '/app/.*' }
  DbPassword: { Type: String, NoEcho: true, MinLength: 8 }
  ApiToken: { Type: String, MinLength: 8 }
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
";

#[test]
fn a_value_that_cloudformation_refuses_is_an_error() {
    let folder = Folder::with(&[("constrained.yaml", CONSTRAINED)]);
    let run = |pin: &str| {
        let ran = folder.versioning(&["constrained.yaml", "--parameter", pin, "--format", "json"]);
        let report = ran.json();
        let diagnostics = report["diagnostics"].as_array().unwrap();
        let text = |one: &serde_json::Value| {
            assert_eq!(one["code"], "refused-parameter");
            one["message"].as_str().unwrap().split_once(": ").unwrap().1.to_owned()
        };
        (ran.code, diagnostics.iter().map(text).collect::<String>())
    };
    for accepted in [
        "Env=dev",
        "Name=abc",
        // Look-around excludes nothing.
        "Ahead=b",
        "Long=abc",
        "Long=abcde",
        "Days=7",
        "Days=35.0",
        "Exact=1.0",
        "Exact=1.5",
        "Kinds=ab,c",
        "Kinds=ab, c",
        "Some=b,a",
        "Ports=80,443",
        "Vpc=vpc-0123456789abcdef0",
        "Subnets=subnet-1,subnet-2",
        "Stored=/app/names,more",
        "DbPassword=12345678",
        "Name={{resolve:ssm:/app/name}}",
    ] {
        assert_eq!(run(accepted), (0, String::new()), "{accepted}");
    }
    for (refused, reason) in [
        ("Env=devel", "it is not one of the `AllowedValues`: `dev`, `prod`"),
        ("Env=Prod", "it is not one of the `AllowedValues`: `dev`, `prod`"),
        ("Env=", "it is not one of the `AllowedValues`: `dev`, `prod`"),
        ("Name=abcdef", "it does not match the `AllowedPattern` `^[a-z]{3,5}$` as a whole"),
        ("Long=ab", "it has 2 characters, fewer than the `MinLength` of 3"),
        ("Long=abcdef", "it has 6 characters, more than the `MaxLength` of 5"),
        ("Days=6.9", "it is less than the `MinValue` of 7"),
        ("Days=36", "it is more than the `MaxValue` of 35"),
        ("Days=week", "it is not a number"),
        ("Exact=2", "it is not one of the `AllowedValues`: `1`, `1.5`"),
        ("Kinds=ab,C", "its item `C` does not match the `AllowedPattern` `[a-z]+` as a whole"),
        ("Kinds=", "it does not match the `AllowedPattern` `[a-z]+` as a whole"),
        ("Some=a,c", "its item `c` is not one of the `AllowedValues`: `a`, `b`"),
        ("Ports=80,https", "its item `https` is not a number"),
        ("Vpc=main", "it does not begin with `vpc-`, as every `AWS::EC2::VPC::Id` does"),
        ("Vpc=", "it is empty, and a value of type `AWS::EC2::VPC::Id` must exist in the account"),
        (
            "Subnets=subnet-1,vpc-1",
            "its item `vpc-1` does not begin with `subnet-`, as every `AWS::EC2::Subnet::Id` does",
        ),
        // The value of a parameter that reads Parameter Store is a key, one for the whole list.
        ("Stored=/other", "it does not match the `AllowedPattern` `/app/.*` as a whole"),
        ("DbPassword=hunter2", "it has 7 characters, fewer than the `MinLength` of 8"),
    ] {
        assert_eq!(run(refused), (2, reason.to_owned()), "{refused}");
    }
}

#[test]
fn a_refused_value_is_not_pinned() {
    let folder = Folder::with(&[("chooses.yaml", CHOOSES), ("open.yaml", OPEN)]);
    // Both values of the parameter are judged, as if none was pinned; another template may accept the value.
    let ran = folder.versioning(&["chooses.yaml", "--parameter", "Env=devel", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.code, &report["findings"][0]["when"]), (2, &"when Env is dev".into()));
    let other = CHOOSES.replace("[dev, prod]", "[devel, prod]");
    folder.file("other.yaml", &other);
    let ran = folder.versioning(&["chooses.yaml", "other.yaml", "--parameter", "Env=devel"]);
    assert!(ran.code == 2 && ran.stdout.contains("hipaalint checked chooses.yaml with every value"), "{}", ran.all());
}

#[test]
fn errors_about_values_point_to_the_file_that_pins_them() {
    let folder = Folder::with(&[
        ("chooses.yaml", CHOOSES),
        ("two.yaml", CHOOSES),
        ("hipaalint.yaml", "parameters:\n  Env: devel\n"),
        ("parameters.json", "[{\"ParameterKey\": \"Env\", \"ParameterValue\": \"test\"}]"),
    ]);
    insta::assert_snapshot!(folder.run(&[".", "--rule", "s3-bucket-versioning"]).stdout);
    let ran = folder.versioning(&["chooses.yaml", "--parameters", "parameters.json", "--format", "json"]);
    let report = ran.json();
    let [one] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{report}") };
    let place = (&one["file"], &one["start"]["line"], &one["start"]["column"]);
    assert_eq!((ran.code, place), (2, (&"parameters.json".into(), &1.into(), &44.into())));
    let [related] = one["related"].as_array().unwrap().as_slice() else { panic!("{one}") };
    assert_eq!((&related["file"], &related["start"]["line"]), (&"chooses.yaml".into(), &2.into()));
}

/// Neither the value of a secret nor a line of the file that holds one is shown.
#[test]
fn secrets_among_the_values_are_not_shown() {
    let folder = Folder::with(&[
        ("constrained.yaml", CONSTRAINED),
        ("secrets.json", "{\"DbPassword\": \"hunter2\", \"ApiToken\": \"hunter3\", \"Env\": \"devel\"}"),
    ]);
    for format in ["human", "json", "sarif", "html", "markdown", "github", "gitlab", "junit"] {
        let ran = folder.versioning(&["constrained.yaml", "--parameters", "secrets.json", "--format", format]);
        assert_eq!(ran.code, 2, "{format}");
        assert!(!ran.all().contains("hunter"), "{format}: {}", ran.all());
        let named = ran.all().contains("secrets.json") && ran.all().contains("devel");
        assert!(named || matches!(format, "markdown" | "github"), "{format}: {}", ran.all());
    }
}

#[test]
fn what_a_parent_passes_is_held_to_the_constraints_as_well() {
    let child = CHOOSES.replace("AllowedValues: [dev, prod]", "AllowedPattern: '[a-z]{3,4}'");
    let parent = |value: &str| {
        format!(
            "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: \
             ./child.yaml\n      Parameters: {{ Env: {value} }}\n"
        )
    };
    for (value, codes) in [("prod", vec![]), ("Prod", vec!["refused-parameter"])] {
        let folder = Folder::with(&[("child.yaml", &child), ("parent.yaml", &parent(value))]);
        let report = folder.versioning(&["parent.yaml", "--format", "json"]).json();
        let found: Vec<String> = problems(&report).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, codes, "{value}: {report}");
    }
}

#[test]
fn the_configuration_pins_for_a_whole_project() {
    let folder = Folder::with(&[
        ("chooses.yaml", CHOOSES),
        ("hipaalint.yaml", "parameters:\n  Env: prod\n  OfAnotherTemplate: [a, b]\n"),
    ]);
    assert!(!fails(&folder, &[]), "a name that this template does not declare is not a mistake");
    assert!(fails(&folder, &["--parameter", "Env=dev"]), "what is typed wins");
    assert!(fails(&folder, &["--no-config"]));
}

#[test]
fn conditions_of_other_resources_are_no_choices_of_a_check() {
    // Twelve optional buckets, each with the policy that guards it: 4,096 stacks, of which each check reads two.
    let (mut parameters, mut conditions, mut resources) = (String::new(), String::new(), String::new());
    for n in 0..12 {
        parameters.push_str(&format!("  P{n}: {{Type: String, AllowedValues: [y, n]}}\n"));
        conditions.push_str(&format!("  C{n}: !Equals [!Ref P{n}, y]\n"));
        resources.push_str(&format!(
            r#"  B{n}: {{Type: AWS::S3::Bucket, Condition: C{n}}}
  G{n}:
    Type: AWS::S3::BucketPolicy
    Condition: C{n}
    Properties:
      Bucket: !Ref B{n}
      PolicyDocument:
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: [!GetAtt B{n}.Arn, !Sub "${{B{n}.Arn}}/*"]
            Condition: {{Bool: {{"aws:SecureTransport": "false"}}}}
"#
        ));
    }
    let template = format!("Parameters:\n{parameters}Conditions:\n{conditions}Resources:\n{resources}");
    let folder = Folder::with(&[("optional.yaml", &template)]);
    let ran = folder.run(&["optional.yaml", "--rule", "s3-bucket-tls-only", "--format", "json"]);
    let summary = &ran.json()["summary"];
    assert_eq!((&summary["passed"], &summary["undecided"]), (&12.into(), &0.into()), "{}", ran.all());
}

#[test]
fn values_that_no_deployment_has_are_refused() {
    let folder =
        Folder::with(&[("good.yaml", GOOD), ("hipaalint.yaml", "parameters:\n  AWS::AccountId: 012345670123\n")]);
    let said = |arguments: &[&str]| {
        let ran = folder.versioning(&[&["good.yaml", "--format", "json"], arguments].concat());
        let report = ran.json();
        let diagnostics = report["diagnostics"].as_array().unwrap();
        let one = |one: &serde_json::Value| format!("{} {}: {}", one["file"], one["start"]["line"], one["message"]);
        (ran.code, diagnostics.iter().map(one).collect::<Vec<String>>())
    };
    let text = "the ID of an account has 12 digits";
    assert_eq!(
        said(&[]),
        (2, vec![format!("\"hipaalint.yaml\" 2: \"`AWS::AccountId` cannot be `1402433619`: {text}\"")])
    );
    folder.file("hipaalint.yaml", "parameters:\n  AWS::AccountId: \"012345670123\"\n");
    assert_eq!(said(&[]), (0, Vec::new()));
    for (option, reason) in [
        ("AWS::AccountId=12345", text),
        ("AWS::Partition=foo", "there is no such partition"),
        ("AWS::StackName=a b", "CloudFormation allows no such name of a stack"),
        ("AWS::Region=mars", "this is not the name of a Region"),
    ] {
        let (name, value) = option.split_once('=').unwrap();
        let message = format!("\"\" null: \"`{name}` cannot be `{value}`: {reason}\"");
        assert_eq!(said(&["--parameter", option]), (2, vec![message]));
    }
    for option in ["AWS::Partition=aws-us-gov", "AWS::StackName=care-1", "AWS::Region=us-east-1"] {
        assert_eq!(said(&["--parameter", option]), (0, Vec::new()));
    }
}

#[test]
fn unknown_parameters_have_a_place() {
    let folder = Folder::with(&[("chooses.yaml", CHOOSES), ("pins.yaml", "Env: prod\nEvn: dev\n")]);
    folder.file("hipaalint.yaml", "parameters:\n  AWS::Regoin: us-east-1\n");
    let report = folder.versioning(&["chooses.yaml", "--parameters", "pins.yaml", "--format", "json"]).json();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let places: Vec<_> = diagnostics.iter().map(|one| (&one["code"], &one["file"], &one["start"]["line"])).collect();
    let code: serde_json::Value = "unknown-parameter".into();
    assert_eq!(places, [(&code, &"hipaalint.yaml".into(), &2.into()), (&code, &"pins.yaml".into(), &2.into())]);
}
