//! The commit that is checked out in the folders of some files, read from their repository's `.git` without running git.
//!
//! What is read there is text that anyone may have written. Nothing outside of the repository's own folder is opened: a `.git`
//! that leads elsewhere (a worktree's or submodule's `gitdir:`, a symbolic link) is not followed. Files are read up to a limit,
//! and the result is a hash in hexadecimal digits or nothing.

use crate::files::Files;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The longest `HEAD`, reference and `.git` file that is read, in bytes.
const MAX_FILE: u64 = 4 << 10;
/// The longest list of packed references that is read: some 100,000 of them.
const MAX_PACKED: u64 = 16 << 20;
/// References that refer to each other, one after another; git itself stops at five.
const MAX_REFERENCES: usize = 5;
/// Hexadecimal digits of a hash: SHA-1 or SHA-256.
const HASH_DIGITS: [usize; 2] = [40, 64];

/// The hash of the commit that is checked out in all of these folders. None where they are in no repository or in several, or
/// where the repository does not show it.
pub fn checked_out<'p>(folders: impl IntoIterator<Item = &'p Path>, files: &Files) -> Option<String> {
    let roots: BTreeSet<Option<PathBuf>> = folders.into_iter().map(|folder| repository(folder, files)).collect();
    match roots.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(root)] => commit(&git_folder(root, files)?, files),
        _ => None,
    }
}

/// The nearest folder, from this one up, that has a `.git`, without symbolic links.
fn repository(folder: &Path, files: &Files) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = files.real(folder).ok()?;
    folder.ancestors().find(|above| files.own_metadata(&above.join(".git")).is_ok()).map(Path::to_owned)
}

/// The folder of git's own files, if it is inside the repository's folder.
fn git_folder(root: &Path, files: &Files) -> Option<PathBuf> {
    let git = files.real(&root.join(".git")).ok().filter(|git| git.starts_with(root))?;
    if files.has_folder(&git) {
        return Some(git);
    }
    let text = read(root, Path::new(".git"), MAX_FILE, files)?;
    let folder = files.real(&root.join(text.strip_prefix("gitdir:")?.trim())).ok()?;
    (folder.starts_with(root) && files.has_folder(&folder)).then_some(folder)
}

/// The hash that `HEAD` leads to.
fn commit(git: &Path, files: &Files) -> Option<String> {
    let mut text = read(git, Path::new("HEAD"), MAX_FILE, files)?;
    for _ in 0..MAX_REFERENCES {
        let Some(reference) = text.trim().strip_prefix("ref:") else { return hash(text.trim()) };
        let reference = reference.trim();
        if !is_reference(reference) {
            return None;
        }
        match read(git, Path::new(reference), MAX_FILE, files) {
            Some(loose) => text = loose,
            None => return packed(git, reference, files),
        }
    }
    None
}

/// The hash of a reference in the list of packed ones.
fn packed(git: &Path, reference: &str, files: &Files) -> Option<String> {
    let list = read(git, Path::new("packed-refs"), MAX_PACKED, files)?;
    let of_line = |line: &str| line.split_once(' ').filter(|(_, name)| *name == reference).and_then(|(id, _)| hash(id));
    list.lines().find_map(of_line)
}

/// Whether a text is the name of a reference that may be looked up as a file: no step leads up, none is hidden.
fn is_reference(name: &str) -> bool {
    let is_step = |step: &str| !step.is_empty() && !step.starts_with('.');
    name.starts_with("refs/") && name.split('/').all(is_step) && !name.contains(['\\', ':', '\0'])
}

/// A hash in lower case, if the text is one.
fn hash(text: &str) -> Option<String> {
    let is_hash = HASH_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| text.to_ascii_lowercase())
}

