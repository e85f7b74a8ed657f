//! `hipaalint --records`: templates as records on standard input, a JSON object on each line.
//!
//! The texts lie over the current folder as the open buffers of an editor do, so that a template is linted as the file that its path
//! names would be: with the nearest configuration, and with what else is in the records.

use crate::code::Code;
use crate::config::FILE_NAME;
use crate::discover::Discovery;
use crate::files::{Files, why};
use crate::finding::Diagnostic;
use crate::session::can_be;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The most bytes of standard input that are read: all texts of a batch are in memory at once.
const MAX_BYTES: u64 = 1 << 30;
/// The name of standard input in reports.
const NAME: &str = "<stdin>";

/// The templates of a batch.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Their paths, in order, each once.
    paths: Vec<PathBuf>,
    texts: Vec<String>,
    /// What is known of the stacks that they were deployed as.
    pinned: BTreeMap<PathBuf, BTreeMap<String, String>>,
    diagnostics: Vec<Diagnostic>,
}

/// A line. What else it has is for others.
#[derive(Deserialize)]
struct Record {
    path: String,
    content: String,
    account: Option<String>,
    region: Option<String>,
}

impl Records {
    /// Reads standard input to its end.
    pub(super) fn read(files: &Files) -> Self {
        let bytes = match files.standard_input(MAX_BYTES + 1) {
            Ok(bytes) => bytes,
            Err(error) => {
                return Self::refused(Code::FileUnreadable, &format!("standard input cannot be read: {}", why(&error)));
            }
        };
        if bytes.len() as u64 > MAX_BYTES {
            return Self::refused(
                Code::FileTooLarge,
                "the records have more than 1 GB, and hipaalint reads no more at once",
            )
            .with_help("Pass them on in smaller batches.");
        }
        // Some programs begin a text with a byte order mark.
        Self::of(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
    }

    fn refused(code: Code, message: &str) -> Self {
        Self { diagnostics: vec![Diagnostic::error(code, message).in_file(NAME)], ..Self::default() }
    }

    fn with_help(mut self, help: &str) -> Self {
        self.diagnostics = self.diagnostics.into_iter().map(|diagnostic| diagnostic.with_help(help)).collect();
        self
    }

    fn of(bytes: &[u8]) -> Self {
        let mut records = Self::default();
        // Whatever was to be passed on was not: a run on nothing would look like one without findings.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Self::refused(Code::Record, "standard input has no records")
                .with_help("Pass on a JSON object on each line, with the texts `path` and `content`.");
        }
        for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if !line.iter().all(u8::is_ascii_whitespace)
                && let Err((message, help)) = records.add(line)
            {
                let message = format!("line {} of the records {message}", at + 1);
                records.diagnostics.push(Diagnostic::error(Code::Record, message).in_file(NAME).with_help(help));
            }
        }
        records
    }

    /// Adds a line. What is wrong with it, and what to do, if it cannot be used. Nothing of the line's text is in there.
    fn add(&mut self, line: &[u8]) -> Result<(), (String, &'static str)> {
        let record: Record = serde_json::from_slice(line).map_err(|_| {
            let help =
                "A line is a JSON object with the texts `path` and `content`; `account` and `region` are texts, too.";
            (what_is_wrong(line), help)
        })?;
        let path = inside(&record.path).ok_or_else(|| {
            let message = "has a `path` that is not one of a file below the current folder".to_owned();
            (message, "Use a relative path without `..`, such as 111122223333/us-east-1/stack.json.")
        })?;
        if self.pinned.contains_key(&path) {
            let message = "has a `path` that an earlier line has".to_owned();
            return Err((message, "A path identifies the findings of a template: give each template its own."));
        }
        let known = [("AWS::AccountId", record.account), ("AWS::Region", record.region)];
        let known: BTreeMap<String, String> =
            known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        if !can_be(&known) {
            let message = "has an `account` or a `region` that no deployment has".to_owned();
            return Err((message, "Write 12 digits and the name of a Region, or leave out what is not known."));
        }
        self.pinned.insert(path.clone(), known);
        self.paths.push(path);
        self.texts.push(record.content);
        Ok(())
    }

    /// The paths of the templates. Configurations govern them, and are none.
    pub(super) fn templates(&self) -> Vec<PathBuf> {
        let is_template = |path: &&PathBuf| path.file_name().is_none_or(|name| name != FILE_NAME);
        self.paths.iter().filter(is_template).cloned().collect()
    }

    /// The files with the texts over them. Takes the texts.
    pub(super) fn over(&mut self, files: &Files) -> Files {
        files.with_buffers(self.paths.iter().cloned().zip(std::mem::take(&mut self.texts)))
    }

    /// Adds to what was found what is known of the records.
    pub(super) fn complete(&self, found: &mut Discovery) {
        found.diagnostics.extend_from_slice(&self.diagnostics);
        for candidate in &mut found.candidates {
            if let Some(pinned) = candidate.path().and_then(|path| self.pinned.get(path)) {
                candidate.pinned.clone_from(pinned);
            }
        }
    }
}

