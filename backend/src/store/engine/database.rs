//! The connections to either database, and the macros that run a statement on them.

use std::sync::Arc;

use secrecy::ExposeSecret;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::SqlitePool;
use tokio::sync::watch as channel;

use crate::config::Database;
use crate::store::engine::error::{Error, Result};
use crate::store::engine::postgres::Postgres;
use crate::store::engine::sqlite::Sqlite;
use crate::store::session_cache::entries::Entries;
use crate::store::session_cache::uses::Uses;
use crate::telemetry::chain;

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) place: Place,
    pub(crate) seen: Arc<channel::Sender<Seen>>,
    /// The sessions that were looked up.
    pub(crate) sessions: Arc<Entries>,
    /// When they were used, as far as that is not written yet.
    pub(crate) uses: Arc<Uses>,
}

/// The last result of a look at the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It answers, and its tables are up to date.
    There,
    /// It does not answer, or its tables are not up to date, for this reason.
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

/// Runs the same body on either database; `$pool` is the pool. For reads only.
macro_rules! on_database {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store.readers()? {
            $crate::store::engine::database::Pool::Sqlite($pool) => $body,
            $crate::store::engine::database::Pool::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on_database;

/// Like `on_database!`, for writes.
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
/// early, or fails, changes nothing. SQLite takes the write lock at once, so that waiting for
/// another process happens at the start and not halfway.
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
    /// Opens the database and updates its tables. If PostgreSQL is down, [`Store::keep_watch`] does
    /// that later.
    ///
    /// # Errors
    /// Faults that waiting does not fix: a file that cannot be opened, a password that is refused,
    /// a migration that fails.
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
            sessions: Arc::default(),
            uses: Arc::default(),
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

    /// Returns true if several servers may share the database.
    pub fn is_shared(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// Returns true unless the database is known to be down.
    pub fn is_there(&self) -> bool {
        *self.seen.borrow() == Seen::There
    }

    /// Returns why the database is down; `None` if it is not.
    pub fn absence(&self) -> Option<String> {
        match &*self.seen.borrow() {
            Seen::There => None,
            Seen::Away(reason) => Some(reason.clone()),
        }
    }

    /// Asks the database for any answer at all.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn ping(&self) -> Result<()> {
        on_database!(self, pool => { sqlx::query("select 1").execute(pool).await?; });
        Ok(())
    }

    /// Finishes what is in progress and closes the connections.
    pub async fn close(&self) {
        match &self.place {
            Place::Sqlite(sqlite) => {
                sqlite.changes.end().await;
                sqlite.readers.close().await;
                sqlite.housekeeper.close().await;
                // The last connection that closes merges everything into the one file.
                sqlite.writer.close().await;
            }
            Place::Postgres(postgres) => {
                drop(postgres.changes.close(|| {}).await);
                postgres.pool.close().await;
            }
        }
    }

    /// Returns the connections for reads.
    pub(crate) fn readers(&self) -> Result<Pool<'_>> {
        match &self.place {
            Place::Sqlite(sqlite) => {
                // Another connection would read another file.
                self.unless_replaced(sqlite.require_file_for_read())?;
                Ok(Pool::Sqlite(&sqlite.readers))
            }
            Place::Postgres(postgres) => self.there(postgres),
        }
    }

    /// Returns the connections for writes.
    pub(crate) fn writer(&self) -> Result<Pool<'_>> {
        match &self.place {
            Place::Sqlite(sqlite) => {
                self.unless_replaced(sqlite.require_file())?;
                Ok(Pool::Sqlite(&sqlite.writer))
            }
            Place::Postgres(postgres) => self.there(postgres),
        }
    }

    /// Forgets every session if the file is another one: some may have been read from that.
    pub(crate) fn unless_replaced(&self, looked: Result<()>) -> Result<()> {
        looked.inspect_err(|_| self.sessions.clear())
    }

    /// Returns PostgreSQL's connections, unless it is known to be down: then requests fail without
    /// waiting.
    fn there<'a>(&self, postgres: &'a Postgres) -> Result<Pool<'a>> {
        if self.is_there() {
            Ok(Pool::Postgres(&postgres.pool))
        } else {
            Err(Error::Away)
        }
    }

    /// Stores what was seen, and logs it if it is news; returns true if it is.
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
