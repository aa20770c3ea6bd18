//! Wrong guesses, counted by all servers of one database together.

use std::time::Duration;

use crate::limits::Quota;
use crate::store::{Result, Store, on_database, on_writer};
use clock::Timestamp;

/// Which count a guess belongs to.
#[derive(Debug, Clone, Copy)]
pub struct GuessCount {
    /// HMAC-SHA256 of what is guessed and of who guesses.
    pub key: [u8; 32],
    /// How many wrong guesses there may be.
    pub quota: Quota,
}

impl Store {
    /// Returns how long a guess must wait; `None` if it may be made now.
    pub async fn guess_wait(
        &self,
        counts: &[GuessCount],
        now: Timestamp,
    ) -> Result<Option<Duration>> {
        let mut longest = None;
        for count in counts {
            let until: Option<i64> = on_database!(self, pool => {
                sqlx::query_scalar("select until from guess_count where key_hash = $1")
                    .bind(&count.key[..]).fetch_optional(pool).await?
            });
            let used = until.map_or(0, |until| until.saturating_sub(now.unix()));
            let used = Duration::from_secs(u64::try_from(used).unwrap_or_default());
            longest = longest.max(count.quota.excess(used));
        }
        Ok(longest)
    }

    /// Counts a wrong guess.
    pub async fn count_wrong_guess(&self, counts: &[GuessCount], now: Timestamp) -> Result<()> {
        for count in counts {
            let until = now.plus(count.quota.period).unix();
            on_writer!(self, pool => {
                sqlx::query(
                    "insert into guess_count (key_hash, until) values ($1, $2)
                     on conflict (key_hash) do update set until = excluded.until
                        + case when guess_count.until > $3 then guess_count.until - $3 else 0 end",
                ).bind(&count.key[..]).bind(until).bind(now.unix()).execute(pool).await?;
            });
        }
        Ok(())
    }
}
