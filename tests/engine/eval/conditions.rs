//! Conditions, and the scenarios that they tell apart.

use super::{HEAD, inline, outcomes, table, template};

#[test]
fn choices_are_told_apart_only_as_far_as_they_matter() {
    table(&[
        ("!If [Always, a, b]", &["\"a\""]),
        // The default's class first; dev and test are one class to a condition that asks for prod.
        ("!If [IsProd, a, b]", &["\"b\" when Env is dev or test", "\"a\" when Env is prod"]),
        ("!If [NotProd, a, b]", &["\"a\" when Env is dev or test", "\"b\" when Env is prod"]),
        // Contradictions never occur.
        ("!If [IsProd, !If [IsDev, never, a], b]", &["\"b\" when Env is dev or test", "\"a\" when Env is prod"]),
        // A parameter that a condition compares may be anything else, its default included.
        ("!If [Chosen, a, b]", &["\"b\" when Compared is not yes", "\"a\" when Compared is yes"]),
        (
            "!If [Either, a, b]",
            &[
                "\"b\" when Env is dev or test and Compared is not yes",
                "\"a\" when Env is prod",
                "\"a\" when Env is dev or test and Compared is yes",
            ],
        ),
        // A condition that cannot be: a question of its own, asked once.
        (
            "!If [Missing, a, !If [Missing, never, b]]",
            &["\"a\" when condition Missing is true", "\"b\" when condition Missing is false"],
        ),
        ("!If [Loop, a, b]", &["\"b\" when condition Loop is true", "\"a\" when condition Loop is false"]),
        ("!If [IsProd, !Ref AWS::NoValue, b]", &["\"b\" when Env is dev or test", "nothing when Env is prod"]),
        ("!If [IsProd, a]", &["\"<malformed Fn::If>\""]),
        ("!If [!Ref Name, a, b]", &["\"<malformed Fn::If>\""]),
        ("!If IsProd", &["\"<malformed Fn::If>\""]),
    ]);
    // The branch of a contradiction is never taken, though each condition can hold.
    let found = outcomes(&format!("{HEAD}!If [Both, a, b]\n"), &[]);
    assert!(found.iter().all(|outcome| outcome.starts_with("\"b\"")), "{found:?}");
}

/// `!If [C, yes, no]` with this condition.
fn condition(condition: &str, expected: &[&str]) {
    let head = HEAD.replace("Conditions:\n", &format!("Conditions:\n  C: {condition}\n"));
    template(&format!("{head}!If [C, 'yes', 'no']\n"), &[], expected);
}

