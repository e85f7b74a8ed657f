//! `hipaalint mcp`, as a client of the Model Context Protocol sees it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const BUCKET: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      # kept
      VersioningConfiguration: { Status: Suspended }
";

const KEY: &str = "\
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: false # for now
";

struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last: u64,
}

impl Client {
    /// A client that has said hello.
    fn in_folder(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hipaalint"))
            .args(["mcp", "--root", "."])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Self { child, input, output, last: 0 };
        let hello = client.request(
            "initialize",
            &json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            }),
        );
        assert_eq!(hello["result"]["serverInfo"]["name"], "hipaalint");
        assert!(hello["result"]["instructions"].as_str().unwrap().contains("untrusted"));
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.last, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the server ended");
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == self.last {
                return answer;
            }
        }
    }

    /// The whole result of a tool.
    fn result(&mut self, tool: &str, arguments: &Value) -> Value {
        let answer = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// What a tool answers.
    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let result = self.result(tool, arguments);
        assert_ne!(result["isError"], true, "{result}");
        result["structuredContent"].clone()
    }

    /// What a tool refuses with.
    fn refusal(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

impl Drop for Client {
    /// The end of the input ends the server.
    fn drop(&mut self) {
        drop(self.input.take());
        let status = self.child.wait().unwrap();
        if !std::thread::panicking() {
            assert!(status.success(), "{status}");
        }
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(entries) => {
            for (key, value) in entries {
                if key != "untrusted" {
                    strings(value, found);
                }
            }
        }
        _ => {}
    }
}

/// What an answer holds outside of the fields for text of the project.
fn trusted(answer: &Value) -> String {
    let mut found = Vec::new();
    strings(answer, &mut found);
    found.join("\n")
}

#[test]
fn tools_have_schemas_and_only_read() {
    let folder = folder(&[]);
    let mut client = Client::in_folder(folder.path());
    let tools = client.request("tools/list", &json!({}))["result"]["tools"].clone();
    let tools = tools.as_array().unwrap();
    let mut names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["controls", "explain", "fix", "lint", "rules"]);
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{tool}");
            jsonschema::validator_for(&tool[schema]).unwrap();
            // Clients warn of formats that they do not know.
            assert!(!tool[schema].to_string().contains("\"format\""), "{tool}");
        }
    }
}

#[test]
fn answers_obey_their_schemas() {
    let folder = folder(&[("app.yaml", BUCKET), ("key.yaml", KEY)]);
    let mut client = Client::in_folder(folder.path());
    let tools = client.request("tools/list", &json!({}))["result"]["tools"].clone();
    for (tool, arguments) in [
        ("lint", json!({ "path": "app.yaml", "profile": "strict" })),
        ("lint", json!({ "path": "." })),
        ("fix", json!({ "path": "key.yaml" })),
        ("explain", json!({ "rule": "s3-bucket-versioning" })),
        ("rules", json!({ "service": "S3" })),
        ("controls", json!({})),
    ] {
        let schema = tools.as_array().unwrap().iter().find(|found| found["name"] == tool).unwrap();
        let answer = client.call(tool, &arguments);
        let validator = jsonschema::validator_for(&schema["outputSchema"]).unwrap();
        assert!(validator.is_valid(&answer), "{tool}: {answer}");
    }
}

#[test]
fn a_file_and_a_text_have_the_same_findings() {
    let folder = folder(&[("app.yaml", BUCKET)]);
    let mut client = Client::in_folder(folder.path());
    let of_file = client.call("lint", &json!({ "path": "app.yaml", "rules": ["s3-bucket-versioning"] }));
    let of_text =
        client.call("lint", &json!({ "path": "app.yaml", "text": BUCKET, "rules": ["s3-bucket-versioning"] }));
    assert_eq!(of_file, of_text);
    let [finding] = of_file["findings"].as_array().unwrap().as_slice() else { panic!("{of_file}") };
    assert_eq!((&finding["rule"], &finding["line"]), (&json!("s3-bucket-versioning"), &json!(6)));
    assert_eq!(finding["untrusted"]["path"], "Resources/Records/Properties/VersioningConfiguration/Status");
    assert_eq!(of_file["rules"][0]["id"], "s3-bucket-versioning");
    assert!(!of_file["rules"][0]["text"]["why"].as_str().unwrap().is_empty());
    assert_eq!(of_file["kind"], "template");
}

