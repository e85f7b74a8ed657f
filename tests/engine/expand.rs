//! What loops and includes make of a template, and where findings about it point.

use hipaalint::eval::inputs::{Inputs, Pinned};
use hipaalint::expand::expansion::Expansion;
use hipaalint::expand::{Macros, expand};
use hipaalint::finding::{Finding, Level, Outcome};
use hipaalint::linter::{FileReport, Keep, Linter, Loaded};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId, Span};
use hipaalint::syntax::{self, Kind, Node};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A node as flow YAML, near enough to compare.
fn shown(node: &Node<'_>) -> String {
    match &node.kind {
        Kind::Mapping(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, shown(&entry.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Sequence(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::String(text) => text.to_string(),
        Kind::Number(number) => number.text.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::Null => "null".to_owned(),
    }
}

/// Expands a template that has the transform, and shows a section of it with the notes' codes.
fn expanded(template: &str, section: &str) -> (String, Vec<String>) {
    expanded_with(template, section, &[])
}

fn expanded_with(template: &str, section: &str, pinned: &[(&str, &str)]) -> (String, Vec<String>) {
    let text = format!("Transform: AWS::LanguageExtensions\n{template}");
    let document = syntax::parse(&text, SourceId(0)).unwrap();
    let pinned: Pinned = pinned.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let expansion = expand(&document.root, Macros::of(&document), &[], &Inputs::from(pinned));
    let notes = expansion.notes.iter().map(|note| format!("{}: {}", note.code, note.message)).collect();
    (shown(expansion.root.get(section).unwrap()), notes)
}

/// What `Resources` comes to be, where nothing is odd.
fn resources(template: &str) -> String {
    let (resources, notes) = expanded(template, "Resources");
    assert_eq!(notes, Vec::<String>::new(), "{template}");
    resources
}

#[test]
fn a_template_without_loops_is_borrowed() {
    let text =
        "Transform: AWS::LanguageExtensions\nResources: {A: {Type: T, Properties: {P: '${X}', F: {'Fn::Sub': x}}}}";
    let document = syntax::parse(text, SourceId(0)).unwrap();
    let expansion = expand(&document.root, Macros::of(&document), &[], &Inputs::default());
    assert!(matches!(expansion.root, Cow::Borrowed(root) if std::ptr::eq(root, &document.root)));
}

/// One loop, in each place where identifiers are put in.
#[test]
fn identifiers_are_put_in() {
    let cases = [
        // Keys, whole values, and texts.
        ("{'T${N}': {Type: T, Name: !Ref N}}", "{Ta: {Type: T, Name: a}, Tb: {Type: T, Name: b}}"),
        ("{'T${N}': !Sub 'x-${N}'}", "{Ta: x-a, Tb: x-b}"),
        ("{'T${N}': !Sub ['x-${N}', {}]}", "{Ta: {Fn::Sub: [x-a, {}]}, Tb: {Fn::Sub: [x-b, {}]}}"),
        ("{'T${N}': '${N}'}", "{Ta: a, Tb: b}"),
        // What is left stays a function.
        ("{'T${N}': !Sub '${N}-${Other}'}", "{Ta: {Fn::Sub: a-${Other}}, Tb: {Fn::Sub: b-${Other}}}"),
        ("{'T${N}': !Sub '${N}-${!N}'}", "{Ta: {Fn::Sub: a-${!N}}, Tb: {Fn::Sub: b-${!N}}}"),
        ("{'T${N}': !Ref Other}", "{Ta: {Ref: Other}, Tb: {Ref: Other}}"),
        // Names of what other turns, or this one, make.
        (
            "{'T${N}': [!Ref {'Fn::Sub': 'S${N}'}, !GetAtt [!Sub 'S${N}', Arn]]}",
            "{Ta: [{Ref: Sa}, {Fn::GetAtt: [Sa, Arn]}], Tb: [{Ref: Sb}, {Fn::GetAtt: [Sb, Arn]}]}",
        ),
        ("{'T${N}': {DependsOn: 'S${N}'}}", "{Ta: {DependsOn: Sa}, Tb: {DependsOn: Sb}}"),
        // Several resources in each turn.
        ("{'T${N}': 1, 'S${N}': 2}", "{Ta: 1, Sa: 2, Tb: 1, Sb: 2}"),
    ];
    for (body, made) in cases {
        let template = format!("Resources: {{'Fn::ForEach::L': [N, [a, b], {body}]}}");
        assert_eq!(resources(&template), made, "{body}");
    }
}

#[test]
fn collections() {
    let head = "
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'a, b'}
  Open: {Type: CommaDelimitedList}
  One: {Type: String, Default: a}
  Pinned: {Type: String, AllowedValues: [a]}
  Stored: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /names}
  Self: {Type: CommaDelimitedList, Default: !Ref Self}
Mappings:
  M: {eu: {names: [a, b], one: a}, a: {names: [x, y]}, deep: {names: [!FindInMap [M, deep, names]]}}
";
    let none = "{}";
    let cases = [
        ("[a, b]", "{Ta: a, Tb: b}", None),
        ("[1, true]", "{T1: 1, Ttrue: true}", None),
        ("[]", none, None),
        ("!Ref Names", "{Ta: a, Tb: b}", None),
        ("[!Ref One, c]", "{Ta: a, Tc: c}", None),
        ("!FindInMap [M, eu, names]", "{Ta: a, Tb: b}", None),
        ("!FindInMap [M, !Ref Pinned, names]", "{Tx: x, Ty: y}", None),
        ("!FindInMap [M, us, names, {DefaultValue: [c]}]", "{Tc: c}", None),
        ("!Split ['|', 'a|b']", "{Ta: a, Tb: b}", None),
        ("!Ref Open", "", Some("parameter `Open` has no default value")),
        ("!Ref One", "", Some("it is a string, not a list")),
        ("!Ref Stored", "", Some("parameter `Stored` is read from Parameter Store")),
        ("!Ref Self", "", Some("it contains a function, not a string")),
        ("!Ref Missing", "", Some("there is no parameter `Missing`")),
        ("!Ref AWS::NotificationARNs", "", Some("`AWS::NotificationARNs` is known only when the stack is deployed")),
        ("!FindInMap [M, !Ref AWS::Region, names]", "", Some("`AWS::Region` is known only when the stack is deployed")),
        ("!FindInMap [M, us, names]", "", Some("mapping `M` has no entry `us`, `names`")),
        ("!FindInMap [M, deep, names]", "", Some("it contains a function, not a string")),
        ("!GetAtt [A, Names]", "", Some("`Fn::GetAtt` is known only when the stack is deployed")),
        ("[!GetAtt A.Name]", "", Some("`Fn::GetAtt` is known only when the stack is deployed")),
        ("[[a]]", "", Some("one of its items is a list")),
        ("{a: b, c: d}", "", Some("it is a map, not a list")),
        ("a", "", Some("it is a string, not a list")),
    ];
    for (collection, made, unknown) in cases {
        let loop_ = format!("{{Fn::ForEach::L: [N, {collection}, ");
        let template = format!("{head}Resources: {{'Fn::ForEach::L': [N, {collection}, {{'T${{N}}': !Ref N}}]}}");
        let (resources, notes) = expanded(&template, "Resources");
        match unknown {
            None => assert_eq!((resources.as_str(), notes.as_slice()), (made, &[][..]), "{collection}"),
            Some(reason) => {
                let note = format!("loop-unknown: the collection of loop `L` is unknown: {reason}");
                assert_eq!(notes, [note], "{collection}");
                assert!(resources.starts_with("{Fn::ForEach::L: [N, "), "{resources} for {loop_}");
            }
        }
    }
    let pinned = [("Open", "p,q"), ("Names", "r"), ("AWS::Region", "eu")];
    for (collection, made) in [
        ("!Ref Open", "{Tp: p, Tq: q}"),
        ("!Ref Names", "{Tr: r}"),
        ("!FindInMap [M, !Ref AWS::Region, names]", "{Ta: a, Tb: b}"),
    ] {
        let template = format!("{head}Resources: {{'Fn::ForEach::L': [N, {collection}, {{'T${{N}}': !Ref N}}]}}");
        assert_eq!(expanded_with(&template, "Resources", &pinned), (made.to_owned(), Vec::new()), "{collection}");
    }
}

#[test]
fn letters_and_digits_alone_go_into_logical_ids() {
    let template =
        "Resources: {'Fn::ForEach::L': [Ip, [10.0.0.1, a-b], {'R&{Ip}': {Ip: !Ref Ip, T: !Sub '${Ip}/&{Ip}'}}]}";
    assert_eq!(resources(template), "{R10001: {Ip: 10.0.0.1, T: 10.0.0.1/10001}, Rab: {Ip: a-b, T: a-b/ab}}");
}

/// The example of nested loops in the CloudFormation user guide.
#[test]
fn loops_in_loops() {
    let template = "
Resources:
  VPC: {Type: AWS::EC2::VPC}
  Fn::ForEach::SubnetResources:
    - Prefix
    - [Transit, Public]
    - Nacl${Prefix}Subnet: {Vpc: !Ref VPC}
      Fn::ForEach::LoopInner:
        - Suffix
        - [A, B]
        - ${Prefix}Subnet${Suffix}: {Nacl: !Ref {'Fn::Sub': 'Nacl${Prefix}Subnet'}}
";
    assert_eq!(
        resources(template),
        "{VPC: {Type: AWS::EC2::VPC}, \
         NaclTransitSubnet: {Vpc: {Ref: VPC}}, \
         TransitSubnetA: {Nacl: {Ref: NaclTransitSubnet}}, TransitSubnetB: {Nacl: {Ref: NaclTransitSubnet}}, \
         NaclPublicSubnet: {Vpc: {Ref: VPC}}, \
         PublicSubnetA: {Nacl: {Ref: NaclPublicSubnet}}, PublicSubnetB: {Nacl: {Ref: NaclPublicSubnet}}}"
    );
    // What an inner loop goes over may depend on the outer one.
    let template = "
Mappings: {M: {x: {names: [a, b]}, y: {names: [c]}}}
Resources:
  Fn::ForEach::Outer:
    - O
    - [x, y]
    - Fn::ForEach::Inner: [I, !FindInMap [M, !Ref O, names], {'R${O}${I}': 1}]
";
    assert_eq!(resources(template), "{Rxa: 1, Rxb: 1, Ryc: 1}");
}

#[test]
fn loops_in_properties_conditions_and_outputs() {
    let template = "Resources: {R: {Properties: {List: [{Fn::ForEach::P: [N, [a, b], {'K${N}': !Ref N}], Z: 1}]}}}";
    assert_eq!(resources(template), "{R: {Properties: {List: [{Ka: a, Kb: b, Z: 1}]}}}");
    let template = "
Conditions: {Fn::ForEach::C: [N, [a, b], {'Is${N}': !Equals [!Ref P, !Ref N]}]}
Outputs: {Fn::ForEach::O: [N, [a, b], {'Out${N}': {Value: !GetAtt [!Sub 'S${N}', Arn]}}]}
Mappings: {Fn::ForEach::M: [N, [a], {'${N}': {}}]}
Resources: {A: {Type: T}}
";
    let misplaced = "loop-misplaced: loops are not allowed in `Mappings`".to_owned();
    let section = |name: &str| expanded(template, name);
    assert_eq!(
        section("Conditions"),
        ("{Isa: {Fn::Equals: [{Ref: P}, a]}, Isb: {Fn::Equals: [{Ref: P}, b]}}".to_owned(), vec![misplaced])
    );
    assert_eq!(
        section("Outputs").0,
        "{Outa: {Value: {Fn::GetAtt: [Sa, Arn]}}, Outb: {Value: {Fn::GetAtt: [Sb, Arn]}}}"
    );
    assert_eq!(section("Mappings").0, "{Fn::ForEach::M: [N, [a], {${N}: {}}]}");
}

/// The example of the user guide in which each turn has a condition of its own, or none.
#[test]
fn turns_have_conditions_of_their_own() {
    let template = "
Mappings: {Gateway: {Condition: {B: TwoGateways}}}
Resources:
  Fn::ForEach::Gateways:
    - N
    - [A, B]
    - G${N}:
        Type: T
        Condition: !FindInMap [Gateway, Condition, !Ref N, DefaultValue: !Ref AWS::NoValue]
";
    assert_eq!(resources(template), "{GA: {Type: T}, GB: {Type: T, Condition: TwoGateways}}");
}

/// A collection that a parameter chooses gives the iterations of every choice, each under the choice that makes it.
#[test]
fn iterations_of_every_choice() {
    let head = "
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Open: {Type: String, Default: prod}
  Kinds: {Type: CommaDelimitedList, Default: 'a,b', AllowedValues: [a, b, c]}
  Texts: {Type: String, AllowedValues: ['a', 'a|b']}
Mappings:
  M: {dev: {names: [a], name: x}, prod: {names: [a, b], name: y}, odd: {names: {}}}
  N: {us-east-1: {names: [a]}, eu-west-1: {names: [b]}}
  O: {dev: {a: [k]}, prod: {a: [k], b: [l]}}
Conditions: {Is: !Equals [a, a]}
";
    let made = |collection: &str| {
        let body = "{'T${I}': {Type: T}}";
        let text = format!("{head}Resources: {{'Fn::ForEach::L': [I, {collection}, {body}]}}");
        let (resources, notes) = expanded(&text, "Resources");
        (resources, expanded(&text, "Conditions").0, notes)
    };
    let condition = |item: &str| format!("Resources Fn::ForEach::L {item}");
    let block = |item: &str| format!("T{item}: {{Type: T, Condition: {}}}", condition(item));
    let is = |name: &str, value: &str| format!("{{Fn::Equals: [{{Ref: {name}}}, {value}]}}");
    let own = "Is: {Fn::Equals: [a, a]}";
    for (collection, resources, conditions) in [
        // What every choice makes is made always.
        (
            "!FindInMap [M, !Ref Env, names]",
            format!("{{Ta: {{Type: T}}, {}}}", block("b")),
            format!("{{{own}, {}: {}}}", condition("b"), is("Env", "prod")),
        ),
        (
            "[!Ref Env, z]",
            format!("{{{}, {}, Tz: {{Type: T}}}}", block("dev"), block("prod")),
            format!(
                "{{{own}, {}: {}, {}: {}}}",
                condition("dev"),
                is("Env", "dev"),
                condition("prod"),
                is("Env", "prod")
            ),
        ),
        // What one item chooses is independent of the others.
        (
            "[!Ref Env, !Ref Env, prod]",
            format!("{{{}, Tprod: {{Type: T}}}}", block("dev")),
            format!("{{{own}, {}: {{Fn::Or: [{dev}, {dev}]}}}}", condition("dev"), dev = is("Env", "dev")),
        ),
        (
            "[!FindInMap [M, !Ref Env, name]]",
            format!("{{{}, {}}}", block("x"), block("y")),
            format!("{{{own}, {}: {}, {}: {}}}", condition("x"), is("Env", "dev"), condition("y"), is("Env", "prod")),
        ),
        (
            "!FindInMap [N, !Ref AWS::Region, names]",
            format!("{{{}, {}}}", block("a"), block("b")),
            format!(
                "{{{own}, {}: {}, {}: {}}}",
                condition("a"),
                is("AWS::Region", "us-east-1"),
                condition("b"),
                is("AWS::Region", "eu-west-1")
            ),
        ),
        (
            "!Split ['|', !Ref Texts]",
            format!("{{Ta: {{Type: T}}, {}}}", block("b")),
            format!("{{{own}, {}: {}}}", condition("b"), is("Texts", "a|b")),
        ),
        (
            "!Ref Kinds",
            format!("{{{}, {}, {}}}", block("a"), block("b"), block("c")),
            format!(
                "{{{own}, {}: {{Fn::Contains: [{{Ref: Kinds}}, a]}}, {}: {{Fn::Contains: [{{Ref: Kinds}}, b]}}, {}: \
                 {{Fn::Contains: [{{Ref: Kinds}}, c]}}}}",
                condition("a"),
                condition("b"),
                condition("c")
            ),
        ),
    ] {
        assert_eq!(made(collection), (resources, conditions, Vec::new()), "{collection}");
    }
    // A row that is not known leaves the others.
    let (resources, _, notes) = made("!FindInMap [M, !Ref Open, names]");
    assert_eq!(resources, format!("{{Ta: {{Type: T}}, {}}}", block("b")));
    let unknown =
        "loop-unknown: the collection of loop `L` is unknown for some parameters: it contains a map, not a string";
    assert_eq!(notes, [unknown]);
    // A condition of its own, a loop in a loop, properties and outputs.
    let text = format!(
        "{head}Resources:
  Fn::ForEach::L:
    - I
    - !FindInMap [M, !Ref Env, names]
    - Fn::ForEach::K:
        - J
        - !FindInMap [O, !Ref Env, !Ref I]
        - 'T${{I}}${{J}}': {{Type: T, Condition: Is}}
  R: {{Properties: {{Fn::ForEach::P: [I, !FindInMap [M, !Ref Env, names], {{'K${{I}}': !Ref I}}]}}}}
Outputs: {{Fn::ForEach::L: [I, !FindInMap [M, !Ref Env, names], {{'O${{I}}': {{Value: !Ref I}}}}]}}
"
    );
    assert_eq!(
        expanded(&text, "Resources").0,
        "{Tak: {Type: T, Condition: Is}, Tbl: {Type: T, Condition: Resources/Tbl}, R: {Properties: {Ka: a, Kb: {Fn::If: \
         [Resources/R/Properties Fn::ForEach::P b, b, {Ref: AWS::NoValue}]}}}}"
    );
    assert_eq!(expanded(&text, "Outputs").0, "{Oa: {Value: a}, Ob: {Value: b, Condition: Outputs Fn::ForEach::L b}}");
    let conditions = expanded(&text, "Conditions").0;
    let of_both = "Resources/Tbl: {Fn::And: [{Condition: Resources Fn::ForEach::L b}, {Condition: Is}]}";
    assert!(conditions.contains(of_both), "{conditions}");
    // Pinned, there is no choice.
    let text = format!("{head}Resources: {{'Fn::ForEach::L': [I, !FindInMap [M, !Ref Env, names], {{'T${{I}}': 1}}]}}");
    assert_eq!(expanded_with(&text, "Resources", &[("Env", "dev")]), ("{Ta: 1}".to_owned(), Vec::new()));
}

/// Choices of items are independent, those of keys multiply: more of them than anyone deploys are not followed.
#[test]
fn iterations_of_too_many_choices_end() {
    let parameters: String =
        (0..40).map(|n| format!("  P{n}: {{Type: String, AllowedValues: [a{n}, b{n}]}}\n")).collect();
    let items: Vec<String> = (0..40).map(|n| format!("!Ref P{n}")).collect();
    let text = |collection: &str| {
        format!(
            "Parameters:\n{parameters}Resources: {{'Fn::ForEach::L': [N, {collection}, {{'T${{N}}': {{Type: T}}}}]}}"
        )
    };
    let (resources, notes) = expanded(&text(&format!("[{}]", items.join(", "))), "Resources");
    assert_eq!((resources.matches("Type: T").count(), notes), (80, Vec::new()));
    let all: Vec<String> = (0..40).map(|n| format!("${{P{n}}}")).collect();
    let split = format!("!Split ['|', !FindInMap [{}, a, b]]", items[0]);
    let nested =
        items.iter().skip(1).fold(split, |inner, item| format!("!FindInMap [{inner}, {item}, b, DefaultValue: [x]]"));
    for collection in [nested, format!("!Split ['|', !Sub '{}']", all.concat())] {
        let (resources, notes) = expanded(&text(&collection), "Resources");
        assert!(resources.starts_with("{Fn::ForEach::L") && notes.len() == 1, "{notes:?}");
    }
}

/// A condition that a row of a mapping names, another for each choice.
#[test]
fn computed_conditions_of_every_choice() {
    let template = "
Parameters: {Env: {Type: String, AllowedValues: [dev, prod]}}
Mappings: {C: {dev: {A: IsOne}, prod: {A: IsTwo, B: IsTwo}}}
Resources:
  Fn::ForEach::L:
    - N
    - [A, B]
    - G${N}:
        Type: T
        Condition: !FindInMap [C, !Ref Env, !Ref N, DefaultValue: !Ref AWS::NoValue]
";
    let name = |id: &str| format!("Resources/{id}/Condition");
    assert_eq!(
        resources(template),
        format!("{{GA: {{Type: T, Condition: {}}}, GB: {{Type: T, Condition: {}}}}}", name("GA"), name("GB"))
    );
    let is = |value: &str| format!("{{Fn::Equals: [{{Ref: Env}}, {value}]}}");
    assert_eq!(
        expanded(template, "Conditions").0,
        format!(
            "{{{}: {{Fn::Or: [{{Fn::And: [{dev}, {{Condition: IsOne}}]}}, {{Fn::And: [{prod}, {{Condition: IsTwo}}]}}]}}, \
             {}: {{Fn::Or: [{dev}, {{Fn::And: [{prod}, {{Condition: IsTwo}}]}}]}}}}",
            name("GA"),
            name("GB"),
            dev = is("dev"),
            prod = is("prod"),
        )
    );
}

/// Through the linter: a finding names the iteration and the choice, and is a warning where the default does not make it.
#[test]
fn findings_in_iterations_of_other_choices() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters: {Env: {Type: String, AllowedValues: [dev, prod], Default: dev}}
Mappings:
  Units: {dev: {Names: [A]}, prod: {Names: [A, B]}}
  State: {A: {V: Enabled}, B: {V: Suspended}}
Resources:
  Fn::ForEach::Units:
    - Name
    - !FindInMap [Units, !Ref Env, Names]
    - Unit${Name}:
        Type: AWS::S3::Bucket
        Properties: {VersioningConfiguration: {Status: !FindInMap [State, !Ref Name, V]}}
";
    let (_, report) = lint_with("s3-bucket-versioning", text, &[]);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.level, finding.subject.name.as_str(), finding.when.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(found, [(Level::Warning, "UnitB", "for Name = B, when Env is prod")]);
    let always = text.replace("prod: {Names: [A, B]}", "prod: {Names: [A]}");
    assert_eq!(lint_with("s3-bucket-versioning", &always, &[]).1.findings, []);
}

