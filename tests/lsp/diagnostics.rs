//! Pushed diagnostics: what they have, for which texts, and that only news are sent.

use crate::client::{BAD, Client, GOOD, codes, range};
use lsp_types::{DiagnosticSeverity, Position};
use serde_json::{Value, json};

#[test]
fn diagnostics_follow_the_text() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", BAD);
    let published = client.published("a.yaml");
    assert_eq!(published.version, Some(1));
    let first = &published.diagnostics[0];
    assert_eq!(first.source.as_deref(), Some("hipaalint"));
    assert_eq!(first.severity, Some(DiagnosticSeverity::ERROR));
    assert_eq!(first.range, range(1, 2, 9));
    let link = first.code_description.as_ref().unwrap().href.as_str();
    assert!(link.ends_with(&format!("docs/rules/{}.md", codes(&published.diagnostics)[0])), "{link}");
    client.change("a.yaml", 2, &[(Some(range(2, 10, 25)), "AWS::SNS::Topic")]);
    assert!(codes(&client.published_for("a.yaml", 2)).contains(&"sns-topic-encrypted".to_owned()));
    client.change("a.yaml", 3, &[(Some(range(2, 10, 25)), "AWS::S3::"), (Some(range(2, 19, 19)), "Bucket")]);
    assert_eq!(codes(&client.published_for("a.yaml", 3)), codes(&published.diagnostics));
    client.close("a.yaml");
    assert!(client.published("a.yaml").diagnostics.is_empty());
}

#[test]
fn texts_that_are_no_templates_are_silent_and_broken_templates_are_not() {
    let mut client = Client::new(&[]);
    for (name, text) in [
        ("a.json", "{\"name\": \"package\", \"scripts\": {}}"),
        ("b.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"),
        ("c.yaml", ""),
        ("d.yaml", "a: [1\n"),
        ("e.txt", "Just words about Resources.\n"),
        ("hipaalint.yaml", "profile: core\n"),
    ] {
        client.open(name, text);
        assert_eq!(codes(&client.published(name).diagnostics), Vec::<String>::new(), "{name}");
    }
    client.open("f.yaml", "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties: {\n");
    let broken = client.published("f.yaml").diagnostics;
    assert_eq!(codes(&broken), ["syntax-error"], "{broken:?}");
    assert_eq!(broken[0].severity, Some(DiagnosticSeverity::ERROR));
    client.replace("f.yaml", 2, BAD);
    assert!(!codes(&client.published_for("f.yaml", 2)).contains(&"syntax-error".to_owned()));
}

#[test]
fn choices_and_related_places_are_shown() {
    let text = "Parameters:\n  Env: {Type: String, AllowedValues: [dev, prod], Default: prod}\nConditions:\n  IsDev: !Equals [!Ref Env, dev]\n\
                Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration:\n        Status: !If [IsDev, Suspended, Enabled]\n";
    let mut client = Client::new(&[]);
    client.open("a.yaml", text);
    let found = client.published("a.yaml").diagnostics;
    let versioning = found.iter().find(|found| codes(std::slice::from_ref(found)) == ["s3-bucket-versioning"]).unwrap();
    assert!(versioning.message.contains("when Env is dev"), "{}", versioning.message);
    assert_eq!(versioning.range.start, Position { line: 9, character: 28 });
    // It needs a parameter to leave its default.
    assert_eq!(versioning.severity, Some(DiagnosticSeverity::WARNING));
}

#[test]
fn undecided_checks_are_hints_if_the_settings_ask_for_them() {
    let text = "Parameters:\n  Status: {Type: String}\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration: {Status: !Ref Status}\n";
    let mut client = Client::new(&[]);
    client.open("a.yaml", text);
    assert!(
        client.published("a.yaml").diagnostics.iter().all(|found| found.severity != Some(DiagnosticSeverity::HINT))
    );
    let mut client = Client::with(&[], json!({}), json!({ "undecided": true }));
    client.open("a.yaml", text);
    let hints = client.published("a.yaml").diagnostics;
    let hints: Vec<_> = hints.into_iter().filter(|found| found.severity == Some(DiagnosticSeverity::HINT)).collect();
    assert!(codes(&hints).contains(&"s3-bucket-versioning".to_owned()), "{:?}", codes(&hints));
}

#[test]
fn addresses_are_the_same_document_in_every_spelling() {
    let mut client = Client::new(&[]);
    let uri = client.uri("a%20b%3Ac.yaml");
    client.open_uri(uri.clone(), BAD);
    let change = |uri: String, version: i32, text: &str| lsp_server::Notification {
        method: "textDocument/didChange".to_owned(),
        params: json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] }),
    };
    client.send(change(uri.as_str().replace("%20", " ").replace("%3A", ":"), 2, "Resources: {}\n"));
    loop {
        // The server writes the address as it was opened.
        let published = client.notified("textDocument/publishDiagnostics");
        assert_eq!(published["uri"], uri.as_str());
        if published["version"] == 2 {
            break;
        }
    }
}

#[test]
fn documents_without_a_file_are_linted() {
    let mut client = Client::new(&[("hipaalint.yaml", "profile: strict\n")]);
    client.open_uri("untitled:Untitled-1".parse().unwrap(), BAD);
    let published = client.notified("textDocument/publishDiagnostics");
    assert_eq!(published["uri"], "untitled:Untitled-1");
    assert!(published["diagnostics"].as_array().unwrap().len() > 5);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_open_by_two_names_is_said_to_be() {
    let mut client = Client::new(&[("child.yaml", BAD)]);
    std::os::unix::fs::symlink(client.path("child.yaml"), client.path("link.yaml")).unwrap();
    let nested =
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: child.yaml}\n";
    client.open("child.yaml", GOOD);
    client.open("link.yaml", BAD);
    let message = client.notified("window/showMessage")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("link.yaml` is the same file as `"), "{message}");
    assert!(client.published_for("link.yaml", 1).is_empty());
    // Its text counts nowhere, also not after a change.
    client.replace("link.yaml", 2, &BAD.replace("Records", "Other"));
    client.open("parent.yaml", nested);
    client.settled();
    let of_child = |published: &Value| published["uri"].as_str().unwrap().ends_with("child.yaml");
    let all = client.all_published();
    assert!(all.iter().filter(|one| of_child(one)).all(|one| one["diagnostics"] == json!([])), "{all:?}");
    // When the first name is closed, the file is linted by the other one.
    client.close("parent.yaml");
    client.close("child.yaml");
    client.settled();
    let all = client.all_published();
    let of_link = |published: &&Value| published["uri"].as_str().unwrap().ends_with("link.yaml");
    let last = all.iter().rfind(of_link).unwrap();
    assert!(last["diagnostics"].as_array().unwrap().len() > 2, "{last}");
}
