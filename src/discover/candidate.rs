//! A file that may be a template. There may be a hundred thousand in a run, and all are kept until its end, so each takes little: its
//! name is not another text if its path ends with it, and files of which nothing special is known share what is known.

use crate::constructs::Constructs;
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that may be a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The source of its text.
    pub input: Input,
    /// The byte of its path where its name starts, if the path ends with it.
    start: Option<u32>,
    about: Arc<About>,
}

/// What is known of a file that may be a template, besides its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its name, unless its path ends with it.
    name: Option<Box<str>>,
    /// Whether the user named the file itself, and not a folder above it: then it must be readable.
    pub named: bool,
    /// The named folders it was found in, as indices into [`Discovery::folders`](super::Discovery::folders).
    pub folders: SmallVec<[usize; 1]>,
    /// Pseudo parameters whose values are known: what a cloud assembly declares for the stack.
    pub pinned: BTreeMap<String, String>,
    /// The constructs that a cloud assembly declares for it.
    pub constructs: Option<Arc<Constructs>>,
}

impl About {
    /// What is known of a file that the user named.
    pub(super) fn of_named_file() -> Self {
        Self { named: true, ..Self::default() }
    }

    /// What is known of a file that was found in a named folder.
    pub(super) fn in_folder(index: usize) -> Self {
        Self { folders: [index].into_iter().collect(), ..Self::default() }
    }
}

impl Candidate {
    /// A text without anything that is known of it. `name` is what reports show.
    pub(crate) fn new(name: String, input: Input) -> Self {
        Self::with(&name, input, Arc::default())
    }

    /// A text of which something is known.
    pub(super) fn with(name: &str, input: Input, about: Arc<About>) -> Self {
        let start = match &input {
            Input::File(path) => start_of(name, path),
            Input::StandardInput => None,
        };
        let mut own = Self { input, start, about };
        if start.is_none() {
            own.name = Some(name.into());
        }
        own
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.input {
            Input::File(path) => Some(path),
            Input::StandardInput => None,
        }
    }

    /// The name that reports show: see [`Base::name`](crate::paths::Base::name).
    pub fn name(&self) -> &str {
        match (self.start, &self.input) {
            (Some(start), Input::File(path)) => {
                path.to_str().and_then(|path| path.get(start as usize..)).unwrap_or_default()
            }
            _ => self.about.name.as_deref().unwrap_or_default(),
        }
    }

    /// The bytes of the name, which are in the same order as names. They are sorted without a check that they are text.
    pub(super) fn name_bytes(&self) -> &[u8] {
        match (self.start, &self.input) {
            (Some(start), Input::File(path)) => {
                path.as_os_str().as_encoded_bytes().get(start as usize..).unwrap_or_default()
            }
            _ => self.name().as_bytes(),
        }
    }

    /// Adds what is known of the same file from elsewhere.
    pub(super) fn add(&mut self, other: &About) {
        let about = Arc::make_mut(&mut self.about);
        about.named |= other.named;
        about.folders.extend_from_slice(&other.folders);
        about.pinned.extend(other.pinned.clone());
        about.constructs = about.constructs.take().or_else(|| other.constructs.clone());
    }
}

/// The byte of a path where a name starts, if the path ends with it.
fn start_of(name: &str, path: &Path) -> Option<u32> {
    u32::try_from(path.to_str()?.strip_suffix(name)?.len()).ok()
}

impl Deref for Candidate {
    type Target = About;

    fn deref(&self) -> &About {
        &self.about
    }
}

impl DerefMut for Candidate {
    fn deref_mut(&mut self) -> &mut About {
        Arc::make_mut(&mut self.about)
    }
}

/// The source of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// `-`.
    StandardInput,
    /// A file, a device or a pipe.
    File(PathBuf),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_name_is_a_part_of_the_path_or_a_text_of_its_own() {
        for (name, path, start) in [
            ("a/b.yaml", "a/b.yaml", Some(0)),
            ("a/b.yaml", "./a/b.yaml", Some(2)),
            ("b.yaml", "/home/me/b.yaml", Some(9)),
            ("a/b.yaml", "a\\b.yaml", None),
        ] {
            let candidate = Candidate::new(name.to_owned(), Input::File(PathBuf::from(path)));
            assert_eq!((candidate.name(), candidate.start), (name, start), "{path}");
            assert_eq!(candidate.name_bytes(), name.as_bytes(), "{path}");
        }
        assert_eq!(Candidate::new("<stdin>".to_owned(), Input::StandardInput).name(), "<stdin>");
    }

    #[test]
    fn a_candidate_is_small_and_shares_what_is_known() {
        assert!(size_of::<Candidate>() <= 40);
        let about = Arc::new(About::in_folder(1));
        let file = |path: &str| Candidate::with(path, Input::File(PathBuf::from(path)), Arc::clone(&about));
        let (one, mut other) = (file("a"), file("b"));
        assert!(Arc::ptr_eq(&one.about, &other.about));
        other.add(&About { named: true, ..About::in_folder(2) });
        assert_eq!((one.named, one.folders.as_slice()), (false, [1].as_slice()));
        assert_eq!((other.named, other.folders.as_slice()), (true, [1, 2].as_slice()));
    }
}
