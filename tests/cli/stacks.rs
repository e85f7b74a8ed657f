//! Templates that belong together: nested stacks, exports and imports, and the output of `cdk synth`.

use super::support::{BAD, Folder, GOOD, findings};
use serde_json::Value;

/// A bucket whose versions are a parameter's choice, with an insecure default.
const CHILD: &str = "\
Parameters:
  Versions: { Type: String, Default: Suspended }
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !Ref Versions }
";

/// A parent that deploys `child.yaml` with these parameters.
fn parent(parameters: &str) -> String {
    format!(
        "Parameters:\n  Env: {{ Type: String, Default: prod, AllowedValues: [prod, dev] }}\n  Given: {{ Type: String }}\n\
         Conditions:\n  IsProd: !Equals [!Ref Env, prod]\n\
         Resources:\n  Storage:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./child.yaml\n\
         \x20     Parameters: {parameters}\n"
    )
}

fn versioning(folder: &Folder, paths: &[&str]) -> Value {
    folder.versioning(&[paths, &["--format", "json", "--show", "undecided"]].concat()).json()
}

/// Outcome, level and what brings each finding in `child.yaml`.
fn results(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", text("file"), text("outcome"), text("level"), text("when"))
        })
        .collect()
}

#[test]
fn a_nested_stack_has_what_its_parent_gives() {
    let cases: [(&str, &[&str]); 7] = [
        ("{}", &["child.yaml fail error -"]),
        ("{ Versions: Enabled }", &[]),
        ("{ Versions: Suspended }", &["child.yaml fail error -"]),
        ("{ Versions: !If [IsProd, Enabled, Suspended] }", &["child.yaml fail warning when Versions is Suspended"]),
        ("{ Versions: !If [IsProd, Suspended, Enabled] }", &["child.yaml fail error when Versions is Suspended"]),
        ("{ Versions: !Ref Given }", &["child.yaml undecided error -"]),
        ("!Ref Given", &["child.yaml fail error -"]),
    ];
    for (parameters, expected) in cases {
        let folder = Folder::with(&[("child.yaml", CHILD), ("parent.yaml", &parent(parameters))]);
        // Whether the child is met by itself as well or not.
        assert_eq!(results(&versioning(&folder, &["parent.yaml"])), expected, "{parameters}");
        let both = versioning(&folder, &["."]);
        assert_eq!(results(&both), expected, "{parameters}");
        assert_eq!(both["summary"]["templates"], 2, "{parameters}");
    }
}

#[test]
fn findings_in_a_nested_stack_name_the_parent() {
    let folder = Folder::with(&[("child.yaml", CHILD), ("parent.yaml", &parent("{ Versions: Suspended }"))]);
    let report = versioning(&folder, &["parent.yaml"]);
    let related = &report["findings"][0]["related"];
    let named: Vec<_> = related.as_array().unwrap().iter().filter(|place| place["file"] == "parent.yaml").collect();
    assert_eq!(named.len(), 1, "{related}");
    assert_eq!(named[0]["message"], "nested stack `Storage` deploys this template with these parameters");
    assert_eq!(named[0]["start"]["line"], 7);
    insta::assert_snapshot!(folder.versioning(&["parent.yaml"]).stdout);
}

/// Two stacks of one template: a finding in both is reported once, a finding in one for that one.
#[test]
fn a_template_that_is_deployed_twice_is_linted_twice() {
    let two = "\
Resources:
  First:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: child.yaml, Parameters: { Versions: Suspended } }
  Second:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: child.yaml, Parameters: { Versions: Never } }
  Third:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: child.yaml, Parameters: { Versions: Enabled } }
";
    let folder = Folder::with(&[("child.yaml", CHILD), ("parent.yaml", two)]);
    let report = versioning(&folder, &["."]);
    let messages: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["message"].as_str().unwrap()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("\"Suspended\"")), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("\"Never\"")), "{messages:?}");
    assert_eq!(report["summary"]["passed"], 1);
}

#[test]
fn stacks_nest_in_stacks_across_folders() {
    let middle = "\
Parameters:
  Versions: { Type: String }
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ../child.yaml, Parameters: { Versions: !Ref Versions } }
";
    let top = "\
Resources:
  Middle:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: stacks/middle.yaml, Parameters: { Versions: Enabled } }
";
    let folder = Folder::with(&[("child.yaml", CHILD), ("stacks/middle.yaml", middle), ("top.yaml", top)]);
    assert_eq!(results(&versioning(&folder, &["top.yaml"])), [""; 0]);
    let report = versioning(&folder, &["."]);
    assert_eq!((results(&report), &report["summary"]["passed"]), (Vec::new(), &1.into()));
    // By itself, the middle's parameter is not known.
    assert_eq!(results(&versioning(&folder, &["stacks/middle.yaml"])), ["child.yaml undecided error -"]);
}

