//! What a template costs grows with its size, whatever it is made of: counted in steps of the evaluation, not in time.

use hipaalint::eval::inputs::Pinned;
use hipaalint::finding::{Finding, Fix};
use hipaalint::linter::{FileReport, Fixes, Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn linter() -> Linter {
    let keep = Keep { undecided: true, passed: false, ..Keep::default() };
    Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::default(), keep).unwrap()
}

fn lint(linter: &Linter, template: &Value) -> FileReport {
    let report = linter.lint(&Source::new(SourceId(0), "template.json", template.to_string()));
    assert!(report.is_template);
    report
}

fn resource(kind: &str, properties: Value) -> Value {
    json!({ "Type": kind, "Properties": properties })
}

fn policy(resource: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource,
          "Condition": { "Bool": { "aws:SecureTransport": "false" } } }
    ] })
}

fn reference(name: String) -> Value {
    json!({ "Ref": name })
}

fn arn(name: String) -> Value {
    json!({ "Fn::GetAtt": [name, "Arn"] })
}

/// Resources for each number below `n`, by a letter and the number.
type Family = fn(usize, usize) -> Vec<(&'static str, Value)>;

const FAMILIES: [(&str, Family); 14] = [
    ("bare buckets", |_, _| vec![("B", json!({ "Type": "AWS::S3::Bucket" }))]),
    ("named buckets, and policies by name", |_, i| {
        vec![
            ("B", resource("AWS::S3::Bucket", json!({ "BucketName": format!("records-{i}") }))),
            (
                "Q",
                resource(
                    "AWS::S3::BucketPolicy",
                    json!({ "Bucket": format!("records-{i}"), "PolicyDocument": policy(json!(format!("arn:aws:s3:::records-{i}/*"))) }),
                ),
            ),
        ]
    }),
    ("buckets and policies", |_, i| {
        vec![
            (
                "B",
                resource(
                    "AWS::S3::Bucket",
                    json!({ "LoggingConfiguration": { "DestinationBucketName": reference(format!("B{}", i / 2)) } }),
                ),
            ),
            (
                "Q",
                resource(
                    "AWS::S3::BucketPolicy",
                    json!({ "Bucket": reference(format!("B{i}")), "PolicyDocument": policy(arn(format!("B{i}"))) }),
                ),
            ),
        ]
    }),
    ("queues and policies", |_, i| {
        vec![
            ("Q", resource("AWS::SQS::Queue", json!({}))),
            (
                "P",
                resource(
                    "AWS::SQS::QueuePolicy",
                    json!({ "Queues": [reference(format!("Q{i}"))], "PolicyDocument": policy(json!("*")) }),
                ),
            ),
        ]
    }),
    ("keys, aliases and databases", |_, i| {
        vec![
            ("K", resource("AWS::KMS::Key", json!({ "KeyPolicy": policy(json!("*")) }))),
            (
                "A",
                resource(
                    "AWS::KMS::Alias",
                    json!({ "AliasName": format!("alias/k{i}"), "TargetKeyId": reference(format!("K{i}")) }),
                ),
            ),
            (
                "D",
                resource(
                    "AWS::RDS::DBInstance",
                    json!({ "KmsKeyId": reference(format!("A{i}")), "DBInstanceIdentifier": format!("d{i}") }),
                ),
            ),
        ]
    }),
    ("functions, roles and log groups", |_, i| {
        vec![
            (
                "F",
                resource(
                    "AWS::Lambda::Function",
                    json!({ "Role": arn(format!("R{i}")), "Runtime": "python3.12", "Code": { "ZipFile": "x" } }),
                ),
            ),
            ("R", resource("AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": policy(json!("*")) }))),
            (
                "P",
                resource(
                    "AWS::IAM::Policy",
                    json!({ "PolicyName": "p", "Roles": [reference(format!("R{i}"))], "PolicyDocument": policy(json!("*")) }),
                ),
            ),
            (
                "G",
                resource(
                    "AWS::Logs::LogGroup",
                    json!({ "LogGroupName": { "Fn::Sub": format!("/aws/lambda/${{F{i}}}") } }),
                ),
            ),
        ]
    }),
    ("roles by name", |_, i| {
        vec![
            (
                "R",
                resource(
                    "AWS::IAM::Role",
                    json!({ "RoleName": format!("reader-{i}"), "AssumeRolePolicyDocument": policy(json!("*")) }),
                ),
            ),
            (
                "F",
                resource(
                    "AWS::Lambda::Function",
                    json!({ "Role": { "Fn::Sub": format!("arn:aws:iam::${{AWS::AccountId}}:role/reader-{i}") }, "Code": { "ZipFile": "x" } }),
                ),
            ),
        ]
    }),
    ("subnets, routes and databases", |_, i| {
        vec![
            ("V", resource("AWS::EC2::VPC", json!({}))),
            ("S", resource("AWS::EC2::Subnet", json!({ "VpcId": reference(format!("V{i}")) }))),
            ("T", resource("AWS::EC2::RouteTable", json!({ "VpcId": reference(format!("V{i}")) }))),
            (
                "A",
                resource(
                    "AWS::EC2::SubnetRouteTableAssociation",
                    json!({ "SubnetId": reference(format!("S{i}")), "RouteTableId": reference(format!("T{i}")) }),
                ),
            ),
            ("I", resource("AWS::EC2::InternetGateway", json!({}))),
            (
                "R",
                resource(
                    "AWS::EC2::Route",
                    json!({ "RouteTableId": reference(format!("T{i}")), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": reference(format!("I{i}")) }),
                ),
            ),
            ("H", resource("AWS::RDS::DBSubnetGroup", json!({ "SubnetIds": [reference(format!("S{i}"))] }))),
            (
                "D",
                resource(
                    "AWS::RDS::DBInstance",
                    json!({ "DBSubnetGroupName": reference(format!("H{i}")), "PubliclyAccessible": true }),
                ),
            ),
        ]
    }),
    ("subnets of one route table", |_, i| {
        let table = if i == 0 { vec![("T", resource("AWS::EC2::RouteTable", json!({})))] } else { Vec::new() };
        let own = vec![
            ("S", resource("AWS::EC2::Subnet", json!({}))),
            (
                "A",
                resource(
                    "AWS::EC2::SubnetRouteTableAssociation",
                    json!({ "SubnetId": reference(format!("S{i}")), "RouteTableId": reference("T0".to_owned()) }),
                ),
            ),
            (
                "R",
                resource(
                    "AWS::EC2::Route",
                    json!({ "RouteTableId": reference("T0".to_owned()), "GatewayId": "igw-1" }),
                ),
            ),
        ];
        table.into_iter().chain(own).collect()
    }),
    ("security groups and databases", |_, i| {
        let rule = json!({ "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0" });
        vec![
            (
                "G",
                resource("AWS::EC2::SecurityGroup", json!({ "GroupDescription": "x", "SecurityGroupIngress": [rule] })),
            ),
            ("D", resource("AWS::RDS::DBInstance", json!({ "VPCSecurityGroups": [reference(format!("G{i}"))] }))),
        ]
    }),
    ("log groups, filters and alarms", |_, i| {
        vec![
            ("L", resource("AWS::Logs::LogGroup", json!({}))),
            (
                "M",
                resource(
                    "AWS::Logs::MetricFilter",
                    json!({ "LogGroupName": reference(format!("L{i}")), "MetricTransformations": [{ "MetricName": format!("m{i}"), "MetricNamespace": "n" }] }),
                ),
            ),
            (
                "A",
                resource(
                    "AWS::CloudWatch::Alarm",
                    json!({ "MetricName": format!("m{i}"), "Namespace": "n", "AlarmActions": [reference(format!("T{i}"))] }),
                ),
            ),
            ("T", resource("AWS::SNS::Topic", json!({}))),
        ]
    }),
    ("backup plans, selections and tables", |_, i| {
        let tag = json!({ "ConditionKey": "plan", "ConditionValue": i.to_string(), "ConditionType": "STRINGEQUALS" });
        vec![
            ("P", resource("AWS::Backup::BackupPlan", json!({ "BackupPlan": { "BackupPlanName": "x" } }))),
            (
                "S",
                resource(
                    "AWS::Backup::BackupSelection",
                    json!({ "BackupPlanId": reference(format!("P{i}")), "BackupSelection": { "ListOfTags": [tag] } }),
                ),
            ),
            ("D", resource("AWS::DynamoDB::Table", json!({ "Tags": [{ "Key": "plan", "Value": i.to_string() }] }))),
        ]
    }),
    ("load balancers, listeners and web ACLs", |_, i| {
        vec![
            ("L", resource("AWS::ElasticLoadBalancingV2::LoadBalancer", json!({}))),
            (
                "H",
                resource(
                    "AWS::ElasticLoadBalancingV2::Listener",
                    json!({ "LoadBalancerArn": reference(format!("L{i}")), "Port": 80, "Protocol": "HTTP" }),
                ),
            ),
            (
                "W",
                resource(
                    "AWS::WAFv2::WebACLAssociation",
                    json!({ "ResourceArn": reference(format!("L{i}")), "WebACLArn": "x" }),
                ),
            ),
        ]
    }),
    ("dependencies in a circle", |n, i| {
        vec![("T", json!({ "Type": "AWS::SNS::Topic", "DependsOn": format!("T{}", (i + 1) % n) }))]
    }),
];

fn template(family: Family, n: usize) -> Value {
    let mut resources = Map::new();
    for i in 0..n {
        for (letter, resource) in family(n, i) {
            resources.insert(format!("{letter}{i}"), resource);
        }
    }
    json!({ "Resources": resources })
}

#[test]
fn steps_grow_with_the_template() {
    let linter = linter();
    for (name, family) in FAMILIES {
        let [small, large] = [15, 60].map(|n| lint(&linter, &template(family, n)).steps);
        assert!(small > 100, "{name}: {small}");
        assert!(large <= small * 9 / 2, "{name}: {small} steps, and {large} for four times as many resources");
    }
}

/// A template of so many parts.
type Template = fn(usize) -> Value;

/// Templates whose parts have as many values, rules or rows as the template has resources.
const TEMPLATES: [(&str, Template); 6] = [
    ("values and conditions", |n| {
        let values: Vec<String> = (0..n).map(|i| format!("v{i}")).collect();
        let condition = |i: usize| (format!("C{i}"), json!({ "Fn::Equals": [{ "Ref": "P" }, format!("v{i}")] }));
        let status = |i: usize| json!({ "Fn::If": [format!("C{}", i * 7 % n), "Enabled", "Suspended"] });
        let bucket = |i: usize| {
            let properties = json!({ "VersioningConfiguration": { "Status": status(i) } });
            (format!("B{i}"), resource("AWS::S3::Bucket", properties))
        };
        json!({
            "Parameters": { "P": { "Type": "String", "AllowedValues": values } },
            "Conditions": (0..n).map(condition).collect::<Map<_, _>>(),
            "Resources": (0..n).map(bucket).collect::<Map<_, _>>(),
        })
    }),
    ("rules on one parameter", |n| {
        let refuses = |i: usize| json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "P" }, format!("v{i}")] }] });
        let rule = |i: usize| (format!("R{i}"), json!({ "Assertions": [{ "Assert": refuses(i) }] }));
        let status = json!({ "Fn::If": ["C", "Enabled", "Suspended"] });
        json!({
            "Parameters": { "P": { "Type": "String" } },
            "Rules": (0..n).map(rule).collect::<Map<_, _>>(),
            "Conditions": { "C": { "Fn::Equals": [{ "Ref": "P" }, "a"] } },
            "Resources": { "B": resource("AWS::S3::Bucket", json!({ "VersioningConfiguration": { "Status": status } })) },
        })
    }),
    ("rows of a mapping", |n| {
        let row = |i: usize| (format!("v{i}"), json!({ "k": i.is_multiple_of(2) }));
        let found = json!({ "Fn::FindInMap": ["M", { "Ref": "P" }, "k"] });
        json!({
            "Parameters": { "P": { "Type": "String" } },
            "Mappings": { "M": (0..n).map(row).collect::<Map<_, _>>() },
            "Resources": { "D": resource("AWS::RDS::DBInstance", json!({ "StorageEncrypted": found })) },
        })
    }),
    ("a mapping that many resources read", |n| {
        let row = |i: usize| (format!("v{i}"), json!({ "k": i.is_multiple_of(2), "l": i.is_multiple_of(3) }));
        let database = |i: usize| {
            let key = if i.is_multiple_of(2) { "k" } else { "l" };
            let found = json!({ "Fn::FindInMap": ["M", { "Ref": "P" }, key] });
            (format!("D{i}"), resource("AWS::RDS::DBInstance", json!({ "StorageEncrypted": found })))
        };
        json!({
            "Parameters": { "P": { "Type": "String" } },
            "Mappings": { "M": (0..n).map(row).collect::<Map<_, _>>() },
            "Resources": (0..n).map(database).collect::<Map<_, _>>(),
        })
    }),
    ("buckets and policies by parameters", |n| {
        let mut resources = Map::new();
        for i in 0..n {
            let name = reference(format!("P{i}"));
            let about = json!({ "Fn::Sub": format!("arn:aws:s3:::${{P{i}}}/*") });
            let document = policy(about);
            resources.insert(format!("B{i}"), resource("AWS::S3::Bucket", json!({ "BucketName": name.clone() })));
            resources.insert(
                format!("Q{i}"),
                resource("AWS::S3::BucketPolicy", json!({ "Bucket": name, "PolicyDocument": document })),
            );
        }
        let parameter = |i: usize| (format!("P{i}"), json!({ "Type": "String" }));
        json!({ "Parameters": (0..n).map(parameter).collect::<Map<_, _>>(), "Resources": resources })
    }),
    ("conditional routes", |n| {
        let condition = |i: usize| (format!("C{i}"), json!({ "Fn::Equals": [{ "Ref": "P" }, format!("v{i}")] }));
        let mut resources = Map::new();
        resources.insert("T".to_owned(), resource("AWS::EC2::RouteTable", json!({ "VpcId": "v" })));
        for i in 0..n {
            let properties = json!({
                "RouteTableId": reference("T".to_owned()), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": format!("igw-{i}"),
            });
            let route = json!({ "Type": "AWS::EC2::Route", "Condition": format!("C{i}"), "Properties": properties });
            resources.insert(format!("R{i}"), route);
        }
        json!({
            "Parameters": { "P": { "Type": "String" } },
            "Conditions": (0..n).map(condition).collect::<Map<_, _>>(),
            "Resources": resources,
        })
    }),
];

