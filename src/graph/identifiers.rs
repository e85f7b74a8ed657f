//! Texts of a template that identify a patient: what the Privacy Rule calls an identifier (45 CFR 164.514(b)(2)), in a name, a
//! tag or a description that is shown to everyone who can view the account.
//!
//! `patient-records` is a purpose and no patient. Where a text is ambiguous, it is not an identifier: an alarm that is wrong
//! once is not read twice.

use super::marks::{Bytes, Marks};
use super::references::in_braces;
use crate::expression::Expression;
use crate::source::Span;
use crate::syntax::{Kind, Node};

/// A text that identifies a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// The text.
    pub span: Span,
    /// From the node that was searched to the text, `/` between steps.
    pub path: String,
    /// What it is: "a Social Security number".
    pub what: &'static str,
}

/// Whether what stands under a key is code or a document of its own: nothing below it is searched.
fn is_passed_over(key: &str) -> bool {
    matches!(
        key,
        "AWS::CloudFormation::Init"
            | "AWS::CloudFormation::Interface"
            | "AllowedPattern"
            | "AssumeRolePolicyDocument"
            | "Body"
            | "BuildSpec"
            | "Definition"
            | "DefinitionString"
            | "FunctionCode"
            | "InlineCode"
            | "KeyPolicy"
            | "PolicyDocument"
            | "TemplateBody"
            | "UserData"
            | "ZipFile"
    )
}

static SOCIAL_SECURITY: Expression = Expression::new(
    r"(?:^|[^0-9A-Za-z-]|[^0-9]-)(?P<area>\d{3})-(?P<group>\d{2})-(?P<serial>\d{4})(?:$|[^0-9A-Za-z-]|-[^0-9])",
);
static RECORD_NUMBER: Expression =
    Expression::new(r"(?i)(?:^|[^a-z0-9])(?:mrn|medical[-_ ]?record[-_ ]?(?:number|no))(?:[-_:=# ]*\d{4,}|=[^=])");
static BIRTH_DATE: Expression = Expression::new(
    r"(?i)(?:^|[^a-z0-9])(?:dob|birth[-_ ]?date|date[-_ ]?of[-_ ]?birth)(?:=|[-_: \
                      ]+(?:(?:19|20)\d\d|\d\d?[-/]\d\d?[-/]))",
);
static NAMED_PATIENT: Expression = Expression::new(
    r"(?i)(?:^|[^a-z0-9])(?:patient|beneficiary|insured)[-_/ .]+(?P<given>[a-z]{2,})[-_ \
                      .](?P<family>[a-z]{2,})[-_/ \
                      .]+(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?:$|[^0-9])",
);
static NUMBERED_PATIENT: Expression = Expression::new(
    r"(?i)(?:^|[^a-z0-9])patient[-_ ]?(?:(?:id|no|number)[-_:=# ]*|[=#])(?P<number>\d{4,})(?:$|[^0-9])",
);
/// Names of parameters that take who a patient is, in lower case and without underscores.
const PARAMETERS: [&str; 14] = [
    "dateofbirth",
    "dob",
    "medicalrecordnumber",
    "mrn",
    "patientdob",
    "patientfirstname",
    "patientid",
    "patientlastname",
    "patientmrn",
    "patientname",
    "patientnumber",
    "patientssn",
    "socialsecuritynumber",
    "ssn",
];

/// Words that stand after "patient" where the whole is a purpose and the date that of a backup or a version.
const PURPOSES: [&str; 44] = [
    "access",
    "admin",
    "analytics",
    "api",
    "app",
    "archive",
    "audit",
    "backend",
    "backup",
    "backups",
    "batch",
    "billing",
    "bucket",
    "cache",
    "care",
    "claims",
    "data",
    "database",
    "db",
    "dev",
    "events",
    "export",
    "extract",
    "files",
    "frontend",
    "history",
    "images",
    "import",
    "index",
    "intake",
    "logs",
    "portal",
    "prod",
    "queue",
    "record",
    "records",
    "report",
    "reports",
    "service",
    "staging",
    "store",
    "table",
    "test",
    "uploads",
];

/// The bytes of which one is in each text that identifies a person, or names a parameter: digits, `=`, `$`.
static BYTES: Bytes = Bytes::new(&[b"0123456789", b"=", b"$"]);
const DIGIT_OR_EQUALS: u8 = 0b011;
const DOLLAR: u8 = 0b100;

