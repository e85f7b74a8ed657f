//! The resources of a template, as those see them who look for one of them.

use super::{Evaluator, Resource};

impl<'t> Evaluator<'_, 't> {
    /// The resource with this logical id.
    pub fn resource(&self, id: &str) -> Option<&Resource<'t>> {
        let found = self.resources.get(id);
        match found {
            // What is written in it says that it is there, too.
            Some(found) => self.reads.block(found.place),
            None => self.reads.name(id, None),
        }
        found
    }

    /// The resource with this logical id, of which only the id and the type are looked at.
    pub fn named(&self, id: &str) -> Option<&Resource<'t>> {
        let found = self.resources.get(id);
        self.reads.name(id, found.map(|found| found.place));
        found
    }

    /// The place of the resource with this logical id, for who looks at all of them.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.resources.get(id).map(|found| found.place)
    }
}
