//! AWS's data about its resource types, IAM actions and managed policies. Looks up, never judges.
//!
//! The facts are sorted text embedded in the binary and searched where it lies: nothing is parsed, allocated or
//! copied when the program starts. `data/resource-types.txt`, `data/schemas.txt`, `data/iam-actions.txt`,
//! `data/iam-resources.txt`, `data/sam-connectors.txt`, `data/sam-types.txt` and `data/sam-policy-templates.txt` are made by `scripts/facts.py`;
//! `data/attributes.txt`, `data/names.txt`, `data/stateful.txt`, `data/managed-policies.txt`, `data/hipaa-eligible.txt` and
//! `data/privilege-escalation.txt`, `data/service-sources.txt`, `data/replacement-notes.txt`, `data/safe-fixes.txt` and
//! `data/interruptions.txt` are reviewed by hand, and `data/tag-updates.txt` is from the pages of the types.

mod connectors;
mod escalation;
mod hipaa_eligible;
mod iam_actions;
mod lifecycles;
mod managed_policies;
pub mod partitions;
mod policy_templates;
mod prescribed;
pub mod properties;
mod replacement;
mod resource_types;
mod sam_types;
pub mod schema;
mod service_sources;
mod sorted_text;
mod tags;
mod updates;

pub use connectors::{sam_connector, sam_connector_end};
pub use escalation::{Needed, escalations};
pub use hipaa_eligible::{Eligibility, hipaa_eligibility, hipaa_eligible_namespaces, hipaa_list_date, hipaa_service};
pub use iam_actions::{
    Limitable, ResourceKind, ResourceSets, can_be_limited, cover_service, limitable, resource_kinds,
    resources_of_actions,
};
pub use lifecycles::{Lifecycle, day_of_oldest};
pub use managed_policies::{Grant, managed_policy_grant};
pub use policy_templates::sam_policy_template;
pub use prescribed::is_prescribed_name;
pub use replacement::{Replacement, replacement};
pub use resource_types::{
    is_known_type, is_property_attribute, is_reference, is_stateful, name_property, property_of_reference,
    resource_types, resource_types_below,
};
pub use sam_types::{is_of_sam, sam_event_properties, sam_events, sam_properties, sam_types};
pub use service_sources::{any_sends_source, sends_source};
pub use tags::{TagProperty, TagShape, passes_tags_on, tag_shape, tags_change_in_place, written_tags};
pub use updates::{interruption, is_reviewed_safe, reviewed_value};
