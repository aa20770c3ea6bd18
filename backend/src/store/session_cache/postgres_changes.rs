//! Notices every change in PostgreSQL, by whichever server.
//!
//! A trigger tells of each change that matters to who is logged in. PostgreSQL signals a connection
//! that listens before it answers the `COMMIT` of who told, and that connection passes it on before
//! its own next answer. So a question on it, which changes nothing, is answered after the news of all
//! that anybody was told is done: an ended session is refused at once, by every server.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use super::changes::{Changes, Connection};
use super::entries::Entries;

/// How long the answer may take. After that, each request asks on its own connection.
const PATIENCE: Duration = Duration::from_secs(1);

/// What listens.
pub(crate) type PostgresChanges = Changes<PgListener>;

impl PostgresChanges {
    /// Drops the entries if what they were read from had changed when this was called. `false` if
    /// that cannot be told: the entries must not be used then.
    pub(crate) async fn follow(&self, entries: &Entries) -> bool {
        let Some(mut turn) = self.turn().await else {
            return true;
        };
        let Connection::Open(listener) = turn.connection() else {
            return false;
        };
        let has_changed = look(listener).await;
        turn.end(has_changed, entries, || {})
    }
}

/// Returns true if something was told since the last look.
async fn look(listener: &mut PgListener) -> sqlx::Result<bool> {
    let answer = timeout(PATIENCE, listener.execute("select 1")).await;
    answer.map_err(|_| sqlx::Error::Io(ErrorKind::TimedOut.into()))??;
    let mut has_changed = false;
    while listener.next_buffered().is_some() {
        has_changed = true;
    }
    Ok(has_changed)
}
