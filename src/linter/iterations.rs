//! One finding for what all iterations of a loop have in common: the same place in the loop's body, reported once, with the iterations that
//! bring it.

use super::fixes::Mark;
use crate::expand::expansion::Iteration;
use crate::finding::{Finding, Level, Outcome};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Values of an identifier that are named; the rest are counted.
const MAX_NAMED: usize = 8;
/// Characters of a value that are shown.
const MAX_VALUE: usize = 40;

/// A finding before the iterations of its loops have been united.
pub(super) struct Pending<'t> {
    pub(super) finding: Finding,
    /// Its message without what the resource is to the one that a transform made it from; none where they are the same.
    pub(super) of_whole: Option<String>,
    /// Its message with the resource's name as the loop's body has it (`Table${Name}`); none outside of loops.
    pub(super) as_written: Option<String>,
    /// The turns that made the place, outermost loop first.
    pub(super) iterations: &'t [Iteration],
    /// Where it is, of a violation.
    pub(super) mark: Option<Mark>,
}

impl Pending<'_> {
    /// Whether both are the same, whatever the parts are that a transform made of their resource.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        fn message<'p>(one: &'p Pending<'_>) -> &'p str {
            one.of_whole.as_deref().unwrap_or(&one.finding.message)
        }
        let (one, two) = (&self.finding, &other.finding);
        message(self) == message(other)
            && (&one.rule, one.level, one.outcome, one.span, &one.path, &one.subject, &one.when, &one.suppression)
                == (&two.rule, two.level, two.outcome, two.span, &two.path, &two.subject, &two.when, &two.suppression)
    }
}

/// What findings must share to be one.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    outcome: Outcome,
    level: Level,
    span: Span,
    message: String,
    when: Option<String>,
    /// The exception that suppresses it, by where it is kept: one that covers some turns does not speak for the others.
    suppression: Option<usize>,
}

