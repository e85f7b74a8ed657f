//! The templates that an event is about: the one of its stack, or one made of the resources that it names.

use crate::event::{Event, Target, either};
use crate::fetch::{Fetch, checked};
use serde_json::{Map, Value, json};

/// Texts to lint.
#[derive(Debug, PartialEq)]
pub(crate) struct Templates {
    /// Each with the name that messages show; empty where there is one alone.
    pub(crate) texts: Vec<(String, String)>,
    /// Whether they have a part of what is deployed.
    pub(crate) are_parts: bool,
}

/// The templates of an event.
///
/// # Errors
/// Why there are none.
pub(crate) fn of(event: &Event<'_>, fetch: &dyn Fetch) -> Result<Templates, String> {
    match event.target {
        Target::Resource | Target::CloudControl => resource(event),
        Target::Stack => {
            let payload = payload(event, fetch)?;
            let template = either(&payload, "template").ok_or("the payload of the stack has no `template`")?;
            Ok(Templates { texts: vec![(String::new(), written(template))], are_parts: false })
        }
        Target::ChangeSet => change_set(&payload(event, fetch)?),
        Target::Unknown => Err("this version of the Hook does not know the target of the event".to_owned()),
    }
}

/// A resource alone.
fn resource(event: &Event<'_>) -> Result<Templates, String> {
    let properties = event.properties.ok_or("the event has no properties of the resource")?;
    let name = if event.name.is_empty() { "Resource" } else { event.name };
    let resources = Map::from_iter([(name.to_owned(), json!({"Type": event.kind, "Properties": properties}))]);
    Ok(parts(resources))
}

fn parts(resources: Map<String, Value>) -> Templates {
    Templates { texts: vec![(String::new(), json!({"Resources": resources}).to_string())], are_parts: true }
}

/// What a payload has, or what its address leads to.
fn payload(event: &Event<'_>, fetch: &dyn Fetch) -> Result<Value, String> {
    let payload = event.payload.ok_or("the event has no payload")?;
    let Some(address) = payload.as_str() else { return Ok(payload.clone()) };
    let bytes =
        checked(fetch, address, event.partition).map_err(|why| format!("the template cannot be fetched: {why}"))?;
    serde_json::from_slice(&bytes)
        .map_err(|_| "what CloudFormation has at the address of the payload is not JSON".to_owned())
}

/// The changed resources of a change set, as they will be; or its template, if the payload has it.
fn change_set(payload: &Value) -> Result<Templates, String> {
    if let Some(template) = either(payload, "template") {
        return Ok(Templates { texts: vec![(String::new(), written(template))], are_parts: false });
    }
    let changes = either(payload, "changedResources").and_then(Value::as_array);
    let changes = changes.ok_or("the payload of the change set has no `changedResources`")?;
    let mut resources = Map::new();
    for change in changes {
        let kind = either(change, "resourceType").and_then(Value::as_str).unwrap_or_default();
        let id = either(change, "logicalResourceId").and_then(Value::as_str).unwrap_or("Resource");
        let is_removed = either(change, "action").and_then(Value::as_str).is_some_and(|action| action == "Remove");
        let after = ["afterContext", "resourceProperties"].into_iter().find_map(|name| either(change, name));
        let Some(after) = after.filter(|_| !is_removed && !kind.is_empty()) else { continue };
        let after = match after {
            Value::String(text) => serde_json::from_str(text)
                .map_err(|_| format!("the properties of `{id}` in the change set are not JSON"))?,
            other => other.clone(),
        };
        // `afterContext` has the whole resource, `resourceProperties` its properties alone.
        let mut resource = match after {
            Value::Object(fields) if fields.contains_key("Properties") => fields,
            properties => Map::from_iter([("Properties".to_owned(), properties)]),
        };
        resource.insert("Type".to_owned(), Value::from(kind));
        resources.insert(id.to_owned(), Value::Object(resource));
    }
    Ok(parts(resources))
}

/// A template as it was uploaded: a text; a newer CloudFormation might send a map.
fn written(template: &Value) -> String {
    template.as_str().map_or_else(|| template.to_string(), str::to_owned)
}
