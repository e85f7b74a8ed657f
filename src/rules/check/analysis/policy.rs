//! Analyses of policy statements, based on [`crate::policy`].

use super::identity::is_bounded;
use super::subject::SubjectOf;
use crate::eval::Groups;
use crate::eval::value::{Content, Origin, Value};
use crate::facts::{Grant, any_sends_source, managed_policy_grant, sam_policy_template, sends_source};
use crate::graph::known_end;
use crate::policy::{self, DocumentKind};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location, value_location};
use crate::rules::language::analysis::{LeavesActions, RequiresKey, Who};
use crate::source::Span;
use crate::truth::Truth;
use foldhash::HashMap;

fn statement<'m, 't>(item: &Item<'m, 't>) -> Option<(&'m Value<'t>, String)> {
    match item {
        Item::Value { value, path, .. } => Some((value, path.clone())),
        Item::Block(_) => None,
    }
}

/// Whether the statement has such a principal that no `Deny` of the same policy excludes. The locations are these principals.
pub(super) fn principal<'m, 't>(who: &Who, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, path)) = statement(item) else { return Truth::Unknown.into() };
    let who = match who {
        Who::Everyone => policy::Who::Everyone,
        Who::ForeignAccount => policy::Who::ForeignAccount,
        Who::Service => policy::Who::Service,
        Who::LogDelivery => policy::Who::LogDelivery,
    };
    let (mut truth, mut offending) = policy::principal(checker.run, statement, who);
    let (mut by_conditions, mut conditions) = (Truth::False, Vec::new());
    if who == policy::Who::ForeignAccount {
        let siblings = siblings(checker, item, statement);
        if !truth.is_false() && !siblings.is_empty() {
            let subject = SubjectOf::of(checker, item.owner());
            (truth, offending) =
                policy::admitted(checker.run, statement, &siblings, &subject.subject(), truth, offending);
        }
        if !truth.is_true() && (!siblings.is_empty() || statement.get("Conditions").is_some()) {
            let subject = SubjectOf::of(checker, item.owner());
            (by_conditions, conditions) =
                policy::admitted_by_conditions(checker.run, statement, &siblings, &subject.subject());
        }
    }
    let mut locations = Vec::new();
    if checker.explain {
        if !by_conditions.is_true() {
            let named = offending.into_iter();
            locations.extend(named.map(|value| value_location(value, "Principal", &format!("{path}/Principal"))));
        }
        if truth.is_false() || by_conditions.is_true() {
            let named = conditions.into_iter();
            locations.extend(named.map(|value| value_location(value, "Condition", &format!("{path}/Condition"))));
        }
    }
    Judgement { truth: truth.or(by_conditions), locations }
}

/// The other statements of the policy that a statement is in, without those that deny nothing.
fn siblings<'m, 't>(
    checker: &mut Checker<'_, 'm, 't>,
    item: &Item<'m, 't>,
    statement: &'m Value<'t>,
) -> Vec<&'m Value<'t>> {
    fn document(path: &str) -> &str {
        match path.rsplit_once('/') {
            Some((list, index)) if index.bytes().all(|byte| byte.is_ascii_digit()) => list,
            _ => path,
        }
    }
    let owner = item.owner();
    // Each statement asks for the others: they are found once.
    let policies = checker.run.grouped(owner.node, "policies", |run| {
        let mut policies = Groups::default();
        let mut numbers: HashMap<(usize, &str), usize> = HashMap::default();
        for (place, kind) in
            [DocumentKind::Resource, DocumentKind::Trust, DocumentKind::Identity].into_iter().enumerate()
        {
            for one in policy::statements(run, owner, kind).found {
                let next = numbers.len();
                let number = *numbers.entry((place, document(one.path))).or_insert(next);
                policies.add(number, one.value, !policy::only_allows(one.value));
            }
        }
        policies
    });
    let around = policies.around(statement).unwrap_or_default();
    around.iter().copied().filter(|other| !std::ptr::eq(*other, statement)).collect()
}

/// Whether the statement's conditions, and the `Deny` statements of the same policy, limit the callers to known ones.
pub(super) fn restricts_callers<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((mut statement, _)) = statement(item) else { return Truth::Unknown.into() };
    let mut siblings = siblings(checker, item, statement);
    let subject = SubjectOf::of(checker, item.owner());
    if item.owner().kind == "AWS::EC2::VPCEndpoint" {
        (statement, siblings) = policy::through_own_endpoint(checker.run, statement, &siblings);
    }
    policy::restricts_callers(checker.run, statement, &siblings, &subject.subject()).into()
}

/// Whether the statement's own conditions limit the callers to known ones.
pub(super) fn conditions_restrict_callers<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, _)) = statement(item) else { return Truth::Unknown.into() };
    let subject = policy::Subject::Other { names: &[], service: None };
    policy::restricts_callers(checker.run, statement, &[], &subject).into()
}

