//! Questions that are too deep for data: rules name them in `analysis:`, and Rust code decides them.
//!
//! Each file contains the analyses of one subject: their arguments, as rule files write them, and the steps from a result of
//! `policy` or `graph` to locations.

mod api;
mod backup;
mod code;
mod denials;
mod dependencies;
mod identity;
mod lifecycle;
mod names;
mod network;
mod phi;
mod policy;
mod secrets;
mod subject;
mod tags;
mod trails;

use super::checker::{Checker, Item, Judgement};
use crate::facts::Grant;
use crate::rules::language::entries::Entries;
use crate::rules::language::operand::Operand;
use crate::rules::language::path::Path;
use serde::Deserialize;

/// A built-in analysis with its arguments.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawAnalysis"))]
#[serde(try_from = "Entries<RawAnalysis>")]
pub enum Analysis {
    /// The principals of a normalized statement.
    Principal(policy::Who),
    /// Whether a statement's conditions limit the callers to known ones.
    RestrictsCallers,
    /// Whether a statement's own conditions limit the callers to known ones.
    ConditionsRestrictCallers,
    /// Whether a statement allows an AWS service to act for any account.
    ServesAnyAccount,
    /// Whether a statement's conditions require one of some keys.
    RequiresKey(policy::RequiresKey),
    /// Whether a statement allows every action of a service.
    AllowsEveryAction,
    /// Whether a statement allows all actions on the resource except some.
    AllowsOtherActions,
    /// Whether a statement allows everything on everything.
    GrantsAdmin,
    /// Whether a statement allows everything on everything, beyond doubt.
    SurelyGrantsAdmin,
    /// Whether a statement names every resource although its actions could be limited.
    NeedlessWildcard,
    /// Whether an ARN is that of an AWS managed policy which grants so much.
    ManagedPolicyGrants(Vec<Grant>),
    /// Whether the policies on a bucket deny some requests to everyone.
    BucketPolicyDenies(denials::BucketPolicyDenies),
    /// Whether the policies on a queue or topic deny some requests to everyone.
    PolicyDenies(denials::PolicyDenies),
    /// Whether a resource carries tags with these keys.
    Tagged(tags::Tagged),
    /// Whether a template has a resource that takes tags.
    HasTaggableResources,
    /// Whether some resource of the template carries tags with these keys.
    UsesTagKeys(tags::UsesTagKeys),
    /// Whether a resource's explicit physical name contains a parameter.
    NameContains(names::NameContains),
    /// Whether a template has explicit names.
    HasExplicitNames,
    /// Whether a template declares a parameter.
    DeclaresParameter(names::DeclaresParameter),
    /// Whether a block holds literal secrets.
    LiteralSecrets(secrets::LiteralSecrets),
    /// Whether a map of environment variables holds secrets.
    SecretVariables(secrets::SecretVariables),
    /// Whether a value shows a secret.
    ExposesSecret(secrets::ExposesSecret),
    /// Whether a parameter carries a secret.
    CarriesSecret,
    /// Whether a security group rule opens one of these ports.
    OpensPort(network::OpensPort),
    /// Whether a security group rule opens a port to the internet.
    OpensToInternet(network::OpensToInternet),
    /// Whether the destination of a route is the whole internet.
    RoutesWholeInternet,
    /// Whether an entry of a network ACL opens a port to the internet.
    AclOpensToInternet(network::AclOpensToInternet),
    /// Whether a subnet, or the subnets of a group, route to an internet gateway.
    RoutesToInternet(network::RoutesToInternet),
    /// The number of Availability Zones of a list of subnets.
    SubnetZones(network::SubnetZones),
    /// Whether a backup selection of the template covers a resource.
    InBackupPlan,
    /// Whether the trails of the template record all management events.
    RecordsManagementEvents,
    /// Whether the trails of the template record the events of the data in resources of a type.
    RecordsDataEvents(trails::RecordsDataEvents),
    /// Whether an identity can escalate its privileges.
    Escalates,
    /// Whether a tag marks a resource as one that contains PHI.
    PhiTagged,
    /// Whether AWS's Business Associate Addendum covers a resource's service.
    HipaaEligible,
    /// Whether AWS supports a version on the day of the run.
    InSupport(lifecycle::InSupport),
    /// Whether a key encrypts data of the template.
    EncryptsData,
    /// Whether a block identifies a patient.
    Identifies(phi::Identifies),
    /// Whether inline code logs its whole event.
    LogsEvent(code::LogsEvent),
    /// Whether the operations of an OpenAPI document require authorization.
    OperationsAuthorize(api::OperationsAuthorize),
    /// Whether resources of a template depend on each other in a cycle.
    DependencyCycle,
    /// Whether a template refers to a name that does not exist.
    UnresolvedReference,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum RawAnalysis {
    /// A principal of the statement is of this kind.
    Principal(policy::Who),
    /// The conditions of the statement limit the callers to known ones.
    RestrictsCallers(True),
    /// The statement's own conditions limit the callers to known ones.
    ConditionsRestrictCallers(True),
    /// The statement allows an AWS service to act for any account, although the service sends the account that it acts for.
    ServesAnyAccount(True),
    /// The statement's conditions hold only for requests that have one of these keys, with a value that they name.
    RequiresKey(policy::RequiresKey),
    /// The actions of the statement include every action of a service.
    AllowsEveryAction(True),
    /// The statement has `NotAction`, which leaves actions on the resource.
    AllowsOtherActions(True),
    /// The statement allows all actions on all resources.
    GrantsAdmin(True),
    /// The statement allows all actions on all resources, and no part of it is unknown.
    SurelyGrantsAdmin(True),
    /// The statement applies to all resources, although some of its actions support resource-level permissions.
    NeedlessWildcard(True),
    /// The value is the ARN of an AWS managed policy that grants this much access.
    ManagedPolicyGrants(Vec<Grant>),
    /// The bucket's policies deny these requests to everyone (`*`).
    BucketPolicyDenies(denials::BucketPolicyDenies),
    /// The policy of the queue or topic denies every such request to everyone.
    PolicyDenies(denials::PolicyDenies),
    /// The resource has all of these tags.
    Tagged(tags::Tagged),
    /// At least one resource of the template is of a type with tags.
    HasTaggableResources(True),
    /// At least one resource of the template has all of these tags.
    UsesTagKeys(tags::UsesTagKeys),
    /// The explicit physical name of the resource, if it has one, contains this parameter.
    NameContains(names::NameContains),
    /// At least one resource has an explicit physical name.
    HasExplicitNames(True),
    /// The template declares this parameter.
    DeclaresParameter(names::DeclaresParameter),
    /// The template contains a hard-coded secret here.
    LiteralSecrets(secrets::LiteralSecrets),
    /// The map contains a secret.
    SecretVariables(secrets::SecretVariables),
    /// The value exposes a secret.
    ExposesSecret(secrets::ExposesSecret),
    /// The parameter's value is a secret.
    CarriesSecret(True),
    /// The security group rule opens one of these ports.
    OpensPort(network::OpensPort),
    /// The security group rule opens such a port to every address of the internet.
    OpensToInternet(network::OpensToInternet),
    /// The destination of the route is every address of the internet.
    RoutesWholeInternet(True),
    /// The entry of the network ACL lets every address of the internet reach one of these ports.
    AclOpensToInternet(network::AclOpensToInternet),
    /// A subnet routes to an internet gateway.
    RoutesToInternet(network::RoutesToInternet),
    /// The subnets are in this number of Availability Zones.
    SubnetZones(network::SubnetZones),
    /// A backup selection of the template includes the resource.
    InBackupPlan(True),
    /// The trails of the template record all management events.
    RecordsManagementEvents(True),
    /// The trails of the template record the events of the data in resources of this type.
    RecordsDataEvents(trails::RecordsDataEvents),
    /// The permissions of the identity allow privilege escalation.
    Escalates(True),
    /// A tag marks the resource as one that contains PHI.
    PhiTagged(True),
    /// AWS's Business Associate Addendum covers the resource's service, or the service is not meant for PHI.
    HipaaEligible(True),
    /// AWS supports the version on the day of the run.
    InSupport(lifecycle::InSupport),
    /// The key encrypts a resource that stores data.
    EncryptsData(True),
    /// The template contains a text that identifies a patient here.
    Identifies(phi::Identifies),
    /// The inline code of the function logs the whole event.
    LogsEvent(code::LogsEvent),
    /// Every operation of the API that the OpenAPI document describes requires authorization.
    OperationsAuthorize(api::OperationsAuthorize),
    /// Resources of the template depend on each other in a cycle.
    DependencyCycle(True),
    /// The template refers to a name that does not exist.
    UnresolvedReference(True),
}

/// `true`: the analysis does not take arguments. For the opposite, use `not:`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "bool"))]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("the value must be `true`; put the analysis in `not:` for the opposite") }
    }
}

