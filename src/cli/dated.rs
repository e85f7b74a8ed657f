//! What reports need that are dated, or that are imported into an account: all of it from options, nothing from the clock.

use super::args::{AccountArguments, Arguments, Format};
use crate::oscal::timestamp;
use crate::report::asff::{Account, default_product};
use crate::session::Options;
use clap::CommandFactory;
use clap::error::ErrorKind;

/// What these reports need.
#[derive(Clone, Debug, Default)]
pub(super) struct Dated {
    /// The time that they have, if there is such a report.
    pub(super) time: Option<String>,
    /// Where findings are imported, if there is a report for that.
    pub(super) account: Option<Account>,
}

impl Dated {
    /// The time of reports that have one.
    pub(super) fn time(&self) -> &str {
        self.time.as_deref().unwrap_or_default()
    }
}

/// The time of reports that are dated: the beginning of the day that was named.
///
/// # Errors
/// If such a report is wanted and no day was named.
pub(super) fn time(options: &Options, formats: &[Format]) -> Result<Option<String>, clap::Error> {
    let Some(format) = formats.iter().find(|format| format.is_dated()) else { return Ok(None) };
    let name = name(*format);
    let Some(day) = options.today.filter(|_| options.is_today_named) else {
        let message = format!(
            "the format {name} needs --today DATE, such as --today 2026-12-31: its dates never come from the clock"
        );
        return Err(usage(ErrorKind::MissingRequiredArgument, &message));
    };
    let outside =
        || usage(ErrorKind::ValueValidation, &format!("--today {day}: the format {name} has the years 1900 to 2999"));
    timestamp(day).map(Some).ok_or_else(outside)
}

/// The account of a report for Security Hub.
///
/// # Errors
/// If such a report is wanted and an option is missing or wrong, or if an option is given for nothing.
pub(super) fn account(arguments: &AccountArguments, formats: &[Format]) -> Result<Option<Account>, clap::Error> {
    let AccountArguments { account, region, product_arn } = arguments;
    let given = [("--account", account), ("--region", region), ("--product-arn", product_arn)];
    if !formats.contains(&Format::Asff) {
        return match given.iter().find(|(_, value)| value.is_some()) {
            Some((option, _)) => Err(usage(ErrorKind::ArgumentConflict, &format!("{option} needs the format asff"))),
            None => Ok(None),
        };
    }
    let (Some(account), Some(region), Some(product_arn)) = (account, region, product_arn) else {
        let missing: Vec<&str> = given.iter().filter(|(_, value)| value.is_none()).map(|(option, _)| *option).collect();
        let id = account.as_deref().unwrap_or("111122223333");
        let region = region.as_deref().unwrap_or("us-east-1");
        let message = format!(
            "the format asff needs --account, --region and --product-arn; missing: {}. For your own findings: --account {id} --region {region} \
             --product-arn {}",
            missing.join(", "),
            default_product(id, region)
        );
        return Err(usage(ErrorKind::MissingRequiredArgument, &message));
    };
    Account::new(account, region, product_arn)
        .map(Some)
        .map_err(|error| usage(ErrorKind::InvalidValue, &error.to_string()))
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Oscal => "oscal",
        Format::Asff => "asff",
        _ => "evidence",
    }
}

fn usage(kind: ErrorKind, message: &str) -> clap::Error {
    Arguments::command().error(kind, message)
}
