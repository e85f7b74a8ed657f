//! The requests about documents: a function for each method, in a table. Each gets a snapshot and typed parameters, on a thread that
//! may take its time. A panic is the error of its request.

use super::snapshot::Snapshot;
use super::work::failed;
use super::{actions, definition, highlights, hover, lenses, pulling, references, symbols};
use lsp_server::{ErrorCode, ResponseError};
use lsp_types::request::{self as methods, Request};
use serde_json::Value;

/// The result of a request.
pub(super) type Answer<T> = Result<T, ResponseError>;

/// A function that answers a request.
type Run = Box<dyn FnOnce(&Snapshot, Value) -> Answer<Value> + Send>;

/// What answers a request.
pub(super) struct Handler {
    pub(super) run: Run,
    /// Whether it needs what was found in the texts as they are now: then it waits until they are linted.
    pub(super) needs_check: bool,
    /// Whether it takes so long that others do not wait for it, and that it is not worth to end it if its document changes.
    pub(super) is_long: bool,
}

/// The handler of a method; none for one that the server does not know.
///
/// To add one: a function `fn(&Snapshot, Params) -> Answer<Result>` in a file of its own, a row here, and its capability in
/// `capabilities.rs`.
pub(super) fn handler(method: &str) -> Option<Handler> {
    Some(match method {
        methods::CodeActionRequest::METHOD => long::<methods::CodeActionRequest>(actions::code_actions),
        methods::CodeLensRequest::METHOD => now::<methods::CodeLensRequest>(lenses::code_lenses),
        methods::DocumentHighlightRequest::METHOD => now::<methods::DocumentHighlightRequest>(highlights::highlights),
        methods::DocumentSymbolRequest::METHOD => now::<methods::DocumentSymbolRequest>(symbols::symbols),
        methods::GotoDefinition::METHOD => now::<methods::GotoDefinition>(definition::definition),
        methods::HoverRequest::METHOD => checked::<methods::HoverRequest>(hover::hover),
        methods::References::METHOD => now::<methods::References>(references::references),
        methods::DocumentDiagnosticRequest::METHOD => checked::<methods::DocumentDiagnosticRequest>(pulling::document),
        #[cfg(debug_assertions)]
        "hipaalint/panic" => Handler { run: Box::new(|_, _| fail()), needs_check: false, is_long: false },
        _ => return None,
    })
}

/// A bug, for tests alone.
#[cfg(debug_assertions)]
#[allow(clippy::panic, reason = "tests see what becomes of it")]
fn fail() -> Answer<Value> {
    panic!("a request that fails on purpose")
}

/// A handler that needs only texts.
fn now<R: Request>(run: fn(&Snapshot, R::Params) -> Answer<R::Result>) -> Handler {
    Handler {
        run: Box::new(move |snapshot, params| run(snapshot, read(params)?).and_then(written)),
        needs_check: false,
        is_long: false,
    }
}

/// A handler that needs findings.
fn checked<R: Request>(run: fn(&Snapshot, R::Params) -> Answer<R::Result>) -> Handler {
    Handler { needs_check: true, ..now::<R>(run) }
}

/// A handler that lints and fixes.
fn long<R: Request>(run: fn(&Snapshot, R::Params) -> Answer<R::Result>) -> Handler {
    Handler { is_long: true, ..checked::<R>(run) }
}

/// Parameters as their type.
pub(super) fn read<T: serde::de::DeserializeOwned>(mut params: Value) -> Answer<T> {
    super::uri::clean(&mut params);
    serde_json::from_value(params)
        .map_err(|error| failed(ErrorCode::InvalidParams, format!("the parameters are not valid: {error}")))
}

/// A result as JSON.
pub(super) fn written(result: impl serde::Serialize) -> Answer<Value> {
    serde_json::to_value(result).map_err(|error| failed(ErrorCode::InternalError, error.to_string()))
}
