//! The edits of a fix as lines that go and lines that come.

use crate::finding::Edit;
use crate::source::Source;

/// Neighboring lines that change together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// The first line that goes, from 1; if none does, the line after which the others come.
    pub(crate) line: usize,
    /// The lines that go, without their breaks.
    pub(crate) old: Vec<String>,
    /// The lines that come.
    pub(crate) new: Vec<String>,
}

/// The hunks of edits of one source, which are sorted and do not overlap.
pub(crate) fn hunks(edits: &[Edit], source: &Source) -> Vec<Hunk> {
    let lines =
        |edit: &Edit| (source.position(edit.span.start).line, source.position(edit.span.end.max(edit.span.start)).line);
    let mut hunks = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let (start, mut end) = lines(first);
        let mut number = 1;
        while let Some((next, last)) = rest.get(number).map(lines).filter(|(next, _)| *next <= end) {
            debug_assert!(next >= start);
            end = end.max(last);
            number += 1;
        }
        let (group, others) = rest.split_at(number);
        rest = others;
        hunks.extend(hunk(group, (start, end), source));
    }
    hunks
}

fn hunk(edits: &[Edit], (first, last): (usize, usize), source: &Source) -> Option<Hunk> {
    let (start, end) = (source.line_range(first)?.0, source.line_range(last)?.1);
    let mut text = String::new();
    let mut at = start;
    for edit in edits {
        text.push_str(source.text().get(at..edit.span.start as usize)?);
        text.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    // An edit may take the break of its last line with it.
    text.push_str(source.text().get(at..end.max(at))?);
    let split = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
    let (mut old, mut new) = (split(source.text().get(start..end)?), split(&text));
    let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    old.drain(..before);
    new.drain(..before);
    let after = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    old.truncate(old.len() - after);
    new.truncate(new.len() - after);
    let line = if old.is_empty() { first + before - 1 } else { first + before };
    (!old.is_empty() || !new.is_empty()).then_some(Hunk { line, old, new })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::{SourceId, Span};

    fn edit(source: &Source, old: &str, text: &str) -> Edit {
        let start = source.text().find(old).unwrap();
        Edit { span: Span::new(source.id, start, start + old.len()), text: text.to_owned() }
    }

    fn shown(hunks: &[Hunk]) -> String {
        let lines =
            |mark: &str, lines: &[String]| lines.iter().map(|line| format!("{mark}{line}\n")).collect::<String>();
        hunks.iter().map(|hunk| format!("@{}\n{}{}", hunk.line, lines("-", &hunk.old), lines("+", &hunk.new))).collect()
    }

    #[test]
    fn lines_go_and_come() {
        let source = Source::new(SourceId(0), "a.yaml", "a: 1\nb: 2 # two\nc:\n  d: 4\ne: 5\n");
        let one = |old, text| shown(&hunks(&[edit(&source, old, text)], &source));
        assert_eq!(one("2", "3"), "@2\n-b: 2 # two\n+b: 3 # two\n");
        assert_eq!(
            shown(&hunks(&[Edit { text: "\n  f: 6".into(), ..edit(&source, "  d: 4", "") }], &source)),
            "@4\n-  d: 4\n+\n+  f: 6\n"
        );
        let end = Edit { span: Span::new(source.id, 25, 25), text: "\n  f: 6".into() };
        assert_eq!(shown(&hunks(&[end], &source)), "@4\n+  f: 6\n");
        assert_eq!(one("b: 2 # two\n", ""), "@2\n-b: 2 # two\n");
        let two = [edit(&source, "1", "0"), edit(&source, "5", "7")];
        assert_eq!(shown(&hunks(&two, &source)), "@1\n-a: 1\n+a: 0\n@5\n-e: 5\n+e: 7\n");
        assert_eq!(hunks(&[edit(&source, "1", "1")], &source), []);
    }
}
