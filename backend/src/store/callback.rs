//! Callbacks that several servers may receive: which of them processes one, and how it ended.

use std::time::Duration;

use crate::store::{Result, Store, on_database, on_writer};
use clock::Timestamp;

/// How long a callback counts: an outcome is good for a second callback, and a server that has not
/// ended by then is dead, since the OP's answers take less, or the login fails.
pub const CALLBACK_KEPT: Duration = Duration::from_secs(30);

/// SHA-256 of a callback and of the browser's attempt.
pub type CallbackKey = [u8; 32];

/// Who processes a callback.
#[derive(Debug, PartialEq, Eq)]
pub enum CallbackClaim {
    /// Whoever asks.
    Ours,
    /// Another server, which has not ended yet.
    InProgress,
    /// Another server did, and sealed this outcome.
    Ended(String),
}

impl Store {
    /// Claims a callback, unless another server has. A failure counts only for those that `waited`
    /// for it: to them it is the answer, and to a later callback a reason to try again.
    pub async fn claim_callback(
        &self,
        key: &CallbackKey,
        waited: bool,
        now: Timestamp,
    ) -> Result<CallbackClaim> {
        let claimed = on_writer!(self, pool => {
            sqlx::query(
                "insert into callback (key_hash, began_at, has_failed) values ($1, $2, false)
                 on conflict (key_hash) do update
                    set began_at = excluded.began_at, outcome = null, has_failed = false
                 where callback.began_at <= $3 or (callback.has_failed and not $4)",
            ).bind(&key[..]).bind(now.unix()).bind(now.minus(CALLBACK_KEPT).unix()).bind(waited)
                .execute(pool).await?.rows_affected()
        });
        if claimed == 1 {
            return Ok(CallbackClaim::Ours);
        }
        let outcome: Option<Option<String>> = on_database!(self, pool => {
            sqlx::query_scalar("select outcome from callback where key_hash = $1")
                .bind(&key[..]).fetch_optional(pool).await?
        });
        let ended = outcome.flatten().map(CallbackClaim::Ended);
        Ok(ended.unwrap_or(CallbackClaim::InProgress))
    }

    /// Records how a callback ended.
    pub async fn end_callback(
        &self,
        key: &CallbackKey,
        outcome: &str,
        has_failed: bool,
    ) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query("update callback set outcome = $2, has_failed = $3 where key_hash = $1")
                .bind(&key[..]).bind(outcome).bind(has_failed).execute(pool).await?;
        });
        Ok(())
    }

    /// Forgets a callback.
    pub async fn forget_callback(&self, key: &CallbackKey) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query("delete from callback where key_hash = $1")
                .bind(&key[..]).execute(pool).await?;
        });
        Ok(())
    }
}
