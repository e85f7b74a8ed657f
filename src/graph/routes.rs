//! What a VPC's routes and gateways mean for what is in its subnets.
//!
//! Only a route to an internet gateway lets the internet in. NAT gateways and egress-only internet gateways lead out and let nobody
//! in; VPC endpoints, peerings, VPN and transit gateways lead elsewhere. A route shows it by the property that names its target.
//! Source: "Configure route tables", "NAT gateways" and "Enable outbound IPv6 traffic using an egress-only internet gateway",
//! Amazon VPC user guide; `AWS::EC2::Route`, CloudFormation resource reference.

use super::{hidden, naming, property, refers_to};
use crate::eval::value::{Kind, Origin, Value};
use crate::eval::{Run, text};
use crate::expand::{Block, Model, exists};
use crate::finding::Related;
use crate::truth::Truth;
use std::borrow::Cow;

const NOT_DECLARED: &str = "the VPC is not declared in the template";

/// Whether a subnet routes to an internet gateway, and the places that make it so, from the outside in: gateway, route, association with
/// the route table, subnet.
///
/// A subnet without an association of its own uses the VPC's main route table, which a template cannot name: its routes
/// are those that AWS gives it, the local one only, unless the template asks a resource of another kind (a custom one, a nested
/// stack) which table that is. That holds for a VPC of the template; the main route table of another VPC, the default one
/// for example, may lead anywhere.
/// Source: "Configure route tables" and "Default VPCs", Amazon VPC user guide.
pub fn routes_to_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    subnet: &'m Block<'t>,
) -> (Truth, Vec<Related>) {
    // Every scenario asks for all the subnets of a resource, and in most of them nothing is new for most subnets.
    let found = run.remembered(subnet.node, "routes to the internet", |run| {
        let (truth, _) = way_to_internet(run, model, subnet);
        let kind = match truth {
            Truth::True => Kind::Bool(true),
            Truth::False => return None,
            Truth::Unknown => Kind::Null,
        };
        Some(Value { span: subnet.key_span, kind })
    });
    match found.map(|found| &found.kind) {
        None => (Truth::False, Vec::new()),
        Some(Kind::Bool(true)) => way_to_internet(run, model, subnet),
        Some(_) => (Truth::Unknown, Vec::new()),
    }
}

fn way_to_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    subnet: &'m Block<'t>,
) -> (Truth, Vec<Related>) {
    let mut result = hidden(run, model, "AWS::EC2::SubnetRouteTableAssociation");
    let mut own_table = Truth::False;
    let mut related = Vec::new();
    for association in naming(run, model, "AWS::EC2::SubnetRouteTableAssociation", &["SubnetId"], subnet) {
        let Some(subnet_id) = property(run, association, &["SubnetId"]) else { continue };
        let associated = refers_to(run, subnet_id, subnet);
        // Existence is asked last, so that the conditions of unrelated resources are not choices of the check.
        if associated.is_false() || !exists(run, association) {
            continue;
        }
        own_table = own_table.or(associated);
        let Some(table) = property(run, association, &["RouteTableId"]) else { continue };
        let (open, places) = table_reaches_internet(run, model, table);
        let open = associated.and(open);
        if open.is_true() {
            related.extend(places);
            related.push(Related {
                span: association.key_span,
                message: format!("`{}` associates subnet `{}` with the route table", association.name, subnet.name),
            });
        }
        result = result.or(open);
    }
    if !own_table.is_true() {
        result = result.or(main_table_reaches_internet(run, model, subnet));
    }
    if result.is_true() {
        related.push(Related { span: subnet.key_span, message: format!("subnet `{}` is public", subnet.name) });
    }
    (result, related)
}

