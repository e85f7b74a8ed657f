//! Ports, routes and zones, based on [`crate::graph::network`] and [`crate::graph::routes`].

use crate::eval::Run;
use crate::eval::value::{Kind, Value};
use crate::expand::{Block, Model};
use crate::finding::Related;
use crate::graph::{acl, ingress, ipv6, network, ports, routes, wide_routes};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, value_location};
use crate::rules::language::analysis::{
    AclOpensToInternet, OpensPort, OpensToInternet, PublicIpv6Block, RoutesToInternet, SubnetZones,
};
use crate::rules::language::operand::{Operand, Settings};
use crate::rules::language::path::Path;
use crate::truth::Truth;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::ops::RangeInclusive;

impl OpensPort {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let Some(rule) = rule_of(checker, item) else { return Truth::Unknown.into() };
        let numbers = |operand: &Option<Operand>| operand.as_ref().map(|operand| ports_in(operand, checker.settings));
        let (wanted, excepted) = (numbers(&self.any_of), numbers(&self.other_than));
        let model = checker.model;
        let truth = opened(checker.run, model, rule, wanted.as_deref(), excepted.as_deref());
        let exact = match &self.at {
            Some(at) if checker.explain => checker.select(at, item).items.into_iter().next(),
            _ => None,
        };
        let text = if checker.explain { ports_text(checker.run, model, rule) } else { String::new() };
        checker.at(truth, || {
            let mut location = checker.explained(exact.as_ref().unwrap_or(item));
            location.words = vec![("ports", text)];
            location
        })
    }
}

/// The security group rule that an item is: a map, or the properties of a resource.
fn rule_of<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Option<&'m Value<'t>> {
    let rule = match item {
        Item::Value { value, .. } => *value,
        Item::Block(block) => {
            let path = Path { text: "$.Properties".into(), names: vec!["Properties".into()], rest: None };
            match checker.select(&path, &Item::Block(block)).items.into_iter().next() {
                Some(Item::Value { value, .. }) => value,
                _ => return None,
            }
        }
    };
    (!rule.is_opaque()).then_some(rule)
}

fn ports_in(operand: &Operand, settings: &Settings) -> SmallVec<[i64; 8]> {
    operand.texts(settings).iter().filter_map(|text| text.parse().ok()).collect()
}

/// The protocol and the ports of a rule, as written; null where one is absent.
fn written<'a, 't>(rule: &'a Value<'t>, absent: &'a Value<'t>) -> [&'a Value<'t>; 3] {
    ["IpProtocol", "FromPort", "ToPort"].map(|name| rule.get(name).unwrap_or(absent))
}

/// Whether a rule opens one of some ports, or a port other than some; any port where neither are given.
fn opened<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    rule: &Value<'t>,
    wanted: Option<&[i64]>,
    excepted: Option<&[i64]>,
) -> Truth {
    let absent = Value::default();
    let written = written(rule, &absent);
    let [_, from, to] = written;
    let limits = [from, to].map(|end| ports::limits(run, model, end));
    run.decide(&written, &|values| {
        let [protocol, from, to] = values else { return Truth::Unknown };
        // The ports that are open for sure, and all that may be.
        let (surely, perhaps) = match range(protocol, from, to, &limits) {
            Range::All => (0..=65535, 0..=65535),
            Range::None => return Truth::False,
            Range::Unknown => return Truth::Unknown,
            Range::Ports(surely, perhaps) => (surely, perhaps),
        };
        let others = |range: &RangeInclusive<i64>, excepted: &[i64]| {
            let inside = excepted.iter().filter(|port| range.contains(port)).count();
            range.end() - range.start() + 1 > i64::try_from(inside).unwrap_or(i64::MAX)
        };
        match (wanted, excepted) {
            (Some(wanted), _) if wanted.iter().any(|port| surely.contains(port)) => Truth::True,
            (Some(wanted), _) if !wanted.iter().any(|port| perhaps.contains(port)) => Truth::False,
            (None, Some(excepted)) if others(&surely, excepted) => Truth::True,
            (None, Some(excepted)) if !excepted.iter().any(|port| perhaps.contains(port)) => Truth::True,
            (None, Some(excepted)) if !others(&perhaps, excepted) => Truth::False,
            (None, None) => Truth::True,
            _ => Truth::Unknown,
        }
    })
}

/// The ports of a rule in words.
fn ports_text<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, rule: &Value<'t>) -> String {
    let absent = Value::default();
    let texts = written(rule, &absent).map(|value| match ports::limits(run, model, value) {
        Some(limits) if limits.start() == limits.end() => limits.start().to_string(),
        Some(_) => value.display(),
        None => {
            let chosen = run.as_chosen(value);
            if chosen.is_opaque() { chosen.display() } else { chosen.text().map(Cow::into_owned).unwrap_or_default() }
        }
    });
    match texts.each_ref().map(String::as_str) {
        ["-1", _, _] | [_, "", ""] => "all ports".to_owned(),
        [_, port, ""] => format!("port {port} (`ToPort` is not set)"),
        [_, "", port] => format!("port {port} (`FromPort` is not set)"),
        [_, from, to] if from == to => ["port ", from].concat(),
        [_, from, to] => format!("ports {from} to {to}"),
    }
}

