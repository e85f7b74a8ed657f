//! Our own exceptions in YAML comments: `# hipaalint: except RULE until 2026-12-31 because …`.
//!
//! A reason may go on in the comments of the next lines, if they are indented behind their `#`:
//!
//! ```yaml
//! # hipaalint: except s3-bucket-versioning because the records are copied
//! #   from the archive every night
//! ```
//!
//! The name is read in any case and behind any number of `#`: another spelling would be ignored without a word.

use super::Text;
use super::cover::Cover;
use super::draft::{Draft, Sites, one_line};
use super::place::{Blocks, Target};
use crate::date::Date;
use crate::finding::Dialect;
use crate::rules::load::nearest;
use crate::source::Span;
use crate::syntax::Comment;

/// What a comment with an exception begins with.
const NAME: &str = "hipaalint";

/// What people write between rules instead of a comma.
const CONJUNCTIONS: [&str; 4] = ["and", "or", "&", "+"];

/// Signs that a rule's name does not end with.
const ENDS: [char; 2] = [':', ';'];

/// Blanks behind the `#` of a comment that goes on with the one before it.
const CONTINUATION: &str = "   ";

/// The exceptions in the comments of one text, for what they are at in the tree that people know.
pub(super) fn read(text: &Text<'_, '_>, sites: &Sites<'_, '_>) -> Vec<Draft> {
    let mut written: Vec<(ExceptionText, Target)> = Vec::new();
    let mut blocks = None;
    for (index, comment) in text.comments.iter().enumerate() {
        let Some(exception) = exception(comment, text.comments.get(index + 1..).unwrap_or_default(), text.text) else {
            continue;
        };
        let blocks = blocks.get_or_insert_with(|| Blocks::new(text));
        written.push((exception, blocks.target(comment.span)));
    }
    if written.is_empty() {
        return Vec::new();
    }
    let targets: Vec<&Target> = written.iter().map(|(_, target)| target).collect();
    let covers = super::place::covers(sites.tree, &targets);
    let drafts = written.into_iter().zip(covers).flat_map(|((exception, _), covers)| exception.drafts(covers, sites));
    drafts.collect()
}

/// The exception in a comment.
struct ExceptionText {
    span: Span,
    /// The rules, as they are named.
    ids: Vec<String>,
    until: Option<String>,
    reason: Option<String>,
    problem: Option<String>,
}

/// The exception in a comment, if there is one; `next` are the comments after it.
fn exception(comment: &Comment<'_>, next: &[Comment<'_>], text: &str) -> Option<ExceptionText> {
    // Most comments are prose.
    let after_name = after_name(after_signs(comment.span, text)?.trim())?;
    if let Some(words) = after_name.strip_prefix(':') {
        let mut words = words.trim().to_owned();
        let mut span = comment.span;
        for more in next {
            let Some(rest) = continuation(span, more, text) else { break };
            words.push(' ');
            words.push_str(rest);
            span.end = more.span.end;
        }
        return Some(own(&words, span));
    }
    if after_name.trim_start_matches([' ', ':']).starts_with("except ") {
        let problem = Some(
            "the colon is missing, or there is a space before it; write `hipaalint: except RULE because …`".to_owned(),
        );
        return Some(ExceptionText { span: comment.span, ids: Vec::new(), until: None, reason: None, problem });
    }
    None
}

/// The text of a comment behind its `#`, or behind several that begin it.
fn after_signs(comment: Span, text: &str) -> Option<&str> {
    text.get(comment.start as usize..comment.end as usize).map(|comment| comment.trim_start_matches('#'))
}

/// The text behind our name, in any case.
fn after_name(text: &str) -> Option<&str> {
    let (name, rest) = text.split_at_checked(NAME.len())?;
    name.eq_ignore_ascii_case(NAME).then_some(rest)
}

/// The words of a comment that goes on with one that ends at `before`: on the next line, and indented behind its `#`.
fn continuation<'c>(before: Span, comment: &Comment<'_>, text: &'c str) -> Option<&'c str> {
    let between = text.get(before.end as usize..comment.span.start as usize)?;
    let is_next_line = between.trim().is_empty() && between.matches('\n').count() == 1;
    let words = after_signs(comment.span, text)?;
    (is_next_line && words.starts_with(CONTINUATION)).then_some(words.trim())
}

