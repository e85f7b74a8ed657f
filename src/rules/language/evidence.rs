//! Evidence: further locations that a check shows with its findings.

use serde::Deserialize;

/// Further locations to show with a finding.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The network path from the internet to the databases that the block is, contains or protects.
    InternetRoute,
    /// What makes a parameter one that carries a secret. Word: `{because}`.
    SecretUse,
}

impl Evidence {
    /// The words that it has for messages.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::InternetRoute => &[],
            Self::SecretUse => &["because"],
        }
    }
}
