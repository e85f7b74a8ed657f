//! What a front end can do about a finding of an open text: fix it, make an exception, or turn its rule off. Nothing is written: the
//! results are texts and edits.

use super::sink::{End, FixedText, Sink};
use crate::files::{Files, Reach};
use crate::finding::Edit;
use crate::paths::folder_of;
use crate::project::{self, Texts};
use crate::report::Report;
use crate::source::{SourceId, Span};
use std::path::PathBuf;

/// How a configuration turns a rule off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedOff {
    /// The configuration: an absolute path.
    pub file: PathBuf,
    /// Its text; none if it does not exist.
    pub text: Option<String>,
    /// The edits of the text. If it does not exist, they make one of nothing.
    pub edits: Vec<Edit>,
}

/// How a configuration turns a rule off.
pub(super) fn turning_off(file: PathBuf, rule: &str, files: &Files) -> Option<TurnedOff> {
    let text = Reach::of_project(folder_of(&file), files).text(&file, files).ok();
    let edits = match &text {
        Some(text) if only_comments(text) => vec![appended(text, rule)],
        Some(text) => project::set(text, &["rules", rule, "level"], "off")?,
        None => vec![appended("", rule)],
    };
    Some(TurnedOff { file, text, edits })
}

/// Whether a text has nothing but comments, so that nothing can be set in it.
fn only_comments(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

/// The edit that adds a first entry at the end of a text.
fn appended(text: &str, rule: &str) -> Edit {
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let span = Span::new(SourceId(0), text.len(), text.len());
    Edit { span, text: format!("{separator}rules:\n  {rule}: {{ level: off }}\n") }
}

/// Gets the fixed text of a run that fixes one.
#[derive(Default)]
pub(super) struct OneText(pub(super) Option<Texts>);

impl Sink for OneText {
    fn file(&mut self, _: &Report<'_>) {}

    fn fixed(&mut self, text: &FixedText<'_>) {
        self.0 = Some(text.texts.clone());
    }

    fn end(&mut self, _: &End<'_>) {}
}
