//! Values as CloudFormation would compute them. Each row is one call, evaluated as it is written, in its long form and in
//! JSON; the expected value is the one that CloudFormation's documentation gives.

mod bounds;
mod conditions;
mod functions;
mod parameters;
mod reasons;
mod rows;

use hipaalint::eval::inputs::{Inputs, Pinned};
use hipaalint::eval::value::{Content, Kind, Origin, Part, Value, placeholder};
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Node, parse};
use hipaalint::template::Template;

/// What most rows are evaluated in; the row's value is the value of the output `X`.
const HEAD: &str = r#"
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Tier: {Type: String, AllowedValues: ["0", "1"]}
  Route: {Type: String, AllowedValues: [a/b, c]}
  Name: {Type: String, Default: records}
  Free: {Type: String}
  Days: {Type: Number, Default: 7}
  Count: {Type: Number}
  Vpc: {Type: "AWS::EC2::VPC::Id"}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
  Ports: {Type: List<Number>, Default: "80,20"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /app/name}
  StoredName: {Type: "AWS::SSM::Parameter::Name", Default: /app/name}
  Compared: {Type: String, Default: "no"}
Mappings:
  Sizes:
    dev: {Days: 1, Names: [x, y], Flag: true}
    test: {Days: 2}
    prod: {Days: 30}
  Names:
    sizes: {Map: Sizes, Key: dev}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Equals [!Ref Env, dev]
  NotProd: !Not [!Condition IsProd]
  Chosen: !Equals [!Ref Compared, "yes"]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition Chosen]
  Loop: !Not [!Condition Loop]
  Always: !Equals [a, a]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Chosen: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Free}}
  Managed: {Type: AWS::EC2::VPC, Properties: {Ipv4IpamPoolId: pool}}
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Network, CidrBlock: !Select [1, !Cidr [!GetAtt Network.CidrBlock, 2, 8]]}
  One: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !GetAtt Two.CidrBlock}}
  Two: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !GetAtt One.CidrBlock}}
Outputs:
  X:
    Value: "#;

/// Writes a value out: texts in quotes with unsettled parts as `${Env}`, unknown results as `<Fn::Join>`.
fn show(value: &Value<'_>) -> String {
    let part = |part: &Part<'_>| match (&part.content, &part.origin) {
        (Content::Known(text), _) => text.to_string(),
        (_, Origin::Malformed(name)) => format!("<malformed {name}>"),
        (_, Origin::Parameter(_) | Origin::Pseudo(_) | Origin::Resource { .. } | Origin::Dynamic { .. }) => {
            placeholder(&part.origin)
        }
        (_, origin) => format!("<{}>", placeholder(origin)),
    };
    match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.text.to_string(),
        Kind::String(text) => format!("\"{text}\""),
        Kind::Text(parts) => format!("\"{}\"", parts.iter().map(part).collect::<String>()),
        Kind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Kind::Map(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}: {}", field.key, show(&field.value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// Evaluates the output `X` of a template; one line for each scenario: `value`, or `value when choices`.
fn outcomes(text: &str, pinned: &[(&str, &str)]) -> Vec<String> {
    let document = parse(text, SourceId(0)).unwrap();
    let template = Template::new(&document.root);
    let pinned: Pinned = pinned.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let memory = Memory::default();
    let inputs = Inputs::from(pinned);
    let model = Model::new(&template, &inputs, &memory);
    let node = document.root.get("Outputs").unwrap().get("X").unwrap().get("Value").unwrap();
    let exploration = explore(&model.evaluator, |run| match run.value(node).cloned() {
        Some(value) => show(&run.settled(value)),
        None => "nothing".to_owned(),
    });
    assert!(exploration.complete);
    let infeasible = exploration.infeasible;
    exploration
        .leaves
        .into_iter()
        .map(|(scenario, value)| match model.evaluator.describe(std::slice::from_ref(&scenario), &infeasible) {
            Some(when) => format!("{value} when {when}"),
            None => value,
        })
        .collect()
}

/// A document as JSON, functions in their long form.
fn json(node: &Node<'_>) -> serde_json::Value {
    match &node.kind {
        syntax::Kind::Null => serde_json::Value::Null,
        syntax::Kind::Bool(value) => (*value).into(),
        syntax::Kind::Number(number) => serde_json::from_str(&number.text).unwrap(),
        syntax::Kind::String(text) => text.as_ref().into(),
        syntax::Kind::Sequence(items) => items.iter().map(json).collect(),
        syntax::Kind::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.to_string(), json(&entry.value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// Holds a template's outcomes as it is written, in JSON, and in YAML with every function in its long form.
fn template(text: &str, pinned: &[(&str, &str)], expected: &[&str]) {
    let long = json(&parse(text, SourceId(0)).unwrap().root).to_string();
    for form in [text, &long, &format!("# YAML\n{long}")] {
        assert_eq!(outcomes(form, pinned), expected, "{}", form.rsplit("Outputs").next().unwrap());
    }
}

/// A value as it can stand behind a key: a long form gets its braces.
fn inline(value: &str) -> String {
    if value.starts_with("'Fn::") { format!("{{{value}}}") } else { value.to_owned() }
}

/// Holds rows of a value and its outcomes, in [`HEAD`].
fn table(rows: &[(&str, &[&str])]) {
    for (value, expected) in rows {
        template(&format!("{HEAD}{}\n", inline(value)), &[], expected);
    }
}

/// The same, with `AWS::LanguageExtensions`.
fn extended(rows: &[(&str, &[&str])]) {
    for (value, expected) in rows {
        template(&format!("Transform: AWS::LanguageExtensions\n{HEAD}{}\n", inline(value)), &[], expected);
    }
}

/// The same, with pinned values.
fn pinned(pinned: &[(&str, &str)], rows: &[(&str, &[&str])]) {
    for (value, expected) in rows {
        template(&format!("{HEAD}{}\n", inline(value)), pinned, expected);
    }
}
