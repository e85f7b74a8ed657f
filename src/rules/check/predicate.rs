//! Whether a value passes what `is:` asks.

use super::origin::{any_origin, is_dynamic, reads_entry};
use super::{schedule, version};
use crate::eval::Run;
use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Part, Value};
use crate::graph::addresses;
use crate::rules::language::operand::{Operand, Settings};
use crate::rules::language::predicate::{Test, TypeName, Wanted};
use crate::syntax::Node;
use crate::truth::Truth;

/// What a predicate may look up besides the value.
pub struct Surroundings<'a> {
    /// The rule's parameters.
    pub settings: &'a Settings,
    /// Whether a parameter of the template is `NoEcho`.
    pub is_no_echo: &'a dyn Fn(&str) -> bool,
    /// The type of a resource of the template.
    pub type_of: &'a dyn Fn(&str) -> Option<String>,
}

fn wanted(result: Truth, wanted: Wanted) -> Truth {
    if wanted { result } else { !result }
}

/// Decides a test for a value that exists.
pub fn holds<'t>(test: &Test, run: &mut Run<'_, 't>, value: &Value<'t>, around: &Surroundings<'_>) -> Truth {
    let decide = |run: &mut Run<'_, 't>, question: &dyn Fn(&Value<'t>) -> Truth| {
        run.decide(&[value], &|values| values.first().map_or(Truth::Unknown, |value| question(value)))
    };
    match test {
        Test::Present(yes) => wanted(Truth::True, *yes),
        Test::In(operand, yes) => {
            let texts = operand.texts(around.settings);
            let result = decide(run, &|value| Truth::any(texts.iter().map(|text| equals(value, text))));
            wanted(result, *yes)
        }
        Test::Matches(expression, yes) => {
            let is_match = |value: &Value<'_>| match value.text() {
                Some(text) => expression.is_match(&text).map_or(Truth::Unknown, Truth::from),
                None if text::known_within(value, &|part, is_open| expression.is_match_within(part, is_open)) => {
                    Truth::True
                }
                None if value.is_scalar() => Truth::Unknown,
                None => Truth::False,
            };
            let result = decide(run, &|value| match is_match(value) {
                Truth::Unknown => {
                    text::in_every_partition(&[value], &|values| values.first().map_or(Truth::Unknown, is_match))
                }
                known => known,
            });
            wanted(result, *yes)
        }
        Test::Like(operand, yes) => {
            let patterns = operand.texts(around.settings);
            let result = decide(run, &|value| Truth::any(patterns.iter().map(|pattern| text::like(value, pattern))));
            wanted(result, *yes)
        }
        Test::AtLeast(operand) => {
            compare(run, value, operand, around, ["MinValue", "MaxValue"], |value, bound| value >= bound)
        }
        Test::AtMost(operand) => {
            compare(run, value, operand, around, ["MaxValue", "MinValue"], |value, bound| value <= bound)
        }
        Test::VersionAtLeast(least) => decide(run, &|value| version::at_least(value, least)),
        Test::RecursWithinHours(operand) => {
            match operand.texts(around.settings).first().and_then(|hours| hours.parse().ok()) {
                Some(hours) => decide(run, &|value| schedule::recurs_within(value, hours)),
                None => Truth::Unknown,
            }
        }
        Test::Type(name) => {
            if value.is_opaque() {
                note(run, value);
                return Truth::Unknown;
            }
            match name {
                TypeName::Scalar => value.is_scalar(),
                TypeName::List => matches!(value.kind, Kind::List(_)),
                TypeName::Map => matches!(value.kind, Kind::Map(_)),
            }
            .into()
        }
        Test::Empty(yes) => {
            let result = match &value.kind {
                Kind::Null => Truth::True,
                // A list of empty texts has nothing in it either.
                Kind::List(items) => items.iter().all(|item| item.is_scalar() && empty_text(item).is_true()).into(),
                Kind::Map(fields) => fields.is_empty().into(),
                _ => decide(run, &empty_text),
            };
            wanted(result, *yes)
        }
        Test::FromParameter(operand, yes) => {
            let names = operand.texts(around.settings);
            let from = any_origin(
                value,
                &|origin| matches!(origin, Origin::Parameter(name) if names.iter().any(|n| n == name)),
            );
            wanted(noted(run, value, from), *yes)
        }
        Test::FromDynamic(services, yes) => {
            wanted(noted(run, value, any_origin(value, &|origin| is_dynamic(origin, services))), *yes)
        }
        Test::FromResource(types, yes) => {
            let is_one =
                |id: &str| (around.type_of)(id).is_some_and(|found| types.is_empty() || types.contains(&found));
            let from = any_origin(value, &|origin| matches!(origin, Origin::Resource { id, .. } if is_one(id)));
            wanted(noted(run, value, from), *yes)
        }
        Test::FromParameterStore(names) => {
            let result = reads_entry(run, value, &names.texts(around.settings));
            noted(run, value, result)
        }
        Test::FromNoEcho(yes) => {
            let is_silent =
                |origin: &Origin<'_>| matches!(origin, Origin::Parameter(name) if (around.is_no_echo)(name));
            wanted(noted(run, value, any_origin(value, &is_silent)), *yes)
        }
        Test::RefersTo(types, yes) => {
            let result = match value.as_reference() {
                Some(Origin::Resource { id, .. }) => {
                    (around.type_of)(id).is_some_and(|found| types.is_empty() || types.contains(&found)).into()
                }
                Some(Origin::Inside(_) | Origin::Malformed(_) | Origin::Missing { .. }) => {
                    note(run, value);
                    Truth::Unknown
                }
                _ => Truth::False,
            };
            wanted(result, *yes)
        }
        // The checker decides them: it knows the resource that the rule looks at.
        Test::RefersToThis(_) | Test::Among(_) => Truth::Unknown,
        Test::CustomerKey(yes) => wanted(decide(run, &is_customer_key), *yes),
        Test::World(yes) if matches!(value.kind, Kind::List(_)) => {
            wanted(addresses::are_all_internet(run, value.items()), *yes)
        }
        Test::World(yes) if is_network(value, around) => wanted(Truth::False, *yes),
        Test::World(yes) => wanted(decide(run, &addresses::is_internet), *yes),
        Test::NeedsStar(yes) => wanted(crate::policy::needs_star(run, value), *yes),
        Test::WildcardAction(yes) => wanted(crate::policy::is_wildcard_action(run, value), *yes),
        Test::CoversAction(actions) => Truth::all(
            actions.texts(around.settings).iter().map(|action| crate::policy::covers_action(run, value, action)),
        ),
        Test::Allows(blocked) => {
            Truth::any(blocked.texts(around.settings).iter().map(|one| crate::policy::allows_blocked(run, value, one)))
        }
        Test::EveryResourceOf(actions) => Truth::any(
            actions.texts(around.settings).iter().map(|action| crate::policy::is_every_resource_of(run, value, action)),
        ),
        Test::AnyAccount(yes) => wanted(crate::policy::is_of_any_account(run, value), *yes),
        // Every ARN of a resource of this template is of the stack's account, whatever the attribute's name.
        Test::ForeignAccount(yes) if is_own_arn(value, around) => wanted(Truth::False, *yes),
        Test::ForeignAccount(yes) => wanted(crate::policy::is_of_foreign_account(run, value), *yes),
        Test::EveryResource(yes) => wanted(crate::policy::is_every_resource(run, value), *yes),
        Test::OpenSubject(yes) => wanted(crate::policy::is_open_subject(run, value), *yes),
        Test::SecretName(yes) => wanted(decide(run, &crate::graph::secrets::promises_secret), *yes),
        Test::WildcardResource(yes) => wanted(crate::policy::is_wildcard_resource(run, value), *yes),
    }
}

