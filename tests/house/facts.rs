//! The facts hold against the resource schemas, the data files are what the lookups need, and the script still makes them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::skipped::skipped;
use hipaalint::facts::properties::{Below, Map, Properties};
use hipaalint::facts::schema::{Kind, Schema, property};
use hipaalint::facts::{
    Grant, Lifecycle, Limitable, TagShape, can_be_limited, hipaa_eligibility, is_known_type, is_property_attribute,
    is_stateful, limitable, managed_policy_grant, name_property, resource_types, tag_shape,
};

const RESOURCE_TYPES: &str = include_str!("../../data/resource-types.txt");
const SCHEMAS: &str = include_str!("../../data/schemas.txt");
const SAM_TYPES: &str = include_str!("../../data/sam-types.txt");
const IAM_ACTIONS: &str = include_str!("../../data/iam-actions.txt");
const IAM_RESOURCES: &str = include_str!("../../data/iam-resources.txt");
const ATTRIBUTES: &str = include_str!("../../data/attributes.txt");
const NAMES: &str = include_str!("../../data/names.txt");
const STATEFUL: &str = include_str!("../../data/stateful.txt");
const LAMBDA_RUNTIMES: &str = include_str!("../../data/lambda-runtimes.txt");
const LIFECYCLES: &str = include_str!("../../data/lifecycles.txt");
const REPLACEMENT: &str = include_str!("../../data/replacement.txt");
const REPLACEMENT_NOTES: &str = include_str!("../../data/replacement-notes.txt");
const HIPAA_ELIGIBLE: &str = include_str!("../../data/hipaa-eligible.txt");
const MANAGED_POLICIES: &str = include_str!("../../data/managed-policies.txt");

/// The first word and the rest of each line of a data file, without its header.
fn entries(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(' ').unwrap_or((line, "")))
}

/// The words of a line before its comment.
fn words(rest: &'static str) -> Vec<&'static str> {
    rest.split(' ').take_while(|word| !word.starts_with('#')).filter(|word| !word.is_empty()).collect()
}

/// Service, first letter and actions of each line of the IAM actions.
fn iam_lines() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    entries(IAM_ACTIONS).map(|(key, actions)| {
        let (service, letter) = key.split_once(':').unwrap();
        (service, letter, actions)
    })
}

/// An action without what follows it in the data.
fn name_of(action: &str) -> &str {
    action.split(['!', '=']).next().unwrap()
}

#[test]
fn data_files_are_ascii_and_sorted_after_their_header() {
    for (name, text) in [
        ("resource-types", RESOURCE_TYPES),
        ("schemas", SCHEMAS),
        ("sam-types", SAM_TYPES),
        ("iam-actions", IAM_ACTIONS),
        ("iam-resources", IAM_RESOURCES),
        ("attributes", ATTRIBUTES),
        ("names", NAMES),
        ("stateful", STATEFUL),
        ("managed-policies", MANAGED_POLICIES),
        ("hipaa-eligible", HIPAA_ELIGIBLE),
        ("lambda-runtimes", LAMBDA_RUNTIMES),
        ("lifecycles", LIFECYCLES),
        ("replacement", REPLACEMENT),
        ("replacement-notes", REPLACEMENT_NOTES),
    ] {
        assert!(text.is_ascii(), "{name} is not ASCII");
        assert!(text.ends_with('\n') && !text.contains("\n\n") && !text.contains("  \n"), "{name}");
        let header = text.lines().take_while(|line| line.starts_with('#')).count();
        assert!(header > 0, "{name} does not say what it is");
        let keys: Vec<&str> = entries(text).map(|(key, _)| key).collect();
        assert_eq!(keys.len(), text.lines().count() - header, "{name} has comment lines below its header");

        for pair in keys.windows(2) {
            assert!(pair[0] < pair[1], "{name}: {} does not sort before {}", pair[0], pair[1]);
        }
    }
}

#[test]
fn iam_action_lines_hold_the_actions_of_one_service_and_letter_in_order() {
    for (service, letter, actions) in iam_lines() {
        let names: Vec<&str> = actions.split(' ').map(name_of).collect();
        assert!(names.iter().all(|name| name.starts_with(letter)), "{service}:{letter}");
        assert!(names.is_sorted_by(|left, right| left < right), "{service}:{letter}");
    }
}

