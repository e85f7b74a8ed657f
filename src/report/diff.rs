//! Unified diffs of fixed texts, which `patch -p1` and `git apply` read. They show no secret.

use super::human::Style;
use crate::source::{Hidden, Source, SourceId};
use similar::{Algorithm, Change, ChangeTag, DiffOp, TextDiff};

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

/// A diff with the names of the files; empty if nothing changed.
pub fn unified(name: &str, texts: Texts<'_>, style: &Style) -> String {
    let hunks = hunks(texts, style);
    if hunks.is_empty() {
        return hunks;
    }
    let heading = |sign: &str, side: &str| style.bold(&format!("{sign} {side}/{}", clean(name, style)));
    format!("{}\n{}\n{hunks}", heading("---", "a"), heading("+++", "b"))
}

/// The changed places alone.
pub fn hunks(texts: Texts<'_>, style: &Style) -> String {
    let Texts { before, after, hidden } = texts;
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(before, after);
    let masked = Source::new(SourceId(0), "", before).hiding(hidden);
    let lines = Lines { starts: starts(diff.old_slices()), masked: masked.text(), secrets: secrets(texts), style };
    let mut text = String::new();
    for group in diff.grouped_ops(CONTEXT) {
        text.push_str(&style.cyan(&header(&group)));
        text.push('\n');
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            text.push_str(&lines.line(&change));
        }
    }
    text
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
    /// A line of a diff, with its line break.
    fn line(&self, change: &Change<&str>) -> String {
        let value = change.value();
        let masked = match change.old_index().and_then(|line| self.starts.get(line)) {
            Some(start) => self.masked.get(*start..start + value.len()).unwrap_or_default().to_owned(),
            None => self.secrets.iter().fold(value.to_owned(), |line, secret| {
                if line.contains(secret) { line.replace(secret, &"*".repeat(secret.len())) } else { line }
            }),
        };
        let content = masked.strip_suffix('\n').unwrap_or(&masked);
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