/// A result; the reason is noted if it is unknown.
fn noted(run: &mut Run<'_, '_>, value: &Value<'_>, result: Truth) -> Truth {
    if result == Truth::Unknown {
        note(run, value);
    }
    result
}

/// Whether a value begins with an ARN of a resource that AWS creates for the template: `${Vault.BackupVaultArn}`. A stack or a custom
/// resource can return anything.
fn is_own_arn(value: &Value<'_>, around: &Surroundings<'_>) -> bool {
    let Some(Part { origin: Origin::Resource { id, attribute: Some(attribute) }, .. }) = value.parts().first() else {
        return false;
    };
    attribute.ends_with("Arn")
        && (around.type_of)(id)
            .is_some_and(|kind| kind.starts_with("AWS::") && !kind.starts_with("AWS::CloudFormation::"))
}

fn note(run: &mut Run<'_, '_>, value: &Value<'_>) {
    if let Some(part) = value.unsettled() {
        run.note_reason(part.origin.reason());
    }
}

/// Whether a scalar equals a text; booleans in any case, numbers by value.
pub fn equals(value: &Value<'_>, text: &str) -> Truth {
    // The operand shows what it can be compared as; most are words.
    if let Ok(wanted) = text.parse::<bool>() {
        if let Some(boolean) = value.boolean() {
            return (boolean == wanted).into();
        }
    } else if text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && let (Some(number), Ok(wanted)) = (value.number(), text.parse::<f64>())
    {
        return (number == wanted).into();
    }
    text::equals_str(value, text)
}

