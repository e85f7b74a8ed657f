//! The path from the internet to a database, as far as a template shows it: evidence beside findings about its network.

use super::attached::targets;
use super::routes::{routes_to_internet, vpc_has_internet_gateway};
use super::{naming, network, property};
use crate::eval::Run;
use crate::eval::value::{Kind, Value};
use crate::expand::{Block, Model, exists};
use crate::finding::Related;
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Further databases behind one group are not listed: the first ones are enough.
const MOST_DATABASES: usize = 4;

const INSTANCE: &str = "AWS::RDS::DBInstance";
const CLUSTER: &str = "AWS::RDS::DBCluster";
const SUBNET_GROUP: &str = "AWS::RDS::DBSubnetGroup";
const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";

/// The places on the path to the databases that a block is, holds or guards, from the outside in: internet gateway, route, association,
/// subnet, subnet group, security group, database. Only what holds for certain in the run's scenario; empty for other
/// blocks, and for those without a database.
///
/// Of a subnet group, whose subnets rules list themselves, only the path from the group on.
pub fn route_in<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, block: &'m Block<'t>) -> Vec<Related> {
    let mut places = Vec::new();
    match block.kind {
        INSTANCE | CLUSTER => to_database(run, model, block, &mut places),
        SUBNET_GROUP => {
            for database in databases(run, model, block, |_| "DBSubnetGroupName") {
                if subnet_group(run, model, database).is_some_and(|group| group.is(block)) && exists(run, database) {
                    from_groups(run, model, database, &mut places);
                }
            }
        }
        SECURITY_GROUP => to_guarded(run, model, block, &mut places),
        "AWS::EC2::SecurityGroupIngress" => {
            let group = property(run, block, &["GroupId"]);
            if let Some(group) = group.and_then(|group| certain(run, model, group, SECURITY_GROUP)) {
                to_guarded(run, model, group, &mut places);
            }
        }
        _ => {}
    }
    let mut seen = FxHashSet::default();
    places.retain(|place: &Related| seen.insert(place.span));
    places
}

/// The databases that may have something in a property of their network, their own or their cluster's: clusters first.
fn databases<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    of: &Block<'t>,
    name: impl Fn(&str) -> &'static str,
) -> Vec<&'m Block<'t>> {
    let mut databases = naming(run, model, CLUSTER, &[name(CLUSTER)], of);
    let mut instances = naming(run, model, INSTANCE, &[name(INSTANCE)], of);
    for cluster in &databases {
        instances.extend(naming(run, model, INSTANCE, &["DBClusterIdentifier"], cluster));
    }
    instances.sort_by_key(|block| model.place_of(block.name));
    instances.dedup_by(|one, other| one.is(other));
    databases.extend(instances);
    databases
}

fn to_guarded<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, group: &Block<'t>, places: &mut Vec<Related>) {
    // The same for every rule of the group.
    let guarded = run.remembered(group.node, "databases behind it", |run| {
        let mut names = Vec::new();
        for database in databases(run, model, group, groups_property) {
            if names.len() < MOST_DATABASES
                && security_groups(run, model, database).iter().any(|guard| guard.is(group))
                && exists(run, database)
            {
                names.push(Value { span: database.key_span, kind: Kind::String(Cow::Borrowed(database.name)) });
            }
        }
        Some(Value { span: group.key_span, kind: Kind::List(names) })
    });
    for name in guarded.map(Value::items).unwrap_or_default() {
        if let Some(database) = name.text().and_then(|name| model.resource(&name)) {
            to_database(run, model, database, places);
        }
    }
}

fn to_database<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    database: &'m Block<'t>,
    places: &mut Vec<Related>,
) {
    if let Some(group) = subnet_group(run, model, database) {
        places.extend(to_subnets(run, model, group));
        places.push(Related {
            span: group.key_span,
            message: format!("subnet group `{}` places databases in these subnets", group.name),
        });
    }
    from_groups(run, model, database, places);
}

/// The path to the first subnet of a group that the internet can reach; else the gateway of its VPC, if it has one.
fn to_subnets<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, group: &Block<'t>) -> Vec<Related> {
    let Some(ids) = property(run, group, &["SubnetIds"]) else { return Vec::new() };
    let subnets = network::subnets(run, model, ids).declared;
    for subnet in &subnets {
        let (open, route) = routes_to_internet(run, model, subnet);
        if open.is_true() {
            return route;
        }
    }
    let gateway = subnets.first().map(|subnet| vpc_has_internet_gateway(run, model, subnet));
    gateway.filter(|(attached, _)| attached.is_true()).map(|(_, route)| route).unwrap_or_default()
}

