//! The disk. The only file that asks the operating system about files, apart from those that write.

use super::{Entry, FileSystem, Kind, Metadata};
use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The file system of the process.
#[derive(Copy, Clone, Debug, Default)]
pub struct Disk;

/// No more memory than this is taken before any byte was read.
const MAX_EXPECTED: u64 = 64 << 20;

/// The longest line that is read as an answer.
const MAX_LINE: u64 = 1 << 12;

impl Disk {
    /// The current folder of the process. Empty if there is none: then relative paths stay as they are.
    pub(super) fn current_folder() -> PathBuf {
        env::current_dir().unwrap_or_default()
    }

    /// Standard input, for what reads it bit by bit.
    pub fn input() -> impl BufRead {
        io::stdin().lock()
    }

    /// A line of standard input, with its end; none after the last one. The rest of a very long line is another one.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn line_of_input() -> io::Result<Option<String>> {
        let mut line = String::new();
        let bytes = io::stdin().lock().take(MAX_LINE).read_line(&mut line)?;
        Ok((bytes > 0).then_some(line))
    }
}

impl FileSystem for Disk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        // A growing buffer would need twice the memory. The length of devices and pipes is unknown.
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        bounded(file, length, limit)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::metadata(path).map(|metadata| of(&metadata))
    }

    fn own_metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path).map(|metadata| of(&metadata))
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let listed = WalkDir::new(folder).min_depth(1).max_depth(1).into_iter();
        let entry = |entry: DirEntry| Entry { name: entry.file_name().to_owned(), kind: kind(entry.file_type()) };
        listed.map(|listed| listed.map(entry).map_err(io::Error::from)).collect()
    }

    fn standard_input(&self, limit: u64) -> io::Result<Vec<u8>> {
        bounded(io::stdin().lock(), 0, limit)
    }
}

/// At most so many bytes. `expected` is their likely number.
fn bounded(reader: impl Read, expected: u64, limit: u64) -> io::Result<Vec<u8>> {
    let expected = expected.min(limit).min(MAX_EXPECTED);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn of(metadata: &fs::Metadata) -> Metadata {
    Metadata { kind: kind(metadata.file_type()), bytes: metadata.len(), modified: metadata.modified().ok() }
}

fn kind(kind: fs::FileType) -> Kind {
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else if is_pipe(kind) {
        Kind::Pipe
    } else {
        Kind::Other
    }
}

#[cfg(unix)]
fn is_pipe(kind: fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: fs::FileType) -> bool {
    false
}
