//! What the pack carries beside the rules: profiles, citations, checks of a running account, and services without rules.

use super::meta::{Control, RuntimeCheck, UnruledService};
use super::packed;
use std::sync::OnceLock;

const CONTROLS: &str = include_str!(concat!(env!("OUT_DIR"), "/controls.txt"));
const RUNTIME: &str = include_str!(concat!(env!("OUT_DIR"), "/runtime.json"));
const SERVICES: &str = include_str!(concat!(env!("OUT_DIR"), "/services.json"));
const PURPOSES: &str = include_str!(concat!(env!("OUT_DIR"), "/profiles.json"));

/// The profiles that exist: three from the narrowest to the widest, each with the rules of those before it, and one that is
/// a proposal.
pub const PROFILES: [&str; 4] = ["core", "conformance", "strict", PROPOSAL];

/// The profile of what would be mandatory if the changes proposed in 90 FR 898 became law.
pub const PROPOSAL: &str = "proposed-2025";

/// The citations of the Security Rule, in the order of the regulation.
pub fn controls() -> &'static [Control] {
    static ALL: OnceLock<Vec<Control>> = OnceLock::new();
    ALL.get_or_init(|| packed::read(CONTROLS).unwrap_or_default())
}

/// The checks that no template can show, in the order of their ids.
pub fn runtime_checks() -> &'static [RuntimeCheck] {
    static ALL: OnceLock<Vec<RuntimeCheck>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(RUNTIME).unwrap_or_default())
}

/// The eligible services for which no template can show a safeguard, in the order of their names.
pub fn unruled_services() -> &'static [UnruledService] {
    static ALL: OnceLock<Vec<UnruledService>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(SERVICES).unwrap_or_default())
}

/// The profiles with what each is for, from the narrowest to the widest.
pub fn profiles() -> &'static [(String, String)] {
    static ALL: OnceLock<Vec<(String, String)>> = OnceLock::new();
    ALL.get_or_init(|| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(PURPOSES)
            .unwrap_or_default()
            .into_iter()
            .map(|(name, text)| (name, text.as_str().unwrap_or_default().to_owned()))
            .collect()
    })
}

/// What has to be known about a profile that is a proposal and no law; none for the others.
pub fn notice(profile: &str) -> Option<&'static str> {
    let (name, text) = profiles().iter().find(|(name, _)| name == profile)?;
    (name == PROPOSAL).then_some(text)
}
