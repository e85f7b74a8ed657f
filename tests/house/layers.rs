//! The house stands as it was drawn: every arrow between its parts points down, and every file keeps its habits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each part of `src/`, from the bottom up, with the parts that it may use. A part may use only parts above it in this
/// list, so there are no circles.
const LAYERS: [(&str, &[&str]); 44] = [
    ("source", &[]),
    ("date", &[]),
    ("code", &[]),
    ("digest", &[]),
    ("paths", &[]),
    ("change", &["source"]),
    // The only part that knows of threads.
    ("pool", &[]),
    // The only part that reads.
    ("files", &["paths"]),
    // The only part that runs a program.
    ("git", &["paths", "files"]),
    ("truth", &[]),
    ("expression", &[]),
    ("facts", &[]),
    ("finding", &["code", "source", "date", "change"]),
    ("constructs", &["finding"]),
    ("suggest", &[]),
    ("syntax", &["code", "source", "suggest", "change"]),
    ("template", &["source", "suggest", "syntax"]),
    ("eval", &["source", "suggest", "truth", "facts", "syntax", "template"]),
    // The last that reads templates as written; everything above it sees what comes to be.
    ("expand", &["code", "source", "facts", "syntax", "template", "eval", "finding"]),
    ("policy", &["source", "truth", "facts", "syntax", "eval", "expand", "finding"]),
    ("openapi", &["source", "truth", "eval"]),
    ("graph", &["source", "truth", "facts", "expression", "syntax", "eval", "expand", "finding", "policy"]),
    (
        "rules",
        &[
            "source",
            "date",
            "files",
            "truth",
            "facts",
            "expression",
            "suggest",
            "syntax",
            "eval",
            "expand",
            "policy",
            "openapi",
            "graph",
            "finding",
        ],
    ),
    ("exceptions", &["source", "date", "finding", "constructs", "syntax", "eval", "expand", "rules"]),
    (
        "linter",
        &[
            "code",
            "source",
            "date",
            "change",
            "truth",
            "facts",
            "finding",
            "constructs",
            "suggest",
            "syntax",
            "template",
            "eval",
            "expand",
            "policy",
            "graph",
            "rules",
            "exceptions",
        ],
    ),
    // As the linter's other callers do, it gives it texts.
    ("trial", &["code", "source", "date", "change", "pool", "finding", "syntax", "rules", "linter"]),
    ("baseline", &["code", "source", "syntax", "finding", "rules"]),
    ("catalogue", &["finding", "rules", "trial"]),
    // The catalogue in OSCAL, and the names that assessment results share with it.
    ("oscal", &["date", "digest", "rules", "catalogue"]),
    ("report", &["code", "source", "date", "digest", "facts", "finding", "rules", "oscal"]),
    // Bundles of reports, written and read.
    ("evidence", &["digest", "finding", "rules", "oscal", "report"]),
    // For tests alone: the schemas that ship with the project.
    ("schemas", &["report"]),
    // What templates come to, value by value: for `hipaalint evaluate` and for editors.
    ("evaluated", &["code", "source", "finding", "suggest", "syntax", "eval", "expand", "linter", "report"]),
    ("revision", &["files"]),
    ("discover", &["code", "paths", "files", "finding", "constructs", "suggest"]),
    (
        "project",
        &[
            "code",
            "source",
            "paths",
            "digest",
            "pool",
            "files",
            "finding",
            "change",
            "syntax",
            "eval",
            "linter",
            "evaluated",
            "discover",
        ],
    ),
    // Names as a person wrote them. Knows no editor.
    (
        "navigation",
        &["source", "files", "syntax", "template", "eval", "expand", "graph", "linter", "discover", "project"],
    ),
    // What there is to say about a place of a template. Knows no editor.
    (
        "hover",
        &[
            "source",
            "truth",
            "finding",
            "syntax",
            "eval",
            "expand",
            "policy",
            "graph",
            "rules",
            "linter",
            "report",
            "evaluated",
            "navigation",
        ],
    ),
    (
        "config",
        &["change", "code", "source", "paths", "files", "finding", "syntax", "eval", "rules", "linter", "discover"],
    ),
    // What a run means. Knows neither arguments nor the terminal.
    (
        "session",
        &[
            "code",
            "source",
            "date",
            "digest",
            "paths",
            "files",
            "git",
            "finding",
            "suggest",
            "eval",
            "rules",
            "linter",
            "baseline",
            "report",
            "evaluated",
            "revision",
            "discover",
            "project",
            "config",
        ],
    ),
    // A front end: what it shows, a session finds.
    (
        "lsp",
        &[
            "source",
            "date",
            "paths",
            "pool",
            "files",
            "finding",
            "rules",
            "linter",
            "report",
            "evaluated",
            "project",
            "discover",
            "navigation",
            "hover",
            "session",
        ],
    ),
    // Another one. Behind a feature.
    (
        "mcp",
        &[
            "code",
            "source",
            "date",
            "files",
            "finding",
            "rules",
            "linter",
            "catalogue",
            "report",
            "discover",
            "project",
            "session",
        ],
    ),
    // Decides nothing about templates, so it has no business with the parts that do.
    (
        "cli",
        &[
            "code",
            "source",
            "date",
            "digest",
            "paths",
            "pool",
            "files",
            "finding",
            "suggest",
            "rules",
            "linter",
            "trial",
            "baseline",
            "catalogue",
            "oscal",
            "report",
            "evidence",
            "evaluated",
            "discover",
            "project",
            "config",
            "session",
            "lsp",
            "mcp",
        ],
    ),
    ("main", &["cli"]),
];