impl TryFrom<Entries<RawAnalysis>> for Analysis {
    type Error = String;

    fn try_from(raw: Entries<RawAnalysis>) -> Result<Self, String> {
        let mut named = raw.0.into_iter();
        match (named.next(), named.next()) {
            (Some(only), None) => Ok(match only {
                RawAnalysis::Principal(arguments) => Self::Principal(arguments),
                RawAnalysis::RestrictsCallers(True) => Self::RestrictsCallers,
                RawAnalysis::ConditionsRestrictCallers(True) => Self::ConditionsRestrictCallers,
                RawAnalysis::ServesAnyAccount(True) => Self::ServesAnyAccount,
                RawAnalysis::RequiresKey(arguments) => Self::RequiresKey(arguments),
                RawAnalysis::AllowsEveryAction(True) => Self::AllowsEveryAction,
                RawAnalysis::AllowsOtherActions(True) => Self::AllowsOtherActions,
                RawAnalysis::GrantsAdmin(True) => Self::GrantsAdmin,
                RawAnalysis::SurelyGrantsAdmin(True) => Self::SurelyGrantsAdmin,
                RawAnalysis::NeedlessWildcard(True) => Self::NeedlessWildcard,
                RawAnalysis::ManagedPolicyGrants(arguments) => Self::ManagedPolicyGrants(arguments),
                RawAnalysis::BucketPolicyDenies(arguments) => Self::BucketPolicyDenies(arguments),
                RawAnalysis::PolicyDenies(arguments) => Self::PolicyDenies(arguments),
                RawAnalysis::Tagged(arguments) => Self::Tagged(arguments),
                RawAnalysis::HasTaggableResources(True) => Self::HasTaggableResources,
                RawAnalysis::UsesTagKeys(arguments) => Self::UsesTagKeys(arguments),
                RawAnalysis::NameContains(arguments) => Self::NameContains(arguments),
                RawAnalysis::HasExplicitNames(True) => Self::HasExplicitNames,
                RawAnalysis::DeclaresParameter(arguments) => Self::DeclaresParameter(arguments),
                RawAnalysis::LiteralSecrets(arguments) => Self::LiteralSecrets(arguments),
                RawAnalysis::SecretVariables(arguments) => Self::SecretVariables(arguments),
                RawAnalysis::ExposesSecret(arguments) => Self::ExposesSecret(arguments),
                RawAnalysis::CarriesSecret(True) => Self::CarriesSecret,
                RawAnalysis::OpensPort(arguments) => Self::OpensPort(arguments),
                RawAnalysis::OpensToInternet(arguments) => Self::OpensToInternet(arguments),
                RawAnalysis::RoutesWholeInternet(True) => Self::RoutesWholeInternet,
                RawAnalysis::AclOpensToInternet(arguments) => Self::AclOpensToInternet(arguments),
                RawAnalysis::RoutesToInternet(arguments) => Self::RoutesToInternet(arguments),
                RawAnalysis::SubnetZones(arguments) => Self::SubnetZones(arguments),
                RawAnalysis::InBackupPlan(True) => Self::InBackupPlan,
                RawAnalysis::RecordsManagementEvents(True) => Self::RecordsManagementEvents,
                RawAnalysis::RecordsDataEvents(arguments) => Self::RecordsDataEvents(arguments),
                RawAnalysis::Escalates(True) => Self::Escalates,
                RawAnalysis::PhiTagged(True) => Self::PhiTagged,
                RawAnalysis::HipaaEligible(True) => Self::HipaaEligible,
                RawAnalysis::InSupport(arguments) => Self::InSupport(arguments),
                RawAnalysis::EncryptsData(True) => Self::EncryptsData,
                RawAnalysis::Identifies(arguments) => Self::Identifies(arguments),
                RawAnalysis::LogsEvent(arguments) => Self::LogsEvent(arguments),
                RawAnalysis::OperationsAuthorize(arguments) => Self::OperationsAuthorize(arguments),
                RawAnalysis::DependencyCycle(True) => Self::DependencyCycle,
                RawAnalysis::UnresolvedReference(True) => Self::UnresolvedReference,
            }),
            _ => Err("`analysis` must contain exactly one analysis".to_owned()),
        }
    }
}

