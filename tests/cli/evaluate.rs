//! `evaluate`: what people and programs see of values, choices, places, secrets and mistakes.

use crate::streams::{closed, complaints};
use crate::support::{Folder, Ran};
use serde_json::Value;

/// Choices of every kind: a condition on a value, a property, an item and a resource; a mapping; an attribute; a secret.
const TEMPLATE: &str = "\
Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, test, prod] }
  Password: { Type: String, NoEcho: true, Default: hunter2-hunter2 }
  Vpc: { Type: String, Default: '' }
Mappings:
  Sizes:
    dev: { Class: db.t3.micro }
    test: { Class: db.t3.micro }
    prod: { Class: db.r5.large }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  HasVpc: !Not [!Equals [!Ref Vpc, '']]
Resources:
  Records:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: !If [IsProd, Retain, Delete]
    Properties:
      DBInstanceClass: !FindInMap [Sizes, !Ref Env, Class]
      MasterUserPassword: !Ref Password
      DBName: !Sub '${Env}-${AWS::AccountId}'
      KmsKeyId: !If [IsProd, !GetAtt Key.Arn, !Ref AWS::NoValue]
      Tags:
        - { Key: Env, Value: !Ref Env }
        - !If [IsProd, { Key: PHI, Value: 'true' }, !Ref AWS::NoValue]
  Key:
    Type: AWS::KMS::Key
    Condition: HasVpc
    Properties:
      Description: !Sub |
        a key
        of ${Env}
Outputs:
  Place: { Value: !Sub '${Records.Endpoint.Address}:5432', Export: { Name: place } }
";

fn folder() -> Folder {
    Folder::with(&[("app.yaml", TEMPLATE)])
}

