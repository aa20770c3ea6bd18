//! SQLite: one file, one writer, several readers.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::Connection as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::keys::make_private_folder;
use crate::store::engine::error::{Error, Result};
use crate::store::engine::lock;
use crate::store::engine::lock::PATIENCE;
use crate::store::engine::search_keys::fill_search_keys;

/// What updates the tables.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// The database file and the connections to it.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite {
    /// For reads. Whatever makes the writer wait does not block these.
    pub(crate) readers: SqlitePool,
    /// SQLite has one writer at a time. Writers queue here instead of each waiting for a lock.
    pub(crate) writer: SqlitePool,
    file: Arc<File>,
}

/// Which file it is, even if its name leads elsewhere later.
#[derive(Debug)]
struct File {
    path: PathBuf,
    device: u64,
    inode: u64,
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
        make_private_file(path).map_err(file_error)?;
        let lock = lock::share(path).await?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // Acknowledged writes survive a power cut, not only a crash; writes are rare here.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
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
        let writer = pool(1).connect_with(options.clone()).await;
        let writer = writer.map_err(unusable)?;
        MIGRATIONS.run(&writer).await?;
        {
            let mut connection = writer.acquire().await?;
            fill_search_keys!(&mut *connection);
        }
        let readers = pool(4).connect_with(options).await.map_err(unusable)?;
        let metadata = std::fs::metadata(path).map_err(file_error)?;
        let file = Arc::new(File {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            _lock: lock,
        });
        Ok(Self {
            readers,
            writer,
            file,
        })
    }

    /// Makes sure that the path still leads to the open file. If it does not, new writes would be
    /// gone after the next start.
    pub(crate) fn require_file(&self) -> Result<()> {
        let is_same = |metadata: std::fs::Metadata| {
            (metadata.dev(), metadata.ino()) == (self.file.device, self.file.inode)
        };
        if std::fs::metadata(&self.file.path).is_ok_and(is_same) {
            return Ok(());
        }
        Err(Error::Replaced {
            path: self.file.path.display().to_string(),
        })
    }
}

/// Creates the database file, readable only by its owner, if it does not exist.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    if let Some(folder) = path.parent()
        && !folder.as_os_str().is_empty()
    {
        make_private_folder(folder)?;
    }
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    Ok(())
}
