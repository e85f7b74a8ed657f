//! The customer managed key of a fix: the only one of the template, or a new one, which all fixes of the template share.

use super::Workshop;
use super::making::Making;
use super::services::{Found, may_use_keys_of};
use super::statements::{Service, map, sub, text};
use super::unique;
use crate::change::{Action, Change, Step, Value};
use crate::eval::explore;
use crate::expand::{Block, Model};
use crate::facts::is_stateful;
use crate::policy::{self, DocumentKind};
use crate::rules::fix::{Addition, Recipe};
use crate::syntax::Node;

pub(super) const KEY: &str = "AWS::KMS::Key";
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

impl<'m, 't> Making<'_, '_, 'm, 't> {
    /// The logical ID of the key to use, for resources of these types.
    ///
    /// All fixes of a template add the same key, so that fixes that are made together share it: what only some of them need in its policy
    /// is a change of its own. One that would add another key (with other tags, say) waits for the next round, and finds the first one.
    pub(super) fn key(&mut self, recipe: &Recipe, kinds: &[&str]) -> Option<String> {
        let is_own = kinds.contains(&self.target.kind);
        let is_for = |part: &str| recipe.customer_key.iter().any(|path| path.path.text.contains(part));
        let Found { services, notes } = self.shop.services(self.target, kinds, &is_for);
        self.deeds.notes.extend(notes);
        // What is there without a condition cannot use a key that is not.
        let is_shared = |addition: &Addition| {
            !addition.name.contains("{resource}")
                && addition.properties.0.iter().any(|(_, value)| value.has_customer_key())
        };
        let condition = self.shared_condition();
        let is_always = condition.is_none() && recipe.add.iter().any(is_shared);
        if let Some(found) = self.found_key(is_always) {
            let missing: Vec<&Service> =
                services.iter().filter(|one| !self.shop.permits(one, found, self.target, is_own)).collect();
            let place = if missing.is_empty() { Some((Vec::new(), &[][..])) } else { self.shop.statements_of(found) };
            if let Some((path, items)) = place {
                self.let_use(&missing, &path, items);
                let sentence = self.access(Some(found)).filter(|_| is_own);
                self.deeds.notes.extend(sentence);
                return Some(found.name.to_owned());
            }
        }
        // The key that another part of the fix adds.
        let own = self.deeds.added.iter().find(|(_, kind)| kind == KEY).map(|(name, _)| name.clone());
        let place = |name: &str| -> Vec<Step> {
            let steps = ["Resources", name, "Properties", "KeyPolicy", "Statement"];
            steps.into_iter().map(|step| Step::Key(step.to_owned())).collect()
        };
        if let Some(name) = own {
            self.let_use(&services.iter().collect::<Vec<_>>(), &place(&name), &[]);
            return Some(name);
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
        self.push_resource(name.clone(), KEY, condition, attributes, properties);
        self.let_use(&services.iter().collect::<Vec<_>>(), &place(&name), &[]);
        if !recipe.note.contains("key cost") {
            self.deeds.notes.push("The key costs money.".to_owned());
        }
        let sentence = self.access(None).filter(|_| is_own);
        self.deeds.notes.extend(sentence);
        Some(name)
    }

    /// The key of the template that fits: the only one, or the one that an earlier fix added.
    fn found_key(&self, is_always: bool) -> Option<&'m Block<'t>> {
        if self.shop.model.may_hide(KEY) {
            return None;
        }
        // Each key is looked at once for all fixes of the template.
        let usable = || {
            let keys = self.shop.model.of_type(KEY);
            keys.filter(|key| encrypts(key.node) && can_be_used(self.shop.model, key)).collect()
        };
        let usable: &Vec<&'m Block<'t>> = self.shop.keys.get_or_init(usable);
        let fits = |key: &&'m Block<'t>| self.shop.is_for(key, self.target) && !(is_always && key.condition.is_some());
        let keys: Vec<&'m Block<'t>> = usable.iter().copied().filter(fits).collect();
        match keys.as_slice() {
            [only] => Some(only),
            _ => keys.into_iter().find(|key| key.name == NAME),
        }
    }

    /// Adds statements for services to those of a key's policy.
    fn let_use(&mut self, services: &[&Service], path: &[Step], items: &[Node<'t>]) {
        for service in services {
            self.statements.extend(opening(service, path, items));
            self.deeds.notes.push(format!("The key policy then lets {} use the key.", service.name));
        }
    }
}

impl<'t> Workshop<'_, '_, 't> {
    /// Where the statements of a key's policy are written, and those, if more can be added to them.
    pub(super) fn statements_of(&self, key: &Block<'t>) -> Option<(Vec<Step>, &'t [Node<'t>])> {
        let (mut node, mut path) = self.written(key).ok()?;
        for step in ["Properties", "KeyPolicy", "Statement"] {
            node = node.get(step)?;
            path.push(Step::Key(step.to_owned()));
        }
        let is_statement = node.as_mapping().is_some_and(|_| node.get("Effect").is_some());
        let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
        (is_statement || node.as_sequence().is_some()).then_some((path, items))
    }
}

/// The changes that add the statements for a service to those of a key's policy.
pub(super) fn opening(service: &Service, path: &[Step], items: &[Node<'_>]) -> Vec<Change> {
    let append = |statement: &Value| {
        let action = Action::Append(unique::renamed(statement, items));
        Change { path: path.to_vec(), action }
    };
    service.statements.iter().map(append).collect()
}

/// Whether policies of IAM can grant the use of a key: its policy allows it to the account, and denies it to nobody, not for other services
/// either. Without a policy, a key gets one that allows everything to the account.
///
/// Source: AWS KMS Developer Guide, "Default key policy" (docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html), 2026-11.
fn can_be_used<'m, 't>(model: &'m Model<'m, 't>, key: &'m Block<'t>) -> bool {
    let has_policy = key.node.get("Properties").is_some_and(|properties| properties.get("KeyPolicy").is_some());
    let exploration = explore(&model.evaluator, |run| {
        let policy = policy::statements(run, key, DocumentKind::Resource);
        let is_open = !has_policy
            || policy.found.iter().any(|statement| policy::allows_account(run, statement.value, &USE).is_true());
        is_open && policy.found.iter().all(|statement| policy::may_deny_over_tls(run, statement.value, &USE).is_false())
    });
    exploration.complete && exploration.leaves.iter().all(|(_, can_be_used)| *can_be_used)
}

/// Whether a resource, or what fixes add for it, may be encrypted with a key.
pub(super) fn may_need_key(block: &Block<'_>) -> bool {
    is_stateful(block.kind)
        || matches!(block.kind, "AWS::EC2::Instance" | "AWS::Lambda::Function")
        || may_use_keys_of(block.kind)
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
