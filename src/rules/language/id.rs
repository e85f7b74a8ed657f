//! The id of a rule, as what is found by the rule shares it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The id of a rule. What findings share of one of the pack is made when the first of them needs it: every run selects hundreds of
/// rules, and most of them find nothing.
#[derive(Clone, Debug)]
pub enum RuleId {
    /// Of a user's own rule.
    Own(Arc<str>),
    /// Of an embedded one, with what is shared of it.
    Embedded(&'static str, &'static OnceLock<Arc<str>>),
}

impl RuleId {
    /// The id as findings have it.
    pub fn shared(&self) -> Arc<str> {
        match self {
            Self::Own(id) => Arc::clone(id),
            Self::Embedded(id, made) => Arc::clone(made.get_or_init(|| Arc::from(*id))),
        }
    }
}

impl Deref for RuleId {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Own(id) => id,
            Self::Embedded(id, _) => id,
        }
    }
}