#[test]
fn every_action_with_a_number_has_that_set_of_resources() {
    let sets: BTreeMap<&str, usize> =
        entries(IAM_RESOURCES).map(|(service, sets)| (service, sets.split(' ').count())).collect();
    for (service, _, actions) in iam_lines() {
        for action in actions.split(' ').filter(|action| !action.ends_with('!')) {
            let number = action.split_once('=').map_or("0", |(_, number)| number);
            let known = number == "?" || number.parse::<usize>().unwrap() < sets.get(service).copied().unwrap_or(0);
            assert!(known, "{service}:{action}");
        }
    }
}

#[test]
fn every_type_with_a_schema_is_known_and_no_other() {
    let in_data: BTreeSet<&str> = entries(RESOURCE_TYPES).map(|(resource_type, _)| resource_type).collect();
    assert_eq!(in_data, resource_types().collect::<BTreeSet<_>>());
    assert_eq!(in_data, entries(SCHEMAS).map(|(resource_type, _)| resource_type).collect::<BTreeSet<_>>());
    assert_eq!(in_data.len(), 1884);
    for known in &in_data {
        assert!(is_known_type(known) && Schema::of(known).is_some(), "{known}");
    }
    for unknown in [
        "",
        "AWS",
        "AWS::S3",
        "AWS::S3::Bucke",
        "AWS::S3::Buckets",
        "aws::s3::bucket",
        "AWS::KMS::Key stateful",
        "Custom::Thing",
        "#",
        "Module",
    ] {
        assert!(!is_known_type(unknown) && Schema::of(unknown).is_none(), "{unknown}");
    }
}

/// At every depth, the names of properties are those of the schema, as far as objects lead to each other.
#[test]
fn property_names_are_those_of_the_schemas() {
    fn compare(resource_type: &str, path: &str, properties: Properties, map: Map, depth: usize) -> usize {
        let mut compared = 0;
        let names = properties.names(map);
        for name in names.iter() {
            let mut path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let mut kind = property(resource_type, &path).unwrap().kind;
            compared += 1;
            let Some(Below::Properties(below, inside)) = names.get(name) else { continue };
            for _ in 0..inside {
                path += if kind == Kind::Array { "[*]" } else { ".*" };
                kind = property(resource_type, &path).unwrap().kind;
            }
            let Kind::Object(names) = kind else { panic!("{resource_type} {path}: {kind:?}") };
            assert_eq!(properties.names(below).iter().collect::<Vec<_>>(), names, "{resource_type} {path}");
            // Definitions may refer to themselves.
            if depth < 3 {
                compared += compare(resource_type, &path, properties, below, depth + 1);
            }
        }
        compared
    }
    let compared: usize =
        resource_types().filter_map(|kind| Some(compare(kind, "", Properties::of(kind)?, Properties::TOP, 0))).sum();
    assert!(compared > 20_000, "{compared}");
    let missing: Vec<&str> = resource_types().filter(|kind| Properties::of(kind).is_none()).collect();
    assert_eq!(missing, ["AWS::CDK::Metadata", "AWS::CloudFormation::CustomResource"]);
}

#[test]
fn tag_properties_are_writable_and_shaped_as_the_schema_says() {
    let mut taggable = 0;
    for resource_type in resource_types() {
        let Some(tags) = tag_shape(resource_type) else { continue };
        taggable += 1;
        let found = property(resource_type, tags.name).unwrap();
        assert!(!found.read_only, "{resource_type}");
        let keys_at =
            |path: &str| match property(resource_type, &format!("{}{path}", tags.name)).map(|found| found.kind) {
                Ok(Kind::Object(names)) => names,
                other => panic!("{resource_type}: {path} is {other:?}"),
            };
        match tags.shape {
            TagShape::List => assert_eq!(keys_at("[*]"), ["Key", "Value"], "{resource_type}"),
            TagShape::PropagatingList => assert_eq!(keys_at("[*]"), ["Key", "PropagateAtLaunch", "Value"]),
            TagShape::EitherList => assert_eq!(keys_at("[*]"), ["Key", "TagKey", "TagValue", "Value"]),
            TagShape::Map => assert_eq!(found.kind, Kind::Map, "{resource_type}"),
            TagShape::Json => assert_eq!(found.kind, Kind::Any, "{resource_type}"),
            TagShape::Items => assert_eq!(keys_at(".Items[*]"), ["Key", "Value"], "{resource_type}"),
            TagShape::Specifications => {
                assert_eq!(keys_at("[*]"), ["ResourceType", "Tags"], "{resource_type}");
                assert_eq!(keys_at("[*].Tags[*]"), ["Key", "Value"], "{resource_type}");
            }
        }
    }
    assert_eq!(taggable, entries(RESOURCE_TYPES).filter(|(_, rest)| rest.contains('=')).count());
}