/// The parts in which no two files use each other, directly or through others.
const WITHOUT_CIRCLES: [&str; 3] = ["cli", "rules", "session"];

/// What only front ends have: neither a library that reads arguments nor one that prints.
const OF_FRONT_ENDS: [&str; 7] =
    ["clap", "miette", "terminal_size", "supports_unicode", "supports_hyperlinks", "println!", "eprintln!"];

/// What asks the operating system about files.
const READS: [&str; 14] = [
    "std::fs",
    "fs::",
    "File::open",
    "env::current_dir",
    "path::absolute",
    "walkdir",
    ".canonicalize()",
    ".exists()",
    ".is_file()",
    ".is_dir()",
    ".metadata()",
    ".symlink_metadata()",
    ".read_dir()",
    "io::stdin",
];

/// The one file that does so for all others, and those that write: reports and baselines, a temporary file of reports, a first
/// configuration, and, in tests, schemas.
const MAY_NAME_FILE_SYSTEM: [&str; 5] =
    ["src/files/disk.rs", "src/cli/init.rs", "src/session/saving.rs", "src/report/spill.rs", "src/schemas.rs"];

/// Where two ideas would live in one file.
const MAX_LINES: usize = 600;

/// A source file of the crate.
struct File {
    /// `src/cli/mod.rs`.
    name: String,
    text: String,
}

impl File {
    /// `cli` of `src/cli/mod.rs` and of `src/cli.rs`.
    fn part(&self) -> &str {
        let name = self.name.strip_prefix("src/").unwrap();
        name.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// Its lines with their numbers, up to its tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let is_tests = |index: usize| {
            lines[index].trim() == "#[cfg(test)]"
                && lines.get(index + 1).is_some_and(|next| next.starts_with("mod tests {"))
        };
        let end = (0..lines.len()).find(|index| is_tests(*index)).unwrap_or(lines.len());
        (1..).zip(lines.into_iter().take(end))
    }

    /// The files of modules that it declares for tests alone: `testing` of `#[cfg(test)] mod testing;`.
    fn test_modules(&self) -> Vec<String> {
        let folder = match self.name.strip_suffix("/mod.rs") {
            Some(folder) => folder,
            None => self.name.trim_end_matches(".rs"),
        };
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let names = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").filter_map(|pair| {
            let declared = pair[1].trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            declared.strip_prefix("mod ")?.strip_suffix(';')
        });
        names.map(|name| format!("{folder}/{name}.rs")).collect()
    }
}