impl Analysis {
    /// The words that analyses have for messages, by the key of the analysis.
    pub const WORDS: [(&'static str, &'static [&'static str]); 25] = [
        ("serves-any-account", &["service"]),
        ("needless-wildcard", &["actions"]),
        ("bucket-policy-denies", &["policies", "where"]),
        ("policy-denies", &["policies"]),
        ("tagged", &["missing"]),
        ("uses-tag-keys", &["missing"]),
        ("declares-parameter", &["parameter"]),
        ("literal-secrets", &["what"]),
        ("exposes-secret", &["secret"]),
        ("opens-port", &["ports"]),
        ("opens-to-internet", &["ports"]),
        ("acl-opens-to-internet", &["ports"]),
        ("routes-to-internet", &["subnet"]),
        ("in-backup-plan", &["plan"]),
        ("records-management-events", &["missing"]),
        ("records-data-events", &["missing"]),
        ("escalates", &["actions", "more"]),
        ("hipaa-eligible", &["service", "as-of"]),
        ("in-support", &["ended", "as-of"]),
        ("encrypts-data", &["user"]),
        ("identifies", &["what"]),
        ("logs-event", &["line", "code", "others"]),
        ("operations-authorize", &["operations", "problem"]),
        ("dependency-cycle", &["cycle", "others"]),
        ("unresolved-reference", &["used-by", "meant", "hint"]),
    ];

    /// The words that it has for messages.
    pub fn words(&self) -> &'static [&'static str] {
        let key = match self {
            Self::ServesAnyAccount => "serves-any-account",
            Self::NeedlessWildcard => "needless-wildcard",
            Self::BucketPolicyDenies(_) => "bucket-policy-denies",
            Self::PolicyDenies(_) => "policy-denies",
            Self::Tagged(_) => "tagged",
            Self::UsesTagKeys(_) => "uses-tag-keys",
            Self::DeclaresParameter(_) => "declares-parameter",
            Self::LiteralSecrets(_) => "literal-secrets",
            Self::ExposesSecret(_) => "exposes-secret",
            Self::OpensPort(_) => "opens-port",
            Self::OpensToInternet(_) => "opens-to-internet",
            Self::AclOpensToInternet(_) => "acl-opens-to-internet",
            Self::RoutesToInternet(_) => "routes-to-internet",
            Self::InBackupPlan => "in-backup-plan",
            Self::RecordsManagementEvents => "records-management-events",
            Self::RecordsDataEvents(_) => "records-data-events",
            Self::Escalates => "escalates",
            Self::HipaaEligible => "hipaa-eligible",
            Self::InSupport(_) => "in-support",
            Self::EncryptsData => "encrypts-data",
            Self::Identifies(_) => "identifies",
            Self::LogsEvent(_) => "logs-event",
            Self::OperationsAuthorize(_) => "operations-authorize",
            Self::DependencyCycle => "dependency-cycle",
            Self::UnresolvedReference => "unresolved-reference",
            _ => return &[],
        };
        Self::WORDS.iter().find(|(own, _)| *own == key).map_or(&[], |(_, words)| words)
    }

    /// Decides it for an item.
    pub fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let judgement = self.judge_item(checker, item);
        let words = || judgement.locations.iter().flat_map(|location| &location.words);
        debug_assert!(words().all(|(word, _)| self.words().contains(word)), "{self:?} lacks a word in `WORDS`");
        judgement
    }

