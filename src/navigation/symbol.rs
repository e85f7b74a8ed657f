//! What names of templates name, and where they occur.

use crate::source::Span;

/// What stands for an API in the symbol of an authorizer that the global properties of a template have: `Globals/Api`.
pub(super) const GLOBAL_API: &str = "Globals/";

/// The place of a symbol in its index.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolId(pub(super) usize);

/// What a name names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// A resource, by its logical id as written: `Table${Name}` in a loop.
    Resource(String),
    /// An event of a resource of SAM.
    Event {
        /// The resource.
        resource: String,
        /// The event's name.
        name: String,
    },
    /// An authorizer of an API of SAM.
    Authorizer {
        /// The API, or `Globals/Api` and `Globals/HttpApi` for those of the template's global properties.
        api: String,
        /// The authorizer's name.
        name: String,
    },
    /// What a state machine puts in place of `${Name}` in its definition.
    Substitution {
        /// The state machine.
        machine: String,
        /// The name.
        name: String,
    },
    /// A parameter.
    Parameter(String),
    /// A pseudo parameter. No template defines it.
    Pseudo(String),
    /// A condition.
    Condition(String),
    /// A mapping.
    Mapping(String),
    /// A top-level key of a mapping.
    Row {
        /// The mapping.
        mapping: String,
        /// The key.
        key: String,
    },
    /// A second-level key of a mapping, which all its top-level keys may have.
    Column {
        /// The mapping.
        mapping: String,
        /// The key.
        key: String,
    },
    /// A rule of the section `Rules`.
    Rule(String),
    /// An output.
    Output(String),
    /// The name of an export, with a hole for each part that is known only when the stack is deployed.
    Export(String),
    /// A variable of one `Fn::Sub`.
    Variable(String),
    /// The identifier of one loop.
    Identifier(String),
    /// A parameter or an output of the template of a nested stack.
    Nested {
        /// The resource that is the stack.
        stack: SymbolId,
        /// What it is there.
        part: NestedPart,
        /// Its name there.
        name: String,
    },
    /// The template of a nested stack.
    Template {
        /// The resource that is the stack.
        stack: SymbolId,
    },
    /// A file that is included, or that has the definition of a state machine.
    Include {
        /// Its path, relative to the template's.
        location: String,
    },
    /// Nothing that the template shows.
    Missing(Missing, String),
}

/// What a nested stack has.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NestedPart {
    /// A parameter.
    Parameter,
    /// An output.
    Output,
}

/// What a name that exists nowhere would have to be.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Missing {
    /// What `Ref` and `Fn::GetAtt` take.
    Referable,
    /// A condition.
    Condition,
    /// A mapping.
    Mapping,
}

impl Symbol {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::Resource(name)
            | Self::Event { name, .. }
            | Self::Authorizer { name, .. }
            | Self::Substitution { name, .. }
            | Self::Parameter(name)
            | Self::Pseudo(name)
            | Self::Condition(name)
            | Self::Mapping(name)
            | Self::Rule(name)
            | Self::Output(name)
            | Self::Export(name)
            | Self::Variable(name)
            | Self::Identifier(name)
            | Self::Row { key: name, .. }
            | Self::Column { key: name, .. }
            | Self::Nested { name, .. }
            | Self::Include { location: name }
            | Self::Missing(_, name) => name,
            Self::Template { .. } => "",
        }
    }
}

/// How a name occurs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// It is defined here.
    Definition,
    /// It is used here.
    Reference,
}

/// A place where a name is written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The name itself, without quotes.
    pub span: Span,
    /// What it names.
    pub symbol: SymbolId,
    /// How it occurs.
    pub role: Role,
    /// The definition that is meant, if the symbol has several and the place shows which.
    pub exact: Option<Span>,
}
