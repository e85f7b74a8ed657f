//! Whether a variable of a program contains a secret.

use super::assignments::{Dialect, assigned_secrets};
use super::glance::Glance;
use super::shapes::secret_text;
use super::texts::is_named_secret;

/// Whether a text that is written out is a secret, by the name or the shape that it has, or contains one
/// (`Server=db;Password=…`).
pub fn holds_written_secret(name: &str, text: &str) -> bool {
    is_named_secret(name, text)
        || secret_text(text).is_some()
        || (Glance::at(text).may_assign() && !assigned_secrets(text, Dialect::Text).is_empty())
}