    fn judge_item<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        match self {
            Self::Principal(who) => policy::principal(checker, item, *who),
            Self::RestrictsCallers => policy::restricts_callers(checker, item),
            Self::ConditionsRestrictCallers => policy::conditions_restrict_callers(checker, item),
            Self::ServesAnyAccount => policy::serves_any_account(checker, item),
            Self::RequiresKey(keys) => keys.judge(checker, item),
            Self::AllowsEveryAction => policy::allows_every_action(checker, item),
            Self::AllowsOtherActions => policy::allows_other_actions(checker, item),
            Self::GrantsAdmin => policy::grants_admin(checker, item),
            Self::SurelyGrantsAdmin => policy::surely_grants_admin(checker, item),
            Self::NeedlessWildcard => policy::needless_wildcard(checker, item),
            Self::ManagedPolicyGrants(grants) => policy::managed_policy_grants(checker, item, grants),
            Self::BucketPolicyDenies(arguments) => arguments.judge(checker, item),
            Self::PolicyDenies(arguments) => arguments.judge(checker, item),
            Self::Tagged(arguments) => arguments.judge(checker, item),
            Self::HasTaggableResources => tags::has_taggable_resources(checker),
            Self::UsesTagKeys(arguments) => arguments.judge(checker, item),
            Self::NameContains(arguments) => arguments.judge(checker, item),
            Self::HasExplicitNames => names::has_explicit_names(checker, item),
            Self::DeclaresParameter(arguments) => arguments.judge(checker, item),
            Self::LiteralSecrets(arguments) => arguments.judge(checker, item),
            Self::SecretVariables(arguments) => arguments.judge(checker, item),
            Self::ExposesSecret(arguments) => arguments.judge(checker, item),
            Self::CarriesSecret => secrets::carries_secret(checker, item),
            Self::OpensPort(arguments) => arguments.judge(checker, item),
            Self::OpensToInternet(arguments) => arguments.judge(checker, item),
            Self::RoutesWholeInternet => network::routes_whole_internet(checker, item),
            Self::AclOpensToInternet(arguments) => arguments.judge(checker, item),
            Self::RoutesToInternet(arguments) => arguments.judge(checker, item),
            Self::SubnetZones(arguments) => arguments.judge(checker, item),
            Self::InBackupPlan => backup::in_backup_plan(checker, item),
            Self::RecordsManagementEvents => trails::records_management_events(checker, item),
            Self::RecordsDataEvents(arguments) => arguments.judge(checker, item),
            Self::Escalates => identity::escalates(checker, item),
            Self::PhiTagged => phi::phi_tagged(checker, item),
            Self::HipaaEligible => phi::hipaa_eligible(checker, item),
            Self::InSupport(arguments) => arguments.judge(checker, item),
            Self::EncryptsData => phi::encrypts_data(checker, item),
            Self::Identifies(arguments) => arguments.judge(checker, item),
            Self::LogsEvent(arguments) => arguments.judge(checker, item),
            Self::OperationsAuthorize(arguments) => arguments.judge(checker, item),
            Self::DependencyCycle => dependencies::dependency_cycle(checker),
            Self::UnresolvedReference => dependencies::unresolved_reference(checker),
        }
    }

    /// The paths among its arguments.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::SecretVariables(arguments) => vec![&arguments.path],
            Self::ExposesSecret(arguments) => vec![&arguments.path],
            Self::OpensPort(arguments) => arguments.at.iter().collect(),
            Self::AclOpensToInternet(arguments) => arguments.at.iter().collect(),
            Self::RoutesToInternet(arguments) => arguments.subnets.iter().collect(),
            Self::SubnetZones(arguments) => vec![&arguments.subnets],
            Self::InSupport(arguments) => arguments.paths(),
            Self::LogsEvent(arguments) => arguments.paths(),
            Self::OperationsAuthorize(arguments) => arguments.paths(),
            _ => Vec::new(),
        }
    }

    /// Calls `visit` with every operand.
    pub fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        match self {
            Self::Tagged(arguments) => visit(&arguments.keys),
            Self::UsesTagKeys(arguments) => visit(&arguments.keys),
            Self::NameContains(arguments) => visit(&arguments.parameter),
            Self::DeclaresParameter(arguments) => visit(&arguments.parameter),
            Self::OpensPort(arguments) => arguments.operands(visit),
            Self::OpensToInternet(arguments) => arguments.operands(visit),
            Self::Identifies(arguments) => visit(&arguments.more),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    /// The documentation lists the words after `Word:` or `Words:`.
    #[test]
    fn words_are_documented() {
        let rows = include_str!("../../../../docs/rule-language.md").lines().filter_map(|line| {
            let key = line.strip_prefix("| `")?.split([':', '`']).next()?;
            let (_, words) = line.rsplit_once("Word").filter(|(_, rest)| rest.starts_with([':', 's']))?;
            let words: Vec<&str> =
                words.split('`').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}')).collect();
            Some((key, words.into_iter().filter(|word| *word != "name").collect()))
        });
        let documented: Vec<(&str, Vec<&str>)> = rows.collect();
        let known: Vec<(&str, Vec<&str>)> = Analysis::WORDS.iter().map(|(key, words)| (*key, words.to_vec())).collect();
        assert_eq!(documented, known);
    }
}
