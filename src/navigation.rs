//! Names in templates: what a name names, where that is defined, and where it is used, in one template and across a project.
//!
//! Looks at templates as a person wrote them: names keep the exact bytes that they are written in, inside of texts too. A file
//! that cannot be parsed has no names. Knows no editor and no protocol.

mod declare;
mod export;
mod index;
mod outline;
mod project;
mod serverless;
mod symbol;
mod texts;
mod walk;
mod written;

pub use index::Index;
pub use outline::{Entry, EntryKind, outline};
pub use project::{MAX_TEMPLATES, Name, Place, Project};
pub use symbol::{Missing, NestedPart, Occurrence, Role, Symbol, SymbolId};
