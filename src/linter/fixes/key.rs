//! The customer managed key of a fix: the only one of the template, or a new one, which all fixes of the template share.

use super::making::Making;
use crate::change::{Action, Change, Step, Value};
use crate::eval::explore;
use crate::expand::{Block, Model};
use crate::facts::is_stateful;
use crate::policy::{self, DocumentKind};
use crate::rules::fix::Recipe;
use crate::syntax::Node;

const KEY: &str = "AWS::KMS::Key";
/// The logical ID of a new key.
const NAME: &str = "EncryptionKey";

/// What is done with a key that encrypts data, in lower case.
const USE: [&str; 8] = [
    "kms:creategrant",
    "kms:decrypt",
    "kms:describekey",
    "kms:encrypt",
    "kms:generatedatakey",
    "kms:generatedatakeywithoutplaintext",
    "kms:reencryptfrom",
    "kms:reencryptto",
];

/// What a service that uses keys itself has to be allowed in the policy of the key.
struct Service {
    /// The type whose resources it encrypts.
    kind: &'static str,
    name: &'static str,
    sid: &'static str,
    /// Its principal.
    principal: &'static str,
    actions: &'static [&'static str],
    /// The condition's operator, key and value.
    condition: [&'static str; 3],
}

/// The services to which a key's policy must grant its use. Others use it for the caller, or by a grant.
///
/// Source: Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service"
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html), and AWS CloudTrail User Guide, "Configure AWS KMS key
/// policies for CloudTrail" (docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html), 2026-11.
const SERVICES: [Service; 2] = [
    Service {
        kind: "AWS::CloudTrail::Trail",
        name: "CloudTrail",
        sid: "CloudTrailUsesKey",
        principal: "cloudtrail.amazonaws.com",
        actions: &["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"],
        condition: ["StringLike", "aws:SourceArn", "arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*"],
    },
    Service {
        kind: "AWS::Logs::LogGroup",
        name: "CloudWatch Logs",
        sid: "CloudWatchLogsUsesKey",
        principal: "logs.${AWS::Region}.amazonaws.com",
        actions: &["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        condition: [
            "ArnLike",
            "kms:EncryptionContext:aws:logs:arn",
            "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*",
        ],
    },
];

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A text, with what it takes from the deployment.
fn sub(own: &str) -> Value {
    if own.contains("${") { map([("Fn::Sub", text(own))]) } else { text(own) }
}

impl Service {
    fn statement(&self) -> Value {
        let [operator, key, value] = self.condition;
        map([
            ("Sid", text(self.sid)),
            ("Effect", text("Allow")),
            ("Principal", map([("Service", sub(self.principal))])),
            ("Action", Value::List(self.actions.iter().map(|action| text(action)).collect())),
            ("Resource", text("*")),
            ("Condition", map([(operator, map([(key, sub(value))]))])),
        ])
    }
}

