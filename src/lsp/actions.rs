//! Code actions: what the editor offers at a place. Their edits are in them, because not every client asks for them later.

use super::checks::{Shown, fixing_session, with_fixes};
use super::documents::Document;
use super::edits;
use super::handlers::Answer;
use super::requests::EXPLAIN;
use super::snapshot::Snapshot;
use crate::finding::{Applicability, Fix, Outcome};
use crate::session::Fixing;
use crate::source::{Source, SourceId};
use lsp_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
    CodeActionTriggerKind, Command, Diagnostic, Range, TextEdit, Uri, WorkspaceEdit,
};
use std::collections::BTreeMap;

/// How the ids of rules about exceptions begin.
const ABOUT_EXCEPTIONS: &str = "exception-";

/// All safe fixes of a file.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.hipaalint");

/// The code actions of a range.
pub(super) fn code_actions(snapshot: &Snapshot, params: CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    let uri = &params.text_document.uri;
    let only = params.context.only.as_deref();
    let wants = |kind: &CodeActionKind| only.is_none_or(|only| only.iter().any(|wanted| has_kind(kind, wanted)));
    let Some(document) = snapshot.document(uri) else { return Ok(None) };
    // The edits are of the text that was linted.
    let is_wanted = wants(&CodeActionKind::QUICKFIX) || wants(&FIX_ALL);
    let is_fresh = snapshot.is_fresh(document) && is_wanted;
    let found = if is_fresh { with_fixes(snapshot, &document.path) } else { None };
    let Some(found) = found else { return Ok(None) };
    let mut actions = Vec::new();
    let is_written_again = snapshot.session(&document.path).is_written_again(&document.path);
    if wants(&CodeActionKind::QUICKFIX) {
        // Some editors ask about the cursor, and send the diagnostics of its line.
        let is_sent = |own: &Diagnostic| params.context.diagnostics.iter().any(|sent| is_same(own, sent));
        let here = |shown: &Shown<'_>| touch(shown.diagnostic.range, params.range) || is_sent(shown.diagnostic);
        let here: Vec<Shown<'_>> = found.findings().filter(here).collect();
        let place = Place { snapshot, document, is_written_again };
        actions.extend(here.iter().filter_map(|shown| place.fix(shown)));
        let violations = here.iter().filter(|shown| shown.finding.outcome == Outcome::Fail);
        actions.extend(violations.filter_map(|shown| place.exception(shown)));
        // What is about a rule is offered once for it.
        let by_rule: BTreeMap<&str, &Shown<'_>> =
            here.iter().rev().map(|shown| (&*shown.finding.rule, shown)).collect();
        actions.extend(by_rule.values().filter_map(|shown| place.turn_off(shown)));
        actions.extend(by_rule.values().map(|shown| place.explain(shown)));
    }
    // Several rounds of linting are not for a light bulb that follows the cursor.
    let is_asked = only.is_some() || params.context.trigger_kind != Some(CodeActionTriggerKind::AUTOMATIC);
    if wants(&FIX_ALL) && is_asked && !is_written_again && found.findings().any(|shown| shown.is_safe()) {
        actions.extend(fix_all(snapshot, document));
    }
    Ok(Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
}

/// Whether a kind is what a client wants: `source.fixAll.hipaalint` is a `source.fixAll` and a `source`.
fn has_kind(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    wanted.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether two ranges have a place in common. An empty one is a cursor.
fn touch(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// Whether a diagnostic is one that the client has. Clients may drop what they do not know, such as `data`.
fn is_same(own: &Diagnostic, sent: &Diagnostic) -> bool {
    own.range == sent.range && own.code == sent.code && own.message == sent.message
}

/// The safe fixes of a document, in as many rounds as it takes.
fn fix_all(snapshot: &Snapshot, document: &Document) -> Option<CodeAction> {
    let texts = fixing_session(snapshot, &document.path).fixed(&document.path, Fixing::default(), &snapshot.counter)?;
    let edits = edits::between(&document.source, &texts.after, snapshot.encoding());
    Some(CodeAction {
        title: "hipaalint: Make all safe fixes in this file".to_owned(),
        kind: Some(FIX_ALL),
        edit: Some(edits::of_workspace(snapshot, vec![(document.uri.clone(), edits)])),
        ..CodeAction::default()
    })
}

/// What the actions of one document share.
struct Place<'a> {
    snapshot: &'a Snapshot,
    document: &'a Document,
    /// By a program, which undoes what is edited here.
    is_written_again: bool,
}

impl Place<'_> {
    fn action(&self, shown: &Shown<'_>, title: String) -> CodeAction {
        CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![shown.diagnostic.clone()]),
            ..CodeAction::default()
        }
    }

    /// The fix of a finding.
    fn fix(&self, shown: &Shown<'_>) -> Option<CodeAction> {
        let fix = shown.finding.fix.as_deref()?;
        if self.is_written_again {
            let reason = "a program writes this file again; change what it is made from";
            return self.shown_fix(shown, fix, reason.to_owned());
        }
        if fix.applicability == Applicability::Display || shown.edits.is_empty() {
            return self.shown_fix(shown, fix, note(fix, "hipaalint does not make this change"));
        }
        let title = match fix.applicability {
            Applicability::Unsafe => format!("{} (unsafe: {})", fix.title, note(fix, "read the change first")),
            _ => fix.title.clone(),
        };
        let mut files: Vec<(Uri, Vec<TextEdit>)> = Vec::new();
        for (path, edit) in shown.edits {
            let uri = self.snapshot.uri(path)?;
            match files.iter_mut().find(|(known, _)| *known == uri) {
                Some((_, edits)) => edits.push(edit.clone()),
                None => files.push((uri, vec![edit.clone()])),
            }
        }
        Some(CodeAction {
            is_preferred: (fix.applicability == Applicability::Safe).then_some(true),
            edit: Some(edits::of_workspace(self.snapshot, files)),
            ..self.action(shown, title)
        })
    }

    /// A fix that hipaalint does not make: with the reason, if the client shows that.
    fn shown_fix(&self, shown: &Shown<'_>, fix: &Fix, reason: String) -> Option<CodeAction> {
        if self.snapshot.client.disabled_actions {
            return Some(CodeAction {
                disabled: Some(CodeActionDisabled { reason }),
                ..self.action(shown, fix.title.clone())
            });
        }
        let mut action = self.action(shown, format!("{} (not made: {reason})", fix.title));
        action.command = self.command(shown, &action.title);
        Some(action)
    }

    /// An exception whose reason is to be written. One about exceptions would be about itself.
    fn exception(&self, shown: &Shown<'_>) -> Option<CodeAction> {
        if self.is_written_again || shown.finding.rule.starts_with(ABOUT_EXCEPTIONS) {
            return None;
        }
        let session = self.snapshot.session(&self.document.path);
        let edits = session.exception(self.document.source.text(), shown.finding)?;
        let edits = edits::of_text(&self.document.source, &edits, self.snapshot.encoding());
        let edit = edits::of_workspace(self.snapshot, vec![(self.document.uri.clone(), edits)]);
        let name = &shown.finding.subject.name;
        let place = if name.is_empty() { "the template".to_owned() } else { format!("`{name}`") };
        let title = format!("Add an exception for {} to {place} (then write its reason)", shown.finding.rule);
        Some(CodeAction { edit: Some(edit), ..self.action(shown, title) })
    }

    /// The change of the configuration that turns the rule off.
    fn turn_off(&self, shown: &Shown<'_>) -> Option<CodeAction> {
        let root = self.snapshot.roots.of(&self.document.path);
        let session = self.snapshot.session(&self.document.path);
        let turned = session.turning_off(&self.document.path, &shown.finding.rule, &root.folder)?;
        let edit: WorkspaceEdit = match turned.text {
            Some(text) => {
                let source = Source::new(SourceId(0), "", text);
                let edits = edits::of_text(&source, &turned.edits, self.snapshot.encoding());
                edits::of_workspace(self.snapshot, vec![(self.snapshot.uri(&turned.file)?, edits)])
            }
            None => {
                let text = turned.edits.into_iter().map(|edit| edit.text).collect();
                edits::of_new_file(self.snapshot, &turned.file, text)?
            }
        };
        let name = session.files().name(&turned.file);
        let title = format!("Turn {} off in {name}", shown.finding.rule);
        Some(CodeAction { edit: Some(edit), ..self.action(shown, title) })
    }

    fn explain(&self, shown: &Shown<'_>) -> CodeAction {
        let title = format!("Explain {}", shown.finding.rule);
        CodeAction { command: self.command(shown, &title), ..self.action(shown, title) }
    }

    fn command(&self, shown: &Shown<'_>, title: &str) -> Option<Command> {
        let arguments = [shown.finding.rule.to_string(), self.document.uri.as_str().to_owned()];
        let arguments = arguments.into_iter().map(serde_json::Value::String).collect();
        Some(Command { title: title.to_owned(), command: EXPLAIN.to_owned(), arguments: Some(arguments) })
    }
}

/// The note of a fix, as a part of a title.
fn note(fix: &Fix, otherwise: &str) -> String {
    let note = fix.note.trim().trim_end_matches('.');
    if note.is_empty() { otherwise.to_owned() } else { note.to_owned() }
}
