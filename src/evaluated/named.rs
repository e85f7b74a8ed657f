//! Names that promise a secret: of a property, or of a variable that is written as a name and a value.

use crate::linter::is_secret_name;
use crate::syntax::{Entry, Node};

/// The keys of a variable's name, and of its value.
const NAMES: [&str; 4] = ["Name", "Key", "ParameterKey", "ParameterName"];
const VALUES: [&str; 2] = ["Value", "ParameterValue"];

/// Whether entries are a variable whose name promises a secret.
pub(super) fn is_secret_variable(entries: &[Entry<'_>]) -> bool {
    let is_name =
        |entry: &Entry<'_>| NAMES.contains(&entry.key.as_ref()) && entry.value.as_str().is_some_and(is_secret_name);
    entries.iter().any(is_name)
}

/// Whether a key is that of a variable's value.
pub(super) fn is_value(key: &str) -> bool {
    VALUES.contains(&key)
}

/// Whether the name of the value at a path promises a secret.
pub(super) fn is_secret(root: &Node<'_>, path: &str) -> bool {
    let last = path.rsplit('/').find(|step| step.parse::<usize>().is_err());
    last.is_some_and(is_secret_name) || is_in_secret_variable(root, path)
}

/// Whether the value of a variable whose name promises a secret is at a path.
fn is_in_secret_variable(root: &Node<'_>, path: &str) -> bool {
    let mut node = Some(root);
    for step in path.split('/') {
        let Some(above) = node else { return false };
        if VALUES.contains(&step) && above.as_mapping().is_some_and(is_secret_variable) {
            return true;
        }
        node = match step.parse::<usize>() {
            Ok(index) => above.as_sequence().and_then(|items| items.get(index)),
            Err(_) => above.get(step),
        };
    }
    false
}
