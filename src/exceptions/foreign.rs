//! Exceptions in the languages of other tools, as they are in `Metadata`. What each takes was read from its source.
//!
//! | tool | where | what |
//! | --- | --- | --- |
//! | AWS CloudFormation Guard, rules registry | `Metadata.guard.SuppressedRules` of a resource | names of rules |
//! | cfn_nag | `Metadata.cfn_nag.rules_to_suppress` of a resource | `{id, reason}` |
//! | checkov | `Metadata.checkov.skip`, formerly `Metadata.bridgecrew.skip`, of a resource | `{id, comment}` |
//! | cdk-nag | `Metadata.cdk_nag.rules_to_suppress` of a resource or the stack | `{id, reason, applies_to, is_reason_encoded}` |
//!
//! What cannot be read is passed over, as the tools do: it is theirs to complain.

use super::base64;
use super::cover::Cover;
use super::draft::{Draft, Site, join, one_line, text_of};
use super::metadata::{block_path, blocks_with_metadata};
use crate::finding::Dialect;
use crate::source::Span;
use crate::syntax::{Kind, Node};

/// A language: the steps to its list, and its keys.
struct Language {
    dialect: Dialect,
    section: &'static str,
    list: &'static str,
    reason: &'static str,
    /// Whether the template's own `Metadata` may hold it, for every resource.
    is_for_templates: bool,
}

const LANGUAGES: [Language; 5] = [
    Language {
        dialect: Dialect::CfnGuard,
        section: "guard",
        list: "SuppressedRules",
        reason: "",
        is_for_templates: false,
    },
    Language {
        dialect: Dialect::CfnNag,
        section: "cfn_nag",
        list: "rules_to_suppress",
        reason: "reason",
        is_for_templates: false,
    },
    Language {
        dialect: Dialect::Checkov,
        section: "checkov",
        list: "skip",
        reason: "comment",
        is_for_templates: false,
    },
    Language {
        dialect: Dialect::Checkov,
        section: "bridgecrew",
        list: "skip",
        reason: "comment",
        is_for_templates: false,
    },
    Language {
        dialect: Dialect::CdkNag,
        section: "cdk_nag",
        list: "rules_to_suppress",
        reason: "reason",
        is_for_templates: true,
    },
];

/// The exceptions of a tree from rules that have one of ours for it: most names are of none, so they are asked about first.
pub(super) fn read(tree: &Node<'_>, has_rule: &dyn Fn(Dialect, &str) -> bool) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (resource, metadata) in blocks_with_metadata(tree) {
        for language in LANGUAGES.iter().filter(|language| language.is_for_templates || resource.is_some()) {
            let Some(list) = metadata.get(language.section).and_then(|section| section.get(language.list)) else {
                continue;
            };
            let block = block_path(resource);
            let mut place = None;
            let items = list.as_sequence().unwrap_or(std::slice::from_ref(list));
            for (index, item) in items.iter().enumerate() {
                let Some((id, id_span)) = language.id(item).filter(|(id, _)| has_rule(language.dialect, id)) else {
                    continue;
                };
                let place = place.get_or_insert_with(|| {
                    Site::at(join(&join(&join(&block, "Metadata"), language.section), language.list), tree)
                });
                let place = place.step(&index.to_string());
                let draft = Draft { id, id_span, ..Draft::new(language.dialect, item.span, place) };
                drafts.extend(language.item(item, draft, &block));
            }
        }
    }
    drafts
}

impl Language {
    /// The name of the other tool's rule, and where it stands.
    fn id(&self, item: &Node<'_>) -> Option<(String, Span)> {
        let id = if self.dialect == Dialect::CfnGuard { item } else { item.get("id")? };
        Some((text_of(id)?, id.span))
    }

    /// The other texts.
    fn item(&self, item: &Node<'_>, mut draft: Draft, block: &str) -> Option<Draft> {
        draft.reason = item.get(self.reason).and_then(text_of);
        let mut cover = Cover::of(block);
        if self.dialect == Dialect::CdkNag {
            let is_encoded = item.get("is_reason_encoded").is_some_and(|flag| matches!(flag.kind, Kind::Bool(true)));
            if is_encoded {
                // A reason that cannot be decoded is shown as it stands, rather than lost.
                let decoded = draft.reason.as_deref().and_then(base64::decode);
                draft.reason = decoded.as_deref().and_then(one_line).or(draft.reason);
            }
            if let Some(findings) = item.get("applies_to").or_else(|| item.get("appliesTo")) {
                draft.is_granular = true;
                cover.only = values_of(findings)?;
            }
        }
        draft.covers.push(cover);
        Some(draft)
    }
}

/// The values that single findings of cdk-nag are about: `s3:*` of `Action::s3:*`. None where there are only regular
/// expressions, which speak of texts that we do not have.
fn values_of(findings: &Node<'_>) -> Option<Vec<String>> {
    let items = findings.as_sequence().unwrap_or(std::slice::from_ref(findings));
    let value = |item: &Node<'_>| {
        let text = item.as_str()?;
        let value = text.split_once("::").map_or(text, |(_, value)| value).trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let values: Vec<String> = items.iter().filter_map(value).collect();
    (!values.is_empty()).then_some(values)
}
