//! Conditions, parameters and values that depend on each other: every combination has the result that it would have alone, and what a
//! template costs grows with its size, counted in steps of the evaluation.

use hipaalint::eval::choices::Candidate;
use hipaalint::eval::inputs::{Inputs, Pinned};
use hipaalint::eval::scenario::{Scenario, Variable};
use hipaalint::eval::{Memory, explore};
use hipaalint::expand::Model;
use hipaalint::finding::{Finding, Outcome};
use hipaalint::linter::{FileReport, Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use hipaalint::syntax::parse;
use hipaalint::template::Template;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const PARAMETERS: usize = 4;
const TEXTS: [&str; 3] = ["a", "b", "c"];

/// A condition over four parameters and the conditions before it.
#[derive(Clone, Debug)]
enum Formula {
    Is(usize, usize),
    Same(usize, usize),
    Earlier(usize),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

impl Formula {
    fn json(&self, own: usize) -> Value {
        let list = |items: &[Self]| Value::from(items.iter().map(|item| item.json(own)).collect::<Vec<_>>());
        match self {
            Self::Is(parameter, text) => json!({"Fn::Equals": [{"Ref": format!("P{parameter}")}, TEXTS[*text]]}),
            Self::Same(one, other) => {
                json!({"Fn::Equals": [{"Ref": format!("P{one}")}, {"Ref": format!("P{other}")}]})
            }
            Self::Earlier(any) if own > 0 => json!({"Condition": format!("C{}", any % own)}),
            Self::Earlier(_) => json!({"Fn::Equals": ["x", "x"]}),
            Self::Not(inner) => json!({"Fn::Not": [inner.json(own)]}),
            Self::And(items) => json!({"Fn::And": list(items)}),
            Self::Or(items) => json!({"Fn::Or": list(items)}),
        }
    }

    /// Whether it holds for these values of the parameters, where these conditions hold.
    fn holds(&self, values: &[usize], earlier: &[bool]) -> bool {
        match self {
            Self::Is(parameter, text) => values[*parameter] == *text,
            Self::Same(one, other) => values[*one] == values[*other],
            Self::Earlier(any) => earlier.is_empty() || earlier[any % earlier.len()],
            Self::Not(inner) => !inner.holds(values, earlier),
            Self::And(items) => items.iter().all(|item| item.holds(values, earlier)),
            Self::Or(items) => items.iter().any(|item| item.holds(values, earlier)),
        }
    }
}

fn formula() -> impl Strategy<Value = Formula> {
    let leaf = prop_oneof![
        (0..PARAMETERS, 0..TEXTS.len()).prop_map(|(parameter, text)| Formula::Is(parameter, text)),
        (0..PARAMETERS, 0..PARAMETERS).prop_map(|(one, other)| Formula::Same(one, other)),
        (0..100usize).prop_map(Formula::Earlier),
        (0..100usize).prop_map(Formula::Earlier),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Formula::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Formula::And),
            prop::collection::vec(inner, 2..4).prop_map(Formula::Or),
        ]
    })
}

/// A rule: where one parameter has a text, another has one of some texts, or two parameters differ.
#[derive(Clone, Debug)]
enum Demand {
    Within(usize, usize, usize, Vec<usize>),
    Differ(usize, usize),
}

impl Demand {
    fn json(&self) -> Value {
        match self {
            Self::Within(of, text, other, texts) => {
                let texts: Vec<&str> = texts.iter().map(|text| TEXTS[*text]).collect();
                json!({
                    "RuleCondition": Formula::Is(*of, *text).json(0),
                    "Assertions": [{"Assert": {"Fn::Contains": [texts, {"Ref": format!("P{other}")}]}}],
                })
            }
            Self::Differ(one, other) => {
                json!({"Assertions": [{"Assert": {"Fn::Not": [Formula::Same(*one, *other).json(0)]}}]})
            }
        }
    }

    fn allows(&self, values: &[usize]) -> bool {
        match self {
            Self::Within(of, text, other, texts) => values[*of] != *text || texts.contains(&values[*other]),
            Self::Differ(one, other) => values[*one] != values[*other],
        }
    }
}

fn demand() -> impl Strategy<Value = Demand> {
    let (parameter, text) = (0..PARAMETERS, 0..TEXTS.len());
    let texts = prop::collection::vec(text.clone(), 1..3);
    prop_oneof![
        4 => (parameter.clone(), text, parameter.clone(), texts)
            .prop_map(|(of, text, other, texts)| Demand::Within(of, text, other, texts)),
        1 => (0..PARAMETERS, 1..PARAMETERS).prop_map(|(one, by)| Demand::Differ(one, (one + by) % PARAMETERS)),
    ]
}

