//! Which services AWS's Business Associate Addendum covers. Which, and as of when: `data/hipaa-eligible.txt`.

use super::lifecycles::as_of;
use super::sorted_text::SortedText;

const TEXT: &str = include_str!("../../data/hipaa-eligible.txt");
const SERVICES: SortedText = SortedText::lines(TEXT);

/// The day of AWS's list that the data follows.
pub fn hipaa_list_date() -> &'static str {
    as_of(TEXT)
}

/// The entry of a service in AWS's list of HIPAA eligible services.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// It is on the list, or a feature of a service that is.
    Eligible,
    /// It handles its users' data and is not on the list.
    Outside,
    /// It is not meant for PHI: it configures, pays for or builds other services.
    Control,
    /// It could not be found out.
    Unclear,
}

/// Whether the service of a resource type is HIPAA eligible, and the service's name. None for types that are not AWS's, and for
/// namespaces that are newer than the list.
pub fn hipaa_eligibility(resource_type: &str) -> Option<(Eligibility, &'static str)> {
    let name = resource_type.strip_prefix("AWS::")?;
    let (namespace, _) = name.split_once("::")?;
    let line = SERVICES.entry(name).or_else(|| SERVICES.entry(namespace))?;
    let (verdict, service) = line.split_once(' ')?;
    let verdict = match verdict {
        "eligible" => Eligibility::Eligible,
        "outside" => Eligibility::Outside,
        "control" => Eligibility::Control,
        "unclear" => Eligibility::Unclear,
        _ => return None,
    };
    Some((verdict, service))
}

/// The name of the service that a namespace of resource types belongs to.
pub fn hipaa_service(namespace: &str) -> Option<&'static str> {
    SERVICES.entry(namespace)?.split_once(' ').map(|(_, service)| service)
}

/// The namespaces of the services that are HIPAA eligible.
pub fn hipaa_eligible_namespaces() -> impl Iterator<Item = &'static str> {
    let lines = SERVICES.from(|_| false).filter_map(|line| line.split_once(' '));
    lines.filter(|(_, entry)| entry.starts_with("eligible ")).map(|(namespace, _)| namespace)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_line_has_a_verdict_and_a_service() {
        let mut before = "";
        for line in SERVICES.from(|_| false) {
            let key = line.split(' ').next().unwrap();
            assert!(before < key, "{key} out of order");
            before = key;
            let name = if key.contains("::") { format!("AWS::{key}") } else { format!("AWS::{key}::Thing") };
            assert!(!hipaa_eligibility(&name).unwrap_or_else(|| panic!("{line}")).1.is_empty());
        }
    }

    #[test]
    fn a_type_may_be_excluded_from_its_service() {
        let verdict = |kind: &str| hipaa_eligibility(kind).map(|(verdict, _)| verdict);
        assert_eq!(verdict("AWS::DirectoryService::MicrosoftAD"), Some(Eligibility::Eligible));
        assert_eq!(verdict("AWS::DirectoryService::SimpleAD"), Some(Eligibility::Outside));
        assert_eq!(hipaa_eligibility("AWS::SDB::Domain"), Some((Eligibility::Outside, "Amazon SimpleDB")));
        assert_eq!(verdict("AWS::IAM::Role"), Some(Eligibility::Control));
        assert_eq!(verdict("AWS::VpcLattice::Service"), Some(Eligibility::Unclear));
        assert_eq!(verdict("Custom::Thing"), None);
        assert_eq!(verdict("AWS::NoSuchService::Thing"), None);
    }
}
