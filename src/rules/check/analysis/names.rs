//! Explicit physical names and the parameter that keeps them apart.

use crate::eval::value::{Content, Origin, Part, Value};
use crate::expand::REWRITTEN;
use crate::facts;
use crate::graph::names::physical_name;
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location, block_location, value_location};
use crate::rules::language::analysis::{DeclaresParameter, NameContains};
use crate::truth::Truth;

impl NameContains {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let Some(property) = facts::name_property(block.kind) else { return Truth::True.into() };
        let Some(name) = physical_name(checker.run, block) else { return Truth::True.into() };
        if is_prescribed(block.kind, name) {
            return Truth::True.into();
        }
        let parameters = self.parameter.texts(checker.settings);
        let truth = contains(checker, name, &parameters, MOST_STEPS);
        let truth = if truth == Truth::Unknown {
            if let Some(part) = name.unsettled() {
                checker.run.note_reason(part.origin.reason());
            }
            truth
        } else {
            truth
        };
        checker.at(truth, || value_location(name, property, &format!("{}/Properties/{property}", block.path())))
    }
}

fn is_prescribed(kind: &str, name: &Value<'_>) -> bool {
    name.text().is_some_and(|name| facts::is_prescribed_name(kind, &name))
}

/// A name may be made of another resource's name, which is made of a third one's. Circles are not valid templates, and end here.
const MOST_STEPS: usize = 8;

fn contains<'t>(checker: &mut Checker<'_, '_, 't>, name: &Value<'t>, parameters: &[String], steps: usize) -> Truth {
    let mut unknown = false;
    for part in name.parts() {
        match &part.origin {
            Origin::Parameter(found) if parameters.iter().any(|parameter| parameter == found) => return Truth::True,
            // A name that is a parameter and nothing else, without a default: the deployment may give the suffix.
            Origin::Parameter(_) => unknown |= name.is_opaque(),
            // The stack's name is unique per deployment as well, but it is not the suffix that was asked for.
            Origin::Literal | Origin::Pseudo(_) => {}
            Origin::Resource { id, .. } => match made_of(checker, id, parameters, steps) {
                Truth::True => return Truth::True,
                Truth::Unknown => unknown = true,
                Truth::False => {}
            },
            _ => unknown = true,
        }
    }
    if unknown { Truth::Unknown } else { Truth::False }
}

/// Whether what a reference to a resource gives contains the parameter: as far as its explicit name does. A name that
/// CloudFormation makes is another one in every deployment, which is what the parameter is for.
fn made_of<'t>(checker: &mut Checker<'_, '_, 't>, id: &str, parameters: &[String], steps: usize) -> Truth {
    let Some(steps) = steps.checked_sub(1) else { return Truth::Unknown };
    let Some(block) = checker.model.resource(id) else { return Truth::Unknown };
    match physical_name(checker.run, block) {
        Some(name) => contains(checker, name, parameters, steps),
        None => Truth::True,
    }
}

impl DeclaresParameter {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let template = checker.model.evaluator.template;
        let names = self.parameter.texts(checker.settings);
        let mut declared = Truth::from(names.iter().any(|name| template.parameter(name).is_some()));
        if declared.is_false() && checker.model.is_rewritten(&checker.model.whole().path()) {
            checker.run.note_reason(REWRITTEN);
            declared = Truth::Unknown;
        }
        checker.at(declared, || {
            let mut location = match template.root.entry("Parameters") {
                // Where it would stand.
                Some(section) => Location { span: section.key_span, path: section.key.to_string(), ..item.location() },
                None => block_location(checker.model.whole()),
            };
            location.words =
                vec![("parameter", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "))];
            location
        })
    }
}

/// Whether any resource of the template has an explicit physical name that does not show what deployment it is of.
pub(super) fn has_explicit_names<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let model = checker.model;
    for block in model.resources() {
        // Asked in this order, so that the conditions of resources without a name are not choices of this check.
        if let Some(name) = physical_name(checker.run, block)
            && !is_prescribed(block.kind, name)
            && !is_distinguished(checker, name, MOST_STEPS)
            && crate::expand::exists(checker.run, block)
        {
            let first = block.name.to_owned();
            let span = name.span;
            return checker.at(Truth::True, || {
                let mut location = item.location();
                location.related =
                    vec![crate::finding::Related { span, message: format!("the explicit name of `{first}`") }];
                location
            });
        }
    }
    checker.at(Truth::False, || item.location())
}

/// Whether a name shows what deployment it is of, whatever the rule's parameter is called: it is a parameter or the stack's name and
/// nothing else, so the deployment gives the whole of it; or a part of it is a parameter for the environment, or a name or ID that AWS
/// makes, of a resource or of the stack. The stack's name in a longer name keeps two deployments apart, but does not show which environment it is of.
fn is_distinguished<'t>(checker: &mut Checker<'_, '_, 't>, name: &Value<'t>, steps: usize) -> bool {
    let mut parts = name.parts();
    // Names of first-in-first-out queues and topics have to end with it.
    if let [whole, Part { content: Content::Known(end), origin: Origin::Literal }] = parts
        && end == ".fifo"
    {
        parts = std::slice::from_ref(whole);
    }
    if matches!(parts, [Part { origin: Origin::Parameter(_) | Origin::Pseudo("AWS::StackName"), .. }]) {
        return true;
    }
    name.parts().iter().any(|part| match &part.origin {
        Origin::Parameter(parameter) | Origin::PieceOfParameter { parameter, .. } => is_of_environment(parameter),
        Origin::Resource { id, .. } => match (steps.checked_sub(1), checker.model.resource(id)) {
            (Some(steps), Some(block)) => match physical_name(checker.run, block) {
                Some(name) => is_distinguished(checker, name, steps),
                None => true,
            },
            _ => false,
        },
        Origin::Pseudo("AWS::StackId") => true,
        // The stack's ID, cut at its slashes: `!Select [2, !Split ["/", !Ref AWS::StackId]]` is unique. Cut at its colons only, it may
        // be the Region.
        Origin::Function { of: Some(of), .. } => of.contains("AWS::StackId") && of.contains('/'),
        _ => false,
    })
}

/// What parameters for the environment are called, in lower case: the whole name, or its beginning where it ends with `*`.
const ENVIRONMENT: [&str; 4] = ["env", "envname", "envtype", "environment*"];

fn is_of_environment(parameter: &str) -> bool {
    let lower = parameter.to_ascii_lowercase();
    ENVIRONMENT.iter().any(|known| match known.strip_suffix('*') {
        Some(beginning) => lower.starts_with(beginning),
        None => lower == *known,
    })
}
