//! Secrets of which a template writes out a part: `hunter2-${Env}`. The part is hidden wherever a report shows it. It is a finding if
//! it is long enough to be what was meant to be secret, and everyone may know the rest.

use super::names::{Promise, may_name_a_place};
use super::texts::{is_secret_literal, looks_generated, names_a_place, names_a_secret};
use smallvec::SmallVec;
use std::ops::Range;

/// The parts of a secret that are written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// Their bytes.
    pub ranges: SmallVec<[Range<usize>; 1]>,
    /// Whether they give the secret away.
    pub is_exposed: bool,
}

/// Whether everyone may know what `${Name}` stands for.
pub type IsPlain<'p> = &'p dyn Fn(&str) -> bool;

/// Shorter parts hold the others together.
const SHORTEST: usize = 4;
/// The shortest part that gives a secret away.
const SHORTEST_EXPOSED: usize = 6;
/// Parts of one text past which no more are looked at.
const MAX_PIECES: usize = 1024;

/// What a text is made of.
enum Piece<'c> {
    Literal(Range<usize>),
    /// `${Name}`
    Open(&'c str),
    /// `{{resolve:…}}`
    Reference,
}

/// Whether something in a text is not written out. Nearly all texts are.
pub fn may_be_partial(text: &str) -> bool {
    text.contains("${") || text.contains("{{")
}

/// Takes a text apart. One that nobody closed has no parts.
fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(next) = text.get(at..)?.find(['$', '{']).map(|next| at + next) {
        let rest = text.get(next..)?;
        let (piece, length) = if let Some(rest) = rest.strip_prefix("${") {
            let (name, _) = rest.split_once('}')?;
            (Piece::Open(name.trim()), "${}".len() + name.len())
        } else if rest.starts_with("{{") {
            (Piece::Reference, length_of_reference(rest)?)
        } else {
            at = next + 1;
            continue;
        };
        pieces.extend((from < next).then_some(Piece::Literal(from..next)));
        pieces.push(piece);
        from = next + length;
        at = from;
        if pieces.len() > MAX_PIECES {
            return None;
        }
    }
    pieces.extend((from < text.len()).then_some(Piece::Literal(from..text.len())));
    Some(pieces)
}

/// The bytes of a text in double braces, which may have `${Name}` in it.
fn length_of_reference(text: &str) -> Option<usize> {
    let mut at = "{{".len();
    loop {
        let next = at + text.get(at..)?.find(['$', '}'])?;
        let rest = text.get(next..)?;
        if rest.starts_with("}}") {
            return Some(next + "}}".len());
        }
        at = next + if rest.starts_with("${") { rest.find('}')? + 1 } else { 1 };
    }
}

