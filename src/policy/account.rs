//! Whose account a principal or an ARN names.

use crate::eval::value::{Content, Kind, Origin, Part, Value};

/// Accounts of Elastic Load Balancing, which delivers access logs in the name of an account of the load balancer's
/// Region; sorted.
///
/// Source: Elastic Load Balancing user guide, "Enable access logs for your Application Load Balancer" (step 2, Regions
/// available before August 2022), and its edition for the China Regions.
const LOG_DELIVERY_ACCOUNTS: [&str; 26] = [
    "009996457667",
    "027434742980",
    "033677994240",
    "037604701340",
    "048591011584",
    "054676820928",
    "076674570225",
    "098369216593",
    "114774131450",
    "127311923021",
    "156460612806",
    "190560391635",
    "383597477331",
    "507241528517",
    "582318560864",
    "589379963580",
    "600734575887",
    "635631232127",
    "638102146993",
    "652711504416",
    "718504428378",
    "754344448648",
    "783225319266",
    "797873946194",
    "897822967062",
    "985666609251",
];

/// Whether an account is one of those that AWS delivers logs from.
pub(super) fn is_log_delivery(account: &str) -> bool {
    LOG_DELIVERY_ACCOUNTS.binary_search(&account).is_ok()
}

/// What stands where an ARN, or an account ID alone, names an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Account<'v, 't> {
    /// The account that the template is deployed to.
    Own,
    /// Text: 12 digits, a name such as `aws` or `cloudfront`, or nothing.
    Text(String),
    /// Depends on this part.
    Unsettled(&'v Part<'t>),
    /// It is neither an ARN nor an account ID.
    None,
}

/// The index of the account among the colon-separated segments of an ARN: `arn:partition:service:region:account:resource`.
const ACCOUNT_SEGMENT: usize = 4;

/// What Lake Formation puts behind an account and a colon: all identities of the account.
///
/// Source: AWS Lake Formation developer guide, "Granting permissions using attribute-based access control",
/// whose example grants to `111122223333:IAMPrincipals` (2026-11).
const ALL_IDENTITIES: &str = "IAMPrincipals";

/// The account that a scalar names.
pub(super) fn account_of<'v, 't>(value: &'v Value<'t>) -> Account<'v, 't> {
    let Kind::Text(parts) = &value.kind else {
        let Some(text) = value.text() else { return Account::None };
        return match text.split(':').nth(ACCOUNT_SEGMENT) {
            Some(account) if text.starts_with("arn:") => Account::Text(account.to_owned()),
            _ if is_account_id(&text) => Account::Text(text.into_owned()),
            _ => match text.split_once(':') {
                Some((account, ALL_IDENTITIES)) if is_account_id(account) => Account::Text(account.to_owned()),
                _ => Account::None,
            },
        };
    };
    match parts.as_slice() {
        [Part { origin: Origin::Pseudo("AWS::AccountId"), .. }] => return Account::Own,
        [Part { origin: Origin::Pseudo("AWS::AccountId"), .. }, Part { content: Content::Known(rest), .. }]
            if rest.strip_prefix(':') == Some(ALL_IDENTITIES) =>
        {
            return Account::Own;
        }
        [part @ Part { content, .. }, ..] if !content.is_known() => return account_of_reference(part, parts.len()),
        _ => {}
    }
    let mut segment = 0;
    let mut account = String::new();
    let mut before = String::new();
    let mut second = String::new();
    for part in parts {
        match &part.content {
            _ if segment == ACCOUNT_SEGMENT && part.origin == Origin::Pseudo("AWS::AccountId") => return Account::Own,
            Content::Known(text) => {
                for character in text.chars() {
                    match (character, segment) {
                        (':', _) => segment += 1,
                        (character, 0) => before.push(character),
                        (character, 1) => second.push(character),
                        (character, ACCOUNT_SEGMENT) => account.push(character),
                        _ => {}
                    }
                }
            }
            _ if segment == ACCOUNT_SEGMENT => return Account::Unsettled(part),
            _ => {}
        }
        if segment > ACCOUNT_SEGMENT {
            break;
        }
    }
    if before == "arn" && segment >= ACCOUNT_SEGMENT {
        Account::Text(account)
    } else if (segment == 0 || (segment == 1 && second == ALL_IDENTITIES)) && is_account_id(&before) {
        Account::Text(before)
    } else {
        parts.iter().find(|part| !part.content.is_known()).map_or(Account::None, Account::Unsettled)
    }
}

/// The account of a text that starts with an unsettled part.
fn account_of_reference<'v, 't>(part: &'v Part<'t>, parts: usize) -> Account<'v, 't> {
    match &part.origin {
        // The ARN or name of a resource of this template; other attributes, such as a nested stack's outputs or what a
        // custom resource returns, can be anything.
        Origin::Resource { attribute, .. }
            if attribute.as_deref().is_none_or(|name| matches!(name, "Arn" | "S3CanonicalUserId")) =>
        {
            Account::Own
        }
        Origin::Pseudo("AWS::AccountId") if parts == 1 => Account::Own,
        _ => Account::Unsettled(part),
    }
}

/// Whether a text is an account ID.
pub(super) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
