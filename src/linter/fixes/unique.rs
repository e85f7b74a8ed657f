//! The names of items that are added to a list: each has to be another one.

use super::place::{branches, plain};
use crate::change::{Step, Value};
use crate::syntax::Node;
use foldhash::{HashMap, HashSet};

/// The keys whose values may be in a list only once: of lifecycle rules, statements, targets, and rules of backup plans.
const NAMES: [&str; 3] = ["Id", "Sid", "RuleName"];
/// The numbers that a name gets, at most.
const MAX_NUMBER: usize = 1000;

/// The names of the items that several fixes add to lists: by the list and the key of the name.
#[derive(Default)]
pub(crate) struct Names {
    taken: HashSet<(Vec<Step>, &'static str, String)>,
    /// The number to try first for a name that many items want.
    next: HashMap<(Vec<Step>, &'static str, String), usize>,
}

impl Names {
    /// Gives an item that is added to a list a name that no other one has that is added to it.
    pub(crate) fn give(&mut self, list: &[Step], item: &mut Value) {
        let Value::Map(fields) = item else { return };
        for (key, own) in fields {
            let (Some(key), Value::String(name)) = (NAMES.into_iter().find(|known| *known == key.as_str()), own) else {
                continue;
            };
            let number = self.next.entry((list.to_vec(), key, name.clone())).or_insert(1);
            while *number < MAX_NUMBER {
                let free = if *number == 1 { name.clone() } else { format!("{name}{number}") };
                *number += 1;
                if self.taken.insert((list.to_vec(), key, free.clone())) {
                    name.clone_from(&free);
                    break;
                }
            }
        }
    }
}

/// An item of a list, with a number behind its name if another item has that.
pub(super) fn renamed(value: &Value, items: &[Node<'_>]) -> Value {
    let mut renamed = value.clone();
    let Value::Map(fields) = &mut renamed else { return renamed };
    for (key, own) in fields.iter_mut().filter(|(key, _)| NAMES.contains(&key.as_str())) {
        let Value::String(name) = own else { continue };
        let mut taken = Vec::new();
        items.iter().for_each(|item| names(item, key, &mut taken));
        let numbers = (2..MAX_NUMBER).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.clone()).chain(numbers).find(|name| !taken.contains(&name.as_str()));
        if let Some(free) = free {
            *name = free;
        }
    }
    renamed
}

/// The names that an item has, in any branch.
fn names<'n>(item: &'n Node<'_>, key: &str, taken: &mut Vec<&'n str>) {
    match branches(item) {
        Some(both) => both.into_iter().for_each(|branch| names(branch, key, taken)),
        None => match item.get(key).map(|name| (name, branches(name))) {
            Some((_, Some(both))) => taken.extend(both.into_iter().filter_map(|branch| plain(branch).as_str())),
            Some((name, None)) => taken.extend(plain(name).as_str()),
            None => {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_items_of_one_list_get_different_names() {
        let item = || Value::Map(vec![("Sid".to_owned(), Value::String("ConfigUsesKey".to_owned()))]);
        let list = |name: &str| vec![Step::Key(name.to_owned())];
        let mut names = Names::default();
        let mut given = |at: &[Step]| {
            let mut value = item();
            names.give(at, &mut value);
            match value {
                Value::Map(fields) => fields.into_iter().map(|(_, value)| value).collect::<Vec<_>>(),
                _ => Vec::new(),
            }
        };
        let all = [given(&list("A")), given(&list("A")), given(&list("B")), given(&list("A"))];
        let expected = ["ConfigUsesKey", "ConfigUsesKey2", "ConfigUsesKey", "ConfigUsesKey3"];
        assert_eq!(all, expected.map(|name| vec![Value::String(name.to_owned())]));
    }
}
