//! Until when AWS supports a version: `data/lambda-runtimes.txt`, `data/lifecycles.txt`. Knows no calendar: days are texts, which
//! compare as days do (`2026-10-31`).

use super::sorted_text::{SortedText, first_word};
use serde::Deserialize;

const RUNTIMES_TEXT: &str = include_str!("../../data/lambda-runtimes.txt");
const LIFECYCLES_TEXT: &str = include_str!("../../data/lifecycles.txt");
const RUNTIMES: SortedText = SortedText::lines(RUNTIMES_TEXT);
const LIFECYCLES: SortedText = SortedText::lines(LIFECYCLES_TEXT);

/// What has an end of support.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    /// Runtimes of Lambda: `python3.10`.
    LambdaRuntimes,
    /// Versions of the database engines of RDS and Aurora. The id is the engine, a slash, and the version: `postgres/12.22`.
    DatabaseEngines,
    /// Versions of Amazon DocumentDB: `3.6.0`.
    DocumentdbEngines,
    /// Versions of Amazon Neptune: `1.4.6.0`.
    NeptuneEngines,
    /// Runtimes of CloudWatch Synthetics: `syn-nodejs-puppeteer-7.0`.
    SyntheticsRuntimes,
    /// Services that AWS has ended. The id is a resource type: `AWS::QLDB::Ledger`.
    Services,
    /// Certificate authorities of RDS and DocumentDB: `rds-ca-2019`.
    CertificateAuthorities,
}

impl Lifecycle {
    /// What it lists, in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Self::LambdaRuntimes => "Lambda runtimes",
            Self::DatabaseEngines => "database engine versions",
            Self::DocumentdbEngines => "DocumentDB engine versions",
            Self::NeptuneEngines => "Neptune engine versions",
            Self::SyntheticsRuntimes => "Synthetics runtimes",
            Self::Services => "services",
            Self::CertificateAuthorities => "certificate authorities",
        }
    }

    /// The day of the data: what AWS announced later is not in it.
    pub fn as_of(self) -> &'static str {
        let text = if self == Self::LambdaRuntimes { RUNTIMES_TEXT } else { LIFECYCLES_TEXT };
        as_of(text)
    }

    /// The last day on which AWS supports what an id names, if AWS has announced one. None if the data does not have the id.
    pub fn last_day(self, id: &str) -> Option<Option<&'static str>> {
        let entry = match self {
            Self::LambdaRuntimes => RUNTIMES.entry(id),
            Self::CertificateAuthorities => LIFECYCLES.entry(&format!("certificate-authorities/{id}")),
            Self::DatabaseEngines => version("database-engines", id),
            Self::DocumentdbEngines => version("documentdb-engines", id),
            Self::NeptuneEngines => version("neptune-engines", id),
            Self::Services => LIFECYCLES.entry(&format!("services/{}", id.split("::").nth(1)?)),
            // `syn-nodejs-2.0-beta` is another runtime than `syn-nodejs-2.0`.
            Self::SyntheticsRuntimes => LIFECYCLES.entry(&format!("synthetics-runtimes/{id}")),
        };
        entry.map(|rest| Some(first_word(rest)).filter(|day| *day != "-"))
    }
}

/// The last day of the oldest version that the data has of an engine, if an id names an older one of it: `mysql/5.5.62`. AWS's calendars no
/// longer list such versions.
pub fn day_of_oldest(id: &str) -> Option<&'static str> {
    let (engine, version) = id.split_once('/')?;
    let version = numbers(version)?;
    let beginning = format!("database-engines/{}/", engine.to_ascii_lowercase());
    let entries = LIFECYCLES
        .from(|key| key < beginning.as_str())
        .map_while(|line| line.strip_prefix(&beginning)?.split_once(' '));
    let (oldest, day) = entries.filter_map(|(own, day)| Some((numbers(own)?, first_word(day)))).min()?;
    // `5` may be any of its minor versions.
    (version < oldest && !oldest.starts_with(&version) && day != "-").then_some(day)
}

/// The numbers that begin a version: 5, 5, 62 of `5.5.62` and of `5.5.62-rds`.
fn numbers(version: &str) -> Option<Vec<u32>> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let numbers: Vec<u32> = version.get(..end)?.split('.').filter_map(|number| number.parse().ok()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

/// The entry of the version that begins the id: that of `postgres/12` for `postgres/12.22`.
fn version(table: &str, id: &str) -> Option<&'static str> {
    let mut key = format!("{table}/{}", id.to_ascii_lowercase());
    loop {
        if let Some(found) = LIFECYCLES.entry(&key) {
            return Some(found);
        }
        let (shorter, _) = key.rsplit_once(['.', '-', '/']).filter(|(shorter, _)| shorter.len() > table.len())?;
        key.truncate(shorter.len());
    }
}

