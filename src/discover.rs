//! Which files a run looks at: the paths that were named, and what lies below those that are folders, in sorted order.
//!
//! Opens no file that it does not have to: [`read`] turns a candidate into text when its turn comes.

mod beside;
mod cdk;
mod look;
mod nested;
mod read;

pub use beside::read_beside;
pub use look::{may_be_template, shows_template};
pub use nested::nested;
pub use read::{MAX_BYTES, Reading, read};

use crate::finding::{Diagnostic, Severity};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Endings of files that are looked at in folders, in lower case.
const ENDINGS: [&str; 4] = ["json", "yaml", "yml", "template"];
/// Folders that hold other people's files; hidden folders (`.git`, `.aws-sam`) are left out by their first letter.
const FOREIGN_FOLDERS: [&str; 1] = ["node_modules"];
/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// A file that may be a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The name that reports show: see [`shown`].
    pub name: String,
    /// Where its text comes from.
    pub origin: Origin,
    /// Whether the user named the file itself, and not a folder it lies in: then it must be readable.
    pub named: bool,
    /// The named folders it was found in, as indices into [`Discovery::folders`].
    pub folders: Vec<usize>,
    /// Pseudo parameters whose values are known: what a cloud assembly says of the stack.
    pub pinned: BTreeMap<String, String>,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `-`.
    StandardInput,
    /// A file, a device or a pipe.
    File(PathBuf),
}

/// What some paths come to.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files, each once, sorted by name.
    pub candidates: Vec<Candidate>,
    /// The folders that were named, as reports show them.
    pub folders: Vec<String>,
    /// Paths that do not exist or cannot be looked into.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the files that some paths name. Folders are walked without following symbolic links, so loops cannot occur.
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let mut finder = Finder::default();
    for path in paths {
        finder.add(path);
    }
    finder.finish()
}

/// Files met so far, by what tells them apart.
#[derive(Default)]
struct Finder {
    found: Discovery,
    by_identity: HashMap<Origin, usize>,
    /// The folders that are cloud assemblies of the CDK.
    assemblies: HashSet<PathBuf>,
}

impl Finder {
    fn add(&mut self, path: &Path) {
        if path.as_os_str() == STANDARD_INPUT {
            self.meet("<stdin>".to_owned(), Origin::StandardInput, None, BTreeMap::new());
            return;
        }
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => self.add_folder(path),
            Ok(_) => {
                let pinned = self.pinned_by_assembly(path);
                self.meet(shown(path), Origin::File(path.to_owned()), None, pinned);
            }
            Err(error) => self.found.diagnostics.push(unreadable(&shown(path), &error)),
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        let index = self.found.folders.len();
        self.found.folders.push(shown(folder));
        let mut entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    if entry.depth() > 0 && (is_left_out(&entry) || self.is_asset(entry.path())) {
                        entries.skip_current_dir();
                    } else if let Some(stacks) = cdk::stacks(entry.path()) {
                        self.add_assembly(entry.path(), stacks, index);
                    }
                }
                Ok(entry) if entry.file_type().is_file() && has_template_ending(entry.path()) => {
                    // What an assembly does not name as a stack's template is none, or a nested stack's.
                    if entry.path().parent().is_none_or(|folder| !self.assemblies.contains(folder)) {
                        self.meet(shown(entry.path()), Origin::File(entry.into_path()), Some(index), BTreeMap::new());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let name = shown(error.path().unwrap_or(folder));
                    let error = error.into_io_error().unwrap_or_else(|| io::Error::other("it cannot be walked"));
                    self.found.diagnostics.push(unreadable(&name, &error));
                }
            }
        }
    }

    /// Adds the stacks of a cloud assembly. Assemblies inside it, of stages, are met when the walk comes to them.
    fn add_assembly(&mut self, folder: &Path, stacks: Vec<cdk::Stack>, index: usize) {
        for stack in stacks {
            let path = folder.join(&stack.template);
            self.meet(shown(&path), Origin::File(path), Some(index), stack.pinned);
        }
        self.assemblies.insert(folder.to_owned());
    }

    /// Whether a folder is an asset of a cloud assembly: somebody's code.
    fn is_asset(&self, folder: &Path) -> bool {
        let is_named_so = folder.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"asset."));
        is_named_so && folder.parent().is_some_and(|parent| self.assemblies.contains(parent))
    }

    /// What the cloud assembly around a file says of its stack.
    fn pinned_by_assembly(&self, path: &Path) -> BTreeMap<String, String> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(OsStr::to_str)) else {
            return BTreeMap::new();
        };
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        let stacks = cdk::stacks(folder).unwrap_or_default();
        stacks.into_iter().find(|stack| stack.template == name).map(|stack| stack.pinned).unwrap_or_default()
    }

    /// Keeps a file, unless it was met before: then only what is new about it.
    fn meet(&mut self, name: String, origin: Origin, folder: Option<usize>, pinned: BTreeMap<String, String>) {
        let identity = match &origin {
            // What cannot be resolved will not be readable either, and says so under its own name.
            Origin::File(path) => Origin::File(path.canonicalize().unwrap_or_else(|_| path.clone())),
            Origin::StandardInput => Origin::StandardInput,
        };
        let next = self.found.candidates.len();
        let index = *self.by_identity.entry(identity).or_insert(next);
        match self.found.candidates.get_mut(index) {
            Some(known) => {
                known.named |= folder.is_none();
                known.folders.extend(folder);
                known.pinned.extend(pinned);
            }
            None => {
                let candidate =
                    Candidate { name, origin, named: folder.is_none(), folders: folder.into_iter().collect(), pinned };
                self.found.candidates.push(candidate);
            }
        }
    }

    fn finish(mut self) -> Discovery {
        self.found.candidates.sort_by(|a, b| a.name.cmp(&b.name));
        self.found.diagnostics.sort_by(|a, b| a.file.cmp(&b.file));
        self.found.diagnostics.dedup();
        self.found
    }
}

