//! How far a name may lead: anywhere if a person gives it, and not out of the project if a file of the project does.
//!
//! A repository comes with its own configuration, templates and manifests, and anyone may have written them. Whatever they name is
//! read through [`Reach`], or not at all. What is refused was not opened, so that no report shows its text.

use super::{Files, Kind};
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The largest file that a file of a project may name.
pub const MAX_NAMED: u64 = 16 << 20;
/// The largest file that a person may name: a baseline of a large company, for example. What a pipe writes has an end, too.
const MAX_GIVEN: u64 = 256 << 20;
/// Folders whose entries are what the process has open. A shell passes `<(…)` as such a path.
const OPEN_FILES: [&str; 2] = ["/dev/fd", "/proc/self/fd"];
/// Other names of open files.
const STANDARD_INPUT: &str = "/dev/stdin";

/// The folder where the paths of a file may lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: a person gives the paths.
    Anywhere,
    /// Into this folder and below, links followed. It is an absolute path without links.
    Below(PathBuf),
}

/// The reason why a file is not read, as a clause.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not in the project.
    Outside,
    /// It is a pipe, and reading one could wait indefinitely.
    Pipe,
    /// It is a device or a socket.
    Device,
    /// It has more bytes than this.
    TooLarge(u64),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => f.write_str("the path leads out of the project"),
            Self::Pipe => f.write_str("it is a pipe, not a regular file"),
            Self::Device => f.write_str("it is a device, not a regular file"),
            Self::TooLarge(limit) => write!(f, "the file is larger than {} MiB", limit >> 20),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(io::ErrorKind::InvalidInput, refusal)
    }
}

impl Refusal {
    /// The refusal that an error is about.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref()).copied()
    }
}

impl Reach {
    /// Where the files of a folder may lead: below the root of its repository. Without one, below the outermost folder around it that
    /// the person named, or the current folder, or else the folder itself.
    pub fn of_project(folder: &Path, files: &Files) -> Self {
        let folder = files.real(folder).unwrap_or_else(|_| files.base().normal(folder));
        let root = folder.ancestors().find(|above| is_repository(above, files));
        let named = || folder.ancestors().filter(|above| files.named().contains(*above)).last();
        let current = || folder.ancestors().find(|above| files.base().strip(above) == Some(Path::new("")));
        Self::Below(root.or_else(named).or_else(current).unwrap_or(&folder).to_owned())
    }

    /// The bytes of a regular file, at most so many.
    ///
    /// # Errors
    /// A [`Refusal`] if it is out of reach, or larger, or not a regular file; otherwise the reason why it cannot be read.
    pub fn read(&self, path: &Path, limit: u64, files: &Files) -> io::Result<Vec<u8>> {
        let found = self.file(path, limit, files)?;
        let bytes = files.read(&found, limit.saturating_add(1))?;
        // It may have grown, or its length was not known.
        if bytes.len() as u64 > limit { Err(Refusal::TooLarge(limit).into()) } else { Ok(bytes) }
    }

    /// The text of a regular file.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), or that it is not UTF-8.
    pub fn text(&self, path: &Path, files: &Files) -> io::Result<String> {
        super::text_of(self.read(path, self.limit(), files)?)
    }

    /// The largest file that may be read.
    pub fn limit(&self) -> u64 {
        match self {
            Self::Anywhere => MAX_GIVEN,
            Self::Below(_) => MAX_NAMED,
        }
    }

    /// The path to open a regular file with, which was not opened yet: without links if a project names it.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn file(&self, path: &Path, limit: u64, files: &Files) -> io::Result<PathBuf> {
        let found = self.place(path, files)?;
        let metadata = files.metadata(&found)?;
        match metadata.kind {
            Kind::Pipe if *self == Self::Anywhere && is_open_file(&files.base().normal(path)) => {}
            Kind::Pipe => return Err(Refusal::Pipe.into()),
            Kind::Other => return Err(Refusal::Device.into()),
            Kind::Folder => return Err(io::ErrorKind::IsADirectory.into()),
            Kind::File | Kind::Link if metadata.bytes > limit => return Err(Refusal::TooLarge(limit).into()),
            Kind::File | Kind::Link => {}
        }
        Ok(found)
    }

    /// The path of a file or folder within reach.
    ///
    /// # Errors
    /// If it is out of reach, or leads nowhere.
    pub fn place(&self, path: &Path, files: &Files) -> io::Result<PathBuf> {
        let Self::Below(root) = self else { return Ok(path.to_owned()) };
        match files.real(path) {
            Ok(real) if real.starts_with(root) => Ok(real),
            Ok(_) => Err(Refusal::Outside.into()),
            // Whether something exists outside is nothing to report either.
            Err(_) if !leads_below(&files.base().normal(path), root, files) => Err(Refusal::Outside.into()),
            Err(error) => Err(error),
        }
    }
}

