//! Calendar days, for exceptions that end. Knows no time of day and no time zone: an exception ends with a day, wherever.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, from the year 0 to 9999. Ordered by time.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

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
        let in_year = (1..=12).contains(&month) && year <= 9999;
        (in_year && (1..=days_of(year, month)).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day, in UTC, of a number of seconds since 1970-01-01; none past the year 9999.
    pub fn of_unix_seconds(seconds: u64) -> Option<Self> {
        let mut days = seconds / 86_400;
        let mut year: u16 = 1970;
        while year <= 9999 {
            let length = if is_leap(year) { 366 } else { 365 };
            if days < length {
                break;
            }
            days -= length;
            year += 1;
        }
        let mut month = 1;
        while month < 12 && days >= u64::from(days_of(year, month)) {
            days -= u64::from(days_of(year, month));
            month += 1;
        }
        Self::new(year, month, u8::try_from(days + 1).ok()?)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `2026-03-31` (ISO 8601); nothing shorter, and nothing after it.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let number = |range| {
            let digits = text.get(range).filter(|digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<u16>().ok())
        };
        let separated = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        match (separated, number(0..4), number(5..7), number(8..10)) {
            (true, Some(year), Some(month), Some(day)) => {
                let (month, day) =
                    (u8::try_from(month).map_err(|_| NotADate)?, u8::try_from(day).map_err(|_| NotADate)?);
                Self::new(year, month, day).ok_or(NotADate)
            }
            _ => Err(NotADate),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
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
