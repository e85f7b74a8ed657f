//! What is known of a deployment besides the template's own text: pinned parameters, what a parent stack passes on, and what
//! other stacks export.

use super::constraints::{Refusal, refusal};
use super::value::shorten;
use crate::source::Span;
use crate::syntax::Node;
use crate::template;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// What other templates of the run share.
    pub shared: Arc<Shared>,
    /// Whether the template has a part of what is deployed: then there may be resources that it does not have.
    pub is_part: bool,
}

/// What the templates of a run share with other stacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// The values of their exports: export name to text.
    pub exports: BTreeMap<String, String>,
    /// The outputs of those whose stack has a known name: names of the stack and of the output to the values, one for each stack.
    pub outputs: BTreeMap<(String, String), Vec<Output>>,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The account of the stack, if it is known.
    pub account: Option<String>,
    /// Its Region, if it is known.
    pub region: Option<String>,
    /// The value, if it is known.
    pub value: Option<String>,
}

impl Shared {
    /// Whether nothing is shared.
    pub fn is_empty(&self) -> bool {
        self.exports.is_empty() && self.outputs.is_empty()
    }

    /// The output of a stack in an account and a Region, which may be unknown; none where several stacks may be meant that have
    /// different values.
    pub fn output(&self, name: &(String, String), account: Option<&str>, region: Option<&str>) -> Option<&str> {
        let may_be =
            |known: Option<&str>, wanted: Option<&str>| known.zip(wanted).is_none_or(|(one, other)| one == other);
        let meant =
            |output: &&Output| may_be(output.account.as_deref(), account) && may_be(output.region.as_deref(), region);
        let mut values = self.outputs.get(name)?.iter().filter(meant).map(|output| output.value.as_deref());
        let first = values.next()??;
        values.all(|value| value == Some(first)).then_some(first)
    }
}

/// What a parent stack gives to a parameter of a nested one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// One of these texts, depending on the parent's own choices; the first where those keep their defaults. At least one.
    Texts(Vec<String>),
    /// Something that the parent's template does not show.
    Unknown,
}

/// A value that a parameter of the template does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The parameter.
    pub parameter: String,
    /// The value; none if it is a secret.
    pub value: Option<String>,
    /// Whether a parent stack passes it. Otherwise the user pinned it.
    pub is_given: bool,
    /// Why CloudFormation refuses it.
    refusal: Refusal,
}

impl Refused {
    /// Where the template declares the constraint.
    pub fn span(&self) -> Span {
        self.refusal.span
    }

    /// Hides the value, and those that the template lists.
    pub fn hide(&mut self) {
        self.value = None;
    }

    /// What CloudFormation refuses, and why: one sentence without a period.
    pub fn sentence(&self) -> String {
        let value =
            self.value.as_ref().map_or("the value".to_owned(), |value| format!("the value `{}`", shorten(value)));
        let reason = self.refusal.reason(self.value.is_some());
        let from = if self.is_given { " that a parent stack passes" } else { "" };
        format!("CloudFormation refuses {value}{from} for parameter `{}`: {reason}", self.parameter)
    }
}

impl From<Pinned> for Inputs {
    fn from(pinned: Pinned) -> Self {
        Self { pinned, ..Self::default() }
    }
}

impl Inputs {
    /// The inputs without the values that the parameters of a template do not accept, and those values. `is_secret` decides whether
    /// the values of a parameter with some name are secrets, which are not repeated.
    pub fn accepted_by<'a>(
        &'a self,
        root: &Node<'_>,
        is_secret: impl Fn(&str) -> bool,
    ) -> (Cow<'a, Self>, Vec<Refused>) {
        let mut accepted = Cow::Borrowed(self);
        let mut all_refused = Vec::new();
        for entry in root.get("Parameters").and_then(Node::as_mapping).unwrap_or_default() {
            let parameter = template::parameter(entry);
            let name = parameter.name;
            let mut accepts = |value: &str, is_given: bool| {
                let found = refusal(&parameter, value);
                let is_shown = !parameter.no_echo && !is_secret(name);
                let refused = found.map(|refusal| Refused {
                    parameter: name.to_owned(),
                    value: is_shown.then(|| value.to_owned()),
                    is_given,
                    refusal,
                });
                let accepts = refused.is_none();
                all_refused.extend(refused);
                accepts
            };
            match &self.given {
                None => {
                    if self.pinned.get(name).is_some_and(|value| !accepts(value, false)) {
                        accepted.to_mut().pinned.remove(name);
                    }
                }
                Some(given) => {
                    let Some(Given::Texts(texts)) = given.get(name) else { continue };
                    let left: Vec<String> = texts.iter().filter(|text| accepts(text, true)).cloned().collect();
                    if left.len() < texts.len()
                        && let Some(given) = &mut accepted.to_mut().given
                    {
                        let left = if left.is_empty() { Given::Unknown } else { Given::Texts(left) };
                        given.insert(name.to_owned(), left);
                    }
                }
            }
        }
        (accepted, all_refused)
    }

    /// Whether a parameter that has a default is sure to have it.
    pub fn leaves(&self, name: &str) -> bool {
        self.given.as_ref().is_none_or(|given| !given.contains_key(name))
    }

    /// Whether a parent stack passes a value for a parameter.
    pub fn passes(&self, name: &str) -> bool {
        self.given.as_ref().is_some_and(|given| given.contains_key(name))
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
