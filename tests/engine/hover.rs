//! What there is to say about places of templates: as Markdown and as plain text.

use hipaalint::eval::inputs::Inputs;
use hipaalint::evaluated::{At, evaluate};
use hipaalint::hover::{Page, add_findings, add_names, add_values, findings_at};
use hipaalint::linter::{Keep, Linter};
use hipaalint::navigation::{Index, Name};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

fn no_files(_: &str) -> Result<hipaalint::linter::Loaded, String> {
    Err("no files".to_owned())
}

/// What there is to say behind a text.
fn page(text: &str, before: &str, rule: Option<&str>) -> Page {
    let source = Source::new(SourceId(0), "template.yaml", text);
    let offset = text.find(before).unwrap_or_else(|| panic!("{before}")) + before.len();
    let mut page = Page::default();
    if let Some(rule) = rule {
        let selects = |entry: &hipaalint::rules::load::RuleEntry| entry.id() == rule;
        let linter =
            Linter::new(RuleSet::embedded(), selects, &BTreeMap::new(), BTreeMap::new(), Keep::default()).unwrap();
        let report = linter.lint(&source);
        let findings = report.findings.iter().chain(&report.suppressed);
        add_findings(&mut page, &findings_at(findings, offset), linter.rules());
    }
    let evaluation = evaluate(&source, &no_files, &Inputs::default(), At::Offset(offset as u32)).unwrap();
    add_values(&mut page, [([].as_slice(), &evaluation)]);
    let index = Rc::new(Index::new(source.clone(), &no_files).unwrap());
    let name = index.at(SourceId(0), offset).map(|occurrence| Name {
        root: PathBuf::new(),
        index: Rc::clone(&index),
        occurrence: *occurrence,
    });
    add_names(&mut page, &source, &no_files, &Inputs::default(), offset, name.as_ref());
    page
}

fn plain(text: &str, before: &str) -> String {
    page(text, before, None).plain()
}

const TEXT: &str = "
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod], Default: prod, Description: 'Which *environment*'}
  Password: {Type: String, NoEcho: true, Default: hunter2-hunter2}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Records:
    Type: AWS::S3::Bucket
    Condition: IsProd
    Properties:
      BucketName: !Sub 'records-${Env}-${AWS::AccountId}'
      VersioningConfiguration:
        Status: !If [IsDev, Suspended, Enabled]
      AccessControl: Private
  Copy:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: !If [IsDev, 'Suspended', Enabled]
  Guard:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Records
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: '*'
            Action: [s3:GetObject, 's3:PutObject']
            Resource: !Sub '${Records.Arn}/*'
            Condition: {Bool: {aws:SecureTransport: 'true'}}
          - Effect: Deny
            NotPrincipal: {AWS: !GetAtt Role.Arn}
            Action: '*'
            Resource: '*'
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: all
          PolicyDocument: '{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}'
        - PolicyName: some
          PolicyDocument:
            Statement:
              - {Effect: !If [IsDev, Allow, Deny], NotAction: s3:*, NotResource: 'arn:aws:s3:::a'}
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {MasterUserPassword: !Ref Password, DBName: !Ref Nothing}
";

#[test]
fn a_value_says_what_it_is_for_which_choice() {
    let value = plain(TEXT, "Status: !If [IsDev, 'Susp");
    assert_eq!(
        value,
        "Value: `Enabled` when Env is prod; `Suspended` otherwise\nComes from: condition `IsDev`, parameter `Env`",
        "{value}"
    );
    let value = plain(TEXT, "BucketName: !Su");
    assert!(
        value.starts_with("Value: `records-prod-${AWS::AccountId}` when Env is prod; absent otherwise\n"),
        "{value}"
    );
    assert!(value.contains("pseudo parameter `AWS::AccountId`"), "{value}");
    // What is written as it stands needs no words.
    assert_eq!(plain(TEXT, "AccessControl: Pri"), "");
}

#[test]
fn names_say_what_they_name() {
    assert_eq!(
        plain(TEXT, "Bucket: !Ref Rec").split("\n\n").last().unwrap(),
        "resource `Records`: `AWS::S3::Bucket`\nCreated only when Env is prod, because of its condition `IsProd`"
    );
    assert_eq!(
        plain(TEXT, "!Equals [!Ref En").split("\n\n").last().unwrap(),
        "parameter `Env`: `String`\nWhich *environment*\nDefault: `prod`\nAllowed values: `dev`, `prod`"
    );
    assert_eq!(plain(TEXT, "!If [IsD").split("\n\n").last().unwrap(), "condition `IsDev`\nIt holds when Env is dev.");
    assert_eq!(
        plain(TEXT, "DBName: !Ref Noth").split("\n\n").last().unwrap(),
        "not found: `Nothing`\nThe template shows no parameter, resource, or pseudo parameter with this name."
    );
    assert!(plain(TEXT, "-${AWS::Acc").ends_with("pseudo parameter `AWS::AccountId`"));
}

