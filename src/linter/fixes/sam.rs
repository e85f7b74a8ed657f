//! Where a property of a resource that SAM makes is set in the resource of SAM.

use crate::rules::path::Step;

/// The type of SAM, the type that SAM makes of it, the property there, and the property of SAM's type that has the same value; empty if
/// it has the same name.
///
/// Source: AWS SAM Developer Guide, pages of the resource types, "AWS CloudFormation compatibility" of each property
/// (docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html, 2026-11).
const PROPERTIES: &[(&str, &str, &str, &str)] = &[
    ("Function", "AWS::Lambda::Function", "TracingConfig.Mode", "Tracing"),
    ("Function", "AWS::Lambda::Function", "CodeSigningConfigArn", ""),
    ("Function", "AWS::Lambda::Function", "Environment", ""),
    ("Function", "AWS::Lambda::Function", "EphemeralStorage", ""),
    ("Function", "AWS::Lambda::Function", "KmsKeyArn", ""),
    ("Function", "AWS::Lambda::Function", "LoggingConfig", ""),
    ("Function", "AWS::Lambda::Function", "MemorySize", ""),
    ("Function", "AWS::Lambda::Function", "RecursiveLoop", ""),
    ("Function", "AWS::Lambda::Function", "ReservedConcurrentExecutions", ""),
    ("Function", "AWS::Lambda::Function", "Runtime", ""),
    ("Function", "AWS::Lambda::Function", "RuntimeManagementConfig", ""),
    ("Function", "AWS::Lambda::Function", "Timeout", ""),
    ("Function", "AWS::Lambda::Function", "VpcConfig", ""),
    ("SimpleTable", "AWS::DynamoDB::Table", "PointInTimeRecoverySpecification", ""),
    ("SimpleTable", "AWS::DynamoDB::Table", "SSESpecification", ""),
    ("StateMachine", "AWS::StepFunctions::StateMachine", "LoggingConfiguration", "Logging"),
    ("StateMachine", "AWS::StepFunctions::StateMachine", "TracingConfiguration", "Tracing"),
    ("Api", "AWS::ApiGateway::RestApi", "DisableExecuteApiEndpoint", ""),
    ("Api", "AWS::ApiGateway::RestApi", "MinimumCompressionSize", ""),
    ("Api", "AWS::ApiGateway::Stage", "AccessLogSetting", ""),
    ("Api", "AWS::ApiGateway::Stage", "CacheClusterEnabled", ""),
    ("Api", "AWS::ApiGateway::Stage", "CacheClusterSize", ""),
    ("Api", "AWS::ApiGateway::Stage", "MethodSettings", ""),
    ("Api", "AWS::ApiGateway::Stage", "TracingEnabled", ""),
    ("HttpApi", "AWS::ApiGatewayV2::Stage", "AccessLogSettings", ""),
    ("HttpApi", "AWS::ApiGatewayV2::Stage", "DefaultRouteSettings", ""),
    ("HttpApi", "AWS::ApiGatewayV2::Stage", "RouteSettings", ""),
    ("WebSocketApi", "AWS::ApiGatewayV2::Stage", "AccessLogSettings", ""),
    ("WebSocketApi", "AWS::ApiGatewayV2::Stage", "DefaultRouteSettings", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "Visibility", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "XrayEnabled", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "IntrospectionConfig", ""),
];

/// The steps in a resource of SAM that set the same; none if there are none.
pub(super) fn steps(sam: &str, made: &str, steps: &[Step]) -> Option<Vec<Step>> {
    let sam = sam.strip_prefix("AWS::Serverless::")?;
    let (first, below) = steps.split_first()?;
    if !matches!(first, Step::Name(name) if name == "Properties") {
        return None;
    }
    PROPERTIES.iter().filter(|(own, kind, ..)| *own == sam && *kind == made).find_map(|(_, _, there, here)| {
        let names: Vec<&str> = there.split('.').collect();
        let (taken, rest) = below.split_at_checked(names.len())?;
        let is_it = taken.iter().zip(&names).all(|(step, name)| matches!(step, Step::Name(own) if own == name));
        let name = if here.is_empty() { there } else { here };
        let renamed = [first.clone(), Step::Name((*name).to_owned())].into_iter().chain(rest.iter().cloned());
        is_it.then(|| renamed.collect())
    })
}
