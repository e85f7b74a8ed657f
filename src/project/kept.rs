//! What is parsed to find out how templates belong together, kept until they are linted: they would be parsed a second time.

use crate::linter::Parsed;
use crate::source::Source;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The number of files up to which a run keeps texts.
pub(super) const FEW_FILES: usize = 1024;
/// The number of bytes up to which texts are kept with their documents, which take a few times the memory of the texts.
const FEW_BYTES: usize = 1 << 20;

/// A place for each text of a run. Those that are parsed before they are linted are kept there, as long as they are few.
#[derive(Default)]
pub(super) struct Texts(Vec<OnceLock<Source>>);

/// The texts that are kept so far, and their documents, by their numbers.
#[derive(Default)]
pub(super) struct Kept<'k> {
    texts: &'k [OnceLock<Source>],
    bytes: usize,
    documents: HashMap<usize, Parsed<'k>>,
}

impl Texts {
    /// Places for the texts of so many candidates; none if they are too many.
    pub(super) fn places(number: usize) -> Self {
        let number = if number > FEW_FILES { 0 } else { number };
        Self((0..number).map(|_| OnceLock::new()).collect())
    }
}

impl<'k> Kept<'k> {
    pub(super) fn on(texts: &'k Texts) -> Self {
        Self { texts: &texts.0, ..Self::default() }
    }

    /// Keeps a text, if there is a place for it.
    ///
    /// # Errors
    /// The text, if there is none.
    pub(super) fn keep(
        &mut self,
        number: usize,
        text: Arc<String>,
        source: impl FnOnce(Arc<String>) -> Source,
    ) -> Result<(), Arc<String>> {
        match self.texts.get(number) {
            Some(place) if self.bytes + text.len() <= FEW_BYTES => {
                self.bytes += text.len();
                place.get_or_init(|| source(text));
                Ok(())
            }
            _ => Err(text),
        }
    }

    /// A text that is kept.
    pub(super) fn text(&self, number: usize) -> Option<&'k Source> {
        self.texts.get(number)?.get()
    }

    /// The document of a text that is kept, if it was parsed.
    pub(super) fn parsed(&self, number: usize) -> Option<&Parsed<'k>> {
        self.documents.get(&number)
    }

    /// Keeps documents of texts that are kept.
    pub(super) fn add(&mut self, documents: HashMap<usize, Parsed<'k>>) {
        self.documents.extend(documents);
    }
}
