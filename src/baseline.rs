//! The baseline: findings that were there when a project was first linted, and that do not count. Reads and writes the file, and
//! marks the findings that it has.
//!
//! ```json
//! {
//!   "hipaalint-baseline": 1,
//!   "findings": [
//!     { "file": "app.yaml", "rule": "s3-bucket-versioning", "subject": "Resources/Records", "path": "Resources/Records",
//!       "level": "error", "count": 1 }
//!   ]
//! }
//! ```
//!
//! Neither lines nor words are part of it: a finding is known by its file, rule, subject and path, and by how many there are
//! of it. One that is graver than those is new; an entry without a level, as older versions wrote it, is of any.
//! Entries are sorted, each on a line of its own, so that a change of one finding is a change of one line.

use crate::code::Code;
use crate::finding::{BaselineState, Diagnostic, Finding, Level, Levels, Outcome};
use crate::rules::load::nearest;
use crate::source::{Source, Span};
use crate::syntax::{self, Entry as Field, Kind, Node};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The key that a baseline is known by; its value is the number of the shape.
const MARK: &str = "hipaalint-baseline";
/// The number of the shape.
const SHAPE: &str = "1";
/// The keys of an entry.
const KEYS: [&str; 6] = ["file", "rule", "subject", "path", "level", "count"];

/// What findings are known by, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The file, relative to the baseline's folder, with `/` between folders.
    pub file: String,
    /// What it is about: `Resources/Records`.
    pub subject: String,
    /// The rule's id.
    pub rule: String,
    /// The path of the place.
    pub path: String,
}

/// Known findings, with how many there are of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Key, Levels>);

/// Whether a text means to be a baseline, however broken; anything else is not to be overwritten by one.
pub fn is_baseline(text: &str) -> bool {
    text.contains(&format!("\"{MARK}\"")) || text.trim().is_empty()
}

/// Whether a text is a baseline as this program writes one. A report may name the key, too, but not so.
pub fn is_written_baseline(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{') && text.contains(&format!("\"{MARK}\""))
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Everything that is wrong about it, each at its place.
    pub fn read(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        let document = syntax::parse(source.text(), source.id)
            .map_err(|error| vec![problem(source, Some(error.span), error.message)])?;
        let mut reader = BaselineReader { source, baseline: Self::default(), problems: Vec::new() };
        reader.document(&document.root);
        if reader.problems.is_empty() { Ok(reader.baseline) } else { Err(reader.problems) }
    }

    /// The failing findings among these. `file` names the file of a span.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>, file: impl Fn(Span) -> String) -> Self {
        let mut baseline = Self::default();
        for finding in findings.into_iter().filter(|finding| finding.outcome == Outcome::Fail) {
            baseline.0.entry(key(finding, file(finding.span))).or_default().add(Some(finding.level), 1);
        }
        baseline
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let line = |key: &Key, level: Option<Level>, count: usize| {
            let level = level.map_or(String::new(), |level| format!(" \"level\": \"{}\",", level.name()));
            format!(
                "\n    {{ \"file\": {}, \"rule\": {}, \"subject\": {}, \"path\": {},{level} \"count\": {count} }}",
                quoted(&key.file),
                quoted(&key.rule),
                quoted(&key.subject),
                quoted(&key.path)
            )
        };
        let of_key = |(key, levels): (&Key, &Levels)| -> Vec<String> {
            levels.by_level().map(|(level, count)| line(key, level, count)).collect()
        };
        let lines: Vec<String> = self.0.iter().flat_map(of_key).collect();
        let end = if lines.is_empty() { "]" } else { "\n  ]" };
        format!("{{\n  \"{MARK}\": {SHAPE},\n  \"findings\": [{}{end}\n}}\n", lines.join(","))
    }

    /// How many findings it has.
    pub fn len(&self) -> usize {
        self.0.values().map(Levels::total).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over the entries of another one about files and rules that this run did not check.
    pub fn keep(&mut self, other: &Self, is_kept: impl Fn(&Key) -> bool) {
        for (key, levels) in other.0.iter().filter(|(key, _)| is_kept(key)) {
            self.0.entry(key.clone()).or_insert_with(|| levels.clone());
        }
    }

    /// The entries about one file.
    #[must_use]
    pub fn of_file(&self, file: &str) -> Self {
        let first = Key { file: file.to_owned(), ..Key::default() };
        let own = self.0.range(first..).take_while(|(key, _)| key.file == file);
        Self(own.map(|(key, levels)| (key.clone(), levels.clone())).collect())
    }

    /// Adds the entries of another one, about other files.
    pub fn extend(&mut self, other: Self) {
        for (key, levels) in other.0 {
            let own = self.0.entry(key).or_default();
            levels.by_level().for_each(|(level, number)| own.add(level, number));
        }
    }

    /// What this one and another one, written by another run in the meantime, made of the same baseline.
    #[must_use]
    pub fn merged(&self, before: &Self, other: &Self) -> Self {
        let keys: BTreeSet<&Key> = self.0.keys().chain(other.0.keys()).collect();
        let none = Levels::default();
        // Where both changed the entry, no finding is lost.
        let number = |[own, before, other]: [usize; 3]| match () {
            () if own == before => other,
            () if other == before => own,
            () => own.max(other),
        };
        let merge = |key: &Key| {
            let [own, before, other] = [self, before, other].map(|one| one.0.get(key).unwrap_or(&none));
            own.merged(before, other, number)
        };
        let merged = keys.into_iter().map(|key| (key.clone(), merge(key)));
        Self(merged.filter(|(_, levels)| levels.total() > 0).collect())
    }

    /// Marks failing findings as new or unchanged, and takes their entries out: those of findings that are gone are left in the end.
    pub fn mark<'f>(&mut self, findings: impl IntoIterator<Item = &'f mut Finding>, file: impl Fn(Span) -> String) {
        let mut failing: Vec<&mut Finding> =
            findings.into_iter().filter(|finding| finding.outcome == Outcome::Fail).collect();
        // The gravest have the first choice, after those that count have it.
        failing.sort_by_key(|finding| (finding.suppression.is_some(), Reverse(finding.level)));
        for finding in failing {
            let known = self.0.get_mut(&key(finding, file(finding.span)));
            let is_known = known.is_some_and(|levels| levels.take(finding.level));
            finding.baseline = Some(if is_known { BaselineState::Unchanged } else { BaselineState::New });
        }
    }

    /// How many findings the entries are of that the run looked for.
    pub fn looked_for(&self, was_looked_for: impl Fn(&Key) -> bool) -> usize {
        self.0.iter().filter(|(key, _)| was_looked_for(key)).map(|(_, levels)| levels.gone()).sum()
    }
}

