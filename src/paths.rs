//! Paths into names and back, by their steps alone: nothing here looks at the file system or at the current folder.
//!
//! A name is what reports show, and what keys of baselines are. A path that is UTF-8 is its name. Of any other, the bytes that are not
//! UTF-8 are escaped as URIs have them, so different paths have different names; but no file is opened by a name.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

/// The folder that relative paths start in, and that names of files inside it leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// As it is known to the user.
    folder: PathBuf,
    /// Without symbolic links.
    real: PathBuf,
}

impl Base {
    /// A folder, as it is known to the user and without symbolic links.
    pub fn new(folder: PathBuf, real: PathBuf) -> Self {
        Self { folder, real }
    }

    /// The path from the folder to what is inside it, of an absolute path without links; none for what is elsewhere.
    pub fn strip<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        if self.real.is_absolute() { path.strip_prefix(&self.real).ok() } else { None }
    }

    /// A path that starts in the folder, unless it is absolute.
    pub fn join(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// An absolute path to the same place. It has no links up to the folder, so it is also the one that a walk of the folder joins.
    pub fn absolute<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        if path.is_absolute() { Cow::Borrowed(path) } else { Cow::Owned(joined(&self.real, path)) }
    }

    /// An absolute path without `.` and `..`; symbolic links stay.
    pub fn normal(&self, path: &Path) -> PathBuf {
        let mut normal = PathBuf::new();
        for component in self.join(path).components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir => {
                    normal.pop();
                }
                _ => normal.push(component),
            }
        }
        normal
    }

    /// A path as reports show it. An absolute path into the folder becomes relative, because readers of the report, such as code
    /// scanning, expect the same name for the same file. Steps are separated by one `/`, and none is `.`.
    pub fn name(&self, path: &Path) -> String {
        let inside = if path.is_absolute() { path.strip_prefix(&self.folder).ok() } else { None };
        let name = slashed(inside.filter(|inside| !inside.as_os_str().is_empty()).unwrap_or(path));
        let name = match name.strip_prefix("./") {
            Some(rest) if !rest.is_empty() => rest.trim_start_matches('/').to_owned(),
            _ => name,
        };
        // Nearly all names are whole. An address is no path.
        let has_idle_steps = (name.contains("//") || name.contains("/./")) && !name.contains("://");
        if has_idle_steps { without_idle_steps(&name) } else { name }
    }

    /// The relative path from the folder to a file, whose path is absolute and has no links: `../hipaalint.yaml`. The path itself if
    /// the two have nothing in common.
    pub fn lead_to(&self, path: &Path) -> PathBuf {
        if self.real.is_absolute() && self.real.components().nth(1) == path.components().nth(1) {
            relative(&self.real, path)
        } else {
            path.to_owned()
        }
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

/// The folder of a file; `.` for a file without one.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A path below a folder, as [`Path::join`] makes it, in no more memory than it takes: that one copies the folder, and then makes room for
/// as much again.
pub fn joined(folder: &Path, below: impl AsRef<Path>) -> PathBuf {
    let below = below.as_ref();
    let mut joined = PathBuf::with_capacity(folder.as_os_str().len() + 1 + below.as_os_str().len());
    joined.push(folder);
    joined.push(below);
    joined
}

/// A path as a name, with `/` between its steps.
pub fn slashed(path: &Path) -> String {
    let name = readable(path.as_os_str());
    if MAIN_SEPARATOR == '\\' { name.replace('\\', "/") } else { name.into_owned() }
}

/// A text of the system for people: as it is if it is UTF-8, else with `%E9` for each byte that is not (RFC 3986, 2.1), and `%25` for
/// `%`.
pub fn readable(text: &OsStr) -> Cow<'_, str> {
    if let Some(text) = text.to_str() {
        return Cow::Borrowed(text);
    }
    let mut name = String::new();
    for chunk in text.as_encoded_bytes().utf8_chunks() {
        name.push_str(&chunk.valid().replace('%', "%25"));
        chunk.invalid().iter().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
    }
    Cow::Owned(name)
}

/// The path that is not UTF-8 and has a name, if there can be one.
#[cfg(unix)]
pub fn escaped(name: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let escaped =
            |rest: &mut std::str::Bytes<'_>| u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok();
        bytes.push(if byte == b'%' { escaped(&mut rest)? } else { byte });
    }
    let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
    path.to_str().is_none().then_some(path)
}

