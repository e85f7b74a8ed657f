//! What `is:` can ask of one value.

use super::entries::Entries;
use super::operand::{Operand, Settings};
use super::path::Path;
use super::version::{self, Version};
use crate::eval::Run;
use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::expression::{Expression, Pattern};
use crate::graph::addresses;
use crate::rules::check::origin::{any_origin, is_dynamic, reads_entry};
use crate::rules::check::schedule;
use crate::syntax::Node;
use crate::truth::Truth;
use serde::Deserialize;

/// Predicates of one value. All of them must be true.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawPredicate"))]
#[serde(try_from = "Entries<RawPredicate>")]
pub struct Predicate {
    /// In the order of `RawPredicate`'s variants.
    pub tests: Vec<Test>,
}

/// One question about one value.
#[derive(Clone, Debug)]
pub enum Test {
    /// Whether there is a value at all. Decided by the selection.
    Present(bool),
    /// One of these, as CloudFormation compares: `true` equals `"true"`, `7` equals `"7"`.
    In(Operand, Wanted),
    /// Matches the regular expression somewhere.
    Matches(Box<Expression>, Wanted),
    /// Matches one of the patterns as a whole; `*` stands for any characters.
    Like(Operand, Wanted),
    /// A number of at least this.
    AtLeast(Operand),
    /// A number of at most this.
    AtMost(Operand),
    /// A text whose version is this one or a later one.
    VersionAtLeast(Version),
    /// A schedule whose firings are at most so many hours apart.
    RecursWithinHours(Operand),
    /// Of this kind.
    Type(TypeName),
    /// An empty text, list or map.
    Empty(bool),
    /// Has a part that comes from the parameter.
    FromParameter(Operand, Wanted),
    /// Has a part that a dynamic reference to one of these services provides.
    FromDynamic(Vec<ServiceName>, Wanted),
    /// Has a part that is a name or attribute of a resource of one of these types (any type where the list is empty).
    FromResource(Vec<String>, Wanted),
    /// Is read from an entry of Parameter Store of such a name.
    FromParameterStore(Operand),
    /// Has a part that comes from a `NoEcho` parameter.
    FromNoEcho(Wanted),
    /// Names a resource of the template, of one of these types (any type where the list is empty).
    RefersTo(Vec<String>, Wanted),
    /// Refers to the resource that the rule looks at. Decided by the checker, which knows it.
    RefersToThis(Wanted),
    /// One of the values at this path of the resource that the rule looks at. Answered by the checker, which knows it.
    Among(Path),
    /// Names a KMS key that the customer manages.
    CustomerKey(Wanted),
    /// A CIDR block that holds every address of the internet, or a list of them that do so together.
    World(Wanted),
    /// An IAM action that cannot be limited to a resource.
    NeedsStar(Wanted),
    /// An IAM action that is `*` or a whole service.
    WildcardAction(Wanted),
    /// An IAM action pattern that matches all of these actions.
    CoversAction(Operand),
    /// An IAM action pattern that allows what one of these blocks.
    Allows(Operand),
    /// `*` or an ARN whose resource part is nothing else.
    WildcardResource(Wanted),
    /// `*` or an ARN that names every resource of one kind.
    EveryResource(Wanted),
    /// `*` or an ARN that names every resource of a kind that one of these actions has.
    EveryResourceOf(Operand),
    /// `*` or an ARN of resources of any account.
    AnyAccount(Wanted),
    /// The ID of another account, or an ARN in one.
    ForeignAccount(Wanted),
    /// The subject of a token, with a wildcard where its owner's name should be.
    OpenSubject(Wanted),
    /// A name that promises a secret.
    SecretName(Wanted),
}

/// Whether the result should be yes or no.
pub type Wanted = bool;

/// Types of values.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TypeName {
    /// A string, number or boolean.
    Scalar,
    /// A list.
    List,
    /// A map.
    Map,
}

