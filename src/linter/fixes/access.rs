//! Who has to get permission to use a key: the roles of the template that reach a resource, and cannot decrypt what the key encrypts.

use super::Workshop;
use super::making::Making;
use crate::eval::value::{Content, Origin, Value};
use crate::eval::{Run, explore};
use crate::expand::{Block, Model, exists};
use crate::facts::{Grant, managed_policy_grant};
use crate::graph::attached::{Policy, attached};
use crate::graph::{granted, refers_to};
use crate::policy::{self, DocumentKind};
use crate::syntax::Node;
use crate::truth::Truth;

const DECRYPT: Need = Need { action: "kms:decrypt", shown: "`kms:Decrypt`" };
const GENERATE: Need = Need { action: "kms:generatedatakey", shown: "`kms:GenerateDataKey`" };
/// Names that a note lists.
const MAX_NAMED: usize = 8;
/// Statements that are compared with resources, for all fixes of a template. Each costs two looks at patterns.
const MAX_COMPARED: usize = 1 << 13;

/// A permission to use a key.
#[derive(Copy, Clone)]
struct Need {
    action: &'static str,
    shown: &'static str,
}

/// Resources that are read and written with permissions of IAM.
struct Data {
    kind: &'static str,
    service: &'static str,
    /// The actions that need to decrypt.
    actions: &'static [&'static str],
    /// The actions that need a data key.
    writing: &'static [&'static str],
}

/// Sources, 2026-11: Amazon SQS Developer Guide, "Amazon SQS Key management" (sqs-key-management.html); Amazon SNS Developer Guide, "Managing
/// Amazon SNS encryption keys and costs" (sns-key-management.html); Amazon Kinesis Data Streams Developer Guide, "Permissions to use
/// user-generated KMS keys" (permissions-user-key-KMS.html), for consumers and producers; AWS re:Post, "My Amazon S3 bucket has default encryption using a
/// custom AWS KMS key" (s3-bucket-access-default-encryption), for reading and for uploads in parts; AWS Secrets Manager User Guide, "Secret
/// encryption and decryption" (security-encryption.html).
const DATA: [Data; 5] = [
    Data {
        kind: "AWS::Kinesis::Stream",
        service: "kinesis",
        actions: &["kinesis:getrecords", "kinesis:subscribetoshard"],
        writing: &["kinesis:putrecord", "kinesis:putrecords"],
    },
    Data {
        kind: "AWS::S3::Bucket",
        service: "s3",
        actions: &["s3:getobject", "s3:putobject"],
        writing: &["s3:putobject"],
    },
    Data { kind: "AWS::SNS::Topic", service: "sns", actions: &["sns:publish"], writing: &["sns:publish"] },
    Data {
        kind: "AWS::SQS::Queue",
        service: "sqs",
        actions: &["sqs:receivemessage", "sqs:sendmessage"],
        writing: &["sqs:sendmessage"],
    },
    Data {
        kind: "AWS::SecretsManager::Secret",
        service: "secretsmanager",
        actions: &["secretsmanager:getsecretvalue", "secretsmanager:putsecretvalue"],
        writing: &["secretsmanager:putsecretvalue"],
    },
];

/// Policies of AWS for logs, traces and network interfaces only. Source: AWS Lambda Developer Guide, "AWS managed policies for AWS Lambda"
/// (docs.aws.amazon.com/lambda/latest/dg/security-iam-awsmanpol.html), and "AWS Lambda Execution Role", 2026-11.
const WITHOUT_DATA: [&str; 4] = [
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
];

