//! Names in templates: where they are defined and used, in every spelling, and across files.

use crate::skipped::skipped;
use hipaalint::navigation::{Index, Missing, NestedPart, Place, Project, Role, Symbol, outline};
use hipaalint::source::{Source, SourceId};
use hipaalint::{Buffers, Files};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn index(text: &str) -> Index {
    let source = Source::new(SourceId(0), "template", text);
    Index::new(source, &|_| Err("no files".to_owned())).expect("a template")
}

/// What a symbol is, in a few words.
fn named(index: &Index, symbol: &Symbol) -> String {
    let stack = |id| index.symbol(id).unwrap().name().to_owned();
    match symbol {
        Symbol::Resource(name) => format!("resource {name}"),
        Symbol::Event { resource, name } => format!("event {resource}.{name}"),
        Symbol::Authorizer { api, name } => format!("authorizer {api}.{name}"),
        Symbol::Substitution { machine, name } => format!("substitution {machine}.{name}"),
        Symbol::Parameter(name) => format!("parameter {name}"),
        Symbol::Pseudo(name) => format!("pseudo {name}"),
        Symbol::Condition(name) => format!("condition {name}"),
        Symbol::Mapping(name) => format!("mapping {name}"),
        Symbol::Row { mapping, key } => format!("row {mapping}.{key}"),
        Symbol::Column { mapping, key } => format!("column {mapping}.*.{key}"),
        Symbol::Rule(name) => format!("rule {name}"),
        Symbol::Output(name) => format!("output {name}"),
        Symbol::Export(name) => format!("export {name}"),
        Symbol::Variable(name) => format!("variable {name}"),
        Symbol::Identifier(name) => format!("identifier {name}"),
        Symbol::Nested { stack: id, part: NestedPart::Output, name } => format!("{}'s output {name}", stack(*id)),
        Symbol::Nested { stack: id, part: NestedPart::Parameter, name } => format!("{}'s parameter {name}", stack(*id)),
        Symbol::Template { stack: id } => format!("{}'s template", stack(*id)),
        Symbol::Include { location } => format!("file {location}"),
        Symbol::Missing(Missing::Referable, name) => format!("no {name}"),
        Symbol::Missing(Missing::Condition, name) => format!("no condition {name}"),
        Symbol::Missing(Missing::Mapping, name) => format!("no mapping {name}"),
    }
}

/// Each place: the line, what is written there, and what it names; a definition has a mark.
fn places(text: &str) -> Vec<String> {
    let index = index(text);
    let source = &index.sources()[0];
    let place = |occurrence: &hipaalint::navigation::Occurrence| {
        let symbol = named(&index, index.symbol(occurrence.symbol).unwrap());
        let mark = if occurrence.role == Role::Definition { "=" } else { "→" };
        let line = source.position(occurrence.span.start).line;
        format!("{line}: {} {mark} {symbol}", source.slice(occurrence.span))
    };
    index.occurrences().iter().map(place).collect()
}

/// The places without their lines, sorted.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> =
        places(text).iter().map(|place| place.split_once(": ").unwrap().1.to_owned()).collect();
    names.sort();
    names
}

const SHORT: &str = r#"
Metadata:
  AWS::CloudFormation::Interface:
    ParameterGroups: [{Label: {default: All}, Parameters: [Env]}]
    ParameterLabels: {Env: {default: Environment}}
Parameters:
  Env: {Type: String}
