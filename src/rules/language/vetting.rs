//! Whether what a rule names exists: resource types, their properties and the values of these, citations, profiles, and the
//! placeholders of messages. The rule language alone cannot decide it: the facts come from what AWS publishes, and from the pack.
//!
//! Custom rules are vetted when they are loaded, built-in rules by the tests.

mod blocks;
mod fixes;
mod place;
mod placeholders;
mod properties;
mod slip;
mod types;
mod values;

pub use place::{Focus, Place, Step};
pub use slip::{Slip, Vetted};

use super::lists::{controls, profiles};
use super::rule::Rule;
use place::Spot;
use properties::Walk;
use slip::{did_you_mean, meant};
use types::Newer;

/// Slips of one rule that are reported.
const MAX_SLIPS: usize = 20;

/// Looks up everything that a rule names.
pub fn vet(rule: &Rule) -> Vetted {
    let mut slips = head(rule);
    let newer = Newer::of(rule, &mut slips);
    let mut walk = Walk::new(rule, &newer, slips);
    walk.rule();
    walk.fixes();
    let mut vetted = walk.finish();
    placeholders::vet(rule, &mut vetted.slips);
    let mut kept: Vec<Slip> = Vec::new();
    for slip in std::mem::take(&mut vetted.slips) {
        if kept.len() < MAX_SLIPS && !kept.contains(&slip) {
            kept.push(slip);
        }
    }
    vetted.slips = kept;
    vetted
}

/// The citations and profiles of a rule.
fn head(rule: &Rule) -> Vec<Slip> {
    let mut slips = Vec::new();
    let mut check = |key, named: &[String], known: &[&str], what: &str| {
        for name in named.iter().filter(|name| !known.contains(&name.as_str())) {
            let hint = did_you_mean(meant(name, known.iter().copied()));
            let place = Spot::key(key).at(Focus::scalar(name));
            slips.push(Slip { place, message: format!("{what} `{name}`{hint}"), may_be_newer: false });
        }
    };
    let citations: Vec<&str> = controls().iter().map(|control| control.id.as_str()).collect();
    let names: Vec<&str> = profiles().iter().map(|(name, _)| name.as_str()).collect();
    let security_rule = "the Security Rule (45 CFR Part 164, Subpart C) does not have";
    check("controls", &rule.meta.controls, &citations, security_rule);
    check("profiles", &rule.meta.profiles, &names, "there is no profile");
    slips
}
