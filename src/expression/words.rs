//! The words that an expression lists: `(?i)^(redis|valkey)$` is two. Most expressions of rules are such lists, and to look for
//! words in a text takes less than a hundredth of the time that compiling the expression takes. One template meets a dozen.
//!
//! What is not a list is left to the `regex` crate, alternative by alternative: of `sts:a[a-z]*` the beginning is a word, and a text
//! without it does not match.

use std::iter::Peekable;
use std::str::Chars;

/// Lists of more words than this are compiled.
const MOST: usize = 64;
/// And those with groups in groups more than this deep.
const MOST_DEPTH: usize = 16;

/// What an expression lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    ignores_case: bool,
    words: Vec<Word>,
}

/// One alternative of an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Word {
    text: String,
    /// Whether a text must begin with it.
    is_anchored: bool,
    end: End,
}

impl Word {
    /// Adds a character that follows, once.
    fn push(&mut self, character: char) {
        match self.end {
            End::Open => self.text.push(character),
            End::Untold => {}
            // What could follow the end is nothing, or nothing can.
            End::Text => self.end = End::Untold,
        }
    }
}

/// What follows a word.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
enum End {
    /// Anything.
    #[default]
    Open,
    /// The end of the text.
    Text,
    /// Something that only the expression itself can decide.
    Untold,
}

impl Words {
    /// The words of an expression; none where it has other parts than words, groups, `|`, `?`, `^`, `$` and ends of alternatives.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let (ignores_case, rest) = match pattern.strip_prefix("(?i)") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let mut reader = PatternReader { rest: rest.chars().peekable(), depth: 0 };
        let words = reader.alternatives(true)?;
        reader.rest.next().is_none().then_some(Self { ignores_case, words })
    }

    /// Whether nothing of the expression is untold: then it is a valid one, too.
    pub(super) fn are_all(&self) -> bool {
        self.words.iter().all(|word| word.end != End::Untold)
    }

    /// Whether the expression matches somewhere in a text; none if its words do not decide it.
    pub(super) fn result(&self, text: &str) -> Option<bool> {
        // Outside of ASCII, letters may have cases that a comparison of bytes does not know.
        if !text.is_ascii() {
            return None;
        }
        let mut is_told = true;
        for word in &self.words {
            match (self.occurs(word, text.as_bytes()), word.end) {
                (false, _) => {}
                (true, End::Untold) => is_told = false,
                (true, _) => return Some(true),
            }
        }
        is_told.then_some(false)
    }

    fn occurs(&self, word: &Word, text: &[u8]) -> bool {
        let wanted = word.text.as_bytes();
        let is = |part: &[u8]| if self.ignores_case { part.eq_ignore_ascii_case(wanted) } else { part == wanted };
        match (word.is_anchored, word.end) {
            (true, End::Text) => is(text),
            (true, _) => text.get(..wanted.len()).is_some_and(is),
            (false, End::Text) => text.len().checked_sub(wanted.len()).and_then(|at| text.get(at..)).is_some_and(is),
            (false, _) => wanted.is_empty() || text.windows(wanted.len()).any(is),
        }
    }
}

/// Reads an expression (the syntax of the `regex` crate).
struct PatternReader<'p> {
    rest: Peekable<Chars<'p>>,
    /// The groups that are open.
    depth: usize,
}

