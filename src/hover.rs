//! What there is to say about a place of a template: the findings there, what the value is for which choice, what a name names, and
//! whom a policy statement grants access; and what resources are to each other. As data, and as Markdown or plain text. Knows no editor and no protocol.
//!
//! Texts of templates and of rules are shown, never obeyed: [`Page::markdown`] writes them so that they mean nothing in Markdown.
//! Secrets are hidden as in every report.

mod finding;
mod lens;
mod name;
mod page;
mod statement;
mod value;

pub use lens::{Lens, lenses};
pub use page::{Inline, Page, Section};

use crate::eval::inputs::Inputs;
use crate::evaluated::Evaluation;
use crate::finding::Finding;
use crate::linter::Loader;
use crate::linter::opened::{Opened, open};
use crate::navigation::{Index, Name, Symbol};
use crate::rules::load::RuleSet;
use crate::source::{Source, Span};

/// Findings at one place that are shown.
const MAX_FINDINGS: usize = 5;

/// The findings at a byte of a text, the most exact ones first. Their spans are bytes of this text.
pub fn findings_at<'f>(findings: impl IntoIterator<Item = &'f Finding>, offset: usize) -> Vec<&'f Finding> {
    let covers = |span: Span| span.start as usize <= offset && offset <= span.end as usize;
    let mut found: Vec<&Finding> = findings.into_iter().filter(|finding| covers(finding.span)).collect();
    found.sort_by(|one, other| {
        one.span
            .len()
            .cmp(&other.span.len())
            .then_with(|| one.reading_order(other))
            .then_with(|| one.rule.cmp(&other.rule))
    });
    found
}

/// Adds what there is to say about findings, and how each is fixed or accepted.
pub fn add_findings(page: &mut Page, findings: &[&Finding], rules: &RuleSet) {
    for finding in findings.iter().take(MAX_FINDINGS) {
        finding::add(page, finding, rules);
    }
    if let Some(more) = findings.len().checked_sub(MAX_FINDINGS).filter(|more| *more > 0) {
        page.begin(vec![Inline::text(format!("And {more} more at this place."))]);
    }
}

/// Adds what the value at a place is: in each deployment, which has the nested stacks that deploy it so.
pub fn add_values<'e>(page: &mut Page, deployments: impl IntoIterator<Item = (&'e [String], &'e Evaluation)>) {
    value::add(page, deployments);
}

/// Adds what the name at a byte of a text names, and the meaning of the policy statement there. `load` reads the local includes of the
/// template, and `inputs` is what is known of its deployment.
pub fn add_names(
    page: &mut Page,
    source: &Source,
    load: &Loader<'_>,
    inputs: &Inputs,
    offset: usize,
    name: Option<&Name>,
) {
    let known = name.and_then(|name| Some((&*name.index, name.occurrence.span, name.symbol()?)));
    let ask = |opened: &Opened<'_, '_, '_>| {
        let named = known.and_then(|(index, span, symbol)| name::section(opened, &Named { index, symbol, span }));
        let statement = u32::try_from(offset).ok().and_then(|offset| statement::section(opened, offset));
        (named, statement)
    };
    let Ok(((named, statement), _)) = open(source, load, inputs, ask) else { return };
    for (span, section) in [named, statement].into_iter().flatten() {
        page.add(section);
        page.narrow(span);
    }
}

/// A name at a place.
struct Named<'n> {
    index: &'n Index,
    symbol: &'n Symbol,
    span: Span,
}
