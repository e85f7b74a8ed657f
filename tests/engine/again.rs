//! Edits at random: a lint that reuses what it remembers finds what a fresh one finds.
//!
//! `AGAIN_EDITS=20000` makes that many edits in all; `HIPAALINT_CORPUS` or `../shared/corpus` adds real templates.

use hipaalint::linter::{FileReport, Fixes, Keep, Linter, Remembered};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % most.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

fn linter(fixes: Fixes) -> Linter {
    let keep = Keep { undecided: true, fixes, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), BTreeMap::new(), keep);
    linter.unwrap_or_else(|error| panic!("{error}"))
}

fn load(_: &str) -> Result<hipaalint::linter::Loaded, String> {
    Err("nothing is included".to_owned())
}

/// All of a report but what it cost.
fn shown(report: &FileReport) -> String {
    let FileReport { steps: _, included, .. } = report;
    let mut shown = String::new();
    for (name, part) in [
        ("findings", format!("{:#?}", report.findings)),
        ("suppressed", format!("{:#?}", report.suppressed)),
        ("exceptions", format!("{:#?}", report.exceptions)),
        ("diagnostics", format!("{:#?}", report.diagnostics)),
        ("notices", format!("{:#?}", report.notices)),
        ("hidden", format!("{:?}", report.hidden)),
        ("template", format!("{} {} {}", report.is_template, report.resources, report.bare_resources)),
        ("unruled", format!("{:?}", report.unruled)),
        ("counts", format!("{:?} {:?}", report.counts, report.by_rule)),
        ("parameters", format!("{:?} {:?}", report.parameters, report.refused)),
        ("nested", format!("{:?}", report.nested)),
        ("included", included.len().to_string()),
    ] {
        shown.push_str(&format!("{name}: {part}\n"));
    }
    shown
}

/// Names of properties and values that rules look at, to type.
const VALUES: [&str; 24] = [
    "true",
    "false",
    "\"true\"",
    "Enabled",
    "Suspended",
    "'*'",
    "7",
    "365",
    "[]",
    "{}",
    "0.0.0.0/0",
    "aws:kms",
    "AES256",
    "Allow",
    "Deny",
    "!Ref AWS::NoValue",
    "!Ref AWS::Region",
    "!Sub 'x-${AWS::StackName}'",
    "private",
    "PHI",
    "\"{{resolve:ssm:x}}\"",
    "hunter2",
    "\"\"",
    "443",
];

/// Resources to put in.
const RESOURCES: [&str; 17] = [
    "Type: AWS::S3::Bucket",
    "Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref OTHER\n      PolicyDocument:\n        Statement:\n          - {Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': false}}}",
    "Type: AWS::IAM::Policy\n    Properties:\n      PolicyName: p\n      Roles: [!Ref OTHER]\n      PolicyDocument:\n        Statement: {Effect: Allow, Action: '*', Resource: '*'}",
    "Type: AWS::KMS::Key",
    "Type: AWS::EC2::SecurityGroupIngress\n    Properties: {GroupId: !Ref OTHER, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}",
    "Type: AWS::Lambda::Permission\n    Properties: {FunctionName: !Ref OTHER, Action: 'lambda:InvokeFunction', Principal: '*'}",
    "Type: AWS::Logs::LogGroup\n    Properties: {KmsKeyId: !GetAtt OTHER.Arn}",
    "Type: AWS::EC2::Route\n    Properties: {RouteTableId: !Ref OTHER, DestinationCidrBlock: 0.0.0.0/0, GatewayId: igw-1}",
    "Type: AWS::RDS::DBInstance\n    DeletionPolicy: Delete\n    Properties: {MasterUserPassword: hunter2secret, KmsKeyId: !Ref OTHER, Tags: [{Key: DataClass, Value: PHI}]}",
    "Type: AWS::IAM::Role\n    Properties: {PermissionsBoundary: !Ref OTHER, AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}}}",
    "Type: Some::Module::MODULE",
    "Type: AWS::CloudTrail::Trail\n    Condition: NoSuchCondition\n    Properties: {S3BucketName: !Ref OTHER, IsLogging: true}",
    "Type: AWS::S3::Bucket\n    Properties: {BucketName: records, Tags: [{Key: DataClassification, Value: PHI}]}",
    "Type: AWS::S3::BucketPolicy\n    Properties: {Bucket: records, PolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*'}}}",
    "Type: AWS::Backup::BackupSelection\n    Properties: {BackupPlanId: x, BackupSelection: {IamRoleArn: x, SelectionName: x, Resources: [!GetAtt OTHER.Arn], ListOfTags: [{ConditionType: STRINGEQUALS, ConditionKey: DataClass, ConditionValue: PHI}]}}",
    "Type: AWS::KMS::Alias\n    Properties: {AliasName: alias/x, TargetKeyId: !Ref OTHER}",
    "Type: AWS::IAM::ManagedPolicy\n    Properties: {Roles: [!Ref OTHER], PolicyDocument: {Statement: {Effect: Allow, Action: 'iam:*', Resource: !Sub '${OTHER.Arn}'}}}",
];