fn files() -> Vec<File> {
    fn collect(folder: &Path, files: &mut Vec<File>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().replace('\\', "/");
                files.push(File { name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(files.len() > 20);
    files
}

/// The parts that a line of code names after `crate::`, or `hipaalint::` in `main.rs`.
fn named_parts(line: &str) -> Vec<&str> {
    if line.trim_start().starts_with("//") {
        return Vec::new();
    }
    let after = ["crate::", "hipaalint::"].into_iter().flat_map(|root| line.split(root).skip(1));
    after.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()).collect()
}

#[test]
fn lines_name_parts() {
    assert_eq!(named_parts("use crate::eval::text;"), ["eval"]);
    assert_eq!(named_parts("    crate::a::b(crate::c)"), ["a", "c"]);
    assert_eq!(named_parts("use crate::{a, b};"), [""]);
    assert_eq!(named_parts("/// See [`x`](crate::x)."), Vec::<&str>::new());
    assert_eq!(named_parts("    hipaalint::cli::run()"), ["cli"]);
}

#[test]
fn every_arrow_points_down() {
    for (index, (part, uses)) in LAYERS.iter().enumerate() {
        for used in *uses {
            let below = LAYERS[..index].iter().any(|(lower, _)| lower == used);
            assert!(below, "LAYERS: `{part}` may use `{used}`, which is not below it");
        }
    }
}

#[test]
fn parts_use_only_what_is_below_them() {
    let files = files();
    let for_tests: BTreeSet<String> = files.iter().flat_map(File::test_modules).collect();
    let mut seen = BTreeSet::new();
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.part() != "lib" && !for_tests.contains(&file.name)) {
        let part = file.part();
        seen.insert(part.to_owned());
        let Some((_, uses)) = LAYERS.iter().find(|(name, _)| *name == part) else {
            complaints.push(format!("{}: `{part}` is a new part; say in LAYERS what it may use", file.name));
            continue;
        };
        for (number, line) in file.code() {
            for used in named_parts(line) {
                let place = format!("{}:{number}", file.name);
                if used.is_empty() {
                    complaints.push(format!("{place}: give each part a `use` of its own: {}", line.trim()));
                } else if used != part && !uses.contains(&used) {
                    let may = if uses.is_empty() { "nothing".to_owned() } else { uses.join(", ") };
                    complaints.push(format!(
                        "{place}: breaks the arrow `{part}` → `{used}`: {}\n    `{part}` may use {may}",
                        line.trim()
                    ));
                }
            }
        }
    }
    for (part, _) in LAYERS {
        if !seen.contains(part) {
            complaints.push(format!("LAYERS: there is no part `{part}`"));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// The modules that a file may name, by the steps of their paths: `cli::args`.
type Modules = BTreeSet<String>;

impl File {
    /// `cli::args` of `src/cli/args.rs`, `cli` of `src/cli/mod.rs`.
    fn module(&self) -> String {
        let name = self.name.strip_prefix("src/").unwrap().trim_end_matches(".rs");
        name.trim_end_matches("/mod").replace('/', "::")
    }

    /// The modules that it uses, other than itself.
    fn uses(&self, modules: &Modules) -> Modules {
        let own = self.module();
        let lines = self.code().map(|(_, line)| line).filter(|line| !line.trim_start().starts_with("//"));
        let code: String = lines.collect::<Vec<_>>().join("\n");
        let mut paths: Vec<String> = Vec::new();
        for root in ["crate::", "super::", "self::"] {
            for (at, _) in code.match_indices(root) {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                let is_visibility = code[..at].ends_with("pub(in ");
                if !is_visibility && !before.is_alphanumeric() && !matches!(before, '_' | ':') {
                    paths.extend(expanded(&code[at..]).into_iter().map(|path| resolved(&own, &path)));
                }
            }
        }
        // Its own submodules need no `self::`.
        let inner = modules.iter().filter_map(|module| module.strip_prefix(&format!("{own}::")));
        for inner in inner.filter(|inner| !inner.contains("::")) {
            let names = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if code.match_indices(&format!("{inner}::")).any(|(at, _)| names(at)) {
                paths.push(format!("{own}::{inner}"));
            }
        }
        let module_of = |path: &String| {
            let steps: Vec<&str> = path.split("::").collect();
            (1..=steps.len()).rev().map(|end| steps[..end].join("::")).find(|path| modules.contains(path))
        };
        paths.iter().filter_map(module_of).filter(|module| *module != own).collect()
    }
}

/// The paths that a `use` or an expression names: `a::b`, `a::c` of `a::{b, c}`.
fn expanded(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    if !(path.ends_with("::") && rest.starts_with('{')) {
        return vec![path.trim_end_matches(':').to_owned()];
    }
    let mut paths = Vec::new();
    let (mut depth, mut start) = (0, 1);
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || depth == 0 {
            let items = expanded(rest[start..at].trim_start());
            paths.extend(items.into_iter().map(|item| format!("{path}{item}")));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    paths
}

/// A path from the root of the crate.
fn resolved(own: &str, path: &str) -> String {
    let mut steps: Vec<&str> = own.split("::").collect();
    for step in path.split("::") {
        match step {
            "crate" => steps.clear(),
            "super" => drop(steps.pop()),
            "self" | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("::")
}

/// A circle through a module, if there is one.
fn circle(module: &str, uses: &BTreeMap<String, Modules>) -> Option<Vec<String>> {
    let mut from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = vec![module];
    while let Some(one) = waiting.pop() {
        for used in uses.get(one).into_iter().flatten() {
            if used == module {
                let mut circle = vec![one.to_owned()];
                let mut at = one;
                while let Some(before) = from.get(at) {
                    circle.push((*before).to_owned());
                    at = before;
                }
                circle.reverse();
                return Some(circle);
            }
            if !from.contains_key(used.as_str()) {
                from.insert(used, one);
                waiting.push(used);
            }
        }
    }
    None
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let files = files();
    let for_tests: BTreeSet<String> = files.iter().flat_map(File::test_modules).collect();
    let mut complaints = BTreeSet::new();
    for part in WITHOUT_CIRCLES {
        let own = || files.iter().filter(|file| file.part() == part && !for_tests.contains(&file.name));
        let modules: Modules = own().map(File::module).collect();
        let uses: BTreeMap<String, Modules> = own().map(|file| (file.module(), file.uses(&modules))).collect();
        assert!(uses.values().map(BTreeSet::len).sum::<usize>() > modules.len(), "{part}: finds what files use");
        for module in &modules {
            complaints.extend(circle(module, &uses).map(|mut circle| {
                let first = (0..circle.len()).min_by_key(|at| &circle[*at]).unwrap();
                circle.rotate_left(first);
                circle.join(" → ")
            }));
        }
    }
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "files that use each other in a circle:\n{}", complaints.join("\n"));
}

/// What the language of rules leaves to the checks: they alone know a template.
const OF_CHECKS: [&str; 4] = ["rules::check", "eval::value", "eval::Run", "expand::Model"];

#[test]
fn the_language_of_rules_decides_nothing() {
    let files = files();
    let complaints: Vec<String> = files
        .iter()
        .filter(|file| file.name.starts_with("src/rules/language/"))
        .flat_map(|file| {
            let lines = file.code().filter(|(_, line)| OF_CHECKS.iter().any(|name| line.contains(name)));
            lines.map(|(number, line)| format!("{}:{number}: {}", file.name, line.trim()))
        })
        .collect();
    assert!(complaints.is_empty(), "the language of rules knows no template:\n{}", complaints.join("\n"));
}

#[test]
fn paths_of_modules_are_resolved() {
    assert_eq!(expanded("super::{a, b::{self, c}, d};"), ["super::a", "super::b::self", "super::b::c", "super::d"]);
    assert_eq!(expanded("crate::a::b(c)"), ["crate::a::b"]);
    assert_eq!(resolved("cli::args::graph", "super::super::page"), "cli::page");
    assert_eq!(resolved("cli::args", "crate::cli::page::Page"), "cli::page::Page");
    let of = |pairs: &[(&str, &str)]| {
        let mut uses: BTreeMap<String, Modules> = BTreeMap::new();
        for (one, other) in pairs {
            uses.entry((*one).to_owned()).or_default().insert((*other).to_owned());
        }
        circle("a", &uses)
    };
    assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "b")]), None);
    assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "a")]).unwrap().len(), 3);
}

