//! OpenAPI documents as API Gateway imports them: the operations of an API, and who may call each.
//!
//! API Gateway takes authorization from extensions alone. A security scheme without one authorizes nobody, whatever OpenAPI
//! lets it mean. Sources (2026-11), all in the API Gateway developer guide:
//!
//! - api-gateway-swagger-extensions-authorizer.html, -authtype.html and -auth.html for the extensions;
//! - api-gateway-known-issues.html: REST APIs do not use the `security` of the whole document;
//! - http-api-open-api.html: an operation of an HTTP API has one authorizer. It does not mention the `security` of the whole
//!   document, so that is unknown.

mod schemes;

use crate::eval::Run;
use crate::eval::value::{Field, Kind, Value};
use crate::source::Span;
use crate::truth::Truth;
use schemes::{Scheme, Schemes};
use std::borrow::Cow;

/// The kinds of API that take an OpenAPI document.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `AWS::ApiGateway::RestApi`.
    Rest,
    /// `AWS::ApiGatewayV2::Api` with the protocol `HTTP`.
    Http,
}

/// An operation of an API.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `GET /patients`.
    pub name: String,
    /// Where its method is written.
    pub span: Span,
    /// The steps to it in the document: `paths//patients/get`.
    pub steps: String,
    /// Whether callers need authorization.
    pub authorized: Truth,
    /// Why they need none, as the end of "…: ".
    pub problem: String,
    /// What the problem is about, where that is not the operation: a security scheme, the `security` of the whole document.
    pub related: Option<(Span, &'static str)>,
}

/// The operations that a document describes, apart from `OPTIONS`: browsers send preflight requests without credentials.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    /// Those that are known.
    pub found: Vec<Operation>,
    /// Whether there may be others.
    pub unknown: bool,
}

/// Methods that API Gateway imports, as an OpenAPI document writes them.
///
/// Source: x-amazon-apigateway-any-method, API Gateway developer guide; `OPTIONS` is left out on purpose.
const METHODS: [&str; 7] = ["delete", "get", "head", "patch", "post", "put", ANY];
/// The method for every method that a path does not name.
const ANY: &str = "x-amazon-apigateway-any-method";
/// The authorization of one operation, without a scheme.
const OWN: &str = "x-amazon-apigateway-auth";

/// What something requires of callers.
#[derive(Clone, Debug)]
enum Requirement {
    /// Authorization.
    Authorization,
    /// Nothing, and why.
    Nothing { problem: String, related: Option<(Span, &'static str)> },
    /// Unknown.
    Unknown,
}

impl Requirement {
    fn nothing(problem: &str) -> Self {
        Self::Nothing { problem: problem.to_owned(), related: None }
    }
}

/// The operations of a document.
pub fn operations<'t>(run: &mut Run<'_, 't>, document: &Value<'t>, protocol: Protocol) -> Operations {
    let mut operations = Operations::default();
    if !is_map(run, document, "the OpenAPI document is not a map") {
        operations.unknown = true;
        return operations;
    }
    let Some(paths) = document.get("paths") else { return operations };
    if !is_map(run, paths, "the `paths` of the OpenAPI document are not a map") {
        operations.unknown = true;
        return operations;
    }
    let mut reader = Reader { document, protocol, schemes: Schemes::of(run, document, protocol), root: None };
    for path in paths.fields() {
        // Extensions. A path begins with `/`, or is `$default`.
        if path.key.starts_with("x-") {
            continue;
        }
        if !is_map(run, &path.value, "a path of the OpenAPI document is not a map") {
            operations.unknown = true;
            continue;
        }
        if path.value.get("$ref").is_some() {
            run.note_reason("a path of the OpenAPI document is a `$ref`");
            operations.unknown = true;
        }
        for method in path.value.fields() {
            if let Some(name) = method_name(&method.key) {
                operations.found.push(reader.operation(run, path, method, &name));
            }
        }
    }
    operations
}

/// A method as people write it: `GET`, `ANY`. None for `OPTIONS`, and for what is not a method.
fn method_name(key: &str) -> Option<Cow<'static, str>> {
    if key == ANY {
        return Some(Cow::Borrowed("ANY"));
    }
    let lower = key.to_ascii_lowercase();
    let is_method = METHODS.contains(&lower.as_str()) || ["any", "trace"].contains(&lower.as_str());
    is_method.then(|| Cow::Owned(lower.to_ascii_uppercase()))
}

