//! Notices every change to SQLite's file, by whichever process.
//!
//! `pragma data_version` gives another number after any other connection has committed anything:
//! this process's or another's. A migration has triggers that count what matters for sessions, so
//! that a login or an entry in the audit trail drops nothing. Most looks need not ask that: the
//! header of the WAL-index is as it was (`wal_index.rs`).

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::changes::{Changes, Connection};
use super::entries::Entries;
use super::wal_index::{Header, WalIndex};

/// What looks at the file.
#[derive(Debug, Default)]
pub(crate) struct SqliteChanges {
    changes: Changes<Open>,
    /// What tells without a question that nothing was committed since the last one; `None` if only
    /// SQLite can tell.
    unchanged: Mutex<Option<(WalIndex, Header)>>,
}

/// A connection that writes nothing.
#[derive(Debug)]
pub(crate) struct Open {
    connection: SqliteConnection,
    /// The number of `pragma data_version` at the last look.
    version: i64,
    /// The triggers' count then.
    changes: i64,
    /// `None` if the database has no WAL, or one that is not known.
    index: Option<WalIndex>,
    /// The header of the WAL-index before the last look.
    header: Option<Header>,
    /// True once the header was seen to change together with the version: from then on it is believed
    /// when it says that nothing has changed.
    is_proven: bool,
}

impl SqliteChanges {
    /// Drops the entries if what they were read from had changed when this was called. `false` if
    /// that cannot be told: the entries must not be used then.
    pub(crate) async fn follow(&self, path: &Path, entries: &Entries) -> bool {
        let Some(mut turn) = self.changes.turn().await else {
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
        let proven = match turn.connection() {
            Connection::Open(open) if has_changed.is_ok() => open.proven(),
            _ => None,
        };
        turn.end(has_changed, entries, || *self.unchanged() = proven)
    }

    /// Closes the connection, and opens no other.
    pub(crate) async fn end(&self) {
        let open = self.changes.close(|| *self.unchanged() = None).await;
        if let Some(open) = open {
            // Nothing was written on it.
            let _ = open.connection.close().await;
        }
    }

    /// Returns true if nothing was committed since the last question. Otherwise only
    /// [`SqliteChanges::follow`] can tell.
    pub(crate) fn is_unchanged(&self) -> bool {
        let unchanged = self.unchanged();
        let known = unchanged.as_ref();
        known.is_some_and(|(index, header)| index.header().as_ref() == Some(header))
    }

    fn unchanged(&self) -> MutexGuard<'_, Option<(WalIndex, Header)>> {
        let unchanged = self.unchanged.lock();
        unchanged.unwrap_or_else(PoisonError::into_inner)
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
        // There is an index once somebody has read.
        changes(&mut connection).await?;
        let index = WalIndex::open(path);
        let header = index.as_ref().and_then(WalIndex::header);
        let version = version(&mut connection).await?;
        let changes = changes(&mut connection).await?;
        Ok(Self {
            connection,
            version,
            changes,
            index,
            header,
            is_proven: false,
        })
    }

    /// Returns true if something has changed since the last look.
    async fn look(&mut self) -> sqlx::Result<bool> {
        // Read before the question, so that it cannot have seen more than that.
        self.look_after(self.header_now()).await
    }

    /// The same, once the header was read.
    async fn look_after(&mut self, header: Option<Header>) -> sqlx::Result<bool> {
        let last = std::mem::replace(&mut self.header, header);
        let version = version(&mut self.connection).await?;
        if version == self.version {
            return Ok(false);
        }
        // On a file system that does not show here what is written to a mapped file, it would stay. Read
        // again: while many ask, most commits come between the first reading and the answer.
        self.is_proven |= last.is_some() && self.header_now() != last;
        // Read after the version, so that it cannot miss what the version has seen.
        let changes = changes(&mut self.connection).await?;
        let has_changed = changes != self.changes;
        (self.version, self.changes) = (version, changes);
        Ok(has_changed)
    }

    fn header_now(&self) -> Option<Header> {
        self.index.as_ref().and_then(WalIndex::header)
    }

    /// Returns what tells that nothing was committed since the last look, once that is proven.
    fn proven(&self) -> Option<(WalIndex, Header)> {
        let index = self.index.clone().filter(|_| self.is_proven)?;
        Some((index, self.header?))
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

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
    use sqlx::{ConnectOptions as _, query};
    use tempfile::TempDir;

    use super::Open;

    async fn commit(writer: &mut SqliteConnection) {
        let count = query("update session_change set changes = changes + 1");
        count.execute(writer).await.unwrap();
    }

    #[tokio::test]
    async fn commit_between_header_and_question_proves_the_header_as_well() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        let options = SqliteConnectOptions::new().filename(&path);
        let options = options.create_if_missing(true);
        let wal = options.journal_mode(SqliteJournalMode::Wal);
        let mut writer = wal.connect().await.unwrap();
        let table = query("create table session_change as select 0 as changes");
        table.execute(&mut writer).await.unwrap();
        let mut open = Open::new(&path).await.unwrap();
        assert!(open.proven().is_none());

        let header = open.header_now();
        commit(&mut writer).await;
        assert!(open.look_after(header).await.unwrap());

        let (index, header) = open.proven().unwrap();
        assert!(
            index.header().unwrap() != header,
            "it is older than the commit"
        );
        assert!(!open.look().await.unwrap());
        let (index, header) = open.proven().unwrap();
        assert!(index.header().unwrap() == header);
    }
}
