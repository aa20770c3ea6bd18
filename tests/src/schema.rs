//! A schema of its own in PostgreSQL for each site: made and dropped in a fraction of the time
//! that a database takes, and as empty.

use std::env::var_os;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use url::Url;

/// A schema that exists for one test; it is dropped with this value.
pub struct Schema {
    server: String,
    name: String,
    url: String,
}

impl Schema {
    /// Creates an empty schema if `TEST_SITES_ON=postgres`; `None` otherwise: SQLite is used.
    ///
    /// # Panics
    /// `TEST_POSTGRES_URL` is not set, or the server there refuses.
    pub async fn if_wanted() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if var_os("TEST_SITES_ON").is_none_or(|place| place != "postgres") {
            return None;
        }
        let server = var_os("TEST_POSTGRES_URL")
            .expect("TEST_SITES_ON=postgres needs TEST_POSTGRES_URL, the URL of a superuser");
        let server = server.into_string().expect("TEST_POSTGRES_URL is text");
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{next}", std::process::id());
        run(&server, &format!("drop schema if exists {name} cascade"))
            .await
            .expect("PostgreSQL");
        run(&server, &format!("create schema {name}"))
            .await
            .expect("a schema");
        let mut url = Url::parse(&server).expect("TEST_POSTGRES_URL is a URL");
        url.query_pairs_mut()
            .append_pair("options[search_path]", &name)
            .append_pair("application_name", &name);
        Some(Self {
            server,
            name,
            url: url.into(),
        })
    }

    /// Returns the value of `DATABASE_URL`; all tables of its connections are in this schema.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let server = self.server.clone();
        // A test may end in the middle of a transaction, whose locks would stay for a while.
        let statement = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = '{name}';
             drop schema if exists {name} cascade",
            name = self.name,
        );
        // A thread with a runtime of its own, since a drop cannot await.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| runtime.block_on(run(&server, &statement)))
        });
        if let Ok(Ok(Err(error))) = dropping.join() {
            eprintln!("{} could not be dropped: {error}", self.name);
        }
    }
}

/// Runs one statement on the server.
async fn run(server: &str, statement: &str) -> sqlx::Result<()> {
    let options = PgConnectOptions::from_str(server)?.disable_statement_logging();
    let mut connection = options.connect().await?;
    connection.execute("set lock_timeout = '5s'").await?;
    connection.execute(statement).await?;
    connection.close().await
}