#[test]
fn steps_grow_with_what_parameters_decide() {
    let linter = linter();
    for (name, template) in TEMPLATES {
        let [small, large] = [30, 120].map(|n| lint(&linter, &template(n)).steps);
        assert!(small > 100, "{name}: {small}");
        // An exponent of at most 1.16; of rules, 1.3.
        let most = if name == "rules on one parameter" { 6 } else { 5 };
        assert!(large <= small * most, "{name}: {small} steps, and {large} for four times as many");
    }
}

/// A text that has another text twice, which has another one twice: what fixes look for in it is bounded.
#[test]
fn texts_that_double_are_bounded_with_fixes() {
    let keep = Keep { fixes: Fixes::WithEdits, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::default(), keep).unwrap();
    let named = |depth: usize| {
        let doubled = |inner, _| json!({ "Fn::Sub": ["${A}${A}", { "A": inner }] });
        let name = (0..depth).fold(json!("records"), doubled);
        let report = lint(
            &linter,
            &json!({ "Resources": {
                "A": resource("AWS::S3::Bucket", json!({ "BucketName": "records" })),
                "B": resource("AWS::S3::Bucket", json!({ "BucketName": name })),
            } }),
        );
        let texts = |finding: &Finding| {
            finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.text.len()).sum::<usize>()
        };
        let edits: usize = report.findings.iter().map(texts).sum();
        (report.steps, edits)
    };
    let ((few_steps, few), (many_steps, many)) = (named(10), named(40));
    assert!(many_steps <= few_steps * 9 / 2, "{few_steps} steps, and {many_steps}");
    assert!(many <= few * 9 / 2 + 4096, "{few} bytes, and {many}");
}