/// Services that dynamic references read from.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ServiceName {
    /// `secretsmanager`.
    Secretsmanager,
    /// `ssm-secure`.
    SsmSecure,
    /// `ssm`.
    Ssm,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum RawPredicate {
    /// Whether a value exists. An empty string or list counts as absent. Cannot be combined with other predicates.
    Present(bool),
    /// Equal to one of these values, as CloudFormation compares them: `true` equals `"true"`.
    Equals(Operand),
    /// Not equal to any of these values.
    NotEquals(Operand),
    /// Equal to one of these values.
    In(Operand),
    /// Not equal to any of these values.
    NotIn(Operand),
    /// Contains a match of this regular expression.
    Matches(Pattern),
    /// Does not contain a match of this regular expression.
    NotMatches(Pattern),
    /// Matches this pattern as a whole. `*` matches any characters.
    Like(Operand),
    /// Does not match this pattern as a whole.
    NotLike(Operand),
    /// A number that is at least this large.
    AtLeast(Operand),
    /// A number that is at most this large.
    AtMost(Operand),
    /// The first version number in the value is this version or a later one.
    VersionAtLeast(Operand),
    /// A schedule, `cron(…)` or `rate(…)`, that runs at least once in this number of hours.
    RecursWithinHours(Operand),
    /// The type of the value.
    Type(TypeName),
    /// Whether a string, list or map is empty.
    Empty(bool),
    /// Contains the value of this template parameter.
    FromParameter(Operand),
    /// Contains a dynamic reference to one of these services.
    FromDynamicReference(Vec<ServiceName>),
    /// Contains a name or attribute of a resource of one of these types. An empty list means any type.
    FromResource(Vec<String>),
    /// Is read from the Parameter Store parameter with this name.
    FromParameterStore(Operand),
    /// Contains the value of a `NoEcho` parameter.
    FromNoEchoParameter(bool),
    /// Refers to a resource of one of these types. An empty list means any type.
    RefersTo(Vec<String>),
    /// Refers to the resource that the rule checks.
    RefersToThis(bool),
    /// Equal to one of the values at this path of the resource that the rule checks.
    Among(Path),
    /// A customer managed KMS key: not empty, and not a key of AWS such as `alias/aws/s3`.
    CustomerKey(bool),
    /// A CIDR block that contains every address of the internet, or a list of CIDR blocks that do together.
    World(bool),
    /// An IAM action that does not support resource-level permissions, or a pattern of mostly such actions.
    NeedsStar(bool),
    /// An IAM action that is `*`, or all actions of a service.
    WildcardAction(bool),
    /// An IAM resource that is `*`, or an ARN whose resource part is `*`.
    WildcardResource(bool),
    /// An IAM action or pattern that includes this action. For a list, it must include all of them.
    CoversAction(Operand),
    /// An IAM action or pattern that includes one of these actions, or a part of one that ends with `*`.
    Allows(Operand),
    /// An IAM resource that is `*`, or an ARN that matches every resource of one type.
    EveryResource(bool),
    /// An IAM resource that is `*`, or every resource of a kind that one of these actions has.
    EveryResourceOf(Operand),
    /// An IAM resource that is `*`, or an ARN without an account or with a wildcard in its place.
    AnyAccount(bool),
    /// The ID of another account, or an ARN in another account.
    ForeignAccount(bool),
    /// The subject of a token, with a wildcard in place of the owner's name.
    OpenSubject(bool),
    /// A name that is typical of a secret, such as `DB_PASSWORD`.
    SecretName(bool),
}

impl TryFrom<Entries<RawPredicate>> for Predicate {
    type Error = String;

