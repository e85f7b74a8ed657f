//! Whether a caller gets in: an `Allow` against the `Deny` statements of the same policy.
//!
//! "An explicit deny in any of these policies overrides the allow" (IAM User Guide, "Policy evaluation logic"). The caller gets in
//! if it can make a request that the `Allow` allows and no `Deny` denies. The requests are told apart as far as the statements tell
//! them apart: by the actions and resources that some of them name and others do not, and by what the caller can have under
//! the keys of their conditions.

use super::caller::{self, Caller, Choice, Way};
use super::condition::{Operator, read};
use super::known::{Group, group_of};
use super::normal::element;
use super::pattern::{Pattern, Side};
use super::principal::{effect_is, is_everybody};
use super::reach::is_everything;
use super::target::{Target, covers_pattern, covers_resource, is_apart, spares_resource};
use super::wildcard::{ask, is_wildcard_resource};
use crate::eval::Run;
use crate::eval::text::equals_str;
use crate::eval::value::{Origin, Value};
use crate::truth::Truth;
use std::borrow::Cow;

/// Requests that are told apart by keys; past this number the result is unknown.
const MOST_REQUESTS: usize = 512;

/// Actions or resources that are told apart; past this number the result is unknown.
const MOST_CELLS: usize = 64;

/// What a policy is about.
#[derive(Clone, Debug)]
pub enum Subject<'a, 't> {
    /// A bucket and its objects.
    Bucket(&'a [Target<'t>; 2]),
    /// Something else.
    Other {
        /// The values that name it.
        names: &'a [&'a Value<'t>],
        /// The service of the actions on it (`sqs`), where that is known.
        service: Option<&'static str>,
    },
}

impl<'t> Subject<'_, 't> {
    fn service(&self) -> Option<&'static str> {
        match self {
            Self::Bucket(_) => Some("s3"),
            Self::Other { service, .. } => *service,
        }
    }
}

/// The statements of a policy that may deny what another one of its statements allows.
pub(super) struct Denies<'v, 't> {
    /// Each with whether it is a `Deny`.
    statements: Vec<(&'v Value<'t>, Truth)>,
}

