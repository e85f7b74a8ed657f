//! The results of tests as programs read them.
//!
//! The shape, stable within one `schema` number (fields may be added, none changes or goes):
//!
//! ```text
//! { schema: 1,
//!   tool: { name, version },
//!   summary: { rules, passed, failed, without_examples, examples, patches, mutations, problems },
//!   problems: [{ code, file, start?, message, help }],
//!   rules: [{ id, file, result: "passed" | "failed" | "no-examples",
//!             examples: [{ expected: "pass" | "fail" | "undecided" | "passed-over", name, start,
//!                          result: "passed" | "failed", mismatches: [MISMATCH] }],
//!             patches: [{ name, start, result, problems: [message] }],
//!             mutations: { tried, left_out, unnoticed: [{ change: "inverted" | "removed", path, start }] } ? }] }
//! MISMATCH: { kind: "unclean" | "unmarked" | "missing" | "unexpected" | "words" | "level" | "placeholder" | "unchecked" |
//!                   "checked" | "decided",
//!             message, start, line?, found: [{ outcome: "fail" | "undecided", level, line, column, message }] }
//! start: { line, column } in the rule file
//! ```
//!
//! `line` and the positions in `found` are those in the template of the example. What is marked with `?` is null where there is no
//! value. `path` is a JSON pointer into the rule file. `mutations` is null if they were not tried.

use super::tested::{Standing, Tested};
use crate::finding::{Diagnostic, Level, Outcome};
use crate::session::Problems;
use crate::source::{Source, Span};
use crate::trial::{Found, Mismatch, Mutations, Patched, Places, Tried};
use serde::Serialize;

/// The number of the shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool,
    summary: Summary,
    problems: Vec<ProblemEntry<'a>>,
    rules: Vec<RuleEntry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    rules: usize,
    passed: usize,
    failed: usize,
    without_examples: usize,
    examples: usize,
    patches: usize,
    mutations: usize,
    problems: usize,
}

#[derive(Serialize)]
struct ProblemEntry<'a> {
    code: &'static str,
    file: &'a str,
    start: Option<Start>,
    message: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct RuleEntry<'a> {
    id: &'a str,
    file: &'a str,
    result: &'static str,
    examples: Vec<ExampleEntry<'a>>,
    patches: Vec<PatchEntry<'a>>,
    mutations: Option<MutationsEntry<'a>>,
}

#[derive(Serialize)]
struct ExampleEntry<'a> {
    expected: &'static str,
    name: &'a str,
    start: Start,
    result: &'static str,
    mismatches: Vec<MismatchEntry<'a>>,
}

#[derive(Serialize)]
struct MismatchEntry<'a> {
    kind: &'static str,
    message: String,
    start: Start,
    line: Option<usize>,
    found: Vec<FoundEntry<'a>>,
}

#[derive(Serialize)]
struct FoundEntry<'a> {
    outcome: Outcome,
    level: Level,
    line: usize,
    column: usize,
    message: &'a str,
}

#[derive(Serialize)]
struct PatchEntry<'a> {
    name: &'a str,
    start: Start,
    result: &'static str,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct MutationsEntry<'a> {
    tried: usize,
    left_out: usize,
    unnoticed: Vec<MutationEntry<'a>>,
}

#[derive(Serialize)]
struct MutationEntry<'a> {
    change: &'static str,
    path: &'a str,
    start: Start,
}

#[derive(Serialize)]
struct Start {
    line: usize,
    column: usize,
}

