//! What SAM writes into APIs from other places of a template: settings of routes and accounts that events name, and settings of CORS
//! and integrations that replace those of a document.

use hipaalint::eval::inputs::Pinned;
use hipaalint::finding::{Finding, Outcome};
use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;

/// `line message` of each finding of a rule, with its outcome.
fn findings(rule: &str, text: &str) -> Vec<(Outcome, String, Option<String>)> {
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    let selects = |id: &str| id == rule;
    let linter =
        Linter::new(RuleSet::embedded(), |entry| selects(&entry.meta.id), &BTreeMap::new(), Pinned::default(), keep)
            .unwrap();
    let source = Source::new(SourceId(0), "template.yaml", text);
    let report = linter.lint(&source);
    assert!(report.is_template && report.diagnostics.is_empty(), "{:?}\n{text}", report.diagnostics);
    let line = |finding: &Finding| source.position(finding.span.start).line;
    let found = report.findings.iter();
    found
        .map(|finding| {
            (
                finding.outcome,
                format!("{} {}", line(finding), finding.message),
                finding.advice.as_deref().map(str::to_owned),
            )
        })
        .collect()
}

/// The line of each violation.
fn lines(rule: &str, text: &str) -> Vec<String> {
    let found = findings(rule, text).into_iter().filter(|(outcome, ..)| *outcome == Outcome::Fail);
    found.map(|(_, text, _)| text.split(' ').next().unwrap_or_default().to_owned()).collect()
}

const HEAD: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n";

/// A function whose events are these.
fn function(attributes: &str, events: &str) -> String {
    format!(
        "  F:
    Type: AWS::Serverless::Function
{attributes}    Properties:
      Handler: a.b
      Runtime: python3.13
      CodeUri: s3://b/k
      Events:
{events}"
    )
}

#[test]
fn settings_of_routes_of_events_are_those_of_the_stage() {
    let api = "  Api: { Type: AWS::Serverless::HttpApi, Properties: { Auth: { EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM } } }\n";
    let event = |api: &str, traces: &str| {
        format!(
            "        E: {{ Type: HttpApi, Properties: {{ {api}Path: /e, Method: get, RouteSettings: {{ DataTraceEnabled: {traces} }} }} }}\n"
        )
    };
    for named in ["ApiId: !Ref Api, ", ""] {
        let text = |traces: &str| format!("{HEAD}{api}{}", function("", &event(named, traces)));
        assert_eq!(lines("apigateway-data-trace", &text("true")), ["11"], "{named}");
        assert!(lines("apigateway-data-trace", &text("false")).is_empty(), "{named}");
    }
    // Over those of the API.
    let own = "  Api: { Type: AWS::Serverless::HttpApi, Properties: { RouteSettings: { GET /e: { DataTraceEnabled: true } } } }\n";
    let text = format!("{HEAD}{own}{}", function("", &event("ApiId: !Ref Api, ", "false")));
    assert!(lines("apigateway-data-trace", &text).is_empty());
    // With the condition of the function.
    let conditions = "Conditions: { Never: !Equals [a, b] }\n";
    let text =
        format!("{conditions}{HEAD}{api}{}", function("    Condition: Never\n", &event("ApiId: !Ref Api, ", "true")));
    assert!(lines("apigateway-data-trace", &text).is_empty());
}

#[test]
fn settings_of_cors_replace_those_of_the_document() {
    let api = |own: &str, document: &str| {
        format!(
            "{HEAD}  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: {own}
      DefinitionBody:
        openapi: 3.0.1
        info: {{ title: x, version: '1' }}
        paths: {{}}
{document}"
        )
    };
    let document = |origin: &str| {
        format!("        x-amazon-apigateway-cors: {{ allowOrigins: ['{origin}'], allowCredentials: true }}\n")
    };
    for (own, document, expected) in [
        ("{ AllowOrigins: ['https://*'] }", document("https://portal.example.com"), vec!["11"]),
        ("{ AllowOrigins: ['https://portal.example.com'], AllowCredentials: true }", document("https://*"), vec![]),
        ("true", document("https://portal.example.com"), vec!["11"]),
        ("{ AllowOrigins: ['*'], AllowCredentials: true }", String::new(), vec!["6"]),
        ("{ AllowHeaders: [authorization] }", document("https://*"), vec!["11"]),
    ] {
        assert_eq!(lines("apigateway-cors-credentials", &api(own, &document)), expected, "{own} {document}");
    }
}

