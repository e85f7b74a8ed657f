//! The assertion language of rule files: its forms, and how they are read.
//!
//! The result of every form is true, false or unknown (Kleene), on request with the locations that explain it.

use super::entries::Entries;
use super::lists::PROFILES;
use super::named::Named;
use super::operand::Operand;
use super::pack::in_pack;
use super::packed;
use super::path::Path;
use super::predicate::{Predicate, Test};
use crate::policy::DocumentKind;
use crate::rules::language::analysis::Analysis;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use smallvec::SmallVec;
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// One assertion, with an optional message.
// One of a built-in rule is read when it is first asked for: a check often ends before it comes to all of its assertions.
#[derive(Clone)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawAssertion"))]
pub struct Assertion {
    packed: &'static str,
    read: OnceLock<Box<Content>>,
}

/// What an assertion says.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Entries<RawAssertion>")]
pub struct Content {
    /// Replaces the rule's message for the locations that this assertion names.
    pub message: Option<String>,
    /// What is asserted.
    pub form: Form,
}

impl Deref for Assertion {
    type Target = Content;

    fn deref(&self) -> &Content {
        self.read.get_or_init(|| {
            // A test holds that every one can be read. If one slips through, no run may look as if the check had passed.
            Box::new(packed::read(self.packed).unwrap_or_else(|error| Content {
                message: None,
                form: Form::Undecided(format!("the built-in rule cannot be read: {error}")),
            }))
        })
    }
}

impl From<Content> for Assertion {
    fn from(content: Content) -> Self {
        Self { packed: "", read: Box::new(content).into() }
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for Assertion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Content::deserialize(deserializer).map(Self::from);
        }
        let packed = in_pack(Deserialize::deserialize(deserializer)?);
        packed
            .map(|packed| Self { packed, read: OnceLock::new() })
            .ok_or_else(|| D::Error::custom("an assertion outside of the pack"))
    }
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
    Analysis(Box<Analysis>),
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
#[serde(try_from = "Entries<RawQuantified>")]
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
    /// Only with `related`. The property is an expression that contains a reference, or the resource's name in parentheses or quotes, such
    /// as `ALARM("name")`.
    #[serde(default)]
    pub mentions: bool,
    /// A reference whose name is not known counts as one to another resource. For conditions that leave resources out.
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
#[serde(rename_all = "kebab-case")]
enum RawQuantified {
    /// The values at this path.
    Path(Path),
    /// The values at this path. Each item of a list is a separate element.
    Items(Path),
    /// The values in the JSON strings at this path. Each item of a list is a separate element.
    Json(Path),
    /// The statements of the resource's policies of one kind, in a normalized form.
    Statements(RawDocumentKind),
    /// Resources that refer to the current one.
    Related(Related),
    /// Resources that the current element refers to.
    Referenced(Related),
    /// All resources of these types in the template.
    Resources(Vec<String>),
    /// The condition that selects the elements to check.
    Where(Assertion),
    /// The predicates that an element must pass.
    Is(Predicate),
    /// The assertion that must be true for an element.
    Assert(Assertion),
    /// Only for `count`: the minimum.
    AtLeast(usize),
    /// Only for `count`: the maximum.
    AtMost(usize),
}

/// Takes the only one of some alternatives.
fn exactly_one<T>(mut alternatives: SmallVec<[T; 1]>, names: &str) -> Result<T, String> {
    match (alternatives.pop(), alternatives.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(format!("one of these keys is required: {names}")),
        (Some(_), false) => Err(format!("only one of these keys is allowed: {names}")),
    }
}

impl Assertion {
    /// Whether its result is the same whichever resource the rule checks: nothing but two predicates asks for that one.
    pub fn is_about_element(&self) -> bool {
        match &self.form {
            Form::All(assertions) | Form::Any(assertions) => assertions.iter().all(Self::is_about_element),
            Form::Not(inner) => inner.is_about_element(),
            Form::Value { is, .. } => !is.tests.iter().any(Test::is_about_checked),
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => quantified.has_tests_about_element(),
            Form::Analysis(_) | Form::Setting { .. } | Form::Configured(_) | Form::Profile(_) | Form::Undecided(_) => {
                true
            }
        }
    }
}

