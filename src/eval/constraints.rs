//! Which values a parameter accepts: its type, `AllowedValues`, `AllowedPattern`, lengths and ranges.
//!
//! Sources (2026-11), CloudFormation user guide: "Parameters" (what each constraint applies to: patterns and lengths to
//! strings, a pattern to each item of a `CommaDelimitedList`, ranges to numbers), "Systems Manager parameter types"
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/systems-manager-parameter-types.html>: CloudFormation
//! validates the *key* of a parameter in Parameter Store, as a string, and not the value that it reads), "AWS-specific parameter types"
//! (the value must exist in the account). If no source decides, a constraint excludes nothing.

mod pattern;

use crate::source::Span;
use crate::syntax::Node;
use crate::template::Parameter;
use crate::truth::Truth;
use pattern::Pattern;
use std::borrow::Cow;
use std::cell::OnceCell;

/// Values that an `AllowedPattern` may list to be read as `AllowedValues`.
const MAX_LISTED: usize = 16;
/// Allowed values that a reason lists.
const MAX_NAMED: usize = 8;

/// Why CloudFormation would refuse a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where the constraint is declared.
    pub span: Span,
    /// The item of a list that is refused, where there are several.
    item: Option<String>,
    /// What is wrong with it: "is not a number".
    problem: Words,
}

/// What is wrong with a value, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    shown: String,
    /// The same without the values that the template lists, which are secrets where the value is one; none where there are none.
    hidden: Option<String>,
}

impl From<String> for Words {
    fn from(shown: String) -> Self {
        Self { shown, hidden: None }
    }
}

impl Refusal {
    /// The reason, as the end of "CloudFormation refuses the value: …". An item of a list and the values that are allowed are named
    /// where they may be shown.
    pub fn reason(&self, is_shown: bool) -> String {
        let Words { shown, hidden } = &self.problem;
        let problem = hidden.as_ref().filter(|_| !is_shown).unwrap_or(shown);
        match &self.item {
            None => format!("it {problem}"),
            Some(item) if is_shown => format!("its item `{}` {problem}", super::value::shorten(item)),
            Some(_) => format!("one of its items {problem}"),
        }
    }
}

/// Why CloudFormation would refuse a value of a parameter; none if it accepts the value, or if that cannot be decided.
pub fn refusal(parameter: &Parameter<'_>, value: &str) -> Option<Refusal> {
    Constraints::of(parameter).refusal(value)
}

/// Whether CloudFormation accepts no value of a parameter that has one of some characters; of a list, no such item.
pub(super) fn lacks(parameter: &Parameter<'_>, characters: &[char]) -> bool {
    let constraints = Constraints::of(parameter);
    characters.iter().all(|character| constraints.lacks(*character))
}

/// What a parameter requires of its values.
pub(super) struct Constraints<'p, 't> {
    parameter: &'p Parameter<'t>,
    form: Form,
    pattern: Option<(&'t Node<'t>, &'t str)>,
    /// The pattern as it is read where a value has to match it.
    read: OnceCell<Option<Pattern>>,
    /// Whether a constraint other than `AllowedValues` may refuse a value. Most parameters accept any text.
    is_limited: bool,
}

/// How a value is read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Form {
    /// One text.
    Text,
    /// Texts with commas between them.
    Texts,
    /// A number.
    Number,
    /// Numbers with commas between them.
    Numbers,
    /// The name or ID of something that must exist in the account.
    Named,
    /// Such names with commas between them.
    AllNamed,
    /// A type that CloudFormation does not have.
    Unknown,
}

impl Form {
    fn of(kind: &str) -> Self {
        match kind {
            "String" => Self::Text,
            "CommaDelimitedList" => Self::Texts,
            "Number" => Self::Number,
            "List<Number>" => Self::Numbers,
            // The value is the key, a text whatever type is read.
            _ if kind.starts_with("AWS::SSM::Parameter::") => Self::Text,
            _ => match kind.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>')) {
                Some(item) if NAMED.iter().any(|(name, _)| *name == item) => Self::AllNamed,
                None if NAMED.iter().any(|(name, _)| *name == kind) => Self::Named,
                _ => Self::Unknown,
            },
        }
    }

    fn is_list(self) -> bool {
        matches!(self, Self::Texts | Self::Numbers | Self::AllNamed)
    }
}

/// Checks an item against one constraint: where it is declared, and the problem as a predicate of "it".
type Problem<'p, 't> = fn(&Constraints<'p, 't>, &str) -> Option<(Span, Words)>;

