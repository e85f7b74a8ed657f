//! Routes whose destination is the internet.

use super::addresses::are_internet;
use super::ingress::ranges;
use super::property;
use crate::eval::Run;
use crate::eval::value::Value;
use crate::expand::{Block, Model};
use crate::truth::Truth;

/// The properties of a route that name its destination. Source: the type's schema.
const DESTINATIONS: [&str; 3] = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];

/// Whether the destination of a route is the internet, and the property that names the destination, with its value.
pub fn is_whole_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    route: &'m Block<'t>,
) -> (Truth, Option<(&'static str, &'m Value<'t>)>) {
    let named = DESTINATIONS.into_iter().find_map(|name| Some((name, property(run, route, &[name])?)));
    let Some((name, value)) = named else { return (Truth::False, None) };
    let Some(own) = ranges(run, model, name, value) else { return (Truth::Unknown, named) };
    (are_internet(&own).into(), named)
}
