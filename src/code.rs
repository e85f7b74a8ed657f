//! What a diagnostic is about: a closed set of codes, which reports show and which stay stable.

use std::fmt;

/// What a diagnostic is about. In the order of the names.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A baseline cannot be used.
    Baseline,
    /// A configuration, or a part of it, cannot be used.
    Configuration,
    /// A failing example of a rule does not give the findings that are marked.
    ExampleFail,
    /// A passing example of a rule gives findings.
    ExamplePass,
    /// An example that a rule should pass over is judged.
    ExamplePassedOver,
    /// An undecided example of a rule is decided.
    ExampleUndecided,
    /// A file has no content.
    FileEmpty,
    /// A file is not UTF-8.
    FileEncoding,
    /// The fixes of a file are not written.
    FileNotWritten,
    /// A file is too large to be read.
    FileTooLarge,
    /// A path does not exist, or cannot be read.
    FileUnreadable,
    /// An included file repeats what is there.
    IncludeDuplicate,
    /// An included file is not read.
    IncludeUnknown,
    /// A template in a property cannot be read.
    InnerTemplate,
    /// hipaalint has a bug.
    InternalError,
    /// A file of JSON is not valid JSON, and was read as YAML.
    JsonAsYaml,
    /// A loop makes a name more than once.
    LoopDuplicate,
    /// A loop is not written as CloudFormation requires.
    LoopMalformed,
    /// A loop is where CloudFormation allows none.
    LoopMisplaced,
    /// A loop is in too many others.
    LoopTooDeep,
    /// A loop makes too much.
    LoopTooLarge,
    /// A loop over what is not known.
    LoopUnknown,
    /// A loop in a template that does not name its transform.
    LoopWithoutTransform,
    /// No example of a rule notices a change of the rule.
    Mutation,
    /// The template of a nested stack is not linted.
    NestedStack,
    /// A folder has no template.
    NoTemplates,
    /// A file is not a template.
    NotATemplate,
    /// A part of AWS SAM is not expanded.
    NotExpanded,
    /// A number is read as octal.
    OctalNumber,
    /// A section of a template is odd.
    OddSection,
    /// A file of parameters cannot be used.
    ParameterFile,
    /// A patch of a rule does not fix an example.
    Patch,
    /// A directive of Rain is not expanded.
    RainDirective,
    /// A record of standard input cannot be used.
    Record,
    /// A parameter does not accept a value.
    RefusedParameter,
    /// A key occurs more than once in a map.
    RepeatedKey,
    /// An earlier revision cannot be read.
    Revision,
    /// A custom rule cannot be used.
    RuleFile,
    /// A folder has no rules.
    RuleFolder,
    /// A built-in rule cannot be read.
    RuleUnreadable,
    /// What AWS SAM makes of a template is too large.
    ServerlessTooLarge,
    /// A file cannot be parsed.
    SyntaxError,
    /// The template of a nested stack is not a local file.
    TemplateElsewhere,
    /// A template with resources of AWS SAM does not name its transform.
    TransformMissing,
    /// A question about a fix was not answered.
    Unanswered,
    /// An attribute that AWS does not have.
    UnknownAttribute,
    /// An event of AWS SAM that is not known.
    UnknownEvent,
    /// A function that CloudFormation does not have.
    UnknownFunction,
    /// A parameter that no template declares.
    UnknownParameter,
    /// A path that a template does not have.
    UnknownPath,
    /// A property that AWS does not have.
    UnknownProperty,
    /// A rule that does not exist.
    UnknownRule,
    /// A transform that is not known.
    UnknownTransform,
    /// A resource type that is not known.
    UnknownType,
}

impl Code {
    /// The name in reports: lower-case, hyphenated.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Configuration => "configuration",
            Self::ExampleFail => "example-fail",
            Self::ExamplePass => "example-pass",
            Self::ExamplePassedOver => "example-passed-over",
            Self::ExampleUndecided => "example-undecided",
            Self::FileEmpty => "file-empty",
            Self::FileEncoding => "file-encoding",
            Self::FileNotWritten => "file-not-written",
            Self::FileTooLarge => "file-too-large",
            Self::FileUnreadable => "file-unreadable",
            Self::IncludeDuplicate => "include-duplicate",
            Self::IncludeUnknown => "include-unknown",
            Self::InnerTemplate => "inner-template",
            Self::InternalError => "internal-error",
            Self::JsonAsYaml => "json-as-yaml",
            Self::LoopDuplicate => "loop-duplicate",
            Self::LoopMalformed => "loop-malformed",
            Self::LoopMisplaced => "loop-misplaced",
            Self::LoopTooDeep => "loop-too-deep",
            Self::LoopTooLarge => "loop-too-large",
            Self::LoopUnknown => "loop-unknown",
            Self::LoopWithoutTransform => "loop-without-transform",
            Self::Mutation => "mutation",
            Self::NestedStack => "nested-stack",
            Self::NoTemplates => "no-templates",
            Self::NotATemplate => "not-a-template",
            Self::NotExpanded => "not-expanded",
            Self::OctalNumber => "octal-number",
            Self::OddSection => "odd-section",
            Self::ParameterFile => "parameter-file",
            Self::Patch => "patch",
            Self::RainDirective => "rain-directive",
            Self::Record => "record",
            Self::RefusedParameter => "refused-parameter",
            Self::RepeatedKey => "repeated-key",
            Self::Revision => "revision",
            Self::RuleFile => "rule-file",
            Self::RuleFolder => "rule-folder",
            Self::RuleUnreadable => "rule-unreadable",
            Self::ServerlessTooLarge => "serverless-too-large",
            Self::SyntaxError => "syntax-error",
            Self::TemplateElsewhere => "template-elsewhere",
            Self::TransformMissing => "transform-missing",
            Self::Unanswered => "unanswered",
            Self::UnknownAttribute => "unknown-attribute",
            Self::UnknownEvent => "unknown-event",
            Self::UnknownFunction => "unknown-function",
            Self::UnknownParameter => "unknown-parameter",
            Self::UnknownPath => "unknown-path",
            Self::UnknownProperty => "unknown-property",
            Self::UnknownRule => "unknown-rule",
            Self::UnknownTransform => "unknown-transform",
            Self::UnknownType => "unknown-type",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, name: &&str) -> bool {
        self.name() == *name
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    /// Reports sort by codes, so the order of the variants is that of the names.
    #[test]
    fn codes_are_in_the_order_of_their_names() {
        let arms =
            include_str!("code.rs").lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => "));
        let arms: Vec<(&str, &str)> = arms.collect();
        let variants: Vec<&str> = include_str!("code.rs")
            .lines()
            .filter(|line| line.starts_with("    ") && line.ends_with(',') && !line.contains(['(', '"', '=']))
            .map(|line| line.trim().trim_end_matches(','))
            .filter(|line| line.chars().all(char::is_alphanumeric))
            .collect();
        assert!(arms.len() > 40 && arms.is_sorted_by_key(|(_, name)| name.trim_matches(['"', ','])), "{arms:?}");
        assert_eq!(arms.iter().map(|(variant, _)| *variant).collect::<Vec<_>>(), variants);
    }
}
