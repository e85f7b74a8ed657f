//! The arguments of analyses, as rule files write them.

use crate::facts::{Grant, Lifecycle};
use crate::rules::language::operand::Operand;
use crate::rules::language::path::Path;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What an analysis is asked about, apart from the item.
pub(super) trait Arguments {
    /// The paths among them, which must exist.
    fn paths(&self) -> Vec<&Path> {
        Vec::new()
    }

    /// Calls `visit` with every operand, to check that parameters are declared.
    fn operands(&self, _visit: &mut dyn FnMut(&Operand)) {}
}

impl Arguments for Vec<Grant> {}

/// Kinds of principals.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Everyone (`*`).
    Everyone,
    /// An AWS account other than the stack's account.
    ForeignAccount,
    /// An AWS service.
    Service,
    /// What delivers logs and cannot use KMS keys.
    LogDelivery,
}

impl Arguments for Who {}

/// Whether the statement's conditions require one of some keys.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RequiresKey(
    /// The keys, in any case; `*` stands for any characters.
    pub Vec<String>,
);

impl Arguments for RequiresKey {}

/// Whether the statement's `NotAction` leaves some actions.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct LeavesActions(
    /// The actions, with patterns.
    pub Operand,
);

impl Arguments for LeavesActions {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        visit(&self.0);
    }
}

/// Whether the policies on a bucket deny certain requests to every principal.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BucketPolicyDenies {
    /// The actions of the requests, such as `s3:*`.
    pub actions: Vec<String>,
    /// The resources of the requests: the bucket, its objects, or both.
    pub targets: Vec<BucketTarget>,
    /// The requests, all of which must be denied. Each is a map from condition keys to the values of the request. A null value
    /// means that the request does not have the key.
    pub requests: Vec<RequestContext>,
}

impl Arguments for BucketPolicyDenies {}

/// The resource of a request to a bucket.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BucketTarget {
    /// The bucket itself.
    Bucket,
    /// Its objects.
    Objects,
}

/// Whether the policy on a queue or topic, or the one that a resource has itself, denies certain requests to every principal.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyDenies {
    /// The actions of the requests, such as `sqs:SendMessage`.
    pub actions: Vec<String>,
    /// The requests, all of which must be denied. Each is a map from condition keys to the values of the request. A null value
    /// means that the request does not have the key.
    pub requests: Vec<RequestContext>,
}

impl Arguments for PolicyDenies {}

/// Whether the permissions of an identity, or of a policy alone, deny it some actions.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeniesItself {
    /// The actions, such as `kms:Decrypt`.
    pub actions: Vec<String>,
    /// Whether a `Deny` with `NotResource` counts, which leaves some resources out.
    #[serde(default)]
    pub but_some: bool,
}

impl Arguments for DeniesItself {}

/// Condition keys with the values that a request has, or none where it does not have the key.
pub type RequestContext = BTreeMap<String, Option<String>>;

/// Whether a resource has tags with all of these keys, in the form that its type uses.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tagged {
    /// The tag keys.
    pub keys: Operand,
}

impl Arguments for Tagged {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        visit(&self.keys);
    }
}

/// Whether some resource of the template has tags with all of these keys, as the template is written.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UsesTagKeys {
    /// The tag keys.
    pub keys: Operand,
}

impl Arguments for UsesTagKeys {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        visit(&self.keys);
    }
}

/// Whether a resource's explicit physical name contains a parameter, in any spelling. A resource without an explicit name
/// passes: CloudFormation generates a unique name.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NameContains {
    /// The parameter's name.
    pub parameter: Operand,
}

impl Arguments for NameContains {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        visit(&self.parameter);
    }
}

/// Whether the template declares one of these parameters.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeclaresParameter {
    /// The parameter's name.
    pub parameter: Operand,
}

impl Arguments for DeclaresParameter {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        visit(&self.parameter);
    }
}

/// Whether a block contains a hard-coded secret. The search includes every branch of every condition.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LiteralSecrets {
    /// The keys of the block to search, such as `Properties`.
    pub below: Vec<String>,
}

impl Arguments for LiteralSecrets {}

/// Whether a map of environment variables contains a secret: a `NoEcho` parameter, the value of a stored secret, or a value
/// with a secret's name that is not a reference to a stored secret.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecretVariables {
    /// The path of the map.
    pub path: Path,
}

impl Arguments for SecretVariables {
    fn paths(&self) -> Vec<&Path> {
        vec![&self.path]
    }
}

/// Whether a value passes a secret on: a `NoEcho` parameter or one that carries a secret, the value of a stored secret, or an
/// attribute that is one. Looked at as written, in the branches that the scenario takes. Word: `{secret}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawExposesSecret"))]
#[serde(try_from = "RawExposesSecret")]
pub struct ExposesSecret {
    /// The path of the value, or of a block that contains some. It consists of names.
    pub path: Path,
    /// In a block, only values below one of these keys.
    pub keys: Vec<String>,
    /// Kinds of secrets that do not count.
    pub except: Vec<Excepted>,
}

