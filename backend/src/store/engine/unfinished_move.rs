//! A table that says that a move into this database has not ended: no server runs on it until then.

use sqlx::{PgConnection, SqliteConnection};

use crate::store::engine::error::{Error, Result};

/// The advisory lock in PostgreSQL that servers share and that a move has alone.
const LOCK: i64 = i64::from_be_bytes(*b"postern\0");
/// Marks a database.
pub(crate) const MARK: &str = "create table if not exists unfinished_move (mark text)";
/// Ends the mark.
pub(crate) const UNMARK: &str = "drop table if exists unfinished_move";

/// Is this file marked?
pub(crate) async fn in_sqlite(connection: &mut SqliteConnection) -> Result<bool> {
    let found = "select exists (select 1 from sqlite_master where name = 'unfinished_move')";
    Ok(sqlx::query_scalar(found).fetch_one(connection).await?)
}

/// Is this database marked?
pub(crate) async fn in_postgres(connection: &mut PgConnection) -> Result<bool> {
    let found = "select to_regclass('unfinished_move') is not null";
    Ok(sqlx::query_scalar(found).fetch_one(connection).await?)
}

/// Shares the use of a database, as long as the connection is open.
///
/// # Errors
/// [`Error::UnfinishedMove`].
pub(crate) async fn share(connection: &mut PgConnection) -> Result<()> {
    let shared = sqlx::query_scalar("select pg_try_advisory_lock_shared($1)");
    let is_shared: bool = shared.bind(LOCK).fetch_one(connection).await?;
    refuse(!is_shared)
}

/// Keeps servers away from a database, as long as the connection is open; returns false if one runs.
pub(crate) async fn exclude(connection: &mut PgConnection) -> Result<bool> {
    let alone = sqlx::query_scalar("select pg_try_advisory_lock($1)");
    Ok(alone.bind(LOCK).fetch_one(connection).await?)
}

/// Refuses a marked database.
pub(crate) fn refuse(is_marked: bool) -> Result<()> {
    if is_marked {
        return Err(Error::UnfinishedMove);
    }
    Ok(())
}
