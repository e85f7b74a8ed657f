//! A candidate's bytes as text, or the problem with them.

use super::{Candidate, Input, shows_template, unreadable};
use crate::code::Code;
use crate::files::{Files, Reach, Refusal};
use crate::finding::Diagnostic;
use std::sync::Arc;

/// Larger files are refused, because a large dump would fill the memory. CloudFormation's own quota for templates is far below (AWS CloudFormation User Guide, "Understand CloudFormation quotas").
pub const MAX_BYTES: u64 = 64 << 20;

/// The result of reading a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Its text, which may or may not be a template.
    Text(Arc<String>),
    /// Not text, and nothing in it looks like a template: the problem with a file that should be one.
    NoTemplate(Box<Diagnostic>),
    /// It should have been readable.
    Unreadable(Box<Diagnostic>),
}

/// Reads a candidate whole.
pub fn read(candidate: &Candidate, files: &Files) -> Reading {
    if let Input::File(path) = &candidate.input
        && let Some(text) = files.in_memory(path).filter(|text| text.len() as u64 <= MAX_BYTES)
    {
        let checked = readable(&text);
        return checked.map_or_else(|problem| unread(candidate, problem), |()| Reading::Text(text));
    }
    let bytes = match &candidate.input {
        Input::StandardInput => files.standard_input(MAX_BYTES + 1),
        // How far its path may lead was decided when it was found.
        Input::File(path) => Reach::Anywhere.read(path, MAX_BYTES, files),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) if matches!(Refusal::of(&error), Some(Refusal::TooLarge(_))) => {
            let Problem { code, message, help, .. } = too_large();
            return Reading::NoTemplate(Box::new(
                Diagnostic::error(code, message).in_file(candidate.name()).with_help(help),
            ));
        }
        Err(error) => return Reading::Unreadable(Box::new(unreadable(candidate.name(), &error))),
    };
    match decode(bytes) {
        Ok(text) => Reading::Text(Arc::new(text)),
        Err(problem) if problem.code == Code::FileEmpty && candidate.input == Input::StandardInput => {
            unread(candidate, nothing_piped())
        }
        Err(problem) => unread(candidate, problem),
    }
}

fn unread(candidate: &Candidate, problem: Problem) -> Reading {
    let diagnostic =
        Box::new(Diagnostic::error(problem.code, problem.message).in_file(candidate.name()).with_help(problem.help));
    if problem.shows_template { Reading::Unreadable(diagnostic) } else { Reading::NoTemplate(diagnostic) }
}

/// The reason why bytes are not text.
pub(super) struct Problem {
    code: Code,
    pub(super) message: String,
    help: String,
    /// Whether the readable part of the bytes looks like a template.
    shows_template: bool,
}

/// Standard input without content: the command before the pipe printed nothing.
fn nothing_piped() -> Problem {
    Problem {
        code: Code::FileEmpty,
        message: "standard input is empty".to_owned(),
        help: "Run the command before the pipe alone to see its error. With the AWS CDK, type `cdk synth -q && hipaalint cdk.out` \
               to lint all stacks. `cdk synth | hipaalint -` works only for an app with one stack."
            .to_owned(),
        shows_template: false,
    }
}

fn too_large() -> Problem {
    Problem {
        code: Code::FileTooLarge,
        message: format!("the file is larger than {} MiB", MAX_BYTES >> 20),
        help: "CloudFormation does not accept a template of this size. Check the name of the file.".to_owned(),
        shows_template: false,
    }
}

/// Bytes as text.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    if bytes.trim_ascii().is_empty() {
        return Err(empty());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        undecodable(error.as_bytes(), at)
    })?;
    readable(&text).map(|()| text)
}

fn empty() -> Problem {
    Problem {
        code: Code::FileEmpty,
        message: "the file is empty".to_owned(),
        help: "A template needs at least `Resources`. Save the file, or run the command that writes it.".to_owned(),
        shows_template: false,
    }
}

/// Whether a text has something to read, and no zero bytes, which other encodings have.
fn readable(text: &str) -> Result<(), Problem> {
    if text.trim_ascii().is_empty() {
        return Err(empty());
    }
    match memchr::memchr(b'\0', text.as_bytes()) {
        Some(_) => Err(undecodable(text.as_bytes(), text.len())),
        None => Ok(()),
    }
}

