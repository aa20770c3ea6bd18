//! Totals for `/metrics`.

use super::{Result, Store, on_database};
use crate::config::SessionConfig;
use clock::Timestamp;

/// The totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Accounts, disabled ones included.
    pub accounts: u64,
    /// Live sessions of accounts that are not disabled.
    pub sessions: u64,
}

impl Store {
    /// Counts accounts and live sessions.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn totals(&self, config: &SessionConfig, now: Timestamp) -> Result<Totals> {
        // Few accounts are disabled: their sessions are taken off, rather than each account looked up.
        let statement = "select (select count(*) from account),
                (select count(*) from session
                 where ended_at is null and expires_at > $1 and last_used_at > $2)
                - (select count(*) from session
                 where ended_at is null and expires_at > $1 and last_used_at > $2
                   and account_id in (select account_id from account where disabled_at is not null))";
        let idle_since = now.minus(config.idle).unix();
        let (accounts, sessions): (i64, i64) = on_database!(self, pool => {
            sqlx::query_as(statement)
                .bind(now.unix())
                .bind(idle_since)
                .fetch_one(pool)
                .await?
        });
        Ok(Totals {
            accounts: u64::try_from(accounts).unwrap_or_default(),
            sessions: u64::try_from(sessions).unwrap_or_default(),
        })
    }
}
