//! The store: accounts, identities, sessions and the audit trail in SQLite or PostgreSQL.
//!
//! Whatever changes something writes its audit entry in the same transaction: `by` says who, when
//! and from where.
//!
//! Each statement is written once, in the SQL that both databases share, and compiled for both
//! drivers by [`on_database!`]. Domain conflicts (a name that is taken) are answers; everything
//! else that goes wrong is an [`Error`].

mod accounts;
mod audit;
mod identities;
mod sessions;

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::config::Database;
use crate::keys::make_private_folder;

pub use accounts::Taken;
pub use audit::AuditFilter;
pub use identities::NewIdentity;

/// How long a request waits for a connection, or for SQLite's one writer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database.
#[derive(Debug, Clone)]
pub enum Store {
    /// One file, one server.
    Sqlite(SqlitePool),
    /// Several replicas.
    Postgres(PgPool),
}

/// Runs the same body on whichever database it is; `$pool` is the pool.
macro_rules! on_database {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite($pool) => $body,
            $crate::store::Store::Postgres($pool) => $body,
        }
    };
}
use on_database;

/// The database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is away, locked, full or read-only; later it may work.
    #[error("database unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// A row holds what this version never writes.
    #[error("database row not understood")]
    Row(#[source] sqlx::Error),
    /// A migration failed.
    #[error("database migration failed")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The file or its folder cannot be made.
    #[error("cannot open {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::RowNotFound => Self::Row(error),
            _ => Self::Unavailable(error),
        }
    }
}

/// The result of asking the store.
pub type Result<T> = std::result::Result<T, Error>;

impl Store {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached or opened, or a migration fails.
    pub async fn connect(database: &Database) -> Result<Self> {
        let store = match database {
            Database::Sqlite(path) => Self::Sqlite(open_sqlite(path).await?),
            Database::Postgres(url) => {
                let options: PgConnectOptions = url.expose_secret().parse()?;
                let pool = PgPoolOptions::new()
                    .max_connections(10)
                    .acquire_timeout(PATIENCE);
                Self::Postgres(pool.connect_with(options).await?)
            }
        };
        match &store {
            Self::Sqlite(pool) => sqlx::migrate!("./migrations/sqlite").run(pool).await?,
            Self::Postgres(pool) => sqlx::migrate!("./migrations/postgres").run(pool).await?,
        }
        Ok(store)
    }

    /// Asks the database for an answer, any answer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<()> {
        on_database!(self, pool => { sqlx::query("select 1").execute(pool).await?; });
        Ok(())
    }

    /// Finishes what is under way and closes the connections.
    pub async fn close(&self) {
        on_database!(self, pool => pool.close().await);
    }

    /// The statement that begins a writing transaction. SQLite takes the write lock at once, so
    /// that two writers wait for each other instead of one of them failing half-way.
    fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "begin immediate",
            Self::Postgres(_) => "begin",
        }
    }
}

async fn open_sqlite(path: &Path) -> Result<SqlitePool> {
    make_private_file(path).map_err(|source| Error::File {
        path: path.display().to_string(),
        source,
    })?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // What was acknowledged survives a power cut, not only a crash; writes are rare here.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE);
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(PATIENCE);
    Ok(pool.connect_with(options).await?)
}

/// Makes the database file, readable by its owner alone, where there is none yet.
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
