//! The rule pack that the binary carries: heads as the build wrote them down, logic and texts as JSON that is read when it is wanted.
//!
//! A start of hipaalint goes through all heads, so nothing is made of them until it is needed.

use super::meta::{RuleKind, RuleMeta};
use super::rule::{Rule, TargetName, Targets};
use crate::finding::{Level, RuleSeverity};
use std::ops::{Deref, Range};
use std::sync::OnceLock;

const LOGIC: &str = include_str!(concat!(env!("OUT_DIR"), "/logic.json"));
const PROSE: &str = include_str!(concat!(env!("OUT_DIR"), "/prose.json"));

// `static HEADS: [Head; …]`, sorted by id.
include!(concat!(env!("OUT_DIR"), "/heads.rs"));

/// The head of an embedded rule, and where the rest of it is.
#[derive(Debug)]
pub struct Head {
    pub(super) id: &'static str,
    title: &'static str,
    pub(super) level: Level,
    pub(super) severity: RuleSeverity,
    pub(super) kind: RuleKind,
    pub(super) profiles: &'static [&'static str],
    controls: &'static [&'static str],
    /// Tools with their names of the rule.
    aliases: &'static [(&'static str, &'static [&'static str])],
    /// What it looks at, as rule files write it.
    pub(super) targets: &'static [&'static str],
    /// The names of its parameters.
    pub(super) parameters: &'static [&'static str],
    logic: Range<usize>,
    prose: Range<usize>,
}

/// What is made of an embedded rule on demand, once for all sets of rules.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) meta: OnceLock<Box<RuleMeta>>,
    pub(super) targets: OnceLock<Box<Targets>>,
    pub(super) rule: OnceLock<Result<Box<Rule>, String>>,
}

/// The heads of all embedded rules, sorted by id, with what was made of each.
pub(super) fn heads() -> impl Iterator<Item = (&'static Head, &'static Made)> {
    static MADE: OnceLock<Vec<Made>> = OnceLock::new();
    HEADS.iter().zip(MADE.get_or_init(|| HEADS.iter().map(|_| Made::default()).collect()))
}

impl Head {
    /// The rule without its texts, as JSON.
    pub(super) fn logic(&self) -> &'static str {
        LOGIC.get(self.logic.clone()).unwrap_or_default()
    }

    /// Its texts, as JSON.
    pub(super) fn prose(&self) -> &'static str {
        PROSE.get(self.prose.clone()).unwrap_or_default()
    }
}

impl From<&'static Head> for RuleMeta {
    fn from(head: &'static Head) -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            id: head.id.to_owned(),
            title: head.title.to_owned(),
            level: head.level,
            severity: head.severity,
            kind: head.kind,
            profiles: texts(head.profiles),
            controls: texts(head.controls),
            aliases: head.aliases.iter().map(|(tool, names)| ((*tool).to_owned(), texts(names))).collect(),
        }
    }
}

impl From<&'static Head> for Targets {
    fn from(head: &'static Head) -> Self {
        // An invalid one fails in the logic, with a message.
        head.targets.iter().filter_map(|name| TargetName::try_from((*name).to_owned()).ok()).collect()
    }
}

/// A part of a rule's head: there already, or made of its head on demand.
#[derive(Debug)]
pub enum Lazy<T: 'static> {
    /// Of a user's own rule.
    Own(Box<T>),
    /// Of an embedded one.
    Embedded(EmbeddedIn<T>),
}

/// What is made of the head of an embedded rule.
#[derive(Debug)]
pub struct EmbeddedIn<T: 'static> {
    head: &'static Head,
    made: &'static OnceLock<Box<T>>,
}

impl<T> Lazy<T> {
    pub(super) fn of(head: &'static Head, made: &'static OnceLock<Box<T>>) -> Self {
        Self::Embedded(EmbeddedIn { head, made })
    }
}

impl<T: From<&'static Head>> Deref for Lazy<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Own(own) => own,
            Self::Embedded(EmbeddedIn { head, made }) => made.get_or_init(|| Box::new(T::from(head))),
        }
    }
}