    fn try_from(raw: Entries<RawPredicate>) -> Result<Self, String> {
        let mut tests = Vec::with_capacity(raw.0.len());
        for entry in raw.0 {
            tests.push(match entry {
                RawPredicate::Present(asked) => Test::Present(asked),
                RawPredicate::Equals(operand) => Test::In(operand, true),
                RawPredicate::NotEquals(operand) => Test::In(operand, false),
                RawPredicate::In(operand) => Test::In(operand, true),
                RawPredicate::NotIn(operand) => Test::In(operand, false),
                RawPredicate::Matches(pattern) => Test::Matches(Box::new(pattern.expression()?), true),
                RawPredicate::NotMatches(pattern) => Test::Matches(Box::new(pattern.expression()?), false),
                RawPredicate::Like(operand) => Test::Like(operand, true),
                RawPredicate::NotLike(operand) => Test::Like(operand, false),
                RawPredicate::AtLeast(asked) => Test::AtLeast(asked),
                RawPredicate::AtMost(asked) => Test::AtMost(asked),
                RawPredicate::VersionAtLeast(operand) => Test::VersionAtLeast(Version::try_from(operand)?),
                RawPredicate::RecursWithinHours(asked) => Test::RecursWithinHours(asked),
                RawPredicate::Type(asked) => Test::Type(asked),
                RawPredicate::Empty(asked) => Test::Empty(asked),
                RawPredicate::FromParameter(operand) => Test::FromParameter(operand, true),
                RawPredicate::FromDynamicReference(services) => Test::FromDynamic(services, true),
                RawPredicate::FromResource(types) => Test::FromResource(types, true),
                RawPredicate::FromParameterStore(asked) => Test::FromParameterStore(asked),
                RawPredicate::FromNoEchoParameter(asked) => Test::FromNoEcho(asked),
                RawPredicate::RefersTo(types) => Test::RefersTo(types, true),
                RawPredicate::RefersToThis(asked) => Test::RefersToThis(asked),
                RawPredicate::Among(asked) => Test::Among(asked),
                RawPredicate::CustomerKey(asked) => Test::CustomerKey(asked),
                RawPredicate::World(asked) => Test::World(asked),
                RawPredicate::NeedsStar(asked) => Test::NeedsStar(asked),
                RawPredicate::WildcardAction(asked) => Test::WildcardAction(asked),
                RawPredicate::WildcardResource(asked) => Test::WildcardResource(asked),
                RawPredicate::CoversAction(asked) => Test::CoversAction(asked),
                RawPredicate::Allows(asked) => Test::Allows(asked),
                RawPredicate::EveryResource(asked) => Test::EveryResource(asked),
                RawPredicate::EveryResourceOf(asked) => Test::EveryResourceOf(asked),
                RawPredicate::AnyAccount(asked) => Test::AnyAccount(asked),
                RawPredicate::ForeignAccount(asked) => Test::ForeignAccount(asked),
                RawPredicate::OpenSubject(asked) => Test::OpenSubject(asked),
                RawPredicate::SecretName(asked) => Test::SecretName(asked),
            });
        }
        if tests.is_empty() {
            return Err("`is` needs at least one predicate, such as `equals: true`".to_owned());
        }
        if tests.len() > 1 && tests.iter().any(|test| matches!(test, Test::Present(_))) {
            return Err("`present` cannot be combined with other predicates, because they all imply a value".to_owned());
        }
        Ok(Self { tests })
    }
}

impl Predicate {
    /// Whether it only asks for presence, and which result it requires.
    pub fn as_presence(&self) -> Option<bool> {
        match self.tests.as_slice() {
            [Test::Present(wanted)] => Some(*wanted),
            _ => None,
        }
    }
}

/// What a predicate may look up besides the value.
pub struct Surroundings<'a> {
    /// The rule's parameters.
    pub settings: &'a Settings,
    /// Whether a parameter of the template is `NoEcho`.
    pub is_no_echo: &'a dyn Fn(&str) -> bool,
    /// The type of a resource of the template.
    pub type_of: &'a dyn Fn(&str) -> Option<String>,
}

fn wanted(result: Truth, wanted: Wanted) -> Truth {
    if wanted { result } else { !result }
}

