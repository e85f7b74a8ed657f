//! `hipaalint oscal`: documents in OSCAL that do not depend on a run.

use super::args::{OscalArguments, OscalDocument};
use super::output;
use crate::oscal::{catalog, component_definition};
use crate::session::Exit;

/// Prints a document.
pub(super) fn run(arguments: &OscalArguments) -> Exit {
    let text = match arguments.document {
        OscalDocument::Catalog => catalog(),
        OscalDocument::ComponentDefinition => component_definition(),
    };
    output::print(&text, Exit::Clean)
}
