//! The actions and resources of an `Allow`, divided where `Deny` statements distinguish them.
//!
//! Statements add up: one can deny what another excepts (`NotAction`, `NotResource`) or does not name. So what is allowed is
//! divided into cells along the patterns of these statements, and each cell is checked separately.

use super::normal::element;
use super::pattern::{Pattern, Side};
use super::reach::is_everything;
use super::target::{Target, covers_pattern, covers_resource, is_apart, spares_resource};
use super::wildcard::{ask, is_wildcard_resource};
use crate::eval::Run;
use crate::eval::text::{CLOSE, OPEN};
use crate::eval::value::{Origin, Value};
use crate::truth::Truth;
use rustc_hash::FxHashMap;

/// Actions or resources that are distinguished. Beyond this number, the result is unknown.
const MOST_CELLS: usize = 64;

/// The resource of a policy.
#[derive(Clone, Debug)]
pub enum Subject<'a, 't> {
    /// A bucket, its objects, or both.
    Bucket(&'a [Target<'t>]),
    /// Something else.
    Other {
        /// The values that name it.
        names: &'a [&'a Value<'t>],
        /// The service of the actions on it (`sqs`), if it is known.
        service: Option<&'static str>,
    },
}

impl<'t> Subject<'_, 't> {
    /// The service of the actions on it (`sqs`), if it is known.
    pub fn service(&self) -> Option<&'static str> {
        match self {
            Self::Bucket(_) => Some("s3"),
            Self::Other { service, .. } => *service,
        }
    }
}

/// The actions and resources that an `Allow` allows, divided where `Deny` statements distinguish them, and which of these statements
/// applies to which.
pub(super) struct Cells {
    /// For each action, whether each `Deny` covers it.
    actions: Vec<Vec<Truth>>,
    /// For each resource.
    resources: Vec<Vec<Truth>>,
}

impl Cells {
    /// None if there are too many.
    pub(super) fn of<'v, 't>(
        run: &mut Run<'_, 't>,
        allow: &'v Value<'t>,
        denies: &[&'v Value<'t>],
        subject: &Subject<'_, 't>,
    ) -> Option<Self> {
        let actions = Dimension { element: element::ACTIONS, excepted: element::NOT_ACTIONS, absent: Truth::False };
        // Trust policies and file system policies have no `Resource`. Source: IAM User Guide, "IAM JSON policy elements:
        // Resource"; Amazon EFS user guide, "Resource-based policies within Amazon EFS".
        let without = matches!(subject.service(), Some("sts" | "elasticfilesystem"));
        // Statements of repository policies need none either (Amazon ECR user guide, "Private repository policies", examples): both
        // statements are then about the resource that the policy belongs to.
        let names_none = [element::RESOURCES, element::NOT_RESOURCES].iter().all(|name| allow.get(name).is_none());
        let absent = (without || (names_none && matches!(subject, Subject::Other { .. }))).into();
        let resources = Dimension { element: element::RESOURCES, excepted: element::NOT_RESOURCES, absent };
        let mut of_actions = |run: &mut Run<'_, 't>, outer: &Value<'t>, inner: &Piece<'_, '_, 't>, how: How| {
            action_relation(run, outer, inner, how, subject)
        };
        let actions = actions.cells(run, allow, denies, &[Piece::All], &mut of_actions)?;
        let whole = match subject {
            Subject::Bucket(targets) => targets.iter().map(Piece::Target).collect(),
            Subject::Other { .. } => vec![Piece::All],
        };
        let mut of_resources = |run: &mut Run<'_, 't>, outer: &Value<'t>, inner: &Piece<'_, '_, 't>, how: How| {
            resource_relation(run, outer, inner, how, subject)
        };
        let resources = resources.cells(run, allow, denies, &whole, &mut of_resources)?;
        Some(Self { actions, resources })
    }

    /// Whether the statement at this place may deny anything of what is allowed.
    pub(super) fn concern(&self, statement: usize) -> bool {
        let may =
            |cells: &[Vec<Truth>]| cells.iter().any(|cell| !cell.get(statement).is_none_or(|truth| truth.is_false()));
        may(&self.actions) && may(&self.resources)
    }

    /// Whether one of the statements denies every action on every resource. `denied_by` contains whether each applies to a request.
    pub(super) fn all_denied(&self, denied_by: &[Truth]) -> Truth {
        Truth::all(
            self.actions
                .iter()
                .flat_map(|actions| self.resources.iter().map(move |resources| (actions, resources)))
                .map(|(actions, resources)| {
                    Truth::any(
                        denied_by
                            .iter()
                            .zip(actions.iter().zip(resources))
                            .map(|(denied, (action, resource))| denied.and(*action).and(*resource)),
                    )
                }),
        )
    }
}