impl PatternReader<'_> {
    /// `a|b|c`, to the end or the closing parenthesis.
    fn alternatives(&mut self, may_anchor: bool) -> Option<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            words.extend(self.alternative(may_anchor)?);
            if words.len() > MOST {
                return None;
            }
            if self.rest.next_if_eq(&'|').is_none() {
                return Some(words);
            }
        }
    }

    fn alternative(&mut self, may_anchor: bool) -> Option<Vec<Word>> {
        let is_anchored = may_anchor && self.rest.next_if_eq(&'^').is_some();
        let mut words = vec![Word { is_anchored, ..Word::default() }];
        while let Some(next) = self.rest.peek().copied() {
            let item = match next {
                '|' | ')' => break,
                '(' => {
                    self.rest.next();
                    self.group()?
                }
                '$' => {
                    self.rest.next();
                    vec![Word { end: End::Text, ..Word::default() }]
                }
                // There is nothing to repeat.
                '?' | '*' | '+' | '{' => return None,
                _ => match self.character() {
                    // Nearly all of an expression is such.
                    Some(character) if !self.is_repeated() => {
                        words.iter_mut().for_each(|word| word.push(character));
                        continue;
                    }
                    Some(character) => vec![Word { text: character.to_string(), ..Word::default() }],
                    None => {
                        self.skip()?;
                        vec![Word { end: End::Untold, ..Word::default() }]
                    }
                },
            };
            words = self.followed(&words, item)?;
        }
        Some(words)
    }

    /// A group that is not captured by name, nor sets flags.
    fn group(&mut self) -> Option<Vec<Word>> {
        if self.rest.next_if_eq(&'?').is_some() {
            self.rest.next_if_eq(&':')?;
        }
        if self.depth == MOST_DEPTH {
            return None;
        }
        self.depth += 1;
        let words = self.alternatives(false)?;
        self.depth -= 1;
        self.rest.next_if_eq(&')')?;
        Some(words)
    }

    /// Words with what comes after them, once or, with `?`, at most once. What is repeated is untold.
    fn followed(&mut self, words: &[Word], mut item: Vec<Word>) -> Option<Vec<Word>> {
        match self.rest.peek() {
            Some('?') => {
                self.rest.next();
                item.push(Word::default());
            }
            Some('*' | '+' | '{') => {
                self.skip()?;
                item = vec![Word { end: End::Untold, ..Word::default() }];
            }
            _ => {}
        }
        // Of a lazy or doubled repetition nothing is known here.
        if self.is_repeated() {
            return None;
        }
        if words.len() * item.len() > MOST {
            return None;
        }
        let mut joined = Vec::with_capacity(words.len() * item.len());
        for word in words {
            match word.end {
                End::Open => joined.extend(item.iter().map(|next| Word {
                    text: [word.text.as_str(), &next.text].concat(),
                    is_anchored: word.is_anchored,
                    end: next.end,
                })),
                End::Untold => joined.push(word.clone()),
                // What could follow the end is nothing, or nothing can.
                End::Text => joined.push(Word { end: End::Untold, ..word.clone() }),
            }
        }
        Some(joined)
    }

    /// Whether what was read is repeated, or may be left out.
    fn is_repeated(&mut self) -> bool {
        matches!(self.rest.peek(), Some('?' | '*' | '+' | '{'))
    }

    /// The next character, if it stands for itself.
    fn character(&mut self) -> Option<char> {
        match *self.rest.peek()? {
            '\\' => {
                let mut ahead = self.rest.clone();
                ahead.next();
                // `\<` and `\>` are the edges of a word.
                let escaped = ahead.next_if(|next| next.is_ascii_punctuation() && !matches!(next, '<' | '>'))?;
                self.rest = ahead;
                Some(escaped)
            }
            '.' | '[' | '^' => None,
            next if next.is_ascii() => self.rest.next(),
            _ => None,
        }
    }

    /// Passes over the rest of an alternative.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0;
        while let Some(next) = self.rest.peek().copied() {
            match next {
                '|' | ')' if depth == 0 => break,
                '(' => depth += 1,
                ')' => depth -= 1,
                '\\' => {
                    self.rest.next();
                }
                '[' => {
                    self.class()?;
                    continue;
                }
                _ => {}
            }
            self.rest.next()?;
        }
        Some(())
    }

    /// Passes over a class: `[a-z]`. None where it is more than a list of characters.
    fn class(&mut self) -> Option<()> {
        self.rest.next();
        self.rest.next_if_eq(&'^');
        let mut is_first = true;
        loop {
            match self.rest.next()? {
                ']' if !is_first => return Some(()),
                ']' | '[' => return None,
                '\\' => {
                    self.rest.next()?;
                }
                _ => {}
            }
            is_first = false;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    fn words(pattern: &str) -> Option<Vec<String>> {
        let shown = |word: &Word| {
            let end = match word.end {
                End::Open => "",
                End::Text => "$",
                End::Untold => "…",
            };
            format!("{}{}{end}", if word.is_anchored { "^" } else { "" }, word.text)
        };
        Some(Words::of(pattern)?.words.iter().map(shown).collect())
    }

    #[test]
    fn lists_of_words() {
        for (pattern, expected) in [
            ("(?i)^(redis|valkey)$", &["^redis$", "^valkey$"][..]),
            ("(?i)^aurora(-mysql)?$", &["^aurora-mysql$", "^aurora$"]),
            ("^(mysql|aurora$|aurora-mysql)", &["^mysql", "^aurora$", "^aurora-mysql"]),
            ("^a|b$|c", &["^a", "b$", "c"]),
            (r"^(\*|sts:(\*|assumerole|a[a-z]*\*))$", &["^*$", "^sts:*$", "^sts:assumerole$", "^sts:a…"]),
            ("^patient_?(?:id|name)$", &["^patient_id$", "^patient_name$", "^patientid$", "^patientname$"]),
            (r"^ab*(x|y)", &["^a…"]),
            (r"\$context\.([a-z.]*claims)?x", &["$context.…", "$context.x"]),
            (r"^a$b", &["^a…"]),
            ("", &[""]),
        ] {
            assert_eq!(
                words(pattern).as_deref(),
                Some(&expected.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()[..]),
                "{pattern}"
            );
        }
        for pattern in ["(?x)a", "(?P<n>a)", "a??", "(a", "a)", "*a", "(?i-u)a", "[[:alpha:]]", "(^a)?b", "[]a]"] {
            assert_eq!(words(pattern).filter(|_| Words::of(pattern).unwrap().are_all()), None, "{pattern}");
        }
    }

    /// Words that are asked give the result of the expression.
    fn same_as_the_expression(pattern: &str, text: &str) {
        let (Some(words), Ok(regex)) = (Words::of(pattern), Regex::new(pattern)) else { return };
        if let Some(result) = words.result(text) {
            assert_eq!(result, regex.is_match(text), "{pattern} in {text:?}");
        }
    }

    proptest! {
        #[test]
        fn words_answer_as_the_expression_does(
            pattern in r"(\(\?i\))?\^?([abK]|\(a\|b\$?\)|\(\?:ab\|\)|\[ab\]|a\?|b\*|\\\.|\$|\||\(a\|\^b\)\?|\\b|\.){0,6}\$?",
            texts in prop::collection::vec("[abkKAſ.]{0,5}", 12),
        ) {
            for text in &texts {
                same_as_the_expression(&pattern, text);
            }
        }

        #[test]
        fn what_has_words_alone_is_an_expression(pattern in r"[ab()|?$^*\\\[\]{}+.:,-]{0,8}") {
            if Words::of(&pattern).is_some_and(|words| words.are_all()) {
                prop_assert!(Regex::new(&pattern).is_ok(), "{}", pattern);
            }
        }
    }
}