Mappings:
  Sizes: {dev: {Memory: 1}, prod: {Memory: 2}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Both: !And [!Condition IsProd, !Not [!Condition IsProd]]
Rules:
  Region:
    Assertions: [{Assert: !Contains [[a], !Ref AWS::Region]}]
Resources:
  Key:
    Type: AWS::KMS::Key
    Condition: IsProd
  Records:
    Type: AWS::S3::Bucket
    DependsOn: Key
    Properties:
      BucketName: !Sub "${Env}-${Key.Arn}-${!Literal}-${AWS::Region}"
      Tags: !If [Both, !GetAtt Key.Arn, !FindInMap [Sizes, dev, Memory]]
      Other: !Sub ["${Mine}-${Env}", {Mine: !Ref Key}]
      Policy: {Condition: IsProd, Size: !FindInMap [Sizes, !Ref Env, Memory]}
  Second:
    Type: AWS::S3::Bucket
    DependsOn: [Key, Records]
Outputs:
  Name:
    Condition: Both
    Value: !Ref Records
    Export: {Name: !Sub "${AWS::StackName}-records"}
"#;

/// The same in another spelling.
fn long() -> String {
    let document = hipaalint::syntax::parse(SHORT, SourceId(0)).unwrap();
    serde_json::to_string_pretty(&document.root.to_json()).unwrap()
}

#[test]
fn every_use_of_every_name() {
    assert_eq!(
        places(SHORT),
        [
            "4: Env → parameter Env",
            "5: Env → parameter Env",
            "7: Env = parameter Env",
            "9: Sizes = mapping Sizes",
            "9: dev = row Sizes.dev",
            "9: Memory = column Sizes.*.Memory",
            "9: prod = row Sizes.prod",
            "9: Memory = column Sizes.*.Memory",
            "11: IsProd = condition IsProd",
            "11: Env → parameter Env",
            "12: Both = condition Both",
            "12: IsProd → condition IsProd",
            "12: IsProd → condition IsProd",
            "14: Region = rule Region",
            "15: AWS::Region → pseudo AWS::Region",
            "17: Key = resource Key",
            "19: IsProd → condition IsProd",
            "20: Records = resource Records",
            "22: Key → resource Key",
            "24: Env → parameter Env",
            "24: Key → resource Key",
            "24: AWS::Region → pseudo AWS::Region",
            "25: Both → condition Both",
            "25: Key → resource Key",
            "25: Sizes → mapping Sizes",
            "25: dev → row Sizes.dev",
            "25: Memory → column Sizes.*.Memory",
            "26: Mine → variable Mine",
            "26: Env → parameter Env",
            "26: Mine = variable Mine",
            "26: Key → resource Key",
            "27: Sizes → mapping Sizes",
            "27: Env → parameter Env",
            "27: Memory → column Sizes.*.Memory",
            "28: Second = resource Second",
            "30: Key → resource Key",
            "30: Records → resource Records",
            "32: Name = output Name",
            "33: Both → condition Both",
            "34: Records → resource Records",
            "35: ${AWS::StackName}-records = export ${}-records",
            "35: AWS::StackName → pseudo AWS::StackName",
        ]
    );
}

#[test]
fn json_and_long_forms_have_the_same_names() {
    let short = names(SHORT);
    assert_eq!(names(&long()), short);
    let listed = SHORT.replace("!GetAtt Key.Arn", "{'Fn::GetAtt': [Key, Arn]}").replace("!Ref Key", "{Ref: Key}");
    assert_eq!(names(&listed), short);
}

#[test]
fn names_in_texts_are_where_they_are_written() {
    let text = r#"
Resources:
  Key: {Type: AWS::KMS::Key}
  Other:
    Type: AWS::EC2::Instance
    Properties:
      A: !Sub |
        echo ${Key} é ${ Key.Arn }
          # ${!Key}
      B: !Sub >-
        x

        ${Key}
      C: !Sub "\t\u0024{Key} \
        ${K\x65y}"
      D: !Sub 'it''s ${Key}'
      E: !Sub folded
        ${Key}
      F: {"Fn::Sub": ["${Key} ${Own} ${None}", {"Own": "${Key}"}]}
      G: !GetAtt "Key.Arn"
      H: !GetAtt ['Key', "Arn"]
      I: !Ref
        Key
"#;
    let places = places(text);
    let of_key: Vec<&str> = places
        .iter()
        .filter(|place| place.ends_with("→ resource Key"))
        .map(|place| place.split_once(" →").unwrap().0)
        .collect();
    assert_eq!(
        of_key,
        [
            "8: Key",
            "8: Key",
            "13: Key",
            "14: Key",
            "15: K\\x65y",
            "16: Key",
            "18: Key",
            "19: Key",
            "20: Key",
            "21: Key",
            "23: Key",
        ]
    );
    assert!(places.contains(&"19: Own → variable Own".to_owned()), "{places:#?}");
    assert!(places.contains(&"19: None → no None".to_owned()));
    let json = r#"{"Resources": {"K\u0065y": {"Type": "T"}, "Other": {"Type": "T", "Properties":
      {"A": {"Fn::Sub": "\ud83c\udfe5\n${K\u0065y.Arn} \"${Key}\""}, "B": {"Fn::GetAtt": "Key.Arn"}}}}}"#;
    assert_eq!(
        self::places(json),
        [
            "1: K\\u0065y = resource Key",
            "1: Other = resource Other",
            "2: K\\u0065y → resource Key",
            "2: Key → resource Key",
            "2: Key → resource Key",
        ]
    );
}

