//! Intrinsic functions, one table each: known arguments, guarded ones, unknown ones, and what CloudFormation refuses.

use super::{extended, pinned, table};

#[test]
fn reference() {
    table(&[
        ("!Ref Name", &["\"records\""]),
        ("!Ref Env", &["\"dev\" when Env is dev", "\"test\" when Env is test", "\"prod\" when Env is prod"]),
        ("!Ref Free", &["\"${Free}\""]),
        ("!Ref Bucket", &["\"${Bucket}\""]),
        ("!Ref AWS::AccountId", &["\"${AWS::AccountId}\""]),
        ("!Ref AWS::NoValue", &["nothing"]),
        ("[!Ref AWS::NoValue, a]", &["[\"a\"]"]),
        ("{A: !Ref AWS::NoValue, B: b}", &["{B: \"b\"}"]),
        ("!Ref Nobody", &["\"<${Nobody}>\""]),
        ("!Ref AWS::Nothing", &["\"<${AWS::Nothing}>\""]),
        ("!Ref [Name]", &["\"<malformed Ref>\""]),
        // A function in its place takes the language extensions.
        ("{Ref: !Sub 'Na${Empty}me'}", &["\"<malformed Ref>\""]),
    ]);
    extended(&[
        ("{Ref: !Join ['', [Na, me]]}", &["\"records\""]),
        ("{Ref: !Select [0, [Bucket]]}", &["\"${Bucket}\""]),
        ("{Ref: !Join ['', [No, body]]}", &["\"<malformed Ref>\""]),
        ("{Ref: !Ref Free}", &["\"<Ref>\""]),
    ]);
}

#[test]
fn get_att() {
    table(&[
        ("!GetAtt Bucket.Arn", &["\"${Bucket.Arn}\""]),
        ("!GetAtt [Bucket, Arn]", &["\"${Bucket.Arn}\""]),
        ("'Fn::GetAtt': [Bucket, !Ref Name]", &["\"${Bucket.records}\""]),
        ("'Fn::GetAtt': [Bucket, !Ref Free]", &["\"<Fn::GetAtt>\""]),
        ("!GetAtt [Bucket, Outputs, Name]", &["\"${Bucket.Outputs.Name}\""]),
        // An attribute that is a property, as the template sets it.
        ("!GetAtt Network.CidrBlock", &["\"10.0.0.0/16\""]),
        ("!GetAtt Chosen.CidrBlock", &["\"${Free}\""]),
        ("!GetAtt Subnet.VpcId", &["\"${Network}\""]),
        ("!GetAtt Subnet.CidrBlock", &["\"10.0.1.0/24\""]),
        ("!Sub 'in ${Network.CidrBlock}'", &["\"in 10.0.0.0/16\""]),
        // AWS chooses what the template leaves out; another attribute is no property.
        ("!GetAtt Managed.CidrBlock", &["\"${Managed.CidrBlock}\""]),
        ("!GetAtt Network.DefaultSecurityGroup", &["\"${Network.DefaultSecurityGroup}\""]),
        // CloudFormation refuses circles.
        ("!GetAtt One.CidrBlock", &["\"<malformed Fn::GetAtt>\""]),
        ("!GetAtt Nobody.Arn", &["\"<${Nobody.Arn}>\""]),
        ("!GetAtt Name.Arn", &["\"<${Name.Arn}>\""]),
        ("!GetAtt Bucket", &["\"<malformed Fn::GetAtt>\""]),
        ("!GetAtt [Bucket]", &["\"<malformed Fn::GetAtt>\""]),
        ("'Fn::GetAtt': [!Ref Name, Arn]", &["\"<malformed Fn::GetAtt>\""]),
    ]);
    extended(&[("'Fn::GetAtt': [!Sub 'Buck${End}', Arn]", &["\"<malformed Fn::GetAtt>\""])]);
    extended(&[("'Fn::GetAtt': [!Join ['', [Buck, et]], Arn]", &["\"${Bucket.Arn}\""])]);
}

