//! The entries of findings and exceptions as bytes, as the serializer writes those of [`super::finding_entry`] and
//! [`super::exception_entry`]. Nearly all of a report is such entries, so they are written directly, and what all findings of a rule have
//! in common is made once for each rule.

use super::super::pretty::{start_line, text};
use super::super::{Report, RuleReport, rule_address};
use crate::finding::{
    BaselineState, Dialect, Exception, ExceptionState, Finding, Fix, Origin, Outcome, Related, Subject, Suppression,
};
use crate::rules::meta::RuleProse;
use crate::source::Span;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The beginning of a field with a name in which nothing is special, at each depth that fields of entries have: what is before it in its
/// line is part of it, so that a field begins with one copy.
macro_rules! field {
    ($name:literal) => {
        &[
            concat!(",\n      \"", $name, "\": "),
            concat!(",\n        \"", $name, "\": "),
            concat!(",\n          \"", $name, "\": "),
            concat!(",\n            \"", $name, "\": "),
            concat!(",\n              \"", $name, "\": "),
            concat!(",\n                \"", $name, "\": "),
        ]
    };
}

/// A field as [`field`] makes it.
type Key = &'static [&'static str; 6];

/// How deep the entries are: in a list of the document.
pub(super) const DEPTH: usize = 2;

/// What the entries of findings have in common, by their rules.
#[derive(Default)]
pub(super) struct Written(FxHashMap<Arc<str>, OfRule>);

/// The fields of a rule's findings that are the same in all of them.
struct OfRule {
    /// The texts that they were made of: another configuration may have another rule of this name. None for a rule that is not in the
    /// report.
    prose: Option<Arc<RuleProse>>,
    head: Vec<u8>,
    controls: Vec<u8>,
}

impl OfRule {
    fn new(id: &str, rule: Option<&RuleReport<'_>>) -> Self {
        let (mut head, mut controls) = (Vec::new(), Vec::new());
        let mut object = Object::begin(&mut head, DEPTH);
        object.text(field!("rule"), id);
        object.optional(field!("title"), rule.map(|rule| rule.meta.title.as_str()));
        object.text(field!("url"), &rule_address(id));
        let some = |text: Key, of: fn(&RuleProse) -> &str| (text, rule.map(|rule| of(&rule.prose).trim()));
        for (key, value) in
            [some(field!("harm"), |prose| &prose.harm), some(field!("remediation"), |prose| &prose.remediation)]
        {
            object.optional(key, value.filter(|value| !value.is_empty()));
        }
        let mut object = Object { out: &mut controls, depth: DEPTH + 1, is_empty: false };
        object.texts(field!("controls"), rule.map_or(&[][..], |rule| &rule.meta.controls));
        Self { prose: rule.map(|rule| Arc::clone(&rule.prose)), head, controls }
    }

