//! The names, brackets and strings of code, in Python and JavaScript.

use super::Language;
use memchr::memchr_iter;

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
    Lexer { code, bytes: code.as_bytes(), at: 0, line: 1, language }.tokens(None, 0)
}

/// The bytes of names, as far as they are ASCII.
const OF_NAMES: [bool; 256] = of_names();

#[allow(clippy::indexing_slicing, reason = "evaluated when hipaalint is built")]
const fn of_names() -> [bool; 256] {
    let mut of_names = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        of_names[byte as usize] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as u32 || byte == b'$' as u32;
        byte += 1;
    }
    of_names
}

struct Lexer<'c> {
    code: &'c str,
    bytes: &'c [u8],
    /// Where the next character begins.
    at: usize,
    line: usize,
    language: Language,
}

impl<'c> Lexer<'c> {
    /// The next character.
    fn next(&mut self) -> Option<char> {
        let byte = self.peek()?;
        let character = if byte.is_ascii() { char::from(byte) } else { self.rest().chars().next()? };
        self.at += character.len_utf8();
        self.line += usize::from(character == '\n');
        Some(character)
    }

    /// The first byte of the next character.
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'c str {
        self.code.get(self.at..).unwrap_or_default()
    }

    fn starts_with(&self, bytes: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(bytes))
    }

    /// The tokens up to the bracket that closes what is inserted, or to the end.
    fn tokens(&mut self, close: Option<char>, nested: usize) -> Vec<Token<'c>> {
        let mut tokens = Vec::new();
        let mut open = 0_usize;
        loop {
            let at = self.at;
            // Most characters are of names, or spaces.
            match self.peek() {
                Some(b' ') => {
                    self.at += 1;
                    continue;
                }
                Some(byte) if OF_NAMES.get(usize::from(byte)).copied().unwrap_or_default() => {
                    self.skip_name();
                    tokens.push(Token::Name(self.code.get(at..self.at).unwrap_or_default(), self.line));
                    continue;
                }
                _ => {}
            }
            let Some(character) = self.next() else { return tokens };
            let line = self.line;
            match character {
                _ if character.is_whitespace() => {}
                '#' if self.language == Language::Python => self.skip_to(b"\n"),
                '/' if self.language == Language::JavaScript && self.peek() == Some(b'/') => self.skip_to(b"\n"),
                '/' if self.language == Language::JavaScript && self.peek() == Some(b'*') => self.skip_to(b"*/"),
                '\'' | '"' | '`' => {
                    let formatted = character == '`' || self.is_formatted(&mut tokens, at);
                    self.string(character, formatted, nested, &mut tokens);
                }
                _ if is_of_name(character) => {
                    self.skip_name();
                    tokens.push(Token::Name(self.code.get(at..self.at).unwrap_or_default(), line));
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
    }

    /// Skips the rest of a name.
    fn skip_name(&mut self) {
        while let Some(byte) = self.peek() {
            if OF_NAMES.get(usize::from(byte)).copied().unwrap_or_default() {
                self.at += 1;
                continue;
            }
            match self.rest().chars().next() {
                Some(character) if !byte.is_ascii() && is_of_name(character) => self.at += character.len_utf8(),
                _ => return,
            }
        }
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

    /// Skips to the end of a comment.
    fn skip_to(&mut self, end: &[u8]) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.windows(end.len()).position(|part| part == end).map_or(rest.len(), |at| at + end.len());
        self.line += memchr_iter(b'\n', rest.get(..length).unwrap_or_default()).count();
        self.at += length;
    }

    /// A string after its opening quote.
    fn string(&mut self, quote: char, formatted: bool, nested: usize, tokens: &mut Vec<Token<'c>>) {
        let quotes = [u8::try_from(quote).unwrap_or_default(); 2];
        let triple = self.language == Language::Python && self.starts_with(&quotes);
        if triple {
            self.at += quotes.len();
        }
        tokens.push(Token::Text);
        loop {
            let is_plain = |byte: &&u8| !matches!(byte, b'\\' | b'\n' | b'{' | b'$') && **byte != quotes[0];
            self.at += self.bytes.get(self.at..).unwrap_or_default().iter().take_while(is_plain).count();
            let Some(character) = self.next() else { return };
            match character {
                '\\' => {
                    self.next();
                }
                _ if character == quote && !triple => return,
                _ if character == quote && self.starts_with(&quotes) => {
                    self.at += quotes.len();
                    return;
                }
                // A string of one line that nobody closed.
                '\n' if !triple && quote != '`' => return,
                '{' if formatted && self.language == Language::Python => {
                    if self.peek() == Some(b'{') {
                        self.at += 1;
                    } else {
                        self.inserted(nested, tokens);
                    }
                }
                '$' if formatted && self.language == Language::JavaScript && self.peek() == Some(b'{') => {
                    self.at += 1;
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
