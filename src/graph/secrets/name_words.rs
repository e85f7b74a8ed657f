//! The words of a name.

use smallvec::SmallVec;
use std::ops::Range;

/// The words of a name in lower case: `DBMasterPassword`, `db_master_password` and `db-master-password` are alike.
pub(super) struct Words {
    lower: String,
    /// The bytes of each word.
    words: SmallVec<[Range<usize>; 8]>,
}

/// What a character is in a name.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Class {
    /// None of a word.
    Mark,
    Lower,
    Upper,
    Digit,
    /// Another letter.
    Letter,
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '0'..='9' => Self::Digit,
            _ if character.is_ascii() || !character.is_alphanumeric() => Self::Mark,
            _ if character.is_lowercase() => Self::Lower,
            _ if character.is_uppercase() => Self::Upper,
            _ if character.is_numeric() => Self::Digit,
            _ => Self::Letter,
        }
    }
}

impl Words {
    pub(super) fn of(name: &str) -> Self {
        if name.is_ascii() {
            let classes = name.bytes().map(|byte| (Class::of(char::from(byte)), 1));
            return Self { lower: name.to_ascii_lowercase(), words: Self::between(classes) };
        }
        let lower: String = name.chars().flat_map(char::to_lowercase).collect();
        let length = |character: char| character.to_lowercase().map(char::len_utf8).sum();
        let words = Self::between(name.chars().map(|character| (Class::of(character), length(character))));
        Self { lower, words }
    }

    /// The bytes of each word, given what each character is and its bytes.
    fn between(classes: impl Iterator<Item = (Class, usize)>) -> SmallVec<[Range<usize>; 8]> {
        let mut words = SmallVec::new();
        let (mut previous, mut start, mut at) = (Class::Mark, 0, 0);
        let mut classes = classes.peekable();
        while let Some((class, length)) = classes.next() {
            let begins = match (previous, class) {
                (_, Class::Mark) | (Class::Digit, Class::Digit) => false,
                (Class::Mark, _) | (_, Class::Digit) | (Class::Lower | Class::Digit, Class::Upper) => true,
                (_, Class::Upper) => matches!(classes.peek(), Some((Class::Lower, _))),
                _ => false,
            };
            if previous != Class::Mark && (begins || class == Class::Mark) {
                words.push(start..at);
            }
            start = if begins { at } else { start };
            previous = class;
            at += length;
        }
        if previous != Class::Mark {
            words.push(start..at);
        }
        words
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.words.iter().map(|word| self.lower.get(word.clone()).unwrap_or_default())
    }
}

/// Whether a name is that of a secret which people choose, and programs do not: a password.
pub(super) fn is_chosen(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["pass", "psw", "pw"].iter().any(|word| lower.contains(word))
}
