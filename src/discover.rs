//! The files of a run: the named paths, and the files below those that are folders, in sorted order.
//!
//! Opens only the files that it must: [`read`] reads the text of a candidate when it is linted.

mod beside;
mod cdk;
mod foreign;
mod gitignore;
mod look;
mod nested;
mod read;

pub use beside::read_beside;
pub use foreign::Foreign;
pub use gitignore::{Globs, is_repository};
pub use look::{may_be_template, shows_template};
pub use nested::nested;
pub use read::{MAX_BYTES, Reading, read};

use crate::constructs::Constructs;
use crate::finding::{Diagnostic, Severity};
use gitignore::Ignored;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The endings of files that are read in folders, in lower case.
pub const ENDINGS: [&str; 4] = ["json", "yaml", "yml", "template"];
/// Folders of third-party files. Hidden folders (`.git`, `.aws-sam`) are left out because of their first letter.
const FOREIGN_FOLDERS: [&str; 1] = ["node_modules"];
/// The path for standard input.
const STANDARD_INPUT: &str = "-";

/// A file that may be a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The name that reports show: see [`shown`].
    pub name: String,
    /// The source of its text.
    pub input: Input,
    /// Whether the user named the file itself, and not a folder above it: then it must be readable.
    pub named: bool,
    /// The named folders it was found in, as indices into [`Discovery::folders`].
    pub folders: Vec<usize>,
    /// Pseudo parameters whose values are known: what a cloud assembly declares for the stack.
    pub pinned: BTreeMap<String, String>,
    /// The constructs that a cloud assembly declares for it.
    pub constructs: Option<Arc<Constructs>>,
}

/// The source of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// `-`.
    StandardInput,
    /// A file, a device or a pipe.
    File(PathBuf),
}

/// The files that some paths name.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files, each once, sorted by name.
    pub candidates: Vec<Candidate>,
    /// The folders that were named, as reports show them.
    pub folders: Vec<String>,
    /// Paths that do not exist or cannot be read.
    pub diagnostics: Vec<Diagnostic>,
    /// Files and folders that `.gitignore` and configurations left out.
    pub left_out: LeftOut,
}

/// Files and folders that were not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Files that might be templates.
    pub files: usize,
    /// Folders, whatever is in them.
    pub folders: usize,
    /// The first few of both, as reports show them.
    pub names: Vec<String>,
}

impl LeftOut {
    /// The number of names to keep.
    const MAX_NAMES: usize = 3;

    fn note(&mut self, path: &Path, is_folder: bool) {
        *(if is_folder { &mut self.folders } else { &mut self.files }) += 1;
        if self.names.len() < Self::MAX_NAMES {
            self.names.push(shown(path));
        }
    }
}

/// The choice of files in folders that are walked and, on request, among the named files.
pub struct Filter<'f> {
    /// Whether `.gitignore` files are obeyed.
    pub gitignore: bool,
    /// Whether the configuration that governs the first folder skips an entry of it. The last argument is true if the entry is a
    /// folder. Both are absolute paths without links.
    pub skips: &'f mut dyn FnMut(&Path, &Path, bool) -> bool,
    /// Whether configurations also skip named files: a program may have named them, and not a person.
    pub skips_named: bool,
}

/// Finds the files that some paths name. Folders are walked without following symbolic links, so loops cannot occur.
pub fn discover(paths: &[PathBuf], filter: Filter<'_>) -> Discovery {
    let mut finder =
        Finder { filter, found: Discovery::default(), by_identity: HashMap::new(), assemblies: HashSet::new() };
    for path in paths {
        finder.add(path);
    }
    finder.finish()
}

/// The files found so far, by their identity.
struct Finder<'f> {
    filter: Filter<'f>,
    found: Discovery,
    by_identity: HashMap<Input, usize>,
    /// The folders that are cloud assemblies of the CDK.
    assemblies: HashSet<PathBuf>,
}

/// What a cloud assembly declares for a template.
#[derive(Default)]
struct Assembled {
    pinned: BTreeMap<String, String>,
    constructs: Option<Arc<Constructs>>,
}

/// The walk through a named folder.
struct FolderWalk {
    /// Its index in [`Discovery::folders`].
    index: usize,
    /// As it was named, and as an absolute path without links.
    named: PathBuf,
    absolute: PathBuf,
    ignored: Ignored,
}

impl FolderWalk {
    /// The absolute path of an entry of the walk, which follows no links.
    fn absolute(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.named) {
            Ok(inner) if inner.as_os_str().is_empty() => self.absolute.clone(),
            Ok(inner) => self.absolute.join(inner),
            Err(_) => path.to_owned(),
        }
    }
}