/// Whether the main route table of a subnet's VPC leads to an internet gateway; true never, since no template can name it.
fn main_table_reaches_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    subnet: &'m Block<'t>,
) -> Truth {
    if vpc_of(run, model, subnet).is_none() {
        run.note_reason(NOT_DECLARED);
        return Truth::Unknown;
    }
    // The same for every subnet.
    let led = run.remembered(model.key().0, "main route table", |run| {
        for route in model.of_type("AWS::EC2::Route") {
            let Some(table) = property(run, route, &["RouteTableId"]) else { continue };
            if declared_table(model, table).is_none()
                && !leads_to_internet(run, model, route).is_false()
                && exists(run, route)
            {
                note(run, table);
                return Some(table.clone());
            }
        }
        None
    });
    if led.is_some() { Truth::Unknown } else { Truth::False }
}

/// The VPC of a subnet, where this template declares it.
fn vpc_of<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, subnet: &Block<'t>) -> Option<&'m Block<'t>> {
    match property(run, subnet, &["VpcId"]).and_then(Value::as_reference) {
        Some(Origin::Resource { id, .. }) => model.resource(id).filter(|block| block.kind == "AWS::EC2::VPC"),
        _ => None,
    }
}

/// The route table that a value names, where this template declares it.
fn declared_table<'m, 't>(model: &'m Model<'m, 't>, table: &Value<'t>) -> Option<&'m Block<'t>> {
    match table.as_reference() {
        Some(Origin::Resource { id, .. }) => model.resource(id).filter(|block| block.kind == "AWS::EC2::RouteTable"),
        _ => None,
    }
}

/// Whether a route table has a route to an internet gateway; and the gateway and the route.
///
/// All routes of a table that the template declares are in the template. Another table may have more.
fn table_reaches_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    table: &Value<'t>,
) -> (Truth, Vec<Related>) {
    let Some(declared) = declared_table(model, table) else {
        note(run, table);
        let routes: Vec<_> = model.of_type("AWS::EC2::Route").collect();
        if !run.guess(routes.len()) {
            return (Truth::Unknown, Vec::new());
        }
        // The same parameter, import or attribute names the same table.
        let (open, route) = first_way_out(run, model, routes, |_, own_table| text::equal(own_table, table));
        let related = route.map(|route| gateway_and_route(run, model, route)).unwrap_or_default();
        return (open.or(Truth::Unknown), related);
    };
    // Many subnets may have one table.
    let found = run.remembered(declared.node, "routes to the internet", |run| {
        let routes = naming(run, model, "AWS::EC2::Route", &["RouteTableId"], declared);
        let (open, route) = first_way_out(run, model, routes, |run, own_table| refers_to(run, own_table, declared));
        let text = |text| Value { span: declared.key_span, kind: Kind::String(Cow::Borrowed(text)) };
        let open = match open {
            Truth::True => text("open"),
            Truth::False => return None,
            Truth::Unknown => text("unknown"),
        };
        let items = std::iter::once(open).chain(route.map(|route| text(route.name)));
        Some(Value { span: declared.key_span, kind: Kind::List(items.collect()) })
    });
    let found = found.map(Value::items).unwrap_or_default();
    let open = match found.first().and_then(Value::text).as_deref() {
        Some("open") => Truth::True,
        Some(_) => Truth::Unknown,
        None => Truth::False,
    };
    let route = found.get(1).and_then(Value::text).and_then(|name| model.resource(&name));
    let related = route.map(|route| gateway_and_route(run, model, route)).unwrap_or_default();
    (open.or(hidden(run, model, "AWS::EC2::Route")), related)
}

/// Whether one of some routes that belong to a table leads to an internet gateway, and the first that certainly does.
fn first_way_out<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    routes: Vec<&'m Block<'t>>,
    belongs: impl Fn(&mut Run<'m, 't>, &'m Value<'t>) -> Truth,
) -> (Truth, Option<&'m Block<'t>>) {
    let (mut result, mut first) = (Truth::False, None);
    for route in routes {
        let Some(own_table) = property(run, route, &["RouteTableId"]) else { continue };
        let belongs = belongs(run, own_table);
        if belongs.is_false() || !exists(run, route) {
            continue;
        }
        let open = belongs.and(leads_to_internet(run, model, route));
        if open.is_true() && first.is_none() {
            first = Some(route);
        }
        result = result.or(open);
    }
    (result, first)
}

