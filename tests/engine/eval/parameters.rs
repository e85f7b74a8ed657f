//! Types of parameters, and pseudo parameters.

use super::{HEAD, pinned, table, template};

#[test]
fn types() {
    table(&[
        // "The parameter value becomes a string", "a list of strings".
        ("!Ref Days", &["\"7\""]),
        ("!Ref Ports", &["[\"80\", \"20\"]"]),
        ("!Ref Zones", &["[\"a\", \"b\", \"c\"]"]),
        ("!Ref Subnets", &["\"${Subnets}\""]),
        ("!Ref Vpc", &["\"${Vpc}\""]),
        // The default is the name of an entry of Parameter Store, not its value.
        ("!Ref Stored", &["\"${Stored}\""]),
        ("!Ref StoredName", &["\"/app/name\""]),
    ]);
    pinned(
        &[("Stored", "x"), ("Subnets", "subnet-1, subnet-2"), ("Zones", ""), ("Free", "x")],
        &[
            ("!Ref Stored", &["\"${Stored}\""]),
            ("!Ref Subnets", &["[\"subnet-1\", \"subnet-2\"]"]),
            // "The total number of strings should be one more than the total number of commas."
            ("!Ref Zones", &["[\"\"]"]),
            ("!If [IsProd, !Ref Free, b]", &["\"b\" when Env is dev or test", "\"x\" when Env is prod"]),
        ],
    );
    pinned(&[("Env", "prod")], &[("!If [IsProd, a, b]", &["\"a\""]), ("!Ref Env", &["\"prod\""])]);
}

#[test]
fn allowed_values_of_a_list_are_those_of_its_items() {
    let head = "Parameters:\n  Kinds: {Type: CommaDelimitedList, Default: 'a,b', AllowedValues: [a, b]}\nResources: {}\nOutputs: {X: {Value: ";
    template(
        &format!("{head}!Ref Kinds}}}}\n"),
        &[],
        &[
            "[\"a\", \"b\"] when Kinds is a,b",
            "[\"a\"] when Kinds is a",
            "[\"b\"] when Kinds is b",
            "\"${Kinds}\" when Kinds is not a,b, a or b",
        ],
    );
}

#[test]
fn the_partition_follows_the_region() {
    const BOTH: &str = "!Sub '${AWS::Partition} ${AWS::URLSuffix}'";
    table(&[(BOTH, &["\"${AWS::Partition} ${AWS::URLSuffix}\""])]);
    for (region, expected) in [
        ("us-east-1", "\"aws amazonaws.com\""),
        ("cn-north-1", "\"aws-cn amazonaws.com.cn\""),
        ("us-gov-west-1", "\"aws-us-gov amazonaws.com\""),
        ("moon-1", "\"${AWS::Partition} ${AWS::URLSuffix}\""),
    ] {
        pinned(&[("AWS::Region", region)], &[(BOTH, &[expected])]);
    }
    pinned(&[("AWS::Partition", "aws-cn")], &[(BOTH, &["\"aws-cn amazonaws.com.cn\""])]);
    pinned(&[("AWS::Partition", "aws"), ("AWS::URLSuffix", "own")], &[(BOTH, &["\"aws own\""])]);
    pinned(
        &[("AWS::AccountId", "111122223333"), ("AWS::StackName", "s")],
        &[("!Sub '${AWS::AccountId}-${AWS::StackName}'", &["\"111122223333-s\""])],
    );
}

#[test]
fn a_settled_region_settles_the_partition() {
    let with = |conditions: &str| HEAD.replace("Conditions:\n", &format!("Conditions:\n{conditions}"));
    let head = with("  China: !Equals [!Ref 'AWS::Region', cn-north-1]\n");
    template(
        &format!("{head}!Ref AWS::Partition\n"),
        &[],
        &["\"aws-cn\" when AWS::Region is cn-north-1", "\"${AWS::Partition}\" when AWS::Region is not cn-north-1"],
    );
    template(
        &format!("{head}!If [China, !Ref AWS::URLSuffix, x]\n"),
        &[],
        &["\"amazonaws.com.cn\" when AWS::Region is cn-north-1", "\"x\" when AWS::Region is not cn-north-1"],
    );
    // Region and partition never contradict each other.
    let head =
        with("  East: !Equals [!Ref 'AWS::Region', us-east-1]\n  Chinese: !Equals [!Ref 'AWS::Partition', aws-cn]\n");
    template(
        &format!("{head}!If [Chinese, !If [East, never, a], !If [East, b, c]]\n"),
        &[],
        &[
            "\"b\" when AWS::Region is us-east-1",
            "\"a\" when AWS::Partition is aws-cn and AWS::Region is not us-east-1",
            "\"c\" when AWS::Partition is not aws-cn and AWS::Region is not us-east-1",
        ],
    );
    // A partition that there is not.
    let head = with("  Other: !Equals [!Ref 'AWS::Partition', gcp]\n");
    template(&format!("{head}!If [Other, never, a]\n"), &[], &["\"a\""]);
    let head = with("  Chinese: !Equals [!Ref 'AWS::Partition', aws-cn]\n");
    template(
        &format!("{head}!If [Chinese, !Ref 'AWS::URLSuffix', x]\n"),
        &[],
        &["\"amazonaws.com.cn\" when AWS::Partition is aws-cn", "\"x\" when AWS::Partition is not aws-cn"],
    );
}
