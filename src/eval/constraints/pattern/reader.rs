//! Reads an expression in Java's syntax into a tree; what cannot be decided is not read.

use super::{Node, Pattern, Set, is_terminator};
use std::iter::Peekable;
use std::str::Chars;

/// Expressions past this many characters are not read.
const MAX_PATTERN: usize = 4096;
/// Groups and classes in each other.
const MAX_DEPTH: usize = 32;

impl Pattern {
    /// Reads an expression; none if the texts that it matches cannot be decided.
    pub(in crate::eval::constraints) fn read(pattern: &str) -> Option<Self> {
        if pattern.len() > MAX_PATTERN {
            return None;
        }
        let mut reader = Reader {
            rest: pattern.chars().peekable(),
            depth: 0,
            any_case: false,
            dot_all: false,
            matches_less: false,
            has_boundaries: false,
        };
        let node = reader.alternatives()?;
        let is_read = reader.rest.next().is_none();
        is_read.then_some(Self { node, matches_less: reader.matches_less, has_boundaries: reader.has_boundaries })
    }
}

/// An expression that is being read.
struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
    depth: usize,
    any_case: bool,
    dot_all: bool,
    matches_less: bool,
    has_boundaries: bool,
}

impl Reader<'_> {
    fn takes(&mut self, c: char) -> bool {
        self.rest.next_if_eq(&c).is_some()
    }

    fn alternatives(&mut self) -> Option<Node> {
        let mut alternatives = vec![self.sequence()?];
        while self.takes('|') {
            alternatives.push(self.sequence()?);
        }
        Some(match alternatives.len() {
            1 => alternatives.pop()?,
            _ => Node::Any(alternatives),
        })
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(c) = self.rest.peek().copied() {
            if matches!(c, '|' | ')') {
                break;
            }
            self.rest.next();
            match c {
                '\\' if self.takes('Q') => {
                    // Quoted up to `\E`. A quantifier repeats the last character.
                    while let Some(c) = self.rest.next() {
                        if c == '\\' && self.takes('E') {
                            break;
                        }
                        let one = self.literal(c);
                        nodes.push(one);
                    }
                    if let Some(last) = nodes.pop() {
                        nodes.push(self.quantified(last)?);
                    }
                    continue;
                }
                '*' | '+' | '?' | '{' => return None,
                _ => {}
            }
            let node = match c {
                '(' => match self.group()? {
                    Some(node) => node,
                    // Flags for the rest of the group.
                    None => continue,
                },
                '[' => Node::One(self.cased(Self::class)?),
                '\\' => self.escape()?,
                '.' if self.dot_all => Node::One(Set::Property(|_| true)),
                '.' => Node::One(Set::Property(|c| !is_terminator(c))),
                '^' => Node::Start,
                '$' => Node::LastLine,
                c => self.literal(c),
            };
            nodes.push(self.quantified(node)?);
        }
        Some(match nodes.len() {
            1 => nodes.pop()?,
            _ => Node::All(nodes),
        })
    }

    fn literal(&self, c: char) -> Node {
        Node::One(self.in_case(Set::Range(c, c)))
    }

    fn in_case(&self, set: Set) -> Set {
        if self.any_case { Set::AnyCase(Box::new(set)) } else { set }
    }

    fn cased(&mut self, read: fn(&mut Self) -> Option<Set>) -> Option<Set> {
        let set = read(self)?;
        Some(self.in_case(set))
    }

    /// The group after `(`; no node if it sets flags for the rest of the enclosing group.
    fn group(&mut self) -> Option<Option<Node>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let flags = (self.any_case, self.dot_all);
        if self.takes('?') {
            match self.rest.next()? {
                ':' => {}
                '>' => self.matches_less = true,
                '<' => {
                    // A name; everything else is look-behind.
                    self.rest.next_if(char::is_ascii_alphabetic)?;
                    while self.rest.next_if(char::is_ascii_alphanumeric).is_some() {}
                    self.rest.next_if_eq(&'>')?;
                }
                first @ ('i' | 's' | '-') => {
                    let (mut on, mut next) = (true, first);
                    loop {
                        match next {
                            'i' => self.any_case = on,
                            's' => self.dot_all = on,
                            '-' if on => on = false,
                            ')' => {
                                self.depth -= 1;
                                return Some(None);
                            }
                            ':' => break,
                            _ => return None,
                        }
                        next = self.rest.next()?;
                    }
                }
                _ => return None,
            }
        }
        let node = self.alternatives()?;
        self.rest.next_if_eq(&')')?;
        (self.any_case, self.dot_all) = flags;
        self.depth -= 1;
        Some(Some(node))
    }

    /// A node with the quantifiers after it.
    fn quantified(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.rest.next();
                let least = self.number()?;
                let most = if self.takes(',') {
                    if self.rest.peek() == Some(&'}') { None } else { Some(self.number()?) }
                } else {
                    Some(least)
                };
                if self.rest.peek() != Some(&'}') || most.is_some_and(|most| most < least) {
                    return None;
                }
                (least, most)
            }
            _ => return Some(node),
        };
        self.rest.next();
        // Lazy quantifiers match the same, possessive ones less.
        if self.takes('+') {
            self.matches_less = true;
        } else {
            self.takes('?');
        }
        if matches!(self.rest.peek(), Some('*' | '+' | '?' | '{')) {
            return None;
        }
        Some(Node::Repeat { node: Box::new(node), least, most })
    }

    fn number(&mut self) -> Option<usize> {
        let mut number: Option<usize> = None;
        while let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(10)) {
            self.rest.next();
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(usize::try_from(digit).ok()?)?);
        }
        number
    }

    /// The escape after `\`, outside of classes.
    fn escape(&mut self) -> Option<Node> {
        Some(match self.rest.peek()? {
            'b' | 'B' => {
                self.has_boundaries = true;
                let wanted = self.rest.next() == Some('b');
                // `\b{g}` is a boundary of another kind.
                if self.rest.peek() == Some(&'{') {
                    return None;
                }
                Node::Boundary(wanted)
            }
            'A' => self.anchor(Node::Start),
            'z' => self.anchor(Node::End),
            'Z' => self.anchor(Node::LastLine),
            'R' => {
                let pair = [Set::Range('\r', '\r'), Set::Range('\n', '\n')].map(Node::One);
                self.anchor(Node::Any(vec![Node::All(pair.into()), Node::One(Set::Property(is_vertical))]))
            }
            _ => {
                let set = self.escaped()?;
                Node::One(self.in_case(set))
            }
        })
    }

    fn anchor(&mut self, node: Node) -> Node {
        self.rest.next();
        node
    }

    /// A set of characters after `\`.
    fn escaped(&mut self) -> Option<Set> {
        fn digit(c: char) -> bool {
            c.is_ascii_digit()
        }
        fn word(c: char) -> bool {
            c.is_ascii_alphanumeric() || c == '_'
        }
        fn space(c: char) -> bool {
            matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
        }
        fn horizontal(c: char) -> bool {
            matches!(
                c,
                ' ' | '\t' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
                    ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
            )
        }
        let not = |holds| Set::Not(Box::new(Set::Property(holds)));
        Some(match self.rest.next()? {
            'd' => Set::Range('0', '9'),
            'D' => not(digit),
            'w' => Set::Property(word),
            'W' => not(word),
            's' => Set::Property(space),
            'S' => not(space),
            'h' => Set::Property(horizontal),
            'H' => not(horizontal),
            'v' => Set::Property(is_vertical),
            'V' => not(is_vertical),
            'p' => Set::Property(self.property()?),
            'P' => not(self.property()?),
            c => {
                let c = self.character(c)?;
                Set::Range(c, c)
            }
        })
    }

    /// The character that `\` and what follows it stand for.
    fn character(&mut self, c: char) -> Option<char> {
        Some(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'a' => '\u{7}',
            'e' => '\u{1b}',
            'u' => self.hexadecimal(4)?,
            'x' if self.takes('{') => {
                let mut code = 0_u32;
                while !self.takes('}') {
                    code = code.checked_mul(16)?.checked_add(self.rest.next()?.to_digit(16)?)?;
                }
                char::from_u32(code)?
            }
            'x' => self.hexadecimal(2)?,
            // Octal and control characters, back-references, and escapes that Java refuses.
            c if c.is_ascii_alphanumeric() => return None,
            c => c,
        })
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<char> {
        let mut code = 0;
        for _ in 0..digits {
            code = code * 16 + self.rest.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }

    /// The POSIX classes, which are limited to ASCII.
    fn property(&mut self) -> Option<fn(char) -> bool> {
        self.rest.next_if_eq(&'{')?;
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|c| *c != '}') {
            name.push(c);
        }
        self.rest.next()?;
        Some(match name.as_str() {
            "Lower" => |c| c.is_ascii_lowercase(),
            "Upper" => |c| c.is_ascii_uppercase(),
            "ASCII" => |c| c.is_ascii(),
            "Alpha" => |c| c.is_ascii_alphabetic(),
            "Digit" => |c| c.is_ascii_digit(),
            "Alnum" => |c| c.is_ascii_alphanumeric(),
            "Punct" => |c| c.is_ascii_punctuation(),
            "Graph" => |c| c.is_ascii_graphic(),
            "Print" => |c| c.is_ascii_graphic() || c == ' ',
            "Blank" => |c| matches!(c, ' ' | '\t'),
            "Cntrl" => |c| c.is_ascii_control(),
            "XDigit" => |c| c.is_ascii_hexdigit(),
            "Space" => |c| matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r'),
            _ => return None,
        })
    }

    /// The class after `[`.
    fn class(&mut self) -> Option<Set> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let is_negated = self.takes('^');
        let mut left: Option<Set> = None;
        let mut sets: Vec<Set> = Vec::new();
        let mut is_plain = true;
        loop {
            match self.rest.next()? {
                ']' if sets.is_empty() => return None,
                ']' => break,
                '[' => {
                    is_plain = false;
                    sets.push(self.class()?);
                }
                '&' if self.takes('&') => {
                    is_plain = false;
                    if sets.is_empty() {
                        return None;
                    }
                    left = Some(both(left, Set::Union(std::mem::take(&mut sets))));
                }
                '\\' if self.takes('Q') => loop {
                    match self.rest.next()? {
                        '\\' if self.takes('E') => break,
                        c => sets.push(Set::Range(c, c)),
                    }
                },
                c => {
                    let set = if c == '\\' { self.escaped()? } else { Set::Range(c, c) };
                    sets.push(self.range(set)?);
                }
            }
        }
        self.depth -= 1;
        // Releases of Java differ on `^` before nested classes and intersections.
        if is_negated && !is_plain {
            return None;
        }
        let set = both(left, Set::Union(sets));
        Some(if is_negated { Set::Not(Box::new(set)) } else { set })
    }

    /// A character of a class, with the end of the range that it begins.
    fn range(&mut self, set: Set) -> Option<Set> {
        let Set::Range(first, same) = set else { return Some(set) };
        // `\d` is a range of its own.
        if first != same || self.rest.peek() != Some(&'-') {
            return Some(set);
        }
        let mut ahead = self.rest.clone();
        ahead.next();
        match ahead.peek() {
            // A hyphen as a character.
            Some(']' | '[') => return Some(set),
            Some('&') => return None,
            _ => {}
        }
        self.rest.next();
        let last = match self.rest.next()? {
            '\\' => {
                let c = self.rest.next()?;
                self.character(c)?
            }
            c => c,
        };
        (first <= last).then_some(Set::Range(first, last))
    }
}

fn is_vertical(c: char) -> bool {
    matches!(c, '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn both(left: Option<Set>, right: Set) -> Set {
    match left {
        Some(left) => Set::Both(Box::new(left), Box::new(right)),
        None => right,
    }
}