#[test]
fn names_that_exist_nowhere_are_missing() {
    let text = "
Resources:
  A:
    Type: T
    Condition: Nope
    Properties: {X: !Ref B, Y: !Sub '${B.C}', Z: !FindInMap [M, a, b], W: !GetAtt B.C}
";
    assert_eq!(
        places(text),
        [
            "3: A = resource A",
            "5: Nope → no condition Nope",
            "6: B → no B",
            "6: B → no B",
            "6: M → no mapping M",
            "6: B → no B"
        ]
    );
}

#[test]
fn loops_have_identifiers_and_make_names() {
    let text = "
Transform: AWS::LanguageExtensions
Conditions:
  Fn::ForEach::Checks: [Name, [A, B], {'Is${Name}': !Equals [!Ref Name, A]}]
Resources:
  Fn::ForEach::Tables:
    - Name
    - [Alpha, Beta]
    - Table${Name}:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: !Sub 'x-${Name}-${AWS::Region}'
          Tags: [{Key: '&{Name}', Value: !Ref Name}]
          Other: !GetAtt Queue${Name}.Arn
      Queue${Name}: {Type: AWS::SQS::Queue, Condition: IsA}
  Last: {Type: AWS::SNS::Topic, DependsOn: TableBeta, Properties: {TopicName: !Ref TableAlpha}}
";
    assert_eq!(
        places(text),
        [
            "4: Name = identifier Name",
            "4: Is${Name} = condition Is${Name}",
            "4: Name → identifier Name",
            "4: Name → identifier Name",
            "7: Name = identifier Name",
            "9: Table${Name} = resource Table${Name}",
            "9: Name → identifier Name",
            "12: Name → identifier Name",
            "12: AWS::Region → pseudo AWS::Region",
            "13: Name → identifier Name",
            "13: Name → identifier Name",
            "14: Queue${Name} → resource Queue${Name}",
            "14: Name → identifier Name",
            "15: Queue${Name} = resource Queue${Name}",
            "15: Name → identifier Name",
            "15: IsA → condition Is${Name}",
            "16: Last = resource Last",
            "16: TableBeta → resource Table${Name}",
            "16: TableAlpha → resource Table${Name}",
        ]
    );
}

#[test]
fn what_sam_makes_belongs_to_what_it_is_made_of() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Environment: {Variables: {TABLE: !Ref Table}}}}
Resources:
  Table: {Type: AWS::Serverless::SimpleTable, Connectors: {Link: {Properties: {Destination: {Id: Import}}}}}
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}
  Import:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      CodeUri: .
      Events:
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Get: {Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Api}}
  Access: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Import}, Destination: [{Id: Table}], Permissions: [Read]}}
Outputs:
  Role: {Value: !GetAtt ImportRole.Arn}
  Stage: {Value: !Ref Api.Stage}
  Rule: {Value: !Ref ImportTick}
";
    let places = places(text);
    for place in [
        "3: Table → resource Table",
        "5: Import → resource Import",
        "14: Tick = event Import.Tick",
        "15: Api → resource Api",
        "16: Import → resource Import",
        "16: Table → resource Table",
        "18: ImportRole → resource Import",
        "19: Api → resource Api",
        "20: ImportTick → event Import.Tick",
    ] {
        assert!(places.contains(&place.to_owned()), "{place}\n{places:#?}");
    }
}

/// Files in memory, and their names as paths.
fn memory(files: &[(&str, &str)]) -> (Files, Vec<PathBuf>) {
    let mut buffers = Buffers::default();
    buffers.open(Path::new("/project/.git/HEAD"), "");
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = Path::new("/project").join(name);
        buffers.open(&path, *text);
        paths.push(path);
    }
    (Files::new(Arc::new(buffers), PathBuf::from("/project")), paths)
}