/// Actions or resources.
struct Dimension {
    element: &'static str,
    excepted: &'static str,
    /// Whether a statement without both elements covers everything.
    absent: Truth,
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

/// Whether patterns match all of a piece, as far as it is known.
type Covered<'t> = FxHashMap<*const Value<'t>, Truth>;

/// A pattern that covers a part of a piece, and how it is shown: it is compared with many others.
type Inside<'v, 't> = (&'v Value<'t>, String);

impl Dimension {
    /// For each cell, whether each `Deny` covers it.
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
            // Everything, or everything with exceptions: at most everything.
            pieces.extend(whole);
        }
        let mut cells = Vec::new();
        for piece in pieces {
            // A pattern that covers only a part of the piece makes a separate cell.
            let mut inside: Vec<Inside<'v, 't>> = Vec::new();
            let mut covered = Covered::default();
            for pattern in
                denies.iter().flat_map(|deny| [self.element, self.excepted].map(|name| deny.get(name))).flatten()
            {
                for pattern in pattern.items() {
                    if inside.len() >= MOST_CELLS {
                        return None;
                    }
                    let covers = relation(run, pattern, &piece, How::Covers);
                    covered.insert(pattern, covers);
                    if covers.is_false() && relation(run, pattern, &piece, How::Spares).is_false() {
                        let shown = pattern.display();
                        if !inside.iter().any(|(_, known)| *known == shown) {
                            inside.push((pattern, shown));
                        }
                    }
                }
            }
            let excepted = allow.get(self.excepted).map(Value::items).unwrap_or_default();
            for (pattern, _) in &inside {
                let inside = Piece::Pattern(pattern);
                if excepted.iter().any(|known| relation(run, known, &inside, How::Covers).is_true()) {
                    continue;
                }
                cells.push(
                    denies
                        .iter()
                        .map(|deny| {
                            self.denies(run, deny, &Piece::Pattern(pattern), &[], &Covered::default(), relation)
                        })
                        .collect(),
                );
            }
            cells.push(denies.iter().map(|deny| self.denies(run, deny, &piece, &inside, &covered, relation)).collect());
            if cells.len() > MOST_CELLS {
                return None;
            }
        }
        Some(cells)
    }

    /// Whether a statement covers all of a piece, except what matches patterns that are separate cells.
    fn denies<'m, 'v, 't>(
        &self,
        run: &mut Run<'m, 't>,
        deny: &'v Value<'t>,
        piece: &Piece<'_, 'v, 't>,
        without: &[Inside<'v, 't>],
        covered: &Covered<'t>,
        relation: Relation<'_, 'm, 't>,
    ) -> Truth {
        match (deny.get(self.element), deny.get(self.excepted)) {
            (Some(patterns), _) => {
                let covers = |pattern: &Value<'t>| match covered.get(&std::ptr::from_ref(pattern)) {
                    Some(known) => *known,
                    None => relation(run, pattern, piece, How::Covers),
                };
                Truth::any(patterns.items().iter().map(covers))
            }
            (None, Some(excepted)) => Truth::all(excepted.items().iter().map(|pattern| {
                if !without.is_empty() && is_among(pattern, without) {
                    Truth::True
                } else {
                    relation(run, pattern, piece, How::Spares)
                }
            })),
            (None, None) => self.absent,
        }
    }
}