/// The values of the parameters of each combination.
fn combinations() -> impl Iterator<Item = Vec<usize>> {
    (0..TEXTS.len().pow(PARAMETERS as u32))
        .map(|number| (0..PARAMETERS).map(|place| number / TEXTS.len().pow(place as u32) % TEXTS.len()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::cases(256), failure_persistence: None, ..ProptestConfig::default() })]

    /// Each combination of parameters that the rules allow is in one scenario, whose value is the one that the combination has, whatever was
    /// evaluated before and is remembered. Each scenario has such a combination.
    #[test]
    fn every_combination_has_its_own_value(
        formulas in prop::collection::vec(formula(), 2..16),
        asked in prop::collection::vec((0..100usize, 0..100usize), 1..6),
        demands in prop_oneof![Just(Vec::new()), prop::collection::vec(demand(), 1..5)],
    ) {
        let is_allowed = |values: &[usize]| demands.iter().all(|demand| demand.allows(values));
        // Rules that nothing satisfies do not decide anything.
        let is_possible = combinations().any(|values| is_allowed(&values));
        let occurs = |values: &[usize]| !is_possible || is_allowed(values);
        let names = |(one, other): &(usize, usize)| (one % formulas.len(), other % formulas.len());
        let asked: Vec<(usize, usize)> = asked.iter().map(names).collect();
        let conditions: Map<String, Value> = formulas.iter().enumerate().map(|(own, formula)| (format!("C{own}"), formula.json(own))).collect();
        let outputs: Map<String, Value> = asked.iter().enumerate().map(|(number, (one, other))| {
            let value = json!({"Fn::If": [format!("C{one}"), {"Fn::If": [format!("C{other}"), "both", "one"]}, {"Fn::If": [format!("C{other}"), "other", "none"]}]});
            (format!("O{number}"), json!({"Value": value}))
        }).collect();
        let rules = named("R", demands.len(), |number| demands[number].json());
        let parameters: Map<String, Value> = (0..PARAMETERS).map(|number| (format!("P{number}"), json!({"Type": "String", "AllowedValues": TEXTS}))).collect();
        let text = json!({"Parameters": parameters, "Conditions": conditions, "Rules": rules, "Resources": {}, "Outputs": outputs}).to_string();
        let document = parse(&text, SourceId(0)).unwrap();
        let template = Template::new(&document.root);
        let (inputs, memory) = (Inputs::default(), Memory::default());
        let model = Model::new(&template, &inputs, &memory);
        let choices = &model.evaluator.choices;
        for (number, (one, other)) in asked.iter().enumerate() {
            let node = document.root.get("Outputs").unwrap().get(&format!("O{number}")).unwrap().get("Value").unwrap();
            let found = explore(&model.evaluator, |run| run.value(node).and_then(|value| value.text()).unwrap().into_owned());
            prop_assert!(found.complete);
            let mut met = vec![false; found.leaves.len()];
            for values in combinations().filter(|values| occurs(values)) {
                let mut hold = Vec::new();
                for formula in &formulas {
                    let holds = formula.holds(&values, &hold);
                    hold.push(holds);
                }
                let allows = |scenario: &Scenario| values.iter().enumerate().all(|(parameter, value)| {
                    let Some((index, variable)) = choices.by_name(&format!("P{parameter}")) else { return true };
                    let candidate = variable.candidates.iter().position(|candidate| *candidate == Candidate::Known(TEXTS[*value].into())).unwrap();
                    scenario.domain(Variable::Named(index)).is_none_or(|domain| domain.contains(&candidate))
                });
                let of: Vec<usize> = (0..met.len()).filter(|leaf| allows(&found.leaves[*leaf].0)).collect();
                of.iter().for_each(|leaf| met[*leaf] = true);
                let of: Vec<&String> = of.iter().map(|leaf| &found.leaves[*leaf].1).collect();
                let expected = match (hold[*one], hold[*other]) {
                    (true, true) => "both",
                    (true, false) => "one",
                    (false, true) => "other",
                    (false, false) => "none",
                };
                prop_assert!(of == [expected], "{values:?} {of:?} {expected} {text}");
            }
            prop_assert!(met.iter().all(|met| *met), "{met:?} {text}");
        }
    }
}

