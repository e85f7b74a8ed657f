//! Templates of the AWS Serverless Application Model are judged as the resources that they become, and findings stand on the
//! line that a person wrote.

use hipaalint::eval::inputs::Pinned;
use hipaalint::finding::{Finding, Outcome};
use hipaalint::linter::{FileReport, Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;

/// Rules that the tables are about.
const RULES: [&str; 14] = [
    "apigateway-access-log",
    "apigateway-cache-encrypted",
    "apigateway-method-authorization",
    "iam-administrator-access",
    "iam-not-principal",
    "iam-trust-public",
    "iam-wildcard-action",
    "iam-wildcard-resource",
    "lambda-environment-secret-kms",
    "lambda-permission-public",
    "lambda-permission-source",
    "lambda-url-auth",
    "literal-secret",
    "stateful-deletion-policy",
];

fn report_by(rules: RuleSet, selects: &[&str], text: &str) -> (FileReport, Source) {
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    let selects = |id: &str| selects.contains(&id);
    let linter =
        Linter::new(rules, |entry| selects(&entry.meta.id), &BTreeMap::new(), Pinned::default(), keep).unwrap();
    let source = Source::new(SourceId(0), "template.yaml", text);
    let report = linter.lint(&source);
    assert!(report.is_template && report.diagnostics.is_empty(), "{:?}\n{text}", report.diagnostics);
    (report, source)
}

fn report(text: &str) -> (FileReport, Source) {
    report_by(RuleSet::embedded(), &RULES, text)
}

/// `line rule` of each violation.
fn violations(report: &FileReport, source: &Source) -> Vec<String> {
    let line = |finding: &Finding| source.position(finding.span.start).line;
    let failed = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    failed.map(|finding| format!("{} {}", line(finding), finding.rule)).collect()
}

/// A template whose comments `#! rule, rule` name every violation on their lines.
fn check(name: &str, text: &str) {
    let marks = (1..).zip(text.lines()).filter_map(|(number, line)| Some((number, line.split_once("#! ")?.1)));
    let mut wanted: Vec<String> =
        marks.flat_map(|(number, rules)| rules.split(", ").map(move |rule| format!("{number} {rule}"))).collect();
    let (report, source) = report(text);
    let mut found = violations(&report, &source);
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted, "{name}: {:#?}", report.findings);
}

/// `path: message` of each violation.
fn all(rule: &str, text: &str) -> Vec<String> {
    let (report, _) = report_by(RuleSet::embedded(), &[rule], text);
    let failed = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    failed.map(|finding| format!("{}: {}", finding.path, finding.message)).collect()
}

/// The only one of them.
fn only(rule: &str, text: &str) -> String {
    let [only] = <[String; 1]>::try_from(all(rule, text)).unwrap();
    only
}

