//! Names of what is kept in a store of secrets, which end as the names of secrets do.

use super::name_words::Words;
use super::texts::is_word;
use smallvec::SmallVec;

/// What is kept elsewhere, by a name that ends as that of a secret does.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Stored {
    /// A stored secret, by what is in it: `LICENSE_KEY_SECRET`, `DbCredentialsSecret`.
    Secret,
    /// A field of one: `DB_PASSWORD_SECRET_KEY`. A password has no key of its own.
    Field,
}

/// What a name is of that may be kept elsewhere.
fn stored(name: &str) -> Option<Stored> {
    let words = Words::of(name);
    let words: SmallVec<[&str; 8]> = words.iter().collect();
    match words.as_slice() {
        [.., "credential" | "credentials" | "creds" | "key" | "passwd" | "password" | "pwd" | "token", "secret"] => {
            Some(Stored::Secret)
        }
        [.., "credential" | "credentials" | "creds" | "passwd" | "password" | "pwd", "secret", "key"] => {
            Some(Stored::Field)
        }
        _ => None,
    }
}

/// Whether a name is that of a stored secret with something in it, or of a field in one, and a text is words as those names are:
/// `LICENSE_KEY_SECRET: newrelic-license`, `DB_PASSWORD_SECRET_KEY: password`.
pub(super) fn is_of_stored(name: &str, text: &str) -> bool {
    let are_words = |text: &str| {
        let mut words = text.split(['-', '_', '.']);
        !text.bytes().any(|byte| byte.is_ascii_uppercase()) && words.all(|word| !word.is_empty() && is_word(word))
    };
    match stored(name) {
        Some(Stored::Secret) => text.contains(['-', '_']) && are_words(text),
        Some(Stored::Field) => !text.bytes().any(|byte| byte.is_ascii_digit()) && are_words(text),
        None => false,
    }
}
