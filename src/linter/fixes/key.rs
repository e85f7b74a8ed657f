//! The customer managed key of a fix: the only one of the template, or a new one.

use super::making::Making;
use crate::change::Value;
use crate::expand::Block;
use crate::syntax::Node;

const KEY: &str = "AWS::KMS::Key";

/// What a service that uses keys itself has to be allowed in the policy of the key.
struct Service {
    /// The type whose resources it encrypts.
    kind: &'static str,
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
        principal: "cloudtrail.amazonaws.com",
        actions: &["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"],
        condition: ["StringLike", "aws:SourceArn", "arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*"],
    },
    Service {
        kind: "AWS::Logs::LogGroup",
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

impl Making<'_, '_, '_, '_> {
    /// The logical ID of the key to use.
    pub(super) fn key(&mut self) -> Option<String> {
        let service = SERVICES.iter().find(|service| service.kind == self.target.kind);
        let is_for = |key: &&Block<'_>| {
            encrypts(key.node) && service.is_none_or(|service| mentions(key.node, service.principal))
        };
        let found = self.shop.found(&[KEY.to_owned()], self.target).filter(is_for);
        if let Some(found) = found {
            self.deeds.notes.push(format!(
                "Principals that use `{}` need permission to use the key `{}`.",
                self.target.written_name(),
                found.name
            ));
            return Some(found.name.to_owned());
        }
        let name = self.free("{resource}Key")?;
        let root = map([("AWS", sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"))]);
        let mut statements = vec![map([
            ("Sid", text("AccountAdministersKey")),
            ("Effect", text("Allow")),
            ("Principal", root),
            ("Action", text("kms:*")),
            ("Resource", text("*")),
        ])];
        if let Some(Service { principal, actions, condition: [operator, key, value], .. }) = service {
            statements.push(map([
                ("Sid", text("ServiceUsesKey")),
                ("Effect", text("Allow")),
                ("Principal", map([("Service", sub(principal))])),
                ("Action", Value::List(actions.iter().map(|action| text(action)).collect())),
                ("Resource", text("*")),
                ("Condition", map([(*operator, map([(*key, sub(value))]))])),
            ]));
        }
        let policy = map([("Version", text("2012-10-17")), ("Statement", Value::List(statements))]);
        let retain = |name: &str| (name.to_owned(), text("Retain"));
        let mut properties = vec![
            ("Description".to_owned(), text(&format!("Encrypts {}", self.target.written_name()))),
            ("EnableKeyRotation".to_owned(), Value::Bool(true)),
            ("PendingWindowInDays".to_owned(), Value::Number("30".to_owned())),
            ("KeyPolicy".to_owned(), policy),
        ];
        self.shop.tag(KEY, &mut properties, Some(self.target));
        let attributes = vec![retain("DeletionPolicy"), retain("UpdateReplacePolicy")];
        self.push_resource(name.clone(), KEY, attributes, properties);
        self.deeds.notes.push(format!(
            "The key costs money, and principals that use `{}` need permission to use it.",
            self.target.written_name()
        ));
        Some(name)
    }
}

/// Whether a key is there for encryption, as far as its template shows.
fn encrypts(key: &Node<'_>) -> bool {
    let property = |name: &str| key.get("Properties").and_then(|properties| properties.get(name));
    let is = |name: &str, expected: &str| {
        property(name).is_none_or(|value| value.scalar_text().is_some_and(|text| text.eq_ignore_ascii_case(expected)))
    };
    is("KeySpec", "SYMMETRIC_DEFAULT") && is("KeyUsage", "ENCRYPT_DECRYPT") && is("Enabled", "true")
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
