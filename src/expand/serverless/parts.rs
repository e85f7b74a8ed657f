//! What SAM makes, in the words of its own properties: what a resource is to the one that it was made from, and how to set one of
//! its properties there.
//!
//! Source: the `property_types` of aws-sam-translator 1.115.0, `model/sam_resources.py`, `model/apigateway.py`,
//! `model/lambda_.py`, `model/events.py`, `model/sqs.py`, `model/eventsources/`, and `assign_tags` in `model/__init__.py`.

use crate::expand::expansion::{MadeFrom, Part};

/// What a resource of this type is to the one that it was made from, after the name of that one: `the rule of its schedule
/// "Tick"`. None where it is the same.
pub(in crate::expand) fn description(made_from: &MadeFrom, kind: &str) -> Option<String> {
    match &made_from.part {
        Part::Whole if is_declared(made_from) => None,
        Part::Whole => Some("the API that SAM creates for events without one".to_owned()),
        Part::OfResource => match (made_from.kind.as_str(), kind) {
            ("AWS::Serverless::GraphQLApi", "AWS::IAM::Role") => Some("the role for its log".to_owned()),
            ("AWS::Serverless::MicrovmImage", "AWS::IAM::Role") => Some("its build role".to_owned()),
            ("AWS::Serverless::CapacityProvider" | "AWS::Serverless::NetworkConnector", "AWS::IAM::Role") => {
                Some("its operator role".to_owned())
            }
            _ => of_resource(kind).map(str::to_owned),
        },
        Part::OfPart { within, name } => Some(of_part(kind, within, name)),
        Part::OfEvent { name, kind: event } => Some(of_event(kind, name, event)),
    }
}

/// Whether a person declared the resource.
fn is_declared(made_from: &MadeFrom) -> bool {
    made_from.block.strip_prefix("Resources/") == Some(&made_from.id)
}

fn of_resource(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::ApiGateway::Deployment" => "with which SAM adds a second stage, `Stage`",
        "AWS::ApiGateway::Stage" | "AWS::ApiGatewayV2::Stage" => "its stage",
        "AWS::ApiGateway::DomainName" | "AWS::ApiGateway::DomainNameV2" | "AWS::ApiGatewayV2::DomainName" => {
            "its domain name"
        }
        "AWS::ApiGateway::BasePathMapping" | "AWS::ApiGateway::BasePathMappingV2" | "AWS::ApiGatewayV2::ApiMapping" => {
            "its mapping"
        }
        "AWS::ApiGatewayV2::Authorizer" => "its authorizer",
        "AWS::AppSync::ApiCache" => "its cache",
        "AWS::AppSync::ApiKey" => "its API key",
        "AWS::AppSync::DomainName" => "its domain name",
        "AWS::IAM::ManagedPolicy" => "its IAM policy",
        "AWS::IAM::Role" => "its execution role",
        "AWS::Lambda::Alias" | "AWS::StepFunctions::StateMachineAlias" => "its alias",
        "AWS::Lambda::EventInvokeConfig" => "its settings for asynchronous invocation",
        "AWS::Lambda::Permission" => "a permission that SAM adds",
        "AWS::Lambda::Url" => "its function URL",
        "AWS::Lambda::Version" | "AWS::StepFunctions::StateMachineVersion" => "its version",
        "AWS::Lambda::WebFunctionEndpoint" => "its endpoint",
        "AWS::Lambda::WebFunctionRevision" => "its revision",
        "AWS::SNS::Topic" => "the topic of its `EventInvokeConfig`",
        "AWS::SNS::TopicPolicy" => "its topic policy",
        "AWS::SQS::Queue" => "the queue of its `EventInvokeConfig`",
        "AWS::SQS::QueuePolicy" => "its queue policy",
        _ => return None,
    })
}

fn of_part(kind: &str, within: &str, name: &str) -> String {
    let whose = match within {
        "Connectors" => format!("its connector `{name}`"),
        "DataSources" => format!("its data source `{name}`"),
        _ => "its deployments".to_owned(),
    };
    let what = match kind {
        "AWS::AppSync::DataSource" => return whose,
        "AWS::CodeDeploy::Application" => "the application",
        "AWS::CodeDeploy::DeploymentGroup" => "the group",
        "AWS::IAM::ManagedPolicy" => "the IAM policy",
        "AWS::IAM::Role" => "the role",
        "AWS::Lambda::Permission" => "the permission",
        "AWS::SNS::TopicPolicy" => "the topic policy",
        "AWS::SQS::QueuePolicy" => "the queue policy",
        _ => "a resource",
    };
    format!("{what} of {whose}")
}

