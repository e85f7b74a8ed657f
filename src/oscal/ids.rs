//! The names of controls and objectives. OSCAL's tokens begin with a letter and have no brackets.

/// The control that objectives of rules belong to which an organization added: our catalog has only the built-in rules.
pub const ADDED_RULES: &str = "added-rules";

/// The file of the catalog, as other documents refer to it.
pub const CATALOG_FILE: &str = "oscal-catalog.json";
/// The file of the component definition.
pub const COMPONENT_FILE: &str = "oscal-component-definition.json";

/// The control of a citation: `hipaa-164.312.a.2.iv` of `164.312(a)(2)(iv)`.
pub fn control_of_citation(citation: &str) -> String {
    format!("hipaa-{}", citation.replace('(', ".").replace(')', ""))
}

/// The control of a rule: its id, with a letter at its beginning.
pub fn control_of_rule(rule: &str) -> String {
    if rule.starts_with(|c: char| c.is_ascii_alphabetic()) { rule.to_owned() } else { format!("rule-{rule}") }
}

/// The objective of a rule, which is the target of findings.
pub fn objective_of_rule(rule: &str) -> String {
    format!("{}_obj", control_of_rule(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens() {
        assert_eq!(control_of_citation("164.312(a)(2)(iv)"), "hipaa-164.312.a.2.iv");
        assert_eq!(objective_of_rule("s3-bucket-tls-only"), "s3-bucket-tls-only_obj");
        assert_eq!(control_of_rule("4-eyes"), "rule-4-eyes");
    }
}
