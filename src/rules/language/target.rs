//! What a check looks at: the kinds of blocks that rule files name in `resources:`.

use crate::eval::text;
use crate::facts;
use memchr::memchr;
use serde::Deserialize;
use std::borrow::Cow;

/// The blocks that a check looks at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub enum TargetName {
    /// A resource type.
    Type(Cow<'static, str>),
    /// The resource types of a pattern, in which `*` stands for any characters: `AWS::RDS::*`.
    Types(Cow<'static, str>),
    /// Every resource.
    AnyResource,
    /// Every resource whose type takes tags.
    Taggable,
    /// Every resource whose type has a property that names it.
    Named,
    /// Every resource whose type holds data.
    Stateful,
    /// Every parameter.
    Parameters,
    /// Every output.
    Outputs,
    /// The template as a whole.
    Template,
    /// The exceptions that the template makes.
    Exceptions,
}

/// One or more kinds of block.
pub type Targets = Vec<TargetName>;

impl TryFrom<String> for TargetName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::of(Cow::Owned(name))
    }
}

impl TargetName {
    /// The blocks that a name in a rule file stands for.
    ///
    /// # Errors
    /// What else it could be.
    pub(super) fn of(name: Cow<'static, str>) -> Result<Self, String> {
        // As nearly all do, which a run reads by the hundred.
        if name.starts_with("AWS::") {
            return Ok(Self::of_types(name));
        }
        Ok(match name.as_ref() {
            "any" => Self::AnyResource,
            "taggable" => Self::Taggable,
            "named" => Self::Named,
            "stateful" => Self::Stateful,
            "parameters" => Self::Parameters,
            "outputs" => Self::Outputs,
            "template" => Self::Template,
            "exceptions" => Self::Exceptions,
            _ if !name.contains("::") => {
                return Err(format!(
                    "`{name}` is not a resource type such as `AWS::S3::Bucket`, and not one of `any`, `taggable`, \
                     `named`, `stateful`, `parameters`, `outputs`, `template`, `exceptions`"
                ));
            }
            _ => Self::of_types(name),
        })
    }

    /// The type with a name, or the types of a pattern.
    fn of_types(name: Cow<'static, str>) -> Self {
        if memchr(b'*', name.as_bytes()).is_some() { Self::Types(name) } else { Self::Type(name) }
    }
}

impl TargetName {
    /// Whether resources of a type are meant.
    pub fn has_type(&self, kind: &str) -> bool {
        match self {
            Self::Type(own) => own == kind,
            Self::Types(pattern) => text::pattern_covers(pattern, kind),
            Self::AnyResource => true,
            Self::Taggable => facts::tag_shape(kind).is_some(),
            Self::Named => facts::name_property(kind).is_some(),
            Self::Stateful => facts::is_stateful(kind),
            Self::Parameters | Self::Outputs | Self::Template | Self::Exceptions => false,
        }
    }

    /// Whether resources of some type are meant.
    pub fn is_of_resources(&self) -> bool {
        !matches!(self, Self::Parameters | Self::Outputs | Self::Template | Self::Exceptions)
    }

    /// As rule files write it.
    pub fn name(&self) -> &str {
        match self {
            Self::Type(name) | Self::Types(name) => name,
            Self::AnyResource => "any",
            Self::Taggable => "taggable",
            Self::Named => "named",
            Self::Stateful => "stateful",
            Self::Parameters => "parameters",
            Self::Outputs => "outputs",
            Self::Template => "template",
            Self::Exceptions => "exceptions",
        }
    }
}
