//! Ranges of addresses, and whether they count as the internet.

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

/// Whether ranges count as the internet: one of them is public and broad, or together they are all addresses of IPv4 that are public.
///
/// Two halves are as open as the whole, and one half is hardly less: whoever scans the internet scans from it, too. Amazon S3 draws the same
/// line: "very broad IP ranges (for example, 0.0.0.0/1)" are public, beyond /8 for IPv4 and /32 for IPv6 (Amazon S3 user guide, "Blocking
/// public access to your Amazon S3 storage", "The meaning of public", 2026-11).
pub fn are_internet(ranges: &[Cidr]) -> bool {
    // It takes more than two hundred narrow ranges to be everything.
    ranges.iter().any(|range| is_broad(*range) && is_public(*range))
        || ranges.len() > 128 && Known::get().ipv4.is_some_and(|whole| hold(ranges, whole))
}

/// Whether a range has an address of the internet.
fn is_public(range: Cidr) -> bool {
    match range.bounds() {
        (true, ..) => !hold(&[], range),
        (false, ..) => Known::get().ipv6.is_some_and(|all| all.contains(range) || range.contains(all)),
    }
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

/// Whether a range is too broad for its addresses to be known.
fn is_broad(range: Cidr) -> bool {
    !range.is_narrow()
}

/// Whether a CIDR block counts as the internet: `0.0.0.0/0`, `128.0.0.0/1`, `::/0`, `2000::/3`.
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
        // Of an address that is not known, a short prefix may be public.
        None if value.is_scalar() => {
            let broad = ["*/1", "*/2", "*/3", "*/4", "*/5", "*/6", "*/7"];
            text::like(value, "*/0")
                .or(Truth::any(broad.iter().map(|broad| text::like(value, broad))).and(Truth::Unknown))
        }
        None => Truth::False,
    }
}

/// Whether CIDR blocks count as the internet.
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
    fn ranges_that_count_as_the_internet() {
        for texts in [
            &["0.0.0.0/0"][..],
            &["0.0.0.0/1"],
            &["128.0.0.0/1"],
            &["10.0.0.0/8", "64.0.0.0/2"],
            &["52.0.0.0/7"],
            // More than the private addresses.
            &["10.0.0.0/7"],
            &["192.0.0.0/6"],
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
            &["::/1"],
            &["2000::/4"],
            &["2600:1f00::/24"],
        ] {
            assert!(are_internet(&ranges(texts)), "{texts:?}");
        }
    }

    #[test]
    fn ranges_that_are_less() {
        for texts in [
            &[][..],
            &["52.0.0.0/8", "53.0.0.0/8"],
            &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
            // Multicast, and what is reserved.
            &["224.0.0.0/4"],
            &["240.0.0.0/4", "224.0.0.0/3"],
            &["2600:1f18::/32"],
            &["8000::/1"],
            // Private.
            &["fc00::/7"],
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
