//! `DeploymentPreference` of functions: CodeDeploy's application and role, which all functions share, and a group for each function.
//!
//! Source: aws-sam-translator 1.115.0, `model/preferences/deployment_preference_collection.py`.

use super::document::is_something;
use super::nodes::{At, is_true, plain_map};
use super::resource::{Made, Resource};
use super::role::role_of;
use crate::expand;
use crate::expand::expansion::Part;
use crate::syntax::{Entry, Kind, Node};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";

/// The functions that are deployed bit by bit.
struct Deployed<'n, 't> {
    function: &'n Resource<'n, 't>,
    at: At,
    settings: &'n [Entry<'t>],
}

impl<'n, 't> Deployed<'n, 't> {
    fn of(function: &'n Resource<'n, 't>) -> Option<Self> {
        let preference = function.entry("DeploymentPreference")?;
        let settings = plain_map(&preference.value)?;
        let deployed = Self { function, at: At(preference.key_span), settings };
        let is_off = deployed.get("Enabled").is_some_and(|enabled| {
            !is_something(enabled) || enabled.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
        });
        (!is_off).then_some(deployed)
    }

    fn get(&self, name: &str) -> Option<&'n Node<'t>> {
        self.settings.iter().find(|setting| setting.key == name).map(|setting| &setting.value)
    }

    /// The function's condition, if its deployment has it, too.
    fn condition(&self) -> Option<&'n Node<'t>> {
        let passes_on = self.get("PassthroughCondition").is_some_and(is_true);
        let condition = self.function.attributes.iter().find(|entry| entry.key == "Condition");
        condition.filter(|_| passes_on).map(|entry| &entry.value)
    }

    /// Something that is made for it.
    fn make(&self, id: String, kind: &'static str) -> Made<'t> {
        let mut made = self.function.also(id, kind).standing_at(self.at, self.at);
        made.part = Part::OfPart { within: "DeploymentPreference", name: String::new() };
        made.drop_inherited();
        made
    }

    /// The tags that the function gives to what SAM makes of it.
    fn tags(&self) -> Option<Entry<'t>> {
        self.function.tag_list().filter(|_| self.function.get("PropagateTags").is_some_and(is_true))
    }
}

/// What the deployments of functions become, each with the function that it is written in; conditions that they need are added.
pub(super) fn expand<'n, 't>(
    functions: impl Iterator<Item = &'n Resource<'n, 't>>,
    conditions: &mut Vec<Entry<'t>>,
) -> Vec<(&'n Resource<'n, 't>, Made<'t>)> {
    let deployed: Vec<Deployed<'n, 't>> = functions.filter_map(Deployed::of).collect();
    let Some(first) = deployed.first() else { return Vec::new() };
    let needed: Option<Vec<&Node<'t>>> = deployed.iter().map(Deployed::condition).collect();
    let condition = needed.map(|needed| any_of(first.at, &needed, conditions));
    let shared = |of: &Deployed<'n, 't>, id: &str, kind| {
        let mut made = of.make(id.to_owned(), kind);
        if let Some(condition) = &condition {
            made.attribute("Condition", condition.clone());
        }
        // Of functions with different tags, the first ones are enough: all of them propagate their own.
        made.push(deployed.iter().find_map(Deployed::tags));
        made
    };
    let mut application = shared(first, APPLICATION, "AWS::CodeDeploy::Application");
    application.set(first.at, "ComputePlatform", first.at.text("Lambda"));
    let mut made = vec![(first.function, application)];
    if let Some(of) = deployed.iter().find(|deployed| !deployed.get("Role").is_some_and(is_something)) {
        let role = shared(of, ROLE, "AWS::IAM::Role");
        let policies = ["service-role/AWSCodeDeployRoleForLambda"];
        made.push((of.function, role_of(role, of.at, "codedeploy.amazonaws.com", &policies)));
    }
    for each in &deployed {
        made.push((each.function, group(each)));
    }
    made
}

fn group<'t>(deployed: &Deployed<'_, 't>) -> Made<'t> {
    let at = deployed.at;
    let id = format!("{}DeploymentGroup", deployed.function.id);
    let mut group = deployed.make(id, "AWS::CodeDeploy::DeploymentGroup");
    if let Some(condition) = deployed.condition() {
        group.attribute("Condition", condition.clone());
    }
    group.set(at, "ApplicationName", at.reference(APPLICATION));
    let events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];
    let events = at.list(events.map(|event| at.text(event)));
    group.set(at, "AutoRollbackConfiguration", at.map([("Enabled", at.boolean(true)), ("Events", events)]));
    let style = [("DeploymentType", at.text("BLUE_GREEN")), ("DeploymentOption", at.text("WITH_TRAFFIC_CONTROL"))];
    group.set(at, "DeploymentStyle", at.map(style));
    if let Some(Kind::Sequence(alarms)) = deployed.get("Alarms").map(|alarms| &alarms.kind) {
        let alarms: Vec<Node<'t>> = alarms.iter().map(|alarm| at.map([("Name", alarm.clone())])).collect();
        group.set(at, "AlarmConfiguration", at.map([("Enabled", at.boolean(true)), ("Alarms", at.list(alarms))]));
    }
    group.copy(deployed.settings, &["TriggerConfigurations"]);
    let role = deployed.get("Role").filter(|role| is_something(role)).cloned();
    group.set(at, "ServiceRoleArn", role.unwrap_or_else(|| at.attribute(ROLE, "Arn")));
    group.push(deployed.tags());
    group
}

/// The condition that one of some is true.
fn any_of<'t>(at: At, needed: &[&Node<'t>], conditions: &mut Vec<Entry<'t>>) -> Node<'t> {
    let mut names: Vec<&str> = needed.iter().filter_map(|condition| condition.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [only] => at.text((*only).to_owned()),
        names => {
            let name = "ServerlessCodeDeployCondition";
            let alternatives = names.iter().map(|name| expand::conditions::named(at.0, (*name).to_owned())).collect();
            conditions.push(at.entry(name, expand::conditions::any(at.0, alternatives)));
            at.text(name)
        }
    }
}
