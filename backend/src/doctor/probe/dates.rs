//! How far the OP's clock is from ours, by the `Date` of its answers. Pure.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shared::text::Text;

use crate::doctor::finding::Finding;
use crate::doctor::subject::CLOCK;
use crate::message::say;
use clock::Timestamp;

/// A difference of more seconds gets a warning.
const WORTH_A_WORD: i64 = 5;

/// The bounds of how far the clock of the OP is ahead of ours, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    least: i64,
    most: i64,
}

/// What the dates of the answers say.
#[derive(Debug, Default)]
pub(crate) struct Dates(Vec<Range>);

impl Dates {
    /// Notes the `Date` of an answer to a request that was sent at `sent` and answered by `came`.
    /// All three are cut off to whole seconds, so that each may be up to a second later.
    pub(crate) fn note(&mut self, date: &str, sent: Timestamp, came: Timestamp) {
        let Some(date) = httpdate::parse_http_date(date).ok().and_then(unix) else {
            return;
        };
        self.0.push(Range {
            least: date - came.unix() - 1,
            most: date - sent.unix() + 1,
        });
    }

    /// Returns by how many seconds the OP is ahead (negative: behind): as few as all answers allow,
    /// or as the narrowest one says if they contradict each other. `None` without any.
    fn offset(&self) -> Option<i64> {
        let least = self.0.iter().map(|range| range.least).max()?;
        let most = self.0.iter().map(|range| range.most).min()?;
        let range = if least <= most {
            Range { least, most }
        } else {
            *self.0.iter().min_by_key(|range| range.most - range.least)?
        };
        Some(0.clamp(range.least, range.most))
    }

    /// Compares the difference with the leeway of ID tokens.
    pub(crate) fn judge(&self, leeway: Duration) -> Finding {
        let Some(offset) = self.offset() else {
            return CLOCK.skip(Text::SKIP_CLOCK);
        };
        let seconds = offset.abs();
        let text = if offset > 0 {
            Text::FOUND_CLOCK_AHEAD
        } else {
            Text::FOUND_CLOCK_BEHIND
        };
        let found = say(text).with("seconds", seconds);
        let leeway = i64::try_from(leeway.as_secs()).unwrap_or(i64::MAX);
        let with = |text| say(text).with("leeway", leeway);
        if seconds > leeway {
            return CLOCK.fail(
                found.and(with(Text::FOUND_CLOCK_REFUSED)),
                say(Text::FIX_CLOCK).and(Text::FIX_CLOCK_LEEWAY),
            );
        }
        if seconds > WORTH_A_WORD {
            return CLOCK.warn(found.and(with(Text::FOUND_CLOCK_LEEWAY)), Text::FIX_CLOCK);
        }
        CLOCK.pass(if seconds == 0 {
            say(Text::FOUND_CLOCK)
        } else {
            found
        })
    }
}

fn unix(date: SystemTime) -> Option<i64> {
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::Dates;
    use clock::Timestamp;
    use shared::doctor::Outcome;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn slow_answers_and_fractions_of_seconds_are_no_difference() {
        let check = |answers: &[(u64, i64, i64)], expected: Option<i64>| {
            let mut dates = Dates::default();
            for &(date, sent, came) in answers {
                let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(date));
                dates.note(
                    &date,
                    Timestamp::from_unix(sent),
                    Timestamp::from_unix(came),
                );
            }
            assert_eq!(dates.offset(), expected, "{answers:?}");
        };
        check(&[], None);
        check(&[(1000, 1000, 1000)], Some(0));
        check(&[(1001, 1000, 1000)], Some(0));
        // An answer that took nine seconds says little.
        check(&[(1000, 1000, 1009)], Some(0));
        check(&[(1060, 1000, 1000)], Some(59));
        check(&[(940, 1000, 1000)], Some(-59));
        // The quick answer decides.
        check(&[(1030, 1000, 1030), (1060, 1030, 1030)], Some(29));
        // A date from a cache.
        check(&[(10, 1000, 1009), (1000, 1000, 1000)], Some(0));
    }

    #[test]
    fn more_than_the_leeway_fails() {
        let check = |ahead: u64, expected: Outcome| {
            let mut dates = Dates::default();
            let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(1000 + ahead));
            dates.note(
                &date,
                Timestamp::from_unix(1000),
                Timestamp::from_unix(1000),
            );
            let step = dates.judge(Duration::from_secs(60));
            assert_eq!(step.outcome, expected, "{}", step.found);
        };
        check(0, Outcome::Pass);
        check(6, Outcome::Pass);
        check(7, Outcome::Warn);
        check(61, Outcome::Warn);
        check(62, Outcome::Fail);
    }
}
