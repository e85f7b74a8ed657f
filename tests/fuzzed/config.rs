//! Files around a template may contain anything: configurations, rules, parameters, baselines, `samconfig.toml`.
//!
//! The first byte of an input says which file the rest is.

use super::lint_among;
use hipaalint::{Options, RuleSources};
use std::path::PathBuf;

/// Panics if something is wrong with the results.
pub fn check(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let text = &*String::from_utf8_lossy(text);
    let few = || Options { rules: vec!["s3-bucket-versioning".to_owned()], ..Options::default() };
    match kind {
        b'r' => {
            let sources = RuleSources { folders: vec![PathBuf::from("own")], ..RuleSources::default() };
            lint_among(
                Options { sources, rules: vec!["*".to_owned()], ..Options::default() },
                &[("own/rule.yaml", text)],
            );
        }
        b'p' => {
            let parameter_files = vec![PathBuf::from("parameters.json")];
            lint_among(Options { parameter_files, ..few() }, &[("parameters.json", text)]);
        }
        b's' => {
            let parameter_files = vec![PathBuf::from("samconfig.toml")];
            lint_among(Options { parameter_files, ..few() }, &[("samconfig.toml", text)]);
        }
        b'b' => lint_among(Options { baseline: Some(PathBuf::from("known.json")), ..few() }, &[("known.json", text)]),
        _ => lint_among(Options::default(), &[("hipaalint.yaml", text)]),
    }
}
