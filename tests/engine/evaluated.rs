//! The values of templates by the library: at a path, at a byte as editors ask, in every spelling, and in bounded time.

use hipaalint::evaluated::{At, Content, Evaluation, FromKind, Piece, Value, evaluate};
use hipaalint::source::{Source, SourceId};
use std::time::{Duration, Instant};

fn source(text: &str) -> Source {
    Source::new(SourceId(0), "app.yaml", text)
}

fn at(text: &str, at: At<'_>) -> Evaluation {
    let inputs = Default::default();
    evaluate(&source(text), &|_| Err("no file".to_owned()), &inputs, at).unwrap()
}

/// `Enabled when Env is prod; (absent) when …`.
fn shown(value: &Value) -> String {
    let alternatives = value.alternatives.iter().map(|one| {
        let content = one.content.as_ref().map_or("(absent)".to_owned(), Content::display);
        one.when.as_ref().map_or(content.clone(), |when| format!("{content} when {when}"))
    });
    alternatives.collect::<Vec<_>>().join("; ")
}

fn path(text: &str, path: &str) -> String {
    let evaluation = at(text, At::Path(path));
    let texts: Vec<String> = evaluation.parts.iter().map(|part| shown(&part.value)).collect();
    texts.join(" | ")
}

/// The path and value at the first place of a text.
fn place(text: &str, word: &str) -> Vec<String> {
    let offset = u32::try_from(text.find(word).unwrap()).unwrap();
    let evaluation = at(text, At::Offset(offset));
    evaluation.parts.iter().map(|part| format!("{} = {}", part.value.path, shown(&part.value))).collect()
}

const TEMPLATE: &str = "\
Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, test, prod] }
  Vpc: { Type: String, Default: '' }
