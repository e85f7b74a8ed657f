//! What references between resources mean: which policy guards what, which role a function acts as, which group guards an instance, where
//! a subnet leads.

use super::attached::{Policy, attached, roles_of, targets};
use super::routes::routes_to_internet;
use super::{existing, property};
use crate::eval::Run;
use crate::expand::{Block, Model};
use crate::source::Span;

/// What one resource is to another.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meaning {
    /// A resource policy guards the other.
    Guards,
    /// The other is the role that it acts as.
    ActsAs,
    /// A policy is attached to the other, a role.
    AttachedTo,
    /// The other is a security group that it belongs to.
    MemberOf,
    /// A rule declared as a resource of its own, ingress or egress, is added to the other, a security group.
    AddsTo,
    /// A subnet's routes lead to the other, an internet gateway.
    RoutesTo,
}

impl Meaning {
    /// In lower case, with hyphens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guards => "guards",
            Self::ActsAs => "acts-as",
            Self::AttachedTo => "attached-to",
            Self::MemberOf => "member-of",
            Self::AddsTo => "adds-to",
            Self::RoutesTo => "routes-to",
        }
    }
}

/// A relation that follows from references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'t> {
    /// The resource that it starts from.
    pub from: &'t str,
    /// The resource that it leads to.
    pub to: &'t str,
    /// What the one is to the other.
    pub meaning: Meaning,
    /// Where the template declares it.
    pub span: Span,
}

/// Properties whose reference means more than a reference: the type that has it, the path from `Properties` on, the type that it
/// names. Source: the types' schemas.
const PROPERTIES: [(&str, &[&str], &str, Meaning); 17] = [
    ("AWS::S3::BucketPolicy", &["Bucket"], "AWS::S3::Bucket", Meaning::Guards),
    ("AWS::SQS::QueuePolicy", &["Queues"], "AWS::SQS::Queue", Meaning::Guards),
    ("AWS::SNS::TopicPolicy", &["Topics"], "AWS::SNS::Topic", Meaning::Guards),
    ("AWS::SecretsManager::ResourcePolicy", &["SecretId"], "AWS::SecretsManager::Secret", Meaning::Guards),
    ("AWS::Lambda::Permission", &["FunctionName"], "AWS::Lambda::Function", Meaning::Guards),
    ("AWS::EC2::SecurityGroupIngress", &["GroupId"], SECURITY_GROUP, Meaning::AddsTo),
    ("AWS::EC2::SecurityGroupEgress", &["GroupId"], SECURITY_GROUP, Meaning::AddsTo),
    ("AWS::EC2::Instance", &["SecurityGroupIds"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::EC2::NetworkInterface", &["GroupSet"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::EC2::VPCEndpoint", &["SecurityGroupIds"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::EFS::MountTarget", &["SecurityGroups"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::ElastiCache::ReplicationGroup", &["SecurityGroupIds"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["SecurityGroups"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::Lambda::Function", &["VpcConfig", "SecurityGroupIds"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::RDS::DBCluster", &["VpcSecurityGroupIds"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::RDS::DBInstance", &["VPCSecurityGroups"], SECURITY_GROUP, Meaning::MemberOf),
    ("AWS::Redshift::Cluster", &["VpcSecurityGroupIds"], SECURITY_GROUP, Meaning::MemberOf),
];

const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";

/// The links that start from a resource, and, of a role, those of the policies attached to it. Only what holds for certain in the run's
/// scenario. Asked of every resource, each link is listed once.
pub fn links_of<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, block: &'m Block<'t>) -> Vec<Link<'t>> {
    let mut links: Vec<Link<'t>> = Vec::new();
    let mut add = |from: &Block<'t>, to: &Block<'t>, meaning, span| {
        let link = Link { from: from.name, to: to.name, meaning, span };
        if from.name != to.name && !links.iter().any(|known| known.to == link.to && known.from == link.from) {
            links.push(link);
        }
    };
    for (_, path, kind, meaning) in PROPERTIES.iter().filter(|(kind, ..)| *kind == block.kind) {
        let Some(value) = property(run, block, path) else { continue };
        for item in value.items() {
            for (target, truth) in targets(run, model, item, kind) {
                if truth.is_true() && crate::expand::exists(run, target) {
                    add(block, target, *meaning, item.span);
                }
            }
        }
    }
    for (role, truth) in roles_of(run, model, block) {
        if truth.is_true() && crate::expand::exists(run, role) {
            add(block, role, Meaning::ActsAs, block.key_span);
        }
    }
    if block.kind == "AWS::IAM::Role" {
        for one in attached(run, model, block) {
            if let Policy::Declared(policy) = one.policy
                && one.truth.is_true()
            {
                add(policy, block, Meaning::AttachedTo, one.span);
            }
        }
    }
    if block.kind == "AWS::EC2::Subnet" && model.has_type("AWS::EC2::InternetGateway") {
        let (open, route) = routes_to_internet(run, model, block);
        if open.is_true() {
            for gateway in existing(run, model, "AWS::EC2::InternetGateway") {
                if route.iter().any(|step| step.span == gateway.key_span) {
                    add(block, gateway, Meaning::RoutesTo, block.key_span);
                }
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    #[test]
    fn references_have_meanings() {
        let text = "
Conditions: {Never: !Equals [a, b]}
Resources:
  Records: {Type: AWS::S3::Bucket, Properties: {BucketName: records}}
  Guard: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: records}}
  Topics: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref One, !Ref Two, !Ref Gone]}}
  One: {Type: AWS::SNS::Topic}
  Two: {Type: AWS::SNS::Topic}
  Gone: {Type: AWS::SNS::Topic, Condition: Never}
  Role: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Ref Managed, arn:aws:iam::aws:policy/ReadOnlyAccess]}}
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref Role]}}
  Function:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, VpcConfig: {SecurityGroupIds: [!GetAtt Group.GroupId]}}
  Group: {Type: AWS::EC2::SecurityGroup}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Table: {Type: AWS::EC2::RouteTable}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, GatewayId: !Ref Gateway}}
  Public: {Type: AWS::EC2::Subnet}
  Tie: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Table}}
";
        let reported = first_scenario(text, |run, model| {
            let mut reported = Vec::new();
            for block in model.resources() {
                let links = links_of(run, model, block);
                reported.extend(links.iter().map(|link| format!("{} {} {}", link.from, link.meaning.name(), link.to)));
            }
            reported
        });
        assert_eq!(
            reported,
            [
                "Guard guards Records",
                "Topics guards One",
                "Topics guards Two",
                "Managed attached-to Role",
                "Function member-of Group",
                "Function acts-as Role",
                "Public routes-to Gateway",
            ]
        );
    }
}