/// Exceptions are looked up by what they cover: a thousand for the whole template, and one that covers a thousand iterations.
#[test]
fn each_of_many_exceptions_is_counted() {
    let linter = linter();
    let waiver = json!({ "rule": "s3-bucket-versioning", "reason": "The archive keeps every version" });
    let mut template = template(|_, _| vec![("B", json!({ "Type": "AWS::S3::Bucket" }))], 20);
    template["Metadata"] = json!({ "hipaalint": { "exceptions": vec![waiver; 50] } });
    let report = lint(&linter, &template);
    let versions =
        |report: &FileReport| report.suppressed.iter().filter(|one| &*one.rule == "s3-bucket-versioning").count();
    assert_eq!(versions(&report), 20);
    assert_eq!(report.exceptions.len(), 50);
    assert!(report.exceptions.iter().all(|exception| exception.findings == 20));
}

/// Each fix reads the resource that it changes, not the template: so all of them have edits, in a template of any size.
#[test]
fn fixes_of_many_resources_have_edits() {
    let keep = Keep { fixes: Fixes::WithEdits, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::default(), keep).unwrap();
    let yaml = |n: usize| {
        let buckets = (0..n)
            .map(|i| format!("  B{i}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: records-{i}\n"));
        format!("Resources:\n{}", buckets.collect::<String>())
    };
    let json = |n: usize| {
        let bucket =
            |i: usize| (format!("B{i}"), resource("AWS::S3::Bucket", json!({ "BucketName": format!("records-{i}") })));
        let resources: Map<String, Value> = (0..n).map(bucket).collect();
        serde_json::to_string_pretty(&json!({ "Resources": resources })).unwrap()
    };
    let count = |text: String| {
        let report = linter.lint(&Source::new(SourceId(0), "template", text));
        // That one is about all names of the template.
        let each = report.findings.iter().filter(|finding| &*finding.rule != "name-suffix-parameter");
        // CloudFormation takes no more resources.
        let adds = |fix: &Fix| fix.changes.iter().any(|change| change.path.len() == 2);
        each.filter_map(|finding| finding.fix.as_ref()).filter(|fix| !adds(fix) && !fix.edits.is_empty()).count()
    };
    for text in [&yaml as &dyn Fn(usize) -> String, &json] {
        let (few, many) = (count(text(10)), count(text(1500)));
        assert!(few >= 10, "{few}");
        assert_eq!(many, few * 150);
    }
}

