//! The binary over standard input and output, with messages that are none.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hipaalint"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).and_then(|()| input.flush()).unwrap();
    }

    fn frame(&mut self, text: &str) {
        self.bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    fn send(&mut self, message: &Value) {
        self.frame(&message.to_string());
    }

    fn next(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None if line == "\r\n" => break,
                None => panic!("{line}"),
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn initialize(&mut self) {
        self.send(
            &json!({ "jsonrpc": "2.0", "id": "first", "method": "initialize", "params": { "capabilities": {} } }),
        );
        assert_eq!(self.next()["id"], "first");
        self.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
    }

    fn ended(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

#[test]
fn the_binary_serves_an_editor() {
    let mut server = Server::start();
    server.initialize();
    let text = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n";
    server.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": {
        "uri": "file:///nowhere/a.yaml", "languageId": "yaml", "version": 7, "text": text } } }));
    let published = server.next();
    assert_eq!(published["method"], "textDocument/publishDiagnostics");
    assert_eq!(published["params"]["version"], 7);
    assert!(published["params"]["diagnostics"].as_array().unwrap().len() > 2);
    server.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "shutdown" }));
    assert_eq!(server.next(), json!({ "jsonrpc": "2.0", "id": 1, "result": null }));
    server.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn broken_messages_have_an_error_and_nothing_ends() {
    let mut server = Server::start();
    server.initialize();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (text, id, code) in [
        ("{", json!(null), -32700),
        ("", json!(null), -32700),
        ("[]", json!(null), -32600),
        ("7", json!(null), -32600),
        (&deep, json!(null), -32700),
        (r#"{"jsonrpc": "2.0", "id": 99999999999, "method": "shutdown"}"#, json!(99_999_999_999_u64), -32600),
        (r#"{"jsonrpc": "2.0", "id": null, "method": "shutdown"}"#, json!(null), -32600),
        (r#"{"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}"#, json!(1.5), -32600),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": 2}"#, json!(1), -32600),
        (r#"{"jsonrpc": "2.0"}"#, json!(null), -32600),
        (r#"{"jsonrpc": "2.0", "id": 1, "method": "no/such"}"#, json!(1), -32601),
    ] {
        server.frame(text);
        let answer = server.next();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &json!(code)), "{text:.80}");
    }
    // Not UTF-8, a header without a length, other headers, and responses that nobody waits for.
    server.bytes(b"Content-Length: 2\r\n\r\n\xff\xfe");
    assert_eq!(server.next()["error"]["code"], -32700);
    server.bytes(b"X-Other: 1\r\n\r\n");
    assert_eq!(server.next()["error"]["code"], -32700);
    server.frame(r#"{"jsonrpc": "2.0", "id": 77, "result": null}"#);
    server.frame(r#"{"jsonrpc": "2.0", "id": 77}"#);
    server.frame(r#"{"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "what?"}}"#);
    let text = r#"{"jsonrpc": "2.0", "id": 5, "method": "shutdown"}"#;
    let typed = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:";
    server.bytes(format!("{typed}{}\r\n\r\n{text}", text.len()).as_bytes());
    assert_eq!(server.next(), json!({ "jsonrpc": "2.0", "id": 5, "result": null }));
    assert_eq!(server.ended(), Some(0));
}

/// Editors whose texts are UTF-16 can have one half of a character, which no JSON in UTF-8 has.
#[test]
fn half_a_character_loses_no_change() {
    let mut server = Server::start();
    server.initialize();
    let message = |method: &str, params: &str| {
        format!(r#"{{"jsonrpc": "2.0", "method": "textDocument/{method}", "params": {{"textDocument": {params}}}}}"#)
    };
    let uri = "file:///nowhere/a.yaml";
    let text = r"# \ud83d\\ud83d \ud83d\ude00 x\nResources:\n  Records:\n    Type: AWS::S3::Bucket\n";
    server.frame(&message(
        "didOpen",
        &format!(r#"{{"uri": "{uri}", "languageId": "", "version": 1, "text": "{text}"}}"#),
    ));
    assert!(server.next()["params"]["diagnostics"].as_array().unwrap().len() > 2);
    // Behind the half, the escaped backslash and the whole character: `x` becomes a line of its own.
    let change = r#""range": {"start": {"line": 0, "character": 13}, "end": {"line": 0, "character": 14}}, "text": "\nA: \udc00""#;
    let params = format!(r#"{{"uri": "{uri}", "version": 2}}, "contentChanges": [{{{change}}}]"#);
    server.frame(&message("didChange", &params));
    let published = server.next();
    assert_eq!(published["params"]["version"], 2);
    let lines: Vec<u64> = published["params"]["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diagnostic| diagnostic["range"]["start"]["line"].as_u64().unwrap())
        .collect();
    assert!(lines.contains(&3), "{lines:?}");
    // As programs write such a half that do not know better.
    let mut bytes = message("didChange", &params).replace(r"\udc00", "@@@").into_bytes();
    let at = bytes.windows(3).position(|window| window == b"@@@").unwrap();
    bytes.splice(at..at + 3, *b"\xed\xb0\x80");
    server.bytes(format!("Content-Length: {}\r\n\r\n", bytes.len()).as_bytes());
    server.bytes(&bytes);
    assert_eq!(server.next()["method"], "textDocument/publishDiagnostics");
    // A change that cannot be read at all is not lost without a word.
    server.frame(&message("didChange", &params).replace("2.0", "2.0\u{1}"));
    assert_eq!(server.next()["error"]["code"], -32700);
    let told = server.next();
    assert_eq!(told["method"], "window/showMessage");
    assert!(told["params"]["message"].as_str().unwrap().contains("open it again"), "{told}");
    assert_eq!(server.ended(), Some(1));
}

#[test]
fn a_cut_message_is_the_end() {
    let mut server = Server::start();
    server.initialize();
    server.bytes(b"Content-Length: 100\r\n\r\n{\"jsonrpc\"");
    assert_eq!(server.ended(), Some(1));
}
