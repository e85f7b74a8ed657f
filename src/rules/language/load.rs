//! Where rules come from: the pack that the binary carries, and the folders that users name.

pub use super::lists::{controls, notice, profiles, runtime_checks, unruled_services};
pub use crate::suggest::nearest;

use super::embedded::{Made, embedded};
use super::fix::Recipes;
pub use super::id::RuleId;
use super::meta::{RuleKind, RuleMeta, RuleProse};
pub use super::pack::tools;
use super::pack::{Head, Lazy, general, head_at, with_alias, with_target};
use super::packed;
use super::read_error::{ReadError, place_of};
use super::rule::{Example, Examples, Rule, RuleFile};
use super::target::{TargetName, Targets};
use super::vetting::{Slip, vet};
use crate::eval::text::pattern_covers;
use crate::files::{Files, Kind, MAX_NAMED, Reach, Unlisted, text_of, why};
use crate::finding::{Level, RuleSeverity};
use crate::source::{Source, SourceId};
use crate::syntax;
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A set of rules, sorted by id. Embedded rules are read when they are first wanted, once for all sets.
#[derive(Debug)]
pub struct RuleSet {
    /// None for the pack that the binary carries, as it is.
    own: Option<Vec<RuleEntry>>,
    /// Which of them are users' own.
    places: Vec<usize>,
}

impl Default for RuleSet {
    /// A set without rules.
    fn default() -> Self {
        Self { own: Some(Vec::new()), places: Vec::new() }
    }
}

/// One rule of a set.
#[derive(Debug)]
pub struct RuleEntry {
    /// Its head.
    pub meta: Lazy<RuleMeta>,
    /// Every kind of block that some check of it looks at.
    pub targets: Lazy<Targets>,
    /// The file that a user's own rule was read from; none for the embedded pack.
    pub file: Option<PathBuf>,
    rest: Rest,
}

/// Where the rest of a rule is.
#[derive(Debug)]
enum Rest {
    /// In the binary, to be read when it is wanted.
    Embedded(&'static Head, &'static Made),
    /// Read already.
    Own(Box<(Rule, RuleProse, Examples)>),
}

/// What is wrong with a rule file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The file or folder.
    pub file: PathBuf,
    /// Line and column, from 1.
    pub position: Option<(usize, usize)>,
    /// The characters of the line that are wrong from there; none for the rest of it.
    pub length: Option<usize>,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What else to do about it; empty if there is nothing.
    pub help: &'static str,
}

impl fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.message)
    }
}

impl std::error::Error for RuleError {}

impl RuleError {
    fn of_file(file: &Path, message: String) -> Self {
        Self { file: file.to_owned(), position: None, length: None, message, help: "" }
    }
}

impl RuleFile {
    /// Reads a rule from the text of its file.
    ///
    /// # Errors
    /// The first thing that the rule language does not allow.
    pub fn read(path: &Path, text: &str) -> Result<Self, RuleError> {
        serde_yaml::from_str(text).map_err(|error| {
            let ReadError { position, length, message } = ReadError::new(text, &error);
            RuleError { position, length, ..RuleError::of_file(path, message) }
        })
    }

    /// What the rule names and does not exist, at its places in the text that it was read from.
    pub fn vet(&self, path: &Path, text: &str) -> Vec<RuleError> {
        let slips = vet(&self.rule).slips;
        if slips.is_empty() {
            return Vec::new();
        }
        let source = Source::new(SourceId(0), "", text);
        let document = syntax::yaml::parse(text, source.id).ok();
        let error = |slip: Slip| {
            let mut error = RuleError { help: slip.help(), ..RuleError::of_file(path, slip.message.clone()) };
            if let Some(document) = &document {
                let span = slip.place.span(&document.root, text);
                let (start, end) = (source.position(span.start), source.position(span.end));
                error.position = Some((start.line, start.column));
                error.length = (start.line == end.line).then(|| end.column.saturating_sub(start.column));
            }
            error
        };
        slips.into_iter().map(error).collect()
    }
}

impl RuleEntry {
    fn embedded((head, made): (&'static Head, &'static Made)) -> Self {
        Self {
            meta: Lazy::of(head, &made.meta),
            targets: Lazy::of(head, &made.targets),
            file: None,
            rest: Rest::Embedded(head, made),
        }
    }

    /// Its id. As those below, without making the rest of the head: every run asks it of every rule.
    pub fn id(&self) -> &str {
        match &self.rest {
            Rest::Embedded(head, _) => head.id,
            Rest::Own(_) => &self.meta.id,
        }
    }

    /// Its id, for those that keep it.
    pub fn shared_id(&self) -> RuleId {
        match &self.rest {
            Rest::Embedded(head, made) => RuleId::Embedded(head.id, &made.id),
            Rest::Own(_) => RuleId::Own(Arc::from(self.id())),
        }
    }

