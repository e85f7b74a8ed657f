//! The resource types of AWS SAM, the events of its functions and state machines, and the properties of both.

use super::sorted_text::{SortedText, first_word, sorted_lines};

const TYPES: SortedText = sorted_lines!("sam-types.txt");

/// What the names of SAM's resource types begin with.
const PREFIX: &str = "AWS::Serverless::";

/// Whether a resource type can only be one of SAM's, because of how its name begins.
pub fn is_of_sam(resource_type: &str) -> bool {
    resource_type.starts_with(PREFIX)
}

/// The names of SAM's resource types (`AWS::Serverless::Function`), in order.
pub fn sam_types() -> impl Iterator<Item = &'static str> {
    TYPES.from(|_| false).map(first_word).take_while(|name| is_of_sam(name))
}

/// The names of the properties of one of SAM's resource types, in order; none if SAM does not have the type.
pub fn sam_properties(resource_type: &str) -> Option<impl Iterator<Item = &'static str> + Clone + use<>> {
    is_of_sam(resource_type).then(|| TYPES.entry(resource_type)).flatten().map(|names| names.split(' '))
}

/// The events that resources of a type can have (`Api`, `Schedule`), in order; none for types without events.
pub fn sam_events(resource_type: &str) -> impl Iterator<Item = &'static str> {
    let prefix = format!("{}/", resource_type.trim_start_matches(PREFIX));
    let first = prefix.clone();
    TYPES.from(move |name| name < first.as_str()).map_while(move |line| first_word(line).strip_prefix(prefix.as_str()))
}

/// The names of the properties of an event, in order; none if the resource type does not have the event.
pub fn sam_event_properties(
    resource_type: &str,
    event: &str,
) -> Option<impl Iterator<Item = &'static str> + Clone + use<>> {
    let name = format!("{}/{event}", resource_type.trim_start_matches(PREFIX));
    TYPES.entry(&name).map(|names| names.split(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_events_and_properties_are_found() {
        let has = |names: Option<Vec<&str>>, name: &str| names.is_some_and(|names| names.contains(&name));
        assert!(sam_types().any(|name| name == "AWS::Serverless::WebSocketApi"));
        assert!(sam_types().all(is_of_sam));
        assert!(has(sam_properties("AWS::Serverless::Function").map(Iterator::collect), "CodeUri"));
        assert!(sam_properties("AWS::Serverless::Functoin").is_none());
        assert!(sam_properties("Function/Api").is_none());
        let events: Vec<&str> = sam_events("AWS::Serverless::Function").collect();
        assert!(events.contains(&"ScheduleV2") && events.contains(&"AlexaSkill") && !events.contains(&"Nope"));
        assert!(sam_events("AWS::Serverless::StateMachine").any(|event| event == "ScheduleV2"));
        assert_eq!(sam_events("AWS::Serverless::Api").next(), None);
        assert!(has(sam_event_properties("AWS::Serverless::Function", "Api").map(Iterator::collect), "Auth"));
        assert!(sam_event_properties("AWS::Serverless::Function", "Nope").is_none());
    }
}
