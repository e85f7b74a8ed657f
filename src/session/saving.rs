//! Writes the files of a run: each next to its place, and renamed when it is whole, so that a full disk or a second run leaves the old
//! file or the new one, and nothing between them. A file that cannot be replaced is written over when the new text is whole.

use crate::files::why;
use crate::paths::folder_of;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::{Builder, NamedTempFile};

/// The beginning of the name of a file that is not whole yet.
const UNFINISHED: &str = ".hipaalint-";
/// The time to wait for another run that writes the same file.
const PATIENCE: Duration = Duration::from_secs(10);
/// The age of a lock that a run left behind when it was killed: writing takes no second.
const STALE: Duration = Duration::from_secs(30);
/// The links that lead to a file: as many as Linux follows.
const MAX_LINKS: usize = 40;
/// The time between two looks at a lock.
const INTERVAL: Duration = Duration::from_millis(20);

/// A file that is being written.
#[derive(Debug)]
pub enum Saving {
    /// Next to its place.
    Beside(NamedTempFile, PathBuf),
    /// Among the temporary files, for a file in a folder that takes no other file.
    Elsewhere(File, PathBuf),
    /// What cannot be replaced: standard output by its path.
    Direct(File),
}

impl Saving {
    /// Starts to write a regular file, or what the process has open (`/dev/stdout`).
    ///
    /// # Errors
    /// If there is something else at the path, or if nothing can be written there.
    pub fn start(path: &Path) -> io::Result<Self> {
        // A link stays, and the file that it leads to is replaced.
        let place = fs::canonicalize(path).unwrap_or_else(|_| led_to(path));
        let known = match fs::metadata(path) {
            Ok(known) if known.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(known) if !known.is_file() || is_open_file(path) => {
                let refused =
                    || io::Error::new(ErrorKind::InvalidInput, "it is a pipe or a device, not a regular file");
                return if is_open_file(path) { File::create(path).map(Self::Direct) } else { Err(refused()) };
            }
            Ok(known) if known.permissions().readonly() => return Err(ErrorKind::PermissionDenied.into()),
            Ok(known) => Some(known),
            Err(_) => None,
        };
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match unfinished(folder) {
            Ok(file) => {
                if let Some(known) = known {
                    fs::set_permissions(file.path(), known.permissions())?;
                }
                Ok(Self::Beside(file, place))
            }
            // Only the file itself may be written, as in a container that has it mounted.
            Err(error) if known.is_some() && is_about_folder(&error) => {
                OpenOptions::new().write(true).open(&place)?;
                let file = tempfile::tempfile().map_err(|error| io::Error::other(NoRoom(without_path(error))))?;
                Ok(Self::Elsewhere(file, place))
            }
            Err(error) => Err(without_path(error)),
        }
    }

    /// What is written to the file, as long as the file is not in its place.
    ///
    /// # Errors
    /// If the process cannot open it once more.
    pub fn writer(&self) -> io::Result<File> {
        match self {
            Self::Beside(file, _) => file.reopen(),
            Self::Elsewhere(file, _) | Self::Direct(file) => file.try_clone(),
        }
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// If that fails. Then the file that was there before is as it was.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Direct(mut file) => file.flush(),
            Self::Elsewhere(mut file, place) => {
                file.flush()?;
                write_over(&place, &mut file)
            }
            Self::Beside(mut file, place) => {
                file.flush()?;
                // Some file systems report a full disk here and not before.
                file.as_file().sync_all()?;
                match file.persist(&place) {
                    Ok(_) => Ok(()),
                    // The file alone is mounted, as in a container: nothing can take its place.
                    Err(error) if matches!(error.error.kind(), ErrorKind::ResourceBusy | ErrorKind::CrossesDevices) => {
                        write_over(&place, &mut error.file.reopen()?)
                    }
                    Err(error) => Err(error.error),
                }
            }
        }
    }
}

impl Write for Saving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file, _) => file.as_file_mut().write(bytes),
            Self::Elsewhere(file, _) | Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file, _) => file.as_file_mut().flush(),
            Self::Elsewhere(file, _) | Self::Direct(file) => file.flush(),
        }
    }
}

/// Writes a whole text over a file that no other file can take the place of. What is longer than the file's own text comes first, behind
/// it: a disk that is too full for it says so while all of the old text is there.
///
/// # Errors
/// If that fails. Then the file has its old text, unless the disk refuses to write where there is text already.
fn write_over(place: &Path, whole: &mut File) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(place)?;
    // Where there are no locks, or another program keeps one, two runs at once may mix their texts.
    let start = Instant::now();
    while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && start.elapsed() < PATIENCE {
        sleep(INTERVAL);
    }
    let (old, new) = (file.metadata()?.len(), whole.metadata()?.len());
    let mut copy = |from: u64, length: u64| {
        whole.seek(SeekFrom::Start(from))?;
        file.seek(SeekFrom::Start(from))?;
        io::copy(&mut whole.take(length), &mut file)?;
        file.sync_all()
    };
    if let Err(error) = copy(old, new.saturating_sub(old)) {
        file.set_len(old)?;
        return Err(error);
    }
    copy(0, new.min(old))?;
    file.set_len(new)
}