#[test]
fn a_session_is_no_front_end() {
    let files = files();
    let named = files.iter().filter(|file| file.part() == "session").flat_map(|file| {
        let lines = file.code().filter(|(_, line)| OF_FRONT_ENDS.iter().any(|name| line.contains(name)));
        lines.map(|(number, line)| format!("{}:{number}: {}", file.name, line.trim()))
    });
    let named: Vec<String> = named.collect();
    assert!(named.is_empty(), "a session knows no arguments and no terminal:\n{}", named.join("\n"));
}

#[test]
fn files_are_read_in_one_place() {
    let files = files();
    let for_tests: BTreeSet<String> = files.iter().flat_map(File::test_modules).collect();
    let is_allowed = |file: &&File| MAY_NAME_FILE_SYSTEM.contains(&file.name.as_str());
    let reads = |file: &File| -> Vec<String> {
        let code = file.code().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let found = code.filter(|(_, line)| READS.iter().any(|read| line.contains(read)));
        found.map(|(number, line)| format!("{}:{number}: {}", file.name, line.trim())).collect()
    };
    for file in files.iter().filter(is_allowed) {
        assert!(!reads(file).is_empty(), "{}: needs no exception", file.name);
    }
    let others = files.iter().filter(|file| !is_allowed(file) && !for_tests.contains(&file.name));
    let complaints: Vec<String> = others.flat_map(reads).collect();
    assert!(complaints.is_empty(), "read it through `Files`:\n{}", complaints.join("\n"));
}

