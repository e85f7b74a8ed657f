//! The resource types that a rule names.

use super::place::{Focus, Spot};
use super::slip::{Slip, did_you_mean, meant};
use crate::eval::text::pattern_covers;
use crate::facts::schema::{Schema, Step};
use crate::facts::{is_known_type, resource_types, resource_types_below};
use crate::rules::language::rule::Rule;
use crate::suggest::nearest;
use std::collections::BTreeSet;

/// Types that accept any properties.
const OPEN_TYPES: [&str; 2] = ["AWS::CloudFormation::CustomResource", "AWS::CDK::Metadata"];
const SAM: &str = "AWS::Serverless::";

/// The types of SAM that `expand` knows, with the main type that SAM makes of each.
///
/// Source: AWS SAM Developer Guide, "Generated CloudFormation resources for AWS SAM"
/// (docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html, 2026-11).
const MADE_BY_SAM: [(&str, &str); 7] = [
    ("Api", "AWS::ApiGateway::RestApi"),
    ("Application", "AWS::CloudFormation::Stack"),
    ("Function", "AWS::Lambda::Function"),
    ("HttpApi", "AWS::ApiGatewayV2::Api"),
    ("LayerVersion", "AWS::Lambda::LayerVersion"),
    ("SimpleTable", "AWS::DynamoDB::Table"),
    ("StateMachine", "AWS::StepFunctions::StateMachine"),
];

/// A type that exists, as far as can be known.
pub(super) enum Known {
    /// A type with a schema.
    Exact(Schema),
    /// A pattern of types with a schema.
    Like(Vec<&'static str>),
    /// A type of which no schema is known: of a third party, a custom resource, a module, or newer than the schemas.
    Open,
}

/// Why a type does not exist.
pub(super) struct Unknown {
    /// With the name that was probably meant.
    pub(super) message: String,
    /// Whether it may be newer than the schemas.
    pub(super) may_be_newer: bool,
}

impl Unknown {
    fn new(message: String) -> Self {
        Self { message, may_be_newer: true }
    }

    fn of_sam(kind: &str, made: Option<&str>) -> Self {
        let made = made.map(|made| format!(", such as `{made}`")).unwrap_or_default();
        let message =
            format!("rules do not see `{kind}`: they look at the resources that the transform of AWS SAM makes{made}");
        Self { message, may_be_newer: false }
    }
}

/// Looks up a type or pattern.
///
/// # Errors
/// If there is none.
pub(super) fn look_up(kind: &str, newer: &Newer<'_>) -> Result<Known, Unknown> {
    if kind.contains('*') {
        let like: Vec<&str> = resource_types().filter(|known| pattern_covers(kind, known)).collect();
        if !like.is_empty() {
            return Ok(Known::Like(like));
        }
        let is_open = !kind.starts_with("AWS::") || newer.types().any(|newer| pattern_covers(kind, newer));
        return match (is_open, kind.strip_prefix(SAM)) {
            (true, _) => Ok(Known::Open),
            (false, Some(_)) => Err(Unknown::of_sam(kind, None)),
            (false, None) => {
                let hint = did_you_mean(nearest_pattern(kind));
                Err(Unknown::new(format!("no resource type is like `{kind}`{hint}")))
            }
        };
    }
    if OPEN_TYPES.contains(&kind) || kind.ends_with("::MODULE") {
        return Ok(Known::Open);
    }
    if let Some(schema) = Schema::of(kind) {
        return Ok(Known::Exact(schema));
    }
    if newer.types().any(|newer| newer == kind) {
        return Ok(Known::Open);
    }
    if let Some(name) = kind.strip_prefix(SAM) {
        let made = MADE_BY_SAM.iter().find(|(own, _)| *own == name);
        return Err(Unknown::of_sam(kind, made.map(|(_, made)| *made)));
    }
    let has_service = kind.matches("::").count() >= 2;
    let meant = match almost_of_aws(kind) {
        Some(meant) => Some(meant),
        None if kind.starts_with("AWS::") => nearest_type(kind),
        // Every type but a custom one has three parts.
        None if !has_service && !kind.starts_with("Custom::") => None,
        None => return Ok(Known::Open),
    };
    Err(Unknown::new(format!("there is no resource type `{kind}`{}", did_you_mean(meant))))
}

/// The type that was probably meant by one that does not exist: one of the same service if there is such a service, because most of
/// the letters of two types are those of their service.
fn nearest_type(kind: &str) -> Option<String> {
    let (service, name) = kind.rsplit_once("::")?;
    let prefix = format!("{service}::");
    let mut names = resource_types_below(&prefix).peekable();
    if names.peek().is_none() {
        return nearest(kind, resource_types()).map(str::to_owned);
    }
    nearest(name, names).map(|name| format!("{service}::{name}"))
}

/// The pattern that was probably meant: the nearest service, with the rest as it is.
fn nearest_pattern(pattern: &str) -> Option<String> {
    let (service, name) = pattern.strip_prefix("AWS::")?.split_once("::")?;
    let services: BTreeSet<&str> = resource_types_below("AWS::").filter_map(|rest| rest.split("::").next()).collect();
    if services.contains(service) {
        return None;
    }
    nearest(service, services.into_iter()).map(|service| format!("AWS::{service}::{name}"))
}

/// A type of AWS whose namespace is written wrong: `Aws::S3::Bucket`, or absent: `S3::Bucket`. Other namespaces are of third parties.
fn almost_of_aws(kind: &str) -> Option<String> {
    let without = format!("AWS::{kind}");
    if is_known_type(&without) {
        return Some(without);
    }
    let (namespace, rest) = kind.split_once("::")?;
    let own = format!("AWS::{rest}");
    let is_near = namespace != "AWS" && namespace.eq_ignore_ascii_case("AWS")
        || nearest(namespace, ["AWS"].into_iter()).is_some();
    (is_near && is_known_type(&own)).then_some(own)
}

/// What a rule names although the schemas do not have it: `newer-than-schemas`.
#[derive(Debug)]
pub(super) struct Newer<'r> {
    /// Types, and the names of the path of a property; none for the type as a whole.
    entries: Vec<(&'r str, Vec<&'r str>)>,
}

