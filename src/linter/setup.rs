//! Why a linter cannot be set up, in words.

/// Why a linter cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// No rule has this id; perhaps the other one is meant.
    UnknownRule(String, Option<String>),
    /// The rule has no such parameter; it has these.
    UnknownSetting(String, String, Vec<String>),
    /// A rule of the pack cannot be read.
    BrokenRule(String, String),
}

impl std::fmt::Display for SetupError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownRule(id, nearest) => {
                write!(formatter, "there is no rule `{id}`")?;
                match nearest {
                    Some(nearest) => write!(formatter, "; did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            Self::UnknownSetting(id, name, known) if known.is_empty() => {
                write!(formatter, "rule `{id}` has no parameter `{name}`: it has no parameters")
            }
            Self::UnknownSetting(id, name, known) => {
                write!(formatter, "rule `{id}` has no parameter `{name}`; its parameters are {}", known.join(", "))
            }
            Self::BrokenRule(id, error) => write!(formatter, "rule `{id}` cannot be read: {error}"),
        }
    }
}

impl std::error::Error for SetupError {}

impl super::Linter {
    /// The same linter, for templates that have a part of what is deployed if `is_part`: see
    /// [`Inputs::is_part`](crate::eval::inputs::Inputs::is_part).
    #[must_use]
    pub fn of_parts(mut self, is_part: bool) -> Self {
        self.inputs.is_part = is_part;
        self
    }
}