impl<'v, 't> Denies<'v, 't> {
    /// Whether none of the statements denies anything.
    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
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

/// Whether a caller that an `Allow` names gets in by it.
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
            applying.push((Conditions::read(run, statement), *statement, applies));
        }
    }
    let allowed = Conditions::read(run, allow);
    let cells = Cells::of(run, allow, &applying, subject);
    let Some(cells) = cells else {
        run.note_reason("the policy tells too many actions or resources apart");
        return Truth::Unknown;
    };
    let keys = keys(std::iter::once(&allowed).chain(applying.iter().map(|(conditions, ..)| conditions)));
    // A service calls for the caller only where the policy lets services in by what they call for.
    let through_services = allowed.read.iter().any(|condition| group_of(&condition.key) == Group::Source);
    let mut admitted = Truth::False;
    for way in caller.ways(through_services) {
        let Some(requests) = Requests::made(run, caller, way, &keys) else {
            run.note_reason("the policy has conditions on too many keys");
            return Truth::Unknown;
        };
        for request in requests.all() {
            let mut passes = request.possible().and(allowed.hold(run, caller, &request));
            if passes.is_false() {
                continue;
            }
            let mut denied_by = Vec::new();
            for (conditions, _, applies) in &applying {
                denied_by.push(applies.and(conditions.hold(run, caller, &request)));
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

/// Whether conditions of a statement require one of these keys: together they hold only for requests that have the key with a
/// value that they name. `*` in a name of a key stands for any characters.
pub(super) fn requires_key<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, names: &dyn Fn(&str) -> bool) -> Truth {
    let conditions = Conditions::read(run, statement);
    let mut keys: Vec<&str> = conditions.read.iter().map(|condition| condition.key.as_ref()).collect();
    keys.retain(|key| names(key));
    keys.sort_unstable();
    keys.dedup();
    let required = Truth::any(keys.iter().map(|key| {
        !Truth::any([Choice::Absent, Choice::Unnamed].iter().map(|choice| {
            Truth::all(conditions.read.iter().filter(|condition| condition.key == **key).map(|condition| {
                caller::holds(run, &Caller::Account(None), "", (condition.operator, condition.values), choice)
            }))
        }))
    }));
    if required.is_false() && !conditions.complete { Truth::Unknown } else { required }
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

    /// Whether all of them hold for a request.
    fn hold(&self, run: &mut Run<'_, 't>, caller: &Caller, request: &Request<'_, 'v, 't>) -> Truth {
        let read = Truth::all(self.read.iter().map(|condition| match request.choice(&condition.key) {
            Some(choice) => {
                caller::holds(run, caller, &condition.key, (condition.operator, condition.values), choice)
            }
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

/// The requests that a caller can make one way, as far as keys tell them apart.
struct Requests<'c, 'v, 't> {
    keys: Vec<(&'c str, Vec<Choice<'v, 't>>)>,
    number: usize,
}

/// One of them.
struct Request<'r, 'v, 't> {
    choices: Vec<(&'r str, &'r Choice<'v, 't>)>,
}

impl<'c, 'v, 't> Requests<'c, 'v, 't> {
    /// Nothing where there are too many.
    fn made(run: &mut Run<'_, 't>, caller: &Caller, way: Way, keys: &Keys<'c, 'v, 't>) -> Option<Self> {
        let mut requests = Self { keys: Vec::new(), number: 1 };
        for (key, conditions) in keys {
            let choices = caller::choices(run, caller, way, key, conditions);
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

/// Whether a `Deny` is about a caller: about everyone, everyone but some that it names, or the very principal that is allowed.
fn denies_caller<'t>(
    run: &mut Run<'_, 't>,
    statement: &Value<'t>,
    caller: &Caller,
    principal: Option<&Value<'t>>,
) -> Truth {
    if let Some(excepted) = statement.get(element::NOT_PRINCIPALS) {
        // Whoever is excepted is named, and so is not an unknown caller; an exception of everyone excepts these too.
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

/// Whether two scalars are the same text, false where that is not certain.
fn same_text<'t>(run: &mut Run<'_, 't>, one: &Value<'t>, other: &Value<'t>) -> Truth {
    let same = run.decide(&[one, other], &|values| match values {
        [one, other] => crate::eval::text::equal(one, other),
        _ => Truth::False,
    });
    same.is_true().into()
}

/// The actions and resources that an `Allow` allows, cut where statements that deny tell them apart, and which of these statements
/// is about which.
struct Cells {
    /// For each action, what each `Deny` says of it.
    actions: Vec<Vec<Truth>>,
    /// For each resource.
    resources: Vec<Vec<Truth>>,
}

impl Cells {
    /// Nothing where there are too many.
    fn of<'v, 't>(
        run: &mut Run<'_, 't>,
        allow: &'v Value<'t>,
        denies: &[(Conditions<'v, 't>, &'v Value<'t>, Truth)],
        subject: &Subject<'_, 't>,
    ) -> Option<Self> {
        let denies: Vec<&'v Value<'t>> = denies.iter().map(|(_, statement, _)| *statement).collect();
        let actions = Dimension { element: element::ACTIONS, excepted: element::NOT_ACTIONS };
        let resources = Dimension { element: element::RESOURCES, excepted: element::NOT_RESOURCES };
        let mut of_actions = |run: &mut Run<'_, 't>, outer: &Value<'t>, inner: &Piece<'_, '_, 't>, how: How| {
            action_relation(run, outer, inner, how, subject)
        };
        let actions = actions.cells(run, allow, &denies, &[Piece::All], &mut of_actions)?;
        let whole = match subject {
            Subject::Bucket([bucket, objects]) => vec![Piece::Target(bucket), Piece::Target(objects)],
            Subject::Other { .. } => vec![Piece::All],
        };
        let mut of_resources = |run: &mut Run<'_, 't>, outer: &Value<'t>, inner: &Piece<'_, '_, 't>, how: How| {
            resource_relation(run, outer, inner, how, subject)
        };
        let resources = resources.cells(run, allow, &denies, &whole, &mut of_resources)?;
        Some(Self { actions, resources })
    }

    /// Whether every action on every resource is denied by one of the statements that deny a request.
    fn all_denied(&self, denied_by: &[Truth]) -> Truth {
        Truth::all(self.actions.iter().flat_map(|actions| self.resources.iter().map(move |resources| (actions, resources))).map(
            |(actions, resources)| {
                Truth::any(
                    denied_by
                        .iter()
                        .zip(actions.iter().zip(resources))
                        .map(|(denied, (action, resource))| denied.and(*action).and(*resource)),
                )
            },
        ))
    }
}

/// Actions or resources.
struct Dimension {
    element: &'static str,
    excepted: &'static str,
}

/// Something that an `Allow` allows.
#[derive(Clone, Copy)]
enum Piece<'p, 'v, 't> {
    /// Everything.
    All,
    /// What a pattern matches.
    Pattern(&'v Value<'t>),
    /// The bucket, or its objects.
    Target(&'p Target<'t>),
}

/// How a pattern relates to what is allowed.
#[derive(Copy, Clone, PartialEq, Eq)]
enum How {
    /// It matches all of it.
    Covers,
    /// It matches nothing of it.
    Spares,
}

/// Whether a pattern relates so to what is allowed.
type Relation<'r, 'm, 't> = &'r mut dyn FnMut(&mut Run<'m, 't>, &Value<'t>, &Piece<'_, '_, 't>, How) -> Truth;

impl Dimension {
    /// What each of the statements that deny says of each cell.
    fn cells<'m, 'v, 't>(
        &self,
        run: &mut Run<'m, 't>,
        allow: &'v Value<'t>,
        denies: &[&'v Value<'t>],
        whole: &[Piece<'_, 'v, 't>],
        relation: Relation<'_, 'm, 't>,
    ) -> Option<Vec<Vec<Truth>>> {
        let mut pieces: Vec<Piece<'_, 'v, 't>> = Vec::new();
        for pattern in allow.get(self.element).map(Value::items).unwrap_or_default() {
            if is_all(run, pattern).is_true() {
                pieces.extend(whole);
            } else {
                pieces.push(Piece::Pattern(pattern));
            }
        }
        if pieces.is_empty() {
            // Everything, or everything but some: at most that.
            pieces.extend(whole);
        }
        let mut cells = Vec::new();
        for piece in pieces {
            // What a statement names and the piece goes beyond is a cell of its own.
            let mut inside: Vec<&'v Value<'t>> = Vec::new();
            for pattern in denies.iter().flat_map(|deny| [self.element, self.excepted].map(|name| deny.get(name))).flatten() {
                for pattern in pattern.items() {
                    if inside.len() >= MOST_CELLS {
                        return None;
                    }
                    if relation(run, pattern, &piece, How::Covers).is_false()
                        && relation(run, pattern, &piece, How::Spares).is_false()
                        && !inside.iter().any(|known| known.display() == pattern.display())
                    {
                        inside.push(pattern);
                    }
                }
            }
            let excepted = allow.get(self.excepted).map(Value::items).unwrap_or_default();
            for pattern in &inside {
                let inside = Piece::Pattern(pattern);
                if excepted.iter().any(|known| relation(run, known, &inside, How::Covers).is_true()) {
                    continue;
                }
                cells.push(denies.iter().map(|deny| self.denies(run, deny, &Piece::Pattern(pattern), &[], relation)).collect());
            }
            cells.push(denies.iter().map(|deny| self.denies(run, deny, &piece, &inside, relation)).collect());
            if cells.len() > MOST_CELLS {
                return None;
            }
        }
        Some(cells)
    }

    /// Whether a statement is about all of a piece, but for what patterns match that are cells of their own.
    fn denies<'m, 'v, 't>(
        &self,
        run: &mut Run<'m, 't>,
        deny: &'v Value<'t>,
        piece: &Piece<'_, 'v, 't>,
        without: &[&'v Value<'t>],
        relation: Relation<'_, 'm, 't>,
    ) -> Truth {
        match (deny.get(self.element), deny.get(self.excepted)) {
            (Some(patterns), _) => {
                Truth::any(patterns.items().iter().map(|pattern| relation(run, pattern, piece, How::Covers)))
            }
            (None, Some(excepted)) => Truth::all(excepted.items().iter().map(|pattern| {
                if without.iter().any(|known| known.display() == pattern.display()) {
                    Truth::True
                } else {
                    relation(run, pattern, piece, How::Spares)
                }
            })),
            // A policy on the resource itself, such as a trust policy, has no `Resource`.
            (None, None) => (self.element == element::RESOURCES).into(),
        }
    }
}

fn is_all<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>) -> Truth {
    ask(run, pattern, |value| match value.text() {
        Some(text) => (text == "*:*" || (!text.is_empty() && text.chars().all(|c| c == '*'))).into(),
        None => Truth::False,
    })
}

fn action_relation<'t>(
    run: &mut Run<'_, 't>,
    outer: &Value<'t>,
    inner: &Piece<'_, '_, 't>,
    how: How,
    subject: &Subject<'_, 't>,
) -> Truth {
    let relate = |outer: Option<Pattern>, inner: &Pattern| {
        let outer = outer.unwrap_or_default().map(str::to_ascii_lowercase);
        match how {
            How::Covers => outer.covers(inner),
            How::Spares => outer.is_disjoint_from(inner),
        }
    };
    match inner {
        Piece::Pattern(inner) => run.decide(&[outer, inner], &|values| match values {
            [outer, inner] => {
                let inner = Pattern::of(inner, Side::Inner).unwrap_or_default().map(str::to_ascii_lowercase);
                relate(Pattern::of(outer, Side::Outer), &inner)
            }
            _ => Truth::Unknown,
        }),
        Piece::All | Piece::Target(_) => {
            // On the resource that the policy is about, no other service has actions.
            let mut all = Pattern::default();
            all.push_text(&subject.service().map_or("*".to_owned(), |service| format!("{service}:*")));
            ask(run, outer, |outer| relate(Pattern::of(outer, Side::Outer), &all))
        }
    }
}

fn resource_relation<'t>(
    run: &mut Run<'_, 't>,
    outer: &Value<'t>,
    inner: &Piece<'_, '_, 't>,
    how: How,
    subject: &Subject<'_, 't>,
) -> Truth {
    let everything = is_everything(run, outer);
    if everything.is_true() {
        return (how == How::Covers).into();
    }
    match (inner, subject) {
        (Piece::Target(target), _) => match how {
            How::Covers => covers_resource(run, outer, target),
            How::Spares => spares_resource(run, outer, target),
        },
        (Piece::Pattern(inner), Subject::Bucket([bucket, _])) => match how {
            How::Covers => covers_pattern(run, outer, inner, bucket),
            How::Spares => is_apart(run, outer, inner, bucket),
        },
        (Piece::All, _) => {
            // The policy is about one resource: what names it names everything.
            let names = is_wildcard_resource(run, outer).or(names_subject(run, outer, subject));
            if how == How::Covers { names } else { !names }
        }
        (Piece::Pattern(inner), Subject::Other { .. }) => {
            let both = names_subject(run, outer, subject).and(names_subject(run, inner, subject));
            let related = run.decide(&[outer, inner], &|values| match values {
                [outer, inner] => {
                    let (outer, inner) = (Pattern::of(outer, Side::Outer), Pattern::of(inner, Side::Inner));
                    let (outer, inner) = (outer.unwrap_or_default(), inner.unwrap_or_default());
                    if how == How::Covers { outer.covers(&inner) } else { outer.is_disjoint_from(&inner) }
                }
                _ => Truth::Unknown,
            });
            match (how, both) {
                (How::Covers, Truth::True) => Truth::True,
                (How::Spares, Truth::True) => Truth::False,
                _ => related,
            }
        }
    }
}

/// Whether a resource pattern is a name or the ARN of what the policy is about.
fn names_subject<'t>(run: &mut Run<'_, 't>, pattern: &Value<'t>, subject: &Subject<'_, 't>) -> Truth {
    let Subject::Other { names, .. } = subject else { return Truth::False };
    let ids = |value: &Value<'t>| {
        value.parts().iter().find_map(|part| match &part.origin {
            Origin::Resource { id, .. } => Some(*id),
            _ => None,
        })
    };
    let by_reference = ids(pattern).is_some_and(|id| names.iter().any(|name| ids(name) == Some(id)));
    if by_reference {
        return Truth::True;
    }
    Truth::any(names.iter().map(|name| {
        run.decide(&[pattern, name], &|values| match values {
            [pattern, name] => match (pattern.text(), name.text()) {
                (Some(pattern), Some(name)) => {
                    let ends_alike = |separator| pattern.rsplit(separator).next() == name.rsplit([':', '/']).next();
                    (pattern == name || ends_alike(':') || ends_alike('/')).into()
                }
                _ => crate::eval::text::equal(pattern, name),
            },
            _ => Truth::Unknown,
        })
    }))
}
