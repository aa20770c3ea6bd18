//! Whether the database is there: looked at again and again, so that requests need not find out
//! one by one, and told in the log once for each change.

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

/// How often a database is looked at that is there.
const EVERY: Duration = Duration::from_secs(2);
/// How soon one is looked at again that is not; the wait doubles up to [`EVERY`].
const SOON: Duration = Duration::from_millis(250);

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
}