/// The day that a data file names in its header: `# As of: 2026-11-27`.
pub(super) fn as_of(text: &'static str) -> &'static str {
    let header = text.lines().take_while(|line| line.starts_with('#'));
    header.filter_map(|line| line.strip_prefix("# As of: ")).map(first_word).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn days_are_those_of_the_version_that_an_id_begins_with() {
        let engines = |id| Lifecycle::DatabaseEngines.last_day(id);
        assert_eq!(engines("postgres/12"), Some(Some("2025-02-28")));
        assert_eq!(engines("postgres/12.22"), Some(Some("2025-02-28")));
        assert_eq!(engines("postgres/11.22-RDS.20241121"), Some(Some("2024-02-29")));
        assert_eq!(engines("Postgres/9.6.24"), Some(Some("2022-04-30")));
        assert_eq!(engines("mariadb/10.11.6"), Some(Some("2028-02-29")));
        assert_eq!(engines("aurora-mysql/8.0.mysql_aurora.3.05.2"), Some(Some("2028-04-30")));
        // Not the versions that only begin with the same digits, and not an engine without its version.
        for unknown in ["postgres/120", "postgres/1", "postgres", "postgres/", "oracle-ee/19", "", "/", "aurora"] {
            assert_eq!(engines(unknown), None, "{unknown}");
        }
        assert_eq!(Lifecycle::DocumentdbEngines.last_day("3.6.0"), Some(Some("2026-03-30")));
        assert_eq!(Lifecycle::DocumentdbEngines.last_day("5.0.0"), Some(None));
        assert_eq!(Lifecycle::NeptuneEngines.last_day("1.0.4.2.R5"), Some(Some("2023-01-30")));
        assert_eq!(Lifecycle::NeptuneEngines.last_day("1.4"), None);
        assert_eq!(Lifecycle::SyntheticsRuntimes.last_day("syn-nodejs-2.0"), Some(Some("2021-05-28")));
        assert_eq!(Lifecycle::SyntheticsRuntimes.last_day("syn-nodejs-2.0-beta"), Some(Some("2021-02-08")));
        assert_eq!(Lifecycle::SyntheticsRuntimes.last_day("syn-nodejs-puppeteer-99.0"), None);
        assert_eq!(Lifecycle::CertificateAuthorities.last_day("rds-ca-2019"), Some(Some("2024-08-22")));
        assert_eq!(Lifecycle::Services.last_day("AWS::QLDB::Ledger"), Some(Some("2025-07-31")));
        assert_eq!(Lifecycle::Services.last_day("AWS::S3::Bucket"), None);
        assert_eq!(Lifecycle::LambdaRuntimes.last_day("python3.10"), Some(Some("2026-10-31")));
        assert_eq!(Lifecycle::LambdaRuntimes.last_day("python3"), None);
        assert_eq!(Lifecycle::LambdaRuntimes.last_day("python3.10.1"), None);
    }

    #[test]
    fn versions_older_than_the_oldest_have_ended_too() {
        for (id, expected) in [
            ("mysql/5.5.62", Some("2022-03-01")),
            ("MySQL/5.5", Some("2022-03-01")),
            ("mariadb/10.2.44", Some("2023-10-23")),
            ("postgres/9.5.25", Some("2022-04-30")),
            ("mysql/5.6", None),
            ("mysql/5", None),
            ("postgres/9", None),
            ("mysql/9.0", None),
            ("oracle-ee/11.2", None),
            ("mysql/", None),
            ("mysql", None),
        ] {
            assert_eq!(day_of_oldest(id), expected, "{id}");
        }
    }

    #[test]
    fn every_entry_has_a_day_and_every_table_a_date() {
        let is_day = |day: &str| day.len() == 10 && day.starts_with("20") && day.matches('-').count() == 2;
        for line in RUNTIMES.from(|_| false).chain(LIFECYCLES.from(|_| false)) {
            let (_, day) = line.split_once(' ').unwrap();
            assert!(day == "-" || is_day(day), "{line}");
        }
        for table in [
            Lifecycle::LambdaRuntimes,
            Lifecycle::DatabaseEngines,
            Lifecycle::DocumentdbEngines,
            Lifecycle::CertificateAuthorities,
        ] {
            assert!(is_day(table.as_of()), "{table:?}");
        }
    }
}
