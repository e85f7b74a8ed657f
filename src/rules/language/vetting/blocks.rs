//! The shapes of what rules look at and no resource schema describes, in the notation of `data/schemas.txt`: the attributes of
//! blocks, and normalized statements of policies.

use crate::facts::schema::Schema;

/// The attributes of a resource. A description and a version are accepted as well (`CfnResource` of the AWS CDK writes them).
///
/// Source: AWS CloudFormation Template Reference Guide, "Resource attribute reference"
/// (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html, 2026-11).
pub(super) const RESOURCE: Schema = Schema::of_objects(
    "Condition:s,CreationPolicy:*,DeletionPolicy:(Delete|Retain|RetainExceptOnCreate|Snapshot),DependsOn:*,\
     Description:s,Metadata:*,Properties:*,Type:s,UpdatePolicy:*,UpdateReplacePolicy:(Delete|Retain|Snapshot),Version:s",
);

/// A parameter of a template.
///
/// Source: AWS CloudFormation User Guide, "Parameters" (2026-11).
pub(super) const PARAMETER: Schema = Schema::of_objects(
    "AllowedPattern:s,AllowedValues:[s,ConstraintDescription:s,Default:*,Description:s,MaxLength:i,MaxValue:n,MinLength:i,\
     MinValue:n,NoEcho:b,Type:s",
);

/// An output.
///
/// Source: AWS CloudFormation User Guide, "Outputs" (2026-11).
pub(super) const OUTPUT: Schema = Schema::of_objects("Condition:s,Description:s,Export:1,Value:*;Name:s");

/// The template as a whole.
///
/// Source: AWS CloudFormation User Guide, "Template sections" (2026-11); `Globals` is of SAM.
pub(super) const TEMPLATE: Schema = Schema::of_objects(
    "AWSTemplateFormatVersion:s,Conditions:*,Description:s,Globals:*,Hooks:*,Mappings:*,Metadata:*,Outputs:*,Parameters:*,\
     Resources:*,Rules:*,Transform:*",
);

/// A statement as `policy` normalizes it.
pub(super) const STATEMENT: Schema = Schema::of_objects(
    "Actions:[s,Conditions:[1,Effect:(Allow|Deny),NotActions:[s,NotPrincipals:[2,NotResources:[s,\
     Principals:[2,Resources:[s,Sid:s;Key:s,Operator:s,Values:[s;Kind:(*|AWS|CanonicalUser|Federated|Service),Value:s",
);

/// How IAM writes the elements that normalized statements have as lists, with their name there.
pub(super) const AS_WRITTEN: [(&str, &str); 7] = [
    ("Action", "Actions"),
    ("NotAction", "NotActions"),
    ("Resource", "Resources"),
    ("NotResource", "NotResources"),
    ("Principal", "Principals"),
    ("NotPrincipal", "NotPrincipals"),
    ("Condition", "Conditions"),
];