Mappings:
  Sizes: { dev: { Class: small }, test: { Class: small }, prod: { Class: large } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  HasVpc: !Not [!Equals [!Ref Vpc, '']]
  Never: !Equals [a, b]
Resources:
  Records:
    Type: AWS::S3::Bucket
    Condition: HasVpc
    Properties:
      Size: !FindInMap [Sizes, !Ref Env, Class]
      Vpc: !If [HasVpc, !Ref Vpc, none]
      Same: !If [IsProd, equal, equal]
      VersioningConfiguration: !If [IsProd, { Status: Enabled }, { Status: Suspended, Mfa: x }]
      Rules:
        - !If [IsProd, { Id: first, Days: 1 }, !Ref AWS::NoValue]
        - Id: !Sub '${Env}-second'
          Nested: !If [IsProd, !If [HasVpc, [a, b], [c]], !Ref AWS::NoValue]
      List: !Split [',', 'x,y']
      Unknown: !GetAtt Other.Arn
      Text: !Sub 'a ${AWS::AccountId} ${!Literal}'
  Other: { Type: AWS::SNS::Topic, Condition: Never, Properties: { TopicName: t } }
";

#[test]
fn paths_lead_through_choices() {
    let when = "Vpc is not empty";
    for (to, expected) in [
        (
            "Records/Properties/Size",
            format!(
                "small when {when} and Env is dev or test; large when {when} and Env is prod; (absent) when Vpc is empty"
            ),
        ),
        // A resource that exists has a VPC.
        ("Resources/Records/Properties/Vpc", format!("${{Vpc}} when {when}; (absent) when Vpc is empty")),
        ("Records/Properties/Same", format!("equal when {when}; (absent) when Vpc is empty")),
        (
            "Records/Properties/VersioningConfiguration/Mfa",
            format!("x when {when} and Env is dev or test; (absent) when Env is prod, or Vpc is empty"),
        ),
        (
            "Records/Properties/Rules/0/Days",
            format!("1 when {when} and Env is prod; (absent) when Env is dev or test, or Vpc is empty"),
        ),
        (
            "Records/Properties/Rules/1/Nested/1",
            format!("b when {when} and Env is prod; (absent) when Env is dev or test, or Vpc is empty"),
        ),
        ("Records/Properties/List/1", format!("y when {when}; (absent) when Vpc is empty")),
        ("Records/Properties/Unknown", format!("${{Other.Arn}} when {when}; (absent) when Vpc is empty")),
        (
            "Records/Properties/Text",
            format!("a ${{AWS::AccountId}} ${{!Literal}} when {when}; (absent) when Vpc is empty"),
        ),
        ("Other/Properties/TopicName", "(absent)".to_owned()),
        ("Conditions/IsProd", "false when Env is dev or test; true when Env is prod".to_owned()),
        ("Parameters/Env", "dev when Env is dev; test when Env is test; prod when Env is prod".to_owned()),
    ] {
        assert_eq!(path(TEMPLATE, to), expected, "{to}");
    }
}

#[test]
fn a_path_that_leads_nowhere_names_what_is_near() {
    for (to, step, parent, nearest) in [
        ("Records/Properties/Siz", "Siz", "Resources/Records/Properties", Some("Size")),
        ("Recrds/Properties", "Recrds", "", Some("Records")),
        ("Resources/Recrds", "Recrds", "Resources", Some("Records")),
        ("Records/Properties/Rules/2", "2", "Resources/Records/Properties/Rules", None),
        ("Records/Properties/Rules/0/Dys", "Dys", "Resources/Records/Properties/Rules/0", Some("Days")),
        ("", "", "", None),
    ] {
        let missing = at(TEMPLATE, At::Path(to)).missing.unwrap();
        assert_eq!((missing.step.as_str(), missing.parent.as_str()), (step, parent), "{to}");
        assert_eq!(missing.nearest.as_deref(), nearest, "{to}");
    }
}

#[test]
fn the_cursor_finds_the_value_around_it() {
    let one = |word: &str| match place(TEMPLATE, word).as_slice() {
        [only] => only.clone(),
        other => panic!("{word}: {other:?}"),
    };
    for word in ["Sizes, !Ref", "Ref Env, Class", "Class]", "Size: !F"] {
        assert!(one(word).starts_with("Resources/Records/Properties/Size = small when"), "{word}: {}", one(word));
    }
    // A branch with entries of its own, and one without.
    let status = "Resources/Records/Properties/VersioningConfiguration/Status = ";
    assert_eq!(
        one("Status: Suspended"),
        format!(
            "{status}Suspended when Vpc is not empty and Env is dev or test; Enabled when Vpc is not empty and Env is prod; (absent) when Vpc is empty"
        )
    );
    assert!(one("equal, equal").starts_with("Resources/Records/Properties/Same = "));
    assert!(one("Days").starts_with("Resources/Records/Properties/Rules/0/Days = "));
    assert!(one("a, b], [c]").starts_with("Resources/Records/Properties/Rules/1/Nested/0 = "), "{}", one("a, b], [c]"));
    assert_eq!(
        one("HasVpc\n    Properties"),
        "Conditions/HasVpc = false when Vpc is empty; true when Vpc is not empty"
    );
    assert!(one("IsProd: ").starts_with("Conditions/IsProd = "));
    assert!(one("Env: {").starts_with("Parameters/Env = "));
    assert!(one("Records:").starts_with("Resources/Records = "));
    assert_eq!(place(TEMPLATE, "Mappings"), Vec::<String>::new());
    let end = u32::try_from(TEMPLATE.len()).unwrap();
    for offset in [end, end + 10, u32::MAX] {
        assert!(at(TEMPLATE, At::Offset(offset)).parts.is_empty());
    }
}

/// Everywhere in a text, something is found or nothing; what is found is at a path that leads there, too.
#[test]
fn every_byte_has_a_place() {
    for offset in 0..u32::try_from(TEMPLATE.len()).unwrap() {
        for part in at(TEMPLATE, At::Offset(offset)).parts {
            let found = at(TEMPLATE, At::Path(&part.value.path));
            let [same] = found.parts.as_slice() else { panic!("{offset}: {}", part.value.path) };
            assert_eq!(shown(&same.value), shown(&part.value), "{offset}");
        }
    }
}

#[test]
fn loops_and_sam_have_a_part_for_each_iteration() {
    let text = "\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Alpha, Beta]
    - Queue${Name}: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'q-${Name}' } }
  Import:
    Type: AWS::Serverless::Function
    Properties: { Handler: index.handler, Runtime: python3.13, CodeUri: s3://bucket/key?versionId=1, MemorySize: 128 }
";
    assert_eq!(
        place(text, "q-${Name}"),
        ["Resources/QueueAlpha/Properties/QueueName = q-Alpha", "Resources/QueueBeta/Properties/QueueName = q-Beta"]
    );
    assert_eq!(place(text, "MemorySize"), ["Resources/Import/Properties/MemorySize = 128"]);
    assert_eq!(place(text, "s3://"), ["Resources/Import/Properties/CodeUri = s3://bucket/key?versionId=1"]);
    assert_eq!(path(text, "Import/Properties/Code/S3Bucket"), "bucket");
    assert_eq!(path(text, "Import/Properties/Code/S3Key"), "key");
    assert_eq!(path(text, "Import/Properties/Code/S3ObjectVersion"), "1");
}