impl<'p, 't> Constraints<'p, 't> {
    pub(super) fn of(parameter: &'p Parameter<'t>) -> Self {
        let form = Form::of(parameter.kind);
        let declared = matches!(form, Form::Text | Form::Texts).then(|| parameter.node.get("AllowedPattern")).flatten();
        let pattern = declared.and_then(|node| node.as_str().map(|text| (node, text)));
        let lengths = ["MinLength", "MaxLength"];
        let is_limited = !matches!(form, Form::Text | Form::Texts | Form::Unknown)
            || pattern.is_some()
            || lengths.iter().any(|limit| parameter.node.get(limit).is_some());
        Self { parameter, form, pattern, read: OnceCell::new(), is_limited }
    }

    /// The pattern, where it can be decided which texts match it.
    fn pattern(&self) -> Option<&Pattern> {
        let (_, text) = self.pattern?;
        self.read.get_or_init(|| Pattern::read(text)).as_ref()
    }

    /// Whether CloudFormation would refuse a value for certain.
    pub(super) fn refuses(&self, value: &str) -> bool {
        self.refusal(value).is_some()
    }

    /// Whether it would refuse the value for a reason other than `AllowedValues`.
    pub(super) fn excludes(&self, value: &str) -> bool {
        self.is_limited && self.problem(value, &Self::LIMITS).is_some()
    }

    /// The values that the pattern lists, if they are few and there are no `AllowedValues`.
    pub(super) fn listed(&self) -> Option<Vec<String>> {
        if self.form != Form::Text || !self.parameter.allowed.is_empty() {
            return None;
        }
        let mut texts = self.pattern()?.texts(MAX_LISTED)?;
        texts.retain(|text| !self.refuses(text));
        (!texts.is_empty()).then_some(texts)
    }

    /// Whether no value that is accepted has a character; of a list, no item.
    fn lacks(&self, character: char) -> bool {
        if self.parameter.reads_parameter_store() {
            return false;
        }
        match self.form {
            Form::Number | Form::Numbers => {
                !matches!(character, '0'..='9' | '+' | '-' | '.') && !character.is_alphabetic()
            }
            // An ID has letters, digits and hyphens; a name is any text.
            Form::Named | Form::AllNamed => {
                let is_id = NAMED.iter().any(|(name, prefix)| !prefix.is_empty() && self.parameter.kind.contains(name));
                is_id && !character.is_alphanumeric() && character != '-'
            }
            Form::Text | Form::Texts => self.pattern().is_some_and(|pattern| !pattern.may_have(character)),
            Form::Unknown => false,
        }
    }

    /// Why a value would be refused.
    pub(super) fn refusal(&self, value: &str) -> Option<Refusal> {
        let outside = self.problem(value, &[Self::outside_allowed]);
        outside.or_else(|| if self.is_limited { self.problem(value, &Self::LIMITS) } else { None })
    }

    const LIMITS: [Problem<'p, 't>; 4] =
        [Self::outside_type, Self::outside_pattern, Self::outside_lengths, Self::outside_range];

    /// The first problem that some constraints find. A dynamic reference is never refused, since no source states whether CloudFormation
    /// checks the reference or the value that it resolves to.
    fn problem(&self, value: &str, constraints: &[Problem<'p, 't>]) -> Option<Refusal> {
        if value.contains("{{resolve:") {
            return None;
        }
        let of = |item: &str, is_one_of_many: bool| {
            let (span, problem) = constraints.iter().find_map(|constraint| constraint(self, item))?;
            Some(Refusal { span, item: is_one_of_many.then(|| item.to_owned()), problem })
        };
        if !self.form.is_list() {
            return of(value, false);
        }
        let is_one_of_many = value.contains(',');
        value.split(',').find_map(|item| of(item.trim(), is_one_of_many))
    }

    fn outside_type(&self, item: &str) -> Option<(Span, Words)> {
        let kind = self.parameter.node.get("Type")?;
        let problem = match self.form {
            Form::Number | Form::Numbers if matches!(number(item), Numeric::Nothing) => "is not a number".to_owned(),
            Form::Named | Form::AllNamed => {
                let bare = self.parameter.kind.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>'));
                let bare = bare.unwrap_or(self.parameter.kind);
                let prefix = NAMED.iter().find(|(name, _)| *name == bare).map_or("", |(_, prefix)| prefix);
                // No source states whether an empty list is looked up in the account.
                if item.is_empty() && self.form == Form::Named {
                    format!("is empty, and a value of type `{bare}` must exist in the account")
                } else if !item.is_empty() && !item.starts_with(prefix) {
                    format!("does not begin with `{prefix}`, as every `{bare}` does")
                } else {
                    return None;
                }
            }
            _ => return None,
        };
        Some((kind.span, problem.into()))
    }

