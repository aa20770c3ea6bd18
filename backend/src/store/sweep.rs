//! Removes what has ended by itself, some rows at a time: whoever else writes to SQLite waits for one
//! transaction, and not for all of them. Each statement finds its rows by an index.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::engine::database::Place;
use super::engine::housekeeping::{self, PAUSE, Slice};
use super::session::test_login;
use super::{CALLBACK_KEPT, Result, Store};
use crate::config::SessionConfig;
use clock::Timestamp;

/// How many rows a transaction removes at first, and at least: more while the disk is quick, less where
/// it is slow.
const SLICE: u64 = 4;
/// How many it removes at most.
const LARGEST_SLICE: u64 = 128;
/// How long a transaction may take before the next one is smaller. A third of what others may have to wait,
/// since the next one may find its rows in more places.
const QUICK: Duration = Duration::from_millis(3);

/// Failures are deleted after 90 days, because anybody can cause them.
const KEEP_FAILURES: Duration = Duration::from_secs(90 * 86_400);
/// Everything else is deleted after two years.
const KEEP: Duration = Duration::from_secs(2 * 365 * 86_400);

/// Returns the statement that removes a slice of the rows of a table whose time has come: `$1` is the
/// time, `$2` how many.
macro_rules! removal {
    ($table:literal, $key:literal, $time:literal $(, $more:literal)?) => {
        concat!(
            "delete from ", $table, " where ", $key, " in (select ", $key, " from ", $table,
            " where ", $time, " <= $1", $(" and ", $more,)? " order by ", $time, " limit $2)"
        )
    };
}

const LOGOUT_TOKENS: &str = removal!("logout_token", "jti_hash", "stale_at");
const VOID_LINKS: &str = removal!("void_link", "key_hash", "stale_at");
const CALLBACKS: &str = removal!("callback", "key_hash", "began_at");
const GUESSES: &str = removal!("guess_count", "key_hash", "until");
/// One for each admin, at most: without an index.
const TEST_LOGINS: &str = removal!("test_login", "account_id", "made_at");
const WELCOME_LINKS: &str = removal!("welcome_link", "account_id", "expires_at");
const LOGIN_LINKS: &str = removal!("login_link", "account_id", "expires_at");
const TICKETS: &str = removal!(
    "app_session",
    "app_session_id",
    "ticket_expires_at",
    "token_hash is null"
);
const EXPIRED: &str = removal!("session", "session_id", "expires_at");
const IDLE: &str = removal!("session", "session_id", "last_used_at");
const OLD_ENTRIES: &str = removal!("audit", "audit_id", "at");
/// In no order: each kind has its own in the index.
const OLD_FAILURES: &str = "delete from audit where audit_id in (select audit_id from audit
    where at <= $1 and kind in ('login_failed', 'setup_failed', 'welcome_failed') limit $2)";

impl Store {
    /// Removes expired sessions with theirs at applications, expired links and tickets, logout
    /// tokens that their age alone refuses, callbacks of servers that are dead, and wrong guesses that are
    /// forgiven; returns how many sessions.
    ///
    /// # Errors
    /// The database could not do it. What was removed until then is gone.
    pub async fn sweep_sessions(&self, config: &SessionConfig, now: Timestamp) -> Result<u64> {
        self.write_uses().await;
        for (statement, until) in [
            (LOGOUT_TOKENS, now),
            (VOID_LINKS, now),
            (CALLBACKS, now.minus(CALLBACK_KEPT * 2)),
            (GUESSES, now),
            (TEST_LOGINS, now.minus(test_login::LIFETIME)),
            (WELCOME_LINKS, now),
            (LOGIN_LINKS, now),
            (TICKETS, now),
        ] {
            self.remove(statement, until).await?;
        }
        let expired = self.remove(EXPIRED, now).await?;
        Ok(expired + self.remove(IDLE, now.minus(config.idle)).await?)
    }

    /// Removes the entries of the audit trail that are past their time; returns how many.
    ///
    /// # Errors
    /// As [`Store::sweep_sessions`].
    pub async fn sweep_audit(&self, now: Timestamp) -> Result<u64> {
        let old = self.remove(OLD_ENTRIES, now.minus(KEEP)).await?;
        Ok(old + self.remove(OLD_FAILURES, now.minus(KEEP_FAILURES)).await?)
    }

    /// Removes slice after slice; returns how many rows there were.
    async fn remove(&self, statement: &'static str, until: Timestamp) -> Result<u64> {
        let (mut removed, mut rows) = (0, SLICE);
        loop {
            let slice = self.remove_slice(statement, until, rows).await?;
            removed += slice.rows;
            if slice.rows < rows {
                return Ok(removed);
            }
            rows = next_slice(rows, slice.held);
            match &self.place {
                Place::Sqlite(sqlite) => housekeeping::rest(sqlite).await?,
                Place::Postgres(_) => sleep(PAUSE).await,
            }
        }
    }

    /// Removes so many rows at most, in one transaction.
    async fn remove_slice(
        &self,
        statement: &'static str,
        until: Timestamp,
        rows: u64,
    ) -> Result<Slice> {
        macro_rules! query {
            () => {
                sqlx::query(statement)
                    .bind(until.unix())
                    .bind(rows.cast_signed())
            };
        }
        // The file is still the same, and PostgreSQL is not known to be away.
        self.writer()?;
        match &self.place {
            Place::Sqlite(sqlite) => housekeeping::execute(sqlite, query!()).await,
            Place::Postgres(postgres) => {
                let began = Instant::now();
                let done = query!().execute(&postgres.pool).await?;
                Ok(Slice {
                    rows: done.rows_affected(),
                    held: began.elapsed(),
                })
            }
        }
    }
}

/// Returns how many rows the next transaction removes, after one with so many took so long.
fn next_slice(rows: u64, took: Duration) -> u64 {
    let rows = match took {
        _ if took > QUICK => rows / 2,
        _ if took < QUICK / 2 => rows * 2,
        _ => rows,
    };
    rows.clamp(SLICE, LARGEST_SLICE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::plan::Plans;

    #[test]
    fn slices_are_as_large_as_the_disk_is_quick() {
        let ms = Duration::from_millis;
        assert_eq!(next_slice(16, ms(20)), 8);
        assert_eq!(next_slice(16, ms(2)), 16);
        assert_eq!(next_slice(16, ms(1)), 32);
        assert_eq!(next_slice(SLICE, ms(900)), SLICE);
        assert_eq!(next_slice(LARGEST_SLICE, ms(0)), LARGEST_SLICE);
    }

    #[tokio::test]
    async fn rows_are_found_by_an_index_in_the_order_of_their_age() {
        let plans = Plans::open().await;
        for statement in [
            LOGOUT_TOKENS,
            VOID_LINKS,
            CALLBACKS,
            GUESSES,
            WELCOME_LINKS,
            LOGIN_LINKS,
            TICKETS,
            EXPIRED,
            IDLE,
            OLD_ENTRIES,
            OLD_FAILURES,
        ] {
            let steps = plans.lines(statement).await;

            let is_fault =
                |step: &String| step.starts_with("SCAN") || step.contains("B-TREE FOR ORDER");
            assert!(!steps.iter().any(is_fault), "{statement}: {steps:#?}");
        }
        let failures = plans.lines(OLD_FAILURES).await;
        let has = |step: &String| step.contains("audit_failure");
        assert!(failures.iter().any(has), "{failures:#?}");
    }
}
