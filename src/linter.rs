//! Templates and rules in, findings out: the library's one entry. Prints nothing.

mod again;
mod applied;
mod blocks;
mod check;
mod coverage;
pub mod drawing;
mod ends;
mod exceptions;
mod file_report;
mod fixes;
mod includes;
mod inner;
mod iterations;
mod locations;
mod meant;
mod notes;
pub mod opened;
mod origins;
mod parsed;
mod record;
mod redaction;
mod setup;
mod spelling;
mod stacks;
mod targets;
mod turned_off;
mod unjudged;

use crate::change::Value;
use crate::constructs::Constructs;
use crate::date::Date;
use crate::eval::Memory;
use crate::eval::inputs::{Inputs, Pinned};
use crate::eval::reads::Sought;
use crate::exceptions::Aliases;
use crate::expand::expansion::Expansion;
use crate::expand::{self, Kind, Model};
use crate::finding::{Finding, Level, RuleSeverity};
use crate::graph::secrets::{chosen_secrets, secret_parameters, written_secrets};
use crate::rules::load::{RuleEntry, RuleId, RuleSet};
use crate::rules::operand::Settings;
use crate::rules::rule::TargetName;
use crate::source::Source;
use crate::syntax::{Entry, Node};
use crate::template::{self, Template};
use again::{Again, Ground, Linted, Memorable};
use applied::Results;
use fixes::Workshop;
use notes::Notes;
use parsed::unread;
use smallvec::SmallVec;
use spelling::spelling;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use targets::{Kinds, occurs};
use turned_off::TurnedOff;
use unjudged::{no_template, unjudged};

pub(crate) use fixes::{Locked, MAX_PARAMETERS, MAX_RESOURCES, Names, added, edited};

pub use crate::expand::includes::MAX_INCLUDES;
pub use crate::graph::secrets::is_secret_name;
pub use again::Remembered;
pub use blocks::Blocks;
pub use file_report::{Declared, FileReport, Notice, NoticeKind};
pub use includes::{Loaded, Loader};
pub use parsed::{Parsed, nests, parse, shared};
pub use redaction::{Mask, hidden_in_unread};
pub use setup::SetupError;
pub use stacks::Nested;

/// Whether somebody wants the fix of a finding. What is said of a finding is also said of all that are not graver.
pub type Wants<'w> = dyn Fn(&Finding) -> bool + Sync + 'w;

/// What a text is linted with, besides its inputs.
#[derive(Copy, Clone)]
struct About<'a> {
    /// The constructs that a cloud assembly declares for it.
    constructs: Option<&'a Constructs>,
    wants: &'a Wants<'a>,
    /// The number of templates that it is inside of.
    depth: usize,
}

/// What a project is linted with. Shared between threads.
#[derive(Debug, Default)]
pub struct Linter {
    rules: Arc<RuleSet>,
    selected: Vec<Selected>,
    /// For each rule of the set, where it is among the selected ones: asked for each rule of each type of each template.
    positions: Vec<Option<u32>>,
    /// What rules look at other than resources of a type, and which of the selected ones do.
    general: Vec<(TargetName, Vec<usize>)>,
    /// Those that are about exceptions.
    about_exceptions: Vec<usize>,
    /// Rules about exceptions that were not selected: they say why an exception of a selected rule does not hold, and nothing else.
    companions: Vec<Selected>,
    /// What is known of every deployment.
    inputs: Inputs,
    keep: Keep,
    /// The rules' names in other tools, whose exceptions are understood.
    aliases: OnceLock<Aliases>,
    today: Option<Date>,
    /// The profile that selected the rules.
    profile: Option<String>,
    /// Values of tags that fixes add: keys and values.
    tags: Vec<(String, Value)>,
    turned_off: TurnedOff,
    /// Types and properties that custom rules know, and the schemas do not.
    newer_than_schemas: Vec<String>,
    /// Its number, once somebody keeps answers.
    number: OnceLock<u64>,
}

