//! Two servers over one database: what ends at one is over at the other at once.

use anyhow::{Result, ensure};
use tests::database::{Database, DatabaseKind};
use tests::server::Server;
use tokio_tungstenite::tungstenite::Message;

use super::program::{add_alice, prepare};
use super::visitor::{LOGIN, Visitor, WIKI};
use super::websocket::{Echo, check_closes, open_as, speak};

/// Two servers and Alice, who logs in at the first and finds the application at the second.
struct Pair {
    first: Server,
    second: Server,
    alice: Visitor,
}

impl Pair {
    async fn start(kind: DatabaseKind, upstream: &str) -> Result<Self> {
        let settings = [("POSTERN_APP_WIKI_UPSTREAM", upstream)];
        let mut first = prepare(Database::create(kind).await?, &settings)?;
        add_alice(&first).await?;
        first.start().await?;
        let mut second = prepare(Database::Sqlite, &settings)?;
        second.set("DATA_DIR", first.data().display().to_string());
        if let Some(url) = first.database_url() {
            second.set("DATABASE_URL", url);
        }
        second.start().await?;
        let mut alice = Visitor::at(first.origin());
        alice.lead(WIKI, second.origin());
        alice.log_in("alice").await;
        alice.enter(WIKI).await;
        Ok(Self {
            first,
            second,
            alice,
        })
    }

    /// Returns how the second server answers a request for the application.
    async fn status(&mut self) -> u16 {
        self.alice.fetch(WIKI).await.status
    }

    async fn stop(mut self) -> Result<()> {
        self.second.stop().await?;
        self.first.stop().await
    }
}

async fn logout_at_one_server_closes_the_other(kind: DatabaseKind) -> Result<()> {
    let echo = Echo::start().await;
    let mut pair = Pair::start(kind, &echo.url).await?;
    let mut socket = open_as(pair.second.origin(), &pair.alice).await;
    speak(&mut socket, Message::text("hello")).await;
    // What the application makes of a request that opens no socket is its own affair.
    ensure!(pair.status().await != 401, "she is logged in there");

    pair.alice.log_out().await;

    let status = pair.status().await;
    ensure!(status == 401, "{status}");
    check_closes(socket).await;
    pair.stop().await
}

async fn logout_at_the_application_ends_the_login_at_the_other_server(
    kind: DatabaseKind,
) -> Result<()> {
    let echo = Echo::start().await;
    let mut pair = Pair::start(kind, &echo.url).await?;
    let session = format!("{LOGIN}/api/session");
    ensure!(pair.alice.fetch(&session).await.status == 200);

    let left = pair
        .alice
        .navigate(&format!("{WIKI}/_postern/logout"))
        .await;

    ensure!(left.status == 303, "{left:?}");
    let status = pair.alice.fetch(&session).await.status;
    ensure!(status == 401, "{status}");
    pair.stop().await
}

#[tokio::test]
#[ignore = "needs the release binary; cargo xtask test runs it"]
async fn on_sqlite_logout_at_one_server_closes_the_other() -> Result<()> {
    logout_at_one_server_closes_the_other(DatabaseKind::Sqlite).await
}

#[tokio::test]
#[ignore = "needs PostgreSQL and the release binary; cargo xtask test runs it"]
async fn on_postgres_logout_at_one_server_closes_the_other() -> Result<()> {
    logout_at_one_server_closes_the_other(DatabaseKind::Postgres).await
}

#[tokio::test]
#[ignore = "needs the release binary; cargo xtask test runs it"]
async fn on_sqlite_logout_at_the_application_ends_the_login() -> Result<()> {
    logout_at_the_application_ends_the_login_at_the_other_server(DatabaseKind::Sqlite).await
}

#[tokio::test]
#[ignore = "needs PostgreSQL and the release binary; cargo xtask test runs it"]
async fn on_postgres_logout_at_the_application_ends_the_login() -> Result<()> {
    logout_at_the_application_ends_the_login_at_the_other_server(DatabaseKind::Postgres).await
}
