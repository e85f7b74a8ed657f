//! Templates made of parts that go together: what they say does not depend on how they are written.

use super::source;
use arbitrary::{Result, Unstructured};
use hipaalint::Outcome;
use hipaalint::eval::inputs::Pinned;
use hipaalint::linter::{Keep, Linter};
use hipaalint::rules::load::RuleSet;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Panics if a template says something else in another spelling.
pub fn check(data: &[u8]) {
    // What bytes are left decides nothing: without bytes, the first of all choices is taken.
    let Ok((template, pins)) = Made(RefCell::new(Unstructured::new(data))).template() else { return };
    let nobody = Pinned::new();
    let text = template.to_string();
    let straight = said(&text, &nobody);

    let mut yaml = String::new();
    write_yaml(&template, 0, &mut yaml);
    assert_same("in YAML", &straight, &said(&yaml, &nobody), &yaml);

    let mut turned = template.clone();
    if let Some(resources) = turned["Resources"].as_object_mut() {
        let mut reversed: Vec<_> = std::mem::take(resources).into_iter().collect();
        reversed.reverse();
        resources.extend(reversed);
    }
    assert_same("with its resources in another order", &straight, &said(&turned.to_string(), &nobody), &text);

    let mut more = template.clone();
    more["Resources"]["Unrelated"] = json!({"Type": "AWS::CloudFormation::WaitConditionHandle"});
    let mut with_more = said(&more.to_string(), &nobody);
    with_more.retain(|(_, subject), _| subject != "Resources/Unrelated");
    assert_same("with an unrelated resource", &straight, &with_more, &text);

    let mut chosen = template.clone();
    for resource in chosen["Resources"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for property in resource["Properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            let same = property.take();
            *property = json!({"Fn::If": ["C0", same, same]});
        }
    }
    assert_same("with a choice between equals", &straight, &said(&chosen.to_string(), &nobody), &chosen.to_string());

    // What fails with the values of parameters does not pass without them.
    for (about, outcomes) in said(&text, &pins) {
        if outcomes.contains(&Outcome::Fail) {
            let open = straight.get(&about);
            let is_open = open.is_some_and(|open| open.contains(&Outcome::Fail) || open.contains(&Outcome::Undecided));
            assert!(is_open, "{about:?} fails with {pins:?}, and without: {open:?}\n{text}");
        }
    }
}

/// What is said about each rule and subject.
type Said = BTreeMap<(String, String), BTreeSet<Outcome>>;

fn said(text: &str, pins: &Pinned) -> Said {
    thread_local! {
        static OPEN: Linter = linter(Pinned::new());
    }
    let report = if pins.is_empty() {
        OPEN.with(|open| open.lint(&source(text)))
    } else {
        linter(pins.clone()).lint(&source(text))
    };
    assert!(report.is_template, "{text}");
    let mut said = Said::new();
    for finding in report.findings {
        let about = (finding.rule.to_string(), finding.subject.qualified_name());
        said.entry(about).or_default().insert(finding.outcome);
    }
    said
}

fn linter(pins: Pinned) -> Linter {
    let keep = Keep { undecided: true, passed: true, ..Keep::default() };
    Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), pins, keep).expect("the embedded rules")
}

#[track_caller]
fn assert_same(how: &str, before: &Said, after: &Said, text: &str) {
    for about in before.keys().chain(after.keys()) {
        assert!(
            before.get(about) == after.get(about),
            "{about:?} {how}: {:?} instead of {:?}\n{text}",
            after.get(about),
            before.get(about)
        );
    }
}

/// A template of the bytes of an input.
struct Made<'b>(RefCell<Unstructured<'b>>);