/// The whole document.
pub(super) fn text(tested: &[Tested<'_>], problems: &Problems) -> String {
    let of = |standing: Standing| tested.iter().filter(|tested| tested.standing() == standing).count();
    let sum = |number: fn(&Tested<'_>) -> usize| tested.iter().map(number).sum();
    let document = Document {
        schema: SCHEMA,
        tool: Tool { name: "hipaalint", version: env!("CARGO_PKG_VERSION") },
        summary: Summary {
            rules: tested.len(),
            passed: of(Standing::Passed),
            failed: of(Standing::Failed),
            without_examples: of(Standing::WithoutExamples),
            examples: sum(|tested| tested.trial.examples.len()),
            patches: sum(|tested| tested.trial.patches.len()),
            mutations: sum(|tested| tested.trial.mutations.as_ref().map_or(0, |mutations| mutations.tried)),
            problems: problems.diagnostics.len(),
        },
        problems: problems.diagnostics.iter().map(|diagnostic| problem(diagnostic, &problems.sources)).collect(),
        rules: tested.iter().map(rule).collect(),
    };
    // Only maps with keys that are not strings, and failing writers, cause errors. Neither occurs here.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn problem<'a>(diagnostic: &'a Diagnostic, sources: &[Source]) -> ProblemEntry<'a> {
    let Diagnostic { code, file, span, message, help, .. } = diagnostic;
    let start = span.and_then(|span| {
        let source = sources.iter().find(|source| source.id == span.source)?;
        Some(start(span, source))
    });
    ProblemEntry { code: code.name(), file, start, message, help }
}

fn rule<'a>(tested: &'a Tested<'_>) -> RuleEntry<'a> {
    let source = &tested.rule.source;
    let places = Places::new(source);
    let trial = &tested.trial;
    let unnoticed = |mutations: &'a Mutations| {
        let entry = |mutation: &'a crate::trial::Mutation| MutationEntry {
            change: mutation.change.name(),
            path: &mutation.place,
            start: start(places.pointer(&mutation.place), source),
        };
        mutations.unnoticed.iter().map(entry).collect()
    };
    RuleEntry {
        id: tested.rule.id(),
        file: &source.name,
        result: match tested.standing() {
            Standing::Passed => PASSED,
            Standing::Failed => FAILED,
            Standing::WithoutExamples => "no-examples",
        },
        examples: trial.examples.iter().map(|tried| example(tried, &places, source)).collect(),
        patches: trial.patches.iter().map(|patched| patch(patched, &places, source)).collect(),
        mutations: trial.mutations.as_ref().map(|mutations| MutationsEntry {
            tried: mutations.tried,
            left_out: mutations.left_out,
            unnoticed: unnoticed(mutations),
        }),
    }
}

const PASSED: &str = "passed";
const FAILED: &str = "failed";

fn result(is_right: bool) -> &'static str {
    if is_right { PASSED } else { FAILED }
}

fn example<'a>(tried: &'a Tried, places: &Places<'_>, source: &Source) -> ExampleEntry<'a> {
    let own = places.example(tried.expected, tried.index);
    let entry = |mismatch: &'a Mismatch| {
        let found: &[Found] = match mismatch {
            Mismatch::Words(_, found) | Mismatch::Level(_, found) => found,
            Mismatch::Unexpected(found) | Mismatch::Placeholder(found) => std::slice::from_ref(found),
            _ => &[],
        };
        let (kind, place) = match mismatch {
            Mismatch::Unclean { position, .. } => ("unclean", *position),
            Mismatch::Unmarked => ("unmarked", None),
            Mismatch::Missing(mark) => ("missing", Some((mark.line, 1))),
            Mismatch::Unexpected(found) => ("unexpected", Some((found.line, found.column))),
            Mismatch::Words(mark, _) => ("words", Some((mark.line, 1))),
            Mismatch::Level(mark, _) => ("level", Some((mark.line, 1))),
            Mismatch::Placeholder(found) => ("placeholder", Some((found.line, found.column))),
            Mismatch::Unchecked => ("unchecked", None),
            Mismatch::Checked(_) => ("checked", None),
            Mismatch::Decided => ("decided", None),
        };
        let in_file = place.and_then(|place| places.in_template(tried.expected, tried.index, place, 0));
        MismatchEntry {
            kind,
            message: mismatch.to_string(),
            start: start(in_file.unwrap_or(own), source),
            line: place.map(|(line, _)| line),
            found: found.iter().map(found_entry).collect(),
        }
    };
    ExampleEntry {
        expected: tried.expected.key(),
        name: &tried.name,
        start: start(own, source),
        result: result(tried.mismatches.is_empty()),
        mismatches: tried.mismatches.iter().map(entry).collect(),
    }
}

fn found_entry(found: &Found) -> FoundEntry<'_> {
    let Found { outcome, level, line, column, message, .. } = found;
    FoundEntry { outcome: *outcome, level: *level, line: *line, column: *column, message }
}

fn patch<'a>(patched: &'a Patched, places: &Places<'_>, source: &Source) -> PatchEntry<'a> {
    PatchEntry {
        name: &patched.name,
        start: start(places.patch(patched.expected, patched.index), source),
        result: result(patched.problems.is_empty()),
        problems: patched.problems.iter().map(ToString::to_string).collect(),
    }
}

fn start(span: Span, source: &Source) -> Start {
    let position = source.position(span.start);
    Start { line: position.line, column: position.column }
}
