//! Work on many threads whose results leave in order, through a window: no thread runs further ahead than that, so the memory for
//! results that wait is bounded.

use super::{HAS_LARGE_STACK, STACK_BYTES};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The number of results that wait at most, for each thread.
const AHEAD: usize = 16;

/// Jobs with the numbers from 0.
struct Window<T> {
    state: Mutex<State<T>>,
    /// A result is there.
    is_done: Condvar,
    /// A result has left, or no other will.
    has_left: Condvar,
}

struct State<T> {
    /// The number of the next job.
    next: usize,
    /// The results that have left.
    left: usize,
    /// The results that wait, by the numbers of their jobs.
    done: BTreeMap<usize, Option<T>>,
    /// Whether nobody takes results any more.
    is_over: bool,
}

/// Does jobs on so many threads, and gives their results to `take` in the order of their numbers. A job that panics has none.
pub fn in_order<T: Send>(
    jobs: usize,
    threads: usize,
    work: &(impl Fn(usize) -> T + Sync),
    mut take: impl FnMut(usize, Option<T>),
) {
    // A thread of a server does single jobs itself: another one would cost as much as linting a small template again.
    if jobs == 1 && HAS_LARGE_STACK.get() {
        return take(0, guarded(work, 0));
    }
    let state = State { next: 0, left: 0, done: BTreeMap::new(), is_over: false };
    let window = Window { state: Mutex::new(state), is_done: Condvar::new(), has_left: Condvar::new() };
    let threads = if cfg!(feature = "parallel") { threads.min(jobs) } else { 1 };
    thread::scope(|scope| {
        let end = End(&window);
        let start =
            || thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || window.run(jobs, threads, work));
        let started = (0..threads).filter(|_| start().is_ok()).count();
        for job in 0..jobs {
            // If no thread can be started, this thread does the work.
            let result = if started == 0 { guarded(work, job) } else { window.take(job) };
            take(job, result);
        }
        drop(end);
    });
}

fn guarded<T>(work: &impl Fn(usize) -> T, job: usize) -> Option<T> {
    catch_unwind(AssertUnwindSafe(|| work(job))).ok()
}

impl<T> Window<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code panics while it has the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does one job after another.
    fn run(&self, jobs: usize, threads: usize, work: &impl Fn(usize) -> T) {
        let mut state = self.lock();
        while state.next < jobs && !state.is_over {
            if state.next >= state.left + AHEAD * threads {
                state = self.has_left.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let job = state.next;
            state.next += 1;
            drop(state);
            let result = guarded(work, job);
            state = self.lock();
            state.done.insert(job, result);
            self.is_done.notify_one();
        }
    }

    /// Waits for the result of a job, and takes it.
    fn take(&self, job: usize) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.done.remove(&job) {
                state.left = job + 1;
                self.has_left.notify_all();
                return result;
            }
            state = self.is_done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Ends the threads when it is dropped.
struct End<'w, T>(&'w Window<T>);

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.has_left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_leave_in_order_and_the_window_bounds_them() {
        for threads in [1, 2, 5] {
            let (begun, left) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let work = |job: usize| {
                let ahead = begun.fetch_add(1, Ordering::SeqCst) - left.load(Ordering::SeqCst).min(job);
                assert!(ahead <= (AHEAD + 1) * threads + 1, "{ahead}");
                if job.is_multiple_of(50) {
                    thread::yield_now();
                }
                job * 2
            };
            let mut expected = 0;
            in_order(500, threads, &work, |job, result| {
                assert_eq!((job, result), (expected, Some(2 * expected)));
                expected += 1;
                left.store(expected, Ordering::SeqCst);
            });
            assert_eq!(expected, 500);
        }
    }

    #[test]
    fn a_job_that_panics_has_no_result_and_the_others_have_theirs() {
        let work = |job: usize| if job == 3 { panic!("on purpose") } else { job };
        let mut results = Vec::new();
        in_order(6, 2, &work, |_, result| results.push(result));
        assert_eq!(results, [Some(0), Some(1), Some(2), None, Some(4), Some(5)]);
        in_order(0, 2, &work, |_, _| panic!("no job"));
    }

    #[test]
    fn whoever_takes_results_may_stop() {
        let stopped = catch_unwind(AssertUnwindSafe(|| {
            in_order(500, 2, &|job| job, |job, _| assert!(job < 7, "enough"));
        }));
        assert!(stopped.is_err());
    }
}