#[test]
fn a_template_that_keeps_every_safeguard_has_no_findings() {
    check(
        "clean",
        "Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    KmsKeyArn: !GetAtt Key.Arn
  Api:
    OpenApiVersion: 3.0.1
    Auth: { DefaultAuthorizer: AWS_IAM }
    AccessLogSetting: { DestinationArn: !GetAtt Log.Arn }
Parameters:
  Password: { Type: String, NoEcho: true }
Resources:
  Key: { Type: AWS::KMS::Key, DeletionPolicy: Retain }
  Log: { Type: AWS::Logs::LogGroup, DeletionPolicy: Retain }
  Import:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: import/
      Environment: { Variables: { DB_PASSWORD: !Ref Password } }
      Policies:
        - S3ReadPolicy: { BucketName: !Ref Inbox }
        - DynamoDBCrudPolicy: { TableName: !Ref Patients }
        - Statement: { Effect: Allow, Action: kms:Decrypt, Resource: !GetAtt Key.Arn }
      FunctionUrlConfig: { AuthType: AWS_IAM }
      Events:
        Implicit: { Type: Api, Properties: { Path: /patients, Method: get } }
        Explicit: { Type: Api, Properties: { Path: /, Method: any, RestApiId: !Ref Api } }
        Cognito: { Type: Api, Properties: { Path: /c, Method: get, RestApiId: !Ref Api, Auth: { Authorizer: Pool } } }
        Preflight: { Type: Api, Properties: { Path: /, Method: options, RestApiId: !Ref Api, Auth: { Authorizer: NONE } } }
        Token: { Type: HttpApi, Properties: { Path: /, Method: get, ApiId: !Ref Web } }
        Upload: { Type: S3, Properties: { Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*' } }
        Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
        Queue: { Type: SQS, Properties: { Queue: !ImportValue queue } }
        Topic: { Type: SNS, Properties: { Topic: !ImportValue topic } }
  Inbox: { Type: AWS::S3::Bucket, DeletionPolicy: Retain }
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth:
        Authorizers: { Pool: { UserPoolArn: !ImportValue pool } }
        ResourcePolicy:
          CustomStatements: [{ Effect: Deny, Principal: '*', Action: execute-api:Invoke, Resource: '*' }]
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      AccessLogSettings: { DestinationArn: !GetAtt Log.Arn }
      Auth:
        DefaultAuthorizer: Jwt
        Authorizers: { Jwt: { JwtConfiguration: { issuer: i, audience: [a] } } }
  Patients: { Type: AWS::Serverless::SimpleTable, DeletionPolicy: Retain }
",
    );
}

#[test]
fn findings_stand_on_the_line_that_was_written() {
    for (name, text) in [
        (
            "a secret without a key of its own, and one in the template",
            "Transform: AWS::Serverless-2016-10-31
Parameters:
  Password: { Type: String, NoEcho: true }
Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties: #! lambda-environment-secret-kms
      CodeUri: import/
      Environment:
        Variables:
          DB_PASSWORD: !Ref Password
          API_TOKEN: 0a1b2c3d4e5f6a7b8c9d #! literal-secret
",
        ),
        (
            "policies in every form",
            "Transform: [AWS::LanguageExtensions, 'AWS::Serverless-2016-10-31']
Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: import/
      Policies:
        - AWSLambdaExecute #! iam-wildcard-resource
        - !Ref Managed
        - !If [IsDev, AdministratorAccess, !Ref AWS::NoValue] #! iam-administrator-access
        - !If
          - IsDev
          - Statement: [{ Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::phi' }] #! iam-wildcard-action
          - AWSLambdaExecute #! iam-wildcard-resource
        - Version: '2012-10-17'
          Statement:
            Effect: Allow
            Action: dynamodb:*  #! iam-wildcard-action
            Resource: arn:aws:dynamodb:eu-west-1:123456789012:table/patients
        - SQSPollerPolicy: { QueueName: !GetAtt Queue.QueueName }
        - arn:aws:iam::aws:policy/AdministratorAccess #! iam-administrator-access
  One:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: one/, Policies: AdministratorAccess } #! iam-administrator-access
  Document:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.json
      Policies:
        Statement: [{ Effect: Allow, Action: lambda:InvokeFunction, Resource: '*' }] #! iam-wildcard-resource
  Named: # The policies of a role that is named are not used.
    Type: AWS::Serverless::Function
    Properties: { CodeUri: one/, Role: !ImportValue role, Policies: AdministratorAccess }
  Queue: { Type: AWS::SQS::Queue, DeletionPolicy: Retain }
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: { Statement: { Effect: Deny, Action: '*', Resource: '*' } } }
",
        ),
        (
            "a role that a condition makes, and who may assume it",
            "Transform: AWS::Serverless-2016-10-31
Conditions:
  IsDev: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: import/
      Role: !If [IsDev, !ImportValue role, !Ref AWS::NoValue]
      Policies: [AdministratorAccess] #! iam-administrator-access
      AssumeRolePolicyDocument:
        Statement: { Effect: Allow, Principal: { AWS: '*' }, Action: sts:AssumeRole } #! iam-trust-public
",
        ),
        (
            "open APIs",
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: import/
      Events:
        Get: #! apigateway-access-log, apigateway-access-log
          Type: Api
          Properties: { Path: /patients, Method: get } #! apigateway-method-authorization
        Post:
          Type: Api
          Properties: { Path: /patients, Method: post, Auth: { Authorizer: AWS_IAM } }
        Web:
          Type: HttpApi
          Properties: #! apigateway-method-authorization
            Path: /patients
            Method: get
            ApiId: !Ref Web
        Health:
          Type: HttpApi
          Properties:
            Path: /health
            Method: get
            ApiId: !Ref Guarded
            Auth: { Authorizer: NONE } #! apigateway-method-authorization
        Alexa: { Type: AlexaSkill } #! lambda-permission-source
  Web:
    Type: AWS::Serverless::HttpApi
    Properties: {} #! apigateway-access-log
  Guarded:
    Type: AWS::Serverless::HttpApi
    Properties:
      AccessLogSettings: { DestinationArn: !ImportValue log }
      Auth: { DefaultAuthorizer: F, Authorizers: { F: { FunctionArn: !GetAtt Import.Arn } } }
  Described: #! apigateway-access-log
    Type: AWS::Serverless::HttpApi
",
        ),
        (
            "a REST API: its log, its cache and its own policy",
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: #! apigateway-access-log
      StageName: prod
      OpenApiVersion: 3.0.1
      CacheClusterEnabled: true
      MethodSettings:
        - { HttpMethod: '*', ResourcePath: '/*', CachingEnabled: true } #! apigateway-cache-encrypted
      Auth:
        ResourcePolicy:
          CustomStatements:
            - { Effect: Allow, NotPrincipal: { AWS: '123456789012' }, Action: execute-api:Invoke, Resource: '*' } #! iam-not-principal
",
        ),
        (
            "a function that everyone may call, and a table that goes with the stack",
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: import/
      FunctionUrlConfig:
        AuthType: NONE #! lambda-url-auth, lambda-permission-public
  Patients: #! stateful-deletion-policy
    Type: AWS::Serverless::SimpleTable
",
        ),
    ] {
        check(name, text);
    }
}

#[test]
fn json_is_the_same() {
    let (report, source) = report(
        r#"{
  "Transform": "AWS::Serverless-2016-10-31",
  "Globals": { "Function": { "Tags": { "DataClassification": "PHI" } } },
  "Resources": {
    "Import": {
      "Type": "AWS::Serverless::Function",
      "Properties": {
        "Policies": [
          { "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::phi/*" }] }
        ],
        "Events": {
          "Get": {
            "Type": "HttpApi",
            "Properties": { "Method": "get", "Path": "/" }
          }
        }
      }
    }
  }
}"#,
    );
    assert_eq!(
        violations(&report, &source),
        ["14 apigateway-method-authorization", "9 iam-wildcard-action", "12 apigateway-access-log"]
    );
}

