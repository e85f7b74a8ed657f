//! The keys of `hipaalint.yaml`, each with what it is for: what is known here is what the reader takes, what the schema for editors
//! says, and what `hipaalint init` writes.

/// One key.
#[derive(Copy, Clone, Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it is for, in sentences.
    pub what: &'static str,
    /// Lines of YAML that use it.
    pub example: &'static str,
}

/// All keys, in the order that a configuration has them.
pub const KEYS: [Key; 9] = [
    Key {
        name: "profile",
        what: "The rules that run: core, conformance, strict or proposed-2025. hipaalint rules --profile NAME lists them.",
        example: "profile: core",
    },
    Key {
        name: "fail-on",
        what: "The least level of a finding that makes the exit code 1: error, warning, note, or never.",
        example: "fail-on: error",
    },
    Key {
        name: "skip",
        what: "Files and folders to leave out of folders that are searched: globs as in .gitignore, relative to this file. \
               What .gitignore names is left out anyway.",
        example: "skip:\n  - legacy/\n  - \"*.test.yaml\"",
    },
    Key {
        name: "parameters",
        what: "Values of template parameters, in every template that has them; without one, every value that a deployment \
               may choose is judged.",
        example: "parameters:\n  Env: prod",
    },
    Key {
        name: "tag-keys",
        what: "The tag keys that every resource must carry.",
        example: "tag-keys: [Environment, DataClassification, ComplianceScope]",
    },
    Key {
        name: "suffix-parameter",
        what: "The template parameter that keeps the names of deployments apart.",
        example: "suffix-parameter: EnvironmentSuffix",
    },
    Key {
        name: "rule-folders",
        what: "Folders of your own rules, relative to this file. They run with every profile.",
        example: "rule-folders: [policies]",
    },
    Key {
        name: "baseline",
        what: "A file of findings that were there before and do not count, relative to this file (hipaalint --write-baseline \
               FILE writes it).",
        example: "baseline: hipaalint-baseline.json",
    },
    Key {
        name: "rules",
        what: "Changes to single rules: level (error, warning, note or off) and parameters. A level other than off also runs a \
               rule that the profile leaves out. hipaalint explain ID lists a rule's parameters.",
        example: "rules:\n  s3-bucket-versioning: { level: warning }\n  ec2-security-group-open: { parameters: { allowed-ports: [443] } }",
    },
];

/// Keys that give a parameter of the same name to every rule that has one.
pub const SHARED_PARAMETERS: [&str; 2] = ["tag-keys", "suffix-parameter"];

/// What can be changed about a rule.
pub const RULE_KEYS: [&str; 2] = ["level", "parameters"];

/// The levels of a rule in a configuration.
pub const RULE_LEVELS: [&str; 4] = ["error", "warning", "note", "off"];

/// The values of `fail-on`.
pub const FAIL_ON: [&str; 4] = ["error", "warning", "note", "never"];
