//! `graph`: what is drawn, in each format, and what cannot be.

use crate::support::{Folder, OWN_RULE};
use serde_json::Value;

/// A bucket that holds PHI in production only, a function that reads it, and a circle that closes in development.
const TEMPLATE: &str = "\
Parameters:
  Env: { Type: String, Default: prod, AllowedValues: [dev, prod] }
Conditions:
  IsDev: !Equals [!Ref Env, dev]
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: records
      Tags: [{ Key: DataClassification, Value: !If [IsDev, none, PHI] }]
  Guard:
    Type: AWS::S3::BucketPolicy
    Properties: { Bucket: records }
  Reader:
    Type: AWS::Lambda::Function
    DependsOn: Records
    Properties:
      Role: !GetAtt Role.Arn
  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: !If [IsDev, !Sub \"of ${Reader}\", of a function]
  Debug:
    Type: AWS::IAM::Policy
    Condition: IsDev
    Properties: { PolicyName: debug, Roles: [!Ref Role] }
";

/// Only a rule of our own runs, so that the pictures do not change with the built-in rules.
pub const CONFIGURATION: &str = "\
rule-folders: [policies]
rules:
  '*': { level: off }
  own-bucket-versions: { level: error }
";

/// A folder with templates and that configuration.
pub fn folder(templates: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(templates);
    folder.file("hipaalint.yaml", CONFIGURATION).file("policies/own.yaml", OWN_RULE);
    folder
}

fn drawn(arguments: &[&str]) -> String {
    let ran = folder(&[("app.yaml", TEMPLATE)]).run(&[&["graph", "app.yaml"], arguments].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    ran.stdout
}

#[test]
fn dot_is_the_default() {
    insta::assert_snapshot!(drawn(&[]), @r##"
    digraph "app.yaml" {
      rankdir=LR;
      node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];
      edge [fontname="sans-serif", fontsize=10];
      n0 [label="Records\nAWS::S3::Bucket\nPHI: DataClassification PHI\n1 error", fillcolor="#f6c6c6", shape=octagon, style=filled, color="#b3261e", penwidth=2];
      n1 [label="Guard\nAWS::S3::BucketPolicy"];
      n2 [label="Reader\nAWS::Lambda::Function", peripheries=2];
      n3 [label="Role\nAWS::IAM::Role", peripheries=2];
      n4 [label="Debug\nAWS::IAM::Policy\nwhen Env is dev"];
      n2 -> n0 [label="DependsOn"];
      n2 -> n3 [label="Fn::GetAtt Arn\nacts-as", color="#b3261e", penwidth=2];
      n3 -> n2 [label="Fn::Sub\nwhen Env is dev", color="#b3261e", penwidth=2];
      n4 -> n3 [label="Ref\nattached-to\nwhen Env is dev"];
      n1 -> n0 [label="guards", color="#2a5db0", style=dashed, constraint=false];
      subgraph cluster_legend {
        label="Legend"; fontname="sans-serif"; color="#999999";
        legend0 [label="PHI, as a tag states", fillcolor="#f6c6c6"];
        legend1 [label="findings of profile core: error", shape=octagon, style=filled, color="#b3261e", penwidth=2];
        legend2 [label="in a cycle", peripheries=2];
        legend3 [label="dashed arrow: follows from references", shape=plaintext, style=""];
      }
    }
    "##);
    assert_eq!(drawn(&[]), drawn(&["--format", "dot"]));
}

#[test]
fn mermaid() {
    insta::assert_snapshot!(drawn(&["--format", "mermaid"]), @r#"
    flowchart LR
      n0{{"Records<br/>AWS::S3::Bucket<br/>PHI: DataClassification PHI<br/>1 error"}}
      n1["Guard<br/>AWS::S3::BucketPolicy"]
      n2["Reader<br/>AWS::Lambda::Function"]
      n3["Role<br/>AWS::IAM::Role"]
      n4["Debug<br/>AWS::IAM::Policy<br/>when Env is dev"]
      n2 -->|"DependsOn"| n0
      n2 ==>|"Fn::GetAtt Arn<br/>acts-as"| n3
      n3 ==>|"Fn::Sub<br/>when Env is dev"| n2
      n4 -->|"Ref<br/>attached-to<br/>when Env is dev"| n3
      n1 -.->|"guards"| n0
      subgraph legend["Legend"]
        legend0["PHI, as a tag states"]
        legend1{{"findings of profile core: error"}}
        legend2["in a cycle"]
        legend3["dashed arrow: follows from references"]
      end
      classDef phi fill:#f6c6c6
      class n0,legend0 phi
      classDef error stroke:#b3261e,stroke-width:3px
      class n0,legend1 error
      classDef cycle stroke-dasharray:6 3
      class n2,n3,legend2 cycle
    "#);
}

#[test]
fn json_has_every_place() {
    insta::assert_snapshot!(drawn(&["--format", "json"]), @r#"
    {
      "file": "app.yaml",
      "findingsOf": "profile core",
      "nodes": [
        {
          "id": "Records",
          "type": "AWS::S3::Bucket",
          "line": 6,
          "phi": {
            "by": "tag",
            "key": "DataClassification",
            "value": "PHI"
          },
          "findings": [
            {
              "rule": "own-bucket-versions",
              "level": "error"
            }
          ],
          "inCycle": false
        },
        {
          "id": "Guard",
          "type": "AWS::S3::BucketPolicy",
          "line": 11,
          "inCycle": false
        },
        {
          "id": "Reader",
          "type": "AWS::Lambda::Function",
          "line": 14,
          "inCycle": true
        },
        {
          "id": "Role",
          "type": "AWS::IAM::Role",
          "line": 19,
          "inCycle": true
        },
        {
          "id": "Debug",
          "type": "AWS::IAM::Policy",
          "line": 23,
          "when": "when Env is dev",
          "inCycle": false
        }
      ],
      "edges": [
        {
          "from": "Reader",
          "to": "Records",
          "derived": false,
          "inCycle": false,
          "relations": [
            {
              "kind": "DependsOn",
              "derived": false,
              "path": "DependsOn",
              "line": 16,
              "inCycle": false
            }
          ]
        },
        {
          "from": "Reader",
          "to": "Role",
          "derived": false,
          "inCycle": true,
          "relations": [
            {
              "kind": "Fn::GetAtt",
              "derived": false,
              "attribute": "Arn",
              "path": "Properties/Role",
              "line": 18,
              "inCycle": true
            },
            {
              "kind": "acts-as",
              "derived": true,
              "line": 14,
              "inCycle": false
            }
          ]
        },
        {
          "from": "Role",
          "to": "Reader",
          "derived": false,
          "inCycle": true,
          "relations": [
            {
              "kind": "Fn::Sub",
              "derived": false,
              "path": "Properties/Description",
              "line": 22,
              "when": "when Env is dev",
              "inCycle": true
            }
          ]
        },
        {
          "from": "Debug",
          "to": "Role",
          "derived": false,
          "inCycle": false,
          "relations": [
            {
              "kind": "Ref",
              "derived": false,
              "path": "Properties/Roles/0",
              "line": 26,
              "when": "when Env is dev",
              "inCycle": false
            },
            {
              "kind": "attached-to",
              "derived": true,
              "line": 26,
              "when": "when Env is dev",
              "inCycle": false
            }
          ]
        },
        {
          "from": "Guard",
          "to": "Records",
          "derived": true,
          "inCycle": false,
          "relations": [
            {
              "kind": "guards",
              "derived": true,
              "line": 13,
              "inCycle": false
            }
          ]
        }
      ],
      "cycles": [
        {
          "path": [
            "Reader",
            "Role"
          ],
          "when": "when Env is dev"
        }
      ]
    }
    "#);
}

/// References that differ only in their places, and more of them than an edge has lines.
const PARALLEL: &str = "\
Resources:
  Table: { Type: AWS::DynamoDB::Table }
  Role:
    Type: AWS::IAM::Role
    DependsOn: [Table, Table]
    Properties:
      RoleName: !Ref Table
      Tags:
        - { Key: a, Value: !Ref Table }
        - { Key: b, Value: !GetAtt Table.Arn }
        - { Key: c, Value: !GetAtt Table.StreamArn }
        - { Key: d, Value: !Sub '${Table.Arn}/*' }
        - { Key: e, Value: !Sub '${Table}' }
  CDKMetadata: { Type: AWS::CDK::Metadata, DependsOn: Table, Properties: { Analytics: x } }
";

#[test]
fn from_one_resource_to_another_there_is_one_edge() {
    let folder = folder(&[("app.yaml", PARALLEL)]);
    let dot = folder.run(&["graph", "app.yaml"]).stdout;
    let edges: Vec<&str> = dot.lines().filter(|line| line.contains("->")).collect();
    assert_eq!(edges, [r#"  n1 -> n0 [label="DependsOn\nRef\nFn::GetAtt Arn\nFn::GetAtt StreamArn\nand 2 more"];"#]);
    let mermaid = folder.run(&["graph", "app.yaml", "--format", "mermaid"]).stdout;
    let edges: Vec<&str> = mermaid.lines().filter(|line| line.contains("-->")).collect();
    let label = "DependsOn<br/>Ref<br/>Fn::GetAtt Arn<br/>Fn::GetAtt StreamArn<br/>and 2 more";
    assert_eq!(edges, [format!("  n1 -->|\"{label}\"| n0")]);
    let document = folder.run(&["graph", "app.yaml", "--format", "json"]).json();
    let [edge] = document["edges"].as_array().unwrap().as_slice() else { panic!("{document}") };
    let paths: Vec<&str> =
        edge["relations"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "DependsOn",
            "DependsOn",
            "Properties/RoleName",
            "Properties/Tags/0/Value",
            "Properties/Tags/1/Value",
            "Properties/Tags/2/Value",
            "Properties/Tags/3/Value",
            "Properties/Tags/4/Value"
        ]
    );
    // What the CDK counts its users with is not part of the stack.
    assert!(!dot.contains("CDK") && !document.to_string().contains("CDK"), "{dot}");
}

#[test]
fn relations_of_one_edge_may_be_there_at_different_times() {
    let template = "\
Parameters:
  Env: { Type: String, AllowedValues: [dev, prod] }
Conditions:
  IsDev: !Equals [!Ref Env, dev]
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !If [IsDev, !Ref Topic, !GetAtt Topic.TopicName]
      Description: !Sub '${Topic}'
";
    let dot = folder(&[("app.yaml", template)]).run(&["graph", "app.yaml"]).stdout;
    let label = r"Ref when Env is dev\nFn::GetAtt TopicName when Env is prod\nFn::Sub";
    assert!(dot.contains(&format!("n1 -> n0 [label=\"{label}\"]")), "{dot}");
}

#[test]
fn findings_have_a_shape_for_each_level() {
    let folder = folder(&[("app.yaml", TEMPLATE)]);
    for (level, dot, mermaid) in [
        ("error", "shape=octagon", "n0{{\"Records<br/>"),
        ("warning", "shape=hexagon", "n0([\"Records<br/>"),
        ("note", "shape=note", "n0[\"Records<br/>"),
    ] {
        folder.file("hipaalint.yaml", CONFIGURATION.replace("level: error", &format!("level: {level}")));
        let drawn = folder.run(&["graph", "app.yaml"]);
        assert_eq!(drawn.code, 0, "findings do not fail a graph");
        let node = drawn.stdout.lines().find(|line| line.starts_with("  n0 ")).unwrap().to_owned();
        assert!(node.contains(&format!("1 {level}")) && node.contains(dot), "{node}");
        assert!(drawn.stdout.contains(&format!("findings of profile core: {level}")), "{}", drawn.stdout);
        let drawn = folder.run(&["graph", "app.yaml", "--format", "mermaid"]).stdout;
        assert!(drawn.contains(mermaid) && drawn.contains(&format!("class n0,legend1 {level}")), "{drawn}");
    }
    // A profile selects the findings, and a configuration is not needed.
    let legend = |arguments: &[&str]| {
        let drawn = folder.run(&[&["graph", "app.yaml", "--no-config"], arguments].concat()).stdout;
        drawn.lines().find(|line| line.contains("findings of")).unwrap().trim().to_owned()
    };
    assert!(legend(&[]).contains("profile core"));
    assert!(legend(&["--profile", "strict"]).contains("profile strict"));
    let ran = folder.run(&["graph", "app.yaml", "--profile", "loose"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.all());
}

#[test]
fn a_broken_configuration_is_reported_beside_the_graph() {
    let folder = folder(&[("app.yaml", TEMPLATE)]);
    folder.file("hipaalint.yaml", "profil: core\n");
    let ran = folder.run(&["graph", "app.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("hipaalint.yaml:1:1"), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("digraph"), "{}", ran.stdout);
}

/// What SAM and loops make of a resource is drawn, and findings are marked on the resource itself.
#[test]
fn findings_about_what_transforms_made_are_marked_once() {
    let template = "\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Buckets:
    - Name
    - [A, B]
    - Bucket${Name}: { Type: AWS::S3::Bucket }
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: set
      PermissionModel: SELF_MANAGED
      TemplateBody: |
        Resources:
          BucketInside: { Type: AWS::S3::Bucket }
  BucketInside: { Type: AWS::SNS::Topic }
";
    let document = folder(&[("app.yaml", template)]).run(&["graph", "app.yaml", "--format", "json"]).json();
    let nodes = document["nodes"].as_array().unwrap().iter();
    let marks: Vec<String> =
        nodes.map(|node| format!("{} {}", node["id"].as_str().unwrap(), node["findings"])).collect();
    let mark = r#"[{"rule":"own-bucket-versions","level":"error"}]"#;
    assert_eq!(
        marks,
        [format!("BucketA {mark}"), format!("BucketB {mark}"), format!("Set {mark}"), "BucketInside null".to_owned()]
    );
}

#[test]
fn ids_of_any_characters_are_texts_in_every_format() {
    let odd = r#"{"Resources": {
        "a\"]; end\\": {"Type": "AWS::SNS::Topic", "DependsOn": ["style:#f00", "\u001b[31m\n"]},
        "style:#f00": {"Type": "T<b>"},
        "\u001b[31m\n": {}
    }}"#;
    let folder = folder(&[("odd.json", odd)]);
    let draw = |format: &str| folder.run(&["graph", "odd.json", "--format", format]).stdout;
    insta::assert_snapshot!(draw("dot"), @r#"
    digraph "odd.json" {
      rankdir=LR;
      node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];
      edge [fontname="sans-serif", fontsize=10];
      n0 [label="a\"]; end\\\nAWS::SNS::Topic"];
      n1 [label="style:#f00\nT<b>"];
      n2 [label="(U+001B)[31m(U+000A)"];
      n0 -> n1 [label="DependsOn"];
      n0 -> n2 [label="DependsOn"];
    }
    "#);
    insta::assert_snapshot!(draw("mermaid"), @r#"
    flowchart LR
      n0["a#34;#93;#59; end#92;<br/>AWS#58;#58;SNS#58;#58;Topic"]
      n1["style#58;#35;f00<br/>T#60;b#62;"]
      n2["(U+001B)#91;31m(U+000A)"]
      n0 -->|"DependsOn"| n1
      n0 -->|"DependsOn"| n2
    "#);
    let document: Value = serde_json::from_str(&draw("json")).unwrap();
    let ids: Vec<&str> =
        document["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["a\"]; end\\", "style:#f00", "\u{1b}[31m\n"]);
}

#[test]
fn a_file_that_cannot_be_drawn_is_reported() {
    let folder = Folder::with(&[("values.yaml", "replicas: 3\n"), ("broken.yaml", "Resources: *nowhere\n")]);
    let complaints: Vec<String> = ["missing.yaml", ".", "values.yaml", "broken.yaml"]
        .into_iter()
        .map(|file| {
            let ran = folder.run(&["graph", file]);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{file}");
            ran.stderr
        })
        .collect();
    insta::assert_snapshot!(complaints.concat(), @"
    hipaalint: missing.yaml: there is no such file or folder. Check the spelling. Paths are relative to the current folder.
    hipaalint: .: the folder is not a cloud assembly. A graph shows one template, or the stacks of a cloud assembly. Name the template's file, or the folder that `cdk synth` writes (cdk.out).
    hipaalint: values.yaml: the file is not a CloudFormation template. Name a file with a `Resources` section.
    hipaalint: broken.yaml:1:12: the alias `*nowhere` is not defined. Define `&nowhere` before this line, or put the value in quotes if it is not an alias.
    ");
}

#[test]
fn standard_input_is_a_template_too() {
    let folder = Folder::new();
    let ran = folder.run_on(TEMPLATE.as_bytes(), &["graph", "-"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.starts_with("digraph \"<stdin>\" {\n"), "{}", ran.stdout);
}
