//! The assertion language of rule files: its forms, and how they are read.
//!
//! The result of every form is true, false or unknown (Kleene), on request with the locations that explain it.

use super::analysis::Analysis;
use super::named::Named;
use super::operand::Operand;
use super::path::Path;
use super::predicate::Predicate;
use super::rule::PROFILES;
use crate::policy::DocumentKind;
use serde::Deserialize;

/// One assertion, with an optional message.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawAssertion"))]
#[serde(try_from = "RawAssertion")]
pub struct Assertion {
    /// Replaces the rule's message for the locations that this assertion names.
    pub message: Option<String>,
    /// What is asserted.
    pub form: Form,
}

/// The forms of assertion.
#[derive(Clone, Debug)]
pub enum Form {
    /// Every one holds.
    All(Vec<Assertion>),
    /// At least one holds.
    Any(Vec<Assertion>),
    /// It does not hold.
    Not(Box<Assertion>),
    /// Each selected value passes, and at least one is selected.
    Value {
        /// What is selected.
        path: Path,
        /// The test of each.
        is: Predicate,
        /// Whether nothing selected is fine too.
        or_absent: bool,
    },
    /// A quantifier over what a selector finds.
    Quantified(Quantifier, Box<Quantified>),
    /// How many of what a selector finds pass.
    Count(Bounds, Box<Quantified>),
    /// A built-in analysis.
    Analysis(Analysis),
    /// The rule's own parameter passes, whatever the template declares.
    Setting {
        /// The parameter, in the form that predicates take it.
        parameter: Operand,
        /// The test of each of its values.
        is: Predicate,
    },
    /// The configuration sets the rule's own parameter.
    Configured(Operand),
    /// The run has one of these profiles, or none: rules were named.
    Profile(Vec<String>),
    /// Always unknown, for this reason: what a template does not show.
    Undecided(String),
}

/// How many of the selected must pass.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// All of them; true for none.
    Every,
    /// At least one.
    Some,
    /// None of them.
    None,
}

impl Quantifier {
    /// Its key in a rule file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::Some => "some",
            Self::None => "none",
        }
    }
}

/// How many are right.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Not fewer.
    pub at_least: Option<usize>,
    /// Not more.
    pub at_most: Option<usize>,
}

/// The elements to check, and the condition that they must meet.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawQuantified"))]
#[serde(try_from = "RawQuantified")]
pub struct Quantified {
    /// Finds the elements.
    pub selector: Selector,
    /// Which of them count.
    pub filter: Option<Assertion>,
    /// The test of each; always true if absent.
    pub test: Option<Assertion>,
    /// `count` only: how many.
    pub bounds: Option<Bounds>,
}

/// Finds elements: values inside the current one, or other resources.
#[derive(Clone, Debug)]
pub enum Selector {
    /// Values at a path.
    Path(Path),
    /// Values at a path, lists among them taken apart: "a string or a list of strings".
    Items(Path),
    /// The values that JSON texts at a path hold, lists among them taken apart.
    Json(Path),
    /// Normalised statements of the current resource's policy documents.
    Statements(DocumentKind),
    /// Resources of these types that refer to the current resource through a property.
    Related(Related),
    /// Resources of these types that a property of the current element refers to.
    Referenced(Related),
    /// All resources of these types.
    Resources(Vec<String>),
}

/// Resources on the other side of a reference.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// The resource types.
    pub types: Vec<String>,
    /// The property that contains the reference: a property of the other resource for `related`, of the current element for `referenced`.
    pub via: Path,
    /// Only for `related`: the property is this text instead of a reference, such as `/aws/lambda/{name}`.
    #[serde(default)]
    pub named: Option<Named>,
    /// Only with `related`. A reference whose name is not known counts as one to another resource. For conditions that
    /// leave resources out.
    #[serde(default)]
    pub surely: bool,
}

/// Kinds of policy documents.
#[derive(Copy, Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum RawDocumentKind {
    Identity,
    Trust,
    Resource,
}