/// Places as `file:line:column`.
fn shown(files: &Files, places: &[Place]) -> Vec<String> {
    let show = |place: &Place| {
        let text = files.text(&place.path, 1 << 20).unwrap();
        let position = Source::new(SourceId(0), "", text).position(place.span.start);
        let name = place.path.strip_prefix("/project").unwrap().display().to_string();
        format!("{name}:{}:{}", position.line, position.column)
    };
    places.iter().map(show).collect()
}

/// The definitions, and all places, of the name behind a text in a file.
fn looked_up(files: &[(&str, &str)], file: &str, before: &str) -> (Vec<String>, Vec<String>) {
    let (files, paths) = memory(files);
    let list = || paths.clone();
    let project = Project::new(&files, &list);
    let path = Path::new("/project").join(file);
    let text = files.text(&path, 1 << 20).unwrap();
    let offset = text.find(before).unwrap() + before.len();
    let (definitions, references) = (project.definitions(&path, offset), project.references(&path, offset));
    (shown(&files, &definitions), shown(&files, &references))
}

#[test]
fn nested_stacks_lead_to_their_templates_and_back() {
    let parent = "
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./nested/network.yaml
      Parameters: {Cidr: 10.0.0.0/16}
Outputs:
  Vpc: {Value: !GetAtt Net.Outputs.VpcId}
  Text: {Value: !Sub 'x${Net.Outputs.VpcId}'}
";
    let child = "
Parameters: {Cidr: {Type: String}}
Resources: {Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Cidr}}}
Outputs: {VpcId: {Value: !Ref Vpc}}
";
    let files = [("parent.yaml", parent), ("nested/network.yaml", child), ("other/network.yaml", child)];
    let output = ["nested/network.yaml:4:11", "parent.yaml:9:36", "parent.yaml:10:38"];
    let parameter = ["nested/network.yaml:2:14", "nested/network.yaml:3:69", "parent.yaml:7:20"];
    for (file, before) in [
        ("parent.yaml", "GetAtt Net.Outputs."),
        ("parent.yaml", "${Net.Outputs."),
        ("nested/network.yaml", "Outputs: {"),
    ] {
        let (definitions, references) = looked_up(&files, file, before);
        assert_eq!(
            (definitions, references),
            (vec![output[0].to_owned()], output.map(str::to_owned).to_vec()),
            "{before}"
        );
    }
    for (file, before) in [
        ("parent.yaml", "Parameters: {"),
        ("nested/network.yaml", "Parameters: {"),
        ("nested/network.yaml", "CidrBlock: !Ref "),
    ] {
        let (definitions, references) = looked_up(&files, file, before);
        assert_eq!(
            (definitions, references),
            (vec![parameter[0].to_owned()], parameter.map(str::to_owned).to_vec()),
            "{before}"
        );
    }
    assert_eq!(looked_up(&files, "parent.yaml", "TemplateURL: ./").0, ["nested/network.yaml:1:1"]);
    // Another file of the same name has no parents.
    assert_eq!(looked_up(&files, "other/network.yaml", "Outputs: {").1, ["other/network.yaml:4:11"]);
    // Paths out of the project lead nowhere.
    let outside = parent.replace("./nested", "../../etc");
    assert!(looked_up(&[("parent.yaml", &outside)], "parent.yaml", "GetAtt Net.Outputs.").0.is_empty());
}

