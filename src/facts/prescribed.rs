//! The names that a service looks for: a resource of another name has no effect.

/// By type, sorted.
///
/// Sources, 2026-11: AWS Database Migration Service User Guide, "Creating the IAM roles to use with AWS DMS"
/// (docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole) and "AWS managed policies for AWS Database Migration
/// Service" (security-iam-awsmanpol.html); AWS Systems Manager User Guide, "Update Session Manager preferences (command line)"
/// (docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-configure-preferences-cli.html).
const PRESCRIBED: [(&str, &str); 4] = [
    ("AWS::IAM::Role", "dms-access-for-endpoint"),
    ("AWS::IAM::Role", "dms-cloudwatch-logs-role"),
    ("AWS::IAM::Role", "dms-vpc-role"),
    ("AWS::SSM::Document", "SSM-SessionManagerRunShell"),
];

/// Whether the physical name of a resource of a type is one that a service looks for.
pub fn is_prescribed_name(kind: &str, name: &str) -> bool {
    PRESCRIBED.contains(&(kind, name))
}
