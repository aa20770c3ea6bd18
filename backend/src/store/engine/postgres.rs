//! PostgreSQL: its connections, its password, and how it is watched.

use std::sync::{Arc, PoisonError, RwLock};

use sqlx::migrate::Migrate as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::timeout;

use crate::store::engine::error::Result;
use crate::store::engine::lock::{MIGRATION, PATIENCE};
use crate::store::engine::search_keys::fill_search_keys;
use crate::store::engine::unfinished_move;
use crate::store::session_cache::postgres_changes::PostgresChanges;

/// PostgreSQL, which may come and go.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    /// For all requests.
    pub(crate) pool: PgPool,
    pub(crate) options: Arc<RwLock<PgConnectOptions>>,
    /// Notices what any server has written.
    pub(crate) changes: Arc<PostgresChanges>,
}

/// A password that PostgreSQL did not refuse. Has no `Debug`.
pub struct Credentials(pub(crate) PgConnectOptions);

impl Postgres {
    /// Prepares the connections, but opens none.
    pub(crate) fn prepare(options: PgConnectOptions) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options.clone());
        let options = Arc::new(RwLock::new(options));
        Self {
            pool,
            options,
            changes: Arc::default(),
        }
    }

    /// Looks at it on a connection of its own, which says what is wrong, while the pool only says
    /// that it waited. Whenever that connection is new, it also updates the tables. That is not
    /// done on a connection of the pool, because the lock for it belongs to its connection, and
    /// after a failure only the connection's end releases it.
    pub(crate) async fn look(&self, connection: &mut Option<PgConnection>) -> Result<()> {
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
        timeout(MIGRATION, migrate(&mut open))
            .await
            .map_err(late)??;
        unfinished_move::share(&mut open).await?;
        *connection = Some(open);
        Ok(())
    }
}

/// How the description of a migration begins after which older versions cannot run. All others only
/// add: while servers are replaced one after the other, both versions run on the same tables.
pub(crate) const CONTRACT: &str = "contract";

/// Brings the tables up to date under an advisory lock, which is taken before anything is looked at:
/// another process that begins at the same time waits for it, and then finds nothing to do. What a
/// newer version has added is left alone.
async fn migrate(connection: &mut PgConnection) -> Result<()> {
    let mut migrator = sqlx::migrate!("./migrations/postgres");
    connection.lock().await?;
    connection.ensure_migrations_table().await?;
    let known = migrator.iter().map(|known| known.version).max();
    let contracts: i64 = sqlx::query_scalar(
        "select count(*) from _sqlx_migrations where version > $1 and starts_with(description, $2)",
    )
    .bind(known)
    .bind(CONTRACT)
    .fetch_one(&mut *connection)
    .await?;
    migrator.set_ignore_missing(contracts == 0);
    unfinished_move::refuse(unfinished_move::in_postgres(connection).await?)?;
    // What `run` does, less a bound that this compiler cannot follow in a task.
    migrator.set_locking(false).run_direct(connection).await?;
    fill_search_keys!(connection);
    connection.unlock().await?;
    Ok(())
}
