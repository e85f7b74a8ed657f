//! The rows of mappings that a deployment can reach, and the values that the constraints of parameters leave.

use super::{outcomes, show, template};
use hipaalint::eval::inputs::Inputs;
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::source::SourceId;
use hipaalint::syntax::parse;
use hipaalint::template::Template;

/// A template with these parameters and mappings, and a value.
fn with(parameters: &str, mappings: &str, value: &str) -> String {
    format!(
        "Parameters: {{{parameters}}}\nMappings: {{{mappings}}}\nResources: {{}}\nOutputs:\n  X:\n    Value: {value}\n"
    )
}

#[test]
fn every_row_of_an_open_key_is_a_choice() {
    const ROWS: &str = "M: {prod: {K: 'yes'}, dev: {K: 'no'}, test: {K: 'yes'}}";
    const KEY: &str = "!FindInMap [M, !Ref Env, K]";
    for (parameter, expected) in [
        // The default's row first; a text that is no row cannot be deployed.
        (
            "Env: {Type: String, Default: prod}",
            &["\"yes\" when Env is prod or test", "\"no\" when Env is dev"] as &[&str],
        ),
        ("Env: {Type: String}", &["\"yes\" when Env is prod or test", "\"no\" when Env is dev"]),
        ("Env: {Type: String, Default: none}", &["\"yes\" when Env is prod or test", "\"no\" when Env is dev"]),
        ("Env: {Type: String, AllowedValues: [prod, test]}", &["\"yes\""]),
        ("Env: {Type: String, AllowedValues: [prod, stage]}", &["\"yes\""]),
        ("Env: {Type: String, AllowedValues: [stage]}", &["\"<malformed Fn::FindInMap>\""]),
        ("Env: {Type: String, AllowedPattern: 'prod|test|stage'}", &["\"yes\""]),
        ("Env: {Type: String, AllowedPattern: '[a-c]*'}", &["\"<malformed Fn::FindInMap>\""]),
        ("Env: {Type: String, MinLength: 4, Default: dev}", &["\"yes\""]),
        (
            "Env: {Type: 'AWS::SSM::Parameter::Value<String>'}",
            &[
                "\"yes\" when \"${Env}\" equals \"prod\"",
                "\"no\" when \"${Env}\" equals \"dev\" and \"${Env}\" does not equal \"prod\"",
                "\"yes\" when \"${Env}\" does not equal \"dev\" and \"${Env}\" does not equal \"prod\"",
            ],
        ),
    ] {
        template(&with(parameter, ROWS, KEY), &[], expected);
    }
    template(&with("Env: {Type: String}", ROWS, KEY), &[("Env", "dev")], &["\"no\""]);
    // All rows are alike: nothing is to be told apart, whoever chooses the key.
    const ALIKE: &str = "M: {prod: {K: [a]}, dev: {K: [a]}}";
    for kind in ["String", "AWS::SSM::Parameter::Value<String>"] {
        template(&with(&format!("Env: {{Type: '{kind}'}}"), ALIKE, KEY), &[], &["[\"a\"]"]);
    }
}

