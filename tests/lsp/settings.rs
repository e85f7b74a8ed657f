//! Settings of the client, configurations of the project, rules and baselines: what changes them is followed.

use crate::client::{BAD, Client, codes};
use lsp_types::DidChangeConfigurationParams;
use lsp_types::notification as notes;
use serde_json::{Value, json};

const RULE: &str = "id: own-rule\ntitle: Own rule\nseverity: high\n";

#[test]
fn the_nearest_configuration_governs_on_the_disk_and_in_the_editor() {
    let mut client = Client::new(&[
        ("hipaalint.yaml", "rules: {s3-bucket-versioning: {level: off}}\n"),
        ("sub/hipaalint.yaml", "profile: strict\n"),
    ]);
    client.open("a.yaml", BAD);
    client.open("sub/a.yaml", BAD);
    let strict = client.published("sub/a.yaml").diagnostics.len();
    let core = client.published("a.yaml").diagnostics;
    assert!(core.len() < strict);
    assert!(!codes(&core).contains(&"s3-bucket-versioning".to_owned()));
    client.published_names();
    client.open("hipaalint.yaml", "profile: core\n");
    assert!(codes(&client.published("a.yaml").diagnostics).contains(&"s3-bucket-versioning".to_owned()));
    // A mistake is shown in the configuration.
    client.replace("hipaalint.yaml", 2, "profle: core\n");
    let mistakes = client.published_for("hipaalint.yaml", 2);
    assert_eq!(codes(&mistakes), ["configuration"], "{mistakes:?}");
    assert_eq!(mistakes[0].range.start.line, 0);
    client.close("hipaalint.yaml");
    assert!(client.published("hipaalint.yaml").diagnostics.is_empty());
    client.settled();
    client.write("hipaalint.yaml", "profile: strict\n");
    client.changed_on_disk(&["hipaalint.yaml"]);
    loop {
        if client.published("a.yaml").diagnostics.len() == strict {
            break;
        }
    }
}

#[test]
fn settings_come_at_the_beginning_on_request_and_by_themselves() {
    let count = |client: &mut Client| client.published("a.yaml").diagnostics.len();
    let mut client = Client::new(&[]);
    client.open("a.yaml", BAD);
    let core = count(&mut client);
    client.notify::<notes::DidChangeConfiguration>(DidChangeConfigurationParams {
        settings: json!({ "hipaalint": { "profile": "strict", "path": "/usr/bin/hipaalint" } }),
    });
    let strict = count(&mut client);
    assert!(core < strict);
    client.notify::<notes::DidChangeConfiguration>(DidChangeConfigurationParams { settings: json!({}) });
    assert_eq!(client.published_names(), Vec::<String>::new());

    let mut client = Client::with(&[], json!({}), json!({ "hipaalint": { "profile": "strict" } }));
    client.open("a.yaml", BAD);
    assert_eq!(count(&mut client), strict);

    let asks =
        json!({ "workspace": { "configuration": true, "didChangeConfiguration": { "dynamicRegistration": true } } });
    let mut client = Client::with(&[], asks, json!(null));
    let registered = client.requested("client/registerCapability");
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeConfiguration");
    client.open("a.yaml", BAD);
    assert_eq!(count(&mut client), core);
    client.settings = json!({ "profile": "strict" });
    client.notify::<notes::DidChangeConfiguration>(DidChangeConfigurationParams { settings: Value::Null });
    assert_eq!(count(&mut client), strict);
    // A setting that is not valid is reported, and has its default.
    client.settings = json!({ "profile": "stirct", "undecided": 1 });
    client.notify::<notes::DidChangeConfiguration>(DidChangeConfigurationParams { settings: Value::Null });
    assert_eq!(count(&mut client), core);
    let told = client.notified("window/logMessage");
    assert!(told["message"].as_str().unwrap().contains("hipaalint.profile"), "{told}");
}

#[test]
fn files_are_watched_if_the_client_can() {
    let watches = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::with(&[], watches, json!(null));
    let registered = client.requested("client/registerCapability");
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
}

#[test]
fn rules_of_the_project_are_followed() {
    let mut client = Client::new(&[("hipaalint.yaml", "rule-folders: [policies]\n"), ("policies/own-rule.yaml", RULE)]);
    client.open("a.yaml", BAD);
    client.published("a.yaml");
    let broken = client.published("policies/own-rule.yaml").diagnostics;
    assert_eq!(codes(&broken), ["rule-file"], "{broken:?}");
    // In the editor, too.
    client.open("policies/own-rule.yaml", &format!("{RULE}unknown: 1\n"));
    let broken = client.published_for("policies/own-rule.yaml", 1);
    assert!(!broken.is_empty());
}

#[test]
fn folders_come_and_go() {
    let mut client = Client::new(&[("one/hipaalint.yaml", "profile: core\n")]);
    client.open("one/a.yaml", BAD);
    let before = client.published("one/a.yaml").diagnostics.len();
    let folder = json!({ "uri": client.uri("one"), "name": "one" });
    let change = |added: Value, removed: Value| lsp_server::Notification {
        method: "workspace/didChangeWorkspaceFolders".to_owned(),
        params: json!({ "event": { "added": added, "removed": removed } }),
    };
    client.send(change(json!([folder]), json!([])));
    client.replace("one/a.yaml", 2, BAD);
    assert_eq!(client.published_for("one/a.yaml", 2).len(), before);
    client.send(change(json!([]), json!([folder])));
    client.replace("one/a.yaml", 3, BAD);
    assert_eq!(client.published_for("one/a.yaml", 3).len(), before);
}
