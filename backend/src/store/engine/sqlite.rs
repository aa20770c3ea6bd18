//! SQLite: one file, one writer, several readers.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::private_file;
use crate::store::engine::error::{Error, Result};
use crate::store::engine::lock;
use crate::store::engine::lock::{MIGRATION, PATIENCE};
use crate::store::engine::search_keys::fill_search_keys;
use crate::store::engine::unfinished_move;
use crate::store::session_cache::sqlite_changes::SqliteChanges;

/// For how long a look at the file's name is enough for reads.
const FILE_SEEN: Duration = Duration::from_secs(1);

/// How much of the file each connection remembers, in kB by the minus: half of the usual. The inner pages
/// of the indexes fit, and the system remembers the others.
const CACHE: &str = "-1024";

/// For how long the connection for housekeeping stays open after its work.
const HOUSEKEEPER_IDLE: Duration = Duration::from_secs(60);

/// What updates the tables.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// The database file and the connections to it.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite {
    /// For reads. Whatever makes the writer wait does not block these.
    pub(crate) readers: SqlitePool,
    /// SQLite has one writer at a time. Writers queue here instead of each waiting for a lock.
    pub(crate) writer: SqlitePool,
    /// Connects when there is something to remove. Use it by [`super::housekeeping`].
    pub(crate) housekeeper: SqlitePool,
    /// Notices what anybody has written.
    pub(crate) changes: Arc<SqliteChanges>,
    file: Arc<File>,
}

/// Which file it is, even if its name leads elsewhere later.
#[derive(Debug)]
struct File {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// When its name was last seen to lead to it; `None` if it leads elsewhere.
    seen_at: Mutex<Option<Instant>>,
    /// Prevents a restore while the server runs.
    _lock: Option<std::fs::File>,
}

impl Sqlite {
    /// Opens the file, creates it if it does not exist, and updates its tables.
    pub(crate) async fn open(path: &Path) -> Result<Self> {
        let file_error = |source| Error::File {
            path: path.display().to_string(),
            source,
        };
        private_file::create_folder(private_file::folder_of(path)).map_err(file_error)?;
        let _turn = lock::take_turn(path).await;
        make_private_file(path).map_err(file_error)?;
        let lock = lock::share(path).await?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Acknowledged writes survive a power cut, not only a crash; writes are rare here.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("cache_size", CACHE);
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                // A full disk makes SQLite roll back on its own. The driver's own rollback then
                // fails, and it believes for ever that a transaction is open. Such a connection is
                // not used again.
                .before_acquire(|connection, _| {
                    Box::pin(async move { Ok(!connection.is_in_transaction()) })
                })
        };
        let unusable = |source| Error::Unusable {
            path: path.display().to_string(),
            source,
        };
        migrate(path).await?;
        let writer = pool(1).connect_with(options.clone()).await;
        let writer = writer.map_err(unusable)?;
        let readers = pool(4).connect_with(options.clone()).await;
        let readers = readers.map_err(unusable)?;
        let relaxed = options
            .synchronous(SqliteSynchronous::Normal)
            .pragma("wal_autocheckpoint", "0");
        let housekeeper = pool(1)
            .idle_timeout(HOUSEKEEPER_IDLE)
            .connect_lazy_with(relaxed);
        let metadata = std::fs::metadata(path).map_err(file_error)?;
        let file = Arc::new(File {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            seen_at: Mutex::new(None),
            _lock: lock,
        });
        Ok(Self {
            readers,
            writer,
            housekeeper,
            changes: Arc::default(),
            file,
        })
    }

    /// Makes sure that the path still leads to the open file. If it does not, new writes would be
    /// gone after the next start.
    pub(crate) fn require_file(&self) -> Result<()> {
        let is_same = |metadata: std::fs::Metadata| {
            (metadata.dev(), metadata.ino()) == (self.file.device, self.file.inode)
        };
        let is_there = std::fs::metadata(&self.file.path).is_ok_and(is_same);
        let seen_at = is_there.then(Instant::now);
        *self.seen_at() = seen_at;
        if is_there {
            return Ok(());
        }
        Err(Error::Replaced {
            path: self.file.path.display().to_string(),
        })
    }

    /// Does the same for a read, unless it was found to be so less than [`FILE_SEEN`] ago: a read
    /// of the old file loses nothing.
    pub(crate) fn require_file_for_read(&self) -> Result<()> {
        let seen_at = *self.seen_at();
        if seen_at.is_some_and(|at| at.elapsed() < FILE_SEEN) {
            return Ok(());
        }
        self.require_file()
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.file.path
    }

    fn seen_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        let seen_at = self.file.seen_at.lock();
        seen_at.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the tables up to date, all in one transaction that takes the write lock before it looks.
/// Where the folder cannot be locked, that keeps another process from making the same tables.
async fn migrate(path: &Path) -> Result<()> {
    let unusable = |source| Error::Unusable {
        path: path.display().to_string(),
        source,
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(MIGRATION);
    let mut connection = options.connect().await.map_err(unusable)?;
    let begun = connection.begin_with("begin immediate").await;
    let mut tx = begun.map_err(unusable)?;
    unfinished_move::refuse(unfinished_move::in_sqlite(&mut tx).await?)?;
    MIGRATIONS.run_direct(&mut *tx).await?;
    fill_search_keys!(&mut *tx);
    tx.commit().await?;
    connection.close().await.map_err(unusable)
}

/// Makes the database file, readable by its owner alone, where there is none yet.
///
/// # Errors
/// Also if this is root, and somebody else has laid a link in its place.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    private_file::create_new(private_file::options().append(true), path)?;
    let found = std::fs::symlink_metadata(path)?;
    if found.is_symlink() && rustix::process::geteuid().is_root() && found.uid() != 0 {
        let refusal = "it is a link that somebody else made";
        return Err(std::io::Error::new(ErrorKind::PermissionDenied, refusal));
    }
    // SQLite would say of a file that cannot be written to that it cannot be opened.
    std::fs::OpenOptions::new().append(true).open(path)?;
    Ok(())
}
