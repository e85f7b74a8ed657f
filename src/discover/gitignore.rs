//! Globs in the syntax of `.gitignore` (gitignore(5)): those of such files on a walk, and those that a configuration lists.

use crate::files::{Files, Kind, Metadata, is_repository};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};

/// The file's name.
const FILE_NAME: &str = ".gitignore";
/// Larger files are not read: no list of globs has nearly this size.
const MAX_BYTES: u64 = 1 << 20;

/// Globs that a configuration lists, relative to its folder.
#[derive(Clone, Debug)]
pub struct Globs {
    folder: PathBuf,
    matcher: Gitignore,
    /// Those without a `/` apart from one at their end, which name files and folders wherever they are: a configuration that
    /// `--config` names also governs what is outside of its folder.
    anywhere: Gitignore,
}

impl Globs {
    /// Reads globs that are relative to a folder, given as an absolute path without links.
    ///
    /// # Errors
    /// The index of the first invalid glob, and the reason.
    pub fn new(folder: &Path, globs: &[String]) -> Result<Self, (usize, String)> {
        let globs = globs.iter().enumerate().map(|(index, glob)| written(glob).map_err(|reason| (index, reason)));
        let globs: Vec<String> = globs.collect::<Result<_, _>>()?;
        let matcher = |folder: &Path, takes: fn(&str) -> bool| {
            let mut builder = GitignoreBuilder::new(folder);
            builder.allow_unclosed_class(false);
            for (index, glob) in globs.iter().enumerate().filter(|(_, glob)| takes(glob)) {
                builder.add_line(None, glob).map_err(|error| (index, reason(&error)))?;
            }
            let last = globs.len().saturating_sub(1);
            builder.build().map_err(|error| (last, reason(&error)))
        };
        // `**/legacy/` means the same as `legacy/`.
        let is_name = |glob: &str| {
            let glob = glob.trim_end().trim_end_matches('/').trim_start_matches('!');
            !glob.strip_prefix("**/").unwrap_or(glob).contains('/')
        };
        let anywhere = matcher(Path::new(""), is_name)?;
        Ok(Self { folder: folder.to_owned(), matcher: matcher(folder, |_| true)?, anywhere })
    }

    /// Whether they match a file or folder, by its absolute path without links.
    pub fn name(&self, path: &Path, is_folder: bool) -> bool {
        if path.starts_with(&self.folder) {
            return self.matcher.matched(path, is_folder).is_ignore();
        }
        path.file_name().is_some_and(|name| self.anywhere.matched(name, is_folder).is_ignore())
    }
}

/// A glob without steps to the folder that it is in (`./`), which no path has and so nothing would match.
///
/// # Errors
/// Why nothing can match it.
fn written(glob: &str) -> Result<String, String> {
    // A backslash keeps a space at the end.
    let is_blank = glob.trim().is_empty();
    let (sign, rest) = glob.strip_prefix('!').map_or(("", glob), |rest| ("!", rest));
    if is_blank || rest.trim_matches(['/', ' ']).is_empty() {
        return Err("it is empty".to_owned());
    }
    if glob.starts_with('#') {
        return Err("it is a comment, as in .gitignore; write `\\#` for a name that begins with `#`".to_owned());
    }
    let steps: Vec<&str> = rest.split('/').collect();
    if steps.contains(&"..") {
        return Err("`..` leads out of the folder of the configuration, or back".to_owned());
    }
    if !steps.contains(&".") {
        return Ok(glob.to_owned());
    }
    let kept: Vec<&str> = steps.iter().copied().filter(|step| *step != ".").collect();
    if kept.iter().all(|step| step.is_empty()) {
        return Err("it names the folder of the configuration itself; write `*` to leave out everything".to_owned());
    }
    // `./a.yaml` is the file in this folder alone.
    let root = if steps.first() == Some(&"") { "" } else { "/" };
    Ok([sign, root, &kept.join("/")].concat())
}

/// The reason why a glob is invalid, without the glob itself.
fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

/// The `.gitignore` files that apply to the entries of a folder, the outermost first.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    levels: Vec<(PathBuf, Gitignore)>,
}

impl Ignored {
    /// The files above a folder, up to the root of its repository; none outside of a repository. Also none if they leave out the
    /// folder itself: a person who names an ignored folder wants to lint its files.
    pub(super) fn above(folder: &Path, files: &Files) -> Self {
        let Some(root) = folder.ancestors().find(|above| is_repository(above, files)) else { return Self::default() };
        let mut folders: Vec<&Path> = folder.ancestors().take_while(|above| above.starts_with(root)).collect();
        folders.reverse();
        let mut ignored = Self::default();
        for (above, below) in folders.iter().zip(folders.iter().skip(1)) {
            ignored.enter(above, files);
            if ignored.leave_out(below, true) {
                return Self::default();
            }
        }
        ignored
    }