#[test]
fn secrets_are_hidden() {
    for before in ["Passw", "NoEcho: true, Default: hunter2", "MasterUserPassword: !Ref Pass", "MasterUser"] {
        let page = page(TEXT, before, None);
        assert!(!page.plain().contains("hunter2-hunter2"), "{}", page.plain());
        assert!(!page.markdown().contains("hunter2-hunter2"));
    }
    let parameter = plain(TEXT, "MasterUserPassword: !Ref Pass");
    assert!(parameter.contains("Default: not shown, because the value is secret"), "{parameter}");
}

#[test]
fn statements_say_whom_they_let_do_what() {
    let last = |before| plain(TEXT, before).split("\n\n").last().unwrap().to_owned();
    assert_eq!(
        last("Action: [s3:Get"),
        "Policy statement\nAllows everyone (`*`) to use `s3:GetObject`, `s3:PutObject` on `${Records.Arn}/*`, if this condition \
         holds:\n- `aws:securetransport` `Bool` `true`"
    );
    assert_eq!(
        last("NotPrincipal: {AWS: !GetAtt Role.Ar"),
        "Policy statement\nDenies everyone except `${Role.Arn}`: every action on this resource."
    );
    assert_eq!(
        last("Action: sts:Ass"),
        "Policy statement\nAllows service `lambda.amazonaws.com` to use `sts:AssumeRole`."
    );
    assert_eq!(
        last("\"Action\": \""),
        "Policy statement\nAllows this role to use every action on every resource.\n- This is full administrative access to the \
         account."
    );
    assert_eq!(
        last("NotAction: s3"),
        "Policy statement\nWhen Env is prod:\nDenies this role: every action except `s3:*` on every resource except \
         `arn:aws:s3:::a`.\nWhen Env is dev:\nAllows this role to use every action except `s3:*` on every resource except \
         `arn:aws:s3:::a`."
    );
    assert!(!plain(TEXT, "Statement").contains("Policy statement"));
}

#[test]
fn a_finding_says_why_and_what_to_do() {
    let page = page(TEXT, "Status: !If [IsDev, 'Susp", Some("s3-bucket-versioning"));
    let text = page.plain();
    for part in [
        "s3-bucket-versioning",
        "Why: ",
        "Safeguard: 45 CFR 164.",
        "Remediation: ",
        "Fix",
        "Exceptions: ",
        "Value: `Enabled`",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let markdown = page.markdown();
    assert!(markdown.contains("[s3-bucket-versioning](https://"), "{markdown}");
    assert!(markdown.contains("\n\n---\n\n**Value**"), "{markdown}");
}

#[test]
fn texts_of_templates_mean_nothing_in_markdown() {
    let hostile = "
Parameters:
  Env: {Type: String, Default: '`</b> [x](command:y)', Description: '# <img src=x> [x](command:y) **b**'}
Resources:
  A: {Type: T, Properties: {X: !Ref Env}}
";
    let markdown = page(hostile, "!Ref E", None).markdown();
    assert!(!markdown.contains("<img") && !markdown.contains("**b**"), "{markdown}");
    // Outside of code, no link is left.
    let outside = markdown.replace("`` `</b> [x](command:y) ``", "");
    assert!(outside.contains("\\[x\\](command:y)") && !outside.contains("[x](command"), "{markdown}");
}

#[test]
fn lenses_show_what_resources_are_to_each_other() {
    let text = "
Parameters: {Env: {Type: String, AllowedValues: [dev, prod], Default: prod}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Records: {Type: AWS::S3::Bucket}
  Guard: {Type: AWS::S3::BucketPolicy, Condition: IsProd, Properties: {Bucket: !Ref Records}}
  Role: {Type: AWS::IAM::Role}
  Function: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Table: {Type: AWS::EC2::RouteTable}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, GatewayId: !Ref Gateway, DestinationCidrBlock: 0.0.0.0/0}}
  Public: {Type: AWS::EC2::Subnet}
  Tie: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Table}}
";
    let source = Source::new(SourceId(0), "template.yaml", text);
    let lenses = hipaalint::hover::lenses(&source, &no_files, &Inputs::default());
    let shown: Vec<String> = lenses.iter().map(|lens| format!("{}: {}", source.slice(lens.span), lens.text)).collect();
    assert_eq!(
        shown,
        [
            "Records: guarded by Guard, when Env is prod",
            "Guard: guards Records, when Env is prod",
            "Role: Function acts as this role",
            "Function: acts as Role",
            "Public: leads to the internet, through Gateway",
        ]
    );
}
