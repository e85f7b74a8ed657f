//! Services that the policy of a key does not let use it, for the resources that the key encrypts. A fix may make a service use a key that
//! another fix chose before, or at the same time: an alarm notifies a topic that is encrypted now. The policy is opened with it.

use super::Workshop;
use super::key::{KEY, opening};
use super::services::may_use_keys_of;
use crate::finding::{Applicability, Fix};

/// Resources of one template that are compared with the policies of their keys.
const MAX_COMPARED: usize = 256;

/// A service that cannot use a key.
#[derive(Clone, Debug)]
pub(crate) struct Locked {
    /// The resource that the key encrypts, the key, and the service.
    pub(crate) names: [String; 3],
    /// The resource and those that refer to it: a fix of one of them made the service use the key.
    pub(crate) around: Vec<String>,
    /// What lets the service use it.
    pub(crate) fix: Fix,
}

impl Workshop<'_, '_, '_> {
    /// The services that cannot use keys of the template.
    pub(in crate::linter) fn locked(&self) -> Vec<Locked> {
        let mut locked = Vec::new();
        let mut compared = 0;
        for key in self.model.of_type(KEY) {
            let Some((path, items)) = self.statements_of(key) else { continue };
            for (user, at) in self.neighbors.users(key.name) {
                if !may_use_keys_of(user.kind) || !at.split('/').any(|step| step.contains("Key")) {
                    continue;
                }
                compared += 1;
                if compared > MAX_COMPARED {
                    return locked;
                }
                let found = self.services(user, &[user.kind], &|part| at.contains(part));
                for service in found.services.iter().filter(|service| !self.permits(service, key, user, true)) {
                    let name = user.written_name();
                    let note =
                        format!("The policy of `{}` then lets {} use the key for `{name}`.", key.name, service.name);
                    let around = self.neighbors.users(user.name).map(|(other, _)| other.written_name().to_owned());
                    locked.push(Locked {
                        names: [user.name, key.name, &service.name].map(str::to_owned),
                        around: std::iter::once(name.to_owned()).chain(around).collect(),
                        fix: Fix {
                            title: format!("Let {} use the key `{}`", service.name, key.name),
                            changes: opening(service, &path, items),
                            ..Fix::marked(Applicability::Unsafe, note)
                        },
                    });
                }
            }
        }
        locked
    }
}
