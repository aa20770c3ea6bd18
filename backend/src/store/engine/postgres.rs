//! PostgreSQL: its connections, its password, and how it is watched.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::timeout;

use crate::store::engine::error::Result;
use crate::store::engine::lock::PATIENCE;
use crate::store::engine::search_keys::fill_search_keys;

/// How long updating the tables may take, including the wait for another replica. That is far
/// longer than it takes, so that only a dead connection is given up.
const MIGRATION: Duration = Duration::from_secs(900);

/// PostgreSQL, which may go down and come back.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    /// For all requests.
    pub(crate) pool: PgPool,
    pub(crate) options: Arc<RwLock<PgConnectOptions>>,
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
        Self { pool, options }
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
        let migrator = sqlx::migrate!("./migrations/postgres");
        // The same as `run`, without a bound that this compiler cannot follow in a task.
        let migrated = timeout(MIGRATION, migrator.run_direct(&mut open)).await;
        migrated.map_err(late)??;
        fill_search_keys!(&mut open);
        *connection = Some(open);
        Ok(())
    }
}