#[test]
fn globals_are_merged_as_sam_does() {
    let text = |own: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    KmsKeyArn: !ImportValue key
    Environment:
      Variables: {{ API_TOKEN: 0a1b2c3d4e5f6a7b8c9d, STAGE: prod }}
Parameters:
  Password: {{ Type: String, NoEcho: true }}
Resources:
  Import:
    Type: AWS::Serverless::Function
{own}"
        )
    };
    for (name, own, wanted) in [
        ("nothing of its own", "", &["6 literal-secret"][..]),
        (
            "a map is merged, its own entry wins",
            "    Properties: { Environment: { Variables: { API_TOKEN: !Ref Password } } }\n",
            &[],
        ),
        (
            "a scalar is replaced",
            "    Properties: { KmsKeyArn: !Ref AWS::NoValue }\n",
            &["6 literal-secret", "12 lambda-environment-secret-kms"],
        ),
        ("a function is a scalar", "    Properties: { Environment: !If [C, {}, {}] }\n", &[]),
        ("all of it is ignored", "    IgnoreGlobals: '*'\n", &[]),
        (
            "one of it is ignored",
            "    IgnoreGlobals: [KmsKeyArn]\n",
            &["6 literal-secret", "10 lambda-environment-secret-kms"],
        ),
    ] {
        let (report, source) = report(&text(own));
        assert_eq!(violations(&report, &source), wanted, "{name}");
    }
    assert_eq!(
        only("literal-secret", &text("")),
        "Globals/Function/Environment/Variables/API_TOKEN: `API_TOKEN` of `Import` is a hard-coded secret, and \
         everyone who has the template can read it"
    );
}

