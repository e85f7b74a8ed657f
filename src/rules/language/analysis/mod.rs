//! Questions that are too deep for data: rules name them in `analysis:`, and Rust code decides them.

mod arguments;
mod table;

pub use arguments::{
    AclOpensToInternet, Api, BucketPolicyDenies, BucketTarget, DeclaresParameter, DeniesItself, Excepted,
    ExposesSecret, Identifies, InSupport, LeavesActions, LiteralSecrets, LogsEvent, NameContains, OpensPort,
    OpensToInternet, OperationsAuthorize, PolicyDenies, PublicIpv6Block, RecordsDataEvents, RequestContext,
    RequiresKey, RoutesToInternet, SecretVariables, SubnetZones, Tagged, UsesTagKeys, Who,
};
pub(in crate::rules) use table::analyses;

use super::entries::Entries;
use super::operand::Operand;
use super::path::Path;
use crate::facts::Grant;
use arguments::Arguments;
use serde::Deserialize;

/// What people read about an analysis.
#[derive(Debug)]
pub struct Row {
    /// Its name in rule files.
    pub name: &'static str,
    /// How rule files write it, in Markdown.
    pub operands: &'static str,
    /// What it is for.
    pub on: &'static str,
    /// When it is true, in Markdown.
    pub decides: &'static str,
    /// Its words for messages, each with what there is to know about it; mostly nothing.
    pub words: &'static [(&'static str, &'static str)],
}

/// What an entry of `analysis:` holds.
macro_rules! held {
    () => {
        True
    };
    ($arguments:ty) => {
        $arguments
    };
}

/// Takes what an entry of `analysis:` holds.
macro_rules! taken {
    () => {
        True
    };
    ($arguments:ident) => {
        $arguments
    };
}

/// How rule files write an analysis.
macro_rules! operands {
    ($name:literal) => {
        concat!("`", $name, ": true`")
    };
    ($name:literal $operands:literal) => {
        $operands
    };
}

/// The arguments of an analysis that has some.
macro_rules! given {
    () => {
        None
    };
    ($arguments:ident) => {
        Some($arguments)
    };
}

/// The language of analyses, from the table.
macro_rules! language {
    ($(
        $variant:ident $(($arguments:ident: $type:ty))? $name:literal = $function:path {
            $(operands: $operands:literal,)?
            on: $on:literal,
            decides: $decides:literal,
            words: [$(($word:literal, $note:literal)),*],
        }
    )*) => {
        /// A built-in analysis with its arguments.
        #[derive(Clone, Debug, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawAnalysis"))]
        #[serde(try_from = "Entries<RawAnalysis>")]
        pub enum Analysis {
            $(
                #[doc = concat!("On ", $on, ": whether ", $decides, ".")]
                $variant $(($type))?,
            )*
        }

        #[derive(Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        enum RawAnalysis {
            $(
                #[serde(rename = $name)]
                #[cfg_attr(test, schemars(description = concat!("On ", $on, ": true if ", $decides, ".")))]
                $variant(held!($($type)?)),
            )*
        }

        impl From<RawAnalysis> for Analysis {
            fn from(raw: RawAnalysis) -> Self {
                match raw {
                    $(RawAnalysis::$variant(taken!($($arguments)?)) => Self::$variant $(($arguments))?,)*
                }
            }
        }

        /// All analyses.
        pub const ANALYSES: &[Row] = &[
            $(Row {
                name: $name,
                operands: operands!($name $($operands)?),
                on: $on,
                decides: $decides,
                words: &[$(($word, $note)),*],
            },)*
        ];

        impl Analysis {
            /// The words that it has for messages.
            pub fn words(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant { .. } => &[$($word),*],)*
                }
            }

            fn arguments(&self) -> Option<&dyn Arguments> {
                match self {
                    $(Self::$variant $(($arguments))? => given!($($arguments)?),)*
                }
            }
        }
    };
}

analyses!(language);

/// `true`: the analysis does not take arguments. For the opposite, use `not:`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "bool"))]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("the value must be `true`; put the analysis in `not:` for the opposite") }
    }
}

impl TryFrom<Entries<RawAnalysis>> for Analysis {
    type Error = String;

    fn try_from(raw: Entries<RawAnalysis>) -> Result<Self, String> {
        let mut named = raw.0.into_iter();
        match (named.next(), named.next()) {
            (Some(only), None) => Ok(only.into()),
            _ => Err("`analysis` must contain exactly one analysis".to_owned()),
        }
    }
}

impl Analysis {
    /// The paths among its arguments.
    pub fn paths(&self) -> Vec<&Path> {
        self.arguments().map(Arguments::paths).unwrap_or_default()
    }

    /// Calls `visit` with every operand.
    pub fn operands(&self, visit: &mut dyn FnMut(&Operand)) {
        if let Some(arguments) = self.arguments() {
            arguments.operands(visit);
        }
    }
}
