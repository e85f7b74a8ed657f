//! Work beside the loop: one thread lints, another one answers requests. Both have the stack that the deepest template needs.

use super::checks::Checked;
use super::requests::Shown;
use crate::pool::STACK_BYTES;
use lsp_server::{ErrorCode, Message, RequestId, ResponseError};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::thread;

/// What the loop gets.
pub(super) enum Event {
    /// A message of the client.
    Message(Message),
    /// The end of its messages.
    End,
    /// Open documents were linted; none if that failed because of a bug.
    Checked(Option<Box<Checked>>),
    /// The workspace was linted for a request.
    CheckedWhole(RequestId, Option<Box<Checked>>),
    /// What a command of the server shows.
    Ran(RequestId, Result<Shown, ResponseError>),
    /// The result of a request.
    Answered(RequestId, Result<Value, ResponseError>),
}

/// Some work, whose result the loop gets.
pub(super) struct Job {
    pub(super) work: Box<dyn FnOnce() -> Event + Send>,
    /// What the loop gets if the work panics.
    pub(super) otherwise: Event,
}

/// A thread that does one job after another.
pub(super) struct Worker {
    jobs: Sender<Job>,
}

impl Worker {
    /// Starts it. Without a thread, no job is done.
    pub(super) fn start(name: &str, events: Sender<Event>) -> Self {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let work = move || {
            for Job { work, otherwise } in waiting {
                let event = catch_unwind(AssertUnwindSafe(work)).unwrap_or(otherwise);
                if events.send(event).is_err() {
                    return;
                }
            }
        };
        // Without a thread, jobs have no receiver: the client gets no answer, but nothing else fails.
        let _ = thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(work);
        Self { jobs }
    }

    /// Adds a job.
    pub(super) fn start_job(&self, work: impl FnOnce() -> Event + Send + 'static, otherwise: Event) {
        let _ = self.jobs.send(Job { work: Box::new(work), otherwise });
    }
}

/// An error of a request.
pub(super) fn failed(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

/// The error of a request that panicked.
pub(super) fn bug() -> ResponseError {
    failed(ErrorCode::InternalError, "hipaalint failed on this request because of a bug. Report it to the project.")
}
