//! Files that the client watches for the server: templates, configurations, rules and fragments.

use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration,
    notification::{DidChangeWatchedFiles, Notification},
};

/// The files to watch: all whose names end as those of templates, configurations and rules do.
const PATTERN: &str = "**/*.{yaml,yml,json,template,toml}";

/// The registration of the files to watch.
pub(super) fn registration() -> Registration {
    let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String(PATTERN.to_owned()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
    Registration {
        id: "hipaalint-files".to_owned(),
        method: DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}