#[test]
fn null_is_absence() {
    let function = |auth: &str| {
        format!(
            "
  F:
    Type: AWS::Serverless::Function
    Properties:
      {{CodeUri: ., Handler: a.b, Runtime: python3.13, Environment: null, Policies: null,
       Events: {{Post: {{Type: HttpApi, Properties: {{ApiId: !Ref Api, Path: /a, Method: post{auth}}}}}}}}}"
        )
    };
    let api = |default: &str| {
        format!(
            "
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: {default}
        Authorizers:
          Staff: {{IdentitySource: $request.header.Authorization, JwtConfiguration: {{issuer: https://a.example, audience: [a]}}}}"
        )
    };
    let outcomes = |globals: &str, default: &str, auth: &str| {
        let text =
            format!("Transform: AWS::Serverless-2016-10-31{globals}\nResources:{}{}\n", api(default), function(auth));
        let (report, source) = report_by(RuleSet::embedded(), &["apigateway-method-authorization"], &text);
        assert!(report.findings.iter().all(|finding| finding.outcome == Outcome::Fail), "{:#?}", report.findings);
        violations(&report, &source).len()
    };
    for (default, auth, failed) in [
        ("Staff", "", 0),
        ("null", "", 1),
        ("~", "", 1),
        ("", "", 1),
        ("Staff", ", Auth: null", 0),
        ("Staff", ", Auth: {Authorizer: null}", 0),
        ("Staff", ", Auth: {Authorizer: NONE}", 1),
        ("null", ", Auth: {Authorizer: Staff}", 0),
    ] {
        assert_eq!(outcomes("", default, auth), failed, "{default} {auth}");
    }
    // Over a global value as well.
    let globals = "\nGlobals: {HttpApi: {Auth: {DefaultAuthorizer: Staff}}}";
    assert_eq!((outcomes(globals, "null", ""), outcomes(globals, "Staff", "")), (1, 0));
}

/// SAM combines the conditions of the events of an implicit API, ten in each `Fn::Or`.
#[test]
fn an_implicit_api_of_many_conditional_functions() {
    let text = |functions: usize, last: &str| {
        let mut text = String::from("Transform: AWS::Serverless-2016-10-31\nConditions:\n");
        for n in 0..functions {
            let value = if n + 1 == functions { last } else { "b" };
            text.push_str(&format!("  C{n}: !Equals [a, {value}]\n"));
        }
        text.push_str("Resources:\n");
        for n in 0..functions {
            text.push_str(&format!(
                "  F{n}: {{Type: AWS::Serverless::Function, Condition: C{n}, Properties: {{Handler: a.b, Runtime: \
                 python3.13, CodeUri: ./x, Events: {{A: {{Type: Api, Properties: {{Path: /{n}, Method: get}}}}}}}}}}\n"
            ));
        }
        text
    };
    for functions in [2, 10, 11, 101] {
        let found = |last: &str| {
            let (report, _) = report_by(RuleSet::embedded(), &["apigateway-access-log"], &text(functions, last));
            !report.findings.is_empty()
        };
        assert_eq!((found("b"), found("a")), (false, true), "{functions}");
    }
}

#[test]
fn an_implicit_api_stands_in_globals_or_at_its_first_event() {
    let text = |globals: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
{globals}Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties: {{ Events: {{ Get: {{ Type: Api, Properties: {{ Path: /, Method: get }} }} }} }}
"
        )
    };
    let said = "Stage `ServerlessRestApi` (its stage) does not write an access log: `AccessLogSetting.DestinationArn` is not set";
    let second = "The stage that deployment `ServerlessRestApi` (with which SAM adds a second stage, `Stage`) creates does not \
                  write an access log: `StageDescription.AccessLogSetting.DestinationArn` is not set";
    let place = "Resources/Import/Properties/Events/Get";
    assert_eq!(all("apigateway-access-log", &text("")), [format!("{place}: {said}"), format!("{place}: {second}")]);
    let globals = "Globals: { Api: { OpenApiVersion: 3.0.1 } }\n";
    assert_eq!(only("apigateway-access-log", &text(globals)), format!("Globals/Api: {said}"));
    // Authorized for every event at once.
    let globals = "Globals: { Api: { OpenApiVersion: 3.0.1, Auth: { DefaultAuthorizer: AWS_IAM } } }\n";
    let (report, source) = report(&text(globals));
    assert_eq!(violations(&report, &source), ["2 apigateway-access-log"]);
}

#[test]
fn subjects_are_what_people_wrote() {
    let (report, _) = report(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Import:
    Type: AWS::Serverless::Function
    Properties: { Policies: [AdministratorAccess] }
",
    );
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    assert_eq!(finding.subject.qualified_name(), "Resources/Import");
    assert_eq!(finding.subject.resource_type.as_deref(), Some("AWS::Serverless::Function"));
    assert_eq!(finding.path, "Resources/Import/Properties/Policies/0");
    assert!(finding.message.starts_with("`Import` (its execution role) has"), "{}", finding.message);
}

#[test]
fn what_sam_would_write_and_nobody_knows_is_undecided() {
    for (name, policies) in [
        ("a policy template that is not known", "[{ BrandNewPolicy: { Name: x } }]"),
        ("what a macro writes", "[{ 'Fn::Transform': { Name: M } }]"),
        ("no policy at all", "[[s3]]"),
    ] {
        let text = format!(
            "{{Transform: 'AWS::Serverless-2016-10-31', Resources: {{F: {{Type: AWS::Serverless::Function, Properties: {{
               Policies: {policies}}}}}}}}}"
        );
        let (report, _) = report_by(RuleSet::embedded(), &["iam-wildcard-resource"], &text);
        let outcomes: Vec<Outcome> = report.findings.iter().map(|finding| finding.outcome).collect();
        // The statements of its policies, and the managed policies that it has.
        assert!((1..=2).contains(&outcomes.len()), "{name}: {outcomes:?}");
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Undecided), "{name}: {outcomes:?}");
    }
}

