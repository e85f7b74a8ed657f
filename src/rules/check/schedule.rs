//! Schedules, as AWS services write them: `cron(0 5 ? * * *)`, `rate(12 hours)`.
//!
//! Source: EventBridge Scheduler user guide, "Schedule types"; AWS Backup takes the same cron expressions.

use crate::eval::value::Value;
use crate::truth::Truth;

/// Whether a schedule recurs so often that no two firings in a row are more than so many hours apart, whatever the time zone;
/// unknown for what is not a schedule.
pub fn recurs_within(value: &Value<'_>, hours: f64) -> Truth {
    match value.text() {
        Some(text) => longest_gap(&text).map_or(Truth::Unknown, |gap| (f64::from(gap) <= hours * 60.0).into()),
        None if value.is_scalar() => Truth::Unknown,
        None => Truth::False,
    }
}

const DAY: u32 = 24 * 60;

/// The longest time between two firings, in minutes.
fn longest_gap(text: &str) -> Option<u32> {
    let (kind, rest) = text.trim().split_once('(')?;
    let inner = rest.strip_suffix(')')?.trim();
    match kind {
        "rate" => rate(inner),
        "cron" => {
            let fields: Vec<&str> = inner.split_whitespace().collect();
            let [minutes, hours, month_days, months, week_days, years] = fields.as_slice() else { return None };
            cron(minutes, hours, month_days, months, week_days, years)
        }
        // `at(…)` fires once.
        _ => None,
    }
}

