//! The sources from which the rules of a security group allow traffic.
//!
//! Rules add up: a group allows what any of its rules allows, and a prefix list is all of its entries. Source: Amazon VPC user
//! guide, "Security group rules" and "Managed prefix lists".

use super::addresses::{are_internet, is_broad};
use super::{property, refers_to};
use crate::eval::value::{Origin, Value};
use crate::eval::{Run, text};
use crate::expand::{Block, Model, exists};
use crate::policy::Cidr;
use crate::source::Span;
use crate::truth::Truth;
use smallvec::SmallVec;

const GROUP: &str = "AWS::EC2::SecurityGroup";
const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
const PREFIX_LIST: &str = "AWS::EC2::PrefixList";

/// The ranges of addresses of a source: one, unless it is a prefix list.
type Ranges = SmallVec<[Cidr; 1]>;

/// Rules that are added up. With more rules, the result is unknown.
const MOST_RULES: usize = 256;

/// A rule of a security group: a map with `IpProtocol`, `FromPort`, `ToPort` and a source.
struct Rule<'m, 't> {
    value: &'m Value<'t>,
    /// Its ranges of addresses, as far as they are known. Empty if its source is a security group.
    ranges: Ranges,
    /// Its ports, the first and the last.
    ports: (i64, i64),
}

/// The source of a rule that is, or may be, the internet.
pub struct Source<'m, 't> {
    /// Whether it is.
    pub truth: Truth,
    /// The property that names it: `CidrIp`.
    pub name: &'static str,
    /// Its value.
    pub value: &'m Value<'t>,
    /// The locations of what makes it the internet, each with a description.
    pub related: Vec<(Span, &'static str)>,
}

/// The properties of a rule that name addresses. Source: the types' schemas.
const SOURCES: [&str; 3] = ["CidrIp", "CidrIpv6", "SourcePrefixListId"];

/// The ports that a rule opens, the first and the last. None if it opens no port, or if they are not known.
pub type Ports<'a, 'm, 't> = &'a mut dyn FnMut(&mut Run<'m, 't>, &'m Value<'t>) -> Option<(i64, i64)>;

/// The sources of a rule that are all of the internet: alone, or with other rules of the same security group that open a port which
/// this one opens too, and which is none of `spared`.
pub fn from_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    owner: &'m Block<'t>,
    rule: &'m Value<'t>,
    ports: Ports<'_, 'm, 't>,
    spared: &[i64],
) -> SmallVec<[Source<'m, 't>; 1]> {
    let mut found = SmallVec::new();
    for name in SOURCES {
        let Some(value) = rule.get(name) else { continue };
        let Some(ranges) = ranges(run, model, name, value) else {
            found.push(Source { truth: Truth::Unknown, name, value, related: Vec::new() });
            continue;
        };
        if are_internet(&ranges) {
            let related = entries(run, model, name, value);
            found.push(Source { truth: Truth::True, name, value, related });
        } else if ranges.iter().copied().any(is_broad)
            && let Some(own) = ports(run, rule)
        {
            // A part of the internet: others may be the rest.
            let Some(others) = rules(run, model, owner, rule, ports) else {
                run.note_reason("the security group has too many rules to add them up");
                found.push(Source { truth: Truth::Unknown, name, value, related: Vec::new() });
                continue;
            };
            if let Some(rest) = rest_of_internet(&ranges, own, &others, spared) {
                let related = rest.into_iter().map(|span| (span, "another rule allows the rest of the internet"));
                found.push(Source { truth: Truth::True, name, value, related: related.collect() });
            }
        }
    }
    found
}

/// The places of the rules that are all of the internet with some ranges, at a port that all of them open.
fn rest_of_internet(ranges: &[Cidr], own: (i64, i64), others: &[Rule<'_, '_>], spared: &[i64]) -> Option<Vec<Span>> {
    let opens = |(from, to): (i64, i64), port: i64| from <= port && port <= to;
    let starts = others.iter().map(|other| other.ports.0.max(own.0)).chain([own.0]);
    starts.filter_map(|start| (start..=own.1).find(|port| !spared.contains(port))).find_map(|port| {
        let open: Vec<&Rule<'_, '_>> = others.iter().filter(|other| opens(other.ports, port)).collect();
        let together: Vec<Cidr> = open.iter().flat_map(|other| &other.ranges).chain(ranges).copied().collect();
        are_internet(&together).then(|| {
            let rest = open.iter().filter(|other| other.ranges.iter().copied().any(is_broad));
            rest.map(|other| other.value.span).collect()
        })
    })
}

/// The addresses that a property names, a source or a destination. None if they are not known.
pub(super) fn ranges<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    name: &str,
    value: &'m Value<'t>,
) -> Option<Ranges> {
    if !name.ends_with("PrefixListId") {
        return if is_network(model, value) { Some(Ranges::new()) } else { cidr(run, value) };
    }
    let Some(list) = prefix_list(model, value) else {
        run.note_reason("the prefix list is not declared in the template");
        return None;
    };
    if !exists(run, list) {
        return None;
    }
    let Some(entries) = property(run, list, &["Entries"]) else { return Some(Ranges::new()) };
    if entries.is_opaque() {
        return None;
    }
    let mut ranges = Ranges::new();
    for entry in entries.items().iter().take(MOST_RULES) {
        if entry.is_opaque() {
            return None;
        }
        if let Some(value) = entry.get("Cidr") {
            ranges.extend(if is_network(model, value) { Ranges::new() } else { cidr(run, value)? });
        }
    }
    Some(ranges)
}