#[test]
fn loops_make_functions_too() {
    let (report, source) = report(
        "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Functions:
    - Name
    - [Import, Export]
    - ${Name}:
        Type: AWS::Serverless::Function
        Properties:
          Policies: [AdministratorAccess]
",
    );
    assert_eq!(violations(&report, &source), ["9 iam-administrator-access"]);
    let finding = &report.findings[0];
    assert_eq!(finding.when.as_deref(), Some("for Name = Import or Export"));
    // In the order of the turns.
    assert_eq!(finding.subject.qualified_name(), "Resources/Import");
    assert_eq!(finding.alike[0].qualified_name(), "Resources/Export");
}

#[test]
fn references_to_what_is_made_keep_working() {
    let rule = "id: stage-referred
title: A stage is referred to
level: error
resources: [AWS::ApiGateway::Stage]
assert: { some: { related: { types: [AWS::WAFv2::WebACLAssociation], via: $.Properties.ResourceArn } } }
message: 'Stage `{resource}` has no firewall'
why: A test.
remediation: A test.
";
    let text = |stage: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: prod }} }}
  Association: {{ Type: AWS::WAFv2::WebACLAssociation, Properties: {{ ResourceArn: {stage} }} }}
"
        )
    };
    for (stage, wanted) in [
        ("!Ref Api.Stage", 0),
        ("!Ref ApiprodStage", 0),
        ("!Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Api.Stage}'", 0),
        ("!Ref Api.Deployment", 1),
    ] {
        let (report, _) = report_by(user_rule(rule), &["stage-referred"], &text(stage));
        let failed = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail).count();
        assert_eq!(failed, wanted, "{stage}");
    }
}

#[test]
fn a_simple_table_is_a_table() {
    let rule = "id: table-sse
title: A table has no key of its own
level: error
resources: [AWS::DynamoDB::Table]
assert: { path: $.Properties.SSESpecification.SSEEnabled, is: { equals: true } }
message: '`{resource}`: `{name}` {state}'
why: A test.
remediation: A test.
";
    let text = "Transform: AWS::Serverless-2016-10-31
Globals: { SimpleTable: { SSESpecification: { SSEEnabled: true } } }
Resources:
  Kept: { Type: AWS::Serverless::SimpleTable }
  Open:
    Type: AWS::Serverless::SimpleTable
    Properties:
      SSESpecification: { SSEEnabled: false }
";
    let (report, source) = report_by(user_rule(rule), &["table-sse"], text);
    assert_eq!(violations(&report, &source), ["8 table-sse"]);
    assert_eq!(report.findings[0].path, "Resources/Open/Properties/SSESpecification/SSEEnabled");
    assert_eq!(report.findings[0].message, "`Open`: `SSEEnabled` is false");
}

fn user_rule(text: &str) -> RuleSet {
    let folder = tempfile::tempdir().unwrap();
    let id = text.lines().next().unwrap().strip_prefix("id: ").unwrap();
    std::fs::write(folder.path().join(format!("{id}.yaml")), text).unwrap();
    let mut rules = RuleSet::default();
    rules.add_folder(folder.path(), &hipaalint::files::Files::here()).unwrap();
    rules
}

#[test]
fn without_the_transform_nothing_is_expanded() {
    let text = "Resources: { F: { Type: AWS::Serverless::Function, Properties: { Policies: AdministratorAccess } } }";
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    let linter = Linter::new(
        RuleSet::embedded(),
        |entry| RULES.contains(&&*entry.meta.id),
        &BTreeMap::new(),
        Pinned::default(),
        keep,
    );
    let report = linter.unwrap().lint(&Source::new(SourceId(0), "template.yaml", text));
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    let codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
    assert_eq!(codes, ["transform-missing"]);
}

#[test]
fn what_would_become_too_much_is_not_expanded() {
    let variables: String = (0..2000).map(|number| format!("V{number}: x, ")).collect();
    let functions: String =
        (0..200).map(|number| format!("  F{number}: {{ Type: AWS::Serverless::Function }}\n")).collect();
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31
Globals: {{ Function: {{ Environment: {{ Variables: {{ {variables} }} }} }} }}
Resources:
{functions}"
    );
    let linter =
        Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::default(), Keep::default()).unwrap();
    let report = linter.lint(&Source::new(SourceId(0), "template.yaml", text));
    let codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
    assert_eq!(codes, ["serverless-too-large"]);
}

