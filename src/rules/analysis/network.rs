//! Ports, routes and zones, based on [`crate::graph::network`] and [`crate::graph::routes`].

use crate::eval::value::{Kind, Value};
use crate::expand::Block;
use crate::finding::Related;
use crate::graph::{network, routes};
use crate::rules::checker::{Checker, Item, Judgement};
use crate::rules::operand::Operand;
use crate::rules::path::Path;
use crate::truth::Truth;
use serde::Deserialize;

/// Whether a security group rule (a map with `IpProtocol`, `FromPort`, `ToPort`) opens one of some ports, or a port other than
/// those.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OpensPort {
    /// One of these ports.
    any_of: Option<Operand>,
    /// A port other than these.
    other_than: Option<Operand>,
    /// The path of the value to point at, such as the source. Without it, findings point at the security group rule.
    pub(super) at: Option<Path>,
}

impl OpensPort {
    pub(super) fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        self.any_of.iter().chain(&self.other_than).for_each(visit);
    }

    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let rule = match item {
            Item::Value { value, .. } => *value,
            Item::Block(block) => {
                let path = Path { text: "$.Properties".to_owned(), names: vec!["Properties".to_owned()], rest: None };
                let found = checker.select(&path, &Item::Block(block)).items.into_iter().next();
                match found {
                    Some(Item::Value { value, .. }) => value,
                    _ => return Truth::Unknown.into(),
                }
            }
        };
        if rule.is_opaque() {
            return Truth::Unknown.into();
        }
        let ports = |operand: &Option<Operand>| -> Option<Vec<i64>> {
            let texts = operand.as_ref()?.texts(checker.settings);
            Some(texts.iter().filter_map(|text| text.parse().ok()).collect())
        };
        let (wanted, excepted) = (ports(&self.any_of), ports(&self.other_than));
        let absent = Value::default();
        let get = |name: &str| rule.get(name).unwrap_or(&absent);
        let values = [get("IpProtocol"), get("FromPort"), get("ToPort")];
        let truth = checker.run.decide(&values, &|values| {
            let [protocol, from, to] = values else { return Truth::Unknown };
            let range = match range(protocol, from, to) {
                Range::All => 0..=65535,
                Range::None => return Truth::False,
                Range::Unknown => return Truth::Unknown,
                Range::Ports(from, to) => from..=to,
            };
            match (&wanted, &excepted) {
                (Some(wanted), _) => wanted.iter().any(|port| range.contains(port)).into(),
                (None, Some(excepted)) => {
                    let inside = excepted.iter().filter(|port| range.contains(port)).count();
                    let inside = i64::try_from(inside).unwrap_or(i64::MAX);
                    (range.end() - range.start() + 1 > inside).into()
                }
                (None, None) => Truth::True,
            }
        });
        let exact = match &self.at {
            Some(at) if checker.explain => checker.select(at, item).items.into_iter().next(),
            _ => None,
        };
        checker.at(truth, || {
            let mut location = exact.as_ref().unwrap_or(item).location();
            let values: Vec<String> =
                values.iter().map(|value| value.text().unwrap_or_default().into_owned()).collect();
            let text = match range_texts(&values) {
                Some(text) => text,
                None => "ports".to_owned(),
            };
            location.words = vec![("ports", text)];
            location
        })
    }
}

fn range_texts(values: &[String]) -> Option<String> {
    let [protocol, from, to] = values else { return None };
    Some(match (protocol.as_str(), from.as_str(), to.as_str()) {
        ("-1", _, _) => "all ports".to_owned(),
        (_, "", "") => "all ports".to_owned(),
        (_, from, to) if from == to => format!("port {from}"),
        (_, from, to) => format!("ports {from} to {to}"),
    })
}

enum Range {
    All,
    None,
    Unknown,
    Ports(i64, i64),
}

