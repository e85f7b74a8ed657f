//! hipaalint for JavaScript: texts in, results out, as JSON in both directions. `packages/wasm/index.d.ts` has the types.
//!
//! Nothing is read but the texts of a request, and nothing is written. Sessions are kept from one call to the next, so that a template
//! that is linted at each key stroke does not read the rules again.

mod answer;
mod drawing;
mod evaluating;
mod fixing;
mod linting;
mod reporting;
mod request;
mod rules;
mod sessions;

use request::{Refused, Request};
use serde::Serialize;
use std::panic;
use std::sync::Once;
use wasm_bindgen::prelude::wasm_bindgen;

/// What a caller gets: JSON, or why there is none.
type Answer = Result<String, String>;

/// What is wrong about templates, with the texts of their rules.
///
/// # Errors
/// If the request cannot be read.
#[wasm_bindgen]
pub fn lint(request: &str) -> Answer {
    answer(request, linting::lint)
}

/// The fixed templates, and diffs.
///
/// # Errors
/// If the request cannot be read.
#[wasm_bindgen]
pub fn fix(request: &str) -> Answer {
    answer(request, fixing::fix)
}

/// A report in a format, as a text.
///
/// # Errors
/// If the request cannot be read, or names a format that does not exist.
#[wasm_bindgen]
pub fn report(request: &str) -> Answer {
    let request = read(request)?;
    reporting::report(&request).map_err(|refused| refused.to_string())
}

/// The resources of a template and their relations.
///
/// # Errors
/// If the request cannot be read.
#[wasm_bindgen]
pub fn graph(request: &str) -> Answer {
    answer(request, drawing::graph)
}

/// The values of a template.
///
/// # Errors
/// If the request cannot be read.
#[wasm_bindgen]
pub fn evaluate(request: &str) -> Answer {
    answer(request, evaluating::evaluate)
}

/// The version, the profiles, and the number of rules in each.
///
/// # Errors
/// None.
#[wasm_bindgen]
pub fn about() -> Answer {
    listen();
    json(&rules::about())
}

/// One rule in full.
///
/// # Errors
/// If there is no such rule.
#[wasm_bindgen]
pub fn explain(rule: &str) -> Answer {
    listen();
    json(&rules::explain(rule).ok_or_else(|| format!("There is no rule `{rule}`."))?)
}

fn answer<T: Serialize>(request: &str, answer: impl FnOnce(&Request) -> Result<T, Refused>) -> Answer {
    let request = read(request)?;
    json(&answer(&request).map_err(|refused| refused.to_string())?)
}

fn read(request: &str) -> Result<Request, String> {
    listen();
    Request::read(request).map_err(|refused| refused.to_string())
}

fn json(answer: &impl Serialize) -> Answer {
    serde_json::to_string(answer).map_err(|error| error.to_string())
}

/// From now on, a panic is thrown as an error of JavaScript with its place. The module is not to be used after it.
fn listen() {
    static ONCE: Once = Once::new();
    if cfg!(target_family = "wasm") {
        ONCE.call_once(|| {
            panic::set_hook(Box::new(|panic| {
                // Its message may have parts of a template.
                let place = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
                wasm_bindgen::throw_str(&format!("hipaalint failed because of a bug{}.", place.unwrap_or_default()));
            }));
        });
    }
}
