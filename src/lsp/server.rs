//! The loop: gets every message and event, one after another, and never waits for work.

mod checking;

use super::Host;
use super::capabilities::{self, Client};
use super::checks::Checked;
use super::documents::Documents;
use super::handlers::{self, Handler};
use super::lifecycle::Stage;
use super::progress::Progress;
use super::publishing::{Published, Sent};
use super::roots::Roots;
use super::settings::{SECTION, Settings};
use super::work::{Event, Worker, bug, failed};
use super::{lifecycle, requests, uri, watching};
use crate::project::Counter;
use crate::session::Exit;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{self as notes, Notification as _};
use lsp_types::request::{self as methods, Request as _};
use lsp_types::{
    ConfigurationItem, ConfigurationParams, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, InitializeParams, InitializeResult, LogMessageParams, MessageType, Registration,
    RegistrationParams, ServerInfo, ShowDocumentParams, ShowMessageParams, Uri, WorkspaceDiagnosticParams,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Instant;

/// What the server asked the client.
enum Asked {
    /// The settings of these folders; `None` is for documents elsewhere.
    Settings(Vec<Option<PathBuf>>),
    /// Something whose result is not needed.
    Other,
}

/// A request without a result so far.
#[derive(Default)]
struct Pending {
    /// Stops the work on it.
    counter: Arc<Counter>,
    /// The document without whose present text its result is worth nothing.
    about: Option<PathBuf>,
}

/// A check of the workspace.
struct Whole {
    /// The request that it is for.
    id: RequestId,
    progress: Progress,
}

/// A request that waits until the texts are linted.
struct Waiting {
    id: RequestId,
    handler: Handler,
    params: Value,
}

/// The state of the server.
pub(super) struct Server {
    host: Host,
    send: Box<dyn Fn(Sent)>,
    stage: Stage,
    client: Arc<Client>,
    documents: Documents,
    roots: Roots,
    /// Those that hold if the client has no others.
    settings: Settings,
    /// The folders that the client named at the beginning.
    folders: Vec<PathBuf>,
    /// The files that have changed since the last check.
    changed: BTreeSet<PathBuf>,
    /// Those that the check knows.
    in_check: BTreeSet<PathBuf>,
    /// When a change came that no check knows, and the last one.
    unsettled: Option<(Instant, Instant)>,
    is_checking: bool,
    checked: Arc<Checked>,
    published: Published,
    waiting: Vec<Waiting>,
    /// Requests for the diagnostics of the workspace: one after another is worked on.
    whole: Vec<(RequestId, WorkspaceDiagnosticParams)>,
    /// The one of these that is worked on.
    checking_whole: Option<Whole>,
    /// Whether the client has the diagnostics of the workspace as they are.
    is_whole_known: bool,
    pending: HashMap<RequestId, Pending>,
    asked: HashMap<RequestId, Asked>,
    next_id: i32,
    checking: Worker,
    answering: Worker,
    /// Works on what takes long.
    fixing: Worker,
}

/// Threads that answer requests: one that takes its time does not make all others wait.
const ANSWERING: usize = 2;

impl Server {
    pub(super) fn new(host: Host, events: Sender<Event>, send: Box<dyn Fn(Sent)>) -> Self {
        let settings = Settings::default();
        Self {
            send,
            stage: Stage::Fresh,
            client: Arc::default(),
            documents: Documents::over(host.files.system()),
            roots: Roots::new(Vec::new(), &settings, &host),
            settings,
            folders: Vec::new(),
            changed: BTreeSet::new(),
            in_check: BTreeSet::new(),
            unsettled: None,
            is_checking: false,
            checked: Arc::default(),
            published: Published::default(),
            waiting: Vec::new(),
            whole: Vec::new(),
            checking_whole: None,
            is_whole_known: false,
            pending: HashMap::new(),
            asked: HashMap::new(),
            next_id: 0,
            checking: Worker::start("checks", 1, &events),
            answering: Worker::start("requests", ANSWERING, &events),
            fixing: Worker::start("fixes", 1, &events),
            host,
        }
    }

    /// Runs until the client ends.
    pub(super) fn run(mut self, events: &Receiver<Event>) -> Exit {
        loop {
            let progress = self.checking_whole.as_ref().and_then(|whole| whole.progress.rest());
            let event = match self.rest().into_iter().chain(progress).min() {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(rest) => events.recv_timeout(rest),
            };
            match event {
                Ok(Event::Message(Message::Notification(note))) if note.method == notes::Exit::METHOD => {
                    return self.stage.exit();
                }
                Ok(Event::End) | Err(RecvTimeoutError::Disconnected) => return self.stage.exit(),
                Ok(Event::Message(Message::Notification(note))) => self.notified(note),
                Ok(Event::Message(Message::Request(request))) => self.requested(request),
                Ok(Event::Message(Message::Response(response))) => self.responded(response),
                Ok(Event::Checked(checked)) => self.was_checked(checked.map(|checked| *checked)),
                Ok(Event::CheckedWhole(id, checked)) => self.was_checked_whole(id, checked.map(|checked| *checked)),
                Ok(Event::Ran(id, shown)) => self.ran(id, shown),
                Ok(Event::Answered(id, result)) => self.respond(id, result),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.check_if_settled();
            self.check_whole();
            self.show_progress();
        }
    }

    // Requests

    fn requested(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.stage == Stage::Fresh && method == methods::Initialize::METHOD {
            let result = self.initialize(params);
            return self.answer(id, result);
        }
        if let Some((code, why)) = self.stage.refuses_request() {
            return self.answer(id, Err(failed(code, why)));
        }
        match method.as_str() {
            methods::Initialize::METHOD => {
                self.answer(id, Err(failed(ErrorCode::InvalidRequest, "the server is initialized")));
            }
            methods::Shutdown::METHOD => {
                self.stage = Stage::Down;
                self.answer(id, Ok(Value::Null));
            }
            methods::WorkspaceDiagnosticRequest::METHOD => match handlers::read(params) {
                Ok(params) => {
                    self.pending.insert(id.clone(), Pending::default());
                    self.whole.push((id, params));
                }
                Err(error) => self.answer(id, Err(error)),
            },
            methods::ExecuteCommand::METHOD => match handlers::read(params) {
                Ok(params) => {
                    self.pending.insert(id.clone(), Pending::default());
                    let (snapshot, otherwise) =
                        (self.snapshot(Arc::default()), Event::Answered(id.clone(), Err(bug())));
                    let work = move || Event::Ran(id, requests::execute(&snapshot, params));
                    self.answering.start_job(work, otherwise);
                }
                Err(error) => self.answer(id, Err(error)),
            },
            method => match handlers::handler(method) {
                None => {
                    let why = format!("the server has no method `{method}`");
                    self.answer(id, Err(failed(ErrorCode::MethodNotFound, why)));
                }
                Some(handler) => {
                    let about = if handler.is_long { self.document_of(&params) } else { None };
                    self.pending.insert(id.clone(), Pending { about, ..Pending::default() });
                    let is_settled = self.unsettled.is_none() && !self.is_checking;
                    if handler.needs_check && !is_settled {
                        self.waiting.push(Waiting { id, handler, params });
                    } else {
                        self.start(id, handler, params);
                    }
                }
            },
        }
    }

    /// Starts to work on a request.
    fn start(&mut self, id: RequestId, handler: Handler, params: Value) {
        let Some(counter) = self.pending.get(&id).map(|pending| Arc::clone(&pending.counter)) else { return };
        let snapshot = self.snapshot(counter);
        let otherwise = Event::Answered(id.clone(), Err(bug()));
        let Handler { run, is_long, .. } = handler;
        let work = move || {
            let is_stopped = snapshot.counter.is_stopped();
            Event::Answered(id, if is_stopped { Err(cancelled()) } else { run(&snapshot, params) })
        };
        let worker = if is_long { &self.fixing } else { &self.answering };
        worker.start_job(work, otherwise);
    }

    /// The document that a request is about.
    fn document_of(&self, params: &Value) -> Option<PathBuf> {
        let mut params = params.clone();
        uri::clean(&mut params);
        let uri: Uri = params.get("textDocument")?.get("uri")?.as_str()?.parse().ok()?;
        Some(self.path(&uri))
    }

    /// Shows what a command shows.
    fn ran(&mut self, id: RequestId, shown: Result<requests::Shown, ResponseError>) {
        let is_pending = self.pending.contains_key(&id);
        self.respond(id, shown.as_ref().map(|_| Value::Null).map_err(Clone::clone));
        match shown {
            Ok(requests::Shown::Page(uri)) if is_pending => {
                let params = ShowDocumentParams { uri, external: Some(true), take_focus: None, selection: None };
                self.ask::<methods::ShowDocument>(params, Asked::Other);
            }
            Ok(requests::Shown::Text(message)) if is_pending => {
                self.notify::<notes::ShowMessage>(ShowMessageParams { typ: MessageType::INFO, message });
            }
            Ok(_) | Err(_) => {}
        }
    }

    /// Sends the result of a request, unless it was cancelled.
    fn respond(&mut self, id: RequestId, result: Result<Value, ResponseError>) {
        if self.pending.remove(&id).is_some() {
            self.answer(id, result);
        }
    }

    fn cancel(&mut self, id: RequestId) {
        self.give_up(id, cancelled());
    }

    /// Ends the work on a request at its next step, and answers with an error.
    fn give_up(&mut self, id: RequestId, why: ResponseError) {
        if let Some(pending) = self.pending.remove(&id) {
            pending.counter.stop();
            self.waiting.retain(|waiting| waiting.id != id);
            self.whole.retain(|(waiting, _)| *waiting != id);
            if let Some(whole) = self.checking_whole.as_ref().filter(|whole| whole.id == id) {
                whole.progress.counter.stop();
            }
            self.answer(id, Err(why));
        }
    }

    fn answer(&self, id: RequestId, response_result: Result<Value, ResponseError>) {
        (self.send)(Sent::Message(Response { id, response_result }.into()));
    }

    // The beginning

    fn initialize(&mut self, raw: Value) -> Result<Value, ResponseError> {
        let params: InitializeParams = handlers::read(raw.clone())?;
        self.client = Arc::new(Client::of(&params, &raw));
        if let Some(options) = &params.initialization_options {
            self.settings = self.read_settings(options);
        }
        self.folders = lifecycle::folders(&params);
        self.roots = Roots::new(self.folders.clone(), &self.settings, &self.host);
        self.stage = Stage::Running;
        handlers::written(InitializeResult {
            capabilities: capabilities::of_server(&self.client),
            server_info: Some(ServerInfo {
                name: "hipaalint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    fn initialized(&mut self) {
        let mut registrations = Vec::new();
        if self.client.watches_files {
            registrations.push(watching::registration());
        }
        if self.client.registers_configuration {
            registrations.push(Registration {
                id: "hipaalint-settings".to_owned(),
                method: notes::DidChangeConfiguration::METHOD.to_owned(),
                register_options: Some(serde_json::json!({ "section": SECTION })),
            });
        }
        if !registrations.is_empty() {
            self.ask::<methods::RegisterCapability>(RegistrationParams { registrations }, Asked::Other);
        }
        self.ask_settings();
    }

    // Settings

    fn read_settings(&self, value: &Value) -> Settings {
        let mut problems = Vec::new();
        let settings = Settings::read(value, &mut problems);
        problems.into_iter().for_each(|problem| self.log(MessageType::WARNING, problem));
        settings
    }

    fn ask_settings(&mut self) {
        if !self.client.configuration {
            return;
        }
        let folders: Vec<Option<PathBuf>> =
            self.roots.folders().map(|root| Some(root.folder.clone())).chain([None]).collect();
        let item = |folder: &Option<PathBuf>| ConfigurationItem {
            scope_uri: folder.as_deref().and_then(uri::of_path),
            section: Some(SECTION.to_owned()),
        };
        let params = ConfigurationParams { items: folders.iter().map(item).collect() };
        self.ask::<methods::WorkspaceConfiguration>(params, Asked::Settings(folders));
    }

    fn take_settings(&mut self, folders: Vec<Option<PathBuf>>, values: Value) {
        let Value::Array(values) = values else { return };
        let mut is_changed = false;
        for (folder, value) in folders.into_iter().zip(values) {
            // A client without such settings answers null.
            if value.is_null() {
                continue;
            }
            let settings = self.read_settings(&value);
            is_changed |= self.roots.set(folder.as_deref(), &settings, &self.host);
        }
        if is_changed {
            self.changed();
        }
    }

    // Notifications

    fn notified(&mut self, note: Notification) {
        let Notification { method, params } = note;
        if self.stage != Stage::Running {
            return;
        }
        match method.as_str() {
            notes::Initialized::METHOD => self.initialized(),
            notes::Cancel::METHOD => {
                let id = match params.get("id") {
                    Some(Value::String(id)) => Some(RequestId::from(id.clone())),
                    Some(id) => id.as_i64().and_then(|id| i32::try_from(id).ok()).map(RequestId::from),
                    None => None,
                };
                id.into_iter().for_each(|id| self.cancel(id));
            }
            notes::DidOpenTextDocument::METHOD => self.with(&method, params, Self::opened),
            notes::DidChangeTextDocument::METHOD => self.with(&method, params, Self::edited),
            notes::DidCloseTextDocument::METHOD => self.with(&method, params, Self::closed),
            notes::DidChangeConfiguration::METHOD => self.with(&method, params, Self::configured),
            notes::DidChangeWatchedFiles::METHOD => self.with(&method, params, Self::files_changed),
            notes::DidChangeWorkspaceFolders::METHOD => self.with(&method, params, Self::folders_changed),
            // A save changes no text; what is optional ($/…) may be ignored.
            _ => {}
        }
    }

    fn with<P: DeserializeOwned>(&mut self, method: &str, params: Value, then: fn(&mut Self, P)) {
        match handlers::read(params) {
            Ok(params) => then(self, params),
            Err(error) => self.log(MessageType::ERROR, format!("{method}: {}", error.message)),
        }
    }

    fn path(&self, uri: &Uri) -> PathBuf {
        uri::path(uri, self.roots.first_folder())
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = self.path(&document.uri);
        let same = self.documents.open(document.uri, path.clone(), document.version, document.text);
        if let Some(same) = same {
            let message = format!(
                "`{}` is the same file as `{}`, which is open. hipaalint checks and shows it there.",
                path.display(),
                same.display()
            );
            self.notify::<notes::ShowMessage>(ShowMessageParams { typ: MessageType::WARNING, message });
        }
        self.text_changed(&path);
    }

    fn edited(&mut self, params: DidChangeTextDocumentParams) {
        let path = self.path(&params.text_document.uri);
        let version = params.text_document.version;
        let uri = self.documents.get(&path).map(|document| document.uri.clone());
        if self.documents.change(&path, version, params.content_changes, self.client.encoding) {
            self.text_changed(&path);
        } else if let Some(uri) = uri {
            // It has become too long, so it is open no more.
            self.no_longer_open(&path, uri);
        }
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        let path = self.path(&params.text_document.uri);
        let uri = self.documents.get(&path).map(|document| document.uri.clone());
        if let Some(uri) = uri.filter(|_| self.documents.close(&path)) {
            self.no_longer_open(&path, uri);
        }
    }

    fn no_longer_open(&mut self, path: &PathBuf, uri: Uri) {
        if !self.client.pulls {
            let nothing = self.published.closed(path, uri);
            (self.send)(Sent::Publication(nothing));
        }
        self.text_changed(path);
    }

    fn configured(&mut self, params: DidChangeConfigurationParams) {
        if self.client.configuration {
            return self.ask_settings();
        }
        // Clients that push settings send all of them, or nothing.
        let own = params.settings.get(SECTION).cloned().unwrap_or_default();
        if own.is_object() {
            self.settings = self.read_settings(&own);
            let folders: Vec<PathBuf> = self.roots.folders().map(|root| root.folder.clone()).collect();
            let all = folders.iter().map(|folder| Some(folder.as_path())).chain([None]);
            let is_changed = all.filter(|folder| self.roots.set(*folder, &self.settings, &self.host)).count() > 0;
            if is_changed {
                self.changed();
            }
        }
    }

    fn files_changed(&mut self, params: DidChangeWatchedFilesParams) {
        let changed: BTreeSet<PathBuf> = params
            .changes
            .iter()
            .map(|change| self.path(&change.uri))
            .filter(|path| self.documents.get(path).is_none())
            .collect();
        if !changed.is_empty() {
            self.changed.extend(changed);
            self.changed();
        }
    }

    fn folders_changed(&mut self, params: DidChangeWorkspaceFoldersParams) {
        for folder in &params.event.removed {
            if let Some(path) = uri::file_path(&folder.uri) {
                self.roots.remove(&path);
            }
        }
        for folder in &params.event.added {
            if let Some(path) = uri::file_path(&folder.uri) {
                self.roots.add(path, self.settings.clone(), &self.host);
            }
        }
        self.ask_settings();
        self.changed();
    }

    /// The text of a document has changed.
    fn text_changed(&mut self, path: &Path) {
        // What takes long is not finished for a text that is no more.
        let is_about =
            |(id, pending): (&RequestId, &Pending)| (pending.about.as_deref() == Some(path)).then(|| id.clone());
        let outdated: Vec<RequestId> = self.pending.iter().filter_map(is_about).collect();
        for id in outdated {
            self.give_up(id, failed(ErrorCode::ContentModified, "the document has changed"));
        }
        self.changed.insert(path.to_owned());
        self.changed();
    }

    // Messages to the client

    fn responded(&mut self, response: Response) {
        match (self.asked.remove(&response.id), response.response_result) {
            (Some(Asked::Settings(folders)), Ok(values)) => self.take_settings(folders, values),
            (Some(_), Err(error)) => {
                self.log(MessageType::WARNING, format!("The client refused a request: {}", error.message))
            }
            (Some(Asked::Other) | None, _) => {}
        }
    }

    fn ask<R: lsp_types::request::Request>(&mut self, params: R::Params, asked: Asked) {
        self.next_id += 1;
        let id = RequestId::from(self.next_id);
        let Ok(params) = serde_json::to_value(params) else { return };
        self.asked.insert(id.clone(), asked);
        (self.send)(Sent::Message(Request { id, method: R::METHOD.to_owned(), params }.into()));
    }

    fn notify<N: lsp_types::notification::Notification>(&self, params: N::Params) {
        if let Ok(params) = serde_json::to_value(params) {
            (self.send)(Sent::Message(Notification { method: N::METHOD.to_owned(), params }.into()));
        }
    }

    fn log(&self, typ: MessageType, message: impl Into<String>) {
        self.notify::<notes::LogMessage>(LogMessageParams { typ, message: message.into() });
    }
}

fn cancelled() -> ResponseError {
    failed(ErrorCode::RequestCanceled, "the request was canceled")
}
