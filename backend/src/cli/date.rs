//! Times as people read and type them, in UTC.

use std::time::Duration;

use time::format_description::BorrowedFormatItem as FormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time};

use clock::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A date, as in `2026-01-31`.
const DATE: &[FormatItem<'_>] =
    format_description!("[year]-[month padding:none]-[day padding:none]");
/// A time of day to the minute.
const MINUTES: &[FormatItem<'_>] = format_description!("[hour padding:none]:[minute padding:none]");
/// A time of day to the second.
const SECONDS: &[FormatItem<'_>] =
    format_description!("[hour padding:none]:[minute padding:none]:[second padding:none]");

/// Returns a moment as `2026-01-31 09:05`, in UTC.
pub(super) fn minute(at: Timestamp) -> String {
    write(
        at,
        format_description!("[year]-[month]-[day] [hour]:[minute]"),
    )
}

/// Returns a moment in the form for a file name: `20260131-090500`, in UTC.
pub(super) fn for_file(at: Timestamp) -> String {
    write(
        at,
        format_description!("[year][month][day]-[hour][minute][second]"),
    )
}

/// Writes a moment. A year that the format cannot hold, beyond 9999, becomes 1970.
fn write(at: Timestamp, format: &[FormatItem<'_>]) -> String {
    let at = OffsetDateTime::from_unix_timestamp(at.unix());
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(format)
        .expect("a date and time has all of these parts")
}

/// A start: a time ago, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// This long ago.
    Ago(Duration),
    /// Since then.
    At(Timestamp),
}

impl Since {
    /// Returns the moment.
    pub(super) fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(duration) => now.minus(duration),
            Self::At(at) => at,
        }
    }

    /// Parses `30m`, `12h`, `7d`, `2w`, or `2026-01-31`, with or without a time of day.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parsed = ago(text).map(Self::Ago);
        let parsed = parsed.or_else(|| moment(text).map(Self::At));
        parsed.ok_or_else(|| {
            "say how long ago (30m, 12h, 7d, 2w) or since when (2026-01-31, 2026-01-31T09:05, UTC)"
                .to_owned()
        })
    }
}

fn ago(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].parse().ok()?;
    count.checked_mul(unit).map(Duration::from_secs)
}

fn moment(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    // The crate also takes a sign before the year.
    let date = date
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(date)?;
    let date = Date::parse(date, DATE).ok()?;
    let time = Time::parse(time, SECONDS).or_else(|_| Time::parse(time, MINUTES));
    let at = date.with_time(time.ok()?).assume_utc().unix_timestamp();
    (at >= 0).then_some(Timestamp::from_unix(at))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Since, for_file, minute};
    use clock::Timestamp;

    #[test]
    fn moments_are_written_and_read() {
        for (unix, text) in [
            (0, "1970-01-01 00:00"),
            (951_782_400, "2000-02-29 00:00"),
            (1_750_000_000, "2025-06-15 15:06"),
            (4_107_542_340, "2100-02-28 23:59"),
        ] {
            let at = Timestamp::from_unix(unix);
            assert_eq!(minute(at), text);
            let to_the_minute = Timestamp::from_unix(unix - unix % 60);
            assert_eq!(Since::parse(text), Ok(Since::At(to_the_minute)), "{text}");
        }
        assert_eq!(
            for_file(Timestamp::from_unix(1_750_000_000)),
            "20250615-150640"
        );
    }

    #[test]
    fn since_is_a_while_or_a_moment() {
        let hours = |hours: u64| Ok(Since::Ago(Duration::from_secs(hours * 3600)));
        let at = |unix: i64| Ok(Since::At(Timestamp::from_unix(unix)));
        for (text, expected) in [
            ("12h", hours(12)),
            ("2w", hours(14 * 24)),
            ("2025-06-15", at(1_749_945_600)),
            ("2025-6-5T9:05", at(1_749_114_300)),
            ("2025-06-15T15:06:40Z", at(1_750_000_000)),
        ] {
            assert_eq!(Since::parse(text), expected, "{text}");
        }
        for bad in [
            "",
            "h",
            "5",
            "-5h",
            "2025-02-29",
            "2025-13-01",
            "2025-00-10",
            "2025-06-15T24:00",
            "15.6.2025",
            "+2025-06-15",
            "-2025-06-15",
            "1969-12-31",
            "2025-06-15T",
            "2025-06-15T15:60",
            "2025-06-15T15:06:40:00",
            "99999999999999999999w",
        ] {
            assert!(Since::parse(bad).is_err(), "{bad}");
        }
    }
}