/// Resources whose attributes may be anything: an internet gateway's id too.
fn is_opaque(block: &Block<'_>) -> bool {
    block.is_module()
        || block.kind == "AWS::CloudFormation::Stack"
        || block.kind == "AWS::CloudFormation::CustomResource"
        || block.kind.starts_with("Custom::")
}

/// Whether a route's target is an internet gateway.
fn leads_to_internet<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, route: &Block<'t>) -> Truth {
    let Some(gateway) = property(run, route, &["GatewayId"]) else { return Truth::False };
    let result = match gateway.as_reference() {
        Some(Origin::Resource { id, .. }) => match model.resource(id) {
            Some(found) if is_opaque(found) => Truth::Unknown,
            found => found.is_none_or(|found| found.kind == "AWS::EC2::InternetGateway").into(),
        },
        _ => match gateway.text() {
            // The ID shows what it is: `igw-…`, `vgw-…`, `vpce-…`, `local`.
            Some(id) => id.starts_with("igw-").into(),
            None => text::like(gateway, "igw-*"),
        },
    };
    if result == Truth::Unknown {
        note(run, gateway);
    }
    result
}

fn gateway_and_route<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, route: &Block<'t>) -> Vec<Related> {
    let mut related = Vec::new();
    let gateway = property(run, route, &["GatewayId"]);
    if let Some(Origin::Resource { id, .. }) = gateway.and_then(Value::as_reference)
        && let Some(gateway) = model.resource(id)
    {
        related.push(Related {
            span: gateway.key_span,
            message: format!("internet gateway `{}` connects the VPC to the internet", gateway.name),
        });
    }
    let destination = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"]
        .into_iter()
        .find_map(|name| property(run, route, &[name])?.text());
    let destination = destination.map(|cidr| format!(" for {cidr}")).unwrap_or_default();
    related.push(Related {
        span: route.key_span,
        message: format!("route `{}` leads to the internet gateway{destination}", route.name),
    });
    related
}

fn note(run: &mut Run<'_, '_>, value: &Value<'_>) {
    match value.unsettled() {
        Some(part) => run.note_reason(part.origin.reason()),
        None => run.note_reason("the route table is not declared in the template"),
    }
}