/// A malformed loop stays as it is, and says what is wrong at the place that is.
#[test]
fn malformed_loops_are_noted() {
    let deep = (1..=6).rev().fold("{'R${A1}${A2}${A3}${A4}${A5}${A6}': 1}".to_owned(), |body, level| {
        format!("{{'Fn::ForEach::L{level}': [A{level}, [x], {body}]}}")
    });
    let cases = [
        ("{'Fn::ForEach::L': [N, [a]]}", "loop-malformed", "not a list of three arguments", "[N, [a]]"),
        ("{'Fn::ForEach::L': {N: [a]}}", "loop-malformed", "not a list of three arguments", "{N: [a]}"),
        ("{'Fn::ForEach::L': [[N], [a], {}]}", "loop-malformed", "not an identifier", "[N]"),
        ("{'Fn::ForEach::L': [N, [a], x]}", "loop-malformed", "third argument is not a map", "x"),
        ("{'Fn::ForEach': [N, [a], {}]}", "loop-malformed", "not `Fn::ForEach::` with a name", "'Fn::ForEach'"),
        (
            "{'Fn::ForEach::L': [N, [a], {'Fn::ForEach::K': [N, [b], {}]}]}",
            "loop-malformed",
            "the identifier of an enclosing loop",
            "N",
        ),
        (
            "{'Fn::ForEach::L': [N, [a, b], {Fixed: {Type: T}}]}",
            "loop-duplicate",
            "creates `Fixed` more than once",
            "Fixed",
        ),
        (
            "{A1: 1, 'Fn::ForEach::L': [N, [1], {'A${N}': 2}]}",
            "loop-duplicate",
            "creates `A1` more than once",
            "'A${N}'",
        ),
        (deep.as_str(), "loop-too-deep", "at most 5 nested loops", "'Fn::ForEach::L6'"),
    ];
    for (resources, code, words, at) in cases {
        let text = format!("Transform: AWS::LanguageExtensions\nResources: {resources}");
        let source = Source::new(SourceId(0), "t.yaml", text.clone());
        let document = syntax::parse(&text, SourceId(0)).unwrap();
        let expansion = expand(&document.root, Macros::of(&document), &[], &Inputs::default());
        let [note] = expansion.notes.as_slice() else { panic!("{resources}: {:?}", expansion.notes) };
        assert_eq!((note.code.name(), source.slice(note.span)), (code, at), "{resources}");
        assert!(note.message.contains(words), "{resources}: {}", note.message);
    }
    let text = "Resources: {'Fn::ForEach::L': [N, [a], {'A${N}': 1}]}";
    let document = syntax::parse(text, SourceId(0)).unwrap();
    let expansion = expand(&document.root, Macros::of(&document), &[], &Inputs::default());
    assert_eq!(expansion.notes.iter().map(|note| note.code.name()).collect::<Vec<_>>(), ["loop-without-transform"]);
    assert_eq!(shown(expansion.root.get("Resources").unwrap()), "{Aa: 1}");
}

