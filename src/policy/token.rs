//! Whose tokens of an OpenID Connect provider a condition admits.
//!
//! Providers such as GitHub issue tokens to all of their customers. Some claims of a token identify the customer, its owner.

use super::pattern::{Pattern, Side, has_open};
use super::wildcard::{ask, may_be_anything};
use crate::eval::Run;
use crate::eval::value::Value;
use crate::truth::Truth;

/// How subjects begin, and what ends the name of the owner that follows: GitHub's organization, GitLab's group, Kubernetes'
/// namespace, the organization of HCP Terraform or Buildkite, and that of Pulumi Cloud.
///
/// GitHub puts the owner's ID behind an `@`, which no name has. Sources (2026-11):
/// <https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/>,
/// <https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration>,
/// <https://www.pulumi.com/docs/deployments/deployments/oidc/aws/>, <https://www.pulumi.com/docs/esc/guides/configuring-oidc/aws/>
const OWNERS: [(&str, &[char]); 6] = [
    ("repo:", &['/', '@']),
    ("project_path:", &['/']),
    ("system:serviceaccount:", &[':']),
    ("organization:", &[':']),
    ("pulumi:deploy:org:", &[':']),
    ("pulumi:environments:org:", &[':']),
];

/// Claims of tokens that have condition keys: what follows the issuer in the key. Sorted.
///
/// Source: IAM User Guide, "Available keys for AWS OIDC federation" (2026-11).
const CLAIMS: [&str; 16] = [
    "actor",
    "actor_id",
    "amr",
    "app_id",
    "aud",
    "azp",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "oaud",
    "project_id",
    "ref",
    "repository",
    "repository_id",
    "sub",
    "workflow",
];

/// Whether a name is that of a claim that a condition key can end with.
pub(super) fn is_claim(name: &str) -> bool {
    CLAIMS.binary_search(&name).is_ok()
}

/// Whether the subject that a condition asks of a token leaves open whose it is: `*`, `repo*`, `repo:*`, `repo:my-*`,
/// `project_path:*/app:*`, `system:serviceaccount:*:default`; not `repo:my-org/*`, where the owner is named in full.
///
/// A parameter that is but a part of the text is taken to name something, as in resources.
pub fn is_open_subject<'t>(run: &mut Run<'_, 't>, subject: &Value<'t>) -> Truth {
    ask(run, subject, names_no_owner)
}

/// Whether a value of a condition on a claim, with its wildcards, admits tokens of any owner; nothing for other keys. The key is in lower
/// case.
///
/// Source: IAM User Guide, "Available keys for AWS OIDC federation"; for the claims of GitHub other than the subject (2026-11):
/// <https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/>
pub(super) fn admits_any_owner(key: &str, value: &Value<'_>, has_wildcards: bool) -> Option<Truth> {
    let (_, claim) = key.rsplit_once(':')?;
    let owner: fn(&str) -> &str = match claim {
        // A wildcard in it is a mistake, whatever the operator does with it.
        "sub" => return Some(names_no_owner(value)),
        "repository" | "job_workflow_ref" => before_slash,
        "enterprise_id" | "project_id" | "repository_id" => whole,
        _ => return None,
    };
    let pattern = Pattern::of(value, Side::Outer).unwrap_or_default();
    Some(is_open(owner(pattern.text()), value).and(has_wildcards.into()))
}

fn before_slash(text: &str) -> &str {
    text.split('/').next().unwrap_or_default()
}

fn whole(text: &str) -> &str {
    text
}

fn names_no_owner(subject: &Value<'_>) -> Truth {
    let pattern = Pattern::of(subject, Side::Outer).unwrap_or_default();
    is_open(owner(pattern.text()), subject)
}

/// Whether the part of a value that names an owner has a wildcard, or may have one.
fn is_open(owner: &str, value: &Value<'_>) -> Truth {
    if owner.contains(['*', '?']) {
        return Truth::True;
    }
    if has_open(owner) && may_be_anything(value) { Truth::Unknown } else { Truth::False }
}

