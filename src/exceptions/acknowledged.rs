//! Exceptions that an app of the AWS CDK makes in its program, `Validations.of(construct).acknowledge({ id, reason })`, as its cloud
//! assembly keeps them: rules by the path of a construct, valid for that construct and everything in it.
//!
//! Names of rules are `PLUGIN::RULE`. cdk-nag's are those of its packs (`HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled`,
//! also with a single finding in brackets); a name without a plugin is kept as `Annotation::RULE`, and cdk-nag takes it, too.
//! `hipaalint::RULE` is a rule of ours. Source: aws-cdk-lib 2.276.0 and cdk-nag 3.0.2, run in November 2026.

use super::aliases::OWN_PLUGIN;
use super::cover::Cover;
use super::draft::{Draft, Sites, join, one_line};
use super::foreign::value_of;
use super::names;
use crate::constructs::{Constructs, is_within};
use crate::finding::Dialect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The sections whose blocks are constructs.
const SECTIONS: [&str; 3] = ["Resources", "Parameters", "Outputs"];

/// What is known of the names of rules.
pub(super) struct Names<'a> {
    /// Whether a rule of ours has a name, as the CDK keeps it.
    pub(super) has: &'a dyn Fn(&str) -> bool,
    /// The id of ours that is nearest to one that no rule has.
    pub(super) nearest: &'a dyn Fn(&str) -> Option<String>,
}

/// The exceptions of a template's constructs from rules that have one of ours for it, and from rules that are said to be ours.
pub(super) fn read(sites: &Sites<'_, '_>, constructs: &Constructs, rules: &Names<'_>) -> Vec<Draft> {
    if constructs.stack.acknowledged.is_empty() {
        return Vec::new();
    }
    let sections = SECTIONS.iter().filter_map(|section| Some((*section, sites.tree.get(section)?.as_mapping()?)));
    let blocks: Vec<_> =
        sections.flat_map(|(section, blocks)| blocks.iter().map(move |block| (section, block))).collect();
    // In the order of their paths, so that those in one construct stand together.
    let mut paths: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (_, block)) in blocks.iter().enumerate() {
        if let Some(construct) = constructs.of(&block.key) {
            paths.entry(&construct.path).or_default().push(index);
        }
    }
    let mut drafts = Vec::new();
    for acknowledged in &constructs.stack.acknowledged {
        let id = acknowledged.rule.trim();
        let own = id.strip_prefix(OWN_PLUGIN).and_then(|id| id.strip_prefix("::"));
        let is_known = (rules.has)(id);
        if !is_known && own.is_none() {
            continue;
        }
        let below = paths.range(&*acknowledged.path..).take_while(|(path, _)| path.starts_with(&acknowledged.path));
        let mut covered: Vec<usize> = below
            .filter(|(path, _)| is_within(path, &acknowledged.path))
            .flat_map(|(_, blocks)| blocks.iter().copied())
            .collect();
        covered.sort_unstable();
        let mut covered = covered.into_iter().filter_map(|index| blocks.get(index)).peekable();
        let Some((section, first)) = covered.peek().copied() else { continue };
        let finding = names::finding_of(id);
        let only = match finding.map(value_of) {
            None => Vec::new(),
            Some(Some(value)) => vec![value],
            // It names nothing.
            Some(None) => continue,
        };
        let cover = |path: String| Cover { only: only.clone(), ..Cover::of(path) };
        let covers = if constructs.stack_path().is_some_and(|stack| is_within(stack, &acknowledged.path)) {
            // The whole stack, with what is in none of its blocks.
            vec![cover(String::new())]
        } else {
            covered.map(|(section, block)| cover(join(section, &block.key))).collect()
        };
        let place = sites.at(join(section, &first.key));
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