/// A text with a letter for everything in it that is not written out: its shape; and whether there is such a thing.
fn shape(text: &str, pieces: &[Piece<'_>]) -> Option<String> {
    let mut shape = String::new();
    let mut is_partial = false;
    for piece in pieces {
        match piece {
            Piece::Literal(range) => shape.push_str(text.get(range.clone())?),
            Piece::Open(_) | Piece::Reference => {
                is_partial = true;
                shape.push('x');
            }
        }
    }
    is_partial.then_some(shape)
}

/// The parts of the text under a name that promises a secret. `is_of_secret` judges the text with a letter for each `${Name}`.
pub fn parts_of_secret(
    promise: Promise,
    name: &str,
    text: &str,
    is_plain: IsPlain<'_>,
    is_of_secret: &dyn Fn(&str) -> bool,
) -> Option<Partial> {
    if !may_be_partial(text) {
        return None;
    }
    let pieces = pieces(text)?;
    let shape = shape(text, &pieces)?;
    let is_object = shape.trim_start().starts_with(['{', '[']);
    if is_object || shape.contains("$(") || !is_secret_literal(&shape) || !is_of_secret(&shape) {
        return None;
    }
    let is_part = |part: &str| match promise {
        Promise::Secret => part.len() >= SHORTEST && part.contains(char::is_alphanumeric),
        Promise::Generated => looks_generated(part),
    };
    let lower = shape.to_lowercase();
    let is_place = names_a_place(&lower) || (may_name_a_place(name) && !shape.contains(char::is_uppercase));
    partial(text, &pieces, is_plain, &is_part, &|part| !is_place && gives_away(part))
}

/// The parts of the passwords in a text's URLs: `postgres://app:hunter2-${Env}@db`.
pub fn parts_of_urls(text: &str, is_plain: IsPlain<'_>) -> Vec<Partial> {
    if !may_be_partial(text) {
        return Vec::new();
    }
    let found = passwords_of_urls(text).filter_map(|at| {
        let password = text.get(at.clone())?;
        let pieces = pieces(password)?;
        let shape = shape(password, &pieces)?;
        if !is_secret_literal(&shape) {
            return None;
        }
        let is_part = |part: &str| part.len() >= SHORTEST && part.contains(char::is_alphanumeric);
        let found = partial(password, &pieces, is_plain, &is_part, &gives_away)?;
        let moved = found.ranges.into_iter().map(|range| range.start + at.start..range.end + at.start);
        Some(Partial { ranges: moved.collect(), ..found })
    });
    found.collect()
}

/// The names of what is the whole password of a text's URLs: `postgres://app:${Name}@db`.
pub fn references_in_urls(text: &str) -> impl Iterator<Item = &str> {
    let passwords = passwords_of_urls(text).filter_map(|password| text.get(password));
    let names = passwords.filter_map(|password| password.strip_prefix("${")?.strip_suffix('}'));
    names.map(str::trim).filter(|name| !name.contains(['$', '{', '}', '!']))
}

/// Where the passwords of a text's URLs are.
fn passwords_of_urls(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").take(MAX_PIECES).filter_map(|(at, mark)| {
        let user = at + mark.len();
        let colon = end_of_step(text, user).filter(|end| text.as_bytes().get(*end) == Some(&b':'))?;
        let end = end_of_step(text, colon + 1).filter(|end| text.as_bytes().get(*end) == Some(&b'@'))?;
        Some(colon + 1..end)
    })
}

