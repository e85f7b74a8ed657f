//! Values as CloudFormation would compute them: functions, conditions, choices, origins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use hipaalint::eval::choices::Pinned;
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::source::SourceId;
use hipaalint::syntax::parse;
use hipaalint::template::Template;

/// Evaluates `Outputs.X.Value` of a template; one line for each scenario: `value`, or `value when choices`.
fn outcomes(text: &str, pinned: &[(&str, &str)]) -> Vec<String> {
    let document = parse(text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let pinned: Pinned = pinned.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let memory = Memory::default();
    let model = Model::new(&template, &pinned, &memory);
    let node = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
    let exploration = explore(&model.evaluator, |run| {
        let value = run.value(node);
        // Reading the text is what tells choices apart.
        if let Some(value) = value {
            run.decide(&[value], &|values| match values[0].text() {
                Some(_) => hipaalint::truth::Truth::True,
                None => hipaalint::truth::Truth::Unknown,
            });
        }
        value.map_or_else(|| "nothing".to_owned(), hipaalint::eval::value::Value::display)
    });
    assert!(exploration.complete);
    exploration
        .leaves
        .into_iter()
        .map(|(scenario, value)| match model.evaluator.describe(std::slice::from_ref(&scenario)) {
            Some(when) => format!("{value} when {when}"),
            None => value,
        })
        .collect()
}

const HEAD: &str = r#"
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Name: {Type: String, Default: records}
  Free: {Type: String}
  Days: {Type: Number, Default: 7}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /app/name}
  Compared: {Type: String, Default: "no"}
Mappings:
  Sizes:
    dev: {Days: 1, Names: [x, y]}
    test: {Days: 2}
    prod: {Days: 30}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [!Ref Env, dev]
  NotProd: !Not [!Condition IsProd]
  Chosen: !Equals [!Ref Compared, "yes"]
  East: !Equals [us-east-1, !Ref "AWS::Region"]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition Chosen]
  Loop: !Not [!Condition Loop]
  Always: !Equals [a, a]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
Outputs:
  X:
    Value: "#;

fn check(value: &str, expected: &[&str]) {
    assert_eq!(outcomes(&format!("{HEAD}{value}\n"), &[]), expected, "{value}");
}

#[test]
fn functions_of_known_values() {
    for (value, expected) in [
        ("text", "\"text\""),
        ("!Ref Name", "\"records\""),
        ("!Ref Days", "\"7\""),
        ("!Sub 'a-${Name}-${!Name}'", "\"a-records-${Name}\""),
        ("!Sub ['${A}-${Name}', {A: !Ref Days}]", "\"7-records\""),
        ("!Join ['-', [a, !Ref Name, 1, true]]", "\"a-records-1-true\""),
        ("!Select [1, [a, b, c]]", "\"b\""),
        ("!Select ['0', !Ref Zones]", "\"a\""),
        ("!Select [2, !Split [',', 'x,y,z']]", "\"z\""),
        ("!Join ['/', !Split ['.', a.b.c]]", "\"a/b/c\""),
        ("!FindInMap [Sizes, test, Days]", "2"),
        ("!Select [1, !FindInMap [Sizes, dev, Names]]", "\"y\""),
        ("!If [Always, a, b]", "\"a\""),
        ("!If [Both, a, b]", "\"b\""),
        ("!Ref AWS::NoValue", "nothing"),
        ("!If [Both, a, !Ref AWS::NoValue]", "nothing"),
        ("!Ref Zones", "a list of 3"),
    ] {
        let found = outcomes(&format!("{HEAD}{value}\n"), &[]);
        // Whatever was asked on the way, the value is the same in every scenario.
        assert!(found.iter().all(|outcome| outcome.split(" when ").next() == Some(expected)), "{value}: {found:?}");
    }
}

#[test]
fn short_and_long_forms_agree() {
    for (short, long) in [
        ("!Ref Name", "{Ref: Name}"),
        ("!GetAtt Bucket.Arn", "{'Fn::GetAtt': [Bucket, Arn]}"),
        ("!GetAtt [Bucket, Arn]", "{'Fn::GetAtt': Bucket.Arn}"),
        ("!Sub '${Name}'", "{'Fn::Sub': '${Name}'}"),
        ("!If [IsProd, a, b]", "{'Fn::If': [IsProd, a, b]}"),
        ("!Join ['', [a, b]]", "{\"Fn::Join\": [\"\", [\"a\", \"b\"]]}"),
        ("!FindInMap [Sizes, dev, Days]", "{'Fn::FindInMap': [Sizes, dev, Days]}"),
    ] {
        assert_eq!(outcomes(&format!("{HEAD}{short}\n"), &[]), outcomes(&format!("{HEAD}{long}\n"), &[]), "{short}");
    }
}