fn cidr<'t>(run: &mut Run<'_, 't>, value: &Value<'t>) -> Option<Ranges> {
    match value.text() {
        Some(text) => {
            let range = Cidr::parse(text.trim()).or_else(|| {
                // With a prefix length of 0, the address does not matter.
                super::addresses::is_internet(value).is_true().then(|| Cidr::parse("0.0.0.0/0")).flatten()
            });
            Some(range.into_iter().collect())
        }
        None => {
            let internet = run.decide(&[value], &|values| {
                values.first().map_or(Truth::False, |value| super::addresses::is_internet(value))
            });
            match internet {
                Truth::False => Some(Ranges::new()),
                Truth::True => Some(Cidr::parse("0.0.0.0/0").into_iter().collect()),
                Truth::Unknown => None,
            }
        }
    }
}

/// Whether a value is the CIDR block of a VPC or subnet of the template: a /16 at most (VPC user guide, "VPC CIDR blocks").
fn is_network(model: &Model<'_, '_>, value: &Value<'_>) -> bool {
    match value.as_reference() {
        Some(Origin::Resource { id, attribute: Some(name) }) if name == "CidrBlock" => {
            model.resource(id).is_some_and(|block| matches!(block.kind, "AWS::EC2::VPC" | "AWS::EC2::Subnet"))
        }
        _ => false,
    }
}

fn prefix_list<'m, 't>(model: &'m Model<'m, 't>, value: &Value<'t>) -> Option<&'m Block<'t>> {
    match value.as_reference() {
        Some(Origin::Resource { id, .. }) => model.resource(id).filter(|block| block.kind == PREFIX_LIST),
        _ => None,
    }
}

/// The entries of a prefix list that make it the internet.
fn entries<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    name: &str,
    value: &'m Value<'t>,
) -> Vec<(Span, &'static str)> {
    let list = if name == "SourcePrefixListId" { prefix_list(model, value) } else { None };
    let Some(entries) = list.and_then(|list| property(run, list, &["Entries"])) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.items().iter().take(MOST_RULES) {
        let Some(cidr_value) = entry.get("Cidr") else { continue };
        if cidr(run, cidr_value).is_some_and(|ranges| ranges.iter().copied().any(is_broad)) {
            found.push((cidr_value.span, "an entry of the prefix list"));
        }
    }
    found
}

/// The other inbound rules of the security group that a rule belongs to. None if there are too many.
fn rules<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    owner: &'m Block<'t>,
    rule: &'m Value<'t>,
    ports: Ports<'_, 'm, 't>,
) -> Option<Vec<Rule<'m, 't>>> {
    let name = if owner.kind == INGRESS {
        match property(run, owner, &["GroupId"]) {
            Some(name) => Some(name),
            None => property(run, owner, &["GroupName"]),
        }
    } else {
        None
    };
    let group = match name.and_then(Value::as_reference) {
        Some(Origin::Resource { id, .. }) => model.resource(id).filter(|block| block.kind == GROUP),
        _ => Some(owner).filter(|block| block.kind == GROUP),
    };
    let mut values: Vec<&'m Value<'t>> = Vec::new();
    if let Some(inline) = group.and_then(|group| property(run, group, &["SecurityGroupIngress"])) {
        values.extend(inline.items().iter().filter(|item| !item.is_opaque()));
    }
    for (number, other) in model.of_type(INGRESS).enumerate() {
        if number >= MOST_RULES || values.len() > MOST_RULES {
            return None;
        }
        if other.is(owner) {
            continue;
        }
        let theirs = match property(run, other, &["GroupId"]) {
            Some(theirs) => Some(theirs),
            None => property(run, other, &["GroupName"]),
        };
        let Some(theirs) = theirs else { continue };
        let same = match (group, name) {
            (Some(group), _) => refers_to(run, theirs, group),
            (None, Some(name)) => run.decide(&[name, theirs], &|values| match values {
                [one, other] => text::equal(one, other),
                _ => Truth::Unknown,
            }),
            (None, None) => Truth::False,
        };
        if same.is_true() && exists(run, other) {
            values.extend(property(run, other, &[]));
        }
    }
    if values.len() > MOST_RULES {
        return None;
    }
    values.retain(|value| !std::ptr::eq(*value, rule));
    let mut rules = Vec::new();
    for value in values {
        let Some(ports) = ports(run, value) else { continue };
        let mut known = Ranges::new();
        for name in SOURCES {
            let source = value.get(name);
            known.extend(source.and_then(|source| ranges(run, model, name, source)).unwrap_or_default());
        }
        rules.push(Rule { value, ranges: known, ports });
    }
    Some(rules)
}
