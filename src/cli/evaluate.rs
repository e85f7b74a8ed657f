//! `hipaalint evaluate FILE [PATH]`: the values of a template as CloudFormation would deploy it.

use super::args::{Arguments, EvaluateArguments, EvaluateFormat};
use super::plan::Plan;
use super::{missing, output, terminal};
use crate::code::Code;
use crate::discover::{self, Candidate, Filter};
use crate::evaluated::{At, Missing, human, json};
use crate::files::Files;
use crate::finding::Diagnostic;
use crate::project::{Deployed, NotEvaluated};
use crate::session::{Exit, Problems};
use clap::Parser;

/// The command, as it is typed.
const COMMAND: &str = "hipaalint evaluate";

/// Evaluates the template of the arguments.
///
/// # Errors
/// Options that contradict each other.
pub(super) fn run(arguments: &EvaluateArguments) -> Result<Exit, clap::Error> {
    let plan = plan(arguments)?;
    let files = plan.session.files();
    let mut problems = Problems::new(files.clone());
    let mut text = String::new();
    match candidates(arguments, &plan, &mut problems) {
        Ok(candidates) => {
            let first = candidates.first().cloned();
            let name = candidates.first().map(|candidate| candidate.name().to_owned()).unwrap_or_default();
            let at = arguments.path.as_deref().map_or(At::Whole, At::Path);
            match plan.session.evaluate(candidates, at) {
                Ok(mut deployed) => {
                    let of_session =
                        first.map(|own| plan.session.problems_with(&own, &mut deployed, arguments.with.is_empty()));
                    let missing = deployed.iter().find_map(|one| one.evaluation.missing.as_ref());
                    match missing.filter(|_| deployed.iter().all(|one| one.evaluation.parts.is_empty())) {
                        Some(missing) => problems.diagnostics.push(nothing_at(&name, missing)),
                        None => text = written(&name, arguments, &deployed),
                    }
                    for one in deployed {
                        for diagnostic in one.evaluation.opening.diagnostics {
                            // The same text is the same in each deployment.
                            if !problems.diagnostics.contains(&diagnostic) {
                                problems.diagnostics.push(diagnostic);
                            }
                        }
                        problems.sources.extend(one.evaluation.opening.sources);
                    }
                    add(&mut problems, of_session);
                }
                Err(NotEvaluated { diagnostic, source }) => {
                    problems.diagnostics.push(*diagnostic);
                    problems.sources.extend(source.map(|source| *source));
                    add(&mut problems, Some(plan.session.problems()));
                }
            }
        }
        Err(diagnostic) => {
            problems.diagnostics.push(*diagnostic);
            add(&mut problems, Some(plan.session.problems()));
        }
    }
    let exit = output::complain_of(&problems);
    Ok(output::print(&text, exit))
}

fn add(problems: &mut Problems, others: Option<Problems>) {
    let Some(others) = others else { return };
    problems.diagnostics.extend(others.diagnostics);
    problems.sources.extend(others.sources);
}

/// The run whose settings govern the template.
fn plan(arguments: &EvaluateArguments) -> Result<Plan, clap::Error> {
    let mut lint = Arguments::try_parse_from([COMMAND])?.lint;
    lint.paths = std::iter::once(&arguments.file).chain(&arguments.with).cloned().collect();
    lint.sources.config.clone_from(&arguments.config);
    lint.sources.no_config = arguments.no_config;
    lint.parameter.clone_from(&arguments.parameter);
    lint.parameters.clone_from(&arguments.parameters);
    lint.no_ignore = true;
    Plan::new(lint)
}

/// The template, and the rest of its project.
fn candidates(
    arguments: &EvaluateArguments,
    plan: &Plan,
    problems: &mut Problems,
) -> Result<Vec<Candidate>, Box<Diagnostic>> {
    let files = plan.session.files();
    let file = &arguments.file;
    if files.has_folder(file) {
        let help = "Name the file of one template. Name the rest of its project with --with.";
        return Err(problem(files, arguments, "it is a folder".to_owned(), help));
    }
    let paths = [file.clone()];
    let mut skips = |_: &std::path::Path, _: &std::path::Path, _: bool| false;
    let filter = Filter { gitignore: false, skips: &mut skips, skips_named: false };
    let mut found = discover::discover(&paths, filter, files);
    missing::suggest(&mut found, &paths, COMMAND, files);
    if let Some(diagnostic) = found.diagnostics.into_iter().next() {
        return Err(Box::new(diagnostic));
    }
    let mut candidates = found.candidates;
    if candidates.is_empty() {
        return Err(problem(files, arguments, "it is not a template".to_owned(), "Name a CloudFormation template."));
    }
    if !arguments.with.is_empty() {
        let mut others = plan.session.discover(&arguments.with);
        missing::suggest(&mut others, &arguments.with, COMMAND, files);
        problems.diagnostics.extend(others.diagnostics);
        let own = candidates.first().map(|own| own.name().to_owned());
        candidates.extend(others.candidates.into_iter().filter(|other| Some(other.name()) != own.as_deref()));
    }
    Ok(candidates)
}

fn problem(files: &Files, arguments: &EvaluateArguments, message: String, help: &str) -> Box<Diagnostic> {
    let file = files.name(&arguments.file);
    Box::new(Diagnostic::error(Code::FileUnreadable, message).in_file(file).with_help(help))
}

/// That a path leads nowhere.
fn nothing_at(file: &str, missing: &Missing) -> Diagnostic {
    let Missing { step, parent, nearest, is_without_values } = missing;
    if *is_without_values {
        let message = format!("nothing in `{step}` has a value of its own");
        let help = "Name a parameter, a condition, a resource or an output, such as Resources/Records.";
        return Diagnostic::error(Code::UnknownPath, message).in_file(file).with_help(help);
    }
    let place = if parent.is_empty() { "the template".to_owned() } else { format!("`{parent}`") };
    let help = match nearest {
        Some(nearest) => format!("Did you mean `{nearest}`?"),
        None => "Write the path as findings have it, such as Resources/Records/Properties/BucketName.".to_owned(),
    };
    Diagnostic::error(Code::UnknownPath, format!("there is no `{step}` in {place}")).in_file(file).with_help(help)
}

fn written(name: &str, arguments: &EvaluateArguments, deployed: &[Deployed]) -> String {
    let deployments = deployed.iter().map(|one| (one.parents.as_slice(), &one.evaluation));
    let path = arguments.path.as_deref();
    match arguments.format {
        EvaluateFormat::Human => {
            human::write(name, path.is_some(), deployments, &terminal::style(arguments.color.color))
        }
        EvaluateFormat::Json => {
            let mut bytes = Vec::new();
            // Writing to memory does not fail.
            let _ = json::write(&mut bytes, name, path, deployments);
            String::from_utf8_lossy(&bytes).into_owned()
        }
    }
}
