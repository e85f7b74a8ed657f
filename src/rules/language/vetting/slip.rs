//! What is wrong with a rule, and what was probably meant.

use super::place::Place;
use crate::suggest::nearest;

/// Something that a rule names and that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Where it is in the rule file.
    pub place: Place,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Whether the schemas lack it, which may be older than the rule.
    pub may_be_newer: bool,
}

impl Slip {
    /// What to do if the rule is right.
    pub fn help(&self) -> &'static str {
        if self.may_be_newer { "If CloudFormation has it, add it to `newer-than-schemas` of the rule." } else { "" }
    }
}

/// The result for a rule.
#[derive(Clone, Debug, Default)]
pub struct Vetted {
    /// What does not exist, each once, in the order of the file's parts.
    pub slips: Vec<Slip>,
    /// Properties that were looked up.
    pub properties: usize,
    /// Values that were compared with those that a property can have.
    pub values: usize,
}

/// The name that was probably meant: the nearest one, or the shortest that contains what was written.
pub(super) fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    /// Shorter pieces are in many names.
    const LEAST: usize = 4;
    let lower = name.to_ascii_lowercase();
    let same = || known.clone().find(|each| each.eq_ignore_ascii_case(name));
    let containing = || {
        let has = |each: &&str| name.len() >= LEAST && each.to_ascii_lowercase().contains(&lower);
        known.clone().filter(has).min_by_key(|each| each.len())
    };
    same().or_else(|| nearest(name, known.clone())).or_else(containing)
}

/// `; did you mean …?`, if there is a name that was probably meant.
pub(super) fn did_you_mean(meant: Option<impl AsRef<str>>) -> String {
    meant.map_or_else(String::new, |meant| format!("; did you mean `{}`?", meant.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn names_are_guessed_from_their_letters_and_their_parts() {
        let known = ["BucketEncryption", "BucketName", "VersioningConfiguration", "ObjectLockEnabled"];
        let guess = |name| meant(name, known.iter().copied());
        assert_eq!(guess("bucketName"), Some("BucketName"));
        assert_eq!(guess("BucketNmae"), Some("BucketName"));
        assert_eq!(guess("Versioning"), Some("VersioningConfiguration"));
        assert_eq!(guess("Encryption"), Some("BucketEncryption"));
        assert_eq!(guess("Tag"), None);
        assert_eq!(guess("Lifecycle"), None);
    }
}
