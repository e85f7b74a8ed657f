//! `graph`: parts of a template, and cloud assemblies of the CDK.

use crate::graph::folder;
use crate::support::Folder;

/// A bucket that sends its events to a function with a role, a queue that nothing uses, and things that have nothing to do with data.
const TEMPLATE: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: !GetAtt Reader.Arn }]
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: { SSEAlgorithm: aws:kms, KMSMasterKeyID: !Ref Key }
  Key: { Type: AWS::KMS::Key }
  Alerts:
    Type: AWS::SNS::Topic
    Properties: { KmsMasterKeyId: !Ref Key }
  Reader:
    Type: AWS::Lambda::Function
    Properties: { Role: !GetAtt ReaderRole.Arn }
  ReaderRole: { Type: AWS::IAM::Role }
  Writer:
    Type: AWS::Lambda::Function
    Properties: { Role: !GetAtt WriterRole.Arn }
  WriterRole: { Type: AWS::IAM::Role }
  Grant:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: grant
      Roles: [!Ref WriterRole]
      PolicyDocument: { Statement: [{ Effect: Allow, Action: 's3:*', Resource: !GetAtt Records.Arn }] }
  Clock:
    Type: AWS::Lambda::Function
    DependsOn: Records
    Properties: { Role: !GetAtt ClockRole.Arn }
  ClockRole: { Type: AWS::IAM::Role }
  Start:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Writer, Action: 'lambda:InvokeFunction', Principal: events.amazonaws.com }
";

/// The ids of what is drawn.
fn ids(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let ran = folder.run(&[&["graph"], arguments, &["--format", "json"]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    let document = ran.json();
    let templates = match document["templates"].as_array() {
        Some(templates) => templates.clone(),
        None => vec![document],
    };
    let nodes = templates.iter().flat_map(|template| template["nodes"].as_array().unwrap());
    nodes.map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn phi_is_what_holds_data_and_what_leads_to_it() {
    let folder = folder(&[("app.yaml", TEMPLATE)]);
    // The function that gets the events; the role with a policy about the bucket, and what uses it. Not
    // what has a key in common with it, or only waits for it.
    assert_eq!(
        ids(&folder, &["app.yaml", "--phi"]),
        ["Records", "Key", "Reader", "Writer", "WriterRole", "Grant", "Start"]
    );
    let nothing = folder.file("none.yaml", "Resources: { Topic: { Type: AWS::SNS::Topic } }\n");
    let ran = nothing.run(&["graph", "none.yaml", "--phi"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr, @"hipaalint: none.yaml: no resource holds PHI, as far as tags and types show. Draw the graph without --phi.");
}

#[test]
fn phi_includes_the_path_from_the_internet_to_a_database() {
    let template = "\
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Gateway: { Type: AWS::EC2::InternetGateway }
  Attached: { Type: AWS::EC2::VPCGatewayAttachment, Properties: { VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway } }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out:
    Type: AWS::EC2::Route
    Properties: { RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway }
  Public: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24 } }
  Tie: { Type: AWS::EC2::SubnetRouteTableAssociation, Properties: { SubnetId: !Ref Public, RouteTableId: !Ref Table } }
  Inner: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24 } }
  Subnets: { Type: AWS::RDS::DBSubnetGroup, Properties: { SubnetIds: [!Ref Public] } }
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { VpcId: !Ref Vpc } }
  Open:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { GroupId: !Ref Group, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 0.0.0.0/0 }
  Other: { Type: AWS::EC2::SecurityGroup, Properties: { VpcId: !Ref Vpc } }
  Neighbor: { Type: AWS::EC2::Instance, Properties: { SecurityGroupIds: [!Ref Group, !Ref Other] } }
  Database:
    Type: AWS::RDS::DBInstance
    Properties: { DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Group], PubliclyAccessible: true }
