//! The account, Region and product that findings are imported for.

use crate::facts::partitions;
use std::fmt;

/// Where findings are imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    id: String,
    region: String,
    product_arn: String,
    partition: &'static str,
}

/// What is wrong about an account, a Region or a product, as a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountError(String);

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AccountError {}

/// The partition of a Region. One that nobody has announced is in the first.
fn partition_of(region: &str) -> &'static str {
    partitions::of_region(region).map_or("aws", |partition| partition.name)
}

/// Whether a text is the name of a Region, of at most 16 characters.
fn is_region(text: &str) -> bool {
    text.len() <= 16 && partitions::is_region(text)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Account {
    /// Checks the three.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn new(id: &str, region: &str, product_arn: &str) -> Result<Self, AccountError> {
        if !is_account(id) {
            return Err(AccountError(format!("the account '{id}' is not a number of 12 digits")));
        }
        if !is_region(region) {
            return Err(AccountError(format!("'{region}' is not the name of a Region, such as us-east-1")));
        }
        let partition = partition_of(region);
        let default = default_product(id, region);
        let wrong = |why: &str| {
            Err(AccountError(format!("the product ARN '{product_arn}' {why}; your own findings have {default}")))
        };
        let parts: Vec<&str> = product_arn.splitn(6, ':').collect();
        let &["arn", own_partition, "securityhub", own_region, owner, product] = parts.as_slice() else {
            return wrong("is not that of a product of Security Hub");
        };
        let is_product = match product.split('/').collect::<Vec<_>>().as_slice() {
            ["product", company, name] => !company.is_empty() && !name.is_empty(),
            _ => false,
        };
        let has_owner = owner.is_empty() || is_account(owner);
        if !is_product || !has_owner || product_arn.len() > 2048 || product_arn.chars().any(|c| !c.is_ascii_graphic()) {
            return wrong("is not that of a product of Security Hub");
        }
        if own_region != region {
            return wrong(&format!("is of another Region than {region}"));
        }
        if own_partition != partition {
            return wrong(&format!("is not in the partition {partition} of {region}"));
        }
        Ok(Self { id: id.to_owned(), region: region.to_owned(), product_arn: product_arn.to_owned(), partition })
    }

    /// The account's number.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }

    pub(super) fn product_arn(&self) -> &str {
        &self.product_arn
    }

    /// The partition as a resource names it; none for one that ASFF names otherwise.
    pub(super) fn partition(&self) -> Option<&'static str> {
        match self.partition {
            "aws" | "aws-cn" | "aws-us-gov" => Some(self.partition),
            "aws-iso" => Some("aws-us-iso"),
            "aws-iso-b" => Some("aws-us-iso-b"),
            _ => None,
        }
    }
}

/// The product of findings that an account imports for itself: the default product. Source, 2026-11:
/// <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-custom-providers.html>
pub fn default_product(id: &str, region: &str) -> String {
    format!("arn:{}:securityhub:{region}:{id}:product/{id}/default", partition_of(region))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn products_belong_to_their_region() {
        let arn = |region| default_product("111122223333", region);
        for region in ["us-east-1", "cn-north-1", "us-gov-west-1", "ap-southeast-2", "us-isob-east-1", "eusc-de-east-1"]
        {
            let account = Account::new("111122223333", region, &arn(region)).unwrap();
            // ASFF does not know every partition.
            assert_eq!(account.partition().is_none(), region.starts_with("eusc-"));
        }
        let odd = [
            ("1111", "us-east-1", arn("us-east-1")),
            ("111122223333", "us-east", arn("us-east-1")),
            ("111122223333", "US-EAST-1", arn("us-east-1")),
            ("111122223333", "eu-west-1", arn("us-east-1")),
            ("111122223333", "us-east-1", "arn:aws:s3:::bucket".into()),
            ("111122223333", "us-east-1", "arn:aws:securityhub:us-east-1:111122223333:product/a".into()),
            ("111122223333", "us-east-1", "arn:aws-cn:securityhub:us-east-1:111122223333:product/a/b".into()),
            ("111122223333", "us-east-1", "arn:aws:securityhub:us-east-1:12:product/a/b".into()),
            ("111122223333", "us-east-1", String::new()),
        ];
        for (id, region, arn) in odd {
            assert!(Account::new(id, region, &arn).is_err(), "{id} {region} {arn}");
        }
        assert!(Account::new("111122223333", "us-east-1", "arn:aws:securityhub:us-east-1::product/a/b").is_ok());
    }
}
