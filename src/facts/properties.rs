//! The names of the properties that resource types have, at every depth: to see which are misspelled, and what was meant.
//!
//! A template asks for the same few maps again and again, so each thread keeps those that it has read. What a property can be is
//! the subject of [`schema`](super::schema).

use super::resource_types::facts_of;
use super::schema::TEXT;
use super::sorted_text::parts;
use foldhash::HashMap;
use memchr::{memchr, memchr_iter};
use std::cell::RefCell;
use std::rc::Rc;

/// The names of a resource type's properties. Maps inside them are numbered, in the order in which the line of `data/schemas.txt`
/// has them.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Properties {
    /// Where its line begins, behind the name of the type.
    place: usize,
}

/// A map with properties: the whole resource, or one inside it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Map(usize);

/// What a property has below it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Below {
    /// No names that are known: a scalar, a list of scalars, or anything.
    Nothing,
    /// A map with properties, inside so many lists and maps with free keys.
    Properties(Map, usize),
}

/// The names of one map, in order, with what is below each. Before each are its first letters, in which most names differ: as a number
/// they are compared at once.
#[derive(Clone, Debug)]
pub struct Names(Rc<[(u64, &'static str, Below)]>);

impl Properties {
    /// The map that is the resource's `Properties`.
    pub const TOP: Map = Map(0);

    /// Of a resource type (`AWS::S3::Bucket`), if it is known.
    pub fn of(resource_type: &str) -> Option<Self> {
        facts_of(resource_type).properties
    }

    /// From the words that `data/resource-types.txt` has for a type: the one with `@`.
    pub(super) fn from_words(words: &str) -> Option<Self> {
        let place = words.split(' ').find_map(|word| word.strip_prefix('@'))?;
        Some(Self { place: place.parse().ok()? })
    }

    /// The names that a map has.
    pub fn names(self, map: Map) -> Names {
        thread_local! {
            static KNOWN: RefCell<HashMap<(usize, usize), Names>> = RefCell::default();
        }
        KNOWN.with_borrow_mut(|known| known.entry((self.place, map.0)).or_insert_with(|| self.read(map)).clone())
    }

    fn read(self, map: Map) -> Names {
        let rest = TEXT.get(self.place..).unwrap_or_default();
        let line = memchr(b'\n', rest.as_bytes()).map_or(rest, |end| rest.get(..end).unwrap_or_default());
        // Some types have hundreds of maps: those before are passed over many bytes at a time.
        let mut ends = memchr_iter(b';', line.as_bytes());
        let start = match map.0.checked_sub(1) {
            None => Some(0),
            Some(before) => ends.nth(before).map(|end| end + 1),
        };
        let end = ends.next().unwrap_or(line.len());
        let object = start.and_then(|start| line.get(start..end)).unwrap_or_default();
        Names(parts(object, b',').filter_map(|field| field.split_once(':')).map(name).collect())
    }
}

/// A name, and what is below it: nothing of `Name:s`, an object of `Name:[2`.
fn name((name, node): (&'static str, &'static str)) -> (u64, &'static str, Below) {
    let number = node.trim_start_matches(['[', '<']);
    let below = match number.parse() {
        Ok(map) => Below::Properties(Map(map), node.len() - number.len()),
        Err(_) => Below::Nothing,
    };
    (first_letters(name), name, below)
}

/// The first eight bytes of a name as a number that is in the same order as the names.
fn first_letters(name: &str) -> u64 {
    let bytes = name.as_bytes();
    bytes.first_chunk().map_or_else(
        || {
            let mut eight = [0; 8];
            eight.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
            u64::from_be_bytes(eight)
        },
        |eight| u64::from_be_bytes(*eight),
    )
}

impl Names {
    /// What is below a property of this name; none if the map has no such property.
    pub fn get(&self, name: &str) -> Option<Below> {
        let first = first_letters(name);
        let index = self.0.binary_search_by(|(own, known, _)| own.cmp(&first).then_with(|| (*known).cmp(name))).ok()?;
        self.0.get(index).map(|(.., below)| *below)
    }

    /// The names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(_, name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn properties_are_found_at_every_depth() {
        let bucket = Properties::of("AWS::S3::Bucket").unwrap();
        let below = |map, name: &str| match bucket.names(map).get(name) {
            Some(Below::Properties(map, depth)) => (map, depth),
            other => panic!("{name}: {other:?}"),
        };
        let (encryption, depth) = below(Properties::TOP, "BucketEncryption");
        assert_eq!(depth, 0);
        let (rule, depth) = below(encryption, "ServerSideEncryptionConfiguration");
        assert_eq!(depth, 1, "a list");
        let (default, _) = below(rule, "ServerSideEncryptionByDefault");
        assert_eq!(bucket.names(default).get("KMSMasterKeyID"), Some(Below::Nothing));
        assert_eq!(bucket.names(default).get("KMSMasterKeyId"), None);
        assert_eq!(bucket.names(default).iter().collect::<Vec<_>>(), ["KMSMasterKeyID", "SSEAlgorithm"]);
        assert_eq!(bucket.names(Properties::TOP).get("BucketName"), Some(Below::Nothing));
        for absent in ["", "A", "Bucket", "BucketNam", "BucketNameX", "WebsiteURLs", "zzz"] {
            assert_eq!(bucket.names(Properties::TOP).get(absent), None, "{absent}");
        }
        assert!(Properties::of("AWS::S3::Buckets").is_none());
    }

    #[test]
    fn every_name_is_found_and_leads_to_a_map() {
        let mut open = Vec::new();
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            let (kind, rest) = line.split_once(' ').unwrap();
            let Some(properties) = Properties::of(kind) else {
                open.push(kind);
                continue;
            };
            // The last part has the paths that only AWS writes.
            let maps = rest.split(';').count() - 1;
            for map in (0..maps).map(Map) {
                let names = properties.names(map);
                for name in names.iter() {
                    match names.get(name) {
                        Some(Below::Properties(Map(below), _)) => assert!(below < maps, "{name}: {line}"),
                        Some(Below::Nothing) => {}
                        None => panic!("{name} is not found: {line}"),
                    }
                }
            }
        }
        assert_eq!(open, ["AWS::CDK::Metadata", "AWS::CloudFormation::CustomResource"]);
    }
}