impl From<RawDocumentKind> for DocumentKind {
    fn from(raw: RawDocumentKind) -> Self {
        match raw {
            RawDocumentKind::Identity => Self::Identity,
            RawDocumentKind::Trust => Self::Trust,
            RawDocumentKind::Resource => Self::Resource,
        }
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawQuantified {
    /// The values at this path.
    path: Option<Path>,
    /// The values at this path. Each item of a list is a separate element.
    items: Option<Path>,
    /// The values in the JSON strings at this path. Each item of a list is a separate element.
    json: Option<Path>,
    /// The statements of the resource's policies of one kind, in a normalized form.
    statements: Option<RawDocumentKind>,
    /// Resources that refer to the current one.
    related: Option<Related>,
    /// Resources that the current element refers to.
    referenced: Option<Related>,
    /// All resources of these types in the template.
    resources: Option<Vec<String>>,
    /// The condition that selects the elements to check.
    r#where: Option<Assertion>,
    /// The predicates that an element must pass.
    is: Option<Predicate>,
    /// The assertion that must be true for an element.
    assert: Option<Assertion>,
    /// Only for `count`: the minimum.
    at_least: Option<usize>,
    /// Only for `count`: the maximum.
    at_most: Option<usize>,
}

/// Takes the only present one of some alternatives.
fn exactly_one<T>(alternatives: Vec<Option<T>>, names: &str) -> Result<T, String> {
    let mut present = alternatives.into_iter().flatten();
    match (present.next(), present.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(format!("one of these keys is required: {names}")),
        (Some(_), Some(_)) => Err(format!("only one of these keys is allowed: {names}")),
    }
}

impl Quantified {
    /// Whether it only asks if there are elements, and nothing of them.
    pub fn asks_for_existence(&self) -> bool {
        self.filter.is_none() && self.test.is_none()
    }
}

impl TryFrom<RawQuantified> for Quantified {
    type Error = String;

    fn try_from(raw: RawQuantified) -> Result<Self, String> {
        let selector = exactly_one(
            vec![
                raw.path.map(Selector::Path),
                raw.items.map(Selector::Items),
                raw.json.map(Selector::Json),
                raw.statements.map(|kind| Selector::Statements(kind.into())),
                raw.related.map(Selector::Related),
                raw.referenced.map(Selector::Referenced),
                raw.resources.map(Selector::Resources),
            ],
            "`path`, `items`, `json`, `statements`, `related`, `referenced`, `resources`",
        )?;
        let own = raw.is.map(|is| {
            let path = Path { text: "$".to_owned(), names: Vec::new(), rest: None };
            Assertion { message: None, form: Form::Value { path, is, or_absent: false } }
        });
        let test = match (own, raw.assert) {
            (Some(_), Some(_)) => return Err("`is` and `assert` cannot be used together".to_owned()),
            (own, assert) => own.or(assert),
        };
        let bounds = Bounds { at_least: raw.at_least, at_most: raw.at_most };
        let bounds = (bounds.at_least.is_some() || bounds.at_most.is_some()).then_some(bounds);
        Ok(Self { selector, filter: raw.r#where, test, bounds })
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawAssertion {
    /// All of these assertions are true.
    all: Option<Vec<Assertion>>,
    /// At least one of these assertions is true. Put the usual fix first: findings point to the location where it fails.
    any: Option<Vec<Assertion>>,
    /// The assertion is false.
    not: Option<Box<Assertion>>,
    /// A JSONPath without filters, from the current element. At least one value exists there, and every value passes `is`.
    path: Option<Path>,
    /// The predicates that every value at `path` must pass.
    is: Option<Predicate>,
    /// Whether the assertion is also true if nothing exists at `path`.
    or_absent: Option<bool>,
    /// Every element passes.
    every: Option<Box<Quantified>>,
    /// At least one element passes.
    some: Option<Box<Quantified>>,
    /// No element passes.
    none: Option<Box<Quantified>>,
    /// The number of elements that pass is in a range. Needs `at-least`, `at-most` or both.
    count: Option<Box<Quantified>>,
    /// A built-in analysis.
    analysis: Option<Analysis>,
    /// A parameter of the rule. Its values pass `is`.
    parameter: Option<String>,
    /// A parameter of the rule. The configuration sets it.
    configured: Option<String>,
    /// The run has one of these profiles, or the rule was named.
    profile: Option<Vec<String>>,
    /// Always undecided, for this reason. Use it as the last item of `any` if the template cannot show the result.
    undecided: Option<String>,
    /// Replaces the rule's message for findings of this assertion.
    message: Option<String>,
}

impl TryFrom<RawAssertion> for Assertion {
    type Error = String;

    fn try_from(raw: RawAssertion) -> Result<Self, String> {
        let setting = match (&raw.parameter, &raw.is) {
            (Some(name), Some(is)) if raw.path.is_none() => {
                Some(Form::Setting { parameter: Operand::Parameter(name.clone()), is: is.clone() })
            }
            (Some(_), _) => return Err("`parameter` needs `is`, and cannot be used with `path`".to_owned()),
            (None, _) => None,
        };
        let value = match (raw.path, raw.is.filter(|_| setting.is_none())) {
            (Some(path), Some(is)) => Some(Form::Value { path, is, or_absent: raw.or_absent.unwrap_or(false) }),
            (None, None) if raw.or_absent.is_some() => return Err("`or-absent` needs `path` and `is`".to_owned()),
            (None, None) => None,
            (Some(_), None) => return Err("`path` needs `is`".to_owned()),
            (None, Some(_)) => return Err("`is` needs `path`".to_owned()),
        };
        if let Some(unknown) = raw.profile.iter().flatten().find(|name| !PROFILES.contains(&name.as_str())) {
            return Err(format!("there is no profile `{unknown}`; the profiles are {}", PROFILES.join(", ")));
        }
        if raw.every.iter().chain(&raw.some).chain(&raw.none).any(|quantified| quantified.bounds.is_some()) {
            return Err("`at-least` and `at-most` are allowed only in `count`".to_owned());
        }
        let count = match raw.count {
            Some(quantified) => match quantified.bounds {
                Some(bounds) => Some(Form::Count(bounds, quantified)),
                None => return Err("`count` needs `at-least`, `at-most` or both".to_owned()),
            },
            None => None,
        };
        let form = exactly_one(
            vec![
                raw.all.map(Form::All),
                raw.any.map(Form::Any),
                raw.not.map(Form::Not),
                value,
                setting,
                raw.every.map(|quantified| Form::Quantified(Quantifier::Every, quantified)),
                raw.some.map(|quantified| Form::Quantified(Quantifier::Some, quantified)),
                raw.none.map(|quantified| Form::Quantified(Quantifier::None, quantified)),
                count,
                raw.analysis.map(Form::Analysis),
                raw.configured.map(|name| Form::Configured(Operand::Parameter(name))),
                raw.profile.map(Form::Profile),
                raw.undecided.map(Form::Undecided),
            ],
            "`all`, `any`, `not`, `path` (with `is`), `parameter` (with `is`), `every`, `some`, `none`, `count`, \
             `analysis`, `configured`, `profile`, `undecided`",
        )?;
        Ok(Self { message: raw.message, form })
    }
}

impl Assertion {
    /// Whether it depends on what the user set: a profile, or a parameter in the configuration.
    pub fn depends_on_user(&self) -> bool {
        match &self.form {
            Form::Configured(_) | Form::Profile(_) => true,
            Form::All(items) | Form::Any(items) => items.iter().any(Self::depends_on_user),
            Form::Not(inner) => inner.depends_on_user(),
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => {
                quantified.filter.iter().chain(&quantified.test).any(Self::depends_on_user)
            }
            Form::Value { .. } | Form::Analysis(_) | Form::Setting { .. } | Form::Undecided(_) => false,
        }
    }

    /// Calls `visit` with every message of its own, and of what it is made of.
    pub fn messages<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        if let Some(message) = &self.message {
            visit(message);
        }
        match &self.form {
            Form::All(items) | Form::Any(items) => items.iter().for_each(|item| item.messages(visit)),
            Form::Not(inner) => inner.messages(visit),
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => {
                for assertion in quantified.filter.iter().chain(&quantified.test) {
                    assertion.messages(visit);
                }
            }
            Form::Value { .. }
            | Form::Analysis(_)
            | Form::Setting { .. }
            | Form::Configured(_)
            | Form::Profile(_)
            | Form::Undecided(_) => {}
        }
    }

    /// Calls `visit` with every operand, to check that parameters are declared.
    pub fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        match &self.form {
            Form::All(items) | Form::Any(items) => items.iter().for_each(|item| item.operands(visit)),
            Form::Not(inner) => inner.operands(visit),
            Form::Value { is, .. } => is.operands(visit),
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => {
                for assertion in quantified.filter.iter().chain(&quantified.test) {
                    assertion.operands(visit);
                }
            }
            Form::Analysis(analysis) => analysis.operands(visit),
            Form::Setting { parameter, is } => {
                visit(parameter);
                is.operands(visit);
            }
            Form::Configured(parameter) => visit(parameter),
            Form::Profile(_) | Form::Undecided(_) => {}
        }
    }
}
