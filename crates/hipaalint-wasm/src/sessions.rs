//! Sessions that are kept: of each kind of call the last one, for as long as its options stay the same.

use crate::request::{FOLDER, Request};
use hipaalint::session::{Options, Session};
use hipaalint::{Buffers, Files};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of sessions that are kept: a page lints, fixes and evaluates by turns.
const MAX_KEPT: usize = 4;

struct Kept {
    /// The options, in words.
    options: String,
    session: Session,
    /// The files of the last request.
    files: BTreeMap<String, String>,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// Does some work with the session of a request.
pub(crate) fn with<T>(request: &Request, options: Options, work: impl FnOnce(&Session) -> T) -> T {
    let words = format!("{options:?}");
    let mut buffers = Buffers::default();
    for (name, text) in &request.files {
        buffers.open(&path_of(name), text.as_str());
    }
    let files = Files::new(Arc::new(buffers), PathBuf::from(FOLDER));
    let kept = KEPT.with_borrow_mut(|all| {
        let place = all.iter().position(|kept| kept.options == words)?;
        Some(all.remove(place))
    });
    let session = match kept {
        Some(kept) => {
            let on = kept.session.on(files);
            on.read_settings_here();
            if settings_changed(&kept, &request.files) {
                on.reread();
            }
            on
        }
        None => Session::new(options, files),
    };
    let result = work(&session);
    KEPT.with_borrow_mut(|all| {
        all.truncate(MAX_KEPT - 1);
        all.insert(0, Kept { options: words, session, files: request.files.clone() });
    });
    result
}

fn path_of(name: &str) -> PathBuf {
    let path = Path::new(FOLDER).join(name);
    path.components().collect()
}

/// Whether one of the files has changed that a session's settings were read from.
fn settings_changed(kept: &Kept, files: &BTreeMap<String, String>) -> bool {
    let names = kept.files.keys().chain(files.keys());
    let changed: Vec<PathBuf> =
        names.filter(|name| kept.files.get(*name) != files.get(*name)).map(|name| path_of(name)).collect();
    if changed.is_empty() {
        return false;
    }
    let (read, folders) = (kept.session.depends_on(), kept.session.rule_folders());
    changed.iter().any(|path| read.contains(path) || folders.iter().any(|folder| path.starts_with(folder)))
}
