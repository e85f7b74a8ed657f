//! The files of a run: the named paths, and the files below those that are folders, in sorted order.
//!
//! Opens only the files that it must: [`read`] reads the text of a candidate when it is linted.

mod beside;
mod candidate;
mod cdk;
mod foreign;
mod gitignore;
mod look;
mod nested;
mod read;

pub use beside::{Beside, read_beside};
pub use candidate::{About, Candidate, Input};
pub use foreign::Foreign;
pub use gitignore::Globs;
pub use look::{has_resources, may_be_template, shows_template};
pub use nested::nested;
pub use read::{MAX_BYTES, Reading, read};

use crate::code::Code;
use crate::constructs::{Constructs, StackConstructs};
use crate::files::{Files, Kind, MAX_NAMED, Met, Reach, Refusal, Unlisted, is_repository, why};
use crate::finding::Diagnostic;
use crate::paths::{folder_of, joined};
use foldhash::fast::RandomState;
use foldhash::{HashMap, HashSet};
use gitignore::Ignored;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::hash::BuildHasher;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The endings of files that are read in folders, in lower case.
pub const ENDINGS: [&str; 4] = ["json", "yaml", "yml", "template"];
/// Folders of third-party files. Hidden folders (`.git`, `.aws-sam`) are left out because of their first letter.
const FOREIGN_FOLDERS: [&str; 1] = ["node_modules"];
/// The path for standard input.
const STANDARD_INPUT: &str = "-";
/// The name of configurations.
pub const CONFIGURATION: &str = "hipaalint.yaml";

/// The files that some paths name.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The files, each once, sorted by name.
    pub candidates: Vec<Candidate>,
    /// The folders that were named, as reports show them.
    pub folders: Vec<String>,
    /// Those of them in which something could not be read, by their indices: a template may be there.
    pub unread_folders: BTreeSet<usize>,
    /// Paths that do not exist or cannot be read.
    pub diagnostics: Vec<Diagnostic>,
    /// The paths in the diagnostics, by their names in reports.
    pub unread: BTreeMap<String, PathBuf>,
    /// Files and folders that `.gitignore` and configurations left out.
    pub left_out: LeftOut,
}

impl Discovery {
    /// Adds to the stacks of assemblies what an app acknowledges above them, from a file in the form of their metadata. A file that
    /// cannot be read is reported.
    pub fn acknowledge(&mut self, file: &Path, files: &Files) {
        let above = match cdk::acknowledgements(file, files) {
            Ok(above) => above,
            Err(error) => {
                let name = files.name(file);
                self.diagnostics.push(unreadable(&name, &error));
                self.unread.insert(name, file.to_owned());
                return;
            }
        };
        // Templates of one stack share what is known of it.
        let mut known: Vec<(Arc<StackConstructs>, Arc<StackConstructs>)> = Vec::new();
        // Only these have any of their own; all others share what is known of them.
        let stacks = self.candidates.iter_mut().filter(|candidate| candidate.constructs.is_some());
        for constructs in stacks.filter_map(|candidate| candidate.constructs.as_mut()) {
            let before = &constructs.stack;
            let after = known.iter().find(|(one, _)| Arc::ptr_eq(one, before)).map(|(_, after)| Arc::clone(after));
            let after = after.unwrap_or_else(|| {
                let after = Arc::new(before.acknowledging(&above));
                known.push((Arc::clone(before), Arc::clone(&after)));
                after
            });
            *constructs = Arc::new(Constructs { stack: after, template: constructs.template.clone() });
        }
    }
}

/// Files and folders that were not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Files that might be templates, as absolute paths without links.
    pub files: BTreeSet<PathBuf>,
    /// Folders, whatever is in them. They are absolute, too.
    pub folders: BTreeSet<PathBuf>,
    /// The first few of both, as reports show them.
    pub names: Vec<String>,
}

impl LeftOut {
    /// The number of names to keep.
    const MAX_NAMES: usize = 3;

    fn note(&mut self, path: &Path, absolute: &Path, is_folder: bool, files: &Files) {
        // A configuration governs templates, and is none.
        if !is_folder && path.file_name().is_some_and(|name| name == CONFIGURATION) {
            return;
        }
        let known = if is_folder { &mut self.folders } else { &mut self.files };
        if known.insert(absolute.to_owned()) && self.names.len() < Self::MAX_NAMES {
            self.names.push(files.name(path));
        }
    }

