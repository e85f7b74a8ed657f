//! What the names, ids and ARNs of resources look like before AWS gives them.
//!
//! Sources: the return values of each type in the CloudFormation template reference; "Resource types defined by" the service in the
//! Service Authorization Reference (ARNs); the patterns of `BucketName`, `QueueName`, `TopicName`, `TableName`, `FunctionName` and
//! the stream's `Name` (names). November 2026.

use super::super::value::{Content, Origin, Part};
use crate::eval::Run;
use crate::source::Span;
use std::borrow::Cow;

/// The ARN of a type: `arn:aws:SERVICE:REGION:ACCOUNT:` (without Region and account for a bucket), `before`, and the name.
struct Arn {
    kind: &'static str,
    /// What gives the ARN: an attribute, or `Ref`.
    attribute: Option<&'static str>,
    service: &'static str,
    before: &'static str,
    /// What gives the name that it ends with.
    name: Option<&'static str>,
}

const fn arn(
    kind: &'static str,
    attribute: Option<&'static str>,
    service: &'static str,
    before: &'static str,
    name: Option<&'static str>,
) -> Arn {
    Arn { kind, attribute, service, before, name }
}

const ARNS: [Arn; 8] = [
    arn("AWS::DynamoDB::Table", Some("Arn"), "dynamodb", "table/", None),
    arn("AWS::KMS::Key", Some("Arn"), "kms", "key/", None),
    arn("AWS::Kinesis::Stream", Some("Arn"), "kinesis", "stream/", None),
    arn("AWS::Lambda::Function", Some("Arn"), "lambda", "function:", None),
    arn("AWS::S3::Bucket", Some("Arn"), "s3", "", None),
    arn("AWS::SNS::Topic", None, "sns", "", Some("TopicName")),
    arn("AWS::SNS::Topic", Some("TopicArn"), "sns", "", Some("TopicName")),
    arn("AWS::SQS::Queue", Some("Arn"), "sqs", "", Some("QueueName")),
];

/// References that give a name or an id of letters, digits, `-`, `_` and `.` alone.
const NAMES: [(&str, Option<&str>); 18] = [
    ("AWS::DynamoDB::Table", None),
    ("AWS::EC2::Instance", None),
    ("AWS::EC2::InternetGateway", None),
    ("AWS::EC2::NatGateway", None),
    ("AWS::EC2::NetworkInterface", None),
    ("AWS::EC2::RouteTable", None),
    ("AWS::EC2::SecurityGroup", Some("GroupId")),
    ("AWS::EC2::Subnet", None),
    ("AWS::EC2::Subnet", Some("SubnetId")),
    ("AWS::EC2::VPC", None),
    ("AWS::EC2::VPC", Some("VpcId")),
    ("AWS::EC2::Volume", None),
    ("AWS::KMS::Key", None),
    ("AWS::Kinesis::Stream", None),
    ("AWS::Lambda::Function", None),
    ("AWS::S3::Bucket", None),
    ("AWS::SNS::Topic", Some("TopicName")),
    ("AWS::SQS::Queue", Some("QueueName")),
];

/// References that give the URL of an endpoint.
const URLS: [(&str, Option<&str>); 2] = [("AWS::SQS::Queue", None), ("AWS::SQS::Queue", Some("QueueUrl"))];

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn is_of_arn(c: char) -> bool {
    is_of_name(c) || matches!(c, ':' | '/')
}

fn find(kind: &str, attribute: Option<&str>) -> Option<&'static Arn> {
    ARNS.iter().find(|arn| arn.kind == kind && arn.attribute == attribute)
}

/// Which characters a reference to a resource of a type may have, if that is known.
pub(super) fn alphabet(kind: &str, attribute: Option<&str>) -> Option<fn(char) -> bool> {
    if NAMES.contains(&(kind, attribute)) {
        Some(is_of_name)
    } else if URLS.contains(&(kind, attribute)) {
        // The same characters as those of an ARN.
        Some(is_of_arn)
    } else {
        find(kind, attribute).map(|_| is_of_arn as fn(char) -> bool)
    }
}

impl<'t> Run<'_, 't> {
    /// The parts of an ARN of known form that a part stands for.
    pub(super) fn spelled_arn(&mut self, part: &Part<'t>, span: Span) -> Option<Vec<Part<'t>>> {
        let Origin::Resource { id, attribute } = &part.origin else { return None };
        let form = find(self.evaluator.named(id)?.kind, attribute.as_deref())?;
        let literal =
            |text: &'static str| Part { content: Content::Known(Cow::Borrowed(text)), origin: Origin::Literal };
        let mut parts = vec![literal("arn:")];
        parts.extend(self.pseudo("AWS::Partition", span));
        parts.extend([literal(":"), literal(form.service), literal(":")]);
        if form.service != "s3" {
            parts.extend(self.pseudo("AWS::Region", span));
        }
        parts.push(literal(":"));
        if form.service != "s3" {
            parts.extend(self.pseudo("AWS::AccountId", span));
        }
        parts.extend([literal(":"), literal(form.before)].into_iter().filter(|part| match &part.content {
            Content::Known(text) => !text.is_empty(),
            _ => true,
        }));
        let origin = Origin::Resource { id, attribute: form.name.map(Cow::Borrowed) };
        parts.push(Part { content: Content::Unknown, origin });
        Some(parts)
    }

    fn pseudo(&mut self, name: &'static str, span: Span) -> Vec<Part<'t>> {
        self.variable(Origin::Pseudo(name), name, span).parts().to_vec()
    }
}
