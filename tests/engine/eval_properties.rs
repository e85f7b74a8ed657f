//! What holds of evaluation whatever the template: pinning chooses a scenario, and a choice between equals is none.

use hipaalint::eval::choices::Candidate;
use hipaalint::eval::inputs::{Inputs, Pinned};
use hipaalint::eval::scenario::{Scenario, Variable};
use hipaalint::eval::value::{Kind, Value};
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::finding::Level;
use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::parse;
use hipaalint::template::Template;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// An expression: references, and functions of expressions, of which `Fn::If` names one of so many conditions.
fn expression(conditions: usize) -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["dev", "test", "x", "a/b", "cn-north-1", "aws-cn", ""]).prop_map(Json::from),
        prop::sample::select(vec![
            "Env",
            "Size",
            "Word",
            "Free",
            "Fixed",
            "AWS::Region",
            "AWS::Partition",
            "AWS::URLSuffix",
            "AWS::AccountId",
            "Bucket",
        ])
        .prop_map(|name| json!({"Ref": name})),
        Just(json!({"Fn::GetAtt": ["Network", "CidrBlock"]})),
        Just(json!({"Fn::FindInMap": ["Map", {"Ref": "Env"}, "k"]})),
        Just(json!({"Fn::Sub": "${Env}/${Size}/${AWS::Partition}"})),
        Just(json!({"Fn::Base64": {"Ref": "Env"}})),
    ];
    leaf.prop_recursive(3, 24, 3, move |inner| {
        let inner = || inner.clone();
        prop_oneof![
            (prop::sample::select(vec!["", "-", "/"]), prop::collection::vec(inner(), 1..3))
                .prop_map(|(delimiter, items)| json!({"Fn::Join": [delimiter, items]})),
            (0..3, inner()).prop_map(|(index, text)| json!({"Fn::Select": [index, {"Fn::Split": ["/", text]}]})),
            (0..2, inner(), inner()).prop_map(|(index, one, other)| json!({"Fn::Select": [index, [one, other]]})),
            (0..conditions, inner(), inner())
                .prop_map(|(condition, one, other)| json!({"Fn::If": [format!("C{condition}"), one, other]})),
            inner().prop_map(|value| json!({"Fn::Sub": ["${A}-${Fixed}", {"A": value}]})),
            inner().prop_map(|name| json!({"Fn::ImportValue": name})),
            inner().prop_map(|value| json!({"Fn::ToJsonString": [value]})),
        ]
    })
}

/// Three conditions, the later ones made of the earlier: CloudFormation refuses conditions that go in circles.
fn conditions() -> impl Strategy<Value = Json> {
    let equals = |earlier: usize| {
        (expression(earlier), expression(earlier)).prop_map(|(one, other)| json!({"Fn::Equals": [one, other]}))
    };
    let compared = prop::sample::select(vec![("Env", "dev"), ("Word", "x"), ("AWS::Region", "cn-north-1")])
        .prop_map(|(name, text)| json!({"Fn::Equals": [{"Ref": name}, text]}));
    (compared, equals(1), equals(2), 0..3).prop_map(|(first, second, third, form)| {
        let third = match form {
            0 => json!({"Fn::Not": [{"Condition": "C0"}]}),
            1 => json!({"Fn::And": [{"Condition": "C0"}, third]}),
            _ => json!({"Fn::Or": [{"Condition": "C0"}, third]}),
        };
        json!({"C0": first, "C1": second, "C2": third})
    })
}

fn template(conditions: &Json, rules: &Json, value: &Json) -> String {
    json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {
            "Env": {"Type": "String", "AllowedValues": ["dev", "test", "a/b"], "Default": "dev"},
            "Size": {"Type": "Number", "AllowedValues": [1, 2]},
            "Word": {"Type": "String", "Default": "y"},
            "Fixed": {"Type": "String", "Default": "fixed"},
            "Free": {"Type": "String"},
        },
        "Mappings": {"Map": {"dev": {"k": "one"}, "test": {"k": "two/three"}, "a/b": {"k": 4}}},
        "Conditions": conditions,
        "Rules": rules,
        "Resources": {
            "Network": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Ref": "Word"}}},
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {
                "BucketName": value,
                "VersioningConfiguration": {"Status": {"Fn::If": ["C1", "Enabled", value]}},
            }},
        },
        "Outputs": {"X": {"Value": value}},
    })
    .to_string()
}

/// A rule that allows one size in one environment.
fn rule((env, only): (&str, i32)) -> Json {
    json!({"R": {
        "RuleCondition": {"Fn::Equals": [{"Ref": "Env"}, env]},
        "Assertions": [{"Assert": {"Fn::Contains": [[only], {"Ref": "Size"}]}}],
    }})
}

/// A value written out, without its places.
fn show(value: &Value<'_>) -> String {
    match &value.kind {
        Kind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Kind::Text(_) | Kind::String(_) => value.display(),
        kind => format!("{kind:?}"),
    }
}

