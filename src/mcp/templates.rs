//! `lint` and `fix`: what a run over a template or a folder answers.

use super::answers::{
    Finding, Fixed, FixedRule, Kind, Linted, NotFixed, Number, Numbers, OfFix, OfProblem, OfTemplate, Problem,
    untrusted, untrusted_diff,
};
use super::catalogue;
use super::project::{Project, Wish};
use super::requests;
use crate::code::Code;
use crate::discover::{Foreign, shows_template};
use crate::finding::{self, Diagnostic, Outcome, Severity};
use crate::project::Counter;
use crate::report::human::Style;
use crate::report::{Report, Summary, diff};
use crate::rules::load::RuleSet;
use crate::session::{End, FixedText, Fixing, Results, Rules, Session, Sink};
use crate::source::{Position, Span};
use std::collections::BTreeSet;
use std::path::Path;

/// Findings of one answer.
const FEW: usize = 50;
const MANY: usize = 500;
/// Problems of one answer.
const MAX_PROBLEMS: usize = 50;
/// Bytes of a file that tell what it is.
const BEGINNING: u64 = 64 << 10;

/// Lints, and answers a page of findings.
///
/// # Errors
/// What is wrong about the request.
pub(super) fn lint(project: &Project, request: requests::Lint) -> Result<Linted, String> {
    let requests::Lint { template, rules, undecided, offset, limit } = request;
    let (session, path) =
        project.session(&template, Wish { profile: template.profile, rules, undecided, fixing: None })?;
    let mut results = Results::default();
    session.lint(session.discover(std::slice::from_ref(&path)), &Counter::default(), &mut results);
    let (kind, about) = kind(results.summary(), results.diagnostics(), template.text.as_deref(), &path, project);
    let all = results.findings();
    let page: Vec<&finding::Finding> =
        all.iter().skip(offset.0).take(limit.map_or(FEW, |limit| limit.0).min(MANY)).collect();
    let ids: BTreeSet<&str> = page.iter().map(|finding| &*finding.rule).collect();
    let set = rules_of(&session);
    Ok(Linted {
        kind,
        about,
        summary: numbers(results.summary()),
        findings: page.iter().map(|finding| entry(finding, &results)).collect(),
        more: Number(all.len().saturating_sub(offset.0).saturating_sub(page.len())),
        rules: ids.into_iter().filter_map(|id| set.get(id)).map(catalogue::rule).collect(),
        problems: problems(&results, kind),
    })
}

/// Fixes in memory, and answers a diff.
///
/// # Errors
/// What is wrong about the request.
pub(super) fn fix(project: &Project, request: requests::Fix) -> Result<Fixed, String> {
    let requests::Fix { template, rules, unsafe_fixes } = request;
    // Never anything else than dry: nothing is written.
    let fixing = Fixing { unsafe_too: unsafe_fixes, rules, is_dry: true };
    let wish = Wish { profile: template.profile, fixing: Some(fixing), ..Wish::default() };
    let (session, path) = project.session(&template, wish)?;
    let mut collected = Collected::default();
    session.lint(session.discover(std::slice::from_ref(&path)), &Counter::default(), &mut collected);
    let Collected { text, results } = collected;
    let (kind, about) = kind(results.summary(), results.diagnostics(), template.text.as_deref(), &path, project);
    let fixes = results.summary().fixes.clone().unwrap_or_default();
    let (diff, is_whole) = untrusted_diff(&text);
    Ok(Fixed {
        kind,
        about,
        fixed: Number(fixes.fixed),
        fixable_with_unsafe_fixes: Number(fixes.unsafe_fixes),
        not_fixed: fixes
            .not_fixed
            .iter()
            .map(|left| NotFixed { reason: left.reason, findings: Number(left.findings) })
            .collect(),
        rules: fixes
            .rules
            .into_iter()
            .filter(|rule| rule.fixed > 0)
            .map(|rule| FixedRule { rule: rule.rule, fixed: Number(rule.fixed) })
            .collect(),
        is_whole,
        untrusted: OfFix { diff },
    })
}

/// Collects diffs.
#[derive(Default)]
struct Collected {
    text: String,
    results: Results,
}