#[test]
fn the_odd_ways_to_tag_are_known() {
    let tags = |resource_type| tag_shape(resource_type).map(|tags| (tags.name, tags.shape));
    assert_eq!(tags("AWS::S3::Bucket"), Some(("Tags", TagShape::List)));
    assert_eq!(tags("AWS::SSM::Parameter"), Some(("Tags", TagShape::Map)));
    assert_eq!(tags("AWS::Cognito::UserPool"), Some(("UserPoolTags", TagShape::Map)));
    assert_eq!(tags("AWS::EFS::FileSystem"), Some(("FileSystemTags", TagShape::List)));
    assert_eq!(tags("AWS::Backup::BackupVault"), Some(("BackupVaultTags", TagShape::Map)));
    assert_eq!(tags("AWS::AutoScaling::AutoScalingGroup"), Some(("Tags", TagShape::PropagatingList)));
    assert_eq!(tags("AWS::Glue::Job"), Some(("Tags", TagShape::Json)));
    assert_eq!(tags("AWS::CloudFront::AnycastIpList"), Some(("Tags", TagShape::Items)));
    assert_eq!(tags("AWS::AppStream::AppBlock"), Some(("Tags", TagShape::EitherList)));
    // The schema has `tagging` without `tagProperty`.
    assert_eq!(tags("AWS::Redshift::Cluster"), Some(("Tags", TagShape::List)));
    // The schema has `/properties/TagSpecifications/*/Tags`.
    assert_eq!(tags("AWS::EC2::CapacityReservation"), Some(("TagSpecifications", TagShape::Specifications)));
    // No `tagging` and no property `Tags`: the script's hand-kept table.
    assert_eq!(tags("AWS::EC2::ClientVpnEndpoint"), Some(("TagSpecifications", TagShape::Specifications)));
    assert_eq!(tags("AWS::Budgets::Budget"), Some(("ResourceTags", TagShape::List)));
    // A property `Tags`, but `taggable: false`.
    assert_eq!(tags("AWS::EC2::SpotFleet"), None);
    assert_eq!(tags("AWS::IAM::Policy"), None);
    assert_eq!(tags("AWS::No::Such"), None);
}

#[test]
fn every_runtime_that_functions_accept_has_a_lifecycle() {
    let Kind::Enum(runtimes) = property("AWS::Lambda::Function", "Runtime").unwrap().kind else { panic!("no list") };
    assert!(runtimes.len() > 40);
    for runtime in runtimes {
        assert!(Lifecycle::LambdaRuntimes.last_day(runtime).is_some(), "{runtime}");
    }
}

#[test]
fn stateful_types_are_those_that_lose_data() {
    for stateful in [
        "AWS::S3::Bucket",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBSnapshot",
        "AWS::HealthLake::FHIRDatastore",
        "AWS::Timestream::Table",
    ] {
        assert!(is_stateful(stateful), "{stateful}");
    }
    for stateless in ["AWS::Lambda::Function", "AWS::S3::BucketPolicy", "AWS::RDS::GlobalCluster", "AWS::No::Such", ""]
    {
        assert!(!is_stateful(stateless), "{stateless}");
    }
}

#[test]
fn reviewed_stateful_types_exist_say_why_and_are_not_in_the_package_already() {
    let generated: BTreeSet<&str> =
        entries(RESOURCE_TYPES).filter(|(_, rest)| words(rest).contains(&"stateful")).map(|(key, _)| key).collect();
    assert_eq!(generated.len(), 29);
    for (resource_type, rest) in entries(STATEFUL) {
        assert!(is_known_type(resource_type), "{resource_type}");
        assert!(is_stateful(resource_type), "{resource_type}");
        assert!(!generated.contains(resource_type), "{resource_type} is in cfn-lint's list by now");
        assert!(rest.starts_with("# ") && rest.len() > 2, "{resource_type} does not say what it holds");
    }
}

