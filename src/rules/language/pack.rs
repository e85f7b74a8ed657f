//! The rule pack that the binary carries: heads as the build wrote them down, logic and texts packed, to be read when they are
//! wanted.
//!
//! A start of hipaalint goes through all heads, so nothing is made of them until it is needed.

use super::lists::PROFILES;
use super::meta::{RuleKind, RuleMeta};
use super::name_hash::{name_hash, pair_hash};
use super::packed;
use super::target::{TargetName, Targets};
use crate::finding::{Level, RuleSeverity};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

const PACK: &str = include_str!(concat!(env!("OUT_DIR"), "/pack.txt"));
/// WebAssembly has none: what shows or runs them is in no page, and they are a seventh of the module.
const EXAMPLES: &str =
    if cfg!(target_family = "wasm") { "" } else { include_str!(concat!(env!("OUT_DIR"), "/examples.json")) };

// `static HEADS: [Head; …]`, sorted by id; `static BY_TARGET: &[(&str, &[u16])]`: the rules that name a target, as places among the
// heads; `static TARGET_HASHES: &[u64]`: the hashes of the targets, by which both are sorted; `static GENERAL: &[&str]`: those of them that are no single types of resources. `static NAMES: &str`: tools
// and their names of rules, each pair on a line; `static BY_NAME: &[(u64, u32, u32, u16)]`, sorted: the hash of each pair, where its line
// is, and a rule that has the name; `static TOOLS: &[&str]`: the tools.
include!(concat!(env!("OUT_DIR"), "/heads.rs"));

/// What every run asks of every built-in rule, and where the rest of it is.
#[derive(Debug)]
pub struct Head {
    pub(super) id: &'static str,
    pub(super) level: Level,
    pub(super) severity: RuleSeverity,
    pub(super) kind: RuleKind,
    /// A bit for each of [`PROFILES`] that selects it.
    profiles: u8,
    pub(super) is_about_exceptions: bool,
    meta: Place,
    logic: Place,
    prose: Place,
    fixes: Place,
    examples: Place,
}

/// Where a part of a rule is in its blob: the bytes from here to there.
#[derive(Debug)]
struct Place(u32, u32);

impl Place {
    fn of(&self, blob: &'static str) -> &'static str {
        let Self(start, end) = *self;
        blob.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The heads of all embedded rules, sorted by id.
pub(super) fn heads() -> &'static [Head] {
    &HEADS
}

/// A head by its place among the [`heads`].
pub(super) fn head_at(place: usize) -> Option<&'static Head> {
    HEADS.get(place)
}

/// The embedded rules that name a target, such as `AWS::S3::Bucket`, as rule files write it: places among the [`heads`], sorted.
pub(super) fn with_target(name: &str) -> &'static [u16] {
    let hash = name_hash(name);
    let first = TARGET_HASHES.partition_point(|known| *known < hash);
    let known = TARGET_HASHES.get(first..).unwrap_or_default().iter().zip(BY_TARGET.get(first..).unwrap_or_default());
    let mut same = known.take_while(|(known, _)| **known == hash).map(|(_, entry)| entry);
    same.find(|(target, _)| *target == name).map_or(&[], |(_, rules)| rules)
}

/// The targets that embedded rules name and that are no single types of resources: `any`, `AWS::RDS::*`.
pub(super) fn general<'a>() -> impl Iterator<Item = &'a str> {
    GENERAL.iter().copied()
}

/// The tools whose names of rules the embedded rules have.
pub fn tools() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().copied()
}

/// The embedded rules with a name in a tool, as exceptions look names up: places among the [`heads`], sorted.
pub(super) fn with_alias<'n>(tool: &'n str, name: &'n str) -> impl Iterator<Item = usize> + use<'n> {
    let hash = pair_hash(tool, name);
    let first = BY_NAME.partition_point(|(known, ..)| *known < hash);
    let same = BY_NAME.get(first..).unwrap_or_default().iter().take_while(move |(known, ..)| *known == hash);
    same.filter(move |(_, start, end, _)| {
        let line = NAMES.get(*start as usize..*end as usize);
        line.and_then(|line| line.split_once('\t')) == Some((tool, name))
    })
    .map(|(.., rule)| usize::from(*rule))
}

/// A text of the pack as what it is, a part of the binary; none for any other text. So what refers to it can be kept.
pub(super) fn in_pack(text: &str) -> Option<&'static str> {
    let start = text.as_ptr().addr().checked_sub(PACK.as_ptr().addr())?;
    PACK.get(start..start.checked_add(text.len())?)
}

/// What of a head only some runs ask.
#[derive(Deserialize)]
struct PackedMeta<'p> {
    title: String,
    #[serde(default)]
    controls: Vec<String>,
    #[serde(default)]
    aliases: BTreeMap<String, Vec<String>>,
    #[serde(borrow)]
    targets: Vec<&'p str>,
}

impl Head {
    /// Whether a profile selects it.
    pub(super) fn is_in(&self, profile: &str) -> bool {
        let place = PROFILES.iter().position(|name| *name == profile);
        place.is_some_and(|place| self.profiles & 1 << place != 0)
    }

    /// The rule without its head and texts, packed.
    pub(super) fn logic(&self) -> &'static str {
        self.logic.of(PACK)
    }

    /// Its fixes, packed; empty if it has none.
    pub(super) fn fixes(&self) -> &'static str {
        self.fixes.of(PACK)
    }

    /// Its texts, packed.
    pub(super) fn prose(&self) -> &'static str {
        self.prose.of(PACK)
    }

    /// Its examples, as JSON.
    pub(super) fn examples(&self) -> &'static str {
        self.examples.of(EXAMPLES)
    }

    /// The rest of its head. The tests check that every one can be read.
    fn meta(&self) -> PackedMeta<'static> {
        packed::read(self.meta.of(PACK)).unwrap_or_else(|_| PackedMeta {
            title: String::new(),
            controls: Vec::new(),
            aliases: BTreeMap::new(),
            targets: Vec::new(),
        })
    }
}

impl From<&'static Head> for RuleMeta {
    fn from(head: &'static Head) -> Self {
        let PackedMeta { title, controls, aliases, .. } = head.meta();
        Self {
            id: head.id.to_owned(),
            title,
            level: head.level,
            severity: head.severity,
            kind: head.kind,
            profiles: PROFILES.iter().filter(|name| head.is_in(name)).map(|name| (*name).to_owned()).collect(),
            controls,
            aliases,
        }
    }
}

impl From<&'static Head> for Targets {
    fn from(head: &'static Head) -> Self {
        // An invalid one fails in the logic, with a message.
        head.meta().targets.into_iter().filter_map(|name| TargetName::of(Cow::Borrowed(name)).ok()).collect()
    }
}

/// A part of a rule's head: there already, or made of its head on demand.
#[derive(Clone, Debug)]
pub enum Lazy<T: 'static> {
    /// Of a user's own rule.
    Own(Box<T>),
    /// Of an embedded one.
    Embedded(EmbeddedIn<T>),
}

/// What is made of the head of an embedded rule.
#[derive(Clone, Debug)]
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
