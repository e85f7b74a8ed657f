//! A rule: what it looks at and what must hold there.

pub use super::lists::{PROFILES, PROPOSAL};
pub use super::target::{TargetName, Targets};

use super::analysis::Analysis;
use super::assertion::{Assertion, Form};
use super::evidence::Evidence;
use super::fix::{self, Many, Recipe, Recipes};
use super::meta::{FalseAlarms, RuleKind, RuleMeta, RuleProse};
use super::operand::{Operand, Settings, settings_of};
use super::pack::{Head, Lazy};
use super::packed;
use super::parameter::{self, ParameterKind};
use crate::finding::{Flaw, Level, RuleSeverity};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

/// A rule that can be run.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its head.
    pub meta: Lazy<RuleMeta>,
    /// What it checks; each block of a template is looked at by the checks whose targets it is. None of a rule about exceptions.
    pub checks: Vec<Check>,
    /// Whether several of them may look at the same block.
    pub looks_again: bool,
    /// The problem of exceptions that it reports, if it is about exceptions.
    pub exception: Option<Flaw>,
    /// What is wrong, for locations whose assertion has no message of its own.
    pub message: String,
    /// Its parameters with their values.
    pub settings: Settings,
    /// What each parameter is for, in words.
    pub descriptions: BTreeMap<String, String>,
    /// The values that each of its parameters takes.
    pub kinds: BTreeMap<String, ParameterKind>,
    /// Resource types, and properties such as `AWS::S3::Bucket.NewProperty`, that exist although the schemas do not have them.
    pub newer_than_schemas: Vec<String>,
    /// What fixes its findings.
    pub fixes: Recipes,
}

/// Blocks and what must hold for each. What must hold is read when it is first asked for: most rules check types of resources that a
/// template does not have.
#[derive(Clone, Debug)]
pub struct Check {
    /// The blocks.
    pub targets: Targets,
    packed: Option<(&'static str, Option<Evidence>)>,
    body: OnceLock<Box<Body>>,
}

/// What must hold for a block.
#[derive(Clone, Debug)]
pub struct Body {
    /// Where the check applies; everywhere if absent.
    pub when: Option<Assertion>,
    /// What must hold.
    pub assert: Assertion,
    /// Replaces the rule's message.
    pub message: Option<String>,
    /// Replaces the rule's level, unless a configuration sets that.
    pub level: Option<Level>,
    /// Further locations to show with its findings.
    pub evidence: Option<Evidence>,
}

/// What findings of a rule show besides that a safeguard is missing.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Something has no effect.
    Unnecessary,
    /// Something is no longer supported.
    Deprecated,
}

impl Rule {
    /// What its findings show besides, if all of them do.
    pub fn mark(&self) -> Option<Mark> {
        let ends = |check: &Check| matches!(&check.assert.form, Form::Analysis(analysis) if matches!(**analysis, Analysis::InSupport(_)));
        if self.exception == Some(Flaw::Unused) {
            Some(Mark::Unnecessary)
        } else if !self.checks.is_empty() && self.checks.iter().all(ends) {
            Some(Mark::Deprecated)
        } else {
            None
        }
    }
}

impl Check {
    /// A check that was read.
    fn of(targets: Targets, body: Body) -> Self {
        Self { targets, packed: None, body: Box::new(body).into() }
    }

    /// A check of a built-in rule, with what the rule shows as evidence.
    pub(super) fn packed(targets: Targets, packed: &'static str, evidence: Option<Evidence>) -> Self {
        Self { targets, packed: Some((packed, evidence)), body: OnceLock::new() }
    }
}

impl Deref for Check {
    type Target = Body;

    fn deref(&self) -> &Body {
        self.body.get_or_init(|| {
            let (packed, evidence) = self.packed.unwrap_or_default();
            Box::new(match packed::read(packed) {
                Ok(PackedBody { when, assert, message, level }) => Body { when, assert, message, level, evidence },
                // A test holds that there is none. If one slips through, no run may look as if the check had passed.
                Err(error) => Body {
                    when: None,
                    assert: Assertion::undecided(format!("the built-in rule cannot be read: {error}")),
                    message: None,
                    level: None,
                    evidence,
                },
            })
        })
    }
}

/// A check as the pack has it.
#[derive(Deserialize)]
struct PackedBody {
    when: Option<Assertion>,
    assert: Assertion,
    message: Option<String>,
    level: Option<Level>,
}