#[test]
fn exports_and_imports_find_each_other() {
    let exports = "
Resources: {Vpc: {Type: AWS::EC2::VPC}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}-vpc'}}
  Plain: {Value: !Ref Vpc, Export: {Name: plain}}
";
    let imports = r#"{"Parameters": {"Net": {"Type": "String"}}, "Resources": {"Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {
  "VpcId": {"Fn::ImportValue": {"Fn::Sub": "${Net}-vpc"}},
  "Other": {"Fn::ImportValue": "plain"}, "None": {"Fn::ImportValue": "absent"}}}}}"#;
    let files = [("exports.yaml", exports), ("imports.json", imports)];
    let (definitions, references) = looked_up(&files, "imports.json", "${Net}-v");
    assert_eq!(definitions, ["exports.yaml:4:47"]);
    assert_eq!(references, ["exports.yaml:4:47", "imports.json:2:45"]);
    assert_eq!(looked_up(&files, "exports.yaml", "Name: pl").1, ["exports.yaml:5:43", "imports.json:3:33"]);
    assert!(looked_up(&files, "imports.json", "abse").0.is_empty());
    // The name of the parameter is a name of its own.
    assert_eq!(looked_up(&files, "imports.json", "Sub\": \"${N").0, ["imports.json:1:18"]);
}

#[test]
fn included_files_share_the_names_of_the_template() {
    let template = "
Parameters: {Env: {Type: String}}
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/more.yaml}}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !GetAtt Queue.Name}}
";
    let part = "Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Env}}\n";
    let files = [("template.yaml", template), ("parts/more.yaml", part), ("parts/unused.yaml", part)];
    let queue = ["parts/more.yaml:1:1", "template.yaml:5:66"];
    let (definitions, references) = looked_up(&files, "template.yaml", "GetAtt ");
    assert_eq!((definitions, references), (vec![queue[0].to_owned()], queue.map(str::to_owned).to_vec()));
    assert_eq!(looked_up(&files, "parts/more.yaml", "Que").1, queue);
    assert_eq!(looked_up(&files, "parts/more.yaml", "!Ref E").0, ["template.yaml:2:14"]);
    assert_eq!(looked_up(&files, "template.yaml", "Location: pa").0, ["parts/more.yaml:1:1"]);
    assert!(looked_up(&files, "parts/unused.yaml", "Que").1.is_empty());
}

#[test]
fn a_mapping_shows_the_cell_that_is_meant() {
    let text = "
Mappings:
  Sizes:
    dev: {Memory: 1}
    prod: {Memory: 2}
Resources:
  A: {Type: T, Properties: {A: !FindInMap [Sizes, prod, Memory], B: !FindInMap [Sizes, !Ref AWS::Region, Memory]}}
";
    let files = [("a.yaml", text)];
    assert_eq!(looked_up(&files, "a.yaml", "prod, Mem").0, ["a.yaml:5:12"]);
    assert_eq!(looked_up(&files, "a.yaml", "AWS::Region, Mem").0, ["a.yaml:4:11", "a.yaml:5:12"]);
    assert_eq!(looked_up(&files, "a.yaml", "prod, Mem").1.len(), 4);
    assert_eq!(looked_up(&files, "a.yaml", "[Sizes, pr").0, ["a.yaml:5:5"]);
}

#[test]
fn what_is_no_template_has_no_names() {
    let load = |_: &str| Err(String::new());
    for text in
        ["", "a: b", "[]", "Resources: {", "Parameters: {A: {Type: String}}", "{\"Resources\": {\"A\": {\"Ref\""]
    {
        assert!(Index::new(Source::new(SourceId(0), "t", text), &load).is_none(), "{text}");
        assert!(outline(&Source::new(SourceId(0), "t", text)).is_empty(), "{text}");
    }
}

#[test]
fn the_outline_has_sections_and_their_entries() {
    fn show(source: &Source, entries: &[hipaalint::navigation::Entry], depth: usize, shown: &mut Vec<String>) {
        for entry in entries {
            assert_eq!(source.slice(entry.key).trim_matches('"'), entry.name);
            assert!(source.slice(entry.span).starts_with(source.slice(entry.key)));
            shown.push(
                format!("{}{} {:?} {}", "  ".repeat(depth), entry.name, entry.kind, entry.detail).trim_end().to_owned(),
            );
            show(source, &entry.inside, depth + 1, shown);
        }
    }
    for text in [SHORT.to_owned(), long()] {
        let source = Source::new(SourceId(0), "t", text);
        let mut shown = Vec::new();
        show(&source, &outline(&source), 0, &mut shown);
        assert_eq!(shown.len(), 7 + 1 + 1 + 2 + 1 + 3 + 1, "{shown:#?}");
        assert!(shown.contains(&"  Records Resource AWS::S3::Bucket".to_owned()));
        assert!(shown.contains(&"  Env Parameter String".to_owned()));
    }
}

