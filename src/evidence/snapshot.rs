//! What a bundle has to compare: its templates, findings and exceptions, read record by record.

use super::manifest::{Included, Manifest, Template};
use super::opened::{BundleError, Opened};
use super::{MAX_RECORD, MAX_RECORDS, RESULTS, TEMPLATES};
use crate::finding::{Level, Levels, sentence};
use crate::rules::load::RuleSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};

/// The contents of a bundle.
pub struct Snapshot {
    /// Its rules are sorted.
    pub(super) manifest: Manifest,
    pub(super) templates: BTreeMap<String, State>,
    /// The files that templates include, with the rules that have a result on any of these.
    included: BTreeMap<String, BTreeSet<usize>>,
    /// The configurations that govern these templates.
    configurations: BTreeMap<String, BTreeSet<Option<String>>>,
    /// Violations, whatever suppresses them.
    pub(super) failures: BTreeMap<Key, Failures>,
    /// Files, rules and subjects with an undecided check.
    pub(super) undecided: BTreeSet<(String, String, String)>,
    pub(super) exceptions: Vec<Exception>,
    /// The profiles that governed templates.
    pub(super) profiles: BTreeSet<String>,
    /// The ids of the rules about exceptions.
    about_exceptions: BTreeSet<String>,
}

/// A template.
pub(super) struct State {
    pub(super) sha256: String,
    pub(super) included: Vec<Included>,
    /// The configuration that governs it.
    configuration: Option<String>,
    /// The rules with a result on it, by their numbers among those that ran.
    rules: BTreeSet<usize>,
}

/// What identifies a finding, whatever its line, its value and its words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) file: String,
    pub(super) rule: String,
    pub(super) subject: String,
    pub(super) path: String,
}

/// The violations with one key.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    pub(super) counting: Levels,
    pub(super) excepted: usize,
    pub(super) in_baseline: usize,
    pub(super) message: String,
    pub(super) severity: String,
    /// The level of the one with the message, and whether it counts: the gravest that counts is shown.
    shown: (bool, Option<Level>),
    /// The last day of the exception, if one suppresses them and ends.
    pub(super) expires: Option<String>,
}

impl Failures {
    pub(super) fn all(&self) -> usize {
        self.counting.total() + self.excepted + self.in_baseline
    }
}

/// An exception of the register.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Exception {
    pub(super) state: String,
    pub(super) id: String,
    #[serde(default)]
    pub(super) rules: Vec<String>,
    pub(super) reason: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) expires: Option<String>,
    #[serde(default)]
    pub(super) covers: Vec<String>,
    pub(super) file: String,
}

#[derive(Deserialize)]
struct Kind {
    record: String,
}

#[derive(Deserialize)]
struct FindingRecord {
    rule: String,
    level: Option<Level>,
    severity: String,
    outcome: String,
    message: String,
    when: Option<String>,
    file: String,
    path: String,
    subject: SubjectRecord,
    exception: Option<SuppressedBy>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    governed: Vec<Governed>,
}

#[derive(Deserialize)]
struct Governed {
    profile: Option<String>,
}

#[derive(Deserialize)]
struct SubjectRecord {
    section: String,
    name: String,
}

#[derive(Deserialize)]
struct SuppressedBy {
    expires: Option<String>,
}

impl Snapshot {
    /// Reads the records of a bundle.
    ///
    /// # Errors
    /// If a record cannot be read, or if there are too many.
    pub fn new(bundle: &Opened<'_>) -> Result<Self, BundleError> {
        let mut manifest = bundle.manifest.clone();
        manifest.rules.sort();
        let own = RuleSet::embedded();
        let about_exceptions = own.entries().iter().filter(|entry| entry.is_about_exceptions());
        let mut snapshot = Self {
            about_exceptions: about_exceptions.map(|entry| entry.id().to_owned()).collect(),
            manifest,
            templates: BTreeMap::new(),
            included: BTreeMap::new(),
            configurations: BTreeMap::new(),
            failures: BTreeMap::new(),
            undecided: BTreeSet::new(),
            exceptions: Vec::new(),
            profiles: BTreeSet::new(),
        };
        records(bundle, TEMPLATES, |line| {
            snapshot.add_template(read(line)?);
            limited(snapshot.templates.len())
        })?;
        records(bundle, RESULTS, |line| {
            match read::<Kind>(line)?.record.as_str() {
                kind @ ("finding" | "suppressed") => snapshot.add(read(line)?, kind == "finding"),
                "exception" => snapshot.exceptions.push(read(line)?),
                "summary" => {
                    let governed = read::<Summary>(line)?.governed;
                    snapshot.profiles = governed.into_iter().filter_map(|part| part.profile).collect();
                }
                _ => {}
            }
            limited(snapshot.failures.len() + snapshot.undecided.len() + snapshot.exceptions.len())
        })?;
        Ok(snapshot)
    }

