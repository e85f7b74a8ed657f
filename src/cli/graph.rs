//! `hipaalint graph FILE`: the resources of a template, or of a cloud assembly, and the relations between them.

use super::args::{Arguments, GraphArguments, GraphFormat};
use super::plan::Plan;
use super::progress::Progress;
use super::{missing, output};
use crate::code::Code;
use crate::discover::{self, Candidate, Discovery, Filter, Reading};
use crate::files::Files;
use crate::finding::{Diagnostic, Finding};
use crate::linter::Nested;
use crate::linter::drawing::{Deployment, Picture, draw, mark};
use crate::pool::on_large_stack;
use crate::project::{self, File, NotDrawn, Project, identity};
use crate::rules::load::nearest;
use crate::session::Exit;
use crate::session::Problems;
use crate::source::{Source, SourceId};
use clap::Parser;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The command, as it is typed.
const COMMAND: &str = "hipaalint graph";

/// Draws the template or the assembly of the arguments.
///
/// # Errors
/// Options that contradict each other.
pub(super) fn run(arguments: &GraphArguments) -> Result<Exit, clap::Error> {
    let plan = plan(arguments)?;
    let mut problems = Problems::new(plan.session.files().clone());
    let files = plan.session.files();
    let drawn = found(&arguments.file, files).and_then(|candidates| match candidates {
        Candidates::One(candidate) => one(&candidate, &plan, &mut problems),
        Candidates::Assembly(candidates) => Ok(several(&arguments.file, candidates, &plan, &mut problems)),
    });
    let drawn = drawn.and_then(|picture| part(picture, arguments, files));
    let of_session = plan.session.problems();
    problems.diagnostics.extend(of_session.diagnostics);
    problems.sources.extend(of_session.sources);
    let text = match drawn {
        Ok(picture) => written(&picture, arguments.format),
        Err(diagnostic) => {
            problems.diagnostics.push(*diagnostic);
            String::new()
        }
    };
    let exit = output::complain_of(&problems);
    Ok(output::print(&text, exit))
}

/// The run that finds what is marked.
fn plan(arguments: &GraphArguments) -> Result<Plan, clap::Error> {
    let mut lint = Arguments::try_parse_from([COMMAND])?.lint;
    lint.paths = vec![arguments.file.clone()];
    lint.profile.clone_from(&arguments.profile);
    lint.sources = arguments.sources.clone();
    lint.no_ignore = true;
    Plan::new(lint)
}

/// What is drawn.
enum Candidates {
    /// One template.
    One(Box<Candidate>),
    /// The stacks of a cloud assembly.
    Assembly(Vec<Candidate>),
}

/// One file, standard input, or the templates of a folder that is an assembly.
fn found(file: &Path, files: &Files) -> Result<Candidates, Box<Diagnostic>> {
    let paths = [file.to_owned()];
    let is_folder = files.has_folder(file);
    let is_assembly = is_folder && discover::is_assembly(file, files);
    if is_folder && !is_assembly {
        let help = "A graph shows one template, or the stacks of a cloud assembly. Name the template's file, or the folder \
                    that `cdk synth` writes (cdk.out).";
        return Err(problem(files.name(file), "the folder is not a cloud assembly".to_owned(), help.to_owned()));
    }
    let mut found: Discovery =
        discover::discover(&paths, Filter { gitignore: false, skips: &mut |_, _, _| false, skips_named: false }, files);
    missing::suggest(&mut found, &paths, COMMAND, files);
    if let Some(diagnostic) = found.diagnostics.into_iter().next() {
        return Err(Box::new(diagnostic));
    }
    if is_assembly {
        if found.candidates.is_empty() {
            let help = "Write it again with `cdk synth`.".to_owned();
            return Err(problem(files.name(file), "the cloud assembly has no stack".to_owned(), help));
        }
        return Ok(Candidates::Assembly(found.candidates));
    }
    match found.candidates.into_iter().next() {
        Some(candidate) => Ok(Candidates::One(Box::new(candidate))),
        None => Err(problem(
            files.name(file),
            "it is not a template".to_owned(),
            "Name a CloudFormation template.".to_owned(),
        )),
    }
}

fn problem(file: String, message: String, help: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::FileUnreadable, message).in_file(file).with_help(help))
}

/// The text of a candidate.
fn read(candidate: &Candidate, id: SourceId, files: &Files) -> Result<Source, Box<Diagnostic>> {
    match discover::read(candidate, files) {
        Reading::Text(text) => Ok(project::source_of(candidate, id, text)),
        Reading::Unreadable(diagnostic) | Reading::NoTemplate(diagnostic) => Err(diagnostic),
    }
}

fn bug(name: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(Code::InternalError, "hipaalint failed on this file because of a bug")
            .in_file(name)
            .with_help(format!("Report it at {}/issues.", crate::report::PROJECT_ADDRESS)),
    )
}

/// What the findings of a candidate are of: the profile.
fn findings_of(candidate: &Candidate, plan: &Plan) -> Option<String> {
    let profile = plan.session.settings(candidate).profile.clone();
    profile.map(|profile| format!("profile {profile}"))
}

