//! Parameter files (`--parameters FILE`), in the formats of AWS's own tools:
//!
//! - `[{"ParameterKey": "Env", "ParameterValue": "prod"}]`: `aws cloudformation create-stack --parameters file://…`
//! - `["Env=prod"]`: `aws cloudformation deploy --parameter-overrides file://…`
//! - `{"Parameters": {"Env": "prod"}}`: CodePipeline's template configuration
//! - `{"Env": "prod"}`: a plain map
//!
//! JSON or YAML.

use super::{ConfigReader, Pin, Pins};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::syntax::{self, Kind, Node};

/// Reads a parameter file. Returns the valid part, and a diagnostic for each mistake.
pub fn read_parameters(source: &Source) -> (Pins, Vec<Diagnostic>) {
    let mut reader = ConfigReader { source, problems: Vec::new() };
    let mut pinned = Pins::new();
    match syntax::parse(source.text(), source.id) {
        Err(error) => reader.problem(error.span, error.message, error.help),
        // `[]` and `{}` are written for stacks without parameters; nothing at all is a file that was never written.
        Ok(document) if matches!(document.root.kind, Kind::Null) => {
            let help = "Write `Name: value` on each line, or `{}` for no parameters.";
            reader.problem(document.root.span, "the file is empty and pins no parameter".to_owned(), help.to_owned());
        }
        Ok(document) => match document.root.as_sequence() {
            Some(items) => items.iter().for_each(|item| reader.parameter_item(item, &mut pinned)),
            None => {
                let inner = document.root.get("Parameters").filter(|inner| inner.as_mapping().is_some());
                pinned = reader.parameters(inner.unwrap_or(&document.root), "the file");
            }
        },
    }
    for problem in &mut reader.problems {
        problem.code = Code::ParameterFile;
    }
    (pinned, reader.problems)
}

impl ConfigReader<'_> {
    /// One item of the AWS CLI's list.
    fn parameter_item(&mut self, item: &Node<'_>, pinned: &mut Pins) {
        if let Some((key, value)) = item.as_str().and_then(|text| text.split_once('=')) {
            pinned.insert(key.to_owned(), Pin { value: value.to_owned(), span: item.span });
            return;
        }
        let Some(key) = item.get("ParameterKey").and_then(Node::as_str) else {
            let help = "Write `{\"ParameterKey\": \"Env\", \"ParameterValue\": \"prod\"}` or `\"Env=prod\"`.";
            self.problem(
                item.span,
                format!("the item is {} without the name of a parameter", item.describe()),
                help.to_owned(),
            );
            return;
        };
        match item.get("ParameterValue") {
            Some(value) => {
                let span = value.span;
                if let Some(value) = self.parameter_value(value, key) {
                    pinned.insert(key.to_owned(), Pin { value, span });
                }
            }
            // The value is in the deployed stack, which hipaalint does not read, so it stays unknown.
            None if item.get("UsePreviousValue").is_some_and(|previous| matches!(previous.kind, Kind::Bool(true))) => {}
            None => self.problem(
                item.span,
                format!("parameter `{key}` has no `ParameterValue`"),
                "Set `ParameterValue`, or remove the item.".to_owned(),
            ),
        }
    }
}
