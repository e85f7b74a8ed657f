//! The names, brackets and strings of code, in Python and JavaScript.

use super::Language;
use std::iter::Peekable;
use std::str::CharIndices;

/// A piece of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'c> {
    /// A name or number, and its line.
    Name(&'c str, usize),
    /// Any other character outside of strings and comments, and its line.
    Mark(char, usize),
    /// A string without code in it.
    Text,
    /// The code that a string inserts: `event` of `f"{event}"` and `` `${event}` ``.
    Inserted(Vec<Token<'c>>),
}

impl Token<'_> {
    /// The line, counted from 1; 0 for strings.
    pub(super) fn line(&self) -> usize {
        match self {
            Self::Name(_, line) | Self::Mark(_, line) => *line,
            Self::Text | Self::Inserted(_) => 0,
        }
    }
}

/// Strings in code in strings are read this deep; nobody writes more.
const MOST_NESTED: usize = 8;

/// Takes code apart. What ends before it should, such as an open string, ends where the code does.
pub(super) fn lex(code: &str, language: Language) -> Vec<Token<'_>> {
    let mut lexer = Lexer { code, characters: code.char_indices().peekable(), line: 1, language };
    lexer.tokens(None, 0)
}

struct Lexer<'c> {
    code: &'c str,
    characters: Peekable<CharIndices<'c>>,
    line: usize,
    language: Language,
}

impl<'c> Lexer<'c> {
    fn next(&mut self) -> Option<(usize, char)> {
        let next = self.characters.next();
        if matches!(next, Some((_, '\n'))) {
            self.line += 1;
        }
        next
    }

    fn peek(&mut self) -> Option<char> {
        self.characters.peek().map(|(_, character)| *character)
    }

    fn rest(&mut self) -> &'c str {
        let at = self.characters.peek().map_or(self.code.len(), |(at, _)| *at);
        self.code.get(at..).unwrap_or_default()
    }

    /// The tokens up to the bracket that closes what is inserted, or to the end.
    fn tokens(&mut self, close: Option<char>, nested: usize) -> Vec<Token<'c>> {
        let mut tokens = Vec::new();
        let mut open = 0_usize;
        while let Some((at, character)) = self.next() {
            let line = self.line;
            match character {
                _ if character.is_whitespace() => {}
                '#' if self.language == Language::Python => self.skip_to("\n"),
                '/' if self.language == Language::JavaScript && self.peek() == Some('/') => self.skip_to("\n"),
                '/' if self.language == Language::JavaScript && self.peek() == Some('*') => self.skip_to("*/"),
                '\'' | '"' | '`' => {
                    let formatted = character == '`' || self.is_formatted(&mut tokens, at);
                    self.string(character, formatted, nested, &mut tokens);
                }
                _ if is_of_name(character) => {
                    while self.peek().is_some_and(is_of_name) {
                        self.next();
                    }
                    let end = self.characters.peek().map_or(self.code.len(), |(end, _)| *end);
                    tokens.push(Token::Name(self.code.get(at..end).unwrap_or_default(), line));
                }
                _ if Some(character) == close && open == 0 => return tokens,
                _ => {
                    if close.is_some() {
                        match character {
                            '{' => open += 1,
                            '}' => open = open.saturating_sub(1),
                            _ => {}
                        }
                    }
                    tokens.push(Token::Mark(character, line));
                }
            }
        }
        tokens
    }

    /// Whether the string that begins at `at` is one of Python's that insert; takes its prefix off the tokens.
    fn is_formatted(&mut self, tokens: &mut Vec<Token<'c>>, at: usize) -> bool {
        let Some(Token::Name(prefix, _)) = tokens.last() else { return false };
        let touches = self.code.get(..at).is_some_and(|before| before.ends_with(prefix));
        let is_prefix = prefix.len() <= 2
            && prefix.chars().all(|letter| matches!(letter, 'f' | 'F' | 'r' | 'R' | 'b' | 'B' | 'u' | 'U'));
        if self.language != Language::Python || !touches || !is_prefix {
            return false;
        }
        let formatted = prefix.contains(['f', 'F']);
        tokens.pop();
        formatted
    }

    fn skip_to(&mut self, end: &str) {
        while !self.rest().is_empty() {
            if self.rest().starts_with(end) {
                for _ in end.chars() {
                    self.next();
                }
                return;
            }
            self.next();
        }
    }

    /// A string after its opening quote.
    fn string(&mut self, quote: char, formatted: bool, nested: usize, tokens: &mut Vec<Token<'c>>) {
        let tripled = [quote, quote].iter().collect::<String>();
        let triple = self.language == Language::Python && self.rest().starts_with(&tripled);
        if triple {
            self.next();
            self.next();
        }
        tokens.push(Token::Text);
        while let Some((_, character)) = self.next() {
            match character {
                '\\' => {
                    self.next();
                }
                _ if character == quote && !triple => return,
                _ if character == quote && self.rest().starts_with(&tripled) => {
                    self.next();
                    self.next();
                    return;
                }
                // A string of one line that nobody closed.
                '\n' if !triple && quote != '`' => return,
                '{' if formatted && self.language == Language::Python => {
                    if self.peek() == Some('{') {
                        self.next();
                    } else {
                        self.inserted(nested, tokens);
                    }
                }
                '$' if formatted && self.language == Language::JavaScript && self.peek() == Some('{') => {
                    self.next();
                    self.inserted(nested, tokens);
                }
                _ => {}
            }
        }
    }

    fn inserted(&mut self, nested: usize, tokens: &mut Vec<Token<'c>>) {
        if nested < MOST_NESTED {
            let inner = self.tokens(Some('}'), nested + 1);
            tokens.push(Token::Inserted(inner));
        }
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}
