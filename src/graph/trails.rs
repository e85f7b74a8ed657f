//! Which events the trails and event data stores of a template record: by the basic and the advanced selectors of CloudTrail.
//!
//! Source: CloudTrail user guide, "Logging management events", "Logging data events", "Filtering data events by using advanced event
//! selectors", and API reference, `PutEventSelectors` (November 2026): without selectors a trail records all management events and no
//! data events; it records what any of its selectors matches, and a selector matches what all of its fields match.

use super::{existing, hidden};
use crate::eval::text;
use crate::eval::value::Value;
use crate::eval::{Descent, Run};
use crate::expand::{Block, Model};
use crate::truth::Truth;

const RECORDERS: [&str; 2] = ["AWS::CloudTrail::Trail", "AWS::CloudTrail::EventDataStore"];

/// More trails than this in one template are not compared: CloudTrail allows five in a Region, and every trail would be compared
/// with every other.
const MOST_RECORDERS: usize = 100;

/// Events that may be recorded.
pub enum Events<'e> {
    /// Of the management of resources.
    Management,
    /// Of the data in resources of one type.
    Data(&'e DataEvents),
}

/// Events of the data in resources of one type.
#[derive(Clone, Debug)]
pub struct DataEvents {
    /// As selectors name it: `AWS::S3::Object`.
    pub kind: String,
    /// Patterns of what basic selectors name for all of its resources: `arn:*:s3`.
    pub everything: Vec<String>,
    /// The names of the events that read data. A selector that records none of them records no reads.
    pub reads: Vec<String>,
    /// The names of the events that write data.
    pub writes: Vec<String>,
}

/// How much of some events is recorded.
#[derive(Copy, Clone, Debug)]
pub struct Extent {
    /// Whether all of them are.
    pub all: Truth,
    /// Whether some of them are.
    pub some: Truth,
}

impl Extent {
    const NOTHING: Self = Self { all: Truth::False, some: Truth::False };
    const UNKNOWN: Self = Self { all: Truth::Unknown, some: Truth::Unknown };

    fn or(self, other: Self) -> Self {
        Self { all: self.all.or(other.all), some: self.some.or(other.some) }
    }
}

/// How much a template records of some events, by what they do.
#[derive(Copy, Clone, Debug)]
pub struct Recorded {
    /// Of those that read.
    pub reads: Extent,
    /// Of those that write.
    pub writes: Extent,
}

/// What events do.
#[derive(Copy, Clone)]
enum Deed {
    Read,
    Write,
}

/// How much the trails and event data stores of a template record of some events.
pub fn recorded<'m, 't>(run: &mut Run<'m, 't>, model: &'m Model<'m, 't>, events: &Events<'_>) -> Recorded {
    if RECORDERS.iter().map(|kind| model.of_type(kind).count()).sum::<usize>() > MOST_RECORDERS {
        run.note_reason(format!("the template declares more than {MOST_RECORDERS} trails"));
        return Recorded { reads: Extent::UNKNOWN, writes: Extent::UNKNOWN };
    }
    let [reads, writes] = [Deed::Read, Deed::Write].map(|deed| {
        let mut extent = Extent::NOTHING;
        for kind in RECORDERS {
            for block in existing(run, model, kind) {
                extent = extent.or(by(run, block, events, deed));
                if extent.all.is_true() {
                    return extent;
                }
            }
            let hidden = hidden(run, model, kind);
            extent = extent.or(Extent { all: hidden, some: hidden });
        }
        extent
    });
    Recorded { reads, writes }
}

/// How much one trail or store records.
fn by<'t>(run: &mut Run<'_, 't>, block: &Block<'t>, events: &Events<'_>, deed: Deed) -> Extent {
    let basic = list(run, block, "EventSelectors");
    let advanced = list(run, block, "AdvancedEventSelectors");
    let (Some(basic), Some(advanced)) = (basic, advanced) else { return Extent::UNKNOWN };
    if basic.is_empty() && advanced.is_empty() {
        let all = Truth::from(matches!(events, Events::Management));
        return Extent { all, some: all };
    }
    let mut extent = Extent::NOTHING;
    for selector in &basic {
        extent = extent.or(by_basic(run, selector, events, deed));
    }
    for selector in &advanced {
        extent = extent.or(by_advanced(run, selector, events, deed));
    }
    extent
}

