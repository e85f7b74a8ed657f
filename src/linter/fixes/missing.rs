//! References to resources that are not there in each deployment: AWS CloudFormation rejects a template for which the condition of the
//! other resource is false. No fix may bring one.

use crate::expand::Model;
use crate::graph::references::{Use, of_resource};

/// The resources that refer to one with another condition than their own, with that one, as written.
pub(in crate::linter) fn missing(model: &Model<'_, '_>) -> Vec<[String; 2]> {
    let mut missing = Vec::new();
    if model.resources().iter().all(|block| block.condition.is_none()) {
        return missing;
    }
    for block in model.resources() {
        of_resource(block.node, &mut |met| {
            if !matches!(met.by, Use::Ref | Use::GetAtt | Use::Sub) {
                return;
            }
            let Some(condition) = model.resource(met.name).and_then(|to| to.condition) else { return };
            let is_taken = || met.reference().branches.iter().any(|(branch, taken)| *branch == condition && *taken);
            if block.condition != Some(condition) && !is_taken() {
                missing.push([block.name.to_owned(), met.name.to_owned()]);
            }
        });
    }
    missing
}
