//! The subnets that a resource is in, and their Availability Zones.

use super::property;
use crate::eval::value::{Origin, Value};
use crate::eval::{Run, text};
use crate::expand::{Block, Model};
use crate::truth::Truth;

/// The subnets of this template that a list of subnet ids names.
pub struct Subnets<'m, 't> {
    /// Those that are declared here.
    pub declared: Vec<&'m Block<'t>>,
    /// Whether the list names others too, or cannot be read.
    pub others: bool,
    /// How many subnets the list names; none where it cannot be read.
    pub count: Option<usize>,
}

/// Looks up a list of subnet ids.
pub fn subnets<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, ids: &Value<'t>) -> Subnets<'m, 't> {
    if ids.is_opaque() && !matches!(ids.as_reference(), Some(Origin::Resource { .. })) {
        note(run, ids);
        return Subnets { declared: Vec::new(), others: true, count: None };
    }
    let mut declared = Vec::new();
    let mut others = false;
    for id in ids.items() {
        match id.as_reference() {
            Some(Origin::Resource { id: name, .. }) => match model.resource(name) {
                Some(block) if block.kind == "AWS::EC2::Subnet" => declared.push(block),
                // For example, a nested stack's output.
                _ => {
                    note(run, id);
                    others = true;
                }
            },
            _ => {
                note(run, id);
                others = true;
            }
        }
    }
    Subnets { declared, others, count: Some(ids.items().len()) }
}

/// Remembers why it is not known which subnet a value names.
fn note(run: &mut Run<'_, '_>, value: &Value<'_>) {
    match value.unsettled() {
        Some(part) => run.note_reason(part.origin.reason()),
        None => run.note_reason("the subnet is not declared in the template"),
    }
}

/// Whether some subnets are in at least `least` Availability Zones.
pub fn in_zones<'m, 't>(run: &mut Run<'m, 't>, subnets: &Subnets<'m, 't>, least: usize) -> Truth {
    if subnets.count.is_some_and(|count| count < least) {
        return Truth::False;
    }
    let mut zones: Vec<(&str, &'m Value<'t>)> = Vec::new();
    let mut unsure = subnets.others;
    for subnet in &subnets.declared {
        if zones.len() >= least {
            break;
        }
        let named = ["AvailabilityZone", "AvailabilityZoneId"]
            .into_iter()
            .find_map(|spelling| Some((spelling, property(run, subnet, &[spelling])?)));
        let Some((spelling, zone)) = named else {
            run.note_reason(format!("AWS chooses the Availability Zone of `{}`", subnet.name));
            unsure = true;
            continue;
        };
        let mut differs = Truth::True;
        for (known_spelling, known) in &zones {
            // A zone's name stands for different zones in different accounts, its id for the same one.
            let same = if spelling == *known_spelling {
                run.decide(&[zone, known], &|values| match values {
                    [one, other] => text::equal(one, other),
                    _ => Truth::Unknown,
                })
            } else {
                run.note_reason("the ID of an Availability Zone does not follow from its name");
                Truth::Unknown
            };
            differs = differs.and(!same);
        }
        match differs {
            Truth::True => zones.push((spelling, zone)),
            Truth::False => {}
            Truth::Unknown => unsure = true,
        }
    }
    if zones.len() >= least {
        Truth::True
    } else if unsure {
        Truth::Unknown
    } else {
        Truth::False
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::eval::inputs::Inputs;
    use crate::eval::{Memory, explore};
    use crate::source::SourceId;
    use crate::template::Template;

    /// Decides a question about the subnets of the resource `Group` of a template.
    fn of_group(
        text: &str,
        ask: impl for<'m, 't> Fn(&mut Run<'m, 't>, &'m Model<'m, 't>, &Subnets<'m, 't>) -> Truth,
    ) -> Truth {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let model = &model;
        let results = explore(&model.evaluator, |run| {
            let ids = property(run, model.resource("Group").unwrap(), &["SubnetIds"]).unwrap();
            let subnets = subnets(run, model, ids);
            ask(run, model, &subnets)
        });
        results.leaves[0].1
    }

    fn two_zones(first: &str, second: &str) -> Truth {
        let text = format!(
            "Resources:
  One: {{Type: AWS::EC2::Subnet, Properties: {{{first}}}}}
  Two: {{Type: AWS::EC2::Subnet, Properties: {{{second}}}}}
  Group: {{Type: AWS::RDS::DBSubnetGroup, Properties: {{SubnetIds: [!Ref One, !Ref Two]}}}}"
        );
        of_group(&text, |run, _, subnets| in_zones(run, subnets, 2))
    }

    #[test]
    fn zones_of_the_region_are_told_apart_by_their_index() {
        for (first, second, expected) in [
            ("!Select [0, !GetAZs '']", "!Select [1, !GetAZs '']", Truth::True),
            ("!Select [0, !GetAZs '']", "!Select ['0', !GetAZs {Ref: AWS::Region}]", Truth::False),
            ("!Select [1, 'Fn::GetAZs': !Ref AWS::Region]", "!Select [0, !GetAZs '']", Truth::True),
            ("!Select [0, 'Fn::GetAZs': null]", "!Select [1, 'Fn::GetAZs': null]", Truth::True),
            ("!Select [0, !GetAZs '']", "us-east-1a", Truth::Unknown),
            ("!Select [0, !GetAZs us-east-1]", "!Select [1, !GetAZs us-east-1]", Truth::Unknown),
            ("us-east-1a", "us-east-1b", Truth::True),
            ("!Sub '${AWS::Region}a'", "!Sub '${AWS::Region}b'", Truth::True),
        ] {
            let zones = two_zones(&format!("AvailabilityZone: {first}"), &format!("AvailabilityZone: {second}"));
            assert_eq!(zones, expected, "{first} and {second}");
        }
    }

    #[test]
    fn a_zone_may_be_named_by_its_id() {
        assert_eq!(two_zones("AvailabilityZoneId: use1-az1", "AvailabilityZoneId: use1-az2"), Truth::True);
        assert_eq!(two_zones("AvailabilityZoneId: use1-az1", "AvailabilityZone: us-east-1a"), Truth::Unknown);
        assert_eq!(two_zones("AvailabilityZone: us-east-1a", ""), Truth::Unknown);
    }
}