/// The items of a property; none where they are not known.
fn list<'t>(run: &mut Run<'_, 't>, block: &Block<'t>, name: &str) -> Option<Vec<Value<'t>>> {
    let names = ["Properties", name];
    let found = match run.descend(block.node, block.key_span, &names) {
        Descent::Value(value, walked) => {
            let found = names.iter().skip(walked).try_fold(value, |value, name| value.get(name));
            match found {
                Some(found) => found.clone(),
                None if value.is_opaque() => value.clone(),
                None => return Some(Vec::new()),
            }
        }
        Descent::Absent(..) => return Some(Vec::new()),
        Descent::Unknown(_) => return None,
    };
    if found.is_opaque() {
        if let Some(part) = found.unsettled() {
            run.note_reason(part.origin.reason());
        }
        return None;
    }
    Some(found.items().to_vec())
}

fn by_basic<'t>(run: &mut Run<'_, 't>, selector: &Value<'t>, events: &Events<'_>, deed: Deed) -> Extent {
    if selector.is_opaque() {
        return unknown(run, selector);
    }
    let deed_name = match deed {
        Deed::Read => "ReadOnly",
        Deed::Write => "WriteOnly",
    };
    let does = match selector.get("ReadWriteType") {
        Some(value) => is_any(run, value, &["All", deed_name]),
        None => Truth::True,
    };
    match events {
        Events::Management => {
            let included =
                selector.get("IncludeManagementEvents").map_or(Truth::True, |value| is_flag(run, value, true));
            let excludes = selector.get("ExcludeManagementEventSources").is_some_and(|value| !value.items().is_empty());
            let some = does.and(included);
            Extent { all: some.and((!excludes).into()), some }
        }
        Events::Data(data) => {
            let mut extent = Extent::NOTHING;
            for resource in selector.get("DataResources").map_or(&[][..], Value::items) {
                if resource.is_opaque() {
                    extent = extent.or(unknown(run, resource));
                    continue;
                }
                let some =
                    resource.get("Type").map_or(Truth::False, |value| is_any(run, value, &[&data.kind])).and(does);
                let mut all = Truth::False;
                for name in resource.get("Values").map_or(&[][..], Value::items) {
                    all = all.or(is_like(run, name, &data.everything));
                }
                extent = extent.or(Extent { all: some.and(all), some });
            }
            extent
        }
    }
}

fn by_advanced<'t>(run: &mut Run<'_, 't>, selector: &Value<'t>, events: &Events<'_>, deed: Deed) -> Extent {
    let (wanted, chosen) = match events {
        Events::Management => ("eventCategory", "Management"),
        Events::Data(data) => ("resources.type", data.kind.as_str()),
    };
    let names = match (events, deed) {
        (Events::Management, _) => &[][..],
        (Events::Data(data), Deed::Read) => &data.reads,
        (Events::Data(data), Deed::Write) => &data.writes,
    };
    let mut named: Vec<(&str, Truth)> = names.iter().map(|name| (name.as_str(), Truth::True)).collect();
    let mut is_chosen = Truth::False;
    let mut extent = Extent { all: Truth::True, some: Truth::True };
    for field in selector.get("FieldSelectors").map_or(&[][..], Value::items) {
        let Some(name) = field.get("Field") else { return unknown(run, field) };
        let equals = field.get("Equals").map_or(&[][..], Value::items);
        let has_chosen = any(equals, |value| is_any(run, value, &[chosen]));
        is_chosen = is_chosen.or(is_any(run, name, &[wanted]).and(has_chosen));
        let is_plain = is_any(run, name, &["eventCategory", "resources.type"]);
        let is_of_deed = is_any(run, name, &["readOnly"]);
        let is_of_name = is_any(run, name, &["eventName"]);
        let does = any(equals, |value| is_flag(run, value, matches!(deed, Deed::Read)));
        extent.all = extent.all.and(is_plain.or(is_of_deed.and(does)));
        extent.some = extent.some.and(does.or(!is_of_deed));
        for (name, is_recorded) in &mut named {
            let takes = takes_name(run, field, name);
            *is_recorded = is_recorded.and(takes.or(!is_of_name));
        }
    }
    if !named.is_empty() {
        extent.some = extent.some.and(Truth::any(named.into_iter().map(|(_, is_recorded)| is_recorded)));
    }
    if selector.is_opaque() {
        return unknown(run, selector);
    }
    Extent { all: extent.all.and(is_chosen), some: extent.some.and(is_chosen) }
}