    fn outside_allowed(&self, item: &str) -> Option<(Span, Words)> {
        if self.parameter.allowed.is_empty() {
            return None;
        }
        let allowed: Vec<Cow<'_, str>> = self.parameter.allowed.iter().map(Node::scalar_text).collect::<Option<_>>()?;
        let is_same = |one: &str| match self.form {
            Form::Number | Form::Numbers => match (number(one), number(item)) {
                (Numeric::Value(one), Numeric::Value(other)) => one.total_cmp(&other).is_eq(),
                (Numeric::Odd, _) | (_, Numeric::Odd) => true,
                _ => one == item,
            },
            _ => one == item,
        };
        if allowed.iter().any(|one| is_same(one)) {
            return None;
        }
        let span = self.parameter.node.get("AllowedValues")?.span;
        let named: Vec<String> =
            allowed.iter().take(MAX_NAMED).map(|one| format!("`{}`", super::value::shorten(one))).collect();
        let more = allowed.len().saturating_sub(MAX_NAMED);
        let list = if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") };
        let hidden = Some("is not one of the `AllowedValues`".to_owned());
        Some((span, Words { shown: format!("is not one of the `AllowedValues`: {list}"), hidden }))
    }

    fn outside_pattern(&self, item: &str) -> Option<(Span, Words)> {
        let (node, text) = self.pattern?;
        (self.pattern()?.matches(item) == Truth::False).then(|| {
            let shown = format!("does not match the `AllowedPattern` `{}` as a whole", super::value::shorten(text));
            // A pattern may list values, too.
            (node.span, Words { shown, hidden: Some("does not match the `AllowedPattern` as a whole".to_owned()) })
        })
    }

    fn outside_lengths(&self, item: &str) -> Option<(Span, Words)> {
        if self.form != Form::Text {
            return None;
        }
        // Characters, or UTF-16 units as Java counts them: if the two differ, no source states which applies.
        let (least, most) = (item.chars().count(), item.encode_utf16().count());
        let float = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
        let short = self.limit("MinLength").filter(|(_, limit)| float(most) < *limit);
        let long = self.limit("MaxLength").filter(|(_, limit)| float(least) > *limit);
        let (node, problem) = match (short, long) {
            (Some((node, limit)), _) => (node, format!("fewer than the `MinLength` of {limit}")),
            (None, Some((node, limit))) => (node, format!("more than the `MaxLength` of {limit}")),
            (None, None) => return None,
        };
        let characters = if least == 1 { "character" } else { "characters" };
        Some((node.span, format!("has {least} {characters}, {problem}").into()))
    }

    fn outside_range(&self, item: &str) -> Option<(Span, Words)> {
        let (Form::Number, Numeric::Value(value)) = (self.form, number(item)) else { return None };
        let low = self.limit("MinValue").filter(|(_, limit)| value < *limit);
        let high = self.limit("MaxValue").filter(|(_, limit)| value > *limit);
        match (low, high) {
            (Some((node, limit)), _) => Some((node.span, format!("is less than the `MinValue` of {limit}").into())),
            (None, Some((node, limit))) => Some((node.span, format!("is more than the `MaxValue` of {limit}").into())),
            (None, None) => None,
        }
    }

    fn limit(&self, name: &str) -> Option<(&'t Node<'t>, f64)> {
        let node = self.parameter.node.get(name)?;
        match number(&node.scalar_text()?) {
            Numeric::Value(value) => Some((node, value)),
            _ => None,
        }
    }
}

/// What a text is as a number.
enum Numeric {
    Value(f64),
    /// Java may read it as a number or not: `0x1p3`, `1f`.
    Odd,
    Nothing,
}

fn number(text: &str) -> Numeric {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    match text.parse::<f64>() {
        Ok(value) if is_plain && value.is_finite() => Numeric::Value(value),
        _ => {
            let digits = text.strip_suffix(['d', 'D', 'f', 'F', 'l', 'L']).unwrap_or(text);
            let is_odd = digits.parse::<f64>().is_ok()
                || text.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("0x");
            if is_odd { Numeric::Odd } else { Numeric::Nothing }
        }
    }
}

/// The AWS-specific types, with what every value of them begins with.
///
/// Source: "AWS-specific parameter types", CloudFormation user guide, and "Resource IDs", Amazon EC2 user guide (2026-11).
const NAMED: [(&str, &str); 10] = [
    ("AWS::EC2::AvailabilityZone::Name", ""),
    ("AWS::EC2::Image::Id", "ami-"),
    ("AWS::EC2::Instance::Id", "i-"),
    ("AWS::EC2::KeyPair::KeyName", ""),
    ("AWS::EC2::SecurityGroup::GroupName", ""),
    ("AWS::EC2::SecurityGroup::Id", "sg-"),
    ("AWS::EC2::Subnet::Id", "subnet-"),
    ("AWS::EC2::Volume::Id", "vol-"),
    ("AWS::EC2::VPC::Id", "vpc-"),
    ("AWS::Route53::HostedZone::Id", ""),
];