/// Whether the part of a path that exists is below a folder.
fn leads_below(path: &Path, root: &Path, files: &Files) -> bool {
    let existing = path.ancestors().find_map(|above| files.real(above).ok());
    existing.is_some_and(|existing| existing.starts_with(root))
}

/// Whether a path, without `.` and `..`, names what the process has open, and not a pipe in a folder.
pub fn is_open_file(path: &Path) -> bool {
    let is_number = |name: &Component| name.as_os_str().as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let in_folder = |folder: &&str| {
        path.strip_prefix(folder)
            .is_ok_and(|inner| inner.components().count() == 1 && inner.components().all(|name| is_number(&name)))
    };
    path == Path::new(STANDARD_INPUT) || OPEN_FILES.iter().any(in_folder)
}

/// Whether a folder is the root of a repository. A worktree's and a submodule's `.git` is a file.
pub fn is_repository(folder: &Path, files: &Files) -> bool {
    files.own_metadata(&folder.join(".git")).is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::files::Buffers;
    use std::sync::Arc;

    fn files(paths: &[&str]) -> Files {
        let mut memory = Buffers::default();
        paths.iter().for_each(|path| memory.open(Path::new(path), "text"));
        Files::new(Arc::new(memory), PathBuf::from("/home/me"))
    }

    fn root(folder: &str, files: &Files) -> PathBuf {
        match Reach::of_project(Path::new(folder), files) {
            Reach::Below(root) => root,
            Reach::Anywhere => panic!("no limit"),
        }
    }

    #[test]
    fn a_project_ends_at_its_repository() {
        let all = files(&["/home/me/a/b/t.yaml", "/srv/p/.git/HEAD", "/srv/p/a/t.yaml", "/opt/a/b/t.yaml"]);
        assert_eq!(root("/srv/p/a", &all), Path::new("/srv/p"));
        assert_eq!(root("/home/me/a/b", &all), Path::new("/home/me"));
        assert_eq!(root("/opt/a/b", &all), Path::new("/opt/a/b"));
        let named =
            all.naming(&[PathBuf::from("a"), PathBuf::from("a/b"), PathBuf::from("/srv/p/a"), PathBuf::from("/opt")]);
        assert_eq!(root("a/b", &named), Path::new("/home/me/a"));
        assert_eq!(root("/srv/p/a", &named), Path::new("/srv/p"));
        assert_eq!(root("/opt/a/b", &named), Path::new("/opt"));
    }

    #[test]
    fn what_is_outside_is_refused_whether_it_exists_or_not() {
        let all = files(&["/home/me/a/t.yaml", "/home/me/b.yaml"]);
        let reach = Reach::Below(PathBuf::from("/home/me/a"));
        let why = |path: &str| reach.text(Path::new(path), &all).unwrap_err().to_string();
        assert_eq!(reach.text(Path::new("a/../a/t.yaml"), &all).unwrap(), "text");
        for path in ["b.yaml", "c.yaml", "/etc/shadow", "a/../b.yaml", "a/../../x"] {
            assert_eq!(why(path), Refusal::Outside.to_string(), "{path}");
        }
        assert_eq!(reach.text(Path::new("a/u.yaml"), &all).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(Reach::Anywhere.text(Path::new("b.yaml"), &all).unwrap(), "text");
        assert_eq!(
            reach.read(Path::new("a/t.yaml"), 3, &all).unwrap_err().to_string(),
            "the file is larger than 0 MiB"
        );
    }

    #[test]
    fn shells_name_pipes_by_number() {
        for (path, is_open) in [
            ("/dev/fd/63", true),
            ("/proc/self/fd/11", true),
            ("/dev/stdin", true),
            ("/dev/fd", false),
            ("/dev/fd/x", false),
            ("/dev/fd/3/4", false),
            ("/dev/zero", false),
            ("/tmp/3", false),
        ] {
            assert_eq!(is_open_file(Path::new(path)), is_open, "{path}");
        }
    }
}
