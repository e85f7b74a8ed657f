//! The Lambda function: answers each event of CloudFormation.

use hipaalint_hook::{Fetch, Hook, Internet, Settings};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let hook = Arc::new(Hook::new(Settings::of_environment(|name| std::env::var(name).ok())));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let hook = Arc::clone(&hook);
        async move {
            let fetch: &dyn Fetch = &Internet;
            // One event at a time is all that an instance of a function gets, so nothing waits.
            Ok::<_, Error>(hook.answer(&event.payload, fetch))
        }
    }))
    .await
}
