//! `AllowedPattern`: regular expressions in Java's syntax that must match a whole value.
//!
//! An expression is read into a small tree, and matched by the positions at which each part of it may end, so that the work is
//! bounded for every expression. What cannot be decided is unknown: look-around, back-references, flags beyond `i`
//! and `s`, properties of characters that only Java knows, and expressions that Java refuses.
//!
//! Source: "Using regular expressions in CloudFormation templates", CloudFormation user guide, and `java.util.regex.Pattern`,
//! Java SE 17 (2026-11).

mod reader;

use crate::truth::Truth;
use smallvec::{SmallVec, smallvec};

/// Positions that are looked at before a match is given up.
const MAX_STEPS: usize = 50_000;

/// An expression.
#[derive(Debug)]
pub(super) struct Pattern {
    node: Node,
    /// Whether it has possessive quantifiers or atomic groups. They are read as greedy ones, but match less.
    matches_less: bool,
    /// Whether it has word boundaries. Letters outside ASCII belong to words in some releases of Java only.
    has_boundaries: bool,
}

#[derive(Debug)]
enum Node {
    /// One character.
    One(Set),
    /// One after the other.
    All(Vec<Node>),
    /// One of several.
    Any(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: usize,
        most: Option<usize>,
    },
    /// `^`, `\A`.
    Start,
    /// `\z`.
    End,
    /// `$`, `\Z`: the end, or the line terminator before it.
    LastLine,
    /// `\b`, and `\B` where it is false.
    Boundary(bool),
}

/// A set of characters.
#[derive(Clone, Debug)]
enum Set {
    Range(char, char),
    Union(Vec<Set>),
    Both(Box<Set>, Box<Set>),
    Not(Box<Set>),
    /// In both cases of ASCII letters: `(?i)`.
    AnyCase(Box<Set>),
    Property(fn(char) -> bool),
}

impl Set {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Range(first, last) => (*first..=*last).contains(&c),
            Self::Union(sets) => sets.iter().any(|set| set.contains(c)),
            Self::Both(one, other) => one.contains(c) && other.contains(c),
            Self::Not(set) => !set.contains(c),
            Self::AnyCase(set) => set.contains(c.to_ascii_lowercase()) || set.contains(c.to_ascii_uppercase()),
            Self::Property(holds) => holds(c),
        }
    }

    fn may_be_few(&self, most: usize) -> bool {
        match self {
            Self::Range(first, last) => u32::from(*last).saturating_sub(u32::from(*first)) as usize <= most,
            Self::Union(sets) => sets.iter().all(|set| set.may_be_few(most)),
            Self::Both(..) | Self::Not(_) | Self::AnyCase(_) | Self::Property(_) => false,
        }
    }

    /// How many characters it has at least, where it [may have few](Self::may_be_few).
    fn least(&self) -> usize {
        match self {
            Self::Range(first, last) if first <= last => u32::from(*last) as usize + 1 - u32::from(*first) as usize,
            Self::Union(sets) => sets.iter().map(Self::least).max().unwrap_or_default(),
            Self::Range(..) | Self::Both(..) | Self::Not(_) | Self::AnyCase(_) | Self::Property(_) => 0,
        }
    }

    /// The characters, where there are few.
    fn characters(&self, most: usize) -> Option<Vec<char>> {
        match self {
            Self::Range(first, last) => {
                let characters: Vec<char> = (*first..=*last).take(most + 1).collect();
                (characters.len() <= most).then_some(characters)
            }
            Self::Union(sets) => {
                let mut all = Vec::new();
                for set in sets {
                    all.extend(set.characters(most)?);
                }
                all.sort_unstable();
                all.dedup();
                (all.len() <= most).then_some(all)
            }
            Self::Both(..) | Self::Not(_) | Self::AnyCase(_) | Self::Property(_) => None,
        }
    }
}

impl Pattern {
    /// Whether it matches the whole of a text.
    pub(super) fn matches(&self, text: &str) -> Truth {
        if self.has_boundaries && !text.is_ascii() {
            return Truth::Unknown;
        }
        let text: Vec<char> = text.chars().collect();
        let mut attempt = Attempt { text: &text, steps: 0 };
        let mut starts = Positions::none(text.len() + 1);
        starts.add(0);
        match attempt.ends(&self.node, &starts).map(|ends| ends.has(text.len())) {
            None => Truth::Unknown,
            Some(true) if self.matches_less => Truth::Unknown,
            Some(matches) => matches.into(),
        }
    }

    /// Whether some text that it matches may have a character. False is certain.
    pub(super) fn may_have(&self, character: char) -> bool {
        fn may(node: &Node, character: char) -> bool {
            match node {
                Node::One(set) => set.contains(character),
                Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(|node| may(node, character)),
                Node::Repeat { node, .. } => may(node, character),
                Node::Start | Node::End | Node::LastLine | Node::Boundary(_) => false,
            }
        }
        may(&self.node, character)
    }

