//! Where a template passes on a secret that it does not write out: a parameter, a stored secret's value, an attribute.
//!
//! Looked at as written, for scripts are put together of many functions; of an `Fn::If` the branch that the scenario takes.

use super::arguments::{keys_of, leaves_reference_open, names_in_references, of_sub, passed_on};
use super::attributes::is_secret_attribute;
use super::parameters::{carries_secret, holds_reference};
use super::places::{Sections, is_stored, variable};
use super::spelled::Speller;
use crate::eval::text::equals_str;
use crate::eval::value::{Content, DynamicService, Kind as ValueKind, Origin, Value};
use crate::eval::{Run, begins_as_function, has_macro, is_function};
use crate::expand::{Block, Model, Section};
use crate::graph::references::in_braces;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use crate::truth::Truth;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// A kind of secret that a template refers to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Referenced {
    /// A parameter with `NoEcho`, or one that carries a secret.
    Parameter,
    /// A dynamic reference to a secret or a `SecureString`.
    Stored,
    /// An attribute that is a secret.
    Attribute,
}

/// A value that shows secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The value.
    pub span: Span,
    /// From the block to the value, `/` between steps.
    pub path: String,
    /// The property or variable that has it.
    pub name: String,
    /// The secrets, each as a sentence names it: "the `NoEcho` parameter `Password`".
    pub secrets: Vec<String>,
}

/// What is looked for.
#[derive(Copy, Clone, Debug)]
pub struct Search<'s> {
    /// Only below these keys; everywhere where there are none.
    pub keys: &'s [String],
    /// Secrets that do not count.
    pub except: &'s [Referenced],
}

/// The values of a block, below the value that names lead to, that show secrets in the run's scenario, in the order of the text; and
/// whether there may be others that a macro or an unknown choice hides.
pub fn shown_secrets<'t>(
    run: &mut Run<'_, 't>,
    model: &Model<'_, 't>,
    block: &Block<'t>,
    names: &[impl AsRef<str>],
    search: Search<'_>,
) -> (Vec<Shown>, bool) {
    let (mut node, mut key) = (block.node, block.name);
    let mut path = SmallVec::new();
    for name in names {
        // Few blocks hold a function on the way, and choose there which of two has the value.
        while let Some(branch) = taken_branch(run, node) {
            node = branch;
        }
        if has_macro(node) && !is_function(node) {
            run.note_reason(MACRO);
            return (Vec::new(), true);
        }
        let Some(entry) = node.entry(name.as_ref()) else { return (Vec::new(), false) };
        (node, key) = (&entry.value, &entry.key);
        path.push(Step::Key(key));
    }
    // An output's value is what the output is called.
    let name = if block.section == Section::Outputs { block.name } else { key };
    let mut walk = Walk { model, search, path, shown: Vec::new(), hides: false };
    walk.node(run, node, Place { name, counts: search.keys.is_empty(), call: None });
    (walk.shown, walk.hides)
}

/// Why a value is not known that a macro writes.
const MACRO: &str = "a macro generates the value when the stack is deployed";

/// How dynamic references to secrets begin, and what they refer to.
const SECRETS_MANAGER: &str = "{{resolve:secretsmanager:";
const STORED: &str = "a Secrets Manager secret";
const SSM_SECURE: &str = "{{resolve:ssm-secure:";
const SECURE_STRING: &str = "a Parameter Store SecureString";

/// Whether a value is, or holds, what a service stores.
fn is_from(value: &Value<'_>, service: DynamicService) -> Truth {
    match &value.kind {
        ValueKind::Text(parts) => Truth::any(parts.iter().map(|part| match (&part.origin, &part.content) {
            (Origin::Dynamic { service: of, .. }, _) => (*of == service).into(),
            (_, Content::Known(_)) => Truth::False,
            _ => Truth::Unknown,
        })),
        ValueKind::List(items) => Truth::any(items.iter().map(|item| is_from(item, service))),
        _ => Truth::False,
    }
}

