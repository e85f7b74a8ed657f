//! Intrinsic functions: what each makes of its arguments.
//!
//! Source: the intrinsic function reference of the CloudFormation user guide. An argument that CloudFormation would refuse
//! gives a value of origin [`Origin::Malformed`], which no check can decide on. A function whose arguments are not all known
//! gives a value that remembers them, so that two calls with the same arguments give the same unknown text.

mod builder;
mod entries;
mod forms;
mod json;
mod lists;
mod lookup;
mod mapping;
mod network;
mod row;
mod text;

pub(super) use entries::{Conditional, Remembered};
pub(super) use text::variables;

use super::forks::Open;
use super::partition::{self, Derived};
use super::reads::Read;
use super::value::{Content, Field, Kind, Origin, Part, Value};
use super::{Candidate, Run};
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::{self, Entry, Node};
use builder::{DYNAMIC, literal, resolved};
use std::borrow::Cow;

/// The result of a call: a value; nothing (`AWS::NoValue`); or no call that CloudFormation takes.
enum CallResult<'t> {
    Value(Value<'t>),
    NoValue,
    Malformed,
}

impl<'t> From<Option<Value<'t>>> for CallResult<'t> {
    fn from(value: Option<Value<'t>>) -> Self {
        value.map_or(Self::Malformed, Self::Value)
    }
}

/// Spellings of arguments past this many bytes are not kept: the result is then like no other.
const MAX_ARGUMENTS: usize = 4096;

/// Combinations of choices in a text past which they stay open.
const MAX_SETTLED: usize = 16;

/// Whether a map is a call of an intrinsic function: its only key is `Ref` or begins as a function's does.
pub fn is_function(node: &Node<'_>) -> bool {
    matches!(node.as_mapping(), Some([only]) if only.key == "Ref" || begins_as_function(&only.key))
}

/// Whether a key is that of a function or macro, `Fn::…`, or of a directive that the program Rain replaces, `Rain::…`. Asked of
/// nearly every key, so the bytes are compared here and now.
pub fn begins_as_function(key: &str) -> bool {
    matches!(key.as_bytes(), [b'F', b'n', b':', b':', ..] | [b'R', b'a', b'i', b'n', b':', b':', ..])
}

/// Whether a macro or loop may add keys to this map: `Fn::Transform` or `Fn::ForEach::…` stands among them.
pub fn has_macro(node: &Node<'_>) -> bool {
    node.as_mapping().is_some_and(|entries| entries.iter().any(|entry| begins_as_function(&entry.key)))
}

