//! The progress of what takes long: the files of the workspace, as the client shows it.

use crate::project::Counter;
use lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressEnd, WorkDoneProgressReport,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Work that is shorter has no progress.
const DELAY: Duration = Duration::from_millis(400);
/// The time between two reports.
const INTERVAL: Duration = Duration::from_millis(150);

/// The progress of one check.
pub(super) struct Progress {
    pub(super) counter: Arc<Counter>,
    started: Instant,
    state: State,
}

enum State {
    /// Nothing was shown. The token is the client's, if it gave one.
    Silent(Option<ProgressToken>),
    /// One with this token, since this time the last numbers.
    Shown(ProgressToken, Instant),
    /// The client shows none.
    Never,
}

/// What is to be done next.
pub(super) enum Step {
    /// Ask the client for a progress with this token first.
    Create(ProgressToken),
    /// Send this.
    Send(ProgressParams),
}

impl Progress {
    /// Of a check that begins now. Without a token, only a client that lets the server begin shows it.
    pub(super) fn new(counter: Arc<Counter>, token: Option<ProgressToken>, may_create: bool) -> Self {
        let state = if token.is_some() || may_create { State::Silent(token) } else { State::Never };
        Self { counter, started: Instant::now(), state }
    }

    /// The time until the next step.
    pub(super) fn rest(&self) -> Option<Duration> {
        match self.state {
            State::Silent(_) => Some(DELAY.saturating_sub(self.started.elapsed())),
            State::Shown(_, last) => Some(INTERVAL.saturating_sub(last.elapsed())),
            State::Never => None,
        }
    }

    /// What is to be sent now. `number` is that of a new token.
    pub(super) fn steps(&mut self, number: i32) -> Vec<Step> {
        match &self.state {
            State::Silent(token) if self.started.elapsed() >= DELAY => {
                let own = token.is_none().then(|| NumberOrString::String(format!("hipaalint-{number}")));
                let token = token.clone().or_else(|| own.clone()).unwrap_or(NumberOrString::Number(number));
                let begin = WorkDoneProgressBegin {
                    title: "hipaalint".to_owned(),
                    message: Some("Linting the workspace".to_owned()),
                    percentage: Some(self.percentage()),
                    cancellable: Some(false),
                };
                self.state = State::Shown(token.clone(), Instant::now());
                let begin = send(&token, WorkDoneProgress::Begin(begin));
                own.map(Step::Create).into_iter().chain([begin]).collect()
            }
            State::Shown(token, last) if last.elapsed() >= INTERVAL => {
                let token = token.clone();
                let (done, all) = self.counter.read();
                let report = WorkDoneProgressReport {
                    cancellable: None,
                    message: Some(format!("{done} of {all} files")),
                    percentage: Some(self.percentage()),
                };
                self.state = State::Shown(token.clone(), Instant::now());
                vec![send(&token, WorkDoneProgress::Report(report))]
            }
            State::Silent(_) | State::Shown(..) | State::Never => Vec::new(),
        }
    }

    /// What is to be sent at the end.
    pub(super) fn end(self) -> Option<ProgressParams> {
        let State::Shown(token, _) = self.state else { return None };
        let value = ProgressParamsValue::WorkDone(WorkDoneProgress::End(WorkDoneProgressEnd { message: None }));
        Some(ProgressParams { token, value })
    }

    fn percentage(&self) -> u32 {
        let (done, all) = self.counter.read();
        u32::try_from((done * 100).checked_div(all).unwrap_or_default()).unwrap_or(100).min(100)
    }
}

fn send(token: &ProgressToken, progress: WorkDoneProgress) -> Step {
    Step::Send(ProgressParams { token: token.clone(), value: ProgressParamsValue::WorkDone(progress) })
}
