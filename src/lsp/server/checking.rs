//! When the server lints: soon after a change, once for several, and the workspace on request.

use super::{Asked, Server, Waiting, Whole};
use crate::lsp::checks::{Check, Checked, CheckedFile};
use crate::lsp::progress::{Progress, Step};
use crate::lsp::publishing::Sent;
use crate::lsp::snapshot::Snapshot;
use crate::lsp::work::{Event, bug};
use crate::lsp::{handlers, pulling};
use crate::project::Counter;
use lsp_server::RequestId;
use lsp_types::notification as notes;
use lsp_types::request as methods;
use lsp_types::{MessageType, ShowMessageParams, WorkDoneProgressCreateParams, WorkspaceDiagnosticParams};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest time that a change waits for others.
const LONGEST: Duration = Duration::from_millis(250);

impl Server {
    /// The time until the next check is due.
    pub(super) fn rest(&self) -> Option<Duration> {
        let (first, last) = self.unsettled.filter(|_| !self.is_checking)?;
        let due = (last + self.host.settle).min(first + LONGEST);
        Some(due.saturating_duration_since(Instant::now()))
    }

    /// Something has changed that findings depend on.
    pub(super) fn changed(&mut self) {
        self.is_whole_known = false;
        // It begins again when what is open is linted, with what it knows so far.
        if let Some(whole) = &self.checking_whole {
            whole.progress.counter.stop();
        }
        let now = Instant::now();
        self.unsettled = Some((self.unsettled.map_or(now, |(first, _)| first), now));
    }

    pub(super) fn check_if_settled(&mut self) {
        if self.rest().is_some_and(|rest| rest.is_zero() || !self.waiting.is_empty()) {
            self.unsettled = None;
            self.is_checking = true;
            self.in_check = std::mem::take(&mut self.changed);
            let check = self.check(self.in_check.clone(), false, Arc::default());
            let work = move || Event::Checked(Some(Box::new(check.run())));
            self.checking.start_job(work, Event::Checked(None));
        }
    }

    pub(super) fn check(&self, changed: BTreeSet<PathBuf>, is_whole: bool, counter: Arc<Counter>) -> Check {
        Check {
            before: Arc::clone(&self.checked),
            changed,
            is_whole,
            counter,
            client: Arc::clone(&self.client),
            documents: self.documents.clone(),
            roots: self.roots.clone(),
        }
    }

    /// Lints the workspace, if a client waits for that. The check of what is open comes first, so nothing has changed since.
    pub(super) fn check_whole(&mut self) {
        let is_idle = self.unsettled.is_none() && !self.is_checking && self.checking_whole.is_none();
        // Without news, the client waits, but only if the server hears of them.
        let holds = |params: &WorkspaceDiagnosticParams| {
            self.is_whole_known && self.client.watches_files && !params.previous_result_ids.is_empty()
        };
        let Some((id, params)) = self.whole.iter().find(|(_, params)| is_idle && !holds(params)) else { return };
        let token = params.work_done_progress_params.work_done_token.clone();
        let counter = Arc::<Counter>::default();
        let check = self.check(BTreeSet::new(), true, Arc::clone(&counter));
        let (id, failed) = (id.clone(), id.clone());
        let progress = Progress::new(counter, token, self.client.progress);
        self.checking_whole = Some(Whole { id: id.clone(), progress });
        self.is_whole_known = true;
        let work = move || Event::CheckedWhole(id, Some(Box::new(check.run())));
        self.checking.start_job(work, Event::CheckedWhole(failed, None));
    }

    pub(super) fn was_checked_whole(&mut self, id: RequestId, checked: Option<Checked>) {
        let Some(Whole { progress, .. }) = self.checking_whole.take() else { return };
        let is_stopped = progress.counter.is_stopped();
        let end = progress.end();
        let was_shown = end.is_some();
        end.into_iter().for_each(|end| self.notify::<notes::Progress>(end));
        let Some(place) = self.whole.iter().position(|(waiting, _)| *waiting == id) else { return };
        if is_stopped {
            self.is_whole_known = false;
            // A client's token is good for one progress.
            if let Some((_, params)) = self.whole.get_mut(place).filter(|_| was_shown) {
                params.work_done_progress_params.work_done_token = None;
            }
            return;
        }
        let (id, params) = self.whole.remove(place);
        let snapshot = self.snapshot(Arc::default());
        let result = match checked {
            Some(checked) => handlers::written(pulling::workspace(&snapshot, &checked, params)),
            None => Err(bug()),
        };
        self.respond(id, result);
    }

    pub(super) fn show_progress(&mut self) {
        let shown = self.checking_whole.as_mut().map(|whole| &mut whole.progress);
        let Some(progress) = shown.filter(|progress| progress.rest().is_some()) else { return };
        for step in progress.steps(self.next_id) {
            match step {
                Step::Create(token) => {
                    self.ask::<methods::WorkDoneProgressCreate>(WorkDoneProgressCreateParams { token }, Asked::Other);
                }
                Step::Send(params) => self.notify::<notes::Progress>(params),
            }
        }
    }

    pub(super) fn was_checked(&mut self, checked: Option<Checked>) {
        self.is_checking = false;
        match checked {
            None => {
                // What depends on these files may not have been forgotten.
                self.changed.append(&mut self.in_check);
                self.log(MessageType::ERROR, "hipaalint failed on the open documents because of a bug.");
            }
            Some(mut checked) => {
                // A document that was closed in the meantime is shown no more.
                checked.files.retain(|path, file| file.version.is_none() || self.documents.get(path).is_some());
                if !self.client.pulls {
                    for publication in self.published.after(&self.checked, &checked, &self.documents) {
                        (self.send)(Sent::Publication(publication));
                    }
                }
                for problem in checked.problems.difference(&self.checked.problems) {
                    let params =
                        ShowMessageParams { typ: MessageType::WARNING, message: format!("hipaalint: {problem}") };
                    self.notify::<notes::ShowMessage>(params);
                }
                let is_news = |(path, file): (&PathBuf, &Arc<CheckedFile>)| {
                    let known = self.checked.files.get(path);
                    known.is_some_and(|known| known.version == file.version && !known.is_shown_as(file))
                };
                let has_news = checked.files.iter().any(is_news);
                self.checked = Arc::new(checked);
                if has_news && self.client.pulls && self.client.refreshes {
                    self.ask::<methods::WorkspaceDiagnosticRefresh>((), Asked::Other);
                }
            }
        }
        if self.unsettled.is_none() {
            for Waiting { id, handler, params } in std::mem::take(&mut self.waiting) {
                self.start(id, handler, params);
            }
        }
    }

    pub(super) fn snapshot(&self, counter: Arc<Counter>) -> Snapshot {
        Snapshot {
            counter,
            client: Arc::clone(&self.client),
            documents: self.documents.clone(),
            roots: self.roots.clone(),
            checked: Arc::clone(&self.checked),
        }
    }
}