/// A rule that was selected, with what the user changed about it.
#[derive(Clone, Debug)]
struct Selected {
    /// Its index in the set.
    index: usize,
    id: RuleId,
    level: Level,
    /// Whether the user set the level, also for checks with a level of their own.
    is_level_set: bool,
    severity: RuleSeverity,
    settings: Settings,
}

/// Which results become findings, in addition to violations.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Checks that need a value which cannot be known.
    pub undecided: bool,
    /// Checks that passed.
    pub passed: bool,
    /// What fixes violations.
    pub fixes: Fixes,
    /// Which services the keys of a template do not let use them, for those who make several fixes.
    pub locked: bool,
    /// The digests of the texts.
    pub digests: bool,
    /// What the template has.
    pub blocks: bool,
}

/// How much of the fixes of violations is made.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fixes {
    /// Nothing.
    None,
    /// Who may make them, or why nobody may, for those who show no more: titles and other notes are empty. The changes are there, since
    /// one that would copy a secret is nobody's.
    Marks,
    /// The changes of the document, for those who make several at once. Whether the text can be edited there is not looked at.
    Changes,
    /// The edits of the text, too.
    #[default]
    WithEdits,
}

/// What a user changes about one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Override {
    /// Another level.
    pub level: Option<Level>,
    /// Other values of its parameters.
    pub settings: Settings,
}

impl Linter {
    /// A linter with these rules, all of which are run that `selects` takes.
    ///
    /// # Errors
    /// Where an override names a rule or a parameter that does not exist.
    pub fn new(
        rules: RuleSet,
        selects: impl Fn(&RuleEntry) -> bool,
        overrides: &BTreeMap<String, Override>,
        pinned: Pinned,
        keep: Keep,
    ) -> Result<Self, SetupError> {
        for (id, change) in overrides {
            let Some(entry) = rules.get(id) else {
                return Err(SetupError::UnknownRule(id.clone(), rules.nearest(id).map(str::to_owned)));
            };
            let rule = entry.rule().map_err(|error| SetupError::BrokenRule(id.clone(), error.to_owned()))?;
            if let Some(name) = change.settings.keys().find(|name| !rule.settings.contains_key(*name)) {
                let known = rule.settings.keys().cloned().collect();
                return Err(SetupError::UnknownSetting(id.clone(), name.clone(), known));
            }
        }
        // In one place of the right size from the start, though some of it may stay empty.
        let mut selected = Vec::with_capacity(rules.entries().len());
        selected.extend(rules.entries().iter().enumerate().filter(|(_, entry)| selects(entry)).map(
            |(index, entry)| {
                let change = overrides.get(entry.id());
                Selected {
                    index,
                    id: entry.shared_id(),
                    level: change.and_then(|change| change.level).unwrap_or(entry.level()),
                    is_level_set: change.is_some_and(|change| change.level.is_some()),
                    severity: entry.severity(),
                    settings: change.map(|change| change.settings.clone()).unwrap_or_default(),
                }
            },
        ));
        let mut positions = vec![None; rules.entries().len()];
        for (position, selected) in selected.iter().enumerate() {
            if let Some(place) = positions.get_mut(selected.index) {
                *place = u32::try_from(position).ok();
            }
        }
        let newer_than_schemas = rules.newer_than_schemas();
        let mut linter = Self {
            rules: Arc::new(rules),
            selected,
            positions,
            general: Vec::new(),
            about_exceptions: Vec::new(),
            companions: Vec::new(),
            inputs: pinned.into(),
            keep,
            aliases: OnceLock::new(),
            today: None,
            profile: None,
            tags: Vec::new(),
            turned_off: TurnedOff::default(),
            newer_than_schemas,
            number: OnceLock::new(),
        };
        linter.index();
        Ok(linter)
    }

    /// The same linter on a day: exceptions that ended before it do not hold, and versions whose support ended are not supported.
    /// Without one, no exception ends, and the day of AWS's data decides on versions.
    #[must_use]
    pub fn on(self, today: Date) -> Self {
        Self { today: Some(today), number: OnceLock::new(), ..self }
    }

    /// The same linter in a profile, on which some checks depend. Without one, every check runs.
    #[must_use]
    pub fn in_profile(self, profile: &str) -> Self {
        Self { profile: Some(profile.to_owned()), number: OnceLock::new(), ..self }
    }

