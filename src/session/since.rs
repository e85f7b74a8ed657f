//! The earlier revision that a run compares with: finds the repository of the named paths, and opens the revision in it.

use crate::code::Code;
use crate::discover::{Candidate, Discovery};
use crate::files::{Files, is_repository};
use crate::finding::Diagnostic;
use crate::git::{Failure, Tree};
use crate::project::{Absent, Unjudged};
use crate::report;
use crate::report::text::count;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of findings that a note names.
const MAX_NAMED: usize = 5;

/// An earlier revision of the files of a run.
#[derive(Debug)]
pub struct Since {
    /// As it was named.
    name: String,
    tree: Arc<Tree>,
    pub(super) files: Files,
    /// The files that the paths name in it.
    pub(super) found: Discovery,
    /// The folders among them that are not in it.
    missing: Vec<String>,
    base: Files,
}

impl Since {
    /// Opens a revision of the repository that some paths are in. Its files are found with `discover`.
    pub(super) fn open(
        revision: &OsStr,
        paths: &[PathBuf],
        files: &Files,
        discover: impl FnOnce(&Files) -> Discovery,
    ) -> Result<Self, Box<Diagnostic>> {
        let name = revision.to_string_lossy().into_owned();
        let root = root(paths, files)?;
        let tree = Tree::open(&root, revision, files.system()).map_err(|failure| complaint(&name, &failure))?;
        let tree = Arc::new(tree);
        let earlier = files.on(tree.clone());
        let missing = paths.iter().filter(|path| files.has_folder(path) && !earlier.has(path));
        let missing = missing.map(|path| files.name(path)).collect();
        let found = discover(&earlier);
        Ok(Self { name, tree, files: earlier, found, missing, base: files.clone() })
    }

    /// What reports show of it, without numbers.
    pub(super) fn summary(&self) -> report::Since {
        report::Since { revision: self.name.clone(), commit: self.tree.commit().to_owned(), ..report::Since::default() }
    }

    /// What a reader has to know of the comparison: folders that the revision does not have.
    pub(super) fn notes(&self) -> Vec<Diagnostic> {
        let note = |folder: &String| {
            let message = format!("`{folder}` is not in revision `{}`, so all of its findings are new", self.name);
            Diagnostic::note(Code::Revision, message)
                .with_help("A revision has only what was committed. Of a folder that a program makes, such as cdk.out, use --baseline.")
        };
        self.missing.iter().map(note).collect()
    }

    /// What could not be read of it, once all was asked for.
    pub(super) fn problems(&self) -> Vec<Diagnostic> {
        let problem = |file: &PathBuf| {
            let message = format!("the contents that it has in revision `{}` are not in this clone", self.name);
            Diagnostic::error(Code::Revision, message).in_file(self.base.name(file)).with_help(
                "The clone is partial, or damaged. hipaalint fetches nothing: clone without --filter, or fetch the files first.",
            )
        };
        self.tree.unread().iter().map(problem).collect()
    }
}

/// What is not judged any more of what a revision had in a file: a note for each reason.
pub(super) fn unjudged(candidate: &Candidate, revision: &str, absent: &Absent) -> Vec<Diagnostic> {
    let mut by_reason: BTreeMap<Unjudged, Vec<&str>> = BTreeMap::new();
    for (reason, finding) in &absent.unjudged {
        by_reason.entry(*reason).or_default().push(finding);
    }
    let note = |(reason, findings): (Unjudged, Vec<&str>)| {
        let is = if findings.len() == 1 { "is" } else { "are" };
        let number = count(findings.len(), "finding");
        let shown: Vec<&str> = findings.iter().copied().take(MAX_NAMED).collect();
        let rest = match findings.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            rest => format!(" and {}", count(rest, "other")),
        };
        let message = format!(
            "{number} of revision `{revision}` {is} not judged any more, because {}: {}{rest}",
            reason.reason(),
            shown.join(", ")
        );
        Diagnostic::note(Code::Revision, message)
            .in_file(candidate.name())
            .with_help("Nothing shows that the problem is fixed.")
    };
    by_reason.into_iter().map(note).collect()
}

/// The root of the repository that all paths are in.
fn root(paths: &[PathBuf], files: &Files) -> Result<PathBuf, Box<Diagnostic>> {
    let mut roots = paths.iter().map(|path| (path, root_of(path, files)));
    let none = |path: &Path| {
        Diagnostic::error(
            Code::Revision,
            "this path is not in the working tree of a git repository, so there is no earlier revision of it",
        )
        .in_file(files.name(path))
        .with_help("--since compares with a revision that git knows. Elsewhere, use --baseline.")
    };
    let Some((first, root)) = roots.next() else { return Err(Box::new(none(Path::new(".")))) };
    let root = root.ok_or_else(|| none(first))?;
    for (path, other) in roots {
        let other = other.ok_or_else(|| none(path))?;
        if other != root {
            let message = format!("this path is in another repository than `{}`", files.name(first));
            return Err(Box::new(
                Diagnostic::error(Code::Revision, message)
                    .in_file(files.name(path))
                    .with_help("--since compares the files of one repository. Run hipaalint once for each."),
            ));
        }
    }
    Ok(root)
}

/// The root of the repository around a path, also of one that is not there.
fn root_of(path: &Path, files: &Files) -> Option<PathBuf> {
    let path = files.base().normal(path);
    let real = path.ancestors().find_map(|above| files.real(above).ok())?;
    real.ancestors().find(|above| is_repository(above, files)).map(PathBuf::from)
}

fn complaint(name: &str, failure: &Failure) -> Diagnostic {
    let message = format!("revision `{name}` cannot be read: {failure}");
    Diagnostic::error(Code::Revision, message).with_help(match failure {
        Failure::Unknown { is_shallow: true } => {
            "Fetch the history: set `fetch-depth: 0` for actions/checkout, or run `git fetch --unshallow`."
        }
        Failure::Unknown { is_shallow: false } => {
            "Name a branch, a tag or a commit. A branch that was only fetched has a name such as origin/main."
        }
        Failure::Missing(_) => "Install git, or add it to the PATH.",
        Failure::Refused(_) => "Run `git status` in the repository to see what is wrong.",
        Failure::Slow | Failure::TooLarge => "Use --baseline instead.",
    })
}
