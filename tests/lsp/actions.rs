//! Code actions: their edits make what they promise, in YAML and JSON, with comments and CRLF.

use crate::client::{BAD, Client, codes};
use lsp_types::{DocumentChanges, TextEdit, WorkspaceEdit};
use serde_json::{Value, json};

/// The actions at all places of a document.
fn actions(client: &mut Client, name: &str, context: &Value) -> Vec<Value> {
    let params = json!({
        "textDocument": { "uri": client.uri(name) },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 1000, "character": 0 } },
        "context": context,
    });
    client.raw("textDocument/codeAction", params).unwrap().as_array().cloned().unwrap_or_default()
}

fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    let titles: Vec<&Value> = actions.iter().map(|action| &action["title"]).collect();
    let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(start));
    found.unwrap_or_else(|| panic!("{start} is not among {titles:#?}"))
}

/// A text with the edits of an action for its only file; positions are in UTF-16.
pub fn applied(text: &str, action: &Value) -> String {
    let edit: WorkspaceEdit = serde_json::from_value(action["edit"].clone()).unwrap();
    let edits: Vec<TextEdit> = match (edit.changes, edit.document_changes) {
        (Some(changes), None) => changes.into_values().flatten().collect(),
        (None, Some(DocumentChanges::Edits(edits))) => edits
            .into_iter()
            .flat_map(|edit| edit.edits)
            .map(|edit| serde_json::from_value(json!(edit)).unwrap())
            .collect(),
        other => panic!("{other:?}"),
    };
    let offset = |place: lsp_types::Position| {
        let mut line_start = 0;
        for _ in 0..place.line {
            line_start += text[line_start..].find('\n').map_or(text.len() - line_start, |end| end + 1);
        }
        let mut units = 0;
        let rest = &text[line_start..];
        let end = rest.char_indices().find(|(_, character)| {
            let is_there = units >= place.character;
            units += u32::try_from(character.len_utf16()).unwrap();
            is_there
        });
        line_start + end.map_or(rest.len(), |(at, _)| at)
    };
    let mut edits: Vec<(usize, usize, String)> =
        edits.into_iter().map(|edit| (offset(edit.range.start), offset(edit.range.end), edit.new_text)).collect();
    edits.sort();
    let mut applied = String::new();
    let mut at = 0;
    for (start, end, new) in edits {
        applied.push_str(&text[at..start]);
        applied.push_str(&new);
        at = end;
    }
    applied + &text[at..]
}

const COMMENTED: &str = "# 😀 A bucket.\nResources:\n  Records: # of patients\n    Type: AWS::S3::Bucket\n    # Keep this.\n    Properties:\n      VersioningConfiguration: { Status: Suspended } # why?\n";

#[test]
fn a_finding_has_its_fix_and_what_else_can_be_done() {
    let mut client = Client::new(&[]);
    for text in [COMMENTED.to_owned(), COMMENTED.replace('\n', "\r\n")] {
        client.open("a.yaml", &text);
        let found = client.published_for("a.yaml", 1);
        let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [] }));
        let safe: Vec<&Value> = all.iter().filter(|action| action["isPreferred"] == true).collect();
        assert!(!safe.is_empty() && safe.iter().all(|action| action["kind"] == "quickfix"), "{all:#?}");
        let versioning = titled(&all, "Turn on versioning");
        assert!(versioning["title"].as_str().unwrap().contains("(unsafe: ") && versioning["isPreferred"].is_null());
        for (version, fix) in (2..).zip(safe.into_iter().chain([versioning])) {
            let code = fix["diagnostics"][0]["code"].as_str().unwrap().to_owned();
            let fixed = applied(&text, fix);
            assert_eq!(fixed.matches('#').count(), text.matches('#').count(), "{fixed}");
            assert_eq!(fixed.matches('\n').count() == fixed.matches("\r\n").count(), text.contains('\r'), "{fixed:?}");
            client.replace("a.yaml", version, &fixed);
            let left = codes(&client.published_for("a.yaml", version));
            assert!(left.len() < found.len() && !left.contains(&code), "{left:?}");
        }
        client.close("a.yaml");
        client.published("a.yaml");
    }
}