    /// Whether it has a parameter of this name.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.rule().is_ok_and(|rule| rule.settings.contains_key(name))
    }

    /// Its level.
    pub fn level(&self) -> Level {
        match &self.rest {
            Rest::Embedded(head, _) => head.level,
            Rest::Own(_) => self.meta.level,
        }
    }

    /// Its severity.
    pub fn severity(&self) -> RuleSeverity {
        match &self.rest {
            Rest::Embedded(head, _) => head.severity,
            Rest::Own(_) => self.meta.severity,
        }
    }

    /// What it is for.
    pub fn kind(&self) -> RuleKind {
        match &self.rest {
            Rest::Embedded(head, _) => head.kind,
            Rest::Own(_) => self.meta.kind,
        }
    }

    /// Whether a profile selects it.
    pub fn is_in(&self, profile: &str) -> bool {
        match &self.rest {
            Rest::Embedded(head, _) => head.is_in(profile),
            Rest::Own(_) => self.meta.profiles.iter().any(|own| own == profile),
        }
    }

    /// The rule itself.
    ///
    /// # Errors
    /// What is wrong with it. Only an embedded rule that the build should not have let through can be wrong here: a user's
    /// own was read when it was loaded.
    pub fn rule(&self) -> Result<&Rule, &str> {
        match &self.rest {
            Rest::Embedded(head, made) => {
                let rule = made.rule.get_or_init(|| Rule::of_pack(head, &made.meta).map(Box::new));
                rule.as_deref().map_err(String::as_str)
            }
            Rest::Own(own) => Ok(&own.0),
        }
    }

    /// Whether it is about the exceptions that a template makes, not about what it declares.
    pub fn is_about_exceptions(&self) -> bool {
        match &self.rest {
            Rest::Embedded(head, _) => head.is_about_exceptions,
            Rest::Own(_) => self.targets.contains(&TargetName::Exceptions),
        }
    }

    /// Its texts.
    pub fn prose(&self) -> RuleProse {
        match &self.rest {
            Rest::Embedded(head, _) => packed::read(head.prose()).unwrap_or_default(),
            Rest::Own(own) => own.1.clone(),
        }
    }

    /// What fixes its findings, as its file writes it.
    pub fn fixes(&self) -> Option<&Recipes> {
        self.rule().ok().map(|rule| &rule.fixes)
    }

    /// All of it, as its file has it; none if it cannot be read.
    pub fn whole(&self) -> Option<RuleFile> {
        Some(RuleFile { rule: self.rule().ok()?.clone(), prose: self.prose(), examples: self.examples() })
    }

    /// Its examples.
    pub fn examples(&self) -> Examples {
        match &self.rest {
            Rest::Embedded(head, _) => serde_json::from_str(head.examples()).unwrap_or_default(),
            Rest::Own(own) => own.2.clone(),
        }
    }
}

impl RuleSet {
    /// The pack that the binary carries.
    pub fn embedded() -> Self {
        Self { own: None, places: Vec::new() }
    }

    /// Adds the rules of a folder: every `.yaml` and `.yml` file in it and below, in sorted order. How many files there are.
    ///
    /// # Errors
    /// Those of [`add_file`](Self::add_file) for each file; the others are added all the same.
    pub fn add_folder(&mut self, folder: &Path, files: &Files) -> Result<usize, Vec<RuleError>> {
        let mut errors = Vec::new();
        let mut met_files = 0;
        for met in files.walk(folder) {
            match met {
                Ok(met) if met.kind == Kind::File && is_yaml(&met.path) => {
                    met_files += 1;
                    errors.extend(self.add_file(&met.path, files).err().unwrap_or_default());
                }
                Ok(_) => {}
                Err(Unlisted { path, error }) => {
                    errors.push(RuleError::of_file(&path, unreadable(&error)));
                }
            }
        }
        if errors.is_empty() { Ok(met_files) } else { Err(errors) }
    }

    /// Adds one rule file, once.
    ///
    /// # Errors
    /// If it cannot be read, is not a rule, names something that does not exist, or has the id of a rule that is already there.
    pub fn add_file(&mut self, path: &Path, files: &Files) -> Result<(), Vec<RuleError>> {
        let text = read_file(path, files).map_err(|error| vec![error])?;
        let file = RuleFile::read(path, &text).map_err(|error| vec![error])?;
        // Two folders may lead to it: `policies` and `./policies`, or a link.
        let known = self.get(&file.rule.meta.id).and_then(|known| known.file.as_deref());
        if known.is_some_and(|known| files.real(known).ok().is_some_and(|known| files.real(path).ok() == Some(known))) {
            return Ok(());
        }
        match file.vet(path, &text) {
            slips if slips.is_empty() => self.add(path, &text, file).map_err(|error| vec![error]),
            slips => Err(slips),
        }
    }