/// The text of a regular file inside a folder, which has no symbolic links in its path. None if it is too long, is not text, or
/// is elsewhere.
fn read(folder: &Path, name: &Path, limit: u64, files: &Files) -> Option<String> {
    let path = files.real(&folder.join(name)).ok().filter(|path| path.starts_with(folder))?;
    if !files.has_file(&path) {
        // To open a pipe would wait for a writer.
        return None;
    }
    let text = files.text(&path, limit + 1).ok()?;
    (text.len() as u64 <= limit).then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use std::fs;

    const ONE: &str = "0123456789abcdef0123456789abcdef01234567";
    const TWO: &str = "fedcba9876543210fedcba9876543210fedcba98";

    /// A folder with these files, and what is checked out in its `templates`.
    fn found(files: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), files);
        checked_out([folder.path().join("templates").as_path()], &Files::here())
    }

    fn write(folder: &Path, files: &[(&str, &str)]) {
        fs::create_dir_all(folder.join("templates")).unwrap();
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn head_leads_to_a_commit() {
        let head = (".git/HEAD", "ref: refs/heads/feature/a\n");
        let long = "ab".repeat(32);
        assert_eq!(found(&[(".git/HEAD", &format!("{ONE}\n"))]).as_deref(), Some(ONE));
        assert_eq!(found(&[(".git/HEAD", &long)]), Some(long));
        assert_eq!(found(&[(".git/HEAD", &ONE.to_uppercase())]).as_deref(), Some(ONE));
        assert_eq!(found(&[head, (".git/refs/heads/feature/a", ONE)]).as_deref(), Some(ONE));
        let packed =
            format!("# pack-refs with: peeled\n{TWO} refs/heads/feature\n{ONE} refs/heads/feature/a\n^{TWO}\n");
        assert_eq!(found(&[head, (".git/packed-refs", &packed)]).as_deref(), Some(ONE));
        // What is loose is newer than what is packed.
        assert_eq!(
            found(&[head, (".git/packed-refs", &packed), (".git/refs/heads/feature/a", TWO)]).as_deref(),
            Some(TWO)
        );
        let symbolic = [head, (".git/refs/heads/feature/a", "ref: refs/heads/b"), (".git/refs/heads/b", TWO)];
        assert_eq!(found(&symbolic).as_deref(), Some(TWO));
    }

    #[test]
    fn hostile_texts_are_no_commit() {
        let traps = [
            "",
            "\n",
            "ref:",
            "ref: ",
            "ref: refs/",
            "ref: HEAD",
            "ref: refs/../HEAD",
            "ref: refs/../../secret",
            "ref: /etc/hostname",
            "ref: refs/heads/.invalid",
            "ref: refs//heads",
            "ref: refs\\heads",
            "ref: refs/heads/a\0b",
            "<script>alert(1)</script>",
            "0123456789abcdef0123456789abcdef0123456g",
            "0123456789abcdef0123456789abcdef012345678",
            "\u{202e}0123456789abcdef0123456789abcdef01234567",
        ];
        for trap in traps {
            assert_eq!(found(&[(".git/HEAD", trap), ("secret", ONE), (".git/refs/heads/x", ONE)]), None, "{trap:?}");
        }
        assert_eq!(found(&[(".git/HEAD", "ref: refs/heads/a"), (".git/refs/heads/a", "ref: refs/heads/a")]), None);
        assert_eq!(found(&[(".git/HEAD", &format!("{ONE}{}", " ".repeat(1 << 20)))]), None);
        assert_eq!(found(&[(".git/HEAD/x", ONE)]), None);
        assert_eq!(found(&[(".git/HEAD", "ref: refs/heads/a"), (".git/refs/heads/a/b", ONE)]), None);
        assert_eq!(found(&[(".git", "gitdir: ")]), None);
        assert_eq!(found(&[(".git", "something else")]), None);
    }

    #[test]
    fn nothing_outside_of_the_repository_is_read() {
        let outside = tempfile::tempdir().unwrap();
        write(outside.path(), &[("git/HEAD", ONE)]);
        let elsewhere = outside.path().join("git");
        assert_eq!(found(&[(".git", &format!("gitdir: {}\n", elsewhere.display()))]), None);
        // A folder of git's that is inside is followed, wherever it is.
        assert_eq!(found(&[(".git", "gitdir: own/git\n"), ("own/git/HEAD", TWO)]).as_deref(), Some(TWO));
        // What is further up does not speak for a folder that has a `.git` itself.
        assert_eq!(found(&[(".git/HEAD", ONE), ("templates/.git", "gitdir: ../.git\n")]), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_are_not_followed() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        write(outside.path(), &[("git/HEAD", ONE), ("refs/heads/a", ONE)]);
        let linked = |files: &[(&str, &str)], link: &str, target: &Path| {
            let folder = tempfile::tempdir().unwrap();
            write(folder.path(), files);
            symlink(target, folder.path().join(link)).unwrap();
            checked_out([folder.path().join("templates").as_path()], &Files::here())
        };
        assert_eq!(linked(&[], ".git", &outside.path().join("git")), None);
        assert_eq!(linked(&[(".git/config", "")], ".git/HEAD", &outside.path().join("git/HEAD")), None);
        assert_eq!(linked(&[(".git/HEAD", "ref: refs/heads/a")], ".git/refs", &outside.path().join("refs")), None);
        assert_eq!(linked(&[(".git/HEAD", "ref: refs/heads/a")], ".git/packed-refs", Path::new("/dev/zero")), None);
        // Inside they are as good as any file.
        assert_eq!(linked(&[("own/HEAD", TWO)], ".git", Path::new("own")).as_deref(), Some(TWO));
        assert_eq!(linked(&[(".git/refs/heads/a", TWO)], ".git/HEAD", Path::new("refs/heads/a")).as_deref(), Some(TWO));
    }

    #[test]
    fn several_repositories_have_no_commit_in_common() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("a/.git/HEAD", ONE), ("b/.git/HEAD", ONE), ("a/x/y", "")]);
        let paths = ["a", "a/x", "b", "."].map(|name| folder.path().join(name));
        assert_eq!(checked_out([paths[0].as_path(), &paths[1]], &Files::here()).as_deref(), Some(ONE));
        assert_eq!(checked_out([paths[0].as_path(), &paths[2]], &Files::here()), None);
        assert_eq!(checked_out([paths[0].as_path(), &paths[3]], &Files::here()), None);
        assert_eq!(checked_out([], &Files::here()), None);
    }
}
