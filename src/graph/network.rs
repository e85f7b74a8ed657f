//! What a VPC's routes and gateways mean for what lies in its subnets.

use super::refers_to;
use crate::eval::value::{Origin, Value};
use crate::eval::{Descent, Run, text};
use crate::expand::{Block, HIDDEN, Model, exists};
use crate::finding::Related;
use crate::truth::Truth;

/// The value of a property, by names from `Properties` on; none where it is absent.
fn property<'m, 't>(run: &mut Run<'m, 't>, block: &Block<'t>, name: &str) -> Option<&'m Value<'t>> {
    match run.descend(block.node, block.key_span, &["Properties", name]) {
        Descent::Value(value, 2) => Some(value),
        Descent::Value(value, _) => value.get(name),
        Descent::Absent(..) | Descent::Unknown(_) => None,
    }
}

/// Resources of a type that exist in this scenario.
fn existing<'m, 't>(run: &mut Run<'_, 't>, model: &'m Model<'m, 't>, kind: &str) -> Vec<&'m Block<'t>> {
    let mut blocks: Vec<_> = model.of_type(kind).collect();
    blocks.retain(|block| exists(run, block));
    blocks
}

/// Whether one more resource of a type might answer otherwise: unknown where there may be some that are not known.
fn hidden(run: &mut Run<'_, '_>, model: &Model<'_, '_>, kind: &str) -> Truth {
    if model.may_hide(kind) {
        run.note_reason(HIDDEN);
        return Truth::Unknown;
    }
    Truth::False
}

/// Whether a property refers to a resource; false where it is absent.
fn property_refers<'t>(run: &mut Run<'_, 't>, block: &Block<'t>, name: &str, target: &Block<'t>) -> Truth {
    match property(run, block, name) {
        Some(value) => refers_to(run, value, target),
        None => Truth::False,
    }
}

/// The subnets of this template that a list of subnet ids names.
pub struct Subnets<'m, 't> {
    /// Those that are declared here.
    pub declared: Vec<&'m Block<'t>>,
    /// Whether the list names others too, or cannot be read.
    pub others: bool,
    /// How many subnets the list names; none where it cannot be read.
    pub count: Option<usize>,
}

/// Looks up a list of subnet ids.
pub fn subnets<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, ids: &Value<'t>) -> Subnets<'m, 't> {
    if ids.is_opaque() && !matches!(ids.as_reference(), Some(Origin::Resource { .. })) {
        note(run, ids);
        return Subnets { declared: Vec::new(), others: true, count: None };
    }
    let mut declared = Vec::new();
    let mut others = false;
    for id in ids.items() {
        match id.as_reference() {
            Some(Origin::Resource { id: name, .. }) => match model.resource(name) {
                Some(block) if block.kind == "AWS::EC2::Subnet" => declared.push(block),
                // A nested stack's output, say.
                _ => {
                    note(run, id);
                    others = true;
                }
            },
            _ => {
                note(run, id);
                others = true;
            }
        }
    }
    Subnets { declared, others, count: Some(ids.items().len()) }
}

fn note(run: &mut Run<'_, '_>, value: &Value<'_>) {
    match value.unsettled() {
        Some(part) => run.note_reason(part.origin.reason()),
        None => run.note_reason("the subnet is declared outside the template"),
    }
}

/// Whether a subnet routes to an internet gateway, and the places that make it so: association, route, gateway.
///
/// A subnet without an association of its own uses the VPC's main route table, which a template cannot name: its routes
/// are those that AWS gives it, the local one only. That holds for a VPC of the template; the main route table of another
/// VPC, the default one say, may lead anywhere.
/// Source: "Configure route tables" and "Default VPCs", Amazon VPC user guide.
pub fn routes_to_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    subnet: &'m Block<'t>,
) -> (Truth, Vec<Related>) {
    let mut answer = hidden(run, model, "AWS::EC2::SubnetRouteTableAssociation");
    let mut own_table = Truth::False;
    let mut related = Vec::new();
    for association in existing(run, model, "AWS::EC2::SubnetRouteTableAssociation") {
        let associated = property_refers(run, association, "SubnetId", subnet);
        if associated.is_false() {
            continue;
        }
        own_table = own_table.or(associated);
        let Some(table) = property(run, association, "RouteTableId") else { continue };
        let (open, places) = table_reaches_internet(run, model, table);
        let open = associated.and(open);
        if open.is_true() {
            related.push(Related {
                span: association.key_span,
                message: format!("`{}` ties subnet `{}` to the route table", association.name, subnet.name),
            });
            related.extend(places);
        }
        answer = answer.or(open);
    }
    if !own_table.is_true() && vpc_of(run, model, subnet).is_none() {
        run.note_reason("the VPC is declared outside the template");
        answer = answer.or(Truth::Unknown);
    }
    (answer, related)
}

