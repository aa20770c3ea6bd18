//! The database falls, and its standby takes over.

use anyhow::{Result, ensure};
use tests::bridge::Bridge;
use tests::database::Database;
use tests::http_browser::HttpBrowser;
use tests::poll;
use tests::server::Server;
use tests::site::PASSWORD;

use super::standby::Pair;

/// Logs in until so many logins have been acknowledged, at one server after the other.
async fn log_in(servers: &[Server], count: usize) -> Result<Vec<HttpBrowser>> {
    let mut inside = Vec::new();
    for turn in 0..count {
        let origin = servers[turn % servers.len()].origin();
        let browser = poll::until("a login", poll::PATIENCE, async || {
            let browser = HttpBrowser::new(origin, origin, "http://no-op.invalid");
            let login = browser.log_in("alice", PASSWORD).await;
            ensure!(
                login.status == 200 || login.status == 503,
                "{}: {}",
                login.status,
                login.body
            );
            Ok((login.status == 200).then_some(browser))
        });
        inside.push(browser.await?);
    }
    Ok(inside)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and the built server; cargo xtask test runs it"]
async fn standby_takes_over_and_no_login_is_lost() -> Result<()> {
    let pair = Pair::start().await?;
    let mut bridge = Bridge::to(pair.primary.address())?;
    bridge.raise()?;
    let url = format!("postgres://postern@127.0.0.1:{}/postgres", bridge.port());
    let mut servers = Vec::new();
    for _ in 0..2 {
        let mut server = Server::prepare(Database::Sqlite)?;
        server.set("DATABASE_URL", &url);
        server.set(
            "POSTERN_SECRET_KEY",
            "of two 0123456789 abcdefghijklmnopqrstuvwxyzabc",
        );
        server.start().await?;
        servers.push(server);
    }
    let command = [
        "user",
        "add",
        "alice",
        "--role",
        "admin",
        "--password-stdin",
    ];
    let made = servers[0].feed(&command, PASSWORD)?;
    ensure!(made.status.success(), "{made:?}");
    let mut inside = log_in(&servers, 6).await?;

    pair.primary.kill();
    bridge.cut();
    pair.standby.promote().await?;
    bridge.lead_to(pair.standby.address());
    bridge.raise()?;

    inside.extend(log_in(&servers, 6).await?);
    for (turn, browser) in inside.iter().enumerate() {
        let who = browser.who().await;
        ensure!(who.as_deref() == Some("alice"), "login {turn}: {who:?}");
    }
    for server in &mut servers {
        server.stop().await?;
    }
    Ok(())
}