/// The part of a subject that names the owner, or else the wildcard before it.
fn owner(subject: &str) -> &str {
    if subject.starts_with(['*', '?']) {
        return subject;
    }
    let known = OWNERS.iter().find_map(|(begin, ends)| {
        let rest = after(begin, subject)?;
        // A wildcard that reaches into the owner from before it.
        if rest.starts_with('*') { Some(rest) } else { rest.split(*ends).next() }
    });
    known.unwrap_or_else(|| subject.get(..1).unwrap_or(subject))
}

/// What follows the beginning of a pattern that matches texts with this beginning: from a `*` on, or from the end of the beginning.
fn after<'p>(begin: &str, pattern: &'p str) -> Option<&'p str> {
    let mut rest = pattern.chars();
    for expected in begin.chars() {
        let before = rest.as_str();
        match rest.next()? {
            '*' => return Some(before),
            '?' => {}
            found if found == expected => {}
            _ => return None,
        }
    }
    Some(rest.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::testing::with_statement;
    use super::*;
    use Truth::{False, True, Unknown};

    #[test]
    fn the_claims_are_in_order() {
        assert!(CLAIMS.is_sorted());
    }

    #[test]
    fn the_owner_is_named_in_full_or_not() {
        for (subject, expected) in [
            ("'*'", True),
            ("'?epo:acme/app:*'", True),
            ("'r*'", True),
            ("'repo*'", True),
            ("'re?o:*'", True),
            ("'re?o:acme/*'", False),
            ("'repo:*'", True),
            ("'repo:acme*'", True),
            ("'repo:*/app:ref:refs/heads/main'", True),
            ("'repo:acme/*'", False),
            ("'repo:acme@*/records@*:ref:refs/heads/main'", False),
            ("'repo:ac*@1/records'", True),
            ("'project_path*'", True),
            ("'project_path:*/app:*'", True),
            ("'project_path:acme/*'", False),
            ("'system:*'", True),
            ("'system:serviceaccount*'", True),
            ("'system:serviceaccount:*:reader'", True),
            ("'system:serviceaccount:records:*'", False),
            ("'organization*'", True),
            ("'organization:acme:project:*'", False),
            ("'pulumi:*'", True),
            ("'pulumi:deploy:org:*'", True),
            ("'pulumi:deploy:org:acme:project:*'", False),
            ("'pulumi:environments:org:ac*'", True),
            ("'user-1234'", False),
            ("'repo'", False),
            ("{'Fn::Sub': 'repo:${Open}/app:*'}", False),
            ("{'Fn::Sub': 'repo:${Open}*'}", True),
            ("{Ref: Open}", Unknown),
        ] {
            let found = with_statement(&format!("{{Resource: {subject}}}"), |run, statement| {
                is_open_subject(run, &statement.value.get("Resources").unwrap().items()[0])
            });
            assert_eq!(found, [expected], "{subject}");
        }
    }

    #[test]
    fn claims_that_identify_the_owner() {
        for (key, value, has_wildcards, expected) in [
            ("x:repository", "'acme/records'", true, Some(False)),
            ("x:repository", "'acme/*'", true, Some(False)),
            ("x:repository", "'acme*'", true, Some(True)),
            ("x:repository", "'*/records'", true, Some(True)),
            ("x:repository", "'*/records'", false, Some(False)),
            ("x:job_workflow_ref", "'acme/ci/.github/workflows/*'", true, Some(False)),
            ("x:repository_id", "'1234'", true, Some(False)),
            ("x:repository_id", "'1*'", true, Some(True)),
            ("x:sub", "'repo:*'", false, Some(True)),
            ("x:actor", "'*'", true, None),
            ("sub", "'*'", true, None),
        ] {
            let found = with_statement(&format!("{{Resource: {value}}}"), |_, statement| {
                admits_any_owner(key, &statement.value.get("Resources").unwrap().items()[0], has_wildcards)
            });
            assert_eq!(found, [expected], "{key}: {value}");
        }
    }
}
