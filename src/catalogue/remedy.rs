//! What fixes the findings of a rule, as an example shows it: who may make the fix, what it does, and the lines that change.

use crate::finding::Applicability;
use crate::rules::load::RuleEntry;
use crate::trial::{Fixed, fixes_of};

/// Unchanged lines around a change.
const CONTEXT: usize = 2;
/// Longer examples have no diff.
const MAX_LINES: usize = 400;

/// The fix of a failing example.
#[derive(Debug)]
pub struct Remedy {
    /// The number of the example among the failing ones.
    pub example: usize,
    /// What fixes it, each once: who may make it, and what it does, in sentences.
    pub fixes: Vec<(Applicability, String)>,
    /// The lines that change, with some around them.
    pub diff: Vec<Line>,
}

/// A line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Lines are left out here.
    Gap,
    /// It stays.
    Same(String),
    /// It goes.
    Old(String),
    /// It comes.
    New(String),
}

impl Line {
    /// As a unified diff has it.
    pub fn text(&self) -> String {
        match self {
            Self::Gap => "…".to_owned(),
            Self::Same(line) => format!(" {line}"),
            Self::Old(line) => format!("-{line}"),
            Self::New(line) => format!("+{line}"),
        }
    }
}

impl Remedy {
    /// That of the first failing example which is fixed; none if none is.
    pub fn of(entry: &RuleEntry) -> Option<Self> {
        let fixed = fixes_of(entry, false).pop().filter(|fixed| !fixed.applied.is_empty())?;
        Some(Self { example: fixed.index, fixes: fixes(&fixed), diff: diff(&fixed.before, &fixed.after) })
    }
}

/// The fixes of an example, each once, the first first.
fn fixes(fixed: &Fixed) -> Vec<(Applicability, String)> {
    let mut all: Vec<(Applicability, String)> = Vec::new();
    for (applicability, title, note) in &fixed.applied {
        let text = if note.is_empty() { format!("{title}.") } else { format!("{title}. {note}") };
        if all.iter().all(|(_, known)| *known != text) {
            all.push((*applicability, text));
        }
    }
    all
}

/// The lines that two texts do not share, with those around them.
fn diff(before: &str, after: &str) -> Vec<Line> {
    let [old, new] = [before, after].map(|text| text.lines().collect::<Vec<&str>>());
    if old.len() > MAX_LINES || new.len() > MAX_LINES {
        return Vec::new();
    }
    let lines = compared(&old, &new);
    let changes: Vec<bool> = lines.iter().map(|line| !matches!(line, Line::Same(_))).collect();
    let is_near = |place: usize| {
        let start = place.saturating_sub(CONTEXT);
        changes.iter().skip(start).take(place + CONTEXT + 1 - start).any(|changes| *changes)
    };
    let mut shown = Vec::new();
    let mut is_left_out = false;
    for (place, line) in lines.into_iter().enumerate() {
        if !is_near(place) {
            is_left_out = true;
            continue;
        }
        if is_left_out {
            shown.push(Line::Gap);
            is_left_out = false;
        }
        shown.push(line);
    }
    if is_left_out {
        shown.push(Line::Gap);
    }
    shown
}

/// All lines of two texts: the longest sequence that both have stays.
fn compared(old: &[&str], new: &[&str]) -> Vec<Line> {
    let width = new.len() + 1;
    // The length of what both have from a line of each on.
    let mut shared = vec![0_usize; (old.len() + 1) * width];
    let at = |shared: &[usize], one: usize, other: usize| shared.get(one * width + other).copied().unwrap_or_default();
    for (one, before) in old.iter().enumerate().rev() {
        for (other, after) in new.iter().enumerate().rev() {
            let length = if before == after {
                at(&shared, one + 1, other + 1) + 1
            } else {
                at(&shared, one + 1, other).max(at(&shared, one, other + 1))
            };
            if let Some(place) = shared.get_mut(one * width + other) {
                *place = length;
            }
        }
    }
    let (mut one, mut other) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (old.get(one), new.get(other)) {
            (None, None) => return lines,
            (Some(before), Some(after)) if before == after => {
                lines.push(Line::Same((*before).to_owned()));
                (one, other) = (one + 1, other + 1);
            }
            (Some(before), after) if after.is_none() || at(&shared, one + 1, other) >= at(&shared, one, other + 1) => {
                lines.push(Line::Old((*before).to_owned()));
                one += 1;
            }
            (_, Some(after)) => {
                lines.push(Line::New((*after).to_owned()));
                other += 1;
            }
            (Some(_), None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_change_are_shown_with_those_around_them() {
        let shown =
            |before: &str, after: &str| diff(before, after).iter().map(|line| line.text() + "\n").collect::<String>();
        assert_eq!(shown("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD\nd2\ne\nf\n"), "…\n b\n c\n-d\n+D\n+d2\n e\n f\n");
        assert_eq!(shown("a\n", "a\nb\n"), " a\n+b\n");
        assert_eq!(shown("a\nb\n", "b\n"), "-a\n b\n");
        assert_eq!(shown("a\n", "a\n"), "…\n");
        assert_eq!(shown(&"a\n".repeat(500), "b\n"), "");
    }
}
