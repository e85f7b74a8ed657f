//! Whether the IPv6 addresses of a subnet are public.
//!
//! Source: Amazon VPC user guide, "IP addressing for your VPCs and subnets" (November 2026): blocks that AWS provides are public; private
//! ones are in `fd00::/8` (RFC 4193), or come from an IPAM pool.

use super::{existing, property};
use crate::eval::{Run, text};
use crate::expand::{Block, Model};
use crate::truth::Truth;

/// Whether the IPv6 block of a subnet is public.
pub fn has_public_block<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, subnet: &'m Block<'t>) -> Truth {
    let Some(block) = property(run, subnet, &["Ipv6CidrBlock"]) else {
        if property(run, subnet, &["Ipv6IpamPoolId"]).is_none() {
            return Truth::True;
        }
        run.note_reason("the IPAM pool decides whether the IPv6 addresses are public");
        return Truth::Unknown;
    };
    let is_private = run.decide(&[block], &|values| {
        let is_like = |block, pattern: &&str| text::like(block, pattern);
        values.first().map_or(Truth::Unknown, |block| {
            Truth::any(["fd*", "FD*", "Fd*", "fD*"].iter().map(|pattern| is_like(block, pattern)))
        })
    });
    if is_private != Truth::Unknown {
        return !is_private;
    }
    // Such a block is known only when the VPC has been created.
    for provided in existing(run, model, "AWS::EC2::VPCCidrBlock") {
        let Some(flag) = property(run, provided, &["AmazonProvidedIpv6CidrBlock"]) else { continue };
        if run
            .decide(&[flag], &|values| {
                values.first().and_then(|flag| flag.boolean()).map_or(Truth::Unknown, Truth::from)
            })
            .is_true()
        {
            return Truth::True;
        }
    }
    if let Some(part) = block.unsettled() {
        run.note_reason(part.origin.reason());
    }
    Truth::Unknown
}