fn of_event(kind: &str, name: &str, event: &str) -> String {
    let what = match kind {
        "AWS::ApiGateway::Method" => "the method",
        "AWS::ApiGatewayV2::Integration" => "the integration",
        "AWS::ApiGatewayV2::Route" => "the route",
        "AWS::Events::Rule" => "the rule",
        "AWS::IAM::Role" => "the role",
        "AWS::IoT::TopicRule" => "the topic rule",
        "AWS::Lambda::EventSourceMapping" => "the event source mapping",
        "AWS::Lambda::Permission" => "the permission",
        "AWS::Logs::SubscriptionFilter" => "the subscription filter",
        "AWS::SNS::Subscription" => "the subscription",
        "AWS::SQS::Queue" if event == "SNS" => "the queue",
        "AWS::SQS::Queue" => "the dead-letter queue",
        "AWS::SQS::QueuePolicy" => "the queue policy",
        "AWS::Scheduler::Schedule" => "the schedule",
        _ => "a resource",
    };
    let whose = match (event, kind) {
        ("Route", "AWS::ApiGatewayV2::Route") => return format!("its route `{name}`"),
        ("Route", _) => "route",
        (_, "AWS::Scheduler::Schedule") => "event",
        ("Schedule" | "ScheduleV2", _) => "schedule",
        _ => "event",
    };
    format!("{what} of its {whose} `{name}`")
}

/// How to set a property or an attribute of something that SAM makes, in SAM's own properties. None where the property is the
/// same there.
pub(in crate::expand) fn advice(made_from: &MadeFrom, kind: &str, property: &str) -> Option<String> {
    let within = match &made_from.part {
        Part::OfPart { within, .. } => Some(*within),
        _ => None,
    };
    if within == Some("Connectors") || made_from.kind == "AWS::Serverless::Connector" {
        return of_connector(kind).map(str::to_owned);
    }
    if within == Some("DataSources") {
        let text = "SAM has no property for this. Declare a role, and set `ServiceRoleArn` of the data source";
        return (kind != "AWS::AppSync::DataSource").then(|| text.to_owned());
    }
    let sam = made_from.kind.strip_prefix("AWS::Serverless::")?;
    if property == "Tags" {
        return tags(made_from, sam, kind);
    }
    if within == Some("DeploymentPreference") {
        let text = "SAM has no property for this. Declare a role, and set `Role` of `DeploymentPreference`";
        return (kind == "AWS::IAM::Role").then(|| text.to_owned());
    }
    let event = match &made_from.part {
        Part::OfEvent { kind, .. } => Some(kind.as_str()),
        Part::OfResource | Part::Whole | Part::OfPart { .. } => None,
    };
    let text = match (sam, event, kind, property) {
        ("GraphQLApi", None, "AWS::IAM::Role", _) => {
            "SAM has no property for this. Declare a role, and set `CloudWatchLogsRoleArn` of `Logging`"
        }
        ("WebFunction", None, "AWS::IAM::Role", _) => {
            "SAM has no property for this. Declare a role, and set `ExecutionRoleArn`"
        }
        ("MicrovmImage", None, "AWS::IAM::Role", _) => {
            "SAM has no property for this. Declare a role, and set `BuildRoleArn`"
        }
        ("CapacityProvider" | "NetworkConnector", None, "AWS::IAM::Role", _) => {
            "SAM has no property for this. Declare a role, and set `OperatorRole`"
        }
        ("CapacityProvider", None, "AWS::Lambda::CapacityProvider", "TelemetryConfig") => {
            "Set `LoggingConfig`, which SAM has instead of `TelemetryConfig`"
        }
        (_, None, "AWS::ApiGateway::Deployment", _) => {
            "Set `OpenApiVersion: 3.0.1` on the API: SAM then does not create the stage `Stage`"
        }
        (_, Some("Route"), "AWS::ApiGatewayV2::Route", "AuthorizationType") => {
            "Set `Auth: { AuthType: AWS_IAM }` on the API, or `AuthType: CUSTOM` with `AuthArn`"
        }
        (_, _, "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api", "Body") => {
            "Set `DefaultAuthorizer` in the `Auth` of the API, or `security` in its `DefinitionBody`"
        }
        (_, Some(_), "AWS::ApiGateway::Method" | "AWS::ApiGatewayV2::Route", "AuthorizationType") => {
            "Set `DefaultAuthorizer` in the `Auth` of the API, or `Authorizer` in the `Auth` of the event"
        }
        (_, Some("SNS"), "AWS::SQS::Queue", _) => {
            "SAM has no properties for this queue. Declare an `AWS::SQS::Queue`, and set `QueueArn` and `QueueUrl` of \
             `SqsSubscription`"
        }
        (_, Some(_), "AWS::SQS::Queue", _) => {
            "SAM has no properties for this queue. Declare an `AWS::SQS::Queue`, and set `Arn` of `DeadLetterConfig` \
             instead of `Type`"
        }
        (_, None, "AWS::SQS::Queue" | "AWS::SNS::Topic", _) => {
            "SAM has no properties for this resource. Declare it, and set `Destination` to its ARN"
        }
        (_, Some("AlexaSkill"), "AWS::Lambda::Permission", _) => "Set `SkillId` of the event",
        (_, None, "AWS::Lambda::Permission", "Principal") => {
            "SAM adds this permission because `AuthType` in `FunctionUrlConfig` is set to NONE: set it to AWS_IAM"
        }
        (_, None, "AWS::Lambda::Function", "DeadLetterConfig") => {
            "Set `DeadLetterQueue: { Type: SQS, TargetArn: … }`, which SAM has instead of `DeadLetterConfig`"
        }
        (_, None, "AWS::Lambda::Function", "TracingConfig") => "Set `Tracing: Active`",
        (_, None, "AWS::StepFunctions::StateMachine", "LoggingConfiguration") => {
            "Set `Logging`, which SAM has instead of `LoggingConfiguration`"
        }
        (_, None, "AWS::StepFunctions::StateMachine", "TracingConfiguration") => "Set `Tracing: { Enabled: true }`",
        (_, None, "AWS::StepFunctions::StateMachine", "EncryptionConfiguration") => {
            "`AWS::Serverless::StateMachine` has no property for this. Declare an `AWS::StepFunctions::StateMachine`"
        }
        ("SimpleTable", ..) if !TABLE.contains(&property) => {
            "`AWS::Serverless::SimpleTable` has no property for this. Declare an `AWS::DynamoDB::Table`"
        }
        (_, None, "AWS::ApiGateway::Stage", "ClientCertificateId") => {
            "`AWS::Serverless::Api` has no property for this. Declare an `AWS::ApiGateway::Stage`"
        }
        (_, None, "AWS::AppSync::GraphQLApi", "AuthenticationType") => {
            "Set `Type` of `Auth` to AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT, AWS_IAM, or AWS_LAMBDA"
        }
        (_, None, "AWS::AppSync::GraphQLApi", "AdditionalAuthenticationProviders") => {
            "Remove the provider from `Additional` of `Auth`"
        }
        (_, None, "AWS::AppSync::GraphQLApi", "LogConfig") => "Set this in `Logging`",
        _ => return None,
    };
    Some(text.to_owned())
}