/// What a text is, if it identifies a person, given which bytes it holds.
fn identified(text: &str, held: u8) -> Option<&'static str> {
    // Nearly every text holds none of these, and no expression is compiled for it.
    let bytes = text.as_bytes();
    if bytes.len() < SHORTEST || held & DIGIT_OR_EQUALS == 0 {
        return None;
    }
    let digits: u32 = bytes.iter().map(|byte| u32::from(byte.is_ascii_digit())).sum();
    if digits >= 9 && social_security_number(text) {
        return Some("a Social Security number");
    }
    let met = FINDER.met(bytes);
    let names_any = |from: usize, to: usize| met & Marks::last_of(&WORDS, from, to) != 0;
    let matches = |expression: &Expression| expression.is_match(text) == Some(true);
    if met == 0 {
        None
    } else if names_any(0, 2) && matches(&RECORD_NUMBER) {
        Some("a medical record number")
    } else if names_any(2, 4) && matches(&BIRTH_DATE) {
        Some("a date of birth")
    } else if digits >= 8 && names_any(4, 7) && named_patient(text) {
        Some("a patient's name and date of birth")
    } else if digits >= 4 && names_any(4, 5) && matches(&NUMBERED_PATIENT) {
        Some("a patient number")
    } else {
        None
    }
}

/// Words of which one is in each text that [`identified`] knows by its words.
const WORDS: [&[u8]; 7] = [b"mrn", b"medical", b"dob", b"birth", b"patient", b"beneficiary", b"insured"];

static FINDER: Marks = Marks::new(&WORDS, true);

/// The length of the shortest text that identifies a person, `dob=`.
const SHORTEST: usize = 4;

/// Whether a text has the form of a Social Security number in it.
fn has_its_form(text: &str) -> bool {
    text.as_bytes().windows(11).any(|part| {
        let is_right =
            |(at, byte): (usize, &u8)| if matches!(at, 3 | 6) { *byte == b'-' } else { byte.is_ascii_digit() };
        part.iter().enumerate().all(is_right)
    })
}

/// Whether a text holds a number that the Social Security Administration may have given out: no area 000, 666 or from 900 on, no
/// group 00, no serial number 0000.
fn social_security_number(text: &str) -> bool {
    if !has_its_form(text) {
        return false;
    }
    let Some(regex) = SOCIAL_SECURITY.regex() else { return false };
    regex.captures_iter(text).any(|found| {
        let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
        !matches!(part("area"), "000" | "666")
            && !part("area").starts_with('9')
            && part("group") != "00"
            && part("serial") != "0000"
    })
}

fn named_patient(text: &str) -> bool {
    let Some(regex) = NAMED_PATIENT.regex() else { return false };
    regex.captures_iter(text).any(|found| {
        let is_purpose = |name: &str| {
            found.name(name).is_some_and(|word| PURPOSES.contains(&word.as_str().to_ascii_lowercase().as_str()))
        };
        !is_purpose("given") && !is_purpose("family")
    })
}

/// Finds the texts in a node that identify a person, in every branch of every condition, and the parameters whose values will.
/// `more` are expressions of the user's own.
pub fn identifiers<'t>(node: &'t Node<'t>, more: &[Expression]) -> Vec<Identifier> {
    let mut search = Search { more, found: Vec::new() };
    search.node(node, None);
    search.found
}

/// A walk through a block. The parsers bound its depth.
struct Search<'e> {
    more: &'e [Expression],
    found: Vec<Identifier>,
}

/// The way from the node that is searched to a place below it: its last step, and those before. Hardly any is ever looked at.
struct Way<'w> {
    before: Option<&'w Way<'w>>,
    step: Step<'w>,
}

enum Step<'w> {
    Key(&'w str),
    Index(usize),
}