/// `except RULE, RULE until DAY because …`.
fn own(words: &str, span: Span) -> ExceptionText {
    let mut exception = ExceptionText { span, ids: Vec::new(), until: None, reason: None, problem: None };
    let Some(rest) =
        words.strip_prefix("except").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    else {
        exception.problem = Some("the text after `hipaalint:` is not `except RULE because …`".to_owned());
        return exception;
    };
    let (head, reason) = match word(rest, "because") {
        Some((head, reason)) => (head, one_line(reason)),
        None => (rest, None),
    };
    if let Some(day) = reason.as_deref().and_then(day_at_end) {
        exception.problem = Some(format!("the day comes before the reason; write `until {day} because …`"));
    }
    exception.reason = reason;
    let rules = match word(head, "until") {
        Some((rules, until)) => {
            exception.until = Some(until.trim().to_owned());
            rules
        }
        None => head,
    };
    let mut ids: Vec<&str> = rules.split([',', ' ', '\t']).filter(|id| !id.is_empty()).collect();
    if let Some((at, problem)) = no_rule(&ids, exception.until.is_none(), exception.reason.is_none()) {
        ids.truncate(at);
        exception.problem = Some(problem);
    }
    exception.ids = ids.into_iter().map(|id| id.trim_end_matches(ENDS).to_owned()).collect();
    if exception.ids.is_empty() {
        exception.problem = Some("it does not name a rule; write `except RULE because …`".to_owned());
    }
    exception
}

/// The first of some words behind a rule that was not meant as a rule, and the problem: a misspelled keyword, a word or sign between
/// rules, or a reason without a keyword.
fn no_rule(words: &[&str], lacks_until: bool, lacks_because: bool) -> Option<(usize, String)> {
    let keywords = [("until", lacks_until), ("because", lacks_because)];
    let lacking = || keywords.iter().filter(|(_, lacks)| *lacks).map(|(keyword, _)| *keyword);
    for (at, word) in words.iter().enumerate() {
        if at > 0
            && !word.contains('-')
            && let Some(keyword) = nearest(word, lacking())
        {
            return Some((at, format!("`{word}` is not a keyword; did you mean `{keyword}`?")));
        }
        if at > 0 && CONJUNCTIONS.contains(&word.to_lowercase().as_str()) {
            return Some((at, no_separator(word)));
        }
        // `RULE - REASON`, `RULE: REASON`. A pattern is reported as one.
        let is_sign = word.starts_with('-') || !word.contains('*') && !word.contains(char::is_alphanumeric);
        let sign = if is_sign { Some(*word) } else { word.rmatches(ENDS).next().filter(|_| word.ends_with(ENDS)) };
        if let Some(sign) = sign {
            let problem = if lacks_because {
                format!("`{sign}` is not `because`; write `except RULE because …`")
            } else {
                no_separator(sign)
            };
            return Some((if is_sign { at } else { at + 1 }, problem));
        }
        if at > 0 && lacks_because && !word.contains('-') {
            return Some((at, "`because` is missing before the reason; write `except RULE because …`".to_owned()));
        }
    }
    None
}

fn no_separator(word: &str) -> String {
    format!("`{word}` does not separate rules; write `except RULE, RULE because …`")
}

/// The day that a reason ends with, behind `until`: an exception that ends, by its author's words.
fn day_at_end(reason: &str) -> Option<Date> {
    let (_, until) = reason.rsplit_once("until ")?;
    until.trim_matches([' ', '.', ')', '`', '*', '"']).parse().ok()
}

/// What stands before and after the first occurrence of a word of its own.
fn word<'w>(text: &'w str, word: &str) -> Option<(&'w str, &'w str)> {
    let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let mut places = text.match_indices(word);
    places.find_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + word.len()..)?);
        (is_blank(before.chars().next_back()) && is_blank(after.chars().next())).then_some((before, after))
    })
}

impl ExceptionText {
    fn drafts(self, covers: Vec<Cover>, sites: &Sites<'_, '_>) -> Vec<Draft> {
        let place = sites.at(covers.first().map(|cover| cover.path.clone()).unwrap_or_default());
        let mut draft = Draft { covers, reason: self.reason, ..Draft::new(Dialect::Comment, self.span, place) };
        if let Some(until) = self.until {
            draft.expires = until.parse().ok();
            if draft.expires.is_none() {
                draft.problems.push((self.span, format!("`until {until}` does not contain a date such as 2026-12-31")));
            }
        }
        draft.problems.extend(self.problem.map(|problem| (self.span, problem)));
        if self.ids.is_empty() {
            return vec![draft];
        }
        self.ids.into_iter().map(|id| Draft { id, ..draft.clone() }).collect()
    }
}