/// No source states whether CloudFormation looks for the row if the resource does not exist.
#[test]
fn a_missing_row_does_not_matter_where_the_resource_does_not_exist() {
    let text = |condition: &str| {
        format!(
            "Parameters: {{Env: {{Type: String, AllowedValues: [prod, dev]}}}}
Mappings: {{M: {{prod: {{K: x}}}}}}
Conditions: {{IsProd: !Equals [!Ref Env, prod], Always: !Equals [a, a]}}
Resources:
  R:
    Type: AWS::SQS::Queue
    {condition}
    Properties: {{QueueName: !FindInMap [M, !Ref Env, K]}}
"
        )
    };
    let outcomes = |condition: &str| {
        let text = text(condition);
        let document = parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let queue = document.root.get("Resources").unwrap().get("R").unwrap();
        let node = queue.get("Properties").unwrap().get("QueueName").unwrap();
        let exploration = explore(&model.evaluator, |run| show(run.value(node).unwrap()));
        exploration.leaves.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(outcomes("DependsOn: []"), ["\"x\""]);
    assert_eq!(outcomes("Condition: Always"), ["\"x\""]);
    assert_eq!(outcomes("Condition: IsProd"), ["\"x\"", "\"<Fn::FindInMap M>\""]);
}

#[test]
fn rows_by_region_and_account() {
    const REGIONS: &str = "M: {us-east-1: {K: 'yes'}, eu-west-1: {K: 'no'}, default: {K: never}}";
    let by = |key: &str| format!("!FindInMap [M, !Ref '{key}', K]");
    template(
        &with("", REGIONS, &by("AWS::Region")),
        &[],
        &["\"yes\" when AWS::Region is us-east-1", "\"no\" when AWS::Region is eu-west-1"],
    );
    template(&with("", REGIONS, &by("AWS::Region")), &[("AWS::Region", "eu-west-1")], &["\"no\""]);
    template(
        &with("", "M: {'111122223333': {K: a}, '444455556666': {K: b}}", &by("AWS::AccountId")),
        &[],
        &["\"a\" when AWS::AccountId is 111122223333", "\"b\" when AWS::AccountId is 444455556666"],
    );
    template(
        &with("", "M: {aws: {K: a}, aws-cn: {K: b}}", &by("AWS::Partition")),
        &[],
        &["\"a\" when AWS::Partition is aws", "\"b\" when AWS::Partition is aws-cn"],
    );
    // Region and Partition go together, and one row leads to another.
    template(
        &with("", REGIONS, "!If [C, !FindInMap [N, !FindInMap [M, !Ref 'AWS::Region', K], L], z]").replace(
            "Mappings: {",
            "Conditions: {C: !Equals [!Ref AWS::Partition, aws]}\nMappings: {N: {'yes': {L: 1}, 'no': {L: 2}}, ",
        ),
        &[],
        &[
            "\"1\" when AWS::Region is us-east-1",
            "\"z\" when AWS::Region is not us-east-1 or eu-west-1",
            "\"2\" when AWS::Region is eu-west-1",
        ],
    );
}

#[test]
fn keys_in_every_place() {
    const ROWS: &str = "A: {k: {x: 1, y: 2}}, B: {k: {x: 3, y: 2}}";
    for (value, expected) in [
        ("!FindInMap [!Ref P, k, x]", &["1 when P is A", "3 when P is B"] as &[&str]),
        ("!FindInMap [!Ref P, k, y]", &["2"]),
        ("!FindInMap [A, k, !Ref P]", &["1 when P is x", "2 when P is y"]),
        ("!FindInMap [A, !Ref P, x]", &["1"]),
        // A choice that two calls share is made once.
        ("[!FindInMap [A, k, !Ref P], !FindInMap [B, k, !Ref P]]", &["[1, 3] when P is x", "[2, 2] when P is y"]),
        ("!FindInMap [A, k, !Ref P, DefaultValue: 1]", &["1 when P is not y", "2 when P is y"]),
    ] {
        template(&with("P: {Type: String}", ROWS, value), &[], expected);
    }
    // With text around the parameter, which takes the language extensions.
    for key in ["!Sub '${P}-db'", "!Join ['-', [!Ref P, db]]", "!Join ['', [!Sub '${P}', -db]]"] {
        let call = format!("!FindInMap [M, {key}, K]");
        let text = with("P: {Type: String}", "M: {dev-db: {K: 1}, prod-db: {K: 2}}", &call);
        let text = format!("Transform: AWS::LanguageExtensions\n{text}");
        template(&text, &[], &["1 when P is dev", "2 when P is prod"]);
    }
    // Two choices: each combination that leads somewhere.
    template(
        &with(
            "P: {Type: String}, Q: {Type: String}",
            "M: {a: {x: 1}, b: {x: 2, y: 3}}",
            "!FindInMap [M, !Ref P, !Ref Q]",
        ),
        &[],
        &["1 when P is a", "2 when P is b and Q is x", "3 when Q is y"],
    );
}

#[test]
fn many_rows_stay_open_until_they_differ() {
    let rows: String = (0..200).map(|n| format!("r{n}: {{K: v{n}, L: {}}}, ", n % 2)).collect();
    let text = |value: &str| with("P: {Type: String}", &format!("M: {{{rows}}}"), value);
    // One question about two hundred texts is two answers.
    let by = |condition: &str| {
        text("!If [C, a, b]").replace("Mappings:", &format!("Conditions: {{C: {condition}}}\nMappings:"))
    };
    let found = outcomes(&by("!Equals [!FindInMap [M, !Ref P, K], v7]"), &[]);
    let named: Vec<String> = (0..21).filter(|n| *n != 7).map(|n| format!("r{n}")).collect();
    let many = format!("\"b\" when P is {} or one of 179 more", named.join(", "));
    assert_eq!(found, [many.as_str(), "\"a\" when P is r7"]);
    let found = outcomes(&by("!Equals [!FindInMap [M, !Ref P, K], !FindInMap [M, !Ref P, K]]"), &[]);
    assert_eq!(found, ["\"a\""]);
    let found = outcomes(&text("!FindInMap [M, !Ref P, L]"), &[]);
    assert_eq!(found.len(), 2);
    // More than CloudFormation takes: nothing is known.
    let rows: String = (0..300).map(|n| format!("r{n}: {{K: v{n}}}, ")).collect();
    let found = outcomes(&with("P: {Type: String}", &format!("M: {{{rows}}}"), "!FindInMap [M, !Ref P, K]"), &[]);
    assert_eq!(found, ["\"<Fn::FindInMap M>\""]);
}

#[test]
fn mappings_that_a_macro_adds_to_are_not_known() {
    let text = with("P: {Type: String}", "M: {a: {K: 1}, 'Fn::Transform': {Name: Own}}", "!FindInMap [M, !Ref P, K]");
    assert_eq!(outcomes(&text, &[]), ["1 when P is a", "\"<Fn::FindInMap M>\" when P is not a"]);
}

#[test]
fn values_that_constraints_exclude_are_no_choices() {
    let text = |parameter: &str| {
        with(parameter, "", "!If [Has, a, b]")
            .replace("Mappings:", "Conditions: {Has: !Not [!Equals [!Ref P, '']]}\nMappings:")
    };
    for (parameter, expected) in [
        ("P: {Type: String}", &["\"b\" when P is empty", "\"a\" when P is not empty"] as &[&str]),
        ("P: {Type: String, MinLength: 1}", &["\"a\""]),
        ("P: {Type: String, MinLength: 1, Default: ''}", &["\"a\""]),
        ("P: {Type: String, AllowedPattern: 'arn:.*'}", &["\"a\""]),
        ("P: {Type: String, AllowedPattern: '(?=a).*'}", &["\"b\" when P is empty", "\"a\" when P is not empty"]),
        ("P: {Type: String, AllowedPattern: 'x?'}", &["\"b\" when P is empty", "\"a\" when P is x"]),
        ("P: {Type: 'AWS::EC2::VPC::Id', Default: ''}", &["\"a\""]),
        ("P: {Type: Number}", &["\"a\""]),
        ("P: {Type: String, AllowedValues: ['', abc], MinLength: 2}", &["\"a\""]),
    ] {
        template(&text(parameter), &[], expected);
    }
}

#[test]
fn a_default_that_is_a_dynamic_reference_is_one() {
    for value in ["!Ref P", "!Sub '${P}'", "!Join ['', [!Ref P]]", "!Select [0, [!Ref P]]", "!FindInMap [M, k, v]"] {
        let text = with(
            "P: {Type: String, Default: '{{resolve:secretsmanager:a}}'}",
            "M: {k: {v: '{{resolve:secretsmanager:a}}'}}",
            value,
        );
        template(&text, &[], &["\"{{resolve:secretsmanager:…}}\""]);
    }
    let text = with("P: {Type: String}", "", "!Sub 'x-${P}'");
    template(&text, &[("P", "{{resolve:ssm:/a}}")], &["\"x-{{resolve:…}}\""]);
    // Other values of the same parameter are none.
    let text = with(
        "P: {Type: String, Default: '{{resolve:ssm-secure:a}}', AllowedValues: ['{{resolve:ssm-secure:a}}', b]}",
        "",
        "!Ref P",
    );
    assert_eq!(
        outcomes(&text, &[]),
        ["\"{{resolve:ssm-secure:…}}\" when P is {{resolve:ssm-secure:a}}", "\"b\" when P is b"]
    );
    let text = with("P: {Type: CommaDelimitedList, Default: 'a,{{resolve:ssm:/a}}'}", "", "!Ref P");
    template(&text, &[], &["[\"a\", \"{{resolve:…}}\"]"]);
}
