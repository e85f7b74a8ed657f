//! Resource types that neither CloudFormation nor SAM has, as far as is known.

use super::sam::Transforms;
use super::{NoticeKind, Resource, Spelling, did_you_mean};
use crate::code::Code;
use crate::facts::{is_known_type, is_of_sam, resource_types, resource_types_below, sam_properties, sam_types};
use crate::template::odd_properties;

/// What the names of AWS's own types begin with.
const PREFIX: &str = "AWS::";

pub(super) fn check(
    resource: &Resource<'_, '_>,
    transforms: &Transforms<'_>,
    newer: &[String],
    spelling: &mut Spelling,
) {
    let is_readable = |(kind, _): &(&str, _)| !kind.is_empty() && odd_properties(&resource.entry.value).is_none();
    let Some((kind, span)) = resource.kind.filter(is_readable) else {
        // A note of the template's own says so.
        return spelling.notice(NoticeKind::UnreadableType, resource.id, resource.entry.key_span);
    };
    if is_of_sam(kind) {
        if sam_properties(kind).is_some() {
            return;
        }
    } else if resource.known.is_some()
        || is_known_type(kind)
        || !is_misspelled(kind)
        || newer.iter().any(|known| known == kind)
        || (transforms.have_macro() && !kind.contains("::"))
    {
        return;
    }
    spelling.notice(NoticeKind::UnknownType, resource.id, resource.entry.key_span);
    let message =
        format!("this version of hipaalint does not know the resource type `{kind}`, so no rule checks the resource");
    // Each type once, where it is first written.
    if spelling.notes.iter().any(|note| note.message == message) {
        return;
    }
    let help = match meant(kind, spelling) {
        Some(meant) => did_you_mean(&meant),
        None => "Check the spelling. Newer versions of hipaalint know newer resource types.".to_owned(),
    };
    spelling.note(Code::UnknownType, span, message, help);
}

/// Whether a type that CloudFormation's schemas do not have should be in them. Custom resources, modules and types that others
/// register (`Org::Service::Resource`) are not, so nothing is known of their names.
fn is_misspelled(kind: &str) -> bool {
    let (first, rest) = kind.split_once("::").unwrap_or((kind, ""));
    if kind.ends_with("::MODULE") || first == "Custom" {
        return false;
    }
    // `aws::S3::Bucket`, `AWS:S3::Bucket`; and `S3::Bucket`, for every type but a custom one has three parts.
    begins_as_own(first) || !rest.contains("::")
}

fn begins_as_own(kind: &str) -> bool {
    kind.get(..3).is_some_and(|first| first.eq_ignore_ascii_case("AWS"))
}

/// The type that was probably meant: one of the service that was meant, because most of the letters of two types are those of their
/// service.
fn meant(kind: &str, spelling: &mut Spelling) -> Option<String> {
    if !spelling.may_search() {
        return None;
    }
    // `S3::Bucket` has no `AWS`, and some have another (`aws::`, `AWS:`).
    let is_own = begins_as_own(kind);
    let rest = if is_own { kind.get(3..).unwrap_or_default().trim_start_matches(':') } else { kind };
    let parts = rest.split_once("::");
    if let Some((service, name)) = parts
        && !names_of(service).is_empty()
    {
        return of_service(service, name, spelling);
    }
    let mut short_names = all_types().filter_map(|name| name.strip_prefix(PREFIX));
    if let Some(same) = short_names.find(|name| name.eq_ignore_ascii_case(rest)) {
        return Some(format!("{PREFIX}{same}"));
    }
    match parts {
        // A type of another kind.
        _ if !is_own => None,
        Some((service, name)) => of_service(spelling.meant(service, services())?, name, spelling),
        // `AWS::S3Bucket`
        None => {
            let short_names = all_types().filter_map(|name| name.strip_prefix(PREFIX));
            spelling.meant(rest, short_names).map(|name| format!("{PREFIX}{name}"))
        }
    }
}

/// The type of a service that was probably meant by a name.
fn of_service(service: &str, name: &str, spelling: &mut Spelling) -> Option<String> {
    spelling.meant(name, names_of(service).into_iter()).map(|name| format!("{PREFIX}{service}::{name}"))
}

/// The names of a service's types: `Bucket`.
fn names_of(service: &str) -> Vec<&'static str> {
    let prefix = format!("{PREFIX}{service}::");
    let mut names: Vec<&'static str> = resource_types_below(&prefix).collect();
    if is_of_sam(&prefix) {
        names.extend(sam_types().filter_map(|name| name.strip_prefix(prefix.as_str())));
    }
    names
}

fn all_types() -> impl Iterator<Item = &'static str> {
    resource_types().chain(sam_types())
}

/// The services of AWS's own types, each once.
fn services() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    let of_type = |name: &'static str| name.strip_prefix(PREFIX)?.split_once("::").map(|(service, _)| service);
    all_types().filter_map(of_type).filter(move |service| std::mem::replace(&mut last, service) != *service)
}