/// The text after an edit as somebody makes one.
fn edited(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let line = numbers.below(lines.len());
    let is_json = text.trim_start().starts_with('{');
    let ids: Vec<&str> =
        text.lines().filter(|line| line.starts_with("  ") && line.ends_with(':')).map(str::trim).collect();
    let ids: Vec<String> = ids.iter().filter_map(|id| id.strip_suffix(':')).map(str::to_owned).collect();
    match numbers.below(13) {
        // A character.
        0 | 1 => {
            let mut place = numbers.below(text.len() + 1);
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            let rest = text[place..].chars().next().map_or(0, char::len_utf8);
            let typed = numbers.of(&["", "x", " ", "\n", ":", "'", "#", "- ", "é", "}", "&a ", "*a"]);
            let cut = if numbers.below(2) == 0 { rest } else { 0 };
            return [&text[..place], typed, &text[place + cut..]].concat();
        }
        2 => lines[line].clear(),
        3 => drop(lines.remove(line)),
        4 => lines.insert(line, lines[line].clone()),
        // A value.
        5..=8 => {
            let value = *numbers.of(&VALUES);
            let own = lines[line].clone();
            if let Some((key, old)) = own.split_once(": ") {
                let comma = if is_json && old.ends_with(',') { "," } else { "" };
                let value = if is_json { format!("\"{}\"", value.replace('"', "")) } else { value.to_owned() };
                lines[line] = format!("{key}: {value}{comma}");
            }
        }
        // A comment, perhaps an exception.
        9 => {
            let indent = lines[line].len() - lines[line].trim_start().len();
            let comment = *numbers.of(&[
                "# note",
                "# hipaalint: ignore s3-bucket-versioning -- reviewed",
                "# checkov:skip=CKV_AWS_18:no",
            ]);
            lines.insert(line, format!("{}{comment}", " ".repeat(indent)));
        }
        // A resource more, or one renamed everywhere or at one place.
        10 => {
            let places: Vec<usize> = (1..lines.len()).filter(|at| lines[*at].starts_with("    Type: ")).collect();
            if !places.is_empty() && !ids.is_empty() && !is_json {
                let other = numbers.of(&ids).clone();
                let body = numbers.of(&RESOURCES).replace("OTHER", &other);
                let name = if numbers.below(4) == 0 { other } else { format!("New{}", numbers.below(50)) };
                let at = places[numbers.below(places.len())] - 1;
                lines.insert(at, format!("  {name}:\n    {body}"));
            }
        }
        11 => {
            if !ids.is_empty() {
                let id = numbers.of(&ids).clone();
                if numbers.below(2) == 0 {
                    return text.replace(&id, &format!("{id}x"));
                }
                lines[line] = lines[line].replace(&id, "Renamed");
            }
        }
        // A resource less: the lines below one key.
        _ => {
            let indent = |line: &str| line.len() - line.trim_start().len();
            let own = indent(&lines[line]);
            let mut end = line + 1;
            while end < lines.len() && (indent(&lines[end]) > own || lines[end].trim().is_empty()) {
                end += 1;
            }
            lines.drain(line..end);
        }
    }
    lines.join("\n")
}