    /// All texts that it matches, in its own order, if there are at most so many.
    pub(super) fn texts(&self, most: usize) -> Option<Vec<String>> {
        if self.matches_less || self.has_boundaries || !may_be_few(&self.node, most) || least(&self.node) > most {
            return None;
        }
        let mut texts = texts(&self.node, most)?;
        // `^` and `$` match only at the ends. An expression with anchors elsewhere is not listed.
        texts.iter_mut().for_each(|text| {
            let inner = text.strip_prefix(START).unwrap_or(text);
            *text = inner.strip_suffix(END).unwrap_or(inner).to_owned();
        });
        let mut seen: Vec<String> = Vec::with_capacity(texts.len());
        for text in texts {
            if text.contains([START, END]) {
                return None;
            }
            if !seen.contains(&text) {
                seen.push(text);
            }
        }
        Some(seen)
    }
}

/// Represent the anchors in texts that are being combined. No template contains them.
const START: char = '\u{10FFFE}';
const END: char = '\u{10FFFF}';

/// Whether no part of an expression matches more than so many texts: nearly all do, and none of their texts has to be made.
fn may_be_few(node: &Node, most: usize) -> bool {
    match node {
        Node::One(set) => set.may_be_few(most),
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().all(|node| may_be_few(node, most)),
        Node::Repeat { node, most: Some(limit), .. } => *limit <= most && may_be_few(node, most),
        Node::Repeat { .. } | Node::Boundary(_) => false,
        Node::Start | Node::End | Node::LastLine => true,
    }
}

/// How many texts an expression matches at least, as [`texts`] counts them, without making any; where there [may be few](may_be_few).
fn least(node: &Node) -> usize {
    match node {
        Node::One(set) => set.least(),
        Node::All(nodes) => nodes.iter().map(least).fold(1, usize::saturating_mul),
        Node::Any(nodes) => nodes.iter().map(least).fold(0, usize::saturating_add),
        Node::Repeat { node, least: times, .. } => {
            let once = least(node);
            u32::try_from(*times).map_or(usize::MAX, |times| once.saturating_pow(times))
        }
        Node::Start | Node::End | Node::LastLine | Node::Boundary(_) => 1,
    }
}

fn texts(node: &Node, most: usize) -> Option<Vec<String>> {
    let texts = match node {
        Node::One(set) => set.characters(most)?.into_iter().map(String::from).collect(),
        Node::All(nodes) => {
            let mut made = vec![String::new()];
            for node in nodes {
                made = products(&made, &texts(node, most)?, most)?;
            }
            made
        }
        Node::Any(nodes) => {
            let mut all = Vec::new();
            for node in nodes {
                all.extend(texts(node, most)?);
                if all.len() > most {
                    return None;
                }
            }
            all
        }
        Node::Repeat { node, least, most: Some(limit) } if *limit <= most => {
            let once = texts(node, most)?;
            let (mut made, mut all) = (vec![String::new()], Vec::new());
            for times in 0..=*limit {
                if times >= *least {
                    all.extend(made.iter().cloned());
                }
                if times < *limit {
                    made = products(&made, &once, most)?;
                }
            }
            all
        }
        Node::Start => vec![START.to_string()],
        Node::End | Node::LastLine => vec![END.to_string()],
        Node::Repeat { .. } | Node::Boundary(_) => return None,
    };
    (texts.len() <= most).then_some(texts)
}

/// Each text followed by each of others.
fn products(texts: &[String], others: &[String], most: usize) -> Option<Vec<String>> {
    (texts.len().saturating_mul(others.len()) <= most)
        .then(|| texts.iter().flat_map(|text| others.iter().map(move |other| format!("{text}{other}"))).collect())
}

/// Positions in a text: before each character, and at the end.
#[derive(Clone, PartialEq, Eq)]
struct Positions {
    bits: SmallVec<[u64; 4]>,
    number: usize,
}

impl Positions {
    fn none(number: usize) -> Self {
        Self { bits: smallvec![0; number.div_ceil(64)], number }
    }

    fn add(&mut self, position: usize) {
        if let Some(bits) = self.bits.get_mut(position / 64).filter(|_| position < self.number) {
            *bits |= 1 << (position % 64);
        }
    }

    fn is_empty(&self) -> bool {
        self.bits.iter().all(|bits| *bits == 0)
    }

    fn has(&self, position: usize) -> bool {
        self.bits.get(position / 64).is_some_and(|bits| bits >> (position % 64) & 1 == 1)
    }

