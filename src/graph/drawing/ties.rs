//! What a template shares with other stacks and takes from them: exports, outputs of stacks with a known name, and their uses.

use super::{Drawing, Import, Picture};
use crate::eval::explore;
use crate::expand::{Block, Model};
use crate::graph::references;
use crate::syntax::Node;
use foldhash::HashMap;
use std::collections::BTreeSet;

/// Something that one stack shares with others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shared {
    /// An export, by its name.
    Export(String),
    /// An output, by the names of its stack and of the output.
    Output(String, String),
}

impl Shared {
    /// The function that takes it.
    pub fn function(&self) -> &'static str {
        match self {
            Self::Export(_) => IMPORT,
            Self::Output(..) => OUTPUT,
        }
    }
}

const IMPORT: &str = "Fn::ImportValue";
const OUTPUT: &str = "Fn::GetStackOutput";

impl Drawing {
    /// Notes what the template shares and takes. `index` has the places of its resources, by their names.
    pub(super) fn tie<'m, 't>(&mut self, model: &'m Model<'m, 't>, stack: Option<&str>, index: &HashMap<&str, usize>) {
        for output in &model.outputs {
            let mut resources = Vec::new();
            references::of_output(output.node, &mut |met| resources.extend(index.get(met.name)));
            resources.sort_unstable();
            resources.dedup();
            if resources.is_empty() {
                continue;
            }
            let name = output.node.get("Export").and_then(|export| export.get("Name"));
            let export = name.and_then(|name| known(name, model)).map(Shared::Export);
            let own = stack.map(|stack| Shared::Output(stack.to_owned(), output.name.to_owned()));
            self.gives.extend(export.into_iter().chain(own).map(|shared| (shared, resources.clone())));
        }
        for block in model.resources() {
            let Some(place) = index.get(block.name) else { continue };
            let mut taken = BTreeSet::new();
            takes(block, model, &mut taken);
            self.takes.extend(taken.into_iter().map(|shared| (shared, *place)));
        }
    }
}

impl Picture {
    /// Connects the resources that take something with those that another template gives. What several templates give under one
    /// name connects nothing: in which account and Region each is deployed decides.
    pub fn connect(&mut self) {
        let mut given: HashMap<&Shared, Vec<(usize, &Vec<usize>)>> = HashMap::default();
        for (template, drawing) in self.drawings.iter().enumerate() {
            for (shared, resources) in &drawing.gives {
                given.entry(shared).or_default().push((template, resources));
            }
        }
        let mut imports = BTreeSet::new();
        for (template, drawing) in self.drawings.iter().enumerate() {
            for (shared, resource) in &drawing.takes {
                let Some([(other, resources)]) = given.get(shared).map(Vec::as_slice) else { continue };
                if *other != template {
                    let to = resources.iter().map(|resource| (*other, *resource));
                    imports.extend(to.map(|to| Import { from: (template, *resource), to, kind: shared.function() }));
                }
            }
        }
        self.imports = imports.into_iter().collect();
        for drawing in &mut self.drawings {
            drawing.gives.clear();
            drawing.takes.clear();
        }
    }
}

/// What a resource takes, as far as its name is known.
fn takes<'m, 't>(block: &Block<'t>, model: &'m Model<'m, 't>, taken: &mut BTreeSet<Shared>) {
    let mut waiting: Vec<&'t Node<'t>> = vec![block.node];
    while let Some(node) = waiting.pop() {
        for entry in node.as_mapping().unwrap_or_default() {
            match entry.key.as_ref() {
                IMPORT => taken.extend(known(&entry.value, model).map(Shared::Export)),
                OUTPUT => {
                    let argument = |name: &str| entry.value.get(name).and_then(|node| known(node, model));
                    let names = argument("StackName").zip(argument("OutputName"));
                    taken.extend(names.map(|(stack, output)| Shared::Output(stack, output)));
                }
                _ => {}
            }
            waiting.push(&entry.value);
        }
        waiting.extend(node.as_sequence().unwrap_or_default());
    }
}

/// A text that is known and the same, whatever is chosen.
fn known<'m, 't>(node: &'t Node<'t>, model: &'m Model<'m, 't>) -> Option<String> {
    let exploration = explore(&model.evaluator, |run| {
        let value = run.value(node).cloned()?;
        run.settled(value).text().map(std::borrow::Cow::into_owned)
    });
    let mut leaves = exploration.leaves.into_iter().map(|(_, leaf)| leaf);
    let first = leaves.next()??;
    (exploration.complete && leaves.all(|leaf| leaf.as_ref() == Some(&first))).then_some(first)
}
