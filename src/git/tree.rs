//! The files of a revision in place of those of the disk: a file system that a session reads from like any other.
//!
//! What is not the repository's is read from the disk: what is outside of its folder, its `.git`, and submodules, which are other
//! repositories. So a path leads to the same place in both, and what nobody changed here makes no difference.

use super::batch::{Batch, MAX_OBJECT, Object, Question};
use super::listing::{Item, Listing};
use super::run::{Failure, output};
use crate::files::{Entry, FileSystem, Kind, Metadata};
use crate::paths::without_detours;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The largest list of files.
const MAX_LISTING: u64 = 256 << 20;
/// The longest hash and the longest answer to a question.
const MAX_ANSWER: u64 = 1 << 10;
/// The longest target of a link.
const MAX_TARGET: u64 = 4 << 10;
/// Links that are followed one after another.
const MAX_LINKS: usize = 40;

/// A revision of a repository.
#[derive(Debug)]
pub struct Tree {
    /// The root of the repository, without links.
    root: PathBuf,
    commit: String,
    listing: Listing,
    below: Arc<dyn FileSystem>,
    objects: Mutex<Objects>,
}

/// The processes that read objects, and what they could not read.
#[derive(Debug, Default)]
struct Objects {
    sizes: Option<Batch>,
    contents: Option<Batch>,
    unread: BTreeSet<PathBuf>,
}

/// Where a path leads.
enum Found<'t> {
    /// To a file of the revision; with its path without links.
    Own(PathBuf, &'t Item),
    /// To the disk.
    Disk(PathBuf),
}

impl Tree {
    /// Opens a revision of the repository with this root, an absolute path without links. `below` is the disk.
    ///
    /// # Errors
    /// If there is no such revision, or git cannot read it.
    pub fn open(root: &Path, revision: &OsStr, below: Arc<dyn FileSystem>) -> Result<Self, Failure> {
        let mut commit = revision.to_owned();
        commit.push("^{commit}");
        let words = ["rev-parse", "--verify", "--quiet", "--end-of-options"].map(OsStr::new);
        let printed = output(root, &[words.as_slice(), &[&commit]].concat(), MAX_ANSWER);
        let commit = match printed {
            Ok(printed) => hash(&printed).ok_or_else(|| Failure::Refused("it printed no hash".to_owned()))?,
            // `--quiet` gives no reason if there is no such revision.
            Err(Failure::Refused(_)) => return Err(unknown(root)),
            Err(failure) => return Err(failure),
        };
        let words = ["ls-tree", "-z", "-r", "--full-tree", &commit];
        let listing = Listing::read(&output(root, &words, MAX_LISTING)?).ok_or(Failure::TooLarge)?;
        Ok(Self { root: root.to_owned(), commit, listing, below, objects: Mutex::default() })
    }

