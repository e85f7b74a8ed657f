//! Exceptions in the languages of other tools, as they are in `Metadata`. What each takes was read from its source.
//!
//! | tool | where | what |
//! | --- | --- | --- |
//! | AWS CloudFormation Guard, rules registry | `Metadata.guard.SuppressedRules` of a resource | names of rules, or maps of names to reasons |
//! | cfn_nag | `Metadata.cfn_nag.rules_to_suppress` of a resource | `{id, reason}` |
//! | checkov | `Metadata.checkov.skip`, formerly `Metadata.bridgecrew.skip`, of a resource | `{id, comment}` |
//! | cdk-nag | `Metadata.cdk_nag.rules_to_suppress` of a resource or the stack | `{id, reason, applies_to, is_reason_encoded}` |
//!
//! What cannot be read is passed over, as the tools do: it is theirs to complain. But for a misspelled key, of which they say
//! nothing either, and which leaves every finding open.

use super::cover::Cover;
use super::draft::{Draft, Sites, join, one_line, text_of};
use super::metadata::{block_path, blocks_with_metadata};
use super::names;
use crate::finding::Dialect;
use crate::rules::load::nearest;
use crate::source::Span;
use crate::syntax::base64;
use crate::syntax::{Kind, Node};
use smallvec::SmallVec;

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
pub(super) fn read(sites: &Sites<'_, '_>, has_rule: &dyn Fn(Dialect, &str) -> bool) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (resource, metadata) in blocks_with_metadata(sites.tree).filter(|(_, metadata)| may_have_section(metadata)) {
        for language in LANGUAGES.iter().filter(|language| language.is_for_templates || resource.is_some()) {
            drafts.extend(language.misspelled(metadata, resource, sites));
            let Some(list) = metadata.get(language.section).and_then(|section| section.get(language.list)) else {
                continue;
            };
            let block = block_path(resource);
            let mut place = None;
            let items = list.as_sequence().unwrap_or(std::slice::from_ref(list));
            for (index, item) in items.iter().enumerate() {
                for named in language.names(item) {
                    if !has_rule(language.dialect, &named.id) {
                        continue;
                    }
                    let place = place.get_or_insert_with(|| {
                        sites.at(join(&join(&join(&block, "Metadata"), language.section), language.list))
                    });
                    let place = place.step(&index.to_string());
                    let Named { id, id_span, span, reason } = named;
                    let reason = reason.and_then(text_of);
                    let draft = Draft { id, id_span, reason, ..Draft::new(language.dialect, span, place) };
                    drafts.extend(language.item(item, draft, &block));
                }
            }
        }
    }
    drafts
}

/// Whether some key begins as a section of a language does, in any style: nearly all metadata is of CloudFormation and the CDK.
fn may_have_section(metadata: &Node<'_>) -> bool {
    let entries = metadata.as_mapping().unwrap_or_default();
    entries.iter().any(|entry| {
        let first = letters(&entry.key).next();
        first.is_some() && LANGUAGES.iter().any(|language| letters(language.section).next() == first)
    })
}

/// The other tool's name of a rule, as an item of its list has it.
struct Named<'n, 't> {
    id: String,
    id_span: Span,
    /// The whole exception.
    span: Span,
    reason: Option<&'n Node<'t>>,
}

impl Language {
    /// The names of the other tool's rules in an item: one, but for Guard's maps of names to reasons.
    fn names<'n, 't>(&self, item: &'n Node<'t>) -> SmallVec<[Named<'n, 't>; 1]> {
        let plain = |id: &Node<'_>, reason: Option<&'n Node<'t>>| {
            text_of(id).map(|text| Named { id: text, id_span: id.span, span: item.span, reason })
        };
        match (self.dialect, item.as_mapping()) {
            (Dialect::CfnGuard, Some(entries)) => entries
                .iter()
                .map(|entry| Named {
                    id: entry.key.to_string(),
                    id_span: entry.key_span,
                    span: entry.key_span,
                    reason: Some(&entry.value),
                })
                .collect(),
            (Dialect::CfnGuard, None) => plain(item, None).into_iter().collect(),
            _ => item.get("id").and_then(|id| plain(id, item.get(self.reason))).into_iter().collect(),
        }
    }

    /// The other texts.
    fn item(&self, item: &Node<'_>, mut draft: Draft, block: &str) -> Option<Draft> {
        let mut cover = Cover::of(block);
        if self.dialect == Dialect::CdkNag {
            let is_encoded = item.get("is_reason_encoded").is_some_and(|flag| matches!(flag.kind, Kind::Bool(true)));
            if is_encoded {
                // A reason that cannot be decoded is shown as it stands, rather than lost.
                let decoded = draft.reason.as_deref().and_then(base64::decode);
                draft.reason = decoded.as_deref().and_then(one_line).or(draft.reason);
            }
            if let Some(finding) = names::finding_of(&draft.id) {
                draft.is_granular = true;
                cover.only = vec![value_of(finding)?];
            }
            if let Some(findings) = item.get("applies_to").or_else(|| item.get("appliesTo")) {
                draft.is_granular = true;
                cover.only = values_of(findings)?;
            }
        }
        draft.covers.push(cover);
        Some(draft)
    }

    /// What is said of a key of the language that is misspelled: its section's, or its list's.
    fn misspelled(&self, metadata: &Node<'_>, resource: Option<&str>, sites: &Sites<'_, '_>) -> Option<Draft> {
        let entries = metadata.as_mapping()?;
        let known = |key: &str| LANGUAGES.iter().any(|language| language.section == key);
        let section = entries.iter().find(|entry| {
            entry.key == self.section || (letters(&entry.key).eq(letters(self.section)) && !known(&entry.key))
        })?;
        let lists = section.value.as_mapping()?;
        let (key, wanted) = if section.key == self.section {
            if lists.iter().any(|entry| entry.key == self.list) {
                return None;
            }
            let list = lists.iter().find(|entry| nearest(&entry.key, std::iter::once(self.list)).is_some())?;
            (list, self.list)
        } else {
            lists.iter().find(|entry| nearest(&entry.key, std::iter::once(self.list)).is_some())?;
            (section, self.section)
        };
        let place = sites.at(join(&join(&block_path(resource), "Metadata"), &section.key));
        let mut draft = Draft::new(self.dialect, key.key_span, place);
        let tool = self.dialect.tool();
        draft.problems.push((key.key_span, format!("{tool} does not read `{}`; did you mean `{wanted}`?", key.key)));
        Some(draft)
    }
}

/// The letters of a key, whatever its style.
fn letters(key: &str) -> impl Iterator<Item = u8> {
    key.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b' ')).map(|byte| byte.to_ascii_lowercase())
}

/// The values that single findings of cdk-nag are about: `s3:*` of `Action::s3:*`. None where there are only regular
/// expressions, which speak of texts that we do not have.
fn values_of(findings: &Node<'_>) -> Option<Vec<String>> {
    let items = findings.as_sequence().unwrap_or(std::slice::from_ref(findings));
    let values: Vec<String> = items.iter().filter_map(|item| value_of(item.as_str()?)).collect();
    (!values.is_empty()).then_some(values)
}

/// The value that one finding is about.
pub(super) fn value_of(finding: &str) -> Option<String> {
    let value = finding.split_once("::").map_or(finding, |(_, value)| value).trim();
    (!value.is_empty()).then(|| value.to_owned())
}