    /// Adds the file of a folder, if it has one. The walk enters folders in order.
    pub(super) fn enter(&mut self, folder: &Path, files: &Files) {
        let file = folder.join(FILE_NAME);
        let is_read = |metadata: Metadata| metadata.kind == Kind::File && metadata.bytes <= MAX_BYTES;
        // A link could lead anywhere; git does not follow it either.
        if !files.own_metadata(&file).is_ok_and(is_read) {
            return;
        }
        let bytes = files.read(&file, MAX_BYTES).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            // Invalid lines are ignored, as in git.
            let _ = builder.add_line(None, line);
        }
        if let Ok(matcher) = builder.build() {
            self.levels.push((folder.to_owned(), matcher));
        }
    }

    /// Whether a file or folder is left out, by its absolute path without links. The innermost file with a match decides.
    pub(super) fn leave_out(&mut self, path: &Path, is_folder: bool) -> bool {
        while self.levels.last().is_some_and(|(folder, _)| !path.starts_with(folder)) {
            self.levels.pop();
        }
        for (_, matcher) in self.levels.iter().rev() {
            match matcher.matched(path, is_folder) {
                Match::None => {}
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn globs(globs: &[&str]) -> Result<Globs, (usize, String)> {
        let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        Globs::new(Path::new("/project"), &globs)
    }

    #[test]
    fn globs_name_what_git_would_ignore() {
        let cases = [
            ("legacy/", "/project/legacy", true, true),
            ("legacy/", "/project/a/legacy", true, true),
            ("/legacy/", "/project/a/legacy", true, false),
            ("legacy/", "/project/legacy", false, false),
            ("*.test.yaml", "/project/a/b.test.yaml", false, true),
            ("a/*.yaml", "/project/a/b.yaml", false, true),
            ("a/*.yaml", "/project/a/b/c.yaml", false, false),
            ("a/**/c.yaml", "/project/a/b/c.yaml", false, true),
            // Outside of the folder, those that name nothing but files and folders.
            ("*.yaml", "/elsewhere/b.yaml", false, true),
            ("legacy/", "/elsewhere/legacy", true, true),
            ("legacy/", "/elsewhere/legacy", false, false),
            ("./a.yaml", "/project/a.yaml", false, true),
            ("./a.yaml", "/project/b/a.yaml", false, false),
            ("./a/./b.yaml", "/project/a/b.yaml", false, true),
            ("/./a.yaml", "/project/a.yaml", false, true),
            ("./legacy/", "/project/legacy", true, true),
            ("./legacy/", "/project/a/legacy", true, false),
            ("./legacy/", "/elsewhere/legacy", true, false),
            ("..a/b.yaml", "/project/..a/b.yaml", false, true),
            ("\\#a.yaml", "/project/#a.yaml", false, true),
            ("/b.yaml", "/elsewhere/b.yaml", false, false),
            ("/b.yaml", "/b.yaml", false, false),
            ("a/b.yaml", "/a/b.yaml", false, false),
            ("**/b.yaml", "/elsewhere/b.yaml", false, true),
            ("**/legacy/", "/elsewhere/legacy", true, true),
            ("**/legacy/", "/elsewhere/legacy", false, false),
            ("**/a/b.yaml", "/elsewhere/a/b.yaml", false, false),
            ("elsewhere", "/elsewhere/b.yaml", false, false),
        ];
        for (glob, path, is_folder, named) in cases {
            assert_eq!(globs(&[glob]).unwrap().name(Path::new(path), is_folder), named, "{glob} {path}");
        }
        assert!(!globs(&["*.yaml", "!keep.yaml"]).unwrap().name(Path::new("/project/keep.yaml"), false));
        assert!(!globs(&["*.yaml", "!keep.yaml"]).unwrap().name(Path::new("/elsewhere/keep.yaml"), false));
        assert!(!globs(&["*.yaml", "!./keep.yaml"]).unwrap().name(Path::new("/project/keep.yaml"), false));
    }

    #[test]
    fn an_invalid_glob_is_reported() {
        let (index, reason) = globs(&["fine/", "a[b"]).unwrap_err();
        assert_eq!((index, reason.as_str()), (1, "unclosed character class; missing ']'"));
        // Those that nothing can match.
        for (glob, reason) in [
            ("", "it is empty"),
            (" ", "it is empty"),
            ("!", "it is empty"),
            ("/", "it is empty"),
            (".", "it names the folder"),
            ("./", "it names the folder"),
            ("../x/a.yaml", "`..` leads out"),
            ("a/../b.yaml", "`..` leads out"),
            ("#a.yaml", "it is a comment"),
        ] {
            let (index, why) = globs(&["fine/", glob]).unwrap_err();
            assert!(index == 1 && why.starts_with(reason), "{glob}: {why}");
        }
    }
}