/// A rule file: the rule, its texts and its examples. The built-in pack stores the texts and examples separately.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawRule"))]
#[serde(try_from = "RawRule")]
pub struct RuleFile {
    /// What runs.
    pub rule: Rule,
    /// What people read.
    pub prose: RuleProse,
    /// Templates that must pass and must fail.
    pub examples: Examples,
}

/// The examples of a rule, which are its tests.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Templates that pass: the rule reports no findings.
    #[serde(default)]
    pub pass: Vec<Example>,
    /// Templates that fail: the rule reports a finding on each line that ends with `# finding`, and on no other line.
    #[serde(default)]
    pub fail: Vec<Example>,
    /// Templates for which the rule is undecided.
    #[serde(default)]
    pub undecided: Vec<Example>,
    /// Templates to which the rule does not apply: no finding, and no check that passed.
    #[serde(default, rename = "passed-over")]
    pub passed_over: Vec<Example>,
}

/// One example.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What the example shows, in a few words.
    pub name: String,
    /// The template, in YAML or JSON. A mark at the end of a line means that a finding must point at that line: `# finding`,
    /// `# finding: words of the message` or `# finding(warning)`. The marks are removed before the template is read.
    pub template: String,
    /// Values of template parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Values of the rule's parameters.
    #[serde(default)]
    pub settings: BTreeMap<String, Operand>,
    /// The profile of the run. Without it, the rule runs as if it had been named.
    #[serde(default)]
    pub profile: Option<String>,
    /// The day of the run, such as `2026-12-31`. Without it, 2026-01-01.
    #[serde(default)]
    pub today: Option<String>,
    /// Only for examples that fail: the fix that the remediation recommends, as a merge patch (RFC 7396) of the template. The
    /// rule must pass on the patched template.
    #[serde(default)]
    pub patch: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    /// The id, which is also the file's name: lowercase letters, digits and hyphens, with the service first. It never changes after a release.
    id: String,
    /// What is wrong, in a few words without a period.
    title: String,
    /// The level of its findings.
    level: Level,
    /// What can happen to PHI if a finding is true and nobody reacts. Without it, an error has `high`, a warning `medium`, and
    /// a note `low`.
    severity: Option<RuleSeverity>,
    /// The harm in one sentence.
    #[serde(default)]
    harm: String,
    /// How often a finding is not a weakness.
    false_alarms: Option<FalseAlarms>,
    /// Whether a deployment gate can demand the fix: it is in the author's hands, and breaks nothing.
    gate: Option<bool>,
    /// `supporting` if a check that passes does not show that a safeguard is in place: checks of tags, names, texts and
    /// references, which any template has.
    #[serde(default)]
    kind: RuleKind,
    /// The profiles that run the rule. Your own rules do not need profiles: they always run.
    #[serde(default)]
    profiles: Vec<String>,
    /// The citations of 45 CFR Part 164 that the rule supports, such as `164.312(a)(2)(iv)`.
    #[serde(default)]
    controls: Vec<String>,
    /// The names of the rule in other tools: a list of ids for each tool.
    #[serde(default)]
    aliases: BTreeMap<String, Vec<String>>,
    /// The parameters that users can set in their configuration.
    #[serde(default)]
    parameters: BTreeMap<String, RawParameter>,
    /// Resource types, and properties such as `AWS::S3::Bucket.NewProperty`, that are newer than the schemas in this version of
    /// hipaalint.
    #[serde(default)]
    newer_than_schemas: Vec<String>,
    /// The resource types, or other parts of a template, that the rule checks.
    resources: Option<Targets>,
    /// The condition under which the rule applies. Without it, the rule always applies.
    when: Option<Assertion>,
    /// The assertion that must be true.
    assert: Option<Assertion>,
    /// The problem of an exception that the rule reports. Only for rules with `resources: [exceptions]`.
    exception: Option<Flaw>,
    /// The message of a finding. Placeholders: `{resource}`, `{type}`, `{name}`, `{state}`, `{value}`, and `{setting:days}`
    /// for the rule's parameter `days`.
    message: String,
    /// Further locations to show with a finding.
    evidence: Option<Evidence>,
    /// Several checks, for types that need different assertions. Replaces `resources` and `assert`.
    #[serde(default)]
    checks: Vec<RawCheck>,
    /// Why it matters for HIPAA. Markdown.
    #[serde(default)]
    why: String,
    /// How to fix it. Most reports show the first sentence only. Markdown.
    #[serde(default)]
    remediation: String,
    /// What fixes a finding: one fix, or a list of which the first that fits is taken.
    #[serde(default)]
    fix: Many<Recipe>,
    /// Links to documentation.
    #[serde(default)]
    references: Vec<String>,
    /// Example templates, which are also the tests of the rule.
    #[serde(default)]
    examples: Examples,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RawParameter {
    /// What the parameter is for.
    description: String,
    /// The default value. It shows what the parameter takes: a number, `true` or `false`, texts, or a list of one of these.
    #[cfg_attr(test, schemars(with = "Operand"))]
    default: parameter::Default,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct RawCheck {
    /// The resource types, or other parts of a template, that the check looks at.
    resources: Targets,
    /// The condition under which the check applies. Without it, the check always applies.
    when: Option<Assertion>,
    /// The assertion that must be true.
    assert: Assertion,
    /// Replaces the rule's message.
    message: Option<String>,
    /// Replaces the rule's level.
    level: Option<Level>,
    /// Replaces the rule's fix.
    fix: Option<Many<Recipe>>,
}

/// A rule as the pack has it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PackedRule<'p> {
    message: String,
    #[serde(default)]
    parameters: BTreeMap<String, RawParameter>,
    exception: Option<Flaw>,
    evidence: Option<Evidence>,
    #[serde(default)]
    newer_than_schemas: Vec<String>,
    #[serde(borrow)]
    checks: Vec<PackedCheck<'p>>,
}

