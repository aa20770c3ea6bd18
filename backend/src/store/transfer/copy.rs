//! The move itself: page by page, in the order of the keys. A page that is there already is left
//! alone, so that a move which was interrupted goes on where it was.

use super::side::Side;
use super::tables::{Row, Table, Value};
use crate::config::Database;
use crate::store::{Error, Store};

/// How many rows are moved in one transaction: as many as SQLite has parameters for.
const PAGE: i64 = 1000;

/// How many rows of each table were moved.
pub type Moved = Vec<(&'static str, i64)>;

/// Why not everything was moved.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A server uses one of the two.
    #[error("a server runs on the {0} database: stop it first")]
    InUse(&'static str),
    /// Both are of one kind.
    #[error(
        "both databases are of one kind: for SQLite, use postern backup and postern restore; for \
         PostgreSQL, pg_dump and pg_restore"
    )]
    OneKind,
    /// The new one has accounts of its own.
    #[error(
        "the new database is not empty, and no move into it was interrupted: name an empty one"
    )]
    NotEmpty,
    /// They differ in the end.
    #[error("the table {0} differs after the move: the old database has changed meanwhile")]
    Differs(&'static str),
    /// A database failed.
    #[error("a database failed: what is done is kept, and the same command goes on")]
    Store(#[from] Error),
}

/// Brings the tables of both up to date, and makes those of the new one.
///
/// # Errors
/// Both are of one kind, or one cannot be used.
pub async fn prepare(from: &Database, to: &Database) -> Result<(), TransferError> {
    if matches!(
        (from, to),
        (Database::Sqlite(_), Database::Sqlite(_)) | (Database::Postgres(_), Database::Postgres(_))
    ) {
        return Err(TransferError::OneKind);
    }
    make_tables(from).await?;
    match make_tables(to).await {
        // It has them: a move was interrupted.
        Err(Error::UnfinishedMove) => Ok(()),
        made => Ok(made?),
    }
}

async fn make_tables(database: &Database) -> Result<(), Error> {
    let store = Store::connect(database).await?;
    let absence = store.absence();
    store.close().await;
    absence.map_or(Ok(()), |reason| {
        let reason = std::io::Error::other(reason);
        Err(Error::Unavailable(sqlx::Error::Io(reason)))
    })
}

/// Moves everything, compares both, and tells how many rows there are. Whoever calls this keeps
/// servers away from the SQLite file. `progress` is told the name of each table that begins, and how
/// many rows it has.
///
/// # Errors
/// Nothing that was there is lost then: the old database is only read, and no server starts on a new
/// one that is not whole.
pub async fn transfer(
    from: &Database,
    to: &Database,
    mut progress: impl FnMut(&str, i64),
) -> Result<Moved, TransferError> {
    let (mut old, mut new) = (Side::connect(from).await?, Side::connect(to).await?);
    if !old.exclude().await? {
        return Err(TransferError::InUse("old"));
    }
    if !new.exclude().await? {
        return Err(TransferError::InUse("new"));
    }
    if !new.is_marked().await? {
        for table in ["account", "audit"] {
            if new.count(table).await? > 0 {
                return Err(TransferError::NotEmpty);
            }
        }
        new.mark().await?;
    }
    let tables = match new.tables().await? {
        Some(tables) => tables,
        None => old.tables().await?.unwrap_or_default(),
    };
    let mut moved = Moved::new();
    for table in &tables {
        let rows = old.count(table.name).await?;
        progress(table.name, rows);
        moved.push((table.name, rows));
        pages(&mut old, &mut new, table, Step::Copy).await?;
    }
    for table in &tables {
        if !pages(&mut old, &mut new, table, Step::Compare).await? {
            return Err(TransferError::Differs(table.name));
        }
    }
    new.unmark().await?;
    old.close().await?;
    new.close().await?;
    Ok(moved)
}

/// What is done with each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Copy,
    Compare,
}

/// Goes through a table; returns false if a comparison finds a difference.
async fn pages(
    old: &mut Side,
    new: &mut Side,
    table: &Table,
    step: Step,
) -> Result<bool, TransferError> {
    let mut after: Option<Value> = None;
    loop {
        let rows = old.read(table, after.as_ref(), None, PAGE).await?;
        let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < PAGE);
        // After the last page nothing may follow.
        let up_to = if is_last { None } else { last_key(&rows) };
        let there = new.read(table, after.as_ref(), up_to.as_ref(), PAGE + 1);
        if there.await? != rows {
            if step == Step::Compare {
                return Ok(false);
            }
            new.replace(table, after.as_ref(), up_to.as_ref(), &rows)
                .await?;
        }
        if is_last {
            return Ok(true);
        }
        after = up_to;
    }
}

/// Returns the key of the last row.
fn last_key(rows: &[Row]) -> Option<Value> {
    rows.last().and_then(|row| row.first()).cloned()
}