impl Sink for Collected {
    fn file(&mut self, part: &Report<'_>) {
        self.results.file(part);
    }

    fn fixed(&mut self, text: &FixedText<'_>) {
        let plain = Style { color: false, width: usize::MAX, unicode: true, hyperlinks: false };
        self.text.push_str(&diff::unified(text.name.as_bytes(), text.texts.into(), text.effects, &plain));
    }

    fn end(&mut self, end: &End<'_>) {
        self.results.end(end);
    }
}

/// The rules of the session, for their texts.
fn rules_of(session: &Session) -> RuleSet {
    let mut problems = session.problems();
    Rules::load(&session.options().sources, &mut problems).set
}

/// What a request was about, and what is known of a file that is no template.
fn kind(
    summary: &Summary,
    diagnostics: &[Diagnostic],
    text: Option<&str>,
    path: &Path,
    project: &Project,
) -> (Kind, Option<&'static str>) {
    if summary.templates > 0 {
        return (Kind::Template, None);
    }
    let of_file = || {
        let bytes = project.beginning(path, BEGINNING).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let text = text.map_or_else(of_file, str::to_owned);
    let foreign = Foreign::of(&path.to_string_lossy(), &text).map(Foreign::describe);
    let is_unreadable = diagnostics.iter().any(|found| found.severity == Severity::Error)
        && !diagnostics.iter().any(|found| found.code == Code::NotATemplate)
        && shows_template(&text);
    if is_unreadable { (Kind::Unreadable, None) } else { (Kind::NotATemplate, foreign) }
}

fn numbers(summary: &Summary) -> Numbers {
    // The names of rules may be those of a configuration.
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || " ,:*-".contains(*c);
    Numbers {
        selection: untrusted(&summary.selection.chars().filter(is_plain).collect::<String>()),
        templates: Number(summary.templates),
        unreadable: Number(summary.unreadable),
        resources: Number(summary.resources),
        not_looked_at: Number(summary.not_looked_at.resources),
        passed: Number(summary.passed),
        failed: Number(summary.failed),
        undecided: Number(summary.undecided),
        covered: Number(summary.suppressed_by_exceptions + summary.in_baseline),
    }
}

fn entry(finding: &finding::Finding, results: &Results) -> Finding {
    let place = position(finding.span, results);
    let resource_type = finding.subject.resource_type.as_deref();
    Finding {
        rule: finding.rule.to_string(),
        level: finding.level.name(),
        severity: finding.severity.name(),
        outcome: if finding.outcome == Outcome::Undecided { "undecided" } else { "fail" },
        line: place.map(|place| Number(place.line)),
        column: place.map(|place| Number(place.column)),
        fix: finding.fix.as_ref().map(|fix| fix.applicability.name()),
        untrusted: OfTemplate {
            file: untrusted(results.source(finding.span).map_or("", |source| &source.name)),
            path: untrusted(&finding.path),
            resource_type: resource_type.map(untrusted),
            message: untrusted(&finding.full_message()),
            fix: finding.fix.as_ref().map(|fix| untrusted(&[&*fix.title, ". ", &*fix.note].concat())),
            construct: finding.subject.made_by().as_deref().map(untrusted),
        },
    }
}

fn position(span: Span, results: &Results) -> Option<Position> {
    results.source(span).map(|source| source.position(span.start))
}

/// Problems, without words of files that are no templates: they may be anything, such as keys.
fn problems(results: &Results, kind: Kind) -> Vec<Problem> {
    let problem = |found: &Diagnostic| {
        let place = found.span.and_then(|span| position(span, results));
        let words = OfProblem { file: untrusted(&found.file), message: untrusted(&found.full_message()) };
        Problem {
            severity: if found.severity == Severity::Error { "error" } else { "note" },
            code: found.code.name(),
            line: place.map(|place| Number(place.line)),
            column: place.map(|place| Number(place.column)),
            untrusted: (kind != Kind::NotATemplate).then_some(words),
        }
    };
    results.diagnostics().iter().take(MAX_PROBLEMS).map(problem).collect()
}
