//! A CloudFormation Hook: what CloudFormation is about to deploy, linted before it does.
//!
//! [`Hook::answer`] takes an event and gives the answer that CloudFormation expects. Sources, read 2026-11: "Create Lambda functions to
//! evaluate resources for Lambda Hooks" (CloudFormation Hooks user guide), `API_Annotation` (CloudFormation API reference).

mod answer;
mod event;
mod fetch;
mod judge;
mod settings;
mod templates;

pub use answer::{Annotation, Answer, Status};
pub use fetch::{Fetch, Internet};
pub use settings::Settings;

use event::Event;
use judge::{Judges, Judgment};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The Hook, with the rules that it was set up with.
#[derive(Debug)]
pub struct Hook {
    /// Or what is wrong with the settings.
    judges: Result<Judges, String>,
}

impl Hook {
    /// A Hook with settings, or one that answers every event with what is wrong with them.
    pub fn new(settings: Result<Settings, String>) -> Self {
        Self { judges: settings.and_then(Judges::new) }
    }

    /// The answer to an event. `fetch` fetches the template of a stack.
    pub fn answer(&self, event: &Value, fetch: &dyn Fetch) -> Answer {
        let event = Event::of(event);
        let judgment = match &self.judges {
            Ok(judges) => judge(judges, &event, fetch),
            Err(problem) => Judgment::failed(format!("the Hook is not set up correctly: {problem}")),
        };
        answer::of(&event, judgment)
    }
}

fn judge(judges: &Judges, event: &Event, fetch: &dyn Fetch) -> Judgment {
    if event.is_deletion {
        return Judgment::nothing("hipaalint does not look at deletions.");
    }
    let templates = match templates::of(event, fetch) {
        Ok(templates) => templates,
        Err(problem) => return Judgment::failed(problem),
    };
    // A bug must not keep CloudFormation waiting for its 30 seconds.
    let judged = catch_unwind(AssertUnwindSafe(|| {
        judges.of(&templates.texts, templates.are_parts, event.account, event.region)
    }));
    judged.unwrap_or_else(|_| Judgment::failed("hipaalint failed because of a bug; its log has the place".to_owned()))
}