#[test]
fn what_is_not_known_keeps_its_origin() {
    check("!Ref Free", &["\"${Free}\""]);
    check("!Ref Stored", &["\"${Stored}\""]);
    check("!Sub 'x-${Free}-${AWS::AccountId}'", &["\"x-${Free}-${AWS::AccountId}\""]);
    check("!GetAtt Bucket.Arn", &["\"${Bucket.Arn}\""]);
    check("!Sub '${Bucket.Arn}/*'", &["\"${Bucket.Arn}/*\""]);
    check(
        "!Join ['', ['arn:', !Ref 'AWS::Partition', ':s3:::', !Ref Bucket]]",
        &["\"arn:${AWS::Partition}:s3:::${Bucket}\""],
    );
    check("'{{resolve:secretsmanager:x:SecretString:password}}'", &["\"{{resolve:secretsmanager:…}}\""]);
    check("!Sub '{{resolve:secretsmanager:${Bucket}:SecretString}}'", &["\"{{resolve:secretsmanager:…}}\""]);
    check(
        "'user:{{resolve:ssm-secure:/a:1}}@{{resolve:ssm:/b}}'",
        &["\"user:{{resolve:ssm-secure:…}}@{{resolve:…}}\""],
    );
    check("!ImportValue other", &["\"Fn::ImportValue\""]);
    check("!FindInMap [Sizes, !Ref Free, Days]", &["\"Fn::FindInMap Sizes\""]);
    check("!Ref Nobody", &["\"Ref\""]);
    check("!Select [7, [a]]", &["\"Fn::Select\""]);
}

#[test]
fn choices_are_told_apart_only_as_far_as_they_matter() {
    // The default's class first; dev and test are one class to a condition that asks for prod.
    check("!If [IsProd, a, b]", &["\"b\" when Env is dev or test", "\"a\" when Env is prod"]);
    check("!If [NotProd, a, b]", &["\"a\" when Env is dev or test", "\"b\" when Env is prod"]);
    // Contradictions never occur.
    check("!If [IsProd, !If [IsDev, never, a], b]", &["\"b\" when Env is dev or test", "\"a\" when Env is prod"]);
    // A parameter that a condition compares may be anything else, its default included.
    check("!If [Chosen, a, b]", &["\"b\" when Compared is not yes", "\"a\" when Compared is yes"]);
    check("!If [East, a, b]", &["\"a\" when AWS::Region is us-east-1", "\"b\" when AWS::Region is not us-east-1"]);
    check(
        "!If [Either, a, b]",
        &[
            "\"b\" when Env is dev or test and Compared is not yes",
            "\"a\" when Env is prod",
            "\"a\" when Env is dev or test and Compared is yes",
        ],
    );
    // The value itself is read: each one is a case of its own.
    check("!FindInMap [Sizes, !Ref Env, Days]", &["1 when Env is dev", "2 when Env is test", "30 when Env is prod"]);
    // A condition that cannot be: a question of its own, asked once.
    check(
        "!If [Missing, a, !If [Missing, never, b]]",
        &["\"a\" when condition Missing holds", "\"b\" when condition Missing does not hold"],
    );
    check("!If [Loop, a, b]", &["\"b\" when condition Loop holds", "\"a\" when condition Loop does not hold"]);
}

#[test]
fn pinned_parameters_leave_no_choice() {
    let text = format!("{HEAD}!If [IsProd, !Ref Free, b]\n");
    assert_eq!(outcomes(&text, &[("Env", "prod"), ("Free", "x")]), ["\"x\""]);
    assert_eq!(outcomes(&text, &[("Env", "dev")]), ["\"b\""]);
    let text = format!("{HEAD}!Ref AWS::Region\n");
    assert_eq!(outcomes(&text, &[("AWS::Region", "eu-west-1")]), ["\"eu-west-1\""]);
}

