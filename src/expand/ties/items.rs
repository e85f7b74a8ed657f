//! Which items of a long list may name a resource.

use super::names::{Name, name};
use crate::eval::value::{Origin, Value};
use crate::expand::{Block, Model};
use foldhash::HashMap;
use smallvec::SmallVec;
use std::rc::Rc;

/// The items of a list, by the resources that they refer to.
#[derive(Default)]
pub(super) struct Items<'t> {
    by_id: HashMap<&'t str, Vec<usize>>,
    /// Texts without a reference. They may be explicit names, but not one that CloudFormation makes.
    texts: Vec<usize>,
    open: Vec<usize>,
}

/// Lists of so many items are short.
pub(super) const SHORT: usize = 8;

impl<'m, 't> Model<'m, 't> {
    /// The items of a list, or the value itself, that may name a resource.
    pub fn items_naming(&self, list: &'m Value<'t>, target: &Block<'t>) -> SmallVec<[&'m Value<'t>; SHORT]> {
        let items = list.items();
        if items.len() <= SHORT {
            return items.iter().collect();
        }
        self.chosen_items(list, target, !matches!(name(target), Name::Made))
    }

    /// The items of a list, or the value itself, that refer to a resource, and all those that are texts, such as patterns.
    pub fn items_matching(&self, list: &'m Value<'t>, target: &Block<'t>) -> SmallVec<[&'m Value<'t>; SHORT]> {
        let items = list.items();
        if items.len() <= SHORT {
            return items.iter().collect();
        }
        self.chosen_items(list, target, true)
    }

    fn chosen_items(
        &self,
        list: &'m Value<'t>,
        target: &Block<'t>,
        with_texts: bool,
    ) -> SmallVec<[&'m Value<'t>; SHORT]> {
        let items = list.items();
        let index = self.items(list);
        let mut places = index.by_id.get(target.name).cloned().unwrap_or_default();
        places.extend(&index.open);
        if with_texts {
            places.extend(&index.texts);
        }
        places.sort_unstable();
        places.into_iter().filter_map(|place| items.get(place)).collect()
    }

    fn items(&self, list: &'m Value<'t>) -> Rc<Items<'t>> {
        let key: *const Value<'t> = list;
        if let Some(known) = self.ties.items.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut index = Items::default();
        for (place, item) in list.items().iter().enumerate() {
            let mut ids: SmallVec<[&'t str; 2]> = SmallVec::new();
            for part in item.parts() {
                match part.origin {
                    Origin::Resource { id, .. } if !ids.contains(&id) => ids.push(id),
                    _ => {}
                }
            }
            if item.is_inside_unknown() {
                index.open.push(place);
            } else if ids.is_empty() {
                index.texts.push(place);
            }
            for id in ids {
                index.by_id.entry(id).or_default().push(place);
            }
        }
        let index = Rc::new(index);
        self.ties.items.borrow_mut().insert(key, Rc::clone(&index));
        index
    }
}
