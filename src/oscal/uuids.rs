//! UUIDs that follow from names (RFC 9562, version 5): the same input has the same.

use std::collections::HashMap;
use uuid::Uuid;

/// The namespace of all our names.
fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, super::NAMESPACE.as_bytes())
}

fn named(within: &Uuid, parts: &[&str]) -> Uuid {
    // The length before each, so that nothing moves from one to the next.
    let name: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    Uuid::new_v5(within, name.as_bytes())
}

/// The UUID of something that these texts distinguish from everything else, in any document.
pub fn uuid(parts: &[&str]) -> String {
    named(&namespace(), parts).to_string()
}

/// The UUID of a document with these contents.
pub fn document_uuid(kind: &str, contents: &str) -> String {
    uuid(&["document", kind, &crate::digest::Sha256::of(contents.as_bytes()).to_string()])
}

/// Gives out the UUIDs of one document: none twice.
#[derive(Debug, Default)]
pub struct Run {
    given: HashMap<Uuid, u32>,
}

impl Run {
    /// The UUID of something that these texts describe. If there is another one with the same description, it has its own.
    pub fn uuid(&mut self, parts: &[&str]) -> String {
        let first = named(&namespace(), parts);
        let times = self.given.entry(first).or_default();
        *times = times.saturating_add(1);
        if *times == 1 { first.to_string() } else { named(&first, &[&times.to_string()]).to_string() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn names_have_their_own() {
        let mut run = Run::default();
        let all = [run.uuid(&["a", "b"]), run.uuid(&["a", "b"]), run.uuid(&["ab"]), run.uuid(&["a", "b"])];
        assert_eq!(all[0], uuid(&["a", "b"]));
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.iter().all(|uuid| uuid.as_bytes()[14] == b'5'), "{all:?}");
        assert_ne!(uuid(&["ab", "c"]), uuid(&["a", "bc"]));
    }
}