#[test]
fn origins_follow_what_is_taken() {
    let value = |to: &str| at(TEMPLATE, At::Path(to)).parts.remove(0).value;
    let size = value("Records/Properties/Size");
    let names: Vec<(FromKind, &str)> =
        size.alternatives[1].from.iter().map(|from| (from.kind, from.name.as_str())).collect();
    assert_eq!(
        names,
        [
            (FromKind::Condition, "HasVpc"),
            (FromKind::Parameter, "Vpc"),
            (FromKind::Mapping, "Sizes/prod/Class"),
            (FromKind::Parameter, "Env")
        ]
    );
    let unknown = value("Records/Properties/Unknown");
    assert_eq!(unknown.alternatives[0].from.last().unwrap().name, "Other.Arn");
    let Some(Content::Parts(pieces)) = &unknown.alternatives[0].content else { panic!("{unknown:?}") };
    assert!(matches!(pieces.as_slice(), [Piece::Unknown { reason, .. }] if reason.contains("known only when")));
}

/// The same values in every spelling.
#[test]
fn json_has_the_same_values() {
    let json = r#"{"Parameters": {"Env": {"Type": "String", "AllowedValues": ["dev", "prod"]}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
        "Resources": {"R": {"Type": "AWS::S3::Bucket", "Properties": {
            "A": {"Fn::If": ["IsProd", {"Status": "Enabled"}, {"Ref": "AWS::NoValue"}]},
            "B": {"Fn::Join": ["-", ["x", {"Ref": "Env"}]]}}}}}"#;
    assert_eq!(path(json, "R/Properties/A/Status"), "(absent) when Env is dev; Enabled when Env is prod");
    assert_eq!(path(json, "R/Properties/B"), "x-dev when Env is dev; x-prod when Env is prod");
    assert_eq!(
        place(json, "Enabled"),
        ["Resources/R/Properties/A/Status = (absent) when Env is dev; Enabled when Env is prod"]
    );
}

/// Nothing that a text can hold takes long or makes much.
#[test]
fn hostile_templates_end_soon() {
    let deep = |open: &str, close: &str| format!("{}x{}", open.repeat(90), close.repeat(90));
    let many =
        (0..60).map(|n| format!("  P{n}: {{ Type: String, AllowedValues: [a, b, c, d] }}\n")).collect::<String>();
    let conditions = (0..60).map(|n| format!("  C{n}: !Equals [!Ref P{n}, a]\n")).collect::<String>();
    let nested = (0..60).fold("x".to_owned(), |inner, n| {
        format!("!If [C{n}, {{ k: {inner} }}, {{ k: {inner}0 }}]").chars().take(60_000).collect()
    });
    let nested = if nested.len() < 60_000 { nested } else { "x".to_owned() };
    let values = (0..500).map(|n| format!("      V{n}: !Sub '${{P1}}${{P2}}${{P3}}'\n")).collect::<String>();
    let ifs = (0..60).fold("x".to_owned(), |inner, n| format!("!If [C{n}, {inner}, y{n}]"));
    let blocks = (0..60).fold("x".to_owned(), |inner, n| format!("!If [C{n}, {{ k: {inner} }}, !Ref AWS::NoValue]"));
    let text = format!(
        "Parameters:\n{many}Conditions:\n{conditions}Resources:\n  R:\n    Type: AWS::S3::Bucket\n    Properties:\n      Deep: {}\n      \
         Nested: {nested}\n      Ifs: {ifs}\n      Blocks: {blocks}\n{values}",
        deep("[", "]")
    );
    let begun = Instant::now();
    let evaluation = at(&text, At::Whole);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(evaluation.parts.len() > 100);
    assert!(!at(&text, At::Offset(u32::try_from(text.find("x, y0").unwrap()).unwrap())).parts.is_empty());
}