impl<'m, 't> Making<'_, '_, 'm, 't> {
    /// The logical ID of the key to use, for resources of these types.
    ///
    /// All fixes of a template add the same key, so that fixes that are made together share it: what only some of them need in its policy
    /// is a change of its own. One that would add another key (with other tags, say) waits for the next round, and finds the first one.
    pub(super) fn key(&mut self, recipe: &Recipe, kinds: &[&str]) -> Option<String> {
        let is_own = kinds.contains(&self.target.kind);
        let services = SERVICES.iter().filter(|service| kinds.contains(&service.kind));
        if let Some(found) = self.found_key() {
            let missing: Vec<&Service> = services.clone().filter(|one| !mentions(found.node, one.principal)).collect();
            if let Some(path) = if missing.is_empty() { Some(Vec::new()) } else { self.statements_of(found) } {
                self.let_use(&missing, &path);
                let sentence = self.access(Some(found)).filter(|_| is_own);
                self.deeds.notes.extend(sentence);
                return Some(found.name.to_owned());
            }
        }
        let name = self.free(NAME)?;
        let root = map([("AWS", sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"))]);
        let administration = map([
            ("Sid", text("AccountAdministersKey")),
            ("Effect", text("Allow")),
            ("Principal", root),
            ("Action", text("kms:*")),
            ("Resource", text("*")),
        ]);
        let policy = map([("Version", text("2012-10-17")), ("Statement", Value::List(vec![administration]))]);
        let retain = |name: &str| (name.to_owned(), text("Retain"));
        let mut properties = vec![
            ("Description".to_owned(), text("Encrypts data at rest")),
            ("EnableKeyRotation".to_owned(), Value::Bool(true)),
            ("PendingWindowInDays".to_owned(), Value::Number("30".to_owned())),
            ("KeyPolicy".to_owned(), policy),
        ];
        self.shop.tag(KEY, &mut properties, Some(self.target));
        let attributes = vec![retain("DeletionPolicy"), retain("UpdateReplacePolicy")];
        // A condition would keep the key from resources that are there without it.
        let own = self.job.block.condition;
        let is_for_all = || self.shop.conditions().iter().any(|other| *other != own);
        let condition = own.filter(|_| !is_for_all());
        self.push_resource(name.clone(), KEY, condition, attributes, properties);
        let steps = ["Resources", &name, "Properties", "KeyPolicy", "Statement"];
        let path: Vec<Step> = steps.into_iter().map(|step| Step::Key(step.to_owned())).collect();
        self.let_use(&services.collect::<Vec<_>>(), &path);
        if !recipe.note.contains("key cost") {
            self.deeds.notes.push("The key costs money.".to_owned());
        }
        let sentence = self.access(None).filter(|_| is_own);
        self.deeds.notes.extend(sentence);
        Some(name)
    }

    /// The key of the template that fits: the only one, or the one that an earlier fix added.
    fn found_key(&self) -> Option<&'m Block<'t>> {
        if self.shop.model.may_hide(KEY) {
            return None;
        }
        // Each key is looked at once for all fixes of the template.
        let usable = || {
            let keys = self.shop.model.of_type(KEY);
            keys.filter(|key| encrypts(key.node) && !is_denied(self.shop.model, key)).collect()
        };
        let usable: &Vec<&'m Block<'t>> = self.shop.keys.get_or_init(usable);
        let keys: Vec<&'m Block<'t>> =
            usable.iter().copied().filter(|key| self.shop.is_for(key, self.target)).collect();
        match keys.as_slice() {
            [only] => Some(only),
            _ => keys.into_iter().find(|key| key.name == NAME),
        }
    }

    /// Where the statements of a key's policy are written, if more can be added to them.
    fn statements_of(&self, key: &Block<'t>) -> Option<Vec<Step>> {
        let (mut node, mut path) = self.shop.written(key).ok()?;
        for step in ["Properties", "KeyPolicy", "Statement"] {
            node = node.get(step)?;
            path.push(Step::Key(step.to_owned()));
        }
        let is_statement = node.as_mapping().is_some_and(|_| node.get("Effect").is_some());
        (is_statement || node.as_sequence().is_some()).then_some(path)
    }

    /// Adds statements for services to those of a key's policy.
    fn let_use(&mut self, services: &[&Service], path: &[Step]) {
        for service in services {
            self.statements.push(Change { path: path.to_vec(), action: Action::Append(service.statement()) });
            self.deeds.notes.push(format!("The key policy then lets {} use the key.", service.name));
        }
    }
}

/// Whether the policy of a key denies its use, perhaps only to some, or for other services.
fn is_denied<'m, 't>(model: &'m Model<'m, 't>, key: &'m Block<'t>) -> bool {
    let exploration = explore(&model.evaluator, |run| {
        let policy = policy::statements(run, key, DocumentKind::Resource);
        policy.found.iter().any(|statement| !policy::may_deny_over_tls(run, statement.value, &USE).is_false())
    });
    !exploration.complete || exploration.leaves.iter().any(|(_, denies)| *denies)
}

/// Whether a resource, or what fixes add for it, may be encrypted with a key.
pub(super) fn may_need_key(block: &Block<'_>) -> bool {
    is_stateful(block.kind)
        || block.kind == "AWS::Lambda::Function"
        || SERVICES.iter().any(|service| service.kind == block.kind)
}

/// Whether a key is there for encryption, as far as its template shows.
///
/// A key without material of AWS KMS cannot be used until somebody imports it or connects a key store. Source: AWS KMS Developer Guide,
/// "Create an AWS KMS key without key material" (docs.aws.amazon.com/kms/latest/developerguide/importing-keys-create-cmk.html), 2026-11.
fn encrypts(key: &Node<'_>) -> bool {
    let property = |name: &str| key.get("Properties").and_then(|properties| properties.get(name));
    let is = |name: &str, expected: &str| {
        property(name).is_none_or(|value| value.scalar_text().is_some_and(|text| text.eq_ignore_ascii_case(expected)))
    };
    is("KeySpec", "SYMMETRIC_DEFAULT")
        && is("KeyUsage", "ENCRYPT_DECRYPT")
        && is("Origin", "AWS_KMS")
        && is("Enabled", "true")
}

/// Whether some text in a value has a part.
fn mentions(node: &Node<'_>, part: &str) -> bool {
    // The Region may be written.
    let service = part.split('.').next().unwrap_or(part);
    match (node.as_str(), node.as_mapping(), node.as_sequence()) {
        (Some(text), ..) => text.starts_with(service) && text.ends_with("amazonaws.com"),
        (_, Some(entries), _) => entries.iter().any(|entry| mentions(&entry.value, part)),
        (.., Some(items)) => items.iter().any(|item| mentions(item, part)),
        _ => false,
    }
}