/// Every text that a node was made from, by the way to the node.
fn spans<'s>(node: &Node<'_>, way: &str, source: &'s Source, found: &mut BTreeMap<String, &'s str>) {
    for entry in node.as_mapping().unwrap_or_default() {
        let way = format!("{way}/{}", entry.key);
        found.insert(format!("{way}#"), source.slice(entry.key_span));
        found.insert(way.clone(), source.slice(entry.value.span));
        spans(&entry.value, &way, source, found);
    }
}

#[test]
fn nodes_keep_their_spans_in_the_body_and_origins_name_the_turns() {
    let text = "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::L:
    - N
    - [a, b]
    - T${N}: {Name: !Ref N, Text: !Sub 'x-${N}'}
";
    let source = Source::new(SourceId(7), "t.yaml", text);
    let document = syntax::parse(text, source.id).unwrap();
    let expansion: Expansion<'_> = expand(&document.root, Macros::of(&document), &[], &Inputs::default());
    let mut found = BTreeMap::new();
    spans(&expansion.root, "", &source, &mut found);
    for name in ["a", "b"] {
        let of = |way: &str| found[&format!("/Resources/T{name}{way}")];
        assert_eq!(of("#"), "T${N}");
        assert_eq!((of("/Name"), of("/Text")), ("!Ref N", "!Sub 'x-${N}'"));
        let origin = expansion.origins.of_block("Resources", &format!("T{name}")).unwrap();
        assert_eq!(origin.written_name, "T${N}");
        let [turn] = origin.iterations.as_slice() else { panic!("one loop") };
        assert_eq!((turn.identifier.as_str(), turn.value.as_str()), ("N", name));
    }
    assert_eq!(expansion.origins.of_block("Resources", "Tc"), None);
}