/// The one file that starts a program.
const MAY_RUN: &str = "src/git/run.rs";

#[test]
fn programs_are_run_in_one_place() {
    let files = files();
    let runs = |file: &File| -> Vec<String> {
        let code = file.code().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let found = code.filter(|(_, line)| line.contains("process::") && line.contains("Command"));
        found.map(|(number, line)| format!("{}:{number}: {}", file.name, line.trim())).collect()
    };
    let complaints: Vec<String> = files.iter().filter(|file| file.name != MAY_RUN).flat_map(runs).collect();
    assert!(complaints.is_empty(), "run it in {MAY_RUN}:\n{}", complaints.join("\n"));
    assert!(files.iter().any(|file| file.name == MAY_RUN && !runs(file).is_empty()));
}

/// The example of a front end uses what is stable: the names at the root of the crate.
#[test]
fn a_front_end_needs_the_facade_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(root.join("examples/watch_buffer.rs")).unwrap();
    let facade = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    assert!(example.lines().count() <= 40, "{} lines", example.lines().count());
    let of_facade: BTreeSet<String> = facade
        .lines()
        .filter_map(|line| line.strip_prefix("pub use ")?.split_once("::"))
        .flat_map(|(_, names)| expanded(&format!("x::{}", names.trim_end_matches(';'))))
        .map(|name| name.replace("x::", ""))
        .collect();
    let used: BTreeSet<String> = example
        .lines()
        .filter_map(|line| line.strip_prefix("use hipaalint::"))
        .flat_map(|names| expanded(&format!("x::{}", names.trim_end_matches(';'))))
        .map(|name| name.replace("x::", ""))
        .collect();
    assert!(used.len() > 3 && used.is_subset(&of_facade), "{used:?} {of_facade:?}");
    assert_eq!(example.matches("hipaalint::").count(), 1, "one `use`");
}

#[test]
fn files_keep_their_habits() {
    let mut complaints = Vec::new();
    for file in files() {
        let name = &file.name;
        let text = &file.text;
        if !text.starts_with("//! ") {
            complaints.push(format!("{name}:1: begins with `//!` and what the file owns"));
        }
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            complaints.push(format!("{name}: ends with exactly one line break"));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            complaints.push(format!("{name}: {lines} lines are more than {MAX_LINES}: do two ideas live there?"));
        }
        for (line, number) in text.lines().zip(1..) {
            if line.ends_with([' ', '\t']) {
                complaints.push(format!("{name}:{number}: ends with white space"));
            }
            if line.contains('\t') {
                complaints.push(format!("{name}:{number}: has a tab"));
            }
            for left in ["todo!(", "unimplemented!(", "dbg!(", "TODO", "FIXME"] {
                if line.contains(left) {
                    complaints.push(format!("{name}:{number}: `{left}` was left behind"));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
