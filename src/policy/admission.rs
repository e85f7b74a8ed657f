//! Whether a policy admits a caller: an `Allow` against the `Deny` statements of the same policy.
//!
//! "An explicit deny in any of these policies overrides the allow" (IAM User Guide, "Policy evaluation logic"). A policy admits a
//! caller that can make a request which the `Allow` allows and no `Deny` denies. Requests are distinguished as far as the statements
//! do: by the actions and resources that some statements name and others do not, and by the values that the caller can have for
//! the keys of their conditions.

use super::caller::{self, Caller, Channel, Choice};
use super::cells::{Cells, Subject};
use super::condition::{Operator, read};
use super::known::{Group, admits_others, group_of, is_mirror, mirror, values_of_others};
use super::normal::element;
use super::principal::{effect_is, is_everybody};
use super::wildcard::ask;
use crate::eval::Run;
use crate::eval::text::equals_str;
use crate::eval::value::Value;
use crate::truth::Truth;
use std::borrow::Cow;

/// Requests that are distinguished by keys. Beyond this number, the result is unknown.
const MOST_REQUESTS: usize = 512;

/// The statements of a policy that may deny what another one of its statements allows.
#[derive(Default)]
pub(super) struct Denies<'v, 't> {
    /// Each with whether it is a `Deny`.
    statements: Vec<(&'v Value<'t>, Truth)>,
}

impl<'v, 't> Denies<'v, 't> {
    /// Whether none of the statements denies anything.
    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    pub(super) fn statements(&self) -> &[(&'v Value<'t>, Truth)] {
        &self.statements
    }

    pub(super) fn among(run: &mut Run<'_, 't>, statements: &[&'v Value<'t>]) -> Self {
        let mut found = Vec::new();
        for statement in statements {
            let denies = effect_is(run, statement, "Deny");
            if !denies.is_false() {
                found.push((*statement, denies));
            }
        }
        Self { statements: found }
    }
}

/// Whether an `Allow` admits a caller that it names.
pub(super) fn admits<'v, 't>(
    run: &mut Run<'_, 't>,
    allow: &'v Value<'t>,
    denies: &Denies<'v, 't>,
    subject: &Subject<'_, 't>,
    caller: &Caller,
    principal: Option<&Value<'t>>,
) -> Truth {
    let mut applying = Vec::new();
    for (statement, is_deny) in &denies.statements {
        let applies = is_deny.and(denies_caller(run, statement, caller, principal));
        if !applies.is_false() {
            applying.push((*statement, applies));
        }
    }
    let allowed = Conditions::read(run, allow).mirrored();
    let denying: Vec<&'v Value<'t>> = applying.iter().map(|(statement, _)| *statement).collect();
    let Some(cells) = Cells::of(run, allow, &denying, subject) else {
        run.note_reason("the policy distinguishes too many actions or resources");
        return Truth::Unknown;
    };
    // Of many statements, few are about the same actions and resources: only their conditions are read.
    let mut concerned: Vec<(usize, Conditions<'v, 't>, Truth)> = Vec::new();
    for (place, (statement, applies)) in applying.iter().enumerate() {
        if cells.concern(place) {
            concerned.push((place, Conditions::read(run, statement).mirrored(), *applies));
        }
    }
    let keys = keys(std::iter::once(&allowed).chain(concerned.iter().map(|(_, conditions, _)| conditions)));
    // A service calls for the caller only if the statement has conditions on the resource that the service calls for.
    let through_services = allowed.read.iter().any(|condition| group_of(&condition.key) == Group::Source);
    let mut admitted = Truth::False;
    for channel in caller.channels(through_services) {
        if channel.is_refused_by(subject.service()) {
            continue;
        }
        let Some(requests) = Requests::made(run, caller, channel, &keys) else {
            run.note_reason("the policy has conditions on too many keys");
            return Truth::Unknown;
        };
        for request in requests.all() {
            let mut passes = request.possible().and(allowed.hold(run, caller, &request));
            if passes.is_false() {
                continue;
            }
            let mut denied_by = vec![Truth::False; applying.len()];
            for (place, conditions, applies) in &concerned {
                if let Some(denied) = denied_by.get_mut(*place) {
                    *denied = applies.and(conditions.hold(run, caller, &request));
                }
            }
            passes = passes.and(!cells.all_denied(&denied_by));
            admitted = admitted.or(passes);
            if admitted.is_true() {
                return Truth::True;
            }
        }
    }
    admitted
}

