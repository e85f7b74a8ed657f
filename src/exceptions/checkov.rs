//! checkov's exceptions in YAML comments: `# checkov:skip=ID:reason`, where checkov 3.3.30 reads them.
//!
//! checkov searches the lines of a resource, from the line of its name to the last line of its content, and takes the id as it is
//! written: several ids with commas are one id, which no check has (`checkov/common/comment/enum.py`,
//! `checkov/cloudformation/cfn_utils.py`, `build_definitions_context`; read and run in November 2026). A comment above a resource
//! belongs to none. What checkov does not read suppresses nothing here either, and a note says so.

use super::Text;
use super::cover::Cover;
use super::draft::{Draft, Sites, one_line};
use crate::finding::Dialect;
use crate::syntax::{Comment, Kind, Node};

/// What the comments begin with, under checkov's present and its former names.
const PREFIXES: [&str; 3] = ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="];

/// The exceptions in the comments of one text, from checks that have a rule of ours for them.
pub(super) fn read(text: &Text<'_, '_>, sites: &Sites<'_, '_>, has_rule: &dyn Fn(&str) -> bool) -> Vec<Draft> {
    let mut resources = None;
    let mut drafts = Vec::new();
    for comment in text.comments {
        let Some(skip) = Skip::of(comment) else { continue };
        if !skip.ids.split(',').any(has_rule) {
            continue;
        }
        let resources = resources.get_or_insert_with(|| Resources::new(text.text, text.root));
        let covers: Vec<Cover> = resources.around(comment.span.start as usize).map(Cover::of).collect();
        let problem = if skip.ids.contains(',') {
            Some(format!("checkov reads `{}` as one id; write one comment for each id", skip.ids))
        } else if covers.is_empty() {
            let place = "between the name of a resource and the last line of its properties";
            Some(format!("checkov does not read comments here; move it {place}"))
        } else {
            None
        };
        let place = sites.at(covers.first().map(|cover| cover.path.clone()).unwrap_or_default());
        drafts.push(Draft {
            id: skip.ids.to_owned(),
            reason: skip.reason,
            covers,
            problems: problem.map(|problem| (comment.span, problem)).into_iter().collect(),
            ..Draft::new(Dialect::Checkov, comment.span, place)
        });
    }
    drafts
}

/// What a comment skips.
struct Skip<'c> {
    /// The id, or several with commas.
    ids: &'c str,
    reason: Option<String>,
}

impl<'c> Skip<'c> {
    /// The first of a comment: checkov reads one.
    fn of(comment: &'c Comment<'_>) -> Option<Self> {
        // Most comments are prose.
        if !comment.text.contains(":skip=") {
            return None;
        }
        let first = |prefix: &&str| comment.text.find(prefix).map(|at| (at, prefix.len()));
        let (at, length) = PREFIXES.iter().filter_map(first).min()?;
        let skip = comment.text.get(at + length..)?.trim_start_matches(' ');
        let is_of_id = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut end = 0;
        for id in skip.split(',') {
            let length = id.find(|c| !is_of_id(c)).unwrap_or(id.len());
            if length == 0 {
                break;
            }
            // With the comma before it.
            end += length + usize::from(end > 0);
            if length < id.len() {
                break;
            }
        }
        let (ids, rest) = skip.split_at_checked(end)?;
        Some(Self { ids, reason: rest.strip_prefix(':').and_then(one_line) })
    }
}

/// The lines in which checkov looks for comments, resource by resource.
struct Resources<'a> {
    /// The first byte of each line.
    lines: Vec<usize>,
    /// The first and the last line of each, and its name; in the order of the text.
    ranges: Vec<(usize, usize, &'a str)>,
}

impl<'a> Resources<'a> {
    fn new(text: &'a str, root: &'a Node<'_>) -> Self {
        let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut found = Self { lines, ranges: Vec::new() };
        let Some(section) = root.get("Resources") else { return found };
        let is_json = text.trim_start().starts_with('{');
        for entry in section.as_mapping().unwrap_or_default() {
            let (key, value) = (entry.key_span, entry.value.span);
            // What an alias or a merge brought from elsewhere is not written here.
            let is_here =
                key.source == section.span.source && section.span.start <= key.start && key.end <= value.start;
            if !is_here || !matches!(entry.value.kind, Kind::Mapping(_)) {
                continue;
            }
            let (first, last) = (found.line(value.start as usize), found.line((value.end as usize).saturating_sub(1)));
            let is_flow = text.get(value.start as usize..).is_some_and(|text| text.starts_with('{'));
            let range = if is_json {
                Some((first, last))
            } else {
                // The line before the first, or what comes before the comments there; for a resource in braces not its last line.
                let last = if is_flow { last.checked_sub(1) } else { Some(last) };
                found.content(text, first.checked_sub(1)).zip(found.content(text, last))
            };
            if let Some((first, last)) = range.filter(|(first, last)| first <= last) {
                found.ranges.push((first, last, entry.key.as_ref()));
            }
        }
        found.ranges.sort_unstable();
        found
    }

    /// The number of a byte's line, from 0.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// The last line up to this one that is neither blank nor a comment.
    fn content(&self, text: &str, last: Option<usize>) -> Option<usize> {
        let has_content = |number: &usize| {
            let start = self.lines.get(*number).copied().unwrap_or(text.len());
            let end = self.lines.get(number + 1).copied().unwrap_or(text.len());
            let line = text.get(start..end).unwrap_or_default().trim();
            !line.is_empty() && !line.starts_with('#')
        };
        (0..=last?).rev().find(has_content)
    }

    /// The ways to the resources in whose lines a byte is.
    fn around(&self, at: usize) -> impl Iterator<Item = String> {
        let line = self.line(at);
        // Both ends grow from one resource to the next.
        let start = self.ranges.partition_point(|(_, last, _)| *last < line);
        let rest = self.ranges.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(first, ..)| *first <= line).map(|(.., name)| ["Resources/", name].concat())
    }
}
