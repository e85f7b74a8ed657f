//! Regular expressions that are compiled when they are first asked: most runs ask few of them.

use regex::Regex;
use std::sync::OnceLock;

/// A regular expression (linear time, unanchored).
#[derive(Clone, Debug)]
pub struct Expression {
    pattern: &'static str,
    own: Option<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Expression {
    /// An expression of the program's own.
    pub const fn new(pattern: &'static str) -> Self {
        Self { pattern, own: None, compiled: OnceLock::new() }
    }

    /// An expression from a rule file.
    ///
    /// # Errors
    /// Where it is no regular expression.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        regex_syntax::parse(pattern).map_err(|error| format!("`{pattern}` is not a regular expression: {error}"))?;
        Ok(Self { pattern: "", own: Some(pattern.to_owned()), compiled: OnceLock::new() })
    }

    /// The compiled expression; none for one that is too large to compile.
    pub fn regex(&self) -> Option<&Regex> {
        let pattern = self.own.as_deref().unwrap_or(self.pattern);
        self.compiled.get_or_init(|| Regex::new(pattern).ok()).as_ref()
    }

    /// Whether it matches somewhere in a text; none where it is too large to be tried.
    pub fn is_match(&self, text: &str) -> Option<bool> {
        Some(self.regex()?.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiled_when_asked() {
        assert_eq!(Expression::new("^a+$").is_match("aaa"), Some(true));
        assert_eq!(Expression::parse("b").map(|expression| expression.is_match("aaa")), Ok(Some(false)));
    }

    #[test]
    fn refuses_what_is_none_and_does_not_try_what_is_too_large() {
        assert!(Expression::parse("(").is_err_and(|error| error.contains("`(` is not a regular expression")));
        assert_eq!(Expression::parse(r"(\w{1000}){1000}").map(|expression| expression.is_match("a")), Ok(None));
    }
}