/// `message | advice` of each violation, without what is alike in all: the resource.
fn advised(rule: &str, text: &str) -> Vec<String> {
    let (report, _) = report_by(RuleSet::embedded(), &[rule], text);
    let failed = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    failed.map(|finding| format!("{} | {}", finding.message, finding.advice.as_deref().unwrap_or_default())).collect()
}

#[test]
fn what_sam_made_is_named_with_how_to_set_it() {
    let function = |properties: &str, events: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Intake:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: intake/
      {properties}
      Events:
        {events}
"
        )
    };
    let documented = |uri: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Labs:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody:
        openapi: 3.0.1
        paths: {{ /labs: {{ get: {{ x-amazon-apigateway-integration: {{ type: http_proxy, httpMethod: GET, uri: '{uri}' }} }} }} }}
"
        )
    };
    let tags = "Tags: { Environment: prod, DataClassification: PHI, ComplianceScope: HIPAA }";
    let propagating = format!("{tags}\n      PropagateTags: true");
    let missing = "is missing required tags: `Environment`, `DataClassification`, `ComplianceScope`";
    let nothing: [String; 0] = [];
    for (name, rule, text, wanted) in [
        (
            "PropagateTags tags neither rules nor event source mappings",
            "tags-required",
            function(
                &propagating,
                "Tick: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
        Poll: { Type: SQS, Properties: { Queue: !ImportValue queue } }",
            ),
            vec![
                format!(
                    "`Intake` (the rule of its schedule `Tick`) {missing} | SAM has no property for these tags, and \
                     `PropagateTags` does not set them. Declare an `AWS::Events::Rule` and an `AWS::Lambda::Permission` \
                     instead of the event"
                ),
                format!(
                    "`Intake` (the event source mapping of its event `Poll`) {missing} | SAM has no property for these \
                     tags, and `PropagateTags` does not set them. Declare an `AWS::Lambda::EventSourceMapping` instead of \
                     the event"
                ),
            ],
        ),
        (
            "it tags queues",
            "tags-required",
            function(
                tags,
                "Tick: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), RoleArn: r, DeadLetterConfig: { Type: SQS } } }",
            ),
            vec![format!(
                "`Intake` (the dead-letter queue of its schedule `Tick`) {missing} | Set `PropagateTags: true` on `Intake`: \
                 SAM then gives its `Tags` to this resource"
            )],
        ),
        (
            "and then the queues have them",
            "tags-required",
            function(
                &propagating,
                "Tick: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), RoleArn: r, DeadLetterConfig: { Type: SQS } } }",
            ),
            nothing.to_vec(),
        ),
        (
            "a queue without properties",
            "sqs-queue-kms-key",
            function("", "Note: { Type: SNS, Properties: { Topic: !ImportValue topic, SqsSubscription: true } }"),
            vec![
                "Queue `Intake` (the queue of its event `Note`) is not encrypted with a customer managed key: \
                 `KmsMasterKeyId` is not set | SAM has no properties for this queue. Declare an `AWS::SQS::Queue`, and set \
                 `QueueArn` and `QueueUrl` of `SqsSubscription`"
                    .to_owned(),
            ],
        ),
        (
            "a property by another name",
            "lambda-dead-letter",
            function("", "Note: { Type: SNS, Properties: { Topic: !ImportValue topic } }"),
            vec![
                "Function `Intake` does not keep asynchronous events that fail: `DeadLetterConfig.TargetArn` is not set | Set \
                 `DeadLetterQueue: { Type: SQS, TargetArn: … }`, which SAM has instead of `DeadLetterConfig`"
                    .to_owned(),
            ],
        ),
        (
            "the second stage",
            "apigateway-xray",
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: { StageName: prod, TracingEnabled: true }
"
            .to_owned(),
            vec![
                "`Api` (with which SAM adds a second stage, `Stage`) does not trace requests with X-Ray: \
                 `StageDescription.TracingEnabled` is not set | Set `OpenApiVersion: 3.0.1` on the API: SAM then does not \
                 create the stage `Stage`"
                    .to_owned(),
            ],
        ),
        (
            "a permission for everyone",
            "lambda-permission-public",
            function("FunctionUrlConfig: { AuthType: NONE }", "{}"),
            vec![
                "Permission `Intake` (a permission that SAM adds) grants access to everyone: `Principal` is \"*\" | SAM adds \
                 this permission because `AuthType` in `FunctionUrlConfig` is set to NONE: set it to AWS_IAM"
                    .to_owned(),
            ],
        ),
        (
            "what a document says of an integration is changed there",
            "apigateway-integration-https",
            documented("http://labs.example.com"),
            vec!["`Labs` forwards requests over unencrypted HTTP: `uri` is \"http://labs.example.com\" | ".to_owned()],
        ),
        (
            "who may call is SAM's",
            "apigateway-method-authorization",
            documented("https://labs.example.com"),
            vec![
                "API `Labs` does not require authorization for `GET /labs`: `security` is not set | Set \
                 `DefaultAuthorizer` in the `Auth` of the API, or `security` in its `DefinitionBody`"
                    .to_owned(),
            ],
        ),
    ] {
        assert_eq!(advised(rule, &text), wanted, "{name}");
    }
}