fn lint(template: &Value) -> FileReport {
    let keep = Keep { undecided: true, passed: true, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::default(), keep).unwrap();
    let report = linter.lint(&Source::new(SourceId(0), "template.json", template.to_string()));
    assert!(report.is_template);
    report
}

/// What a rule says of a resource.
fn of<'r>(report: &'r FileReport, rule: &str, name: &str) -> Vec<&'r Finding> {
    report.findings.iter().filter(|one| &*one.rule == rule && one.subject.name == name).collect()
}

/// A rule that asks about all resources asks whether one exists only if its tags matter.
#[test]
fn whether_other_resources_exist_is_no_choice() {
    let conditions = 12;
    let template = |tagged: Value| {
        let mut all =
            json!({"Parameters": {}, "Conditions": {}, "Resources": {"Site": {"Type": "AWS::Lightsail::Instance"}}});
        for number in 0..conditions {
            let (parameter, condition) = (format!("P{number}"), format!("C{number}"));
            all["Parameters"][&parameter] = json!({"Type": "String", "AllowedValues": ["yes", "no"]});
            all["Conditions"][&condition] = json!({"Fn::Equals": [{"Ref": parameter}, "yes"]});
            let tags = json!([{"Key": "Owner", "Value": {"Ref": parameter}}]);
            all["Resources"][format!("Topic{number}")] =
                json!({"Type": "AWS::SNS::Topic", "Condition": condition, "Properties": {"Tags": tags}});
        }
        all["Resources"]["Records"] = tagged;
        all
    };
    let tags = |value: Value| json!([{"Key": "DataClassification", "Value": value}]);
    let by_choice = json!({"Fn::If": ["C1", "PHI", "none"]});
    for (records, outcome, when) in [
        (json!({"Tags": tags(json!("PHI"))}), Outcome::Fail, Some("when P0 is yes")),
        (json!({"Tags": tags(by_choice)}), Outcome::Fail, Some("when P0 is yes and P1 is yes")),
        (
            json!({"Tags": {"Fn::If": ["C1", tags(json!("PHI")), {"Ref": "AWS::NoValue"}]}}),
            Outcome::Fail,
            Some("when P0 is yes and P1 is yes"),
        ),
        (json!({"Tags": tags(json!("public"))}), Outcome::Pass, None),
        (json!({}), Outcome::Pass, None),
    ] {
        let records = json!({"Type": "AWS::S3::Bucket", "Condition": "C0", "Properties": records});
        let report = lint(&template(records.clone()));
        let found = of(&report, "phi-eligible-service", "Site");
        let found: Vec<_> = found.iter().map(|one| (one.outcome, one.when.as_deref())).collect();
        assert_eq!(found, [(outcome, when)], "{records}");
    }
}

/// Several rules ask for the statements of one policy. Each finds the same, also where a parameter's default is in them.
#[test]
fn rules_about_one_policy_do_not_depend_on_each_other() {
    let template = json!({
        "Parameters": {"Actions": {"Type": "CommaDelimitedList", "Default": "ecr:BatchGetImage,ecr:PutImage"}},
        "Resources": {"Images": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryPolicyText": {"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": {"Ref": "Actions"}},
            {"Effect": "Deny", "Principal": "*", "Action": "ecr:*",
             "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
        ]}}}},
    });
    let report = lint(&template);
    for rule in ["ecr-policy-public", "ecr-policy-foreign-account"] {
        let found: Vec<_> = of(&report, rule, "Images").iter().map(|one| one.outcome).collect();
        assert_eq!(found, [Outcome::Pass], "{rule}");
    }
}

fn named<T>(letter: &str, n: usize, make: impl Fn(usize) -> T) -> Map<String, Value>
where
    Value: From<T>,
{
    (0..n).map(|i| (format!("{letter}{i}"), Value::from(make(i)))).collect()
}

fn parameters(n: usize) -> Map<String, Value> {
    named("P", n, |_| json!({"Type": "String", "AllowedValues": ["a", "b"], "Default": "a"}))
}

/// `C0` and so on, of which each holds if its parameter is `a`.
fn equals(n: usize) -> Map<String, Value> {
    named("C", n, |i| json!({"Fn::Equals": [{"Ref": format!("P{i}")}, "a"]}))
}

fn condition(name: String) -> Value {
    json!({"Condition": name})
}

