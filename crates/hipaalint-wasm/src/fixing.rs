//! Fixed templates. A fix is made only if a second lint finds nothing new, as the program does it.

use crate::answer::{Collector, FixedFile, Page};
use crate::request::{One, Refused, Request};
use crate::sessions;
use hipaalint::finding::Finding;
use hipaalint::linter::{Fixes, Keep};
use hipaalint::project::{Counter, Proposal, Texts};
use hipaalint::report::json::Json;
use hipaalint::session::{Answer, Ask, Contents, Fixing, Options};
use serde::Serialize;
use serde_json::Value;
use similar::{Algorithm, TextDiff};

/// What was fixed.
#[derive(Serialize)]
pub(crate) struct Fixed {
    files: Vec<FixedText>,
    /// The numbers, as the summary of `--format json` has them.
    fixes: Value,
}

/// A text that was fixed.
#[derive(Serialize)]
struct FixedText {
    name: String,
    text: String,
    /// A unified diff, without secrets.
    diff: String,
}

/// Fixes.
pub(crate) fn fix(request: &Request) -> Result<Fixed, Refused> {
    let wanted = &request.fixing;
    let mut rules = wanted.rules.clone();
    rules.extend(wanted.only.iter().flatten().map(|one| one.rule.clone()));
    let fixing = Fixing { unsafe_too: wanted.unsafe_too, rules, is_dry: true };
    let keep = Keep { undecided: false, passed: false, fixes: Fixes::WithEdits, ..Keep::default() };
    let contents = Contents { requested: keep, needed: keep, ..Contents::default() };
    let options = Options { fixing: Some(fixing), ..request.options(contents) };
    let page = Page::default();
    let mut collector = Collector::new(Box::new(Json::new(page.clone())));
    sessions::with(request, options, |session| {
        let (found, counter) = (session.discover(&request.paths()), Counter::default());
        match &wanted.only {
            Some(only) => session.lint_asking(found, &counter, &mut collector, &Only { only, request }),
            None => session.lint(found, &counter, &mut collector),
        }
    });
    let report: Value = serde_json::from_str(&page.text()).unwrap_or_default();
    let fixes = report.get("summary").and_then(|summary| summary.get("fixes")).cloned().unwrap_or_default();
    let files = collector.fixed.into_iter().filter(|fixed| fixed.texts.before != fixed.texts.after).map(fixed_text);
    Ok(Fixed { files: files.collect(), fixes })
}

/// Agrees to the fixes of some findings of the texts as they are.
struct Only<'r> {
    only: &'r [One],
    request: &'r Request,
}

impl Ask for Only<'_> {
    fn ask(&self, proposal: &Proposal<'_>) -> Answer {
        // After a round of fixes, offsets are those of another text.
        let is_first = self.request.files.get(proposal.name).is_some_and(|text| *text == proposal.texts.before);
        if is_first && self.only.iter().any(|one| is(one, proposal.finding)) { Answer::Yes } else { Answer::No }
    }
}

fn is(one: &One, finding: &Finding) -> bool {
    one.offset == finding.span.start && one.path == finding.path && *one.rule == *finding.rule
}

fn fixed_text(fixed: FixedFile) -> FixedText {
    let FixedFile { name, texts } = fixed;
    let diff = diff(&name, &texts);
    FixedText { name, text: texts.after, diff }
}

/// The shortest part of a secret that is looked for.
const MIN_SECRET: usize = 4;

fn diff(name: &str, texts: &Texts) -> String {
    let parts = texts.hidden.iter().filter_map(|hidden| {
        let secret = texts.before.get(hidden.range.clone())?;
        let shown = secret.char_indices().nth(hidden.keeps).map_or(secret.len(), |(at, _)| at);
        secret.get(shown..)
    });
    let secrets: Vec<&str> =
        parts.flat_map(str::lines).map(str::trim).filter(|part| part.len() >= MIN_SECRET).collect();
    let masked = |text: &str| {
        secrets.iter().fold(text.to_owned(), |text, secret| {
            if text.contains(secret) { text.replace(secret, &"*".repeat(secret.len())) } else { text }
        })
    };
    let (before, after) = (masked(&texts.before), masked(&texts.after));
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(&before, &after);
    diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}