/// Hidden folders, and folders of other people's files.
fn is_left_out(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name();
    entry.file_type().is_dir()
        && (name.as_encoded_bytes().starts_with(b".") || FOREIGN_FOLDERS.iter().any(|foreign| name == *foreign))
}

fn has_template_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// A path as reports show it: an absolute one that leads into the current folder is the relative one, so that it is the same
/// file to whoever reads the report, code scanning among them. `/` stands between folders, and no `./` before the name.
pub fn shown(path: &Path) -> String {
    let here = path.is_absolute().then(std::env::current_dir).and_then(Result::ok);
    let inside = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    let path = inside.filter(|inside| !inside.as_os_str().is_empty()).unwrap_or(path);
    let mut name = path.to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR == '\\' {
        name = name.replace('\\', "/");
    }
    match name.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.trim_start_matches('/').to_owned(),
        _ => name,
    }
}

/// A folder that was named and holds no template.
pub fn no_templates(folder: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "no-templates",
        file: folder.to_owned(),
        span: None,
        message: "the folder holds no CloudFormation template".to_owned(),
        help: "A template is a map with `Resources`, in a file that ends with .json, .yaml, .yml or .template. Hidden \
               folders and node_modules are left out, and so are symbolic links: name such a file or folder itself."
            .to_owned(),
        related: Vec::new(),
    }
}

/// A path that cannot be read, with the way out that fits the reason.
fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            "there is no such file or folder".to_owned(),
            "Look for a misspelling; paths start from the current folder.".to_owned(),
        ),
        io::ErrorKind::PermissionDenied => (
            "there is no permission to read it".to_owned(),
            "Run hipaalint as a user who may read it, or change its permissions.".to_owned(),
        ),
        io::ErrorKind::IsADirectory => ("it is a folder".to_owned(), "Name a file.".to_owned()),
        _ => (format!("it cannot be read: {error}"), String::new()),
    };
    Diagnostic {
        severity: Severity::Error,
        code: "file-unreadable",
        file: name.to_owned(),
        span: None,
        message,
        help,
        related: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn names_are_as_given_without_the_current_folder() {
        let names = ["./a.yaml", "a/./b.yaml", ".", "./", "../a", ".//a", "/a"];
        let shown = names.map(|name| shown(Path::new(name)));
        assert_eq!(shown, ["a.yaml", "a/./b.yaml", ".", "./", "../a", "a", "/a"]);
    }

    #[test]
    fn endings_are_known_in_any_case() {
        for name in ["a.json", "a.YAML", "b.Yml", "c.TEMPLATE"] {
            assert!(has_template_ending(Path::new(name)), "{name}");
        }
        for name in ["a.tf", "json", ".yaml", "a.yaml.bak", "Makefile"] {
            assert!(!has_template_ending(Path::new(name)), "{name}");
        }
    }
}