#[test]
fn condition_functions() {
    let free = &[
        "\"yes\" when a condition that cannot be read is true",
        "\"no\" when a condition that cannot be read is false",
    ];
    for (text, expected) in [
        ("!Equals [1, '1']", &["\"yes\""] as &[&str]),
        ("!Equals [true, 'true']", &["\"yes\""]),
        ("!Equals [a, b]", &["\"no\""]),
        // Lists and maps are compared as wholes.
        ("!Equals [[a, b], [a, b]]", &["\"yes\""]),
        ("!Equals [[a, b], [a]]", &["\"no\""]),
        (
            "!Equals [!Ref Zones, [a, b, c]]",
            &[
                "\"yes\" when Zones is a, b,c",
                "\"yes\" when Zones is not a, b,c and \"${Zones}\" equals a list of 3",
                "\"no\" when Zones is not a, b,c and \"${Zones}\" does not equal a list of 3",
            ],
        ),
        ("!Equals [[a, !Ref Env], [a, prod]]", &["\"no\" when Env is dev or test", "\"yes\" when Env is prod"]),
        ("!Equals [[!Ref Free], [b, c]]", &["\"no\""]),
        ("!Equals [[a], a]", &["\"no\""]),
        ("!Equals [{K: a}, {K: a}]", &["\"yes\""]),
        ("!Equals [{K: a}, {L: a}]", &["\"no\""]),
        (
            "!Equals [!Join ['', !Ref Subnets], '']",
            &["\"yes\" when \"Fn::Join\" equals \"\"", "\"no\" when \"Fn::Join\" does not equal \"\""],
        ),
        // The same piece of a text is the same text, and the same index of another cut is not.
        (
            "!Equals [!Select [2, !Split ['/', !Ref AWS::StackId]], !Select [2, !Split ['/', !Ref AWS::StackId]]]",
            &["\"yes\""],
        ),
        (
            "!Equals [!Select [2, !Split ['/', !Ref AWS::StackId]], !Select [2, !Split [':', !Ref AWS::StackId]]]",
            &[
                "\"yes\" when \"Fn::Select\" equals \"Fn::Select\"",
                "\"no\" when \"Fn::Select\" does not equal \"Fn::Select\"",
            ],
        ),
        ("!Not [!Equals [a, b]]", &["\"yes\""]),
        ("!And [!Condition Always, !Equals [a, b]]", &["\"no\""]),
        ("!Or [!Condition Always, !Equals [a, b]]", &["\"yes\""]),
        // "The minimum number of conditions that you can include is 2, and the maximum is 10."
        ("!And [!Condition Always]", free),
        ("!Or [!Condition Always]", free),
        (
            "!And [Condition: Always, Condition: Always, Condition: Always, Condition: Always, Condition: Always, \
          Condition: Always, Condition: Always, Condition: Always, Condition: Always, Condition: Always]",
            &["\"yes\""],
        ),
        (
            "!And [Condition: Always, Condition: Always, Condition: Always, Condition: Always, Condition: Always, \
          Condition: Always, Condition: Always, Condition: Always, Condition: Always, Condition: Always, Condition: \
          Always]",
            free,
        ),
        ("!Not [!Condition Always, !Condition Always]", free),
        ("!Equals [a]", free),
        ("!Equals [!Ref AWS::NoValue, a]", free),
    ] {
        condition(text, expected);
    }
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let with = |one: &str, other: &str| {
        let head = HEAD.replace("Conditions:\n", &format!("Conditions:\n  C: {one}\n  D: {other}\n"));
        outcomes(&format!("{head}!If [C, !If [D, both, one], !If [D, other, none]]\n"), &[]).len()
    };
    // Two answers: the questions agree. Four: they are apart.
    for (one, other, expected) in [
        ("!Equals [!Ref Free, x]", "!Equals [x, !Ref Free]", 2),
        ("!Equals [!Join ['', !Ref Subnets], '']", "!Equals ['', !Join ['', !Ref Subnets]]", 2),
        ("!Equals [!Join ['', !Ref Subnets], '']", "!Equals [!Join [',', !Ref Subnets], '']", 4),
        ("!Equals [!Select [0, !Ref Subnets], a]", "!Equals [!Select [0, !Ref Subnets], a]", 2),
        ("!Equals [!Select [0, !Ref Subnets], a]", "!Equals [!Select [1, !Ref Subnets], a]", 4),
        ("!Equals [!ImportValue a, x]", "!Equals [!ImportValue a, x]", 2),
        ("!Equals [!ImportValue a, x]", "!Equals [!ImportValue b, x]", 4),
        // Three rows each.
        ("!Equals [!FindInMap [Sizes, !Ref Free, Days], 1]", "!Equals [!FindInMap [Sizes, !Ref Free, Days], 1]", 3),
        ("!Equals [!FindInMap [Sizes, !Ref Free, Days], 1]", "!Equals [!FindInMap [Sizes, !Ref Stored, Days], 1]", 9),
        ("!Equals [!FindInMap [Sizes, !Ref Stored, Days], 1]", "!Equals [!Ref Stored, dev]", 3),
    ] {
        assert_eq!(with(one, other), expected, "{one} and {other}");
    }
}

/// A template with rules.
fn ruled(rules: &str, value: &str) -> String {
    format!(
        "
Parameters:
  Env: {{Type: String, Default: dev, AllowedValues: [dev, test, prod]}}
  Crypt: {{Type: String, Default: 'no', AllowedValues: ['yes', 'no']}}
  Cert: {{Type: String, Default: ''}}
  Kinds: {{Type: CommaDelimitedList, Default: 'a,b'}}
  Vpc: {{Type: 'AWS::EC2::VPC::Id'}}
Rules:
{rules}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsCrypt: !Equals [!Ref Crypt, 'yes']
  HasCert: !Not [!Equals [!Ref Cert, '']]
Resources: {{}}
Outputs:
  X:
    Value: {value}
"
    )
}

