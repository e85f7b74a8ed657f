//! The change of a template that mends a finding.

use crate::change::Change;
pub use crate::change::Edit;

/// Who may apply a fix.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Nobody: it is shown, with the place to look at.
    Display,
    /// A person who has read it: it may replace, interrupt, deny, delete or cost something, or somebody has to choose.
    Unsafe,
    /// Anybody: CloudFormation changes the resource in place, and nothing else changes.
    Safe,
}

impl Applicability {
    /// `safe`, `unsafe`, `display`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Display => "display",
        }
    }
}

/// A change of a template that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command without a period: "Set `VersioningConfiguration.Status` to `Enabled`".
    pub title: String,
    /// Who may apply it.
    pub applicability: Applicability,
    /// What else it does, or why it is not safe or not applied, as sentences; empty if there is nothing to say.
    pub note: String,
    /// The sentences of the note about the resource as it is deployed, which a run leaves out of what it adds itself.
    pub on_deployed: String,
    /// The changes of the template, for those who apply several fixes at once. None if it is only shown.
    pub changes: Vec<Change>,
    /// The same changes as edits of the text, in its order, for those who apply this fix alone.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// Who may make a fix, with a note, and nothing else of it.
    pub(crate) fn marked(applicability: Applicability, note: String) -> Self {
        let (title, on_deployed) = (String::new(), String::new());
        Self { title, applicability, note, on_deployed, changes: Vec::new(), edits: Vec::new() }
    }

    /// The title with what there is to say, as one text that ends with a period.
    pub fn description(&self) -> String {
        let title = self.title.trim_end_matches('.');
        if self.note.is_empty() { format!("{title}.") } else { format!("{title}. {}", self.note) }
    }
}
