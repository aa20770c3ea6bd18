//! The store: accounts, identities, sessions and the audit trail in SQLite or PostgreSQL.
//!
//! Whatever changes something writes its audit entry in the same transaction: `by` says who, when
//! and from where.
//!
//! Each statement is written once, in the SQL that both databases share, and compiled for both
//! drivers by [`on_database!`]. Domain conflicts (a name that is taken) are answers; everything
//! else that goes wrong is an [`Error`].

mod sqlite;
mod watch;
mod accounts;
mod audit;
mod identities;
mod sessions;
mod user_list;
mod users;
mod welcome;
mod test_login;
mod login_link;
mod operator;
mod remap;
mod backup;
mod restore;
mod lock;
mod search_keys;
pub mod inspect;
mod totals;

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::SqlitePool;
use tokio::sync::{Semaphore, watch as channel};

use crate::config::Database;
use sqlite::Sqlite;
use watch::{Postgres, Seen};

pub use accounts::Taken;
pub use audit::{AuditFilter, PartyFilter};
pub use backup::{Contents, Unfit, check_sqlite, copy_sqlite};
pub use identities::NewIdentity;
pub use lock::exclude;
pub use operator::{OpenSession, WhichSessions};
pub use remap::{Conflict, Move, Remap};
pub use restore::{Restored, discard, is_in_use, prepare_restore, put_in_place, sync_folder_of};
pub use totals::Totals;
pub use user_list::{UserFilter, UserRecord};
pub use users::{Refusal, UserChange};
pub use watch::Credentials;

/// How long a request waits for a connection, or for another process that writes to SQLite's file.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many sessions at once are written down as used.
const TOUCHES: usize = 8;

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    place: Place,
    seen: Arc<channel::Sender<Seen>>,
    touches: Arc<Semaphore>,
}

/// Which database it is.
#[derive(Debug, Clone)]
enum Place {
    /// One file, one server.
    Sqlite(Sqlite),
    /// Several replicas.
    Postgres(Postgres),
}

/// The connections for one statement or transaction.
enum Pool<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

/// Runs the same body on whichever database it is; `$pool` is the pool. For what only reads.
macro_rules! on_database {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store.readers()? {
            $crate::store::Pool::Sqlite($pool) => $body,
            $crate::store::Pool::Postgres($pool) => $body,
        }
    };
}
use on_database;

/// The same for what writes.
macro_rules! on_writer {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store.writer()? {
            $crate::store::Pool::Sqlite($pool) => $body,
            $crate::store::Pool::Postgres($pool) => $body,
        }
    };
}
use on_writer;

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

impl Store {
    /// Opens the database and brings its tables up to date. Where PostgreSQL is away, that is left
    /// to [`Store::keep_watch`].
    ///
    /// # Errors
    /// What waiting does not mend: a file that cannot be opened, a password that is refused, a
    /// migration that fails.
    pub async fn connect(database: &Database) -> Result<Self> {
        let place = match database {
            Database::Sqlite(path) => Place::Sqlite(Sqlite::open(path).await?),
            Database::Postgres(url) => {
                let options: PgConnectOptions = url.expose_secret().parse()?;
                Place::Postgres(Postgres::prepare(options))
            }
        };
        let store = Self {
            place,
            seen: Arc::new(channel::Sender::new(Seen::There)),
            touches: Arc::new(Semaphore::new(TOUCHES)),
        };
        if let Place::Postgres(postgres) = &store.place {
            let looked = postgres.look(&mut None).await;
            match looked {
                Err(error) if !error.is_passing() => return Err(error),
                Ok(()) | Err(_) => store.note(&looked),
            };
        }
        Ok(store)
    }

    /// Is the database there, as far as is known?
    pub fn is_there(&self) -> bool {
        *self.seen.borrow() == Seen::There
    }

    /// Returns why the database is away, where it is.
    pub fn absence(&self) -> Option<String> {
        match &*self.seen.borrow() {
            Seen::There => None,
            Seen::Away(reason) => Some(reason.clone()),
        }
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
        match &self.place {
            Place::Sqlite(sqlite) => {
                sqlite.readers.close().await;
                // The last one to close puts everything into the one file.
                sqlite.writer.close().await;
            }
            Place::Postgres(postgres) => postgres.pool.close().await,
        }
    }

    /// Returns the connections for what only reads.
    fn readers(&self) -> Result<Pool<'_>> {
        match &self.place {
            Place::Sqlite(sqlite) => {
                // Another connection would read another file.
                sqlite.require_file()?;
                Ok(Pool::Sqlite(&sqlite.readers))
            }
            Place::Postgres(postgres) => self.there(postgres),
        }
    }

    /// Returns the connections for what writes.
    fn writer(&self) -> Result<Pool<'_>> {
        match &self.place {
            Place::Sqlite(sqlite) => {
                sqlite.require_file()?;
                Ok(Pool::Sqlite(&sqlite.writer))
            }
            Place::Postgres(postgres) => self.there(postgres),
        }
    }

    /// Returns PostgreSQL's connections, unless it is known to be away: then nobody needs to wait
    /// to be told so.
    fn there<'a>(&self, postgres: &'a Postgres) -> Result<Pool<'a>> {
        if self.is_there() {
            Ok(Pool::Postgres(&postgres.pool))
        } else {
            Err(Error::Away)
        }
    }

    /// The statement that begins a writing transaction. SQLite takes the write lock at once, so
    /// that another process is waited for here, and not in the middle.
    fn begin(&self) -> &'static str {
        match &self.place {
            Place::Sqlite(_) => "begin immediate",
            Place::Postgres(_) => "begin",
        }
    }
}
