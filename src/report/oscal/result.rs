//! The document around the lists: its head, what was assessed, the counts of citations, and the findings.

use super::model::{
    Component, Finding, RelatedObservation, RelatedRisk, Resource, ResourceLink, Status, Target, TargetStatus, markup,
    origins, property,
};
use super::observed::{counts, in_words};
use super::{List, Pending, RuleList};
use crate::finding::Counts;
use crate::oscal::model::{Link, Metadata, Part, Property, versions};
use crate::oscal::{
    ADDED_RULES, CATALOG_FILE, CATALOG_TITLE, COMPONENT_FILE, catalog_uuid, component_uuid, control_of_citation,
    control_of_rule, kind, objective, objective_of_rule, uuid,
};
use crate::report::array::{Array, write_pretty};
use crate::report::configured::missed;
use crate::report::headline::{self, selection};
use crate::report::ledger::Ledger;
use crate::report::not_looked_at::{clauses, left_out};
use crate::report::{Report, Revision, RuleReport, title};
use crate::rules::load::RuleSet;
use crate::rules::meta::RuleKind;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Types of resources that are named.
const MAX_TYPES: usize = 50;

/// Writes a member of a map, of which more follow.
fn member(out: &mut impl Write, depth: usize, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "{:1$}\"{name}\": ", "", 2 * depth)?;
    write_pretty(out, value, depth)?;
    writeln!(out, ",")
}

/// Writes the document.
pub(super) fn write(out: &mut impl Write, pending: &mut Pending, rest: &Report<'_>) -> io::Result<()> {
    let text = |value: &str| serde_json::Value::from(value);
    let reviewed = reviewed(pending, rest);
    let description = description(rest);
    let properties = properties(rest);
    let remarks = remarks(rest);
    // Everything that was found, and everything that it depends on.
    for piece in [&description, &remarks, &title(rest), &pending.collected] {
        pending.digest.update(piece.as_bytes());
    }
    pending.digest.update(&serde_json::to_vec(&(&reviewed, &properties, versions())).unwrap_or_default());
    let contents = pending.digest.clone().finish().to_string();
    let mut findings = Vec::new();
    let missed: BTreeSet<&str> = missed(rest.summary).map(|off| off.rule.as_str()).collect();
    for rule in rest.rules {
        findings.extend(finding(rule, &missed, &contents, pending)?);
    }
    let plan = uuid(&["plan", &contents]);
    let of_catalog = catalog_uuid();
    let catalog = uuid(&["catalog-file", &of_catalog]);
    write!(out, "{{\n  \"assessment-results\": {{\n")?;
    member(out, 2, "uuid", &text(&uuid(&["document", "assessment-results", &contents])))?;
    let remarks_on_time = "All times are the beginning of the day that the run was for. They do not come from a clock.";
    member(
        out,
        2,
        "metadata",
        &Metadata::new(&markup(&title(rest)), &pending.collected, Some(remarks_on_time.to_owned())),
    )?;
    member(out, 2, "import-ap", &serde_json::json!({ "href": format!("#{plan}") }))?;
    if let Some(local) = added_objectives(rest) {
        member(out, 2, "local-definitions", &local)?;
    }
    writeln!(out, "    \"results\": [\n      {{")?;
    member(out, 4, "uuid", &text(&uuid(&["result", &contents])))?;
    member(out, 4, "title", &text(&markup(&title(rest))))?;
    member(out, 4, "description", &text(&description))?;
    member(out, 4, "start", &text(&pending.collected))?;
    member(out, 4, "end", &text(&pending.collected))?;
    member(out, 4, "props", &properties)?;
    member(out, 4, "links", &[Link::new(format!("#{catalog}"), Some("reference"))])?;
    pending.add(List::Components, &own_component())?;
    write!(out, "        \"local-definitions\": {{\n          \"components\": [")?;
    list(out, pending, List::Components)?;
    writeln!(out, "\n        }},")?;
    member(out, 4, "reviewed-controls", &reviewed)?;
    for (name, kind) in [("observations", List::Observations), ("risks", List::Risks)] {
        if pending.has(kind) {
            write!(out, "        \"{name}\": [")?;
            list(out, pending, kind)?;
            writeln!(out, ",")?;
        }
    }
    if !findings.is_empty() {
        member(out, 4, "findings", &findings)?;
    }
    write!(out, "        \"remarks\": ")?;
    write_pretty(out, &text(&remarks), 4)?;
    write!(out, "\n      }}\n    ],\n    \"back-matter\": {{\n      \"resources\": [")?;
    pending.add(List::Resources, &plan_resource(plan, rest))?;
    pending.add(List::Resources, &catalog_resource(catalog, of_catalog))?;
    list(out, pending, List::Resources)?;
    writeln!(out, "\n    }}\n  }}\n}}")
}

/// Writes the elements of a list, and its end.
fn list(out: &mut impl Write, pending: &Pending, list: List) -> io::Result<()> {
    pending.waiting.copy(list as usize, out)?;
    pending.lists.get(list as usize).copied().unwrap_or_default().end(out)
}