/// Through the linter, with one rule.
fn lint_with(rule: &str, text: &str, files: &[(&str, &str)]) -> (Source, FileReport) {
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    let linter =
        Linter::new(RuleSet::embedded(), |entry| entry.meta.id == rule, &BTreeMap::new(), Pinned::new(), keep).unwrap();
    let source = Source::new(SourceId(0), "t.yaml", text);
    let report = linter.lint_with(&source, &|location| {
        let found = files.iter().find(|(name, _)| *name == location);
        let (name, text) = found.ok_or("there is no such file")?;
        Ok(Loaded { name: (*name).to_owned(), path: None, text: (*text).to_owned() })
    });
    (source, report)
}

fn versions(text: &str) -> (Source, FileReport) {
    lint_with("s3-bucket-versioning", text, &[])
}

/// A finding as people read it, with what it underlines.
fn said(finding: &Finding, source: &Source) -> String {
    let alike: Vec<&str> = finding.alike.iter().map(|subject| subject.name.as_str()).collect();
    format!("{} at {} [{}]", finding.full_message(), source.slice(finding.span), alike.join(" "))
}

#[test]
fn what_all_turns_share_is_said_once() {
    let text = "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::L:
    - N
    - [a, b, c]
    - Bucket${N}:
        Type: AWS::S3::Bucket
        Properties: {VersioningConfiguration: {Status: Suspended}}
";
    let (source, report) = versions(text);
    assert_eq!(
        report.findings.iter().map(|finding| said(finding, &source)).collect::<Vec<_>>(),
        [
            "Bucket `Bucket${N}` does not have versioning enabled: `Status` is \"Suspended\", for N = a, b or c. at Suspended \
          [Bucketb Bucketc]"
        ]
    );
    assert_eq!(report.findings[0].path, "Resources/Bucketa/Properties/VersioningConfiguration/Status");
    assert_eq!((report.resources, report.counts.failed), (3, 3));
}

