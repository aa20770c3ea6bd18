//! Notices every change to SQLite's file, by whichever process.
//!
//! `pragma data_version` gives another number after any other connection has committed anything:
//! this process's or another's. A migration has triggers that count what matters for sessions, so
//! that a login or an entry in the audit trail drops nothing.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::changes::{Changes, Connection};
use super::entries::Entries;

/// What looks at the file.
pub(crate) type SqliteChanges = Changes<Open>;

/// A connection that writes nothing.
#[derive(Debug)]
pub(crate) struct Open {
    connection: SqliteConnection,
    /// The number of `pragma data_version` at the last look.
    version: i64,
    /// The triggers' count then.
    changes: i64,
}

impl SqliteChanges {
    /// Drops the entries if what they were read from had changed when this was called. `false` if
    /// that cannot be told: the entries must not be used then.
    pub(crate) async fn follow(&self, path: &Path, entries: &Entries) -> bool {
        let Some(mut turn) = self.turn().await else {
            return true;
        };
        let has_changed = match turn.connection() {
            Connection::Open(open) => open.look().await,
            Connection::Closed => return false,
            missing @ Connection::Missing => Open::new(path).await.map(|open| {
                *missing = Connection::Open(open);
                true
            }),
        };
        turn.end(has_changed, entries)
    }

    /// Closes the connection, and opens no other.
    pub(crate) async fn end(&self) {
        if let Some(open) = self.close().await {
            // Nothing was written on it.
            let _ = open.connection.close().await;
        }
    }
}

impl Open {
    async fn new(path: &Path) -> sqlx::Result<Self> {
        let mut connection = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .busy_timeout(Duration::ZERO)
            .connect()
            .await?;
        let version = version(&mut connection).await?;
        let changes = changes(&mut connection).await?;
        Ok(Self {
            connection,
            version,
            changes,
        })
    }

    /// Returns true if something has changed since the last look.
    async fn look(&mut self) -> sqlx::Result<bool> {
        let version = version(&mut self.connection).await?;
        if version == self.version {
            return Ok(false);
        }
        // Read after the version, so that it cannot miss what the version has seen.
        let changes = changes(&mut self.connection).await?;
        let has_changed = changes != self.changes;
        (self.version, self.changes) = (version, changes);
        Ok(has_changed)
    }
}

async fn version(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    let version = sqlx::query_scalar("pragma data_version");
    version.fetch_one(connection).await
}

async fn changes(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    let changes = sqlx::query_scalar("select changes from session_change");
    changes.fetch_one(connection).await
}