fn below(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let is_template =
        |path: &Path| path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one));
    let texts =
        files.filter(|entry| is_template(entry.path())).filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    texts.filter(|text| text.contains("Resources") && text.len() < 60_000).collect()
}

/// Edits one text again and again.
fn follow(linter: &Linter, first: &str, edits: usize, numbers: &mut Numbers) -> (usize, usize) {
    let mut remembered = Remembered::default();
    let mut text = first.to_owned();
    let (mut remembering, mut reused) = (0, 0);
    let lint = |remembered: &mut Remembered, text: &str| {
        let source = Source::new(SourceId(3), "t.yaml", text);
        linter.lint_again(remembered, &source, &load, linter.inputs(), None, &|_| true)
    };
    lint(&mut remembered, &text);
    for _ in 0..edits {
        let before = text.clone();
        text = edited(&text, numbers);
        // A text that cannot be read is mostly put right by the next edit.
        let is_broken = hipaalint::syntax::read(&text, SourceId(3)).is_err();
        let again = lint(&mut remembered, &text);
        let fresh = linter.lint_with(&Source::new(SourceId(3), "t.yaml", text.as_str()), &load);
        let (again, fresh) = (shown(&again), shown(&fresh));
        if again != fresh {
            let folder = std::env::temp_dir();
            std::fs::write(folder.join("again-before.txt"), &before).unwrap();
            std::fs::write(folder.join("again-after.txt"), &text).unwrap();
            std::fs::write(folder.join("again-again.txt"), &again).unwrap();
            std::fs::write(folder.join("again-fresh.txt"), &fresh).unwrap();
            let differ = again.lines().zip(fresh.lines()).find(|(one, other)| one != other);
            panic!("again differs from fresh: {differ:#?}; see {}/again-*.txt", folder.display());
        }
        remembering += usize::from(!remembered.is_empty());
        reused += remembered.reused();
        if is_broken || text.len() > 80_000 {
            text = before;
        }
    }
    (remembering, reused)
}

/// So many resources of each of some kinds, tied to each other.
pub(crate) fn large(groups: usize) -> String {
    let mut text = "Parameters:\n  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}\n  DbPassword: {Type: String, NoEcho: true}\n\
        Conditions:\n  IsProd: !Equals [!Ref Env, prod]\nResources:\n"
        .to_owned();
    for number in 0..groups {
        text.push_str(&format!(
            "  Bucket{number}:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration:\n        Status: !If [IsProd, \
             Enabled, Suspended]\n  Policy{number}:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref Bucket{number}\n      \
             PolicyDocument:\n        Statement:\n          - Effect: Deny\n            Principal: '*'\n            Action: s3:*\n            \
             Resource: !Sub '${{Bucket{number}.Arn}}/*'\n            Condition:\n              Bool:\n                aws:SecureTransport: \
             false\n  Role{number}:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Statement:\n          \
             - Effect: Allow\n            Principal:\n              Service: lambda.amazonaws.com\n            Action: sts:AssumeRole\n  \
             Database{number}:\n    Type: AWS::RDS::DBInstance\n    Condition: IsProd\n    Properties:\n      MasterUserPassword: !Ref \
             DbPassword\n      DBInstanceIdentifier: !Sub db-${{Env}}-{number}\n      StorageEncrypted: true\n      KmsKeyId: !GetAtt \
             Key{number}.Arn\n  Key{number}:\n    Type: AWS::KMS::Key\n    Properties:\n      EnableKeyRotation: true\n      KeyPolicy:\n        \
             Statement:\n          - Effect: Allow\n            Principal:\n              AWS: !Sub 'arn:aws:iam::${{AWS::AccountId}}:root'\n\
             \x20           Action: kms:*\n            Resource: '*'\n"
        ));
    }
    text.push_str("Outputs:\n  Name:\n    Value: !GetAtt Bucket1.Arn\n");
    text
}

