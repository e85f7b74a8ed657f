//! `fix:` of a rule or check: what in a template changes so that a finding is gone, as data. Read when a fix is asked for, not before:
//! most runs show none. Which place of a template is meant, `linter::fixes` finds.

mod pattern;
pub(super) mod slip;

use super::assertion::{Assertion, Related};
use super::operand::Operand;
use super::packed;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::OnceLock;

pub use pattern::{Fields, FixPath, Found, Pattern, Places};

/// What a rule says of its fixes.
#[derive(Clone, Debug, Default)]
pub struct Recipes {
    packed: &'static str,
    read: OnceLock<Box<ByCheck>>,
}

/// The fixes of a rule, and those of its checks that have their own.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ByCheck {
    #[serde(default)]
    own: Many<Recipe>,
    #[serde(default)]
    checks: Vec<Option<Many<Recipe>>>,
}

impl Recipes {
    /// Those of a built-in rule.
    pub(super) fn packed(packed: &'static str) -> Self {
        Self { packed, read: OnceLock::new() }
    }

    /// Those of a rule that was read: its own, and those of each check.
    pub(super) fn of(own: Many<Recipe>, checks: Vec<Option<Many<Recipe>>>) -> Self {
        Self { packed: "", read: Box::new(ByCheck { own, checks }).into() }
    }

    fn read(&self) -> &ByCheck {
        self.read.get_or_init(|| match self.packed {
            "" => Box::default(),
            // A test holds that every one can be read. A rule without a fix reports all the same.
            packed => packed::read(packed).unwrap_or_default(),
        })
    }

    /// Those for findings of a check, by its place in the rule: the first that fits is taken.
    pub fn of_check(&self, index: usize) -> &[Recipe] {
        let ByCheck { own, checks } = self.read();
        checks.get(index).and_then(Option::as_ref).unwrap_or(own)
    }

    /// The rule's own, for checks that do not have any.
    pub fn own(&self) -> &[Recipe] {
        &self.read().own
    }

    /// Those that a check has of its own.
    pub fn only_of_check(&self, index: usize) -> &[Recipe] {
        self.read().checks.get(index).and_then(Option::as_ref).map_or(&[], |all| all)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Recipe> {
        let ByCheck { own, checks } = self.read();
        let all = own.iter().chain(checks.iter().flatten().flat_map(|all| all.iter()));
        all.flat_map(Recipe::parts)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    /// What of a built-in rule cannot be read.
    ///
    /// # Errors
    /// If its type does not take it.
    pub fn readable(&self) -> Result<(), String> {
        match self.packed {
            "" => Ok(()),
            packed => packed::read::<ByCheck>(packed).map(drop).map_err(|error| error.to_string()),
        }
    }
}

/// One or several of something.
#[derive(Clone, Debug)]
pub struct Many<T>(Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = Many<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map or a list of maps")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                let one = T::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Many(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Many<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Many(all))
            }
        }

        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

/// A fix of a rule's findings.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// What the fix does, as a command without a period. Without it, one is made of the changes. Placeholder: `{resource}`.
    pub title: Option<String>,
    /// `safe` if anyone may apply the fix: it changes the resource in place, and deletes, denies, restarts and costs nothing.
    /// Without it, `unsafe`. Every value that a safe fix sets is on a reviewed list.
    #[serde(default)]
    pub applicability: Limit,
    /// What the fix costs, denies, deletes or reaches, or what to do after it, as sentences. Placeholder: `{resource}`.
    #[serde(default)]
    pub note: String,
    /// The fix is for resources for which this is surely true, wherever they fail. Without it, for all.
    pub when: Option<Assertion>,
    /// The fix is for resources for which this is surely true in each deployment that has them, also where nothing is wrong with them:
    /// with every value that a parameter may have. For changes that only some deployments can bear.
    pub when_always: Option<Assertion>,
    /// The fix is not for resources for which this is surely true, wherever they fail: what AWS would refuse. Where only some values of a
    /// parameter make it true, the fix is offered.
    pub unless: Option<Assertion>,
    /// The fix is not for resources for which this is surely true in any deployment that has them, also where nothing is wrong with them:
    /// what would stop there.
    pub unless_ever: Option<Assertion>,
    /// Values to set: a map of paths to values. What is absent is added.
    #[serde(default)]
    pub set: Places,
    /// Values to set only where the template has another value.
    #[serde(default)]
    pub replace: Places,
    /// Values that become the last items of lists: a map of paths to values. An absent list is made; a single value becomes the
    /// first item of one.
    #[serde(default)]
    pub append: Places,
    /// Values to remove: a list of paths.
    #[serde(default)]
    pub remove: Vec<FixPath>,
    /// Items of lists that have a name: the item with the same name gets the values; if there is none, the item is added.
    #[serde(default)]
    pub put: Many<Put>,
    /// Properties to set to a customer managed key: the only `AWS::KMS::Key` of the template, or a new one.
    #[serde(default)]
    pub customer_key: Vec<FixPath>,
    /// The keys of the tags that the resource needs. A tag that is absent is added with the value of `tags` in the configuration, else
    /// with the one that the other resources of the template have.
    pub tags: Option<Operand>,
    /// The changes are of a related resource instead of the one that the finding is about.
    #[serde(default, rename = "in")]
    pub within: Option<Within>,
    /// Explicit names get a parameter of the template at their end: that of this resource or, of a rule on the template, all names.
    /// It is the parameter of the rule that names the template's. A parameter that the template does not declare is added, empty by
    /// default, so that names stay what they are.
    pub suffix_names: Option<String>,
    /// The resource becomes one of another type, with another logical ID: CloudFormation does not change the type of a resource.
    pub becomes: Option<Becomes>,
    /// New resources.
    #[serde(default)]
    pub add: Many<Addition>,
    /// What has to be changed with it, such as the resource itself next to a related one. Without one of these parts, nothing is.
    #[serde(default)]
    pub and: Vec<Recipe>,
}

