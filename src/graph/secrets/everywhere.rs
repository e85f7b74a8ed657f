//! One search through a whole template, which serves every block and what no report may show.

use super::literal::{Extent, LiteralSecret};
use super::literals::literal_secrets;
use super::places::Sections;
use crate::eval::Run;
use crate::eval::reads::Sought;
use crate::eval::value::{Field, Kind, Value};
use crate::expand::{Block, Model};
use crate::source::Span;
use crate::syntax::Node;
use std::borrow::Cow;

/// Where secrets may be written in the entries of a section; of sections that are not listed, anywhere.
const SECTIONS: [(&str, &[&str]); 3] = [
    ("Resources", &["Properties", "Metadata"]),
    ("Outputs", &["Value"]),
    ("Parameters", &["Default", "AllowedValues"]),
];

/// Finds the secrets that are written out in a template's tree, or in one that a template includes, with their paths from its root. Their
/// texts are put together of the sections of a template.
pub(super) fn secrets_of_tree<'t>(root: &'t Node<'t>, of: Sections<'t>) -> Vec<LiteralSecret> {
    secrets_of_known(root, of, None)
}

/// The same of the tree of a model, which may know of resources that they are without.
fn secrets_of_known<'t>(root: &'t Node<'t>, of: Sections<'t>, model: Option<&Model<'_, 't>>) -> Vec<LiteralSecret> {
    let mut found = Vec::new();
    let mut search = |way: &[&str], name: &str, node: &'t Node<'t>, names_lists: bool| {
        let before = found.len();
        found.extend(literal_secrets(name, node, of, names_lists).into_iter().map(|secret| {
            let (path, own) = (way.join("/"), secret.path.as_str());
            let steps = [path.as_str(), own].into_iter().filter(|step| !step.is_empty());
            LiteralSecret { path: steps.collect::<Vec<_>>().join("/"), ..secret }
        }));
        found.len() == before
    };
    let Some(sections) = root.as_mapping() else {
        search(&[], "", root, false);
        return found;
    };
    for section in sections {
        let entries = section.value.as_mapping().unwrap_or_default();
        match SECTIONS.iter().find(|(name, _)| *name == section.key) {
            Some((name, keys)) => {
                for block in entries {
                    let resource = model.filter(|_| *name == "Resources").and_then(|model| model.plain(block));
                    if resource.is_some_and(|(reads, place)| reads.is_without(place, Sought::Secrets)) {
                        continue;
                    }
                    let known = block.value.as_mapping().unwrap_or_default();
                    let known = known.iter().filter(|entry| keys.contains(&entry.key.as_ref()));
                    // The author of a custom resource chooses the names of its properties, and puts texts into lists as well.
                    let kind = block.value.get("Type").and_then(Node::as_str).unwrap_or_default();
                    let is_custom = kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource";
                    let (mut has_any, mut is_without) = (false, true);
                    for entry in known {
                        has_any = true;
                        // An output's value is what the output is called.
                        let name = if *name == "Outputs" { &block.key } else { &entry.key };
                        is_without &= search(&[&section.key, &block.key, &entry.key], name, &entry.value, is_custom);
                    }
                    // A loop, or what a macro takes.
                    if !has_any && block.key.starts_with("Fn::") {
                        is_without &= search(&[&section.key, &block.key], "", &block.value, false);
                    }
                    if let Some((reads, place)) = resource.filter(|_| is_without) {
                        reads.know_without(place, Sought::Secrets);
                    }
                }
            }
            None => {
                search(&[&section.key], &section.key, &section.value, false);
            }
        }
    }
    found
}

/// The secrets that are written out in a block below one of these keys, in every branch of every condition, with their paths from the
/// template's root.
pub fn secrets_of_block<'t>(
    run: &mut Run<'_, 't>,
    model: &Model<'_, 't>,
    block: &Block<'t>,
    below: &[String],
) -> Vec<LiteralSecret> {
    let all = secrets_of_template(run, model);
    let items = all.map_or(&[][..], Value::items);
    let mut found = Vec::new();
    if items.is_empty() {
        return found;
    }
    for key in below {
        let path =
            [block.path().as_str(), key].iter().filter(|step| !step.is_empty()).copied().collect::<Vec<_>>().join("/");
        let path_of = |item: &Value<'_>| item.get(PATH).and_then(Value::text).unwrap_or_default().into_owned();
        let first = items.partition_point(|item| path_of(item).as_str() < path.as_str());
        let group = items.iter().skip(first).take_while(|item| path_of(item).starts_with(&path));
        let is_below = |item: &&Value<'_>| {
            let item = path_of(item);
            item.len() == path.len() || item.as_bytes().get(path.len()) == Some(&b'/')
        };
        found.extend(group.filter(is_below).filter_map(decoded).filter(|secret| secret.extent != Extent::Part));
    }
    found
}