";
    let folder = folder(&[("app.yaml", template)]);
    let found = ids(&folder, &["app.yaml", "--phi"]);
    for id in ["Gateway", "Out", "Public", "Tie", "Subnets", "Group", "Open", "Database"] {
        assert!(found.iter().any(|one| one == id), "{id}: {found:?}");
    }
    for id in ["Inner", "Other", "Vpc", "Neighbor"] {
        assert!(!found.iter().any(|one| one == id), "{id}: {found:?}");
    }
}

#[test]
fn around_is_a_resource_with_its_neighbors() {
    let folder = folder(&[("app.yaml", TEMPLATE)]);
    let around = |arguments: &[&str]| ids(&folder, &[&["app.yaml"], arguments].concat());
    assert_eq!(around(&["--around", "Key"]), ["Records", "Key", "Alerts"]);
    assert_eq!(around(&["--around", "Key", "--depth", "0"]), ["Key"]);
    assert_eq!(around(&["--around", "Key", "--depth", "2"]), ["Records", "Key", "Alerts", "Reader", "Grant", "Clock"]);
    assert_eq!(around(&["--around", "Key", "--around", "ClockRole", "--depth", "0"]), ["Key", "ClockRole"]);
    assert_eq!(around(&["--around", "Key", "--depth", "99999999999"]).len(), 11);
    let complaints = ["Kay", "Unheard"].map(|id| {
        let ran = folder.run(&["graph", "app.yaml", "--around", id]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        ran.stderr
    });
    insta::assert_snapshot!(complaints.concat(), @"
    hipaalint: app.yaml: there is no resource `Kay`. Did you mean `Key`?
    hipaalint: app.yaml: there is no resource `Unheard`. Name a logical ID or the path of a CDK construct.
    ");
    for arguments in [&["--around", "Key", "--phi"][..], &["--depth", "2"]] {
        assert_eq!(folder.run(&[&["graph", "app.yaml"], arguments].concat()).code, 2, "{arguments:?}");
    }
}

/// An assembly with two stacks, one of which takes a value from the other in both spellings and has a nested stack, and a stage.
fn assembly() -> Folder {
    let stack = |name: &str| {
        format!(
            r#""{name}": {{
              "type": "aws:cloudformation:stack",
              "environment": "aws://123456789012/eu-central-1",
              "properties": {{ "templateFile": "{name}.template.json" }}
            }}"#
        )
    };
    let manifest =
        |artifacts: &[String]| format!(r#"{{ "version": "48.0.0", "artifacts": {{ {} }} }}"#, artifacts.join(", "));
    let stage =
        r#""assembly-Prod": { "type": "cdk:cloud-assembly", "properties": { "directoryName": "assembly-Prod" } }"#;
    let data = r#"{
  "Resources": {
    "Records0A1B": { "Type": "AWS::S3::Bucket", "Metadata": { "aws:cdk:path": "Data/Records/Resource" } },
    "CDKMetadata": { "Type": "AWS::CDK::Metadata" }
  },
  "Outputs": {
    "Name": { "Value": { "Ref": "Records0A1B" }, "Export": { "Name": "Data:Records" } }
  }
}"#;
    let app = r#"{
  "Resources": {
    "Reader2C3D": {
      "Type": "AWS::Lambda::Function",
      "Properties": { "Environment": { "Variables": { "BUCKET": { "Fn::ImportValue": { "Fn::Sub": "Data:Records" } } } } },
      "Metadata": { "aws:cdk:path": "App/Reader/Resource" }
    },
    "Writer4E5F": {
      "Type": "AWS::Lambda::Function",
      "Properties": { "Description": { "Fn::GetStackOutput": { "StackName": "Data", "OutputName": "Name" } } }
    },
    "NestedStack": {
      "Type": "AWS::CloudFormation::Stack",
      "Properties": { "TemplateURL": "https://s3.amazonaws.com/assets/0123.json" },
      "Metadata": { "aws:asset:path": "AppNested.nested.template.json", "aws:asset:property": "TemplateURL" }
    }
  }
}"#;
    let nested = r#"{ "Resources": { "Copies": { "Type": "AWS::S3::Bucket" } } }"#;
    folder(&[
        ("cdk.out/manifest.json", &manifest(&[stack("Data"), stack("App"), stage.to_owned()])),
        ("cdk.out/Data.template.json", data),
        ("cdk.out/App.template.json", app),
        ("cdk.out/AppNested.nested.template.json", nested),
        ("cdk.out/assembly-Prod/manifest.json", &manifest(&[stack("ProdApp")])),
        ("cdk.out/assembly-Prod/ProdApp.template.json", nested),
        ("one/manifest.json", &manifest(&[stack("One")])),
        ("one/One.template.json", nested),
    ])
}

