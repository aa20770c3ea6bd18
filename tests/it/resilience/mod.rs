//! When things fall: slow clients, a storm of logins, a server that is killed, a database that is
//! away.

mod slow_clients;
mod storm;
mod memory;
mod kill;
mod database;
mod postgres;

use postern::audit::Actor;
use std::time::Duration;

use anyhow::Result;
use postern::config;
use postern::store::Store;
use tests::http_browser::HttpBrowser;
use tests::server::Server;
use tests::site::{BEGINNING, PASSWORD, user};

/// No answer may take longer, on a machine that is busy with other tests: it did not hang.
const PROMPT: Duration = Duration::from_secs(15);

/// Creates an account before the server starts.
async fn add(place: &config::Database, username: &str) -> Result<()> {
    let store = Store::connect(place).await?;
    let now = clock::Timestamp::from_unix(BEGINNING);
    store
        .create_user(&user(username).await, None, Actor::server(now))
        .await?;
    store.close().await;
    Ok(())
}

/// Returns the server's own SQLite file.
fn sqlite(server: &Server) -> config::Database {
    config::Database::Sqlite(server.data().join("postern.db"))
}

/// Returns a browser that has never been anywhere.
fn browser(server: &Server) -> HttpBrowser {
    HttpBrowser::new(server.origin(), server.origin(), "http://no-op.invalid")
}

/// Logs in by password.
async fn logged_in(server: &Server, username: &str) -> HttpBrowser {
    let browser = browser(server);
    let answer = browser.log_in(username, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    browser
}
