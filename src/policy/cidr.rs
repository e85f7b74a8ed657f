//! IP addresses and ranges in CIDR notation: as conditions on `aws:SourceIp` compare them, and as rules of networks name them.

use std::net::IpAddr;

/// A range of addresses.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Reads `203.0.113.0/24`; an address alone is a range of its own (IAM User Guide, "IP address condition operators").
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(most), |prefix| prefix.parse().ok())?;
        (prefix <= most).then_some(Self { address, prefix })
    }

    /// Whether every address of `inner` is in this range.
    pub fn contains(self, inner: Self) -> bool {
        let ((family, first, last), (of, from, to)) = (self.bounds(), inner.bounds());
        family == of && first <= from && to <= last
    }

    /// Whether it is a range of IPv4, and its first and last address, as numbers that compare within a family.
    pub fn bounds(self) -> (bool, u128, u128) {
        let bits = match self.address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
        (self.address.is_ipv4(), bits & mask, bits | !mask)
    }

    /// Whether the range has every address there is.
    pub fn is_everything(self) -> bool {
        self.prefix == 0
    }

    /// Whether the range is so narrow that its addresses count as known: not broader than /8 (IPv4) or /32 (IPv6). None of
    /// RFC 1918's private ranges, which count as known too, is broader.
    ///
    /// Source: Amazon S3 user guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
    pub fn is_narrow(self) -> bool {
        self.prefix >= if self.address.is_ipv4() { 8 } else { 32 }
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
