//! `hipaalint test [PATHS]…`: runs the examples of custom rules, and changes the rules to see whether an example notices.

mod human;
mod json;
mod tested;

use super::args::{TestArguments, TestFormat};
use super::{output, terminal};
use crate::code::Code;
use crate::files::Files;
use crate::finding::Diagnostic;
use crate::pool;
use crate::report::PROJECT_ADDRESS;
use crate::rules::load::{RuleSet, is_pattern, names, nearest, read_file, rule_files};
use crate::rules::rule::RuleFile;
use crate::session::Exit;
use crate::session::{Problems, Rules};
use crate::source::{Source, SourceId};
use crate::trial::{Subject, Trial};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use tested::{Read, Standing, Tested};

/// Tests the rules of the arguments, and reports.
pub(super) fn run(arguments: &TestArguments) -> Exit {
    let mut problems = Problems::new(Files::here());
    let rules = read_all(&paths(arguments, &mut problems), &mut problems);
    let chosen = choose(&rules, &arguments.rule, &mut problems);
    let tested = test_all(&chosen, &rules, !arguments.no_mutations, &mut problems);
    let exit = match tested.iter().any(|tested| tested.standing() == Standing::Failed) {
        _ if !problems.diagnostics.is_empty() => Exit::Trouble,
        true => Exit::Findings,
        false => Exit::Clean,
    };
    let text = match arguments.format {
        TestFormat::Human => {
            human::text(&tested, problems, !arguments.no_mutations, &terminal::style(arguments.color.color))
        }
        TestFormat::Json => json::text(&tested, &problems),
    };
    output::print(&text, exit)
}

/// The paths of the arguments, or the folders of the configuration.
fn paths(arguments: &TestArguments, problems: &mut Problems) -> Vec<PathBuf> {
    if !arguments.paths.is_empty() {
        return arguments.paths.clone();
    }
    let folders = Rules::folders(arguments.config.as_deref(), problems);
    if folders.is_empty() && problems.diagnostics.is_empty() {
        let help = "Name a folder of rule files, or set `rule-folders` in hipaalint.yaml.";
        problems.option(Code::RuleFolder, "there are no custom rules to test".to_owned(), help.to_owned());
    }
    folders
}

/// The valid rules of some files and folders, each once, sorted by path in each folder.
fn read_all(paths: &[PathBuf], problems: &mut Problems) -> Vec<Read> {
    let mut all: Vec<PathBuf> = Vec::new();
    let mut met = BTreeSet::new();
    for path in paths {
        let files = problems.files();
        let found: Vec<PathBuf> =
            if files.has_folder(path) { rule_files(path, files).collect() } else { vec![path.clone()] };
        if found.is_empty() {
            problems.no_rules(path);
        }
        let files = problems.files();
        let is_new = |file: &PathBuf| met.insert(files.real(file).unwrap_or_else(|_| file.clone()));
        all.extend(found.into_iter().filter(is_new));
    }
    let mut rules = Vec::new();
    // Only to find rules with the same id.
    let mut set = RuleSet::default();
    for (number, path) in (0..).zip(all) {
        let known = problems.diagnostics.len();
        let read = read_file(&path, problems.files()).and_then(|text| Ok((RuleFile::read(&path, &text)?, text)));
        let errors = match read {
            Ok((file, text)) => match file.vet(&path, &text) {
                slips if slips.is_empty() => match set.add(&path, &text, file.clone()) {
                    Ok(()) => {
                        let source = Source::new(SourceId(number), problems.files().name(&path), text);
                        rules.push(Read { path, source, file });
                        Vec::new()
                    }
                    Err(error) => vec![error],
                },
                slips => slips,
            },
            Err(error) => vec![error],
        };
        errors.into_iter().for_each(|error| problems.broken_rule(error, known));
    }
    rules
}

/// The rules whose ids are meant by some texts; all of them without a text.
fn choose<'r>(rules: &'r [Read], wanted: &[String], problems: &mut Problems) -> Vec<&'r Read> {
    let is_meant = |text: &str, id: &str| if is_pattern(text) { names(text, id) } else { id.contains(text) };
    for text in wanted.iter().filter(|text| !rules.iter().any(|rule| is_meant(text, rule.id()))) {
        let help = match nearest(text, rules.iter().map(Read::id)) {
            Some(nearest) => format!("Did you mean `{nearest}`?"),
            None => "The text must be part of an id, or a pattern with `*`.".to_owned(),
        };
        problems.option(Code::UnknownRule, format!("the id of none of these rules contains `{text}`"), help);
    }
    let is_wanted = |rule: &&Read| wanted.is_empty() || wanted.iter().any(|text| is_meant(text, rule.id()));
    rules.iter().filter(is_wanted).collect()
}

/// Tests rules on all cores. The results are in the order of the rules.
fn test_all<'r>(chosen: &[&'r Read], all: &'r [Read], mutate: bool, problems: &mut Problems) -> Vec<Tested<'r>> {
    let others = || {
        let mut set = RuleSet::embedded();
        all.iter().for_each(|rule| set.put(&rule.path, rule.file.clone()));
        set
    };
    let test = |rule: &&'r Read| {
        let subject = Subject { path: &rule.path, file: &rule.file, others: &others };
        let text = mutate.then(|| rule.source.text());
        // A bug must not hide the results of the other rules.
        let trial = catch_unwind(AssertUnwindSafe(|| Trial::of(&subject, text)));
        trial.map(|trial| Tested { rule, trial }).map_err(|_| Box::new(internal_error(&rule.source.name)))
    };
    // The templates of examples can be as deep as others.
    let results: Vec<Result<Tested<'r>, Box<Diagnostic>>> = pool::map_divided(chosen, test);
    let mut tested = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(one) => tested.push(one),
            Err(diagnostic) => problems.diagnostics.push(*diagnostic),
        }
    }
    tested
}

fn internal_error(name: &str) -> Diagnostic {
    Diagnostic::error(Code::InternalError, "hipaalint failed on this rule because of a bug")
        .in_file(name)
        .with_help(format!("Report it at {PROJECT_ADDRESS}/issues, with the rule if possible."))
}