    fn is_of(&self, rule: Option<&RuleReport<'_>>) -> bool {
        match (&self.prose, rule) {
            (Some(prose), Some(rule)) => Arc::ptr_eq(prose, &rule.prose),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Written {
    /// Adds the entry of a finding.
    pub(super) fn finding(&mut self, out: &mut Vec<u8>, finding: &Finding, report: &Report<'_>) {
        let rule = report.rule(&finding.rule);
        let made = || OfRule::new(&finding.rule, rule);
        let known = self.0.entry(Arc::clone(&finding.rule)).or_insert_with(made);
        if !known.is_of(rule) {
            *known = made();
        }
        out.extend_from_slice(&known.head);
        let mut object = Object { out, depth: DEPTH + 1, is_empty: false };
        object.word(field!("level"), finding.level.name());
        object.word(field!("severity"), finding.severity.name());
        object.word(field!("outcome"), outcome(finding.outcome));
        object.text(field!("message"), &finding.message);
        object.optional(field!("when"), finding.when.as_deref());
        if let Some(advice) = &finding.advice {
            object.text(field!("advice"), advice);
        }
        object.text(field!("file"), report.source_name(finding.span.source));
        object.places(finding.span, report);
        object.text(field!("path"), &finding.path);
        object.list(field!("fixes"), finding.fix.as_deref(), |object, fix| fix_fields(object, fix, report));
        object.object(field!("subject"), |object| subject_fields(object, &finding.subject));
        object.list(field!("alike"), &finding.alike, subject_fields);
        object.out.extend_from_slice(&known.controls);
        object.list(field!("related"), &finding.related, |object, related| related_fields(object, related, report));
        match finding.baseline {
            Some(found) => object.word(field!("baseline"), state(found)),
            None => object.null(field!("baseline")),
        }
        if let Some(found) = finding.since {
            object.word(field!("since"), state(found));
        }
        match finding.suppression.as_deref() {
            None => object.null(field!("exception")),
            Some(suppression) => object.object(field!("exception"), |object| {
                suppression_fields(object, suppression, suppression.required_of(&finding.rule), report);
            }),
        }
        object.end();
    }
}

/// Adds the entry of an exception.
pub(super) fn exception(out: &mut Vec<u8>, exception: &Exception, report: &Report<'_>) {
    let mut object = Object::begin(out, DEPTH);
    object.word(field!("state"), exception_state(exception.state));
    object.number(field!("findings"), exception.findings);
    suppression_fields(&mut object, &exception.suppression, exception.suppression.required(), report);
    object.end();
}

fn suppression_fields<T: AsRef<str>>(
    object: &mut Object<'_>,
    suppression: &Suppression,
    required: impl IntoIterator<Item = T>,
    report: &Report<'_>,
) {
    object.text(field!("id"), &suppression.id);
    object.texts(field!("rules"), suppression.suppresses.iter().map(|suppressed| &*suppressed.rule));
    object.optional(field!("reason"), suppression.reason.as_deref());
    object.optional(field!("alternative"), suppression.alternative.as_deref());
    object.optional(field!("owner"), suppression.owner.as_deref());
    object.optional(field!("ticket"), suppression.ticket.as_deref());
    object.optional(field!("expires"), suppression.expires.map(|day| day.to_string()).as_deref());
    object.word(field!("dialect"), dialect(suppression.dialect));
    object.texts(field!("covers"), &suppression.covers);
    object.texts(field!("required"), required);
    object.origin(suppression.origin.as_deref());
    object.text(field!("file"), report.source_name(suppression.span.source));
    object.places(suppression.span, report);
}

fn subject_fields(object: &mut Object<'_>, subject: &Subject) {
    object.text(field!("section"), subject.section);
    object.text(field!("name"), &subject.name);
    object.optional(field!("type"), subject.resource_type.as_deref());
    object.optional(field!("construct"), subject.construct.as_deref());
    object.origin(subject.origin.as_deref());
}

fn fix_fields(object: &mut Object<'_>, fix: &Fix, report: &Report<'_>) {
    object.text(field!("title"), &fix.title);
    object.word(field!("applicability"), fix.applicability.name());
    object.optional(field!("note"), Some(fix.note.as_str()).filter(|note| !note.is_empty()));
    object.list(field!("edits"), &fix.edits, |object, edit| {
        object.places(edit.span, report);
        object.text(field!("text"), &edit.text);
    });
}

fn related_fields(object: &mut Object<'_>, related: &Related, report: &Report<'_>) {
    object.text(field!("message"), &related.message);
    object.text(field!("file"), report.source_name(related.span.source));
    object.places(related.span, report);
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fail => "fail",
        Outcome::Undecided => "undecided",
        Outcome::Pass => "pass",
    }
}

fn state(state: BaselineState) -> &'static str {
    match state {
        BaselineState::New => "new",
        BaselineState::Unchanged => "unchanged",
        BaselineState::Absent => "absent",
        BaselineState::Unjudged => "unjudged",
    }
}

fn exception_state(state: ExceptionState) -> &'static str {
    match state {
        ExceptionState::InForce => "in-force",
        ExceptionState::NotChecked => "not-checked",
        ExceptionState::Unused => "unused",
        ExceptionState::Expired => "expired",
        ExceptionState::WithoutReason => "without-reason",
        ExceptionState::UnknownRule => "unknown-rule",
        ExceptionState::Malformed => "malformed",
    }
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Metadata => "metadata",
        Dialect::Comment => "comment",
        Dialect::CfnGuard => "cfn-guard",
        Dialect::CfnNag => "cfn-nag",
        Dialect::Checkov => "checkov",
        Dialect::CdkNag => "cdk-nag",
        Dialect::Cdk => "cdk",
    }
}

