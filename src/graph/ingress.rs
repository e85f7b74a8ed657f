//! The sources from which the rules of a security group allow traffic.
//!
//! A prefix list is all of its entries. Source: Amazon VPC user guide, "Managed prefix lists".

use super::addresses::are_internet;
use super::property;
use crate::eval::Run;
use crate::eval::value::{Origin, Value};
use crate::expand::{Block, Model, exists};
use crate::policy::Cidr;
use crate::source::Span;
use crate::truth::Truth;
use smallvec::SmallVec;

const PREFIX_LIST: &str = "AWS::EC2::PrefixList";

/// The ranges of addresses of a source: one, unless it is a prefix list.
type Ranges = SmallVec<[Cidr; 1]>;

/// Entries of a prefix list that are looked at. AWS allows 1000 at most, and the internet needs few.
const MOST_ENTRIES: usize = 256;

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

/// The sources of a rule that are the internet, or may be.
pub fn from_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    rule: &'m Value<'t>,
) -> SmallVec<[Source<'m, 't>; 1]> {
    let mut found = SmallVec::new();
    for name in SOURCES {
        let Some(value) = rule.get(name) else { continue };
        match ranges(run, model, name, value) {
            None => found.push(Source { truth: Truth::Unknown, name, value, related: Vec::new() }),
            Some(ranges) if are_internet(&ranges) => {
                let related = entries(run, model, name, value);
                found.push(Source { truth: Truth::True, name, value, related });
            }
            Some(_) => {}
        }
    }
    found
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
    for entry in entries.items().iter().take(MOST_ENTRIES) {
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
    for entry in entries.items().iter().take(MOST_ENTRIES) {
        let Some(cidr_value) = entry.get("Cidr") else { continue };
        if cidr(run, cidr_value).is_some_and(|ranges| are_internet(&ranges)) {
            found.push((cidr_value.span, "an entry of the prefix list"));
        }
    }
    found
}
