//! The place in a program that a part of a template comes from.

/// A place in a program: where an app of the CDK makes a construct or acknowledges a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Origin {
    /// The file, as reports show it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, as the program's runtime counts.
    pub column: usize,
    /// Whether the file is in the current folder, so that reports can point at it.
    #[serde(skip)]
    pub is_here: bool,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.column)
    }
}