    /// Adds a rule from the text of its file. Does not look up whether what it names exists.
    ///
    /// # Errors
    /// If it is not a rule, or has the id of a rule that is already there.
    pub fn add_text(&mut self, path: &Path, text: &str) -> Result<(), RuleError> {
        self.add(path, text, RuleFile::read(path, text)?)
    }

    /// Adds a rule that was read from a text.
    ///
    /// # Errors
    /// If there is already a rule with its id.
    pub fn add(&mut self, path: &Path, text: &str, file: RuleFile) -> Result<(), RuleError> {
        if self.get(&file.rule.meta.id).is_some() {
            let message = format!("there is already a rule `{}`; use another id", file.rule.meta.id);
            let (position, length) = place_of(text, "id").unzip();
            return Err(RuleError { position, length, ..RuleError::of_file(path, message) });
        }
        self.put(path, file);
        Ok(())
    }

    /// Adds a rule that was read already, in place of one with its id.
    pub fn put(&mut self, path: &Path, file: RuleFile) {
        let about_exceptions = file.rule.exception.map(|_| TargetName::Exceptions);
        let mut targets: Targets = about_exceptions.into_iter().collect();
        for target in file.rule.checks.iter().flat_map(|check| &check.targets) {
            if !targets.contains(target) {
                targets.push(target.clone());
            }
        }
        let entry = RuleEntry {
            meta: Lazy::Own(Box::new((*file.rule.meta).clone())),
            targets: Lazy::Own(Box::new(targets)),
            file: Some(path.to_owned()),
            rest: Rest::Own(Box::new((file.rule, file.prose, file.examples))),
        };
        let entries = self.own.get_or_insert_with(|| embedded().map(RuleEntry::embedded).collect());
        match entries.binary_search_by(|known| known.id().cmp(entry.id())) {
            Ok(index) => drop(entries.get_mut(index).map(|known| *known = entry)),
            Err(index) => entries.insert(index, entry),
        }
        let own = entries.iter().enumerate().filter(|(_, entry)| entry.file.is_some());
        self.places = own.map(|(index, _)| index).collect();
    }

    /// The rules that name a type of resource or another target, not by a pattern: places among the [`entries`](Self::entries).
    pub fn naming(&self, target: &str) -> impl Iterator<Item = usize> {
        let embedded = with_target(target).iter().filter_map(|place| self.place_of(usize::from(*place)));
        let names = move |index: &usize| {
            let targets = self.entries().get(*index).map_or(&[][..], |entry| &entry.targets);
            targets.iter().any(|own| own.name() == target)
        };
        embedded.chain(self.places.iter().copied().filter(names))
    }

    /// The rules that name a type of resource, alone or by a pattern: places among the [`entries`](Self::entries).
    pub fn about(&self, kind: &str) -> impl Iterator<Item = usize> {
        let of_own =
            self.places.iter().filter_map(|index| self.entries().get(*index)).flat_map(|entry| entry.targets.iter());
        let own = of_own.filter(|target| matches!(target, TargetName::Types(_))).map(TargetName::name);
        let patterns = general().filter(|name| name.as_bytes().contains(&b':')).chain(own);
        let covering = patterns.filter(move |pattern| pattern_covers(pattern, kind));
        self.naming(kind).chain(covering.flat_map(|pattern| self.naming(pattern)))
    }