/// Whether the statement allows an AWS service to act for any account, although the service sends the account that it acts for. The
/// locations are such services.
pub(super) fn serves_any_account<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, path)) = statement(item) else { return Truth::Unknown.into() };
    let (mut truth, mut services) = policy::principal(checker.run, statement, policy::Who::Service);
    let everyone = if truth.is_false() {
        policy::principal(checker.run, statement, policy::Who::Everyone).0
    } else {
        Truth::False
    };
    if truth.is_false() && everyone.is_false() {
        return truth.into();
    }
    let subject = SubjectOf::of(checker, item.owner());
    let resource = subject.subject();
    let siblings = siblings(checker, item, statement);
    let mut property = "Principal";
    if truth.is_false() {
        // Everyone, but by conditions only services. If others are admitted, it is not about services.
        let limited = policy::restricts_callers(checker.run, statement, &siblings, &resource);
        if !everyone.and(limited).is_true() {
            return Truth::False.into();
        }
        services = policy::services_in_conditions(checker.run, statement);
        property = "Condition";
        if services.is_empty() {
            if !resource.service().is_some_and(any_sends_source) {
                return Truth::False.into();
            }
            let admits = policy::admits_service_for_anyone(checker.run, statement, &siblings, &resource, None);
            return checker.at(admits, || {
                let mut location = item.location();
                location.words = vec![("service", "any AWS service".to_owned())];
                location
            });
        }
    }
    truth = Truth::False;
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for service in services {
        let sends = checker.run.decide(&[service], &|values| match (values.first(), resource.service()) {
            (Some(principal), Some(resource)) => sends_its_source(principal, resource),
            _ => Truth::Unknown,
        });
        let admits = if sends.is_false() {
            Truth::False
        } else {
            sends.and(policy::admits_service_for_anyone(checker.run, statement, &siblings, &resource, Some(service)))
        };
        truth = truth.or(admits);
        match admits {
            Truth::True => certain.push(service),
            Truth::Unknown => possible.push(service),
            Truth::False => {}
        }
    }
    let mut locations = Vec::new();
    if checker.explain {
        let services = if certain.is_empty() { possible } else { certain };
        for service in services {
            let mut location = value_location(service, property, &format!("{path}/{property}"));
            location.words = vec![("service", service.text().unwrap_or_else(|| service.display().into()).into_owned())];
            locations.push(location);
        }
    }
    Judgement { truth, locations }
}

/// Whether a service principal is one that sends the account that it acts for to resources of a service.
fn sends_its_source(principal: &Value<'_>, resource: &str) -> Truth {
    if let Some(text) = principal.text() {
        // A condition can name services by a pattern.
        let sends = if text.contains(['*', '?']) { any_sends_source(resource) } else { sends_source(&text, resource) };
        return sends.into();
    }
    // `logs.${AWS::Region}.amazonaws.com`
    let beginning: String = principal
        .parts()
        .iter()
        .map_while(|part| match &part.content {
            Content::Known(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    if beginning.contains('.') { sends_source(&beginning, resource).into() } else { Truth::Unknown }
}

impl RequiresKey {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let Some((statement, _)) = statement(item) else { return Truth::Unknown.into() };
        let keys: Vec<String> = self.0.iter().map(|key| key.to_ascii_lowercase()).collect();
        let siblings = siblings(checker, item, statement);
        let subject = SubjectOf::of(checker, item.owner());
        let truth = policy::requires_condition(checker.run, statement, &siblings, &subject.subject(), &keys);
        checker.at(truth, || {
            let mut location = item.location();
            // The key should be in the conditions.
            if let Some(conditions) = statement.field("Conditions") {
                location.span = conditions.key_span;
            }
            location
        })
    }
}

/// Whether the actions of the statement include every action of a service.
pub(super) fn allows_every_action<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, _)) = statement(item) else { return Truth::Unknown.into() };
    let subject = SubjectOf::of(checker, item.owner());
    let truth = policy::allows_every_action(checker.run, statement, subject.subject().service());
    checker.at(truth, || at_element(item, statement, "Actions"))
}

/// Where an element of a statement is written, or else the statement.
fn at_element<'m, 't>(item: &Item<'m, 't>, statement: &Value<'t>, element: &str) -> Location {
    let mut location = item.location();
    if let Some(found) = statement.field(element) {
        location.span = found.key_span;
    }
    location
}

/// Whether the statement has `NotAction`, which leaves actions on the resource of the policy.
pub(super) fn allows_other_actions<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, _)) = statement(item) else { return Truth::Unknown.into() };
    let subject = SubjectOf::of(checker, item.owner());
    let truth = policy::allows_other_actions(checker.run, statement, subject.subject().service());
    checker.at(truth, || at_element(item, statement, "NotActions"))
}

impl LeavesActions {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let Some((statement, _)) = statement(item) else { return Truth::Unknown.into() };
        let actions = self.0.texts(checker.settings);
        policy::leaves_actions(checker.run, statement, &actions).into()
    }
}

/// Whether the statement allows all actions on all resources, and no permissions boundary of the template leaves less.
pub(super) fn grants_admin<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, _)) = statement(item) else { return Truth::Unknown.into() };
    let grants = policy::grants_admin(checker.run, statement);
    if grants.is_false() {
        return grants.into();
    }
    grants.and(!is_bounded(checker, item, &|run, statement| policy::grants_admin(run, statement))).into()
}