#[test]
fn a_stack_that_nests_itself_comes_to_an_end() {
    let own = "\
Parameters:
  Depth: { Type: String, Default: x }
Resources:
  Again:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: own.yaml, Parameters: { Depth: !Sub '${Depth}${Depth}' } }
  Records:
    Type: AWS::S3::Bucket
";
    let folder = Folder::with(&[("own.yaml", own)]);
    let report = versioning(&folder, &["."]);
    assert_eq!(results(&report), ["own.yaml fail error -"]);
}

#[test]
fn a_nested_template_that_is_not_there_is_noted() {
    for (location, reason) in [
        ("missing.yaml", "there is no such file"),
        ("../../../../../../../../etc/passwd", "the path leads out of the project"),
        (".", "it is a folder, not a regular file"),
    ] {
        let folder = Folder::with(&[("a.yaml", &parent("{}").replace("./child.yaml", location))]);
        let ran = folder.versioning(&["a.yaml", "--format", "json"]);
        assert_eq!(ran.code, 0, "{location}");
        let diagnostics = &ran.json()["diagnostics"];
        assert_eq!(diagnostics[0]["severity"], "note");
        assert_eq!(diagnostics[0]["start"]["line"], 7);
        let message = format!("hipaalint did not lint `{location}`, the template of nested stack `Storage`: {reason}");
        assert_eq!(diagnostics[0]["message"], message);
    }
    // An address is not a file: one note is about all of them.
    let address = parent("{}").replace("./child.yaml", "https://example.com/child.yaml");
    let ran = Folder::with(&[("a.yaml", &address)]).versioning(&["a.yaml", "--format", "json"]);
    let report = ran.json();
    let notes = report["diagnostics"].as_array().unwrap();
    assert_eq!((ran.code, notes.len(), &notes[0]["code"]), (0, 1, &Value::from("template-elsewhere")));
}

#[test]
fn applications_of_sam_are_nested_stacks() {
    let sam = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Storage:
    Type: AWS::Serverless::Application
    Properties: { Location: ./child.yaml, Parameters: { Versions: Enabled } }
";
    let folder = Folder::with(&[("child.yaml", CHILD), ("sam.yaml", sam)]);
    let report = versioning(&folder, &["."]);
    assert_eq!((results(&report), &report["summary"]["passed"]), (Vec::new(), &1.into()));
}

#[test]
fn imports_have_the_values_that_others_export() {
    let exporting = |value: &str| {
        format!(
            "Resources:\n  Topic: {{ Type: AWS::SNS::Topic }}\nOutputs:\n  Versions:\n    Value: {value}\n    \
             Export: {{ Name: !Sub '${{AWS::Region}}-versions' }}\n"
        )
    };
    let importing = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !ImportValue eu-central-1-versions }
";
    let lint = |files: &[(&str, &str)]| {
        let folder = Folder::with(files);
        results(&versioning(&folder, &[".", "--parameter", "AWS::Region=eu-central-1"]))
    };
    let undecided = ["b.yaml undecided error -"];
    assert_eq!(lint(&[("a.yaml", &exporting("Enabled")), ("b.yaml", importing)]), [""; 0]);
    assert_eq!(lint(&[("a.yaml", &exporting("Never")), ("b.yaml", importing)]), ["b.yaml fail error -"]);
    assert_eq!(lint(&[("a.yaml", &exporting("!Ref Topic")), ("b.yaml", importing)]), undecided);
    assert_eq!(lint(&[("a.yaml", GOOD), ("b.yaml", importing)]), undecided);
    // Nobody knows which of two is meant.
    let two = [("a.yaml", &*exporting("Enabled")), ("b.yaml", importing), ("c.yaml", &*exporting("Never"))];
    assert_eq!(lint(&two), undecided);
}

#[test]
fn exports_with_the_name_of_their_stack_are_known_where_it_is() {
    let importing = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !ImportValue data-versions }
";
    let lint = |name: &str, more: &[&str]| {
        let exporting = format!(
            "Resources:\n  Topic: {{ Type: AWS::SNS::Topic }}\nOutputs:\n  Versions:\n    Value: Never\n    \
             Export: {{ Name: {name} }}\n"
        );
        let folder = Folder::with(&[("a.yaml", &exporting), ("b.yaml", importing)]);
        results(&versioning(&folder, &[&["."], more].concat()))
    };
    let (fail, undecided) = (["b.yaml fail error -"], ["b.yaml undecided error -"]);
    for name in ["!Sub '${AWS::StackName}-versions'", "!Join ['-', [!Ref AWS::StackName, versions]]"] {
        assert_eq!(lint(name, &[]), undecided, "{name}");
        assert_eq!(lint(name, &["--parameter", "AWS::StackName=data"]), fail, "{name}");
    }
    // Not part of the name after all.
    for name in ["!Select [0, [data-versions, !Ref AWS::StackName]]", "!Sub ['${Own}-versions', { Own: data }]"] {
        assert_eq!(lint(name, &[]), fail, "{name}");
    }
}

