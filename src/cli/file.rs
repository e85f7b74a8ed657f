//! A file for a report. It is written beside its place and renamed at the end, so that it is never half a report, and never one that
//! the run itself reads.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// A file that is being written.
pub(super) struct Unfinished {
    /// Its place.
    file: PathBuf,
    /// What becomes it; `None` for devices and pipes, and for files that can only be written in their place.
    beside: Option<NamedTempFile>,
}

/// Starts a file.
///
/// # Errors
/// It cannot be written.
pub(super) fn create(file: &Path) -> io::Result<(Unfinished, BufWriter<File>)> {
    // A link stays what it is, and leads to the report.
    let place = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let permissions = match fs::metadata(&place) {
        Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
        Ok(_) => return in_place(place),
        Err(_) => None,
    };
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return in_place(place);
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match named(permissions).tempfile_in(folder).and_then(|beside| Ok((beside.reopen()?, beside))) {
        Ok((out, beside)) => Ok((Unfinished { file: place, beside: Some(beside) }, BufWriter::new(out))),
        Err(_) => in_place(place),
    }
}

/// A file beside another one, with the same permissions, or those of new files.
fn named(permissions: Option<fs::Permissions>) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".hipaalint-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(permissions.unwrap_or_else(|| {
        // The process takes away what new files do not have.
        std::os::unix::fs::PermissionsExt::from_mode(0o666)
    }));
    #[cfg(not(unix))]
    drop(permissions);
    builder
}

fn in_place(file: PathBuf) -> io::Result<(Unfinished, BufWriter<File>)> {
    let out = File::create(&file)?;
    Ok((Unfinished { file, beside: None }, BufWriter::new(out)))
}

impl Unfinished {
    /// Ends a file whose contents are written.
    ///
    /// # Errors
    /// It cannot be put into its place.
    pub(super) fn finish(self) -> io::Result<()> {
        let Some(beside) = self.beside else { return Ok(()) };
        match beside.persist(&self.file) {
            Ok(_) => Ok(()),
            // Something may be mounted there.
            Err(error) => {
                let mut out = File::create(&self.file)?;
                io::copy(&mut error.file.reopen()?, &mut out).map(|_| ())
            }
        }
    }
}