/// Whether a statement requires one of these keys: by its conditions, or by `Deny` statements of the same policy, it allows only
/// requests that have the key with a value that one of them names.
pub(super) fn requires_key<'v, 't>(
    run: &mut Run<'_, 't>,
    allow: &'v Value<'t>,
    denies: &Denies<'v, 't>,
    subject: &Subject<'_, 't>,
    names: &dyn Fn(&str) -> bool,
) -> Truth {
    let allowed = Conditions::read(run, allow);
    let mut denying = Vec::new();
    for (statement, is_deny) in &denies.statements {
        let applies = is_deny.and(is_everybody(run, statement).or(names_all_of(run, statement, allow)));
        if !applies.is_false() {
            denying.push((Conditions::read(run, statement), *statement, applies));
        }
    }
    let all = || std::iter::once(&allowed).chain(denying.iter().map(|(conditions, ..)| conditions));
    let mut keys: Vec<&str> = all().flat_map(|one| &one.read).map(|condition| condition.key.as_ref()).collect();
    keys.retain(|key| names(key));
    keys.sort_unstable();
    keys.dedup();
    let mut required = Truth::False;
    if !keys.is_empty() {
        let statements: Vec<&'v Value<'t>> = denying.iter().map(|(_, statement, _)| *statement).collect();
        let Some(cells) = Cells::of(run, allow, &statements, subject) else { return Truth::Unknown };
        for key in keys {
            let mut passes = |choice: &Choice<'v, 't>| {
                let allows = allowed.hold_for(run, key, choice, Truth::True);
                if allows.is_false() {
                    return Truth::False;
                }
                let denied_by: Vec<Truth> = denying
                    .iter()
                    // Its conditions on other keys exempt requests.
                    .map(|(conditions, _, applies)| applies.and(conditions.hold_for(run, key, choice, Truth::False)))
                    .collect();
                allows.and(!cells.all_denied(&denied_by))
            };
            let others = match values_of_others(key) {
                [] => passes(&Choice::Unnamed),
                values => Truth::all(values.iter().map(|value| passes(&Choice::Text((*value).to_owned())))),
            };
            required = required.or(!passes(&Choice::Absent).or(others));
        }
    }
    if required.is_false() && !allowed.complete { Truth::Unknown } else { required }
}

/// A condition of a statement.
struct Condition<'v, 't> {
    operator: Operator,
    key: Cow<'v, str>,
    values: &'v [Value<'t>],
}

/// The conditions of a statement.
struct Conditions<'v, 't> {
    read: Vec<Condition<'v, 't>>,
    /// Whether all could be read.
    complete: bool,
}

impl<'v, 't> Conditions<'v, 't> {
    fn read(run: &mut Run<'_, 't>, statement: &'v Value<'t>) -> Self {
        let mut conditions = Self { read: Vec::new(), complete: true };
        for condition in statement.get(element::CONDITIONS).map(Value::items).unwrap_or_default() {
            match read(run, condition) {
                Some((operator, key, values)) => conditions.read.push(Condition { operator, key, values }),
                None => conditions.complete = false,
            }
        }
        conditions
    }

    /// With comparisons of the resource's owner with the caller as conditions on the caller.
    fn mirrored(mut self) -> Self {
        for condition in &mut self.read {
            if let Some(name) = mirror(&condition.key, condition.values) {
                condition.key = Cow::Borrowed(name);
            }
        }
        self
    }

    /// Whether the conditions on a key hold for a choice of it, with a truth for the other conditions.
    fn hold_for(&self, run: &mut Run<'_, 't>, key: &str, choice: &Choice<'v, 't>, others: Truth) -> Truth {
        Truth::all(self.read.iter().map(|condition| {
            if condition.key != key {
                return others;
            }
            let (operator, values) = (condition.operator, condition.values);
            if !matches!(choice, Choice::Unnamed) {
                // The values that a caller can have do not matter here.
                return caller::holds(run, &Caller::Account(None), "", (operator, values), choice);
            }
            let admits = &mut |run: &mut Run<'_, 't>, value: &Value<'t>| {
                run.decide(&[value], &|values| {
                    values.first().map_or(Truth::False, |value| admits_others(key, value, operator.test))
                })
            };
            operator.holds(run, values, Some(admits))
        }))
    }

    /// Whether all of them hold for a request.
    fn hold(&self, run: &mut Run<'_, 't>, caller: &Caller, request: &Request<'_, 'v, 't>) -> Truth {
        let read = Truth::all(self.read.iter().map(|condition| match request.choice(&condition.key) {
            // What has no value matches nothing: "If AWS cannot resolve a variable, this might cause the entire statement to be
            // invalid" (IAM User Guide, "IAM policy elements: Variables and tags").
            Some(Choice::Absent) if is_mirror(&condition.key) => match condition.operator.is_negated() {
                true => Truth::Unknown,
                false => Truth::False,
            },
            Some(choice) => caller::holds(run, caller, &condition.key, (condition.operator, condition.values), choice),
            None => Truth::Unknown,
        }));
        if self.complete { read } else { read.and(Truth::Unknown) }
    }
}

/// The keys of conditions, each with the conditions on it.
type Keys<'c, 'v, 't> = Vec<(&'c str, Vec<(Operator, &'v [Value<'t>])>)>;

