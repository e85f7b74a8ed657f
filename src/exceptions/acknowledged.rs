//! Exceptions that an app of the AWS CDK makes in its program, `Validations.of(construct).acknowledge({ id, reason })`, as its cloud
//! assembly keeps them: rules by the path of a construct, valid for that construct and everything in it.
//!
//! Names of rules are `PLUGIN::RULE`. cdk-nag's are those of its packs (`HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled`,
//! also with a single finding in brackets); a name without a plugin is kept as `Annotation::RULE`, and cdk-nag takes it, too.
//! `hipaalint::RULE` is a rule of ours. Source: aws-cdk-lib 2.276.0 and cdk-nag 3.0.2, run in November 2026.

use super::OWN_PLUGIN;
use super::cover::Cover;
use super::draft::{Draft, Site, join, one_line};
use super::foreign::value_of;
use super::names;
use crate::constructs::{Constructs, is_within};
use crate::finding::Dialect;
use crate::syntax::Node;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of the names of rules.
pub(super) struct Names<'a> {
    /// Whether a rule of ours has a name, as the CDK keeps it.
    pub(super) has: &'a dyn Fn(&str) -> bool,
    /// The id of ours that is nearest to one that no rule has.
    pub(super) nearest: &'a dyn Fn(&str) -> Option<String>,
}

/// The exceptions of a template's constructs from rules that have one of ours for it, and from rules that are said to be ours.
pub(super) fn read(tree: &Node<'_>, constructs: &Constructs, rules: &Names<'_>) -> Vec<Draft> {
    let Some(resources) = tree.get("Resources").and_then(Node::as_mapping) else { return Vec::new() };
    if constructs.stack.acknowledged.is_empty() {
        return Vec::new();
    }
    // In the order of their paths, so that those in one construct stand together.
    let paths: BTreeMap<&str, Vec<(usize, &str)>> = {
        let mut paths: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (index, entry) in resources.iter().enumerate() {
            if let Some(construct) = constructs.of(&entry.key) {
                paths.entry(&construct.path).or_default().push((index, &*entry.key));
            }
        }
        paths
    };
    let mut drafts = Vec::new();
    for acknowledged in &constructs.stack.acknowledged {
        let id = acknowledged.rule.trim();
        let own = id.strip_prefix(OWN_PLUGIN).and_then(|id| id.strip_prefix("::"));
        let is_known = (rules.has)(id);
        if !is_known && own.is_none() {
            continue;
        }
        let below = paths.range(&*acknowledged.path..).take_while(|(path, _)| path.starts_with(&acknowledged.path));
        let mut covered: Vec<(usize, &str)> = below
            .filter(|(path, _)| is_within(path, &acknowledged.path))
            .flat_map(|(_, resources)| resources.iter().copied())
            .collect();
        covered.sort_unstable();
        let Some(first) = covered.first().and_then(|(index, _)| resources.get(*index)) else { continue };
        let finding = names::finding_of(id);
        let only = match finding.map(value_of) {
            None => Vec::new(),
            Some(Some(value)) => vec![value],
            // It names nothing.
            Some(None) => continue,
        };
        let covers = covered
            .into_iter()
            .map(|(_, name)| Cover { only: only.clone(), ..Cover::of(join("Resources", name)) })
            .collect();
        let place = Site::at(join("Resources", &first.key), tree);
        let problem = own.filter(|_| !is_known).map(|own| {
            let meant = (rules.nearest)(own).map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
            (first.key_span, format!("hipaalint has no rule `{own}`{meant}"))
        });
        drafts.push(Draft {
            problems: problem.into_iter().collect(),
            id: id.to_owned(),
            reason: one_line(&acknowledged.reason),
            origin: acknowledged.origin.as_ref().map(Arc::clone),
            is_granular: finding.is_some(),
            covers,
            ..Draft::new(Dialect::Cdk, first.key_span, place)
        });
    }
    drafts
}
