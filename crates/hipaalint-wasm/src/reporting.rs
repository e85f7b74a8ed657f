//! Reports to keep.

use crate::answer::{Collector, Page};
use crate::request::{Refused, Request};
use crate::sessions;
use hipaalint::linter::{Fixes, Keep};
use hipaalint::project::Counter;
use hipaalint::report::exceptions::Csv;
use hipaalint::report::gitlab::Gitlab;
use hipaalint::report::html;
use hipaalint::report::json::Json;
use hipaalint::report::jsonl::JsonLines;
use hipaalint::report::junit::Junit;
use hipaalint::report::markdown::Comment;
use hipaalint::report::sarif::Sarif;
use hipaalint::report::{Reporter, exceptions};
use hipaalint::session::Contents;

/// The formats, as `--format` names them.
const FORMATS: [&str; 9] =
    ["html", "sarif", "markdown", "json", "jsonl", "junit", "gitlab", "exceptions", "exceptions-csv"];

/// Lints, and writes a report.
pub(crate) fn report(request: &Request) -> Result<String, Refused> {
    let format = request.format.as_deref().unwrap_or("json");
    let page = Page::default();
    let out = page.clone();
    let reporter: Box<dyn Reporter> = match format {
        "html" => Box::new(html::Page::new(out)),
        "sarif" => Box::new(Sarif::new(out)),
        "markdown" => Box::new(Comment::new(out)),
        "json" => Box::new(Json::new(out)),
        "jsonl" => Box::new(JsonLines::new(out)),
        "junit" => Box::new(Junit::new(out)),
        "gitlab" => Box::new(Gitlab::new(out)),
        "exceptions" => Box::new(exceptions::Register::new(out)),
        "exceptions-csv" => Box::new(Csv::new(out)),
        _ => return Err(Refused::new(format!("There is no format `{format}`, only {}.", FORMATS.join(", ")))),
    };
    let mut collector = Collector::new(reporter);
    sessions::with(request, request.options(contents(format, request)), |session| {
        session.lint(session.discover(&request.paths()), &Counter::default(), &mut collector);
    });
    Ok(page.text())
}

/// What a report in a format contains, as for the program.
fn contents(format: &str, request: &Request) -> Contents {
    let requested =
        Keep { undecided: request.undecided, passed: request.passed, fixes: Fixes::None, ..Keep::default() };
    let has_fixes = matches!(format, "json" | "jsonl" | "sarif" | "markdown");
    let needed = Keep {
        undecided: requested.undecided || matches!(format, "junit" | "html"),
        passed: requested.passed || format == "junit",
        fixes: if has_fixes { Fixes::WithEdits } else { Fixes::None },
        ..Keep::default()
    };
    Contents {
        requested,
        needed,
        all_rules: !matches!(format, "json" | "jsonl" | "gitlab"),
        all_texts: format == "sarif",
        leaves_out_fixes: format == "sarif" || !has_fixes,
        ..Contents::default()
    }
}
