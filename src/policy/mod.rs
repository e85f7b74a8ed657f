//! stub
use crate::eval::{Run, value::Value};
use crate::expand::Block;
use crate::truth::Truth;
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    Identity,
    Trust,
    Resource,
}
pub struct Statement<'m, 't> {
    pub value: &'m Value<'t>,
    pub path: String,
}
pub struct Statements<'m, 't> {
    pub found: Vec<Statement<'m, 't>>,
    pub unknown: bool,
}
pub fn statements<'m, 't>(_run: &mut Run<'m, 't>, _b: &Block<'t>, _k: DocumentKind) -> Statements<'m, 't> {
    Statements { found: vec![], unknown: false }
}
pub enum Who {
    Everyone,
    ForeignAccount,
    Service,
}
pub fn principal<'a, 't>(_r: &mut Run<'_, 't>, _s: &'a Value<'t>, _w: Who) -> (Truth, Vec<&'a Value<'t>>) {
    (Truth::Unknown, vec![])
}
pub fn restricts_callers<'t>(_r: &mut Run<'_, 't>, _s: &Value<'t>) -> Truth {
    Truth::Unknown
}
pub fn grants_admin<'t>(_r: &mut Run<'_, 't>, _s: &Value<'t>) -> Truth {
    Truth::Unknown
}
pub struct Request<'a> {
    pub actions: &'a [&'a str],
    pub targets: &'a [Target],
    pub context: &'a [(&'a str, Option<&'a str>)],
}
pub struct Target;
pub fn denies<'t>(_r: &mut Run<'_, 't>, _s: &[Statement<'_, 't>], _q: &Request<'_>) -> Truth {
    Truth::Unknown
}
pub fn bucket_targets<'t>(_r: &mut Run<'_, 't>, _b: &Block<'t>) -> [Target; 2] {
    [Target, Target]
}
pub fn bucket_name_targets<'t>(_r: &mut Run<'_, 't>, _b: &Value<'t>) -> [Target; 2] {
    [Target, Target]
}
pub fn is_wildcard_action(_v: &Value<'_>) -> Truth {
    Truth::Unknown
}
pub fn is_wildcard_resource(_v: &Value<'_>) -> Truth {
    Truth::Unknown
}
