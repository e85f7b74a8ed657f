//! The path to a place in the template as written, whatever functions made of it.
//!
//! Rules look at evaluated values and normalised statements, whose steps may differ from the template's (`Actions/0` of a
//! statement whose `Action` is one text). The span is what both have in common.

use crate::eval::is_function;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use memchr::memchr;

/// A place as people find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// From the root, `/` between steps. A value that a function computes is one place: nothing below the function is
    /// named, and the branches of `Fn::If` are not steps.
    pub path: String,
    /// What to underline: a scalar itself, of a list or map the key it is under. An item of a list has no key.
    pub span: Span,
}

/// The place of the key or value at a span, of which a path is known that a rule went. None where nothing in the path's block
/// covers the span: what a YAML alias or merge brought from elsewhere.
///
/// All iterations of a loop have the same spans; the path distinguishes them.
pub fn written<'n, 't>(root: &'n Node<'t>, path: &str, span: Span, find: Find<'_, 'n, 't>) -> Option<Written> {
    // A step is short, and most are looked at once.
    let mut left = Some(path);
    let mut next = || {
        let path = left?;
        let at = memchr(b'/', path.as_bytes());
        left = at.and_then(|at| path.get(at + 1..));
        path.get(..at.unwrap_or(path.len()))
    };
    let mut step = next();
    let mut node = root;
    let mut key = None;
    let mut depth = 0;
    let mut walked = String::with_capacity(path.len());
    loop {
        if node.span == span {
            let is_block = matches!(node.kind, Kind::Mapping(_) | Kind::Sequence(_)) && !is_function(node);
            return Some(Written { path: walked, span: key.filter(|_| is_block).unwrap_or(span) });
        }
        match &node.kind {
            Kind::Mapping(entries) if is_function(node) => {
                match branches(entries).iter().find(|branch| holds(branch, span)) {
                    Some(branch) => node = branch,
                    None => return Some(Written { path: walked, span }),
                }
            }
            Kind::Mapping(entries) => {
                let covers = |entry: &&Entry<'_>| entry.key_span == span || holds(&entry.value, span);
                let wanted = step.and_then(|step| find(entries, step)).filter(covers);
                let entry = match depth {
                    // The section, and the block in it.
                    0 | 1 => wanted?,
                    _ => match wanted {
                        Some(entry) => entry,
                        None => {
                            entries.get(first(entries, span, |entry| entry.value.span.end, |entry| covers(&entry))?)?
                        }
                    },
                };
                add(&mut walked, &entry.key);
                (depth, step) = (depth + 1, next());
                if entry.key_span == span {
                    return Some(Written { path: walked, span });
                }
                key = Some(entry.key_span);
                node = &entry.value;
            }
            Kind::Sequence(items) => {
                let index = first(items, span, |item| item.span.end, |item| holds(item, span))?;
                // Nearly always, it is what the path has.
                match step.filter(|step| number(step) == Some(index)) {
                    Some(step) => add(&mut walked, step),
                    None => add(&mut walked, &index.to_string()),
                }
                (depth, step) = (depth + 1, next());
                key = None;
                node = items.get(index)?;
            }
            // A part of a text: a statement in a policy that is written as JSON text, for example.
            _ => return Some(Written { path: walked, span: node.span }),
        }
    }
}

/// Finds the entry of a map with a key.
pub type Find<'f, 'n, 't> = &'f dyn Fn(&'n [Entry<'t>], &str) -> Option<&'n Entry<'t>>;

/// Longer lists and maps are searched by halves: their items are nearly always in the order of the text.
const LONG: usize = 32;

/// The place of the first item that covers a span. Where the items are not in the order of the text, or several stand for the same text, one that
/// covers it.
fn first<'n, T>(items: &'n [T], span: Span, end: impl Fn(&T) -> u32, covers: impl Fn(&'n T) -> bool) -> Option<usize> {
    let place = items.partition_point(|item| end(item) < span.end);
    if items.len() > LONG && items.get(place).is_some_and(&covers) {
        return Some(place);
    }
    items.iter().position(covers)
}

/// The index that a step is, as indices are written.
fn number(step: &str) -> Option<usize> {
    let is_written_so = step.bytes().all(|byte| byte.is_ascii_digit()) && (step.len() == 1 || !step.starts_with('0'));
    if is_written_so { step.parse().ok() } else { None }
}

/// Adds a step to a path.
fn add(walked: &mut String, step: &str) {
    if !walked.is_empty() {
        walked.push('/');
    }
    walked.push_str(step);
}

