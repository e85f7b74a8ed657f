//! What is wrong about options, configurations and rules, with the texts that it points into.

use crate::code::Code;
use crate::eval::choices::PSEUDO;
use crate::eval::pseudo::impossible;
use crate::eval::value::shorten;
use crate::files::{Files, Reach, Refusal};
use crate::finding::Diagnostic;
use crate::linter::hidden_in_unread;
use crate::rules::load::{RuleError, RuleSet};
use crate::source::{Hidden, Source, SourceId, Span};
use crate::suggest::nearest;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Problems with options, configuration and rules, with the texts that they point into.
#[derive(Clone, Debug)]
pub struct Problems {
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they point into.
    pub sources: Vec<Source>,
    /// Where the texts are read.
    files: Files,
    /// Texts of configurations and parameters that no problem points into yet.
    aside: HashMap<SourceId, Source>,
    /// Where values of parameters are pinned in configurations and parameter files, with their names.
    pins: Vec<(String, Span)>,
    /// How many problems there were when a text was opened: none of these points into it.
    before: HashMap<SourceId, usize>,
    /// The names of the texts that problems point into.
    names: HashMap<SourceId, String>,
    /// The broken rules that were reported, by file and message, with the places of the problems.
    broken: HashMap<(String, String), usize>,
    /// Texts opened so far, kept or not.
    opened: u32,
}

/// Whether a deployment can have these pseudo parameters, as far as that can be decided.
pub fn can_be(pinned: &BTreeMap<String, String>) -> bool {
    pinned.iter().all(|(name, value)| impossible(name, value).is_none())
}

impl Problems {
    /// No problems.
    pub fn new(files: Files) -> Self {
        Self {
            diagnostics: Vec::new(),
            sources: Vec::new(),
            files,
            aside: HashMap::new(),
            pins: Vec::new(),
            before: HashMap::new(),
            names: HashMap::new(),
            broken: HashMap::new(),
            opened: 0,
        }
    }

    /// Reads texts from these files from now on.
    pub(super) fn read_from(&mut self, files: &Files) {
        self.files = files.clone();
    }

    /// Where the texts are read.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The id of the next source. It is unique: the ids of templates count up from 0.
    fn next_id(&mut self) -> SourceId {
        self.opened += 1;
        SourceId(u32::MAX - self.opened)
    }

    /// Opens a file of the run itself, if it is within reach of who names it.
    pub(super) fn open(
        &mut self,
        path: &Path,
        reach: &Reach,
        complaint: fn(String, &std::io::Error) -> Diagnostic,
    ) -> Option<Source> {
        let name = self.files.name(path);
        match reach.text(path, &self.files) {
            Ok(text) => {
                let source = Source::new(self.next_id(), name, text).in_file(Some(path.to_owned()));
                self.before.insert(source.id, self.diagnostics.len());
                Some(source)
            }
            Err(error) => {
                self.diagnostics.push(complaint(name, &error));
                None
            }
        }
    }

    /// Keeps a text if a problem points into it; others are put aside for problems that templates have with it.
    pub(super) fn keep(&mut self, source: Source) {
        let points_there = |diagnostic: &Diagnostic| diagnostic.span.is_some_and(|span| span.source == source.id);
        // The problems may have been taken since.
        let before = self.before.remove(&source.id).filter(|before| *before <= self.diagnostics.len()).unwrap_or(0);
        if self.diagnostics.iter().skip(before).any(points_there) {
            self.point_into_settings(source);
        } else {
            self.aside.insert(source.id, source);
        }
    }

