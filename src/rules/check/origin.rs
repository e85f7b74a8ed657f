//! What predicates ask about where a value comes from, whatever it turns out to be.

use crate::eval::Run;
use crate::eval::text;
use crate::eval::value::{DynamicService, Kind, Origin, Value};
use crate::rules::language::predicate::ServiceName;
use crate::truth::Truth;

/// Whether any part of a scalar, or of the scalars in a list or map, has such an origin.
pub(super) fn any_origin(value: &Value<'_>, wanted: &dyn Fn(&Origin<'_>) -> bool) -> Truth {
    match &value.kind {
        Kind::Text(parts) => {
            if parts.iter().any(|part| wanted(&part.origin)) {
                Truth::True
            } else if parts.iter().any(|part| {
                matches!(
                    part.origin,
                    Origin::Inside(_)
                        | Origin::Malformed(_)
                        | Origin::Missing { .. }
                        | Origin::Function { .. }
                        | Origin::PieceOfParameter { .. }
                )
            }) {
                Truth::Unknown
            } else {
                Truth::False
            }
        }
        Kind::List(items) => Truth::any(items.iter().map(|item| any_origin(item, wanted))),
        Kind::Map(fields) => Truth::any(fields.iter().map(|field| any_origin(&field.value, wanted))),
        _ => Truth::False,
    }
}

/// Whether a dynamic reference reads from one of these services.
pub(super) fn is_dynamic(origin: &Origin<'_>, wanted: &[ServiceName]) -> bool {
    let Origin::Dynamic { service, .. } = origin else { return false };
    wanted.iter().any(|wanted| {
        matches!(
            (wanted, service),
            (ServiceName::Secretsmanager, DynamicService::SecretsManager)
                | (ServiceName::SsmSecure, DynamicService::SsmSecure)
                | (ServiceName::Ssm, DynamicService::Ssm)
        )
    })
}

/// Whether a scalar is read from an entry of Parameter Store whose name is like one of these patterns: by a dynamic reference,
/// or by a parameter of the template of the type `AWS::SSM::Parameter::Value<…>`.
pub(super) fn reads_entry(run: &Run<'_, '_>, value: &Value<'_>, patterns: &[String]) -> Truth {
    let like = |name: &str| Truth::from(patterns.iter().any(|pattern| text::pattern_covers(pattern, name)));
    match value.as_reference() {
        Some(Origin::Dynamic { service: DynamicService::Ssm, name }) => name.as_deref().map_or(Truth::Unknown, like),
        Some(Origin::Parameter(name)) => match run.evaluator.template.parameter(name) {
            Some(parameter) if parameter.reads_parameter_store() => {
                run.evaluator.store_entry(parameter).map_or(Truth::Unknown, |name| like(&name))
            }
            _ => Truth::False,
        },
        _ => any_origin(value, &|_| false),
    }
}