/// Whether the VPC of a subnet has an internet gateway attached in this template; and the gateway and its attachment.
pub fn vpc_has_internet_gateway<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    subnet: &'m Block<'t>,
) -> (Truth, Vec<Related>) {
    let Some(vpc) = vpc_of(run, model, subnet) else {
        run.note_reason(NOT_DECLARED);
        return (Truth::Unknown, Vec::new());
    };
    let mut result = hidden(run, model, "AWS::EC2::VPCGatewayAttachment");
    let mut related = Vec::new();
    for attachment in naming(run, model, "AWS::EC2::VPCGatewayAttachment", &["VpcId"], vpc) {
        let Some(gateway) = property(run, attachment, &["InternetGatewayId"]) else { continue };
        let Some(attached_to) = property(run, attachment, &["VpcId"]) else { continue };
        let attached = refers_to(run, attached_to, vpc);
        if attached.is_false() || !exists(run, attachment) {
            continue;
        }
        if attached.is_true() {
            if let Some(Origin::Resource { id, .. }) = gateway.as_reference()
                && let Some(gateway) = model.resource(id)
            {
                related
                    .push(Related { span: gateway.key_span, message: format!("internet gateway `{}`", gateway.name) });
            }
            related.push(Related {
                span: attachment.key_span,
                message: format!("`{}` attaches an internet gateway to VPC `{}`", attachment.name, vpc.name),
            });
        }
        result = result.or(attached);
    }
    (result, related)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::first_scenario;
    use super::*;

    /// Whether `Subnet` is public, and why.
    fn reported(resources: &str) -> (Truth, Vec<String>) {
        let text = format!(
            "Parameters: {{Existing: {{Type: String}}}}
Resources:
  Gateway: {{Type: AWS::EC2::InternetGateway}}
  Vpc: {{Type: AWS::EC2::VPC}}
  Table: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  Lookup: {{Type: Custom::Lookup}}
{resources}"
        );
        first_scenario(&text, |run, model| {
            let (truth, related) = routes_to_internet(run, model, model.resource("Subnet").unwrap());
            (truth, related.into_iter().map(|place| place.message).collect())
        })
    }

    const SUBNET: &str = "
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc}}
  Tie: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}";

    fn with_route(properties: &str) -> (Truth, Vec<String>) {
        reported(&format!(
            "{SUBNET}\n  Out: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Table, {properties}}}}}"
        ))
    }

    #[test]
    fn the_way_in_is_told_from_the_outside() {
        let (truth, places) = with_route("DestinationIpv6CidrBlock: '::/0', GatewayId: !Ref Gateway");
        assert_eq!(truth, Truth::True);
        assert_eq!(
            places,
            [
                "internet gateway `Gateway` connects the VPC to the internet",
                "route `Out` leads to the internet gateway for ::/0",
                "`Tie` associates subnet `Subnet` with the route table",
                "subnet `Subnet` is public"
            ]
        );
    }

    #[test]
    fn targets_of_routes() {
        for (target, expected) in [
            ("GatewayId: !GetAtt Gateway.InternetGatewayId", Truth::True),
            ("GatewayId: igw-0123456789abcdef0", Truth::True),
            ("GatewayId: vpce-0123456789abcdef0", Truth::False),
            ("GatewayId: !Ref Existing", Truth::Unknown),
            ("GatewayId: !GetAtt Lookup.Gateway", Truth::Unknown),
            ("NatGatewayId: !Ref Existing", Truth::False),
            ("EgressOnlyInternetGatewayId: !Ref Existing", Truth::False),
            ("VpcEndpointId: !Ref Existing", Truth::False),
            ("VpcPeeringConnectionId: !Ref Existing", Truth::False),
            ("TransitGatewayId: !Ref Existing", Truth::False),
        ] {
            assert_eq!(with_route(target).0, expected, "{target}");
        }
    }

    #[test]
    fn tables_that_the_template_does_not_declare() {
        let with = |table: &str, route_table: &str| {
            reported(&format!(
                "
  Subnet: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc}}}}
  Tie: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref Subnet, RouteTableId: {table}}}}}
  Out: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: {route_table}, GatewayId: !Ref Gateway}}}}"
            ))
            .0
        };
        assert_eq!(with("!Ref Table", "!Ref Table"), Truth::True);
        assert_eq!(with("rtb-1", "rtb-1"), Truth::True);
        assert_eq!(with("rtb-1", "rtb-2"), Truth::Unknown);
        assert_eq!(with("!Ref Existing", "!Ref Existing"), Truth::True);
        assert_eq!(with("!Ref Existing", "!Ref Table"), Truth::Unknown);
        assert_eq!(with("!GetAtt Lookup.Public", "!GetAtt Lookup.Public"), Truth::True);
        assert_eq!(with("!GetAtt Lookup.Private", "!GetAtt Lookup.Public"), Truth::Unknown);
        assert_eq!(with("!ImportValue private", "!ImportValue public"), Truth::Unknown);
        assert_eq!(with("!Ref Table", "!GetAtt Lookup.Public"), Truth::False);
    }

    #[test]
    fn a_main_route_table_is_known_in_a_vpc_of_the_template_only() {
        let subnet = |vpc: &str| format!("  Subnet: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref {vpc}}}}}");
        assert_eq!(reported(&subnet("Vpc")).0, Truth::False);
        assert_eq!(reported(&subnet("Existing")).0, Truth::Unknown);
        // A custom resource may have looked the main route table up.
        let looked_up = "
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !GetAtt Lookup.Main, GatewayId: !Ref Gateway}}";
        assert_eq!(reported(&format!("{}{looked_up}", subnet("Vpc"))).0, Truth::Unknown);
    }
}
