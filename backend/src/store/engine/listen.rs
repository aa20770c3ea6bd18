//! Keeps a connection to PostgreSQL that is told of each change that matters to who is logged in.
//! Sessions are remembered only while there is one.

use std::io::ErrorKind;
use std::sync::PoisonError;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};

use crate::store::engine::database::{Place, Store};
use crate::store::engine::lock::PATIENCE;
use crate::store::engine::postgres::Postgres;
use crate::telemetry::chain;

/// The triggers' channel.
const CHANNEL: &str = "postern_session";
/// How often the connection is asked while nobody else does, so that what it is told does not pile
/// up, and how soon a lost one is opened again.
const EVERY: Duration = Duration::from_secs(1);

impl Store {
    /// Listens as long as the server runs. SQLite needs nobody to listen.
    pub async fn keep_listening(self) {
        let Place::Postgres(postgres) = &self.place else {
            return;
        };
        let mut is_said = false;
        loop {
            self.until_there().await;
            if !postgres.changes.follow(&self.sessions).await {
                match listen(postgres).await {
                    Ok(listener) => {
                        postgres.changes.open(listener, &self.sessions).await;
                        is_said = false;
                    }
                    Err(error) if !is_said => {
                        tracing::info!(
                            "PostgreSQL does not tell of changes, so no session is remembered: {}",
                            chain(&error)
                        );
                        is_said = true;
                    }
                    Err(_) => {}
                }
            }
            sleep(EVERY).await;
        }
    }
}

/// Returns a connection that listens.
async fn listen(postgres: &Postgres) -> sqlx::Result<PgListener> {
    let mut listener = timeout(PATIENCE, connect(postgres)).await.map_err(late)??;
    is_told(postgres, &mut listener).await?;
    Ok(listener)
}

/// Opens a connection of its own: requests never wait for it.
async fn connect(postgres: &Postgres) -> sqlx::Result<PgListener> {
    let options = postgres.options.read();
    let options = options.unwrap_or_else(PoisonError::into_inner).clone();
    let own = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?;
    let mut listener = PgListener::connect_with(&own).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Makes sure that what a connection for requests tells comes here. A pooler between may accept
/// `LISTEN` and tell nothing.
async fn is_told(postgres: &Postgres, listener: &mut PgListener) -> sqlx::Result<()> {
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&postgres.pool)
        .await?;
    let told = timeout(PATIENCE, listener.try_recv()).await;
    match told.map_err(late)?? {
        Some(_) => Ok(()),
        None => Err(sqlx::Error::Io(ErrorKind::UnexpectedEof.into())),
    }
}

fn late(_: tokio::time::error::Elapsed) -> sqlx::Error {
    sqlx::Error::Io(ErrorKind::TimedOut.into())
}
