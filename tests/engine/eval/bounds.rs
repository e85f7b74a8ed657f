//! Templates that would blow up if anybody followed them.

use super::{HEAD, outcomes};
use hipaalint::eval::inputs::Inputs;
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::source::SourceId;
use hipaalint::syntax::parse;
use hipaalint::template::Template;
use std::fmt::Write;

fn of(value: &str) -> Vec<String> {
    outcomes(&format!("Transform: AWS::LanguageExtensions\n{HEAD}{value}\n"), &[])
}

#[test]
fn nested_functions_stay_bounded() {
    // Each level doubles the one below: 2^60 copies if anybody followed it.
    for (inner, level) in [
        ("{'Fn::Sub': 'x'}", "{'Fn::Sub': ['${A}${A}', {A: @}]}"),
        ("x", "{'Fn::Sub': ['${A}${A}', {A: {'Fn::Base64': @}}]}"),
        ("['\"']", "['Fn::ToJsonString': @]"),
        ("x", "{'Fn::Join': [',', {'Fn::Split': [x, {'Fn::Sub': ['${A}x${A}', {A: @}]}]}]}"),
    ] {
        let mut text = inner.to_owned();
        for _ in 0..24 {
            text = level.replace('@', &text);
        }
        let found = of(&text);
        assert!(found.len() == 1 && found[0].len() < 2 << 20, "{level}");
    }
}

#[test]
fn all_functions_together_have_a_budget() {
    // A thousand texts of a megabyte each: the budget ends long before.
    let mut text = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned();
    for _ in 0..14 {
        text = format!("{{'Fn::Sub': ['${{A}}${{A}}', {{A: {text}}}]}}");
    }
    let found = of(&format!("[{}]", vec![text; 1000].join(", ")));
    assert!(found[0].len() < 100 << 20 && found[0].contains("<Fn::Sub>"));
}

#[test]
fn attributes_of_attributes_end() {
    let mut resources = String::new();
    for n in 0..2_000 {
        writeln!(resources, "  V{n}: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: !GetAtt V{}.CidrBlock}}}}", n + 1)
            .unwrap();
    }
    resources.push_str("  V2000: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/8}}\n");
    let found = outcomes(&format!("Resources:\n{resources}Outputs: {{X: {{Value: !GetAtt V0.CidrBlock}}}}\n"), &[]);
    assert_eq!(found.len(), 1);
    let found = outcomes(&format!("Resources:\n{resources}Outputs: {{X: {{Value: !GetAtt V1998.CidrBlock}}}}\n"), &[]);
    assert_eq!(found, ["\"10.0.0.0/8\""]);
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
fn many_rules_end() {
    let mut rules = String::from("Parameters:\n");
    for n in 0..40 {
        writeln!(rules, "  P{n}: {{Type: String, AllowedValues: [a, b]}}").unwrap();
    }
    rules.push_str("Rules:\n");
    // Every two parameters differ: with two values and three parameters nobody can.
    for n in 0..40 {
        for m in 0..n {
            writeln!(rules, "  R{n}x{m}: {{Assertions: [Assert: !Not [!Equals [!Ref P{n}, !Ref P{m}]]]}}").unwrap();
        }
    }
    let found = outcomes(&format!("{rules}Resources: {{}}\nOutputs: {{X: {{Value: !Ref P0}}}}\n"), &[]);
    assert_eq!(found.len(), 2);
}

#[test]
fn rows_times_choices_do_not_explode() {
    let rows: String = (0..200).map(|n| format!("r{n}: {{K: v{n}}}, ")).collect();
    let mappings = format!("Mappings: {{M: {{{rows}}}}}\nResources: {{}}\n");
    // Twenty open keys of two hundred rows in one text: 200^20 texts, and one question about them.
    let parameters: String = (0..20).map(|n| format!("  P{n}: {{Type: String}}\n")).collect();
    let pieces: String = (0..20).map(|n| format!("!FindInMap [M, !Ref P{n}, K], ")).collect();
    let conditions = format!("Conditions: {{C: !Equals [!Join [',', [{pieces}]], x]}}\n");
    let text = format!("Parameters:\n{parameters}{conditions}{mappings}Outputs:\n  X:\n    Value: !If [C, a, b]\n");
    assert_eq!(outcomes(&text, &[]), ["\"b\""]);
    // A key with thousands of values.
    let allowed: String = (0..5_000).map(|n| format!("r{n}, ")).collect();
    let parameters = format!("Parameters: {{P: {{Type: String, AllowedValues: [{allowed}]}}}}\n");
    let calls = "!FindInMap [M, !Ref P, K], ".repeat(200);
    let text = format!("{parameters}{mappings}Outputs:\n  X:\n    Value: [{calls}]\n");
    let document = parse(&text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let (inputs, memory) = (Inputs::default(), Memory::default());
    let model = Model::new(&template, &inputs, &memory);
    let value = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
    assert!(explore(&model.evaluator, |run| run.value(value).is_some()).complete);
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
    let (inputs, memory) = (Inputs::default(), Memory::default());
    let model = Model::new(&template, &inputs, &memory);
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
