//! Risks: the exceptions that suppress findings, and those that did until they ended.

use super::model::{MitigatingFactor, RelatedObservation, Risk, markup, origins, property};
use super::observed::Observed;
use super::{List, Pending, RuleList};
use crate::finding::{Exception, ExceptionState};
use crate::oscal::model::Property;
use crate::oscal::timestamp;
use crate::report::{Report, TemplateReport, exception_text};
use std::io;

/// Adds the exceptions of a template.
pub(super) fn add(
    observed: &Observed,
    template: &TemplateReport,
    pending: &mut Pending,
    part: &Report<'_>,
) -> io::Result<()> {
    for exception in part.exceptions {
        // A template shows that somebody asks for a deviation, with the reason. It does not show who approved it.
        let status = match exception.state {
            ExceptionState::InForce => "deviation-requested",
            ExceptionState::Expired => "open",
            ExceptionState::NotChecked
            | ExceptionState::Unused
            | ExceptionState::WithoutReason
            | ExceptionState::UnknownRule
            | ExceptionState::Malformed => continue,
        };
        let risk = of(exception, status, observed, template, pending, part);
        for suppressed in &exception.suppression.suppresses {
            if observed.observations.contains_key(&suppressed.rule) {
                pending.add_of_rule(&suppressed.rule, RuleList::Risks, &risk.uuid);
            }
        }
        pending.add(List::Risks, &risk)?;
    }
    Ok(())
}

fn of(
    exception: &Exception,
    status: &'static str,
    observed: &Observed,
    template: &TemplateReport,
    pending: &mut Pending,
    part: &Report<'_>,
) -> Risk {
    let suppression = &exception.suppression;
    let rules: Vec<&str> = suppression.suppresses.iter().map(|suppressed| &*suppressed.rule).collect();
    let named = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
    let name = markup(&template.name);
    let ended = match (exception.state, suppression.expires) {
        (ExceptionState::Expired, Some(day)) => format!(" It ended after {day}."),
        _ => String::new(),
    };
    let required = suppression.required();
    let note = part.not_replaceable(required.iter().copied()).map(|note| format!(" {}", markup(&note)));
    let text = markup(&exception_text(suppression));
    let harms = rules.iter().filter_map(|rule| part.rule(rule)).map(|rule| match rule.prose.harm.trim() {
        "" => format!("{}.", markup(&rule.meta.title)),
        harm => markup(harm),
    });
    let mut statement = harms.collect::<Vec<_>>().join(" ");
    if statement.is_empty() {
        statement = format!("The exception concerns {named}.");
    }
    let line = part.source(suppression.span.source).map(|source| source.position(suppression.span.start).line);
    let mut props: Vec<Property> = rules.iter().filter_map(|rule| property("rule", rule)).collect();
    let texts = [
        ("exception", Some(suppression.id.as_str())),
        ("reason", suppression.reason.as_deref()),
        ("owner", suppression.owner.as_deref()),
        ("ticket", suppression.ticket.as_deref()),
    ];
    props.extend(texts.into_iter().filter_map(|(name, text)| property(name, text?)));
    // The deadline of a risk has no year after 2999. This has any.
    props.extend(suppression.expires.map(|day| Property::own("expires", day.to_string())));
    props.extend(suppression.covers.iter().filter_map(|path| property("covers", path)));
    props.extend(suppression.addressable().into_iter().filter_map(|id| property("addressable", id)));
    props.extend(required.iter().filter_map(|id| property("required", id)));
    props.push(Property::own("language", suppression.dialect.tool()));
    props.push(Property::own("findings", exception.findings.to_string()));
    props.extend(line.map(|line| Property::own("line", line.to_string())));
    let covers = suppression.covers.join(" ");
    let line = line.unwrap_or_default().to_string();
    let key = ["risk", &observed.uuid, &pending.collected.clone(), status, &suppression.id, &covers, &line, &text];
    let uuid = pending.run.uuid(&key);
    let mitigating_factors = suppression.alternative.as_deref().map(|alternative| MitigatingFactor {
        uuid: pending.run.uuid(&["mitigating-factor", &uuid]),
        description: markup(alternative),
    });
    let related = rules.iter().filter_map(|rule| observed.observations.get(*rule));
    Risk {
        title: format!("Exception for {named} in {name}"),
        description: format!("{text}{ended}{}", note.unwrap_or_default()),
        statement,
        props,
        status,
        origins: origins(),
        mitigating_factors: mitigating_factors.into_iter().collect(),
        deadline: suppression.expires.and_then(timestamp),
        related_observations: related.map(|uuid| RelatedObservation { observation_uuid: uuid.clone() }).collect(),
        uuid,
    }
}
