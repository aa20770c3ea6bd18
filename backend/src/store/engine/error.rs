//! Why the database could not do its work.

use sqlx::migrate::MigrateError;

/// The database could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is down, locked, full or read-only; it may work later.
    #[error("database unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// It was down at the last look; the reason is in the log.
    #[error("database away")]
    Away,
    /// The path of the SQLite file leads to another file, or to none.
    #[error("{path} was deleted or replaced under the running server: put it back, or restart")]
    Replaced {
        /// The path.
        path: String,
    },
    /// Another database is being restored in place of the SQLite file.
    #[error("{path} is being restored by another process: try again when it is done")]
    Restoring {
        /// The path.
        path: String,
    },
    /// The SQLite file is not a database, is damaged, or cannot be written to.
    #[error("cannot use the database {path}")]
    Unusable {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A row contains a value that this version never writes.
    #[error("database row not understood")]
    Row(#[source] sqlx::Error),
    /// A migration failed.
    #[error("database migration failed")]
    Migrate(#[source] MigrateError),
    /// A newer version has changed the tables.
    #[error(
        "a newer version has changed the tables (migration {migration}): start that version, or put \
         back the backup from before the upgrade"
    )]
    Newer {
        /// The first change that this version does not know.
        migration: i64,
    },
    /// Not everything has been moved here yet.
    #[error("a move into this database has not ended: run postern move-database again")]
    UnfinishedMove,
    /// The file or its folder cannot be created.
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

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(migration) => Self::Newer { migration },
            _ => Self::Migrate(error),
        }
    }
}

/// The result of a call to the store.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Returns true if waiting may fix it. It does not fix a refused password, or tables of a later
    /// version.
    pub(crate) fn is_passing(&self) -> bool {
        let is_passing = |error: &sqlx::Error| match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
            // Connection lost, too many connections, starting up or shutting down
            // (PostgreSQL, appendix A).
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                ["08", "53", "57"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }),
            _ => false,
        };
        match self {
            Self::Away | Self::Replaced { .. } => true,
            Self::Unavailable(error)
            | Self::Migrate(
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ) => is_passing(error),
            Self::Restoring { .. }
            | Self::Row(_)
            | Self::Migrate(_)
            | Self::Newer { .. }
            | Self::UnfinishedMove
            | Self::File { .. }
            | Self::Unusable { .. } => false,
        }
    }
}