impl<'t> Making<'_, '_, '_, 't> {
    /// Who has to get permission to use the key, as a sentence or two; none if a service alone uses it.
    pub(super) fn access(&self, key: Option<&Block<'t>>) -> Option<String> {
        let name = self.target.written_name();
        let the_key = key.map_or_else(|| "the key".to_owned(), |key| format!("the key `{}`", key.name));
        if matches!(self.target.kind, "AWS::Logs::LogGroup" | "AWS::CloudTrail::Trail" | "AWS::KMS::Key") {
            return None;
        }
        let Some(data) = DATA.iter().find(|data| data.kind == self.target.kind) else {
            return Some(format!("Principals that use `{name}` need permission to use {the_key}."));
        };
        if !self.shop.compares_roles() {
            return Some(format!(
                "Principals that use `{name}` need permission to use {the_key}. hipaalint did not look up which roles lack it, because \
                 the template has too many policies."
            ));
        }
        // Roles by what they lack: permission to decrypt, to encrypt, or both.
        let mut certain: [Vec<&str>; 3] = Default::default();
        let mut possible: [Vec<&str>; 3] = Default::default();
        for role in self.shop.model.of_type("AWS::IAM::Role") {
            let decrypt = self.lacks(role, key, data, data.actions, DECRYPT);
            let generate = self.lacks(role, key, data, data.writing, GENERATE);
            let is_certain = decrypt.is_true() || generate.is_true();
            let counts = |lacks: Truth| lacks.is_true() || !is_certain && lacks == Truth::Unknown;
            let place = match (counts(decrypt), counts(generate)) {
                (true, false) => 0,
                (false, true) => 1,
                (true, true) => 2,
                (false, false) => continue,
            };
            let roles = if is_certain { &mut certain } else { &mut possible };
            roles.get_mut(place).into_iter().for_each(|of| of.push(role.written_name()));
        }
        let lacking =
            [DECRYPT.shown.to_owned(), GENERATE.shown.to_owned(), format!("{} and {}", DECRYPT.shown, GENERATE.shown)];
        let mut sentences = Vec::new();
        for (index, (roles, permissions)) in
            certain.iter().zip(&lacking).enumerate().filter(|(_, (roles, _))| !roles.is_empty())
        {
            let lack = if roles.len() == 1 { "lacks" } else { "lack" };
            let it = if index == 2 { "them" } else { "it" };
            let roles = listed(roles);
            sentences.push(format!("{roles} can use `{name}` but {lack} {permissions} for {the_key}: grant {it}."));
        }
        for (roles, permissions) in possible.iter().zip(&lacking).filter(|(roles, _)| !roles.is_empty()) {
            let roles = listed(roles);
            sentences.push(format!("{roles} may be able to use `{name}` and lack {permissions} for {the_key}."));
        }
        let others = if sentences.is_empty() { "Principals" } else { "Other principals" };
        sentences.push(format!("{others} that use `{name}` need permission to use {the_key}."));
        Some(sentences.join(" "))
    }

    /// Whether a role may take one of some actions on the resource, and lacks what it needs of the key.
    fn lacks(&self, role: &Block<'t>, key: Option<&Block<'t>>, data: &Data, actions: &[&str], need: Need) -> Truth {
        let (model, block) = (self.shop.model, self.target);
        // A block of the model, which lives as long as it.
        let Some(role) = model.resource(role.name) else { return Truth::False };
        let exploration = explore(&model.evaluator, |run| {
            (exists(run, role) && exists(run, block))
                .then(|| lacks(run, model, role, block, key, (data, actions, need.action)))
        });
        let mut all = exploration.leaves.iter().filter_map(|(_, truth)| *truth);
        let Some(first) = all.next().filter(|_| exploration.complete) else {
            return if exploration.complete { Truth::False } else { Truth::Unknown };
        };
        if all.all(|truth| truth == first) { first } else { Truth::Unknown }
    }
}

impl Workshop<'_, '_, '_> {
    /// Whether the template is small enough for its resources to be compared with the statements of its roles, as far as these are written
    /// out: the same for each fix, whichever are asked for.
    fn compares_roles(&self) -> bool {
        *self.compares_roles.get_or_init(|| {
            let items = |node: Option<&Node<'_>>| node.map_or(0, |node| node.as_sequence().map_or(1, <[_]>::len));
            let statements =
                |policy: &Node<'_>| items(policy.get("PolicyDocument").and_then(|text| text.get("Statement")));
            let inline = |role: &Node<'_>| -> usize {
                let policies = role.get("Policies").and_then(Node::as_sequence).unwrap_or_default();
                // A role without any is looked at, too.
                policies.iter().map(statements).sum::<usize>() + 1
            };
            let of_roles: usize =
                self.model.of_type("AWS::IAM::Role").filter_map(|role| role.node.get("Properties")).map(inline).sum();
            let policies = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"];
            let policies = policies
                .iter()
                .flat_map(|kind| self.model.of_type(kind))
                .filter_map(|policy| policy.node.get("Properties"));
            let attached = |policy: &Node<'_>| items(policy.get("Roles")).max(1).saturating_mul(statements(policy));
            let all = policies.map(attached).fold(of_roles, usize::saturating_add);
            let resources: usize = DATA.iter().map(|data| self.model.of_type(data.kind).count()).sum();
            all.saturating_mul(resources) <= MAX_COMPARED
        })
    }
}

