//! The files of a revision, as `git ls-tree` lists them: folders with what is in them.

use crate::files::{Entry, Kind};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// Files and folders that a revision may have. With their names, they take some 200 bytes of memory each.
const MAX_ITEMS: usize = 2_000_000;
/// A longer path cannot be on a disk.
const MAX_PATH: usize = 4096;

/// What a name names.
#[derive(Debug)]
pub(super) enum Item {
    /// A folder: the numbers of what is in it.
    Folder(BTreeMap<OsString, usize>),
    /// A file, by the hash of its contents.
    File(Box<str>),
    /// A symbolic link, by the hash of its target.
    Link(Box<str>),
    /// Another repository.
    Submodule,
}

impl Item {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Folder(_) | Self::Submodule => Kind::Folder,
            Self::File(_) => Kind::File,
            Self::Link(_) => Kind::Link,
        }
    }
}

/// The files of a revision. The first item is the root.
#[derive(Debug)]
pub(super) struct Listing(Vec<Item>);

impl Listing {
    /// Reads what `git ls-tree -z -r` prints. None if it is too much.
    pub(super) fn read(printed: &[u8]) -> Option<Self> {
        let mut listing = Self(vec![Item::Folder(BTreeMap::new())]);
        for line in printed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let Some((about, path)) = line.iter().position(|byte| *byte == b'\t').and_then(|tab| {
                let (about, path) = line.split_at_checked(tab)?;
                Some((std::str::from_utf8(about).ok()?, path.get(1..)?))
            }) else {
                continue;
            };
            let mut words = about.split(' ');
            let item = match (words.next(), words.next(), words.next()) {
                (Some("120000"), Some("blob"), Some(hash)) => Item::Link(hash.into()),
                (Some(_), Some("blob"), Some(hash)) => Item::File(hash.into()),
                (Some(_), Some("commit"), Some(_)) => Item::Submodule,
                _ => continue,
            };
            listing.add(path, item);
            if listing.0.len() > MAX_ITEMS {
                return None;
            }
        }
        Some(listing)
    }

    /// Adds a file. One with a name that no file can have is left out.
    fn add(&mut self, path: &[u8], item: Item) {
        let is_odd = |name: &[u8]| matches!(name, b"" | b"." | b"..");
        if path.len() > MAX_PATH || path.split(|byte| *byte == b'/').any(is_odd) {
            return;
        }
        let mut folder = 0;
        let mut names = path.split(|byte| *byte == b'/').peekable();
        while let Some(name) = names.next() {
            let Some(name) = os_name(name) else { return };
            let next = self.0.len();
            let Some(Item::Folder(inside)) = self.0.get_mut(folder) else { return };
            let known = *inside.entry(name).or_insert(next);
            if names.peek().is_none() {
                if known == next {
                    self.0.push(item);
                }
                return;
            }
            if known == next {
                self.0.push(Item::Folder(BTreeMap::new()));
            }
            folder = known;
        }
    }

    /// The root.
    pub(super) fn root(&self) -> Option<&Item> {
        self.0.first()
    }

    /// What a folder has under a name.
    pub(super) fn inside(&self, folder: &Item, name: &OsStr) -> Option<&Item> {
        match folder {
            Item::Folder(inside) => self.0.get(*inside.get(name)?),
            Item::File(_) | Item::Link(_) | Item::Submodule => None,
        }
    }

    /// What is in a folder.
    pub(super) fn entries(&self, folder: &Item) -> Vec<Entry> {
        let Item::Folder(inside) = folder else { return Vec::new() };
        let entry =
            |(name, number): (&OsString, &usize)| Some(Entry { name: name.clone(), kind: self.0.get(*number)?.kind() });
        inside.iter().filter_map(entry).collect()
    }
}

#[cfg(unix)]
fn os_name(name: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    Some(OsStr::from_bytes(name).to_owned())
}

/// A file whose name this system cannot have is not there.
#[cfg(not(unix))]
fn os_name(name: &[u8]) -> Option<OsString> {
    let name = std::str::from_utf8(name).ok().filter(|name| !name.contains(['\\', ':']))?;
    Some(OsString::from(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn names(listing: &Listing, folder: &Item) -> Vec<String> {
        listing.entries(folder).into_iter().map(|entry| format!("{:?} {:?}", entry.name, entry.kind)).collect()
    }

    #[test]
    fn folders_follow_from_paths() {
        let printed =
            b"100644 blob 1a\ta/b.yaml\x00120000 blob 2b\ta/link\x00160000 commit 3c\tsub\x00100755 blob 4d\tc d";
        let listing = Listing::read(printed).unwrap();
        let root = listing.root().unwrap();
        assert_eq!(names(&listing, root), ["\"a\" Folder", "\"c d\" File", "\"sub\" Folder"]);
        let inner = listing.inside(root, OsStr::new("a")).unwrap();
        assert_eq!(names(&listing, inner), ["\"b.yaml\" File", "\"link\" Link"]);
    }

    #[test]
    fn names_that_no_file_has_are_left_out() {
        let hostile = [
            "100644 blob 1a\t../up",
            "100644 blob 1a\t/etc/passwd",
            "100644 blob 1a\ta//b",
            "100644 blob 1a\t",
            "100644 blob 1a\ta\x00100644 blob 1a\ta/b",
            "nothing",
            "100644 tree 1a\tx",
            &format!("100644 blob 1a\t{}", "d/".repeat(3000)),
        ];
        let listing = Listing::read(hostile.join("\0").as_bytes()).unwrap();
        assert_eq!(names(&listing, listing.root().unwrap()), ["\"a\" File"]);
    }
}
