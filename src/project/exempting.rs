//! An exception for a finding, as the change of its template: in the template's own language, with a reason that is still to be written.

use crate::change::{Action, Change, Edit, Step, Value};
use crate::finding::Finding;
use crate::source::SourceId;
use crate::syntax::{self, Node, edit};

/// The edits that add an exception for a finding to the text of its template. Its reason is empty, so that it is not valid before a
/// person has written one. None if the text cannot be edited there, or if the block of the finding is not in it.
pub fn exception(text: &str, finding: &Finding) -> Option<Vec<Edit>> {
    let document = syntax::read(text, SourceId(0)).ok()?;
    let subject = &finding.subject;
    let block = || document.root.get(subject.section)?.get(&subject.name);
    let mut paths = None;
    let mut path = Vec::new();
    match subject.section {
        // An exception of a resource is in its own metadata.
        "Resources" if !subject.name.is_empty() => {
            block().filter(|node| is_open(node) && node.get("Metadata").is_none_or(is_open))?;
            path.extend([key("Resources"), key(&subject.name)]);
        }
        _ if subject.name.is_empty() => {}
        section => {
            block()?;
            paths = Some(format!("{section}/{}", subject.name));
        }
    }
    path.extend(["Metadata", "hipaalint", "exceptions"].map(key));
    let word = |word: &str| Value::String(word.to_owned());
    let mut exception = vec![("rule".to_owned(), word(&finding.rule))];
    exception.extend(paths.map(|path| ("paths".to_owned(), Value::List(vec![word(&path)]))));
    exception.push(("reason".to_owned(), word("")));
    made(text, Change { path, action: Action::Append(Value::Map(exception)) })
}

/// The edits that set a value in a text, which may be empty.
pub fn set(text: &str, path: &[&str], value: &str) -> Option<Vec<Edit>> {
    let action = Action::Set(Value::String(value.to_owned()));
    made(text, Change { path: path.iter().map(|step| key(step)).collect(), action })
}

fn made(text: &str, change: Change) -> Option<Vec<Edit>> {
    let document = syntax::read(text, SourceId(0)).ok()?;
    let edited = edit::edits(text, &document, &[change]);
    (edited.refused.is_empty() && !edited.edits.is_empty()).then_some(edited.edits)
}

/// Whether a key can be added: to a map that is not a function.
fn is_open(node: &Node<'_>) -> bool {
    node.as_mapping().is_some_and(|entries| !entries.iter().any(|entry| entry.key.starts_with("Fn::")))
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}