/// Each policy of each role is compared with each bucket that gets a key, so that a note names the roles that cannot use it; in a template
/// where that would take long, no note does.
#[test]
fn roles_are_compared_with_resources_up_to_a_limit() {
    let with = |fixes: Fixes| {
        let keep = Keep { fixes, ..Keep::default() };
        Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::default(), keep).unwrap()
    };
    let (bare, fixing) = (with(Fixes::None), with(Fixes::Changes));
    let family: Family = |n, _| {
        let statement = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
        let roles: Vec<Value> = (0..n).map(|i| reference(format!("R{i}"))).collect();
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
        vec![
            ("R", resource("AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": {} }))),
            (
                "P",
                resource("AWS::IAM::Policy", json!({ "PolicyName": "p", "Roles": roles, "PolicyDocument": document })),
            ),
            ("B", resource("AWS::S3::Bucket", json!({}))),
        ]
    };
    let note = |family: Family, n: usize| {
        let report = lint(&fixing, &template(family, n));
        let is_meant = |rule: &str, path: &str| rule == "s3-bucket-kms-encryption" && path.starts_with("Resources/B0");
        let finding = report.findings.iter().find(|finding| is_meant(&finding.rule, &finding.path)).unwrap();
        finding.fix.as_ref().unwrap().note.clone()
    };
    let (few, many) = (note(family, 2), note(family, 64));
    assert!(few.contains("`R0` and `R1`"), "{few}");
    assert!(many.contains("did not look up which roles lack it") && !many.contains("`R1`"), "{many}");
    assert!(many.contains("too many roles, policies, and resources"), "{many}");
    let [bare, fixing] = [&bare, &fixing].map(|linter| lint(linter, &template(family, 64)).steps);
    assert!(fixing <= bare * 4, "{bare} steps, and {fixing} with fixes");
    // Many roles with a few statements each are not many.
    let service: Family = |_, i| {
        let allow =
            |action: &str, resource: Value| json!({ "Effect": "Allow", "Action": [action], "Resource": resource });
        let statements = [
            allow("s3:GetObject", json!({ "Fn::Sub": format!("${{B{i}.Arn}}/*") })),
            allow("logs:*", json!("*")),
            allow("sqs:SendMessage", json!(format!("arn:aws:sqs:*:*:results-{i}"))),
        ];
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        let policies = json!([{ "PolicyName": "p", "PolicyDocument": document }]);
        vec![
            ("R", resource("AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": {}, "Policies": policies }))),
            ("B", resource("AWS::S3::Bucket", json!({}))),
        ]
    };
    let services = note(service, 60);
    assert!(services.contains("`R0` can use `B0` but lacks `kms:Decrypt`"), "{services}");
    // Wildcards cost more.
    let wild: Family = |_, _| {
        let statement = json!({ "Effect": "Allow", "Action": "s3:*G*e*t*O*b*j*", "Resource": format!("arn:aws:s3:::{}", "*a".repeat(40)) });
        let policies = json!([{ "PolicyName": "p", "PolicyDocument": { "Statement": [statement.clone(), statement.clone(), statement] } }]);
        vec![
            ("R", resource("AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": {}, "Policies": policies }))),
            ("B", resource("AWS::S3::Bucket", json!({}))),
        ]
    };
    let wild = note(wild, 72);
    assert!(wild.contains("did not look up which roles lack it"), "{wild}");
}
