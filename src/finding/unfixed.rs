//! Why a finding was not fixed by a run that fixes.

/// Why a finding was not fixed. In the order of reports.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfixed {
    /// The fix is not safe, and only safe fixes were made.
    Unsafe,
    /// Only fixes of other rules were made.
    OtherRule,
    /// A person declined it.
    Declined,
    /// A person was to be asked, and nobody answered.
    Unanswered,
    /// Its fix is only shown: a person has to look at the place.
    Display,
    /// No fix is known.
    NoFix,
    /// The text at its place cannot be edited.
    Place,
    /// Its fix did not help, or made a new finding.
    TakenBack,
    /// Its fix was not tried, since too many others had to be tried.
    NotTried,
    /// Its fix would move a finding out of the exception or the baseline that covers it.
    Uncovers,
    /// It is in the template of a nested stack that nobody named.
    NotNamed,
    /// It is in a file that a program writes: `cdk synth` writes a cloud assembly again, and `sam build` what is in `.aws-sam`.
    Generated,
    /// The file was not written.
    NotWritten,
    /// An exception or a baseline covers it.
    Covered,
}