/// Events are written into the documents of HTTP APIs, and of REST APIs that merge them. Findings are about the API, and stand
/// at the event.
#[test]
fn events_are_operations_of_documents() {
    check(
        "documents",
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Web:
    Type: AWS::Serverless::HttpApi
    Properties:
      AccessLogSettings: { DestinationArn: !ImportValue log }
      DefinitionBody:
        openapi: 3.0.1
        info: { title: web, version: '1' }
        paths:
          /open:
            get: #! apigateway-method-authorization
              x-amazon-apigateway-integration: { type: http_proxy }
          /signed: { get: { responses: {} } }
      Auth: { EnableIamAuthorizer: true }
  Merged:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      OpenApiVersion: 3.0.1
      AccessLogSetting: { DestinationArn: !ImportValue log }
      MergeDefinitions: true
      Auth: { DefaultAuthorizer: AWS_IAM }
      DefinitionBody:
        openapi: 3.0.1
        info: { title: merged, version: '1' }
        paths: { /described: { get: { responses: {} } } }
  Import:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: import/
      Events:
        New: #! apigateway-method-authorization
          Type: HttpApi
          Properties: { ApiId: !Ref Web, Path: /new, Method: get }
        Signed: { Type: HttpApi, Properties: { ApiId: !Ref Web, Path: /signed, Method: GET, Auth: { Authorizer: AWS_IAM } } }
        Merged: { Type: Api, Properties: { RestApiId: !Ref Merged, Path: /new, Method: get } }
        Described: { Type: Api, Properties: { RestApiId: !Ref Merged, Path: /described, Method: get } }
",
    );
}

