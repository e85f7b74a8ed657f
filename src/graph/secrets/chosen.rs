//! Parameters whose values a template lists, and that something with a secret's name is set to. No rule judges them, for most are
//! switches; whoever shows what they become hides them where they are chosen as well.

use super::arguments::{of_sub, passed_on};
use super::names::{is_secret_name, promise};
use super::places::{Sections, variable};
use super::spelled::Speller;
use super::texts::{is_label, is_promised, is_secret_literal};
use crate::eval::begins_as_function;
use crate::expand::{Model, Parameter};
use crate::graph::references::in_braces;
use crate::syntax::{Entry, Kind, Node};

/// The parameters of a template one of whose choices is or becomes a secret, alone or as a part of it. If `any` is false, only where one
/// of the template's choices looks like a password: templates with choices are many, and not all of them are searched.
pub fn chosen_secrets<'m, 't>(model: &'m Model<'m, 't>, any: bool) -> Vec<&'m Parameter<'t>> {
    let template = model.evaluator.template;
    let mut search = Search { model, sections: Sections::of(template.root), found: Vec::new() };
    let parameters = || template.parameters.iter().filter(|parameter| !parameter.allowed.is_empty());
    for parameter in parameters() {
        search.used(parameter.name, parameter.name);
    }
    // Types of instances, Regions and CIDR blocks are most of them.
    let looks_chosen = |node: &Node<'_>| {
        let text = node.scalar_text().unwrap_or_default();
        !text.contains('.') && !is_label("", &text) && is_secret_literal(&text)
    };
    if parameters().any(|parameter| any || parameter.allowed.iter().any(looks_chosen)) {
        for section in ["Resources", "Outputs"].into_iter().filter_map(|section| template.root.get(section)) {
            search.node(section, None);
        }
    }
    search.found
}

struct Search<'m, 't> {
    model: &'m Model<'m, 't>,
    sections: Sections<'t>,
    found: Vec<&'m Parameter<'t>>,
}

impl<'t> Search<'_, 't> {
    /// Looks below a node that is the value of something with this secret's name, if it is. The parsers bound the depth.
    fn node(&mut self, node: &'t Node<'t>, secret: Option<&str>) {
        match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || begins_as_function(&only.key) => self.call(only, secret),
                _ => self.map(entries, secret),
            },
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(item, secret)),
            _ => {}
        }
    }

    fn map(&mut self, entries: &'t [Entry<'t>], secret: Option<&str>) {
        let variable = if entries.len() > 1 { variable(entries) } else { None };
        let called = variable.and_then(|one| one.called(self.sections, &mut Speller::new(self.sections.mappings)));
        for entry in entries {
            let is_value = variable.is_some_and(|variable| std::ptr::eq(variable.value, entry));
            let name = called.as_deref().filter(|_| is_value).unwrap_or(&entry.key);
            self.node(&entry.value, if is_secret_name(name) { Some(name) } else { secret });
        }
    }

    fn call(&mut self, function: &'t Entry<'t>, secret: Option<&str>) {
        match (function.key.as_ref(), secret) {
            ("Ref", Some(secret)) => self.used(function.value.as_str().unwrap_or_default(), secret),
            ("Fn::Sub", Some(secret)) => {
                let (text, variables) = of_sub(&function.value);
                for name in in_braces(text.and_then(Node::as_str).unwrap_or_default()) {
                    self.used(name.trim(), secret);
                }
                variables.iter().for_each(|variable| self.node(&variable.value, Some(secret)));
            }
            _ => passed_on(function).into_iter().for_each(|argument| self.node(argument, secret)),
        }
    }

    fn used(&mut self, parameter: &str, secret: &str) {
        let Some(parameter) = self.model.parameter(parameter) else { return };
        let Some(promise) = promise(secret) else { return };
        let is_secret = |node: &Node<'_>| {
            let text = node.scalar_text().unwrap_or_default();
            is_promised(promise, secret, &text) && !is_label(secret, &text)
        };
        let is_known = |known: &&Parameter<'_>| std::ptr::eq(*known, parameter);
        if parameter.allowed.iter().any(is_secret) && !self.found.iter().any(is_known) {
            self.found.push(parameter);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::source::SourceId;
    use crate::template::Template;

    fn is_found(properties: &str, allowed: &str) -> bool {
        let text = format!(
            "Parameters: {{P: {{Type: String, AllowedValues: {allowed}}}}}\nResources: {{R: {{Type: X, Properties: {properties}}}}}"
        );
        let document = crate::syntax::parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = Default::default();
        let model = Model::new(&template, &inputs, &memory);
        !chosen_secrets(&model, true).is_empty()
    }

    #[test]
    fn choices_that_become_a_secret() {
        for properties in [
            "{Password: !Ref P}",
            "{Password: !Sub '${P}'}",
            "{Password: !Sub '${P}-x'}",
            "{Password: !Sub ['${x}', {x: !Ref P}]}",
            "{Password: !Join ['', [!Ref P, x]]}",
            "{Password: !If [C, x, !Ref P]}",
            "{Environment: [{Name: DB_PASSWORD, Value: !Ref P}]}",
            "{Environment: [{Value: !Ref P, Name: !Sub DB_PASSWORD}]}",
            "{SecretString: {a: !Ref P}}",
        ] {
            assert!(is_found(properties, "[hunter2abc, hunter3def]"), "{properties}");
        }
        for properties in ["{Name: !Ref P}", "{Password: !If [P, x, y]}", "{PasswordPolicy: !Ref P}", "{Password: P}"] {
            assert!(!is_found(properties, "[hunter2abc, hunter3def]"), "{properties}");
        }
        for allowed in ["[true, false]", "[dev, prod]", "[enabled, disabled]", "[required, none]", "[rotated, shared]"]
        {
            assert!(!is_found("{Password: !Ref P}", allowed), "{allowed}");
        }
    }
}