    fn add_template(&mut self, Template { file, sha256, configuration, included, checks, .. }: Template) {
        let rules: BTreeSet<usize> = checks.iter().filter_map(|checks| self.number(&checks.rule)).collect();
        for Included { file, .. } in &included {
            self.included.entry(file.clone()).or_default().extend(&rules);
            self.configurations.entry(file.clone()).or_default().insert(configuration.clone());
        }
        self.templates.insert(file, State { sha256, included, configuration, rules });
    }

    /// The number of a rule among those that ran.
    fn number(&self, rule: &str) -> Option<usize> {
        self.manifest.rules.binary_search_by(|own| own.as_str().cmp(rule)).ok()
    }

    /// Whether a rule ran. Those about exceptions do so for the exceptions of every rule.
    pub(super) fn ran(&self, rule: &str) -> bool {
        self.number(rule).is_some() || self.about_exceptions.contains(rule)
    }

    /// Whether a rule ran on a file: one that ran may be off in the configuration that governs the file's template.
    pub(super) fn ran_on(&self, file: &str, rule: &str) -> bool {
        let ran = |own: &Option<String>| {
            let governing = self.manifest.configurations.iter().find(|known| known.configuration == *own);
            governing.is_none_or(|known| !known.not_run.iter().any(|id| id == rule))
        };
        let own = self.templates.get(file).map(|template| &template.configuration);
        let mut governing = own.into_iter().chain(self.configurations.get(file).into_iter().flatten()).peekable();
        self.ran(rule) && (governing.peek().is_none() || governing.any(ran))
    }

    /// The number of rules that ran, and did not run for another bundle.
    pub(super) fn more_rules_than(&self, other: &Self) -> usize {
        self.manifest.rules.iter().filter(|rule| !other.ran(rule)).count()
    }

    /// Whether a file is a template of the bundle, or one that they include.
    pub(super) fn has_file(&self, file: &str) -> bool {
        self.templates.contains_key(file) || self.included.contains_key(file)
    }

    /// Whether a rule has a result on a template, or on one that includes the file.
    pub(super) fn was_checked(&self, file: &str, rule: &str) -> bool {
        let Some(number) = self.number(rule) else { return false };
        let own = self.templates.get(file).is_some_and(|template| template.rules.contains(&number));
        own || self.included.get(file).is_some_and(|rules| rules.contains(&number))
    }

    fn add(&mut self, record: FindingRecord, counts: bool) {
        let FindingRecord { rule, level, severity, outcome, message, when, file, path, subject, exception } = record;
        let subject = match subject.name.as_str() {
            "" => subject.section,
            name => format!("{}/{name}", subject.section),
        };
        match outcome.as_str() {
            "fail" => {
                let failures = self.failures.entry(Key { file, rule, subject, path }).or_default();
                match exception {
                    _ if counts => failures.counting.add(level, 1),
                    Some(exception) => {
                        failures.excepted += 1;
                        failures.expires = failures.expires.take().max(exception.expires);
                    }
                    None => failures.in_baseline += 1,
                }
                if failures.message.is_empty() || failures.shown <= (counts, level) {
                    failures.message = sentence(&message, when.as_deref());
                    failures.severity = severity;
                    failures.shown = (counts, level);
                }
            }
            "undecided" => {
                self.undecided.insert((file, rule, subject));
            }
            _ => {}
        }
    }
}

fn limited(number: usize) -> Result<(), String> {
    if number > MAX_RECORDS { Err(format!("it has more than {MAX_RECORDS} records")) } else { Ok(()) }
}

fn read<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| error.to_string())
}

/// Gives each line of a file to a function.
fn records(
    bundle: &Opened<'_>,
    name: &str,
    mut each: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), BundleError> {
    let mut file = BufReader::new(bundle.file(name)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let about = |what: &str| BundleError(format!("its file `{name}` cannot be read, line {number}: {what}"));
        let read = (&mut file).take(MAX_RECORD).read_until(b'\n', &mut line);
        if read.map_err(|error| about(&error.to_string()))? == 0 {
            break;
        }
        if line.len() as u64 >= MAX_RECORD {
            return Err(about("the line is too long"));
        }
        each(&line).map_err(|error| about(&error))?;
    }
    Ok(())
}