#[test]
fn a_merged_event_replaces_the_integration_of_the_document() {
    let text = |merges: bool, attributes: &str| {
        format!(
            "Conditions: {{ Prod: !Equals [!Ref AWS::Region, us-east-1] }}
{HEAD}  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      MergeDefinitions: {merges}
      DefinitionBody:
        openapi: 3.0.1
        info: {{ title: x, version: '1' }}
        paths:
          /b: {{ post: {{ x-amazon-apigateway-integration: {{ type: http_proxy, httpMethod: POST, uri: 'http://old.example.com' }} }} }}
{}",
            function(attributes, "        B: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /b, Method: post } }\n")
        )
    };
    assert!(lines("apigateway-integration-https", &text(true, "")).is_empty());
    assert_eq!(lines("apigateway-integration-https", &text(false, "")), ["13"]);
    assert_eq!(lines("apigateway-integration-https", &text(true, "    Condition: Prod\n")), ["13"]);
}

#[test]
fn accounts_that_may_call_are_statements() {
    let event = "        A: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /c, Method: get } }\n";
    for list in ["['999999999999']", "[999999999999]", "[!Sub 'arn:aws:iam::999999999999:root']"] {
        let api = format!(
            "  Api: {{ Type: AWS::Serverless::Api, Properties: {{ StageName: prod, Auth: {{ ResourcePolicy: {{ AwsAccountWhitelist: {list} }} }} }} }}\n"
        );
        let text = format!("{HEAD}{api}{}", function("", event));
        assert_eq!(lines("resource-policy-foreign-account", &text), ["3"], "{list}");
        let custom = api.replace("AwsAccountWhitelist", "CustomStatements: [{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/x' }], AwsAccountWhitelist");
        assert_eq!(lines("resource-policy-foreign-account", &format!("{HEAD}{custom}")), ["3"], "{list}");
        let api = "  Api: { Type: AWS::Serverless::Api, Properties: { StageName: prod } }\n";
        let own = event.replace(
            "Method: get",
            &format!("Method: get, Auth: {{ ResourcePolicy: {{ AwsAccountWhitelist: {list} }} }}"),
        );
        let text = format!("{HEAD}{api}{}", function("", &own));
        assert_eq!(lines("resource-policy-foreign-account", &text), ["11"], "{list}");
    }
    let networks = "  Api: { Type: AWS::Serverless::Api, Properties: { StageName: prod, Auth: { ResourcePolicy: { IpRangeWhitelist: [10.0.0.0/8] } } } }\n";
    assert!(lines("resource-policy-foreign-account", &format!("{HEAD}{networks}")).is_empty());
}

#[test]
fn a_function_of_a_capacity_provider_runs_in_its_network() {
    let text = |config: &str| {
        format!(
            "{HEAD}  F: {{ Type: AWS::Serverless::Function, Properties: {{ Handler: a.b, Runtime: python3.13, CodeUri: s3://b/k{config} }} }}\n"
        )
    };
    for rule in ["lambda-inside-vpc", "lambda-reserved-concurrency"] {
        assert_eq!(lines(rule, &text("")), ["3"], "{rule}");
        let config = ", CapacityProviderConfig: { Arn: !GetAtt CP.CapacityProviderArn, PerExecutionEnvironmentMaxConcurrency: 4 }";
        assert!(lines(rule, &text(config)).is_empty(), "{rule}");
    }
}

#[test]
fn a_bucket_without_properties_stands_where_it_was_written() {
    let bucket = "  Records:\n    Type: AWS::S3::Bucket\n";
    let event = "        New: { Type: S3, Properties: { Bucket: !Ref Records, Events: 's3:ObjectCreated:*' } }\n";
    let text = format!("{HEAD}{bucket}{}", function("", event));
    assert_eq!(lines("s3-bucket-versioning", &text), ["3"]);
}

#[test]
fn advice_about_authorization_is_for_findings_about_it() {
    let text = format!(
        "{HEAD}  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: {{ title: x, version: '1' }}
        x-amazon-apigateway-cors: {{ allowOrigins: ['*'], allowCredentials: true }}
        paths:
          /a: {{ get: {{ x-amazon-apigateway-integration: {{ type: http_proxy, httpMethod: GET, uri: 'https://x.example.com/' }} }} }}
"
    );
    let advice = |rule: &str| findings(rule, &text).into_iter().map(|(.., advice)| advice).collect::<Vec<_>>();
    assert_eq!(advice("apigateway-cors-credentials"), [None]);
    let authorization = advice("apigateway-method-authorization");
    assert!(
        matches!(authorization.as_slice(), [Some(text)] if text.contains("DefaultAuthorizer")),
        "{authorization:?}"
    );
}

#[test]
fn the_id_of_a_skill_is_no_secret() {
    let skill = "        Alexa: { Type: AlexaSkill, Properties: { SkillId: amzn1.ask.skill.8a4c7f12-3b5d-4e6f-9a0b-1c2d3e4f5a6b } }\n";
    assert!(lines("literal-secret", &format!("{HEAD}{}", function("", skill))).is_empty());
}