/// What a resource becomes. `set`, `append` and `put` are of the new type, `remove` of the old one.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Becomes {
    /// Its logical ID. A number is added if the template has the name already. Placeholder: `{resource}`.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Who may apply a fix at most.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Anyone.
    Safe,
    /// A person who has read it.
    #[default]
    Unsafe,
}

/// A related resource to change.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Its possible types. The fix is for templates that have exactly one such resource.
    pub types: Vec<String>,
    /// Its property that refers to the resource of the finding.
    pub via: Option<FixPath>,
    /// The property of the finding's resource that refers to it.
    pub from: Option<FixPath>,
    /// The resource that is changed is in turn related to that one.
    pub then: Option<Box<Within>>,
}

/// An item of a list of named items.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Put {
    /// The list.
    #[serde(rename = "in")]
    pub list: FixPath,
    /// The key that names an item: `Key`.
    pub by: String,
    /// The item.
    pub item: Pattern,
}

/// A new resource.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// Its logical ID. A number is added if the template has the name already. Placeholders: `{resource}`, `{item}`, `{item-name}`.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `DeletionPolicy` and others.
    #[serde(default)]
    pub attributes: Fields,
    /// Its properties.
    #[serde(default)]
    pub properties: Fields,
}

impl Recipe {
    /// The paths that get a value, with it: those of `set`, `replace` and `append`.
    pub fn places(&self) -> impl Iterator<Item = (&'static str, &FixPath, &Pattern)> {
        let keyed = [("set", &self.set), ("replace", &self.replace), ("append", &self.append)];
        keyed.into_iter().flat_map(|(key, places)| places.0.iter().map(move |(path, value)| (key, path, value)))
    }

    /// Every value in it.
    pub fn patterns<'p>(&'p self, visit: &mut impl FnMut(&'p Pattern)) {
        self.places().for_each(|(_, _, value)| value.each(visit));
        self.put.iter().for_each(|put| put.item.each(visit));
        for addition in self.add.iter() {
            let fields = addition.attributes.0.iter().chain(&addition.properties.0);
            fields.for_each(|(_, value)| value.each(visit));
        }
    }

    /// The resources that `added` means in it, if it follows a part that adds some.
    pub fn added_after<'p>(&'p self, before: &'p [Addition]) -> &'p [Addition] {
        if self.add.is_empty() { before } else { &self.add }
    }

    /// The assertions that decide whether it fits.
    pub fn whens(&self) -> impl Iterator<Item = &Assertion> {
        self.parts()
            .flat_map(|part| part.when.iter().chain(&part.when_always).chain(&part.unless).chain(&part.unless_ever))
    }

    /// The fix, and what has to be changed with it.
    pub fn parts(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.and)
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.places().next().is_none()
            && self.remove.is_empty()
            && self.put.is_empty()
            && self.customer_key.is_empty()
            && self.becomes.is_none()
            && self.suffix_names.is_none()
            && self.tags.is_none()
            && self.add.is_empty()
    }
}

/// Related resources as assertions have them, for the same question.
impl Within {
    /// Whether it has no property that refers, or two.
    fn is_unclear(&self) -> bool {
        self.via.is_some() == self.from.is_some() || self.then.as_deref().is_some_and(Self::is_unclear)
    }

    /// The question of an assertion, if the other resource refers to this one.
    pub fn related(&self) -> Option<Related> {
        let via = self.via.as_ref()?.path.clone();
        Some(Related { types: self.types.clone(), via, named: None, mentions: false, surely: false })
    }
}
