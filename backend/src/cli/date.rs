//! Times as people read and type them, in UTC.

use std::time::Duration;

use clock::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A moment's date and time of day.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    second_of_day: i64,
}

impl Civil {
    /// Counts in years that begin in March, so that the day which not every year has is the last.
    fn of(at: Timestamp) -> Self {
        let days = at.unix().div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
            second_of_day: at.unix().rem_euclid(86_400),
        }
    }
}

/// Returns a moment as `2026-01-31 09:05`, in UTC.
pub(super) fn minute(at: Timestamp) -> String {
    let civil = Civil::of(at);
    let (hour, minute) = (civil.second_of_day / 3600, civil.second_of_day / 60 % 60);
    format!(
        "{:04}-{:02}-{:02} {hour:02}:{minute:02}",
        civil.year, civil.month, civil.day
    )
}

/// Returns a moment as it may stand in the name of a file: `20260131-090500`, in UTC.
pub(super) fn for_file(at: Timestamp) -> String {
    let civil = Civil::of(at);
    let second = civil.second_of_day;
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        civil.year,
        civil.month,
        civil.day,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Since when: so long ago, or since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// So long ago.
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
    let parts = |text: &str, separator: char| -> Option<Vec<i64>> {
        let numbers = text.split(separator).map(|part| {
            let is_number = part.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten()
        });
        numbers.collect()
    };
    let [year, month, day] = parts(date, '-')?[..] else {
        return None;
    };
    let (hour, minute, second) = match parts(time, ':')?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let is_time = hour < 24 && minute < 60 && second < 60;
    if !is_time || !(1970..=9999).contains(&year) {
        return None;
    }
    // The day after which it is day `day`: what is no date comes out as another one.
    let from_march = (month + 9) % 12;
    let year_of_march = year - i64::from(month <= 2);
    let days = year_of_march * 365 + year_of_march / 4 - year_of_march / 100
        + year_of_march / 400
        + (153 * from_march + 2) / 5
        + day
        - 719_469;
    let at = Timestamp::from_unix(days * 86_400 + hour * 3600 + minute * 60 + second);
    let civil = Civil::of(at);
    ((civil.year, civil.month, civil.day) == (year, month, day)).then_some(at)
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
            "99999999999999999999w",
        ] {
            assert!(Since::parse(bad).is_err(), "{bad}");
        }
    }
}