#[test]
fn what_one_turn_has_alone_names_that_turn() {
    let text = "Transform: AWS::LanguageExtensions
Mappings: {V: {a: {status: Enabled}, b: {status: Suspended}}}
Resources:
  Fn::ForEach::L:
    - N
    - [a, b]
    - Bucket${N}:
        Type: AWS::S3::Bucket
        Properties: {VersioningConfiguration: {Status: !FindInMap [V, !Ref N, status]}}
";
    let (source, report) = versions(text);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(
        said(finding, &source),
        "Bucket `Bucketb` does not have versioning enabled: `Status` is \"Suspended\", for N = b. \
         at !FindInMap [V, !Ref N, status] []"
    );
    assert_eq!((report.counts.passed, report.counts.failed), (1, 1));
}

/// Turns and choices are named together.
#[test]
fn turns_and_choices() {
    let text = "Transform: AWS::LanguageExtensions
Parameters: {Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Fn::ForEach::L:
    - N
    - [a, b]
    - Bucket${N}:
        Type: AWS::S3::Bucket
        Condition: IsProd
";
    let (_, report) = versions(text);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(finding.when.as_deref(), Some("for N = a or b, when Env is prod"));
}

/// Nothing follows from the absence of what an unknown loop may make; what is written is checked all the same.
#[test]
fn what_an_unknown_loop_makes_is_not_claimed_to_be_absent() {
    let loop_of = |kind: &str| {
        format!(
            "Transform: AWS::LanguageExtensions
Parameters: {{Names: {{Type: CommaDelimitedList}}}}
Resources:
  Bucket: {{Type: AWS::S3::Bucket}}
  Fn::ForEach::L:
    - N
    - !Ref Names
    - R${{N}}: {{Type: '{kind}', Properties: {{Bucket: !Ref N, PolicyDocument: {{}}}}}}
"
        )
    };
    let outcome = |text: &str, rule: &str| {
        let (_, report) = lint_with(rule, text, &[]);
        let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
        assert_eq!(report.resources, 1);
        assert_eq!(report.diagnostics.iter().map(|found| found.code.name()).collect::<Vec<_>>(), ["loop-unknown"]);
        format!("{:?}: {}", finding.outcome, finding.message)
    };
    let policies = outcome(&loop_of("AWS::S3::BucketPolicy"), "s3-bucket-tls-only");
    assert!(policies.starts_with("Undecided: "), "{policies}");
    assert!(policies.contains("a loop, macro or module creates unknown resources"), "{policies}");
    let queues = outcome(&loop_of("AWS::SQS::Queue"), "s3-bucket-tls-only");
    assert!(queues.starts_with("Fail: "), "{queues}");
    let versions = outcome(&loop_of("AWS::S3::BucketPolicy"), "s3-bucket-versioning");
    assert!(versions.starts_with("Fail: "), "{versions}");
}

/// A module may hold the policy of a bucket beside it. So may what a tool puts in the place of a type that is none.
#[test]
fn what_a_module_makes_is_not_claimed_to_be_absent() {
    let outcome = |kind: &str| {
        let text = format!("Resources: {{Bucket: {{Type: AWS::S3::Bucket}}, Guard: {{Type: {kind}}}}}\n");
        let (_, report) = lint_with("s3-bucket-tls-only", &text, &[]);
        let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
        (finding.outcome, finding.message.contains("a loop, macro or module creates unknown resources"))
    };
    for kind in ["My::S3::Policy::MODULE", "bucket-policy.yaml", "{Own::Module: bucket-policy.yaml}"] {
        assert_eq!(outcome(kind), (Outcome::Undecided, true), "{kind}");
    }
    for kind in ["My::S3::Policy", "Custom::Module", "AWS::SQS::Queue"] {
        assert_eq!(outcome(kind), (Outcome::Fail, false), "{kind}");
    }
}

/// A macro of the author's own gets the whole template, all resources, or one resource, and may add to it: what is missing there may be
/// what it adds. What is written there stays judged, and AWS's transforms are known.
#[test]
fn what_a_macro_may_add_is_not_claimed_to_be_absent() {
    let outcomes = |rule: &str, text: &str| -> Vec<Outcome> {
        let (_, report) = lint_with(rule, text, &[]);
        report.findings.iter().map(|finding| finding.outcome).collect()
    };
    let bucket = "Bucket: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {}}}";
    let own = [
        format!("Transform: Count\nResources: {{{bucket}}}"),
        format!("Transform: [AWS::LanguageExtensions, Count]\nResources: {{{bucket}}}"),
        format!("Transform: [{{Name: Count, Parameters: {{}}}}, AWS::Serverless-2016-10-31]\nResources: {{{bucket}}}"),
        format!("Transform: '111122223333::Count'\nResources: {{{bucket}}}"),
        r#"{"Transform": ["Count"], "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}"#.to_owned(),
        format!("Resources: {{{bucket}, 'Fn::Transform': {{Name: Count}}}}"),
    ];
    for text in &own {
        for rule in ["s3-bucket-versioning", "s3-bucket-tls-only", "s3-bucket-public-access-block", "tags-required"] {
            let found = outcomes(rule, text);
            assert!(!found.is_empty() && found.iter().all(|outcome| *outcome == Outcome::Undecided), "{rule} {text}");
        }
        assert_eq!(outcomes("s3-bucket-public-acl", text), [], "{text}");
    }
    let of_aws = [
        format!("Transform: AWS::LanguageExtensions\nResources: {{{bucket}}}"),
        format!("Transform: [AWS::SecretsManager-2024-09-16, AWS::Serverless-2016-10-31]\nResources: {{{bucket}}}"),
        format!("Resources: {{{bucket}}}"),
    ];
    for text in &of_aws {
        for rule in ["s3-bucket-versioning", "s3-bucket-tls-only", "s3-bucket-public-access-block", "tags-required"] {
            assert_eq!(outcomes(rule, text), [Outcome::Fail], "{rule} {text}");
        }
    }
    // One that a resource calls gets the resource and what is below it, and nothing else.
    let one = "Resources:
  Bucket: {Type: AWS::S3::Bucket, 'Fn::Transform': {Name: Count}, Properties: {VersioningConfiguration: {}}}
  Other: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {}}}";
    assert_eq!(outcomes("s3-bucket-versioning", one), [Outcome::Fail, Outcome::Undecided]);
    let included = "Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://parts/a.yaml'}}
    Properties: {VersioningConfiguration: {}}";
    assert_eq!(outcomes("s3-bucket-versioning", included), [Outcome::Fail]);
    // What the template sets is what its author means.
    let written = "Transform: Count
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicRead, VersioningConfiguration: {Status: Suspended}}}
  Block: {Type: AWS::S3::Bucket, Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: false}}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: true}}";
    for rule in ["s3-bucket-public-acl", "rds-public-access"] {
        assert_eq!(outcomes(rule, written), [Outcome::Fail], "{rule}");
    }
    assert_eq!(outcomes("s3-bucket-versioning", written), [Outcome::Fail, Outcome::Undecided]);
    let (source, report) = lint_with("s3-bucket-public-access-block", written, &[]);
    let failed = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    let failed: Vec<String> = failed.map(|finding| said(finding, &source)).collect();
    assert_eq!(
        failed,
        ["Bucket `Block` does not block all public access: `BlockPublicAcls` is false. at false []"],
        "only what is written"
    );
}

