//! What a cloud assembly of the AWS CDK tells about the constructs of one template, besides the template itself: the construct of
//! each logical id, the place in the program that made it, the rules that the program acknowledged, and the templates of nested
//! stacks among its assets.

use crate::finding::Origin;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a construct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Construct {
    /// Its path: `App/Records/Resource`.
    pub path: String,
    /// The template that it is in; none where the assembly does not tell the templates of a stack apart.
    pub template: Option<Arc<str>>,
    /// Where the program made it.
    pub origin: Option<Arc<Origin>>,
}

/// A rule that the program acknowledged on a construct, which holds for everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The path of the construct.
    pub path: String,
    /// The rule, as the CDK keeps it: `HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled`.
    pub rule: String,
    /// The reason.
    pub reason: String,
    /// Where the program acknowledges it.
    pub origin: Option<Arc<Origin>>,
}

impl Acknowledgement {
    /// The order of paths and rules.
    pub(crate) fn in_order(&self, other: &Self) -> Ordering {
        (&self.path, &self.rule).cmp(&(&other.path, &other.rule))
    }
}

/// The constructs of a stack and of the stacks nested in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackConstructs {
    /// By logical id; several where templates of nested stacks have the same.
    pub by_name: BTreeMap<String, Vec<Construct>>,
    /// What the program acknowledged, in the order of paths and rules.
    pub acknowledged: Vec<Acknowledgement>,
    /// The paths of the stacks, by the names of their templates.
    pub templates: BTreeMap<String, String>,
    /// The files of the assembly by the hash that their addresses end in.
    pub assets: BTreeMap<String, String>,
}

/// The constructs of one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constructs {
    /// Those of its stack.
    pub stack: Arc<StackConstructs>,
    /// The name of the template in the assembly.
    pub template: String,
}

impl StackConstructs {
    /// The same with further acknowledgements.
    #[must_use]
    pub fn acknowledging(&self, further: &[Acknowledgement]) -> Self {
        let mut own = self.clone();
        own.acknowledged.extend_from_slice(further);
        own.acknowledged.sort_by(Acknowledgement::in_order);
        own
    }
}

/// Letters of the hash that an asset is named by.
const HASH_LETTERS: usize = 64;

impl Constructs {
    /// The construct that a resource of the template was made for.
    pub fn of(&self, logical_id: &str) -> Option<&Construct> {
        let of_name = self.stack.by_name.get(logical_id)?;
        of_name.iter().find(|construct| construct.template.as_deref().is_none_or(|template| template == self.template))
    }

    /// The path of the stack that deploys the template.
    pub fn stack_path(&self) -> Option<&str> {
        self.stack.templates.get(&self.template).map(String::as_str)
    }

    /// The same for the template of a nested stack.
    #[must_use]
    pub fn nested(&self, template: &str) -> Self {
        Self { stack: Arc::clone(&self.stack), template: template.to_owned() }
    }

    /// The file that an address in the bucket of assets is a copy of, by the hash in it.
    pub fn asset(&self, address: &str) -> Option<&str> {
        let mut words = address.split(|letter: char| !letter.is_ascii_hexdigit());
        let file = words.find_map(|word| self.stack.assets.get(word).filter(|_| word.len() == HASH_LETTERS));
        file.map(String::as_str)
    }
}

/// Whether a construct is another one, or in it.
pub fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn paths_are_compared_step_by_step() {
        for (path, outer, within) in
            [("App/A/B", "App/A", true), ("App/A", "App/A", true), ("App/AB", "App/A", false), ("App", "", true)]
        {
            assert_eq!(is_within(path, outer), within, "{path} in {outer}");
        }
    }

    #[test]
    fn assets_are_found_by_their_hash() {
        let hash = "5".repeat(HASH_LETTERS);
        let assets = BTreeMap::from([(hash.clone(), "Nested.json".to_owned()), ("short".to_owned(), "x".to_owned())]);
        let stack = Arc::new(StackConstructs { assets, ..StackConstructs::default() });
        let constructs = Constructs { stack, template: "App.json".to_owned() };
        assert_eq!(constructs.asset(&format!("https://bucket/{hash}.json")), Some("Nested.json"));
        assert_eq!(constructs.asset(&format!("/{hash}5.json")), None);
        assert_eq!(constructs.asset("/short.json"), None);
    }
}