fn key(finding: &Finding, file: String) -> Key {
    let [rule, subject, path] = finding.identity();
    Key { file, subject, rule, path }
}

/// Something that is wrong about a baseline.
fn problem(source: &Source, span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic::error(Code::Baseline, message)
        .in_file(source.name.as_str())
        .at(span)
        .with_help("Fix it, or delete the file and write it again with --write-baseline.")
}

struct BaselineReader<'s> {
    source: &'s Source,
    baseline: Baseline,
    problems: Vec<Diagnostic>,
}

impl BaselineReader<'_> {
    fn problem(&mut self, span: Span, message: String) {
        self.problems.push(problem(self.source, Some(span), message));
    }

    fn document(&mut self, root: &Node<'_>) {
        let shape = root.get(MARK);
        match shape.and_then(Node::scalar_text) {
            Some(text) if text == SHAPE => {}
            Some(text) => {
                let span = shape.map_or(root.span, |shape| shape.span);
                return self.problem(
                    span,
                    format!("the baseline has version {text}, and this version of hipaalint reads {SHAPE}"),
                );
            }
            None => return self.problem(root.span.at_start(), format!("this is not a baseline: it has no `{MARK}`")),
        }
        for field in root.as_mapping().unwrap_or_default() {
            match (field.key.as_ref(), field.value.as_sequence()) {
                (MARK, _) => {}
                ("findings", Some(entries)) => entries.iter().for_each(|entry| self.entry(entry)),
                ("findings", None) => {
                    self.problem(field.value.span, format!("`findings` is {}, not a list", field.value.describe()));
                }
                _ => self.unknown_key(field, &[MARK, "findings"]),
            }
        }
    }

    fn unknown_key(&mut self, field: &Field<'_>, known: &[&str]) {
        let hint = match nearest(&field.key, known.iter().copied()) {
            Some(nearest) => format!("; did you mean `{nearest}`?"),
            None => String::new(),
        };
        self.problem(field.key_span, format!("`{}` is not a key of a baseline{hint}", field.key));
    }

    fn entry(&mut self, entry: &Node<'_>) {
        let Some(fields) = entry.as_mapping() else {
            return self.problem(entry.span, format!("an entry is {}, not a map", entry.describe()));
        };
        for field in fields.iter().filter(|field| !KEYS.contains(&field.key.as_ref())) {
            self.unknown_key(field, &KEYS);
        }
        let text = |name: &str| entry.get(name).and_then(Node::as_str).map(str::to_owned);
        let count = match entry.get("count").map(|count| &count.kind) {
            None => Some(1),
            Some(Kind::Number(number)) => number.text.parse::<usize>().ok().filter(|count| *count > 0),
            Some(_) => None,
        };
        let level = match entry.get("level") {
            None => None,
            Some(level) => match level.as_str().and_then(Level::named) {
                Some(level) => Some(level),
                None => {
                    let message = "the `level` of an entry is not `note`, `warning` or `error`";
                    return self.problem(level.span, message.to_owned());
                }
            },
        };
        match (text("file"), text("rule"), text("subject"), text("path"), count) {
            (Some(file), Some(rule), Some(subject), Some(path), Some(count)) => {
                let known = self.baseline.0.entry(Key { file, subject, rule, path }).or_default();
                // The file of a merge may have a line twice.
                let known_number = known.number_of(level);
                known.add(level, count.saturating_sub(known_number));
            }
            (.., None) => self.problem(entry.span, "the `count` of an entry is not a positive integer".to_owned()),
            _ => {
                self.problem(entry.span, "an entry needs `file`, `rule`, `subject` and `path`, each a text".to_owned())
            }
        }
    }
}
