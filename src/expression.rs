//! Regular expressions that are compiled when they are first asked: most runs ask few of them.

mod words;

use regex::Regex;
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::sync::OnceLock;
use words::Words;

/// A regular expression (linear time, unanchored).
#[derive(Clone)]
pub struct Expression {
    pattern: &'static str,
    own: Option<String>,
    words: OnceLock<Option<Words>>,
    compiled: OnceLock<Option<Regex>>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Expression").field(&self.pattern()).finish()
    }
}

impl Expression {
    /// An expression of the program's own.
    pub const fn new(pattern: &'static str) -> Self {
        Self { pattern, own: None, words: OnceLock::new(), compiled: OnceLock::new() }
    }

    /// An expression from a rule file.
    ///
    /// # Errors
    /// Where it is not a regular expression.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let words = Words::of(pattern);
        if !words.as_ref().is_some_and(Words::are_all) {
            regex_syntax::parse(pattern)
                .map_err(|error| format!("`{pattern}` is not a valid regular expression: {}", cause(&error)))?;
        }
        Ok(Self { pattern: "", own: Some(pattern.to_owned()), words: words.into(), compiled: OnceLock::new() })
    }

    /// The expression as written.
    pub fn pattern(&self) -> &str {
        self.own.as_deref().unwrap_or(self.pattern)
    }

    /// The compiled expression; none for one that is too large to compile.
    pub fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(self.pattern()).ok()).as_ref()
    }

    /// Whether it matches somewhere in a text; none where it is too large to be tried.
    pub fn is_match(&self, text: &str) -> Option<bool> {
        let words = self.words.get_or_init(|| Words::of(self.pattern()));
        match words.as_ref().and_then(|words| words.result(text)) {
            Some(result) => Some(result),
            None => Some(self.regex()?.is_match(text)),
        }
    }

    /// Whether it matches within a part of a text, whatever is before and after the part; each of the two is open where something is
    /// that nobody knows. All that a match can ask about its surroundings is what kind of character is next to it.
    pub fn is_match_within(&self, part: &str, is_open: [bool; 2]) -> bool {
        const NEIGHBORS: [&str; 5] = ["", "x", " ", "\n", "\r"];
        let Some(regex) = self.regex() else { return false };
        let neighbors = |is_open: bool| if is_open { &NEIGHBORS[..] } else { &NEIGHBORS[..1] };
        let [before, after] = is_open.map(neighbors);
        before.iter().all(|before| {
            after.iter().all(|after| {
                let text = [before, part, after].concat();
                let end = regex.shortest_match_at(&text, before.len());
                end.is_some_and(|end| end <= before.len() + part.len())
            })
        })
    }
}

/// The text of an expression in a rule file.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", inline))]
pub struct Pattern {
    text: String,
    /// Whether it is one of the built-in rules, whose expressions the tests check.
    is_built_in: bool,
}

impl Pattern {
    /// The expression.
    ///
    /// # Errors
    /// Where the text is not a regular expression.
    pub fn expression(self) -> Result<Expression, String> {
        if !self.is_built_in {
            return Expression::parse(&self.text);
        }
        Ok(Expression { pattern: "", own: Some(self.text), words: OnceLock::new(), compiled: OnceLock::new() })
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_built_in = !deserializer.is_human_readable();
        Ok(Self { text: String::deserialize(deserializer)?, is_built_in })
    }
}

/// The last line of an error of the library; the lines before it show the expression.
fn cause(error: &regex_syntax::Error) -> String {
    let shown = error.to_string();
    shown.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
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
    fn a_part_decides_where_its_surroundings_do_not_matter() {
        let open = [true, true];
        for (pattern, part, is_open, expected) in [
            ("^http://", "http://", [false, true], true),
            ("^http://", "http://", open, false),
            (r"claims\.email", "a $context.authorizer.claims.email b", open, true),
            (r"\bemail\b", "email", open, false),
            (r"\bemail\b", " email,", open, true),
            (r"email$", "email", [true, false], true),
            (r"email$", "email", open, false),
            ("a.*b", "a", open, false),
            ("a.*", "a", open, true),
            ("a+b?", "xaab", open, true),
            (r"(?m)^a$", "\na\n", open, true),
        ] {
            assert_eq!(Expression::new(pattern).is_match_within(part, is_open), expected, "{pattern}: {part}");
        }
    }

    #[test]
    fn refuses_what_is_none_and_does_not_try_what_is_too_large() {
        assert!(
            Expression::parse("(")
                .is_err_and(|error| error.contains("`(` is not a valid regular expression: unclosed group"))
        );
        assert_eq!(Expression::parse(r"(\w{1000}){1000}").map(|expression| expression.is_match("a")), Ok(None));
    }
}