fn versioned_if(name: &str) -> Value {
    json!({"Type": "AWS::S3::Bucket", "Properties": {
        "VersioningConfiguration": {"Fn::If": [name, {"Status": "Enabled"}, {"Ref": "AWS::NoValue"}]},
    }})
}

/// A template of a size.
type Family = fn(usize) -> Value;

/// With the sizes that show how each grows: past the number of scenarios that a check may have, where there are so many.
const FAMILIES: [(&str, usize, Family); 15] = [
    ("a chain of conditions over one parameter", 24, |n| {
        let chain = |i: usize| match i {
            0 => json!({"Fn::Equals": [{"Ref": "P"}, "a"]}),
            _ if i % 2 == 1 => {
                let not = json!({"Fn::Not": [condition(format!("C{}", i / 2))]});
                json!({"Fn::And": [condition(format!("C{}", i - 1)), not]})
            }
            _ => json!({"Fn::Or": [condition(format!("C{}", i - 1)), condition(format!("C{}", i / 2))]}),
        };
        let resources = named("B", n, |i| versioned_if(&format!("C{}", 9 * n + i)));
        json!({"Parameters": {"P": {"Type": "String"}}, "Conditions": named("C", 10 * n, chain), "Resources": resources})
    }),
    ("a chain that reads a parameter at each step", 150, |n| {
        let mut conditions = equals(n);
        let chain = |i: usize| {
            let before = if i == 0 { "C0".to_owned() } else { format!("A{}", i - 1) };
            json!({"Fn::Or": [condition(before), condition(format!("C{i}"))]})
        };
        conditions.append(&mut named("A", n, chain));
        let resources = named("B", n, |i| versioned_if(&format!("A{}", n - 1 - i)));
        json!({"Parameters": parameters(n), "Conditions": conditions, "Resources": resources})
    }),
    ("a chain of either, but not both", 24, |n| {
        let mut conditions = equals(n);
        let chain = |i: usize| {
            let (one, other) =
                (condition(if i == 0 { "C0".to_owned() } else { format!("X{}", i - 1) }), condition(format!("C{i}")));
            json!({"Fn::Or": [
                {"Fn::And": [one, {"Fn::Not": [other]}]},
                {"Fn::And": [{"Fn::Not": [one]}, other]},
            ]})
        };
        conditions.append(&mut named("X", n, chain));
        let resources = named("B", n, |i| versioned_if(&format!("X{i}")));
        json!({"Parameters": parameters(n), "Conditions": conditions, "Resources": resources})
    }),
    ("conditions of the ten before", 48, |n| {
        let mut conditions = equals(n);
        let wide = |i: usize| {
            let of =
                |j: usize| condition(if i < 10 { format!("C{}", (i * j + j) % n) } else { format!("W{}", i - j - 1) });
            let items: Vec<Value> = (0..10).map(of).collect();
            if i.is_multiple_of(2) { json!({"Fn::Or": items}) } else { json!({"Fn::And": items}) }
        };
        conditions.append(&mut named("W", n, wide));
        let resources = named("B", n, |i| versioned_if(&format!("W{}", n - 1 - i % 8)));
        json!({"Parameters": parameters(n), "Conditions": conditions, "Resources": resources})
    }),
    ("conditions in a circle", 96, |n| {
        let circle = |i: usize| json!({"Fn::And": [condition(format!("C{}", (i + 1) % n)), condition(format!("C{}", i * 7 % n))]});
        let resources = named("B", n, |i| versioned_if(&format!("C{i}")));
        json!({"Conditions": named("C", n, circle), "Resources": resources})
    }),
    ("a policy with a condition for each statement", 24, |n| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"});
        let choice = |i: usize| json!({"Fn::If": [format!("C{i}"), statement, {"Ref": "AWS::NoValue"}]});
        let statements: Vec<Value> = (0..n).map(choice).collect();
        json!({"Parameters": parameters(n), "Conditions": equals(n), "Resources": {
            "B": {"Type": "AWS::S3::Bucket"},
            "Q": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": {"Statement": statements}}},
        }})
    }),
    ("a value for each condition", 24, |n| {
        let texts: Vec<String> = (0..n).map(|i| format!("k{i}")).collect();
        let conditions = named("C", n, |i| json!({"Fn::Equals": [{"Ref": "K"}, format!("k{i}")]}));
        let bucket = |i: usize| {
            json!({"Type": "AWS::S3::Bucket", "Condition": format!("C{i}"), "Properties": {
                "BucketName": {"Fn::If": [format!("C{i}"), "a", {"Ref": "K"}]},
            }})
        };
        json!({"Parameters": {"K": {"Type": "String", "AllowedValues": texts}}, "Conditions": conditions, "Resources": named("B", n, bucket)})
    }),
    ("rules and conditions over the same parameters", 24, |n| {
        let rule = |i: usize| {
            json!({
                "RuleCondition": {"Fn::Equals": [{"Ref": format!("P{i}")}, "a"]},
                "Assertions": [{"Assert": {"Fn::Contains": [["b", "a"], {"Ref": format!("P{}", (i + 1) % n)}]}}],
            })
        };
        let resources = named("B", n, |i| versioned_if(&format!("C{i}")));
        json!({"Parameters": parameters(n), "Conditions": equals(n), "Rules": named("R", n, rule), "Resources": resources})
    }),
    ("choices in choices in a list", 24, |n| {
        let tag = |i: usize| {
            let value = json!({"Fn::If": [format!("C{}", (i + 1) % n), "x", "y"]});
            json!({"Fn::If": [format!("C{i}"), {"Key": format!("k{i}"), "Value": value}, {"Ref": "AWS::NoValue"}]})
        };
        let tags: Vec<Value> = (0..n).map(tag).collect();
        json!({"Parameters": parameters(n), "Conditions": equals(n), "Resources": {
            "B": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": tags}},
        }})
    }),
    ("rows of mappings by one key", 24, |n| {
        let row = |i: usize| json!({"k": {"v": format!("M{}", i + 1)}, "other": {"v": "x"}});
        let bucket = |i: usize| json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::FindInMap": [format!("M{i}"), {"Ref": "K"}, "v"]}}});
        json!({"Parameters": {"K": {"Type": "String"}}, "Mappings": named("M", n, row), "Resources": named("B", n, bucket)})
    }),
    ("outputs with conditions", 24, |n| {
        let mut conditions = equals(n);
        let either = |i: usize| json!({"Fn::Or": [condition(format!("C{i}")), condition(format!("C{}", (i + 1) % n))]});
        conditions.append(&mut named("D", n, either));
        let output = |i: usize| {
            let value = json!({"Fn::If": [format!("C{i}"), {"Ref": format!("P{i}")}, {"Fn::Sub": format!("${{B}}-${{P{i}}}")}]});
            json!({"Condition": format!("D{i}"), "Value": value, "Export": {"Name": {"Fn::Sub": format!("${{P{i}}}-x")}}})
        };
        json!({"Parameters": parameters(n), "Conditions": conditions, "Resources": {"B": {"Type": "AWS::S3::Bucket"}}, "Outputs": named("O", n, output)})
    }),
    ("a text with many variables", 24, |n| {
        let text: String = (0..n).map(|i| format!("${{V{i}}}-")).collect();
        let variables = named("V", n, |i| json!({"Ref": format!("P{i}")}));
        json!({"Parameters": parameters(n), "Resources": {
            "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": [text, variables]}}},
        }})
    }),
    ("a policy as text with a parameter in each statement", 24, |n| {
        let statement =
            |i: usize| format!(r#"{{"Effect":"${{P{i}}}","Principal":"*","Action":"s3:*","Resource":"*"}}"#);
        let statements: Vec<String> = (0..n).map(statement).collect();
        let parameters = named("P", n, |_| json!({"Type": "String", "AllowedValues": ["Allow", "Deny"]}));
        json!({"Parameters": parameters, "Resources": {
            "Q": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "b", "PolicyDocument": {
                "Fn::Sub": format!(r#"{{"Statement":[{}]}}"#, statements.join(",")),
            }}},
        }})
    }),
    ("buckets and policies by names that parameters give", 24, |n| {
        let bucket =
            |i: usize| json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": format!("P{i}")}}});
        let policy = |i: usize| {
            let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"});
            json!({"Type": "AWS::S3::BucketPolicy", "Properties": {
                "Bucket": {"Ref": format!("P{}", (i + 1) % n)}, "PolicyDocument": {"Statement": [statement]},
            }})
        };
        let mut resources = named("B", n, bucket);
        resources.append(&mut named("Q", n, policy));
        json!({"Parameters": parameters(n), "Resources": resources})
    }),
    ("routes with conditions", 24, |n| {
        let mut resources = Map::new();
        for i in 0..n {
            let mut add = |name: String, value: Value| resources.insert(name, value);
            add(format!("S{i}"), json!({"Type": "AWS::EC2::Subnet"}));
            add(format!("T{i}"), json!({"Type": "AWS::EC2::RouteTable"}));
            add(
                format!("A{i}"),
                json!({"Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": {
                    "SubnetId": {"Ref": format!("S{i}")}, "RouteTableId": {"Ref": format!("T{i}")},
                }}),
            );
            add(
                format!("R{i}"),
                json!({"Type": "AWS::EC2::Route", "Condition": format!("C{i}"), "Properties": {
                    "RouteTableId": {"Ref": format!("T{i}")}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1",
                }}),
            );
        }
        let subnets: Vec<Value> = (0..n).map(|i| json!({"Ref": format!("S{i}")})).collect();
        resources.insert("H".into(), json!({"Type": "AWS::RDS::DBSubnetGroup", "Properties": {"SubnetIds": subnets}}));
        resources.insert(
            "D".into(),
            json!({"Type": "AWS::RDS::DBInstance", "Properties": {"DBSubnetGroupName": {"Ref": "H"}}}),
        );
        json!({"Parameters": parameters(n), "Conditions": equals(n), "Resources": resources})
    }),
];

