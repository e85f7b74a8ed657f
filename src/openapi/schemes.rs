//! The security schemes of an OpenAPI document, and which of them authorize callers.

use super::{Protocol, note_why};
use crate::eval::Run;
use crate::eval::text::equals_str;
use crate::eval::value::{Field, Kind, Value};
use crate::source::Span;
use crate::truth::Truth;
use foldhash::HashMap;

/// The extension that names an authorizer.
const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
/// The extension for IAM authorization, and for naming the internal scheme of a Lambda authorizer.
const AUTH_TYPE: &str = "x-amazon-apigateway-authtype";

/// Why something does not authorize callers, and the scheme that it is about.
pub(super) type Nothing = (String, Option<(Span, &'static str)>);

/// What a scheme does.
#[derive(Clone, Debug)]
pub(super) enum Scheme {
    /// It authorizes callers.
    Authorizes,
    /// It requires an API key, which identifies nobody.
    ApiKey(Nothing),
    /// Nothing.
    Nothing(Nothing),
    /// Unknown.
    Unknown,
}

/// The schemes of a document.
pub(super) struct Schemes<'v, 't> {
    protocol: Protocol,
    /// Those that are declared where the document's version has them.
    declared: HashMap<&'v str, &'v Field<'t>>,
    /// Those that are declared where another version has them.
    elsewhere: HashMap<&'v str, &'v Field<'t>>,
    /// Whether there may be others.
    unknown: bool,
    /// What was found out.
    known: HashMap<String, Scheme>,
}

impl<'v, 't> Schemes<'v, 't> {
    /// Those of a document: `components.securitySchemes` of OpenAPI 3, `securityDefinitions` of Swagger 2.
    pub(super) fn of(run: &mut Run<'_, 't>, document: &'v Value<'t>, protocol: Protocol) -> Self {
        let mut schemes = Self {
            protocol,
            declared: HashMap::default(),
            elsewhere: HashMap::default(),
            unknown: false,
            known: HashMap::default(),
        };
        let components = document.get("components");
        let three = match components {
            Some(components) if components.is_opaque() => Some(components),
            Some(components) => components.get("securitySchemes"),
            None => None,
        };
        let two = document.get("securityDefinitions");
        let (here, there) = match (document.get("openapi"), document.get("swagger")) {
            (Some(_), None) => (vec![three], vec![two]),
            (None, Some(_)) => (vec![two], vec![three]),
            _ => (vec![three, two], Vec::new()),
        };
        for (sections, is_here) in [(here, true), (there, false)] {
            for section in sections.into_iter().flatten() {
                if is_here && !matches!(section.kind, Kind::Map(_)) {
                    note_why(run, section, "the security schemes of the OpenAPI document are not a map");
                    schemes.unknown = true;
                }
                let into = if is_here { &mut schemes.declared } else { &mut schemes.elsewhere };
                into.extend(section.fields().iter().map(|field| (field.key.as_ref(), field)));
            }
        }
        schemes
    }

    /// What the scheme of this name does.
    pub(super) fn named(&mut self, run: &mut Run<'_, 't>, name: &str) -> Scheme {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let scheme = match self.declared.get(name) {
            Some(scheme) => self.declared(run, scheme),
            None if self.unknown => Scheme::Unknown,
            None if self.elsewhere.contains_key(name) => {
                run.note_reason(format!(
                    "the security scheme `{name}` is declared where the version of the OpenAPI document does not have it"
                ));
                Scheme::Unknown
            }
            // SAM writes it for operations that no authorizer is to protect.
            None if name == "NONE" => Scheme::Nothing(("its security is set to NONE".to_owned(), None)),
            None => Scheme::Nothing((format!("its security scheme `{name}` is not defined"), None)),
        };
        self.known.insert(name.to_owned(), scheme.clone());
        scheme
    }

    fn declared(&self, run: &mut Run<'_, 't>, field: &Field<'t>) -> Scheme {
        let (name, scheme) = (&field.key, &field.value);
        if !matches!(scheme.kind, Kind::Map(_)) || scheme.get("$ref").is_some() {
            note_why(run, scheme, "a security scheme of the OpenAPI document is not a map, or a `$ref`");
            return Scheme::Unknown;
        }
        if let Some(authorizer) = scheme.get(AUTHORIZER) {
            return self.authorizer(run, authorizer);
        }
        if let Some(auth_type) = scheme.get(AUTH_TYPE) {
            // The term is reserved for IAM, and for schemes of the type `apiKey`. Everything else describes a Lambda authorizer,
            // which is not here.
            let is_iam = run.decide(&[auth_type], &|values| match values {
                [auth_type] => equals_str(auth_type, "awsSigv4"),
                _ => Truth::Unknown,
            });
            let is_api_key = scheme.get("type").is_some_and(|kind| kind.text().as_deref() == Some("apiKey"));
            return match is_iam {
                Truth::True if is_api_key => Scheme::Authorizes,
                _ => {
                    note_why(
                        run,
                        auth_type,
                        "AWS does not document what `x-amazon-apigateway-authtype` means here, without an authorizer",
                    );
                    Scheme::Unknown
                }
            };
        }
        let related = Some((field.key_span, "the security scheme"));
        let is_key = ["type", "name"].map(|key| scheme.get(key).and_then(Value::text));
        match is_key {
            [Some(kind), Some(header)] if kind == "apiKey" && header.eq_ignore_ascii_case("x-api-key") => {
                Scheme::ApiKey((
                    format!("its security scheme `{name}` is an API key, which identifies no caller"),
                    related,
                ))
            }
            _ => Scheme::Nothing((
                format!("its security scheme `{name}` has neither `{AUTH_TYPE}` nor `{AUTHORIZER}`"),
                related,
            )),
        }
    }

    fn authorizer(&self, run: &mut Run<'_, 't>, authorizer: &Value<'t>) -> Scheme {
        let kinds: &[&str] = match self.protocol {
            Protocol::Rest => &["token", "request", "cognito_user_pools"],
            Protocol::Http => &["request", "jwt"],
        };
        let Some(kind) = authorizer.get("type") else {
            note_why(run, authorizer, "`x-amazon-apigateway-authorizer` has no `type`");
            return Scheme::Unknown;
        };
        let is_kind = run.decide(&[kind], &|values| match values {
            [kind] => Truth::any(kinds.iter().map(|known| equals_str(kind, known))),
            _ => Truth::Unknown,
        });
        match is_kind {
            Truth::True => Scheme::Authorizes,
            _ => {
                note_why(
                    run,
                    kind,
                    "`x-amazon-apigateway-authorizer` has a `type` that AWS does not document for this API",
                );
                Scheme::Unknown
            }
        }
    }
}