/// Whether a value is a map; if not, notes why nothing follows from it.
fn is_map<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, reason: &'static str) -> bool {
    if matches!(value.kind, Kind::Map(_)) {
        return true;
    }
    note_why(run, value, reason);
    false
}

/// Notes why a value decides nothing.
fn note_why<'t>(run: &mut Run<'_, 't>, value: &Value<'t>, otherwise: &str) {
    match value.unsettled() {
        Some(part) => run.note_reason(part.origin.reason()),
        None => run.note_reason(otherwise),
    }
}

struct Reader<'v, 't> {
    document: &'v Value<'t>,
    protocol: Protocol,
    schemes: Schemes<'v, 't>,
    /// What operations without `security` require, once that was asked for.
    root: Option<Requirement>,
}

impl<'v, 't> Reader<'v, 't> {
    fn operation(
        &mut self,
        run: &mut Run<'_, 't>,
        path: &'v Field<'t>,
        method: &'v Field<'t>,
        name: &str,
    ) -> Operation {
        let requirement = self.of_operation(run, &path.value, &method.value);
        let (authorized, problem, related) = match requirement {
            Requirement::Authorization => (Truth::True, String::new(), None),
            Requirement::Unknown => (Truth::Unknown, String::new(), None),
            Requirement::Nothing { .. } if !METHODS.contains(&method.key.as_ref()) => {
                run.note_reason(format!("AWS does not document that API Gateway imports the method `{}`", method.key));
                (Truth::Unknown, String::new(), None)
            }
            Requirement::Nothing { problem, related } => (Truth::False, problem, related),
        };
        Operation {
            name: format!("{name} {}", path.key),
            span: method.key_span,
            steps: format!("paths/{}/{}", path.key, method.key),
            authorized,
            problem,
            related,
        }
    }

    fn of_operation(&mut self, run: &mut Run<'_, 't>, path: &'v Value<'t>, operation: &'v Value<'t>) -> Requirement {
        if !is_map(run, operation, "an operation of the OpenAPI document is not a map") {
            return Requirement::Unknown;
        }
        let own = operation.get(OWN).map(|own| self.own(run, own));
        let security = operation.get("security").map(|security| self.security(run, security));
        match (own, security) {
            (Some(Requirement::Authorization), _) | (None, Some(Requirement::Authorization)) => {
                Requirement::Authorization
            }
            (Some(Requirement::Unknown), _) | (None, Some(Requirement::Unknown)) => Requirement::Unknown,
            (Some(Requirement::Nothing { .. }), Some(Requirement::Authorization | Requirement::Unknown)) => {
                run.note_reason(format!("`{OWN}` and `security` of an operation differ"));
                Requirement::Unknown
            }
            (Some(nothing @ Requirement::Nothing { .. }), None) => nothing,
            (_, Some(nothing @ Requirement::Nothing { .. })) => self.unless_above(run, path, nothing),
            (None, None) => {
                let nothing = self.of_document(run);
                self.unless_above(run, path, nothing)
            }
        }
    }

    /// AWS does not document what `x-amazon-apigateway-auth` means for a path or a whole document.
    fn unless_above(&self, run: &mut Run<'_, 't>, path: &Value<'t>, requirement: Requirement) -> Requirement {
        let is_nothing = matches!(requirement, Requirement::Nothing { .. });
        if is_nothing && (path.get(OWN).is_some() || self.document.get(OWN).is_some()) {
            run.note_reason(format!("AWS documents `{OWN}` for operations only"));
            return Requirement::Unknown;
        }
        requirement
    }

