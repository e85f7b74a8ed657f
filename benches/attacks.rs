//! What hostile templates cost at n and at 4 n, with fixes: time of the processor, steps of the evaluation, and peak memory. The slope is the exponent: 1 is
//! linear, 2 is quadratic.
//!
//! `cargo bench --bench attacks` runs all families, `cargo bench --bench attacks -- 4000` with that many parts at the larger size. Each
//! size runs in a process of its own, so that the peak is its own. `tests/engine/growth.rs` holds the steps of more families in `cargo
//! test`.

use hipaalint::eval::inputs::Pinned;
use hipaalint::linter::{Fixes, Keep, Linter};
use hipaalint::rules::load::RuleSet;
use hipaalint::source::{Source, SourceId};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

/// A text of so many parts.
type Attack = fn(usize) -> String;

/// Lines, one for each number.
fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(line).collect()
}

const BUCKET: &str = "Resources:\n  B: {Type: AWS::S3::Bucket}\n";

const ATTACKS: [(&str, Attack); 16] = [
    ("variables-of-a-text", |n| {
        let text = (0..n).map(|i| format!("${{V{i}}}")).collect::<String>();
        let variables = lines(n, |i| format!("          - V{i}: x\n").replace("- ", "  "));
        format!(
            "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub\n        - '{text}'\n        -\n{variables}"
        )
    }),
    ("texts-that-double", |n| {
        let doubled =
            |_: usize| (0..40).fold("x".to_owned(), |inner, _| format!("!Sub ['${{A}}${{A}}', {{A: {inner}}}]"));
        let resources = lines(n / 40, |i| {
            format!("  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {}}}}}\n", doubled(i))
        });
        format!("Resources:\n{resources}")
    }),
    ("bare-buckets", |n| format!("Resources:\n{}", lines(n, |i| format!("  B{i}: {{Type: AWS::S3::Bucket}}\n")))),
    ("conditions-in-a-chain", |n| {
        let chain = lines(n, |i| format!("  C{}: !Or [{{Condition: C{i}}}, !Equals [!Ref P, v{i}]]\n", i + 1));
        format!(
            "Parameters: {{P: {{Type: String}}}}\nConditions:\n  C0: !Equals [!Ref P, a]\n{chain}Resources:\n  B: {{Type: AWS::S3::Bucket, \
             Condition: C{n}}}\n"
        )
    }),
    ("conditions-of-one-property", |n| {
        let own = lines(n, |i| format!("  C{i}: !Equals [!Ref P, v{i}]\n"));
        let tags = lines(n, |i| format!("        - {{Key: k{i}, Value: !If [C{i}, a, b]}}\n"));
        format!(
            "Parameters: {{P: {{Type: String}}}}\nConditions:\n{own}Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      \
             Tags:\n{tags}"
        )
    }),
    ("buckets-and-policies-by-parameter", |n| {
        let parameters = lines(n, |i| format!("  P{i}: {{Type: String}}\n"));
        let resources = lines(n, |i| {
            format!(
                "  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref P{i}}}}}\n  Q{i}: {{Type: AWS::S3::BucketPolicy, \
                 Properties: {{Bucket: !Ref P{i}, PolicyDocument: {{Statement: []}}}}}}\n"
            )
        });
        format!("Parameters:\n{parameters}Resources:\n{resources}")
    }),
    ("policies-by-parameter-and-statements", |n| {
        let parameters = lines(n, |i| format!("  P{i}: {{Type: String}}\n"));
        let statement = |i: usize| {
            format!(
                "{{Effect: Deny, Principal: '*', Action: 's3:*', Resource: !Sub 'arn:aws:s3:::${{P{i}}}/*', Condition: {{Bool: \
                 {{'aws:SecureTransport': false}}}}}}"
            )
        };
        let resources = lines(n, |i| {
            format!(
                "  B{i}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref P{i}}}}}\n  Q{i}: {{Type: AWS::S3::BucketPolicy, \
                 Properties: {{Bucket: !Ref P{i}, PolicyDocument: {{Statement: [{}]}}}}}}\n",
                statement(i)
            )
        });
        format!("Parameters:\n{parameters}Resources:\n{resources}")
    }),
    ("rows-of-a-mapping", |n| {
        let rows = lines(n / 10, |i| format!("    v{i}: {{k: {}, l: {}}}\n", i % 2 == 0, i % 3 == 0));
        let resources = lines(n, |i| {
            let key = if i % 2 == 0 { "k" } else { "l" };
            format!(
                "  D{i}: {{Type: AWS::RDS::DBInstance, Properties: {{StorageEncrypted: !FindInMap [M, !Ref P, {key}]}}}}\n"
            )
        });
        format!("Parameters: {{P: {{Type: String}}}}\nMappings:\n  M:\n{rows}Resources:\n{resources}")
    }),
    ("merges", |n| {
        let merged =
            lines(n, |i| format!("  B{i}:\n    Type: AWS::S3::Bucket\n    Properties: {{<<: *p, BucketName: n{i}}}\n"));
        format!("X: &p {{Tags: [{{Key: a, Value: b}}]}}\nResources:\n{merged}")
    }),
    ("keys-and-databases", |n| {
        let resources = lines(n, |i| {
            format!(
                "  K{i}: {{Type: AWS::KMS::Key}}\n  D{i}: {{Type: AWS::RDS::DBInstance, Properties: {{KmsKeyId: !Ref K{i}}}}}\n"
            )
        });
        format!("Resources:\n{resources}")
    }),
    ("alarms-and-filters", |n| {
        let resources = lines(n, |i| {
            format!(
                "  F{i}: {{Type: AWS::Logs::MetricFilter, Properties: {{MetricTransformations: [{{MetricName: m{i}, MetricNamespace: \
                 n}}]}}}}\n  A{i}: {{Type: AWS::CloudWatch::Alarm, Properties: {{MetricName: m{i}, Namespace: n}}}}\n"
            )
        });
        format!("Resources:\n{resources}")
    }),
    ("conditional-routes", |n| {
        let own = lines(n, |i| format!("  C{i}: !Equals [!Ref P, v{i}]\n"));
        let routes = lines(n, |i| {
            format!(
                "  R{i}: {{Type: AWS::EC2::Route, Condition: C{i}, Properties: {{RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, \
                 GatewayId: igw-{i}}}}}\n"
            )
        });
        format!(
            "Parameters: {{P: {{Type: String}}}}\nConditions:\n{own}Resources:\n  T: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: \
             v}}}}\n{routes}"
        )
    }),
    ("open-brackets", |n| "[".repeat(n)),
    ("repeated-keys", |n| format!("{BUCKET}{}", lines(n, |_| "  B: {Type: AWS::S3::Bucket}\n".to_owned()))),
    ("comments", |n| format!("{}{BUCKET}", lines(n, |i| format!("# hipaalint: ignore {i}\n")))),
    ("statements", |n| {
        let statements = lines(n, |i| format!("          - {{Effect: Allow, Action: 's3:Get{i}*', Resource: '*'}}\n"));
        format!(
            "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n{statements}"
        )
    }),
];