/// Whether the statement certainly allows all actions on all resources. False if that is unknown: a rule that leaves such
/// statements to another rule must still report what it knows. False as well where a permissions boundary leaves less than everything,
/// but more than it needs.
pub(super) fn surely_grants_admin<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let surely = statement(item).is_some_and(|(statement, _)| policy::grants_admin(checker.run, statement).is_true());
    if !surely || is_bounded(checker, item, &|run, statement| policy::grants_admin(run, statement)).is_false() {
        return Truth::from(surely).into();
    }
    let narrow = is_bounded(checker, item, &|run, statement| policy::needless_wildcard(run, statement).truth);
    Truth::from(narrow.is_true()).into()
}

/// Whether the statement names every resource although its actions could be limited; the locations are the resources.
pub(super) fn needless_wildcard<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let Some((statement, path)) = statement(item) else { return Truth::Unknown.into() };
    let found = policy::needless_wildcard(checker.run, statement);
    if !found.truth.is_false() && is_of_event(checker, item, statement.span) {
        return Truth::False.into();
    }
    let mut locations = Vec::new();
    if checker.explain && found.truth.is_true() {
        for (resource, actions) in found.resources {
            // All resources of a SAM policy template have the span of its name: the first one is enough.
            if locations.iter().any(|location: &Location| location.span == resource.span) {
                continue;
            }
            let mut location = value_location(resource, "Resource", &format!("{path}/Resource"));
            location.words =
                vec![("actions", listed(&actions)), ("instead", instead_of_template(checker, item, resource))];
            locations.push(location);
        }
    }
    Judgement { truth: found.truth, locations }
}

/// What to write instead of a policy template of SAM that sets the resource itself: none of its parameters names it, so no other value
/// of them limits it. Empty for anything else.
fn instead_of_template<'m, 't>(checker: &Checker<'_, 'm, 't>, item: &Item<'m, 't>, resource: &Value<'t>) -> String {
    let written = checker.model.written(&item.owner().path(), resource.span);
    let name = written.path.rsplit('/').next().unwrap_or_default();
    let end = resource.text().map_or_else(|| known_end(resource), std::borrow::Cow::into_owned);
    // Names of partition, Region and account differ where they are given; the last part of an ARN does not.
    let last = end.rsplit(':').next().unwrap_or_default();
    let sets = |document: &str| match last {
        "" => false,
        "*" => document.contains("\"Resource\":\"*\""),
        last => document.contains(&format!(":{last}\"")),
    };
    match sam_policy_template(name) {
        Some(document) if sets(document) => {
            format!("; the policy template `{name}` has no narrower form, so replace it with a statement")
        }
        _ => String::new(),
    }
}

/// Whether something stands at an event of SAM: SAM itself wrote it there into a role, and the template cannot replace it.
fn is_of_event<'m, 't>(checker: &Checker<'_, 'm, 't>, item: &Item<'m, 't>, span: Span) -> bool {
    let written = checker.model.written(&item.owner().path(), span);
    // Nearly no path holds this word.
    written.path.contains("Events") && written.path.split('/').any(|step| step == "Events")
}

/// Action patterns as a sentence names them.
fn listed(actions: &[&Value<'_>]) -> String {
    /// More of them would drown the sentence.
    const MOST: usize = 3;
    let named: Vec<String> = actions
        .iter()
        .take(MOST)
        .map(|action| format!("`{}`", action.text().unwrap_or_else(|| action.display().into())))
        .collect();
    match (named.as_slice(), actions.len().saturating_sub(MOST)) {
        ([], _) => "all actions with some exceptions".to_owned(),
        ([only], _) => only.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    }
}

/// Whether a value is the ARN of an AWS managed policy that grants one of these.
pub(super) fn managed_policy_grants<'m, 't>(
    grants: &[Grant],
    checker: &mut Checker<'_, 'm, 't>,
    item: &Item<'m, 't>,
) -> Judgement {
    let Item::Value { value, .. } = item else { return Truth::Unknown.into() };
    if grants == [Grant::Data] && is_of_event(checker, item, value.span) {
        return Truth::False.into();
    }
    if grants == [Grant::Everything] && is_bounded(checker, item, &|run, one| policy::grants_admin(run, one)).is_true()
    {
        return Truth::False.into();
    }
    let is_such = |arn: &str| managed_policy_grant(arn).is_some_and(|grant| grants.contains(&grant)).into();
    checker
        .run
        .decide(&[value], &|values| match values.first() {
            Some(value) => match value.text() {
                Some(arn) => is_such(&arn),
                // `arn:${AWS::Partition}:iam::aws:policy/…`: the partition does not matter.
                None => {
                    let known = known_end(value);
                    if known.contains(":aws:policy/") {
                        return is_such(&format!("arn:aws{known}"));
                    }
                    // A managed policy of this template is judged where it is declared.
                    let is_of_template = matches!(value.as_reference(), Some(Origin::Resource { .. }));
                    if value.is_opaque() && !is_of_template { Truth::Unknown } else { Truth::False }
                }
            },
            None => Truth::Unknown,
        })
        .into()
}