#[test]
fn sub() {
    table(&[
        ("!Sub 'a-${Name}-${!Name}'", &["\"a-records-${Name}\""]),
        ("!Sub ['${A}-${Name}', {A: !Ref Days}]", &["\"7-records\""]),
        (
            "!Sub ['www.${Domain}', {Domain: !If [IsProd, a.org, b.org]}]",
            &["\"www.b.org\" when Env is dev or test", "\"www.a.org\" when Env is prod"],
        ),
        ("!Sub ['${Name}', {Name: own}]", &["\"own\""]),
        ("!Sub 'x-${Free}-${AWS::AccountId}'", &["\"x-${Free}-${AWS::AccountId}\""]),
        ("!Sub '${Bucket.Arn}/*'", &["\"${Bucket.Arn}/*\""]),
        ("!Sub 'open ${'", &["\"open ${\""]),
        ("!Sub '${Nobody}'", &["\"<${Nobody}>\""]),
        ("!Sub '${Nobody.Arn}'", &["\"<${Nobody.Arn}>\""]),
        ("!Sub '${AWS::NoValue}'", &["\"<malformed Fn::Sub>\""]),
        ("!Sub '${Zones}'", &["\"<malformed Fn::Sub>\""]),
        ("!Sub ['${A}', {A: [a]}]", &["\"<malformed Fn::Sub>\""]),
        ("!Sub ['${A}', {A: !Ref AWS::NoValue}]", &["\"<malformed Fn::Sub>\""]),
        ("!Sub ['${A}', [a]]", &["\"<malformed Fn::Sub>\""]),
        ("!Sub {A: a}", &["\"<malformed Fn::Sub>\""]),
    ]);
}

#[test]
fn join() {
    table(&[
        ("!Join [':', [a, b, c]]", &["\"a:b:c\""]),
        ("!Join ['', []]", &["\"\""]),
        ("!Join ['-', [a, !Ref Name, 1, true]]", &["\"a-records-1-true\""]),
        ("!Join ['-', [a, !Ref AWS::NoValue, b]]", &["\"a-b\""]),
        ("!Join ['/', !Split ['.', a.b.c]]", &["\"a/b/c\""]),
        ("!Join ['+', !Ref Zones]", &["\"a+b+c\""]),
        (
            "!Join ['-', [x, !Ref Env]]",
            &["\"x-dev\" when Env is dev", "\"x-test\" when Env is test", "\"x-prod\" when Env is prod"],
        ),
        (
            "!Join ['', ['arn:', !Ref 'AWS::Partition', ':s3:::', !Ref Bucket]]",
            &["\"arn:${AWS::Partition}:s3:::${Bucket}\""],
        ),
        ("!Join [',', !Ref Subnets]", &["\"<Fn::Join>\""]),
        ("!Join [',', a]", &["\"<malformed Fn::Join>\""]),
        ("!Join [',', [[a]]]", &["\"<malformed Fn::Join>\""]),
        ("!Join [!Ref Name, [a]]", &["\"<malformed Fn::Join>\""]),
        ("!Join [a]", &["\"<malformed Fn::Join>\""]),
    ]);
}