impl Search<'_> {
    fn node(&mut self, node: &Node<'_>, before: Option<&Way<'_>>) {
        match &node.kind {
            Kind::Mapping(entries) => {
                for entry in entries.iter().filter(|entry| !is_passed_over(&entry.key)) {
                    let way = Some(&Way { before, step: Step::Key(&entry.key) });
                    match &entry.value.kind {
                        Kind::String(name) if entry.key == "Ref" => self.parameter(name, entry.value.span, way),
                        Kind::String(text) => self.text(text, entry.value.span, way),
                        Kind::Mapping(_) | Kind::Sequence(_) => self.node(&entry.value, way),
                        Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
                    }
                }
            }
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, Some(&Way { before, step: Step::Index(index) }));
                }
            }
            Kind::String(text) => self.text(text, node.span, before),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, span: Span, way: Option<&Way<'_>>) {
        // Nearly all texts hold none of these.
        let held = BYTES.met(text.as_bytes());
        if held == 0 && self.more.is_empty() {
            return;
        }
        let own = || self.more.iter().any(|expression| expression.is_match(text) == Some(true));
        if let Some(what) =
            identified(text, held).or_else(|| own().then_some("a value that matches one of your patterns"))
        {
            self.found(what, span, way);
        }
        if held & DOLLAR != 0 {
            in_braces(text).for_each(|name| self.parameter(name, span, way));
        }
    }

    /// A name that is used: of a parameter that takes who the patient is.
    fn parameter(&mut self, name: &str, span: Span, way: Option<&Way<'_>>) {
        // Nearly all names begin otherwise.
        if !matches!(
            name.trim_start_matches('_').bytes().next(),
            Some(b'd' | b'D' | b'm' | b'M' | b'p' | b'P' | b's' | b'S')
        ) {
            return;
        }
        let plain = || name.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
        if PARAMETERS.iter().any(|known| plain().eq(known.bytes())) {
            self.found("a parameter that identifies a patient", span, way);
        }
    }

    fn found(&mut self, what: &'static str, span: Span, way: Option<&Way<'_>>) {
        if self.found.last().is_some_and(|last| last.span == span) {
            return;
        }
        let ways = std::iter::successors(way, |way| way.before);
        let mut steps: Vec<String> = ways
            .map(|way| match way.step {
                Step::Key(key) => key.to_owned(),
                Step::Index(index) => index.to_string(),
            })
            .collect();
        steps.reverse();
        self.found.push(Identifier { span, path: steps.join("/"), what });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::SourceId;

    fn identifies(text: &str) -> Option<&'static str> {
        identified(text, BYTES.met(text.as_bytes()))
    }

    #[test]
    fn what_identifies_a_patient() {
        for (text, what) in [
            ("123-45-6789", "a Social Security number"),
            ("records-123-45-6789", "a Social Security number"),
            ("ssn 123-45-6789, 1 of 2", "a Social Security number"),
            ("MRN12345678", "a medical record number"),
            ("exports/mrn-004711/", "a medical record number"),
            ("medical_record_number=4711", "a medical record number"),
            ("dob=", "a date of birth"),
            ("dob-1970-01-31", "a date of birth"),
            ("Date of birth: 1/31/1970", "a date of birth"),
            ("patient-john-smith-1970-01-31", "a patient's name and date of birth"),
            ("patient/john.smith/19700131", "a patient's name and date of birth"),
            ("patient-id-12345", "a patient number"),
            ("patient=471100", "a patient number"),
        ] {
            assert_eq!(identifies(text), Some(what), "{text}");
        }
    }

    #[test]
    fn what_is_a_purpose_a_date_or_another_number() {
        for text in [
            "patient-records",
            "patient-records-backup-2024-01-31",
            "patient-portal-api-20240131",
            "patient-data-123456789012",
            "2012-10-17",
            "000-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-67890",
            "0123-45-6789",
            "550e8400-e29b-41d4-a716-446655440000",
            "12-123-45-6789",
            "mrn-index",
            "MRN=",
            "dob-index",
            "arn:aws:iam::123456789012:role/patient-api",
            "PatientIdIndex2",
            "version=2",
        ] {
            assert_eq!(identifies(text), None, "{text}");
        }
    }

    fn found(text: &str) -> Vec<String> {
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let own = [Expression::parse("^chart-[0-9]+$").unwrap()];
        // Leaked, so that the nodes live as long as the test: a few bytes.
        let document = Box::leak(Box::new(document));
        identifiers(&document.root, &own).into_iter().map(|one| format!("{}: {}", one.path, one.what)).collect()
    }

    #[test]
    fn every_text_is_searched_but_code_and_policies() {
        let leaked: &'static str = Box::leak(
            "Name: !Sub 'mrn-12345-${AWS::Region}'
Tags: [{Key: a, Value: !If [IsProd, dob=1, !Ref PatientName]}]
Other: !Sub '${PatientId}-${PatientTable}'
Own: chart-9
ZipFile: MRN12345678
PolicyDocument: {Sid: MRN12345678}
"
            .to_owned()
            .into_boxed_str(),
        );
        assert_eq!(
            found(leaked),
            [
                "Name/Fn::Sub: a medical record number",
                "Tags/0/Value/Fn::If/1: a date of birth",
                "Tags/0/Value/Fn::If/2/Ref: a parameter that identifies a patient",
                "Other/Fn::Sub: a parameter that identifies a patient",
                "Own: a value that matches one of your patterns",
            ]
        );
    }
}
