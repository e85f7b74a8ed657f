//! Where a property of a resource that SAM makes is set in the resource of SAM.

use crate::rules::path::Step;

/// The type of SAM, the type that SAM makes of it, the property there, and the property of SAM's type that has the same value; empty if
/// it has the same name.
///
/// Source: AWS SAM Developer Guide, pages of the resource types, "AWS CloudFormation compatibility" of each property
/// (docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html, 2026-11).
const PROPERTIES: &[(&str, &str, &str, &str)] = &[
    ("Function", "AWS::Lambda::Function", "DeadLetterConfig", "DeadLetterQueue"),
    ("Function", "AWS::Lambda::Function", "TracingConfig.Mode", "Tracing"),
    ("Function", "AWS::Lambda::Function", "Architectures", ""),
    ("Function", "AWS::Lambda::Function", "CodeSigningConfigArn", ""),
    ("Function", "AWS::Lambda::Function", "DurableConfig", ""),
    ("Function", "AWS::Lambda::Function", "Environment", ""),
    ("Function", "AWS::Lambda::Function", "EphemeralStorage", ""),
    ("Function", "AWS::Lambda::Function", "FileSystemConfigs", ""),
    ("Function", "AWS::Lambda::Function", "FunctionName", ""),
    ("Function", "AWS::Lambda::Function", "KmsKeyArn", ""),
    ("Function", "AWS::Lambda::Function", "Layers", ""),
    ("Function", "AWS::Lambda::Function", "LoggingConfig", ""),
    ("Function", "AWS::Lambda::Function", "MemorySize", ""),
    ("Function", "AWS::Lambda::Function", "RecursiveLoop", ""),
    ("Function", "AWS::Lambda::Function", "ReservedConcurrentExecutions", ""),
    ("Function", "AWS::Lambda::Function", "Runtime", ""),
    ("Function", "AWS::Lambda::Function", "RuntimeManagementConfig", ""),
    ("Function", "AWS::Lambda::Function", "SnapStart", ""),
    ("Function", "AWS::Lambda::Function", "Timeout", ""),
    ("Function", "AWS::Lambda::Function", "VpcConfig", ""),
    ("Function", "AWS::Lambda::Url", "AuthType", "FunctionUrlConfig.AuthType"),
    ("Function", "AWS::Lambda::Url", "Cors", "FunctionUrlConfig.Cors"),
    // ARNs of managed policies. What else `Policies` can have is not of this property.
    ("Function", "AWS::IAM::Role", "ManagedPolicyArns", "Policies"),
    ("Function", "AWS::IAM::Role", "PermissionsBoundary", ""),
    ("WebFunction", "AWS::Lambda::WebFunctionRevision", "KmsKeyArn", ""),
    ("WebFunction", "AWS::Lambda::WebFunctionEndpoint", "AuthType", ""),
    ("SimpleTable", "AWS::DynamoDB::Table", "PointInTimeRecoverySpecification", ""),
    ("SimpleTable", "AWS::DynamoDB::Table", "SSESpecification", ""),
    ("SimpleTable", "AWS::DynamoDB::Table", "TableName", ""),
    ("StateMachine", "AWS::StepFunctions::StateMachine", "LoggingConfiguration", "Logging"),
    ("StateMachine", "AWS::StepFunctions::StateMachine", "StateMachineName", "Name"),
    ("StateMachine", "AWS::StepFunctions::StateMachine", "TracingConfiguration", "Tracing"),
    ("StateMachine", "AWS::IAM::Role", "PermissionsBoundary", ""),
    ("LayerVersion", "AWS::Lambda::LayerVersion", "LayerName", ""),
    ("Api", "AWS::ApiGateway::RestApi", "DisableExecuteApiEndpoint", ""),
    ("Api", "AWS::ApiGateway::RestApi", "MinimumCompressionSize", ""),
    ("Api", "AWS::ApiGateway::RestApi", "Name", ""),
    ("Api", "AWS::ApiGateway::RestApi", "SecurityPolicy", ""),
    ("Api", "AWS::ApiGateway::Stage", "AccessLogSetting", ""),
    ("Api", "AWS::ApiGateway::Stage", "CacheClusterEnabled", ""),
    ("Api", "AWS::ApiGateway::Stage", "CacheClusterSize", ""),
    ("Api", "AWS::ApiGateway::Stage", "MethodSettings", ""),
    ("Api", "AWS::ApiGateway::Stage", "TracingEnabled", ""),
    ("Api", "AWS::ApiGateway::DomainName", "MutualTlsAuthentication", "Domain.MutualTlsAuthentication"),
    ("Api", "AWS::ApiGateway::DomainName", "SecurityPolicy", "Domain.SecurityPolicy"),
    ("HttpApi", "AWS::ApiGatewayV2::Api", "DisableExecuteApiEndpoint", ""),
    ("HttpApi", "AWS::ApiGatewayV2::Api", "Name", ""),
    (
        "HttpApi",
        "AWS::ApiGatewayV2::DomainName",
        "DomainNameConfigurations.[*].SecurityPolicy",
        "Domain.SecurityPolicy",
    ),
    ("HttpApi", "AWS::ApiGatewayV2::DomainName", "MutualTlsAuthentication", "Domain.MutualTlsAuthentication"),
    ("HttpApi", "AWS::ApiGatewayV2::Stage", "AccessLogSettings", ""),
    ("HttpApi", "AWS::ApiGatewayV2::Stage", "DefaultRouteSettings", ""),
    ("HttpApi", "AWS::ApiGatewayV2::Stage", "RouteSettings", ""),
    ("WebSocketApi", "AWS::ApiGatewayV2::Api", "DisableExecuteApiEndpoint", ""),
    ("WebSocketApi", "AWS::ApiGatewayV2::Api", "Name", ""),
    (
        "WebSocketApi",
        "AWS::ApiGatewayV2::DomainName",
        "DomainNameConfigurations.[*].SecurityPolicy",
        "Domain.SecurityPolicy",
    ),
    ("WebSocketApi", "AWS::ApiGatewayV2::Stage", "AccessLogSettings", ""),
    ("WebSocketApi", "AWS::ApiGatewayV2::Stage", "DefaultRouteSettings", ""),
    ("WebSocketApi", "AWS::ApiGatewayV2::Stage", "RouteSettings", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "LogConfig", "Logging"),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "Name", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "QueryDepthLimit", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "ResolverCountLimit", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "Visibility", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "XrayEnabled", ""),
    ("GraphQLApi", "AWS::AppSync::GraphQLApi", "IntrospectionConfig", ""),
    ("GraphQLApi", "AWS::AppSync::ApiCache", "AtRestEncryptionEnabled", "Cache.AtRestEncryptionEnabled"),
    ("GraphQLApi", "AWS::AppSync::ApiCache", "TransitEncryptionEnabled", "Cache.TransitEncryptionEnabled"),
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
        let is_it = taken.iter().zip(&names).all(|(step, name)| match step {
            Step::Name(own) => own == name,
            Step::Index(_) | Step::Every => *name == "[*]",
        });
        let here = if here.is_empty() { there } else { here };
        let renamed = here.split('.').map(|name| Step::Name(name.to_owned()));
        let renamed = [first.clone()].into_iter().chain(renamed).chain(rest.iter().cloned());
        is_it.then(|| renamed.collect())
    })
}

/// What else has to be set with a property of SAM: its dead-letter queue has a type.
///
/// Source: AWS SAM Developer Guide, "DeadLetterQueue" (sam-property-function-deadletterqueue.html, 2026-11).
pub(super) fn companion(steps: &[Step]) -> Option<Vec<Step>> {
    let [properties, Step::Name(queue), Step::Name(target)] = steps else { return None };
    let is_it = queue == "DeadLetterQueue" && target == "TargetArn";
    is_it.then(|| vec![properties.clone(), Step::Name(queue.clone()), Step::Name("Type".to_owned())])
}

/// The type of SAM's dead-letter queue, by the type of the resource that a fix adds for it.
pub(super) fn queue_type(added: Option<&str>) -> Option<&'static str> {
    match added? {
        "AWS::SQS::Queue" => Some("SQS"),
        "AWS::SNS::Topic" => Some("SNS"),
        _ => None,
    }
}
