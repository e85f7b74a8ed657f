//! Results as the threads that lint make them: all but the numbers of files, which only the document knows.

use super::location::artifact_location;
use super::{CLASSES, Part, RESULTS, class, result, results};
use crate::finding::Finding;
use crate::report::array::write_pretty;
use crate::report::fingerprint::Fingerprinter;
use crate::report::{Prepared, Preparer, Report};
use crate::source::SourceId;
use memchr::memmem;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A result, or what is known of a finding that is none.
pub(super) struct Made {
    pub(super) class: usize,
    pub(super) is_shown: bool,
    pub(super) rule: Arc<str>,
    pub(super) fingerprint: Fingerprint,
    /// The files that it points into.
    pub(super) sources: SmallVec<[SourceId; 1]>,
    /// None if it could not be made here.
    pub(super) text: Option<Text>,
}

/// The fingerprint of a result.
pub(super) enum Fingerprint {
    /// In the template itself: no other part has findings there.
    Known(String),
    /// In a file that several templates may include, so it depends on the findings before: the hash of what it is about.
    Shared(u128),
}

/// What is before the number of a file. Nothing else in a result looks so: quotes in texts have a backslash before them.
const INDEX: &[u8] = b"\"index\": ";

/// A result with ids of files in place of their numbers.
pub(super) struct Text {
    bytes: Vec<u8>,
    /// Where the ids stand.
    places: SmallVec<[Place; 2]>,
}

/// The place of an id.
struct Place {
    start: usize,
    end: usize,
    id: SourceId,
}

impl Text {
    fn new(bytes: Vec<u8>) -> Option<Self> {
        let mut places = SmallVec::new();
        for at in memmem::find_iter(&bytes, INDEX) {
            let start = at + INDEX.len();
            let digits = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let id = std::str::from_utf8(bytes.get(start..start + digits)?).ok()?.parse().ok()?;
            places.push(Place { start, end: start + digits, id: SourceId(id) });
        }
        Some(Self { bytes, places })
    }

    /// The text with the numbers of the files, after the number of the rule; nothing if a file has no number.
    pub(super) fn record(&self, rule: &[u8], indices: &HashMap<SourceId, usize>) -> Option<Vec<u8>> {
        let mut text = Vec::with_capacity(rule.len() + self.bytes.len() + 8 * self.places.len());
        text.extend_from_slice(rule);
        let mut done = 0;
        for Place { start, end, id } in &self.places {
            let index = indices.get(id)?;
            text.extend_from_slice(self.bytes.get(done..*start)?);
            text.extend_from_slice(index.to_string().as_bytes());
            done = *end;
        }
        text.extend_from_slice(self.bytes.get(done..)?);
        Some(text)
    }
}

/// Makes results. Knows which ones the document has no room for.
pub(super) struct Maker {
    /// The classes of which the document still takes results: so many of them, from the gravest.
    open: AtomicUsize,
}

impl Maker {
    pub(super) fn new() -> Self {
        Self { open: AtomicUsize::new(CLASSES) }
    }

    /// The document takes no more results of a class.
    pub(super) fn close(&self, class: usize) {
        self.open.fetch_min(class, Ordering::Relaxed);
    }

    fn takes(&self, class: usize) -> bool {
        class < self.open.load(Ordering::Relaxed)
    }

    /// The results of all findings of a part. Code scanning at GitHub knows no suppressions, and opens an alert for each result that has
    /// one. So those are not shown, unless the report is to show them.
    pub(super) fn make(&self, part: &Report<'_>) -> Vec<Made> {
        let mut prints = Fingerprinter::default();
        let mut known: Option<(SourceId, String, bool)> = None;
        let mut make = |finding: &Finding| {
            let class = class(finding);
            let is_shown = part.shows_suppressed || !finding.is_suppressed() || finding.is_as_before();
            let rule = Arc::clone(&finding.rule);
            let mut made = Made {
                class,
                is_shown,
                rule,
                fingerprint: Fingerprint::Known(String::new()),
                sources: SmallVec::new(),
                text: None,
            };
            if !self.takes(class) {
                return made;
            }
            let id = finding.span.source;
            if known.as_ref().is_none_or(|(known, ..)| *known != id) {
                let uri = artifact_location(part.source_name(id), None).uri;
                known = Some((id, uri, part.is_in_template(finding)));
            }
            let Some((_, uri, is_own)) = &known else { return made };
            // Of all, shown or not: a finding keeps its fingerprint when another one is suppressed.
            made.fingerprint = if *is_own {
                Fingerprint::Known(prints.next(finding, uri, true))
            } else {
                Fingerprint::Shared(Fingerprinter::hash(finding, uri))
            };
            made.sources.push(id);
            made.sources.extend(finding.related.iter().map(|related| related.span.source));
            if is_shown && let Fingerprint::Known(fingerprint) = &made.fingerprint {
                let mut bytes = Vec::with_capacity(2048);
                let part = Part { report: part, indices: None };
                let written = write_pretty(&mut bytes, &result(finding, part, fingerprint.clone()), RESULTS);
                made.text = written.ok().and_then(|()| Text::new(bytes));
            }
            made
        };
        results(part).into_iter().map(&mut make).collect()
    }
}

impl Preparer for Maker {
    fn prepare(&self, part: &Report<'_>) -> Prepared {
        Box::new(self.make(part))
    }

    fn wants_fix(&self, finding: &Finding) -> bool {
        self.takes(class(finding))
    }
}
