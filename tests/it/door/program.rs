//! The real program with applications behind its door.

use anyhow::{Context, Result};
use postern::audit::Actor;
use postern::config;
use postern::store::Store;
use tests::database::Database;
use tests::server::Server;
use tests::site::{BEGINNING, user};

use super::visitor::{LOGIN, Visitor, WIKI};

/// Starts the program with these settings, and logs Alice in at its application.
pub(super) async fn with_alice(settings: &[(&str, &str)]) -> Result<(Server, Visitor)> {
    start_with_alice(prepare(Database::Sqlite, settings)?).await
}

/// Starts a program that was prepared, and logs Alice in at its application.
pub(super) async fn start_with_alice(mut server: Server) -> Result<(Server, Visitor)> {
    add_alice(&server).await?;
    server.start().await?;
    let mut alice = Visitor::at(server.origin());
    alice.log_in("alice").await;
    alice.enter(WIKI).await;
    Ok((server, alice))
}

/// Prepares the program with these settings.
pub(super) fn prepare(database: Database, settings: &[(&str, &str)]) -> Result<Server> {
    let mut server = Server::prepare(database)?;
    server.set("POSTERN_PUBLIC_URL", LOGIN);
    server.set("POSTERN_APP_WIKI_URL", WIKI);
    for (name, value) in settings {
        server.set(name, *value);
    }
    Ok(server)
}

/// Creates the account of Alice, before the server starts.
pub(super) async fn add_alice(server: &Server) -> Result<()> {
    let place = match server.database_url() {
        Some(url) => config::Database::Postgres(url.into()),
        None => config::Database::Sqlite(server.data().join("postern.db")),
    };
    let store = Store::connect(&place).await?;
    let by = Actor::server(clock::Timestamp::from_unix(BEGINNING));
    store.create_user(&user("alice").await, None, by).await?;
    store.close().await;
    Ok(())
}

/// Returns a line of what the system says of a process's memory, in kB: `VmRSS`, or `VmHWM`, the most
/// that it ever was.
pub(super) fn memory(process: u32, line: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let prefix = format!("{line}:");
    let line = status.lines().find_map(|line| line.strip_prefix(&prefix));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("no such line")?.parse()?)
}
