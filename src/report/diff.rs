//! Unified diffs of fixed texts, which `patch -p1` and `git apply` read. They show no secret, and state it where they do not apply for
//! that. What is not safe stands before each, in lines that both pass over.

use super::effects::{self, Effect};
use super::human::Style;
use super::line_diff::operations;
use super::text::{one_line, wrap};
use crate::source::{Hidden, Source, SourceId};
use similar::{Change, ChangeTag, DiffOp, DiffableStr, group_diff_ops};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;
/// Shorter parts of a secret are too common to be looked for.
const MIN_SECRET: usize = 4;

/// A text before it was changed and after it.
#[derive(Copy, Clone, Debug)]
pub struct Texts<'t> {
    /// Before.
    pub before: &'t str,
    /// After.
    pub after: &'t str,
    /// The bytes of the text before that nobody may see.
    pub hidden: &'t [Hidden],
}

/// A diff with the names of the files, before it what the fixes do; empty if nothing changed. The name is a path, relative to where the diff
/// is applied.
pub fn unified(name: &[u8], texts: Texts<'_>, effects: &[Effect], style: &Style) -> String {
    let (hunks, is_masked) = drawn(texts, style);
    if hunks.is_empty() {
        return hunks;
    }
    let mut text = String::new();
    let shown = String::from_utf8_lossy(name);
    if is_masked {
        let why = format!(
            "The diff of {shown} hides a secret, so git apply and patch refuse it. --fix without --diff makes its changes."
        );
        text.push_str(&remark("# ", &why, style));
    }
    for (safe, label) in [(false, "Not safe"), (true, "Safe")] {
        let (paragraphs, _) = effects::paragraphs(effects, safe, usize::MAX);
        if !paragraphs.is_empty() {
            text.push_str(&remark("# ", &format!("{label} in {shown}:"), style));
            paragraphs.iter().for_each(|one| text.push_str(&remark("# - ", one, style)));
        }
    }
    let heading = |sign: &str, side: &str| style.bold(&format!("{sign} {}", heading(side, name)));
    text + &format!("{}\n{}\n{hunks}", heading("---", "a"), heading("+++", "b"))
}

/// Lines before a diff. No program that applies diffs takes them for a part of it.
fn remark(start: &str, text: &str, style: &Style) -> String {
    let lines = wrap(&one_line(text, style.unicode), style.width.clamp(40, 100).saturating_sub(start.len()));
    let start = |index: usize| if index == 0 { start.to_owned() } else { format!("#{}", " ".repeat(start.len() - 1)) };
    let line = |(index, line): (usize, &String)| style.dim(&format!("{}{line}", start(index))) + "\n";
    lines.iter().enumerate().map(line).collect()
}

/// A name as Git writes it: behind a side, in quotes with escapes if it has more than printed ASCII, and with a tab behind it if it has
/// blanks, where it would end otherwise.
fn heading(side: &str, name: &[u8]) -> String {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if name.iter().all(is_plain) {
        let end = if name.contains(&b' ') { "\t" } else { "" };
        return format!("{side}/{}{end}", String::from_utf8_lossy(name));
    }
    let mut text = format!("\"{side}/");
    for byte in name {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text + "\""
}

/// The changed places alone.
pub fn hunks(texts: Texts<'_>, style: &Style) -> String {
    drawn(texts, style).0
}

/// The changed places, and whether a secret is hidden in them.
fn drawn(texts: Texts<'_>, style: &Style) -> (String, bool) {
    let Texts { before, after, hidden } = texts;
    let (old, new) = (before.tokenize_lines(), after.tokenize_lines());
    let masked = Source::new(SourceId(0), "", before).hiding(hidden);
    let lines = Lines { starts: starts(&old), masked: masked.text(), secrets: secrets(texts), style };
    let mut text = String::new();
    let mut is_masked = false;
    for group in group_diff_ops(operations(&old, &new), CONTEXT) {
        text.push_str(&style.cyan(&header(&group)));
        text.push('\n');
        for change in group.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            let content = lines.masked(&change);
            is_masked |= content != change.value();
            text.push_str(&lines.line(&change, &content));
        }
    }
    (text, is_masked)
}

/// `@@ -1,4 +1,6 @@`.
fn header(group: &[DiffOp]) -> String {
    let range = |range: Option<(usize, usize)>| {
        let (start, end) = range.unwrap_or_default();
        match end.saturating_sub(start) {
            // The line before it.
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            lines => format!("{},{lines}", start + 1),
        }
    };
    let ends =
        |of: fn(&DiffOp) -> std::ops::Range<usize>| Some((group.first().map(of)?.start, group.last().map(of)?.end));
    format!("@@ -{} +{} @@", range(ends(DiffOp::old_range)), range(ends(DiffOp::new_range)))
}

/// Where each line begins.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut end = 0;
    lines
        .iter()
        .map(|line| {
            let start = end;
            end += line.len();
            start
        })
        .collect()
}

/// The parts of secrets, by lines.
fn secrets(texts: Texts<'_>) -> Vec<&str> {
    let parts = texts.hidden.iter().filter_map(|hidden| {
        let secret = texts.before.get(hidden.range.clone())?;
        let shown = secret.char_indices().nth(hidden.keeps).map_or(secret.len(), |(at, _)| at);
        secret.get(shown..)
    });
    parts.flat_map(str::lines).map(str::trim).filter(|part| part.len() >= MIN_SECRET).collect()
}

struct Lines<'d> {
    /// Of the text before.
    starts: Vec<usize>,
    masked: &'d str,
    secrets: Vec<&'d str>,
    style: &'d Style,
}

impl Lines<'_> {
    /// The content of a line without its secrets.
    fn masked(&self, change: &Change<&str>) -> String {
        let value = change.value();
        match change.old_index().and_then(|line| self.starts.get(line)) {
            Some(start) => self.masked.get(*start..start + value.len()).unwrap_or_default().to_owned(),
            None => self.secrets.iter().fold(value.to_owned(), |line, secret| {
                if line.contains(secret) { line.replace(secret, &"*".repeat(secret.len())) } else { line }
            }),
        }
    }

    /// A line of a diff with this content, with its line break.
    fn line(&self, change: &Change<&str>, masked: &str) -> String {
        let content = masked.strip_suffix('\n').unwrap_or(masked);
        let (content, end) = match content.strip_suffix('\r') {
            // Only the line break of the text tells a patch where it applies.
            Some(content) => (content, "\r\n"),
            None => (content, "\n"),
        };
        let content = clean(content, self.style);
        let line = match change.tag() {
            ChangeTag::Equal => format!(" {content}"),
            ChangeTag::Delete => self.style.red(&format!("-{content}")),
            ChangeTag::Insert => self.style.green(&format!("+{content}")),
        };
        let missing = if change.missing_newline() { "\\ No newline at end of file\n" } else { "" };
        format!("{line}{end}{missing}")
    }
}

/// A text without what a terminal would obey. In a file, every byte stays.
fn clean(text: &str, style: &Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
