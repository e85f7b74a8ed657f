//! Ranges of addresses, and whether together they are the internet.

use crate::eval::value::Value;
use crate::eval::{Run, text};
use crate::policy::Cidr;
use crate::truth::Truth;
use std::sync::OnceLock;

/// Addresses that are not on the internet: ranges without them can still contain all of it.
///
/// Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890; "Globally Reachable: False", with multicast, RFC 5771).
const NOT_OF_THE_INTERNET: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// All IPv6 addresses that IANA assigns to networks. Source: IANA IPv6 Address Space Registry, "Global Unicast".
const IPV6_INTERNET: &str = "2000::/3";

/// All addresses of IPv4.
const IPV4: &str = "0.0.0.0/0";

/// Whether ranges together contain every internet address, of IPv4 or of IPv6.
pub fn are_internet(ranges: &[Cidr]) -> bool {
    let known = Known::get();
    let hold = |whole: Option<Cidr>, more: &[Cidr]| {
        whole.is_some_and(|whole| hold_all(ranges.iter().chain(more).copied(), whole))
    };
    // It takes more than two hundred narrow ranges.
    let may_be = ranges.len() > 128 || ranges.iter().copied().any(is_broad);
    may_be && (hold(known.ipv4, &known.special) || hold(known.ipv6, &[]))
}

/// The ranges above. They are asked for once for each rule of a security group.
struct Known {
    special: Vec<Cidr>,
    ipv4: Option<Cidr>,
    ipv6: Option<Cidr>,
}

impl Known {
    fn get() -> &'static Self {
        static KNOWN: OnceLock<Known> = OnceLock::new();
        KNOWN.get_or_init(|| Known {
            special: NOT_OF_THE_INTERNET.iter().filter_map(|text| Cidr::parse(text)).collect(),
            ipv4: Cidr::parse(IPV4),
            ipv6: Cidr::parse(IPV6_INTERNET),
        })
    }
}

/// Whether ranges together contain every internet address of another range.
pub fn hold(ranges: &[Cidr], whole: Cidr) -> bool {
    hold_all(ranges.iter().chain(&Known::get().special).copied(), whole)
}

fn hold_all(ranges: impl Iterator<Item = Cidr> + Clone, whole: Cidr) -> bool {
    let (family, first, last) = whole.bounds();
    let bounds = ranges.map(Cidr::bounds).filter(|(of, ..)| *of == family).map(|(_, first, last)| (first, last));
    // Nearly always, one of them is enough.
    if bounds.clone().any(|(from, to)| from <= first && last <= to) {
        return true;
    }
    let mut bounds: Vec<(u128, u128)> = bounds.collect();
    bounds.sort_unstable();
    let mut next = first;
    for (from, to) in bounds {
        if from > next {
            return false;
        }
        if to >= last {
            return true;
        }
        next = next.max(to.saturating_add(1));
    }
    false
}

/// Whether a range is so large a part of the internet that a few such ranges are all of it.
pub fn is_broad(range: Cidr) -> bool {
    !range.is_narrow()
}

/// Whether a CIDR block contains every internet address: `0.0.0.0/0`, `::/0`, `2000::/3`.
pub fn is_internet(value: &Value<'_>) -> Truth {
    match value.text() {
        Some(text) => {
            let text = text.trim();
            match Cidr::parse(text) {
                Some(range) => are_internet(&[range]),
                // With a prefix length of 0, the address does not matter.
                None => text
                    .rsplit_once('/')
                    .is_some_and(|(_, length)| !length.is_empty() && length.bytes().all(|byte| byte == b'0')),
            }
            .into()
        }
        None if value.is_scalar() => text::like(value, "*/0"),
        None => Truth::False,
    }
}

/// Whether CIDR blocks together contain every internet address.
pub fn are_all_internet<'t>(run: &mut Run<'_, 't>, values: &[Value<'t>]) -> Truth {
    /// More blocks are not added up.
    const MOST: usize = 1024;
    let mut whole = Truth::False;
    let mut ranges = Vec::new();
    for value in values.iter().take(MOST) {
        let is_internet =
            run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| is_internet(value)));
        whole = whole.or(is_internet);
        ranges.extend(value.text().and_then(|text| Cidr::parse(text.trim())));
    }
    if are_internet(&ranges) { Truth::True } else { whole }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn ranges(texts: &[&str]) -> Vec<Cidr> {
        texts.iter().map(|text| Cidr::parse(text).unwrap()).collect()
    }

    #[test]
    fn ranges_that_are_the_internet_together() {
        for texts in [
            &["0.0.0.0/0"][..],
            &["0.0.0.0/1", "128.0.0.0/1"],
            &["128.0.0.0/1", "0.0.0.0/2", "64.0.0.0/2"],
            &["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"],
            // Everything but private networks.
            &[
                "0.0.0.0/5",
                "8.0.0.0/7",
                "11.0.0.0/8",
                "12.0.0.0/6",
                "16.0.0.0/4",
                "32.0.0.0/3",
                "64.0.0.0/2",
                "128.0.0.0/3",
                "160.0.0.0/5",
                "168.0.0.0/6",
                "172.0.0.0/12",
                "172.32.0.0/11",
                "172.64.0.0/10",
                "172.128.0.0/9",
                "173.0.0.0/8",
                "174.0.0.0/7",
                "176.0.0.0/4",
                "192.0.0.0/9",
                "192.128.0.0/11",
                "192.160.0.0/13",
                "192.169.0.0/16",
                "192.170.0.0/15",
                "192.172.0.0/14",
                "192.176.0.0/12",
                "192.192.0.0/10",
                "193.0.0.0/8",
                "194.0.0.0/7",
                "196.0.0.0/6",
                "200.0.0.0/5",
                "208.0.0.0/4",
            ],
            &["::/0"],
            &["2000::/3"],
            &["::/1", "8000::/1"],
            &["2000::/4", "3000::/4"],
        ] {
            assert!(are_internet(&ranges(texts)), "{texts:?}");
        }
    }

    #[test]
    fn ranges_that_are_less() {
        for texts in [
            &[][..],
            &["0.0.0.0/1"],
            &["0.0.0.0/1", "0.0.0.0/1"],
            &["0.0.0.0/1", "128.0.0.0/2"],
            &["0.0.0.0/1", "8000::/1"],
            &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
            &["2000::/4"],
            &["8000::/1"],
            &["fd00::/8"],
        ] {
            assert!(!are_internet(&ranges(texts)), "{texts:?}");
        }
    }

    #[test]
    fn what_is_denied_holds_what_is_allowed() {
        let whole = Cidr::parse("0.0.0.0/0").unwrap();
        assert!(hold(&ranges(&["0.0.0.0/1", "128.0.0.0/1"]), whole));
        assert!(hold(&ranges(&["0.0.0.0/0"]), Cidr::parse("0.0.0.0/1").unwrap()));
        assert!(!hold(&ranges(&["203.0.113.0/24"]), whole));
        assert!(!hold(&ranges(&["::/0"]), whole));
    }
}
