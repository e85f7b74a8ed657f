//! `graph`: what is drawn, in each format, and what cannot be.

use crate::support::Folder;
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

fn drawn(arguments: &[&str]) -> String {
    let folder = Folder::with(&[("app.yaml", TEMPLATE)]);
    let ran = folder.run(&[&["graph", "app.yaml"], arguments].concat());
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
      n0 [label="Records\nAWS::S3::Bucket\nPHI: DataClassification PHI", fillcolor="#f6c6c6"];
      n1 [label="Guard\nAWS::S3::BucketPolicy"];
      n2 [label="Reader\nAWS::Lambda::Function", color="#b3261e", penwidth=2];
      n3 [label="Role\nAWS::IAM::Role", color="#b3261e", penwidth=2];
      n4 [label="Debug\nAWS::IAM::Policy\nwhen Env is dev"];
      n2 -> n0 [label="DependsOn"];
      n2 -> n3 [label="Fn::GetAtt Arn", color="#b3261e", penwidth=2];
      n3 -> n2 [label="Fn::Sub\nwhen Env is dev", color="#b3261e", penwidth=2];
      n4 -> n3 [label="Ref\nwhen Env is dev"];
      n1 -> n0 [label="guards", color="#2a5db0", style=dashed, constraint=false];
      n2 -> n3 [label="acts-as", color="#2a5db0", style=dashed, constraint=false];
      n4 -> n3 [label="attached-to\nwhen Env is dev", color="#2a5db0", style=dashed, constraint=false];
    }
    "##);
    assert_eq!(drawn(&[]), drawn(&["--format", "dot"]));
}

#[test]
fn mermaid() {
    insta::assert_snapshot!(drawn(&["--format", "mermaid"]), @r#"
    flowchart LR
      n0["Records<br/>AWS::S3::Bucket<br/>PHI: DataClassification PHI"]
      n1["Guard<br/>AWS::S3::BucketPolicy"]
      n2["Reader<br/>AWS::Lambda::Function"]
      n3["Role<br/>AWS::IAM::Role"]
      n4["Debug<br/>AWS::IAM::Policy<br/>when Env is dev"]
      n2 -->|"DependsOn"| n0
      n2 ==>|"Fn::GetAtt Arn"| n3
      n3 ==>|"Fn::Sub<br/>when Env is dev"| n2
      n4 -->|"Ref<br/>when Env is dev"| n3
      n1 -.->|"guards"| n0
      n2 -.->|"acts-as"| n3
      n4 -.->|"attached-to<br/>when Env is dev"| n3
      classDef phi fill:#f6c6c6
      class n0 phi
      classDef cycle stroke:#b3261e,stroke-width:3px
      class n2,n3 cycle
    "#);
}

#[test]
fn json_has_every_place() {
    insta::assert_snapshot!(drawn(&["--format", "json"]), @r#"
    {
      "file": "app.yaml",
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
          "kind": "DependsOn",
          "derived": false,
          "path": "DependsOn",
          "line": 16,
          "inCycle": false
        },
        {
          "from": "Reader",
          "to": "Role",
          "kind": "Fn::GetAtt",
          "derived": false,
          "attribute": "Arn",
          "path": "Properties/Role",
          "line": 18,
          "inCycle": true
        },
        {
          "from": "Role",
          "to": "Reader",
          "kind": "Fn::Sub",
          "derived": false,
          "path": "Properties/Description",
          "line": 22,
          "when": "when Env is dev",
          "inCycle": true
        },
        {
          "from": "Debug",
          "to": "Role",
          "kind": "Ref",
          "derived": false,
          "path": "Properties/Roles/0",
          "line": 26,
          "when": "when Env is dev",
          "inCycle": false
        },
        {
          "from": "Guard",
          "to": "Records",
          "kind": "guards",
          "derived": true,
          "line": 13,
          "inCycle": false
        },
        {
          "from": "Reader",
          "to": "Role",
          "kind": "acts-as",
          "derived": true,
          "line": 14,
          "inCycle": false
        },
        {
          "from": "Debug",
          "to": "Role",
          "kind": "attached-to",
          "derived": true,
          "line": 26,
          "when": "when Env is dev",
          "inCycle": false
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

#[test]
fn ids_of_any_characters_are_texts_in_every_format() {
    let odd = r#"{"Resources": {
        "a\"]; end\\": {"Type": "AWS::SNS::Topic", "DependsOn": ["style:#f00", "\u001b[31m\n"]},
        "style:#f00": {"Type": "T<b>"},
        "\u001b[31m\n": {}
    }}"#;
    let folder = Folder::with(&[("odd.json", odd)]);
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
    hipaalint: .: it is a folder. A graph shows one template. Name its file.
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