#[test]
fn stacks_that_loops_and_includes_make_are_nested() {
    let stack = "{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml, Parameters: { Versions: Enabled } } }";
    let looping = format!(
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Stacks:\n  - Name\n  - [A, B]\n  - 'S${{Name}}': {stack}\n"
    );
    let including =
        "Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: ./stacks.yaml } }\n".to_owned();
    for parent in [looping, including] {
        let included = format!("Storage: {stack}\n");
        let files = [("child.yaml", CHILD), ("parent.yaml", &*parent), ("stacks.yaml", &*included)];
        let report = versioning(&Folder::with(&files), &["parent.yaml", "child.yaml"]);
        assert_eq!(results(&report), [""; 0], "{parent}");
        assert_eq!(report["summary"]["passed"].as_u64().map(|passed| passed > 0), Some(true), "{parent}");
    }
}

/// A cloud assembly with a stack, its nested stack, a stage, and assets that look like templates.
fn assembly() -> Folder {
    let manifest = r#"{
  "version": "48.0.0",
  "artifacts": {
    "App.assets": { "type": "cdk:asset-manifest", "properties": { "file": "App.assets.json" } },
    "App": {
      "type": "aws:cloudformation:stack",
      "environment": "aws://123456789012/eu-central-1",
      "properties": { "templateFile": "App.template.json", "stackName": "patient-app" }
    },
    "assembly-Prod": { "type": "cdk:cloud-assembly", "properties": { "directoryName": "assembly-Prod" } }
  }
}"#;
    let stage = r#"{
  "version": "48.0.0",
  "artifacts": {
    "ProdApp": {
      "type": "aws:cloudformation:stack",
      "environment": "aws://unknown-account/unknown-region",
      "properties": { "templateFile": "ProdApp.template.json" }
    }
  }
}"#;
    let app = r#"{
  "Resources": {
    "Records0A1B": {
      "Type": "AWS::S3::Bucket",
      "Properties": { "BucketName": { "Fn::Sub": "records-${AWS::AccountId}" } },
      "Metadata": { "aws:cdk:path": "App/Records/Resource" }
    },
    "NestedStack": {
      "Type": "AWS::CloudFormation::Stack",
      "Properties": {
        "TemplateURL": { "Fn::Join": ["", ["https://s3.", { "Ref": "AWS::URLSuffix" }, "/assets/0123.json"]] },
        "Parameters": { "Versions": "Enabled" }
      },
      "Metadata": {
        "aws:cdk:path": "App/Nested.NestedStack",
        "aws:asset:path": "AppNested.nested.template.json",
        "aws:asset:property": "TemplateURL"
      }
    }
  }
}"#;
    let nested = r#"{
  "Parameters": { "Versions": { "Type": "String" } },
  "Resources": {
    "Copies": {
      "Type": "AWS::S3::Bucket",
      "Properties": { "VersioningConfiguration": { "Status": { "Ref": "Versions" } } },
      "Metadata": { "aws:cdk:path": "App/Nested/Copies/Resource" }
    }
  }
}"#;
    let bad = r#"{ "Resources": { "Copy": { "Type": "AWS::S3::Bucket" } } }"#;
    Folder::with(&[
        ("cdk.out/manifest.json", manifest),
        ("cdk.out/App.template.json", app),
        ("cdk.out/AppNested.nested.template.json", nested),
        ("cdk.out/App.assets.json", "{}"),
        ("cdk.out/asset.0123.json", bad),
        ("cdk.out/asset.4567/template.yaml", BAD),
        ("cdk.out/assembly-Prod/manifest.json", stage),
        ("cdk.out/assembly-Prod/ProdApp.template.json", bad),
    ])
}

#[test]
fn a_cloud_assembly_is_each_stack_once() {
    let folder = assembly();
    for path in ["cdk.out", "."] {
        let report = versioning(&folder, &[path]);
        let found: Vec<String> = findings(&report).into_iter().map(|(file, _)| file).collect();
        assert_eq!(found, ["cdk.out/App.template.json", "cdk.out/assembly-Prod/ProdApp.template.json"]);
        assert_eq!((&report["summary"]["templates"], &report["summary"]["passed"]), (&3.into(), &1.into()));
        assert_eq!(report["findings"][0]["subject"]["construct"], "App/Records/Resource");
        assert_eq!(report["findings"][1]["subject"]["construct"], Value::Null);
    }
    insta::assert_snapshot!(folder.versioning(&["cdk.out"]).stdout);
}

/// The diff is shown, and nothing of it counts as fixed: `--fix` would not change the assembly.
#[test]
fn a_diff_counts_what_a_fix_would_do() {
    let folder = assembly();
    let fixes = |more: &[&str]| {
        let fix = ["cdk.out", "--fix", "--unsafe-fixes", "--output", "r.json"];
        let ran = folder.versioning(&[&fix, more].concat());
        let report: Value = serde_json::from_str(&folder.read("r.json")).unwrap();
        (ran, report["summary"]["fixes"].clone())
    };
    let (ran, shown) = fixes(&["--diff"]);
    assert!(ran.stdout.contains("+++ b/cdk.out/App.template.json"), "{}", ran.all());
    let (_, made) = fixes(&[]);
    assert_eq!((&shown["fixed"], &made["fixed"]), (&0.into(), &0.into()), "{shown}");
    assert_eq!((&shown["not_fixed"], &shown["rules"]), (&made["not_fixed"], &made["rules"]));
    assert_eq!(shown["not_fixed"][0]["reason"], "generated");
}

