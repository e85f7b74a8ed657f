//! The names of items that are added to a list: each has to be another one.

use super::place::{branches, plain};
use crate::change::Value;
use crate::syntax::Node;

/// The keys whose values may be in a list only once: of lifecycle rules, statements, targets, and rules of backup plans.
const NAMES: [&str; 3] = ["Id", "Sid", "RuleName"];
/// The numbers that a name gets, at most.
const MAX_NUMBER: usize = 1000;

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