#[test]
fn findings_point_into_included_files() {
    let text = "Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/bucket.yaml}}
  Other:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/off.json}}}
";
    let files = [
        ("parts/bucket.yaml", "Bucket:\n  Type: AWS::S3::Bucket\n"),
        ("parts/off.json", "{\"Status\": \"Suspended\"}"),
    ];
    let (_, report) = lint_with("s3-bucket-versioning", text, &files);
    assert_eq!(report.diagnostics, []);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|finding| {
            let file = report.included.iter().find(|file| file.id == finding.span.source).unwrap();
            (finding.path.as_str(), file.name.as_str(), file.slice(finding.span))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("Resources/Bucket", "parts/bucket.yaml", "Bucket"),
            ("Resources/Other/Properties/VersioningConfiguration/Status", "parts/off.json", "\"Suspended\""),
        ]
    );
}

/// Sections may be included as well.
#[test]
fn a_whole_template_includes_sections() {
    let text = "Transform: [{Name: AWS::Include, Parameters: {Location: resources.yaml}}]\nOutputs: {}\n";
    let (_, report) =
        lint_with("s3-bucket-versioning", text, &[("resources.yaml", "Resources: {B: {Type: AWS::S3::Bucket}}")]);
    assert!(report.is_template);
    assert_eq!((report.resources, report.counts.failed), (1, 1));
}