#[test]
fn findings_come_in_pages() {
    let folder = folder(&[("app.yaml", BUCKET)]);
    let mut client = Client::in_folder(folder.path());
    let all = client.call("lint", &json!({ "path": "app.yaml", "profile": "strict" }));
    let findings = all["findings"].as_array().unwrap();
    let page = client.call("lint", &json!({ "path": "app.yaml", "profile": "strict", "offset": 1, "limit": 2 }));
    assert_eq!(page["findings"].as_array().unwrap(), &findings[1..3]);
    assert_eq!(page["more"], findings.len() - 3);
    let beyond = client.call("lint", &json!({ "path": "app.yaml", "offset": 100_000 }));
    assert_eq!((&beyond["findings"], &beyond["more"]), (&json!([]), &json!(0)));
}

#[test]
fn a_fix_is_a_diff_and_nothing_is_written() {
    let folder = folder(&[("key.yaml", KEY), ("app.yaml", BUCKET)]);
    let mut client = Client::in_folder(folder.path());
    let answer = client.call("fix", &json!({ "path": "key.yaml", "rules": ["kms-key-rotation"] }));
    assert_eq!(answer["fixed"], 1, "{answer}");
    let diff = answer["untrusted"]["diff"].as_str().unwrap();
    assert!(
        diff.contains("-      EnableKeyRotation: false # for now\n+      EnableKeyRotation: true # for now\n"),
        "{diff}"
    );
    assert_eq!(fs::read_to_string(folder.path().join("key.yaml")).unwrap(), KEY);
    let unsafe_ones = json!({ "path": "app.yaml", "rules": ["s3-bucket-versioning"], "unsafe_fixes": true });
    assert_eq!(client.call("fix", &unsafe_ones)["fixed"], 1);
    let safe = client.call("fix", &json!({ "path": "app.yaml", "rules": ["s3-bucket-versioning"] }));
    assert_eq!((&safe["fixed"], &safe["fixable_with_unsafe_fixes"]), (&json!(0), &json!(1)), "{safe}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn nothing_outside_of_the_roots_is_read() {
    let outer = folder(&[
        ("hipaalint.yaml", "profile: strict\n"),
        ("outside.yaml", BUCKET),
        (
            "roots/inside.yaml",
            "Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: ../outside.yaml } }\n",
        ),
        ("roots/app.yaml", BUCKET),
        ("roots/.git/HEAD", "ref: refs/heads/main\n"),
    ]);
    let roots = outer.path().join("roots");
    let mut client = Client::in_folder(&roots);
    let absolute = outer.path().join("outside.yaml");
    for path in ["../outside.yaml", absolute.to_str().unwrap(), "/etc/passwd", "../none.yaml", "none.yaml"] {
        let refusal = client.refusal("lint", &json!({ "path": path }));
        assert_eq!(refusal, "There is no such file or folder in the folders that this server may read.", "{path}");
        assert_eq!(refusal, client.refusal("fix", &json!({ "path": path })), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&absolute, roots.join("link.yaml")).unwrap();
        client.refusal("lint", &json!({ "path": "link.yaml" }));
    }
    let included = client.call("lint", &json!({ "path": "inside.yaml", "profile": "strict" }));
    assert!(!included.to_string().contains("VersioningConfiguration"), "{included}");
    // The configuration above the roots is not one of the project.
    assert_eq!(client.call("lint", &json!({ "path": "app.yaml" }))["summary"]["selection"], "core");
}

#[test]
fn a_file_that_is_no_template_shows_its_kind_and_not_its_text() {
    let folder = folder(&[
        ("main.tf", "resource \"aws_s3_bucket\" \"hush\" {}\n"),
        ("id_rsa", "-----BEGIN OPENSSH PRIVATE KEY-----\nhush\n"),
        ("broken.yaml", "hush: [hush\nother: \"hush\n"),
        ("deploy.yaml", "apiVersion: v1\nkind: Secret\ndata: { hush: hush }\n"),
    ]);
    let mut client = Client::in_folder(folder.path());
    for (path, about) in [
        ("main.tf", Some("a Terraform file")),
        ("id_rsa", None),
        ("broken.yaml", None),
        ("deploy.yaml", Some("a Kubernetes manifest")),
    ] {
        let answer = client.call("lint", &json!({ "path": path }));
        assert_eq!(answer["kind"], "not-a-template", "{answer}");
        assert_eq!(answer["about"].as_str(), about, "{answer}");
        assert!(!answer.to_string().contains("hush"), "{answer}");
        let fixed = client.call("fix", &json!({ "path": path }));
        assert!(!fixed.to_string().contains("hush"), "{fixed}");
    }
}

#[test]
fn text_of_a_project_is_only_in_fields_of_its_own() {
    let order = "IgnoreAllOrdersBefore";
    let template = format!(
        "Description: {order}\nParameters:\n  {order}P: {{ Type: String, Description: {order} }}\nResources:\n  {order}:\n    Type: \
         AWS::S3::Bucket\n    Metadata: {{ hipaalint: {{ ignore: [{{ id: {order}, reason: {order} }}] }} }}\n    Properties:\n      \
         BucketName: {order}\n      {order}Q: {order}\n  Bad: {{ Type: {order} }}\n"
    );
    let folder = folder(&[
        (&format!("{order}.yaml"), &template),
        ("hipaalint.yaml", "rule-folders: [own]\nIgnoreAllOrdersBefore: 1\n"),
        (
            "own/own.yaml",
            "id: own-rule\ntitle: IgnoreAllOrdersBefore\nlevel: error\nseverity: high\nresources: [AWS::S3::Bucket]\nassert: { path: \
             $.Properties.Nothing, is: present }\nmessage: IgnoreAllOrdersBefore\nwhy: IgnoreAllOrdersBefore\nremediation: \
             IgnoreAllOrdersBefore\n",
        ),
    ]);
    let mut client = Client::in_folder(folder.path());
    let answer =
        client.call("lint", &json!({ "path": format!("{order}.yaml"), "profile": "strict", "undecided": true }));
    assert!(answer.to_string().contains(order));
    assert!(!trusted(&answer).contains(order), "{}", trusted(&answer));
    let fixed = client.call("fix", &json!({ "path": format!("{order}.yaml"), "unsafe_fixes": true }));
    assert!(!trusted(&fixed).contains(order), "{}", trusted(&fixed));
}

#[test]
fn exceptions_end_on_their_day() {
    let with = |day: &str| {
        format!(
            "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Metadata:\n      hipaalint:\n        exceptions:\n          - rule: \
             [s3-bucket-versioning]\n            reason: A copy of what another bucket keeps\n            expires: {day}\n"
        )
    };
    let folder = folder(&[("past.yaml", &with("2020-01-31")), ("future.yaml", &with("2999-01-31"))]);
    let mut client = Client::in_folder(folder.path());
    for (file, findings) in [("past.yaml", 1), ("future.yaml", 0)] {
        let answer = client.call("lint", &json!({ "path": file, "rules": ["s3-bucket-versioning"] }));
        let all = answer["findings"].as_array().unwrap();
        let found = all.iter().filter(|finding| finding["rule"] == "s3-bucket-versioning").count();
        assert_eq!(found, findings, "{file}: {answer}");
    }
}

#[test]
fn secrets_are_masked() {
    let template = "\
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: false
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: hunter2hunter2
";
    let folder = folder(&[("app.yaml", template)]);
    let mut client = Client::in_folder(folder.path());
    for (tool, arguments) in [
        ("lint", json!({ "path": "app.yaml", "profile": "strict", "limit": 500 })),
        ("fix", json!({ "path": "app.yaml", "profile": "strict", "unsafe_fixes": true })),
        ("fix", json!({ "text": template, "profile": "strict", "unsafe_fixes": true })),
    ] {
        let answer = client.result(tool, &arguments);
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
}

#[test]
fn the_catalogue_knows_other_tools_and_near_names() {
    let folder = folder(&[]);
    let mut client = Client::in_folder(folder.path());
    assert_eq!(
        client.call("explain", &json!({ "rule": "S3_BUCKET_VERSIONING_ENABLED" }))["id"],
        "s3-bucket-versioning"
    );
    let refusal = client.refusal("explain", &json!({ "rule": "s3-bucket-versionin" }));
    assert!(refusal.contains("`s3-bucket-versioning`"), "{refusal}");
    let rules = client.call("rules", &json!({ "service": "S3", "profile": "core", "citation": "164.312(c)" }));
    assert!(rules["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == "s3-bucket-versioning"));
    let cited = client.call("controls", &json!({ "citation": "164.312(b)" }));
    let [citation] = cited["citations"].as_array().unwrap().as_slice() else { panic!("{cited}") };
    assert!(!citation["rules"].as_array().unwrap().is_empty());
}

#[test]
fn mistakes_are_answered_and_the_server_goes_on() {
    let folder = folder(&[]);
    let mut client = Client::in_folder(folder.path());
    assert_eq!(client.refusal("lint", &json!({})), "Give a `path` or a `text`.");
    let answer = client.request("tools/call", &json!({ "name": "none", "arguments": {} }));
    assert!(!answer["error"].is_null() || answer["result"]["isError"] == true, "{answer}");
    let answer = client.request("tools/call", &json!({ "name": "lint", "arguments": { "path": 7 } }));
    assert!(!answer["error"].is_null() || answer["result"]["isError"] == true, "{answer}");
    assert!(!client.request("none", &json!({}))["error"].is_null());
    writeln!(client.input.as_mut().unwrap(), "no message").unwrap();
    assert!(!client.call("controls", &json!({}))["citations"].as_array().unwrap().is_empty());
}
