//! What a report notes about a text besides findings, each in the file that it is in.

use super::includes::Texts;
use super::{Declared, FileReport};
use crate::code::Code;
use crate::eval::inputs::Refused;
use crate::expand::expansion::Note;
use crate::finding::{Diagnostic, Severity};
use crate::source::{Source, Span};
use crate::syntax::SyntaxNote;
use crate::template::Template;

/// Notes on a text and on what it includes.
pub(super) struct Notes<'n> {
    pub(super) source: &'n Source,
    pub(super) texts: &'n Texts,
}

impl Notes<'_> {
    fn one(&self, code: Code, span: Span, message: &str, help: &str) -> Diagnostic {
        Diagnostic::note(code, message.to_owned())
            .in_file(self.texts.name(span).unwrap_or(&self.source.name).to_owned())
            .at(span)
            .with_help(help.to_owned())
    }

    pub(super) fn add<'f>(&self, found: impl Iterator<Item = &'f Note>, report: &mut FileReport) {
        report.diagnostics.extend(found.map(|found| self.one(found.code, found.span, &found.message, &found.help)));
    }

    pub(super) fn add_syntax<'f>(&self, found: impl Iterator<Item = &'f SyntaxNote>, report: &mut FileReport) {
        report.diagnostics.extend(found.map(|found| self.one(found.code, found.span, &found.message, &found.help)));
    }

    pub(super) fn add_oddities(&self, template: &Template<'_>, report: &mut FileReport) {
        let oddities = template.oddities.iter();
        report.diagnostics.extend(oddities.map(|odd| {
            let note = self.one(Code::OddSection, odd.span, &odd.message, &odd.help);
            if odd.is_error { Diagnostic { severity: Severity::Error, ..note } } else { note }
        }));
    }

    /// Parameters whose value the template does not accept: those that the user gave are noted, pinned ones are kept for the caller.
    /// `declared` are the parameters of the template.
    pub(super) fn add_refused(&self, mut refused: Vec<Refused>, declared: &[Declared], report: &mut FileReport) {
        for one in &mut refused {
            if declared.iter().any(|parameter| parameter.is_secret && parameter.name == one.parameter) {
                one.hide();
            }
        }
        let (given, pinned): (Vec<Refused>, Vec<Refused>) = refused.into_iter().partition(|refused| refused.is_given);
        report.refused = pinned;
        let help = "Pass a value that the parameter accepts.";
        let given = given.iter().map(|one| self.one(Code::RefusedParameter, one.span(), &one.sentence(), help));
        report.diagnostics.extend(given);
    }
}