/// The security groups before a database, and the database.
fn from_groups<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    database: &'m Block<'t>,
    places: &mut Vec<Related>,
) {
    for group in security_groups(run, model, database) {
        let message = format!("security group `{}` protects database `{}`", group.name, database.name);
        places.push(Related { span: group.key_span, message });
    }
    places.push(Related { span: database.key_span, message: format!("database `{}`", database.name) });
}

fn subnet_group<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    database: &'m Block<'t>,
) -> Option<&'m Block<'t>> {
    let name = of_network(run, model, database, |_| "DBSubnetGroupName")?;
    certain(run, model, name, SUBNET_GROUP)
}

fn groups_property(kind: &str) -> &'static str {
    if kind == INSTANCE { "VPCSecurityGroups" } else { "VpcSecurityGroupIds" }
}

fn security_groups<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    database: &'m Block<'t>,
) -> Vec<&'m Block<'t>> {
    let list = of_network(run, model, database, groups_property);
    let ids = list.map(Value::items).unwrap_or_default();
    ids.iter().filter_map(|id| certain(run, model, id, SECURITY_GROUP)).collect()
}

/// A property of a database's network. The member of a cluster has its cluster's, if it does not set its own.
/// Source: `AWS::RDS::DBInstance`, properties `DBSubnetGroupName` and `VPCSecurityGroups`, CloudFormation resource reference.
fn of_network<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    database: &'m Block<'t>,
    name: impl Fn(&str) -> &'static str,
) -> Option<&'m Value<'t>> {
    if let Some(own) = property(run, database, &[name(database.kind)]) {
        return Some(own);
    }
    let cluster = property(run, database, &["DBClusterIdentifier"])?;
    let cluster = certain(run, model, cluster, CLUSTER).filter(|cluster| !cluster.is(database))?;
    property(run, cluster, &[name(cluster.kind)])
}

/// The resource of a type that a value names for certain.
fn certain<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    value: &Value<'t>,
    kind: &str,
) -> Option<&'m Block<'t>> {
    targets(run, model, value, kind).into_iter().find(|(_, truth)| truth.is_true()).map(|(block, _)| block)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    const NETWORK: &str = "
Resources:
  Gateway: {Type: AWS::EC2::InternetGateway}
  Vpc: {Type: AWS::EC2::VPC}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
  Tie: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Public, RouteTableId: !Ref Table}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref Private, !Ref Public]}}
  Inside: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref Private]}}
  Guard: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Database}}
  Web: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: Web}}
  FromAnywhere: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt Guard.GroupId}}
  Patients: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref Guard]}}
  Hidden: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: !Ref Inside}}
";

    /// The names in the messages, in order.
    fn reported(text: &str, block: &str) -> Vec<String> {
        first_scenario(text, |run, model| {
            let places = route_in(run, model, model.resource(block).unwrap());
            let name = |place: &Related| place.message.split('`').nth(1).unwrap().to_owned();
            places.iter().map(name).collect()
        })
    }

    const ROUTE: [&str; 7] = ["Gateway", "Out", "Tie", "Public", "Subnets", "Guard", "Patients"];

    #[test]
    fn from_the_gateway_to_the_database() {
        assert_eq!(reported(NETWORK, "Patients"), ROUTE);
        assert_eq!(reported(NETWORK, "Guard"), ROUTE);
        assert_eq!(reported(NETWORK, "FromAnywhere"), ROUTE);
        assert_eq!(reported(NETWORK, "Subnets"), ["Guard", "Patients"]);
        assert_eq!(reported(NETWORK, "Hidden"), ["Gateway", "Attachment", "Inside", "Hidden"]);
        assert_eq!(reported(NETWORK, "Web"), [""; 0]);
        assert_eq!(reported(NETWORK, "Vpc"), [""; 0]);
    }

    #[test]
    fn a_member_lies_where_its_cluster_lies() {
        let cluster = format!(
            "{NETWORK}
  Cluster: {{Type: AWS::RDS::DBCluster, Properties: {{DBSubnetGroupName: !Ref Subnets, VpcSecurityGroupIds: [!Ref Web]}}}}
  Writer: {{Type: AWS::RDS::DBInstance, Properties: {{DBClusterIdentifier: !Ref Cluster}}}}"
        );
        assert_eq!(reported(&cluster, "Writer"), ["Gateway", "Out", "Tie", "Public", "Subnets", "Web", "Writer"]);
        assert_eq!(
            reported(&cluster, "Web"),
            ["Gateway", "Out", "Tie", "Public", "Subnets", "Web", "Cluster", "Writer"]
        );
    }

    #[test]
    fn what_is_not_declared_is_left_out() {
        let text = "{Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: shared, \
                    VPCSecurityGroups: [sg-1]}}}}";
        assert_eq!(reported(text, "D"), ["D"]);
    }
}
