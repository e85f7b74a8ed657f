//! Lints templates, and keeps what CloudFormation and the person who deploys need to know.

use crate::settings::Settings;
use hipaalint::linter::{Fixes, Keep};
use hipaalint::report::rule_address;
use hipaalint::rules::load::{RuleSet, profiles};
use hipaalint::session::Contents;
use hipaalint::{
    Buffers, Configuration, Date, FailOn, Files, Level, Options, Outcome, Results, RuleSeverity, RuleSources, Session,
    Severity,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder that templates are in, in memory.
const FOLDER: &str = "/hook";

/// Rules that judge how a template is written, or what stands beside the properties of a resource. CloudFormation resolves references
/// and passes on properties alone when it asks about a resource, so nothing of that can be seen there.
pub(crate) const NOT_OF_PARTS: [&str; 11] = [
    "exception-*",
    "kms-key-retained",
    "literal-secret",
    "metadata-exposes-secret",
    "name-contains-suffix",
    "name-suffix-parameter",
    "output-*",
    "parameter-*",
    "rds-master-password-secret",
    "stateful-*",
    "template-*",
];

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) severity: RuleSeverity,
    /// Whether it makes the operation not compliant.
    pub(crate) fails: bool,
    pub(crate) message: String,
    /// The resource, and the line in its template, where that is one that a person wrote.
    pub(crate) place: String,
    pub(crate) remediation: String,
    pub(crate) link: String,
}

/// The result for an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judgment {
    /// The gravest first.
    pub(crate) found: Vec<Found>,
    /// What kept hipaalint from judging.
    pub(crate) problems: Vec<String>,
    /// What was not judged, and other remarks.
    pub(crate) remarks: Vec<String>,
    pub(crate) passed: usize,
    pub(crate) undecided: usize,
}

impl Judgment {
    /// Nothing could be judged.
    pub(crate) fn failed(problem: String) -> Self {
        Self { problems: vec![problem], ..Self::default() }
    }

    /// There was nothing to judge.
    pub(crate) fn nothing(remark: &str) -> Self {
        Self { remarks: vec![remark.to_owned()], ..Self::default() }
    }

    /// Whether the operation is not compliant.
    pub(crate) fn fails(&self) -> bool {
        self.found.iter().any(|found| found.fails)
    }
}

/// What judges, with settings that can be used.
#[derive(Debug)]
pub(crate) struct Judges {
    settings: Settings,
    fail_on: Option<FailOn>,
    today: Option<Date>,
}

