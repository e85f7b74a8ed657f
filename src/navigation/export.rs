//! Names of exports as far as they are written: a text with holes, by which an export and its imports find each other.
//!
//! An export is often named after its stack, and imported by a name that a parameter gives. Neither name is known, but what is
//! written of both is the same.

use super::walk::placeholders;
use crate::syntax::{Kind, Node};

/// What stands for a part that is not written.
const HOLE: &str = "${}";
/// The pseudo parameters that are the same in the stack that exports and in those that import.
///
/// Source: "Get exported outputs from a deployed CloudFormation stack", CloudFormation user guide: names are unique in a Region
/// of an account.
const SAME: [&str; 4] = ["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"];

/// A name as far as it is written.
pub(super) struct Shape<'n, 't> {
    /// The text, with holes.
    pub(super) shape: String,
    /// The node that has the text.
    pub(super) node: &'n Node<'t>,
}

/// The shape of a name. None if nothing of it is written.
pub(super) fn shape<'n, 't>(name: &'n Node<'t>) -> Option<Shape<'n, 't>> {
    let (shape, node) = match &name.kind {
        Kind::String(text) => (text.to_string(), name),
        Kind::Mapping(entries) => match entries.as_slice() {
            [call] if call.key == "Fn::Sub" => {
                let text = call.value.as_sequence().and_then(<[_]>::first).unwrap_or(&call.value);
                (substituted(text.as_str()?), text)
            }
            [call] if call.key == "Fn::Join" => (joined(call.value.as_sequence()?)?, name),
            _ => return None,
        },
        _ => return None,
    };
    let is_written = shape.replace(HOLE, "").chars().any(char::is_alphanumeric);
    is_written.then_some(Shape { shape, node })
}

/// The text of `Fn::Sub` with holes for what it puts in.
fn substituted(text: &str) -> String {
    let mut shape = String::new();
    let mut copied = 0;
    for place in placeholders(text) {
        let start = text.get(..place.start).and_then(|before| before.rfind("${")).unwrap_or(place.start);
        let end = text.get(place.end..).and_then(|rest| rest.find('}')).map_or(place.end, |end| place.end + end + 1);
        shape.push_str(text.get(copied..start).unwrap_or_default());
        push_name(&mut shape, text.get(place).unwrap_or_default());
        copied = end;
    }
    shape.push_str(text.get(copied..).unwrap_or_default());
    shape
}

fn push_name(shape: &mut String, name: &str) {
    if SAME.contains(&name) {
        shape.extend(["${", name, "}"]);
    } else {
        shape.push_str(HOLE);
    }
}

fn joined(arguments: &[Node<'_>]) -> Option<String> {
    let [delimiter, items] = arguments else { return None };
    let (delimiter, items) = (delimiter.as_str()?, items.as_sequence()?);
    let mut shape = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            shape.push_str(delimiter);
        }
        match (item.scalar_text(), item.get("Ref").and_then(Node::as_str)) {
            (Some(text), _) => shape.push_str(&text),
            (None, Some(name)) => push_name(&mut shape, name),
            (None, None) => shape.push_str(HOLE),
        }
    }
    Some(shape)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn an_export_and_its_import_have_one_shape() {
        let shape = |text: &str| {
            let document = crate::syntax::parse(text, SourceId(0)).unwrap();
            shape(document.root.get("a").unwrap()).map(|found| found.shape)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shape("a: vpc"), some("vpc"));
        assert_eq!(shape("a: !Sub '${AWS::StackName}-vpc'"), some("${}-vpc"));
        assert_eq!(shape("a: {'Fn::Sub': ['${ Network }-vpc', {Network: x}]}"), some("${}-vpc"));
        assert_eq!(shape("a: !Join ['-', [!Ref AWS::StackName, vpc]]"), some("${}-vpc"));
        assert_eq!(shape("a: !Join ['', [!Ref AWS::Region, !GetAtt A.B, 1]]"), some("${AWS::Region}${}1"));
        assert_eq!(shape("a: !Sub '${AWS::Region}x'"), some("${AWS::Region}x"));
        assert_eq!(shape("a: !Ref Name"), None);
        assert_eq!(shape("a: !Sub '${Name}-'"), None);
        assert_eq!(shape("a: [x]"), None);
    }
}