/// The types, and properties with values that rules ask for. `null` stands for an expression.
const TYPES: [(&str, &[(&str, &str)]); 12] = [
    (
        "AWS::S3::Bucket",
        &[
            ("BucketName", "null"),
            ("VersioningConfiguration", r#"{"Status": null}"#),
            ("VersioningConfiguration", r#"{"Status": "Enabled"}"#),
            (
                "PublicAccessBlockConfiguration",
                r#"{"BlockPublicAcls": true, "BlockPublicPolicy": null, "IgnorePublicAcls": true, "RestrictPublicBuckets": true}"#,
            ),
            (
                "BucketEncryption",
                r#"{"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": null}}]}"#,
            ),
            ("LoggingConfiguration", r#"{"DestinationBucketName": null}"#),
            ("AccessControl", "null"),
        ],
    ),
    (
        "AWS::S3::BucketPolicy",
        &[
            ("Bucket", "null"),
            (
                "PolicyDocument",
                r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": null, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#,
            ),
            (
                "PolicyDocument",
                r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": null}, "Action": "s3:GetObject", "Resource": "*"}}"#,
            ),
        ],
    ),
    (
        "AWS::KMS::Key",
        &[
            ("EnableKeyRotation", "true"),
            ("EnableKeyRotation", "null"),
            (
                "KeyPolicy",
                r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": null}, "Action": "kms:*", "Resource": "*"}]}"#,
            ),
        ],
    ),
    (
        "AWS::RDS::DBInstance",
        &[
            ("StorageEncrypted", "null"),
            ("StorageEncrypted", "true"),
            ("KmsKeyId", "null"),
            ("PubliclyAccessible", "null"),
            ("BackupRetentionPeriod", "null"),
            ("MultiAZ", "true"),
            ("Engine", "null"),
            ("VPCSecurityGroups", "[null]"),
            ("MasterUserPassword", "null"),
            ("DeletionProtection", "null"),
        ],
    ),
    ("AWS::SQS::Queue", &[("KmsMasterKeyId", "null"), ("SqsManagedSseEnabled", "null")]),
    ("AWS::SNS::Topic", &[("KmsMasterKeyId", "null"), ("TopicName", "null")]),
    (
        "AWS::DynamoDB::Table",
        &[
            ("SSESpecification", r#"{"SSEEnabled": null}"#),
            ("PointInTimeRecoverySpecification", r#"{"PointInTimeRecoveryEnabled": null}"#),
            ("Tags", r#"[{"Key": "a", "Value": null}]"#),
        ],
    ),
    (
        "AWS::Lambda::Function",
        &[
            ("Role", "null"),
            ("Runtime", "null"),
            ("KmsKeyArn", "null"),
            ("Environment", r#"{"Variables": {"PASSWORD": null}}"#),
            ("VpcConfig", r#"{"SubnetIds": [null], "SecurityGroupIds": [null]}"#),
        ],
    ),
    (
        "AWS::IAM::Role",
        &[
            (
                "AssumeRolePolicyDocument",
                r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": null}, "Action": "sts:AssumeRole"}]}"#,
            ),
            (
                "Policies",
                r#"[{"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": null, "Resource": null}]}}]"#,
            ),
            ("RoleName", "null"),
            ("ManagedPolicyArns", "[null]"),
        ],
    ),
    ("AWS::Logs::LogGroup", &[("RetentionInDays", "null"), ("LogGroupName", "null"), ("KmsKeyId", "null")]),
    (
        "AWS::EC2::SecurityGroup",
        &[
            ("GroupDescription", "\"x\""),
            ("SecurityGroupIngress", r#"[{"IpProtocol": "tcp", "FromPort": null, "ToPort": 5432, "CidrIp": null}]"#),
            ("VpcId", "null"),
        ],
    ),
    ("AWS::EC2::Volume", &[("Encrypted", "null"), ("KmsKeyId", "null"), ("Size", "null")]),
];

const TEXTS: [&str; 16] = [
    "true",
    "false",
    "dev",
    "Enabled",
    "Suspended",
    "*",
    "0.0.0.0/0",
    "aws:kms",
    "alias/aws/s3",
    "python3.12",
    "postgres",
    "s3:*",
    "records",
    "no",
    "7",
    "",
];

impl Made<'_> {
    fn any<T: Copy>(&self, of: &[T]) -> Result<T> {
        self.0.borrow_mut().choose(of).copied()
    }

    fn below(&self, end: usize) -> Result<usize> {
        self.0.borrow_mut().int_in_range(0..=end - 1)
    }

    fn template(&self) -> Result<(Value, Pinned)> {
        let mut resources = Map::new();
        for number in 0..=self.below(5)? {
            let (kind, known) = self.any(&TYPES)?;
            let mut properties = Map::new();
            for _ in 0..self.below(known.len() + 1)? {
                let (name, value) = self.any(known)?;
                let shape = serde_json::from_str(value).expect("a value of the table");
                properties.insert(name.to_owned(), self.filled(shape)?);
            }
            let mut resource = json!({"Type": kind, "Properties": properties});
            match self.below(8)? {
                1 => resource["Condition"] = json!(self.any(&["C0", "C1", "C2"])?),
                2 => resource["DeletionPolicy"] = json!(self.any(&["Retain", "Delete", "Snapshot"])?),
                _ => {}
            }
            resources.insert(format!("R{number}"), resource);
        }
        let mut conditions = Map::new();
        conditions.insert("C0".to_owned(), json!({"Fn::Equals": [{"Ref": "Env"}, "dev"]}));
        for number in 1..3 {
            let earlier = json!({"Condition": format!("C{}", number - 1)});
            let own =
                json!({"Fn::Equals": [{"Ref": self.any(&["Env", "Flag", "Word", "AWS::Region"])?}, self.any(&TEXTS)?]});
            let condition = match self.below(4)? {
                0 => own,
                1 => json!({"Fn::Not": [earlier]}),
                2 => json!({"Fn::And": [own, earlier]}),
                _ => json!({"Fn::Or": [earlier, own]}),
            };
            conditions.insert(format!("C{number}"), condition);
        }
        let template = json!({
            "Parameters": {
                "Env": {"Type": "String", "AllowedValues": ["dev", "test", "prod"], "Default": "dev"},
                "Flag": {"Type": "String", "AllowedValues": ["true", "false"]},
                "Word": {"Type": "String", "Default": "records"},
                "Free": {"Type": "String"},
            },
            "Mappings": {"Map": {"dev": {"k": "false"}, "test": {"k": "true"}, "prod": {"k": "true"}}},
            "Conditions": conditions,
            "Resources": resources,
        });
        let pins = [
            ("Env", self.any(&["dev", "test", "prod"])?),
            ("Flag", self.any(&["true", "false"])?),
            // Without a value from the run, a parameter that takes any text is its default.
            ("Word", "records"),
            // Where a rule only asks that a property is set, a parameter sets it; that its value may be empty is left out there.
            ("Free", Some(self.any(&TEXTS)?).filter(|text| !text.is_empty()).unwrap_or("records")),
        ];
        Ok((template, pins.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    /// A value with an expression for each `null`.
    fn filled(&self, shape: Value) -> Result<Value> {
        Ok(match shape {
            Value::Null => self.expression(2)?,
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.filled(item)).collect::<Result<_>>()?)
            }
            Value::Object(entries) => Value::Object(
                entries.into_iter().map(|(key, value)| Ok((key, self.filled(value)?))).collect::<Result<_>>()?,
            ),
            scalar => scalar,
        })
    }

    fn expression(&self, depth: usize) -> Result<Value> {
        let resource = || self.below(5).map(|number| format!("R{number}"));
        let inner = || self.expression(depth - 1);
        Ok(match self.below(if depth == 0 { 7 } else { 12 })? {
            0 | 1 => json!(self.any(&TEXTS)?),
            2 => {
                json!({"Ref": self.any(&["Env", "Flag", "Word", "Free", "AWS::Region", "AWS::AccountId", "AWS::NoValue"])?})
            }
            3 => json!({"Ref": resource()?}),
            4 => json!({"Fn::GetAtt": [resource()?, "Arn"]}),
            5 => json!({"Fn::FindInMap": ["Map", {"Ref": "Env"}, "k"]}),
            6 => json!(self.below(3)? == 1),
            7 => {
                json!({"Fn::Sub": self.any(&["${Env}-${Word}", "arn:aws:s3:::${Word}/*", "${R0}/*", "${AWS::Partition}"])?})
            }
            8 => json!({"Fn::Join": ["", [inner()?, inner()?]]}),
            9 => json!({"Fn::Select": [self.below(2)?, [inner()?, inner()?]]}),
            _ => json!({"Fn::If": [self.any(&["C0", "C1", "C2"])?, inner()?, inner()?]}),
        })
    }
}

/// In block style, functions by their short tags. In a `!Sub` and a `!Ref`, too, texts are in double quotes, as in JSON.
fn write_yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let one = |entries: &Map<String, Value>| entries.iter().next().map(|(key, value)| (key.clone(), value.clone()));
    match value {
        Value::Object(entries) if entries.len() == 1 => {
            let Some((key, inner)) = one(entries) else { return };
            let tag = match key.as_str() {
                "Ref" => Some("Ref"),
                key => key.strip_prefix("Fn::"),
            };
            match tag {
                Some(tag) => {
                    let _ = write!(out, " !{tag}");
                    write_yaml(&inner, indent, out);
                }
                None => write_entries(entries, &pad, indent, out),
            }
        }
        Value::Object(entries) if !entries.is_empty() => write_entries(entries, &pad, indent, out),
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                let _ = write!(out, "{pad}-");
                write_yaml(item, indent + 2, out);
            }
        }
        scalar => {
            let _ = writeln!(out, " {scalar}");
        }
    }
}

fn write_entries(entries: &Map<String, Value>, pad: &str, indent: usize, out: &mut String) {
    out.push('\n');
    for (key, value) in entries {
        let _ = write!(out, "{pad}{}:", json!(key));
        write_yaml(value, indent + 2, out);
    }
}
