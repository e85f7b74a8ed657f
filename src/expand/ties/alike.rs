//! Resources that are alike for whoever asks what names what: each has there nothing but a parameter of which nothing is known. Whether two of
//! them have the same name is unknown, unless it is the same parameter. A template of many such resources has as many pairs as the square of
//! their number, so what all of them contribute is found once, and only a few of them are looked at for each question.

use super::Model;
use crate::eval::value::{Content, Origin, Part};
use crate::eval::{has_macro, is_function};
use crate::expand::Block;
use crate::facts;
use crate::syntax::Node;
use foldhash::HashMap;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// Fewer are looked at one by one.
const MANY: usize = 32;

/// Of so many parameters, one is looked at in any case: they are the reasons why something is not known, and a run keeps one fewer
/// ([`Run::note_reason`](crate::eval::Run::note_reason)), whichever the question is about.
const FIRST: usize = crate::eval::MOST_REASONS + 1;

/// Many resources that are alike.
pub struct Alike<'t> {
    /// Where they are, in the order of the template.
    places: Vec<usize>,
    /// Where those are that have the same parameter.
    by_parameter: HashMap<&'t str, Vec<usize>>,
    /// The first of each of the first parameters.
    first: Vec<usize>,
    /// What all of them contribute to a question: see [`contribute`](Self::contribute).
    contributed: RefCell<FxHashMap<Asked, Option<Contribution>>>,
}

/// The address of a question, and whether it is asked without the defaults of parameters.
type Asked = (*const (), bool);

/// What resources that may all belong to another contribute to a question about those that do; none where that is unknown.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Whether all of them pass.
    pub every: Option<bool>,
    /// Whether some of them passes.
    pub some: Option<bool>,
}

/// Those among many that are alike for a question, and need not be looked at.
pub struct Others<'t> {
    /// All that are alike.
    pub alike: Rc<Alike<'t>>,
    /// Where those are that are looked at all the same.
    pub(super) looked_at: Vec<usize>,
}

impl<'t> Others<'t> {
    /// For a question about a parameter, or about a name that is known.
    pub(super) fn of(alike: &Rc<Alike<'t>>, parameter: Option<&str>) -> Self {
        let mut looked_at = alike.first.clone();
        looked_at.extend(parameter.and_then(|parameter| alike.by_parameter.get(parameter)).into_iter().flatten());
        looked_at.sort_unstable();
        looked_at.dedup();
        Self { alike: Rc::clone(alike), looked_at }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.alike.places.len().saturating_sub(self.looked_at.len())
    }
}

impl<'t> Alike<'t> {
    /// What all of them contribute to a question; none if it is to be asked of each, which `find` decides once.
    pub fn contribute(&self, asked: Asked, find: impl FnOnce() -> Option<Contribution>) -> Option<Contribution> {
        if let Some(known) = self.contributed.borrow().get(&asked) {
            return *known;
        }
        let found = find();
        self.contributed.borrow_mut().insert(asked, found);
        found
    }

    /// These resources among some others, which are in the order of the template, if they are many.
    fn among(places: &[usize], parameter_of: impl Fn(usize) -> Option<&'t str>) -> Option<(Self, Vec<usize>)> {
        if places.len() < MANY {
            return None;
        }
        let (mut by_parameter, mut first): (HashMap<&'t str, Vec<usize>>, Vec<usize>) = Default::default();
        let (mut alike, mut rest) = (Vec::new(), Vec::new());
        for place in places {
            let Some(parameter) = parameter_of(*place) else {
                rest.push(*place);
                continue;
            };
            let own = by_parameter.entry(parameter).or_default();
            if own.is_empty() && first.len() < FIRST {
                first.push(*place);
            }
            own.push(*place);
            alike.push(*place);
        }
        let are_many = alike.len() >= MANY && first.len() == FIRST;
        are_many.then(|| (Self { places: alike, by_parameter, first, contributed: RefCell::default() }, rest))
    }
}

impl<'m, 't> Model<'m, 't> {
    /// Those among some resources that are alike, by the property that `names` leads to, and the rest of them.
    pub(super) fn alike(&self, places: &[usize], names: &[&str]) -> (Option<Rc<Alike<'t>>>, Vec<usize>) {
        let parameter = |place| self.parameter_at(self.resources.get(place)?, names);
        match Alike::among(places, parameter) {
            Some((alike, rest)) => (Some(Rc::new(alike)), rest),
            None => (None, Vec::new()),
        }
    }

    /// The same, by the property that is the name of resources of a type.
    pub(super) fn alike_by_name(&self, places: &[usize], kind: &str) -> (Option<Rc<Alike<'t>>>, Vec<usize>) {
        match facts::name_property(kind) {
            Some(property) => self.alike(places, &property.split('.').collect::<Vec<_>>()),
            None => (None, Vec::new()),
        }
    }

    /// Whether there are enough resources of a type. Where notes are taken of what is read, each of them is looked at.
    pub(super) fn may_be_alike(&self, kind: &str) -> bool {
        self.by_type.get(kind).is_some_and(|places| places.len() >= MANY) && !self.evaluator.reads.are_kept()
    }

    /// The resources that are alike.
    pub fn all_alike(&self, alike: &Alike<'t>) -> Vec<&Block<'t>> {
        alike.places.iter().filter_map(|place| self.at(*place)).collect()
    }

    /// The parameter of which nothing is known that is the name of a resource.
    pub(super) fn parameter_of_name(&self, block: &Block<'t>) -> Option<&'t str> {
        let property = facts::name_property(block.kind)?;
        self.parameter_of(block.node, &property.split('.').collect::<Vec<_>>())
    }

    /// The same at a property of a resource that exists in every scenario.
    fn parameter_at(&self, block: &Block<'t>, names: &[&str]) -> Option<&'t str> {
        if block.condition.is_some() { None } else { self.parameter_of(block.node, names) }
    }

    fn parameter_of(&self, block: &'t Node<'t>, names: &[&str]) -> Option<&'t str> {
        let steps = std::iter::once(&"Properties").chain(names);
        let mut node = block;
        for step in steps {
            if is_function(node) || has_macro(node) {
                return None;
            }
            node = node.get(step)?;
        }
        let [call] = node.as_mapping()? else { return None };
        let name = match (call.key.as_ref(), call.value.as_str()?) {
            ("Ref", name) => name,
            ("Fn::Sub", text) => text.strip_prefix("${")?.strip_suffix('}')?,
            _ => return None,
        };
        let parameter = self.parameter(name)?;
        let is_open = !parameter.is_list() && self.evaluator.choices.by_name(parameter.name).is_none();
        is_open.then_some(parameter.name)
    }

    /// The parameter that a part is, if nothing is known of it.
    pub(super) fn open_parameter(&self, part: &Part<'t>) -> Option<&'t str> {
        match (&part.content, &part.origin) {
            (Content::Unknown | Content::Except(_), Origin::Parameter(name)) => {
                self.evaluator.choices.by_name(name).is_none().then_some(*name)
            }
            _ => None,
        }
    }
}
