//! IP addresses and ranges in CIDR notation: as conditions on `aws:SourceIp` compare them, and as rules of networks name them.

use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr};

/// A range of addresses.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Cidr(IpNet);

impl Cidr {
    /// Reads `203.0.113.0/24`; an address alone is a range of its own (IAM User Guide, "IP address condition operators").
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Nearly all rules of networks that are open name this one.
        if text == "0.0.0.0/0" {
            return Ipv4Net::new(Ipv4Addr::UNSPECIFIED, 0).ok().map(|range| Self(IpNet::V4(range)));
        }
        let range = if text.contains('/') { text.parse().ok() } else { text.parse::<IpAddr>().ok().map(IpNet::from) };
        range.map(Self)
    }

    /// Whether every address of `inner` is in this range.
    pub fn contains(self, inner: Self) -> bool {
        self.0.contains(&inner.0)
    }

    /// Whether it is a range of IPv4, and its first and last address, as numbers that compare within a family.
    pub fn bounds(self) -> (bool, u128, u128) {
        let number = |address: IpAddr| match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        (self.0.addr().is_ipv4(), number(self.0.network()), number(self.0.broadcast()))
    }

    /// Whether the range has every address there is.
    pub fn is_everything(self) -> bool {
        self.0.prefix_len() == 0
    }

    /// Whether the range is so narrow that its addresses count as known: not broader than /8 (IPv4) or /32 (IPv6). None of
    /// RFC 1918's private ranges, which count as known too, is broader.
    ///
    /// Source: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
    pub fn is_narrow(self) -> bool {
        self.0.prefix_len() >= if self.0.addr().is_ipv4() { 8 } else { 32 }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::Cidr;

    #[test]
    fn reads_addresses_and_ranges_only() {
        for text in ["203.0.113.0/24", "0.0.0.0/0", "10.1.2.3", "2001:db8::/32", "::/0", "::1"] {
            assert!(Cidr::parse(text).is_some(), "{text}");
        }
        for text in ["", "*", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/-1"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_contains_its_narrower_ranges() {
        let contains = |outer, inner| Cidr::parse(outer).unwrap().contains(Cidr::parse(inner).unwrap());
        assert!(contains("0.0.0.0/0", "203.0.113.9"));
        assert!(contains("203.0.113.0/24", "203.0.113.128/25"));
        assert!(contains("2001:db8::/32", "2001:db8:1::/48"));
        assert!(!contains("203.0.113.0/25", "203.0.113.128/25"));
        assert!(!contains("203.0.113.0/24", "203.0.0.0/16"));
        assert!(!contains("::/0", "203.0.113.9"));
    }

    #[test]
    fn narrowness_follows_block_public_access() {
        for (text, expected) in [
            ("0.0.0.0/0", false),
            ("0.0.0.0/1", false),
            ("8.0.0.0/7", false),
            ("8.0.0.0/8", true),
            ("10.0.0.0/8", true),
            ("::/0", false),
            ("2000::/3", false),
            ("2001:db8::/32", true),
        ] {
            assert_eq!(Cidr::parse(text).unwrap().is_narrow(), expected, "{text}");
        }
    }
}
