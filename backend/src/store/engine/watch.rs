//! Watches whether the database is up, so that requests need not find out one by one, and logs each
//! change once.

use std::sync::PoisonError;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::time::{sleep, timeout};

use crate::store::engine::database::{Place, Seen, Store};
use crate::store::engine::error::{Error, Result};
use crate::store::engine::lock::PATIENCE;
use crate::store::engine::postgres::Credentials;

/// How often a database that is up is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// How soon a database that is down is looked at again; the wait doubles up to [`EVERY`].
const SOON: Duration = Duration::from_millis(250);

impl Store {
    /// Tries the password of this URL for the same database. A database that is down refuses none.
    ///
    /// # Errors
    /// The database refuses it, or the URL is not for PostgreSQL.
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

    /// Uses this password for every new connection; open ones stay.
    pub fn use_credentials(&self, Credentials(new): Credentials) {
        if let Place::Postgres(postgres) = &self.place {
            let options = postgres.options.write();
            *options.unwrap_or_else(PoisonError::into_inner) = new.clone();
            postgres.pool.set_connect_options(new);
        }
    }

    /// Watches the database as long as the server runs.
    pub async fn keep_watch(self) {
        let mut connection = None;
        let mut wait = SOON;
        loop {
            let looked = match &self.place {
                Place::Sqlite(sqlite) => self.unless_replaced(sqlite.require_file()),
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

    /// Waits until the database is up.
    pub async fn until_there(&self) {
        // An error means that the store is gone, and nobody waits for it.
        let _ = self
            .seen
            .subscribe()
            .wait_for(|seen| *seen == Seen::There)
            .await;
    }
}
