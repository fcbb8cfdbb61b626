//! Days: when a route is deprecated and when it goes.

use std::fmt;

/// The days from 1 March of year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;
const SECONDS_PER_DAY: i64 = 86_400;

/// A day of the years 1970 to 9999 (RFC 3339, `full-date`), which begins at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    of_month: u8,
}

impl Day {
    /// Reads a day that exists, as `2026-08-01`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        (parts.next().is_none() && (1..=days(year, month)).contains(&day)).then_some(Self {
            year,
            month,
            of_month: day,
        })
    }

    /// Whether it is one that HTTP can tell: not before 1970.
    pub(crate) fn is_of_http(self) -> bool {
        self.year >= 1970
    }

    /// The seconds from 1970 to its beginning.
    pub fn unix(self) -> i64 {
        self.since_epoch().saturating_mul(SECONDS_PER_DAY)
    }

    /// The days from 1970 to it, counted in years that begin in March, so that a leap day is the last.
    fn since_epoch(self) -> i64 {
        let month = i64::from(self.month).saturating_add(if self.month > 2 { -3 } else { 9 });
        let year = i64::from(self.year).saturating_sub(i64::from(self.month <= 2));
        let leap_days =
            year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
        let in_year = month.saturating_mul(153).saturating_add(2).div_euclid(5);
        year.saturating_mul(365)
            .saturating_add(leap_days)
            .saturating_add(in_year)
            .saturating_add(i64::from(self.of_month))
            .saturating_sub(1)
            .saturating_sub(EPOCH)
    }

    /// As HTTP writes it: `Sat, 01 Aug 2026 00:00:00 GMT` (RFC 9110, section 5.6.7).
    pub fn http(self) -> String {
        const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let weekday = usize::try_from(self.since_epoch().rem_euclid(7)).ok().and_then(|it| WEEKDAYS.get(it));
        let month = MONTHS.get(usize::from(self.month.saturating_sub(1)));
        format!(
            "{}, {:02} {} {:04} 00:00:00 GMT",
            weekday.copied().unwrap_or_default(),
            self.of_month,
            month.copied().unwrap_or_default(),
            self.year
        )
    }
}

/// The days of a month; 0 for a month that there is not.
fn days(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The text that [`Day::parse`] reads back.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_day_is_told_as_http_tells_it() {
        assert_eq!(day("1994-11-06").http(), "Sun, 06 Nov 1994 00:00:00 GMT");
        assert_eq!(day("2026-08-01").http(), "Sat, 01 Aug 2026 00:00:00 GMT");
        assert_eq!(day("2024-02-29").http(), "Thu, 29 Feb 2024 00:00:00 GMT");
    }

    #[test]
    fn seconds_are_counted_from_1970() {
        for (text, unix) in [
            ("1970-01-01", 0),
            ("2000-03-01", 951_868_800),
            ("2026-01-01", 1_767_225_600),
            ("2023-06-30", 1_688_083_200),
        ] {
            assert_eq!(day(text).unix(), unix, "{text}");
        }
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let mut before = day("1970-01-01").unix();
        for year in 1970..2110_u16 {
            for month in 1..=12_u8 {
                for number in 1..=days(year, month) {
                    let unix = Day { year, month, of_month: number }.unix();
                    assert!(unix == 0 || unix == before + SECONDS_PER_DAY, "{year}-{month}-{number}");
                    before = unix;
                }
            }
        }
    }
}