/// Why a line is not a record, in words that show nothing of it.
fn what_is_wrong(line: &[u8]) -> String {
    let record: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) if error.column() > 0 => return format!("is not JSON (column {})", error.column()),
        Err(_) => return "is not JSON".to_owned(),
    };
    let Value::Object(fields) = record else { return "is not a JSON object".to_owned() };
    let is_known = |value: &Value, is_needed: bool| value.is_string() || value.is_null() && !is_needed;
    for (name, is_needed) in [("path", true), ("content", true), ("account", false), ("region", false)] {
        match fields.get(name) {
            None if is_needed => return format!("has no `{name}`"),
            Some(value) if !is_known(value, is_needed) => return format!("has a value of `{name}` that is not a text"),
            _ => {}
        }
    }
    "has a key more than once".to_owned()
}

/// A path below the current folder, without `.`.
fn inside(path: &str) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(step) => inside.push(step),
            Component::CurDir => {}
            _ => return None,
        }
    }
    // `-` would be standard input again.
    let is_name = !["", "-"].contains(&inside.to_str().unwrap_or_default()) && !path.contains('\0');
    is_name.then_some(inside)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for (path, kept) in [
            ("a/b.json", Some("a/b.json")),
            ("./a", Some("a")),
            ("a/./b", Some("a/b")),
            ("-", None),
            ("", None),
            (".", None),
            ("/a", None),
            ("../a", None),
            ("a/../../b", None),
            ("a\0b", None),
        ] {
            assert_eq!(inside(path).as_deref(), kept.map(Path::new), "{path:?}");
        }
    }

    #[test]
    fn lines_that_are_no_records_are_refused() {
        let records = Records::of(
            b"{\"path\": \"a\", \"content\": \"x\", \"region\": \"us-east-1\", \"stack\": 1}\n\n[1]\n{\"path\": \"a\", \"content\": \"secret\"}\n{\"path\": \"b\"}\r\n\
              {\"content\": \"secret\"}\n{\"path\": 1, \"content\": \"\"}\n{\"path\": \"c\", \"content\": null}\n\
              {\"path\": \"d\", \"content\": \"\", \"region\": 2}\n{\"path\": \"e\", \"path\": \"e\", \"content\": \"\"}\n{\"path\": \n",
        );
        assert_eq!(records.paths, [PathBuf::from("a")]);
        assert_eq!(records.pinned[Path::new("a")]["AWS::Region"], "us-east-1");
        let messages: Vec<&str> = records.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "line 3 of the records is not a JSON object",
                "line 4 of the records has a `path` that an earlier line has",
                "line 5 of the records has no `content`",
                "line 6 of the records has no `path`",
                "line 7 of the records has a value of `path` that is not a text",
                "line 8 of the records has a value of `content` that is not a text",
                "line 9 of the records has a value of `region` that is not a text",
                "line 10 of the records has a key more than once",
                "line 11 of the records is not JSON (column 9)",
            ]
        );
    }
}