/// The ports of a rule. Source: `AWS::EC2::SecurityGroupIngress` in the CloudFormation resource reference:
/// protocol -1 means all, ICMP has types instead of ports, a protocol other than tcp, udp and icmp has all ports.
fn range(protocol: &Value<'_>, from: &Value<'_>, to: &Value<'_>) -> Range {
    let Some(protocol) = protocol.text() else {
        return if matches!(protocol.kind, Kind::Null) { Range::All } else { Range::Unknown };
    };
    match protocol.to_ascii_lowercase().as_str() {
        "-1" | "all" => return Range::All,
        "icmp" | "1" | "icmpv6" | "58" => return Range::None,
        "tcp" | "6" | "udp" | "17" => {}
        _ => return Range::All,
    }
    let port = |value: &Value<'_>| value.number().filter(|port| port.fract() == 0.0).map(|port| port as i64);
    match (port(from), port(to)) {
        (Some(-1), _) | (_, Some(-1)) => Range::All,
        (Some(from), Some(to)) => Range::Ports(from.clamp(0, 65535), to.clamp(0, 65535)),
        (None, None) if matches!((&from.kind, &to.kind), (Kind::Null, Kind::Null)) => Range::All,
        _ => Range::Unknown,
    }
}

/// Whether a subnet of the element has a route to an internet gateway. Without `subnets`, the element is the subnet.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoutesToInternet {
    /// The path of a subnet ID, or of a list of them.
    pub(super) subnets: Option<Path>,
    /// Check only whether the VPC of the subnets has an internet gateway.
    #[serde(default)]
    vpc_only: bool,
}

impl RoutesToInternet {
    fn open<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, subnet: &'m Block<'t>) -> (Truth, Vec<Related>) {
        let model = checker.model;
        if self.vpc_only {
            routes::vpc_has_internet_gateway(checker.run, model, subnet)
        } else {
            routes::routes_to_internet(checker.run, model, subnet)
        }
    }

    fn judge_subnet<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let subnet = item.owner();
        if subnet.kind != "AWS::EC2::Subnet" {
            return Truth::Unknown.into();
        }
        let (open, related) = self.open(checker, subnet);
        checker.at(open, || {
            let mut location = item.location();
            location.words = vec![("subnet", subnet.name.to_owned())];
            location.related = related;
            location
        })
    }

    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let Some(subnets) = &self.subnets else { return self.judge_subnet(checker, item) };
        let selection = checker.select_some(subnets, item);
        let mut result = if selection.unknown { Truth::Unknown } else { Truth::False };
        let mut locations = Vec::new();
        for found in &selection.items {
            let Item::Value { value, name, path, owner } = found else { continue };
            let model = checker.model;
            let subnets = network::subnets(checker.run, model, value);
            if subnets.others {
                result = result.or(Truth::Unknown);
            }
            for subnet in subnets.declared {
                let (open, related) = self.open(checker, subnet);
                result = result.or(open);
                if checker.explain && open.is_true() {
                    // The item of the list that names the subnet.
                    let index = value.items().iter().position(|id| {
                        matches!(id.as_reference(), Some(crate::eval::value::Origin::Resource { id, .. }) if *id == subnet.name)
                    });
                    let exact = index.and_then(|index| Some((index, value.items().get(index)?)));
                    let mut location = match exact {
                        Some((index, id)) if matches!(value.kind, Kind::List(_)) => {
                            crate::rules::checker::value_location(id, name, &format!("{path}/{index}"))
                        }
                        _ => Item::Value { value, name: name.clone(), path: path.clone(), owner }.location(),
                    };
                    location.words = vec![("subnet", subnet.name.to_owned())];
                    location.related = related;
                    locations.push(location);
                }
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(selection.nearest);
        }
        Judgement { truth: result, locations }
    }
}

/// Whether the subnets are in at least this number of Availability Zones.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SubnetZones {
    /// The path of the list of subnet IDs.
    pub(super) subnets: Path,
    /// The minimum number of zones.
    at_least: usize,
}

impl SubnetZones {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let selection = checker.select(&self.subnets, item);
        let mut result = if selection.unknown { Truth::Unknown } else { Truth::False };
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            let subnets = network::subnets(checker.run, checker.model, value);
            result = result.or(network::in_zones(checker.run, &subnets, self.at_least));
        }
        checker.at(result, || selection.items.first().map_or(selection.nearest, Item::location))
    }
}
