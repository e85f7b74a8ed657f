//! Who a statement speaks of.

use super::account::{Account, account_of, is_account_id, is_log_delivery};
use super::normal::element;
use crate::eval::Run;
use crate::eval::choices::Candidate;
use crate::eval::text::equals_str;
use crate::eval::value::{Content, Kind, Origin, Value};
use crate::truth::Truth;

/// A kind of principal that one may not want to let in.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone at all: `*`, or everyone but some (`NotPrincipal` with `Allow`).
    Everyone,
    /// A user, role or account of another AWS account. Not: what belongs to AWS itself (the accounts from which it delivers
    /// load balancers' logs, CloudFront's origin access identities), and not `*`.
    ForeignAccount,
    /// An AWS service.
    Service,
}

/// Whether some principal of a normalised statement is such, and the values that name these principals: those that do
/// for certain, otherwise those that may.
///
/// A statement without principals, as in an identity's policy, speaks of nobody else.
pub fn principal<'v, 't>(run: &mut Run<'_, 't>, statement: &'v Value<'t>, who: Who) -> (Truth, Vec<&'v Value<'t>>) {
    if let Some(excepted) = statement.get(element::NOT_PRINCIPALS) {
        let allows = effect_is(run, statement, "Allow");
        let everyone_else = if who == Who::Everyone { allows } else { Truth::False };
        return (everyone_else, if everyone_else.is_false() { Vec::new() } else { vec![excepted] });
    }
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for entry in statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default() {
        let (Some(kind), Some(value)) = (entry.get(element::KIND), entry.get(element::VALUE)) else { continue };
        match is_such(run, kind, value, who) {
            Truth::True => certain.push(value),
            Truth::Unknown => possible.push(value),
            Truth::False => {}
        }
    }
    match (certain.is_empty(), possible.is_empty()) {
        (false, _) => (Truth::True, certain),
        (true, false) => (Truth::Unknown, possible),
        (true, true) => (Truth::False, Vec::new()),
    }
}

fn is_such<'t>(run: &mut Run<'_, 't>, kind: &Value<'t>, value: &Value<'t>, who: Who) -> Truth {
    let Some(kind) = kind.text() else {
        // The whole element is not known.
        return run.decide(&[kind], &|_| Truth::Unknown);
    };
    match (who, kind.as_ref()) {
        (Who::Everyone, _) => run.decide(&[value], &|values| values.first().map_or(Truth::False, |v| is_everyone(v))),
        (Who::Service, kind) => (kind == "Service").into(),
        (Who::ForeignAccount, "AWS" | "Federated" | "CanonicalUser") => {
            let own = own_account(run);
            let canonical = kind == "CanonicalUser";
            let federated = kind == "Federated";
            run.decide(&[value], &|values| {
                values.first().map_or(Truth::False, |v| match is_foreign(v, own.as_deref()) {
                    // A canonical user ID says nothing of the account; an identity provider's domain is in none.
                    Foreign::NoAccount if canonical => Truth::Unknown,
                    Foreign::NoAccount if federated => Truth::False,
                    Foreign::NoAccount => Truth::Unknown,
                    Foreign::Is(truth) => truth,
                })
            })
        }
        (Who::ForeignAccount, _) => Truth::False,
    }
}

/// Whether a principal is `*`. A wildcard matches no part of a name or ARN (IAM User Guide, "AWS JSON policy elements:
/// Principal"); services that take one in place of the account mean every account.
fn is_everyone(value: &Value<'_>) -> Truth {
    let exactly = equals_str(value, "*");
    if exactly.is_true() {
        return Truth::True;
    }
    match (account_of(value), &value.kind) {
        (Account::Text(account), _) if !account.is_empty() => {
            (account.contains('*') && account.chars().all(|c| matches!(c, '*' | '?'))).into()
        }
        // Text around an unsettled part: a name or ARN of somebody.
        (_, Kind::Text(parts)) if parts.len() > 1 && parts.iter().any(|part| !is_choice(&part.content)) => {
            if parts.iter().any(|part| is_choice(&part.content)) { Truth::Unknown } else { Truth::False }
        }
        (Account::Own, _) => Truth::False,
        _ => exactly,
    }
}

fn is_choice(content: &Content<'_>) -> bool {
    *content == Content::Choice
}

enum Foreign {
    Is(Truth),
    /// It is neither an ARN nor an account ID.
    NoAccount,
}

fn is_foreign(value: &Value<'_>, own: Option<&str>) -> Foreign {
    Foreign::Is(match account_of(value) {
        Account::Own => Truth::False,
        Account::Text(account) => {
            (is_account_id(&account) && !is_log_delivery(&account) && own != Some(account.as_str())).into()
        }
        Account::Unsettled(_) => Truth::Unknown,
        Account::None => match value.text() {
            Some(text) if text == "*" || text.is_empty() => Truth::False,
            _ => return Foreign::NoAccount,
        },
    })
}

/// The account that the template is deployed to, where the user pinned it.
fn own_account(run: &Run<'_, '_>) -> Option<String> {
    let (_, variable) = run.evaluator.choices.by_name("AWS::AccountId")?;
    match variable.candidates.as_slice() {
        [Candidate::Known(account)] => Some(account.to_string()),
        _ => None,
    }
}

/// Whether a statement's effect is this one; false where it has none.
pub(super) fn effect_is<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, effect: &str) -> Truth {
    let Some(value) = statement.get(element::EFFECT) else { return Truth::False };
    run.decide(&[value], &|values| values.first().map_or(Truth::False, |value| equals_str(value, effect)))
}

/// Whether a statement speaks of every principal without exception, anonymous ones included: `*` or `{"AWS": "*"}`, which
/// are equivalent (IAM User Guide, "AWS JSON policy elements: Principal", "All principals").
pub(super) fn is_everybody<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>) -> Truth {
    let mut result = Truth::False;
    for entry in statement.get(element::PRINCIPALS).map(Value::items).unwrap_or_default() {
        let (Some(kind), Some(value)) = (entry.get(element::KIND), entry.get(element::VALUE)) else { continue };
        let truth = match kind.text().as_deref() {
            Some("*" | "AWS") => {
                run.decide(&[value], &|values| values.first().map_or(Truth::False, |v| equals_str(v, "*")))
            }
            Some(_) => Truth::False,
            None => run.decide(&[kind], &|_| Truth::Unknown),
        };
        result = result.or(truth);
        if result.is_true() {
            break;
        }
    }
    result
}

/// Whether a value is a reference to something that has an identity of its own, such as a resource or an account: whatever
/// its characters are, they are no wildcard.
pub(super) fn is_identity(origin: &Origin<'_>) -> bool {
    match origin {
        Origin::Pseudo(_) => true,
        Origin::Resource { attribute, .. } => attribute.as_deref().is_none_or(|name| !name.starts_with("Outputs.")),
        _ => false,
    }
}
