//! Why a value is not known, as people are told.

use super::HEAD;
use hipaalint::eval::inputs::Inputs;
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::source::SourceId;
use hipaalint::syntax::parse;
use hipaalint::template::Template;

#[test]
fn the_reason_names_what_somebody_can_tell() {
    let reasons = |value: &str| {
        let text = format!("{HEAD}{value}\n");
        let document = parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let node = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
        let exploration = explore(&model.evaluator, |run| {
            let value = run.value(node).unwrap();
            run.decide(&[value], &|_| hipaalint::truth::Truth::Unknown);
            run.reasons().join("; ")
        });
        exploration.leaves.into_iter().map(|(_, reasons)| reasons).collect::<Vec<_>>()
    };
    for (value, expected) in [
        ("!Sub 'arn:${AWS::Partition}:iam::${Free}:root'", "the value of parameter `Free` is unknown"),
        ("!Split [',', !Ref Free]", "the value of parameter `Free` is unknown"),
        ("!Select [1, !Split [',', !Ref Free]]", "the value of parameter `Free` is unknown"),
        ("!Split [',', !ImportValue Zones]", "the result of `Fn::Split` is unknown"),
        ("!Equals [a, b]", "`Fn::Equals` is a condition function and has no value in Resources or Outputs"),
        ("!Not [!Equals [a, b]]", "`Fn::Not` is a condition function and has no value in Resources or Outputs"),
        ("{'Fn::Contains': [[a], a]}", "`Fn::Contains` is a rule function and has no value in Resources or Outputs"),
        ("{'Fn::Upper': [a]}", "`Fn::Upper` is not a function of CloudFormation"),
        ("!Sub 'x-${Nobody}'", "the value refers to `Nobody`, which the template does not declare"),
        ("!Sub 'arn:${AWS::Partition}:s3:::x'", "`AWS::Partition` is known only when the stack is deployed"),
    ] {
        assert_eq!(reasons(value), [expected], "{value}");
    }
}
