//! Removes what has ended by itself, as long as the clock is believed. One that is years ahead for
//! the minutes until it is set would remove every session and the whole audit trail.

use std::time::Duration;

use tokio::time::sleep;

use crate::app::AppState;
use crate::telemetry::chain;
use clock::Timestamp;

/// How often, and how long after the start for the first time.
const EVERY: Duration = Duration::from_secs(3600);
/// How far the clock may be ahead of the newest entry: most servers do not rest for longer.
const MAX_REST: Duration = Duration::from_secs(7 * 86_400);
/// How often in a row the clock must be further ahead until it is believed all the same: a clock that
/// is wrong is set within a day.
const MAX_DOUBTS: u32 = 24;

/// Whether the clock is believed.
#[derive(Debug)]
struct ClockCheck {
    /// A time that has come for certain; `None` where nothing was ever written down.
    known: Option<Timestamp>,
    /// How often in a row the clock was too far ahead of that.
    doubts: u32,
}

impl ClockCheck {
    /// Begins with the newest entry that was there before the start.
    fn new(newest: Option<Timestamp>) -> Self {
        Self {
            known: newest,
            doubts: 0,
        }
    }

    /// Takes note of the time; returns whether it is believed.
    fn believes(&mut self, now: Timestamp) -> bool {
        let is_near = self.known.is_none_or(|known| now <= known.plus(MAX_REST));
        self.doubts = if is_near { 0 } else { self.doubts + 1 };
        let is_believed = self.doubts == 0 || self.doubts >= MAX_DOUBTS;
        if is_believed {
            self.known = Some(now);
            self.doubts = 0;
        }
        is_believed
    }
}

/// Sweeps for as long as it runs.
pub(super) async fn sweep(app: AppState) {
    // What is written from now on tells nothing of the clock.
    let start = app.clock.now();
    let mut check = None;
    loop {
        app.store.until_there().await;
        if check.is_none() {
            match app.store.newest_before(start).await {
                Ok(newest) => check = Some(ClockCheck::new(newest)),
                Err(error) => tracing::warn!("cannot find the newest entry: {}", chain(&error)),
            }
        }
        sleep(EVERY).await;
        let now = app.clock.now();
        let Some(check) = &mut check else { continue };
        if check.believes(now) {
            sweep_once(&app, now).await;
        } else if check.doubts == 1 {
            tracing::warn!(
                "the clock is more than {} days ahead of the newest entry: what has ended is kept \
                 until the clock is set, or has gone on like this for a day",
                MAX_REST.as_secs() / 86_400
            );
        }
    }
}

async fn sweep_once(app: &AppState, now: Timestamp) {
    match app.store.sweep_sessions(&app.config.sessions, now).await {
        Ok(0) => {}
        Ok(swept) => tracing::debug!(swept, "ended sessions removed"),
        Err(error) => tracing::warn!("cannot remove ended sessions: {}", chain(&error)),
    }
    if let Err(error) = app.store.sweep_audit(now).await {
        tracing::warn!("cannot remove old audit entries: {}", chain(&error));
    }
    if let Err(error) = app.store.sweep_search().await {
        tracing::warn!("cannot merge the index of names: {}", chain(&error));
    }
}

#[cfg(test)]
mod tests {
    use super::{ClockCheck, EVERY, MAX_DOUBTS, MAX_REST};
    use clock::Timestamp;
    use std::time::Duration;

    const NEWEST: Timestamp = Timestamp::from_unix(1_750_000_000);
    const YEARS: Duration = Duration::from_secs(3 * 365 * 86_400);

    #[test]
    fn clock_near_the_newest_entry_is_believed() {
        let mut check = ClockCheck::new(Some(NEWEST));

        assert!(check.believes(NEWEST.plus(MAX_REST)));
        assert!(check.believes(NEWEST.plus(MAX_REST).plus(EVERY)));
        assert!(check.believes(NEWEST), "set back");
        assert!(ClockCheck::new(None).believes(NEWEST), "nothing to lose");
    }

    #[test]
    fn clock_that_is_years_ahead_is_not_believed_until_it_is_set() {
        let mut check = ClockCheck::new(Some(NEWEST));

        for _ in 1..MAX_DOUBTS {
            assert!(!check.believes(NEWEST.plus(YEARS)));
        }

        assert!(check.believes(NEWEST.plus(EVERY)));
        assert!(!check.believes(NEWEST.plus(YEARS)), "it counts anew");
    }

    #[test]
    fn server_that_rested_for_years_sweeps_after_a_day() {
        let mut check = ClockCheck::new(Some(NEWEST));
        let mut now = NEWEST.plus(YEARS);
        let mut hours = 1;

        while !check.believes(now) {
            now = now.plus(EVERY);
            hours += 1;
        }

        assert_eq!(hours, MAX_DOUBTS);
        assert!(check.believes(now.plus(EVERY)));
    }
}
