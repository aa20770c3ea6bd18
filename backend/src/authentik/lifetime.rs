//! How long something lives, as Authentik writes it: `hours=1`, `days=14;hours=12`.

use std::time::Duration;

/// The units, the longest first, with their seconds.
const UNITS: [(&str, u64); 5] = [
    ("weeks", 604_800),
    ("days", 86_400),
    ("hours", 3_600),
    ("minutes", 60),
    ("seconds", 1),
];

/// Writes whole seconds down, in the longest unit that fits.
#[must_use]
pub fn written(lifetime: Duration) -> String {
    let seconds = lifetime.as_secs();
    // Authentik's own defaults are in days at most.
    let units = UNITS.iter().filter(|(unit, _)| *unit != "weeks");
    let mut fitting = units.filter(|(_, length)| seconds > 0 && seconds.is_multiple_of(*length));
    match fitting.next() {
        Some((unit, length)) => format!("{unit}={}", seconds / length),
        None => format!("seconds={seconds}"),
    }
}

/// Parses a text of Authentik's; parts shorter than a second count for nothing. `None` if it is
/// none.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let mut sum = 0_u64;
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        let (unit, number) = part.split_once('=')?;
        let unit = unit.trim().to_ascii_lowercase();
        let whole = number.trim().split('.').next()?;
        let number: u64 = whole.parse().ok()?;
        if matches!(unit.as_str(), "milliseconds" | "microseconds") {
            continue;
        }
        let (_, length) = UNITS.iter().find(|(known, _)| *known == unit)?;
        sum = sum.checked_add(number.checked_mul(*length)?)?;
    }
    Some(Duration::from_secs(sum))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse, written};

    #[test]
    fn what_is_written_is_parsed() {
        for (seconds, text) in [
            (1_209_600, "days=14"),
            (3_600, "hours=1"),
            (5_400, "minutes=90"),
            (61, "seconds=61"),
            (0, "seconds=0"),
        ] {
            let lifetime = Duration::from_secs(seconds);
            assert_eq!(written(lifetime), text);
            assert_eq!(parse(text), Some(lifetime));
        }
    }

    #[test]
    fn what_an_administrator_may_have_written_is_parsed() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(parse(text), seconds.map(Duration::from_secs), "{text}");
        };
        check("weeks=1;days=1;hours=1", Some(694_800));
        check(" Days = 2 ; seconds=0.5;", Some(172_800));
        check("milliseconds=5", Some(0));
        check("", Some(0));
        check("a day", None);
        check("months=1", None);
        check("days=-1", None);
        check("days=99999999999999999999", None);
    }
}