impl Test {
    /// Decides the test for a value that exists.
    pub fn holds<'t>(&self, run: &mut Run<'_, 't>, value: &Value<'t>, around: &Surroundings<'_>) -> Truth {
        let decide = |run: &mut Run<'_, 't>, question: &dyn Fn(&Value<'t>) -> Truth| {
            run.decide(&[value], &|values| values.first().map_or(Truth::Unknown, |value| question(value)))
        };
        match self {
            Self::Present(yes) => wanted(Truth::True, *yes),
            Self::In(operand, yes) => {
                let texts = operand.texts(around.settings);
                let result = decide(run, &|value| Truth::any(texts.iter().map(|text| equals(value, text))));
                wanted(result, *yes)
            }
            Self::Matches(expression, yes) => {
                let result = decide(run, &|value| match value.text() {
                    Some(text) => expression.is_match(&text).map_or(Truth::Unknown, Truth::from),
                    None if value.is_scalar() => Truth::Unknown,
                    None => Truth::False,
                });
                wanted(result, *yes)
            }
            Self::Like(operand, yes) => {
                let patterns = operand.texts(around.settings);
                let result =
                    decide(run, &|value| Truth::any(patterns.iter().map(|pattern| text::like(value, pattern))));
                wanted(result, *yes)
            }
            Self::AtLeast(operand) => {
                compare(run, value, operand, around, ["MinValue", "MaxValue"], |value, bound| value >= bound)
            }
            Self::AtMost(operand) => {
                compare(run, value, operand, around, ["MaxValue", "MinValue"], |value, bound| value <= bound)
            }
            Self::VersionAtLeast(least) => decide(run, &|value| version::at_least(value, least)),
            Self::RecursWithinHours(operand) => {
                match operand.texts(around.settings).first().and_then(|hours| hours.parse().ok()) {
                    Some(hours) => decide(run, &|value| schedule::recurs_within(value, hours)),
                    None => Truth::Unknown,
                }
            }
            Self::Type(name) => {
                if value.is_opaque() {
                    note(run, value);
                    return Truth::Unknown;
                }
                match name {
                    TypeName::Scalar => value.is_scalar(),
                    TypeName::List => matches!(value.kind, Kind::List(_)),
                    TypeName::Map => matches!(value.kind, Kind::Map(_)),
                }
                .into()
            }
            Self::Empty(yes) => {
                let result = match &value.kind {
                    Kind::Null => Truth::True,
                    // A list of empty texts has nothing in it either.
                    Kind::List(items) => items.iter().all(|item| item.is_scalar() && empty_text(item).is_true()).into(),
                    Kind::Map(fields) => fields.is_empty().into(),
                    _ => decide(run, &empty_text),
                };
                wanted(result, *yes)
            }
            Self::FromParameter(operand, yes) => {
                let names = operand.texts(around.settings);
                let from = any_origin(
                    value,
                    &|origin| matches!(origin, Origin::Parameter(name) if names.iter().any(|n| n == name)),
                );
                wanted(noted(run, value, from), *yes)
            }
            Self::FromDynamic(services, yes) => {
                wanted(noted(run, value, any_origin(value, &|origin| is_dynamic(origin, services))), *yes)
            }
            Self::FromResource(types, yes) => {
                let is_one =
                    |id: &str| (around.type_of)(id).is_some_and(|found| types.is_empty() || types.contains(&found));
                let from = any_origin(value, &|origin| matches!(origin, Origin::Resource { id, .. } if is_one(id)));
                wanted(noted(run, value, from), *yes)
            }
            Self::FromParameterStore(names) => {
                let result = reads_entry(run, value, &names.texts(around.settings));
                noted(run, value, result)
            }
            Self::FromNoEcho(yes) => {
                let is_silent =
                    |origin: &Origin<'_>| matches!(origin, Origin::Parameter(name) if (around.is_no_echo)(name));
                wanted(noted(run, value, any_origin(value, &is_silent)), *yes)
            }
            Self::RefersTo(types, yes) => {
                let result = match value.as_reference() {
                    Some(Origin::Resource { id, .. }) => {
                        (around.type_of)(id).is_some_and(|found| types.is_empty() || types.contains(&found)).into()
                    }
                    Some(Origin::Inside(_) | Origin::Malformed(_) | Origin::Missing { .. }) => {
                        note(run, value);
                        Truth::Unknown
                    }
                    _ => Truth::False,
                };
                wanted(result, *yes)
            }
            // The checker decides them: it knows the resource that the rule looks at.
            Self::RefersToThis(_) | Self::Among(_) => Truth::Unknown,
            Self::CustomerKey(yes) => wanted(decide(run, &is_customer_key), *yes),
            Self::World(yes) if matches!(value.kind, Kind::List(_)) => {
                wanted(addresses::are_all_internet(run, value.items()), *yes)
            }
            Self::World(yes) if is_network(value, around) => wanted(Truth::False, *yes),
            Self::World(yes) => wanted(decide(run, &addresses::is_internet), *yes),
            Self::NeedsStar(yes) => wanted(crate::policy::needs_star(run, value), *yes),
            Self::WildcardAction(yes) => wanted(crate::policy::is_wildcard_action(run, value), *yes),
            Self::CoversAction(actions) => Truth::all(
                actions.texts(around.settings).iter().map(|action| crate::policy::covers_action(run, value, action)),
            ),
            Self::Allows(blocked) => Truth::any(
                blocked.texts(around.settings).iter().map(|one| crate::policy::allows_blocked(run, value, one)),
            ),
            Self::EveryResourceOf(actions) => Truth::any(
                actions
                    .texts(around.settings)
                    .iter()
                    .map(|action| crate::policy::is_every_resource_of(run, value, action)),
            ),
            Self::AnyAccount(yes) => wanted(crate::policy::is_of_any_account(run, value), *yes),
            // Every ARN of a resource of this template is of the stack's account, whatever the attribute's name.
            Self::ForeignAccount(yes) if is_own_arn(value, around) => wanted(Truth::False, *yes),
            Self::ForeignAccount(yes) => wanted(crate::policy::is_of_foreign_account(run, value), *yes),
            Self::EveryResource(yes) => wanted(crate::policy::is_every_resource(run, value), *yes),
            Self::OpenSubject(yes) => wanted(crate::policy::is_open_subject(run, value), *yes),
            Self::SecretName(yes) => wanted(decide(run, &crate::graph::secrets::promises_secret), *yes),
            Self::WildcardResource(yes) => wanted(crate::policy::is_wildcard_resource(run, value), *yes),
        }
    }
}

