//! A text in, its graph out. Prints nothing.

use super::includes::unreadable;
use super::meant::{NOT_A_TEMPLATE, meant_as_template};
use super::redaction;
use crate::eval::Memory;
use crate::eval::inputs::Inputs;
use crate::expand::{self, Macros, Model};
use crate::finding::{Diagnostic, Severity};
use crate::graph::drawing::Drawing;
use crate::source::Source;
use crate::syntax;
use crate::template::{self, Template};

/// The graph of a template's resources.
///
/// # Errors
/// Where the text cannot be parsed, or is not a template.
pub fn draw(source: &Source) -> Result<Drawing, Box<Diagnostic>> {
    let document = syntax::read(source.text(), source.id).map_err(|error| {
        let mut diagnostic = unreadable(source, error);
        redaction::clean(&mut diagnostic, source);
        diagnostic
    })?;
    if !template::is_template(&document.root) {
        return Err(Box::new(meant_as_template(&document.root, source).unwrap_or_else(|| Diagnostic {
            severity: Severity::Error,
            code: NOT_A_TEMPLATE,
            file: source.name.clone(),
            span: None,
            message: "the file is not a CloudFormation template".to_owned(),
            help: "Name a file with a `Resources` section.".to_owned(),
            related: Vec::new(),
        })));
    }
    let (inputs, memory) = (Inputs::default(), Memory::default());
    // The result is drawn: loops unrolled, SAM as what AWS makes of it. Included files are not read for a drawing.
    let expansion = expand::expand(&document.root, Macros::of(&document), &[], &inputs);
    let template = Template::new(&expansion.root);
    let model = Model::expanded(&template, &expansion, &inputs, &memory);
    Ok(Drawing::new(&model, source))
}
