//! The shapes of what assessment results list, and texts fit for them. Empty lists are left out: OSCAL allows none.

use crate::oscal::model::{Link, Property};
use crate::report::prose::{Piece, code_pieces};
use crate::report::text::{MAX_MESSAGE, one_line, shorten};
use serde::Serialize;

/// A text from a template as OSCAL's markup, which is CommonMark: outside of code, nothing in it is a mark, an element or the insertion of
/// a parameter. Unlike comments on GitHub, it keeps addresses as they are.
pub(super) fn markup(text: &str) -> String {
    let line = one_line(text, true);
    let mut markup = String::new();
    for piece in code_pieces(&shorten(&line, MAX_MESSAGE, true)) {
        match piece {
            Piece::Code(code) => push_code(&mut markup, code),
            other => push_text(&mut markup, other.text()),
        }
    }
    markup
}

fn push_text(markup: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '^' | '{' | '}' | '!' | '#' | '$' => {
                markup.push('\\');
                markup.push(c);
            }
            c => markup.push(c),
        }
    }
}

/// A code span, whose fence is longer than any run of backticks inside (CommonMark 6.1).
fn push_code(markup: &mut String, code: &str) {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if code.starts_with('`') || code.ends_with('`') || code.trim().is_empty() { " " } else { "" };
    [&fence, pad, code, pad, &fence].iter().for_each(|part| markup.push_str(part));
}

/// A property with a text from a template: one line, without blanks at its ends. None if nothing is left.
pub(super) fn property(name: &'static str, text: &str) -> Option<Property> {
    let line = one_line(text, true);
    let line = shorten(line.trim(), MAX_MESSAGE, true);
    (!line.is_empty()).then(|| Property::own(name, line.as_ref()))
}

/// A file in the back matter.
#[derive(Serialize)]
pub(super) struct Resource {
    pub(super) uuid: String,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) rlinks: Vec<ResourceLink>,
}

#[derive(Serialize)]
pub(super) struct ResourceLink {
    pub(super) href: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) hashes: Vec<Hash>,
}

#[derive(Serialize)]
pub(super) struct Hash {
    pub(super) algorithm: &'static str,
    pub(super) value: String,
}

/// What was assessed, or what assessed it.
#[derive(Serialize)]
pub(super) struct Component {
    pub(super) uuid: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) props: Vec<Property>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) links: Vec<Link>,
    pub(super) status: Status,
}

#[derive(Serialize)]
pub(super) struct Status {
    pub(super) state: &'static str,
}

/// A rule on a template.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Observation {
    pub(super) uuid: String,
    pub(super) title: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
    pub(super) methods: [&'static str; 1],
    pub(super) types: [&'static str; 1],
    pub(super) origins: [Origin; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) subjects: Vec<Subject>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relevant_evidence: Vec<Evidence>,
    pub(super) collected: String,
}

/// Who observed it: hipaalint.
#[derive(Serialize)]
pub(super) struct Origin {
    actors: [Actor; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Actor {
    #[serde(rename = "type")]
    kind: &'static str,
    actor_uuid: String,
}

/// The origin of everything here.
pub(super) fn origins() -> [Origin; 1] {
    [Origin { actors: [Actor { kind: "tool", actor_uuid: crate::oscal::component_uuid() }] }]
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Subject {
    pub(super) subject_uuid: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) title: String,
}

#[derive(Serialize)]
pub(super) struct Evidence {
    pub(super) href: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) props: Vec<Property>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedObservation {
    pub(super) observation_uuid: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedRisk {
    pub(super) risk_uuid: String,
}

/// An exception.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Risk {
    pub(super) uuid: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) statement: String,
    pub(super) props: Vec<Property>,
    pub(super) status: &'static str,
    pub(super) origins: [Origin; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mitigating_factors: Vec<MitigatingFactor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_observations: Vec<RelatedObservation>,
}

#[derive(Serialize)]
pub(super) struct MitigatingFactor {
    pub(super) uuid: String,
    pub(super) description: String,
}

/// A rule, with the state of its objective.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Finding {
    pub(super) uuid: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) props: Vec<Property>,
    pub(super) origins: [Origin; 1],
    pub(super) target: Target,
    pub(super) related_observations: Vec<RelatedObservation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_risks: Vec<RelatedRisk>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Target {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) target_id: String,
    pub(super) status: TargetStatus,
}

#[derive(Serialize)]
pub(super) struct TargetStatus {
    pub(super) state: &'static str,
    pub(super) reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remarks: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::{markup, property};

    #[test]
    fn texts_are_texts() {
        let cases = [
            ("a <b>c</b> & d", "a &lt;b&gt;c&lt;/b&gt; &amp; d"),
            (
                "my_bucket *x* [y](z) {{ insert: param, p }}",
                "my\\_bucket \\*x\\* \\[y\\](z) \\{\\{ insert: param, p \\}\\}",
            ),
            ("data@example.com, https://a.example", "data@example.com, https://a.example"),
            ("see `a|b_c` now", "see `a|b_c` now"),
            ("two\nlines", "two lines"),
        ];
        for (text, expected) in cases {
            assert_eq!(markup(text), expected);
        }
    }

    #[test]
    fn values_of_properties_are_one_line() {
        let value =
            |text| property("a", text).and_then(|property| serde_json::to_value(property).ok()?.get("value").cloned());
        assert_eq!(value(" a\n b "), Some("a  b".into()));
        assert!(property("a", " \n ").is_none());
    }
}