/// The picture of one template, which may be a pipe: its text is read once.
fn one(candidate: &Candidate, plan: &Plan, problems: &mut Problems) -> Result<Picture, Box<Diagnostic>> {
    plan.session.draw(candidate).map_err(|NotDrawn { diagnostic, source }| {
        problems.sources.extend(source.map(|source| *source));
        diagnostic
    })
}

/// The picture of an assembly: its stacks, and the templates of nested stacks.
fn several(folder: &Path, candidates: Vec<Candidate>, plan: &Plan, problems: &mut Problems) -> Picture {
    let counter = Arc::default();
    let progress = Progress::start(&counter, plan.quiet);
    let linter = |candidate: &Candidate| Arc::clone(&plan.session.settings(candidate).linter);
    let profile = candidates.first().and_then(|candidate| findings_of(candidate, plan));
    let sources = plan.session.files();
    let stacks: BTreeSet<String> = candidates.iter().map(|candidate| candidate.name().to_owned()).collect();
    let mut linted: Vec<(Candidate, Vec<Finding>, Vec<Nested>)> = Vec::new();
    let project = Project { files: sources, linter: &linter, reuse: None, counter: &counter, threads: None };
    project.lint(candidates, |candidate, file| {
        linted.push(match file {
            File::Linted(linted) => (candidate.clone(), linted.report.findings, linted.report.nested),
            _ => (candidate.clone(), Vec::new(), Vec::new()),
        });
    });
    drop(progress);
    // Stacks come before those that they nest.
    linted.sort_by_key(|(candidate, ..)| !stacks.contains(candidate.name()));
    let mut picture =
        Picture { name: sources.name(folder), findings_of: profile, is_assembly: true, ..Picture::default() };
    // The index of each drawn template by its file.
    let mut drawn: HashMap<PathBuf, usize> = HashMap::new();
    let mut nested: Vec<(usize, &Candidate, &Nested)> = Vec::new();
    for (number, (candidate, findings, stacks)) in linted.iter().enumerate() {
        let id = SourceId(u32::try_from(number).unwrap_or(u32::MAX));
        let linter = linter(candidate);
        let result = read(candidate, id, sources).and_then(|source| {
            let inputs = project::inputs(&linter, candidate, &Arc::default());
            let work = || draw(&source, &inputs, candidate.constructs.as_deref());
            let result = on_large_stack(work).unwrap_or_else(|| Err(bug(&source.name)));
            if result.is_err() {
                problems.sources.push(source);
            }
            result
        });
        match result {
            Ok(mut drawing) => {
                mark(&mut drawing, findings);
                drawn.extend(identity(candidate, sources).map(|file| (file, picture.drawings.len())));
                nested.extend(stacks.iter().map(|stack| (picture.drawings.len(), candidate, stack)));
                picture.drawings.push(drawing);
            }
            Err(diagnostic) => problems.diagnostics.push(*diagnostic),
        }
    }
    let ids = picture.drawings.iter().enumerate().flat_map(|(template, drawing)| {
        drawing.nodes.iter().enumerate().map(move |(place, node)| ((template, node.id.as_str()), place))
    });
    let resources: HashMap<(usize, &str), usize> = ids.collect();
    let deployments: BTreeSet<Deployment> = nested
        .into_iter()
        .filter_map(|(parent, candidate, stack)| {
            let child = discover::nested(candidate, &stack.location, sources).ok()?;
            let template = *drawn.get(&identity(&child, sources)?)?;
            Some(Deployment { parent, resource: *resources.get(&(parent, stack.name.as_str()))?, template })
        })
        .collect();
    picture.deployments = deployments.into_iter().collect();
    picture.connect();
    picture
}

/// The part of a picture that the arguments select.
fn part(mut picture: Picture, arguments: &GraphArguments, files: &Files) -> Result<Picture, Box<Diagnostic>> {
    if arguments.phi {
        picture.keep_phi();
        if picture.drawings.iter().all(|drawing| drawing.nodes.is_empty()) {
            let message = "no resource holds PHI, as far as tags and types show".to_owned();
            return Err(problem(files.name(&arguments.file), message, "Draw the graph without --phi.".to_owned()));
        }
    }
    if !arguments.around.is_empty()
        && let Err(unknown) = picture.keep_around(&arguments.around, arguments.depth)
    {
        let name = unknown.first().map_or("", String::as_str);
        let help = match nearest(name, picture.names()) {
            Some(nearest) => format!("Did you mean `{nearest}`?"),
            None => "Name a logical ID or the path of a CDK construct.".to_owned(),
        };
        return Err(problem(files.name(&arguments.file), format!("there is no resource `{name}`"), help));
    }
    Ok(picture)
}

/// A picture in a format.
fn written(picture: &Picture, format: GraphFormat) -> String {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = match format {
        GraphFormat::Dot => picture.write_dot(&mut bytes),
        GraphFormat::Mermaid => picture.write_mermaid(&mut bytes),
        GraphFormat::Json => picture.write_json(&mut bytes),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}
