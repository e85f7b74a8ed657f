//! What AWS takes at most: resources and parameters of a template, and characters of a policy. No fix goes beyond.

use super::making::Making;
use super::place::copied;
use crate::change::{Action, Change, Step, Value};
use crate::rules::fix::Recipe;
use std::collections::BTreeMap;

/// The resources and the parameters that a template may have.
///
/// Source: AWS CloudFormation User Guide, "Understand CloudFormation quotas" (cloudformation-limits.html), as cfn-lint holds them
/// (`LIMITS` in `cfnlint/helpers.py`), 2026-11.
pub(crate) const MAX_RESOURCES: usize = 500;
/// See [`MAX_RESOURCES`].
pub(crate) const MAX_PARAMETERS: usize = 200;
/// By type: the property with the policy, and the characters that it may have, white space aside.
///
/// Sources, 2026-11: IAM User Guide, "IAM and AWS STS quotas" (reference_iam-quotas.html); AWS KMS Developer Guide, "Resource quotas"
/// (resource-limits.html); Amazon S3 User Guide, "Policies and permissions in Amazon S3" (access-policy-language-overview.html).
const POLICIES: [(&str, &str, usize); 3] = [
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", 6144),
    ("AWS::KMS::Key", "KeyPolicy", 32 << 10),
    ("AWS::S3::BucketPolicy", "PolicyDocument", 20 << 10),
];

/// By type: the path of a property with a name, and the characters that it may have.
///
/// Source, 2026-11: AWS Backup Developer Guide, "BackupSelection" (docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html).
const NAMES: [(&str, [&str; 2], usize); 1] =
    [("AWS::Backup::BackupSelection", ["BackupSelection", "SelectionName"], 50)];
/// The end of a name that is kept if it is cut: the AWS CDK ends logical IDs with a hash of this length.
const END: usize = 8;

/// Cuts the middle out of names of a new resource that are longer than AWS takes.
pub(super) fn cut_names(kind: &str, properties: &mut [(String, Value)]) {
    for (_, [outer, inner], most) in NAMES.iter().filter(|(of, ..)| *of == kind) {
        let Some((_, Value::Map(fields))) = properties.iter_mut().find(|(key, _)| key == outer) else { continue };
        let Some((_, Value::String(name))) = fields.iter_mut().find(|(key, _)| key == inner) else { continue };
        let letters: Vec<char> = name.chars().collect();
        if letters.len() > *most {
            let start = letters.iter().take(most - END);
            *name = start.chain(letters.iter().skip(letters.len() - END)).collect();
        }
    }
}

/// The name of what a change adds to a section of the template.
pub(crate) fn added<'c>(change: &'c Change, section: &str) -> Option<&'c str> {
    match (change.path.as_slice(), &change.action) {
        ([Step::Key(own), Step::Key(name)], Action::Set(Value::Map(_))) if own == section => Some(name),
        _ => None,
    }
}

impl Making<'_, '_, '_, '_> {
    /// Why the changes are more than AWS takes; none if they are not.
    pub(super) fn over_limit(&self, recipe: &Recipe) -> Option<String> {
        let model = self.shop.model;
        let more = |section: &str| self.changes.iter().filter(|change| added(change, section).is_some()).count();
        let resources = more("Resources");
        if resources > 0 && model.resources().len() + resources > MAX_RESOURCES {
            return Some(format!(
                "CloudFormation takes at most {MAX_RESOURCES} resources in a template: move some to another stack first."
            ));
        }
        let parameters = more("Parameters");
        if parameters > 0 && model.parameters.len() + parameters > MAX_PARAMETERS {
            return Some(format!(
                "CloudFormation takes at most {MAX_PARAMETERS} parameters in a template: remove some first."
            ));
        }
        self.policies(recipe).into_iter().find_map(|((kind, name), size)| {
            let (.., most) = POLICIES.iter().find(|(of, ..)| *of == kind)?;
            (size > *most).then(|| {
                format!(
                    "The policy `{name}` would have more than {most} characters, which AWS does not accept: split it or remove \
                     statements first."
                )
            })
        })
    }

    /// The sizes of the policies that are added or get longer, by their types and names.
    fn policies(&self, recipe: &Recipe) -> BTreeMap<(&'static str, String), usize> {
        let mut sizes: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
        let property_of = |kind: &str| POLICIES.iter().find(|(of, ..)| *of == kind);
        if let Some(becomes) = &recipe.becomes
            && let Some((kind, property, _)) = property_of(&becomes.kind)
            && let Some(document) = self.target.node.get("Properties").and_then(|own| own.get(property))
        {
            sizes.insert((kind, self.target.written_name().to_owned()), size(&copied(document)));
        }
        for change in &self.changes {
            match (change.path.as_slice(), &change.action) {
                ([_, Step::Key(name)], Action::Set(Value::Map(fields))) => {
                    let field = |fields: &[(String, Value)], name: &str| {
                        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
                    };
                    let Some(Value::String(kind)) = field(fields, "Type") else { continue };
                    let Some((kind, property, _)) = property_of(&kind) else { continue };
                    let Some(Value::Map(properties)) = field(fields, "Properties") else { continue };
                    let own = field(&properties, property).map_or(0, |document| size(&document));
                    *sizes.entry((kind, name.clone())).or_default() += own;
                }
                ([_, Step::Key(name), _, Step::Key(property), ..], Action::Append(item)) => {
                    let model = self.shop.model;
                    let block = model.resource(name);
                    let kind = match block {
                        Some(block) => block.kind,
                        None => {
                            self.deeds.added.iter().find(|(own, _)| own == name).map_or("", |(_, kind)| kind.as_str())
                        }
                    };
                    let Some((kind, of, _)) = property_of(kind).filter(|(_, of, _)| of == property) else { continue };
                    let written = || Some(size(&copied(block?.node.get("Properties")?.get(of)?)));
                    let known = sizes.entry((kind, name.clone())).or_insert_with(|| written().unwrap_or(0));
                    *known += size(item) + 1;
                }
                _ => {}
            }
        }
        sizes
    }
}

/// The characters that a value has at least as JSON, white space aside.
fn size(value: &Value) -> usize {
    let text = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
    match value.plain() {
        Value::String(own) => text(own) + 2,
        Value::Number(own) => text(own),
        Value::Bool(_) | Value::Null => 4,
        Value::List(items) => 1 + items.len().max(1) + items.iter().map(size).sum::<usize>(),
        Value::Map(fields) => match fields.as_slice() {
            [(function, argument)] if function == "Ref" || function.starts_with("Fn::") => {
                match (function.as_str(), argument.plain()) {
                    ("Fn::Sub", Value::String(own)) => {
                        let known = own.split("${").enumerate().map(|(index, part)| match part.split_once('}') {
                            Some((_, after)) if index > 0 => text(after),
                            _ => text(part),
                        });
                        known.sum::<usize>() + 2
                    }
                    ("Fn::If", Value::List(branches)) => branches.iter().skip(1).map(size).min().unwrap_or(0),
                    _ => 0,
                }
            }
            _ => 1 + fields.len().max(1) + fields.iter().map(|(key, own)| text(key) + 3 + size(own)).sum::<usize>(),
        },
        Value::Moved(_) => 0,
    }
}
