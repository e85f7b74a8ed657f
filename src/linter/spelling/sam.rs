//! The transforms that a template names, SAM's resources without its transform, and SAM's events.

use super::properties::{among, own_entries};
use super::{NoticeKind, Resource, Spelling, did_you_mean};
use crate::code::Code;
use crate::facts::{is_of_sam, sam_event_properties, sam_events, sam_properties, sam_types};
use crate::source::Span;
use crate::syntax::Node;

/// SAM's transform.
const SAM: &str = "AWS::Serverless-2016-10-31";

/// What the names of SAM's resource types begin with.
const PREFIX: &str = "AWS::Serverless::";

/// The transforms of CloudFormation.
///
/// Source: "Transform reference", CloudFormation Template Reference (2026-11); the versions of `AWS::SecretsManager` are in
/// "AWS::SecretsManager transform".
const KNOWN: [&str; 7] = [
    "AWS::CodeDeployBlueGreen",
    "AWS::Include",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    SAM,
    "AWS::ServiceCatalog",
];

/// The transforms and macros that `Transform` names.
pub(super) struct Transforms<'n>(Vec<(&'n str, Span)>);

impl<'n> Transforms<'n> {
    pub(super) fn of(root: &'n Node<'_>) -> Self {
        let Some(written) = root.get("Transform") else { return Self(Vec::new()) };
        let items = written.as_sequence().unwrap_or(std::slice::from_ref(written));
        let named = items.iter().map(|item| if item.as_mapping().is_some() { item.get("Name") } else { Some(item) });
        Self(named.flatten().filter_map(|name| Some((name.as_str()?, name.span))).collect())
    }

    /// Whether one is a macro of the account, which may do anything.
    pub(super) fn have_macro(&self) -> bool {
        self.0.iter().any(|(name, _)| !name.starts_with("AWS::"))
    }

    pub(super) fn check(&self, spelling: &mut Spelling) {
        for (name, span) in self.0.iter().filter(|(name, _)| !KNOWN.contains(name)) {
            let meant = spelling.meant(name, KNOWN.into_iter());
            let help = match meant {
                Some(meant) => did_you_mean(meant),
                None if name.starts_with("AWS::") => format!("CloudFormation's transforms are {}.", KNOWN.join(", ")),
                // A macro of the account.
                None => continue,
            };
            let message = format!("CloudFormation has no transform `{name}`, so the template is checked without it");
            spelling.note(Code::UnknownTransform, *span, message, help);
        }
    }

    /// Notes SAM's resources in a template that does not name its transform.
    pub(super) fn check_missing(&self, resources: &[Resource<'_, '_>], spelling: &mut Spelling) {
        if self.0.iter().any(|(name, _)| *name == SAM) {
            return;
        }
        let of_sam =
            |resource: &&Resource<'_, '_>| resource.kind.is_some_and(|(kind, _)| sam_properties(kind).is_some());
        let left: Vec<&Resource<'_, '_>> = resources.iter().filter(of_sam).collect();
        for resource in &left {
            spelling.notice(NoticeKind::NotTransformed, resource.id, resource.entry.key_span);
        }
        let Some((first, (kind, span))) = left.first().and_then(|first| Some((first, first.kind?))) else { return };
        let others = match left.len() - 1 {
            0 => String::new(),
            1 => " and 1 other resource of AWS SAM".to_owned(),
            more => format!(" and {more} other resources of AWS SAM"),
        };
        let message = format!(
            "`{kind}` needs the transform of AWS SAM, which the template does not name, so no rule checks `{}`{others}",
            first.id
        );
        spelling.note(Code::TransformMissing, span, message, format!("Add `Transform: {SAM}` to the template."));
    }
}

/// Notes events that SAM does not have, and their misspelled properties.
pub(super) fn check_events(resource: &Resource<'_, '_>, spelling: &mut Spelling) {
    let Some((kind, _)) = resource.kind.filter(|(kind, _)| is_of_sam(kind)) else { return };
    let events = resource.properties.and_then(|properties| properties.get("Events"));
    if sam_events(kind).next().is_none() {
        return;
    }
    for entry in events.into_iter().flat_map(own_entries) {
        let Some(named) = entry.value.get("Type") else { continue };
        let Some(event) = named.as_str() else { continue };
        match sam_event_properties(kind, event) {
            Some(names) => {
                if let Some(properties) = entry.value.get("Properties") {
                    among(properties, event, names, spelling);
                }
            }
            None => {
                spelling.notice(NoticeKind::UnknownEvent, &entry.key, entry.key_span);
                let help = match spelling.meant(event, sam_events(kind)) {
                    Some(meant) => did_you_mean(meant),
                    None => "Check the spelling. Newer versions of hipaalint know newer events.".to_owned(),
                };
                let message = format!(
                    "this version of hipaalint does not know the event type `{event}` of `{kind}`, so no rule checks \
                     the event `{}`",
                    entry.key
                );
                spelling.note(Code::UnknownEvent, named.span, message, help);
            }
        }
    }
}

/// Notes misspelled properties in `Globals`.
pub(super) fn check_globals(root: &Node<'_>, spelling: &mut Spelling) {
    for section in root.get("Globals").into_iter().flat_map(own_entries) {
        let kind = format!("{PREFIX}{}", section.key);
        match sam_properties(&kind) {
            Some(names) => among(&section.value, &kind, names, spelling),
            None => {
                let names = sam_types().filter_map(|name| name.strip_prefix(PREFIX));
                if let Some(meant) = spelling.meant(&section.key, names) {
                    let message = format!("`Globals` has no section `{}`, so it has no effect", section.key);
                    spelling.note(Code::UnknownAttribute, section.key_span, message, did_you_mean(meant));
                }
            }
        }
    }
}