/// An object that is being written, with the depth of its fields.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    depth: usize,
    is_empty: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut Vec<u8>, depth: usize) -> Self {
        out.push(b'{');
        Self { out, depth: depth + 1, is_empty: true }
    }

    /// Ends an object, which has fields.
    fn end(self) {
        start_line(self.out, self.depth.saturating_sub(1), true);
        self.out.push(b'}');
    }

    /// The beginning of a field. No field of an entry is deeper than those that [`field`] has.
    fn key(&mut self, key: Key) {
        let line = self.depth.checked_sub(DEPTH + 1).and_then(|below| key.get(below)).copied().unwrap_or_default();
        let is_first = std::mem::take(&mut self.is_empty);
        self.out.extend_from_slice(line.as_bytes().get(usize::from(is_first)..).unwrap_or_default());
    }

    fn null(&mut self, key: Key) {
        self.key(key);
        self.out.extend_from_slice(b"null");
    }

    fn text(&mut self, key: Key, value: &str) {
        self.key(key);
        text(self.out, value);
    }

    /// A text of ours in which nothing is special.
    fn word(&mut self, key: Key, value: &'static str) {
        self.key(key);
        self.out.push(b'"');
        self.out.extend_from_slice(value.as_bytes());
        self.out.push(b'"');
    }

    fn optional(&mut self, key: Key, value: Option<&str>) {
        match value {
            Some(value) => self.text(key, value),
            None => self.null(key),
        }
    }

    fn number(&mut self, key: Key, mut number: usize) {
        self.key(key);
        let mut digits = [b'0'; 20];
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789".get(number % 10).copied().unwrap_or_default();
            (number, length) = (number / 10, length + 1);
            if number == 0 {
                break;
            }
        }
        self.out.extend_from_slice(digits.get(digits.len() - length..).unwrap_or_default());
    }

    fn object(&mut self, key: Key, fields: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        let mut object = Object::begin(self.out, self.depth);
        fields(&mut object);
        object.end();
    }

    /// A list whose items are written by a function.
    fn items<T>(&mut self, key: Key, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Vec<u8>, usize, T)) {
        self.key(key);
        self.out.push(b'[');
        let mut is_empty = true;
        for value in items {
            start_line(self.out, self.depth + 1, std::mem::take(&mut is_empty));
            item(self.out, self.depth + 1, value);
        }
        if !is_empty {
            start_line(self.out, self.depth, true);
        }
        self.out.push(b']');
    }

    /// A list of objects.
    fn list<T>(&mut self, key: Key, items: impl IntoIterator<Item = T>, mut fields: impl FnMut(&mut Object<'_>, T)) {
        self.items(key, items, |out, depth, item| {
            let mut object = Object::begin(out, depth);
            fields(&mut object, item);
            object.end();
        });
    }

    /// A list of texts.
    fn texts<T: AsRef<str>>(&mut self, key: Key, texts: impl IntoIterator<Item = T>) {
        self.items(key, texts, |out, _, value| text(out, value.as_ref()));
    }

    fn origin(&mut self, origin: Option<&Origin>) {
        match origin {
            None => self.null(field!("origin")),
            Some(Origin { file, line, column, is_here: _ }) => self.object(field!("origin"), |object| {
                object.text(field!("file"), file);
                object.number(field!("line"), *line);
                object.number(field!("column"), *column);
            }),
        }
    }

    /// Start and end of a span; nothing where its source is not part of the report.
    fn places(&mut self, span: Span, report: &Report<'_>) {
        let places = report.source(span.source).map(|source| source.positions(span));
        let ends = [
            (field!("start"), span.start, places.map(|(start, _)| start)),
            (field!("end"), span.end, places.map(|(_, end)| end)),
        ];
        for (key, offset, position) in ends {
            match position {
                None => self.null(key),
                Some(position) => self.object(key, |object| {
                    object.number(field!("line"), position.line);
                    object.number(field!("column"), position.column);
                    object.number(field!("offset"), offset as usize);
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::super::pretty;
    use super::super::{exception_entry, finding_entry};
    use super::*;
    use crate::change::Edit;
    use crate::finding::{Applicability, Counts, Level, RuleSeverity, SuppressedRule};
    use crate::report::{Provenance, Summary};
    use crate::rules::load::RuleSet;
    use crate::source::{Source, SourceId};

    fn suppression(dialect: Dialect) -> Suppression {
        let rule = SuppressedRule {
            rule: "s3-bucket-versioning".into(),
            required: vec!["164.312(b)".to_owned(), "\"".to_owned()],
            addressable: Vec::new(),
        };
        Suppression {
            id: "x\ty".to_owned(),
            suppresses: vec![Arc::new(rule)],
            reason: Some("a \"reason\"".to_owned()),
            alternative: None,
            owner: Some(String::new()),
            ticket: None,
            expires: "2026-01-31".parse().ok(),
            dialect,
            span: Span::new(SourceId(1), 3, 9),
            origin: (dialect == Dialect::Cdk).then(origin),
            covers: vec!["Resources/A".to_owned()],
        }
    }

    fn origin() -> Arc<Origin> {
        Arc::new(Origin { file: "lib/app.ts".to_owned(), line: 1234, column: 0, is_here: true })
    }

    fn finding(outcome: Outcome, state: Option<BaselineState>, dialect: Dialect) -> Finding {
        let subject = Subject {
            section: "Resources",
            name: "A".to_owned(),
            resource_type: Some("AWS::S3::Bucket".to_owned()),
            construct: None,
            origin: state.map(|_| origin()),
            inside: None,
        };
        let fix = |applicability, edits: Vec<Edit>| Fix {
            title: "Set `A`".to_owned(),
            applicability,
            note: if edits.is_empty() { "Why".to_owned() } else { String::new() },
            on_deployed: String::new(),
            changes: Vec::new(),
            edits,
        };
        let edit = |start, end| Edit { span: Span::new(SourceId(1), start, end), text: "\n  b: é\u{1}".to_owned() };
        Finding {
            rule: "s3-bucket-versioning".into(),
            level: Level::Warning,
            severity: RuleSeverity::Critical,
            outcome,
            span: Span::new(SourceId(if state.is_some() { 1 } else { 7 }), 5, 14),
            path: "Resources/A/é".to_owned(),
            alike: if state.is_some() { vec![subject.clone(), subject.clone()] } else { Vec::new() },
            subject,
            message: "Not \\ so: \u{7f}".to_owned(),
            when: state.map(|_| "when".to_owned()),
            advice: state.map(|_| "advice".to_owned()),
            fix: match state {
                None => None,
                Some(BaselineState::New) => Some(Arc::new(fix(Applicability::Display, Vec::new()))),
                Some(_) => Some(Arc::new(fix(Applicability::Unsafe, vec![edit(0, 0), edit(3, 9)]))),
            },
            related: state
                .map(|_| Related { span: Span::new(SourceId(1), 2, 3), message: "here".to_owned() })
                .into_iter()
                .collect(),
            suppression: state.map(|_| Arc::new(suppression(dialect))),
            baseline: state,
            since: state,
        }
    }

    #[test]
    fn entries_are_those_of_the_serializer() {
        let sources = [Source::new(SourceId(1), "a \"b\".yaml", "a: 1\nbé: 2\n  c: 3\n")];
        let set = RuleSet::embedded();
        let entry = set.get("s3-bucket-versioning").unwrap();
        let rule = |prose| RuleReport { meta: &entry.meta, prose: Arc::new(prose), counts: Counts::default() };
        let (summary, provenance) = (Summary::default(), Provenance::default());
        let mut written = Written::default();
        // Rules of one name with other texts, or without a report, have their own.
        for rules in [vec![rule(entry.prose())], vec![], vec![rule(RuleProse::default())]] {
            let report = Report {
                sources: &sources,
                findings: &[],
                suppressed: &[],
                shows_suppressed: false,
                is_fixing: false,
                unshown: &[],
                absent: &[],
                exceptions: &[],
                diagnostics: &[],
                today: None,
                rules: &rules,
                controls: &[],
                summary: &summary,
                provenance: &provenance,
            };
            let states = [None, Some(BaselineState::New), Some(BaselineState::Unchanged), Some(BaselineState::Absent)];
            for (state, outcome) in
                states.into_iter().zip([Outcome::Fail, Outcome::Undecided, Outcome::Pass, Outcome::Fail])
            {
                let finding = finding(outcome, state, Dialect::Metadata);
                let (mut own, mut expected) = (Vec::new(), Vec::new());
                written.finding(&mut own, &finding, &report);
                pretty::append(&mut expected, &finding_entry(&finding, &report), DEPTH).unwrap();
                assert_eq!(String::from_utf8(own).unwrap(), String::from_utf8(expected).unwrap());
            }
            let states = [
                (ExceptionState::InForce, Dialect::Metadata),
                (ExceptionState::NotChecked, Dialect::Comment),
                (ExceptionState::Unused, Dialect::CfnGuard),
                (ExceptionState::Expired, Dialect::CfnNag),
                (ExceptionState::WithoutReason, Dialect::Checkov),
                (ExceptionState::UnknownRule, Dialect::CdkNag),
                (ExceptionState::Malformed, Dialect::Cdk),
            ];
            for (findings, (state, dialect)) in states.into_iter().enumerate() {
                let one = Exception { suppression: Arc::new(suppression(dialect)), state, findings: findings * 99 };
                let (mut own, mut expected) = (Vec::new(), Vec::new());
                exception(&mut own, &one, &report);
                pretty::append(&mut expected, &exception_entry(&one, &report), DEPTH).unwrap();
                assert_eq!(String::from_utf8(own).unwrap(), String::from_utf8(expected).unwrap());
            }
        }
    }
}
