//! What is remembered of linting some files, so that each is linted again quickly after a change: the open ones of an editor.

use crate::linter::Remembered;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many texts are remembered, and so many of their bytes together.
const MOST_TEXTS: usize = 512;
const MOST_BYTES: usize = 32 << 20;

/// What is remembered of each file, for as long as it is linted now and then. Shared by threads and by snapshots of a session.
#[derive(Debug, Default)]
pub struct Reuse(Mutex<Texts>);

#[derive(Debug, Default)]
struct Texts {
    /// By the file's name, and the number of its deployment.
    known: HashMap<(String, usize), Known>,
    /// Counts what is put in.
    clock: u64,
}

#[derive(Debug)]
struct Known {
    remembered: Remembered,
    bytes: usize,
    at: u64,
}

impl Reuse {
    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of a file in one of its deployments. Another one that asks meanwhile gets nothing.
    pub(super) fn take(&self, name: &str, deployment: usize) -> Remembered {
        let known = self.texts().known.remove(&(name.to_owned(), deployment));
        known.map(|known| known.remembered).unwrap_or_default()
    }

    /// Remembers a file of so many bytes, and forgets those that were not linted for the longest time if there are too many.
    pub(super) fn put(&self, name: &str, deployment: usize, remembered: Remembered, bytes: usize) {
        if remembered.is_empty() {
            return;
        }
        let texts = &mut *self.texts();
        texts.clock += 1;
        texts.known.insert((name.to_owned(), deployment), Known { remembered, bytes, at: texts.clock });
        let mut all: usize = texts.known.values().map(|known| known.bytes).sum();
        while texts.known.len() > MOST_TEXTS || all > MOST_BYTES {
            let oldest = texts.known.iter().min_by_key(|(_, known)| known.at).map(|(key, _)| key.clone());
            let Some(known) = oldest.and_then(|oldest| texts.known.remove(&oldest)) else { return };
            all = all.saturating_sub(known.bytes);
        }
    }

    /// Forgets a file, which is no longer linted again and again.
    pub fn forget(&self, name: &str) {
        self.texts().known.retain(|(known, _), _| known != name);
    }
}
