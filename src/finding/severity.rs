//! The harm that a finding stands for.

use super::Level;

/// What can happen to PHI if a finding is true and nobody reacts. Ordered: `Low < Medium < High < Critical`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RuleSeverity {
    /// Hygiene: tags, names and minor settings.
    Low,
    /// Evidence or recovery is weaker: logs, backups, retention, rotation.
    Medium,
    /// One further mistake exposes or destroys PHI.
    High,
    /// Anyone can read PHI, or a credential is in the open.
    Critical,
}

impl RuleSeverity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// `critical`, `high`, `medium`, `low`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// That of a rule which states only a level.
    pub fn of_level(level: Level) -> Self {
        match level {
            Level::Error => Self::High,
            Level::Warning => Self::Medium,
            Level::Note => Self::Low,
        }
    }
}
