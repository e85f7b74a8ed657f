//! A text opened as the linter opens it, for other questions about the template: expanded, with the evaluator of its values and what
//! nobody may see of it. Judges nothing, and prints nothing.

use super::file_report::Declared;
use super::includes::{self, Loader};
use super::meant::meant_as_template;
use super::notes::Notes;
use super::redaction::{self, Mask};
use super::{FileReport, declared, is_secret_name};
use crate::code::Code;
use crate::eval::Memory;
use crate::eval::inputs::{Inputs, Refused};
use crate::expand::{self, Macros, Model};
use crate::finding::Diagnostic;
use crate::graph::secrets::{chosen_secrets, secret_parameters, written_secrets};
use crate::source::Source;
use crate::syntax::{self, Node};
use crate::template::{self, Template};

/// A template with its values.
pub struct Opened<'o, 'm, 't> {
    /// The expanded template.
    pub model: &'m Model<'m, 't>,
    /// The template as people know it: before SAM's transform, with its loops unrolled and its includes included.
    pub known: &'t Node<'t>,
    /// What is known of the deployment.
    pub inputs: &'t Inputs,
    /// Hides secrets.
    pub mask: &'o Mask,
    /// The text of the template.
    pub source: &'o Source,
}

/// What was found about a text that was opened.
#[derive(Debug, Default)]
pub struct Opening {
    /// What is odd about it, or could not be expanded.
    pub diagnostics: Vec<Diagnostic>,
    /// The pinned values that its parameters do not accept.
    pub refused: Vec<Refused>,
    /// The parameters that it declares.
    pub parameters: Vec<Declared>,
    /// The text and those that it includes, without secrets. Places point into them.
    pub sources: Vec<Source>,
}

/// Opens a text in a deployment of which this is known, with its local includes, which `load` reads, and asks `question` about it.
///
/// # Errors
/// Where the text cannot be parsed, is not a template, or repeats a section.
pub fn open<R>(
    source: &Source,
    load: &Loader<'_>,
    inputs: &Inputs,
    question: impl for<'m, 't> FnOnce(&Opened<'_, 'm, 't>) -> R,
) -> Result<(R, Opening), Box<Diagnostic>> {
    let document = syntax::read(source.text(), source.id).map_err(|error| {
        let mut diagnostic = includes::unreadable(source, error);
        redaction::clean(&mut diagnostic, source);
        diagnostic
    })?;
    let no_template = || {
        let mut diagnostic = meant_as_template(&document.root, source).unwrap_or_else(|| {
            Diagnostic::error(Code::NotATemplate, "the file is not a CloudFormation template")
                .in_file(source.name.as_str())
                .with_help("Name a file with a `Resources` section.")
        });
        redaction::clean(&mut diagnostic, source);
        Box::new(diagnostic)
    };
    if !template::is_template(&document.root) && document.root.get("Transform").is_none() {
        return Err(no_template());
    }
    let mut report = FileReport::default();
    let left_out = if document.repeated.is_empty() { Vec::new() } else { redaction::unread(source) };
    if !includes::report_repeated(source, &document, &mut report.diagnostics) {
        let mut diagnostic = report.diagnostics.pop().unwrap_or_else(|| *no_template());
        redaction::clean(&mut diagnostic, source);
        return Err(Box::new(diagnostic));
    }
    let (inputs, refused) = inputs.accepted_by(&document.root, is_secret_name);
    let inputs = inputs.as_ref();
    let macros = Macros::of(&document);
    let texts = includes::texts(&document.root, macros, source.id, load);
    let files = includes::Files::parse(&texts, &mut report.diagnostics);
    let expansion = expand::expand(&document.root, macros, &files.included(), inputs);
    if !template::is_template(&expansion.root) {
        return Err(no_template());
    }
    let template = Template::new(&expansion.root);
    let notes = Notes { source, texts: &texts };
    notes.add(expansion.notes.iter(), &mut report);
    let memory = Memory::default();
    let model = Model::expanded(&template, &expansion, inputs, &memory);
    let mut secrets = files.unread(&texts);
    secrets.extend(left_out);
    let roots: Vec<&Node<'_>> =
        std::iter::once(&document).chain(files.documents()).map(|document| &document.root).collect();
    // What is shown may be computed, so the choices that it is made of are shown as well, and hidden as it is.
    let hidden = [secret_parameters(&model), chosen_secrets(&model, true)].concat();
    secrets.extend(written_secrets(&model, &roots, inputs, &hidden));
    let names = hidden.into_iter().map(|parameter| parameter.name.to_owned());
    let mask = Mask::new(&secrets, names.collect());
    let known = expansion.before_transform.as_deref().unwrap_or(&expansion.root);
    let parameters = declared(&template, &model);
    notes.add_refused(refused, &parameters, &mut report);
    let result = question(&Opened { model: &model, known, inputs, mask: &mask, source });
    redaction::redact(&mut report, source, texts.into_sources(), &secrets);
    let own = Source::new(source.id, source.name.as_str(), source.text()).in_file(source.path().map(Into::into));
    let mut sources = vec![own.hiding(&report.hidden)];
    sources.append(&mut report.included);
    Ok((result, Opening { diagnostics: report.diagnostics, refused: report.refused, parameters, sources }))
}
