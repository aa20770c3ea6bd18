//! Whether anybody uses the SQLite file: whoever has it open shares a lock on a file beside it. The
//! system gives the lock back when the process ends, however it ends.
//!
//! SQLite's own locks do not tell: a server that nobody visits closes its connections.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::store::engine::error::{Error, Result};

/// How long a request waits for a connection, or for another process that writes to SQLite's file.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// How soon a lock is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Returns the path of the file that is locked.
fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Opens the file that is locked, and makes it where there is none.
fn open(database: &Path) -> io::Result<File> {
    let path = beside(database);
    let opened = OpenOptions::new().write(true).mode(0o600).open(&path);
    match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let made = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)?;
    give_to_owner_of(database, &path);
    Ok(made)
}

/// Gives a file to whom another one belongs: root may have made it, and the server is somebody
/// else. Nobody but root can, and nobody but root needs to.
pub(crate) fn give_to_owner_of(model: &Path, file: &Path) {
    let owner = std::fs::metadata(model).or_else(|_| {
        let folder = model.parent().unwrap_or(Path::new(""));
        std::fs::metadata(folder)
    });
    if let Ok(owner) = owner {
        let _ = chown(file, Some(owner.uid()), Some(owner.gid()));
    }
}

/// Takes part in the use of the database, for as long as the file is held. `None` where the file
/// system has no locks, or the lock's file cannot be opened: that keeps nobody from starting.
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

/// Does anybody use the database? `false` also where the file system cannot tell. Makes no file.
pub(crate) fn is_used(database: &Path) -> bool {
    let file = OpenOptions::new().write(true).open(beside(database));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Keeps everybody else from the database, for as long as the file is held. `None` where somebody
/// uses it.
///
/// # Errors
/// The lock's file cannot be made, or the file system has no locks.
pub fn exclude(database: &Path) -> io::Result<Option<File>> {
    let file = open(database)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
