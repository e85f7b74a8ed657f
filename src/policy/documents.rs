//! Which resource types hold policy documents, and in which property. A reviewed table.
//!
//! Found by scanning CloudFormation's resource schemas for properties that hold free JSON or text and speak of policies,
//! permissions or statements, and reviewed against the types' documentation. Left out, because they grant nothing or are
//! not written in the IAM policy language: session policies (`AWS::Transfer::User`, `AWS::EKS::PodIdentityAssociation`,
//! `AWS::RolesAnywhere::Profile`) and organization policies (`AWS::Organizations::Policy`), which only limit what others
//! grant; Cedar policies (Verified Permissions, Verified Access, Bedrock AgentCore); data access policies of OpenSearch
//! Serverless; the policies of `AWS::Logs::AccountPolicy`, `AWS::NetworkManager::CoreNetwork` and of data protection,
//! lifecycle, scaling and filtering; the templates of `AWS::RAM::Permission`.

/// What a policy document is attached to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// To a user, group or role: what it may do. Its statements have no principals.
    Identity,
    /// To a role: who may assume it.
    Trust,
    /// To a resource: who may use it.
    Resource,
}

impl DocumentKind {
    /// As rule files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Trust => "trust",
            Self::Resource => "resource",
        }
    }

    /// Whether `Resource: "*"` stands for no more than what the document is attached to: a key policy's `*` is that key
    /// (KMS developer guide, "Key policies"), and no resource's policy reaches beyond the resource.
    pub fn star_is_the_resource_itself(self) -> bool {
        self != Self::Identity
    }
}

/// How statements are written in a property.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A whole document: `{Version, Statement}`.
    Document,
    /// Statements alone, one or a list of them.
    Statements,
    /// The resource is a statement of a function's policy, whose elements are properties: `AWS::Lambda::Permission`.
    LambdaPermission,
    /// The statement's principal, action and condition are properties of the resource itself: an older form of
    /// `AWS::Events::EventBusPolicy`.
    EventBusProperties,
    /// The resource calls an operation of AWS, and the policy of a domain is JSON text in the text of the call: `Custom::OpenSearchAccessPolicy`.
    DomainUpdate,
    /// The resource is a statement of the policy of another one, whose elements are properties:
    /// `AWS::EntityResolution::PolicyStatement`.
    EntityResolutionStatement,
}

/// One property that holds policy documents.
#[derive(Copy, Clone, Debug)]
pub(super) struct DocumentProperty {
    pub(super) resource_type: &'static str,
    pub(super) kind: DocumentKind,
    pub(super) shape: Shape,
    /// Names below `Properties`, with `/` between them and `*` for every item of a list.
    pub(super) path: &'static str,
}

/// The places where resources of a type hold documents of a kind.
pub(super) fn document_properties(
    resource_type: &str,
    kind: DocumentKind,
) -> impl Iterator<Item = &'static DocumentProperty> + '_ {
    let start = DOCUMENT_PROPERTIES.partition_point(|property| property.resource_type < resource_type);
    DOCUMENT_PROPERTIES
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take_while(move |property| property.resource_type == resource_type)
        .filter(move |property| property.kind == kind)
}

/// The resource types that hold documents of a kind, sorted.
pub fn types_with(kind: DocumentKind) -> Vec<&'static str> {
    let mut types: Vec<_> = DOCUMENT_PROPERTIES
        .iter()
        // These are no documents: they have no elements but those that their properties stand for.
        .filter(|property| {
            let is_one_statement = matches!(property.shape, Shape::LambdaPermission | Shape::EntityResolutionStatement);
            property.kind == kind && !is_one_statement
        })
        .map(|property| property.resource_type)
        .collect();
    types.dedup();
    types
}

const fn identity(resource_type: &'static str, path: &'static str) -> DocumentProperty {
    DocumentProperty { resource_type, kind: DocumentKind::Identity, shape: Shape::Document, path }
}

const fn trust(resource_type: &'static str, path: &'static str) -> DocumentProperty {
    DocumentProperty { resource_type, kind: DocumentKind::Trust, shape: Shape::Document, path }
}

const fn resource(resource_type: &'static str, path: &'static str) -> DocumentProperty {
    DocumentProperty { resource_type, kind: DocumentKind::Resource, shape: Shape::Document, path }
}

