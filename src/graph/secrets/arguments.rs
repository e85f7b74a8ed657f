//! Which arguments of a function become its value, or a part of it. Keys, indices, conditions and names of exports lead to a value
//! and are none of it.

use super::parameters::RESOLVE;
use crate::graph::references::in_braces;
use crate::syntax::{Entry, Node};
use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};

/// The arguments of a function that its value is made of.
pub(super) fn passed_on<'t>(function: &'t Entry<'t>) -> SmallVec<[&'t Node<'t>; 2]> {
    let value = &function.value;
    match (function.key.as_ref(), value.as_sequence()) {
        ("Fn::If", Some([_, branches @ ..])) => branches.iter().collect(),
        ("Fn::Join" | "Fn::Split", Some([_, text])) => smallvec![text],
        ("Fn::Select", Some([index, list])) => smallvec![chosen(index, list).unwrap_or(list)],
        ("Fn::FindInMap", Some([_, _, _, options])) => options.get("DefaultValue").into_iter().collect(),
        // The logical ID, the collection and what comes to be.
        (name, Some([_, _, body])) if name.starts_with("Fn::ForEach") => smallvec![body],
        (
            "Condition" | "Fn::And" | "Fn::Cidr" | "Fn::Equals" | "Fn::FindInMap" | "Fn::GetAtt" | "Fn::GetAZs"
            | "Fn::ImportValue" | "Fn::Length" | "Fn::Not" | "Fn::Or",
            _,
        ) => SmallVec::new(),
        _ => smallvec![value],
    }
}

/// The item of a list that an index chooses, where both are written out.
fn chosen<'t>(index: &'t Node<'t>, list: &'t Node<'t>) -> Option<&'t Node<'t>> {
    list.as_sequence()?.get(index.scalar_text()?.parse::<usize>().ok()?)
}

/// The text of an `Fn::Sub` and its variables, as far as they are written.
pub(super) fn of_sub<'t>(value: &'t Node<'t>) -> (Option<&'t Node<'t>>, &'t [Entry<'t>]) {
    match value.as_sequence() {
        Some([text, others @ ..]) => (Some(text), others.first().and_then(Node::as_mapping).unwrap_or_default()),
        Some([]) => (None, &[]),
        None => (Some(value), &[]),
    }
}

/// The names of the variables of an `Fn::Sub`: a text may have thousands.
pub(super) fn keys_of<'t>(variables: &'t [Entry<'t>]) -> FxHashSet<&'t str> {
    variables.iter().map(|variable| variable.key.as_ref()).collect()
}

/// The names in braces inside the dynamic references of a text: parts of the names of what is stored.
pub(super) fn names_in_references(text: &str) -> impl Iterator<Item = &str> {
    text.split(RESOLVE).skip(1).flat_map(|after| {
        // The braces of a parameter may be before those of the reference: `${DatabaseSecret}}}`.
        let end =
            after.find("}}").map(|end| end + usize::from(after.get(end..).is_some_and(|rest| rest.starts_with("}}}"))));
        in_braces(end.and_then(|end| after.get(..end)).unwrap_or(after)).map(str::trim)
    })
}

/// Whether a dynamic reference is open after a text, given whether one was before it.
pub(super) fn leaves_reference_open(text: &str, was_open: bool) -> bool {
    match (text.rfind(RESOLVE), text.rfind("}}")) {
        (Some(begins), Some(ends)) => begins > ends,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => was_open,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::parse;

    #[test]
    fn what_becomes_the_value() {
        for (call, expected) in [
            ("!If [C, a, b]", &["a", "b"][..]),
            ("!Select [1, [a, b]]", &["b"]),
            ("!Split [',', a]", &["a"]),
            ("!FindInMap [M, a, b]", &[]),
            ("!FindInMap [M, a, b, {DefaultValue: c}]", &["c"]),
            ("!ImportValue a", &[]),
            ("!GetAtt a.b", &[]),
            ("!Base64 a", &["a"]),
            ("!Iff a", &["a"]),
        ] {
            let document = parse(call, SourceId(0)).unwrap();
            let found = passed_on(&document.root.as_mapping().unwrap()[0]);
            let texts: Vec<&str> = found.iter().map(|node| node.as_str().unwrap()).collect();
            assert_eq!(texts, expected, "{call}");
        }
        let document = parse("!Select [!Ref I, [a, b]]", SourceId(0)).unwrap();
        assert_eq!(passed_on(&document.root.as_mapping().unwrap()[0])[0].as_sequence().unwrap().len(), 2);
    }

    #[test]
    fn names_of_what_is_stored() {
        let text = "${A}{{resolve:secretsmanager:${B}-${C}:SecretString:x}}${D}{{resolve:ssm:${E}}}";
        assert_eq!(names_in_references(text).collect::<Vec<_>>(), ["B", "C", "E"]);
        assert!(leaves_reference_open("a{{resolve:ssm:", false));
        assert!(leaves_reference_open("-x", true));
        assert!(!leaves_reference_open(":x}}", true));
        assert!(!leaves_reference_open("a", false));
    }
}