fn rate(inner: &str) -> Option<u32> {
    let (number, unit) = inner.split_once(' ')?;
    let minutes = match unit.trim().trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => DAY,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(minutes)
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEK_DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn cron(minutes: &str, hours: &str, month_days: &str, months: &str, week_days: &str, years: &str) -> Option<u32> {
    let minutes = numbers(minutes, 0, 59, &[])?;
    let hours = numbers(hours, 0, 23, &[])?;
    match years {
        "*" | "*/1" => {}
        // It goes on for some years: how many matters, and when it is read.
        _ if years.contains(['-', '/', '*']) => return None,
        // It ends with its last year.
        _ => return Some(u32::MAX),
    }
    let month_days: Vec<MonthDay> = month_days.split(',').map(MonthDay::read).collect::<Option<_>>()?;
    let months = numbers(months, 1, 12, &MONTHS)?;
    let week_days: Vec<WeekDay> = week_days.split(',').map(WeekDay::read).collect::<Option<_>>()?;
    let mut firings = Vec::new();
    for hour in &hours {
        firings.extend(minutes.iter().map(|minute| hour * 60 + minute));
    }
    let mut last: Option<u32> = None;
    let mut longest = 0;
    for (day, date) in days().enumerate() {
        let is_day = month_days.iter().any(|day| day.is_on(&date)) && week_days.iter().any(|day| day.is_on(&date));
        if !months.contains(&date.month) || !is_day {
            continue;
        }
        let midnight = u32::try_from(day).ok()? * DAY;
        for firing in &firings {
            let now = midnight + firing;
            longest = longest.max(now - last.unwrap_or(now));
            last = Some(now);
        }
    }
    // A day that there is in no month fires never.
    last.map_or(Some(u32::MAX), |_| Some(longest))
}

/// The numbers that a field means: `*`, `5`, `1-5`, `0/4`, `MON,WED`. Sorted.
fn numbers(field: &str, first: u32, last: u32, names: &[&str]) -> Option<Vec<u32>> {
    let number = |text: &str| {
        let named = names.iter().zip(first..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        let number = named.map_or_else(|| text.parse().ok(), |(_, number)| Some(number))?;
        (first..=last).contains(&number).then_some(number)
    };
    let mut found = Vec::new();
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (item, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (first, last),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step > 1 => (number(range)?, last),
            None => (number(range)?, number(range)?),
        };
        if from <= to {
            found.extend((from..=to).step_by(step));
        } else {
            // `FRI-MON` runs over the end of the week.
            found.extend((from..=last).chain(first..=to).step_by(step));
        }
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

struct Date {
    month: u32,
    day: u32,
    /// 1 is Sunday.
    week_day: u32,
    /// How many days the month has.
    length: u32,
}

/// What the field of the days of a month means.
enum MonthDay {
    /// These days.
    Any(Vec<u32>),
    /// So many days before the last: `L`, `L-3`.
    BeforeLast(u32),
    /// The last day from Monday to Friday: `LW`.
    LastWeekday,
    /// The day from Monday to Friday that is nearest to this one, in the same month: `15W`.
    NearestWeekday(u32),
}

impl MonthDay {
    fn read(item: &str) -> Option<Self> {
        if item == "L" {
            return Some(Self::BeforeLast(0));
        }
        if item == "LW" {
            return Some(Self::LastWeekday);
        }
        if let Some(days) = item.strip_prefix("L-") {
            return days.parse().ok().filter(|days| *days < 31).map(Self::BeforeLast);
        }
        if let Some(day) = item.strip_suffix('W') {
            return day.parse().ok().filter(|day| (1..=31).contains(day)).map(Self::NearestWeekday);
        }
        numbers(item, 1, 31, &[]).map(Self::Any)
    }

    fn is_on(&self, date: &Date) -> bool {
        match self {
            Self::Any(days) => days.contains(&date.day),
            Self::BeforeLast(days) => date.day + days == date.length,
            Self::LastWeekday => date.nearest_weekday(date.length) == date.day,
            Self::NearestWeekday(day) => *day <= date.length && date.nearest_weekday(*day) == date.day,
        }
    }
}

/// What the field of the days of a week means.
enum WeekDay {
    /// These days; 1 is Sunday.
    Any(Vec<u32>),
    /// The last such day of the month: `5L`.
    Last(u32),
    /// Such a day of the month, counted from its first: `2#1`.
    Nth(u32, u32),
}

impl WeekDay {
    fn read(item: &str) -> Option<Self> {
        let day = |text: &str| {
            numbers(text, 1, 7, &WEEK_DAYS).and_then(|days| match days.as_slice() {
                [day] => Some(*day),
                _ => None,
            })
        };
        if item == "L" {
            return day("SAT").map(|saturday| Self::Any(vec![saturday]));
        }
        if let Some((text, nth)) = item.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
            return day(text).map(|day| Self::Nth(day, nth));
        }
        if let Some(text) = item.strip_suffix('L') {
            return day(text).map(Self::Last);
        }
        numbers(item, 1, 7, &WEEK_DAYS).map(Self::Any)
    }

    fn is_on(&self, date: &Date) -> bool {
        match self {
            Self::Any(days) => days.contains(&date.week_day),
            Self::Last(day) => date.week_day == *day && date.day + 7 > date.length,
            Self::Nth(day, nth) => date.week_day == *day && (date.day - 1) / 7 + 1 == *nth,
        }
    }
}

impl Date {
    /// The day of its month, from Monday to Friday, that is nearest to a day of that month.
    fn nearest_weekday(&self, day: u32) -> u32 {
        // Seven weeks before are the same day of the week, and keep the difference above 0.
        let week_day = (self.week_day + 49 + day - self.day - 1) % 7 + 1;
        match week_day {
            7 if day == 1 => 3,
            7 => day - 1,
            1 if day == self.length => day - 2,
            1 => day + 1,
            _ => day,
        }
    }
}

/// The days of five years, a leap year among them: every distance between two dates of a schedule occurs in them.
fn days() -> impl Iterator<Item = Date> {
    // 1 January 2023 was a Sunday.
    let dates = [28, 29, 28, 28, 28].into_iter().flat_map(|february| {
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        (1..).zip(lengths).flat_map(|(month, length)| (1..=length).map(move |day| (month, day, length)))
    });
    dates.zip((1..=7).cycle()).map(|((month, day, length), week_day)| Date { month, day, week_day, length })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn the_longest_time_between_two_firings() {
        for (text, hours) in [
            ("cron(0 5 ? * * *)", Some(24)),
            ("cron(0 5,17 ? * * *)", Some(12)),
            ("cron(0 1,3 * * ? *)", Some(22)),
            ("cron(0 0/4 ? * * *)", Some(4)),
            ("cron(30 * * * ? *)", Some(1)),
            ("cron(0 5 ? * MON-FRI *)", Some(72)),
            ("cron(0 5 ? * FRI-MON *)", Some(96)),
            ("cron(0 5 ? * 1 *)", Some(7 * 24)),
            ("cron(0 5 ? * L *)", Some(7 * 24)),
            ("cron(0 5 1,15 * ? *)", Some(17 * 24)),
            ("cron(0 5 1 * ? *)", Some(31 * 24)),
            ("cron(0 5 1 JAN ? *)", Some(366 * 24)),
            ("cron(0 5 L * ? *)", Some(31 * 24)),
            ("cron(0 5 L-3 * ? *)", Some(31 * 24)),
            ("cron(0 5 L 1/3 ? *)", Some(92 * 24)),
            ("cron(0 5 LW * ? *)", Some(33 * 24)),
            ("cron(0 5 1W * ? *)", Some(33 * 24)),
            ("cron(0 5 15W 6 ? *)", Some(367 * 24)),
            ("cron(0 5 ? * 2#1 *)", Some(35 * 24)),
            ("cron(0 5 ? * MON#1 *)", Some(35 * 24)),
            ("cron(0 5 ? * 2#1,2#3 *)", Some(21 * 24)),
            ("cron(0 5 ? * 6L *)", Some(35 * 24)),
            ("cron(0 5 ? JAN,JUL 6L *)", Some(189 * 24)),
            ("cron(0 8 1 1/3 ? *)", Some(92 * 24)),
            ("cron(0 8 1 */2 ? *)", Some(62 * 24)),
            ("cron(0 5 ? * * */1)", Some(24)),
            ("cron(0 5 ? * * 2024-2199)", None),
            ("cron(0 5 32W * ? *)", None),
            ("cron(0 5 ? * 8#1 *)", None),
            ("rate(12 hours)", Some(12)),
            ("rate(1 day)", Some(24)),
            ("cron(0 5 * * ?)", None),
            ("cron(0 25 ? * * *)", None),
            ("daily", None),
            ("rate(soon)", None),
        ] {
            assert_eq!(longest_gap(text), hours.map(|hours: u32| hours * 60), "{text}");
        }
        assert_eq!(longest_gap("cron(0 5 ? * * 2030)"), Some(u32::MAX));
        assert_eq!(longest_gap("cron(0 5 31 FEB ? *)"), Some(u32::MAX));
    }
}
