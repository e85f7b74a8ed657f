//! What a run did not judge, in numbers and in words: a report without findings is about the rest.

use super::Summary;
use super::configured::turned_off;
use super::text::{count, grouped};
use crate::code::Code;

/// What no rule judged in the templates of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct NotLookedAt {
    /// Resources of known types that no rule of the run is about. Rules for resources of every type (secrets, identifiers, tags,
    /// names, deletion policies) look at them all the same.
    pub resources: usize,
    /// Their types, the most frequent first.
    pub types: Vec<UnruledType>,
    /// Resources whose `Type` is missing or not a text.
    pub unreadable_types: usize,
    /// Resources of types that are not known.
    pub unknown_types: usize,
    /// Resources of AWS SAM in templates that do not name its transform.
    pub not_transformed: usize,
    /// Resources of AWS SAM that are not expanded.
    pub sam_resources: usize,
    /// Events of AWS SAM that are not known or not expanded.
    pub sam_events: usize,
    /// Connectors of AWS SAM that are not expanded.
    pub sam_connectors: usize,
    /// Templates in properties that could not be linted.
    pub inner_templates: usize,
    /// Nested stacks, stack sets and products whose template is not in the run.
    pub templates_not_found: usize,
}

/// A type of resource that no rule of the run is about.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UnruledType {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its resources.
    pub resources: usize,
    /// The narrowest of the wider profiles that has a rule about it.
    pub profile: Option<&'static str>,
}

/// The codes of the notes that are about it.
pub(crate) const NOTES: [Code; 8] = [
    Code::InnerTemplate,
    Code::NestedStack,
    Code::NotExpanded,
    Code::OddSection,
    Code::TemplateElsewhere,
    Code::TransformMissing,
    Code::UnknownEvent,
    Code::UnknownType,
];

impl NotLookedAt {
    /// The parts of SAM that are not expanded.
    fn of_sam(&self) -> [(usize, &'static str); 3] {
        [(self.sam_resources, "resource"), (self.sam_events, "event"), (self.sam_connectors, "connector")]
    }

    /// The other numbers that a note explains, with the words for one and for several.
    fn parts(&self) -> [(usize, &'static str, &'static str); 5] {
        [
            (
                self.unreadable_types,
                "resource whose type or properties cannot be read",
                "resources whose type or properties cannot be read",
            ),
            (self.unknown_types, "resource of an unknown type", "resources of unknown types"),
            (self.not_transformed, "SAM resource without SAM's transform", "SAM resources without SAM's transform"),
            (
                self.inner_templates,
                "template inside a property that could not be linted",
                "templates inside properties that could not be linted",
            ),
            (
                self.templates_not_found,
                "nested stack whose template is not in the run",
                "nested stacks whose templates are not in the run",
            ),
        ]
    }
}

/// What was not judged, as clauses without a full stop; none where all was. Names so many types, and so many rules that are turned off.
pub(crate) fn clauses(summary: &Summary, most_types: usize) -> Vec<String> {
    let gaps = &summary.not_looked_at;
    let mut clauses = Vec::new();
    // Rules that were named one by one leave out most types on purpose.
    if gaps.resources > 0 && !summary.selection.starts_with("rules:") {
        let wider = wider(gaps).map(|wider| format!(" ({wider})")).unwrap_or_default();
        clauses.push(format!("{}{wider}", unruled(summary, most_types)));
    }
    let parts: Vec<String> = gaps
        .parts()
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, several)| format!("{} {}", grouped(number), if number == 1 { one } else { several }))
        .collect();
    let of_sam: Vec<String> = gaps
        .of_sam()
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, &format!("SAM {noun}")))
        .collect();
    if !of_sam.is_empty() {
        clauses.push(format!("{} not expanded", of_sam.join(", ")));
    }
    if !parts.is_empty() {
        clauses.push(parts.join(", "));
    }
    clauses.extend(turned_off(summary, most_types));
    clauses
}

/// The files and folders that were left out of folders, without a full stop; none where there are none.
pub(crate) fn left_out(summary: &Summary) -> Option<String> {
    let parts = [(summary.left_out_files, "file"), (summary.left_out_folders, "folder")];
    let listed: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(number, noun)).collect();
    (!listed.is_empty()).then(|| format!("{} excluded by .gitignore or `skip`", listed.join(", ")))
}