/// A real template, with so many copies of its resources.
pub(crate) fn copies(number: usize) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/cfn-template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once("\nResources:\n").unwrap();
    let (resources, tail) = rest.split_once("\nOutputs:\n").unwrap();
    let is_id = |line: &&str| line.starts_with("  ") && line.ends_with(':') && !line.starts_with("   ");
    let ids: Vec<&str> = resources.lines().filter(is_id).map(|line| line.trim().trim_end_matches(':')).collect();
    let mut all = format!("{head}\nResources:\n{resources}\n");
    for copy in 1..number {
        for line in resources.lines() {
            let mut word = String::new();
            for c in line.chars().chain(['\n']) {
                if c.is_ascii_alphanumeric() {
                    word.push(c);
                    continue;
                }
                all.push_str(&word);
                if ids.contains(&word.as_str()) && !line.contains("Type: AWS::") {
                    all.push_str(&format!("Copy{copy}"));
                }
                word.clear();
                all.push(c);
            }
        }
    }
    format!("{all}Outputs:\n{tail}")
}

#[test]
fn again_is_as_fresh() {
    search();
}

/// Makes the edits.
pub(crate) fn search() {
    let edits: Option<usize> = std::env::var("AGAIN_EDITS").ok().and_then(|edits| edits.parse().ok());
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut texts = below(&root.join("fixtures"));
    texts.push(large(20));
    if edits.is_some() {
        let corpus = std::env::var_os("HIPAALINT_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
        texts.extend(below(&corpus));
    }
    let seed = std::env::var("AGAIN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_128);
    let mut numbers = Numbers(seed);
    let (mut remembering, mut reused, mut made) = (0, 0, 0);
    let linters = [linter(Fixes::None), linter(Fixes::WithEdits)];
    let (all, each) = edits.map_or((240, 6), |edits| (edits, 40));
    while made < all {
        let text = numbers.of(&texts).clone();
        // Fixes take most of the time, and are made anew each time.
        let linter = &linters[usize::from(numbers.below(8) == 0)];
        let (more, answers) = follow(linter, &text, each, &mut numbers);
        (remembering, reused, made) = (remembering + more, reused + answers, made + each);
    }
    println!("{made} edits, {remembering} remembered, {reused} answers reused");
    assert!(remembering * 5 > made && reused > made * 5, "{remembering} of {made} remembered, {reused} answers");
}

/// Who takes notes looks at each of many resources that are alike, and who takes none does not: both find the same.
#[test]
fn many_that_are_alike_are_as_each_of_them() {
    let statements = [
        "{Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': false}}}",
        "{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub 'arn:aws:s3:::${P0}/*'}",
        "{Effect: Allow, Principal: {Service: delivery.logs.amazonaws.com}, Action: 's3:PutObject', Resource: '*'}",
        "{Effect: Deny, Principal: '*', Action: 's3:PutObject', Resource: '*', Condition: {StringNotEquals: \
         {'s3:x-amz-server-side-encryption': 'aws:kms'}}}",
        "{Effect: !If [C, Allow, Deny], Principal: '*', Action: 's3:*', Resource: '*'}",
        "!Ref Statement",
    ];
    // Which of the statements, and for each resource: what names it, whether it names a bucket, and what else it has.
    let template = |choice: usize| {
        let mut text =
            "Parameters:\n  Own: {Type: String, Default: own}\n  Stage: {Type: String}\n  Statement: {Type: String}\n"
                .to_owned();
        for number in 0..48 {
            text.push_str(&format!(
                "  P{number}: {{Type: String{}}}\n",
                if number == 7 { ", MinLength: 3" } else { "" }
            ));
        }
        text.push_str("Conditions:\n  C: !Equals [!Ref Stage, prod]\nResources:\n");
        for number in 0..48 {
            let name = match number {
                3 => "!Ref Own".to_owned(),
                5 => "records".to_owned(),
                9 => "!Sub '${P9}-x'".to_owned(),
                11 => "!If [C, !Ref P11, !Ref P12]".to_owned(),
                // The same as another one.
                20 => "!Ref P19".to_owned(),
                _ => format!("!Sub '${{P{number}}}'"),
            };
            let policy = match number {
                13 => "!Ref B13".to_owned(),
                14 => "records".to_owned(),
                15 => "!Ref Stage".to_owned(),
                16 => "!Sub '${P17}'".to_owned(),
                _ => format!("!Ref P{}", (number + choice % 2) % 48),
            };
            let statement = match choice {
                0..=5 => statements[choice],
                _ if number < 40 => statements[choice - 6],
                _ => statements[number % 6],
            };
            let condition = if number == 17 { "\n    Condition: C" } else { "" };
            text.push_str(&format!(
                "  B{number}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: {name}\n      LoggingConfiguration: \
                 {{DestinationBucketName: !Ref P{number}}}\n  Q{number}:\n    Type: AWS::S3::BucketPolicy{condition}\n    Properties:\n      \
                 Bucket: {policy}\n      PolicyDocument: {{Statement: [{statement}]}}\n"
            ));
        }
        text
    };
    for fixes in [Fixes::None, Fixes::WithEdits] {
        let linter = linter(fixes);
        for choice in 0..12 {
            if fixes == Fixes::WithEdits && choice % 3 != 0 {
                continue;
            }
            let source = Source::new(SourceId(0), "t.yaml", template(choice));
            let mut remembered = Remembered::default();
            let each = linter.lint_again(&mut remembered, &source, &load, linter.inputs(), None, &|_| true);
            let all = linter.lint(&source);
            let (one, other) = (shown(&each), shown(&all));
            let differ = one.lines().zip(other.lines()).find(|(one, other)| one != other);
            assert_eq!((differ, one.len()), (None, other.len()), "{choice}");
            if choice < 4 {
                assert!(all.steps * 3 < each.steps * 2, "{choice}: {} and {} steps", all.steps, each.steps);
            }
        }
    }
}

#[test]
fn a_change_of_one_resource_asks_little_again() {
    let linter = linter(Fixes::None);
    let mut remembered = Remembered::default();
    let mut lint = |text: &str| {
        let source = Source::new(SourceId(0), "t.yaml", text);
        let again = linter.lint_again(&mut remembered, &source, &load, linter.inputs(), None, &|_| true);
        assert_eq!(shown(&again), shown(&linter.lint(&Source::new(SourceId(0), "t.yaml", text))));
        (again.steps, remembered.reused())
    };
    let text = large(20);
    let (fresh, none) = lint(&text);
    assert_eq!(none, 0);
    let (again, reused) = lint(&text.replacen("Suspended", "Enabled", 1));
    assert!(again * 3 < fresh, "{again} of {fresh} steps, {reused} answers reused");
}

/// Of a text of 50 KB and of one of 1 MB, with 960 resources: what has nothing to do with the resource that changes is not asked again.
#[test]
fn a_change_of_one_resource_asks_about_its_neighbors() {
    let keep = Keep { undecided: false, passed: false, fixes: Fixes::None, ..Keep::default() };
    let strict = |entry: &hipaalint::rules::load::RuleEntry| entry.is_in("strict");
    let linter = Linter::new(RuleSet::embedded(), strict, &BTreeMap::new(), BTreeMap::new(), keep).unwrap();
    for (text, most) in [(large(34), 200), (copies(16), 100)] {
        for (from, to) in [
            ("EnableKeyRotation: true", "EnableKeyRotation: false"),
            ("Enabled, Suspended", "Enabled, Enabled"),
            ("Status: Enabled", "Status: Suspended"),
            ("StorageEncrypted: true", "StorageEncrypted: false"),
            ("Action: sts:AssumeRole\n", "Action: 'sts:*'\n"),
            ("Timeout: ", "Timeout: 1"),
        ] {
            let other = text.replacen(from, to, 1);
            if other == text {
                continue;
            }
            let mut remembered = Remembered::default();
            for text in [&text, &other] {
                let source = Source::new(SourceId(0), "t.yaml", text.as_str());
                linter.lint_again(&mut remembered, &source, &load, linter.inputs(), None, &|_| true);
            }
            let asked = remembered.asked();
            let all = asked + remembered.reused();
            assert!(!remembered.is_empty() && asked <= most, "{from}: {asked} of {all} asked");
        }
    }
}
