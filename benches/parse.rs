//! How fast templates are read: bytes a second, for both languages; and edited.
//!
//! `cargo bench --bench parse`. The generated template looks like real ones. The real ones are measured if they exist
//! (`../shared/corpus`, or the folder in `HIPAALINT_CORPUS`).

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use hipaalint::change::{Action, Change, Step, Value};
use hipaalint::source::SourceId;
use hipaalint::syntax::{self, edit};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const RESOURCES: usize = 500;

static YAML: LazyLock<String> = LazyLock::new(|| {
    let mut text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n".to_owned();
    for n in 0..RESOURCES {
        let _ = write!(
            text,
            "  # Bucket number {n}\n  Bucket{n}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub \
             'records-${{Env}}-{n}'\n      BucketEncryption:\n        ServerSideEncryptionConfiguration:\n          - \
             ServerSideEncryptionByDefault: {{SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}}\n      \
             VersioningConfiguration:\n        Status: !If [IsProd, Enabled, !Ref AWS::NoValue]\n      Tags:\n        - \
             Key: Owner\n          Value: \"team {n}\"\n"
        );
    }
    text
});

static JSON: LazyLock<String> = LazyLock::new(|| {
    let resources: serde_json::Map<String, serde_json::Value> = (0..RESOURCES)
        .map(|n| {
            let encryption = serde_json::json!({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}});
            let bucket = serde_json::json!({
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": {"Fn::Sub": format!("records-${{Env}}-{n}")},
                    "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": encryption}]},
                    "VersioningConfiguration": {"Status": {"Fn::If": ["IsProd", "Enabled", {"Ref": "AWS::NoValue"}]}},
                    "Tags": [{"Key": "Owner", "Value": format!("team {n}")}],
                    "Size": n
                }
            });
            (format!("Bucket{n}"), bucket)
        })
        .collect();
    let template = serde_json::json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources});
    serde_json::to_string_pretty(&template).unwrap_or_default()
});

fn corpus(json: bool) -> Vec<String> {
    let folder = std::env::var_os("HIPAALINT_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| {
            let end = entry.path().extension().and_then(|end| end.to_str());
            matches!((end, json), (Some("json"), true) | (Some("yaml" | "yml"), false))
        })
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
        .collect()
}

fn measure(bencher: Bencher<'_, '_>, texts: &[String]) {
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for text in texts {
            let _ = black_box(syntax::parse(black_box(text), SourceId(0)));
        }
    });
}

#[divan::bench]
fn generated_json(bencher: Bencher<'_, '_>) {
    measure(bencher, std::slice::from_ref(&JSON));
}

/// The same values without white space, as a build writes them.
#[divan::bench]
fn generated_json_in_one_line(bencher: Bencher<'_, '_>) {
    let value: serde_json::Value = serde_json::from_str(&JSON).unwrap_or_default();
    measure(bencher, &[value.to_string()]);
}

#[divan::bench]
fn generated_yaml(bencher: Bencher<'_, '_>) {
    measure(bencher, std::slice::from_ref(&YAML));
}

#[divan::bench]
fn real_json(bencher: Bencher<'_, '_>) {
    measure(bencher, &corpus(true));
}

#[divan::bench]
fn real_yaml(bencher: Bencher<'_, '_>) {
    measure(bencher, &corpus(false));
}

/// As many changes as resources, made together. Ten times as many take ten times as long.
#[divan::bench(args = [400, 4000])]
fn edit_many(bencher: Bencher<'_, '_>, resources: usize) {
    let line = |number: usize| format!("  R{number}:\n    Properties:\n      A: 1\n");
    let text = format!("Resources:\n{}", (0..resources).map(line).collect::<String>());
    let change = |number: usize| Change {
        path: ["Resources", &format!("R{number}"), "Properties", "B"].map(|key| Step::Key(key.to_owned())).to_vec(),
        action: Action::Set(Value::String("x".to_owned())),
    };
    let changes: Vec<Change> = (0..resources).map(change).collect();
    let Ok(document) = syntax::read(&text, SourceId(0)) else { return };
    bencher.counter(ItemsCount::new(resources)).bench(|| edit::edits(&text, &document, &changes));
}
