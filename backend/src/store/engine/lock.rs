//! Who uses the SQLite file: everybody who has it open shares a lock on a file next to it. The
//! system releases the lock when the process ends, for whatever reason.
//!
//! SQLite's own locks do not tell, because a server without visitors closes its connections.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::store::engine::error::{Error, Result};

/// How long a request waits for a connection, or for another process that writes to SQLite's file.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before trying a lock again.
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

/// Gives a file the owner of another one: root may have created it, while the server runs as
/// somebody else. Only root can do that, and only root needs to.
pub(crate) fn give_to_owner_of(model: &Path, file: &Path) {
    let owner = std::fs::metadata(model).or_else(|_| {
        let folder = model.parent().unwrap_or(Path::new(""));
        std::fs::metadata(folder)
    });
    if let Ok(owner) = owner {
        let _ = chown(file, Some(owner.uid()), Some(owner.gid()));
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

/// Returns true if anybody uses the database, and false also if the file system cannot tell.
/// Creates no file.
pub(crate) fn is_used(database: &Path) -> bool {
    let file = OpenOptions::new().write(true).open(beside(database));
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
