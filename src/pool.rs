//! Work on all cores, with results in the order of the work. The only part that knows of threads.
//!
//! Without the feature `parallel`, everything is done one after another.

mod window;

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::thread;

pub use window::in_order;

/// The depth of all recursion is bounded. This size is enough for it, also in builds without optimization.
pub const STACK_BYTES: usize = 16 << 20;

/// The number of threads that do not hinder each other. The operating system is asked once, because it reads several files for that.
pub fn cores() -> NonZeroUsize {
    static CORES: LazyLock<NonZeroUsize> =
        LazyLock::new(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    *CORES
}

thread_local! {
    static HAS_LARGE_STACK: Cell<bool> = const { Cell::new(false) };
}

/// Starts a thread whose stack is large enough for the deepest template. Returns whether that was possible.
pub fn start(name: &str, work: impl FnOnce() + Send + 'static) -> bool {
    let work = || {
        HAS_LARGE_STACK.set(true);
        work();
    };
    thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(work).is_ok()
}

/// Does some work for each item, on so many threads, or on one for each core if it is zero. Every thread has a large stack.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // One item does not need a pool.
    if items.len() > 1 && threads != 1 { in_pool(items, threads, &work) } else { one_by_one(items, &work) }
}

/// Does some work for each item on all cores. The work of an item may be divided again, with [`filter`].
pub fn map_divided<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    in_pool(items, 0, &work)
}

#[cfg(feature = "parallel")]
fn in_pool<T: Sync, R: Send>(items: &[T], threads: usize, work: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    use rayon::prelude::*;
    match rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build() {
        Ok(pool) => pool.install(|| items.par_iter().map(work).collect()),
        Err(_) => one_by_one(items, work),
    }
}

#[cfg(not(feature = "parallel"))]
fn in_pool<T: Sync, R: Send>(items: &[T], _: usize, work: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    one_by_one(items, work)
}

fn one_by_one<T: Sync, R: Send>(items: &[T], work: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    let all = || items.iter().map(work).collect();
    // If no thread can be started, this thread does the work.
    on_large_stack(all).unwrap_or_else(all)
}

/// The items that some work finds, in their order: on the threads of the pool that this is called in.
pub fn filter<T: Send + Sync>(items: Vec<T>, is_found: impl Fn(&T) -> bool + Sync + Send) -> Vec<T> {
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        items.into_par_iter().filter(is_found).collect()
    }
    #[cfg(not(feature = "parallel"))]
    items.into_iter().filter(is_found).collect()
}

/// Does work on a thread whose stack is large enough for the deepest template. None if no thread can be started, or if it panics.
///
/// WebAssembly has no threads here: who builds the module gives it a large stack.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    if cfg!(target_family = "wasm") {
        return Some(work());
    }
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        worker.ok().and_then(|worker| worker.join().ok())
    })
}