    /// `x-amazon-apigateway-auth` of an operation.
    fn own(&self, run: &mut Run<'_, 't>, own: &Value<'t>) -> Requirement {
        let Some(kind) = own.get("type") else {
            note_why(run, own, "`x-amazon-apigateway-auth` has no `type`");
            return Requirement::Unknown;
        };
        // "Values are case insensitive."
        let mut is = |name: &str| {
            run.decide(&[kind], &|values| match values.first().and_then(|value| value.text()) {
                Some(text) => text.eq_ignore_ascii_case(name).into(),
                None => Truth::Unknown,
            })
        };
        match (is("NONE"), is("AWS_IAM")) {
            (Truth::True, _) => Requirement::nothing("`x-amazon-apigateway-auth` is set to NONE"),
            (_, Truth::True) if self.protocol == Protocol::Rest => Requirement::Authorization,
            (_, Truth::True) => {
                run.note_reason("AWS does not document that HTTP APIs use `x-amazon-apigateway-auth`");
                Requirement::Unknown
            }
            _ => {
                note_why(run, kind, "`x-amazon-apigateway-auth` has a `type` that AWS does not document");
                Requirement::Unknown
            }
        }
    }

    /// What an operation without `security` requires.
    fn of_document(&mut self, run: &mut Run<'_, 't>) -> Requirement {
        if let Some(known) = &self.root {
            return known.clone();
        }
        let requirement = match (self.document.field("security"), self.protocol) {
            (None, _) => Requirement::nothing("`security` is not set"),
            (Some(root), Protocol::Rest) => Requirement::Nothing {
                problem: "its own `security` is not set, and REST APIs do not use the `security` of the whole document"
                    .to_owned(),
                related: Some((root.key_span, "REST APIs do not use this `security`")),
            },
            (Some(root), Protocol::Http) => match self.security(run, &root.value) {
                Requirement::Authorization | Requirement::Unknown => {
                    run.note_reason("AWS does not document whether HTTP APIs use the `security` of the whole document");
                    Requirement::Unknown
                }
                nothing => nothing,
            },
        };
        self.root = Some(requirement.clone());
        requirement
    }

    /// `security`: alternatives, each a map of schemes that are required together.
    fn security(&mut self, run: &mut Run<'_, 't>, security: &'v Value<'t>) -> Requirement {
        let Kind::List(alternatives) = &security.kind else {
            note_why(run, security, "`security` of the OpenAPI document is not a list");
            return Requirement::Unknown;
        };
        if alternatives.is_empty() {
            return Requirement::nothing("`security` is an empty list");
        }
        let mut authorizes = false;
        let mut unknown = false;
        // An alternative without authorization, apart from API keys: API Gateway takes them for an additional requirement, as
        // the documents show that it exports and that SAM writes.
        let mut open = false;
        let mut first = None;
        for alternative in alternatives {
            match self.alternative(run, alternative) {
                Scheme::Authorizes => authorizes = true,
                Scheme::Unknown => unknown = true,
                Scheme::ApiKey(nothing) => {
                    first.get_or_insert(nothing);
                }
                Scheme::Nothing(nothing) => {
                    open = true;
                    first.get_or_insert(nothing);
                }
            }
        }
        match first {
            _ if unknown => Requirement::Unknown,
            Some(_) if authorizes && open => {
                run.note_reason("one of the alternatives in `security` does not authorize callers");
                Requirement::Unknown
            }
            _ if authorizes => Requirement::Authorization,
            Some((problem, related)) => Requirement::Nothing { problem, related },
            None => Requirement::Unknown,
        }
    }

    fn alternative(&mut self, run: &mut Run<'_, 't>, alternative: &'v Value<'t>) -> Scheme {
        let Kind::Map(names) = &alternative.kind else {
            note_why(run, alternative, "`security` of the OpenAPI document contains something that is not a map");
            return Scheme::Unknown;
        };
        let mut result = None;
        for name in names {
            let scheme = self.schemes.named(run, &name.key);
            result = Some(match (result, scheme) {
                (Some(Scheme::Authorizes), _) | (_, Scheme::Authorizes) => Scheme::Authorizes,
                (Some(Scheme::Unknown), _) | (_, Scheme::Unknown) => Scheme::Unknown,
                (Some(first), _) => first,
                (None, only) => only,
            });
        }
        result.unwrap_or_else(|| Scheme::Nothing(("`security` contains an empty requirement".to_owned(), None)))
    }
}
