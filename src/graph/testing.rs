//! Helpers to inspect a template, for the tests of this part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::eval::inputs::Inputs;
use crate::eval::{Memory, Run, explore};
use crate::expand::Model;
use crate::source::SourceId;
use crate::template::Template;

/// The result of a question in the first scenario of a template, that of its defaults.
pub(crate) fn first_scenario<R>(
    text: &str,
    mut ask: impl for<'m, 't> FnMut(&mut Run<'m, 't>, &'m Model<'m, 't>) -> R,
) -> R {
    let document = crate::syntax::parse(text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let (inputs, memory) = (Inputs::default(), Memory::default());
    let model = Model::new(&template, &inputs, &memory);
    let model = &model;
    explore(&model.evaluator, |run| ask(run, model)).leaves.swap_remove(0).1
}
