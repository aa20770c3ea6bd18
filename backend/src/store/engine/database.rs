//! The connections to whichever database it is, and the macros that run a statement on them.

use std::sync::Arc;

use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::SqlitePool;
use tokio::sync::{Semaphore, watch as channel};

use crate::config::Database;
use crate::store::engine::error::{Error, Result};
use crate::store::engine::postgres::Postgres;
use crate::store::engine::sqlite::Sqlite;
use crate::telemetry::chain;

/// How many sessions at once are written down as used.
const TOUCHES: usize = 8;

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) place: Place,
    pub(crate) seen: Arc<channel::Sender<Seen>>,
    pub(crate) touches: Arc<Semaphore>,
}

/// What was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is there, and its tables are up to date.
    There,
    /// It is not, or they are not; and why.
    Away(String),
}

/// Which database it is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// One file, one server.
    Sqlite(Sqlite),
    /// Several replicas.
    Postgres(Postgres),
}

/// The connections for one statement or transaction.
pub(crate) enum Pool<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
}

/// Runs the same body on whichever database it is; `$pool` is the pool. For what only reads.
macro_rules! on_database {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store.readers()? {
            $crate::store::engine::database::Pool::Sqlite($pool) => $body,
            $crate::store::engine::database::Pool::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on_database;

/// The same for what writes.
macro_rules! on_writer {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store.writer()? {
            $crate::store::engine::database::Pool::Sqlite($pool) => $body,
            $crate::store::engine::database::Pool::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on_writer;

/// Runs a body in one transaction and commits it; `$tx` is the transaction. A body that returns
/// early, or fails, changes nothing. SQLite takes the write lock at once, so that another process is
/// waited for at the beginning, and not in the middle.
macro_rules! in_tx {
    ($store:expr, $tx:ident => $body:block) => {
        match $store.writer()? {
            $crate::store::engine::database::Pool::Sqlite(pool) => {
                let mut $tx = pool.begin_with("begin immediate").await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
            $crate::store::engine::database::Pool::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}
pub(crate) use in_tx;

impl Store {
    /// Opens the database and brings its tables up to date. Where PostgreSQL is away, that is left
    /// to [`Store::keep_watch`].
    ///
    /// # Errors
    /// What waiting does not fix: a file that cannot be opened, a password that is refused, a
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
    pub(crate) fn readers(&self) -> Result<Pool<'_>> {
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
    pub(crate) fn writer(&self) -> Result<Pool<'_>> {
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

    /// Keeps what was seen, and logs it where it is news; returns whether it is.
    pub(crate) fn note(&self, looked: &Result<()>) -> bool {
        let seen = match looked {
            Ok(()) => Seen::There,
            Err(error) => Seen::Away(chain(error)),
        };
        let is_news = self.seen.send_if_modified(|last| {
            let is_news = *last != seen;
            last.clone_from(&seen);
            is_news
        });
        match seen {
            _ if !is_news => {}
            Seen::There => tracing::info!("the database is there again"),
            Seen::Away(reason) => {
                tracing::error!("the database is away, trying again until it is there: {reason}");
            }
        }
        is_news
    }
}
