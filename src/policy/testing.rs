//! Runs a check on a template written in a test.

use crate::eval::choices::Pinned;
use crate::eval::{Memory, Run, explore};
use crate::expand::Model;
use crate::source::SourceId;
use crate::template::Template;

/// What `check` answers in each scenario of a template in YAML or JSON.
pub(super) fn in_template<R>(text: &str, check: impl for<'m, 't> Fn(&mut Run<'m, 't>, &Model<'m, 't>) -> R) -> Vec<R> {
    #![allow(clippy::panic)]
    let document = crate::syntax::parse(text, SourceId(0)).unwrap_or_else(|error| panic!("{}: {text}", error.message));
    let template = Template::new(&document.root);
    let (pinned, memory) = (Pinned::default(), Memory::default());
    let model = Model::new(&template, &pinned, &memory);
    let exploration = explore(&model.evaluator, |run| check(run, &model));
    exploration.leaves.into_iter().map(|(_, result)| result).collect()
}
