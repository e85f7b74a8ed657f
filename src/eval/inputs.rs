//! What is known of a deployment besides the template's own text: pinned parameters, what a parent stack passes on, and what
//! other stacks export.

use std::collections::BTreeMap;

/// Values that the user pinned: parameter name (or `AWS::Region`) to value.
pub type Pinned = BTreeMap<String, String>;

/// All that is known of one template's deployment. Empty where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Pinned parameters and pseudo parameters. Of a nested stack only the latter count.
    pub pinned: Pinned,
    /// What the parent stack gives to each parameter; some for nested stacks alone, whose other parameters keep their
    /// defaults.
    pub given: Option<BTreeMap<String, Given>>,
    /// The values of exports that other templates of the run make: export name to text.
    pub exports: BTreeMap<String, String>,
}

/// What a parent stack gives to a parameter of a nested one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// One of these texts, depending on the parent's own choices; the first where those keep their defaults. At least one.
    Texts(Vec<String>),
    /// Something that the parent's template does not show.
    Unknown,
}

impl From<Pinned> for Inputs {
    fn from(pinned: Pinned) -> Self {
        Self { pinned, ..Self::default() }
    }
}

impl Inputs {
    /// Whether a parameter that has a default is sure to have it.
    pub fn leaves(&self, name: &str) -> bool {
        self.given.as_ref().is_none_or(|given| !given.contains_key(name))
    }

    /// The one value that a parameter or pseudo parameter is sure to have, whatever its default.
    pub fn fixed(&self, name: &str) -> Option<&str> {
        match &self.given {
            Some(given) if !name.starts_with("AWS::") => match given.get(name) {
                Some(Given::Texts(texts)) => match texts.as_slice() {
                    [only] => Some(only),
                    _ => None,
                },
                _ => None,
            },
            _ => self.pinned.get(name).map(String::as_str),
        }
    }
}
