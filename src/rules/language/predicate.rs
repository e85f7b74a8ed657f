//! What `is:` can ask of one value.

use super::entries::Entries;
use super::operand::Operand;
use super::path::Path;
use super::version::Version;
use crate::expression::{Expression, Pattern};
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

impl Test {
    /// Whether it compares with the resource that the rule checks.
    pub fn is_about_checked(&self) -> bool {
        matches!(self, Self::RefersToThis(_) | Self::Among(_))
    }
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
