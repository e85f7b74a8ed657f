//! The resource that a policy applies to.

use crate::eval::value::{Content, Origin, Part, Value};
use crate::expand::Block;
use crate::facts;
use crate::graph;
use crate::policy;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::Item;
use crate::rules::check::select::Followed;

/// The resource that a policy applies to.
pub(super) struct SubjectOf<'m, 't> {
    bucket: Option<[policy::Target<'t>; 2]>,
    /// The values that name it, where it is no bucket.
    names: Vec<&'m Value<'t>>,
    service: Option<&'static str>,
}

/// The services whose actions policies of these resources can have: the beginning of the types' names, and the service.
/// Source: Service Authorization Reference.
const SERVICES: [(&str, &str); 26] = [
    ("AWS::ApiGateway::", "execute-api"),
    ("AWS::Backup::", "backup"),
    ("AWS::Bedrock::", "bedrock"),
    ("AWS::BedrockAgentCore::", "bedrock-agentcore"),
    ("AWS::CodeArtifact::", "codeartifact"),
    ("AWS::DynamoDB::", "dynamodb"),
    ("AWS::ECR::PublicRepository", "ecr-public"),
    ("AWS::ECR::Repository", "ecr"),
    ("AWS::EFS::", "elasticfilesystem"),
    ("AWS::Elasticsearch::", "es"),
    ("AWS::Events::", "events"),
    ("AWS::IAM::Role", "sts"),
    ("AWS::KMS::", "kms"),
    ("AWS::Kinesis::", "kinesis"),
    ("AWS::Lambda::", "lambda"),
    ("AWS::Logs::", "logs"),
    ("AWS::OpenSearchService::", "es"),
    ("AWS::S3::", "s3"),
    ("AWS::S3Express::", "s3express"),
    ("AWS::S3Tables::", "s3tables"),
    ("AWS::S3Vectors::", "s3vectors"),
    ("AWS::SNS::", "sns"),
    ("AWS::SQS::", "sqs"),
    ("AWS::SecretsManager::", "secretsmanager"),
    ("AWS::VpcLattice::AuthPolicy", "vpc-lattice-svcs"),
    ("AWS::VpcLattice::ResourcePolicy", "vpc-lattice"),
];

/// The properties of policy resources that name the resource that the policy applies to. Source: the types' schemas.
const SUBJECTS: [&str; 7] = ["Queue", "Queues", "ResourceArn", "ResourceIdentifier", "SecretId", "TopicArn", "Topics"];

impl<'m, 't> SubjectOf<'m, 't> {
    pub(super) fn of(checker: &mut Checker<'_, 'm, 't>, owner: &'m Block<'t>) -> Self {
        let mut subject = Self { bucket: None, names: Vec::new(), service: None };
        if owner.kind == "AWS::S3::BucketPolicy" {
            let Some(bucket) = bucket_of(checker, owner) else { return subject };
            let declared = match bucket.as_reference() {
                Some(Origin::Resource { id, attribute: None }) => checker.model.resource(id),
                _ => None,
            };
            subject.bucket = Some(match declared.filter(|block| block.kind == "AWS::S3::Bucket") {
                Some(declared) => policy::bucket_targets(checker.run, declared),
                None => policy::bucket_name_targets(bucket),
            });
            return subject;
        }
        subject.service = service_of(owner);
        let own = Value::unknown(Origin::Resource { id: owner.name, attribute: None }, owner.key_span);
        subject.names.push(checker.run.keep(own));
        for name in SUBJECTS {
            let Followed::Value(value, _) = checker.follow(&["Properties", name], &Item::Block(owner)) else {
                continue;
            };
            for item in value.items() {
                subject.names.push(item);
                let declared = match item.as_reference() {
                    Some(Origin::Resource { id, .. }) => checker.model.resource(id),
                    _ => None,
                };
                if let Some(declared) = declared {
                    subject.names_of(checker, declared);
                }
            }
        }
        subject
    }

    /// What a policy applies to that is no bucket.
    pub(super) fn named(checker: &mut Checker<'_, 'm, 't>, policy: &Block<'t>, of: &'m Block<'t>) -> Self {
        let mut subject = Self { bucket: None, names: Vec::new(), service: service_of(policy) };
        subject.names_of(checker, of);
        subject
    }

    /// What names a resource: a reference to it, and its name.
    fn names_of(&mut self, checker: &mut Checker<'_, 'm, 't>, block: &'m Block<'t>) {
        let own = Value::unknown(Origin::Resource { id: block.name, attribute: None }, block.key_span);
        self.names.push(checker.run.keep(own));
        match graph::names::physical_name(checker.run, block) {
            // A name that holds another resource's would count as a reference to that.
            Some(name) if name.parts().iter().any(|part| matches!(part.origin, Origin::Resource { .. })) => {
                let unknown = Value::unknown(Origin::Function { name: "Fn::Sub", of: None }, name.span);
                self.names.push(checker.run.keep(unknown));
            }
            Some(name) => self.names.push(name),
            None if facts::name_property(block.kind).is_some() => {
                self.names.push(checker.run.keep(generated_name(block)));
            }
            None => {}
        }
    }

    pub(super) fn subject(&self) -> policy::Subject<'_, 't> {
        match &self.bucket {
            Some(targets) => policy::Subject::Bucket(targets),
            None => policy::Subject::Other { names: &self.names, service: self.service },
        }
    }
}

/// The name that CloudFormation makes for a resource, such as `MyStack-MyBucket-abcdefghijk1` (AWS CloudFormation user guide, "Name type",
/// 2026-11).
fn generated_name<'t>(block: &Block<'t>) -> Value<'t> {
    let literal = |text: String| Part { content: Content::Known(text.into()), origin: Origin::Literal };
    let open = |origin| Part { content: Content::Unknown, origin };
    let parts = vec![
        open(Origin::Pseudo("AWS::StackName")),
        literal(format!("-{}-", block.name)),
        open(Origin::Resource { id: block.name, attribute: None }),
    ];
    Value::from_parts(parts, block.key_span)
}

/// The service whose actions the policies of a resource can have.
fn service_of(owner: &Block<'_>) -> Option<&'static str> {
    SERVICES.iter().find(|(start, _)| owner.kind.starts_with(start)).map(|(_, service)| *service)
}

/// The value by which the policy of a bucket names the bucket.
pub(super) fn bucket_of<'m, 't>(checker: &mut Checker<'_, 'm, 't>, policy: &'m Block<'t>) -> Option<&'m Value<'t>> {
    match checker.follow(&["Properties", "Bucket"], &Item::Block(policy)) {
        Followed::Value(bucket, _) => Some(bucket),
        Followed::Absent(..) | Followed::Unknown(..) | Followed::Unwritten(_) => None,
    }
}
