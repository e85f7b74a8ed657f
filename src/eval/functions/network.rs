//! Functions of networks: `Fn::Cidr` and `Fn::GetAZs`.

use super::{origin_of_result, unknown_result};
use crate::eval::Run;
use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::Node;
use crate::truth::Truth;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// "The number of CIDRs to generate. Valid range is between 1 and 256."
const MAX_BLOCKS: u32 = 256;

impl<'t> Run<'_, 't> {
    pub(super) fn cidr(&mut self, list: Option<&'t [Node<'t>]>, span: Span) -> Option<Value<'t>> {
        let [block, count, bits] = list? else { return None };
        let mut arguments = Vec::with_capacity(3);
        for node in [block, count, bits] {
            // Each choice gives other blocks.
            let value = self.compute(node)?;
            arguments.push(self.settled(value));
        }
        let [block, count, bits] = arguments.as_slice() else { return None };
        let number = |value: &Value<'t>| match value.text() {
            Some(text) => text.trim().parse::<u32>().ok().map(Some),
            None => value.is_scalar().then_some(None),
        };
        let (count, bits) = (number(count)?, number(bits)?);
        let within = |number: Option<u32>, most| number.is_none_or(|number| (1..=most).contains(&number));
        if !block.is_scalar() || !within(count, MAX_BLOCKS) || !within(bits, 128) {
            return None;
        }
        let known = match block.text() {
            Some(text) => Some(parse(&text)?),
            None => None,
        };
        let (Some((address, prefix)), Some(count), Some(bits)) = (known, count, bits) else {
            return Some(unknown_result("Fn::Cidr", &arguments, span));
        };
        let origin = origin_of_result("Fn::Cidr", block);
        let items = blocks(address, prefix, count, bits)?.into_iter().map(|block| {
            let content = Content::Known(Cow::Owned(block));
            Value::from_parts(vec![Part { content, origin: origin.clone() }], span)
        });
        Some(Value { span, kind: Kind::List(items.collect()) })
    }

    /// The zones of the stack's own Region ("specifying an empty string is equivalent to specifying `AWS::Region`"); another
    /// Region's zones are a list of which nothing is known.
    pub(super) fn zones(&mut self, argument: &'t Node<'t>, span: Span) -> Option<Value<'t>> {
        let region = self.compute(argument)?;
        let own = match region.kind {
            Kind::Null => true,
            _ if !region.is_scalar() => return None,
            _ if region.text().is_some_and(|text| text.is_empty()) => true,
            _ => {
                let stack = self.referred("AWS::Region", span)?;
                self.decide_quietly(&[&region, &stack], &|values| match values {
                    [region, stack] => text::equal(region, stack),
                    _ => Truth::Unknown,
                })
                .is_true()
            }
        };
        Some(if own { Value::unknown(Origin::Zones, span) } else { unknown_result("Fn::GetAZs", &[region], span) })
    }
}

/// `10.0.0.0/16`.
fn parse(text: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) = text.trim().split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let prefix: u32 = prefix.parse().ok()?;
    (prefix <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, prefix))
}

/// The first `count` blocks of `bits` host bits in a block, in ascending order; nothing where it has not so many.
///
/// "Subnet bits is the inverse of subnet mask. To calculate the required host bits for a given subnet bits, subtract the
/// subnet bits from 32 for ipv4 or 128 for ipv6." (Fn::Cidr)
fn blocks(address: IpAddr, prefix: u32, count: u32, bits: u32) -> Option<Vec<String>> {
    let width: u32 = if address.is_ipv4() { 32 } else { 128 };
    let inner = width.checked_sub(bits).filter(|inner| *inner >= prefix)?;
    let room = inner - prefix;
    if room < u32::BITS && count > 1_u32.checked_shl(room)? {
        return None;
    }
    let first = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let host_bits = width - prefix;
    let first = if host_bits == 128 { 0 } else { (first >> host_bits) << host_bits };
    (0..u128::from(count))
        .map(|index| {
            // A shift by the whole width can only be asked for the one block at 0.
            let offset = if index == 0 { 0 } else { index.checked_shl(bits)? };
            let start = first | offset;
            let start = if address.is_ipv4() {
                IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(start).ok()?))
            } else {
                IpAddr::V6(Ipv6Addr::from_bits(start))
            };
            Some(format!("{start}/{inner}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn blocks_lie_one_behind_the_other() {
        let of = |text: &str, count, bits| {
            let (address, prefix) = parse(text).unwrap();
            blocks(address, prefix, count, bits)
        };
        assert_eq!(
            of("192.168.0.0/24", 6, 5).unwrap(),
            [
                "192.168.0.0/27",
                "192.168.0.32/27",
                "192.168.0.64/27",
                "192.168.0.96/27",
                "192.168.0.128/27",
                "192.168.0.160/27"
            ]
        );
        // The block's own host bits do not count.
        assert_eq!(of("10.0.3.7/16", 1, 8).unwrap(), ["10.0.0.0/24"]);
        assert_eq!(of("2001:db8::/56", 2, 64).unwrap(), ["2001:db8::/64", "2001:db8:0:1::/64"]);
        assert_eq!(of("::/0", 1, 128).unwrap(), ["::/0"]);
        assert_eq!(of("0.0.0.0/0", 2, 31).unwrap(), ["0.0.0.0/1", "128.0.0.0/1"]);
        assert_eq!(of("10.0.0.0/24", 8, 5).map(|blocks| blocks.len()), Some(8));
        for (text, count, bits) in [("10.0.0.0/24", 9, 5), ("10.0.0.0/24", 1, 9), ("10.0.0.0/24", 1, 33)] {
            assert_eq!(of(text, count, bits), None, "{text} {count} {bits}");
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "x/8"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