impl OpensToInternet {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let Some(rule) = rule_of(checker, item) else { return Truth::Unknown.into() };
        let spared = self.other_than.as_ref().map(|operand| ports_in(operand, checker.settings));
        let model = checker.model;
        let opened = opened(checker.run, model, rule, None, spared.as_deref());
        if opened.is_false() {
            return Truth::False.into();
        }
        let sources = ingress::from_internet(checker.run, model, rule);
        let truth = opened.and(Truth::any(sources.iter().map(|source| source.truth)));
        let mut locations = Vec::new();
        if checker.explain {
            let base = match item {
                Item::Value { path, .. } => path.clone(),
                Item::Block(block) => format!("{}/Properties", block.path()),
            };
            locations.reserve_exact(sources.len());
            for source in sources.iter().filter(|source| source.truth == truth || !truth.is_true()) {
                let path = [base.as_str(), "/", source.name].concat();
                let mut location = value_location(source.value, source.name, &path);
                location.words = vec![("ports", ports_text(checker.run, model, rule))];
                location.related = source
                    .related
                    .iter()
                    .map(|(span, message)| Related { span: *span, message: (*message).to_owned() })
                    .collect();
                locations.push(location);
            }
        }
        Judgement { truth, locations }
    }
}

/// Whether the destination of a route is the internet.
pub(super) fn routes_whole_internet<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    let route = item.owner();
    let (truth, destination) = wide_routes::is_whole_internet(checker.run, model, route);
    checker.at(truth, || match destination {
        Some((name, value)) => value_location(value, name, &format!("{}/Properties/{name}", route.path())),
        None => item.location(),
    })
}

impl AclOpensToInternet {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let entry = item.owner();
        let model = checker.model;
        let mut truth = Truth::False;
        let mut open = Vec::new();
        for port in &self.ports {
            let opens = acl::opens(checker.run, model, entry, *port);
            truth = truth.or(opens);
            if opens.is_true() {
                open.push(*port);
            }
        }
        let exact = match &self.at {
            Some(at) if checker.explain => checker.select(at, item).items.into_iter().next(),
            _ => None,
        };
        checker.at(truth, || {
            let mut location = exact.as_ref().unwrap_or(item).location();
            location.words = vec![("ports", named_ports(&open))];
            location
        })
    }
}

/// Ports in words, with what listens on them.
fn named_ports(ports: &[u16]) -> String {
    let named: Vec<String> = ports
        .iter()
        .map(|port| match port {
            22 => "port 22 (SSH)".to_owned(),
            3389 => "port 3389 (remote desktop)".to_owned(),
            port => format!("port {port}"),
        })
        .collect();
    named.join(" and ")
}

enum Range {
    All,
    None,
    Unknown,
    /// Those that are open for sure, which may be none, and all that may be.
    Ports(RangeInclusive<i64>, RangeInclusive<i64>),
}

/// The ports of a rule; `limits`: what its ends can be, where they are references. Source: `AWS::EC2::SecurityGroupIngress` in the
/// CloudFormation resource reference: protocol -1 means all, ICMP has types instead of ports, a protocol other than tcp, udp and icmp has
/// all ports.
fn range(protocol: &Value<'_>, from: &Value<'_>, to: &Value<'_>, limits: &[Option<RangeInclusive<i64>>; 2]) -> Range {
    let Some(protocol) = protocol.text() else {
        return if matches!(protocol.kind, Kind::Null) { Range::All } else { Range::Unknown };
    };
    let is = |names: &[&str]| names.iter().any(|name| protocol.eq_ignore_ascii_case(name));
    if is(&["icmp", "1", "icmpv6", "58"]) {
        return Range::None;
    }
    // `-1`, `all`, and what has no ports.
    if !is(&["tcp", "6", "udp", "17"]) {
        return Range::All;
    }
    let port = |value: &Value<'_>| value.number().filter(|port| port.fract() == 0.0).map(|port| port as i64);
    if let (Kind::Null, Kind::Null) = (&from.kind, &to.kind) {
        return Range::All;
    }
    let exactly = |port: i64| Some(port.clamp(0, 65535)..=port.clamp(0, 65535));
    let [from, to] = match (port(from), port(to)) {
        (Some(-1), _) | (_, Some(-1)) => return Range::All,
        (Some(from), Some(to)) => [exactly(from), exactly(to)],
        // EC2 refuses one end without the other; whatever is meant, it is this port at least.
        (Some(port), None) if matches!(to.kind, Kind::Null) => [exactly(port), exactly(port)],
        (None, Some(port)) if matches!(from.kind, Kind::Null) => [exactly(port), exactly(port)],
        (Some(port), None) => [exactly(port), limits[1].clone()],
        (None, Some(port)) => [limits[0].clone(), exactly(port)],
        (None, None) => limits.clone(),
    };
    if from.is_none() && to.is_none() {
        return Range::Unknown;
    }
    let (from, to) = (from.unwrap_or(0..=65535), to.unwrap_or(0..=65535));
    // EC2 refuses a range that ends before it begins.
    let surely = *from.end()..=(*to.start()).max(*from.start());
    Range::Ports(surely, *from.start()..=*to.end())
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
                            value_location(id, name, &format!("{path}/{index}"))
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
            locations.push(selection.nearest.location());
        }
        Judgement { truth: result, locations }
    }
}

impl PublicIpv6Block {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let model = checker.model;
        let Some(subnets) = &self.subnets else {
            let subnet = item.owner();
            if subnet.kind != "AWS::EC2::Subnet" {
                return Truth::Unknown.into();
            }
            let is_public = ipv6::has_public_block(checker.run, model, subnet);
            return checker.at(is_public, || item.location());
        };
        let selection = checker.select_some(subnets, item);
        let mut is_public = Truth::from(selection.items.is_empty());
        if selection.unknown {
            is_public = is_public.or(Truth::Unknown);
        }
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            let named = network::subnets(checker.run, model, value);
            is_public = is_public.or(named.others.into());
            for subnet in named.declared {
                is_public = is_public.or(ipv6::has_public_block(checker.run, model, subnet));
            }
        }
        checker.at(is_public, || item.location())
    }
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
        checker
            .at(result, || selection.items.first().map_or_else(|| selection.nearest.clone().location(), Item::location))
    }
}