/// Neovim asks about the cursor, and sends the diagnostics of its line.
#[test]
fn the_diagnostics_that_a_client_sends_are_asked_about_wherever_the_cursor_is() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", COMMENTED);
    let found = client.published_for("a.yaml", 1);
    let versioning = found.iter().find(|one| codes(std::slice::from_ref(*one)) == ["s3-bucket-versioning"]).unwrap();
    let line = versioning.range.start.line;
    assert!(versioning.range.start.character > 2, "{versioning:?}");
    let mut asked = |diagnostics: Value| {
        let cursor = json!({ "line": line, "character": 0 });
        let params = json!({
            "textDocument": { "uri": client.uri("a.yaml") },
            "range": { "start": cursor, "end": cursor },
            "context": { "diagnostics": diagnostics, "only": ["quickfix"] },
        });
        client.raw("textDocument/codeAction", params).unwrap().as_array().cloned().unwrap_or_default()
    };
    let actions = asked(json!([versioning]));
    let fixed = applied(COMMENTED, titled(&actions, "Turn on versioning"));
    assert!(fixed.contains("Status: Enabled"), "{fixed}");
    titled(&actions, "Explain s3-bucket-versioning");
    // Nothing is asked about, and no other finding of the line is.
    assert_eq!(asked(json!([])), Vec::<Value>::new());
    assert!(actions.iter().all(|action| action["diagnostics"][0]["code"] == "s3-bucket-versioning"), "{actions:#?}");
    // What the client still shows of an earlier text is not of this one.
    let mut old = json!(versioning);
    old["range"]["start"]["character"] = json!(3);
    assert_eq!(asked(json!([old])), Vec::<Value>::new());
}

/// What a program writes again is not edited.
#[test]
fn nothing_is_fixed_in_a_cloud_assembly() {
    let mut client = Client::new(&[("cdk.out/cdk.out", "{\"version\": \"48.0.0\"}")]);
    client.open("cdk.out/a.yaml", COMMENTED);
    client.published("cdk.out/a.yaml");
    let all = actions(&mut client, "cdk.out/a.yaml", &json!({ "diagnostics": [] }));
    assert!(
        all.iter()
            .all(|action| action["edit"].is_null()
                || action["title"].as_str().unwrap().ends_with(" off in hipaalint.yaml")),
        "{all:#?}"
    );
    let shown = titled(&all, "Turn on versioning");
    assert!(shown["title"].as_str().unwrap().contains("a program writes this file again"), "{shown}");
    titled(&all, "Explain s3-bucket-versioning");
    assert_eq!(
        actions(&mut client, "cdk.out/a.yaml", &json!({ "diagnostics": [], "only": ["source.fixAll"] })).len(),
        0
    );
}

#[test]
fn all_safe_fixes_of_a_file_are_one_action() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", COMMENTED);
    let before = client.published("a.yaml").diagnostics.len();
    for only in ["source.fixAll.hipaalint", "source.fixAll", "source"] {
        let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [], "only": [only] }));
        assert_eq!(all.len(), 1, "{only}: {all:#?}");
        assert_eq!(all[0]["kind"], "source.fixAll.hipaalint");
        let fixed = applied(COMMENTED, &all[0]);
        assert!(fixed.contains("# Keep this.") && fixed.contains("😀") && fixed.contains(" # why?"), "{fixed}");
        client.open("b.yaml", &fixed);
        assert!(client.published("b.yaml").diagnostics.len() < before);
        client.close("b.yaml");
        client.published("b.yaml");
    }
    for (context, expected) in [
        (json!({ "diagnostics": [], "only": ["refactor"] }), 0),
        (json!({ "diagnostics": [], "only": ["source.organizeImports"] }), 0),
        (json!({ "diagnostics": [], "only": ["source.fixAllOther"] }), 0),
    ] {
        assert_eq!(actions(&mut client, "a.yaml", &context).len(), expected);
    }
    // The light bulb does not need it.
    let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [], "triggerKind": 2 }));
    assert!(all.iter().all(|action| action["kind"] == "quickfix"));
    let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [] }));
    assert!(all.iter().any(|action| action["kind"] == "source.fixAll.hipaalint"));
}

#[test]
fn an_exception_is_written_in_the_language_of_the_template_and_waits_for_its_reason() {
    let json = "{\n  \"Resources\": {\n    \"Records\": {\n      \"Type\": \"AWS::S3::Bucket\"\n    }\n  }\n}\n";
    let mut client = Client::new(&[]);
    for (name, text) in
        [("a.yaml", COMMENTED), ("a.json", json), ("b.yaml", "Resources: {Records: {Type: AWS::S3::Bucket}}\n")]
    {
        client.open(name, text);
        let all = actions(&mut client, name, &json!({ "diagnostics": [] }));
        let action = titled(&all, "Add an exception for s3-bucket-versioning to `Records`");
        let excepted = applied(text, action);
        client.replace(name, 2, &excepted);
        let found = codes(&client.published_for(name, 2));
        assert!(found.contains(&"exception-without-reason".to_owned()), "{excepted}\n{found:?}");
        assert!(found.contains(&"s3-bucket-versioning".to_owned()), "without a reason, it does not hold");
        let reasoned = excepted
            .replace("reason: \"\"", "reason: Because.")
            .replace("\"reason\": \"\"", "\"reason\": \"Because.\"")
            .replace("reason: ''", "reason: Because.");
        assert_ne!(reasoned, excepted, "{excepted}");
        client.replace(name, 3, &reasoned);
        assert!(
            !codes(&client.published_for(name, 3))
                .iter()
                .any(|code| code.starts_with("exception") || code == "s3-bucket-versioning")
        );
    }
    assert!(COMMENTED.lines().filter(|line| line.contains('#')).count() == 4);
}

