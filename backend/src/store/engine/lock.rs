//! Who uses the SQLite file: everybody who has it open shares a lock on a file next to it. The
//! system releases the lock when the process ends, for whatever reason.
//!
//! SQLite's own locks do not tell, because a server without visitors closes its connections.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::private_file;
use crate::store::engine::error::{Error, Result};

/// How long a request waits for a connection, or for another process that writes to SQLite's file.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// How long the tables may take to be brought up to date, another process's turn included: far
/// longer than they do, so that only what will never end is given up.
pub(crate) const MIGRATION: Duration = Duration::from_secs(900);
/// How soon a lock is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Returns the path of the lock file.
fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Opens the lock file, and creates it if it does not exist.
fn open(database: &Path) -> io::Result<File> {
    let path = beside(database);
    let mut options = private_file::options();
    options.write(true);
    match private_file::create_new(&options, &path)? {
        Some(made) => Ok(made),
        None => options.open(&path),
    }
}

/// Shares the use of the database, as long as the file is held. `None` if the file system has no
/// locks, or if the lock file cannot be opened: that does not prevent a start.
///
/// # Errors
/// [`Error::Restoring`].
pub(crate) async fn share(database: &Path) -> Result<Option<File>> {
    let Ok(file) = open(database) else {
        return Ok(None);
    };
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock_shared() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(ASK_AGAIN).await,
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Restoring {
                    path: database.display().to_string(),
                });
            }
        }
    }
}

/// Waits for the turn to make the file and to bring its tables up to date, which ends with the file
/// that is returned: the folder. SQLite's own locks come too late, since it does not wait for a
/// process that changes how the file is written to. `None` where the file system has no locks.
pub(crate) async fn take_turn(database: &Path) -> Option<File> {
    let folder = File::open(private_file::folder_of(database)).ok()?;
    let deadline = Instant::now() + MIGRATION;
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(ASK_AGAIN).await,
            Err(_) => return None,
        }
    }
}

/// Does anybody use the database? `false` also where the file system cannot tell. Makes no file.
pub(crate) fn is_used(database: &Path) -> bool {
    let file = private_file::options().write(true).open(beside(database));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Keeps everybody else away from the database as long as the file is held. `None` if somebody uses
/// it.
///
/// # Errors
/// The lock file cannot be created, or the file system has no locks.
pub fn exclude(database: &Path) -> io::Result<Option<File>> {
    let file = open(database)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
