//! What the tools take.

use super::answers::Number;
use schemars::JsonSchema;
use serde::Deserialize;

/// A template, or a folder with templates, and the rules for it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Template {
    /// The path of a template, or of a folder with templates. Relative paths start in the first folder that the server may read. With
    /// `text`, only the name of the file.
    #[serde(default)]
    pub(super) path: Option<String>,
    /// The text of a template, instead of that of a file.
    #[serde(default)]
    pub(super) text: Option<String>,
    /// The profile. Without it, that of the project's configuration, or else core.
    #[serde(default)]
    pub(super) profile: Option<Profile>,
}

/// A profile, which selects rules.
#[derive(Copy, Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Profile {
    /// Safeguards that any deployment with PHI needs.
    Core,
    /// Core, and the checks of AWS's conformance pack for HIPAA.
    Conformance,
    /// All rules.
    Strict,
    /// The changes to the Security Rule proposed in January 2025. Not law.
    #[serde(rename = "proposed-2025")]
    Proposed,
}

impl Profile {
    /// As configurations write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Conformance => "conformance",
            Self::Strict => "strict",
            Self::Proposed => "proposed-2025",
        }
    }
}

/// What `lint` takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Lint {
    #[serde(flatten)]
    pub(super) template: Template,
    /// The rules to run instead of a profile: ids, or patterns such as `s3-*`.
    #[serde(default)]
    pub(super) rules: Vec<String>,
    /// Whether checks are listed, too, that need a value which the template does not specify.
    #[serde(default)]
    pub(super) undecided: bool,
    /// The number of findings to leave out, for further pages.
    #[serde(default)]
    pub(super) offset: Number,
    /// The largest number of findings to return: 50 unless it is given, and at most 500.
    #[serde(default)]
    pub(super) limit: Option<Number>,
}

/// What `fix` takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Fix {
    #[serde(flatten)]
    pub(super) template: Template,
    /// Fix only what these rules find: ids, or patterns such as `s3-*`.
    #[serde(default)]
    pub(super) rules: Vec<String>,
    /// Whether fixes are made, too, that can replace or interrupt a resource, deny requests, delete what is kept, or cost money.
    #[serde(default)]
    pub(super) unsafe_fixes: bool,
}

/// What `explain` takes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(super) struct Explain {
    /// The id of a rule, such as `s3-bucket-tls-only`, or the id of a check of AWS Config, cfn-guard, cdk-nag, cfn-nag, Checkov or Trivy.
    pub(super) rule: String,
}

/// What `rules` takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Rules {
    /// Only the rules about this AWS service, such as `S3`.
    #[serde(default)]
    pub(super) service: Option<String>,
    /// Only the rules for this citation or one below it, such as `164.312(b)`.
    #[serde(default)]
    pub(super) citation: Option<String>,
    /// Only the rules of this profile.
    #[serde(default)]
    pub(super) profile: Option<Profile>,
    /// Only the rules whose id or title has this text.
    #[serde(default)]
    pub(super) words: Option<String>,
}

/// What `controls` takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Controls {
    /// Only this citation of 45 CFR Part 164 and those below it, such as `164.312(a)`.
    #[serde(default)]
    pub(super) citation: Option<String>,
}