    /// Forgets a file that is linted all the same: it was named, or is the template of a nested stack.
    pub fn forget(&mut self, linted: &Candidate, files: &Files) {
        if !linted.named || self.files.is_empty() {
            return;
        }
        if let Some(real) = linted.path().and_then(|path| files.real(path).ok()) {
            self.files.remove(&real);
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
pub fn discover(paths: &[PathBuf], filter: Filter<'_>, files: &Files) -> Discovery {
    let mut finder = Finder {
        files,
        filter,
        found: Discovery::default(),
        by_identity: HashMap::default(),
        hashes: RandomState::default(),
        assemblies: HashSet::default(),
        named: Arc::new(About::of_named_file()),
        around: None,
    };
    for path in paths {
        finder.add(path);
    }
    finder.finish()
}

/// The files found so far, by their identity.
struct Finder<'d, 'f> {
    files: &'d Files,
    filter: Filter<'f>,
    found: Discovery,
    /// The files by the hashes of their paths without links: there may be many.
    by_identity: HashMap<u64, usize>,
    hashes: RandomState,
    /// The folders that are cloud assemblies of the CDK.
    assemblies: HashSet<PathBuf>,
    /// What is known of a named file.
    named: Arc<About>,
    /// What is known of the folder of the last named file: others in it may follow.
    around: Option<Around>,
}

/// The folder of a named file.
struct Around {
    /// As it was named.
    folder: PathBuf,
    /// Without links, if it is there.
    absolute: Option<PathBuf>,
    /// Whether a configuration skips it, or a folder above it.
    is_skipped: bool,
    /// Whether it is a cloud assembly.
    is_assembly: bool,
}

/// What a cloud assembly declares for a template.
#[derive(Default)]
struct Assembled {
    pinned: BTreeMap<String, String>,
    constructs: Option<Arc<Constructs>>,
}

impl Assembled {
    /// The same of a file of which something is known already.
    fn of(self, about: &Arc<About>) -> Arc<About> {
        let Self { pinned, constructs } = self;
        if pinned.is_empty() && constructs.is_none() {
            return Arc::clone(about);
        }
        let mut own = About::clone(about);
        own.pinned = pinned;
        own.constructs = constructs;
        Arc::new(own)
    }
}

/// The walk through a named folder.
struct FolderWalk {
    /// What is known of a file in it.
    about: Arc<About>,
    /// As it was named, and as an absolute path without links.
    named: PathBuf,
    absolute: PathBuf,
    ignored: Ignored,
}

impl FolderWalk {
    /// The absolute path of an entry of the walk, which follows no links.
    fn absolute(&self, path: &Path) -> PathBuf {
        // A walk joins names to its folder, so nearly all paths begin with it as a text. To compare steps takes ten times as long.
        let texts = self.named.to_str().zip(path.to_str());
        let inner = texts.and_then(|(named, path)| path.strip_prefix(named)?.strip_prefix('/'));
        if let Some(inner) = inner.filter(|inner| !inner.starts_with('/')) {
            return joined(&self.absolute, inner);
        }
        match path.strip_prefix(&self.named) {
            Ok(inner) if inner.as_os_str().is_empty() => self.absolute.clone(),
            Ok(inner) => joined(&self.absolute, inner),
            Err(_) => path.to_owned(),
        }
    }
}

impl Finder<'_, '_> {
    fn add(&mut self, path: &Path) {
        if path.as_os_str() == STANDARD_INPUT {
            let input = Input::StandardInput;
            self.meet(Candidate::with("<stdin>", input.clone(), Arc::clone(&self.named)), &input);
            return;
        }
        match self.files.metadata(path).map(|metadata| metadata.kind == Kind::Folder) {
            Ok(is_folder) if self.filter.skips_named && self.is_skipped(path, is_folder) => {
                let absolute = self.files.real(path).unwrap_or_else(|_| path.to_owned());
                self.found.left_out.note(path, &absolute, is_folder, self.files);
            }
            Ok(true) => self.add_folder(path),
            Ok(false) => {
                let about = self.assembled(path).of(&self.named);
                self.meet_file(path.to_owned(), about);
            }
            Err(error) => self.report(path, &error),
        }
    }

    /// Whether a configuration would skip a file or folder, or a folder above it, on a walk from the root of its repository.
    fn is_skipped(&mut self, path: &Path, is_folder: bool) -> bool {
        // For a link, its own folder counts, as on a walk.
        if let (false, Some(_), Some(name)) = (is_folder, path.parent(), path.file_name()) {
            let Around { absolute, is_skipped, .. } = self.around(folder_of(path));
            let (Some(folder), is_skipped) = (absolute.clone(), *is_skipped) else { return false };
            return is_skipped || (self.filter.skips)(&folder, &folder.join(name), false);
        }
        self.files.real(path).is_ok_and(|absolute| self.is_skipped_with_those_above(&absolute, is_folder))
    }

    fn is_skipped_with_those_above(&mut self, absolute: &Path, is_folder: bool) -> bool {
        let files = self.files;
        let below_root = absolute.ancestors().take_while(|above| !is_repository(above, files));
        let mut entries = below_root.filter_map(|entry| Some((entry, entry.parent()?)));
        entries.any(|(entry, folder)| (self.filter.skips)(folder, entry, is_folder || entry != absolute))
    }

    /// What is known of the folder of a named file.
    fn around(&mut self, folder: &Path) -> &Around {
        let known = self.around.take().filter(|known| known.folder == folder);
        let known = known.unwrap_or_else(|| {
            let absolute = self.files.real(folder).ok();
            let skips = self.filter.skips_named;
            let is_skipped =
                absolute.as_deref().is_some_and(|real| skips && self.is_skipped_with_those_above(real, true));
            let is_assembly = cdk::stacks(folder, self.files, &mut self.found.diagnostics).is_some();
            Around { folder: folder.to_owned(), absolute, is_skipped, is_assembly }
        });
        self.around.insert(known)
    }

    fn add_folder(&mut self, folder: &Path) {
        let files = self.files;
        let absolute = files.real(folder).unwrap_or_else(|_| folder.to_owned());
        let ignored = if self.filter.gitignore { Ignored::above(&absolute, files) } else { Ignored::default() };
        let index = self.found.folders.len();
        let about = About::in_folder(index);
        let mut walk = FolderWalk { about: Arc::new(about), named: folder.to_owned(), absolute, ignored };
        self.found.folders.push(files.name(folder));
        let mut entries = files.walk(folder);
        while let Some(entry) = entries.next() {
            match entry {
                Ok(Met { path, kind: Kind::Folder, is_start }) => {
                    let is_foreign = is_left_out(&path) || self.is_asset(&path);
                    if !is_start && is_foreign {
                        entries.skip_folder();
                        continue;
                    }
                    let absolute = walk.absolute(&path);
                    if !is_start && self.leaves_out(&path, &absolute, true, &mut walk) {
                        entries.skip_folder();
                        continue;
                    }
                    if self.filter.gitignore {
                        walk.ignored.enter(&absolute, files);
                    }
                    if let Some(stacks) = cdk::stacks(&path, files, &mut self.found.diagnostics) {
                        self.add_assembly(&path, stacks, &mut walk);
                    }
                }
                Ok(Met { path, kind: Kind::File, .. }) if has_template_ending(&path) => {
                    // Other files of an assembly are not templates, or are templates of nested stacks.
                    let is_of_assembly = path.parent().is_some_and(|folder| self.assemblies.contains(folder));
                    if is_of_assembly {
                        continue;
                    }
                    let absolute = walk.absolute(&path);
                    if !self.leaves_out(&path, &absolute, false, &mut walk) {
                        // A walk follows no links, so the file system need not be asked where this leads.
                        let candidate = self.candidate(path, Arc::clone(&walk.about));
                        self.meet(candidate, &Input::File(absolute));
                    }
                }
                Ok(_) => {}
                Err(Unlisted { path, error }) => {
                    self.report(&path, &error);
                    self.found.unread_folders.insert(index);
                }
            }
        }
    }

    /// Reports a path that cannot be read.
    fn report(&mut self, path: &Path, error: &io::Error) {
        let name = self.files.name(path);
        self.found.diagnostics.push(unreadable(&name, error));
        self.found.unread.insert(name, path.to_owned());
    }

    /// Whether an entry of a walk is left out. If so, notes it.
    fn leaves_out(&mut self, path: &Path, absolute: &Path, is_folder: bool, walk: &mut FolderWalk) -> bool {
        let left_out = walk.ignored.leave_out(absolute, is_folder)
            || absolute.parent().is_some_and(|folder| (self.filter.skips)(folder, absolute, is_folder));
        if left_out {
            self.found.left_out.note(path, absolute, is_folder, self.files);
        }
        left_out
    }

    /// Adds the stacks of a cloud assembly. The walk reaches the assemblies of stages inside it later.
    fn add_assembly(&mut self, folder: &Path, stacks: Vec<cdk::Stack>, walk: &mut FolderWalk) {
        for stack in stacks {
            let path = folder.join(&stack.template);
            let absolute = walk.absolute(&path);
            if !self.leaves_out(&path, &absolute, false, walk) {
                if let Err(error) = Reach::of_project(folder, self.files).file(&path, MAX_NAMED, self.files) {
                    match error.kind() {
                        io::ErrorKind::NotFound => self.found.diagnostics.push(cdk::missing(&path, self.files)),
                        _ => self.report(&path, &error),
                    }
                    continue;
                }
                let assembled = Assembled { pinned: stack.pinned, constructs: Some(stack.constructs) };
                self.meet_file(path, assembled.of(&walk.about));
            }
        }
        self.assemblies.insert(folder.to_owned());
    }

    /// Whether a folder is an asset of a cloud assembly, such as code.
    fn is_asset(&self, folder: &Path) -> bool {
        is_named_as_asset(folder) && folder.parent().is_some_and(|parent| self.assemblies.contains(parent))
    }

    /// What the cloud assembly around a file declares for its stack.
    fn assembled(&mut self, path: &Path) -> Assembled {
        let Some(name) = path.file_name().and_then(OsStr::to_str) else { return Assembled::default() };
        if !self.around(folder_of(path)).is_assembly {
            return Assembled::default();
        }
        let stacks = cdk::stacks(folder_of(path), self.files, &mut self.found.diagnostics).unwrap_or_default();
        let own = stacks.into_iter().find(|stack| stack.template == name);
        own.map(|stack| Assembled { pinned: stack.pinned, constructs: Some(stack.constructs) }).unwrap_or_default()
    }

    /// A file without links; if its path cannot be resolved, as it is: it is reported with its own name when it is read.
    fn identity<'i>(&self, input: &'i Input) -> Cow<'i, Input> {
        let real = match input {
            Input::File(path) => self.files.real(path).ok(),
            Input::StandardInput => None,
        };
        real.map_or(Cow::Borrowed(input), |path| Cow::Owned(Input::File(path)))
    }

    /// A file of which something is known.
    fn candidate(&self, path: PathBuf, about: Arc<About>) -> Candidate {
        let name = self.files.name(&path);
        Candidate::with(&name, Input::File(path), about)
    }

    /// Keeps a file, wherever its path leads.
    fn meet_file(&mut self, path: PathBuf, about: Arc<About>) {
        let candidate = self.candidate(path, about);
        let identity = self.identity(&candidate.input).into_owned();
        self.meet(candidate, &identity);
    }

    /// Keeps a file, which is this one without links. If it was found before, adds only what is new about it.
    fn meet(&mut self, candidate: Candidate, identity: &Input) {
        let next = self.found.candidates.len();
        let place = *self.by_identity.entry(self.hashes.hash_one(identity)).or_insert(next);
        let is_same = |known: &Candidate| *self.identity(&known.input) == *identity;
        let is_known = self.found.candidates.get(place).is_some_and(is_same);
        match self.found.candidates.get_mut(place).filter(|_| is_known) {
            Some(known) => known.add(&candidate),
            None => self.found.candidates.push(candidate),
        }
    }

    fn finish(mut self) -> Discovery {
        self.found.candidates.sort_unstable_by(|a, b| a.name_bytes().cmp(b.name_bytes()));
        self.found.diagnostics.sort_by(|a, b| a.file.cmp(&b.file));
        self.found.diagnostics.dedup();
        self.found
    }
}

/// Whether a folder is hidden, or has third-party files.
fn is_left_out(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".") || FOREIGN_FOLDERS.iter().any(|foreign| name == *foreign)
}