/// Whether a pattern is written as one of some others is.
fn is_among(pattern: &Value<'_>, others: &[Inside<'_, '_>]) -> bool {
    let shown = pattern.display();
    others.iter().any(|(_, known)| *known == shown)
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
        let outer = outer.unwrap_or_default().into_actions();
        match how {
            How::Covers => outer.covers(inner),
            How::Spares => outer.is_disjoint_from(inner),
        }
    };
    match inner {
        Piece::Pattern(inner) => run.decide(&[outer, inner], &|values| match values {
            [outer, inner] => {
                let inner = Pattern::of(inner, Side::Inner).unwrap_or_default().into_actions();
                relate(Pattern::of(outer, Side::Outer), &inner)
            }
            _ => Truth::Unknown,
        }),
        Piece::All | Piece::Target(_) => {
            // Other services have no actions on the resource of the policy.
            let all = Pattern::actions(&subject.service().map_or("*".to_owned(), |service| format!("{service}:*")));
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
        (Piece::Pattern(inner), Subject::Bucket(targets)) => match (how, targets.first()) {
            (How::Covers, Some(target)) => covers_pattern(run, outer, inner, target),
            (How::Spares, Some(target)) => is_apart(run, outer, inner, target),
            (_, None) => Truth::Unknown,
        },
        (Piece::All, _) => {
            // The policy has one resource: a pattern that names it covers everything.
            let names = is_wildcard_resource(run, outer).or(names_subject(run, outer, subject));
            if how == How::Covers { names } else { !names }
        }
        (Piece::Pattern(inner), Subject::Other { .. }) => {
            let (outer_names, inner_names) = (names_subject(run, outer, subject), names_subject(run, inner, subject));
            let both = outer_names.and(inner_names);
            // The one resource of the policy, and another one.
            if outer_names.is_false() && inner_names.is_true() && ask(run, outer, names_one).is_true() {
                return (how == How::Spares).into();
            }
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

/// Whether two ids are of different resources of one type. Such resources have different names and ARNs, whatever these are.
fn are_two_of_a_type(run: &Run<'_, '_>, one: &str, other: &str) -> bool {
    let kind =
        |id: &str| run.evaluator.named(id).map(|resource| resource.kind).filter(|kind| kind.starts_with("AWS::"));
    one != other && kind(one).is_some_and(|kind_of_one| kind(other) == Some(kind_of_one))
}

/// Whether a resource pattern is a name or the ARN of the resource of the policy.
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
    if let Some(Origin::Resource { id: other, .. }) = pattern.as_reference()
        && names.iter().filter_map(|name| ids(name)).any(|own| are_two_of_a_type(run, other, own))
    {
        return Truth::False;
    }
    // What a resource is called decides, where it is known.
    let is_reference = |name: &&&Value<'t>| matches!(name.as_reference(), Some(Origin::Resource { .. }));
    let has_name = !names.iter().all(|name| is_reference(&name));
    Truth::any(names.iter().filter(|name| !(has_name && is_reference(name))).map(|name| {
        run.decide(&[pattern, name], &|values| match values {
            [pattern, name] => match is_name(pattern, name) {
                // Nearly every ARN has the partition of the deployment in it.
                Truth::Unknown => crate::eval::text::in_every_partition(&[pattern, name], &|values| match values {
                    [pattern, name] => is_name(pattern, name),
                    _ => Truth::Unknown,
                }),
                known => known,
            },
            _ => Truth::Unknown,
        })
    }))
}

/// Whether a resource pattern has no wildcards.
fn names_one(pattern: &Value<'_>) -> Truth {
    (!Pattern::of(pattern, Side::Outer).unwrap_or_default().text().contains(['*', '?'])).into()
}

/// Whether the end of a pattern is written out, without wildcards.
fn is_literal(end: &str) -> bool {
    !end.is_empty() && !end.contains([OPEN, CLOSE, '*', '?'])
}

/// The end of a pattern's text behind the last colon or slash, outside of the names of what is open in it; and whether that is all that
/// an ARN has behind its account: `arn:aws:sqs:us-east-1:111122223333:results`.
fn end(text: &str) -> (Pattern, bool) {
    let (mut from, mut is_open, mut colons, mut slashes) = (0, false, 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            OPEN => is_open = true,
            CLOSE => is_open = false,
            ':' | '/' if !is_open => {
                from = at + 1;
                colons += usize::from(character == ':');
                slashes += usize::from(character == '/');
            }
            _ => {}
        }
    }
    let mut end = Pattern::default();
    end.push_text(text.get(from..).unwrap_or_default());
    (end, colons == 5 && slashes == 0)
}

/// Whether a resource pattern matches a name or the ARN with this name.
fn is_name(pattern: &Value<'_>, name: &Value<'_>) -> Truth {
    let outer = Pattern::of(pattern, Side::Outer).unwrap_or_default();
    let (last, is_all) = end(outer.text());
    // A wildcard behind a kind of resource may name others: `arn:aws:ec2:*::snapshot/*` in the policy of a backup vault.
    let is_wild = last.text().contains(['*', '?']) && !is_all;
    if !is_wild && !matches!(name.as_reference(), Some(Origin::Resource { .. })) {
        // The account and Region of an ARN do not matter here.
        let covers = last.covers(&end(Pattern::of(name, Side::Inner).unwrap_or_default().text()).0);
        // The same export, say.
        let is_same = covers == Truth::Unknown && crate::eval::text::equal(pattern, name).is_true();
        return if is_same { Truth::True } else { covers };
    }
    // A literal cannot contain a name that CloudFormation generates, and the end of an ARN is the name.
    if pattern.text().is_some() || is_literal(last.text()) {
        return Truth::False;
    }
    crate::eval::text::equal(pattern, name)
}
