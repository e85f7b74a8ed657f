//! `explain`, `rules` and `controls`: the built-in catalogue, which no project changes.

use super::answers::{Citation, Cited, Explained, Listed, Row, Rule, RuleText, untrusted};
use super::requests;
use crate::catalogue::{cites, is_about, is_within};
use crate::report::rule_address;
use crate::rules::load::{RuleEntry, RuleSet};

/// A rule in full, by its id or by its name in another tool.
///
/// # Errors
/// That there is none, with the id that was probably meant.
pub(super) fn explain(request: &requests::Explain) -> Result<Explained, String> {
    let set = RuleSet::embedded();
    let id = request.rule.trim();
    let named: Vec<&RuleEntry> = match set.get(&id.to_lowercase()) {
        Some(entry) => vec![entry],
        None => set.with_alias(id),
    };
    let entry = match named.as_slice() {
        [entry] => *entry,
        [] => return Err(format!("There is no such rule. {}", set.instead_of(id))),
        several => {
            let ids: Vec<&str> = several.iter().map(|entry| entry.id()).collect();
            return Err(format!("That check is several rules here: {}.", ids.join(", ")));
        }
    };
    let prose = entry.prose();
    Ok(Explained {
        rule: rule(entry),
        severity: entry.severity().name(),
        level: entry.level().name(),
        profiles: entry.meta.profiles.clone(),
        targets: entry.targets.iter().map(|target| target.name().to_owned()).collect(),
        harm: prose.harm,
        references: prose.references,
        is_fixable: entry.fixes().is_some_and(|fixes| !fixes.is_empty()),
    })
}

/// What a rule is about. The texts of a rule of the project are its own.
pub(super) fn rule(entry: &RuleEntry) -> Rule {
    let prose = entry.prose();
    let text = RuleText { title: entry.meta.title.clone(), why: prose.why, remediation: prose.remediation };
    let (text, own) = if entry.file.is_none() {
        (Some(text), None)
    } else {
        let RuleText { title, why, remediation } = text;
        let bounded = RuleText { title: untrusted(&title), why: untrusted(&why), remediation: untrusted(&remediation) };
        (None, Some(bounded))
    };
    Rule {
        id: entry.id().to_owned(),
        citations: entry.meta.controls.clone(),
        url: entry.file.is_none().then(|| rule_address(entry.id())),
        text,
        untrusted: own,
    }
}

/// The rules that a request selects.
pub(super) fn rules(request: &requests::Rules) -> Listed {
    let set = RuleSet::embedded();
    let words = request.words.as_deref().unwrap_or_default().to_lowercase();
    let wanted = |entry: &&RuleEntry| {
        request.service.as_ref().is_none_or(|service| is_about(entry, service))
            && request.citation.as_ref().is_none_or(|citation| cites(entry, citation))
            && request.profile.is_none_or(|profile| entry.is_in(profile.name()))
            && (entry.id().contains(&words) || entry.meta.title.to_lowercase().contains(&words))
    };
    let row = |entry: &RuleEntry| Row {
        id: entry.id().to_owned(),
        title: entry.meta.title.clone(),
        severity: entry.severity().name(),
        profiles: entry.meta.profiles.clone(),
        citations: entry.meta.controls.clone(),
    };
    Listed { rules: set.entries().iter().filter(wanted).map(row).collect() }
}

/// The citations that a request selects.
pub(super) fn controls(request: &requests::Controls) -> Cited {
    let set = RuleSet::embedded();
    let above = request.citation.as_deref().unwrap_or_default();
    let citation = |citation: crate::catalogue::Citation<'_>| Citation {
        id: citation.control.id.clone(),
        title: citation.control.title.clone(),
        requirement: citation.control.requirement.name().to_owned(),
        beyond: citation.control.beyond.clone(),
        rules: citation.rules.into_iter().map(str::to_owned).collect(),
    };
    let all = crate::catalogue::citations(&set);
    let wanted = all.into_iter().filter(|citation| above.is_empty() || is_within(&citation.control.id, above));
    Cited { citations: wanted.map(citation).collect() }
}