    /// Adds others; whether one of them is new.
    fn add_all(&mut self, more: &Self) -> bool {
        let mut is_new = false;
        for (known, more) in self.bits.iter_mut().zip(&more.bits) {
            is_new |= *more & !*known != 0;
            *known |= more;
        }
        is_new
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.bits.iter().enumerate().flat_map(|(word, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let next = (left != 0).then(|| 64 * word + left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
                next
            })
        })
    }

    fn that(&self, holds: impl Fn(usize) -> bool) -> Self {
        let mut all = Self::none(self.number);
        self.iter().filter(|position| holds(*position)).for_each(|position| all.add(position));
        all
    }
}

/// A text that an expression is matched with.
struct Attempt<'a> {
    text: &'a [char],
    steps: usize,
}

impl Attempt<'_> {
    fn has(&self, position: usize, set: &Set) -> bool {
        self.text.get(position).is_some_and(|c| set.contains(*c))
    }

    /// The positions where a node may end that begins at some positions; none if that would take too long.
    fn ends(&mut self, node: &Node, starts: &Positions) -> Option<Positions> {
        self.steps += starts.number;
        if self.steps > MAX_STEPS {
            return None;
        }
        Some(match node {
            Node::One(set) => {
                let mut ends = Positions::none(starts.number);
                for (word, bits) in starts.bits.iter().enumerate() {
                    let mut left = *bits;
                    while left != 0 {
                        let start = 64 * word + left.trailing_zeros() as usize;
                        left &= left - 1;
                        if self.has(start, set) {
                            ends.add(start + 1);
                        }
                    }
                }
                ends
            }
            Node::All(nodes) => {
                let mut ends = starts.clone();
                for node in nodes {
                    // Most alternatives end at their first character.
                    if ends.is_empty() {
                        break;
                    }
                    ends = self.ends(node, &ends)?;
                }
                ends
            }
            Node::Any(nodes) => {
                let mut ends = Positions::none(starts.number);
                for node in nodes {
                    ends.add_all(&self.ends(node, starts)?);
                }
                ends
            }
            Node::Repeat { node, least, most } => self.repeated(node, *least, *most, starts)?,
            Node::Start => starts.that(|position| position == 0),
            Node::End => starts.that(|position| position == self.text.len()),
            Node::LastLine => starts.that(|position| is_last_line(self.text, position)),
            Node::Boundary(wanted) => starts.that(|position| is_boundary(self.text, position) == *wanted),
        })
    }

    fn repeated(&mut self, node: &Node, least: usize, most: Option<usize>, starts: &Positions) -> Option<Positions> {
        let mut current = starts.clone();
        for _ in 0..least {
            let next = self.ends(node, &current)?;
            if next == current {
                break;
            }
            current = next;
        }
        let mut all = current.clone();
        if let (Node::One(set), None) = (node, most) {
            // One pass over the text instead of one for every character.
            self.steps += all.number;
            for start in current.iter() {
                let mut at = start;
                while self.has(at, set) && !(at > start && current.has(at)) {
                    at += 1;
                    all.add(at);
                }
            }
            return Some(all);
        }
        let mut times = least;
        while most.is_none_or(|most| times < most) {
            current = self.ends(node, &current)?;
            if !all.add_all(&current) {
                break;
            }
            times += 1;
        }
        Some(all)
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether `$` matches at a position.
fn is_last_line(text: &[char], position: usize) -> bool {
    match text.get(position..).unwrap_or_default() {
        [] | ['\r', '\n'] => true,
        // Not between the two characters of one terminator.
        ['\n'] if position > 0 && text.get(position - 1) == Some(&'\r') => false,
        [only] => is_terminator(*only),
        _ => false,
    }
}

fn is_boundary(text: &[char], position: usize) -> bool {
    let is_word = |index: Option<usize>| {
        index.and_then(|index| text.get(index)).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_')
    };
    is_word(position.checked_sub(1)) != is_word(Some(position))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn matches(pattern: &str, text: &str) -> Truth {
        Pattern::read(pattern).map_or(Truth::Unknown, |pattern| pattern.matches(text))
    }

    #[test]
    fn the_whole_text_in_java_syntax() {
        for (pattern, yes, no) in [
            ("[a-z]+", &["a", "prod"] as &[&str], &["", "Prod", "prod1", "a\n"] as &[&str]),
            ("^(dev|test|prod)$", &["dev", "prod"], &["devel", "", "prod\n"]),
            ("prod", &["prod"], &["preprod", "prod2"]),
            (r"\d{4}", &["1234"], &["123", "12345", "١٢٣٤"]),
            (r"\d{2,}", &["12", "123456"], &["1"]),
            (r"[\w.-]+@[\w-.]+", &["a.b-c@d-e.f"], &["a b@c", "a@"]),
            (r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/(\d{1,2})", &["10.0.0.0/16"], &["10.0.0.0", "10.0.0/16"]),
            (r"arn:aws[a-z-]*:kms:[^:]*:\d{12}:key/.+", &["arn:aws:kms:us-east-1:111122223333:key/a"], &["alias/x"]),
            ("(?i)prod", &["PROD", "pRod"], &["prot"]),
            ("(?i:p)rod", &["Prod"], &["PROD"]),
            ("a(?i)b(?-i)c", &["aBc"], &["aBC", "ABc"]),
            ("(?<name>a+)b?", &["aa", "ab"], &["b"]),
            ("[a-z&&[^aeiou]]+", &["xyz"], &["xyza"]),
            ("[a-c[x-z]]+", &["abxz"], &["d"]),
            ("[]", &[], &[]),
            (r"\Qa.b\E+", &["a.b", "a.bb"], &["axb", "a.ba.b"]),
            (r"[\Q]-\E]+", &["]-"], &["a"]),
            (r"\x41\u0042\x{43}", &["ABC"], &["abc"]),
            (r"\p{Alpha}\P{Digit}\p{Punct}", &["aX!"], &["a1!"]),
            (".", &["a", "é"], &["", "\n", "\r"]),
            ("(?s).", &["\n"], &[""]),
            ("$^", &[""], &["a"]),
            (r"a\Z", &["a"], &["a\n"]),
            ("a$\n", &["a\n"], &["a"]),
            (r"\bab\b", &["ab"], &["abc"]),
            ("|a", &["", "a"], &["b"]),
            ("a*?", &["", "aaa"], &["b"]),
            ("[+--]", &["+", ",", "-"], &["."]),
            ("[a-]", &["-", "a"], &["b"]),
            ("}]", &["}]"], &["{"]),
            (r"\s\S", &[" x"], &["  "]),
            (r"\R", &["\r\n", "\n"], &["a"]),
            ("(a*)*b", &["b", "aab"], &["aa"]),
            ("(a{0,3}){2}", &["", "aaaaaa"], &["aaaaaaa"]),
        ] {
            for text in yes {
                assert_eq!(matches(pattern, text), Truth::True, "{pattern} {text:?}");
            }
            for text in no {
                assert_eq!(matches(pattern, text), Truth::False, "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_decided_is_unknown() {
        for pattern in [
            "(?=a)a",
            "(?!x).*",
            "(?<=a)b",
            "(?<!a)b",
            r"(a)\1",
            r"\k<x>",
            "(?x) a",
            "(?m)^a$",
            r"\p{L}+",
            r"\p{javaLowerCase}",
            r"\G",
            "[^a[b]]",
            "[^a&&b]",
            "*a",
            "a**",
            "a{",
            "a{2,1}",
            "(a",
            "a)",
            "[a",
            "[z-a]",
            r"\y",
            "a\\",
            "[]a]",
            "{2}",
        ] {
            assert_eq!(matches(pattern, "a"), Truth::Unknown, "{pattern}");
        }
        // What matches less than it seems to is certain only where it does not match.
        assert_eq!(matches("a*+a", "a"), Truth::Unknown);
        assert_eq!(matches("a*+a", "b"), Truth::False);
        assert_eq!(matches("(?>a|ab)c", "x"), Truth::False);
        assert_eq!(matches(r"\bé", "é"), Truth::Unknown);
    }

    #[test]
    fn hostile_expressions_end() {
        let text = "a".repeat(2_000);
        assert_eq!(matches("(a*)*b", &text), Truth::False);
        assert_eq!(matches("((a|a)*)*b", &text), Truth::Unknown);
        assert_eq!(matches("(((a{1,900}){1,900}){1,900}){1,900}b", &text), Truth::Unknown);
        assert_eq!(matches(&"(".repeat(3_000), "a"), Truth::Unknown);
        assert_eq!(matches(&"[".repeat(3_000), "a"), Truth::Unknown);
        assert_eq!(matches(&"a".repeat(5_000), &text), Truth::Unknown);
    }

    #[test]
    fn texts_of_expressions_that_list_them() {
        let texts = |pattern| Pattern::read(pattern).and_then(|pattern| pattern.texts(8));
        let some = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(texts("dev|test|prod"), some(&["dev", "test", "prod"]));
        assert_eq!(texts("^(true|false)$"), some(&["true", "false"]));
        assert_eq!(texts("^true$|^false$"), some(&["true", "false"]));
        assert_eq!(texts("prod[12]?"), some(&["prod", "prod1", "prod2"]));
        assert_eq!(texts("(a|a)"), some(&["a"]));
        for pattern in ["[a-z]", "a*", ".", "a$b", "(?i)a", r"\ba", "(a|b){4}", "a*+"] {
            assert_eq!(texts(pattern), None, "{pattern}");
        }
    }
}
