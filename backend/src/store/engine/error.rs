//! Why the database could not do what was asked.

use sqlx::migrate::MigrateError;

/// The database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is away, locked, full or read-only; later it may work.
    #[error("database unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// It was away when last looked at, for a reason that is in the log.
    #[error("database away")]
    Away,
    /// The path of the SQLite file leads to another one, or to none.
    #[error("{path} was deleted or replaced under the running server: put it back, or restart")]
    Replaced {
        /// The path.
        path: String,
    },
    /// Another database is being put in the place of the SQLite file.
    #[error("{path} is being restored by another process: try again when it is done")]
    Restoring {
        /// The path.
        path: String,
    },
    /// The SQLite file is none, is damaged, or cannot be written to.
    #[error("cannot use the database {path}")]
    Unusable {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
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

impl Error {
    /// May waiting fix it? A password that is refused, or tables of a later version, it does not.
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
            | Self::File { .. }
            | Self::Unusable { .. } => false,
        }
    }
}
