//! Commands that the client asks the server to run.

use super::handlers::Answer;
use super::snapshot::Snapshot;
use super::work::failed;
use crate::paths::folder_of;
use crate::report::prose::plain;
use crate::report::rule_address;
use crate::rules::load::RuleEntry;
use lsp_server::ErrorCode;
use lsp_types::{ExecuteCommandParams, Uri};
use serde_json::Value;

/// Explains a rule: its id, and the address of a document that it was found in.
pub(super) const EXPLAIN: &str = "hipaalint.explain";

/// The commands of the server.
pub(super) const COMMANDS: [&str; 1] = [EXPLAIN];

/// What a command shows.
pub(super) enum Shown {
    /// A page outside of the editor.
    Page(Uri),
    /// A text.
    Text(String),
}

/// Runs a command of the server.
pub(super) fn execute(snapshot: &Snapshot, params: ExecuteCommandParams) -> Answer<Shown> {
    let mut arguments = params.arguments.iter().map(Value::as_str);
    match (params.command.as_str(), arguments.next().flatten(), arguments.next().flatten()) {
        (EXPLAIN, Some(rule), uri) => explain(snapshot, rule, uri),
        (EXPLAIN, None, _) => Err(failed(ErrorCode::InvalidParams, "name a rule as the first argument")),
        (other, ..) => Err(failed(ErrorCode::InvalidParams, format!("there is no command `{other}`"))),
    }
}

fn explain(snapshot: &Snapshot, rule: &str, uri: Option<&str>) -> Answer<Shown> {
    let path = uri.and_then(|uri| uri.parse().ok()).map(|uri| snapshot.path(&uri));
    let path = path.unwrap_or_else(|| snapshot.roots.first_folder().join("none"));
    let settings = snapshot.session(&path).settings_of(folder_of(&path));
    let Some(entry) = settings.linter.rules().get(rule) else {
        return Err(failed(ErrorCode::InvalidParams, format!("there is no rule `{rule}`")));
    };
    let page = rule_address(rule).parse().ok();
    // A custom rule has no page.
    match page.filter(|_| snapshot.client.shows_documents && entry.file.is_none()) {
        Some(page) => Ok(Shown::Page(page)),
        None => Ok(Shown::Text(text(entry))),
    }
}

/// What there is to know about a rule, as plain text.
fn text(entry: &RuleEntry) -> String {
    let prose = entry.prose();
    let controls = entry.meta.controls.join(", ");
    let parts = [
        format!("{} ({})", entry.meta.title, entry.id()),
        plain(&prose.harm),
        plain(&prose.why),
        format!("Fix: {}", plain(&prose.remediation)),
        if controls.is_empty() { String::new() } else { format!("HIPAA: {controls}") },
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}