/// Whether a field on the names of events takes this one: what it asks for includes the name, and what it leaves out does not.
fn takes_name<'t>(run: &mut Run<'_, 't>, field: &Value<'t>, name: &str) -> Truth {
    let mut is_asked = None::<Truth>;
    let mut is_left_out = Truth::False;
    for operator in field.fields() {
        let (is_negative, comparison) = match operator.key.as_ref() {
            "Equals" => (false, Comparison::Equals),
            "StartsWith" => (false, Comparison::StartsWith),
            "EndsWith" => (false, Comparison::EndsWith),
            "NotEquals" => (true, Comparison::Equals),
            "NotStartsWith" => (true, Comparison::StartsWith),
            "NotEndsWith" => (true, Comparison::EndsWith),
            _ => continue,
        };
        let matches = any(operator.value.items(), |value| comparison.holds(run, value, name));
        if is_negative {
            is_left_out = is_left_out.or(matches);
        } else {
            is_asked = Some(is_asked.unwrap_or(Truth::False).or(matches));
        }
    }
    is_asked.unwrap_or(Truth::True).and(!is_left_out)
}

/// How a field compares the name of an event with a value.
#[derive(Copy, Clone)]
enum Comparison {
    Equals,
    StartsWith,
    EndsWith,
}

impl Comparison {
    fn holds<'t>(self, run: &mut Run<'_, 't>, value: &Value<'t>, name: &str) -> Truth {
        run.decide(&[value], &|values| {
            let Some(value) = values.first() else { return Truth::Unknown };
            match (self, value.text()) {
                (Self::StartsWith, Some(text)) => name.starts_with(text.as_ref()).into(),
                (Self::EndsWith, Some(text)) => name.ends_with(text.as_ref()).into(),
                (Self::StartsWith | Self::EndsWith, None) => Truth::Unknown,
                (Self::Equals, _) => text::equals_str(value, name),
            }
        })
    }
}

fn any<'v, 't: 'v>(values: &'v [Value<'t>], holds: impl FnMut(&'v Value<'t>) -> Truth) -> Truth {
    Truth::any(values.iter().map(holds))
}

/// Whether a scalar is one of these texts.
fn is_any<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, texts: &[&str]) -> Truth {
    run.decide(&[value], &|values| {
        values
            .first()
            .map_or(Truth::Unknown, |value| Truth::any(texts.iter().map(|known| text::equals_str(value, known))))
    })
}

/// Whether a scalar is like one of these patterns.
fn is_like<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, patterns: &[String]) -> Truth {
    run.decide(&[value], &|values| {
        values.first().map_or(Truth::Unknown, |value| Truth::any(patterns.iter().map(|known| text::like(value, known))))
    })
}

/// Whether a scalar is this boolean.
fn is_flag<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, wanted: bool) -> Truth {
    run.decide(&[value], &|values| match values.first() {
        Some(value) => match value.boolean() {
            Some(flag) => (flag == wanted).into(),
            None if value.is_opaque() => Truth::Unknown,
            None => Truth::False,
        },
        None => Truth::Unknown,
    })
}

fn unknown(run: &mut Run<'_, '_>, value: &Value<'_>) -> Extent {
    if let Some(part) = value.unsettled() {
        run.note_reason(part.origin.reason());
    }
    Extent::UNKNOWN
}