/// The VPC of a subnet, where this template declares it.
fn vpc_of<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, subnet: &Block<'t>) -> Option<&'m Block<'t>> {
    match property(run, subnet, "VpcId").and_then(Value::as_reference) {
        Some(Origin::Resource { id, .. }) => model.resource(id).filter(|block| block.kind == "AWS::EC2::VPC"),
        _ => None,
    }
}

fn table_reaches_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    table: &Value<'t>,
) -> (Truth, Vec<Related>) {
    let Some(Origin::Resource { id, .. }) = table.as_reference() else {
        note(run, table);
        return (Truth::Unknown, Vec::new());
    };
    let Some(table) = model.resource(id) else { return (Truth::Unknown, Vec::new()) };
    let mut answer = hidden(run, model, "AWS::EC2::Route");
    let mut related = Vec::new();
    for route in existing(run, model, "AWS::EC2::Route") {
        let belongs = property_refers(run, route, "RouteTableId", table);
        if belongs.is_false() {
            continue;
        }
        let Some(gateway) = property(run, route, "GatewayId") else { continue };
        let leads_out = match gateway.as_reference() {
            Some(Origin::Resource { id, .. }) => {
                model.resource(id).is_none_or(|found| found.kind == "AWS::EC2::InternetGateway").into()
            }
            _ => match gateway.text() {
                // The id says what it is: `igw-…`, `vgw-…`, `local`.
                Some(id) => id.starts_with("igw-").into(),
                None => text::like(gateway, "igw-*"),
            },
        };
        let open = belongs.and(leads_out);
        if open.is_true() {
            related.push(Related {
                span: route.key_span,
                message: format!("route `{}` leads to the internet gateway", route.name),
            });
        } else if open == Truth::Unknown {
            note(run, gateway);
        }
        answer = answer.or(open);
    }
    (answer, related)
}

/// Whether the VPC of a subnet has an internet gateway attached in this template.
pub fn vpc_has_internet_gateway<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    subnet: &'m Block<'t>,
) -> (Truth, Vec<Related>) {
    let Some(vpc) = vpc_of(run, model, subnet) else {
        run.note_reason("the VPC is declared outside the template");
        return (Truth::Unknown, Vec::new());
    };
    let mut answer = hidden(run, model, "AWS::EC2::VPCGatewayAttachment");
    let mut related = Vec::new();
    for attachment in existing(run, model, "AWS::EC2::VPCGatewayAttachment") {
        if property(run, attachment, "InternetGatewayId").is_none() {
            continue;
        }
        let attached = property_refers(run, attachment, "VpcId", vpc);
        if attached.is_true() {
            related.push(Related {
                span: attachment.key_span,
                message: format!("`{}` gives VPC `{}` an internet gateway", attachment.name, vpc.name),
            });
        }
        answer = answer.or(attached);
    }
    (answer, related)
}