impl Pending {
    fn has(&self, list: List) -> bool {
        self.lists.get(list as usize).is_some_and(Array::has_elements)
    }
}

/// What was run on what, and the headline.
fn description(rest: &Report<'_>) -> String {
    format!("{}. {}.", markup(&selection(rest.summary)), markup(&headline::line(rest.summary)))
}

/// The assumptions of the run.
fn properties(rest: &Report<'_>) -> Vec<Property> {
    let mut all = versions();
    all.extend(property("selection", &rest.summary.selection));
    all.extend(rest.summary.min_severity.map(|least| Property::own("min-severity", least)));
    all.extend(rest.summary.ignored.iter().filter_map(|rule| property("ignored-rule", rule)));
    all.extend(match &rest.provenance.revision {
        Revision::Unknown => None,
        Revision::Given(text) => property("revision", text),
        Revision::CheckedOut(hash) => property("commit", hash),
    });
    let pinned = rest.summary.pinned.iter().filter_map(|pin| match &pin.value {
        Some(value) => property("parameter", &format!("{}={value}", pin.name)),
        None => property("parameter", &format!("{} (secret)", pin.name)),
    });
    all.extend(pinned);
    for governed in &rest.summary.governed {
        let off = governed.off.iter().map(|off| format!("{} in {}", off.rule, governed.name()));
        all.extend(off.filter_map(|off| property("rule-off", &off)));
        let changed = governed.changed.iter().map(|rule| format!("{} in {}", rule.text(), governed.name()));
        all.extend(changed.filter_map(|rule| property("rule-changed", &rule)));
    }
    let summary = rest.summary;
    all.extend(counts(Counts { passed: summary.passed, failed: summary.failed, undecided: summary.undecided }));
    all
}

