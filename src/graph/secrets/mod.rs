//! What looks like a secret: names that promise one, texts that are one, and where a template writes one out.
//!
//! All of it is a judgement about words that people chose. Where a name or a text is ambiguous, it is not a secret:
//! an alarm that is wrong once is not read twice.

mod arguments;
mod assignments;
mod attributes;
mod chosen;
mod commands;
mod everywhere;
mod formats;
mod glance;
mod literal;
mod literals;
mod name_marks;
mod name_words;
mod names;
mod no_echo;
mod pairs;
mod parameters;
mod partial;
mod places;
mod settings;
mod shapes;
mod shown;
mod spelled;
mod stored;
mod texts;
mod unread;
mod uses;
mod values;
mod variables;
mod words_before;
mod written;

pub use attributes::{SECRET_ATTRIBUTES, is_secret_attribute};
pub use chosen::chosen_secrets;
pub use everywhere::secrets_of_block;
pub use literal::{Extent, LiteralSecret};
pub use names::{is_secret_name, names_a_reference, promises_secret};
pub use parameters::{Carries, carries_secret, may_carry, parameter_uses};
pub use shown::{Referenced, Search, Shown, shown_secrets};
pub use texts::is_secret_literal;
pub use unread::secrets_of_unread;
pub use variables::holds_written_secret;
pub use written::{Written, secret_parameters, written_in_tree, written_secrets};