fn keys<'c, 'v: 'c, 't: 'c>(all: impl Iterator<Item = &'c Conditions<'v, 't>>) -> Keys<'c, 'v, 't> {
    let mut keys: Keys<'c, 'v, 't> = Vec::new();
    for condition in all.flat_map(|conditions| &conditions.read) {
        let written = (condition.operator, condition.values);
        match keys.iter_mut().find(|(key, _)| *key == condition.key) {
            Some((_, conditions)) => conditions.push(written),
            None => keys.push((&condition.key, vec![written])),
        }
    }
    keys
}

/// The requests of a caller on one channel, as far as keys distinguish them.
struct Requests<'c, 'v, 't> {
    keys: Vec<(&'c str, Vec<Choice<'v, 't>>)>,
    number: usize,
}

/// One of them.
struct Request<'r, 'v, 't> {
    choices: Vec<(&'r str, &'r Choice<'v, 't>)>,
}

impl<'c, 'v, 't> Requests<'c, 'v, 't> {
    /// None if there are too many.
    fn made(run: &mut Run<'_, 't>, caller: &Caller, channel: Channel, keys: &Keys<'c, 'v, 't>) -> Option<Self> {
        let mut requests = Self { keys: Vec::new(), number: 1 };
        for (key, conditions) in keys {
            let choices = caller::choices(run, caller, channel, key, conditions);
            requests.number = requests.number.saturating_mul(choices.len());
            if requests.number > MOST_REQUESTS {
                return None;
            }
            requests.keys.push((key, choices));
        }
        Some(requests)
    }

    fn all(&self) -> impl Iterator<Item = Request<'_, 'v, 't>> {
        (0..self.number).map(move |number| {
            let mut rest = number;
            let choices = self.keys.iter().filter_map(|(key, choices)| {
                let index = rest.checked_rem(choices.len())?;
                rest /= choices.len();
                Some((*key, choices.get(index)?))
            });
            Request { choices: choices.collect() }
        })
    }
}

impl<'r, 'v, 't> Request<'r, 'v, 't> {
    fn choice(&self, key: &str) -> Option<&'r Choice<'v, 't>> {
        self.choices.iter().find(|(known, _)| *known == key).map(|(_, choice)| *choice)
    }

    fn possible(&self) -> Truth {
        Truth::all(self.choices.iter().map(|(_, choice)| choice.is_possible()))
    }
}

/// Whether a `Deny` applies to a caller: to everyone, to everyone except some principals, or to the principal that is allowed.
fn denies_caller<'t>(
    run: &mut Run<'_, 't>,
    statement: &Value<'t>,
    caller: &Caller,
    principal: Option<&Value<'t>>,
) -> Truth {
    if let Some(excepted) = statement.get(element::NOT_PRINCIPALS) {
        // An excepted principal is named, so it is not an unknown caller, unless everyone is excepted.
        return Truth::all(excepted.items().iter().filter_map(|entry| entry.get(element::VALUE)).map(|value| {
            let is_this = match (caller, principal) {
                (Caller::Account(_), Some(principal)) => same_text(run, value, principal).or(Truth::Unknown),
                _ => Truth::False,
            };
            let everyone = ask(run, value, |value| equals_str(value, "*"));
            !is_this.or(everyone)
        }));
    }
    let everybody = is_everybody(run, statement);
    match principal {
        Some(principal) if !everybody.is_true() => {
            let entries = statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default();
            let named = entries.iter().filter_map(|entry| entry.get(element::VALUE));
            everybody.or(Truth::any(named.map(|value| same_text(run, value, principal))))
        }
        _ => everybody,
    }
}

/// Whether a `Deny` names every principal that an `Allow` names; in the policies of an identity, neither names any.
fn names_all_of<'t>(run: &mut Run<'_, 't>, deny: &Value<'t>, allow: &Value<'t>) -> Truth {
    if [deny, allow].iter().any(|statement| statement.get(element::NOT_PRINCIPALS).is_some()) {
        return Truth::False;
    }
    let [denied, allowed] = [deny, allow].map(|statement| statement.get(element::PRINCIPALS).map(Value::items));
    match (denied, allowed) {
        (None, None) => Truth::True,
        (Some(denied), Some(allowed)) if !allowed.is_empty() => Truth::all(allowed.iter().map(|one| {
            let value = one.get(element::VALUE);
            Truth::any(denied.iter().filter_map(|other| other.get(element::VALUE)).map(|other| match value {
                Some(value) => same_text(run, value, other),
                None => Truth::False,
            }))
        })),
        _ => Truth::False,
    }
}

/// Whether two scalars are the same text, false where that is not certain.
fn same_text<'t>(run: &mut Run<'_, 't>, one: &Value<'t>, other: &Value<'t>) -> Truth {
    let same = run.decide(&[one, other], &|values| match values {
        [one, other] => crate::eval::text::equal(one, other),
        _ => Truth::False,
    });
    same.is_true().into()
}
