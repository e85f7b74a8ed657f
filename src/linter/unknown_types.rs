//! Resource types that CloudFormation does not have, as far as is known: a misspelt one would otherwise pass every check, since
//! no rule looks at it.

use crate::facts::{is_known_type, resource_types, resource_types_below};
use crate::rules::load::nearest;
use crate::source::Span;
use crate::template::Template;
use std::collections::BTreeSet;

/// So many are named: a template that invents types by the thousand is not worth a search for each.
const MOST: usize = 20;

/// A type that is not known.
pub(super) struct Unknown {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

/// The unknown types of a template, each once, where it is first written. Types outside `AWS::`, modules and those of SAM are in no
/// schema of CloudFormation's, so that nothing is known of their names.
pub(super) fn unknown_types(template: &Template<'_>) -> Vec<Unknown> {
    let mut met = BTreeSet::new();
    let kinds = template.resources.iter().filter_map(|block| Some((block.kind, block.node.get("Type")?.span)));
    let unknown = kinds.filter(|(kind, _)| is_of_schemas(kind) && !is_known_type(kind) && met.insert(*kind));
    unknown
        .take(MOST)
        .map(|(kind, span)| Unknown {
            span,
            message: format!(
                "this version of hipaalint does not know the resource type `{kind}`, so no rule checks the resource"
            ),
            help: match meant(kind) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => "Check the spelling. Newer versions of hipaalint know newer resource types.".to_owned(),
            },
        })
        .collect()
}

/// The type that was probably meant: one of the same service where there is such a service, since most of the letters of two types are
/// those of their service.
fn meant(kind: &str) -> Option<String> {
    let (service, name) = kind.rsplit_once("::")?;
    let prefix = format!("{service}::");
    let mut names = resource_types_below(&prefix).peekable();
    if names.peek().is_none() {
        return nearest(kind, resource_types()).map(str::to_owned);
    }
    nearest(name, names).map(|name| format!("{service}::{name}"))
}

fn is_of_schemas(kind: &str) -> bool {
    kind.starts_with("AWS::") && !kind.starts_with("AWS::Serverless::") && !kind.ends_with("::MODULE")
}