impl Finder<'_> {
    fn add(&mut self, path: &Path) {
        if path.as_os_str() == STANDARD_INPUT {
            self.meet("<stdin>".to_owned(), Input::StandardInput, None, Assembled::default());
            return;
        }
        match path.metadata() {
            Ok(metadata) if self.filter.skips_named && self.is_skipped(path, metadata.is_dir()) => {
                self.found.left_out.note(path, metadata.is_dir());
            }
            Ok(metadata) if metadata.is_dir() => self.add_folder(path),
            Ok(_) => {
                let assembled = self.assembled(path);
                self.meet(shown(path), Input::File(path.to_owned()), None, assembled);
            }
            Err(error) => self.found.diagnostics.push(unreadable(&shown(path), &error)),
        }
    }

    /// Whether a configuration would skip a file or folder, or a folder above it, on a walk from the root of its repository.
    fn is_skipped(&mut self, path: &Path, is_folder: bool) -> bool {
        // For a link, its own folder counts, as on a walk.
        let absolute = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) if !is_folder => {
                let folder = if folder == Path::new("") { Path::new(".") } else { folder };
                folder.canonicalize().map(|folder| folder.join(name))
            }
            _ => path.canonicalize(),
        };
        let Ok(absolute) = absolute else { return false };
        let below_root = absolute.ancestors().take_while(|above| !is_repository(above));
        let mut entries = below_root.filter_map(|entry| Some((entry, entry.parent()?)));
        entries.any(|(entry, folder)| (self.filter.skips)(folder, entry, is_folder || entry != absolute))
    }

    fn add_folder(&mut self, folder: &Path) {
        let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let ignored = if self.filter.gitignore { Ignored::above(&absolute) } else { Ignored::default() };
        let mut walk = FolderWalk { index: self.found.folders.len(), named: folder.to_owned(), absolute, ignored };
        self.found.folders.push(shown(folder));
        let mut entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    let path = entry.path();
                    let is_foreign = is_left_out(&entry) || self.is_asset(path);
                    if entry.depth() > 0 && (is_foreign || self.leaves_out(path, true, &mut walk)) {
                        entries.skip_current_dir();
                        continue;
                    }
                    if self.filter.gitignore {
                        let absolute = walk.absolute(entry.path());
                        walk.ignored.enter(&absolute);
                    }
                    if let Some(stacks) = cdk::stacks(entry.path()) {
                        self.add_assembly(entry.path(), stacks, &mut walk);
                    }
                }
                Ok(entry) if entry.file_type().is_file() && has_template_ending(entry.path()) => {
                    // Other files of an assembly are not templates, or are templates of nested stacks.
                    let is_of_assembly = entry.path().parent().is_some_and(|folder| self.assemblies.contains(folder));
                    if !is_of_assembly && !self.leaves_out(entry.path(), false, &mut walk) {
                        let name = shown(entry.path());
                        self.meet(name, Input::File(entry.into_path()), Some(walk.index), Assembled::default());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let name = shown(error.path().unwrap_or(folder));
                    let error =
                        error.into_io_error().unwrap_or_else(|| io::Error::other("the folder cannot be listed"));
                    self.found.diagnostics.push(unreadable(&name, &error));
                }
            }
        }
    }

    /// Whether an entry of a walk is left out. If so, notes it.
    fn leaves_out(&mut self, path: &Path, is_folder: bool, walk: &mut FolderWalk) -> bool {
        let absolute = walk.absolute(path);
        let left_out = walk.ignored.leave_out(&absolute, is_folder)
            || absolute.parent().is_some_and(|folder| (self.filter.skips)(folder, &absolute, is_folder));
        if left_out {
            self.found.left_out.note(path, is_folder);
        }
        left_out
    }

    /// Adds the stacks of a cloud assembly. The walk reaches the assemblies of stages inside it later.
    fn add_assembly(&mut self, folder: &Path, stacks: Vec<cdk::Stack>, walk: &mut FolderWalk) {
        for stack in stacks {
            let path = folder.join(&stack.template);
            if !self.leaves_out(&path, false, walk) {
                let assembled = Assembled { pinned: stack.pinned, constructs: Some(stack.constructs) };
                self.meet(shown(&path), Input::File(path), Some(walk.index), assembled);
            }
        }
        self.assemblies.insert(folder.to_owned());
    }

    /// Whether a folder is an asset of a cloud assembly, such as code.
    fn is_asset(&self, folder: &Path) -> bool {
        let is_named_so = folder.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"asset."));
        is_named_so && folder.parent().is_some_and(|parent| self.assemblies.contains(parent))
    }

    /// What the cloud assembly around a file declares for its stack.
    fn assembled(&self, path: &Path) -> Assembled {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(OsStr::to_str)) else {
            return Assembled::default();
        };
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        let stacks = cdk::stacks(folder).unwrap_or_default();
        let own = stacks.into_iter().find(|stack| stack.template == name);
        own.map(|stack| Assembled { pinned: stack.pinned, constructs: Some(stack.constructs) }).unwrap_or_default()
    }

    /// Keeps a file. If it was found before, adds only what is new about it.
    fn meet(&mut self, name: String, input: Input, folder: Option<usize>, assembled: Assembled) {
        let Assembled { pinned, constructs } = assembled;
        let identity = match &input {
            // A path that cannot be resolved is reported with its own name when it is read.
            Input::File(path) => Input::File(path.canonicalize().unwrap_or_else(|_| path.clone())),
            Input::StandardInput => Input::StandardInput,
        };
        let next = self.found.candidates.len();
        let index = *self.by_identity.entry(identity).or_insert(next);
        match self.found.candidates.get_mut(index) {
            Some(known) => {
                known.named |= folder.is_none();
                known.folders.extend(folder);
                known.pinned.extend(pinned);
                known.constructs = known.constructs.take().or(constructs);
            }
            None => {
                let (named, folders) = (folder.is_none(), folder.into_iter().collect());
                self.found.candidates.push(Candidate { name, input, named, folders, pinned, constructs });
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

/// Whether a folder is hidden, or has third-party files.
fn is_left_out(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name();
    entry.file_type().is_dir()
        && (name.as_encoded_bytes().starts_with(b".") || FOREIGN_FOLDERS.iter().any(|foreign| name == *foreign))
}

fn has_template_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// A path as reports show it. An absolute path into the current folder becomes relative, because readers of the report, such as
/// code scanning, expect the same name for the same file. Folders are separated by `/`, and the name has no `./` in front.
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

/// The relative path from the current folder to a file, whose path is absolute and has no links: `../hipaalint.yaml`. The path
/// itself if the two have nothing in common.
pub fn from_here(path: &Path) -> PathBuf {
    match std::env::current_dir().and_then(|here| here.canonicalize()) {
        Ok(here) if here.components().nth(1) == path.components().nth(1) => relative(&here, path),
        _ => path.to_owned(),
    }
}

/// The relative path from a folder to a file. Both are absolute paths without `..`.
pub fn relative(folder: &Path, file: &Path) -> PathBuf {
    let (mut from, mut to) = (folder.components().peekable(), file.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    from.map(|_| Component::ParentDir).chain(to).collect()
}

/// Whether a folder is a cloud assembly of the AWS CDK.
pub fn is_assembly(folder: &Path) -> bool {
    cdk::stacks(folder).is_some()
}

/// A named folder without templates.
pub fn no_templates(folder: &str, left_out: &LeftOut) -> Diagnostic {
    let hint = match left_out.names.as_slice() {
        [] => String::new(),
        names => format!(
            " `.gitignore` or `skip` in the configuration left out {}. Name it, or use --no-ignore.",
            names.join(", ")
        ),
    };
    Diagnostic {
        severity: Severity::Error,
        code: "no-templates",
        file: folder.to_owned(),
        span: None,
        message: "the folder has no CloudFormation template".to_owned(),
        help: "A template is a map with `Resources` in a file that ends with .json, .yaml, .yml or .template. hipaalint leaves \
               out hidden folders, node_modules and symbolic links. To lint such a file or folder, name it."
            .to_owned()
            + &hint,
        related: Vec::new(),
    }
}

/// The code of a path that cannot be read.
pub const NOT_THERE: &str = "file-unreadable";

/// A path that cannot be read, with help for the reason.
fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => (
            "there is no such file or folder".to_owned(),
            "Check the spelling. Paths are relative to the current folder.".to_owned(),
        ),
        io::ErrorKind::PermissionDenied => (
            "hipaalint does not have permission to read it".to_owned(),
            "Run hipaalint as a user with permission to read it, or change its permissions.".to_owned(),
        ),
        io::ErrorKind::IsADirectory => ("it is a folder".to_owned(), "Name a file.".to_owned()),
        _ => (format!("it cannot be read: {error}"), String::new()),
    };
    Diagnostic {
        severity: Severity::Error,
        code: NOT_THERE,
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