#[test]
fn steps_grow_with_the_choices() {
    let mut complaints = String::new();
    for (name, size, family) in FAMILIES {
        let [small, large] = [size, 4 * size].map(|n| lint(&family(n)).steps);
        assert!(small > 100, "{name}: {small}");
        // Four times as large: 6.1 is an exponent of 1.3.
        if large * 10 > small * 61 {
            complaints += &format!("{name}: {small} steps, and {large} for four times the size\n");
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

/// A chain of a thousand conditions over one parameter has two cases, and both are said.
#[test]
fn a_long_chain_of_conditions_is_decided() {
    let chain = |i: usize| match i {
        0 => json!({"Fn::Equals": [{"Ref": "P"}, "a"]}),
        _ => json!({"Fn::Not": [condition(format!("C{}", i - 1))]}),
    };
    let report = lint(&json!({
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": named("C", 1001, chain),
        "Resources": {"B": versioned_if("C1000"), "D": versioned_if("C999")},
    }));
    for (name, when) in [("B", "when P is not a"), ("D", "when P is a")] {
        let found = of(&report, "s3-bucket-versioning", name);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].outcome, found[0].when.as_deref()), (Outcome::Fail, Some(when)));
    }
}

/// As the bootstrap template of the CDK asks whether a list is empty.
#[test]
fn a_joined_list_is_empty_if_the_list_is() {
    let report = lint(&json!({
        "Parameters": {"Accounts": {"Type": "CommaDelimitedList", "Default": ""}},
        "Conditions": {"C": {"Fn::Not": [{"Fn::Equals": ["", {"Fn::Join": ["", {"Ref": "Accounts"}]}]}]}},
        "Resources": {"B": versioned_if("C")},
    }));
    let found = of(&report, "s3-bucket-versioning", "B");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].outcome, found[0].when.as_deref()), (Outcome::Fail, Some("when Accounts is empty")));
}