impl<'t> Run<'_, 't> {
    /// Evaluates a node without looking it up; none where it is `AWS::NoValue`.
    pub(super) fn compute(&mut self, node: &'t Node<'t>) -> Option<Value<'t>> {
        let span = node.span;
        self.computed += 1;
        let kind = match &node.kind {
            syntax::Kind::Null => Kind::Null,
            syntax::Kind::Bool(value) => Kind::Bool(*value),
            syntax::Kind::Number(number) => Kind::Number(number.clone()),
            syntax::Kind::String(text) => return Some(literal(text, span)),
            syntax::Kind::Sequence(items) => {
                let mut list = Vec::with_capacity(items.len());
                list.extend(items.iter().filter_map(|item| self.compute(item)));
                Kind::List(list)
            }
            syntax::Kind::Mapping(entries) => {
                if let [only] = entries.as_slice()
                    && is_function(node)
                {
                    return self.call(only, span);
                }
                if has_macro(node) {
                    // What the macro adds or overrides is not known, so nothing of the map is.
                    return Some(Value::unknown(Origin::function("Fn::Transform"), span));
                }
                let mut fields = Vec::with_capacity(entries.len());
                for entry in entries {
                    if let Some(value) = self.compute(&entry.value) {
                        fields.push(Field { key: Cow::Borrowed(&entry.key), key_span: entry.key_span, value });
                    }
                }
                Kind::Map(fields)
            }
        };
        Some(Value { span, kind })
    }

    fn call(&mut self, entry: &'t Entry<'t>, span: Span) -> Option<Value<'t>> {
        let argument = &entry.value;
        let list = argument.as_sequence();
        let outcome = match entry.key.as_ref() {
            "Ref" => self.reference(argument, span),
            "Fn::If" => self.choose(list),
            "Fn::GetAtt" => self.attribute(argument, span).into(),
            "Fn::Sub" => self.substitution(argument, span).into(),
            "Fn::Join" => self.join(list, span).into(),
            "Fn::FindInMap" => self.find_in_map(list, span),
            "Fn::Select" => self.select(list, span).into(),
            "Fn::Split" => self.split(list, span).into(),
            "Fn::ImportValue" => self.import(argument, span).into(),
            "Fn::Base64" => self.base64(argument, span).into(),
            "Fn::Cidr" => self.cidr(list, span).into(),
            "Fn::GetAZs" => self.zones(argument, span).into(),
            "Fn::Length" => self.length(argument, span).into(),
            "Fn::ToJsonString" => self.json_string(argument, span).into(),
            // Known only when the stack is deployed: macros, other stacks, the account's VPCs and what they are tagged with.
            "Fn::Transform" if argument.get("Name").is_some() => self.unknown_call("Fn::Transform", None, span),
            "Fn::GetStackOutput" => match self.stack_output(argument, span) {
                Some(value) => CallResult::Value(value),
                None => self.unknown_call("Fn::GetStackOutput", Some(argument), span),
            },
            "Fn::RefAll" if argument.as_str().is_some() => self.unknown_call("Fn::RefAll", Some(argument), span),
            "Fn::ValueOf" if list.is_some() => self.unknown_call("Fn::ValueOf", Some(argument), span),
            "Fn::ValueOfAll" if list.is_some() => self.unknown_call("Fn::ValueOfAll", Some(argument), span),
            name if name.starts_with("Fn::ForEach") => self.unknown_call("Fn::ForEach", None, span),
            _ => CallResult::Malformed,
        };
        match outcome {
            CallResult::Value(value) => Some(value),
            CallResult::NoValue => None,
            CallResult::Malformed => Some(Value::unknown(Origin::Malformed(&entry.key), span)),
        }
    }

    /// A function that nobody can compute from the template; with its arguments where these decide the result.
    fn unknown_call(&mut self, name: &'static str, argument: Option<&'t Node<'t>>, span: Span) -> CallResult<'t> {
        let arguments: Vec<Value<'t>> = argument.and_then(|argument| self.compute(argument)).into_iter().collect();
        CallResult::Value(unknown_result(name, &arguments, span))
    }

    /// Whether the functions and forms that `AWS::LanguageExtensions` adds can be used.
    fn is_extended(&self) -> bool {
        self.evaluator.template.transforms.contains(&"AWS::LanguageExtensions")
    }

    fn reference(&mut self, argument: &'t Node<'t>, span: Span) -> CallResult<'t> {
        let Some(name) = self.name(argument) else { return CallResult::Malformed };
        match name {
            Name::Known("AWS::NoValue") => CallResult::NoValue,
            Name::Known(name) => {
                CallResult::Value(self.referred(name, span).unwrap_or_else(|| self.missing(name, None, span)))
            }
            Name::Unknown => CallResult::Value(Value::unknown(Origin::function("Ref"), span)),
        }
    }

    /// The name of something in the template: as written or, with `AWS::LanguageExtensions`, computed.
    fn name(&mut self, node: &'t Node<'t>) -> Option<Name<'t>> {
        if let Some(name) = node.as_str() {
            return Some(Name::Known(name));
        }
        if !self.is_extended() || !is_function(node) {
            return None;
        }
        let value = self.compute(node)?;
        let value = self.settled(value);
        let Some(text) = value.text() else {
            let malformed =
                value.parts().iter().any(|part| matches!(part.origin, Origin::Malformed(_) | Origin::Missing { .. }));
            return (value.is_scalar() && !malformed).then_some(Name::Unknown);
        };
        let evaluator = self.evaluator;
        evaluator
            .template
            .parameter(&text)
            .map(|parameter| parameter.name)
            .or_else(|| evaluator.named(&text).map(|resource| resource.id))
            .or_else(|| super::choices::PSEUDO.into_iter().find(|pseudo| *pseudo == text))
            .map(Name::Known)
    }

    /// What `Ref` of a name gives, `AWS::NoValue` aside; nothing where nothing has this name.
    fn referred(&mut self, name: &'t str, span: Span) -> Option<Value<'t>> {
        let evaluator = self.evaluator;
        if let Some(parameter) = evaluator.template.parameter(name) {
            let origin = Origin::Parameter(parameter.name);
            return Some(if parameter.is_list() {
                self.list_variable(origin, name, span)
            } else {
                self.variable(origin, name, span)
            });
        }
        if let Some(name) = super::choices::PSEUDO.into_iter().find(|pseudo| *pseudo == name) {
            let origin = Origin::Pseudo(name);
            return Some(match name {
                "AWS::NotificationARNs" => self.list_variable(origin, name, span),
                _ => self.variable(origin, name, span),
            });
        }
        let is_resource = evaluator.named(name).is_some();
        is_resource.then(|| Value::unknown(Origin::Resource { id: name, attribute: None }, span))
    }

    /// What a reference gives to something that the template does not declare. `Ref` could have meant more than a resource.
    fn missing(&self, name: &'t str, attribute: Option<Cow<'t, str>>, span: Span) -> Value<'t> {
        let evaluator = self.evaluator;
        evaluator.reads.add(Read::NAMES);
        let resources = evaluator.resources.keys().copied();
        let meant = match &attribute {
            // A comparison takes far longer than a lookup.
            _ if !evaluator.may_search() => None,
            None => {
                let parameters = evaluator.template.parameters.iter().map(|parameter| parameter.name);
                nearest(name, resources.chain(parameters).chain(super::choices::PSEUDO))
            }
            Some(_) => nearest(name, resources),
        };
        Value::unknown(Origin::Missing { name, attribute, meant }, span)
    }

    /// A parameter whose value is a list. Lists are distinguished as wholes: their items have no existence before the choice.
    ///
    /// "The total number of strings should be one more than the total number of commas. Also, each member string is space
    /// trimmed." (CloudFormation user guide, "Parameters", `CommaDelimitedList`.)
    fn list_variable(&mut self, origin: Origin<'t>, name: &str, span: Span) -> Value<'t> {
        let chosen = self.evaluator.choices.by_name(name).and_then(|(index, _)| self.fork_fully(index));
        let Some(Candidate::Known(text)) = chosen else {
            let choices = &self.evaluator.choices;
            let content = match (chosen, choices.by_name(name)) {
                (Some(other), Some((_, variable))) => variable.content(&other),
                _ => choices.unknown(name),
            };
            return Value { span, kind: Kind::Text(vec![Part { content, origin }]) };
        };
        let cost = text.len() + text.split(',').count() * std::mem::size_of::<Value<'t>>();
        if !self.evaluator.afford(cost) {
            return Value::unknown(origin, span);
        }
        let items = text.split(',').map(|item| {
            let content = Content::Known(Cow::Owned(item.trim().to_owned()));
            resolved(vec![Part { content, origin: origin.clone() }], span)
        });
        Value { span, kind: Kind::List(items.collect()) }
    }

    /// A scalar parameter or pseudo parameter.
    fn variable(&mut self, origin: Origin<'t>, name: &str, span: Span) -> Value<'t> {
        let choices = &self.evaluator.choices;
        let own = choices.by_name(name);
        let content = match own.map(|(_, variable)| variable.candidates.as_slice()) {
            Some([Candidate::Known(text)]) => Content::Known(text.clone()),
            own => match Derived::of(name).map(|derived| choices.derived(derived)) {
                Some(Content::Unknown) | None if own.is_some() => Content::Choice,
                Some(content) => content,
                None => choices.unknown(name),
            },
        };
        match own {
            Some((index, variable)) if variable.has_references => {
                let content = if content.is_known() { content } else { self.reference_or_choice(index) };
                resolved(vec![Part { content, origin }], span)
            }
            _ => Value { span, kind: Kind::Text(vec![Part { content, origin }]) },
        }
    }

    /// The content of a parameter that may be a dynamic reference: each reference is distinguished from all other values.
    fn reference_or_choice(&mut self, index: usize) -> Content<'t> {
        let reference = self.fork_by(index, |_, candidate| match candidate {
            Candidate::Known(text) => Some(Some(text.clone()).filter(|text| text.contains(DYNAMIC))),
            Candidate::Other => Some(None),
        });
        reference.flatten().map_or(Content::Choice, Content::Known)
    }

    /// What `AWS::Partition` or `AWS::URLSuffix` is in this scenario, once the Region that decides it has been chosen; its own
    /// choice where no Region does.
    pub(super) fn settle_derived(&mut self, derived: Derived) -> Content<'t> {
        let choices = &self.evaluator.choices;
        if let Some((region, _)) = choices.by_name("AWS::Region") {
            let class = self.fork_by(region, |_, candidate| match candidate {
                Candidate::Known(region) => Some(partition::of_region(region)),
                Candidate::Other => Some(None),
            });
            if let Some(Some(partition)) = class {
                return Content::Known(Cow::Borrowed(derived.value(partition)));
            }
        }
        if derived == Derived::Suffix
            && let Some((index, _)) = choices.by_name("AWS::Partition")
        {
            let class = self.fork_by(index, |_, candidate| match candidate {
                Candidate::Known(name) => Some(partition::named(name)),
                Candidate::Other => Some(None),
            });
            if let Some(Some(partition)) = class {
                return Content::Known(Cow::Borrowed(partition.suffix));
            }
        }
        let own = match derived {
            Derived::Name => choices.by_name("AWS::Partition"),
            Derived::Suffix => choices.by_name("AWS::URLSuffix"),
        };
        let Some((index, variable)) = own else { return Content::Unknown };
        self.fork_fully(index).map_or(Content::Unknown, |candidate| variable.content(&candidate))
    }

    /// A value with every choice in its text made, value by value: for callers that need the characters themselves.
    pub fn settled(&mut self, value: Value<'t>) -> Value<'t> {
        let evaluator = self.evaluator;
        // The same choice may be in several parts; the first makes it for all.
        self.settled_at(value, &|value| value.parts().iter().position(|part| evaluator.open(part).is_some()))
    }

    /// A value with those choices made that `place` finds, part by part.
    pub fn settled_at(&mut self, value: Value<'t>, place: &dyn Fn(&Value<'t>) -> Option<usize>) -> Value<'t> {
        let evaluator = self.evaluator;
        let mut value = value;
        while let Some(open) =
            place(&value).and_then(|index| value.parts().get(index)).and_then(|part| evaluator.open(part))
        {
            match self.with_choice(&value, open) {
                Some(chosen) => value = chosen,
                None => break,
            }
        }
        value
    }

    /// A value with one choice made; none if CloudFormation refuses every remaining candidate.
    fn with_choice(&mut self, value: &Value<'t>, open: Open) -> Option<Value<'t>> {
        match open {
            Open::Derived(derived) => {
                let content = self.settle_derived(derived);
                Some(super::forks::with_derived(value, derived, &content))
            }
            Open::Named(variable) => self.make_choice(&[value], variable)?.pop(),
        }
    }

    /// A value with its choices made if there are few: for functions whose unknown result serves almost as well.
    fn settled_if_few(&mut self, value: Value<'t>) -> Value<'t> {
        self.settled_up_to(value, MAX_SETTLED)
    }

    /// A value with its choices made if these are `most` combinations at most. Otherwise they stay open.
    pub fn settled_up_to(&mut self, value: Value<'t>, most: usize) -> Value<'t> {
        if self.has_few_texts(&value, most) { self.settled(value) } else { value }
    }

    /// Whether a value can be `most` texts at most by its open choices.
    fn has_few_texts(&self, value: &Value<'t>, most: usize) -> bool {
        let mut known: Vec<Open> = Vec::new();
        let mut product = 1_usize;
        for open in value.parts().iter().filter_map(|part| self.evaluator.open(part)) {
            if !known.contains(&open) {
                known.push(open);
                let size = match open {
                    Open::Named(index) => self.evaluator.choices.get(index).map_or(2, |named| named.candidates.len()),
                    Open::Derived(_) => 2,
                };
                product = product.saturating_mul(size);
                if product > most {
                    return false;
                }
            }
        }
        true
    }

    fn choose(&mut self, list: Option<&'t [Node<'t>]>) -> CallResult<'t> {
        let Some([condition, then, otherwise]) = list else { return CallResult::Malformed };
        let Some(condition) = condition.as_str() else { return CallResult::Malformed };
        let branch = if self.condition(condition) { then } else { otherwise };
        self.compute(branch).map_or(CallResult::NoValue, CallResult::Value)
    }
}

/// A name in a template.
enum Name<'t> {
    Known(&'t str),
    Unknown,
}

/// The result of a function that cannot be computed from these arguments; the same for the same arguments.
fn unknown_result<'t>(name: &'static str, arguments: &[Value<'_>], span: Span) -> Value<'t> {
    let spelled: Option<Vec<String>> = arguments.iter().map(super::text::identity).collect();
    let of = spelled
        .filter(|spelled| !spelled.is_empty())
        .map(|spelled| spelled.join("\u{3}"))
        .filter(|spelled| spelled.len() <= MAX_ARGUMENTS)
        .map(Into::into);
    Value::unknown(Origin::Function { name, of }, span)
}

/// Where a text comes from that a function made of a known text: from where that came, if it is one place.
fn origin_of_result<'t>(name: &'static str, argument: &Value<'t>) -> Origin<'t> {
    match argument.parts() {
        [] => Origin::Literal,
        [first, rest @ ..] if rest.iter().all(|part| part.origin == first.origin) => first.origin.clone(),
        _ => Origin::function(name),
    }
}

/// The functions that are computed, or known only when the stack is deployed.
pub(super) const FUNCTIONS: [&str; 17] = [
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::FindInMap",
    "Fn::ForEach",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Ref",
];
