//! Every service under AWS's Business Associate Addendum is named by a rule, or is in `rules/services.yaml` with the reason why a
//! template can show nothing. The reason holds only where the schemas have no property whose name suggests a safeguard, other than
//! those for which the entry states why they are none.

use super::files::pack;
use hipaalint::facts::hipaa_eligible_namespaces;
use hipaalint::rules::load::unruled_services;
use std::collections::BTreeSet;

const SCHEMAS: &str = include_str!("../../data/schemas.txt");

/// The resource types of a namespace, each with the names of all properties at any depth that a template can set.
fn types(namespace: &str) -> Vec<(&'static str, BTreeSet<&'static str>)> {
    let prefix = format!("AWS::{namespace}::");
    let lines = SCHEMAS.lines().filter(|line| line.starts_with(&prefix));
    lines
        .map(|line| {
            let (kind, schema) = line.split_once(' ').unwrap();
            let (objects, read_only) = schema.rsplit_once(';').unwrap();
            let read_only: BTreeSet<&str> = read_only.split(',').collect();
            let name = |entry: &'static str| entry.split(':').next().unwrap();
            let mut names = BTreeSet::new();
            for (index, object) in objects.split(';').enumerate() {
                // What AWS sets is named by its path, so a name is a property of the type itself.
                let settable = object.split(',').map(name).filter(|name| index > 0 || !read_only.contains(name));
                names.extend(settable.filter(|name| !name.is_empty()));
            }
            (kind, names)
        })
        .collect()
}

/// The words of a name in camel case, in lower case: `vpc` and `id` of `VPCId`, `vpc`, `subnet` and `ids` of `VpcSubnetIds`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        let begins = match before {
            None => true,
            Some(before) if letter.is_uppercase() => {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            }
            Some(before) => !letter.is_alphanumeric() || !before.is_alphanumeric(),
        };
        if begins {
            words.push(String::new());
        }
        words.last_mut().unwrap().extend(letter.to_lowercase());
    }
    words
}

/// Whether a name suggests a key, a log, a network, an authorization, a policy, or TLS. Words count, not letters: a `Catalog`, an
/// `Author` and a `Login` are no safeguards.
fn suggests_safeguard(name: &str) -> bool {
    words(name).iter().any(|word| {
        let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| word.starts_with(beginning));
        matches!(
            word.as_str(),
            "log" | "logs" | "logging" | "logged" | "logger" | "loggers" | "auth" | "authn" | "authz"
        ) || begins(&["kms", "encrypt", "vpc", "subnet", "polic", "tls", "ssl", "authent"])
            || (word.starts_with("authori") && !word.starts_with("authorit"))
            || matches!(word.as_str(), "public" | "publicly")
    })
}

/// Whether a rule names a resource type of a namespace.
fn ruled() -> BTreeSet<String> {
    let pack = pack();
    let targets = pack.entries().iter().flat_map(|entry| entry.targets.iter());
    targets.filter_map(|target| Some(target.name().strip_prefix("AWS::")?.split("::").next()?.to_owned())).collect()
}

#[test]
fn every_eligible_service_has_a_rule_or_a_reason() {
    let ruled = ruled();
    let listed: BTreeSet<&str> = unruled_services().iter().map(|service| service.namespace.as_str()).collect();
    let eligible: Vec<&str> = hipaa_eligible_namespaces().collect();
    assert!(eligible.len() > 180, "only {} namespaces were read", eligible.len());
    let mut complaints = Vec::new();
    for namespace in &eligible {
        match (ruled.contains(*namespace), listed.contains(namespace)) {
            (false, false) => {
                complaints.push(format!("{namespace} has neither a rule nor an entry in rules/services.yaml"))
            }
            (true, true) => {
                complaints.push(format!("{namespace} has a rule and is in rules/services.yaml all the same"))
            }
            _ => {}
        }
    }
    let unknown = listed.iter().filter(|namespace| !eligible.contains(namespace));
    complaints.extend(unknown.map(|namespace| format!("{namespace} is not eligible")));
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn services_without_a_rule_have_no_property_of_a_safeguard() {
    let services = unruled_services();
    assert!(services.is_sorted_by(|one, other| one.namespace < other.namespace));
    let mut complaints = Vec::new();
    for service in services {
        let namespace = &service.namespace;
        let types = types(namespace);
        let mut suggest: BTreeSet<&str> = BTreeSet::new();
        for (kind, names) in &types {
            for name in names.iter().filter(|name| suggests_safeguard(name)) {
                suggest.insert(name);
                if !service.properties.iter().any(|property| property.name == *name) {
                    complaints.push(format!("{kind} has `{name}`, and no word why it is not a safeguard"));
                }
            }
        }
        let idle = service.properties.iter().filter(|property| !suggest.contains(property.name.as_str()));
        complaints.extend(idle.map(|property| format!("{namespace} has no settable `{}`", property.name)));
        assert!(!types.is_empty(), "{namespace} has no types");
        assert!(service.source.starts_with("https://"), "{namespace}");
        let reasons = service.properties.iter().map(|property| &property.reason).chain([&service.reason]);
        assert!(reasons.into_iter().all(|reason| reason.trim().ends_with('.')), "{namespace}");
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn names_suggest_safeguards_by_their_words() {
    let names = [
        "KmsKeyArn",
        "KMSArn",
        "OutputEncryptionKMSKeyId",
        "Encrypted",
        "LogGroupArn",
        "CloudWatchLogsConfiguration",
        "Logging",
        "PubliclyAccessible",
        "AutoAssignPublicIps",
        "VPCId",
        "HostVPCId",
        "VpcConfig",
        "SubnetIds",
        "AuthType",
        "authCode",
        "PortalAuthMode",
        "AuthorizationConfig",
        "AuthenticationType",
        "AuthorizedPrincipals",
        "Policies",
        "ResiliencyPolicyArn",
        "TLS",
        "TLSCertificateConfiguration",
        "TlsEncryption",
        "EnableSsl",
    ];
    for name in names {
        assert!(suggests_safeguard(name), "{name}: {:?}", words(name));
    }
    let others = [
        "S3GlueDataCatalog",
        "CatalogId",
        "LogicalId",
        "Author",
        "CertificateAuthorityArn",
        "Topology",
        "LoginTitle",
        "LogoUrl",
        "Dialog",
        "PublisherId",
        "PublicationDate",
        "AnalogInput",
    ];
    for name in others {
        assert!(!suggests_safeguard(name), "{name}: {:?}", words(name));
    }
    let read = types("KMS");
    let (_, key) = read.iter().find(|(kind, _)| *kind == "AWS::KMS::Key").unwrap();
    assert!(key.contains("EnableKeyRotation") && !key.contains("KeyId"), "{key:?}");
}