#[test]
fn nested_substitutions_stay_bounded() {
    // Each level doubles the one below: 2^60 copies if anybody followed it.
    let mut text = "{'Fn::Sub': 'x'}".to_owned();
    for _ in 0..60 {
        text = format!("{{'Fn::Sub': ['${{A}}${{A}}', {{A: {text}}}]}}");
    }
    let found = outcomes(&format!("{HEAD}{text}\n"), &[]);
    assert_eq!(found, ["\"Fn::Sub\""]);
}

#[test]
fn long_chains_of_conditions_do_not_overflow() {
    let mut conditions = String::from("Conditions:\n  C0: !Equals [a, a]\n");
    for n in 1..20_000 {
        conditions.push_str(&format!("  C{n}: !Not [!Condition C{}]\n", n - 1));
    }
    let text = format!("{conditions}Resources: {{}}\nOutputs:\n  X:\n    Value: !If [C19999, a, b]\n");
    assert!(!outcomes(&text, &[]).is_empty());
}

#[test]
fn the_reason_names_what_somebody_can_tell() {
    let reasons = |value: &str| {
        let text = format!("{HEAD}{value}\n");
        let document = parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (pinned, memory) = (Pinned::default(), Memory::default());
        let model = Model::new(&template, &pinned, &memory);
        let node = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
        let exploration = explore(&model.evaluator, |run| {
            let value = run.value(node).unwrap();
            run.decide(&[value], &|_| hipaalint::truth::Truth::Unknown);
            run.reasons().join("; ")
        });
        exploration.leaves.into_iter().map(|(_, reasons)| reasons).collect::<Vec<_>>()
    };
    for (value, expected) in [
        ("!Sub 'arn:${AWS::Partition}:iam::${Free}:root'", "the value of parameter `Free` is not known"),
        ("!Split [',', !Ref Free]", "the value of parameter `Free` is not known"),
        ("!Select [1, !Split [',', !Ref Free]]", "the value of parameter `Free` is not known"),
        ("!Split [',', !ImportValue Zones]", "the result of `Fn::Split` is not known"),
        ("!Sub 'arn:${AWS::Partition}:s3:::x'", "`AWS::Partition` is known only when the stack is deployed"),
    ] {
        assert_eq!(reasons(value), [expected], "{value}");
    }
}

/// Conditions `C0` to `C4999`, each a choice of its own.
fn many_choices() -> String {
    let mut text = String::from("Parameters:\n");
    for n in 0..5_000 {
        text.push_str(&format!("  P{n}: {{Type: String}}\n"));
    }
    text.push_str("Conditions:\n");
    for n in 0..5_000 {
        text.push_str(&format!("  C{n}: !Equals [!Ref P{n}, x]\n"));
    }
    text
}

#[test]
fn a_value_with_thousands_of_choices_is_given_up_soon() {
    let items: String = (0..5_000).map(|n| format!("!If [C{n}, a, b], ")).collect();
    let text = format!("{}Outputs:\n  X:\n    Value: [{items}]\n", many_choices());
    let document = parse(&text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let (pinned, memory) = (Pinned::default(), Memory::default());
    let model = Model::new(&template, &pinned, &memory);
    let value = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
    let exploration = explore(&model.evaluator, |run| run.value(value).is_some());
    assert!(!exploration.complete);
    assert!(exploration.leaves.is_empty(), "no answer of a run that met too many choices counts");
    // What was computed then is forgotten: a single item still has its two values.
    let items = value.as_sequence().unwrap();
    let exploration = explore(&model.evaluator, |run| run.value(&items[4_999]).unwrap().display());
    assert!(exploration.complete);
    let found: Vec<String> = exploration.leaves.into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["\"a\"", "\"b\""]);
}

#[test]
fn conditions_that_ask_others_twice_cost_no_more_than_those_that_ask_once() {
    let mut text = String::from("Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, x]\n");
    for n in 1..150 {
        let (one, other) = (n - 1, if n == 1 { 0 } else { n - 2 });
        text.push_str(&format!(
            "  C{n}: !And [!Condition C{one}, !Or [!Condition C{one}, !Condition C{other}], !Condition C{one}]\n"
        ));
    }
    text.push_str("Outputs:\n  X:\n    Value: !If [C149, a, b]\n");
    assert_eq!(outcomes(&text, &[]), ["\"a\" when P is x", "\"b\" when P is not x"]);
}