#[test]
fn a_rule_is_turned_off_in_the_nearest_configuration() {
    let mut client = Client::new(&[("sub/hipaalint.yaml", "# Ours.\nprofile: core # for now\n")]);
    // Without one, it is made.
    client.open("a.yaml", BAD);
    let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [] }));
    let action = titled(&all, "Turn s3-bucket-versioning off in hipaalint.yaml");
    assert_eq!(applied("", action), "rules:\n  s3-bucket-versioning: { level: off }\n");
    let changed = action["edit"]["changes"].as_object().unwrap().keys().next().unwrap();
    assert_eq!(changed, client.uri("hipaalint.yaml").as_str());
    // An existing one is edited, also as it is open.
    client.open("sub/b.yaml", BAD);
    let before = client.published("sub/b.yaml").diagnostics.len();
    for text in [
        "# Ours.\nprofile: core # for now\n",
        "rules:\n  # Soon.\n  s3-bucket-tls-only: { level: off }\n",
        "",
        "# Nothing yet\n",
        "profile: core",
    ] {
        client.open("sub/hipaalint.yaml", text);
        let all = actions(&mut client, "sub/b.yaml", &json!({ "diagnostics": [] }));
        let action = titled(&all, "Turn s3-bucket-versioning off in sub/hipaalint.yaml");
        let edited = applied(text, action);
        assert_eq!(edited.matches('#').count(), text.matches('#').count());
        client.published_names();
        client.replace("sub/hipaalint.yaml", 2, &edited);
        let left = codes(&client.published("sub/b.yaml").diagnostics);
        assert!(!left.contains(&"s3-bucket-versioning".to_owned()) && left.len() < before, "{edited}\n{left:?}");
        assert_eq!(client.published_for("sub/hipaalint.yaml", 2), [], "{edited}");
        client.close("sub/hipaalint.yaml");
        client.settled();
        client.published_names();
    }
}

#[test]
fn clients_that_can_get_versions_and_new_files() {
    let capabilities =
        json!({ "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] } } });
    let mut client = Client::with(&[], capabilities, json!(null));
    client.open("a.yaml", COMMENTED);
    let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [] }));
    let off = titled(&all, "Turn s3-bucket-versioning off");
    assert_eq!(off["edit"]["documentChanges"][0]["kind"], "create");
    let exception = titled(&all, "Add an exception for s3-bucket-versioning");
    assert_eq!(exception["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
}

#[test]
fn a_rule_is_explained() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", BAD);
    let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [] }));
    let command = &titled(&all, "Explain s3-bucket-versioning")["command"];
    assert_eq!(command["command"], "hipaalint.explain");
    let params = json!({ "command": command["command"], "arguments": command["arguments"] });
    assert_eq!(client.raw("workspace/executeCommand", params.clone()).unwrap(), Value::Null);
    let shown = client.notified("window/showMessage");
    assert!(shown["message"].as_str().unwrap().contains("164.3"), "{shown}");
    for bad in [
        json!({ "command": "other" }),
        json!({ "command": "hipaalint.explain", "arguments": [] }),
        json!({ "command": "hipaalint.explain", "arguments": ["no-such-rule"] }),
    ] {
        client.raw("workspace/executeCommand", bad).unwrap_err();
    }
    let mut client = Client::with(&[], json!({ "window": { "showDocument": { "support": true } } }), json!(null));
    client.raw("workspace/executeCommand", params).unwrap();
    let page = client.requested("window/showDocument");
    assert!(
        page["uri"].as_str().unwrap().ends_with("docs/rules/s3-bucket-versioning.md") && page["external"] == true,
        "{page}"
    );
}

#[test]
fn unsafe_and_shown_fixes_say_so() {
    let text = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      StorageEncrypted: false\n      PubliclyAccessible: true\n  Key:\n    Type: AWS::KMS::Key\n";
    let mut client = Client::with(
        &[],
        json!({ "textDocument": { "codeAction": { "disabledSupport": true } } }),
        json!({ "profile": "strict" }),
    );
    client.open("a.yaml", text);
    let all = actions(&mut client, "a.yaml", &json!({ "diagnostics": [] }));
    let replaced: Vec<&Value> =
        all.iter().filter(|action| action["title"].as_str().unwrap().contains("(unsafe: ")).collect();
    assert!(!replaced.is_empty() && replaced.iter().all(|action| action["isPreferred"].is_null()), "{all:#?}");
    let disabled: Vec<&Value> = all.iter().filter(|action| action["disabled"].is_object()).collect();
    assert!(disabled.iter().all(|action| action["edit"].is_null()));
}