    /// The targets of rules that are no single types of resources, each with the rules that name it.
    pub fn general(&self) -> Vec<(TargetName, Vec<usize>)> {
        let embedded = general().filter_map(|name: &'static str| TargetName::of(Cow::Borrowed(name)).ok());
        let own =
            self.places.iter().filter_map(|index| self.entries().get(*index)).flat_map(|entry| entry.targets.iter());
        let mut names: Vec<TargetName> = embedded.collect();
        for target in own.filter(|target| !matches!(target, TargetName::Type(_))) {
            if !names.contains(target) {
                names.push(target.clone());
            }
        }
        let with_rules = |target: TargetName| {
            let rules = self.naming(target.name()).collect();
            (target, rules)
        };
        names.into_iter().map(with_rules).collect()
    }

    /// The built-in rules with a name in another tool, as the table of such names has it: places among the [`entries`](Self::entries).
    pub fn embedded_with_alias<'r>(&'r self, tool: &'r str, name: &'r str) -> impl Iterator<Item = usize> + use<'r> {
        with_alias(tool, name).filter_map(|place| self.place_of(place))
    }

    /// Where the rule with this id is among the [`entries`](Self::entries).
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.entries().binary_search_by(|entry| entry.id().cmp(id)).ok()
    }

    /// Where a rule of the pack is among the entries; none if a user's own replaces it.
    fn place_of(&self, place: usize) -> Option<usize> {
        if self.own.is_none() {
            return Some(place);
        }
        let id = head_at(place)?.id;
        let index = self.entries().binary_search_by(|entry| entry.id().cmp(id)).ok()?;
        self.entries().get(index)?.file.is_none().then_some(index)
    }

    /// The types and properties that custom rules name as newer than the schemas.
    pub fn newer_than_schemas(&self) -> Vec<String> {
        let own = self.entries().iter().filter(|entry| entry.file.is_some()).filter_map(|entry| entry.rule().ok());
        own.flat_map(|rule| rule.newer_than_schemas.iter().cloned()).collect()
    }

    /// The rules, sorted by id.
    pub fn entries(&self) -> &[RuleEntry] {
        static EMBEDDED: OnceLock<Vec<RuleEntry>> = OnceLock::new();
        let embedded = || EMBEDDED.get_or_init(|| embedded().map(RuleEntry::embedded).collect());
        self.own.as_ref().unwrap_or_else(embedded)
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&RuleEntry> {
        self.entries().get(self.index_of(id)?)
    }

    /// Whether there is a rule with this id, or with an id that matches this pattern.
    pub fn has(&self, pattern: &str) -> bool {
        self.get(pattern).is_some() || self.entries().iter().any(|entry| names(pattern, entry.id()))
    }

    /// The rules that have a name in some other tool, whatever its case.
    pub fn with_alias(&self, name: &str) -> Vec<&RuleEntry> {
        let has =
            |entry: &&RuleEntry| entry.meta.aliases.values().flatten().any(|alias| alias.eq_ignore_ascii_case(name));
        self.entries().iter().filter(has).collect()
    }

    /// Where to look instead of a rule that does not exist: at the rules that have the name in other tools, or at the id that
    /// looks most like it.
    pub fn instead_of(&self, id: &str) -> String {
        let own: Vec<String> = self.with_alias(id).iter().map(|entry| format!("`{}`", entry.meta.id)).collect();
        if !own.is_empty() {
            return format!("This is another tool's name for {}.", own.join(", "));
        }
        match self.nearest(id) {
            Some(nearest) => format!("Did you mean `{nearest}`?"),
            None => LIST_RULES.to_owned(),
        }
    }

    /// The id that looks most like a misspelt one.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        nearest(id, self.entries().iter().map(RuleEntry::id))
    }
}

/// Where to look for a rule if no name is like the one that does not exist.
pub const LIST_RULES: &str = "Run `hipaalint rules` to list all rules.";

/// Whether a text stands for several rules: `*` stands for any characters.
pub fn is_pattern(text: &str) -> bool {
    text.contains('*')
}

/// Whether a text, which may be a pattern such as `s3-*`, names the rule with an id.
pub fn names(text: &str, id: &str) -> bool {
    text == id || (is_pattern(text) && pattern_covers(text, id))
}

/// Why a rule file or a folder of them is not read.
fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => why(error),
        _ => format!("it cannot be read: {}", why(error)),
    }
}

/// The text of a rule file.
///
/// # Errors
/// If it cannot be read.
pub fn read_file(path: &Path, files: &Files) -> Result<String, RuleError> {
    // The walk to it followed no link.
    let read = Reach::Anywhere.read(path, MAX_NAMED, files).and_then(text_of);
    read.map_err(|error| {
        let message = match error.kind() {
            std::io::ErrorKind::InvalidData => "the file is not UTF-8 text".to_owned(),
            _ => unreadable(&error),
        };
        RuleError::of_file(path, message)
    })
}

/// The files of rules in a folder and below, in sorted order.
pub fn rule_files<'f>(folder: &Path, files: &'f Files) -> impl Iterator<Item = PathBuf> + use<'f> {
    let met = files.walk(folder).filter_map(Result::ok);
    met.filter(|met| met.kind == Kind::File && is_yaml(&met.path)).map(|met| met.path)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The examples of one kind, with the marks taken off: `(name, template, marked lines)`.
pub fn unmark(example: &Example) -> (String, Vec<Mark>) {
    let mut text = String::with_capacity(example.template.len());
    let mut marks = Vec::new();
    for (index, line) in example.template.lines().enumerate() {
        match line.rfind("# finding") {
            Some(at) => {
                let (before, mark) = line.split_at(at);
                let rest = mark.trim_start_matches("# finding");
                let (level, rest) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                    Some((level, rest)) => (Some(level.to_owned()), rest),
                    None => (None, rest),
                };
                let words = rest.strip_prefix(':').map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
                marks.push(Mark { line: index + 1, level, words });
                text.push_str(before.trim_end());
            }
            None => text.push_str(line),
        }
        text.push('\n');
    }
    (text, marks)
}

/// Where an example requires a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The line, from 1.
    pub line: usize,
    /// The finding's level, where the mark names one.
    pub level: Option<String>,
    /// Words that its message must contain, where the mark has some.
    pub words: Option<String>,
}
