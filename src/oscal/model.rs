//! The shapes that OSCAL's documents share. Lists that are empty are left out: OSCAL allows none.

use super::{NAMESPACE, OSCAL_VERSION};
use serde::Serialize;

/// The head of a document.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Metadata {
    title: String,
    last_modified: String,
    version: String,
    oscal_version: &'static str,
    props: Vec<Property>,
    roles: Vec<Role>,
    parties: Vec<Party>,
    responsible_parties: Vec<ResponsibleParty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remarks: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Role {
    id: &'static str,
    title: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Party {
    uuid: String,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    links: Vec<Link>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ResponsibleParty {
    role_id: &'static str,
    party_uuids: Vec<String>,
}

impl Metadata {
    /// The head of a document that hipaalint wrote.
    pub(crate) fn new(title: &str, last_modified: &str, remarks: Option<String>) -> Self {
        let party = super::uuid(&["party", "hipaalint"]);
        Self {
            title: title.to_owned(),
            last_modified: last_modified.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            oscal_version: OSCAL_VERSION,
            props: versions(),
            roles: vec![Role { id: "creator", title: "Program that wrote this document" }],
            parties: vec![Party {
                uuid: party.clone(),
                kind: "organization",
                name: "hipaalint",
                links: vec![Link::new("https://github.com/hipaalint/hipaalint", None)],
            }],
            responsible_parties: vec![ResponsibleParty { role_id: "creator", party_uuids: vec![party] }],
            remarks,
        }
    }
}

/// The versions that a result depends on.
pub(crate) fn versions() -> Vec<Property> {
    vec![
        Property::own("hipaalint-version", env!("CARGO_PKG_VERSION")),
        Property::own("rules-sha256", super::rules_version()),
        Property::own("facts-sha256", super::facts_version()),
    ]
}

/// A property.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Property {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ns: Option<&'static str>,
    value: String,
}

impl Property {
    /// One of our own. The value is one line, without blanks at its ends, and not empty.
    pub(crate) fn own(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, ns: Some(NAMESPACE), value: value.into() }
    }

    /// One of OSCAL's.
    pub(crate) fn standard(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, ns: None, value: value.into() }
    }
}

/// A link.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rel: Option<&'static str>,
}

impl Link {
    pub(crate) fn new(href: impl Into<String>, rel: Option<&'static str>) -> Self {
        Self { href: href.into(), rel }
    }
}

/// A part of a control.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Part {
    id: String,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    prose: String,
}

impl Part {
    pub(crate) fn new(id: String, name: &'static str, prose: impl Into<String>) -> Self {
        Self { id, name, title: None, prose: prose.into() }
    }

    pub(crate) fn titled(self, title: &'static str) -> Self {
        Self { title: Some(title), ..self }
    }
}
