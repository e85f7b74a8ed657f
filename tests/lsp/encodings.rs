//! Places in texts with characters of every length and every end of a line, in all units.

use crate::client::{Client, codes, place};
use lsp_types::Range;
use serde_json::json;

fn client(encodings: &serde_json::Value) -> Client {
    Client::with(&[], json!({ "general": { "positionEncodings": encodings } }), json!(null))
}

#[test]
fn encodings_are_negotiated() {
    for (offered, expected) in [
        (json!(null), "utf-16"),
        (json!([]), "utf-16"),
        (json!(["utf-16"]), "utf-16"),
        (json!(["utf-16", "utf-8"]), "utf-8"),
        (json!(["utf-32", "utf-16"]), "utf-16"),
        (json!(["utf-32"]), "utf-32"),
        (json!(["utf-7"]), "utf-16"),
    ] {
        assert_eq!(client(&offered).initialized["capabilities"]["positionEncoding"], expected, "{offered}");
    }
}

#[test]
fn places_are_counted_in_each_unit() {
    // 😀 has four bytes, two units of UTF-16 and one character; é has two, one and one.
    for end in ["\n", "\r\n", "\r"] {
        let lines =
            ["# é😀", "Resources: # 😀", "  \"é😀\": {Type: AWS::S3::Bucket}", "  After: {Type: AWS::SQS::Queue}", ""];
        for (encoding, key_end, brace) in [("utf-8", 10, 12), ("utf-16", 7, 9), ("utf-32", 6, 8)] {
            let mut client = client(&json!([encoding]));
            client.open("a.yaml", &lines.join(end));
            let found = client.published("a.yaml").diagnostics;
            let bucket = found.iter().find(|found| codes(std::slice::from_ref(found))[0].starts_with("s3-")).unwrap();
            assert_eq!(bucket.range, Range { start: place(2, 2), end: place(2, key_end) }, "{encoding} {end:?}");
            // An edit behind the emoji: the type of the bucket becomes that of a topic, and a line goes.
            let at = brace + 7;
            client.change(
                "a.yaml",
                2,
                &[
                    (Some(Range { start: place(2, at), end: place(2, at + 15) }), "AWS::SNS::Topic"),
                    (Some(Range { start: place(0, 0), end: place(1, 0) }), ""),
                    (Some(Range { start: place(1, brace - 2), end: place(1, brace - 2) }), " "),
                ],
            );
            let found = client.published_for("a.yaml", 2);
            let topic = found.iter().find(|found| codes(std::slice::from_ref(found))[0].starts_with("sns-")).unwrap();
            assert_eq!(topic.range, Range { start: place(1, 2), end: place(1, key_end) }, "{encoding} {end:?}");
        }
    }
}

#[test]
fn places_outside_of_the_text_are_its_ends() {
    let mut client = Client::new(&[]);
    client.open("a.yaml", "Resources:\n  A: {Type: AWS::S3::Bucke");
    client.change("a.yaml", 2, &[(Some(Range { start: place(1, 900), end: place(900, 0) }), "t}")]);
    assert!(codes(&client.published_for("a.yaml", 2)).iter().any(|code| code.starts_with("s3-")));
    // In the middle of a pair of UTF-16, and with the ends exchanged.
    client.replace("a.yaml", 3, "#😀\nResources: {A: {Type: AWS::S3::Bucket}}");
    client.change("a.yaml", 4, &[(Some(Range { start: place(0, 2), end: place(0, 1) }), "é")]);
    let found = client.published_for("a.yaml", 4);
    assert!(found.iter().any(|found| found.range.start == place(1, 12)), "{found:?}");
}