/// A result; the reason is noted if it is unknown.
fn noted(run: &mut Run<'_, '_>, value: &Value<'_>, result: Truth) -> Truth {
    if result == Truth::Unknown {
        note(run, value);
    }
    result
}

/// Whether a value begins with an ARN of a resource that AWS creates for the template: `${Vault.BackupVaultArn}`. A stack or a custom
/// resource can return anything.
fn is_own_arn(value: &Value<'_>, around: &Surroundings<'_>) -> bool {
    let Some(Part { origin: Origin::Resource { id, attribute: Some(attribute) }, .. }) = value.parts().first() else {
        return false;
    };
    attribute.ends_with("Arn")
        && (around.type_of)(id)
            .is_some_and(|kind| kind.starts_with("AWS::") && !kind.starts_with("AWS::CloudFormation::"))
}

fn note(run: &mut Run<'_, '_>, value: &Value<'_>) {
    if let Some(part) = value.unsettled() {
        run.note_reason(part.origin.reason());
    }
}

/// Whether a scalar equals a text; booleans in any case, numbers by value.
pub fn equals(value: &Value<'_>, text: &str) -> Truth {
    // The operand shows what it can be compared as; most are words.
    if let Ok(wanted) = text.parse::<bool>() {
        if let Some(boolean) = value.boolean() {
            return (boolean == wanted).into();
        }
    } else if text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && let (Some(number), Ok(wanted)) = (value.number(), text.parse::<f64>())
    {
        return (number == wanted).into();
    }
    text::equals_str(value, text)
}

/// Whether a scalar is the empty text.
pub(in crate::rules) fn empty_text(value: &Value<'_>) -> Truth {
    if let Some(text) = value.text() {
        return text.is_empty().into();
    }
    // One part that cannot be empty is enough, whatever the rest is.
    let filled = |part: &Part<'_>| match &part.content {
        Content::Known(text) => !text.is_empty(),
        // "Anything else" than what the template's conditions compare with, the empty text among it.
        Content::Except(texts) => texts.iter().any(|text| text.is_empty()),
        Content::Choice | Content::Entry(_) | Content::Unknown => {
            matches!(part.origin, Origin::Pseudo(_) | Origin::Resource { .. })
        }
    };
    if value.parts().iter().any(filled) { Truth::False } else { Truth::Unknown }
}