/// The resources that no rule is about.
fn unruled(summary: &Summary, most_types: usize) -> String {
    let gaps = &summary.not_looked_at;
    let resources = count(gaps.resources, "resource");
    let is_limited = summary.min_severity.is_some()
        || !summary.ignored.is_empty()
        || summary.governed.iter().any(|governed| !governed.off.is_empty());
    let without = match summary.selection.as_str() {
        _ if is_limited => "without a selected rule".to_owned(),
        profiles if profiles.contains(", ") => "without a rule in their profile".to_owned(),
        profile => format!("without a rule in {profile}"),
    };
    let mut types: Vec<String> = gaps
        .types
        .iter()
        .take(most_types)
        .map(|UnruledType { kind, resources, .. }| match resources {
            1 => kind.clone(),
            _ if gaps.types.len() == 1 => kind.clone(),
            more => format!("{kind}\u{a0}({})", grouped(*more)),
        })
        .collect();
    let more = gaps.types.len().saturating_sub(most_types);
    if more > 0 {
        types.push(count(more, "more type"));
    }
    format!("{resources} {without}: {}", types.join(", "))
}

/// How many of them a wider profile has rules about.
fn wider(gaps: &NotLookedAt) -> Option<String> {
    let mut profiles: Vec<(&str, usize)> = Vec::new();
    for UnruledType { resources, profile, .. } in &gaps.types {
        let Some(profile) = profile else { continue };
        match profiles.iter_mut().find(|(known, _)| known == profile) {
            Some((_, sum)) => *sum += resources,
            None => profiles.push((profile, *resources)),
        }
    }
    profiles.sort_by_key(|(_, resources)| std::cmp::Reverse(*resources));
    let (first, rest) = profiles.split_first()?;
    let them = match first.1 {
        all if all == gaps.resources && all == 1 => "it".to_owned(),
        all if all == gaps.resources => "all of them".to_owned(),
        some => format!("{} of them", grouped(some)),
    };
    let rules = if first.1 == 1 { "a rule" } else { "rules" };
    let rest: String = rest
        .iter()
        .map(|(profile, resources)| format!(", profile {profile} about {} more", grouped(*resources)))
        .collect();
    Some(format!("profile {} has {rules} about {them}{rest}", first.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(types: &[(&str, usize, Option<&'static str>)]) -> Summary {
        let types: Vec<UnruledType> = types
            .iter()
            .map(|(kind, resources, profile)| UnruledType {
                kind: (*kind).to_owned(),
                resources: *resources,
                profile: *profile,
            })
            .collect();
        let resources = types.iter().map(|known| known.resources).sum();
        let not_looked_at = NotLookedAt { resources, types, ..NotLookedAt::default() };
        Summary { selection: "core".to_owned(), not_looked_at, ..Summary::default() }
    }

    #[test]
    fn numbers_agree_with_their_words() {
        assert!(clauses(&summary(&[]), 3).is_empty());
        assert_eq!(
            clauses(&summary(&[("A::B::C", 1, Some("strict"))]), 3),
            ["1 resource without a rule in core: A::B::C (profile strict has a rule about it)"]
        );
        let several =
            summary(&[("A", 3, Some("conformance")), ("B", 2, Some("strict")), ("C", 2, None), ("D", 1, None)]);
        assert_eq!(
            clauses(&several, 3),
            [
                "8 resources without a rule in core: A\u{a0}(3), B\u{a0}(2), C\u{a0}(2), 1 more type (profile conformance has rules \
                 about 3 of them, profile strict about 2 more)"
            ]
        );
        let mut parts = summary(&[]);
        parts.not_looked_at.sam_events = 1;
        parts.not_looked_at.templates_not_found = 2;
        assert_eq!(
            clauses(&parts, 3),
            ["1 SAM event not expanded", "2 nested stacks whose templates are not in the run"]
        );
        parts.selection = "rules: a".to_owned();
        parts.not_looked_at.resources = 2;
        assert_eq!(clauses(&parts, 3).len(), 2);
    }
}