/// Every template there is: those of the project, and the corpus where it is.
fn templates() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("HIPAALINT_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    if !corpus.is_dir() {
        skipped(&format!(
            "no sample templates at {}, so only the templates of the project are tested",
            corpus.display()
        ));
    }
    let folders = [root.join("fixtures"), root.join("tests/sam"), corpus];
    let files = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name()).flatten();
    let is_template = |path: &Path| {
        ["json", "yaml", "yml"].contains(&path.extension().and_then(|ending| ending.to_str()).unwrap_or_default())
    };
    files.map(walkdir::DirEntry::into_path).filter(|path| is_template(path)).collect()
}

#[test]
fn references_lead_to_definitions_and_back() {
    let (mut templates_seen, mut references_seen) = (0, 0);
    for path in templates() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let files = Files::here();
        let list = || vec![path.clone()];
        let project = Project::new(&files, &list);
        let Some(index) = project.index(&path) else { continue };
        let source = &index.sources()[0];
        assert_eq!(source.text(), text);
        templates_seen += 1;
        let mut seen = BTreeSet::new();
        for occurrence in index.occurrences().iter().filter(|occurrence| occurrence.span.source == SourceId(0)) {
            let span = occurrence.span;
            let written = source.slice(span);
            let symbol = index.symbol(occurrence.symbol).unwrap();
            let case = format!("{}: {written} at {:?}", path.display(), source.position(span.start));
            assert!(!written.is_empty(), "{case}");
            // Names are written as they are, apart from what loops and SAM make and what escapes hide.
            let is_plain =
                matches!(symbol, Symbol::Parameter(_) | Symbol::Condition(_) | Symbol::Mapping(_) | Symbol::Pseudo(_));
            if is_plain && !written.contains('\\') && !symbol.name().contains('{') {
                assert_eq!(written, symbol.name(), "{case}");
            }
            let at = index.at(span.source, span.start as usize).unwrap();
            assert!(at.span.len() <= span.len(), "{case}");
            let definitions: Vec<_> = index.definitions(occurrence.symbol).collect();
            if let Some(exact) = occurrence.exact {
                assert!(definitions.contains(&exact), "{case}");
            }
            for definition in definitions {
                // By the definition, the same places are found.
                let back = index
                    .occurrences()
                    .iter()
                    .find(|other| other.span == definition && other.symbol == occurrence.symbol);
                assert_eq!(back.map(|back| back.role), Some(Role::Definition), "{case}");
                assert!(index.places(back.unwrap().symbol).any(|place| place.span == span), "{case}");
                references_seen += 1;
            }
            if seen.insert(occurrence.symbol) && seen.len() <= 30 {
                let offset = span.start as usize;
                let places = project.references(&path, offset);
                for definition in project.definitions(&path, offset) {
                    if definition.path == path.canonicalize().unwrap() && !definition.span.is_empty() {
                        let back = project.references(&path, definition.span.start as usize);
                        assert!(places.iter().all(|place| back.contains(place)), "{case}");
                    }
                }
            }
        }
    }
    assert!(templates_seen > 20 && references_seen > 1_000, "{templates_seen} {references_seen}");
}

/// Texts that would take the square of their length.
#[test]
fn hostile_texts_take_no_time() {
    let braces = format!(
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::L: [N, [a], {{A: {{Type: T, X: '{}'}}}}]\n",
        "${".repeat(500_000)
    );
    let many = format!("Resources:\n  A: {{Type: T, Properties: {{X: !Sub \"\\t{}\"}}}}\n", "${A}".repeat(200_000));
    for text in [braces, many] {
        let started = std::time::Instant::now();
        index(&text);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}

const SAM: &str = r#"
Transform: AWS::Serverless-2016-10-31
Globals:
  Api: {Auth: {Authorizers: {Shared: {UserPoolArn: x}}, DefaultAuthorizer: Shared}}
Resources:
  Own:
    Type: AWS::Serverless::HttpApi
    Properties: {Auth: {Authorizers: {Pool: {IdentitySource: x}}, DefaultAuthorizer: Pool}}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {Type: HttpApi, Properties: {ApiId: !Ref Own, Auth: {Authorizer: Pool}}}
        B: {Type: Api, Properties: {Path: /, Method: get, Auth: {Authorizer: Shared}}}
        C: {Type: Api, Properties: {Path: /c, Method: get, Auth: {Authorizer: AWS_IAM}}}
        D: {Type: HttpApi, Properties: {ApiId: !Ref Own, Auth: {Authorizer: Shared}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: {Start: !GetAtt Function.Arn, End: x}
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: '${Start}', Next: '${Other}'}}}
  Classic:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: {Start: x}
      DefinitionString: !Sub '{"Resource": "${!Start}", "Role": "${Function.Arn}"}'
