//! The progress of a long run: a line on standard error that is updated, and erased at the end. Only on terminals.

use crate::project::Counter;
use crate::report::text::grouped;
use std::env;
use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Shorter runs show nothing.
const DELAY: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_millis(100);
/// Moves to the start of the line, and erases it (ECMA-48, EL).
const ERASE: &str = "\r\u{1b}[2K";

/// A line that is erased when this is dropped.
pub(super) struct Progress {
    /// Dropping it ends the thread.
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts on a terminal with escape sequences, and never in CI.
    pub(super) fn start(counter: &Arc<Counter>, quiet: bool) -> Option<Self> {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_none_or(|value| value == "dumb");
        let watched = stderr().is_terminal() && !quiet && !set("CI") && !dumb;
        watched.then(|| Self::draw(Arc::clone(counter), stderr(), DELAY))
    }

    fn draw(counter: Arc<Counter>, mut out: impl Write + Send + 'static, delay: Duration) -> Self {
        let (end, ended) = channel::<()>();
        let draw = move || {
            let mut wait = delay;
            let mut drawn = false;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                drawn = true;
                let _ = write!(out, "{ERASE}{}", line(&counter)).and_then(|()| out.flush());
                wait = INTERVAL;
            }
            if drawn {
                let _ = write!(out, "{ERASE}").and_then(|()| out.flush());
            }
        };
        // Without a thread, the run shows no progress.
        let thread = thread::Builder::new().spawn(draw).ok();
        Self { end: Some(end), thread }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn line(counter: &Counter) -> String {
    match counter.read() {
        (_, 0) => "Looking for templates …".to_owned(),
        (done, all) => format!("Linting: {} of {} files", grouped(done), grouped(all)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use std::io;
    use std::sync::Mutex;

    /// The output so far, shared with another thread.
    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Screen {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn a_long_run_shows_its_progress_and_erases_it() {
        let (screen, counter) = (Screen::default(), Arc::new(Counter::default()));
        counter.expect(1200);
        counter.finish_one();
        let progress = Progress::draw(counter, screen.clone(), Duration::ZERO);
        while !screen.text().contains("Linting: 1 of 1,200 files") {
            thread::sleep(Duration::from_millis(1));
        }
        drop(progress);
        assert!(screen.text().ends_with(&format!("files{ERASE}")), "{:?}", screen.text());
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let screen = Screen::default();
        drop(Progress::draw(Arc::default(), screen.clone(), DELAY));
        assert_eq!(screen.text(), "");
    }
}