/// A condition of a hundred parameters has a hundred and one cases, in one of which the bucket has no versions.
#[test]
fn a_condition_of_many_parameters_is_decided() {
    let mut template = FAMILIES[1].2(100);
    template["Resources"] = json!({"B0": versioned_if("A99")});
    let report = lint(&template);
    let found = of(&report, "s3-bucket-versioning", "B0");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].outcome, Outcome::Fail);
    let when = found[0].when.as_deref().unwrap();
    assert!(
        when.starts_with("when P0 is b and P1 is b and ") && when.ends_with(" and 88 more conditions hold"),
        "{when}"
    );
}

/// What a template's budget does not suffice for is undecided, with the reason.
#[test]
fn the_end_of_the_budget_is_said() {
    let family = FAMILIES.iter().find(|(name, ..)| name.starts_with("buckets and policies")).unwrap().2;
    let report = lint(&family(40));
    let reason = "the template has too many of them to look at all";
    let is_said = |one: &&Finding| one.outcome == Outcome::Undecided && one.message.contains(reason);
    assert!(report.findings.iter().filter(is_said).count() > 10);
    // Checks without choices are what they were.
    for i in 0..40 {
        assert_eq!(of(&report, "s3-bucket-versioning", &format!("B{i}"))[0].outcome, Outcome::Fail);
    }
}
