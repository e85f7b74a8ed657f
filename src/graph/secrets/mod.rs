//! What looks like a secret: names that promise one, texts that are one, and where a template writes one out.
//!
//! All of it is a judgement about words that people chose. Where a name or a text is ambiguous, it is not a secret:
//! an alarm that is wrong once is not read twice.

mod attributes;
mod literals;
mod names;
mod parameters;
mod texts;

pub use attributes::{SECRET_ATTRIBUTES, is_secret_attribute};
pub use literals::{LiteralSecret, literal_secrets};
pub use names::{is_secret_name, names_a_reference, promises_secret};
pub use parameters::carries_secret;
pub use texts::{is_secret_literal, secret_text};
