//! What a network ACL allows inbound: its entries in the order of their numbers.
//!
//! Source: Amazon VPC user guide, "Network ACL rules": entries are evaluated from the lowest number on, and the first one that matches
//! the traffic decides, regardless of later ones.

use super::addresses::{are_internet, hold};
use super::{naming, property, refers_to};
use crate::eval::value::{Origin, Value};
use crate::eval::{Run, text};
use crate::expand::{Block, Model, exists};
use crate::policy::Cidr;
use crate::truth::Truth;

const ENTRY: &str = "AWS::EC2::NetworkAclEntry";

/// TCP. Source: IANA, "Protocol Numbers"; -1 means all protocols.
const TCP: f64 = 6.0;
const ALL_PROTOCOLS: f64 = -1.0;

/// With more entries, what the others do is unknown.
const MOST_ENTRIES: usize = 256;

/// An entry for inbound traffic, as far as it is known.
struct Entry {
    number: Option<f64>,
    range: Cidr,
}

/// Whether an entry allows the internet to reach a port over TCP.
pub fn opens<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, entry: &'m Block<'t>, port: u16) -> Truth {
    let applies = is_about(run, entry, "allow", port);
    if applies.is_false() {
        return Truth::False;
    }
    match range(run, entry) {
        Ok(Some(range)) if are_internet(&[range]) => applies.and(!denied_before(run, model, entry, range, port)),
        Ok(_) => Truth::False,
        Err(()) => Truth::Unknown,
    }
}

/// Whether entries with lower numbers deny all of it.
fn denied_before<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    entry: &'m Block<'t>,
    range: Cidr,
    port: u16,
) -> Truth {
    let (denies, unknown) = denies(run, model, entry, port);
    let own = number(run, entry);
    let before = |other: &Entry| match (other.number, own) {
        (Some(other), Some(own)) => (other < own).into(),
        _ => Truth::Unknown,
    };
    let ranges = |which: &dyn Fn(Truth) -> bool| -> Vec<Cidr> {
        denies.iter().filter(|other| which(before(other))).map(|other| other.range).collect()
    };
    if hold(&ranges(&Truth::is_true), range) {
        Truth::True
    } else if unknown || hold(&ranges(&|truth| !truth.is_false()), range) {
        run.note_reason("the numbers of the network ACL's entries are not known");
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// The entries of an entry's network ACL that deny a port, and whether there may be more.
fn denies<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    entry: &'m Block<'t>,
    port: u16,
) -> (Vec<Entry>, bool) {
    let mut found = Vec::new();
    let mut unknown = model.may_hide(ENTRY);
    let acl = property(run, entry, &["NetworkAclId"]).and_then(Value::as_reference);
    let declared = match acl {
        Some(Origin::Resource { id, .. }) => model.resource(id),
        _ => None,
    };
    let others = match declared {
        Some(declared) => naming(run, model, ENTRY, &["NetworkAclId"], declared),
        None => model.of_type(ENTRY).collect(),
    };
    if others.len() > MOST_ENTRIES {
        run.note_reason("the network ACL has too many entries to add them up");
        return (found, true);
    }
    for other in others {
        if other.is(entry) {
            continue;
        }
        let about = is_about(run, other, "deny", port);
        if about.is_false() {
            continue;
        }
        let same = is_same_acl(run, model, entry, other).and(about);
        if same.is_false() || !exists(run, other) {
            continue;
        }
        match range(run, other) {
            Ok(Some(range)) if same.is_true() => {
                let number = number(run, other);
                found.push(Entry { number, range });
            }
            Ok(None) => {}
            Ok(Some(_)) | Err(()) => unknown = true,
        }
    }
    (found, unknown)
}

fn is_same_acl<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    one: &'m Block<'t>,
    other: &'m Block<'t>,
) -> Truth {
    let acl = |run: &mut Run<'m, 't>, entry| property(run, entry, &["NetworkAclId"]);
    let (Some(one), Some(other)) = (acl(run, one), acl(run, other)) else { return Truth::False };
    if let Some(Origin::Resource { id, .. }) = one.as_reference()
        && let Some(declared) = model.resource(id)
    {
        return refers_to(run, other, declared);
    }
    run.decide(&[one, other], &|values| match values {
        [one, other] => text::equal(one, other),
        _ => Truth::Unknown,
    })
}

/// Whether an entry applies to inbound traffic to a port over TCP, with this action.
fn is_about<'m, 't>(run: &mut Run<'m, 't>, entry: &'m Block<'t>, action: &str, port: u16) -> Truth {
    let mut ask =
        |path: &[&str], absent: Truth, question: &dyn Fn(&Value<'t>) -> Truth| match property(run, entry, path) {
            Some(value) => run.decide(&[value], &|values| values.first().map_or(absent, |value| question(value))),
            None => absent,
        };
    let number = |value: &Value<'_>, question: &dyn Fn(f64) -> bool| match value.number() {
        Some(number) => question(number).into(),
        None => Truth::Unknown,
    };
    let does = ask(&["RuleAction"], Truth::False, &|value| match value.text() {
        Some(text) => text.eq_ignore_ascii_case(action).into(),
        None => Truth::Unknown,
    });
    if does.is_false() {
        return Truth::False;
    }
    let outbound = ask(&["Egress"], Truth::False, &|value| value.boolean().map_or(Truth::Unknown, Truth::from));
    let all = ask(&["Protocol"], Truth::False, &|value| number(value, &|number| number == ALL_PROTOCOLS));
    let tcp = ask(&["Protocol"], Truth::False, &|value| number(value, &|number| number == TCP));
    let port = f64::from(port);
    let from = ask(&["PortRange", "From"], Truth::True, &|value| number(value, &|number| number <= port));
    let to = ask(&["PortRange", "To"], Truth::True, &|value| number(value, &|number| number >= port));
    does.and(!outbound).and(all.or(tcp.and(from).and(to)))
}

/// The addresses of an entry. None if it has no CIDR block, an error if they are not known.
fn range<'m, 't>(run: &mut Run<'m, 't>, entry: &'m Block<'t>) -> Result<Option<Cidr>, ()> {
    for name in ["CidrBlock", "Ipv6CidrBlock"] {
        let Some(value) = property(run, entry, &[name]) else { continue };
        return match run.settled_text(value) {
            Some(text) => Ok(Cidr::parse(text.trim())),
            None => Err(()),
        };
    }
    Ok(None)
}

fn number<'m, 't>(run: &mut Run<'m, 't>, entry: &'m Block<'t>) -> Option<f64> {
    let value = property(run, entry, &["RuleNumber"])?;
    run.settled_text(value)?.trim().parse().ok()
}