fn compare<'t>(
    run: &mut Run<'_, 't>,
    value: &Value<'t>,
    operand: &Operand,
    around: &Surroundings<'_>,
    limits: [&str; 2],
    holds: impl Fn(f64, f64) -> bool,
) -> Truth {
    let Some(bound) = operand.texts(around.settings).first().and_then(|text| text.parse::<f64>().ok()) else {
        return Truth::Unknown;
    };
    // The limits of a parameter can decide it, whatever the value is.
    if value.is_opaque()
        && let Some(Origin::Parameter(name)) = value.as_reference()
        && let Some(parameter) = run.evaluator.template.parameter(name)
        && parameter.kind == "Number"
    {
        let [near, far] = limits.map(|limit| {
            let limit = parameter.node.get(limit).and_then(Node::scalar_text)?;
            limit.parse::<f64>().ok().map(|limit| holds(limit, bound))
        });
        if near == Some(true) {
            return Truth::True;
        }
        if far == Some(false) {
            return Truth::False;
        }
    }
    run.decide(&[value], &|values| match values.first() {
        Some(value) => match value.number() {
            Some(number) => holds(number, bound).into(),
            None if value.is_scalar() && value.text().is_none() => Truth::Unknown,
            // Text that is not a number, a list or a map: CloudFormation would refuse it.
            None => Truth::False,
        },
        None => Truth::Unknown,
    })
}

/// Whether a value is the CIDR block of a VPC or subnet of the template: a /16 at most (VPC user guide, "VPC CIDR blocks").
fn is_network(value: &Value<'_>, around: &Surroundings<'_>) -> bool {
    match value.as_reference() {
        Some(Origin::Resource { id, attribute: Some(name) }) if name == "CidrBlock" => {
            (around.type_of)(id).is_some_and(|found| matches!(found.as_str(), "AWS::EC2::VPC" | "AWS::EC2::Subnet"))
        }
        _ => false,
    }
}

/// Keys that AWS manages or owns, as properties name them, and the empty text, which names none. An alias that begins with
/// `aws/` is reserved for AWS's keys (KMS API reference, `CreateAlias`), and some services' documentation leaves out `alias/`.
/// `AWS_OWNED_KMS_KEY` is what Aurora DSQL and Redshift Serverless call a key of the service.
const KEYS_OF_AWS: [&str; 6] =
    ["", "alias/aws/*", "arn:*:alias/aws/*", "aws/*", "AWS_OWNED_KMS_KEY", "arn:*AWS_OWNED_KMS_KEY"];

/// Whether a value names a KMS key that the customer manages: by id, by ARN, by an alias of its own, or as a resource.
fn is_customer_key(value: &Value<'_>) -> Truth {
    if matches!(value.as_reference(), Some(Origin::Resource { .. })) {
        return Truth::True;
    }
    if !value.is_scalar() {
        return Truth::False;
    }
    let is_key_arn = |part: &Part<'_>| matches!(&part.content, Content::Known(text) if text.contains(":key/"));
    if value.parts().iter().any(is_key_arn) {
        return Truth::True;
    }
    !Truth::any(KEYS_OF_AWS.iter().map(|pattern| text::like(value, pattern)))
}

impl Predicate {
    /// Calls `visit` with every operand.
    pub fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        for test in &self.tests {
            match test {
                Test::In(operand, _)
                | Test::Like(operand, _)
                | Test::AtLeast(operand)
                | Test::AtMost(operand)
                | Test::RecursWithinHours(operand)
                | Test::CoversAction(operand)
                | Test::EveryResourceOf(operand)
                | Test::Allows(operand)
                | Test::FromParameterStore(operand)
                | Test::FromParameter(operand, _) => visit(operand),
                _ => {}
            }
        }
    }
}
