//! What a template has: for those who ask whether something that is not found any more was looked at, or is gone.

use super::Keep;
use super::Linter;
use crate::expand::Model;
use crate::finding::Subject;
use std::collections::BTreeSet;

/// The blocks of a template and of those inside of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// The property that a template is inside of, or nothing, and the qualified name of a block in it.
    names: BTreeSet<(String, String)>,
    /// The types of resources that may be there as well, but are not known.
    hidden: BTreeSet<String>,
    /// Whether these may be of any type.
    hides_any: bool,
}

impl Blocks {
    pub(super) fn of(model: &Model<'_, '_>) -> Self {
        let all = model.resources().iter().chain(&model.parameters).chain(&model.outputs).chain([model.whole()]);
        let names = all.map(|block| (String::new(), block.subject().qualified_name())).collect();
        match model.hidden() {
            Some(hidden) => {
                Self { names, hidden: hidden.types().map(str::to_owned).collect(), hides_any: hidden.is_of_any_type() }
            }
            None => Self { names, hides_any: true, ..Self::default() },
        }
    }

    /// Adds those of a template inside of a property.
    pub(super) fn add_inside(&mut self, path: &str, inner: Self) {
        let outer = |inside: String| if inside.is_empty() { path.to_owned() } else { format!("{path}/{inside}") };
        self.names.extend(inner.names.into_iter().map(|(inside, name)| (outer(inside), name)));
        self.hidden.extend(inner.hidden);
        self.hides_any |= inner.hides_any;
    }

    /// Adds those of the same text in another deployment.
    pub(crate) fn add(&mut self, other: Self) {
        self.names.extend(other.names);
        self.hidden.extend(other.hidden);
        self.hides_any |= other.hides_any;
    }

    /// Whether what a finding is about is there, or may be.
    pub fn may_have(&self, subject: &Subject) -> bool {
        let has = |inside: &str, name: String| self.names.contains(&(inside.to_owned(), name));
        let may_be_hidden = || match &subject.resource_type {
            Some(kind) => self.hides_any || self.hidden.contains(kind),
            None => false,
        };
        match subject.inside.as_deref() {
            None => has("", subject.qualified_name()) || may_be_hidden(),
            // A template that cannot be read has no blocks.
            Some(inside) if !self.names.iter().any(|(own, _)| own == inside) => {
                let outer: Vec<&str> = inside.splitn(3, '/').take(2).collect();
                has("", outer.join("/"))
            }
            Some(inside) => has(inside, subject.qualified_name()) || may_be_hidden(),
        }
    }
}

impl Linter {
    /// The same linter, which keeps how every check ended and what a template has, and makes no fixes.
    #[must_use]
    pub fn witness(&self) -> Self {
        let keep = Keep { undecided: true, passed: true, blocks: true, fixes: super::Fixes::None, ..Keep::default() };
        Self {
            rules: self.rules.clone(),
            selected: self.selected.clone(),
            positions: self.positions.clone(),
            general: self.general.clone(),
            about_exceptions: self.about_exceptions.clone(),
            companions: self.companions.clone(),
            inputs: self.inputs.clone(),
            keep,
            today: self.today,
            profile: self.profile.clone(),
            newer_than_schemas: self.newer_than_schemas.clone(),
            ..Self::default()
        }
    }
}