Outputs:
  Url: {Value: !Sub 'https://${ServerlessRestApi}.example.com'}
"#;

#[test]
fn names_of_sam_and_of_state_machines() {
    let expected = [
        "4: Shared = authorizer Globals/Api.Shared",
        "4: Shared → authorizer Globals/Api.Shared",
        "6: Own = resource Own",
        "8: Pool = authorizer Own.Pool",
        "8: Pool → authorizer Own.Pool",
        "9: Function = resource Function",
        "13: A = event Function.A",
        "13: Own → resource Own",
        "13: Pool → authorizer Own.Pool",
        "14: B = event Function.B",
        // What brings about the API that nobody declares.
        "14: Api = resource ServerlessRestApi",
        "14: Shared → authorizer Globals/Api.Shared",
        "15: C = event Function.C",
        "15: Api = resource ServerlessRestApi",
        "16: D = event Function.D",
        "16: Own → resource Own",
        "17: Machine = resource Machine",
        "20: Start = substitution Machine.Start",
        "20: Function → resource Function",
        "20: End = substitution Machine.End",
        "21: Start → substitution Machine.Start",
        "22: Classic = resource Classic",
        "25: Start = substitution Classic.Start",
        "26: Start → substitution Classic.Start",
        "26: Function → resource Function",
        "28: Url = output Url",
        "28: ServerlessRestApi → resource ServerlessRestApi",
    ];
    assert_eq!(places(SAM), expected);
    // The same in JSON.
    let document = hipaalint::syntax::parse(SAM, SourceId(0)).unwrap();
    let json = serde_json::to_string_pretty(&document.root.to_json()).unwrap();
    let mut short: Vec<String> = expected.iter().map(|place| place.split_once(": ").unwrap().1.to_owned()).collect();
    short.sort();
    assert_eq!(names(&json), short);
}

#[test]
fn a_definition_in_a_file_belongs_to_its_state_machine() {
    let template = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/records.asl.json
      DefinitionSubstitutions: {Start: x}
";
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Start}", "End": true}}}"#;
    let mut buffers = Buffers::default();
    buffers.open(Path::new("/p/template.yaml"), template);
    buffers.open(Path::new("/p/machines/records.asl.json"), definition);
    let files = Files::new(Arc::new(buffers), PathBuf::from("/p"));
    let list = || vec![PathBuf::from("/p/template.yaml")];
    let project = Project::new(&files, &list);
    let at = |path: &str, text: &str, what: &str| (PathBuf::from(path), text.find(what).unwrap() + 1);
    let shown = |places: Vec<Place>| -> Vec<String> {
        places.iter().map(|place| format!("{}:{:?}", place.path.display(), place.span.start)).collect()
    };
    let (path, offset) = at("/p/template.yaml", template, "machines/");
    assert_eq!(shown(project.definitions(&path, offset)), ["/p/machines/records.asl.json:0"]);
    let start = template.find("Start").unwrap();
    let used = definition.find("${Start").unwrap() + 2;
    let both = [format!("/p/machines/records.asl.json:{used}"), format!("/p/template.yaml:{start}")];
    let (path, offset) = at("/p/template.yaml", template, "Start");
    assert_eq!(shown(project.references(&path, offset)), both);
    let (path, offset) = at("/p/machines/records.asl.json", definition, "Start}");
    assert_eq!(shown(project.definitions(&path, offset)), both[1..]);
    assert_eq!(shown(project.references(&path, offset)), both);
}
