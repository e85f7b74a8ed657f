//! Routes whose destination is the whole internet, alone or with other routes of their table.

use super::addresses::{are_internet, is_broad};
use super::ingress::ranges;
use super::property;
use crate::eval::value::Value;
use crate::eval::{Run, text};
use crate::expand::{Block, Model, exists};
use crate::policy::Cidr;
use crate::truth::Truth;

const ROUTE: &str = "AWS::EC2::Route";

/// The properties of a route that name its destination. Source: the type's schema.
const DESTINATIONS: [&str; 3] = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];

/// Routes that are added up. With more routes, the result is unknown.
const MOST_ROUTES: usize = 256;

/// Whether the destination of a route is all of the internet: alone, or with other routes of the same table to the same gateway; and
/// the property that names the destination, with its value.
pub fn is_whole_internet<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    route: &'m Block<'t>,
) -> (Truth, Option<(&'static str, &'m Value<'t>)>) {
    let named = DESTINATIONS.into_iter().find_map(|name| Some((name, property(run, route, &[name])?)));
    let Some((name, value)) = named else { return (Truth::False, None) };
    let Some(own) = ranges(run, model, name, value) else { return (Truth::Unknown, named) };
    if are_internet(&own) {
        return (Truth::True, named);
    }
    if !own.iter().copied().any(is_broad) {
        return (Truth::False, named);
    }
    let mut together: Vec<Cidr> = own.into_vec();
    for (number, other) in model.of_type(ROUTE).enumerate() {
        if number >= MOST_ROUTES {
            run.note_reason("the route table has too many routes to add them up");
            return (Truth::Unknown, named);
        }
        let same = same(run, route, other, "RouteTableId").and(same(run, route, other, "GatewayId"));
        if other.is(route) || !same.is_true() || !exists(run, other) {
            continue;
        }
        for name in DESTINATIONS {
            if let Some(value) = property(run, other, &[name]) {
                together.extend(ranges(run, model, name, value).unwrap_or_default());
            }
        }
    }
    (are_internet(&together).into(), named)
}

/// Whether two routes have the same value of a property.
fn same<'m, 't>(run: &mut Run<'m, 't>, one: &'m Block<'t>, other: &'m Block<'t>, name: &str) -> Truth {
    let (Some(one), Some(other)) = (property(run, one, &[name]), property(run, other, &[name])) else {
        return Truth::False;
    };
    run.decide(&[one, other], &|values| match values {
        [one, other] => text::equal(one, other),
        _ => Truth::Unknown,
    })
}
