//! A database of its own for each test: SQLite in the data folder, or a new one in PostgreSQL.

use std::env::var_os;
use std::ffi::OsString;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use url::Url;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// The file in the data folder.
    Sqlite,
    /// A new database of the server at `$TEST_POSTGRES_URL`.
    Postgres,
}

/// The database of one test; a PostgreSQL one is dropped with this value.
pub enum Database {
    /// The server's own default.
    Sqlite,
    /// A database that exists for this test alone.
    Postgres(PostgresDatabase),
}

/// A database of this test.
pub struct PostgresDatabase {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Creates an empty database.
    ///
    /// # Errors
    /// PostgreSQL is asked for, and `$TEST_POSTGRES_URL` is not set or the server refuses.
    pub async fn create(kind: DatabaseKind) -> Result<Self> {
        match kind {
            DatabaseKind::Sqlite => Ok(Self::Sqlite),
            DatabaseKind::Postgres => PostgresDatabase::create().await.map(Self::Postgres),
        }
    }

    /// Returns the value of `DATABASE_URL`.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(database) => Some(&database.url),
        }
    }
}

impl PostgresDatabase {
    /// Creates a database in the server at `$TEST_POSTGRES_URL`.
    async fn create() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Some(Ok(server)) = var_os("TEST_POSTGRES_URL").map(OsString::into_string) else {
            bail!(
                "TEST_POSTGRES_URL is not set: it must be the URL of a PostgreSQL superuser; \
                 `cargo xtask test` starts a server and sets it"
            );
        };
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("postern_test_{}_{next}", std::process::id());
        run(
            &server,
            &format!("drop database if exists {name} with (force)"),
        )
        .await?;
        run(&server, &format!("create database {name}")).await?;
        let mut url = Url::parse(&server).context("TEST_POSTGRES_URL is not a URL")?;
        url.set_path(&name);
        Ok(Self {
            server,
            name,
            url: url.into(),
        })
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("drop database if exists {} with (force)", self.name);
        // A thread with a runtime of its own, since a drop cannot await.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(run(&server, &statement))
        });
        if let Ok(Err(error)) = dropping.join() {
            eprintln!("{} could not be dropped: {error:#}", self.name);
        }
    }
}

/// Runs one statement on the server.
async fn run(server: &str, statement: &str) -> Result<()> {
    let options = PgConnectOptions::from_str(server)?.disable_statement_logging();
    let mut connection = options
        .connect()
        .await
        .context("connecting to TEST_POSTGRES_URL")?;
    connection
        .execute(statement)
        .await
        .with_context(|| statement.to_owned())?;
    connection.close().await?;
    Ok(())
}