/// Kilobytes at the peak, where the system tells.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The time that this thread was on a processor, where the system tells: a machine that does more than this makes the other one longer.
fn on_processor() -> Option<Duration> {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(status.split_whitespace().next()?.parse().ok()?))
}

/// Runs one size, and prints milliseconds, steps, and kilobytes.
fn run(attack: Attack, n: usize) {
    let keep = Keep { undecided: true, passed: false, fixes: Fixes::WithEdits, ..Keep::default() };
    let linter = Linter::new(RuleSet::embedded(), |_| true, &BTreeMap::new(), Pinned::new(), keep);
    let Ok(linter) = linter else { return };
    // The rules are made before the clock starts.
    linter.lint(&Source::new(SourceId(0), "first.yaml", BUCKET));
    let source = Source::new(SourceId(0), "template.yaml", attack(n));
    let (start, before) = (Instant::now(), on_processor());
    let report = linter.lint(&source);
    let passed = on_processor().zip(before).map(|(now, before)| now - before);
    println!("{} {} {}", passed.unwrap_or(start.elapsed()).as_micros(), report.steps, peak());
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [family, n] = arguments.as_slice() {
        let attack = ATTACKS.iter().find(|(name, _)| name == family);
        if let (Some((_, attack)), Ok(n)) = (attack, n.parse()) {
            run(*attack, n);
        }
        return;
    }
    let large: usize = arguments.first().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let Ok(program) = std::env::current_exe() else { return };
    println!(
        "{:36}{:>10}{:>10}{:>8}{:>12}{:>8}{:>10}",
        "", "ms at n", "at 4 n", "slope", "steps 4 n", "slope", "peak kB"
    );
    for (name, _) in ATTACKS {
        let measured = [large / 4, large].map(|n| -> Option<[f64; 3]> {
            let output = Command::new(&program).args([name, &n.to_string()]).output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            numbers.try_into().ok()
        });
        let [Some([time, steps, _]), Some([longer, more, peak])] = measured else {
            println!("{name:36}did not end");
            continue;
        };
        let slope = |small: f64, large: f64| (large.max(1.0) / small.max(1.0)).log(4.0);
        println!(
            "{name:36}{:>10.1}{:>10.1}{:>8.2}{more:>12}{:>8.2}{peak:>10}",
            time / 1e3,
            longer / 1e3,
            slope(time, longer),
            slope(steps, more)
        );
    }
}