#[test]
fn names_are_writable_text_properties() {
    for (resource_type, rest) in entries(NAMES) {
        let [path] = words(rest)[..] else { panic!("{resource_type} needs one property: {rest}") };
        let found = property(resource_type, path).unwrap_or_else(|why| panic!("{resource_type}: {why}"));
        assert_eq!(found.kind, Kind::String, "{resource_type} {path}");
        assert!(!found.read_only, "{resource_type} {path}");
        assert_eq!(name_property(resource_type), Some(path));
    }
}

#[test]
fn attributes_are_writable_scalars() {
    let mut count = 0;
    for (resource_type, rest) in entries(ATTRIBUTES) {
        for attribute in words(rest) {
            let found = property(resource_type, attribute).unwrap_or_else(|why| panic!("{resource_type}: {why}"));
            let scalar = !matches!(found.kind, Kind::Array | Kind::Object(_) | Kind::Map | Kind::Any);
            assert!(scalar && !found.read_only, "{resource_type} {attribute}: {found:?}");
            assert!(is_property_attribute(resource_type, attribute), "{resource_type} {attribute}");
            count += 1;
        }
    }
    assert!(count > 50);
    for (resource_type, attribute) in [
        ("AWS::KMS::Key", "Arn"),
        ("AWS::EC2::VPC", "VpcId"),
        ("AWS::EC2::VPC", "Cidr"),
        ("AWS::RDS::DBInstance", "EngineVersion"),
        ("AWS::No::Such", "Name"),
    ] {
        assert!(!is_property_attribute(resource_type, attribute), "{resource_type} {attribute}");
    }
}

#[test]
fn what_refers_to_another_resource_or_lies_inside_is_no_name() {
    for (resource_type, expected) in [
        ("AWS::S3::Bucket", Some("BucketName")),
        ("AWS::RDS::DBInstance", Some("DBInstanceIdentifier")),
        ("AWS::ApiGateway::RestApi", Some("Name")),
        ("AWS::KMS::Alias", Some("AliasName")),
        ("AWS::EC2::SecurityGroup", Some("GroupName")),
        ("AWS::Logs::LogGroup", Some("LogGroupName")),
        ("AWS::ECS::TaskDefinition", Some("Family")),
        ("AWS::Glue::Database", Some("DatabaseInput.Name")),
        ("AWS::Lambda::Permission", None),
        ("AWS::Lambda::Alias", None),
        ("AWS::S3::BucketPolicy", None),
        ("AWS::ApiGateway::Stage", None),
        ("AWS::EC2::SecurityGroupIngress", None),
        ("AWS::EC2::Instance", None),
        ("AWS::Route53::HostedZone", None),
        ("AWS::WorkSpaces::Workspace", None),
        ("AWS::No::Such", None),
    ] {
        assert_eq!(name_property(resource_type), expected, "{resource_type}");
    }
}

#[test]
fn every_action_is_found_in_any_case_as_the_data_has_it() {
    let mut count = 0;
    for (service, _, actions) in iam_lines() {
        for action in actions.split(' ') {
            let name = name_of(action);
            let expected = !action.ends_with('!');
            assert_eq!(can_be_limited(service, name), Some(expected), "{service}:{name}");
            assert_eq!(
                can_be_limited(&service.to_uppercase(), &name.to_uppercase()),
                Some(expected),
                "{service}:{name}"
            );
            let exact = if expected { Limitable::Always } else { Limitable::Never };
            assert_eq!(limitable(&format!("{service}:{name}")), exact, "{service}:{name}");
            count += 1;
        }
    }
    assert!(count > 20_000, "{count}");
}