/// Where a name or a password of a URL ends.
fn end_of_step(text: &str, from: usize) -> Option<usize> {
    /// Bytes of it past which it is none.
    const MOST: usize = 256;
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len().min(from + MOST) {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("${") {
            at += rest.bytes().take(MOST).position(|byte| byte == b'}')? + 1;
        } else if bytes.get(at).is_some_and(|byte| b":/?#@<> \t\r\n\"'".contains(byte)) {
            return Some(at);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

fn partial(
    text: &str,
    pieces: &[Piece<'_>],
    is_plain: IsPlain<'_>,
    is_part: &dyn Fn(&str) -> bool,
    gives_away: &dyn Fn(&str) -> bool,
) -> Option<Partial> {
    let literal = |piece: &Piece<'_>| match piece {
        Piece::Literal(range) => Some(range.clone()),
        Piece::Open(_) | Piece::Reference => None,
    };
    let part = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let ranges: SmallVec<[Range<usize>; 1]> =
        pieces.iter().filter_map(literal).filter(|range| is_part(part(range))).collect();
    let knows = |piece: &Piece<'_>| match piece {
        Piece::Literal(_) => true,
        Piece::Open(name) => is_plain(name),
        Piece::Reference => false,
    };
    let is_exposed = ranges.iter().any(|range| gives_away(part(range))) && pieces.iter().all(knows);
    (!ranges.is_empty()).then_some(Partial { ranges, is_exposed })
}

/// Whether a part of a password is more than a word that holds its parts together: `hunter2`, not `-prod`, `Password`.
fn gives_away(part: &str) -> bool {
    let part = part.trim_matches(['-', '_', '.', ':', '/', ' ']);
    part.chars().count() >= SHORTEST_EXPOSED && is_secret_literal(part) && !names_a_secret(part)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    fn shown(text: &str, partial: Option<Partial>) -> Option<(String, bool)> {
        let Partial { ranges, is_exposed } = partial?;
        Some((ranges.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>().join("|"), is_exposed))
    }

    fn is_plain(name: &str) -> bool {
        name == "Env" || name.starts_with("AWS::")
    }

    #[test]
    fn parts_and_what_they_give_away() {
        for (name, text, parts, is_exposed) in [
            ("DB_PASSWORD", "hunter2-${Env}", "hunter2-", true),
            ("DB_PASSWORD", "${Env}hunter2${AWS::Region}", "hunter2", true),
            ("DB_PASSWORD", "correct-horse-${Env}", "correct-horse-", true),
            // Whoever made the rest may have made it hard to guess.
            ("DB_PASSWORD", "hunter2-${Password}", "hunter2-", false),
            ("DB_PASSWORD", "hunter2${}", "hunter2", false),
            ("DB_PASSWORD", "hunter2{{resolve:secretsmanager:${Env}:SecretString:x}}", "hunter2", false),
            ("DB_PASSWORD", "${Env}-prod", "-prod", false),
            ("DB_PASSWORD", "${AWS::StackName}-db-password", "-db-password", false),
            ("DB_PASSWORD", "${AWS::StackName}Password", "Password", false),
            // People call the place of a secret so, too.
            ("DB_SECRET", "hunter2-${Env}", "hunter2-", false),
            ("DB_SECRET", "Hunter2!-${Env}", "Hunter2!-", true),
        ] {
            let found = parts_of_secret(Promise::Secret, name, text, &is_plain, &|_| true);
            assert_eq!(shown(text, found), Some((parts.to_owned(), is_exposed)), "{name}: {text}");
        }
        for text in [
            "hunter2",
            "${Env}",
            "${Env}-${AWS::Region}",
            "/${Env}/db/hunter2",
            "arn:${AWS::Partition}:secretsmanager:x",
            "{{resolve:secretsmanager:${Env}:SecretString:password}}",
            "{{resolve:secretsmanager:hunter2",
            "hunter2${Env",
            "$(aws secretsmanager get ${Env})",
            r#"{"password": "hunter2-${Env}"}"#,
            "a-${Env}",
        ] {
            let found = parts_of_secret(Promise::Secret, "DB_PASSWORD", text, &is_plain, &|_| true);
            assert_eq!(found, None, "{text}");
        }
        let text = "b7Qz81Lm0PxV4tRk9sWdA2${Env}";
        assert!(parts_of_secret(Promise::Generated, "APP_KEY", text, &is_plain, &|_| true).unwrap().is_exposed);
        assert_eq!(parts_of_secret(Promise::Generated, "APP_KEY", "hunter2-${Env}", &is_plain, &|_| true), None);
    }

    #[test]
    fn passwords_in_urls() {
        let found = |text: &str| shown(text, parts_of_urls(text, &is_plain).pop());
        assert_eq!(found("postgres://app:hunter2-${Env}@${Host}/x"), Some(("hunter2-".to_owned(), true)));
        assert_eq!(found("redis://:hunter2${Token}@x"), Some(("hunter2".to_owned(), false)));
        assert_eq!(found("https://${AWS::Region}:hunter2${Env}@x"), Some(("hunter2".to_owned(), true)));
        let named = |text: &str| references_in_urls(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(named("postgres://${User}:${Password}@db redis://:${Token}@x"), ["Password", "Token"]);
        assert_eq!(named("https://${Host}:${Port}/x https://a:b${C}@d https://a:${}@b x:${D}@y"), [""]);
        for text in ["https://${Host}:8080/${Env}@x", "https://app:${Token}@x", "https://a:b", "x://a:${b", "${x}://"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