#[test]
fn select() {
    table(&[
        ("!Select ['1', [apples, grapes, oranges, mangoes]]", &["\"grapes\""]),
        ("!Select ['0', !Ref Zones]", &["\"a\""]),
        ("!Select [1, !FindInMap [Sizes, dev, Names]]", &["\"y\""]),
        ("!Select [!Ref Tier, [a, b]]", &["\"a\" when Tier is 0", "\"b\" when Tier is 1"]),
        (
            "!Select [0, [!Ref Env]]",
            &["\"dev\" when Env is dev", "\"test\" when Env is test", "\"prod\" when Env is prod"],
        ),
        ("!Select [0, !If [IsProd, [a], [b]]]", &["\"b\" when Env is dev or test", "\"a\" when Env is prod"]),
        ("!Select [1, [a, {K: v}]]", &["{K: \"v\"}"]),
        ("!Select [0, !Ref Subnets]", &["\"<a part of Subnets>\""]),
        ("!Select [1, !Split ['|', !Ref Free]]", &["\"<a part of Free>\""]),
        ("!Select [1, !Split [',', !Select [0, !Ref Subnets]]]", &["\"<a part of Subnets>\""]),
        ("!Select [0, !GetAtt Network.Ipv6CidrBlocks]", &["\"<Fn::Select>\""]),
        ("!Select [!Ref Count, [a, b]]", &["\"<Fn::Select>\""]),
        ("!Select [7, [a]]", &["\"<malformed Fn::Select>\""]),
        ("!Select [-1, [a]]", &["\"<malformed Fn::Select>\""]),
        ("!Select [x, [a]]", &["\"<malformed Fn::Select>\""]),
        ("!Select [0, [null]]", &["\"<malformed Fn::Select>\""]),
        ("!Select [0, a]", &["\"<malformed Fn::Select>\""]),
        ("!Select [[0], [a]]", &["\"<malformed Fn::Select>\""]),
        ("!Select [0]", &["\"<malformed Fn::Select>\""]),
    ]);
}

#[test]
fn split() {
    table(&[
        ("!Split ['|', 'a|b|c']", &["[\"a\", \"b\", \"c\"]"]),
        ("!Split ['|', 'a||c|']", &["[\"a\", \"\", \"c\", \"\"]"]),
        ("!Split ['::', 'a::b:c']", &["[\"a\", \"b:c\"]"]),
        ("!Split [',', !Sub '${Name},${Name}']", &["[\"records\", \"records\"]"]),
        // The points of division lie in what is known.
        ("!Split ['/', !Sub 'a/${AWS::AccountId}/b']", &["[\"a\", \"${AWS::AccountId}\", \"b\"]"]),
        ("!Split [':', !Sub 'x${AWS::Region}:${Vpc}y']", &["[\"x${AWS::Region}\", \"${Vpc}y\"]"]),
        ("!Select [1, !Split ['/', !Sub 'a/${AWS::StackName}/b']]", &["\"${AWS::StackName}\""]),
        (
            "!Select [1, !Split ['/', !Sub 'a/${Env}/b']]",
            &["\"dev\" when Env is dev", "\"test\" when Env is test", "\"prod\" when Env is prod"],
        ),
        // A delimiter across parts that meet.
        ("!Split ['--', !Join ['', [a-, !Sub '-${Name}']]]", &["[\"a\", \"records\"]"]),
        // A value that holds the delimiter is a case of its own.
        (
            "!Split ['/', !Sub 'x/${Route}']",
            &["[\"x\", \"a\", \"b\"] when Route is a/b", "[\"x\", \"c\"] when Route is c"],
        ),
        // Ids and ARNs of known form: the sixth part of a bucket's ARN is its name.
        ("!Split [',', !Sub '${Subnet},${Network}']", &["[\"${Subnet}\", \"${Network}\"]"]),
        ("!Split [',', !Join [',', [!Ref Subnet, !Ref Bucket]]]", &["[\"${Subnet}\", \"${Bucket}\"]"]),
        ("!Split [',', !GetAtt Bucket.Arn]", &["[\"${Bucket.Arn}\"]"]),
        ("!Select [5, !Split [':', !GetAtt Bucket.Arn]]", &["\"${Bucket}\""]),
        ("!Select [5, !Split [':', !Sub '${Bucket.Arn}/phi']]", &["\"${Bucket}/phi\""]),
        ("!Select [1, !Split [':::', !GetAtt Bucket.Arn]]", &["\"${Bucket}\""]),
        ("!Select [1, !Split [':', !GetAtt Bucket.Arn]]", &["\"${AWS::Partition}\""]),
        ("!Split ['-', !Ref Subnet]", &["\"<Fn::Split>\""]),
        ("!Select [1, !Split ['/', !GetAtt Network.Other]]", &["\"<Fn::Select>\""]),
        // What is not known may hold it: what stands before is certain.
        ("!Split ['/', !Sub 'a/${Free}/b']", &["\"<Fn::Split>\""]),
        ("!Select [0, !Split ['/', !Sub 'a/${Free}/b']]", &["\"a\""]),
        ("!Select [1, !Split ['/', !Sub 'a/${Free}/b']]", &["\"<Fn::Select>\""]),
        ("!Select [2, !Split ['/', !Sub 'a/${Free}/b']]", &["\"<Fn::Select>\""]),
        ("!Select [2, !Split [',', !ImportValue AccountSubnetIDs]]", &["\"<Fn::Select>\""]),
        ("!Select [3, !Split ['|', 'a|b|c']]", &["\"<malformed Fn::Select>\""]),
        ("!Split ['', abc]", &["\"<malformed Fn::Split>\""]),
        ("!Split [!Ref Name, abc]", &["\"<malformed Fn::Split>\""]),
        ("!Split ['|', [a]]", &["\"<malformed Fn::Split>\""]),
        ("!Split ['|']", &["\"<malformed Fn::Split>\""]),
    ]);
}

