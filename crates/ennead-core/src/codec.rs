//! Values as SQLite holds them: fixed-width times that sort as text, and decimals as scaled integers.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use rust_decimal::Decimal;

/// Cuts a moment to the microsecond, the finest that both databases hold.
#[must_use]
pub fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// Cuts a date and time to the microsecond.
#[must_use]
pub fn naive_micros(time: NaiveDateTime) -> NaiveDateTime {
    micros(time.and_utc()).naive_utc()
}

/// Cuts a time of day to the microsecond. A leap second becomes the last microsecond before it.
#[must_use]
pub fn time_micros(time: NaiveTime) -> NaiveTime {
    let nanos = time.nanosecond().min(999_999_999) / 1000 * 1000;
    time.with_nanosecond(nanos).unwrap_or(time)
}

/// A text of fixed width, made without allocation: `2026-11-20T12:00:00.000000Z` is the longest.
#[derive(Clone, Copy)]
pub struct TimeText {
    bytes: [u8; 27],
    len: usize,
}

impl TimeText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII digits and separators are ever pushed.
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }

    const fn new() -> Self {
        Self { bytes: [0; 27], len: 0 }
    }

    fn byte(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn digits(&mut self, number: u32, width: usize) {
        let mut number = number;
        for at in (self.len..self.len + width).rev() {
            self.bytes[at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.len += width;
    }

    fn date(&mut self, date: NaiveDate) {
        self.digits(date.year().unsigned_abs(), 4);
        self.byte(b'-');
        self.digits(date.month(), 2);
        self.byte(b'-');
        self.digits(date.day(), 2);
    }

    fn time(&mut self, time: NaiveTime) {
        self.digits(time.hour(), 2);
        self.byte(b':');
        self.digits(time.minute(), 2);
        self.byte(b':');
        self.digits(time.second(), 2);
        self.byte(b'.');
        self.digits(time.nanosecond() / 1000 % 1_000_000, 6);
    }
}

/// `2026-11-20`. Years outside 1..=9999 were refused before.
#[must_use]
pub fn date_text(date: NaiveDate) -> TimeText {
    let mut text = TimeText::new();
    text.date(date);
    text
}

/// `12:00:00.000000`.
#[must_use]
pub fn time_text(time: NaiveTime) -> TimeText {
    let mut text = TimeText::new();
    text.time(time);
    text
}

/// `2026-11-20T12:00:00.000000`.
#[must_use]
pub fn naive_text(time: NaiveDateTime) -> TimeText {
    let mut text = TimeText::new();
    text.date(time.date());
    text.byte(b'T');
    text.time(time.time());
    text
}

/// `2026-11-20T12:00:00.000000Z`.
#[must_use]
pub fn datetime_text(time: DateTime<Utc>) -> TimeText {
    let mut text = naive_text(time.naive_utc());
    text.byte(b'Z');
    text
}

/// Reads `2026-11-20`.
#[must_use]
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(number(&bytes[0..4])? as i32, number(&bytes[5..7])?, number(&bytes[8..10])?)
}

/// Reads `12:00:00.000000`.
#[must_use]
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    let bytes = text.as_bytes();
    if bytes.len() != 15 || bytes[2] != b':' || bytes[5] != b':' || bytes[8] != b'.' {
        return None;
    }
    NaiveTime::from_hms_micro_opt(
        number(&bytes[0..2])?,
        number(&bytes[3..5])?,
        number(&bytes[6..8])?,
        number(&bytes[9..15])?,
    )
}

/// Reads `2026-11-20T12:00:00.000000`.
#[must_use]
pub fn parse_naive(text: &str) -> Option<NaiveDateTime> {
    if text.len() != 26 || text.as_bytes()[10] != b'T' || !text.is_ascii() {
        return None;
    }
    Some(parse_date(&text[..10])?.and_time(parse_time(&text[11..])?))
}

/// Reads `2026-11-20T12:00:00.000000Z`.
#[must_use]
pub fn parse_datetime(text: &str) -> Option<DateTime<Utc>> {
    parse_naive(text.strip_suffix('Z')?).map(|time| time.and_utc())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

/// A decimal as the integer that counts its smallest unit; `None` where it has more digits behind the point than `scale`
/// or does not fit an `i64`.
#[must_use]
pub fn scaled(decimal: Decimal, scale: u8) -> Option<i64> {
    let decimal = decimal.normalize();
    let shift = u32::from(scale).checked_sub(decimal.scale())?;
    let factor = 10_i128.checked_pow(shift)?;
    i64::try_from(decimal.mantissa().checked_mul(factor)?).ok()
}

/// The decimal of an integer that counts its smallest unit.
#[must_use]
pub fn unscaled(integer: i64, scale: u8) -> Decimal {
    Decimal::from_i128_with_scale(integer.into(), scale.into())
}

/// Microseconds since 1970 as a moment.
#[must_use]
pub fn from_micros(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros)
}

/// Postgres counts from 2000-01-01: that day at midnight.
pub const POSTGRES_EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// Days since 2000-01-01, as Postgres stores a date.
#[must_use]
pub fn postgres_days(date: NaiveDate) -> i32 {
    // Years are 1..=9999, so the days fit.
    date.signed_duration_since(POSTGRES_EPOCH).num_days() as i32
}

/// The date so many days after 2000-01-01.
#[must_use]
pub fn from_postgres_days(days: i32) -> Option<NaiveDate> {
    POSTGRES_EPOCH.checked_add_signed(TimeDelta::try_days(days.into())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_fixed_width_and_come_back() {
        let time = DateTime::from_timestamp_micros(-62_135_596_800_000_000).unwrap();
        assert_eq!(datetime_text(time).as_str(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(parse_datetime("0001-01-01T00:00:00.000000Z"), Some(time));
        for bad in [
            "",
            "2026-11-20",
            "2026-13-20T00:00:00.000000Z",
            "2026-11-20T00:00:00.00000éZ",
            "2026-11-20 00:00:00.000000Z",
        ] {
            assert_eq!(parse_datetime(bad), None, "{bad}");
        }
    }

    #[test]
    fn decimals_scale_exactly_or_not_at_all() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(scaled(decimal("12.3400"), 2), Some(1234));
        assert_eq!(scaled(decimal("12.345"), 2), None);
        assert_eq!(scaled(decimal("-0.0001"), 4), Some(-1));
        assert_eq!(scaled(decimal("9223372036854775808"), 0), None);
        assert_eq!(unscaled(-1, 4), decimal("-0.0001"));
    }
}