#[test]
fn patterns_answer_as_all_their_actions_together() {
    let all: Vec<(&str, &str)> =
        iam_lines().flat_map(|(service, _, actions)| actions.split(' ').map(move |action| (service, action))).collect();
    for pattern in [
        "*",
        "describe*",
        "get*",
        "*tags*",
        "?etobject",
        "list?*s",
        "*instances",
        "create*key",
        "d*d*d*",
        "zz*",
        "x-*-y",
    ] {
        let matcher = regex::Regex::new(&format!("^{}$", pattern.replace('*', ".*").replace('?', "."))).unwrap();
        for service in
            ["ec2", "s3", "kms", "iam", "logs", "dynamodb", "sqs", "cloudwatch", "xray", "vpc-lattice", "sts"]
        {
            let (mut can, mut cannot) = (0, 0);
            for (_, action) in all.iter().filter(|(each, _)| *each == service) {
                if matcher.is_match(name_of(action)) {
                    *if action.ends_with('!') { &mut cannot } else { &mut can } += 1;
                }
            }
            let expected = match (can, cannot) {
                (0, 0) => Limitable::Unknown,
                (_, 0) => Limitable::Always,
                (0, _) => Limitable::Never,
                _ if can < cannot => Limitable::Seldom,
                _ => Limitable::Sometimes,
            };
            assert_eq!(limitable(&format!("{service}:{pattern}")), expected, "{service}:{pattern} {can} {cannot}");
        }
    }
}

#[test]
fn well_known_actions_answer_as_the_service_authorization_reference() {
    for (pattern, expected) in [
        ("s3:GetObject", Limitable::Always),
        ("s3:ListAllMyBuckets", Limitable::Never),
        ("kms:CreateKey", Limitable::Never),
        ("kms:Decrypt", Limitable::Always),
        ("KMS:decrypt", Limitable::Always),
        ("ec2:DescribeInstances", Limitable::Never),
        ("ec2:CreateNetworkInterface", Limitable::Always),
        ("xray:PutTraceSegments", Limitable::Never),
        ("sts:GetCallerIdentity", Limitable::Never),
        ("cloudwatch:PutMetricData", Limitable::Never),
        ("ecr:GetAuthorizationToken", Limitable::Never),
        ("xray:Put*", Limitable::Never),
        ("ec2:Describe*", Limitable::Seldom),
        ("logs:Describe*", Limitable::Seldom),
        ("rds:Describe*", Limitable::Sometimes),
        ("s3:List*", Limitable::Sometimes),
        ("kms:Decryp?", Limitable::Always),
        ("kms:Decrypt?", Limitable::Unknown),
        ("s3:*", Limitable::Sometimes),
        ("*", Limitable::Sometimes),
        ("*:*", Limitable::Sometimes),
        ("s3:NoSuchAction", Limitable::Unknown),
        ("nosuch:GetObject", Limitable::Unknown),
        ("s*:GetObject", Limitable::Unknown),
        ("s3", Limitable::Unknown),
        ("s3:", Limitable::Unknown),
        (":", Limitable::Unknown),
        ("", Limitable::Unknown),
        ("s3:Gét*", Limitable::Unknown),
        ("é3:Get*", Limitable::Unknown),
        ("s3:é", Limitable::Unknown),
    ] {
        assert_eq!(limitable(pattern), expected, "{pattern}");
    }
    assert_eq!(can_be_limited("s3", "Get*"), None);
    assert_eq!(can_be_limited("s3", ""), None);
    assert_eq!(can_be_limited("", ""), None);
}

#[test]
fn long_patterns_end_quickly() {
    let hostile = format!("ec2:{}x", "*a".repeat(100_000));
    assert_eq!(limitable(&hostile), Limitable::Unknown);
    assert_eq!(limitable(&format!("ec2:{}", "*".repeat(200))), Limitable::Sometimes);
}

#[test]
fn managed_policies_are_known_by_their_arn_in_every_partition() {
    for (arn, expected) in [
        ("arn:aws:iam::aws:policy/AdministratorAccess", Some(Grant::Everything)),
        ("arn:aws-us-gov:iam::aws:policy/AdministratorAccess", Some(Grant::Everything)),
        ("arn:aws:iam::aws:policy/PowerUserAccess", Some(Grant::NearlyEverything)),
        ("arn:aws:iam::aws:policy/AmazonS3FullAccess", Some(Grant::WholeService)),
        ("arn:aws:iam::aws:policy/job-function/DatabaseAdministrator", Some(Grant::WholeService)),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", Some(Grant::Data)),
        ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", Some(Grant::Data)),
        ("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", None),
        // A customer's own policy of that name is not AWS's.
        ("arn:aws:iam::123456789012:policy/AdministratorAccess", None),
        ("AdministratorAccess", None),
        ("", None),
    ] {
        assert_eq!(managed_policy_grant(arn), expected, "{arn}");
    }
    for (name, _) in entries(MANAGED_POLICIES) {
        assert!(managed_policy_grant(&format!("arn:aws:iam::aws:policy/{name}")).is_some(), "{name} has no grant");
    }
}