#[test]
fn find_in_map() {
    table(&[
        ("!FindInMap [Sizes, test, Days]", &["2"]),
        ("!FindInMap [Sizes, dev, Flag]", &["true"]),
        ("!FindInMap [Sizes, dev, Names]", &["[\"x\", \"y\"]"]),
        ("!FindInMap [Sizes, !Ref Env, Days]", &["1 when Env is dev", "2 when Env is test", "30 when Env is prod"]),
        ("!FindInMap [!FindInMap [Names, sizes, Map], !FindInMap [Names, sizes, Key], Days]", &["1"]),
        ("!FindInMap [Sizes, !Ref AWS::Region, Days]", &["\"<Fn::FindInMap Sizes>\""]),
        ("!FindInMap [!Ref Free, dev, Days]", &["1"]),
        ("!FindInMap [!Ref Stored, dev, Days]", &["\"<Fn::FindInMap>\""]),
        ("!FindInMap [Sizes, stage, Days]", &["\"<malformed Fn::FindInMap>\""]),
        ("!FindInMap [Nothing, dev, Days]", &["\"<malformed Fn::FindInMap>\""]),
        ("!FindInMap [Sizes, dev]", &["\"<malformed Fn::FindInMap>\""]),
        ("!FindInMap [Sizes, [dev], Days]", &["\"<malformed Fn::FindInMap>\""]),
        // Any template may have a default value.
        ("!FindInMap [Sizes, stage, Days, {DefaultValue: 3}]", &["3"]),
        ("!FindInMap [Sizes, dev, Days, {DefaultValue: 3}]", &["1"]),
        ("!FindInMap [Sizes, dev, Days, {DefaultValue: !Ref AWS::NoValue}]", &["1"]),
        ("!FindInMap [Sizes, stage, Days, {DefaultValue: !Ref AWS::NoValue}]", &["nothing"]),
        ("!FindInMap [Nothing, dev, Days, {DefaultValue: [a]}]", &["[\"a\"]"]),
        // No row and no entry is named like a Region.
        ("!FindInMap [Sizes, !Ref AWS::Region, Days, {DefaultValue: 3}]", &["3"]),
        ("!FindInMap [Sizes, dev, !Ref AWS::Region, {DefaultValue: 3}]", &["3"]),
        ("!FindInMap [Sizes, !Ref AWS::Region, Days, {DefaultValue: !Ref AWS::NoValue}]", &["nothing"]),
        ("!FindInMap [Sizes, dev, Days, {Default: 3}]", &["\"<malformed Fn::FindInMap>\""]),
        ("!FindInMap [Sizes, dev, Days, 3]", &["\"<malformed Fn::FindInMap>\""]),
        // Other functions as keys take the language extensions.
        ("!FindInMap [Sizes, !Sub '${Env}', Days]", &["\"<malformed Fn::FindInMap>\""]),
    ]);
    extended(&[
        (
            "!FindInMap [Sizes, !Ref Env, Names, {DefaultValue: !Ref Name}]",
            &["[\"x\", \"y\"] when Env is dev", "\"records\" when Env is test or prod"],
        ),
        ("!FindInMap [Sizes, !Select [0, !Split ['|', 'dev|x']], Days]", &["1"]),
        ("!FindInMap [!Sub 'Si${!}zes', dev, Days]", &["\"<malformed Fn::FindInMap>\""]),
        ("!FindInMap [!Join ['', [Si, zes]], dev, Days]", &["1"]),
        (
            "!FindInMap [Sizes, !Sub '${Env}', Days]",
            &["1 when Env is dev", "2 when Env is test", "30 when Env is prod"],
        ),
        (
            "!FindInMap [Sizes, !Ref Free, Days, {DefaultValue: 3}]",
            &[
                "1 when Free is dev",
                "2 when Free is test",
                "30 when Free is prod",
                "3 when Free is not dev, test or prod",
            ],
        ),
    ]);
}

