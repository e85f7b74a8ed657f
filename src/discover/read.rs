//! A candidate's bytes as text, or what is wrong with them.

use super::{Candidate, Origin, shows_template, unreadable};
use crate::finding::{Diagnostic, Severity};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Larger files are refused, so that a stray dump does not fill the memory. No template comes near: CloudFormation's own
/// quota is far below (AWS CloudFormation User Guide, "Understand CloudFormation quotas").
pub const MAX_BYTES: u64 = 64 << 20;

/// What reading a candidate came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Reading {
    /// Its text, which may still be no template.
    Text(String),
    /// No text, and nobody said that it was a template.
    NoTemplate,
    /// It should have been readable.
    Unreadable(Box<Diagnostic>),
}

/// Reads a candidate whole.
pub fn read(candidate: &Candidate) -> Reading {
    let bytes = match &candidate.origin {
        Origin::StandardInput => bounded(io::stdin().lock(), 0),
        Origin::File(path) => bytes_of(path),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return Reading::Unreadable(Box::new(unreadable(&candidate.name, &error))),
    };
    let problem = match decode(bytes) {
        Ok(text) => return Reading::Text(text),
        Err(problem) => problem,
    };
    if !candidate.named && !problem.shows_template {
        return Reading::NoTemplate;
    }
    Reading::Unreadable(Box::new(Diagnostic {
        severity: Severity::Error,
        code: problem.code,
        file: candidate.name.clone(),
        span: None,
        message: problem.message,
        help: problem.help,
        related: Vec::new(),
    }))
}

/// The bytes of a file, but at most one more than is allowed.
pub(super) fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // A buffer that grows would need twice the room. Devices and pipes do not tell their length.
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    bounded(file, length)
}

/// All bytes, but at most one more than is allowed. So many are expected.
fn bounded(reader: impl Read, expected: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(MAX_BYTES)).unwrap_or_default());
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why bytes are no text.
pub(super) struct Problem {
    code: &'static str,
    pub(super) message: String,
    help: String,
    /// Whether the bytes are a template all the same, as far as they can be made out.
    shows_template: bool,
}

/// Bytes as text.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem {
            code: "file-too-large",
            message: format!("the file is larger than {} MiB", MAX_BYTES >> 20),
            help: "CloudFormation takes no template of that size. Was another file meant?".to_owned(),
            shows_template: false,
        });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Problem {
            code: "file-empty",
            message: "the file is empty".to_owned(),
            help: "A template needs at least `Resources`. Was the file saved, or what makes it run?".to_owned(),
            shows_template: false,
        });
    }
    String::from_utf8(bytes)
        .map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            undecodable(error.as_bytes(), at)
        })
        .and_then(|text| if text.contains('\0') { Err(undecodable(text.as_bytes(), text.len())) } else { Ok(text) })
}

/// Names the encoding where it can be told, and otherwise the first byte that is wrong.
fn undecodable(bytes: &[u8], at: usize) -> Problem {
    let code = "file-encoding";
    let to_utf16 = match bytes {
        [0xff, 0xfe, ..] => Some(("little", u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, ..] => Some(("big", u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    if let Some((order, unit)) = to_utf16 {
        let units = bytes.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return Problem {
            code,
            message: format!("the file is UTF-16 ({order}-endian), not UTF-8"),
            help: "Save it as UTF-8. PowerShell writes UTF-16 with `>`; use `Out-File -Encoding utf8`.".to_owned(),
            shows_template: shows_template(text.trim_start_matches('\u{feff}')),
        };
    }
    let shows_template = shows_template(&String::from_utf8_lossy(bytes));
    if bytes.contains(&0) {
        return Problem {
            code,
            message: "the file is binary: it holds a NUL byte".to_owned(),
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
        help: "Save it as UTF-8. It may be Latin-1 or Windows-1252: `iconv -f WINDOWS-1252 -t UTF-8` converts it."
            .to_owned(),
        shows_template,
    }
}
