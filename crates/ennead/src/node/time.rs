//! Dates and times as text: one grammar, as a parser and as the pattern that JSON Schemas give.
//!
//! Not chrono's own parsers: they take more than ISO 8601 (one digit for a month, signs before a year), and what is taken
//! must be what is described.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// Days of the months that are there in every year.
const DAYS: &str =
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";
/// The years 1 to 9999, and those of them that have a 29th of February.
const YEAR: &str = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})";
const LEAP: &str = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)";
/// The years in which no offset leads out of 1 to 9999, and those of them that have a 29th of February.
const INNER_YEAR: &str =
    "(000[2-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])";
const TIME: &str = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?";
const OFFSET: &str = "[+-]([01][0-9]|2[0-3]):[0-5][0-9]";

/// The pattern of a date.
pub(super) fn date_pattern() -> String {
    format!("^({YEAR}-{DAYS}|{LEAP}-02-29)$")
}

/// The pattern of a time of day.
pub(super) fn time_pattern() -> String {
    format!("^{TIME}$")
}

/// The pattern of a date and time without an offset.
pub(super) fn naive_pattern() -> String {
    format!("^({YEAR}-{DAYS}|{LEAP}-02-29)[Tt ]{TIME}$")
}

/// The pattern of a date and time, with an offset or without.
pub(super) fn datetime_pattern() -> String {
    let plain = format!("({YEAR}-{DAYS}|{LEAP}-02-29)[Tt ]{TIME}([Zz]|[+-]00:00)?");
    let offset = format!("({INNER_YEAR}-{DAYS}|{LEAP}-02-29)[Tt ]{TIME}{OFFSET}");
    format!("^({plain}|{offset})$")
}

/// `2026-11-21`.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    (rest.is_empty() && year > 0).then_some(date)
}

/// `03:08`, `03:08:04` or `03:08:04.416436`.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    if rest.is_empty() {
        return NaiveTime::from_hms_opt(hour, minute, 0);
    }
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    let nano = if rest.is_empty() { 0 } else { nanoseconds(rest.strip_prefix('.')?)? };
    NaiveTime::from_hms_nano_opt(hour, minute, second, nano)
}

/// A date and a time, with `T` or a space between them.
pub(super) fn naive(text: &str) -> Option<NaiveDateTime> {
    let (day, rest) = text.split_at_checked(10)?;
    Some(date(day)?.and_time(time(rest.strip_prefix(['T', 't', ' '])?)?))
}

/// A date and a time; without an offset it is UTC.
pub(super) fn datetime(text: &str) -> Option<DateTime<Utc>> {
    if let Some(utc) = text.strip_suffix(['Z', 'z']) {
        return Some(naive(utc)?.and_utc());
    }
    let (local, offset) = text.len().checked_sub(6).and_then(|at| text.split_at_checked(at))?;
    let sign = match offset.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return Some(naive(text)?.and_utc()),
    };
    let (hours, rest) = number(&offset[1..], 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    if !rest.is_empty() || hours > 23 || minutes > 59 {
        return None;
    }
    let (local, east) = (naive(local)?, TimeDelta::minutes(sign * i64::from(hours * 60 + minutes)));
    // At the ends of time only UTC: another offset might lead beyond them.
    let inner = east.is_zero() || (2..=9998).contains(&local.year());
    Some(local.checked_sub_signed(east).filter(|_| inner)?.and_utc())
}

/// A number of so many digits, and what follows.
fn number(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    head.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    Some((head.parse().ok()?, rest))
}

/// The digits behind the point; what is finer than a nanosecond is cut off.
fn nanoseconds(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{:0<9.9}", digits).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_iso_8601_is_read_and_nothing_else() {
        let utc = |text: &str| datetime(text).map(|time| time.to_rfc3339());
        for (text, wanted) in [
            ("2026-11-21T03:08:04.416436Z", "2026-11-21T03:08:04.416436+00:00"),
            ("2026-11-21t03:08:04z", "2026-11-21T03:08:04+00:00"),
            ("2026-11-21 03:08", "2026-11-21T03:08:00+00:00"),
            ("2026-11-21T03:08+02:30", "2026-11-21T00:38:00+00:00"),
            ("2024-02-29T23:59:59.9999999999-01:00", "2024-03-01T00:59:59.999999999+00:00"),
            ("0001-01-01T00:00:00", "0001-01-01T00:00:00+00:00"),
            ("9999-12-31T00:00:00+00:00", "9999-12-31T00:00:00+00:00"),
        ] {
            assert_eq!(utc(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "",
            "Z",
            "2026",
            "2026-11-21",
            "2026-11-21T",
            "2026-11-21T3:08",
            "2026-1-1T00:00:00",
            "+2026-11-21T00:00",
            "2026-11-21T24:00",
            "2026-11-21T00:60",
            "2026-11-21T00:00:60",
            "2026-11-21T00:00:00.",
            "2026-02-29T00:00",
            "1900-02-29T00:00",
            "0000-01-01T00:00",
            "2026-13-01T00:00",
            "2026-11-31T00:00",
            "2026-11-21T00:00+24:00",
            "9999-12-31T00:00+01:00",
            "2026-11-21T00:00+0100",
            "2026-11-21T00:00+01",
            "2026-11-21  00:00",
            "2026-11-21T00:00:00 Z",
            "２026-11-21T00:00",
            "2026-11-21T00:00:00é",
            "é",
            "ééé",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
        assert!(date("2000-02-29").is_some() && date("2000-02-30").is_none() && date("2000-2-3").is_none());
        assert!(time("00:00").is_some() && time("23:59:59.5").is_some() && time("0:00").is_none());
    }
}
