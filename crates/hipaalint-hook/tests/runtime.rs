//! The program as Lambda runs it: it asks Lambda's Runtime API on loopback for events, and posts its answers.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// An open bucket, and one that is fine in `core` apart from its neighbors.
const OPEN: &str = "Resources: {Records: {Type: 'AWS::S3::Bucket'}}";

struct Lambda {
    program: Child,
    events: Sender<String>,
    answers: Receiver<(String, Value)>,
}

impl Lambda {
    fn start(variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let (events, next) = channel::<String>();
        let (answer, answers) = channel();
        thread::spawn(move || serve(&listener, &next, &answer));
        let program = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
            .env_clear()
            .envs([
                ("AWS_LAMBDA_RUNTIME_API", place.as_str()),
                ("AWS_LAMBDA_FUNCTION_NAME", "hook"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "log"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "log"),
                ("HIPAALINT_TODAY", "2026-11-28"),
            ])
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { program, events, answers }
    }

    fn answer(&self, event: &Value) -> Value {
        self.events.send(event.to_string()).unwrap();
        let (path, answer) = self.answers.recv_timeout(Duration::from_secs(60)).expect("an answer");
        assert!(path.ends_with("/response"), "{path}: {answer}");
        assert_eq!(answer["clientRequestToken"], event["clientRequestToken"]);
        answer
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The Runtime API, as "Using the Lambda runtime API for custom runtimes" (Lambda developer guide) describes it.
fn serve(listener: &TcpListener, next: &Receiver<String>, answer: &Sender<(String, Value)>) {
    let mut number = 0;
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((method, path, body)) = request(&mut reader) {
            if method == "GET" && path.ends_with("/invocation/next") {
                let Ok(event) = next.recv() else { return };
                number += 1;
                let headers = format!(
                    "lambda-runtime-aws-request-id: {number}\r\nlambda-runtime-deadline-ms: 99999999999999\r\n\
                     lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:111122223333:function:hook\r\n"
                );
                respond(&mut stream, "200 OK", &headers, &event);
            } else {
                respond(&mut stream, "202 Accepted", "", "{}");
                answer.send((path, serde_json::from_str(&body).unwrap_or(Value::String(body)))).unwrap();
            }
        }
    }
}

fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
}

/// Method, path and body of the next request; none at the end of the connection.
fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        match header.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(("transfer-encoding", "chunked")) => is_chunked = true,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    while is_chunked {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend_from_slice(&chunk[..size]);
        is_chunked = size > 0;
    }
    Some((method, path, String::from_utf8(body).unwrap()))
}

fn event(data: Value) -> Value {
    json!({
        "clientRequestToken": "5f1f4d3e",
        "awsAccountId": "111122223333",
        "stackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/records/1",
        "changeSetId": null,
        "hookTypeName": "Hipaalint::Checks::Templates",
        "actionInvocationPoint": "CREATE_PRE_PROVISION",
        "requestData": data,
        "requestContext": {"invocation": 1, "callbackContext": null},
    })
}

fn resource(kind: &str, properties: Value) -> Value {
    event(json!({
        "targetName": kind,
        "targetType": kind,
        "targetLogicalId": "Records",
        "targetModel": {"resourceProperties": properties, "previousResourceProperties": null},
    }))
}