    /// The same linter, whose fixes add missing tags with these values: texts, or references to parameters that a template may have.
    #[must_use]
    pub fn with_tags(self, tags: Vec<(String, Value)>) -> Self {
        Self { tags, ..self }
    }

    /// The same linter, which also says why an exception of a selected rule does not hold, where the rules about exceptions are not
    /// selected: by those of them that `selects` takes.
    #[must_use]
    pub fn with_companions(
        mut self,
        selects: impl Fn(&RuleEntry) -> bool,
        overrides: &BTreeMap<String, Override>,
    ) -> Self {
        let is_selected = |id: &str| self.selected.binary_search_by(|selected| (*selected.id).cmp(id)).is_ok();
        let entries = self.rules.entries().iter().enumerate();
        let silent = entries.filter(|(_, entry)| entry.is_about_exceptions() && !is_selected(entry.id()));
        self.companions = silent
            .filter(|(_, entry)| selects(entry))
            .map(|(index, entry)| {
                let set = overrides.get(entry.id()).and_then(|change| change.level);
                Selected {
                    index,
                    id: entry.shared_id(),
                    level: set.unwrap_or(entry.level()),
                    is_level_set: set.is_some(),
                    severity: entry.severity(),
                    settings: Settings::new(),
                }
            })
            .collect();
        self
    }

    fn index(&mut self) {
        for (target, rules) in self.rules.general() {
            let positions: Vec<usize> = rules.into_iter().filter_map(|index| self.position_of(index)).collect();
            // They are judged when everything else has been.
            if target == TargetName::Exceptions {
                self.about_exceptions = positions;
                self.about_exceptions.sort_unstable();
            } else if !positions.is_empty() {
                self.general.push((target, positions));
            }
        }
    }

    /// Where a rule of the set is among the selected ones.
    fn position_of(&self, index: usize) -> Option<usize> {
        self.positions.get(index).copied().flatten().map(|position| position as usize)
    }

    /// The selected rules that name a type of resource.
    fn naming(&self, kind: &str) -> impl Iterator<Item = usize> {
        self.rules.naming(kind).filter_map(|index| self.position_of(index))
    }

    /// The selected rules that have something to look at in a template, in the order of their ids, with the types among those of the
    /// template that a rule names.
    fn for_template<'m, 't>(&self, model: &'m Model<'_, 't>) -> Vec<(&Selected, Kinds<'m, 't>)> {
        let kinds: SmallVec<[Kind<'m, 't>; 16]> = model.kinds().collect();
        let others = self.general.iter().filter(|(target, _)| occurs(target, &kinds, model));
        let others = others.flat_map(|(_, positions)| positions).map(|position| (*position, None));
        let named = kinds.iter().flat_map(|kind| self.naming(kind.name).map(|position| (position, Some(*kind))));
        let mut positions: Vec<(usize, Option<Kind<'m, 't>>)> = Vec::with_capacity(self.selected.len());
        positions.extend(others.chain(named));
        positions.sort_unstable_by_key(|(position, kind)| (*position, kind.map(|kind| kind.name)));
        let of_same = positions.chunk_by(|(one, _), (other, _)| one == other);
        let mut rules = Vec::with_capacity(positions.len());
        rules.extend(of_same.filter_map(|group| {
            let (position, _) = group.first()?;
            Some((self.selected.get(*position)?, group.iter().filter_map(|(_, kind)| *kind).collect()))
        }));
        rules
    }

    /// All rules, selected or not.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The number of rules that run.
    pub fn selected_number(&self) -> usize {
        self.selected.len()
    }

    /// The rules that run, sorted by id.
    pub fn selected(&self) -> impl Iterator<Item = &RuleEntry> {
        self.selected.iter().filter_map(|selected| self.rules.entries().get(selected.index))
    }

    /// Lints one text that includes no files.
    pub fn lint(&self, source: &Source) -> FileReport {
        self.lint_with(source, &|_| Err("included files are not read in this mode".to_owned()))
    }