/// Whether a span is in a node, or in what an include or a loop brought below it from elsewhere.
fn holds(node: &Node<'_>, span: Span) -> bool {
    let covers = node.span.source == span.source && node.span.start <= span.start && span.end <= node.span.end;
    covers
        || match &node.kind {
            Kind::Mapping(entries) if node.span.source != span.source => {
                entries.iter().any(|entry| entry.key_span == span || holds(&entry.value, span))
            }
            Kind::Sequence(items) if node.span.source != span.source => items.iter().any(|item| holds(item, span)),
            _ => false,
        }
}

/// The branches of an `Fn::If`; none of any other function.
fn branches<'n, 't>(entries: &'n [Entry<'t>]) -> &'n [Node<'t>] {
    match entries {
        [only] if only.key == "Fn::If" => only.value.as_sequence().and_then(|list| list.get(1..)).unwrap_or_default(),
        _ => &[],
    }
}

/// The key at the end of a path from a block; none if the path leads to an item of a list or through a function.
pub fn key_at(block: &Node<'_>, path: &str) -> Option<Span> {
    let mut node = block;
    let mut key = None;
    for step in path.split('/') {
        match &node.kind {
            Kind::Sequence(items) => {
                key = None;
                node = items.get(step.parse::<usize>().ok()?)?;
            }
            _ => {
                let entry = node.entry(step)?;
                key = Some(entry.key_span);
                node = &entry.value;
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::syntax;

    const TEXT: &str = r#"
Resources:
  Role:
    Properties:
      Policies:
        - Name: !Sub "a-${b}"
          Statement:
            Action: s3:*
      Tags: !If
        - IsProd
        - [first, second]
        - !If [IsTest, {Key: third}, !Ref AWS::NoValue]
      Document: '{"Statement": []}'
"#;

    fn found(from: &str, to: &str) -> String {
        let document = syntax::parse(TEXT, SourceId(0)).unwrap();
        let start = TEXT.find(from).unwrap();
        let end = TEXT[start..].find(to).unwrap() + start + to.len();
        let find: Find<'_, '_, '_> = &|entries, key| entries.iter().find(|entry| entry.key == key);
        let place = written(&document.root, "Resources/Role", Span::new(SourceId(0), start, end), find).unwrap();
        format!("{} at {}", place.path, &TEXT[place.span.start as usize..place.span.end as usize])
    }

    #[test]
    fn scalars_are_underlined_themselves_and_blocks_at_their_keys() {
        assert_eq!(found("s3:*", "s3:*"), "Resources/Role/Properties/Policies/0/Statement/Action at s3:*");
        assert_eq!(found("Action", "Action"), "Resources/Role/Properties/Policies/0/Statement/Action at Action");
        assert_eq!(found("Action", "s3:*"), "Resources/Role/Properties/Policies/0/Statement at Statement");
        assert_eq!(found("Role", "Role"), "Resources/Role at Role");
    }

    #[test]
    fn functions_are_one_place_and_branches_no_steps() {
        assert_eq!(found("!Sub", "}\""), "Resources/Role/Properties/Policies/0/Name at !Sub \"a-${b}\"");
        assert_eq!(found("second", "second"), "Resources/Role/Properties/Tags/1 at second");
        assert_eq!(found("[first", "]"), "Resources/Role/Properties/Tags at Tags");
        assert_eq!(found("third", "third"), "Resources/Role/Properties/Tags/Key at third");
        assert_eq!(found("IsTest", "IsTest"), "Resources/Role/Properties/Tags at IsTest");
    }

    #[test]
    fn what_lies_inside_a_text_is_the_text() {
        let text = "Resources/Role/Properties/Document at '{\"Statement\": []}'";
        assert_eq!(found("[]", "[]"), text);
    }

    #[test]
    fn keys_by_path() {
        let document = syntax::parse(TEXT, SourceId(0)).unwrap();
        let role = document.root.get("Resources").unwrap().get("Role").unwrap();
        let key = |path: &str| key_at(role, path).map(|span| &TEXT[span.start as usize..span.end as usize]);
        assert_eq!(key("Properties/Policies"), Some("Policies"));
        assert_eq!(key("Properties/Policies/0/Statement"), Some("Statement"));
        assert_eq!(key("Properties/Policies/0"), None);
        assert_eq!(key("Properties/Policies/1"), None);
        assert_eq!(key("Properties/Nothing"), None);
    }
}
