//! What a front end can do about a finding of an open text: fix it, make an exception, or turn its rule off. Nothing is written: the
//! results are texts and edits.

use super::options::Fixing;
use super::sink::{End, FixedText, Sink};
use super::{Doing, Session};
use crate::discover::{self, Filter};
use crate::files::Reach;
use crate::finding::{Edit, Finding};
use crate::paths::folder_of;
use crate::project::{self, Counter, Texts};
use crate::report::Report;
use std::path::{Path, PathBuf};

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

impl Session {
    /// The text of a file, which is among the [`files`](Self::files), before and after its findings are fixed, as
    /// [`lint`](Self::lint) does with these options, in as many rounds as it takes. None if nothing is fixed.
    pub fn fixed(&self, path: &Path, fixing: Fixing) -> Option<Texts> {
        let nothing = &mut |_: &Path, _: &Path, _: bool| false;
        let filter = Filter { gitignore: false, skips: nothing, skips_named: false };
        let found = discover::discover(&[path.to_owned()], filter, &self.files);
        let mut fixed = OneText::default();
        let fixing = Fixing { is_dry: true, ..fixing };
        let counter = &Counter::default();
        let doing = Doing { counter, is_open: true, ask: None, again: None, fixing: Some(&fixing) };
        self.run(found, &self.files, &doing, &mut fixed);
        fixed.0.filter(|texts| texts.before != texts.after)
    }

    /// The edits that add an exception for a finding to the text of its template, with a reason that a person has to write before it
    /// is valid. None if the text cannot be edited there.
    pub fn exception(&self, text: &str, finding: &Finding) -> Option<Vec<Edit>> {
        project::exception(text, finding)
    }

    /// How the configuration that governs a file turns a rule off. Without one, a configuration in `folder` does.
    pub fn turning_off(&self, path: &Path, rule: &str, folder: &Path) -> Option<TurnedOff> {
        let base = self.files.base();
        let named = self.settings_of(folder_of(path)).file.clone();
        let file = base.normal(&named.unwrap_or_else(|| folder.join(crate::config::FILE_NAME)));
        let text = Reach::of_project(folder_of(&file), &self.files).text(&file, &self.files).ok();
        let steps = ["rules", rule, "level"];
        let edits = match &text {
            Some(text) => {
                project::set(text, &steps, "off").or_else(|| only_comments(text).then(|| vec![appended(text, rule)]))?
            }
            None => vec![appended("", rule)],
        };
        Some(TurnedOff { file, text, edits })
    }
}

/// Whether a text has nothing but comments, so that nothing can be set in it.
fn only_comments(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

/// The edit that adds a first entry at the end of a text.
fn appended(text: &str, rule: &str) -> Edit {
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let span = crate::source::Span::new(crate::source::SourceId(0), text.len(), text.len());
    Edit { span, text: format!("{separator}rules:\n  {rule}: {{ level: off }}\n") }
}

/// Gets the fixed text of a run that fixes one.
#[derive(Default)]
struct OneText(Option<Texts>);

impl Sink for OneText {
    fn file(&mut self, _: &Report<'_>) {}

    fn fixed(&mut self, text: &FixedText<'_>) {
        self.0 = Some(text.texts.clone());
    }

    fn end(&mut self, _: &End<'_>) {}
}
