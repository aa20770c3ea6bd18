//! Whether the database is there: looked at again and again, so that requests need not find out
//! one by one, and told in the log once for each change.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{sleep, timeout};

use super::search_keys::fill_search_keys;
use super::{Error, PATIENCE, Place, Result, Store};
use crate::telemetry::chain;

/// How often a database is looked at that is there.
const EVERY: Duration = Duration::from_secs(2);
/// How soon one is looked at again that is not; the wait doubles up to [`EVERY`].
const SOON: Duration = Duration::from_millis(250);

/// How long the tables may take to be brought up to date, another replica's turn included: far
/// longer than they do, so that only a connection on which nothing comes any more is given up.
const MIGRATION: Duration = Duration::from_secs(900);

/// What was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// It is there, and its tables are up to date.
    There,
    /// It is not, or they are not; and why.
    Away(String),
}

/// PostgreSQL, which may come and go.
#[derive(Debug, Clone)]
pub(super) struct Postgres {
    /// For all requests.
    pub(super) pool: PgPool,
    options: Arc<RwLock<PgConnectOptions>>,
}

/// A password of PostgreSQL that is not refused. Has no `Debug`.
pub struct Credentials(PgConnectOptions);

impl Postgres {
    /// Prepares connections; makes none.
    pub(super) fn prepare(options: PgConnectOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options.clone());
        let options = Arc::new(RwLock::new(options));
        Self { pool, options }
    }

    /// Looks by a connection of its own, which says what is wrong where the pool only says that it
    /// waited. Whenever that connection is a new one, the tables are brought up to date, on it and
    /// not on one of the pool's: the lock under which that is done belongs to its connection, and
    /// where it fails nothing but the connection's end gives the lock back.
    pub(super) async fn look(&self, connection: &mut Option<PgConnection>) -> Result<()> {
        if let Some(mut open) = connection.take()
            && matches!(timeout(PATIENCE, open.ping()).await, Ok(Ok(())))
        {
            *connection = Some(open);
            return Ok(());
        }
        let options = self.options.read();
        let options = options.unwrap_or_else(PoisonError::into_inner).clone();
        let opened = timeout(PATIENCE, options.connect()).await;
        let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        let mut open = opened.map_err(late)??;
        let migrator = sqlx::migrate!("./migrations/postgres");
        // What `run` does, less a bound that this compiler cannot follow in a task.
        let migrated = timeout(MIGRATION, migrator.run_direct(&mut open)).await;
        migrated.map_err(late)??;
        fill_search_keys!(&mut open);
        *connection = Some(open);
        Ok(())
    }
}

impl Store {
    /// Tries the password of this URL of the same database. One that is away refuses none.
    ///
    /// # Errors
    /// It refuses it; or the URL is not PostgreSQL's.
    pub async fn check_credentials(&self, url: &SecretString) -> Result<Credentials> {
        let options: PgConnectOptions = url.expose_secret().parse()?;
        if let Ok(Err(error)) = timeout(PATIENCE, options.connect()).await {
            let error = Error::from(error);
            if !error.is_passing() {
                return Err(error);
            }
        }
        Ok(Credentials(options))
    }

    /// Has every new connection made with this password; those that are open stay.
    pub fn use_credentials(&self, Credentials(new): Credentials) {
        if let Place::Postgres(postgres) = &self.place {
            let options = postgres.options.write();
            *options.unwrap_or_else(PoisonError::into_inner) = new.clone();
            postgres.pool.set_connect_options(new);
        }
    }

    /// Looks at the database for as long as it runs.
    pub async fn keep_watch(self) {
        let mut connection = None;
        let mut wait = SOON;
        loop {
            let looked = match &self.place {
                Place::Sqlite(sqlite) => sqlite.require_file(),
                Place::Postgres(postgres) => postgres.look(&mut connection).await,
            };
            wait = if looked.is_ok() {
                EVERY
            } else {
                (wait * 2).min(EVERY)
            };
            if self.note(&looked) && looked.is_err() {
                wait = SOON;
            }
            sleep(wait).await;
        }
    }

    /// Waits until the database is there.
    pub async fn until_there(&self) {
        // An error means that the store is gone, and nobody waits for it.
        let _ = self
            .seen
            .subscribe()
            .wait_for(|seen| *seen == Seen::There)
            .await;
    }

    /// Keeps what was seen, and logs it where it is news; returns whether it is.
    pub(super) fn note(&self, looked: &Result<()>) -> bool {
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

impl Error {
    /// May waiting mend it? A password that is refused, or tables of a later version, it does not.
    pub(super) fn is_passing(&self) -> bool {
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