/// All secrets of the template that comes to be, by their paths. Remembered, and nearly always none.
pub(super) fn secrets_of_template<'m, 't>(run: &mut Run<'m, 't>, model: &Model<'_, 't>) -> Option<&'m Value<'t>> {
    let template = model.evaluator.template;
    run.remembered(template.root, "secrets that are written out", |_| {
        let mut found = secrets_of_known(template.root, Sections::of(template.root), Some(model));
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Some(value(Span::default(), Kind::List(found.into_iter().map(encoded).collect())))
    })
}

const PATH: &str = "path";
const NAME: &str = "name";
const WHAT: &str = "what";
const LINE: &str = "line";
const LINE_OF: &str = "line of";
const WRITTEN: &str = "written";
const ELSEWHERE: &str = "elsewhere";
const EXPOSED: &str = "exposed";
const PART: &str = "part";
const PERHAPS: &str = "perhaps";
const UNREAD: &str = "unread";

fn value<'t>(span: Span, kind: Kind<'t>) -> Value<'t> {
    Value { span, kind }
}

fn text<'t>(span: Span, text: String) -> Value<'t> {
    value(span, Kind::String(Cow::Owned(text)))
}

/// A secret as a value, which is what a run remembers.
fn encoded<'t>(secret: LiteralSecret) -> Value<'t> {
    let field = |key: &'static str, value| Field { key: Cow::Borrowed(key), key_span: Span::default(), value };
    let written = secret.written.into_iter().map(|(span, part)| text(span, part)).collect();
    let mut fields = vec![
        field(PATH, text(Span::default(), secret.path)),
        field(NAME, text(Span::default(), secret.name)),
        field(WHAT, text(Span::default(), secret.what.into_owned())),
        field(WRITTEN, value(Span::default(), Kind::List(written))),
    ];
    if let Some((line, of)) = secret.line {
        fields.push(field(LINE, text(Span::default(), line.to_string())));
        fields.push(field(LINE_OF, text(Span::default(), of)));
    }
    let extent = match secret.extent {
        Extent::Whole => None,
        Extent::Perhaps => Some(PERHAPS),
        Extent::Unread => Some(UNREAD),
        Extent::Exposed => Some(EXPOSED),
        Extent::Part => Some(PART),
    };
    fields.extend(extent.map(|extent| field(extent, text(Span::default(), String::new()))));
    fields.extend(secret.elsewhere.map(|span| field(ELSEWHERE, text(span, String::new()))));
    value(secret.span, Kind::Map(fields))
}

/// The secret that [`encoded`] made a value of.
pub(super) fn decoded(item: &Value<'_>) -> Option<LiteralSecret> {
    let text = |key: &str| item.get(key).and_then(Value::text).map(Cow::into_owned);
    let line = text(LINE).and_then(|line| line.parse().ok());
    let written = item.get(WRITTEN).map(Value::items).unwrap_or_default();
    Some(LiteralSecret {
        span: item.span,
        path: text(PATH)?,
        name: text(NAME)?,
        what: Cow::Owned(text(WHAT)?),
        extent: [
            (PERHAPS, Extent::Perhaps),
            (UNREAD, Extent::Unread),
            (EXPOSED, Extent::Exposed),
            (PART, Extent::Part),
        ]
        .into_iter()
        .find_map(|(key, extent)| item.get(key).map(|_| extent))
        .unwrap_or(Extent::Whole),
        line: line.zip(text(LINE_OF)),
        written: written.iter().filter_map(|part| Some((part.span, part.text()?.into_owned()))).collect(),
        elsewhere: item.get(ELSEWHERE).map(|value| value.span),
    })
}
