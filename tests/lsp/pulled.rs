//! Diagnostics that the client asks for: with ids, and without what it has already.

use crate::client::{BAD, Client, GOOD};
use lsp_server::Message;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn client(files: &[(&str, &str)]) -> Client {
    let capabilities = json!({
        "textDocument": { "diagnostic": { "relatedDocumentSupport": true } },
        "workspace": { "diagnostics": { "refreshSupport": true } },
        "window": { "workDoneProgress": true },
    });
    Client::with(files, capabilities, json!(null))
}

fn pull(client: &mut Client, name: &str, previous: Option<&str>) -> Value {
    let params = json!({ "textDocument": { "uri": client.uri(name) }, "previousResultId": previous });
    client.raw("textDocument/diagnostic", params).unwrap()
}

#[test]
fn a_document_is_pulled_and_nothing_is_pushed() {
    let mut client = client(&[]);
    assert_eq!(client.initialized["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.open("a.yaml", BAD);
    let full = pull(&mut client, "a.yaml", None);
    assert_eq!(full["kind"], "full");
    assert!(full["items"].as_array().unwrap().len() > 2);
    let id = full["resultId"].as_str().unwrap();
    assert_eq!(pull(&mut client, "a.yaml", Some(id)), json!({ "kind": "unchanged", "resultId": id }));
    // A comment changes nothing.
    client.replace("a.yaml", 2, &format!("{BAD}# The end.\n"));
    assert_eq!(pull(&mut client, "a.yaml", Some(id))["kind"], "unchanged");
    client.replace("a.yaml", 3, GOOD);
    let empty = pull(&mut client, "a.yaml", Some(id));
    assert_eq!((&empty["kind"], &empty["items"]), (&json!("full"), &json!([])));
    assert_eq!(pull(&mut client, "never.yaml", None)["items"], json!([]));
    assert_eq!(client.published_names(), Vec::<String>::new());
}

#[test]
fn included_files_come_with_the_document() {
    let template = "Resources:\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters: {Location: part.yaml}\n";
    let mut client = client(&[("part.yaml", "Records:\n  Type: AWS::S3::Bucket\n")]);
    client.open("app.yaml", template);
    let report = pull(&mut client, "app.yaml", None);
    let related = report["relatedDocuments"].as_object().unwrap();
    assert_eq!(related.keys().collect::<Vec<_>>(), [client.uri("part.yaml").as_str()]);
}

#[test]
fn the_workspace_is_pulled() {
    let mut client = client(&[
        ("a.yaml", BAD),
        ("sub/b.yaml", BAD),
        ("c.json", "{\"name\": 1}"),
        (".gitignore", "out/\n"),
        ("out/d.yaml", BAD),
    ]);
    client.open("sub/b.yaml", "Resources:\n  Other: {Type: AWS::S3::Bucket}\n");
    let report = client.raw("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let items = report["items"].as_array().unwrap().clone();
    let names: Vec<&str> = items.iter().map(|item| item["uri"].as_str().unwrap()).collect();
    assert_eq!(names, [client.uri("a.yaml").as_str(), client.uri("sub/b.yaml").as_str()]);
    assert_eq!((&items[0]["version"], &items[1]["version"]), (&Value::Null, &json!(1)));
    let known: Vec<Value> = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    client.write("a.yaml", GOOD);
    client.changed_on_disk(&["a.yaml"]);
    let report = client.raw("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    let mut kinds: Vec<(&str, &str, &Value)> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["uri"].as_str().unwrap(), item["kind"].as_str().unwrap(), &item["items"]))
        .collect();
    kinds.sort_by_key(|(uri, ..)| *uri);
    let expected = [(names[0], "full", &json!([])), (names[1], "unchanged", &Value::Null)];
    assert_eq!(kinds, expected);
    // The document agrees with the workspace.
    let id = items[1]["resultId"].as_str().unwrap();
    assert_eq!(pull(&mut client, "sub/b.yaml", Some(id))["kind"], "unchanged");
}

#[test]
fn the_client_hears_of_changes_that_it_did_not_make() {
    let mut client = client(&[("hipaalint.yaml", "profile: core\n")]);
    client.open("a.yaml", BAD);
    client.settled();
    client.write("hipaalint.yaml", "profile: strict\n");
    client.changed_on_disk(&["hipaalint.yaml"]);
    client.requested("workspace/diagnostic/refresh");
}

/// Templates that take a while.
fn many(client: &Client) {
    let bucket = |number| format!("  Bucket{number}:\n    Type: AWS::S3::Bucket\n");
    let text = format!("Resources:\n{}", (0..40).map(bucket).collect::<String>());
    (0..80).for_each(|number| client.write(&format!("stacks/{number}.yaml"), &text));
}

#[test]
fn the_workspace_has_a_progress() {
    let mut client = client(&[]);
    many(&client);
    let started = Instant::now();
    let report = client.raw("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert_eq!(report["items"].as_array().unwrap().len(), 80);
    // A machine that needs less time than a person notices has nothing to show.
    if started.elapsed() < Duration::from_secs(1) {
        return;
    }
    let token = client.requested("window/workDoneProgress/create")["token"].clone();
    let mut kinds = Vec::new();
    let mut last = 0;
    while kinds.last().is_none_or(|kind| kind != "end") {
        let progress = client.notified("$/progress");
        assert_eq!(progress["token"], token);
        let percentage = progress["value"]["percentage"].as_u64().unwrap_or(last);
        assert!((last..=100).contains(&percentage), "{progress}");
        last = percentage;
        kinds.push(progress["value"]["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds[0], "begin");
    assert!(kinds[1..kinds.len() - 1].iter().all(|kind| kind == "report"), "{kinds:?}");
}

/// The workspace is linted on the thread that lints what is open.
#[test]
fn what_is_open_does_not_wait_for_the_workspace() {
    let mut client = client(&[]);
    many(&client);
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    client.open("a.yaml", BAD);
    let document = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": client.uri("a.yaml") } }));
    let first = client.until(|message| matches!(message, Message::Response(_)));
    // On a fast machine the workspace may be done.
    let is_document = matches!(&first, Message::Response(response) if response.id == document);
    let whole = if is_document { client.response(&id).unwrap() } else { json!({ "items": [] }) };
    if is_document {
        // It goes on afterwards, and has all of them.
        assert_eq!(whole["items"].as_array().unwrap().len(), 81);
    }
    let again = client.raw("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    assert_eq!(again["items"].as_array().unwrap().len(), 81);
}