impl Arguments for ExposesSecret {
    fn paths(&self) -> Vec<&Path> {
        vec![&self.path]
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RawExposesSecret {
    /// The path of the value, or of a block that contains some. It consists of names.
    path: Path,
    /// In a block, only values below one of these keys.
    #[serde(default)]
    keys: Vec<String>,
    /// Kinds of secrets that do not count.
    #[serde(default)]
    except: Vec<Excepted>,
}

impl TryFrom<RawExposesSecret> for ExposesSecret {
    type Error = String;

    fn try_from(raw: RawExposesSecret) -> Result<Self, String> {
        if raw.path.rest.is_some() {
            return Err(format!("`{}`: the path of `exposes-secret` must consist of names", raw.path.text));
        }
        Ok(Self { path: raw.path, keys: raw.keys, except: raw.except })
    }
}

/// A kind of secret that a value may pass on.
#[derive(Copy, Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Excepted {
    /// Parameters.
    Parameters,
    /// Dynamic references to secrets.
    Stored,
    /// Attributes of resources.
    Attributes,
}

/// Whether a security group rule (a map with `IpProtocol`, `FromPort`, `ToPort`) opens one of some ports, or a port other than
/// those.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OpensPort {
    /// One of these ports.
    pub any_of: Option<Operand>,
    /// A port other than these.
    pub other_than: Option<Operand>,
    /// The path of the value to point at, such as the source. Without it, findings point at the security group rule.
    pub at: Option<Path>,
}

impl Arguments for OpensPort {
    fn paths(&self) -> Vec<&Path> {
        self.at.iter().collect()
    }

    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        self.any_of.iter().chain(&self.other_than).for_each(visit);
    }
}

/// Whether a security group rule opens a port to every address of the internet: by its own source, by the entries of a prefix list
/// of the template, or together with other rules of its security group.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OpensToInternet {
    /// A port other than these. Without it, any port.
    pub other_than: Option<Operand>,
}

impl Arguments for OpensToInternet {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        self.other_than.iter().for_each(visit);
    }
}

/// Whether an entry of a network ACL lets every address of the internet reach one of some ports over TCP.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AclOpensToInternet {
    /// The ports.
    pub ports: Vec<u16>,
    /// The path of the value to point at. Without it, findings point at the entry.
    pub at: Option<Path>,
}

impl Arguments for AclOpensToInternet {
    fn paths(&self) -> Vec<&Path> {
        self.at.iter().collect()
    }
}

/// Whether a subnet of the element has a route to an internet gateway. Without `subnets`, the element is the subnet.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RoutesToInternet {
    /// The path of a subnet ID, or of a list of them.
    pub subnets: Option<Path>,
    /// Check only whether the VPC of the subnets has an internet gateway.
    #[serde(default)]
    pub vpc_only: bool,
}

impl Arguments for RoutesToInternet {
    fn paths(&self) -> Vec<&Path> {
        self.subnets.iter().collect()
    }
}

/// Whether the IPv6 block of a subnet of the element is public. Without `subnets`, the element is the subnet.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PublicIpv6Block {
    /// The path of a subnet ID, or of a list of them. A subnet that the template does not declare counts as public.
    pub subnets: Option<Path>,
}

impl Arguments for PublicIpv6Block {
    fn paths(&self) -> Vec<&Path> {
        self.subnets.iter().collect()
    }
}

/// Whether the subnets are in at least this number of Availability Zones.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SubnetZones {
    /// The path of the list of subnet IDs.
    pub subnets: Path,
    /// The minimum number of zones.
    pub at_least: usize,
}

impl Arguments for SubnetZones {
    fn paths(&self) -> Vec<&Path> {
        vec![&self.subnets]
    }
}

/// Events of the data in resources of one type.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordsDataEvents {
    /// The type, as selectors name it.
    pub r#type: String,
    /// Patterns of what basic selectors name for all of its resources.
    pub everything: Vec<String>,
    /// The names of the events that read. Without them, what is limited to reads or to writes is only known to be some of the
    /// events.
    #[serde(default)]
    pub reads: Vec<String>,
    /// The names of the events that write.
    #[serde(default)]
    pub writes: Vec<String>,
}

impl Arguments for RecordsDataEvents {}

/// Whether AWS supports a version on the day of the run: its last day is later. Without a day, on that of the data. Words:
/// `{ended}`, `{as-of}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InSupport {
    /// What has versions.
    pub of: Lifecycle,
    /// The path of the version.
    pub path: Path,
    /// The path of the engine. Only for `database-engines`.
    pub engine: Option<Path>,
}

impl Arguments for InSupport {
    fn paths(&self) -> Vec<&Path> {
        std::iter::once(&self.path).chain(&self.engine).collect()
    }
}

/// Whether a block contains a text that identifies a patient. The search includes every branch of every condition.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identifies {
    /// The keys of the block to search, such as `Properties`.
    pub below: Vec<String>,
    /// Additional regular expressions.
    pub more: Operand,
}

impl Arguments for Identifies {
    fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        visit(&self.more);
    }
}

/// Whether a function's inline code writes its whole event to the log. Words: `{line}`, `{code}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LogsEvent {
    /// The path of the code.
    pub code: Path,
    /// The path of the handler, such as `index.handler`.
    pub handler: Path,
    /// The path of the runtime, such as `python3.12`, which determines the language.
    pub runtime: Path,
}

impl Arguments for LogsEvent {
    fn paths(&self) -> Vec<&Path> {
        vec![&self.code, &self.handler, &self.runtime]
    }
}

/// Whether there is an OpenAPI document, and every operation that it describes requires authorization, apart from `OPTIONS`. Words:
/// `{operations}`, `{problem}`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OperationsAuthorize {
    /// The path of the document.
    pub document: Path,
    /// The kind of API, which determines what API Gateway reads in the document.
    pub api: Api,
}

impl Arguments for OperationsAuthorize {
    fn paths(&self) -> Vec<&Path> {
        vec![&self.document]
    }
}

/// A kind of API.
#[derive(Copy, Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// A REST API.
    Rest,
    /// An HTTP API.
    Http,
}