#[test]
fn scenarios_that_a_rule_forbids_never_occur() {
    const BOTH: &str = "!If [IsProd, !If [IsCrypt, prod-yes, prod-no], !If [IsCrypt, dev-yes, dev-no]]";
    const ALL: &[&str] = &[
        "\"dev-no\" when Env is dev or test and Crypt is no",
        "\"prod-no\" when Env is prod and Crypt is no",
        "\"prod-yes\" when Env is prod and Crypt is yes",
        "\"dev-yes\" when Env is dev or test and Crypt is yes",
    ];
    let sorted = |mut found: Vec<String>| {
        found.sort();
        found
    };
    let all: Vec<String> = sorted(ALL.iter().map(|text| (*text).to_owned()).collect());
    let free = |rules: &str| {
        assert_eq!(sorted(outcomes(&ruled(rules, BOTH), &[])), all, "{rules}");
    };
    let without_prod_no = |rules: &str| {
        let found = outcomes(&ruled(rules, BOTH), &[]);
        assert_eq!(found.len(), 3, "{rules}: {found:?}");
        assert!(found.iter().all(|outcome| !outcome.contains("prod-no")), "{rules}: {found:?}");
    };
    for assertion in [
        "!Equals [!Ref Crypt, 'yes']",
        "!Not [!Equals [!Ref Crypt, 'no']]",
        "'Fn::Contains': [['yes', sure], !Ref Crypt]",
        "!Contains [['yes', sure], !Ref Crypt]",
        "'Fn::EachMemberIn': [[!Ref Crypt], ['yes', maybe]]",
        "'Fn::EachMemberEquals': [['yes'], !Ref Crypt]",
        "!And [!Equals [!Ref Crypt, 'yes'], !Equals [a, a]]",
        "!Or [!Equals [!Ref Crypt, 'yes'], !Equals [a, b]]",
    ] {
        without_prod_no(&format!(
            "  R: {{RuleCondition: !Equals [!Ref Env, prod], Assertions: [{{Assert: {}}}]}}",
            inline(assertion)
        ));
    }
    // Two rules that only together forbid it.
    without_prod_no(
        "  R: {RuleCondition: !Equals [!Ref Env, prod], Assertions: [Assert: !Not [!Equals [!Ref Cert, '']]]}
  S: {RuleCondition: !Equals [!Ref Crypt, 'no'], Assertions: [Assert: !Equals [!Ref Cert, '']]}",
    );
    // What cannot be decided, and what cannot be read, excludes nothing.
    for assertion in [
        "'Fn::EachMemberIn': ['Fn::ValueOfAll': [AWS::EC2::VPC::Id, Tags.Department], 'Fn::RefAll': AWS::EC2::VPC::Id]",
        "'Fn::EachMemberEquals': ['Fn::ValueOfAll': [AWS::EC2::VPC::Id, Tags.Department], IT]",
        "'Fn::Contains': ['Fn::RefAll': AWS::EC2::VPC::Id, !Ref Vpc]",
        "!Equals ['Fn::ValueOf': [Vpc, Tags.Department], IT]",
        "!Equals [!Ref Vpc, vpc-1]",
        "'Fn::Contains': [[a]]",
        "'Fn::EachMemberIn': [a, b]",
        "nonsense",
    ] {
        free(&format!(
            "  R: {{RuleCondition: !Equals [!Ref Env, prod], Assertions: [{{Assert: {}}}]}}",
            inline(assertion)
        ));
    }
    // Nor do rules that no deployment could satisfy, or that assert nothing.
    free("  R: {Assertions: [Assert: !Equals [a, b]]}");
    free("  R: {RuleCondition: !Equals [!Ref Env, prod]}");
    free("  R: {RuleCondition: !Equals [!Ref Env, prod], Assertions: [AssertDescription: none]}");
    free("  R: none");
}