#[derive(Deserialize)]
struct PackedCheck<'p> {
    #[serde(borrow)]
    targets: Vec<&'p str>,
    body: &'p str,
}

impl Rule {
    /// A built-in rule. Whether its parts fit together, the tests check.
    ///
    /// # Errors
    /// What of it is not as the language has it.
    pub(super) fn of_pack(head: &'static Head, meta: &'static OnceLock<Box<RuleMeta>>) -> Result<Self, String> {
        let raw: PackedRule<'static> = packed::read(head.logic()).map_err(|error| error.to_string())?;
        let check = |check: PackedCheck<'static>| {
            let targets = check.targets.into_iter().map(|name| TargetName::of(Cow::Borrowed(name)));
            Ok(Check::packed(targets.collect::<Result<_, String>>()?, check.body, raw.evidence))
        };
        let Declared { settings, descriptions, kinds } = declared(raw.parameters)?;
        let checks = raw.checks.into_iter().map(check).collect::<Result<Vec<Check>, String>>()?;
        Ok(Self {
            meta: Lazy::of(head, meta),
            looks_again: look_again(&checks),
            checks,
            exception: raw.exception,
            message: raw.message,
            settings,
            descriptions,
            kinds,
            newer_than_schemas: raw.newer_than_schemas,
            fixes: Recipes::packed(head.fixes()),
        })
    }
}

/// Whether several checks may look at the same block.
fn look_again(checks: &[Check]) -> bool {
    let may_share = |one: &TargetName, other: &TargetName| match (one, other) {
        (TargetName::Type(one), TargetName::Type(other)) => one == other,
        _ => one == other || (one.is_of_resources() && other.is_of_resources()),
    };
    let pairs =
        checks.iter().enumerate().flat_map(|(at, one)| checks.iter().skip(at + 1).map(move |other| (one, other)));
    let mut targets = pairs.flat_map(|(one, other)| {
        one.targets.iter().flat_map(|target| other.targets.iter().map(move |other| (target, other)))
    });
    targets.any(|(one, other)| may_share(one, other))
}

/// What a rule declares about its parameters.
struct Declared {
    settings: Settings,
    descriptions: BTreeMap<String, String>,
    kinds: BTreeMap<String, ParameterKind>,
}

/// The values of parameters by default, what each is for, and what it takes.
fn declared(parameters: BTreeMap<String, RawParameter>) -> Result<Declared, String> {
    let mut settings = Settings::new();
    let mut descriptions = BTreeMap::new();
    let mut kinds = BTreeMap::new();
    for (name, parameter) in parameters {
        descriptions.insert(name.clone(), parameter.description);
        kinds.insert(name.clone(), parameter.default.kind());
        match parameter.default.value {
            Operand::Scalars(texts) => settings.insert(name, texts),
            Operand::Parameter(_) => {
                return Err(format!("the default value of parameter `{name}` cannot be another parameter"));
            }
        };
    }
    Ok(Declared { settings, descriptions, kinds })
}