#[test]
fn what_cannot_be_included_is_noted_and_nothing_is_claimed() {
    let many = format!("{}{}", "[".repeat(198), "]".repeat(198));
    let deep = format!("{{\"Deep\": {many}}}");
    let files = [
        ("list.yaml", "[1]"),
        ("nests.yaml", "Fn::Transform: {Name: AWS::Include, Parameters: {Location: x.yaml}}"),
        ("self.yaml", "Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./self.yaml}}"),
        ("deep.json", deep.as_str()),
    ];
    let cases = [
        ("s3://bucket/part.yaml", "`s3://bucket/part.yaml` is not included: it is not a local file"),
        ("/etc/passwd", "`/etc/passwd` is not included: it is not a local file"),
        ("'C:\\part.yaml'", "`C:\\part.yaml` is not included: it is not a local file"),
        ("none.yaml", "`none.yaml` is not included: there is no such file"),
        ("list.yaml", "`list.yaml` is not included: the file contains a list, not a map"),
        (
            "nests.yaml",
            "`nests.yaml` is not included: the file includes other files, which CloudFormation does not \
                        allow",
        ),
        ("self.yaml", "`self.yaml` is not included: the file includes itself"),
        ("deep.json", "`deep.json` is not included: the result has lists and maps nested more than 200 levels deep"),
        ("!Ref Where", "this is not included: its location is known only when the stack is deployed"),
    ];
    for (location, message) in cases {
        let text = format!(
            "Resources:
  B: {{Type: AWS::S3::Bucket, Properties: {{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {location}}}}}}}}}"
        );
        let (_, report) = lint_with("s3-bucket-versioning", &text, &files);
        let notes: Vec<_> = report.diagnostics.iter().map(|note| (note.code.name(), note.message.as_str())).collect();
        assert_eq!(notes, [("include-unknown", message)], "{location}");
        let help = match location {
            "self.yaml" => "Remove the `AWS::Include` of the file in the file itself.",
            "nests.yaml" => "Include those files in the template, or copy their content into this one.",
            "list.yaml" => "Write keys with values in the file.",
            "deep.json" => "Nest less in the file, or include it further out.",
            _ => {
                "Set `Location` to a file in the template's folder or below it. The content of other files is not checked."
            }
        };
        assert_eq!(report.diagnostics[0].help, help, "{location}");
        assert_eq!((report.counts.failed, report.counts.undecided), (0, 1), "{location}");
    }
    // A file that is there but cannot be parsed is an error of that file.
    let text = "Resources: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: broken.json}}}";
    let (_, report) = lint_with("s3-bucket-versioning", text, &[("broken.json", "{\"a\": [}")]);
    let found: Vec<_> = report.diagnostics.iter().map(|found| (found.code.name(), found.file.as_str())).collect();
    assert_eq!(found, [("include-unknown", "t.yaml"), ("syntax-error", "broken.json")]);
}