fn has_template_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether the name of a folder is one of an asset of a cloud assembly.
fn is_named_as_asset(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"asset."))
}

/// Whether a template is in the output of a program that writes it again.
pub fn is_generated(candidate: &Candidate, files: &Files) -> bool {
    candidate.constructs.is_some() || candidate.path().is_some_and(|path| is_written_again(path, files))
}

/// Whether a program writes a file again: `cdk synth` the templates of a cloud assembly and the files of its assets, even if its
/// manifest is broken; `sam build` what is in `.aws-sam`.
pub fn is_written_again(path: &Path, files: &Files) -> bool {
    let Ok(file) = files.real(path) else { return false };
    let assets = file.ancestors().filter(|folder| is_named_as_asset(folder)).filter_map(Path::parent);
    file.parent().into_iter().chain(assets).any(|folder| cdk::is_marked(folder, files))
        || file.ancestors().skip(1).any(|folder| folder.file_name() == Some(OsStr::new(".aws-sam")))
}

/// Whether a folder is a cloud assembly of the AWS CDK.
pub fn is_assembly(folder: &Path, files: &Files) -> bool {
    cdk::stacks(folder, files, &mut Vec::new()).is_some()
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
    Diagnostic::error(Code::NoTemplates, "the folder has no CloudFormation template").in_file(folder).with_help("A template is a map with `Resources` in a file that ends with .json, .yaml, .yml or .template. hipaalint leaves \
               out hidden folders, node_modules and symbolic links. To lint such a file or folder, name it."
            .to_owned()
            + &hint)
}

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
        _ => match Refusal::of(error) {
            Some(Refusal::Pipe) => (
                format!("hipaalint does not read it: {error}"),
                "Name a file, or pipe a template to `hipaalint -`.".to_owned(),
            ),
            Some(refusal) => {
                (format!("hipaalint does not read it: {refusal}"), "Name a regular file in the project.".to_owned())
            }
            None => (format!("it cannot be read: {}", why(error)), String::new()),
        },
    };
    Diagnostic::error(Code::FileUnreadable, message).in_file(name).with_help(help)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

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