/// Unites the findings of one check and adds them to the others; leaves none pending.
pub(super) fn unite(pending: &mut Vec<Pending<'_>>, findings: &mut Vec<Finding>) {
    // Most checks find nothing.
    if pending.is_empty() {
        return;
    }
    if pending.iter().all(|one| one.iterations.is_empty()) {
        return findings.extend(pending.drain(..).map(|one| one.finding));
    }
    let mut groups: Vec<Vec<Pending<'_>>> = Vec::with_capacity(pending.len());
    let mut known: HashMap<Likeness, usize> = HashMap::new();
    for one in pending.drain(..) {
        if one.iterations.is_empty() {
            groups.push(vec![one]);
            continue;
        }
        let likeness = Likeness {
            outcome: one.finding.outcome,
            level: one.finding.level,
            span: one.finding.span,
            message: one.as_written.as_ref().unwrap_or(&one.finding.message).clone(),
            when: one.finding.when.clone(),
            suppression: one.finding.suppression.as_ref().map(|suppression| Arc::as_ptr(suppression).addr()),
        };
        let group = *known.entry(likeness).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    findings.extend(groups.into_iter().filter_map(one));
}

/// The finding of a group, which names its turns.
fn one(group: Vec<Pending<'_>>) -> Option<Finding> {
    let combinations: BTreeSet<&[Iteration]> = group.iter().map(|one| one.iterations).collect();
    let combinations = words(&group.iter().map(|one| one.iterations).collect::<Vec<_>>(), &combinations);
    let mut group = group.into_iter();
    let Pending { mut finding, as_written, .. } = group.next()?;
    for other in group {
        // The message about several has the name that they share.
        if let Some(message) = &as_written {
            finding.message.clone_from(message);
        }
        if other.finding.subject != finding.subject && !finding.alike.contains(&other.finding.subject) {
            finding.alike.push(other.finding.subject);
        }
    }
    if let Some(combinations) = combinations {
        finding.when = Some(match finding.when {
            Some(when) => format!("{combinations}, {when}"),
            None => combinations,
        });
    }
    Some(finding)
}

/// `for Name = alpha or beta`; nothing outside of loops.
fn words(in_order: &[&[Iteration]], combinations: &BTreeSet<&[Iteration]>) -> Option<String> {
    let first = in_order.first()?;
    if first.is_empty() {
        return None;
    }
    // The values of each identifier, in the order of the loop.
    let mut values: Vec<(&str, Vec<&str>)> =
        first.iter().map(|iteration| (iteration.identifier.as_str(), Vec::new())).collect();
    let mut met: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for combination in in_order {
        for (index, iteration) in combination.iter().enumerate() {
            if met.entry(index).or_default().insert(&iteration.value)
                && let Some((_, values)) = values.get_mut(index)
            {
                values.push(&iteration.value);
            }
        }
    }
    let all: usize = values.iter().map(|(_, values)| values.len()).product();
    if all == combinations.len() {
        let each: Vec<String> =
            values.iter().map(|(name, values)| format!("{name} = {}", list(values, "or"))).collect();
        return Some(format!("for {}", each.join(" and ")));
    }
    // Not every combination: each is named separately.
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    let mut seen = BTreeSet::new();
    let texts: Vec<String> = in_order
        .iter()
        .filter(|combination| seen.insert(**combination))
        .map(|combination| combination.iter().map(|iteration| shown(&iteration.value)).collect::<Vec<_>>().join("/"))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Some(format!("for {} = {}", names.join("/"), list(&texts, "or")))
}

/// `a, b or c`; past [`MAX_NAMED`] the rest are counted.
fn list(items: &[&str], word: &str) -> String {
    let shown: Vec<String> = items.iter().take(MAX_NAMED).map(|item| shown(item)).collect();
    match (items.len().saturating_sub(MAX_NAMED), shown.as_slice()) {
        (0, [before @ .., last]) if !before.is_empty() => format!("{} {word} {last}", before.join(", ")),
        (0, _) => shown.concat(),
        (more, _) => format!("{} {word} {more} more", shown.join(", ")),
    }
}

fn shown(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn described(combinations: &[&[(&str, &str)]]) -> String {
        let combination = |combination: &&[(&str, &str)]| -> Vec<Iteration> {
            let iteration =
                |(name, value): &(&str, &str)| Iteration { identifier: (*name).into(), value: (*value).into() };
            combination.iter().map(iteration).collect()
        };
        let combinations: Vec<Vec<Iteration>> = combinations.iter().map(combination).collect();
        let combinations: Vec<&[Iteration]> = combinations.iter().map(Vec::as_slice).collect();
        words(&combinations, &combinations.iter().copied().collect()).unwrap_or_default()
    }

    #[test]
    fn combinations_in_words() {
        assert_eq!(described(&[&[]]), "");
        assert_eq!(described(&[&[("A", "x")]]), "for A = x");
        assert_eq!(described(&[&[("A", "x")], &[("A", "y")], &[("A", "x")], &[("A", "b")]]), "for A = x, y or b");
        let square = [("x", "1"), ("x", "2"), ("y", "1"), ("y", "2")].map(|(a, b)| [("A", a), ("B", b)]);
        let square: Vec<&[(&str, &str)]> = square.iter().map(|combination| combination.as_slice()).collect();
        assert_eq!(described(&square), "for A = x or y and B = 1 or 2");
        assert_eq!(described(&square[..3]), "for A/B = x/1, x/2 or y/1");
        let numbers: Vec<String> = (0..11).map(|number| number.to_string()).collect();
        let many: Vec<[(&str, &str); 1]> = numbers.iter().map(|number| [("A", number.as_str())]).collect();
        let many: Vec<&[(&str, &str)]> = many.iter().map(|combination| combination.as_slice()).collect();
        assert_eq!(described(&many), "for A = 0, 1, 2, 3, 4, 5, 6, 7 or 3 more");
        assert_eq!(described(&[&[("A", &"é".repeat(41))]]), format!("for A = {}…", "é".repeat(40)));
    }
}
