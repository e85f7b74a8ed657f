//! The blocks of a template that the targets of a rule name.

use crate::expand::{Block, Kind, Model};
use crate::rules::rule::TargetName;
use smallvec::SmallVec;

/// Whether a template with resources of these types has any block of this kind.
pub(super) fn occurs(target: &TargetName, kinds: &[Kind<'_, '_>], model: &Model<'_, '_>) -> bool {
    match target {
        TargetName::Parameters => !model.parameters.is_empty(),
        TargetName::Outputs => !model.outputs.is_empty(),
        TargetName::Template => true,
        // They are judged when everything else has been.
        TargetName::Exceptions => false,
        _ => kinds.iter().any(|kind| target.has_type(kind.name)),
    }
}

/// Resource types of a template; most rules look at one.
pub(super) type Kinds<'m, 't> = SmallVec<[Kind<'m, 't>; 2]>;

/// The blocks that some of the targets name, each once, in the order of the template. `kinds` are the types of the template that the
/// targets' rule names; `is_only` tells that no other check of the rule names any.
pub(super) fn blocks<'m, 't>(
    targets: &[TargetName],
    kinds: &[Kind<'m, 't>],
    model: &'m Model<'m, 't>,
    is_only: bool,
) -> SmallVec<[&'m Block<'t>; 8]> {
    let mut blocks: SmallVec<[&'m Block<'t>; 8]> = SmallVec::new();
    // Groups of blocks, each in the order of the template.
    let mut groups = 0;
    let mut add = |kind: Kind<'m, 't>, blocks: &mut SmallVec<[&'m Block<'t>; 8]>| {
        let before = blocks.len();
        blocks.extend(model.of_kind(kind));
        groups += usize::from(blocks.len() > before);
    };
    if targets.iter().all(|target| matches!(target, TargetName::Type(_))) {
        let named = kinds.iter().filter(|kind| is_only || targets.iter().any(|target| target.name() == kind.name));
        named.for_each(|kind| add(*kind, &mut blocks));
    } else if targets.contains(&TargetName::AnyResource) {
        blocks.extend(model.resources());
        groups = 2;
    } else if targets.iter().any(TargetName::is_of_resources) {
        // A template has many resources of few types: each of its types is asked about once.
        let meant = model.kinds().filter(|kind| targets.iter().any(|target| target.has_type(kind.name)));
        meant.for_each(|kind| add(kind, &mut blocks));
    }
    for target in targets {
        match target {
            TargetName::Parameters => blocks.extend(&model.parameters),
            TargetName::Outputs => blocks.extend(&model.outputs),
            TargetName::Template => blocks.push(model.whole()),
            _ => continue,
        }
        groups += 1;
    }
    if groups > 1 {
        // All iterations of a loop have the same key.
        blocks.sort_by_key(|block| (block.key_span, block.name));
        blocks.dedup_by(|a, b| a.is(b));
    }
    blocks
}