    /// Lints one text, whose local includes `load` reads. They take the [`MAX_INCLUDES`] ids after the text's own.
    pub fn lint_with(&self, source: &Source, load: &Loader<'_>) -> FileReport {
        self.lint_in(source, load, &self.inputs, None)
    }

    /// What is known of every deployment: the parameters that the user pinned.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Which results become findings, and what else is kept.
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// Lints one text as [`lint_with`](Self::lint_with) does, in a deployment of which this is known, with the constructs that a cloud
    /// assembly declares for it.
    pub fn lint_in(
        &self,
        source: &Source,
        load: &Loader<'_>,
        inputs: &Inputs,
        constructs: Option<&Constructs>,
    ) -> FileReport {
        self.lint_wanting(source, load, inputs, constructs, &|_| true)
    }

    /// The same, with fixes for those findings that `wants` takes.
    pub fn lint_wanting(
        &self,
        source: &Source,
        load: &Loader<'_>,
        inputs: &Inputs,
        constructs: Option<&Constructs>,
        wants: &Wants<'_>,
    ) -> FileReport {
        self.lint_parsed(source, &parse(source), load, inputs, constructs, wants)
    }

    /// The same, of a text that was read already.
    pub fn lint_parsed(
        &self,
        source: &Source,
        parsed: &Parsed<'_>,
        load: &Loader<'_>,
        inputs: &Inputs,
        constructs: Option<&Constructs>,
        wants: &Wants<'_>,
    ) -> FileReport {
        let about = About { constructs, wants, depth: 0 };
        self.lint_document(source, parsed, load, inputs, about, None)
    }

    /// Lints one text that is inside of other templates.
    fn lint_inside(&self, source: &Source, load: &Loader<'_>, inputs: &Inputs, about: About<'_>) -> FileReport {
        self.lint_document(source, &parse(source), load, inputs, about, None)
    }