/// The values of the output `X` in the scenarios that allow the chosen values of parameters; nothing where there are too many
/// scenarios.
fn outcomes(text: &str, pinned: &Pinned, chosen: &Pinned) -> Option<BTreeSet<String>> {
    let document = parse(text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let memory = Memory::default();
    let inputs = Inputs::from(pinned.clone());
    let model = Model::new(&template, &inputs, &memory);
    let choices = &model.evaluator.choices;
    let node = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
    let found = explore(&model.evaluator, |run| match run.value(node).cloned() {
        Some(value) => show(&run.settled(value)),
        None => "nothing".to_owned(),
    });
    let allows = |scenario: &Scenario| {
        chosen.iter().all(|(name, value)| {
            let Some((index, variable)) = choices.by_name(name) else { return true };
            let wanted = |candidate: &Candidate<'_>| matches!(candidate, Candidate::Known(text) if text == value);
            let known = variable.candidates.iter().position(wanted);
            let other = || variable.candidates.iter().position(|candidate| *candidate == Candidate::Other);
            let Some(candidate) = known.or_else(other) else { return true };
            scenario.domain(Variable::Named(index)).is_none_or(|domain| domain.contains(&candidate))
        })
    };
    // The name of an import that could be too many texts stays open, whatever was chosen for its parts.
    let chosen_in =
        |value: String| chosen.iter().fold(value, |value, (name, text)| value.replace(&format!("${{{name}}}"), text));
    let leaves = found.leaves.into_iter().filter(|(scenario, _)| allows(scenario));
    found.complete.then(|| leaves.map(|(_, value)| chosen_in(value)).collect())
}

/// A value for each variable of a template: those of its parameters, and of the Region where a condition names one.
fn pins(text: &str, env: &str, size: i32) -> Pinned {
    let document = parse(text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let (nobody, memory) = (Inputs::default(), Memory::default());
    let model = Model::new(&template, &nobody, &memory);
    [("Env", env), ("Size", &size.to_string()), ("Word", "y"), ("AWS::Region", "cn-north-1")]
        .into_iter()
        .filter(|(name, _)| model.evaluator.choices.by_name(name).is_some())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// What a linter says of a template, apart from where in the text and when: each copy of a value has a place and scenarios of
/// its own, of which the gravest counts.
fn said(text: &str) -> BTreeMap<String, Level> {
    let keep = Keep { undecided: true, passed: true, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), BTreeMap::new(), keep).unwrap();
    let mut said = BTreeMap::new();
    for finding in linter.lint(&Source::new(SourceId(0), "template", text)).findings {
        let what = format!("{:?} {} {:?}", finding.outcome, finding.rule, finding.subject);
        let level = said.entry(what).or_insert(finding.level);
        *level = finding.level.max(*level);
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::cases(256), ..ProptestConfig::default() })]

    /// With every parameter pinned, a template comes to what it came to in the scenario of these values.
    #[test]
    fn pinning_chooses_a_scenario(
        conditions in conditions(),
        allowed in prop::option::of((prop::sample::select(vec!["dev", "test", "a/b"]), 1..3)),
        value in expression(3),
        env in prop::sample::select(vec!["dev", "test", "a/b"]),
        size in 1..3,
    ) {
        // Against a rule nothing is deployed.
        prop_assume!(allowed.is_none_or(|(only_env, only)| env != only_env || size == only));
        let text = template(&conditions, &allowed.map_or(json!({}), rule), &value);
        let chosen = pins(&text, env, size);
        let open = outcomes(&text, &Pinned::default(), &chosen);
        let closed = outcomes(&text, &chosen, &Pinned::default());
        if let (Some(open), Some(closed)) = (open, closed) {
            prop_assert!(open == closed, "{text}\n{open:?}\n{closed:?}");
        }
    }

    /// A property `P` says what `!If [C, P, P]` says.
    #[test]
    fn a_choice_between_equals_is_none(conditions in conditions(), value in expression(3), condition in 0..3) {
        let same = json!({"Fn::If": [format!("C{condition}"), value, value]});
        let (plain, chosen) = (template(&conditions, &json!({}), &value), template(&conditions, &json!({}), &same));
        let nobody = Pinned::default();
        if let (Some(plain), Some(chosen)) = (outcomes(&plain, &nobody, &nobody), outcomes(&chosen, &nobody, &nobody)) {
            prop_assert_eq!(plain, chosen);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::cases(48), ..ProptestConfig::default() })]

    /// No finding changes either.
    #[test]
    fn a_choice_between_equals_changes_no_finding(conditions in conditions(), value in expression(3), condition in 0..3) {
        let same = json!({"Fn::If": [format!("C{condition}"), value, value]});
        let none = json!({});
        let (plain, chosen) = (template(&conditions, &none, &value), template(&conditions, &none, &same));
        let (before, after) = (said(&plain), said(&chosen));
        prop_assert!(before == after, "{before:#?}\n{after:#?}\n{chosen}");
    }
}