fn evaluated(arguments: &[&str]) -> String {
    let ran = folder().run(&[&["evaluate", "app.yaml"], arguments].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    ran.stdout
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.all());
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn a_template() {
    insta::assert_snapshot!(evaluated(&[]), @r#"
    # app.yaml, as CloudFormation would deploy it

    Parameters:
      Env: dev, test or prod  # default dev
      Password: hu… (15 characters)  # default
      Vpc: "" or ${Vpc}  # default empty

    Conditions:
      IsProd: false when Env is dev or test; true otherwise
      HasVpc: false when Vpc is empty; true otherwise

    Resources:
      Records:
        Type: AWS::RDS::DBInstance
        DeletionPolicy: Delete when Env is dev or test; Retain otherwise
        Properties:
          DBInstanceClass: db.t3.micro when Env is dev or test; db.r5.large otherwise
          MasterUserPassword: hu… (15 characters)
          DBName:
            # ? `AWS::AccountId` is known only when the stack is deployed
            when Env is dev: dev-${AWS::AccountId}
            when Env is test: test-${AWS::AccountId}
            otherwise: prod-${AWS::AccountId}
          # only when Env is prod; ? `Key.Arn` is known only when the stack is deployed
          KmsKeyId: ${Key.Arn}
          Tags:
            - Key: Env
              Value: dev, test or prod  # parameter Env
            # only when Env is prod
            - Key: PHI
              Value: "true"

      Key:  # only when Vpc is not empty
        Type: AWS::KMS::Key
        Properties:
          Description:
            when Env is dev: |
              a key
              of dev
            when Env is test: |
              a key
              of test
            otherwise: |
              a key
              of prod

    Outputs:
      Place:
        # ? `Records.Endpoint.Address` is known only when the stack is deployed
        Value: ${Records.Endpoint.Address}:5432
        Export:
          Name: place
    "#);
}

#[test]
fn pinned_parameters_leave_no_choice() {
    insta::assert_snapshot!(evaluated(&["--parameter", "Env=prod", "--parameter", "Vpc=vpc-1", "Records"]), @r#"
    Resources/Records  app.yaml:14:3

      Type: AWS::RDS::DBInstance
      DeletionPolicy: Retain
      Properties:
        DBInstanceClass: db.r5.large
        MasterUserPassword: hu… (15 characters)
        DBName: prod-${AWS::AccountId}  # ? `AWS::AccountId` is known only when the stack is deployed
        KmsKeyId: ${Key.Arn}  # ? `Key.Arn` is known only when the stack is deployed
        Tags:
          - Key: Env
            Value: prod
          - Key: PHI
            Value: "true"

    Comes from:
      condition IsProd (true)                           app.yaml:11:3
      parameter Env (pinned: prod)                      app.yaml:2:3
      mapping Sizes/prod/Class                          app.yaml:9:13
      parameter Password (default hu… (15 characters))  app.yaml:3:43
      pseudo parameter AWS::AccountId
      resource Key.Arn (AWS::KMS::Key)                  app.yaml:25:3
    "#);
}

#[test]
fn one_value_and_where_it_comes_from() {
    insta::assert_snapshot!(evaluated(&["Resources/Records/Properties/DBInstanceClass"]), @r#"
    Resources/Records/Properties/DBInstanceClass  app.yaml:18:24

      db.t3.micro  when Env is dev or test
      db.r5.large  otherwise

    Comes from:
      mapping Sizes/dev/Class                         app.yaml:7:12
      parameter Env (dev, test or prod; default dev)  app.yaml:2:24
      mapping Sizes/test/Class                        app.yaml:8:13
      mapping Sizes/prod/Class                        app.yaml:9:13
    "#);
    insta::assert_snapshot!(evaluated(&["Records/Properties/KmsKeyId"]), @r#"
    Resources/Records/Properties/KmsKeyId  app.yaml:21:17

      (absent)    when Env is dev or test
      ${Key.Arn}  otherwise  # ? `Key.Arn` is known only when the stack is deployed

    Comes from:
      condition IsProd                                app.yaml:11:3
      parameter Env (dev, test or prod; default dev)  app.yaml:2:24
      resource Key.Arn (AWS::KMS::Key)                app.yaml:25:3
    "#);
    insta::assert_snapshot!(evaluated(&["Key/Properties/Description"]), @r#"
    Resources/Key/Properties/Description  app.yaml:29:20

      when Vpc is not empty and Env is dev: |
        a key
        of dev
      when Vpc is not empty and Env is test: |
        a key
        of test
      when Vpc is not empty and Env is prod: |
        a key
        of prod
      otherwise: (absent)

    Comes from:
      condition HasVpc                                       app.yaml:12:3
      parameter Vpc (empty or anything else; default empty)  app.yaml:4:24
      parameter Env (dev, test or prod; default dev)         app.yaml:2:24
    "#);
    insta::assert_snapshot!(evaluated(&["Records/Properties/Tags/1/Value"]), @r#"
    Resources/Records/Properties/Tags/1/Value  app.yaml:24:43

      (absent)  when Env is dev or test
      "true"    otherwise

    Comes from:
      condition IsProd                                app.yaml:11:3
      parameter Env (dev, test or prod; default dev)  app.yaml:2:24
    "#);
    insta::assert_snapshot!(evaluated(&["Conditions/IsProd"]), @r#"
    Conditions/IsProd  app.yaml:11:3

      false  when Env is dev or test
      true   otherwise

    Comes from:
      parameter Env (dev, test or prod; default dev)  app.yaml:2:24
    "#);
    insta::assert_snapshot!(evaluated(&["Parameters/Env"]), @r#"
    Parameters/Env  app.yaml:2:3

      dev
      test
      prod

    Comes from:
      parameter Env (dev, test or prod; default dev)  app.yaml:2:3
    "#);
    insta::assert_snapshot!(evaluated(&["Outputs"]), @r#"
    Outputs/Place  app.yaml:33:3

      # ? `Records.Endpoint.Address` is known only when the stack is deployed
      Value: ${Records.Endpoint.Address}:5432
      Export:
        Name: place

    Comes from:
      resource Records.Endpoint.Address (AWS::RDS::DBInstance)  app.yaml:14:3
    "#);
}

#[test]
fn programs_read_json() {
    insta::assert_snapshot!(evaluated(&["Records/DeletionPolicy", "--format", "json"]), @r#"
    {
      "schema": 1,
      "tool": {
        "name": "hipaalint",
        "version": "0.1.0"
      },
      "file": "app.yaml",
      "path": "Records/DeletionPolicy",
      "deployments": [
        {
          "parents": [],
          "notes": [],
          "parts": [
            {
              "section": "Resources",
              "name": "Records",
              "type": "AWS::RDS::DBInstance",
              "made": null,
              "value": {
                "path": "Resources/Records/DeletionPolicy",
                "file": "app.yaml",
                "start": {
                  "line": 16,
                  "column": 21,
                  "offset": 467
                },
                "end": {
                  "line": 16,
                  "column": 49,
                  "offset": 495
                },
                "note": null,
                "alternatives": [
                  {
                    "when": "Env is dev or test",
                    "content": {
                      "kind": "value",
                      "value": "Delete"
                    },
                    "from": [
                      {
                        "kind": "condition",
                        "name": "IsProd",
                        "detail": "false",
                        "file": "app.yaml",
                        "start": {
                          "line": 11,
                          "column": 3,
                          "offset": 321
                        },
                        "end": {
                          "line": 11,
                          "column": 9,
                          "offset": 327
                        }
                      },
                      {
                        "kind": "parameter",
                        "name": "Env",
                        "detail": "dev, test or prod; default dev",
                        "file": "app.yaml",
                        "start": {
                          "line": 2,
                          "column": 24,
                          "offset": 35
                        },
                        "end": {
                          "line": 2,
                          "column": 31,
                          "offset": 42
                        }
                      }
                    ]
                  },
                  {
                    "when": "Env is prod",
                    "content": {
                      "kind": "value",
                      "value": "Retain"
                    },
                    "from": [
                      {
                        "kind": "condition",
                        "name": "IsProd",
                        "detail": "true",
                        "file": "app.yaml",
                        "start": {
                          "line": 11,
                          "column": 3,
                          "offset": 321
                        },
                        "end": {
                          "line": 11,
                          "column": 9,
                          "offset": 327
                        }
                      },
                      {
                        "kind": "parameter",
                        "name": "Env",
                        "detail": "dev, test or prod; default dev",
                        "file": "app.yaml",
                        "start": {
                          "line": 2,
                          "column": 24,
                          "offset": 35
                        },
                        "end": {
                          "line": 2,
                          "column": 31,
                          "offset": 42
                        }
                      }
                    ]
                  }
                ]
              }
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn json_fits_its_schema() {
    let schema = closed("evaluate.schema.json");
    for arguments in
        [&[][..], &["Records/Properties/DBName"], &["Conditions"], &["Parameters", "--parameter", "Env=prod"]]
    {
        let ran = folder().run(&[&["evaluate", "app.yaml", "--format", "json"], arguments].concat());
        assert_eq!(complaints(&schema, &json(&ran)), Vec::<String>::new(), "{arguments:?}");
    }
}

/// Whatever functions make of it.
#[test]
fn secrets_are_hidden() {
    let template = "\
Parameters:
  Password: { Type: String, NoEcho: true, Default: hunter2-hunter2 }
  Token: { Type: String, Default: hunter3-hunter3 }
Mappings:
  M: { a: { Password: hunter5-hunter5 } }
Conditions:
  C: !Equals [!Ref Token, hunter4-hunter4]
  D: !Equals [!Ref Password, hunter6-hunter6]
Resources:
  R:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: hunter7-hunter7
      A: !Ref Password
      B: !Sub 'x ${Password} y'
      C: { Fn::Base64: !Sub 'export PASSWORD=hunter8-hunter8 ${Password}' }
      D: !Select [1, !Split ['-', !Ref Password]]
      E: !FindInMap [M, a, Password]
      F: !Join ['', [!Ref Password, !FindInMap [M, a, Password]]]
      G: !If [C, a, b]
      H: !If [D, a, b]
      I: { Fn::ToJsonString: { Password: hunter9-hunter9, P: !Ref Password } }
      AuthToken: !Ref Token
      J: !If [C, { AuthToken: !Ref Token }, { AuthToken: hunter0-hunter0 }]
Transform: AWS::LanguageExtensions
Outputs:
  Password: { Value: !Ref Password }
";
    let folder = Folder::with(&[("app.yaml", template)]);
    for arguments in
        [&["--format", "human"][..], &["--format", "json"], &["R/Properties"], &["Parameters"], &["R/Properties/D"]]
    {
        let ran = folder.run(&[&["evaluate", "app.yaml"], arguments].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
        let all = ran.all();
        // "hunter2-hunter2" in Base64 begins or goes on like this, depending on where it starts.
        for leak in ["unter", "aHVudGVy", "h1bnRlc", "odW50ZX", "dW50ZX"] {
            assert!(!all.contains(leak), "{leak}: {all}");
        }
        assert!(all.contains("hu… (15 characters)") || arguments == ["R/Properties/D"], "{all}");
    }
}

#[test]
fn loops_and_sam_are_what_they_become() {
    let template = "\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Alpha, Beta]
    - Queue${Name}: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'q-${Name}' } }
  Import:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Role: arn:aws:iam::111122223333:role/import
      CodeUri: s3://bucket/key
      Events:
        Tick: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
";
    let folder = Folder::with(&[("app.yaml", template)]);
    insta::assert_snapshot!(folder.run(&["evaluate", "app.yaml"]).stdout, @r#"
    # app.yaml, as CloudFormation would deploy it

    Resources:
      # for Name = Alpha
      QueueAlpha:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: q-Alpha

      # for Name = Beta
      QueueBeta:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: q-Beta

      # made from AWS::Serverless::Function
      Import:
        Type: AWS::Lambda::Function
        Properties:
          Handler: index.handler
          Runtime: python3.13
          Code:
            S3Bucket: bucket
            S3Key: key
          Role: arn:aws:iam::111122223333:role/import

      # made from `Import` (AWS::Serverless::Function): the rule of its schedule `Tick`
      ImportTick:
        Type: AWS::Events::Rule
        Properties:
          ScheduleExpression: rate(1 day)
          Targets:
            - Arn: ${Import.Arn}  # ? `Import.Arn` is known only when the stack is deployed
              Id: ImportTickTarget

      # made from `Import` (AWS::Serverless::Function): the permission of its schedule `Tick`
      ImportTickPermission:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: ${Import}  # ? `Import` gets its name when the stack is deployed
          Principal: events.amazonaws.com
          SourceArn: ${ImportTick.Arn}  # ? `ImportTick.Arn` is known only when the stack is deployed
    "#);
    // As it is written.
    insta::assert_snapshot!(folder.run(&["evaluate", "app.yaml", "Import/Properties/CodeUri"]).stdout, @r#"
    Resources/Import/Properties/CodeUri  app.yaml:13:16

      s3://bucket/key
    "#);
    insta::assert_snapshot!(folder.run(&["evaluate", "app.yaml", "QueueBeta/Properties/QueueName"]).stdout, @r#"
    Resources/QueueBeta/Properties/QueueName  app.yaml:6:71
      # for Name = Beta

      q-Beta
    "#);
}

#[test]
fn twenty_conditions_are_no_million_of_values() {
    let mut text = "Parameters:\n".to_owned();
    let add = |text: &mut String, line: &dyn Fn(usize) -> String| (0..20).for_each(|n| text.push_str(&line(n)));
    add(&mut text, &|n| format!("  P{n}: {{ Type: String }}\n"));
    text.push_str("Conditions:\n");
    add(&mut text, &|n| format!("  C{n}: !Equals [!Ref P{n}, x]\n"));
    text.push_str("Resources:\n  R:\n    Type: AWS::S3::Bucket\n    Properties:\n      Each:\n");
    add(&mut text, &|n| format!("        - !If [C{n}, a{n}, b{n}]\n"));
    text.push_str("      All: !Join ['-', [");
    add(&mut text, &|n| format!("!If [C{n}, a{n}, b{n}], "));
    text.push_str("]]\n      Text: !Sub '");
    add(&mut text, &|n| format!("${{P{n}}}"));
    text.push_str("'\n");
    let folder = Folder::with(&[("app.yaml", &text)]);
    let ran = folder.run(&["evaluate", "app.yaml", "R/Properties/Each/7"]);
    assert!(ran.stdout.contains("  a7  when P7 is x\n  b7  otherwise\n"), "{}", ran.all());
    let document = json(&folder.run(&["evaluate", "app.yaml", "R/Properties/All", "--format", "json"]));
    let value = &document["deployments"][0]["parts"][0]["value"];
    assert!(value["note"].as_str().unwrap().contains("256 combinations"), "{value}");
    assert_eq!(value["alternatives"].as_array().unwrap().len(), 3);
    let document = json(&folder.run(&["evaluate", "app.yaml", "R/Properties/Text", "--format", "json"]));
    let [only] = document["deployments"][0]["parts"][0]["value"]["alternatives"].as_array().unwrap().as_slice() else {
        panic!("{document}")
    };
    assert_eq!(only["content"]["parts"][3]["reason"], "`P3` can be x or anything else");
    assert!(folder.run(&["evaluate", "app.yaml"]).stdout.len() < 10_000);
}

const PARENT: &str = "\
Parameters:
  Env: { Type: String, AllowedValues: [dev, prod] }
Resources:
  Database:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: child.yaml
      Parameters: { Size: large, Env: !Ref Env }
";
const CHILD: &str = "\
Parameters:
  Size: { Type: String, Default: small }
  Env: { Type: String }
Resources:
  Records: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub '${Size}-${Env}', Key: !ImportValue key } }
";

#[test]
fn nested_stacks_have_what_their_parents_pass() {
    let exporter =
        "Resources: { K: { Type: AWS::KMS::Key } }\nOutputs: { K: { Value: the-key, Export: { Name: key } } }\n";
    let folder = Folder::with(&[("parent.yaml", PARENT), ("child.yaml", CHILD), ("keys/exporter.yaml", exporter)]);
    insta::assert_snapshot!(folder.run(&["evaluate", "child.yaml", "Records/Properties"]).stdout, @r#"
    Resources/Records/Properties  child.yaml:5:37

      BucketName: small-${Env}  # ? the value of parameter `Env` is unknown
      Key: Fn::ImportValue key  # ? the value is imported from another stack

    Comes from:
      parameter Size (default small)  child.yaml:2:25
      parameter Env (no default)      child.yaml:3:3
      import key                      child.yaml:5:91
    "#);
    let with = ["evaluate", "child.yaml", "Records/Properties", "--with", "parent.yaml", "--with", "keys"];
    insta::assert_snapshot!(folder.run(&with).stdout, @r#"
    # child.yaml, as deployed by `Database` in `parent.yaml`

    Resources/Records/Properties  child.yaml:5:37

      BucketName: large-dev when Env is dev; large-prod otherwise
      Key: the-key

    Comes from:
      parameter Size (passed by the parent stack: large)       child.yaml:2:3
      parameter Env (passed by the parent stack: dev or prod)  child.yaml:3:3
      import key                                               child.yaml:5:91
    "#);
}

#[test]
fn mistakes() {
    let folder = folder();
    folder.file("broken.yaml", "Resources: [").file("other.yaml", "a: b\n").file("sub/a.yaml", TEMPLATE);
    let complaint = |arguments: &[&str]| {
        let ran = folder.run(&[&["evaluate"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.all());
        ran.stderr
    };
    insta::assert_snapshot!(complaint(&["app.yaml", "Records/Properties/DBNam"]), @"hipaalint: app.yaml: there is no `DBNam` in `Resources/Records/Properties`. Did you mean `DBName`?");
    insta::assert_snapshot!(complaint(&["app.yaml", "Record/Properties/DBName"]), @"hipaalint: app.yaml: there is no `Record` in the template. Did you mean `Records`?");
    insta::assert_snapshot!(complaint(&["app.yaml", "Records/Properties/Tags/7"]), @"hipaalint: app.yaml: there is no `7` in `Resources/Records/Properties/Tags`. Write the path as findings have it, such as Resources/Records/Properties/BucketName.");
    insta::assert_snapshot!(complaint(&["app.yaml", "Parameters/Envi"]), @"hipaalint: app.yaml: there is no `Envi` in `Parameters`. Did you mean `Env`?");
    folder
        .file("bare.yaml", "Resources: {Records: {Type: AWS::S3::Bucket}}\nMappings: {M: {a: {b: c}}}\nOutputs: {}\n");
    insta::assert_snapshot!(complaint(&["bare.yaml", "Parameters"]), @"hipaalint: bare.yaml: there is no `Parameters` in the template. Write the path as findings have it, such as Resources/Records/Properties/BucketName.");
    for section in ["Mappings", "Outputs"] {
        let said = complaint(&["bare.yaml", section]);
        assert!(said.contains(&format!("nothing in `{section}` has a value of its own. Name a parameter")), "{said}");
    }
    insta::assert_snapshot!(complaint(&["ap.yaml"]), @"hipaalint: ap.yaml: there is no such file or folder. Did you mean `app.yaml`?");
    insta::assert_snapshot!(complaint(&["sub"]), @"hipaalint: sub: it is a folder. Name the file of one template. Name the rest of its project with --with.");
    insta::assert_snapshot!(complaint(&["other.yaml"]), @"hipaalint: other.yaml: the file is not a CloudFormation template. Name a file with a `Resources` section.");
    let broken = complaint(&["broken.yaml"]);
    assert!(broken.contains("broken.yaml:1:"), "{broken}");
    // A value that the parameter does not accept is a mistake; the rest is printed.
    let ran = folder.run(&["evaluate", "app.yaml", "Parameters/Env", "--parameter", "Env=qa", "--parameter", "Nope=1"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.all(), @r#"
    exit code 2
    Parameters/Env  app.yaml:2:3

      dev
      test
      prod

    Comes from:
      parameter Env (dev, test or prod; default dev)  app.yaml:2:3

    hipaalint: CloudFormation refuses the value `qa` for parameter `Env`: it is not one of the `AllowedValues`: `dev`, `test`, `prod`. Pin a value that the parameter accepts. hipaalint checked app.yaml with every value that it accepts.
    hipaalint: no template has a parameter `Nope`. The templates declare Env, Password, Vpc.
    "#);
}

#[test]
fn standard_input_and_colors() {
    let folder = folder();
    let ran = folder.run_on(TEMPLATE.as_bytes(), &["evaluate", "-", "Records/DeletionPolicy"]);
    assert!(ran.stdout.contains("Delete  when Env is dev or test\n  Retain  otherwise"), "{}", ran.all());
    let colored = folder.run(&["evaluate", "app.yaml", "--color", "always"]).stdout;
    assert!(colored.contains('\u{1b}'));
    let mut plain = String::new();
    for part in colored.split('\u{1b}') {
        plain.push_str(if plain.is_empty() && !colored.starts_with('\u{1b}') {
            part
        } else {
            part.split_once('m').map_or(part, |(_, rest)| rest)
        });
    }
    assert_eq!(plain, evaluated(&[]));
}

/// Templates are text: nothing in them acts on the terminal.
#[test]
fn what_a_template_says_is_text() {
    let template = "{\"Resources\": {\"R\\u001b[31m\": {\"Type\": \"T::T::T\\u001b]8;;x\", \"Properties\": {\"a\\u0007\": \"b\\u001b[2J\", \"c\": \"x\\ny\\u001b[2J\"}}}}";
    let folder = Folder::with(&[("app.json", template)]);
    for path in [&["evaluate", "app.json"][..], &["evaluate", "app.json", "R\u{1b}[31m/Properties"]] {
        let ran = folder.run(path);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert!(!ran.all().contains(['\u{1b}', '\u{7}']), "{}", ran.all());
    }
}

/// Parts of a password are no secrets by themselves, so the name of the property decides.
#[test]
fn passwords_that_are_partly_computed_are_not_shown() {
    let template = "\
Parameters:
  Env: { Type: String, AllowedValues: [dev, prod] }
  Open: { Type: String }
Conditions:
  Long: !Equals [!Ref Env, prod]
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      DBName: !Sub 'records-${Env}'
      MasterUserPassword: !Sub 'hunter2hunter2-${Env}'
  Other:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !If [Long, !Join ['', [hunter2, !Ref Open]], !Sub 'hunter2${AWS::Region}']
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: app
          Image: app
          Environment:
            - { Name: DB_PASSWORD, Value: !Sub 'hunter2hunter2${Env}' }
            - { Name: STAGE, Value: !Sub 'stage-${Open}' }
  Referenced:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Sub '{{resolve:secretsmanager:${Open}:SecretString:password}}'
";
    let project = Folder::with(&[("app.yaml", template)]);
    for arguments in [
        vec!["evaluate", "app.yaml"],
        vec!["evaluate", "app.yaml", "--format", "json"],
        vec!["evaluate", "app.yaml", "Database/Properties/MasterUserPassword"],
        vec!["evaluate", "app.yaml", "Other/Properties/MasterUserPassword"],
        vec!["evaluate", "app.yaml", "Task/Properties/ContainerDefinitions/0/Environment/0/Value"],
    ] {
        let output = project.run(&arguments);
        assert!(!output.all().contains("hunter2"), "{arguments:?}\n{}", output.all());
    }
    let shown = project.run(&["evaluate", "app.yaml"]).stdout;
    for part in ["records-dev", "stage-${Open}", "{{resolve:secretsmanager:"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

/// A choice that becomes a password is hidden where it is chosen as well, with what else it becomes.
#[test]
fn choices_that_become_a_password_are_not_shown() {
    let template = "\
Parameters:
  Choice: { Type: String, AllowedValues: [hunter2abc, hunter3def], Default: hunter2abc }
  Size: { Type: String, AllowedValues: [small, large] }
  DbPassword: { Type: String, AllowedValues: [hunter4ghi, hunter5jkl] }
Conditions:
  Large: !Equals [!Ref Size, large]
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Ref Choice
      DBName: !Ref Choice
      MasterUsername: !If [Large, !Ref Choice, !Ref Size]
  Partly:
    Type: AWS::RDS::DBInstance
    Properties: { MasterUserPassword: !Sub '${Choice}-x' }
  Named:
    Type: AWS::RDS::DBInstance
    Properties: { MasterUserPassword: !Ref DbPassword }
";
    let folder = Folder::with(&[("app.yaml", template)]);
    for arguments in
        [&["--format", "human"][..], &["--format", "json"], &["Database"], &["Partly"], &["Named"], &["Parameters"]]
    {
        let all = folder.run(&[&["evaluate", "app.yaml"], arguments].concat()).all();
        assert!(!all.contains("unter"), "{arguments:?}: {all}");
        assert!(all.contains("hu… (10 characters)"), "{arguments:?}: {all}");
    }
    let shown = folder.run(&["evaluate", "app.yaml", "Database/Properties/MasterUsername"]).stdout;
    assert!(shown.contains("small") && shown.contains("Size"), "{shown}");
    // Reports show lines of the template.
    let all = folder.run(&["app.yaml", "--profile", "strict"]).all();
    assert!(!all.contains("unter"), "{all}");
}

/// Each variable of a text comes from one place, however many times the text has it.
#[test]
fn texts_that_double_at_each_level_end() {
    let doubled = (0..30).fold("!Ref Start".to_owned(), |inner, _| format!("!Sub ['${{A}}${{A}}', {{A: {inner}}}]"));
    let template = format!(
        "Parameters: {{Start: {{Type: String}}}}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties: {{BucketName: {doubled}}}\n"
    );
    let folder = Folder::with(&[("app.yaml", &template)]);
    let output = folder.run(&["evaluate", "app.yaml", "B/Properties/BucketName"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert_eq!(output.stdout.matches("parameter Start").count(), 1, "{}", output.stdout);
}

/// What only the whole template or a store knows, and texts that look like something else.
#[test]
fn what_is_not_in_the_template_is_named() {
    let template = "\
Transform: [AWS::LanguageExtensions, MyMacro, '111122223333::Other']
Parameters:
  Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/image }
  Name: { Type: 'AWS::SSM::Parameter::Value<String>' }
Resources:
  Server:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      KeyName: !Sub '${Gone.Arn}'
      HostId: !GetAtt Gone.Other.Deep
      SubnetId: !Ref Gone
      PrivateIpAddress: !Sub 'x-${!Name}-${AWS::AccountId}'
      UserData: !Sub |
        echo ${!HOME}
        echo ${AWS::AccountId}
      Affinity: !Sub 'x-${!Name}'
";
    let folder = Folder::with(&[("app.yaml", template)]);
    let ran = folder.run(&["evaluate", "app.yaml"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.all());
    for line in [
        "# The template calls the macros `MyMacro` and `111122223333::Other`. hipaalint does not know what",
        "  Image: ${Image}  # read from Parameter Store",
        "  Name: ${Name}  # read from Parameter Store",
        "      ImageId: ${Image}  #",
        "      KeyName: ${Gone.Arn}",
        "      HostId: ${Gone.Other.Deep}",
        "      SubnetId: ${Gone}",
        "      PrivateIpAddress: x-${!Name}-${AWS::AccountId}",
        "        echo ${!HOME}",
        "      Affinity: \"x-${Name}\"",
    ] {
        assert!(ran.stdout.lines().any(|one| one.starts_with(line)), "{line}\n{}", ran.stdout);
    }
    let ran = folder.run(&["evaluate", "app.yaml", "--format", "json"]);
    let notes = json(&ran)["deployments"][0]["notes"].clone();
    assert!(notes[0].as_str().unwrap().contains("`MyMacro`"), "{notes}");
    let ran = folder.run(&["evaluate", "app.yaml", "Parameters/Image"]);
    assert!(ran.stdout.contains("read from Parameter Store: /aws/service/image"), "{}", ran.stdout);
}

/// The two characters of a secret that are shown may be quotes.
#[test]
fn the_beginning_of_a_secret_ends_no_quotes() {
    let template = "\
Parameters: { Env: { Type: String } }
Resources:
  Records:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: '\"\\hunter2-hunter2'
      DBName: !Sub '# ${Env}'
";
    let folder = Folder::with(&[("app.yaml", template)]);
    let ran = folder.run(&["evaluate", "app.yaml"]);
    assert!(ran.stdout.contains(r#"MasterUserPassword: "\"\\… (17 characters)""#), "{}", ran.stdout);
}

#[test]
fn a_parameter_without_its_section_is_suggested() {
    let folder = Folder::with(&[("app.yaml", crate::support::CHOOSES)]);
    for (name, path) in [("Env", "Parameters/Env"), ("IsProd", "Conditions/IsProd")] {
        let ran = folder.run(&["evaluate", "app.yaml", name]);
        assert!(ran.code == 2 && ran.stderr.contains(&format!("Did you mean `{path}`?")), "{}", ran.all());
    }
}