fn lacks<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    role: &'m Block<'t>,
    block: &Block<'t>,
    key: Option<&Block<'t>>,
    (data, actions, need): (&Data, &[&str], &str),
) -> Truth {
    let (mut uses, mut decrypts) = (Truth::False, Truth::False);
    let objects = (data.kind == "AWS::S3::Bucket").then(|| policy::bucket_targets(run, block));
    let mut on_data = |run: &mut Run<'m, 't>, resource: &Value<'t>| match &objects {
        Some([_, objects]) => !policy::spares_resource(run, resource, objects),
        None => names(run, resource, block, data.service),
    };
    let mut on_key = |run: &mut Run<'m, 't>, resource: &Value<'t>| match key {
        Some(key) => names(run, resource, key, "kms"),
        None => names_every_key(run, resource),
    };
    let grants = granted::grants(run, model, role);
    for one in &grants.statements {
        let statement = one.statement.value;
        let is_using = policy::allows_on(run, statement, actions, &mut on_data);
        uses = uses.or(is_using.and(one.attached));
        decrypts = decrypts.or(policy::allows_on(run, statement, &[need], &mut on_key).and(one.attached));
        if !policy::may_deny(run, statement, actions).is_false() {
            uses = uses.and(Truth::Unknown);
        }
    }
    for one in attached(run, model, role) {
        let Policy::Managed(arn) = one.policy else { continue };
        let text = arn_text(arn);
        let last = text.rsplit('/').next().unwrap_or_default();
        match managed_policy_grant(&text) {
            Some(Grant::Everything | Grant::NearlyEverything) => return Truth::False,
            Some(Grant::WholeService | Grant::Data) if last.to_ascii_lowercase().contains(data.service) => {
                uses = uses.or(Truth::Unknown);
                decrypts = decrypts.or(Truth::Unknown);
            }
            _ if WITHOUT_DATA.contains(&last) && text.contains(":iam::aws:policy/") => {}
            _ => decrypts = decrypts.or(Truth::Unknown),
        }
    }
    if grants.unknown {
        (uses, decrypts) = (uses.or(Truth::Unknown), decrypts.or(Truth::Unknown));
    }
    if let Some(key) = key {
        let found = policy::statements(run, key, DocumentKind::Resource);
        if found.unknown {
            decrypts = decrypts.or(Truth::Unknown);
        }
        for statement in &found.found {
            let is_for_all = &mut |_: &mut Run<'m, 't>, _: &Value<'t>| Truth::True;
            let allows = policy::allows_on(run, statement.value, &[need], is_for_all);
            let is_named = policy::names_principal(statement.value, &mut |value| refers_to(run, value, role));
            decrypts = decrypts.or(allows.and(is_named));
        }
    }
    uses.and(!decrypts)
}

/// Whether a resource pattern names a resource of a service.
fn names<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>, block: &Block<'t>, service: &str) -> Truth {
    let text = arn_text(resource);
    let is_of_service = text.split(':').nth(2).is_none_or(|own| own == service || own.contains('*'));
    if !is_of_service {
        return Truth::False;
    }
    let named = refers_to(run, resource, block).or(policy::is_every_resource(run, resource));
    // A wildcard may match the name.
    if named.is_false() && text.contains('*') { Truth::Unknown } else { named }
}

/// Whether a resource pattern names every key: nothing else names one that is not there yet.
fn names_every_key<'t>(run: &mut Run<'_, 't>, resource: &Value<'t>) -> Truth {
    let is_of_service = arn_text(resource).split(':').nth(2).is_none_or(|own| own == "kms" || own.contains('*'));
    if is_of_service { policy::is_every_resource(run, resource) } else { Truth::False }
}

/// The text of an ARN, in which what is not known is nothing, and the partition is `aws`.
fn arn_text(value: &Value<'_>) -> String {
    if let Some(text) = value.text() {
        return text.into_owned();
    }
    let part = |part: &crate::eval::value::Part<'_>| match (&part.content, &part.origin) {
        (_, Origin::Pseudo("AWS::Partition")) => "aws".to_owned(),
        (Content::Known(text), _) => text.to_string(),
        _ => String::new(),
    };
    value.parts().iter().map(part).collect()
}

/// `` `A`, `B` and 3 more ``.
fn listed(names: &[&str]) -> String {
    super::risk::listed_up_to(names, MAX_NAMED)
}
