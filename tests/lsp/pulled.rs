//! Diagnostics that the client asks for: with ids, and without what it has already.

use crate::client::{BAD, Client, GOOD};
use serde_json::{Value, json};

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
