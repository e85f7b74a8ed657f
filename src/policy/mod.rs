//! What IAM policy documents mean: who gets access or not, from which actions on which resources, and when.
//!
//! Knows the policy language and where resources hold its documents; nothing of rules. Every result is three-valued:
//! what the template leaves open is [`Unknown`](crate::truth::Truth::Unknown), with the reason noted in the run.
//!
//! Source, where no other is named: the IAM User Guide's pages on the JSON policy elements and on the policy grammar.

mod account;
mod admission;
mod allowing;
mod caller;
mod cells;
mod cidr;
mod condition;
mod coverage;
mod documents;
mod escalation;
mod json_text;
mod known;
mod named;
mod needless;
mod normal;
mod pattern;
mod principal;
mod reach;
mod restriction;
mod statement;
mod target;
#[cfg(test)]
mod testing;
mod token;
mod wildcard;

pub use allowing::{
    allows_account, allows_on, allows_whenever, denies_everywhere, may_deny, may_deny_over_tls, names_principal,
};
pub use cells::Subject;
pub use cidr::Cidr;
pub use coverage::{Request, denies, denying};
pub use documents::{DocumentKind, types_with};
pub use escalation::{Escalation, Granted, Itself, escalations, names_own_user};
pub use json_text::{is_json, parse as json_document};
pub use named::{admitted_by_conditions, services_in_conditions};
pub use needless::{NeedlessWildcard, needless_wildcard};
pub use principal::{Who, is_of_foreign_account, only_allows, principal};
pub use reach::{is_every_resource, is_every_resource_of, is_of_any_account};
pub use restriction::{
    admits_service_for_anyone, admitted, requires_condition, restricts_callers, through_own_endpoint,
};
pub use statement::{Statement, Statements, statements};
pub use target::{Target, bucket_name_targets, bucket_targets, covers_resource, spares_resource};
pub use token::is_open_subject;
pub use wildcard::{
    allows_blocked, allows_every_action, allows_other_actions, covers_action, grants_admin, is_wildcard_action,
    is_wildcard_resource, leaves_actions, needs_star,
};
