//! Whether the policies on a resource deny certain requests to every principal.

use super::subject::{SubjectOf, bucket_of};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::expand::ties::Route;
use crate::finding::Related;
use crate::graph::{self, refers_to};
use crate::policy::{self, DocumentKind, Request};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement};
use crate::rules::check::select::Followed;
use crate::rules::language::analysis::{BucketPolicyDenies, BucketTarget, PolicyDenies, RequestContext};
use crate::source::Span;
use crate::truth::Truth;

impl BucketPolicyDenies {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let mut locations = Vec::new();
        let mut statements = Vec::new();
        let mut policy = block;
        let mut unknown = Truth::False;
        let mut guarding = 0;
        let targets = if block.kind == "AWS::S3::BucketPolicy" {
            // The policy of a bucket outside the template: judged by itself.
            let Some(bucket) = bucket_of(checker, block) else { return Truth::Unknown.into() };
            let found = policy::statements(checker.run, block, DocumentKind::Resource);
            unknown = unknown.or(found.unknown.into());
            statements.extend(found.found);
            policy::bucket_name_targets(bucket)
        } else {
            unknown =
                unknown.or(if checker.may_hide_any("AWS::S3::BucketPolicy") { Truth::Unknown } else { Truth::False });
            let (kind, property) = ("AWS::S3::BucketPolicy", "Bucket");
            let model = checker.model;
            let routes = || vec![Route::to_property(&[property])];
            // Of these it is unknown whether they are about the bucket.
            let others = if checker.explain { None } else { model.others_naming((kind, property), routes, block) };
            if others.as_ref().is_some_and(|others| others.count() > 0) {
                unknown = Truth::Unknown;
            }
            for other in model.naming_but(checker.run, (kind, property), routes, block, others.as_ref()) {
                let Some(bucket) = bucket_of(checker, other) else { continue };
                let guards = refers_to(checker.run, bucket, block);
                if guards.is_false() || !crate::expand::exists(checker.run, other) {
                    continue;
                }
                if checker.explain {
                    locations.push(Related {
                        span: other.key_span,
                        message: format!("policy `{}` applies to the bucket", other.name),
                    });
                }
                if guards.is_true() {
                    guarding += 1;
                    policy = other;
                    let found = policy::statements(checker.run, other, DocumentKind::Resource);
                    unknown = unknown.or(found.unknown.into());
                    statements.extend(found.found);
                } else {
                    unknown = Truth::Unknown;
                }
            }
            if guarding > 1 {
                // S3 keeps one policy for a bucket, and CloudFormation refuses to create a second one.
                checker
                    .run
                    .note_reason("more than one policy of the template names the bucket, which can have only one");
                return Truth::Unknown.into();
            }
            policy::bucket_targets(checker.run, block)
        };
        let wanted: Vec<_> = targets
            .into_iter()
            .zip([BucketTarget::Bucket, BucketTarget::Objects])
            .filter(|(_, kind)| self.targets.contains(kind))
            .collect();
        let targets: Vec<_> = wanted.iter().map(|(target, _)| target.clone()).collect();
        let subject = policy::Subject::Bucket(&targets);
        let mut truth = all_denied(checker.run, &statements, &self.actions, &subject, &self.requests);
        // What could not be read may deny it too.
        if truth.is_false() && !unknown.is_false() {
            truth = Truth::Unknown;
        }
        let shortfall =
            if checker.explain && truth.is_false() { self.shortfall(checker.run, &statements, &wanted) } else { None };
        let has_policy = !locations.is_empty();
        checker.at(truth, || {
            let mut location = item.location();
            location.related = locations;
            let denied =
                if has_policy { "its bucket policy does not deny" } else { "no bucket policy in this template denies" };
            location.words = vec![("policies", denied.to_owned())];
            match shortfall {
                Some(Shortfall { statement, span, place }) => {
                    // A finding about a policy points to what the policy names, one about a bucket shows it.
                    if policy.is(block) {
                        location.span = span;
                        location.path = format!("{}/{}/Resource", policy.path(), statement.path);
                    } else {
                        location
                            .related
                            .push(Related { span, message: format!("the statement does not apply {place}") });
                    }
                    location.words.push(("where", place));
                }
                None => {
                    let places: Vec<&str> = wanted.iter().map(|(_, kind)| kind.name()).collect();
                    let place = format!("for all principals and actions, on {}", places.join(" and "));
                    location.words.push(("where", place));
                }
            }
            location
        })
    }

    /// What a statement leaves out that denies the requests, but not on everything.
    fn shortfall<'m, 't>(
        &self,
        run: &mut Run<'m, 't>,
        statements: &[policy::Statement<'m, 't>],
        wanted: &[(policy::Target<'t>, BucketTarget)],
    ) -> Option<Shortfall<'m, 't>> {
        let mut denying = statements.to_vec();
        for request in &self.requests {
            let (actions, context) = (texts(&self.actions), context(request));
            let request = Request { actions: &actions, subject: policy::Subject::Bucket(&[]), context: &context };
            denying = policy::denying(run, &denying, &request);
        }
        let mut touched = Vec::new();
        let mut places = Vec::new();
        for (target, kind) in wanted {
            let mut some = false;
            for statement in &denying {
                let names = |name: &str| statement.value.get(name).map(Value::items).unwrap_or_default();
                let spared =
                    names("Resources").iter().all(|pattern| policy::spares_resource(run, pattern, target).is_true())
                        && names("NotResources").is_empty();
                if !spared {
                    some = true;
                    touched.push(statement.clone());
                }
            }
            let subject = policy::Subject::Bucket(std::slice::from_ref(target));
            if all_denied(run, statements, &self.actions, &subject, &self.requests).is_false() {
                places.push(match kind {
                    BucketTarget::Bucket => "on the bucket itself",
                    BucketTarget::Objects if some => "on some of its objects",
                    BucketTarget::Objects => "on its objects",
                });
            }
        }
        let statement = touched.into_iter().min_by_key(|statement| statement.value.span)?;
        let resources = statement.value.field("Resources").or_else(|| statement.value.field("NotResources"))?;
        let span = match resources.value.items() {
            [only] => only.span,
            _ => resources.key_span,
        };
        (!places.is_empty()).then(|| Shortfall { statement, span, place: places.join(" and ") })
    }
}

/// A statement that denies requests on a part of the resources only.
struct Shortfall<'m, 't> {
    statement: policy::Statement<'m, 't>,
    /// Where its resources are written.
    span: Span,
    /// `on the bucket itself`.
    place: String,
}

impl BucketTarget {
    fn name(self) -> &'static str {
        match self {
            Self::Bucket => "the bucket",
            Self::Objects => "its objects",
        }
    }
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn context(request: &RequestContext) -> Vec<(&str, Option<&str>)> {
    request.iter().map(|(key, value)| (key.as_str(), value.as_deref())).collect()
}

/// Whether statements deny every one of some requests.
fn all_denied<'m, 't>(
    run: &mut Run<'m, 't>,
    statements: &[policy::Statement<'m, 't>],
    actions: &[String],
    subject: &policy::Subject<'_, 't>,
    requests: &[RequestContext],
) -> Truth {
    let actions = texts(actions);
    let mut truth = Truth::True;
    for request in requests {
        let context = context(request);
        let request = Request { actions: &actions, subject: subject.clone(), context: &context };
        truth = truth.and(policy::denies(run, statements, &request));
    }
    truth
}

/// The types of policies on resources of a type, and the property that names the resources. Source: the types' schemas.
const POLICIES: [(&str, &str, &str); 4] = [
    ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ("AWS::SNS::Topic", "AWS::SNS::TopicInlinePolicy", "TopicArn"),
    ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
    ("AWS::SQS::Queue", "AWS::SQS::QueueInlinePolicy", "Queue"),
];

impl PolicyDenies {
    /// For a resource that has its policy in a property.
    fn judge_own<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let found = policy::statements(checker.run, block, DocumentKind::Resource);
        let subject = SubjectOf::of(checker, block);
        let mut truth = all_denied(checker.run, &found.found, &self.actions, &subject.subject(), &self.requests);
        // What could not be read may deny it too.
        if truth.is_false() && found.unknown {
            truth = Truth::Unknown;
        }
        checker.at(truth, || {
            let mut location = checker.around_statements(&found, item).location();
            let policies =
                if found.found.is_empty() { "no policy of its own denies" } else { "its policy does not deny" };
            location.words = vec![("policies", policies.to_owned())];
            location
        })
    }

    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        if POLICIES.iter().all(|(of, ..)| *of != block.kind) {
            return self.judge_own(checker, item);
        }
        let mut related = Vec::new();
        let mut unknown = Truth::False;
        // A queue or topic has one policy: the last one that CloudFormation applies replaces the others.
        let (mut all, mut some) = (Truth::True, Truth::False);
        let (mut number, mut hidden) = (0, false);
        for (_, kind, property) in POLICIES.iter().filter(|(of, ..)| *of == block.kind) {
            hidden |= checker.may_hide_any(kind);
            for policy in graph::naming(checker.run, checker.model, kind, &[property], block) {
                let Followed::Value(names, _) = checker.follow(&["Properties", property], &Item::Block(policy)) else {
                    continue;
                };
                let about = graph::any_refers_to(checker.run, checker.model, names, block);
                if about.is_false() || !crate::expand::exists(checker.run, policy) {
                    continue;
                }
                let found = policy::statements(checker.run, policy, DocumentKind::Resource);
                unknown =
                    unknown.or(found.unknown.into()).or(if about.is_true() { Truth::False } else { Truth::Unknown });
                let subject = SubjectOf::named(checker, policy, block);
                let denied = all_denied(checker.run, &found.found, &self.actions, &subject.subject(), &self.requests);
                // One that may be about something else protects nothing for certain.
                let denied = if about.is_true() { denied } else { denied.and(Truth::Unknown) };
                (all, some) = (all.and(denied), some.or(denied));
                number += 1;
                if checker.explain {
                    related.push(Related {
                        span: policy.key_span,
                        message: format!("policy `{}` applies to it", policy.name),
                    });
                }
            }
        }
        let mut truth = if number == 0 { Truth::False } else { all };
        // An unknown policy may replace the known ones.
        if truth.is_true() && hidden {
            truth = Truth::Unknown;
        }
        if truth.is_false() && (!some.is_false() || !unknown.is_false() || hidden) {
            if !some.is_false() {
                checker.run.note_reason(
                    "the template has more than one policy for it, of which the one that is applied last replaces the others",
                );
            }
            truth = Truth::Unknown;
        }
        checker.at(truth, || {
            let mut location = item.location();
            location.related = related;
            let policies = if number > 0 { "its policy does not deny" } else { "no policy in this template denies" };
            location.words = vec![("policies", policies.to_owned())];
            location
        })
    }
}
