//! Fetching the template of a stack: by https from an S3 host of the stack's own partition, and nothing else.

use std::io::Read;
use std::time::Duration;
use url::{Host, Url};

/// The most bytes that are fetched. A template has at most 1 MB (CloudFormation user guide, "Understand CloudFormation quotas"); it is
/// a text in JSON here, perhaps with the one before.
pub const MAX_BYTES: u64 = 8 << 20;
/// CloudFormation waits for 30 seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Fetches what an address leads to.
pub trait Fetch {
    /// The bytes at an address that [`check`] accepted.
    ///
    /// # Errors
    /// Why there are none, without the address: it admits whoever knows it.
    fn get(&self, address: &str) -> Result<Vec<u8>, String>;
}

/// The internet.
#[derive(Copy, Clone, Debug)]
pub struct Internet;

impl Fetch for Internet {
    fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .https_only(true)
            .max_redirects(0)
            // A redirect is an answer that has no template.
            .max_redirects_will_error(true)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let response = agent.get(address).call().map_err(|error| match error {
            ureq::Error::StatusCode(status) => format!("S3 answered with status {status}"),
            ureq::Error::Timeout(_) => "S3 did not answer within 10 seconds".to_owned(),
            ureq::Error::TooManyRedirects | ureq::Error::RedirectFailed => {
                "S3 redirected to another address, which hipaalint does not follow".to_owned()
            }
            _ => "the connection to S3 failed".to_owned(),
        })?;
        let mut bytes = Vec::new();
        let mut body = response.into_body().into_reader().take(MAX_BYTES + 1);
        body.read_to_end(&mut bytes).map_err(|_| "the connection to S3 ended early".to_owned())?;
        Ok(bytes)
    }
}

/// Fetches an address after checking it.
pub(crate) fn checked(fetch: &dyn Fetch, address: &str, partition: Option<&str>) -> Result<Vec<u8>, String> {
    check(address, partition)?;
    let bytes = fetch.get(address)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("it has more than {} MiB", MAX_BYTES >> 20));
    }
    Ok(bytes)
}

/// Whether an address is one of S3 in a partition. A partition that is not known is `aws`.
fn check(address: &str, partition: Option<&str>) -> Result<(), String> {
    let refused = |why: &str| Err(format!("its address is refused: {why}"));
    let Ok(url) = Url::parse(address) else { return refused("it cannot be read") };
    if url.scheme() != "https" {
        return refused("it does not begin with https");
    }
    if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return refused("it has a user or a port");
    }
    let Some(Host::Domain(host)) = url.host() else { return refused("its host is not a name") };
    let suffix = match partition.unwrap_or("aws") {
        "aws" | "aws-us-gov" => ".amazonaws.com",
        "aws-cn" => ".amazonaws.com.cn",
        _ => return refused("hipaalint does not know the partition of the stack"),
    };
    let Some(service) = host.strip_suffix(suffix) else { return refused("its host is not one of AWS") };
    if is_s3(service) { Ok(()) } else { refused("its host is not one of S3") }
}

/// Whether what is before `.amazonaws.com` is S3: `s3`, `s3.REGION`, `s3-REGION`, `s3.dualstack.REGION`, perhaps after the name of a
/// bucket. Source: "Amazon Simple Storage Service endpoints and quotas", AWS General Reference, 2026-11.
fn is_s3(service: &str) -> bool {
    let is_region = |label: &str| {
        let parts: Vec<&str> = label.split('-').collect();
        parts.len() >= 3
            && parts.iter().all(|part| !part.is_empty())
            && label.ends_with(|last: char| last.is_ascii_digit())
    };
    let labels: Vec<&str> = service.split('.').collect();
    let end = match labels.as_slice() {
        [before @ .., "s3"] => Some(before),
        [before @ .., "s3", "dualstack", region] if is_region(region) => Some(before),
        [before @ .., "s3", region] if is_region(region) => Some(before),
        [before @ .., last] if last.strip_prefix("s3-").is_some_and(is_region) => Some(before),
        _ => None,
    };
    end.is_some_and(|bucket| bucket.iter().all(|label| !label.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_s3_are_fetched() {
        for (address, partition) in [
            ("https://s3.amazonaws.com/bucket/key?X-Amz-Signature=1", "aws"),
            ("https://bucket.s3.amazonaws.com/key", "aws"),
            ("https://a.dotted.bucket.s3.us-east-1.amazonaws.com/key", "aws"),
            ("https://bucket.s3-eu-central-1.amazonaws.com/key", "aws"),
            ("https://bucket.s3.dualstack.us-gov-west-1.amazonaws.com/key", "aws-us-gov"),
            ("https://bucket.s3.cn-north-1.amazonaws.com.cn/key", "aws-cn"),
            ("https://BUCKET.S3.US-EAST-1.AMAZONAWS.COM/key", "aws"),
        ] {
            assert_eq!(check(address, Some(partition)), Ok(()), "{address}");
        }
        assert_eq!(check("https://bucket.s3.amazonaws.com/key", None), Ok(()));
    }

    #[test]
    fn other_addresses_are_not() {
        for (address, partition) in [
            ("http://bucket.s3.amazonaws.com/key", "aws"),
            ("https://bucket.s3.amazonaws.com:8443/key", "aws"),
            ("https://user@bucket.s3.amazonaws.com/key", "aws"),
            ("https://bucket.s3.amazonaws.com.example.com/key", "aws"),
            ("https://example.com/s3.amazonaws.com", "aws"),
            ("https://example.com\\@bucket.s3.amazonaws.com/", "aws"),
            ("https://127.0.0.1/key", "aws"),
            ("https://[::1]/key", "aws"),
            ("https://169.254.169.254/latest/meta-data", "aws"),
            ("https://sqs.us-east-1.amazonaws.com/key", "aws"),
            ("https://abc.execute-api.us-east-1.amazonaws.com/s3", "aws"),
            ("https://s3.evil.amazonaws.com/key", "aws"),
            ("https://amazonaws.com/key", "aws"),
            ("https://bucket.s3.amazonaws.com/key", "aws-cn"),
            ("https://bucket.s3.cn-north-1.amazonaws.com.cn/key", "aws"),
            ("https://bucket.s3.amazonaws.com/key", "aws-unheard-of"),
            ("file:///etc/passwd", "aws"),
            ("", "aws"),
        ] {
            assert!(check(address, Some(partition)).is_err(), "{address}");
        }
    }
}
