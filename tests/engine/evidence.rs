//! What findings show beside their own place: the way from the internet to a database, the steps of a cycle.

use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The findings of some rules with their related places.
fn told(text: &str, rules: &[&str]) -> String {
    let selects = |id: &str| rules.contains(&id);
    let linter = Linter::new(
        RuleSet::embedded(),
        |entry| selects(&entry.meta.id),
        &BTreeMap::new(),
        BTreeMap::new(),
        Keep::default(),
    )
    .unwrap();
    let source = Source::new(SourceId(0), "template", text);
    let mut told = String::new();
    for finding in linter.lint(&source).findings {
        let line = |span: hipaalint::source::Span| source.position(span.start).line;
        writeln!(told, "{}:{} {}", finding.rule, line(finding.span), finding.path).unwrap();
        for place in &finding.related {
            writeln!(told, "  {}: {}", line(place.span), place.message).unwrap();
        }
    }
    told
}

const DATABASE: &str = "\
Resources:
  Patients:
    Type: AWS::RDS::DBInstance
    Properties:
      PubliclyAccessible: true
      DBSubnetGroupName: !Ref Subnets
      VPCSecurityGroups: [!Ref Guard]
  Guard:
    Type: AWS::EC2::SecurityGroup
    Properties: { GroupDescription: Database }
  FromAnywhere:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { GroupId: !Ref Guard, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIpv6: '::/0' }
  Subnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties: { SubnetIds: [!Ref Private, !Ref Public] }
  Private: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  Public: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc } }
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: { SubnetId: !Ref Public, RouteTableId: !Ref Table }
  Table: { Type: AWS::EC2::RouteTable, Properties: { VpcId: !Ref Vpc } }
  Out:
    Type: AWS::EC2::Route
    Properties: { RouteTableId: !Ref Table, DestinationIpv6CidrBlock: '::/0', GatewayId: !Ref Gateway }
  Gateway: { Type: AWS::EC2::InternetGateway }
  Vpc: { Type: AWS::EC2::VPC }
";

#[test]
fn the_way_from_the_internet_to_a_database() {
    let rules = ["rds-public-access", "rds-private-subnets", "rds-security-group-sources", "ec2-security-group-open"];
    insta::assert_snapshot!(told(DATABASE, &rules), @"
    rds-public-access:5 Resources/Patients/Properties/PubliclyAccessible
      26: internet gateway `Gateway` connects the VPC to the internet
      23: route `Out` leads to the internet gateway for ::/0
      19: `Association` associates subnet `Public` with the route table
      18: subnet `Public` is public
      14: subnet group `Subnets` places databases in these subnets
      8: security group `Guard` protects database `Patients`
      2: database `Patients`
    ec2-security-group-open:13 Resources/FromAnywhere/Properties/CidrIpv6
      26: internet gateway `Gateway` connects the VPC to the internet
      23: route `Out` leads to the internet gateway for ::/0
      19: `Association` associates subnet `Public` with the route table
      18: subnet `Public` is public
      14: subnet group `Subnets` places databases in these subnets
      8: security group `Guard` protects database `Patients`
      2: database `Patients`
    rds-private-subnets:16 Resources/Subnets/Properties/SubnetIds/1
      26: internet gateway `Gateway` connects the VPC to the internet
      23: route `Out` leads to the internet gateway for ::/0
      19: `Association` associates subnet `Public` with the route table
      18: subnet `Public` is public
      8: security group `Guard` protects database `Patients`
      2: database `Patients`
    rds-security-group-sources:13 Resources/FromAnywhere/Properties/CidrIpv6
      26: internet gateway `Gateway` connects the VPC to the internet
      23: route `Out` leads to the internet gateway for ::/0
      19: `Association` associates subnet `Public` with the route table
      18: subnet `Public` is public
      14: subnet group `Subnets` places databases in these subnets
      8: security group `Guard` protects database `Patients`
      2: database `Patients`
    ");
}

#[test]
fn a_group_without_a_database_has_no_way_to_tell() {
    let text = DATABASE.replace("VPCSecurityGroups: [!Ref Guard]", "VPCSecurityGroups: []");
    insta::assert_snapshot!(told(&text, &["ec2-security-group-open"]), @"ec2-security-group-open:13 \
                                                                         Resources/FromAnywhere/Properties/CidrIpv6");
}

/// The bucket calls the function, the function acts as the role, the role reads the bucket: one circle, not three.
#[test]
fn the_cycle_of_the_reference_template() {
    let text = include_str!("../../fixtures/reference/TapStack.json");
    insta::assert_snapshot!(told(text, &["template-circular-dependency", "template-unresolved-reference"]), @"
    template-circular-dependency:247 Resources/LambdaExecutionRole
      286: `LambdaExecutionRole` depends on `PatientDataBucket`: Fn::Sub at Properties/Policies/0/PolicyDocument/Statement/0/Resource
      165: `PatientDataBucket` depends on `PatientDataProcessor`: Fn::GetAtt at Properties/NotificationConfiguration/LambdaConfigurations/0/Function
      412: `PatientDataProcessor` depends on `LambdaExecutionRole`: Fn::GetAtt at Properties/Role
    ");
}
