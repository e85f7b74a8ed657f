//! Beginning and end, unknown and broken requests, cancellation, and a panic.

use crate::client::{BAD, Client};
use hipaalint::Exit;
use lsp_server::{ErrorCode, Message};
use lsp_types::notification as notes;
use serde_json::{Value, json};

fn code(result: Result<Value, lsp_server::ResponseError>) -> i32 {
    result.unwrap_err().code
}

#[test]
fn a_server_begins_and_ends_as_the_protocol_says() {
    let mut client = Client::fresh(&[]);
    assert_eq!(code(client.raw("textDocument/hover", json!({}))), ErrorCode::ServerNotInitialized as i32);
    let result = client.raw("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} })).unwrap();
    assert_eq!(result["serverInfo"]["name"], "hipaalint");
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(result["capabilities"]["textDocumentSync"]["change"], 2);
    assert_eq!(code(client.raw("initialize", json!({ "capabilities": {} }))), ErrorCode::InvalidRequest as i32);
    assert_eq!(client.raw("shutdown", Value::Null).unwrap(), Value::Null);
    assert_eq!(code(client.raw("shutdown", Value::Null)), ErrorCode::InvalidRequest as i32);
    client.notify::<notes::Exit>(());
    assert_eq!(client.ended(), Exit::Clean);
}

#[test]
fn an_exit_without_shutdown_and_the_end_of_the_input_are_failures() {
    let client = Client::new(&[]);
    client.notify::<notes::Exit>(());
    assert_eq!(client.ended().code(), 1);
    assert_eq!(Client::new(&[]).ended().code(), 1);
    assert_eq!(Client::fresh(&[]).ended().code(), 1);
    let mut client = Client::new(&[]);
    client.raw("shutdown", Value::Null).unwrap();
    assert_eq!(client.ended().code(), 0);
    assert_eq!(Client::new(&[]).end().code(), 0);
}

#[test]
fn what_the_server_does_not_know_has_an_error_or_is_ignored() {
    let mut client = Client::new(&[]);
    assert_eq!(code(client.raw("textDocument/unknown", json!({}))), ErrorCode::MethodNotFound as i32);
    for params in [json!(null), json!({}), json!([]), json!({ "textDocument": 1 })] {
        let _ = client.raw("textDocument/codeAction", params.clone());
        assert_eq!(
            code(client.raw("textDocument/diagnostic", params.clone())),
            ErrorCode::InvalidParams as i32,
            "{params}"
        );
        client.send(lsp_server::Notification { method: "textDocument/didOpen".to_owned(), params });
        client.notified("window/logMessage");
    }
    client.send(lsp_server::Notification { method: "$/whatever".to_owned(), params: json!({}) });
    client.send(lsp_server::Response::new_ok(lsp_server::RequestId::from(4711), ()));
    client.open("a.yaml", BAD);
    assert!(!client.published("a.yaml").diagnostics.is_empty());
    assert_eq!(client.end(), Exit::Clean);
}

#[test]
fn a_cancelled_request_has_one_response() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", &format!("{BAD}{}", "# a comment\n".repeat(1000)));
    let params = json!({ "textDocument": { "uri": client.uri("a.yaml") } });
    let id = client.ask("textDocument/diagnostic", params);
    client.send(lsp_server::Notification { method: "$/cancelRequest".to_owned(), params: json!({ "id": 2 }) });
    // It may have been faster than the cancellation.
    match client.response(&id) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.code, ErrorCode::RequestCanceled as i32),
    }
    client.send(lsp_server::Notification { method: "$/cancelRequest".to_owned(), params: json!({ "id": "never" }) });
    client.settled();
    assert_eq!(client.end(), Exit::Clean);
}

#[test]
fn a_request_is_cancelled_while_it_waits() {
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::with(&[("a.yaml", BAD)], capabilities, json!(null));
    client.requested("client/registerCapability");
    let first = client.raw("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let known = json!([{ "uri": first["items"][0]["uri"], "value": first["items"][0]["resultId"] }]);
    // Nothing has changed, so this one waits.
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": known }));
    client.settled();
    client.send(lsp_server::Notification {
        method: "$/cancelRequest".to_owned(),
        params: json!({ "id": serde_json::to_value(&id).unwrap() }),
    });
    assert_eq!(code(client.response(&id)), ErrorCode::RequestCanceled as i32);
    // The next one gets the news.
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": known }));
    client.write("a.yaml", &BAD.replace("Records", "Other"));
    client.changed_on_disk(&["a.yaml"]);
    let items = client.response(&id).unwrap();
    assert_eq!(items["items"][0]["kind"], "full");
    assert_eq!(client.end(), Exit::Clean);
}

/// A template of so many buckets, whose fixes take a while.
fn large(buckets: usize) -> String {
    let bucket = |number| format!("  Bucket{number}:\n    Type: AWS::S3::Bucket\n");
    format!("Resources:\n{}", (0..buckets).map(bucket).collect::<String>())
}

#[test]
fn a_request_that_takes_long_makes_no_other_wait_and_can_be_ended() {
    let mut client = Client::new(&[]);
    client.open("large.yaml", &large(400));
    client.open("small.yaml", BAD);
    client.settled();
    let end = json!({ "line": 2000, "character": 0 });
    let params = |client: &Client, name: &str| {
        json!({
            "textDocument": { "uri": client.uri(name) },
            "range": { "start": { "line": 0, "character": 0 }, "end": end },
            "context": { "diagnostics": [] },
        })
    };
    // Others are answered in the meantime, and diagnostics come.
    let actions = client.ask("textDocument/codeAction", params(&client, "large.yaml"));
    let uri = client.uri("small.yaml");
    let symbols = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    let first = client.until(|message| matches!(message, Message::Response(_)));
    assert!(matches!(&first, Message::Response(response) if response.id == symbols), "{first:?}");
    client.replace("small.yaml", 2, &BAD.replace("Records", "Other"));
    assert!(!client.published_for("small.yaml", 2).is_empty());
    let cancel = json!({ "id": serde_json::to_value(&actions).unwrap() });
    client.send(lsp_server::Notification { method: "$/cancelRequest".to_owned(), params: cancel });
    assert_eq!(code(client.response(&actions)), ErrorCode::RequestCanceled as i32);
    // The work has ended, too: the next one does not wait for it.
    let small = client.raw("textDocument/codeAction", params(&client, "small.yaml")).unwrap();
    assert!(!small.as_array().unwrap().is_empty());
    // What is made for a text that is no more has no result, and the client may ask again.
    let actions = client.ask("textDocument/codeAction", params(&client, "large.yaml"));
    client.replace("large.yaml", 2, BAD);
    assert_eq!(code(client.response(&actions)), ErrorCode::ContentModified as i32);
    let again = client.raw("textDocument/codeAction", params(&client, "large.yaml")).unwrap();
    assert!(!again.as_array().unwrap().is_empty());
    assert_eq!(client.end(), Exit::Clean);
}

#[test]
fn a_panic_in_a_request_is_the_error_of_that_request() {
    let mut client = Client::new(&[]);
    let result = client.raw("hipaalint/panic", Value::Null);
    assert_eq!(code(result), ErrorCode::InternalError as i32);
    client.open("a.yaml", BAD);
    let message = client.until(|message| matches!(message, Message::Notification(_)));
    assert!(matches!(message, Message::Notification(note) if note.method == "textDocument/publishDiagnostics"));
    assert_eq!(client.end(), Exit::Clean);
}