impl TryFrom<RawRule> for RuleFile {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Self, String> {
        let well_formed = !raw.id.is_empty()
            && raw.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !raw.id.starts_with('-')
            && !raw.id.ends_with('-');
        if !well_formed {
            return Err(format!("`id` cannot be `{}`; use lowercase letters, digits and hyphens", raw.id));
        }
        let Declared { settings, descriptions, kinds } = declared(raw.parameters)?;
        let mut of_checks: Vec<Option<Many<Recipe>>> = Vec::new();
        let mut checks: Vec<Check> = raw
            .checks
            .into_iter()
            .map(|check| {
                let RawCheck { resources, when, assert, message, level, fix } = check;
                of_checks.push(fix);
                Check::of(resources, Body { when, assert, message, level, evidence: raw.evidence })
            })
            .collect();
        let is_about_exceptions = |targets: &Targets| targets.contains(&TargetName::Exceptions);
        let names_exceptions = checks.iter().any(|check| is_about_exceptions(&check.targets))
            || raw.resources.as_ref().is_some_and(is_about_exceptions);
        match (raw.resources, raw.assert) {
            (Some(targets), None) if raw.exception.is_some() && targets == [TargetName::Exceptions] => {
                if !checks.is_empty() || raw.when.is_some() {
                    return Err("a rule about exceptions cannot have `checks` or `when`".to_owned());
                }
            }
            _ if raw.exception.is_some() || names_exceptions => {
                return Err(
                    "a rule about exceptions needs `resources: [exceptions]` and `exception`, without `assert`"
                        .to_owned(),
                );
            }
            (Some(targets), Some(assert)) => {
                let (when, evidence) = (raw.when, raw.evidence);
                of_checks.insert(0, None);
                checks.insert(0, Check::of(targets, Body { when, assert, message: None, level: None, evidence }));
            }
            (None, None) if !checks.is_empty() && raw.when.is_none() => {}
            _ => return Err("a rule needs `resources` and `assert`, or `checks` that each have both".to_owned()),
        }
        let recipes = of_checks.iter().flatten().flat_map(|all| all.iter()).chain(raw.fix.iter());
        if raw.exception.is_some() && recipes.clone().next().is_some() {
            return Err("a rule about exceptions cannot have a `fix`".to_owned());
        }
        for recipe in recipes {
            if let Some(slip) = fix::slip::slip(recipe, &|name| settings.contains_key(name)) {
                return Err(slip);
            }
        }
        let mut undeclared = None;
        let whens = of_checks.iter().flatten().flat_map(|all| all.iter()).chain(raw.fix.iter());
        let whens: Vec<&Assertion> = whens.flat_map(Recipe::whens).collect();
        for check in &checks {
            let mut visit = |operand: &Operand| {
                if let Operand::Parameter(name) = operand
                    && !settings.contains_key(name)
                {
                    undeclared = Some(name.clone());
                }
            };
            check.assert.operands(&mut visit);
            if let Some(when) = &check.when {
                when.operands(&mut visit);
            }
            whens.iter().for_each(|when| when.operands(&mut visit));
        }
        if let Some(name) = undeclared {
            return Err(format!("the rule does not declare `{name}` in its `parameters`"));
        }
        let mut printed: Vec<&str> = settings_of(&raw.message).collect();
        for check in &checks {
            printed.extend(check.message.iter().flat_map(|message| settings_of(message)));
            for assertion in check.when.iter().chain([&check.assert]) {
                assertion.messages(&mut |message| printed.extend(settings_of(message)));
            }
        }
        if let Some(name) = printed.into_iter().find(|name| !settings.contains_key(*name)) {
            return Err(format!("a message prints `{{setting:{name}}}`, but the rule has no parameter `{name}`"));
        }
        let rule = Rule {
            meta: Lazy::Own(Box::new(RuleMeta {
                id: raw.id,
                title: raw.title,
                level: raw.level,
                severity: raw.severity.unwrap_or(RuleSeverity::of_level(raw.level)),
                kind: raw.kind,
                profiles: raw.profiles,
                controls: raw.controls,
                aliases: raw.aliases,
            })),
            looks_again: look_again(&checks),
            checks,
            exception: raw.exception,
            message: raw.message,
            settings,
            descriptions,
            kinds,
            newer_than_schemas: raw.newer_than_schemas,
            fixes: Recipes::of(raw.fix, of_checks),
        };
        let prose = RuleProse {
            harm: raw.harm,
            false_alarms: raw.false_alarms,
            gate: raw.gate,
            why: raw.why,
            remediation: raw.remediation,
            references: raw.references,
        };
        Ok(Self { rule, prose, examples: raw.examples })
    }
}