    /// Notes where the values of parameters are pinned.
    pub(super) fn note_pins<'n>(&mut self, pins: impl Iterator<Item = (&'n String, Span)>) {
        self.pins.extend(pins.map(|(name, span)| (name.clone(), span)));
    }

    /// Hides the pinned values of parameters that are secret, in the texts that problems point into.
    pub(super) fn hide_pins(&mut self, is_secret: impl Fn(&str) -> bool) {
        for source in &mut self.sources {
            let own = self.pins.iter().filter(|(name, span)| span.source == source.id && is_secret(name));
            let range = |span: Span| span.start as usize..span.end as usize;
            let hidden: Vec<Hidden> = own.map(|(_, span)| Hidden { range: range(*span), keeps: 0 }).collect();
            if !hidden.is_empty() {
                let path = source.path().map(Into::into);
                let own = Source::shared(source.id, source.name.as_str(), Arc::clone(source.shared_text()));
                *source = own.in_file(path).hiding(&hidden);
            }
        }
    }

    /// A configuration or a file of parameters that a problem points into, without what looks like a secret.
    fn point_into_settings(&mut self, source: Source) {
        let hidden = hidden_in_unread(&source);
        self.point_into(source.hiding(&hidden));
    }

    fn point_into(&mut self, source: Source) {
        self.names.insert(source.id, source.name.clone());
        self.sources.push(source);
    }

    /// A problem with a place in a text that was opened, or with an option. Where the place must not be shown, the text is named.
    pub(super) fn at(&mut self, span: Option<Span>, is_shown: bool, problem: Diagnostic) {
        if let Some(source) = span.and_then(|span| self.aside.remove(&span.source)) {
            self.point_into_settings(source);
        }
        let file = span.and_then(|span| self.names.get(&span.source)).cloned();
        let span = span.filter(|_| is_shown);
        self.diagnostics.push(problem.at(span).in_file(file.unwrap_or_default()));
    }

    /// A problem with an option.
    pub fn option(&mut self, code: Code, message: String, help: String) {
        self.diagnostics.push(Diagnostic::error(code, message).with_help(help));
    }

    /// Whether a folder of rules is within reach of the configuration that names it. Reports one that is not.
    pub(super) fn reaches(&mut self, folder: &Path, reach: &Reach) -> bool {
        match reach.place(folder, &self.files) {
            Err(error) if Refusal::of(&error).is_some() => {
                let message = format!("hipaalint does not read the rules of this folder: {error}");
                self.diagnostics.push(
                    Diagnostic::error(Code::RuleFolder, message)
                        .in_file(self.files.name(folder))
                        .with_help("Name a folder in the project, or name this one with --rules."),
                );
                false
            }
            // One that does not exist is reported when it is read.
            _ => true,
        }
    }

    /// A folder of rules that does not exist, where the configuration names it.
    pub(super) fn no_folder(&mut self, folder: &Path, place: Span, configuration: &Source) {
        let message = format!("there is no folder `{}`", self.files.name(folder));
        self.diagnostics.push(
            Diagnostic::error(Code::RuleFolder, message)
                .in_file(configuration.name.as_str())
                .at(place)
                .with_help("Check the spelling. A folder in `rule-folders` is relative to the configuration."),
        );
    }

    /// Adds the rules of a folder to a set.
    pub(super) fn add_rules(&mut self, set: &mut RuleSet, folder: &Path) {
        let known = self.diagnostics.len();
        match set.add_folder(folder, &self.files) {
            Ok(0) => self.no_rules(folder),
            Ok(_) => {}
            Err(errors) => errors.into_iter().for_each(|error| self.broken_rule(error, known)),
        }
    }

    /// A folder without rules.
    pub fn no_rules(&mut self, folder: &Path) {
        self.diagnostics.push(
            Diagnostic::error(Code::RuleFolder, "the folder has no rules")
                .in_file(self.files.name(folder))
                .with_help("A rule is a file that ends with .yaml or .yml. Name the folder of these files."),
        );
    }

    /// An invalid custom rule, with its text if that can be read. Several configurations can name the same folder: what is among the
    /// first `known` problems is not reported again.
    pub fn broken_rule(&mut self, error: RuleError, known: usize) {
        let file = self.files.name(&error.file);
        let place = *self.broken.entry((file.clone(), error.message.clone())).or_insert(self.diagnostics.len());
        if place < known {
            return;
        }
        if error.position.is_some()
            && !self.sources.iter().any(|source| source.path() == Some(&error.file))
            && let Ok(text) = Reach::Anywhere.text(&error.file, &self.files)
        {
            let source = Source::new(self.next_id(), file.as_str(), text).in_file(Some(error.file.clone()));
            self.point_into(source);
        }
        let span = error.position.and_then(|(line, column)| {
            let source = self.sources.iter().find(|source| source.path() == Some(&error.file))?;
            let (start, end) = source.line_range(line)?;
            let text = source.text().get(start..end)?;
            let byte = |column: usize| text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
            let first = column.saturating_sub(1);
            let end = error.length.map_or(end, |length| start + byte(first + length));
            Some(Span::new(source.id, start + byte(first), end))
        });
        let not_used = "hipaalint does not use this rule until the file is fixed.";
        self.diagnostics.push(Diagnostic::error(Code::RuleFile, error.message).in_file(file).at(span).with_help(if self.files.has(&error.file) {
                format!("{} {not_used}", error.help).trim_start().to_owned()
            } else {
                "Check the spelling. A folder in `--rules` is relative to the current folder, a folder in the configuration to the \
                 configuration."
                    .to_owned()
            }));
    }

    /// Reports pseudo parameters that do not exist, or that cannot have their value.
    pub(super) fn check_pseudo_parameters<'n>(
        &mut self,
        pinned: impl IntoIterator<Item = (&'n String, &'n str, Option<Span>)>,
    ) {
        for (name, value, place) in pinned.into_iter().filter(|(name, ..)| name.starts_with("AWS::")) {
            if !PSEUDO.contains(&name.as_str()) {
                let help = match nearest(name, PSEUDO.into_iter()) {
                    Some(nearest) => format!("Did you mean `{nearest}`?"),
                    None => format!("The pseudo parameters are {}.", PSEUDO.join(", ")),
                };
                let message = format!("there is no pseudo parameter `{name}`");
                self.at(place, true, Diagnostic::error(Code::UnknownParameter, message).with_help(help));
            } else if let Some((reason, help)) = impossible(name, value) {
                let message = format!("`{name}` cannot be `{}`: {reason}", shorten(value));
                self.at(place, true, Diagnostic::error(Code::RefusedParameter, message).with_help(help));
            }
        }
    }
}