#[test]
fn base64() {
    table(&[
        ("'Fn::Base64': AWS CloudFormation", &["\"QVdTIENsb3VkRm9ybWF0aW9u\""]),
        ("'Fn::Base64': !Sub '${Name}'", &["\"cmVjb3Jkcw==\""]),
        ("'Fn::Base64': 7", &["\"Nw==\""]),
        ("'Fn::Base64': ä", &["\"w6Q=\""]),
        ("!Base64 ''", &["\"\""]),
        ("'Fn::Base64': !If [IsProd, a, b]", &["\"Yg==\" when Env is dev or test", "\"YQ==\" when Env is prod"]),
        (
            "'Fn::Base64': !Ref Env",
            &["\"ZGV2\" when Env is dev", "\"dGVzdA==\" when Env is test", "\"cHJvZA==\" when Env is prod"],
        ),
        // More texts than anybody needs.
        ("'Fn::Base64': !Sub '${Env}${Tier}${Route}${Compared}'", &["\"<Fn::Base64>\""]),
        ("'Fn::Base64': !Ref Free", &["\"<Fn::Base64>\""]),
        ("'Fn::Base64': [a]", &["\"<malformed Fn::Base64>\""]),
        ("'Fn::Base64': !Ref AWS::NoValue", &["\"<malformed Fn::Base64>\""]),
    ]);
}