#[test]
fn an_assembly_is_a_cluster_for_each_template() {
    let folder = assembly();
    let drawn = |arguments: &[&str]| {
        let ran = folder.run(&[&["graph", "cdk.out"], arguments].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
        ran.stdout
    };
    insta::assert_snapshot!(drawn(&[]), @r##"
    digraph "cdk.out" {
      rankdir=LR;
      compound=true;
      node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif"];
      edge [fontname="sans-serif", fontsize=10];
      subgraph cluster_0 {
        label="App.template.json\nstack App"; fontname="sans-serif";
        n0 [label="Reader2C3D\nAWS::Lambda::Function\nApp/Reader"];
        n1 [label="Writer4E5F\nAWS::Lambda::Function"];
        n2 [label="NestedStack\nAWS::CloudFormation::Stack\nstores data", fillcolor="#fbeecb"];
      }
      subgraph cluster_1 {
        label="Data.template.json\nstack Data"; fontname="sans-serif";
        n3 [label="Records0A1B\nAWS::S3::Bucket\nData/Records\nstores data\n1 error", fillcolor="#fbeecb", shape=octagon, style=filled, color="#b3261e", penwidth=2];
      }
      subgraph cluster_2 {
        label="assembly-Prod/ProdApp.template.json\nstack ProdApp"; fontname="sans-serif";
        n4 [label="Copies\nAWS::S3::Bucket\nstores data\n1 error", fillcolor="#fbeecb", shape=octagon, style=filled, color="#b3261e", penwidth=2];
      }
      subgraph cluster_3 {
        label="AppNested.nested.template.json"; fontname="sans-serif";
        n5 [label="Copies\nAWS::S3::Bucket\nstores data\n1 error", fillcolor="#fbeecb", shape=octagon, style=filled, color="#b3261e", penwidth=2];
      }
      n2 -> n5 [label="deploys", lhead=cluster_3, style=dotted];
      n0 -> n3 [label="Fn::ImportValue"];
      n1 -> n3 [label="Fn::GetStackOutput"];
      subgraph cluster_legend {
        label="Legend"; fontname="sans-serif"; color="#999999";
        legend0 [label="stores data", fillcolor="#fbeecb"];
        legend1 [label="findings of profile core: error", shape=octagon, style=filled, color="#b3261e", penwidth=2];
      }
    }
    "##);
    insta::assert_snapshot!(drawn(&["--format", "mermaid"]), @r#"
    flowchart LR
      subgraph s0["App.template.json<br/>stack App"]
        n0["Reader2C3D<br/>AWS::Lambda::Function<br/>App/Reader"]
        n1["Writer4E5F<br/>AWS::Lambda::Function"]
        n2["NestedStack<br/>AWS::CloudFormation::Stack<br/>stores data"]
      end
      subgraph s1["Data.template.json<br/>stack Data"]
        n3{{"Records0A1B<br/>AWS::S3::Bucket<br/>Data/Records<br/>stores data<br/>1 error"}}
      end
      subgraph s2["assembly-Prod/ProdApp.template.json<br/>stack ProdApp"]
        n4{{"Copies<br/>AWS::S3::Bucket<br/>stores data<br/>1 error"}}
      end
      subgraph s3["AppNested.nested.template.json"]
        n5{{"Copies<br/>AWS::S3::Bucket<br/>stores data<br/>1 error"}}
      end
      n2 -.->|"deploys"| s3
      n0 -->|"Fn::ImportValue"| n3
      n1 -->|"Fn::GetStackOutput"| n3
      subgraph legend["Legend"]
        legend0["stores data"]
        legend1{{"findings of profile core: error"}}
      end
      classDef data fill:#fbeecb
      class n2,n3,n4,n5,legend0 data
      classDef error stroke:#b3261e,stroke-width:3px
      class n3,n4,n5,legend1 error
    "#);
    insta::assert_snapshot!(drawn(&["--format", "json", "--around", "Data/Records", "--around", "NestedStack"]), @r#"
    {
      "folder": "cdk.out",
      "findingsOf": "profile core",
      "templates": [
        {
          "file": "cdk.out/App.template.json",
          "stack": "App",
          "nodes": [
            {
              "id": "Reader2C3D",
              "type": "AWS::Lambda::Function",
              "line": 3,
              "construct": "App/Reader/Resource",
              "inCycle": false
            },
            {
              "id": "Writer4E5F",
              "type": "AWS::Lambda::Function",
              "line": 8,
              "inCycle": false
            },
            {
              "id": "NestedStack",
              "type": "AWS::CloudFormation::Stack",
              "line": 12,
              "phi": {
                "by": "type"
              },
              "inCycle": false
            }
          ],
          "edges": [],
          "cycles": []
        },
        {
          "file": "cdk.out/Data.template.json",
          "stack": "Data",
          "nodes": [
            {
              "id": "Records0A1B",
              "type": "AWS::S3::Bucket",
              "line": 3,
              "construct": "Data/Records/Resource",
              "phi": {
                "by": "type"
              },
              "findings": [
                {
                  "rule": "own-bucket-versions",
                  "level": "error"
                }
              ],
              "inCycle": false
            }
          ],
          "edges": [],
          "cycles": []
        }
      ],
      "imports": [
        {
          "from": {
            "file": "cdk.out/App.template.json",
            "id": "Reader2C3D"
          },
          "to": {
            "file": "cdk.out/Data.template.json",
            "id": "Records0A1B"
          },
          "kind": "Fn::ImportValue"
        },
        {
          "from": {
            "file": "cdk.out/App.template.json",
            "id": "Writer4E5F"
          },
          "to": {
            "file": "cdk.out/Data.template.json",
            "id": "Records0A1B"
          },
          "kind": "Fn::GetStackOutput"
        }
      ],
      "deployments": []
    }
    "#);
}

#[test]
fn parts_of_an_assembly_reach_across_its_stacks() {
    let folder = assembly();
    assert_eq!(
        ids(&folder, &["cdk.out", "--around", "Data/Records/Resource"]),
        ["Reader2C3D", "Writer4E5F", "Records0A1B"]
    );
    assert_eq!(ids(&folder, &["cdk.out", "--around", "App/Reader"]), ["Reader2C3D", "Records0A1B"]);
    // Those that take a value from a bucket lead to it.
    let phi = ids(&folder, &["cdk.out", "--phi"]);
    assert_eq!(phi, ["Reader2C3D", "Writer4E5F", "NestedStack", "Records0A1B", "Copies", "Copies"]);
    // An assembly with one stack is one as well, so that programs need not look at the number.
    assert_eq!(folder.run(&["graph", "one", "--format", "json"]).json()["templates"].as_array().unwrap().len(), 1);
    // The template of a stack alone has the construct paths of the assembly as well.
    assert_eq!(ids(&folder, &["cdk.out/Data.template.json"]), ["Records0A1B"]);
}

#[test]
fn a_template_of_an_assembly_that_cannot_be_drawn_is_reported() {
    let folder = assembly();
    folder.file("cdk.out/App.template.json", "{ \"Resources\": ");
    let ran = folder.run(&["graph", "cdk.out"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("hipaalint: cdk.out/App.template.json:1:"), "{}", ran.stderr);
    assert!(ran.stdout.contains("Records0A1B"), "{}", ran.stdout);
}
