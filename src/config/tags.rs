//! `tags` of a configuration: the values with which fixes add tags that are missing.

use super::ConfigReader;
use crate::change::Value;
use crate::source::Span;
use crate::syntax::Node;

/// The limits of a tag, and what its key cannot begin with.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>, and for the
/// number <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html>, 2026-11.
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;
const MAX_TAGS: usize = 50;
const RESERVED: &str = "aws:";

/// How a value is written.
const HELP: &str = "Write a text, `!Ref PARAMETER`, or `!Sub` with parameters.";

impl ConfigReader<'_> {
    /// The keys of tags with their values.
    pub(super) fn tags(&mut self, node: &Node<'_>) -> Vec<(String, Value)> {
        let mut tags = Vec::new();
        for entry in self.entries(node, "`tags`", "Write one `Key: value` on each line, such as `Owner: care`.") {
            if tags.len() == MAX_TAGS {
                let help = "A resource cannot have more tags.".to_owned();
                self.problem(entry.key_span, format!("`tags` has more than {MAX_TAGS} tags"), help);
                break;
            }
            let key = entry.key.as_ref();
            if let Some((what, help)) = wrong_key(key) {
                self.problem(entry.key_span, format!("the key of a tag {what}"), help.to_owned());
                continue;
            }
            if let Some(value) = self.tag(key, &entry.value) {
                tags.push((key.to_owned(), value));
            }
        }
        tags
    }

    fn tag(&mut self, key: &str, node: &Node<'_>) -> Option<Value> {
        let what = format!("the value of the tag `{key}`");
        if let Some(text) = node.scalar_text() {
            return self.tag_text(&what, &text, node.span).then(|| Value::String(text.into_owned()));
        }
        let Some([call]) = node.as_mapping() else {
            self.unexpected(node, &what, "a text", HELP);
            return None;
        };
        let argument = call.value.as_str();
        match (call.key.as_ref(), argument) {
            ("Ref", Some("AWS::NoValue")) => {
                self.problem(node.span, format!("{what} cannot be `AWS::NoValue`"), HELP.to_owned());
                None
            }
            (name @ ("Ref" | "Fn::Sub"), Some(text)) if !text.trim().is_empty() => {
                (self.tag_text(&what, text, call.value.span)
                    && (name == "Ref" || self.refers_to_parameters(&what, text, call.value.span)))
                .then(|| Value::Map(vec![(call.key.to_string(), Value::String(text.to_owned()))]))
            }
            (name @ ("Ref" | "Fn::Sub"), _) => {
                self.unexpected(&call.value, &format!("`{name}` of the tag `{key}`"), "a text", HELP);
                None
            }
            (name, _) => {
                self.problem(call.key_span, format!("{what} cannot be computed by `{name}`"), HELP.to_owned());
                None
            }
        }
    }

    /// Whether a tag can have a text.
    fn tag_text(&mut self, what: &str, text: &str, span: Span) -> bool {
        let (problem, help) = if text.chars().count() > MAX_VALUE {
            (format!("{what} is longer than {MAX_VALUE} characters"), "AWS allows no longer one.")
        } else if text.contains("{{resolve:") {
            let help = "Everyone who can list the resource can read its tags.";
            (format!("{what} cannot be a dynamic reference"), help)
        } else {
            return true;
        };
        self.problem(span, problem, help.to_owned());
        false
    }

    /// Whether the text of `Fn::Sub` refers to parameters alone: the attribute of a resource is not the value of a tag everywhere.
    fn refers_to_parameters(&mut self, what: &str, text: &str, span: Span) -> bool {
        let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.trim());
        match names.filter(|name| !name.starts_with('!')).find(|name| name.contains('.') || name.is_empty()) {
            None => true,
            Some(name) => {
                self.problem(span, format!("{what} refers to `{name}`, which is not a parameter"), HELP.to_owned());
                false
            }
        }
    }
}

/// What is wrong with a key, and what to do.
fn wrong_key(key: &str) -> Option<(&'static str, &'static str)> {
    if key.trim().is_empty() {
        return Some(("is empty", "Write one `Key: value` on each line."));
    }
    if key.chars().count() > MAX_KEY {
        return Some(("is longer than 128 characters", "AWS allows no longer one."));
    }
    let is_reserved = key.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED));
    is_reserved.then_some(("cannot begin with `aws:`", "AWS reserves these keys for its own tags."))
}