#[test]
fn cidr() {
    table(&[
        (
            "!Cidr ['192.168.0.0/24', '6', '5']",
            &["[\"192.168.0.0/27\", \"192.168.0.32/27\", \"192.168.0.64/27\", \"192.168.0.96/27\", \
               \"192.168.0.128/27\", \"192.168.0.160/27\"]"],
        ),
        ("!Cidr [!GetAtt Network.CidrBlock, 2, 8]", &["[\"10.0.0.0/24\", \"10.0.1.0/24\"]"]),
        ("!Cidr ['2001:db8:1234:1a00::/56', 2, 64]", &["[\"2001:db8:1234:1a00::/64\", \"2001:db8:1234:1a01::/64\"]"]),
        (
            "!Cidr [!If [IsProd, 10.1.0.0/16, 10.2.0.0/16], 1, 8]",
            &["[\"10.2.0.0/24\"] when Env is dev or test", "[\"10.1.0.0/24\"] when Env is prod"],
        ),
        ("!Select [0, !Cidr [10.0.0.0/16, !Ref Days, 8]]", &["\"10.0.0.0/24\""]),
        ("!Cidr [!Ref Free, 2, 8]", &["\"<Fn::Cidr>\""]),
        ("!Cidr [!GetAtt Managed.CidrBlock, 2, 8]", &["\"<Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0/16, !Ref Count, 8]", &["\"<Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0/24, 9, 5]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0/24, 0, 5]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0/8, 257, 8]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0/24, 1, 9]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0, 1, 8]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [[10.0.0.0/24], 1, 8]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [!Ref Free, 0, 8]", &["\"<malformed Fn::Cidr>\""]),
        ("!Cidr [10.0.0.0/24]", &["\"<malformed Fn::Cidr>\""]),
    ]);
}

#[test]
fn get_azs() {
    table(&[
        ("!GetAZs ''", &["\"<Fn::GetAZs>\""]),
        ("!Select [1, !GetAZs '']", &["\"<Fn::Select [1, Fn::GetAZs]>\""]),
        ("!Select [0, 'Fn::GetAZs': !Ref AWS::Region]", &["\"<Fn::Select [0, Fn::GetAZs]>\""]),
        (
            "!Select [!Ref Tier, !GetAZs '']",
            &["\"<Fn::Select [0, Fn::GetAZs]>\" when Tier is 0", "\"<Fn::Select [1, Fn::GetAZs]>\" when Tier is 1"],
        ),
        // Another Region's, or nobody knows whose.
        ("!Select [0, !GetAZs us-east-1]", &["\"<Fn::Select>\""]),
        ("!Select [0, 'Fn::GetAZs': !Ref Free]", &["\"<Fn::Select>\""]),
        ("!GetAZs [a]", &["\"<malformed Fn::GetAZs>\""]),
    ]);
    pinned(
        &[("AWS::Region", "us-east-1")],
        &[
            ("!Select [0, !GetAZs us-east-1]", &["\"<Fn::Select [0, Fn::GetAZs]>\""]),
            ("!Select [0, 'Fn::GetAZs': !Ref AWS::Region]", &["\"<Fn::Select [0, Fn::GetAZs]>\""]),
            ("!Select [0, !GetAZs eu-west-1]", &["\"<Fn::Select>\""]),
        ],
    );
}

#[test]
fn import_value() {
    table(&[
        ("!ImportValue other", &["\"<Fn::ImportValue other>\""]),
        ("'Fn::ImportValue': !Sub '${Name}-SubnetID'", &["\"<Fn::ImportValue records-SubnetID>\""]),
        ("'Fn::ImportValue': !Sub '${Free}-SubnetID'", &["\"<Fn::ImportValue ${Free}-SubnetID>\""]),
        (
            "'Fn::ImportValue': !Sub 'net-${Tier}'",
            &["\"<Fn::ImportValue net-0>\" when Tier is 0", "\"<Fn::ImportValue net-1>\" when Tier is 1"],
        ),
        ("'Fn::ImportValue': !FindInMap [Sizes, !Ref AWS::Region, Days]", &["\"<Fn::ImportValue>\""]),
        ("!ImportValue [a]", &["\"<malformed Fn::ImportValue>\""]),
        // "The ImportValue function can't include Ref or GetAtt functions that depend on a resource."
        ("'Fn::ImportValue': !Sub '${Bucket}-x'", &["\"<malformed Fn::ImportValue>\""]),
    ]);
}

#[test]
fn length() {
    extended(&[
        ("'Fn::Length': !Split ['|', 'a|b|c']", &["3"]),
        ("'Fn::Length': !Ref Zones", &["3"]),
        ("'Fn::Length': [1, !Ref Free, 3]", &["3"]),
        ("'Fn::Length': !If [IsProd, [a], []]", &["0 when Env is dev or test", "1 when Env is prod"]),
        ("'Fn::Length': !Ref Subnets", &["\"<Fn::Length>\""]),
        ("'Fn::Length': a", &["\"<malformed Fn::Length>\""]),
        ("'Fn::Length': {a: b}", &["\"<malformed Fn::Length>\""]),
    ]);
    table(&[("'Fn::Length': [a]", &["\"<malformed Fn::Length>\""])]);
}

#[test]
fn to_json_string() {
    extended(&[
        ("'Fn::ToJsonString': {key1: value1, key2: !Ref Name}", &[r#""{"key1":"value1","key2":"records"}""#]),
        ("'Fn::ToJsonString': [{key1: value1, key2: !Ref Name}]", &[r#""[{"key1":"value1","key2":"records"}]""#]),
        (
            "'Fn::ToJsonString': {b: true, n: 1.5, z: null, l: [], m: {}, gone: !Ref AWS::NoValue}",
            &[r#""{"b":true,"n":1.5,"z":null,"l":[],"m":{}}""#],
        ),
        (r#"'Fn::ToJsonString': ["say \"a\\b\"\n"]"#, &[r#""["say \"a\\b\"\n"]""#]),
        (
            "'Fn::ToJsonString': {Resource: !GetAtt Bucket.Arn, On: !Sub '${Free}/*'}",
            &[r#""{"Resource":"${Bucket.Arn}","On":"${Free}/*"}""#],
        ),
        (
            "'Fn::ToJsonString': [!If [IsProd, a, b]]",
            &[r#""["b"]" when Env is dev or test"#, r#""["a"]" when Env is prod"#],
        ),
        ("'Fn::ToJsonString': ['Fn::ToJsonString': [a]]", &[r#""["[\"a\"]"]""#]),
        // Nobody knows where the list begins and ends.
        ("'Fn::ToJsonString': {a: !Ref Subnets}", &["\"<Fn::ToJsonString>\""]),
        ("'Fn::ToJsonString': !Ref Subnets", &["\"<Fn::ToJsonString>\""]),
        ("'Fn::ToJsonString': text", &["\"<malformed Fn::ToJsonString>\""]),
    ]);
    table(&[("'Fn::ToJsonString': [a]", &["\"<malformed Fn::ToJsonString>\""])]);
}

#[test]
fn what_only_deployment_knows() {
    table(&[
        ("'Fn::Transform': {Name: AWS::Include, Parameters: {Location: x}}", &["\"<Fn::Transform>\""]),
        ("'Fn::Transform': x", &["\"<malformed Fn::Transform>\""]),
        ("{'Fn::Transform': {Name: Own}, Beside: x}", &["\"<Fn::Transform>\""]),
        ("'Fn::GetStackOutput': {StackName: a, OutputName: b}", &["\"<Fn::GetStackOutput>\""]),
        ("'Fn::Reverse': [a]", &["\"<malformed Fn::Reverse>\""]),
    ]);
}

#[test]
fn dynamic_references() {
    table(&[
        ("'{{resolve:ssm:S3AccessControl:2}}'", &["\"{{resolve:…}}\""]),
        ("'{{resolve:ssm:/latest}}'", &["\"{{resolve:…}}\""]),
        ("'{{resolve:ssm-secure:IAMUserPassword:10}}'", &["\"{{resolve:ssm-secure:…}}\""]),
        ("'{{resolve:secretsmanager:Secret}}'", &["\"{{resolve:secretsmanager:…}}\""]),
        (
            "'{{resolve:secretsmanager:Secret:SecretString:password:AWSPREVIOUS}}'",
            &["\"{{resolve:secretsmanager:…}}\""],
        ),
        ("!Sub '{{resolve:secretsmanager:${Bucket}:SecretString}}'", &["\"{{resolve:secretsmanager:…}}\""]),
        (
            "!Join ['', ['{{resolve:secretsmanager:', !Ref Bucket, ':SecretString:password}}']]",
            &["\"{{resolve:secretsmanager:…}}\""],
        ),
        ("'user:{{resolve:ssm-secure:/a:1}}@{{resolve:ssm:/b}}'", &["\"user:{{resolve:ssm-secure:…}}@{{resolve:…}}\""]),
        ("'{{resolve:vault:x}}'", &["\"{{resolve:…}}\""]),
        ("'{{resolve:ssm:open'", &["\"{{resolve:ssm:open\""]),
        ("!Sub '{{resolve:ssm:${Name}'", &["\"<malformed a dynamic reference>\""]),
    ]);
}