    fn lint_document(
        &self,
        source: &Source,
        parsed: &Parsed<'_>,
        load: &Loader<'_>,
        inputs: &Inputs,
        about: About<'_>,
        mut keeper: Option<&mut Memorable<'_>>,
    ) -> FileReport {
        let About { constructs, wants, .. } = about;
        let document = match parsed {
            Ok(document) => document,
            Err(error) => return unread(source, error.clone()),
        };
        // A template may include its resources.
        if !template::is_template(&document.root) && document.root.get("Transform").is_none() {
            return no_template(source, document);
        }
        let mut report = FileReport::default();
        // Entries that another one replaces are not in the tree, but near the places of the errors.
        let left_out = if document.repeated.is_empty() { Vec::new() } else { redaction::unread(source) };
        if !includes::report_repeated(source, document, &mut report.diagnostics) {
            redaction::redact(&mut report, source, Vec::new(), &left_out);
            return report;
        }
        let (inputs, refused) = inputs.accepted_by(&document.root, is_secret_name);
        let inputs = inputs.as_ref();
        let macros = expand::Macros::of(document);
        let texts = includes::texts(&document.root, macros, source.id, load);
        let files = includes::Files::parse(&texts, &mut report.diagnostics);
        let expansion = expand::expand(&document.root, macros, &files.included(), inputs);
        report.is_template = template::is_template(&expansion.root);
        if !report.is_template {
            return unjudged(report, source, document, files.unread(&texts), texts);
        }
        let template = Template::new(&expansion.root);
        let notes = Notes { source, texts: &texts };
        notes.add_syntax(document.notes.iter().chain(files.notes()), &mut report);
        notes.add_oddities(&template, &mut report);
        let memory = Memory::default();
        let model = Model::expanded(&template, &expansion, inputs, &memory);
        // Before anything is evaluated: what is remembered has to know what was read for it.
        let mut again = keeper.as_deref_mut().and_then(|keeper| {
            let ground = Ground { linter: self.number(), inputs: inputs.clone(), hidden: model.hidden().cloned() };
            let linted = Linted { source, document, included: &texts, model: &model };
            Again::begin(keeper.remembered, ground, &linted)
        });
        self.add_expansion(&expansion, &model, &notes, &mut report);
        report.resources = model.resources().len();
        report.blocks = self.keep.blocks.then(|| Blocks::of(&model));
        self.count_unruled(&model, &mut report);
        self.note_turned_off(&model, &mut report);
        let parameters = declared(&template, &model);
        notes.add_refused(refused, &parameters, &mut report);
        report.parameters = parameters;
        let files_and_text = exceptions::Texts { source, document, included: &texts, files: &files, constructs };
        let mut exceptions = self.exceptions(&expansion, &files_and_text);
        let mut results = Results::default();
        let workshop = Workshop::new(source, document, &model, self, wants);
        let selected = self.for_template(&model);
        report.by_rule.reserve(selected.len());
        for (selected, kinds) in selected {
            self.apply((selected, &kinds), &workshop, &mut exceptions, &mut results, again.as_mut(), &mut report);
        }
        if let (Some(again), Some(keeper)) = (again, keeper) {
            keeper.is_sure = again.end(source, &model, keeper.remembered);
        }
        if workshop.is_open() {
            report.missing = fixes::missing(&model);
            if self.keep.locked {
                report.locked = workshop.locked();
            }
        }
        report.nested = stacks::nested(&model, constructs);
        let (elsewhere, note_elsewhere) = stacks::elsewhere(&model, &report.nested);
        report.notices.extend(elsewhere);
        let outer = inner::Outer { linter: self, source, model: &model, about };
        let inside = outer.lint(&mut exceptions, &mut report);
        notes.add(inside.notes.iter().chain(&note_elsewhere), &mut report);
        report.diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        let pins_something = template.parameters.iter().any(|parameter| inputs.fixed(parameter.name).is_some());
        self.settle(&mut exceptions, pins_something, &mut report);
        report.suppressed.extend(inside.suppressed);
        report.exceptions.extend(inside.exceptions);
        if let Some(constructs) = constructs {
            origins::mark(&mut report, constructs);
        }
        sort_findings(&mut report.findings);
        sort_findings(&mut report.suppressed);
        let mut secrets = files.unread(&texts);
        secrets.extend(left_out);
        if report.shows_text() {
            let roots: Vec<&Node<'_>> =
                std::iter::once(document).chain(files.documents()).map(|document| &document.root).collect();
            let hidden = [secret_parameters(&model), chosen_secrets(&model, false)].concat();
            secrets.extend(written_secrets(&model, &roots, inputs, &hidden));
        }
        report.steps += model.evaluator.steps();
        redaction::redact(&mut report, source, texts.into_sources(), &secrets);
        report.hidden.extend(inside.hidden);
        report
    }

    /// Adds what the names of a template and its expansion leave open.
    fn add_expansion(
        &self,
        expansion: &Expansion<'_>,
        model: &Model<'_, '_>,
        notes: &Notes<'_>,
        report: &mut FileReport,
    ) {
        let tree = expansion.before_transform.as_deref().unwrap_or(&expansion.root);
        let known = |entry: &Entry<'_>| {
            model.plain(entry).is_some_and(|(reads, place)| reads.is_without(place, Sought::Misspelled))
        };
        let know = |entry: &Entry<'_>| {
            if let Some((reads, place)) = model.plain(entry) {
                reads.know_without(place, Sought::Misspelled);
            }
        };
        let spelling = spelling(tree, &self.newer_than_schemas, &known, &know);
        report.notices = spelling.notices;
        let left = coverage::notice_left(expansion, report);
        notes.add(spelling.notes.iter().chain(&expansion.notes).chain(&left), report);
    }
}

/// The parameters that a template declares.
fn declared<'m, 't>(template: &Template<'t>, model: &'m Model<'m, 't>) -> Vec<Declared> {
    let secret: BTreeSet<&str> = secret_parameters(model).into_iter().map(|parameter| parameter.name).collect();
    let declared = template
        .parameters
        .iter()
        .map(|parameter| Declared { name: parameter.name.to_owned(), is_secret: secret.contains(parameter.name) });
    declared.collect()
}

/// Sorts in the order of reports.
pub fn sort_findings(findings: &mut [Finding]) {
    findings.sort_by(Finding::reading_order);
}