impl Quantified {
    /// Whether what it asks of its elements [is the same whichever resource is checked](Assertion::is_about_element).
    pub fn has_tests_about_element(&self) -> bool {
        self.filter.iter().chain(&self.test).all(Assertion::is_about_element)
    }

    /// Whether it only asks if there are elements, and nothing of them.
    pub fn asks_for_existence(&self) -> bool {
        self.filter.is_none() && self.test.is_none()
    }
}

impl TryFrom<Entries<RawQuantified>> for Quantified {
    type Error = String;

    fn try_from(raw: Entries<RawQuantified>) -> Result<Self, String> {
        let mut selectors = SmallVec::new();
        let (mut filter, mut own, mut test) = (None, None, None);
        let mut bounds = Bounds { at_least: None, at_most: None };
        for entry in raw.0 {
            match entry {
                RawQuantified::Path(path) => selectors.push(Selector::Path(path)),
                RawQuantified::Items(path) => selectors.push(Selector::Items(path)),
                RawQuantified::Json(path) => selectors.push(Selector::Json(path)),
                RawQuantified::Statements(kind) => selectors.push(Selector::Statements(kind.into())),
                RawQuantified::Related(related) => selectors.push(Selector::Related(related)),
                RawQuantified::Referenced(related) => selectors.push(Selector::Referenced(related)),
                RawQuantified::Resources(types) => selectors.push(Selector::Resources(types)),
                RawQuantified::Where(assertion) => filter = Some(assertion),
                RawQuantified::Is(is) => {
                    let path = Path { text: "$".into(), names: Vec::new(), rest: None };
                    own = Some(Content { message: None, form: Form::Value { path, is, or_absent: false } }.into());
                }
                RawQuantified::Assert(assertion) => test = Some(assertion),
                RawQuantified::AtLeast(least) => bounds.at_least = Some(least),
                RawQuantified::AtMost(most) => bounds.at_most = Some(most),
            }
        }
        let selector =
            exactly_one(selectors, "`path`, `items`, `json`, `statements`, `related`, `referenced`, `resources`")?;
        let test = match (own, test) {
            (Some(_), Some(_)) => return Err("`is` and `assert` cannot be used together".to_owned()),
            (own, assert) => own.or(assert),
        };
        let bounds = (bounds.at_least.is_some() || bounds.at_most.is_some()).then_some(bounds);
        Ok(Self { selector, filter, test, bounds })
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum RawAssertion {
    /// All of these assertions are true.
    All(Vec<Assertion>),
    /// At least one of these assertions is true. Put the usual fix first: findings point to the location where it fails.
    Any(Vec<Assertion>),
    /// The assertion is false.
    Not(Box<Assertion>),
    /// A JSONPath without filters, from the current element. At least one value exists there, and every value passes `is`.
    Path(Path),
    /// The predicates that every value at `path` must pass.
    Is(Predicate),
    /// Whether the assertion is also true if nothing exists at `path`.
    OrAbsent(bool),
    /// Every element passes.
    Every(Box<Quantified>),
    /// At least one element passes.
    Some(Box<Quantified>),
    /// No element passes.
    None(Box<Quantified>),
    /// The number of elements that pass is in a range. Needs `at-least`, `at-most` or both.
    Count(Box<Quantified>),
    /// A built-in analysis.
    Analysis(Box<Analysis>),
    /// A parameter of the rule. Its values pass `is`.
    Parameter(String),
    /// A parameter of the rule. The configuration sets it.
    Configured(String),
    /// The run has one of these profiles, or the rule was named.
    Profile(Vec<String>),
    /// Always undecided, for this reason. Use it as the last item of `any` if the template cannot show the result.
    Undecided(String),
    /// Replaces the rule's message for findings of this assertion.
    Message(String),
}

impl TryFrom<Entries<RawAssertion>> for Content {
    type Error = String;

    fn try_from(raw: Entries<RawAssertion>) -> Result<Self, String> {
        let mut forms = SmallVec::new();
        let (mut path, mut is, mut or_absent, mut parameter, mut message) = (None, None, None, None, None);
        let (mut counts, mut misplaced, mut unknown) = (None, false, None);
        for entry in raw.0 {
            match entry {
                RawAssertion::All(items) => forms.push(Form::All(items)),
                RawAssertion::Any(items) => forms.push(Form::Any(items)),
                RawAssertion::Not(inner) => forms.push(Form::Not(inner)),
                RawAssertion::Path(own) => path = Some(own),
                RawAssertion::Is(own) => is = Some(own),
                RawAssertion::OrAbsent(own) => or_absent = Some(own),
                RawAssertion::Every(of) => {
                    misplaced |= of.bounds.is_some();
                    forms.push(Form::Quantified(Quantifier::Every, of));
                }
                RawAssertion::Some(of) => {
                    misplaced |= of.bounds.is_some();
                    forms.push(Form::Quantified(Quantifier::Some, of));
                }
                RawAssertion::None(of) => {
                    misplaced |= of.bounds.is_some();
                    forms.push(Form::Quantified(Quantifier::None, of));
                }
                RawAssertion::Count(of) => counts = Some(of),
                RawAssertion::Analysis(analysis) => forms.push(Form::Analysis(analysis)),
                RawAssertion::Parameter(name) => parameter = Some(name),
                RawAssertion::Configured(name) => forms.push(Form::Configured(Operand::Parameter(name))),
                RawAssertion::Profile(names) => {
                    unknown = names.iter().find(|name| !PROFILES.contains(&name.as_str())).cloned();
                    forms.push(Form::Profile(names));
                }
                RawAssertion::Undecided(reason) => forms.push(Form::Undecided(reason)),
                RawAssertion::Message(own) => message = Some(own),
            }
        }
        match (parameter, path, is) {
            (Some(name), None, Some(is)) => {
                forms.push(Form::Setting { parameter: Operand::Parameter(name), is });
            }
            (Some(_), ..) => return Err("`parameter` needs `is`, and cannot be used with `path`".to_owned()),
            (None, Some(path), Some(is)) => {
                forms.push(Form::Value { path, is, or_absent: or_absent.unwrap_or(false) });
            }
            (None, None, None) if or_absent.is_some() => return Err("`or-absent` needs `path` and `is`".to_owned()),
            (None, None, None) => {}
            (None, Some(_), None) => return Err("`path` needs `is`".to_owned()),
            (None, None, Some(_)) => return Err("`is` needs `path`".to_owned()),
        }
        if let Some(unknown) = unknown {
            return Err(format!("there is no profile `{unknown}`; the profiles are {}", PROFILES.join(", ")));
        }
        if misplaced {
            return Err("`at-least` and `at-most` are allowed only in `count`".to_owned());
        }
        if let Some(quantified) = counts {
            match quantified.bounds {
                Some(bounds) => forms.push(Form::Count(bounds, quantified)),
                None => return Err("`count` needs `at-least`, `at-most` or both".to_owned()),
            }
        }
        let form = exactly_one(
            forms,
            "`all`, `any`, `not`, `path` (with `is`), `parameter` (with `is`), `every`, `some`, `none`, `count`, \
             `analysis`, `configured`, `profile`, `undecided`",
        )?;
        Ok(Self { message, form })
    }
}

impl Assertion {
    /// One that is always unknown, for this reason.
    pub(super) fn undecided(reason: String) -> Self {
        Content { message: None, form: Form::Undecided(reason) }.into()
    }

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

    /// Whether it is about other resources, too.
    pub fn is_of_others(&self) -> bool {
        match &self.form {
            Form::All(items) | Form::Any(items) => items.iter().any(Self::is_of_others),
            Form::Not(inner) => inner.is_of_others(),
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => {
                let selector = &quantified.selector;
                matches!(selector, Selector::Related(_) | Selector::Referenced(_) | Selector::Resources(_))
                    || quantified.filter.iter().chain(&quantified.test).any(Self::is_of_others)
            }
            Form::Value { .. }
            | Form::Analysis(_)
            | Form::Setting { .. }
            | Form::Configured(_)
            | Form::Profile(_)
            | Form::Undecided(_) => false,
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