/// The branch of an `Fn::If` that the scenario takes.
fn taken_branch<'t>(run: &mut Run<'_, 't>, node: &'t Node<'t>) -> Option<&'t Node<'t>> {
    let [condition, then, otherwise] = node.get("Fn::If").filter(|_| is_function(node))?.as_sequence()? else {
        return None;
    };
    Some(if run.condition(condition.as_str()?) { then } else { otherwise })
}

/// Whether a map is an option of Elastic Beanstalk that is no environment property: the password of a database, say, which it keeps.
///
/// Source: <https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html>, November 2026.
fn is_other_option<'t>(run: &mut Run<'_, 't>, node: &'t Node<'t>) -> Truth {
    let Some(namespace) = node.get("OptionName").and_then(|_| node.get("Namespace")) else { return Truth::False };
    let Some(namespace) = run.value(namespace) else { return Truth::False };
    !run.decide(&[namespace], &|values| {
        values.first().map_or(Truth::False, |namespace| equals_str(namespace, ENVIRONMENT_OPTIONS))
    })
}

const ENVIRONMENT_OPTIONS: &str = "aws:elasticbeanstalk:application:environment";

struct Walk<'w, 'm, 't> {
    model: &'w Model<'m, 't>,
    search: Search<'w>,
    path: SmallVec<[Step<'t>; 16]>,
    shown: Vec<Shown>,
    hides: bool,
}

enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

/// Where the walk is.
#[derive(Copy, Clone)]
struct Place<'p> {
    name: &'p str,
    /// Whether it is below one of the keys.
    counts: bool,
    /// The outermost function, which is the value.
    call: Option<Span>,
}

