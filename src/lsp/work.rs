//! Work beside the loop: one thread lints, others answer requests, and one of them makes fixes, which takes longer. All have the stack
//! that the deepest template needs.

use super::checks::Checked;
use super::requests::Shown;
use crate::pool;
use lsp_server::{ErrorCode, Message, RequestId, ResponseError};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};

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

/// Threads that do one job after another, each the next that is there.
pub(super) struct Worker {
    jobs: Sender<Job>,
}

impl Worker {
    /// Starts so many threads. Without one, no job is done.
    pub(super) fn start(name: &str, threads: usize, events: &Sender<Event>) -> Self {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let (waiting, events) = (Arc::clone(&waiting), events.clone());
            let work = move || {
                // The lock is only held while a thread waits for its next job.
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(Job { work, otherwise }) = next() {
                    let event = catch_unwind(AssertUnwindSafe(work)).unwrap_or(otherwise);
                    if events.send(event).is_err() {
                        return;
                    }
                }
            };
            // Without a thread, jobs have no receiver: the client gets no answer, but nothing else fails.
            let _ = pool::start(name, work);
        }
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