/// Whether some subnets lie in at least `least` Availability Zones.
pub fn in_zones<'m, 't>(run: &mut Run<'m, 't>, subnets: &Subnets<'m, 't>, least: usize) -> Truth {
    if subnets.count.is_some_and(|count| count < least) {
        return Truth::False;
    }
    let mut zones: Vec<(&str, &'m Value<'t>)> = Vec::new();
    let mut unsure = subnets.others;
    for subnet in &subnets.declared {
        let named = ["AvailabilityZone", "AvailabilityZoneId"]
            .into_iter()
            .find_map(|spelling| Some((spelling, property(run, subnet, spelling)?)));
        let Some((spelling, zone)) = named else {
            run.note_reason(format!("AWS chooses the Availability Zone of `{}`", subnet.name));
            unsure = true;
            continue;
        };
        let mut differs = Truth::True;
        for (known_spelling, known) in &zones {
            // A zone's name stands for different zones in different accounts, its id for the same one.
            let same = if spelling == *known_spelling {
                run.decide(&[zone, known], &|values| match values {
                    [one, other] => text::equal(one, other),
                    _ => Truth::Unknown,
                })
            } else {
                run.note_reason("the name of an Availability Zone does not say its id");
                Truth::Unknown
            };
            differs = differs.and(!same);
        }
        match differs {
            Truth::True => zones.push((spelling, zone)),
            Truth::False => {}
            Truth::Unknown => unsure = true,
        }
    }
    if zones.len() >= least {
        Truth::True
    } else if unsure {
        Truth::Unknown
    } else {
        Truth::False
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::eval::choices::Pinned;
    use crate::eval::{Memory, explore};
    use crate::source::SourceId;
    use crate::template::Template;

    /// Answers a question about the subnets of the resource `Group` of a template.
    fn of_group(
        text: &str,
        ask: impl for<'m, 't> Fn(&mut Run<'m, 't>, &'m Model<'m, 't>, &Subnets<'m, 't>) -> Truth,
    ) -> Truth {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (pinned, memory) = (Pinned::default(), Memory::default());
        let model = Model::new(&template, &pinned, &memory);
        let model = &model;
        let answers = explore(&model.evaluator, |run| {
            let ids = property(run, model.resource("Group").unwrap(), "SubnetIds").unwrap();
            let subnets = subnets(run, model, ids);
            ask(run, model, &subnets)
        });
        answers.leaves[0].1
    }

    fn two_zones(first: &str, second: &str) -> Truth {
        let text = format!(
            "Resources:
  One: {{Type: AWS::EC2::Subnet, Properties: {{{first}}}}}
  Two: {{Type: AWS::EC2::Subnet, Properties: {{{second}}}}}
  Group: {{Type: AWS::RDS::DBSubnetGroup, Properties: {{SubnetIds: [!Ref One, !Ref Two]}}}}"
        );
        of_group(&text, |run, _, subnets| in_zones(run, subnets, 2))
    }

    #[test]
    fn zones_of_the_region_are_told_apart_by_their_index() {
        for (first, second, expected) in [
            ("!Select [0, !GetAZs '']", "!Select [1, !GetAZs '']", Truth::True),
            ("!Select [0, !GetAZs '']", "!Select ['0', !GetAZs {Ref: AWS::Region}]", Truth::False),
            ("!Select [1, 'Fn::GetAZs': !Ref AWS::Region]", "!Select [0, !GetAZs '']", Truth::True),
            ("!Select [0, 'Fn::GetAZs': null]", "!Select [1, 'Fn::GetAZs': null]", Truth::True),
            ("!Select [0, !GetAZs '']", "us-east-1a", Truth::Unknown),
            ("!Select [0, !GetAZs us-east-1]", "!Select [1, !GetAZs us-east-1]", Truth::Unknown),
            ("us-east-1a", "us-east-1b", Truth::True),
            ("!Sub '${AWS::Region}a'", "!Sub '${AWS::Region}b'", Truth::True),
        ] {
            let zones = two_zones(&format!("AvailabilityZone: {first}"), &format!("AvailabilityZone: {second}"));
            assert_eq!(zones, expected, "{first} and {second}");
        }
    }

    #[test]
    fn a_zone_may_be_named_by_its_id() {
        assert_eq!(two_zones("AvailabilityZoneId: use1-az1", "AvailabilityZoneId: use1-az2"), Truth::True);
        assert_eq!(two_zones("AvailabilityZoneId: use1-az1", "AvailabilityZone: us-east-1a"), Truth::Unknown);
        assert_eq!(two_zones("AvailabilityZone: us-east-1a", ""), Truth::Unknown);
    }

    #[test]
    fn a_main_route_table_is_known_in_a_vpc_of_the_template_only() {
        let routes = |vpc: &str| {
            let text = format!(
                "Parameters: {{Existing: {{Type: String}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC}}
  One: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref {vpc}}}}}
  Group: {{Type: AWS::RDS::DBSubnetGroup, Properties: {{SubnetIds: [!Ref One]}}}}"
            );
            of_group(&text, |run, model, subnets| routes_to_internet(run, model, subnets.declared[0]).0)
        };
        assert_eq!(routes("Vpc"), Truth::False);
        assert_eq!(routes("Existing"), Truth::Unknown);
    }
}