impl<'r> Newer<'r> {
    /// Those of a rule, with what is wrong about them.
    pub(super) fn of(rule: &'r Rule, slips: &mut Vec<Slip>) -> Self {
        let entry = |text: &'r String| match text.split_once('.') {
            Some((kind, path)) => (kind, path.split('.').map(|name| name.trim_end_matches("[*]")).collect()),
            None => (text.as_str(), Vec::new()),
        };
        let newer = Self { entries: rule.newer_than_schemas.iter().map(entry).collect() };
        for (text, (kind, path)) in rule.newer_than_schemas.iter().zip(&newer.entries) {
            let is_type = kind.split("::").filter(|part| !part.is_empty()).count() >= 3;
            let message = if !is_type {
                format!("`{text}` must be a resource type, or a property such as `AWS::S3::Bucket.NewProperty`")
            } else if path.is_empty() {
                continue;
            } else if let Err(unknown) = look_up(kind, &newer) {
                unknown.message
            } else {
                continue;
            };
            let place = Spot::key("newer-than-schemas").at(Focus::part(text, kind));
            slips.push(Slip { place, message, may_be_newer: is_type });
        }
        newer
    }

    fn types(&self) -> impl Iterator<Item = &'r str> {
        self.entries.iter().filter(|(_, path)| path.is_empty()).map(|(kind, _)| *kind)
    }

    /// Whether a path of a type's properties leads to such a property, or below it.
    pub(super) fn has(&self, kind: &str, steps: &[Step<'_>]) -> bool {
        let names = || {
            steps.iter().filter_map(|step| match step {
                Step::Name(name) => Some(*name),
                Step::Element => None,
            })
        };
        let leads = |path: &[&str]| !path.is_empty() && names().take(path.len()).eq(path.iter().copied());
        self.entries.iter().any(|(own, path)| *own == kind && leads(path))
    }
}

/// The property that was probably meant by one that an object does not have: a name next to it or, if the type has it at one other
/// place, the path of this place.
pub(super) fn nearest_property(schema: &Schema, name: &str, known: &[&'static str]) -> Option<String> {
    if let Some(meant) = meant(name, known.iter().copied()) {
        return Some(meant.to_owned());
    }
    match schema.places_of(name).as_slice() {
        [only] => Some(format!("$.Properties.{only}")),
        _ => None,
    }
}
