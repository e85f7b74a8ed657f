//! Calendar days, for exceptions that end. Knows no time of day and no time zone: an exception ends with a day, wherever.

use jiff::{Span, civil};
use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, from the year 0 to 9999. Ordered by time.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// A text that is not a day.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct NotADate;

impl fmt::Display for NotADate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a date of the form YYYY-MM-DD")
    }
}

impl std::error::Error for NotADate {}

impl Date {
    /// The day, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let [year, month, day] = [i16::try_from(year).ok()?, i16::from(month), i16::from(day)];
        civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(Self)
    }

    /// The day, in UTC, of a number of seconds since 1970-01-01; none past the year 9999.
    pub fn of_unix_seconds(seconds: u64) -> Option<Self> {
        // Whole days: jiff's instants end a day before its days.
        let days = Span::new().try_days(i64::try_from(seconds / 86_400).ok()?).ok()?;
        civil::date(1970, 1, 1).checked_add(days).ok().map(Self)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `2026-03-31` (ISO 8601); nothing shorter, and nothing after it.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let is_day = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        // jiff reads other forms of the standard, too.
        if is_day { text.parse().map(Self).map_err(|_| NotADate) } else { Err(NotADate) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn days_are_read_and_written_alike() {
        for text in ["2026-03-31", "2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_the_calendar_lacks_is_no_day() {
        let odd = [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "2026-1-01",
            "26-01-01",
            "",
            "é026-01-0",
        ];
        for text in odd.into_iter().chain(["2026-01-01T00:00:00Z", "2026/01/01", "+026-01-01", "2026-01-0é", "soon"]) {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn later_days_are_greater() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(day("2026-01-31") < day("2026-02-01") && day("2025-12-31") < day("2026-01-01"));
    }

    /// Checked against `date -u -d @SECONDS +%F`.
    #[test]
    fn seconds_are_days() {
        let days =
            [(0, "1970-01-01"), (86_399, "1970-01-01"), (951_782_400, "2000-02-29"), (1_798_761_599, "2026-12-31")];
        for (seconds, day) in days {
            assert_eq!(Date::of_unix_seconds(seconds).unwrap().to_string(), day);
        }
        assert_eq!(Date::of_unix_seconds(253_402_300_799).unwrap().to_string(), "9999-12-31");
        assert_eq!(Date::of_unix_seconds(253_402_300_800), None);
        assert_eq!(Date::of_unix_seconds(u64::MAX), None);
    }
}