/// There is no place for a text before it is in its own.
#[derive(Debug)]
struct NoRoom(io::Error);

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = std::env::temp_dir();
        write!(
            f,
            "its folder takes no other file, and {}, where the report would be written first, none either: {}. Name \
             another folder by TMPDIR",
            folder.display(),
            why(&self.0)
        )
    }
}

impl std::error::Error for NoRoom {}

/// Replaces the text of a regular file, as long as it still has the text that it had. The path leads there without links.
///
/// # Errors
/// If the text is another one, or if the new one cannot be written. Then the file is as it was.
pub(super) fn replace(place: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let known = fs::symlink_metadata(place)?;
    if !known.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file any more"));
    }
    if known.permissions().readonly() {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = unfinished(folder).map_err(without_path)?;
    file.write_all(after)?;
    keep_owner(file.path(), &known);
    fs::set_permissions(file.path(), known.permissions())?;
    file.as_file().sync_all()?;
    if known.len() != before.len() as u64 || fs::read(place)? != before {
        return Err(io::Error::other(Changed));
    }
    file.persist(place).map(drop).map_err(|error| error.error)
}

/// A file that is not what it was any more.
#[derive(Debug)]
pub(super) struct Changed;

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it changed during the run")
    }
}

impl std::error::Error for Changed {}

/// Leaves a file with its owner and group, if the process may do so.
#[cfg(unix)]
fn keep_owner(file: &Path, known: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, chown};
    let _ = chown(file, Some(known.uid()), Some(known.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) {}

/// Whether a path names what the process or every process has open, and not a file of a folder.
fn is_open_file(path: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr", "/dev/null", "/dev/tty"].iter().any(|known| path == Path::new(known))
        || path.starts_with("/dev/fd")
        || path.starts_with("/proc/self/fd")
}

#[cfg(unix)]
fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    // As any other file: less what the process masks.
    Builder::new().prefix(UNFINISHED).permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    Builder::new().prefix(UNFINISHED).tempfile_in(folder)
}

/// Where a link leads that ends at no file yet. Any other path leads to itself.
pub fn led_to(file: &Path) -> PathBuf {
    let next = |file: &PathBuf| Some(folder_of(file).join(fs::read_link(file).ok()?));
    std::iter::successors(Some(file.to_owned()), next).take(MAX_LINKS).last().unwrap_or_else(|| file.to_owned())
}

fn is_about_folder(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// An error without the name of the unfinished file, which nobody knows.
fn without_path(error: io::Error) -> io::Error {
    error
        .get_ref()
        .and_then(|inner| std::error::Error::source(inner)?.downcast_ref::<io::Error>()?.raw_os_error())
        .map_or_else(|| io::Error::from(error.kind()), io::Error::from_raw_os_error)
}

/// The lock of a file: no two runs have it. It goes when it is dropped.
#[derive(Debug)]
pub(super) struct Lock(PathBuf);

impl Lock {
    /// Waits for the lock of a file.
    ///
    /// # Errors
    /// If another run has it for too long, or if the file for it cannot be written.
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let place = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let mut name = OsString::from(".");
        name.push(place.file_name().unwrap_or_default());
        name.push(".lock");
        let lock = place.with_file_name(name);
        let start = Instant::now();
        loop {
            match OpenOptions::new().write(true).create_new(true).open(&lock) {
                Ok(_) => return Ok(Self(lock)),
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                Err(_) if fs::symlink_metadata(&lock).is_ok_and(|known| !known.is_file()) => {
                    let message =
                        format!("{} is not a file. Remove it: runs wait for each other by it", lock.display());
                    return Err(io::Error::new(ErrorKind::AlreadyExists, message));
                }
                Err(_) if start.elapsed() > PATIENCE => {
                    let message = format!("another run holds {}. If there is none, delete that file", lock.display());
                    return Err(io::Error::new(ErrorKind::WouldBlock, message));
                }
                Err(_) if is_stale(&lock) && take_away(&lock) => {}
                Err(_) => sleep(INTERVAL),
            }
        }
    }
}

/// Removes a lock that a run left behind. Whether the next look at it is worth while.
fn take_away(lock: &Path) -> bool {
    // Only one of several runs can rename it. What another run has locked in the meantime goes back to its place.
    let Some(aside) = lock.parent().and_then(|folder| unfinished(folder).ok()) else { return false };
    if fs::rename(lock, aside.path()).is_err() {
        return false;
    }
    if !is_stale(aside.path()) {
        let _ = fs::hard_link(aside.path(), lock);
        return false;
    }
    true
}

fn is_stale(lock: &Path) -> bool {
    let modified = fs::symlink_metadata(lock).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > STALE))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If it cannot be removed, it becomes stale.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_text_is_written_over_a_longer_and_a_shorter_one() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("report.json");
        for (old, new) in [("", "new"), ("old text", "new"), ("old", "a new text"), ("old", "new"), ("old", "")] {
            fs::write(&place, old).unwrap();
            let mut whole = tempfile::tempfile().unwrap();
            whole.write_all(new.as_bytes()).unwrap();
            write_over(&place, &mut whole).unwrap();
            assert_eq!(fs::read_to_string(&place).unwrap(), new, "over {old:?}");
        }
    }
}