/// An encoding whose characters take more than one byte each.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Wide {
    /// 16 or 32.
    bits: usize,
    is_little: bool,
}

impl Wide {
    /// By the byte order mark, or by the zeros beside the first character, which is one of ASCII in every template.
    fn of(bytes: &[u8]) -> Option<Self> {
        let (bits, is_little) = match bytes {
            [0xff, 0xfe, 0, 0, ..] => (32, true),
            [0, 0, 0xfe, 0xff, ..] => (32, false),
            [0xff, 0xfe, ..] => (16, true),
            [0xfe, 0xff, ..] => (16, false),
            [1..=0xff, 0, 0, 0, ..] => (32, true),
            [0, 0, 0, 1..=0xff, ..] => (32, false),
            [1..=0xff, 0, 1..=0xff, 0, ..] => (16, true),
            [0, 1..=0xff, 0, 1..=0xff, ..] => (16, false),
            _ => return None,
        };
        Some(Self { bits, is_little })
    }

    /// What can be read of the bytes.
    fn text(self, bytes: &[u8]) -> String {
        let unit = |unit: &[u8]| {
            let add = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
            if self.is_little { unit.iter().rev().fold(0, add) } else { unit.iter().fold(0, add) }
        };
        let units = bytes.chunks_exact(self.bits / 8).map(unit);
        if self.bits == 32 {
            return units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        }
        let units = units.map(|unit| u16::try_from(unit).unwrap_or_default());
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

/// Names the encoding if it can be recognized, and otherwise the first invalid byte.
fn undecodable(bytes: &[u8], at: usize) -> Problem {
    let code = Code::FileEncoding;
    if let Some(wide) = Wide::of(bytes) {
        let Wide { bits, is_little } = wide;
        let order = if is_little { "little" } else { "big" };
        let text = wide.text(bytes);
        return Problem {
            code,
            message: format!("the file is UTF-{bits} ({order}-endian), not UTF-8"),
            help: "Save it as UTF-8. In PowerShell, `>` writes UTF-16. Use `Out-File -Encoding utf8` instead."
                .to_owned(),
            shows_template: shows_template(text.trim_start_matches('\u{feff}')),
        };
    }
    let shows_template = shows_template(&String::from_utf8_lossy(bytes));
    if bytes.contains(&0) {
        return Problem {
            code,
            message: "the file is binary: it contains a NUL byte".to_owned(),
            help: "Name the template itself, not an archive or a compiled file.".to_owned(),
            shows_template,
        };
    }
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    let wrong = bytes.get(at).copied().unwrap_or_default();
    Problem {
        code,
        message: format!("the file is not UTF-8: byte {column} of line {line} is 0x{wrong:02X}"),
        help: "Save it as UTF-8. If it is Latin-1 or Windows-1252, convert it with `iconv -f WINDOWS-1252 -t UTF-8`."
            .to_owned(),
        shows_template,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn wide_encodings_are_named_with_and_without_a_mark() {
        const TEXT: &str = "{\n  \"Resources\": { \"Über\": {} }\n}";
        let units = || TEXT.encode_utf16();
        let points = || TEXT.chars().map(u32::from);
        let encoded: [(Vec<u8>, &[u8], &str); 4] = [
            (units().flat_map(u16::to_le_bytes).collect(), &[0xff, 0xfe], "UTF-16 (little-endian)"),
            (units().flat_map(u16::to_be_bytes).collect(), &[0xfe, 0xff], "UTF-16 (big-endian)"),
            (points().flat_map(u32::to_le_bytes).collect(), &[0xff, 0xfe, 0, 0], "UTF-32 (little-endian)"),
            (points().flat_map(u32::to_be_bytes).collect(), &[0, 0, 0xfe, 0xff], "UTF-32 (big-endian)"),
        ];
        for (bytes, mark, name) in encoded {
            for bytes in [bytes.clone(), [mark, &bytes].concat()] {
                let Err(problem) = decode(bytes) else { panic!("{name}") };
                assert_eq!(problem.message, format!("the file is {name}, not UTF-8"));
                assert!(problem.shows_template, "{name}");
            }
        }
        for binary in [b"PK\x03\x04\0\0".to_vec(), b"\0\0\0\0".to_vec(), b"Resources: \0".to_vec()] {
            assert!(decode(binary).is_err_and(|problem| problem.message.contains("NUL byte")));
        }
    }
}