#[test]
fn resources_are_judged_alone() {
    let lambda = Lambda::start(&[]);
    let answer = lambda.answer(&resource("AWS::KMS::Key", json!({"EnableKeyRotation": false, "KeyPolicy": {}})));
    assert_eq!((&answer["hookStatus"], &answer["errorCode"]), (&json!("FAILED"), &json!("NonCompliant")), "{answer}");
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains("Records: Key `Records` does not rotate automatically"), "{message}");
    assert!(message.contains("Judged without the rest of its stack"), "{message}");
    let rotation =
        answer["annotations"].as_array().unwrap().iter().find(|one| one["annotationName"] == "kms-key-rotation");
    let rotation = rotation.unwrap();
    assert_eq!((&rotation["status"], &rotation["severityLevel"]), (&json!("FAILED"), &json!("MEDIUM")));
    assert!(rotation["remediationLink"].as_str().unwrap().starts_with("https://"));
    assert!(!rotation["remediationMessage"].as_str().unwrap().is_empty());
    // Without neighbors, nothing follows from a policy that is not there; a resolved password is not one in a template.
    let bucket = json!({
        "PublicAccessBlockConfiguration":
            {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true},
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption":
            {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
        "Tags": [{"Key": "Environment", "Value": "prod"}, {"Key": "DataClassification", "Value": "PHI"}, {"Key": "ComplianceScope", "Value": "HIPAA"}],
    });
    let answer = lambda.answer(&resource("AWS::S3::Bucket", bucket));
    assert_eq!(answer["hookStatus"], "SUCCESS", "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("undecided"), "{answer}");
    let user = json!({"Engine": "postgres", "MasterUserPassword": "hunter2hunter2", "StorageEncrypted": true});
    let answer = lambda.answer(&resource("AWS::RDS::DBInstance", user)).to_string();
    assert!(!answer.contains("hunter2") && !answer.contains("literal-secret"), "{answer}");
    // What is deleted protects nothing any more.
    let mut deletion = resource("AWS::S3::Bucket", json!({}));
    deletion["actionInvocationPoint"] = json!("DELETE_PRE_PROVISION");
    assert_eq!(lambda.answer(&deletion)["hookStatus"], "SUCCESS");
}

#[test]
fn cloud_control_gets_shorter_messages() {
    let lambda = Lambda::start(&[("HIPAALINT_PROFILE", "strict")]);
    let rules: Vec<Value> = (0..60)
        .map(|port| json!({"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": port, "ToPort": port}))
        .collect();
    let properties = json!({"GroupDescription": "ü".repeat(200), "SecurityGroupIngress": rules});
    let mut event = resource("AWS::EC2::SecurityGroup", properties);
    for (target, limit) in [("AWS::EC2::SecurityGroup", 4096), ("CLOUD_CONTROL", 1024)] {
        event["requestData"]["targetType"] = json!(target);
        let answer = lambda.answer(&event);
        let message = answer["message"].as_str().unwrap();
        let length = message.chars().count();
        assert!(length <= limit && length > limit / 2 && message.contains("more."), "{length}: {message}");
        assert_eq!(answer["errorCode"], "NonCompliant");
    }
}

#[test]
fn stacks_and_change_sets_are_judged_from_their_payload() {
    let lambda = Lambda::start(&[]);
    let stack = |template: &str| {
        event(json!({"targetName": "STACK", "targetType": "STACK", "payload": {"template": template}}))
    };
    let answer = lambda.answer(&stack(OPEN));
    assert_eq!(answer["errorCode"], "NonCompliant", "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("Records, line 1"), "{answer}");
    // An address on this machine is not one of S3, whatever listens there. It is not repeated: whoever knows it is let in.
    let mut fetched = stack("");
    fetched["requestData"]["payload"] = json!("https://127.0.0.1/template?X-Amz-Signature=abc");
    let answer = lambda.answer(&fetched);
    assert_eq!((&answer["hookStatus"], &answer["errorCode"]), (&json!("FAILED"), &json!("InternalFailure")));
    assert!(answer["message"].as_str().unwrap().contains("refused") && !answer.to_string().contains("abc"), "{answer}");
    let answer = lambda.answer(&stack("Resources: ["));
    assert_eq!(answer["errorCode"], "InternalFailure", "{answer}");
    let changes = json!([
        {"logicalResourceId": "Key", "resourceType": "AWS::KMS::Key", "action": "Modify",
         "afterContext": "{\"Properties\": {\"EnableKeyRotation\": false, \"KeyPolicy\": {}}}"},
        {"LogicalResourceId": "Old", "ResourceType": "AWS::S3::Bucket", "Action": "Remove"},
    ]);
    let event = event(
        json!({"targetName": "CHANGE_SET", "targetType": "CHANGE_SET", "payload": {"changedResources": changes}}),
    );
    let answer = lambda.answer(&event);
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains("kms-key-rotation") && !message.contains("Old"), "{message}");
}

#[test]
fn settings_decide_and_bad_ones_are_said() {
    let event = event(json!({"targetName": "STACK", "targetType": "STACK", "payload": {"template": OPEN}}));
    let lambda = Lambda::start(&[("HIPAALINT_FAIL_ON", "never")]);
    let answer = lambda.answer(&event);
    assert_eq!(answer["hookStatus"], "SUCCESS");
    assert!(
        answer["message"].as_str().unwrap().contains("s3-bucket-public-access-block"),
        "findings are said all the same"
    );
    let rules = "rules: {s3-*: {level: note}, tags-required: {level: off}}";
    let lambda = Lambda::start(&[("HIPAALINT_CONFIG", rules)]);
    assert_eq!(lambda.answer(&event)["hookStatus"], "SUCCESS");
    for (name, value, part) in [
        ("HIPAALINT_PROFILE", "hipaa", "`hipaa`"),
        ("HIPAALINT_FAIL_ON", "high", "`high`"),
        ("HIPAALINT_CONFIG", "rules: {s3-bucket-nothing: {level: off}}", "s3-bucket-nothing"),
    ] {
        let answer = Lambda::start(&[(name, value)]).answer(&event);
        assert_eq!(answer["errorCode"], "InternalFailure", "{answer}");
        assert!(answer["message"].as_str().unwrap().contains(part), "{answer}");
    }
}

#[test]
fn events_that_make_no_sense_get_an_answer() {
    let lambda = Lambda::start(&[]);
    for strange in [
        json!({"clientRequestToken": "1"}),
        json!({"clientRequestToken": "1", "requestData": []}),
        event(json!({"targetType": "STACK"})),
        event(json!({"targetType": "CHANGE_SET", "payload": 1})),
    ] {
        let answer = lambda.answer(&strange);
        assert_eq!(answer["errorCode"], "InternalFailure", "{answer}");
    }
}
