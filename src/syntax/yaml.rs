//! YAML, as CloudFormation takes it, into the located tree.
