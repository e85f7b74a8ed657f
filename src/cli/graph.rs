//! `hipaalint graph FILE`: the resources of a template and the relations between them.

use super::args::{GraphArguments, GraphFormat};
use super::plan::Problems;
use super::{Exit, missing, output};
use crate::discover::{self, Filter, Reading};
use crate::finding::{Diagnostic, Severity};
use crate::linter::drawing::draw;
use crate::project::STACK_BYTES;
use crate::source::{Source, SourceId};
use std::path::Path;
use std::thread;

/// Draws the template of the arguments.
pub(super) fn run(arguments: &GraphArguments) -> Exit {
    let source = match read(&arguments.file) {
        Ok(source) => source,
        Err(diagnostic) => return refuse(*diagnostic, None),
    };
    match written(&source, arguments.format) {
        Ok(text) => output::print(&text, Exit::Clean),
        Err(diagnostic) => refuse(*diagnostic, Some(source)),
    }
}

/// The text of one file, or of standard input.
fn read(file: &Path) -> Result<Source, Box<Diagnostic>> {
    let paths = [file.to_owned()];
    let mut found =
        discover::discover(&paths, Filter { gitignore: false, skips: &mut |_, _, _| false, skips_named: false });
    missing::suggest(&mut found, &paths, "hipaalint graph");
    let name = discover::shown(file);
    let problem = |message: String, help: String| {
        let severity = Severity::Error;
        let (code, file) = ("file-unreadable", name.clone());
        Box::new(Diagnostic { severity, code, file, span: None, message, help, related: Vec::new() })
    };
    if !found.folders.is_empty() {
        return Err(problem("it is a folder".to_owned(), "A graph shows one template. Name its file.".to_owned()));
    }
    if let Some(diagnostic) = found.diagnostics.into_iter().next() {
        return Err(Box::new(diagnostic));
    }
    let reading = found.candidates.first().map(|candidate| (candidate, discover::read(candidate)));
    match reading {
        Some((candidate, Reading::Text(text))) => Ok(Source::new(SourceId(0), candidate.name.as_str(), text)),
        Some((_, Reading::Unreadable(diagnostic) | Reading::NoTemplate(diagnostic))) => Err(diagnostic),
        None => Err(problem("it is not a template".to_owned(), "Name a CloudFormation template.".to_owned())),
    }
}

/// The graph in a format. The thread's stack is large enough for the deepest template.
fn written(source: &Source, format: GraphFormat) -> Result<String, Box<Diagnostic>> {
    let write = || -> Result<Vec<u8>, Box<Diagnostic>> {
        let drawing = draw(source)?;
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        let _ = match format {
            GraphFormat::Dot => drawing.write_dot(&mut bytes),
            GraphFormat::Mermaid => drawing.write_mermaid(&mut bytes),
            GraphFormat::Json => drawing.write_json(&mut bytes),
        };
        Ok(bytes)
    };
    let bytes = thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, write);
        worker.ok().and_then(|worker| worker.join().ok())
    });
    match bytes {
        Some(bytes) => Ok(String::from_utf8_lossy(&bytes?).into_owned()),
        None => Err(Box::new(Diagnostic {
            severity: Severity::Error,
            code: "internal-error",
            file: source.name.clone(),
            span: None,
            message: "hipaalint failed on this file because of a bug".to_owned(),
            help: format!("Report it at {}/issues.", crate::report::PROJECT_ADDRESS),
            related: Vec::new(),
        })),
    }
}

fn refuse(diagnostic: Diagnostic, source: Option<Source>) -> Exit {
    let mut problems = Problems::default();
    problems.diagnostics.push(diagnostic);
    problems.sources.extend(source);
    output::complain_of(&problems)
}