/// Sorted by type.
const DOCUMENT_PROPERTIES: &[DocumentProperty] = &[
    resource("AWS::AIOps::InvestigationGroup", "InvestigationGroupPolicy"),
    resource("AWS::APS::ResourcePolicy", "PolicyDocument"),
    resource("AWS::ApiGateway::DomainNameV2", "Policy"),
    // The policy in an OpenAPI document, where AWS SAM writes it, too. Source: API Gateway developer guide,
    // "x-amazon-apigateway-policy" (2026-11).
    resource("AWS::ApiGateway::RestApi", "Body/x-amazon-apigateway-policy"),
    resource("AWS::ApiGateway::RestApi", "Policy"),
    resource("AWS::Backup::BackupVault", "AccessPolicy"),
    resource("AWS::Backup::LogicallyAirGappedBackupVault", "AccessPolicy"),
    resource("AWS::Bedrock::KnowledgeBasePolicy", "PolicyDocument"),
    resource("AWS::Bedrock::ResourcePolicy", "PolicyDocument"),
    resource("AWS::BedrockAgentCore::ResourcePolicy", "Policy"),
    resource("AWS::CloudTrail::ResourcePolicy", "ResourcePolicy"),
    resource("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument"),
    resource("AWS::CodeArtifact::Repository", "PermissionsPolicyDocument"),
    resource("AWS::Comprehend::DocumentClassifier", "ModelPolicy"),
    resource("AWS::DSQL::Cluster", "PolicyDocument"),
    resource("AWS::DynamoDB::GlobalTable", "Replicas/*/ReplicaStreamSpecification/ResourcePolicy/PolicyDocument"),
    resource("AWS::DynamoDB::GlobalTable", "Replicas/*/ResourcePolicy/PolicyDocument"),
    resource("AWS::DynamoDB::Table", "ResourcePolicy/PolicyDocument"),
    resource("AWS::DynamoDB::Table", "StreamSpecification/ResourcePolicy/PolicyDocument"),
    resource("AWS::EC2::VPCEndpoint", "PolicyDocument"),
    resource("AWS::ECR::PublicRepository", "RepositoryPolicyText"),
    resource("AWS::ECR::RegistryPolicy", "PolicyText"),
    resource("AWS::ECR::Repository", "RepositoryPolicyText"),
    resource("AWS::ECR::RepositoryCreationTemplate", "RepositoryPolicy"),
    resource("AWS::EFS::FileSystem", "FileSystemPolicy"),
    resource("AWS::Elasticsearch::Domain", "AccessPolicies"),
    DocumentProperty {
        resource_type: "AWS::EntityResolution::PolicyStatement",
        kind: DocumentKind::Resource,
        shape: Shape::EntityResolutionStatement,
        path: "",
    },
    resource("AWS::EventSchemas::RegistryPolicy", "Policy"),
    resource("AWS::Events::EventBus", "Policy"),
    DocumentProperty {
        resource_type: "AWS::Events::EventBusPolicy",
        kind: DocumentKind::Resource,
        shape: Shape::EventBusProperties,
        path: "",
    },
    DocumentProperty {
        resource_type: "AWS::Events::EventBusPolicy",
        kind: DocumentKind::Resource,
        shape: Shape::Statements,
        path: "Statement",
    },
    resource("AWS::EventsV2::ResourcePolicy", "PolicyDocument"),
    resource("AWS::FSx::S3AccessPointAttachment", "S3AccessPoint/Policy"),
    identity("AWS::IAM::Group", "Policies/*/PolicyDocument"),
    identity("AWS::IAM::GroupPolicy", "PolicyDocument"),
    identity("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    identity("AWS::IAM::Policy", "PolicyDocument"),
    trust("AWS::IAM::Role", "AssumeRolePolicyDocument"),
    identity("AWS::IAM::Role", "Policies/*/PolicyDocument"),
    identity("AWS::IAM::RolePolicy", "PolicyDocument"),
    identity("AWS::IAM::User", "Policies/*/PolicyDocument"),
    identity("AWS::IAM::UserPolicy", "PolicyDocument"),
    // Attached to certificates and thing groups, without principals.
    identity("AWS::IoT::Policy", "PolicyDocument"),
    resource("AWS::KMS::Key", "KeyPolicy"),
    resource("AWS::KMS::ReplicaKey", "KeyPolicy"),
    resource("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
    DocumentProperty {
        resource_type: "AWS::Lambda::Permission",
        kind: DocumentKind::Resource,
        shape: Shape::LambdaPermission,
        path: "",
    },
    resource("AWS::Lambda::ResourcePolicy", "PolicyDocument"),
    resource("AWS::Lex::ResourcePolicy", "Policy"),
    resource("AWS::Logs::DeliveryDestination", "DeliveryDestinationPolicy/DeliveryDestinationPolicy"),
    resource("AWS::Logs::Destination", "DestinationPolicy"),
    resource("AWS::Logs::LogGroup", "ResourcePolicyDocument"),
    resource("AWS::Logs::ResourcePolicy", "PolicyDocument"),
    resource("AWS::MSK::ClusterPolicy", "Policy"),
    resource("AWS::MediaPackageV2::ChannelPolicy", "Policy"),
    resource("AWS::MediaPackageV2::OriginEndpointPolicy", "Policy"),
    resource("AWS::MediaStore::Container", "Policy"),
    resource("AWS::MediaTailor::ChannelPolicy", "Policy"),
    resource("AWS::OSIS::Pipeline", "ResourcePolicy/Policy"),
    resource("AWS::Oam::Sink", "Policy"),
    resource("AWS::Omics::SequenceStore", "S3AccessPolicy"),
    resource("AWS::OpenSearchService::Domain", "AccessPolicies"),
    resource("AWS::Organizations::ResourcePolicy", "Content"),
    resource("AWS::PaymentCryptography::Key", "Policy"),
    resource("AWS::RUM::AppMonitor", "ResourcePolicy/PolicyDocument"),
    resource("AWS::Redshift::Cluster", "NamespaceResourcePolicy"),
    resource("AWS::RedshiftServerless::Namespace", "NamespaceResourcePolicy"),
    resource("AWS::S3::AccessPoint", "Policy"),
    resource("AWS::S3::BucketPolicy", "PolicyDocument"),
    resource("AWS::S3::MultiRegionAccessPointPolicy", "Policy"),
    resource("AWS::S3Express::AccessPoint", "Policy"),
    resource("AWS::S3Express::BucketPolicy", "PolicyDocument"),
    resource("AWS::S3Files::FileSystemPolicy", "Policy"),
    resource("AWS::S3ObjectLambda::AccessPointPolicy", "PolicyDocument"),
    resource("AWS::S3Outposts::AccessPoint", "Policy"),
    resource("AWS::S3Outposts::BucketPolicy", "PolicyDocument"),
    resource("AWS::S3Tables::TableBucketPolicy", "ResourcePolicy"),
    resource("AWS::S3Tables::TablePolicy", "ResourcePolicy"),
    resource("AWS::S3Vectors::VectorBucketPolicy", "Policy"),
    resource("AWS::SMSVOICE::ResourcePolicy", "PolicyDocument"),
    resource("AWS::SNS::TopicInlinePolicy", "PolicyDocument"),
    resource("AWS::SNS::TopicPolicy", "PolicyDocument"),
    resource("AWS::SQS::QueueInlinePolicy", "PolicyDocument"),
    resource("AWS::SQS::QueuePolicy", "PolicyDocument"),
    resource("AWS::SSM::ResourcePolicy", "Policy"),
    identity("AWS::SSO::PermissionSet", "InlinePolicy"),
    resource("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupPolicy"),
    resource("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    resource("AWS::VpcLattice::AuthPolicy", "Policy"),
    resource("AWS::VpcLattice::ResourcePolicy", "Policy"),
    resource("AWS::XRay::ResourcePolicy", "PolicyDocument"),
    // The AWS CDK writes access policies of domains in this way only (aws-cdk-lib, aws-opensearchservice and aws-elasticsearch,
    // access-policy.ts, 2026-11).
    DocumentProperty {
        resource_type: "Custom::ElasticsearchAccessPolicy",
        kind: DocumentKind::Resource,
        shape: Shape::DomainUpdate,
        path: "",
    },
    DocumentProperty {
        resource_type: "Custom::OpenSearchAccessPolicy",
        kind: DocumentKind::Resource,
        shape: Shape::DomainUpdate,
        path: "",
    },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::facts::{self, schema};
    use std::collections::BTreeSet;

    /// Free JSON whose name speaks of a policy but that is not a document of the IAM language that grants something.
    const REVIEWED: &[(&str, &str)] = &[
        ("AWS::Logs::LogGroup", "DataProtectionPolicy"),
        ("AWS::NetworkManager::CoreNetwork", "PolicyDocument"),
        ("AWS::RAM::Permission", "PolicyTemplate"),
        ("AWS::SNS::Subscription", "DeliveryPolicy"),
        ("AWS::SNS::Subscription", "FilterPolicy"),
        ("AWS::SNS::Subscription", "RedrivePolicy"),
        ("AWS::SNS::Subscription", "ReplayPolicy"),
        ("AWS::SNS::Topic", "ArchivePolicy"),
        ("AWS::SNS::Topic", "DataProtectionPolicy"),
        ("AWS::SNS::Topic", "DeliveryPolicy"),
        ("AWS::SQS::Queue", "RedriveAllowPolicy"),
        ("AWS::SQS::Queue", "RedrivePolicy"),
    ];

    /// Every property of a type with its path, as `PLACES` writes it, and what it is.
    fn properties(kind: &str) -> Vec<(String, schema::Kind)> {
        fn walk(kind: &str, path: &str, levels: usize, found: &mut Vec<(String, schema::Kind)>) {
            let property = schema::property(kind, &path.replace('/', ".")).unwrap();
            let below = match &property.kind {
                schema::Kind::Object(names) => names.clone(),
                schema::Kind::Array => vec!["*"],
                _ => Vec::new(),
            };
            if !path.is_empty() && !path.ends_with('*') {
                found.push((path.to_owned(), property.kind));
            }
            // Types that contain themselves have no end.
            for name in below.into_iter().filter(|_| levels > 0) {
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
                walk(kind, &path, levels - 1, found);
            }
        }
        let mut found = Vec::new();
        walk(kind, "", 7, &mut found);
        found
    }

    #[test]
    fn the_table_is_sorted_and_says_nothing_twice() {
        for pair in DOCUMENT_PROPERTIES.windows(2) {
            assert!(pair[0].resource_type <= pair[1].resource_type, "{} out of order", pair[1].resource_type);
        }
        let distinct: BTreeSet<_> =
            DOCUMENT_PROPERTIES.iter().map(|property| (property.resource_type, property.path)).collect();
        assert_eq!(distinct.len(), DOCUMENT_PROPERTIES.len());
    }

    #[test]
    fn a_type_gives_its_places_of_one_kind() {
        let paths =
            |kind| document_properties("AWS::IAM::Role", kind).map(|property| property.path).collect::<Vec<_>>();
        assert_eq!(paths(DocumentKind::Identity), ["Policies/*/PolicyDocument"]);
        assert_eq!(paths(DocumentKind::Trust), ["AssumeRolePolicyDocument"]);
        assert_eq!(paths(DocumentKind::Resource), [""; 0]);
        assert_eq!(document_properties("AWS::S3::Bucket", DocumentKind::Resource).count(), 0);
        assert!(DocumentKind::Resource.star_is_the_resource_itself());
        assert!(!DocumentKind::Identity.star_is_the_resource_itself());
    }

    #[test]
    fn every_place_is_a_property_of_its_type() {
        for property in DOCUMENT_PROPERTIES.iter().filter(|property| !property.path.is_empty()) {
            // What is in a document of another language is not in the schema.
            let path = property.path.split("/x-").next().unwrap();
            let found = schema::property(property.resource_type, &path.replace('/', "."));
            found.unwrap_or_else(|why| panic!("{}: {}: {why}", property.resource_type, property.path));
        }
    }

    #[test]
    fn no_free_json_that_speaks_of_a_policy_is_missed() {
        let mut missed = Vec::new();
        for resource_type in facts::resource_types() {
            for (path, kind) in properties(resource_type) {
                let name = path.rsplit('/').find(|name| *name != "*").unwrap().to_ascii_lowercase();
                let speaks = ["polic", "permission", "statement"].iter().any(|word| name.contains(word));
                let listed = DOCUMENT_PROPERTIES
                    .iter()
                    .any(|property| property.resource_type == resource_type && property.path == path)
                    || REVIEWED.contains(&(resource_type, path.as_str()));
                if kind == schema::Kind::Any && speaks && !listed {
                    missed.push(format!("{resource_type} {path}"));
                }
            }
        }
        assert!(missed.is_empty(), "not in the table: {missed:#?}");
    }
}
