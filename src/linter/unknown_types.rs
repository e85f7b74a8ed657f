//! Resource types that CloudFormation does not have, as far as is known: a misspelt one would otherwise pass every check, since
//! no rule looks at it.

use crate::facts::is_known_type;
use crate::rules::vetting::types::nearest_type;
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
/// schema of CloudFormation's, so that nothing is known of their names; `is_checked` are types that a rule names as newer than the schemas.
pub(super) fn unknown_types(template: &Template<'_>, is_checked: impl Fn(&str) -> bool) -> Vec<Unknown> {
    let mut met = BTreeSet::new();
    let kinds = template.resources.iter().filter_map(|block| Some((block.kind, block.node.get("Type")?.span)));
    let is_unknown = |kind: &str| is_of_schemas(kind) && !is_known_type(kind) && !is_checked(kind);
    let unknown = kinds.filter(|(kind, _)| is_unknown(kind) && met.insert(*kind));
    unknown
        .take(MOST)
        .map(|(kind, span)| Unknown {
            span,
            message: format!(
                "this version of hipaalint does not know the resource type `{kind}`, so no rule checks the resource"
            ),
            help: match nearest_type(kind) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => "Check the spelling. Newer versions of hipaalint know newer resource types.".to_owned(),
            },
        })
        .collect()
}

fn is_of_schemas(kind: &str) -> bool {
    kind.starts_with("AWS::") && !kind.starts_with("AWS::Serverless::") && !kind.ends_with("::MODULE")
}