/// Whether a scalar is the empty text.
pub(super) fn empty_text(value: &Value<'_>) -> Truth {
    if let Some(text) = value.text() {
        return text.is_empty().into();
    }
    // One part that cannot be empty is enough, whatever the rest is.
    let filled = |part: &Part<'_>| match &part.content {
        Content::Known(text) => !text.is_empty(),
        // "Anything else" than what the template's conditions compare with, the empty text among it.
        Content::Except(texts) => texts.iter().any(|text| text.is_empty()),
        Content::Choice | Content::Entry(_) | Content::Unknown => {
            matches!(part.origin, Origin::Pseudo(_) | Origin::Resource { .. })
        }
    };
    if value.parts().iter().any(filled) { Truth::False } else { Truth::Unknown }
}

fn compare<'t>(
    run: &mut Run<'_, 't>,
    value: &Value<'t>,
    operand: &Operand,
    around: &Surroundings<'_>,
    limits: [&str; 2],
    holds: impl Fn(f64, f64) -> bool,
) -> Truth {
    let Some(bound) = operand.texts(around.settings).first().and_then(|text| text.parse::<f64>().ok()) else {
        return Truth::Unknown;
    };
    // The limits of a parameter can decide it, whatever the value is.
    if value.is_opaque()
        && let Some(Origin::Parameter(name)) = value.as_reference()
        && let Some(parameter) = run.evaluator.template.parameter(name)
        && parameter.kind == "Number"
    {
        let [near, far] = limits.map(|limit| {
            let limit = parameter.node.get(limit).and_then(Node::scalar_text)?;
            limit.parse::<f64>().ok().map(|limit| holds(limit, bound))
        });
        if near == Some(true) {
            return Truth::True;
        }
        if far == Some(false) {
            return Truth::False;
        }
    }
    run.decide(&[value], &|values| match values.first() {
        Some(value) => match value.number() {
            Some(number) => holds(number, bound).into(),
            None if value.is_scalar() && value.text().is_none() => Truth::Unknown,
            // Text that is not a number, a list or a map: CloudFormation would refuse it.
            None => Truth::False,
        },
        None => Truth::Unknown,
    })
}

/// Whether a value is the CIDR block of a VPC or subnet of the template: a /16 at most (VPC user guide, "VPC CIDR blocks").
fn is_network(value: &Value<'_>, around: &Surroundings<'_>) -> bool {
    match value.as_reference() {
        Some(Origin::Resource { id, attribute: Some(name) }) if name == "CidrBlock" => {
            (around.type_of)(id).is_some_and(|found| matches!(found.as_str(), "AWS::EC2::VPC" | "AWS::EC2::Subnet"))
        }
        _ => false,
    }
}

/// Keys that AWS manages or owns, as properties name them, and the empty text, which names none. An alias that begins with
/// `aws/` is reserved for AWS's keys (KMS API reference, `CreateAlias`), and some services' documentation leaves out `alias/`.
/// `AWS_OWNED_KMS_KEY` is what Aurora DSQL and Redshift Serverless call a key of the service.
const KEYS_OF_AWS: [&str; 6] =
    ["", "alias/aws/*", "arn:*:alias/aws/*", "aws/*", "AWS_OWNED_KMS_KEY", "arn:*AWS_OWNED_KMS_KEY"];

/// Whether a value names a KMS key that the customer manages: by id, by ARN, by an alias of its own, or as a resource.
fn is_customer_key(value: &Value<'_>) -> Truth {
    if matches!(value.as_reference(), Some(Origin::Resource { .. })) {
        return Truth::True;
    }
    if !value.is_scalar() {
        return Truth::False;
    }
    let is_key_arn = |part: &Part<'_>| matches!(&part.content, Content::Known(text) if text.contains(":key/"));
    if value.parts().iter().any(is_key_arn) {
        return Truth::True;
    }
    !Truth::any(KEYS_OF_AWS.iter().map(|pattern| text::like(value, pattern)))
}
