//! A client in process, over a connection in memory, with the types of the protocol.

use hipaalint::lsp::{Host, serve};
use hipaalint::{Disk, Exit, Files};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{self as notes, Notification as Note};
use lsp_types::request::{self as methods, Request as Method};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, NumberOrString,
    Position, PublishDiagnosticsParams, Range, TextDocumentContentChangeEvent, TextDocumentIdentifier,
    TextDocumentItem, Uri, VersionedTextDocumentIdentifier,
};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// How long a message may take, also where others use the machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A bucket with findings.
pub const BAD: &str = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n";

/// One without.
pub const GOOD: &str = "Resources:\n  Nothing:\n    Type: AWS::CloudFormation::WaitConditionHandle\n";

pub struct Client {
    connection: Option<Connection>,
    server: Option<JoinHandle<Exit>>,
    pub folder: Arc<TempDir>,
    /// Messages that nobody waited for yet.
    left: VecDeque<Message>,
    next: i32,
    pub initialized: Value,
    /// The settings that it answers with.
    pub settings: Value,
}

pub fn place(line: u32, character: u32) -> Position {
    Position { line, character }
}

pub fn range(line: u32, start: u32, end: u32) -> Range {
    Range { start: place(line, start), end: place(line, end) }
}

pub fn codes(diagnostics: &[Diagnostic]) -> Vec<String> {
    let code = |diagnostic: &Diagnostic| match &diagnostic.code {
        Some(NumberOrString::String(code)) => code.clone(),
        other => format!("{other:?}"),
    };
    diagnostics.iter().map(code).collect()
}