#[test]
fn schema_paths_are_followed_through_references_arrays_and_maps() {
    let algorithm = "BucketEncryption.ServerSideEncryptionConfiguration[*].ServerSideEncryptionByDefault.SSEAlgorithm";
    let Kind::Enum(values) = property("AWS::S3::Bucket", algorithm).unwrap().kind else { panic!("not an enum") };
    assert!(values.contains(&"aws:kms"), "{values:?}");
    assert!(property("AWS::S3::Bucket", "Arn").unwrap().read_only);
    assert!(!property("AWS::S3::Bucket", "BucketName").unwrap().read_only);
    assert_eq!(property("AWS::RDS::DBInstance", "StorageEncrypted").unwrap().kind, Kind::Boolean);
    assert_eq!(property("AWS::SSM::Parameter", "Tags.ANY").unwrap().kind, Kind::String);
    assert_eq!(property("AWS::IAM::Role", "Policies[0].PolicyDocument.Statement").unwrap().kind, Kind::Any);
    assert!(property("AWS::RDS::DBInstance", "Endpoint.Address").unwrap().read_only);
    for (resource_type, path) in [
        ("AWS::S3::Bucket", "BucketEncryptions"),
        ("AWS::S3::Bucket", "BucketEncryption.ServerSideEncryptionConfiguration.BucketKeyEnabled"),
        ("AWS::S3::Bucket", "BucketName.Length"),
        ("AWS::No::Such", "Tags"),
    ] {
        assert!(property(resource_type, path).is_err(), "{resource_type} {path}");
    }
}

/// Walks down every node of every type, so none is written in a form that the lookups do not know.
#[test]
fn every_property_of_every_type_can_be_read() {
    fn walk(resource_type: &str, path: &str, levels: usize, asked: &mut usize) {
        let found = property(resource_type, path).unwrap_or_else(|why| panic!("{resource_type}: {why}"));
        *asked += 1;
        match found.kind {
            Kind::Object(names) => {
                assert!(names.is_sorted(), "{resource_type} {path}");
                for name in names.into_iter().filter(|_| levels > 0) {
                    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{name}");
                    walk(resource_type, &format!("{path}.{name}"), levels - 1, asked);
                }
            }
            Kind::Array | Kind::Map if levels > 0 => {
                walk(resource_type, &format!("{path}[*]"), levels - 1, asked);
            }
            Kind::Enum(values) | Kind::EnumInAnyCase(values) => {
                let is_odd = |value: &&str| value.contains(['{', '}', '(', ')', '|', ';', ',']);
                assert!(!values.iter().any(is_odd), "{resource_type} {path}: {values:?}");
            }
            _ => {}
        }
    }
    let mut asked = 0;
    for resource_type in resource_types() {
        walk(resource_type, "", 5, &mut asked);
    }
    assert!(asked > 40_000, "only {asked} properties");
}

#[test]
fn the_script_makes_what_is_committed() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/facts.py");
    let Ok(output) = Command::new("python3").args(["-B", script, "--compare"]).output() else {
        skipped("there is no python3 to run scripts/facts.py");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(3) {
        skipped(said.trim());
        return;
    }
    assert!(output.status.success(), "{said}");
}

#[test]
fn every_service_has_a_verdict_on_its_eligibility() {
    let missing: BTreeSet<&str> = resource_types()
        .filter(|kind| kind.starts_with("AWS::") && hipaa_eligibility(kind).is_none())
        .filter_map(|kind| kind.split("::").nth(1))
        .collect();
    assert!(missing.is_empty(), "data/hipaa-eligible.txt says nothing of {missing:?}");
}
