//! Who has to get permission to use a key: the roles of the template that reach a resource, and cannot decrypt what the key encrypts.

use super::Workshop;
use super::making::Making;
use crate::eval::value::{Content, Origin, Value};
use crate::eval::{Run, explore};
use crate::expand::{Block, Model, exists};
use crate::facts::{self, Grant, managed_policy_grant};
use crate::graph::attached::{Policy, attached};
use crate::graph::{granted, refers_to};
use crate::policy::{self, DocumentKind};
use crate::syntax::{Kind, Node};
use crate::truth::Truth;

const DECRYPT: Need = Need { action: "kms:decrypt", shown: "`kms:Decrypt`" };
const GENERATE: Need = Need { action: "kms:generatedatakey", shown: "`kms:GenerateDataKey`" };
/// Names that a note lists.
const MAX_NAMED: usize = 8;
/// What comparing the statements of all roles with all resources may cost, in the texts of [`weight`]: some 0.1 seconds. 130 roles with three
/// statements each and 130 buckets are below it.
const MAX_COMPARED: usize = 1 << 18;
/// What a role costs without any statements.
const ROLE: usize = 4;
/// Choices of one role that are made in all ways.
const MAX_CHOICES: u32 = 8;
/// Characters of a name that cost as much as a text that begins otherwise.
const NAME: usize = 64;

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
                 the template has too many roles, policies, and resources to compare."
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
            let of_type = |kind: &'static str| self.model.of_type(kind);
            let properties = |kind: &'static str| of_type(kind).filter_map(|block| block.node.get("Properties"));
            let documents = |kind, name: &'static str| properties(kind).filter_map(move |of| of.get(name)).map(weight);
            // What a role names otherwise than by its ARN may be any of the template's policies.
            let managed = documents("AWS::IAM::ManagedPolicy", "PolicyDocument").max().unwrap_or(0);
            let roles = of_type("AWS::IAM::Role").map(|role| {
                let property = |name| role.node.get("Properties").and_then(|properties| properties.get(name));
                let named = property("ManagedPolicyArns").map_or(0, |arns| match &arns.kind {
                    Kind::Sequence(items) => items.iter().filter(|item| item.as_str().is_none()).count(),
                    _ => weight(arns),
                });
                let own = property("Policies").map_or(0, weight);
                own.saturating_add(named.saturating_mul(managed)).saturating_add(ROLE)
            });
            // A policy is compared for each role that it is attached to.
            let policies = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"];
            let policies = policies.iter().flat_map(|kind| properties(kind)).map(|policy| {
                let attached = policy.get("Roles").and_then(Node::as_sequence).map_or(1, <[_]>::len).max(1);
                attached.saturating_mul(policy.get("PolicyDocument").map_or(0, weight).saturating_add(1))
            });
            // The policy of a key is compared with each role as well.
            let key = documents("AWS::KMS::Key", "KeyPolicy").max().unwrap_or(0);
            let keys = of_type("AWS::IAM::Role").count().saturating_mul(key);
            let all = roles.chain(policies).fold(keys, usize::saturating_add);
            let resources: usize = DATA.iter().flat_map(|data| of_type(data.kind)).map(of_name).sum();
            all.saturating_mul(resources) <= MAX_COMPARED
        })
    }
}

/// What it costs to compare a document with the resources and actions of a fix: its texts, for nearly all of them begin otherwise, and the
/// wildcards in those that have several, for each is searched for in all of the other text. Choices multiply it.
fn weight(document: &Node<'_>) -> usize {
    fn count(node: &Node<'_>, choices: &mut u32) -> usize {
        match &node.kind {
            Kind::String(text) => match text.bytes().filter(|byte| matches!(byte, b'*' | b'?')).count() {
                0..3 => 1,
                wildcards => wildcards,
            },
            Kind::Sequence(items) => items.iter().map(|item| count(item, choices)).fold(0, usize::saturating_add),
            Kind::Mapping(entries) => entries
                .iter()
                .map(|entry| {
                    *choices += u32::from(entry.key == "Fn::If");
                    count(&entry.value, choices)
                })
                .fold(0, usize::saturating_add),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => 1,
        }
    }
    let mut choices = 0;
    let texts = count(document, &mut choices);
    texts.saturating_mul(1 << choices.min(MAX_CHOICES))
}

/// What the name of a resource costs each time.
fn of_name(resource: &Block<'_>) -> usize {
    let name =
        facts::name_property(resource.kind).and_then(|name| resource.node.get("Properties")?.get(name)?.as_str());
    1 + name.map_or(0, |name| name.len() / NAME)
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