/// What the results do not show.
fn remarks(rest: &Report<'_>) -> String {
    let mut paragraphs = vec![
        "A check is one rule on one resource, for every choice of parameters and conditions that a deployment can make. An objective is \
         satisfied only if a check of a safeguard passed, no check failed or is undecided, and no configuration turned the rule off for a \
         template with something that it looks at. It is not satisfied if a check failed, even if an exception suppresses the finding. \
         In all other cases there is no finding."
            .to_owned(),
        "These results show the declarations of templates. They do not show the state of an account, nor whether an organization meets \
         the Security Rule."
            .to_owned(),
    ];
    let not_checked: Vec<String> =
        headline::undone(rest.summary).into_iter().chain(clauses(rest.summary, MAX_TYPES)).collect();
    if !not_checked.is_empty() {
        paragraphs.push(format!("Not checked: {}.", markup(&not_checked.join("; "))));
    }
    paragraphs.extend(left_out(rest.summary).map(|text| format!("Skipped: {}.", markup(&text))));
    paragraphs.join("\n\n")
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Reviewed {
    description: &'static str,
    control_selections: Vec<ControlSelection>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    control_objective_selections: Vec<ObjectiveSelection>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ControlSelection {
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    props: Vec<Property>,
    include_controls: Vec<ControlId>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ControlId {
    control_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ObjectiveSelection {
    description: &'static str,
    include_objectives: Vec<ObjectiveId>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ObjectiveId {
    objective_id: String,
}

/// The rules that ran, and the citations that they serve, with the counts of their checks.
fn reviewed(pending: &Pending, rest: &Report<'_>) -> Reviewed {
    let own = RuleSet::embedded();
    let control = |rule: &RuleReport<'_>| match own.get(&rule.meta.id) {
        Some(_) => control_of_rule(&rule.meta.id),
        None => ADDED_RULES.to_owned(),
    };
    let mut rules: Vec<String> = rest.rules.iter().map(control).collect();
    rules.sort();
    rules.dedup();
    if rules.is_empty() {
        rules.push(ADDED_RULES.to_owned());
    }
    let ids = |ids: Vec<String>| ids.into_iter().map(|control_id| ControlId { control_id }).collect();
    let mut control_selections = vec![ControlSelection {
        description: if rest.rules.is_empty() { "No rule ran.".to_owned() } else { "The rules that ran.".to_owned() },
        props: Vec::new(),
        include_controls: ids(rules),
    }];
    let ledger = Ledger::new(rest, &pending.results);
    for citation in rest.controls {
        let Some(breakdown) = ledger.breakdown(citation) else { continue };
        let mut all = Counts::default();
        ledger.serving(citation).for_each(|account| all += account.rule.counts);
        control_selections.push(ControlSelection {
            description: format!(
                "Checks of the rules that serve {} {}: {}. The numbers do not state whether the citation is met.",
                markup(&citation.id),
                markup(&citation.title),
                breakdown.list()
            ),
            props: counts(all),
            include_controls: ids(vec![control_of_citation(&citation.id)]),
        });
    }
    let objectives: Vec<ObjectiveId> =
        rest.rules.iter().map(|rule| ObjectiveId { objective_id: objective_of_rule(&rule.meta.id) }).collect();
    let objectives = (!objectives.is_empty()).then_some(ObjectiveSelection {
        description: "The objectives of the rules that ran.",
        include_objectives: objectives,
    });
    Reviewed {
        description: "The first selection has the rules that ran. Each of the others is a citation of the Security Rule with the counts \
                      of the checks that serve it.",
        control_selections,
        control_objective_selections: objectives.into_iter().collect(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct LocalDefinitions {
    objectives_and_methods: Vec<LocalObjective>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct LocalObjective {
    control_id: &'static str,
    description: String,
    props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    parts: Vec<Part>,
}

/// The objectives of rules that are not in our catalog.
fn added_objectives(rest: &Report<'_>) -> Option<LocalDefinitions> {
    let own = RuleSet::embedded();
    let added = rest.rules.iter().filter(|rule| own.get(&rule.meta.id).is_none());
    let objectives_and_methods: Vec<LocalObjective> = added
        .map(|rule| LocalObjective {
            control_id: ADDED_RULES,
            description: markup(&rule.meta.title),
            props: vec![Property::own("rule", rule.meta.id.as_str())],
            links: Vec::new(),
            parts: vec![Part::new(
                objective_of_rule(&rule.meta.id),
                "assessment-objective",
                objective(&markup(&rule.meta.title)),
            )],
        })
        .collect();
    (!objectives_and_methods.is_empty()).then_some(LocalDefinitions { objectives_and_methods })
}

/// The finding about a rule; none if its checks decide nothing. `missed` are the rules that were off for some template.
fn finding(
    rule: &RuleReport<'_>,
    missed: &BTreeSet<&str>,
    contents: &str,
    pending: &Pending,
) -> io::Result<Option<Finding>> {
    let id = rule.meta.id.as_str();
    let Some(state) = pending.rules.get(id).copied() else { return Ok(None) };
    let counts_of_rule = rule.counts;
    let status = if counts_of_rule.failed > 0 || state.has_failed {
        let (reason, remarks) = match state.has_counted {
            true => ("fail", None),
            false => ("other", Some("Exceptions or the baseline suppress all findings of the rule.")),
        };
        TargetStatus { state: "not-satisfied", reason, remarks }
    } else if counts_of_rule.passed > 0
        && counts_of_rule.undecided == 0
        && rule.meta.kind == RuleKind::Safeguard
        && !missed.contains(id)
    {
        TargetStatus { state: "satisfied", reason: "pass", remarks: None }
    } else {
        return Ok(None);
    };
    let mut props = vec![
        Property::own("rule", id),
        Property::own("severity", rule.meta.severity.name()),
        Property::own("kind", kind(rule.meta.kind)),
    ];
    props.extend(rule.meta.controls.iter().filter_map(|cited| property("citation", cited)));
    props.extend(counts(counts_of_rule));
    let observations = pending.of_rule(state, RuleList::Observations)?;
    let risks = pending.of_rule(state, RuleList::Risks)?;
    Ok(Some(Finding {
        uuid: uuid(&["finding", contents, id]),
        title: markup(&rule.meta.title),
        description: format!("Rule `{id}`, {}.", in_words(counts_of_rule)),
        props,
        origins: origins(),
        target: Target { kind: "objective-id", target_id: objective_of_rule(id), status },
        related_observations: observations
            .into_iter()
            .map(|observation_uuid| RelatedObservation { observation_uuid })
            .collect(),
        related_risks: risks.into_iter().map(|risk_uuid| RelatedRisk { risk_uuid }).collect(),
    }))
}

/// The program, which observed everything.
fn own_component() -> Component {
    Component {
        uuid: component_uuid(),
        kind: "validation",
        title: "hipaalint".to_owned(),
        description: "The program that checked the templates.".to_owned(),
        props: versions(),
        links: Vec::new(),
        status: Status { state: "operational" },
    }
}

fn plan_resource(uuid: String, rest: &Report<'_>) -> Resource {
    Resource {
        uuid,
        title: "Selection of the run".to_owned(),
        description: Some(format!(
            "There is no assessment plan. The run selected {}.",
            markup(&selection(rest.summary))
        )),
        props: Vec::new(),
        rlinks: Vec::new(),
    }
}

fn catalog_resource(uuid: String, of_catalog: String) -> Resource {
    Resource {
        uuid,
        title: CATALOG_TITLE.to_owned(),
        description: Some(format!(
            "The catalog of the controls and objectives. `hipaalint oscal catalog` writes it, and an evidence bundle contains it. \
             `{COMPONENT_FILE}` describes how far hipaalint can show each citation."
        )),
        props: vec![Property::own("catalog-uuid", of_catalog)],
        rlinks: vec![ResourceLink { href: CATALOG_FILE.to_owned(), hashes: Vec::new() }],
    }
}
