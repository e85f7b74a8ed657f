//! What templates say about each other, in the editor and on the disk: a change is followed by those that depend on it, and only those.

use crate::client::{BAD, Client, GOOD, codes};
use lsp_server::Notification;
use serde_json::json;

const PARENT: &str = "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: inner.yaml\n      Parameters: {Status: Suspended}\n";
const CHILD: &str = "Parameters:\n  Status: {Type: String, Default: Enabled}\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration: {Status: !Ref Status}\n";

fn has_versioning(diagnostics: &[lsp_types::Diagnostic]) -> bool {
    codes(diagnostics).contains(&"s3-bucket-versioning".to_owned())
}

#[test]
fn a_child_is_linted_as_its_parent_deploys_it() {
    let mut client = Client::new(&[]);
    client.open("inner.yaml", CHILD);
    assert!(!has_versioning(&client.published("inner.yaml").diagnostics));
    client.open("other.yaml", BAD);
    client.published("other.yaml");
    client.open("parent.yaml", PARENT);
    let found = client.published("inner.yaml").diagnostics;
    assert!(has_versioning(&found));
    let versioning = found.iter().find(|one| has_versioning(std::slice::from_ref(one))).unwrap();
    let related = versioning.related_information.as_ref().unwrap();
    assert!(related.iter().any(|place| place.location.uri == client.uri("parent.yaml")), "{related:?}");
    client.published_names();
    // A change of the parent is one of the child, too, and of nothing else.
    client.replace("parent.yaml", 2, &PARENT.replace("Suspended", "Enabled"));
    assert!(!has_versioning(&client.published("inner.yaml").diagnostics));
    assert_eq!(client.published_names(), ["parent.yaml"]);
    // A change of the child is not one of the parent.
    client.replace("inner.yaml", 2, &CHILD.replace("Records", "Files"));
    assert_eq!(client.published_names(), ["inner.yaml"]);
    client.close("parent.yaml");
    // It does not name the parent any more.
    assert_eq!(client.published_names(), ["inner.yaml", "parent.yaml"]);
}

#[test]
fn parents_and_exports_on_the_disk_count() {
    let importer = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      VersioningConfiguration: {Status: !ImportValue status}\n";
    let exporter = "Resources:\n  A: {Type: AWS::SNS::Topic}\nOutputs:\n  Status:\n    Value: Suspended\n    Export: {Name: status}\n";
    let mut client =
        Client::new(&[("stacks/parent.yaml", &PARENT.replace("inner.yaml", "../inner.yaml")), ("base.yaml", exporter)]);
    client.open("inner.yaml", CHILD);
    assert!(has_versioning(&client.published("inner.yaml").diagnostics));
    client.open("app.yaml", importer);
    assert!(has_versioning(&client.published("app.yaml").diagnostics));
    client.write("base.yaml", &exporter.replace("Suspended", "Enabled"));
    client.changed_on_disk(&["base.yaml"]);
    assert!(!has_versioning(&client.published("app.yaml").diagnostics));
    assert_eq!(client.published_names(), Vec::<String>::new());
    std::fs::remove_file(client.path("stacks/parent.yaml")).unwrap();
    client.changed_on_disk(&["stacks/parent.yaml"]);
    assert!(!has_versioning(&client.published("inner.yaml").diagnostics));
}

/// 200 open templates, each second one of which nests the one before.
#[test]
fn of_many_open_templates_those_that_depend_on_a_change_are_shown_again() {
    let mut client = Client::new(&[]);
    let parent = |number: usize| PARENT.replace("inner.yaml", &format!("inner-{number}.yaml"));
    for number in 0..100 {
        client.open(&format!("inner-{number}.yaml"), CHILD);
        client.open(&format!("parent-{number}.yaml"), &parent(number));
    }
    assert!(client.published_names().len() >= 200);
    client.replace("parent-7.yaml", 2, &parent(7).replace("Suspended", "Enabled"));
    assert_eq!(client.published_names(), ["inner-7.yaml", "parent-7.yaml"]);
    client.replace("inner-9.yaml", 2, &CHILD.replace("Records", "Files"));
    assert_eq!(client.published_names(), ["inner-9.yaml"]);
}

#[test]
fn a_parent_counts_whichever_folder_has_it() {
    let parent = PARENT.replace("inner.yaml", "../inner.yaml").replace("Suspended", "Enabled");
    let child = CHILD.replace("Enabled", "Suspended");
    let mut client = Client::new(&[("inner.yaml", &child), ("sub/parent.yaml", GOOD)]);
    client.open("inner.yaml", &child);
    client.open("sub/parent.yaml", GOOD);
    assert!(has_versioning(&client.published_for("inner.yaml", 1)));
    client.replace("sub/parent.yaml", 2, &parent);
    assert!(!has_versioning(&client.published("inner.yaml").diagnostics));
    // The parent is in a folder of its own from now on.
    client.settled();
    let folder = json!({ "uri": client.uri("sub"), "name": "sub" });
    client.send(Notification {
        method: "workspace/didChangeWorkspaceFolders".to_owned(),
        params: json!({ "event": { "added": [folder], "removed": [] } }),
    });
    client.settled();
    client.replace("inner.yaml", 2, &format!("{child}# changed\n"));
    assert!(!has_versioning(&client.published_for("inner.yaml", 2)));
    // It is saved and closed.
    client.write("sub/parent.yaml", &parent);
    client.changed_on_disk(&["sub/parent.yaml"]);
    client.close("sub/parent.yaml");
    client.replace("inner.yaml", 3, &child);
    assert!(!has_versioning(&client.published_for("inner.yaml", 3)));
}

#[test]
fn a_closed_child_of_an_open_parent_is_followed() {
    let mut client = Client::new(&[("inner.yaml", CHILD)]);
    client.open("parent.yaml", PARENT);
    assert!(has_versioning(&client.published("inner.yaml").diagnostics));
    client.write("inner.yaml", &CHILD.replace("!Ref Status", "Enabled"));
    client.changed_on_disk(&["inner.yaml"]);
    assert!(!has_versioning(&client.published("inner.yaml").diagnostics));
    client.close("parent.yaml");
    assert!(client.published("inner.yaml").diagnostics.is_empty());
}

#[test]
fn included_texts_are_followed() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters: {Location: part.yaml}\n";
    let part = "Records:\n  Type: AWS::S3::Bucket\n";
    let mut client = Client::new(&[("part.yaml", part)]);
    client.open("app.yaml", template);
    let found = client.published("part.yaml");
    assert!(has_versioning(&found.diagnostics), "{:?}", codes(&found.diagnostics));
    assert_eq!(found.version, None);
    client.open(
        "part.yaml",
        "Records:\n  Type: AWS::S3::Bucket\n  Properties: {VersioningConfiguration: {Status: Enabled}}\n",
    );
    assert!(!has_versioning(&client.published_for("part.yaml", 1)));
    client.published_names();
    client.replace("part.yaml", 2, part);
    assert!(has_versioning(&client.published_for("part.yaml", 2)));
    client.close("app.yaml");
    loop {
        let published = client.published("part.yaml");
        if published.diagnostics.is_empty() {
            break;
        }
    }
}
