//! The whole linter takes any text: it ends, its places are parts of the text, and its reports can be read.

use super::{assert_reported, memory};
use hipaalint::linter::Keep;
use hipaalint::{Contents, Options, Session};
use std::path::Path;

/// Panics if something is wrong with the results.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let all = Keep { undecided: true, passed: false, ..Keep::default() };
    let contents = Contents { requested: all, needed: all, suppressed: true, ..Contents::default() };
    let profile = Some("strict".to_owned());
    let session = Session::new(Options { profile, contents, ..Options::default() }, memory(&[("app.yaml", &text)]));
    assert_reported(&session, &session.lint_open(Path::new("app.yaml"), &*text));
}
