//! Inline code, based on [`crate::graph::inline_code`].

use crate::eval::text;
use crate::graph::inline_code::{Language, logged_events};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, value_location};
use crate::rules::language::analysis::LogsEvent;
use crate::rules::language::path::Path;
use crate::truth::Truth;

impl LogsEvent {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let handler = text_at(checker, &self.handler, item).unwrap_or_default();
        let handler = handler.rsplit('.').next().unwrap_or_default();
        let runtime = text_at(checker, &self.runtime, item).unwrap_or_default();
        let selection = checker.select_some(&self.code, item);
        let Some(Item::Value { value, name, path, .. }) = selection.items.first() else {
            let truth = if selection.unknown { Truth::Unknown } else { Truth::False };
            return checker.at(truth, || selection.nearest.location());
        };
        if value.is_opaque() {
            checker.run.note_reason("the code is known only when the stack is deployed");
            return checker.at(Truth::Unknown, || selection.nearest.location());
        }
        let code = text::canonical(value);
        let language = match runtime.as_str() {
            runtime if runtime.starts_with("python") => Language::Python,
            runtime if runtime.starts_with("nodejs") => Language::JavaScript,
            // Inline code is one of the two, and only Python has `def`.
            _ if code.contains("def ") => Language::Python,
            _ => Language::JavaScript,
        };
        let found = logged_events(&code, handler, language);
        checker.at((!found.is_empty()).into(), || {
            let mut location = value_location(value, name, path);
            if let Some(first) = found.first() {
                let others = match found.len() {
                    1 => String::new(),
                    2 => " (and one other line)".to_owned(),
                    more => format!(" (and {} other lines)", more - 1),
                };
                location.words =
                    vec![("line", first.line.to_string()), ("code", shortened(&first.code)), ("others", others)];
            }
            location
        })
    }
}

/// The first known text at a path.
fn text_at<'m, 't>(checker: &mut Checker<'_, 'm, 't>, path: &Path, item: &Item<'m, 't>) -> Option<String> {
    checker.select(path, item).items.into_iter().find_map(|found| match found {
        Item::Value { value, .. } => value.text().map(|text| text.into_owned()),
        Item::Block(_) => None,
    })
}

/// A line of code as a sentence can hold it.
fn shortened(code: &str) -> String {
    /// Characters that fit in a message.
    const MOST: usize = 80;
    match code.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", code.get(..end).unwrap_or_default()),
        None => code.to_owned(),
    }
}