/// Loops that would make more than any template may hold are left alone, quickly.
#[test]
fn hostile_loops_end_quickly() {
    let items = (0..1000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let nested = |innermost: &str| {
        let body = (1..=5).rev().fold(innermost.to_owned(), |body, level| {
            format!("{{'Fn::ForEach::L{level}': [A{level}, [{items}], {body}]}}")
        });
        format!("Transform: AWS::LanguageExtensions\nResources: {body}")
    };
    let long = "x".repeat(1 << 20);
    let flat = |items: &str, body: &str| {
        format!("Transform: AWS::LanguageExtensions\nResources: {{'Fn::ForEach::L': [N, [{items}], {body}]}}")
    };
    let cases = [
        nested("{'R${A1}x${A2}x${A3}x${A4}x${A5}': {Type: 'AWS::S3::Bucket'}}"),
        nested("{}"),
        nested("{'Fn::ForEach::L6': []}"),
        nested("{'Fn::ForEach::L6': [A6, !GetAtt A.B, {}]}"),
        // One long text, many times.
        flat(&format!("{long},{items}"), &format!("{{'R${{N}}': '${{N}}{long}'}}")),
        flat(&format!("{long}a,{long}b"), &format!("{{'R${{N}}': [{}]}}", vec!["!Ref N"; 10_000].join(","))),
        flat(&format!("{long}a"), &format!("{{'R${{N}}': '{}'}}", "${N}".repeat(10_000))),
    ];
    for text in cases {
        let start = Instant::now();
        let document = syntax::parse(&text, SourceId(0)).unwrap();
        let parsed = start.elapsed();
        let expansion = expand(&document.root, Macros::of(&document), &[], &Inputs::default());
        let spent = start.elapsed() - parsed;
        let codes: Vec<_> = expansion.notes.iter().map(|note| note.code.name()).collect();
        let shown = &text[..text.len().min(120)];
        assert!(codes.contains(&"loop-too-large"), "{codes:?} for {shown}");
        assert!(spent < Duration::from_secs(3), "{spent:?} for {shown}");
        assert_eq!(expansion.origins.of_block("Resources", "R0x0x0x0x0"), None);
    }
}

/// A loop makes as many resources as CloudFormation could take, and more; not as many as checks could not.
#[test]
fn loops_make_a_bounded_number_of_resources() {
    let made = |turns: usize| {
        let items = (0..turns).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        let (resources, notes) =
            expanded(&format!("Resources: {{'Fn::ForEach::L': [N, [{items}], {{'R${{N}}': {{}}}}]}}"), "Resources");
        (resources.matches(": {}").count(), notes.len())
    };
    assert_eq!(made(500), (500, 0));
    assert_eq!(made(1000), (1000, 0));
    assert_eq!(made(1001), (1, 1), "the body alone");
}

/// Where spans lie in another source than the map around them, places are found all the same.
#[test]
fn spans_carry_their_source() {
    let (_, report) = lint_with(
        "s3-bucket-versioning",
        "Resources: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: a}}}",
        &[("a", "B: {Type: AWS::S3::Bucket}")],
    );
    assert_eq!(report.findings[0].span, Span::new(SourceId(1), 0, 1));
}
