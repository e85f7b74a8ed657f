//! A rule of IAM asks the same of every resource that holds such policies: a type that is missing from its list would pass
//! unseen.

use hipaalint::policy::{DocumentKind, types_with};
use hipaalint::rules::assertion::{Assertion, Form, Selector};
use hipaalint::rules::load::RuleSet;
use std::fmt::Write as _;

/// The kinds of policy document whose statements an assertion looks at.
fn statements_of(assertion: &Assertion, kinds: &mut Vec<DocumentKind>) {
    match &assertion.form {
        Form::All(inner) | Form::Any(inner) => inner.iter().for_each(|inner| statements_of(inner, kinds)),
        Form::Not(inner) => statements_of(inner, kinds),
        Form::Quantified(_, quantified) => {
            if let Selector::Statements(kind) = &quantified.selector {
                kinds.push(*kind);
            }
            quantified.filter.iter().chain(&quantified.test).for_each(|inner| statements_of(inner, kinds));
        }
        _ => {}
    }
}

#[test]
fn rules_of_iam_look_at_every_type_that_holds_such_policies() {
    let mut complaints = String::new();
    let mut seen = 0;
    for entry in RuleSet::embedded().entries().iter().filter(|entry| entry.meta.id.starts_with("iam-")) {
        for check in &entry.rule().unwrap().checks {
            let mut kinds = Vec::new();
            statements_of(&check.assert, &mut kinds);
            let mut wanted: Vec<&str> = kinds.iter().flat_map(|kind| types_with(*kind)).collect();
            wanted.sort_unstable();
            wanted.dedup();
            seen += wanted.len();
            let mut listed: Vec<&str> = check.targets.iter().map(|target| target.name()).collect();
            listed.sort_unstable();
            if !wanted.is_empty() && listed != wanted {
                writeln!(complaints, "{}: looks at {listed:?}, should look at {wanted:?}", entry.meta.id).unwrap();
            }
        }
    }
    assert!(seen > 0, "no rule of IAM looks at statements");
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// Types whose resource policies rules of one kind do not look at. The comment in the rule gives the reason.
const LEFT_OUT: [(&str, &[&str]); 2] = [
    ("foreign-account", &["AWS::EC2::VPCEndpoint", "AWS::Organizations::ResourcePolicy", "AWS::RUM::AppMonitor"]),
    (
        "wildcard-action",
        &[
            "AWS::ApiGateway::DomainNameV2",
            "AWS::ApiGateway::RestApi",
            "AWS::EC2::VPCEndpoint",
            "AWS::RUM::AppMonitor",
            "AWS::VpcLattice::AuthPolicy",
        ],
    ),
];

#[test]
fn a_rule_on_accounts_and_one_on_actions_look_at_every_resource_policy() {
    for (ending, left_out) in LEFT_OUT {
        let mut listed = Vec::new();
        for entry in RuleSet::embedded().entries().iter().filter(|entry| entry.meta.id.ends_with(ending)) {
            for check in &entry.rule().unwrap().checks {
                let mut kinds = Vec::new();
                statements_of(&check.assert, &mut kinds);
                if kinds.contains(&DocumentKind::Resource) {
                    listed.extend(check.targets.iter().map(|target| target.name().to_owned()));
                }
            }
        }
        let missing: Vec<&str> = types_with(DocumentKind::Resource)
            .into_iter()
            .filter(|kind| !listed.iter().any(|own| own == kind))
            .collect();
        assert_eq!(missing, left_out, "no rule {ending} looks at these types");
    }
}