/// Elsewhere, such a path cannot be made of its bytes.
#[cfg(not(unix))]
pub fn escaped(_: &str) -> Option<PathBuf> {
    None
}

/// A name without steps that lead nowhere: `a//b` and `a/./b` are `a/b`.
fn without_idle_steps(name: &str) -> String {
    let (first, rest) = name.split_once('/').unwrap_or((name, ""));
    let is_folder = name.ends_with('/');
    let steps = rest.split('/').filter(|step| !step.is_empty() && *step != ".");
    let mut clean = steps.fold(first.to_owned(), |before, step| before + "/" + step);
    if is_folder {
        clean.push('/');
    }
    clean
}

/// A path without `..` after a folder, as people read it.
pub fn without_detours(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(short.components().next_back(), Some(Component::Normal(_))) => {
                short.pop();
            }
            other => short.push(other),
        }
    }
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn base() -> Base {
        Base::new(PathBuf::from("/home/link"), PathBuf::from("/home/me"))
    }

    #[test]
    fn names_are_as_given_without_the_base() {
        let names = ["./a.yaml", "a/./b.yaml", ".", "./", "../a", ".//a", "/a", "/home/link/a/b", "/home/link"];
        let doubled = ["a//b", "/srv//a/./b", "a/././/b/", "a/.b/..c", "/home/link//a//b"];
        let doubled = doubled.map(|name| base().name(Path::new(name)));
        assert_eq!(doubled, ["a/b", "/srv/a/b", "a/b/", "a/.b/..c", "a/b"]);
        let shown = names.map(|name| base().name(Path::new(name)));
        assert_eq!(shown, ["a.yaml", "a/b.yaml", ".", "./", "../a", "a", "/a", "a/b", "/home/link"]);
    }

    #[test]
    fn files_are_led_to_from_the_base() {
        for (path, led) in [
            ("/home/me/a/b", "a/b"),
            ("/home/a", "../a"),
            ("/srv/a", "/srv/a"),
            ("/home/me", ""),
            ("/home/meadow/a", "../meadow/a"),
        ] {
            assert_eq!(base().lead_to(Path::new(path)), Path::new(led), "{path}");
        }
        assert_eq!(Base::default().lead_to(Path::new("/a")), Path::new("/a"));
        assert_eq!(base().absolute(Path::new("./a")), Path::new("/home/me/a"));
        assert_eq!(base().absolute(Path::new("/home/link/a")), Path::new("/home/link/a"));
        assert_eq!(base().normal(Path::new("a/../b/./c")), Path::new("/home/link/b/c"));
    }

    #[test]
    fn paths_are_joined_as_the_library_joins_them() {
        for (folder, below) in [("a", "b/c"), ("a/", "b"), ("", "b"), ("a", "/b"), (".", "b"), ("/", "b"), ("a", "")] {
            assert_eq!(joined(Path::new(folder), below).as_os_str(), Path::new(folder).join(below).as_os_str());
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_keep_what_is_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        let path = |bytes: &'static [u8]| Path::new(OsStr::from_bytes(bytes));
        for (bytes, name) in [
            (&b"latin\xe9.yaml"[..], "latin%E9.yaml"),
            (b"latin\xe8.yaml", "latin%E8.yaml"),
            (b"a/50%/\xc3\xa9\xff\xc3", "a/50%25/\u{e9}%FF%C3"),
        ] {
            assert_eq!(slashed(path(bytes)), name);
            assert_eq!(escaped(name).as_deref(), Some(path(bytes)));
        }
        // What is UTF-8 stays as it is, and no other path has its name.
        for name in ["caf\u{e9}.yaml", "50%.yaml", "50%25.yaml", "a%C3%A9", "\u{fffd}"] {
            assert_eq!(slashed(Path::new(name)), name);
            assert_eq!(escaped(name), None);
        }
    }

    #[test]
    fn detours_go() {
        for (path, short) in [("a/../b.yaml", "b.yaml"), ("./a/./b", "a/b"), ("../a/../b", "../b"), ("/a/../b", "/b")] {
            assert_eq!(without_detours(Path::new(path)), Path::new(short), "{path}");
        }
    }
}