    /// The hash of the commit.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The files whose contents this clone does not have, as far as they were asked for.
    pub fn unread(&self) -> BTreeSet<PathBuf> {
        self.objects().unread.clone()
    }

    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for an object of a file.
    fn object(&self, path: &Path, hash: &str, question: Question) -> io::Result<Object> {
        let objects = &mut *self.objects();
        let place = if question == Question::Size { &mut objects.sizes } else { &mut objects.contents };
        let batch = match place {
            Some(batch) => batch,
            None => place.insert(Batch::start(&self.root, question)?),
        };
        batch.ask(hash).map_err(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                *place = None;
            }
            objects.unread.insert(path.to_owned());
            io::Error::other("its contents are not in this clone")
        })
    }

    /// The path from the root to what is inside the repository.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        if let Ok(inner) = path.strip_prefix(&self.root) {
            return Some(inner.to_owned());
        }
        // A link of the disk may lead in.
        let mut above: Vec<&Path> = path.ancestors().collect();
        above.reverse();
        above.into_iter().find_map(|above| {
            let real = self.below.real(above).ok()?;
            Some(real.strip_prefix(&self.root).ok()?.join(path.strip_prefix(above).ok()?))
        })
    }

    /// Where a path leads. A link at its end is followed on request.
    fn find(&self, path: &Path, follow: bool) -> io::Result<Found<'_>> {
        let mut path = without_detours(path);
        for _ in 0..MAX_LINKS {
            let Some(inner) = self.inside(&path) else { return Ok(Found::Disk(path)) };
            if inner.starts_with(".git") {
                return Ok(Found::Disk(self.root.join(inner)));
            }
            match self.step(&inner, follow)? {
                Ok(found) => return Ok(found),
                Err(target) => path = without_detours(&target),
            }
        }
        Err(io::Error::other("too many symbolic links follow each other"))
    }

    /// What is at a path from the root; otherwise the path that a link on the way leads to.
    fn step(&self, inner: &Path, follow: bool) -> io::Result<Result<Found<'_>, PathBuf>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let mut place = self.root.clone();
        let mut item = self.listing.root().ok_or_else(missing)?;
        let mut names = inner.components();
        while let Some(name) = names.next() {
            let folder = place.clone();
            place.push(name);
            item = self.listing.inside(item, name.as_os_str()).ok_or_else(missing)?;
            let rest = names.as_path();
            match item {
                Item::Submodule => return Ok(Ok(Found::Disk(place.join(rest)))),
                Item::Link(hash) if follow || !rest.as_os_str().is_empty() => {
                    return Ok(Err(folder.join(self.target(&place, hash)?).join(rest)));
                }
                Item::Folder(_) | Item::File(_) | Item::Link(_) => {}
            }
        }
        Ok(Ok(Found::Own(place, item)))
    }

    /// The target of a link.
    fn target(&self, place: &Path, hash: &str) -> io::Result<PathBuf> {
        if self.object(place, hash, Question::Size)?.size > MAX_TARGET {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let bytes = self.object(place, hash, Question::Bytes)?.bytes;
        os_path(bytes).map(PathBuf::from).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn of(&self, place: &Path, item: &Item) -> io::Result<Metadata> {
        let bytes = match item {
            Item::File(hash) => self.object(place, hash, Question::Size)?.size,
            Item::Folder(_) | Item::Link(_) | Item::Submodule => 0,
        };
        Ok(Metadata { kind: item.kind(), bytes, modified: None })
    }
}

impl FileSystem for Tree {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        match self.find(path, true)? {
            Found::Disk(path) => self.below.read(&path, limit),
            Found::Own(place, Item::File(hash)) => {
                if self.object(&place, hash, Question::Size)?.size > MAX_OBJECT {
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                let mut bytes = self.object(&place, hash, Question::Bytes)?.bytes;
                bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                Ok(bytes)
            }
            Found::Own(_, item) if item.kind() == Kind::Folder => Err(io::ErrorKind::IsADirectory.into()),
            Found::Own(..) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        match self.find(path, true)? {
            Found::Disk(path) => self.below.metadata(&path),
            Found::Own(place, item) => self.of(&place, item),
        }
    }

    fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        match self.find(path, false)? {
            Found::Disk(path) => self.below.own_metadata(&path),
            Found::Own(place, item) => self.of(&place, item),
        }
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        match self.find(path, true)? {
            Found::Disk(path) => self.below.real(&path),
            Found::Own(place, _) => Ok(place),
        }
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        match self.find(folder, true)? {
            Found::Disk(path) => self.below.entries(&path),
            Found::Own(_, item @ Item::Folder(_)) => Ok(self.listing.entries(item)),
            Found::Own(..) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }
}

/// The failure if there is no such revision, or if git does not read the repository at all.
fn unknown(root: &Path) -> Failure {
    match output(root, &["rev-parse", "--is-shallow-repository"], MAX_ANSWER) {
        Ok(printed) => Failure::Unknown { is_shallow: printed.trim_ascii() == b"true" },
        Err(failure) => failure,
    }
}

/// The hash that git printed.
fn hash(printed: &[u8]) -> Option<String> {
    let hash = std::str::from_utf8(printed).ok()?.trim();
    let is_hash = matches!(hash.len(), 40 | 64) && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| hash.to_owned())
}

#[cfg(unix)]
fn os_path(bytes: Vec<u8>) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_path(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}
