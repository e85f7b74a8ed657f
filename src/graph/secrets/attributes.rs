//! Attributes that `Fn::GetAtt` returns in plaintext although they are secrets.

/// Resource type and attribute. From the descriptions of the types' return values in the CloudFormation template
/// reference; every other secret is handed out as the ARN of a stored one.
pub const SECRET_ATTRIBUTES: [(&str, &str); 4] = [
    ("AWS::AppSync::ApiKey", "ApiKey"),
    ("AWS::Cognito::UserPoolClient", "ClientSecret"),
    ("AWS::IAM::AccessKey", "SecretAccessKey"),
    ("AWS::ManagedBlockchain::Accessor", "BillingToken"),
];

/// Whether an attribute of a resource is a secret's value.
pub fn is_secret_attribute(resource_type: &str, attribute: &str) -> bool {
    SECRET_ATTRIBUTES.contains(&(resource_type, attribute))
}