#[test]
fn connectors_are_the_policies_that_sam_writes() {
    let template = |connector: &str, attribute: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  T: {{ Type: AWS::SNS::Topic{attribute} }}
  Q: {{ Type: AWS::SQS::Queue }}
  QP:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Q]
      PolicyDocument:
        Statement: {{ Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*', Condition: {{ Bool: {{ 'aws:SecureTransport': 'false' }} }} }}
{connector}"
        )
    };
    let reported = "Queue `Q` has more than one policy in this template: it keeps the one that is applied last, and the order is \
                    not defined.";
    let places = |text: &str| {
        let found = all("resource-policy-replaced", text);
        assert!(found.iter().all(|each| each.ends_with(reported.trim_end_matches('.'))), "{found:?}");
        found.iter().filter_map(|each| each.split(": ").next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let alone = "  C: { Type: AWS::Serverless::Connector, Properties: { Source: { Id: T }, Destination: { Id: Q }, Permissions: [Write] } }";
    assert_eq!(places(&template(alone, "")), ["Resources/QP", "Resources/C"]);
    // Several destinations, named by what their policies need.
    let several = "  C:
    Type: AWS::Serverless::Connector
    Properties:
      Source: { Type: AWS::SNS::Topic, Arn: !Ref T }
      Destination: [{ Type: AWS::SQS::Queue, Arn: !GetAtt Q.Arn, QueueUrl: !Ref Q }]
      Permissions: [Write]";
    assert_eq!(places(&template(several, "")), ["Resources/QP", "Resources/C"]);
    let within = ", Connectors: { Out: { Properties: { Destination: { Id: Q }, Permissions: [Write] } } }";
    assert_eq!(places(&template("", within)), ["Resources/T/Connectors/Out", "Resources/QP"]);
    // SAM refuses what it cannot connect, and permissions that it does not know: nothing is made, which is noted.
    let nothing_made = |text: &str| {
        let source = Source::new(SourceId(0), "template.yaml", text);
        let linter = Linter::new(
            RuleSet::embedded(),
            |entry| entry.meta.id == "resource-policy-replaced",
            &BTreeMap::new(),
            Pinned::default(),
            Keep::default(),
        );
        let report = linter.unwrap().lint(&source);
        let codes: Vec<&str> = report.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
        assert_eq!((report.findings.len(), codes), (0, vec!["not-expanded"]));
    };
    let refused = "  C: { Type: AWS::Serverless::Connector, Properties: { Source: { Id: T }, Destination: { Id: Q }, Permissions: [Read] } }";
    nothing_made(&template(refused, ""));
    let backwards = "  C: { Type: AWS::Serverless::Connector, Properties: { Source: { Id: Q }, Destination: { Id: T }, Permissions: [Write] } }";
    nothing_made(&template(backwards, ""));
}

#[test]
fn web_functions_and_what_runs_them_are_judged() {
    let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  Portal:
    Type: AWS::Serverless::WebFunction
    Properties: { CodeUri: s3://code/portal.zip, Runtime: nodejs24.x, AuthType: ApplicationManaged }
  Image:
    Type: AWS::Serverless::MicrovmImage
    Properties: { Name: image, CodeUri: s3://code/image.zip, BaseImageArn: arn, BaseImageVersion: '1' }
  Fleet:
    Type: AWS::Serverless::CapacityProvider
    Properties: { VpcConfig: { SubnetIds: [subnet-1] } }
  Owned:
    Type: AWS::Serverless::NetworkConnector
    Properties: { VpcConfig: { SubnetIds: [subnet-1] }, OperatorRole: !ImportValue role }
";
    assert_eq!(
        only("lambda-web-function-auth", text),
        "Resources/Portal/Properties/AuthType: Web function endpoint `Portal` (its endpoint) does not authenticate callers: \
         `AuthType` is \"ApplicationManaged\""
    );
    let boundaries = all("iam-permissions-boundary", text);
    let roles: Vec<&str> = boundaries.iter().filter_map(|each| each.split('`').nth(1)).collect();
    assert_eq!(roles, ["Portal", "Image", "Fleet"], "{boundaries:?}");
    assert!(boundaries.iter().any(|each| each.contains("`Fleet` (its operator role)")), "{boundaries:?}");
    let (report, _) = report_by(RuleSet::embedded(), &["iam-permissions-boundary"], text);
    let advice: Vec<&str> = report.findings.iter().filter_map(|finding| finding.advice.as_deref()).collect();
    assert_eq!(
        advice,
        [
            "SAM has no property for this. Declare a role, and set `ExecutionRoleArn`",
            "SAM has no property for this. Declare a role, and set `BuildRoleArn`",
            "SAM has no property for this. Declare a role, and set `OperatorRole`",
        ]
    );
}

#[test]
fn a_bucket_gets_the_tags_of_the_last_function_that_it_calls() {
    let template = |second: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Records: {{ Type: AWS::S3::Bucket, Properties: {{ Tags: [{{ Key: Environment, Value: prod }}, {{ Key: DataClassification, Value: PHI }}, {{ Key: ComplianceScope, Value: HIPAA }}] }} }}
  First:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: a.b
      Runtime: python3.13
      PropagateTags: true
      Tags: {{ Owner: records }}
      Events: {{ Put: {{ Type: S3, Properties: {{ Bucket: !Ref Records, Events: 's3:ObjectCreated:*' }} }} }}
{second}"
        )
    };
    // SAM puts the function's tags in place of the bucket's own.
    assert!(!all("tags-required", &template("")).is_empty());
    let second = "  Second:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: a.b
      Runtime: python3.13
      Events: { Put: { Type: S3, Properties: { Bucket: !Ref Records, Events: 's3:ObjectRemoved:*' } } }
";
    let found = all("tags-required", &template(second));
    assert!(!found.iter().any(|each| each.contains("No resource")), "{found:?}");
}

#[test]
fn two_events_may_write_one_queue_policy() {
    let template = |second: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Q: {{ Type: AWS::SQS::Queue }}
  F:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: a.b
      Runtime: python3.13
      Events:
        A: {{ Type: SNS, Properties: {{ Topic: !ImportValue a, SqsSubscription: {{ QueueArn: !GetAtt Q.Arn, QueueUrl: !Ref Q, QueuePolicyLogicalId: Shared }} }} }}
        B: {{ Type: SNS, Properties: {{ Topic: !ImportValue b, SqsSubscription: {{ QueueArn: !GetAtt Q.Arn, QueueUrl: !Ref Q{second} }} }} }}
"
        )
    };
    assert!(all("resource-policy-replaced", &template(", QueuePolicyLogicalId: Shared")).is_empty());
    assert_eq!(all("resource-policy-replaced", &template("")).len(), 2);
}