/// The manifest declares the account, so its own id is not foreign.
#[test]
fn a_cloud_assembly_tells_account_and_region() {
    let folder = assembly();
    let template = r#"{
  "Resources": {
    "Policy": {
      "Type": "AWS::S3::BucketPolicy",
      "Properties": {
        "Bucket": "records",
        "PolicyDocument": {
          "Statement": [{
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::records/*",
            "Principal": { "AWS": "arn:aws:iam::123456789012:root" }
          }]
        }
      }
    }
  }
}"#;
    folder.file("cdk.out/App.template.json", template);
    for (path, expected) in [("cdk.out", 0), ("cdk.out/App.template.json", 0)] {
        let arguments = [path, "--rule", "s3-bucket-policy-foreign-account", "--format", "json", "--no-config"];
        let found = folder.run(&arguments).json()["findings"].as_array().unwrap().len();
        assert_eq!(found, expected, "{path}");
    }
    folder.file("elsewhere/App.template.json", template);
    let arguments = ["elsewhere", "--rule", "s3-bucket-policy-foreign-account", "--format", "json"];
    assert_eq!(folder.run(&arguments).json()["findings"].as_array().unwrap().len(), 1);
}

/// An assembly of schema 55 as aws-cdk-lib 2.276.0 writes it by `app.synth()`: no metadata in the templates, the constructs in a file
/// beside them, and a nested stack whose template is known by its hash alone.
fn assembly_with_metadata_file() -> Folder {
    let hash = "58c1b89409b5b8ae97b04bdf697b285f93d157827194d39b03e1a209f1876de1";
    let call = |line: usize| format!(r#"["...new Bucket2 in aws-cdk-lib...", "new App (PROGRAM:{line}:13)"]"#);
    let metadata = r#"{
  "/App": [
    { "type": "aws:cdk:templateFile", "data": "App.template.json" },
    { "type": "aws:cdk:acknowledged-rules",
      "data": { "HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled": "logs of the whole stack" }, "trace": CALL8 }
  ],
  "/App/Records/Resource": [
    { "type": "aws:cdk:logicalId", "data": "Bucket" }, { "type": "aws:cdk:creationStack", "data": CALL6 }
  ],
  "/App/Records": [
    { "type": "aws:cdk:acknowledged-rules",
      "data": { "Annotation::HIPAA.Security-S3BucketVersioningEnabled": "scratch data" }, "trace": CALL7 }
  ],
  "/App/Nest": [{ "type": "aws:cdk:templateFile", "data": "Nest.json" }],
  "/App/Nest.NestedStack/Nest.NestedStackResource": [{ "type": "aws:cdk:logicalId", "data": "Nest" }],
  "/App/Nest/Inner/Resource": [
    { "type": "aws:cdk:logicalId", "data": "Bucket" }, { "type": "aws:cdk:creationStack", "data": CALL9 }
  ],
  "/App/Other/Resource": [{ "type": "aws:cdk:logicalId", "data": "Other" }],
  "/App/Oth": [{ "type": "aws:cdk:acknowledged-rules", "data": { "hipaalint::s3-bucket-versioning": "not this one" } }],
  "/App/Other": [{ "type": "aws:cdk:acknowledged-rules", "data": { "hipaalint::s3-bucket-versionning": "misspelled" } }]
}"#;
    let metadata = (6..10).fold(metadata.to_owned(), |text, line| text.replace(&format!("CALL{line}"), &call(line)));
    let manifest = r#"{
  "version": "55.0.0",
  "artifacts": {
    "App.assets": { "type": "cdk:asset-manifest", "properties": { "file": "App.assets.json" } },
    "App": {
      "type": "aws:cloudformation:stack", "environment": "aws://unknown-account/us-east-1",
      "properties": { "templateFile": "App.template.json" }, "dependencies": ["App.assets"],
      "additionalMetadataFile": "App.metadata.json"
    }
  }
}"#;
    let url = format!(
        r#"{{ "Fn::Join": ["", ["https://s3.us-east-1.", {{ "Ref": "AWS::URLSuffix" }}, "/", {{ "Fn::Sub": "assets-${{AWS::AccountId}}" }}, "/{hash}.json"]] }}"#
    );
    let template = format!(
        r#"{{ "Resources": {{
  "Bucket": {{ "Type": "AWS::S3::Bucket" }},
  "Other": {{ "Type": "AWS::S3::Bucket" }},
  "Nest": {{ "Type": "AWS::CloudFormation::Stack", "Properties": {{ "TemplateURL": {url} }} }}
}} }}"#
    );
    let assets =
        format!(r#"{{ "files": {{ "{hash}": {{ "source": {{ "path": "Nest.json", "packaging": "file" }} }} }} }}"#);
    let folder = Folder::new();
    folder.file("lib/app.ts", "// the program\n");
    let program = folder.path("lib/app.ts").canonicalize().unwrap();
    let program = program.to_str().unwrap().replace('\\', "/");
    folder.file("cdk.out/manifest.json", manifest);
    folder.file("cdk.out/App.metadata.json", metadata.replace("PROGRAM", &program));
    folder.file("cdk.out/App.assets.json", &assets);
    folder.file("cdk.out/App.template.json", &template);
    folder.file("cdk.out/Nest.json", r#"{ "Resources": { "Bucket": { "Type": "AWS::S3::Bucket" } } }"#);
    folder
}

#[test]
fn constructs_of_an_assembly_are_known_from_its_metadata() {
    let folder = assembly_with_metadata_file();
    let report = versioning(&folder, &["cdk.out"]);
    let found: Vec<(&str, &str, &str, String)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "s3-bucket-versioning")
        .map(|finding| {
            let subject = &finding["subject"];
            let text = |value: &'static str| subject[value].as_str().unwrap();
            (finding["file"].as_str().unwrap(), text("name"), text("construct"), subject["origin"].to_string())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("cdk.out/App.template.json", "Other", "App/Other/Resource", "null".to_owned()),
            (
                "cdk.out/Nest.json",
                "Bucket",
                "App/Nest/Inner/Resource",
                r#"{"file":"lib/app.ts","line":9,"column":13}"#.to_owned()
            ),
        ]
    );
}

#[test]
fn acknowledgements_of_the_cdk_are_exceptions_below_their_construct() {
    let folder = assembly_with_metadata_file();
    let report = versioning(&folder, &["cdk.out"]);
    let suppressed: Vec<&Value> = report["suppressed"].as_array().unwrap().iter().collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["subject"]["construct"], "App/Records/Resource");
    assert_eq!(suppressed[0]["exception"]["dialect"], "cdk");
    assert_eq!(suppressed[0]["exception"]["origin"]["line"], 7);
    let register = folder.versioning(&["cdk.out", "--format", "exceptions"]).stdout;
    assert!(
        register.contains("| scratch data |") && register.contains("lib/app.ts:7, for cdk.out/App.template.json (cdk)"),
        "{register}"
    );
    let malformed = folder.run(&["cdk.out", "--rule", "exception-malformed", "--format", "github"]).stdout;
    assert!(
        malformed.contains("hipaalint has no rule `s3-bucket-versionning`; did you mean `s3-bucket-versioning`?"),
        "{malformed}"
    );
    // The whole stack's, in the nested one, too; and nothing of a construct whose path only begins alike.
    assert_eq!(register.matches("lib/app.ts:8, for cdk.out/").count(), 2, "{register}");
    assert!(!register.contains("not this one"), "{register}");
}

/// The CDK writes what an app acknowledges above its stacks into no file of the assembly, so a program that knows the app hands it over.
#[test]
fn acknowledgements_above_stacks_come_in_a_file() {
    let folder = assembly_with_metadata_file();
    folder.file(
        "above.json",
        r#"{
  "": [{ "type": "aws:cdk:acknowledged-rules", "data": { "Annotation::s3-bucket-versioning": "made again" } },
       { "type": "aws:cdk:creationStack", "data": [] }],
  "Oth": [{ "type": "aws:cdk:acknowledged-rules", "data": { "hipaalint::s3-bucket-access-log": "not this one" } }]
}"#,
    );
    let options = ["cdk.out", "--acknowledgements", "above.json"];
    let left = |report: &Value| {
        let findings = report["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["rule"] == "s3-bucket-versioning").count()
    };
    let report = versioning(&folder, &options);
    assert_eq!(left(&report), 0);
    let reasons: Vec<_> =
        report["suppressed"].as_array().unwrap().iter().map(|one| &one["exception"]["reason"]).collect();
    // The nearest acknowledgement is the one that counts.
    assert_eq!(reasons, ["scratch data", "made again", "made again"]);
    let register = folder.versioning(&[&options[..], &["--format", "exceptions"]].concat()).stdout;
    assert!(register.contains("| made again |") && !register.contains("not this one"), "{register}");
    // One template of the assembly is treated alike, and a file that is not metadata is a problem.
    let report = versioning(&folder, &["cdk.out/App.template.json", "--acknowledgements", "above.json"]);
    assert_eq!(left(&report), 0);
    for (name, text) in [("wrong.json", "[]"), ("broken.json", "{"), ("above.json/none", "")] {
        if !text.is_empty() {
            folder.file(name, text);
        }
        let run = folder.versioning(&["cdk.out", "--acknowledgements", name]);
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
    }
}

/// What is acknowledged on a stack holds for its template as a whole, and on a parameter for the parameter.
#[test]
fn acknowledgements_cover_more_than_resources() {
    let folder = Folder::new();
    let acknowledged = |path: &str, rule: &str| {
        format!(
            r#""{path}": [{{ "type": "aws:cdk:acknowledged-rules", "data": {{ "hipaalint::{rule}": "decided" }} }}, MORE]"#
        )
    };
    let manifest = r#"{
  "version": "55.0.0",
  "artifacts": {
    "App": { "type": "aws:cloudformation:stack", "properties": { "templateFile": "App.json" }, "additionalMetadataFile": "App.metadata.json" }
  }
}"#;
    let id = |name: &str| format!(r#"{{ "type": "aws:cdk:logicalId", "data": "{name}" }}"#);
    let metadata = |stack: &str, parameter: &str| {
        format!(
            r#"{{ {}, {}, "/App/Records": [{}] }}"#,
            acknowledged("/App", stack).replace("MORE", r#"{ "type": "aws:cdk:templateFile", "data": "App.json" }"#),
            acknowledged("/App/Token", parameter).replace("MORE", &id("Token")),
            id("Records")
        )
    };
    folder.file("cdk.out/manifest.json", manifest);
    folder.file(
        "cdk.out/App.json",
        r#"{
  "Parameters": { "Token": { "Type": "String", "Default": "made-up-token-1234" } },
  "Resources": { "Records": { "Type": "AWS::S3::Bucket" } }
}"#,
    );
    let rules = ["--rule", "tags-required", "--rule", "parameter-secret-default", "--format", "json", "--no-config"];
    let count = |stack: &str, parameter: &str| {
        folder.file("cdk.out/App.metadata.json", metadata(stack, parameter));
        let report = folder.run(&[&["cdk.out"], &rules[..]].concat()).json();
        (report["findings"].as_array().unwrap().len(), report["suppressed"].as_array().unwrap().len())
    };
    assert_eq!(count("tags-required", "s3-bucket-versioning"), (1, 1));
    assert_eq!(count("s3-bucket-versioning", "parameter-secret-default"), (1, 1));
    assert_eq!(count("parameter-secret-default", "tags-required"), (1, 1));
    assert_eq!(count("tags-required", "parameter-secret-default"), (0, 2));
}

#[test]
fn what_a_program_makes_is_reported_at_its_line() {
    let folder = assembly_with_metadata_file();
    let sarif: Value = serde_json::from_str(&folder.versioning(&["cdk.out", "--format", "sarif"]).stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let uri = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    let nested = results.iter().find(|result| uri(result) == "lib/app.ts").unwrap();
    assert_eq!(nested["locations"][0]["physicalLocation"]["region"]["startLine"], 9);
    let related = &nested["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(related, "cdk.out/Nest.json");
    assert!(results.iter().any(|result| uri(result) == "cdk.out/App.template.json"), "no origin, no other place");
    let github = folder.versioning(&["cdk.out", "--format", "github"]).stdout;
    assert!(github.contains("file=lib/app.ts,line=9,"), "{github}");
    let gitlab: Value = serde_json::from_str(&folder.versioning(&["cdk.out", "--format", "gitlab"]).stdout).unwrap();
    assert!(gitlab.as_array().unwrap().iter().any(|issue| issue["location"]["path"] == "lib/app.ts"));
    for format in ["human", "markdown", "html", "junit"] {
        let shown = folder.versioning(&["cdk.out", "--format", format]).stdout;
        assert!(shown.contains("App/Nest/Inner/Resource (lib/app.ts:9:13)"), "{format}: {shown}");
    }
}

#[test]
fn outputs_of_stacks_whose_names_a_manifest_tells_are_read() {
    let manifest = |stacks: &[(&str, &str)]| {
        let artifact = |(name, region): &(&str, &str)| {
            format!(
                r#""{name}{region}": {{ "type": "aws:cloudformation:stack", "environment": "aws://111122223333/{region}",
                   "properties": {{ "templateFile": "{name}{region}.template.json", "stackName": "{name}" }} }}"#
            )
        };
        let artifacts: Vec<String> = stacks.iter().map(artifact).collect();
        format!(r#"{{ "version": "55.0.0", "artifacts": {{ {} }} }}"#, artifacts.join(","))
    };
    let data = |versions: &str| {
        format!(
            r#"{{ "Resources": {{ "Topic": {{ "Type": "AWS::SNS::Topic" }} }}, "Outputs": {{ "Versions": {{ "Value": {versions} }} }} }}"#
        )
    };
    let app = |more: &str| {
        format!(
            r#"{{ "Resources": {{ "Records": {{ "Type": "AWS::S3::Bucket", "Properties": {{ "VersioningConfiguration": {{ "Status":
               {{ "Fn::GetStackOutput": {{ "StackName": "data", "OutputName": "Versions" {more} }} }} }} }} }} }} }}"#
        )
    };
    let east = "cdk.out/dataus-east-1.template.json";
    let lint = |east_value: &str, west_value: &str, more: &str| {
        let stacks = [("data", "us-east-1"), ("data", "us-west-2"), ("app", "us-west-2")];
        let folder = Folder::with(&[
            ("cdk.out/manifest.json", &manifest(&stacks)),
            (east, &data(east_value)),
            ("cdk.out/dataus-west-2.template.json", &data(west_value)),
            ("cdk.out/appus-west-2.template.json", &app(more)),
        ]);
        results(&versioning(&folder, &["cdk.out"]))
    };
    let app = "cdk.out/appus-west-2.template.json";
    let (fail, undecided) = (vec![format!("{app} fail error -")], vec![format!("{app} undecided error -")]);
    let none: Vec<String> = Vec::new();
    let (bad, good) = (r#""Suspended""#, r#""Enabled""#);
    // Without a Region, the stack is in one's own.
    assert_eq!(lint(bad, good, ""), none);
    assert_eq!(lint(good, bad, ""), fail);
    assert_eq!(lint(bad, good, r#", "Region": "us-east-1""#), fail);
    assert_eq!(lint(bad, good, r#", "Region": "eu-central-1""#), undecided);
    // Somewhere: both stacks may be meant.
    let anywhere = r#", "Region": { "Ref": "AWS::NotificationARNs" }"#;
    assert_eq!((lint(bad, good, anywhere), lint(bad, bad, anywhere)), (undecided.clone(), fail));
    // A role leads to some account, and a value may be known at the deployment only.
    assert_eq!(lint(bad, bad, r#", "RoleArn": "arn:aws:iam::444455556666:role/reader""#), undecided);
    assert_eq!(lint(bad, r#"{ "Ref": "Topic" }"#, ""), undecided);
}

#[test]
fn a_template_that_nests_itself_does_not_hide_its_other_stacks() {
    let stack = |name: &str, file: &str| {
        format!("  {name}:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{ TemplateURL: {file} }}\n")
    };
    let own = format!("Resources:\n{}{}", stack("Child", "child.yaml"), stack("Self", "self.yaml"));
    let folder = Folder::with(&[("self.yaml", &own), ("child.yaml", BAD)]);
    let found = |arguments: &[&str]| {
        let ran = folder.versioning(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ran.code, 1, "{}", ran.all());
        findings(&ran.json())
    };
    let expected = [("child.yaml".to_owned(), "s3-bucket-versioning".to_owned())];
    assert_eq!(found(&["self.yaml"]), expected);
    assert_eq!(found(&["."]), expected);
    // A circle of two, which nothing else nests.
    folder.file("self.yaml", format!("Resources:\n{}", stack("Other", "other.yaml")));
    folder.file("other.yaml", format!("Resources:\n{}{}", stack("Back", "self.yaml"), stack("Child", "child.yaml")));
    assert_eq!(found(&["self.yaml", "other.yaml"]), expected);
    assert_eq!(found(&["self.yaml"]), expected);
}

/// An assembly of the CDK with one stack.
const MANIFEST: &str = r#"{"version": "48.0.0", "artifacts": {
  "App.assets": {"type": "cdk:asset-manifest", "properties": {"file": "App.assets.json"}},
  "App": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/us-east-1",
    "properties": {"templateFile": "App.template.json"}, "dependencies": ["App.assets"],
    "additionalMetadataFile": "App.metadata.json"}}}"#;

#[test]
fn a_file_of_an_assembly_that_cannot_be_read_is_a_problem() {
    let bucket = r#"{"Resources": {"Records": {"Type": "AWS::S3::Bucket"}}}"#;
    let folder = Folder::with(&[("cdk.out/App.template.json", bucket), ("cdk.out/manifest.json", MANIFEST)]);
    let problems = |path: &str| {
        let ran = folder.versioning(&[path, "--format", "json"]);
        let report = ran.json();
        assert_eq!(findings(&report).len(), 1, "{}", ran.all());
        (ran.code, crate::support::problems(&report))
    };
    assert_eq!(problems("cdk.out"), (1, Vec::new()));
    for (file, text) in [
        ("App.metadata.json", "{\"/App/Records\": [{"),
        ("App.assets.json", "{\"files\": 1}"),
        ("manifest.json", &MANIFEST[..200]),
    ] {
        folder.file(&format!("cdk.out/{file}"), text);
        for path in ["cdk.out", "cdk.out/App.template.json"] {
            let problem = ("file-unreadable".to_owned(), format!("cdk.out/{file}"));
            assert_eq!(problems(path), (2, vec![problem]), "{file}");
        }
        folder.file("cdk.out/App.metadata.json", "{}").file("cdk.out/App.assets.json", "{\"files\": {}}");
        folder.file("cdk.out/manifest.json", MANIFEST);
    }
    // What is cut off before it says what it is, in a folder that the CDK marked.
    folder.file("cdk.out/manifest.json", "{\"version\": ");
    assert_eq!(problems("cdk.out").0, 1, "the manifest of any other program");
    folder.file("cdk.out/cdk.out", "{\"version\": \"48.0.0\"}");
    assert_eq!(problems("cdk.out").0, 2);
}

#[test]
fn a_template_of_an_assembly_that_is_missing_is_written_by_the_cdk() {
    let folder = Folder::with(&[("cdk.out/Apq.template.json", BAD), ("cdk.out/manifest.json", MANIFEST)]);
    for path in ["cdk.out", "."] {
        let report = folder.versioning(&[path, "--format", "json"]).json();
        let mut problems = report["diagnostics"].as_array().unwrap().iter();
        let problem = problems.find(|problem| problem["file"] == "cdk.out/App.template.json");
        let problem = problem.unwrap_or_else(|| panic!("{path}: {report}"));
        assert_eq!(problem["code"], "file-unreadable", "{path}");
        assert_eq!(problem["help"], "Write the assembly again with `cdk synth`.", "{path}");
    }
}

/// What is not fixed is not counted as fixable.
#[test]
fn findings_of_a_broken_assembly_are_not_fixable() {
    let bucket = r#"{"Resources": {"Records": {"Type": "AWS::S3::Bucket"}}}"#;
    let folder = Folder::with(&[("cdk.out/App.template.json", bucket), ("cdk.out/manifest.json", &MANIFEST[..200])]);
    folder.file(".aws-sam/build/template.json", bucket);
    for path in ["cdk.out", "cdk.out/App.template.json", ".aws-sam/build/template.json"] {
        let shown = folder.versioning(&[path]).stdout;
        assert!(!shown.contains("--fix"), "{path}: {shown}");
        let report = folder.versioning(&[path, "--format", "json"]).json();
        assert_eq!(report["summary"]["fixable"].to_string(), r#"{"safe":0,"unsafe":0,"display":1}"#, "{path}");
    }
}

/// `cdk synth` writes the templates of an assembly again, so only the program can be changed.
#[test]
fn a_cloud_assembly_is_not_fixed() {
    let folder = assembly_with_metadata_file();
    let bucket = folder.read("cdk.out/Nest.json");
    folder.file("cdk.out/asset.4567/inner/template.json", &bucket).file("app/template.json", &bucket);
    let files = ["cdk.out/App.template.json", "cdk.out/Nest.json", "cdk.out/asset.4567/inner/template.json"];
    let texts = || files.map(|file| folder.read(file));
    let before = texts();
    let lint = |arguments: &[&str]| folder.versioning(&[arguments, &["--format", "json"]].concat()).json();
    let not_fixed = |report: &Value| report["summary"]["fixes"]["not_fixed"].to_string();
    // As a whole, a template of it, a nested stack's, and a copy of one among the assets.
    for (paths, number) in
        [(&["cdk.out"][..], 2), (&[files[0]], 2), (&[files[1]], 1), (&[files[2]], 1), (&[".", files[2]], 3)]
    {
        let report = lint(&[paths, &["--fix", "--unsafe-fixes"]].concat());
        assert_eq!(texts(), before, "{paths:?}");
        let left = format!(r#"{{"reason":"generated","findings":{number}}}"#);
        assert!(not_fixed(&report).contains(&left), "{paths:?}: {}", report["summary"]);
        // More fixes would not help.
        assert_eq!(lint(&[paths, &["--fix"]].concat())["summary"]["fixes"]["unsafe_fixes"], 0, "{paths:?}");
    }
    assert!(folder.read("app/template.json").contains("Enabled"));
    let read = folder.versioning(&["cdk.out", "--fix", "--unsafe-fixes"]).stdout;
    let words = read.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "2 findings are in the output of cdk synth or sam build, which would undo their fixes; change the \
             source, at the lines of the findings"
        ) && words.contains("(lib/app.ts:9:13)"),
        "{read}"
    );
    // Without --fix, none is promised. A diff shows what would help.
    let read = folder.versioning(&["cdk.out"]).stdout;
    assert!(!read.contains("--fix"), "{read}");
    assert_eq!(lint(&["cdk.out"])["summary"]["fixable"].to_string(), r#"{"safe":0,"unsafe":0,"display":2}"#);
    let diff = folder.versioning(&["cdk.out", "--fix", "--unsafe-fixes", "--diff"]).stdout;
    assert!(diff.contains("+++ b/cdk.out/App.template.json") && texts() == before, "{diff}");
    // What is left of one, and what `sam build` writes.
    let manifest = folder.read("cdk.out/manifest.json");
    folder.file("cdk.out/manifest.json", &manifest[..manifest.len() / 2]);
    assert!(lint(&["cdk.out", files[2], "--fix", "--unsafe-fixes"])["summary"]["fixes"]["not_fixed"].is_array());
    assert_eq!(texts(), before);
    std::fs::remove_file(folder.path("cdk.out/manifest.json")).unwrap();
    folder.file("cdk.out/cdk.out", "{\"version\": \"48.0.0\"}").file(".aws-sam/build/template.json", &bucket);
    let report = lint(&["cdk.out", ".aws-sam/build/template.json", "--fix", "--unsafe-fixes"]);
    assert_eq!((texts(), folder.read(".aws-sam/build/template.json")), (before, bucket), "{report}");
}
