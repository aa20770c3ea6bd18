//! Replaces the SQLite file with a copy.

use std::fs::{File, hard_link, remove_file, rename};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::audit::{Actor, Event};
use crate::private_file::folder_of;
use crate::store::audit::insert_audit;
use crate::store::backup::copy::{self as backup, Contents, Unfit, check_sqlite, primary};
use crate::store::engine::error::Error;
use crate::store::engine::sqlite::MIGRATIONS;
use shared::audit::AuditKind;

/// A copy that is ready to become the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// What was in it before.
    pub contents: Contents,
    /// How many logins were ended.
    pub sessions_ended: u64,
}

/// Returns true if another process has the database open, by SQLite's own locks. An unreadable
/// database is of use to nobody. If nobody has it open, this leaves everything in the one file,
/// because the last connection that closes merges the log.
pub async fn is_in_use(database: &Path) -> bool {
    let options = backup::options(database)
        // Only a sole user gets the lock.
        .locking_mode(SqliteLockingMode::Exclusive)
        // Longer than a statement takes.
        .busy_timeout(Duration::from_secs(1));
    let looked = match options.connect().await {
        Ok(mut connection) => {
            let looked = sqlx::query("select count(*) from sqlite_master")
                .execute(&mut connection)
                .await;
            let _ = connection.close().await;
            looked.err()
        }
        Err(error) => Some(error),
    };
    match looked {
        // SQLITE_BUSY, SQLITE_LOCKED.
        Some(sqlx::Error::Database(error)) => {
            matches!(primary(error.code().as_deref()), Some(5 | 6))
        }
        _ => false,
    }
}

/// Prepares a copy to become the database: checks it, updates its tables, records that in the audit
/// trail, and ends its sessions and links unless they are to be kept, because some of them were
/// ended since.
///
/// # Errors
/// It cannot be used or written to, or a migration fails.
pub async fn prepare_restore(
    copy: &Path,
    keeps_sessions: bool,
    by: &Actor,
) -> Result<Restored, Unfit> {
    let contents = check_sqlite(copy).await?;
    let options = backup::options(copy)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let unusable = |source| Error::Unusable {
        path: copy.display().to_string(),
        source,
    };
    let mut connection = options.connect().await.map_err(unusable)?;
    MIGRATIONS
        .run_direct(&mut connection)
        .await
        .map_err(Error::from)?;
    let mut tx = connection.begin_with("begin immediate").await?;
    let mut sessions_ended = 0;
    if !keeps_sessions {
        for table in ["welcome_link", "login_link"] {
            sqlx::query(&format!("delete from {table}"))
                .execute(&mut *tx)
                .await?;
        }
        let ended = sqlx::query("delete from session").execute(&mut *tx).await?;
        sessions_ended = ended.rows_affected();
    }
    let detail = if keeps_sessions {
        "logins kept".to_owned()
    } else {
        format!("{sessions_ended} logins ended")
    };
    let event = Event {
        kind: AuditKind::DatabaseRestored,
        account: None,
        failure: None,
        detail: Some(&detail),
    };
    insert_audit!(&mut *tx, *by, event)?;
    tx.commit().await?;
    connection.close().await.map_err(unusable)?;
    Ok(Restored {
        contents,
        sessions_ended,
    })
}

/// Replaces the database with the copy in one step, and keeps the old one under the name `aside`;
/// returns true if there was one.
///
/// # Errors
/// A file cannot be renamed or written. The database is then the old one or the new one, complete.
pub fn put_in_place(copy: &Path, database: &Path, aside: &Path) -> io::Result<bool> {
    File::open(copy)?.sync_all()?;
    // An unreadable database leaves these behind, and SQLite would take them for the new one's.
    for suffix in ["-wal", "-shm"] {
        unless_missing(rename(
            with_suffix(database, suffix),
            with_suffix(aside, suffix),
        ))?;
    }
    let was_there = match hard_link(database, aside) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        // The file system has no hard links.
        Err(_) => unless_missing(rename(database, aside))?,
    };
    rename(copy, database)?;
    sync_folder_of(database)?;
    Ok(was_there)
}

/// Returns the path with a suffix added to its name.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Returns false if the file was missing; other errors stay.
fn unless_missing(done: io::Result<()>) -> io::Result<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes sure that the names in the file's folder survive a power cut.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    File::open(folder_of(file))?.sync_all()
}

/// Removes a copy that did not become the database, and SQLite's files for it.
pub fn discard(copy: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = remove_file(with_suffix(copy, suffix));
    }
}
