//! The keys of `hipaalint.yaml` with their descriptions: for the reader, for the schema for editors, and for `hipaalint init`.

/// One key.
#[derive(Copy, Clone, Debug)]
pub struct Key {
    /// The key itself.
    pub name: &'static str,
    /// Its description, in sentences.
    pub description: &'static str,
    /// Lines of YAML that use it.
    pub example: &'static str,
}

/// All keys, in the order that a configuration has them.
pub const KEYS: [Key; 10] = [
    Key {
        name: "profile",
        description: "The profile, which selects the rules to run: core, conformance, strict or proposed-2025. `hipaalint rules --profile NAME` \
                      lists the rules of a profile.",
        example: "profile: core",
    },
    Key {
        name: "fail-on",
        description: "The lowest level of a finding that makes the exit code 1: error, warning, note or never.",
        example: "fail-on: error",
    },
    Key {
        name: "skip",
        description: "Files and folders to leave out when a folder is searched: globs as in .gitignore, relative to this file. \
                      Everything that .gitignore matches is left out, too.",
        example: "skip:\n  - legacy/\n  - \"*.test.yaml\"",
    },
    Key {
        name: "parameters",
        description: "Values of template parameters, for every template that declares them. For a parameter without a value, \
                      hipaalint checks every value that a deployment can choose.",
        example: "parameters:\n  Env: prod",
    },
    Key {
        name: "tag-keys",
        description: "The tag keys that every resource must have. Without it, hipaalint requires tags only in templates that already use \
                      its default keys.",
        example: "tag-keys: [Environment, DataClassification, ComplianceScope]",
    },
    Key {
        name: "tags",
        description: "Values of tags: a text, `!Ref PARAMETER` or `!Sub`. `--fix` adds a required tag that is missing with its value. A \
                      tag that refers to a parameter is added only in templates that have the parameter.",
        example: "tags:\n  Environment: !Ref Env\n  DataClassification: PHI",
    },
    Key {
        name: "suffix-parameter",
        description: "The template parameter that makes the names of each deployment unique. With it, every explicit name must \
                      contain the parameter, also in a template that does not declare it.",
        example: "suffix-parameter: EnvironmentSuffix",
    },
    Key {
        name: "rule-folders",
        description: "Folders of custom rules, relative to this file. Custom rules run with every profile.",
        example: "rule-folders: [policies]",
    },
    Key {
        name: "baseline",
        description: "A file of known findings, which do not count, relative to this file. `hipaalint --write-baseline FILE` writes \
                      it.",
        example: "baseline: hipaalint-baseline.json",
    },
    Key {
        name: "rules",
        description: "Changes to rules: level (error, warning, note or off) and parameters. A level other than off also enables a \
                      rule that is not in the profile. A pattern such as `s3-*` changes every rule with such an id that runs; a \
                      change to one rule takes precedence. `hipaalint explain ID` lists the parameters of a rule.",
        example: "rules:\n  s3-bucket-versioning: { level: warning }\n  ec2-security-group-open: { parameters: { allowed-ports: [443] } }",
    },
];

/// Keys that set the parameter of the same name in every rule that has one.
pub const SHARED_PARAMETERS: [&str; 2] = ["tag-keys", "suffix-parameter"];

/// The keys of changes to a rule.
pub const RULE_KEYS: [&str; 2] = ["level", "parameters"];

/// The levels of a rule in a configuration.
pub const RULE_LEVELS: [&str; 4] = ["error", "warning", "note", "off"];

/// The values of `fail-on`.
pub const FAIL_ON: [&str; 4] = ["error", "warning", "note", "never"];
