//! When a session was last used. No request waits until that is written: it is collected, and
//! written every few seconds. A server that is killed loses those seconds of it, and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use crate::session::{CLOCKS_DIFFER, TokenHash};
use crate::store::engine::database::Pool;
use crate::store::{Result, Store};
use crate::telemetry::chain;
use clock::Timestamp;

/// How often it is written.
const EVERY: Duration = Duration::from_secs(5);
/// How many uses one transaction of SQLite writes: others wait for it.
const AT_ONCE: usize = 200;
/// The time does not go back, unless a wrong clock set the later one.
const TOUCH: &str = "update session set last_used_at = $2
    where session_id = $1 and (last_used_at < $2 or last_used_at > $3)";

impl Store {
    /// Notes that a session is used, which its token has just opened.
    pub fn note_use(&self, token: TokenHash, id: Uuid, now: Timestamp) {
        self.uses.note(id, now);
        self.sessions.touch(token, id, now);
    }

    /// Writes what was noted. What cannot be written is written the next time.
    pub async fn write_uses(&self) {
        let uses = self.uses.noted();
        if uses.is_empty() || !self.is_there() {
            return;
        }
        match self.try_to_write(&uses).await {
            Ok(()) => self.uses.forget(&uses),
            Err(error) => {
                tracing::warn!("cannot note that sessions are used: {}", chain(&error));
            }
        }
    }

    /// Writes what was noted, as long as the server runs.
    pub async fn keep_writing_uses(self) {
        loop {
            sleep(EVERY).await;
            self.write_uses().await;
        }
    }

    async fn try_to_write(&self, uses: &BTreeMap<Uuid, Timestamp>) -> Result<()> {
        let uses: Vec<(Uuid, i64, i64)> = uses
            .iter()
            .map(|(id, at)| (*id, at.unix(), at.plus(CLOCKS_DIFFER).unix()))
            .collect();
        match self.writer()? {
            Pool::Sqlite(pool) => {
                for uses in uses.chunks(AT_ONCE) {
                    let mut tx = pool.begin_with("begin immediate").await?;
                    for (id, at, too_late) in uses {
                        let touch = sqlx::query(TOUCH).bind(id).bind(at).bind(too_late);
                        touch.execute(&mut *tx).await?;
                    }
                    tx.commit().await?;
                }
            }
            // Each alone: with several rows locked in another order than somebody else's, the two
            // would wait for each other for ever.
            Pool::Postgres(pool) => {
                for (id, at, too_late) in uses {
                    let touch = sqlx::query(TOUCH).bind(id).bind(at).bind(too_late);
                    touch.execute(pool).await?;
                }
            }
        }
        Ok(())
    }
}
