//! Moments and days, as integers handed in by the caller.
//!
//! The kernel has no clock. A [`Timestamp`] crosses into wasm and into a JSON vector unchanged,
//! and a [`Day`] is what price sheets and shutdown notices are dated with.

use alloc::format;
use alloc::string::String;
use core::fmt;

use farebox_derive::{Readable, Writable};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::json::{Node, Readable, Unreadable, Writable, Writer, parsed};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A day of the Gregorian calendar in UTC; as text `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    days: i32,
}

impl Timestamp {
    /// This many milliseconds since the epoch.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the epoch.
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// The moment this many milliseconds later, held at the last one that can be written.
    pub const fn after_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add_unsigned(ms))
    }

    /// Milliseconds from an earlier moment to this one; zero when that one is later.
    pub const fn ms_since(self, earlier: Self) -> u64 {
        let ms = self.0.saturating_sub(earlier.0);
        if ms < 0 { 0 } else { ms as u64 }
    }

    /// The day this moment falls on, in UTC.
    pub fn date(self) -> Day {
        let days = self.0.div_euclid(MS_PER_DAY);
        Day { days: i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }) }
    }
}

impl Day {
    /// The day with this many days since 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self { days }
    }

    /// The day of this year, month (1 to 12) and day (1 to 31), if there is one.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=12).contains(&month) || day == 0 || !(-9999..=9999).contains(&year) {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let date = Self { days };
        (date.ymd() == (year, month, day)).then_some(date)
    }

    /// Reads a day written as `2026-11-22`.
    ///
    /// # Errors
    ///
    /// `invalid_request` when the text is no such day.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong =
            || Error::invalid_request(format!("a day is written like `2026-11-22`: {text}"));
        let [year @ .., b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return Err(wrong()) };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |number, digit| {
                digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0'))
            })
        };
        let year = Some(year).filter(|year| year.len() == 4).and_then(number);
        let (Some(year), Some(month), Some(day)) = (year, number(&[*m1, *m2]), number(&[*d1, *d2]))
        else {
            return Err(wrong());
        };
        Self::from_ymd(year, month as u8, day as u8).ok_or_else(wrong)
    }

    /// Year, month (1 to 12) and day (1 to 31).
    pub fn ymd(self) -> (i32, u8, u8) {
        civil_from_days(self.days)
    }

    /// Midnight at the start of this day, in UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.days) * MS_PER_DAY)
    }

    /// Days from this day to a later one; negative when that one is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        i64::from(later.days) - i64::from(self.days)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl Readable for Day {
    fn blank() -> Self {
        Self { days: 0 }
    }

    fn read(&mut self, value: &Node<'_>) -> Result<(), Unreadable> {
        *self = parsed(value, Self::parse)?;
        Ok(())
    }
}

impl Writable for Day {
    fn write(&self, out: &mut Writer) {
        out.display(self);
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| D::Error::custom(error.message))
    }
}

/// Days since the epoch of a civil day, counted in 400-year eras that start on 1 March.
fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i32::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i32) -> (i32, u8, u8) {
    let days = i64::from(days) + i64::from(DAYS_TO_EPOCH);
    let era = days.div_euclid(i64::from(DAYS_PER_ERA));
    let day_of_era = days.rem_euclid(i64::from(DAYS_PER_ERA));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

const MS_PER_DAY: i64 = 86_400_000;
const DAYS_PER_ERA: i32 = 146_097;
/// From 1 March of the year 0 to 1 January 1970.
const DAYS_TO_EPOCH: i32 = 719_468;

#[cfg(feature = "ts")]
#[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A day in UTC, such as "2026-11-22". */
export type Day = string;
"#;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn days_round_trip_through_text() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-22", "2027-01-01", "1969-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Day::parse("1970-01-02").unwrap().start().as_ms(), 86_400_000);
        assert_eq!(Timestamp::from_ms(-1).date().to_string(), "1969-12-31");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "", "x"] {
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }
}