#[test]
fn a_parameter_in_a_rule_may_be_more_than_its_default() {
    // Were the certificate only its empty default, production would be forbidden.
    let rules = "  R: {RuleCondition: !Equals [!Ref Env, prod], Assertions: [Assert: !Not [!Equals [!Ref Cert, '']]]}";
    template(&ruled(rules, "!If [IsProd, a, b]"), &[], &["\"b\" when Env is dev or test", "\"a\" when Env is prod"]);
    template(
        &ruled(rules, "!If [IsProd, !If [HasCert, a, never], b]"),
        &[],
        &["\"b\" when Env is dev or test", "\"a\" when Env is prod"],
    );
    let rules = "  R: {RuleCondition: !Equals [!Ref Env, prod], Assertions: [{Assert: {'Fn::EachMemberIn': [!Ref \
                 Kinds, [c, d]]}}]}";
    let found = outcomes(&ruled(rules, "!If [IsProd, !Join [',', !Ref Kinds], b]"), &[]);
    assert!(found.iter().any(|outcome| outcome.starts_with("\"c\" when")), "{found:?}");
    assert!(found.iter().all(|outcome| !outcome.starts_with("\"a,b\"")), "{found:?}");
}

#[test]
fn pinned_values_are_held_against_the_rules() {
    let rules = "  R: {RuleCondition: !Equals [!Ref Env, prod], Assertions: [Assert: !Equals [!Ref Crypt, 'yes']]}";
    template(&ruled(rules, "!Ref Crypt"), &[("Env", "prod")], &["\"yes\""]);
    template(&ruled(rules, "!Ref Crypt"), &[("Env", "dev")], &["\"no\" when Crypt is no", "\"yes\" when Crypt is yes"]);
}

/// A template with one condition on parameters that have defaults and no allowed values.
fn compared(condition: &str) -> String {
    format!(
        "
Parameters:
  Env: {{Type: String, Default: dev}}
  Production: {{Type: String, Default: prod}}
  List: {{Type: CommaDelimitedList, Default: ''}}
Mappings:
  Names: {{Of: {{Production: prod}}}}
Conditions:
  C: {condition}
Resources: {{}}
Outputs:
  X:
    Value: !If [C, a, b]
"
    )
}

#[test]
fn a_default_is_not_all_that_a_compared_parameter_can_be() {
    for condition in
        ["!Equals [!Ref Env, prod]", "!Equals [!Sub '${Env}', prod]", "!Equals [prod-eu, !Sub '${Env}-eu']"]
    {
        template(&compared(condition), &[], &["\"b\" when Env is not prod", "\"a\" when Env is prod"]);
    }
    for condition in [
        "!Equals [!Ref Env, !Ref Production]",
        "!Equals [!Ref Env, !FindInMap [Names, Of, Production]]",
        "!Equals [!Select [0, !Split ['-', !Ref Env]], prod]",
        "!Not [!Equals [!Join ['', !Ref List], '']]",
        "!Not [!Equals [!Select [0, !Ref List], '']]",
        "!And [!Equals [a, a], !Equals [!Join ['-', [!Ref Env, !Ref Production]], prod-prod]]",
    ] {
        let found = outcomes(&compared(condition), &[]);
        assert!(found.iter().any(|outcome| outcome.starts_with("\"a\" when")), "{condition}: {found:?}");
        assert!(found.iter().any(|outcome| outcome.starts_with("\"b\" when")), "{condition}: {found:?}");
    }
}

/// A Region that is no key of the mapping is never deployed to, and asks no question for ever.
#[test]
fn a_choice_that_is_refused_ends_the_comparison() {
    for name in ["AWS::Region", "AWS::Partition"] {
        let text = format!(
            "
Mappings:
  Places: {{us-east-1: {{Is: 'true'}}, eu-west-1: {{Is: 'false'}}}}
Conditions:
  Other: !Equals [!Ref '{name}', aws-us-gov]
  There: !Equals [!FindInMap [Places, !Ref '{name}', Is], 'true']
Resources: {{}}
Outputs:
  X:
    Value: !If [Other, !If [There, a, b], c]
"
        );
        let found = outcomes(&text, &[]);
        assert!(found.iter().all(|outcome| outcome.starts_with("\"c\"")), "{name}: {found:?}");
    }
}
