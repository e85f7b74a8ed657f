//! Where PHI is stored and exposed, based on [`crate::graph`] and [`crate::facts`].

use crate::expression::Expression;
use crate::facts::{Eligibility, hipaa_eligibility, hipaa_list_date};
use crate::graph::{identifiers, key_use, phi};
use crate::rules::check::checker::Checker;
use crate::rules::check::location::{Item, Judgement, Location};
use crate::rules::language::analysis::Identifies;
use crate::truth::Truth;

/// Whether a tag marks the resource as one that contains PHI.
pub(super) fn phi_tagged<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    phi::tagged(checker.run, item.owner()).0.into()
}

/// Whether AWS's Business Associate Addendum covers the resource's service, or the service is not meant for PHI at all. Words:
/// `{service}`, `{as-of}`.
pub(super) fn hipaa_eligible<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let block = item.owner();
    // The addendum does not apply to custom resources and modules.
    if !block.kind.starts_with("AWS::") {
        return Truth::True.into();
    }
    let (eligibility, service) = hipaa_eligibility(block.kind).unwrap_or((Eligibility::Unclear, block.kind));
    let truth = match eligibility {
        Eligibility::Eligible | Eligibility::Control => Truth::True,
        Eligibility::Outside => Truth::False,
        Eligibility::Unclear => {
            checker.run.note_reason(format!(
                "AWS's list of HIPAA eligible services of {} does not show whether it covers `{}`",
                hipaa_list_date(),
                block.kind
            ));
            Truth::Unknown
        }
    };
    checker.at(truth, || {
        let mut location = item.location();
        location.words = vec![("service", service.to_owned()), ("as-of", hipaa_list_date().to_owned())];
        location
    })
}

/// Whether a KMS key encrypts a resource of the template that stores data. Word: `{user}`.
pub(super) fn encrypts_data<'m, 't>(checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let user = key_use::used_by(checker.run, checker.model, item.owner());
    checker.at(user.is_some().into(), || {
        let mut location = item.location();
        location.words = user.map(|user| ("user", user.name.to_owned())).into_iter().collect();
        location
    })
}

impl Identifies {
    pub(super) fn judge<'m, 't>(&self, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
        let block = item.owner();
        let mut truth = Truth::False;
        let mut more = Vec::new();
        for text in self.more.texts(checker.settings).iter() {
            match Expression::parse(text) {
                Ok(expression) => more.push(expression),
                Err(error) => {
                    checker.run.note_reason(error);
                    truth = Truth::Unknown;
                }
            }
        }
        let mut locations = Vec::new();
        for (key, node) in self.below.iter().filter_map(|key| Some((key, block.node.get(key)?))) {
            for found in identifiers::identifiers(node, &more) {
                truth = Truth::True;
                if checker.explain {
                    let way = [block.path().as_str(), key, &found.path].map(str::to_owned);
                    // The last step that is a name in the template, not a function or an index.
                    let is_name =
                        |step: &&str| !step.starts_with("Fn::") && *step != "Ref" && step.parse::<usize>().is_err();
                    let name = found.path.rsplit('/').find(|step| !step.is_empty() && is_name(step)).unwrap_or(key);
                    locations.push(Location {
                        span: found.span,
                        path: way.into_iter().filter(|step| !step.is_empty()).collect::<Vec<_>>().join("/"),
                        name: name.to_owned(),
                        // Messages do not repeat values that identify a person.
                        state: format!("shows {}", found.what),
                        words: vec![("what", found.what.to_owned())],
                        ..Location::default()
                    });
                }
            }
        }
        if checker.explain && locations.is_empty() {
            locations.push(item.location());
        }
        Judgement { truth, locations }
    }
}