impl<'t> Walk<'_, '_, 't> {
    /// The parsers bound the depth.
    fn node(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>, place: Place<'_>) {
        match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || begins_as_function(&only.key) => self.call(run, node, only, place),
                _ => self.map(run, node, entries, place),
            },
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Step::Index(index));
                    self.node(run, item, place);
                    self.path.pop();
                }
            }
            Kind::String(text) => self.text(text, node.span, place),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    fn map(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>, entries: &'t [Entry<'t>], place: Place<'_>) {
        if place.counts && has_macro(node) {
            run.note_reason(MACRO);
            self.hides = true;
        }
        match is_other_option(run, node) {
            Truth::True => return,
            Truth::Unknown if self.may_show(node, place.counts) => {
                self.hides = true;
                return;
            }
            Truth::Unknown | Truth::False => {}
        }
        let is_stored = place.counts && self.is_stored(run, node);
        let variable = if entries.len() > 1 { variable(entries) } else { None };
        for entry in entries {
            if is_stored && entry.key == "Value" {
                continue;
            }
            let variable = variable.filter(|variable| std::ptr::eq(variable.value, entry));
            // The arguments of a function have names of their own, which nobody sees.
            let own = variable.filter(|_| place.call.is_none()).and_then(|variable| {
                let sections = Sections::of(self.model.evaluator.template.root);
                variable.called(sections, &mut Speller::new(sections.mappings))
            });
            let name = match &own {
                Some(own) => own,
                None if place.call.is_some() => place.name,
                None => entry.key.as_ref(),
            };
            let counts = place.counts || self.search.keys.iter().any(|key| *key == entry.key);
            self.path.push(Step::Key(&entry.key));
            self.node(run, &entry.value, Place { name, counts, ..place });
            self.path.pop();
        }
    }

    /// Whether the value of a build's variable is the name of a stored one. One that may be is passed over, and remembered.
    fn is_stored(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>) -> bool {
        let (Some(kind), Some(_)) = (node.get("Type"), node.get("Value")) else { return false };
        let Some(value) = run.value(kind) else { return false };
        match value.text() {
            Some(text) => is_stored(&text),
            None if value.is_scalar() => {
                run.note_reason("the type of a variable is unknown");
                self.hides = true;
                true
            }
            None => false,
        }
    }

    fn call(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>, function: &'t Entry<'t>, place: Place<'_>) {
        let argument = &function.value;
        if let ("Fn::If", Some([_, branches @ ..])) = (function.key.as_ref(), argument.as_sequence()) {
            // Where no branch has anything to show, nobody has to choose.
            let matters = branches.iter().any(|branch| self.may_show(branch, place.counts));
            if let Some(branch) = matters.then(|| taken_branch(run, node)).flatten() {
                self.node(run, branch, place);
            }
            return;
        }
        let inside = Place { call: place.call.or(Some(node.span)), ..place };
        self.path.push(Step::Key(&function.key));
        match (function.key.as_ref(), argument.as_sequence()) {
            ("Ref", _) => self.parameter(run, argument.as_str().unwrap_or_default(), inside),
            ("Fn::GetAtt", Some([id, attribute, ..])) => {
                self.attribute(id.as_str().unwrap_or_default(), attribute.as_str().unwrap_or_default(), inside);
            }
            ("Fn::GetAtt", None) => self.reference(run, argument.as_str().unwrap_or_default(), inside),
            ("Fn::Sub", _) => self.substitution(run, node, argument, inside),
            ("Fn::Join", Some([_, list])) => self.joined(run, node, list, inside),
            ("Fn::FindInMap", _) => {
                if inside.counts {
                    self.entry(run, node, inside);
                }
                passed_on(function).into_iter().for_each(|default| self.node(run, default, inside));
            }
            ("Fn::Transform", _) if inside.counts => {
                run.note_reason(MACRO);
                self.hides = true;
            }
            _ => passed_on(function).into_iter().for_each(|argument| self.node(run, argument, inside)),
        }
        self.path.pop();
    }

    fn substitution(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>, argument: &'t Node<'t>, place: Place<'_>) {
        let (text, variables) = of_sub(argument);
        let text = text.and_then(Node::as_str).unwrap_or_default();
        self.text(text, node.span, place);
        if !variables.is_empty() && text.contains("{{resolve:$") {
            self.spelled(node, place);
        }
        // The name of what is stored is no secret.
        let stored: FxHashSet<&str> =
            if holds_reference(text) { names_in_references(text).collect() } else { FxHashSet::default() };
        let own = keys_of(variables);
        for name in in_braces(text).map(str::trim).filter(|name| !stored.contains(name)) {
            if !name.starts_with('!') && !own.contains(name) {
                self.reference(run, name, place);
            }
        }
        for variable in variables.iter().filter(|variable| !stored.contains(variable.key.as_ref())) {
            self.path.push(Step::Key(&variable.key));
            self.node(run, &variable.value, place);
            self.path.pop();
        }
    }

    /// The items of a list that `Fn::Join` puts together. Between `{{resolve:` and its end is the name of what is stored.
    fn joined(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>, list: &'t Node<'t>, place: Place<'_>) {
        let Some(items) = list.as_sequence() else { return self.node(run, list, place) };
        let texts = || items.iter().filter_map(Node::as_str);
        let begins = texts().any(|text| text.contains("{{"));
        let is_stored = |text: &str| text.contains(SECRETS_MANAGER) || text.contains(SSM_SECURE);
        if begins && !texts().any(is_stored) {
            self.spelled(node, place);
        }
        let mut is_open = false;
        for item in items {
            match item.as_str() {
                Some(text) => {
                    is_open = begins && leaves_reference_open(text, is_open);
                    self.text(text, item.span, place);
                }
                None if is_open => {}
                None => self.node(run, item, place),
            }
        }
    }

    /// The references to what is stored that no text but the one that functions put together holds.
    fn spelled(&mut self, node: &'t Node<'t>, place: Place<'_>) {
        let mappings = Sections::of(self.model.evaluator.template.root).mappings;
        for spelled in Speller::new(mappings).texts(node) {
            self.text(&spelled.text, node.span, place);
        }
    }

    /// The entry of a mapping, where an entry that may be meant refers to what is stored.
    fn entry(&mut self, run: &mut Run<'_, 't>, node: &'t Node<'t>, place: Place<'_>) {
        if !self.leads_to_reference(node) {
            return;
        }
        let Some(value) = run.value(node) else { return };
        for (service, name) in [(DynamicService::SecretsManager, STORED), (DynamicService::SsmSecure, SECURE_STRING)] {
            let is_stored =
                run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| is_from(value, service)));
            match is_stored {
                Truth::True => self.shows(Referenced::Stored, name.to_owned(), place),
                Truth::Unknown if !self.search.except.contains(&Referenced::Stored) => {
                    run.note_reason("the entry of the mapping is unknown");
                    self.hides = true;
                }
                Truth::Unknown | Truth::False => {}
            }
        }
    }

    /// Whether a call of `Fn::FindInMap` may find a dynamic reference.
    fn leads_to_reference(&self, node: &'t Node<'t>) -> bool {
        let Some([mapping, keys @ ..]) = node.get("Fn::FindInMap").and_then(Node::as_sequence) else { return false };
        let mappings = Sections::of(self.model.evaluator.template.root).mappings;
        let rows = Speller::new(mappings).rows(mapping, keys);
        rows.into_iter().any(|row| match row.as_sequence() {
            Some(items) => items.iter().any(|item| item.as_str().is_some_and(holds_reference)),
            None => row.as_str().is_some_and(holds_reference),
        })
    }

    /// Whether there is something below a node that may be a secret and counts.
    fn may_show(&self, node: &'t Node<'t>, counts: bool) -> bool {
        match &node.kind {
            Kind::String(text) => counts && (text.contains("{{resolve:") || text.contains("${")),
            Kind::Sequence(items) => items.iter().any(|item| self.may_show(item, counts)),
            Kind::Mapping(entries) => entries.iter().any(|entry| match entry.key.as_ref() {
                "Ref" => counts && entry.value.as_str().is_some_and(|name| self.model.parameter(name).is_some()),
                "Fn::GetAtt" | "Fn::Transform" => counts,
                "Fn::FindInMap" if counts && self.leads_to_reference(node) => true,
                key => self.may_show(&entry.value, counts || self.search.keys.iter().any(|wanted| wanted == key)),
            }),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => false,
        }
    }

    /// What `${Name}` and `Fn::GetAtt` with one text refer to.
    fn reference(&mut self, run: &mut Run<'_, 't>, name: &str, place: Place<'_>) {
        match name.split_once('.') {
            Some((id, attribute)) => self.attribute(id, attribute, place),
            None => self.parameter(run, name, place),
        }
    }

    fn parameter(&mut self, run: &mut Run<'_, 't>, name: &str, place: Place<'_>) {
        if !place.counts {
            return;
        }
        let Some(parameter) = self.model.parameter(name) else { return };
        if parameter.no_echo {
            self.shows(Referenced::Parameter, format!("the `NoEcho` parameter `{name}`"), place);
        } else if carries_secret(run, self.model, parameter).is_some() {
            self.shows(Referenced::Parameter, format!("parameter `{name}`, which contains a secret"), place);
        } else if let Some(default) = parameter.default
            && let Some(text) = default.as_str().filter(|_| run.evaluator.may_default(name))
        {
            self.text(text, default.span, place);
        }
    }

    fn attribute(&mut self, id: &str, attribute: &str, place: Place<'_>) {
        if self.model.resource(id).is_some_and(|resource| is_secret_attribute(resource.kind, attribute)) {
            self.shows(Referenced::Attribute, format!("`{id}.{attribute}`"), place);
        }
    }

    fn text(&mut self, text: &str, span: Span, place: Place<'_>) {
        if !holds_reference(text) {
            return;
        }
        let place = Place { call: place.call.or(Some(span)), ..place };
        if text.contains(SECRETS_MANAGER) {
            self.shows(Referenced::Stored, STORED.to_owned(), place);
        }
        if text.contains(SSM_SECURE) {
            self.shows(Referenced::Stored, SECURE_STRING.to_owned(), place);
        }
    }

    fn shows(&mut self, kind: Referenced, secret: String, place: Place<'_>) {
        if !place.counts || self.search.except.contains(&kind) {
            return;
        }
        let Some(span) = place.call else { return };
        match self.shown.last_mut() {
            Some(last) if last.span == span => {
                if !last.secrets.contains(&secret) {
                    last.secrets.push(secret);
                }
            }
            _ => {
                // What a function computes is one place: the way to it ends there.
                let steps = self.path.iter().map_while(|step| match step {
                    Step::Key(key) if *key == "Ref" || begins_as_function(key) => None,
                    Step::Key(key) => Some((*key).to_owned()),
                    Step::Index(index) => Some(index.to_string()),
                });
                let path = steps.collect::<Vec<_>>().join("/");
                self.shown.push(Shown { span, path, name: place.name.to_owned(), secrets: vec![secret] });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;
    use crate::graph::testing::first_scenario;

    /// What a value of a resource's property shows.
    fn shown(value: &str, keys: &[&str], except: &[Referenced]) -> (Vec<String>, bool) {
        let text = format!(
            "
Parameters:
  Password: {{Type: String, NoEcho: true}}
  Token: {{Type: String}}
  Host: {{Type: String}}
  Kind: {{Type: String}}
  Stored: {{Type: String, Default: '{{{{resolve:secretsmanager:db}}}}'}}
Mappings: {{M: {{a: {{b: '{{{{resolve:secretsmanager:db}}}}', c: x, d: ['{{{{resolve:ssm-secure:x}}}}']}}}}}}
Conditions: {{C: !Equals [a, a]}}
Resources:
  Key: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: x}}}}
  R: {{Type: X, Value: {value}}}"
        );
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        first_scenario(&text, |run, model| {
            let search = Search { keys: &keys, except };
            let (shown, hides) = shown_secrets(run, model, model.resource("R").unwrap(), &["Value"], search);
            let texts = shown.iter().map(|one| format!("{} {}: {}", one.path, one.name, one.secrets.join(" and ")));
            (texts.collect(), hides)
        })
    }

    #[test]
    fn every_reference_and_spelling() {
        for (value, expected) in [
            ("!Ref Password", "Value Value: the `NoEcho` parameter `Password`"),
            ("!Ref Token", "Value Value: parameter `Token`, which contains a secret"),
            ("!GetAtt Key.SecretAccessKey", "Value Value: `Key.SecretAccessKey`"),
            ("{'Fn::GetAtt': [Key, SecretAccessKey]}", "Value Value: `Key.SecretAccessKey`"),
            ("!Sub 'x ${Key.SecretAccessKey}'", "Value Value: `Key.SecretAccessKey`"),
            (
                "{'Fn::Base64': !Sub 'a ${Password} ${Host} ${Token}'}",
                "Value Value: the `NoEcho` parameter `Password` and parameter `Token`, which contains a secret",
            ),
            ("!Join ['', [a, !Ref Password]]", "Value Value: the `NoEcho` parameter `Password`"),
            ("!If [C, !Ref Password, !Ref Host]", "Value Value: the `NoEcho` parameter `Password`"),
            ("'{{resolve:secretsmanager:db:SecretString:x}}'", "Value Value: a Secrets Manager secret"),
            ("!Join ['', ['{{resolve:ssm-secure:', !Ref Host, '}}']]", "Value Value: a Parameter Store SecureString"),
            ("{A: [{Name: K, Value: !Ref Password}]}", "Value/A/0/Value K: the `NoEcho` parameter `Password`"),
            ("!Sub ['${p}', {p: !Ref Password}]", "Value Value: the `NoEcho` parameter `Password`"),
            ("!Select [1, [x, !Ref Password]]", "Value Value: the `NoEcho` parameter `Password`"),
            ("!FindInMap [M, a, b]", "Value Value: a Secrets Manager secret"),
            ("!FindInMap [M, a, x, {DefaultValue: !Ref Password}]", "Value Value: the `NoEcho` parameter `Password`"),
            ("!Sub ['x ${p}', {p: !FindInMap [M, a, b]}]", "Value Value: a Secrets Manager secret"),
            ("!Select [0, !FindInMap [M, a, d]]", "Value Value: a Parameter Store SecureString"),
            ("!If [C, !FindInMap [M, a, b], x]", "Value Value: a Secrets Manager secret"),
            ("!Ref Stored", "Value Value: a Secrets Manager secret"),
            ("!Sub 'x ${Stored}'", "Value Value: a Secrets Manager secret"),
            ("!Join [':', ['{{resolve', secretsmanager, !Ref Host, 'x}}']]", "Value Value: a Secrets Manager secret"),
            ("!Sub ['{{resolve:${s}:x}}', {s: ssm-secure}]", "Value Value: a Parameter Store SecureString"),
            (
                "{A: [{Name: !Sub '${Host}_X', Value: !Ref Password}]}",
                "Value/A/0/Value ${Host}_X: the `NoEcho` parameter `Password`",
            ),
        ] {
            assert_eq!(shown(value, &[], &[]), (vec![expected.to_owned()], false), "{value}");
        }
        for value in [
            "!Ref Host",
            "!GetAtt Key.Arn",
            "!If [C, !Ref Host, !Ref Password]",
            "!Sub ['${Password}', {Password: x}]",
            "!Sub '${!Password}'",
            "'{{resolve:ssm:x}}'",
            "!Select [0, [x, !Ref Password]]",
            "!FindInMap [M, a, c]",
            "!FindInMap [M, !Ref Password, c]",
            "!FindInMap [!Ref Token, a, c, {DefaultValue: x}]",
            "!ImportValue {'Fn::Sub': '${Password}'}",
            "!Sub '{{resolve:ssm:${Password}}}'",
            "!Sub ['{{resolve:ssm:${p}}}', {p: !Ref Password}]",
            "!Join ['', ['{{resolve:ssm:', !Ref Password, ':1}}']]",
            "{A: [{Name: K, Type: SECRETS_MANAGER, Value: !Ref Password}]}",
        ] {
            assert_eq!(shown(value, &[], &[]), (Vec::new(), false), "{value}");
        }
    }

    #[test]
    fn what_counts_and_what_is_not_known() {
        let value = "{Secrets: {a: !Ref Password}, Environment: {b: !Ref Password}}";
        let found = "Value/Environment/b b: the `NoEcho` parameter `Password`".to_owned();
        assert_eq!(shown(value, &["Environment"], &[]), (vec![found], false));
        let option = |namespace: &str| {
            format!("{{OptionSettings: [{{Namespace: '{namespace}', OptionName: A, Value: !Ref Password}}]}}")
        };
        assert_eq!(shown(&option("aws:elasticbeanstalk:application:environment"), &["OptionSettings"], &[]).0.len(), 1);
        assert_eq!(shown(&option("aws:rds:dbinstance"), &["OptionSettings"], &[]).0.len(), 0);
        assert_eq!(shown("!Ref Password", &[], &[Referenced::Parameter]), (Vec::new(), false));
        assert_eq!(shown("{A: [{Name: K, Type: !Ref Kind, Value: !Ref Password}]}", &[], &[]), (Vec::new(), true));
        assert_eq!(shown("{'Fn::Transform': {Name: M}, A: x}", &[], &[]), (Vec::new(), true));
    }
}
