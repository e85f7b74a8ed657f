//! Every property that a rule of the pack asks for exists in the CloudFormation schema of a type that it looks at: a rule
//! on a property that does not exist would be silent for ever, or fire on everything.

use super::examples::pack;
use super::schemas::{self, Kind};
use hipaalint::rules::assertion::{Assertion, Form, Quantified, Selector};
use hipaalint::rules::path::Path;
use hipaalint::rules::rule::TargetName;

/// What an assertion is about: a resource of one of these types, or a value below `Properties` of it.
#[derive(Clone)]
struct Context {
    types: Vec<String>,
    /// From `Properties` on; none for the resource itself.
    value: Option<String>,
}

struct Walk {
    rule: String,
    asked: usize,
    complaints: Vec<String>,
}

impl Walk {
    /// The property path that a path means here; none for one that is not about a property of a known type.
    fn property(&self, path: &Path, context: &Context) -> Option<String> {
        let text = path.text.strip_prefix('$')?;
        // What may lie at any depth has no one place in a schema.
        if text.contains("..") {
            return None;
        }
        let joined = match &context.value {
            Some(value) => format!("{value}{text}"),
            None => text.strip_prefix(".Properties.")?.to_owned(),
        };
        Some(joined.replace("['", ".").replace("']", ""))
    }

    fn check(&mut self, path: &Path, context: &Context) -> Option<String> {
        let property = self.property(path, context)?;
        if context.types.is_empty() {
            return None;
        }
        self.asked += 1;
        let answers: Vec<_> = context.types.iter().map(|kind| schemas::property(kind, &property)).collect();
        if answers.iter().all(Result::is_err) {
            let errors: Vec<String> = answers.into_iter().filter_map(Result::err).collect();
            self.complaints.push(format!("{}: {}", self.rule, errors.join("; ")));
            return None;
        }
        Some(property)
    }

    fn assertion(&mut self, assertion: &Assertion, context: &Context) {
        match &assertion.form {
            Form::All(items) | Form::Any(items) => items.iter().for_each(|item| self.assertion(item, context)),
            Form::Not(inner) => self.assertion(inner, context),
            Form::Value { path, .. } => {
                self.check(path, context);
            }
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => self.quantified(quantified, context),
            Form::Analysis(_) | Form::Setting { .. } | Form::Undecided(_) => {}
        }
    }

    fn quantified(&mut self, quantified: &Quantified, context: &Context) {
        let nowhere = Context { types: Vec::new(), value: None };
        let inner = match &quantified.selector {
            Selector::Path(path) => match self.check(path, context) {
                Some(value) => Context { types: context.types.clone(), value: Some(value) },
                None => nowhere,
            },
            Selector::Items(path) => match self.check(path, context) {
                Some(value) => {
                    let is_list = context
                        .types
                        .iter()
                        .any(|kind| schemas::property(kind, &value).is_ok_and(|found| found.kind == Kind::Array));
                    let value = if is_list { format!("{value}[*]") } else { value };
                    Context { types: context.types.clone(), value: Some(value) }
                }
                None => nowhere,
            },
            // Normalised statements have a shape of their own.
            Selector::Statements(_) => nowhere,
            Selector::Related(related) => {
                let there = Context { types: exact(&related.types), value: None };
                self.check(&related.via, &there);
                there
            }
            Selector::Referenced(related) => {
                self.check(&related.via, context);
                Context { types: exact(&related.types), value: None }
            }
            Selector::Resources(types) => Context { types: exact(types), value: None },
        };
        for assertion in quantified.filter.iter().chain(&quantified.test) {
            self.assertion(assertion, &inner);
        }
    }
}

/// The types that have a schema of their own: no patterns, no types of transforms.
fn exact(types: &[String]) -> Vec<String> {
    let known: Vec<&str> = schemas::resource_types().collect();
    types.iter().filter(|kind| known.contains(&kind.as_str())).cloned().collect()
}

#[test]
fn properties_are_in_the_schemas() {
    let mut walk = Walk { rule: String::new(), asked: 0, complaints: Vec::new() };
    for entry in pack().entries() {
        let rule = entry.rule().unwrap();
        walk.rule.clone_from(&rule.meta.id);
        for check in &rule.checks {
            let types: Vec<String> = check
                .targets
                .iter()
                .filter_map(|target| match target {
                    TargetName::Type(kind) => Some(kind.clone()),
                    _ => None,
                })
                .collect();
            let context = Context { types: exact(&types), value: None };
            check.when.iter().for_each(|when| walk.assertion(when, &context));
            walk.assertion(&check.assert, &context);
        }
    }
    assert!(walk.asked > 100, "only {} paths were asked", walk.asked);
    assert!(walk.complaints.is_empty(), "\n{}", walk.complaints.join("\n"));
}