impl Client {
    /// A client without any capability, as Neovim 0.7 nearly is, in a folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, json!({}), json!(null))
    }

    /// A client with capabilities and initialization options.
    pub fn with(files: &[(&str, &str)], capabilities: Value, options: Value) -> Self {
        let mut client = Self::fresh(files);
        let uri = client.uri("");
        let params = json!({
            "processId": null,
            "capabilities": capabilities,
            "initializationOptions": options,
            "workspaceFolders": [{ "uri": uri, "name": "project" }],
        });
        client.initialized = client.raw("initialize", params).unwrap();
        client.notify::<notes::Initialized>(lsp_types::InitializedParams {});
        client
    }

    /// Another client in the same folder.
    pub fn beside(&self) -> Self {
        let mut client = Self::in_folder(Arc::clone(&self.folder));
        let params = json!({
            "processId": null,
            "capabilities": {},
            "workspaceFolders": [{ "uri": client.uri(""), "name": "project" }],
        });
        client.initialized = client.raw("initialize", params).unwrap();
        client.notify::<notes::Initialized>(lsp_types::InitializedParams {});
        client
    }

    /// One that is not initialized.
    pub fn fresh(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for (name, text) in files {
            write(&folder.path().join(name), text);
        }
        Self::in_folder(Arc::new(folder))
    }

    fn in_folder(folder: Arc<TempDir>) -> Self {
        let (own, other) = Connection::memory();
        let files = Files::new(Arc::new(Disk), folder.path().to_owned());
        let host = Host { files, today: None, settle: Duration::ZERO };
        let server = std::thread::spawn(move || serve(host, other));
        Self {
            connection: Some(own),
            server: Some(server),
            folder,
            left: VecDeque::new(),
            next: 0,
            initialized: Value::Null,
            settings: Value::Null,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn uri(&self, name: &str) -> Uri {
        format!("file://{}", self.path(name).display()).parse().unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        write(&self.path(name), text);
    }

    pub fn send(&self, message: impl Into<Message>) {
        self.connection.as_ref().unwrap().sender.send(message.into()).unwrap();
    }

    pub fn notify<N: Note>(&self, params: N::Params) {
        self.send(Notification::new(N::METHOD.to_owned(), params));
    }

    pub fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Request { id: id.clone(), method: method.to_owned(), params });
        id
    }

    /// The response to a request.
    pub fn response(&mut self, id: &RequestId) -> Result<Value, ResponseError> {
        let is_it = |message: &Message| matches!(message, Message::Response(response) if response.id == *id);
        match self.until(is_it) {
            Message::Response(response) => response.response_result,
            _ => unreachable!(),
        }
    }

    pub fn raw(&mut self, method: &str, params: Value) -> Result<Value, ResponseError> {
        let id = self.ask(method, params);
        self.response(&id)
    }

    /// The next message; requests for settings are answered.
    fn next(&mut self) -> Message {
        loop {
            let receiver = &self.connection.as_ref().unwrap().receiver;
            let message = receiver.recv_timeout(PATIENCE).expect("a message in time");
            match message {
                Message::Request(Request { id, method, params })
                    if method == methods::WorkspaceConfiguration::METHOD =>
                {
                    let items = params["items"].as_array().unwrap().len();
                    let values = vec![self.settings.clone(); items];
                    self.send(Response::new_ok(id, values));
                }
                message => return message,
            }
        }
    }

    /// The next message that is meant. Others stay for later.
    pub fn until(&mut self, is_it: impl Fn(&Message) -> bool) -> Message {
        if let Some(at) = self.left.iter().position(&is_it) {
            return self.left.remove(at).unwrap();
        }
        loop {
            let message = self.next();
            if is_it(&message) {
                return message;
            }
            self.left.push_back(message);
        }
    }

    /// The next request of the server with a method, which gets a result.
    pub fn requested(&mut self, method: &str) -> Value {
        match self.until(|message| matches!(message, Message::Request(request) if request.method == method)) {
            Message::Request(request) => {
                self.send(Response::new_ok(request.id, Value::Null));
                request.params
            }
            _ => unreachable!(),
        }
    }

    pub fn notified(&mut self, method: &str) -> Value {
        match self.until(|message| matches!(message, Message::Notification(note) if note.method == method)) {
            Message::Notification(note) => note.params,
            _ => unreachable!(),
        }
    }

    /// The next diagnostics of a file.
    pub fn published(&mut self, name: &str) -> PublishDiagnosticsParams {
        let uri = self.uri(name);
        let is_it = |message: &Message| {
            matches!(message, Message::Notification(note)
            if note.method == notes::PublishDiagnostics::METHOD && note.params["uri"] == uri.as_str())
        };
        match self.until(is_it) {
            Message::Notification(note) => serde_json::from_value(note.params).unwrap(),
            _ => unreachable!(),
        }
    }

    /// The diagnostics of a version of a document: those of older ones are skipped.
    pub fn published_for(&mut self, name: &str, version: i32) -> Vec<Diagnostic> {
        loop {
            let published = self.published(name);
            if published.version == Some(version) {
                return published.diagnostics;
            }
        }
    }

    /// All diagnostics that came, after everything that was sent has been worked on.
    pub fn all_published(&mut self) -> Vec<Value> {
        self.settled();
        let left = std::mem::take(&mut self.left);
        let published = left.into_iter().filter_map(|message| match message {
            Message::Notification(note) if note.method == notes::PublishDiagnostics::METHOD => Some(note.params),
            _ => None,
        });
        published.collect()
    }

    /// The files for which diagnostics are waiting, after everything that was sent has been worked on.
    pub fn published_names(&mut self) -> Vec<String> {
        self.settled();
        let folder = self.uri("").as_str().to_owned();
        let mut names = Vec::new();
        self.left.retain(|message| match message {
            Message::Notification(note) if note.method == notes::PublishDiagnostics::METHOD => {
                names.push(note.params["uri"].as_str().unwrap().trim_start_matches(&folder).to_owned());
                false
            }
            _ => true,
        });
        names.sort();
        names
    }

    /// Waits until the server has linted everything.
    pub fn settled(&mut self) {
        let uri = self.uri("none.yaml");
        let params = json!({ "textDocument": { "uri": uri } });
        let _ = self.raw("textDocument/diagnostic", params).unwrap();
    }

    pub fn open(&self, name: &str, text: &str) {
        self.open_uri(self.uri(name), text);
    }

    pub fn open_uri(&self, uri: Uri, text: &str) {
        let text_document = TextDocumentItem { uri, language_id: String::new(), version: 1, text: text.to_owned() };
        self.notify::<notes::DidOpenTextDocument>(DidOpenTextDocumentParams { text_document });
    }

    pub fn close(&self, name: &str) {
        let text_document = TextDocumentIdentifier { uri: self.uri(name) };
        self.notify::<notes::DidCloseTextDocument>(DidCloseTextDocumentParams { text_document });
    }

    /// Replaces the whole text.
    pub fn replace(&self, name: &str, version: i32, text: &str) {
        self.change(name, version, &[(None, text)]);
    }

    pub fn change(&self, name: &str, version: i32, changes: &[(Option<Range>, &str)]) {
        let change = |(range, text): &(Option<Range>, &str)| TextDocumentContentChangeEvent {
            range: *range,
            range_length: None,
            text: (*text).to_owned(),
        };
        self.notify::<notes::DidChangeTextDocument>(DidChangeTextDocumentParams {
            text_document: VersionedTextDocumentIdentifier { uri: self.uri(name), version },
            content_changes: changes.iter().map(change).collect(),
        });
    }

    /// Says that files have changed on the disk.
    pub fn changed_on_disk(&self, names: &[&str]) {
        let change =
            |name: &&str| lsp_types::FileEvent { uri: self.uri(name), typ: lsp_types::FileChangeType::CHANGED };
        let changes = names.iter().map(change).collect();
        self.notify::<notes::DidChangeWatchedFiles>(lsp_types::DidChangeWatchedFilesParams { changes });
    }

    /// Ends the server as the protocol says.
    pub fn end(mut self) -> Exit {
        self.raw("shutdown", Value::Null).unwrap();
        self.notify::<notes::Exit>(());
        self.ended()
    }

    /// Closes the connection, and waits for the end of the server.
    pub fn ended(mut self) -> Exit {
        let server = self.server.take().unwrap();
        drop(self.connection.take());
        server.join().unwrap()
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