impl Judges {
    /// With settings.
    ///
    /// # Errors
    /// If the settings name what does not exist.
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        if let Some(profile) = settings.profile.as_deref().filter(|name| !profiles().iter().any(|one| one.0 == *name)) {
            return Err(format!("HIPAALINT_PROFILE is `{profile}`, which is not a profile"));
        }
        let fail_on = match settings.fail_on.as_deref() {
            None => None,
            Some("error") => Some(FailOn::Level(Level::Error)),
            Some("warning") => Some(FailOn::Level(Level::Warning)),
            Some("note") => Some(FailOn::Level(Level::Note)),
            Some("never") => Some(FailOn::Never),
            Some(other) => {
                return Err(format!("HIPAALINT_FAIL_ON is `{other}`; use error, warning, note, or never"));
            }
        };
        let today = settings
            .today
            .as_deref()
            .map(|text| text.parse().map_err(|_| format!("HIPAALINT_TODAY is `{text}`, which is not a date")));
        let judges = Self { today: today.transpose()?, fail_on, settings };
        // Everything that is wrong with the configuration shows without a template.
        let empty = judges.session(false, None, None).lint_open(Path::new("template"), "Resources: {}");
        match errors(&empty).next() {
            Some(error) => Err(error),
            None => Ok(judges),
        }
    }

    fn session(&self, is_part: bool, account: Option<&str>, region: Option<&str>) -> Session {
        let mut memory = Buffers::default();
        // There is always something in the folder, so that it exists.
        memory.open(&Path::new(FOLDER).join("README"), "");
        let configuration = self.settings.configuration.as_ref().map(|text| {
            let file = Path::new(FOLDER).join("hipaalint.yaml");
            memory.open(&file, text.as_str());
            file
        });
        let keep = Keep { undecided: true, passed: false, fixes: Fixes::None, ..Keep::default() };
        let pinned = [("AWS::AccountId", account), ("AWS::Region", region)];
        let options = Options {
            sources: RuleSources {
                configuration: configuration.map_or(Configuration::Ignored, Configuration::File),
                folders: Vec::new(),
            },
            profile: self.settings.profile.clone(),
            fail_on: self.fail_on,
            is_part,
            ignored: NOT_OF_PARTS.iter().filter(|_| is_part).map(|rule| (*rule).to_owned()).collect(),
            parameters: pinned
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
                .collect(),
            today: self.today.or_else(clock_day),
            contents: Contents { requested: keep, needed: keep, ..Contents::default() },
            ..Options::default()
        };
        Session::new(options, Files::new(Arc::new(memory), PathBuf::from(FOLDER)))
    }

    /// Judges texts: templates of whole stacks, or of parts of them.
    pub(crate) fn of(
        &self,
        texts: &[(String, String)],
        is_part: bool,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Judgment {
        let session = self.session(is_part, account, region);
        let fail_on = session.settings_of(Path::new(FOLDER)).fail_on;
        let rules = RuleSet::embedded();
        let mut judgment = Judgment::default();
        for (name, text) in texts {
            let results = session.lint_open(Path::new("template"), text.as_str());
            judgment.problems.extend(errors(&results));
            let summary = results.summary();
            judgment.passed += summary.passed;
            judgment.undecided += summary.undecided;
            for finding in results.findings().iter().filter(|finding| finding.outcome == Outcome::Fail) {
                let line = results.source(finding.span).map(|source| source.position(finding.span.start).line);
                // The template as a whole has no name.
                let subject = &finding.subject;
                let mut place = if subject.name.is_empty() { subject.section } else { &subject.name }.to_owned();
                if let (Some(line), false) = (line, is_part) {
                    place += &format!(", line {line}");
                }
                if !name.is_empty() {
                    place += &format!(" of {name}");
                }
                let remediation = rules.get(&finding.rule).map(|entry| entry.prose().remediation.clone());
                judgment.found.push(Found {
                    rule: finding.rule.to_string(),
                    severity: finding.severity,
                    fails: finding.counts() && fail_on.counts(finding.level),
                    message: finding.full_message(),
                    place,
                    remediation: remediation.unwrap_or_default(),
                    link: rule_address(&finding.rule),
                });
            }
        }
        judgment.found.sort_by_key(|found| (!found.fails, std::cmp::Reverse(found.severity)));
        if is_part {
            judgment.remarks.push(
                "Judged without the rest of its stack: what depends on other resources is undecided, and how the template is \
                 written cannot be seen."
                    .to_owned(),
            );
        }
        judgment
    }
}

/// What kept hipaalint from judging.
fn errors(results: &Results) -> impl Iterator<Item = String> + '_ {
    let errors = results.diagnostics().iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| match results.source(diagnostic.span.unwrap_or_default()).zip(diagnostic.span) {
        Some((source, span)) => format!("line {}: {}", source.position(span.start).line, diagnostic.full_message()),
        None => diagnostic.full_message(),
    })
}

/// The date of the clock, in UTC.
fn clock_day() -> Option<Date> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::of_unix_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hipaalint::rules::load::names;

    #[test]
    fn rules_that_parts_are_not_judged_by_exist() {
        let rules = RuleSet::embedded();
        for pattern in NOT_OF_PARTS {
            assert!(rules.entries().iter().any(|entry| names(pattern, entry.id())), "{pattern}");
        }
    }

    /// Whatever a rule reads beside `Properties` is not in an event about a resource.
    #[test]
    fn rules_about_what_is_beside_the_properties_are_among_them() {
        let rules = RuleSet::embedded();
        for entry in rules.entries() {
            let prefixes = ["stateful-", "template-", "parameter-", "output-", "metadata-", "exception-"];
            if prefixes.iter().any(|prefix| entry.id().starts_with(prefix)) || entry.id().ends_with("-retained") {
                assert!(NOT_OF_PARTS.iter().any(|pattern| names(pattern, entry.id())), "{}", entry.id());
            }
        }
    }
}
