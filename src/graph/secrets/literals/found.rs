//! What the search for secrets has found: where it is, of which parts it is written, and whether it was found before.

use super::{Search, Step};
use crate::eval::begins_as_function;
use crate::graph::secrets::literal::{Extent, LiteralSecret};
use crate::graph::secrets::spelled::Spelled;
use crate::source::Span;
use crate::syntax::Node;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::ops::Range;

impl Search<'_> {
    pub(super) fn found(
        &mut self,
        name: &str,
        node: &Node<'_>,
        spelled: &Spelled<'_>,
        ranges: &[Range<usize>],
        what: &'static str,
    ) {
        self.found_as(name, node, spelled, ranges, what, Extent::Whole);
    }

    pub(super) fn found_as(
        &mut self,
        name: &str,
        node: &Node<'_>,
        spelled: &Spelled<'_>,
        ranges: &[Range<usize>],
        what: &'static str,
        extent: Extent,
    ) {
        let parts = ranges.iter().flat_map(|range| spelled.written(range));
        let written: SmallVec<[(Span, String); 1]> = parts.map(|(span, part)| (span, part.to_owned())).collect();
        let is_below =
            |span: Span| span.source == node.span.source && node.span.start <= span.start && span.end <= node.span.end;
        // What is written in one place is underlined there, what a function puts together at the function.
        let span = match written.as_slice() {
            [(first, _), others @ ..] if is_below(*first) && others.iter().all(|(span, _)| span == first) => *first,
            _ => node.span,
        };
        let elsewhere = written.iter().map(|(span, _)| *span).find(|span| !is_below(*span));
        // A text under a secret's name may have a secret's shape as well.
        let overlaps = |secret: &LiteralSecret| {
            secret.span == span
                && (secret.extent != Extent::Part || extent == Extent::Part)
                && secret.written.iter().any(|part| written.contains(part))
        };
        if self.found.iter().rev().take(MAX_COMPARED).any(overlaps) {
            return;
        }
        // What a function computes is one place: its path ends there, the span is exact.
        let steps = self.path.iter().take_while(|step| !matches!(step, Step::Key(key) if begins_as_function(key)));
        let steps: Vec<Cow<'_, str>> = steps
            .map(|step| match step {
                Step::Key(key) => Cow::Borrowed(*key),
                Step::Index(index) => Cow::Owned(index.to_string()),
            })
            .collect();
        let text = spelled.text.trim_end();
        let line = text.contains('\n').then(|| {
            let start = ranges.first().map_or(0, |range| range.start);
            let before = spelled.text.get(..start).unwrap_or_default();
            let keys = steps.iter().rev().find(|step| step.parse::<usize>().is_err());
            (before.matches('\n').count() + 1, keys.map(|key| key.to_string()).unwrap_or_default())
        });
        self.found.push(LiteralSecret {
            span,
            path: steps.join("/"),
            name: name.to_owned(),
            what: Cow::Borrowed(what),
            extent: if self.is_doubted && extent == Extent::Whole { Extent::Perhaps } else { extent },
            line,
            written,
            elsewhere,
        });
    }
}

/// Secrets that were found before which a new one may be the same as: those of the same text come one after another.
const MAX_COMPARED: usize = 64;