/// What a simple table has by the name that the table has it.
const TABLE: [&str; 7] = [
    "DeletionPolicy",
    "PointInTimeRecoverySpecification",
    "PrimaryKey",
    "ProvisionedThroughput",
    "SSESpecification",
    "TableName",
    "UpdateReplacePolicy",
];

/// How tags come to something that SAM makes.
fn tags(made_from: &MadeFrom, sam: &str, kind: &str) -> Option<String> {
    if (sam, kind) == ("GraphQLApi", "AWS::IAM::Role") {
        let text = "SAM has no property for these tags. Declare a role, and set `CloudWatchLogsRoleArn` of `Logging`";
        return Some(text.to_owned());
    }
    if !takes_tags(kind) {
        let alternative = match kind {
            "AWS::Events::Rule" => "an `AWS::Events::Rule` and an `AWS::Lambda::Permission`",
            "AWS::Lambda::EventSourceMapping" => "an `AWS::Lambda::EventSourceMapping`",
            _ => return Some("SAM has no property for these tags, and `PropagateTags` does not set them".to_owned()),
        };
        return Some(format!(
            "SAM has no property for these tags, and `PropagateTags` does not set them. Declare {alternative} instead of the \
             event"
        ));
    }
    // What gets the tags of the resource in any case.
    let is_tagged = match (&made_from.part, kind) {
        (Part::Whole, "AWS::ApiGateway::RestApi") => sam != "Api",
        (Part::OfResource, "AWS::IAM::Role") => {
            !["CapacityProvider", "MicrovmImage", "NetworkConnector"].contains(&sam)
        }
        (Part::Whole, _) => true,
        (Part::OfResource, "AWS::ApiGateway::Stage" | "AWS::ApiGatewayV2::Stage" | "AWS::ApiGatewayV2::DomainName") => {
            true
        }
        _ => false,
    };
    // The API of events without one has no declaration.
    let id = match &made_from.part {
        Part::Whole if !is_declared(made_from) => "the resource of the event".to_owned(),
        _ => format!("`{}`", made_from.id),
    };
    (!is_tagged).then(|| format!("Set `PropagateTags: true` on {id}: SAM then gives its `Tags` to this resource"))
}

/// How to change what SAM makes of a connector.
fn of_connector(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::SQS::QueuePolicy" => {
            "SAM writes this policy. Remove the connector, and grant the same access in the queue's own `AWS::SQS::QueuePolicy`"
        }
        "AWS::SNS::TopicPolicy" => {
            "SAM writes this policy. Remove the connector, and grant the same access in the topic's own `AWS::SNS::TopicPolicy`"
        }
        "AWS::IAM::ManagedPolicy" => {
            "SAM writes this policy. Remove the connector, and grant the access in a policy that you declare"
        }
        "AWS::Lambda::Permission" => {
            "SAM writes this permission. Remove the connector, and declare an `AWS::Lambda::Permission`"
        }
        _ => return None,
    })
}

/// The types that `PropagateTags` reaches: those whose tags the translator knows.
const TAGGED: [&str; 22] = [
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::Function",
    "AWS::Lambda::MicrovmImage",
    "AWS::Lambda::NetworkConnector",
    "AWS::Lambda::WebFunction",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
];

/// Whether `PropagateTags` reaches resources of this type.
pub(super) fn takes_tags(kind: &str) -> bool {
    TAGGED.contains(&kind)
        || ["AWS::AppSync::GraphQLApi", "AWS::CloudFormation::Stack", "AWS::DynamoDB::Table"].contains(&kind)
}
