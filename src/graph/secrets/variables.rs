//! Whether a variable of a program contains a secret.

use super::assignments::{Dialect, assigned_secrets};
use super::glance::Glance;
use super::shapes::shaped_secrets;
use super::texts::is_named_secret;

/// Whether a text that is written out is a secret, by the name or the shape that it has, or contains one
/// (`Server=db;Password=…`).
pub fn holds_written_secret(name: &str, text: &str) -> bool {
    is_named_secret(name, text) || {
        let glance = Glance::at(text);
        !shaped_secrets(text, glance).is_empty()
            || (glance.may_assign() && !assigned_secrets(text, Dialect::Text).is_empty())
    }
}
